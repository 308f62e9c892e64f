"""Which cells of an .xlsx of ours are not to be read as what they hold, by their fonts, colours, formats and alignment.

A return may be formatted as its sender likes, and only what hides or changes a figure is of interest there. A merged
workbook has few styles: what is none that a clerk or a program would make of them is named.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.colours import BLACK, WHITE, Colour
from stattable.formats.inspection.number_formats import BUILT_IN, shows_another_number
from stattable.formats.inspection.xlsx_cells import cells
from stattable.formats.inspection.xlsx_colours import Colours
from stattable.formats.inspection.xlsx_strings import shared_strings
from stattable.formats.sheet import Cell
from stattable.formats.xml import local_name

_SIZES: Final = (6.0, 48.0)  # points, that can be read
_PICTURES: Final = re.compile(r"^@|wingdings|webdings|symbol|dingbats|marlett|mt extra", re.IGNORECASE)  # no letters
_LEAST_CONTRAST: Final = 60  # of 255, between a text and what it stands on
_DEEPEST_INDENT: Final = 15
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
    colours = Colours(theme, parts.get("colors"))
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
    colours = Colours(theme)
    return frozenset(number for number, item in shared_strings(strings) if _is_illegible(item, colours))


def illegible_cells(
    content: bytes, styles: Mapping[int, str], strings: frozenset[int], theme: bytes
) -> dict[Cell, str]:
    """Return the cells of a sheet's part that hold something and cannot be read as that, and why."""
    colours, illegible = Colours(theme), {}
    for at, cell, _ in cells(content):
        value = next((part.text for part in cell if local_name(part.tag) == "v"), None)
        inline = next((part for part in cell if local_name(part.tag) == "is"), None)
        reason = styles.get(int(cell.get("s") or 0))
        if (cell.get("t") == "s" and value and int(value) in strings) or (
            inline is not None and _is_illegible(inline, colours)
        ):
            reason = reason or "font"
        if reason and (value or inline is not None):
            illegible[at] = reason
    return illegible


def _is_illegible(item: ElementTree.Element, colours: Colours) -> bool:
    runs = (part for run in item.iter() if local_name(run.tag) == "r" for part in run if local_name(part.tag) == "rPr")
    is_annotated = any(local_name(part.tag) == "rPh" for part in item)
    return is_annotated or any(_font_fault(run, colours, WHITE) for run in runs)


def _font_fault(font: ElementTree.Element | None, colours: Colours, paper: Colour | None) -> str | None:
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
