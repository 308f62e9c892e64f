"""The records of an .xls workbook's stream."""

import codecs
import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from stattable.formats.sheet import MAX_CELLS, MAX_ROWS

if TYPE_CHECKING:
    import olefile

BOF: Final = 0x0809  # the start of a substream
_EOF: Final = 0x0A
CODE_PAGE: Final = 0x42
FORMULA: Final = 0x06
_FORMULA_OF_EXCEL_4: Final = 0x0406
DIMENSIONS: Final = 0x0200
BOOL_OR_ERROR, MULTI_RK, RICH_TEXT = 0x0205, 0xBD, 0xD6
FILLED: Final = frozenset({0x0203, 0x0204, 0x027E, RICH_TEXT, 0xFD, FORMULA, BOOL_OR_ERROR, MULTI_RK})  # not blank
_TEXT_OF_FORMULA: Final = 0x0207
_NO_RECORD: Final = b"\xff\xff"  # the kind of none
EXCEL_97: Final = 0x0600  # the version since which texts are Unicode and cell styles longer
_UTF_16, _WESTERN = 1200, 1252  # code pages
_WESTERN_PAGES: Final = frozenset({_WESTERN, 0x8001})
_DEFAULT_ENCODING: Final = "gb18030"  # of a workbook of old that states none, as its users write
_ENCODINGS: Final[Mapping[int, str]] = {  # of code pages that Python calls otherwise, 936 with what came later
    936: "gb18030", 54936: "gb18030", 10008: "gb18030", 950: "big5hkscs", 10002: "big5hkscs", 10001: "shift_jis",
    10003: "euc_kr", 20936: "gb18030", 51936: "gb18030",
    52936: "hz", 367: "ascii", 10000: "mac_roman", 0x8000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic",
    10029: "mac_latin2", 10079: "mac_iceland", 10081: "mac_turkish", 65001: "utf-8", _UTF_16: _DEFAULT_ENCODING,
    0: _DEFAULT_ENCODING,
}  # fmt: skip
_WESTERN_BYTES: Final = {  # those of its characters that have another number, and the byte of each
    ord(character): byte for byte in range(0x80, 0xA0) if (character := bytes([byte]).decode("cp1252", "ignore"))
}
_ENTRY: Final = 128  # bytes of an entry in the directory
_STREAMS: Final = ("Workbook", "Book")  # what holds a workbook, the second one of Excel 5 and 95
_HEAD: Final = struct.Struct("<HH")  # of a record: its kind and length


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of one substream, but for those of the charts within it."""
    at = depth = 0
    while True:
        kind, length = _HEAD.unpack_from(stream, at)
        if kind == BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def two_bytes(body: bytes, at: int = 0) -> int:
    """Return the two bytes at `at` as a number."""
    return int.from_bytes(body[at : at + 2], "little")


class XlsFile(NamedTuple):
    """An .xls as calamine is to read it.

    Attributes:
        data: the whole file.
        stream: the stream in it that holds the workbook.
        encoding: that calamine's texts are to be taken in, which it gives as if they were in Windows' western code
            page; None where it reads them rightly.
    """

    data: bytes
    stream: bytes
    encoding: str | None


def open_xls(data: bytes) -> XlsFile:
    """Return an .xls with what calamine would read otherwise than Excel does put as it wants it.

    Texts of an Excel 97 workbook are UTF-16, whatever code page it states: other writers leave theirs, and calamine
    believes it. Of the older code pages it reads some of those with one byte a character. A formula may be in a record
    of Excel 4's number, which it passes over. It takes the first workbook that it finds, be it one that is embedded in
    the other. And it makes room for all that a sheet claims to have.

    Args:
        data: the whole file.

    Raises:
        ValueError: it holds no workbook.
        LookupError: its texts are in a code page that is not known.
    """
    import olefile

    file = io.BytesIO(data)
    with olefile.OleFileIO(file, write_mode=True) as document:
        name = next((name for name in _STREAMS if document.exists(name)), None)
        if name is None:
            raise ValueError("Workbook")
        stream = bytes(document.openstream(name).read())
        mended, encoding = _mended(stream)
        for at in _embedded_workbooks(document):
            file.seek(at)
            file.write(b"_")  # in place of the first letter of its name
        if mended != stream:
            document.write_stream(name, mended)
        return XlsFile(file.getvalue(), mended, encoding)


def _embedded_workbooks(document: "olefile.OleFileIO") -> Iterator[int]:
    """Yield where in the file the names stand of streams called like the workbook's that are embedded in it."""
    at_root = {entry.sid for entry in document.root.kids}
    sector = document.first_dir_sector
    for sid, entry in enumerate(document.direntries):
        if sid and sid % (document.sector_size // _ENTRY) == 0:
            sector = document.fat[sector]
        is_called_so = entry is not None and entry.name.capitalize() in _STREAMS
        if is_called_so and sid not in at_root:
            yield (sector + 1) * document.sector_size + sid % (document.sector_size // _ENTRY) * _ENTRY


@dataclass(slots=True)
class _Extent:
    """How far a sheet reaches, and where its records are that reach further than anybody looks."""

    rows: int = 0
    columns: int = 0
    claimed: int = 0  # cells
    far: list[int] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)

    @property
    def is_too_large(self) -> bool:
        return max(self.claimed, self.rows * self.columns) > MAX_CELLS


def _mended(stream: bytes) -> tuple[bytes, str | None]:
    """Return a workbook's stream as calamine is to read it, and the encoding that its texts are to be taken in."""
    is_excel_97 = two_bytes(stream, 4) == EXCEL_97
    encoding = None if is_excel_97 else _DEFAULT_ENCODING
    mended = bytearray(stream)
    sheets, is_far = [_Extent()], False
    for at, kind, length in _heads(stream):
        if kind == CODE_PAGE:
            page = two_bytes(stream, at + 4)
            encoding = None if is_excel_97 else _encoding(page)
            mended[at + 4 : at + 6] = (_UTF_16 if is_excel_97 else _WESTERN).to_bytes(2, "little")
        elif kind == _FORMULA_OF_EXCEL_4 and is_excel_97:
            mended[at : at + 2] = FORMULA.to_bytes(2, "little")
        elif kind == BOF:
            sheets.append(_Extent())
        elif kind == DIMENSIONS:
            rows, columns = claimed_reach(stream[at + 4 : at + 4 + length])
            sheets[-1].claimed = rows * columns
            sheets[-1].claims.append(at)
        if kind in FILLED or kind == _FORMULA_OF_EXCEL_4:
            last = at + 2 + length if kind == MULTI_RK else at + 6  # where its last column stands
            row, column = two_bytes(stream, at + 4) + 1, two_bytes(stream, last) + 1
            sheets[-1].rows, sheets[-1].columns = max(sheets[-1].rows, row), max(sheets[-1].columns, column)
            is_far = row > MAX_ROWS
        if is_far and (kind in FILLED or kind in {_FORMULA_OF_EXCEL_4, _TEXT_OF_FORMULA}):
            sheets[-1].far.append(at)
    for sheet in sheets:
        for at in (*sheet.far, *sheet.claims) if sheet.is_too_large else ():
            mended[at : at + 2] = _NO_RECORD
    return bytes(mended), encoding


def _heads(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where each record stands, its kind and its length."""
    at = 0
    while at + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, at)
        if kind == length == 0:  # what fills up the last sector
            return
        yield at, kind, length
        at += _HEAD.size + length


def _encoding(page: int) -> str | None:
    """Return the encoding of a code page, None for the western one.

    Raises:
        LookupError: it is not known.
    """
    if page in _WESTERN_PAGES:
        return None
    return codecs.lookup(_ENCODINGS.get(page) or f"cp{page}").name


def in_encoding(text: str, encoding: str) -> str:
    """Return a text that calamine took to be in Windows' western code page, in the encoding that it is in."""
    return text.translate(_WESTERN_BYTES).encode("latin-1", "replace").decode(encoding, "replace")


def claimed_reach(body: bytes) -> tuple[int, int]:
    """Return how many rows and columns a sheet says it has.

    Calamine makes room for as many, and takes the whole process down where there is not enough. What is less than a
    sheet may have costs nothing, for nothing is written there.
    """
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) == 14 else "<HHHH", body)
    if not bottom or not right:
        return 1, 1
    if left > 255 or right < left:
        left = 0
    return (bottom - top) % 2**32, right - left
