"""The bar that shows on a terminal how far a command has come."""

import io
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from command_line import read_terminal
from county import GUANDU, GUANDU_VILLAGE
from stattable.output.console import progress
from stattable.output.console.progress import progress_bar
from stattable.output.console.terminal import Terminal
from writers.county import send


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal of 100 columns is told."""
    told = io.StringIO()
    console = Terminal(is_screen=True, file=told, force_terminal=True, width=100)
    monkeypatch.setattr(progress, "make_console", lambda **_: console)
    return told


def test_a_bar(screen: io.StringIO) -> None:
    before = threading.active_count()
    with progress_bar("读取", 1000, "汇总", quiet=False) as advance:
        assert threading.active_count() == before  # or other processes would be started slowly
        for _ in range(3):
            time.sleep(0.15)
            advance(100)
        assert "读取" in screen.getvalue()
        text = re.search(r"300/1000 份，(\d+) 份/秒，还要 0:00:0(\d)", screen.getvalue())
        assert text
        assert (0 < int(text[1]) < 100 / 0.15 + 1, int(text[2]) >= 1) == (True, True)
        assert "汇总" not in screen.getvalue()
        advance(700)
        assert "汇总" in screen.getvalue()
        advance(1)  # more than there are do no harm


def test_what_is_done_at_once(screen: io.StringIO) -> None:
    with progress_bar("写出", None, quiet=False) as advance:
        advance(1)
    assert "写出" in screen.getvalue()
    assert "份" not in screen.getvalue()


def test_many_steps_are_drawn_seldom(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_OFTEN", 1000.0)
    with progress_bar("读取", 10_000, quiet=False) as advance:
        for _ in range(9_999):
            advance(1)
        assert screen.getvalue().count("读取") <= 2
        advance(1)
    assert "10000/10000 份" in screen.getvalue()


@pytest.mark.parametrize("is_quiet", [True, False])
def test_nothing_where_nobody_sits(is_quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("读取", 2, "汇总", quiet=is_quiet) as advance:
        advance(2)
    assert capsys.readouterr() == ("", "")


# -- of a command -----------------------------------------------------------------------------------------


@pytest.fixture
def _many(here: Path) -> None:
    """Returns enough for a second of reading."""
    send(GUANDU)
    path = send(GUANDU_VILLAGE)
    for number in range(800):
        Path(f"收到/{number}.xlsx").hardlink_to(path)


def command(stderr: int, *more: str) -> "subprocess.Popen[bytes]":
    arguments = ["merge", "收到", "--roster", "名册.csv", "-o", "汇总.xlsx", "--each-level", "各级", *more]
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    return subprocess.Popen(
        [sys.executable, "-m", "stattable", *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=stderr
    )


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_from_reading_to_writing(jobs: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    with command(theirs, "--jobs", jobs) as process:
        os.close(theirs)
        told = read_terminal(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told.decode())
    assert re.search(r"读取.*份/秒，还要.*汇总.*写出.*\b(\d+)/\1 份", text, re.DOTALL)
    assert b"\x1b[?25h" in told[-40:]  # the cursor is back


@pytest.mark.usefixtures("_many")
def test_a_pipe_is_told_nothing() -> None:
    with command(subprocess.PIPE) as process:
        assert process.communicate()[1] == b""
