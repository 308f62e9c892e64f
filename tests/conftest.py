import gc
import os
import signal
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ["OPENPYXL_LXML"] = "False"  # as stattable.writing has it: tests import openpyxl by themselves, and sooner

import counted_sessions
from stattable.model import text
from writers.county import write_roster

# A shell that starts this in the background has it ignore Ctrl-C, and so would all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What the names of tests begin with of which the coverage is not measured, for that takes as long again: others go
# through the same. So do those with random examples.
UNMEASURED = tuple(
    f"tests/test_{name}"
    for name in (
        "benchmarks.py", "broken.py", "codes.py", "docs.py", "documents.py::test_five_megabytes", "folders.py",
        "fuzz.py", "hebi.py", "hostile.py", "killed.py", "misidentified.py", "overlap_worlds.py", "pictures.py",
        "provinces.py", "report.py::test_a_sum_of_more_rows", "streams.py", "whole_files.py", "worlds.py",
    )
)  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run these tests without what measures; the marker that pytest-cov has for that does nothing over processes."""
    measure = sys.gettrace()
    if item.nodeid.startswith(UNMEASURED) or item.get_closest_marker("hypothesis"):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measure)


def pytest_collection_finish() -> None:
    """Have no collection of garbage look through all that stays to the end."""
    gc.freeze()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: the county's roster, and 收到, the folder for what its units send."""
    monkeypatch.chdir(tmp_path)
    write_roster()
    Path("收到").mkdir()
    return tmp_path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return write_roster(tmp_path / "名册.csv")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """What everybody in the county sent, where all that is counted is sessions."""
    return counted_sessions.send_all(tmp_path / "收到")


@pytest.fixture
def _nothing_long_is_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a text is normalised that is longer than any cell of a spreadsheet can be: that takes seconds."""

    def normalize(form: str, one: str) -> str:
        assert len(one) <= 32_767
        return unicodedata.normalize(form, one)  # type: ignore[arg-type]

    monkeypatch.setattr(text, "unicodedata", SimpleNamespace(normalize=normalize))
