"""A path → raw sheets: what the file is, whether it is within the limits, and its cells as they stand."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import python_calamine

from stattable.checking.cells import RawCell
from stattable.checking.closer import unread_cells
from stattable.checking.sniff import READABLE, FileKind, sniff
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param

# Limits of one return (design: limits).
MAX_BYTES: Final = 20 * 2**20
MAX_EXPANDED: Final = 200 * 2**20
MAX_RATIO: Final = 100
MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 200

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 1-based


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it stands.

    Attributes:
        name: its name.
        rows: its cells from A1 on, at most 10,000 × 200; ``""`` or None where empty.
        merges: its merged ranges; none known for .ods.
    """

    name: str
    rows: Sequence[Sequence[RawCell]]
    merges: Sequence[Merge] = ()

    def cell(self, row: int, column: int) -> RawCell:
        """Return the cell at 1-based `row` and `column`; None outside the sheet."""
        if 0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1]):
            value = self.rows[row - 1][column - 1]
            return None if value == "" else value
        return None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file without understanding it: its fingerprint, size in bytes, and time of change."""

    sha256: str | None
    size: int
    mtime: float


class RawBook:
    """An open workbook.

    Args:
        data: the whole file.
        kind: what it is, one of `sniff.READABLE`.
    """

    def __init__(self, data: bytes, kind: FileKind) -> None:
        self._data = data
        self._kind = kind
        self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        work = python_calamine.SheetTypeEnum.WorkSheet
        metadata = [sheet for sheet in self._book.sheets_metadata if sheet.typ == work]
        shown = python_calamine.SheetVisibleEnum.Visible
        self.names: list[str] = [sheet.name for sheet in metadata]
        self.visible: frozenset[str] = frozenset(sheet.name for sheet in metadata if sheet.visible == shown)

    def sheet(self, name: str) -> RawSheet:
        """Return the cells of the sheet `name` as calamine gives them."""
        sheet = self._book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
        if rows and len(rows[0]) > MAX_COLUMNS:
            rows = [row[:MAX_COLUMNS] for row in rows]
        merges = [
            (top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ]
        return RawSheet(name, rows, merges)

    def all_rows(self, name: str) -> list[list[RawCell]]:
        """Return the cells of the sheet `name` without a limit, as for a roster."""
        return [[*row] for row in self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)]

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet` with its error values and uncalculated formulas, which look like blanks at first."""
        unreads = unread_cells(self._data, self._kind, sheet.name)
        if not unreads:
            return sheet
        height = max(len(sheet.rows), *(row for row, _ in unreads))
        widths = [column for _, column in unreads]
        width = max(widths + [len(row) for row in sheet.rows])
        grid: list[list[RawCell]] = [
            [*row, *[None] * (width - len(row))] for row in [*sheet.rows, *[()] * (height - len(sheet.rows))]
        ]
        for (row, column), unread in unreads.items():
            if grid[row - 1][column - 1] in ("", None):
                grid[row - 1][column - 1] = unread
        return RawSheet(sheet.name, grid, sheet.merges)


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
    kind = sniff(io.BytesIO(data))
    if kind not in READABLE:
        return None, facts, [_not_readable(path, kind)]
    if kind is not FileKind.XLS and _expands_too_far(data):
        return None, facts, [_fault(path, "F004", reason="expansion")]
    try:
        return RawBook(data, kind), facts, []
    except python_calamine.PasswordError:
        return None, facts, [_fault(path, "F002")]
    except python_calamine.CalamineError:
        return None, facts, [_fault(path, "F001")]


def read_rows(path: str) -> list[list[RawCell]]:
    """Return all rows of the first sheet of a workbook, as for a roster.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no workbook that can be read.
    """
    book, _, findings = read_book(path)
    if book is None or not book.names:
        raise ValueError(findings[0].code if findings else "T001")
    return book.all_rows(book.names[0])


def _expands_too_far(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        expanded = sum(info.file_size for info in archive.infolist())
    return expanded > MAX_EXPANDED or expanded > MAX_RATIO * len(data)


def _not_readable(path: str, kind: FileKind) -> Finding:
    codes = {FileKind.EMPTY: "F003", FileKind.ENCRYPTED: "F002", FileKind.UNKNOWN: "F001"}
    return _fault(path, codes[kind]) if kind in codes else _fault(path, "F005", kind=kind.value)


def _fault(path: str, code: str, **params: Param) -> Finding:
    return found(code, path=path, params=params)
