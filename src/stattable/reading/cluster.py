"""A Dask cluster as the executor that reads: its workers have this program, and see the files."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stattable import __version__
from stattable.formats.storage import about
from stattable.model.refusals import Refusal

_ANSWERING: Final = 10  # seconds that a scheduler may take, and then its workers


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
        yield client.get_executor(pure=False)


def _sight(paths: Sequence[str]) -> tuple[str, list[str]]:
    """Return the version that a worker has of this program, and which files it sees."""
    return __version__, [path for path in paths if _is_seen(path)]


def _is_seen(path: str) -> bool:
    try:
        return bool(about(path))
    except OSError:
        return False
