import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter.packager import Packager

from stattable.writing import whole_rows
from stattable.writing.list_sheet import most_lines
from stattable.writing.whole_rows import Formula, Link, storable
from stattable.writing.workbook import BODY_FONT, Sheet, Workbook, run_time

EPOCH = "1622246400"  # 2021-05-29


def made(fill: Callable[[Sheet], None]) -> bytes:
    """A workbook of one sheet that `fill` writes to."""
    workbook = Workbook()
    fill(workbook.add_sheet("甲"))
    return workbook.to_bytes()


def reopened(fill: Callable[[Sheet], None], **how: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made(fill)), **how).worksheets[0]


def holding(value: object, **how: Any) -> Any:
    """The cell A1 of a sheet, which holds `value`."""
    return reopened(lambda sheet: sheet.put(1, 1, value, BODY_FONT), **how)["A1"]


# -- text is text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *"=1+1 = +1 -1 @A1 #REF! 12 {=A1} TRUE 2021-06-15 官渡镇 {{unit.name}}".split(),
        *"http://example.org/ https://example.org/ ftp://example.org/ mailto:a@example.org".split(),
        "internal:'甲'!A1", "external:a.xlsx", "  官渡镇 ", "官渡\n镇", "官渡\t镇", "_x0041_", "<t>&amp;</t>",
    ],
)  # fmt: skip
def test_text_stays_text(text: str) -> None:
    cell = holding(text)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize("value", [12, 0, -3, None, 1.5, True, False])
def test_what_is_no_text_stays_what_it_is(value: object) -> None:
    held = holding(value).value
    assert (held, type(held)) == (value, type(value))


@pytest.mark.parametrize("day", [date(2026, 6, 15), datetime(2026, 6, 15)])
def test_a_date_is_a_date(day: date) -> None:
    look = {**BODY_FONT, "num_format": "yyyy-mm-dd"}
    assert reopened(lambda sheet: sheet.put(1, 1, day, look))["A1"].value == datetime(2026, 6, 15)


@pytest.mark.parametrize("value", [b"12", [], object()])
def test_what_no_cell_can_hold_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError):
        holding(value)


@pytest.mark.parametrize("value", [None, ""])
def test_a_blank_cell_has_its_look(value: object) -> None:
    cell = reopened(lambda sheet: sheet.put(1, 1, value, {"bold": True, "bg_color": "#FFF9DB"}))["A1"]
    assert (cell.value, cell.font.b, cell.fill.fgColor.rgb) == (None, True, "FFFFF9DB")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("官渡\x00\x08\x0b\x1f镇", "官渡镇"),
        ("官渡\ufffe\uffff镇", "官渡镇"),
        ("官渡\udcb9\udcd9镇", "官渡\ufffd\ufffd镇"),  # bytes of a file name that is not UTF-8
        ("官渡\n\t镇 𠮷", "官渡\n\t镇 𠮷"),
        ("官渡\r\n镇", "官渡\n镇"),
        ("官\x1b\x7f\x85\x9b渡\u202e\u2066\u200f\u061c\u200b\ufeff镇\u2028", "官渡镇"),
        ("官渡_x001B_镇_x0007__x202E_", "官渡镇"),  # which Excel would decode
        ("_x005F_x001B_", "_x005F"),
        ("_x0041_ _x41_", "_x0041_ _x41_"),
        ("镇" * 32_767, "镇" * 32_767),
        ("镇" * 32_768, "镇" * 32_766 + "…"),
        ("镇" + "𠮷" * 16_384, "镇" + "𠮷" * 16_382 + "…"),  # which are two each
    ],
)
def test_storable(text: str, stored: str) -> None:
    assert storable(text) == stored
    assert holding(text).value == stored


# -- formulas and links -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [8, 0])
def test_a_formula_has_its_value_for_those_who_do_not_calculate(value: int) -> None:
    formula = Formula("=SUM(B1:B2,B4)", value)
    assert [holding(formula, data_only=stored).value for stored in (False, True)] == ["=SUM(B1:B2,B4)", value]


@pytest.mark.parametrize("text", ["官渡镇", "=1+1", "http://example.org/"])
def test_a_link_leads_within_the_workbook(text: str) -> None:
    cell = holding(Link(text, "分单位汇总", "A3"))
    assert (cell.value, cell.data_type) == (text, "s")
    assert (cell.hyperlink.target, cell.hyperlink.location) == (None, "'分单位汇总'!A3")


# -- the sheet --------------------------------------------------------------------------------------------


def test_merged_cells_hold_one_value() -> None:
    sheet = reopened(lambda sheet: sheet.merge(2, 2, 3, 4, "=1+1", {"border": 1}))
    assert [str(cells) for cells in sheet.merged_cells.ranges] == ["B2:D3"]
    assert {cell.coordinate: cell.value for row in sheet for cell in row if cell.value} == {"B2": "=1+1"}
    assert {cell.border.left.style for row in sheet["B2:D3"] for cell in row[:1]} == {"thin"}


ROWS: list[list[object]] = [
    ["官渡镇", None, "", 12, 0, -3, 10**15, Formula("=SUM(B1:B2,B4)", 8), Link("官渡镇", "甲", "A1")],
    [],
    ["<r>官渡镇</r>", "&amp; <b>", " 官渡镇", "官渡镇\n", "_x0041_", "_x001B_镇\u202e", "官渡镇", "镇" * 32_768],
]


def test_a_row_is_written_whole_as_it_is_cell_by_cell() -> None:
    looks = {2: {**BODY_FONT, "bold": True}, 9: {**BODY_FONT, "italic": True}}

    def whole(sheet: Sheet) -> None:
        sheet.merge(1, 1, 2, 2, "甲", BODY_FONT)
        for row, cells in enumerate(ROWS, start=3):
            sheet.put_row(row, cells, BODY_FONT, {at: look for at, look in looks.items() if at <= len(cells)})
            sheet.set_row(row, 30, 2)

    def by_cells(sheet: Sheet) -> None:
        sheet.merge(1, 1, 2, 2, "甲", BODY_FONT)
        for row, cells in enumerate(ROWS, start=3):
            for column, value in enumerate(cells, start=1):
                sheet.put(row, column, value, looks.get(column, BODY_FONT))
            sheet.set_row(row, 30, 2)

    assert parts(made(whole)) == parts(made(by_cells))


def parts(workbook: bytes) -> dict[str, str]:
    """The parts of a workbook, with one way to write an empty row, and without the hint how wide each row is."""
    package = zipfile.ZipFile(io.BytesIO(workbook))
    texts = {name: package.read(name).decode() for name in package.namelist()}
    return {name: re.sub(' spans="[0-9:]+"', "", text.replace("></row>", "/>")) for name, text in texts.items()}


def test_a_long_workbook_goes_through_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(workbook: Workbook) -> bytes:
        sheet, hidden = workbook.add_sheet("甲"), workbook.add_sheet("乙", is_held=False)
        sheet.put(1, 1, " 官渡镇 <&> ", BODY_FONT)
        for row in range(2, 60):
            sheet.put_row(row, [f"官渡村{row % 7}", row, "文" * 50, f"_x{row:04}_"], BODY_FONT)
            sheet.set_row(row, 20 + row)
            hidden.put_row(row, [f"{row}", "", "文" * 50], BODY_FONT, with_blanks=False)
        assert (len(sheet.rows), hidden.rows) == (59, [])
        return workbook.to_bytes()

    short = parts(fill(Workbook()))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(whole_rows, "_IN_MEMORY", 500)
    monkeypatch.setattr(whole_rows, "_AT_ONCE", 10)
    assert parts(fill(Workbook(is_long=True))) == short
    assert [*tmp_path.iterdir()] == []
    with monkeypatch.context() as broken:
        broken.setattr(Packager, "_write_styles_file", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fill(Workbook(is_long=True))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("text", ["文" * 65, f"3,120{',' * 38}", "13812345678"])
def test_what_is_hardly_there_twice_is_not_looked_for_among_texts_before(text: str) -> None:
    def fill(sheet: Sheet) -> None:
        sheet.put_row(1, ["官渡镇", text], BODY_FONT)
        sheet.put_row(2, ["官渡镇", text], BODY_FONT)

    texts = parts(made(fill))["xl/sharedStrings.xml"]
    assert (texts.count("<si>"), 'count="4" uniqueCount="3"' in texts) == (3, True)
    assert [[cell.value for cell in row] for row in reopened(fill).rows] == [["官渡镇", text]] * 2


def test_whole_rows_are_held_as_they_are_stored() -> None:
    sheet = Workbook().add_sheet("甲")
    sheet.put_row(2, ["官\x1b渡", None, 3, Formula("=SUM(C1)", 5), Link("镇", "甲", "A1")], BODY_FONT)
    assert sheet.rows == [[], ["官渡", None, 3, 5, "镇"]]


def test_heights_of_whole_rows_are_not_held() -> None:
    def fill(sheet: Sheet) -> None:
        for row in (1, 2):
            sheet.put_row(row, ["官渡"], BODY_FONT)
            sheet.set_row(row, 30)
        assert [*sheet.raw.row_sizes] == [1], "of the last one, which may be set yet"

    assert [reopened(fill).row_dimensions[row].height for row in (1, 2)] == [30, 30]


def test_a_whole_row_may_begin_further_right() -> None:
    def whole(sheet: Sheet) -> None:
        sheet.put_row(2, ["甲", 3, Formula("=C2", 3.5)], BODY_FONT, {4: {"bold": True}}, start=2)
        assert sheet.rows == [[], [None, "甲", 3, 3.5]]

    def by_cells(sheet: Sheet) -> None:
        for column, value in enumerate(["甲", 3, Formula("=C2", 3.5)], start=2):
            sheet.put(2, column, value, {"bold": True} if column == 4 else BODY_FONT)

    assert parts(made(whole)) == parts(made(by_cells))


def test_blank_cells_of_a_whole_row_may_be_left_out() -> None:
    sheet = reopened(lambda sheet: sheet.put_row(1, ["甲", "", "乙"], {"bold": True}, with_blanks=False))
    assert [(cell.value, cell.font.b) for cell in sheet[1]] == [("甲", True), (None, False), ("乙", True)]


@pytest.mark.parametrize("value", [b"12", [], object(), True, 1.5])
def test_what_no_list_holds_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError):
        Workbook().add_sheet("甲").put_row(1, [value], BODY_FONT)


def test_how_far_whole_rows_reach_is_said() -> None:
    def fill(sheet: Sheet) -> None:
        for row, cells in enumerate([["甲"], ["甲", 1], ["乙", 2], [None, None], ["丙", 3]], start=1):
            sheet.put_row(row, cells, BODY_FONT, with_blanks=False)

    with zipfile.ZipFile(io.BytesIO(made(fill))) as package:
        assert b'<dimension ref="A1:B5"/>' in package.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("cells", "lines"),
    [(("汉" * 5, 12, None), 1), (("汉" * 6,), 2), (("a" * 10, "汉" * 11), 2), (("", "一\n二\n三"), 3), ((), 1)],
)
def test_on_how_many_lines_a_row_stands(cells: tuple[object, ...], lines: int) -> None:
    assert most_lines(cells, (10, 20, 5)) == lines


def test_widths_heights_and_outline() -> None:
    def fill(sheet: Sheet) -> None:
        sheet.set_widths([12, 30.5])
        sheet.set_row(1, 28.5)
        sheet.set_row(2, None, 3)

    sheet = reopened(fill)
    widths = [sheet.column_dimensions[letter].width for letter in "AB"]
    assert widths == pytest.approx([12, 30.5], abs=0.8)  # Excel stores them with the margin of a cell
    assert [(sheet.row_dimensions[row].height, sheet.row_dimensions[row].outlineLevel) for row in (1, 2)] == [
        (28.5, 0), (None, 3),
    ]  # fmt: skip


def test_equal_looks_are_one_format() -> None:
    workbook = Workbook()
    bold = workbook.format({"bold": True, "align": "center"})
    assert workbook.format({"align": "center", "bold": True}) is bold
    assert workbook.format({"bold": True}) is not bold


def test_sheets_stand_in_their_order_and_the_first_is_seen() -> None:
    workbook = Workbook()
    for name in ("信息统计表", "分单位汇总", "_stattable"):
        workbook.add_sheet(name)
    book = openpyxl.load_workbook(io.BytesIO(workbook.to_bytes()))
    assert (book.sheetnames, book.active) == (["信息统计表", "分单位汇总", "_stattable"], book.worksheets[0])


# -- the time of the run ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epoch", "time"),
    [
        (EPOCH, datetime(2021, 5, 29, tzinfo=UTC)),
        ("0", datetime(1980, 1, 1, tzinfo=UTC)),  # zip archives know no earlier time
    ],
)
def test_run_time(monkeypatch: pytest.MonkeyPatch, epoch: str, time: datetime) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert run_time() == time


@pytest.mark.parametrize("epoch", ["yesterday", "", "-1", None])
def test_run_time_is_now(monkeypatch: pytest.MonkeyPatch, epoch: str | None) -> None:
    if epoch is None:
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    else:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert abs((run_time() - datetime.now(UTC)).total_seconds()) < 60


def test_a_workbook_says_who_made_it_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    about = openpyxl.load_workbook(io.BytesIO(made(lambda sheet: None))).properties
    day = datetime(2021, 5, 29)
    assert (about.creator, about.created, about.modified) == ("stattable", day, day)


def test_equal_content_gives_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(sheet: Sheet) -> None:
        for row, value in enumerate(("官渡镇", 12, Formula("=SUM(A2)", 12), Link("甲", "甲", "A1")), start=1):
            sheet.put(row, 1, value, {**BODY_FONT, "border": 1})

    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    first = made(fill)
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert made(fill) == first
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert len({info.date_time for info in package.infolist()}) == 1
