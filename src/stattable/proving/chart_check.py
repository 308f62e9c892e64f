"""图表 of a merged workbook, held against what its other sheets hold: its table and its charts."""

from collections.abc import Iterator, Sequence
from typing import Final

from stattable.formats.inspection.formulas import is_unread, spelled
from stattable.formats.sheet import Cell, Chart, RawCell, Series, Unread
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Severity
from stattable.proving.breakdown import UNITS_SHEET
from stattable.proving.chart_table import (
    CHARTS_SHEET,
    FIGURES_FROM,
    LABEL_AT,
    UNNAMED_AT,
    Block,
    Computed,
    Entry,
    chart_blocks,
    unnamed_in,
)
from stattable.proving.lists import STATE_SHEET
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.sheets import OpenSheet, WorkbookSheets
from stattable.proving.year_on_year import YEARS_SHEET

_SOURCES: Final = frozenset({UNITS_SHEET, YEARS_SHEET, STATE_SHEET, CHARTS_SHEET})
_MOVED: Final = frozenset({"P003", "P011"})  # said of sheets whose rows or words are not what they were
_TYPED_OVER: Final = frozenset({"P001", "P002"})  # said of figures from which others may or may not follow
_LAST_DIGIT: Final = 0.1001  # of percentages, which programs may round otherwise
_NO_TITLE: Final = "（没有标题）"


def chart_findings(report: MergedWorkbook, opened: WorkbookSheets, known: Sequence[Finding]) -> Iterator[Finding]:
    """Yield P010 on cells of the table and on charts that do not show what the workbook holds.

    Where the table, or a list that it is drawn from, is not as it was written, that is the finding, and all that
    follows from it is none.

    Args:
        report: the workbook.
        opened: its sheets.
        known: what has been found already.
    """
    sheet = opened.sheets.get(CHARTS_SHEET)
    if sheet is None or any(one.sheet in _SOURCES and one.code in _MOVED for one in known):
        return
    rows = {name: one.cells.rows for name, one in opened.sheets.items()}
    unnamed = unnamed_in(report.rolled, rows[CHARTS_SHEET])
    blocks = chart_blocks(report.rolled, rows, report.record.edition, unnamed)
    entries = {at: entry for block in blocks for at, entry in _cells(block)}
    is_typed_over = any(one.code in _TYPED_OVER for one in known)
    cells = [
        a1(*at)
        for at in sorted({*entries, *_figures(sheet)})
        if not _holds(sheet, at, entries.get(at), with_values=not is_typed_over)
    ]
    if cells:
        yield _finding("figures", cells, cells[0])
    if sheet.drawn and sheet.drawn.charts:  # some programs lose all charts when they save a workbook
        yield from _charts(blocks, sheet.drawn.charts)


def _cells(block: Block) -> Iterator[tuple[Cell, Entry]]:
    """Yield the cells of a block that no row's mark stands for."""
    for row, entries in enumerate(block.lines, start=block.top):
        for column, entry in enumerate(entries, start=LABEL_AT):
            if not isinstance(entry, str):
                yield (row, column), entry


def _figures(sheet: OpenSheet) -> Iterator[Cell]:
    """Yield the cells in the columns of figures that no row's mark stands for."""
    for row, cells in enumerate(sheet.cells.rows, start=1):
        for column, cell in enumerate(cells[FIGURES_FROM - 1 : UNNAMED_AT - 1], start=FIGURES_FROM):
            if cell is not None and not isinstance(cell, str):
                yield row, column


def _holds(sheet: OpenSheet, at: Cell, entry: Entry, *, with_values: bool) -> bool:
    """Whether a cell holds what it should: a formula, with its result if these are compared, or what is no formula."""
    cell, formula = sheet.cells.cell(*at), sheet.formulas.get(at)
    if not isinstance(entry, Computed):
        return formula is None and (cell in {None, ""} if entry is None else cell == entry)
    if sheet.formulas and formula != spelled(entry.formula) and not (formula and is_unread(formula)):
        return False
    return not with_values or entry.value is None or isinstance(cell, Unread) or _is(cell, entry.value)


def _is(cell: RawCell, value: float) -> bool:
    leeway = _LAST_DIGIT if isinstance(value, float) else 0
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell - value) <= leeway


def _charts(blocks: Sequence[Block], drawn: Sequence[Chart]) -> Iterator[Finding]:
    """Compare the charts with the blocks that they are to be drawn from."""
    wanted = {_spelled(block): block.title for block in blocks}
    changed = [chart.text or _NO_TITLE for chart in drawn if chart not in wanted]
    if changed or len(drawn) > len(wanted):
        yield _finding("chart", changed or [chart.text for chart in drawn[len(wanted) :]])
    elif missing := [title for chart, title in wanted.items() if chart not in drawn]:
        yield _finding("no_chart", missing, severity=Severity.WARNING)  # which misleads nobody


def _spelled(block: Block) -> Chart:
    return Chart(block.title, tuple(Series(*map(spelled, one)) for one in block.series))


def _finding(reason: str, about: Sequence[str], cell: str | None = None, severity: Severity | None = None) -> Finding:
    params = {"reason": reason, "count": len(about), "names": tuple(about)}
    return finding("P010", severity, sheet=CHARTS_SHEET, cell=cell, params=params)
