"""What calamine does not show of an .xlsb, by its records.

LibreOffice cannot write one; but it reads what `containers.xlsb` makes, and sees in it what these tests say.
"""

import io
import struct
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from stattable.formats.inspection.xlsb import XlsbInspector
from stattable.formats.sheet import Appearance, Cell, Inspection, Merge, Unread, Unreadable
from writers.containers import cell12, formula12, opened, parts_of, record12, row12, sheet12, wide, xlsb, zipped
from writers.office import saved_as

RK, ERROR, BOOL, REAL, TEXT, SHARED, RICH = 2, 3, 4, 5, 6, 7, 62
TEXT_FORMULA, NUMBER_FORMULA, BOOL_FORMULA, ERROR_FORMULA = 8, 9, 10, 11
BLANK, SHORT_BLANK, SHORT_REAL = 1, 12, 16
TWO = struct.pack("<d", 2.0)
HIDDEN = 0x10


def number(column: int, style: int = 0) -> bytes:
    return cell12(REAL, column, TWO, style)


def short(kind: int, body: bytes = b"", style: int = 0) -> bytes:
    """A cell that does not say its column."""
    return record12(kind, struct.pack("<I", style) + body)


def inspector(data: bytes) -> XlsbInspector:
    return XlsbInspector(opened(data))


def inspected(sheet: bytes, *formats: str) -> Inspection | None:
    return inspector(xlsb(sheet, formats=formats)).inspect(0)


# -- what calamine shows as a blank -----------------------------------------------------------------------

CELLS = [
    (number(1), 2.0, None),
    (cell12(RK, 1, struct.pack("<I", 7 << 2 | 2)), 7, None),
    (cell12(BOOL, 1, b"\1"), True, None),
    (cell12(TEXT, 1, wide("文字")), "文字", None),
    (cell12(SHARED, 1, bytes(4)), "甲", None),
    (formula12(NUMBER_FORMULA, 1, TWO), 2.0, None),
    (formula12(TEXT_FORMULA, 1, wide("文")), "文", None),
    (formula12(TEXT_FORMULA, 1, wide("")), "", None),
    (formula12(BOOL_FORMULA, 1, b"\0"), False, None),
    (cell12(ERROR, 1, b"\x17"), "", "#REF!"),
    (cell12(ERROR, 1, b"\x2b"), "", "#VALUE!"),  # one that is not known by name
    (formula12(ERROR_FORMULA, 1, b"\x07"), "", "#DIV/0!"),
    (cell12(BLANK, 0, b"") + short(SHORT_REAL, TWO), "", "?"),
    (number(0) + short(SHORT_BLANK), "", None),
]


@pytest.mark.parametrize(("cells", "_", "unread"), CELLS)
def test_unread(cells: bytes, _: object, unread: str | None) -> None:
    expected = Inspection({(6, 2): Unread(unread)}, []) if unread else None
    assert inspected(sheet12(row12(5) + cells)) == expected


@pytest.mark.parametrize(("cells", "shown", "_"), CELLS)
def test_what_calamine_shows(cells: bytes, shown: object, _: str | None) -> None:
    data = xlsb(sheet12(row12(5) + cells + number(2)), strings=("甲",))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert sheet.to_python(skip_empty_area=False)[5][1:] == [shown, 2.0]
    assert sheet.merged_cell_ranges is None


def merge(top: int, bottom: int, left: int, right: int) -> bytes:
    return record12(176, struct.pack("<4I", top, bottom, left, right))


@pytest.mark.parametrize(
    ("after", "merges"),
    [
        (b"", []),
        (record12(177, b"\1\0\0\0") + merge(5, 6, 0, 1) + record12(178), [(6, 1, 7, 2)]),
        (merge(0, 0, 0, 8) + merge(2, 4, 1, 1), [(1, 1, 1, 9), (3, 2, 5, 2)]),
    ],
)
def test_merges(after: bytes, merges: list[Merge]) -> None:
    assert inspected(sheet12(row12(5) + number(1), after=after)) == (Inspection({}, merges) if merges else None)


# -- how cells are shown ----------------------------------------------------------------------------------


def columns(first: int, last: int, flags: int) -> bytes:
    return record12(60, struct.pack("<IIIIH", first, last, 2560, 0, flags))


@pytest.mark.parametrize(
    ("sheet", "displays"),
    [
        (sheet12(row12(5, HIDDEN) + number(1) + row12(6) + number(1)), {(6, 2): Appearance("row")}),
        (sheet12(row12(5, 0x20) + number(1)), {}),
        (sheet12(row12(5, HIDDEN) + cell12(BLANK, 1, b"")), {}),
        (sheet12(record12(0, struct.pack("<II", 5, 0)) + number(1)), {}),  # some programs stop there
        (sheet12(row12(5) + number(0) + number(1) + number(2), columns(1, 2, 1)),
         {(6, 2): Appearance("column"), (6, 3): Appearance("column")}),
        (sheet12(row12(5) + number(1), columns(1, 0xFFFFFFFF, 1)), {(6, 2): Appearance("column")}),
        (sheet12(row12(5) + number(1), columns(1, 1, 2)), {}),
        (sheet12(row12(5, HIDDEN) + number(1), columns(1, 1, 1)), {(6, 2): Appearance("row")}),
        (sheet12(row12(5) + number(1, 1) + number(2, 2) + number(3, 9)), {(6, 2): Appearance(None, '0"万"')}),
        (sheet12(row12(5) + number(1, 0x01000001)), {(6, 2): Appearance(None, '0"万"')}),  # the last byte is a flag
        (sheet12(row12(5, HIDDEN) + number(1, 1)), {(6, 2): Appearance("row", '0"万"')}),
    ],
)  # fmt: skip
def test_displays(sheet: bytes, displays: dict[Cell, Appearance]) -> None:
    assert inspected(sheet, '0"万"', '0"场"') == (Inspection({}, [], displays) if displays else None)


def test_without_styles() -> None:
    parts = parts_of(xlsb(sheet12(row12(5) + number(1, 1)), formats=("0%",)))
    del parts["xl/styles.bin"]
    assert inspector(zipped(parts)).inspect(0) is None


# -- how much calamine would lay out ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        (b"", (0, 0)),
        (row12(1048575), (0, 0)),
        (row12(0) + number(0), (1, 1)),
        (row12(1048575) + number(0) + row12(1) + number(16383), (1048576, 16384)),
        (row12(2) + number(0xFFFFFFFF), (3, 2**32)),
        (row12(2) + number(1) + cell12(BLANK, 99, b""), (3, 2)),
        (row12(2) + number(1) + cell12(ERROR, 2, b"\x17"), (3, 3)),
    ],
)
def test_reach(rows: bytes, reach: Cell) -> None:
    sheets = inspector(xlsb(sheet12(b""), sheet12(rows)))
    assert (sheets.reach(0), sheets.reach(1), sheets.reach(0)) == ((0, 0), reach, (0, 0))


@pytest.mark.parametrize("rows", [row12(0) + number(0), row12(3) + number(7) + row12(9) + number(1)])
def test_calamine_lays_out_as_much(rows: bytes) -> None:
    data = xlsb(sheet12(rows))
    laid = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert inspector(data).reach(0) == (len(laid), len(laid[0]))


# -- what does not hold together --------------------------------------------------------------------------


def test_parts_go_by_the_relationships() -> None:
    parts = parts_of(xlsb(sheet12(row12(0) + number(0)), sheet12(row12(8) + number(8))))
    rels = parts["xl/_rels/workbook.bin.rels"].replace(b"worksheets/sheet1", b"Worksheets/SHEET_")
    parts["xl/_rels/workbook.bin.rels"] = rels.replace(b"sheet0", b"sheet1").replace(b"SHEET_", b"SHEET0")
    sheets = inspector(zipped(parts))
    assert (sheets.reach(0), sheets.reach(1)) == ((9, 9), (1, 1))


def test_calamine_sees_other_sheets() -> None:
    with pytest.raises(IndexError):
        inspector(xlsb(sheet12(b""))).reach(1)


WHOLE = sheet12(row12(5) + number(1))


@pytest.mark.parametrize(
    "sheet", [WHOLE[:-1], WHOLE + b"\x80", WHOLE + b"\5\xff\xff\xff\x7f", row12(5) + b"\5\1", b"\0\1"]
)
def test_truncated(sheet: bytes) -> None:
    for ask in (XlsbInspector.reach, XlsbInspector.inspect):
        with pytest.raises((ValueError, IndexError)):
            ask(inspector(xlsb(sheet)), 0)


@pytest.mark.parametrize("part", ["xl/workbook.bin", "xl/_rels/workbook.bin.rels", "xl/worksheets/sheet0.bin"])
def test_a_part_is_missing(part: str) -> None:
    parts = parts_of(xlsb(WHOLE))
    del parts[part]
    with pytest.raises(Unreadable):
        inspector(zipped(parts)).reach(0)


# -- what LibreOffice reads -------------------------------------------------------------------------------


def test_a_text_with_formats_of_its_own_is_a_text() -> None:
    assert inspected(sheet12(row12(5) + cell12(RICH, 1, b"\0" + wide("富")))) == Inspection({}, [], {}, {(6, 2): "富"})


@pytest.mark.office
def test_libreoffice_reads_what_is_made_here(tmp_path: Path) -> None:
    """So the files of these tests are such files as there are."""
    rows = row12(0) + number(0) + cell12(SHARED, 1, bytes(4)) + cell12(BOOL, 2, b"\1") + cell12(TEXT, 4, wide("文字"))
    rows += row12(1, HIDDEN) + number(0, 1) + cell12(ERROR, 1, b"\x2a") + cell12(RICH, 2, b"\0" + wide("富"))
    rows += row12(2) + formula12(NUMBER_FORMULA, 0, TWO) + number(1) + short(SHORT_REAL, TWO)
    merges = record12(177, b"\1\0\0\0") + merge(5, 6, 0, 1) + record12(178)
    data = xlsb(sheet12(rows, columns(4, 4, 1), merges), formats=('0"万"',), strings=("甲",))
    (tmp_path / "made.xlsb").write_bytes(data)
    (made,) = saved_as("xlsx", tmp_path, tmp_path / "made.xlsb")
    sheet = openpyxl.load_workbook(made).active
    assert [[cell.value for cell in row] for row in sheet["A1:E3"]] == [
        [2, "甲", "=TRUE()", None, "文字"],
        [2, "=#N/A", "富", None, None],
        ["=1+1", 2, 2, None, None],
    ]
    assert (sheet["A2"].number_format, sheet.row_dimensions[2].hidden) == ("0\\万", True)
    assert sheet.column_dimensions["E"].hidden
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A6:B7"]
