"""What goes back to units: a form made fresh, filled in with what they sent, its faults marked and listed."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image

from command_line import run, squeezed
from county import EAST, GUANDU, GUANDU_VILLAGE, HENAN, TO_GUANDU, ZHONGMU, ZHULUYING
from stattable.formats.fingerprint import sha256
from stattable.model.annex import ANNEX_SHEET
from stattable.model.explanations import NOT_TO_EXPLAIN, RETURNED_HEADS, REVIEW_SHEET
from stattable.model.form import FIELD_BY_KEY, FIELDS, SHEET_NAME, fields_to_fill
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.units import Level, Scope
from stattable.reading.files import read_return
from test_office import pages, shows_whole_form
from writers.county import send
from writers.office import saved_as
from writers.pictures import qr
from writers.returns import filled, own_values, typed

PEOPLE, SESSIONS = "activities.village.people", "activities.village.sessions"
RED, AMBER, OPEN, GREY = "FFF4B6B6", "FFFFD58A", "FFFFF9DB", "FFE7E7E7"
OF_ROSTER = ("--roster", "名册.csv")
TOWN = Path("退回/41_河南省/4101_郑州市/410122_中牟县/410122101_官渡镇")

pytestmark = pytest.mark.usefixtures("here")


def send_back(*more: str) -> Any:
    return run("check", "收到", *OF_ROSTER, "--return", "退回", *more)


def returned() -> list[str]:
    return sorted(str(path.relative_to("退回")) for path in Path("退回").rglob("*") if path.is_file())


def file_of(name: str) -> bytes:
    (path,) = Path("退回").rglob(f"{name}.退回.xlsx")
    return path.read_bytes()


def workbook(name: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file_of(name)))


def page(name: str) -> Any:
    """The page, to look at only."""
    return _page(file_of(name))


@lru_cache(1)
def _page(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[SHEET_NAME]


def listed(name: str) -> list[tuple[Any, ...]]:
    """The rows under the heads of 审核意见."""
    rows = [tuple(row) for row in workbook(name)[REVIEW_SHEET].iter_rows(values_only=True)]
    return rows[rows.index(RETURNED_HEADS) + 1 :]


def tints(name: str, sheet: str = SHEET_NAME) -> dict[str, str]:
    fills = {c.coordinate: c.fill.fgColor.rgb for row in workbook(name)[sheet] for c in row}
    return {cell: colour for cell, colour in fills.items() if colour in {RED, AMBER}}


def comments(name: str, sheet: str = SHEET_NAME) -> dict[str, str]:
    return {c.coordinate: c.comment.text for row in workbook(name)[sheet] for c in row if c.comment}


def sent_again(name: str, correct: Callable[[Any], None]) -> dict[str, Any]:
    """Correct a returned workbook, send it alone, and return what `check` says of it."""
    book = workbook(name)
    correct(book)
    Path("再报").mkdir(exist_ok=True)
    book.save("再报/再报.xlsx")
    (file,) = run("check", "再报", *OF_ROSTER, "--format", "json").json["files"]
    return dict(file)


def put(**cells: Any) -> Callable[[Any], None]:
    def correct(book: Any) -> None:
        for cell, value in cells.items():
            book[SHEET_NAME][cell] = value

    return correct


# -- the form ---------------------------------------------------------------------------------------------


def test_a_form_made_fresh_for_its_unit() -> None:
    sent = send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    assert send_back().code == 1
    assert returned() == [
        "41_河南省/4101_郑州市/410122_中牟县/410122101_官渡镇/官渡村.退回.xlsx",
        "41_河南省/4101_郑州市/410122_中牟县/410122101_官渡镇/退回说明.txt",
        "全部退回说明.txt",
    ]
    read = read_return(str(TOWN / "官渡村.退回.xlsx"))
    answers = (sha256(sent.read_bytes()),)
    assert read.identity == Identity(WorkbookKind.BLANK, 23, GUANDU_VILLAGE, Scope.OWN, TO_GUANDU, answers=answers)
    book, sheet = workbook("官渡村"), page("官渡村")
    assert [(one.title, one.sheet_state) for one in book] == [
        (SHEET_NAME, "visible"), (REVIEW_SHEET, "visible"), ("_stattable", "veryHidden"),
    ]  # fmt: skip
    assert book.active is book[REVIEW_SHEET]
    assert [one.title for one in book if one.sheet_view.tabSelected] == [REVIEW_SHEET]
    mine = fields_to_fill(Level.VILLAGE, Scope.OWN)
    assert {f.index for f in FIELDS if not sheet[f.cell].protection.locked} == mine
    assert [rule.type for rule in sheet.data_validations.dataValidation] == ["whole"]
    assert (sheet.protection.sheet, sheet["B3"].value) == (True, "官渡村计生协")
    assert "红色的格子必须改正" in sheet["K5"].value


@pytest.mark.parametrize(
    ("raw", "stands"),
    [
        ("约500", "约500"),
        (" 约 500人\n", " 约 500人\n"),
        (-5, -5),
        (12.5, 12.5),
        (12.0, 12),
        ("=1+1", "=1+1"),
        ("=SUM(A1", "=SUM(A1"),
        ("#REF!", "#REF!"),
        ("１２", "１２"),
        (date(2021, 1, 2), "2021-01-02"),
    ],
    ids=str,
)
def test_it_is_filled_in_as_it_was_written(raw: Any, stands: Any) -> None:
    send(GUANDU_VILLAGE, {PEOPLE: raw, "media.national.text": "若干"})
    send_back()
    cell = page("官渡村")["I6"]
    assert (cell.value, cell.data_type) == (stands, "s" if isinstance(stands, str) else "n")
    assert {f.key: page("官渡村")[f.cell].value for f in FIELDS if f.key not in {PEOPLE, "media.national.text"}} == {
        f.key: own_values(Level.VILLAGE).get(f.key) for f in FIELDS if f.key not in {PEOPLE, "media.national.text"}
    }


@pytest.mark.parametrize(
    ("beside", "stands"),
    [
        ({"contact": "张三，李四", "phone": "0371-6210 0000转8"}, ("张三，李四", "0371-6210 0000转8", "date")),
        ({"phone": 13800000000}, ("张三", "13800000000", "date")),
        ({"filled_in": "2021.6.15"}, ("张三", "13800000000", "2021.6.15")),
        ({"filled_in": "6月31日"}, ("张三", "13800000000", "6月31日")),
        ({"contact": None, "phone": "无", "filled_in": None}, (None, "无", None)),
    ],
    ids=str,
)
def test_so_are_contact_phone_and_date(beside: Mapping[str, Any], stands: tuple[Any, ...]) -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"}, **beside)
    send_back()
    found = [page("官渡村")[cell].value for cell in ("B18", "E18", "H18")]
    assert tuple("date" if hasattr(one, "year") else one for one in found) == stands


# -- marks, and the list ----------------------------------------------------------------------------------


def test_each_faulty_cell_is_marked_and_listed() -> None:
    faulty = {PEOPLE: "约500", "services.condolence.village.sessions": 30, "media.national.text": None}
    send(GUANDU_VILLAGE, faulty, phone="无")
    send_back()
    about = "宣传活动 · 村居社区计生协 · 宣传人数（I6）填的是“约500”，不是一个确切的数（可能是“500”）。"
    assert tints("官渡村") == {"I6": RED, "H9": AMBER, "B14": AMBER, "E18": AMBER}
    assert comments("官渡村").keys() == {"I6", "H9", "B14", "E18"}
    assert comments("官渡村")["I6"] == f"强制性 V003：{about}\n建议：请改填一个确切的整数。"
    assert listed("官渡村") == [
        ("V003", "强制性", "I6", about, "请改填一个确切的整数。", NOT_TO_EXPLAIN),
        ("O002", "核实性", "H9",
         "服务活动 · 村居社区计生协 · 慰问服务场次（H9）是 30 场，村居社区本级通常不超过 20 场。",
         "请核实是否多填了，或者把下级的也算进去了。", None),
        ("V001", "核实性", "B14", "媒体宣传：本级应填的栏目有 1 格空着（B14）。",
         "没有开展的请填 0，漏填的请补上。", None),
        ("V011", "核实性", "E18", "联系电话“无”里没有可用的号码。", "请补上能打通的电话。", None),
    ]  # fmt: skip
    review = workbook("官渡村")[REVIEW_SHEET]
    links = {row[2].value: row[2].hyperlink.location for row in review.iter_rows(min_row=5)}
    assert links == {cell: f"'{SHEET_NAME}'!{cell}" for cell in ("I6", "H9", "B14", "E18")}
    assert [row[5].protection.locked for row in review.iter_rows(min_row=5)] == [True, False, False, False]


def test_no_comment_covers_a_figure() -> None:
    everything = dict.fromkeys((f.key for f in FIELDS), "若干")
    filled(Path("收到/a.xlsx"), HENAN, everything, scope=Scope.CUMULATIVE, phone="", contact="")
    send_back()
    (path,) = Path("退回").rglob("河南省.退回.xlsx")
    with zipfile.ZipFile(path) as package:
        drawn = package.read("xl/drawings/vmlDrawing1.vml").decode()
    anchors = [[int(n) for n in one.split(",")] for one in re.findall("<x:Anchor>(.*?)</x:Anchor>", drawn)]
    assert len(anchors) == 42
    assert all(left >= 9 for left, *_ in anchors)  # right of the page
    below = sorted((top, down) for _, _, top, down, *_ in anchors)
    ends = sorted((bottom, down) for *_, bottom, down in anchors)
    assert all(start >= end for start, end in zip(below[1:], ends, strict=False))  # nor another one
    assert drawn.count("visibility:hidden") == 42


def test_the_places_are_those_of_the_form_whatever_was_sent() -> None:
    typed(Path("收到/a.xlsx"), "官渡村", own_values(Level.VILLAGE) | {PEOPLE: 5_000, SESSIONS: None})
    book = openpyxl.load_workbook("收到/a.xlsx")
    sheet = book.worksheets[0]
    merges = [(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges]
    for one in sheet.merged_cells.ranges.copy():
        sheet.unmerge_cells(str(one))
    sheet.insert_rows(1, 3)
    sheet.insert_cols(1, 2)
    for top, left, bottom, right in merges:
        sheet.merge_cells(None, top + 3, left + 2, bottom + 3, right + 2)
    book.save("收到/a.xlsx")
    send_back()
    told = run("check", "收到", *OF_ROSTER, "--format", "json").json["files"][0]["findings"]
    assert [one["cell"] for one in told if one["code"] == "R001"] == ["K9"]
    first = next(row[:4] for row in listed("官渡村"))
    about = "宣传活动 · 村居社区计生协 · 宣传人数：人数（I6）是 5000，场次（H6）却是空白。"
    assert first == ("R001", "强制性", "I6", about)
    assert tints("官渡村") == {"H6": RED, "I6": RED}


def test_a_figure_in_a_locked_cell_can_be_cleared() -> None:
    send(GUANDU_VILLAGE, {"activities.township.people": 50})
    send_back()
    cell = page("官渡村")["G6"]
    assert (cell.value, cell.fill.fgColor.rgb, cell.protection.locked) == (50, RED, False)
    assert page("官渡村")["F6"].fill.fgColor.rgb == GREY
    assert sent_again("官渡村", put(G6=None))["findings"] == []


# -- what came in, and is accepted at first try -----------------------------------------------------------

VALUES = own_values(Level.VILLAGE) | {PEOPLE: "约500"}


def other_kind(to: str) -> None:
    typed(Path("原表/官渡村.xlsx"), "官渡村", VALUES)
    saved_as(to, Path("收到"), Path("原表/官渡村.xlsx"))


def as_word() -> None:
    """Typed into Word: the table is one there, what stands above and below are lines."""
    sheet = openpyxl.load_workbook(typed(Path("原表/官渡村.xlsx"), "官渡村", VALUES)).worksheets[0]
    sheet["H18"] = "2021.6.15"
    document = Document()
    rows = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for row in rows[:3]:
        document.add_paragraph("".join(row))
    table = document.add_table(14, 9)
    for number, row in enumerate(rows[3:17]):
        for column, text in enumerate(row):
            if text:
                table.cell(number, column).text = text
    for one in sheet.merged_cells.ranges:
        if 4 <= one.min_row <= one.max_row <= 17 and one.max_col <= 9:
            text = str(sheet.cell(one.min_row, one.min_col).value or "")
            first, last = table.cell(one.min_row - 4, one.min_col - 1), table.cell(one.max_row - 4, one.max_col - 1)
            first.merge(last).text = text
    for row in rows[17:20]:
        document.add_paragraph("\t".join(row))
    document.save("收到/官渡村.docx")


def with_comments_of_its_own() -> None:
    def change(sheet: Any) -> None:
        sheet["I6"].comment = Comment("大概的数", "村里")
        sheet["H6"].comment = Comment("两场", "村里")

    send(GUANDU_VILLAGE, {PEOPLE: "约500"}, change=change)


WAYS: dict[str, Callable[[], Any]] = {
    "a blank": lambda: send(GUANDU_VILLAGE, {PEOPLE: "约500"}),
    "typed": lambda: typed(Path("收到/a.xlsx"), "官渡村", VALUES),
    "ods": lambda: other_kind("ods"),
    "xls": lambda: other_kind("xls"),
    "docx": as_word,
    "comments": with_comments_of_its_own,
}


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=[pytest.mark.office] if way in {"ods", "xls"} else []) for way in WAYS]
)
def test_corrected_it_is_accepted_at_first_try(way: str) -> None:
    WAYS[way]()
    send_back()
    assert page("官渡村")["I6"].value == "约500"
    file = sent_again("官渡村", put(I6=500))
    assert (file["status"], file["findings"], file["unit"]["code"]) == ("accepted", [], GUANDU_VILLAGE.code)
    assert file["values"] == {**dict.fromkeys(FIELD_BY_KEY), **own_values(Level.VILLAGE), PEOPLE: 500}


def test_forty_faults_come_back_whole_and_are_accepted_when_corrected() -> None:
    everything = dict.fromkeys((f.key for f in FIELDS), "若干")
    filled(Path("收到/a.xlsx"), HENAN, everything, scope=Scope.CUMULATIVE)
    send_back()
    assert [page("河南省")[f.cell].value for f in FIELDS] == ["若干"] * 40
    assert tints("河南省") == {f.cell: RED for f in FIELDS}
    assert len(listed("河南省")) == 3  # one for all counts, and the two 有 or 无

    def correct(book: Any) -> None:
        for field in FIELDS:
            book[SHEET_NAME][field.cell] = "无" if field.key.startswith("online.province") else 0

    file = sent_again("河南省", correct)
    assert (file["status"], file["findings"], file["scope"]) == ("accepted", [], "cumulative")


def test_of_a_merged_workbook_the_form_for_its_total_goes_back() -> None:
    send(GUANDU)
    send(GUANDU_VILLAGE, {SESSIONS: 1, PEOPLE: 2})
    send(ZHULUYING)
    run("merge", "收到", "-o", "汇总.xlsx", *OF_ROSTER, "--root", GUANDU.code or "")
    for path in Path("收到").iterdir():
        path.unlink()
    book = openpyxl.load_workbook("汇总.xlsx")
    book.worksheets[0]["I6"] = "约60"
    book.save("收到/官渡镇汇总.xlsx")
    send_back()
    read = read_return(str(TOWN / "官渡镇.退回.xlsx"))
    assert read.identity
    assert (read.identity.kind, read.identity.scope, page("官渡镇")["I6"].value) == ("blank", "cumulative", "约60")
    assert any("发来的是汇总表" in str(row[0].value) for row in workbook("官渡镇")[REVIEW_SHEET])
    file = sent_again("官渡镇", put(I6=62))
    assert (file["status"], [f["code"] for f in file["findings"] if f["severity"] == "error"]) == ("accepted", [])


def test_where_no_form_is_the_form_is_empty_and_the_sheet_says_why() -> None:
    def without_heads(sheet: Any) -> None:
        for row in sheet["A4:I17"]:
            for cell in row:
                if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                    cell.value = None

    send(GUANDU_VILLAGE, change=without_heads)
    send_back()
    assert [row[:3] for row in listed("官渡村")] == [("T001", "强制性", "整张表")]
    assert all(page("官渡村")[f.cell].value is None for f in FIELDS)
    texts = [row[0].value for row in workbook("官渡村")[REVIEW_SHEET]]
    assert "“官渡村.xlsx”里的数没有填进这张表（读不出来，或者是另一届的），请按原表重新填写。" in texts


def test_what_is_read_in_a_process_of_its_own_goes_back_too() -> None:
    def beside_much(sheet: Any) -> None:
        other = sheet.parent.create_sheet("照片说明")
        for number in range(4_000):
            other.append([hashlib.sha256(str(number + column).encode()).hexdigest() for column in (0, 5_000)])

    assert send(GUANDU_VILLAGE, {PEOPLE: "约500"}, change=beside_much).stat().st_size > 2**18
    send_back()
    assert page("官渡村")["I6"].value == "约500"


def test_of_another_year_nothing_is_filled_in() -> None:
    send(GUANDU_VILLAGE, edition=22)
    send_back("--edition", "23")
    assert all(page("官渡村")[f.cell].value is None for f in FIELDS)
    assert page("官渡村")["A2"].value == "第23个“5.29会员活动日”信息统计表"
    assert listed("官渡村")[0][0] == "T003"


# -- several files of one unit ----------------------------------------------------------------------------


def test_of_two_different_ones_what_they_agree_on_is_filled_in() -> None:
    send(GUANDU_VILLAGE, name="甲")
    send(GUANDU_VILLAGE, {PEOPLE: 77}, name="乙")
    send_back()
    assert (page("官渡村")["I6"].value, page("官渡村")["H6"].value) == (None, 2)
    assert tints("官渡村") == {"I6": RED}
    about = "宣传活动 · 村居社区计生协 · 宣传人数（I6）在几份表里不同：“乙.xlsx”是 77，“甲.xlsx”是 60。"
    assert next(row[:4] for row in listed("官渡村")) == ("U005", "强制性", "I6", about)
    assert len(listed("官渡村")) == 2
    assert sent_again("官渡村", put(I6=77))["findings"] == []


def test_of_two_different_ones_contact_phone_and_date_are_the_later_ones() -> None:
    send(GUANDU_VILLAGE, name="甲", filled_in=date(2021, 6, 1), contact="张三")
    send(GUANDU_VILLAGE, {PEOPLE: 77}, name="乙", filled_in=date(2021, 6, 20), contact="李四")
    send_back()
    assert (page("官渡村")["B18"].value, page("官渡村")["H18"].value) == ("李四", datetime(2021, 6, 20))


def test_that_another_one_counts_is_told_first_and_by_its_name_alone() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"}, name="后", filled_in=date(2021, 6, 20))
    send(GUANDU_VILLAGE, to="收到/官渡镇", name="先", filled_in=date(2021, 6, 1))
    send_back()
    assert [(row[0], "“先.xlsx”" in row[3]) for row in listed("官渡村")] == [("U020", True), ("V003", False)]
    run("status", "收到", *OF_ROSTER, "--remind", "催报")
    text = Path("催报/催报总表.txt").read_text("utf-8-sig")
    assert text.index("“先.xlsx”") < text.index("约500")


def test_nobody_is_sent_looking_for_red_cells_where_none_is() -> None:
    send(GUANDU_VILLAGE, dict.fromkeys(own_values(Level.VILLAGE)))
    send_back()
    texts = [row[0].value for row in workbook("官渡村")[REVIEW_SHEET]]
    assert (tints("官渡村"), texts[2]) == ({}, "请在“信息统计表”里填写正确的数。改好后保存，把这个文件原样发回。")


def test_of_two_faulty_ones_the_later_goes_back() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"}, name="先", filled_in=date(2021, 6, 1))
    send(GUANDU_VILLAGE, {PEOPLE: "约600"}, name="后", filled_in=date(2021, 6, 20))
    send_back()
    assert page("官渡村")["I6"].value == "约600"
    texts = [row[0].value for row in workbook("官渡村")[REVIEW_SHEET]]
    assert "另外还有没有处理完的文件：先.xlsx。这里按较晚的一份；其余的请不要再用。" in texts


# -- reasons ----------------------------------------------------------------------------------------------


def test_a_reason_written_into_it_is_heard_and_goes_along() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: 2_500})
    send_back()
    assert [row[0] for row in listed("官渡村")] == ["O003"]

    def explain(book: Any) -> None:
        book[REVIEW_SHEET].cell(5, 6).value = "当天网络直播，观看人数较多"

    (finding,) = sent_again("官渡村", explain)["findings"]
    assert (finding["code"], finding["explanation"]) == ("O003", "当天网络直播，观看人数较多")
    book = openpyxl.load_workbook("再报/再报.xlsx")
    book[SHEET_NAME]["H9"] = "若干"
    book.save("收到/官渡村.xlsx")
    send_back()
    assert [(row[0], row[5]) for row in listed("官渡村")] == [
        ("V002", NOT_TO_EXPLAIN),
        ("O003", "当天网络直播，观看人数较多"),
    ]
    assert tints("官渡村") == {"H9": RED}


def test_what_stands_beside_errors_is_no_reason() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    send_back()
    file = sent_again("官渡村", put(H6=3))
    assert [finding["code"] for finding in file["findings"]] == ["V003"]


# -- the annex --------------------------------------------------------------------------------------------


def test_the_annex_goes_along_with_its_pictures() -> None:
    accounts = {"online.county.website": 1, "online.county.wechat": 1, "online.county.weibo": 0}

    def with_annex(sheet: Any) -> None:
        annex = sheet.parent[ANNEX_SHEET]
        for column, text in enumerate(("中牟县计生协", "县级", "中牟计生网", "中牟计生", None, None, "备注"), 2):
            annex.cell(6, column).value = text
        annex.add_image(Image(io.BytesIO(qr("http://weixin.qq.com/r/abc"))), "F6")

    send(ZHONGMU, {**accounts, "media.county.text": None}, change=with_annex)
    send_back()
    sheet = workbook("中牟县")[ANNEX_SHEET]
    texts = [sheet.cell(4, column).value for column in range(1, 9)]
    assert texts == [1, "中牟县计生协", "县级", "中牟计生网", "中牟计生", None, None, "备注"]
    assert [(one.anchor._from.row, one.anchor._from.col) for one in sheet._images] == [(3, 5)]
    assert tints("中牟县", ANNEX_SHEET) == {"D4": AMBER}
    assert comments("中牟县", ANNEX_SHEET).keys() == {"D4"}
    assert [(row[0], row[2]) for row in listed("中牟县")] == [("V001", "H14"), ("A002", "明细 D4")]

    def correct(book: Any) -> None:
        book[SHEET_NAME]["H14"] = 1
        book[ANNEX_SHEET]["D4"] = "http://zmxjsx.gov.cn"

    assert sent_again("中牟县", correct)["findings"] == []


# -- who has none, and what is said -----------------------------------------------------------------------


def test_what_is_accepted_does_not_go_back() -> None:
    send(GUANDU_VILLAGE)
    assert send_back().out.splitlines()[-1] == "没有要退回的，没有写出退回表。"
    assert not Path("退回").exists()


def test_what_is_said() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    send(EAST, {PEOPLE: 2_500})
    Path("收到/扫描件.pdf").write_bytes(b"%PDF-1.4")
    done = send_back("--format", "json")
    assert (
        done.err.splitlines()[-1] == "已写出 2 份退回表：退回，另有 1 个文件不知道是哪个单位的，见“全部退回说明.txt”。"
    )
    assert done.json["summary"]["files"] == 3
    data = Path("退回/全部退回说明.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n")
    guandu = (
        "【官渡村】您好！贵单位报来的信息统计表，有 1 处需要改正：\n"
        "1. （改正）宣传活动 · 村居社区计生协 · 宣传人数（I6）填的是“约500”，不是一个确切的数（可能是“500”）。"
        "请改填一个确切的整数。\n"
        "退回的表是“官渡村.退回.xlsx”。请在“信息统计表”里改正红色的格子。改好后保存，把这个文件原样发回。谢谢！"
    )
    east = (
        "【东狼城岗村】您好！贵单位报来的信息统计表，有 1 处请核实：\n"
        "1. （核实）宣传活动 · 村居社区计生协 · 宣传人数（I6）是 2500 人，村居社区本级通常不超过 2000 人。"
        "请核实是否多填了，或者把下级的也算进去了。\n"
        "退回的表是“东狼城岗村.退回.xlsx”。请核实橙色的格子，数字不对的改正，属实的在“审核意见”的“情况说明”一栏写明原因。"
        "改好后保存，把这个文件原样发回。谢谢！"
    )
    assert text.replace("\r\n", "\n").split("\n\n")[1:] == [
        "== 中牟县 官渡镇 ==", guandu, "== 中牟县 狼城岗镇 ==", east,
        "== 不能退回的文件：不知道是哪个单位的，或者是哪一级的 ==",
        "收到/扫描件.pdf：这是 PDF 文件，不能直接读取。请报送单位发来填好的 .xlsx 原表；扫描件另行存档。\n",
    ]  # fmt: skip
    of_town = (TOWN / "退回说明.txt").read_text("utf-8-sig")
    assert of_town.endswith(f"共 1 个单位。\n\n{guandu}\n")


def test_without_a_roster_a_unit_without_a_place_has_its_form_on_top() -> None:
    typed(Path("收到/a.xlsx"), "朝阳镇", own_values(Level.TOWNSHIP) | {"media.county.text": "若干"})
    typed(Path("收到/b.xlsx"), "朝阳", own_values(Level.TOWNSHIP) | {"media.county.text": "若干"})  # of no known level
    run("check", "收到", "--return", "退回")
    assert returned() == ["全部退回说明.txt", "朝阳镇.退回.xlsx", "退回说明.txt"]
    assert "收到/b.xlsx：" in Path("退回/全部退回说明.txt").read_text("utf-8-sig")


# -- the folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["收到", "收到/退回", "./收到/../收到/退回/更深"])
def test_the_folder_is_not_within_what_is_checked(folder: str) -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    done = run("check", "收到", "--return", folder)
    assert (done.code, done.out) == (2, "")
    assert "在要检查的“收到”里面" in done.err
    assert [path.name for path in Path("收到").iterdir()] == ["官渡村.xlsx"]


def test_a_correction_among_the_returns_settles_the_faulty_one() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    send_back()
    book = workbook("官渡村")
    book[SHEET_NAME]["I6"] = 500
    book.save("收到/官渡村.退回.xlsx")
    done = run("check", "收到", *OF_ROSTER, "--return", ".", "--format", "json")
    assert [file["status"] for file in done.json["files"]] == ["superseded", "accepted"]
    assert done.err.splitlines()[0] == "没有要退回的，没有写出退回表。"
    assert "收到/官渡村.退回.xlsx" not in done.err


@pytest.mark.parametrize("name", ["官渡村.退回.xlsx", "退回说明.txt"])
def test_nothing_foreign_is_overwritten(name: str) -> None:
    source = send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    TOWN.mkdir(parents=True)
    (TOWN / name).write_bytes(source.read_bytes())
    done = send_back()
    assert (done.code, done.out) == (2, "")
    assert "不会覆盖" in done.err
    assert [path.name for path in TOWN.iterdir()] == [name]


def test_a_returned_one_that_is_checked_is_not_overwritten() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    send_back()
    at = TOWN / "官渡村.退回.xlsx"
    before = at.read_bytes()
    assert run("check", at, *OF_ROSTER, "--return", "退回").code == 2
    assert at.read_bytes() == before


def test_written_again_nothing_that_somebody_wrote_is_lost() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500"})
    send(ZHULUYING, {PEOPLE: "约500"})
    send_back()
    send_back()
    assert len(returned()) == 4
    book = workbook("官渡村")
    book[SHEET_NAME]["I6"] = 500
    book.save(TOWN / "官渡村.退回.xlsx")
    send(ZHULUYING)
    lines = send_back().out.splitlines()[-3:]
    (kept,) = TOWN.glob("*改动过的旧表*")
    assert lines == [
        "已写出 1 份退回表：退回。",
        f"以前的退回表里有人填过，另存为：{kept}。",
        f"这些以前的退回表没有动，它们的单位已经没有要退回的：{TOWN / '逐鹿营村.退回.xlsx'}。",
    ]
    assert openpyxl.load_workbook(kept)[SHEET_NAME]["I6"].value == 500
    assert page_at("官渡村")["I6"].value == "约500"


def page_at(name: str) -> Any:
    return openpyxl.load_workbook(TOWN / f"{name}.退回.xlsx")[SHEET_NAME]


# -- in LibreOffice ---------------------------------------------------------------------------------------


@pytest.mark.office
def test_the_page_prints_on_one_page_and_the_list_behind_it() -> None:
    send(GUANDU_VILLAGE, {PEOPLE: "约500", "media.national.text": None})
    send_back()
    (pdf,) = saved_as("pdf", Path("印"), TOWN / "官渡村.退回.xlsx")
    first, second = pages(pdf)
    assert shows_whole_form(first)
    assert "约500" in first
    assert "填表说明" not in first
    assert all(word in squeezed(second) for word in ("官渡村计生协报表审核意见", *RETURNED_HEADS, NOT_TO_EXPLAIN))


@pytest.mark.office
@pytest.mark.parametrize("way", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice_it_is_accepted_too(way: str) -> None:
    send(GUANDU_VILLAGE, {PEOPLE: 2_500, SESSIONS: "若干"})
    send_back()
    book = workbook("官渡村")
    book[SHEET_NAME]["H6"] = 1
    book.save(TOWN / "官渡村.退回.xlsx")
    saved_as(way, Path("再报"), TOWN / "官渡村.退回.xlsx")
    (file,) = run("check", "再报", *OF_ROSTER, "--format", "json").json["files"]
    assert [one["code"] for one in file["findings"]] == ["O003"]
    assert file["unit"]["code"] == GUANDU_VILLAGE.code
    again = run("check", "再报", *OF_ROSTER, "--return", "再退")
    assert again.out.splitlines()[-1] == "已写出 1 份退回表：再退。"
