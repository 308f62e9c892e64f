"""The check code: the same for the same page and the same files, another for any other."""

import re
from dataclasses import replace
from typing import Any

import pytest

import memory
from county import GUANDU, ZHONGMU, tree_of
from stattable.model.form import BLANK
from stattable.model.packing import packed
from stattable.model.record import CountedReturn, Record
from stattable.model.units import Scope
from stattable.proving.check_code import ALPHABET, check_code, code_of

FIGURES = memory.values_of({"activities.township.sessions": 4, "online.province.website": True})
PRINTS = ["ab" * 32, "cd" * 32]


def code(**changes: Any) -> str:
    said: dict[str, Any] = {"unit": ZHONGMU, "edition": 23, "figures": FIGURES, "prints": PRINTS, **changes}
    return check_code(**said)


def test_twelve_letters_in_groups_that_are_not_mistaken_for_one_another() -> None:
    assert re.fullmatch(rf"(?:[{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}", code())
    assert not set(ALPHABET) & set("0OQ1IL2Z5S8BUV")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_it_stays_what_it_is() -> None:
    """It stands on paper: no version of the program may give another."""
    assert code() == "W69W-JMYP-FCET"


def test_neither_the_order_of_files_nor_how_a_name_is_typed_changes_it() -> None:
    assert code() == code(prints=PRINTS[::-1]) == code(unit=replace(ZHONGMU, name=" 中牟县\u200b"))


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": replace(ZHONGMU, code="410123")},
        {"unit": replace(ZHONGMU, name="新郑市")},
        {"unit": replace(ZHONGMU, level=GUANDU.level)},
        {"edition": 24},
        {"figures": memory.values_of({"activities.township.sessions": 5, "online.province.website": True})},
        {"figures": memory.values_of({"activities.township.people": 4, "online.province.website": True})},
        {"figures": memory.values_of({"activities.township.sessions": 4, "online.province.website": False})},
        {"figures": memory.values_of({"activities.township.sessions": 4})},
        {"prints": PRINTS[:1]},
        {"prints": [*PRINTS, PRINTS[0]]},
        {"prints": [PRINTS[0], "ef" * 32]},
    ],
)
def test_anything_else_does(changes: dict[str, Any]) -> None:
    assert code(**changes) != code()


def test_only_files_that_count_are_in_it() -> None:
    tree, cells = tree_of(), memory.CELLS
    own, cumulative = (
        CountedReturn(number, packed(BLANK), cells, print_) for number, print_ in enumerate(PRINTS, start=1)
    )
    record = Record(tree, "410122", {("410122", Scope.CUMULATIVE): cumulative, ("410122101", Scope.OWN): own}, 23, "")
    assert code_of(record, FIGURES) == code(prints=PRINTS[1:])
