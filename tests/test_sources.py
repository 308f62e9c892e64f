"""The files of a ledger against those at hand: by fingerprint first, then by name."""

from pathlib import Path

import pytest

from stattable.formats.fingerprint import file_facts
from stattable.proving.ledger import Ledger, LedgerEntry
from stattable.proving.source_files import FileState, SourceFiles

SAME, CHANGED, GONE = FileState.SAME, FileState.CHANGED, FileState.GONE


def written(files: dict[str, str]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def ledger_of(paths: list[str]) -> Ledger:
    prints = [file_facts(path.replace("\\", "/")).sha256 or "" for path in paths]
    return Ledger(
        (),
        tuple(
            LedgerEntry(number, path, print_, 1, "", "", "", "", "", "", None, True, "")
            for number, (path, print_) in enumerate(zip(paths, prints, strict=True), start=1)
        ),
    )


@pytest.mark.parametrize(
    ("then", "now", "states", "new"),
    [
        ({"a/1": "x", "b/1": "y"}, {"a/1": "x", "b/1": "y"}, {1: (SAME, "a/1"), 2: (SAME, "b/1")}, []),
        ({"a/1": "x"}, {"elsewhere/another name": "x"}, {1: (SAME, "elsewhere/another name")}, []),
        ({"a/1": "x"}, {"a/1": "z"}, {1: (CHANGED, "a/1")}, []),
        ({"a/1": "x"}, {"other/a/1": "z"}, {1: (CHANGED, "other/a/1")}, []),
        ({"a/1": "x"}, {"a/2": "z"}, {1: (GONE, None)}, ["a/2"]),
        ({"a/1": "x"}, {}, {1: (GONE, None)}, []),
        ({"a/1": "x"}, {"a/1": "x", "a/2": "y"}, {1: (SAME, "a/1")}, ["a/2"]),
        # which of two files of one name it is, the folder tells
        ({"a/1": "x", "b/1": "y"}, {"a/1": "p", "b/1": "q"}, {1: (CHANGED, "a/1"), 2: (CHANGED, "b/1")}, []),
        ({"b/1": "y"}, {"n/a/1": "p", "n/b/1": "q"}, {1: (CHANGED, "n/b/1")}, ["n/a/1"]),
        # a file renamed to the name of another that changed
        ({"a/1": "x", "a/2": "y"}, {"a/1": "y", "a/2": "z"}, {1: (GONE, None), 2: (SAME, "a/1")}, ["a/2"]),
        # one sent twice is there twice
        ({"a/1": "x", "b/1": "x"}, {"a/1": "x", "b/1": "x"}, {1: (SAME, "a/1"), 2: (SAME, "b/1")}, []),
        ({"a/1": "x", "b/1": "x"}, {"b/1": "x"}, {1: (GONE, None), 2: (SAME, "b/1")}, []),
    ],
)
def test_match(
    then: dict[str, str],
    now: dict[str, str],
    states: dict[int, tuple[FileState, str | None]],
    new: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(then)
    ledger = ledger_of(list(then))
    for path in then:
        Path(path).unlink()
    written(now)
    matched = SourceFiles.from_paths(now).match(ledger)
    assert {number: (matched.state(number), matched.paths.get(number)) for number in states} == states
    assert list(matched.new) == new


def test_paths_of_windows_are_found_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written({"a/1.xlsx": "x", "b/1.xlsx": "y"})
    ledger = ledger_of(["a\\1.xlsx", "b\\1.xlsx"])
    written({"a/1.xlsx": "p", "b/1.xlsx": "q"})
    assert dict(SourceFiles.from_paths(["a/1.xlsx", "b/1.xlsx"]).match(ledger).paths) == {1: "a/1.xlsx", 2: "b/1.xlsx"}


def test_a_file_that_cannot_be_read_has_no_fingerprint() -> None:
    sources = SourceFiles.from_paths(["not there"])
    assert (dict(sources.fingerprints), dict(sources.by_fingerprint)) == ({"not there": ""}, {})
    assert sources.match(Ledger((), ())).state(1) is FileState.UNKNOWN
