"""The roll-up of design, section 1, the slow and obvious way: what the tests hold the code against.

It is written from the words of the design, walks the tree again for every question, and shares nothing with
`stattable.merging`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stattable.model.form import FIELDS, Value, Values
from stattable.model.units import Level, Scope, Tree

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
OWN_COLUMN = {
    Level.PROVINCE: "province",
    Level.PREFECTURE: "prefecture_county",
    Level.COUNTY: "prefecture_county",
    Level.TOWNSHIP: "township",
    Level.VILLAGE: "village",
}


def owns(level: Level, key: str) -> bool:
    """Whether the field `key` is one that a unit of `level` reports about itself: the table of the design."""
    section, *_, column, _ = key.split(".")
    if section == "media":
        return level is not Level.NATIONAL
    if section == "online":
        return column == level
    return column == OWN_COLUMN.get(level)


def is_below(level: Level, key: str) -> bool:
    return any(owns(under, key) for under in Level if level.above(under))


def plus(left: Value, right: Value) -> Value:
    if left is None:
        return right
    return left if right is None else left + right


def number(value: Value) -> int:
    return 0 if value is None else int(value)


def summed(parts: Iterable[Values], level: Level) -> Values:
    """Add up `parts` for a unit of `level`: 有 and 无 are kept up to the province, and counted above it."""
    result: list[Value] = [None] * len(FIELDS)
    for part in parts:
        for index, value in enumerate(part):
            counted = number(value) if level is Level.NATIONAL and value is not None else value
            result[index] = plus(result[index], counted)
    return tuple(result)


@dataclass(frozen=True)
class Sent:
    """An accepted return. `unaccounted` is what a merged workbook says of all levels in it; else it is empty."""

    unit: str
    scope: Scope
    values: Values
    unaccounted: Mapping[Level, int] = field(default_factory=dict)


class Told(NamedTuple):
    """H001 or H002 of one field."""

    code: str
    severity: str
    amount: int


class Reference:
    """The roll-up of the accepted returns `sent`, at most one of each unit and scope, for `root`."""

    def __init__(self, tree: Tree, root: str, sent: Iterable[Sent], *, is_roster: bool = True) -> None:
        self.tree, self.root, self.is_roster = tree, root, is_roster
        self.sent = list(sent)
        self._by_scope = {(one.unit, one.scope): one for one in self.sent}
        self.units = [key for key in tree.units if root in self.up(key)]

    # -- the tree

    def up(self, key: str) -> list[str]:
        """`key` and all units above it, from the bottom up."""
        parent = self.tree[key].parent
        return [key] if parent is None else [key, *self.up(parent)]

    def below(self, key: str) -> list[str]:
        return [one for one in self.units if key in self.up(one)[1:]]

    def children(self, key: str) -> list[str]:
        return [one for one in self.units if self.tree[one].parent == key]

    def between(self, low: str, high: str) -> list[str]:
        """The units strictly above `low` and strictly below `high`."""
        return [one for one in self.up(low)[1:] if high in self.up(one)[1:]]

    def of(self, key: str, scope: Scope) -> Sent | None:
        return self._by_scope.get((key, scope))

    def reports(self, key: str) -> bool:
        return any(one.unit == key for one in self.sent)

    def _sent_itself(self, key: str) -> bool:
        """Whether the unit has a return but for what `merge` wrote, which speaks of the unit as of those below."""
        return any(one.unit == key and not one.unaccounted for one in self.sent)

    # -- totals

    def total(self, key: str) -> Values:
        cumulative, own = self.of(key, CUMULATIVE), self.of(key, OWN)
        if cumulative:
            return cumulative.values
        parts = [own.values] if own else []
        return summed([*parts, *(self.total(child) for child in self.children(key))], self.tree[key].level)

    def basis(self, key: str) -> str:
        return "cumulative" if self.of(key, CUMULATIVE) else "own" if self.of(key, OWN) else "derived"

    def contributing(self) -> list[Sent]:
        """The returns whose figures are in the root's total."""
        return [one for one in self.sent if not self._held(one)]

    def _held(self, one: Sent) -> bool:
        chain = self.up(one.unit)
        chain = chain[: chain.index(self.root) + 1]
        return any(self.of(key, CUMULATIVE) for key in chain if key != one.unit or one.scope is OWN)

    # -- who is accounted for

    def accounted(self, key: str, under: str) -> bool:
        """Whether `key`, below `under`, has an accepted return or stands under an accepted cumulative one there."""
        return self.reports(key) or any(self.of(one, CUMULATIVE) for one in self.between(key, under))

    def standing_below(self, key: str) -> Iterator[Sent]:
        """The cumulative returns below `key` that stand under no other one below it."""
        for one in self.sent:
            above = self.up(one.unit)[1:]
            held = any(self.of(other, CUMULATIVE) for other in self.between(one.unit, key))
            if one.scope is CUMULATIVE and key in above and not held:
                yield one

    def unaccounted(self, key: str) -> dict[Level, int]:
        """How many units, `key` and those below it, the total of `key` does not account for, by level."""
        if cumulative := self.of(key, CUMULATIVE):
            return {level: count for level, count in cumulative.unaccounted.items() if count}
        missing = [one for one in self.below(key) if not self.accounted(one, key)]
        missing += [key] if not self.reports(key) else []
        counts: dict[Level, int] = {}
        for level in (self.tree[one].level for one in missing if self.tree[one].expected):
            counts[level] = counts.get(level, 0) + 1
        for one in self.standing_below(key):
            for level, count in one.unaccounted.items():
                counts[level] = counts.get(level, 0) + count
        return {level: count for level, count in counts.items() if count}

    # -- differences

    def differences(self) -> dict[tuple[str, str], Told]:
        """H001 and H002, by unit and field."""
        return {(key, index): told for key in self.units for index, told in self._differences_of(key)}

    def _differences_of(self, key: str) -> Iterator[tuple[str, Told]]:
        cumulative, own = self.of(key, CUMULATIVE), self.of(key, OWN)
        if cumulative is None or not (own or any(map(self.reports, self.below(key)))):
            return
        level = self.tree[key].level
        totals = [self.total(child) for child in self.children(key)]
        for entry in FIELDS:
            known = sum(number(values[entry.index]) for values in ([own.values] if own else []) + totals)
            amount = number(cumulative.values[entry.index]) - known
            fields_only_below = is_below(level, entry.key) and not owns(level, entry.key)
            if amount < 0:
                yield entry.key, Told("H002", "error", amount)
            elif amount > 0 and (own or fields_only_below) and self._owners(key, entry.key):
                sure = self.is_roster and self._all_accounted(key, entry.key)
                yield entry.key, Told("H001", "error" if sure else "warning", amount)

    def _owners(self, key: str, entry: str) -> list[Level]:
        """The levels of those that own the field `entry`: the unit by its own return, or units below it."""
        there = [self.tree[one].level for one in self.below(key) if self.tree[one].expected or self._sent_itself(one)]
        there += [level for one in self.sent if one.unit in self.below(key) for level in one.unaccounted]
        there += [self.tree[key].level] if self.of(key, OWN) else []
        return [level for level in there if owns(level, entry)]

    def _all_accounted(self, key: str, entry: str) -> bool:
        expected = [one for one in self.below(key) if self.tree[one].expected and owns(self.tree[one].level, entry)]
        said = [
            count for one in self.standing_below(key) for level, count in one.unaccounted.items() if owns(level, entry)
        ]
        return all(self.accounted(one, key) for one in expected) and not any(said)

    # -- completeness

    def statuses(self, files: Mapping[str, Iterable[str]]) -> dict[str, str | None]:
        """What is known of every unit, where `files` gives the statuses of the files that are attributed to it."""
        return {key: self._status(key, list(files.get(key, ()))) for key in self.units}

    def _status(self, key: str, files: list[str]) -> str | None:
        if files:
            return "accepted" if "accepted" in files else "rejected"
        if not (self.is_roster and self.tree[key].expected):
            return None
        above = self.up(key)[1 : self.up(key).index(self.root) + 1]
        return "covered" if any(self.of(one, CUMULATIVE) for one in above) else "missing"
