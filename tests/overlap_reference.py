"""Merged workbooks among other files (design, section 1), the slow and obvious way: what the tests hold the code to.

It is written from the words of the design, looks through all files again for every question, and shares nothing with
`stattable.merging`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from reference import Reference, Sent
from stattable.model.form import Values
from stattable.model.record import Record
from stattable.model.units import Level, Scope, Tree

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE


@dataclass(frozen=True)
class Return:
    """What a unit reported: in a file that is here, or in one that a merged workbook was made from."""

    unit: str
    scope: Scope
    values: Values
    sha256: str
    record: Record | None = None

    @property
    def said(self) -> tuple[str, Scope]:
        return self.unit, self.scope

    @property
    def inputs(self) -> list["Return"]:
        """All that a merged workbook was made from."""
        sent = self.record.sent if self.record else {}
        return [Return(unit, scope, one.values, one.sha256, one.record) for (unit, scope), one in sent.items()]

    @property
    def counted_inputs(self) -> list["Return"]:
        """Those whose figures are in it."""
        return [one for one in self.inputs if not self._stood_for(one)]

    def _stood_for(self, one: "Return") -> bool:
        assert self.record
        above = self.record.tree.above(one.unit)
        return any(
            other.scope is CUMULATIVE and (other.unit in above or (other.unit == one.unit and one.scope is OWN))
            for other in self.inputs
        )


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
    """What becomes of `files` in a merge for `root`."""

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
        workbooks = [one for one in mine if one.is_merged]
        sent = [one for one in mine if not one.is_merged]
        settled = self.accepted
        self.accepted = [*settled, *_one_each(sent)]
        if unit == self.root:
            for one in workbooks:
                self._settle_earlier(one)
            return
        aside = [
            one
            for one in workbooks
            if one.record
            and not one.is_altered
            and all(self._is_here(it, [other for other in workbooks if other is not one]) for it in one.counted_inputs)
        ]
        self.set_aside += aside
        self.accepted = [*settled, *_one_each([one for one in mine if one not in aside])]

    def _is_here(self, it: Return, beside: list[File]) -> bool:
        """Whether an input of a workbook is here, `beside` which other ones of its unit lie."""
        return (
            any(one.sha256 == it.sha256 for one in [*self.accepted, *beside])
            or any(one.said == it.said for one in self.accepted)
            or (it.record is not None and all(self._is_here(one, beside) for one in it.counted_inputs))
        )

    def _settle_earlier(self, workbook: File) -> None:
        """Set an earlier workbook of the root aside, or say what would be lost."""
        lost = [it for it in workbook.counted_inputs if not self._is_here_in_any_way(it)]
        if lost or not workbook.record:
            self.lost[workbook.path] = lost
        else:
            self.set_aside.append(workbook)

    def _is_here_in_any_way(self, it: Return) -> bool:
        """Whether it is here, even rejected: its own error says so then."""
        return (
            any(one.sha256 == it.sha256 for one in self.files)
            or any(one.said == it.said for one in self.accepted)
            or (it.record is not None and all(map(self._is_here_in_any_way, it.counted_inputs)))
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
        """By the path of a workbook that counts, the returns here that it should hold, and does not."""
        found = {
            workbook.path: [one for one in self.accepted if self._is_late(workbook, one)]
            for workbook in self.counted
            if workbook.record
        }
        return {path: late for path, late in found.items() if late}

    def _is_late(self, workbook: File, one: File) -> bool:
        if not self.tree.under(one.unit, workbook.unit) or one.said == workbook.said:
            return False
        return self._would_count(workbook, one)

    def _would_count(self, holder: Return, one: Return) -> bool:
        """Whether a merge of what `holder` was made from and of `one` would count figures that are not in it."""
        for it in holder.inputs:
            if it.sha256 == one.sha256:
                return False
            if it.said == one.said:
                return it.values != one.values and it in holder.counted_inputs
        over = [it for it in holder.inputs if self._stands_for(it, one)]
        if over:
            top = min(over, key=lambda it: len(self.tree.above(it.unit)))
            return top.record is not None and self._would_count(top, one)
        if one.record:
            return any(self._would_count(holder, it) for it in one.counted_inputs)
        return True

    def _stands_for(self, it: Return, one: Return) -> bool:
        return it.scope is CUMULATIVE and (
            it.unit in self.tree.above(one.unit) or (it.unit == one.unit and one.scope is OWN)
        )

    # -- H007

    @property
    def twice(self) -> set[frozenset[str]]:
        """The paths of any two files that count the same."""
        return {
            frozenset({one.path, other.path})
            for one in self.counted
            for other in self.counted
            if one is not other and (one.record or other.record) and self._share(one, other)
        }

    def _share(self, one: File, other: File) -> bool:
        return any(
            left.sha256 == right.sha256
            or left.said == right.said
            or _holds(left, right, [self.tree, tree_of_left])
            or _holds(right, left, [self.tree, tree_of_right])
            for left, tree_of_left in self._leaves(one, self.tree)
            for right, tree_of_right in self._leaves(other, self.tree)
        )

    def _leaves(self, one: Return, tree: Tree) -> Iterator[tuple[Return, Tree]]:
        """Yield the returns that figures come from, each with the tree in which it was merged."""
        if one.record is None:
            yield one, tree
        for it in one.counted_inputs:
            yield from self._leaves(it, one.record.tree if one.record else tree)


def _holds(one: Return, other: Return, trees: Iterable[Tree]) -> bool:
    """Whether a cumulative return stands for the unit of another one."""
    return one.scope is CUMULATIVE and any(
        other.unit in tree and one.unit in tree and tree.under(other.unit, one.unit) for tree in trees
    )


def _one_each(files: list[File]) -> list[File]:
    """Give of each unit and scope the first file, where all say the same; none where they say different things."""
    values = {said: {one.values for one in files if one.said == said} for said in {one.said for one in files}}
    first = {said: next(one for one in files if one.said == said) for said in values}
    return [one for one in files if len(values[one.said]) == 1 and one is first[one.said]]
