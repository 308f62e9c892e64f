"""How fast a province is: every command, against bare calamine and against what is commonly used, on the same files.

``python benchmarks/scale.py [--divisions DIVISIONS.tsv] [--counties N | --returns N] [--rounds N] [--sample N]
[--profile] [--write DOCUMENT.md]``

The returns are those of ``province.py``, as many as asked for, and a tenth of them, by which is seen whether time grows
with them. Each round measures everything once, and bare calamine anew before each command, so that a machine whose
speed drifts drifts for both; medians are shown. Whether totals are right is looked at, too: a wrong one is an error.
"""

import argparse
import math
import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from measuring import Cost, machine, python, stattable, table, write_section
from profiling import profile
from province import Row, add_size_options, make, rows_of
from readers import BARE, OURS, READERS, USUAL, is_there
from stattable.model.form import FIELDS
from stattable.reading.files import read_return

_PROFILED: Final = 8_000  # files under the profiler, at most: a tenth of more than these
_EACH: Final = 500  # files of each program, at most, whose reading is compared
_REJECTED: Final = re.compile(r"(\d+) 个要退回")  # what `check` says
_COLUMNS: Final = (
    "work", "seconds", "CPU seconds", "returns a second", "peak MB", "seconds ÷ calamine", "CPU ÷ calamine",
    "times faster than pandas over openpyxl",
)  # fmt: skip


class Measured(NamedTuple):
    """What something took; nothing is a number where it failed.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of processor time.
        memory: most bytes at a time.
        is_scaled: whether only a sample was read, and the seconds are scaled to all files.
        floor: the seconds by the clock, and of processor time, that bare calamine took for the same files just before.
    """

    wall: float
    cpu: float
    memory: float
    is_scaled: bool = False
    floor: tuple[float, float] = (math.nan, math.nan)


FAILED: Final = Measured(math.nan, math.nan, math.nan)


class Files(NamedTuple):
    """A province's files.

    Attributes:
        folder: where all of it is.
        paths: of its returns.
        expected: what must come of them.
        by_program: the paths of those without a fault, by what saved them.
    """

    folder: Path
    paths: tuple[str, ...]
    expected: Mapping[str, Any]
    by_program: Mapping[str, Sequence[str]]

    @property
    def returns(self) -> Path:
        """The folder of the returns."""
        return self.folder / "returns"

    @property
    def roster(self) -> Path:
        """The roster."""
        return self.folder / "roster.csv"

    @property
    def merged(self) -> Path:
        """What they are merged into."""
        return self.folder / "merged.xlsx"


def files_of(rows: Sequence[Row], folder: Path, seed: int) -> Files:
    """Make a province's files."""
    province = make(rows, folder, seed=seed)
    expected = province.expected()
    paths = sorted(str(path) for path in (folder / "returns").rglob("*.xls*"))
    assert len(paths) == expected["files"], (len(paths), expected["files"])
    by_program: dict[str, list[str]] = {}
    for one in province.letters:
        if one.fault is None:
            by_program.setdefault(one.program or "typed by hand", []).append(str(one.path))
    return Files(folder, tuple(paths), expected, by_program)


# -- what is measured -------------------------------------------------------------------------------------


def commands(files: Files) -> dict[str, Callable[[], Measured]]:
    """Return what measures each command on a province's files, in an order in which each has what it needs."""
    merged, levels, blanks = files.merged, files.folder / "levels", files.folder / "blanks"
    roster, as_json = ("--roster", files.roster, "--quiet"), ("--format", "json")
    check = ("check", files.returns, *roster)
    merge = ("merge", files.returns, *roster, "--force", "-o", merged)
    verify = ("verify", merged, "--quiet", *as_json)

    def work(
        look: Callable[[Files, Cost], None], *command: str | Path, anew: Sequence[Path] = ()
    ) -> Callable[[], Measured]:
        def run() -> Measured:
            for path in anew:  # an earlier result would be read, and looked through for what clerks wrote into it
                shutil.rmtree(path, ignore_errors=True)
                path.unlink(missing_ok=True)
            cost = stattable(*command)
            if cost.failed:
                return FAILED
            look(files, cost)
            return Measured(cost.wall, cost.cpu, cost.memory)

        return run

    return {
        "new": work(_made, "new", *roster, "-o", blanks, anew=[blanks]),
        "check": work(_counted, *check),
        "check --format json": work(_checked, *check, *as_json),
        "merge": work(_merged, *merge, anew=[merged]),
        "merge --format json": work(_added, *merge, *as_json, anew=[merged]),
        "merge --each-level": work(_merged, *merge, "--each-level", levels, anew=[merged, levels]),
        "merge again": work(_merged, *merge),
        "verify": work(_proved, *verify),
        "verify with the returns": work(_proved, *verify, files.returns, files.roster),
    }


def _made(files: Files, cost: Cost) -> None:
    _expect(cost.code == 0 and files.folder.joinpath("blanks").is_dir(), "no blanks were made")


def _checked(files: Files, cost: Cost) -> None:
    rejected = sorted(one["path"] for one in cost.json()["files"] if one["status"] == "rejected")
    _expect(rejected == files.expected["rejected"], "other returns are rejected than those that are to be")


def _counted(files: Files, cost: Cost) -> None:
    said = _REJECTED.search(cost.out)
    count = int(said[1]) if said else 0
    _expect(count == len(files.expected["rejected"]), "other returns are rejected than those that are to be")


def _added(files: Files, cost: Cost) -> None:
    _expect(cost.json()["total"] == files.expected["total"], "the total is wrong")


def _merged(files: Files, _: Cost) -> None:
    written = read_return(str(files.merged)).identity
    figures = written.figures if written else None
    total = dict(zip((field.key for field in FIELDS), figures or (), strict=False))
    _expect(total == files.expected["total"], "the total is wrong")


def _proved(_: Files, cost: Cost) -> None:
    _expect(cost.json()["proved"], "the merged workbook is not proved")


def _expect(is_right: bool, otherwise: str) -> None:
    if not is_right:
        raise RuntimeError(otherwise)


def read(name: str, paths: Sequence[str], scratch: Path) -> Measured:
    """Measure what a reader takes for files."""
    listed = scratch / "list.txt"
    listed.write_text("\n".join(paths), encoding="utf-8")
    cost = python(Path(__file__).with_name("readers.py"), name, listed)
    return Measured(cost.json()["wall"], cost.json()["cpu"], cost.memory)


def readers(files: Files, sample: int) -> dict[str, Callable[[], Measured]]:
    """Return what measures each reader: bare calamine on all files, any other on a sample of the .xlsx."""
    good = sorted({path for path in files.paths if path.endswith(".xlsx")} - {*files.expected["rejected"]})
    some = _spread(good, sample)

    def work(name: str) -> Callable[[], Measured]:
        def run() -> Measured:
            if name == BARE:
                return read(name, files.paths, files.folder)
            took, scale = read(name, some, files.folder), len(files.paths) / len(some)
            return Measured(took.wall * scale, took.cpu * scale, took.memory, True)

        return run

    return {name: work(name) for name in READERS if is_there(name)}


def _spread(paths: Sequence[str], count: int) -> Sequence[str]:
    """Return `count` of `paths`, from all over them."""
    return paths[:: max(1, len(paths) // count)][:count]


def measure(works: Mapping[str, Callable[[], Measured]], rounds: int) -> dict[str, Measured]:
    """Measure everything once in each round; return the medians.

    Bare calamine, where it is among the works, is measured anew before each that reads all files: a machine that is
    shared is faster in one minute than in another.
    """
    taken: list[dict[str, Measured]] = []
    for _ in range(rounds):
        floor, of_round = FAILED, dict[str, Measured]()
        for name, work in works.items():
            if BARE in works and not _reads_a_sample(name):
                floor = works[BARE]()
            took = floor if name == BARE else work()
            of_round[name] = took if took == FAILED else took._replace(floor=(floor.wall, floor.cpu))
        taken.append(of_round)
    return {name: _median([of_round[name] for of_round in taken]) for name in works}


def _reads_a_sample(name: str) -> bool:
    return name in READERS and name != BARE


def _median(taken: Sequence[Measured]) -> Measured:
    if FAILED in taken:
        return FAILED
    wall, cpu, memory = (statistics.median(one[at] for one in taken) for at in range(3))
    floor = (statistics.median(one.floor[0] for one in taken), statistics.median(one.floor[1] for one in taken))
    return Measured(wall, cpu, memory, taken[0].is_scaled, floor)


# -- what is shown ----------------------------------------------------------------------------------------


def costs_table(measured: Mapping[str, Measured], returns: int) -> str:
    """Return the table of what everything took."""
    usual = measured.get(USUAL)
    rows = [
        [
            f"{name} (a sample, scaled)" if one.is_scaled else name,
            _number(one.wall),
            _number(one.cpu),
            _number(returns / one.wall, 0),
            _number(one.memory / 2**20, 0),
            _number(one.wall / one.floor[0], 2),
            _number(one.cpu / one.floor[1], 2),
            _number(usual.wall / one.wall) if usual else "–",
        ]
        for name, one in measured.items()
    ]
    return table(_COLUMNS, rows)


def _number(value: float, places: int = 1) -> str:
    return "failed" if math.isnan(value) else f"{value:,.{places}f}"


def growth_table(whole: Mapping[str, Measured], tenth: Mapping[str, Measured], counts: tuple[int, int]) -> str:
    """Return the table of how time grows from a tenth of the returns to all."""
    heads = ("work", f"seconds for {counts[1]:,}", f"seconds for {counts[0]:,}", "times as long", "CPU times as much")
    rows = [
        [
            name,
            _number(one.wall),
            _number(whole[name].wall),
            _number(whole[name].wall / one.wall),
            _number(whole[name].cpu / one.cpu),
        ]
        for name, one in tenth.items()
    ]
    return table(heads, rows)


def programs_table(files: Files, sample: int) -> str:
    """Return the table of what reading one return takes, by what saved it."""
    rows = []
    for program, paths in files.by_program.items():
        some = _spread(paths, sample)
        bare, ours = (1000 * read(name, some, files.folder).cpu / len(some) for name in (BARE, OURS))
        rows.append([program, _number(bare, 2), _number(ours, 2), _number(ours / bare, 1)])
    return table(("saved by", "bare calamine, CPU ms", "ours, CPU ms", "ratio"), rows)


def _start_up(files: Files) -> str:
    """Return what is to be said of the time that starting takes."""
    alone = stattable("check", files.paths[-1], "--quiet")
    return f"`stattable --help` takes {stattable('--help').cpu:.2f} s of CPU, `check` of one return {alone.cpu:.2f} s."


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_size_options(parser)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=300, help="files that slow readers read")
    parser.add_argument("--profile", action="store_true", help="show where the time of a merge goes, too")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="write the tables into their sections of it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sections = measure_all(Path(scratch), options)
    for name, text in sections.items():
        print(f"{text}\n")
        if options.write:
            write_section(options.write, name, text)


def measure_all(scratch: Path, options: argparse.Namespace) -> dict[str, str]:
    """Measure everything; return the sections of the document that say it."""
    load = os.getloadavg()[0]
    rows = rows_of(options)
    tenth = files_of(rows[: len(rows) // 10], scratch / "tenth", options.seed)
    whole = files_of(rows, scratch / "whole", options.seed)
    costs = measure(readers(whole, options.sample) | commands(whole), options.rounds)
    small = measure(commands(tenth), options.rounds)
    size = sum(Path(path).stat().st_size for path in whole.paths) / 2**20
    said = [
        f"{len(whole.paths):,} files of {whole.expected['units']:,} units, {size:,.0f} MB; {machine()}; load average "
        f"{load:.1f} before it began; median of {options.rounds}.",
        costs_table(costs, len(whole.paths)),
        _start_up(whole),
        *(f"{name}: not measured, since it is not installed." for name in READERS if name not in costs),
        growth_table(costs, small, (len(whole.paths), len(tenth.paths))),
    ]
    sections = {"scale": "\n\n".join(said)}
    if options.profile:
        some = whole if len(whole.paths) <= _PROFILED else tenth
        merge = ("merge", some.returns, "--roster", some.roster, "--quiet", "-o", scratch / "profiled.xlsx")
        spent = profile(len(some.paths), *merge)
        sections["profile"] = f"{len(some.paths):,} files.\n\n{programs_table(some, _EACH)}\n\n{spent}"
    return sections


if __name__ == "__main__":
    main()
