"""Colours, as far as it matters here: whether a text can be told from its background."""

from typing import Final

Colour = tuple[int, int, int]  # red, green, blue

WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)

_ALIKE: Final = 12  # colours whose parts differ by no more than this cannot be told apart


def alike(one: Colour, other: Colour) -> bool:
    """Whether nobody can tell the two apart."""
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))


def from_hex(digits: str) -> Colour:
    """Return the colour that six hexadecimal digits name."""
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


# The colours that Excel knows by number, from 8 on; those before are the same as the first eight of them.
_EGA: Final = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF"
PALETTE: Final = tuple(map(from_hex, (
    f"{_EGA} {_EGA} 800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF "
    "660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC "
    "FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 "
    "003300 333300 993300 993366 333399 333333"
).split()))  # fmt: skip
