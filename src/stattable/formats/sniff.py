"""What a file is, by its bytes. The extension means nothing."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import PurePath
from typing import BinaryIO, Final


class FileKind(StrEnum):
    """What a file is; the values are what findings call the kinds that are no spreadsheet."""

    XLSX = "xlsx"  # and .xlsm, whose macros are never run
    XLS = "xls"  # BIFF in OLE2; WPS writes the same as .et
    ODS = "ods"
    XLSB = "xlsb"
    ENCRYPTED = "encrypted"
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
    FileKind.ENCRYPTED, FileKind.DOCX, FileKind.WORD, FileKind.PDF, FileKind.OFD, FileKind.NUMBERS,
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
)
ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES: Final = 20 * 2**20  # of a return
_HEAD: Final = 4096
_PDF_WITHIN: Final = 1024  # bytes from the start of a file, in which PDF programs look for its mark
_MANIFEST_READ: Final = 2**20  # bytes of an OpenDocument's manifest; what is encrypted says so in its first lines
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error,
    EOFError, OSError, ValueError, NotImplementedError, KeyError, RuntimeError,
)  # fmt: skip
_FILE_PASS, _BOUND_SHEET = 0x2F, 0x85  # records of an .xls; the sheets come after what says that it is encrypted
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
    return _sniff_text(head)


def open_package(file: BinaryIO) -> zipfile.ZipFile | None:
    """Return the zip package that `file` is, or None where it is none that can be opened."""
    try:
        return zipfile.ZipFile(file)
    except _BROKEN:
        return None


def by_lower_name(names: Iterable[str]) -> dict[str, str]:
    """Return the names of a package's parts by these in lower case, with plain slashes, as programs look for them."""
    return {name.lower().replace("\\", "/").lstrip("/"): name for name in names}


def package_kind(package: zipfile.ZipFile) -> FileKind:
    """Return what `package` is; damaged where a document has two parts of one name, of which programs read either."""
    names = package.namelist()
    parts = by_lower_name(names)
    kind = _package_kind(package, names, parts)
    is_document = kind in WORKBOOKS | TABLES
    return FileKind.UNKNOWN if is_document and len(parts) < len(names) else kind


def _package_kind(package: zipfile.ZipFile, names: Collection[str], parts: Collection[str]) -> FileKind:
    if any(info.flag_bits & 0x1 for info in package.infolist()):
        return FileKind.ENCRYPTED
    if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
        try:
            return _sniff_open_document(package, package.read("mimetype"))
        except _BROKEN:
            return FileKind.UNKNOWN
    if "xl/workbook.xml" in parts:
        return FileKind.XLSX
    if "xl/workbook.bin" in parts:
        return FileKind.XLSB
    if "word/document.xml" in parts:
        return FileKind.DOCX
    if "ppt/presentation.xml" in parts:
        return FileKind.SLIDES
    if "ofd.xml" in parts:
        return FileKind.OFD
    if any(name.endswith(".iwa") for name in parts):
        return FileKind.NUMBERS
    return FileKind.ARCHIVE


def _sniff_open_document(package: zipfile.ZipFile, mimetype: bytes) -> FileKind:
    if b"opendocument.spreadsheet" in mimetype:
        manifest = "META-INF/manifest.xml"
        if manifest not in package.namelist():
            return FileKind.ODS
        with package.open(manifest) as part:
            return FileKind.ENCRYPTED if b"encryption-data" in part.read(_MANIFEST_READ) else FileKind.ODS
    if b"opendocument.text" in mimetype:
        return FileKind.WORD
    return FileKind.SLIDES if b"opendocument.presentation" in mimetype else FileKind.ARCHIVE


def _sniff_ole(file: BinaryIO) -> FileKind:
    import olefile

    file.seek(0)
    try:
        with olefile.OleFileIO(file) as ole:
            streams = {entry[-1].lower(): entry for entry in ole.listdir()}
            workbook = streams.get("workbook") or streams.get("book")
            if workbook and _has_password(ole.openstream(workbook).read(_HEAD)):
                return FileKind.ENCRYPTED
    except Exception:  # olefile raises whatever a broken directory leads it to
        return FileKind.UNKNOWN
    for stream, kind in (
        ("encryptedpackage", FileKind.ENCRYPTED),
        ("workbook", FileKind.XLS),
        ("book", FileKind.XLS),
        ("worddocument", FileKind.WORD),
        ("powerpoint document", FileKind.SLIDES),
    ):
        if stream in streams:
            return kind
    return FileKind.UNKNOWN


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


def is_spreadsheet_name(path: PurePath) -> bool:
    """Whether `path` is named like a spreadsheet."""
    return path.suffix.lower() in SPREADSHEET_SUFFIXES
