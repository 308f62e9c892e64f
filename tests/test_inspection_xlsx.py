import io
import zipfile
from collections.abc import Mapping

import pytest

from stattable.formats.inspection.xlsx import XlsxInspector, inspect_cells
from stattable.formats.inspection.xlsx_cells import reach
from stattable.formats.inspection.xlsx_styles import OddStyle, odd_styles
from stattable.formats.package import Package, Packed
from stattable.formats.sheet import Appearance, Inspection, Unread, Unreadable
from writers.containers import GOLDEN, opened, parts_of, zipped


def sheet(cells: bytes) -> bytes:
    return b'<worksheet><sheetData><row r="6">' + cells + b"</row></sheetData></worksheet>"


def inspector(content: bytes, styles: bytes | None = None) -> XlsxInspector:
    """Of a workbook with one sheet."""
    parts = {
        "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="_" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b'<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>',
        "xl/worksheets/sheet1.xml": content,
        **({"xl/styles.xml": styles} if styles else {}),
    }
    data = zipped(parts)
    return XlsxInspector(opened(data))


@pytest.mark.parametrize(
    ("cells", "unreads"),
    [
        (b'<c r="B6"><v>1</v></c>', {}),
        (b'<c r="B6"/><c r="C6" t="s"><v>0</v></c>', {}),
        (b'<c r="B6"><f>1+1</f><v>2</v></c>', {}),
        (b'<c r="B6"><f>1-1</f><v>0</v></c>', {}),
        (b'<c r="B6" t="str"><f>""</f><v></v></c>', {}),  # it came to nothing, and says so
        (b'<c r="B6"><f>1+1</f><v></v></c>', {(6, 2): Unread("=1+1")}),
        (b'<c r="B6"><f>1+1</f><v/></c>', {(6, 2): Unread("=1+1")}),
        (b'<c r="B6"><f>1+1</f></c>', {(6, 2): Unread("=1+1")}),
        (b'<c r="B6" t="str"><f>A1</f></c>', {(6, 2): Unread("=A1")}),
        (b'<c r="B6"><f t="shared" si="0"/></c>', {(6, 2): Unread("=")}),
        (b'<c r="B6" t="e"><v>#REF!</v></c>', {(6, 2): Unread("#REF!")}),
        (b'<c r="B6" t="e"><f>1/0</f><v>#DIV/0!</v></c>', {(6, 2): Unread("#DIV/0!")}),
        (b"<c r='B6' t = 'e'><v>#N/A</v></c>", {(6, 2): Unread("#N/A")}),
        (b'<c r="B6" t="e"/>', {(6, 2): Unread("#VALUE!")}),
        (b'<c/><c><f>A1</f></c><c r="AB7"><f>A2</f></c><c><f>A3</f></c>',
         {(6, 2): Unread("=A1"), (7, 28): Unread("=A2"), (7, 29): Unread("=A3")}),
        (b'<x:c xmlns:x="x" r="B6"><x:f>A1</x:f></x:c>', {(6, 2): Unread("=A1")}),
        (b'<c r="B6"><v>1</v></c></row><row><c><f>A1</f></c>', {(7, 1): Unread("=A1")}),
    ],
)  # fmt: skip
def test_what_calamine_shows_empty(cells: bytes, unreads: dict[tuple[int, int], Unread]) -> None:
    assert inspect_cells(sheet(cells), {}, {}) == Inspection(unreads)
    if unreads:
        assert inspector(sheet(cells)).inspect(0) == Inspection(unreads)


@pytest.mark.parametrize(
    "cells",
    [
        b"",
        b'<c r="B6"><v>1</v></c>',
        b'<c r="E6" t="s"><v>0</v></c>',
        b"<formula1>1</formula1>",
        b'<c t="b"><v>1</v></c>',
    ],
)
def test_where_there_is_neither_error_nor_formula_nobody_looks(cells: bytes) -> None:
    assert inspector(sheet(cells)).inspect(0) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (b'<c r="B6"><v>1</v></c>', (0, 0)),  # a few
        (b'<c r="XFD6"><v>1</v></c>', (6, 16384)),
        (b'<c r="B6"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c>', (1048576, 2)),
        (b"<c\nr='ABC12345'><v>1</v></c>", (12345, 731)),
        (b'<c r="XFD6" s="1"/>', (0, 0)),  # a format is not laid out
        (b'<c r="XFD6"/></row><row r="1048576"><c r="XFD1048576" s="1"/>', (0, 0)),
        (b'<c r="XFD6"><v>1</v></c></row><row r="1048576"><c><v>1</v></c>', (1048576, 16384)),
        (b'<c r="XFD6"><v>1</v></c></row>' + b"<row/>" * 5000 + b"<row><c><v>1</v></c>", (5007, 16384)),
        (b'<c r="B6"><v>1</v></c></row><row>' + b"<c><v>1</v></c>" * 5000, (7, 5000)),  # 75 KB
        (b'<c r="xfd6"><v>1</v></c>', (6, 16384)),
        (b'<c q=">" r="XFD6"><v>1</v></c>', (6, 16384)),
        (b'<a-b:c xmlns:a-b="x" r="XFD6"><v>1</v></a-b:c>', (6, 16384)),
        (b'<c r="B6"><v>1</v></c>' * 4000, (6, 2)),
    ],
)
def test_reach(cells: bytes, expected: tuple[int, int]) -> None:
    assert reach(sheet(cells)) == expected
    assert inspector(sheet(cells)).reach(0) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<c r="B6"><v>1</v></c><c r="AB6"><v>1</v></c>', (40_000, 28)),
        ('<c r="ZZ6" s="1"/>', (40_000, 1)),  # beyond what is laid out without a second thought: read, it is none
        ("<c><v>1</v></c>", (40_000, 1)),  # one does not say where it is
    ],
)
def test_the_reach_of_a_big_sheet(cells: str, expected: tuple[int, int]) -> None:
    many = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(7, 40_001))
    content = f"<worksheet><sheetData><row r='6'>{cells}</row>{many}</sheetData></worksheet>".encode()
    assert reach(content) == expected


RELS = (
    b'<Relationships><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/>'
    b"<Relationship Target='/xl/Worksheets/Sheet2.xml' Id='rId2'/>"
    b'<Relationship Id="rId3" Target="..\\other\\sheet3.xml"/>'
    b'<Relationship Id="rId4" Target="gone.xml"/></Relationships>'
)
WORKBOOK = (
    b'<workbook xmlns:r="r"><sheets><sheet name="\xe7\x94\xb2" sheetId="1" r:id="rId2"/>'
    b"<sheet r:id='rId1' state='hidden' sheetId='2' name='a &amp; b'/><sheet name='no id'/>"
    b'<x:sheet xmlns:x="x" xmlns:d="d" name="c" d:id="rId3"/><sheet name="d" r:id="rId4"/>'
    b'<sheet name="e" r:id="rId5"/></sheets></workbook>'
)


def test_parts_in_the_order_of_the_sheets() -> None:
    data = zipped(
        {
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": RELS,
            "xl/worksheets/sheet1.xml": b"1",
            "xl/worksheets/sheet2.xml": b"2",
            "other/sheet3.xml": b"3",
        }
    )
    inspector = XlsxInspector(opened(data))
    assert [inspector.part(sheet) for sheet in range(6)] == [
        "xl/worksheets/sheet2.xml",
        "xl/worksheets/sheet1.xml",
        None,
        "other/sheet3.xml",
        None,
        None,
    ]


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
ROOT = f'<Relationships><Relationship Id="rId1" Type="{OFFICE}officeDocument" Target="%s"/></Relationships>'
ONE_SHEET = '<workbook xmlns:r="r"><sheets>%s<sheet name="a>b" r:id="rId1"/></sheets></workbook>'


@pytest.mark.parametrize(
    ("book", "root", "target"),
    [
        ("xl/workbook.xml", None, "sheet%201.xml"),
        ("xl/workbook.xml", "/xl/workbook.xml", "../xl/SHEET 1.xml"),
        ("xl/book.xml", "xl/book.xml", "/xl/sheet 1.xml"),
        ("book.xml", "book.xml", "xl/./sheet%201.xml"),
    ],
)
@pytest.mark.parametrize("before", ["", '<!-- <sheet name="a" r:id="rId9"/> -->'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_parts_are_found_as_programs_find_them(
    book: str, root: str | None, target: str, before: str, encoding: str
) -> None:
    folder, _, name = book.rpartition("/")
    relations = f'<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>'
    parts = {
        **({"_rels/.rels": ROOT % root} if root else {}),
        book: ONE_SHEET % before,
        f"{folder}/_rels/{name}.rels".lstrip("/"): relations,
        "xl/sheet 1.xml": "<worksheet/>",
    }
    data = zipped({name: part.encode(encoding) for name, part in parts.items()})
    assert XlsxInspector(opened(data)).part(0) == "xl/sheet 1.xml"


def test_what_is_outside_the_package_is_no_part() -> None:
    outside = RELS.replace(b' Target="worksheets', b' TargetMode="External" Target="worksheets')
    data = zipped({"xl/_rels/workbook.xml.rels": outside, "xl/worksheets/sheet1.xml": b"1"})
    assert opened(data).relations("xl/workbook.xml").by_id["rId1"] is None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_part_reads_as_zipfile_reads_it(method: int) -> None:
    content = b"<worksheet>" + bytes(range(256)) * 100
    data = b"before" + zipped({"a/ä.xml": b"", "xl/b.xml": content}, method)
    package = zipfile.ZipFile(io.BytesIO(data))
    for name in package.namelist():
        assert opened(data).content(name) == package.read(name)


@pytest.mark.parametrize(("said", "code"), [(99, "F004"), (0, "F004"), (101, "F001"), (2**31, "F001")])
def test_a_part_that_is_not_as_long_as_it_says(said: int, code: str) -> None:
    data = zipped({"a": bytes(100)})
    [entry] = zipfile.ZipFile(io.BytesIO(data)).infolist()
    entry.file_size = said
    with pytest.raises(Unreadable) as fault:
        Package(io.BytesIO(data), [entry]).content("a")
    assert fault.value.code == code


def test_entities_do_not_grow() -> None:
    lines = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE x [<!ENTITY e0 "0123456789">' + lines + b"]>" + sheet(b'<c r="B6"><f>&e9;</f></c>')
    with pytest.raises(SyntaxError, match="document type"):
        inspect_cells(bomb, {}, {})


# -- how cells are shown ----------------------------------------------------------------------------------

HIDDEN_COLUMNS = b'<worksheet><cols><col min="1" max="2"/><col min="3" max="4" hidden="1"/></cols><sheetData>'


@pytest.mark.parametrize(
    ("content", "displays"),
    [
        (b'<worksheet><sheetData><row r="6" hidden="1"><c r="B6"><v>1</v></c><c r="C6"/></row><row r="7"><c r="B7">'
         b"<v>1</v></c></row></sheetData></worksheet>", {(6, 2): Appearance("row")}),
        (b'<worksheet><sheetData><row ht="0" customHeight="1"><c><v>1</v></c></row></sheetData></worksheet>',
         {(1, 1): Appearance("row")}),
        (b'<worksheet><cols><col min="-99999999" max="1" width="0.0"/></cols><sheetData><row><c><v>1</v></c></row>'
         b"</sheetData></worksheet>", {(1, 1): Appearance("column")}),
        (b'<worksheet><sheetData><row hidden="true"><c><v>1</v></c></row></sheetData></worksheet>',
         {(1, 1): Appearance("row")}),
        (HIDDEN_COLUMNS + b'<row r="6"><c r="B6"><v>1</v></c><c r="C6"><v>1</v></c><c r="D6"><v>1</v></c>'
         b'<c r="E6"><v>1</v></c></row></sheetData></worksheet>',
         {(6, 3): Appearance("column"), (6, 4): Appearance("column")}),
        (HIDDEN_COLUMNS.replace(b'max="4"', b'max="99999999999"') + b'<row r="6"><c r="GR6"><v>1</v></c>'
         b'<c r="GS6"><v>1</v></c></row></sheetData></worksheet>', {(6, 200): Appearance("column")}),
        (HIDDEN_COLUMNS.replace(b'"1">', b'"0">').replace(b'hidden="1"', b'hidden="0"') + b'<row r="6" hidden="0">'
         b'<c r="C6"><v>1</v></c></row></sheetData></worksheet>', {}),
    ],
)  # fmt: skip
def test_hidden_rows_and_columns(content: bytes, displays: Mapping[tuple[int, int], Appearance]) -> None:
    assert inspect_cells(content, {}, {}).displays == displays
    inspection = inspector(content).inspect(0)
    assert (inspection.displays if inspection else {}) == displays


def styles(fonts: str = "<font/>", fills: str = "<fill/>", formats: str = "", cells: str = "<xf/>") -> bytes:
    return (
        f"<styleSheet><numFmts>{formats}</numFmts><fonts>{fonts}</fonts><fills>{fills}</fills>"
        f"<cellStyleXfs><xf numFmtId='9'/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>"
    ).encode()


def solid(colour: str) -> str:
    return f"<fill><patternFill patternType='solid'><fgColor {colour}/></patternFill></fill>"


def ink(colour: str) -> str:
    return f"<font><b/><color {colour}/><sz val='11'/></font>"


UNSEEN = {0: OddStyle("colour", None)}


@pytest.mark.parametrize(
    ("part", "odd"),
    [
        (b"<styleSheet/>", {}),
        (styles(), {}),
        (styles(ink("rgb='FFFFFFFF'")), UNSEEN),
        (styles(ink("rgb='FFFEFEFE'")), UNSEEN),
        (styles(ink("rgb='FFFFFF'")), UNSEEN),
        (styles(ink("theme='0'")), UNSEEN),
        (styles(ink("indexed='9'")), UNSEEN),
        (styles(ink("theme='0' tint='-0.5'")), {}),
        (styles(ink("theme='1'")), {}),
        (styles(ink("theme='1' tint='1'")), UNSEEN),
        (styles(ink("indexed='16'"), solid("rgb='FF800000'")), UNSEEN),
        (styles(ink("theme='4'"), solid("theme='4'")), UNSEEN),
        (styles(ink("theme='4'")), {}),
        (styles(ink("rgb='FFC00000'")), {}),
        (styles(ink("auto='1'")), {}),
        (styles(ink("theme='0'"), solid("rgb='FF4472C4'")), {}),  # white on blue
        (styles(ink("theme='0'"), solid("theme='4'")), {}),
        (styles(ink("theme='0'"), solid("theme='0'")), UNSEEN),
        (styles(ink("rgb='FF4472C4'"), solid("rgb='FF4472C4'")), UNSEEN),
        (styles(fills=solid("rgb='FF000000'")), UNSEEN),
        (styles(fills=solid("rgb='FF000000'").replace("solid", "gray125")), {}),
        (styles(fills="<fill><gradientFill/></fill>"), {}),
        (styles(ink("theme='0'") + "<font/>", cells="<xf fontId='1'/><xf fontId='0'/>"), {1: OddStyle("colour", None)}),
        (styles(cells="<xf fontId='7' fillId='7'/>"), {}),  # that there are none of
        (styles(cells="<xf numFmtId='9'/><xf numFmtId='1'/><xf numFmtId='11'/>"),
         {0: OddStyle(None, "0%"), 2: OddStyle(None, "0.00E+00")}),
        (styles(formats="<numFmt numFmtId='176' formatCode='0&quot;万&quot;'/>", cells="<xf numFmtId='176'/>"),
         {0: OddStyle(None, '0"万"')}),
    ],
)  # fmt: skip
def test_styles_that_do_not_show_what_is_in_the_cell(part: bytes, odd: Mapping[int, OddStyle]) -> None:
    assert odd_styles(Packed(part, len(part), deflated=False), None) == odd


def test_cells_of_an_odd_style() -> None:
    cells = b'<c r="B6" s="1"><v>1</v></c><c r="C6" s="1"/><c r="D6"><v>1</v></c><c r="E6" s="77"><v>1</v></c>'
    white = styles("<font/>" + ink("theme='0'"), cells="<xf/><xf fontId='1'/>")
    assert inspector(sheet(cells), white).inspect(0) == Inspection(displays={(6, 2): Appearance("colour")})
    assert inspector(sheet(cells), styles()).inspect(0) is None


# -- what LibreOffice wrote -------------------------------------------------------------------------------


def test_libreoffice() -> None:
    inspection = inspect_cells(parts_of((GOLDEN / "faults.xlsx").read_bytes())["xl/worksheets/sheet1.xml"], {}, {})
    assert inspection == Inspection({(6, 2): Unread("#DIV/0!"), (6, 3): Unread("#N/A")})


@pytest.mark.parametrize(
    ("claim", "is_held"),
    [(b'count="9" uniqueCount="2"', True), (b"uniqueCount='4294967295'", False), (b'uniqueCount = "99999"', False)],
)
def test_strings_that_claim_to_be_more_than_they_can_be(claim: bytes, is_held: bool) -> None:
    data = zipped({"xl/SharedStrings.xml": b"<sst " + claim + b"><si><t>a</t></si><si><t>b</t></si></sst>"})
    if is_held:
        XlsxInspector(opened(data))
    else:
        with pytest.raises(Unreadable):
            XlsxInspector(opened(data))


# -- texts with annotated runs ----------------------------------------------------------------------------


def run(text: str, *marks: str) -> str:
    return f"<r><rPr>{''.join(f'<{mark}/>' for mark in marks)}</rPr><t>{text}</t></r>"


SUPERSCRIPT, STRUCK = 'vertAlign val="superscript"', "strike"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<t>102</t>", None),
        (run("10") + run("2"), None),
        (run("102") + run("1", 'vertAlign val="baseline"', 'strike val="0"'), None),
        (run("102") + run("1", SUPERSCRIPT), "102（上标：1）"),
        (run("102") + run("1", 'vertAlign val="subscript"'), "102（下标：1）"),
        (run("99", STRUCK) + "<r><t>102</t></r>", "（划掉：99）102"),
        (run("99", "b", 'strike val="1"') + run("102"), "（划掉：99）102"),
        (run("102") + run(" ", SUPERSCRIPT), "102 "),
    ],
)
@pytest.mark.parametrize("is_shared", [True, False])
def test_annotated_runs_are_no_part_of_a_number(item: str, text: str | None, is_shared: bool) -> None:
    shared = f"<sst><si><t>other</t></si><si>{item}</si></sst>".encode()
    cell = b'<c r="B6" t="s"><v>1</v></c>' if is_shared else f'<c r="B6" t="inlineStr"><is>{item}</is></c>'.encode()
    data = zipped(
        {
            "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="_" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": b'<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>',
            "xl/worksheets/sheet1.xml": sheet(b'<c r="A6" t="s"><v>0</v></c>' + cell),
            "xl/sharedStrings.xml": shared,
        }
    )
    inspection = XlsxInspector(opened(data)).inspect(0)
    assert (inspection.texts if inspection else {}) == ({(6, 2): text} if text else {})


def test_a_struck_style() -> None:
    fonts = "<font/><font><strike/></font><font><strike val='0'/></font>"
    cells = "<xf/><xf fontId='1'/><xf fontId='2'/>"
    part = styles(fonts, cells=cells)
    assert odd_styles(Packed(part, len(part), deflated=False), None) == {1: OddStyle("struck", None)}
