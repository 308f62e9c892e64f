"""What `merge` may overwrite: earlier results of its own, and nothing else unless --force says so; inputs never."""

import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import Result, run, squeezed
from county import GUANDU, GUANDU_VILLAGE, TOWNSHIPS, VILLAGES
from stattable.merging import merge as merging
from stattable.merging.root import find_register
from stattable.model.units import Level
from writers.county import send
from writers.returns import own_values

COUNTY = "410122_中牟县/410122_中牟县_汇总.xlsx"
OF_GUANDU = "410122_中牟县/410122101_官渡镇/410122101_官渡镇_汇总.xlsx"
KEPT = re.compile(r"^(?P<stem>.+)（改动过的旧表 \d{4}-\d\d-\d\d \d{6}( \d+)?）\.xlsx$")
FORCE = "不会覆盖，请换一个文件名；确实要覆盖时加 --force。"

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def county(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a county's units sent."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # equal content gives equal bytes
    for unit in (*TOWNSHIPS, *VILLAGES):
        send(unit)


def merge(*more: str | Path, root: str = "410122", inputs: Iterable[str] = ("收到",)) -> Result:
    return run("merge", *inputs, "--roster", "名册.csv", "--root", root, *more)


def files() -> Files:
    return {path.as_posix(): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def refused(result: Result, before: Files, *said: str) -> None:
    """Wrong usage, in Chinese, and nothing is another than it was."""
    assert (result.code, result.out, files() == before) == (2, "", True), result.err
    assert all(squeezed(one) in squeezed(result.err) for one in said), result.err


def alter(path: str | Path, change: Callable[[Any], None] = lambda page: page.__setitem__("F6", 99)) -> bytes:
    """Somebody types into the page of a merged workbook."""
    workbook = openpyxl.load_workbook(path)
    change(workbook.worksheets[0])
    workbook.save(path)
    return Path(path).read_bytes()


def kept(folder: str | Path = ".") -> list[Path]:
    return sorted(path for path in Path(folder).iterdir() if KEPT.match(path.name))


# -- what stands at -o ------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["中牟县.xlsx", "收到/中牟县.xlsx"])
def test_an_earlier_result_is_replaced(output: str) -> None:
    """Whether a walk comes upon it or not; no word is said of it."""
    first = merge("-o", output, "--format", "json")
    before = files()
    send(GUANDU, own_values(Level.TOWNSHIP, 3, 90))
    second = merge("-o", output, "--format", "json")
    after = files()
    assert (first.code, second.code, "kept" in second.json) == (0, 0, False)
    assert second.json["total"]["activities.township.sessions"] == 5
    assert (sorted(after), after[output] != before[output]) == (sorted(before), True)


def test_the_units_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where earlier results lie among the inputs, too, and in the folder of the levels' workbooks."""
    calls = []
    monkeypatch.setattr(merging, "find_register", lambda *given: calls.append(1) or find_register(*given))
    options = ("-o", "收到/中牟县.xlsx", "--each-level", "收到/逐级")
    assert [merge(*options).code for _ in range(2)] == [0, 0]
    assert len(calls) == 2


def township(path: str) -> None:
    merge("-o", path, root="410122101")


def last_year(path: str) -> None:
    send(GUANDU, to="去年", edition=22)
    merge("-o", path, inputs=["去年"])


def blank(path: str) -> None:
    run("new", "--unit", "中牟县", "--code", "410122", "-o", path)


def photo(path: str) -> None:
    Path(path).write_bytes(b"\xff\xd8\xff\xe0 a photo")


def empty(path: str) -> None:
    Path(path).write_bytes(b"")


NOT_OURS = "已经存在：{}，不是 merge 写出的汇总表。"
OTHERS: dict[Callable[[str], None], str] = {
    township: "已经存在：{}，是“官渡镇”的汇总表，这里要写的是“中牟县”的。",
    last_year: "已经存在：{}，是第 22 个会员活动日（2020 年）的汇总表，这次汇总的是第 23 个。",
    blank: NOT_OURS,
    photo: NOT_OURS,
    empty: NOT_OURS,
}


@pytest.mark.parametrize("put", OTHERS)
def test_what_is_no_earlier_result_is_overwritten_by_force_only(put: Callable[[str], None]) -> None:
    put("别的.xlsx")
    before = files()
    refused(merge("-o", "别的.xlsx"), before, OTHERS[put].format("别的.xlsx"), FORCE)
    assert merge("-o", "别的.xlsx", "--force").code == 0
    after = files()
    assert (sorted(after), after["别的.xlsx"] != before["别的.xlsx"]) == (sorted(before), True)
    assert run("verify", "别的.xlsx").code == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("put", [township, last_year, blank, photo])
def test_an_input_is_not_overwritten_by_force_either(put: Callable[[str], None], force: list[str]) -> None:
    put("收到/别的.xlsx")
    before = files()
    edition = ["--edition", "23"]  # last year's result were otherwise a finding of all
    refused(merge("-o", "收到/别的.xlsx", *edition, *force), before, "输出文件“收到/别的.xlsx”也是要汇总的报表之一")


# -- altered by somebody ----------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Any], None]] = {
    "a figure": lambda page: page.__setitem__("F6", 99),
    "no figure": lambda page: page.__setitem__("F6", None),
    "words": lambda page: page.__setitem__("F6", "4场"),
    "the name": lambda page: page.__setitem__("B3", "郑州市计生协"),
    "the edition": lambda page: page.__setitem__("A2", "第22个“5.29会员活动日”信息统计表"),
    "a heading": lambda page: page.__setitem__("F5", "次数"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("output", ["中牟县.xlsx", "收到/中牟县.xlsx"])
def test_what_somebody_altered_is_kept(output: str, change: str) -> None:
    merge("-o", output)
    whole, old = files(), alter(output, CHANGES[change])
    result = merge("-o", output, "--format", "json")
    (one,) = kept(Path(output).parent)
    assert (result.code, result.json["kept"]) == (0, [{"path": output, "now": str(one)}])
    assert files() == {**whole, one.as_posix(): old}  # the result is made anew, from the same returns


def test_it_is_said_where_it_is_kept_and_each_time_anew() -> None:
    merge("-o", "中牟县.xlsx")
    olds = []
    for figure in (98, 99):
        olds.append(alter("中牟县.xlsx", lambda page, figure=figure: page.__setitem__("F6", figure)))  # type: ignore[misc]
        result = merge("-o", "中牟县.xlsx")
        (now,) = (one for one in kept() if one.read_bytes() == olds[-1])
        assert squeezed(f"原来的中牟县.xlsx写出以后被人改动过，没有覆盖，现在是{now}") in squeezed(result.out)
    assert sorted(one.read_bytes() for one in kept()) == sorted(olds)


def test_a_look_that_changes_nothing_alters_nothing() -> None:
    """Saved again by another program, and with a width changed: the page says what it said."""
    merge("-o", "中牟县.xlsx")
    alter("中牟县.xlsx", lambda page: page.column_dimensions.__getitem__("C").__setattr__("width", 30))
    assert (merge("-o", "中牟县.xlsx").code, kept()) == (0, [])


def test_a_long_name_is_cut_for_what_is_kept() -> None:
    output = f"{'官' * 83}.xlsx"  # 254 bytes
    merge("-o", output)
    old = alter(output)
    assert merge("-o", output).code == 0
    (one,) = kept()
    assert (one.read_bytes(), len(os.fsencode(one.name)) <= 255) == (old, True)


def test_what_was_kept_beside_a_level_stops_no_other_run() -> None:
    levels = ("--each-level", "收到/各级", "--format", "json")
    assert merge("-o", "中牟县.xlsx", *levels).code == 0
    alter(f"收到/各级/{OF_GUANDU}")
    again = merge("-o", "中牟县.xlsx", *levels)
    (one,) = kept(Path("收到/各级", OF_GUANDU).parent)
    assert again.json["kept"] == [{"path": f"收到/各级/{OF_GUANDU}", "now": str(one)}]
    total = again.json["total"]
    once_more = merge("-o", "中牟县.xlsx", *levels)
    assert (once_more.json["output"], once_more.json["total"], one.exists()) == ("中牟县.xlsx", total, True)


# -- the same file under another name ---------------------------------------------------------------------


def symlink(name: str, target: str) -> None:
    Path(name).symlink_to(Path(target).resolve())


def hard_link(name: str, target: str) -> None:
    os.link(target, name)


SAME = "是同一个文件（是链接，或者文件名只有大小写不同），写出会把它覆盖。"


@pytest.mark.parametrize("link", [symlink, hard_link])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_link_among_the_inputs_that_leads_to_the_output(link: Callable[[str, str], None], force: list[str]) -> None:
    merge("-o", "中牟县.xlsx")
    link("收到/链接.xlsx", "中牟县.xlsx")
    refused(merge("-o", "中牟县.xlsx", *force), files(), "收到/链接.xlsx", SAME)


@pytest.mark.parametrize("link", [symlink, hard_link])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_output_that_is_a_link_to_an_input(link: Callable[[str, str], None], force: list[str]) -> None:
    link("中牟县.xlsx", "收到/官渡村.xlsx")
    refused(merge("-o", "中牟县.xlsx", *force), files(), "收到/官渡村.xlsx", SAME)
    link("明细.csv", "收到/官渡村.xlsx")
    refused(merge("-o", "县.xlsx", "--accounts-csv", "明细.csv", *force), files(), "收到/官渡村.xlsx", SAME)


def test_a_link_that_leads_to_where_the_output_will_be() -> None:
    symlink("收到/链接.xlsx", "中牟县.xlsx")
    refused(merge("-o", "中牟县.xlsx"), files(), "收到/链接.xlsx", SAME)


@pytest.mark.parametrize("option", ["-o", "--accounts-csv"])
@pytest.mark.parametrize("link", [symlink, hard_link])
def test_no_output_is_a_link_to_the_roster(option: str, link: Callable[[str, str], None]) -> None:
    place = "链接.xlsx" if option == "-o" else "链接.csv"
    link(place, "名册.csv")
    more = [] if option == "-o" else ["-o", "县.xlsx"]
    refused(merge(*more, option, place, "--force"), files(), f"输出文件“{place}”也是")


@pytest.mark.parametrize("link", [symlink, hard_link])
def test_two_outputs_that_are_one_file(link: Callable[[str, str], None]) -> None:
    merge("-o", "中牟县.xlsx")
    link("明细.csv", "中牟县.xlsx")
    refused(merge("-o", "中牟县.xlsx", "--accounts-csv", "明细.csv", "--force"), files(), "输出文件“明细.csv”也是")


def test_a_roundabout_path_to_an_input() -> None:
    before = files()
    refused(merge("-o", "收到/没有/../官渡村.xlsx"), before, "也是要汇总的报表之一")
    assert not Path("收到/没有").exists()


@pytest.mark.parametrize("target", ["新.xlsx", "旧.xlsx"])
def test_an_output_that_is_a_link_is_written_where_it_leads(target: str) -> None:
    Path("别处").mkdir()
    if target == "旧.xlsx":
        merge("-o", f"别处/{target}")
    symlink("中牟县.xlsx", f"别处/{target}")
    assert merge("-o", "中牟县.xlsx").code == 0
    assert (Path("中牟县.xlsx").is_symlink(), run("verify", f"别处/{target}").code) == (True, 0)
    assert [path.name for path in Path("别处").iterdir()] == [target]


def folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have names in different cases lead to one file, as on Windows and macOS."""
    exists, names = os.path.lexists, os.listdir

    def really(path: Any) -> Any:
        folder, name = os.path.split(path) if isinstance(path, str | Path) and not exists(path) else ("", "")
        alike = (other for other in names(folder or ".") if other.casefold() == name.casefold()) if name else ()
        return next((os.path.join(folder, other) for other in alike), path)  # noqa: PTH118

    for function in ("stat", "access"):
        original = getattr(os, function)
        monkeypatch.setattr(os, function, lambda path, *more, f=original, **how: f(really(path), *more, **how))


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_output_in_another_case_than_an_input(monkeypatch: pytest.MonkeyPatch, force: list[str]) -> None:
    shutil.move("收到/官渡村.xlsx", "收到/guandu.xlsx")
    folds(monkeypatch)
    refused(merge("-o", "收到/Guandu.XLSX", *force), files(), "收到/guandu.xlsx", SAME)


def test_two_new_outputs_in_different_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a").write_bytes(b"")  # by which it can be seen whether case matters
    outputs = "-o", "县.xlsx", "--findings", "County.csv", "--accounts-csv", "COUNTY.CSV"
    assert merge(*outputs).code == 0
    assert Path("COUNTY.CSV").read_bytes() != Path("County.csv").read_bytes()
    for name in ("县.xlsx", "County.csv", "COUNTY.CSV"):
        Path(name).unlink()
    folds(monkeypatch)
    refused(merge(*outputs), files(), "输出文件“County.csv”也是")


# -- no regular file --------------------------------------------------------------------------------------


def pipe(path: str) -> None:
    os.mkfifo(path)


def link_to(target: str) -> Callable[[str], None]:
    return lambda path: Path(path).symlink_to(Path(target).resolve())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("put", [pipe, link_to("/dev/null"), link_to("收到"), lambda path: Path(path).mkdir()])
@pytest.mark.parametrize("output", ["-o", "--accounts-csv", "--each-level"])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_output_that_is_no_regular_file(put: Callable[[str], None], output: str, force: list[str]) -> None:
    if output == "--each-level":
        Path("各级/410122_中牟县/410122101_官渡镇").mkdir(parents=True)
        put(f"各级/{OF_GUANDU}")
        more = ["-o", "县.xlsx", "--each-level", "各级"]
    else:
        place = "管道.xlsx" if output == "-o" else "管道.csv"
        put(place)
        more = [output, place] if output == "-o" else ["-o", "县.xlsx", output, place]
    before = files()
    result = merge(*more, *force)
    assert (result.code, result.out, files()) == (2, "", before)
    assert "不是普通文件的位置" in squeezed(result.err) or "是文件夹。" in squeezed(result.err)


@pytest.mark.parametrize("output", ["中牟县.xlsx/", "新的/", "./"])
def test_an_output_that_is_called_as_a_folder(output: str) -> None:
    before = files()
    assert (merge("-o", output).code, files()) == (2, before)
    refused(merge("-o", "县.xlsx", "--accounts-csv", "明细.csv/"), before, "不是普通文件的位置")
    assert not Path("新的").exists()


# -- the accounts -----------------------------------------------------------------------------------------


def test_an_earlier_list_of_accounts_is_replaced() -> None:
    more = ("-o", "中牟县.xlsx", "--accounts-csv", "明细.csv")
    assert merge(*more).code == 0
    with Path("明细.csv").open("ab") as file:
        file.write(b"1,,,,,,,,,,\n")
    assert merge(*more).code == 0
    assert Path("明细.csv").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("content", ["序号,单位代码\n", "", "代码,程度,说明\n"])
def test_another_csv_is_not(content: str) -> None:
    Path("明细.csv").write_text(content, encoding="utf-8-sig")
    more = ("-o", "中牟县.xlsx", "--accounts-csv", "明细.csv")
    refused(merge(*more), files(), "已经存在：明细.csv，不是 --accounts-csv 写出的明细。", FORCE)
    assert merge(*more, "--force").code == 0
    assert Path("明细.csv").read_bytes().startswith("\ufeff序号,单位代码,".encode())


# -- the levels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("put", OTHERS)
@pytest.mark.parametrize("place", [COUNTY, OF_GUANDU])
def test_what_stands_where_a_levels_workbook_is_to_go(put: Callable[[str], None], place: str) -> None:
    if (put, place) == (township, OF_GUANDU):
        pytest.skip("that is its own")
    path = Path("各级", place)
    path.parent.mkdir(parents=True)
    put(str(path))
    more, before = ("-o", "县.xlsx", "--each-level", "各级"), files()
    result = merge(*more)
    refused(result, before, f"已经存在：{path}", FORCE)
    assert merge(*more, "--force").code == 0
    assert run("verify", path).code == 0


@pytest.mark.parametrize("link", [symlink, hard_link])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_link_where_a_levels_workbook_is_to_go(link: Callable[[str, str], None], force: list[str]) -> None:
    for target in ("收到/官渡村.xlsx", "名册.csv"):
        shutil.rmtree("各级", ignore_errors=True)
        Path("各级", OF_GUANDU).parent.mkdir(parents=True)
        link(f"各级/{OF_GUANDU}", target)
        result = merge("-o", "县.xlsx", "--each-level", "各级", *force)
        assert (result.code, result.out, Path("县.xlsx").exists()) == (2, "", False)
        assert Path(target).read_bytes() == Path("各级", OF_GUANDU).read_bytes()


@pytest.mark.parametrize("option", ["-o", "--accounts-csv"])
@pytest.mark.parametrize("is_there", [False, True])
def test_an_output_that_is_a_levels_workbook_by_a_link(option: str, is_there: bool) -> None:
    if is_there:
        merge("-o", "县.xlsx", "--each-level", "各级")
    symlink("链接.xlsx", f"各级/{OF_GUANDU}")
    more = ["-o", "链接.xlsx"] if option == "-o" else ["-o", "县.xlsx", option, "链接.xlsx", "--force"]
    before = files()
    result = merge(*more, "--each-level", "各级")
    assert (result.code, files()) == (2, before)


def test_a_link_outside_that_leads_to_a_levels_workbook() -> None:
    merge("-o", "县.xlsx", "--each-level", "各级")
    hard_link("收到/链接.xlsx", f"各级/{OF_GUANDU}")
    refused(merge("-o", "县.xlsx", "--each-level", "各级", "--force"), files(), "收到/链接.xlsx", SAME)


# -- nothing is written, nothing is asked -----------------------------------------------------------------


def test_where_nothing_is_written_what_stands_there_does_not_matter() -> None:
    send(GUANDU_VILLAGE, {"activities.village.sessions": "若干"})
    township("镇.xlsx")
    before = files()
    result = merge("-o", "镇.xlsx", "--strict", "--format", "json")
    assert (result.code, result.json["output"], files()) == (1, None, before)
