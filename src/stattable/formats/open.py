"""A path → an open file: what it is, whether it is within the limits, and what reads it."""

import io
import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stattable.formats.calamine import CalamineBook
from stattable.formats.fingerprint import FileFacts, sha256
from stattable.formats.package import Package
from stattable.formats.sheet import Book, Unreadable
from stattable.formats.sniff import MAX_BYTES, TABLES, WORKBOOKS, ZIP, FileKind, open_package, package_kind, sniff
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param

# Limits of one return beside its length.
MAX_EXPANDED: Final = 200 * 2**20
MAX_RATIO: Final = 100
MAX_PARTS: Final = 10_000

# What is above these is heavy. It is seen before anything is unpacked: of the compressed parts that are read, one byte
# may become 1,032.
_HEAVY: Final = 2**20  # bytes of a file
_HEAVY_TEXT: Final = 128 * 1024  # bytes of a file that is read as text
_HEAVY_XML: Final = 64 * 1024  # bytes of a package's parts as they are stored, without its pictures
_HEAVY_EXPANDED: Final = 8 * 2**20  # bytes of a package's parts, as it says
_MANY_PARTS: Final = 1_000
_RARE: Final = frozenset({FileKind.XLSB})  # whatever its size: what it claims is not looked at beforehand
_READ_PARTS: Final = (".xml", ".rels", ".bin")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is within the limits, as far as can be seen before it is unpacked.

    Attributes:
        kind: what it is, a workbook or one of the documents with tables.
        is_heavy: whether it may take more time or memory to read than it should: it is for a process of its own.
    """

    kind: FileKind
    is_heavy: bool
    _data: bytes
    _package: Package | None

    def book(self) -> Book:
        """Return its sheets.

        Raises:
            Unreadable: they cannot be read.
        """
        if self.kind in WORKBOOKS:
            return CalamineBook(self._data, self.kind, self._package)
        from stattable.formats.documents.book import open_tables

        return open_tables(self.kind, self._data)


Opened = tuple[OpenFile | None, FileFacts, list[Finding]]


def open_unless_heavy(path: str) -> Opened | None:
    """Open the file at `path` as `open_file` does, or return None where it is for a process of its own.

    Raises:
        OSError: the file cannot be read.
    """
    file = Path(path)
    about = file.stat()
    if _HEAVY < about.st_size <= MAX_BYTES:
        return None
    opened = _open(file, about)
    return None if opened[0] and opened[0].is_heavy else opened


def open_file(path: str) -> Opened:
    """Open the file at `path`.

    Returns:
        The file, or None and the finding (family F) that says why it is not read; and the file's facts.

    Raises:
        OSError: the file cannot be read.
    """
    file = Path(path)
    return _open(file, file.stat())


def _open(file: Path, about: os.stat_result) -> Opened:
    facts = FileFacts(None, about.st_size, about.st_mtime)
    if not stat.S_ISREG(about.st_mode):  # a pipe may wait forever, a device never end
        return None, facts, [_fault("F005", kind="device")]
    if about.st_size > MAX_BYTES:
        return None, facts, [_fault("F004", reason="size", mb=-(-about.st_size // 2**20))]
    data = file.read_bytes()
    facts = FileFacts(sha256(data), len(data), about.st_mtime)
    package = open_package(io.BytesIO(data)) if data.startswith(ZIP) else None
    kind = package_kind(package) if package else sniff(io.BytesIO(data))
    if kind not in WORKBOOKS | TABLES:
        return None, facts, [_not_readable(kind)]
    if package and (too_much := _too_much(package, len(data))):
        return None, facts, [_fault("F004", reason=too_much)]
    is_heavy = kind in _RARE or (_is_heavy(package) if package else len(data) > _HEAVY_TEXT and kind in TABLES)
    return OpenFile(kind, is_heavy, data, Package(package, data) if package else None), facts, []


def open_book(path: str) -> Book:
    """Open a workbook or a document with tables, whose sheets are to be read whole, as a roster's.

    Raises:
        OSError: the file cannot be read.
        Unreadable: it is none that can be read.
    """
    file, _, findings = open_file(path)
    if file is None:
        raise Unreadable(findings[0].code)
    return file.book()


def _too_much(package: zipfile.ZipFile, size: int) -> str | None:
    """Return which limit a package says that it goes beyond."""
    parts = package.infolist()
    if len(parts) > MAX_PARTS:
        return "parts"
    expanded = sum(part.file_size for part in parts)
    return "expansion" if expanded > MAX_EXPANDED or expanded > MAX_RATIO * size else None


def _is_heavy(package: zipfile.ZipFile) -> bool:
    parts = package.infolist()
    stored = sum(part.compress_size for part in parts if part.filename.lower().endswith(_READ_PARTS))
    expanded = sum(part.file_size for part in parts)
    return stored > _HEAVY_XML or expanded > _HEAVY_EXPANDED or len(parts) > _MANY_PARTS


def _not_readable(kind: FileKind) -> Finding:
    codes = {FileKind.EMPTY: "F003", FileKind.ENCRYPTED: "F002", FileKind.UNKNOWN: "F001"}
    return _fault(codes[kind]) if kind in codes else _fault("F005", kind=kind.value)


def _fault(code: str, **params: Param) -> Finding:
    return finding(code, params=params)
