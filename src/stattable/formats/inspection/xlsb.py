"""What calamine does not show of an .xlsb: its sheets' records, and the number formats of its styles."""

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from stattable.formats.inspection.number_formats import BUILT_IN, is_odd, shows_another_number
from stattable.formats.inspection.xls import ERRORS, stored_number
from stattable.formats.inspection.xlsb_records import (
    CELLS,
    RICH_TEXT,
    ROW,
    SHORT,
    TABLES,
    WORKBOOK_PROPERTIES,
    number_at,
    records,
    text_at,
)
from stattable.formats.package import Package
from stattable.formats.sheet import (
    EPOCH,
    EPOCH_1904,
    MAX_COLUMNS,
    WITHOUT_CELLS,
    Appearance,
    Cell,
    Inspection,
    Merge,
    Setup,
    SheetEntry,
    Unread,
    Unreadable,
)

_BUNDLE_SHEET, _FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 156, 44, 47, 617, 618  # of the workbook and its styles
_BLANK, _ERROR, _FORMULA_ERROR, _COLUMNS, _MERGE = 1, 3, 11, 60, 176  # of a sheet
_SHORT_BLANK: Final = 12
_RK: Final = 2
_NUMBERS: Final = frozenset({_RK, 5, 9})
_BLANKS: Final = frozenset({_BLANK, _SHORT_BLANK})
_HIDDEN_ROW, _HIDDEN_COLUMNS, _SINCE_1904 = 0x10, 0x01, 0x01  # flags
_STATES: Final = {1: "hidden", 2: "veryHidden"}
_NO_TEXT: Final = 0xFFFFFFFF


class XlsbInspector:
    """Inspects the sheets of an .xlsb.

    Calamine shows error values as blanks, and so it does two rare kinds of cells: those that do not say their column,
    and texts with formats of their own that are not among the shared ones. There is no formula without a result. The
    colours of texts are not looked at.

    Args:
        package: the workbook's.
    """

    encoding: str | None = None

    def __init__(self, package: Package) -> None:
        self._package = package
        self._last: tuple[int, bytes] | None = None  # the sheet that was inspected last, and its records

    @property
    def is_unusual(self) -> bool:
        """Whether calamine looks for strings or styles elsewhere; where it does not know something else, it refuses."""
        by_kind = self._package.relations(self._workbook).by_kind
        return any(by_kind.get(kind) not in {self._package.find(part), None} for kind, part in TABLES.items())

    def is_unusual_sheet(self, sheet: int) -> bool:  # noqa: ARG002
        """Return that no sheet is."""
        return False

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out."""
        rows = columns = row = column = 0
        for kind, body in records(self._content(sheet)):
            if kind == ROW:
                row = number_at(body) + 1
            elif kind in CELLS:
                column = column + 1 if kind in SHORT else number_at(body) + 1
                if kind not in _BLANKS:
                    rows, columns = max(rows, row), max(columns, column)
        return rows, columns

    def formulas(self, sheet: int) -> Mapping[Cell, str]:  # noqa: ARG002  -- they are not read in such a file
        """Return none: `merge` writes no such file, and the totals are held against the record."""
        return {}

    def setup(self, sheet: int) -> Setup:  # noqa: ARG002
        """Return nothing that is known."""
        return Setup()

    def inspect(self, sheet: int) -> Inspection | None:
        """Find what is no blank, merges, hidden rows and columns, and formats that show another number."""
        unreads: dict[Cell, Unread] = {}
        displays: dict[Cell, Appearance] = {}
        texts: dict[Cell, str] = {}
        merges: list[Merge] = []
        hidden_columns: set[int] = set()
        row = column = 0
        is_hidden = False
        for kind, body in records(self._content(sheet)):
            if kind == ROW:
                row, is_hidden = number_at(body) + 1, _has(body, 11, _HIDDEN_ROW)
            elif kind == _COLUMNS and _has(body, 16, _HIDDEN_COLUMNS):
                hidden_columns.update(range(number_at(body) + 1, min(number_at(body, 4) + 1, MAX_COLUMNS) + 1))
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<4I", body)
                merges.append((top + 1, left + 1, bottom + 1, right + 1))
            elif kind in CELLS:
                column = column + 1 if kind in SHORT else number_at(body) + 1
                if kind in _BLANKS:
                    continue
                if kind == RICH_TEXT:
                    texts[row, column] = text_at(body, 9)
                elif unread := _unread(kind, body):
                    unreads[row, column] = unread
                hidden_by = "row" if is_hidden else "column" if column in hidden_columns else None
                code = self._odd_formats.get(_style(kind, body)) if kind in _NUMBERS else None
                if code and not shows_another_number(code, stored_number(body[8:16] if kind != _RK else body[8:12])):
                    code = None
                if hidden_by or code:
                    displays[row, column] = Appearance(hidden_by, code)
        return Inspection(unreads, merges, displays, texts) if unreads or merges or displays or texts else None

    def _content(self, sheet: int) -> bytes:
        if self._last is None or self._last[0] != sheet:
            part = self.sheets[sheet].part
            if part is None:
                raise Unreadable("F001")
            self._last = sheet, self._package.content(part)
        return self._last[1]

    @cached_property
    def _workbook(self) -> str:
        return self._package.main_part("xl/workbook.bin")

    @cached_property
    def epoch(self) -> date:
        """Day 0 of the dates that are stored as numbers."""
        said = (body for kind, body in records(self._package.content(self._workbook)) if kind == WORKBOOK_PROPERTIES)
        return EPOCH_1904 if _has(next(said, b""), 0, _SINCE_1904) else EPOCH

    @cached_property
    def sheets(self) -> Sequence[SheetEntry]:
        """All sheets as the workbook lists them."""
        by_id, kinds, _ = self._package.relations(self._workbook)
        sheets: list[SheetEntry] = []
        for kind, body in records(self._package.content(self._workbook)):
            if kind == _BUNDLE_SHEET and number_at(body, 8) != _NO_TEXT:
                key = text_at(body, 8)
                name = text_at(body, 12 + 2 * number_at(body, 8))
                part = None if kinds.get(key) in WITHOUT_CELLS else by_id.get(key)
                is_lost = part is None and bool(key) and kinds.get(key) not in WITHOUT_CELLS
                state = _STATES.get(number_at(body), "visible")
                sheets.append(SheetEntry(len(sheets), name, state, part, is_lost))
        return sheets

    @cached_property
    def _odd_formats(self) -> Mapping[int, str]:
        """The number formats that show another number, by the number of the cell style that has them."""
        codes, styles, is_cells = dict(BUILT_IN), list[int](), False
        part = self._package.relations(self._workbook).by_kind.get("styles") or self._package.find(TABLES["styles"])
        for kind, body in records(self._package.content(part)) if part else ():
            if kind == _FORMAT:
                codes[int.from_bytes(body[:2], "little")] = text_at(body, 2)
            elif kind in {_BEGIN_STYLES, _END_STYLES}:
                is_cells = kind == _BEGIN_STYLES
            elif kind == _STYLE and is_cells:
                styles.append(int.from_bytes(body[2:4], "little"))
        found = {number: codes.get(format_, "") for number, format_ in enumerate(styles)}
        return {number: code for number, code in found.items() if is_odd(code)}


def _unread(kind: int, body: bytes) -> Unread | None:
    if kind in {_ERROR, _FORMULA_ERROR}:
        return Unread(ERRORS.get(body[8], "#VALUE!"))
    return Unread("?") if kind in SHORT else None


def _style(kind: int, body: bytes) -> int:
    """Return the number of a cell's style."""
    at = 0 if kind in SHORT else 4
    return int.from_bytes(body[at : at + 3], "little")


def _has(body: bytes, at: int, flag: int) -> bool:
    """Whether the byte at `at` has a flag; the last ones of a record may be left out."""
    return bool(int.from_bytes(body[at : at + 1], "little") & flag)
