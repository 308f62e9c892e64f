"""Units whose place is not known: where they are put, and whether a cumulative return may already hold them."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param, Status
from stattable.model.names import comparable_name, level_of_name
from stattable.model.units import Level, Scope, Tree, Unit, level_of_code

_LOOKED_FOR: Final = 20  # that could hold one return; a province may have thousands


def with_unplaced(tree: Tree, root: str, received: Sequence[CheckedReturn]) -> Tree:
    """Return `tree` with the units whose place is not known as children of the root."""
    unplaced = {
        one.key: Unit(one.key, one.unit.name or "", one.level, parent=root)
        for one in received
        if one.key is not None and one.key not in tree and one.level is not None
    }
    return Tree([*tree.units.values(), *unplaced.values()]) if unplaced else tree


def with_unplaced_findings(
    received: Sequence[CheckedReturn], tree: Tree, register: Register
) -> tuple[list[CheckedReturn], bool]:
    """Report returns that may be counted twice (H004), and where units without a known place were put (U011).

    Args:
        received: all returns, with their scopes.
        tree: all units, those whose place is not known as children of the root.
        register: the units whose places are known, and the root. In a roster every unit has a place.

    Returns:
        The same returns, and whether any of them may be counted twice.
    """
    if register.is_roster:
        return list(received), False
    root = register.root or ""
    doubts, doubtful = _doubts(received, tree, root)
    put = {
        one.path: _put_under(one, tree[root], one.level)
        for one in received
        if one.status is Status.ACCEPTED and one.key is not None and one.key not in register.tree and one.level
        if one.path not in doubtful
    }
    findings = doubts | put
    return [one.with_findings(findings[one.path]) if one.path in findings else one for one in received], bool(doubts)


def could_hold(holder: CheckedReturn, other: CheckedReturn, tree: Tree, root: str) -> bool:
    """Whether the figures of `other` may be in those of `holder`, though the tree does not have it below.

    They are if `holder`'s unit stands above `other`'s. Then the two, and all that stands above either of them, are one
    line from the root down, and what is known of these units must allow that:

    ======================================  ====================================================================
    two units of them                       can be in one line
    ======================================  ====================================================================
    are the same                            yes
    are of the same level                   no: a line has one unit of each level; yes where they may be the same
                                            unit, since their names are the same and not both have codes
    are of different levels, and the lower  yes
    one stands under the higher one
    … and nothing says so                   if the higher one's code begins the lower one's, where both have
                                            division codes that are not older than their places; else nothing
                                            speaks against it
    ======================================  ====================================================================

    So a return of which only the name is known could be held by every cumulative one of a higher level; and a
    cumulative one of which only the name is known could hold every return of a lower level above which no other unit
    of its own level stands.

    Args:
        holder: an accepted cumulative return.
        other: an accepted return.
        tree: all units, those whose place is not known as children of the root.
        root: key of the root of the merge; units above it are not looked at.
    """
    if holder.key is None or other.key is None or not (holder.level and other.level):
        return False
    return holder.level.above(other.level) and all(
        _in_one_line(tree[one], tree[two], tree)
        for one in _line(holder.key, tree, root)
        for two in _line(other.key, tree, root)
    )


def _line(key: str, tree: Tree, root: str) -> list[str]:
    """Return the units from right below the root down to `key`, as far as they are known."""
    line = [*tree.above(key), key]
    return line[line.index(root) + 1 :] if root in line else line


def _in_one_line(one: Unit, two: Unit, tree: Tree) -> bool:
    if one.level is two.level:
        same_name = comparable_name(one.name) == comparable_name(two.name)
        return one.key == two.key or (same_name and not (one.code and two.code))
    high, low = (one, two) if one.level.above(two.level) else (two, one)
    if tree.under(low.key, high.key):
        return True
    codes = _telling_code(high, tree), _telling_code(low, tree)
    return not all(codes) or codes[1].startswith(codes[0])


def _telling_code(unit: Unit, tree: Tree) -> str:
    """Return the division code of a unit; empty if it has none, or an outdated one that does not fit its parent."""
    above = tree[unit.parent].code if unit.parent else None
    code = unit.code or ""
    stale = above and level_of_code(above) and not code.startswith(above)
    return "" if stale or level_of_code(code) is None else code


def _doubts(received: Sequence[CheckedReturn], tree: Tree, root: str) -> tuple[dict[str, Finding], set[str]]:
    """Return H004 on the returns that may be held by others, or on the possible holders if these are fewer, by path.

    The second value holds the paths of both.
    """
    accepted = [one for one in received if one.status is Status.ACCEPTED and one.key is not None and one.level]
    cumulative = {one.key for one in accepted if one.scope is Scope.CUMULATIVE}
    if not cumulative - {root}:
        return {}, set()
    counted = [one for one in accepted if _counts(one, cumulative, tree)]
    holders = _Holders([one for one in counted if one.scope is Scope.CUMULATIVE and one.key != root], tree)
    held: dict[str, list[CheckedReturn]] = {}
    holding: dict[str, list[CheckedReturn]] = {}
    for one in counted:
        able = (holder for holder in holders.near(one, tree, root) if could_hold(holder, one, tree, root))
        for holder in islice(able, _LOOKED_FOR):
            held.setdefault(one.path, []).append(holder)
            holding.setdefault(holder.path, []).append(one)
    others, reason = (held, "held") if len(held) <= len(holding) else (holding, "holds")
    findings = {one.path: _doubt(one, others[one.path], reason) for one in counted if one.path in others}
    return findings, {*held, *holding}


def _counts(one: CheckedReturn, cumulative: Container[str | None], tree: Tree) -> bool:
    """Whether the figures of an accepted return are in the total, as far as the places in the tree tell."""
    return not any(unit in cumulative for unit in tree.covering(one.key or "", one.scope or Scope.OWN))


class _Holders:
    """Cumulative returns, found without looking at each of them: a province may have thousands.

    Args:
        returns: accepted cumulative returns.
    """

    def __init__(self, returns: Iterable[CheckedReturn], tree: Tree) -> None:
        self._of_level: dict[Level, list[CheckedReturn]] = {}
        self._by_name: dict[tuple[Level, str], list[CheckedReturn]] = {}
        self._by_code: dict[tuple[Level, str], list[CheckedReturn]] = {}
        for one in returns:
            unit = tree[one.key or ""]
            self._of_level.setdefault(unit.level, []).append(one)
            self._by_name.setdefault((unit.level, comparable_name(unit.name)), []).append(one)
            self._by_code.setdefault((unit.level, _telling_code(unit, tree)), []).append(one)

    def near(self, other: CheckedReturn, tree: Tree, root: str) -> Iterator[CheckedReturn]:
        """Yield all that could hold `other`, and some that could not."""
        key = other.key or ""
        above = {tree[unit].level: tree[unit] for unit in _line(key, tree, root)}
        code = _telling_code(tree[key], tree)
        for level in self._of_level:
            if not level.above(tree[key].level):
                continue
            if level in above:
                yield from self._by_name.get((level, comparable_name(above[level].name)), ())
            elif code:
                for length in range(len(code)):
                    yield from self._by_code.get((level, code[:length]), ())
            else:
                yield from self._of_level[level]


def _doubt(one: CheckedReturn, others: Sequence[CheckedReturn], reason: str) -> Finding:
    """Return H004 on a return that may be held by others, or may hold them."""
    names = tuple(other.unit.name or "" for other in others)
    which = "holders" if reason == "held" else "units"
    return finding("H004", params={"reason": reason, "name": one.unit.name or "", which: names})


def _put_under(one: CheckedReturn, root: Unit, level: Level) -> Finding:
    """Return U011 on a return of a unit whose place is not known."""
    params: dict[str, Param] = {"name": one.unit.name or "", "root": root.name, "level": level.label}
    above = (one.key or "").removeprefix("?").rpartition("/")[0]
    return finding("U011", params={**params, "reason": _level_by(one), "apart": above})


def _level_by(one: CheckedReturn) -> str:
    if one.file.identity:
        return "identity"
    return "name" if level_of_name(one.file.name) else "figures"
