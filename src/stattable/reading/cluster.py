"""A Dask cluster as the executor that reads: its workers have this program, and see the files."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from stattable import __version__
from stattable.formats.storage import about
from stattable.model.refusals import Refusal

_ANSWERING: Final = 10  # seconds that a scheduler may take, and then its workers
_DESERTED: Final = 30  # seconds without any worker, after which none is waited for: dead ones are replaced sooner
_LOOK_AGAIN: Final = 5  # seconds between two looks at what is waited for
_AT_ONCE: Final = 256  # pieces of work that are under way
_UNDER_WAY: Final = frozenset({"queued", "waiting", "processing", "no-worker"})  # states of a task, as Dask has them


@contextmanager
def cluster_at(address: str | None, paths: Sequence[str]) -> Iterator[Executor | None]:
    """Yield what reads on the cluster at `address`; None where that is None.

    Args:
        address: of its scheduler, as ``tcp://10.0.0.8:8786``.
        paths: of the files that are to be read; of the first it is seen whether the workers see it.

    Raises:
        Refusal: Dask is not installed, nobody answers, or a worker lacks the program or the file.
    """
    if address is None:
        yield None
        return
    import asyncio
    import logging

    try:
        from distributed import Client
        from distributed.comm import connect, resolve_address
    except ImportError:
        raise Refusal("no_dask") from None

    logging.disable()  # to the very end: what is lost is read again, and no news for a clerk

    async def ask(scheduler: str) -> None:
        comm = await connect(scheduler, timeout=_ANSWERING)
        await comm.close()

    try:
        scheduler = resolve_address(address)
        # Asked first, for a client that nobody answers says so once more when the program ends.
        asyncio.run(asyncio.wait_for(ask(scheduler), _ANSWERING))
        client = Client(scheduler, timeout=_ANSWERING, set_as_default=False)
    except Exception as error:  # each transport has its own
        raise Refusal("no_scheduler", address=address) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_ANSWERING)
        except TimeoutError:
            raise Refusal("no_workers", address=address) from None
        first = [str(Path.cwd() / path) for path in paths[:1]]
        for worker, sight in client.run(_sight, first, on_error="return").items():
            if sight != (__version__, first):
                reason = "not_seen" if sight == (__version__, []) else "not_installed"
                raise Refusal(reason, address=address, worker=worker, version=__version__, path="".join(first))
        executor = ClusterExecutor(client)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)  # what is under way ends with the client


class ClusterExecutor(ThreadPoolExecutor):
    """Has work done on a cluster, a thread for each piece that waits for it; what is lost there is an error.

    Dask's own executor waits forever where no worker is left, and now and then for a result that was lost with its
    worker on the way back and made again.

    Args:
        client: of the cluster.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(_AT_ONCE, "cluster")
        self._client = client
        self._manned = time.monotonic()  # when it had a worker last
        self._is_deserted = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Have work done.

        Raises:
            RuntimeError: no worker is left, or the executor was shut down.
        """
        if self._is_deserted:
            raise RuntimeError("no worker is left")
        return super().submit(self._result_of, self._client.submit(fn, *args, pure=False, **kwargs))

    def _result_of(self, task: Any) -> Any:
        was_under_way = True
        while True:
            try:
                return task.result(timeout=_LOOK_AGAIN)
            except TimeoutError:
                self._look_for_workers()
            is_under_way = self._state(task.key) in _UNDER_WAY
            if not (is_under_way or was_under_way):  # the result is there, or an error, and nobody says so
                raise RuntimeError("lost on the way back")
            was_under_way = is_under_way

    def _look_for_workers(self) -> None:
        if self._client.nthreads():
            self._manned = time.monotonic()
        elif time.monotonic() > self._manned + _DESERTED:
            self._is_deserted = True
            raise RuntimeError("no worker is left")

    def _state(self, key: str) -> str | None:
        states: dict[str, str | None] = self._client.sync(self._client.scheduler.get_task_status, keys=[key])
        return states.get(key)


def _sight(paths: Sequence[str]) -> tuple[str, list[str]]:
    """Return the version that a worker has of this program, and which files it sees."""
    return __version__, [path for path in paths if _is_seen(path)]


def _is_seen(path: str) -> bool:
    try:
        return bool(about(path))
    except OSError:
        return False
