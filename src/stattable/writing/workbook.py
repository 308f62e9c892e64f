"""A new workbook: text stays text, equal looks are one format, and equal content gives equal bytes."""

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from stattable.proving.sheet_facts import LIST_FOOTER
from stattable.writing.whole_rows import Formula, Link, RowWorkbook, RowWorksheet, storable

Look = Mapping[str, object]  # how a cell looks, by XlsxWriter's names of a format's properties

_EARLIEST: Final = 315_532_800  # 1980-01-01: zip archives know no earlier time
MOST_LINKS: Final = 65_530  # that a sheet can hold
BODY_FONT: Final[Look] = {"font_name": "宋体", "font_size": 11, "font_charset": 134}  # widths are measured by it


_SIDE_MARGIN: Final = 0.4  # inches
PAPER_WIDTH: Final = (297 / 25.4 - 2 * _SIDE_MARGIN) * 96  # pixels, of an A4 page that lies, between its margins


def column_pixels(width: float) -> int:
    """Return how wide a column of `width` characters is at most.

    Programs measure it by the digits of 宋体, which take 8 pixels, or of the font that they have in its place.
    """
    return int((width + 5 / 7) * _WIDEST_DIGIT)


_WIDEST_DIGIT: Final = 9.6  # pixels


def run_time() -> datetime:
    """Return the time of the run; SOURCE_DATE_EPOCH, seconds since 1970, stands in for it where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch and epoch.isdigit():
        return datetime.fromtimestamp(max(int(epoch), _EARLIEST), UTC)
    return datetime.now().astimezone()


class Workbook:
    """A workbook that is made sheet by sheet, in their order.

    Args:
        is_long: whether its parts go through temporary files, for they take more memory than one should.
    """

    def __init__(self, *, is_long: bool = False) -> None:
        self._book: Any = RowWorkbook({"in_memory": not is_long, "default_format_properties": dict(BODY_FONT)})
        self._book.set_properties({"author": "stattable", "created": run_time().replace(tzinfo=None)})
        self.sheets: dict[str, Sheet] = {}
        self._formats: dict[frozenset[tuple[str, object]], Any] = {}
        self._known: dict[int, tuple[Look, Any]] = {}  # formats of looks that were asked for, by what each look is
        self._styles: dict[int, str] = {}  # of those of them that rows have, by the same

    def add_sheet(self, name: str, *, is_held: bool = True) -> "Sheet":
        """Add an empty sheet behind the others.

        Args:
            name: of the sheet.
            is_held: whether it holds the values of its whole rows, too, for whoever reads them from it.
        """
        self.sheets[name] = Sheet(self, self._book.add_worksheet(name, RowWorksheet), is_held=is_held)
        return self.sheets[name]

    def format(self, look: Look) -> Any:
        """Return the format of `look`, made once."""
        if id(look) not in self._known:
            key = frozenset(look.items())
            if key not in self._formats:
                self._formats[key] = self._book.add_format(dict(look))
            self._known[id(look)] = look, self._formats[key]  # which keeps the look, and so its id
        return self._known[id(look)][1]

    def style(self, look: Look) -> str:
        """Return the format of `look` as an attribute in XML."""
        if id(look) not in self._styles:
            self._styles[id(look)] = f' s="{self.format(look)._get_xf_index()}"'
        return self._styles[id(look)]

    def register(self, chart: Any) -> None:
        """Have the part of a chart written, which no call of XlsxWriter's made."""
        self._book.charts.append(chart)

    def write_to(self, out: BinaryIO) -> None:
        """Write the workbook to a file; nothing can be added after that."""
        self._book.pack(out)

    def to_bytes(self) -> bytes:
        """Return the workbook as the bytes of a file; nothing can be added after that."""
        out = io.BytesIO()
        self.write_to(out)
        return out.getvalue()


class Sheet:
    """A sheet of a workbook. Rows and columns are counted from 1, as people do.

    Attributes:
        raw: XlsxWriter's worksheet, for how the sheet as a whole looks and prints.
        rows: the values of its cells, row by row.
        is_held: whether those of its whole rows are among them.
    """

    def __init__(self, workbook: Workbook, raw: Any, *, is_held: bool) -> None:
        self._workbook = workbook
        self.is_held = is_held
        self.raw = raw
        self.rows: list[list[object]] = []

    def put(self, row: int, column: int, value: object, look: Look) -> None:
        """Write `value` into a cell; text is text, never a formula, a link or a number, whatever it looks like.

        Args:
            row: counted from 1.
            column: counted from 1.
            value: a text, a number, a date, a `Formula`, a `Link`, or None for a blank cell with its look.
            look: of the cell.
        """
        shape = self._workbook.format(look)
        at = (row - 1, column - 1)
        held = value
        match value:
            case None | "":
                self.raw.write_blank(*at, None, shape)
            case str():
                held = storable(value)
                self.raw.write_string(*at, held, shape)
            case Formula(text, result):
                held = result
                self.raw.write_formula(*at, text, shape, result)
            case Link(text, sheet, cell):
                held = storable(text)
                self.raw.write_url(*at, f"internal:'{sheet}'!{cell}", shape, held)
            case bool():
                self.raw.write_boolean(*at, value, shape)
            case int() | float():
                self.raw.write_number(*at, value, shape)
            case date():
                self.raw.write_datetime(*at, value, shape)
            case _:
                raise TypeError(type(value))
        self._hold(row, column, held)

    def put_row(
        self,
        row: int,
        cells: Sequence[object],
        look: Look,
        others: Mapping[int, Look] = MappingProxyType({}),
        *,
        start: int = 1,
        with_blanks: bool = True,
    ) -> list[object]:
        """Write a whole row at once, below all that is written cell by cell, as :meth:`put` writes a cell.

        Args:
            row: counted from 1.
            cells: from the column `start` on: texts, whole numbers, formulas, links, or None.
            look: of the cells.
            others: looks of cells that look otherwise, by column, counted from 1.
            start: the column of the first of the cells, counted from 1.
            with_blanks: whether blank cells have their look, too.

        Returns:
            The values of the row's cells, from the first column on.
        """
        styles = (self._workbook.style(look),) * len(cells)
        if others:
            changed = [*styles]
            for column, other in others.items():
                changed[column - start] = self._workbook.style(other)
            styles = tuple(changed)
        held: list[object] = self.raw.add_row(row, start, cells, styles, with_blanks=with_blanks)
        if self.is_held:
            self.rows += [[] for _ in range(len(self.rows), row - 1)]
            self.rows.append(held)
        return held

    def _hold(self, row: int, column: int, value: object) -> None:
        while len(self.rows) < row:
            self.rows.append([])
        cells = self.rows[row - 1]
        cells += [None] * (column - len(cells))
        cells[column - 1] = value

    def merge(self, top: int, left: int, bottom: int, right: int, value: object, look: Look) -> None:
        """Merge cells into one that holds `value`."""
        self.raw.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", self._workbook.format(look))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self._hold(row, column, None)
        self.put(top, left, value, look)

    def comment(self, row: int, column: int, text: str, at: tuple[int, int], size: tuple[int, int]) -> None:
        """Give a cell a comment, which is shown while the pointer is on the cell.

        Args:
            row: of the cell.
            column: of the cell.
            text: of the comment.
            at: how far the comment is from the sheet's top left corner, to the right and down, in pixels.
            size: of the comment, in pixels.
        """
        where = {"start_row": 0, "start_col": 0, "x_offset": at[0], "y_offset": at[1]}
        shape = {"width": size[0], "height": size[1], "font_name": BODY_FONT["font_name"], "font_size": 10}
        self.raw.write_comment(row - 1, column - 1, storable(text), {**where, **shape, "author": "stattable"})

    def draw(self, chart: Any, row: int, column: int, offset: int, title: str) -> None:
        """Put a chart of XlsxWriter's onto the sheet.

        Args:
            chart: with its series and its size.
            row: in which it begins.
            column: in which it begins.
            offset: how far from the top left corner of that cell, to the right and down, in pixels.
            title: for those who do not see it.
        """
        self._workbook.register(chart)
        options = {"x_offset": offset, "y_offset": offset, "description": title}
        self.raw.insert_chart(row - 1, column - 1, chart, options)

    def set_widths(self, widths: Iterable[float]) -> None:
        """Set the widths of the columns from the first on, in characters."""
        for column, width in enumerate(widths):
            self.raw.set_column(column, column, width)

    def set_row(self, row: int, height: float | None, depth: int = 0) -> None:
        """Set a row's height in points, None for the usual one, and how deep it stands in the outline."""
        self.raw.set_row(row - 1, height, None, {"level": depth} if depth else {})

    def set_up_list(
        self,
        *,
        heads: tuple[int, int] | None,
        columns: int = 0,
        frozen: tuple[int, int] | None,
        scale: int | None = None,
        is_upright: bool = False,
    ) -> None:
        """Set up how a list is seen and printed.

        Args:
            heads: the first and the last of the rows that are printed on every page, counted from 1, or None.
            columns: how many of the first columns are printed on every page.
            frozen: how many rows and columns stay where they are, or None.
            scale: of the print in per cent, which leaves breaks between pages where they are; None to fit the width
                to one page.
            is_upright: whether the paper stands upright.
        """
        if frozen:
            self.raw.freeze_panes(*frozen)
        if not is_upright:
            self.raw.set_landscape()
        self.raw.set_paper(9)  # A4
        if scale is None:
            self.raw.fit_to_pages(1, 0)
        else:
            self.raw.set_print_scale(scale)
        self.raw.set_margins(left=_SIDE_MARGIN, right=_SIDE_MARGIN, top=0.5, bottom=0.6)
        self.raw.set_footer(f"&C{LIST_FOOTER}")
        if heads:
            self.raw.repeat_rows(heads[0] - 1, heads[1] - 1)
        if columns:
            self.raw.repeat_columns(0, columns - 1)
