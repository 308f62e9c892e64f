"""Merged workbooks among other files (design, section 1), the slow and obvious way: what the tests hold the code to.

It is written from the words of the design, looks through all files again for every question, and shares nothing with
`stattable.merging`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from reference import Reference, Sent
from stattable.model.form import Values
from stattable.model.names import comparable_name
from stattable.model.record import Record
from stattable.model.units import Level, Scope, Tree

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE


def placed(tree: Tree, root: str, place: str) -> tuple[Tree, dict[str, str]]:
    """Know units by where they stand: by their codes, or by their names behind those of the units above.

    Args:
        tree: the units.
        root: only this one and those below it.
        place: of the root.

    Returns:
        The same units, with their places for keys, and the places by the keys that they had.
    """
    places = {root: place}
    units = [replace(tree[root], key=place, parent=None)]
    for key in tree.below(root):
        unit = tree[key]
        if key != root:
            above = places[str(unit.parent)]
            places[key] = unit.code or f"{above}/{comparable_name(unit.name)}"
            units.append(replace(unit, key=places[key], parent=above))
    return Tree(units), places


@dataclass(frozen=True)
class Return:
    """What a unit reported: in a file that is here, or in one that a merged workbook was made from.

    Attributes:
        unit: its place.
        scope: of the return.
        values: the 40 figures.
        sha256: of the file.
        made_of: what it was made from, where `merge` wrote it and its record is whole; or None.
    """

    unit: str
    scope: Scope
    values: Values
    sha256: str
    made_of: "Made | None" = None

    @property
    def said(self) -> tuple[str, Scope]:
        return self.unit, self.scope

    @property
    def counted_inputs(self) -> list["Return"]:
        """The returns whose figures are in it."""
        return self.made_of.counted if self.made_of else []

    @property
    def leaves(self) -> Iterator["Return"]:
        """The returns that its figures come from in the end."""
        if self.made_of is None:
            yield self
        for one in self.counted_inputs:
            yield from one.leaves


class Made:
    """What a merged workbook was made from: `record`, where its unit stands at `place`."""

    def __init__(self, record: Record, place: str) -> None:
        self.when = record.made
        self.tree, places = placed(record.tree, record.root, place)
        self.inputs = [
            Return(places[key], scope, one.values, one.sha256, Made(one.record, places[key]) if one.record else None)
            for (key, scope), one in record.sent.items()
        ]

    @property
    def counted(self) -> list[Return]:
        return [one for one in self.inputs if not any(self._stands_for(other, one) for other in self.inputs)]

    def _stands_for(self, other: Return, one: Return) -> bool:
        above = self.tree.above(one.unit)
        return other.scope is CUMULATIVE and (other.unit in above or (other.unit == one.unit and one.scope is OWN))


@dataclass(frozen=True)
class File(Return):
    """A file that is here.

    Attributes:
        path: of the file.
        is_merged: whether `merge` wrote it.
        is_rejected: for a cause that has nothing to do with the other files.
        is_altered: whether somebody typed over its page.
    """

    path: str = ""
    is_merged: bool = False
    is_rejected: bool = False
    is_altered: bool = False


class Overlap:
    """What becomes of `files` in a merge for `root`, where units are known by their places."""

    def __init__(self, tree: Tree, root: str, files: Iterable[File]) -> None:
        self.tree, self.root = tree, root
        self.files = sorted(files, key=lambda one: one.path)
        self.accepted: list[File] = []
        self.set_aside: list[File] = []
        self.lost: dict[str, list[Return]] = {}  # H008: by path, what a workbook of the root holds and is not here
        for level in reversed(Level):  # what a unit's workbook was made from is settled before it
            for unit in (unit for unit in tree.units.values() if unit.level is level):
                self._settle(unit.key)

    # -- which files are accepted, and which set aside

    def _settle(self, unit: str) -> None:
        mine = [one for one in self.files if one.unit == unit and not one.is_rejected]
        settled = self.accepted
        if unit == self.root:
            self.accepted = [*settled, *_one_each([one for one in mine if not one.is_merged])]
            for one in mine:
                if one.is_merged:
                    self._settle_earlier(one)
            return
        aside = [one for one in mine if one.made_of and not one.is_altered]
        while True:  # what is accepted hangs on what is set aside
            self.accepted = [*settled, *_one_each([one for one in mine if one not in aside])]
            still = [one for one in aside if self._all_here(one, [other for other in aside if other is not one])]
            if still == aside:
                break
            aside = still
        self.set_aside += aside

    def _all_here(self, workbook: File, aside: list[File]) -> bool:
        return all(self._is_here(it, workbook, aside) for it in workbook.counted_inputs)

    def _is_here(self, it: Return, workbook: File, aside: list[File]) -> bool:
        """Whether an input of a workbook is here: its file, what stands for it, or all that it was made from."""
        accepted = [one for one in self.accepted if not (one.is_merged and one.unit == workbook.unit)]
        return self._is_among(it, [*self.accepted, *aside], accepted) or (
            it.made_of is not None and all(self._is_here(one, workbook, aside) for one in it.counted_inputs)
        )

    def _is_among(self, it: Return, files: list[File], accepted: list[File]) -> bool:
        """Whether it is one of the `files`, or one of the `accepted` ones stands for it."""
        return any(one.sha256 == it.sha256 for one in files) or any(
            one.said == it.said and self._has_all_of(one, it, files) for one in accepted
        )

    def _has_all_of(self, one: Return, it: Return, files: list[File]) -> bool:
        """Whether a return can stand for another one of its unit and scope.

        What a unit says by hand is its last word. Of two merged workbooks one may lack what the other has, and the
        older one is no correction.
        """
        if one.made_of is None or it.made_of is None:
            return True
        if one.made_of.when < it.made_of.when:
            return False
        there = [*one.leaves, *self.accepted]
        return all(
            any(other.said == leaf.said for other in there)
            or any(other.sha256 == leaf.sha256 for other in [*there, *files])
            for leaf in it.leaves
        )

    def _settle_earlier(self, workbook: File) -> None:
        """Set an earlier workbook of the root aside, or say what would be lost."""
        lost = [it for it in workbook.counted_inputs if not self._is_here_in_any_way(it)]
        if lost or not workbook.made_of:
            self.lost[workbook.path] = lost
        else:
            self.set_aside.append(workbook)

    def _is_here_in_any_way(self, it: Return) -> bool:
        """Whether it is here, even rejected: its own error says so then."""
        return self._is_among(it, self.files, self.accepted) or (
            it.made_of is not None and all(map(self._is_here_in_any_way, it.counted_inputs))
        )

    # -- what counts

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.tree, self.root, [Sent(one.unit, one.scope, one.values) for one in self.accepted])

    @property
    def total(self) -> Values:
        return self.reference.total(self.root)

    @property
    def counted(self) -> list[File]:
        """The files whose figures are in the total."""
        contributing = {(one.unit, one.scope) for one in self.reference.contributing()}
        return [one for one in self.accepted if one.said in contributing]

    # -- H006

    @property
    def stale(self) -> dict[str, list[File]]:
        """By the path of an accepted workbook, the returns here that it should hold, and does not."""
        found = {
            workbook.path: [one for one in self.accepted if self._is_late(workbook, one)]
            for workbook in self.accepted
            if workbook.made_of
        }
        return {path: late for path, late in found.items() if late}

    def _is_late(self, workbook: File, one: File) -> bool:
        if not self.tree.under(one.unit, workbook.unit) or one.said == workbook.said:
            return False
        return self._would_count(workbook, one)

    def _would_count(self, holder: Return, one: Return) -> bool:
        """Whether a merge of what `holder` was made from and of `one` would count figures that are not in it."""
        for it in holder.counted_inputs:
            if it.sha256 == one.sha256:
                return False
            if it.said == one.said:
                return it.values != one.values
        over = [it for it in holder.counted_inputs if self._stands_for(it, one, holder.made_of)]
        if over:
            return all(it.made_of is not None and self._would_count(it, one) for it in over)
        if one.made_of:
            return any(self._would_count(holder, it) for it in one.counted_inputs)
        return True

    def _stands_for(self, it: Return, one: Return, made: Made | None) -> bool:
        """Whether the total of a cumulative return stands for another one, as the units are now or were then."""
        above = [*_above(self.tree, one.unit), *(_above(made.tree, one.unit) if made else [])]
        return it.scope is CUMULATIVE and (it.unit in above or (it.unit == one.unit and one.scope is OWN))

    # -- H007

    @property
    def twice(self) -> set[frozenset[str]]:
        """The paths of any two files that count the same."""
        return {
            frozenset({one.path, other.path})
            for one in self.counted
            for other in self.counted
            if one is not other and (one.made_of or other.made_of) and self._share(one, other)
        }

    def _share(self, one: File, other: File) -> bool:
        return any(
            left.sha256 == right.sha256
            or left.said == right.said
            or _holds(left, right, [self.tree, tree_of_left])
            or _holds(right, left, [self.tree, tree_of_right])
            for left, tree_of_left in self.standing(one, self.tree)
            for right, tree_of_right in self.standing(other, self.tree)
        )

    def standing(self, one: Return, tree: Tree) -> Iterator[tuple[Return, Tree]]:
        """Yield a return and all whose figures are in it, each with the tree in which it was merged."""
        yield one, tree
        for it in one.counted_inputs:
            yield from self.standing(it, one.made_of.tree if one.made_of else tree)


def _holds(one: Return, other: Return, trees: Iterable[Tree]) -> bool:
    """Whether a sum, of which nobody knows what is in it, may hold another return."""
    is_sum = one.scope is CUMULATIVE and one.made_of is None
    return is_sum and any(one.unit in [*_above(tree, other.unit), other.unit] for tree in trees)


def _above(tree: Tree, unit: str) -> list[str]:
    return tree.above(unit) if unit in tree else []


def _one_each(files: list[File]) -> list[File]:
    """Give of each unit and scope the first file, where all say the same; none where they say different things."""
    values = {said: {one.values for one in files if one.said == said} for said in {one.said for one in files}}
    first = {said: next(one for one in files if one.said == said) for said in values}
    return [one for one in files if len(values[one.said]) == 1 and one is first[one.said]]
