import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from stattable import processes
from stattable.processes import WorkerFailed, in_own_process, over_processes


def double(number: int) -> int:
    return 2 * number


def deadly(number: int) -> int:
    """Double a number, but die of some of them, as a library may."""
    if number in {40, 41, 250}:
        os._exit(139)
    return 2 * number


def survive(number: int) -> int:
    try:
        return in_own_process(deadly, number, seconds=5, megabytes=100)
    except WorkerFailed:
        return -1


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_WORTH_IT", {"fork": 1, "spawn": 1})


@pytest.mark.parametrize("jobs", [None, 1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 300])
def test_results_come_in_the_order_of_the_items(count: int, jobs: int | None) -> None:
    assert list(over_processes(double, range(count), jobs)) == [2 * number for number in range(count)]


def test_a_process_that_dies_takes_no_result_with_it() -> None:
    expected = [-1 if number in {40, 41, 250} else 2 * number for number in range(300)]
    assert list(over_processes(deadly, range(300), 2, alone=survive)) == expected


def test_a_process_that_dies_is_an_error_where_nothing_survives_it() -> None:
    with pytest.raises(BrokenProcessPool):
        list(over_processes(deadly, range(300), 2))


def beside_a_thread() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture(params=["fork", "spawn"])
def _either_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start processes in both ways: a fork is not made beside another thread."""
    yield from beside_a_thread() if request.param == "spawn" else iter([None])


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def fill(megabytes: int) -> int:
    kept = []
    for _ in range(megabytes):
        kept.append(b"x" * 2**20)
        time.sleep(0.001)
    return len(kept)


def refuse(text: str) -> None:
    raise ValueError(text)


def abort(_: int) -> None:
    os.write(2, b"thread panicked")
    os.abort()


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize(
    ("work", "item", "reason"),
    [
        (sleep, 60.0, "time"),
        (fill, 3000, "memory"),
        (deadly, 40, "crash"),
        (abort, 0, "crash"),
    ],
    ids=["time", "memory", "exit", "abort"],
)
def test_what_takes_too_much_is_lost(work: Callable[[object], object], item: object, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(WorkerFailed) as lost:
        in_own_process(work, item, seconds=1, megabytes=50)
    assert lost.value.reason == reason
    assert time.monotonic() - start < 20  # long before it would have come to an end by itself


@pytest.mark.usefixtures("_either_way")
def test_a_result_and_an_error_come_back() -> None:
    assert in_own_process(double, 21, seconds=5, megabytes=50) == 42
    assert len(in_own_process(bytes, 5_000_000, seconds=5, megabytes=50)) == 5_000_000
    with pytest.raises(ValueError, match="宣传活动"):
        in_own_process(refuse, "宣传活动", seconds=5, megabytes=50)


def test_what_a_dying_library_says_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkerFailed):
        in_own_process(abort, 0, seconds=5, megabytes=50)
    assert capfd.readouterr().err == ""
