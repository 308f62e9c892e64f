"""What somebody does to a merged workbook is named by `verify`; what a program does that saves it anew is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

import forger
from builders import (
    EAST,
    GUANDU,
    GUANDU_VILLAGE,
    LANGCHENGGANG,
    ROSTER,
    TO_COUNTY,
    TO_GUANDU,
    ZHULUYING,
    Result,
    filled,
    own_values,
    run,
)
from forger import FORGERIES, HARMLESS, Book, Forgery
from stattable.model.units import Level, Scope

VILLAGE, TOWNSHIP = own_values(Level.VILLAGE), own_values(Level.TOWNSHIP)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that merged: a township with two villages, the cumulative return of another, and one rejected."""
    folder = tmp_path_factory.mktemp("forger")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("名册.csv").write_text(ROSTER, encoding="utf-8")
        for unit in (GUANDU_VILLAGE, ZHULUYING):
            filled(Path("收到", f"{unit.name}.xlsx"), unit, VILLAGE, above=TO_GUANDU)
        filled(Path("收到", "官渡镇.xlsx"), GUANDU, TOWNSHIP, above=TO_COUNTY)
        figures = {**TOWNSHIP, **VILLAGE}
        filled(Path("收到", "狼城岗镇.xlsx"), LANGCHENGGANG, figures, above=TO_COUNTY, scope=Scope.CUMULATIVE)
        bad = {**VILLAGE, "activities.village.people": "若干"}
        filled(Path("收到", "坏.xlsx"), EAST, bad, above=(*TO_COUNTY, LANGCHENGGANG))
        assert (
            run("merge", "收到", "--roster", "名册.csv", "--root", "410122", "-o", "中牟县.xlsx", "--quiet").code == 1
        )
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
