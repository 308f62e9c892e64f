"""Which returns count: earlier results, editions, units that nothing places, duplicates."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import memory
from county import EAST, GUANDU, GUANDU_VILLAGE, HENAN, LANGCHENGGANG, ZHENGZHOU, ZHONGMU, tree_of
from stattable.merging.selection import Selection
from stattable.model.catalogue import finding, render
from stattable.model.form import label_of
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
MAY_31, JUNE_1, JUNE_2 = date(2021, 5, 31), date(2021, 6, 1), date(2021, 6, 2)
TREE = tree_of()
OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)
PREFECTURE: dict[str, Any] = {"roster": TREE, "code": "4101"}


def file(unit: UnitFacts, figures: dict[str, Any], scope: Scope | None = OWN, **more: Any) -> ReturnFile:
    return memory.sent(TREE, str(unit.code), figures, scope, **{"path": f"{unit.name}.xlsx", **more})


def typed(name: str, figures: dict[str, Any], **more: Any) -> ReturnFile:
    return memory.received(f"{name}.xlsx", name, memory.values_of(figures), **more)


def page(unit: UnitFacts, inputs: Sequence[ReturnFile], path: str = "汇总.xlsx") -> ReturnFile:
    """What an earlier merge wrote for `unit`, of `inputs`."""
    return memory.written(memory.merge(inputs, roster=TREE, code=unit.code), path)


def outcome(collected: Selection) -> dict[str, tuple[str, ...]]:
    """What became of each file: its status, and its findings of the families T, U and H."""
    ended = {one.path: (one.status, *(f.code for f in one.findings if f.code[0] in "TUH")) for one in collected.returns}
    aside = {one.path: ("earlier", *(render(f, label_of) for f in one.findings)) for one in collected.earlier}
    assert not ended.keys() & aside.keys()
    return {path.removesuffix(".xlsx"): one for path, one in {**ended, **aside}.items()}


def of(returns: Iterable[ReturnFile], **options: Any) -> dict[str, tuple[str, ...]]:
    return outcome(memory.collected(returns, **(options or PREFECTURE)))


# -- earlier results --------------------------------------------------------------------------------------

HERE, STALE, LOST = ("accepted",), ("accepted", "H006"), ("rejected", "H008")
DIFFERENT, COPY, OTHER_YEAR = ("rejected", "U005"), ("duplicate", "U004"), ("rejected", "T003")


def earlier(name: str) -> tuple[str, str]:
    return "earlier", f"这是“{name}”以前的汇总表，它所依据的报表都在这里，这次不计入。不用处理。"


SUPERSEDED, OURS = earlier("中牟县"), earlier("郑州市")
OF_COUNTY_ITSELF = file(ZHONGMU, {OF_COUNTY: 1})
TOWNSHIPS = [file(GUANDU, {OF_TOWNSHIP: 1}), file(LANGCHENGGANG, {OF_TOWNSHIP: 2})]
VILLAGERS = [file(GUANDU_VILLAGE, {OF_VILLAGE: 1})]
OTHER_TOWNSHIP = file(GUANDU, {OF_TOWNSHIP: 5}, path="更正.xlsx")
OF_GUANDU = page(GUANDU, VILLAGERS, "官渡镇.xlsx")
COUNTED = {"官渡镇": HERE, "狼城岗镇": HERE}
DRAFTS = [page(ZHONGMU, TOWNSHIPS[:1], "一稿.xlsx"), page(ZHONGMU, TOWNSHIPS, "二稿.xlsx")]
SAME_DRAFTS = [page(ZHONGMU, [OF_COUNTY_ITSELF], f"{draft}.xlsx") for draft in ("一稿", "二稿")]
OF_BOTH, OF_ALL = page(ZHONGMU, TOWNSHIPS), page(ZHONGMU, [OF_COUNTY_ITSELF, *TOWNSHIPS])


@pytest.mark.parametrize("options", [PREFECTURE, {"code": "4101"}], ids=["roster", "identities"])
@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([page(ZHENGZHOU, TOWNSHIPS), *TOWNSHIPS], {"汇总": OURS, **COUNTED}),
        ([page(ZHENGZHOU, TOWNSHIPS), TOWNSHIPS[0]], {"汇总": LOST, "官渡镇": HERE}),
        ([page(ZHENGZHOU, TOWNSHIPS)], {"汇总": LOST}),
        ([OF_BOTH], {"汇总": HERE}),
        ([OF_BOTH, *TOWNSHIPS], {"汇总": SUPERSEDED, **COUNTED}),
        ([OF_BOTH, TOWNSHIPS[0]], {"汇总": HERE, "官渡镇": HERE}),
        # corrected, all else here: made anew
        ([OF_BOTH, OTHER_TOWNSHIP, TOWNSHIPS[1]], {"汇总": SUPERSEDED, "更正": HERE, "狼城岗镇": HERE}),
        # corrected, something else gone
        ([OF_BOTH, OTHER_TOWNSHIP], {"汇总": STALE, "更正": HERE}),
        # late
        ([page(ZHONGMU, TOWNSHIPS[1:]), TOWNSHIPS[0]], {"汇总": STALE, "官渡镇": HERE}),
        # its own return was counted too, and is not here
        ([OF_ALL, *TOWNSHIPS], {"汇总": HERE, **COUNTED}),
        ([OF_ALL, OF_COUNTY_ITSELF, *TOWNSHIPS], {"汇总": SUPERSEDED, "中牟县": HERE, **COUNTED}),
        # a township's workbook is a return of its own
        ([page(ZHONGMU, [OF_GUANDU]), OF_GUANDU], {"汇总": SUPERSEDED, "官渡镇": HERE}),
        # all the way down
        ([page(ZHONGMU, [OF_GUANDU]), OF_GUANDU, *VILLAGERS],
         {"汇总": SUPERSEDED, "官渡镇": earlier("官渡镇"), "官渡村": HERE}),
        # the township's workbook is not here, all that it was made from is
        ([page(ZHONGMU, [OF_GUANDU]), *VILLAGERS], {"汇总": SUPERSEDED, "官渡村": HERE}),
        # the township's own return is none of the villages'
        ([page(ZHONGMU, [OF_GUANDU]), TOWNSHIPS[0]], {"汇总": STALE, "官渡镇": HERE}),
        (DRAFTS, {"一稿": DIFFERENT, "二稿": DIFFERENT}),
        (SAME_DRAFTS, {"一稿": HERE, "二稿": COPY}),
        ([*DRAFTS, *TOWNSHIPS], {"一稿": SUPERSEDED, "二稿": SUPERSEDED, **COUNTED}),
    ],
)  # fmt: skip
def test_earlier_results(returns: list[ReturnFile], expected: Any, options: dict[str, Any]) -> None:
    assert of(returns, **options) == expected


def test_two_versions_of_a_page_the_latest_of_which_counts() -> None:
    drafts = [page(ZHONGMU, TOWNSHIPS[:n], f"{n}.xlsx") for n in (1, 2)]
    made = {one.path: one.record for one in drafts if one.record}
    drafts = [
        replace(
            one,
            record=replace(made[one.path], made=f"2021-06-0{day} 08:00:00"),
            surroundings=replace(one.surroundings, filled_in=date(2021, 6, 3 - day)),
        )
        for day, one in enumerate(drafts, start=1)
    ]
    collected = memory.collected(drafts, latest=True, **PREFECTURE)
    assert outcome(collected) == {"1": ("duplicate", "U010"), "2": ("accepted",)}


@pytest.mark.parametrize("here", [True, False])
def test_a_page_of_typed_returns_beside_them(here: bool) -> None:
    """They have no codes: the files are the same."""
    towns = [typed(name, {OF_TOWNSHIP: 1}) for name in ("城关镇", "城郊镇")]
    root = {"name": "郑州市", "level": Level.PREFECTURE}
    county = memory.merge(towns, name="中牟县", level=Level.COUNTY)
    returns = [memory.written(county, "汇总.xlsx"), *towns[here:]]
    ended = of(returns, **root)
    assert ended["汇总"][0] == ("accepted" if here else "earlier")


# -- editions ---------------------------------------------------------------------------------------------

OLD = typed("官渡镇", {OF_TOWNSHIP: 1}, edition=22)
NEW = typed("狼城岗镇", {OF_TOWNSHIP: 1}, edition=23)
UNTOLD = typed("官渡村", {OF_VILLAGE: 1}, edition=None)
LAST_YEARS = memory.of_edition(page(ZHENGZHOU, [OLD]), 22)


@pytest.mark.parametrize(
    ("returns", "edition", "expected", "refused"),
    [
        ([OLD, UNTOLD], None, {"官渡镇": HERE, "官渡村": HERE}, False),
        ([OLD, NEW], None, {"官渡镇": OTHER_YEAR, "狼城岗镇": OTHER_YEAR}, True),
        ([OLD, NEW, UNTOLD], None, {"官渡镇": OTHER_YEAR, "狼城岗镇": OTHER_YEAR, "官渡村": HERE}, True),
        ([OLD, NEW, UNTOLD], 23, {"官渡镇": OTHER_YEAR, "狼城岗镇": HERE, "官渡村": HERE}, False),
        ([NEW, LAST_YEARS], None, {"狼城岗镇": OTHER_YEAR, "汇总": OTHER_YEAR}, True),
        ([NEW, LAST_YEARS], 23, {"狼城岗镇": HERE, "汇总": OTHER_YEAR}, False),
    ],
)
def test_editions(returns: list[ReturnFile], edition: int | None, expected: Any, refused: bool) -> None:
    collected = memory.collected(returns, edition=edition, **PREFECTURE)
    ended = {path: tuple(code for code in one if code != "H005") for path, one in outcome(collected).items()}
    assert (ended, collected.refused) == (expected, refused)


# -- units that nothing places ----------------------------------------------------------------------------

NOWHERE = typed("城关镇", {OF_TOWNSHIP: 1})
COUNTY_IN_ALL = file(ZHONGMU, {OF_COUNTY: 1, OF_TOWNSHIP: 5}, CUMULATIVE)
REJECTED = replace(COUNTY_IN_ALL, findings=(finding("V002"),))


@pytest.mark.parametrize(
    ("others", "refused"),
    [
        ([file(ZHONGMU, {OF_COUNTY: 1})], False),
        ([COUNTY_IN_ALL], True),
        ([typed("新郑县", {OF_COUNTY: 1, OF_TOWNSHIP: 5})], True),  # placed by nothing either, and cumulative
        ([REJECTED], False),
        ([file(GUANDU, {OF_TOWNSHIP: 1, OF_VILLAGE: 5}, CUMULATIVE)], False),  # of the same level
        ([file(ZHENGZHOU, {OF_COUNTY: 1, OF_TOWNSHIP: 5}, CUMULATIVE)], False),  # the root's own
    ],
)
def test_a_unit_that_nothing_places(others: list[ReturnFile], refused: bool) -> None:
    collected = memory.collected([*others, file(GUANDU_VILLAGE, {OF_VILLAGE: 1}), NOWHERE], code="4101")
    assert collected.tree["?城关镇"].parent == "4101"
    (one,) = (one for one in collected.returns if one.path == NOWHERE.path)
    codes = [finding.code for finding in one.findings if finding.code[0] in "UH"]
    assert (one.status, codes) == ("accepted", ["H005", "H004" if refused else "U011"])
    assert collected.refused == refused


def test_what_h004_says() -> None:
    collected = memory.collected([COUNTY_IN_ALL, NOWHERE], code="4101")
    assert [render(f, label_of) for one in collected.returns for f in one.findings if f.code == "H004"] == [
        "不知道“城关镇”归谁管，而“中牟县”报了汇总数，可能已经包含它。"
        "请用 --roster 名册.csv 提供名册，或让标识不全的单位改用按名册做的空白表。没有写出汇总表。"
    ]


@pytest.mark.parametrize(
    ("one", "how"),
    [
        (NOWHERE, "名称定为乡镇级"),
        (typed("济源市", {OF_COUNTY: 1, "online.county.website": 1}), "填了数的栏目定为县级"),
        (
            typed("城关镇", {OF_TOWNSHIP: 1}, identity=memory.blank_of(
                Tree([Unit("城关镇", "城关镇", Level.TOWNSHIP)]), "城关镇", OWN
            )),
            "表内标识定为乡镇级",
        ),
    ],
)  # fmt: skip
def test_what_u011_says(one: ReturnFile, how: str) -> None:
    collected = memory.collected([*TOWNSHIPS, one], code="4101")
    assert [render(f, label_of) for one in collected.returns for f in one.findings if f.code == "U011"] == [
        f"“{one.name}”没有写明上级，也没有名册，直接归“郑州市”汇总；级别按{how}。"
        "请核对；不对的，用 --roster 名册.csv 提供名册，或让它改用带标识的空白表。"
    ]


def test_a_unit_of_unknown_level_has_no_place() -> None:
    collected = memory.collected([typed("某协会", {OF_TOWNSHIP: 1}), TOWNSHIPS[0]], code="4101")
    assert outcome(collected) == {"某协会": ("rejected", "U006"), "官渡镇": ("accepted",)}
    assert list(collected.tree.units) == ["41", "4101", "410122", "410122101"]


def test_strangers_have_no_place_in_a_roster() -> None:
    returns = [typed("城关镇", {OF_TOWNSHIP: 1}), file(HENAN, {"activities.province.sessions": 1}), TOWNSHIPS[0]]
    collected = memory.collected(returns, **PREFECTURE)
    assert outcome(collected) == {
        "城关镇": ("rejected", "U002"), "河南省": ("rejected", "U002"), "官渡镇": ("accepted",),
    }  # fmt: skip
    assert collected.tree is TREE


# -- the same unit twice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "latest", "expected"),
    [
        ({}, False, (("accepted",), ("duplicate", "U004"))),
        ({"figures": {OF_TOWNSHIP: 2}}, False, (("rejected", "U005"), ("rejected", "U005"))),
        ({"figures": {OF_TOWNSHIP: 2}, "filled_in": JUNE_2}, True, (("duplicate", "U010"), ("accepted",))),
        ({"figures": {OF_TOWNSHIP: 2}}, True, (("rejected", "U005"), ("rejected", "U005"))),
        ({"figures": {OF_TOWNSHIP: 2}, "findings": (finding("V002"),)}, False, (("accepted",), ("rejected", "U020"))),
        ({"findings": (finding("V002"),), "filled_in": MAY_31}, False, (("accepted",), ("superseded", "U016"))),
        ({"findings": (finding("V002"),), "filled_in": JUNE_2}, True, (("accepted",), ("rejected", "U020"))),
        ({"figures": {OF_TOWNSHIP: 1, OF_VILLAGE: 1}, "scope": CUMULATIVE}, False, (("accepted",), ("accepted",))),
    ],
)
def test_twice(second: dict[str, Any], latest: bool, expected: Any) -> None:
    first: dict[str, Any] = {"figures": {OF_TOWNSHIP: 1}, "filled_in": JUNE_1}
    returns = [file(GUANDU, path="1.xlsx", **first), file(GUANDU, path="2.xlsx", **{**first, **second})]
    assert outcome(memory.collected(returns, latest=latest, **PREFECTURE)) == {"1": expected[0], "2": expected[1]}


def test_what_counts() -> None:
    """The figures of accepted returns, own and cumulative apart, and what merged workbooks say is missing."""
    late = page(LANGCHENGGANG, [file(EAST, {OF_VILLAGE: 9})])
    assert late.identity
    late = replace(late, identity=replace(late.identity, unaccounted=((Level.VILLAGE, 2),)))
    returns = [file(ZHONGMU, {OF_COUNTY: 1}), COUNTY_IN_ALL, REJECTED, late, TOWNSHIPS[0]]
    returns = [replace(one, path=f"{number}.xlsx") for number, one in enumerate(returns)]
    counted = memory.collected(returns, **PREFECTURE).counted
    assert counted.own == {
        "410122": memory.values_of({OF_COUNTY: 1}), "410122101": memory.values_of({OF_TOWNSHIP: 1}),
    }  # fmt: skip
    assert counted.cumulative == {
        "410122": memory.values_of({OF_COUNTY: 1, OF_TOWNSHIP: 5}), "410122102": memory.values_of({OF_VILLAGE: 9}),
    }  # fmt: skip
    assert counted.unaccounted == {"410122": {}, "410122102": {Level.VILLAGE: 2}}
