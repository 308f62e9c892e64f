"""A province's filled-in returns, in the shape of Henan: some 55,000 files as clerks send them, made from a seed.

``python benchmarks/province.py FOLDER [--divisions DIVISIONS.tsv] [--counties N | --returns N] [--seed N]``

DIVISIONS.tsv has the columns code, name, level (1 to 5) and parent. Without it the units are made up, as many as Henan
has: a province with 17 prefectures, 181 counties, 2,586 townships and 52,378 villages. In FOLDER there are then:

- ``roster.csv``, the roster of ``stattable merge --roster``;
- ``returns/``, in folders as ``stattable new`` makes them: each unit's own return, filled in with figures, contact,
  phone and date. Every twentieth township or county sends a cumulative one too, every fortieth in place of its own.
  58 % are written as Excel and WPS write them, 20 % by openpyxl, 19 % by LibreOffice, 2 % by LibreOffice as .xls
  (without LibreOffice: as Excel does), and one in a hundred is a page that was typed by hand, with the figures in
  another order and without anything of ours. 2 % have a fault of the real world (``faults.py``);
- ``expected.json``: what a merge must come to, by a sum of its own.
"""

import argparse
import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import hebi
from faults import FAULTS, faults_of
from prototypes import CONTACT, FILLED_IN, PHONE, Cell, Kind, Package, Program, Stream, programs, prototypes, words_of
from reference import Sent
from stattable.model.form import BLANK, FIELDS, Value, Values, add, own_fields, shown_value
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.processes import over_processes
from stattable.reading.roster import read_roster
from stattable.writing.blank import Blank, blanks_of

SEED: Final = 20260529
EDITION: Final = hebi.EDITION
SHAPE: Final = (1, 17, 181, 2_586, 52_378)  # units of each level, from the province down
SAVED_BY: Final = {Program.EXCEL: 58, Program.OPENPYXL: 20, Program.LIBREOFFICE: 19, Program.XLS: 2}
TYPED: Final = 0.01
FAULTY: Final = 0.02
CUMULATIVE_TOO, CUMULATIVE_INSTEAD = 20, 40  # one in so many townships and counties
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
FIRST_DAY: Final = 46_174  # the serial number of 2026-06-01
COUNTY: Final = "3"


class Row(NamedTuple):
    """A unit of a table of divisions."""

    code: str
    name: str
    level: str
    parent: str


# -- units ------------------------------------------------------------------------------------------------


def read_divisions(path: Path) -> list[Row]:
    """Return the units of a table of divisions, in the order of their codes: each behind the units above it."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return sorted(Row(row["code"], row["name"], row["level"], row["parent"]) for row in rows)


def made_up_divisions() -> list[Row]:
    """Return as many units as Henan has, in the order of their codes; no two but villages have one name."""
    first, second = (
        "安宝昌崇德东丰福光和红华吉金丽龙明南平清泉仁荣瑞三顺泰天望文新兴阳永玉长",
        "安川店峰岗河湖集口岭楼门坪桥山台湾源寨庄",
    )
    ends = (("市",), ("县", "区"), ("镇", "乡", "街道"), ("村", "社区"))
    widths = (2, 2, 3, 3)
    level = [Row("41", "河南省", "1", "")]
    rows = [*level]
    for number, (count, endings, width) in enumerate(zip(SHAPE[1:], ends, widths, strict=True), start=2):
        names = cycle(f"{a}{b}{end}" for end in endings for a, b in product(first, second))
        shares = [count // len(level) + (at < count % len(level)) for at in range(len(level))]
        level = [
            Row(f"{above.code}{at:0{width}}", name, str(number), above.code)
            for above, share in zip(level, shares, strict=True)
            for at, name in enumerate(islice(names, share), start=1)
        ]
        rows += level
    return sorted(rows)


def first_counties(rows: list[Row], count: int) -> list[Row]:
    """Return the first counties with all below them, and the units above them."""
    by_code = {row.code: row for row in rows}
    chosen = {row.code for row in islice((row for row in rows if row.level == COUNTY), count)}

    def chain(code: str) -> Iterator[str]:
        while code:
            yield code
            code = by_code[code].parent

    above = {code for county in chosen for code in chain(county)}
    return [row for row in rows if row.code in above or not chosen.isdisjoint(chain(row.code))]


# -- what is sent -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letter:
    """A return that is sent: where it goes, on which blank, and what becomes of it.

    Attributes:
        path: of its file.
        blank: that it is written on.
        values: the 40 figures that it has, or would have without its fault.
        program: that it was saved by; None where it was typed by hand.
        fault: what is wrong with it, as a key of `FAULTS`, or None.
    """

    path: Path
    blank: Blank
    values: Values
    program: Program | None
    fault: str | None

    @property
    def counts(self) -> bool:
        """Whether it is to be accepted."""
        return self.fault is None or FAULTS[self.fault].counts


@dataclass(slots=True)
class Province:
    """All returns of a province.

    Attributes:
        tree: of its units.
        letters: the returns, without those that come twice.
        figures: what each unit did, by code.
    """

    tree: Tree
    letters: list[Letter] = field(default_factory=list)
    figures: dict[str, Values] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """Code of the province."""
        return self.tree.tops[0]

    def expected(self) -> dict[str, Any]:
        """Return what must come out: how many files there are, which are rejected, and the total."""
        accepted = {(one.blank.unit.code, one.blank.scope) for one in self.letters if one.counts}
        total = BLANK
        for code, values in self.figures.items():
            held = any((above, Scope.CUMULATIVE) in accepted for above in (*self.tree.above(code), code))
            if held or (code, Scope.OWN) in accepted:
                total = tuple(map(add, total, values))
        return {
            "files": len(self.letters) + sum(one.fault is not None and _comes_twice(one.fault) for one in self.letters),
            "units": len(self.tree.units),
            "faults": Counter(one.fault for one in self.letters if one.fault),
            "programs": Counter(one.program or "typed" for one in self.letters),
            "rejected": sorted(path.as_posix() for one in self.letters if not one.counts for path in _paths(one)),
            "total": {entry.key: value for entry, value in zip(FIELDS, total, strict=True)},
        }


def _comes_twice(fault: str) -> bool:
    return FAULTS[fault].again is not None


def _paths(letter: Letter) -> list[Path]:
    """Return the paths of the files that a return comes in."""
    if letter.fault and _comes_twice(letter.fault):
        return [letter.path, letter.path.with_stem(f"{letter.path.stem}(1)")]
    return [letter.path]


def plan(tree: Tree, folder: Path, seed: int, shares: Mapping[Program, int]) -> Province:
    """Decide what every unit did and what it sends."""
    province = Province(tree)
    rng = random.Random(seed)
    province.figures = {code: figures(rng, tree[code].level) for code in tree.units}
    sums = dict.fromkeys(tree.units, BLANK)
    for code, values in province.figures.items():
        for above in (*tree.above(code), code):
            if tree[above].level in {Level.COUNTY, Level.TOWNSHIP}:
                sums[above] = tuple(map(add, sums[above], values))
    own, cumulative = (blanks_of(tree, None, scope, EDITION, folder) for scope in (Scope.OWN, Scope.CUMULATIVE))
    counts: Counter[Level] = Counter()
    for (path, blank), (_, other) in zip(own, cumulative, strict=True):
        code, level = blank.unit.code or "", blank.unit.level
        counts[level] += 1
        may_add_up = level in {Level.COUNTY, Level.TOWNSHIP} and bool(tree.children[code])
        instead = may_add_up and counts[level] % CUMULATIVE_INSTEAD == 0
        if not instead:
            province.letters.append(_letter(rng, path, blank, province.figures[code], shares))
        if may_add_up and counts[level] % CUMULATIVE_TOO == 0:
            place = path.with_stem(f"{path.stem}汇总数")
            province.letters.append(Letter(place, other, sums[code], Program.EXCEL, None))
    return province


def figures(rng: random.Random, level: Level) -> Values:
    """Return what a unit did; every field that is its own has a figure."""
    values: list[Value] = [None] * len(FIELDS)
    for index in sorted(own_fields(level)):
        entry = FIELDS[index]
        if entry.key.startswith("online"):
            values[index] = False if "province" in entry.key else 0
        elif entry.column.pair == "people":
            values[index] = (values[index - 1] or 0) * rng.randint(10, 60)
        else:
            values[index] = rng.choice((0, 1, 1, 2, 3))
    return tuple(values)


def _letter(rng: random.Random, path: Path, blank: Blank, values: Values, shares: Mapping[Program, int]) -> Letter:
    is_root = not blank.above
    if not is_root and rng.random() < TYPED:
        return Letter(path, blank, values, None, None)
    [program] = rng.choices([*shares], [*shares.values()])
    fault = rng.choice(faults_of(program)) if not is_root and rng.random() < FAULTY else None
    path = path.with_suffix(".xls") if program is Program.XLS else path
    return Letter(path, blank, values, program, fault)


# -- files ------------------------------------------------------------------------------------------------

_made: dict[tuple[Program, Kind], Package | Stream] = {}  # in a worker


def _begin(made: Mapping[tuple[Program, Kind], Package | Stream]) -> None:
    _made.update(made)


def _send(letter: Letter) -> None:
    """Write the file of a return, or both of them."""
    blank, rng = letter.blank, random.Random(letter.blank.unit.code)
    if letter.program is None:
        chain = (*blank.above, blank.unit)
        above = (None, *(unit.code for unit in blank.above))
        tree = Tree(Unit(u.code or "", u.name, u.level, u.code, key) for u, key in zip(chain, above, strict=True))
        hebi.typed(letter.path, hebi.Hebi(tree, {}), Sent(blank.unit.code or "", blank.scope, letter.values))
        return
    level, prototype = blank.unit.level, _made[letter.program, Kind.of(blank)]
    cells = _cells(rng, level, letter.values)
    fault = FAULTS[letter.fault] if letter.fault else None
    if fault and fault.in_cells:
        fault.in_cells(rng, cells, level)
    data = prototype.fill(words_of(blank), cells)
    letter.path.write_bytes(fault.in_file(data) if fault and fault.in_file else data)
    if fault and fault.again:
        fault.again(rng, cells, level)
        _paths(letter)[1].write_bytes(prototype.fill(words_of(blank), cells))


def _cells(rng: random.Random, level: Level, values: Values) -> dict[str, Cell]:
    """Return what is filled in, by cell."""
    cells: dict[str, Cell] = {
        entry.cell: shown_value(value, level, entry.index)
        for entry, value in zip(FIELDS, values, strict=True)
        if value is not None
    }
    number = rng.randint(13_000_000_000, 18_999_999_999)
    cells[CONTACT] = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.randint(1, 2)))
    cells[PHONE] = str(number) if rng.random() < 0.7 else number
    cells[FILLED_IN] = FIRST_DAY + rng.randint(0, 29)
    return cells


def make(rows: Iterable[Row], folder: Path, *, seed: int = SEED) -> Province:
    """Make a province.

    Args:
        rows: its units, each behind those above it.
        folder: where the roster, the returns and what is expected of them go; it is made.
        seed: of all that is drawn.
    """
    returns, roster = folder / "returns", folder / "roster.csv"
    returns.mkdir(parents=True)
    with roster.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("代码", "名称"), *((row.code, row.name) for row in rows)])
    tree, faults, _ = read_roster(str(roster))
    assert not faults, faults[:3]
    scopes = (Scope.OWN, Scope.CUMULATIVE)
    blanks = (blank for scope in scopes for _, blank in blanks_of(tree, None, scope, EDITION, returns))
    by = programs()
    made = prototypes(frozenset(map(Kind.of, blanks)), by)
    province = plan(tree, returns, seed, {program: share for program, share in SAVED_BY.items() if program in by})
    for parent in {letter.path.parent for letter in province.letters}:
        parent.mkdir(parents=True, exist_ok=True)
    for _ in over_processes(_send, province.letters, None, begin=partial(_begin, made), milliseconds=2):
        pass
    expected = json.dumps(province.expected(), ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(expected, encoding="utf-8")
    return province


def add_size_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how big a province is."""
    parser.add_argument("--divisions", type=Path, help=".tsv of a province's units; made up without it")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--counties", type=int, help="only the first so many counties, and the units above them")
    size.add_argument("--returns", type=int, help="only the first so many units")
    parser.add_argument("--seed", type=int, default=SEED)


def rows_of(options: argparse.Namespace) -> list[Row]:
    """Return the units that the options of `add_size_options` ask for."""
    rows = read_divisions(options.divisions) if options.divisions else made_up_divisions()
    return first_counties(rows, options.counties) if options.counties else rows[: options.returns]


def main() -> None:
    """Make a province."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where it goes; it must not be there yet")
    add_size_options(parser)
    options = parser.parse_args()
    expected = make(rows_of(options), options.folder, seed=options.seed).expected()
    print(f"{expected['files']} files of {expected['units']} units, {len(expected['rejected'])} of them to be rejected")


if __name__ == "__main__":
    main()
