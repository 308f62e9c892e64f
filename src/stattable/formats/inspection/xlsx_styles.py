"""The styles of an .xlsx: which of them do not show what is in a cell."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree import ElementTree

from stattable.formats.inspection.colours import BLACK, PALETTE, WHITE, Colour, alike, from_hex
from stattable.formats.inspection.number_formats import BUILT_IN, is_odd
from stattable.formats.package import Packed
from stattable.formats.xml import local_name

_THEME: Final = {0: WHITE, 1: BLACK}
_TINTED: Final = 0.05  # a tint that is seen
_SYSTEM: Final = {64: BLACK, 65: WHITE}  # the window's text and background, among the numbered colours


class OddStyle(NamedTuple):
    """A cell style that does not show what is in the cell: why it is not seen, or a number format."""

    unseen: str | None
    format: str | None


@lru_cache(maxsize=256)
def odd_styles(styles: Packed) -> Mapping[int, OddStyle]:
    """Return the cell styles that do not show what is in a cell, by their number.

    Kept for the styles that were seen last: the returns made from one blank have the same ones.

    Args:
        styles: the part ``xl/styles.xml``.
    """
    parts = {local_name(part.tag): part for part in ElementTree.fromstring(styles.content())}
    codes = dict(BUILT_IN)
    codes.update({int(one.get("numFmtId") or 0): one.get("formatCode") or "" for one in parts.get("numFmts", ())})
    fonts = [_colour(_child(font, "color"), BLACK) for font in parts.get("fonts", ())]
    struck = {str(number) for number, font in enumerate(parts.get("fonts", ())) if any(map(is_struck, font))}
    fills = [_background(fill) for fill in parts.get("fills", ())]
    odd = {}
    for number, style in enumerate(parts.get("cellXfs", ())):
        code = codes.get(int(style.get("numFmtId") or 0), "")
        ink, paper = _at(fonts, style.get("fontId"), BLACK), _at(fills, style.get("fillId"), WHITE)
        unseen = "colour" if ink and paper and alike(ink, paper) else None
        if style.get("fontId") in struck:
            unseen = "struck"
        if unseen or is_odd(code):
            odd[number] = OddStyle(unseen, code if is_odd(code) else None)
    return odd


def _at(colours: Sequence[Colour | None], number: str | None, otherwise: Colour) -> Colour | None:
    index = int(number or 0)
    return colours[index] if index < len(colours) else otherwise


def _background(fill: ElementTree.Element) -> Colour | None:
    """Return a fill's colour; None where it is a pattern or a gradient, on which a text is seen somehow."""
    pattern = _child(fill, "patternFill")
    if pattern is None:
        return None if len(fill) else WHITE
    kind = pattern.get("patternType") or "none"
    return _colour(_child(pattern, "fgColor"), BLACK) if kind == "solid" else WHITE if kind == "none" else None


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((part for part in element if local_name(part.tag) == name), None)


def _colour(colour: ElementTree.Element | None, otherwise: Colour) -> Colour | None:
    """Return a colour, or None where only the theme knows it."""
    if colour is None:
        return otherwise
    if rgb := re.fullmatch("(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})", colour.get("rgb") or ""):
        return from_hex(rgb[1])
    if abs(float(colour.get("tint") or 0)) > _TINTED:
        return None
    if theme := colour.get("theme"):
        return _THEME.get(int(theme))
    number = int(colour.get("indexed") or 64)
    if number in _SYSTEM:
        return _SYSTEM[number]
    return PALETTE[number % 8 if number < 8 else number - 8] if number < len(PALETTE) + 8 else otherwise


def is_struck(mark: ElementTree.Element) -> bool:
    """Whether an element among a font's or a run's properties strikes the text out."""
    return local_name(mark.tag) == "strike" and mark.get("val") not in {"0", "false"}
