import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from stattable.model import form
from stattable.model.cell_names import a1_range
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS
from stattable.model.identity import IDENTITY_SHEET, Identity, UnitFacts, WorkbookKind, identity_rows, read_identity
from stattable.model.units import Level, Scope
from stattable.writing.page import (
    NOTE_AT,
    Place,
    add_hidden,
    add_page,
    page_content,
    put_note,
    select,
    template,
    template_bytes,
)
from stattable.writing.workbook import Look, Workbook


def reopened(workbook: Workbook) -> Any:
    """Save a workbook and open it again."""
    return openpyxl.load_workbook(io.BytesIO(workbook.to_bytes()))


def page_of(content: Mapping[Place, object], **how: Any) -> Any:
    """The official page with `content`, as it comes back."""
    workbook = Workbook()
    add_page(workbook, content, **how)
    return reopened(workbook).worksheets[0]


@pytest.fixture(scope="module")
def printed() -> Any:
    """The page of the template itself."""
    return openpyxl.load_workbook(io.BytesIO(template_bytes())).worksheets[0]


# -- the template, and the page made after it -------------------------------------------------------------


def test_the_template_is_read_whole(printed: Any) -> None:
    ours = template()
    assert {at: value for at, (value, _) in ours.cells.items() if value is not None} == {
        (cell.row, cell.column): cell.value for row in printed for cell in row if cell.value is not None
    }
    assert len(ours.cells) == form.LAST_ROW * form.LAST_COLUMN
    assert {a1_range([cells[:2], cells[2:]]) for cells in ours.merges} == {
        str(cells) for cells in printed.merged_cells.ranges
    }
    assert (len(ours.widths), set(ours.heights)) == (form.LAST_COLUMN, set(range(1, form.LAST_ROW + 1)))
    assert template() is ours  # read once


@pytest.fixture(scope="module")
def page() -> Any:
    return page_of({})


def test_the_page_is_the_templates_cell_by_cell(page: Any, printed: Any) -> None:
    def look(cell: Any) -> Any:
        font, alignment, border = cell.font, cell.alignment, cell.border
        sides = [getattr(border, side).style for side in ("left", "right", "top", "bottom")]
        return {
            "value": cell.value, "font": (font.name, font.sz, font.charset, bool(font.b)), "sides": sides,
            "align": (alignment.horizontal, alignment.vertical), "wrap": bool(alignment.wrap_text),
            "shrink": bool(alignment.shrink_to_fit), "indent": alignment.indent, "format": cell.number_format,
            "fill": cell.fill.fill_type,
        }  # fmt: skip

    covered = {(row, column) for top, left, bottom, right in template().merges
               for row in range(top, bottom + 1) for column in range(left, right + 1)
               if (row, column) != (top, left)}  # fmt: skip
    for row in printed:
        for cell in row:
            made, wanted = look(page[cell.coordinate]), look(cell)
            if (cell.row, cell.column) in covered:  # nobody sees more of these than their borders
                made, wanted = ({key: one[key] for key in ("value", "sides", "fill")} for one in (made, wanted))
            assert made == wanted, cell.coordinate


def test_the_page_is_as_large_as_the_templates(page: Any, printed: Any) -> None:
    assert {str(cells) for cells in page.merged_cells.ranges} == {str(cells) for cells in printed.merged_cells.ranges}
    assert page.dimensions == printed.dimensions == "A1:I20"
    heights, wanted = ([sheet.row_dimensions[row].height for row in range(1, 21)] for sheet in (page, printed))
    assert heights == wanted


def test_the_pages_columns_are_as_wide_as_the_templates(page: Any, printed: Any) -> None:
    def widths(sheet: Any) -> list[float]:
        """Of all columns; a run of equal ones is stated at its first."""
        result: dict[int, float] = {}
        for one in sheet.column_dimensions.values():
            result.update(dict.fromkeys(range(one.min, one.max + 1), one.width))
        return [result[column] for column in range(1, form.LAST_COLUMN + 1)]

    assert widths(page) == pytest.approx(widths(printed), abs=0.1)


def print_setup(sheet: Any) -> Any:
    """How a sheet prints; what is not stated is as Excel takes it then."""
    one, margins = sheet.page_setup, sheet.page_margins
    return {
        "paper": one.paperSize, "orientation": one.orientation,
        "fit": (sheet.sheet_properties.pageSetUpPr.fitToPage, one.fitToWidth or 1, one.fitToHeight or 1),
        "margins": [round(getattr(margins, side), 6) for side in ("left", "right", "top", "bottom")],
        "centered": (sheet.print_options.horizontalCentered, sheet.print_options.verticalCentered),
        "area": sheet.print_area, "lines": sheet.sheet_view.showGridLines,
    }  # fmt: skip


def test_the_page_prints_as_the_template_does(page: Any, printed: Any) -> None:
    assert print_setup(page) == print_setup(printed)


def test_looks_can_be_changed_by_place() -> None:
    def restyled(at: Place, look: Look) -> Look:
        return {**look, "bg_color": "#FFF9DB", "locked": False} if at == (6, 2) else look

    sheet = page_of({}, restyled=restyled)
    changed = [cell.coordinate for row in sheet for cell in row if cell.fill.fill_type or not cell.protection.locked]
    assert changed == ["B6"]
    assert (sheet["B6"].number_format, sheet["B6"].border.left.style) == ("0", "thin")  # the rest of its look stays


@pytest.mark.parametrize(("at", "cell"), [(None, "B6"), ((6, 6), "F6")])
def test_the_cursor(at: Place | None, cell: str) -> None:
    workbook = Workbook()
    sheet = add_page(workbook, {})
    if at:
        select(sheet, at)
    (selection,) = reopened(workbook).worksheets[0].sheet_view.selection
    assert (selection.activeCell, selection.sqref) == (cell, cell)


# -- what is filled in ------------------------------------------------------------------------------------


def test_what_is_filled_in() -> None:
    figures = {"activities.township.sessions": 3, "media.county.text": 0, "online.province.website": True,
               "online.province.wechat": False}  # fmt: skip
    page = page_of(
        page_content(
            edition=28,
            name="官渡镇\n计生协",
            values=tuple(figures.get(field.key) for field in FIELDS),
            contact="张三\r\n",
            phone="013800000000",
            filled_in=date(2026, 6, 15),
        )
    )
    assert {cell: page[cell].value for cell in ("A2", "B3", "B18", "E18", "H18")} == {
        "A2": "第28个“5.29会员活动日”信息统计表", "B3": "官渡镇 计生协", "B18": "张三", "E18": "013800000000",
        "H18": datetime(2026, 6, 15),
    }  # fmt: skip
    assert {field.key: page[field.cell].value for field in FIELDS if page[field.cell].value is not None} == {
        "activities.township.sessions": 3, "media.county.text": 0, "online.province.website": "有",
        "online.province.wechat": "无",
    }  # fmt: skip


def test_a_page_of_nobody_is_the_templates(printed: Any) -> None:
    page = page_of(page_content(edition=form.DEFAULT_EDITION, name=""))
    values, wanted = ([[cell.value for cell in row] for row in sheet] for sheet in (page, printed))
    assert values == wanted


@pytest.mark.parametrize(
    ("level", "value", "shown"),
    [
        (Level.PROVINCE, True, "有"),
        (Level.PROVINCE, False, "无"),
        (Level.PROVINCE, None, None),
        (Level.NATIONAL, 31, 31),
        (Level.NATIONAL, 0, 0),
    ],
)
def test_yes_and_no_are_counts_above_the_province(level: Level, value: Any, shown: object) -> None:
    field = FIELD_BY_KEY["online.province.website"]
    values = [*BLANK]
    values[field.index] = value
    assert page_content(edition=23, name="全国", level=level, values=tuple(values))[field.at] == shown


# -- beside and behind the page ---------------------------------------------------------------------------


def test_a_note_stands_outside_the_printed_page() -> None:
    workbook = Workbook()
    put_note(add_page(workbook, {}), ["甲", "=1+1"])
    sheet = reopened(workbook).worksheets[0]
    note = sheet.cell(*NOTE_AT)
    assert (note.value, note.data_type) == ("甲\n=1+1", "s")
    assert NOTE_AT[1] > form.LAST_COLUMN
    assert sheet.print_area == f"'{form.SHEET_NAME}'!$A$1:$I$20"
    assert sheet.column_dimensions["K"].width > 25
    assert sheet.column_dimensions["A"].width < 20  # which are the template's still


def test_identity_survives() -> None:
    workbook = Workbook()
    add_page(workbook, {})
    identity = Identity(
        WorkbookKind.MERGED, 28, UnitFacts(None, "=1+1镇", Level.TOWNSHIP), Scope.CUMULATIVE,
        above=(UnitFacts("410122", "中牟县", Level.COUNTY),), unaccounted=((Level.VILLAGE, 3),),
    )  # fmt: skip
    add_hidden(workbook, IDENTITY_SHEET, identity_rows(identity))
    hidden = reopened(workbook).worksheets[-1]
    assert hidden.sheet_state == "veryHidden"
    assert {(cell.data_type, cell.number_format) for row in hidden for cell in row if cell.value} == {("s", "@")}
    assert read_identity(list(hidden.iter_rows(values_only=True))) == identity
