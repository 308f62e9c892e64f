"""Units that sent nothing, in groups: each under the unit to ask for their returns (C001)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Final

from stattable.checking.companions import Companions, scan_findings
from stattable.checking.returns import Batch, CheckedReturn
from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Finding, Param
from stattable.model.form import fields_only_below
from stattable.model.units import Level, Scope, Tree

_LEAST_UNITS: Final = 2  # with returns in a folder; one alone says nothing of whose folder it is


@dataclass(frozen=True, slots=True)
class MissingGroup:
    """Units that sent nothing, and the unit to ask for their returns.

    Attributes:
        unit: key of the unit to ask: the one right above them, or the highest one where nobody below reported either.
        missing: keys of the units that sent nothing, in listing order: `unit` itself, where it is one of them, first.
        is_all: whether `unit` has others below it, and none of all that were to report did.
    """

    unit: str
    missing: tuple[str, ...]
    is_all: bool

    @property
    def is_own(self) -> bool:
        """Whether the unit's own return is one of those that are missing."""
        return self.unit in self.missing


def missing_groups(tree: Tree, root: str, missing: Set[str], expected: Set[str]) -> list[MissingGroup]:
    """Return all units that sent nothing, grouped, in listing order.

    A unit that has others below it speaks for itself and for those right below it that have none themselves. Where
    nobody in its whole subtree reported, that is one group, whatever levels there are.

    Args:
        tree: of all units.
        root: key of the unit to begin with.
        missing: keys of the units that sent nothing.
        expected: keys of the units that were to report, or did.
    """
    order = list(tree.below(root))
    silent: dict[str, tuple[str, ...] | None] = {}  # all that are missing in a subtree, None where somebody reported
    for key in reversed(order):
        below = [silent[child] for child in tree.children[key]]
        own = (key,) if key in missing else ()
        reported = key in expected and key not in missing
        silent[key] = None if reported or None in below else (*own, *(one for part in below if part for one in part))
    groups: list[MissingGroup] = []
    stack = [root]
    while stack:
        key = stack.pop()
        children = tree.children[key]
        everybody = silent[key] or ()
        if set(everybody) - {key}:
            groups.append(MissingGroup(key, everybody, is_all=True))
            continue
        lowest = (child for child in children if child in missing and not tree.children[child])
        some = (*([key] if key in missing else []), *lowest)
        if some:
            groups.append(MissingGroup(key, some, is_all=False))
        stack += (child for child in reversed(children) if tree.children[child])
    return groups


def missing_findings(
    tree: Tree, groups: Iterable[MissingGroup], person: Callable[[str], tuple[str, str]]
) -> Iterator[Finding]:
    """Yield C001 for each group.

    Args:
        tree: of all units.
        groups: of those that sent nothing.
        person: returns the name and the phone of the person to call in a unit, by its key.
    """
    for group in groups:
        unit, own = tree[group.unit], phrase("C001", "own")
        asked = group.missing[0] if len(group.missing) == 1 else group.unit
        contact = " ".join(filter(None, person(asked)))
        params: dict[str, Param] = {"name": unit.name, "contact": contact}
        if group.is_all:
            levels = Counter(tree[key].level for key in group.missing if key != group.unit)
            counts = (
                phrase("C001", "count", count=levels[level], level=level.noun) for level in Level if levels[level]
            )
            params |= {"reason": "all", "own": own if group.is_own else "", "counts": tuple(counts)}
        else:
            names = tuple(own if key == group.unit else tree[key].name for key in group.missing)
            params |= {"reason": "some", "names": names, "how_many": len(names) if len(names) > 1 else ""}
        yield finding("C001", unit=unit.ref, params=params)


def missing_of_folder(batch: Batch, others: Iterable[str] = ()) -> list[Finding]:
    """Return C001 for those units of a roster of which a folder holds nothing, and C006 where a scan of theirs is here.

    Whose folder it is shows in the returns: nothing is said of units outside the lowest one that all are at or below,
    nor where only one unit sent any. What a cumulative return may stand for is not missing.

    Args:
        batch: the checked returns, and the tree of the roster.
        others: paths of the files in the folder that are no returns.
    """
    tree = batch.tree
    here = {one.key for one in batch.returns if one.key is not None and one.key in tree}
    if len(here) < _LEAST_UNITS:
        return []
    chains = [[*tree.above(key), key] for key in here]
    root = next(reversed([keys[0] for keys in zip(*chains, strict=False) if len(set(keys)) == 1]), None)
    if root is None:
        return []
    covering = {one.key for one in batch.returns if _may_cover(one)}
    covered = set[str]()
    for key in tree.below(root):
        parent = tree[key].parent
        if key != root and (parent in covering or parent in covered):
            covered.add(key)
    expected = {key for key in tree.below(root) if tree[key].expected or key in here}
    missing = expected - here - covered
    groups = missing_groups(tree, root, missing, expected)
    return [
        *missing_findings(tree, groups, lambda key: (tree[key].contact, tree[key].phone)),
        *scan_findings(tree, Companions(tree).scans(batch.returns, others), missing),
    ]


def _may_cover(one: CheckedReturn) -> bool:
    """Whether a return is a cumulative one, or will be taken for one."""
    if one.scope is not None or one.level is None:
        return one.scope is Scope.CUMULATIVE
    return any(one.values[index] for index in fields_only_below(one.level))
