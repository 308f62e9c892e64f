"""Lists, one row under the other: a title, heads that stay and are on every page, rows as high as their texts."""

from collections.abc import Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import Final

from stattable.model.text import display_width
from stattable.proving.sheet_facts import repeated_rows
from stattable.proving.titles import LIST_HEAD
from stattable.writing.looks import ABOUT, HEAD, SECTION, TITLE, WRAPPED
from stattable.writing.workbook import PAPER_WIDTH, Look, Sheet, Workbook, column_pixels

_LINE_HEIGHT: Final = 14.5  # points
_HIGHEST_ROW: Final = 409  # points: a spreadsheet knows no higher one
_TITLE_LINE: Final = 24  # points
DEEPEST_OUTLINE: Final = 7


class ListSheet:
    """A sheet with one list.

    Args:
        workbook: to which it is added.
        name: of the sheet.
        widths: of its columns, in characters.
        is_held: whether the sheet holds its rows; see :meth:`Workbook.add_sheet`.
    """

    def __init__(self, workbook: Workbook, name: str, widths: Sequence[float], *, is_held: bool = True) -> None:
        self.sheet: Sheet = workbook.add_sheet(name, is_held=is_held)
        self._name, self._widths = name, widths
        self._rooms = [room_of(width) for width in widths]
        self.sheet.set_widths(widths)
        self.row = 0
        self._has_breaks = False

    def begin(self, lines: tuple[str, str], heads: Sequence[str]) -> list[list[object]]:
        """Write the two lines above the list, over all its columns, and its heads; return what these rows hold."""
        for text, look, least in zip(lines, (TITLE, ABOUT), (_TITLE_LINE, _LINE_HEIGHT), strict=True):
            self.row += 1
            self.sheet.merge(self.row, 1, self.row, len(self._widths), text, look)
            lines_of_text = count_lines(text, sum(self._widths) / (1.5 if look is TITLE else 1))
            self.sheet.set_row(self.row, min(lines_of_text * least, _HIGHEST_ROW))
        lines_and_heads = [*self.sheet.rows, self.write(heads, HEAD)]
        if not self.sheet.is_held:
            self.sheet.rows.clear()
        return lines_and_heads

    def write(
        self,
        cells: Sequence[object],
        look: Look = WRAPPED,
        others: Mapping[int, Look] = MappingProxyType({}),
    ) -> list[object]:
        """Write a row and return what it holds.

        Args:
            cells: their values, from the first column on.
            look: of the cells.
            others: looks of cells that look otherwise, by column.
        """
        self.row += 1
        held = self.sheet.put_row(self.row, cells, look, others)
        if look.get("text_wrap"):
            lines = most_lines(held, self._rooms)
            if lines > 1:
                self.sheet.set_row(self.row, min(lines * _LINE_HEIGHT, _HIGHEST_ROW))
        return held

    def begin_section(self, text: str, *, on_new_page: bool) -> None:
        """Write a line over all columns that says what follows, perhaps on a new page."""
        if on_new_page and self.row > LIST_HEAD:
            self._has_breaks = True
            self.sheet.raw.set_h_pagebreaks([self.row])
        self.write([text, *[None] * (len(self._widths) - 1)], SECTION)

    def finish(self, *, frozen_columns: int = 0, last: int | None = None) -> None:
        """Set up how the list is seen and printed, and give it a filter.

        Args:
            frozen_columns: how many of the first columns stay where they are.
            last: the last row that the filter is for; None for the last one there is.
        """
        heads = repeated_rows(self._name)
        self.sheet.raw.autofilter(heads - 1, 0, max(last or self.row, heads) - 1, len(self._widths) - 1)
        scale = min(int(100 * PAPER_WIDTH / sum(map(column_pixels, self._widths))), 100)
        self.sheet.set_up_list(
            heads=(1, heads), frozen=(heads, frozen_columns), scale=scale if self._has_breaks else None
        )


def room_of(width: float) -> float:
    """Return how many characters of these lists stand on a line of a column of `width`, which is in larger ones."""
    return 1.1 * width - 0.5


def most_lines(cells: Sequence[object], rooms: Sequence[float]) -> int:
    """Return on how many lines the longest text of a row stands, in columns that take so many characters."""
    # All but a few texts take one line, and a province has half a million.
    long = [
        (text, room)
        for text, room in zip(cells, rooms, strict=False)
        if type(text) is str and (2 * len(text) > room or "\n" in text)
    ]
    return max([count_lines(text, room) for text, room in long], default=1)


def count_lines(text: str, room: float) -> int:
    """Return on how many lines a text stands where each takes `room` characters."""
    if "\n" not in text:
        return ceil(display_width(text) / room) or 1
    return sum(count_lines(line, room) for line in text.split("\n"))
