"""The options of a merge, and its result."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from stattable.checking.explanations import Explanations
from stattable.checking.last_year import LastTotals
from stattable.checking.missing import MissingGroup, missing_groups
from stattable.checking.returns import CheckedReturn, open_units
from stattable.merging.annex import MergedAccount
from stattable.merging.overlap import Overlaps
from stattable.merging.rollup import RollUp
from stattable.merging.root import RootOptions
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import Values
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import NO_SURROUNDINGS

_OF_MISSING: Final = frozenset({"C001", "C006"})  # of units that sent nothing: what is open is theirs to send


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """What the user asked for.

    Attributes:
        root: which root, and which scopes.
        edition: the only one to be merged, or None for the one that all have.
        latest: whether the latest of several returns of one unit counts.
        jobs: how many processes may read.
        debug: let unexpected errors out.
    """

    root: RootOptions = field(default_factory=RootOptions)
    edition: int | None = None
    latest: bool = False
    jobs: int | None = None
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of units and returns."""

    expected: int
    received: int
    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    covered: int
    missing: int
    open: int


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result of a merge.

    Attributes:
        rollup: its figures.
        options: what the user asked for.
        edition: ordinal of the members' day.
        returns: in the order of their paths.
        earlier: earlier results of merges, which are no returns.
        accepted: the accepted returns, by scope and unit.
        statuses: of units: accepted, rejected, covered, missing, or None where none is expected.
        accounts: the rows of the merged annex.
        findings: all of them, those of files first.
        refused: whether nothing may be written.
        overlaps: the merged workbooks among the files, and what they were made from.
        known_missing: keys of units that merged workbooks among the returns know to be missing.
        partly_covered: keys of units of which such a workbook does not say whether they are missing.
        gaps_within: how many units are missing in the merged workbooks at or below a unit, by level.
        explanations: what was written beside findings.
        standing: the results that are about to be replaced, by path, as far as they were read.
        last_year: what was reported a year before, or None where that is not compared.
        companions: paths of files that came along with returns, and are none.
        scans: paths of scans and photos that are called after one unit each, by its key.
        part_of: name of the unit whose merge this is a part of, or None for the whole.
    """

    rollup: RollUp
    options: MergeOptions
    edition: int
    returns: tuple[CheckedReturn, ...]
    earlier: tuple[CheckedReturn, ...]
    accepted: Mapping[Scope, Mapping[str, CheckedReturn]]
    statuses: Mapping[str, Status | None]
    accounts: tuple[MergedAccount, ...]
    findings: tuple[Finding, ...]
    refused: bool
    overlaps: Overlaps
    known_missing: frozenset[str] = frozenset()
    partly_covered: frozenset[str] = frozenset()
    gaps_within: Mapping[str, Mapping[Level, int]] = field(default_factory=dict)
    explanations: Explanations = field(default_factory=lambda: Explanations((), Tree(())))
    standing: Mapping[str, ReturnFile] = field(default_factory=dict)
    last_year: LastTotals | None = None
    companions: frozenset[str] = frozenset()
    scans: Mapping[str, Sequence[str]] = field(default_factory=dict)
    part_of: str | None = None

    @property
    def tree(self) -> Tree:
        """All units."""
        return self.rollup.tree

    @property
    def root(self) -> str:
        """Key of the unit whose total it is."""
        return self.rollup.root

    @property
    def root_unit(self) -> Unit:
        """The unit whose total it is."""
        return self.tree[self.root]

    @property
    def total(self) -> Values:
        """The root's total."""
        return self.rollup.totals[self.root].values

    @property
    def parents(self) -> list[str]:
        """The root, and the units below it with units below themselves, where there is an accepted return."""
        tree, coverage = self.tree, self.rollup.coverage
        return [key for key in tree.below(self.root) if tree.children[key] and coverage[key].returns]

    def person(self, key: str, scopes: Iterable[Scope] = tuple(Scope)) -> tuple[str, str]:
        """Return the name and the phone of the person to call in a unit: from its return, else from the roster.

        Args:
            key: of the unit.
            scopes: of the return, the one to ask first in front.
        """
        unit, written = self.tree[key], NO_SURROUNDINGS
        for scope in scopes:
            if one := self.accepted[scope].get(key):
                written = one.file.surroundings
                break
        return written.contact or unit.contact, written.phone or unit.phone

    def gaps(self, key: str) -> Mapping[Level, int]:
        """Return how many units below `key` are known not to be accounted for, by level; none of which there are 0."""
        tree, level = self.tree, self.tree[key].level
        if not level.beneath:  # as of nearly all
            return {}
        above = (at for at in tree.above(key) if tree.under(at, self.root))
        is_covered = not self.rollup.counted.cumulative.keys().isdisjoint(above)
        known = self.gaps_within.get(key, {}) if is_covered else self.rollup.coverage[key].unaccounted
        return {lower: count for lower, count in known.items() if count and level.above(lower)}

    def missing_groups(self, known: Collection[str] = ()) -> list[MissingGroup]:
        """Return the units that sent nothing, grouped under the unit to ask, without those that are `known` already."""
        missing = {key for key, status in self.statuses.items() if status is Status.MISSING}
        expected = {key for key, status in self.statuses.items() if status is not None}
        return missing_groups(self.tree, self.root, missing.difference(known), expected)

    @property
    def files(self) -> list[CheckedReturn]:
        """All files that were looked at, earlier results too, in the order of their paths."""
        return sorted((*self.returns, *self.earlier), key=attrgetter("path"))

    @property
    def unresolved(self) -> int:
        """The number of errors in spite of which the total stands: those on accepted files, and on no file."""
        rejected = {one.path for one in self.returns if one.status is Status.REJECTED}
        open_errors = (one for one in self.findings if one.severity is Severity.ERROR and one.is_work)
        return sum(one.path not in rejected for one in open_errors)

    @property
    def scans_alone(self) -> Mapping[str, Sequence[str]]:
        """The scans of the units at and below the root that sent nothing else, by their keys."""
        return {key: paths for key, paths in self.scans.items() if self.statuses.get(key) is Status.MISSING}

    @property
    def open_units(self) -> frozenset[str]:
        """The keys of the units of which something is open: in a return of theirs, or between them and those below."""
        keys = self.keys_by_unit
        of_merge = (
            one.unit for one in self.findings if one.path is None and one.is_work and one.code not in _OF_MISSING
        )
        of_units = (keys.get(unit) for unit in of_merge if unit)
        return open_units(self.returns) | {key for key in of_units if key is not None}

    @property
    def keys_by_unit(self) -> Mapping[UnitRef, str | None]:
        """The keys of the units at and below the root that findings name; None for those that look the same."""
        return self.tree.keys_of({one.unit for one in self.findings if one.unit}, self.root)

    @property
    def summary(self) -> Summary:
        """Counts of units and returns."""
        of_returns = [one.status for one in self.returns]
        of_units = list(self.statuses.values())
        return Summary(
            expected=sum(status is not None for status in of_units),
            received=len(of_returns),
            accepted=of_returns.count(Status.ACCEPTED),
            rejected=of_returns.count(Status.REJECTED),
            duplicate=of_returns.count(Status.DUPLICATE),
            superseded=of_returns.count(Status.SUPERSEDED),
            covered=of_units.count(Status.COVERED),
            missing=of_units.count(Status.MISSING),
            open=len(self.open_units),
        )
