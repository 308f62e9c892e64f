from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from county import tree_of
from memory import sent
from stattable.checking.accounts import AnnexOwners, picture_problem, url_problem, weibo_problem, with_annex_findings
from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn, check_returns
from stattable.model.annex import COLUMNS, Annex, AnnexRow, Picture
from stattable.model.catalogue import CATALOGUE, finding, render
from stattable.model.findings import Severity
from stattable.model.form import label_of
from stattable.model.units import Level, Scope, Tree
from stattable.qr.kinds import CodeKind
from writers.returns import own_values

PROVINCE, PREFECTURE, COUNTY, TOWNSHIP = "41", "4101", "410122", "410122101"
SHEET = "网站和新媒体明细"
COLUMN = {key: number for number, key in enumerate(COLUMNS, start=1)}
ROSTER = """代码,名称,级别,上级代码,口径,填报
41,河南省,,,,
4101,郑州市,,,,
410102,中原区,,,,
410122,中牟县,,,,
410122101,官渡镇,,,,
4102,开封市,,,,
410221,杞县,,,,
410225,中牟县,,,,
"""

OFFICIAL = CodeKind.OFFICIAL.value


def official(name: str = "one", row: int = 4) -> Picture:
    return Picture((row, 6), ((f"http://weixin.qq.com/r/{name}", OFFICIAL),), b"PNG")


ROW = AnnexRow(4, "中牟县计生协", "县级", ("http://zm.example.cn",), ("中牟计生",), ("中牟计生协",), "", (official(),))
COUNTED = {"online.county.website": 1, "online.county.wechat": 1, "online.county.weibo": 1}


def annex(*rows: AnnexRow, **more: Any) -> Annex:
    return Annex(SHEET, COLUMN, rows, **more)


def judged(
    listed: Annex | None,
    figures: dict[str, Any] | None = None,
    key: str = COUNTY,
    scope: Scope = Scope.OWN,
    tree: Tree | None = None,
    *,
    is_roster: bool = True,
    path: str = "1.xlsx",
) -> CheckedReturn:
    tree = tree or tree_of(ROSTER)
    level = tree[key].level
    beside = {} if level is Level.NATIONAL else own_values(level)
    figures = {
        **{field: value for field, value in beside.items() if not field.startswith("online")},
        **(COUNTED if figures is None else figures),
    }
    one = sent(tree, key, figures, scope, path=path, annex=listed)
    return check_returns([one], Register(tree, is_roster=is_roster), None).returns[0]


Found = tuple[str, str | None, str | None, str | None, str | None]


def told(returns: Iterable[CheckedReturn], *, is_roster: bool = True, tree: Tree | None = None) -> list[Found]:
    """The findings of the annexes: code, cell, field, raw, suggestion; all of them warnings that have words."""
    marked = with_annex_findings(list(returns), AnnexOwners(tree or tree_of(ROSTER), is_roster=is_roster))
    found = [one for checked in marked for one in checked.findings if one.code[0] == "A"]
    assert {one.severity for one in found} <= {Severity.WARNING, Severity.INFO}
    assert all(render(one, label_of) and one.path and one.sheet in {SHEET, None} for one in found)
    return [(one.code, one.cell, one.field, one.raw, one.suggestion) for one in found]


def found(*rows: AnnexRow, figures: dict[str, Any] | None = None, **more: Any) -> list[Found]:
    """What is found in a county's annex with such rows, but for the numbers of accounts."""
    return [one for one in told([judged(annex(*rows, **more), figures)]) if one[0] != "A001"]


def test_nothing_is_found_in_a_valid_annex() -> None:
    assert told([judged(annex(ROW))]) == []


def test_all_codes_are_warnings_but_what_no_unit_can_mend() -> None:
    codes = {code: entry.severity for code, entry in CATALOGUE.items() if code[0] == "A"}
    assert codes == {f"A{number:03}": Severity.WARNING for number in range(1, 10)} | {"A010": Severity.INFO}


def test_a_return_that_is_rejected_is_not_held_against_its_annex() -> None:
    checked = judged(annex(replace(ROW, unit="")), {}).with_findings(finding("F001"))
    assert told([checked]) == []


# -- A001: numbers ------------------------------------------------------------------------------------------


def fields_that_differ(key: str, scope: Scope, figures: dict[str, Any], rows: Sequence[AnnexRow] | None) -> list[Any]:
    listed = None if rows is None else annex(*rows)
    marked = with_annex_findings([judged(listed, figures, key, scope)], AnnexOwners(tree_of(ROSTER), is_roster=True))
    return [
        (one.field, one.params["reason"], one.params["form"], one.params["listed"])
        for one in marked[0].findings
        if one.code == "A001"
    ]


COUNTY_ROW = replace(ROW, row=5)
PREFECTURE_ROW = AnnexRow(
    6, "郑州市", "地市级", ("http://zz.example.cn",), ("郑州计生",), ("郑州计生协",), "", (official("z", 6),)
)
PROVINCE_ROW = AnnexRow(7, "河南省", "省级", ("http://ha.example.cn",), ("河南计生",), (), "", (official("h", 7),))
OF_PREFECTURE = {f"online.prefecture.{kind}": 1 for kind in ("website", "wechat", "weibo")}
OF_PROVINCE = {"online.province.website": True, "online.province.wechat": True}
OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE


@pytest.mark.parametrize(
    ("key", "scope", "figures", "rows", "expected"),
    [
        pytest.param(COUNTY, OWN, {}, None, [], id="no annex, and none wanted"),
        pytest.param(COUNTY, OWN, dict.fromkeys(COUNTED, 0), None, [], id="no annex, and 0"),
        pytest.param(COUNTY, OWN, COUNTED, None, [(None, "none", 3, 0)], id="no annex: one finding"),
        pytest.param(COUNTY, OWN, COUNTED, [ROW], [], id="as many"),
        pytest.param(
            COUNTY, OWN, {**COUNTED, "online.county.wechat": 2}, [ROW],
            [("online.county.wechat", "differs", 2, 1)], id="fewer than counted",
        ),
        pytest.param(
            COUNTY, OWN, {}, [ROW], [(field, "differs", 0, 1) for field in COUNTED], id="listed, but not counted"
        ),
        pytest.param(
            COUNTY, OWN, COUNTED, [ROW, replace(ROW, row=5, websites=(), weibo=())],
            [("online.county.wechat", "differs", 1, 2)], id="more than counted",
        ),
        pytest.param(COUNTY, OWN, COUNTED, [replace(ROW, wechat=())], [], id="an account by its picture alone"),
        pytest.param(COUNTY, OWN, COUNTED, [replace(ROW, pictures=())], [], id="an account by its name alone"),
        pytest.param(
            PREFECTURE, CUMULATIVE, {**COUNTED, **OF_PREFECTURE}, [PREFECTURE_ROW, COUNTY_ROW], [], id="two levels"
        ),
        pytest.param(
            PREFECTURE, CUMULATIVE, {**COUNTED, **OF_PREFECTURE}, [replace(PREFECTURE_ROW, websites=()), COUNTY_ROW],
            [("online.prefecture.website", "differs", 1, 0)], id="each level by itself",
        ),
        pytest.param(
            PREFECTURE, OWN, OF_PREFECTURE, [PREFECTURE_ROW, COUNTY_ROW],
            [(field, "differs", 0, 1) for field in COUNTED], id="below, in an own return",
        ),
        pytest.param(PROVINCE, OWN, OF_PROVINCE, [PROVINCE_ROW], [], id="有"),
        pytest.param(
            PROVINCE, OWN, OF_PROVINCE, [PROVINCE_ROW, replace(PROVINCE_ROW, row=8, wechat=("别号",))], [],
            id="有 stands for any number",
        ),
        pytest.param(
            PROVINCE, OWN, {**OF_PROVINCE, "online.province.website": False}, [PROVINCE_ROW],
            [("online.province.website", "differs", 0, 1)], id="无, but listed",
        ),
        pytest.param(
            PROVINCE, OWN, OF_PROVINCE, [replace(PROVINCE_ROW, websites=())],
            [("online.province.website", "differs", 1, 0)], id="有, but not listed",
        ),
        pytest.param(
            PROVINCE, OWN, {"online.province.website": False, "online.province.wechat": False}, None, [], id="无, none"
        ),
        pytest.param(
            PROVINCE, OWN, OF_PROVINCE, [replace(PROVINCE_ROW, weibo=("河南计生",))], [], id="no column for its Weibo"
        ),
        pytest.param(TOWNSHIP, OWN, {}, [ROW], [], id="townships have none"),
    ],
)  # fmt: skip
def test_numbers(key: str, scope: Scope, figures: dict[str, Any], rows: Any, expected: list[Any]) -> None:
    assert fields_that_differ(key, scope, figures, rows) == expected


NATION = """代码,名称,级别,上级代码,口径,填报
0,中国,全国,,,
41,河南省,,0,,
42,湖北省,,0,,
"""


@pytest.mark.parametrize(
    ("websites", "expected"), [(2, []), (1, [("online.province.website", 1, 2)])], ids=["as many", "fewer"]
)
def test_the_nation_counts_its_provinces(websites: int, expected: list[Any]) -> None:
    tree = tree_of(NATION)
    rows = [
        AnnexRow(4, "河南省", "省级", ("http://ha.example.cn",)),
        AnnexRow(5, "湖北省", "省级", ("http://hb.example.cn",)),
    ]
    one = judged(annex(*rows), {"online.province.website": websites}, "0", CUMULATIVE, tree)
    marked = with_annex_findings([one], AnnexOwners(tree, is_roster=True))[0].findings
    assert [(f.field, f.params["form"], f.params["listed"]) for f in marked if f.code == "A001"] == expected


# -- row by row ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(replace(ROW, websites=("zm.example.cn",)),
                     [("A002", "D4", None, "zm.example.cn", "http://zm.example.cn")], id="no scheme"),
        pytest.param(replace(ROW, websites=("见官网",)), [("A002", "D4", None, "见官网", None)], id="no URL"),
        pytest.param(replace(ROW, websites=("http://a.cn", "b")), [("A002", "D4", None, "b", None)], id="one of two"),
        pytest.param(replace(ROW, pictures=()), [("A003", "F4", None, None, None)], id="no QR code"),
        pytest.param(replace(ROW, wechat=("中牟计生", "幸福中牟")), [("A003", "F4", None, None, None)],
                     id="two accounts, one QR code"),
        pytest.param(replace(ROW, wechat=("中牟计生", "幸福中牟"),
                             pictures=(Picture((4, 6), (*official().codes, *official("two").codes), b""),)), [],
                     id="two accounts, one picture with both codes"),
        pytest.param(replace(ROW, wechat=(), pictures=()), [], id="no account, no QR code"),
        pytest.param(replace(ROW, pictures=(Picture((4, 6), (), b""),)), [("A004", "F4", None, None, None)],
                     id="nothing in the picture"),
        pytest.param(replace(ROW, pictures=(Picture((4, 7), fault="svg"),)), [("A004", "G4", None, None, None)],
                     id="its cell is where it stands"),
        pytest.param(replace(ROW, pictures=(Picture((4, 6), (("https://u.wechat.com/x", "personal card"),), b""),)),
                     [("A004", "F4", None, "https://u.wechat.com/x", None)], id="a personal card"),
        pytest.param(replace(ROW, weibo=("@中牟计生协",)), [("A006", "G4", None, "@中牟计生协", "中牟计生协")], id="@"),
        pytest.param(replace(ROW, weibo=("https://weibo.com/u/1",)),
                     [("A006", "G4", None, "https://weibo.com/u/1", None)], id="a URL for a name"),
        pytest.param(replace(ROW, unit=""), [("A007", "B4", None, None, None)], id="no unit"),
        pytest.param(replace(ROW, level=""), [("A007", "C4", None, "中牟县计生协", None)], id="no level"),
        pytest.param(replace(ROW, level="科级"), [("A007", "C4", None, "中牟县计生协", None)], id="no level's name"),
        pytest.param(replace(ROW, unit="中牟县计划生育协会"), [], id="another spelling"),
        pytest.param(replace(ROW, unit="郑州市", level="地市级"), [("A007", "B4", None, "郑州市", None)], id="above"),
        pytest.param(replace(ROW, unit="杞县"), [("A007", "B4", None, "杞县", None)], id="elsewhere"),
        pytest.param(replace(ROW, unit="某某县"), [("A007", "B4", None, "某某县", None)], id="not in the roster"),
        pytest.param(replace(ROW, level="地市级"), [("A007", "B4", None, "中牟县计生协", None)], id="not its level"),
    ],
)  # fmt: skip
def test_one_thing_broken(row: AnnexRow, expected: list[Found]) -> None:
    assert found(row) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"unread": "format"}, [("A008", None, None, None, None)]),
        ({"unread": "PIL"}, [("A010", None, None, None, None)]),
        ({"left_out": 8000}, [("A004", None, None, None, None)]),
        ({"stray": (official(row=40), Picture((41, 6), fault="broken"))},
         [("A004", "F40:F41", None, None, None)]),
    ],
)  # fmt: skip
def test_pictures_outside_the_rows(more: Any, expected: list[Found]) -> None:
    assert found(ROW, **more) == expected


def test_without_pictures_of_such_a_file_there_is_no_talk_of_missing_codes() -> None:
    assert found(replace(ROW, pictures=()), unread="format") == [("A008", None, None, None, None)]
    unread = replace(ROW, pictures=tuple(replace(one, codes=()) for one in ROW.pictures))
    assert found(unread, unread="zxingcpp") == [("A010", None, None, None, None)]


@pytest.mark.parametrize(
    ("unit", "level", "expected"),
    [
        ("中牟县", "县级", None),
        ("中原区", "县级", None),
        ("郑州市", "地市级", None),
        ("郑州市计划生育协会", "地市级", None),
        ("河南省", "省级", "outside"),
        ("杞县", "县级", "outside"),
        ("郑州市", "", "no_level"),
        ("中原区", "", "no_level"),
        ("", "县级", "no_unit"),
        ("某某县", "县级", "outside"),
        ("郑州市中牟县", "县级", None),
    ],
)
@pytest.mark.parametrize("is_roster", [True, False])
def test_whose_a_prefectures_rows_are(unit: str, level: str, expected: str | None, *, is_roster: bool) -> None:
    tree = tree_of(ROSTER)
    one = judged(annex(replace(ROW, unit=unit, level=level)), {}, PREFECTURE, CUMULATIVE, is_roster=is_roster)
    if unit == "某某县" and not is_roster:
        expected = None  # nobody can tell
    assert [row.problem for row in AnnexOwners(tree, is_roster=is_roster).entries_of(one)] == [expected]


TWINS = ROSTER + "410103,中原区,,,,\n"


def test_of_two_units_of_a_name_nobody_can_tell_which() -> None:
    tree = tree_of(TWINS)
    one = judged(annex(replace(ROW, unit="中原区")), {}, PREFECTURE, CUMULATIVE, tree)
    listed = AnnexOwners(tree, is_roster=True).entries_of(one)[0]
    assert (listed.key, listed.level, listed.problem) == (None, "county", "ambiguous")


def test_a_county_lists_no_other_county_even_where_nothing_else_is_known() -> None:
    tree = tree_of("代码,名称,级别\n410122,中牟县,\n")
    one = judged(annex(replace(ROW, unit="某某县")), {}, tree=tree, is_roster=False)
    assert [row.problem for row in AnnexOwners(tree, is_roster=False).entries_of(one)] == ["outside"]


# -- A005: what is there twice ------------------------------------------------------------------------------


def own_row(row: int, unit: str = "中牟县", level: str = "县级", **more: Any) -> AnnexRow:
    return AnnexRow(row, unit, level, **more)


URL = "http://zm.example.cn"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({"websites": (URL,)}, {"websites": (URL,)}, ("D5", URL), id="URL"),
        pytest.param({"websites": (URL,)}, {"websites": ("https://ZM.example.cn/",)}, ("D5", None), id="its spelling"),
        pytest.param({"websites": (URL,)}, {"websites": (f"{URL}/jsx",)}, None, id="another page"),
        pytest.param({"websites": (f"{URL}/A",)}, {"websites": (f"{URL}/a",)}, None, id="a path's case"),
        pytest.param({"weibo": ("中牟计生",)}, {"weibo": ("中牟 计生",)}, ("G5", None), id="Weibo"),
        pytest.param({"weibo": ("中牟计生",)}, {"wechat": ("中牟计生",), "pictures": (official(row=5),)}, None,
                     id="one name for Weibo and WeChat"),
        pytest.param({"pictures": (official(),)}, {"pictures": (official(row=5),)}, ("F5", None), id="QR code"),
        pytest.param({"pictures": (official(),)}, {"pictures": (official("two", 5),)}, None, id="two QR codes"),
    ],
)  # fmt: skip
def test_twice_in_an_annex(first: Any, second: Any, expected: tuple[str, str | None] | None) -> None:
    said = [one for one in found(own_row(4, **first), own_row(5, **second)) if one[0] == "A005"]
    assert [one[1] for one in said] == ([expected[0]] if expected else [])


@pytest.mark.parametrize(
    ("twice", "cell"),
    [
        ({"websites": (URL, URL)}, "D4"),
        ({"weibo": ("中牟计生", "@中牟计生")}, "G4"),
        ({"pictures": (official(), official())}, "F4"),
    ],
    ids=["URL", "Weibo", "QR code"],
)
def test_twice_in_a_row(twice: Any, cell: str) -> None:
    assert [one[:2] for one in found(own_row(4, **twice)) if one[0] == "A005"] == [("A005", cell)]


def two_counties(first: AnnexRow, second: AnnexRow) -> list[Found]:
    returns = [judged(annex(first), {}, path="1.xlsx"), judged(annex(second), {}, "410102", path="2.xlsx")]
    return [one for one in told(returns) if one[0] == "A005"]


@pytest.mark.parametrize(
    ("given", "cell"),
    [({"websites": (URL,)}, "D5"), ({"weibo": ("中牟计生",)}, "G5"), ({"pictures": (official(),)}, "F5"),
     ({"wechat": ("健康",), "pictures": ()}, None)],
    ids=["URL", "Weibo", "QR code", "names of WeChat accounts are no keys"],
)  # fmt: skip
def test_given_by_two_units(given: Any, cell: str | None) -> None:
    said = two_counties(own_row(4, **given), own_row(5, "中原区", **given))
    assert [one[:2] for one in said] == ([("A005", cell)] if cell else [])


def test_the_same_of_a_unit_by_itself_and_through_its_parent_is_not_twice() -> None:
    returns = [
        judged(annex(ROW), path="1.xlsx"),
        judged(annex(PREFECTURE_ROW, COUNTY_ROW), {**COUNTED, **OF_PREFECTURE}, PREFECTURE, CUMULATIVE, path="2.xlsx"),
    ]
    assert told(returns) == []


# -- what is no URL, no Weibo name, no official account ----------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.zhongmu.gov.cn", None), ("https://www.zhongmu.gov.cn/", None), ("HTTP://WWW.ZHONGMU.GOV.CN", None),
        ("http://a.cn:8080/x/y.html?a=1&b=2#c", None), ("http://健康.中国/", None),
        ("http://xn--fiqs8s.xn--fiqs8s/", None),
        ("http://218.28.10.5:8080/jsx/", None), ("http://a-b.c_d.cn", None), ("http://a.cn/中文/页.html", None),
        ("www.zhongmu.gov.cn", "http://www.zhongmu.gov.cn"), ("zhongmu.gov.cn/jsx", "http://zhongmu.gov.cn/jsx"),
        ("//www.a.cn", ""), ("http:www.a.cn", ""), ("http:/www.a.cn", ""),
        ("http//www.a.cn", ""), ("htp://www.a.cn", ""), ("ftp://a.cn", ""), ("http://", ""),
        ("http://localhost", ""), ("中牟县政府网", ""), ("有", ""), ("1", ""), ("javascript:alert(1)", ""),
        ("http://[::1", ""), ("http://a..cn", ""), ("http://.cn", ""), ("a@b.cn", ""),
        ("http://a.c", ""), ("1.5", ""), ("http://999.1.1.1/", ""), ("2021.5.29", ""),
        ("http://" + "a" * 5000, ""), ("file:///etc/passwd", ""),
    ],
)  # fmt: skip
def test_urls(url: str, expected: str | None) -> None:
    assert url_problem(url) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("中牟计生", None), ("中牟", None), ("abcd", None), ("zhongmu_jsx-1", None), ("健康中牟2021", None),
        ("长" * 15, None), ("@中牟计生", "中牟计生"), ("＠中牟计生", "中牟计生"), ("@@中牟计生", "中牟计生"),
        ("长" * 16, ""), ("a" * 30, None), ("a" * 31, ""), ("abc", ""), ("中", ""), ("@", ""), ("有", ""), ("1", ""),
        ("12345678", ""), ("中牟 计生", ""), ("https://weibo.com/zhongmu", ""), ("weibo.com/u/123", ""),
        ("中牟计生（官方）", ""), ("a@b.com", ""), ("", ""), ("@abc", ""),
    ],
)  # fmt: skip
def test_weibo_names(name: str, expected: str | None) -> None:
    assert weibo_problem(name) == expected


@pytest.mark.parametrize(
    ("fault", "kinds", "expected"),
    [
        (None, ["official account"], None),
        (None, ["article", "official account"], None),
        (None, [], "no_code"),
        *((None, [kind.value], kind.value) for kind in CodeKind if kind is not CodeKind.OFFICIAL),
        (None, ["group", "article"], "group"),
        *((fault, [], fault) for fault in ("svg", "emf", "pixels", "broken", "format", "missing", "size")),
    ],
)
def test_what_is_no_official_accounts_picture(fault: str | None, kinds: list[str], expected: str | None) -> None:
    assert picture_problem(fault, kinds) == expected


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        *((Picture((4, 6), (("x", kind.value),), b""), words) for kind, words in {
            CodeKind.PERSONAL: "个人微信名片", CodeKind.GROUP: "微信群", CodeKind.PAYMENT: "收款",
            CodeKind.MINI_PROGRAM: "小程序", CodeKind.ARTICLE: "文章", CodeKind.WORK: "企业微信", CodeKind.OTHER: "x",
        }.items()),
        *((Picture((4, 6), fault=fault), words) for fault, words in {
            "svg": "SVG", "emf": "EMF", "pixels": "尺寸", "broken": "损坏", "format": "格式", "missing": "打不开",
            "size": "10 MB",
        }.items()),
    ],
)  # fmt: skip
def test_it_says_which(picture: Picture, words: str) -> None:
    marked = with_annex_findings(
        [judged(annex(replace(ROW, pictures=(picture,))))], AnnexOwners(tree_of(ROSTER), is_roster=True)
    )
    said = [render(one, label_of) for one in marked[0].findings if one.code == "A004"]
    assert len(said) == 1
    assert words in said[0]
