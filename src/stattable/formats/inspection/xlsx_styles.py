"""The styles of an .xlsx: which of them do not show what is in a cell."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree import ElementTree

from stattable.formats.inspection.colours import BLACK, WHITE, Colour, alike
from stattable.formats.inspection.number_formats import BUILT_IN, is_odd
from stattable.formats.inspection.xlsx_colours import Colours
from stattable.formats.inspection.xlsx_strings import is_struck
from stattable.formats.package import Packed
from stattable.formats.xml import local_name


class OddStyle(NamedTuple):
    """A cell style that does not show what is in the cell: what it is hidden by, or a number format."""

    hidden_by: str | None
    format: str | None


AS_IT_IS: Final = OddStyle(None, None)


@lru_cache(maxsize=256)
def odd_styles(styles: Packed, theme: Packed | None) -> Mapping[int, OddStyle]:
    """Return the cell styles that do not show what is in a cell, by their number.

    Kept for the styles that were seen last: the returns made from one blank have the same ones.

    Args:
        styles: the part ``xl/styles.xml``.
        theme: the part with the theme, or None.
    """
    parts = {local_name(part.tag): part for part in ElementTree.fromstring(styles.content())}
    codes = dict(BUILT_IN)
    codes.update({int(one.get("numFmtId") or 0): one.get("formatCode") or "" for one in parts.get("numFmts", ())})
    colours = Colours(theme.content() if theme else b"", parts.get("colors"))
    fonts = [colours.ink(font) for font in parts.get("fonts", ())]
    struck = {str(number) for number, font in enumerate(parts.get("fonts", ())) if any(map(is_struck, font))}
    fills = [colours.paper(fill) for fill in parts.get("fills", ())]
    odd = {}
    for number, style in enumerate(parts.get("cellXfs", ())):
        code = codes.get(int(style.get("numFmtId") or 0), "")
        ink, paper = _at(fonts, style.get("fontId"), BLACK), _at(fills, style.get("fillId"), WHITE)
        hidden_by = "colour" if ink and paper and alike(ink, paper) else None
        if style.get("fontId") in struck:
            hidden_by = "struck"
        if hidden_by or is_odd(code):
            odd[number] = OddStyle(hidden_by, code if is_odd(code) else None)
    return odd


def _at(colours: Sequence[Colour | None], number: str | None, otherwise: Colour) -> Colour | None:
    index = int(number or 0)
    return colours[index] if index < len(colours) else otherwise
