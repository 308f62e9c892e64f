"""The figures of a return, packed: all come back as they were, and small ones take little memory."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stattable.model.form import BLANK, FIELDS, Values
from stattable.model.packing import PackedFigures, packed, unpacked

LARGEST = sys.maxunicode - 3  # figure that a character holds
SMALL: Values = (*BLANK[:30], 1, 0, True, False, 3, 120, 12, 7, 251, None)
figures = st.one_of(
    st.none(), st.booleans(), st.integers(0, 300), st.integers(0, 10**12), st.integers(LARGEST - 2, LARGEST + 2)
)
returns = st.lists(figures, min_size=len(FIELDS), max_size=len(FIELDS)).map(tuple)


def kinds(values: Values) -> list[type]:
    return [*map(type, values)]


@given(returns)
def test_figures_come_back_as_they_were(values: Values) -> None:
    """有 is no 1, 无 is no 0, and neither is a blank."""
    assert unpacked(packed(values)) == values
    assert kinds(unpacked(packed(values))) == kinds(values)


@given(returns, returns)
def test_packed_figures_are_the_same_if_the_figures_are(one: Values, other: Values) -> None:
    assert packed(one) == packed((*one,))
    assert packed(one) != packed(other) or one == other


@pytest.mark.parametrize("odd", [LARGEST + 1, -1, -3, -4, 10**15])
def test_what_no_character_holds_stays_as_it_is(odd: int) -> None:
    values = (odd, *BLANK[1:])
    assert packed(values) is values
    assert unpacked(values) is values


@pytest.mark.parametrize("figure", [0, LARGEST, 0xD800 - 3, 0xDFFF - 3])
def test_every_other_figure_is_a_character(figure: int) -> None:
    held = packed((figure, *BLANK[1:]))
    assert isinstance(held, str)
    assert (len(held), unpacked(held)[0]) == (len(FIELDS), figure)


def test_small_figures_take_a_third_of_the_memory() -> None:
    assert 3 * sys.getsizeof(packed(SMALL)) <= sys.getsizeof(SMALL)


def test_figures_by_unit() -> None:
    held = PackedFigures({"41": packed(SMALL), "4101": packed(BLANK)})
    assert dict(held) == {"41": SMALL, "4101": BLANK}
    assert ("41" in held, "42" in held, len(held), held.get("42")) == (True, False, 2, None)
