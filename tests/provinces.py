"""Parts of three provinces where levels are skipped: what every unit did, what it sends, the totals that must come out.

In Guangdong (codes padded to 12 digits) 东莞 and 中山 have townships directly under them. In Hainan counties stand
directly under the province, 儋州 has townships, 海棠区 has villages, 洋浦 reports to the province although its code is
one of 儋州's, and what stands for a township in 五指山 is none and reports nothing. Beijing has no prefectures.

Parents, sums and what counts are worked out here from the rosters' rows, by themselves.
"""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import builders
from hebi import Figures, filled, plus
from stattable.model.form import FIELDS, own
from stattable.model.units import LEVEL_BY_WORD, Level, Scope
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of

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
    root: str
    names: dict[str, str]
    levels: dict[str, Level]
    parents: dict[str, str]
    silent: set[str]
    did: dict[str, Figures]

    def children(self, code: str) -> list[str]:
        return [one for one in self.names if self.parents.get(one) == code]

    def above(self, code: str) -> list[str]:
        return [*self.above(self.parents[code]), self.parents[code]] if code in self.parents else []

    def below(self, code: str) -> list[str]:
        return [one for one in self.names if one == code or code in self.above(one)]

    def heads(self) -> list[str]:
        """The units with others below them, from the bottom up."""
        return [code for code in reversed(self.names) if code in self.parents.values()]


@dataclass(frozen=True)
class Sent:
    code: str
    scope: Scope
    figures: Figures


def make(name: str) -> Province:
    roster = HERE / "data" / f"{name}.csv"
    with roster.open(encoding="utf-8") as file:
        rows = {_code(row["代码"]): row for row in csv.DictReader(file)}
    parents = {}
    for code, row in rows.items():
        near = [code[:length] for length in reversed(LENGTHS) if length < len(code) and code[:length] in rows]
        if parent := row.get("上级代码") or next(iter(near), None):
            parents[code] = parent
    (root,) = rows.keys() - parents.keys()
    levels = {code: LEVEL_BY_WORD[row["级别"]] for code, row in rows.items()}
    silent = {code for code, row in rows.items() if row.get("填报") == "否"}
    rng = random.Random(name)
    did = {code: _figures(rng, level) for code, level in levels.items() if code not in silent}
    return Province(name, roster, root, {c: row["名称"] for c, row in rows.items()}, levels, parents, silent, did)


def _code(said: str) -> str:
    return next(said[:length] for length in LENGTHS if not said[length:].strip("0"))


def _figures(rng: random.Random, level: Level) -> Figures:
    """Plausible own figures: now and then a 0, now and then a field left blank."""
    figures: Figures = [None] * len(FIELDS)
    for index in sorted(own(level)):
        column = FIELDS[index].column.pair
        if FIELDS[index].key.startswith("online.province"):
            figures[index] = rng.choice((True, False))
        elif column == "people":
            sessions = figures[index - 1]
            figures[index] = sessions * rng.randint(10, 60) if sessions else sessions
        elif rng.random() < 0.9:
            figures[index] = rng.choice((0, 1, 1, 2, 3, 5))
    return figures


def added_up(figures: Iterable[Figures]) -> Figures:
    total: Figures = [None] * len(FIELDS)
    for one in figures:
        total = plus(total, one)
    return total


# -- what is sent, and what must come of it ---------------------------------------------------------------


def all_own(province: Province) -> list[Sent]:
    return [Sent(code, Scope.OWN, figures) for code, figures in province.did.items()]


def some_cumulative(province: Province) -> list[Sent]:
    """As `all_own`, but some units, said in `CUMULATIVE` or drawn, send cumulative returns."""
    rng = random.Random(f"{province.name} cumulative")
    ways = {}
    for code in province.heads():
        drawn = rng.choice(("", "", "", BESIDE, INSTEAD, BOTH)) if province.levels[code] is Level.TOWNSHIP else ""
        ways[code] = CUMULATIVE[province.name].get(code, drawn) if code not in province.silent else ""
    sent = []
    for one in all_own(province):
        if any(ways[above] == INSTEAD for above in province.above(one.code)):
            continue
        way = ways.get(one.code)
        if not way or way == BOTH:
            sent.append(one)
        if way:
            did = (province.did[below] for below in province.below(one.code) if below in province.did)
            sent.append(Sent(one.code, Scope.CUMULATIVE, added_up(did)))
    return sent


def totals(province: Province, sent: Sequence[Sent]) -> dict[str, Figures]:
    by_scope: dict[Scope, dict[str, Figures]] = {scope: {} for scope in Scope}
    for one in sent:
        by_scope[one.scope][one.code] = one.figures
    result: dict[str, Figures] = {}
    for code in reversed(province.names):
        parts = [result[child] for child in province.children(code)]
        parts += [by_scope[Scope.OWN][code]] if code in by_scope[Scope.OWN] else []
        result[code] = by_scope[Scope.CUMULATIVE].get(code, added_up(parts))
    return result


def counting(province: Province, sent: Sequence[Sent]) -> list[Sent]:
    """The returns whose figures are in the province's total: nothing cumulative stands above them, or beside."""
    cumulative = {one.code for one in sent if one.scope is Scope.CUMULATIVE}
    return [
        one
        for one in sent
        if not cumulative.intersection(province.above(one.code))
        and (one.scope is Scope.CUMULATIVE or one.code not in cumulative)
    ]


# -- files ------------------------------------------------------------------------------------------------


def write(province: Province, sent: Sequence[Sent], folder: Path) -> dict[tuple[str, Scope], Path]:
    """Write the returns into folders that mirror the tree; give their paths by unit and scope."""
    tree, faults = read_roster(str(province.roster))
    assert not faults
    places = {
        (blank.unit.code, blank.scope): (path, blank)
        for scope in Scope
        for path, blank in blanks_of(tree, None, scope, EDITION, folder)
    }
    paths = {}
    for one in sent:
        path, blank = places[one.code, one.scope]
        if one.scope is Scope.CUMULATIVE:
            path = path.with_stem(f"{path.stem}汇总数")
        path.parent.mkdir(parents=True, exist_ok=True)
        if blank.unit.level is Level.PROVINCE:  # 有 and 无 are no figures
            values = keyed(one.figures)
            builders.filled(path, blank.unit, values, edition=EDITION, filled_in=date(2026, 6, 15))
        else:
            path.write_bytes(filled(blank_bytes(blank), one.figures))
        paths[one.code, one.scope] = path
    return paths


def keyed(figures: Sequence[int | None]) -> dict[str, int]:
    """The figures that are not blank, by field."""
    return {field.key: value for field, value in zip(FIELDS, figures, strict=True) if value is not None}


def all_keyed(figures: Mapping[str, Sequence[int | None]]) -> dict[str, dict[str, int]]:
    return {code: keyed(one) for code, one in figures.items()}
