"""What a command line does for whoever types it: completion, everyday commands, quotation marks, endings of files."""

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from command_line import read_terminal, run
from stattable.cli.commands import main
from stattable.cli.completion import completion_script

EVERYDAY = ("new --roster", "check 收到", "merge 收到")


def test_no_command_shows_the_everyday_ones() -> None:
    result = run()
    assert (result.code, result.err) == (2, "")
    assert all(one in result.out for one in (*EVERYDAY, "--help"))


def test_every_everyday_command_is_one() -> None:
    for line in run().out.splitlines():
        if line.startswith("  "):
            _, _, name, *_ = line.split()
            assert name in main.commands


def test_as_a_module_it_says_how_it_was_called() -> None:
    for arguments in ([], ["--help"]):
        said = subprocess.run([sys.executable, "-m", "stattable", *arguments], capture_output=True, check=False).stdout
        assert "python -m stattable" in said.decode()


# -- completion -------------------------------------------------------------------------------------------


def complete(shell: str, *words: str) -> list[str]:
    """Ask for completions of the last of `words` as a shell does, in a console that has no Chinese."""
    result = subprocess.run(
        [sys.executable, "-c", "import sys; from stattable.cli.commands import main; main(prog_name='stattable')"],
        env=os.environ
        | {"_STATTABLE_COMPLETE": f"{shell}_complete", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        | {"COMP_WORDS": " ".join(["stattable", *words]),
           "COMP_CWORD": words[-1] if shell == "fish" else str(len(words))},
        capture_output=True,
        check=True,
    )  # fmt: skip
    assert result.stderr == b""
    return result.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("shell", "words", "expected"),
    [
        ("bash", ["ver"], ["plain,verify"]),
        ("bash", ["check", "--sel"], ["plain,--select"]),
        ("bash", ["check", "--fail-on", "核"], ["plain,核实性"]),
        ("bash", ["check", "收"], ["file,收"]),
        ("bash", ["merge", "收到", "-o", "汇"], ["file,汇"]),
        ("bash", ["merge", "收到", "--each-level", "逐"], ["dir,逐"]),
        ("zsh", ["merge", "收到", "-o", "汇"], ["file", "汇", "_"]),
        ("fish", ["ver"], ["plain,verify\t核对汇总表：页上的数是不是等于本级加下级，有没有被改过。"]),
        ("powershell", ["ver"], ["plain", "verify", "核对汇总表：页上的数是不是等于本级加下级，有没有被改过。"]),
        ("powershell", ["check", "收"], ["file", "收", "_"]),
    ],
)
def test_completion(shell: str, words: Sequence[str], expected: list[str]) -> None:
    assert complete(shell, *words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell(shell: str) -> None:
    script = run("completion", shell)
    assert (script.code, script.err) == (0, "")
    assert script.out == completion_script(main, shell)
    assert script.out.isascii()
    assert f"{shell}_complete" in script.out
    assert "%(" not in script.out


def test_bash_runs_its_script(tmp_path: Path) -> None:
    program = tmp_path / "stattable"
    program.write_text(f"#!{sys.executable}\nfrom stattable.cli.commands import main\nmain(prog_name='stattable')\n")
    program.chmod(0o755)
    asked = (
        'eval "$(stattable completion bash)"; COMP_WORDS=(stattable ver); COMP_CWORD=1; _stattable_completion stattable'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    bash = [shutil.which("bash") or "bash", "--norc", "-c", f'{asked}; echo "${{COMPREPLY[@]}}"']
    assert subprocess.run(bash, env=os.environ | {"PATH": path}, capture_output=True, check=True).stdout == b"verify\n"


# PowerShell is not at hand: this is what its script must do.
def test_the_script_of_powershell() -> None:
    script = completion_script(main, "powershell")
    assert script.index("OutputEncoding = [System.Text.Encoding]::UTF8") < script.index("& stattable")
    assert script.index("& stattable") < script.index("[Console]::OutputEncoding = $encoding")
    assert "CompleteFilename" in script  # which puts quotation marks around paths with spaces
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")


def test_a_shell_that_nobody_knows() -> None:
    assert "应为 bash、zsh、fish 或 powershell" in run("completion", "csh").err
    assert run("completion", "pwsh").out == run("completion", "powershell").out


# -- spaces without quotation marks -----------------------------------------------------------------------


@pytest.fixture
def with_spaces(here: Path) -> Path:
    for name in ("2026 年 报表", "两  个空格/里 面", "(县) & 乡"):
        Path(name).mkdir(parents=True)
    Path("名 册.csv").write_bytes(Path("名册.csv").read_bytes())
    return here


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("check 2026 年 报表", 'check "2026 年 报表"'),
        ("check ./2026 年 报表 --roster 名册.csv", 'check "2026 年 报表" --roster 名册.csv'),
        ("check 收到 2026 年 报表", 'check 收到 "2026 年 报表"'),
        ("check 两 个空格", 'check "两  个空格"'),
        ("check 两 个空格/里 面", 'check "两  个空格/里 面"'),
        ("check (县) & 乡", 'check "(县) & 乡"'),
        ("check 2026 年 报表 --roster 名 册.csv", 'check "2026 年 报表" --roster "名 册.csv"'),
        ("merge 2026 年 报表 -o 县 2026.xlsx", 'merge "2026 年 报表" -o "县 2026.xlsx"'),
        ("merge 收到 -o 2026 年 报表/县.xlsx", 'merge 收到 -o "2026 年 报表/县.xlsx"'),
        ("diff 2026 年 报表 收到", 'diff "2026 年 报表" 收到'),
    ],
)
@pytest.mark.usefixtures("with_spaces")
def test_a_path_in_pieces_is_recognised(typed: str, meant: str) -> None:
    before = sorted(Path().rglob("*"))
    result = run(*typed.split())
    assert (result.code, result.out) == (2, "")
    assert "的名称里有空格，命令里要用引号括起来：" in result.err
    assert result.err.endswith(f"\n\n    main {meant}\n")
    assert sorted(Path().rglob("*")) == before


@pytest.mark.usefixtures("with_spaces")
def test_an_absolute_path_in_pieces() -> None:
    path = Path("2026 年 报表").resolve()
    assert f'check "{path}"' in run("check", *str(path).split(" ")).err


@pytest.mark.parametrize(
    "typed",
    [
        "check 没有 这个",
        "check 没有 收到",
        "check 收到 --roster 没有",
        "check 收到 --级别 县级",
        "merge 收到 -o 县.xlsx --scope 41",
        "new --unit 官渡镇 --edition 200 -o a.xlsx",
        "check " + "没有 " * 80,
        "check " + "长" * 300 + " x",
    ],
)
@pytest.mark.usefixtures("with_spaces")
def test_what_is_no_path_in_pieces(typed: str) -> None:
    result = run(*typed.split())
    assert result.code == 2
    assert "引号" not in result.err


def test_a_hostile_name_is_said_as_it_may_be_printed(here: Path) -> None:
    Path("a \x1b[31m\u202eb").mkdir()
    said = run("check", "a", "\x1b[31m\u202eb").err
    assert "引号" in said
    assert not {"\x1b", "\u202e"} & set(said)


# -- endings of files that are written --------------------------------------------------------------------


ENDINGS = [
    ("merge 收到 -o 汇总", "汇总.xlsx"),
    ("merge 收到 -o 汇总.", "汇总.xlsx"),
    ("merge 收到 -o 汇总.xls", "汇总.xlsx"),
    ("merge 收到 -o 汇总.et", "汇总.xlsx"),
    ("merge 收到 -o 汇总2026.6.30", "汇总2026.6.30.xlsx"),
    ("merge 收到 -o 子.夹/汇总", "子.夹/汇总.xlsx"),
    ("merge 收到 -o 县.xlsx --accounts-csv 明细.xlsx", "明细.csv"),
    ("merge 收到 -o 县.xlsx --findings 意见", "意见.csv"),
    ("check 收到 --findings 意见.txt", "意见.csv"),
    ("status 收到 -o 情况.csv", "情况.xlsx"),
    ("new --unit 官渡镇 -o 官渡镇.doc", "官渡镇.xlsx"),
]


@pytest.mark.parametrize(("typed", "better"), ENDINGS)
@pytest.mark.usefixtures("here")
def test_an_ending_of_another_kind_is_refused_where_nobody_can_be_asked(typed: str, better: str) -> None:
    before = sorted(Path().rglob("*"))
    result = run(*typed.split())
    assert (result.code, result.out) == (2, "")
    assert f"请写成“{better}”。" in result.err
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(("answer", "code", "written"), [("n", 2, False), ("是\ny", 0, True)])
def test_on_a_terminal_it_is_asked_about(here: Path, answer: str, code: int, written: bool) -> None:
    parent, child = pty.openpty()
    os.write(parent, f"{answer}\n".encode())
    command = [sys.executable, "-m", "stattable", "new", "--unit", "官渡镇", "-o", "官渡镇.xls", "--quiet"]
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child)
    os.close(child)
    said = read_terminal(parent).decode()
    assert process.wait(120) == code
    assert "要写成“官渡镇.xlsx”吗？" in said
    assert (Path("官渡镇.xlsx").exists(), Path("官渡镇.xls").exists()) == (written, False)
    assert ("请输入 y（是）或 n（否）" in said) == ("是" in answer)


@pytest.mark.usefixtures("here")
def test_endings_in_capitals_are_endings() -> None:
    assert run("new", "--unit", "官渡镇", "-o", "官渡镇.XLSX").code == 0
    assert Path("官渡镇.XLSX").exists()


def test_a_folder_with_the_better_name(here: Path) -> None:
    Path("汇总.xlsx").mkdir()
    assert "汇总.xlsx" in run("merge", "收到", "-o", "汇总").err
