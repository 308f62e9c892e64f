from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from county import ABOVE, GUANDU, GUANDU_VILLAGE, HENAN, LANGCHENGGANG, ROSTER, TO_COUNTY, TO_GUANDU, ZHONGMU, tree_of
from stattable.checking.attribution import Attribution, Attributor
from stattable.checking.register import Register, identity_tree, names_beyond
from stattable.checking.returns import check_returns
from stattable.formats.fingerprint import FileFacts
from stattable.model.catalogue import render
from stattable.model.findings import Finding, Severity, UnitRef
from stattable.model.form import FIELDS, label_of
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.packing import packed
from stattable.model.units import Level, Scope, ScopeBy, Tree, Unit
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import Surroundings
from writers.returns import own_values

# The county's roster, and a township of a name that 官渡镇's village has too.
TWINS = ROSTER + "410122102202,官渡村,,,,,,\n"


def received(
    name: str, values: Mapping[str, Any] | None = None, *, path: str = "收到/1.xlsx", identity: Identity | None = None
) -> ReturnFile:
    """A return by `name`; one whose media articles every level may report where `values` does not say otherwise."""
    figures = {"media.county.text": 1} if values is None else values
    return ReturnFile(
        path=path,
        facts=FileFacts(sha256(path.encode()).hexdigest(), 1, 0.0),
        identity=identity,
        sheet="信息统计表",
        figures=packed(tuple(figures.get(field.key) for field in FIELDS)),
        cells=tuple(field.at for field in FIELDS),
        surroundings=Surroundings(name, "B3"),
    )


def made_for(unit: UnitFacts, above: tuple[UnitFacts, ...] = (), scope: Scope = Scope.OWN) -> Identity:
    return Identity(WorkbookKind.BLANK, 23, unit, scope, above)


def by_roster(one: ReturnFile, roster: str = ROSTER, **known: Any) -> Attribution:
    return Attributor(Register(tree_of(roster), is_roster=True, **known)).attribute(one)


def by_identities(one: ReturnFile, *others: ReturnFile, **known: Any) -> Attribution:
    tree, conflicts = identity_tree([one, *others])
    return Attributor(Register(tree, is_roster=False, conflicts=conflicts, **known)).attribute(one)


def test_a_return_keeps_what_it_says_where_that_is_not_what_the_tree_says() -> None:
    """The names and codes that are the tree's are held once; one that only looks like it stays."""
    said = replace(GUANDU_VILLAGE, code=None)
    for name in (GUANDU_VILLAGE.name, f"{GUANDU_VILLAGE.name}计生协"):
        one = received(name, identity=made_for(replace(said), TO_GUANDU))
        assert by_roster(one).key == GUANDU_VILLAGE.code
        assert (one.name, one.identity and one.identity.unit) == (name, said)


def said(whose: Attribution) -> list[tuple[str, str, str | None]]:
    return [(finding.code, render(finding, label_of), finding.suggestion) for finding in whose.findings]


def codes(whose: Attribution) -> list[str]:
    return [finding.code for finding in whose.findings]


VILLAGE_REF = UnitRef("410122101201", "官渡村", "village")

# -- by the roster ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path", "key"),
    [
        ("官渡镇计划生育协会", "1.xlsx", "410122101"),
        ("中牟县官渡镇计生协", "1.xlsx", "410122101"),
        ("郑州市官渡镇", "1.xlsx", "410122101"),  # a parent is left out
        ("逐鹿营村村民委员会", "1.xlsx", "410122101202"),
        ("官渡镇官渡村", "1.xlsx", "410122101201"),
        ("官渡村", "收到/官渡镇/1.xlsx", "410122101201"),
        ("官渡村", "收到/410122102_狼城岗镇/1.xlsx", "410122102202"),
        ("狼城岗镇", "收到/狼城岗镇/1.xlsx", "410122102"),
    ],
)
def test_name_in_the_roster(name: str, path: str, key: str) -> None:
    whose = by_roster(received(name, path=path), TWINS)
    assert (whose.key, codes(whose)) == (key, [])
    assert whose.unit == UnitRef(key, tree_of(TWINS)[key].name, tree_of(TWINS)[key].level)


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        (
            "官渡村",
            "收到/1.xlsx",
            "单位“官渡村”有 2 个同名的，无法确定是哪一个：官渡镇官渡村、狼城岗镇官渡村。",
        ),
        ("冠渡镇", "收到/1.xlsx", "单位“冠渡镇”不在名册里。请核对单位名称是否写对（可能是“中牟县官渡镇”）；"),
        ("富士康", "收到/1.xlsx", "单位“富士康”不在名册里。请核对单位名称是否写对；"),
        ("富士康", "收到/官渡镇.xlsx", "单位“富士康”不在名册里。请核对单位名称是否写对（可能是“中牟县官渡镇”）；"),
        (
            "逐鹿营村",
            "收到/狼城岗镇/1.xlsx",
            "单位“逐鹿营村”放在“狼城岗镇”的文件夹里，而名册里“狼城岗镇”下面没有它。"
            "请核对单位名称是否写对（可能是“官渡镇逐鹿营村”）；",
        ),
    ],
)  # fmt: skip
def test_no_match_is_never_a_guess(name: str, path: str, text: str) -> None:
    whose = by_roster(received(name, path=path), TWINS)
    assert (whose.key, whose.level, codes(whose)) == (None, None, ["U002"])
    assert said(whose)[0][1].startswith(text)


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (None, "单位“狼城岗镇计生协”不属于“官渡镇”。"),
        (made_for(LANGCHENGGANG, TO_COUNTY), "单位“狼城岗镇”不属于“官渡镇”。"),
    ],
)
def test_a_unit_outside_the_root(identity: Identity | None, text: str) -> None:
    whose = by_roster(received("狼城岗镇计生协", identity=identity), root="410122101")
    assert (whose.key, codes(whose)) == (None, ["U002"])
    assert said(whose)[0][1].startswith(text)
    assert codes(by_roster(received("官渡镇", identity=None), root="410122101")) == []


def test_a_unit_that_is_not_below_the_root_by_its_level() -> None:
    by_root = Attributor(Register(tree_of(), is_roster=False, root="410122"))
    whose = by_root.attribute(received("荥阳县"))
    assert (whose.key, codes(whose)) == (None, ["U002"])
    assert said(whose)[0][1].startswith("单位“荥阳县”是县级，不能归“中牟县”（县级）管。")
    assert by_root.attribute(received("富士康镇")).key == "?富士康镇"


@pytest.mark.parametrize(
    ("name", "path", "hint"),
    [
        ("官渡镇人民政府", "收到/1.xlsx", "中牟县官渡镇"),
        ("官渡镇计生办", "收到/1.xlsx", "中牟县官渡镇"),
        ("官渡镇2026年5.29统计表（盖章版）", "收到/1.xlsx", "中牟县官渡镇"),
        ("富士康", "收到/官渡镇5.29统计表(1).xlsx", "中牟县官渡镇"),
        ("富士康", "收到/官渡镇李庄村.xlsx", None),
        ("官渡镇逐鹿营村", "收到/狼城岗镇/1.xlsx", None),  # that is what is there
    ],
)
def test_suggestions(name: str, path: str, hint: str | None) -> None:
    whose = by_roster(received(name, path=path), TWINS)
    assert (whose.key, codes(whose), said(whose)[0][2]) == (None, ["U002"], hint)


def test_a_name_in_other_characters() -> None:
    whose = by_roster(received("官渡鎮計生協"))
    text = "单位名称填的是“官渡鎮計生協”，按“官渡镇”归属：字的写法不同。不用处理。"
    assert (whose.key, said(whose)) == ("410122101", [("U017", text, None)])
    odd = ROSTER.replace("官渡镇", "官渡鎮")
    assert codes(by_roster(received("官渡鎮"), odd)) == []  # as the roster has it


@pytest.mark.parametrize("raw", ["#REF!", "#N/A", "#NAME?", "#DIV/0!", "Err:502", "=名单!A2", "0"])
def test_a_name_that_a_formula_did_not_give(raw: str) -> None:
    alone = by_roster(received(raw, path="收到/官渡镇.xlsx"))
    assert (alone.unit, alone.key, said(alone)[0]) == (
        UnitRef(),
        None,
        (
            "U018",
            f"单位名称（B3）填的是公式，没有得出名称，显示的是“{raw}”（可能是“中牟县官渡镇”）。"
            "请在 Excel 或 WPS 里打开，删去这个公式，直接填写单位名称，再重新报送。",
            "中牟县官渡镇",
        ),
    )
    ours = by_roster(received(raw, identity=made_for(GUANDU_VILLAGE, TO_GUANDU)))
    assert (ours.unit, codes(ours)) == (VILLAGE_REF, ["U018"])


def test_identities_name_the_units_above_a_roster() -> None:
    roster = "代码,名称\n410122101,官渡镇\n410122101201,官渡村\n410122101202,逐鹿营村\n"
    files = [
        received("官渡村", path="1.xlsx", identity=made_for(GUANDU_VILLAGE, TO_GUANDU)),
        received("河南中牟逐鹿营村", path="2.xlsx"),
    ]
    tree = tree_of(roster)
    known = Register(tree, is_roster=True, beyond=names_beyond(tree, files))
    assert known.beyond == {"41": "河南省", "4101": "郑州市", "410122": "中牟县"}
    whose, _ = Attributor(known).attribute_all(files)
    assert [one.key for one in whose] == ["410122101201", "410122101202"]
    twice = [*files, received("官渡镇", identity=made_for(GUANDU, (UnitFacts("410122", "中牟区", Level.COUNTY),)))]
    assert "410122" not in names_beyond(tree, twice)


def test_no_name() -> None:
    bare = by_roster(received("", path="收到/官渡村.xlsx"))
    assert (bare.key, said(bare)) == (
        None,
        [("U001", "“单位（公章）”后面没有填单位名称。请补上单位名称（可能是“官渡镇官渡村”）。", "官渡镇官渡村")],
    )
    ours = by_roster(received("", identity=made_for(GUANDU_VILLAGE, TO_GUANDU)))
    assert (ours.unit, codes(ours)) == (VILLAGE_REF, ["U001"])


# -- by identity ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["官渡村", "官渡村委会计生协", "官渡镇官渡村", "河南省中牟县官渡村计生协"])
@pytest.mark.parametrize("attribute", [by_roster, by_identities])
def test_identity(attribute: Any, name: str) -> None:
    whose = attribute(received(name, identity=made_for(GUANDU_VILLAGE, TO_GUANDU)))
    assert (whose.unit, whose.key, codes(whose)) == (VILLAGE_REF, "410122101201", [])


@pytest.mark.parametrize("name", ["逐鹿营村", "狼城岗镇官渡村", "官渡村狼城岗镇", "新官渡村"])
@pytest.mark.parametrize("attribute", [by_roster, by_identities])
def test_a_neighbours_blank_belongs_to_nobody(attribute: Any, name: str) -> None:
    whose = attribute(received(name, identity=made_for(GUANDU_VILLAGE, TO_GUANDU)))
    assert (whose.unit, whose.key, whose.scope) == (UnitRef(), None, None)
    assert said(whose)[0][:2] == (
        "U003",
        f"这张空白表是发给“官渡村”的，表上的单位却是“{name}”。"
        "请用发给本单位的空白表重新填写，不要拿邻近单位的表改名再填。",
    )


@pytest.mark.parametrize(
    "name",
    [
        "官渡镇人民政府",
        "官渡镇计生办",
        "中牟县官渡镇卫健办计生协",
        "官渡镇镇政府",
        "官渡镇社区卫生服务中心",
        "官渡镇2026年统计表",
    ],
)
@pytest.mark.parametrize("attribute", [by_roster, by_identities])
def test_an_office_in_a_units_own_blank_is_the_unit(attribute: Any, name: str) -> None:
    whose = attribute(received(name, identity=made_for(GUANDU, TO_COUNTY)))
    read_as = "按“官渡镇”归属：这是发给“官渡镇”的空白表，名称里多写的字没有说是另一个单位。不用处理。"
    assert (whose.key, said(whose)) == ("410122101", [("U017", f"单位名称填的是“{name}”，{read_as}", None)])


@pytest.mark.parametrize(
    "name",
    [
        "官渡镇官渡村",
        "官渡镇李庄村",
        "新官渡镇",
        "开封市官渡镇",
        "官渡镇逐鹿营",
        "官渡镇逐鹿营村委会办公室",
        "官渡镇计生协会馆",
    ],
)
def test_another_unit_in_a_units_blank(name: str) -> None:
    assert codes(by_roster(received(name, identity=made_for(GUANDU, TO_COUNTY)))) == ["U003"]


@pytest.mark.parametrize("attribute", [by_roster, by_identities])
def test_short_names_of_units_above(attribute: Any) -> None:
    for name in ("河南郑州中牟官渡镇", "河南省郑州市中牟县官渡镇"):
        for identity in (made_for(GUANDU, TO_COUNTY), made_for(GUANDU, TO_COUNTY[2:])):
            whose = attribute(received(name, identity=identity))
            assert (whose.key, codes(whose)) == ("410122101", [])


def test_an_identity_that_is_no_more_than_a_name() -> None:
    blank = made_for(UnitFacts(None, "官渡镇", Level.TOWNSHIP))
    assert by_roster(received("官渡镇计生协", identity=blank)).key == "410122101"
    assert by_roster(received("中牟县官渡镇", identity=blank)).key == "410122101"  # the roster knows the parent
    assert codes(by_roster(received("开封市官渡镇", identity=blank))) == ["U003"]
    assert by_identities(received("官渡镇", identity=blank)).key == "?官渡镇"
    village = made_for(UnitFacts(None, "官渡镇", Level.VILLAGE))
    assert codes(by_roster(received("官渡镇", identity=village))) == ["U002"]  # of another level in the roster


def test_a_code_that_the_roster_does_not_know() -> None:
    stranger = UnitFacts("410122103", "刁家乡", Level.TOWNSHIP)
    whose = by_roster(received("刁家乡", identity=made_for(stranger, TO_COUNTY)))
    assert (whose.unit, whose.key, codes(whose)) == (UnitRef("410122103", "刁家乡", "township"), None, ["U002"])


def test_identity_and_roster_disagree() -> None:
    renamed = UnitFacts("410122101201", "大官渡村", Level.VILLAGE)
    whose = by_roster(received("大官渡村", identity=made_for(renamed, TO_GUANDU)))
    text = (
        "单位标识矛盾：文件说代码 410122101201 是大官渡村（村居社区级），名册说是官渡村（村居社区级）。"
        "请核对是哪一个不对；按名册重新下发空白表（stattable new --roster 名册.csv -o 空白表）最可靠。"
    )
    assert (whose.key, said(whose)) == (None, [("U009", text, None)])
    of_other_level = UnitFacts("410122101", "官渡镇", Level.COUNTY)
    assert codes(by_roster(received("官渡镇", identity=made_for(of_other_level)))) == ["U009"]


def test_an_unreadable_form_is_its_identitys() -> None:
    broken = ReturnFile("1.xlsx", FileFacts("0" * 64, 1, 0.0), made_for(GUANDU_VILLAGE, TO_GUANDU))
    assert by_roster(broken).unit == VILLAGE_REF
    assert by_roster(ReturnFile("1.xlsx", FileFacts(None, 0, 0.0))).unit == UnitRef()


# -- the tree of identities -------------------------------------------------------------------------------


def test_tree_of_identities() -> None:
    tree, conflicts = identity_tree(
        [
            received("官渡村", path="1.xlsx", identity=made_for(GUANDU_VILLAGE, TO_GUANDU)),
            received("狼城岗镇", path="2.xlsx", identity=made_for(LANGCHENGGANG)),  # its code places it
            received("富士康", path="3.xlsx", identity=made_for(UnitFacts(None, "富士康", Level.TOWNSHIP))),
            received("逐鹿营村", path="4.xlsx"),
        ]
    )
    parents = {key: unit.parent for key, unit in tree.units.items()}
    assert (parents, conflicts) == (
        {
            "41": None, "4101": "41", "410122": "4101", "410122101": "410122",
            "410122101201": "410122101", "410122102": "410122",
        },
        {},
    )  # fmt: skip


FIRST = "单位标识矛盾：“1.xlsx”说代码 410122101 是官渡镇（乡镇级，上级 410122），“2.xlsx”说是"
PARENTS = f"{FIRST}官渡镇（乡镇级，上级 4101）。"
NAMES = f"{FIRST}狼城岗镇（乡镇级，上级 410122）。"
LEVELS = "单位标识矛盾：“1.xlsx”说代码 410122101 是官渡镇（乡镇级，上级 4101），“2.xlsx”说是官渡镇（县级，上级 4101）。"
UPSIDE_DOWN = "单位标识矛盾：文件说中牟县（县级）归官渡镇（乡镇级）管，上级的级别必须更高。"
ITSELF = "单位标识矛盾：文件说中牟县（县级）归中牟县（县级）管，上级的级别必须更高。"


@pytest.mark.parametrize(
    ("one", "two", "text"),
    [
        (made_for(GUANDU, TO_COUNTY), made_for(GUANDU, TO_COUNTY), None),
        (made_for(GUANDU, TO_COUNTY), made_for(GUANDU), None),  # which says less, and nothing else
        (made_for(GUANDU, TO_COUNTY), made_for(GUANDU, ABOVE[ZHONGMU]), PARENTS),
        (made_for(GUANDU, TO_COUNTY), made_for(UnitFacts("410122101", "狼城岗镇", Level.TOWNSHIP), TO_COUNTY), NAMES),
        (
            made_for(GUANDU, ABOVE[ZHONGMU]),
            made_for(UnitFacts("410122101", "官渡镇", Level.COUNTY), ABOVE[ZHONGMU]),
            LEVELS,
        ),
    ],
    ids=str.split("same less parents names levels"),
)
def test_identities_that_contradict_one_another(one: Identity, two: Identity, text: str | None) -> None:
    files = files_of(one, two)
    conflicts = identity_tree(files)[1]
    whose = by_identities(*files)
    if text is None:
        assert (conflicts, whose.key) == ({}, "410122101")
    else:
        assert said_of(conflicts) == {"1.xlsx": text, "2.xlsx": text}
        assert (whose.key, codes(whose)) == (None, ["U009"])


def files_of(*identities: Identity) -> list[ReturnFile]:
    return [
        received(identity.unit.name, path=f"{number}.xlsx", identity=identity)
        for number, identity in enumerate(identities, start=1)
    ]


def said_of(conflicts: Mapping[str, Finding]) -> dict[str, str]:
    """What is wrong with the files that are at fault."""
    return {path: render(one, label_of).partition("请核对")[0] for path, one in conflicts.items()}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (made_for(ZHONGMU, (GUANDU,)), UPSIDE_DOWN),
        (made_for(ZHONGMU, (ZHONGMU,)), ITSELF),
        (
            made_for(UnitFacts("410122101", "官渡镇", Level.COUNTY), TO_COUNTY),
            "单位标识矛盾：文件说官渡镇（县级）归中牟县（县级）管，上级的级别必须更高。",
        ),
    ],
    ids=["upside down", "itself", "of the same level"],
)
def test_an_identity_that_contradicts_itself_is_the_one_at_fault(wrong: Identity, text: str) -> None:
    files = files_of(made_for(GUANDU, TO_COUNTY), wrong)
    tree, conflicts = identity_tree(files)
    assert said_of(conflicts) == {"2.xlsx": text}
    assert tree.above("410122101") == ["41", "4101", "410122"]
    alone, conflicts = identity_tree(files[1:])  # whoever speaks of its units, no unit stands above itself
    assert (said_of(conflicts), all(alone.above(key)[:1] in ([], alone.tops) for key in alone.units)) == (
        {"2.xlsx": text}, True,
    )  # fmt: skip


VILLAGES = [UnitFacts(f"4101221012{number:02}", f"村{number}村", Level.VILLAGE) for number in range(1, 30)]
RENAMED = UnitFacts("410122", "中牟新区", Level.COUNTY)
AS_CITY = UnitFacts("410122", "中牟县", Level.PREFECTURE)


def villages(count: int, above: tuple[UnitFacts, ...] = TO_GUANDU, start: int = 0) -> list[Identity]:
    return [made_for(unit, above) for unit in VILLAGES[start : start + count]]


@pytest.mark.parametrize(
    ("many", "few", "text"),
    [
        (villages(20), villages(1, (*ABOVE[ZHONGMU], RENAMED, GUANDU), 20),
         "单位 410122 的名称，20 个文件说是“中牟县”，1 个（包括这个）说是“中牟新区”。"),
        (villages(2), villages(1, (*ABOVE[ZHONGMU], RENAMED, GUANDU), 20),
         "单位 410122 的名称，2 个文件说是“中牟县”，1 个（包括这个）说是“中牟新区”。"),
        (villages(3, TO_GUANDU[2:]), villages(2, (AS_CITY, GUANDU), 20),
         "单位 410122 的级别，3 个文件说是县级，2 个（包括这个）说是地市级。"),
        (villages(3), villages(1, (HENAN, ZHONGMU, GUANDU), 20),
         "单位 410122 的上级，3 个文件说是 4101，1 个（包括这个）说是 41。"),
        # a unit's own blank, and those of the units below it
        (villages(2), [made_for(UnitFacts("410122101", "官渡乡", Level.TOWNSHIP), TO_COUNTY)],
         "单位 410122101 的名称，2 个文件说是“官渡镇”，1 个（包括这个）说是“官渡乡”。"),
        (villages(2), [made_for(GUANDU, ABOVE[ZHONGMU])],
         "单位 410122101 的上级，2 个文件说是 410122，1 个（包括这个）说是 4101。"),
        # whoever names no parent does not vote on it
        ([*villages(2), *villages(9, (GUANDU,), 10)], [made_for(GUANDU, ABOVE[ZHONGMU])],
         "单位 410122101 的上级，2 个文件说是 410122，1 个（包括这个）说是 4101。"),
    ],
)  # fmt: skip
def test_one_against_many_is_the_one_at_fault(many: list[Identity], few: list[Identity], text: str) -> None:
    """Whatever the order of the files, and however often the one was copied."""
    at_fault = files_of(*few)
    true = [replace(one, path=f"true/{one.path}", facts=FileFacts(one.path, 1, 0.0)) for one in files_of(*many)]
    copies = [replace(at_fault[0], path=f"copies/{number}.xlsx") for number in range(30)]
    for files in ([*true, *at_fault], [*at_fault, *true], [*at_fault, *true, *copies]):
        tree, conflicts = identity_tree(files)
        assert conflicts.keys() == {one.path for one in files} - {one.path for one in true}
        assert set(said_of(conflicts).values()) == {f"单位标识矛盾：{text}"}
        expected = identity_tree(true)[0]
        assert {key: tree[key] for key in expected.units} == expected.units


def test_half_is_no_majority() -> None:
    other = (*ABOVE[ZHONGMU], RENAMED, GUANDU)
    files = files_of(*villages(2), *villages(2, other, 10))
    conflicts = identity_tree(files)[1]
    assert conflicts.keys() == {one.path for one in files}
    assert set(said_of(conflicts).values()) == {
        "单位标识矛盾：“1.xlsx”说代码 410122 是中牟县（县级，上级 4101），“3.xlsx”说是中牟新区（县级，上级 4101）。"
    }


# -- places by codes --------------------------------------------------------------------------------------

KAIFENG_COUNTY = UnitFacts("410212", "祥符县", Level.COUNTY)
BIANXI = UnitFacts("410212100", "汴西镇", Level.TOWNSHIP)


@pytest.mark.parametrize(
    ("village", "others", "above"),
    [
        # the parent that it names is refined by the code of a township that stands under it
        (made_for(GUANDU_VILLAGE, (ZHONGMU,)), [made_for(GUANDU)], ["410122", "410122101"]),
        (made_for(GUANDU_VILLAGE, (HENAN,)), [made_for(GUANDU, (ZHONGMU,))], ["41", "410122", "410122101"]),
        (made_for(GUANDU_VILLAGE, (ZHONGMU,)), [made_for(LANGCHENGGANG)], ["410122"]),
        # a parent of the same level is where the village is now, whatever its code says
        (made_for(GUANDU_VILLAGE, (LANGCHENGGANG,)), [made_for(GUANDU)], ["410122102"]),
        # a township of another county is not, though its code begins the village's
        (made_for(GUANDU_VILLAGE, (KAIFENG_COUNTY,)), [made_for(GUANDU, (ZHONGMU,))], ["410212"]),
        (made_for(GUANDU_VILLAGE, (KAIFENG_COUNTY,)), [made_for(GUANDU, (KAIFENG_COUNTY,))], ["410212", "410122101"]),
        # no parent is named
        (made_for(GUANDU_VILLAGE), [made_for(GUANDU), made_for(ZHONGMU)], ["410122", "410122101"]),
        (made_for(GUANDU_VILLAGE), [made_for(BIANXI)], []),
    ],
)
def test_places_by_codes(village: Identity, others: list[Identity], above: list[str]) -> None:
    files = files_of(village, *others)
    for some in (files, files[::-1]):
        tree, conflicts = identity_tree(some)
        assert (tree.above("410122101201"), conflicts) == (above, {})


# -- level ------------------------------------------------------------------------------------------------

ACTIVITY = {"activities.prefecture_county.sessions": 3}


@pytest.mark.parametrize(
    ("name", "figures", "level"),
    [
        ("官渡村委会", ACTIVITY, Level.VILLAGE),
        ("郑州市", ACTIVITY, None),  # 地市县级 is one column for two levels
        ("郑州市", {**ACTIVITY, "online.prefecture.website": 1}, Level.PREFECTURE),
        ("金水区计生协", {**ACTIVITY, "online.county.wechat": 1}, Level.COUNTY),
        ("新郑市", {**ACTIVITY, "online.county.wechat": 0}, Level.COUNTY),
        ("新郑市", {**ACTIVITY, "online.county.wechat": 0, "online.prefecture.wechat": 0}, None),
        ("郑州市", {"online.county.wechat": 9, "online.prefecture.wechat": 1}, Level.PREFECTURE),
        ("北京市", {"activities.province.sessions": 3, "online.county.wechat": 9}, Level.PROVINCE),
        ("阿坝州", {"online.prefecture.weibo": 1}, Level.PREFECTURE),
        ("富士康", {"online.prefecture.weibo": 1}, None),
    ],
)
def test_level_without_roster(name: str, figures: dict[str, int], level: Level | None) -> None:
    whose = by_identities(received(name, figures))
    assert (whose.level, codes(whose).count("U006")) == (level, int(level is None))


def test_the_option_says_the_level_where_neither_identity_nor_roster_does() -> None:
    village = made_for(GUANDU_VILLAGE, TO_GUANDU)
    assert by_identities(received("郑州市", ACTIVITY), level=Level.COUNTY).level is Level.COUNTY
    assert by_identities(received("郑州村", ACTIVITY), level=Level.COUNTY).level is Level.COUNTY
    assert by_identities(received("官渡村", identity=village), level=Level.COUNTY).level is Level.VILLAGE
    assert by_roster(received("官渡村"), level=Level.COUNTY).level is Level.VILLAGE


@pytest.mark.parametrize(("needed", "severity"), [(False, Severity.WARNING), (True, Severity.ERROR)])
def test_an_unknown_level_is_as_bad_as_it_is_needed(needed: bool, severity: Severity) -> None:
    whose = by_identities(received("郑州市", ACTIVITY), level_needed=needed)
    assert [(finding.code, finding.severity) for finding in whose.findings] == [("U006", severity)]


# -- scope ------------------------------------------------------------------------------------------------

BELOW = {**own_values(Level.TOWNSHIP), "activities.village.sessions": 5}
OWN = own_values(Level.TOWNSHIP)
SAYS_OWN, SAYS_CUMULATIVE = (made_for(GUANDU, TO_COUNTY, scope) for scope in (Scope.OWN, Scope.CUMULATIVE))
SCOPED = ROSTER.replace("410122101,官渡镇,,,", "410122101,官渡镇,,,{}")


@pytest.mark.parametrize(
    ("figures", "identity", "roster_says", "option", "scope", "scope_by"),
    [
        (OWN, None, "", None, None, None),
        (BELOW, None, "", None, Scope.CUMULATIVE, ScopeBy.INFERRED),
        (BELOW, None, "本级", None, Scope.OWN, ScopeBy.ROSTER),
        (OWN, None, "汇总", None, Scope.CUMULATIVE, ScopeBy.ROSTER),
        (OWN, None, "汇总", Scope.OWN, Scope.OWN, ScopeBy.OPTION),
        (OWN, None, "", Scope.CUMULATIVE, Scope.CUMULATIVE, ScopeBy.OPTION),
        (BELOW, None, "", Scope.OWN, Scope.OWN, ScopeBy.OPTION),
        (BELOW, SAYS_OWN, "汇总", Scope.CUMULATIVE, Scope.OWN, ScopeBy.IDENTITY),
        (BELOW, SAYS_CUMULATIVE, "本级", Scope.OWN, Scope.CUMULATIVE, ScopeBy.IDENTITY),
        (OWN, SAYS_CUMULATIVE, "本级", None, Scope.CUMULATIVE, ScopeBy.IDENTITY),
        # It holds nothing below: an option settles H003.
        (OWN, SAYS_CUMULATIVE, "", Scope.OWN, Scope.OWN, ScopeBy.OPTION),
        (OWN, SAYS_CUMULATIVE, "本级", Scope.CUMULATIVE, Scope.CUMULATIVE, ScopeBy.OPTION),
    ],
)
def test_scope(
    figures: dict[str, Any],
    identity: Identity | None,
    roster_says: str,
    option: Scope | None,
    scope: Scope | None,
    scope_by: ScopeBy | None,
) -> None:
    one = received("官渡镇", figures, identity=identity)
    whose = by_roster(one, SCOPED.format(roster_says), scopes={"410122101": option} if option else {})
    assert (whose.scope, whose.scope_by) == (scope, scope_by)
    assert codes(whose) == (["H005"] if scope_by is ScopeBy.INFERRED else [])


def test_the_figure_that_decided_is_named() -> None:
    (finding,) = by_roster(received("官渡镇", BELOW)).findings
    assert (finding.code, finding.cell, finding.field, finding.raw) == (
        "H005",
        "H6",
        "activities.village.sessions",
        None,
    )
    assert render(finding, label_of) == (
        "这张表没有写明口径，按汇总数处理：H6 是下级的栏目，填了数。如果不对，汇总时请加 --scope 410122101=own。"
    )


def test_a_village_has_only_its_own() -> None:
    whose = by_roster(received("官渡村"), scopes={"410122101201": Scope.CUMULATIVE})
    assert (whose.scope, whose.scope_by) == (Scope.OWN, ScopeBy.LEVEL)


def test_above_the_provinces_all_is_cumulative() -> None:
    tree = "代码,名称,级别,上级代码\n00,全国,全国,-\n41,河南省,,00\n"
    whose = by_roster(received("全国"), tree, scopes={"00": Scope.OWN})
    assert (whose.scope, whose.scope_by) == (Scope.CUMULATIVE, ScopeBy.LEVEL)


def test_a_zero_below_decides_nothing() -> None:
    assert by_roster(received("官渡镇", {**OWN, "activities.village.sessions": 0})).scope is None


# -- provinces and prefectures in front, without a roster -------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("河南省淇县甲村 河南省鹤壁市淇县甲村", ["U014", "?河南省/鹤壁市/淇县甲村"]),
        ("河南淇县甲村 淇县甲村", ["?河南省/淇县甲村", "U014"]),
        ("安阳市甲县甲村 鹤壁市甲县甲村", ["?安阳市/甲县甲村", "?鹤壁市/甲县甲村"]),
        ("山东庄村 庄村", ["?山东庄村", "?庄村"]),
    ],
)
def test_one_unit_is_never_two_by_what_stands_in_front(names: str, expected: list[str]) -> None:
    files = [received(name, path=f"{number}.xlsx") for number, name in enumerate(names.split())]
    batch = check_returns(files, Register(Tree([]), is_roster=False), None)
    assert [one.key or one.findings[0].code for one in batch.returns] == expected


def test_what_stands_above_the_root_distinguishes_nothing() -> None:
    files = [received(name, path=f"{name}.xlsx") for name in ("河南省鹤壁市淇县甲村", "淇县甲村")]
    register = Register(Tree([Unit("?淇县", "淇县", Level.COUNTY)]), is_roster=False, root="?淇县")
    assert [one.key for one in check_returns(files, register, None).returns] == ["?淇县甲村", "?淇县甲村"]
