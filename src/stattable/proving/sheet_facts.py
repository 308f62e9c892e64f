"""The sheets of a merged workbook, in their order, and what is printed of them on every page."""

from collections.abc import Iterator
from typing import Final

from stattable.model.annex import ANNEX_HEADS, ANNEX_SHEET, has_annex
from stattable.model.form import SHEET_NAME
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.record import RECORD_SHEET
from stattable.model.units import Level
from stattable.proving.breakdown import HEAD_ROWS, UNITS_SHEET
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.ledger import LEDGER_SHEET, Ledger
from stattable.proving.lists import FINDINGS_SHEET, STATE_SHEET
from stattable.proving.year_on_year import LIST_HEADS, YEARS_SHEET

HIDDEN_SHEETS: Final = frozenset({IDENTITY_SHEET, RECORD_SHEET})
LIST_FOOTER: Final = "第 &P 页，共 &N 页"  # of all sheets but the page, in the middle
REPEATED_COLUMNS: Final = {UNITS_SHEET: 1}  # how many from the first on, where any are


def shown_sheets(level: Level, *, with_years: bool, with_charts: bool) -> Iterator[str]:
    """Yield the names of the sheets that people see in the workbook of a unit of `level`, in their order.

    Args:
        level: of the unit.
        with_years: whether its figures stand beside those of a year before.
        with_charts: whether there is something to draw.
    """
    yield from (SHEET_NAME, UNITS_SHEET)
    if with_years:
        yield YEARS_SHEET
    yield STATE_SHEET
    if with_charts:
        yield CHARTS_SHEET
    yield from (FINDINGS_SHEET, LEDGER_SHEET)
    if has_annex(level):
        yield ANNEX_SHEET


def repeated_rows(name: str, ledger: Ledger | None = None) -> tuple[int, int] | None:
    """Return the first and the last of the rows of a sheet that are printed on every page, or None."""
    ledger_head = ledger.head_row if ledger else 0
    return {
        UNITS_SHEET: (1, HEAD_ROWS), FINDINGS_SHEET: (1, 1), LEDGER_SHEET: (ledger_head, ledger_head),
        ANNEX_SHEET: (ANNEX_HEADS, ANNEX_HEADS), YEARS_SHEET: (1, LIST_HEADS),
    }.get(name)  # fmt: skip
