"""Workbooks that office programs open and calamine does not, or reads otherwise: the figures in them are read."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import olefile
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stattable.formats.inspection.plainness import is_plain_xml
from stattable.formats.inspection.xls_records import in_encoding, open_xls
from stattable.formats.xml import in_utf8, without_forbidden
from stattable.model.catalogue import finding, render
from stattable.reading.files import read_return
from stattable.reading.open import open_file
from stattable.reading.return_file import ReturnFile
from writers import containers
from writers.containers import GOLDEN, cell12, number, ole, parts_of, record, row12, sheet12, xls, xlsb, zipped

Parts = dict[str, bytes]
BOOK, LINKS, SHEET = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
RELATION = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts() -> Parts:
    return parts_of((GOLDEN / "return.xlsx").read_bytes())


def changed(part: str, old: bytes, new: bytes, base: Parts | None = None) -> Parts:
    all_parts = base or parts()
    assert old in all_parts[part], old
    return all_parts | {part: all_parts[part].replace(old, new, 1)}


def without(*names: str) -> Parts:
    return {name: content for name, content in parts().items() if name not in names}


def moved(stem: bytes, to: bytes) -> Parts:
    """Every part under `stem` under another folder, and all that names them."""
    return {
        name.replace(stem.decode(), to.decode(), 1): content.replace(b'"/' + stem, b'"/' + to).replace(
            b'"' + stem, b'"' + to
        )
        for name, content in parts().items()
    }


def another_sheet(sheet: bytes, relation: bytes = b"", extra: Mapping[str, bytes] | None = None) -> Parts:
    base = changed(BOOK, b"</sheets>", sheet + b"</sheets>")
    if relation:
        base = changed(LINKS, b"</Relationships>", relation + b"</Relationships>", base)
    return base | dict(extra or {})


def encoded(encoding: str, *names: str) -> Parts:
    said = parts()
    for name in names:
        text = said[name].decode()
        said[name] = text.replace('"UTF-8"', f'"{encoding.partition("-le")[0].partition("-be")[0]}"', 1).encode(
            encoding
        )
    return said


def cell(ref: str, inside: bytes, attributes: bytes = b"", base: Parts | None = None) -> Parts:
    """The return with something else in a cell."""
    all_parts = base or parts()
    pattern = rb'<c r="%s"( s="\d+")[^>]*?(?:/>|>.*?</c>)' % ref.encode()
    content, count = re.subn(
        pattern, rb'<c r="%s"\1%s>%s</c>' % (ref.encode(), attributes, inside), all_parts[SHEET], count=1
    )
    assert count == 1
    return all_parts | {SHEET: content}


def read(data: bytes, tmp_path: Path, name: str = "return.xlsx") -> ReturnFile:
    path = tmp_path / name
    path.write_bytes(data)
    return read_return(str(path))


EXPECTED = read_return(str(GOLDEN / "return.xlsx"))
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MACRO_TYPE = b"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
MACRO = b'<macrosheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></macrosheet>'
DIALOG_TYPE = RELATION + b"/dialogsheet"
FAR = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'

PACKAGES: dict[str, Callable[[], Parts]] = {
    "a sheet without an id": lambda: another_sheet(b'<sheet name="Module1" sheetId="9" r:id=""/>'),
    "a sheet that says no id": lambda: another_sheet(b'<sheet name="Module1" sheetId="9"/>'),
    "a macro sheet": lambda: another_sheet(
        b'<sheet name="Macro1" sheetId="9" state="veryHidden" r:id="rId9"/>',
        b'<Relationship Id="rId9" Type="%s" Target="macrosheets/sheet1.xml"/>' % MACRO_TYPE,
        {"xl/macrosheets/sheet1.xml": MACRO},
    ),
    "a dialog sheet": lambda: another_sheet(
        b'<sheet name="Dialog1" sheetId="9" r:id="rId9"/>',
        b'<Relationship Id="rId9" Type="%s" Target="dialogsheets/sheet1.xml"/>' % DIALOG_TYPE,
        {"xl/dialogsheets/sheet1.xml": MACRO.replace(b"macro", b"dialog")},
    ),
    "relations that go up first": lambda: changed(LINKS, b'"worksheets/sheet1.xml"', b'"../xl/worksheets/sheet1.xml"'),
    "relations with a prefix": lambda: parts()
    | {LINKS: re.sub(rb"<(/?)Relationship", rb"<\1p:Relationship", parts()[LINKS]).replace(b"xmlns=", b"xmlns:p=")},
    "strings at the root": lambda: {
        name.replace("xl/sharedStrings", "sharedStrings"): content.replace(b'"sharedStrings', b'"/sharedStrings')
        for name, content in parts().items()
    },
    "strings of the same name elsewhere": lambda: changed(
        LINKS, b'"sharedStrings.xml"', b'"texts/strings.xml"', parts() | {"xl/texts/strings.xml": parts()[STRINGS]}
    )
    | {STRINGS: parts()[STRINGS].replace("官渡".encode(), "东村".encode())},
    "the workbook under another name": lambda: {
        name.replace("workbook.xml", "book.xml"): content.replace(b"xl/workbook.xml", b"xl/book.xml")
        for name, content in parts().items()
    },
    "all in another folder": lambda: moved(b"xl/", b"book/"),
    "all at the root": lambda: moved(b"xl/", b""),
    "the package's relations are lost": lambda: without("_rels/.rels"),
    "the package's relations are broken": lambda: parts() | {"_rels/.rels": b"CORRUPTED"},
    "all at the root, and no relations": lambda: {
        name: content for name, content in moved(b"xl/", b"").items() if name != "_rels/.rels"
    },
    "a sheet in UTF-16": lambda: encoded("utf-16", SHEET),
    "the workbook in UTF-16, without a mark": lambda: encoded("utf-16-be", BOOK),
    "strings in UTF-16": lambda: encoded("utf-16", STRINGS),
    "styles in UTF-16": lambda: encoded("utf-16", STYLES),
    "all in GB18030": lambda: encoded("gb18030", SHEET, BOOK, STRINGS),
    "characters that XML forbids": lambda: changed(STRINGS, b"</t>", b"\x07&#7;&#x0B;</t>"),
    "a comment in the strings": lambda: changed(STRINGS, "会员活动日".encode(), "会员<!-- x -->活动日".encode()),
    "a section in the strings": lambda: changed(STRINGS, "会员活动日".encode(), "<![CDATA[会员]]>活动日".encode()),
    "an instruction in the sheet": lambda: changed(SHEET, b"<sheetData>", b"<?mso x?><sheetData>"),
    "a far cell": lambda: changed(SHEET, b"</sheetData>", FAR),
    "rows that count from 0": lambda: changed(SHEET, b"<sheetData>", b'<sheetData><row r="0"/>'),
    "a whole column is merged": lambda: changed(
        SHEET, b"<mergeCells", b"<mergeCells", changed(SHEET, b"</mergeCells>", b'<mergeCell ref="Z:Z"/></mergeCells>')
    ),
    "a far cell on another sheet": lambda: another_sheet(
        b'<sheet name="other" sheetId="9" r:id="rId9"/>',
        b'<Relationship Id="rId9" Type="%s/worksheet" Target="worksheets/sheet9.xml"/>' % RELATION,
        {"xl/worksheets/sheet9.xml": b'<worksheet xmlns="%s"><sheetData>' % MAIN + FAR + b"</worksheet>"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PACKAGES)
def test_packages_that_office_programs_open(kind: str, tmp_path: Path) -> None:
    one = read(zipped(PACKAGES[kind]()), tmp_path)
    assert (one.values, one.findings) == (EXPECTED.values, EXPECTED.findings)
    assert one.surroundings == EXPECTED.surroundings


FORMULA = b"<f>20+40</f>"
CELLS: dict[str, tuple[bytes, bytes, int]] = {
    "a character by its number": (b"", b"<v>1&#50;</v>", 12),
    "and in hexadecimal": (b"", b"<v>1&#x32;</v>", 12),
    "a comment in the value": (b"", b"<v>1<!-- x -->2</v>", 12),
    "an instruction in the value": (b"", b"<v>1<?x?>2</v>", 12),
    "a section in the value": (b"", b"<v><![CDATA[12]]></v>", 12),
    "part of it in a section": (b"", b"<v>1<![CDATA[2]]></v>", 12),
    "the value before its formula": (b"", b"<v>12</v><f>6+6</f>", 12),
    "the same with a prefix": (b"", b"<v>12</v> <f>6+6</f>", 12),
    "an inline text that is a value": (b' t="inlineStr"', b"<v>12</v>", 12),
    "an inline text beside its value": (b' t="inlineStr"', b"<v>12</v><is><t>99</t></is>", 12),
    "a value beside an inline text": (b' t="inlineStr"', b"<is><t>99</t></is><v>12</v>", 12),
}


@pytest.mark.parametrize("kind", CELLS)
def test_cells_that_office_programs_read(kind: str, tmp_path: Path) -> None:
    attributes, inside, value = CELLS[kind]
    one = read(zipped(cell("H6", inside, attributes)), tmp_path)
    assert one.values is not None
    at = EXPECTED.cells.index((6, 8))
    assert one.values[at] == value
    assert one.values[:at] + one.values[at + 1 :] == (EXPECTED.values or ())[:at] + (EXPECTED.values or ())[at + 1 :]


WAYS = [
    "12",
    "1&#50;",
    "&#x31;2",
    "1<!-- c -->2",
    "<![CDATA[12]]>",
    "1<![CDATA[2]]>",
    "1<?p x?>2",
    " 12\n",
]  # to write 12
SPACES = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@st.composite
def odd_cells(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """The attributes of a cell that holds 12, and what is in it."""
    prefix, way, more = draw(st.sampled_from(["", "x:"])), draw(st.sampled_from(WAYS)), draw(st.sampled_from(["", " "]))
    value = f"<{prefix}v {SPACES}{' xml:space=' + chr(34) + 'preserve' + chr(34) if more else ''}>{way}</{prefix}v>"
    text = f"<{prefix}is {SPACES}><{prefix}t>{way}</{prefix}t></{prefix}is>"
    formula = f"<{prefix}f {SPACES}>6+6</{prefix}f>"
    kind = draw(st.sampled_from(["", ' t="n"', ' t="str"', ' t="inlineStr"']))
    held = [[value], [value, formula]] if "inline" not in kind else [[text], [value], [value, text]]
    inside = draw(
        st.permutations([*draw(st.sampled_from(held)), *draw(st.sampled_from([[], ["<extLst/>", "<!-- y -->"]]))])
    )
    return kind.encode(), more.join(inside).encode()


@given(odd_cells())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cell_is_read_whole_however_it_is_written(tmp_path: Path, odd: tuple[bytes, bytes]) -> None:
    attributes, inside = odd
    one = read(zipped(cell("H6", inside, attributes)), tmp_path)
    assert one.values is not None
    assert one.values[EXPECTED.cells.index((6, 8))] == 12


@pytest.mark.parametrize("more", [b"", b"<!-- x -->"])
def test_error_values_keep_their_names(more: bytes, tmp_path: Path) -> None:
    one = read(
        zipped(changed(SHEET, b"<sheetData>", more + b"<sheetData>", cell("H6", b"<v>#SPILL!</v>", b' t="e"'))),
        tmp_path,
    )
    assert [(one.code, one.cell, one.raw) for one in one.findings if one.code == "V006"] == [("V006", "H6", "#SPILL!")]


LOST = b'<sheet name="\xe4\xb8\xa2\xe5\xa4\xb1" sheetId="9" r:id="rId77"/>'
NOWHERE = b'<Relationship Id="rId77" Type="%s/worksheet" Target="worksheets/sheet9.xml"/>' % RELATION


@pytest.mark.parametrize("relation", [b"", NOWHERE])
def test_a_sheet_that_is_lost_is_said_to_be(relation: bytes, tmp_path: Path) -> None:
    one = read(zipped(another_sheet(LOST, relation)), tmp_path)
    assert one.values == EXPECTED.values
    assert one.findings == (*EXPECTED.findings, finding("F008", params={"sheets": ("丢失",)}))
    assert "“丢失”" in render(one.findings[-1], str)


@pytest.mark.parametrize("lost", [SHEET, LINKS])
def test_a_workbook_whose_form_is_lost_is_damaged(lost: str, tmp_path: Path) -> None:
    assert [one.code for one in read(zipped(without(lost)), tmp_path).findings] == ["F001"]


def test_sheets_without_cells_are_known(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(PACKAGES["a macro sheet"]()))
    file, _, _ = open_file(str(path))
    assert file is not None
    book: Any = file.book()
    assert (book.names, book.others) == (["信息统计表", "_stattable"], ("Macro1",))
    assert book.visible == {"信息统计表"}


# -- days that count from 1904 -----------------------------------------------------------------------------


def test_a_date_in_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    serial = b"<v>%d</v>" % (date(2021, 6, 20) - date(1904, 1, 1)).days
    since_1904 = changed(BOOK, b'date1904="false"', b'date1904="true"')
    assert EXPECTED.surroundings.filled_in == date(2021, 6, 15)
    one = read(zipped(cell("H18", serial, base=since_1904)), tmp_path)
    assert one.surroundings.filled_in == date(2021, 6, 20)
    rewritten = changed(SHEET, b"<sheetData>", b"<!-- x --><sheetData>", cell("H18", serial, base=since_1904))
    assert read(zipped(rewritten), tmp_path).surroundings.filled_in == date(2021, 6, 20)


# -- .ods ---------------------------------------------------------------------------------------------------

ODS = GOLDEN / "return.ods"
CONTENT = "content.xml"


def ods(old: bytes, new: bytes, count: int = 1) -> bytes:
    said = parts_of(ODS.read_bytes())
    content, changes = re.subn(old, new, said[CONTENT], count=count)
    assert changes
    return zipped(said | {CONTENT: content})


OPEN_DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "as it is": ODS.read_bytes,
    "indented": lambda: ods(rb"(<table:table-cell|<table:table-row|</table:table-row>)", rb"\n \1", 0),
    "no type": lambda: zipped({name: part for name, part in parts_of(ODS.read_bytes()).items() if name != "mimetype"}),
    "another prefix": lambda: ods(rb"(?<=[</ ])table(?=:)|(?<=xmlns:)table(?==)", b"t", 0),
    "a far cell": lambda: ods(
        b"</table:table>",
        b'<table:table-row table:number-rows-repeated="1000000"/><table:table-row><table:table-cell '
        b'table:number-columns-repeated="16000"/><table:table-cell office:value-type="float" office:value="1"/>'
        b"</table:table-row></table:table>",
    ),
}


@pytest.mark.parametrize("kind", OPEN_DOCUMENTS)
def test_open_documents_that_office_programs_open(kind: str, tmp_path: Path) -> None:
    one, expected = read(OPEN_DOCUMENTS[kind](), tmp_path, "return.ods"), read_return(str(ODS))
    assert (one.values, one.findings, one.surroundings) == (expected.values, expected.findings, expected.surroundings)


RUBY = b"<text:ruby><text:ruby-base>120</text:ruby-base><text:ruby-text>7</text:ruby-text></text:ruby>"
NOTE = b"120<text:note><text:note-body><text:p>7</text:p></text:note-body></text:note>"
TYPED = b' office:value-type="string"'


@pytest.mark.parametrize(
    ("inside", "attributes", "value", "codes"),
    [
        (b"7", b"", 7, []),
        (b"7", TYPED, 7, []),
        (RUBY, TYPED, 120, []),
        (NOTE, TYPED, 120, []),
        (b"12<text:line-break/>7", TYPED, None, ["V003"]),
        (b"12<text:tab/>7", TYPED, None, ["V003"]),
        (b'12<text:s text:c="3"/>7', TYPED, None, ["V003"]),
    ],
)
def test_texts_of_open_documents(
    inside: bytes, attributes: bytes, value: int | None, codes: list[str], tmp_path: Path
) -> None:
    figure = rb' office:value-type="float" office:value="2"[^>]*><text:p>2</text:p>'
    one = read(ods(figure, attributes + b"><text:p>" + inside + b"</text:p>"), tmp_path, "return.ods")
    at = EXPECTED.cells.index((6, 8))
    assert one.values is not None
    assert one.values[at] == value
    assert [one.code for one in one.findings if one.cell == "H6" and one.code != "V008"] == codes


# -- .xls ---------------------------------------------------------------------------------------------------

TEXT = "官渡镇，1月"


def old(code_page: int | None, text: bytes) -> bytes:
    """A workbook of Excel 95 with a text and a number."""
    label = record(0x204, struct.pack("<HHHH", 0, 0, 0, len(text)) + text)
    page = b"" if code_page is None else record(0x42, struct.pack("<H", code_page))
    return xls(label + number(0, 1, 3), styles=page, version=0x500)


def cells_of(data: bytes, tmp_path: Path) -> list[Any]:
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    file, _, faults = open_file(str(path))
    assert file is not None, faults
    book = file.book()
    return [list(row) for row in book.sheet(book.names[0]).rows]


@pytest.mark.parametrize(
    ("code_page", "encoding"),
    [(936, "gbk"), (54936, "gb18030"), (10008, "gbk"), (None, "gbk"), (1200, "gbk"), (65001, "utf-8")],
)
def test_code_pages_of_excel_95(code_page: int | None, encoding: str, tmp_path: Path) -> None:
    assert cells_of(old(code_page, TEXT.encode(encoding)), tmp_path) == [[TEXT, 3.0]]


@pytest.mark.parametrize(
    ("code_page", "encoding"),
    [
        (950, "big5"), (1252, "cp1252"), (10000, "mac_roman"), (10029, "mac_latin2"), (0x8001, "cp1252"),
        (437, "cp437"),
    ],
)  # fmt: skip
def test_other_code_pages_of_excel_95(code_page: int, encoding: str, tmp_path: Path) -> None:
    text = "官渡鎮" if code_page == 950 else "Größe"
    assert cells_of(old(code_page, text.encode(encoding)), tmp_path) == [[text, 3.0]]


def test_a_code_page_that_nobody_knows(tmp_path: Path) -> None:
    assert [one.code for one in read(old(4711, b"a"), tmp_path, "a.xls").findings] == ["F001"]


def test_every_byte_of_a_text_is_kept() -> None:
    every = bytes(range(256))
    assert in_encoding(
        every.decode("cp1252", "surrogateescape").translate({0xDC00 + b: b for b in range(128, 160)}), "latin-1"
    ) == every.decode("latin-1")


@pytest.mark.parametrize("version", [0x600, 0x500])
def test_a_far_cell_of_an_xls_hides_nothing(version: int, tmp_path: Path) -> None:
    claim = struct.pack("<IIHHH", 0, 65536, 0, 256, 0) if version == 0x600 else struct.pack("<5H", 0, 65535, 0, 256, 0)
    far = number(65535, 255, 9) + record(0x06, struct.pack("<HHH", 65535, 254, 0) + b"\0" * 6 + b"\xff\xff" + bytes(8))
    far += record(0x207, b"\1\0\0x" if version == 0x600 else b"\1\0x")
    data = xls(record(0x200, claim) + number(0, 1, 3) + far, version=version)
    assert cells_of(data, tmp_path) == [["", 3.0]]


def embedded(inner: bytes, outer: bytes) -> bytes:
    """An .xls whose directory lists the workbook of what is embedded before its own, as Excel writes it at times."""
    written = bytearray(ole("Workbook", outer))
    directory = written.index("Root Entry".encode("utf-16-le"))
    storage = containers._entry("MBD0", 1, 2, 0xFFFFFFFE, 0)
    inside = containers._entry("Workbook", 2, 0xFFFFFFFF, 2, 4096)
    own = containers._entry("Workbook", 2, 0xFFFFFFFF, 2 + 8, 4096)
    root = containers._entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE, *range(11, 18), 0xFFFFFFFE]
    head = bytes(written[:512]) + struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat)))
    assert directory == 1024
    tree = bytearray(root + storage + inside + own)
    tree[128 + 72 : 128 + 76] = struct.pack("<I", 3)  # beside the storage: the workbook itself
    return head + bytes(tree) + inner.ljust(4096, b"\0") + outer.ljust(4096, b"\0")


def stream_of(data: bytes) -> bytes:
    with olefile.OleFileIO(io.BytesIO(data)) as document:
        return bytes(document.openstream("Workbook").read())


def test_the_workbook_is_the_one_at_the_root(tmp_path: Path) -> None:
    inner, outer = (stream_of(xls(number(0, 0, value))) for value in (77, 12))
    data = embedded(inner, outer)
    with olefile.OleFileIO(io.BytesIO(data)) as document:
        assert document.listdir() == [["MBD0", "Workbook"], ["Workbook"]]
    assert cells_of(data, tmp_path) == [[12.0]]
    assert open_xls(data).stream.startswith(outer[:20])


# -- XML ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "utf-8-sig"])
def test_parts_in_any_encoding(encoding: str) -> None:
    said = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{said}"?><a>官渡镇</a>'
    read_back = in_utf8(text.encode(encoding)).decode("utf-8-sig")
    assert read_back.replace("UTF-8", said) == text


def test_what_is_in_utf_8_stays_the_very_same() -> None:
    for content in (b"<a/>", b'<?xml version="1.0" encoding="utf-8"?><a/>', b"<?xml version='1.0'?><a/>", b""):
        assert in_utf8(content) is content


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"a\x00b\x07c\x1f", b"abc"),
        (b"\t\n\r", b"\t\n\r"),
        (b"a&#7;&#x7;&#x0B;&#31;&#x1f;&#0;b", b"ab"),
        (b"&#9;&#10;&#13;&#xA;&#xd;&#32;&#x20;&#20013;", b"&#9;&#10;&#13;&#xA;&#xd;&#32;&#x20;&#20013;"),
    ],
)
def test_what_xml_has_no_place_for(content: bytes, kept: bytes) -> None:
    assert without_forbidden(content) == kept


def test_a_package_is_written_anew_only_where_it_must_be() -> None:
    with zipfile.ZipFile(GOLDEN / "return.xlsx") as package:
        assert package.testzip() is None
    file, _, _ = open_file(str(GOLDEN / "return.xlsx"))
    assert file is not None
    book: Any = file.book()
    book.sheet("信息统计表")
    assert not book._is_rewritten


# -- what was found by looking for more ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "codes"),
    [
        (b' table:formula="of:=[.A1]/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p>', ["V006"]),
        (b' office:value-type="float" office:value="0"><text:p>Err:502</text:p>', ["V006"]),
        (b' table:formula="of:=6+6" office:value-type="float">', ["V006"]),
        (b' office:value-type="string"><text:p><![CDATA[12]]></text:p>', []),
        (b' office:value-type="float"><text:p>12</text:p>', []),
    ],
)
def test_cells_of_open_documents_that_are_no_blanks(inside: bytes, codes: list[str], tmp_path: Path) -> None:
    figure = rb' office:value-type="float" office:value="2"[^>]*><text:p>2</text:p>'
    one = read(ods(figure, inside), tmp_path, "return.ods")
    assert one.values is not None
    assert [one.code for one in one.findings if one.cell == "H6" and one.code != "V008"] == codes
    assert one.values[EXPECTED.cells.index((6, 8))] == (None if codes else 12)


def test_a_box_over_a_cell_is_no_part_of_it(tmp_path: Path) -> None:
    box = b"<draw:custom-shape><text:p>box</text:p></draw:custom-shape>"
    one = read(ods(rb"(<text:p>\xe5\xae\x98\xe6\xb8\xa1)", box + rb"\1"), tmp_path, "return.ods")
    assert one.surroundings.name == read_return(str(ODS)).surroundings.name


@pytest.mark.parametrize("inside", [b"<f>6+6</f><v> </v>", b"<f>6+6</f><v></v>"])
def test_a_formula_whose_value_is_blank_was_never_calculated(inside: bytes, tmp_path: Path) -> None:
    one = read(zipped(cell("H6", inside)), tmp_path)
    assert [one.code for one in one.findings if one.cell == "H6"] == ["V006"]


@pytest.mark.parametrize("character", ["￾".encode(), "￿".encode(), b"&#xFFFF;", b"&#65534;"])
def test_what_is_no_character_is_passed_over(character: bytes, tmp_path: Path) -> None:
    one = read(zipped(changed(STRINGS, b"</t>", character + b"</t>", cell("H6", b"<v>1<!-- x -->2</v>"))), tmp_path)
    assert one.values is not None
    assert one.values[EXPECTED.cells.index((6, 8))] == 12


def test_a_far_row_of_numbers_of_an_xls(tmp_path: Path) -> None:
    """One record may hold the numbers of a whole row."""
    numbers = b"".join(struct.pack("<HI", 0, 6) for _ in range(256))
    far = record(0xBD, struct.pack("<HH", 65535, 0) + numbers + struct.pack("<H", 255))
    assert cells_of(xls(number(0, 1, 3) + far), tmp_path) == [["", 3.0]]


@pytest.mark.parametrize(
    "sheet",
    [
        b'<sheetData><row><c r="H6"><v>9999</v></c><q:c xmlns:q="http://q" r="H6"><q:v>6</q:v></q:c></row></sheetData>',
        b'<sheetData><row><c r="H6"><v>9999</v></c><q:c r="H6"><q:v>6</q:v></q:c></row></sheetData>',
        b'<sheetData><row><c r="H6"><v>9999</v><q:v>6</q:v></c></row></sheetData>',
        b'<sheetData><row><c r="H6"><v>9999</v><v xmlns="http://q">6</v></c></row></sheetData>',
        b'<sheetData><row/></sheetData><sheetData><row><c r="H6"><v>9999</v></c></row></sheetData>',
        b'<sheetData><row><c r="H6"><v>6<x/>999</v></c></row></sheetData>',
        b"<sst><si><t>\xe6\x9c\xaa<x/>\xe6\x8a\xa5</t></si></sst>",
        b'<sheetData><row><c r="H6" t="inlineStr"><v>6</v><is><t>9999</t></is></c></row></sheetData>',
        b'<sheetData><row><c r="H6" t="inlineStr"><is><t>9999</t></is><v>6</v></c></row></sheetData>',
    ],
)
def test_what_one_program_reads_otherwise_than_another_is_not_plain(sheet: bytes) -> None:
    assert is_plain_xml(parts()[SHEET])
    assert is_plain_xml(parts()[STRINGS])
    assert not is_plain_xml(sheet)


WHITE = b'<r><rPr><color rgb="FFFFFFFF"/></rPr><t>9</t></r>'


@pytest.mark.parametrize(
    ("runs", "value", "codes"),
    [
        (WHITE + b"<r><t>12</t></r>", 12, ["V008"]),
        (b'<r><rPr><color theme="0"/></rPr><t>9</t></r><r><t>12</t></r>', 12, ["V008"]),
        (b'<r><rPr><color rgb="FF000000"/></rPr><t>9</t></r><r><t>12</t></r>', 912, []),
    ],
)
def test_a_run_in_the_colour_of_the_paper_is_no_digit(
    runs: bytes, value: int, codes: list[str], tmp_path: Path
) -> None:
    one = read(zipped(cell("H6", b"<is>" + runs + b"</is>", b' t="inlineStr"')), tmp_path)
    assert one.values is not None
    assert one.values[EXPECTED.cells.index((6, 8))] == value
    assert [one.code for one in one.findings if one.cell == "H6"] == codes


# -- .xlsb --------------------------------------------------------------------------------------------------

REAL = 5  # the kind of a cell with a number
SHARED = 7  # and of one with a shared string
BINARY_LINKS = "xl/_rels/workbook.bin.rels"


def binary_sheet(*cells: bytes, far: bytes = b"") -> bytes:
    return sheet12(row12(0) + b"".join(cells) + far)


def real(column: int, value: float) -> bytes:
    return cell12(REAL, column, struct.pack("<d", value))


def shared(column: int, number: int) -> bytes:
    return cell12(SHARED, column, struct.pack("<I", number))


def binary(change: Callable[[Parts], Parts], far: bytes = b"") -> bytes:
    one = binary_sheet(real(0, 3), shared(1, 0), far=far)
    return zipped(change(parts_of(xlsb(one, binary_sheet(real(0, 9)), strings=("甲",)))))


def replaced(part: str, *pairs: tuple[bytes, bytes]) -> Callable[[Parts], Parts]:
    def change(said: Parts) -> Parts:
        content = said[part]
        for old_bytes, new_bytes in pairs:
            assert old_bytes in content, old_bytes
            content = content.replace(old_bytes, new_bytes)
        return {**said, part: content}

    return change


def strings_elsewhere(said: Parts) -> Parts:
    """The strings under another name, and others where they usually stand."""
    said = replaced(BINARY_LINKS, (b"sharedStrings.bin", b"texts/strings.bin"))(said)
    others = said["xl/sharedStrings.bin"].replace("甲".encode("utf-16-le"), "乙".encode("utf-16-le"))
    return {**said, "xl/texts/strings.bin": said["xl/sharedStrings.bin"], "xl/sharedStrings.bin": others}


def with_prefix(said: Parts) -> Parts:
    pairs = ((b"<Relationship", b"<p:Relationship"), (b"</Relationship", b"</p:Relationship"), (b"xmlns=", b"xmlns:p="))
    return replaced(BINARY_LINKS, *pairs)(said)


def with_macros(said: Parts) -> Parts:
    """The second sheet as one of the macros of Excel 4."""
    old_target, target = b'worksheet" Target="worksheets/sheet1', b'xlMacrosheet" Target="macrosheets/sheet1'
    said = replaced(BINARY_LINKS, (old_target, target))(said)
    return {name.replace("worksheets/sheet1", "macrosheets/sheet1"): content for name, content in said.items()}


BINARIES: dict[str, tuple[Callable[[Parts], Parts], list[str]]] = {
    "as it is": (dict, ["0", "1"]),
    "relations with a prefix": (with_prefix, ["0", "1"]),
    "a macro sheet": (with_macros, ["0"]),
    "strings elsewhere": (strings_elsewhere, ["0", "1"]),
}


@pytest.mark.parametrize("kind", BINARIES)
def test_binary_workbooks_that_office_programs_open(kind: str, tmp_path: Path) -> None:
    change, names = BINARIES[kind]
    book = open_at(tmp_path, binary(change))
    assert book.names == names
    assert [list(row) for row in book.sheet("0").rows] == [[3.0, "甲"]]


def test_a_far_cell_of_a_binary_workbook_hides_nothing(tmp_path: Path) -> None:
    far = real(16_000, 7) + row12(1_000_000) + real(2, 8)
    book = open_at(tmp_path, binary(dict, far))
    assert [list(row) for row in book.sheet("0").rows] == [[3.0, "甲"]]


def open_at(folder: Path, data: bytes) -> Any:
    path = folder / "a.xlsb"
    path.write_bytes(data)
    file, _, faults = open_file(str(path))
    assert file is not None, faults
    return file.book()
