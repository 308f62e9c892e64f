import csv
from pathlib import Path

import openpyxl
import pytest

from command_line import run
from county import ROSTER, tree_of
from stattable.model.catalogue import render
from stattable.model.form import label_of
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.roster import read_roster, read_roster_rows
from writers.returns import save

SMALL = """代码,名称
410122,中牟县
410122101,官渡镇
410122101201,官渡村
"""


def built(text: str) -> tuple[dict[str, Unit], list[str]]:
    """Build the roster `text`; return its units, and its faults as they read."""
    tree, faults, _ = read_roster_rows(list(csv.reader(text.splitlines())), "名册.csv")
    return tree.units, [render(fault, label_of) for fault in faults]


def places(tree: Tree) -> dict[str, tuple[str, Level, str | None]]:
    return {key: (unit.name, unit.level, unit.parent) for key, unit in tree.units.items()}


SMALL_PLACES = {
    "410122": ("中牟县", Level.COUNTY, None),
    "410122101": ("官渡镇", Level.TOWNSHIP, "410122"),
    "410122101201": ("官渡村", Level.VILLAGE, "410122101"),
}


# -- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", SMALL),
        ("utf-8-sig", SMALL),
        ("gbk", SMALL),
        ("utf-8", SMALL.replace(",", "\t")),
        ("gbk", SMALL.replace(",", "\t")),
        ("utf-16", SMALL.replace(",", "\t")),  # as Excel saves Unicode 文本
        ("utf-8", SMALL.replace(",", ";")),
        ("utf-8", SMALL.replace("\n", "\r\n")),
        ("utf-8", "\n\n" + SMALL),
        ("utf-8", SMALL.replace("官渡镇", '"官渡镇"')),
        ("utf-8", SMALL.replace("官渡镇", " 官渡镇\u200b ")),
        ("utf-8", SMALL.replace("410122101,", "'410122101,")),  # as Excel is made to keep text
        ("utf-8", SMALL.replace("410122101,", "４１０１２２１０１,")),
        ("utf-8", SMALL + ",\n"),
    ],
    ids=str.split(
        "utf-8 bom gbk tabs gbk-tabs utf-16-tabs semicolons crlf blank-lines quoted spaces apostrophe wide empty-row"
    ),
)
def test_read_csv(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(text.encode(encoding))
    tree, faults, _ = read_roster(str(path))
    assert (places(tree), faults) == (SMALL_PLACES, [])


@pytest.mark.parametrize("codes", [[410122, 410122101, 410122101201], ["410122", "410122101", "410122101201"]])
def test_read_xlsx(tmp_path: Path, codes: list[object]) -> None:
    workbook = openpyxl.Workbook()
    rows = [["代码", "名称"], *zip(codes, ["中牟县", "官渡镇", "官渡村"], strict=True)]
    for row in rows:
        workbook.worksheets[0].append(list(row))
    tree, faults, _ = read_roster(str(save(workbook, tmp_path / "名册.xlsx")))
    assert (places(tree), faults) == (SMALL_PLACES, [])


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 damaged", b"\xff\xff\xff\xff\xff", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_what_is_no_roster(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="读不出来"):
        read_roster(str(path))


# -- rows -------------------------------------------------------------------------------------------------


def test_all_columns() -> None:
    units, faults = built(
        "代码,名称,级别,上级代码,口径,填报,联系人,电话\n"
        "410122,中牟县,县级,-,汇总,是,李四,0371-62100000\n"
        "410122101,官渡镇,乡镇,410122000000,本级,否,,\n"
    )
    county = Unit("410122", "中牟县", Level.COUNTY, "410122", None, Scope.CUMULATIVE, True, "李四", "0371-62100000")
    township = Unit("410122101", "官渡镇", Level.TOWNSHIP, "410122101", "410122", Scope.OWN, expected=False)
    assert (units, faults) == ({"410122": county, "410122101": township}, [])


def test_english_heads_in_another_order() -> None:
    units, faults = built(
        "phone,contact,expected,scope,parent,level,name,code\n0371-62100000,李四,no,cumulative,-,county,中牟县,410122\n"
    )
    county = Unit("410122", "中牟县", Level.COUNTY, "410122", None, Scope.CUMULATIVE, False, "李四", "0371-62100000")
    assert (units, faults) == ({"410122": county}, [])


def test_units_are_sorted_by_code() -> None:
    head, *rows = SMALL.splitlines()
    units, faults = built("\n".join([head, *reversed(rows)]))
    assert (list(units), faults) == (["410122", "410122101", "410122101201"], [])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            "410000000000,河南省\n410100000000,郑州市\n410122000000,中牟县\n410122101000,官渡镇\n410122101201,官渡村",
            {"41": None, "4101": "41", "410122": "4101", "410122101": "410122", "410122101201": "410122101"},
            id="padded",
        ),
        pytest.param(
            "４１,河南省\n41 01,郑州市\n410122\u200b,中牟县\n410122-101,官渡镇\n410122-101 201,官渡村",
            {"41": None, "4101": "41", "410122": "4101", "410122101": "410122", "410122101201": "410122101"},
            id="as they come out of other documents",
        ),
        pytest.param(
            "41,河南省\n410122,中牟县\n410122101201,官渡村",
            {"41": None, "410122": "41", "410122101201": "410122"},
            id="levels skipped",
        ),
        pytest.param("110101,东城区\n110102,西城区", {"110101": None, "110102": None}, id="several tops"),
        pytest.param(
            "4419,东莞市\n441900006,石排镇", {"4419": None, "441900006": "4419"}, id="townships under a prefecture"
        ),
    ],
)
def test_parents_by_code(rows: str, expected: dict[str, str | None]) -> None:
    units, faults = built(f"代码,名称\n{rows}")
    assert ({key: unit.parent for key, unit in units.items()}, faults) == (expected, [])


@pytest.mark.parametrize(
    ("row", "level", "parent"),
    [
        ("410122901,富士康集团,,", Level.TOWNSHIP, "410122"),
        ("410122901,富士康集团,县级,41", Level.COUNTY, "41"),
        ("410122901,富士康集团,,41", Level.TOWNSHIP, "41"),
        ("410122901,富士康集团,,410000000000", Level.TOWNSHIP, "41"),
        ("410122901,富士康集团,,-", Level.TOWNSHIP, None),
        ("410122901,富士康集团,,－", Level.TOWNSHIP, None),
        ("QY001,富士康集团,乡镇级,410122", Level.TOWNSHIP, "410122"),
        ("QY001,富士康集团,乡镇级,", Level.TOWNSHIP, None),
    ],
)
def test_columns_override_the_code(row: str, level: Level, parent: str | None) -> None:
    units, faults = built(f"代码,名称,级别,上级代码\n41,河南省,,\n410122,中牟县,,\n{row}")
    unit = units[row.partition(",")[0]]
    assert ((unit.level, unit.parent), faults) == ((level, parent), [])


def test_who_is_not_expected() -> None:
    words = {
        "": True,
        "是": True,
        "有": True,
        "yes": True,
        "1": True,
        "否": False,
        "不": False,
        "No": False,
        "0": False,
    }
    rows = [f"4101{at:02},县,{word}" for at, word in enumerate(words, start=10)]
    units, faults = built("\n".join(["代码,名称,填报", *rows]))
    assert ([unit.expected for unit in units.values()], faults) == ([*words.values()], [])


# -- faults -----------------------------------------------------------------------------------------------

HEAD = "代码,名称,级别,上级代码,口径,填报"
FIX = "请改正名册后重试。"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("410122000000,中牟县,,,,", "名册第 4 行：代码 410122 与第 3 行重复。"),
        (",刁家乡,,,,", "名册第 4 行：没有代码，也没有写上级（名称是“刁家乡”）；没有代码的单位，至少要写名称和上级。"),
        ("410122103,,,,,", "名册第 4 行：没有名称（代码是 410122103）。"),
        (f"410122103,{'乡' * 256},,,,", "名册第 4 行：名称超过 255 个字。"),
        (f"{'A' * 33},刁家乡,乡,,,", "名册第 4 行：代码超过 32 个字符。"),
        ("4.10E+11,刁家乡,,,,", "名册第 4 行：代码成了“4.10E+11”，是 Excel 把长数字改成了科学计数，后几位已经丢失；"
                               "请找回原来的代码，把这一列设为“文本”格式后重新填写，另存为 .xlsx。"),
        ("410122103,刁家乡,科,,,", "名册第 4 行：级别“科”认不出（应为省级、地市级、县级、乡镇级或村居社区级）。"),
        ("QY001,富士康集团,,,,", "名册第 4 行：代码 QY001 不是 2、4、6、9 或 12 位数字，又没有写级别。"),
        ("101,郑州市,,,,",
         "名册第 4 行：代码少了一位，多半是开头的 0 被 Excel 去掉了，或者漏抄了：101（原来可能是 0101）；"
         "请找回原来的代码，把这一列设为“文本”格式后重新填写。"),
        ("41012210120,某村,,,,",
         "名册第 4 行：代码少了一位，多半是开头的 0 被 Excel 去掉了，或者漏抄了：41012210120（只有 11 位）；"
         "请找回原来的代码，把这一列设为“文本”格式后重新填写。"),
        ("4101221,刁家乡,,,,", "名册第 4 行：代码 4101221 不是 2、4、6、9 或 12 位数字，又没有写级别。"),
        ("410122103,刁家乡,,,全部,", "名册第 4 行：口径“全部”认不出（应为本级或汇总）。"),
        ("410122103,刁家乡,,,,也许", "名册第 4 行：填报“也许”认不出（应为是或否）。"),
        ("410122103,刁家乡,,4102,,", "名册第 4 行：上级代码 4102 不在名册里。"),
        ("410122103,刁家乡,,410122103,,", "名册第 4 行：410122103 的上级绕了一圈又回到它自己。"),
        ("410122103,刁家乡,县级,,,", "名册第 4 行：级别是县级，上级“中牟县”却是县级，上级的级别必须更高。"),
    ],
)  # fmt: skip
def test_fault(row: str, fault: str) -> None:
    assert built(f"{HEAD}\n41,河南省,,,,\n410122,中牟县,,,,\n{row}\n410122101,官渡镇,,,,") == ({}, [fault + FIX])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("代码,单位地址\n41,郑州", "名册第 1 行：缺少列“名称”（"),
        ("41,河南省\n4101,郑州市", "名册第 1 行：缺少列“代码、名称”（"),
        ("代码,名称", "名册第 1 行：没有任何单位。"),
        ("", "名册第 1 行：没有任何单位。"),
    ],
)
def test_no_roster_at_all(text: str, fault: str) -> None:
    units, faults = built(text)
    assert units == {}
    assert [one[: len(fault)] for one in faults] == [fault]


def test_every_fault_is_named() -> None:
    units, faults = built(
        f"{HEAD}\n"
        "410122,中牟县,,410122101,,\n"  # a circle of two
        "410122101,官渡镇,县级,410122,,\n"
        "410122101,官渡镇,,,,\n"
        "410122102,,,,,\n"
        "410122102201,东狼城岗村,,,,\n"  # its parent's row is faulty: no fault of its own
    )
    assert units == {}
    assert faults == [
        f"名册第 2–3 行：410122、410122101 的上级绕了一圈又回到它自己。{FIX}",
        f"名册第 4 行：代码 410122101 与第 3 行重复。{FIX}",
        f"名册第 5 行：没有名称（代码是 410122102）。{FIX}",
    ]


@pytest.mark.parametrize(
    ("row", "cell"),
    [("410122,中牟县,,,,", "A4"), ("410122103,刁家乡,,4102,,", "D4"), ("410122103,刁家乡,,,,也许", "F4")],
)
def test_a_fault_names_its_cell(row: str, cell: str) -> None:
    text = f"{HEAD}\n41,河南省,,,,\n410122,中牟县,,,,\n{row}"
    _, faults, _ = read_roster_rows(list(csv.reader(text.splitlines())), "名册.csv")
    assert [(fault.code, fault.path, fault.cell) for fault in faults] == [("U007", "名册.csv", cell)]


@pytest.mark.parametrize(
    "arguments", [["check", "收到"], ["merge", "收到", "-o", "汇总.xlsx"], ["new", "-o", "空白表"]]
)
def test_a_faulty_roster_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "收到").mkdir()
    (tmp_path / "名册.csv").write_text(ROSTER + "41,河南省,,,,,,\n", encoding="utf-8")
    result = run(*arguments, "--roster", "名册.csv")
    assert result.code == 1
    assert "U007" in result.out
    assert "第 10 行" in result.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["名册.csv", "收到"]


def test_the_roster_of_the_tests_is_valid() -> None:
    assert len(tree_of().units) == 8


def test_a_formula_without_a_result_is_a_fault_and_no_blank(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for row in (["代码", "名称", "口径"], ["410122", "中牟县", '=IF(1,"汇总","本级")'], ["410122101", "官渡镇", None]):
        workbook.active.append(row)
    tree, faults, _ = read_roster(str(save(workbook, tmp_path / "名册.xlsx")))
    assert not tree.units
    assert [(fault.code, fault.rows, fault.raw) for fault in faults] == [("U007", (2,), '=IF(1,"汇总","本级")')]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("1,河南省,,,,\n101,郑州市,,,,\n", "名册第 2–3 行：代码少了一位，多半是开头的 0 被 Excel 去掉了，或者漏抄了："
         "1（原来可能是 01）、101（原来可能是 0101）；请找回原来的代码，把这一列设为“文本”格式后重新填写。"),
        ("41,河南省,,,,\n41,湖南省,,,,\n4101,郑州市,,,,\n410000,山西省,,,,\n4101,开封市,,,,\n",
         "名册第 3、5–6 行（共 3 行）：代码 41 与第 2 行、4101 与第 4 行重复。"),
        ("41,河南省,科,,,\n4101,郑州市,股,,,\n410122,中牟县,科,,,\n",
         "名册第 2–4 行（共 3 行）：级别“科”、“股”认不出（应为省级、地市级、县级、乡镇级或村居社区级）。"),
        ("41,河南省,县,,,\n4101,郑州市,县,,,\n4102,开封市,乡,41,,\n4103,洛阳市,省,41,,\n",
         "名册第 3、5 行：级别是县级，上级“河南省”却是县级；级别是省级，上级“河南省”却是县级，上级的级别必须更高。"),
        (",,,,,甲\n,,,,,乙\n", "名册第 2–3 行：既没有代码，也没有名称。"),
    ],
    ids=["zeros", "twice", "level-word", "level-order", "nothing"],
)  # fmt: skip
def test_one_cause_is_one_finding(rows: str, fault: str) -> None:
    assert built(f"{HEAD}\n{rows}") == ({}, [fault + FIX])


def test_a_cause_in_two_columns_is_two_findings() -> None:
    _, faults = built(f"{HEAD}\n4.10E+11,甲村,,4.10E+08,,\n4.10E+11,乙村,,4.10E+08,,\n")
    assert [fault[: fault.index("，")] for fault in faults] == [
        "名册第 2–3 行：代码成了“4.10E+11”", "名册第 2–3 行：上级代码成了“4.10E+08”",
    ]  # fmt: skip
