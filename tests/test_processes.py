import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import active_children, get_context
from typing import Any

import pytest

from stattable import processes
from stattable.processes import WorkerFailed, in_own_process, over_executor, over_processes


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


HELD: list[str] = []  # what a process holds that was forked


def count_held(_: int) -> int:
    return len(HELD)


@pytest.mark.parametrize(("count", "held"), [(300, 1), (301, 0)])
def test_processes_for_many_items_hold_nothing_of_this_one(
    monkeypatch: pytest.MonkeyPatch, count: int, held: int
) -> None:
    monkeypatch.setattr(processes, "_MANY", 301)
    monkeypatch.setattr("test_processes.HELD", ["村"])
    assert {*over_processes(count_held, range(count), 2)} == {held}


def test_a_process_that_dies_takes_no_result_with_it() -> None:
    expected = [-1 if number in {40, 41, 250} else 2 * number for number in range(300)]
    assert list(over_processes(deadly, range(300), 2, alone=survive)) == expected


def test_a_process_that_dies_is_an_error_where_nothing_survives_it() -> None:
    with pytest.raises(BrokenProcessPool):
        list(over_processes(deadly, range(300), 2))


def test_only_what_takes_processes_with_it_is_done_alone() -> None:
    done_alone = []

    def noted(number: int) -> int:
        done_alone.append(number)
        return survive(number)

    list(over_processes(deadly, range(3000), 2, alone=noted))
    chunk = range(32, 64), range(224, 256)
    assert sorted({*done_alone}) == [number for numbers in chunk for number in numbers]


@pytest.mark.parametrize("way", ["error", "closed"])
def test_no_process_goes_on_after_the_end(way: str) -> None:
    before = {process.pid for process in active_children()}
    work = refuse_40 if way == "error" else slowly
    results = over_processes(work, range(1000), 2)
    if way == "error":
        with pytest.raises(ValueError, match="40") as caught:
            list(results)
        assert "refuse_40" in caught.value.__notes__[0]  # where in the other process
    else:
        assert next(results) == 0
        start = time.monotonic()
        results.close()
        assert time.monotonic() - start < 20  # what is under way would take minutes
    assert {process.pid for process in active_children()} == before


def refuse_40(number: int) -> int:
    if number == 40:
        raise ValueError(number)
    return number


def slowly(number: int) -> int:
    time.sleep(0 if number < 32 else 5)
    return number


# -- any executor -----------------------------------------------------------------------------------------


class Unsteady(Executor):
    """Does the work when it is submitted, loses some of it, and may take no more at all.

    Args:
        lost: how often it loses the chunk that begins with a number.
        how: what becomes of a chunk that it loses.
        most: chunks that it takes.
    """

    def __init__(self, lost: dict[int, int], how: Exception | None = None, most: int = 1000) -> None:
        self.lost, self.how, self.most = Counter(lost), how, most
        self.out = self.most_out = 0

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> "Future[Any]":
        self.most -= 1
        if self.most < 0:
            raise RuntimeError("cannot schedule new futures after shutdown")
        self.out += 1
        self.most_out = max(self.out, self.most_out)
        future: Future[Any] = Future()
        first = arguments[1][0]
        if self.lost[first]:
            self.lost[first] -= 1
            if self.how:
                future.set_exception(self.how)
            else:
                future.cancel()
        else:
            future.set_result(function(*arguments))
        return future


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor])
@pytest.mark.parametrize("count", [0, 1, 33, 300])
def test_any_executor_does_it(executor: Callable[[int], Executor], count: int) -> None:
    with executor(2) as given:
        results = over_executor(given, double, range(count), survive)
        assert list(results) == [2 * number for number in range(count)]


@pytest.mark.parametrize("how", [OSError("a worker was killed"), None], ids=["error", "cancelled"])
@pytest.mark.parametrize(("times", "alone"), [(1, []), (2, list(range(32, 64)))])
def test_what_an_executor_loses_is_done_again(how: Exception | None, times: int, alone: list[int]) -> None:
    done_alone: list[int] = []

    def noted(number: int) -> int:
        done_alone.append(number)
        return 2 * number

    executor = Unsteady({32: times, 960: 1}, how)
    results = over_executor(executor, double, range(1000), noted)
    assert list(results) == [2 * number for number in range(1000)]
    assert (done_alone, executor.lost.total()) == (alone, 0)


def test_an_executor_that_breaks_is_replaced_by_processes_of_this_machine() -> None:
    expected = [-1 if number in {40, 41, 250} else 2 * number for number in range(300)]
    with ProcessPoolExecutor(2, get_context("spawn")) as given:
        assert list(over_executor(given, deadly, range(300), survive)) == expected
    assert list(over_executor(Unsteady({}, most=1), deadly, range(300), survive)) == expected


def test_an_error_of_the_work_is_no_failure_of_the_executor() -> None:
    with ThreadPoolExecutor(2) as given, pytest.raises(ValueError, match="40"):
        list(over_executor(given, refuse_40, range(100), survive))


def test_few_results_wait_in_an_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_AHEAD_ELSEWHERE", 3)
    executor = Unsteady({})
    with closing(over_executor(executor, double, range(1000), survive)) as results:
        for number, result in enumerate(results):
            assert result == 2 * number
            executor.out -= number % 32 == 31
    assert executor.most_out == 3


# -- one item ---------------------------------------------------------------------------------------------


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


def spin(seconds: float) -> float:
    """Work without an end: much longer than that, should nobody stop it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
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
        (spin, 60.0, "time"),
        (fill, 3000, "memory"),
        (deadly, 40, "crash"),
        (abort, 0, "crash"),
    ],
    ids=["sleep", "work", "memory", "exit", "abort"],
)
def test_what_takes_too_much_is_lost(work: Callable[[object], object], item: object, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(WorkerFailed) as lost:
        in_own_process(work, item, seconds=0.4, megabytes=50)
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
