"""Whether a merged workbook still proves its total: by itself, and against the files that it was made from."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from stattable.checking.attribute import Register
from stattable.checking.batch import CheckOptions, judge_all, read_all
from stattable.checking.cells import RawCell, Unread, brief
from stattable.checking.files import Inputs
from stattable.checking.received import Received
from stattable.checking.rules import settle
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
from stattable.merging.ledger import LEDGER_SHEET, Entry, Ledger
from stattable.merging.merge import merge_read
from stattable.merging.reopened import Reopened
from stattable.merging.rollup import Counted, RollUp, Total, roll_up
from stattable.merging.sources import FileState, Matched, Sources, same_name
from stattable.model.catalogue import Refusal, found
from stattable.model.findings import Finding, Param, Severity, UnitRef
from stattable.model.form import BLANK, FIELDS, SHEET_NAME, Values, shown_value
from stattable.model.identity import WorkbookKind
from stattable.model.record import TIME
from stattable.model.units import Scope, Tree, bare_name


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a merged workbook came to.

    Attributes:
        report: the workbook.
        findings: all that speaks against it.
        sources: the files of its ledger held against those at hand, or None where no sources were given.
        roster: what has become of its roster, or None where it had none.
    """

    report: Reopened
    findings: tuple[Finding, ...]
    sources: Matched | None
    roster: FileState | None = None

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
    verdict = Verdict(report, (), None)
    if inputs is not None and report.ledger is not None:
        itself = os.path.realpath(report.path)
        sources = Sources.of(path for path in inputs.paths if os.path.realpath(path) != itself)
        options = CheckOptions(jobs=jobs, debug=debug)
        verdict = _Remaking(report, report.ledger, sources, options, progress).verdict()
    said = (replace(finding, path=finding.path or report.path) for finding in (*findings, *verdict.findings))
    return replace(verdict, findings=tuple(said))


# -- by itself --------------------------------------------------------------------------------------------


def _page(report: Reopened) -> Iterator[Finding]:
    """Say what is wrong with the official page: figures that were typed over (P001), and what it is called (P003)."""
    read, unit = report.received, report.identity.unit
    if read.values is None:
        yield _structure(report, "page", sheet=SHEET_NAME)
        return
    if bare_name(read.name) != bare_name(unit.name):
        yield _structure(report, "name", cell=read.name_cell, raw=read.name, expected=unit.name)
    if read.edition not in {None, report.identity.edition}:
        yield _structure(report, "edition", raw=str(read.edition), expected=str(report.identity.edition))
    yield from (one for one in read.findings if one.code[0] in "PT" or one.code == "V013")
    for name in report.added:  # it may be a second page, and be printed in place of the first
        yield replace(_structure(report, "added", sheet=name), severity=Severity.WARNING)


def _breakdown(report: Reopened) -> Iterator[Finding]:
    """Hold 分单位汇总, row by row, against the figures that it was made from (P002, P003)."""
    if report.breakdown is None:
        yield _structure(report, "sheet", sheet=UNITS_SHEET)
        return
    heads = [str(cell or "").strip() for cell in [*report.breakdown[1:HEAD_ROWS], []][0]][len(UNIT_HEADS) : _WIDTH]
    if heads != [field.column.text for field in FIELDS]:
        yield _structure(report, "heads", sheet=UNITS_SHEET)
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
    wanted = [_wanted(row, report.rolled) for row in rows]
    for position, figures in enumerate(now):
        row = rows[position]
        for field, expected, raw in zip(FIELDS, wanted[position], figures, strict=True):
            if _same(raw, expected) or _follows(row, raw, field.index, now, wanted):
                continue
            is_text = isinstance(raw, str) and raw.strip() and isinstance(expected, int)
            shown = f"{brief(raw)}（存成了文字）" if is_text else brief(raw)
            params: dict[str, Param] = {
                "name": row_label(row, report.rolled), "expected": "空白" if expected is None else str(expected),
            }  # fmt: skip
            yield found(
                "P002",
                unit=_ref(report.rolled.tree, row.key),
                sheet=UNITS_SHEET,
                cell=figure_cell(position, field.index),
                field=field.key,
                raw=shown or "空白",
                params=params,
            )


_WIDTH: Final = len(UNIT_HEADS) + len(FIELDS)
_Shown = str | int | None


def _wanted(row: BreakdownRow, rolled: RollUp) -> list[_Shown]:
    """Return what is to stand in the cells of a row: numbers, 有, 无, or None for a blank."""
    if row.kind is RowKind.GAP:
        return [*row.values]
    level = rolled.tree[row.key].level
    return [shown_value(value, level, index) for index, value in enumerate(row.values)]


def _same(raw: RawCell, expected: _Shown) -> bool:
    """Whether a cell holds what it is to hold; a number that was stored as text is none, which no sum adds up."""
    if isinstance(expected, int):
        return isinstance(raw, int | float) and not isinstance(raw, bool) and raw == expected
    return ("" if raw is None else str(raw).strip()) == (expected or "")


def _follows(
    row: BreakdownRow,
    raw: RawCell,
    index: int,
    now: Sequence[Sequence[RawCell]],
    wanted: Sequence[Sequence[_Shown]],
) -> bool:
    """Whether a total is only another because one of its parts is: its formula is there yet."""
    if isinstance(raw, Unread):  # a program that does not calculate has saved the workbook
        return raw.text == sum_formula(row, index)
    parts = [at for at in row.parts if at < len(now)]
    if not isinstance(raw, int | float) or any(isinstance(now[at][index], Unread) for at in parts):
        return False
    numbers = [part for at in parts if isinstance(part := now[at][index], int | float)]
    return sum(numbers) == raw and any(not _same(now[at][index], wanted[at][index]) for at in parts)


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


class _Remaking:
    """Makes a total again from the files at hand.

    What the ledger and the record say of a file that is the same is not decided again: where it lies now, what it is
    called and how old it is change nothing. Its figures are read, and held against the record's. Only where a file
    changed, is gone or came in since is everything merged once more.
    """

    def __init__(
        self,
        report: Reopened,
        ledger: Ledger,
        sources: Sources,
        options: CheckOptions,
        progress: Callable[[int], None],
    ) -> None:
        self._report, self._ledger, self._sources = report, ledger, sources
        self._entries: Mapping[int, Entry] = {entry.number: entry for entry in ledger.entries}
        self._roster, self._roster_path = _roster(ledger, sources)
        record = report.record
        self._of_root = {sent.number for (key, _), sent in record.sent.items() if key == record.root}
        matched = sources.match(ledger)
        paths = [path for path in sources.prints if path != self._roster_path]
        self._read = dict(zip(paths, read_all(paths, options, progress), strict=True))
        self._register = Register(report.record.tree, is_roster=True, root=report.record.root)
        self._matched = self._of_the_same_units(matched)

    def verdict(self) -> Verdict:
        """Return what speaks against the workbook."""
        matched, findings = self._matched, []
        if self._roster is FileState.CHANGED:
            findings.append(found("P004", path=self._roster_path, params={"name": "（名册）"}))
        was = self._report.rolled
        now: RollUp | None = self._as_recorded()
        if any(state is not FileState.SAME for state in matched.states.values()) or matched.new:
            try:
                remade = merge_read(self._as_then(), self._ledger.options(was.tree, self._report.identity.unit))
            except Refusal as refusal:
                now = None
                findings.append(found("P008", params={"detail": str(refusal)}))
            else:
                now = remade
                aside = {one.path for one in remade.earlier}
                matched = replace(matched, new=tuple(path for path in matched.new if path not in aside))
        findings += _files(self._ledger, matched)
        if now is not None:
            findings += _figures(self._report, now)
        return Verdict(self._report, tuple(findings), matched, self._roster)

    def _of_the_same_units(self, matched: Matched) -> Matched:
        """Take back what only bears the name of a file in the ledger, and what is no news to a part of a merge."""
        states, paths, new = dict(matched.states), dict(matched.paths), list(matched.new)
        for number, state in matched.states.items():
            if state is FileState.CHANGED and not self._may_be_of(paths[number], self._entries[number]):
                states[number] = FileState.GONE
                new.append(paths.pop(number))
        new = [path for path in new if path in self._read]
        if self._ledger.is_part:
            new = [path for path in new if self._key(path) is not None]
        return Matched(states, paths, tuple(sorted(new)))

    def _key(self, path: str) -> str | None:
        (one,) = judge_all([self._read[path]], self._register, None).returns
        return one.key

    def _may_be_of(self, path: str, entry: Entry) -> bool:
        """Whether a file that changed may still be of the unit that it was of; of a damaged one nobody can tell."""
        read, key = self._read.get(path), None
        if read is None or not read.name or not entry.name:
            return True
        key = self._key(path)
        unit = self._report.record.tree[key] if key is not None else None
        return bare_name(unit.name if unit else read.name) == bare_name(entry.name)

    def _as_recorded(self) -> RollUp:
        """Return the figures of the record with those of the files that are the same, as they read now."""
        record = self._report.record
        own: dict[str, Values] = {}
        cumulative: dict[str, Values] = {}
        for (key, scope), sent in record.sent.items():
            path = self._matched.paths.get(sent.number)
            read = self._read.get(path) if path and self._matched.state(sent.number) is FileState.SAME else None
            values = sent.values
            if read is not None and read.values is not None:
                values = settle(read.values, record.tree[key].level, scope)
            (own if scope is Scope.OWN else cumulative)[key] = values
        return roll_up(record.tree, record.root, Counted(own, cumulative))

    def _as_then(self) -> list[Received]:
        """Return the files at hand, those of the ledger under the paths and with the times that it gives."""
        files = [self._read[path] for path in self._matched.new]
        for number, path in self._matched.paths.items():
            one, entry = self._read.get(path), self._entries[number]
            if one is None:
                continue
            facts, identity = one.facts, one.identity
            if self._matched.state(number) is FileState.SAME and entry.changed:
                facts = replace(facts, mtime=datetime.strptime(entry.changed, TIME).timestamp())
            if identity and number in self._of_root:  # it counted, and is no earlier result of this merge
                identity = replace(identity, kind=WorkbookKind.BLANK)
            files.append(replace(one, path=entry.path, facts=facts, identity=identity))
        return sorted(files, key=lambda one: one.path)


def _roster(ledger: Ledger, sources: Sources) -> tuple[FileState | None, str | None]:
    """Return what has become of the roster, and where among the sources it is."""
    if ledger.roster is None:
        return None, None
    path, print_ = ledger.roster
    if at_hand := sources.by_print.get(print_, ()):
        return FileState.SAME, at_hand[0]
    known = {entry.sha256 for entry in ledger.entries}
    named = [one for one, its in sources.prints.items() if same_name(one, path) and its not in known]
    return (FileState.CHANGED, named[0]) if named else (FileState.UNKNOWN, None)


def _files(ledger: Ledger, matched: Matched) -> Iterator[Finding]:
    """Say which files changed, are gone, or came in since (P004, P005, P006)."""
    for entry in ledger.entries:
        state = matched.state(entry.number)
        params: dict[str, Param] = {"name": f"（{entry.name}）" if entry.name else ""}
        unit = UnitRef(entry.code or None, entry.name or None)
        if state is FileState.CHANGED:
            yield found("P004", path=matched.paths[entry.number], unit=unit, params=params)
        elif state is FileState.GONE:
            yield found("P005", path=entry.path, unit=unit, params=params)
    for path in matched.new:
        yield found("P006", path=path)


def _figures(report: Reopened, after: RollUp) -> Iterator[Finding]:
    """Say which figures come out otherwise now (P007), those of the root first."""
    before = report.rolled
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
