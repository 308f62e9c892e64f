"""`merge --each-level`: which workbooks are written, where, and what is never lost by it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import county
import memory
from command_line import Result, run
from county import EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ZHONGMU, ZHULUYING
from stattable.model.form import FIELDS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.writing import levels
from stattable.writing.blank import Blank, blank_bytes
from stattable.writing.folders import folders
from writers.county import send, write_roster
from writers.returns import EDITION, own_values, write_values

COUNTY = "410122_中牟县/410122_中牟县_汇总.xlsx"
OF_GUANDU = "410122_中牟县/410122101_官渡镇/410122101_官渡镇_汇总.xlsx"
OF_LANGCHENGGANG = "410122_中牟县/410122102_狼城岗镇/410122102_狼城岗镇_汇总.xlsx"


@pytest.fixture(autouse=True)
def _one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def send_all(folder: Path, units: Iterable[UnitFacts], rejected: Iterable[UnitFacts] = ()) -> Path:
    """Write returns; those of `rejected` have 若干 in a cell."""
    for unit in (*units, *rejected):
        send(unit, {"media.national.text": "若干"} if unit in rejected else {}, to=folder / "收到")
    write_roster(folder / "名册.csv")
    return folder / "收到"


def merge(folder: Path, *more: str | Path, root: str = "410122", levels: str = "各级") -> Result:
    roster = ("--roster", folder / "名册.csv", "--root", root)
    return run("merge", folder / "收到", *roster, "-o", folder / "汇总.xlsx", "--each-level", folder / levels, *more)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("sent", "rejected", "root", "written"),
    [
        (county.COUNTY, (), "410122", [COUNTY, OF_GUANDU, OF_LANGCHENGGANG]),
        ((EAST,), (), "410122", [COUNTY, OF_LANGCHENGGANG]),
        ((GUANDU,), (), "410122", [COUNTY, OF_GUANDU]),
        ((ZHONGMU,), (), "410122", [COUNTY]),
        ((GUANDU_VILLAGE,), (EAST,), "410122", [COUNTY, OF_GUANDU]),
        ((GUANDU_VILLAGE,), (), "410122101", ["410122101_官渡镇/410122101_官渡镇_汇总.xlsx"]),
        ((EAST,), (), "4101", [f"4101_郑州市/{one}" for one in ("4101_郑州市_汇总.xlsx", COUNTY, OF_LANGCHENGGANG)]),
        ((EAST,), (), "410122102201", []),
    ],
)  # fmt: skip
def test_units_with_others_below_and_an_accepted_return_get_one(
    tmp_path: Path, sent: tuple[UnitFacts, ...], rejected: tuple[UnitFacts, ...], root: str, written: list[str]
) -> None:
    send_all(tmp_path, sent, rejected)
    document = merge(tmp_path, "--format", "json", root=root).json
    assert document["each_level"] == {"folder": str(tmp_path / "各级"), "written": len(written), "stale": []}
    found = contents(tmp_path / "各级")
    assert sorted(found) == sorted(written)
    if written:  # the root's own is the output once more
        assert found[min(written, key=len)] == (tmp_path / "汇总.xlsx").read_bytes()


def test_without_a_roster_the_levels_are_those_of_the_identities(tmp_path: Path) -> None:
    returns = send_all(tmp_path, (ZHONGMU, GUANDU_VILLAGE))
    run("merge", returns, "-o", tmp_path / "汇总.xlsx", "--each-level", tmp_path / "各级")
    assert sorted(contents(tmp_path / "各级")) == sorted([COUNTY, OF_GUANDU])


def test_a_level_has_the_rows_of_those_below_it(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    merge(tmp_path)
    own, total, gap = "本级", "合计", "差额"
    assert {place: labels(tmp_path / "各级" / place) for place in (OF_GUANDU, OF_LANGCHENGGANG)} == {
        OF_GUANDU: ["官渡村", "逐鹿营村", *(f"官渡镇 {one}" for one in (own, total, gap))],
        OF_LANGCHENGGANG: ["东狼城岗村", *(f"狼城岗镇 {one}" for one in (own, total, gap))],
    }
    assert not {"官渡村", "逐鹿营村", "东狼城岗村"}.intersection(labels(tmp_path / "各级" / COUNTY))


def labels(report: Path) -> list[str]:
    sheet: Any = openpyxl.load_workbook(report)["分单位汇总"]
    return [row[0] for row in sheet.iter_rows(min_row=5, values_only=True)]


def test_what_a_level_holds(tmp_path: Path) -> None:
    """The figures, the state, the findings and the files of the unit and those below it, and of nobody else."""
    send_all(tmp_path, (GUANDU, GUANDU_VILLAGE, EAST), rejected=(ZHULUYING,))
    assert merge(tmp_path).code == 1
    township = tmp_path / "各级" / OF_GUANDU
    (page,) = run("check", township, "--format", "json").json["files"]
    mine = {**own_values(Level.TOWNSHIP), **own_values(Level.VILLAGE)}  # articles of both
    expected = {key: 2 * n if key.startswith("media") else n for key, n in mine.items()}
    assert (page["unit"]["name"], page["scope"]) == ("官渡镇", "cumulative")
    assert page["values"] == {field.key: expected.get(field.key) for field in FIELDS}
    book: Any = openpyxl.load_workbook(township)
    state = [row[0] for row in book["报送情况"].iter_rows(min_row=7, values_only=True)]
    told = [(row[2], row[4]) for row in book["审核意见"].iter_rows(min_row=4, values_only=True)]
    files = [(row[1], row[11]) for row in book["汇总台账"].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert state == ["每个单位的报送情况", "官渡镇", "官渡村", "逐鹿营村"]
    assert told == [("V002", "逐鹿营村")]
    assert [(Path(path).stem, counted) for path, counted in files] == [
        ("官渡村", "计入"), ("官渡镇", "计入"), ("逐鹿营村", "未计入"),
    ]  # fmt: skip
    assert run("verify", township).code == 0


def test_with_strict_a_rejected_return_keeps_all_from_being_written(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY[:-1], rejected=(EAST,))
    before = contents(tmp_path)
    result = merge(tmp_path, "--strict", "--format", "json")
    assert (result.code, result.json["output"], "each_level" in result.json) == (1, None, False)
    assert contents(tmp_path) == before


def test_nothing_accepted_nothing_written(tmp_path: Path) -> None:
    send_all(tmp_path, (), rejected=(EAST,))
    before = contents(tmp_path)
    assert merge(tmp_path).code == 1
    assert contents(tmp_path) == before


def a_return(folder: Path) -> Path:
    return send(LANGCHENGGANG, to=folder, name="410122102_狼城岗镇")


def a_workbook_sent_in(folder: Path) -> Path:
    """A township's merged workbook, for which nothing but it speaks."""
    east = send(EAST, to=folder.parent / "别处", name="东")
    folder.mkdir(parents=True, exist_ok=True)
    run("merge", east, "--root", "410122102", "-o", folder / "狼城岗镇报来.xlsx")
    return folder / "狼城岗镇报来.xlsx"


@pytest.mark.parametrize("what", [a_return, a_workbook_sent_in])
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("levels", ["收到/各级", "收到"])
def test_a_folder_that_holds_inputs_is_refused(tmp_path: Path, what: Any, named: bool, levels: str) -> None:
    send_all(tmp_path, (GUANDU,))
    if levels == "收到":  # what there is comes from elsewhere
        (tmp_path / "收到" / "官渡镇.xlsx").rename(tmp_path / "官渡镇.xlsx")
    one = what(tmp_path / levels)
    before = contents(tmp_path)
    more = [tmp_path / "官渡镇.xlsx"] if levels == "收到" else []
    result = merge(tmp_path, *more, *([one] if named else []), levels=levels)
    assert (result.code, contents(tmp_path) == before) == (2, True), result.out
    assert one.name in result.err


def test_a_folder_among_the_inputs_may_be_used_again_and_again(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    first = merge(tmp_path, "--format", "json", levels="收到/各级")
    before = contents(tmp_path)
    for _ in range(2):
        assert merge(tmp_path, "--format", "json", levels="收到/各级") == first
        assert contents(tmp_path) == before
    assert first.json["summary"]["received"] == len(county.COUNTY)
    assert run("verify", tmp_path / "汇总.xlsx", tmp_path / "收到").code == 0


def test_an_earlier_workbook_of_a_unit_without_returns_is_named(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    assert merge(tmp_path).code == 0
    for unit in (LANGCHENGGANG, EAST):
        (tmp_path / "收到" / f"{unit.name}.xlsx").unlink()
    result = merge(tmp_path, "--format", "json")
    folder = tmp_path / "各级"
    assert result.json["each_level"] == {"folder": str(folder), "written": 2, "stale": [str(folder / OF_LANGCHENGGANG)]}
    out = "".join(merge(tmp_path).out.split())
    assert f"{OF_LANGCHENGGANG}是以前的，这个单位现在没有可以计入的报表，没有重写。" in out


def test_the_output_is_none_of_the_levels_workbooks(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    before = contents(tmp_path)
    result = merge(tmp_path, "-o", tmp_path / "各级" / OF_GUANDU)
    assert (result.code, contents(tmp_path)) == (2, before)
    assert "正好也是逐级汇总表里的一份" in result.err.replace("\n", "")


def test_a_folder_that_other_files_stand_in_is_no_input(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    other = a_return(tmp_path / "各级")
    before = other.read_bytes()
    assert merge(tmp_path).code == 0
    assert other.read_bytes() == before
    assert len(contents(tmp_path / "各级")) == 4


def test_it_is_said_where_they_are(tmp_path: Path) -> None:
    send_all(tmp_path, county.COUNTY)
    result = merge(tmp_path)
    assert result.code == 0
    assert str(tmp_path / "各级") in result.out.replace("\n", "")
    (tmp_path / "文件").write_bytes(b"")
    assert merge(tmp_path, levels="文件").code == 2


def test_a_unit_without_others_below_it_has_its_own_alone(tmp_path: Path) -> None:
    send(GUANDU_VILLAGE, to=tmp_path / "收到")
    unit = ("--unit", "官渡村", "--level", "村级")
    output, folder = tmp_path / "汇总.xlsx", tmp_path / "各级"
    result = run("merge", tmp_path / "收到", *unit, "-o", output, "--each-level", folder)
    assert (result.code, run("verify", output, tmp_path / "收到").code, folder.exists()) == (0, 0, False)
    assert "官渡村没有下级单位，不用写逐级的汇总表。" in result.out
    assert str(folder) not in result.out


def test_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """As many townships as it takes for processes to be started, with a village each."""
    county, rows = UnitFacts("410122", "中牟县", Level.COUNTY), ["代码,名称", "410122,中牟县"]
    values = memory.values_of(own_values(Level.VILLAGE))
    (tmp_path / "收到").mkdir()
    for number in range(101, 141):
        township = UnitFacts(f"410122{number}", f"{number}镇", Level.TOWNSHIP)
        village = UnitFacts(f"410122{number}201", f"{number}村", Level.VILLAGE)
        rows += [f"{one.code},{one.name}" for one in (township, village)]
        blank = blank_bytes(Blank(village, (county, township), Scope.OWN, EDITION))
        (tmp_path / "收到" / f"{village.name}.xlsx").write_bytes(write_values(blank, values, "2021.6.15"))
    (tmp_path / "名册.csv").write_text("\n".join(rows), encoding="utf-8")
    for jobs in ("1", "2"):
        assert merge(tmp_path, "--jobs", jobs, levels=f"各级{jobs}").code == 0
    one, two = (contents(tmp_path / f"各级{jobs}") for jobs in "12")
    assert one == two
    assert len(one) == 41


# -- files of no unit --------------------------------------------------------------------------------------


def listed_in(report: Path) -> set[str]:
    """The names of the files that a ledger has as not counted."""
    rows = openpyxl.load_workbook(report)["汇总台账"].iter_rows(values_only=True)  # type: ignore[attr-defined]
    return {Path(str(row[1])).name for row in rows if isinstance(row[0], int) and row[11] == "未计入"}


@pytest.mark.parametrize(
    ("folder", "townships"),
    [
        ("官渡镇", {OF_GUANDU}),
        ("410122_中牟县/410122101_官渡镇/官渡村", {OF_GUANDU}),
        ("第一批", {OF_GUANDU}),  # by what else lies there
        ("第一批/补充", {OF_GUANDU}),
        ("混在一起", set()),
        ("中牟县", set()),
        (".", set()),
    ],
)
def test_a_file_of_no_unit_is_listed_where_its_folder_belongs(tmp_path: Path, folder: str, townships: set[str]) -> None:
    received = tmp_path / "收到"
    for unit, place in (
        (GUANDU, "第一批"), (GUANDU_VILLAGE, "第一批"), (EAST, "第二批"), (ZHULUYING, "混在一起"),
        (LANGCHENGGANG, "混在一起"), (ZHONGMU, "."),
    ):  # fmt: skip
        send(unit, to=received / place)
    write_roster(tmp_path / "名册.csv")
    (received / folder).mkdir(parents=True, exist_ok=True)
    (received / folder / "坏.xlsx").write_bytes(b"")
    (received / folder / "说不清.docx").write_bytes(b"\xd0\xcf\x11\xe0")
    assert merge(tmp_path).code == 1
    found = {one for one in (OF_GUANDU, OF_LANGCHENGGANG) if "坏.xlsx" in listed_in(tmp_path / "各级" / one)}
    assert found == townships
    assert "坏.xlsx" in listed_in(tmp_path / "汇总.xlsx")
    for report in (*(tmp_path / "各级").rglob("*.xlsx"), tmp_path / "汇总.xlsx"):
        for sources in ([], [received, tmp_path / "名册.csv"]):
            assert run("verify", report, *sources).code == 0, report
    for report in townships:
        book: Any = openpyxl.load_workbook(tmp_path / "各级" / report)
        assert "F003" in {row[2] for row in book["审核意见"].iter_rows(min_row=2, values_only=True)}


@pytest.mark.parametrize(
    ("places", "township"),
    [
        ({GUANDU: "片/甲", GUANDU_VILLAGE: "片/乙", ZHONGMU: "."}, True),
        ({LANGCHENGGANG: "片/甲", GUANDU: "片/乙", ZHONGMU: "."}, False),
        ({GUANDU: "片/甲", LANGCHENGGANG: "片/乙", ZHONGMU: "."}, False),
        ({GUANDU: "片", GUANDU_VILLAGE: "片"}, False),  # whose returns happen to be all there are
    ],
)
def test_a_folder_belongs_to_the_unit_that_all_in_it_is_from(
    tmp_path: Path, places: dict[UnitFacts, str], township: bool
) -> None:
    received = tmp_path / "收到"
    for unit, place in places.items():
        send(unit, to=received / place)
    write_roster(tmp_path / "名册.csv")
    (received / "片" / "坏.xlsx").write_bytes(b"")
    assert merge(tmp_path).code == 1
    assert ("坏.xlsx" in listed_in(tmp_path / "各级" / OF_GUANDU)) is township


def test_where_they_go_is_worked_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return folders(*arguments)

    monkeypatch.setattr(levels, "folders", counted)
    send_all(tmp_path, [GUANDU, GUANDU_VILLAGE])
    for again in (1, 2):  # over earlier results, too
        assert merge(tmp_path).code == 0
        assert len(calls) == again
