"""A path → raw sheets: what the file is, whether it is within the limits, and its cells as they stand."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import python_calamine

from stattable.checking.cells import RawCell
from stattable.checking.closer import look, part_bytes, xlsx_parts, xlsx_reach, xlsx_suspect
from stattable.checking.sheets import MAX_COLUMNS, MAX_ROWS, RawSheet, Unreadable
from stattable.checking.sniff import READABLE, FileKind, open_package, package_kind, sniff
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param

# Limits of one return (design: limits).
MAX_BYTES: Final = 20 * 2**20
MAX_EXPANDED: Final = 200 * 2**20
MAX_RATIO: Final = 100
MAX_CELLS: Final = 10_000_000  # what calamine would lay out, 32 bytes each: with one stray cell at XFD1048576 it aborts


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file without understanding it: its fingerprint, size in bytes, and time of change."""

    sha256: str | None
    size: int
    mtime: float


class RawBook:
    """An open workbook. Its methods raise `Unreadable` where the file does not hold together.

    Args:
        data: the whole file.
        kind: what it is, one of `sniff.READABLE`.
        package: the same file as a zip package, None for .xls.
    """

    def __init__(self, data: bytes, kind: FileKind, package: zipfile.ZipFile | None) -> None:
        self._data = data
        self._kind = kind
        self._package = package
        self._suspect: set[str] = set()  # sheets of an .xlsx that were read and are worth a closer look
        with _reading():
            self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            metadata = self._book.sheets_metadata
        work, shown = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible
        self._all_names = [sheet.name for sheet in metadata]
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
        """Return the cells of the sheet `name` without a limit, as for a roster."""
        with _reading():
            return [[*row] for row in self._open(name).to_python(skip_empty_area=False)]

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet` with its error values and uncalculated formulas, which look like blanks at first."""
        if self._kind is FileKind.XLSX and sheet.name not in self._suspect:
            return sheet
        with _reading():
            position = self._all_names.index(sheet.name)
            unreads, merges = look(self._kind, self._content(sheet.name), sheet.name, position)
        if merges is not None:
            sheet = replace(sheet, merges=merges)
        if not unreads:
            return sheet
        height = max(len(sheet.rows), *(row for row, _ in unreads))
        width = max(len(sheet.rows[0]) if sheet.rows else 0, *(column for _, column in unreads))
        grid: list[list[RawCell]] = [
            [*row, *[None] * (width - len(row))] for row in [*sheet.rows, *[()] * (height - len(sheet.rows))]
        ]
        for (row, column), unread in unreads.items():
            if grid[row - 1][column - 1] in ("", None):
                grid[row - 1][column - 1] = unread
        return replace(sheet, rows=grid)

    def _open(self, name: str) -> python_calamine.CalamineSheet:
        if self._kind is FileKind.XLSX:
            content = self._content(name)
            rows, columns = xlsx_reach(content)
            if rows * columns > MAX_CELLS:
                raise Unreadable("F004", reason="expansion")
            if xlsx_suspect(content):
                self._suspect.add(name)
        return self._book.get_sheet_by_name(name)

    def _content(self, name: str) -> bytes:
        """Return the XML that the sheet `name` is in; of an .xls the whole file."""
        if self._package is None:
            return self._data
        part = self._parts[self._all_names.index(name)] if self._kind is FileKind.XLSX else "content.xml"
        if part is None:
            raise Unreadable("F001")
        return part_bytes(self._package, self._data, part)

    @cached_property
    def _parts(self) -> list[str | None]:
        assert self._package is not None
        parts = xlsx_parts(self._package, self._data)
        if len(parts) != len(self._all_names):  # calamine does not see the same sheets
            raise Unreadable("F001")
        return parts


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


def read_book(path: str) -> tuple[RawBook | None, FileFacts, list[Finding]]:
    """Open the workbook at `path`.

    Returns:
        The workbook, or None and the finding (family F) that says why not; and the file's facts.

    Raises:
        OSError: the file cannot be read.
    """
    file = Path(path)
    stat = file.stat()
    if stat.st_size > MAX_BYTES:
        facts = FileFacts(None, stat.st_size, stat.st_mtime)
        megabytes = -(-stat.st_size // 2**20)
        return None, facts, [_fault(path, "F004", reason="size", mb=megabytes)]
    data = file.read_bytes()
    facts = FileFacts(hashlib.sha256(data).hexdigest(), len(data), stat.st_mtime)
    package = open_package(io.BytesIO(data)) if data.startswith(b"PK") else None
    kind = package_kind(package) if package else sniff(io.BytesIO(data))
    if kind not in READABLE:
        return None, facts, [_not_readable(path, kind)]
    if package and _expands_too_far(package, len(data)):
        return None, facts, [_fault(path, "F004", reason="expansion")]
    try:
        return RawBook(data, kind, package), facts, []
    except Unreadable as fault:
        return None, facts, [_fault(path, fault.code, **fault.params)]


def read_rows(path: str) -> list[list[RawCell]]:
    """Return all rows of the first sheet of a workbook, as for a roster.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no workbook that can be read.
    """
    book, _, findings = read_book(path)
    if book is None or not book.names:
        raise ValueError(findings[0].code if findings else "T001")
    try:
        return book.all_rows(book.names[0])
    except Unreadable as fault:
        raise ValueError(fault.code) from fault


def _expands_too_far(package: zipfile.ZipFile, size: int) -> bool:
    expanded = sum(info.file_size for info in package.infolist())
    return expanded > MAX_EXPANDED or expanded > MAX_RATIO * size


def _not_readable(path: str, kind: FileKind) -> Finding:
    codes = {FileKind.EMPTY: "F003", FileKind.ENCRYPTED: "F002", FileKind.UNKNOWN: "F001"}
    return _fault(path, codes[kind]) if kind in codes else _fault(path, "F005", kind=kind.value)


def _fault(path: str, code: str, **params: Param) -> Finding:
    return found(code, path=path, params=params)
