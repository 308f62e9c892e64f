"""What merged workbooks were made from, by the records that they carry, and how a return stands to one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from stattable.model.form import Values
from stattable.model.names import comparable_name
from stattable.model.record import CountedReturn, Record
from stattable.model.units import Scope, Tree


@dataclass(frozen=True, slots=True)
class Input:
    """A return that a merged workbook was made from.

    Attributes:
        place: what tells its unit from all others in any merge: see :func:`place_of`.
        name: of its unit.
        scope: of the return.
        sent: the return, as the record has it.
        contents: what it was made from itself, where it was a merged workbook; or None.
    """

    place: str
    name: str
    scope: Scope
    sent: CountedReturn
    contents: "Contents | None"

    @property
    def covers(self) -> bool:
        """Whether it stands for units below it that nobody can tell: a cumulative return that was typed in."""
        return self.scope is Scope.CUMULATIVE and self.contents is None


class Contents:
    """What a merged workbook was made from, through the merged workbooks among it.

    Args:
        record: that the workbook carries.
        place: of its unit.

    Attributes:
        counted: the inputs that its total is the sum of, merged workbooks as one. What was only compared is none of it.
    """

    def __init__(self, record: Record, place: str) -> None:
        self._places = _places(record, place)
        self._tree = record.tree
        self.counted = [
            Input(
                self._places[key],
                record.tree[key].name,
                scope,
                sent,
                Contents(sent.record, self._places[key]) if sent.record else None,
            )
            for (key, scope), sent in record.sent.items()
            if record.counts(key, scope)
        ]

    def standing(self) -> Iterator[Input]:
        """Yield the inputs that count, and those that count in merged workbooks among them."""
        for one in self.counted:
            yield one
            if one.contents:
                yield from one.contents.standing()

    def leaves(self) -> Iterator[Input]:
        """Yield the inputs that the total is the sum of in the end: no merged workbook is one."""
        return (one for one in self.standing() if one.contents is None)

    @cached_property
    def by_print(self) -> Mapping[str, Input]:
        """What stands, by the fingerprints of the files."""
        return {one.sent.sha256: one for one in self.standing()}

    @cached_property
    def by_unit(self) -> Mapping[tuple[str, Scope], Input]:
        """What stands, by unit and scope."""
        return {(one.place, one.scope): one for one in self.standing()}

    @cached_property
    def covering(self) -> Mapping[str, Input]:
        """The inputs that cover what is below their units, by unit."""
        return {one.place: one for one in self.leaves() if one.covers}

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """The places of the units above each unit, up to the one whose workbook it is, by its own place."""
        chains = {
            place: tuple(self._places[above] for above in self._tree.above(key) if above in self._places)
            for key, place in self._places.items()
        }
        for one in self.counted:
            for place, above in one.contents.chains.items() if one.contents else ():
                chains[place] = (*chains[one.place], *above)
        return chains

    def are_here(self, is_here: Callable[[Input], bool]) -> bool:
        """Whether all that counts is here: itself, or all that it was made from."""
        return all(is_here(one) or bool(one.contents and one.contents.are_here(is_here)) for one in self.counted)

    def absent(self, is_here: Callable[[Input], bool]) -> Iterator[Input]:
        """Yield the leaves that are not here."""
        for one in self.counted:
            if not is_here(one):
                yield from one.contents.absent(is_here) if one.contents else [one]


def place_of(tree: Tree, key: str) -> str:
    """Return what tells a unit from all others in any merge: its code; without one its name behind that of its parent.

    The key of a unit in a tree is none: what nothing places bears the same one in every merge.
    """
    unit = tree[key]
    if unit.code:
        return unit.code
    above = place_of(tree, unit.parent) if unit.parent else ""
    return f"{above}/{comparable_name(unit.name)}"


def _places(record: Record, place: str) -> dict[str, str]:
    """Return the places of a record's units, where its root stands at `place`."""
    places = {record.root: place}
    for key in record.tree.below(record.root):
        unit = record.tree[key]
        if key != record.root:
            places[key] = unit.code or f"{places[unit.parent or '']}/{comparable_name(unit.name)}"
    return places


class Relation(StrEnum):
    """How a return stands to a merged workbook above it."""

    HELD = "held"  # the workbook was made from it, or from one with the same figures
    COVERED = "covered"  # from a cumulative return, typed in, that stands for its unit
    CHANGED = "changed"  # from another return of the same unit and scope
    MISSING = "missing"  # not from it: it came too late


@dataclass(frozen=True, slots=True)
class Holding:
    """How a return stands to a merged workbook above it.

    Attributes:
        relation: in a word.
        input: what the workbook holds of the unit, or what stands for it; None where that is nothing, or more than one.
        leaves: of a merged workbook that the other does not hold: the leaves that keep it from being held.
    """

    relation: Relation
    input: Input | None = None
    leaves: tuple[tuple[Input, "Holding"], ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether a merge of what the workbook was made from and the return would come to something else."""
        return self.relation in {Relation.CHANGED, Relation.MISSING}


@dataclass(frozen=True, slots=True)
class PlacedReturn:
    """A return as it is held against contents: a file here, or a leaf of one."""

    place: str
    above: tuple[str, ...]
    scope: Scope
    sha256: str
    values: Values
    contents: Contents | None = None


def holding(contents: Contents, one: PlacedReturn) -> Holding:
    """Return how a return stands to the workbook with these contents."""
    if one.sha256 in contents.by_print:
        return Holding(Relation.HELD, contents.by_print[one.sha256])
    same_unit = contents.by_unit.get((one.place, one.scope))
    if same_unit:
        is_same = same_unit.sent.values == one.values
        return Holding(Relation.HELD if is_same else Relation.CHANGED, same_unit)
    chain = (*one.above, *contents.chains.get(one.place, ()), *([one.place] if one.scope is Scope.OWN else ()))
    if cover := next((contents.covering[place] for place in chain if place in contents.covering), None):
        return Holding(Relation.COVERED, cover)
    if one.contents is None:
        return Holding(Relation.MISSING)
    leaves = tuple(
        (
            leaf,
            holding(
                contents, PlacedReturn(leaf.place, (*chain, *above), leaf.scope, leaf.sent.sha256, leaf.sent.values)
            ),
        )
        for leaf in one.contents.leaves()
        for above in [one.contents.chains[leaf.place]]
    )
    stale = tuple((leaf, its) for leaf, its in leaves if its.is_stale)
    return Holding(Relation.MISSING, None, stale) if stale else Holding(Relation.HELD)
