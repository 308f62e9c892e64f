"""What calamine does not show of an .xlsb: its sheets' records, and the number formats of its styles."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from stattable.formats.inspection.number_formats import BUILT_IN, is_odd, shows_another_number
from stattable.formats.inspection.xls import ERRORS, stored_number
from stattable.formats.package import Package
from stattable.formats.sheet import MAX_COLUMNS, Appearance, Cell, Inspection, Merge, Setup, Unread, Unreadable

_BUNDLE_SHEET, _FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 156, 44, 47, 617, 618  # of the workbook and its styles
_ROW, _BLANK, _ERROR, _FORMULA_ERROR, _COLUMNS, _RICH_TEXT, _MERGE = 0, 1, 3, 11, 60, 62, 176  # of a sheet
_SHORT_BLANK: Final = 12
_SHORT: Final = range(12, 19)  # cells that do not say their column: it is the one after the last
_CELLS: Final = frozenset({*range(1, 19), _RICH_TEXT})
_RK: Final = 2
_NUMBERS: Final = frozenset({_RK, 5, 9})
_BLANKS: Final = frozenset({_BLANK, _SHORT_BLANK})
_HIDDEN_ROW, _HIDDEN_COLUMNS = 0x10, 0x01  # flags
_NO_TEXT: Final = 0xFFFFFFFF


class XlsbInspector:
    """Inspects the sheets of an .xlsb.

    Calamine shows error values as blanks, and so it does two rare kinds of cells: those that do not say their column,
    and texts with formats of their own that are not among the shared ones. There is no formula without a result. The
    colours of texts are not looked at.

    Args:
        package: the workbook's.
    """

    at_once: Sequence[Cell] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        self._last: tuple[int, bytes] | None = None  # the sheet that was inspected last, and its records

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out."""
        rows = columns = row = column = 0
        for kind, body in _records(self._content(sheet)):
            if kind == _ROW:
                row = _number(body) + 1
            elif kind in _CELLS:
                column = column + 1 if kind in _SHORT else _number(body) + 1
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
        for kind, body in _records(self._content(sheet)):
            if kind == _ROW:
                row, is_hidden = _number(body) + 1, _has(body, 11, _HIDDEN_ROW)
            elif kind == _COLUMNS and _has(body, 16, _HIDDEN_COLUMNS):
                hidden_columns.update(range(_number(body) + 1, min(_number(body, 4) + 1, MAX_COLUMNS) + 1))
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<4I", body)
                merges.append((top + 1, left + 1, bottom + 1, right + 1))
            elif kind in _CELLS:
                column = column + 1 if kind in _SHORT else _number(body) + 1
                if kind in _BLANKS:
                    continue
                if kind == _RICH_TEXT:
                    texts[row, column] = _text(body, 9)
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
            part = self._parts[sheet]
            if part is None:
                raise Unreadable("F001")
            self._last = sheet, self._package.content(part)
        return self._last[1]

    @cached_property
    def _workbook(self) -> str:
        return self._package.main_part("xl/workbook.bin")

    @cached_property
    def _parts(self) -> list[str | None]:
        """The part that holds each sheet."""
        parts = self._package.relations(self._workbook).by_id
        return [
            parts.get(_text(body, 8))
            for kind, body in _records(self._package.content(self._workbook))
            if kind == _BUNDLE_SHEET and _number(body, 8) != _NO_TEXT
        ]

    @cached_property
    def _odd_formats(self) -> Mapping[int, str]:
        """The number formats that show another number, by the number of the cell style that has them."""
        codes, styles, is_cells = dict(BUILT_IN), list[int](), False
        part = self._package.find("xl/styles.bin")
        for kind, body in _records(self._package.content(part)) if part else ():
            if kind == _FORMAT:
                codes[int.from_bytes(body[:2], "little")] = _text(body, 2)
            elif kind in {_BEGIN_STYLES, _END_STYLES}:
                is_cells = kind == _BEGIN_STYLES
            elif kind == _STYLE and is_cells:
                styles.append(int.from_bytes(body[2:4], "little"))
        found = {number: codes.get(format_, "") for number, format_ in enumerate(styles)}
        return {number: code for number, code in found.items() if is_odd(code)}


def _unread(kind: int, body: bytes) -> Unread | None:
    if kind in {_ERROR, _FORMULA_ERROR}:
        return Unread(ERRORS.get(body[8], "#VALUE!"))
    return Unread("?") if kind in _SHORT else None


def _style(kind: int, body: bytes) -> int:
    """Return the number of a cell's style."""
    at = 0 if kind in _SHORT else 4
    return int.from_bytes(body[at : at + 3], "little")


# -- records ----------------------------------------------------------------------------------------------


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of a part.

    Raises:
        ValueError: the last one is cut off.
    """
    at = 0
    while at < len(part):
        kind, at = _varying(part, at, 2)
        length, at = _varying(part, at, 4)
        if at + length > len(part):
            raise ValueError("truncated")
        yield kind, part[at : at + length]
        at += length


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    """Return the number at `at`, of at most so many bytes with seven bits each, and where it ends."""
    number = 0
    for index in range(most):
        byte = part[at + index]
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, at + index + 1
    return number, at + most


def _number(body: bytes, at: int = 0) -> int:
    """Return the four bytes at `at` as a number."""
    return int.from_bytes(body[at : at + 4], "little")


def _has(body: bytes, at: int, flag: int) -> bool:
    """Whether the byte at `at` has a flag; the last ones of a record may be left out."""
    return bool(int.from_bytes(body[at : at + 1], "little") & flag)


def _text(body: bytes, at: int) -> str:
    """Return the text at `at`, with its length in front."""
    return body[at + 4 : at + 4 + 2 * _number(body, at)].decode("utf-16-le", "replace")
