"""What merged workbooks know to be missing below their units, so that it is known at every level above them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from stattable.checking.returns import CheckedReturn
from stattable.merging.contents import place_of
from stattable.merging.overlap import Overlaps
from stattable.merging.rollup import RollUp
from stattable.model.units import Level


def known_missing(rolled: RollUp, accepted: Iterable[CheckedReturn], overlaps: Overlaps) -> frozenset[str]:
    """Return the keys of the units that merged workbooks, whose totals stand for them, know to be missing."""
    contents = filter(None, map(overlaps.contents, accepted))
    places = {place for one in contents for place in one.missing_places()}
    tree = rolled.tree
    return frozenset(key for key in tree.below(rolled.root) if place_of(tree, key) in places) if places else frozenset()


def partly_covered(rolled: RollUp, missing: Collection[str]) -> frozenset[str]:
    """Return the keys of units that may be missing: a workbook above them says how many are, and not which.

    Args:
        rolled: the figures, with what each workbook says of itself.
        missing: as :func:`known_missing` gives them.
    """
    tree, unsure = rolled.tree, set[str]()
    for key, within in rolled.counted.unaccounted.items():
        below = [unit for unit in tree.below(key) if unit != key] if key in tree and any(within.values()) else []
        named = Counter(tree[unit].level for unit in below if unit in missing)
        unsure.update(unit for unit in below if within.get(tree[unit].level, 0) > named[tree[unit].level])
    return frozenset(unsure.difference(missing))


def gaps_within(rolled: RollUp, missing: Iterable[str]) -> dict[str, Mapping[Level, int]]:
    """Return how many units are missing in the merged workbooks at or below each unit, by level.

    Below such a workbook it is known of the units whose names its record has.

    Args:
        rolled: the figures, with what each workbook says of itself.
        missing: as :func:`known_missing` gives them.
    """
    tree, counted, root = rolled.tree, rolled.counted, rolled.root
    gaps: defaultdict[str, Counter[Level]] = defaultdict(Counter)
    for key, within in counted.unaccounted.items():
        chain = [at for at in tree.above(key) if tree.under(at, root)]
        if tree.under(key, root) and counted.cumulative.keys().isdisjoint(chain):
            for at in (key, *chain):
                gaps[at].update(within)
    for key in missing:
        chain = [at for at in tree.above(key) if tree.under(at, root)]  # from the top down
        highest = next((place for place, at in enumerate(chain) if at in counted.cumulative), len(chain))
        for at in chain[highest + 1 :]:
            gaps[at][tree[key].level] += 1
    return {key: {level: count[level] for level in Level if count[level]} for key, count in gaps.items()}
