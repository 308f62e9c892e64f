from collections.abc import Iterator
from typing import Any

import pytest

from stattable.model.identity import BeyondLimits, Identity, UnitFacts, WorkbookKind, identity_rows, read_identity
from stattable.model.units import Level, Scope

HENAN = UnitFacts("41", "河南省", Level.PROVINCE)
COUNTY = UnitFacts("410122", "中牟县", Level.COUNTY)
TOWN = UnitFacts("410122101", "官渡镇", Level.TOWNSHIP)
NO_CODE = UnitFacts(None, "某企业计生协", Level.TOWNSHIP)

BLANK = Identity(WorkbookKind.BLANK, 23, TOWN, Scope.OWN, (HENAN, COUNTY))
MERGED = Identity(
    WorkbookKind.MERGED, 28, COUNTY, Scope.CUMULATIVE, (HENAN,), unaccounted=((Level.TOWNSHIP, 2), (Level.VILLAGE, 0))
)
ROWS = [
    ("form", "members-day"),
    ("edition", "23"),
    ("template", "1"),
    ("kind", "blank"),
    ("scope", "own"),
    ("unit", "410122101", "官渡镇", "township"),
    ("above", "41", "河南省", "province"),
    ("above", "410122", "中牟县", "county"),
]


def replaced(word: str, *row: str) -> list[tuple[str, ...]]:
    return [row if old[0] == word else old for old in ROWS]


def test_rows() -> None:
    assert identity_rows(BLANK) == ROWS
    assert identity_rows(MERGED) == [
        ("form", "members-day"),
        ("edition", "28"),
        ("template", "1"),
        ("kind", "merged"),
        ("scope", "cumulative"),
        ("unit", "410122", "中牟县", "county"),
        ("above", "41", "河南省", "province"),
        ("unaccounted", "township", "2"),
        ("unaccounted", "village", "0"),
    ]


RETURNED = Identity(WorkbookKind.BLANK, 23, TOWN, Scope.OWN, answers=("0" * 63 + "a", "f" * 64))


@pytest.mark.parametrize("identity", [BLANK, MERGED, RETURNED, Identity(WorkbookKind.BLANK, 1, NO_CODE, Scope.OWN)])
def test_what_is_written_is_read(identity: Identity) -> None:
    assert read_identity(identity_rows(identity)) == identity


def as_saved_elsewhere(rows: list[tuple[str, ...]]) -> list[list[Any]]:
    """Numbers where a spreadsheet program took the text for one, and all rows equally wide."""
    return [
        [float(cell) if cell.isdigit() else cell or None for cell in (*row, *[""] * (9 - len(row)))] for row in rows
    ]


def test_numbers_empty_cells_and_empty_rows_do_no_harm() -> None:
    assert read_identity(as_saved_elsewhere(identity_rows(MERGED))) == MERGED
    assert read_identity([[], ["", ""], *as_saved_elsewhere(ROWS), [None]]) == BLANK
    assert read_identity([(" form ", "members-day "), *ROWS[1:], ("later", "what a later version says")]) == BLANK


def test_a_code_is_read_in_the_one_spelling_of_codes() -> None:
    rows = replaced("unit", "unit", "４１０１２２１０１０００", "官渡镇", "township")
    assert read_identity(rows) == BLANK


FIGURES = Identity(WorkbookKind.MERGED, 23, TOWN, Scope.CUMULATIVE, figures=(10**15,) * 40)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([*ROWS, *(("above", "", f"{number}级", "province") for number in range(7))], "rows"),
        ([*ROWS, ROWS[5]], "rows"),  # two units
        ([*identity_rows(MERGED), *(("unaccounted", "village", "1") for _ in range(5))], "rows"),
        (replaced("unit", "unit", "410122101", "镇" * 256, "township"), "text"),
        (replaced("unit", "unit", "4" * 33, "官渡镇", "township"), "text"),
        ([*ROWS[:-1], ("above", "410122", "县" * 256, "county")], "text"),
        (replaced("edition", "edition", "2" * 256), "text"),
        (replaced("edition", "edition", "0"), "number"),
        (replaced("edition", "edition", "200"), "number"),
        ([*ROWS, ("unaccounted", "village", "-1")], "number"),
        ([*ROWS, ("unaccounted", "village", str(10**15 + 1))], "number"),
        ([*ROWS, ("figures", ",".join(["-1"] * 40))], "number"),
    ],
)
def test_what_no_identity_of_ours_says(rows: list[tuple[str, ...]], reason: str) -> None:
    with pytest.raises(BeyondLimits) as limits:
        read_identity(rows)
    assert limits.value.reason == reason


def test_the_most_that_an_identity_says() -> None:
    above = tuple(UnitFacts("4" * 32, "县" * 255, Level.COUNTY) for _ in range(8))
    for identity in (FIGURES, Identity(WorkbookKind.BLANK, 199, above[0], Scope.OWN, above)):
        assert read_identity(identity_rows(identity)) == identity


def test_no_more_is_looked_at_than_shows_that_it_is_none() -> None:
    def endless() -> Iterator[tuple[str, ...]]:
        yield from ROWS
        while True:
            yield ("above", "", "某镇", "township")

    with pytest.raises(BeyondLimits):
        read_identity(endless())


@pytest.mark.parametrize("word", ["form", "edition", "kind", "scope", "unit"])
def test_without_one_of_its_rows_there_is_no_identity(word: str) -> None:
    assert read_identity(replaced(word)) is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [()],
        [("form", "another form"), *ROWS[1:]],
        replaced("form", "form"),
        replaced("kind", "kind", "draft"),
        replaced("edition", "edition", "廿三"),
        replaced("edition", "edition", ""),
        replaced("scope", "scope", "本级"),
        replaced("unit", "unit", "410122101", "官渡镇", "town"),
        replaced("unit", "unit"),
        replaced("unit", "unit", "410122101", "", "township"),
        [*ROWS, ("above", "41", "河南省", "")],
        [*ROWS, ("unaccounted", "village", "some")],
        [*ROWS, ("unaccounted", "hamlet", "1")],
    ],
)
def test_damaged_rows_are_no_identity(rows: list[tuple[str, ...]]) -> None:
    assert read_identity(rows) is None
