"""What reaches a terminal or a CSV of names, cells and options that were made to deceive whoever reads it."""

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.text import Text
from rich.tree import Tree

from command_line import Result, run
from county import GUANDU, ROSTER
from stattable.model.units import Level
from stattable.output.console.terminal import make_console, wrapped
from writers.county import send, write_roster
from writers.returns import own_values, typed

# ESC and BEL, ESC of C1, an override of direction, isolates and marks of it, nothing to be seen, lines of their own
NASTY = "\x1b[2J\x07\x08\x7f\x9b31m\x85\u202e\u2066\u2069\u200e\u200f\u061c\u200b\ufeff\u2028\u2029_x001B_"
FORGED = "\n共检查 9 个文件：9 个可以计入"
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|_x001B_")
VILLAGE = own_values(Level.VILLAGE)
NAME = f"官渡{NASTY}村{FORGED}"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")


@pytest.fixture(autouse=True)
def folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of such a name, with files of such names, units and cells."""
    monkeypatch.setenv("COLUMNS", "100")
    folder = Path(f"收到{NASTY}")
    write_roster(roster=ROSTER.replace("官渡村", f"官渡{NASTY.replace(chr(10), '')}村"))
    figures = {**VILLAGE, "activities.village.sessions": "若_x001B_[2J干\u202e"}
    typed(folder / f"{NAME}.xlsx", "不知道\u202e村", figures, change=lambda sheet: setattr(sheet, "title", "表\u202e"))
    typed(folder / "_x001B_.xlsx", "官渡\u200b村", VILLAGE)
    typed(folder / "2.xlsx", "逐鹿营村", {**VILLAGE, "activities.village.people": 1})
    (folder / f"{NASTY.replace('/', '')}.jpg").write_bytes(b"\xff\xd8\xff\xe0photo")
    send(GUANDU, to=folder, name=f"镇{NASTY}")
    return folder


def harmless(result: Result, *codes: int) -> Result:
    """Nothing steers the terminal, and no line of it is forged."""
    assert result.code in codes, result.err
    text = (result.out + result.err).removeprefix("\ufeff")
    assert UNSEEN.findall(text) == []
    assert not any(line.startswith(FORGED.strip()) for line in text.splitlines())
    return result


def merge(folder: Path, *more: str) -> Result:
    return run("merge", folder, "--roster", "名册.csv", "--root", "410122101", "-o", f"汇总{NASTY}.xlsx", *more)


def test_check(folder: Path) -> None:
    table = harmless(run("check", folder, "--roster", "名册.csv"), 1)
    assert "官渡\ufffd[2J" in table.out  # and the file can be recognised
    harmless(run("check", folder), 1)


def test_merge_verify_and_trace(folder: Path) -> None:
    levels = f"各级{NASTY}"
    assert "收到\ufffd[2J" in harmless(merge(folder, "--each-level", levels, "--accounts-csv", f"{NASTY}.csv"), 1).out
    report = f"汇总{NASTY}.xlsx"
    harmless(run("verify", report, folder, "名册.csv"), 0, 1)
    harmless(run("trace", report, "H6", folder), 0)
    book = openpyxl.load_workbook(report)
    book.worksheets[0]["H6"] = "7\u202e_x001B_"
    book.save(report)
    assert "没有覆盖" in harmless(merge(folder), 1).out
    (now,) = Path().glob("*改动过的旧表*")
    harmless(run("verify", now), 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", f"没有{NAME}"],
        ["check", ".", "--roster", f"没有{NAME}"],
        ["check", ".", "--level", NAME],
        ["check", ".", "--format", NAME],
        ["check", ".", "--jobs", NAME],
        ["check", ".", f"--{NAME}"],
        ["explain", NAME],
        ["explain", "V003", NAME],
        [f"汇总{NAME}"],
        ["merge", ".", "-o", "a.xlsx", "--scope", f"{NAME}=own"],
        ["merge", ".", "-o", "a.xlsx", "--scope", f"41={NAME}"],
        ["merge", ".", "-o", "a.xlsx", "--root", NAME],
        ["merge", ".", "-o", "a.xlsx", "--unit", NAME, "--level", "县级"],
        ["merge", ".", "-o", f"空{NAME}/"],
        ["new", "--unit", NAME, "-o", "a.xlsx"],
        ["new", "--unit", "官渡镇", "--code", NAME, "-o", "a.xlsx"],
        ["new", "--roster", "名册.csv", "--root", NAME, "-o", "空白表"],
        ["trace", "没有", NAME],
        ["verify", f"没有{NAME}"],
    ],
)
def test_errors(arguments: list[str]) -> None:
    harmless(run(*arguments), 0, 1, 2)


def test_a_fault_of_a_roster_and_of_writing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(f"名册{NASTY}.csv").write_text(f"代码,名称,级别\n41,河南省,{NASTY}\n41,\u202e省,\n", encoding="utf-8")
    harmless(run("check", folder, "--roster", f"名册{NASTY}.csv"), 1)
    harmless(run("check", folder, "--roster", f"名册{NASTY}.csv", "--format", "csv"), 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "写不了文件" in harmless(merge(folder), 3).err


# -- CSV and JSON -----------------------------------------------------------------------------------------


def test_csv(folder: Path) -> None:
    out = harmless(run("check", folder, "--roster", "名册.csv", "--format", "csv"), 1).out
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert all(UNSEEN.sub("", cell) == cell and "\n" not in cell for row in rows for cell in row.values())
    assert any("官渡\ufffd[2J" in row["文件"] for row in rows)


@pytest.mark.parametrize("command", ["check", "merge"])
def test_json_is_exact_and_escaped(folder: Path, command: str) -> None:
    options = ["-o", f"{NASTY}.xlsx", "--root", "410122101"] if command == "merge" else []
    result = run(command, folder, "--roster", "名册.csv", "--format", "json", *options)
    assert (result.code, set(UNSEEN.findall(result.out))) == (1, {"_x001B_"})  # which is no more than these letters
    said = {finding["path"] for one in result.json.get("files", [result.json]) for finding in one["findings"]}
    assert said >= {str(folder / f"{NAME}.xlsx"), str(folder / "2.xlsx")}
    assert (result.json.get("output"), "逐鹿营村" in result.out) == (options[1] if options else None, True)


# -- cells of a merged workbook ---------------------------------------------------------------------------


def test_the_merged_workbook(folder: Path) -> None:
    merge(folder)
    book = openpyxl.load_workbook(f"汇总{NASTY}.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert [text for text in texts if UNSEEN.search(text)] == []
    assert any("官渡[2J" in text for text in texts)


# -- the console ------------------------------------------------------------------------------------------


def shown(what: Any) -> str:
    console = make_console()
    with console.capture() as captured:
        console.print(what)
    return captured.get()


def tree(text: Text) -> Tree:
    whole = Tree(text)
    whole.add(text)
    return whole


@pytest.mark.parametrize("within", [lambda text: text, tree])
def test_each_text_within_what_is_printed(within: Any) -> None:
    out = shown(within(Text.assemble(("官渡\x1b[2J", "bold"), "村\u202e\n乡")))
    assert "官渡\ufffd[2J村\ufffd\ufffd乡" in out
    assert UNSEEN.findall(out) == []


def test_styles_stay_where_they_were() -> None:
    console = make_console()
    text = Text.assemble(("一\x1b", "red"), ("二_x001B_三", "bold"))
    (line,) = console.render_lines(text, pad=False)
    of_styles = {style: "".join(one.text for one in line if str(one.style) == style) for style in ("red", "bold")}
    assert of_styles == {"red": "一\ufffd", "bold": "二\ufffd三"}


def test_a_text_that_is_broken_over_lines() -> None:
    assert wrapped("官渡_x001B_\x1b村", 8) == ["官渡\ufffd\ufffd村"]
