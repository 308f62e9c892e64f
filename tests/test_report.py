"""The merged workbook, read back: five sheets, and the identity behind them."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter.worksheet import Worksheet as SheetWriter

import memory
from county import HENAN, ROSTER, TO_COUNTY, ZHONGMU, tree_of
from stattable import __version__
from stattable.formats.fingerprint import FileFacts
from stattable.merging.rollup import CountedReturns, roll_up
from stattable.model import form
from stattable.model.catalogue import finding
from stattable.model.form import FIELD_BY_KEY, FIELDS
from stattable.model.identity import Identity, WorkbookKind, read_identity
from stattable.model.record import CountedReturn, Record, read_record
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.check_code import check_code
from stattable.proving.ledger import Run
from stattable.writing import report
from stattable.writing.workbook import Workbook

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
TREE = tree_of(ROSTER.replace("410122102,狼城岗镇,,,,,,", "410122102,狼城岗镇,,,,,钱七,0371-2"))
OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)
MEDIA = "media.national.text"
RUN = Run(["merge", "=收到", "-o", "汇总.xlsx"], datetime(2026, 6, 20, 12), datetime(2026, 6, 20, 12, 0, 3))
SHA = "ab" * 32

VILLAGE_FAULT = finding(
    "V002", path="4.xlsx", sheet="信息统计表", cell="H6", field=OF_VILLAGE, raw="=若干", params={"value": ""}
)


ABOUT = "第23个“5.29会员活动日”　汇总日期：2026 年 6 月 20 日"
TOTAL = {OF_COUNTY: 1, OF_TOWNSHIP: 5, OF_VILLAGE: 9, MEDIA: 2}


def county() -> list[Any]:
    """A county with a cumulative and an own return, a page of its own, and returns of all kinds below it."""
    guandu = memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2, MEDIA: 0}, OWN, path="=3.xlsx", contact="赵六")
    return [
        memory.sent(TREE, "410122", {OF_COUNTY: 1, MEDIA: 2}, OWN, path="1.xlsx", contact="=王五", phone="+86"),
        memory.sent(TREE, "410122", TOTAL, CUMULATIVE, path="2.xlsx"),
        guandu,
        memory.sent(TREE, "410122101202", {OF_VILLAGE: 3}, OWN, path="4.xlsx", findings=(VILLAGE_FAULT,)),
        memory.sent(TREE, "410122101201", {OF_VILLAGE: 3}, path="5.xlsx", facts=FileFacts(SHA, 7, 0.0)),
        memory.sent(TREE, "410122102", {OF_TOWNSHIP: 1, OF_VILLAGE: 4}, CUMULATIVE, path="6.xlsx"),
        memory.sent(TREE, "410122102", {OF_TOWNSHIP: 1, OF_VILLAGE: 4}, CUMULATIVE, path="7.xlsx"),
        memory.page_of("8.xlsx", ZHONGMU, [guandu], TO_COUNTY[:2]),
    ]


def made(returns: list[Any], run: Run = RUN, **options: Any) -> bytes:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOURCE_DATE_EPOCH", "1781956800")
        return memory.report_bytes(memory.merge(returns, **options), run)


def workbook_of(returns: list[Any], run: Run = RUN, *, stored: bool = True, **options: Any) -> openpyxl.Workbook:
    """The workbook as it is seen, or, unless `stored`, with its formulas."""
    return openpyxl.load_workbook(io.BytesIO(made(returns, run, **options)), data_only=stored)


@pytest.fixture(scope="module")
def workbook() -> openpyxl.Workbook:
    return workbook_of(county(), roster=TREE, code="410122")


@pytest.fixture(scope="module")
def formulas() -> openpyxl.Workbook:
    return workbook_of(county(), stored=False, roster=TREE, code="410122")


def rows(sheet: Worksheet, first: int = 1) -> list[list[Any]]:
    """What stands in the rows from `first` on, without the blanks at their ends."""
    result = []
    for row in sheet.iter_rows(min_row=first, values_only=True):
        filled = max((at for at, value in enumerate(row, start=1) if value is not None), default=0)
        result.append(list(row[:filled]))
    return result


def figures(sheet: Worksheet, row: int) -> tuple[list[Any], dict[str, Any]]:
    """What stands in a row of 分单位汇总: the four cells in front, and the figures that are filled in."""
    values = [cell.value for cell in sheet[row]]
    return values[:4], {field.key: value for field, value in zip(FIELDS, values[4:], strict=True) if value is not None}


# -- the workbook -----------------------------------------------------------------------------------------


def test_sheets(workbook: openpyxl.Workbook) -> None:
    assert [(sheet.title, sheet.sheet_state) for sheet in workbook] == [
        ("信息统计表", "visible"), ("分单位汇总", "visible"), ("报送情况", "visible"), ("图表", "visible"),
        ("审核意见", "visible"), ("汇总台账", "visible"), ("_stattable", "veryHidden"),
        ("_stattable_record", "veryHidden"),
    ]  # fmt: skip
    assert workbook.active is workbook.worksheets[0]


def test_identity(workbook: openpyxl.Workbook) -> None:
    assert read_identity(workbook["_stattable"].iter_rows(values_only=True)) == Identity(
        kind=WorkbookKind.MERGED,
        edition=23,
        unit=ZHONGMU,
        scope=CUMULATIVE,
        above=TO_COUNTY[:2],
        unaccounted=((Level.COUNTY, 0), (Level.TOWNSHIP, 0), (Level.VILLAGE, 0)),
        figures=memory.merge(county(), roster=TREE, code="410122").total,
    )


def test_record(workbook: openpyxl.Workbook) -> None:
    """Units below the root alone, and what was accepted of them: the ledger's numbers tell which file it was."""
    merged = memory.merge(county(), roster=TREE, code="410122")
    numbers = {("410122", OWN): 1, ("410122", CUMULATIVE): 2, ("410122101", OWN): 8, ("410122101201", OWN): 4,
               ("410122102", CUMULATIVE): 5}  # fmt: skip
    record = read_record(workbook["_stattable_record"].iter_rows(values_only=True))
    assert record
    assert (record.root, list(record.tree.units)) == ("410122", list(TREE.below("410122")))
    sent = {(key, scope): merged.accepted[scope][key] for key, scope in numbers}
    assert record.sent == {
        at: CountedReturn(numbers[at], one.figures, memory.CELLS, str(one.file.facts.sha256))
        for at, one in sent.items()
    }
    assert total_of(record) == merged.total


def total_of(record: Record) -> form.Values:
    """What a record adds up to by itself."""
    own, cumulative = (
        {key: sent.values for (key, its), sent in record.sent.items() if its is scope} for scope in Scope
    )
    return roll_up(record.tree, record.root, CountedReturns(own, cumulative)).totals[record.root].values


def test_who_is_missing_goes_into_the_identity() -> None:
    returns = [memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2}, OWN)]
    identity = read_identity(workbook_of(returns, roster=TREE, code="410122")["_stattable"].iter_rows(values_only=True))
    assert identity
    assert identity.unaccounted == ((Level.COUNTY, 1), (Level.TOWNSHIP, 1), (Level.VILLAGE, 3))


def test_text_is_never_a_formula(formulas: openpyxl.Workbook) -> None:
    cells = [cell for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = {cell.value for cell in cells if cell.data_type == "s" and str(cell.value).startswith(("=", "+"))}
    assert texts == {"=王五", "+86", "=3.xlsx", "=若干"}
    assert {cell.data_type for cell in cells} == {"s", "n", "d", "f"}
    ours = [cell for cell in cells if cell.data_type == "f"]
    assert {cell.parent.title for cell in ours} == {"分单位汇总", "图表"}
    sums = [cell for cell in ours if cell.parent.title == "分单位汇总"]
    assert all(re.fullmatch(r"=SUM\([A-Z0-9:,()]+\)", str(cell.value)) for cell in sums)


def test_equal_merges_are_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(county(), roster=TREE, code="410122")
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert made(county(), roster=TREE, code="410122") == first


# -- 信息统计表 -------------------------------------------------------------------------------------------


def test_page(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["信息统计表"]
    assert {field.key: value for field in FIELDS if (value := sheet[field.cell].value) is not None} == {
        OF_COUNTY: 1, OF_TOWNSHIP: 5, OF_VILLAGE: 9, MEDIA: 2,
    }  # fmt: skip
    beside = [sheet.cell(*at).value for at in (form.TITLE_AT, form.NAME_LINE.value_at)]
    assert beside == ["第23个“5.29会员活动日”信息统计表", "中牟县计生协"]
    contact, phone, date = (sheet.cell(*form.CONTACT_LINES[key].value_at).value for key in form.CONTACT_LINES)
    assert (contact, phone, f"{date:%Y-%m-%d}") == ("=王五", "+86", "2026-06-20")


def test_note_beside_the_page(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["信息统计表"]
    outside = [cell for row in sheet.iter_rows(min_col=10) for cell in row if cell.value is not None]
    assert [(cell.coordinate, str(cell.value).split("\n")) for cell in outside] == [
        (
            "K5",
            [
                "汇总说明（这一栏不打印）",
                "中牟县（县级）汇总数",
                "收到 7 份，计入 1 份。",
                "2 个乡镇级单位：已报 2；3 个村居社区级单位：已报 2，退回 1。",
                "另有 4 份只用来核对，见“汇总台账”。",
                "注意：有 1 份报表被退回，没有计入，见“审核意见”。",
                "注意：有 1 条强制性意见没有处理，总数可能不对，见“审核意见”。",
                "每个数字的来源见“分单位汇总”和“汇总台账”。",
            ],
        )
    ]
    assert sheet.print_area == "'信息统计表'!$A$1:$I$20"


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([("410122", {"contact": "王五", "phone": "110"}), ("410122101", {"contact": "赵六"})], ("王五", "110")),
        ([("410122", {"contact": "王五"}), ("410122101", {"contact": "赵六"})], ("王五", "0371-62100000")),
        ([("410122101", {"contact": "赵六", "phone": "112"})], ("李四", "0371-62100000")),
    ],
)
def test_contact_of_the_root(returns: Any, expected: tuple[str, str]) -> None:
    sheet = workbook_of(
        [memory.sent(TREE, key, {MEDIA: 1}, OWN, **more) for key, more in returns], roster=TREE, code="410122"
    ).worksheets[0]
    assert tuple(sheet.cell(*form.CONTACT_LINES[key].value_at).value for key in ("contact", "phone")) == expected


def test_missing_units_are_mentioned() -> None:
    workbook = workbook_of([memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2}, OWN)], roster=TREE, code="410122101")
    assert str(workbook.worksheets[0]["K5"].value).split("\n")[1:] == [
        "官渡镇（乡镇级）汇总数",
        "收到 1 份，计入 1 份。",
        "2 个村居社区级单位：已报 0，没有报 2。",
        "注意：有 2 个单位没有报，见“报送情况”。",
        "每个数字的来源见“分单位汇总”和“汇总台账”。",
    ]


# -- 分单位汇总 -------------------------------------------------------------------------------------------


def test_heads_of_units(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["分单位汇总"]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert [sheet.cell(3, column).value for column in range(1, 5)] == ["单位", "级别", "报送", "合计依据"]
    assert {f"{letter}3:{letter}4" for letter in "ABCD"} <= merged
    groups: dict[str, list[int]] = {}
    for field in FIELDS:
        column = field.index + 5
        assert sheet.cell(4, column).value == field.column.text
        groups.setdefault(f"{field.block.row} {field.heading.text}", []).append(column)
    for name, columns in groups.items():
        label = FIELDS[columns[0] - 5]
        assert sheet.cell(3, columns[0]).value == f"{label.block.section}\n{label.heading.text}", name
        assert f"{get_column_letter(columns[0])}3:{get_column_letter(columns[-1])}3" in merged
    assert len(merged - {"B1:L2"}) == 4 + len(groups)
    assert [sheet["A1"].value, sheet["A2"].value, sheet["B1"].value] == [
        "中牟县 分单位汇总",
        ABOUT,
        "2 个乡镇级单位：已报 2；3 个村居社区级单位：已报 2，退回 1",
    ]


def test_units(workbook: openpyxl.Workbook, formulas: openpyxl.Workbook) -> None:
    """Every row in full: what is seen, and what of it is a formula."""
    seen, written = (book["分单位汇总"] for book in (workbook, formulas))
    assert [figures(seen, row) for row in range(5, seen.max_row + 1)] == [
        (["官渡镇", "乡镇级", "已报", "本级 + 下级"], {OF_TOWNSHIP: 2, OF_VILLAGE: 3, MEDIA: 0}),
        (["官渡镇 本级", "乡镇级", "已报", None], {OF_TOWNSHIP: 2, MEDIA: 0}),
        (["官渡镇 所属 2 个村居社区合计", None, "1 个已报", "见其汇总表"], {OF_VILLAGE: 3}),
        (["狼城岗镇", "乡镇级", "已报", "上报的汇总数"], {OF_TOWNSHIP: 1, OF_VILLAGE: 4}),
        (["中牟县 本级", "县级", "已报", None], {OF_COUNTY: 1, MEDIA: 2}),
        (["中牟县 合计", "县级", None, "上报的汇总数"], {OF_COUNTY: 1, OF_TOWNSHIP: 5, OF_VILLAGE: 9, MEDIA: 2}),
        (["中牟县 差额", None, None, "上报的汇总数 − 本级 − 下级"], {OF_TOWNSHIP: 2, OF_VILLAGE: 2}),
    ]
    sums = {5: "=SUM({0}6:{0}7)", 10: "=SUM({0}5,{0}8:{0}9,{0}11)"}
    assert [figures(written, row) for row in range(5, written.max_row + 1)] == [
        (said, {key: sums[row].format(column_of(key)) for key in of} if row in sums else of)
        for row in range(5, seen.max_row + 1) for said, of in [figures(seen, row)]
    ]  # fmt: skip


def column_of(key: str) -> str:
    return get_column_letter(FIELD_BY_KEY[key].index + 5)


def test_a_root_without_a_return_of_its_own() -> None:
    returns = [memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2}, OWN)]
    sheet = workbook_of(returns, roster=TREE, code="410122")["分单位汇总"]
    assert [figures(sheet, row) for row in range(5, sheet.max_row + 1)] == [
        (["官渡镇", "乡镇级", "已报", "本级 + 下级"], {OF_TOWNSHIP: 2}),
        (["官渡镇 本级", "乡镇级", "已报", None], {OF_TOWNSHIP: 2}),
        (["狼城岗镇", "乡镇级", "未报", "—"], {}),
        (["中牟县 本级", "县级", "未单独报", None], {}),
        (["中牟县 合计", "县级", None, "下级之和"], {OF_TOWNSHIP: 2}),
        (["中牟县 差额", None, None, "没有差额"], {}),
    ]


def test_a_difference_of_a_unit_below_stands_under_it() -> None:
    returns = [
        memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2, OF_VILLAGE: 5}, CUMULATIVE, path="1.xlsx"),
        memory.sent(TREE, "410122101", {OF_TOWNSHIP: 2}, OWN, path="2.xlsx"),
        memory.sent(TREE, "410122101201", {OF_VILLAGE: 7}, OWN, path="3.xlsx"),
    ]
    sheets = [workbook_of(returns, stored=stored, roster=TREE, code="410122")["分单位汇总"] for stored in (True, False)]
    assert [[figures(sheet, row) for row in range(5, 9)] for sheet in sheets] == [
        [
            (["官渡镇", "乡镇级", "已报", "上报的汇总数"], {OF_TOWNSHIP: 2, OF_VILLAGE: 5}),
            (["官渡镇 本级", "乡镇级", "已报", None], {OF_TOWNSHIP: 2}),
            (["官渡镇 所属 2 个村居社区合计", None, "1 个已报", "见其汇总表"], {OF_VILLAGE: village}),
            (["官渡镇 差额", None, None, "上报的汇总数 − 本级 − 下级"], {OF_VILLAGE: gap}),
        ]
        if not formula
        else [
            (
                ["官渡镇", "乡镇级", "已报", "上报的汇总数"],
                {key: f"=SUM({column_of(key)}6:{column_of(key)}8)" for key in (OF_TOWNSHIP, OF_VILLAGE)},
            ),
            (["官渡镇 本级", "乡镇级", "已报", None], {OF_TOWNSHIP: 2}),
            (["官渡镇 所属 2 个村居社区合计", None, "1 个已报", "见其汇总表"], {OF_VILLAGE: village}),
            (["官渡镇 差额", None, None, "上报的汇总数 − 本级 − 下级"], {OF_VILLAGE: gap}),
        ]
        for formula, village, gap in ((False, 7, -2), (True, 7, -2))
    ]


# -- its formulas -----------------------------------------------------------------------------------------

TERM = re.compile(r"([A-Z]+\d+)(?::([A-Z]+\d+))?")


def terms(formula: str) -> list[str]:
    """The arguments of the outermost function of `=SUM(…)`, which may be such functions themselves."""
    assert formula.startswith("=SUM(")
    assert formula.endswith(")")
    parts, depth = [""], 0
    for char in formula[5:-1]:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    assert depth == 0
    assert len(parts) <= 255  # that Excel takes
    return parts


def comes_to(sheet: Any, formula: str) -> int:
    """What a formula comes to: an evaluator that knows nothing but sums."""
    total = 0
    for part in terms(formula):
        if part.startswith("SUM("):
            total += comes_to(sheet, f"={part}")
            continue
        match = TERM.fullmatch(part)
        assert match, formula
        for row in sheet[f"{match[1]}:{match[2] or match[1]}"]:
            for cell in row:
                value = cell.value
                if isinstance(value, str) and value.startswith("="):
                    value = comes_to(sheet, value)
                total += value if isinstance(value, int) else 0
    return total


def checked_formulas(returns: list[Any], **options: Any) -> int:
    """Hold every stored value of 分单位汇总 against what its formula comes to, and return how many there are."""
    seen, written = (workbook_of(returns, stored=stored, **options)["分单位汇总"] for stored in (True, False))
    count = 0
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                assert len(str(cell.value)) <= 8_192
                assert seen[cell.coordinate].value == comes_to(written, str(cell.value)), cell.coordinate
                count += 1
            else:
                assert seen[cell.coordinate].value == cell.value
    return count


def province() -> list[Any]:
    """A province of whose units some send own, some cumulative returns, and some both, that do not agree."""
    return [
        memory.sent(TREE, "41", {"online.province.website": True, MEDIA: 1}, OWN),
        memory.sent(TREE, "4101", {OF_COUNTY: 6, OF_VILLAGE: 20}, CUMULATIVE),
        *county()[:7],
    ]


@pytest.mark.parametrize(
    ("returns", "code", "count"), [(county(), "410122", 7), (province(), "41", 0), (province(), "4101", 0)]
)
def test_every_stored_value_is_what_its_formula_comes_to(returns: list[Any], code: str, count: int) -> None:
    found_count = checked_formulas(returns, roster=TREE, code=code)
    assert found_count == count if count else found_count > 7


@pytest.mark.parametrize(("towns", "nested"), [(253, False), (254, True), (512, True)])
def test_a_sum_of_more_rows_than_a_function_takes(towns: int, nested: bool) -> None:
    """Beside the townships' there are the rows of the county's own return and of its difference."""
    county_unit = Unit("C", "中牟县", Level.COUNTY, code="C")
    units = [Unit(f"T{n}", f"第{n}镇", Level.TOWNSHIP, code=f"T{n}", parent="C") for n in range(towns)]
    villages = [Unit(f"V{n}", f"第{n}村", Level.VILLAGE, code=f"V{n}", parent=f"T{n}") for n in range(towns)]
    tree = Tree([county_unit, *units, *villages])
    returns = [memory.sent(tree, "C", {MEDIA: 5}, OWN)]
    returns += [memory.sent(tree, unit.key, {MEDIA: 1}, OWN) for unit in (*units, *villages)]
    assert checked_formulas(returns, roster=tree) == 1 + len(units)
    sheet = workbook_of(returns, stored=False, roster=tree)["分单位汇总"]
    total = str(sheet.cell(sheet.max_row - 1, FIELD_BY_KEY[MEDIA].index + 5).value)
    assert ("SUM(SUM(" in total) == nested


def test_outline() -> None:
    """Direct children are never folded; under them down to the township, villages only where they are children."""
    lone = Unit("410199", "直属村", Level.VILLAGE, code="410199", parent="4101")
    tree = Tree([*TREE.units.values(), lone])
    returns = [memory.sent(tree, "410122101201", {OF_VILLAGE: 3}, OWN)]
    sheets: dict[str, Any] = {
        key: workbook_of(returns, roster=tree, code=key)["分单位汇总"] for key in ("41", "4101", "410122101")
    }
    assert {
        key: [
            (sheet.cell(row, 1).value, sheet.row_dimensions[row].outlineLevel)
            for row in range(5, sheet.max_row + 1)
        ]
        for key, sheet in sheets.items()
    } == {
        "41": [
            ("郑州市", 0), ("中牟县", 1), ("官渡镇", 2), ("官渡镇 所属 2 个村居社区合计", 3), ("狼城岗镇", 2),
            ("河南省 本级", 0), ("河南省 合计", 0), ("河南省 差额", 0),
        ],
        "4101": [
            ("中牟县", 0), ("官渡镇", 1), ("官渡镇 所属 2 个村居社区合计", 2), ("狼城岗镇", 1), ("直属村", 0),
            ("郑州市 本级", 0), ("郑州市 合计", 0), ("郑州市 差额", 0),
        ],
        "410122101": [
            ("官渡村", 0), ("逐鹿营村", 0), ("官渡镇 本级", 0), ("官渡镇 合计", 0), ("官渡镇 差额", 0),
        ],
    }  # fmt: skip
    assert [sheet.sheet_properties.outlinePr.summaryBelow for sheet in sheets.values()] == [False] * 3
    indents = [
        [sheet.cell(row, 1).alignment.indent for row in range(5, sheet.max_row + 1)] for sheet in sheets.values()
    ]
    assert indents == [[0, 1, 2, 3, 2, 0, 0, 0], [0, 1, 2, 1, 0, 0, 0, 0], [0] * 5]


def test_no_outline_is_deeper_than_excel_has_levels() -> None:
    units = [Unit("U0", "第0", Level.PROVINCE, code="U0")]
    units += [Unit(f"U{n}", f"第{n}", Level.TOWNSHIP, code=f"U{n}", parent=f"U{n - 1}") for n in range(1, 12)]
    tree = Tree(units)
    sheet: Any = workbook_of([memory.sent(tree, "U11", {OF_TOWNSHIP: 1}, OWN)], roster=tree)["分单位汇总"]
    assert [sheet.row_dimensions[row].outlineLevel for row in range(5, 16)] == [0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7]


def test_what_provinces_have_is_shown_and_counted() -> None:
    nation = Unit("0", "全国", Level.NATIONAL, code="0", expected=False)
    tree = Tree([nation, Unit("41", "河南省", Level.PROVINCE, code="41", parent="0")])
    website, wechat = "online.province.website", "online.province.wechat"
    returns = [memory.sent(tree, "41", {website: True, wechat: False}, OWN)]
    workbook = workbook_of(returns, roster=tree, code="0")
    for sheet in (workbook["分单位汇总"], workbook_of(returns, stored=False, roster=tree, code="0")["分单位汇总"]):
        assert [figures(sheet, row)[1] for row in (5, 7)] == [{website: "有", wechat: "无"}, {website: 1, wechat: 0}]
    assert [workbook.worksheets[0][FIELD_BY_KEY[key].cell].value for key in (website, wechat)] == [1, 0]
    province = workbook_of([memory.sent(TREE, HENAN.code or "", {website: False}, OWN)], roster=TREE).worksheets[0]
    assert province[FIELD_BY_KEY[website].cell].value == "无"


# -- the other sheets -------------------------------------------------------------------------------------


def test_state(workbook: openpyxl.Workbook) -> None:
    assert rows(workbook["报送情况"]) == [
        ["中牟县 报送情况"],
        [f"{ABOUT}　2 个乡镇级单位：已报 2　3 个村居社区级单位：已报 2，退回 1"],
        ["单位", "级别", "代码", "上级单位", "状态", "联系人", "电话", "下级应报", "已报", "退回", "已含在上级汇总数里",
         "未报", "其中缺报"],
        ["各单位下级的报送情况"],
        ["中牟县", "县级", "410122", "郑州市", None, "=王五", "+86", 2, 2, 0, 0, 0],
        ["官渡镇", "乡镇级", "410122101", "中牟县", None, "赵六", None, 2, 1, 1, 0, 0],
        ["狼城岗镇", "乡镇级", "410122102", "中牟县", None, "钱七", "0371-2", 1, 0, 0, 1, 0],
        ["合计", *[None] * 6, 5, 3, 1, 1, 0],
        ["每个单位的报送情况"],
        ["中牟县", "县级", "410122", "郑州市", "已报", "=王五", "+86"],
        ["官渡镇", "乡镇级", "410122101", "中牟县", "已报", "赵六"],
        ["官渡村", "村居社区级", "410122101201", "官渡镇", "已报"],
        ["逐鹿营村", "村居社区级", "410122101202", "官渡镇", "退回"],
        ["狼城岗镇", "乡镇级", "410122102", "中牟县", "已报", "钱七", "0371-2"],
        ["东狼城岗村", "村居社区级", "410122102201", "狼城岗镇", "已含在上级汇总数里"],
    ]  # fmt: skip


def test_each_part_of_a_long_state_begins_a_page(workbook: openpyxl.Workbook) -> None:
    assert workbook["报送情况"].row_breaks.brk == []
    villages = [Unit(f"410122101{n:03}", f"第{n}村", Level.VILLAGE, parent="410122101") for n in range(301, 331)]
    returns = [memory.sent(TREE, "410122101201", {OF_VILLAGE: 3}, OWN)]
    sheet = workbook_of(returns, roster=Tree([*TREE.units.values(), *villages]), code="410122")["报送情况"]
    (last,) = [one.id for one in sheet.row_breaks.brk]
    assert (sheet.cell(last, 1).value, sheet.cell(last + 1, 1).value) == ("合计", "每个单位的报送情况")


def test_findings(workbook: openpyxl.Workbook) -> None:
    title, about, head, *found_rows = rows(workbook["审核意见"])
    assert (title, about) == (
        ["中牟县 审核意见"],
        [f"{ABOUT}　强制性 2 条（其中没有处理的 2 条），核实性 28 条（其中没有处理的 28 条），提示 2 条。"],
    )
    assert head == [
        "序号", "程度", "代码", "上级单位", "单位", "单位代码", "文件", "单元格", "栏目", "原值", "说明", "联系人",
        "电话", "状态", "核实情况（由经办人填写）",
    ]  # fmt: skip
    township, village = FIELD_BY_KEY[OF_TOWNSHIP].label, FIELD_BY_KEY[OF_VILLAGE].label
    assert [row[0] for row in found_rows] == list(range(1, len(found_rows) + 1))
    assert [row[1:] for row in found_rows if row[2] not in {"V001", "R002"}] == [
        [
            "强制性", "V002", "官渡镇", "逐鹿营村", "410122101202", "4.xlsx", "H6", village, "=若干",
            f"{village}（H6）填的是“=若干”，不是一个数字。请改填一个整数；没有就填 0。",
            None, None, "待改",
        ],
        [
            "强制性", "H001", "郑州市", "中牟县", "410122", "2.xlsx", "F6", township, "5",
            f"{township}（F6）：中牟县上报 5，本级与下级合计 3（官渡镇 2，狼城岗镇 1），多出 2。"
            "应当报送的单位都已收到。请与中牟县联系（李四 0371-62100000），问清这一栏多出的部分由谁报。",
            "=王五", "+86", "待改",
        ],
        [
            "核实性", "H001", "郑州市", "中牟县", "410122", "2.xlsx", "H6", village, "9",
            f"{village}（H6）：中牟县上报 9，本级与下级合计 7（狼城岗镇 4，官渡镇 3），多出 2。"
            "可能是还没有收到的报表。请与中牟县联系（李四 0371-62100000），问清这一栏多出的部分由谁报。",
            "=王五", "+86", "待核实",
        ],
        [
            "提示", "U004", "中牟县", "狼城岗镇", "410122102", "7.xlsx", None, None, None,
            "与“6.xlsx”是同一单位的同一张表，数字完全相同，只计一次。不用处理。", "钱七", "0371-2",
        ],
        [
            "提示", "U008", "郑州市", "中牟县", "410122", "8.xlsx", None, None, None,
            "这是“中牟县”以前的汇总表，它所依据的报表都在这里，这次不计入。不用处理。", "=王五", "+86",
        ],
    ]  # fmt: skip
    assert [row[1] for row in found_rows] == sorted(
        (row[1] for row in found_rows), key=["强制性", "核实性", "提示"].index
    )


def test_what_is_to_be_corrected_is_red_and_what_is_to_be_verified_is_yellow(workbook: openpyxl.Workbook) -> None:
    rows_of: Any = workbook["审核意见"].iter_rows(min_row=4)
    fills = {(row[1].value, cell.fill.fgColor.rgb[2:]) for row in rows_of for cell in row}
    assert fills == {("强制性", "F8D7DA"), ("核实性", "FFF3CD"), ("提示", "000000")}


def linked(workbook: openpyxl.Workbook) -> set[tuple[Any, Any]]:
    """The unit of each finding, and what stands in the row that it leads to, or None."""
    units: Any = workbook["分单位汇总"]
    result = set()
    for (cell,) in workbook["审核意见"].iter_rows(min_row=4, min_col=5, max_col=5):
        there = None
        if cell.hyperlink:
            sheet, at = str(cell.hyperlink.location).split("!")
            assert (sheet, cell.hyperlink.target) == ("'分单位汇总'", None)
            there = units[at].value
        result.add((cell.value, there))
    return result


def test_a_finding_leads_to_the_row_of_its_unit_or_of_the_next_above(workbook: openpyxl.Workbook) -> None:
    assert linked(workbook) == {
        ("中牟县", "中牟县 合计"), ("官渡镇", "官渡镇"), ("狼城岗镇", "狼城岗镇"), ("官渡村", "官渡镇"),
        ("逐鹿营村", "官渡镇"),
    }  # fmt: skip


def test_a_finding_of_nobody_leads_nowhere() -> None:
    returns = [
        memory.sent(TREE, "410122101201", {OF_VILLAGE: 3}, OWN),
        memory.received("2.xlsx", "富士康", memory.values_of({OF_VILLAGE: 3})),
        memory.received("3.xlsx", "", None),
    ]
    assert linked(workbook_of(returns, roster=TREE, code="410122101")) == {
        ("官渡村", "官渡村"), ("官渡镇", "官渡镇 合计"), ("富士康", None), (None, None),
    }  # fmt: skip


def test_a_finding_names_whom_its_file_names_even_where_that_does_not_count() -> None:
    one = memory.sent(TREE, "410122101202", {OF_VILLAGE: 3}, OWN, findings=(VILLAGE_FAULT,), contact="钱七", phone="7")
    found_rows = rows(workbook_of([one], roster=TREE, code="410122101")["审核意见"])[3:]
    assert {tuple(row[11:13]) for row in found_rows if row[2] == "V002"} == {("钱七", "7")}


def test_no_findings() -> None:
    values = {FIELDS[index].key: 1 for index in form.own_fields(Level.VILLAGE)}
    tree = Tree([Unit("V", "官渡村", Level.VILLAGE, code="V")])
    sheet = workbook_of([memory.sent(tree, "V", values, OWN)], roster=tree)["审核意见"]
    assert rows(sheet, 4) == [[None] * 10 + ["没有发现问题。"]]


def test_ledger(workbook: openpyxl.Workbook) -> None:
    of = memory.print_of
    other = "以本单位的汇总数“2.xlsx”为准，本级数只用来核对"
    held = "以“中牟县”上报的汇总数“2.xlsx”为准，只用来核对；那是直接填的数，没有记录可查"
    stated, village, copy, old = "表内标识", "村居社区级", "与“6.xlsx”重复", "以前的汇总结果"
    bad, town, county, cumulative = "退回：V002", "乡镇级", "县级", "汇总"
    code = check_code(ZHONGMU, 23, memory.values_of(TOTAL), [of("2.xlsx")])
    assert rows(workbook["汇总台账"]) == [
        ["中牟县 汇总台账"],
        [f"{ABOUT}　校验码 {code}"],
        [
            "序号", "文件", "SHA-256", "大小（字节）", "修改时间", "单位代码", "单位", "级别", "口径", "口径依据",
            "届次", "是否计入", "原因",
        ],
        [1, "1.xlsx", of("1.xlsx"), 1, None, "410122", "中牟县", county, "本级", stated, 23, "未计入", other],
        [2, "2.xlsx", of("2.xlsx"), 1, None, "410122", "中牟县", county, cumulative, stated, 23, "计入"],
        [3, "4.xlsx", of("4.xlsx"), 1, None, "410122101202", "逐鹿营村", village, "本级", "级别", 23, "未计入", bad],
        [4, "5.xlsx", SHA, 7, None, "410122101201", "官渡村", village, "本级", "级别", 23, "未计入", held],
        [5, "6.xlsx", of("6.xlsx"), 1, None, "410122102", "狼城岗镇", town, cumulative, stated, 23, "未计入", held],
        [6, "7.xlsx", of("7.xlsx"), 1, None, "410122102", "狼城岗镇", town, cumulative, stated, 23, "未计入", copy],
        [7, "8.xlsx", of("8.xlsx"), 1, None, "410122", "中牟县", county, cumulative, stated, 23, "未计入", old],
        [8, "=3.xlsx", of("=3.xlsx"), 1, None, "410122101", "官渡镇", town, "本级", stated, 23, "未计入", held],
        [],
        ["汇总用的程序和选项"],
        [None, "程序", f"stattable {__version__}"],
        [None, "命令", "stattable merge =收到 -o 汇总.xlsx"],
        [None, "开始", "2026-06-20 12:00:00"],
        [None, "结束", "2026-06-20 12:00:03"],
        [None, "汇总单位", "中牟县（县级）410122"],
        [None, "届次", "第 23 个会员活动日"],
        [None, "校验码", code],
        [None, "选项 --root", "410122"],
    ]  # fmt: skip


# -- how it looks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "frozen", "heads", "filtered"),
    [
        ("分单位汇总", "B5", "$1:$4", None),
        ("报送情况", "B4", "$1:$3", "A3:M15"),
        ("审核意见", "A4", "$1:$3", "A3:O{}"),
        ("汇总台账", "C4", "$1:$3", "A3:M11"),
    ],
)
def test_print_and_panes(
    workbook: openpyxl.Workbook, title: str, frozen: str, heads: str, filtered: str | None
) -> None:
    sheet = workbook[title]
    assert (sheet.freeze_panes, sheet.print_title_rows) == (frozen, heads)
    assert sheet.auto_filter.ref == (filtered and filtered.format(sheet.max_row))
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)  # A4
    fit: Any = sheet.sheet_properties.pageSetUpPr
    if fit and fit.fitToPage:
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # as many as it takes
    else:
        assert 70 <= sheet.page_setup.scale <= 100  # programs ignore breaks where they fit pages
    assert sheet.print_title_cols == ("$A:$A" if title == "分单位汇总" else None)
    footer: Any = sheet.oddFooter
    assert footer.center.text == "第 &P 页，共 &N 页"


SCREEN = 1366 - 30 - 20  # pixels that a small screen shows of a sheet, beside the row numbers and the bar


@pytest.mark.parametrize("title", ["信息统计表", "报送情况", "审核意见", "汇总台账"])
def test_a_small_screen_shows_the_whole_width(workbook: openpyxl.Workbook, title: str) -> None:
    """A digit of 宋体 takes 8 pixels."""
    sheet = workbook[title]
    letters = [get_column_letter(column) for column in range(1, sheet.max_column + 1)]
    widths = [sheet.column_dimensions[letter].width for letter in letters]
    assert min(widths) >= 2
    assert sum(int(8 * width) for width in widths) <= SCREEN


def test_frozen_panes_leave_room_on_a_small_screen() -> None:
    long = Unit("C", "某某国家级城乡融合发展试验区和经济技术开发区", Level.COUNTY, code="C")
    tree = Tree([long, Unit("T", "镇", Level.TOWNSHIP, code="T", parent="C")])
    for sheet in workbook_of([memory.sent(tree, "T", {OF_TOWNSHIP: 1}, OWN)], roster=tree)._sheets[1:6]:
        if sheet.title == CHARTS_SHEET:  # a page, and no list
            continue
        frozen = range(1, sheet[sheet.freeze_panes].row)
        assert sum(sheet.row_dimensions[row].height or 15 for row in frozen) <= 160  # points


# -- what no unit can fill in, and where pages end --------------------------------------------------------


def folded_columns(sheet: Any) -> list[int]:
    runs = [one for one in sheet.column_dimensions.values() if one.hidden]
    assert {one.outlineLevel for one in runs} <= {1}
    return sorted(column for one in runs for column in range(one.min, one.max + 1))


def test_columns_that_no_unit_can_fill_in_are_folded_away(workbook: openpyxl.Workbook) -> None:
    """Those of the province, and the prefecture's accounts; each run has its sign behind it, to unfold it."""
    sheet = workbook["分单位汇总"]
    idle = [field.index + 5 for field in FIELDS if ".province." in field.key or "online.prefecture" in field.key]
    idle = [column for column in idle if sheet.cell(4, column).value and "media" not in FIELDS[column - 5].key]
    assert folded_columns(sheet) == idle
    behind = [column + 1 for column in idle if column + 1 not in idle]
    assert all(sheet.column_dimensions[get_column_letter(column)].collapsed for column in behind)


@pytest.mark.parametrize(
    ("root", "figures", "shown"),
    [
        ("410122101", {"410122101201": {OF_VILLAGE: 1}}, 20),  # a township has its own, its villages', and media
        ("410122101201", {"410122101201": {OF_VILLAGE: 1}}, 14),
        ("41", {"410122101201": {OF_VILLAGE: 1}}, 40),
    ],
)
def test_of_each_level_some_columns_are_folded(root: str, figures: dict[str, Any], shown: int) -> None:
    returns = [memory.sent(TREE, key, values, OWN) for key, values in figures.items()]
    sheet = workbook_of(returns, roster=TREE, code=root)["分单位汇总"]
    assert len(FIELDS) - len(folded_columns(sheet)) == shown


def test_of_a_unit_with_none_below_it_nothing_is_folded_that_it_may_report() -> None:
    tree = Tree([Unit("C", "中牟县", Level.COUNTY, code="C")])
    sheet = workbook_of([memory.sent(tree, "C", {OF_COUNTY: 1, OF_VILLAGE: 5}, CUMULATIVE)], roster=tree)["分单位汇总"]
    assert len(FIELDS) - len(folded_columns(sheet)) == 29


def test_pages_of_the_breakdown_end_where_sections_do(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["分单位汇总"]
    sections = [field.block.section for field in FIELDS]
    ends = [one.id - 4 for one in sheet.col_breaks.brk]
    assert ends
    assert all(sections[end - 1] != sections[end] for end in ends)


def test_columns_are_as_wide_as_their_longest_figure() -> None:
    many = memory.sent(TREE, "410122", {OF_COUNTY: 1, OF_VILLAGE: 9_876_543_210}, CUMULATIVE)
    sheet = workbook_of([many], roster=TREE, code="410122")["分单位汇总"]
    assert sheet.column_dimensions[column_of(OF_VILLAGE)].width > 10


def test_of_two_units_that_look_the_same_nobody_can_tell_which_a_finding_leads_to() -> None:
    """Two 张庄镇 without codes, each with a village, under two counties."""
    counties = [Unit(key, f"{key}县", Level.COUNTY, code=key, parent="C") for key in ("东", "西")]
    townships = [Unit(f"{one.key}/张庄镇", "张庄镇", Level.TOWNSHIP, parent=one.key) for one in counties]
    villages = [Unit(f"{one.key}/张庄村", "张庄村", Level.VILLAGE, parent=one.key) for one in townships]
    tree = Tree([Unit("C", "某市", Level.PREFECTURE, code="C"), *counties, *townships, *villages])
    returns = [memory.sent(tree, one.key, {"activities.prefecture_county.sessions": 1}, OWN) for one in counties]
    sheet = workbook_of(returns, roster=tree, code="C")["审核意见"]
    leads = {row[4].value: bool(row[4].hyperlink) for row in sheet.iter_rows(min_row=4) if row[2].value == "C001"}
    assert leads == {"某市": True, "张庄镇": False}


# -- how much work it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["_write_string", "_write_blank", "_write_number", "_write_cell"])
def test_no_list_is_written_cell_by_cell(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """What XlsxWriter does for each cell, it does for those of the page alone, however many returns there are."""
    original, calls = getattr(SheetWriter, what), list[int]()

    def counting(*args: Any) -> Any:
        calls[-1] += 1
        return original(*args)

    monkeypatch.setattr(SheetWriter, what, counting)
    for many in (3, 30):
        calls.append(0)
        memory.report_bytes(many_villages(many), RUN)
    assert calls[0] == calls[1] > 0


def test_a_look_is_one_format_however_many_cells_have_it() -> None:
    formats = [styles(memory.report_bytes(many_villages(many), RUN)) for many in (3, 30)]
    assert formats[0] == formats[1]


def test_a_long_workbook_is_the_same_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A province's goes through temporary files, a nation's of few returns and many units too."""
    made: list[tuple[bool, Workbook]] = []

    def noted(*, is_long: bool) -> Workbook:
        made.append((is_long, Workbook(is_long=is_long)))
        return made[-1][1]

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1622246400")
    monkeypatch.setattr(report, "Workbook", noted)
    short = memory.report_bytes(many_villages(30), RUN)
    for many in (63, 62):  # 31 returns, and 32 units
        monkeypatch.setattr(report, "_MANY", many)
        long = memory.report_bytes(many_villages(30), RUN)
    assert [is_long for is_long, _ in made] == [False, False, True]
    packages = [zipfile.ZipFile(io.BytesIO(one)) for one in (short, long)]
    ours, others = ({name: package.read(name) for name in package.namelist()} for package in packages)
    assert ours == others
    assert {name: sheet.rows for name, sheet in made[-1][1].sheets.items() if sheet.rows} == {}, (
        "none is held to the end"
    )


def many_villages(many: int) -> Any:
    """The merge of a county with a township of `many` villages, each with a figure that is to be checked."""
    units = [TREE[key] for key in ("410122", "410122101")]
    villages = [Unit(f"410122101{n:03}", f"第{n}村", Level.VILLAGE, parent="410122101") for n in range(101, 101 + many)]
    tree = Tree([replace(units[0], parent=None), units[1], *villages])
    keys = ["410122", *(unit.key for unit in villages)]
    returns = [memory.sent(tree, key, {OF_VILLAGE: 3, MEDIA: 1}, OWN) for key in keys]
    return memory.merge(returns, roster=tree)


def styles(workbook: bytes) -> int:
    return len(openpyxl.load_workbook(io.BytesIO(workbook))._cell_styles)  # type: ignore[attr-defined]
