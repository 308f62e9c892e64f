"""The inputs of merged workbooks, by the records that they carry, and how a return relates to such a workbook."""

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
        place: identifies its unit in any merge; see :func:`place_of`.
        name: of its unit.
        scope: of the return.
        sent: the return, as the record has it.
        contents: its own inputs if it is a merged workbook, or None.
    """

    place: str
    name: str
    scope: Scope
    sent: CountedReturn
    contents: "Contents | None"

    @property
    def covers(self) -> bool:
        """Whether it stands for units below it that nobody can name: a cumulative return that was typed in."""
        return self.scope is Scope.CUMULATIVE and self.contents is None


class Contents:
    """The inputs of a merged workbook, and of the merged workbooks among these.

    Args:
        record: the record in the workbook.
        place: of its unit.

    Attributes:
        counted: the inputs whose sum is the total, a merged workbook as one; not those that were only compared.
    """

    def __init__(self, record: Record, place: str) -> None:
        self._places = _places(record, place)
        self._tree = record.tree
        self._missing = [self._places[key] for key in record.missing()]
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

    def counted_inputs(self) -> Iterator[Input]:
        """Yield the inputs that count, and those that count in the merged workbooks among them."""
        for one in self.counted:
            yield one
            if one.contents:
                yield from one.contents.counted_inputs()

    def leaves(self) -> Iterator[Input]:
        """Yield the counted inputs that are no merged workbooks themselves."""
        return (one for one in self.counted_inputs() if one.contents is None)

    @cached_property
    def by_fingerprint(self) -> Mapping[str, Input]:
        """The counted inputs, by the fingerprints of their files."""
        return {one.sent.sha256: one for one in self.counted_inputs()}

    @cached_property
    def by_unit(self) -> Mapping[tuple[str, Scope], Input]:
        """The counted inputs, by place and scope."""
        return {(one.place, one.scope): one for one in self.counted_inputs()}

    @cached_property
    def covering(self) -> Mapping[str, Input]:
        """The inputs that stand for all units below theirs, by place."""
        return {one.place: one for one in self.leaves() if one.covers}

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """The places of the units above each unit, up to the workbook's own unit, by place."""
        chains = {
            place: tuple(self._places[above] for above in self._tree.above(key) if above in self._places)
            for key, place in self._places.items()
        }
        for one in self.counted:
            for place, above in one.contents.chains.items() if one.contents else ():
                chains[place] = (*chains[one.place], *above)
        return chains

    def missing_places(self) -> Iterator[str]:
        """Yield the places of the units that it knows to be missing, and those that merged workbooks in it know of."""
        yield from self._missing
        for one in self.counted:
            if one.contents:
                yield from one.contents.missing_places()

    def is_complete(self, is_here: Callable[[Input], bool]) -> bool:
        """Whether every counted input is here, itself or through its own inputs."""
        return all(is_here(one) or bool(one.contents and one.contents.is_complete(is_here)) for one in self.counted)

    def missing_inputs(self, is_here: Callable[[Input], bool]) -> Iterator[Input]:
        """Yield the inputs that are not here: of a missing merged workbook, its own missing inputs."""
        for one in self.counted:
            if not is_here(one):
                yield from one.contents.missing_inputs(is_here) if one.contents else [one]


def place_of(tree: Tree, key: str) -> str:
    """Return what identifies a unit in any merge: its code, or else its name after the place of its parent.

    A unit's key in a tree does not: units of one name that are outside the tree have the same key in every merge.
    """
    unit = tree[key]
    if unit.code:
        return unit.code
    above = place_of(tree, unit.parent) if unit.parent else ""
    return f"{above}/{comparable_name(unit.name)}"


def _places(record: Record, place: str) -> dict[str, str]:
    """Return the places of a record's units, by key; `place` is that of its root."""
    places = {record.root: place}
    for key in record.tree.below(record.root):
        unit = record.tree[key]
        if key != record.root:
            places[key] = unit.code or f"{places[unit.parent or '']}/{comparable_name(unit.name)}"
    return places


class Relation(StrEnum):
    """How a return relates to a merged workbook of a unit above."""

    HELD = "held"  # the workbook was made from it, or from one with the same figures
    COVERED = "covered"  # it was made from a cumulative return, typed in, that stands for the unit
    CHANGED = "changed"  # it was made from another return of the same unit and scope
    MISSING = "missing"  # it was made without it: the return came too late


@dataclass(frozen=True, slots=True)
class Holding:
    """How a return relates to a merged workbook of a unit above, and through which inputs.

    Attributes:
        relation: the relation.
        input: the workbook's input of the unit, or the one that stands for it; None if there is none, or several.
        leaves: of a merged workbook that the other does not hold: its inputs that the other lacks or has changed.
    """

    relation: Relation
    input: Input | None = None
    leaves: tuple[tuple[Input, "Holding"], ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether merging the workbook's inputs again, with the return, would give another total."""
        return self.relation in {Relation.CHANGED, Relation.MISSING}


@dataclass(frozen=True, slots=True)
class PlacedReturn:
    """A return that is compared with the contents of a workbook: a file here, or an input of one."""

    place: str
    above: tuple[str, ...]
    scope: Scope
    sha256: str
    values: Values
    contents: Contents | None = None


def find_holding(contents: Contents, one: PlacedReturn) -> Holding:
    """Return how a return relates to the workbook with these contents."""
    if one.sha256 in contents.by_fingerprint:
        return Holding(Relation.HELD, contents.by_fingerprint[one.sha256])
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
            find_holding(
                contents, PlacedReturn(leaf.place, (*chain, *above), leaf.scope, leaf.sent.sha256, leaf.sent.values)
            ),
        )
        for leaf in one.contents.leaves()
        for above in [one.contents.chains[leaf.place]]
    )
    stale = tuple((leaf, found) for leaf, found in leaves if found.is_stale)
    return Holding(Relation.MISSING, None, stale) if stale else Holding(Relation.HELD)
