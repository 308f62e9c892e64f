"""What folders and names in front say of the units above, and which returns of one name they tell apart."""

import pytest

from county import tree_of
from stattable.checking.namesakes import (
    Above,
    NamedReturn,
    above_by_folders,
    contradict,
    distinctive_names,
    find_doubtful,
)
from stattable.model.names import Names
from stattable.model.units import Level, Tree

C, T, V = Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE
TREE = tree_of()  # 河南省, 郑州市, 中牟县, 官渡镇 with 官渡村 and 逐鹿营村, 狼城岗镇 with 东狼城岗村


# -- folders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folders", "level", "root", "said"),
    [
        ("收到/甲镇", V, None, {T: "甲镇"}),
        ("收到/甲县/甲镇", V, None, {C: "甲县", T: "甲镇"}),
        ("收到/01_甲镇计生协", V, None, {T: "甲镇"}),
        ("收到/410122101甲镇", V, None, {T: "甲镇"}),
        ("收到/（3）甲街道办事处", V, None, {T: "甲街道"}),
        ("收到/甲镇", T, None, {}),  # the unit's own folder
        ("收到/甲县/甲镇", T, None, {C: "甲县"}),
        ("收到/甲镇", None, None, {T: "甲镇"}),
        ("某省/甲县/甲镇", V, "410122", {T: "甲镇"}),  # the root and what is above it say nothing
        # what is in the tree says what stands above it, too
        ("收到/狼城岗镇", V, None, {Level.PROVINCE: "河南省", Level.PREFECTURE: "郑州市", C: "中牟县", T: "狼城岗镇"}),
        ("收到/郑州市", C, None, {Level.PROVINCE: "河南省", Level.PREFECTURE: "郑州市"}),
        # folders that say nothing
        ("第一批", V, None, {}),
        ("邮件/6月1日", V, None, {}),
        ("甲区/乙市", V, None, {}),  # of which level?
        ("乡镇/各村/全县/街道/3个乡镇/已交乡镇/其他街道/三镇/城镇/重点镇", V, None, {}),
        ("甲镇（补）", V, None, {}),
        ("", V, None, {}),
    ],
)
def test_what_folders_say(folders: str, level: Level | None, root: str | None, said: Above) -> None:
    parts = folders.split("/") if folders else []
    assert above_by_folders(parts, level, TREE, Names(TREE), root) == said


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        ({T: "甲镇"}, {T: "乙镇"}, True),
        ({T: "甲镇"}, {T: "甲镇"}, False),
        ({C: "甲县", T: "城关镇"}, {C: "乙县", T: "城关镇"}, True),
        ({T: "甲县城关镇"}, {T: "城关镇"}, False),
        ({C: "甲县"}, {T: "乙镇"}, False),
        ({T: "甲镇"}, {}, False),
    ],
)
def test_contradict(one: Above, two: Above, apart: bool) -> None:
    assert contradict(one, two) == contradict(two, one) == apart


# -- names ------------------------------------------------------------------------------------------------


def named(
    path: str, above: Above | None = None, key: str | None = None, *, name: str = "东村", sure: bool = False,
    edition: int | None = 23, level: Level | None = V,
) -> NamedReturn:  # fmt: skip
    """A return, as `path` says: its folder, and a file of any name."""
    return NamedReturn(path, name, level, above or {}, key, sure, edition)


FRONT, OTHER_FRONT = named("1", name="甲镇东村"), named("2", name="乙镇东村")
A, B, SURE = named("甲/1", {T: "甲镇"}), named("乙/1", {T: "乙镇"}), named("邮件/9", {T: "甲镇"}, "9", sure=True)


@pytest.mark.parametrize(
    ("returns", "apart", "doubtful"),
    [
        pytest.param([A, B], {"甲/1": "甲镇/东村", "乙/1": "乙镇/东村"}, "", id="two townships"),
        pytest.param([A, named("甲/又/1", {T: "甲镇"})], {}, "", id="one township"),
        pytest.param([named("一/1"), named("一/2")], {}, "", id="one folder"),
        pytest.param([named("一/1"), named("二/1")], {}, "一/1 二/1", id="two folders that say nothing"),
        pytest.param([named("一/1"), named("二/1", name="西村")], {}, "", id="two names"),
        pytest.param([named("一/1"), named("二/1", edition=22)], {}, "", id="two years"),
        pytest.param([A, named("一/1")], {"甲/1": "甲镇/东村"}, "一/1", id="one of which less is said"),
        pytest.param(
            [A, named("一/1", {C: "甲县"})],
            {"甲/1": "甲镇/东村", "一/1": "甲县/东村"},
            "甲/1 一/1",
            id="of which something else is said",
        ),
        pytest.param([FRONT, OTHER_FRONT], {}, "", id="names of two townships in front"),
        pytest.param([FRONT, OTHER_FRONT, named("3")], {"1": "甲镇/东村", "2": "乙镇/东村"}, "3", id="and one of none"),
        pytest.param([FRONT, A], {"1": "甲镇/东村", "甲/1": "甲镇/东村"}, "", id="in front, and by the folder"),
        pytest.param([FRONT, B], {"1": "甲镇/东村", "乙/1": "乙镇/东村"}, "", id="in front, and by another folder"),
        pytest.param([named("1", name="新东村"), named("2")], {}, "", id="no township in front"),
        # units of the tree
        pytest.param([SURE, B], {"乙/1": "乙镇/东村"}, "", id="a folder of another township"),
        pytest.param([SURE, named("甲/1", {T: "甲镇"}, "9", sure=True)], {}, "", id="a folder of the same township"),
        pytest.param([SURE, named("邮件/1", key="9")], {}, "", id="in one folder with the sure one"),
        pytest.param([SURE, named("一/1", key="9")], {}, "一/1", id="in a folder that says nothing"),
        pytest.param([SURE, named("一/1", {T: "甲镇"}, "甲镇/东村")], {}, "一/1", id="an identity without code"),
        pytest.param([named("1", {}, "9", sure=True), A], {"甲/1": "甲镇/东村"}, "甲/1", id="a code, and no township"),
        pytest.param([SURE, named("一/1", level=T)], {}, "", id="of another level"),
    ],
)  # fmt: skip
def test_returns_of_one_name(returns: list[NamedReturn], apart: dict[str, str], doubtful: str) -> None:
    for some in (returns, returns[::-1]):
        assert distinctive_names(some) == apart
        assert find_doubtful(some, {one.path for one in some}).keys() == set(doubtful.split())


def test_the_others_are_named() -> None:
    copies = [named(f"{number}/1") for number in range(9)]
    assert find_doubtful(copies[:3], {"0/1", "1/1", "2/1"})["0/1"] == ["1/1", "2/1"]
    assert find_doubtful(copies, {one.path for one in copies})["0/1"] == ["1/1", "2/1", "3/1", "4/1"]


def test_it_does_not_matter_whose_a_rejected_return_is() -> None:
    returns = [named("一/1"), named("二/1")]
    assert find_doubtful(returns, {"一/1"}) == find_doubtful(returns, set()) == {}


def test_thousands_of_one_name() -> None:
    returns = [named(f"{number}/1") for number in range(3000)]
    assert len(find_doubtful(returns, {one.path for one in returns})) == 3000


def test_no_tree() -> None:
    assert above_by_folders(["甲镇"], V, Tree([]), Names(Tree([])), None) == {T: "甲镇"}
