"""One function over many items, over processes where there are enough of them to be worth it."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, TypeVar

# From how many items of a millisecond or so starting processes takes less time than it saves.
_WORTH_IT: Final = {"fork": 300, "spawn": 2_000}
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
    # A fork starts at once, but must not be made beside other threads, such as a progress bar's.
    alone = sys.platform == "linux" and threading.active_count() == 1
    method = "fork" if alone else "spawn"
    count = min(jobs or os.cpu_count() or 1, len(items) // _CHUNK + 1)
    if count == 1 or len(items) < _WORTH_IT[method]:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(method)) as pool:
        yield from pool.map(work, items, chunksize=_CHUNK)
