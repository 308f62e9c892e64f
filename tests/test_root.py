"""For whom a merge is: with a roster, from the identities, or as the options say."""

from typing import Any

import pytest

import memory
from county import (
    EAST,
    GUANDU,
    GUANDU_VILLAGE,
    HENAN,
    LANGCHENGGANG,
    ROSTER,
    TO_COUNTY,
    TO_GUANDU,
    ZHENGZHOU,
    ZHONGMU,
    ZHULUYING,
    tree_of,
)
from stattable.checking.register import Register
from stattable.merging.root import RootOptions, find_register
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope
from stattable.reading.return_file import ReturnFile

TREE = tree_of()
NAMESAKES = tree_of(f"{ROSTER}410122103,城关镇,,,,,,\n410122104,城关镇,,,,,,\n")
TWO_TOPS = tree_of(f"{ROSTER}42,湖北省,,,,,,\n")
HUBEI = UnitFacts("42", "湖北省", Level.PROVINCE)
WUHAN = UnitFacts("4201", "武汉市", Level.PREFECTURE)
HONGSHAN = UnitFacts("420111", "洪山区", Level.COUNTY)


def blank(unit: UnitFacts, *above: UnitFacts) -> ReturnFile:
    identity = Identity(WorkbookKind.BLANK, 23, unit, Scope.OWN, above)
    return memory.received(f"{unit.name}.xlsx", unit.name, memory.values_of({}), identity=identity)


def typed(name: str) -> ReturnFile:
    return memory.received(f"{name}.xlsx", name, memory.values_of({}))


def under(register: Register) -> list[str]:
    """The keys of the root and all units below it."""
    return list(register.tree.below(str(register.root)))


# -- with a roster ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "root"),
    [
        ({}, "41"),
        ({"code": "4101"}, "4101"),
        ({"code": "410100000000"}, "4101"),
        ({"code": "４１０１ ２２"}, "410122"),
        ({"code": "41-01-22"}, "410122"),
        ({"name": "中牟县"}, "410122"),
        ({"name": "河南省中牟县计划生育协会"}, "410122"),
        ({"name": "官渡镇", "level": Level.TOWNSHIP}, "410122101"),
        ({"name": "官渡镇", "level": Level.VILLAGE}, "找不到唯一名为“官渡镇”的单位"),
        ({"name": "城关镇"}, "找不到唯一名为“城关镇”的单位"),
        ({"name": "新郑县", "level": Level.COUNTY}, "找不到唯一名为“新郑县”的单位"),
        ({"code": "4102"}, "没有代码是“4102”的单位"),
        ({"code": "4102", "name": "开封市", "level": Level.PREFECTURE}, "没有代码是“4102”的单位"),
    ],
)
def test_with_a_roster(options: dict[str, Any], root: str) -> None:
    if root.isdigit():
        register = find_register([blank(HUBEI)], RootOptions(NAMESAKES, **options))
        assert (register.tree, register.root, register.is_roster, register.level_needed) == (
            NAMESAKES,
            root,
            True,
            True,
        )
    else:
        with pytest.raises(Refusal, match=root):
            find_register([], RootOptions(NAMESAKES, **options))


def test_several_tops_of_a_roster_are_named() -> None:
    with pytest.raises(Refusal, match="没有共同的上级：河南省、湖北省"):
        find_register([], RootOptions(TWO_TOPS))
    assert find_register([], RootOptions(TWO_TOPS, code="42")).root == "42"


# -- from the identities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returns", "root"),
    [
        ([blank(GUANDU, *TO_COUNTY)], "410122101"),
        ([blank(GUANDU, *TO_COUNTY), typed("城关镇")], "410122101"),
        ([blank(GUANDU, *TO_COUNTY), blank(LANGCHENGGANG, *TO_COUNTY)], "410122"),
        ([blank(GUANDU_VILLAGE, *TO_GUANDU), blank(ZHULUYING, *TO_GUANDU)], "410122101"),
        ([blank(GUANDU_VILLAGE, *TO_GUANDU), blank(EAST, *TO_COUNTY, LANGCHENGGANG)], "410122"),
        ([blank(GUANDU_VILLAGE, *TO_GUANDU), blank(GUANDU, *TO_COUNTY)], "410122101"),
        ([blank(GUANDU_VILLAGE, *TO_GUANDU), blank(HENAN)], "41"),
        ([blank(GUANDU), blank(GUANDU_VILLAGE)], "410122101"),  # no parents said: by their codes
        ([blank(GUANDU), blank(UnitFacts(None, "官渡镇", Level.TOWNSHIP))], "410122101"),
        ([blank(HENAN), blank(HUBEI)], "没有共同的上级：河南省、湖北省"),
        ([blank(GUANDU, *TO_COUNTY), blank(WUHAN, HUBEI)], "没有共同的上级：河南省、湖北省"),
        ([blank(GUANDU), blank(LANGCHENGGANG)], "没有共同的上级：官渡镇、狼城岗镇"),
        ([typed("官渡镇")], "看不出给哪个单位汇总"),
        ([blank(UnitFacts(None, "官渡镇", Level.TOWNSHIP))], "看不出给哪个单位汇总"),
        ([], "看不出给哪个单位汇总"),
    ],
)
def test_from_the_identities(returns: list[ReturnFile], root: str) -> None:
    if root.isdigit():
        register = find_register(returns, RootOptions())
        assert (register.root, register.is_roster) == (root, False)
    else:
        with pytest.raises(Refusal, match=root):
            find_register(returns, RootOptions())


# -- as the options say -----------------------------------------------------------------------------------

TOWNSHIPS = [blank(GUANDU, *TO_COUNTY), blank(LANGCHENGGANG, *TO_COUNTY)]
ZHENGZHOU_SAID = {"name": "郑州市", "level": Level.PREFECTURE}


@pytest.mark.parametrize(
    ("returns", "options", "expected"),
    [
        # a unit that the identities speak of
        (TOWNSHIPS, {"code": "41"}, ["41", "4101", "410122", "410122101", "410122102"]),
        (TOWNSHIPS, {"name": "郑州市"}, ["4101", "410122", "410122101", "410122102"]),
        (TOWNSHIPS, {"code": "410122101", "name": "官渡镇"}, ["410122101"]),
        # one that they do not speak of: what has no parent, and may stand under it, does
        ([typed("官渡镇")], {"name": "中牟县"}, ["?中牟县"]),
        ([typed("官渡镇")], {"name": "中牟县", "code": "410122"}, ["410122"]),
        ([typed("官渡镇")], {"name": "中牟县", "code": "４１０１２２"}, ["410122"]),
        ([blank(ZHONGMU)], ZHENGZHOU_SAID, ["?郑州市", "410122"]),
        ([blank(ZHONGMU)], {**ZHENGZHOU_SAID, "code": "4101"}, ["4101", "410122"]),
        ([blank(ZHONGMU), blank(HONGSHAN)], {**ZHENGZHOU_SAID, "code": "4101"}, ["4101", "410122"]),
        ([blank(ZHONGMU), blank(WUHAN)], ZHENGZHOU_SAID, ["?郑州市", "410122"]),
        ([blank(ZHENGZHOU), blank(WUHAN)], {"name": "某省"}, ["?某省", "4101", "4201"]),
        ([blank(HENAN), blank(HUBEI)], {"name": "全国", "level": Level.NATIONAL}, ["?全国", "41", "42"]),
        (TOWNSHIPS[:1], {"name": "全国", "level": Level.NATIONAL}, ["?全国", "41", "4101", "410122", "410122101"]),
    ],
)  # fmt: skip
def test_as_the_options_say(returns: list[ReturnFile], options: dict[str, Any], expected: list[str]) -> None:
    assert under(find_register(returns, RootOptions(**options))) == expected


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"code": "4199"}, "没有代码是“4199”的单位"),
        ({"code": "41012A"}, "代码“41012A”不对：应为 2、4、6、9 或 12 位数字"),
        ({"code": "41012", "name": "中牟县"}, "代码“41012”不对：应为 2、4、6、9 或 12 位数字"),
        ({"name": "县" * 256}, "单位名称太长：最多 255 个字"),
        ({"name": "某市"}, "找不到唯一名为“某市”的单位"),  # of which level?
        ({"name": "官渡镇", "level": Level.TOWNSHIP}, "找不到唯一名为“官渡镇”的单位"),  # there are two
    ],
)
def test_no_such_root(options: dict[str, Any], text: str) -> None:
    namesake = UnitFacts("410122103", "官渡镇", Level.TOWNSHIP)
    with pytest.raises(Refusal, match=text):
        find_register([*TOWNSHIPS, blank(namesake, *TO_COUNTY)], RootOptions(**options))


def test_the_nation_itself_need_not_report() -> None:
    register = find_register([blank(HENAN)], RootOptions(name="全国", level=Level.NATIONAL))
    assert [unit.name for unit in register.tree.units.values() if not unit.expected] == ["全国"]


def test_faults_of_identities_are_kept_by_file() -> None:
    returns = [blank(ZHONGMU), blank(UnitFacts("410122", "新郑县", Level.COUNTY))]
    register = find_register(returns, RootOptions(code="410122"))
    assert {path: finding.code for path, finding in register.conflicts.items()} == {
        "中牟县.xlsx": "U009",
        "新郑县.xlsx": "U009",
    }


def test_a_file_at_fault_does_not_say_who_the_root_is() -> None:
    upside_down = blank(UnitFacts("99", "某省", Level.PROVINCE), UnitFacts("9901", "某市", Level.PREFECTURE))
    register = find_register([blank(GUANDU, *TO_COUNTY), upside_down], RootOptions())
    assert (register.root, list(register.conflicts)) == ("410122101", ["某省.xlsx"])
    assert find_register([upside_down], RootOptions(code="99")).root == "99"


# -- whose scope an option says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "said", "key"),
    [
        (TREE, "410122", "410122"),
        (TREE, "410122000000", "410122"),
        (TREE, "４１０１２２", "410122"),
        (TREE, "中牟县计生协", "410122"),
        (None, "410122101", "410122101"),
        (None, "官渡镇", "410122101"),
        (None, "城关镇计生协", "?城关镇"),  # nothing places it, but a file is of that name
        (TREE, "城关镇", None),
        (TREE, "4199", None),
        (None, "4199", None),
        (None, "新郑县", None),
        (NAMESAKES, "城关镇", None),
    ],
)
def test_scopes(tree: Any, said: str, key: str | None) -> None:
    returns, options = [*TOWNSHIPS, typed("城关镇")], RootOptions(tree, scopes={said: Scope.OWN})
    if key:
        assert find_register(returns, options).scopes == {key: Scope.OWN}
    else:
        with pytest.raises(Refusal, match=f"--scope 里的“{said}”不是已知的单位代码或名称"):
            find_register(returns, options)
