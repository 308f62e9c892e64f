import importlib.util
from io import BytesIO
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from stattable.model import form
from stattable.model.cell_names import a1, a1_range

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "attachment.xlsx"
LINES = (form.NAME_LINE, *form.CONTACT_LINES.values())
WHOLE_ROWS = (form.TITLE_AT[0], *range(form.NOTES_ROW, form.LAST_ROW + 1))
TABLE_ROWS = range(form.BLOCKS[0].heading_row, form.BLOCKS[-1].row + 1)
SIDES = ("left", "right", "top", "bottom")


@pytest.fixture(scope="module")
def sheet() -> Worksheet:
    workbook = load_workbook(TEMPLATE)
    assert workbook.sheetnames == [form.SHEET_NAME]
    return workbook.worksheets[0]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_template", ROOT / "tools" / "make_template.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def across(row: int, first: int, columns: int) -> str:
    return a1_range([(row, first), (row, first + columns - 1)])


def span(label: form.Label) -> str:
    (row, column), (rows, columns) = label.at, (label.rows, label.columns)
    return a1_range([(row, column), (row + rows - 1, column + columns - 1)])


@pytest.mark.parametrize("label", form.LABELS, ids=span)
def test_label(sheet: Worksheet, label: form.Label) -> None:
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert sheet.cell(*label.at).value == label.text
    assert (span(label) in merged) == (label.rows * label.columns > 1)


@pytest.mark.parametrize("field", form.FIELDS, ids=lambda field: field.key)
def test_field(sheet: Worksheet, field: form.Field) -> None:
    cell = sheet[field.cell]
    assert cell.value is None
    assert not any(field.cell in cells for cells in sheet.merged_cells.ranges)
    assert cell.number_format == {form.Kind.COUNT: "0", form.Kind.FLAG: "General"}[field.kind]
    assert (cell.alignment.horizontal, cell.alignment.vertical) == ("center", "center")


def test_nothing_else_is_written(sheet: Worksheet) -> None:
    written = {cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None}
    assert written == {
        a1(*form.ANNEX_AT): form.ANNEX_MARK,
        a1(*form.TITLE_AT): form.title(form.DEFAULT_EDITION),
        **{a1(*label.at): label.text for label in form.LABELS},
        **{a1(*line.at): line.text for line in LINES},
        **{a1(row, 1): text for row, text in enumerate(form.NOTES, form.NOTES_ROW)},
    }


def test_nothing_else_is_merged(sheet: Worksheet) -> None:
    assert sorted(str(cells) for cells in sheet.merged_cells.ranges) == sorted(
        [
            *(span(label) for label in form.LABELS if label.rows * label.columns > 1),
            *(across(*line.value_at, line.value_columns) for line in LINES),
            *(across(row, 1, form.LAST_COLUMN) for row in WHOLE_ROWS),
            a1_range(form.SEAL_AT),
        ]
    )


def test_corners_of_the_form(sheet: Worksheet) -> None:
    # Typed from the printed form once more: the other tests would follow a slip in `form`.
    expected = {
        "A1": "附件",
        "A2": "第23个“5.29会员活动日”信息统计表",
        "A3": "单位（公章）：",
        "A4": "宣传活动",
        "I5": "宣传人数",
        "A12": "媒体宣传\n(篇数)",
        "D15": "地市级计生协（填总数目 单位：个）",
        "I16": "微博",
        "G18": "填报日期：",
    }
    assert {at: sheet[at].value for at in expected} == expected


@pytest.mark.parametrize(
    ("key", "number_format"),
    [("contact", "General"), ("phone", "@"), ("filled_in", 'yyyy"年"m"月"d"日"')],
)
def test_format_beside_the_figures(sheet: Worksheet, key: str, number_format: str) -> None:
    assert sheet.cell(*form.CONTACT_LINES[key].value_at).number_format == number_format


def test_page(sheet: Worksheet) -> None:
    setup, fit = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)  # 9: A4
    assert fit is not None
    assert fit.fitToPage
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 1)
    assert sheet.print_area == f"'{form.SHEET_NAME}'!$A$1:$I$20"
    assert sheet.dimensions == "A1:I20"
    assert sheet.print_options.horizontalCentered
    assert {round(getattr(sheet.page_margins, side) * 2.54, 2) for side in SIDES} == {1.3}


def test_heights_fit_the_page(sheet: Worksheet) -> None:
    heights = [sheet.row_dimensions[row].height for row in range(1, form.LAST_ROW + 1)]
    room = (21.0 - 2 * 1.3) / 2.54 * 72
    assert 0.97 * room < sum(heights) <= room
    assert sum(heights[:3]) >= 4 / 2.54 * 72  # a round seal of 4 cm above the table
    assert heights[form.NAME_LINE.at[0] - 1] >= 40


def test_fonts(sheet: Worksheet) -> None:
    cells = [cell for row in sheet for cell in row]
    assert {cell.font.name for cell in cells} == {"宋体", "黑体"}
    assert sheet.cell(*form.ANNEX_AT).font.name == "黑体"
    title = sheet.cell(*form.TITLE_AT).font
    assert title.bold
    assert title.size == max(cell.font.size for cell in cells)


def test_table_cells_are_bordered_and_no_others(maker: ModuleType) -> None:
    # As made: openpyxl drops the borders inside merged cells when it loads a workbook.
    sides = {
        (cell.row, cell.column): [bool(getattr(cell.border, side).style) for side in SIDES]
        for row in maker.build().worksheets[0]
        for cell in row
    }
    assert sides == {(row, column): [row in TABLE_ROWS] * 4 for row, column in sides}
    assert len(sides) == form.LAST_ROW * form.LAST_COLUMN


def test_nothing_is_locked_or_validated(sheet: Worksheet) -> None:
    assert not sheet.protection.sheet
    assert not sheet.data_validations.dataValidation


def parts(file: bytes) -> list[tuple[str, object, bytes]]:
    with ZipFile(BytesIO(file)) as archive:
        return [(part.filename, part.date_time, archive.read(part)) for part in archive.infolist()]


def test_two_runs_give_the_same_bytes(maker: ModuleType) -> None:
    assert maker.packed(maker.build()) == maker.packed(maker.build())


def test_committed_template_is_what_the_tool_makes(maker: ModuleType) -> None:
    # Part by part, each to the byte: how small a part is packed differs between builds of zlib.
    assert parts(TEMPLATE.read_bytes()) == parts(maker.packed(maker.build()))
    assert maker.TEMPLATE == TEMPLATE
