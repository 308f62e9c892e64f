"""Makes templates/attachment.xlsx: the official page, set as a print shop would set it.

What is printed, and where, comes from :mod:`stattable.model.form`; only the look is said here. The same form
gives the same file, so that a change of the template is always one that somebody made.
"""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree.ElementTree import canonicalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from stattable.model import form
from stattable.model.cell_names import a1_range, column_letters

TEMPLATE: Final = Path(__file__).resolve().parent.parent / "templates" / "attachment.xlsx"
MADE: Final = datetime(2021, 5, 29)  # what the file says of itself, whenever it is made
APPLICATION_PART: Final = "docProps/app.xml"  # openpyxl would name its version there
APPLICATION: Final = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application></Properties>"
)


class Style(NamedTuple):
    """How a cell looks."""

    font: Font
    alignment: Alignment
    number_format: str


class Box(NamedTuple):
    """A cell, or cells merged into one: the 1-based place of the upper left one, and how many."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """Its cells, row by row."""
        for row in range(self.row, self.row + self.rows):
            for column in range(self.column, self.column + self.columns):
                yield row, column


# -- the look ---------------------------------------------------------------------------------------------


def _style(
    font: str,
    points: int,
    horizontal: str,
    number_format: str = "General",
    *,
    bold: bool = False,
    wrap: bool = False,
    indent: int = 0,
) -> Style:
    # What does not wrap shrinks, should a wider font stand in for its own: a second line would be cut off.
    alignment = Alignment(horizontal, "center", wrap_text=wrap, shrink_to_fit=not wrap, indent=indent)
    return Style(Font(font, points, bold, charset=134, family=3), alignment, number_format)


SONG: Final = "宋体"  # both come with every Chinese Windows
HEI: Final = "黑体"

BODY: Final = _style(SONG, 11, "left")
BODY_RIGHT: Final = _style(SONG, 11, "right")
ANNEX: Final = _style(HEI, 14, "left")
TITLE: Final = _style(SONG, 20, "center", bold=True)
UNIT_NAME: Final = _style(SONG, 12, "left", wrap=True)
SECTION: Final = _style(HEI, 11, "center", wrap=True)
HEADING: Final = _style(HEI, 11, "center")
COLUMN: Final = _style(SONG, 11, "center")
FIGURE: Final = {
    form.Kind.COUNT: _style(SONG, 12, "center", "0"),
    form.Kind.FLAG: _style(SONG, 12, "center"),
}
CONTACT: Final = {
    "contact": BODY,
    "phone": _style(SONG, 11, "left", "@"),
    "filled_in": _style(SONG, 11, "left", 'yyyy"年"m"月"d"日"'),
}
NOTES: Final = (
    _style(SONG, 11, "left", wrap=True),
    _style(SONG, 11, "left", wrap=True, indent=2),  # two times three spaces: under the first one's number
)
THIN: Final = Side("thin", "FF000000")
MEDIUM: Final = Side("medium", "FF000000")

# Widths (in digits of the body font) and heights (in points) fill a landscape A4 page at nearly full size:
# what a digit measures differs a little with the screen. The first three rows are 4 cm high together, so that
# right of the title a round seal has room above the table.
MARGIN: Final = 1.3 / 2.54  # inches
SECTION_WIDTH: Final = 17.0  # the longest section label on one line
WIDTH: Final = 14.5
HEIGHTS: Final = {
    form.ANNEX_AT[0]: 24.0,
    form.TITLE_AT[0]: 42.0,
    form.NAME_LINE.at[0]: 48.0,
    **{row: 22.5 for block in form.BLOCKS for row in (block.heading_row, block.column_row)},
    **{block.row: 28.5 for block in form.BLOCKS},
    **{line.at[0]: 27.0 for line in form.CONTACT_LINES.values()},
    **dict.fromkeys(range(form.NOTES_ROW, form.LAST_ROW + 1), 16.5),
}

PAGE: Final = Box(1, 1, form.LAST_ROW, form.LAST_COLUMN)
TABLE_TOP: Final = form.BLOCKS[0].heading_row
TABLE_BOTTOM: Final = form.BLOCKS[-1].row

# -- the page ---------------------------------------------------------------------------------------------


def build() -> Workbook:
    """Return the official page, not filled in, with the title of :data:`form.DEFAULT_EDITION`."""
    workbook = Workbook()
    workbook.properties = DocumentProperties(creator="stattable", created=MADE, modified=MADE)
    # Excel measures widths and indents by the first font; openpyxl has no public way to set it.
    workbook._fonts = IndexedList([BODY.font])  # type: ignore[attr-defined]
    sheet = workbook.worksheets[0]
    sheet.title = form.SHEET_NAME
    _write_head(sheet)
    _write_table(sheet)
    _write_foot(sheet)
    _set_up(sheet)
    return workbook


def packed(workbook: Workbook) -> bytes:
    """Return `workbook` as an .xlsx file that shows neither when nor on which machine it was made."""
    written, result = BytesIO(), BytesIO()
    ExcelWriter(workbook, ZipFile(written, "w")).save()  # Workbook.save would set the time of change
    with ZipFile(written) as source, ZipFile(result, "w") as target:
        for name in source.namelist():
            part = ZipInfo(name)  # dated 1980-01-01
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            text = APPLICATION if name == APPLICATION_PART else source.read(name).decode()
            target.writestr(part, canonicalize(text))  # with lxml, openpyxl writes other spaces and prefixes
    return result.getvalue()


def _write_head(sheet: Worksheet) -> None:
    _write(sheet, Box(*form.ANNEX_AT), ANNEX, form.ANNEX_MARK)
    _write(sheet, Box(*form.TITLE_AT, 1, form.LAST_COLUMN), TITLE, form.title(form.DEFAULT_EDITION))
    _write_line(sheet, form.NAME_LINE, BODY, UNIT_NAME)
    (row, first), (_, last) = form.SEAL_AT
    _write(sheet, Box(row, first, 1, last - first + 1), BODY)


def _write_table(sheet: Worksheet) -> None:
    heading_rows = {block.heading_row for block in form.BLOCKS}
    for label in form.LABELS:
        box = Box(*label.at, label.rows, label.columns)
        style = SECTION if box.column < form.FIRST_COLUMN else HEADING if box.row in heading_rows else COLUMN
        _write(sheet, box, style, label.text)
        _rule(sheet, box)
    for field in form.FIELDS:
        _write(sheet, Box(*field.at), FIGURE[field.kind])
        _rule(sheet, Box(*field.at))


def _write_foot(sheet: Worksheet) -> None:
    for key, line in form.CONTACT_LINES.items():
        _write_line(sheet, line, BODY if line.at[1] == PAGE.column else BODY_RIGHT, CONTACT[key])
    for row, (text, style) in enumerate(zip(form.NOTES, NOTES, strict=True), form.NOTES_ROW):
        _write(sheet, Box(row, 1, 1, form.LAST_COLUMN), style, text)


def _write_line(sheet: Worksheet, line: form.Line, style: Style, value_style: Style) -> None:
    _write(sheet, Box(*line.at), style, line.text)
    _write(sheet, Box(*line.value_at, 1, line.value_columns), value_style)


def _write(sheet: Worksheet, box: Box, style: Style, text: str | None = None) -> None:
    sheet.cell(box.row, box.column, text)
    if box.rows * box.columns > 1:
        sheet.merge_cells(a1_range(box.places))
    for place in box.places:
        cell = sheet.cell(*place)
        cell.font, cell.alignment, cell.number_format = style


def _rule(sheet: Worksheet, box: Box) -> None:
    # Every cell of a box gets the sides of the whole: some programs go by the upper left one's.
    border = Border(
        left=MEDIUM if box.column == PAGE.column else THIN,
        right=MEDIUM if box.column + box.columns > form.LAST_COLUMN else THIN,
        top=MEDIUM if box.row == TABLE_TOP else THIN,
        bottom=MEDIUM if box.row + box.rows > TABLE_BOTTOM else THIN,
    )
    for place in box.places:
        sheet.cell(*place).border = border


def _set_up(sheet: Worksheet) -> None:
    for row, height in HEIGHTS.items():
        sheet.row_dimensions[row].height = height
    for column in range(1, form.LAST_COLUMN + 1):
        width = SECTION_WIDTH if column < form.FIRST_COLUMN else WIDTH
        sheet.column_dimensions[column_letters(column)].width = width
    sheet.print_area = a1_range(PAGE.places)
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.paperSize = int(sheet.PAPERSIZE_A4)
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, MARGIN, header=MARGIN / 2, footer=MARGIN / 2)
    sheet.print_options.horizontalCentered = sheet.print_options.verticalCentered = True
    sheet.sheet_view.showGridLines = False
    for selection in sheet.sheet_view.selection:
        selection.activeCell = selection.sqref = form.FIELDS[0].cell


if __name__ == "__main__":
    TEMPLATE.write_bytes(packed(build()))
    print(f"made {TEMPLATE}")
