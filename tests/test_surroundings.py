from datetime import date, datetime
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stattable.formats.sheet import Unread
from stattable.model.catalogue import render
from stattable.model.findings import Finding
from stattable.model.form import label_of
from stattable.reading import surroundings
from stattable.reading.surroundings import Surroundings, read_surroundings
from writers.pages import Grid, page, placed, put, raw_sheet


def read(grid: Grid) -> tuple[Surroundings, list[Finding]]:
    layout = placed(grid)
    return read_surroundings(raw_sheet(grid), layout.top, layout.bottom)


def beside(grid: Grid) -> Surroundings:
    return read(grid)[0]


def told(grid: Grid) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.cell, finding.raw) for finding in read(grid)[1]]


# -- the unit's name --------------------------------------------------------------------------------------

# Of names, and of all that is told apart from them.
_WORDS = (
    "官渡 村 镇 居民委员会 联 系 人 联系人 联络员 电话 手机 机 填报 填 报送 日期 时间 年 月 日 年月日 负责人 审核人 "
    "主管领导 管 单位 单 乡镇 县级 村居社区 地市级 公章 盖章 名称 微信公众号 网站 场 人次 个"
).split()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=5), st.sampled_from(["计生协", "计划生育协会", "计生协会", ""]))
@example(["主管领导"], "计生协")
@example(["年月日", "官渡", "村"], "计生协")
def test_a_plain_name_is_what_the_long_way_reads(words: list[str], ending: str) -> None:
    grid = page()
    put(grid, B3="".join(words) + ending)
    quick = read(grid)
    with mock.patch.object(surroundings, "_printed_notes", return_value=None):
        assert quick == read(grid)


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
        ({"B3": "", "F3": "单位：人、场"}, "", "A3"),
        ({"B3": "", "F3": "（单位：人）"}, "", "A3"),
        ({"B3": "", "F3": "计量单位：场、人次", "H3": "官渡村计生协"}, "官渡村计生协", "H3"),
        ({"A3": "单位", "B3": "（公章）：官渡村计生协"}, "官渡村计生协", "B3"),
        ({"A3": "单位", "B3": "公章：官渡村计生协"}, "官渡村计生协", "B3"),
        ({"A3": "单位（公章", "B3": "）：官渡村计生协"}, "官渡村计生协", "B3"),
        ({"A3": "单位（公", "B3": "章）：官渡村计生协"}, "", "B3"),
        ({"B3": ""}, "", "A3"),
        ({"B3": "", "G3": "填报日期：2021年6月15日"}, "", "A3"),
        ({"A3": "单位负责人：王五", "B3": ""}, "", "B3"),
        ({"A3": "", "B3": "", "A19": "单位：官渡村计生协"}, "官渡村计生协", "A19"),
        ({"B3": "", "A19": "填报单位：官渡村计生协"}, "官渡村计生协", "A19"),
        ({"A3": "单位（公章）：\n官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位（加盖公章）官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位 官渡村计生协（公章）", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位（公章）：   ________   "}, "官渡村计生协", "B3"),
        ({"A3": "单位：官渡村计生协 填报日期：2021年6月15日", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协 联系人：张三", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协（公章）负责人：王五", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协      年  月  日", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：官渡村计生协2021年6月15日", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "填报日期：2021年6月15日 填报单位：官渡村计生协", "B3": ""}, "官渡村计生协", "A3"),
        ({"A3": "单位：华为手机公司计生协", "B3": ""}, "华为手机公司计生协", "A3"),
        ({"A3": "单位：万年县计生协", "B3": ""}, "万年县计生协", "A3"),
        ({"A2": "第23个会员活动日信息统计表 单位：官渡村计生协", "A3": "", "B3": ""}, "官渡村计生协", "A2"),
        ({"G2": "单位：", "I2": "官渡村计生协", "A3": "", "B3": ""}, "官渡村计生协", "I2"),
        ({"B3": "", "F3": "（公章）", "H3": "官渡村计生协"}, "官渡村计生协", "H3"),
        ({"B3": "年  月  日"}, "", "A3"),
        ({"B3": datetime(2021, 6, 15)}, "", "A3"),
        ({"B3": "负责人：王五"}, "", "A3"),
        ({"B3": "————"}, "", "A3"),
        ({"B3": Unread("=A1")}, "=A1", "B3"),
        ({"A2": "单位：", "A3": "官渡村计生协", "B3": ""}, "", "A2"),  # never from the row below
        ({"A3": "单位填写要求见附件", "B3": ""}, "", "B3"),
        ({"A2": "中牟县计生协第23个会员活动日信息统计表", "B3": ""}, "", "A3"),  # who issued the form, perhaps
        ({"A2": "河南省第23个会员活动日信息统计表", "A3": "", "B3": ""}, "", "B3"),
    ],
)
def test_the_units_name(cells: dict[str, Any], name: str, name_cell: str) -> None:
    one = beside(put(page(), **cells))
    assert (one.name, one.name_cell) == (name, name_cell)


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
        ({"A": "联 系 人 ：张三", "C": "电   话 ：", "D": "13800000000", "F": "填 报 日 期：", "I": "2021年6月15日"},
         READ, []),
        ({"A": "联络员：张三  手机：13800000000", "F": "填报日期：2021年6月15日"}, READ, []),
        ({"A": "联系人：", "B": "单位：某村", "D": "电话：13800000000", "G": "日期：2021.6.15"}, ("", *READ[1:]),
         [("V012", "A", None)]),
        ({"A": "报送人：张三", "D": "手机：", "E": 13800000000, "G": "报送时间：", "I": "2021.6.15"}, READ, []),
        ({"A": "报送人数：30", "D": "手机报：3篇"}, ("", "", None),
         [("V012", "", None), ("V011", "", None), ("V010", "", None)]),
        ({"A": "主 管 领 导：王五  报送人：张三", "D": "手机13800000000", "G": "报送日期：2021.6.15"}, READ, []),
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
    grid = put(grid, **{f"{column}{row}": value for column, value in line.items()})
    one = beside(grid)
    assert (one.contact, one.phone, one.filled_in) == read
    assert told(grid) == [(code, f"{column}{row}" if column else None, raw) for code, column, raw in findings]


def test_a_contact_is_read_up_to_200_characters_as_a_phone_is() -> None:
    one = beside(put(page(), B18="张三" * 100, E18="138" + "0" * 8 + "、" * 189))
    assert (one.contact, len(one.phone)) == ("张三" * 100, 200)
    longer = beside(put(page(), B18="张三" * 101))
    assert longer.contact == ("张三" * 100)[:199] + "…"


def test_further_down_nobody_looks() -> None:
    grid = [*page()[:17], *[[""] * 9 for _ in range(12)], ["联系人：张三", *[""] * 8]]
    assert [code for code, *_ in told(grid)] == ["V012", "V011", "V010"]


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
        ("2021年会员活动日信息统计表", 23),
        ("2022年“5.29会员活动日”信息统计表", 24),
        ("二〇二二年“5.29会员活动日”信息统计表", 24),
        ("2022年第23个“5.29会员活动日”信息统计表", 23),
        ("2022年第23次会员活动日", 23),
        ("1998年会员活动日信息统计表", None),
        ("第三四个会员活动日", None),
        ("", None),
    ],
)
def test_the_edition_in_the_title(title: str, edition: int | None) -> None:
    one = beside(put(page(), A2=title))
    assert one.edition == edition


def test_the_ordinal_goes_before_the_year_wherever_it_stands() -> None:
    one = beside(put(page(), A1="附件：2022年会员活动日"))
    assert one.edition == 23
    below = beside(put(page(), A2="", A19="说明：2020年会员活动日不计"))  # no title
    assert below.edition is None


@pytest.mark.parametrize(("edition", "year"), [("28", 2026), ("23", 2021)])
def test_the_date_that_is_asked_for_is_of_the_editions_year(edition: str, year: int) -> None:
    title = f"第{edition}个“5.29会员活动日”信息统计表"
    (of_date,) = [one for one in read(put(page(), A2=title, H18="2012年6月15日"))[1] if one.code == "V010"]
    assert render(of_date, label_of) == (
        f"填报日期“2012年6月15日”不是 {year} 年的，和表头的届次对不上。请填写完整、正确的日期，如 {year}年6月15日。"
    )
