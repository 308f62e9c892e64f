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


def workbook_stream(data: bytes) -> bytes:
    """Return the stream that holds the workbook of an .xls, given as a whole file.

    Raises:
        ValueError: there is none.
    """
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as document:
        for name in _STREAMS:
            if document.exists(name):
                return bytes(document.openstream(name).read())
    raise ValueError("Workbook")


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


def two_bytes(body: bytes | bytearray, at: int = 0) -> int:
    """Return the two bytes at `at` as a number."""
    return int.from_bytes(body[at : at + 2], "little")


def as_excel_reads(data: bytes) -> bytes:
    """Return an .xls with two records put as calamine wants them, which Excel reads however they are.

    Of an Excel 97 workbook all texts are UTF-16, whatever code page it states; other writers leave theirs, and calamine
    believes them. A formula may be in a record of Excel 4's number, which calamine passes over.

    Args:
        data: the whole file.
    """
    import olefile

    file = io.BytesIO(data)
    with olefile.OleFileIO(file, write_mode=True) as document:
        name = next((name for name in _STREAMS if document.exists(name)), None)
        stream = bytearray(document.openstream(name).read()) if name else bytearray()
        if len(stream) < 6 or two_bytes(stream, 4) != EXCEL_97:
            return data
        changed, at = False, 0
        while at + 4 <= len(stream):
            kind, length = _HEAD.unpack_from(stream, at)
            if kind == CODE_PAGE and two_bytes(stream, at + 4) != _UTF_16:
                stream[at + 4 : at + 6] = _UTF_16.to_bytes(2, "little")
                changed = True
            elif kind == _FORMULA_OF_EXCEL_4:
                stream[at : at + 2] = FORMULA.to_bytes(2, "little")
                changed = True
            elif kind == length == 0:  # what fills up the last sector
                break
            at += 4 + length
        if changed:
            document.write_stream(name, bytes(stream))
            return file.getvalue()
    return data
