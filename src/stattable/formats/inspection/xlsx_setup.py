"""How a sheet of an .xlsx as a whole is shown and printed: what its part and the workbook's say beside the cells."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS, Margin, Setup

LOWEST_ROW: Final = 3.1  # points: nothing can be read in a row that is lower
NARROWEST_COLUMN: Final = 1.5  # characters
_LINE: Final = re.compile(rb"<(?:\w+:)?(row|col)\s([^>]*)>")
_NUMBER: Final = re.compile(rb"(?:^|\s)r\s*=\s*[\"'](\d+)")
_MAY_BE_HIDDEN: Final = re.compile(rb"(?:^|\s)(?:ht|hidden)\s*=")
_SAYS: Final = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_EXTRAS: Final[Mapping[str, re.Pattern[bytes]]] = {
    "conditional": re.compile(rb"<(?:\w+:)?(?:conditionalFormatting|sparklineGroup|tableParts)[\s>]"),
    "objects": re.compile(rb"<(?:\w+:)?(?:picture|oleObjects|controls|legacyDrawingHF)[\s>/]"),
    "comments": re.compile(rb"<(?:\w+:)?legacyDrawing[\s>/]"),
    "prompts": re.compile(rb"<(?:\w+:)?dataValidation\s"),
    "links": re.compile(rb"<(?:\w+:)?hyperlink\s"),
    "view": re.compile(
        rb"(?:showFormulas|rightToLeft)\s*=\s*[\"'](?:1|true)[\"']|showOutlineSymbols\s*=\s*[\"'](?:0|false)[\"']"
        rb"|\s(?:ySplit|xSplit)\s*=\s*[\"'](?:[4-9]\d|\d{3,})|\sdefaultColWidth\s*=\s*[\"'](?:0|1(?:\.[0-4]|[\"']))"
        rb"|<(?:\w+:)?sheetView\s[^>]*topLeftCell\s*=\s*[\"'](?!A1[\"'])[^>]*>\s*<(?:\w+:)?pane\s"
    ),
    "scale": re.compile(rb"\sscale\s*=\s*[\"'][12]?\d[\"']"),  # percent
    "zeros": re.compile(rb"showZeros\s*=\s*[\"'](?:0|false)[\"']"),
}
_ELEMENT: Final = re.compile(rb"<(\w+(?::\w+)?)")
_USUAL_ELEMENTS: Final = frozenset(  # of a sheet around its cells; those that are looked at elsewhere among them
    b"""
    worksheet sheetPr tabColor outlinePr pageSetUpPr dimension sheetViews sheetView pane selection sheetFormatPr cols
    col sheetData sheetProtection autoFilter filterColumn filters filter customFilters customFilter dateGroupItem
    colorFilter sortState sortCondition mergeCells mergeCell phoneticPr hyperlinks hyperlink printOptions pageMargins
    pageSetup headerFooter oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter rowBreaks colBreaks brk
    ignoredErrors ignoredError drawing legacyDrawing legacyDrawingHF picture oleObjects controls tableParts tablePart
    dataValidations dataValidation formula1 formula2 conditionalFormatting cfRule formula
    """.split()
)
_FILTERED: Final = re.compile(rb"<(?:\w+:)?filterColumn(?![^>]*hiddenButton)[\s>]")
_MARGIN: Final = re.compile(rb"<(?:\w+:)?(odd|even|first)(Header|Footer)(?:\s[^>]*)?>([^<]*)(?=<)")
_DIFFERENT: Final[Mapping[str, re.Pattern[bytes]]] = {
    "even": re.compile(rb"differentOddEven\s*=\s*[\"'](?:1|true)[\"']"),
    "first": re.compile(rb"differentFirst\s*=\s*[\"'](?:1|true)[\"']"),
}
# Of fonts, what leaves a text to be read: no light colour, no small size, no line through it.
_CODE: Final = re.compile(r'&(?:"[^"]*"|K(?:(?:[0-7][0-9A-Fa-f]){3}|01\+000)|[6-9](?!\d)|[1-9]\d+|[BIUEbiue])')
_PART: Final = re.compile(r"&([LCR])")
_NAME: Final = re.compile(rb"<(?:\w+:)?definedName\s([^>]*)>([^<]*)<")
# A picture or a shape; in a drawing of the old kind, what is no comment, or one that does not wait to be pointed at. A
# drawing may hold nothing: some programs write one for the arrows of a filter.
_LIES_THERE: Final = re.compile(
    rb"(?:oneCell|twoCell|absolute)Anchor[\s>]|ObjectType\s*=\s*[\"'](?!Note)|visibility\s*:\s*visible|<x:Visible",
    re.IGNORECASE,
)
_SHAPE: Final = re.compile(rb"<(?:\w+:)?(?:sp|graphicFrame|cxnSp|grpSp|contentPart)[\s>]")
_NO_TABS: Final = re.compile(rb"showSheetTabs\s*=\s*[\"'](?:0|false)[\"']")
_DEFAULTS: Final = re.compile(rb"<(?:\w+:)?sheetFormatPr\s([^>]*)>")


def setup_of(content: bytes, book: bytes, place: int, drawings: Sequence[bytes]) -> Setup:
    """Return how a sheet is shown and printed.

    Args:
        content: the sheet's part.
        book: the workbook's part, which says what is printed.
        place: of the sheet in the workbook, from 0.
        drawings: the parts of what is drawn on the sheet.
    """
    around = _around_cells(content)
    extras = {name for name, mark in _EXTRAS.items() if mark.search(around)}
    names = {name.rpartition(b":")[2] for name in _ELEMENT.findall(around)}
    if not names <= _USUAL_ELEMENTS and "conditional" not in extras:  # which has elements of its own
        extras.add("odd")
    if any(map(_LIES_THERE.search, drawings)):
        extras.add("objects")
    if any(map(_SHAPE.search, drawings)):
        extras.add("shapes")
    if _NO_TABS.search(book):
        extras.add("view")
    rows, columns, outlined = _lines(content)
    area, repeated = (_defined(book, place, name) for name in (b"_xlnm.Print_Area", b"_xlnm.Print_Titles"))
    margins = frozenset(_margins(around))
    return Setup(rows, columns, bool(_FILTERED.search(around)), frozenset(extras), area, repeated, margins, outlined)


def _around_cells(content: bytes) -> bytes:
    """Return a sheet's part without its cells, which say nothing of the sheet as a whole."""
    start, end = content.find(b"sheetData>"), content.rfind(b"sheetData>")
    return content[:start] + content[end:] if start >= 0 else content


def _lines(content: bytes) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Return the rows and the columns that cannot be seen, and which of the rows a group of the outline can show."""
    rows, columns, outlined, row = set[int](), set[int](), set[int](), 0
    by_default = _are_low_by_default(content)
    for match in _LINE.finditer(content):
        is_row = match[1] == b"row"
        if is_row:
            number = _NUMBER.search(match[2])
            row = int(number[1]) if number else row + 1
            if not by_default and not _MAY_BE_HIDDEN.search(match[2]):  # nearly all of a province's
                continue
        said = {key: value.decode("ascii", "replace") for key, value in _SAYS.findall(match[2])}
        if not is_row and _is_hidden_or_tiny(said, b"width", NARROWEST_COLUMN):
            columns.update(range(int(said.get(b"min") or 1), min(int(said.get(b"max") or 1), MAX_COLUMNS) + 1))
        elif is_row and (_is_hidden_or_tiny(said, b"ht", LOWEST_ROW) or (by_default and b"ht" not in said)):
            rows.add(row)
            if said.get(b"outlineLevel", "0") != "0":
                outlined.add(row)
    return frozenset(rows), frozenset(columns), frozenset(outlined)


def _are_low_by_default(content: bytes) -> bool:
    """Whether rows that say nothing of their height are hidden, or too low to be read."""
    match = _DEFAULTS.search(content[: content.find(b"sheetData")])
    said = dict(_SAYS.findall(match[1])) if match else {}
    if said.get(b"zeroHeight") in {b"1", b"true"}:
        return True
    return said.get(b"customHeight") in {b"1", b"true"} and float(said.get(b"defaultRowHeight") or 15) < LOWEST_ROW


def _is_hidden_or_tiny(said: Mapping[bytes, str], measure: bytes, least: float) -> bool:
    size = said.get(measure)
    return said.get(b"hidden") in {"1", "true"} or (size is not None and float(size) < least)


def _defined(book: bytes, place: int, name: bytes) -> str:
    """Return what a name of a sheet stands for, without the sheet's name in front; ``""`` where there is none."""
    for match in _NAME.finditer(book):
        said = dict(_SAYS.findall(match[1]))
        if said.get(b"name", b"").lower() == name.lower() and said.get(b"localSheetId") == str(place).encode():
            areas = html.unescape(match[2].decode("utf-8", "replace")).split(",")
            return ",".join(sorted(area.rpartition("!")[2].upper() for area in areas))
    return ""


def _margins(content: bytes) -> Iterator[Margin]:
    """Yield the texts of header and footer, those of first and even pages where these have their own."""
    own = {which: list[Margin]() for which, mark in _DIFFERENT.items() if mark.search(content)}
    for which, what, raw in _MARGIN.findall(content):
        parts = [*margin_parts(what.decode().lower(), html.unescape(raw.decode("utf-8", "replace")))]
        if which == b"odd":
            yield from parts
        elif which.decode() in own:
            own[which.decode()] += parts
    for which, parts in own.items():
        yield from parts or [("page", which, "")]  # with nothing in its margins


def margin_parts(what: str, text: str) -> Iterator[Margin]:
    """Yield the parts of a header or footer that say something, without their fonts."""
    pieces = _PART.split(_CODE.sub("", text))
    for part, said in zip(("C", *pieces[1::2]), pieces[::2], strict=True):
        if said.strip():
            yield what, part, " ".join(said.split())
