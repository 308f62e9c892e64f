"""The quick ways of reading, for returns as nearly all are, and the long ways, for any: both read the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stattable.formats.inspection import xlsx_marks
from stattable.formats.inspection.xlsx_marks import Marks, search
from stattable.formats.sheet import Cell
from stattable.model.form import CONTACT_LINES, FIELDS, NAME_LINE
from stattable.reading import form, surroundings
from stattable.reading.return_file import ReturnFile
from test_fuzz import edited, edits, values
from writers.containers import parts_of
from writers.pages import Grid, page, raw_sheet, read_pages

BESIDE = [NAME_LINE.value_at, *(line.value_at for line in CONTACT_LINES.values())]
STRAY = [(row, column) for row in (1, 2, 3, 18, 19, 20, 21, 23) for column in range(1, 12)]
figures = st.one_of(
    st.integers(0, 30).map(float), st.floats(), st.sampled_from(["有", "无", "", "3", "3人", 1e10, 1e11, -1.0, 2.5])
)
texts = st.text("张王单位话机人员期间系联日电填报公章盖计生协村镇省0123456789-：:（）() _　\n年月负责", max_size=12)
LINES = """
单位：乙镇计生协|单位（公章）：|填报单位：乙镇|乙镇 联系人：李四|联系人：李四|电话：13900000000|电话|2021-06-03
填报日期：2021年6月3日|负责人：王五|第24个“5.29会员活动日”信息统计表|2022年“5.29会员活动日”|说明|单位负责人：王五|甲单位
"""
LINES_SAID = LINES.strip().replace("\n", "|").split("|")
said = st.one_of(st.sampled_from(LINES_SAID), texts, values)


def as_read(grid: Grid) -> Grid:
    """A page with whole numbers as calamine gives them."""
    return [[float(value) if type(value) is int else value for value in cells] for cells in grid]


def with_said(cells: dict[Cell, Any]) -> Grid:
    """The official page with room around it, and with other values in some cells."""
    grid = [[*row, "", ""] for row in [*page(), *[[""] * 9 for _ in range(4)]]]
    for (row, column), value in cells.items():
        grid[row - 1][column - 1] = value
    return as_read(grid)


def long_way(grid: Grid) -> ReturnFile:
    """Read a page without the quick ways."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surroundings, "_printed_notes", lambda rows: None)
        patch.setattr(form, "plain_figures", lambda raws, kinds: None)
        return read_pages(raw_sheet(grid))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from([field.at for field in FIELDS]), figures, max_size=3),
    st.dictionaries(st.sampled_from(BESIDE), said, max_size=2),
    st.dictionaries(st.sampled_from(STRAY), said, max_size=1),
)
def test_what_stands_on_the_official_page_is_read_as_the_long_way_reads_it(
    filled_in: dict[Cell, Any], beside: dict[Cell, Any], stray: dict[Cell, Any]
) -> None:
    grid = with_said(filled_in | beside | stray)
    assert read_pages(raw_sheet(grid)) == long_way(grid)


@pytest.mark.parametrize("line", LINES_SAID)
def test_a_line_anywhere_beside_the_table(line: str) -> None:
    for at in dict.fromkeys([*BESIDE, *STRAY]):
        grid = with_said({at: line})
        assert read_pages(raw_sheet(grid)) == long_way(grid), at


@settings(max_examples=200, deadline=None)
@given(st.lists(edits, max_size=3), st.sampled_from([None] * 9 + [2, 5, 8]))
def test_what_stands_on_any_page_is_read_as_the_long_way_reads_it(
    changes: list[Sequence[Any]], width: int | None
) -> None:
    grid = page()
    for change in changes:
        grid = edited(grid, change)
    grid = as_read([cells[:width] for cells in grid])
    assert read_pages(raw_sheet(grid)) == long_way(grid)


# -- marks ------------------------------------------------------------------------------------------------

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").rglob("*.xlsx"))
PARTS = [
    content
    for path in EXAMPLES[:12]
    for name, content in parts_of(path.read_bytes()).items()
    if name.startswith("xl/worksheets/") or name == "xl/sharedStrings.xml"
]
MARKS = [name for name in vars(Marks) if not name.startswith("_")]
ELEMENTS = """
<v>1</v>|<v>#REF!</v>|<v> 1</v>|<v>&#50;</v>|<v/>|<v xml:space="preserve">1</v>|<x:v>1</x:v>|<v><y/>1</v>|</v></c>
<f>A1</f>|<f/>|<f t="shared" si="0"/>|<x:f/>|<f>A1</f><v></v>|<f>A1</f><v>1</v>|<!-- 1 -->|<![CDATA[1]]>|<?x y?>
<c><v> 1</v></c>|<c t="s"><v> 1</v></c>|<c><v>&#50;</v></c>|<c><v>a b</v></c>|<c><v><y/></v></c>
<t>1</t>|<t xml:space="preserve"> a b </t>|<is><t>a</t></is>|<is><x>1</x></is>|<is> <t>1</t></is>|<rPr><strike/></rPr>
"""
ATTRIBUTES = """
t="e"|t='e'|hidden="1"|hidden = "true"|ht="0"|ht="0.0"|width="0"|t="inlineStr"|t="s"|t="str"|rgb="FFFFFFFF"
theme="0"|uniqueCount="999999"|r="XFD1"|r="A99999"
"""
pieces = st.one_of(
    st.sampled_from([(">", one) for one in ELEMENTS.strip().replace("\n", "|").split("|")]),
    st.sampled_from([('" ', one + " ") for one in ATTRIBUTES.strip().replace("\n", "|").split("|")]),
)


def found(marks: Marks) -> dict[str, Any]:
    said = {}
    for name in MARKS:
        try:
            said[name] = getattr(marks, name)
        except ElementTree.ParseError:
            said[name] = "no XML"
    return said


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(range(len(PARTS))), st.lists(st.tuples(pieces, st.floats(0, 1)), max_size=3))
def test_a_part_is_searched_as_if_it_were_the_first_of_its_shape(
    number: int, changes: list[tuple[tuple[str, str], float]]
) -> None:
    part = PARTS[number]
    for (behind, piece), where in changes:
        at = part.find(behind.encode(), int(where * len(part))) + len(behind)
        part = part[:at] + piece.encode() + part[at:]
    assert found(search(part).marks) == found(Marks(part))


def test_parts_that_differ_in_their_values_are_searched_once() -> None:
    xlsx_marks._of_shape.cache_clear()
    part = b'<row r="1"><c r="A1" t="s"><v>%d</v></c><c r="B1" t="inlineStr"><is><t>%d</t></is></c></row>'
    assert len({id(search(part % (number, number)).marks) for number in range(20)}) == 1
