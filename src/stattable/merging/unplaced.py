"""Units that nothing places: where they are put, and whether a cumulative return may already hold them."""

from collections.abc import Sequence

from stattable.checking.batch import Checked
from stattable.model.catalogue import found
from stattable.model.findings import Param
from stattable.model.units import Level, Scope, Tree, Unit, level_of_name


def with_unplaced(tree: Tree, root: str, received: Sequence[Checked]) -> Tree:
    """Return `tree` with the units that nothing places as direct children of the root."""
    unplaced = {
        one.key: Unit(one.key, one.unit.name or "", one.level, parent=root)
        for one in received
        if one.key is not None and one.key not in tree and one.level is not None
    }
    return Tree([*tree.units.values(), *unplaced.values()]) if unplaced else tree


def say_of_unplaced(received: Sequence[Checked], tree: Tree, root: str) -> tuple[list[Checked], bool]:
    """Say of units that nothing places where they were put (U011), or that a cumulative return may hold them (H004).

    Args:
        received: all returns, with their scopes.
        tree: the units whose places are known.
        root: of the merge.

    Returns:
        The same returns, and whether any of them may be counted twice.
    """
    holders: dict[Level, Checked] = {}
    for one in received:
        if one.status == "accepted" and one.scope is Scope.CUMULATIVE and one.key != root and one.level:
            holders.setdefault(one.level, one)
    result, any_ambiguous = [], False
    for one in received:
        if one.status != "accepted" or one.key is None or one.key in tree or one.level is None:
            result.append(one)
            continue
        above = [holder for level, holder in holders.items() if level.above(one.level)]
        name = one.unit.name or ""
        if above:
            said = found("H004", params={"name": name, "other": above[0].unit.name or ""})
        else:
            params: dict[str, Param] = {"name": name, "root": tree[root].name, "level": one.level.label}
            said = found("U011", params={**params, "reason": _level_by(one)})
        result.append(one.with_findings(said))
        any_ambiguous = any_ambiguous or bool(above)
    return result, any_ambiguous


def _level_by(one: Checked) -> str:
    """Return what said the level of a unit that nothing places."""
    if one.received.identity:
        return "identity"
    return "name" if level_of_name(one.received.name) else "figures"
