"""Whether a merged workbook still proves its total: by itself, and against the files that it was made from."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from stattable.checking.cells import RawCell, Unread, brief
from stattable.checking.files import Inputs
from stattable.merging.breakdown import (
    HEAD_ROWS,
    UNIT_HEADS,
    UNITS_SHEET,
    BreakdownRow,
    RowKind,
    breakdown,
    figure_cell,
    row_label,
    sum_formula,
)
from stattable.merging.ledger import LEDGER_SHEET
from stattable.merging.merge import Merged, merge_files
from stattable.merging.reopened import Reopened
from stattable.merging.rollup import Total
from stattable.merging.sources import FileState, Matched, Sources
from stattable.model.catalogue import Refusal, found
from stattable.model.findings import Finding, Param, Severity, UnitRef
from stattable.model.form import BLANK, FIELDS, SHEET_NAME, Value, Values, shown_value
from stattable.model.text import a1
from stattable.model.units import Tree, bare_name


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a merged workbook came to.

    Attributes:
        report: the workbook.
        findings: all that speaks against it, family P.
        sources: the files of its ledger held against those at hand, or None where no sources were given.
    """

    report: Reopened
    findings: tuple[Finding, ...]
    sources: Matched | None

    @property
    def proved(self) -> bool:
        """Whether nothing speaks against it."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def verify(
    report: Reopened,
    inputs: Inputs | None = None,
    *,
    jobs: int | None = None,
    debug: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Verify a merged workbook.

    Args:
        report: the workbook.
        inputs: the files at hand that it was made from, or None: then it is held against itself only.
        jobs: how many processes may read.
        debug: let unexpected errors out.
        progress: told of every file that was read.
    """
    findings = [*_page(report), *_breakdown(report)]
    if report.ledger is None:
        findings.append(_structure(report, "sheet", sheet=LEDGER_SHEET))
    matched = None
    if inputs is not None and report.ledger is not None:
        matched, against = _against_sources(report, inputs, jobs, debug, progress)
        findings += against
    said = tuple(replace(finding, path=finding.path or report.path) for finding in findings)
    return Verdict(report, said, matched)


# -- by itself --------------------------------------------------------------------------------------------


def _page(report: Reopened) -> Iterator[Finding]:
    """Hold the official page against the figures that it was made from (P001, P003)."""
    read, unit = report.received, report.identity.unit
    totals = report.rolled.totals[report.rolled.root].values
    if read.values is None:
        yield _structure(report, "page")
        return
    if bare_name(read.name) != bare_name(unit.name):
        yield _structure(report, "name", cell=read.name_cell, raw=read.name, expected=unit.name)
    if read.edition not in {None, report.identity.edition}:
        yield _structure(report, "edition", raw=str(read.edition), expected=str(report.identity.edition))
    typed = {one.field: one.raw for one in read.findings if one.field and one.code.startswith("V")}  # no number of ours
    for field, now, was in zip(FIELDS, read.values, totals, strict=True):
        at = read.cells[field.index]
        if now != was or type(now) is not type(was) or at is None or field.key in typed:
            shown = typed.get(field.key) or _shown(now, report, field.index)
            params: dict[str, Param] = {"expected": _shown(was, report, field.index)}
            cell = a1(*at) if at else field.cell
            yield found("P001", sheet=read.sheet, cell=cell, field=field.key, raw=shown, params=params)


def _shown(value: Value, report: Reopened, index: int) -> str:
    shown = shown_value(value, report.identity.unit.level, index)
    return "空白" if shown is None else str(shown)


def _breakdown(report: Reopened) -> Iterator[Finding]:
    """Hold 分单位汇总, row by row, against the figures that it was made from (P002, P003)."""
    if report.breakdown is None:
        yield _structure(report, "sheet", sheet=UNITS_SHEET)
        return
    rows = breakdown(report.rolled)
    now: list[list[RawCell]] = []
    for position, row in enumerate(rows):
        number = position + HEAD_ROWS
        cells = [*(report.breakdown[number] if number < len(report.breakdown) else ()), *[""] * _WIDTH]
        label = row_label(row, report.rolled)
        if str(cells[0] or "").strip() != label.strip():
            seen = str(cells[0] or "")
            yield _structure(report, "row", sheet=UNITS_SHEET, cell=f"A{number + 1}", raw=seen, expected=label)
            break  # what stands below may have been moved
        now.append(cells[len(UNIT_HEADS) : _WIDTH])
    tree = report.rolled.tree
    for position, figures in enumerate(now):
        row = rows[position]
        for field, value, raw in zip(FIELDS, row.values, figures, strict=True):
            level = None if row.kind is RowKind.GAP else tree[row.key].level
            expected = value if level is None else shown_value(value, level, field.index)
            was = "" if expected is None else str(expected)
            if _plain(raw) == was or _follows(row, raw, field.index, now):
                continue
            params: dict[str, Param] = {"name": row_label(row, report.rolled), "expected": was or "空白"}
            yield found(
                "P002",
                unit=_ref(tree, row.key),
                sheet=UNITS_SHEET,
                cell=figure_cell(position, field.index),
                field=field.key,
                raw=brief(raw) or "空白",
                params=params,
            )


_WIDTH: Final = len(UNIT_HEADS) + len(FIELDS)


def _follows(row: BreakdownRow, raw: RawCell, index: int, now: Sequence[Sequence[RawCell]]) -> bool:
    """Whether a total is only another because one of its parts is: its formula is there yet."""
    if isinstance(raw, Unread):  # a program that does not calculate has saved the workbook
        return raw.text == sum_formula(row, index)
    parts = [now[at][index] for at in row.parts if at < len(now)]
    if not isinstance(raw, int | float) or any(isinstance(part, Unread) for part in parts):
        return False
    numbers = [part for part in parts if isinstance(part, int | float)]
    return bool(numbers) and sum(numbers) == raw


def _plain(raw: RawCell) -> str:
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return "" if raw is None else str(raw).strip()


def _structure(
    report: Reopened,
    reason: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    raw: str | None = None,
    expected: str = "",
) -> Finding:
    sheet = sheet or report.received.sheet or SHEET_NAME
    params: dict[str, Param] = {"reason": reason, "expected": expected, "sheet": sheet}
    return found("P003", sheet=sheet, cell=cell, raw=raw, params=params)


# -- against the sources ----------------------------------------------------------------------------------


def _against_sources(
    report: Reopened, inputs: Inputs, jobs: int | None, debug: bool, progress: Callable[[int], None]
) -> tuple[Matched, list[Finding]]:
    assert report.ledger is not None
    itself = os.path.realpath(report.path)
    sources = Sources.of(path for path in inputs.paths if os.path.realpath(path) != itself)
    roster, roster_finding = _roster(report, sources)
    matched = sources.match(report.ledger)
    paths = tuple(path for path in sources.prints if path != roster)
    named = inputs.named.intersection(paths)
    findings = [roster_finding] if roster_finding else []
    remade: Merged | None = None
    try:
        options = replace(report.ledger.options(report.record.tree, report.identity.unit), jobs=jobs, debug=debug)
        remade = merge_files(Inputs(paths, named, ()), options, output=report.path, progress=progress)
    except Refusal as refusal:
        findings.append(found("P008", params={"detail": str(refusal)}))
    set_aside = {one.path for one in remade.earlier} if remade else set()
    new = tuple(path for path in matched.new if path not in set_aside and path != roster)
    matched = replace(matched, new=new)
    findings += _files(report, matched)
    if remade:
        findings += _figures(report, remade)
    return matched, findings


def _roster(report: Reopened, sources: Sources) -> tuple[str | None, Finding | None]:
    """Return where the roster is among the sources, and P004 where it is there or in its old place, but changed."""
    assert report.ledger is not None
    if report.ledger.roster is None:
        return None, None
    path, print_ = report.ledger.roster
    at_hand = sources.by_print.get(print_, ())
    known = {entry.sha256 for entry in report.ledger.entries}
    named = [one for one, its in sources.prints.items() if Path(one).name == Path(path).name and its not in known]
    if at_hand:
        return at_hand[0], None
    if not named and Path(path).is_file():
        now = Sources.of([path])
        return None, None if now.by_print.get(print_) else found("P004", path=path, params={"name": "（名册）"})
    return (named[0], found("P004", path=named[0], params={"name": "（名册）"})) if named else (None, None)


def _files(report: Reopened, matched: Matched) -> Iterator[Finding]:
    """Say which files changed, are gone, or came in since (P004, P005, P006)."""
    assert report.ledger is not None
    for entry in report.ledger.entries:
        state = matched.state(entry.number)
        unit = UnitRef(entry.code or None, entry.name or None)
        if state is FileState.CHANGED:
            yield found(
                "P004",
                path=matched.paths[entry.number],
                unit=unit,
                params={"name": f"（{entry.name}）" if entry.name else ""},
            )
        elif state is FileState.GONE:
            yield found("P005", path=entry.path, unit=unit, params={"name": f"（{entry.name}）" if entry.name else ""})
    for path in matched.new:
        yield found("P006", path=path)


def _figures(report: Reopened, remade: Merged) -> Iterator[Finding]:
    """Say which figures come out otherwise now (P007), those of the root first."""
    before, after = report.rolled, remade
    rows = {row.key: at for at, row in enumerate(breakdown(before)) if row.kind is RowKind.TOTAL}
    trees: Mapping[str, Tree] = {key: tree for tree in (after.tree, before.tree) for key in tree.units}
    keys = dict.fromkeys([*before.tree.below(before.root), *after.tree.below(after.root)])
    for key in keys:
        was, now = (_values(rolled.totals.get(key)) for rolled in (before, after))
        for field in FIELDS:
            if was[field.index] == now[field.index]:
                continue
            level = trees[key][key].level
            one, other = (shown_value(values[field.index], level, field.index) for values in (was, now))
            is_root, listed = key == before.root, key in rows
            cell = field.cell if is_root else figure_cell(rows[key], field.index) if listed else None
            sheet = report.received.sheet if is_root else UNITS_SHEET if listed else None
            params: dict[str, Param] = {
                "name": trees[key][key].name,
                "place": f"（“{sheet}”{cell}）" if cell else "",
                "now": "空白" if other is None else str(other),
            }
            yield found(
                "P007",
                unit=_ref(trees[key], key),
                sheet=sheet,
                cell=cell,
                field=field.key,
                raw="空白" if one is None else str(one),
                params=params,
            )


def _values(total: Total | None) -> Values:
    return total.values if total else BLANK


def _ref(tree: Tree, key: str) -> UnitRef:
    unit = tree[key]
    return UnitRef(unit.code, unit.name, unit.level)
