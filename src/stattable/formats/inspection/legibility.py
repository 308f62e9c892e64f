"""Which cells of an .xlsx of ours are not to be read as what they hold, by their fonts, colours, formats and alignment.

A return may be formatted as its sender likes, and only what hides or changes a figure is of interest there. A merged
workbook has few styles: what is none that a clerk or a program would make of them is named.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.colours import BLACK, PALETTE, WHITE, Colour, from_hex
from stattable.formats.inspection.number_formats import BUILT_IN, shows_another_number
from stattable.formats.sheet import Cell
from stattable.formats.xml import local_name
from stattable.model.cell_names import cell_at

Theme = Sequence[Colour]

_SIZES: Final = (6.0, 48.0)  # points, that can be read
_PICTURES: Final = re.compile(r"^@|wingdings|webdings|symbol|dingbats|marlett|mt extra", re.IGNORECASE)  # no letters
_LEAST_CONTRAST: Final = 60  # of 255, between a text and what it stands on
_DEEPEST_INDENT: Final = 15
_THEME_ORDER: Final = "lt1 dk1 lt2 dk2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink".split()
_WINDOW: Final = {"window": WHITE, "windowText": BLACK}
_USUAL_THEME: Final[Theme] = (WHITE, BLACK, *[from_hex(one) for one in (
    "E7E6E6 44546A 5B9BD5 ED7D31 A5A5A5 FFC000 4472C4 70AD47 0563C1 954F72".split()
)])  # fmt: skip
# What a format is made of that shows a number, a text or a date as it is: places for digits, padding, harmless words.
_HARMLESS: Final = re.compile(
    r'_.|\* |"[人场次篇个件条年月日\-— ]*"|\\[年月日\-— ()]'
    r"|\[(?:black|blue|red|green|黑色|蓝色|红色|绿色)\]|\[\$-[0-9a-f]+\]",
    re.IGNORECASE,
)
_FORMATTED: Final = re.compile(rb"<(?:\w+:)?r(?:Pr|Ph)[\s>/]")  # a run with a format, or what stands over a text
_DASH: Final = '"-"'
_NUMBER_OR_TEXT: Final = re.compile(r"[-+() ]*(?:[#?0,]+(?:\.[0#?]*)?|General|G/通用格式|@|-)[-+() ]*", re.IGNORECASE)
_DATE: Final = re.compile(r"[ymd年月日/\-. ]+|@", re.IGNORECASE)


def illegible_styles(styles: bytes, theme: bytes) -> dict[int, str]:
    """Return the cell styles that are no usual ones, by their number: by ``format``, ``colour``, ``font``, ``struck``.

    Args:
        styles: the part ``xl/styles.xml``.
        theme: the part with the theme, ``b""`` where there is none.
    """
    parts = {local_name(part.tag): part for part in ElementTree.fromstring(styles)}
    colours = _Colours(theme, parts.get("colors"))
    codes = dict(BUILT_IN)
    codes.update({int(one.get("numFmtId") or 0): one.get("formatCode") or "" for one in parts.get("numFmts", ())})
    fonts, fills = list(parts.get("fonts", ())), list(parts.get("fills", ()))
    illegible = {}
    for number, style in enumerate(parts.get("cellXfs", ())):
        font, fill = _at(fonts, style.get("fontId")), _at(fills, style.get("fillId"))
        code = codes.get(int(style.get("numFmtId") or 0), "")
        paper = colours.paper(fill)
        reason = _font_fault(font, colours, paper) or ("font" if any(map(_is_odd_alignment, style)) else None)
        if reason or not _is_usual(code):
            illegible[number] = reason or "format"
    return illegible


def illegible_strings(strings: bytes, theme: bytes) -> frozenset[int]:
    """Return the numbers of the shared strings that have runs which cannot be read, or a text over the text."""
    if not _FORMATTED.search(strings):
        return frozenset()
    colours = _Colours(theme, None)
    items = [item for item in ElementTree.fromstring(strings) if local_name(item.tag) == "si"]
    return frozenset(number for number, item in enumerate(items) if _is_illegible(item, colours))


def illegible_cells(
    content: bytes, styles: Mapping[int, str], strings: frozenset[int], theme: bytes
) -> dict[Cell, str]:
    """Return the cells of a sheet's part that hold something and cannot be read as that, and why."""
    colours, cells = _Colours(theme, None), {}
    for _, element in ElementTree.iterparse(io.BytesIO(content), ("end",)):
        if local_name(element.tag) != "c":
            continue
        value = next((part.text for part in element if local_name(part.tag) == "v"), None)
        inline = next((part for part in element if local_name(part.tag) == "is"), None)
        reason = styles.get(int(element.get("s") or 0))
        if (element.get("t") == "s" and value and int(value) in strings) or (
            inline is not None and _is_illegible(inline, colours)
        ):
            reason = reason or "font"
        if reason and (value or inline is not None):
            cells[cell_at(element.get("r") or "")] = reason
        element.clear()
    return cells


def _is_illegible(item: ElementTree.Element, colours: "_Colours") -> bool:
    runs = (part for run in item.iter() if local_name(run.tag) == "r" for part in run if local_name(part.tag) == "rPr")
    is_annotated = any(local_name(part.tag) == "rPh" for part in item)
    return is_annotated or any(_font_fault(run, colours, WHITE) for run in runs)


def _font_fault(font: ElementTree.Element | None, colours: "_Colours", paper: Colour | None) -> str | None:
    """Return why a text in a font cannot be read on paper of a colour; None where it can, or where none is said."""
    ink = BLACK
    for mark in font if font is not None else ():
        name, value = local_name(mark.tag), mark.get("val") or ""
        if name == "strike" and value not in {"0", "false"}:
            return "struck"
        if name == "sz" and not _SIZES[0] <= float(value or 0) <= _SIZES[1]:
            return "font"
        if name in {"name", "rFont"} and _PICTURES.search(value):
            return "font"
        if name == "vertAlign" and value in {"superscript", "subscript"}:
            return "font"
        if name == "color":
            ink = colours.of(mark, BLACK)
    return None if paper is not None and abs(_light(ink) - _light(paper)) >= _LEAST_CONTRAST else "colour"


def _is_odd_alignment(part: ElementTree.Element) -> bool:
    """Whether a style's alignment repeats, turns or moves away what a cell holds."""
    if local_name(part.tag) != "alignment":
        return False
    turned = part.get("textRotation") not in {None, "0"} or part.get("readingOrder") == "2"
    return part.get("horizontal") == "fill" or turned or int(part.get("indent") or 0) > _DEEPEST_INDENT


def _is_usual(code: str) -> bool:
    if not code:
        return True
    sections = [_HARMLESS.sub("", section).strip() for section in code.split(";")]
    is_plain = all(not one or _NUMBER_OR_TEXT.fullmatch(one) or _DATE.fullmatch(one) for one in sections)
    numbers = (1, 10**9) if _DASH in code else (0, 1, 10**9)  # a zero may be shown as a dash
    return is_plain and not any(shows_another_number(code, number) for number in numbers)


def _at(parts: Sequence[ElementTree.Element], number: str | None) -> ElementTree.Element | None:
    index = int(number or 0)
    return parts[index] if index < len(parts) else None


def _light(colour: Colour) -> float:
    """Return how light a colour is to the eye, of 255."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


class _Colours:
    """The colours of a workbook: those of its theme, and its palette.

    Args:
        theme: the part, ``b""`` where there is none.
        own: the element of the styles that has colours of the workbook's own, or None.
    """

    def __init__(self, theme: bytes, own: ElementTree.Element | None) -> None:
        self._theme = dict(enumerate(_USUAL_THEME))
        self._theme.update(_of_theme(theme))
        indexed = next((part for part in own or () if local_name(part.tag) == "indexedColors"), ())
        self._palette = [from_hex((one.get("rgb") or "000000")[-6:]) for one in indexed]

    def of(self, colour: ElementTree.Element, otherwise: Colour) -> Colour:
        """Return what a colour element names."""
        base = otherwise
        if rgb := re.fullmatch("(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})", colour.get("rgb") or ""):
            base = from_hex(rgb[1])
        elif theme := colour.get("theme"):
            base = self._theme.get(int(theme), WHITE)  # of one that is not there nobody knows
        elif indexed := colour.get("indexed"):
            base = self._numbered(int(indexed), otherwise)
        tint = float(colour.get("tint") or 0)
        red, green, blue = (round(one * (1 + tint) if tint < 0 else one + (255 - one) * tint) for one in base)
        return red, green, blue

    def paper(self, fill: ElementTree.Element | None) -> Colour | None:
        """Return the colour of a fill; None for a pattern or a gradient, on which nobody knows what is seen."""
        parts = list(fill) if fill is not None else []
        pattern = next((part for part in parts if local_name(part.tag) == "patternFill"), None)
        kind = pattern.get("patternType") if pattern is not None else "gradient" if parts else None
        if kind in {None, "none"}:
            return WHITE
        if kind != "solid" or pattern is None:
            return None
        colour = next((part for part in pattern if local_name(part.tag) == "fgColor"), None)
        return self.of(colour, WHITE) if colour is not None else WHITE

    def _numbered(self, number: int, otherwise: Colour) -> Colour:
        if number in {64, 65}:  # the window's text and background
            return BLACK if number == 64 else WHITE
        if self._palette and number < len(self._palette):
            return self._palette[number]
        at = number if number < 8 else number - 8
        return PALETTE[at] if at < len(PALETTE) else otherwise


def _of_theme(theme: bytes) -> Iterator[tuple[int, Colour]]:
    """Yield the colours of a theme, by the numbers that styles know them by."""
    if not theme:
        return
    for element in ElementTree.fromstring(theme).iter():
        name = local_name(element.tag)
        if name in _THEME_ORDER and len(element):
            said = element[0]
            value = said.get("val") or ""
            if local_name(said.tag) == "sysClr":
                last = said.get("lastClr")  # what some programs show; others ask the system
                yield _THEME_ORDER.index(name), from_hex(last) if last else _WINDOW.get(value, BLACK)
            elif re.fullmatch("[0-9A-Fa-f]{6}", value):
                yield _THEME_ORDER.index(name), from_hex(value)
