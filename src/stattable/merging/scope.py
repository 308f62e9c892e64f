"""Own or cumulative: the scope of returns that do not state it."""

from collections.abc import Mapping, Sequence
from typing import Final

from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.returns import CheckedReturn
from stattable.checking.scope_options import option_name, scope_params
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Param, Status
from stattable.model.form import FIELDS, fields_only_below
from stattable.model.units import Scope, ScopeBy, Tree

_OWN: Final = Scope.OWN


def infer_scopes(
    returns: Sequence[CheckedReturn],
    tree: Tree,
    root: str,
    settled: Mapping[str, Scope],
    *,
    latest: bool,
    edition: int | None = None,
) -> list[CheckedReturn]:
    """Give every return its scope, from the bottom up, and mark the duplicates among the returns of one unit.

    Each needs the other: duplicates have the same scope, and only returns that count tell the scope of those above.

    Args:
        returns: attributed to units of `tree`, or to none.
        tree: all units. A scope in the roster decides that of the unit's returns.
        root: key of the root of the merge.
        settled: the scope an option gives for the returns of a unit, by key.
        latest: of different returns of one unit and scope the latest counts.
        edition: of the batch, None where nothing says it.

    Returns:
        The same returns in the same order: those without scope with one and H005, or with H003; those that say
        cumulative and hold nothing below, while returns below do, with H003 too; and U004, U005 and U010.
    """
    marked = list(returns)
    of_unit: dict[str, list[int]] = {}
    for at, one in enumerate(marked):
        if one.key is not None and one.level is not None:
            of_unit.setdefault(one.key, []).append(at)
    held: dict[str, dict[int, int]] = {}  # unit → field → the return, in its subtree, that has a figure there
    reported: dict[str, bool] = {}  # unit → whether an accepted return is in its subtree
    for key in reversed(list(tree.below(root))):
        figures: dict[int, int] = {}
        some = False
        for child in tree.children[key]:
            some = some or reported.pop(child)
            figures = _first_of_each(figures, held.pop(child))
        ours = of_unit.get(key, ())
        option, roster = settled.get(key), tree[key].scope
        said = (option, ScopeBy.OPTION) if option else (roster, ScopeBy.ROSTER) if roster else None
        ours_decided = [_decided(marked, at, some, figures, said) for at in ours]
        decided = with_duplicate_findings(ours_decided, latest=latest, edition=edition)
        for at, one in zip(ours, decided, strict=True):
            marked[at] = one
        accepted = [at for at in ours if marked[at].status is Status.ACCEPTED]
        cumulative = [at for at in accepted if marked[at].scope is Scope.CUMULATIVE]
        if cumulative:  # it stands for all below, here as in the totals, and as in a workbook that is sent on
            accepted, figures = cumulative, {}
        for at in accepted:
            some = True
            figures = _first_of_each(figures, {index: at for index, value in enumerate(marked[at].values) if value})
        held[key], reported[key] = figures, some
    return marked


def _first_of_each(returns: dict[int, int], more: dict[int, int]) -> dict[int, int]:
    """Return the first of the returns of each field, by field; the dictionaries are used up."""
    if not returns:
        return more
    for index, at in more.items():
        returns[index] = min(returns.get(index, at), at)
    return returns


def _decided(
    marked: Sequence[CheckedReturn],
    at: int,
    some_below: bool,
    figures: Mapping[int, int],
    said: tuple[Scope, ScopeBy] | None,
) -> CheckedReturn:
    one = marked[at]
    if one.scope is _OWN or one.status is not Status.ACCEPTED or one.level is None:
        return one
    fields = sorted(fields_only_below(one.level))
    below = next(((index, figures[index]) for index in fields if index in figures), None)
    if one.scope is Scope.CUMULATIVE:
        empty = not any(one.values[index] for index in fields)
        if empty and below and not one.file.is_merged:  # of that it is known what it holds
            return one.with_scope(*said) if said else one.with_findings(_undecided(one, "empty_cumulative"))
        return one
    if one.scope is not None:
        return one
    if not some_below:
        return one.with_scope(_OWN, ScopeBy.INFERRED).with_findings(_inferred(one, "none_below"))
    if below:
        index, other = below
        cell = marked[other].file.cells[index]
        where: dict[str, Param] = {"other": marked[other].path, "other_cell": a1(*cell) if cell else ""}
        return one.with_scope(_OWN, ScopeBy.INFERRED).with_findings(
            _inferred(one, "reported_below", FIELDS[index].key, **where)
        )
    return one.with_findings(_undecided(one, "undecided"))


def _inferred(one: CheckedReturn, reason: str, field: str | None = None, **where: Param) -> Finding:
    return finding("H005", field=field, params={"reason": reason, **scope_params(_OWN, one.unit), **where})


def _undecided(one: CheckedReturn, reason: str) -> Finding:
    params: dict[str, Param] = {"reason": reason, "name": one.unit.name or "", "key": option_name(one.unit)}
    return finding("H003", params=params)
