"""Two sides of a comparison → what is different, unit by unit: a pure function."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from stattable.model.findings import Severity, UnitRef
from stattable.model.form import BLANK, number
from stattable.model.units import Scope
from stattable.proving.comparable import (
    Fields,
    FindingChanges,
    comparable_figures,
    differing_fields,
    figures_as_read,
    finding_changes,
    fullest_figures,
    have_same_scopes,
)
from stattable.proving.matching import Pairs, likely_pairs, matching_units
from stattable.proving.sides import Side, SideFinding, SideKind, SideUnit, Standing


class Change(StrEnum):
    """What became of a unit."""

    CHANGED = "changed"
    APPEARED = "appeared"
    DISAPPEARED = "disappeared"


def _is_unread(one: SideFinding, key: str) -> bool:
    """Whether a finding says that the cell of a field could not be read."""
    return key in one.finding.fields and one.finding.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """What is different about a unit.

    Attributes:
        unit: as the new side knows it, or else the old one.
        change: what became of it.
        fields: the figures that differ, of those that count on both sides: the cumulative ones where both sides have
            them, else its own. Of a unit that appeared or disappeared all figures that are not blank.
        own: its own figures that differ, where both sides have these beside cumulative ones.
        as_read: what was read and differs where figures do not compare: a return was rejected, or one holds the
            unit's own figures and the other cumulative ones.
        standings: what became of its returns before and now.
        scopes: which returns it has before and now, where these are not the same kinds.
        findings: those that are on one side only.
        suggested: of a unit that appeared or disappeared: the one on the other side that it may be.
    """

    unit: UnitRef
    change: Change
    fields: Fields = field(default_factory=dict)
    own: Fields = field(default_factory=dict)
    as_read: Fields = field(default_factory=dict)
    standings: tuple[Standing | None, Standing | None] = (None, None)
    scopes: tuple[tuple[Scope | None, ...], tuple[Scope | None, ...]] | None = None
    findings: FindingChanges = field(default_factory=FindingChanges)
    suggested: UnitRef | None = None

    def unread(self, key: str) -> tuple[str | None, str | None]:
        """Return what is written in the cell of a field where it could not be read, before and now."""
        raws = (
            next((one.finding.raw_of(key) for one in findings if _is_unread(one, key)), None)
            for findings in (self.findings.gone, self.findings.new)
        )
        was, now = (raw if value is None else None for raw, value in zip(raws, self.as_read[key], strict=True))
        return was, now

    @property
    def size(self) -> int:
        """By how much its figures changed, all fields together."""
        shown = self.fields or self.own or self.as_read
        return sum(abs(number(now) - number(was)) for was, now in shown.values())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that is gone, and one that is there now, which may be the same under another name or code.

    Attributes:
        old: the one that is gone.
        new: the one that is there now.
        fields: the figures that differ if they are the same.
        is_comparable: whether both have figures that can be held against one another.
        findings: those that only one of them has.
    """

    old: UnitRef
    new: UnitRef
    fields: Fields
    is_comparable: bool
    findings: FindingChanges


class Omission(StrEnum):
    """Why something was not compared."""

    SEVERAL = "several"
    REJECTED = "rejected"
    SCOPES = "scopes"
    SUMS = "sums"
    COVERED = "covered"
    FINDINGS = "findings"
    EDITIONS = "editions"
    PAGE_ONLY = "page_only"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different between two sides.

    Attributes:
        old: the side before.
        new: the side now.
        units: those that differ, those with the biggest changes first.
        suggestions: units that may have been renamed or re-coded.
        findings: those of no known unit that are on one side only.
        total: the figures of all units together that differ.
        omissions: what was not compared, and in how many units or files.
    """

    old: Side
    new: Side
    units: tuple[UnitDifference, ...]
    suggestions: tuple[Suggestion, ...]
    findings: FindingChanges
    total: Fields
    omissions: Mapping[Omission, int]

    @property
    def is_same(self) -> bool:
        """Whether nothing is different."""
        return not (self.units or self.findings or self.total)

    @property
    def is_mixed(self) -> bool:
        """Whether one side is a merged workbook, and the other is not."""
        return self.old.kind is not self.new.kind

    def count(self, change: Change) -> int:
        """Return how many units there are of which this became."""
        return sum(one.change is change for one in self.units)


def compare(old: Side, new: Side) -> Comparison:
    """Return what is different between two sides, units being matched by code, or else by name and those above."""
    comparer = _Comparer(old, new)
    units = sorted(comparer.differences(), key=_order)
    omissions = Counter(dict.fromkeys(_of_whole_sides(old, new), 1)) + comparer.omitted
    return Comparison(
        old,
        new,
        tuple(units),
        tuple(comparer.suggestions()),
        _changes_of(old.findings, new.findings, is_mixed=old.kind is not new.kind, sameness=_of_nobody),
        differing_fields(old.total, new.total),
        {reason: omissions[reason] for reason in Omission if omissions[reason]},
    )


def _order(one: UnitDifference) -> tuple[int, str, str, str]:
    return -one.size, one.unit.code or "", one.unit.name or "", one.change


def _of_whole_sides(old: Side, new: Side) -> Iterator[Omission]:
    if old.kind is not new.kind:
        yield Omission.FINDINGS
    if old.editions and new.editions and not old.editions & new.editions:
        yield Omission.EDITIONS
    if old.is_page_only or new.is_page_only:
        yield Omission.PAGE_ONLY


# What a merge says of returns in view of others, or of a year before, and no check does here: by how codes begin.
_OF_MERGES: Final = ("H", "C", "P", "O1", "A009", "T003", "U006", "U008", "U010", "U011", "U012")
_NO_RETURNS: Final = "F006"  # of a folder, which has another name on each side

_Cause = tuple[str | None, ...]


def _of_unit(one: SideFinding) -> _Cause:
    return one.cause


def _of_nobody(one: SideFinding) -> _Cause:
    """Return what makes a finding of no known unit the same on both sides."""
    ref = one.finding.unit
    return *one.cause, "" if one.finding.code == _NO_RETURNS else one.file_name, ref.name if ref else None


def _changes_of(
    old: Iterable[SideFinding],
    new: Iterable[SideFinding],
    *,
    is_mixed: bool,
    sameness: Callable[[SideFinding], _Cause] = _of_unit,
) -> FindingChanges:
    """Return the findings that are on one side only; of two kinds of sides those that both may have."""
    if not is_mixed:
        return finding_changes(old, new, sameness)
    before, now = (
        [one for one in side if one.finding.path and not one.finding.code.startswith(_OF_MERGES)] for side in (old, new)
    )
    # 审核意见 does not say which label is missing.
    return finding_changes(before, now, lambda one: (*one.cause[:3], *sameness(one)[len(one.cause) :]))


class _Comparer:
    """Compares two sides, whose units are matched once.

    Attributes:
        likely: the units that may be the same under another name or code; known after all differences are.
        omitted: in how many units something was not compared; known then, too.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._is_mixed = old.kind is not new.kind
        self._pairs = matching_units(old, new)
        self._back = {other: key for key, other in self._pairs.items()}
        self.likely: Pairs = {}
        self.omitted = Counter[Omission]()

    def differences(self) -> Iterator[UnitDifference]:
        """Yield what is different about each unit, in no order."""
        gone: list[str] = []
        come: list[str] = []
        for was, now in self._units():
            before = self._old.units[was] if was is not None else None
            after = self._new.units[now] if now is not None else None
            was_there, is_there = self._has(before, after), self._has(after, before)
            if was is not None and was_there and not is_there:
                gone.append(was)
            elif now is not None and is_there and not was_there:
                come.append(now)
            elif self._is_mixed and not was_there:
                self._omit(before or _nothing(after), after or _nothing(before))
            elif difference := self._changed(before or _nothing(after), after or _nothing(before)):
                yield difference
        hidden = {key for key in gone if _is_covered(self._old, key, self._new, self._pairs)}
        hidden_now = {key for key in come if _is_covered(self._new, key, self._old, self._back)}
        self.omitted[Omission.COVERED] = len(hidden) + len(hidden_now)
        gone, come = [key for key in gone if key not in hidden], [key for key in come if key not in hidden_now]
        self.likely = likely_pairs(self._old, gone, self._new, come, self._pairs)
        partners = {other: key for key, other in self.likely.items()}
        yield from map(self._disappeared, gone)
        yield from (self._appeared(key, partners.get(key)) for key in come)

    def suggestions(self) -> Iterator[Suggestion]:
        """Yield the units that may be the same under another name or code."""
        for key, other in self.likely.items():
            was, now = self._old.units[key], self._new.units[other]
            figures = comparable_figures(was, now) or figures_as_read(was, now)
            fields = differing_fields(*figures) if figures else {}
            yield Suggestion(was.ref, now.ref, fields, figures is not None, self._finding_changes(was, now))

    def _units(self) -> Iterator[tuple[str | None, str | None]]:
        """Yield the keys of each unit on both sides."""
        yield from ((key, self._pairs.get(key)) for key in self._old.units)
        yield from ((None, key) for key in self._new.units if key not in self._back)

    def _has(self, unit: SideUnit | None, other: SideUnit | None) -> bool:
        """Whether a side has figures or returns of a unit that can be held against those of the other side.

        A sum of what is below a unit is nothing of its own where the other side adds nothing up.
        """
        if unit is None or unit.standing is not None:
            return unit is not None
        if other is not None and Scope.CUMULATIVE in other.figures:
            return unit.is_sum
        return not self._is_mixed and unit.has_sum

    def _changed(self, was: SideUnit, now: SideUnit) -> UnitDifference | None:
        """Return what is different about a unit that both sides have, or have only findings of; None for nothing."""
        figures = comparable_figures(was, now)
        if figures is None:
            self._omit(was, now)
        read = figures_as_read(was, now) if figures is None else None
        own = (was.own, now.own) if figures and was.own and now.own else None
        fields, as_read, own_fields = (differing_fields(*pair) if pair else {} for pair in (figures, read, own))
        is_same_kind = have_same_scopes(was, now) or (figures is not None and self._is_mixed)
        scopes = None if is_same_kind else (was.returned, now.returned)
        findings = self._finding_changes(was, now)
        is_other = was.standing is not now.standing and not (self._is_mixed and None in {was.standing, now.standing})
        is_other |= was.versions != now.versions and not self._is_mixed
        if not (fields or as_read or own_fields or scopes or findings or is_other):
            return None
        return UnitDifference(
            now.ref if now.ref.name else was.ref,
            Change.CHANGED,
            fields,
            own_fields if own_fields != fields else {},
            as_read,
            (was.standing, now.standing),
            scopes,
            findings,
        )

    def _appeared(self, key: str, partner: str | None) -> UnitDifference:
        unit = self._new.units[key]
        before = self._old.units[self._back[key]] if key in self._back else _nothing(unit)
        return UnitDifference(
            unit.ref,
            Change.APPEARED,
            fields=differing_fields(BLANK, fullest_figures(unit)),
            as_read=differing_fields(BLANK, unit.as_read or BLANK),
            standings=(None, unit.standing),
            findings=self._finding_changes(before, unit),
            suggested=self._old.units[partner].ref if partner is not None else None,
        )

    def _disappeared(self, key: str) -> UnitDifference:
        unit, partner = self._old.units[key], self.likely.get(key)
        after = self._new.units[self._pairs[key]] if key in self._pairs else _nothing(unit)
        return UnitDifference(
            unit.ref,
            Change.DISAPPEARED,
            fields=differing_fields(fullest_figures(unit), BLANK),
            as_read=differing_fields(unit.as_read or BLANK, BLANK),
            standings=(unit.standing, None),
            findings=self._finding_changes(unit, after),
            suggested=self._new.units[partner].ref if partner is not None else None,
        )

    def _finding_changes(self, was: SideUnit, now: SideUnit) -> FindingChanges:
        if self._is_mixed and any(one.is_sum and one.standing is None for one in (was, now)):
            return FindingChanges()  # what is said of a merged page is said of no return
        return _changes_of(was.findings, now.findings, is_mixed=self._is_mixed)

    def _omit(self, was: SideUnit, now: SideUnit) -> None:
        """Count a unit whose figures are not compared, by the reason."""
        standings = {was.standing, now.standing}
        if Standing.SEVERAL in standings:
            self.omitted[Omission.SEVERAL] += 1
        elif Standing.REJECTED in standings:
            self.omitted[Omission.REJECTED] += 1
        elif was.figures and now.figures:
            self.omitted[Omission.SCOPES] += 1
        elif self._is_mixed and (was.has_sum or now.has_sum):
            self.omitted[Omission.SUMS] += 1


def _nothing(unit: SideUnit | None) -> SideUnit:
    """Return what a side knows that does not know a unit of the other side."""
    return SideUnit(unit.ref if unit else UnitRef())


def _is_covered(side: Side, key: str, other: Side, pairs: Pairs) -> bool:
    """Whether a unit that the other side does not show is in a cumulative figure there that is not on its own side.

    Of two sets of returns that says nothing: the file of one that is gone is gone.
    """
    if side.kind is other.kind is SideKind.RETURNS:
        return False
    nearest = next((one for one in (key, *side.above(key)) if one in pairs), None)
    if nearest is None:
        return False
    there = pairs[nearest]
    holders = {one for one in (there, *other.above(there)) if one != pairs.get(key) and other.units[one].is_unsplit}
    return bool(holders - {pairs[one] for one in side.above(key) if one in pairs and side.units[one].is_unsplit})
