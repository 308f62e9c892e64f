import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from county import GUANDU, GUANDU_VILLAGE, HENAN, ROSTER, TO_COUNTY, TO_GUANDU, ZHENGZHOU, ZHONGMU, tree_of
from stattable.model import form
from stattable.model.form import BLANK, FIELDS, LABELS
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope
from stattable.reading.files import read_return
from stattable.writing.blank import (
    Blank,
    _prototype,
    association_name,
    blank_bytes,
    blanks_of,
    single_blank,
    write_blanks,
)
from stattable.writing.page import template_bytes
from test_page import print_setup

ABOVE = {
    HENAN: (), ZHENGZHOU: TO_COUNTY[:1], ZHONGMU: TO_COUNTY[:2], GUANDU: TO_COUNTY, GUANDU_VILLAGE: TO_GUANDU,
}  # fmt: skip


def made(folder: Path, unit: UnitFacts, scope: Scope = Scope.OWN, edition: int = 23) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(blank_bytes(Blank(unit, ABOVE.get(unit, ()), scope, edition)))
    return path


def page(path: Path) -> Any:
    return openpyxl.load_workbook(path).worksheets[0]


# -- what is open, and what is locked ---------------------------------------------------------------------

# The rows of figures, from left to right: x for an open cell, . for a locked one.
OPEN = {
    (HENAN, Scope.OWN): "xx...... xx...... xx...... xxxxxxxx xx......",
    (HENAN, Scope.CUMULATIVE): "xxxxxxxx xxxxxxxx xxxxxxxx xxxxxxxx xxxxxxxx",
    (ZHENGZHOU, Scope.OWN): "..xx.... ..xx.... ..xx.... xxxxxxxx ..xxx...",
    (ZHENGZHOU, Scope.CUMULATIVE): "..xxxxxx ..xxxxxx ..xxxxxx xxxxxxxx ..xxxxxx",
    (ZHONGMU, Scope.OWN): "..xx.... ..xx.... ..xx.... xxxxxxxx .....xxx",
    (ZHONGMU, Scope.CUMULATIVE): "..xxxxxx ..xxxxxx ..xxxxxx xxxxxxxx .....xxx",
    (GUANDU, Scope.OWN): "....xx.. ....xx.. ....xx.. xxxxxxxx ........",
    (GUANDU, Scope.CUMULATIVE): "....xxxx ....xxxx ....xxxx xxxxxxxx ........",
    (GUANDU_VILLAGE, Scope.OWN): "......xx ......xx ......xx xxxxxxxx ........",
}


def drawn(sheet: Any, is_open: Any) -> str:
    """The rows of figures as :data:`OPEN` draws them."""
    rows = [
        "".join("x" if is_open(sheet[field.cell]) else "." for field in form.block_fields(block))
        for block in form.BLOCKS
    ]
    return " ".join(rows)


@pytest.mark.parametrize(("unit", "scope"), OPEN, ids=lambda one: one.name if isinstance(one, UnitFacts) else one)
def test_open_cells(tmp_path: Path, unit: UnitFacts, scope: Scope) -> None:
    sheet = page(made(tmp_path, unit, scope))
    rules = sheet.data_validations.dataValidation
    expected = OPEN[unit, scope]
    assert drawn(sheet, lambda cell: not cell.protection.locked) == expected
    assert drawn(sheet, lambda cell: cell.fill.fgColor.rgb == "FFFFF9DB") == expected  # tinted
    assert drawn(sheet, lambda cell: cell.fill.fgColor.rgb != "FFE7E7E7") == expected  # not greyed
    assert drawn(sheet, lambda cell: any(cell.coordinate in rule.sqref for rule in rules)) == expected
    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)


def test_beside_the_figures_only_contact_phone_and_date_are_open(tmp_path: Path) -> None:
    sheet = page(made(tmp_path, GUANDU))
    figures = {field.cell for field in FIELDS}
    unlocked = {cell.coordinate for row in sheet for cell in row if not cell.protection.locked} - figures
    assert unlocked == {"B18", "C18", "E18", "F18", "H18", "I18"}
    assert all(sheet.cell(*label.at).protection.locked for label in LABELS)


def test_data_validation(tmp_path: Path) -> None:
    rules = page(made(tmp_path, HENAN)).data_validations.dataValidation
    said = [(rule.type, rule.operator, rule.formula1, rule.errorStyle or "stop", rule.allow_blank) for rule in rules]
    assert said == [  # a rule that states no style stops
        ("whole", "greaterThanOrEqual", "0", "stop", True),
        ("list", None, '"有,无"', "stop", True),
    ]
    counts, flags = ({str(cell) for cell in rule.sqref.ranges} for rule in rules)
    assert flags == {"B17", "C17"}
    assert {"B6", "C6", "B14", "I14"} < counts
    for rule in rules:
        assert rule.showInputMessage
        assert rule.showErrorMessage
        assert "填" in rule.promptTitle
        assert rule.prompt.endswith("。")
        assert rule.error.endswith("。")
        # Excel's own limits
        assert len(rule.promptTitle) <= 32
        assert len(rule.errorTitle) <= 32
        assert max(len(rule.prompt), len(rule.error)) <= 255


# -- whom it is for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ABOVE, ids=lambda unit: unit.name)
def test_identity_and_name(tmp_path: Path, unit: UnitFacts) -> None:
    one = read_return(str(made(tmp_path, unit, edition=28)))
    assert one.identity == Identity(WorkbookKind.BLANK, 28, unit, Scope.OWN, ABOVE[unit])
    assert (one.name, one.edition, one.values) == (f"{unit.name}计生协", 28, BLANK)
    assert {finding.code for finding in one.findings} == {"V010", "V011", "V012"}


def test_the_page_is_the_first_sheet_and_sheet1(tmp_path: Path) -> None:
    path = made(tmp_path, GUANDU)
    with zipfile.ZipFile(path) as archive:
        assert f'<c r="{FIELDS[0].cell}"'.encode() in archive.read("xl/worksheets/sheet1.xml")
        assert "第23个".encode() in archive.read("xl/sharedStrings.xml")
        assert b"{{" not in b"".join(map(archive.read, archive.namelist()))  # no placeholder is left
        assert archive.testzip() is None
    workbook = openpyxl.load_workbook(path)
    assert [(sheet.title, sheet.sheet_state) for sheet in workbook] == [
        ("信息统计表", "visible"), ("_stattable", "veryHidden"),
    ]  # fmt: skip
    assert workbook.active is workbook.worksheets[0]


def test_the_page_prints_as_the_template_does(tmp_path: Path) -> None:
    (tmp_path / "template.xlsx").write_bytes(template_bytes())
    blank, template = page(made(tmp_path, GUANDU)), page(tmp_path / "template.xlsx")
    assert print_setup(blank) == print_setup(template)
    merged, as_printed = ({str(cells) for cells in sheet.merged_cells.ranges} for sheet in (blank, template))
    assert merged == as_printed | {"K5:K15"}  # the note, outside the print area
    changed = {
        cell.coordinate for row in blank["A1:I20"] for cell in row if cell.value != template[cell.coordinate].value
    }
    assert changed == {"B3"}


@pytest.mark.parametrize(
    ("scope", "line"),
    [
        (Scope.OWN, "口径：本级数。只填本单位自己的数字，下级的数字由下级自己报，不要加进来。"),
        (Scope.CUMULATIVE, "口径：汇总数。填本单位和全部下级加在一起的数字。"),
    ],
)
def test_the_note_says_whom_and_which_scope_it_is_for(tmp_path: Path, scope: Scope, line: str) -> None:
    note = page(made(tmp_path, GUANDU, scope))["K5"].value.splitlines()
    assert {"官渡镇（乡镇级）", line, "1. 只填浅黄色的格子，灰色的格子不用填。"} <= set(note)


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("=1+1", "=1+1计生协"),
        ("+86镇", "+86镇计生协"),
        ("<b>&\"镇'", "<b>&\"镇'计生协"),
        ("{{unit.code}}镇", "{{unit.code}}镇计生协"),
        ("官渡\x00\x0b镇", "官渡镇计生协"),
        ("官渡\udcb9镇", "官渡\ufffd镇计生协"),
        ("官渡镇计划生育协会", "官渡镇计划生育协会"),
        (" 𠮷村 ", " 𠮷村 计生协"),
    ],
)
def test_a_name_is_text(tmp_path: Path, name: str, stands: str) -> None:
    path = made(tmp_path, UnitFacts("410122101", name, Level.TOWNSHIP))
    workbook = openpyxl.load_workbook(path)
    cell = workbook.worksheets[0]["B3"]
    assert (cell.value, cell.data_type) == (stands, "s")
    assert {c.data_type for sheet in workbook for row in sheet for c in row if c.value is not None} == {"s"}
    assert read_return(str(path)).identity is not None


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("官渡镇", "官渡镇计生协"),
        ("官渡镇计生协", "官渡镇计生协"),
        ("官渡镇计划生育协会", "官渡镇计划生育协会"),
        ("官渡镇计生协会", "官渡镇计生协会"),
    ],
)
def test_association_name(name: str, full: str) -> None:
    assert association_name(name) == full


@pytest.mark.parametrize("name", ["_x0041_镇", "官渡镇&amp;", "]]>镇", "官渡  镇"])
def test_a_name_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    unit = UnitFacts("410122101", name, Level.TOWNSHIP)
    assert read_return(str(made(tmp_path, unit))).identity == Identity(WorkbookKind.BLANK, 23, unit, Scope.OWN)


# -- the same bytes ---------------------------------------------------------------------------------------

MAKE = """
import sys
from test_blank import ABOVE, Blank, blank_bytes, Scope
sys.stdout.buffer.write(b"".join(blank_bytes(Blank(u, a, Scope.CUMULATIVE, 23)) for u, a in ABOVE.items()))
"""


def test_equal_blanks_are_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes them, wherever: hashes of texts are others in every process."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1622246400")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    made_by = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        monkeypatch.setenv("TZ", zone)
        made_by.append(subprocess.run([sys.executable, "-c", MAKE], check=True, capture_output=True).stdout)
    _prototype.cache_clear()
    ours = b"".join(blank_bytes(Blank(unit, above, Scope.CUMULATIVE, 23)) for unit, above in ABOVE.items())
    _prototype.cache_clear()  # of the time that was set here
    assert made_by == [ours, ours]


# -- one, and many ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "level", "code", "scope", "expected"),
    [
        ("官渡镇", None, None, Scope.OWN, (UnitFacts(None, "官渡镇", Level.TOWNSHIP), Scope.OWN)),
        ("官渡镇", None, "410122101000", Scope.CUMULATIVE, (GUANDU, Scope.CUMULATIVE)),
        ("郑州市", Level.PREFECTURE, "4101", Scope.OWN, (ZHENGZHOU, Scope.OWN)),
        ("官渡村", None, None, Scope.CUMULATIVE, (UnitFacts(None, "官渡村", Level.VILLAGE), Scope.OWN)),
        ("官渡镇\n", Level.COUNTY, None, Scope.OWN, (UnitFacts(None, "官渡镇", Level.COUNTY), Scope.OWN)),
    ],
)
def test_single_blank(name: str, level: Any, code: Any, scope: Scope, expected: tuple[UnitFacts, Scope]) -> None:
    assert single_blank(name, level, code, scope, 23) == Blank(expected[0], (), expected[1], 23)


def test_blanks_of_a_roster() -> None:
    blanks = blanks_of(tree_of(), "410122101", Scope.CUMULATIVE, 28, Path("空白表"))
    town = Path("空白表/410122101_官渡镇")
    zhuluying = UnitFacts("410122101202", "逐鹿营村", Level.VILLAGE)
    assert blanks == [
        (town / "410122101_官渡镇.xlsx", Blank(GUANDU, TO_COUNTY, Scope.CUMULATIVE, 28)),
        (town / "410122101201_官渡村.xlsx", Blank(GUANDU_VILLAGE, TO_GUANDU, Scope.OWN, 28)),
        (town / "410122101202_逐鹿营村.xlsx", Blank(zhuluying, TO_GUANDU, Scope.OWN, 28)),
    ]
    assert len(blanks_of(tree_of(), None, Scope.OWN, 28, Path("空白表"))) == len(tree_of().units)


@pytest.mark.parametrize(("root", "reason"), [("42", "没有代码是“42”的单位"), ("410122102201", "没有需要填报的单位")])
def test_no_blanks_at_all(root: str, reason: str) -> None:
    tree = tree_of(ROSTER.replace("东狼城岗村,,,,", "东狼城岗村,,,,否"))
    with pytest.raises(Refusal, match=reason):
        blanks_of(tree, root, Scope.OWN, 23, Path("空白表"))


def test_the_nation_has_no_blank() -> None:
    tree = tree_of("代码,名称,级别,上级代码\n00,全国,全国,-\n41,河南省,,00\n")
    (only,) = blanks_of(tree, None, Scope.OWN, 23, Path("空白表"))
    assert only == (
        Path("空白表/00_全国/41_河南省.xlsx"),
        Blank(HENAN, (UnitFacts("00", "全国", Level.NATIONAL),), Scope.OWN, 23),
    )


def test_none_is_written_where_one_is_there(tmp_path: Path) -> None:
    blanks = blanks_of(tree_of(), "410122101", Scope.OWN, 23, tmp_path)
    last, _ = blanks[-1]
    last.parent.mkdir(parents=True)
    last.write_bytes(b"filled in")
    with pytest.raises(Refusal, match="已经存在"):
        write_blanks(blanks, force=False)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [last]
    told: list[int] = []
    write_blanks(blanks, force=True, progress=told.append)
    assert (told, last.read_bytes()[:2]) == ([1, 1, 1], b"PK")
