from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from stattable.formats.sheet import Unread
from stattable.reading.answers import Reading, as_shown, shortened
from stattable.reading.counts import read_count
from stattable.reading.dates_phones import read_date, read_phone
from stattable.reading.yes_no import read_flag

# -- as findings show it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        ("", ""),
        (" 约５００\n人 ", "约５００ 人"),
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
        (timedelta(days=1, hours=2), "26:00:00"),
        (timedelta(seconds=-90), "-0:01:30"),
        (time(12, 30), "12:30:00"),
        ("PT26H00M00S", "26:00:00"),  # as an .ods has them
        ("-PT01H00M30S", "-1:00:30"),
        ("P1DT2H00M00.5S", "26:00:00"),
        ("PT26H", "PT26H"),
        (Unread("#REF!"), "#REF!"),
        (Unread("=" + "A" * 99), "=" + "A" * 58 + "…"),
        (Unread("=IF(A1>0,\n1,2)"), "=IF(A1>0, 1,2)"),
        (" " * 2001 + "120", "…"),
        ("1" + " " * 2000, "1…"),
        ("字" * 60, "字" * 60),
        ("字" * 61, "字" * 59 + "…"),
    ],
)
def test_shown(raw: Any, text: str) -> None:
    assert as_shown(raw) == text


def test_shown_up_to_another_limit() -> None:
    assert as_shown("字" * 200, 200) == "字" * 200
    assert as_shown("字" * 201, 200) == "字" * 199 + "…"


def test_brief_looks_at_the_beginning_of_a_text_only() -> None:
    assert shortened("字" + " " * 999 + "字") == "字"
    assert shortened(12.0) == "12"


# -- blank ------------------------------------------------------------------------------------------------

BLANK = [
    None, "", "  ", "\n", "\u200b", "\u3000", "\ufeff", "\u2800", "\u3164", "\u200e\u200f", "\u2060", "\xad", "\x7f",
    "\U000e0020", " " * 2000,
]  # fmt: skip


@pytest.mark.parametrize("read", [read_count, read_flag])
@pytest.mark.parametrize("raw", BLANK, ids=repr)
def test_blank(raw: str | None, read: Callable[[Any], Reading]) -> None:
    assert read(raw) == Reading()


# -- what was made to be slow -----------------------------------------------------------------------------


@pytest.mark.usefixtures("_nothing_long_is_normalised")
@pytest.mark.parametrize(
    "raw", ["1" * 10**7, "\ufdfa" * 10**7, "有" + "（" * 10**7, " " * 10**7], ids=lambda raw: raw[:2]
)
def test_a_huge_text_is_refused_unread(raw: str) -> None:
    assert read_count(raw) == Reading(None, "V002")
    assert read_flag(raw) == Reading(None, "V009")
    assert read_date(raw, 23)[0] is None
    assert read_phone(raw)[1] == {"problem": "no_number"}
    assert len(as_shown(raw)) <= 60


@pytest.mark.parametrize(
    "piece", ["1", "1,", "1 ", "+", "1+", "(", "(1)", "一", "百", "余", "共计", "人次", "1万", "因", "其中", "√"]
)
@pytest.mark.parametrize("end", ["", "z", "人", ")", "一百"])
def test_no_text_takes_for_ever(piece: str, end: str) -> None:
    raw = (piece * 200)[:195] + end
    for read in (read_count, read_flag, read_phone):
        read(raw)
    read_date(raw, 23)
