"""Reading on a Dask cluster of two worker processes: what is read is the same, whatever happens to the workers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from distributed import Client

import hebi
from command_line import run
from stattable.model.form import FIELDS, own_fields
from stattable.model.refusals import Refusal
from stattable.model.units import Scope
from stattable.processes import over_executor
from stattable.reading import cluster as clusters
from stattable.reading.cluster import cluster_at
from stattable.reading.files import read_return, read_returns
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of
from writers.returns import write_values

CLUSTER = str(Path(__file__).with_name("dask_cluster.py"))
EXAMPLES = Path(__file__).parent.parent / "examples"
LONG = 120  # seconds that anything may take on a busy machine
COUNTY, VILLAGES = "410122", 1200

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@contextmanager
def started(workers: int) -> Iterator[tuple[str, list[int]]]:
    """A cluster; its address, and the processes of its workers."""
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with subprocess.Popen(
        [sys.executable, CLUSTER, str(workers)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        address, *pids = process.stdout.readline().decode().split()
        yield address, list(map(int, pids))
        process.stdin.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, list[int]]]:
    with started(2) as one:
        yield one


@pytest.fixture(scope="module")
def address(cluster: tuple[str, list[int]]) -> str:
    return cluster[0]


# -- what is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "merge", "status"])
def test_all_is_as_without(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """By relative paths, which workers, who are elsewhere, could not follow; one file takes a process of its own."""
    monkeypatch.chdir(EXAMPLES)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780012800")
    (tmp_path / "大.csv").write_bytes(b"x," * 100_000)
    more = ["-o", str(tmp_path / "结果.xlsx"), "--force"] if command == "merge" else []
    options = ["收到", str(tmp_path / "大.csv"), "--roster", "名册.csv", *more, "--format", "json"]
    there, here = run(command, *options, "--dask", address), run(command, *options)
    assert here.code in {0, 1}
    assert (there.code, there.err) == (here.code, "")
    assert "大.csv" in here.out
    assert there.json == here.json


# -- workers that die -------------------------------------------------------------------------------------


def deadly(item: tuple[str, int]) -> int:
    """Double a number, but take the worker along: the first time for some, always for others."""
    folder, number = item
    mark = Path(folder) / str(number)
    if number == 250 or (number in {40, 41} and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def survive(item: tuple[str, int]) -> int:
    return -1 if item[1] == 250 else 2 * item[1]


def test_workers_that_die_lose_nothing(tmp_path: Path) -> None:
    """Nor where none of them comes back, as now and then: the rest is done on this machine."""
    items = [(str(tmp_path), number) for number in range(300)]
    expected = [-1 if number == 250 else 2 * number for number in range(300)]
    with started(2) as (address, _), cluster_at(address, ()) as executor:
        assert executor
        assert list(over_executor(executor, deadly, items, survive)) == expected


class Scheduler:
    """A client of a cluster that never sends a result, with its scheduler, and the only task.

    Args:
        workers: how many there are.
        states: that the scheduler says the task is in, one after the other, the last one for ever.
    """

    key = "task"

    def __init__(self, workers: int, *states: str) -> None:
        self.asked = 0
        self.workers, self._states = workers, states
        self.scheduler = self

    def submit(self, *_: object, **__: object) -> "Scheduler":
        return self

    def result(self, timeout: float) -> None:
        raise TimeoutError

    def nthreads(self) -> dict[str, int]:
        return {str(number): 1 for number in range(self.workers)}

    def get_task_status(self, keys: Sequence[str]) -> dict[str, str]:
        self.asked += 1
        return {self.key: self._states[min(self.asked, len(self._states)) - 1]}

    def sync(self, ask: Callable[..., object], **how: object) -> object:
        return ask(**how)


@pytest.mark.parametrize(
    ("states", "asked"),
    [(("memory",), 2), (("queued", "processing", "memory"), 4), (("processing", "memory", "waiting", "erred"), 5)],
)
def test_a_result_of_which_nobody_says_that_it_is_there_is_lost(states: tuple[str, ...], asked: int) -> None:
    """Where it is there now, it may still be on its way; what is lost is done again."""
    client = Scheduler(1, *states)
    with clusters.ClusterExecutor(client) as executor, pytest.raises(RuntimeError, match="on the way back"):
        executor.submit(double, 1).result(LONG)
    assert client.asked == asked


def double(number: int) -> int:
    return 2 * number


def never(number: int) -> int:
    raise AssertionError(f"{number} is done alone, which takes a process for each")


def test_where_no_worker_is_left_this_machine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_DESERTED", 0.01)
    items = range(100)
    with clusters.ClusterExecutor(Scheduler(0, "no-worker")) as executor:
        assert list(over_executor(executor, double, items, never)) == [2 * number for number in items]
        with pytest.raises(RuntimeError, match="no worker"):
            executor.submit(double, 1)


def test_where_the_scheduler_is_gone_this_machine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("after closing")

    items, client = range(100), Scheduler(1)
    monkeypatch.setattr(client, "submit", refuse)
    with clusters.ClusterExecutor(client) as executor:
        assert list(over_executor(executor, double, items, never)) == [2 * number for number in items]


def test_workers_are_waited_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that died are replaced, which takes some seconds."""
    client, clock = Scheduler(1, "processing"), [0]
    monkeypatch.setattr(clusters, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with clusters.ClusterExecutor(client) as executor:
        clock[0] = 1000
        waiting = executor.submit(double, 1)
        for client.workers, clock[0] in ((1, 1000), (0, 1000), (0, 999 + clusters._DESERTED)):
            seen = client.asked
            while client.asked < seen + 2:  # so that it has looked at that
                assert not waiting.done()
        clock[0] += 2
        with pytest.raises(RuntimeError, match="no worker"):
            waiting.result(LONG)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What so many villages sent, and a roster of them."""
    folder = tmp_path_factory.mktemp("中牟县")
    roster = folder / "名册.csv"
    rows = (f"{COUNTY}{100 + n // 200}{n % 200 + 1:03},第{n}村,{COUNTY}\n" for n in range(VILLAGES))
    roster.write_text(f"代码,名称,上级代码\n{COUNTY},中牟县,\n{''.join(rows)}", encoding="utf-8")
    for number, (path, blank) in enumerate(
        blanks_of(read_roster(str(roster)).tree, None, Scope.OWN, hebi.EDITION, folder)
    ):
        own = own_fields(blank.unit.level)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            write_values(blank_bytes(blank), tuple(number % 9 + 3 if f.index in own else None for f in FIELDS))
        )
    return folder


def checked(county: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "stattable", "check", str(county), "--roster", str(county / "名册.csv")]
    return subprocess.Popen(
        [*command, "--format", "json", *more],
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def warm_up(address: str, county: Path) -> None:
    """Have every worker read a return."""
    with Client(address, set_as_default=False) as client:
        client.run(read_return, str(next(county.rglob("*.xlsx"))))


def busy(process: "subprocess.Popen[bytes]", pids: list[int]) -> psutil.Process:
    """Wait until a worker, which has all its modules, has worked for a tenth of a second, and return it."""
    workers = [psutil.Process(pid) for pid in pids]
    before = [worker.cpu_times().user for worker in workers]
    while process.poll() is None:
        for worker, seconds in zip(workers, before, strict=True):
            if worker.cpu_times().user - seconds > 0.1:
                return worker
        time.sleep(0.002)
    raise AssertionError("it was over before")


def test_a_worker_that_is_killed_in_the_middle(county: Path) -> None:
    with started(2) as (address, pids):
        warm_up(address, county)
        with checked(county, "--dask", address) as process:
            busy(process, pids).kill()
            assert process.poll() is None
            there, said = process.communicate(timeout=LONG)
    assert said == b""
    with checked(county) as process:
        here = process.communicate(timeout=LONG)[0]
    assert len(json.loads(here)["files"]) == VILLAGES + 1
    assert json.loads(there) == json.loads(here)


def test_ctrl_c(county: Path) -> None:
    """It ends the command, and not the cluster, which goes on to read for others."""
    with started(2) as (address, pids):
        warm_up(address, county)
        with checked(county, "--dask", address) as process:
            busy(process, pids)
            os.killpg(process.pid, signal.SIGINT)
            out, said = process.communicate(timeout=LONG)
        assert (process.returncode, out, said.decode().count("\n")) == (130, b"", 1)
        assert said.decode().startswith("已中断，没有写出任何结果。")
        with cluster_at(address, ()) as executor:
            assert executor
            assert executor.submit(max, 1, 2).result(LONG) == 2


# -- refusals ---------------------------------------------------------------------------------------------


def refusal(address: str, *paths: str) -> str:
    with pytest.raises(Refusal) as refused, cluster_at(address, paths):
        raise AssertionError("not refused")
    return str(refused.value)


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.chdir(EXAMPLES)
    result = run("check", "收到", "--dask", "tcp://127.0.0.1:8786")
    assert (result.code, result.out) == (2, "")
    assert 'pip install "stattable[dask]"' in result.err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{free}", "127.0.0.1:{free}", "这里", "http://127.0.0.1", ""])
def test_an_address_where_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_ANSWERING", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        wanted = address.format(free=free.getsockname()[1])
        start = time.monotonic()
        assert refusal(wanted).startswith(f"连不上“{wanted}”的 Dask 集群。")
        assert time.monotonic() - start < LONG


def test_nothing_but_the_refusal_is_said_where_nobody_answers(tmp_path: Path) -> None:
    """Neither now nor when the program ends."""
    (tmp_path / "甲村.xlsx").touch()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # and never answers
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "stattable", "check", str(tmp_path), "--dask", address]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=LONG)
    assert (done.returncode, done.stdout) == (2, "")
    assert [line[:7] for line in done.stderr.splitlines() if line] == ["错误：连不上“"]


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_ANSWERING", 1)
    with started(0) as (address, _):
        assert "没有能干活的机器" in refusal(address)


def test_workers_that_lack_something(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = str(tmp_path / "没有.xlsx")
    assert f"打不开“{missing}”" in refusal(address, missing)
    monkeypatch.setattr(clusters, "__version__", "99.0")
    assert "没有装 stattable 99.0" in refusal(address, str(EXAMPLES / "名册.csv"))


def test_a_file_that_a_worker_does_not_see(address: str, tmp_path: Path) -> None:
    """It says so in the finding of this file, as it does where a file is gone by the time it is read."""
    paths = [str(EXAMPLES / "名册.csv"), str(tmp_path / "没有.xlsx")]
    with cluster_at(address, paths) as executor:
        there = read_returns(paths, executor=executor)
    assert there == read_returns(paths)
    assert [finding.code for finding in there[1].findings] == ["F007"]
