"""Where the output goes: pipes that somebody closes, consoles without Chinese, terminals that are too narrow."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from command_line import read_terminal
from county import GUANDU, GUANDU_VILLAGE, ZHULUYING
from stattable.model.units import Level
from stattable.output.console.streams import shows_chinese
from stattable.output.console.terminal import line_breaks, paths_in, wrapped
from writers.county import send, write_roster
from writers.returns import own_values

VILLAGE = own_values(Level.VILLAGE)
LONG = "收到/" + "上级单位名称很长的文件夹" * 4 + "/第 一 层（再发一次）、补报，最后"
HINT = b"chcp 65001"
MERGE = ["merge", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "汇总表.xlsx"]
COMMANDS = {
    "new": ["new", "--roster", "名册.csv", "-o", "空白表"],
    "check": ["check", "收到", "--roster", "名册.csv"],
    "merge": [*MERGE, "--force"],
    "verify": ["verify", "以前.xlsx", "收到", "名册.csv"],
    "trace": ["trace", "以前.xlsx", "H6", "收到"],
    "explain": ["explain", "V003"],
    "faults": ["check", "收到", "--roster", "坏.csv"],
    "refusal": ["check", "名册.csv", "--roster", "名册.csv"],
    "usage": ["check", "没有这个文件.xlsx"],
    "help": ["merge", "--help"],
}
CODES = {"check": 1, "merge": 1, "verify": 1, "faults": 1, "refusal": 2, "usage": 2}


def start(*arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONWARNINGS": "default", **options.pop("env", {})}
    environment.pop("COLUMNS", None)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, "-m", "stattable", *arguments], env=environment, **pipes)


def run(*arguments: str, **env: str) -> tuple[int, bytes, bytes]:
    process = start(*arguments, env=env)
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the county's units sent, in a folder with a long path; a merged workbook of it; a roster with a fault."""
    folder = tmp_path_factory.mktemp("received")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_roster()
        send(GUANDU_VILLAGE, to=LONG, name="官渡 村")
        assert run(*MERGE[:-1], "以前.xlsx")[0] == 0
        wrong, later = {"activities.village.sessions": "若干"}, date(2021, 6, 16)
        send(GUANDU_VILLAGE, wrong, to=LONG, name="官渡 村（更正）", filled_in=later)
        send(GUANDU_VILLAGE, to=LONG, name="官渡 村、又一份")
        send(ZHULUYING, {"activities.village.sessions": 3}, to="收到", name="2")
        send(GUANDU, to="收到", name="镇")
        Path("收到/照片.jpg").write_bytes(b"\xff\xd8\xff\xe0photo")
        Path("坏.csv").write_text("代码,名称\n410122,\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def here(received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the test runs."""
    shutil.copytree(received, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- encodings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoding"), [*product(COMMANDS, ["ascii"]), *product(["check"], ["latin-1", "cp437", "cp1252", "big5"])]
)
def test_a_console_without_chinese_says_so_once(name: str, encoding: str) -> None:
    code, out, err = run(*COMMANDS[name], PYTHONIOENCODING=encoding)
    assert code == CODES.get(name, 0)
    assert out + err == (out + err).decode("ascii").encode()
    assert (out + err).count(HINT) == 1
    assert b"?" not in out + err
    assert b"Traceback" not in err
    assert name != "merge" or Path("汇总表.xlsx").exists()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp936", "utf-8"])
@pytest.mark.parametrize("layout", ["json", "csv"])
def test_a_document_is_in_utf_8_whatever_the_console_shows(layout: str, encoding: str) -> None:
    code, out, err = run(*COMMANDS["check"], "--format", layout, PYTHONIOENCODING=encoding)
    assert (code, err) == (1, b"")
    text = out.decode("utf-8-sig")
    assert "若干" in str(json.loads(text) if layout == "json" else list(csv.reader(io.StringIO(text))))


def test_what_is_ascii_is_shown_anywhere() -> None:
    code, out, err = run("--version", PYTHONIOENCODING="ascii")
    assert (code, out.split()[0], err) == (0, b"stattable", b"")


@pytest.mark.parametrize(
    ("name", "encoding"), [*product(COMMANDS, ["cp936"]), ("check", "gb2312"), ("check", "gb18030")]
)
def test_a_chinese_console_has_the_same_in_its_encoding(name: str, encoding: str) -> None:
    send(GUANDU_VILLAGE, to="收到", name="\U00020bb7野家 ①ﬁ")
    code, out, err = run(*COMMANDS[name], PYTHONIOENCODING=encoding)
    assert code == CODES.get(name, 0)
    text = (out + err).decode(encoding)
    assert re.search(r"[一-鿿]", text)
    assert "?" not in text.replace("是不是", "")
    if name == "check" and encoding == "cp936":
        assert "收到/〓野家 ①fi.xlsx" in text  # what the encoding lacks, and what may stand for it
    if name == "check" and encoding == "gb18030":
        assert "收到/\U00020bb7野家 ①ﬁ.xlsx" in text


@pytest.mark.parametrize(
    ("encoding", "shows"),
    [("utf-8", True), ("gbk", True), ("hz", True), ("utf-16", True), (None, True),
     ("ascii", False), ("cp437", False), ("big5", False), ("shift_jis", False), ("no such", False)],
)  # fmt: skip
def test_shows_chinese(encoding: str | None, shows: bool) -> None:
    assert shows_chinese(encoding) is shows


# -- pipes ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="no head")
@pytest.mark.parametrize(
    "name",
    [
        *COMMANDS,
        *product(["check", "merge", "verify", "trace", "faults"], ["json"]),
        *product(["check", "faults"], ["csv"]),
    ],
)
def test_a_pipe_that_was_closed_before_anything_was_written(name: str | tuple[str, str]) -> None:
    name, *more = (name,) if isinstance(name, str) else (name[0], "--format", name[1])
    ends, starts = os.pipe()
    os.close(ends)
    process = start(*COMMANDS[name], *more, stdout=starts)
    os.close(starts)
    err = process.communicate()[1].decode()
    assert process.returncode == CODES.get(name, 0)
    assert bool(err) is (name in {"refusal", "usage"})
    assert not re.search("程序出错|Traceback|BrokenPipe|Exception ignored", err)
    assert name != "merge" or Path("汇总表.xlsx").exists()
    assert name != "new" or len(list(Path("空白表").rglob("*.xlsx"))) > 3


@pytest.mark.skipif(os.name == "nt", reason="no head")
@pytest.mark.parametrize("layout", ["table", "json", "csv"])
def test_a_pipe_that_is_closed_while_a_lot_is_written(layout: str) -> None:
    Path("很多").mkdir()
    for number in range(400):
        (Path("很多") / f"{number}{'文' * 60}.xlsx").write_bytes(b"")
    with start("check", "很多", "--format", layout) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().strip()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
@pytest.mark.parametrize("name", ["check", "merge"])
def test_an_output_that_is_full_is_no_verdict_and_does_not_undo_the_work(name: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(*COMMANDS[name], stdout=full)
        err = process.communicate()[1].decode()
    assert process.returncode == 3
    assert "结果没有全部显示出来（磁盘空间不够" in err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert name != "merge" or Path("汇总表.xlsx").exists()


# -- lines ------------------------------------------------------------------------------------------------


def sent_paths() -> set[str]:
    return {path.as_posix() for path in Path("收到").rglob("*.xlsx")}


def named_in(text: str) -> set[str]:
    """The paths that a text has, when nothing of its lines but the breaks is taken away."""
    return {path for path in sent_paths() if path.replace(" ", "") in re.sub(r"[\s│├└─]", "", text)}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_has_no_broken_lines_and_no_spaces_at_their_ends(name: str) -> None:
    out = run(*COMMANDS[name], COLUMNS="30")[1].decode()
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    assert {path for path in sent_paths() if path in out} == named_in(out)
    if name in {"check", "merge", "verify"}:
        assert len(named_in(out)) > 1
        assert all(line.endswith(("。", "】", ".xlsx", "）", "收到", "完整性")) or not line for line in out.splitlines()
                   if not re.search("[━│┃┡└┏]|信息统计表$", line))  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.parametrize(("name", "width"), [*product(COMMANDS, [80]), ("check", 40), ("check", 200), ("trace", 40)])
def test_a_terminal_breaks_no_path(name: str, width: int) -> None:
    out = on_terminal(width, *COMMANDS[name])
    assert {path for path in sent_paths() if path in out} == named_in(out)
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    if name == "check":
        assert len(named_in(out)) > 1


def on_terminal(width: int, *arguments: str) -> str:
    """What a command prints on a terminal, without colours."""
    import pty

    ours, theirs = pty.openpty()
    env = {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width), "LINES": "50"}
    process = subprocess.Popen(
        [sys.executable, "-m", "stattable", *arguments],
        env={**os.environ, **env}, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    out = read_terminal(ours)
    process.wait()
    return re.sub("\x1b\\[[0-9;]*m", "", out.decode()).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("请报送单位填好后重新报送", 10, ["请报送单位", "填好后重新", "报送"]),
        ("与“收到/甲 乙/官渡村.xlsx”是同一张表，只计一次。", 20,
         ["与", "“收到/甲 乙/官渡村.xlsx”", "是同一张表，只计一次。"]),
        ("收到/官渡村.xlsx：没有", 30, ["收到/官渡村.xlsx：没有"]),
        ("收到/官渡村.xlsx：没有", 16, ["收到/官渡村.xlsx：", "没有"]),
        ("收到/官渡村.xlsx：没有", 4, ["收到/官渡村.xlsx：", "没有"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("联系人 13800000005", 12, ["联系人", "13800000005"]),
        ("", 10, [""]),
    ],
)  # fmt: skip
def test_wrapped(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


def test_a_known_path_is_whole_whatever_it_is_made_of() -> None:
    path = "收到/甲 乙，丙（1）。/官渡 村.xlsx"
    text = f"汇总以后，有 1 份报表变了：{path}（官渡村）。"
    assert paths_in(text, {path, "收到/别的.xlsx"}) == [path]
    assert path in wrapped(text, 12, [path])[2]
    assert line_breaks(path, 4, [path]) == [(0, len(path))]
