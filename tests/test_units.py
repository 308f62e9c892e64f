import pytest

from county import tree_of
from stattable.model.divisions import DIVISIONS
from stattable.model.names import (
    Names,
    comparable_name,
    is_of_other_county,
    level_of_name,
    names_in_front,
    without_divisions,
)
from stattable.model.units import (
    LEVEL_BY_WORD,
    LEVEL_LABELS,
    SCOPE_BY_WORD,
    Level,
    Scope,
    Tree,
    Unit,
    bare_code,
    level_of_code,
    parent_code,
)

# Two counties, each with a 城关镇; a prefecture that holds a township directly; a name that is another one's end.
TWINS = """代码,名称,级别,上级代码
41,河南省计划生育协会,,
4101,郑州市,,
410122,中牟县,,
410122100,城关镇,,
410122100201,官渡村,,
410181,巩义市,,
410181100,城关镇,,
410181100201,官渡村,,
410181101,新城关镇,,
4199,济源市,,
419900101,五龙口镇,,
"""


# -- levels -----------------------------------------------------------------------------------------------


def test_levels_from_the_top_down() -> None:
    assert [level.value for level in Level] == "national province prefecture county township village".split()
    assert list(LEVEL_LABELS.values()) == ["全国", "省级", "地市级", "县级", "乡镇级", "村居社区级"]
    assert {level.label for level in Level} == set(LEVEL_LABELS.values())


@pytest.mark.parametrize(
    ("level", "other", "above"),
    [
        (Level.NATIONAL, Level.PROVINCE, True),
        (Level.COUNTY, Level.VILLAGE, True),
        (Level.COUNTY, Level.COUNTY, False),
        (Level.VILLAGE, Level.TOWNSHIP, False),
    ],
)
def test_above(level: Level, other: Level, above: bool) -> None:
    assert level.above(other) is above


@pytest.mark.parametrize(
    ("level", "beneath"),
    [
        (Level.NATIONAL, "province prefecture county township village"),
        (Level.COUNTY, "township village"),
        (Level.VILLAGE, ""),
    ],
)
def test_beneath(level: Level, beneath: str) -> None:
    assert [below.value for below in level.beneath] == beneath.split()


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_known_by_its_own_words(level: Level) -> None:
    assert LEVEL_BY_WORD[level.value] is LEVEL_BY_WORD[level.label] is level


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("直辖市", Level.PROVINCE),
        ("市", Level.PREFECTURE),
        ("区", Level.COUNTY),
        ("县", Level.COUNTY),
        ("街道", Level.TOWNSHIP),
        ("社区", Level.VILLAGE),
    ],
)
def test_level_words_of_rosters(word: str, level: Level) -> None:
    assert LEVEL_BY_WORD[word] is level


def test_scope_words() -> None:
    assert {scope: scope.label for scope in Scope} == {Scope.OWN: "本级", Scope.CUMULATIVE: "汇总"}
    assert [SCOPE_BY_WORD[word] for word in ("own", "本级", "cumulative", "汇总", "累计")] == [
        Scope.OWN, Scope.OWN, Scope.CUMULATIVE, Scope.CUMULATIVE, Scope.CUMULATIVE,
    ]  # fmt: skip


# -- the tree ---------------------------------------------------------------------------------------------


def test_tree() -> None:
    tree = tree_of()
    assert tree.tops == ["41"]
    assert tree.children["410122"] == ["410122101", "410122102"]
    assert tree.above("410122101201") == ["41", "4101", "410122", "410122101"]
    assert tree.above("41") == []
    assert list(tree.below("410122")) == [
        "410122", "410122101", "410122101201", "410122101202", "410122102", "410122102201",
    ]  # fmt: skip
    assert "410122" in tree
    assert "410123" not in tree
    assert tree["410122"].name == "中牟县"


def test_nothing_is_below_a_unit_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="410123"):
        tree_of().below("410123")


def test_no_unit_stands_under_one_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="410122"):
        Tree([Unit("41", "河南省", Level.PROVINCE), Unit("410122101", "官渡镇", Level.TOWNSHIP, parent="410122")])


@pytest.mark.parametrize(
    ("key", "root", "under"),
    [
        ("410122101201", "410122", True),
        ("410122", "410122", True),
        ("410122", "410122101", False),
        ("410122102201", "410122101", False),
    ],
)
def test_under(key: str, root: str, under: bool) -> None:
    assert tree_of().under(key, root) is under


def test_a_tree_may_have_several_tops() -> None:
    tree = Tree([Unit("11", "北京市", Level.PROVINCE), Unit("41", "河南省", Level.PROVINCE)])
    assert tree.tops == ["11", "41"]


# -- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("官渡镇", "官渡镇"),
        ("官渡镇计生协", "官渡镇"),
        ("官渡镇计生协会", "官渡镇"),
        ("官渡镇计划生育协会", "官渡镇"),
        (" 官 渡　镇\n计生协 ", "官渡镇"),
        ("官渡\u200b镇", "官渡镇"),
        ("官渡镇计生协（公章）", "官渡镇"),
        ("官渡镇计生协(盖章)", "官渡镇"),
        ("官渡村委会", "官渡村"),
        ("官渡村民委员会", "官渡村"),
        ("官渡村村委会", "官渡村"),
        ("官渡村村民委员会计划生育协会", "官渡村"),
        ("幸福居委会", "幸福社区"),
        ("幸福居民委员会", "幸福社区"),
        ("幸福社区居委会", "幸福社区"),
        ("幸福社区居民委员会", "幸福社区"),
        ("中山路街道办事处", "中山路街道"),
        ("中山路街道办", "中山路街道"),
        ("中山路街办", "中山路街道"),
        ("中山路街道办事处幸福社区居委会", "中山路街道幸福社区"),
        ("Ａ区第１村", "A区第1村"),
        ("计生协", ""),
    ],
)
def test_bare_name(written: str, bare: str) -> None:
    assert comparable_name(written) == bare


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("官渡鎮計生協", "官渡镇"),
        ("東漳鄉大呂村村民委員會計劃生育協會", "东漳乡大吕村"),
        ("乾县", "乾县"),  # which is written so in simplified text, too
        *((name, "二〇三镇") for name in "二○三镇 二零三镇 二０三镇 二O三镇 二о三镇 二◯三镇 二〇三镇".split()),
        ("五○○村", "五〇〇村"),
        ("零陵区", "零陵区"),
        ("第—村", "第一村"),
        ("エ农镇", "工农镇"),
        ("河囗镇", "河口镇"),
        ("А区社区", "A区社区"),
        ("鹤壁市—淇县", "鹤壁市—淇县"),
    ],
)
def test_characters_that_are_read_as_others(written: str, bare: str) -> None:
    assert comparable_name(written) == bare


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("河南省", {"河南省", "河南"}),
        ("内蒙古自治区", {"内蒙古自治区", "内蒙古", "内蒙古区"}),
        ("新疆维吾尔自治区", {"新疆维吾尔自治区", "新疆", "新疆区"}),
        ("恩施土家族苗族自治州", {"恩施土家族苗族自治州", "恩施", "恩施州"}),
        ("锡林郭勒盟", {"锡林郭勒盟", "锡林郭勒"}),
        ("淇县", {"淇县"}),
        ("官渡镇", {"官渡镇"}),
    ],
)
def test_names_in_front(name: str, forms: set[str]) -> None:
    assert names_in_front(name) == forms


@pytest.mark.parametrize(
    ("name", "above", "rest"),
    [
        ("河南鹤壁淇县甲村", ["河南省", "鹤壁市"], "淇县甲村"),
        ("吉林省吉林市甲区", ["吉林省", "吉林市"], "甲区"),
        ("河南安徽甲村", [], "河南安徽甲村"),
        ("河南新村", [], "河南新村"),  # a village of this name
        ("南京路街道", [], "南京路街道"),
        ("河南省", [], "河南省"),
    ],
)
def test_provinces_and_prefectures_in_front(name: str, above: list[str], rest: str) -> None:
    found, left = without_divisions(name)
    assert (list(found.values()), left) == (above, rest)


@pytest.mark.parametrize(
    ("name", "county", "is_other"),
    [
        ("浚县城关镇", "淇县", True),
        ("浚县城关镇甲村", "淇县", True),
        ("新乡县七里营镇", "淇县", True),
        ("镇平县石佛寺镇", "淇县", True),
        ("中牟县官渡村", "淇县", True),
        ("山城区汤河街道", "淇县", True),
        ("卫辉市唐庄镇", "淇县", True),
        ("淇县城关镇", "淇县", False),
        ("城关镇", "淇县", False),
        ("长阳县龙舟坪镇", "长阳土家族自治县", False),
        ("旧县镇", "淇县", False),
        ("旧县镇社区", "淇县", False),
        ("夏县营村", "淇县", False),
        ("东花市街道", "东城区", False),
        ("新区街道", "淇县", False),
        ("开发区关堤镇", "淇县", False),
        ("南口地区南口镇村", "昌平区", False),
        ("耕莘街道栾川县城关镇西地社区", "栾川县", False),
        ("博爱县柏山镇", "焦作城乡一体化示范区", False),
    ],
)
def test_a_county_in_front_of_a_name(name: str, county: str, is_other: bool) -> None:
    assert is_of_other_county(name, county) is is_other


def test_divisions() -> None:
    """By the counts of GB/T 2260, and some of each kind."""
    assert [sum(len(code) == length for code in DIVISIONS) for length in (2, 4)] == [34, 333]
    assert [DIVISIONS[code] for code in ("11", "4106", "1522", "2327", "5323", "65")] == [
        "北京市", "鹤壁市", "兴安盟", "大兴安岭地区", "楚雄彝族自治州", "新疆维吾尔自治区",
    ]  # fmt: skip


# A county's own roster, which knows nothing above the county.
QI = """代码,名称
410622,淇县
410622100,大石岩乡
410622100201,大石岩村
410622100202,东石岩村
410622101,二〇三镇
410622101201,逐鹿营村
"""


@pytest.mark.parametrize(
    "written",
    [
        "河南省鹤壁市淇县大石岩村民委员会",
        "河南鹤壁淇县大石岩村",
        "河南省淇县大石岩村",
        "鹤壁市大石岩乡大石岩村",
        "河南省 鹤壁市-淇县·大石岩乡/大石岩村委会",
        "河南省鶴壁市淇縣大石巖村",
    ],
)
def test_units_above_the_roster_in_front(written: str) -> None:
    assert Names(tree_of(QI)).match(written) == ["410622100201"]


@pytest.mark.parametrize(
    "written", ["浙江省鹤壁市淇县大石岩村", "浙江淇县大石岩村", "安阳市淇县大石岩村", "汤阴县大石岩村"]
)
def test_a_unit_above_that_contradicts(written: str) -> None:
    assert Names(tree_of(QI)).match(written) == []


def test_units_above_that_others_name() -> None:
    village = tree_of("代码,名称\n410622100,大石岩乡\n410622100201,大石岩村\n")
    assert Names(village).match("河南省淇县大石岩村") == []
    assert Names(village, beyond={"410622": "淇县"}).match("河南省淇县大石岩村") == ["410622100201"]
    moved = tree_of("代码,名称,上级代码\n4105,安阳市,\n410622,淇县,4105\n")
    assert [Names(moved).match(f"{above}淇县") for above in ("安阳市", "鹤壁市")] == [["410622"], []]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("大石岩乡人民政府", ["410622100"]),
        ("淇县卫健委", ["410622"]),
        ("大石岩村党群服务中心", ["410622100201"]),
        ("大石岩乡社区卫生服务中心", ["410622100"]),
        ("大石岩乡东石岩村5.29统计表(盖章版)", ["410622100202"]),
        ("410622100_大石岩乡_统计表(1)", ["410622100"]),
        ("副本大石岩村 最终版", ["410622100201"]),
        ("第28个会员活动日信息统计表-淇县大石岩村2026年5月29日", ["410622100201"]),
        ("大石岩乡北石岩村", []),
        ("东大石岩村", []),
        ("浙江省淇县统计局", []),
    ],
)
def test_what_is_written_beside_a_name(text: str, keys: list[str]) -> None:
    assert Names(tree_of(QI)).held_by(text) == keys


@pytest.mark.parametrize(
    ("level", "names"),
    [
        (Level.PROVINCE, ["河南省计生协", "广西壮族自治区"]),
        (Level.COUNTY, ["中牟县", "鄂伦春自治旗", "中牟县计划生育协会（公章）"]),
        (Level.TOWNSHIP, ["官渡镇计生协", "刁家乡", "青年路街道办事处", "中牟县官渡镇"]),
        (Level.VILLAGE, ["官渡村", "官渡村委会", "幸福社区", "幸福居民委员会", "官渡镇官渡村计生协", "哈图嘎查"]),
    ],
)
def test_level_of_name(level: Level, names: list[str]) -> None:
    assert [level_of_name(name) for name in names] == [level] * len(names)


@pytest.mark.parametrize(
    "name",
    ["郑州市", "金水区", "阿坝州", "高新区管理委员会", "高新区管委会计生协", "省卫生健康委员会", "富士康科技集团", ""],
)
def test_a_name_whose_ending_does_not_tell_the_level(name: str) -> None:
    assert level_of_name(name) is None


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("中牟县计生协", ["410122"]),
        ("郑州市中牟县计划生育协会", ["410122"]),
        ("河南省计生协", ["41"]),
        ("城关镇计生协", ["410122100", "410181100"]),
        ("中牟县城关镇计生协", ["410122100"]),
        ("巩义市城关镇", ["410181100"]),
        ("郑州市巩义市城关镇", ["410181100"]),
        ("新城关镇", ["410181101"]),  # not 城关镇 with something in front
        ("中牟县新城关镇", []),
        ("中牟县城关镇官渡村村委会", ["410122100201"]),
        ("巩义市官渡村", ["410181100201"]),  # a parent may be left out
        ("城关镇中牟县官渡村", []),  # parents in the wrong order
        ("开封市中牟县", []),  # no parent of it
        ("五龙口镇", ["419900101"]),
        ("荥阳市", []),
        ("", []),
    ],
)
def test_match(written: str, keys: list[str]) -> None:
    assert Names(tree_of(TWINS)).match(written) == keys


def test_match_within() -> None:
    names = Names(tree_of(TWINS))
    assert names.match("城关镇", within="410181") == ["410181100"]
    assert names.match("巩义市", within="410181") == ["410181"]
    assert names.match("中牟县", within="410181") == []


def test_match_below_the_root_only() -> None:
    names = Names(tree_of(TWINS), root="410181")
    assert names.match("城关镇") == ["410181100"]
    assert names.match("郑州市巩义市城关镇") == ["410181100"]  # parents above the root may stand in front
    assert names.match("郑州市") == []


@pytest.mark.parametrize(
    ("folders", "key"),
    [
        (["收到", "中牟县", "城关镇"], "410122100"),
        (["41_河南省", "4101_郑州市", "410181_巩义市"], "410181"),
        (["2021年", "巩义市计生协", "最终版"], "410181"),
        (["城关镇"], None),  # two of that name
        (["中牟县", "新城关镇"], "410122"),  # none of that name there
        (["/", "..", "收到"], None),
        ([], None),
    ],
)
def test_folder(folders: list[str], key: str | None) -> None:
    assert Names(tree_of(TWINS)).unit_of_folders(folders) == key


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("五龙囗镇", ["419900101"]),
        ("中年县", ["410122"]),
        ("城官镇", ["410122100", "410181100"]),
        ("富士康", []),
    ],
)
def test_similar(written: str, keys: list[str]) -> None:
    assert Names(tree_of(TWINS)).similar(written) == keys


def test_similar_within() -> None:
    assert Names(tree_of(TWINS)).similar("城官镇", within="410181") == ["410181100"]


# -- codes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("410000000000", "41"),
        ("410100000000", "4101"),
        ("410122000000", "410122"),
        ("410122101000", "410122101"),
        ("410122101201", "410122101201"),
        ("410122", "410122"),
        ("410000", "41"),
        ("410122100", "410122100"),  # zeros that are part of the code
        ("469000", "4690"),
        ("1101010010", "110101001"),
        ("QY-001000", "QY-001000"),
        ("", ""),
        ("４１０１２２１０２", "410122102"),
        ("410 122", "410122"),
        (" 410\u3000122\u200b101\ufeff ", "410122101"),
        ("410122-101", "410122101"),
        ("41‐01–22", "410122"),
        ("41-00-00", "41"),
        ("410122-01", "410122-01"),  # eight digits are no division code
        ("1-1", "1-1"),  # nor are these: a roster numbers its units as it likes
        ("ＱＹ-００１", "QY-001"),
        ("410122.0", "410122.0"),
        ("٤١٠١٢٢", "٤١٠١٢٢"),
    ],
)
def test_bare_code(written: str, code: str) -> None:
    assert bare_code(written) == code


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("41", Level.PROVINCE),
        ("4101", Level.PREFECTURE),
        ("410122", Level.COUNTY),
        ("410122101", Level.TOWNSHIP),
        ("410122101201", Level.VILLAGE),
        ("41012", None),
        ("QY", None),
        ("٤١", None),
        ("", None),
    ],
)
def test_level_of_code(code: str, level: Level | None) -> None:
    assert level_of_code(code) is level


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("410122101201", "410122101"),
        ("410122102201", "410122"),  # a level is skipped
        ("410181", "41"),
        ("41", None),
        ("110101", None),
    ],
)
def test_parent_code(code: str, parent: str | None) -> None:
    assert parent_code(code, dict.fromkeys(["41", "410122", "410122101", "410122101201"])) == parent


def test_the_keys_by_which_findings_name_units_are_those_below_the_unit_that_is_asked_for() -> None:
    tree = tree_of(TWINS)
    for root in ("4101", "410122", "410181", "4101"):
        refs = {unit.ref: key for key, unit in tree.units.items()}
        assert tree.keys_of(refs, root) == {ref: key for ref, key in refs.items() if tree.under(key, root)}
        assert tree.keys_of({tree[root].ref}, root) == {tree[root].ref: root}
    twins = Tree(
        [Unit("4101", "甲市", Level.PREFECTURE), *(Unit(key, "乙县", Level.COUNTY, None, "4101") for key in "ab")]
    )
    assert [*twins.keys_of([one.ref for one in twins.units.values()], "4101").values()] == ["4101", None]
