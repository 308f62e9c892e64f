"""The codes in a grey picture, in reading order."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from stattable.libraries import has

if TYPE_CHECKING:
    from PIL import Image
    from zxingcpp import Barcode


def read_payloads(grey: "Image.Image") -> list[str]:
    """Return the texts of a picture's QR codes, each once, in reading order; those of the first form that has any.

    Without zxing-cpp there are none.
    """
    if not has("zxingcpp"):
        return []
    import zxingcpp

    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for form in _forms(grey):
        if codes := zxingcpp.read_barcodes(form, formats=wanted):
            return list(dict.fromkeys(map(_text, _in_reading_order(codes))))
    return []


# Pixels of the longer side. A larger picture is also tried at these sizes, which remove noise and a screen's grid; a
# small one is also tried larger, which codes of two or three pixels a module need.
_REDUCED: Final = (1600, 800, 400)
_SMALL: Final = 800


def _forms(grey: "Image.Image") -> Iterator["Image.Image"]:
    """Yield the forms of a picture in which its codes may be read; zxing-cpp itself tries each inverted, too.

    The forms and their order were measured on 1,500 made pictures: small, turned, blurred, noisy, unevenly lit.
    """
    from PIL import Image, ImageFilter, ImageOps

    yield grey
    clear = ImageOps.autocontrast(grey, cutoff=2)
    yield clear
    for side in _REDUCED:
        if max(grey.size) > side:
            reduced = clear.copy()
            reduced.thumbnail((side, side), Image.Resampling.BICUBIC)
            yield reduced
    if max(grey.size) <= _SMALL:
        yield ImageOps.scale(clear, 2, Image.Resampling.LANCZOS)
        yield ImageOps.scale(clear.reduce(2), 4, Image.Resampling.BICUBIC)
    if max(grey.size) <= _SMALL // 2:
        yield ImageOps.scale(clear, 4, Image.Resampling.BICUBIC)
        yield ImageOps.scale(clear, 3, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))


def _in_reading_order(codes: "Iterable[Barcode]") -> "list[Barcode]":
    """Sort codes by lines, each from the left; a code that begins in the upper half of another is in its line."""

    def place(code: "Barcode") -> tuple[int, int, int]:
        at = code.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        top, bottom = min(corner.y for corner in corners), max(corner.y for corner in corners)
        return top, (top + bottom) // 2, min(corner.x for corner in corners)

    lines: list[tuple[int, list[Barcode]]] = []
    for code in sorted(codes, key=place):
        top, middle, _ = place(code)
        if lines and top < lines[-1][0]:
            lines[-1][1].append(code)
        else:
            lines.append((middle, [code]))
    return [code for _, line in lines for code in sorted(line, key=lambda code: place(code)[2])]


_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff]")


def _text(code: "Barcode") -> str:
    """Return the text of a code, decoded as UTF-8, else as GB 18030, unless the code names another encoding.

    Where a code names none, zxing-cpp takes GBK for Japanese or Western letters.
    """
    for encoding in ("utf-8", "gb18030"):
        if encoding != "utf-8" and _IDEOGRAPH.search(code.text):
            break
        try:
            return code.bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
    return code.text
