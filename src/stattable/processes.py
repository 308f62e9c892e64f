"""Work in other processes: one function over many items, or over one item within limits."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent import futures
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, TypeVar

# Milliseconds of work from which starting processes saves more time than it takes.
_WORTH_IT: Final = {"fork": 300, "spawn": 2_000}
_CHUNK: Final = 32
_AHEAD: Final = 16  # chunks under way for each process: one that takes long holds up only what follows these
_AHEAD_ELSEWHERE: Final = 512  # in an executor, which does not say how many it works on at once
_MOST_PROCESSES: Final = 61  # more than Windows can wait for
_STARTING: Final = 60.0  # seconds that a process may take until it is ready to work
_MANY: Final = 100_000  # items, for which processes are there so long that they should hold nothing of this one
_PR_SET_PDEATHSIG: Final = 1  # of prctl(2)
_LOOK_AGAIN: Final = 0.01  # seconds between two looks at what a process takes
_PATIENCE: Final = 6  # times as long may it take by the clock as it may work
_HEED: Final = 0.5  # seconds after which Windows, which does not interrupt a wait, heeds Ctrl-C

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
) -> Generator[Result, None, None]:
    """Yield `work` of each of `items`, in their order; to be closed where it is not used up.

    Args:
        work: picklable.
        items: picklable.
        jobs: how many processes; None for as many as there are processors.
        alone: does the same in a process of its own; called with the items of a chunk on which processes died twice.
            Without it that is an error.
        begin: called once in each process before the work, or in this one if there is no other; takes along what
            all items need.
        milliseconds: estimated time for one item.

    Raises:
        BrokenExecutor: a process died, and there is no `alone`.
        BaseException: what `work` raised.
    """
    count = min(jobs or os.cpu_count() or 1, len(items) // _CHUNK + 1, _MOST_PROCESSES)
    if count == 1 or len(items) * milliseconds < _WORTH_IT[_method(len(items))]:
        if begin:
            begin()
        yield from map(work, items)
    else:
        yield from _in_order(_Workers(count, len(items), begin), count * _AHEAD, work, items, alone)


def over_executor(
    executor: Executor,
    work: Callable[[Item], Result],
    items: Sequence[Item],
    alone: Callable[[Item], Result],
) -> Generator[Result, None, None]:
    """Yield `work` of each of `items`, in their order, done by any executor; to be closed where it is not used up.

    Args:
        executor: what it loses is done again; where it takes no more work, processes of this machine do the rest.
        work: picklable.
        items: picklable.
        alone: does the same in a process of its own on this machine; called with the items of a chunk that was lost
            twice.

    Raises:
        BaseException: what `work` raised.
    """
    workers = _Workers(min(os.cpu_count() or 1, _MOST_PROCESSES), len(items), executor=executor)
    return _in_order(workers, _AHEAD_ELSEWHERE, work, items, alone)


class _Workers:
    """What does the work: an executor or, where there is none or it takes no more, processes of this machine.

    Args:
        count: of processes.
        items: how many there are to do.
        begin: called once in each of the processes.
        executor: that is asked first, or None.
    """

    def __init__(
        self, count: int, items: int, begin: Callable[[], None] | None = None, executor: Executor | None = None
    ) -> None:
        self._count = count
        self._items = items
        self._begin = begin
        self._executor = executor
        self._pool: ProcessPoolExecutor | None = None
        self._others: set[int | None] = set()  # processes that were there before

    def submit(self, work: Callable[[Item], Result], chunk: Sequence[Item]) -> "Future[_Outcome[Result]]":
        """Have `work` done of each item of a chunk."""
        if self._executor:
            try:
                return self._executor.submit(_each, work, chunk)
            except Exception:  # each kind has its own for being shut down, disconnected, broken
                self._executor = None
        with _unheard_by_children():
            try:
                return self._processes().submit(_each, work, chunk)
            except BrokenExecutor:
                self.end_processes()
                return self._processes().submit(_each, work, chunk)

    def end_processes(self, *, at_once: bool = False) -> None:
        """End the processes, if there are any, when they are done with what is under way, or at once."""
        if self._pool is None:
            return
        for process in multiprocessing.active_children() if at_once else ():
            if process.pid not in self._others:
                process.kill()
        self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._others = {process.pid for process in multiprocessing.active_children()}
            context = multiprocessing.get_context(_method(self._items))
            self._pool = ProcessPoolExecutor(self._count, context, _begin_with, (self._begin,))
        return self._pool


def _in_order(
    workers: _Workers,
    ahead: int,
    work: Callable[[Item], Result],
    items: Sequence[Item],
    alone: Callable[[Item], Result] | None,
) -> Generator[Result, None, None]:
    """Yield `work` of each of `items`, of which no more than `ahead` chunks are under way."""
    chunks = (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
    under_way: deque[tuple[Sequence[Item], Future[_Outcome[Result]]]] = deque()
    try:
        while True:
            under_way.extend((chunk, workers.submit(work, chunk)) for chunk in islice(chunks, ahead - len(under_way)))
            if not under_way:
                break
            chunk, future = under_way[0]
            outcome = _outcome_of(future)
            if isinstance(outcome, Exception):  # lost by itself, or with one that was under way beside it
                outcome = _outcome_of(workers.submit(work, chunk))
            if not isinstance(outcome, Exception):
                results, error = outcome
                yield from results
                if error is not None:
                    raise error
            elif alone is None:
                raise outcome
            else:
                workers.end_processes()
                yield from map(alone, chunk)
            under_way.popleft()
        workers.end_processes()
    finally:
        for _, future in under_way:
            future.cancel()
        workers.end_processes(at_once=True)


def in_own_process(work: Callable[[Item], Result], item: Item, seconds: float, megabytes: int) -> Result:
    """Return `work` of `item`, done in a process of its own within limits.

    Args:
        work: picklable, as are its item and its result.
        item: the argument of `work`.
        seconds: limit on the processor time; by the clock it is several times as much, for on a computer that does
            other things besides all takes longer.
        megabytes: limit on the memory, beyond what a process starts with.

    Raises:
        WorkerFailed: it exceeded a limit, or died.
        Exception: what `work` raised.
    """
    if multiprocessing.current_process().daemon:  # as Dask's are, and may have no children; ours end with them anyway
        multiprocessing.current_process().daemon = False
    context: Any = multiprocessing.get_context(_method())
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, work, item), daemon=True)
    try:
        with _unheard_by_children():
            process.start()
            sender.close()
        _receive(receiver, time.monotonic() + _STARTING)
        worked, held = _use_of(process.pid)
        deadline = time.monotonic() + _PATIENCE * seconds
        while not receiver.poll(_LOOK_AGAIN):
            works, holds = _use_of(process.pid)
            if works > worked + seconds or time.monotonic() > deadline:
                raise WorkerFailed("time")
            if holds > held + megabytes * 2**20:
                raise WorkerFailed("memory")
        answer: tuple[Exception | None, Result] = _receive(receiver, deadline)
    except (EOFError, ConnectionError) as end:
        raise WorkerFailed("crash") from end
    finally:
        if process.pid is not None:
            process.kill()
            process.join()
        process.close()
        receiver.close()
    error, result = answer
    if error is not None:
        raise error
    return result


def _method(items: int = 1) -> str:
    """Return the start method of processes: fork is the fastest, but unsafe if there are other threads.

    What forked ones hold of this process stays in memory, beside what becomes of it here, until all `items` are done.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 and items < _MANY else "spawn"


def _use_of(process: int) -> tuple[float, int]:
    """Return the processor time that a process has taken, in seconds, and the memory that it holds, in bytes."""
    import psutil

    try:
        about = psutil.Process(process)
        with about.oneshot():
            times = about.cpu_times()
            return times.user + times.system, int(about.memory_info().rss)
    except psutil.Error:
        return 0.0, 0


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


_Outcome = tuple[list[Result], BaseException | None]  # the results as far as they go, and what ended them


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> _Outcome[Result]:
    """Return `work` of each of `items`; what it raises is returned, so that what is raised is the executor's."""
    results: list[Result] = []
    for item in items:
        try:
            results.append(work(item))
        except BaseException as error:  # the readers' own panics derive from it
            error.add_note(traceback.format_exc())
            return results, error
    return results, None


def _outcome_of(future: "Future[_Outcome[Result]]") -> _Outcome[Result] | Exception:
    """Return what came of a chunk, or why it was lost."""
    while not future.done():
        futures.wait([future], _HEED)
    try:
        return future.result()
    except Exception as error:
        return error


@contextmanager
def _unheard_by_children() -> Iterator[None]:
    """Start processes that Ctrl-C, which reaches all of a terminal, does not stop: it is for this one to heed."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
