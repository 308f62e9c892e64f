"""A letter as a Word document, laid out as GB/T 9704—2012 has it: to be edited, with nothing in it but styles.

A line of the body is as high and a character as wide as 22 lines of 28 characters of size 3 in a text block of
156 mm × 225 mm have them. Beside the fonts that the standard and its practice name stand those that every Windows has,
for computers without them.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Length, Mm, Pt
from docx.styles.style import BaseStyle, CharacterStyle, ParagraphStyle
from docx.table import _Row
from docx.text.paragraph import Paragraph as Lines

from stattable.formats.list_mark import with_mark
from stattable.writing.letter.parts import TABLE_LINE, TITLE_LINE, Letter, Paragraph, Section, Table, width
from stattable.writing.workbook import run_time

_PAGE: Final = (Mm(210), Mm(297))
_TOP, _LEFT = Mm(37), Mm(28)  # 天头 and 订口
_TEXT: Final = (Mm(156), Mm(225))
_RIGHT, _BOTTOM = Emu(_PAGE[0] - _LEFT - _TEXT[0]), Emu(_PAGE[1] - _TOP - _TEXT[1])
_FOOTER: Final = Mm(24.5)  # so that the lines beside the number of the page are 7 mm below the text
_NARROWER: Final = 5  # twentieths of a point, by which a character is narrower than its size: so 28 are in a line

_SIZE_2, _SIZE_3, _SIZE_4, _SMALL_4 = Pt(22), Pt(16), Pt(14), Pt(12)
_TITLE_FONT, _BODY_FONT, _HEADING_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
_SUBHEADING_FONT, _PAGE_NUMBER_FONT = "楷体_GB2312", "宋体"


class _Font(NamedTuple):
    """A font, as computers without it are told of it."""

    instead: str  # the font that every Windows has, or another name of one that it has
    panose: str
    family: str


_FONTS: Final = {
    _TITLE_FONT: _Font("宋体", "02010601030101010101", "auto"),
    _BODY_FONT: _Font("仿宋", "02010609030101010101", "modern"),
    _SUBHEADING_FONT: _Font("楷体", "02010609030101010101", "modern"),
    _HEADING_FONT: _Font("SimHei", "02010609060101010101", "modern"),
    _PAGE_NUMBER_FONT: _Font("SimSun", "02010600030101010101", "auto"),
}


@dataclass(frozen=True, slots=True)
class _Style:
    """How paragraphs of a kind look; indentations are counted in characters, room above and below in lines."""

    font: str = _BODY_FONT
    size: Length = _SIZE_3
    line: float = 0.0  # points; 0 for as high as lines of the body
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    first: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    outline: int | None = None
    stays: bool = False  # on one page with what follows


_CENTRED, _AT_RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_TITLE, _ADDRESSEE, _BODY, _HEADING = "公文标题", "公文主送机关", "公文正文", "公文一级标题"
_SUBHEADING: Final = "公文二级标题"  # of characters: the text goes on in its line
_CLOSING, _ATTACHMENT, _SIGNATURE, _DAY, _NOTE = "公文结语", "公文附件说明", "公文署名", "公文成文日期", "公文附注"
_CAPTION, _HEAD_CELL, _CELL, _TABLE, _PAGE_NUMBER = "公文表题", "公文表头", "公文表内文字", "公文表格", "公文页码"
_STYLES: Final = {
    _TITLE: _Style(_TITLE_FONT, _SIZE_2, TITLE_LINE, _CENTRED, after=1, stays=True),
    _ADDRESSEE: _Style(stays=True),
    _BODY: _Style(first=2),
    _HEADING: _Style(_HEADING_FONT, first=2, outline=0, stays=True),
    _CLOSING: _Style(first=2, stays=True),
    _ATTACHMENT: _Style(before=1, stays=True),
    _SIGNATURE: _Style(alignment=_AT_RIGHT, before=1, stays=True),
    _DAY: _Style(alignment=_AT_RIGHT, right=4),
    _NOTE: _Style(first=2),
    _CAPTION: _Style(_HEADING_FONT, _SMALL_4, alignment=_CENTRED, stays=True),
    _HEAD_CELL: _Style(_HEADING_FONT, _SMALL_4, TABLE_LINE, _CENTRED, stays=True),
    _CELL: _Style(size=_SMALL_4, line=TABLE_LINE, alignment=_CENTRED, stays=True),
    _PAGE_NUMBER: _Style(_PAGE_NUMBER_FONT, _SIZE_4, TABLE_LINE),
}
_KEPT_STYLES: Final = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "No List"})
_DROPPED: Final = frozenset({"stylesWithEffects", "customXml", "numbering", "webSettings", "fontTable", "thumbnail"})
_ROOM_IN_CELL: Final = 1.5  # characters beside the widest text of a column
_ATTACHMENT_MARK: Final = "附件："


def letter_bytes(letter: Letter) -> bytes:
    """Return a letter as a Word document, marked as one that nobody has saved since."""
    document = docx.Document()
    _clear(document)
    _set_up(document, Pt(letter.line))
    _add(document, _TITLE, "\n".join(letter.title))
    if letter.addressee:
        _add(document, _ADDRESSEE, letter.addressee)
    _add(document, _BODY, letter.opening)
    for section in letter.sections:
        _add_section(document, section)
    _add(document, _CLOSING, letter.closing)
    _add_attachments(document, letter.attachments)
    signature = _add(document, _SIGNATURE, letter.signature)
    beyond = (width(letter.day) - width(letter.signature)) / 2  # in the middle over the day
    _indent(signature, right=max(_STYLES[_DAY].right + beyond, 0))
    day = _add(document, _DAY, letter.day)
    if letter.contact:
        day.paragraph_format.keep_with_next = True
        _add(document, _NOTE, letter.contact)
    return with_mark(_package(document, "".join(letter.title)))


# -- what is in it ----------------------------------------------------------------------------------------


def _add(document: Document, style: str, text: str) -> Lines:
    paragraph = document.add_paragraph(style=style)
    _run(paragraph, text)
    return paragraph


def _run(paragraph: Lines, text: str, style: str | None = None) -> None:
    """Add text to a paragraph, the quotation marks and dashes of which are Chinese ones."""
    run = paragraph.add_run(text, style)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:hint"), "eastAsia")


def _add_section(document: Document, section: Section) -> None:
    _add(document, _HEADING, section.heading)
    for part in section.parts:
        if isinstance(part, Paragraph):
            paragraph = document.add_paragraph(style=_BODY)
            if part.heading:
                _run(paragraph, part.heading, _SUBHEADING)
            _run(paragraph, part.text)
        else:
            _add_table(document, part)


def _add_table(document: Document, table: Table) -> None:
    _add(document, _CAPTION, table.caption)
    columns = len(table.heads[0])
    grid = document.add_table(0, columns, _TABLE)
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(table)
    for column, wide in zip(grid.columns, widths, strict=True):
        column.width = wide
    for cells in (*table.heads, *table.rows):
        is_head = cells in table.heads
        row = grid.add_row()
        _keep_whole(row, is_head=is_head)
        for cell, text, wide in zip(row.cells, cells, widths, strict=True):
            cell.width = wide
            cell.paragraphs[0].style = _HEAD_CELL if is_head else _CELL
            if text:
                _run(cell.paragraphs[0], text)
    first = table.heads[0]
    grid.cell(0, 0).merge(grid.cell(1, 0))
    for column in range(1, columns):
        if first[column] and column + 1 < columns and not first[column + 1]:
            grid.cell(0, column).merge(grid.cell(0, column + 1))
    for cell in (grid.cell(0, column) for column in range(columns)):
        for empty in cell.paragraphs[1:]:  # that merging has left
            empty._element.getparent().remove(empty._element)
    for cell in grid.rows[-1].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = False


def _widths(table: Table) -> list[Length]:
    """Return how wide the columns are: as what is in them, and all together as the text."""
    widest = [max(map(width, texts)) + _ROOM_IN_CELL for texts in zip(*table.heads[1:], *table.rows, strict=True)]
    return [Emu(round(_TEXT[0] * one / sum(widest))) for one in widest]


def _keep_whole(row: _Row, *, is_head: bool) -> None:
    """Keep a row on one page; one of heads stands on every page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _add_attachments(document: Document, names: Sequence[str]) -> None:
    """Add the note of what goes with the letter: names below one another, and their further lines, too."""
    for number, name in enumerate(names, start=1):
        mark = _ATTACHMENT_MARK if number == 1 else ""
        text = f"{mark}{number}." if len(names) > 1 else mark
        paragraph = _add(document, _ATTACHMENT, text + name)
        left = 2 + len(_ATTACHMENT_MARK) + (len(names) > 1)  # characters; a figure with its point is one
        _indent(paragraph, left=left, first=-width(text) if mark else -1)
        if not mark:
            paragraph.paragraph_format.space_before = Pt(0)


def _indent(paragraph: Any, *, left: float = 0, first: float = 0, right: float = 0) -> None:
    """Indent a paragraph by characters, which go with the size of its font."""
    layout, character = paragraph.paragraph_format, _SIZE_3
    layout.left_indent, layout.right_indent = Emu(round(left * character)), Emu(round(right * character))
    layout.first_line_indent = Emu(round(first * character))
    properties = paragraph._element.get_or_add_pPr().find(qn("w:ind"))
    amounts = {"left": left, "right": right, "hanging" if first < 0 else "firstLine": abs(first)}
    for side, characters in amounts.items():
        properties.set(qn(f"w:{side}Chars"), str(round(100 * characters)))


# -- how it looks -----------------------------------------------------------------------------------------


def _clear(document: Document) -> None:
    """Take away what the library's template has beside an empty page: styles, numbering, a picture."""
    for style in [*document.styles]:
        if style.name not in _KEPT_STYLES:
            style.delete()
    for relations in (document.part.rels, document.part.package.rels):
        for key, relation in [*relations.items()]:
            if relation.reltype.rpartition("/")[2] in _DROPPED:
                relations.pop(key)


def _set_up(document: Document, line: Length) -> None:
    """Set up fonts, styles and pages, where a line of the body is as high as `line`."""
    _add_fonts(document)
    _set_defaults(document, line)
    for name, style in _STYLES.items():
        _add_style(document, name, style, line)
    subheading = document.styles.add_style(_SUBHEADING, WD_STYLE_TYPE.CHARACTER)
    _set_font(subheading, _SUBHEADING_FONT, _SIZE_3)
    _show(subheading)
    _add_table_style(document)
    section, (width, height) = document.sections[0], _PAGE
    section.page_width, section.page_height = width, height
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = _TOP, _BOTTOM, _LEFT, _RIGHT
    section.footer_distance = _FOOTER
    for grid in section._sectPr.findall(qn("w:docGrid")):  # to which office programs snap each in its own way
        section._sectPr.remove(grid)
    document.settings.odd_and_even_pages_header_footer = True
    _add_page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _add_page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _add_fonts(document: Document) -> None:
    """Add the table of fonts, which names another one for each that a computer may lack."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{font.instead}"/><w:panose1 w:val="{font.panose}"/>'
        f'<w:charset w:val="86"/><w:family w:val="{font.family}"/><w:pitch w:val="default"/></w:font>'
        for name, font in _FONTS.items()
    )
    data = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    part = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, data.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _set_defaults(document: Document, line: Length) -> None:
    """Set the usual language and font, which what the office adds has, too."""
    styles = document.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    defaults.getparent().replace(
        defaults,
        parse_xml(
            f'<w:docDefaults {nsdecls("w")}><w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="zh-CN" '
            'w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        ),
    )
    usual = document.styles["Normal"]
    assert isinstance(usual, ParagraphStyle)
    _set_font(usual, _BODY_FONT, _SIZE_3)
    _set_lines(usual, _Style(), line)
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # as Word of 2013 and later ones lays it out


def _add_style(document: Document, name: str, style: _Style, line: Length) -> None:
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(made, ParagraphStyle)
    made.base_style = document.styles["Normal"]
    _set_font(made, style.font, style.size)
    _set_lines(made, style, line)
    if style.outline is not None:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(style.outline))
        made.element.get_or_add_pPr().append(outline)
    _show(made)


def _set_lines(made: ParagraphStyle, style: _Style, line: Length) -> None:
    layout = made.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(style.line) if style.line else line
    layout.space_before, layout.space_after = Emu(style.before * line), Emu(style.after * line)
    layout.alignment, layout.keep_with_next, layout.widow_control = style.alignment, style.stays, False
    _indent(made, first=style.first, right=style.right)


def _set_font(style: CharacterStyle, name: str, size: Length) -> None:
    """Set a font for Chinese and for all else: quotation marks are the same characters in both."""
    style.font.name, style.font.size = name, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)
    if size == _SIZE_3:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(-_NARROWER))
        style.element.rPr.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _show(style: BaseStyle) -> None:
    """Have a style stand among those to choose from."""
    style.hidden, style.quick_style, style.priority = False, True, 1


def _add_table_style(document: Document) -> None:
    style = document.styles.add_style(_TABLE, WD_STYLE_TYPE.TABLE)
    style.base_style = document.styles["Normal Table"]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    style.element.append(
        parse_xml(
            f'<w:tblPr {nsdecls("w")}><w:tblBorders>{lines}</w:tblBorders><w:tblCellMar><w:left w:w="28" w:type="dxa"/>'
            '<w:right w:w="28" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    style.element.append(parse_xml(f'<w:tcPr {nsdecls("w")}><w:vAlign w:val="center"/></w:tcPr>'))
    _show(style)


def _add_page_number(footer: Any, alignment: WD_ALIGN_PARAGRAPH) -> None:
    """Put the number of the page at the foot, between two lines, one character from the edge of the text."""
    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = _PAGE_NUMBER, alignment
    _indent(paragraph, left=1, right=1)
    _run(paragraph, "— ")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), " PAGE ")
    number.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>1</w:t></w:r>"))
    paragraph._element.append(number)
    _run(paragraph, " —")


# -- as a file --------------------------------------------------------------------------------------------


def _package(document: Document, title: str) -> bytes:
    """Return a document as the bytes of a file: equal ones for equal content."""
    about, now = document.core_properties, run_time().replace(tzinfo=None)
    about.title, about.author, about.comments, about.last_modified_by = title, "stattable", "", "stattable"
    about.created = about.modified = now
    about.language, about.revision = "zh-CN", 1
    made, packed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for part in parts.infolist():
            package.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
