"""Sheets that are read by their values alone are read as calamine reads them, or not at all."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from stattable.formats import xlsx_patterns
from stattable.formats.calamine import CalamineBook
from stattable.formats.sniff import FileKind
from stattable.formats.xlsx_patterns import BookByPatterns
from writers.containers import opened, parts_of, zipped

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FORMATS = ["General", "0.00%", "yyyy-mm-dd", "[h]:mm", "@", "yyyy-mm-dd hh:mm"]
STYLES = (
    f"<styleSheet {MAIN}><numFmts>"
    + "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{code}"/>' for at, code in enumerate(FORMATS))
    + '</numFmts><cellXfs count="6">'
    + "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(FORMATS)))
    + "</cellXfs></styleSheet>"
)
PLAIN_NUMBERS = ["0", "3", "61", "120", "46175", "13800000000", "-2", "0.5"]
NUMBERS = [
    *PLAIN_NUMBERS,
    *"1e5 007 1_0 +1 -0 1. .5 60 2958465 2958466 nan inf 0x1 12345678901234567 1.0000000000000001".split(),
]
PLAIN_TEXTS = ["甲村", "3人", "甲&amp;乙", "&#30002;", "a b", "a&#10;b"]
TEXTS = [
    *PLAIN_TEXTS,
    " a",
    "b ",
    "\u3000c",
    "_x0041_",
    "&#x3000;d",
    "&nbsp;",
    "&#13;",
    "a\tb",
    "\n",
    "&",
    "&#0;",
    "&#32;e",
]
SHARED = ["0", "1", "2", "-1", "01", "1_", "99"]
WRITTEN: Mapping[str, str] = {
    "number": '<c r="{at}" s="{style}"><v>{}</v></c>',
    "said number": '<c r="{at}" t="n" s="{style}"><v>{}</v></c>',
    "shared": '<c r="{at}" t="s"><v>{}</v></c>',
    "formula": '<c r="{at}" s="{style}"><f>1+1</f><v>{}</v></c>',
    "text of a formula": '<c r="{at}" t="str"><f>1</f><v>{}</v></c>',
    "inline": '<c r="{at}" t="inlineStr"><is><t>{}</t></is></c>',
    "inline, with its space": '<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>',
    "inline, in two": '<c r="{at}" t="inlineStr"><is><r><t>{}</t></r><r><t>b</t></r></is></c>',
    "inline, with another reading": '<c r="{at}" t="inlineStr"><is><t>{}</t><rPh><t>x</t></rPh></is></c>',
    "yes or no": '<c r="{at}" t="b"><v>{}</v></c>',
    "error": '<c r="{at}" t="e"><v>{}</v></c>',
    "date": '<c r="{at}" t="d"><v>{}</v></c>',
    "blank": '<c r="{at}" s="1"/>',
    "in another cell": '<c r="A1" t="n"><v>{}</v></c>',
    "another namespace": f"<x:c {MAIN.replace('=', ':x=')} " + 'r="{at}"><x:v>{}</x:v></x:c>',
    "with space": '<c r="{at}"><v>{}</v> </c>',
}  # fmt: skip
STRINGS: Mapping[str, str] = {
    "plain": "<si><t>{}</t></si>",
    "with its space": '<si><t xml:space="preserve">{}</t></si>',
    "in two": '<si><r><t>{}</t></r><r><rPr><b/></rPr><t xml:space="preserve">{}</t></r></si>',
    "empty": "<si><t/></si>",
    "with another reading": "<si><t>{}</t><rPh sb='0' eb='1'><t>x</t></rPh><phoneticPr fontId='1'/></si>",
    "with a font of another": "<si><t>{}</t><phoneticPr fontId='1'/></si>",
    "nothing": "<si/>",
}
Filling = tuple[list[str], list[str]]  # values of cells, and of strings


def workbook(cells: Sequence[tuple[str, int]], strings: Sequence[str], filling: Filling) -> bytes:
    """A workbook with a cell of some kind and style in each row, and shared strings of some kinds."""
    values, texts = map(iter, filling)
    rows = "".join(
        f'<row r="{row}">' + WRITTEN[kind].format(next(values), at=f"B{row}", style=style) + "</row>"
        for row, (kind, style) in enumerate(cells, 1)
    )
    shared = "".join(STRINGS[kind].format(*[next(texts) for _ in range(STRINGS[kind].count("{}"))]) for kind in strings)
    return zipped(
        {
            **xlsx_patterns._ONE_SHEET,
            xlsx_patterns._STYLES: STYLES.encode(),
            xlsx_patterns._SHEET: f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode(),
            xlsx_patterns._STRINGS: f"<sst {MAIN}>{shared}</sst>".encode(),
        }
    )


def by_calamine(data: bytes) -> Any:
    """The cells as calamine gives them, with their types, or what it says."""
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[(type(value), value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except Exception as error:
        return type(error)


def patterns_of(data: bytes) -> BookByPatterns | None:
    return CalamineBook(data, FileKind.XLSX, opened(data))._patterns


def taught(data: bytes) -> None:
    """Have a sheet read as often as it takes to learn its pattern."""
    xlsx_patterns._shape_of.cache_clear()
    for _ in range(2):  # the first may be the only one of its kind
        try:
            CalamineBook(data, FileKind.XLSX, opened(data)).sheet("1")
        except Exception:
            return


def fillings(
    numbers: Sequence[str], texts: Sequence[str], shared: Sequence[str], kinds: Sequence[str], strings: int
) -> Any:
    of_kind = {"shared": shared, **{kind: texts for kind in WRITTEN if "inline" in kind or kind == "text of a formula"}}
    return st.tuples(
        st.tuples(*(st.sampled_from(of_kind.get(kind, numbers)) for kind in kinds)).map(list),
        st.lists(st.sampled_from(texts), min_size=2 * strings, max_size=2 * strings),
    )


@st.composite
def lessons(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A workbook to learn from, and one like it with other values."""
    kinds = st.sampled_from([*(["number", "shared", "inline", "formula"] * 8), *WRITTEN])
    cells = draw(st.lists(st.tuples(kinds, st.sampled_from([0, 0, *range(len(FORMATS))])), min_size=1, max_size=4))
    strings = draw(st.lists(st.sampled_from([*(["plain"] * 8), *STRINGS]), min_size=3, max_size=4))
    names = [kind for kind, _ in cells]
    first = draw(fillings(PLAIN_NUMBERS, PLAIN_TEXTS, SHARED[:3], names, len(strings)))
    second = draw(fillings(NUMBERS, TEXTS, SHARED, names, len(strings)))
    return workbook(cells, strings, first), workbook(cells, strings, second)


@settings(max_examples=300, deadline=None)
@given(lessons())
def test_values_are_read_as_calamine_reads_them(workbooks: tuple[bytes, bytes]) -> None:
    first, second = workbooks
    taught(first)
    for data in (first, second):
        try:
            patterns = patterns_of(data)
        except Exception:
            continue
        read = patterns.read(0) if patterns else None
        if read is not None:
            assert [[(type(value), value) for value in row] for row in read[0]] == by_calamine(data)


@pytest.mark.parametrize(
    "kind", ["number", "shared", "formula", "inline", "inline, with its space", "text of a formula"]
)
def test_what_programs_write_is_read_by_its_values(kind: str) -> None:
    first, second = (
        workbook([(kind, 0)], ["plain", "with its space", "in two"], ([value], ["甲", "乙", "丙", "丁"]))
        for value in "12"
    )
    taught(first)
    patterns = patterns_of(second)
    read = patterns.read(0) if patterns else None
    assert read is not None
    assert [[(type(value), value) for value in row] for row in read[0]] == by_calamine(second)


@pytest.mark.parametrize("kind", ["shared", "inline"])
def test_a_text_whose_space_is_not_shown_is_left_to_calamine(kind: str) -> None:
    """Whichever of them it is, and wherever it stands."""
    cells, strings = [("inline, with its space", 0), (kind, 0)], ["with its space", "in two", "plain"]
    first, second = (
        workbook(cells, strings, ([" 甲 ", "2" if kind == "shared" else text], [" 乙", "丙", "丁 ", text]))
        for text in ("戊", "戊 ")
    )
    taught(first)
    patterns = patterns_of(first)
    assert patterns is not None
    assert patterns.read(0) is not None
    patterns = patterns_of(second)
    assert patterns is None or patterns.read(0) is None


@pytest.mark.parametrize("day", ["46175", "61", "2958465"])
def test_days_are_read_by_their_numbers(day: str) -> None:
    first, second = (workbook([("number", 2)], ["plain"], ([value], ["甲"])) for value in ("46170", day))
    taught(first)
    patterns = patterns_of(second)
    assert patterns is not None
    read = patterns.read(0)
    assert read is not None
    assert [[(type(value), value) for value in row] for row in read[0]] == by_calamine(second)


def test_a_workbook_that_counts_its_days_from_1904_is_read_by_calamine() -> None:
    """A day of it is another one: what was learned from others says nothing of it."""
    counts = (b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    first, second = (workbook([("number", 2)], ["plain"], ([value], ["甲"])) for value in ("46170", "46175"))
    taught(first)
    parts = parts_of(second)
    parts[xlsx_patterns._WORKBOOK] = parts[xlsx_patterns._WORKBOOK].replace(*counts)
    of_1904 = zipped(parts)
    taught(of_1904)
    patterns = patterns_of(of_1904)
    assert patterns is not None
    assert patterns.read(0) is None


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ([], []),
        ([b"7", b"123456789012345"], [7.0, 123456789012345.0]),
        ([b"7", b"1234567890123456"], None),  # of which programs keep fifteen digits
        ([b"-1.5", b"7"], [-1.5, 7.0]),
        ([b"7", b"1e5"], None),
        ([b"+7"], None),
    ],
)
def test_numbers_that_are_the_same_wherever_they_are_read(values: list[bytes], numbers: list[float] | None) -> None:
    assert xlsx_patterns._numbers(values) == numbers


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (b"60", None),  # 29 February 1900, which was none
        (b"61", date(1900, 3, 1)),
        (b"46195", date(2026, 6, 22)),
        (b"2958465", date(9999, 12, 31)),
        (b"2958466", None),
        (b"46195.5", None),
    ],
)
def test_days_of_which_there_is_no_doubt(value: bytes, day: date | None) -> None:
    assert xlsx_patterns._dates([b"61", value]) == (None if day is None else [date(1900, 3, 1), day])
