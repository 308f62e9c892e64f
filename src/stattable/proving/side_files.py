"""Paths → one side of a comparison: a return, the returns of a folder, or a merged workbook with all that is in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stattable.checking.check import CheckOptions, check
from stattable.checking.register import identity_keys
from stattable.checking.returns import Batch, CheckedReturn
from stattable.checking.rules import drop_meaningless_zeros
from stattable.merging.rollup import CountedReturns, Totals
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import FIELDS, Values
from stattable.model.names import comparable_name
from stattable.model.record import Record
from stattable.model.refusals import Refusal
from stattable.model.units import LEVEL_BY_WORD, Scope
from stattable.proving.ledger import LedgerEntry
from stattable.proving.reopen import MergedWorkbook, reopen_if_merged
from stattable.proving.sides import Side, SideFinding, SideKind, SideUnit, Standing
from stattable.reading.inputs import Inputs

_OF_COPIES: Final = frozenset({"U004", "U010", "U016"})  # all that is told of a return that another one stands for
_OF_NOBODY: Final = frozenset({"U002", "U003", "U009", "U014"})  # with which a return belongs to no unit
_SEVERAL: Final = "U005"
_ANONYMOUS: Final = "?"  # key of the unit of a single return that belongs to none


@dataclass(slots=True)
class _Draft:
    """A unit of a side while that is being put together."""

    ref: UnitRef
    parent: str | None = None
    standing: Standing | None = None
    figures: dict[Scope | None, Values] = field(default_factory=dict)
    is_sum: bool = False
    is_unsplit: bool = False
    rejected: list[Values | None] = field(default_factory=list)
    versions: set[Values] = field(default_factory=set)
    findings: list[SideFinding] = field(default_factory=list)

    def unit(self) -> SideUnit:
        """Return what is known of the unit by now."""
        as_read = self.rejected[0] if len(self.rejected) == 1 and not self.figures else None
        return SideUnit(
            self.ref,
            self.parent,
            self.standing,
            self.figures,
            self.is_sum,
            self.is_unsplit,
            as_read,
            frozenset(self.versions),
            tuple(self.findings),
        )


def read_side(path: str, inputs: Inputs, options: CheckOptions, progress: Callable[[int], None]) -> Side:
    """Read one side of a comparison.

    Args:
        path: as the user gave it: of a return, of a folder or of a merged workbook.
        inputs: the files that it leads to.
        options: of the check of the returns.
        progress: told of every file that was read.

    Raises:
        Refusal: a merged workbook is of another edition than the one that is asked for.
    """
    is_file = not Path(path).is_dir()
    if is_file and (report := _reopened(path)):
        if options.edition not in {None, report.record.edition}:
            raise Refusal("edition_not_compared", path=path, edition=report.record.edition, wanted=options.edition)
        progress(1)
        return side_of_workbook(report)
    return side_of_returns(path, check(inputs.paths, options, progress), inputs.findings, is_single=is_file)


def _reopened(path: str) -> MergedWorkbook | None:
    try:
        return reopen_if_merged(path)
    except OSError:  # which the check makes a finding
        return None


# -- returns ----------------------------------------------------------------------------------------------


def side_of_returns(path: str, batch: Batch, findings: Iterable[Finding] = (), *, is_single: bool = False) -> Side:
    """Return the side that checked returns make.

    Args:
        path: as the user gave it.
        batch: the returns; of a unit those count that are accepted.
        findings: those that concern no single file.
        is_single: whether `path` is that of one return.
    """
    drafts = {key: _Draft(unit.ref, unit.parent) for key, unit in batch.tree.units.items()}
    nobodys = [SideFinding(finding) for finding in findings]
    for one in batch.returns:
        if one.key is not None or is_single:
            key = one.key or _ANONYMOUS
            _add_return(drafts.setdefault(key, _Draft(one.unit)), one)
        else:
            nobodys += map(SideFinding, one.findings)
    accepted = [one for one in batch.returns if one.status is Status.ACCEPTED]
    return Side(
        path,
        SideKind.RETURNS,
        len(batch.returns),
        {key: draft.unit() for key, draft in drafts.items()},
        frozenset(one.file.edition for one in accepted if one.file.edition is not None),
        tuple(nobodys),
        is_single,
        is_page_only=is_single and any(one.file.is_merged for one in batch.returns),
    )


def _add_return(draft: _Draft, one: CheckedReturn) -> None:
    draft.findings += (SideFinding(f) for f in one.findings if one.set_aside is None or f.code in _OF_COPIES)
    if one.status is Status.ACCEPTED:
        # What nothing says to be cumulative is own, or comes to the same: a 0 of units below it counts in neither.
        draft.figures[one.scope] = drop_meaningless_zeros(one.values, one.level, one.scope or Scope.OWN)
        draft.standing = Standing.ACCEPTED
        draft.is_unsplit |= one.scope is Scope.CUMULATIVE
    elif one.status is Status.REJECTED:
        draft.rejected.append(one.values if one.file.values is not None else None)
        is_open = any(finding.code == _SEVERAL for finding in one.findings)
        if is_open:
            draft.versions.add(one.values)
        if draft.standing is not Standing.ACCEPTED:
            draft.standing = Standing.SEVERAL if is_open or draft.versions else Standing.REJECTED


# -- merged workbooks -------------------------------------------------------------------------------------


def side_of_workbook(report: MergedWorkbook) -> Side:
    """Return the side that a merged workbook makes: its page, and the figures of each unit in it.

    Merged workbooks that it was made from are followed through what its record has of them.
    """
    chain, keys = (*report.identity.above, report.identity.unit), identity_keys(report.identity)
    drafts = {
        key: _Draft(UnitRef(facts.code, facts.name, facts.level), parent)
        for key, parent, facts in zip(keys, (None, *keys), chain, strict=False)
    }
    root = keys[-1]
    _add_record(drafts, root, report.record)
    of_root = drafts[root]
    of_root.is_sum = (report.record.root, Scope.CUMULATIVE) not in report.record.sent
    if report.file.values is not None:
        of_root.figures[Scope.CUMULATIVE] = report.file.values
    of_root.findings += map(SideFinding, report.file.findings)
    nobodys = _add_listed(drafts, report)
    return Side(
        report.path,
        SideKind.MERGED,
        len(report.ledger.entries) if report.ledger else len(report.record.sent),
        {key: draft.unit() for key, draft in drafts.items()},
        frozenset({report.record.edition}),
        tuple(nobodys),
    )


def _add_record(drafts: dict[str, _Draft], root: str, record: Record) -> None:
    """Add the units of a record, those of the records within it first: what these hold is what counts."""
    tree, totals = record.tree, Totals(record.tree, record.root, CountedReturns.of_record(record))
    keys = {record.root: root}
    for key in tree.below(record.root):
        unit = tree[key]
        if key != record.root:
            above = keys[unit.parent or record.root]
            keys[key] = unit.code or f"{above}/{comparable_name(unit.name)}"
            drafts.setdefault(keys[key], _Draft(unit.ref, above))
    for (key, scope), merged in record.sent.items():
        if merged.record and record.counts(key, scope):
            _add_record(drafts, keys[key], merged.record)
    for key in tree.below(record.root):
        draft = drafts[keys[key]]
        for scope in Scope:
            if sent := record.sent.get((key, scope)):
                known = draft.figures.get(scope)
                draft.figures[scope] = sent.values if known is None or record.counts(key, scope) else known
                if sent.record is None:
                    draft.standing = Standing.ACCEPTED
                    draft.is_unsplit |= scope is Scope.CUMULATIVE
                else:
                    draft.is_sum = True
        is_covered = any((above, Scope.CUMULATIVE) in record.sent for above in tree.above(key))
        if tree.children[key] and Scope.CUMULATIVE not in draft.figures and not is_covered:
            draft.figures[Scope.CUMULATIVE], draft.is_sum = totals[key].values, True


def _add_listed(drafts: dict[str, _Draft], report: MergedWorkbook) -> list[SideFinding]:
    """Add the units of files that do not count, and what 审核意见 says; return what it says of no known unit."""
    finder = _Finder(drafts)
    entries = {entry.path: entry for entry in (report.ledger.entries if report.ledger else ())}
    listed = [one for row in report.listed if (one := _listed(*row))]
    codes: dict[str, set[str]] = {}
    for one in listed:
        codes.setdefault(one.finding.path or "", set()).add(one.finding.code)
    keys = {
        path: None if _OF_NOBODY & codes.get(path, set()) else finder.of_entry(entry) for path, entry in entries.items()
    }
    for path, entry in entries.items():
        key, found = keys[path], codes.get(path, set())
        is_settled = entry.counted or entry.is_earlier or _OF_COPIES & found
        if key and not is_settled and drafts[key].standing is not Standing.ACCEPTED:
            drafts[key].standing = Standing.SEVERAL if _SEVERAL in found else Standing.REJECTED
    nobodys: list[SideFinding] = []
    for one in listed:
        path = one.finding.path or ""
        if one.finding.code not in _OF_COPIES and _OF_COPIES & codes[path]:
            continue
        key = keys[path] if path in keys else finder.of_unit(one.finding.unit)
        (drafts[key].findings if key else nobodys).append(one)
    return nobodys


_FIELD_OF_LABEL: Final[Mapping[str, str]] = {field.label: field.key for field in FIELDS}
_SEVERITY_OF_LABEL: Final = {severity.label: severity for severity in Severity}


def _listed(subject: tuple[str, ...], message: str) -> SideFinding | None:
    """Return the finding of a row of 审核意见, or None where the row holds none."""
    severity, code, name, unit_code, path, cell, label, raw = subject
    if not code or severity not in _SEVERITY_OF_LABEL:
        return None
    found = Finding(
        code,
        _SEVERITY_OF_LABEL[severity],
        path or None,
        UnitRef(unit_code or None, name or None) if unit_code or name else None,
        cell=cell or None,
        field=_FIELD_OF_LABEL.get(label),
        raw=raw or None,
    )
    return SideFinding(found, message)


class _Finder:
    """Finds the units of rows that name them by code or name."""

    def __init__(self, drafts: dict[str, _Draft]) -> None:
        self._drafts = drafts
        self._by_code = {draft.ref.code: key for key, draft in drafts.items() if draft.ref.code}
        self._by_name: dict[str, list[str]] = {}
        for key, draft in drafts.items():
            self._by_name.setdefault(comparable_name(draft.ref.name or ""), []).append(key)

    def of_unit(self, unit: UnitRef | None) -> str | None:
        """Return the key of the unit of a code, or else of the only one of a name, or None."""
        if unit and unit.code in self._by_code:
            return self._by_code[unit.code]
        keys = self._by_name.get(comparable_name(unit.name), []) if unit and unit.name else []
        return keys[0] if len(keys) == 1 else None

    def of_entry(self, entry: LedgerEntry) -> str | None:
        """Return the key of the unit of a file in the ledger, which is added where only the ledger knows it."""
        if not (entry.code or entry.name):
            return None
        level = LEVEL_BY_WORD.get(entry.level)
        ref = UnitRef(entry.code or None, entry.name or None, level)
        key = self._by_code.get(entry.code) if entry.code else next(self._of_level(entry.name, level), None)
        if key is None:
            key = entry.code or f"{_ANONYMOUS}{comparable_name(entry.name)}"
            self._drafts.setdefault(key, _Draft(ref))
            self._by_name.setdefault(comparable_name(entry.name), []).append(key)
            if entry.code:
                self._by_code[entry.code] = key
        return key

    def _of_level(self, name: str, level: str | None) -> Iterator[str]:
        keys = [key for key in self._by_name.get(comparable_name(name), ()) if self._drafts[key].ref.level == level]
        yield from keys if len(keys) == 1 else ()
