"""The official page from the template, filled in, with the note beside it and what is hidden behind it."""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from stattable.model import form
from stattable.model.cell_names import a1
from stattable.model.form import FIELDS, Values, shown_value
from stattable.model.units import Level
from stattable.writing.workbook import BODY_FONT, Look, Sheet, Workbook

Place = tuple[int, int]  # 1-based row and column

_LINE_BREAKS: Final = re.compile(r"[\r\n]+")
# Beside the page, outside its print area, and in no row where labels of the form are looked for.
NOTE_AT: Final = (5, form.LAST_COLUMN + 2)
_NOTE_ROWS: Final = 10
# Both together no wider than a screen of 1366 pixels shows beside the page.
_GAP_WIDTH, _NOTE_WIDTH = 2, 28
_NOTE_LOOK: Final[Look] = {**BODY_FONT, "font_size": 10, "font_color": "#404040", "text_wrap": True, "valign": "top"}
_HIDDEN_LOOK: Final[Look] = {"num_format": "@"}


# -- the template -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Template:
    """The official page, from its workbook.

    Attributes:
        cells: value and look of each cell.
        merges: merged ranges: 1-based first row and column, last row and column.
        widths: of the columns from the first on.
        heights: of rows, in points.
        margins: left, right, top and bottom, in inches.
    """

    cells: Mapping[Place, tuple[object, Look]]
    merges: tuple[tuple[int, int, int, int], ...]
    widths: tuple[float, ...]
    heights: Mapping[int, float]
    margins: tuple[float, float, float, float]


def template_bytes() -> bytes:
    """Return the official page's workbook: from the installed package, or from the source tree."""
    packaged = files("stattable").joinpath("attachment.xlsx")
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).parents[3] / "templates" / "attachment.xlsx").read_bytes()


@cache
def template() -> Template:
    """Return the official page, read once."""
    from openpyxl import load_workbook

    sheet: Any = load_workbook(io.BytesIO(template_bytes())).worksheets[0]
    page = [cell for row in sheet.iter_rows(1, form.LAST_ROW, 1, form.LAST_COLUMN) for cell in row]
    margins = sheet.page_margins
    looks = {frozenset(look.items()): look for look in map(_look, page)}  # one for all that are equal: it is soon known
    return Template(
        cells={(cell.row, cell.column): (cell.value, looks[frozenset(_look(cell).items())]) for cell in page},
        merges=tuple(sorted((one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges)),
        widths=tuple(sheet.column_dimensions[cell.column_letter].width - _CELL_MARGIN for cell in sheet[1]),
        heights={row: one.height for row, one in sheet.row_dimensions.items() if one.height is not None},
        margins=(margins.left, margins.right, margins.top, margins.bottom),
    )


_CELL_MARGIN: Final = 5 / 7  # of a character: a file holds it with a column's width, and XlsxWriter adds it
_BORDERS: Final = {None: 0, "thin": 1, "medium": 2}


def _look(cell: Any) -> Look:
    font, alignment, border = cell.font, cell.alignment, cell.border
    return {
        "font_name": font.name,
        "font_size": font.sz,
        "font_charset": font.charset or 0,
        "bold": bool(font.b),
        "align": alignment.horizontal or "",
        "valign": {"center": "vcenter"}.get(alignment.vertical, alignment.vertical or ""),
        "text_wrap": bool(alignment.wrap_text),
        "shrink": bool(alignment.shrink_to_fit),
        "indent": int(alignment.indent or 0),
        "num_format": cell.number_format,
        **{side: _BORDERS[getattr(border, side).style] for side in ("left", "right", "top", "bottom")},
    }


# -- the page ---------------------------------------------------------------------------------------------


def page_content(
    *,
    edition: int,
    name: str,
    level: Level | None = None,
    values: Values = form.BLANK,
    contact: str = "",
    phone: str = "",
    filled_in: date | None = None,
) -> dict[Place, object]:
    """Return the values to fill in on the official page, by cell.

    Args:
        edition: ordinal of the members' day, for the title.
        name: of the unit, for 单位（公章）.
        level: of the unit.
        values: the 40 figures, None where blank.
        contact: name of the person to call.
        phone: their number.
        filled_in: the date of filling in.
    """
    beside = {"contact": _one_line(contact), "phone": _one_line(phone), "filled_in": filled_in}
    return {
        form.TITLE_AT: form.title(edition),
        form.NAME_LINE.value_at: _one_line(name) or None,
        **{
            field.at: shown_value(value, level, field.index) for field, value in zip(FIELDS, values, strict=True)
        },
        **{line.value_at: beside[key] or None for key, line in form.CONTACT_LINES.items()},
    }  # fmt: skip


def add_page(
    workbook: Workbook,
    content: Mapping[Place, object],
    restyled: Callable[[Place, Look], Look] = lambda _, look: look,
) -> Sheet:
    """Add the official page, which is the first sheet of every workbook of ours.

    Args:
        workbook: a new one.
        content: what is filled in, by cell.
        restyled: gives a cell's look from its place and its look on the template.
    """
    ours, sheet = template(), workbook.add_sheet(form.SHEET_NAME)
    sheet.set_widths(ours.widths)
    for row, height in ours.heights.items():
        sheet.set_row(row, height)
    for top, left, bottom, right in ours.merges:
        sheet.merge(top, left, bottom, right, None, ours.cells[top, left][1])
    for at, (printed, look) in ours.cells.items():
        sheet.put(*at, content.get(at, printed), restyled(at, look))
    raw = sheet.raw
    raw.set_landscape()
    raw.set_paper(9)  # A4
    raw.fit_to_pages(1, 1)
    raw.set_margins(*ours.margins)
    raw.center_horizontally()
    raw.center_vertically()
    raw.hide_gridlines(2)
    raw.print_area(0, 0, form.LAST_ROW - 1, form.LAST_COLUMN - 1)
    select(sheet, FIELDS[0].at)
    return sheet


def select(sheet: Sheet, at: Place) -> None:
    """Put the cursor into a cell."""
    sheet.raw.set_selection(a1(*at))


def put_note(sheet: Sheet, lines: Iterable[str]) -> None:
    """Write `lines` next to the page, outside its print area."""
    row, column = NOTE_AT
    sheet.merge(row, column, row + _NOTE_ROWS, column, "\n".join(lines), _NOTE_LOOK)
    sheet.raw.set_column(column - 2, column - 2, _GAP_WIDTH)
    sheet.raw.set_column(column - 1, column - 1, _NOTE_WIDTH)


def add_hidden(workbook: Workbook, name: str, rows: Iterable[Sequence[object]], *, is_held: bool = True) -> None:
    """Add a very-hidden sheet of plain cells, such as the identity; see :meth:`Workbook.add_sheet`."""
    sheet = workbook.add_sheet(name, is_held=is_held)
    for row, words in enumerate(rows, start=1):
        sheet.put_row(row, words, _HIDDEN_LOOK, with_blanks=False)
    sheet.raw.very_hidden()


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()
