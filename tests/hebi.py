"""鹤壁市's returns, about 1,100 of them, filled in by a seeded script that adds them up itself.

Most come from blanks, with figures written straight into the package, which is quick; some are typed by hand in
other layouts; a few are golden files that LibreOffice saved as .xls and .ods (``python tests/hebi.py`` makes those
anew). Townships and a county send cumulative returns, some beside their villages' own ones, some in their place.
"""

import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from stattable.model import form
from stattable.model.form import BLOCKS, FIELDS, block_fields, own
from stattable.model.units import Level, Scope, Tree
from stattable.reading.roster import read_roster
from stattable.writing.blank import blank_bytes, blanks_of

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

Figures = list[int | None]


def plus(left: Figures, right: Figures) -> Figures:
    return [b if a is None else a if b is None else a + b for a, b in zip(left, right, strict=True)]


@dataclass
class Sent:
    """What a unit sends: its figures, and how."""

    code: str
    scope: Scope
    figures: Figures
    how: str = "blank"


@dataclass
class Hebi:
    """All of 鹤壁市: what every unit did, what it sends, and the totals that must come out."""

    tree: Tree
    did: dict[str, Figures] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    totals: dict[str, Figures] = field(default_factory=dict)


def make() -> Hebi:
    tree, faults = read_roster(str(ROSTER))
    assert not faults
    hebi = Hebi(tree)
    rng = random.Random(SEED)
    for code in tree.below(ROOT):
        hebi.did[code] = _figures(rng, tree[code].level)
    everything = {code: _all_below(hebi, code) for code in tree.below(ROOT)}
    townships = [code for code in tree.below(ROOT) if tree[code].level is Level.TOWNSHIP]
    cumulative = {code for n, code in enumerate(townships) if n % 6 in {0, 1}} - set(SAVED_ELSEWHERE)
    silent = {code for n, code in enumerate(townships) if n % 6 == 1 and code in cumulative}
    by_hand = rng.sample([c for c in tree.below(ROOT) if len(c) == 12 and c not in SAVED_ELSEWHERE], TYPED_BY_HAND)
    for code in tree.below(ROOT):
        if any(above in silent for above in tree.above(code)):
            continue
        scope = Scope.CUMULATIVE if code in cumulative or code == TYPED_COUNTY else Scope.OWN
        figures = everything[code] if scope is Scope.CUMULATIVE else hebi.did[code]
        how = SAVED_ELSEWHERE.get(code) or ("typed" if code in by_hand or code == TYPED_COUNTY else "blank")
        hebi.sent.append(Sent(code, scope, figures, how))
    reported = {one.code: one.figures for one in hebi.sent if one.scope is Scope.CUMULATIVE}
    for code in reversed(list(tree.below(ROOT))):
        total = hebi.did[code] if any(one.code == code for one in hebi.sent) else [None] * len(FIELDS)
        for child in tree.children[code]:
            total = plus(total, hebi.totals[child])
        hebi.totals[code] = reported.get(code, total)
    return hebi


def _figures(rng: random.Random, level: Level) -> Figures:
    """Plausible own figures: now and then a 0, now and then a field left blank."""
    figures: Figures = [None] * len(FIELDS)
    for index in sorted(own(level)):
        entry = FIELDS[index]
        if entry.column.pair == "people":
            sessions = figures[index - 1]
            figures[index] = sessions * rng.randint(10, 60) if sessions else sessions
        elif rng.random() < 0.9:
            figures[index] = rng.choice((0, 1, 1, 2, 3, 5))
    return figures


def _all_below(hebi: Hebi, code: str) -> Figures:
    total: Figures = [None] * len(FIELDS)
    for one in hebi.tree.below(code):
        total = plus(total, hebi.did[one])
    return total


# -- files ------------------------------------------------------------------------------------------------


def write(hebi: Hebi, folder: Path) -> dict[str, Path]:
    """Write every return that is sent into folders that mirror the tree; give the paths by code."""
    places = {}
    for scope in Scope:
        for path, blank in blanks_of(hebi.tree, ROOT, scope, EDITION, folder):
            places[blank.unit.code, blank.scope] = (path, blank)
    paths = {}
    for one in hebi.sent:
        path, blank = places[one.code, one.scope]
        path.parent.mkdir(parents=True, exist_ok=True)
        if one.how == "typed":
            typed(path, hebi, one)
        elif one.how == "blank":
            path.write_bytes(filled(blank_bytes(blank), one.figures))
        else:
            path = path.with_suffix(f".{one.how}")
            shutil.copyfile(GOLDEN / f"{one.code}.{one.how}", path)
        paths[one.code] = path
    return paths


def filled(blank: bytes, figures: Figures) -> bytes:
    """Write figures, and a person to call, into a blank's package."""
    cells = {FIELDS[i].cell: f"<v>{figure}</v>" for i, figure in enumerate(figures) if figure is not None}
    texts = {"B18": "张三", "E18": "13800000000", "H18": f"{form.year_of(EDITION)}.6.15"}

    def cell(match: re.Match[str]) -> str:
        name, style = match.groups()
        if name in texts:
            return f'<c r="{name}" s="{style}" t="inlineStr"><is><t>{texts[name]}</t></is></c>'
        return f'<c r="{name}" s="{style}">{cells[name]}</c>' if name in cells else match[0]

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blank)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                before = data.decode()
                after = re.sub(r'<c r="([A-I]\d+)" s="(\d+)"/>', cell, before)
                assert after.count("<v>") - before.count("<v>") == len(cells)
                assert after.count("<is>") == len(texts)
                data = after.encode()
            target.writestr(info, data)
    return out.getvalue()


def typed(path: Path, hebi: Hebi, one: Sent) -> None:
    """A page typed by hand: shifted, its labels broken over lines, the columns of each section in another order."""
    rng = random.Random(one.code)
    down, right = rng.randint(0, 3), rng.randint(0, 2)
    sheet: Any = (workbook := openpyxl.Workbook()).active

    def put(row: int, column: int, value: object) -> None:
        sheet.cell(row + down, column + right, value)

    put(2, 1, f"第 {EDITION} 个“5.29 会员活动日”\n信息统计表")
    names = [hebi.tree[code].name for code in (*hebi.tree.above(one.code)[2:], one.code)]
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
                put(block.row, column, one.figures[entry.index])
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
    GOLDEN.mkdir(parents=True, exist_ok=True)
    sent = {one.code: one for one in hebi.sent}
    with tempfile.TemporaryDirectory() as folder:
        for _, blank in blanks_of(hebi.tree, ROOT, Scope.OWN, EDITION, Path(folder)):
            code = blank.unit.code or ""
            if code in SAVED_ELSEWHERE:
                source = Path(folder) / f"{code}.xlsx"
                source.write_bytes(filled(blank_bytes(blank), sent[code].figures))
                to = ["soffice", "--headless", "--convert-to", SAVED_ELSEWHERE[code], "--outdir", str(GOLDEN)]
                subprocess.run([*to, str(source)], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    make_golden()
