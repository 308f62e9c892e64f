"""The origin of a figure: from the page down to the returns, their files and cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn, check_returns
from stattable.checking.rules import drop_meaningless_zeros
from stattable.merging.rollup import Basis, CountedReturns, RollUp, overtyped_fields, roll_up
from stattable.model.cell_names import a1, cell_at
from stattable.model.findings import Status, UnitRef
from stattable.model.form import FIELD_BY_KEY, FIELDS, Field, Value, add, flags_as_counts, number
from stattable.model.record import CountedReturn, Record
from stattable.model.refusals import Refusal
from stattable.model.text import normalised, without_spaces
from stattable.model.units import Scope
from stattable.proving.ledger import Ledger, LedgerEntry
from stattable.proving.reopen import MergedWorkbook, reopen_if_merged
from stattable.proving.source_files import FileMatch, FileState, SourceFiles
from stattable.reading.files import read_return


class TraceStop(StrEnum):
    """Why a trace does not go on below a cumulative return."""

    NOT_SPLIT = "not_split"  # no merged workbook of ours
    NOT_AT_HAND = "not_at_hand"
    ALTERED = "altered"  # its page was typed over: what it is made of does not come to what it says


@dataclass(frozen=True, slots=True)
class UncountedReturn:
    """An accepted return below a cumulative one, which does not count itself.

    Attributes:
        unit: the unit that sent it.
        scope: of the return.
        value: its figure.
        path: of its file, as the ledger has it, or None.
        sha256: of its file.
        why: which return holds its figure, or that none does, in the words of the ledger.
    """

    unit: UnitRef
    scope: Scope
    value: Value
    path: str | None
    sha256: str
    why: str


@dataclass(frozen=True, slots=True)
class TraceStep:
    """A unit or a return, and its share of a figure.

    Attributes:
        unit: the unit.
        scope: of the return, or None for a unit, which is the sum of its steps.
        value: what the merged workbook holds.
        now: what comes out with the files at hand; the same as `value` where none of them changed.
        difference: of a cumulative return: what it says beyond what is known below it; None where it is not known.
        path: of the return's file: where it is now, else as the ledger has it.
        sha256: of the return's file when it was merged, or None.
        cell: where the figure stands in it, or None.
        state: what has become of the file.
        end: what keeps what is below a cumulative return from being seen, or from adding up; or None.
        steps: what it is made of, the biggest first.
        uncounted: of a cumulative return: the accepted returns below it that it stands for, and those it does not.
    """

    unit: UnitRef
    scope: Scope | None
    value: Value
    now: Value
    difference: int | None = None
    path: str | None = None
    sha256: str | None = None
    cell: str | None = None
    state: FileState | None = None
    end: TraceStop | None = None
    steps: tuple["TraceStep", ...] = ()
    uncounted: tuple[UncountedReturn, ...] = ()


def find_field(report: MergedWorkbook, text: str) -> Field:
    """Return the field that `text` names by its cell on the page, its key, or its label or a part of that.

    Raises:
        Refusal: it names none, or several.
    """
    try:
        at = cell_at(normalised(text).replace("$", ""))
    except ValueError:
        at = None
    places = report.file.cells or tuple(field.at for field in FIELDS)
    if at in places:
        return FIELDS[places.index(at)]
    if text in FIELD_BY_KEY:
        return FIELD_BY_KEY[text]
    parts = normalised(text).replace("·", " ").replace("/", " ").split()
    near = [field for field in FIELDS if parts and all(part in without_spaces(field.label) for part in parts)]
    if len(near) != 1:
        raise Refusal("unknown_field", field=text)
    return near[0]


def trace(report: MergedWorkbook, field: Field, sources: SourceFiles | None = None) -> TraceStep:
    """Return the steps that lead from a figure on the page to the returns behind it.

    Args:
        report: the merged workbook.
        field: the field of the figure.
        sources: the files at hand. With them changed files are seen, and merged workbooks that were merged on are
            followed; without them the workbook's own record is all there is.
    """
    return _Tracer(report.rolled, report.record, report.ledger, field, sources, {}).unit(report.rolled.root)


_Below = tuple[Sequence[TraceStep], TraceStop | None]


class _Tracer:
    """Traces a figure through one merged workbook, and through those that were merged into it.

    Args:
        rolled: what the workbook adds up to.
        record: what it was made from.
        ledger: its ledger, or None where there is none.
        field: which figure.
        sources: the files at hand, or None.
        known: what was found below workbooks, by their fingerprints: each is opened once. One that is being opened has
            nothing below it, for a hostile one may name itself.
    """

    def __init__(
        self,
        rolled: RollUp,
        record: Record,
        ledger: Ledger | None,
        field: Field,
        sources: SourceFiles | None,
        known: dict[str, _Below],
    ) -> None:
        self._rolled, self._record = rolled, record
        self._index, self._sources = field.index, sources
        self._field = field
        self._register = Register(rolled.tree, is_roster=True, root=rolled.root)
        self._known = known
        entries = ledger.entries if ledger else ()
        self._entries: dict[int, LedgerEntry] = {entry.number: entry for entry in entries}
        self._matched: FileMatch | None = sources.match(ledger) if sources and ledger else None

    def unit(self, key: str) -> TraceStep:
        """Return the step of a unit."""
        rolled, total = self._rolled, self._rolled.totals[key]
        if total.basis is Basis.CUMULATIVE:
            steps = [self._return(key, Scope.CUMULATIVE)]
        else:
            own = [self._return(key, Scope.OWN)] if total.basis is Basis.OWN else []
            steps = own + [self.unit(child) for child in rolled.tree.children[key]]
        level = rolled.tree[key].level
        now = reduce(add, (flags_as_counts((step.now,), level)[0] for step in steps), None)
        kept = sorted((step for step in steps if _matters(step)), key=lambda step: -number(step.value))
        return TraceStep(self._ref(key), None, total.values[self._index], now, steps=tuple(kept))

    def _return(self, key: str, scope: Scope) -> TraceStep:
        sent = self._record.sent[key, scope]
        value, at = sent.values[self._index], sent.cells[self._index]
        entry = self._entries.get(sent.number)
        path, state = entry.path if entry else None, FileState.UNKNOWN
        if self._matched and entry:
            state = self._matched.state(entry.number)
            path = self._matched.paths.get(entry.number, path)
        now, cell, end = value, a1(*at) if at else None, None
        steps: Sequence[TraceStep] = ()
        if state is FileState.CHANGED and path and entry:
            judged = self._recheck(path)
            if judged.key in {key, None}:
                now, cell = self._figure_of(judged, scope, cell)
            else:  # another unit's file of the same name
                state, path = FileState.GONE, entry.path
        if state is FileState.GONE:
            now = None
        if scope is Scope.CUMULATIVE:
            steps, end = self._below(path, state, sent)
        return TraceStep(
            self._ref(key),
            scope,
            value,
            now,
            self._difference(key, scope),
            path,
            sent.sha256,
            cell,
            state,
            end,
            tuple(steps),
            tuple(self._uncounted(key)) if scope is Scope.CUMULATIVE else (),
        )

    def _uncounted(self, key: str) -> Iterator[UncountedReturn]:
        """Yield the accepted returns of a unit and those below it that its cumulative one stands for."""
        for below in self._rolled.tree.below(key):
            for scope in Scope:
                sent = self._record.sent.get((below, scope))
                if sent and (below, scope) != (key, Scope.CUMULATIVE):
                    entry = self._entries.get(sent.number)
                    path, why = (entry.path, entry.why) if entry else (None, "")
                    yield UncountedReturn(self._ref(below), scope, sent.values[self._index], path, sent.sha256, why)

    def _below(self, path: str | None, state: FileState, sent: CountedReturn) -> _Below:
        """Return the steps below a merged workbook among the returns: by its file, or else by its record."""
        if state in {FileState.UNKNOWN, FileState.GONE} and (record := sent.record):
            rolled = roll_up(record.tree, record.root, CountedReturns.of_record(record))
            steps = _Tracer(rolled, record, None, self._field, None, {}).unit(record.root).steps
            return steps, TraceStop.ALTERED if self._field in overtyped_fields(sent) else None
        print_ = self._sources.fingerprints.get(path or "") if self._sources else None
        if state in {FileState.UNKNOWN, FileState.GONE} or path is None or not print_:
            return (), TraceStop.NOT_AT_HAND
        if print_ not in self._known:
            self._known[print_] = (), TraceStop.NOT_AT_HAND
            nested = reopen_if_merged(path)
            if nested is None:
                self._known[print_] = (), TraceStop.NOT_SPLIT
            else:
                altered = any(one.code == "P001" and one.field == self._field.key for one in nested.file.findings)
                tracer = _Tracer(nested.rolled, nested.record, nested.ledger, self._field, self._sources, self._known)
                root = tracer.unit(nested.rolled.root)
                self._known[print_] = root.steps, TraceStop.ALTERED if altered else None
        return self._known[print_]

    def _recheck(self, path: str) -> CheckedReturn:
        (one,) = check_returns([read_return(path)], self._register, None).returns
        return one

    def _figure_of(self, one: CheckedReturn, scope: Scope, cell: str | None) -> tuple[Value, str | None]:
        """Return the figure of a changed return, and its cell; None for both if it is no longer accepted."""
        if one.status is not Status.ACCEPTED or one.key is None:
            return None, cell
        at = one.file.cells[self._index]
        return drop_meaningless_zeros(one.values, one.level, scope)[self._index], a1(*at) if at else None

    def _difference(self, key: str, scope: Scope) -> int | None:
        difference = self._rolled.differences.get(key)
        compared = scope is Scope.CUMULATIVE and difference is not None and difference.compared
        return difference.of(self._index) if compared and difference else None

    def _ref(self, key: str) -> UnitRef:
        unit = self._rolled.tree[key]
        return unit.ref


def _matters(step: TraceStep) -> bool:
    """Whether a step has, or had, a share of the figure."""
    return step.value is not None or step.now is not None or any(map(_matters, step.steps))
