"""Rosters without codes, and with other names: parents by name, levels that follow, and all commands with them."""

import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import Result, codes, run
from county import GUANDU, HENAN, ZHENGZHOU, ZHONGMU
from stattable.model.catalogue import render
from stattable.model.form import FIELD_BY_KEY, label_of
from stattable.model.identity import UnitFacts
from stattable.model.units import LEVEL_LABELS, Level, Unit
from stattable.reading.roster import read_roster_rows
from writers.returns import contact, filled, own_values, raw, typed

FIX = "。请改正名册后重试。"
HEBI = """名称,上级,电话
鹤壁市,河南省,1
淇县,鹤壁市,2
浚县,鹤壁市计生协,3
城关镇,淇县,4
高村镇,淇县,5
城关镇,浚县,6
东街村,淇县/城关镇,7
东街村,浚县城关镇,8
思德村,高村镇,9
"""
KEYS = {
    "鹤壁市": Level.PREFECTURE,
    "鹤壁市/淇县": Level.COUNTY,
    "鹤壁市/浚县": Level.COUNTY,
    "鹤壁市/淇县/城关镇": Level.TOWNSHIP,
    "鹤壁市/淇县/高村镇": Level.TOWNSHIP,
    "鹤壁市/浚县/城关镇": Level.TOWNSHIP,
    "鹤壁市/淇县/城关镇/东街村": Level.VILLAGE,
    "鹤壁市/浚县/城关镇/东街村": Level.VILLAGE,
    "鹤壁市/淇县/高村镇/思德村": Level.VILLAGE,
}


def built(text: str) -> tuple[dict[str, Unit], list[str]]:
    tree, faults, _ = read_roster_rows([line.split(",") for line in text.splitlines()], "名册.csv")
    return tree.units, [render(fault, label_of).removesuffix(FIX) for fault in faults]


# -- parents and levels -----------------------------------------------------------------------------------


def test_keys_are_made_from_names() -> None:
    units, faults = built(HEBI)
    assert faults == []
    assert {key: unit.level for key, unit in units.items()} == KEYS
    assert {unit.code for unit in units.values()} == {None}
    assert {key: unit.parent for key, unit in units.items()} == {key: key.rpartition("/")[0] or None for key in KEYS}


def test_keys_do_not_depend_on_the_order_of_rows() -> None:
    head, *rows = HEBI.splitlines()
    for seed in range(20):
        random.Random(seed).shuffle(rows)
        units, faults = built("\n".join([head, *rows]))
        assert ({key: unit.level for key, unit in units.items()}, faults) == (KEYS, [])


@pytest.mark.parametrize(
    ("rows", "levels"),
    [
        ("淇县,\n高村镇,淇县", "县级 乡镇级"),
        ("淇县,-\n高村镇,淇县", "县级 乡镇级"),
        ("郑州市,\n中牟县,郑州市", "地市级 县级"),  # a 市 above a 县
        ("郑州市,\n金水区,郑州市\n花园路街道,金水区", "地市级 县级 乡镇级"),
        ("北京市,\n朝阳区,北京市\n双井街道,朝阳区", None),  # nobody says what a district is
        ("巩义市,郑州市\n站街镇,巩义市", None),
        ("中牟县,\n产业集聚区,中牟县\n张村,产业集聚区", "县级 乡镇级 村居社区级"),
        ("官渡镇,\n富士康,官渡镇", "乡镇级 村居社区级"),  # below a township there are villages only
        ("中牟县,\n产业集聚区,中牟县", None),
    ],
    ids=str.split("county dash city district municipality county-city zone factory leaf"),
)  # fmt: skip
def test_levels(rows: str, levels: str | None) -> None:
    units, faults = built(f"名称,上级\n{rows}")
    if levels is None:
        assert (units, len(faults), "请在“级别”一列写明" in faults[0]) == ({}, 1, True)
    else:
        assert ([LEVEL_LABELS[unit.level] for unit in units.values()], faults) == (levels.split(), [])


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("名称,电话\n淇县,1",
         ["名册第 1 行：缺少列“代码”（表头应为：代码 名称 级别 上级代码 口径 填报 联系人 电话 别名，"
          "至少要有代码和名称；没有代码的名册至少要有名称和上级）"]),
        ("名称,上级\n高村镇,\n西岗镇,",
         ["名册第 2–3 行：没有写上级（名称是“高村镇”、“西岗镇”）；没有代码的单位要写上级单位的名称，"
          "只有最上面的一个可以不写，有几个的都写“-”"]),
        ("名称,上级\n淇县,-\n浚县,-\n城关镇,淇县\n城关镇,浚县\n东街村,城关镇",
         ["名册第 6 行：分不清上级是哪一个：“城关镇”有 2 个（第 4–5 行），请写成“淇县/城关镇”或“浚县/城关镇”"]),
        ("名称,上级\n淇县,\n高村镇,淇县\n思德村,高村乡",
         ["名册第 4 行：上级“高村乡”不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”"]),
        ("名称,上级\n高村镇,淇县\n西岗镇,淇县",
         ["名册第 2–3 行：上级“淇县”不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”"]),
        ("名称,上级\n淇县,\n高村镇,淇县\n高村镇计生协,淇县",
         ["名册第 4 行：名称“高村镇计生协”与第 3 行重复，上级也相同；请删去多余的，是两个单位的请都写上代码"]),
        ("名称,上级\n淇县,-\n高村镇,思德村\n思德村,高村镇",
         ["名册第 3–4 行：高村镇、思德村 的上级绕了一圈又回到它自己"]),
        ("名称,上级,级别\n淇县,,县级\n高村镇,淇县,县级",
         ["名册第 3 行：级别是县级，上级“淇县”却是县级，上级的级别必须更高"]),
        ("名称,上级,级别\n淇县,,县级\n高村,淇县,科级",
         ["名册第 3 行：级别“科级”认不出（应为省级、地市级、县级、乡镇级或村居社区级）"]),
        ("名称,上级\n淇县,\n计生协,淇县",
         ["名册第 3 行：名称“计生协”不是单位的名称；请写出单位的全称，不要用“同上”一类的记号"]),
        ("代码,名称,上级\n410122,中牟县,\n,黄店村,官渡镇\n,张三村,",
         ["名册第 3 行：上级“官渡镇”不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”",
          "名册第 4 行：没有代码，也没有写上级（名称是“张三村”）；没有代码的单位，至少要写名称和上级"]),
        ("代码,名称,上级\n,中牟县,-\n410122101,官渡镇,",
         ["名册第 3 行：看不出上级（名称是“官渡镇”），可能归没有代码的单位管；"
          "请写上级单位的名称或代码，没有上级的写“-”"]),
        ("代码,名称,上级\n410122,中牟县,\n,万滩镇,中牟县\n410122103201,万滩村,\n410122101,官渡镇,",
         ["名册第 4 行：看不出上级（名称是“万滩村”），可能归没有代码的单位管；"
          "请写上级单位的名称或代码，没有上级的写“-”"]),
        ("代码,名称,级别,上级\n410122,中牟县,,\nQY001,富士康社区,村级,官渡真",
         ["名册第 3 行：上级“官渡真”不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”"]),
        ("代码,名称,上级\n410122,中牟县,\n410122101,官渡镇,\n,官渡镇,中牟县",
         ["名册第 4 行：名称“官渡镇”与第 3 行重复，上级也相同；请删去多余的，是两个单位的请都写上代码"]),
        ("代码,名称,上级\n410122,中牟县,\n410122101,官渡镇,郑州市",
         ["名册第 3 行：上级“郑州市”不在名册里；请核对名称，或者为它加一行；它不归名册里的单位管的，写“-”"]),
    ],
    ids=str.split("no-parents flat ambiguous unknown absent twice circle order level no-name mixed mixed-top"
                  " mixed-skip own-code mixed-twice against-the-code"),
)  # fmt: skip
def test_faults(text: str, faults: list[str]) -> None:
    assert built(text) == ({}, faults)


@pytest.mark.parametrize(
    ("text", "parents"),
    [
        ("代码,名称,上级\n410122,中牟县,郑州市\n410122101,官渡镇,中牟县\n,官渡村,官渡镇\n,富士康社区,410122101",
         {"410122": None, "410122101": "410122", "410122101/官渡村": "410122101", "410122101/富士康社区": "410122101"}),
        ("代码,名称,上级\n410122,中牟县,-\n410181,巩义市,-\n410122100,城关镇,\n410181100,城关镇,\n410122100201,东村,城关镇",
         {"410122": None, "410122100": "410122", "410122100201": "410122100", "410181": None, "410181100": "410181"}),
        ("代码,名称,上级代码,上级名称\n410122,中牟县,,\n410181,巩义市,,\n410122101,官渡镇,410181,中牟县",
         {"410122": None, "410122101": "410181", "410181": None}),  # the code decides
        ("代码,名称,上级单位\n410122,中牟县,郑州市\n410181,巩义市,郑州市", {"410122": None, "410181": None}),
    ],
    ids=["mixed", "by-the-code", "both", "outside"],
)  # fmt: skip
def test_parents_by_name_beside_codes(text: str, parents: dict[str, str | None]) -> None:
    units, faults = built(text)
    assert ({key: unit.parent for key, unit in sorted(units.items())}, faults) == (parents, [])


# -- other names ------------------------------------------------------------------------------------------


def test_other_names() -> None:
    units, faults = built(
        "代码,名称,别名,曾用名\n410122,中牟县,老中牟县、旧县；中牟,\n410122101,官渡镇,无,关渡乡/关渡公社\n410122102,狼城岗镇,,\n"
    )
    assert ([unit.aliases for unit in units.values()], faults) == (
        [("老中牟县", "旧县", "中牟"), ("关渡乡", "关渡公社"), ()], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (
            "410122101,官渡镇,\n410122102,狼城岗镇,官渡镇计生协",
            "名册第 4 行：别名“官渡镇计生协”与第 3 行“官渡镇”的名称或别名相同",
        ),
        ("410122101,官渡镇,老镇\n410122102,狼城岗镇,老镇", "名册第 4 行：别名“老镇”与第 3 行“官渡镇”的名称或别名相同"),
        (
            "410122101,官渡镇,狼城岗镇\n410122102,狼城岗镇,",
            "名册第 3 行：别名“狼城岗镇”与第 4 行“狼城岗镇”的名称或别名相同",
        ),
    ],
    ids=["a-name", "an-alias", "a-later-name"],
)
def test_other_names_that_are_another_units(rows: str, fault: str) -> None:
    assert built(f"代码,名称,别名\n410122,中牟县,\n{rows}") == (
        {},
        [f"{fault}，上级也相同，分不清报表是谁的；请改成不同的"],
    )


# -- commands ---------------------------------------------------------------------------------------------


def fill(path: Path, level: Level, sessions: int) -> Path:
    """Fill in a blank as it was written."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for key, value in raw(own_values(level, sessions, sessions * 30)).items():
        sheet[FIELD_BY_KEY[key].cell] = value
    sheet["B18"], sheet["E18"], sheet["H18"] = contact(23).values()
    book.save(path)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("名册.csv").write_text(HEBI, encoding="utf-8")
    return tmp_path


def states(result: Result) -> dict[tuple[str, str | None], str | None]:
    return {(unit["name"], unit["parent"]): unit["status"] for unit in result.json["units"]}


@pytest.mark.usefixtures("here")
def test_all_commands_by_a_roster_without_codes() -> None:
    assert run("new", "--roster", "名册.csv", "--edition", "23", "-o", "收到").code == 0
    blanks = sorted(path.as_posix() for path in Path("收到").rglob("*.xlsx"))
    assert "收到/鹤壁市/淇县/城关镇/东街村.xlsx" in blanks
    assert len(blanks) == 9
    levels = {_place(key): level for key, level in KEYS.items()}
    sent = {fill(path, level, at): at for at, (path, level) in enumerate(levels.items(), start=1)}
    checked = run("check", "收到", "--roster", "名册.csv", "--format", "json")
    assert (checked.code, codes(checked.json)) == (0, [])
    made = run("merge", "收到", "--roster", "名册.csv", "-o", "市.xlsx", "--each-level", "逐级", "--format", "json")
    assert (made.code, codes(made.json), set(states(made).values())) == (0, [], {"accepted"})
    sessions = sum(at for path, at in sent.items() if levels[path] is Level.VILLAGE)
    assert made.json["total"]["activities.village.sessions"] == sessions
    for report in ("市.xlsx", *map(str, Path("逐级").rglob("*_汇总.xlsx"))):
        for sources in ([], ["收到", "名册.csv"], ["收到"]):
            verdict = run("verify", report, *sources, "--format", "json")
            assert (verdict.code, codes(verdict.json)) == (0, []), (report, sources)
    steps = run("trace", "市.xlsx", "activities.village.sessions", "收到", "--format", "json").json
    assert steps["page"] == sessions
    assert "东街村" in run("trace", "市.xlsx", "activities.village.sessions", "收到").out
    again = run("merge", "收到", "--roster", "名册.csv", "-o", "市.xlsx", "--each-level", "逐级", "--format", "json")
    assert (again.code, "kept" in again.json) == (0, False)


def _place(key: str) -> Path:
    names = key.split("/")
    is_leaf = not any(other.startswith(f"{key}/") for other in KEYS)
    return Path("收到", *names[:-1] if is_leaf else names, f"{names[-1]}.xlsx")


@pytest.mark.usefixtures("here")
def test_a_root_is_given_by_its_name() -> None:
    assert run("new", "--roster", "名册.csv", "--root", "浚县城关镇", "--edition", "23", "-o", "收到").code == 0
    assert sorted(path.name for path in Path("收到").rglob("*.xlsx")) == ["东街村.xlsx", "城关镇.xlsx"]
    fill(Path("收到/城关镇/东街村.xlsx"), Level.VILLAGE, 2)
    arguments = ("收到/城关镇/东街村.xlsx", "--roster", "名册.csv")
    for root in ("浚县城关镇", "鹤壁市/浚县/城关镇"):
        made = run("merge", *arguments, "--root", root, "-o", "镇.xlsx", "--format", "json")
        assert states(made) == {("城关镇", "浚县"): "missing", ("东街村", "城关镇"): "accepted"}
    run("new", "--roster", "名册.csv", "--root", "淇县城关镇", "--edition", "23", "-o", "另一个")
    street = fill(Path("另一个/城关镇/东街村.xlsx"), Level.VILLAGE, 2)
    # Where the result of the other one of the name stands:
    other = run("merge", street, "--roster", "名册.csv", "--root", "淇县城关镇", "-o", "镇.xlsx")
    ambiguous = run("merge", *arguments, "--root", "城关镇", "-o", "另.xlsx")
    assert (other.code, ambiguous.code, "城关镇" in ambiguous.err) == (2, 2, True)


TOWN = "activities.township.sessions"
GAOCUN = UnitFacts(None, "高村镇", Level.TOWNSHIP)
QIXIAN, HEBI_CITY = UnitFacts(None, "淇县", Level.COUNTY), UnitFacts(None, "鹤壁市", Level.PREFECTURE)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("unit", "above", "code"),
    [
        (GAOCUN, (HEBI_CITY, QIXIAN), None),
        (GAOCUN, (QIXIAN,), None),  # a blank of the county's roster
        (UnitFacts("410622102", "高村镇", Level.TOWNSHIP), (UnitFacts("410622", "淇县", Level.COUNTY),), None),
        (UnitFacts("410622102", "高村镇", Level.TOWNSHIP), (), None),
        (GAOCUN, (), None),
        (GAOCUN, (UnitFacts(None, "浚县", Level.COUNTY),), "U002"),  # there is none of the name
        (UnitFacts(None, "城关镇", Level.TOWNSHIP), (HEBI_CITY,), "U002"),  # two of the name
    ],
    ids=str.split("whole part codes code-alone name elsewhere ambiguous"),
)
def test_blanks_of_other_rosters(unit: UnitFacts, above: tuple[UnitFacts, ...], code: str | None) -> None:
    filled(Path("收到/a.xlsx"), unit, own_values(Level.TOWNSHIP), above=above)
    (one,) = run("check", "收到", "--roster", "名册.csv", "--format", "json").json["files"]
    assert [finding["code"] for finding in one["findings"]] == ([code] if code else [])
    assert one["unit"]["name"] == unit.name


@pytest.mark.usefixtures("here")
def test_a_blank_without_codes_and_a_roster_with_codes() -> None:
    roster = "代码,名称\n4106,鹤壁市\n410622,淇县\n410621,浚县\n410622100,城关镇\n410621100,城关镇\n"
    Path("名册.csv").write_text(roster, encoding="utf-8")
    unit = UnitFacts(None, "城关镇", Level.TOWNSHIP)
    filled(Path("收到/a.xlsx"), unit, own_values(Level.TOWNSHIP), above=(HEBI_CITY, QIXIAN))
    (one,) = run("check", "收到", "--roster", "名册.csv", "--format", "json").json["files"]
    assert (one["unit"]["code"], one["findings"]) == ("410622100", [])


CODED = """代码,名称,别名
41,河南省,
4101,郑州市,
410122,中牟县,牟县
410122101,官渡镇,关渡乡、官渡公社
410122101201,官渡村,
"""


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "send",
    [
        lambda path: typed(path, "关渡乡计生协", own_values(Level.TOWNSHIP)),
        lambda path: typed(path, "牟县官渡公社", own_values(Level.TOWNSHIP)),
        lambda path: filled(path, GUANDU, own_values(Level.TOWNSHIP), above=(HENAN, ZHENGZHOU, ZHONGMU),
                            change=lambda sheet: sheet.__setitem__("B3", "关渡乡计生协")),
        lambda path: filled(path, UnitFacts("410122101", "关渡乡", Level.TOWNSHIP), own_values(Level.TOWNSHIP),
                            above=(HENAN, ZHENGZHOU, ZHONGMU)),
        lambda path: filled(path, UnitFacts(None, "官渡公社", Level.TOWNSHIP), own_values(Level.TOWNSHIP),
                            above=(UnitFacts(None, "牟县", Level.COUNTY),)),
    ],
    ids=["typed", "led", "on-the-blank", "in-the-blank", "without-codes"],
)  # fmt: skip
def test_a_unit_reports_under_another_name(send: Any) -> None:
    Path("名册.csv").write_text(CODED, encoding="utf-8")
    send(Path("收到/a.xlsx"))
    made = run("merge", "收到", "--roster", "名册.csv", "--root", "410122", "-o", "县.xlsx", "--format", "json")
    assert {unit["name"]: unit["status"] for unit in made.json["units"]}["官渡镇"] == "accepted"
    for sources in (["收到", "名册.csv"], ["收到"], []):
        verdict = run("verify", "县.xlsx", *sources, "--format", "json")
        assert (verdict.code, codes(verdict.json)) == (0, []), sources
