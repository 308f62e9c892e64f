"""The returns of a merge as rows of a page: whose each is, which file, and whether it counts."""

from stattable.merging.result import MergeResult
from stattable.model.units import Scope
from stattable.output.html.units import Numbered, Paths, Units
from stattable.proving.ledger import entries_of


def return_columns(merged: MergeResult, units: Units, paths: Paths) -> tuple[dict[str, object], int]:
    """Return the returns of known units for the page, and how many of all are in the total.

    Args:
        merged: the result.
        units: those of the page.
        paths: to which the paths of the returns are added.
    """
    reasons, scopes = Numbered[str](), [*Scope]
    reasons.number("")  # of those that count
    rows, counted = [], 0
    for one, entry in zip(merged.files, entries_of(merged), strict=True):
        counted += entry.counted
        if one.key in units.numbers:
            unit = merged.tree[one.key]
            pair = paths.pair(one.path, unit.code, unit.name)
            scope = scopes.index(one.scope) if one.scope else -1
            rows.append([units.numbers[one.key], *pair, scope, reasons.number(entry.why)])
    return {"rows": rows, "reasons": reasons.all, "scopes": [scope.label for scope in scopes]}, counted
