"""The sheets of an .xlsb → an .xlsb that calamine reads: parts where it looks for them."""

import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import quoteattr

from stattable.formats.inspection.xlsb_records import CELLS, ROW, SHORT, TABLES, WORKBOOK_PROPERTIES, number_at, records
from stattable.formats.package import Package
from stattable.formats.sheet import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, SheetEntry

_RELATIONS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_RELATION: Final = '<Relationship Id="rId{}" Target={}/>'
_SHEET, _END_SHEETS, _CALCULATION = 156, 144, 157  # records of a workbook
_STATES: Final = ("visible", "hidden", "veryHidden")


def rewrite_xlsb(package: Package, sheets: Sequence[SheetEntry], reaches: Sequence[Cell]) -> bytes:
    """Return an .xlsb with the cells of a workbook.

    Args:
        package: the workbook's.
        sheets: those to write, each with its part.
        reaches: how many rows and columns calamine would lay out for each.

    Raises:
        Unreadable, ValueError: a part is damaged.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as target:
        target.writestr("xl/workbook.bin", b"".join(_workbook(package, sheets)))
        relations = (_RELATION.format(at, quoteattr(f"worksheets/sheet{at}.bin")) for at, _ in enumerate(sheets, 1))
        target.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format("".join(relations)))
        by_kind = package.relations(package.main_part("xl/workbook.bin")).by_kind
        for kind, usual in TABLES.items():
            if part := by_kind.get(kind) or package.find(usual):
                target.writestr(usual, package.content(part))
        for at, (sheet, (rows, columns)) in enumerate(zip(sheets, reaches, strict=True), start=1):
            content = package.content(sheet.part or "")
            cut = rows * columns > MAX_CELLS
            target.writestr(f"xl/worksheets/sheet{at}.bin", b"".join(_near(content)) if cut else content)
    return written.getvalue()


def _workbook(package: Package, sheets: Sequence[SheetEntry]) -> Iterator[bytes]:
    for kind, body in records(package.content(package.main_part("xl/workbook.bin"))):
        if kind == WORKBOOK_PROPERTIES:
            yield _record(kind, body)
    for at, sheet in enumerate(sheets, start=1):
        state = _STATES.index(sheet.state)
        yield _record(_SHEET, struct.pack("<II", state, at) + _text(f"rId{at}") + _text(sheet.name))
    yield _record(_END_SHEETS, b"") + _record(_CALCULATION, b"")


def _near(content: bytes) -> Iterator[bytes]:
    """Yield the records of a sheet, but for what lies further out than anybody looks."""
    row = column = 0
    for kind, body in records(content):
        if kind == ROW:
            row, column = number_at(body) + 1, 0
        elif kind in CELLS:
            column = column + 1 if kind in SHORT else number_at(body) + 1
        is_far = row > MAX_ROWS or (kind in CELLS and column > MAX_COLUMNS)
        if not (is_far and (kind == ROW or kind in CELLS)):
            yield _record(kind, body)


def _record(kind: int, body: bytes) -> bytes:
    return _varying(kind) + _varying(len(body)) + body


def _varying(number: int) -> bytes:
    """Return a number in bytes of seven bits each."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _text(text: str) -> bytes:
    stored = text.encode("utf-16-le")
    return struct.pack("<I", len(stored) // 2) + stored
