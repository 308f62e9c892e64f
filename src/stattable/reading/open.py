"""A path → an open file: what it is, whether it is within the limits, and what reads it."""

import io
from dataclasses import dataclass
from typing import Final

from stattable.formats.calamine import CalamineBook
from stattable.formats.decryption import opens_by_itself
from stattable.formats.fingerprint import FileFacts, file_facts, sha256
from stattable.formats.package import Package, open_package
from stattable.formats.sheet import Book, Unreadable
from stattable.formats.sniff import MAX_BYTES, OLE, TABLES, WORKBOOKS, ZIP, FileKind, package_kind, sniff
from stattable.formats.storage import About, DamagedEntry, about, opened, read
from stattable.libraries import has
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param
from stattable.model.record import RECORD_SHEET

# Limits of one return beside its length.
MAX_EXPANDED: Final = 200 * 2**20
MAX_RATIO: Final = 100
MAX_PARTS: Final = 10_000

# Limits of a merged workbook: the nation's, through 31 provinces' of 665,000 units, has 105 MB, and 900 unpacked.
MAX_MERGED_BYTES: Final = 200 * 2**20
_MAX_MERGED_EXPANDED: Final = 2**31
_LONGEST_LIST: Final = 64 * 1024  # bytes in which a workbook lists its sheets

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
        from stattable.documents.book import open_tables

        return open_tables(self.kind, self._data)


Opened = tuple[OpenFile | None, FileFacts, list[Finding]]


def open_unless_heavy(path: str) -> Opened | None:
    """Open the file at `path` as `open_file` does, or return None where it is for a process of its own.

    Raises:
        OSError: the file cannot be read.
    """
    found = about(path)
    if found.size > _HEAVY and not _is_too_long(path, found):
        return None
    opened = _open(path, found)
    return None if opened is None or (opened[0] and opened[0].is_heavy) else opened


def open_file(path: str) -> Opened:
    """Open the file at `path`.

    Returns:
        The file, or None and the finding (family F) that says why it is not read; and the file's facts.

    Raises:
        OSError: the file cannot be read.
    """
    opened = _open(path, about(path), decrypts=True)
    assert opened is not None
    return opened


def _open(path: str, found: About, *, decrypts: bool = False) -> Opened | None:
    """Open a file, or return None where it is to be decrypted first, which it may make as slow as it likes."""
    facts = FileFacts(None, found.size, found.mtime)
    if not found.is_regular:  # a pipe may wait forever, a device never end
        return None, facts, [_fault("F005", kind="device")]
    if _is_too_long(path, found):
        return None, file_facts(path), [_fault("F004", reason="size", mb=-(-found.size // 2**20))]
    try:
        data = read(path)
    except DamagedEntry:
        return None, facts, [_fault("F001")]
    facts = FileFacts(sha256(data), len(data), found.mtime)
    kind, package = _kind(data)
    if kind is FileKind.ENCRYPTED and data.startswith(OLE):
        if not decrypts:
            return None
        if not has("msoffcrypto"):
            return None, facts, [_fault("F010", kind=kind.value, module="msoffcrypto")]
        data = opens_by_itself(data) or data
        kind, package = _kind(data)
    if kind not in WORKBOOKS | TABLES:
        return None, facts, [_not_readable(kind)]
    if package and (too_much := _too_much(package, len(data))):
        return None, facts, [_fault("F004", reason=too_much)]
    is_heavy = kind in _RARE or (_is_heavy(package) if package else len(data) > _HEAVY_TEXT and kind in TABLES)
    return OpenFile(kind, is_heavy, data, package), facts, []


def _is_too_long(path: str, found: About) -> bool:
    return found.size > MAX_BYTES and not (found.size <= MAX_MERGED_BYTES and is_merged(path))


def is_merged(path: str) -> bool:
    """Whether a file is an .xlsx that lists the sheet with the record of a merge.

    Raises:
        OSError: it cannot be opened.
    """
    with opened(path) as file:
        package = open_package(file)
        return package is not None and _lists_a_record(package)


def _lists_a_record(package: Package) -> bool:
    part = package.find("xl/workbook.xml")
    if not part or package.size(part) > _LONGEST_LIST:
        return False
    return RECORD_SHEET.encode() in (package.content_if_whole(part) or b"")


def _kind(data: bytes) -> tuple[FileKind, Package | None]:
    package = open_package(io.BytesIO(data)) if data.startswith(ZIP) else None
    return (package_kind(package), package) if package else (sniff(io.BytesIO(data)), None)


def open_book(path: str) -> Book:
    """Open a workbook or a document with tables, whose sheets are to be read whole, as a roster's.

    Raises:
        OSError: the file cannot be read.
        Unreadable: it is none that can be read.
    """
    file, _, findings = open_file(path)
    if file is None:
        raise Unreadable(findings[0].code, **findings[0].params)
    return file.book()


def _too_much(package: Package, size: int) -> str | None:
    """Return which limit a package says that it goes beyond."""
    parts = package.entries
    if len(parts) > MAX_PARTS:
        return "parts"
    most = _MAX_MERGED_EXPANDED if package.expanded > MAX_EXPANDED and _lists_a_record(package) else MAX_EXPANDED
    return "expansion" if package.expanded > min(most, MAX_RATIO * size) else None


def _is_heavy(package: Package) -> bool:
    parts = package.entries
    if len(parts) > _MANY_PARTS or package.expanded > _HEAVY_EXPANDED:
        return True
    if sum([part.compress_size for part in parts]) <= _HEAVY_XML:  # pictures and all
        return False
    return sum(part.compress_size for part in parts if part.filename.lower().endswith(_READ_PARTS)) > _HEAVY_XML


def _not_readable(kind: FileKind) -> Finding:
    codes = {FileKind.EMPTY: "F003", FileKind.ENCRYPTED: "F002", FileKind.UNKNOWN: "F001"}
    return _fault(codes[kind]) if kind in codes else _fault("F005", kind=kind.value)


def _fault(code: str, **params: Param) -> Finding:
    return finding(code, params=params)
