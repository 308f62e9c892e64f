"""The roll-up: totals from the bottom up, differences and completeness, as pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from stattable.model.form import BLANK, FIELDS, Field, Values, fields_only_below, flags_as_counts, number, total
from stattable.model.record import CountedReturn, Record
from stattable.model.units import Level, Scope, Tree


class Basis(StrEnum):
    """What a unit's total rests on."""

    OWN = "own"
    CUMULATIVE = "cumulative"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class CountedReturns:
    """The returns that count.

    Attributes:
        own: figures of own returns, by unit.
        cumulative: figures of cumulative returns, by unit.
        unaccounted: how many units below they do not account for, of cumulative returns that `merge` wrote, by
            unit and level.
    """

    own: Mapping[str, Values] = field(default_factory=dict)
    cumulative: Mapping[str, Values] = field(default_factory=dict)
    unaccounted: Mapping[str, Mapping[Level, int]] = field(default_factory=dict)

    @classmethod
    def of_record(cls, record: Record) -> "CountedReturns":
        """Return the figures that a merged workbook remembers."""
        own, cumulative = (
            {key: sent.values for (key, its), sent in record.sent.items() if its is scope} for scope in Scope
        )
        return cls(own, cumulative)


@dataclass(frozen=True, slots=True)
class Total:
    """A unit's total, and what it rests on."""

    values: Values
    basis: Basis


@dataclass(frozen=True, slots=True)
class Difference:
    """A cumulative return, compared with the unit's own return and the totals of its children.

    Attributes:
        reported: the 40 figures of the cumulative return.
        own: those of the unit's own return, or None where it is not here.
        children: those of its children's totals, added up.
        compared: whether the own return or any accepted return below is here. Without one there is nothing to hold
            the cumulative return against, and the difference is all of it.
        settled: indices of fields for which every unit below that owns them is accounted for, and one is there.
        owned: indices of fields that the unit, by an own return that is here, or a unit below owns.
    """

    reported: Values
    own: Values | None
    children: Values
    compared: bool
    complete_fields: frozenset[int]
    owned_fields: frozenset[int]

    @property
    def has_own_return(self) -> bool:
        """Whether the own return is here."""
        return self.own is not None

    def known(self, index: int) -> int:
        """Return the sum of the own return and the children in the field `index`."""
        return number(self.children[index]) + (number(self.own[index]) if self.own else 0)

    def of(self, index: int) -> int:
        """Return reported − known of the field `index`."""
        return number(self.reported[index]) - self.known(index)

    @property
    def nonzero(self) -> Values:
        """The differences that are not zero, None for the others; all None where nothing is compared."""
        return tuple((self.of(index) or None) if self.compared else None for index in range(len(FIELDS)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the returns of a subtree are.

    Attributes:
        levels: levels of the units in it that are to report, or did.
        unaccounted: how many of them are not accounted for, for each of the levels: a 0 says that the level is there.
        returns: whether an accepted return is in it.
    """

    levels: frozenset[Level]
    unaccounted: Mapping[Level, int]
    returns: bool


_LEVELS: Final = tuple(Level)
_NOTHING: Final = Coverage(frozenset(), {}, False)


@dataclass(frozen=True, slots=True)
class RollUp:
    """The figures of a tree of units.

    Attributes:
        tree: all units.
        root: key of the unit whose total it is.
        counted: the returns that count.
        totals: of the root and all units below it.
        differences: of all units with a cumulative return.
        coverage: of the root and all units below it.
    """

    tree: Tree
    root: str
    counted: CountedReturns
    totals: Mapping[str, Total]
    differences: Mapping[str, Difference]
    coverage: Mapping[str, Coverage]


def roll_up(tree: Tree, root: str, counted: CountedReturns) -> RollUp:
    """Return the totals, differences and completeness of a tree."""
    totals, of_units = Totals(tree, root, counted), coverage(tree, root, counted)
    return RollUp(tree, root, counted, totals, differences(tree, root, counted, totals, of_units), of_units)


def total_of_record(record: Record) -> Values:
    """Return the total of a merged workbook, by its own record."""
    return Totals(record.tree, record.root, CountedReturns.of_record(record))[record.root].values


def overtyped_fields(sent: CountedReturn) -> list[Field]:
    """Return the fields in which the page of a merged workbook differs from its own record."""
    if sent.record is None:
        return []
    made_from = total_of_record(sent.record)
    return [field for field in FIELDS if sent.values[field.index] != made_from[field.index]]


def children_total(key: str, tree: Tree, totals: Mapping[str, Total]) -> Values:
    """Return the sum of the totals of the children of `key`."""
    level = tree[key].level
    return total(flags_as_counts(totals[child].values, level) for child in tree.children[key])


class Totals(Mapping[str, Total]):
    """The totals of `root` and of all units below it.

    A unit's cumulative return stands as it is, blanks included; else its own return and its children's totals
    are added up, field by field, where blank + blank is blank; without any return its total is derived. Only sums are
    held: of a unit without others below it there is no other total than what it sent.
    """

    def __init__(self, tree: Tree, root: str, counted: CountedReturns) -> None:
        self._tree, self._root, self._counted = tree, root, counted
        self._sums: dict[str, Total] = {}
        for key in reversed(list(tree.below(root))):
            if tree.children[key] and key not in counted.cumulative:
                own, below = counted.own.get(key), children_total(key, tree, self)
                self._sums[key] = Total(below, Basis.DERIVED) if own is None else Total(total((own, below)), Basis.OWN)

    def __getitem__(self, key: str) -> Total:
        if key in self._sums:
            return self._sums[key]
        if key in self._counted.cumulative:
            return Total(self._counted.cumulative[key], Basis.CUMULATIVE)
        if key in self._counted.own:
            return Total(self._counted.own[key], Basis.OWN)
        if key in self:
            return Total(BLANK, Basis.DERIVED)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._tree and self._tree.under(key, self._root)

    def __iter__(self) -> Iterator[str]:
        return self._tree.below(self._root)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def coverage(tree: Tree, root: str, counted: CountedReturns) -> dict[str, Coverage]:
    """Return, for `root` and every unit below it, how complete the returns of its subtree are.

    A unit is accounted for when it has an accepted return or stands under an accepted cumulative one; of a
    cumulative return that `merge` wrote, the units which it says are not accounted for are not.
    """
    result: dict[str, Coverage] = {}
    shared: dict[tuple[object, ...], Coverage] = {}  # most units are like one another
    for key in reversed(list(tree.below(root))):
        unit = tree[key]
        below = below_coverage(key, tree, result)
        has_own, has_cumulative = key in counted.own, key in counted.cumulative
        said = counted.unaccounted.get(key, {})
        # What `merge` wrote says itself of which levels it is: the unit need not have reported, nor be to report.
        reports = has_own or (has_cumulative and not said)
        levels = below.levels.union(said, [unit.level] if unit.expected or reports else ())
        if has_cumulative:
            missing = dict(said)
        else:
            missing = dict(below.unaccounted)
            if unit.expected and not has_own:
                missing[unit.level] = missing.get(unit.level, 0) + 1
        unaccounted = {level: missing.get(level, 0) for level in _LEVELS if level in levels}
        one = Coverage(levels, unaccounted, below.returns or has_own or has_cumulative)
        result[key] = shared.setdefault((levels, *unaccounted.items(), one.returns), one)
    return result


def below_coverage(key: str, tree: Tree, of_units: Mapping[str, Coverage]) -> Coverage:
    """Return how complete the returns strictly below `key` are, from the coverage of its children."""
    if not tree.children[key]:
        return _NOTHING
    levels: frozenset[Level] = frozenset()
    missing: dict[Level, int] = {}
    returns = False
    for child in tree.children[key]:
        one = of_units.get(child, _NOTHING)
        levels |= one.levels
        returns = returns or one.returns
        for level, count in one.unaccounted.items():
            missing[level] = missing.get(level, 0) + count
    return Coverage(levels, missing, returns)


def differences(
    tree: Tree, root: str, counted: CountedReturns, totals: Mapping[str, Total], of_units: Mapping[str, Coverage]
) -> dict[str, Difference]:
    """Return the differences of all units with a cumulative return, from the totals and the coverage of all units."""
    result: dict[str, Difference] = {}
    for key in tree.below(root):
        reported = counted.cumulative.get(key)
        if reported is None:
            continue
        own, below, level = counted.own.get(key), below_coverage(key, tree, of_units), tree[key].level
        owned_fields = frozenset(
            entry.index
            for entry in FIELDS
            if entry.owners & below.levels or (own is not None and level in entry.owners)
        )
        complete_fields = frozenset(
            index for index in owned_fields if not any(below.unaccounted.get(owner) for owner in FIELDS[index].owners)
        )
        compared = own is not None or below.returns
        result[key] = Difference(
            reported, own, children_total(key, tree, totals), compared, complete_fields, owned_fields
        )
    return result


def excess_fields(level: Level, has_own_return: bool) -> frozenset[int]:
    """Return the indices of the fields in which a positive difference of a unit of `level` needs a reason (H001)."""
    return frozenset(range(len(FIELDS))) if has_own_return else fields_only_below(level)
