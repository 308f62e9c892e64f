"""How fast returns are read and merged, as ratios in one run: against bare calamine, and against pandas if it is there.

Run by ``make bench``. Times are CPU seconds of this process, medians of several rounds, taken in turns so that a
machine whose speed drifts drifts for all of them alike.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import python_calamine

import hebi
from stattable.checking.check import CheckOptions, check
from stattable.reading.files import read_return
from stattable.reading.roster import read_roster

ROUNDS = 5


def bare(path: str) -> None:
    """Read the first sheet with calamine and nothing else."""
    python_calamine.load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def pandas_reader() -> Callable[[str], object] | None:
    """Return pandas over calamine, or None where pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        return None
    return lambda path: pd.read_excel(path, engine="calamine", header=None)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        city = hebi.make()
        paths = sorted(str(path) for path in hebi.write(city, Path(folder)).values())
        blanks = [path for path in paths if path.endswith(".xlsx")]
        tree = read_roster(str(hebi.ROSTER)).tree
        readers: dict[str, Callable[[], object]] = {
            "bare calamine": lambda: [bare(path) for path in blanks],
            "receive (file → figures)": lambda: [read_return(path) for path in blanks],
            "check (file → checked)": lambda: check(blanks, CheckOptions(roster=tree, jobs=1)),
        }
        if by_pandas := pandas_reader():
            readers["pandas over calamine"] = lambda: [by_pandas(path) for path in blanks]
        times: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(ROUNDS):
            for name, work in readers.items():
                times[name].append(cpu(work))
        base = statistics.median(times["bare calamine"])
        print(f"{len(blanks)} returns, {os.cpu_count()} processors, CPU time in one process, median of {ROUNDS}:")
        for name, taken in times.items():
            middle = statistics.median(taken)
            print(f"  {name:26} {1000 * middle / len(blanks):6.2f} ms a return   {middle / base:5.1f} × bare calamine")
        whole(folder, len(paths))
    start_up()


def whole(folder: str, count: int) -> None:
    """Measure the whole command, from the start of the process to the workbook."""
    output = Path(folder).with_suffix(".xlsx")
    command = [sys.executable, "-m", "stattable", "merge", folder, "--roster", str(hebi.ROSTER), "--root", hebi.ROOT]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([*command, "-o", str(output), "--quiet"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    output.unlink()
    print(f"merge of {count} returns, start to workbook: {statistics.median(taken):.2f} s")


def start_up() -> None:
    """Measure the CPU time of `stattable --help`."""
    taken = []
    for _ in range(ROUNDS):
        before = os.times()
        subprocess.run([sys.executable, "-m", "stattable", "--help"], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    print(f"stattable --help: {statistics.median(taken):.3f} s of CPU")


if __name__ == "__main__":
    main()
