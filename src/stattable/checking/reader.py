"""A path → an open file: what it is, whether it is within the limits, and what reads it."""

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import python_calamine

from stattable.checking.cells import RawCell
from stattable.checking.closer.package import part_bytes
from stattable.checking.closer.xlsx import XlsxInspector
from stattable.checking.sheets import MAX_COLUMNS, MAX_ROWS, Book, Cell, Inspector, RawSheet, Unreadable
from stattable.checking.sniff import MAX_BYTES, TABLES, WORKBOOKS, FileKind, open_package, package_kind, sniff
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param

# Limits of one return beside its length.
MAX_EXPANDED: Final = 200 * 2**20
MAX_RATIO: Final = 100
MAX_PARTS: Final = 10_000
MAX_CELLS: Final = (
    3_000_000  # what calamine would lay out, twice 32 bytes each: with one stray cell at XFD1048576 it aborts
)

# What is above these is read in a process of its own, for it may take more time or memory than it should. They are
# seen before anything is unpacked: of the compressed parts that are read, one byte may become 1,032.
_MUCH: Final = 2**20  # bytes of a file
_MUCH_TEXT: Final = 128 * 1024  # bytes of a file that is read as text
_MUCH_XML: Final = 64 * 1024  # bytes of a package's parts as they are stored, pictures aside
_MUCH_EXPANDED: Final = 8 * 2**20  # bytes of a package's parts, as it says
_MANY_PARTS: Final = 1_000
_RARE: Final = frozenset({FileKind.XLSB})  # whatever its size: what it claims is not looked at beforehand
_READ_PARTS: Final = (".xml", ".rels", ".bin")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file without understanding it: its fingerprint, size in bytes, and time of change."""

    sha256: str | None
    size: int
    mtime: float


class CalamineBook:
    """An open workbook, read by calamine. Its methods raise `Unreadable` where the file does not hold together.

    Args:
        data: the whole file.
        kind: what it is, one of `sniff.WORKBOOKS`.
        package: the same file as a zip package, None for .xls.
    """

    def __init__(self, data: bytes, kind: FileKind, package: zipfile.ZipFile | None) -> None:
        with _reading():
            self._inspector = _inspector(data, kind, package)
            _within_limits(self._inspector.at_once)
            self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            metadata = self._book.sheets_metadata
        self._places = {sheet.name: place for place, sheet in enumerate(metadata)}
        if len(self._places) < len(metadata):
            raise Unreadable("F001")
        work, shown = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible
        self.names: list[str] = [sheet.name for sheet in metadata if sheet.typ == work]
        self.visible: frozenset[str] = frozenset(sheet.name for sheet in metadata if sheet.visible == shown)

    def sheet(self, name: str) -> RawSheet:
        """Return the cells of the sheet `name` as calamine gives them."""
        with _reading():
            sheet = self._open(name)
            rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
            merges = [
                (top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ]
        if rows and len(rows[0]) > MAX_COLUMNS:
            rows = [row[:MAX_COLUMNS] for row in rows]
        return RawSheet(name, rows, merges)

    def all_rows(self, name: str) -> list[list[RawCell]]:
        """Return the cells of the sheet `name` without a limit, as for a roster, with what looks like a blank."""
        with _reading():
            rows: list[list[RawCell]] = [[*row] for row in self._open(name).to_python(skip_empty_area=False)]
            look = self._inspector.look(self._places[name])
        for (row, column), unread in look.unreads.items() if look else ():
            if row <= len(rows) and column <= len(rows[row - 1]):
                rows[row - 1][column - 1] = unread
        return rows

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet` with its error values and uncalculated formulas, which look like blanks at first."""
        with _reading():
            look = self._inspector.look(self._places[sheet.name])
        if look is None:
            return sheet
        merges = sheet.merges if look.merges is None else look.merges
        sheet = replace(sheet, merges=merges, displays=look.displays)
        seen = {at: one for at, one in look.unreads.items() if at[0] <= MAX_ROWS and at[1] <= MAX_COLUMNS}
        if not seen and not look.texts:
            return sheet
        height = max((row for row, _ in seen), default=0)
        width = max((column for _, column in seen), default=0)
        height, width = max(len(sheet.rows), height), max(len(sheet.rows[0]) if sheet.rows else 0, width)
        grid: list[list[RawCell]] = [
            [*row, *[None] * (width - len(row))] for row in [*sheet.rows, *[()] * (height - len(sheet.rows))]
        ]
        for (row, column), unread in seen.items():
            if grid[row - 1][column - 1] in ("", None):
                grid[row - 1][column - 1] = unread
        for (row, column), text in look.texts.items():
            if row <= height and column <= width:
                grid[row - 1][column - 1] = text
        return replace(sheet, rows=grid)

    def _open(self, name: str) -> python_calamine.CalamineSheet:
        _within_limits([self._inspector.reach(self._places[name])])
        try:
            return self._book.get_sheet_by_name(name)
        except python_calamine.CalamineError:
            data = self._inspector.without_new_errors()
            if data is None:
                raise
            self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            return self._book.get_sheet_by_name(name)


def _within_limits(reaches: Iterable[Cell]) -> None:
    if any(rows * columns > MAX_CELLS for rows, columns in reaches):
        raise Unreadable("F004", reason="cells")


def _inspector(data: bytes, kind: FileKind, package: zipfile.ZipFile | None) -> Inspector:
    """Return what looks closer at a workbook of this kind."""
    if package is None:
        from stattable.checking.closer.xls import XlsInspector

        return XlsInspector(data)
    if kind is FileKind.ODS:
        from stattable.checking.closer.ods import OdsInspector

        return OdsInspector(part_bytes(package, data, "content.xml"))
    if kind is FileKind.XLSB:
        from stattable.checking.closer.xlsb import XlsbInspector

        return XlsbInspector(data, package)
    return XlsxInspector(data, package)


@contextmanager
def _reading() -> Iterator[None]:
    """Make whatever goes wrong in what others wrote, or in a library that reads it, a fault of the file."""
    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except python_calamine.PasswordError as error:
        raise Unreadable("F002") from error
    except Exception as error:
        raise Unreadable("F001") from error
    except BaseException as error:  # a panic of calamine's is none that can be named, and no Exception
        if type(error).__name__ == "PanicException":
            raise Unreadable("F001") from error
        raise


class Much(Exception):  # noqa: N818  -- it is no error, but a reason to be careful
    """A file may take more time or memory to read than it should: it is for a process of its own."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is within the limits, as far as can be seen before it is unpacked.

    Attributes:
        kind: what it is, a workbook or one of the documents with tables.
    """

    kind: FileKind
    _data: bytes
    _package: zipfile.ZipFile | None

    def book(self) -> Book:
        """Return its sheets.

        Raises:
            Unreadable: they cannot be read.
        """
        if self.kind in WORKBOOKS:
            return CalamineBook(self._data, self.kind, self._package)
        from stattable.checking.tables.book import open_tables

        with _reading():
            return open_tables(self.kind, self._data)


def file_facts(path: str) -> FileFacts:
    """Return what is known of the file at `path` without opening it; no fingerprint where it is beyond the limits.

    Raises:
        OSError: the file cannot be read.
    """
    about = Path(path).stat()
    regular = stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES
    return FileFacts(_sha256(Path(path).read_bytes()) if regular else None, about.st_size, about.st_mtime)


def open_file(path: str, *, apart: bool = True) -> tuple[OpenFile | None, FileFacts, list[Finding]]:
    """Open the file at `path`.

    Args:
        path: of the file.
        apart: whether this process is there for nothing else, so that the file may be much.

    Returns:
        The file, or None and the finding (family F) that says why it is not read; and the file's facts.

    Raises:
        Much: it may be, and the process is there for others, too.
        OSError: the file cannot be read.
    """
    file = Path(path)
    about = file.stat()
    facts = FileFacts(None, about.st_size, about.st_mtime)
    if not stat.S_ISREG(about.st_mode):  # a pipe may wait forever, a device never end
        return None, facts, [_fault(path, "F005", kind="device")]
    if about.st_size > MAX_BYTES:
        return None, facts, [_fault(path, "F004", reason="size", mb=-(-about.st_size // 2**20))]
    if about.st_size > _MUCH and not apart:
        raise Much
    data = file.read_bytes()
    facts = FileFacts(_sha256(data), len(data), about.st_mtime)
    package = open_package(io.BytesIO(data)) if data.startswith(b"PK") else None
    kind = package_kind(package) if package else sniff(io.BytesIO(data))
    if kind not in WORKBOOKS | TABLES:
        return None, facts, [_not_readable(path, kind)]
    if package and (too_much := _too_much(package, len(data))):
        return None, facts, [_fault(path, "F004", reason=too_much)]
    if not apart and (kind in _RARE or (_is_much(package) if package else len(data) > _MUCH_TEXT and kind in TABLES)):
        raise Much
    return OpenFile(kind, data, package), facts, []


def read_rows(path: str) -> list[list[RawCell]]:
    """Return all rows of the first sheet of a workbook, as for a roster.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no workbook that can be read.
    """
    file, _, findings = open_file(path)
    if file is None or file.kind not in WORKBOOKS:
        raise ValueError(findings[0].code if findings else "F005")
    try:
        book = file.book()
        assert isinstance(book, CalamineBook)
        return book.all_rows(book.names[0]) if book.names else []
    except Unreadable as fault:
        raise ValueError(fault.code) from fault


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _too_much(package: zipfile.ZipFile, size: int) -> str | None:
    """Return which limit a package says that it goes beyond."""
    parts = package.infolist()
    if len(parts) > MAX_PARTS:
        return "parts"
    expanded = sum(part.file_size for part in parts)
    return "expansion" if expanded > MAX_EXPANDED or expanded > MAX_RATIO * size else None


def _is_much(package: zipfile.ZipFile) -> bool:
    parts = package.infolist()
    stored = sum(part.compress_size for part in parts if part.filename.lower().endswith(_READ_PARTS))
    expanded = sum(part.file_size for part in parts)
    return stored > _MUCH_XML or expanded > _MUCH_EXPANDED or len(parts) > _MANY_PARTS


def _not_readable(path: str, kind: FileKind) -> Finding:
    codes = {FileKind.EMPTY: "F003", FileKind.ENCRYPTED: "F002", FileKind.UNKNOWN: "F001"}
    return _fault(path, codes[kind]) if kind in codes else _fault(path, "F005", kind=kind.value)


def _fault(path: str, code: str, **params: Param) -> Finding:
    return found(code, path=path, params=params)
