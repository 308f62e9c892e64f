"""What stands around the rows of a roster: titles, heads in any shape, sums, notes, other sheets, other rows."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from command_line import codes, run
from stattable.model.catalogue import render
from stattable.model.form import label_of
from stattable.model.refusals import Refusal
from stattable.reading.roster import Roster, read_roster
from writers import books
from writers.returns import save

UNITS = "410122,中牟县\n410122101,官渡镇\n410122102,狼城岗镇\n"
KEYS = ["410122", "410122101", "410122102"]
ROWS: list[list[Any]] = [["代码", "名称"], [410122, "中牟县"], [410122101, "官渡镇"], [410122102, "狼城岗镇"]]
LIKE = "像是合计或说明，不像单位，可是写了代码、级别或上级；不是单位的，请整行删去"
CHECK = "。请核对；其中有单位的，请改好名册后重试。"


def read(tmp_path: Path, text: str | bytes) -> tuple[list[str], list[str]]:
    """Read a roster as text; return the keys of its units, and what is said of it."""
    path = tmp_path / "名册.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return said_of(read_roster(str(path)))


def said_of(roster: Roster) -> tuple[list[str], list[str]]:
    return [*roster.tree.units], [render(one, label_of) for one in (*roster.faults, *roster.notes)]


def workbook(*sheets: tuple[str, list[list[Any]]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def read_book(tmp_path: Path, made: openpyxl.Workbook) -> tuple[list[str], list[str]]:
    return said_of(read_roster(str(save(made, tmp_path / "名册.xlsx"))))


# -- text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '代码,名称\n="410122",中牟县\n"=""410122101""",官渡镇\n=410122102,狼城岗镇\n',
        "代码,名称\n410122.0,中牟县\n410122101.00,官渡镇\n４１０１２２　１０２.0,狼城岗镇\n",
        "代码,名称\n’410122,中牟县\n'410122101,官渡镇\n`410 122 102,狼城岗镇\n",
        '代码,名称\n"410,122",中牟县\n"410,122,101.00",官渡镇\n= "410122102",狼城岗镇\n',
        f"sep=;\r\n代码;名称\r\n{UNITS.replace(',', ';')}",
        f'"sep=;"\n代码;名称\n{UNITS.replace(",", ";")}',
        f"SEP=\t\n代码\t名称\n{UNITS.replace(',', chr(9))}",
        f"代码，名称\n{UNITS.replace(',', '，')}",
        f"代码；名称\n{UNITS.replace(',', '；')}",
        f"代码，名称\n{UNITS.replace(',', '，')}".encode("gb18030"),
        f"代码\t名称\n{UNITS.replace(',', chr(9))}".encode("utf-16-le"),
        f"代码\t名称\n{UNITS.replace(',', chr(9))}".encode("utf-16-be"),
        b"\xfe\xff" + f"代码\t名称\n{UNITS.replace(',', chr(9))}".encode("utf-16-be"),
    ],
    ids=str.split("equals floats apostrophes grouped sep sep-quoted sep-tab wide-comma wide-semicolon gb18030 utf16le"
                  " utf16be utf16be-bom"),
)  # fmt: skip
def test_a_text_however_it_was_saved(tmp_path: Path, text: str | bytes) -> None:
    assert read(tmp_path, text) == (KEYS, [])


DITTO = "；请把表示“同上”的引号改成文字或者删去，格子里的换行也删去，再保存（存成 .xlsx 最可靠）。请改正名册后重试。"


@pytest.mark.parametrize(
    ("rows", "rows_at_fault", "what"),
    [
        ('410122,中牟县,甲\n410122101,官渡镇,"\n410122102,狼城岗镇,甲\n410122103,万滩镇,"\n410122104,白沙镇,甲\n', "3",
         "第 3 行的“联系人”一格把后面的 2 行都当成了它的内容"),
        ('410122,",甲\n410122101,",甲\n410122102,狼城岗镇,甲\n', "2",
         "第 2 行的“名称”一格把后面的 1 行都当成了它的内容"),
        ('410122,中牟县,甲\n410122101,官渡镇,"\n410122102,狼城岗镇,甲\n410122103,万滩镇,甲\n', "3",
         "从第 3 行起，后面的 2 行都当成了一格的内容"),
        ('410122,中牟县,甲\n410122101,",官渡镇,"\n410122102,狼城岗镇,甲\n', "3",
         "第 3 行的“名称”一格把后面的几格都当成了它的内容"),
        ('410122,"中牟县,甲\n410122101,官渡镇",甲\n410122102,狼城岗镇,甲\n', "2",
         "第 2 行的“名称”一格把后面的 1 行都当成了它的内容"),
        ('410122,"中牟县,甲\n410122101,"官渡镇",甲\n410122102,狼城岗镇,甲\n', "2",
         "从第 2 行起，后面的 1 行都当成了一格的内容"),
        ('410122,中牟县,"\n410122101,官渡镇,"\n410122102,狼城岗镇,"\n410122103,万滩镇,"\n', "2–3",
         "第 2 行的“联系人”一格把后面的 1 行都当成了它的内容；第 3 行的“联系人”一格把后面的 1 行都当成了它的内容"),
        ('410122,中牟县,甲\n410122101,官渡镇,"\n",狼城岗镇,甲\n410122103,万滩镇,甲\n', "3",
         "第 3 行的“联系人”一格把后面的 1 行都当成了它的内容"),
        ('410122,中牟县,"甲\n410122102",狼城岗镇,乙\n', "2", "第 2 行的“联系人”一格把后面的 1 行都当成了它的内容"),
        (f'410122,中牟县,"\n{"410122101,官渡镇,甲" * 9000}\n', "2", "从第 2 行起，后面的 1 行都当成了一格的内容"),
    ],
    ids=str.split("two two-in-names one in-a-line around-rows torn four first-cell glued long"),
)  # fmt: skip
def test_a_quotation_mark_that_swallows_rows(tmp_path: Path, rows: str, rows_at_fault: str, what: str) -> None:
    said = read(tmp_path, f"代码,名称,联系人\n{rows}")
    assert said == ([], [f'名册第 {rows_at_fault} 行：引号（"）可能没有成对，{what}{DITTO}'])


@pytest.mark.parametrize(
    "rows",
    ['410122,"中牟县\n计生协","李四,王五"\n', '410122,中牟县,"甲""乙"\n', '410122,中牟县,甲"\n410122101,官渡镇,乙"\n'],
    ids=["line-break", "doubled", "not-at-the-start"],
)
def test_quotation_marks_that_swallow_nothing(tmp_path: Path, rows: str) -> None:
    keys, said = read(tmp_path, f"代码,名称,联系人\n{rows}")
    assert (len(keys), said) == (rows.count("4101"), [])


def test_a_row_without_a_code_that_was_swallowed(tmp_path: Path) -> None:
    rows = '淇县,,甲\n高村镇,淇县,"甲\n西岗镇,淇县,甲"\n桥盟街道,淇县,乙\n'
    keys, said = read(tmp_path, f"名称,上级,联系人\n{rows}")
    assert (keys, [one[:20] for one in said]) == ([], ['名册第 3 行：引号（"）可能没有成对，'])


@pytest.mark.parametrize(
    ("cell", "is_prose"),
    [
        ('"老镇,旧镇\n古镇"', True),
        ('"老镇,旧镇\n410122103,万滩镇"', False),
        ('"老镇,旧镇\n"', False),
        ('",老镇"', False),
    ],
    ids=["lines", "a-row", "an-end", "a-beginning"],
)
def test_lists_of_several_lines(tmp_path: Path, cell: str, is_prose: bool) -> None:
    for head in ("别名", "备注"):
        keys, said = read(tmp_path, f"代码,名称,{head}\n410122,中牟县,{cell}\n410122101,官渡镇,\n")
        assert (keys, "引号" in "".join(said)) == (KEYS[:2] if is_prose else [], not is_prose)


# -- heads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "名 称*,序号,区划代码（12位）,上级单位\n"
        "中牟县,1,410122,\n官渡镇,2,410122101,中牟县\n狼城岗镇,3,410122102,中牟县\n",
        '"单位\n名称（必填）",,"单 位\n代 码："\n中牟县,,410122\n官渡镇,,410122101\n狼城岗镇,,410122102\n',
        ",,代码,,名称\n,,410122,,中牟县\n,,410122101,,官渡镇\n,,410122102,,狼城岗镇\n",
        "单位,,上级,\n代码,名称,代码,名称\n410122,中牟县,-,\n410122101,官渡镇,410122,中牟县\n410122102,狼城岗镇,410122,\n",
        "代码,名称,联系方式,\n,,联系人,电话\n410122,中牟县,甲,1\n410122101,官渡镇,乙,2\n410122102,狼城岗镇,丙,3\n",
        "代码,名称\ncode,name\n410122,中牟县\n410122101,官渡镇\n410122102,狼城岗镇\n",
    ],
    ids=str.split("order breaks leading-columns two-rows two-rows-below two-languages"),
)
def test_heads_in_any_shape(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == (KEYS, [])


def test_heads_in_two_rows_give_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    rows = "代码,名称,联系方式,,上级,\n,,联系人,电话,代码,名称\n410122,中牟县,甲,1,-,\n4199,五龙口镇,乙,2,410122,\n"
    path.write_text(rows.replace("4199", "419900101"), encoding="utf-8")
    units = read_roster(str(path)).tree.units
    assert [(unit.contact, unit.phone, unit.parent) for unit in units.values()] == [
        ("甲", "1", None), ("乙", "2", "410122"),
    ]  # fmt: skip


# -- rows that are no units -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"全省计生协单位名册,\n代码,名称\n{UNITS}", "第 1 行在表头上面（“全省计生协单位名册”），没有当作单位"),
        (f"开封市名册,\n单位：中牟县计生协,2021年6月\n,\n代码,名称\n{UNITS}",
         "第 1–2 行在表头上面（“开封市名册”、“单位:中牟县计生协”），没有当作单位"),
        (f"代码,名称\n{UNITS}合计,2 个\n", "第 5 行是合计（“合计”），没有当作单位"),
        (f"代码,名称,村数\n{UNITS}, 合　计：,3\n,官渡镇小计,7\n共3个单位,,\n,汇总,\n,总计(3个),\n",
         "第 5–9 行是合计（“合 计:”、“官渡镇小计”、“共3个单位”等），没有当作单位"),
        (f"代码,名称,级别\n{UNITS}制表人：张三,填表日期：2021.6.1,\n填表人,张三,\n,注：以上单位均需报送,\n以上都要报。,,\n"
         "备注,,\n第1页 共2页,,\n",
         "第 5–10 行是说明（“制表人:张三”、“填表人”、“注:以上单位均需报送”等），没有当作单位"),
        (f"名册,\n代码,名称\n{UNITS}第1页 共2页,\n\n名册,\n代码,名称\n410122103,万滩镇\n",
         "第 1 行在表头上面（“名册”），没有当作单位；第 8–9 行是重复的表头或者栏号，没有当作单位；"
         "第 6 行是说明（“第1页 共2页”），没有当作单位"),
        (f"代码,名称\n{UNITS}填报单位（盖章）：淇县,主任：张三\n说明：1.代码\n2.名称用全称，按时报\n年 月 日\n----\n",
         "第 5–9 行是说明（“填报单位(盖章):淇县”、“说明:1.代码”、“2.名称用全称,按时报”等），没有当作单位"),
        (f"代码,名称\n{UNITS}- 1 -,\n制表人 张三,日期 2021年6月1日\n主 任：李四,\n2021年6月,\n共2页,\n（以下空白）,\n",
         "第 5–10 行是说明（“- 1 -”、“制表人 张三”、“主 任:李四”等），没有当作单位"),
        (f"代码,名称\n1,2\n{UNITS}", "第 2 行是重复的表头或者栏号，没有当作单位"),
        (f"代码,名称\n（1）,（2）\n{UNITS}", "第 2 行是重复的表头或者栏号，没有当作单位"),
    ],
    ids=str.split("title titles total totals notes pages more-notes signatures numbers bracketed-numbers"),
)  # fmt: skip
def test_what_is_passed_over_is_said(tmp_path: Path, text: str, said: str) -> None:
    keys, findings = read(tmp_path, text)
    assert (keys[:3], findings) == (KEYS, [f"读名册时，{said}{CHECK}"])


def test_a_title_in_two_cells_is_no_unit(tmp_path: Path) -> None:
    said = f"读名册时，第 1 行在表头上面（“中牟县计生协”），没有当作单位{CHECK}"
    assert read(tmp_path, "中牟县计生协,单位名册\n名称,上级\n中牟县,\n") == (["中牟县"], [said])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("代码,名称\n410122,合计\n", f"名册第 2 行：名称“合计”{LIKE}"),
        ("代码,名称,上级\n4101,高新,\n,合计,高新\n", f"名册第 3 行：名称“合计”{LIKE}"),
        ("代码,名称,级别\n410122,中牟县,\n,小计,乡镇级\n",
         f"名册第 3 行：名称“小计”{LIKE}"),
        ("名称,上级\n中牟县,\n填报单位,中牟县\n",
         f"名册第 3 行：名称“填报单位”{LIKE}"),
        ("代码,名称\n410122,中牟县\n,刁家乡：新增\n",
         "名册第 3 行：没有代码，也没有写上级（名称是“刁家乡:新增”）；没有代码的单位，至少要写名称和上级"),
        ("代码,名称\n410122,中牟县\n,刁家乡。\n,2、万滩镇\n",
         "名册第 3–4 行：没有代码，也没有写上级（名称是“刁家乡。”、“2、万滩镇”）；没有代码的单位，至少要写名称和上级"),
        ("代码,名称\n410122,中牟县\n备注：新增,刁家乡\n",
         "名册第 3 行：代码 备注:新增 不是 2、4、6、9 或 12 位数字，又没有写级别"),
        ("序号,代码,名称\n1,410122,中牟县\n备注：新增,,刁家乡\n",
         "名册第 3 行：没有代码，也没有写上级（名称是“刁家乡”）；没有代码的单位，至少要写名称和上级"),
        ("410122101,官渡镇\n代码,名称\n410122,中牟县\n",
         "名册第 1 行：在表头上面，却像是单位（“官渡镇”）；请把表头移到所有单位的上面"),
        ("代码,名称,代码,名称\n410122,中牟县,410122101,官渡镇\n",
         "名册第 1 行：并排有两份名册，右边的一份（C、D 列）会漏掉；请把它接到左边一份的下面"),
        ("代码,名称,电话\n410122,中牟县,1\n代码,名称,联系人\n410122101,官渡镇,甲\n",
         "名册第 3 行：代码 代码 不是 2、4、6、9 或 12 位数字，又没有写级别"),
        ("代码,名称\n410122,中牟县\n410122101,〃\n410122102,同上\n",
         "名册第 3–4 行：名称“〃”、“同上”不是单位的名称；请写出单位的全称，不要用“同上”一类的记号"),
    ],
    ids=str.split("code parent-by-name level parent colon full-stop remark-for-code remark-in-front above-the-heads"
                  " side-by-side other-heads ditto"),
)  # fmt: skip
def test_in_doubt_a_row_is_a_fault(tmp_path: Path, text: str, fault: str) -> None:
    keys, findings = read(tmp_path, text)
    assert (keys, findings[:1]) == ([], [f"{fault}。请改正名册后重试。"])


@pytest.mark.parametrize("name", ["富士康集团", "金水区", "刁家乡"])
@pytest.mark.parametrize("code", ["", "-", "/", "无", "〃", '"', "备注", "注：新增", "合计", "第1页", "制表人：张三"])
def test_no_unit_is_passed_over_for_what_stands_in_place_of_its_code(tmp_path: Path, code: str, name: str) -> None:
    cell = code.replace('"', '""""')
    keys, findings = read(tmp_path, f"代码,名称\n410122,中牟县\n{cell},{name}\n")
    assert (keys, [one[:8] for one in findings]) == ([], ["名册第 3 行："])


def test_a_unit_whose_code_is_a_dash_has_none(tmp_path: Path) -> None:
    keys, findings = read(tmp_path, "代码,名称,上级\n410122,中牟县,-\n-,刁家乡,中牟县\n/,黄店镇,410122.0\n")
    assert (keys, findings) == (["410122", "410122/刁家乡", "410122/黄店镇"], [])


# -- workbooks --------------------------------------------------------------------------------------------

NOTE_SHEET = ("填写说明", [["先看这里"]])


@pytest.mark.parametrize(
    ("sheets", "hidden", "said"),
    [
        ([("名册", ROWS), ("Sheet2", [])], (), []),
        ([("名册", ROWS), NOTE_SHEET], (), ["没有读别的工作表：“填写说明”"]),
        ([NOTE_SHEET, ("名册", ROWS)], (), ["用的是工作表“名册”；没有读别的工作表：“填写说明”"]),
        ([NOTE_SHEET, ("名册", ROWS)], (0,), ["没有读别的工作表：“填写说明”"]),
        ([NOTE_SHEET, ("名册", ROWS)], (1,), ["用的是隐藏的工作表“名册”；没有读别的工作表：“填写说明”"]),
        ([("去年", [*ROWS, [410122103, "万滩镇"]]), ("名册", ROWS)], (0,), ["没有读别的工作表：“去年”"]),
        ([("名册", ROWS), ("副本", ROWS[:3])], (), ["没有读别的工作表：“副本”"]),
    ],
    ids=str.split("empty other second hidden-first hidden-roster hidden-rival copy"),
)
def test_the_sheet_with_the_heads_is_read(
    tmp_path: Path, sheets: list[tuple[str, list[list[Any]]]], hidden: tuple[int, ...], said: list[str]
) -> None:
    made = workbook(*sheets)
    for at in hidden:
        made.worksheets[at].sheet_state = "hidden"
        made.active = 1 - at
    assert read_book(tmp_path, made) == (KEYS, [f"读名册时，{one}{CHECK}" for one in said])


def test_two_rosters_in_one_workbook_are_a_fault(tmp_path: Path) -> None:
    keys, said = read_book(tmp_path, workbook(("中牟县", ROWS), ("巩义市", [ROWS[0], [410181, "巩义市"]])))
    fault = "名册第 1 行：工作表“中牟县”、“巩义市”都像名册，看不出用哪一张；请只留一张，或者把单位合到一张里"
    assert (keys, said[0]) == ([], f"{fault}。请改正名册后重试。")


def test_rows_of_a_filter_and_merged_cells(tmp_path: Path) -> None:
    head = [["中牟县计生协名册"], ["名称", "上级", "级别", "电话"], ["中牟县", "-", None, 1]]
    rows = [["官渡镇", "中牟县", "乡镇级", 2], [None, None, None, 3], ["狼城岗镇", None, None, 4]]
    made = workbook(("名册", [*head, *rows]))
    sheet = made.worksheets[0]
    for merge in ("A1:D1", "A4:A5", "B4:B6", "C4:C6"):
        sheet.merge_cells(merge)
    sheet.row_dimensions[6].hidden = True
    assert read_book(tmp_path, made) == (
        ["中牟县", "中牟县/官渡镇", "中牟县/狼城岗镇"],
        ["读名册时，第 6 行是隐藏的，照样当作单位；第 1 行在表头上面（“中牟县计生协名册”），没有当作单位；"
         f"第 5 行没有名称和代码，是上面合并单元格的单位的，没有当作单位{CHECK}"],
    )  # fmt: skip


def test_a_table_with_its_totals(tmp_path: Path) -> None:
    made = workbook(("名册", [*ROWS, ["汇总", 3]]))
    made.worksheets[0].add_table(Table(displayName="名册表", ref="A1:B4"))
    assert read_book(tmp_path, made) == (KEYS, [f"读名册时，第 5 行是合计（“汇总”），没有当作单位{CHECK}"])


def test_formulas_that_a_roster_does_not_need(tmp_path: Path) -> None:
    rows = [["序号", "代码", "名称"], ["=ROW()-1", '="410122"', "中牟县"], ["=#REF!", 410122101, "官渡镇"]]
    sums = [["合计", None, "=COUNTA(B2:B3)"], [None, "合计", "=COUNTA(B2:B3)"]]
    assert read_book(tmp_path, workbook(("名册", rows))) == (KEYS[:2], [])
    said = [f"读名册时，第 4–5 行是合计（“合计”），没有当作单位{CHECK}"]
    assert read_book(tmp_path, workbook(("名册", [*rows, *sums]))) == (KEYS[:2], said)


def test_a_formula_without_a_result_is_no_name(tmp_path: Path) -> None:
    rows = [["代码", "名称"], ["410122", "中牟县"], ["410122101", "=C3"], ["410122102", "狼城岗镇"]]
    units, said = read_book(tmp_path, workbook(("名册", rows)))
    assert units == []
    assert ["第 3 行" in one and "没有可用的结果" in one for one in said] == [True]


@pytest.mark.parametrize(
    "write", [books.xls, books.ods, books.xlsx, books.as_spreadsheet_xml], ids=["xls", "ods", "xlsx", "xml"]
)
def test_every_kind_of_workbook(tmp_path: Path, write: Any) -> None:
    cells: dict[books.Cell, Any] = {(1, 1): "中牟县名册"}
    cells |= {(row, at): value for row, said in enumerate(ROWS, start=2) for at, value in enumerate(said, start=1)}
    book = books.Book([books.Page("说明", {(1, 1): "x"}), books.Page("名册", cells, merges=[(1, 1, 1, 2)])])
    path = tmp_path / "名册"
    path.write_bytes(write(book))
    said = "用的是工作表“名册”；没有读别的工作表：“说明”；第 1 行在表头上面（“中牟县名册”），没有当作单位"
    assert said_of(read_roster(str(path))) == (KEYS, [f"读名册时，{said}{CHECK}"])


@pytest.mark.parametrize("write", [books.as_html, books.as_docx], ids=["html", "docx"])
def test_a_table_of_a_document(tmp_path: Path, write: Any) -> None:
    cells = {(row, at): value for row, said in enumerate(ROWS, start=1) for at, value in enumerate(said, start=1)}
    path = tmp_path / "名册.xls"
    path.write_bytes(write([books.Page("名册", cells)]))
    assert said_of(read_roster(str(path)))[0] == KEYS


def test_a_document_of_more_rows_than_are_read(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{number}</td><td>第{number}村</td></tr>" for number in range(410122100201, 410122110300))
    path = tmp_path / "名册.xls"
    path.write_text(f"<html><table><tr><td>代码</td><td>名称</td></tr>{rows}</table></html>", encoding="utf-8")
    with pytest.raises(Refusal, match="读不出来"):
        read_roster(str(path))


# -- commands ---------------------------------------------------------------------------------------------


def test_what_was_passed_over_is_in_what_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("名册.csv").write_text(f"名册,\n代码,名称\n{UNITS}合计,3\n", encoding="utf-8")
    made = run("new", "--roster", "名册.csv", "-o", "空白表")
    assert (made.code, "U015" in made.out) == (0, True)
    document = run("check", "空白表", "--roster", "名册.csv", "--format", "json").json
    (note,) = document["findings"]
    assert (note["code"], note["severity"], note["path"], note["rows"]) == ("U015", "info", "名册.csv", [1, 6])
    document = run("merge", "空白表", "--roster", "名册.csv", "-o", "汇总.xlsx", "--format", "json").json
    assert "U015" in codes(document)


def test_a_refused_roster_is_one_finding_for_one_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"4.10E+11,第{number}村\n" for number in range(202))
    Path("名册.csv").write_text(f"名册,\n代码,名称\n410122,中牟县\n{rows}", encoding="utf-8")
    result = run("check", "名册.csv", "--roster", "名册.csv", "--format", "json")
    fault, note = result.json["findings"]
    assert (result.code, fault["code"], note["code"]) == (1, "U007", "U015")
    assert (fault["cell"], fault["raw"], fault["rows"]) == ("A4:A205", "4.10E+11", list(range(4, 206)))
    assert fault["message"] == (
        "名册第 4–205 行（共 202 行）：代码成了“4.10E+11”，是 Excel 把长数字改成了科学计数，后几位已经丢失；"
        "请找回原来的代码，把这一列设为“文本”格式后重新填写，另存为 .xlsx。请改正名册后重试。"
    )
