"""The results of the levels below the root, from the one roll-up."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from stattable.checking.returns import CheckedReturn
from stattable.merging.merge import assemble
from stattable.merging.result import MergeResult


class Levels:
    """The results for all units below the root of a merge that have units below them.

    Each is what merging the returns of that unit and those below it by themselves would give. A workbook that the unit
    itself merged and sent counts here, where it would be an earlier result there.

    Args:
        merged: the result for the root.
    """

    def __init__(self, merged: MergeResult) -> None:
        self._merged = merged
        self._returns, self._earlier = _by_unit(merged.returns), _by_unit(merged.earlier)

    def at(self, key: str) -> MergeResult:
        """Return the result for the unit `key`."""
        merged = self._merged
        if key == merged.root:
            return merged
        units = list(merged.tree.below(key))
        returns, earlier = (
            sorted((one for unit in units for one in of_units.get(unit, ())), key=attrgetter("path"))
            for of_units in (self._returns, self._earlier)
        )
        part = assemble(
            replace(merged.rollup, root=key),
            merged.options,
            merged.edition,
            returns,
            earlier,
            (),
            overlaps=merged.overlaps,
            refused=False,
        )
        return replace(part, part_of=merged.root_unit.name)


def _by_unit(returns: Sequence[CheckedReturn]) -> dict[str, list[CheckedReturn]]:
    of_units: dict[str, list[CheckedReturn]] = {}
    for one in returns:
        if one.key is not None:
            of_units.setdefault(one.key, []).append(one)
    return of_units
