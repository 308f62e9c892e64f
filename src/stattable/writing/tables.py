"""Sheets with one table, ready to print: a title, notes, heads that stay, and columns as wide as what is in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from stattable.model.text import display_width
from stattable.writing.looks import ABOUT, BAD, DOUBTFUL, HEAD, SUM, TITLE, WRAPPED
from stattable.writing.workbook import Look, Workbook

_LINE_HEIGHT: Final = 15.5  # points
_HIGHEST_ROW: Final = 409  # points: a spreadsheet knows no higher one
_NARROWEST, _WIDEST = 6, 46  # characters
_ROOM: Final = 2  # characters beside the widest text
_INDENT: Final = 2  # characters that a level of indentation takes

LOOKS: Final[dict[str, Look]] = {"": WRAPPED, "sum": SUM, "bad": BAD, "open": DOUBTFUL}


class Rate(float):
    """A number that is shown in per cent."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        cells: their values, from the first column on.
        look: one of `LOOKS`.
        depth: how far its first cell is indented.
    """

    cells: Sequence[object]
    look: str = ""
    depth: int = 0


def add_table(
    workbook: Workbook, name: str, title: str, notes: Iterable[str], heads: Sequence[str], rows: Sequence[Row]
) -> None:
    """Add a sheet with one table.

    Args:
        workbook: to which it is added.
        name: of the sheet.
        title: over the table, in the middle.
        notes: lines between title and table.
        heads: of the columns.
        rows: of the table.
    """
    sheet = workbook.add_sheet(name)
    widths = [_width(head, [(row.cells[at], row.depth if at == 0 else 0) for row in rows]) for at, head in
              enumerate(heads)]  # fmt: skip
    sheet.set_widths(widths)
    sheet.merge(1, 1, 1, len(heads), title, TITLE)
    sheet.set_row(1, 28)
    number = 1
    room = sum(widths) - _ROOM
    for number, note in enumerate(notes, start=2):
        sheet.merge(number, 1, number, len(heads), note, ABOUT)
        sheet.set_row(number, ceil(display_width(note) / room) * _LINE_HEIGHT)
    head = number + 1
    for column, text in enumerate(heads, start=1):
        sheet.put(head, column, text, HEAD)
    sheet.set_row(head, _height(heads, widths))
    for number, row in enumerate(rows, start=head + 1):
        look = LOOKS[row.look]
        for column, value in enumerate(row.cells, start=1):
            shape = {**look, "indent": row.depth} if row.depth and column == 1 else look
            shape = {**shape, "num_format": "0.0%"} if isinstance(value, Rate) else shape
            sheet.put(number, column, value, shape)
        sheet.set_row(number, _height(row.cells, widths))
    sheet.set_up_list(heads=(1, head), frozen=(head, 1))


def _width(head: str, cells: Iterable[tuple[object, int]]) -> float:
    texts = (max(map(display_width, _text(value).split("\n"))) + _INDENT * depth for value, depth in cells)
    return min(max(_NARROWEST, display_width(head) + _ROOM, *(size + _ROOM for size in texts)), _WIDEST)


def _height(cells: Sequence[object], widths: Sequence[float]) -> float:
    lines = (
        sum(max(ceil(display_width(line) / (width - _ROOM)), 1) for line in _text(value).split("\n"))
        for value, width in zip(cells, widths, strict=True)
    )
    return min(max(lines, default=1) * _LINE_HEIGHT, _HIGHEST_ROW)


def _text(value: object) -> str:
    if isinstance(value, Rate):
        return "100.0%"
    return "" if value is None else str(value)
