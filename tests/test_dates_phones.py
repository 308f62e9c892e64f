from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from stattable.formats.sheet import Unread
from stattable.reading.dates_phones import read_date, read_phone

DATES = [
    "2021.6.30", "2021年6月30日", "2021年 6 月 30 日", "20210630", "2021-6-30", "2021-06-30", "2021/6/30",
    "2021 6 30", "2021、6、30", "２０２１年６月３０日", "2021.6.30.", "2021-06-30 08:30:00",
    "2021年6月30日（星期三）", "21.6.30", "二〇二一年六月三十日", "二零二一年六月三十日",
    "二○二一年六月卅日", "二O二一年六月三十日", "二0二一年六月三十号", "贰零贰壹年陆月叁拾日", "2021年六月三十日",
    "2021年6月30号",
    "2021。6。30", "2021,6,30", "2021-06-30T08:30:00", "'2021-06-30", "2021年6月30日 张三", 20210630, 20210630.0,
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
    assert read_date(raw, None)[0] == expected


@pytest.mark.parametrize("raw", ["6月30日", "6月30号", "6.30", "6-30", "6/30"])
def test_a_date_without_a_year_takes_the_editions(raw: str) -> None:
    assert read_date(raw, 23) == (date(2021, 6, 30), {"problem": "no_year"})
    assert read_date(raw, 28) == (date(2026, 6, 30), {"problem": "no_year"})
    assert read_date(raw, None) == (None, {"problem": "unreadable"})


@pytest.mark.parametrize(
    ("raw", "is_of_the_year"),
    [("2021年6月15日", True), ("2022-01-05", True), ("2020-12-31", False), ("2012年6月15日", False),
     ("2023.1.1", False), (date(2012, 6, 15), False), (44377, True), (42535, False)],
)  # fmt: skip
def test_a_date_of_another_year_is_none(raw: Any, is_of_the_year: bool) -> None:
    found, problem = read_date(raw, 23)
    other_year = {"problem": "other_year"}
    assert (found is not None, problem) == (is_of_the_year, None if is_of_the_year else other_year)


@pytest.mark.parametrize(
    ("problem", "raws"),
    [
        ("blank", [None, "", "  ", "年  月  日", "——", "____年__月__日"]),
        ("impossible", ["2021-13-01", "2021.2.30", "20211301", "2月30日", "2021-6-0", "0000-01-01",
        "二一二一年六月一日"]),
        ("unreadable", ["六月", "2021", "2021年6月", "20210630001", "9" * 5000, True, 12, 1e300, float("nan"),
                        float("inf"), time(8), Unread("#REF!"), timedelta(days=44377), "30/6/2021",
                        "2021-6-301", "12021-6-30", 6.3, 2021.63, date(1900, 4, 29), "3021.6.30", "2" * 3000]),
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
        "13800000000、13900000000", "１３８００００００００", "13800000000(微信同号)",
    "13800000000 13900000000", "138 0000 0000 139 0000 0000", "138.0000.0000", "0086-13800000000", "008613800000000",
    "(0371)6210 0000", "0371-62100000*801", "010-12345678", "0755 1234567", "800-820-8820", "371-62100000",
    "张三" * 50 + "13800000000",
    ],
)  # fmt: skip
def test_a_phone_cell_with_a_number_in_it(raw: str) -> None:
    assert read_phone(raw) == (raw, None)


@pytest.mark.parametrize("raw", [13800000000, 13800000000.0])
def test_a_phone_number_that_is_a_number(raw: Any) -> None:
    assert read_phone(raw) == ("13800000000", None)


@pytest.mark.parametrize("raw", ["110", "12345", "1380000000", "138000000000", "123456789012345", "见附件", "无",
                                 "1380000O000", "138 2345 678", "1.38E+10", "0371-6210"])  # fmt: skip
def test_a_phone_cell_without_a_plausible_number(raw: str) -> None:
    assert read_phone(raw) == (raw, {"problem": "no_number"})


@pytest.mark.parametrize("raw", [None, "", "\u200b "])
def test_no_phone(raw: str | None) -> None:
    assert read_phone(raw) == ("", {"problem": "blank"})
