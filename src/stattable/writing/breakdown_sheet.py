"""The sheet 分单位汇总: a row each for the units of a merge, all fields under two rows of heads, pages by sections."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import Final

from stattable.merging.result import MergeResult
from stattable.model.form import FIELDS
from stattable.proving.breakdown import (
    HEAD_ROWS,
    STATUS_WORDS,
    UNIT_HEADS,
    UNITS_SHEET,
    BreakdownRow,
    RowKind,
    breakdown,
    formulas,
    head_rows,
    idle_columns,
    shown_figures,
    unit_cells,
)
from stattable.proving.sheet_facts import REPEATED_COLUMNS, repeated_rows
from stattable.proving.titles import TITLE_ROWS
from stattable.writing.list_sheet import DEEPEST_OUTLINE, count_lines, most_lines, room_of
from stattable.writing.looks import ABOUT, BODY, HEAD, SUM, TITLE, WRAPPED
from stattable.writing.whole_rows import Formula
from stattable.writing.workbook import PAPER_WIDTH, Look, Sheet, Workbook, column_pixels

_UNIT_WIDTHS: Final = (28, 9.6, 9.6, 12)  # characters, like all widths
_ROOMS: Final = tuple(map(room_of, _UNIT_WIDTHS))
_NARROWEST: Final = 7.0  # of figures: the heads stand on two lines
_ROOM: Final = 1.5  # beside the longest figure
_LEAST_SCALE: Final = 75  # per cent, below which another page is begun, as far as one section leaves a choice
_INDENT: Final = 1.5  # characters that a level of indentation takes
_LINE, _TITLE_LINE, _HEAD_HEIGHT = 14.5, 20, 29  # points
_FIRST: Final = len(UNIT_HEADS) + 1  # the column of the first figure
_HEADLINE: Final[Look] = {**TITLE, "font_size": 13, "align": "left"}


def add_breakdown(workbook: Workbook, merged: MergeResult, lines: tuple[str, str], reported: str) -> dict[str, int]:
    """Add the sheet, and return the row of each unit.

    Args:
        workbook: to which it is added.
        merged: the result of a merge.
        lines: the title, and what the sheet is of.
        reported: how many of how many units reported, in words.
    """
    sheet, rows = workbook.add_sheet(UNITS_SHEET), breakdown(merged.rollup)
    widths = [*_UNIT_WIDTHS, *_figure_widths(rows)]
    idle = idle_columns(merged.rollup, rows)
    pages = [*_pages(widths, idle)]
    _set_columns(sheet, widths, idle)
    _heads(sheet, lines, reported, pages[0][-1])
    places: dict[str, int] = {}
    for number, row in enumerate(rows, start=TITLE_ROWS + HEAD_ROWS + 1):
        _write(sheet, number, row, unit_cells(row, merged.rollup, STATUS_WORDS[merged.statuses[row.key]]),
               _figures(row, rows, merged))  # fmt: skip
        if row.kind is RowKind.TOTAL:
            places[row.key] = number
    sheet.raw.outline_settings(symbols_below=False)
    heads, repeated = repeated_rows(UNITS_SHEET), REPEATED_COLUMNS[UNITS_SHEET]
    widest = max(sum(column_pixels(widths[column - 1]) for column in page) for page in pages)
    sheet.set_up_list(
        heads=(1, heads), columns=repeated, frozen=(heads, 1), scale=min(int(100 * PAPER_WIDTH / widest), 100)
    )
    sheet.raw.set_v_pagebreaks([page[-1] for page in pages[:-1]])
    return places


def _heads(sheet: Sheet, lines: tuple[str, str], reported: str, last: int) -> None:
    """Write what stands above the figures; what is said of all of them up to the last column of the first page."""
    room = room_of(_UNIT_WIDTHS[0])
    for row, (text, look, height) in enumerate(zip(lines, (_HEADLINE, ABOUT), (_TITLE_LINE, _LINE), strict=True), 1):
        sheet.put(row, 1, text, look)
        sheet.set_row(row, height * count_lines(text, room / 1.3 if look is _HEADLINE else room))
    sheet.merge(1, 2, TITLE_ROWS, last, reported, ABOUT)
    first, second = head_rows()
    for row, heads in enumerate((first, second), start=TITLE_ROWS + 1):
        for column, head in enumerate(heads, start=1):
            sheet.put(row, column, head, HEAD)
        sheet.set_row(row, _HEAD_HEIGHT)
    for column, head in enumerate(UNIT_HEADS, start=1):
        sheet.merge(TITLE_ROWS + 1, column, TITLE_ROWS + HEAD_ROWS, column, head, HEAD)
    starts = [column for column, head in enumerate(first, start=1) if head and column >= _FIRST]
    for start, following in pairwise([*starts, len(first) + 1]):  # one head over the columns of a level
        sheet.merge(TITLE_ROWS + 1, start, TITLE_ROWS + 1, following - 1, first[start - 1], HEAD)


def _write(sheet: Sheet, number: int, row: BreakdownRow, about: Sequence[str], figures: Sequence[object]) -> None:
    indent = max(row.depth - 1, 0)
    looks = {} if row.depth == 0 else _looks(indent)
    sheet.put_row(number, [*about, *figures], SUM if row.depth == 0 else BODY, looks)
    lines = most_lines(about, (_ROOMS[0] - _INDENT * indent, *_ROOMS[1:]))
    if lines > 1 or indent:
        sheet.set_row(number, lines * _LINE if lines > 1 else None, min(indent, DEEPEST_OUTLINE))


@cache
def _looks(indent: int) -> Mapping[int, Look]:
    """Return the looks of the cells in front of the figures, by column."""
    first: Look = {**WRAPPED, "indent": indent} if indent else WRAPPED
    return {1: first, **dict.fromkeys(range(2, _FIRST), WRAPPED)}


def _figures(row: BreakdownRow, rows: Sequence[BreakdownRow], merged: MergeResult) -> list[object]:
    return [
        Formula(formula, int(shown or 0)) if formula else shown
        for shown, formula in zip(shown_figures(row, merged.rollup), formulas(row, rows), strict=True)
    ]


# -- columns and pages ------------------------------------------------------------------------------------


def _figure_widths(rows: Sequence[BreakdownRow]) -> Iterator[float]:
    """Yield the widths of the columns of figures, in which the longest of each can be read."""
    for column in zip(*(row.values for row in rows), strict=True):
        known = [int(value) for value in column if value is not None]
        longest = max((len(str(value)) for value in (max(known), min(known))), default=0) if known else 0
        yield max(_NARROWEST, longest + _ROOM)


def _set_columns(sheet: Sheet, widths: Sequence[float], idle: Iterable[int]) -> None:
    """Set the widths; columns that are idle are folded away, each run of them with its sign behind it."""
    folded = {*idle}
    for column, width in enumerate([*widths, None], start=1):
        if column in folded:
            how: dict[str, object] = {"level": 1, "hidden": True}
        else:
            how = {"collapsed": True} if column - 1 in folded else {}
        if width is not None or how:
            sheet.raw.set_column(column - 1, column - 1, width, None, how)


def _pages(widths: Sequence[float], idle: Iterable[int]) -> Iterator[list[int]]:
    """Yield the columns of each page, the first one repeated; pages end where sections do."""
    folded = {*idle}
    room = PAPER_WIDTH * 100 / _LEAST_SCALE
    page, begun = [*range(1, _FIRST)], 0
    for _, fields in groupby(FIELDS, key=lambda field: field.block.section):
        columns = [column for field in fields if (column := field.index + _FIRST) not in folded]
        if begun and sum(column_pixels(widths[at - 1]) for at in [*page, *columns]) > room:
            yield page
            page, begun = [1], 0
        page += columns
        begun += len(columns)
    yield page
