import io
import struct
import sys
import time
import zipfile
from collections.abc import Mapping

import pytest

from stattable.formats.pictures.find import MAX_PICTURE, MOST_PICTURES, Pictures, RawPicture, pictures_of
from stattable.formats.pictures.grid import Axis, Mark, Positions, Span
from stattable.formats.sheet import Unreadable
from stattable.model.cell_names import a1, cell_at
from writers.containers import opened, parts_of, zipped
from writers.pictures import (
    DRAWING,
    EMU,
    NAMES,
    OFFICE,
    SHEET,
    STRICT,
    absolute,
    blip,
    by_openpyxl,
    by_xlsxwriter,
    drawn,
    drawn_parts,
    either,
    frame,
    group,
    in_cells,
    in_cells_of_wps,
    mark,
    named,
    one_cell,
    package,
    pic,
    qr,
    relations,
    shape,
    sheet,
    svg,
    two_cells,
)

A, B, C = qr("http://a.example"), qr("http://b.example"), qr("http://c.example")
SOON = 2 if sys.gettrace() is None else 20  # seconds; coverage makes it slower
LETTERS = {A: "A", B: "B", C: "C"}


def read(data: bytes, part: str = SHEET) -> Pictures:
    return pictures_of(opened(data), part)


def seen(data: bytes, part: str = SHEET) -> str:
    """The pictures in short: the cell of each, with its letter or what is wrong."""
    found = read(data, part)
    assert found.left_out == 0
    return " ".join(
        f"{a1(*one.cell)}:{one.fault or LETTERS.get(one.data or b'') or (one.data or b'').decode()}"
        for one in found.placed
    )


def raised(data: bytes) -> str:
    with pytest.raises(Unreadable) as fault:
        read(data)
    return fault.value.code


# -- floating ---------------------------------------------------------------------------------------------


def test_the_pictures_of_openpyxl() -> None:
    assert seen(by_openpyxl({"B2": A, "D9": B, "B20": A})) == "B2:A D9:B B20:A"


def test_the_pictures_of_xlsxwriter() -> None:
    """They are 29 pixels high, rows 20: a little more than half lies in the row that they begin in."""
    assert seen(by_xlsxwriter({"B2": A, "D9": B, "B20": A})) == "B2:A D9:B B20:A"
    assert seen(by_xlsxwriter({"B2": A}, y_offset=18)) == "B3:A"
    assert seen(by_xlsxwriter({"B2": A}, x_offset=60)) == "C2:A"
    assert seen(by_xlsxwriter({"B2": A}, object_position=3)) == "B2:A"  # absolute


def test_the_row_that_the_corner_of_a_picture_stands_in() -> None:
    low = read(by_xlsxwriter({"B2": A}, y_offset=18)).placed[0]
    assert (low.cell, low.corner) == ((3, 2), 2)
    assert read(by_xlsxwriter({"B2": A})).placed[0].corner is None
    tall = two_cells(*AROUND, group(CELLS, pic(blip(), frame(100, 201, 1, 3))))
    grouped = read(drawn(tall, THREE)).placed[0]
    assert (grouped.cell, grouped.corner) == ((7, 2), 6)


def test_a_picture_is_given_with_its_part_and_a_part_is_read_once() -> None:
    pictures = read(by_xlsxwriter({"B2": A, "B5": B, "A5": A})).placed
    assert pictures == (
        RawPicture((2, 2), A, "xl/media/image1.png"),
        RawPicture((5, 1), A, "xl/media/image1.png"),
        RawPicture((5, 2), B, "xl/media/image2.png"),
    )
    assert pictures[0].data is pictures[1].data


def test_several_pictures_in_one_cell_in_their_order() -> None:
    anchors = "".join(two_cells((1, 4, at * EMU), (1, 4, (at + 9) * EMU), pic(blip(f"rId{n}")))
                      for n, at in ((2, 40), (1, 20), (3, 0)))  # fmt: skip
    assert seen(drawn(anchors, {"1.png": A, "2.png": B, "3.png": C})) == "B5:B B5:A B5:C"


@pytest.mark.parametrize(
    ("anchor", "cell"),
    [
        (two_cells((1, 4), (2, 5), "{}"), "B5"),  # just the cell
        (two_cells((1, 4, 60 * EMU, 15 * EMU), (2, 5, 50 * EMU, 15 * EMU), "{}"), "C6"),
        (two_cells((1, 4, 10 * EMU, 0), (2, 5, 9 * EMU, 5 * EMU), "{}"), "B5"),  # a little over the edge
        (two_cells((1, 4, 60 * EMU, 19 * EMU), (2, 5, 60 * EMU, 18 * EMU), "{}"), "C6"),
        (two_cells((1, 4), (1, 4), "{}"), "B5"),
        (two_cells((1, 4), (0, 0), "{}"), "B5"),  # it ends before it begins
        (two_cells((1, 4, 10**12, 10**12), (2, 5, 10**12, 10**12), "{}"), "C6"),  # 64 and 20 pixels are no more
        (two_cells((16383, 1048575), (99999, 9999999), "{}"), "XFD1048576"),
        (two_cells((-1, -1), (0, 0), "{}"), "A1"),
        (two_cells((1, 1), (9, 41), "{}"), "F22"),
        (one_cell((1, 4), 64 * EMU, 20 * EMU, "{}"), "B5"),
        (one_cell((1, 4), 130 * EMU, 41 * EMU, "{}"), "C6"),
        (one_cell((1, 4), 0, -5, "{}"), "B5"),
        (one_cell((1, 4), 10**14, 10**14, "{}"), "XFD1048576"),
        (absolute(0, 0, 0, 0, "{}"), "A1"),
        (absolute(64 * EMU, 80 * EMU, 20 * EMU, 20 * EMU, "{}"), "B5"),
        (absolute(64 * EMU, 80 * EMU, 130 * EMU, 42 * EMU, "{}"), "C6"),
        (absolute(-(10**12), -(10**12), 1, 1, "{}"), "A1"),
        (f"<xdr:oneCellAnchor>{mark('from', 1, 4, '.5in', '7pt')}<xdr:ext cx='1mm' cy='.1cm'/>{{}}</xdr:oneCellAnchor>",
         "B5"),
        (f"<xdr:oneCellAnchor>{mark('from', 1, 4, '36pt', '1cm')}<xdr:ext cx='1in' cy='2pc'/>{{}}</xdr:oneCellAnchor>",
         "C6"),
        ("<xdr:oneCellAnchor>{}</xdr:oneCellAnchor>", "A1"),
        ("<xdr:twoCellAnchor><xdr:from><xdr:col>x</xdr:col></xdr:from>{}</xdr:twoCellAnchor>", "A1"),
    ],
)  # fmt: skip
def test_the_cell_is_the_one_that_the_middle_lies_in(anchor: str, cell: str) -> None:
    assert seen(drawn(anchor.format(pic(blip())), {"1.png": A})) == f"{cell}:A"


@pytest.mark.parametrize(
    ("before", "rows", "cell"),  # of a picture whose middle is 300 pixels from the left and from above
    [
        ("", "", "E16"),
        ('<sheetFormatPr defaultRowHeight="60" defaultColWidth="20.7109375"/>', "", "C4"),
        ('<sheetFormatPr defaultRowHeight="15" baseColWidth="20"/>', "", "B16"),  # 145 pixels, so 152
        ('<sheetFormatPr defaultRowHeight="nan" defaultColWidth="-1"/>', "", "E16"),
        ('<sheetFormatPr defaultRowHeight="0" defaultColWidth="0"/>', "", "A1"),
        ('<cols><col min="1" max="2" width="1.7109375"/><col min="4" max="4" width="90"/></cols>', "", "D16"),
        ('<cols><col min="1" max="3" width="9" hidden="1"/></cols>', "", "H16"),
        ('<cols><col min="1" max="99999999" width="50"/></cols>', "", "A16"),
        ('<cols><col min="3" max="1" width="50"/><col min="x"/></cols>', "", "E16"),
        ("", '<row r="2" ht="150" customHeight="1"/>', "E7"),  # 200 pixels
        ("", '<row ht="150"/><row/><row ht="30"/>', "E6"),
        ("", '<row r="3" hidden="1"/><row r="5" ht="0"/>', "E18"),
        ("", '<row r="3" ht="100000"/>', "E3"),
        ("", '<row r="99999999999999" ht="15"/><row r="-5" ht="99"/><row r="z" ht="15"/>', "E16"),
    ],
)
def test_columns_and_rows_are_as_wide_and_high_as_the_sheet_says(before: str, rows: str, cell: str) -> None:
    anchor = absolute(290 * EMU, 295 * EMU, 20 * EMU, 20 * EMU, pic(blip()))
    assert seen(drawn(anchor, {"1.png": A}, before, rows)) == f"{cell}:A"


def test_the_picture_of_a_row_that_a_filter_hides_belongs_to_it() -> None:
    anchors = two_cells((1, 4, 5, 0), (1, 5, 99, 3 * EMU), pic(blip())) + two_cells((1, 6), (1, 6), pic(blip()))
    assert seen(drawn(anchors, {"1.png": A}, "", '<row r="5" hidden="1"/><row r="7" hidden="1"/>')) == "B5:A B7:A"


def test_a_hidden_column_between_both_ends_counts_for_nothing() -> None:
    anchor = two_cells((1, 4, 9, 0), (3, 5, 30 * EMU, 0), pic(blip()))
    assert seen(drawn(anchor, {"1.png": A}, '<cols><col min="3" max="3" width="50" hidden="1"/></cols>')) == "B5:A"
    assert seen(drawn(anchor, {"1.png": A}, '<cols><col min="3" max="3" width="50"/></cols>')) == "C5:A"


THREE = {"1.png": A, "2.png": B, "3.svg": b"<svg/>"}
SVG_ONLY = '<a:blip><a:extLst><a:ext uri="x"><asvg:svgBlip r:embed="rId3"/></a:ext></a:extLst></a:blip>'
LINKED = '<a:blip r:link="rId1"/>'
FILL = "<a:blipFill>{}</a:blipFill>"


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (pic(blip("rId2")), "B5:B"),
        (pic(blip("rId1", svg("rId3"))), "B5:A"),  # a PNG with the SVG that it was made from
        (pic(SVG_ONLY), "B5:<svg/>"),
        (pic(LINKED), "B5:missing"),
        (pic('<a:blip r:link="rId1" r:embed="rId2"/>'), "B5:B"),
        (pic("<a:blip/>"), "B5:missing"),
        (pic(blip("rId9")), "B5:missing"),
        (pic(""), ""),
        (shape(FILL.format(blip("rId2"))), "B5:B"),
        (shape("<a:solidFill/>"), ""),
        (shape("", f"<a:pPr><a:buBlip>{blip()}</a:buBlip></a:pPr>"), ""),  # a bullet
        (shape("", f"<a:r><a:rPr>{FILL.format(blip('rId1', svg('rId3')))}</a:rPr></a:r>"), ""),  # letters
        (either(pic(blip("rId1")), pic(blip("rId2"))), "B5:A"),
        (either("", pic(blip("rId2"))), "B5:B"),
        (either(pic(blip("rId1")), ""), "B5:A"),
        (either(either("", pic(blip("rId1"))), pic(blip("rId2"))), "B5:A"),
        (either(either("", ""), either("", pic(blip("rId2")))), "B5:B"),
        (either(shape("<a:solidFill/>"), pic(blip("rId2"))), "B5:B"),
        (either(pic(blip()) + pic(blip("rId2")), pic(blip("rId2"))) + pic(blip("rId2")), "B5:A B5:B B5:B"),
        ("<mc:Choice>" + pic(blip()) + "</mc:Choice>", "B5:A"),
        # A Mac's picture is a PDF, and what others are to show stands beside it.
        (pic("").replace("<xdr:blipFill></xdr:blipFill>",
                         either(f"<xdr:blipFill>{blip('rId1')}</xdr:blipFill>",
                                f"<xdr:blipFill>{blip('rId2')}</xdr:blipFill>", "ma")), "B5:B"),
        ("<xdr:graphicFrame><xdr:xfrm/></xdr:graphicFrame>", ""),
        ("<xdr:cxnSp><xdr:spPr>" + frame(1, 2, 3, 4) + "</xdr:spPr></xdr:cxnSp>", ""),
    ],
)  # fmt: skip
def test_what_is_a_picture(what: str, expected: str) -> None:
    assert seen(drawn(two_cells((1, 4), (2, 5), what), THREE)) == expected


def test_alternatives_of_whole_anchors() -> None:
    anchor = two_cells((1, 4), (2, 5), pic(blip("rId1")))
    assert seen(drawn(either(anchor, ""), THREE)) == "B5:A"
    assert seen(drawn(either(anchor, anchor.replace("rId1", "rId2")) + anchor, THREE)) == "B5:A B5:A"


@pytest.mark.parametrize("what", [pic(blip()), either(pic(blip()), "")])
def test_what_is_anchored_to_nothing_is_no_picture(what: str) -> None:
    assert seen(drawn(what, THREE)) == ""
    assert seen(drawn(f"<xdr:grpSp>{two_cells((1, 4), (2, 5), what)}</xdr:grpSp>", THREE)) == ""


# -- groups -----------------------------------------------------------------------------------------------

# Three columns of 64 pixels, four rows of 20, from B5 on; the group's own measure is one a cell.
AROUND = (1, 4), (4, 8)
CELLS = frame(0, 0, 99, 99, 100, 200, 3, 4)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (group(CELLS, pic(blip(), frame(100, 200, 1, 1)), pic(blip("rId2"), frame(102, 203, 1, 1))), "B5:A D8:B"),
        (group(CELLS, shape(FILL.format(blip()), at=frame(101, 201, 1, 1))), "C6:A"),
        (group(CELLS, either(pic(blip(), frame(101, 201, 1, 1)), pic(blip("rId2")))), "C6:A"),
        # A group in a group: it has the lower right quarter.
        (group(frame(0, 0, 1, 1, 0, 0, 4, 4), group(frame(2, 2, 2, 2, -10, -10, 20, 20), pic(blip(), frame(5, 5, 4, 4)),
                                                    pic(blip("rId2"), frame(-10, -10, 1, 1)))), "C7:B D8:A"),
        (group(CELLS, group(frame(100, 200, 1, 1, 0, 0, 0, 0), pic(blip(), frame(7, 7, 7, 7)))), "B5:A"),
        (group(CELLS, group("", pic(blip(), frame(7, 7, 7, 7)))), "C7:A"),  # nobody knows where: in the middle
        (group("", pic(blip(), frame(7, 7, 7, 7))), "C7:A"),
        (group(frame(0, 0, 0, 0, 0, 0, 0, 0), pic(blip(), frame(7, 7, 7, 7))), "C7:A"),
        (group(CELLS, pic(blip())), "C7:A"),
        (group(CELLS, pic(blip(), frame(-(10**14), 10**14, 1, 1))), "B9:A"),  # no further than the group reaches
    ],
)  # fmt: skip
def test_pictures_in_groups(what: str, expected: str) -> None:
    assert seen(drawn(two_cells(*AROUND, what), THREE)) == expected


@pytest.mark.parametrize(
    "at",
    ["", frame(0, 0, 10**14, 10**14, 0, 0, 1, 1), frame(0, 0, 1, 1, 0, 0, 10**14, 10**14), CELLS],
)
def test_groups_within_groups_within_groups(at: str) -> None:
    deep = f"<xdr:grpSp><xdr:grpSpPr>{at}</xdr:grpSpPr>" * 10_000 + pic(blip(), at) + "</xdr:grpSp>" * 10_000
    started = time.process_time()
    assert len(read(drawn(two_cells(*AROUND, deep), THREE)).placed) == 1
    assert time.process_time() - started < SOON


# -- within cells, as WPS does it -------------------------------------------------------------------------


@pytest.mark.parametrize("as_text", [False, True])
def test_the_pictures_of_wps(as_text: bool) -> None:
    data = in_cells_of_wps({"C3": A, "C5": B, "C4": A}, {"A1": "微信公众号"}, as_text=as_text)
    assert seen(data) == "C3:A C4:A C5:B"


def of_wps(rows: str, strings: bytes = b"", images: bytes | None = None) -> bytes:
    """A workbook with two pictures, of which one is in the package."""
    return package({
        SHEET: sheet(f'<row r="3">{rows}</row>'),
        **({"xl/sharedStrings.xml": strings} if strings else {}),
        "xl/cellimages.xml": named({"ID_1": "rId1", "ID_2": "rId2"}) if images is None else images,
        "xl/_rels/cellimages.xml.rels": relations({"rId1": "media/image1.png", "rId2": "media/gone.png"}),
        "xl/media/image1.png": A,
    })  # fmt: skip


SHARED = '<sst><si><t>二维码</t></si><si><r><t>=DISPIMG("ID</t></r><r><t>_1",1)</t></r></si></sst>'.encode()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="C3" t="str"><f>_xlfn.DISPIMG(&quot;ID_1&quot;,1)</f><v>=DISPIMG("ID_1",1)</v></c>', "C3:A"),
        ('<c r="C3"><f>DISPIMG("ID_1",1)</f></c>', "C3:A"),
        ('<c r="C3"><f>dispimg( "ID_1" , 1)</f></c>', "C3:A"),
        ('<c r="C3" t="e"><f>_xlfn.DISPIMG("ID_1",1)</f><v>#NAME?</v></c>', "C3:A"),
        ('<c r="C3" t="str"><f t="shared" si="0"/><v>=DISPIMG("ID_1",1)</v></c>', "C3:A"),
        ('<c r="C3"><f>IF(A1=1,_xlfn.DISPIMG("ID_1",1),_xlfn.DISPIMG("ID_2",1))</f></c>', "C3:A C3:missing"),
        ('<c r="C3" t="str"><v>=DISPIMG("ID_1",1)</v></c>', "C3:A"),
        ('<c r="C3" t="inlineStr"><is><t>=_xlfn.DISPIMG("ID_1",1)</t></is></c>', "C3:A"),
        ('<c r="C3" t="inlineStr"><is><r><t>=DISPIMG(</t></r><r><t>"ID_1",1)</t></r></is></c>', "C3:A"),
        ('<c r="C3" t="s"><v>1</v></c><c t="s"><v>1</v></c><c t="s"><v>0</v></c>', "C3:A D3:A"),
        ('<c t="s"><v>1</v></c>', "A3:A"),
        ('<c r="C3" t="s"><v>9</v></c><c t="s"><v>x</v></c><c t="s"/>', ""),
        ('<c r="C3"><f>DISPIMG("ID_2",1)</f></c><c><f>DISPIMG("ID_9",1)</f></c>', "C3:missing D3:missing"),
        ('<c r="C3" t="str"><v>WPS 的公式 =DISPIMG("ID_1",1)</v></c>', ""),  # it is spoken of
        ('<c r="C3"><f>DISPIMG(A1,1)</f></c>', ""),
        ('<c r="C3"><f>MYDISPIMG("ID_1",1)</f></c>', ""),
        ('<c r="ZZZ3"><f>DISPIMG("ID_1",1)</f></c><c r="A9999999"><f>DISPIMG("ID_1",1)</f></c>', ""),
    ],
)
def test_formulas_that_name_a_picture(cell: str, expected: str) -> None:
    assert seen(of_wps(cell, SHARED)) == expected


def test_what_is_called_a_row_behind_the_cells_is_none() -> None:
    """The anchors of controls have rows and columns, too."""
    after = '<controls><row r="9"><c r="C9"><f>DISPIMG("ID_1",1)</f></c></row></controls>'
    assert seen(zipped(parts_of(of_wps("")) | {SHEET: sheet("", after=after)})) == ""


FORMULA = '<c r="C3"><f>DISPIMG("ID_1",1)</f></c>'


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (named({"ID_1": "rId1"}), "C3:A"),
        (named({"ID_1": "rId1"}).replace(b"/2006/", b"/2099/"), "C3:A"),
        (named({"ID_1": "rId9"}), "C3:missing"),
        (named({"ID_2": "rId1"}), "C3:missing"),
        (b"", "C3:missing"),
        (named({"ID_1": "rId1"})[:-9], "C3:missing"),
        (b"<cellImages><cellImage><pic><blip embed='rId1'/></pic></cellImage></cellImages>", "C3:missing"),
        (b"<cellImages><pic><cNvPr name='ID_1'/><blip link='rId1'/></pic></cellImages>", "C3:missing"),
        (b"<cellImages><pic><cNvPr name='ID_1'/><blip><svgBlip embed='rId1'/></blip></pic></cellImages>", "C3:A"),
    ],
)
def test_the_list_of_named_pictures(images: bytes, expected: str) -> None:
    assert seen(of_wps(FORMULA, images=images)) == expected


def test_without_the_list_named_pictures_are_missing() -> None:
    """As after openpyxl, which keeps the formula and drops the pictures."""
    assert seen(package({SHEET: sheet(f'<row r="3">{FORMULA}</row>')})) == "C3:missing"


# -- within cells, as Excel does it -----------------------------------------------------------------------


def test_the_pictures_that_excel_places_in_cells() -> None:
    assert seen(in_cells({"C3": A, "C5": B, "C4": A}, {"A1": "微信公众号"})) == "C3:A C4:A C5:B"
    assert seen(in_cells({"C3": A}, description="二维码")) == "C3:A"
    assert seen(in_cells({"C3": A}, decorative=True)) == "C3:A"


PLACED = parts_of(in_cells({"C3": A, "C4": B}))
METADATA, VALUES, STRUCTURES, LISTED = (
    "xl/metadata.xml", "xl/richData/rdrichvalue.xml", "xl/richData/rdrichvaluestructure.xml",
    "xl/richData/richValueRel.xml",
)  # fmt: skip
LISTED_RELS = "xl/richData/_rels/richValueRel.xml.rels"
WEB = b'<s t="_webimage"><k n="WebImageIdentifier" t="i"/><k n="CalcOrigin" t="i"/></s>'


@pytest.mark.parametrize(
    ("part", "old", "new", "expected"),
    [
        (SHEET, b'vm="2"', b'vm="1"', "C3:A C4:A"),
        (SHEET, b'vm="2"', b'vm="3"', "C3:A"),
        (SHEET, b'vm="2"', b'vm="0"', "C3:A"),
        (SHEET, b'vm="2"', b'vm="-1"', "C3:A"),
        (SHEET, b'vm="2"', b'vm="\xc2\xb2"', "C3:A"),
        (METADATA, b'<rc t="1" v="1"/>', b'<rc t="2" v="1"/>', "C3:A"),
        (METADATA, b'<rc t="1" v="1"/>', b'<rc t="1" v="2"/>', "C3:A"),
        (METADATA, b'<rc t="1" v="1"/>', b"<rc/>", "C3:A"),
        (METADATA, b'<rc t="1" v="1"/>', b'<rc t="9" v="0"/><rc t="1" v="1"/>', "C3:A C4:B"),
        (METADATA, b'i="1"', b'i="7"', "C3:A"),
        (METADATA, b'<futureMetadata name="XLRICHVALUE"', b'<futureMetadata name="XLDAPR"', ""),
        (METADATA, b'<metadataType name="XLRICHVALUE"', b'<metadataType name="XLDAPR"', ""),
        (METADATA, b'<metadataTypes count="1">', b'<metadataTypes><metadataType name="XLDAPR"/>', ""),
        (METADATA, b"<valueMetadata", b'<cellMetadata><bk><rc t="1" v="1"/></bk></cellMetadata><valueMetadata',
         "C3:A C4:B"),
        (METADATA, b"<futureMetadata", b'<futureMetadata name="XLDAPR"><bk/><bk/></futureMetadata><futureMetadata',
         "C3:A C4:B"),
        (VALUES, b"<v>1</v>", b"<fb>5</fb><v>0</v>", "C3:A C4:A"),
        (VALUES, b"<v>1</v>", b"<v>7</v>", "C3:A C4:missing"),
        (VALUES, b"<v>1</v>", b"<v>x</v>", "C3:A C4:missing"),
        (VALUES, b"<v>1</v><v>5</v>", b"", "C3:A C4:missing"),
        (VALUES, b'<rv s="0"><v>1</v>', b'<rv s="4"><v>1</v>', "C3:A"),
        (VALUES, b'<rv s="0"><v>1</v>', b'<rv s="-1"><v>1</v>', "C3:A"),
        (VALUES, b'<rv s="0"><v>1</v>', b'<rv s="1"><v>1</v>', "C3:A C4:missing"),  # a structure of the web
        (STRUCTURES, b'<k n="_rvRel:LocalImageIdentifier" t="i"/><k n="CalcOrigin" t="i"/>',
         b'<k n="CalcOrigin" t="i"/><k n="_rvRel:LocalImageIdentifier" t="i"/>', "C3:missing C4:missing"),
        (STRUCTURES, b"_rvRel:LocalImageIdentifier", b"DisplayString", ""),  # a value of another kind
        (LISTED, b'<rel r:id="rId2"/>', b'<rel r:id="rId1"/>', "C3:A C4:A"),
        (LISTED, b'<rel r:id="rId2"/>', b"<rel/>", "C3:A C4:missing"),
        (LISTED, b"</richValueRels>", b"", "C3:missing C4:missing"),
        (LISTED_RELS, b"../media/image2.png", b"http://b.example/image2.png", "C3:A C4:missing"),
        (LISTED_RELS, b"../media/image2.png", b"richValueRel.xml", "C3:A C4:missing"),
    ],
)  # fmt: skip
def test_the_way_from_a_cell_to_its_picture(part: str, old: bytes, new: bytes, expected: str) -> None:
    parts = PLACED | {STRUCTURES: PLACED[STRUCTURES].replace(b"</rvStructures>", WEB + b"</rvStructures>")}
    assert old in parts[part]
    assert seen(zipped(parts | {part: parts[part].replace(old, new)})) == expected


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (METADATA, ""),
        (VALUES, ""),
        (STRUCTURES, ""),
        (LISTED, "C3:missing C4:missing"),
        (LISTED_RELS, "C3:missing C4:missing"),
        ("xl/media/image2.png", "C3:A C4:missing"),
        ("xl/_rels/workbook.xml.rels", "C3:A C4:B"),  # the parts' usual names will do
    ],
)
def test_what_is_not_there(gone: str, expected: str) -> None:
    assert seen(zipped({name: content for name, content in PLACED.items() if name != gone})) == expected


def test_all_ways_at_once() -> None:
    parts = drawn_parts(two_cells((0, 2), (1, 3), pic(blip())), {"f.png": C})
    both = parts_of(in_cells_of_wps({"B2": B, "D3": B}))
    rows = b'<row r="3"><c r="B3" t="e" vm="1"><v>#VALUE!</v></c></row></sheetData>'
    content = both[SHEET].replace(b"</sheetData>", rows).replace(b"</worksheet>", b'<drawing r:id="rId1"/></worksheet>')
    more = {name: part for name, part in parts.items() if name not in {SHEET, "xl/workbook.xml"}}
    rich = {name: part for name, part in PLACED.items() if "rich" in name or name == METADATA}
    rich = {name: part.replace(b"/media/", b"/media/rich/") for name, part in rich.items()}
    data = zipped({**both, **rich, **more, "xl/media/rich/image1.png": A, SHEET: content})
    assert seen(data) == "B2:B A3:C B3:A D3:B"


# -- names and relations ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "/xl/media/1.png"})}, "B5:A"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "..\\Media\\1.PNG"})}, "B5:A"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "../../../../xl/media/1.png"})}, "B5:A"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "../media/1.png"}, base=STRICT)}, "B5:A"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "../media/%E4%BA%8C.png"}),
          "xl/media/二.png": B}, "B5:B"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "../media/a&b.png"}),
          "xl/media/a&b.png": B}, "B5:B"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "NULL"})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": ""})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "../media"})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "http://a.example/1.png"})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "file:///etc/passwd"})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({}, more=f'<Relationship Id="rId1" Type="{OFFICE}/image" '
          'Target="../media/1.png" TargetMode="External"/>')}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "drawing1.xml"})}, "B5:missing"),  # itself
        ({"xl/drawings/_rels/drawing1.xml.rels": relations({"rId1": "_rels/drawing1.xml.rels"})}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": b"<Relationships>"}, "B5:missing"),
        ({"xl/drawings/_rels/drawing1.xml.rels": b""}, "B5:missing"),
        ({"xl/worksheets/_rels/sheet1.xml.rels": relations({"rId1": "sheet1.xml"})}, ""),  # a sheet as its drawing
        ({"xl/worksheets/_rels/sheet1.xml.rels": relations({"rId1": "../drawings/gone.xml"})}, ""),
        ({"xl/worksheets/_rels/sheet1.xml.rels": relations({"rId2": "../drawings/drawing1.xml"})}, ""),
        ({"xl/worksheets/_rels/sheet1.xml.rels": b"\xff\xfe<"}, ""),
        ({DRAWING: b""}, ""),
        ({DRAWING: b"<xdr:wsDr"}, ""),
        ({DRAWING: b"\x89PNG"}, ""),
        ({DRAWING: b'<?xml version="1.0" encoding="gb2312"?><a/>'}, ""),
        ({DRAWING: b'<?xml version="1.0" encoding="nonsense"?><a/>'}, ""),
    ],
)  # fmt: skip
def test_relations(changes: Mapping[str, bytes], expected: str) -> None:
    parts = drawn_parts(two_cells((1, 4), (2, 5), pic(blip())), {"1.png": A})
    assert seen(package({**parts, **changes})) == expected


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda name: "/" + name, lambda name: name.replace("/", "\\")]
)
def test_parts_are_found_by_whatever_name(change: object) -> None:
    for parts in (PLACED, parts_of(in_cells_of_wps({"C3": A, "C4": B})), parts_of(by_xlsxwriter({"C3": A, "C4": B}))):
        data = zipped({change(name): content for name, content in parts.items()})  # type: ignore[operator]
        assert seen(data) == "C3:A C4:B"
        assert seen(data, "/xl/Worksheets/Sheet1.xml") == "C3:A C4:B"


def test_other_namespaces_other_prefixes() -> None:
    parts = drawn_parts(two_cells((1, 4), (2, 5), pic(blip())), {"1.png": A})
    drawing = parts[DRAWING].replace(b"xdr:", b"x:").replace(b":xdr=", b":x=").replace(OFFICE.encode(), STRICT.encode())
    drawing = drawing.replace(b"schemas.openxmlformats.org/drawingml/2006", b"purl.oclc.org/ooxml/drawingml")
    content = parts[SHEET].replace(OFFICE.encode(), STRICT.encode()).replace(b"r:id", b"q:id").replace(b":r=", b":q=")
    assert seen(package({**parts, DRAWING: drawing, SHEET: content})) == "B5:A"
    utf16 = drawing.decode().encode("utf-16")
    assert seen(package({**parts, DRAWING: utf16})) == "B5:A"


def test_old_pictures_and_backgrounds_are_left_out() -> None:
    """VML, a sheet's background, the preview of an embedded object."""
    after = '<legacyDrawing r:id="rId1"/><legacyDrawingHF r:id="rId1"/><picture r:id="rId2"/>'
    rels = relations({"rId1": "../drawings/vmlDrawing1.vml", "rId2": "../media/1.png"})
    parts = {SHEET: sheet(after=after), "xl/worksheets/_rels/sheet1.xml.rels": rels, "xl/media/1.png": A}
    assert read(package({**parts, "xl/drawings/vmlDrawing1.vml": b"<xml/>"})) == Pictures((), 0)


# -- limits and harm --------------------------------------------------------------------------------------


def test_a_sheet_without_pictures() -> None:
    assert read(by_openpyxl({}, {"A1": "网址"})) == Pictures((), 0)


@pytest.mark.parametrize("content", [None, b"drawing", b"<worksheet><drawing", b"<!DOCTYPE worksheet><drawing/>"])
def test_a_sheet_that_cannot_be_read(content: bytes | None) -> None:
    parts = parts_of(package({}))
    data = zipped({name: part for name, part in parts.items() if name != SHEET} | ({SHEET: content} if content else {}))
    assert raised(data) == "F001"


def test_a_picture_that_is_too_big_is_not_unpacked() -> None:
    big = bytes(MAX_PICTURE + 1)
    anchors = "".join(two_cells((1, row), (2, row + 1), pic(blip(f"rId{row}"))) for row in (1, 2, 3))
    just = bytes(MAX_PICTURE)
    assert read(drawn(anchors, {"1.png": big, "2.png": A, "3.png": just})).placed == (
        RawPicture((2, 2), None, "xl/media/1.png", "size"),
        RawPicture((3, 2), A, "xl/media/2.png"),
        RawPicture((4, 2), just, "xl/media/3.png"),
    )


def test_a_damaged_picture_is_missing() -> None:
    data = drawn(two_cells((1, 4), (2, 5), pic(blip())), {"1.png": bytes(1000)})
    said = struct.pack("<I", 1000)
    for wrong in (data.replace(said, struct.pack("<I", 900)), data.replace(said, struct.pack("<I", 2000))):
        assert read(wrong).placed == (RawPicture((5, 2), None, "xl/media/1.png", "missing"),)
    packed = zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/media/1.png")
    at = packed.header_offset + 30 + len(packed.filename)
    assert (
        read(data[:at] + b"\xff" * packed.compress_size + data[at + packed.compress_size :]).placed[0].fault
        == "missing"
    )


@pytest.mark.parametrize("kind", ["two", "one", "absolute", "wps", "excel", "group"])
def test_ten_thousand_pictures(kind: str) -> None:
    count, rows = 10_000, range(10_000, 0, -1)
    size = 60 * EMU, 20 * EMU
    if kind == "wps":
        cells = "".join(f'<row r="{row}"><c r="B{row}"><f>DISPIMG("ID_1",1)</f></c></row>' for row in rows)
        data = zipped(parts_of(of_wps("")) | {SHEET: sheet(cells)})
    elif kind == "excel":
        cells = "".join(f'<row r="{row}"><c r="B{row}" vm="1"/></row>' for row in rows)
        data = zipped(PLACED | {SHEET: sheet(cells)})
    else:
        made = {
            "two": lambda row: two_cells((1, row - 1), (2, row), pic(blip(f"rId{row}"))),
            "one": lambda row: one_cell((1, row - 1), *size, pic(blip(f"rId{row}"))),
            "absolute": lambda row: absolute(64 * EMU, 20 * (row - 1) * EMU, *size, pic(blip(f"rId{row}"))),
            "group": lambda row: pic(blip(f"rId{row}"), frame(0, row - 1, 1, 1)),
        }[kind]
        anchors = "".join(map(made, rows))
        if kind == "group":
            anchors = two_cells((1, 0), (2, count), group(frame(0, 0, 1, 1, 0, 0, 1, count), anchors))
        rels = relations({f"rId{row}": "../media/1.png" for row in rows})
        heights = "".join(f'<row r="{row}" ht="15"/>' for row in rows)
        parts = drawn_parts(anchors, {"1.png": A}, "", heights)
        data = package({**parts, "xl/drawings/_rels/drawing1.xml.rels": rels})
    started = time.process_time()
    found = read(data)
    assert time.process_time() - started < SOON
    assert found.left_out == count - MOST_PICTURES
    assert [one.cell for one in found.placed] == [(row, 2) for row in range(1, MOST_PICTURES + 1)]
    assert {id(one.data) for one in found.placed} == {id(found.placed[0].data)}


LAUGHS = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE x [<!ENTITY e0 'ha'>{LAUGHS}]>"
OUTSIDE = "<!DOCTYPE x SYSTEM 'file:///etc/passwd' [<!ENTITY e9 SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE, "<!DOCTYPE x>"])
@pytest.mark.parametrize("use", ["&e9;", ""])
def test_parts_with_a_document_type_hold_nothing(doctype: str, use: str) -> None:
    parts = drawn_parts(two_cells((1, 4), (2, 5), pic(blip()) + use), {"1.png": A})
    started = time.process_time()
    assert seen(package({**parts, DRAWING: doctype.encode() + parts[DRAWING]})) == ""
    rels = "xl/drawings/_rels/drawing1.xml.rels"
    parts[DRAWING] = parts[DRAWING].replace(b"&e9;", b"")
    assert seen(package({**parts, rels: doctype.encode() + parts[rels]})) == "B5:missing"
    assert seen(of_wps('<c t="s"><v>1</v></c>', doctype.encode() + SHARED)) == ""
    assert time.process_time() - started < SOON


@pytest.mark.parametrize(
    ("drawing", "before", "rows"),
    [
        ("<a>" * 300_000 + "</a>" * 300_000, "", ""),
        ("<xdr:pic>" * 100_000 + blip() + "</xdr:pic>" * 100_000, "", ""),
        ("<mc:AlternateContent><mc:Choice>" * 50_000 + "</mc:Choice></mc:AlternateContent>" * 50_000, "", ""),
        (absolute(5, 5, 5, 5, pic(blip())), '<cols>' + '<col min="1" max="16384" width="9"/>' * 50_000 + "</cols>", ""),
        (absolute(5, 5, 5, 5, pic(blip())), "", '<row r="1" ht="9"/>' * 100_000),
        (two_cells((0, 0), (1, 1), pic(blip() * 50_000)), "", ""),
        ("<xdr:twoCellAnchor>" * 50_000 + pic(blip()) + "</xdr:twoCellAnchor>" * 50_000, "", ""),
        (f"<xdr:twoCellAnchor><xdr:from><xdr:col>{'9' * 2_000_000}</xdr:col></xdr:from>{pic(blip())}"
         "</xdr:twoCellAnchor>", "", ""),
        ("", "", f'<row r="1"><c r="A1"><f>{"DISPIMG(" + " " * 50_000} {"DISPIMG(" * 50_000}</f></c></row>'),
    ],
)  # fmt: skip
def test_time_grows_with_what_is_read_and_no_faster(drawing: str, before: str, rows: str) -> None:
    data = drawn(drawing, {"1.png": A}, before, rows)
    started = time.process_time()
    read(data)
    assert time.process_time() - started < SOON


@pytest.mark.parametrize("data", [in_cells({"B2": A}), in_cells_of_wps({"B2": A}), by_xlsxwriter({"B2": A})])
@pytest.mark.parametrize("how", ["half", "empty", "gone", "junk", "itself"])
def test_no_part_that_is_damaged_is_more_than_a_missing_picture(data: bytes, how: str) -> None:
    parts = parts_of(data)
    for name, content in parts.items():
        if name == SHEET:
            continue
        other = {"half": content[: len(content) // 2], "empty": b"", "junk": b"\0\xff<a>" * 99, "itself": parts[SHEET]}
        changed = {**parts, name: other.get(how, b"")}
        if how == "gone":
            del changed[name]
        found = read(zipped(changed))
        assert len(found.placed) <= 1
        assert found.left_out == 0


# -- rows and columns -------------------------------------------------------------------------------------


def test_where_lines_lie() -> None:
    lines = Positions([Span(5, 6, 0), Span(1, 2, 50), Span(2, 4, 99)], 10, 9)
    assert [lines.size(line) for line in range(9)] == [10, 50, 50, 99, 99, 0, 0, 10, 10]
    assert [lines.position(line, 20) for line in range(9)] == [10, 30, 80, 130, 229, 308, 308, 318, 328]
    places = [-5, 0, 9, 10, 59, 60, 109, 110, 307, 308, 318, 327, 10**20]
    assert [lines.line_at(place) for place in places] == [0, 0, 0, 1, 1, 2, 2, 3, 4, 7, 8, 8, 8]


def test_lines_of_no_size_at_all() -> None:
    axis = Axis([Span(0, 8, 0)], 0, 9)
    assert axis.line_between(Mark(3, 5), Mark(4, 5), 0.5) == 3
    assert axis.line_between(Mark(3, 5), 7, 0.5) == 8
    assert axis.line_at(0) == 8


def test_names_of_the_parts_of_the_tests_are_those_of_the_libraries() -> None:
    """What is made by hand has the same structure as what XlsxWriter makes."""
    theirs = parts_of(by_xlsxwriter({"B5": A}))
    ours = drawn_parts(two_cells((1, 4), (2, 5), pic(blip())), {"image1.png": A})
    assert ours.keys() <= theirs.keys()
    assert b"twoCellAnchor" in theirs[DRAWING]
    assert NAMES.split()[0].encode() in theirs[DRAWING]
    assert cell_at("B5") == read(zipped(theirs)).placed[0].cell
