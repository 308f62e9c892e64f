"""Files of ours: whole or not at all, and where they stand."""

import os
import re
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter.packager import Packager

from command_line import Result, run
from county import EAST, GUANDU, GUANDU_VILLAGE, ROSTER, tree_of
from stattable.model.units import Level, Tree, Unit
from stattable.writing import whole_rows
from stattable.writing.folders import folders
from stattable.writing.whole_files import write_atomically
from writers.county import send
from writers.returns import filled, own_values

# -- whole or not at all ----------------------------------------------------------------------------------


def test_write_whole_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "空白表" / "中牟县" / "a.xlsx"
    for data in (b"one", b"two"):
        write_atomically(path, data)
        assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]


def test_what_is_written_may_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "a.xlsx", b"data")
    assert (tmp_path / "a.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("function", ["os.replace", "os.fsync", "os.fdopen"])
@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("full"), KeyboardInterrupt()])
def test_write_whole_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, old: bytes | None, error: BaseException
) -> None:
    def refuse(*_: object) -> None:
        raise error

    path = tmp_path / "a.xlsx"
    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(function, refuse)
    with pytest.raises(type(error)) as raised:
        write_atomically(path, b"new")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == ({} if old is None else {"a.xlsx": old})
    if isinstance(raised.value, OSError):  # it names the file, not the temporary one
        assert raised.value.filename == str(path)
        assert raised.value.strerror in {"No space left on device", "full"}


@pytest.mark.parametrize(("durable", "waits"), [(True, 1), (False, 0)])
def test_only_what_is_not_quickly_made_again_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, waits: int
) -> None:
    waited: list[int] = []
    monkeypatch.setattr("os.fsync", waited.append)
    write_atomically(tmp_path / "a.xlsx", b"data", durable=durable)
    assert ((tmp_path / "a.xlsx").read_bytes(), len(waited)) == (b"data", waits)


def test_a_file_name_that_is_not_utf8_does_not_spoil_the_merged_workbook(tmp_path: Path) -> None:
    good = filled(tmp_path / "收到" / "1.xlsx", GUANDU, own_values(Level.TOWNSHIP))
    try:
        os.rename(os.fsencode(good), os.fsencode(good.parent) + "/官渡镇.xlsx".encode("gbk"))  # noqa: PTH104
    except OSError:
        pytest.skip("names are UTF-8 here")
    assert run("merge", good.parent, "-o", tmp_path / "汇总表.xlsx").code == 0
    ledger = openpyxl.load_workbook(tmp_path / "汇总表.xlsx")["汇总台账"]
    assert any("\ufffd" in str(cell.value) for row in ledger for cell in row)


# -- folders that mirror the tree -------------------------------------------------------------------------

COUNTY, TOWN, OTHER_TOWN = "410122_中牟县", "410122101_官渡镇", "410122102_狼城岗镇"


def test_who_has_others_below_has_a_folder() -> None:
    top = Path("空白表")
    assert folders(tree_of(), ["410122"], top) == {
        "410122": (top / COUNTY, COUNTY),
        "410122101": (top / COUNTY / TOWN, TOWN),
        "410122101201": (top / COUNTY / TOWN, "410122101201_官渡村"),
        "410122101202": (top / COUNTY / TOWN, "410122101202_逐鹿营村"),
        "410122102": (top / COUNTY / OTHER_TOWN, OTHER_TOWN),
        "410122102201": (top / COUNTY / OTHER_TOWN, "410122102201_东狼城岗村"),
    }
    assert folders(tree_of(), ["410122101202"], top) == {"410122101202": (top, "410122101202_逐鹿营村")}


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        (("李庄", "王庄"), ("李庄", "王庄")),
        (("李/庄", "李?庄"), ("李_庄", "李_庄_2")),
        (("Li", "LI", "li"), ("Li", "LI_2", "li_3")),  # one file for Windows
        (("a", "a", "a_2"), ("a", "a_2", "a_2_2")),
    ],
)
def test_no_two_units_share_a_file(names: tuple[str, ...], stems: tuple[str, ...]) -> None:
    villages = [Unit(f"T/{at}", name, Level.VILLAGE, parent="T") for at, name in enumerate(names)]
    places = folders(Tree([Unit("T", "官渡镇", Level.TOWNSHIP), *villages]), ["T"], Path())
    assert [places[one.key] for one in villages] == [(Path("官渡镇"), stem) for stem in stems]


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    tree = tree_of(ROSTER.replace("官渡镇", "../../官渡镇"))
    (place, name) = folders(tree, ["410122"], Path("空白表"))["410122101"]
    assert (".." in place.parts, "/" in name, place.parts[0]) == (False, False, "空白表")


# -- several files, all or none ---------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes | None]:
    """All files of a folder with what is in them, and its folders."""
    paths = (path for path in folder.rglob("*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in paths}


def fails_at(monkeypatch: pytest.MonkeyPatch, function: str, count: int, error: BaseException) -> None:
    """Have the call number `count` of a function of `os` raise `error`; of `open`, of those for writing."""
    original, left = getattr(os, function), [count]

    def failing(*arguments: Any, **more: Any) -> Any:
        left[0] -= function != "open" or bool(arguments[1] & (os.O_WRONLY | os.O_RDWR))
        if left[0] == 0:
            raise error
        return original(*arguments, **more)

    monkeypatch.setattr(os, function, failing)


@pytest.fixture
def county(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: what two villages and their townships sent, and a roster."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for unit in (GUANDU, GUANDU_VILLAGE, EAST):
        send(unit)
    return here


OUTPUTS = ("-o", "结果/中牟县.xlsx", "--each-level", "各级", "--accounts-csv", "结果/明细.csv")
MOVES = 5  # the result, the accounts, the county's and two townships'
KEPT = "原来的文件没有改动，也没有留下写了一半的文件。"


def merge_county(*more: str) -> Result:
    return run("merge", "收到", "--roster", "名册.csv", "--root", "410122", *OUTPUTS, *more)


def test_all_of_them_are_there(county: Path) -> None:
    before = files(county)
    assert merge_county().code == 0
    written = [name for name, data in files(county).items() if data is not None and name not in before]
    assert len(written) == MOVES
    assert not [name for name in files(county) if ".~" in name]


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("function", ["replace", "link", "chmod", "open"])
@pytest.mark.parametrize("count", range(1, MOVES + 1))
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_all_as_it_was(
    county: Path, monkeypatch: pytest.MonkeyPatch, is_old: bool, function: str, count: int, error: BaseException
) -> None:
    """Whatever it is that fails, and whenever: no new file, no folder, nothing temporary, and the old ones."""
    if is_old:
        assert merge_county().code == 0
        send(GUANDU_VILLAGE, own_values(Level.VILLAGE, 3, 90))
    before = files(county)
    is_soft = isinstance(error, OSError) and function == "link"  # a system may have no links: a copy does as well
    fails_at(monkeypatch, function, count, error)
    result = merge_county()
    monkeypatch.undo()
    monkeypatch.chdir(county)
    if is_soft or (function == "link" and not is_old):
        assert (result.code, len(files(county)) >= len(before)) == (0, True)
        assert not [name for name in files(county) if ".~" in name]
        return
    assert (result.code, result.out) == (130 if isinstance(error, KeyboardInterrupt) else 3, "")
    assert files(county) == before
    said = "".join(result.err.split())
    if isinstance(error, KeyboardInterrupt):
        assert said == f"已中断，没有写出任何结果。{KEPT}"
    else:
        assert said.startswith("错误：写不了文件：")
        assert said.endswith(f"（磁盘空间不够，或者超过了文件大小的限额）。{KEPT}")
        assert ".~" not in said


@pytest.mark.parametrize(
    ("where", "in_memory"),
    [
        ((tempfile, "TemporaryFile"), 100),  # so that a county's lists go through files as a province's do
        ((Packager, "_write_styles_file"), 2**20),
    ],
)
def test_the_folder_of_temporary_files_is_named_where_it_is_full(
    where: tuple[Any, str], in_memory: int, county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **how: object) -> None:
        raise OSError(28, "No space left on device")

    before = files(county)
    monkeypatch.setattr(whole_rows, "_IN_MEMORY", in_memory)
    monkeypatch.setattr(*where, full)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "D:\\临时")
    result = merge_county()
    assert (result.code, result.out, files(county)) == (3, "", before)
    said = "".join(result.err.split())
    assert said == f"错误：写不了文件：D:\\临时（磁盘空间不够，或者超过了文件大小的限额）。{KEPT}"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_does_not_reach_the_moves(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, handler = os.replace, signal.getsignal(signal.SIGINT)

    def stopping(*names: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        replace(*names)

    monkeypatch.setattr(os, "replace", stopping)
    before = files(county)
    assert (merge_county().code, signal.getsignal(signal.SIGINT)) == (0, handler)
    assert len([name for name, data in files(county).items() if data is not None and name not in before]) == MOVES


def test_what_was_kept_goes_with_the_rest(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert merge_county().code == 0
    book = openpyxl.load_workbook("结果/中牟县.xlsx")
    book.worksheets[0]["F6"] = 99
    book.save("结果/中牟县.xlsx")
    before = files(county)
    fails_at(monkeypatch, "replace", MOVES, OSError(28, "No space left on device"))
    assert (merge_county().code, files(county)) == (3, before)


def test_what_cannot_be_put_back_is_named_with_where_it_is(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that goes away in between."""
    assert merge_county().code == 0
    before = files(county)
    send(GUANDU_VILLAGE, own_values(Level.VILLAGE, 3, 90))
    replace, left = os.replace, [3]

    def failing(*names: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(5, "Input/output error")
        replace(*names)

    monkeypatch.setattr(os, "replace", failing)
    result = merge_county()
    said = "".join(result.err.split())
    assert (result.code, result.out) == (3, "")
    assert "没有全部写完，有3个文件已经换成新的，没能换回去" in said
    for place in ("结果/中牟县.xlsx", "结果/明细.csv"):
        (kept,) = re.findall(rf"{re.escape(place)}（原来的内容在([^）]*)）", said)
        assert Path(kept).read_bytes() == before[place]


def test_new_blanks_replace_all_that_is_there_or_nothing(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("new", "--roster", "名册.csv", "--root", "410122", "-o", "空白表")
    assert run(*arguments).code == 0
    before = files(county)
    fails_at(monkeypatch, "replace", 4, OSError(28, "No space left on device"))
    result = run(*arguments, "--year", "2026", "--force")
    assert (result.code, files(county), KEPT in "".join(result.err.split())) == (3, before, True)
    assert run(*arguments, "--year", "2026", "--force").code == 0
    after = files(county)
    assert after.keys() == before.keys()
    assert [name for name in before if "空白表" in name and before[name] == after[name] is not None] == []


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_no_blank_overwrites_the_roster(county: Path, link: Any, force: list[str]) -> None:
    place = county / "空白表" / "410122_中牟县" / "410122_中牟县.xlsx"
    place.parent.mkdir(parents=True)
    link(place, county / "名册.csv")
    before = files(county)
    result = run("new", "--roster", "名册.csv", "--root", "410122", "-o", "空白表", *force)
    assert (result.code, files(county)) == (2, before)


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_no_blank_where_no_file_can_be(county: Path, force: list[str]) -> None:
    (county / "空白表.xlsx").mkdir()
    before = files(county)
    for output in ("空白表.xlsx", "空白表.xlsx/"):
        result = run("new", "--unit", "官渡镇", "-o", output, *force)
        assert (result.code, files(county), "不是普通文件的位置" in result.err) == (2, before, True)
    assert (run("new", "--unit", "官渡镇", "-o", "新的/", *force).code, files(county)) == (2, before)


# -- names that are long ----------------------------------------------------------------------------------

RARE = "𠮷"  # of four bytes


@pytest.mark.parametrize("char", ["官", RARE, "e\u0301"])
def test_long_names_fit_and_stay_apart(county: Path, char: str) -> None:
    names = [f"{char * 90}{end}镇" for end in ("甲", "乙")]
    rows = ["代码,名称,级别,上级代码", "X,中牟县,县级,"]
    for at, name in enumerate(names):
        rows += [f"T{at},{name},乡镇级,X", f"V{at},{at}村,村居社区级,T{at}"]
    Path("名册.csv").write_text("\n".join(rows), encoding="utf-8")
    assert run("new", "--roster", "名册.csv", "-o", "空白表").code == 0
    blanks = list(Path("空白表").rglob("*.xlsx"))
    assert len(blanks) == 5
    for path in (*blanks, *Path("空白表").rglob("*")):
        assert len(os.fsencode(path.name)) <= 255
        assert path.name.isprintable() or char == "e\u0301"
    shutil.rmtree("收到")
    Path("收到").mkdir()
    for path in blanks:
        if path.name.startswith("V"):
            book = openpyxl.load_workbook(path)
            book.worksheets[0]["H6"] = 2
            book.worksheets[0]["I6"] = 60
            book.save(Path("收到", path.name))
    result = run("merge", "收到", "--roster", "名册.csv", "-o", "县.xlsx", "--each-level", "各级", "--format", "json")
    assert result.json["each_level"]["written"] == len(list(Path("各级").rglob("*.xlsx"))) == 3


def test_units_of_one_name_that_is_cut_stay_apart() -> None:
    villages = [Unit(f"T/{at}", "官" * 90, Level.VILLAGE, parent="T") for at in range(12)]
    places = folders(Tree([Unit("T", "官渡镇", Level.TOWNSHIP), *villages]), ["T"], Path())
    stems = [places[one.key][1] for one in villages]
    assert stems == [
        "官" * 80,
        *(f"{'官' * 78}_{n}" for n in range(2, 10)),
        *(f"{'官' * 77}_{n}" for n in (10, 11, 12)),
    ]
