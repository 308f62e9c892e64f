"""Workbooks with pictures, as Excel, WPS and libraries make them: floating, grouped, and within cells."""

import io
from collections.abc import Mapping
from functools import lru_cache
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter
import zxingcpp
from openpyxl.drawing.image import Image
from PIL import Image as Pillow

from writers.containers import parts_of, zipped

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
    f'xmlns:r="{OFFICE}"'
)
SHEET, DRAWING = "xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml"
EMU = 9525  # of a pixel


@lru_cache
def qr(text: str, scale: int = 1) -> bytes:
    """A QR code as a PNG; one of 21 modules has 29 pixels with its margin, at scale 1."""
    out = io.BytesIO()
    Pillow.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=scale)).save(
        out, "PNG"
    )
    return out.getvalue()


# -- by libraries -----------------------------------------------------------------------------------------


def by_openpyxl(pictures: Mapping[str, bytes], texts: Mapping[str, str] | None = None) -> bytes:
    """Pictures that float, each anchored at the upper left corner of one cell."""
    book = openpyxl.Workbook()
    for cell, text in (texts or {}).items():
        book.active[cell] = text
    for cell, data in pictures.items():
        book.active.add_image(Image(io.BytesIO(data)), cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(pictures: Mapping[str, bytes], texts: Mapping[str, str] | None = None, **options: object) -> bytes:
    """Pictures that float, each anchored between two cells."""
    return _xlsxwriter("insert_image", pictures, texts, options)


def in_cells(pictures: Mapping[str, bytes], texts: Mapping[str, str] | None = None, **options: object) -> bytes:
    """Pictures that are placed in cells, as Excel does."""
    return _xlsxwriter("embed_image", pictures, texts, options)


def _xlsxwriter(
    how: str, pictures: Mapping[str, bytes], texts: Mapping[str, str] | None, options: Mapping[str, object]
) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for cell, text in (texts or {}).items():
            sheet.write_string(cell, text)
        for cell, data in pictures.items():
            getattr(sheet, how)(cell, "x.png", {"image_data": io.BytesIO(data), **options})
    return out.getvalue()


# -- by hand ----------------------------------------------------------------------------------------------


def relations(targets: Mapping[str, str], kind: str = "image", base: str = OFFICE, more: str = "") -> bytes:
    """Relations by their Id; `more` is written as it is."""
    ones = "".join(
        f'<Relationship Id="{key}" Type="{base}/{kind}" Target="{escape(target)}"/>' for key, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{ones}{more}</Relationships>'.encode()


def sheet(rows: str = "", before: str = "", after: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<worksheet xmlns="{main}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    ).encode()


def package(parts: Mapping[str, bytes]) -> bytes:
    """A package with a workbook of one sheet, as much of it as pictures are looked for in."""
    return zipped({
        "xl/workbook.xml": b'<workbook><sheets><sheet name="_" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations({"rId1": "worksheets/sheet1.xml"}, "worksheet"),
        SHEET: sheet(),
        **parts,
    })  # fmt: skip


def drawn(anchors: str, media: Mapping[str, bytes], before: str = "", rows: str = "") -> bytes:
    """A workbook with a drawing. Its pictures are the relations rId1, rId2 … in the order of `media`."""
    return package(drawn_parts(anchors, media, before, rows))


def drawn_parts(anchors: str, media: Mapping[str, bytes], before: str = "", rows: str = "") -> dict[str, bytes]:
    targets = {f"rId{number}": f"../media/{name}" for number, name in enumerate(media, 1)}
    return {
        SHEET: sheet(rows, before, '<drawing r:id="rId1"/>'),
        "xl/worksheets/_rels/sheet1.xml.rels": relations({"rId1": "../drawings/drawing1.xml"}, "drawing"),
        DRAWING: f"<xdr:wsDr {NAMES}>{anchors}</xdr:wsDr>".encode(),
        "xl/drawings/_rels/drawing1.xml.rels": relations(targets),
        **{f"xl/media/{name}": data for name, data in media.items()},
    }


def mark(name: str, column: int, row: int, across: object = 0, down: object = 0) -> str:
    """One end of an anchor, from 0."""
    return (
        f"<xdr:{name}><xdr:col>{column}</xdr:col><xdr:colOff>{across}</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>{down}</xdr:rowOff></xdr:{name}>"
    )


def two_cells(start: tuple[int, ...], end: tuple[int, ...], what: str) -> str:
    """Something between two ends: column and row from 0, maybe with how far into them."""
    return f"<xdr:twoCellAnchor>{mark('from', *start)}{mark('to', *end)}{what}<xdr:clientData/></xdr:twoCellAnchor>"


def one_cell(start: tuple[int, ...], width: int, height: int, what: str) -> str:
    ext = f'<xdr:ext cx="{width}" cy="{height}"/>'
    return f"<xdr:oneCellAnchor>{mark('from', *start)}{ext}{what}<xdr:clientData/></xdr:oneCellAnchor>"


def absolute(x: int, y: int, width: int, height: int, what: str) -> str:
    place = f'<xdr:pos x="{x}" y="{y}"/><xdr:ext cx="{width}" cy="{height}"/>'
    return f"<xdr:absoluteAnchor>{place}{what}<xdr:clientData/></xdr:absoluteAnchor>"


def blip(embed: str = "rId1", inside: str = "") -> str:
    return f'<a:blip r:embed="{embed}">{inside}</a:blip><a:stretch><a:fillRect/></a:stretch>'


def svg(embed: str) -> str:
    """What stands in a blip beside its PNG."""
    uri = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
    return f'<a:extLst><a:ext uri="{uri}"><asvg:svgBlip r:embed="{embed}"/></a:ext></a:extLst>'


def frame(*numbers: int) -> str:
    """Where something lies: x, y, width, height; of a group also those that its own measure has."""
    pieces = (
        '<a:off x="{}" y="{}"/>',
        '<a:ext cx="{}" cy="{}"/>',
        '<a:chOff x="{}" y="{}"/>',
        '<a:chExt cx="{}" cy="{}"/>',
    )
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return f"<a:xfrm>{''.join(piece.format(*pair) for piece, pair in zip(pieces, pairs, strict=False))}</a:xfrm>"


def pic(filling: str, at: str = "", name: str = "图片 1") -> str:
    return (
        f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="{name}"/><xdr:cNvPicPr/></xdr:nvPicPr>'
        f"<xdr:blipFill>{filling}</xdr:blipFill><xdr:spPr>{at}<a:prstGeom prst='rect'/></xdr:spPr></xdr:pic>"
    )


def shape(filling: str, text: str = "", at: str = "") -> str:
    """A shape filled with a picture, and with text on it."""
    return (
        f'<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="矩形 1"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>{at}{filling}'
        f"</xdr:spPr><xdr:txBody><a:bodyPr/><a:p>{text}</a:p></xdr:txBody></xdr:sp>"
    )


def group(at: str, *inside: str) -> str:
    """A group; `at` is its frame, with its own measure."""
    return f"<xdr:grpSp><xdr:nvGrpSpPr/><xdr:grpSpPr>{at}</xdr:grpSpPr>{''.join(inside)}</xdr:grpSp>"


def either(choice: str, fallback: str, requires: str = "a14") -> str:
    return (
        f'<mc:AlternateContent><mc:Choice Requires="{requires}">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


# -- WPS --------------------------------------------------------------------------------------------------


def named(pictures: Mapping[str, str]) -> bytes:
    """The part of WPS that gives pictures their names: the Id of each by its name."""
    ones = "".join(f"<etc:cellImage>{pic(blip(key), name=name)}</etc:cellImage>" for name, key in pictures.items())
    return f'<etc:cellImages {NAMES} xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">{ones}</etc:cellImages>'.encode()


def in_cells_of_wps(
    pictures: Mapping[str, bytes], texts: Mapping[str, str] | None = None, *, as_text: bool = False
) -> bytes:
    """Pictures that are embedded in cells (嵌入单元格), as WPS does.

    Args:
        pictures: the cells, and the picture in each.
        texts: of other cells.
        as_text: whether the formulas have become texts, as in programs that do not know them.
    """
    names = {data: f"ID_{number:032X}" for number, data in enumerate(dict.fromkeys(pictures.values()), 1)}
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for cell, text in (texts or {}).items():
            page.write_string(cell, text)
        for cell, data in pictures.items():
            shown = f'=DISPIMG("{names[data]}",1)'
            if as_text:
                page.write_string(cell, shown)
            else:
                page.write_formula(cell, f'=_xlfn.DISPIMG("{names[data]}",1)', None, shown)
    parts = parts_of(out.getvalue())
    ids = {name: f"rId{number}" for number, name in enumerate(names.values(), 1)}
    media = {f"media/image{number}.png": data for number, data in enumerate(names, 1)}
    rels = "xl/_rels/workbook.xml.rels"
    of_wps = '<Relationship Id="rId99" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>'
    return zipped({
        **parts,
        rels: parts[rels].replace(b"</Relationships>", of_wps.encode() + b"</Relationships>"),
        "xl/cellimages.xml": named(ids),
        "xl/_rels/cellimages.xml.rels": relations(dict(zip(ids.values(), media, strict=True))),
        **{f"xl/{name}": data for name, data in media.items()},
    })  # fmt: skip
