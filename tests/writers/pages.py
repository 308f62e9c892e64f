"""The page as the reader gives it, cell by cell, and what may be done to it before it comes back."""

import io
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import openpyxl

from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import Merge, Pictures, RawSheet
from stattable.model import form
from stattable.model.form import FIELDS
from stattable.reading.form import read_form
from stattable.reading.layout import Layout, find_form
from stattable.reading.return_file import ReturnFile
from stattable.writing.page import page_content, template_bytes

Grid = list[list[Any]]

FLAGS = {"online.province.website": "有", "online.province.wechat": "无"}
FIGURES = tuple(FLAGS.get(f.key, 100 + f.index) for f in FIELDS)  # no two counts alike: a wrong column shows


@cache
def _page() -> tuple[tuple[Any, ...], ...]:
    sheet = openpyxl.load_workbook(io.BytesIO(template_bytes())).worksheets[0]
    content = page_content(edition=23, name="官渡村计生协", contact="张三", phone="13800000000")
    for at, value in content.items():
        sheet.cell(*at).value = value
    sheet.cell(*form.CONTACT_LINES["filled_in"].value_at).value = "2021年6月15日"
    for field, figure in zip(FIELDS, FIGURES, strict=True):
        sheet.cell(*field.at).value = figure
    return tuple(tuple("" if value is None else value for value in row) for row in sheet.iter_rows(values_only=True))


def page() -> Grid:
    """The official page with `FIGURES` in it, as a grid that may be changed."""
    return [list(row) for row in _page()]


def at(cell: str) -> tuple[int, int]:
    """Row and column from 0 of a cell such as ``C7``."""
    return int(cell[1:]) - 1, ord(cell[0]) - ord("A")


def put(grid: Grid, **cells: Any) -> Grid:
    """Write values into cells, as in ``put(grid, B6=1, C6="")``."""
    for cell, value in cells.items():
        row, column = at(cell)
        grid[row][column] = value
    return grid


def shifted(grid: Grid, rows: int, columns: int) -> Grid:
    width = len(grid[0]) + columns
    return [[""] * width for _ in range(rows)] + [[""] * columns + row for row in grid]


def with_rows(grid: Grid, *before: int, rows: Iterable[Any] = ()) -> Grid:
    """Insert an empty row (or `rows`) before each of the 1-based rows."""
    for row in sorted(before, reverse=True):
        grid[row - 1 : row - 1] = [[*one, *[""] * (len(grid[0]) - len(one))] for one in rows or [[]]]
    return grid


def with_columns(grid: Grid, *before: int) -> Grid:
    """Insert an empty column before each of the 1-based columns."""
    return [
        [value for column, old in enumerate(row, start=1) for value in ([""] * before.count(column) + [old])]
        for row in grid
    ]


def columns_in_order(grid: Grid, rows: Iterable[int], order: Iterable[int]) -> Grid:
    """Give the cells of some 1-based rows the columns B to I in another order, as in ``[4, 5, 2, 3, …]``."""
    wanted = list(order)
    for row in rows:
        old = grid[row - 1]
        grid[row - 1] = [old[0], *(old[column - 1] for column in wanted), *old[len(wanted) + 1 :]]
    return grid


def unmerged(grid: Grid, rows: Iterable[int]) -> Grid:
    """Write a heading into each of the columns it spans, as where merged cells were taken apart and filled."""
    for row in rows:
        for column in range(2, len(grid[row - 1])):
            grid[row - 1][column] = grid[row - 1][column] or grid[row - 1][column - 1]
    return grid


def mapped(grid: Grid, change: Callable[[str], str]) -> Grid:
    """Change every text."""
    return [[change(value) if isinstance(value, str) and value else value for value in row] for row in grid]


def raw_sheet(grid: Grid, name: str = form.SHEET_NAME, merges: Iterable[Merge] = ()) -> RawSheet:
    return RawSheet(name, grid, tuple(merges))


def placed(grid: Grid, merges: Iterable[Merge] = ()) -> Layout:
    layout = find_form(raw_sheet(grid, merges=merges))
    assert layout is not None
    return layout


def figures(grid: Grid, merges: Iterable[Merge] = ()) -> tuple[Any, ...]:
    """What stands where the layout finds the 40 fields."""
    return tuple(raw_sheet(grid).cell(*cell) if cell else None for cell in placed(grid, merges).cells)


def faults(grid: Grid, merges: Iterable[Merge] = ()) -> list[tuple[str, str | None, Any, str | None]]:
    """Code, cell, label and what stands there, of everything that is wrong with the labels."""
    return [(one.code, one.cell, one.params.get("label"), one.raw) for one in placed(grid, merges).faults]


NOWHERE: Final = ReturnFile("", FileFacts(None, 0, 0.0))  # what is known of a file that is not there


def read_pages(*sheets: RawSheet) -> ReturnFile:
    """Read a workbook of these sheets."""
    return read_book(MemoryBook(*sheets))


def read_book(book: "MemoryBook") -> ReturnFile:
    """Read a workbook in memory."""
    return read_form(book, NOWHERE.path, NOWHERE.facts)  # type: ignore[arg-type]


class MemoryBook:
    """A workbook that was never on disk."""

    def __init__(self, *sheets: RawSheet, hidden: Iterable[str] = ()) -> None:
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self.names = list(self._sheets)
        self.visible = frozenset(self.names) - frozenset(hidden)
        self.lost = ()

    def sheet(self, name: str, *, whole: bool = False) -> RawSheet:
        return self._sheets[name]

    def pictures(self, name: str) -> Pictures | None:
        return Pictures((), 0)

    def closer(self, sheet: RawSheet) -> RawSheet:
        return sheet
