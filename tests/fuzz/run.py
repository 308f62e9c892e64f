"""Run mutants for as long as told: ``python tests/fuzz/run.py --count 100000 --seed 1 [--minutes M] [--jobs 2]``.

Each mutant follows from (seed, number) and the tree; ``--only N`` makes one again and says what comes of it. Workers
are processes that are started anew when they die. Exit 1 where anything failed, with the mutants in ``--save``.
"""

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.corpus import corpus
from fuzz.mutate import Mutant, mutant
from fuzz.oracle import judge
from stattable.model.findings import rejects
from stattable.reading.files import read_return

SLOW = 5.0  # seconds of CPU for one file
HUNG = 30.0  # seconds by the clock, after which a worker is killed
GROWTH = 300 * 1024  # KiB that one file may add to the most memory a process ever took
ADDRESS_SPACE = 4 * 2**30  # so that a file that wants more takes its worker with it, and not the machine
SHARED_MEMORY = Path("/dev/shm")


class TooSlow(BaseException):
    """A file took longer than `SLOW`."""


@dataclass(frozen=True)
class Outcome:
    """What came of one mutant.

    Attributes:
        number: the mutant's.
        what: accepted, disputed, unjudged, the code of the first finding that rejects, or FAILURE and which.
        how: it was made.
        detail: of a failure or a dispute.
    """

    number: int
    what: str
    how: str
    detail: str = ""


FAILURE = "FAILURE"  # and in a word which


def run_one(made: Mutant, path: Path) -> Outcome:
    """Give one mutant to the product, and its answer to the oracle."""
    path.write_bytes(made.data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def failed(which: str, detail: str) -> Outcome:
        return Outcome(made.number, f"{FAILURE} {which}", made.how, detail)

    def stop(*_: object) -> None:
        raise TooSlow

    handler = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        received = read_return(str(path))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return failed("exception", f"{type(error).__name__}: {error}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    for finding in received.findings:
        detail = str(finding.params.get("detail"))
        if finding.code == "F007" and not _is_os_error(detail):
            return failed("time" if detail == TooSlow.__name__ else "crash", detail)
    if grown > GROWTH:
        return failed("memory", f"{grown // 1024} MiB more")
    if rejects(received.findings):
        return Outcome(made.number, min(one.code for one in received.findings if rejects([one])), made.how)
    judgment = judge(made.data, received)
    if judgment.violations:
        return failed("hidden-label" if judgment.hidden_label else "oracle", "; ".join(judgment.violations[:4]))
    if judgment.disputed:
        return Outcome(made.number, "disputed", made.how, "; ".join(judgment.disputed[:3]))
    return Outcome(made.number, "unjudged" if judgment.unjudged else "accepted", made.how)


def _is_os_error(name: str) -> bool:
    error = getattr(__builtins__, name, None) or (__builtins__.get(name) if isinstance(__builtins__, dict) else None)
    return isinstance(error, type) and issubclass(error, OSError)


# -- workers ----------------------------------------------------------------------------------------------


@dataclass
class _Worker:
    numbers: Iterator[int]
    process: Any = None
    pipe: Any = None
    at: int | None = None
    since: float = 0.0


def _work(pipe: Connection, seed: int, folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # a library's panics
    path = Path(folder) / f"{os.getpid()}.bin"
    while (number := pipe.recv()) is not None:
        try:
            made = mutant(seed, number)
        except MemoryError:
            os._exit(9)
        pipe.send(run_one(made, path))


def _start(worker: _Worker, seed: int, folder: str) -> None:
    context = multiprocessing.get_context("fork")
    worker.pipe, theirs = context.Pipe()
    worker.process = context.Process(target=_work, args=(theirs, seed, folder))  # no daemon, which may have no children
    worker.process.start()
    theirs.close()
    _next(worker)


def _next(worker: _Worker) -> None:
    worker.at, worker.since = next(worker.numbers, None), time.monotonic()
    worker.pipe.send(worker.at)


def run(seed: int, count: int, *, minutes: float | None = None, jobs: int = 1, first: int = 0) -> Iterator[Outcome]:
    """Yield what comes of `count` mutants, each in a worker of its own process."""
    corpus()  # before the workers are forked, so that each has it
    end = time.monotonic() + minutes * 60 if minutes else None
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as folder:
        workers = [_Worker(iter(range(first + job, first + count, jobs))) for job in range(jobs)]
        for worker in workers:
            _start(worker, seed, folder)
        try:
            while busy := [worker for worker in workers if worker.at is not None]:
                ready = wait([worker.pipe for worker in busy], timeout=1.0)
                for worker in busy:
                    if worker.pipe in ready:
                        yield _answer(worker, seed, folder)
                    elif time.monotonic() - worker.since > HUNG:
                        worker.process.kill()  # the pipe breaks, and that is seen next time
                if end and time.monotonic() > end:
                    return
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.join()


def _answer(worker: _Worker, seed: int, folder: str) -> Outcome:
    assert worker.at is not None
    try:
        outcome: Outcome = worker.pipe.recv()
    except (EOFError, ConnectionError):
        worker.process.join()
        outcome = Outcome(worker.at, f"{FAILURE} death", "", f"exit {worker.process.exitcode}")
        _start(worker, seed, folder)
        return outcome
    if outcome.what == f"{FAILURE} memory":  # it never gets less again
        worker.process.kill()
        worker.process.join()
        _start(worker, seed, folder)
    else:
        _next(worker)
    return outcome


# -- the command ------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of all mutants so far."""

    what: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        count, seconds = sum(self.what.values()), time.monotonic() - self.started
        words = ", ".join(f"{what} {number}" for what, number in sorted(self.what.items()))
        return f"{count} mutants in {seconds:.0f} s ({count / max(seconds, 0.001):.0f}/s): {words}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-failures")
    parser.add_argument("--save-disputed", action="store_true", help="save what the libraries read differently, too")
    parser.add_argument("--only", type=int, help="make this mutant again, save it and say what comes of it")
    options = parser.parse_args()
    first, count, jobs = options.first, options.count, options.jobs
    if options.only is not None:
        first, count, jobs = options.only, 1, 1
    tally = Tally()
    for outcome in run(options.seed, count, minutes=options.minutes, jobs=jobs, first=first):
        tally.what[outcome.what] += 1
        disputed = outcome.what == "disputed" and options.save_disputed
        if outcome.what.startswith(FAILURE) or disputed or options.only is not None:
            made = mutant(options.seed, outcome.number)
            options.save.mkdir(parents=True, exist_ok=True)
            path = options.save / f"{options.seed}-{outcome.number}-{made.name}"
            path.write_bytes(made.data)
            print(f"{outcome.what} --seed {options.seed} --only {outcome.number} ({made.how}, {made.name}): "  # noqa: T201
                  f"{outcome.detail} → {path}", flush=True)  # fmt: skip
    print(tally)  # noqa: T201
    return 1 if any(what.startswith(FAILURE) for what in tally.what) else 0


if __name__ == "__main__":
    sys.exit(main())
