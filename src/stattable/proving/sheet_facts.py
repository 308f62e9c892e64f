"""The sheets of a merged workbook, in their order, and what is printed of them on every page."""

from collections.abc import Iterator
from typing import Final

from stattable.model.annex import ANNEX_SHEET
from stattable.model.form import SHEET_NAME
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.record import RECORD_SHEET
from stattable.proving.breakdown import FIRST_ROW, UNITS_SHEET
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.ledger import LEDGER_SHEET
from stattable.proving.lists import FINDINGS_SHEET, STATE_SHEET
from stattable.proving.titles import LIST_HEAD
from stattable.proving.year_on_year import YEARS_SHEET

HIDDEN_SHEETS: Final = frozenset({IDENTITY_SHEET, RECORD_SHEET})
LIST_FOOTER: Final = "第 &P 页，共 &N 页"  # of all sheets but the page, in the middle
REPEATED_COLUMNS: Final = {UNITS_SHEET: 1}  # how many from the first on, where any are


def shown_sheets(*, with_years: bool, with_charts: bool, with_annex: bool) -> Iterator[str]:
    """Yield the names of the sheets that people see in a merged workbook, in their order.

    Args:
        with_years: whether its figures stand beside those of a year before.
        with_charts: whether there is something to draw.
        with_annex: whether there are accounts, which an annex lists.
    """
    yield from (SHEET_NAME, UNITS_SHEET)
    if with_years:
        yield YEARS_SHEET
    yield STATE_SHEET
    if with_charts:
        yield CHARTS_SHEET
    yield from (FINDINGS_SHEET, LEDGER_SHEET)
    if with_annex:
        yield ANNEX_SHEET


def repeated_rows(name: str) -> int:
    """Return how many of the first rows of a sheet are printed on every page: of a list its title and its heads."""
    if name in {SHEET_NAME, CHARTS_SHEET}:
        return 0
    return FIRST_ROW - 1 if name == UNITS_SHEET else LIST_HEAD
