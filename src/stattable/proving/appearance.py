"""How a merged workbook is shown and printed: what people see must be what was written."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, takewhile
from typing import Any, Final

from stattable.formats.sheet import Margin, RawSheet, Setup, Unread
from stattable.model.annex import ANNEX_SHEET
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, column_letters
from stattable.model.findings import Finding, Param, Severity
from stattable.model.form import BLANK_WORD, FIELDS, LAST_COLUMN, LAST_ROW, SHEET_NAME
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.record import record_sheets
from stattable.proving.breakdown import UNIT_HEADS, UNITS_SHEET, breakdown, idle_columns
from stattable.proving.chart_table import CHARTS_AREA, CHARTS_SHEET, FIGURES_FROM, UNNAMED_AT
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.ledger import LEDGER_SHEET
from stattable.proving.lists import FINDINGS_SHEET, STATE_SHEET
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.sheet_facts import LIST_FOOTER, REPEATED_COLUMNS, repeated_rows
from stattable.proving.sheets import OpenSheet, WorkbookSheets
from stattable.proving.year_on_year import YEARS_SHEET

_FILTERED: Final = frozenset(
    {STATE_SHEET, FINDINGS_SHEET, LEDGER_SHEET, YEARS_SHEET}
)  # which have a filter that clerks may set
_SAYS_SO_ITSELF: Final = frozenset({"comments", "links"})  # a reader sees that there is something
_DRAWN: Final = frozenset({"objects", "shapes"})
_PRINT_AREAS: Final = {SHEET_NAME: f"$A$1:${column_letters(LAST_COLUMN)}${LAST_ROW}", CHARTS_SHEET: CHARTS_AREA}
_COLUMNS_OF_FORMULAS: Final = {
    UNITS_SHEET: range(len(UNIT_HEADS) + 1, len(UNIT_HEADS) + len(FIELDS) + 1),
    CHARTS_SHEET: range(FIGURES_FROM, UNNAMED_AT),
}


def appearance_findings(report: MergedWorkbook, opened: WorkbookSheets) -> list[Finding]:
    """Return the findings on all that is not shown or printed as `merge` wrote it."""
    findings = [*_sheets(opened)]
    for name in opened.written:
        if name in opened.sheets:
            findings += _of_sheet(report, opened.sheets[name])
    return findings


def _sheets(opened: WorkbookSheets) -> Iterator[Finding]:
    """Yield P003 on sheets that are gone, hidden, misplaced or added."""
    gone = [name for name in opened.written if name not in opened.names]
    ours = {*opened.written, IDENTITY_SHEET, *record_sheets(opened.names)}
    added = [name for name in opened.names if name not in ours]
    if len(gone) == len(added) == 1:
        yield _structure_finding("renamed", added[0], expected=gone[0])
        gone, added = [], []
    for name in gone:
        yield _structure_finding("sheet", name)
    for name in added:  # one that is not shown misleads nobody
        is_shown = name in opened.visible
        yield _structure_finding("added" if is_shown else "added_hidden", name, None if is_shown else Severity.WARNING)
    for name in opened.written:
        if name in opened.names and name not in opened.visible:
            yield _structure_finding("hidden", name)
    if not opened.is_plain:
        yield _structure_finding("writing", SHEET_NAME)
    first = next((name for name in opened.names if name in opened.visible), None)
    if SHEET_NAME in opened.visible and first in opened.written and first != SHEET_NAME:
        yield _structure_finding("order", SHEET_NAME, raw=first)


def _of_sheet(report: MergedWorkbook, opened: OpenSheet) -> Iterator[Finding]:
    sheet, setup = opened.cells, opened.setup
    yield from _hidden_lines(report, sheet, setup)
    lines = {row for top, _, bottom, _ in sheet.merges for row in range(top, min(bottom, len(sheet.rows)) + 1)}
    covered = [at for at in sorted(sheet.covered(lines)) if sheet.cell(*at) is not None]
    figures = _COLUMNS_OF_FORMULAS.get(sheet.name, ())
    stray = [  # those of figures are held elsewhere, and what was never calculated is no figure
        a1(*at) for at in sorted(opened.formulas) if at[1] not in figures and not isinstance(sheet.cell(*at), Unread)
    ]
    reasons: dict[str, list[str]] = {"covered": [a1(*at) for at in covered], "formula": stray}
    odd = {at: "format" if one.is_misleading else one.hidden_by for at, one in sheet.displays.items()}
    for at, reason in sorted((odd | dict(opened.illegible)).items()):
        if reason not in {None, "row", "column"} and sheet.cell(*at) is not None:
            reasons.setdefault(str(reason), []).append(a1(*at))
    for reason, cells in reasons.items():
        if cells:
            yield _appearance_finding(reason, sheet.name, cells[0], cells)
    objects = _DRAWN & setup.extras
    expected = {"comments"} if objects else set()
    if sheet.name == CHARTS_SHEET and not (opened.drawn and opened.drawn.others):
        expected |= _DRAWN
    for extra in sorted(setup.extras - expected):
        if extra == "objects" and (sheet.name == ANNEX_SHEET or "shapes" in objects):  # which has pictures
            continue
        if extra == "links" and sheet.name == FINDINGS_SHEET:  # which lead to the units
            continue
        yield _appearance_finding(extra, sheet.name, severity=Severity.WARNING if extra in _SAYS_SO_ITSELF else None)
    yield from _printing(report, sheet.name, setup)


def _hidden_lines(report: MergedWorkbook, sheet: RawSheet, setup: Setup) -> Iterator[Finding]:
    """Yield findings on hidden rows and columns with something in them."""
    filled = [number for number, row in enumerate(sheet.rows, start=1) if any(cell not in ("", None) for cell in row)]
    unseen = setup.hidden_rows | {at[0] for at, one in sheet.displays.items() if one.hidden_by == "row"}
    if sheet.name == UNITS_SHEET:
        folded = unseen if setup.outlined is None else unseen & setup.outlined
        unseen -= _collapsed(report, folded)
    if rows := [number for number in filled if number in unseen]:
        is_filter = setup.filtered and sheet.name in _FILTERED
        severity = Severity.WARNING if is_filter else None
        yield _appearance_finding(
            "filter" if is_filter else "row", sheet.name, f"A{rows[0]}", list(map(str, rows)), severity
        )
    unseen = setup.hidden_columns | {at[1] for at, one in sheet.displays.items() if one.hidden_by == "column"}
    if sheet.name == UNITS_SHEET:
        unseen = unseen.difference(idle_columns(report.rolled, breakdown(report.rolled)))
    columns = [number for number in sorted(unseen) if any(sheet.cell(row, number) is not None for row in filled)]
    if columns:
        letters = list(map(column_letters, columns))
        yield _appearance_finding("column", sheet.name, f"{letters[0]}1", letters)


def _collapsed(report: MergedWorkbook, unseen: frozenset[int]) -> set[int]:
    """Return the rows of 分单位汇总 that are hidden because whole groups of the outline are collapsed."""
    depths = {number: row.depth for number, row in enumerate(breakdown(report.rolled), start=report.first_row)}
    result: set[int] = set()
    for number in unseen:
        for least in range(2, depths.get(number, 0) + 1):
            group = {*_run(depths, number, -1, least), *_run(depths, number, 1, least)}
            if group <= unseen:
                result |= group
                break
    return result


def _run(depths: Mapping[int, int], start: int, step: int, least: int) -> Iterator[int]:
    """Yield the rows from `start` on, in one direction, that are at least `least` deep in the outline."""
    return takewhile(lambda number: depths.get(number, 0) >= least, count(start, step))


def _printing(report: MergedWorkbook, name: str, setup: Setup) -> Iterator[Finding]:
    """Compare the print setup with what `merge` set up (P010, P013)."""
    area = _PRINT_AREAS.get(name, "")
    if setup.print_area is not None and setup.print_area != area:
        yield _appearance_finding("area", name, raw=setup.print_area, expected=area)
    repeated = _repeated(name)
    if setup.repeated not in {None, repeated} and report.is_of_this_layout:
        yield _appearance_finding("repeated", name, raw=setup.repeated, expected=repeated)
    if setup.margins is None:
        return
    margins = {margin for margin in setup.margins if name != SHEET_NAME or not is_code(margin)}
    wanted: set[Margin] = set() if name == SHEET_NAME else {("footer", "C", LIST_FOOTER)}
    if margins != wanted:
        raw, expected = ("；".join(text for _, _, text in sorted(which)) or BLANK_WORD for which in (margins, wanted))
        yield _appearance_finding("margins", name, raw=raw, expected=expected)


def is_code(margin: Margin) -> bool:
    """Whether a part of the footer is the one with the check code."""
    return margin[:2] == ("footer", "L") and margin[2].startswith(CHECK_CODE)


def _repeated(name: str) -> str:
    """Return the rows and columns of a sheet that are printed on every page, as Excel names them."""
    rows, columns = repeated_rows(name), REPEATED_COLUMNS.get(name)
    parts = [f"$1:${rows}"] if rows else []
    parts += [f"$A:${column_letters(columns)}"] if columns else []
    return ",".join(parts)


def _structure_finding(
    reason: str, sheet: str, severity: Severity | None = None, raw: str | None = None, expected: str = ""
) -> Finding:
    params: dict[str, Param] = {"reason": reason, "expected": expected}
    return finding("P003", severity, sheet=sheet, raw=raw, params=params)


def _appearance_finding(
    reason: str,
    sheet: str,
    cell: str | None = None,
    about: Sequence[str] = (),
    severity: Severity | None = None,
    **details: Any,
) -> Finding:
    raw = details.pop("raw", None)
    params = {"reason": reason, "count": len(about), "names": tuple(about), **details}
    return finding("P010", severity, sheet=sheet, cell=cell, raw=raw, params=params)
