"""The records of an .xls workbook's stream."""

import io
import struct
from collections.abc import Iterator
from typing import Final

BOF: Final = 0x0809  # the start of a substream
_EOF: Final = 0x0A
CODE_PAGE: Final = 0x42
FORMULA: Final = 0x06
_FORMULA_OF_EXCEL_4: Final = 0x0406
EXCEL_97: Final = 0x0600  # the version since which texts are Unicode and cell styles longer
_UTF_16: Final = 1200  # the code page
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


def open_stream(data: bytes) -> tuple[bytes, bytes]:
    """Return an .xls as calamine is to read it, and the stream in it that holds the workbook.

    Two records are put as calamine wants them, which Excel reads however they are. Texts of an Excel 97 workbook are
    UTF-16, whatever code page it states: other writers leave theirs, and calamine believes it. A formula may be in a
    record of Excel 4's number, which calamine passes over.

    Args:
        data: the whole file.

    Raises:
        ValueError: it holds no workbook.
    """
    import olefile

    file = io.BytesIO(data)
    with olefile.OleFileIO(file, write_mode=True) as document:
        name = next((name for name in _STREAMS if document.exists(name)), None)
        if name is None:
            raise ValueError("Workbook")
        stream = bytes(document.openstream(name).read())
        mended = _mended(stream)
        if mended == stream:
            return data, stream
        document.write_stream(name, mended)
        return file.getvalue(), mended


def _mended(stream: bytes) -> bytes:
    if two_bytes(stream, 4) != EXCEL_97:
        return stream
    mended, at = bytearray(stream), 0
    while at + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, at)
        if kind == CODE_PAGE:
            mended[at + 4 : at + 6] = _UTF_16.to_bytes(2, "little")
        elif kind == _FORMULA_OF_EXCEL_4:
            mended[at : at + 2] = FORMULA.to_bytes(2, "little")
        elif kind == length == 0:  # what fills up the last sector
            break
        at += _HEAD.size + length
    return bytes(mended)
