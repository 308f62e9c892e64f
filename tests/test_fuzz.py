"""A short run of the fuzzer with fixed seeds, edits of cells by hypothesis, and whether its oracle can fail.

For a long run: ``python tests/fuzz/run.py --count 100000 --seed 1``.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import corpus, mutate, oracle, run
from stattable.formats.sheet import Unread
from stattable.model.findings import rejects
from stattable.model.form import FIELDS, LABELS
from stattable.reading.return_file import ReturnFile
from writers.books import Bad, Formula
from writers.pages import FIGURES, Grid, page, raw_sheet, read_pages, shifted, with_columns, with_rows

SHORT = 400  # mutants


@pytest.mark.parametrize("seed", [529, 1998])
def test_a_short_run_finds_nothing(seed: int) -> None:
    outcomes = list(run.run(seed, SHORT))
    assert [one for one in outcomes if one.what.startswith(run.FAILURE)] == []
    assert [one.number for one in outcomes] == list(range(SHORT))
    assert sum(one.what == "accepted" for one in outcomes) > SHORT // 20


def test_a_mutant_follows_from_its_seed_and_number() -> None:
    corpus.corpus.cache_clear()
    first = [mutate.mutant(7, number) for number in range(60)]
    corpus.corpus.cache_clear()
    assert [mutate.mutant(7, number) for number in range(60)] == first


def test_the_forms_of_the_oracle_and_of_the_product_are_the_same() -> None:
    labels = [(one.key, one.section, one.heading, one.column) for one in oracle.EXPECTED]
    assert labels == [
        (one.key, one.block.section, one.heading.text, one.column.text.replace("、", "")) for one in FIELDS
    ]


# -- edits of cells ---------------------------------------------------------------------------------------

rows = st.integers(1, 20)
columns = st.integers(1, 9)
values = st.one_of(
    st.sampled_from([one for one in (*corpus.CUSTOMS, *corpus.BAD) if not isinstance(one, (Bad, Formula))]),
    st.integers(-3, 10**11),
    st.floats(),
    st.booleans(),
    st.just(Unread("#REF!")),
    st.text("0123456789.,-+万千百十一二三有无是否√×□/ ①½（）约余人场", max_size=8),
    st.sampled_from([label.text for label in LABELS]),
    st.just(""),
)
edits = st.one_of(
    st.tuples(st.just("put"), rows, columns, values),
    st.tuples(st.just("swap"), rows, columns, rows, columns),
    st.tuples(st.just("copy"), rows, columns, rows, columns),
    st.tuples(st.just("rows"), rows),
    st.tuples(st.just("columns"), columns),
    st.tuples(st.just("delete"), rows),
    st.tuples(st.just("shift"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("label"), st.sampled_from(LABELS), st.sampled_from(mutate._EDITS)),
)


def edited(grid: Grid, edit: Sequence[Any]) -> Grid:
    what, *how = edit
    if what in {"put", "label"}:
        row, column, value = how if what == "put" else (*how[0].at, how[1](how[0].text))
        if row <= len(grid):
            grid[row - 1][column - 1] = value
    elif what in {"swap", "copy"}:
        a, b, c, d = (number - 1 for number in how)
        if max(a, c) < len(grid):
            first, second = grid[a][b], grid[c][d]
            grid[c][d] = first
            grid[a][b] = second if what == "swap" else first
    elif what == "rows":
        return with_rows(grid, how[0])
    elif what == "columns":
        return with_columns(grid, how[0])
    elif what == "shift":
        return shifted(grid, *how)
    elif how[0] <= len(grid):
        del grid[how[0] - 1]
    return grid


def seen(grid: Grid) -> oracle.Grid:
    """The grid as another reader sees it, which shows nothing where there is no result."""
    return {
        (row, column): value
        for row, cells in enumerate(grid, 1)
        for column, value in enumerate(cells, 1)
        if value not in ("", None) and not isinstance(value, Unread)
    }


def wrong(grid: Grid, located: ReturnFile) -> list[str]:
    if located.values is None or rejects(located.findings):
        return []
    return oracle.violations(seen(grid), located.values, located.cells, located.findings)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, min_size=1, max_size=5))
def test_an_edited_page_reads_as_its_labels_say(changes: list[Sequence[Any]]) -> None:
    grid = page()
    for change in changes:
        grid = edited(grid, change)
    assert wrong(grid, read_pages(raw_sheet(grid))) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(FIELDS), values, min_size=1, max_size=8))
def test_what_stands_in_the_cells_is_what_is_read(figures: dict[Any, Any]) -> None:
    grid = page()
    for field, value in figures.items():
        grid[field.at[0] - 1][field.at[1] - 1] = value
    assert wrong(grid, read_pages(raw_sheet(grid))) == []


# -- the oracle can fail ----------------------------------------------------------------------------------

CELLS = tuple(field.at for field in FIELDS)
VALUES = tuple({"有": True, "无": False}.get(value, value) for value in FIGURES)


def swapped(items: Sequence[Any], one: int, other: int) -> tuple[Any, ...]:
    changed = list(items)
    changed[one], changed[other] = items[other], items[one]
    return tuple(changed)


def replaced(items: Sequence[Any], at: int, by: Any) -> tuple[Any, ...]:
    return (*items[:at], by, *items[at + 1 :])


def test_the_oracle_passes_a_page_that_is_read_right() -> None:
    assert oracle.violations(seen(page()), VALUES, CELLS, ()) == []


@pytest.mark.parametrize(
    ("values", "cells", "says"),
    [
        (swapped(VALUES, 0, 1), CELLS, "100 read as 101"),
        (replaced(VALUES, 5, 7), CELLS, "105 read as 7"),
        (replaced(VALUES, 5, None), CELLS, "105 read as blank, and nothing said"),
        (replaced(VALUES, 32, False), CELLS, "'有' read as False"),
        (replaced(VALUES, 32, 1), CELLS, "of the wrong kind"),
        (swapped(VALUES, 0, 1), swapped(CELLS, 0, 1), "the column heading above is '宣传人数'"),
        (swapped(VALUES, 0, 2), swapped(CELLS, 0, 2), "the level heading is"),
        (swapped(VALUES, 8, 16), swapped(CELLS, 8, 16), "the column heading above is '其他服务场次'"),
        (replaced(VALUES, 5, None), replaced(CELLS, 5, (20, 7)), "was dropped"),
        (replaced(VALUES, 5, None), replaced(CELLS, 5, None), "placed nowhere"),
        (VALUES, replaced(CELLS, 1, CELLS[0]), "two fields in one cell"),
    ],
)
def test_the_oracle_sees_a_wrong_return(values: tuple[Any, ...], cells: tuple[Any, ...], says: str) -> None:
    assert says in "\n".join(oracle.violations(seen(page()), values, cells, ()))


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        ((4, 1), None, "the section beside is"),
        ((4, 4), None, "the level heading is"),
        ((5, 4), None, "the column heading above is None"),
        ((6, 4), "若干", "and nothing said"),
        ((6, 4), True, "True read as 102"),
        ((6, 4), None, "blank, read as 102"),
    ],
)
def test_the_oracle_sees_that_a_page_says_something_else(cell: oracle.Cell, value: Any, says: str) -> None:
    assert says in "\n".join(oracle.violations({**seen(page()), cell: value}, VALUES, CELLS, ()))
