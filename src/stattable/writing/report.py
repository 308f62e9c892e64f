"""The merged workbook: the official page with the totals, and the sheets that explain them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from stattable.merging.result import MergeResult
from stattable.model.annex import ANNEX_SHEET
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.identity import IDENTITY_SHEET, identity_rows
from stattable.model.record import RECORD_SHEET, over_sheets, record_rows
from stattable.model.text import display_width
from stattable.proving.breakdown import UNITS_SHEET
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.ledger import (
    ABOUT_AT,
    ADJUSTED,
    HEADS,
    LEDGER_SHEET,
    Label,
    Run,
    about_of,
    adjustments_of,
    counted_returns,
    entries_of,
    entry_cells,
)
from stattable.proving.lists import (
    FINDING_HEADS,
    FINDINGS_SHEET,
    STATE_HEADS,
    STATE_SHEET,
    UNIT_AT,
    finding_rows,
    findings_words,
    gap_words,
    no_findings_row,
    reported_words,
    state_sheet,
)
from stattable.proving.remembered import identity_of, record_of
from stattable.proving.seal import Seal
from stattable.proving.titles import LIST_HEAD, title_lines
from stattable.writing.annex import add_merged_annex
from stattable.writing.blank import association_name
from stattable.writing.breakdown_sheet import add_breakdown
from stattable.writing.charts import add_charts
from stattable.writing.list_sheet import ListSheet
from stattable.writing.looks import ABOUT, BAD, DOUBTFUL, PLAIN, SUM, WRAPPED
from stattable.writing.page import Place, add_hidden, add_page, page_content, put_note
from stattable.writing.whole_files import filling, through_temporary_files
from stattable.writing.whole_rows import Link
from stattable.writing.workbook import MOST_LINKS, Look, Workbook, run_time
from stattable.writing.year_on_year import add_year_on_year

_STATE_WIDTHS: Final = (23, 9.6, 11.5, 16, 11, 9, 13, 6, 6, 6, 8, 6, 6)
_FINDING_WIDTHS: Final = (4.5, 6.5, 5.5, 8.5, 15, 11.5, 15, 6, 10, 6.5, 29, 7, 11.5, 6.5, 10)
_LEDGER_WIDTHS: Final = (5, 26, 29, 8.5, 10, 11.5, 12, 9.6, 5, 8, 5, 7, 16.5)
_ON_A_PAGE: Final = 24  # rows of 报送情况, which begin no other page for its second part
_MANY: Final = 10_000  # returns and units, from which on a workbook goes through temporary files
_LINK: Final[Look] = {"font_color": "#0563C1", "underline": 1}
_SEVERITY_LOOKS: Final[dict[Severity, Look]] = {
    Severity.ERROR: BAD,
    Severity.WARNING: DOUBTFUL,
    Severity.INFO: WRAPPED,
}
_LINK_LOOKS: Final[dict[Severity, Look]] = {severity: {**look, **_LINK} for severity, look in _SEVERITY_LOOKS.items()}
_STATE_LOOKS: Final = {"counts": WRAPPED, "sum": SUM, Status.MISSING: BAD, Status.REJECTED: BAD}
_LEDGER_TITLE: Final = "汇总用的程序和选项"
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


def write_report(merged: MergeResult, run: Run, path: Path, *, durable: bool = False) -> None:
    """Write the merged workbook into a file that is there; see :func:`filling`.

    Args:
        merged: the result of a merge.
        run: how the merge was started, for the ledger.
        path: of the file.
        durable: wait until the disk has it.

    Raises:
        OSError: it could not be written, or a temporary file.
    """
    report = report_of(merged, run)
    with filling(path, durable=durable) as file:
        report.write_to(file)


def report_of(merged: MergeResult, run: Run) -> Workbook:
    """Return the merged workbook, to be written; see :func:`write_report`."""
    with through_temporary_files():
        workbook = Workbook(is_long=len(merged.returns) + len(merged.statuses) > _MANY)
        seal = Seal()
        _add_sheets(workbook, merged, run, seal)
        add_hidden(workbook, IDENTITY_SHEET, identity_rows(identity_of(merged)))
        _seal(workbook, seal, IDENTITY_SHEET)
        record = seal.passing(RECORD_SHEET, record_rows(record_of(merged, run.ended)))
        for name, rows in over_sheets(chain(record, seal.rows())):
            add_hidden(workbook, name, rows, is_held=False)
        return workbook


def _add_sheets(workbook: Workbook, merged: MergeResult, run: Run, seal: Seal) -> None:
    """Add the sheets that are seen; each is sealed as soon as no other one is made from it."""
    about = [*about_of(merged, run)]
    code = dict(about)[Label.CHECK_CODE]

    def lines(sheet: str, *said: str) -> tuple[str, str]:
        return title_lines(merged.root_unit.name, sheet, merged.edition, run.ended, said)

    reported = [*reported_words(merged)]
    _page(workbook, merged, code)
    places = add_breakdown(workbook, merged, lines(UNITS_SHEET), "；".join(reported))
    add_year_on_year(workbook, merged, run.ended)
    _state(workbook, merged, lines(STATE_SHEET, *reported))
    add_charts(workbook, merged, lines(CHARTS_SHEET))
    _seal(workbook, seal, *workbook.sheets)
    _findings(workbook, merged, places, lines(FINDINGS_SHEET, findings_words(merged)))
    _seal(workbook, seal, FINDINGS_SHEET)
    seal.take(LEDGER_SHEET, _ledger(workbook, merged, about, lines(LEDGER_SHEET, f"{CHECK_CODE} {code}")))
    if merged.accounts:
        add_merged_annex(workbook, merged.accounts, merged.root_unit.name, lines("")[1])
        _seal(workbook, seal, ANNEX_SHEET)


def _seal(workbook: Workbook, seal: Seal, *names: str) -> None:
    """Take the marks of sheets that are done, whose rows nobody needs any more."""
    for name in names:
        seal.take(name, workbook.sheets[name].rows)
        workbook.sheets[name].rows.clear()


# -- 信息统计表 -------------------------------------------------------------------------------------------


def _page(workbook: Workbook, merged: MergeResult, code: str) -> None:
    sheet = add_page(workbook, merged_page_content(merged))
    sheet.raw.set_footer(f"&L{CHECK_CODE} {code}")
    root, counted = merged.root_unit, len(counted_returns(merged))
    about = _NOTE_UNIT.format(name=root.name, level=root.level.label)
    received = _NOTE_COUNTS.format(merged.summary.received, counted)
    put_note(sheet, [_NOTE_TITLE, about, received, *total_notes(merged, counted), _NOTE_SOURCES])


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


# -- the lists --------------------------------------------------------------------------------------------


def _state(workbook: Workbook, merged: MergeResult, lines: tuple[str, str]) -> None:
    """Write 报送情况: how many of the units below each other one reported, and what each unit sent."""
    sheet = ListSheet(workbook, STATE_SHEET, _STATE_WIDTHS)
    sheet.begin(lines, STATE_HEADS)
    rows = state_sheet(merged)
    first = [*islice(rows, _ON_A_PAGE + 1)]
    for what, cells in chain(first, rows):
        if what == "title":
            sheet.begin_section(str(cells[0]), on_new_page=len(first) > _ON_A_PAGE)
        else:
            sheet.write(cells, _STATE_LOOKS.get(what, WRAPPED))
    sheet.finish(frozen_columns=1)


def _findings(workbook: Workbook, merged: MergeResult, places: Mapping[str, int], lines: tuple[str, str]) -> None:
    """Write all findings, each unit with a link to its row in the breakdown, by `places`."""
    sheet = ListSheet(workbook, FINDINGS_SHEET, _FINDING_WIDTHS)
    sheet.begin(lines, FINDING_HEADS)
    keys = merged.keys_by_unit
    for number, (finding, cells) in enumerate(finding_rows(merged), start=1):
        unit_cell = _linked_unit(finding, merged, keys, places, number)
        severity = Severity.INFO if finding.is_closed else finding.severity
        others = {UNIT_AT + 1: _LINK_LOOKS[severity]} if isinstance(unit_cell, Link) else {}
        sheet.write((*cells[:UNIT_AT], unit_cell, *cells[UNIT_AT + 1 :]), _SEVERITY_LOOKS[severity], others)
    if sheet.row == LIST_HEAD:
        sheet.write(no_findings_row())
    sheet.finish()


def _linked_unit(
    finding: Finding,
    merged: MergeResult,
    keys: Mapping[UnitRef, str | None],
    places: Mapping[str, int],
    number: int,
) -> str | Link | None:
    """Return the name of a finding's unit, with a link to its row, or to that of the next unit above with a row."""
    if finding.unit is None or finding.unit.name is None:
        return None
    key = keys.get(finding.unit)
    while key is not None and key not in places:
        key = merged.tree[key].parent
    if key is None or number > MOST_LINKS:
        return finding.unit.name
    return Link(finding.unit.name, UNITS_SHEET, a1(places[key], 1))


def _ledger(
    workbook: Workbook, merged: MergeResult, about: Iterable[tuple[str, str]], lines: tuple[str, str]
) -> Iterator[Sequence[object]]:
    """Write 汇总台账: all files, and below them what they were merged with. Yield its rows, which are not held."""
    sheet = ListSheet(workbook, LEDGER_SHEET, _LEDGER_WIDTHS, is_held=False)
    yield from sheet.begin(lines, HEADS)
    for entry in entries_of(merged):
        yield sheet.write(entry_cells(entry))
    last = sheet.row
    yield sheet.write([], PLAIN)
    yield sheet.write([_LEDGER_TITLE], {**PLAIN, "bold": True})
    for label, text in (*about, *((ADJUSTED, text) for text in adjustments_of(merged))):
        is_long = display_width(text) > sum(_LEDGER_WIDTHS[ABOUT_AT - 1 :])  # else it goes on over the next columns
        yield sheet.write(["", label, text], ABOUT if is_long else PLAIN)
    sheet.finish(frozen_columns=2, last=last)
