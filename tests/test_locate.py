from datetime import date, datetime
from typing import Any

import pytest

from builders import GUANDU_VILLAGE
from sheets import FIGURES, Grid, MemoryBook, page, put, raw_sheet, shifted, with_rows
from stattable.checking.cells import Unread
from stattable.checking.locate import Located, locate
from stattable.checking.sheets import RawSheet
from stattable.model.catalogue import found
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Return
from stattable.model.identity import IDENTITY_SHEET, Identity, UnitFacts, WorkbookKind, identity_rows
from stattable.model.units import Level, Scope

S = "信息统计表"
FLAGS = {"有": True, "无": False}
VALUES = tuple(FLAGS[value] if isinstance(value, str) else value for value in FIGURES)
BESIDE = {
    "unit_name": "官渡村计生协",
    "contact": "张三",
    "phone": "13800000000",
    "filled_in": date(2021, 6, 15),
    "edition": 23,
}
OURS = Identity(WorkbookKind.BLANK, 23, GUANDU_VILLAGE, Scope.OWN)


def located(grid: Grid, *others: RawSheet, **merges: Any) -> Located:
    return locate(MemoryBook(raw_sheet(grid, **merges), *others))  # type: ignore[arg-type]


def identity_sheet(identity: Identity = OURS) -> RawSheet:
    return RawSheet(IDENTITY_SHEET, [[*row, *[""] * (4 - len(row))] for row in identity_rows(identity)])


def blank_page() -> Grid:
    return put(page(), **{field.cell: "" for field in FIELDS})


def told(one: Located) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.cell, finding.raw) for finding in one.findings]


# -- the whole of it --------------------------------------------------------------------------------------


def test_the_official_page() -> None:
    cells = tuple(field.at for field in FIELDS)
    assert located(page()) == Located(None, S, Return.of(VALUES, **BESIDE), cells, "B3")


def test_a_page_further_on() -> None:
    cells = tuple((field.at[0] + 2, field.at[1] + 3) for field in FIELDS)
    assert located(shifted(page(), 2, 3)) == Located(None, S, Return.of(VALUES, **BESIDE), cells, "E5")


def test_a_page_spread_out() -> None:
    one = located(with_rows(page(), *[7] * 6, *[12] * 6, *[18] * 6))
    assert one.filled == Return.of(VALUES, **BESIDE)
    assert one.findings == ()


def test_values_and_what_there_is_to_say_of_them() -> None:
    cells = {"B6": "１２", "C6": "1.2万", "D6": "l20", "E6": "约500", "F6": "/", "G6": "500人次", "B17": "是", "C17": 7,
             "D17": Unread("=A1")}  # fmt: skip
    one = located(put(page(), **cells))
    assert one.filled is not None
    assert one.filled.values == (12, 12_000, None, None, None, 500, *VALUES[6:32], True, None, None, *VALUES[35:])
    wanted = [
        ("V008", "activities.province.people", "1.2万", None, "12000"),
        ("V002", "activities.prefecture_county.sessions", "l20", "120", "空白"),
        ("V003", "activities.prefecture_county.people", "约500", "500", "空白"),
        ("V007", "activities.township.sessions", "/", None, "空白"),
        ("V007", "activities.township.people", "500人次", None, "500"),
        ("V007", "online.province.website", "是", None, "有"),
        ("V009", "online.province.wechat", "7", None, "空白"),
        ("V006", "online.prefecture.website", "=A1", None, "空白"),
    ]
    assert one.findings == tuple(
        found(code, sheet=S, cell=FIELD_BY_KEY[key].cell, field=key, raw=raw, suggestion=maybe, params={"value": value})
        for code, key, raw, maybe, value in wanted
    )


def test_above_the_province_flags_are_counts() -> None:
    nation = Identity(WorkbookKind.MERGED, 23, UnitFacts(None, "全国", Level.NATIONAL), Scope.CUMULATIVE)
    one = located(put(page(), B17=31, C17="有"), identity_sheet(nation))
    assert one.filled is not None
    assert one.filled.values[32:34] == (31, None)
    assert told(one) == [("V002", "C17", "有")]


# -- which sheet ------------------------------------------------------------------------------------------

SUMMARY = RawSheet("总结", [["宣传活动", "开展情况良好"]])
COPY = raw_sheet(put(page(), B6=7), "表2")


def test_no_form() -> None:
    assert locate(MemoryBook(SUMMARY)) == Located(findings=(found("T001"),))  # type: ignore[arg-type]
    assert locate(MemoryBook()) == Located(findings=(found("T001"),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("book", "sheet", "codes"),
    [
        (MemoryBook(SUMMARY, raw_sheet(page())), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(page())), S, []),
        (MemoryBook(raw_sheet(page()), raw_sheet(blank_page(), "空表")), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(blank_page())), "空表", []),
        (MemoryBook(SUMMARY, raw_sheet(page()), hidden=[S]), S, []),
        (MemoryBook(COPY, raw_sheet(page()), hidden=["表2"]), S, []),
        (MemoryBook(raw_sheet(page()), COPY), None, ["T006"]),
        (MemoryBook(raw_sheet(page()), raw_sheet(put(blank_page(), B6=Unread("=A1")), "表2")), None, ["T006"]),
        (MemoryBook(SUMMARY, raw_sheet(page()), COPY, hidden=[S, "表2"]), None, ["T006"]),
        # In a workbook of ours only the official page is the form, whatever has been added.
        (MemoryBook(COPY, raw_sheet(page()), identity_sheet(), hidden=[IDENTITY_SHEET]), S, []),
        (MemoryBook(COPY, raw_sheet(page(), "表3"), identity_sheet()), "表2", []),
        (MemoryBook(SUMMARY, raw_sheet(page(), "表3"), identity_sheet()), None, ["T001"]),
        (MemoryBook(COPY, raw_sheet(page()), RawSheet(IDENTITY_SHEET, [["form", "another"]])), None, ["T006"]),
    ],
)
def test_which_sheet_is_the_form(book: Any, sheet: str | None, codes: list[str]) -> None:
    one = locate(book)
    assert (one.sheet, [finding.code for finding in one.findings]) == (sheet, codes)
    assert (one.filled is None) == (sheet is None)


def test_two_forms_are_named() -> None:
    assert located(page(), COPY).findings == (found("T006", params={"sheets": "“信息统计表”、“表2”"}),)


def test_a_workbook_of_ours_says_whose_it_is() -> None:
    assert located(page(), identity_sheet()).identity == OURS
    assert located(page(), RawSheet(IDENTITY_SHEET, [["form", "another"]])).identity is None
    assert locate(MemoryBook(SUMMARY, identity_sheet())).identity == OURS  # type: ignore[arg-type]


class LookedAt(MemoryBook):
    """A workbook whose first row of figures holds nothing but formulas, which only the closer look shows."""

    def closer(self, sheet: RawSheet) -> RawSheet:
        return raw_sheet([[("=" in str(v) and Unread(v)) or v for v in row] for row in put([*sheet.rows], B7="=B1")])


def test_a_row_of_formulas_is_no_blank_row() -> None:
    grid = with_rows(put(page(), **{f"{column}6": "" for column in "BCDEFGHI"}), 6)
    one = locate(LookedAt(raw_sheet(grid)))  # type: ignore[arg-type]
    assert one.cells[0] == (7, 2)
    assert told(one) == [("V006", "B7", "=B1")]


# -- merged cells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("merges", "findings", "lost"),
    [
        ([(6, 2, 6, 3)], [("T004", "C6", "101", "activities.province.people")], {1}),
        ([(6, 8, 6, 12)], [("T004", "I6", "107", "activities.village.people")], {7}),
        ([(5, 2, 6, 2)], [("T004", "B6", "100", "activities.province.sessions")], {0}),
        ([(6, 1, 6, 2)], [("T004", "B6", "100", "activities.province.sessions")], {0}),
        ([(6, 2, 6, 2), (18, 2, 18, 3), (1, 1, 3, 9)], [], set()),
    ],
)
def test_a_value_under_a_merged_cell_is_not_read(
    merges: list[Any], findings: list[tuple[str, str, str, str]], lost: set[int]
) -> None:
    one = located(page(), merges=merges)
    assert one.findings == tuple(
        found(code, sheet=S, cell=cell, raw=raw, field=key) for code, cell, raw, key in findings
    )
    assert one.filled is not None
    assert one.filled.values == tuple(None if index in lost else value for index, value in enumerate(VALUES))


def test_an_empty_cell_under_a_merged_one_is_nothing_to_speak_of() -> None:
    assert located(put(page(), C6=""), merges=[(6, 2, 6, 3)]).findings == ()


# -- the unit's name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "name", "name_cell"),
    [
        ({}, "官渡村计生协", "B3"),
        ({"B3": "", "E3": " 官渡村\n计生协 "}, "官渡村 计生协", "E3"),
        ({"A3": "单位（公章）：官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位 (盖章) 官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协（公章）", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "填报单位名称："}, "官渡村计生协", "B3"),
        ({"A3": "报送单位【签章】"}, "官渡村计生协", "B3"),
        ({"A3": "单 位（公 章）："}, "官渡村计生协", "B3"),
        ({"B3": "官渡村计生协（盖章）"}, "官渡村计生协", "B3"),
        ({"B3": "__官渡村计生协__"}, "官渡村计生协", "B3"),
        ({"H2": "单位：场、人次", "A2": ""}, "官渡村计生协", "B3"),
        ({"B3": ""}, "", "A3"),
        ({"B3": "", "G3": "填报日期：2021年6月15日"}, "", "A3"),
        ({"A3": "单位负责人：王五", "B3": ""}, "", "B3"),
        ({"A3": "", "B3": "", "A19": "单位：官渡村计生协"}, "官渡村计生协", "A19"),
    ],
)
def test_the_units_name(cells: dict[str, Any], name: str, name_cell: str) -> None:
    one = located(put(page(), **cells))
    assert one.filled is not None
    assert (one.filled.unit_name, one.name_cell) == (name, name_cell)


# -- contact, phone, date ---------------------------------------------------------------------------------

READ = ("张三", "13800000000", date(2021, 6, 15))


@pytest.mark.parametrize(
    ("line", "read", "findings"),
    [
        ({"A": "联系人姓名：", "B": "张三", "D": "电话：", "E": "13800000000", "G": "填报日期：", "H": "2021年6月15日"},
         READ, []),
        ({"A": "联系人姓名：张三  电话：13800000000  填报日期：2021年6月15日"}, READ, []),
        ({"A": "联系人：张三", "D": "联系电话：13800000000", "G": "日期：2021.6.15"}, READ, []),
        ({"A": "填报人姓名（签字）：张三", "D": "联系方式：13800000000", "G": "填报时间：6月15日"}, READ,
         [("V010", "G", "6月15日")]),
        ({"B": "联系人", "C": "张三 电话13800000000", "H": "填表日期", "I": datetime(2021, 6, 15)}, READ, []),
        ({"A": "负责人：王五  联系人：张三", "D": "手机", "F": 13800000000.0, "G": "填报日期", "H": 44362}, READ, []),
        ({"A": "联系人姓名：____", "D": "电话：", "G": "填报日期：    年  月  日"}, ("", "", None),
         [("V012", "A", None), ("V011", "D", None), ("V010", "G", "年 月 日")]),
        ({"A": "联系人：", "B": "张三", "D": "电话：", "E": "见附件", "G": "日期：", "H": "2021.6.31"},
         ("张三", "见附件", None), [("V011", "E", "见附件"), ("V010", "H", "2021.6.31")]),
        ({"A": "联系人姓名：", "B": "联系人甲", "D": "电话：", "E": 13800000000, "G": "填报日期：", "H": "2021.6.15"},
         ("联系人甲", *READ[1:]), []),
        ({"A": "以上各项由联系人填写，电话另报"}, ("", "", None),
         [("V012", "", None), ("V011", "", None), ("V010", "", None)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("row", [1, 18, 26])
def test_contact_phone_and_date(
    line: dict[str, Any], read: tuple[Any, ...], findings: list[tuple[str, str, str | None]], row: int
) -> None:
    nothing = dict.fromkeys(("A1", *(f"{column}18" for column in "ABCDEFGHI")), "")
    grid = put([*page(), *[[""] * 9 for _ in range(6)]], **nothing)
    one = located(put(grid, **{f"{column}{row}": value for column, value in line.items()}))
    assert one.filled is not None
    assert (one.filled.contact, one.filled.phone, one.filled.filled_in) == read
    assert told(one) == [(code, f"{column}{row}" if column else None, raw) for code, column, raw in findings]


def test_further_down_nobody_looks() -> None:
    grid = [*page()[:17], *[[""] * 9 for _ in range(12)], ["联系人：张三", *[""] * 8]]
    assert [code for code, *_ in told(located(grid))] == ["V012", "V011", "V010"]


# -- the edition ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "edition"),
    [
        ("第23个“5.29会员活动日”信息统计表", 23),
        ("第 28 个“5·29 会员活动日”信息统计表", 28),
        ("第２８个会员活动日\n信息统计表", 28),
        ("第二十三个“5.29会员活动日”信息统计表", 23),
        ("第廿八届会员活动日", 28),
        ("第二十八届“5.29”会员活动日信息统计表", 28),
        ("附件：河南省第28次会员活动日统计表", 28),
        ("“5.29会员活动日”信息统计表", None),
        ("2021年会员活动日信息统计表", None),
        ("第三四个会员活动日", None),
        ("", None),
    ],
)
def test_the_edition_in_the_title(title: str, edition: int | None) -> None:
    one = located(put(page(), A2=title))
    assert one.filled is not None
    assert one.filled.edition == edition


def test_a_blank_page_has_no_values() -> None:
    one = located(blank_page())
    assert one.filled is not None
    assert one.filled.values == BLANK
    assert one.findings == ()
