"""The colours of an .xlsx: by their own red, green and blue, by its theme, by tint, and by number."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.colours import BLACK, PALETTE, WHITE, Colour, from_hex
from stattable.formats.xml import local_name

_THEME_ORDER: Final = "lt1 dk1 lt2 dk2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink".split()
_WINDOW: Final = {"window": WHITE, "windowText": BLACK}
_WINDOW_NUMBERS: Final = {64: BLACK, 65: WHITE}  # the window's text and background, among the numbered colours
_USUAL_THEME: Final[Sequence[Colour]] = (WHITE, BLACK, *[from_hex(one) for one in (
    "E7E6E6 44546A 5B9BD5 ED7D31 A5A5A5 FFC000 4472C4 70AD47 0563C1 954F72".split()
)])  # fmt: skip


class Colours:
    """The colours of a workbook: those of its theme, and its palette.

    Args:
        theme: the part, ``b""`` where there is none.
        own: the element of the styles that has colours of the workbook's own, or None.
    """

    def __init__(self, theme: bytes, own: ElementTree.Element | None = None) -> None:
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

    def ink(self, font: ElementTree.Element) -> Colour:
        """Return the colour of a font."""
        colour = next((part for part in font if local_name(part.tag) == "color"), None)
        return self.of(colour, BLACK) if colour is not None else BLACK

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
        return self.of(colour, BLACK) if colour is not None else BLACK

    def _numbered(self, number: int, otherwise: Colour) -> Colour:
        if number in _WINDOW_NUMBERS:
            return _WINDOW_NUMBERS[number]
        palette = self._palette or PALETTE
        return palette[number] if number < len(palette) else otherwise


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
