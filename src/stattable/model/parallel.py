"""One function over many items, over processes where there are enough of them to be worth it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, TypeVar

_WORTH_IT: Final = 2_000  # items of a millisecond or so; below that, starting processes takes longer than it saves
_CHUNK: Final = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


def over_processes(work: Callable[[Item], Result], items: Sequence[Item], jobs: int | None) -> Iterator[Result]:
    """Yield `work` of each of `items`, in their order.

    Args:
        work: picklable.
        items: picklable.
        jobs: how many processes; None for as many as there are processors.
    """
    count = min(jobs or os.cpu_count() or 1, len(items) // _CHUNK + 1)
    if count == 1 or len(items) < _WORTH_IT:
        yield from map(work, items)
        return
    spawn = multiprocessing.get_context("spawn")  # the same everywhere, and safe beside a progress bar's thread
    with ProcessPoolExecutor(count, mp_context=spawn) as pool:
        yield from pool.map(work, items, chunksize=_CHUNK)
