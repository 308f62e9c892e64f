"""What a file is, by its bytes. The extension means nothing."""

import io
import os
import re
import struct
from enum import StrEnum
from typing import BinaryIO, Final

from stattable.formats.package import Package, open_package
from stattable.formats.xml import NOT_XML, elements


class FileKind(StrEnum):
    """What a file is; the values are what findings call the kinds that are no spreadsheet."""

    XLSX = "xlsx"  # and .xlsm, whose macros are never run
    XLS = "xls"  # BIFF in OLE2; WPS writes the same as .et
    ODS = "ods"
    XLSB = "xlsb"
    ENCRYPTED = "encrypted"
    RIGHTS = "rights"  # encrypted by the management of rights: it opens for those who are named, nowhere else
    OFFICE = "office"  # encrypted by a program that the office has on all its computers
    OLD_EXCEL = "old_excel"  # Excel 2 to 4
    EMPTY = "empty"
    UNKNOWN = "unknown"  # damaged, or nothing that can be recognised
    DOCX = "docx"
    WORD = "word"  # .doc, .rtf, .odt
    PDF = "pdf"
    OFD = "ofd"
    NUMBERS = "numbers"  # Apple's spreadsheets
    ARCHIVE = "archive"
    SLIDES = "slides"
    PICTURE = "picture"
    VIDEO = "video"
    XML = "xml"  # a spreadsheet in XML, as Excel wrote it in 2003
    HTML = "html"
    MHTML = "mhtml"
    TEXT = "text"
    PROGRAM = "program"


WORKBOOKS: Final = frozenset({FileKind.XLSX, FileKind.XLS, FileKind.ODS, FileKind.XLSB})
TABLES: Final = frozenset({FileKind.DOCX, FileKind.XML, FileKind.HTML, FileKind.TEXT})  # what may hold the form, too
# What is a return, or was meant to be one, when it is found by walking a folder.
RETURN_LIKE: Final = WORKBOOKS | {
    FileKind.ENCRYPTED, FileKind.RIGHTS, FileKind.OFFICE, FileKind.OLD_EXCEL,
    FileKind.DOCX, FileKind.WORD, FileKind.PDF, FileKind.OFD, FileKind.NUMBERS,
    FileKind.ARCHIVE, FileKind.XML,
}  # fmt: skip
SPREADSHEET_SUFFIXES: Final = frozenset(".xlsx .xlsm .xltx .xltm .xls .xlt .xlsb .et .ett .ods .ots .fods".split())

_MAGIC: Final = (
    (b"%PDF", FileKind.PDF),
    (b"{\\rtf", FileKind.WORD),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ\x00", FileKind.ARCHIVE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"BM", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),
    (b"MM\x00*", FileKind.PICTURE),
    (b"ID3", FileKind.VIDEO),
    (b"OggS", FileKind.VIDEO),
    (b"FLV", FileKind.VIDEO),
    (b"\x1aE\xdf\xa3", FileKind.VIDEO),
    (b"\x00\x00\x01\xba", FileKind.VIDEO),
    (b"MZ", FileKind.PROGRAM),
    (b"%TSD-Header", FileKind.OFFICE),
    *((bytes((9, version, length, 0)), FileKind.OLD_EXCEL) for version, length in ((0, 4), (2, 6), (4, 6))),
)
_MARK_WITHIN: Final = (64, b"E-SafeNet")  # so many bytes
ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES: Final = 20 * 2**20  # of a return
_HEAD: Final = 4096
_ENOUGH, _MOST_OFTEN = 2048, 4  # bytes to judge by; how much more often than others the most frequent one may be there
_PDF_WITHIN: Final = 1024  # bytes from the start of a file, in which PDF programs look for its mark
_SMALL_PART: Final = 2**20  # bytes of a part that says what a package is
_ENCRYPTED_ENTRY: Final = 0x1  # a flag
_MANIFEST: Final = "META-INF/manifest.xml"
_OPEN_DOCUMENTS: Final = {
    b"opendocument.spreadsheet": FileKind.ODS,
    b"opendocument.text": FileKind.WORD,
    b"opendocument.presentation": FileKind.SLIDES,
}
_MAIN_PARTS: Final = {  # that all others hang on, where they usually stand
    "xl/workbook.xml": FileKind.XLSX,
    "xl/workbook.bin": FileKind.XLSB,
    "word/document.xml": FileKind.DOCX,
    "ppt/presentation.xml": FileKind.SLIDES,
    "ofd.xml": FileKind.OFD,
}
_ROOTS: Final = {"workbook": FileKind.XLSX, "document": FileKind.DOCX, "presentation": FileKind.SLIDES}
_FILE_PASS, _BOUND_SHEET = 0x2F, 0x85  # records of an .xls; the sheets come after what says that it is encrypted
_STREAMS: Final = {  # that say what an OLE2 file is
    "\x09drmcontent": FileKind.RIGHTS,
    "workbook": FileKind.XLS,
    "book": FileKind.XLS,
    "worddocument": FileKind.WORD,
    "powerpoint document": FileKind.SLIDES,
}
_SPREADSHEET_XML: Final = (b"urn:schemas-microsoft-com:office:spreadsheet", b"opendocument:xmlns:office")


def sniff(file: BinaryIO) -> FileKind:
    """Return what `file` is. It must be seekable; its position is not kept."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        return FileKind.EMPTY
    if head.startswith(ZIP) and file.seek(0, io.SEEK_END) > MAX_BYTES:
        return FileKind.ARCHIVE  # it is too long to be looked into
    if head.startswith(ZIP):
        package = open_package(file)
        return package_kind(package) if package else FileKind.UNKNOWN
    if head.startswith(OLE):
        return _sniff_ole(file)
    if head[257:262] == b"ustar":
        return FileKind.ARCHIVE
    if head[4:8] == b"ftyp":
        return FileKind.PICTURE if head[8:12] in {b"heic", b"heix", b"mif1", b"avif"} else FileKind.VIDEO
    if head.startswith(b"RIFF"):
        return FileKind.PICTURE if head[8:12] == b"WEBP" else FileKind.VIDEO
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    within, mark = _MARK_WITHIN
    if mark in head[:within]:
        return FileKind.OFFICE
    kind = _sniff_text(head)
    return FileKind.OFFICE if kind is FileKind.UNKNOWN and _looks_encrypted(head) else kind


def package_kind(package: Package) -> FileKind:
    """Return what `package` is; damaged where a document has two parts of one name, of which programs read either."""
    kind = _package_kind(package)
    return FileKind.UNKNOWN if kind in WORKBOOKS | TABLES and package.has_twins else kind


def _package_kind(package: Package) -> FileKind:
    if any(entry.flag_bits & _ENCRYPTED_ENTRY for entry in package.entries):
        is_document = package.find("mimetype") or any(map(package.find, _MAIN_PARTS))
        return FileKind.ENCRYPTED if is_document else FileKind.ARCHIVE
    if package.find("mimetype") or package.find(_MANIFEST):
        kind = _sniff_open_document(package)
        if kind is not FileKind.ARCHIVE:
            return kind
    for part, kind in _MAIN_PARTS.items():
        if package.find(part):
            return kind
    if any(name.lower().endswith(".iwa") for name in package.names):
        return FileKind.NUMBERS
    return _kind_of_main_part(package)


def _sniff_open_document(package: Package) -> FileKind:
    """Return what an OpenDocument is by its type, which its manifest states, too."""
    said, manifest = (_small_part(package, name) for name in ("mimetype", _MANIFEST))
    if package.find("mimetype") and not said:
        return FileKind.UNKNOWN
    for mark, kind in _OPEN_DOCUMENTS.items():
        if mark in said or (not said and mark in manifest):
            return FileKind.ENCRYPTED if b"encryption-data" in manifest else kind
    return FileKind.ARCHIVE


def _kind_of_main_part(package: Package) -> FileKind:
    """Return what a package is whose main part stands elsewhere than usual; an archive where it has none."""
    part = package.find(package.main_part(""))
    if part is None:
        return FileKind.ARCHIVE
    if part.lower().endswith(".bin"):
        return FileKind.XLSB
    try:
        root = next((name for _, name, _ in elements(_small_part(package, part))), "")
    except NOT_XML:
        root = ""
    return _ROOTS.get(root, FileKind.ARCHIVE)


def _small_part(package: Package, name: str) -> bytes:
    """Return a part that is short when all is well; nothing where it is long, or not there."""
    stored = package.find(name)
    return (package.content_if_whole(stored) or b"") if stored and package.size(stored) <= _SMALL_PART else b""


def _sniff_ole(file: BinaryIO) -> FileKind:
    import olefile

    file.seek(0)
    try:
        with olefile.OleFileIO(file) as ole:
            streams = {
                entry[0].lower(): entry for entry in ole.listdir() if len(entry) == 1
            }  # none of what is embedded
            workbook = streams.get("workbook") or streams.get("book")
            if workbook and _has_password(ole.openstream(workbook).read(_HEAD)):
                return FileKind.ENCRYPTED
    except Exception:  # olefile raises whatever a broken directory leads it to
        return FileKind.UNKNOWN
    if "encryptedpackage" in streams:
        return FileKind.ENCRYPTED if "encryptioninfo" in streams else FileKind.RIGHTS
    return next((kind for stream, kind in _STREAMS.items() if stream in streams), FileKind.UNKNOWN)


def _has_password(head: bytes) -> bool:
    """Whether the first records of an .xls workbook say so, as they do whatever the encryption."""
    at = 0
    while at + 4 <= len(head):
        kind, length = struct.unpack_from("<HH", head, at)
        if kind in {_FILE_PASS, _BOUND_SHEET}:
            return bool(kind == _FILE_PASS)
        at += 4 + length
    return False


def _sniff_text(head: bytes) -> FileKind:
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return FileKind.PDF
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) & ~1].decode("utf-16", "ignore").encode()
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<"):
        if any(mark in head for mark in _SPREADSHEET_XML):
            return FileKind.XML
        if re.match(rb"<(?:!doctype html|html|head|meta|body|table|style|div)", start) or b"<html" in start:
            return FileKind.HTML
    if start.startswith(b"mime-version:"):
        return FileKind.MHTML
    if b"\x00" in head:
        return FileKind.UNKNOWN
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: _HEAD - 8].decode(encoding, "strict" if len(head) < _HEAD - 8 else "ignore")
        except UnicodeDecodeError:
            continue
        printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
        return FileKind.TEXT if printable == len(head) else FileKind.UNKNOWN
    return FileKind.UNKNOWN


def _looks_encrypted(head: bytes) -> bool:
    """Whether bytes of no known kind are as even as only those of an encrypted file are: a compressed one says so."""
    return len(head) >= _ENOUGH and max(head.count(byte) for byte in range(256)) <= _MOST_OFTEN * len(head) / 256


def is_spreadsheet_name(path: str) -> bool:
    """Whether `path` is named like a spreadsheet."""
    return os.path.splitext(path)[1].lower() in SPREADSHEET_SUFFIXES
