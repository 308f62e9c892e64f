"""The state of a collection: who reported and when, and what is still to be done, by unit and by subtree."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from stattable.checking.duplicates import filing_time
from stattable.checking.editions import decide_edition
from stattable.checking.returns import CheckedReturn, examine
from stattable.merging.merge import judge_returns
from stattable.merging.result import MergeOptions, MergeResult
from stattable.merging.root import find_register
from stattable.model.findings import Status
from stattable.model.form import edition_of, usual_deadline
from stattable.model.units import Scope
from stattable.reading.files import read_returns
from stattable.reading.inputs import Inputs

_NO_RETURN: Final = frozenset({"T003", "V000"})  # a form of another year, or one that nobody filled in


class State(StrEnum):
    """What there is to do about a unit."""

    ACCEPTED = "accepted"
    OPEN = "open"
    CORRECTED = "corrected"
    COVERED = "covered"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return _STATE_LABELS[self]


_STATE_LABELS: Final = {
    State.ACCEPTED: "合格",
    State.OPEN: "待改",
    State.CORRECTED: "已更正",
    State.COVERED: "含在上级表中",
    State.MISSING: "缺报",
}


class Filing(NamedTuple):
    """When a return was filed.

    Attributes:
        day: the day.
        is_dated: whether the return says it; otherwise it is the day on which its file was last changed.
    """

    day: date
    is_dated: bool


class Counts(NamedTuple):
    """Counts of a subtree: units, but for `superseded`, which is of returns."""

    expected: int = 0
    received: int = 0
    on_time: int = 0
    accepted: int = 0
    open: int = 0
    explained: int = 0
    superseded: int = 0
    covered: int = 0
    missing: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return the counts of both."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class UnitState:
    """The state of a unit by itself.

    Attributes:
        state: what there is to do about it, or None where nothing is expected of it and nothing came.
        filing: when its first return of this year was filed, or the return that it is covered by; None without any.
        is_on_time: whether that was by the deadline.
        is_explained: whether a warning of one of its returns is explained.
        superseded: how many of its returns a correction has replaced.
    """

    state: State | None
    filing: Filing | None
    is_on_time: bool
    is_explained: bool
    superseded: int


@dataclass(frozen=True, slots=True)
class Collection:
    """The state of a collection.

    Attributes:
        merged: what the returns come to.
        deadline: the last day that is on time.
        is_usual: whether that is the usual one, for nobody gave another.
        today: the day of the run.
        units: the state of each unit, the root first, in listing order.
        counts: those of each unit's whole subtree, itself included.
        covered_on_time: how many of the covered ones are so by returns that were filed by the deadline.
        unnamed: how many of the covered ones are missing all the same: a merged workbook says how many, but not who.
    """

    merged: MergeResult
    deadline: date
    is_usual: bool
    today: date
    units: Mapping[str, UnitState]
    counts: Mapping[str, Counts]
    covered_on_time: Mapping[str, int]
    unnamed: Mapping[str, int]

    @property
    def scans(self) -> Mapping[str, Sequence[str]]:
        """Of units that sent nothing else, the paths of files that nobody can read and that are called after them."""
        return self.merged.scans_alone

    def reported_rate(self, key: str) -> float | None:
        """Return 报送率: how many of those expected reported, or are in what a unit above did; None for none."""
        counts = self.counts[key]
        return (counts.received + counts.covered - self.unnamed[key]) / counts.expected if counts.expected else None

    def on_time_rate(self, key: str) -> float | None:
        """Return 及时率: how many of those expected did so by the deadline."""
        counts = self.counts[key]
        return (counts.on_time + self.covered_on_time[key]) / counts.expected if counts.expected else None

    @property
    def days_over(self) -> int:
        """How many days ago the deadline was; negative before it."""
        return (self.today - self.deadline).days

    @property
    def unattributed(self) -> list[CheckedReturn]:
        """The files that belong to no unit here."""
        return [one for one in self.merged.returns if one.key not in self.units]

    @property
    def filings(self) -> tuple[int, int]:
        """How many units' days are those on their returns, and how many are those of their files."""
        dated = Counter(one.filing.is_dated for one in self.units.values() if one.filing)
        return dated[True], dated[False]

    def gaps_beyond(self, key: str) -> int:
        """Return how many units merged workbooks at or below a unit know to be missing that are no units here."""
        merged = self.merged
        named = sum(merged.tree.under(one, key) for one in merged.known_missing)
        return max(sum(merged.gaps_within.get(key, {}).values()) - named, 0)

    def worst_first(self, key: str) -> list[str]:
        """Return the keys of the units right below one, in the order in which somebody has to care about them."""

        def rank(child: str) -> tuple[float, int, int]:
            counts, rate = self.counts[child], self.reported_rate(child)
            return (1.0 if rate is None else rate, -counts.missing, -counts.open)

        return sorted(self.merged.tree.children[key], key=rank)


def read_collection(
    inputs: Inputs,
    options: MergeOptions,
    today: date,
    deadline: date | None = None,
    progress: Callable[[int], None] = lambda _: None,
    executor: Executor | None = None,
) -> Collection:
    """Read returns, and return the state that they are in, whether or not they could be merged.

    Args:
        inputs: the files; there may be none where a roster says who is to report.
        options: as for a merge.
        today: the day of the run.
        deadline: the last day that is on time, or None for the usual one.
        progress: told of every file that was read.
        executor: reads the files; None for processes of this machine.

    Raises:
        Refusal: there is no root.
    """
    if not inputs.paths and options.edition is None:
        options = replace(options, edition=edition_of(today.year))
    read = read_returns(
        inputs.paths, jobs=options.jobs, debug=options.debug, examine=examine, progress=progress, executor=executor
    )
    register = find_register(decide_edition(read, options.edition).of_edition(read), options.root)
    return collection_of(judge_returns(read, register, options, inputs), today, deadline)


def collection_of(merged: MergeResult, today: date, deadline: date | None = None) -> Collection:
    """Return the state of a collection; see :func:`read_collection`."""
    last_day = deadline or usual_deadline(merged.edition)
    units = _unit_states(merged, last_day)
    open_units = merged.open_units
    counts = {key: _counts(merged.statuses[key], one, key in open_units) for key, one in units.items()}
    unnamed = {key: unnamed_at(merged, key) for key in units}
    covered_on_time = {
        key: int(one.is_on_time and merged.statuses[key] is Status.COVERED) - unnamed[key] * one.is_on_time
        for key, one in units.items()
    }
    for key in reversed(units):
        parent = merged.tree[key].parent
        if key != merged.root and parent is not None:
            counts[parent] = counts[parent].plus(counts[key])
            unnamed[parent] += unnamed[key]
            covered_on_time[parent] += covered_on_time[key]
    return Collection(merged, last_day, deadline is None, today, units, counts, covered_on_time, unnamed)


def unnamed_at(merged: MergeResult, key: str) -> int:
    """Return how many of the units that a merged workbook covers it knows to be missing, without saying which."""
    tree, counted = merged.tree, merged.rollup.counted
    within = counted.unaccounted.get(key)
    if not within or not counted.cumulative.keys().isdisjoint(tree.above(key)):
        return 0
    below = list(tree.below(key))
    named = Counter(tree[one].level for one in below if one in merged.known_missing)
    covered = Counter(tree[one].level for one in below if merged.statuses[one] is Status.COVERED)
    return sum(max(min(number - named[level], covered[level]), 0) for level, number in within.items())


def _counts(status: Status | None, one: UnitState, is_open: bool) -> Counts:
    is_received = status in {Status.ACCEPTED, Status.REJECTED}
    return Counts(
        expected=int(status is not None),
        received=int(is_received),
        on_time=int(one.is_on_time and is_received),
        accepted=int(status is Status.ACCEPTED),
        open=int(is_open),
        explained=int(one.is_explained),
        superseded=one.superseded,
        covered=int(status is Status.COVERED),
        missing=int(status is Status.MISSING),
    )


def _unit_states(merged: MergeResult, last_day: date) -> dict[str, UnitState]:
    returns: defaultdict[str, list[CheckedReturn]] = defaultdict(list)
    for one in merged.returns:
        if one.key is not None:
            returns[one.key].append(one)
    open_units, tree, cumulative = merged.open_units, merged.tree, merged.rollup.counted.cumulative
    covering: dict[str, str] = {}  # the lowest unit above whose cumulative return counts
    states: dict[str, UnitState] = {}
    for key in tree.below(merged.root):
        parent = tree[key].parent
        if key != merged.root and parent is not None and (parent in cumulative or parent in covering):
            covering[key] = parent if parent in cumulative else covering[parent]
        own, status = returns[key], merged.statuses[key]
        sent = [merged.accepted[Scope.CUMULATIVE][covering[key]]] if status is Status.COVERED else own
        filing = _first_filing(sent, merged.edition)
        superseded = sum(one.status is Status.SUPERSEDED for one in own)
        states[key] = UnitState(
            _state(status, is_open=key in open_units, is_corrected=superseded > 0),
            filing,
            filing is not None and filing.day <= last_day,
            any(finding.explanation is not None for one in own for finding in one.findings),
            superseded,
        )
    return states


def _first_filing(sent: list[CheckedReturn], edition: int) -> Filing | None:
    """Return when the first of a unit's returns was filed: a correction that comes later is no late return."""
    returns = (one for one in sent if not any(finding.code in _NO_RETURN for finding in one.findings))
    return min((_filing(one, edition) for one in returns), default=None)


def _filing(one: CheckedReturn, edition: int) -> Filing:
    filled_in, written = filing_time(one.file, edition)
    return Filing(filled_in or datetime.fromtimestamp(written).astimezone().date(), filled_in is not None)


def _state(status: Status | None, *, is_open: bool, is_corrected: bool) -> State | None:
    if status in {None, Status.MISSING, Status.COVERED}:
        return State(status) if status else None
    if is_open or status is Status.REJECTED:
        return State.OPEN
    return State.CORRECTED if is_corrected else State.ACCEPTED
