"""A picture as it is embedded again, small and square."""

import io
from typing import TYPE_CHECKING, Final

from stattable.libraries import has
from stattable.qr.decode import read_payloads

if TYPE_CHECKING:
    from PIL import Image


SIDE: Final = 300  # pixels: the side of the picture that is embedded again
_SIDES: Final = (SIDE, 2 * SIDE, 4 * SIDE, 8 * SIDE)


def thumbnail(picture: "Image.Image", payloads: set[str]) -> bytes:
    """Return `picture` as a PNG of the smallest of several sizes at which `payloads` can be read.

    Without zxing-cpp nobody knows of any: then the picture keeps its size, up to the largest of them.
    """
    longest = max(picture.size)
    if not has("zxingcpp"):
        return _png(_on_square(picture, min(longest, _SIDES[-1])))
    for side in (*(side for side in _SIDES if side < longest), longest):
        few = _few_colours(_on_square(picture, side))
        if not payloads or set(read_payloads(few.convert("L"))) == payloads:
            return _png(few)
    return _png(_on_square(picture, longest))


def _on_square(picture: "Image.Image", side: int) -> "Image.Image":
    from PIL import Image

    longest = max(picture.size)
    if longest > side:
        width, height = (max(1, round(length * side / longest)) for length in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if picture.width == picture.height:
        return picture
    square = Image.new(picture.mode, (side, side), "white")
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


_GREYS: Final = 16  # 4 bits a pixel
_COLOURS: Final = 128
_WHITE: Final = 248  # and lighter: paper, once there are few colours


def _few_colours(picture: "Image.Image") -> "Image.Image":
    """Return a picture in black and white, 16 greys or 128 colours, which looks the same with a third of the bytes."""
    from PIL import Image

    if picture.mode == "RGB":
        few = picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        colours = bytes(few.getpalette() or ())
        triples = (colours[at : at + 3] for at in range(0, len(colours), 3))
        few.putpalette(b"".join(b"\xff" * 3 if min(colour) >= _WHITE else colour for colour in triples))
        return few
    if {value for _, value in picture.getcolors(256) or ()} <= {0, 255}:
        return picture.convert("1", dither=Image.Dither.NONE)
    step = 255 // (_GREYS - 1)
    few = picture.point([round(value / step) for value in range(256)])
    few.putpalette(bytes(grey * step for grey in range(_GREYS) for _ in "RGB"))
    return few


_LEVEL: Final = 6  # of zlib; 9 takes eleven times as long and saves a fifteenth


def _png(picture: "Image.Image") -> bytes:
    file = io.BytesIO()
    picture.info = {}
    picture.save(file, "PNG", compress_level=_LEVEL)
    return file.getvalue()
