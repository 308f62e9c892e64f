"""Filled-in returns as programs save them: one of each kind is saved once, and every other is made from its bytes.

How a file is written decides how fast it is read, so the first of a kind really is saved by XlsxWriter, openpyxl or
LibreOffice; those after it differ in the names of the units, in the texts and in the figures only.
"""

import io
import re
import shutil
import struct
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from xml.sax.saxutils import escape

import olefile
import openpyxl

from stattable.model.cell_names import a1
from stattable.model.form import CONTACT_LINES, FIELDS, fields_to_fill
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.writing.blank import Blank, blank_bytes
from writers import containers
from writers.office import saved_as


class Program(StrEnum):
    """What saved a file.

    EXCEL: as Excel and WPS do: texts in a table of their own. It is XlsxWriter that writes it, after their example.
    OPENPYXL: texts in their cells, every number with its type.
    LIBREOFFICE: much that is not needed, said in full.
    XLS: LibreOffice, in the format of Excel 97.
    """

    EXCEL = "excel"
    OPENPYXL = "openpyxl"
    LIBREOFFICE = "libreoffice"
    XLS = "xls"


class Error(NamedTuple):
    """An error value."""

    text: str
    number: int  # its code in an .xls


class Formula(NamedTuple):
    """A formula that was never calculated, as programs write it that do not calculate."""

    text: str


Cell = int | float | str | Error | Formula | None
CONTACT, PHONE, FILLED_IN = (a1(*CONTACT_LINES[key].value_at) for key in ("contact", "phone", "filled_in"))

_DAY: Final = 46_188  # the serial number of one of 2026
_NUMBER: Final = 7_000_001.5  # an .xls keeps those with a fraction in full
# Texts that names and codes take the place of: as programs write names and codes, and found nowhere else.
_UNIT, _ABOVE = "占位本单位", ("占位甲单位", "占位乙单位", "占位丙单位", "占位丁单位")
_UNIT_CODE, _ABOVE_CODE = "990000000009", ("9900000001", "9900000002", "9900000003", "9900000004")


class Kind(NamedTuple):
    """What the blanks have in common that differ in names and codes only."""

    level: Level
    scope: Scope
    edition: int
    above: tuple[Level, ...]

    @classmethod
    def of(cls, blank: Blank) -> Self:
        """Return the kind of a blank."""
        return cls(blank.unit.level, blank.scope, blank.edition, tuple(unit.level for unit in blank.above))

    def slots(self) -> list[str]:
        """Return the cells that are filled in."""
        fields = sorted(fields_to_fill(self.level, self.scope))
        return [*(FIELDS[index].cell for index in fields), CONTACT, PHONE, FILLED_IN]


def words_of(blank: Blank) -> dict[str, str]:
    """Return the names and codes of a blank's units, by the texts that stand for them in a prototype."""
    words = {_UNIT: blank.unit.name, _UNIT_CODE: blank.unit.code or ""}
    for name, code, unit in zip(_ABOVE, _ABOVE_CODE, blank.above, strict=False):
        words |= {name: unit.name, code: unit.code or ""}
    return words


def _first(kind: Kind) -> bytes:
    """Return the first return of a kind, with a number in every cell that is filled in."""
    above = (UnitFacts(code, name, level) for name, code, level in zip(_ABOVE, _ABOVE_CODE, kind.above, strict=False))
    blank = Blank(UnitFacts(_UNIT_CODE, _UNIT, kind.level), tuple(above), kind.scope, kind.edition)
    filled = Package.of(blank_bytes(blank), kind)
    cells: dict[str, Cell] = {cell: _NUMBER + at for at, cell in enumerate(kind.slots())}
    return filled.fill({}, {**cells, CONTACT: "占位联系人", PHONE: "占位电话", FILLED_IN: _DAY})


def programs() -> frozenset[Program]:
    """Return the programs that are here: all, or those but LibreOffice."""
    needing = frozenset() if shutil.which("soffice") else frozenset({Program.LIBREOFFICE, Program.XLS})
    return frozenset(Program) - needing


@cache
def prototypes(
    kinds: frozenset[Kind], by: frozenset[Program]
) -> Mapping[tuple[Program, Kind], "Package | Stream"]:  # fmt: skip
    """Have programs save the first return of each kind."""
    made: dict[tuple[Program, Kind], Package | Stream] = {}
    with tempfile.TemporaryDirectory() as scratch:
        paths = {kind: Path(scratch) / f"{number}.xlsx" for number, kind in enumerate(sorted(kinds))}
        for kind, path in paths.items():
            path.write_bytes(first := _first(kind))
            made[Program.EXCEL, kind] = Package.of(first, kind)
            made[Program.OPENPYXL, kind] = Package.of(_by_openpyxl(first), kind)
        for program, ending in ((Program.LIBREOFFICE, "xlsx"), (Program.XLS, "xls")):
            saved = saved_as(ending, Path(scratch) / ending, *paths.values()) if program in by else []
            for kind, path in zip(paths, saved, strict=False):
                data = path.read_bytes()
                made[program, kind] = Stream.of(data) if program is Program.XLS else Package.of(data, kind)
    return made


def _by_openpyxl(package: bytes) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(package))
    workbook.save(out := io.BytesIO())
    return out.getvalue()


# -- packages ---------------------------------------------------------------------------------------------

_SHEET: Final = "xl/worksheets/sheet1.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_CELL: Final = re.compile(rb'<c r="([A-Z]+\d+)"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_COUNTS: Final = re.compile(rb'count="(\d+)" uniqueCount="(\d+)"')


class Word(NamedTuple):
    """A place in a part where a name or a code stands, and the text that stands for it."""

    text: str


class Slot(NamedTuple):
    """A cell of a part that is filled in, with its style."""

    cell: str
    style: bytes


Piece = bytes | Word | Slot


@dataclass(frozen=True, slots=True)
class Package:
    """A prototype of an .xlsx.

    Attributes:
        parts: its parts, in pieces.
        texts: how many texts its table of texts has; None where there is none.
        number_type: what its program says of a number.
        is_ascii: whether other characters are written by their numbers.
    """

    parts: tuple[tuple[str, tuple[Piece, ...]], ...]
    texts: int | None
    number_type: bytes
    is_ascii: bool

    @classmethod
    def of(cls, data: bytes, kind: Kind) -> Self:
        """Take the package of a return of `kind` apart."""
        parts, slots = containers.parts_of(data), frozenset(kind.slots())
        counts = _COUNTS.search(parts.get(_STRINGS, b""))
        pieces = {name: _cell_slots(part, slots if name == _SHEET else frozenset()) for name, part in parts.items()}
        return cls(
            tuple((name, tuple(_with_words(of_part))) for name, of_part in pieces.items()),
            int(counts[2]) if counts else None,
            b' t="n"' if b't="n"' in parts[_SHEET] else b"",
            parts[_SHEET].isascii(),
        )

    def fill(self, words: Mapping[str, str], cells: Mapping[str, Cell]) -> bytes:
        """Return a return as a file.

        Args:
            words: names and codes, by the texts that stand for them; without one these stay.
            cells: what is filled in, by cell; the others are left blank.
        """
        texts: list[bytes] = []  # new ones
        said = {text: self._encoded(word) for text, word in words.items()}

        def filled(piece: Piece) -> bytes:
            if isinstance(piece, bytes):
                return piece
            if isinstance(piece, Word):
                return said[piece.text] if said else piece.text.encode()
            return self._cell(piece, cells.get(piece.cell), texts)

        parts = {name: b"".join(map(filled, pieces)) for name, pieces in self.parts}
        if texts:
            parts[_STRINGS] = _with_texts(parts[_STRINGS], texts)
        return containers.zipped(parts)

    def _encoded(self, text: str) -> bytes:
        escaped = escape(text)
        return escaped.encode("ascii", "xmlcharrefreplace") if self.is_ascii else escaped.encode()

    def _cell(self, slot: Slot, value: Cell, texts: list[bytes]) -> bytes:
        head = b'<c r="%s"%s' % (slot.cell.encode(), slot.style)
        match value:
            case None:
                return b"%s/>" % head
            case Error(text):
                return b'%s t="e"><v>%s</v></c>' % (head, text.encode())
            case Formula(text):
                return b"%s><f>%s</f><v></v></c>" % (head, text.encode())
            case str() if self.texts is not None:
                texts.append(self._encoded(value))
                return b'%s t="s"><v>%d</v></c>' % (head, self.texts + len(texts) - 1)
            case str():
                return b'%s t="inlineStr"><is><t>%s</t></is></c>' % (head, self._encoded(value))
        return b"%s%s><v>%s</v></c>" % (head, self.number_type, str(value).encode())


_WORDS: Final = {
    text: word
    for word in (_UNIT, *_ABOVE, _UNIT_CODE, *_ABOVE_CODE)
    for text in (word.encode(), word.encode("ascii", "xmlcharrefreplace"))
}
_WORD: Final = re.compile(b"|".join(map(re.escape, _WORDS)))


def _cell_slots(sheet: bytes, cells: frozenset[str]) -> Iterator[bytes | Slot]:
    """Yield a sheet in pieces: those of `cells` that it has, and what is between them."""
    at = 0
    for match in _CELL.finditer(sheet):
        if (cell := match[1].decode()) in cells:
            yield sheet[at : match.start()]
            yield Slot(cell, match[2] or b"")
            at = match.end()
    yield sheet[at:]


def _with_words(pieces: Iterable[bytes | Slot]) -> Iterator[Piece]:
    """Yield `pieces` in smaller ones: the words in them, and what is between these."""
    for piece in pieces:
        if isinstance(piece, Slot):
            yield piece
            continue
        at = 0
        for match in _WORD.finditer(piece):
            yield piece[at : match.start()]
            yield Word(_WORDS[match[0]])
            at = match.end()
        yield piece[at:]


def _with_texts(table: bytes, texts: list[bytes]) -> bytes:
    added = b"".join(b'<si><t xml:space="preserve">%s</t></si>' % text for text in texts)
    more = len(texts)
    table = _COUNTS.sub(lambda m: b'count="%d" uniqueCount="%d"' % (int(m[1]) + more, int(m[2]) + more), table, count=1)
    return table.replace(b"</sst>", added + b"</sst>")


# -- .xls -------------------------------------------------------------------------------------------------

_BOF, _BOUNDSHEET, _SST, _LABEL, _FIGURE, _RK, _NOTHING, _FAILED = 0x809, 0x85, 0xFC, 0xFD, 0x203, 0x27E, 0x201, 0x205
_LONGEST: Final = 8_224  # bytes of a record


@dataclass(frozen=True, slots=True)
class Stream:
    """A prototype of an .xls: the records of its workbook, and its texts."""

    records: tuple[tuple[int, bytes], ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Take an .xls apart.

        Raises:
            ValueError: its texts take more than a record.
        """
        with olefile.OleFileIO(data) as container:
            stream = container.openstream("Workbook").read()
        records, at = [], 0
        while at < len(stream):
            kind, size = struct.unpack_from("<HH", stream, at)
            records.append((kind, stream[at + 4 : at + 4 + size]))
            at += 4 + size
        return cls(tuple(records), tuple(_texts(dict(records)[_SST])))

    def fill(self, words: Mapping[str, str], cells: Mapping[str, Cell]) -> bytes:
        """Return a return as a file; the arguments are those of `Package.fill`."""
        texts = list(self.texts)
        for name, word in words.items():
            texts = [text.replace(name, word) for text in texts]
        records, sheet = [], 0
        for kind, body in self.records:
            sheet += kind == _BOF
            if sheet == 2 and kind in {_LABEL, _FIGURE, _RK}:  # behind the workbook's own is that of the first sheet
                row, column, _ = struct.unpack_from("<HHH", body)
                name = a1(row + 1, column + 1)
                if kind == _FIGURE or name in {CONTACT, PHONE, FILLED_IN}:
                    records.append(_record(body[:6], cells.get(name), texts))
                    continue
            records.append((kind, body))
        records = [(kind, _table(texts) if kind == _SST else body) for kind, body in records]
        return containers.ole("Workbook", b"".join(_placed(records)))


def _texts(table: bytes) -> Iterator[str]:
    if len(table) > _LONGEST - 8:
        raise ValueError("texts in more than one record")
    at = 8
    while at < len(table):
        count, options = struct.unpack_from("<HB", table, at)
        size = count * 2 if options & 1 else count
        runs = struct.unpack_from("<H", table, at + 3)[0] if options & 8 else 0
        start = at + 3 + (2 if options & 8 else 0)
        yield table[start : start + size].decode("utf-16-le" if options & 1 else "latin-1")
        at = start + size + 4 * runs


def _table(texts: list[str]) -> bytes:
    body = struct.pack("<II", len(texts), len(texts))
    return body + b"".join(struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in texts)


def _record(place: bytes, value: Cell, texts: list[str]) -> tuple[int, bytes]:
    """Return the record of a cell, from its row, column and style."""
    match value:
        case None:
            return _NOTHING, place
        case Error(_, number):
            return _FAILED, place + bytes((number, 1))
        case str():
            texts.append(value)
            return _LABEL, place + struct.pack("<I", len(texts) - 1)
        case int() | float():
            return _FIGURE, place + struct.pack("<d", value)
    raise ValueError(f"no record for {value!r}")


def _placed(records: list[tuple[int, Any]]) -> Iterator[bytes]:
    """Yield the bytes of records, with the sheets found where they are now."""
    starts, at = [], 0
    for kind, body in records:
        if kind == _BOF:
            starts.append(at)
        at += 4 + len(body)
    sheets = iter(starts[1:])
    for kind, body in records:
        said = struct.pack("<I", next(sheets)) + body[4:] if kind == _BOUNDSHEET else body
        yield struct.pack("<HH", kind, len(said)) + said
