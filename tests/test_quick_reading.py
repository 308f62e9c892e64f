"""The quick ways of reading, for returns as nearly all are, and the long ways, for any: both read the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stattable.formats.inspection import xlsx_marks
from stattable.formats.inspection.xlsx_marks import Marks, marks_in
from stattable.model.form import CONTACT_LINES, NAME_LINE
from stattable.reading import form, surroundings
from stattable.reading.return_file import ReturnFile
from test_fuzz import edited, edits, values
from writers.containers import parts_of
from writers.pages import Grid, page, raw_sheet, read_pages

BESIDE = [NAME_LINE.value_at, *(line.value_at for line in CONTACT_LINES.values())]
texts = st.text(
    "张三王单位话机人员期间系联日电填报公章盖计生协村镇省市县0123456789-/：:（）() _　\n年月日负责", max_size=12
)


def long_way(grid: Grid) -> ReturnFile:
    """Read a page without the quick ways, but for the template's labels, to which the other ways belong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surroundings, "_printed_notes", lambda rows: None)
        patch.setattr(form, "plain_figures", lambda raws, kinds: None)
        return read_pages(raw_sheet(grid))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(edits, max_size=3),
    st.dictionaries(st.sampled_from(BESIDE), st.one_of(texts, values), max_size=4),
    st.sampled_from([None] * 9 + [2, 5, 8]),
)
def test_what_stands_on_a_page_is_read_as_the_long_way_reads_it(
    changes: list[Sequence[Any]], beside: dict[tuple[int, int], Any], width: int | None
) -> None:
    grid = page()
    for (row, column), value in beside.items():
        grid[row - 1][column - 1] = value
    for change in changes:
        grid = edited(grid, change)
    grid = [cells[:width] for cells in grid]
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


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(range(len(PARTS))), st.lists(st.tuples(pieces, st.floats(0, 1)), max_size=3))
def test_a_part_is_searched_as_if_it_were_the_first_of_its_shape(
    number: int, changes: list[tuple[tuple[str, str], float]]
) -> None:
    part = PARTS[number]
    for (behind, piece), where in changes:
        at = part.find(behind.encode(), int(where * len(part))) + len(behind)
        part = part[:at] + piece.encode() + part[at:]
    assert found(marks_in(part)) == found(Marks(part))


def test_parts_that_differ_in_their_values_are_searched_once() -> None:
    xlsx_marks._of_shape.cache_clear()
    part = b'<row r="1"><c r="A1" t="s"><v>%d</v></c><c r="B1" t="inlineStr"><is><t>%d</t></is></c></row>'
    assert len({id(marks_in(part % (number, number))) for number in range(20)}) == 1
