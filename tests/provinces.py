"""Parts of three provinces where levels are skipped: what every unit did, what it sends.

In Guangdong (codes padded to 12 digits) 东莞 and 中山 have townships directly under them. In Hainan counties stand
directly under the province, 儋州 has townships, 海棠区 has villages, 洋浦 reports to the province although its code is
one of 儋州's, and what stands for a township in 五指山 is none and reports nothing. Beijing has no prefectures.

Parents are worked out here from the rosters' rows, and sums and what counts by the reference, by themselves.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference import Reference, Sent, summed
from stattable.model.form import FIELDS, Value, Values
from stattable.model.units import LEVEL_BY_WORD, Level, Scope, Tree, Unit
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of
from writers.returns import random_values, write_values

HERE = Path(__file__).parent
EDITION = 28
LENGTHS = (2, 4, 6, 9, 12)
TRACED = "activities.village.people"
BESIDE, INSTEAD, BOTH = "beside", "instead", "both"  # how a cumulative return is sent: those below send theirs or not
CUMULATIVE = {
    "guangdong": {"4419": BOTH, "440308": INSTEAD, "4405": BESIDE, "441900401": BESIDE, "441900121": BOTH},
    "hainan": {"4604": BESIDE, "469002": INSTEAD, "460321": BOTH, "460202": BESIDE, "460400499": INSTEAD},
    "beijing": {"110107": BESIDE, "110115": BOTH, "110101": INSTEAD, "110115406": INSTEAD},
}
NAMES = tuple(CUMULATIVE)


@dataclass
class Province:
    """A province: its units, all by code, those above first; and their own figures."""

    name: str
    roster: Path
    tree: Tree
    did: dict[str, Values]

    @property
    def root(self) -> str:
        return next(iter(self.tree.units))

    def reference(self, sent: Iterable[Sent] = ()) -> Reference:
        return Reference(self.tree, self.root, sent)

    def children(self, code: str) -> list[str]:
        return self.reference().children(code)

    def under(self, code: str) -> list[str]:
        """A unit and those below it."""
        return [code, *self.reference().below(code)]

    def heads(self) -> list[str]:
        """The units with others below them, from the bottom up."""
        parents = {unit.parent for unit in self.tree.units.values()}
        return [code for code in reversed(self.tree.units) if code in parents]


def make(name: str) -> Province:
    roster = HERE / "data" / f"{name}.csv"
    with roster.open(encoding="utf-8") as file:
        rows = {_code(row["代码"]): row for row in csv.DictReader(file)}
    units = []
    for code, row in rows.items():
        near = [code[:length] for length in reversed(LENGTHS) if length < len(code) and code[:length] in rows]
        parent, level = row.get("上级代码") or next(iter(near), None), LEVEL_BY_WORD[row["级别"]]
        units.append(Unit(code, row["名称"], level, code, parent, expected=row.get("填报") != "否"))
    rng = random.Random(name)
    did = {unit.key: random_values(rng, unit.level) for unit in units if unit.expected}
    return Province(name, roster, Tree(units), did)


def _code(said: str) -> str:
    return next(said[:length] for length in LENGTHS if not said[length:].strip("0"))


# -- what is sent, and what must come of it ---------------------------------------------------------------


def all_own(province: Province) -> list[Sent]:
    return [Sent(code, Scope.OWN, values) for code, values in province.did.items()]


def some_cumulative(province: Province) -> list[Sent]:
    """As `all_own`, but some units, said in `CUMULATIVE` or drawn, send cumulative returns."""
    rng = random.Random(f"{province.name} cumulative")
    tree, units, ways = province.tree, province.reference(), {}
    for code in province.heads():
        drawn = rng.choice(("", "", "", BESIDE, INSTEAD, BOTH)) if tree[code].level is Level.TOWNSHIP else ""
        ways[code] = CUMULATIVE[province.name].get(code, drawn) if tree[code].expected else ""
    sent = []
    for one in all_own(province):
        if any(ways[above] == INSTEAD for above in units.up(one.unit)[1:]):
            continue
        way = ways.get(one.unit)
        if not way or way == BOTH:
            sent.append(one)
        if way:
            did = (province.did[below] for below in province.under(one.unit) if below in province.did)
            sent.append(Sent(one.unit, Scope.CUMULATIVE, summed(did, tree[one.unit].level)))
    return sent


# -- files ------------------------------------------------------------------------------------------------


def write(province: Province, sent: Sequence[Sent], folder: Path) -> dict[tuple[str, Scope], Path]:
    """Write the returns into folders that mirror the tree; give their paths by unit and scope."""
    tree, faults, _ = read_roster(str(province.roster))
    assert not faults
    places = {
        (blank.unit.code, blank.scope): (path, blank)
        for scope in Scope
        for path, blank in blanks_of(tree, None, scope, EDITION, folder)
    }
    paths = {}
    for one in sent:
        path, blank = places[one.unit, one.scope]
        if one.scope is Scope.CUMULATIVE:
            path = path.with_stem(f"{path.stem}汇总数")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_values(blank_bytes(blank), one.values))
        paths[one.unit, one.scope] = path
    return paths


def keyed(values: Values) -> dict[str, Value]:
    """The values that are not blank, by field."""
    return {field.key: value for field, value in zip(FIELDS, values, strict=True) if value is not None}
