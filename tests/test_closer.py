import io
import struct
import time
import zipfile

import pytest

from containers import GOLDEN, formula, number, ole, parts_of, record, repacked, xls, zipped
from stattable.checking.cells import Unread
from stattable.checking.closer import look, part_bytes, xlsx_parts, xlsx_reach, xlsx_suspect
from stattable.checking.sniff import FileKind

# -- .xlsx ------------------------------------------------------------------------------------------------


def sheet(cells: bytes) -> bytes:
    return b'<worksheet><sheetData><row r="6">' + cells + b"</row></sheetData></worksheet>"


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
def test_xlsx(cells: bytes, unreads: dict[tuple[int, int], Unread]) -> None:
    assert look(FileKind.XLSX, sheet(cells), "", 0) == (unreads, None)
    if unreads:
        assert xlsx_suspect(sheet(cells))


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
    assert not xlsx_suspect(sheet(cells))


@pytest.mark.parametrize(
    ("cells", "reach"),
    [
        (b'<c r="B6"><v>1</v></c>', (0, 0)),  # a few
        (b'<c r="XFD6"><v>1</v></c>', (6, 16384)),
        (b'<c r="B6"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c>', (1048576, 2)),
        (b"<c\nr='ABC12345'><v>1</v></c>", (12345, 731)),
        (b'<c r="XFD6" s="1"/>', (6, 0)),  # a format is not laid out
        (b'<c r="XFD6"><v>1</v></c></row><row r="1048576"><c><v>1</v></c>', (1048576, 16384)),
    ],
)
def test_reach(cells: bytes, reach: tuple[int, int]) -> None:
    assert xlsx_reach(sheet(cells)) == reach


RELS = (
    b'<Relationships><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/>'
    b"<Relationship Target='/xl/Worksheets/Sheet2.xml' Id='rId2'/>"
    b'<Relationship Id="rId3" Target="..\\other\\sheet3.xml"/>'
    b'<Relationship Id="rId4" Target="gone.xml"/></Relationships>'
)
WORKBOOK = (
    b'<workbook xmlns:r="r"><sheets><sheet name="\xe7\x94\xb2" sheetId="1" r:id="rId2"/>'
    b"<sheet r:id='rId1' state='hidden' sheetId='2' name='a &amp; b'/><sheet name='no id'/>"
    b'<x:sheet name="c" d:id="rId3"/><sheet name="d" r:id="rId4"/><sheet name="e" r:id="rId5"/></sheets></workbook>'
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
    parts = xlsx_parts(zipfile.ZipFile(io.BytesIO(data)), data)
    assert parts == ["xl/worksheets/sheet2.xml", "xl/worksheets/sheet1.xml", None, "other/sheet3.xml", None, None]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_part_reads_as_zipfile_reads_it(method: int) -> None:
    content = b"<worksheet>" + bytes(range(256)) * 100
    data = b"before" + zipped({"a/ä.xml": b"", "xl/b.xml": content}, method)
    package = zipfile.ZipFile(io.BytesIO(data))
    for name in package.namelist():
        assert part_bytes(package, data, name) == package.read(name)


def test_entities_do_not_grow() -> None:
    lines = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE x [<!ENTITY e0 "0123456789">' + lines + b"]>" + sheet(b'<c r="B6"><f>&e9;</f></c>')
    start = time.monotonic()
    with pytest.raises(SyntaxError, match="amplification"):
        look(FileKind.XLSX, bomb, "", 0)
    assert time.monotonic() - start < 5


# -- .ods -------------------------------------------------------------------------------------------------

NAMESPACES = (
    b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def content(rows: bytes, name: bytes = b"S") -> bytes:
    return b'<office:spreadsheet %s><table:table table:name="%s">%s</table:table></office:spreadsheet>' % (
        NAMESPACES, name, rows,
    )  # fmt: skip


def row(cells: bytes, attributes: bytes = b"") -> bytes:
    return b"<table:table-row%s>%s</table:table-row>" % (attributes, cells)


ERROR = (
    b'<table:table-cell table:formula="of:=1/0" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)
CELL, END = b"<table:table-cell", b"</table:table-cell>"
NEVER = b'<table:table-cell table:formula="of:=[.A1]+1"/>'


@pytest.mark.parametrize(
    ("rows", "unreads"),
    [
        (row(CELL + b' office:value-type="float" office:value="1"><text:p>1</text:p>' + END), {}),
        (row(b'<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'), {}),
        (row(b'<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'), {}),  # to nothing
        (row(b"<table:table-cell/>" + NEVER), {(1, 2): Unread("=[.A1]+1")}),
        (row(ERROR), {(1, 1): Unread("#DIV/0!")}),
        (row(b'<table:table-cell table:formula="of:=x" office:value-type="string"><text:p>Err:508</text:p>'
             b"</table:table-cell>"), {(1, 1): Unread("Err:508")}),
        (row(b'<table:table-cell calcext:value-type="error"/>'), {(1, 1): Unread("#VALUE!")}),
        (row(b"", b' table:number-rows-repeated="3"') + row(CELL + b' table:number-columns-repeated="2"/>' + ERROR),
         {(4, 3): Unread("#DIV/0!")}),
        (row(NEVER.replace(b"/>", b' table:number-columns-repeated="2"/>')),
         {(1, 1): Unread("=[.A1]+1"), (1, 2): Unread("=[.A1]+1")}),
        (b"<table:table-header-rows>" + row(b"") + b"</table:table-header-rows>" + row(NEVER),
         {(2, 1): Unread("=[.A1]+1")}),
        (row(b"", b' table:number-rows-repeated="1048575"') + row(NEVER), {}),  # beyond the limits
        (row(CELL + b' table:number-columns-repeated="199"/>' + NEVER), {(1, 200): Unread("=[.A1]+1")}),
        (row(CELL + b' table:number-columns-repeated="200"/>' + NEVER), {}),
        (row(NEVER.replace(b"/>", b' table:number-columns-repeated="16384"/>')),
         {(1, column): Unread("=[.A1]+1") for column in range(1, 201)}),
        (row(b"<text:soft-page-break/>" + NEVER), {(1, 1): Unread("=[.A1]+1")}),
        (row(ERROR.replace(b"<text", b"<office:annotation><text:p>#</text:p></office:annotation><text")),
         {(1, 1): Unread("#DIV/0!")}),
    ],
)  # fmt: skip
def test_ods(rows: bytes, unreads: dict[tuple[int, int], Unread]) -> None:
    found, merges = look(FileKind.ODS, content(rows), "S", 0)
    assert (found, merges or []) == (unreads, [])


def test_ods_merged_cells_with_something_under_them() -> None:
    merged = b'<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="3"/>'
    empty, value = (
        b"<table:covered-table-cell/>",
        b'<table:covered-table-cell office:value-type="float" office:value="1"/>',
    )
    text = b"<table:covered-table-cell><text:p>60</text:p></table:covered-table-cell>"
    for hidden in (value, text):
        rows = row(b"") + row(b"<table:table-cell/>" + merged + hidden)
        assert look(FileKind.ODS, content(rows), "S", 0) == ({}, [(2, 2, 4, 3)])
    assert look(FileKind.ODS, content(row(merged + empty)), "S", 0) == ({}, None)


def test_ods_another_sheet_does_not_matter() -> None:
    assert look(FileKind.ODS, content(row(ERROR), b"T"), "S", 0) == ({}, [])


# -- .xls -------------------------------------------------------------------------------------------------

SUM, NOTHING, EMPTY_TEXT = b"\x1e\x01\x00", b"\x03\0\0\0\0\0\xff\xff", b"\x17\x00\x00"


@pytest.mark.parametrize(
    ("cells", "unreads"),
    [
        (number(5, 1, 3.0), {}),
        (formula(5, 1, struct.pack("<d", 2.0), SUM), {}),
        (formula(5, 1, b"\x00\0\0\0\0\0\xff\xff", SUM), {}),  # to a text, which follows
        (formula(5, 1, NOTHING, EMPTY_TEXT), {}),  # to nothing, rightly
        (formula(5, 1, NOTHING, SUM), {(6, 2): Unread("=")}),
        (formula(5, 1, b"\x02\0\x07\0\0\0\xff\xff", SUM), {(6, 2): Unread("#DIV/0!")}),
        (formula(5, 1, b"\x02\0\x63\0\0\0\xff\xff", SUM), {(6, 2): Unread("#VALUE!")}),
        (record(0x205, struct.pack("<HHHBB", 5, 1, 0, 23, 1)), {(6, 2): Unread("#REF!")}),
        (record(0x205, struct.pack("<HHHBB", 5, 1, 0, 1, 0)), {}),  # TRUE
        (number(0, 0, 1.0) + record(0x809, bytes(16)) + record(0x0A) + formula(9, 25, NOTHING, SUM),
         {(10, 26): Unread("=")}),  # behind a chart
    ],
)  # fmt: skip
def test_xls(cells: bytes, unreads: dict[tuple[int, int], Unread]) -> None:
    other = formula(0, 0, NOTHING, SUM)
    assert look(FileKind.XLS, xls(other, cells, other), "", 1) == (unreads, None)


def test_xls_without_a_workbook_in_it() -> None:
    with pytest.raises(ValueError, match="Book"):
        look(FileKind.XLS, ole("WordDocument"), "", 0)


# -- what LibreOffice wrote -------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
def test_libreoffice(suffix: str) -> None:
    data = (GOLDEN / f"faults.{suffix}").read_bytes()
    part = {"xls": lambda: data, "ods": lambda: parts_of(data)["content.xml"],
            "xlsx": lambda: parts_of(data)["xl/worksheets/sheet1.xml"]}[suffix]()  # fmt: skip
    unreads, merges = look(FileKind(suffix), part, "信息统计表", 0)
    assert unreads == {(6, 2): Unread("#DIV/0!"), (6, 3): Unread("#N/A")}
    assert ((6, 8, 6, 9) in merges if merges is not None else suffix != "ods") is True


def test_libreoffices_ods_with_the_results_taken_out() -> None:
    result = b' office:value-type="float" office:value="2" calcext:value-type="float"><text:p>2</text:p>'
    was, now = b'table:formula="of:=1+1"' + result, b'table:formula="of:=1+1">'
    data = repacked((GOLDEN / "faults.ods").read_bytes(), content=(was, now))
    unreads, _ = look(FileKind.ODS, parts_of(data)["content.xml"], "信息统计表", 0)
    assert unreads[6, 4] == Unread("=1+1")
