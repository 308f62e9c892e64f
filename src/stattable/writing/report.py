"""The merged workbook: the official page with the totals, and the sheets that explain them."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import ceil
from types import MappingProxyType
from typing import Final

from stattable.merging.result import MergeResult
from stattable.model.annex import has_annex
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Severity, UnitRef
from stattable.model.form import FIELDS
from stattable.model.identity import IDENTITY_SHEET, identity_rows
from stattable.model.record import RECORD_SHEET, record_rows
from stattable.model.text import display_width
from stattable.proving.breakdown import (
    HEAD_ROWS,
    STATUS_WORDS,
    UNIT_HEADS,
    UNITS_SHEET,
    BreakdownRow,
    RowKind,
    breakdown,
    formulas,
    head_rows,
    shown_figures,
    unit_cells,
)
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.ledger import (
    ADJUSTED,
    HEADS,
    LEDGER_SHEET,
    Ledger,
    Run,
    entry_cells,
    ledger_of,
)
from stattable.proving.lists import (
    FINDING_HEADS,
    FINDINGS_SHEET,
    NO_FINDINGS,
    STATE_HEADS,
    STATE_SHEET,
    UNIT_AT,
    finding_rows,
    gap_words,
    reported_words,
    state_sheet,
)
from stattable.proving.remembered import identity_of, record_of
from stattable.proving.seal import seal_rows
from stattable.proving.sheet_facts import REPEATED_COLUMNS, repeated_rows
from stattable.writing.annex import add_merged_annex
from stattable.writing.blank import association_name
from stattable.writing.charts import add_charts
from stattable.writing.page import Place, add_hidden, add_page, page_content, put_note
from stattable.writing.workbook import MOST_LINKS, Formula, Link, Look, Sheet, Workbook, run_time
from stattable.writing.year_on_year import add_year_on_year

_LINE_HEIGHT: Final = 14.5  # points
_HIGHEST_ROW: Final = 409  # points: a spreadsheet knows no higher one
_DEEPEST_OUTLINE: Final = 7

_PLAIN: Final[Look] = {"font_name": "宋体", "font_size": 10, "font_charset": 134, "valign": "vcenter"}
_BODY: Final[Look] = {**_PLAIN, "border": 1, "border_color": "#A6A6A6"}
_HEAD: Final[Look] = {**_BODY, "bold": True, "bg_color": "#D9E2EC", "text_wrap": True, "align": "center"}
_WRAPPED: Final[Look] = {**_BODY, "text_wrap": True}
_SUM: Final[Look] = {**_BODY, "bold": True, "bg_color": "#FFF2CC"}
_BAD: Final[Look] = {**_BODY, "bg_color": "#F8D7DA"}
_LINK: Final[Look] = {"font_color": "#0563C1", "underline": 1}
_TITLE: Final[Look] = {**_PLAIN, "font_size": 12, "bold": True}
_SEVERITY_LOOKS: Final[dict[Severity, Look]] = {
    Severity.ERROR: {**_WRAPPED, "bg_color": "#F8D7DA"},
    Severity.WARNING: {**_WRAPPED, "bg_color": "#FFF3CD"},
    Severity.INFO: _WRAPPED,
}
_LINK_LOOKS: Final[dict[Severity, Look]] = {severity: {**look, **_LINK} for severity, look in _SEVERITY_LOOKS.items()}
_NOTE_TITLE: Final = "汇总说明（这一栏不打印）"
_NOTE_UNIT: Final = "{name}（{level}）汇总数"
_NOTE_COUNTS: Final = "收到 {} 份，计入 {} 份。"
_NOTE_GAPS: Final = f"注意：下级的汇总表里还有没有报的（{{}}），这些数不在里面，见“{STATE_SHEET}”。"
_NOTE_SOURCES: Final = f"每个数字的来源见“{UNITS_SHEET}”和“{LEDGER_SHEET}”。"
_NOTES: Final[Mapping[str, str]] = {  # what is said beside the page of each count that is not 0
    "compared": f"另有 {{}} 份只用来核对，见“{LEDGER_SHEET}”。",
    "rejected": f"注意：有 {{}} 份报表被退回，没有计入，见“{FINDINGS_SHEET}”。",
    "missing": f"注意：有 {{}} 个单位没有报，见“{STATE_SHEET}”。",
    "unresolved": f"注意：有 {{}} 条强制性意见没有处理，总数可能不对，见“{FINDINGS_SHEET}”。",
}


class _Writer:
    """Writes rows to a sheet, one under the other.

    Args:
        sheet: an empty one.
        widths: of its columns, in characters.
    """

    def __init__(self, sheet: Sheet, widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._rooms = [width - 1 for width in widths]
        sheet.set_widths(widths)
        self.row = 0

    def write(
        self,
        cells: Sequence[object],
        look: Look = _BODY,
        others: Mapping[int, Look] = MappingProxyType({}),
        *,
        depth: int = 0,
        is_whole: bool = True,
    ) -> int:
        """Write a row and return its number.

        Args:
            cells: their values, from the first column on.
            look: of the cells.
            others: looks of cells that look otherwise, by column.
            depth: in the outline.
            is_whole: False if some of its cells will be merged.
        """
        self.row += 1
        if is_whole:
            self._sheet.put_row(self.row, cells, look, others)
        else:
            for column, value in enumerate(cells, start=1):
                self._sheet.put(self.row, column, value, look)
        lines = 1
        if look.get("text_wrap"):
            rooms = zip(self._sheet.rows[-1], self._rooms, strict=False)
            texts = ((text, room) for text, room in rooms if isinstance(text, str))
            lines = max([_lines(*one) for one in texts if 2 * len(one[0]) > one[1] or "\n" in one[0]], default=1)
        if lines > 1 or depth:
            height = min(lines * _LINE_HEIGHT, _HIGHEST_ROW) if lines > 1 else None
            self._sheet.set_row(self.row, height, min(depth, _DEEPEST_OUTLINE))
        return self.row


def _lines(text: str, room: float) -> int:
    return sum(ceil(display_width(line) / room) for line in text.split("\n"))


def report_bytes(merged: MergeResult, run: Run) -> bytes:
    """Return the merged workbook as the bytes of a file.

    Args:
        merged: the result of a merge.
        run: how the merge was started, for the ledger.
    """
    workbook, ledger = Workbook(), ledger_of(merged, run)
    _page(workbook, merged, ledger)
    rows = _units(workbook, merged)
    add_year_on_year(workbook, merged)
    _state(workbook, merged)
    add_charts(workbook, merged)
    _findings(workbook, merged, rows)
    _ledger(workbook, ledger)
    if has_annex(merged.root_unit.level):
        add_merged_annex(workbook, merged.accounts)
    add_hidden(workbook, IDENTITY_SHEET, identity_rows(identity_of(merged)))
    record = record_rows(record_of(merged, run.ended))
    sealed = {name: sheet.rows for name, sheet in workbook.sheets.items()}
    add_hidden(workbook, RECORD_SHEET, [*record, *seal_rows({**sealed, RECORD_SHEET: record})])
    return workbook.to_bytes()


# -- 信息统计表 -------------------------------------------------------------------------------------------


def _page(workbook: Workbook, merged: MergeResult, ledger: Ledger) -> None:
    sheet = add_page(workbook, merged_page_content(merged))
    sheet.raw.set_footer(f"&L{CHECK_CODE} {ledger.check_code}")
    root, counted = merged.root_unit, sum(entry.counted for entry in ledger.entries)
    about = _NOTE_UNIT.format(name=root.name, level=root.level.label)
    put_note(
        sheet,
        [
            _NOTE_TITLE, "", about, _NOTE_COUNTS.format(merged.summary.received, counted),
            *total_notes(merged, counted), _NOTE_SOURCES,
        ],
    )  # fmt: skip


def merged_page_content(merged: MergeResult) -> dict[Place, object]:
    """Return what is filled in on the official page of a merge, by cell."""
    root = merged.root_unit
    contact, phone = merged.person(merged.root)
    return page_content(
        edition=merged.edition,
        name=association_name(root.name),
        level=root.level,
        values=merged.total,
        contact=contact,
        phone=phone,
        filled_in=run_time().date(),
    )


def total_notes(merged: MergeResult, counted: int) -> list[str]:
    """Return what is to be known of a total: how many reported, and what is not in it or open.

    Args:
        merged: the result of a merge.
        counted: how many returns are in the total.
    """
    summary = merged.summary
    counts = {
        "compared": max(summary.accepted - counted, 0),
        "rejected": summary.rejected,
        "missing": summary.missing,
        "unresolved": merged.unresolved,
    }
    notes = [f"{'；'.join(words)}。"] if (words := [*reported_words(merged)]) else []
    notes += [_NOTES[what].format(count) for what, count in counts.items() if count]
    if gaps := gap_words(merged):
        notes.append(_NOTE_GAPS.format(gaps))
    return notes


# -- 分单位汇总 -------------------------------------------------------------------------------------------


def _units(workbook: Workbook, merged: MergeResult) -> dict[str, int]:
    """Write the breakdown, and return the row of each unit."""
    sheet = workbook.add_sheet(UNITS_SHEET)
    writer = _Writer(sheet, [26, 10, 12, 14, *[9] * len(FIELDS)])
    first = len(UNIT_HEADS) + 1
    heads = head_rows()
    for row_of_heads in heads:
        writer.write(row_of_heads, _HEAD, is_whole=False)
    for column, head in enumerate(UNIT_HEADS, start=1):
        sheet.merge(1, column, HEAD_ROWS, column, head, _HEAD)
    starts = [column for column, head in enumerate(heads[0], start=1) if head and column >= first]
    for start, following in pairwise([*starts, len(heads[0]) + 1]):  # one head over the columns of a level
        sheet.merge(1, start, 1, following - 1, heads[0][start - 1], _HEAD)
    places: dict[str, int] = {}
    rows = breakdown(merged.rollup)
    for row in rows:
        look = _SUM if row.depth == 0 else _BODY
        others = {1: _indented(row.depth - 1)} if row.depth > 1 else {}
        cells = [*unit_cells(row, merged.rollup, _state_of(row, merged)), *_figures(row, rows, merged)]
        number = writer.write(cells, look, others, depth=max(row.depth - 1, 0))
        if row.kind is RowKind.TOTAL:
            places[row.key] = number
    sheet.raw.outline_settings(symbols_below=False)
    rows_on_each, columns_on_each = repeated_rows(UNITS_SHEET), REPEATED_COLUMNS[UNITS_SHEET]
    sheet.set_up_list(heads=rows_on_each, columns=columns_on_each, frozen=(HEAD_ROWS, 1), pages_wide=3)
    return places


@cache
def _indented(indent: int) -> Look:
    return {**_BODY, "indent": indent}


def _state_of(row: BreakdownRow, merged: MergeResult) -> str:
    return STATUS_WORDS[merged.statuses[row.key]]


def _figures(row: BreakdownRow, rows: Sequence[BreakdownRow], merged: MergeResult) -> list[object]:
    return [
        Formula(formula, int(shown or 0)) if formula else shown
        for shown, formula in zip(shown_figures(row, merged.rollup), formulas(row, rows), strict=True)
    ]


# -- 报送情况 ---------------------------------------------------------------------------------------------


def _state(workbook: Workbook, merged: MergeResult) -> None:
    sheet = workbook.add_sheet(STATE_SHEET)
    writer = _Writer(sheet, [30, 12, 16, 24, 20, 18, 14, 18])
    looks = {"title": _TITLE, "head": _HEAD, "missing": _BAD, "rejected": _BAD}
    head = 0
    for what, cells in state_sheet(merged):
        number = writer.write(cells, looks.get(what, _BODY))
        head = number if what == "head" else head
    sheet.raw.autofilter(head - 1, 0, max(writer.row, head) - 1, len(STATE_HEADS) - 1)
    sheet.set_up_list(heads=repeated_rows(STATE_SHEET), frozen=None)


# -- 审核意见 ---------------------------------------------------------------------------------------------


def _findings(workbook: Workbook, merged: MergeResult, rows: Mapping[str, int]) -> None:
    """Write all findings, each unit with a link to its row in the breakdown, by `rows`."""
    sheet = workbook.add_sheet(FINDINGS_SHEET)
    writer = _Writer(sheet, [6, 9, 8, 20, 14, 30, 9, 28, 14, 56, 9, 30])
    writer.write(FINDING_HEADS, _HEAD)
    keys = merged.keys_by_unit
    for number, (finding, cells) in enumerate(finding_rows(merged), start=1):
        unit_cell = _linked_unit(finding, merged, keys, rows, number)
        severity = Severity.INFO if finding.is_closed else finding.severity
        others = {UNIT_AT + 1: _LINK_LOOKS[severity]} if isinstance(unit_cell, Link) else {}
        writer.write((*cells[:UNIT_AT], unit_cell, *cells[UNIT_AT + 1 :]), _SEVERITY_LOOKS[severity], others)
    if writer.row == 1:
        writer.write(NO_FINDINGS, _WRAPPED)
    sheet.raw.autofilter(0, 0, writer.row - 1, len(FINDING_HEADS) - 1)
    sheet.set_up_list(heads=repeated_rows(FINDINGS_SHEET), frozen=(1, 0))


def _linked_unit(
    finding: Finding,
    merged: MergeResult,
    keys: Mapping[UnitRef, str | None],
    rows: Mapping[str, int],
    number: int,
) -> str | Link | None:
    """Return the name of a finding's unit, with a link to its row, or to that of the next unit above with a row."""
    if finding.unit is None or finding.unit.name is None:
        return None
    key = keys.get(finding.unit)
    while key is not None and key not in rows:
        key = merged.tree[key].parent
    if key is None or number > MOST_LINKS:
        return finding.unit.name
    return Link(finding.unit.name, UNITS_SHEET, a1(rows[key], 1))


# -- 汇总台账 ---------------------------------------------------------------------------------------------


def _ledger(workbook: Workbook, ledger: Ledger) -> None:
    sheet = workbook.add_sheet(LEDGER_SHEET)
    writer = _Writer(sheet, [6, 40, 36, 12, 19, 14, 24, 12, 8, 10, 8, 10, 44])
    for label, text in ledger.about:
        writer.write(["", label, text], _PLAIN)
    head = writer.write(HEADS, _HEAD)
    for entry in ledger.entries:
        writer.write(entry_cells(entry), _WRAPPED)
    sheet.raw.autofilter(head - 1, 0, writer.row - 1, len(HEADS) - 1)
    for text in ledger.adjustments:
        writer.write(["", ADJUSTED, text], _PLAIN)
    sheet.set_up_list(heads=repeated_rows(LEDGER_SHEET, ledger), frozen=(head, 2))
