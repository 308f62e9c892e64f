"""What the part of a sheet says of its pictures: its drawing, cells that hold one, sizes of rows and columns."""

import math
import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.xlsx_strings import shared_strings
from stattable.formats.package import Package
from stattable.formats.pictures.grid import Axis, Grid, Span
from stattable.formats.sheet import Cell, Unreadable
from stattable.formats.xml import NOT_XML, Events, attribute, local_name, parse, whole
from stattable.model.cell_names import cell_at

MOST_ROWS: Final = 2**20  # of a sheet in Excel and WPS
MOST_COLUMNS: Final = 2**14

_MARKS: Final = re.compile(rb"drawing|DISPIMG|\svm\s*=", re.IGNORECASE)
_IN_FORMULA: Final = re.compile(r'\bDISPIMG\s*\(\s*"([^"]{1,200})"', re.IGNORECASE)
_AS_TEXT: Final = re.compile(r"\s*=?\s*(?:_xlfn\.)?DISPIMG\s*\(", re.IGNORECASE)
_LONGEST: Final = 2_000  # characters of a text that are looked at

_POINT: Final = 12_700  # EMU
_PIXEL: Final = 9_525
_DIGIT: Final = 7  # pixels of a digit in the usual font, by which columns are measured
_PADDING: Final = 5  # pixels of a column beside its digits
_USUAL_HEIGHT, _USUAL_DIGITS = 15.0, 8
_MOST_POINTS, _MOST_DIGITS = 409.5, 255.0  # of a row, of a column


class Worksheet(Events):
    """A sheet, as far as its pictures go. It takes the events of its part.

    Attributes:
        drawing: the Id of its drawing, or "".
        named: the cells that show a picture by its name, as WPS puts it, and the name; a cell may have several.
        valued: the cells whose value is more than it seems, and the number of that in the workbook's metadata.

    Args:
        strings: the shared strings that name a picture, by their number.
    """

    def __init__(self, strings: Mapping[int, str]) -> None:
        self.drawing = ""
        self.named: list[tuple[Cell, str]] = []
        self.valued: list[tuple[Cell, int]] = []
        self._strings = strings
        self._columns: list[Span] = []
        self._rows: dict[int, Span] = {}
        self._usual_width = (_USUAL_DIGITS * _DIGIT + _PADDING + 7) // 8 * 8 * _PIXEL  # in steps of 8 pixels
        self._usual_height = round(_USUAL_HEIGHT * _POINT)
        self._within = ""  # sheetData or cols; controls have rows and columns, too, which are something else
        self._row = self._column = 0
        self._cell: Mapping[str, str] | None = None  # its attributes
        self._texts: dict[str, str] = {}  # of its f, v and t
        self._taking = ""

    def grid(self) -> Grid:
        """Return where its rows and columns lie."""
        rows = Axis(self._rows.values(), self._usual_height, MOST_ROWS)
        return Grid(rows, Axis(self._columns, self._usual_width, MOST_COLUMNS))

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        name = local_name(tag)
        if self._cell is not None:
            self._taking = name if name in {"f", "v", "t"} else ""
        elif name == "c" and self._within == "sheetData":
            self._cell, self._texts = attributes, {}
        elif name == "row" and self._within == "sheetData":
            self._row, self._column = whole(attributes.get("r"), self._row + 1), 0
            self._take_row(attributes)
        elif name == "col" and self._within == "cols":
            self._take_column(attributes)
        elif name in {"sheetData", "cols"}:
            self._within = name
        elif name == "sheetFormatPr":
            self._take_usual(attributes)
        elif name == "drawing":
            self.drawing = self.drawing or attribute(attributes, "id")

    def data(self, text: str) -> None:
        """Take a piece of text."""
        if self._taking:
            before = self._texts.get(self._taking, "")
            if len(before) < _LONGEST:
                self._texts[self._taking] = before + text

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        name = local_name(tag)
        self._taking = ""
        if name == self._within:
            self._within = ""
        elif name == "c" and self._cell is not None:
            self._take_cell(self._cell)
            self._cell = None

    def _take_cell(self, cell: Mapping[str, str]) -> None:
        try:
            self._row, self._column = cell_at(cell.get("r") or "")
        except ValueError:
            self._column += 1
        at = self._row, self._column
        if not (0 < self._row <= MOST_ROWS and self._column <= MOST_COLUMNS):
            return
        formula, value = self._texts.get("f", ""), self._texts.get("v", "")
        text = self._strings.get(whole(value, -1), "") if cell.get("t") == "s" else value or self._texts.get("t", "")
        names = _IN_FORMULA.findall(formula) or (_IN_FORMULA.findall(text) if _AS_TEXT.match(text) else [])
        self.named += [(at, name) for name in names]
        if not names and (number := whole(cell.get("vm"))) > 0:
            self.valued.append((at, number))

    def _take_row(self, row: Mapping[str, str]) -> None:
        line, hidden = self._row - 1, row.get("hidden") in {"1", "true"}
        height = _measure(row.get("ht"), _MOST_POINTS)
        if hidden or height is not None:
            size = self._usual_height if height is None else round(height * _POINT)
            self._rows[line] = Span(line, line, size, hidden)

    def _take_column(self, column: Mapping[str, str]) -> None:
        first = whole(column.get("min")) - 1
        hidden, width = column.get("hidden") in {"1", "true"}, _measure(column.get("width"), _MOST_DIGITS)
        size = self._usual_width if width is None else _width(width)
        self._columns.append(Span(first, whole(column.get("max")) - 1, size, hidden))

    def _take_usual(self, usual: Mapping[str, str]) -> None:
        if (height := _measure(usual.get("defaultRowHeight"), _MOST_POINTS)) is not None:
            self._usual_height = round(height * _POINT)
        if (width := _measure(usual.get("defaultColWidth"), _MOST_DIGITS)) is not None:
            self._usual_width = _width(width)
        elif "baseColWidth" in usual:
            digits = min(max(whole(usual["baseColWidth"], _USUAL_DIGITS), 0), int(_MOST_DIGITS))
            self._usual_width = (digits * _DIGIT + _PADDING + 7) // 8 * 8 * _PIXEL


def read_worksheet(package: Package, name: str) -> Worksheet:
    """Read the part `name` of a sheet.

    Raises:
        Unreadable: it is not there, or no XML (F001).
    """
    content = package.content_if_whole(name)
    if content is None:
        raise Unreadable("F001")
    strings = _strings_that_name(package)
    sheet = Worksheet(strings)
    if (strings or _MARKS.search(content)) and not parse(content, sheet):
        raise Unreadable("F001")
    return sheet


def _measure(text: str | None, most: float) -> float | None:
    try:
        size = float(text or "")
    except ValueError:
        return None
    return min(size, most) if math.isfinite(size) and size >= 0 else None


def _width(digits: float) -> int:
    """Return how wide a column is, as Excel works it out from the number of digits that it says."""
    return int((256 * digits + 128 // _DIGIT) / 256 * _DIGIT) * _PIXEL


# -- shared strings ---------------------------------------------------------------------------------------


def _strings_that_name(package: Package) -> Mapping[int, str]:
    """Return the shared strings that name a picture, by their number."""
    content = package.content_if_whole(package.of_workbook("sharedstrings", "xl/sharedStrings.xml"))
    if content is None or b"DISPIMG" not in content.upper():
        return {}
    try:
        texts = {number: _text(item) for number, item in shared_strings(content)}
    except NOT_XML:
        return {}
    return {number: text for number, text in texts.items() if _AS_TEXT.match(text)}


def _text(item: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in item.iter() if local_name(part.tag) == "t")[:_LONGEST]
