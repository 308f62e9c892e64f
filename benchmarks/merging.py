"""How fast returns are merged, verified and traced, as ratios in one run: against bare calamine, and against the merge.

``python benchmarks/merging.py DIVISIONS.tsv [--counties N] [--rounds N]``. The file has the columns code, name, level
(1 to 5) and parent; the first N counties of it send a return from every unit, all of them without N. CPU times are
those of a process and of all that it started.
"""

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import psutil

import hebi
from reading import bare, cpu
from stattable.model.form import FIELDS, Value, Values, own_fields
from stattable.model.units import Level, Scope, Tree
from stattable.reading.roster import read_roster
from stattable.writing.blank import Blank, blank_bytes, blanks_of
from writers.returns import write_values

BUDGET = 43  # milliseconds of CPU for each workbook of --each-level
COUNTY, TRACED = "3", "activities.village.people"
SESSIONS = [field for field in FIELDS if field.column.pair != "people" and "online.province" not in field.key]


class Cost(NamedTuple):
    """What a command took: CPU seconds, seconds by the clock, most megabytes of all its processes; and what it said."""

    cpu: float
    wall: float
    memory: float
    code: int
    out: str


def units_of(divisions: Path, counties: int | None) -> list[tuple[str, str]]:
    """Return code and name of the first counties of a province, of all below them and of those above."""
    with divisions.open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    chosen = set([code for code, row in rows.items() if row["level"] == COUNTY][:counties])

    def chain(code: str) -> Iterator[str]:
        while code:
            yield code
            code = rows[code]["parent"]

    above = {code for county in chosen for code in chain(county)}
    kept = [code for code in rows if counties is None or code in above or chosen.intersection(chain(code))]
    return [(code, rows[code]["name"]) for code in kept]


def figures(code: str, level: Level) -> Values:
    """Return what a unit did."""
    rng = random.Random(code)
    result: list[Value] = [None] * len(FIELDS)
    for field in SESSIONS:
        if field.index in own_fields(level):
            result[field.index] = rng.choice((0, 1, 1, 2, 3))
            if field.column.pair == "sessions":
                result[field.index + 1] = (result[field.index] or 0) * rng.randint(10, 60)
    return tuple(result)


def send(item: tuple[Path, Blank]) -> int:
    """Write a unit's return, and give what it did of the figure that is traced."""
    path, blank = item
    its_figures = figures(blank.unit.code or "", blank.unit.level)
    path.write_bytes(write_values(blank_bytes(blank), its_figures))
    return its_figures[next(field.index for field in FIELDS if field.key == TRACED)] or 0


def send_all(tree: Tree, folder: Path) -> tuple[list[str], int]:
    """Write a return from every unit; give their paths, and the sum of the figure that is traced."""
    items = list(blanks_of(tree, None, Scope.OWN, hebi.EDITION, folder))
    for parent in {path.parent for path, _ in items}:
        parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        traced = sum(pool.map(send, items, chunksize=256))
    return [str(path) for path, _ in items], traced


def stattable(*arguments: str | Path) -> Cost:
    """Run a command and wait for it and all that it started."""
    command = [sys.executable, "-m", "stattable", *map(str, arguments), "--format", "json"]
    with tempfile.TemporaryFile() as out:
        start, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, stdout=out)
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, memory(process.pid))
            time.sleep(0.05)
        wall, (_, status, used) = time.perf_counter() - start, ended
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Cost(used.ru_utime + used.ru_stime, wall, peak / 2**20, process.returncode, out.read().decode())


def memory(process: int) -> int:
    """Return the bytes that a process takes, and those that its children take beyond what they share with it."""
    try:
        top = psutil.Process(process)
        return top.memory_info().rss + sum(one.memory_full_info().uss for one in top.children(recursive=True))
    except psutil.Error:  # one of them has come to its end
        return 0


def bare_cost(paths: list[str]) -> Cost:
    """Read all first sheets with calamine and nothing else, in this process."""
    start = time.perf_counter()
    taken = cpu(lambda: [bare(path) for path in paths])
    return Cost(taken, time.perf_counter() - start, psutil.Process().memory_info().rss / 2**20, 0, "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("divisions", type=Path, help=".tsv of a province's units")
    parser.add_argument("--counties", type=int, help="how many of its counties; all without it")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measure(Path(scratch), units_of(options.divisions, options.counties), options.rounds)


def measure(scratch: Path, units: list[tuple[str, str]], rounds: int) -> None:
    """Measure on the returns of `units`."""
    roster, folder, output = scratch / "roster.csv", scratch / "returns", scratch / "merged.xlsx"
    with roster.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("代码", "名称"), *units])
    tree, faults, _ = read_roster(str(roster))
    assert not faults
    paths, traced = send_all(tree, folder)
    size = sum(Path(path).stat().st_size for path in paths)
    print(f"{len(paths)} returns, {size / 2**20:.0f} MB, {os.cpu_count()} processors, median of {rounds}:")
    merge = ("merge", folder, "--roster", roster, "-o", output, "--quiet")
    works: dict[str, Callable[[], Cost]] = {
        "bare calamine": lambda: bare_cost(paths),
        "merge": lambda: stattable(*merge),
        "merge --each-level": lambda: stattable(*merge, "--each-level", scratch / "levels"),
        "verify": lambda: stattable("verify", output, "--quiet"),
        "verify with the returns": lambda: stattable("verify", output, folder, roster, "--quiet"),
        "trace": lambda: stattable("trace", output, TRACED),
        "trace with the returns": lambda: stattable("trace", output, TRACED, folder),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            costs[name].append(work())
    middle = {name: statistics.median(one.cpu for one in taken) for name, taken in costs.items()}
    print(f"  {'':24}  CPU s  ms a return  × calamine  × merge   wall s   peak MB  exit")
    for name, taken in costs.items():
        said, its = middle[name], taken[-1]
        ratios = f"{said / middle['bare calamine']:10.1f}  {said / middle['merge']:7.2f}"
        wall = statistics.median(one.wall for one in taken)
        each = 1000 * said / len(paths)
        print(f"  {name:24} {said:6.2f}  {each:11.2f}  {ratios}  {wall:7.1f}  {its.memory:8.0f}  {its.code:4}")
    said_by = {name: json.loads(taken[-1].out or "{}") for name, taken in costs.items() if name != "bare calamine"}
    if workbooks := said_by["merge --each-level"].get("each_level", {}).get("written"):
        extra = 1000 * (middle["merge --each-level"] - middle["merge"]) / workbooks
        print(f"{workbooks} workbooks of --each-level: {extra:.1f} ms of CPU each (budget {BUDGET})")
    print(f"the root's workbook: {output.stat().st_size / 2**20:.1f} MB")
    verdict = said_by["verify with the returns"]
    print(f"verify: proved {verdict.get('proved')}, returns {verdict.get('sources')}")
    ends = [said_by[name].get("value") for name in ("trace", "trace with the returns")]
    print(f"{TRACED}: sent {traced}, merged {said_by['merge']['total'][TRACED]}, traced {ends}")


if __name__ == "__main__":
    main()
