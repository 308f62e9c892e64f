"""Files that are made to do harm: each has its finding, in bounded time and memory, and nothing else is hurt."""

import io
import os
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from deferred import deferred
from stattable.reading.files import MAX_MEGABYTES, MAX_SECONDS, read_return
from writers.containers import GOLDEN, number, parts_of, xls, zipped

MEGA = 2**20
RETURN, ODS = parts_of((GOLDEN / "return.xlsx").read_bytes()), parts_of((GOLDEN / "return.ods").read_bytes())
SHEET, STRINGS, STYLES, BOOK = (
    "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
)  # fmt: skip
END = b"</sheetData>"


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    return zipped(RETURN | {name: change(RETURN[name])})


def before(mark: bytes, what: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(mark, what + mark, 1)


def after(mark: bytes, what: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(mark, mark + what, 1)


@deferred
def entity(content: bytes, doctype: bytes, use: bytes) -> bytes:
    """Declare entities behind the XML declaration, and use one where the first text or element stands."""
    head, _, rest = content.partition(b"?>")
    return head + b"?>" + doctype + rest.replace(b"<t", b"<t>" + use + b"</t><t", 1)


LAUGHS = b"<!DOCTYPE x [<!ENTITY e0 'ha'>%s]>" % b"".join(
    b"<!ENTITY e%d '%s'>" % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10)
)
OUTSIDE = b"<!DOCTYPE x SYSTEM 'file:///etc/passwd' [<!ENTITY e9 SYSTEM 'file:///etc/passwd'>]>"


def lying(name: str, content: bytes) -> bytes:
    """A package that says that a part is as long as it was, though it is much longer."""
    data = bytearray(zipped(RETURN | {name: content}))
    said = struct.pack("<I", len(RETURN[name]))
    true = struct.pack("<I", len(content))
    return bytes(data.replace(true, said))


def overlapping(count: int) -> bytes:
    """Thousands of parts that are all the same bytes of the file."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(bytes(MEGA)) + packed.flush()
    data = zipped(RETURN)
    sizes = zlib.crc32(bytes(MEGA)), len(body), MEGA
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, *sizes, 1, 0)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        directory, entries = package.start_dir, len(package.infolist())
    end = data.rindex(b"PK\5\6")
    more = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes, 5, 0, 0, 0, 0, 0, directory)
        + b"%05d" % n
        for n in range(count)
    )
    start = directory + len(local) + 1 + len(body)
    central = data[directory:end] + more
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, entries + count, entries + count, len(central), start, 0)
    return data[:directory] + local + b"x" + body + central + tail


def ods(old: bytes, new: bytes) -> bytes:
    assert old in ODS["content.xml"]
    return zipped(ODS | {"content.xml": ODS["content.xml"].replace(old, new, 1)})


CELL = b'<c r="%s"><v>1</v></c>'
VALUE = b'<table:table-cell%s office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
ODS_END = b"</table:table>"
FORM = "<tr><td>宣传活动</td><td>活动场次</td></tr>".encode()
SPREADSHEETML = (
    b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    b'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">%s</Workbook>'
)
WORD = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body>%s</w:body></w:document>"
)


def docx(body: bytes) -> bytes:
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            b'<Override PartName="/word/document.xml" ContentType="' + kind + b'"/></Types>',
            "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
            b'officeDocument/2006/relationships/officeDocument"/></Relationships>',
            "word/document.xml": WORD % body,
        }
    )


# What it is → how it is made, and what may be said of it first: a code, or that it reads as if nothing were.
READ = "read"
GOOD = read_return(str(GOLDEN / "return.xlsx")).values
HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    # -- packages
    "one part of 300 MB": (lambda: zipped(RETURN | {"xl/media/a.png": bytes(300 * MEGA)}), {"F004"}),
    "its sheet 100 MB of spaces": (lambda: with_part(SHEET, before(END, b" " * 100 * MEGA)), {"F004"}),
    "20,000 parts": (lambda: zipped(RETURN | {f"xl/{n}.xml": b"" for n in range(20_000)}), {"F004"}),
    "9,000 parts": (lambda: zipped(RETURN | {f"xl/{n}.xml": b"" for n in range(9_000)}), {READ}),
    "300 parts that are the same megabyte": (lambda: overlapping(300), {"F004"}),
    "a package within packages":
        (lambda: zipped(RETURN | {"a.zip": zipped({"b.zip": zipped({"c": bytes(MEGA)})})}), {READ}),
    "a sheet longer than it says": (lambda: lying(SHEET, RETURN[SHEET] + b" " * 400 * MEGA), {"F004"}),
    "strings longer than they say": (
        lambda: lying(STRINGS, RETURN[STRINGS].replace(b"</sst>", b"<si><t>" + b"a" * 400 * MEGA + b"</t></si></sst>")),
        {"F001", "F004", "F007"},
    ),
    "a small lie": (lambda: lying(SHEET, RETURN[SHEET] + b" " * 5 * MEGA), {"F004"}),
    "paths that lead out":
        (lambda: zipped({"../../../../etc/cron.d/x": b"*", "/etc/passwd": b"x", "C:\\x": b"x"} | RETURN), {READ}),
    # -- entities
    **{
        f"{name} in {part}": (lambda part=part, dtd=dtd: with_part(part, entity(dtd, b"&e9;")), {"F001", READ})
        for part in (SHEET, BOOK, STYLES)
        for name, dtd in (("a billion laughs", LAUGHS), ("a file from outside", OUTSIDE))
    },
    "a billion laughs among the strings": (lambda: with_part(STRINGS, entity(LAUGHS, b"&e9;")), {"F001", "T002"}),
    "a file from outside among the strings": (lambda: with_part(STRINGS, entity(OUTSIDE, b"&e9;")), {"F001", "T002"}),
    # -- sheets
    "a million merged ranges": (
        lambda: with_part(
            SHEET,
            after(
                END,
                b"<mergeCells>"
                + b"".join(b'<mergeCell ref="K%d:L%d"/>' % (n, n + 1) for n in range(1, 1_000_000, 2))
                + b"</mergeCells>",
            ),
        ),
        {"F004", READ},
    ),
    "a range merged over everything": (
        lambda: with_part(SHEET, after(END, b'<mergeCells count="1"><mergeCell ref="A30:XFD1048576"/></mergeCells>')),
        {READ},
    ),
    "a million names": (
        lambda: with_part(
            BOOK,
            before(
                b"</definedNames>" if b"</definedNames>" in RETURN[BOOK] else b"</workbook>",
                b"".join(b'<definedName name="a%d">x!$A$%d</definedName>' % (n, n) for n in range(1_000_000)),
            ),
        ),
        {"F001", "F004", READ},
    ),
    "the last cell formatted":
        (lambda: with_part(SHEET, before(END, b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')), {READ}),
    "the last cell filled":
        (lambda: with_part(SHEET, before(END, b'<row r="1048576">' + CELL % b"XFD1048576" + b"</row>")), {READ}),
    "a dimension that claims everything": (
        lambda: with_part(SHEET, lambda c: c.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="')),
        {READ},
    ),
    "rows without numbers and a far column":
        (lambda: with_part(SHEET, before(END, b"<row/>" * 200_000 + b"<row>" + CELL % b"XFD1" + b"</row>")), {"F004"}),
    "columns without names and many rows": (
        lambda: with_part(
            SHEET,
            before(END, b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 50_000),
        ),
        {"F004"},
    ),
    "a million rows": (
        lambda: with_part(
            SHEET,
            before(
                END, b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(100, 1_000_100))
            ),
        ),
        {"F004", READ},
    ),
    "rows and columns beyond any": (
        lambda: with_part(SHEET, before(END, b'<row r="99999999999"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>')),
        {READ},
    ),
    "strings that are not there":
        (lambda: with_part(SHEET, lambda c: c.replace(b't="s"><v>', b't="s"><v>9')), {"F001"}),
    "styles that are not there": (lambda: with_part(SHEET, lambda c: c.replace(b's="', b's="99999')), {"F001", READ}),
    "a million elements deep": (lambda: with_part(SHEET, before(END, b"<a>" * 1_000_000)), {"F001", "F004"}),
    "strings a million elements deep":
        (lambda: with_part(STRINGS, before(b"</sst>", b"<a>" * 1_000_000)), {"F001", "F004"}),
    "a count of ten million characters": (
        lambda: with_part(STRINGS, lambda c: c.replace(b"</sst>", b"<si><t>" + b"7" * 10 * MEGA + b"</t></si></sst>")),
        {"F004", READ},
    ),
    # -- other formats
    "the last cell of an .xls": (lambda: xls(number(0, 0, 1.0) + number(65_535, 255, 1.0)), {"T001"}),
    "an .ods repeated without end": (
        lambda: ods(
            ODS_END,
            b'<table:table-row table:number-rows-repeated="1048000">'
            + VALUE % b' table:number-columns-repeated="16384"'
            + b"</table:table-row>"
            + ODS_END,
        ),
        {READ},
    ),
    "an .ods with a span without end": (
        lambda: ods(
            b"<table:table-row",
            b"<table:table-row>" + VALUE % b' table:number-rows-spanned="2000000000" '
            b'table:number-columns-spanned="2000000000"' + b"</table:table-row><table:table-row",
        ),
        {"T001"},
    ),
    "an .ods with laughs":
        (lambda: zipped(ODS | {"content.xml": entity(LAUGHS, b"&e9;")(ODS["content.xml"])}), {"F001"}),
    "a web page of one cell over everything": (
        lambda: b"<html><table>" + FORM + b"<tr><td colspan=999999999 rowspan=999999999>1</td></tr></table></html>",
        {"F005"},
    ),
    "a web page a million elements deep": (lambda: b"<html>" + b"<table><tr><td>" * 300_000, {"F001", "F004", "F005"}),
    "a million web cells": (lambda: b"<html><table>" + b"<tr>" + b"<td>1" * 1_000_000 + b"</table>", {"F004", "F005"}),
    "a spreadsheet in XML that skips far": (
        lambda: (
            SPREADSHEETML % b'<Worksheet ss:Name="a"><Table><Row ss:Index="999999999"><Cell ss:Index="999999999" '
            b'ss:MergeAcross="999999999" ss:MergeDown="999999999"><Data ss:Type="Number">1</Data></Cell></Row></Table>'
            b"</Worksheet>"
        ),
        {"F005"},
    ),
    "a spreadsheet in XML with laughs":
        (lambda: (SPREADSHEETML % b"<a>&e9;</a>").replace(b"?>", b"?>" + LAUGHS), {"F001"}),
    "a document of one cell over everything": (
        lambda: docx(
            b"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>"
        ),
        {"F001", "F005"},
    ),
    "a document with laughs":
        (lambda: zipped({**parts_of(docx(b"")), "word/document.xml": LAUGHS + WORD % b"<w:p>&e9;</w:p>"}), {"F001"}),
    "a text of one line": (lambda: ("宣传活动" * 800_000).encode("gbk"), {"F005", "F004"}),
    "a text of quotes": (lambda: b'"' * 5_000_001, {"F004", "F005"}),
    "random bytes": (lambda: os.urandom(8 * MEGA), {"F005"}),  # as good as encrypted
}  # fmt: skip


def peak() -> int:
    """Megabytes at most that this process, or the biggest of its children, has ever taken."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_time(name: str, tmp_path: Path) -> None:
    make, expected = HOSTILE[name]
    path = tmp_path / "a.xlsx"
    path.write_bytes(make())
    start, memory = time.monotonic(), peak()
    one = read_return(str(path))
    took, grew = time.monotonic() - start, peak() - memory
    said = [finding.code for finding in one.findings]
    assert (said or [READ])[0] in expected, said
    assert one.values == GOOD or said
    assert took < MAX_SECONDS + 3, took  # and the start of a process
    assert grew < 1.5 * MAX_MEGABYTES, grew
