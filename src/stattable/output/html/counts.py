"""How many of how many reported: of a unit and all below it, in a merge and in a collection."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from stattable.merging.collection import Collection, Counts
from stattable.model.units import Level
from stattable.writing.collection import COUNT_HEADS
from stattable.writing.tables import Rate

MERGE_HEADS: Final = ("应报", "已报", "退回", "没有报", "报送率")
STATUS_HEADS: Final = COUNT_HEADS[2:]  # without name and level
MERGE_RATE: Final = "已报包括已含在上级汇总数里的；报送率 =（已报 + 退回）÷ 应报。应报包括本单位自己。"
_ALWAYS: Final = frozenset({"应报", "已报", "缺报", "报送率"})
_MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class CountRow:
    """A row of counts.

    Attributes:
        label: of what they are.
        cells: the counts; the rates in words.
        length: of the bar of its rate, in per cent, or None.
        number: of the unit, or None for other rows.
    """

    label: str
    cells: tuple[int | str, ...]
    length: float | None
    number: int | None = None


class Tally(NamedTuple):
    """The counts of some units, and what their rates are made of.

    Attributes:
        counts: of the units.
        unnamed: how many of the covered ones are missing all the same.
        covered_on_time: how many of the covered ones are so by returns that were filed by the deadline.
    """

    counts: Counts
    unnamed: int
    covered_on_time: int

    def rate(self, count: int) -> Rate | None:
        """Return which share of the units that were to report `count` is."""
        return Rate(count / self.counts.expected) if self.counts.expected else None


def tally_of(collection: Collection, key: str) -> Tally:
    """Return the counts of a unit and all below it."""
    return Tally(collection.counts[key], collection.unnamed[key], collection.covered_on_time[key])


def tallies_of_levels(collection: Collection) -> dict[Level, Tally]:
    """Return the counts of the units of each level of which any was to report."""
    tree, root = collection.merged.tree, collection.merged.root
    whole = defaultdict[Level, list[tuple[int, ...]]](list)  # of units of a level with all below them
    below = defaultdict[Level, list[tuple[int, ...]]](list)  # of those right below units of a level
    for key in collection.units:
        counts, *rest = tally_of(collection, key)
        whole[tree[key].level].append((*counts, *rest))
        if key != root:
            below[tree[tree[key].parent or root].level].append((*counts, *rest))
    tallies = {}
    for level in (level for level in Level if level in whole):
        sums = [*map(sum, zip(*whole[level], strict=True))]
        less = [*map(sum, zip(*below[level], strict=True))] or [0] * len(sums)
        *alone, unnamed, on_time = (one - other for one, other in zip(sums, less, strict=True))
        tallies[level] = Tally(Counts(*alone), unnamed, on_time)
    return {level: tally for level, tally in tallies.items() if tally.counts.expected}


def merge_cells(tally: Tally) -> list[object]:
    """Return the counts of units of a merge below `MERGE_HEADS`."""
    counts, unnamed = tally.counts, tally.unnamed
    reported, rejected = counts.accepted + counts.covered - unnamed, counts.received - counts.accepted
    return [counts.expected, reported, rejected, counts.missing + unnamed, tally.rate(reported + rejected)]


def status_cells(tally: Tally, gaps: int = 0) -> list[object]:
    """Return the counts of units of a collection below `STATUS_HEADS`."""
    counts = tally.counts
    rate = tally.rate(counts.received + counts.covered - tally.unnamed)
    return [*counts, gaps, rate, tally.rate(counts.on_time + tally.covered_on_time)]


def columns_in_use(rows: Iterable[Sequence[object]]) -> list[int]:
    """Return the columns of `STATUS_HEADS` that say anything of the units of a collection."""
    told = [*map(any, zip(*rows, strict=True))]
    return [at for at, head in enumerate(STATUS_HEADS) if head in _ALWAYS or told[at]]


def count_row(label: str, cells: Sequence[object], number: int | None = None) -> CountRow:
    """Return a row of counts.

    Args:
        label: of what they are.
        cells: numbers and rates, None for a number that is 0 or a rate that is none.
        number: of the unit, or None.
    """
    first_rate = next((cell for cell in cells if isinstance(cell, Rate)), None)
    length = None if first_rate is None else round(100 * first_rate, 1)
    return CountRow(label, shown_counts(cells), length, number)


def shown_counts(cells: Sequence[object]) -> tuple[int | str, ...]:
    """Return counts as they are shown: rates in per cent."""
    return tuple(f"{cell:.1%}" if isinstance(cell, Rate) else cell if isinstance(cell, int) else "" for cell in cells)


def first_rows(keys: Sequence[str]) -> tuple[Sequence[str], int]:
    """Return as many units as a table shows, and how many it does not."""
    return keys[:_MOST_ROWS], max(len(keys) - _MOST_ROWS, 0)
