import re
from pathlib import Path
from typing import Any

import pytest

from command_line import Result, codes, run, squeezed
from county import GUANDU, GUANDU_VILLAGE, ROSTER, ZHULUYING
from stattable.checking import check
from stattable.cli.commands import main
from stattable.model.catalogue import CATALOGUE
from stattable.model.identity import UnitFacts
from stattable.model.units import Level
from writers.county import send
from writers.returns import own_values

VILLAGE = own_values(Level.VILLAGE)
SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"

pytestmark = pytest.mark.usefixtures("here")


def village(name: str = "官渡村", unit: UnitFacts = GUANDU_VILLAGE, **figures: Any) -> None:
    send(unit, figures, name=name)


def merge(*options: str) -> Result:
    return run("merge", "收到", "-o", "汇总表.xlsx", "--roster", "名册.csv", "--root", "410122101", *options)


def names() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())


# -- exit codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "fail_on", "code"),
    [
        ({}, "info", 0),
        ({SESSIONS: "2场"}, "warning", 0),
        ({SESSIONS: "2场"}, "info", 1),
        ({SESSIONS: "2场"}, "提示", 1),
        ({PEOPLE: 1}, "error", 0),
        ({PEOPLE: 1}, "warning", 1),
        ({PEOPLE: 1}, "核实性", 1),
        ({SESSIONS: "若干"}, "error", 1),
        ({SESSIONS: "若干"}, "强制性", 1),
    ],
)
@pytest.mark.parametrize("command", ["check", "merge"])
def test_fail_on(command: str, figures: dict[str, Any], fail_on: str, code: int) -> None:
    village(**figures)
    village("2", ZHULUYING)
    send(GUANDU, name="镇")
    result = run("check", "收到", "--fail-on", fail_on) if command == "check" else merge("--fail-on", fail_on)
    assert result.code == code


NOTHING = "没有可读取的报表：{}。请检查文件夹里是否有 .xlsx、.xls 或 .ods 文件。"
NO_ROOT = "没有代码是“42”的单位。请核对 --root 或 --code 后面的代码，或加上 --unit 名称 --level 级别。"
SEVERITIES = "error（强制性）、warning（核实性）或 info（提示）"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("check", "缺少参数 '文件或文件夹...'."),
        ("check 没有.xlsx", "'文件或文件夹...' 的值不对：路径 没有.xlsx 不存在。"),
        ("check 收到", NOTHING.format("收到")),
        ("check 名册.csv --roster 名册.csv", NOTHING.format("名册.csv")),
        ("check 收到 --format xml", "'--format' 的值不对：xml 应为 'table', 'json', 'csv' 之一。"),
        ("check 收到 --level 厅级", "'--level' 的值不对：“厅级”应为 省级、地市级、县级、乡镇级或村居社区级。"),
        ("check 收到 --fail-on 严重", f"'--fail-on' 的值不对：“严重”应为 {SEVERITIES}。"),
        ("check 收到 --jobs 0", "'--jobs' 的值不对：0 不对，应是 1 或更大的整数。"),
        ("check 收到 --jobs 两", "'--jobs' 的值不对：两 不是整数。"),
        ("check 收到 --year 1998", "'--year' 的值不对：1998 不对，应在 1999 到 2197 之间。"),
        ("new --unit 官渡镇 --edition 200 -o a.xlsx", "'--edition' 的值不对：200 不对，应在 1 到 199 之间。"),
        ("check 收到 --edition 23 --year 2022", "--edition 23 和 --year 2022 不是同一届，只写一个。"),
        ("check 收到 --roster 没有.csv", "'--roster' 的值不对：文件 没有.csv 不存在。"),
        ("check 收到 --roster 收到", "'--roster' 的值不对：文件 收到 是文件夹。"),
        ("check 收到 --rooster 名册.csv", "没有选项 --rooster。 是不是 '--roster'？"),
        ("check 收到 --edition", "选项 --edition 后面要有值。"),
        ("check 收到 --quiet=1", "选项 --quiet 后面不能有值。"),
        ("merge 收到", "缺少选项 '-o' / '--output'."),
        ("merge 收到 -o 收到", "'-o' / '--output' 的值不对：文件 收到 是文件夹。"),
        ("merge 收到 -o a.xlsx --scope 41", "'--scope' 的值不对：“41”应写成 代码=own 或 代码=cumulative。"),
        ("merge 收到 -o a.xlsx --scope 41=全", "'--scope' 的值不对：“全”应为 own（本级）或 cumulative（汇总）。"),
        ("merge 收到 -o a.xlsx --root 41 --code 41", "--root 和 --code 是同一件事，只写一个。"),
        ("new -o a.xlsx", "请写 --unit 名称，或 --roster 名册，二者选一。"),
        ("new --unit 官渡镇 --roster 名册.csv -o a.xlsx", "请写 --unit 名称，或 --roster 名册，二者选一。"),
        ("new --unit 官渡镇 --root 41 -o a.xlsx", "--root 只能和 --roster 一起用；单个单位的代码用 --code。"),
        ("new --roster 名册.csv --code 41 -o 空白表", "--level 和 --code 只能和 --unit 一起用；按名册时用 --root。"),
        ("new --roster 名册.csv --root 42 -o 空白表", NO_ROOT),
        ("explain", "缺少参数 '代码'."),
        ("explain V003 V004", "多了参数（V004）"),
        ("汇总", "没有命令 汇总。"),
        ("marge", "没有命令 marge。 是不是 'merge'？"),
    ],
)
def test_wrong_usage_and_nothing_to_read(arguments: str, error: str) -> None:
    before = names()
    result = run(*arguments.split())
    assert (result.code, result.out, names()) == (2, "", before)
    assert squeezed(result.err).endswith(squeezed(f"错误：{error}"))


def test_explain_of_an_unknown_code_names_the_known_ones() -> None:
    result = run("explain", "V999")
    assert (result.code, result.out) == (2, "")
    assert squeezed(result.err) == f"错误：没有“V999”这个代码。可用的有：{''.join(CATALOGUE)}。"


def test_an_output_that_is_an_input() -> None:
    village()
    before = Path("收到/官渡村.xlsx").read_bytes()
    assert run("merge", "收到", "-o", "收到/官渡村.xlsx").code == 2
    assert Path("收到/官渡村.xlsx").read_bytes() == before


def refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("function", ["os.replace", "tempfile.mkstemp", "os.fsync"])
def test_no_verdict_when_the_output_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, function: str, is_old: bool
) -> None:
    village()
    if is_old:
        merge()
    before = {path: path.read_bytes() for path in map(Path, names())}
    monkeypatch.setattr(function, refuse)
    result = merge("--format", "json")
    assert (result.code, result.out) == (3, "")
    assert squeezed(result.err).startswith("错误：写不了文件：汇总表.xlsx（")
    assert {path: path.read_bytes() for path in map(Path, names())} == before


def test_no_verdict_when_the_folder_is_a_file() -> None:
    village()
    result = run("merge", "收到", "-o", "名册.csv/汇总表.xlsx")
    assert (result.code, result.out, Path("名册.csv").read_text(encoding="utf-8")) == (3, "", ROSTER)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ZeroDivisionError,
            "错误：程序出错（ZeroDivisionError），没有得出结果。加 --debug 重试，把显示的内容发给维护人员。",
        ),
        (MemoryError, "错误：程序出错（MemoryError），没有得出结果。加 --debug 重试，把显示的内容发给维护人员。"),
    ],
)
def test_no_verdict_when_the_program_fails(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException], said: str
) -> None:
    def broken(*_: object) -> None:
        raise error

    village()
    monkeypatch.setattr(check, "check_returns", broken)
    result = run("check", "收到", "--format", "json")
    assert (result.code, result.out) == (3, "")
    assert squeezed(result.err) == squeezed(said)


@pytest.mark.parametrize("more", [[], ["--debug"]])
def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    village()
    monkeypatch.setattr(check, "check_returns", stopped)
    result = run("check", "收到", "--format", "json", *more)
    said = "已中断，没有写出任何结果。原来的文件没有改动，也没有留下写了一半的文件。"
    assert (result.code, result.out, squeezed(result.err)) == (130, "", said)


def test_debug_lets_the_error_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    village()
    monkeypatch.setattr(check, "check_returns", broken)
    with pytest.raises(ZeroDivisionError):
        run("check", "收到", "--debug")


def test_strict_writes_nothing_when_a_return_is_rejected() -> None:
    village(**{SESSIONS: "若干"})
    village("2", ZHULUYING)
    strict = merge("--strict", "--format", "json")
    assert (strict.code, strict.json["output"], Path("汇总表.xlsx").exists()) == (1, None, False)
    lenient = merge("--format", "json")
    assert (lenient.code, lenient.json["output"], Path("汇总表.xlsx").exists()) == (1, "汇总表.xlsx", True)


# -- what is shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "shown", "code"),
    [
        ([], ["R003", "V002"], 1),
        (["--select", "V"], ["V002"], 1),
        (["--select", "v002,R"], ["R003", "V002"], 1),
        (["--select", "V，R"], ["R003", "V002"], 1),
        (["--select", "V", "--select", "R003"], ["R003", "V002"], 1),
        (["--select", "R"], ["R003"], 0),
        (["--ignore", "V002"], ["R003"], 0),
        (["--select", "V", "--ignore", "V002"], [], 0),
        (["--ignore", "H"], ["R003", "V002"], 1),
    ],
)
def test_select_and_ignore(options: list[str], shown: list[str], code: int) -> None:
    village(**{SESSIONS: "若干", "services.other.village.people": 1})
    result = run("check", "收到", "--format", "json", *options)
    document = result.json
    assert (codes(document), result.code) == (shown, code)
    assert document["files"][0]["status"] == "rejected"  # whatever is shown
    assert document["summary"]["rejected"] == 1
    assert document["summary"]["errors"] + document["summary"]["warnings"] == len(shown)


def test_table() -> None:
    village(**{SESSIONS: "若干"})
    result = run("check", "收到")
    assert (result.code, result.err) == (1, "")
    assert re.search(r"官渡村（村居社区级，本级数）【退回】强制性V002.*“若干”", squeezed(result.out))
    assert "共检查1个文件：0个可以计入，1个要退回，0个重复，0个已更正。" in squeezed(result.out)


@pytest.mark.parametrize("code", ["V003", "v003"])
def test_explain(code: str) -> None:
    result = run("explain", code)
    entry = CATALOGUE["V003"]
    assert result.code == 0
    assert all(
        part in result.out.replace("\n", "") for part in ("V003", "强制性", entry.title, entry.why, entry.remedy)
    )


SHELL_WORDS = set(
    "Tab PowerShell PROFILE powershell Out String Invoke Expression bash bashrc eval zsh zshrc compinit fish config"
    " completions cmd".split()
)


@pytest.mark.parametrize("command", ["", *main.commands])
def test_help_is_chinese(command: str) -> None:
    text = run(*command.split(), "--help").out
    for name in ("stattable", "xlsx", "csv", "docx", "html", *main.commands):
        text = text.replace(name, "")
    english = set(re.findall(r"(?<![-\w])[A-Za-z]{2,}", text))
    # words that are typed as they stand
    assert english <= {
        "own",
        "cumulative",
        "error",
        "warning",
        "info",
        "json",
        "table",
        "refuse",
        "latest",
        "main",
        "Dask",
        "tcp",
        "zip",
    } | (SHELL_WORDS if command in {"", "completion"} else set())
    assert text.startswith("用法：")
    assert "显示帮助。" in text
