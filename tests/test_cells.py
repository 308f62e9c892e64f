from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from stattable.checking.cells import Reading, Unread, read_count, read_date, read_flag, read_phone, shown

# -- counts: the table of the design, row by row ------------------------------------------------------------

PLAIN = [
    ("120", 120), ("120.0", 120), ("１２０", 120), (" 120 ", 120), ("\u3000120\u3000", 120), ("120\u200b", 120),
    ("\ufeff120", 120), ("120\n", 120), ("+5", 5), ("007", 7), ("0", 0), ("0.0", 0), ("１2０", 120),
    (120, 120), (120.0, 120), (0, 0), (0.0, 0), (-0.0, 0), (1e3, 1000), (10_000_000_000, 10_000_000_000),
]  # fmt: skip

CUSTOMARY = [  # V007
    ("1,200", 1200), ("1，200", 1200), ("1'200", 1200), ("1,200,000", 1_200_000), ("1,200.0", 1200), ("3 000", 3000),
    ("12\xa0345", 12345), ("１，２００", 1200), ("12场", 12), ("12 场", 12), ("１２　场", 12), ("12场次", 12),
    ("500人次", 500), ("1,200人", 1200), ("3 000人", 3000), ("3篇", 3), ("10个", 10), ("120名", 120), ("7户", 7),
    ("0场", 0), ("零场", 0), ("一百二十", 120), ("一百二十人", 120), ("廿五", 25), ("两千", 2000), ("壹佰贰拾", 120),
    ("零", 0), ("十", 10),
]  # fmt: skip

TO_BE_VERIFIED = [  # V008
    ("1.2万", 12_000), ("１．２万", 12_000), ("1.2万人", 12_000), ("1.2万人次", 12_000), ("7千", 7000), ("3百", 300),
    ("1万2千", 12_000), ("1万2", 12_000), ("1万2百", 10_200), ("2亿", 200_000_000), ("1.2w", 12_000),
    ("2k", 2000), ("0.1百", 10),
    ("120（线上80）", 120), ("120(线上80)", 120), ("120【线上】", 120), ("120人\n（线上80人）", 120),
    ("1.2万（线上）", 12_000), ("一百二十（线上）", 120), ("无", 0), ("没有", 0), ("没 有", 0), ("未开展", 0),
    ("未开展活动", 0), ("无。", 0), ("无（因疫情）", 0), ("0（未开展）", 0), ("None", 0),
]  # fmt: skip

BLANK = [None, "", "  ", "\n", "\u200b", "\u3000"]

DASHES = ["/", "／", "\\", "—", "-", "－", "——", "--", "~", "*", "…"]  # V007, too

NO_NUMBER = [  # V002, and what it may have been
    ("若干", None), ("见附件", None), ("同上", None), ("多", None), ("abc", None), ("?", None), ("场", None),
    ("1e3", None), ("1E+03", None), ("TRUE", None), (True, None), (False, None), (date(2021, 5, 29), None),
    (datetime(2021, 5, 29), None), (time(8), None), (timedelta(hours=1), None), ("2021-05-29", None),
    ("2021年5月29日", None), ("5月29日", None), ("12:30", None), ("120%", None), ("5场3人", None), ("=5+3", None),
    ("第1场", None), ("120.", None), ("###", None), ("1_000", None), ("约若干", None), ("60线上30", None),
    ("l20", "120"), ("1O", "10"), ("I2", "12"), ("12o", "120"), ("ｌ20", "120"),
    ("120①", "120"), ("12²", "12"), ("½", None), ("⑴", None),
    (10_000_000_001, None), ("99999999999", None), (float("inf"), None), (float("nan"), None), (1e300, None),
    ("9" * 5000, None), ("1" * 5000 + "人", None), ("120" + "(a)" * 5000, None),
]  # fmt: skip

NOT_EXACT = [  # V003, and the number it comes to
    ("约500", "500"), ("近500", "500"), ("大约500人次", "500"), ("超过500", "500"), ("≥500", "500"), (">500", "500"),
    ("500余", "500"), ("500多", "500"), ("500余人", "500"), ("500人左右", "500"), ("500以上", "500"), ("500+", "500"),
    ("三百余", "300"), ("约1.2万", "12000"), ("1.2万余人", "12000"), ("约120（线上80）", "120"), ("共120人", "120"),
    ("5+3", "8"), ("5 + 3 + 2", "10"), ("3*4", "12"), ("3×4", "12"),
    ("100-200", None), ("100—200", None), ("100~200", None), ("100至200人", None), ("3、4", None), ("3、4场", None),
    ("100/200", None), ("1,20", None), ("10 20", None), ("几百", None), ("数百", None), ("上万", None), ("十几", None),
    ("三四", None), ("一两场", None),
]  # fmt: skip

NEGATIVE = ["-5", "－5", "−5", "–5", "- 5", "-5人", "-1,200", "负5", "负五", "-5.5", "-5（线上）", -5, -5.0, -0.5]

NOT_WHOLE = ["12.5", "１２．５", "12.5人", "0.5", "12.50", "1,200.5", "1.23456万", "12.5（线上）", 12.5, 1e-9]

NO_RESULT = [
    "#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "Err:502",
    Unread("#REF!"), Unread("=SUM(A1:A3)"),
]  # fmt: skip

COUNTS = [
    *((raw, Reading(value)) for raw, value in PLAIN),
    *((raw, Reading(value, "V007")) for raw, value in CUSTOMARY),
    *((raw, Reading(value, "V008")) for raw, value in TO_BE_VERIFIED),
    *((raw, Reading()) for raw in BLANK),
    *((raw, Reading(None, "V007")) for raw in DASHES),
    *((raw, Reading(None, "V002", maybe)) for raw, maybe in NO_NUMBER),
    *((raw, Reading(None, "V003", maybe)) for raw, maybe in NOT_EXACT),
    *((raw, Reading(None, "V004")) for raw in NEGATIVE),
    *((raw, Reading(None, "V005")) for raw in NOT_WHOLE),
    *((raw, Reading(None, "V006")) for raw in NO_RESULT),
]


@pytest.mark.parametrize(("raw", "reading"), COUNTS, ids=lambda one: repr(one)[:40])
def test_read_count(raw: Any, reading: Reading) -> None:
    result = read_count(raw)
    assert result == reading
    assert result.value is None or type(result.value) is int


def test_every_row_of_the_designs_table_is_here() -> None:
    said = "120,120.0,１２０, 120 |1,200|3 000|12场|500人次|一百二十|1.2万|7千|120（线上80）|无|没有|未开展|/|—|-|——"
    said += "|若干|见附件|同上|l20|1e3|TRUE|约500|500余|100-200|5+3|3、4|-5|12.5|12.5人|#REF!"
    assert {*said.partition("|")[0].split(","), *said.split("|")[1:]} <= {
        raw for raw, _ in COUNTS if isinstance(raw, str)
    }


# -- yes or no --------------------------------------------------------------------------------------------

YES = [
    "是", "√", "✓", "✔", "☑", "Y", "y", "yes", "V", "1", 1, 1.0, True, "TRUE", "1.0", "有。", "（有）", "(√)",
    "已开通", "1个", "有√", "√有", "☑有□无", "有☑无□", "☒有□无", "■是 □否", "√有 无", "√有×无", "●有○无",
    "[√]有 [ ]无",
]  # fmt: skip
NO = [
    "否", "×", "✗", "❌", "N", "n", "x", "no", "0", 0, 0.0, False, "FALSE", "无。", "无,", "没有", "暂无",
    "未开通", "0个", "无√", "√无", "□有☑无", "有□无☑", "有 无√", "□有■无", "有×无√", "×有√无",
]  # fmt: skip
NEITHER = ["/", "-", "——", "□", "☐", "有/无", "是/否", "有、无", "有（无）", "□有□无", "有□无□", "□ 是 □ 否"]
UNCLEAR = [
    "2", 2, "3个", "约", "OK", "建设中", "有官网", "http://www.hn.cn", "有1个", "有√无", "√有√无", "×有无",
    "☒", "○", date(2021, 5, 29), float("nan"), float("inf"), "有" + "(a)" * 5000, "(a)" * 5000,
]  # fmt: skip

FLAGS = [
    ("有", Reading(True)),
    ("无", Reading(False)),
    (" 有\n", Reading(True)),
    ("\u200b无", Reading(False)),
    *((raw, Reading()) for raw in BLANK),
    *((raw, Reading(True, "V007")) for raw in YES),
    *((raw, Reading(False, "V007")) for raw in NO),
    *((raw, Reading(None, "V007")) for raw in NEITHER),
    ("有（1个）", Reading(True, "V008")),
    ("有(www.hn.cn)", Reading(True, "V008")),
    ("无（筹建中）", Reading(False, "V008")),
    *((raw, Reading(None, "V009")) for raw in UNCLEAR),
    ("#REF!", Reading(None, "V006")),
    (Unread("=A1"), Reading(None, "V006")),
]


@pytest.mark.parametrize(("raw", "reading"), FLAGS, ids=lambda one: repr(one)[:40])
def test_read_flag(raw: Any, reading: Reading) -> None:
    result = read_flag(raw)
    assert result == reading
    assert result.value is None or type(result.value) is bool


# -- date and phone ---------------------------------------------------------------------------------------

DATES = [
    "2021.6.30", "2021年6月30日", "2021年 6 月 30 日", "20210630", "2021-6-30", "2021-06-30", "2021/6/30",
    "2021 6 30", "2021、6、30", "２０２１年６月３０日", "2021.6.30.", "2021-06-30 08:30:00",
    "2021年6月30日（星期三）", "21.6.30", "二〇二一年六月三十日", "二零二一年六月三十日",
    datetime(2021, 6, 30, 8), date(2021, 6, 30), 44377, 44377.0, 44377.5, "44377",
]  # fmt: skip


@pytest.mark.parametrize("raw", DATES, ids=repr)
def test_the_same_date_in_all_its_forms(raw: Any) -> None:
    assert read_date(raw, 23) == (date(2021, 6, 30), None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (36526, date(2000, 1, 1)),
        (73050, date(2099, 12, 31)),
        ("73050", date(2099, 12, 31)),
        (36525, None),
        (73051, None),
    ],
)
def test_a_serial_is_a_date_of_this_century(raw: Any, expected: date | None) -> None:
    assert read_date(raw, 23)[0] == expected


@pytest.mark.parametrize("raw", ["6月30日", "6月30号", "6.30", "6-30", "6/30"])
def test_a_date_without_a_year_takes_the_editions(raw: str) -> None:
    assert read_date(raw, 23) == (date(2021, 6, 30), {"problem": "no_year", "year": 2021})
    assert read_date(raw, 28) == (date(2026, 6, 30), {"problem": "no_year", "year": 2026})
    assert read_date(raw, None) == (None, {"problem": "unreadable"})


@pytest.mark.parametrize(
    ("problem", "raws"),
    [
        ("blank", [None, "", "  ", "年  月  日", "——"]),
        ("impossible", ["2021-13-01", "2021.2.30", "20211301", "2月30日", "2021-6-0", "0000-01-01"]),
        ("unreadable", ["六月", "2021", "2021年6月", "20210630001", "9" * 5000, True, 12, 1e300, float("nan"),
                        float("inf"), time(8), Unread("#REF!")]),
    ],
)  # fmt: skip
def test_what_is_no_date(problem: str, raws: list[Any]) -> None:
    assert [(raw, read_date(raw, 23)) for raw in raws] == [(raw, (None, {"problem": problem})) for raw in raws]


@pytest.mark.parametrize(
    "raw",
    [
        "13800000000", "138 0000 0000", "138-0000-0000", "+86 13800000000", "8613800000000", "+86-138-0000-0000",
        "0371-62100000", "(0371)62100000", "0371 62100000", "037162100000", "0371-62100000转801", "0371-62100000-801",
        "62100000", "6210000", "400-123-4567", "张三 13800000000", "张三13800000000/李四13900000000",
        "13800000000、13900000000", "13800000000(微信同号)",
    ],
)  # fmt: skip
def test_a_phone_cell_with_a_number_in_it(raw: str) -> None:
    assert read_phone(raw) == (raw, None)


@pytest.mark.parametrize("raw", [13800000000, 13800000000.0, "１３８００００００００"])
def test_a_phone_number_that_is_a_number(raw: Any) -> None:
    assert read_phone(raw) == ("13800000000", None)


@pytest.mark.parametrize("raw", ["110", "12345", "1380000000", "138000000000", "123456789012345", "见附件", "无"])
def test_a_phone_cell_without_a_plausible_number(raw: str) -> None:
    assert read_phone(raw) == (raw, {"problem": "no_number"})


@pytest.mark.parametrize("raw", [None, "", "\u200b "])
def test_no_phone(raw: str | None) -> None:
    assert read_phone(raw) == ("", {"problem": "blank"})


# -- as findings show it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        ("", ""),
        (" 约５００\n人 ", "约500 人"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (1e20, "100000000000000000000"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2021, 5, 29), "2021-05-29"),
        (datetime(2021, 5, 29), "2021-05-29"),
        (datetime(2021, 5, 29, 8, 30), "2021-05-29 08:30"),
        (Unread("#REF!"), "#REF!"),
        (Unread("=" + "A" * 99), "=" + "A" * 59),
        ("字" * 60, "字" * 60),
        ("字" * 61, "字" * 59 + "…"),
    ],
)
def test_shown(raw: Any, text: str) -> None:
    assert shown(raw) == text
