"""What a formula without a result comes to, and that nothing is guessed of it."""

from collections.abc import Callable
from typing import Any

import pytest

from stattable.formats.sheet import RawCell, Unread
from stattable.reading.formulas import certain_result

COLUMN: list[RawCell] = [20, 40.0, None, "", "30", Unread("=1+1"), True, 0.5]


def cell(row: int, column: int) -> RawCell:
    return COLUMN[row - 1] if column == 2 and row <= len(COLUMN) else None


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("=20+40", 60), ("= 20 + 40 ", 60), ("=2*(3+4)-1", 13), ("=+5", 5), ("=--5", 5), ("=-2+5", 3),
        ("=SUM(20,40)", 60), ("=sum(20;40)", 60), ("=SUM(B1:B3)", 60), ("=SUM($B$1:$B$2)*2", 120),
        ("=SUM(B2:B1)", 60), ("=SUM(B1,B2,3)", 63), ("=SUM([.B1:.B2])", 60), ("=SUM((1+2),3)", 6),
        ("=0.1*30", 3), ("=0.1+0.2+0.7", 1), ("=1.5*2", 3), ("=2-2", 0), (f"=10*{10**9}", 10**10),
        # no whole number ≥ 0
        ("=1.5*3", None), ("=3-5", None), (f"=11*{10**9}", None),
        # not certain
        ("=20/2", None), ("=2^3", None), ("=50%", None), ("=B1+B2", None), ("=A1", None), ("=SUM(B1:B5)", None),
        ("=SUM(B6)", None), ("=SUM(B7)", None), ("=SUM(A1:A9)", None), ("=SUM(表2!B1:B2)", None), ("=SUM(B:B)", None),
        ("=AVERAGE(2,4)", None), ("=20 40", None), ("=20+", None), ("=(20", None), ("=20)", None), ("=", None),
        ("=1,200", None), ("=SUM()", None), ("=1e3", None), ("=10:20", None),
        ('="20"+40', None), ("=ROUND(1.5*2,0)", None),
        (f"={'1+' * 200}1", None), (f"={'(' * 40}1{')' * 40}", None),
        ("=SUM(B1:ZZ999999)", None), ("=SUM(B1:B8)", None),
    ],
)  # fmt: skip
def test_certain_result(formula: str, result: int | None) -> None:
    assert certain_result(formula, cell) == result


def test_nothing_is_looked_at_that_is_not_asked_for() -> None:
    asked: Callable[..., Any] = pytest.fail
    assert certain_result("=20+40", asked) == 60
