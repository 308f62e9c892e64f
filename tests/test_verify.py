"""Whether a merged workbook still proves its total, by itself and against its returns, from the command line."""

import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest

import memory
from command_line import Result, run
from county import EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, TO_COUNTY, ZHONGMU, ZHULUYING
from deferred import deferred
from stattable.checking.returns import CheckedReturn
from stattable.merging import merge as merging
from stattable.model.catalogue import finding
from stattable.model.form import FIELD_BY_KEY
from stattable.model.identity import UnitFacts
from stattable.model.packing import packed
from stattable.model.units import Level
from stattable.reading.files import MAX_MEGABYTES, MAX_SECONDS, limits_of
from writers.county import send, send_two_townships, sessions, write_roster
from writers.package import Book
from writers.returns import filled, own_values, typed

OF_VILLAGE = "activities.village.sessions"
VILLAGE = own_values(Level.VILLAGE)
REPORT, RETURNS = "汇总/中牟县.xlsx", "收到"
PAGE, UNITS, STATES, FINDINGS, LEDGER = "信息统计表", "分单位汇总", "报送情况", "审核意见", "汇总台账"


def merge(*more: str) -> None:
    options = ("--roster", "名册.csv", "--root", "410122", "-o", REPORT, "--format", "json", "--quiet")
    assert run("merge", RETURNS, *options, *more).out


@pytest.fixture(autouse=True)
def county(here: Path) -> None:
    """A county that merged: one township with two villages, and the cumulative return of another."""
    send_two_townships()
    merge()


def verify(*sources: str) -> Result:
    return run("verify", REPORT, *sources, "--format", "json", "--quiet")


def printed() -> str:
    """The check code in the footer of the page."""
    footer = str(openpyxl.load_workbook(REPORT)[PAGE].oddFooter.left.text)
    assert footer.startswith("校验码 ")
    return footer.removeprefix("校验码 ")


Told = tuple[str, str | None, str | None, str | None, str | None]


def told(result: Result) -> list[Told]:
    """The findings: code, name of the unit or of the file, sheet, cell, and what stands there."""
    return [
        (one["code"], one["unit"]["name"] if one["unit"] else Path(one["path"]).name, one["sheet"], one["cell"],
         one["raw"])
        for one in result.json["findings"]
    ]  # fmt: skip


def edit(path: str, change: Callable[[Any], None]) -> None:
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)


@deferred
def put(workbook: Any, sheet: str, cell: str, value: object) -> None:
    workbook[sheet][cell].value = value


# -- by itself --------------------------------------------------------------------------------------------


def test_what_merge_wrote_is_proved() -> None:
    result = verify()
    assert (result.code, result.json) == (
        0,
        {
            "schema_version": 2,
            "report": REPORT,
            "root": {"code": "410122", "name": "中牟县", "level": "county"},
            "edition": 23,
            "proved": True,
            "check_code": printed(),
            "sources": None,
            "summary": {"errors": 0, "warnings": 0, "infos": 0},
            "findings": [],
        },
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put(PAGE, "F6", 99), [("P001", "中牟县.xlsx", PAGE, "F6", "99")]),
        (put(PAGE, "F6", None), [("P001", "中牟县.xlsx", PAGE, "F6", "空白")]),
        (put(PAGE, "F6", "若干"), [("P001", "中牟县.xlsx", PAGE, "F6", "若干")]),
        (put(PAGE, "B6", 0), [("P001", "中牟县.xlsx", PAGE, "B6", "0")]),  # blank is not 0
        (put(PAGE, "F6", "=4+1"), [("P001", "中牟县.xlsx", PAGE, "F6", "=4+1")]),
        (put(PAGE, "F6", "4场"), [("P001", "中牟县.xlsx", PAGE, "F6", "4场")]),
        (put(PAGE, "B6", "若干"), [("P001", "中牟县.xlsx", PAGE, "B6", "若干")]),
        (put(PAGE, "F5", "场数"), [("T002", "中牟县.xlsx", PAGE, "F5", "场数")]),
        (put(PAGE, "B3", "郑州市计生协"), [("P003", "中牟县.xlsx", PAGE, "B3", "郑州市计生协")]),
        (
            put(PAGE, "A2", "第22个“5.29会员活动日”信息统计表"),
            [("P003", "中牟县.xlsx", PAGE, "A2", "第22个“5.29会员活动日”信息统计表")],
        ),
        (put(PAGE, "B18", "王五"), []),  # a person may be another
        (put(UNITS, "I5", 7), [("P002", "官渡镇", UNITS, "I5", "7")]),  # in place of the formula
        (put(UNITS, "I6", 7), [("P002", "官渡镇", UNITS, "I6", "7")]),
        (put(UNITS, "K7", 7), [("P002", "官渡镇", UNITS, "K7", "7")]),
        (put(UNITS, "K7", "4"), [("P002", "官渡镇", UNITS, "K7", "4（存成了文字）")]),  # which no sum adds up
        (put(UNITS, "E4", "人数"), [("P003", "中牟县.xlsx", UNITS, "E4", "人数")]),
        (put(UNITS, "K8", None), [("P002", "狼城岗镇", UNITS, "K8", "空白")]),
        (put(UNITS, "I10", "=SUM(I5:I9)"), [("P002", "中牟县", UNITS, "I10", "=SUM(I5:I9)")]),
        (put(UNITS, "A6", "某镇"), [("P003", "中牟县.xlsx", UNITS, "A6", "某镇")]),
        (
            lambda book: book[UNITS].delete_rows(6),
            [("P003", "中牟县.xlsx", UNITS, "A6", "官渡镇 所属 2 个村居社区合计")],
        ),
        (lambda book: book.remove(book[UNITS]), [("P003", "中牟县.xlsx", UNITS, None, None)]),
        (lambda book: book.remove(book[LEDGER]), [("P003", "中牟县.xlsx", LEDGER, None, None)]),
    ],
)
def test_typed_over(change: Callable[[Any], None], expected: list[Told]) -> None:
    edit(REPORT, change)
    result = verify()
    assert (told(result), result.code) == (expected, 1 if expected else 0)


def test_a_sheet_that_was_added_is_named() -> None:
    edit(REPORT, lambda book: book.copy_worksheet(book[PAGE]))
    result = verify()
    assert [(one["code"], one["severity"], one["sheet"]) for one in result.json["findings"]] == [
        ("P003", "error", f"{PAGE} Copy"),
    ]  # fmt: skip
    assert result.code == 1


def test_a_total_that_was_calculated_anew_is_not_what_was_typed_over() -> None:
    """As Excel saves it: the changed cell, and all totals that follow from it."""

    book = Book(Path(REPORT).read_bytes())
    book.put(UNITS, "I6", 7)
    for cell, value in {"I5": 7, "I10": 7 + 2}.items():
        book.cached(UNITS, cell, value)
    Path(REPORT).write_bytes(book.to_bytes())
    assert told(verify()) == [("P002", "官渡镇", UNITS, "I6", "7")]


# -- against its returns ----------------------------------------------------------------------------------


def paths(result: Result) -> dict[str, Any]:
    sources: dict[str, Any] = result.json["sources"]
    return {
        key: [Path(path).name for path in value] if isinstance(value, list) else value for key, value in sources.items()
    }


def test_against_the_returns_that_it_was_made_from() -> None:
    result = verify(RETURNS)
    assert (result.code, told(result)) == (0, [])
    assert paths(result) == {"unchanged": 4, "changed": [], "gone": [], "new": []}


def test_a_merged_workbook_may_take_as_long_as_it_is_big() -> None:
    """One with a picture beside its record here; a file of any other kind may not, however big it is."""
    usual = (MAX_SECONDS, MAX_MEGABYTES)
    openpyxl.Workbook().save("other.xlsx")
    assert limits_of(REPORT) == limits_of("other.xlsx") == usual
    for name in (REPORT, "other.xlsx"):
        with zipfile.ZipFile(name, "a") as package:
            package.writestr("xl/media/image9.png", bytes(3 * 2**20))
    assert limits_of("other.xlsx") == usual
    assert limits_of(REPORT) == (MAX_SECONDS + 3 * 8, MAX_MEGABYTES + 3 * 40)
    with mock.patch("stattable.reading.files._MOST_SECONDS", 10):
        assert limits_of(REPORT) == (MAX_SECONDS + 10, MAX_MEGABYTES + 3 * 40)


def test_wherever_the_returns_are_now_and_whatever_they_are_called(tmp_path: Path) -> None:
    for number, path in enumerate(sorted(Path(RETURNS).iterdir())):
        path.rename(f"{number}.xlsx")
    Path("名册.csv").unlink()
    result = verify(*sorted(str(path) for path in Path().glob("?.xlsx")))
    assert (result.code, paths(result)["unchanged"]) == (0, 4)


def test_the_report_and_the_roster_among_the_returns_are_none() -> None:
    shutil.copy(REPORT, RETURNS)
    shutil.move("名册.csv", RETURNS)
    assert told(verify(".")) == []


def test_one_figure_changed() -> None:
    send(GUANDU_VILLAGE, {OF_VILLAGE: 3})
    result = verify(RETURNS)
    assert (result.code, told(result)) == (
        1,
        [("P004", "官渡村", None, None, None), ("P007", "中牟县", PAGE, "H6", "6")],
    )
    (_, figures) = result.json["findings"]
    assert "有 1 个数不同：宣传活动 · 村居社区计生协 · 活动场次（H6） 汇总表里是“6”，现在是“7”。" in figures["message"]
    assert "另有 2 个单位的数也不同：官渡镇、官渡村。" in figures["message"]
    assert paths(result) == {"unchanged": 3, "changed": ["官渡村.xlsx"], "gone": [], "new": []}


def test_a_return_withdrawn_and_one_come_late() -> None:
    Path(RETURNS, "逐鹿营村.xlsx").unlink()
    figures = {"activities.prefecture_county.sessions": 1}
    filled(Path(RETURNS, "县.xlsx"), ZHONGMU, figures, above=TO_COUNTY[:2])
    result = verify(RETURNS)
    codes = [one for one in told(result) if one[0] != "P007"]
    assert codes == [("P005", "逐鹿营村", None, None, None), ("P006", "县.xlsx", None, None, None)]
    assert paths(result) == {"unchanged": 3, "changed": [], "gone": ["逐鹿营村.xlsx"], "new": ["县.xlsx"]}
    (figures,) = (one for one in result.json["findings"] if one["code"] == "P007")
    assert (figures["unit"]["name"], "另有 2 个单位的数也不同：官渡镇、逐鹿营村。" in figures["message"]) == (
        "中牟县",
        True,
    )


def test_a_roster_that_changed() -> None:
    write_roster(roster=ROSTER.replace("李四", "王五"))
    assert told(verify(RETURNS)) == []  # another roster of that name may lie anywhere
    assert "没有给出名册，所以没有核对名册；把名册文件写在命令最后即可。" in run("verify", REPORT, RETURNS).out
    assert told(verify(RETURNS, "名册.csv")) == [("P004", "名册.csv", None, None, None)]


def test_what_options_decided_is_decided_again() -> None:
    shutil.rmtree("汇总")
    typed(Path(RETURNS, "县.xlsx"), "中牟县", own_values(Level.COUNTY))
    send(ZHULUYING, sessions(village=0))
    send(GUANDU, {"media.county.text": 5}, name="更正", filled_in="2021年6月20日")
    merge("--scope", "中牟县=cumulative", "--duplicates", "latest", "--year", "2021")
    assert (verify(RETURNS).code, told(verify(RETURNS))) == (0, [])


def test_without_a_roster_too() -> None:
    assert run("merge", RETURNS, "-o", REPORT, "--unit", "中牟县", "--level", "县级", "--quiet").code == 0
    assert told(verify(RETURNS)) == []
    assert run("merge", RETURNS, "-o", REPORT, "--quiet").code == 0
    assert told(verify(RETURNS)) == []


def test_a_workbook_of_each_level_is_proved_by_its_own_returns() -> None:
    merge("--each-level", "逐级")
    (report,) = Path("逐级").rglob("410122101_官渡镇_汇总.xlsx")
    Path("镇").mkdir()
    for name in ("官渡镇", "官渡村", "逐鹿营村"):
        shutil.copy(Path(RETURNS, f"{name}.xlsx"), "镇")
    assert run("verify", report, "镇").code == 0
    assert run("verify", report, RETURNS).code == 0  # what is not the township's is no news to it
    send(ZHULUYING, {OF_VILLAGE: 5})
    assert run("verify", report, RETURNS).code == 1


def test_a_level_that_sent_its_own_merged_workbook_is_proved_too() -> None:
    """In the prefecture's merge the county's workbook counts; for the county alone it were an earlier result."""
    Path("市收").mkdir()
    shutil.copy(REPORT, "市收/中牟县.xlsx")
    run("merge", "市收", "--roster", "名册.csv", "--root", "4101", "-o", "市.xlsx", "--each-level", "逐级", "--quiet")
    (report,) = Path("逐级").rglob("410122_中牟县_汇总.xlsx")
    assert run("verify", report, "市收").code == 0
    send(EAST, to="市收", name="晚")
    result = run("verify", report, "市收", "--format", "json")
    assert [one["code"] for one in result.json["findings"] if one["code"] != "P007"] == ["P006"]
    (figures,) = (one for one in result.json["findings"] if one["code"] == "P007")
    assert (figures["unit"]["name"], "另有 1 个单位的数也不同：东狼城岗村。" in figures["message"]) == (
        "狼城岗镇",
        True,
    )


def test_neither_places_nor_times_of_files_that_are_the_same_matter() -> None:
    """A typed page that its folder told apart, and a correction that its time did."""
    write_roster(roster=ROSTER + "410122102202,官渡村,,,,,,\n")
    Path(RETURNS, "官渡村.xlsx").unlink()
    typed(Path(RETURNS, "官渡镇", "官渡村.xlsx"), "官渡村", VILLAGE)
    for name, figure in (("早", 2), ("晚", 3)):
        send(EAST, {OF_VILLAGE: figure}, name=name)
    os.utime(Path(RETURNS, "早.xlsx"), (1_600_000_000, 1_600_000_000))
    merge("--duplicates", "latest")
    Path("别处").mkdir()
    for number, path in enumerate(sorted(Path(RETURNS).rglob("*.xlsx"))):
        shutil.copy(path, f"别处/{number}.xlsx")
    os.utime("别处/1.xlsx", (1_500_000_000, 1_500_000_000))
    assert (verify("别处").code, told(verify("别处"))) == (0, [])


def test_a_strangers_file_of_the_same_name_is_none_that_changed() -> None:
    Path(RETURNS, "官渡镇.xlsx").unlink()
    send(LANGCHENGGANG, name="官渡镇")
    assert [one[:2] for one in told(verify(RETURNS)) if one[0] != "P007"] == [
        ("P005", "官渡镇"),
        ("P006", "官渡镇.xlsx"),
    ]


def test_a_page_that_was_typed_over_and_sent_on_is_named_by_whoever_gets_it() -> None:
    edit(REPORT, put(PAGE, "H6", 700))
    result = run("merge", REPORT, "--roster", "名册.csv", "--root", "4101", "-o", "市.xlsx", "--format", "json")
    finding = [(one["code"], one["cell"], one["raw"]) for one in result.json["findings"] if one["code"] == "P001"]
    assert (result.code, finding, result.json["total"][OF_VILLAGE]) == (1, [("P001", "H6", "700")], 700)
    (one,) = run("check", REPORT, "--format", "json").json["files"]
    assert (one["status"], [finding["code"] for finding in one["findings"] if finding["code"][0] == "P"]) == (
        "accepted", ["P001"],
    )  # fmt: skip


# -- judged again, though no file changed -----------------------------------------------------------------


def forged_whole(change: Callable[[Any], Any]) -> None:
    """Have a merge that decides otherwise write the workbook: all that it holds agrees, the files are the same."""
    real = merging.check_returns

    def judged(*arguments: Any) -> Any:
        batch = real(*arguments)
        return replace(batch, returns=tuple(change(one) for one in batch.returns))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "check_returns", judged)
        merge()


def told_again(*sources: str) -> list[tuple[str, str | None]]:
    result = verify(*sources)
    assert result.code == 1
    return [(one["code"], one["sheet"]) for one in result.json["findings"]]


def of(name: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda one: change(one) if one.unit.name == name else one


def test_a_return_that_was_left_out() -> None:
    fault = finding("V002", cell="H6", field=OF_VILLAGE, raw="若干", params={"value": ""})
    forged_whole(of("官渡村", lambda one: one.with_findings(fault)))
    assert verify().json["proved"]  # by itself nobody can tell
    assert told_again(RETURNS, "名册.csv") == [("P007", PAGE), ("P012", LEDGER)]
    assert told_again(RETURNS) == [("P007", PAGE), ("P012", LEDGER)]


def test_figures_that_no_file_has() -> None:
    values = list(memory.values_of(VILLAGE))
    values[FIELD_BY_KEY[OF_VILLAGE].index] = 50
    forged_whole(of("官渡村", lambda one: replace(one, figures=packed(tuple(values)))))
    assert verify().json["proved"]
    assert told_again(RETURNS, "名册.csv") == [("P007", PAGE)]


def test_a_finding_that_was_left_out() -> None:
    send(EAST, {"activities.village.people": 9_000}, name="坏")
    forged_whole(of("东狼城岗村", lambda one: replace(one, findings=())))
    assert verify().json["proved"]
    assert told_again(RETURNS, "名册.csv") == [("P012", FINDINGS)]


def test_why_a_return_does_not_count() -> None:
    send(EAST, {"activities.village.people": "若干"}, name="坏")
    other = finding("V004", cell="I6", field="activities.village.people", raw="-5")
    forged_whole(of("东狼城岗村", lambda one: replace(one, findings=()).with_findings(other)))
    assert verify().json["proved"]
    assert told_again(RETURNS, "名册.csv") == [("P012", LEDGER)]


def with_contact(one: CheckedReturn, contact: str) -> CheckedReturn:
    surroundings = replace(one.file.surroundings, contact=contact)
    return replace(one, file=replace(one.file, surroundings=surroundings))


def test_who_is_to_call() -> None:
    forged_whole(of("官渡村", lambda one: with_contact(one, "王五")))
    assert told_again(RETURNS, "名册.csv") == [("P012", STATES)]


def test_a_total_that_holds_a_workbook_that_was_typed_over() -> None:
    """The county typed over its page before it sent it on: the prefecture's workbook says so by itself."""
    edit(REPORT, put(PAGE, "H6", 700))
    Path("市收").mkdir()
    shutil.copy(REPORT, "市收/中牟县.xlsx")
    run("merge", "市收", "--roster", "名册.csv", "--root", "4101", "-o", "市.xlsx", "--quiet")
    by_itself = run("verify", "市.xlsx", "--format", "json")
    assert [(one["code"], one["sheet"]) for one in by_itself.json["findings"]] == [("P014", None)]
    against = run("verify", "市.xlsx", "市收", "名册.csv", "--format", "json")
    assert [(one["code"], one["path"], one["cell"]) for one in against.json["findings"]] == [
        ("P014", "市.xlsx", None)
    ]  # which is the county's fault, and is said once
    assert "报来的汇总表“市收/中牟县.xlsx”有 1 个数" in against.json["findings"][0]["message"]
    said = run("verify", "市.xlsx", "市收", "名册.csv").out
    assert "表内一致" in said
    assert "核对通过" not in said
    assert not against.json["proved"]


def test_each_return_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Counter[str]()
    read_bytes = Path.read_bytes

    def counted(path: Path) -> bytes:
        opened[path.as_posix()] += 1
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", counted)
    assert verify("收到", "--jobs", "1").json["proved"]
    assert {path: n for path, n in opened.items() if n > 1} == {}


def test_ten_late_returns_are_one_finding() -> None:
    units = [UnitFacts(f"4101221012{number}", f"新{number}村", Level.VILLAGE) for number in range(10, 20)]
    for unit in units:
        send(unit)
    (late,) = verify(RETURNS).json["findings"]
    assert (late["code"], late["path"]) == ("P006", REPORT)
    assert all(f"{RETURNS}/{unit.name}.xlsx" in late["message"] for unit in units)
    assert "有 10 份报表" in late["message"]


def test_an_earlier_result_that_was_written_over_is_not_missed() -> None:
    """The second merge finds the first one's result where its own is to go, and lists it."""
    options = ("--roster", "名册.csv", "--root", "410122", "--quiet")
    for _ in range(2):
        assert run("merge", RETURNS, "-o", f"{RETURNS}/汇总.xlsx", *options).code == 0
    result = run("verify", f"{RETURNS}/汇总.xlsx", RETURNS, "名册.csv", "--format", "json")
    assert (result.code, result.json["findings"]) == (0, [])


# -- the check code ---------------------------------------------------------------------------------------


def test_merge_and_verify_say_the_same_check_code() -> None:
    result = run("merge", RETURNS, "--roster", "名册.csv", "--root", "410122", "-o", REPORT, "--format", "json")
    code = result.json["check_code"]
    assert code == printed() == verify().json["check_code"]
    said = run("merge", RETURNS, "--roster", "名册.csv", "--root", "410122", "-o", REPORT, "--quiet").out
    assert f"校验码 {code}，印在汇总页的页脚。" in said
    assert openpyxl.load_workbook(REPORT)[LEDGER]["A2"].value.endswith(f"校验码 {code}")
    send(GUANDU_VILLAGE, {OF_VILLAGE: 3})
    merge()
    assert printed() != code


def test_a_merge_that_writes_nothing_has_no_check_code() -> None:
    result = run("merge", RETURNS, "--roster", "名册.csv", "--root", "410122", "-o", "新.xlsx", "--year", "2020",
                 "--format", "json")  # fmt: skip
    assert (result.json["output"], result.json["check_code"]) == (None, None)


# -- what is no report ------------------------------------------------------------------------------------


def without_its_record(workbook: Any) -> None:
    sheet = workbook["_stattable_record"]
    for row in range(sheet.max_row, 0, -1):
        if sheet.cell(row, 1).value == "node":
            sheet.delete_rows(row)


@pytest.mark.parametrize(
    "make",
    [
        lambda: shutil.copy(Path(RETURNS, "官渡镇.xlsx"), REPORT),
        lambda: Path(REPORT).write_bytes(b"%PDF-1.7"),
        lambda: edit(REPORT, without_its_record),
        lambda: edit(REPORT, lambda book: book.remove(book["_stattable"])),
        lambda: edit(REPORT, lambda book: book.remove(book["_stattable_record"])),
    ],
)
def test_no_merged_workbook(make: Callable[[], object]) -> None:
    make()
    result = run("verify", REPORT)
    assert (result.code, result.out) == (2, "")
    words = result.err.replace("\n", "")
    assert "不是 stattable 写出的汇总表" in words or "读不出来：这是 PDF 文件" in words


def test_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code = printed()
    assert run("verify", REPORT).out.splitlines() == [
        "汇总/中牟县.xlsx  中牟县（县级）",
        "表内一致：页、分单位汇总、台账、标识和记录说的相同，没有被改过。",
        f"校验码 {code}，应与盖章的那一页页脚上的相同。",
        "没有给出报表所在的文件夹，所以没有与报表核对；把文件夹写在命令最后即可。",
    ]
    assert run("verify", REPORT, RETURNS, "名册.csv").out.splitlines()[3:] == [
        "汇总时的报表：4 份没有变，0 份变了，0 份不见了，0 份是新来的。",
        "核对通过：用这些报表重新汇总，每一个数、每一个判断都相同。",
    ]
    send(GUANDU_VILLAGE, {OF_VILLAGE: 3})
    edit(REPORT, put(PAGE, "F6", 99))
    said = run("verify", REPORT, RETURNS, "名册.csv").out.splitlines()
    other = said.pop(-3)
    assert said == [
        "汇总/中牟县.xlsx  中牟县（县级）",
        "收到/官渡村.xlsx",
        "  强制性 P004 汇总以后，有 1 份报表变了：收到/官渡村.xlsx（官渡村）。"
        "请重新汇总；不该变的，请找回汇总时的文件。",
        "汇总/中牟县.xlsx",
        "  强制性 P001 宣传活动 · 乡镇计生协 · 活动场次（F6）现在是“99”，汇总出来的是“4”。"
        "这一格在汇总以后被改过。请改回去；数字确实不对的，请改正下级报表后重新汇总。",
        "  强制性 P007 中牟县（“信息统计表”），按现在的报表重新汇总，有 1 个数不同："
        "宣传活动 · 村居社区计生协 · 活动场次（H6） 汇总表里是“6”，现在是“7”。"
        "另有 2 个单位的数也不同：官渡镇、官渡村。"
        "请重新汇总。",
        "表内有改动，对不上。",
        "汇总时的报表：3 份没有变，1 份变了，0 份不见了，0 份是新来的。",
        "汇总表已经过时，请重新汇总。",
    ]
    assert (other.endswith("，应与盖章的那一页页脚上的相同。"), code in other) == (True, False)
