"""A merge that is killed, runs out of disk or finds its output locked: what stands there is whole, the old or the new.

A county of 33 townships, enough for a merge of all levels to write over two processes, which sends 67 returns into the
folder that the results stand in, too.
"""

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

import hebi
from command_line import run
from stattable.model.form import FIELDS, own_fields
from stattable.model.units import Scope
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of
from writers.returns import write_values

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

TOWNSHIPS, KILLS, SEED = 33, 8, 20260529
EPOCH = "1780012800"  # equal content gives equal bytes
COUNTY, VILLAGE = "410122", "410122101201"
LOCKED = "没有权限，或者它正被 Excel、WPS 等程序打开，请关闭后重试"
FULL = "磁盘空间不够，或者超过了文件大小的限额"
KEPT = "原来的文件没有改动，也没有留下写了一半的文件。"

Files = dict[Path, bytes]


@dataclass(frozen=True)
class Place:
    """A folder with returns, where the results stand, too: those of before a correction, and those of after it."""

    box: Path
    roster: Path
    command: tuple[str, ...]
    inputs: Files
    old: Files
    new: Files
    seconds: float  # that a merge takes
    said: str

    def start(self, **how: Any) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONIOENCODING": "utf-8"}
        return subprocess.Popen(self.command, env=environment, stdout=subprocess.DEVNULL, **how)

    def results(self) -> Files:
        return {path: path.read_bytes() for path in self.box.rglob("*汇总.xlsx")}

    def leftovers(self) -> list[Path]:
        return list(self.box.rglob(".~*"))

    def put_back(self, results: Files) -> None:
        for path in self.old:
            path.unlink(missing_ok=True)
        for path, data in results.items():
            path.write_bytes(data)

    def assert_inputs_unchanged(self) -> None:
        assert {path: path.read_bytes() for path in self.inputs} == self.inputs


def send(box: Path, roster: Path, sessions: int) -> Files:
    """Every unit's return, with as many sessions."""
    tree = read_roster(str(roster)).tree
    written = {}
    for path, blank in blanks_of(tree, None, Scope.OWN, hebi.EDITION, box):
        figures = [(sessions if field.index in own_fields(blank.unit.level) else None) for field in FIELDS]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data := write_values(blank_bytes(blank), figures))
        written[path] = data
    return written


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    top = tmp_path_factory.mktemp("中牟县")
    box, roster = top / "收到", top / "名册.csv"
    townships = [f"{COUNTY}{101 + number}" for number in range(TOWNSHIPS)]
    rows = [f"{code},第{code[6:]}镇\n{code}201,第{code[6:]}村\n" for code in townships]
    roster.write_text(f"代码,名称\n{COUNTY},中牟县\n{''.join(rows)}", encoding="utf-8")
    known = ["--roster", str(roster), "-o", str(box / "汇总.xlsx"), "--each-level", str(box / "逐级")]
    command = (sys.executable, "-m", "stattable", "merge", str(box), *known, "--quiet", "--jobs", "2")
    states, taken = [], []
    for sessions in (2, 3):
        inputs = send(box, roster, sessions)
        place = Place(box, roster, command, inputs, {}, {}, 0, "")
        start = time.perf_counter()
        assert place.start().wait() == 0
        taken.append(time.perf_counter() - start)
        states.append(place.results())
    old, new = states
    assert (len(old), old.keys()) == (TOWNSHIPS + 2, new.keys())
    assert not [path for path in old if old[path] == new[path]]
    place = Place(box, roster, command, inputs, old, new, min(taken), "")
    return Place(box, roster, command, inputs, old, new, min(taken), merged_again(place))


def merged_again(place: Place) -> str:
    """What the next merge says; the results are put back as they were."""
    known = ("--roster", place.roster, "--each-level", place.box / "逐级", "-o", place.box / "汇总.xlsx")
    before = place.results()
    try:
        return run("merge", place.box, *known, "--format", "json", "--quiet", "--jobs", "1").out
    finally:
        place.put_back(before)


@contextmanager
def nobody_left(process: "subprocess.Popen[bytes]") -> Iterator[list[psutil.Process]]:
    """Give the processes that `process` has started by now; kill those that are still there at the end."""
    try:
        started = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    try:
        yield started
    finally:
        for one in started:
            if one.is_running():
                one.kill()
        psutil.wait_procs(started, timeout=10)


# -- killed -----------------------------------------------------------------------------------------------


def test_the_results_are_whole_to_begin_with(place: Place) -> None:
    """So that being one of them, byte for byte, means to be whole."""
    for path, data in place.new.items():
        path.write_bytes(data)
        assert openpyxl.load_workbook(io.BytesIO(data), read_only=True).sheetnames[0] == "信息统计表"
        assert run("verify", path, "--quiet").code == 0


def test_killed_at_any_moment(place: Place) -> None:
    rng = random.Random(SEED)
    reached = set()
    for number, moment in enumerate(sorted(rng.uniform(0, 1.2 * place.seconds) for _ in range(KILLS))):
        before = place.old if number % 2 else {}
        place.put_back(before)
        process = place.start()
        time.sleep(moment)
        with nobody_left(process):
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert_old_or_new(place, before)
        assert_old_or_new(place, before)
        place.assert_inputs_unchanged()
        reached.add(sum(data == place.new[path] for path, data in place.results().items()))
    assert 0 in reached  # it was killed before the results were moved; how a merge ends the clock cannot tell
    assert merged_again(place) == place.said  # with all that was left over


@pytest.mark.parametrize(
    ("move", "is_old"), [(1, True), (2, False), (20, True), (TOWNSHIPS + 2, True), (TOWNSHIPS + 2, False)]
)
def test_killed_between_two_moves(place: Place, is_old: bool, move: int) -> None:
    """In a process of its own, which kills itself instead of making that move."""
    before = place.old if is_old else {}
    place.put_back(before)
    dies = (
        "import os, signal, sys, stattable.cli.commands\n"
        f"replace, left = os.replace, [{move}]\n"
        "def dying(*names):\n"
        "    left[0] -= 1\n"
        "    replace(*names) if left[0] else os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.replace = dying\n"
        "stattable.cli.commands.main(sys.argv[1:])\n"
    )
    process = replace(place, command=(sys.executable, "-c", dies, *place.command[3:])).start()
    with nobody_left(process):
        assert process.wait() == -signal.SIGKILL
    results = place.results()
    assert sum(results.get(path) == data for path, data in place.new.items()) == move - 1
    assert_old_or_new(place, before)
    assert place.leftovers()
    assert merged_again(place) == place.said
    place.assert_inputs_unchanged()


# -- stopped ----------------------------------------------------------------------------------------------


def test_stopped_at_any_moment(place: Place) -> None:
    """By Ctrl-C, which reaches the processes that it started, too: all results are the old ones, or the new ones."""
    for path in place.leftovers():
        path.unlink()
    rng = random.Random(SEED)
    seen = set()
    for moment in sorted(rng.uniform(0.3, 1.2) * place.seconds for _ in range(KILLS)):
        place.put_back(place.old)
        process = place.start(stderr=subprocess.PIPE, start_new_session=True)
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGINT)
        said = "".join(process.communicate()[1].decode().split())
        is_new = place.results() == place.new
        assert (is_new or place.results() == place.old, place.leftovers()) == (True, [])
        if process.returncode == 130:
            assert said == "已中断。" if is_new else said in {"已中断。", f"已中断，没有写出任何结果。{KEPT}"}
        seen.add((process.returncode, is_new))
    assert (130, False) in seen
    place.assert_inputs_unchanged()


def interrupt(process: "subprocess.Popen[bytes]", is_time: Callable[[], object]) -> str:
    """Send Ctrl-C to a command and all that it started, as soon as it is time; return what it says, and nobody is left.

    It must say so in one line, and end long before the work would have.
    """
    while not is_time():
        assert process.poll() is None
        time.sleep(0.005)
    with nobody_left(process) as started:
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode()
        assert psutil.wait_procs(started, timeout=10)[1] == []
    assert (process.returncode, said.count("\n")) == (130, 1)
    return said.strip()


NOTHING = f"已中断，没有写出任何结果。{KEPT}"


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("count", [1, TOWNSHIPS // 2])
def test_stopped_while_levels_are_written(place: Place, jobs: str, count: int) -> None:
    """As soon as so many of their temporary files have something in them."""
    place.put_back(place.old)
    process = replace(place, command=(*place.command[:-1], jobs)).start(stderr=subprocess.PIPE, start_new_session=True)
    assert interrupt(process, lambda: sum(not is_empty(path) for path in place.leftovers()) >= count) == NOTHING
    assert (place.results(), place.leftovers()) == (place.old, [])
    place.assert_inputs_unchanged()


def is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("is_old", [True, False])
def test_stopped_while_blanks_are_made(tmp_path: Path, jobs: str, is_old: bool) -> None:
    """Of a county with 3,000 villages, when the first hundred are there; those that were there before stay."""
    roster, folder = tmp_path / "名册.csv", tmp_path / "空白表" / "全部"
    rows = (f"410122{100 + n // 200}{n % 200 + 1:03},第{n}村,410122\n" for n in range(3000))
    roster.write_text(f"代码,名称,上级代码\n410122,中牟县,\n{''.join(rows)}", encoding="utf-8")
    command = [sys.executable, "-m", "stattable", "new", "--roster", str(roster), "-o", str(folder), "--jobs", jobs]
    if is_old:
        command.append("--force")
        (folder / "410122_中牟县").mkdir(parents=True)
        (folder / "410122_中牟县" / "410122100008_第7村.xlsx").write_bytes(b"old")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def is_time() -> bool:
        return sum(not is_empty(path) for path in folder.rglob("*.tmp" if is_old else "*.xlsx")) > 100

    assert interrupt(process, is_time) == NOTHING
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("command", ["check", "merge", "status", "verify"])
def test_stopped_while_files_are_read(place: Place, tmp_path: Path, command: str) -> None:
    """Many, over processes, as soon as these are there."""
    place.put_back(place.old)
    for number in range(2000):
        (tmp_path / f"{number}.xlsx").hardlink_to(next(iter(place.inputs)))
    more = ["-o", str(tmp_path / "结果" / "汇总.xlsx"), "--root", COUNTY] if command == "merge" else []
    more += ["--roster", str(place.roster)] if command != "verify" else []
    what = [str(place.box / "汇总.xlsx"), str(tmp_path)] if command == "verify" else [str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "stattable", command, *what, *more, "--jobs", "2"],
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip

    def is_time() -> bool:
        return len(psutil.Process(process.pid).children()) == 2

    assert interrupt(process, is_time) == ("已中断。" if command == "verify" else NOTHING)
    assert not (tmp_path / "结果").exists()
    place.assert_inputs_unchanged()


def assert_old_or_new(place: Place, before: Files) -> None:
    for path, data in place.results().items():
        assert data in {before.get(path), place.new[path]}
    assert place.results().keys() >= before.keys()


def test_what_is_left_over_is_no_input(place: Place) -> None:
    """What a killed merge was writing, or had written and not yet given its name."""
    data = next(iter(place.new.values()))
    for name, part in ((".~half.tmp", data[: len(data) // 2]), (".~whole.tmp", data)):
        for folder in (place.box, place.box / "逐级"):
            (folder / name).write_bytes(part)
    assert merged_again(place) == place.said


def test_nobody_goes_on_when_a_merge_is_killed(place: Place) -> None:
    process = place.start()
    while process.poll() is None and not psutil.Process(process.pid).children():
        time.sleep(0.01)
    time.sleep(0.1)
    with nobody_left(process) as started:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (len(started), psutil.wait_procs(started, timeout=5)[1]) == (2, [])


# -- out of disk ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_old", [True, False])
def test_out_of_disk(place: Place, is_old: bool) -> None:
    import resource

    most = min(map(len, place.new.values())) // 2
    for path in place.leftovers():
        path.unlink()
    place.put_back(place.old if is_old else {})
    limited = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
    process = place.start(preexec_fn=limited, stderr=subprocess.PIPE)
    _, said = process.communicate()
    first = place.box / "逐级" / "410122_中牟县" / "410122_中牟县_汇总.xlsx"  # what is written to the disk first
    assert (process.returncode, "".join(said.decode().split())) == (3, fault(first, FULL))
    assert (place.results(), place.leftovers()) == (place.old if is_old else {}, [])
    place.assert_inputs_unchanged()


def fault(path: Path, why: str) -> str:
    return "".join(f"错误：写不了文件：{path}（{why}）。{KEPT}".split())


# -- locked -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locked", ["汇总.xlsx", "410122_中牟县_汇总.xlsx", "410122117_第117镇_汇总.xlsx"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_locked(place: Place, monkeypatch: pytest.MonkeyPatch, locked: str, jobs: str) -> None:
    """The result, or one of the levels': all stay as they were."""

    def refuse(source: str | Path, target: str | Path) -> None:
        if Path(target).name == locked:
            raise PermissionError(13, "Permission denied", str(source))
        rename(source, target)

    rename = os.rename
    for path in place.leftovers():
        path.unlink()
    place.put_back(place.old)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    monkeypatch.setattr("sys.argv", ["stattable", *place.command[3:]])
    monkeypatch.setattr("os.replace", refuse)
    result = run(*place.command[3:-1], jobs)
    (path,) = (path for path in place.old if path.name == locked)
    assert (result.code, result.out, "".join(result.err.split())) == (3, "", fault(path, LOCKED))
    assert (place.results(), place.leftovers()) == (place.old, [])
    place.assert_inputs_unchanged()
