"""Whether a document opens: that its file is whole, and has no password."""

import io
import zipfile
from typing import BinaryIO, Final

from stattable.formats.package import BROKEN_ZIP
from stattable.formats.sniff import OLE, ZIP, FileKind
from stattable.model.papers import Soundness

_TAIL: Final = 64 * 1024  # bytes at whose end a document says that it is whole
_MOST: Final = 2 * 2**30  # bytes to which the parts of a package may expand, to be looked at
_LONGEST_STREAM: Final = 256 * 2**20  # bytes
_CHUNK: Final = 2**20
_FLAGS_AT, _ENCRYPTED = 11, 0x01  # of the head of a .doc: the second byte of its flags
_LOCKED: Final = frozenset({FileKind.ENCRYPTED, FileKind.RIGHTS, FileKind.OFFICE})


def document_soundness(file: BinaryIO, kind: FileKind) -> Soundness:
    """Return whether a document, workbook or archive opens.

    Args:
        file: seekable; its position is not kept.
        kind: what it is.

    Raises:
        OSError: it cannot be read.
    """
    if kind in _LOCKED:
        return Soundness.PASSWORD
    file.seek(0)
    head = file.read(8)
    if head.startswith(ZIP):
        return _of_package(file)
    if head.startswith(OLE):
        return _of_ole(file)
    if head.startswith((b"%PDF", b"{\\rtf")):
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - _TAIL, 0))
        tail = file.read(_TAIL).rstrip(b"\0 \t\r\n")
        is_whole = b"%%EOF" in tail if head.startswith(b"%PDF") else tail.endswith(b"}")
        return Soundness.WHOLE if is_whole else Soundness.BROKEN
    return Soundness.WHOLE if kind in {FileKind.TEXT, FileKind.HTML, FileKind.XML} else Soundness.UNCHECKED


def _of_package(file: BinaryIO) -> Soundness:
    """Return whether all parts of a zip package unpack to what their checksums say."""
    try:
        with zipfile.ZipFile(file) as package:
            if sum(part.file_size for part in package.infolist()) > _MOST:
                return Soundness.UNCHECKED
            if any(part.flag_bits & 1 for part in package.infolist()):
                return Soundness.PASSWORD
            for part in package.infolist():
                with package.open(part) as content:
                    while content.read(_CHUNK):
                        pass
    except NotImplementedError:  # a method of compression that other programs know
        return Soundness.UNCHECKED
    except BROKEN_ZIP:
        return Soundness.BROKEN
    return Soundness.WHOLE


def _of_ole(file: BinaryIO) -> Soundness:
    """Return whether all streams of an OLE2 file are there, as of a .doc, .wps or .xls."""
    import olefile

    file.seek(0)
    try:
        with olefile.OleFileIO(file) as ole:
            for entry in ole.listdir():
                size = ole.get_size(entry)
                if size > _LONGEST_STREAM:
                    return Soundness.UNCHECKED
                content = ole.openstream(entry).read()
                if len(content) < size:
                    return Soundness.BROKEN
                if entry == ["WordDocument"] and content[_FLAGS_AT : _FLAGS_AT + 1] and content[_FLAGS_AT] & _ENCRYPTED:
                    return Soundness.PASSWORD
    except Exception:  # olefile raises whatever a broken directory leads it to
        return Soundness.BROKEN
    return Soundness.WHOLE
