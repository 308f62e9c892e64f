"""Own or cumulative: what returns are read as that do not say it, and what is said of them."""

from collections.abc import Iterable
from typing import Any

import pytest

import memory
from county import ROSTER, tree_of
from stattable.model.catalogue import finding, render
from stattable.model.form import label_of
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
TREE = tree_of()
PREFECTURE, COUNTY, TOWNSHIP, VILLAGE = "4101", "410122", "410122101", "410122101201"
OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)  # D6, F6, H6
MEDIA = "media.national.text"

UNDECIDED = "没有写明口径，下级栏目没有数，下级的报表里也没有"
EMPTY = "写明是汇总数，下级栏目却没有数，而下级自己报了"


def file(key: str, figures: dict[str, Any], scope: Scope | None = None, **more: Any) -> ReturnFile:
    return memory.sent(TREE, key, figures, scope, **more)


def outcome(returns: Iterable[ReturnFile], tree: Tree = TREE, root: str = PREFECTURE, **options: Any) -> dict[str, Any]:
    """Of each file: its scope, its status, and what H003 and H005 say."""
    collected = memory.collected(returns, roster=tree, code=root, **options)
    return {
        one.path.removesuffix(".xlsx"): (
            one.scope.value if one.scope else None,
            one.status,
            *((f.code, render(f, label_of).split("。")[0]) for f in one.findings if f.code in {"H003", "H005"}),
        )
        for one in collected.returns
    }


def said(code: str, text: str, name: str = "中牟县") -> tuple[str, str]:
    whole = {"H003": f"“{name}”的表{text}，无法确定是本级数还是汇总数", "H005": f"这张表没有写明口径，{text}"}
    return code, whole[code]


def read_as(scope: Scope, why: str) -> tuple[Any, ...]:
    """The outcome of an accepted return whose scope was inferred."""
    return scope.value, "accepted", said("H005", f"按{scope.label}数处理：{why}")


def of_county(returns: Iterable[ReturnFile], **more: Any) -> Any:
    """The outcome of the county's typed page, or of its page on a cumulative blank."""
    outcomes = outcome(returns, **more)
    return outcomes.get(f"{COUNTY}.typed") or outcomes[f"{COUNTY}.cumulative"]


# -- typed pages, which do not say it ---------------------------------------------------------------------

TYPED = {OF_COUNTY: 1}
ALONE = read_as(OWN, "没有收到它的下级的报表")


@pytest.mark.parametrize(
    ("figures", "below", "expected"),
    [
        # 1. a figure other than 0 in a field that is below and not own
        ({OF_VILLAGE: 3}, [], read_as(CUMULATIVE, "H6 是下级的栏目，填了数")),
        ({OF_TOWNSHIP: 1, OF_VILLAGE: 3}, [file(TOWNSHIP, {OF_TOWNSHIP: 1}, OWN)],
         read_as(CUMULATIVE, "F6 是下级的栏目，填了数")),
        # 2. no accepted return below it
        (TYPED, [], ALONE),
        ({OF_COUNTY: 1, OF_TOWNSHIP: 0, MEDIA: 5}, [], ALONE),
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 1}, OWN, findings=(finding("V002"),))], ALONE),
        (TYPED, [file("410122102", {OF_COUNTY: 9}, OWN)], ALONE),  # R004
        # 3. a return below it has a figure other than 0 in such a field
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 2}, OWN)], read_as(OWN, f"下级自己报了（{TOWNSHIP}.own.xlsx 的 F6）")),
        (TYPED, [file("410122102", {OF_TOWNSHIP: 3}, OWN), file(TOWNSHIP, {OF_TOWNSHIP: 2}, OWN)],
         read_as(OWN, f"下级自己报了（{TOWNSHIP}.own.xlsx 的 F6）")),  # the first of several
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 2}, OWN), file("410122102", {OF_TOWNSHIP: 3}, OWN, path="1.xlsx")],
         read_as(OWN, "下级自己报了（1.xlsx 的 F6）")),  # by their paths
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 0, MEDIA: 1}, OWN), file(VILLAGE, {OF_VILLAGE: 1}, OWN)],
         read_as(OWN, f"下级自己报了（{VILLAGE}.own.xlsx 的 H6）")),
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 0, OF_VILLAGE: 4}, CUMULATIVE)],
         read_as(OWN, f"下级自己报了（{TOWNSHIP}.cumulative.xlsx 的 H6）")),
        # 4. else undecided: media are the county's own too
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 0, MEDIA: 7}, OWN)], (None, "rejected", said("H003", UNDECIDED))),
        ({OF_COUNTY: 1, OF_VILLAGE: 0}, [file(VILLAGE, {MEDIA: 7}, OWN)], (None, "rejected", said("H003", UNDECIDED))),
    ],
)  # fmt: skip
def test_typed(figures: dict[str, int], below: list[ReturnFile], expected: Any) -> None:
    assert of_county([file(COUNTY, figures), *below]) == expected


def test_a_zero_below_an_own_return_is_blank() -> None:
    (one,) = memory.collected([file(COUNTY, {OF_COUNTY: 0, OF_TOWNSHIP: 0})], roster=TREE, code=PREFECTURE).returns
    assert one.values == memory.values_of({OF_COUNTY: 0})


def test_from_the_bottom_up() -> None:
    """What is decided of the township first is what the county's is decided by."""
    assert outcome([file(COUNTY, TYPED), file(TOWNSHIP, {OF_TOWNSHIP: 2}), file(VILLAGE, {OF_VILLAGE: 1})]) == {
        f"{VILLAGE}.typed": ("own", "accepted"),
        f"{TOWNSHIP}.typed": read_as(OWN, f"下级自己报了（{VILLAGE}.typed.xlsx 的 H6）"),
        f"{COUNTY}.typed": read_as(OWN, f"下级自己报了（{TOWNSHIP}.typed.xlsx 的 F6）"),
    }


def test_an_undecided_return_decides_nothing_above() -> None:
    assert outcome([file(COUNTY, TYPED), file(TOWNSHIP, {OF_TOWNSHIP: 2}), file(VILLAGE, {MEDIA: 1})]) == {
        f"{VILLAGE}.typed": ("own", "accepted"),
        f"{TOWNSHIP}.typed": (None, "rejected", said("H003", UNDECIDED, "官渡镇")),
        f"{COUNTY}.typed": (None, "rejected", said("H003", UNDECIDED)),
    }


def test_what_a_unit_itself_sent_is_not_below_it() -> None:
    returns = [file(COUNTY, {OF_TOWNSHIP: 2}, path="a.xlsx"), file(COUNTY, TYPED, path="b.xlsx")]
    assert outcome(returns) == {"a": read_as(CUMULATIVE, "F6 是下级的栏目，填了数"), "b": ALONE}


def test_a_scope_comes_before_the_units_duplicates() -> None:
    """The two pages of the township are one own and one cumulative return, not two different returns."""
    figures = [{OF_TOWNSHIP: 1}, {OF_TOWNSHIP: 2, OF_VILLAGE: 1}, {OF_TOWNSHIP: 1}]
    returns = [file(TOWNSHIP, one, path=f"{n}.xlsx") for n, one in enumerate(figures)]
    assert {path: one[:2] for path, one in outcome(returns).items()} == {
        "0": ("own", "accepted"),
        "1": ("cumulative", "accepted"),
        "2": ("own", "duplicate"),
    }


def test_different_returns_below_do_not_count_and_decide_nothing() -> None:
    """As if the township had merged: it would have written nothing, and the county had nothing below it."""
    returns = [file(TOWNSHIP, {OF_TOWNSHIP: sessions}, OWN, path=f"{sessions}.xlsx") for sessions in (1, 2)]
    assert of_county([file(COUNTY, TYPED), *returns]) == ALONE


def test_what_stands_under_a_cumulative_return_decides_nothing_above_it() -> None:
    """As if the prefecture had merged: its workbook holds what it reported."""
    units = [*TREE.units.values()]
    returns = [file("41", {"activities.province.sessions": 1}), file(PREFECTURE, {MEDIA: 1}, CUMULATIVE)]
    assert outcome([*returns, file(COUNTY, {OF_COUNTY: 2}, OWN)], Tree(units), "41") == {
        "41.typed": (None, "rejected", said("H003", UNDECIDED, "河南省")),
        f"{PREFECTURE}.cumulative": ("cumulative", "accepted"),
        f"{COUNTY}.own": ("own", "accepted"),
    }


# -- returns that say cumulative --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "below", "expected"),
    [
        (TYPED, [], ("cumulative", "accepted")),
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 2}, OWN)], ("cumulative", "rejected", said("H003", EMPTY))),
        ({OF_COUNTY: 1, OF_TOWNSHIP: 0}, [file(VILLAGE, {OF_VILLAGE: 2}, OWN)],
         ("cumulative", "rejected", said("H003", EMPTY))),
        (TYPED, [file(TOWNSHIP, {OF_TOWNSHIP: 0, MEDIA: 2}, OWN)], ("cumulative", "accepted")),
        ({OF_VILLAGE: 1}, [file(TOWNSHIP, {OF_TOWNSHIP: 2}, OWN)], ("cumulative", "accepted")),
    ],
)  # fmt: skip
def test_says_cumulative(figures: dict[str, int], below: list[ReturnFile], expected: Any) -> None:
    assert of_county([file(COUNTY, figures, CUMULATIVE), *below]) == expected


# -- what settles it --------------------------------------------------------------------------------------

SETTLES = [
    pytest.param(lambda scope: {"scopes": {COUNTY: scope}}, id="--scope with the code"),
    pytest.param(lambda scope: {"scopes": {"410122000000": scope}}, id="--scope with the code padded"),
    pytest.param(lambda scope: {"scopes": {"中牟县计生协": scope}}, id="--scope with the name"),
    pytest.param(
        lambda scope: {"tree": tree_of(ROSTER.replace("410122,中牟县,,,", f"410122,中牟县,,,{scope.label}"))},
        id="the roster",
    ),
]


@pytest.mark.parametrize("settles", SETTLES)
@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(
    ("stated", "below"),
    [(None, {OF_TOWNSHIP: 0, MEDIA: 7}), (CUMULATIVE, {OF_TOWNSHIP: 2})],
    ids=["undecided", "cumulative with nothing below"],
)
def test_settled(stated: Scope | None, below: dict[str, int], scope: Scope, settles: Any) -> None:
    returns = [file(COUNTY, TYPED, stated), file(TOWNSHIP, below, OWN)]
    assert of_county(returns)[1] == "rejected"
    assert of_county(returns, **settles(scope)) == (scope.value, "accepted")


# -- units that have only one scope -----------------------------------------------------------------------


def test_a_village_has_only_its_own() -> None:
    assert outcome([file(VILLAGE, {OF_VILLAGE: 1})]) == {f"{VILLAGE}.typed": ("own", "accepted")}


def test_the_nation_has_only_a_cumulative_one() -> None:
    nation = Unit("0", "全国", Level.NATIONAL, code="0")
    tree = Tree([nation, Unit("41", "河南省", Level.PROVINCE, code="41", parent="0")])
    returns = [memory.sent(tree, "0", {OF_VILLAGE: 0, MEDIA: 1}), memory.sent(tree, "41", {MEDIA: 1}, OWN)]
    assert outcome(returns, tree, "0") == {"0.typed": ("cumulative", "accepted"), "41.own": ("own", "accepted")}
