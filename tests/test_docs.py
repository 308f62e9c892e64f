"""The generated pages are current, and the readme's commands exist."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from season import act_by_hand
from stattable.cli.commands import main

ROOT = Path(__file__).parent.parent


def test_generated_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec
    assert spec.loader
    make_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_docs)
    assert make_docs.stale() == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_gives_the_two_commands_and_only_commands_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    named = set(re.findall(r"^(?:\$ |> )?stattable (\w+)", text, re.MULTILINE))
    assert named >= {"new", "check", "merge"}
    assert named <= set(main.commands)


# -- every block of the readmes, as a shell runs it -------------------------------------------------------

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$|^<!-- (手工)：.*? -->$", re.MULTILINE | re.DOTALL)
NOT_RUN = {"make demo", "make test", "py -m pip install ."}  # this test would run itself; the network is needed
ELIDED = "…"
BY_HAND = "手工"


LANGUAGES = {
    "README.md": {"sh", "console", "bat"},
    "README.zh-CN.md": {"sh", "console", "bat"},
    "docs/guide.zh-CN.md": {"console", BY_HAND},
}


def blocks(name: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with its language, and where something is done by hand."""
    found = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    return [(language or by_hand, block) for language, block, by_hand in found]


def said_by(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a block, with the lines that it prints."""
    commands: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line.removeprefix("$ "), []))
        elif line:
            commands[-1][1].append(line)
    return commands


def in_order(wanted: list[str], printed: list[str]) -> bool:
    """Whether lines are printed one right after the other, but for those that an … stands for."""
    at, is_elided = 0, False
    for line in wanted:
        if line.strip() == ELIDED:
            is_elided = True
            continue
        ends = range(at, len(printed) if is_elided else min(at + 1, len(printed)))
        found = next((one for one in ends if printed[one] == line), None)
        if found is None:
            return False
        at, is_elided = found + 1, False
    return is_elided or at == len(printed)


@pytest.mark.parametrize(
    ("wanted", "printed", "right"),
    [
        (["a", "b"], ["a", "b"], True), (["a"], ["a", "b"], False), (["a", "…"], ["a", "b"], True),
        (["…", "b"], ["a", "b"], True), (["b"], ["a", "b"], False), (["a", "…", "c"], ["a", "b", "c"], True),
        (["a", "c"], ["a", "b", "c"], False), (["…", "x"], ["a"], False), (["  …", "a"], ["a"], True),
    ],
)  # fmt: skip
def test_in_order(wanted: list[str], printed: list[str], right: bool) -> None:
    assert in_order(wanted, printed) is right


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_blocks_of_a_page_say_what_the_commands_print(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "stattable").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stattable "$@"\n')
    (programs / "stattable").chmod(0o755)
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}

    def run(command: str) -> list[str]:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path / "examples",
            env=env,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        assert (done.returncode in {0, 1}, done.stderr) == (True, ""), command
        return [line for line in done.stdout.splitlines() if line]

    for language, block in blocks(name):
        if language == BY_HAND:
            act_by_hand(tmp_path / "examples")
        if language == "console":
            for command, wanted in said_by(block):
                printed = run(command)
                assert in_order(wanted, printed), (command, printed)
            continue
        for line in block.splitlines():
            if (command := line.partition("#")[0].strip()) not in NOT_RUN:
                run(command)
            elif command.startswith("make "):
                assert f"\n{command.removeprefix('make ')}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {language for language, _ in blocks(name)} == LANGUAGES[name]
