"""The merged workbooks of all levels: one for every unit that has others below it, in folders that mirror the tree."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from stattable.merging.ledger import Run
from stattable.merging.merge import Levels, Merged
from stattable.model.parallel import over_processes
from stattable.writing.files import folders, write_whole
from stattable.writing.report import report_bytes

_MILLISECONDS: Final = 15  # that one takes
_shared: list[tuple[Levels, Run]] = []  # what the work of all units needs, in each process


def write_levels(
    merged: Merged, run: Run, folder: Path, *, jobs: int | None = None, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write the merged workbooks of a merge's root and of all units below it that have units below themselves.

    Args:
        merged: the result for the root.
        run: how the merge was started.
        folder: under which all are written.
        jobs: how many processes may write.
        progress: told of every workbook.

    Returns:
        How many were written: units without any accepted return have none.

    Raises:
        OSError: one could not be written; those before it are there, whole.
    """
    levels = Levels(merged)
    places = folders(merged.tree, merged.root, folder)
    items = [(key, places[key][0] / f"{places[key][1]}_汇总.xlsx") for key in merged.parents]
    try:
        for _ in over_processes(_write, items, jobs, begin=partial(_begin, levels, run), milliseconds=_MILLISECONDS):
            progress(1)
    finally:
        _shared.clear()
    return len(items)


def _begin(levels: Levels, run: Run) -> None:
    _shared[:] = [(levels, run)]


def _write(item: tuple[str, Path]) -> None:
    key, path = item
    levels, run = _shared[0]
    write_whole(path, report_bytes(levels.at(key), run), durable=False)
