"""Workbooks as calamine gives them, read with openpyxl, on computers that have no calamine.

It has the names of calamine that `formats/calamine` asks for, and reads what `formats/rewriting/xlsx` wrote: that has
nothing but cells, merges and number formats, so that openpyxl meets nothing that it would refuse, or follow. Its sheets
are `xl/worksheets/sheet1.xml` and so on.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple, Self

_PART: Final = "xl/worksheets/sheet{}.xml"
_MERGE: Final = re.compile(r'<mergeCell ref="([^"]+)"/>')
_ESCAPED: Final = re.compile("_x00([0-9A-Fa-f]{2})_")  # as calamine takes them: no others

Value = str | float | bool | date | datetime | time | timedelta


class CalamineError(Exception):
    """The workbook, or a sheet of it, cannot be read."""


class PasswordError(CalamineError):
    """The workbook asks for a password: of calamine's names, and never raised, for what is rewritten has none."""


class SheetTypeEnum(Enum):
    """What a sheet holds."""

    WorkSheet = "worksheet"


class SheetVisibleEnum(Enum):
    """Whether a sheet is shown; the values are those of its state in the file."""

    Visible = "visible"
    Hidden = "hidden"
    VeryHidden = "veryHidden"


class SheetMetadata(NamedTuple):
    """What a workbook says of a sheet."""

    name: str
    typ: SheetTypeEnum
    visible: SheetVisibleEnum


class CalamineSheet:
    """A sheet of a workbook.

    Attributes:
        merged_cell_ranges: first and last cell of each merged range, row and column from 0.
    """

    def __init__(self, cells: Any, merges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._cells = cells
        self.merged_cell_ranges = merges

    def to_python(self, *, skip_empty_area: bool, nrows: int | None = None) -> list[list[Value]]:  # noqa: ARG002
        """Return the rows from A1 on, all equally long, ``""`` where empty; the first `nrows` of them."""
        with _guarded():
            epoch = self._cells.parent.epoch
            rows = [[_value(cell, epoch) for cell in row] for row in islice(self._cells.iter_rows(), nrows)]
        width = max(map(len, rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]


class CalamineWorkbook:
    """A workbook.

    Attributes:
        sheets_metadata: what it says of its sheets, in their order.
    """

    def __init__(self, workbook: Any, package: zipfile.ZipFile) -> None:
        self._workbook, self._package = workbook, package
        self.sheets_metadata = [
            SheetMetadata(sheet.title, SheetTypeEnum.WorkSheet, SheetVisibleEnum(sheet.sheet_state))
            for sheet in workbook.worksheets
        ]

    @classmethod
    def from_filelike(cls, file: BinaryIO) -> Self:
        """Open what was rewritten.

        Raises:
            CalamineError: it cannot be read.
        """
        from openpyxl import load_workbook

        with _guarded():
            workbook = load_workbook(file, read_only=True, data_only=True)
            # it would make an error of a date beyond all limits, and a blank of that
            workbook._date_formats.clear()  # type: ignore[attr-defined]
            return cls(workbook, zipfile.ZipFile(file))

    def get_sheet_by_name(self, name: str) -> CalamineSheet:
        """Return a sheet.

        Raises:
            CalamineError: it cannot be read.
        """
        from openpyxl.utils import range_boundaries

        with _guarded():
            cells = self._workbook[name]
            part = self._package.read(_PART.format(self._workbook.worksheets.index(cells) + 1)).decode()
            bounds: list[tuple[int, int, int, int]] = [range_boundaries(ref) for ref in _MERGE.findall(part)]  # type: ignore[misc]
            merges = [((top - 1, left - 1), (bottom - 1, right - 1)) for left, top, right, bottom in bounds]
            return CalamineSheet(cells, merges)


@contextmanager
def _guarded() -> Iterator[None]:
    """Let whatever openpyxl meets in what others wrote be calamine's error, and warn of nothing."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (CalamineError, MemoryError):
        raise
    except Exception as error:
        raise CalamineError(str(error)) from error


def _value(cell: Any, epoch: datetime) -> Value:
    """Return what a cell holds, as calamine has it: numbers are floats, midnights dates, and errors nothing."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None or kind == "e":
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, (bool, datetime)):
        return value
    return _at_its_time(float(value), cell.number_format, epoch)


def _at_its_time(number: float, number_format: str, epoch: datetime) -> Value:
    """Return the date, time or duration that a number is shown as; the number where it is shown as one, or is none."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format
    from openpyxl.utils.datetime import from_excel

    if not is_date_format(number_format):
        return number
    try:
        moment: Value = from_excel(number, epoch, timedelta=is_timedelta_format(number_format))
    except (OverflowError, ValueError):
        return number
    return moment.date() if isinstance(moment, datetime) and moment.time() == time() else moment
