"""Makes examples/: a real county's roster, and invented returns as they really arrive.

The names of the divisions are real, every figure and every person is invented. Two files are saved by LibreOffice,
which must be installed. With ``--expected`` only what `check` and `merge` say of the returns is written anew.
"""

import io
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import openpyxl
from click.testing import CliRunner

from stattable.cli.commands import main
from stattable.model.form import BLOCKS, CONTACT_LINES, FIELD_BY_KEY, FIELDS, block_fields, own_fields
from stattable.model.units import Level, Scope, Tree
from stattable.reading.roster import read_roster
from stattable.writing.blank import Blank, blank_bytes, blanks_of

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"
ROSTER: Final = "名册.csv"
RECEIVED: Final = "收到"
MERGED: Final = "汇总/中牟县.xlsx"
COUNTY: Final = "410122"
EDITION: Final = 28
COMMANDS: Final = {
    "check.txt": ["check", RECEIVED, "--roster", ROSTER],
    "merge.txt": ["merge", RECEIVED, "--roster", ROSTER, "-o", MERGED],
    "verify.txt": ["verify", MERGED, RECEIVED],
    "trace.txt": ["trace", MERGED, "H6", RECEIVED],
}
OF_MERGED: Final = ("verify.txt", "trace.txt")  # what is said of the workbook that `merge` wrote

ROWS: Final = """\
代码,名称,级别,上级代码,口径,填报,联系人,电话
410122,中牟县,县级,,,,联系人甲,0371-00000000
410122102,官渡镇,乡镇级,,,,联系人乙,13800000001
410122102201,邵岗村委会,村居社区级,,,,联系人丙,13800000002
410122102202,十里铺村委会,村居社区级,,,,联系人丁,13800000003
410122102203,宋庄村委会,村居社区级,,,,联系人戊,13800000004
410122102204,冉庄村委会,村居社区级,,,,联系人己,13800000005
410122103,狼城岗镇,乡镇级,,,,联系人庚,13800000006
410122103201,西狼城岗村委会,村居社区级,,,,联系人辛,13800000007
410122103202,辛庄村委会,村居社区级,,,,联系人壬,13800000008
410122103203,南北街村委会,村居社区级,,,,联系人癸,13800000009
410122104,万滩镇,乡镇级,,,,联系人子,13800000010
410122104206,李显吾村委会,村居社区级,,,,联系人丑,13800000011
410122104207,坡岗李村委会,村居社区级,,,,联系人寅,13800000012
410122104208,董岗村委会,村居社区级,,,,联系人卯,13800000013
410122105,白沙镇,乡镇级,,,,联系人辰,13800000014
410122105001,东润社区居民委员会,村居社区级,,,,联系人巳,13800000015
410122105002,永顺社区居民委员会,村居社区级,,,,联系人午,13800000016
410122105003,恒通社区居民委员会,村居社区级,,,,联系人未,13800000017
"""

CUMULATIVE: Final = "410122103"  # sends its villages' figures in its own page, and they send nothing
MISSING: Final = "410122102204"
TYPED: Final = ("410122104", "410122104206")  # type the notice's table by hand
SAVED_AS: Final = {"410122102": "xls", "410122105002": "ods"}
FAULTY: Final = "410122105003"
TWICE: Final = "410122104208"
# The smallest JPEG there is: photographs come along with the returns.
PHOTO: Final = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100ffc400140001"
    "00000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054dfffd9"
)

Figures = dict[str, Any]


def figures_of(tree: Tree, key: str) -> Figures:
    """Return invented own figures of a unit: plausible, and the same each time."""
    rng = random.Random(key)
    level = tree[key].level
    largest = {Level.COUNTY: 8, Level.TOWNSHIP: 5, Level.VILLAGE: 2}[level]
    figures: Figures = {}
    for index in sorted(own_fields(level)):
        field = FIELDS[index]
        if field.column.pair == "people":
            figures[field.key] = figures[FIELDS[index - 1].key] * rng.randint(25, 70)
        elif field.column.pair == "sessions":
            figures[field.key] = rng.randint(0 if "other" in field.key else 1, largest)
        else:
            figures[field.key] = rng.randint(0, 2) if level is not Level.VILLAGE else 0
    return figures


def _added(parts: list[Figures]) -> Figures:
    total: Figures = {}
    for part in parts:
        for key, value in part.items():
            total[key] = total.get(key, 0) + value
    return total


def _fill(sheet: Any, figures: Figures, contact: str, phone: str) -> None:
    for key, value in figures.items():
        sheet[FIELD_BY_KEY[key].cell] = value
    for name, value in (("contact", contact), ("phone", phone), ("filled_in", "2026年6月5日")):
        sheet.cell(*CONTACT_LINES[name].value_at).value = value


def _typed(path: Path, name: str, figures: Figures, contact: str, phone: str) -> None:
    """Write the table as somebody types it in from the notice: another place, line breaks, no merged cells."""
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.title = "Sheet1"
    sheet["B2"] = f"第{EDITION}个“5.29会员活动日”信息统计表"
    sheet["B3"] = f"单位（公章）：{name}"
    for block in BLOCKS:
        sheet.cell(block.heading_row + 1, 2, f"{block.section[:2]}\n{block.section[2:]}")
        previous = None
        for field in block_fields(block):
            column = field.at[1] + 1
            if field.heading != previous:
                sheet.cell(block.heading_row + 1, column, field.heading.text)
                previous = field.heading
            sheet.cell(block.column_row + 1, column, field.column.text.replace("服务", "服务\n", 1))
            sheet.cell(block.row + 1, column, figures.get(field.key))
    sheet["B19"] = f"联系人姓名：{contact}    电话：{phone}    填报日期：2026.6.8"
    workbook.save(path)


def _through_office(path: Path, suffix: str) -> None:
    """Save the workbook at `path` as another format by LibreOffice, and remove the first one."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "return.xlsx"
        shutil.move(path, source)
        to = ["soffice", "--headless", "--convert-to", suffix, "--outdir", folder, str(source)]
        subprocess.run(to, check=True, stdout=sys.stderr)
        shutil.move(source.with_suffix(f".{suffix}"), path.with_suffix(f".{suffix}"))


def make_returns() -> None:
    """Write the roster and all returns."""
    shutil.rmtree(EXAMPLES / RECEIVED, ignore_errors=True)
    EXAMPLES.mkdir(exist_ok=True)
    (EXAMPLES / ROSTER).write_text(ROWS, encoding="utf-8-sig", newline="\r\n")
    tree, faults = read_roster(str(EXAMPLES / ROSTER))
    assert not faults, faults
    silent = {MISSING, *tree.children[CUMULATIVE]}
    for path, own_blank in blanks_of(tree, COUNTY, Scope.OWN, EDITION, EXAMPLES / RECEIVED):
        code, blank = str(own_blank.unit.code), own_blank
        if code in silent:
            continue
        unit, figures = tree[code], figures_of(tree, code)
        path.parent.mkdir(parents=True, exist_ok=True)
        if code in TYPED:
            _typed(path.with_name(f"{unit.name}统计表.xlsx"), f"{unit.name}计生协", figures, unit.contact, unit.phone)
            continue
        if code == CUMULATIVE:
            figures = _added([figures_of(tree, one) for one in tree.below(code)])
            blank = Blank(blank.unit, blank.above, Scope.CUMULATIVE, EDITION)
        if code == FAULTY:
            figures |= {"activities.village.people": "若干", "services.condolence.village.people": "约60"}
            figures |= {"services.other.village.sessions": 0, "services.other.village.people": 35}
        workbook = openpyxl.load_workbook(io.BytesIO(blank_bytes(blank)))
        _fill(workbook.worksheets[0], figures, unit.contact, unit.phone)
        workbook.save(path)
        if code in SAVED_AS:
            _through_office(path, SAVED_AS[code])
        if code == TWICE:
            shutil.copyfile(path, path.with_stem(f"{path.stem}（再发一次）"))
    (EXAMPLES / RECEIVED / "活动现场.jpg").write_bytes(PHOTO)


def said(name: str) -> str:
    """Return what a command says of the examples, run in their folder, into a file."""
    runner = CliRunner()
    if name in OF_MERGED:
        runner.invoke(main, COMMANDS["merge.txt"])
    result = runner.invoke(main, COMMANDS[name])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    lines = [f"$ stattable {' '.join(COMMANDS[name])}", *result.output.splitlines()]
    return "\n".join([*lines, f"（退出码 {result.exit_code}）", ""])


def make_expected() -> None:
    """Write what the commands say, for the test that holds them to it."""
    (EXAMPLES / "expected").mkdir(exist_ok=True)
    for name in COMMANDS:
        (EXAMPLES / "expected" / name).write_text(said(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    import os

    if "--expected" not in sys.argv[1:]:
        make_returns()
    os.chdir(EXAMPLES)
    make_expected()
