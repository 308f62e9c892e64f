"""Work in other processes: one function over many items, or over one item within limits."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, TypeVar

# Milliseconds of work from which starting processes saves more time than it takes.
_WORTH_IT: Final = {"fork": 300, "spawn": 2_000}
_CHUNK: Final = 32
_MOST_PROCESSES: Final = 61  # more than Windows can wait for
_STARTING: Final = 60.0  # seconds that a process may take until it is ready to work
_PR_SET_PDEATHSIG: Final = 1  # of prctl(2)
_LOOK_AGAIN: Final = 0.01  # seconds between two looks at the memory of a process

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerFailed(Exception):  # noqa: N818  -- no error of the program, but of its input
    """A worker process ended without a result.

    Args:
        reason: ``time`` or ``memory`` if it exceeded a limit, ``crash`` if it died.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def over_processes(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int | None,
    alone: Callable[[Item], Result] | None = None,
    *,
    begin: Callable[[], None] | None = None,
    milliseconds: int = 1,
) -> Iterator[Result]:
    """Yield `work` of each of `items`, in their order.

    Args:
        work: picklable.
        items: picklable.
        jobs: how many processes; None for as many as there are processors.
        alone: does the same in a process of its own; called with the items of a chunk that crashed a process.
            Without it a crash is an error.
        begin: called once in each process before the work, or in this one if there is no other; takes along what
            all items need.
        milliseconds: estimated time for one item.

    Raises:
        BrokenProcessPool: a process died, and there is no `alone`.
    """
    method = _method()
    count = min(jobs or os.cpu_count() or 1, len(items) // _CHUNK + 1, _MOST_PROCESSES)
    if count == 1 or len(items) * milliseconds < _WORTH_IT[method]:
        if begin:
            begin()
        yield from map(work, items)
        return
    done = 0  # items whose results were yielded
    while done < len(items):
        chunks = [items[start : start + _CHUNK] for start in range(done, len(items), _CHUNK)]
        with ProcessPoolExecutor(count, multiprocessing.get_context(method), _begin_with, (begin,)) as pool:
            try:
                futures = [pool.submit(_each, work, chunk) for chunk in chunks]
                for future in futures:
                    results = future.result()
                    yield from results
                    done += len(results)
            except BrokenProcessPool:
                if alone is None:
                    raise
            finally:
                pool.shutdown(cancel_futures=True)
        if alone and done < len(items):  # the culprit is in this chunk, or in one that was under way beside it
            suspects = items[done : done + _CHUNK]
            yield from map(alone, suspects)
            done += len(suspects)


def in_own_process(work: Callable[[Item], Result], item: Item, seconds: float, megabytes: int) -> Result:
    """Return `work` of `item`, done in a process of its own within limits.

    Args:
        work: picklable, as are its item and its result.
        item: the argument of `work`.
        seconds: limit on the time, by the clock.
        megabytes: limit on the memory, beyond what a process starts with.

    Raises:
        WorkerFailed: it exceeded a limit, or died.
        Exception: what `work` raised.
    """
    context: Any = multiprocessing.get_context(_method())
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, work, item), daemon=True)
    process.start()
    sender.close()
    try:
        _receive(receiver, time.monotonic() + _STARTING)
        deadline, most = time.monotonic() + seconds, _memory(process.pid) + megabytes * 2**20
        while not receiver.poll(_LOOK_AGAIN):
            if time.monotonic() > deadline:
                raise WorkerFailed("time")
            if _memory(process.pid) > most:
                raise WorkerFailed("memory")
        answer: tuple[Exception | None, Result] = _receive(receiver, deadline)
    except (EOFError, ConnectionError) as end:
        raise WorkerFailed("crash") from end
    finally:
        process.kill()
        process.join()
        process.close()
        receiver.close()
    error, result = answer
    if error is not None:
        raise error
    return result


def _method() -> str:
    """Return the start method of processes: fork is the fastest, but unsafe if there are other threads."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _memory(process: int) -> int:
    import psutil

    try:
        return int(psutil.Process(process).memory_info().rss)
    except psutil.Error:
        return 0


def _begin_with(begin: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C, which reaches all, is for the parent to heed
    _end_with_parent()
    if begin:
        begin()


def _end_with_parent() -> None:
    """End this process when its parent ends, even if that is killed."""
    parent = multiprocessing.parent_process()
    if sys.platform == "linux":  # a thread would keep this process from forking others
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    elif parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [work(item) for item in items]


def _receive(connection: Connection, deadline: float) -> Any:
    if not connection.poll(max(0.0, deadline - time.monotonic())):
        raise WorkerFailed("time")
    return connection.recv()


def _answer(connection: Connection, work: Callable[[Item], Result], item: Item) -> None:
    with Path(os.devnull).open("w") as nowhere:  # what a library says while it dies is no message for a clerk
        os.dup2(nowhere.fileno(), 2)
    _end_with_parent()
    connection.send("ready")
    try:
        connection.send((None, work(item)))
    except Exception as error:  # it goes to whoever asked
        connection.send((error, None))
