from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from county import GUANDU_VILLAGE
from stattable.formats.sheet import Appearance, RawSheet, Unread
from stattable.model.annex import Annex, AnnexRow
from stattable.model.catalogue import finding
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS
from stattable.model.identity import IDENTITY_SHEET, Identity, UnitFacts, WorkbookKind, identity_rows
from stattable.model.packing import packed
from stattable.model.units import Level, Scope
from stattable.reading.answers import Reading
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import Surroundings
from writers.pages import (
    FIGURES,
    NOWHERE,
    Grid,
    MemoryBook,
    page,
    put,
    raw_sheet,
    read_book,
    read_pages,
    shifted,
    with_rows,
)

S = "信息统计表"
FLAGS = {"有": True, "无": False}
VALUES = tuple(FLAGS[value] if isinstance(value, str) else value for value in FIGURES)
BESIDE = Surroundings("官渡村计生协", "B3", "张三", "13800000000", date(2021, 6, 15), 23)
OURS = Identity(WorkbookKind.BLANK, 23, GUANDU_VILLAGE, Scope.OWN)
MERGED = replace(OURS, kind=WorkbookKind.MERGED)


def located(grid: Grid, *others: RawSheet, **merges: Any) -> ReturnFile:
    return read_pages(raw_sheet(grid, **merges), *others)


def identity_sheet(identity: Identity = OURS) -> RawSheet:
    return RawSheet(IDENTITY_SHEET, [[*row, *[""] * (4 - len(row))] for row in identity_rows(identity)])


def blank_page() -> Grid:
    return put(page(), **{field.cell: "" for field in FIELDS})


def told(one: ReturnFile) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.cell, finding.raw) for finding in one.findings]


# -- the whole of it --------------------------------------------------------------------------------------


def test_the_official_page() -> None:
    cells = tuple(field.at for field in FIELDS)
    assert located(page()) == replace(NOWHERE, sheet=S, figures=packed(VALUES), cells=cells, surroundings=BESIDE)


def test_a_page_further_on() -> None:
    cells = tuple((field.at[0] + 2, field.at[1] + 3) for field in FIELDS)
    assert located(shifted(page(), 2, 3)) == replace(
        NOWHERE, sheet=S, figures=packed(VALUES), cells=cells, surroundings=replace(BESIDE, name_cell="E5")
    )


def test_a_page_spread_out() -> None:
    one = located(with_rows(page(), *[7] * 6, *[12] * 6, *[18] * 6))
    assert (one.values, one.surroundings) == (VALUES, BESIDE)
    assert one.findings == ()


def test_values_and_what_there_is_to_say_of_them() -> None:
    cells = {"B6": "１２", "C6": "1.2万", "D6": "l20", "E6": "约500", "F6": "/", "G6": "500人次", "B17": "是", "C17": 7,
             "D17": Unread("=A1")}  # fmt: skip
    one = located(put(page(), **cells))
    assert one.values is not None
    assert one.values == (12, 12_000, None, None, None, 500, *VALUES[6:32], True, None, None, *VALUES[35:])
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
        finding(
            code,
            sheet=S,
            cell=FIELD_BY_KEY[key].cell,
            field=key,
            raw=raw,
            suggestion=maybe,
            params={"value": value} | ({"reason": "formula"} if code == "V006" else {}),
        )
        for code, key, raw, maybe, value in wanted
    )


def test_above_the_province_flags_are_counts() -> None:
    nation = Identity(WorkbookKind.MERGED, 23, UnitFacts(None, "全国", Level.NATIONAL), Scope.CUMULATIVE)
    one = located(put(page(), B17=31, C17="有"), identity_sheet(nation))
    assert one.values is not None
    assert one.values[32:34] == (31, None)
    assert told(one) == [("V002", "C17", "有")]


# -- which sheet ------------------------------------------------------------------------------------------

SUMMARY = RawSheet("总结", [["宣传活动", "开展情况良好"]])
COPY = raw_sheet(put(page(), B6=7), "表2")
UNSEEN = finding("T007", sheet=S, cell="B6:I17", raw="100、101、102、103、104…", params={"reason": "sheet"})


def test_no_form() -> None:
    assert read_pages(SUMMARY) == replace(NOWHERE, findings=(finding("T001"),))
    assert read_pages() == replace(NOWHERE, findings=(finding("T001"),))


@pytest.mark.parametrize(
    ("book", "sheet", "codes"),
    [
        (MemoryBook(SUMMARY, raw_sheet(page())), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(page())), S, []),
        (MemoryBook(raw_sheet(page()), raw_sheet(blank_page(), "空表")), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(blank_page())), "空表", []),
        (MemoryBook(SUMMARY, raw_sheet(page()), hidden=[S]), S, ["T007"]),
        # A hidden one that is filled in counts like those that are shown.
        (MemoryBook(COPY, raw_sheet(page()), hidden=["表2"]), None, ["T006"]),
        (MemoryBook(raw_sheet(page()), COPY, hidden=["表2"]), None, ["T006"]),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(page()), hidden=["空表"]), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(page()), hidden=[S]), S, ["T007"]),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(blank_page()), hidden=["空表"]), S, []),
        (MemoryBook(raw_sheet(blank_page()), hidden=[S]), S, []),
        (MemoryBook(raw_sheet(page()), COPY), None, ["T006"]),
        (MemoryBook(raw_sheet(page()), raw_sheet(put(blank_page(), B6=Unread("=A1")), "表2")), None, ["T006"]),
        (MemoryBook(SUMMARY, raw_sheet(page()), COPY, hidden=[S, "表2"]), None, ["T006"]),
        # In a merged workbook of ours only the official page is the form, whatever has been added.
        (MemoryBook(COPY, raw_sheet(page()), identity_sheet(MERGED), hidden=[IDENTITY_SHEET]), S, []),
        (MemoryBook(COPY, raw_sheet(page()), identity_sheet(MERGED), hidden=[IDENTITY_SHEET, "表2"]), S, []),
        (MemoryBook(COPY, raw_sheet(page(), "表3"), identity_sheet(MERGED)), "表2", []),
        (MemoryBook(SUMMARY, raw_sheet(page(), "表3"), identity_sheet(MERGED)), None, ["T001"]),
        # In a blank of ours every sheet is looked at, and spare copies come after the official page.
        (MemoryBook(COPY, raw_sheet(page()), identity_sheet(), hidden=[IDENTITY_SHEET]), None, ["T006"]),
        (MemoryBook(raw_sheet(page()), COPY, identity_sheet(), hidden=[IDENTITY_SHEET, "表2"]), None, ["T006"]),
        (MemoryBook(raw_sheet(blank_page()), COPY, identity_sheet()), "表2", []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(page()), identity_sheet()), S, []),
        (MemoryBook(raw_sheet(blank_page(), "空表"), raw_sheet(blank_page()), identity_sheet()), S, []),
        (MemoryBook(SUMMARY, raw_sheet(page(), "表3"), identity_sheet()), "表3", []),
        (MemoryBook(COPY, raw_sheet(page()), RawSheet(IDENTITY_SHEET, [["form", "another"]])), None, ["T006"]),
    ],
)
def test_which_sheet_is_the_form(book: Any, sheet: str | None, codes: list[str]) -> None:
    one = read_book(book)
    assert (one.sheet, [finding.code for finding in one.findings]) == (sheet, codes)
    assert (one.values is None) == (sheet is None)


def test_two_forms_are_named() -> None:
    two, hidden = (
        (finding("T006", params={"sheets": f"“信息统计表”、“表2”{how}"}),) for how in ("", "（隐藏）")
    )  # fmt: skip
    assert located(page(), COPY).findings == two
    assert read_book(MemoryBook(COPY, raw_sheet(page()), hidden=["表2"])).findings == hidden


def test_a_workbook_of_ours_says_whose_it_is() -> None:
    assert located(page(), identity_sheet()).identity == OURS
    assert located(page(), RawSheet(IDENTITY_SHEET, [["form", "another"]])).identity is None
    assert read_pages(SUMMARY, identity_sheet()).identity == OURS


class LookedAt(MemoryBook):
    """A workbook whose first row of figures holds nothing but formulas, which only the closer look shows."""

    def closer(self, sheet: RawSheet) -> RawSheet:
        return raw_sheet([[("=" in str(v) and Unread(v)) or v for v in row] for row in put([*sheet.rows], B7="=B1")])


def test_a_row_of_formulas_is_no_blank_row() -> None:
    grid = with_rows(put(page(), **{f"{column}6": "" for column in "BCDEFGHI"}), 6)
    one = read_book(LookedAt(raw_sheet(grid)))
    assert one.cells[0] == (7, 2)
    assert told(one) == [("V006", "B7", "=B1")]


class Merged(MemoryBook):
    """A workbook whose merged cells only the closer look shows, as in an .ods."""

    def closer(self, sheet: RawSheet) -> RawSheet:
        return replace(sheet, merges=[(1, 1, 17, 9)])


def test_a_form_that_nobody_sees_is_none() -> None:
    assert read_book(Merged(raw_sheet(page()))) == replace(NOWHERE, findings=(finding("T001"),))


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
        finding(code, sheet=S, cell=cell, raw=raw, field=key) for code, cell, raw, key in findings
    )
    assert one.values is not None
    assert one.values == tuple(None if index in lost else value for index, value in enumerate(VALUES))


def test_labels_merges_hide_figures_that_were_moved_under_them() -> None:
    one = located(page()[2:], merges=[(4, 2, 4, 3)])  # the template's, where the figures stand now
    assert told(one) == [("T004", "C4", "101")]


def test_an_empty_cell_under_a_merged_one_is_nothing_to_speak_of() -> None:
    assert located(put(page(), C6=""), merges=[(6, 2, 6, 3)]).findings == ()


# -- what is not shown, or not as it is ----------------------------------------------------------------------


ROW, COLUMN, COLOUR = (Appearance(hidden_by=reason) for reason in ("row", "column", "colour"))
ROW_6 = {(6, column): ROW for column in range(2, 10)}
SESSIONS = FIELDS[0].key


@pytest.mark.parametrize(
    ("cells", "displays", "findings"),
    [
        ({}, {(6, 2): ROW}, [("row", "B6", SESSIONS, "100")]),
        ({}, ROW_6, [("row", "B6:I6", None, "100、101、102、103、104…")]),
        ({}, {(6, 2): ROW, (9, 3): ROW}, [("row", "B6:C9", None, "100、109")]),
        ({}, {(6, 2): ROW, (6, 3): COLUMN, (9, 3): COLUMN, (17, 2): COLOUR},
         [("row", "B6", SESSIONS, "100"), ("column", "C6:C9", None, "101、109"),
          ("colour", "B17", FIELDS[32].key, "有")]),
        ({"C6": "", "D6": " "}, {(6, 2): ROW, (6, 3): ROW, (6, 4): ROW}, [("row", "B6", SESSIONS, "100")]),
        ({"B6": ""}, {(6, 2): ROW}, []),
        ({}, {(5, 2): ROW, (18, 2): ROW}, []),  # no figures
    ],
)  # fmt: skip
def test_figures_that_nobody_sees_are_one_finding_for_each_reason(
    cells: dict[str, Any], displays: dict[Any, Appearance], findings: list[tuple[str, str, str | None, str]]
) -> None:
    one = read_book(MemoryBook(replace(raw_sheet(put(page(), **cells)), displays=displays)))
    assert one.findings == tuple(
        finding("T007", sheet=S, cell=cell, field=key, raw=raw, params={"reason": reason})
        for reason, cell, key, raw in findings
    )


def test_a_hidden_sheet_is_one_finding() -> None:
    hidden = MemoryBook(raw_sheet(page()), hidden=[S])
    assert read_book(hidden).findings == (UNSEEN,)
    one_figure = MemoryBook(raw_sheet(put(blank_page(), C6=5)), hidden=[S])
    assert read_book(one_figure).findings == (replace(UNSEEN, cell="C6", raw="5"),)
    ours = MemoryBook(raw_sheet(page()), COPY, identity_sheet(MERGED), hidden=[S])
    assert read_book(ours).findings == (UNSEEN,)


@pytest.mark.parametrize(
    ("raw", "codes"), [(12, ["V013"]), ("", []), ("12.5", ["V005"]), (1.5, ["V005"]), ("1.2万", ["V008", "V013"])]
)
def test_how_a_cell_looks_matters_where_it_has_a_value(raw: Any, codes: list[str]) -> None:
    sheet = replace(raw_sheet(put(page(), B6=raw)), displays={(6, 2): Appearance(misleading_format='0"万"')})
    assert [code for code, *_ in told(read_pages(sheet))] == codes


# -- a field in two columns ---------------------------------------------------------------------------------

SPLIT = [
    ["媒体宣传\n(篇数)", "国家级媒体", "", "", "省级媒体", "", "地市级媒体", "", "县级媒体", ""],
    ["", "文字稿件", "音频稿件", "视频稿件", *["文字稿件", "音频、视频稿件"] * 3],
    ["", 124, 3, 2, *range(126, 132)],
]


@pytest.mark.parametrize(
    ("audio", "video", "value", "findings"),
    [
        (3, 2, 5, [("V008", "C14:D14", "音频 3，视频 2")]),
        (0, 0, 0, [("V008", "C14:D14", "音频 0，视频 0")]),
        ("3篇", 2.0, 5, [("V008", "C14:D14", "音频 3篇，视频 2")]),
        ("", 2, 2, [("V008", "C14:D14", "视频 2")]),
        (3, "/", 3, [("V008", "C14:D14", "音频 3，视频 /")]),
        ("", "", None, []),
        ("", "/", None, [("V007", "D14", "/")]),
        (3, "若干", None, [("V002", "D14", "若干")]),
        (-3, "若干", None, [("V004", "C14", "-3"), ("V002", "D14", "若干")]),
        (Unread("=A1"), 2, None, [("V006", "C14", "=A1")]),
    ],
)
def test_the_sum_of_two_columns(audio: Any, video: Any, value: int | None, findings: list[Any]) -> None:
    grid = [[*row, ""] for row in page()]
    one = located(put([*grid[:11], *map(list, SPLIT), *grid[14:]], C14=audio, D14=video))
    assert one.values is not None
    assert one.values == (*VALUES[:25], value, *VALUES[26:])
    assert told(one) == findings
    assert {finding.field for finding in one.findings} <= {"media.national.audiovisual"}
    assert one.cells[25] == (14, 3)


def test_what_is_hidden_of_a_sum_is_not_added() -> None:
    grid = [[*row, ""] for row in page()]
    one = located([*grid[:11], *SPLIT, *grid[14:]], merges=[(14, 3, 14, 4)])
    assert told(one) == [("T004", "D14", "2"), ("V008", "C14:D14", "音频 3")]
    assert one.findings[0].field == "media.national.audiovisual"


# -- complete forms, typed in by hand -----------------------------------------------------------------------

BARE = [row[:] for row in page()[3:17]]  # the table alone
NOTE = ["说明：1. 在本级计生协网站、内刊的发稿不计入媒体宣传一栏发稿量。", *[""] * 8]


def nine(*cells: Any) -> list[Any]:
    return [*cells, *[""] * (9 - len(cells))]


LAYOUTS: dict[str, tuple[Grid, list[Any]]] = {
    "title, name and contacts in one cell each": (
        [nine("第23个“5.29会员活动日”信息统计表"), nine("单位（公章）：官渡村计生协"), *BARE,
         nine("联系人姓名：张三  电话：13800000000  填报日期：2021年6月15日")], []),
    "all that is beside the table in its first row": (
        [nine("单位：官渡村计生协", "", "第23个会员活动日", "联系人：张三", "", "电话：13800000000", "",
              "日期：2021.6.15"), *BARE], []),
    "name and date in one cell": (
        [nine("第23个会员活动日信息统计表"), nine("填报单位(盖章):官渡村计生协    填报日期:2021年6月15日"), *BARE,
         nine("联 系 人：", "张三", "", "电  话：", 13800000000)], []),
    "name behind the seal's place": (
        [nine("第23个会员活动日信息统计表"), nine("单位", "（公章）", "", "", "官渡村计生协", "", "年  月  日"), *BARE,
         nine("联系人", "张三", "电话", "13800000000", "填报日期", date(2021, 6, 15))], []),
    "contacts above, notes below": (
        [nine("第二十三个“5.29”会员活动日信息统计表"), nine("单位名称", "", "", "官渡村计生协"),
         nine("联系人", "张三", "联系电话", "13800000000", "填报时间", "2021-06-15"), *BARE, NOTE], []),
    "name and contacts below the table": (
        [nine("第23个会员活动日"), *BARE, NOTE, nine("填报单位：", "官渡村计生协"), nine("填表人：张三"),
         nine("手机号码：13800000000"), nine("填表日期：2021/6/15")], []),
    "name in the title": (
        [nine("官渡村计生协第23个“5.29会员活动日”信息统计表"), *BARE,
         nine("联系人：张三", "", "", "电话：13800000000", "", "", "日期：20210615")], []),
    "name in brackets behind the title": (
        [nine("第23个“5.29会员活动日”信息统计表（官渡村计生协）"), *BARE,
         nine("联系人：张三", "", "", "电话：13800000000", "", "", "日期：20210615")], []),
    "title and name in one cell": (
        [nine("第23个“5.29会员活动日”信息统计表\n单位（公章）：官渡村计生协"), *BARE,
         nine("联系人：张三；电话：13800000000；填报日期：2021年6月15日")], []),
    "columns numbered, name underlined": (
        [nine("第23个会员活动日"), nine("单位（公章）：__官渡村计生协__________"),
         *BARE[:2], nine("甲", *range(1, 9)), *BARE[2:],
         nine("联系人姓名", "张三", "", "电话", "13800000000", "", "填报日期", "2021年6月15日")], []),
    "a label gone": (
        [nine("第23个会员活动日"), nine("单位：官渡村计生协"), *put([row[:] for row in BARE], I13=""),
         nine("联系人：张三", "", "电话：13800000000", "", "日期：2021.6.15")], [("T002", "I15", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("grid", "findings"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_form_typed_in_by_hand(grid: Grid, findings: list[Any]) -> None:
    one = located(grid, SUMMARY)
    expected = tuple(None if findings and index == 39 else value for index, value in enumerate(VALUES))
    assert (one.values, replace(one.surroundings, name_cell="B3")) == (expected, BESIDE)
    assert told(one) == findings


# -- lists and small tables beside the form -----------------------------------------------------------------

UNITS = RawSheet("各村", [
    ["单位", "宣传活动", *[""] * 7, "服务活动", *[""] * 15, "媒体宣传", *[""] * 7, "网站和新媒体建设", *[""] * 7],
    ["", *(FIELDS[i].heading.text if i == 0 or FIELDS[i].heading != FIELDS[i - 1].heading else "" for i in range(40))],
    ["", *(field.column.text for field in FIELDS)],
    ["官渡村计生协", *FIGURES],
    ["某村计生协", *FIGURES],
])  # fmt: skip
ONE_UNIT = RawSheet("各村", UNITS.rows[:4])
OURS_BY_UNIT = RawSheet("分单位汇总", [
    ["单位", "级别", "报送", "合计依据", *(f"{field.block.section}\n{field.heading.text}" for field in FIELDS)],
    ["", "", "", "", *(field.column.text for field in FIELDS)],
    ["官渡村计生协", "村居社区级", "已报", "本级 + 下级", *FIGURES],
    ["本级", "", "", "", *FIGURES],
    ["合计", "", "", "", *FIGURES],
])  # fmt: skip
HEADS = ["活动场次", "宣传人数", "慰问服务场次", "慰问人数", "其他服务场次", "服务人数", "文字稿件", "音频、视频稿件"]
LAST_YEAR = RawSheet("去年", [["2020年数据", *[""] * 8], ["", *HEADS], ["官渡村", *range(1, 9)]])
LAST_YEARS = RawSheet("历年", [["", *HEADS], ["2019年", *range(10, 90, 10)], ["2020年", *range(20, 100, 10)]])
PROSE = RawSheet("填表说明", [["宣传活动：活动场次、宣传人数按实际填写；服务活动同。"], ["媒体宣传：音频、视频稿件"]])
ANNEX = RawSheet("附件2", [["序号", "单位名称", "官网", "微信公众号", "微博"], [1, "某县", "a.cn", "b", ""]])
LISTED = Annex(
    "附件2",
    {"number": 1, "unit": 2, "website": 3, "wechat": 4, "weibo": 5},
    (AnnexRow(2, unit="某县", websites=("a.cn",), wechat=("b",)),),
)


@pytest.mark.parametrize("other", [UNITS, ONE_UNIT, OURS_BY_UNIT, LAST_YEAR, LAST_YEARS, PROSE, ANNEX],
                         ids=lambda sheet: f"{sheet.name}{len(sheet.rows)}")  # fmt: skip
def test_beside_the_form_a_list_is_no_form(other: RawSheet) -> None:
    """The list of accounts is the annex, the others are nothing."""
    alone = located(page())
    assert alone.values is not None
    assert alone.annex is None
    wanted = replace(alone, annex=LISTED if other is ANNEX else None)
    for book in (MemoryBook(raw_sheet(page()), other), MemoryBook(other, raw_sheet(page()))):
        assert read_book(book) == wanted
    hidden_form = MemoryBook(other, raw_sheet(page()), hidden=[S])
    assert read_book(hidden_form) == replace(wanted, findings=(UNSEEN,))


@pytest.mark.parametrize(
    ("other", "sheet", "codes"),
    [
        (UNITS, "各村", ["T005"]),
        (OURS_BY_UNIT, "分单位汇总", ["T005"]),
        (LAST_YEARS, "历年", ["T005"]),
        (PROSE, None, ["T001"]),
        (ANNEX, None, ["T001"]),
    ],
)
def test_nothing_is_taken_from_a_list(other: RawSheet, sheet: str | None, codes: list[str]) -> None:
    one = read_pages(other)
    assert (one.sheet, one.values, [finding.code for finding in one.findings]) == (sheet, None, codes)


def test_a_list_of_one_unit_alone_is_read() -> None:
    one = read_pages(ONE_UNIT)
    assert one.values is not None
    assert one.values == VALUES


def emptied(grid: Grid, *kept: str) -> Grid:
    return put(grid, **{field.cell: "" for field in FIELDS if field.cell not in kept})


@pytest.mark.parametrize(
    "second",
    [
        put(page(), B5="场次"),
        put(emptied(page(), "H6", "I6"), H4=""),  # all that is filled in stands under the label that is gone
        put(emptied(page(), "H6", "I6"), B4="", D4="", F4="", H4=""),
        page()[:14],
        with_rows(page(), 7, rows=[["", *range(30, 38)]]),
        [row[1:] for row in UNITS.rows[:4]],  # a form in one line
    ],
)
def test_a_second_form_is_never_dropped(second: Grid) -> None:
    for sheets in ((raw_sheet(page()), raw_sheet(second, "表2")), (raw_sheet(second, "表2"), raw_sheet(page()))):
        names = "、".join(f"“{sheet.name}”" for sheet in sheets)
        assert read_pages(*sheets).findings == (finding("T006", params={"sheets": names}),)


def test_a_damaged_copy_that_nobody_filled_in_is_a_spare_one() -> None:
    assert located(page(), raw_sheet(put(blank_page(), B4="", C5=""), "表2")) == located(page())


# -- hostile sizes ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_nothing_long_is_normalised")
@pytest.mark.parametrize("cell", ["A1", "A2", "A3", "B3", "B4", "B6", "B17", "A18", "B18", "E18", "H18", "A20"])
@pytest.mark.parametrize("text", ["单位：", "1", " ", "联系人：电话", "\u200b"])
def test_a_huge_text_is_not_read_whole(cell: str, text: str) -> None:
    one = located(put(page(), **{cell: text * (10_000_000 // len(text))}))
    assert one.values is not None
    assert len(one.name) <= 60
    if cell == "B6":
        assert (one.values[0], [code for code, *_ in told(one)]) == (None, ["V002"])


def test_a_million_merged_cells() -> None:
    merges = [
        (row, column, row, column + 1)
        for row in range(1, 10_001)
        for column in range(1, 200, 2)
        if column > 9 or row > 20
    ]
    one = located(page(), merges=[*merges, (6, 2, 6, 3)])
    assert ("T004", "C6", "101") in told(one)


def test_a_blank_page_has_no_values() -> None:
    one = located(blank_page())
    assert one.values is not None
    assert one.values == BLANK
    assert one.findings == ()


def test_labels_of_radicals_are_the_labels() -> None:
    """They are copied from a PDF, and look the same."""
    radicals = str.maketrans("文网人", "⽂⽹⼈")
    grid = [[cell.translate(radicals) if isinstance(cell, str) else cell for cell in row] for row in page()]
    one = located(grid)
    assert (one.values, one.findings) == (VALUES, ())


def test_what_the_schema_does_not_allow_is_a_finding_of_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reads a cell, no value that the form does not hold goes on."""
    monkeypatch.setattr("stattable.reading.form.read_figure", lambda kind, raw: Reading(-1 if raw == 100 else 1))
    one = located(page())
    assert one.values == (None, *[1] * 39)
    assert told(one) == [("V002", "B6", "100")]
