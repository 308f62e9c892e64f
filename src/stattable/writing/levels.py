"""The merged workbooks of all levels: one for every unit that has others below it, in folders that mirror the tree."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from stattable.merging.levels import Levels
from stattable.merging.result import MergeResult
from stattable.model.units import Tree
from stattable.processes import over_processes
from stattable.proving.ledger import Run
from stattable.writing.folders import folders
from stattable.writing.report import write_report
from stattable.writing.whole_files import Staging, fill

_MILLISECONDS: Final = 15  # that one takes
_shared: list[tuple[Levels, Run]] = []  # what the work of all units needs, in each process


@dataclass(frozen=True, slots=True)
class WrittenLevels:
    """The workbooks of all levels after writing.

    Attributes:
        folder: the folder with all of them.
        count: how many were written.
        stale: paths of earlier ones that were left alone: their units have no accepted return any more.
    """

    folder: str
    count: int
    stale: tuple[str, ...]


@lru_cache(maxsize=1)
def level_places(tree: Tree, root: str, *, folder: Path) -> Mapping[str, Path]:
    """Return the path of the workbook of each unit with others below it, by key; a merge asks for them three times."""
    places = folders(tree, [root], folder)
    return {key: place / f"{stem}_汇总.xlsx" for key, (place, stem) in places.items() if tree.children[key]}


def write_levels(
    merged: MergeResult,
    run: Run,
    folder: Path,
    whole: Path,
    staging: Staging,
    *,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> WrittenLevels:
    """Write the merged workbooks of a merge's root and of all units below it that have units below themselves.

    Args:
        merged: the result for the root.
        run: how the merge was started.
        folder: under which all are written.
        whole: a file for the root's own, too, which is the largest and is made while others are.
        staging: what they are written to, which will put them in their places.
        jobs: how many processes may write.
        progress: told of every workbook.

    Returns:
        What was written: units without any accepted return have none.

    Raises:
        OSError: one could not be written.
    """
    places = {**level_places(merged.tree, merged.root, folder=folder)}
    items = [(key, staging.place(places.pop(key))) for key in merged.parents]
    begin = partial(_begin, Levels(merged), run)
    try:
        with closing(over_processes(_write, items, jobs, begin=begin, milliseconds=_MILLISECONDS)) as written:
            for _ in written:
                progress(1)
    finally:
        _shared.clear()
    if items:  # the root's comes first
        fill(whole, items[0][1].read_bytes(), durable=True)
    else:
        write_report(merged, run, whole, durable=True)
    return WrittenLevels(str(folder), len(items), tuple(str(path) for path in places.values() if path.exists()))


def _begin(levels: Levels, run: Run) -> None:
    _shared[:] = [(levels, run)]


def _write(item: tuple[str, Path]) -> None:
    key, path = item
    levels, run = _shared[0]
    write_report(levels.at(key), run, path)
