"""What somebody does to a merged workbook is named by `verify`; what a program does that saves it anew is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

import forger
from command_line import Result, run
from county import EAST
from forger import FORGERIES, HARMLESS, Forgery
from writers.county import send, send_two_townships, write_roster
from writers.office import saved_as
from writers.package import Book


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that merged: a township with two villages, the cumulative return of another, and one rejected."""
    folder = tmp_path_factory.mktemp("forger")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_roster()
        send_two_townships()
        send(EAST, {"activities.village.people": "若干"}, name="坏")
        options = ("--roster", "名册.csv", "--root", "410122", "-o", "中牟县.xlsx", "--quiet")
        assert run("merge", "收到", *options).code == 1
    return folder


@pytest.fixture
def verify(written: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Change the workbook, and verify it."""
    monkeypatch.chdir(written)

    def changed(change: forger.Change, *sources: str) -> Result:
        book = Book(Path("中牟县.xlsx").read_bytes())
        change(book)
        Path("改过.xlsx").write_bytes(book.to_bytes())
        return run("verify", "改过.xlsx", *sources, "--format", "json", "--quiet")

    return changed


def told(result: Result) -> list[tuple[str, str | None, str | None]]:
    return [(one["code"], one["sheet"], one["cell"]) for one in result.json["findings"]]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_is_named(forgery: Forgery, verify: Callable[..., Result]) -> None:
    result = verify(forgery.change)
    found = told(result)
    assert set(forgery.expected) <= set(found)
    assert len(found) == len(set(found))
    assert not forgery.only or len(found) == len(forgery.expected), found
    assert result.code == (1 if forgery.misleads else 0)


def test_there_are_many() -> None:
    assert len(FORGERIES) >= 150
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_program_or_a_clerk_may_do_is_none(name: str, verify: Callable[..., Result]) -> None:
    result = verify(HARMLESS[name], "收到", "名册.csv")
    assert result.json["proved"], told(result)
    assert {one["severity"] for one in result.json["findings"]} <= {"warning"}
    assert result.code == 0


# -- what LibreOffice makes of it; it must be installed, nothing is skipped -------------------------------


@pytest.mark.office
@pytest.mark.parametrize("way", [("xlsx",), ("xls",), ("ods",), ("xls", "xlsx"), ("ods", "xlsx")], ids="-".join)
def test_saved_anew_it_is_proved(
    way: tuple[str, ...], written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written / "中牟县.xlsx"
    for number, to in enumerate(way):
        (path,) = saved_as(to, tmp_path / str(number), path)
    monkeypatch.chdir(written)
    result = run("verify", path, "收到", "名册.csv", "--format", "json", "--quiet")
    assert (result.json["findings"], result.json["proved"], result.code) == ([], True, 0)


FORGED = {
    "a figure": (forger.put(forger.PAGE, "F6", 99), ("P001", forger.PAGE)),
    "a formula": (forger.formula("I8", "1+1"), ("P002", forger.UNITS)),
    "a state": (forger.put(forger.STATES, "E10", "已报"), ("P011", forger.STATES)),
    "a file": (forger.entry(forger.GUANDU_FILE, "L", "未计入"), ("P009", forger.LEDGER)),
    "a row": (forger.row_set(forger.PAGE, 9, hidden="1"), ("P010", forger.PAGE)),
    "a colour": (forger.font(forger.PAGE, "F6", '<color rgb="FFFFFFFF"/>'), ("P010", forger.PAGE)),
    "a format": (forger.number_format(forger.PAGE, "F6", '"88"'), ("P010", forger.PAGE)),
    "a sheet": (forger.added("第一页", first=True), ("P003", "第一页")),
    "a hidden sheet": (forger.sheet_state(forger.LEDGER, "hidden"), ("P003", forger.LEDGER)),
}


@pytest.mark.office
@pytest.mark.parametrize("to", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("name", FORGED)
def test_what_was_forged_is_named_after_that_too(name: str, to: str, written: Path, tmp_path: Path) -> None:
    change, expected = FORGED[name]
    book = Book((written / "中牟县.xlsx").read_bytes())
    change(book)
    (tmp_path / "forged.xlsx").write_bytes(book.to_bytes())
    saved = saved_as(to, tmp_path / "saved", tmp_path / "forged.xlsx")
    result = run("verify", *saved, "--format", "json", "--quiet")
    assert expected in {(one["code"], one["sheet"]) for one in result.json["findings"]}
    assert result.code == 1
