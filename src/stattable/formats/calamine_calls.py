"""Calls of calamine, which says that it cannot read something by an error, or by a panic."""

import io

try:
    import python_calamine

    HAS_CALAMINE = True
except ImportError:  # this computer has none: of what calamine reads, openpyxl reads what is written anew, slower
    from stattable.formats import openpyxl_reader as python_calamine  # type: ignore[no-redef]

    HAS_CALAMINE = False

from stattable.formats.sheet import Merge

__all__ = ["HAS_CALAMINE", "merges_of", "opened", "python_calamine", "sheet_of"]


def opened(data: bytes) -> python_calamine.CalamineWorkbook | None:
    """Return the workbook as calamine opens it, or None where it refuses to."""
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except BaseException as error:
        if _is_refusal(error):
            return None
        raise


def sheet_of(book: python_calamine.CalamineWorkbook, name: str) -> python_calamine.CalamineSheet | None:
    """Return a sheet of a workbook, or None where calamine refuses to read it."""
    try:
        return book.get_sheet_by_name(name)
    except BaseException as error:
        if _is_refusal(error):
            return None
        raise


def _is_refusal(error: BaseException) -> bool:
    """Whether it is calamine's way to say that it does not know what it reads: an error, or a panic."""
    if isinstance(error, python_calamine.PasswordError):
        return False
    return isinstance(error, python_calamine.CalamineError) or type(error).__name__ == "PanicException"


def merges_of(sheet: python_calamine.CalamineSheet) -> list[Merge]:
    """Return the merged ranges of a sheet."""
    return [
        (top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
