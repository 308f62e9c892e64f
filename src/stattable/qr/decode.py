"""The codes in a grey picture, in reading order."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image
    from zxingcpp import Barcode


def _payloads(grey: "Image.Image") -> list[str]:
    """Return what the QR codes of a picture say, each once, in reading order: the first attempt that finds any."""
    import zxingcpp

    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for attempt in _attempts(grey):
        if found := zxingcpp.read_barcodes(attempt, formats=wanted):
            return list(dict.fromkeys(_text(one) for one in _in_reading_order(found)))
    return []


# Pixels of the longer side. What is larger than one of these is also tried at that size, where neither noise nor a
# screen's grid is left. What is small is also tried larger, as codes of two or three pixels a module need it.
_REDUCED: Final = (1600, 800, 400)


_SMALL: Final = 800


def _attempts(grey: "Image.Image") -> Iterator["Image.Image"]:
    """Give a picture in the forms in which its codes may be found; zxing-cpp itself looks for inverted ones in each.

    Which forms, and in which order, was measured on 1,500 made pictures: small, turned, blurred, noisy, unevenly lit.
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


def _in_reading_order(found: "Iterable[Barcode]") -> "list[Barcode]":
    """Sort codes by lines from the top, in a line from the left; what begins in a code's upper half is beside it."""

    def place(one: "Barcode") -> tuple[int, int, int]:
        at = one.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        top, bottom = min(corner.y for corner in corners), max(corner.y for corner in corners)
        return top, (top + bottom) // 2, min(corner.x for corner in corners)

    lines: list[tuple[int, list[Barcode]]] = []
    for one in sorted(found, key=place):
        top, middle, _ = place(one)
        if lines and top < lines[-1][0]:
            lines[-1][1].append(one)
        else:
            lines.append((middle, [one]))
    return [one for _, line in lines for one in sorted(line, key=lambda one: place(one)[2])]


_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff]")


def _text(found: "Barcode") -> str:
    """Return the text of a code: UTF-8 where its bytes are, else GB 18030, unless the code itself says another.

    zxing-cpp knows only what a code says; for one that says nothing it takes GBK for Japanese or Western letters.
    """
    for encoding in ("utf-8", "gb18030"):
        if encoding != "utf-8" and _IDEOGRAPH.search(found.text):
            break
        try:
            return found.bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
    return found.text
