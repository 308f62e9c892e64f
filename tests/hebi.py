"""鹤壁市's returns, about 1,100 of them, filled in by a seeded script; the reference adds them up.

Most come from blanks, with figures written straight into the package, which is quick; some are typed by hand in
other layouts; a few are golden files that LibreOffice saved as .xls and .ods (``python tests/hebi.py`` makes those
anew). Townships and a county send cumulative returns, some beside their villages' own ones, some in their place.
"""

import random
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from reference import Reference, Sent, summed
from stattable.model import form
from stattable.model.form import BLOCKS, Values, block_fields
from stattable.model.units import Level, Scope, Tree
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of
from writers.office import saved_as
from writers.returns import random_values, write_values

HERE = Path(__file__).parent
ROSTER = HERE / "data" / "hebi.csv"
GOLDEN = HERE / "golden" / "hebi"
ROOT = "4106"
EDITION = 28
SEED = 20260529
TYPED_COUNTY = "410622"  # types its page by hand, for its whole county
SAVED_ELSEWHERE = {  # the format that a unit's spreadsheet program saves in
    "410602": "xls", "410602002": "xls", "410602002001": "xls", "410611": "ods", "410611005": "ods", "410621004": "ods",
}  # fmt: skip
TYPED_BY_HAND = 8  # villages without our blank


@dataclass
class Hebi:
    """All of 鹤壁市: what every unit did, what it sends, and how where that is not on our blank as it is."""

    tree: Tree
    did: dict[str, Values]
    sent: list[Sent] = field(default_factory=list)
    how: dict[str, str] = field(default_factory=dict)

    @cached_property
    def totals(self) -> dict[str, Values]:
        """The totals that must come out, by code."""
        reference = Reference(self.tree, ROOT, self.sent)
        return {code: reference.total(code) for code in reference.units}


def make() -> Hebi:
    tree, faults, _ = read_roster(str(ROSTER))
    assert not faults
    rng = random.Random(SEED)
    hebi = Hebi(tree, {code: random_values(rng, tree[code].level) for code in tree.below(ROOT)})
    townships = [code for code in tree.below(ROOT) if tree[code].level is Level.TOWNSHIP]
    cumulative = {code for n, code in enumerate(townships) if n % 6 in {0, 1}} - set(SAVED_ELSEWHERE)
    silent = {code for n, code in enumerate(townships) if n % 6 == 1 and code in cumulative}
    by_hand = rng.sample([c for c in tree.below(ROOT) if len(c) == 12 and c not in SAVED_ELSEWHERE], TYPED_BY_HAND)
    hebi.how = SAVED_ELSEWHERE | dict.fromkeys([*by_hand, TYPED_COUNTY], "typed")
    for code in tree.below(ROOT):
        if any(above in silent for above in tree.above(code)):
            continue
        scope = Scope.CUMULATIVE if code in cumulative or code == TYPED_COUNTY else Scope.OWN
        did = [hebi.did[one] for one in (tree.below(code) if scope is Scope.CUMULATIVE else [code])]
        hebi.sent.append(Sent(code, scope, summed(did, tree[code].level)))
    return hebi


# -- files ------------------------------------------------------------------------------------------------


def write(hebi: Hebi, folder: Path) -> dict[str, Path]:
    """Write every return that is sent into folders that mirror the tree; give the paths by code."""
    places = {}
    for scope in Scope:
        for path, blank in blanks_of(hebi.tree, ROOT, scope, EDITION, folder):
            places[blank.unit.code, blank.scope] = (path, blank)
    paths = {}
    for one in hebi.sent:
        path, blank = places[one.unit, one.scope]
        path.parent.mkdir(parents=True, exist_ok=True)
        match hebi.how.get(one.unit):
            case None:
                path.write_bytes(write_values(blank_bytes(blank), one.values))
            case "typed":
                typed(path, hebi, one)
            case saved:
                path = path.with_suffix(f".{saved}")
                shutil.copyfile(GOLDEN / f"{one.unit}.{saved}", path)
        paths[one.unit] = path
    return paths


def typed(path: Path, hebi: Hebi, one: Sent) -> None:
    """A page typed by hand: shifted, its labels broken over lines, the columns of each section in another order."""
    rng = random.Random(one.unit)
    down, right = rng.randint(0, 3), rng.randint(0, 2)
    sheet: Any = (workbook := openpyxl.Workbook()).active

    def put(row: int, column: int, value: object) -> None:
        sheet.cell(row + down, column + right, value)

    put(2, 1, f"第 {EDITION} 个“5.29 会员活动日”\n信息统计表")
    names = [hebi.tree[code].name for code in (*hebi.tree.above(one.unit)[2:], one.unit)]
    put(3, 1, f"单位(公章):{''.join(names)}计划生育协会")
    orders: dict[int, list[str]] = {}  # two blocks of services stand under one row of level headings
    for block in BLOCKS:
        put(block.heading_row, 1, "\n".join(block.section))
        by_heading = _by_heading(block)
        order = orders.setdefault(block.heading_row, rng.sample(list(by_heading), len(by_heading)))
        column = 2
        for heading in order:
            fields = by_heading[heading]
            put(block.heading_row, column, f"{heading[:2]} {heading[2:]}")
            for entry in rng.sample(fields, len(fields)):
                put(block.column_row, column, entry.column.text.replace("、", "\n"))
                put(block.row, column, one.values[entry.index])
                column += 1
    put(18, 1, "联系人:李四 电话:13900000000 填报日期:2026年6月16日")
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)


def _by_heading(block: form.Block) -> dict[str, list[form.Field]]:
    found: dict[str, list[form.Field]] = {}
    for entry in block_fields(block):
        found.setdefault(entry.heading.text, []).append(entry)
    return found


def make_golden() -> None:
    """Save the returns of SAVED_ELSEWHERE through LibreOffice."""
    hebi = make()
    sent = {one.unit: one.values for one in hebi.sent}
    with tempfile.TemporaryDirectory() as folder:
        for _, blank in blanks_of(hebi.tree, ROOT, Scope.OWN, EDITION, Path(folder)):
            code = blank.unit.code or ""
            if code in SAVED_ELSEWHERE:
                source = Path(folder) / f"{code}.xlsx"
                source.write_bytes(write_values(blank_bytes(blank), sent[code]))
                saved_as(SAVED_ELSEWHERE[code], GOLDEN, source)


if __name__ == "__main__":
    make_golden()
