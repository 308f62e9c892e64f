"""The generated pages are current, and the readme's commands exist."""

import importlib.util
import re
from pathlib import Path

import pytest

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
