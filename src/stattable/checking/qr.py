"""One picture's bytes → the QR codes in it and the picture as it is embedded again. Nothing that a code says is opened.

A picture comes from outside: its format is told by its bytes, its size is known before a pixel is decoded, and only the
decoders of Pillow that are named here ever see it. Pillow and zxing-cpp are imported where they are used.
"""

import hashlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL import Image
    from zxingcpp import Barcode

MAX_SIDE: Final = 10_000  # pixels; a picture beyond either is not decoded
MAX_PIXELS: Final = 40_000_000
SIDE: Final = 300  # pixels: the side of the picture that is embedded again

Fault = Literal["svg", "emf", "pixels", "broken", "format"]


class CodeKind(StrEnum):
    """What WeChat and others do with a code."""

    OFFICIAL = "official account"
    PERSONAL = "personal card"
    GROUP = "group"
    PAYMENT = "payment"
    MINI_PROGRAM = "mini program"
    ARTICLE = "article"
    WORK = "work"  # 企业微信
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: the text in it, and what that text is."""

    payload: str
    kind: CodeKind


@dataclass(frozen=True, slots=True)
class Looked:
    """What a picture shows.

    Attributes:
        codes: the QR codes in it, no payload twice, in reading order.
        image: the picture as it is embedded again: a PNG on a white square without metadata, at most `SIDE` pixels wide
            where its codes can still be read; the same pixels give the same bytes. None where it can't be read.
        fault: why it can't be read: ``svg``, ``emf`` (and WMF), more ``pixels`` than are decoded, ``broken``, or a
            ``format`` that is none of those read; else None.
    """

    codes: tuple[Code, ...]
    image: bytes | None
    fault: Fault | None


# What a code starts with; something must follow. Where a kind comes from:
# - official, personal, group, work and payment are the lists by which WeChat's own scanner tells codes apart
#   (com.tencent.mm.plugin.scanner, as decompiled copies on GitHub show it). It takes weixin://qr/ for weixin.qq.com/r/.
#   Personal cards of before about 2016 start with weixin.qq.com/r/ too, and cannot be told from an account's;
# - weixin.qq.com/q/: `url` in the answer of the official accounts' API for codes with parameters (qrcode/create);
# - mp/profile_ext: an account's page in WeChat, which opens as the account does;
# - wxaurl.cn, wxmpurl.cn and weixin://dl/business/: URL Link and URL Scheme of mini programs, in WeChat's developers'
#   documents. The older codes of mini programs are mp.weixin.qq.com/a/~; the round ones are no QR codes;
# - m.q.qq.com/a/: mini programs of QQ. qr.95516.com: UnionPay.
# Left to OTHER on purpose: weixin.qq.com/x/ signs somebody in on a computer, we.qq.com/d/ belongs to a device.
_KINDS: Final = (
    ("//weixin.qq.com/r/", CodeKind.OFFICIAL),
    ("//weixin.qq.com/q/", CodeKind.OFFICIAL),
    ("weixin://qr/", CodeKind.OFFICIAL),
    ("//mp.weixin.qq.com/mp/profile_ext?", CodeKind.OFFICIAL),
    ("//u.wechat.com/", CodeKind.PERSONAL),
    ("//weixin.qq.com/u/", CodeKind.PERSONAL),
    ("//weixin.qq.com/g/", CodeKind.GROUP),
    ("wxp://", CodeKind.PAYMENT),
    ("wxhb://", CodeKind.PAYMENT),
    ("weixin://wxpay/", CodeKind.PAYMENT),
    ("weixin://pay.weixin.qq.com/", CodeKind.PAYMENT),
    ("//wx.tenpay.com/", CodeKind.PAYMENT),
    ("//payapp.weixin.qq.com/", CodeKind.PAYMENT),
    ("//payapp.wechatpay.cn/", CodeKind.PAYMENT),
    ("//qr.alipay.com/", CodeKind.PAYMENT),
    ("//qr.95516.com/", CodeKind.PAYMENT),
    ("//mp.weixin.qq.com/a/~", CodeKind.MINI_PROGRAM),
    ("//wxaurl.cn/", CodeKind.MINI_PROGRAM),
    ("//wxmpurl.cn/", CodeKind.MINI_PROGRAM),
    ("//m.q.qq.com/a/", CodeKind.MINI_PROGRAM),
    ("weixin://dl/business/", CodeKind.MINI_PROGRAM),
    ("weixin://dl/business?", CodeKind.MINI_PROGRAM),
    ("//mp.weixin.qq.com/s/", CodeKind.ARTICLE),
    ("//mp.weixin.qq.com/s?", CodeKind.ARTICLE),
    ("//mp.weixin.qq.com/mp/appmsg/show?", CodeKind.ARTICLE),
    ("//work.weixin.qq.com/", CodeKind.WORK),
)
_ADDRESS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s]+)(\S*)")
_WEB_PORT: Final = re.compile(r":(?:80|443)?$")


def kind_of(payload: str) -> CodeKind:
    """Return what a code with the text `payload` is, by how the text starts.

    White space around it and the case of scheme and host mean nothing; a web address may lack its scheme.
    """
    match = _ADDRESS.fullmatch(payload.strip())
    if not match:
        return CodeKind.OTHER
    scheme, host, rest = (match[1] or "").lower(), match[2].lower(), match[3]
    web = scheme in {"", "http", "https"}
    start = f"//{_WEB_PORT.sub('', host)}{rest}" if web else f"{scheme}://{host}{rest}"
    for prefix, kind in _KINDS:
        if start.startswith(prefix) and len(start) > len(prefix):
            return kind
    return CodeKind.OTHER


_HEAD: Final = 64 * 1024  # bytes within which an SVG says what it is
_BMP_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})  # bytes; what tells a BMP from a text
_SVG: Final = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?svg[\s/>]")
_HTML: Final = re.compile(rb"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)
_GZIP: Final = b"\x1f\x8b"
_WMF: Final = (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00\x00", b"\x02\x00\x09\x00\x00")


def _format_of(data: bytes) -> str:
    """Return the format of a picture by its bytes: Pillow's name in capitals where it is decoded, else the fault."""
    for name, magic in (
        ("PNG", b"\x89PNG\r\n\x1a\n"),
        ("JPEG", b"\xff\xd8\xff"),
        ("GIF", b"GIF87a"),
        ("GIF", b"GIF89a"),
        ("TIFF", b"II*\x00"),
        ("TIFF", b"MM\x00*"),
        ("TIFF", b"II+\x00"),
        ("TIFF", b"MM\x00+"),
        ("ICO", b"\x00\x00\x01\x00"),
    ):
        if data.startswith(magic):
            return name
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    head = data[:_HEAD]
    if head.startswith(_GZIP):  # .svgz, .emz, .wmz
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
        except zlib.error:
            return "format"
    if head.startswith(_WMF) or (head.startswith(b"\x01\x00\x00\x00") and head[40:44] == b" EMF"):
        return "emf"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) & ~1].decode("utf-16", "ignore").encode()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and (svg := _SVG.search(head)):
        return "format" if _HTML.search(head, 0, svg.start()) else "svg"
    return "format"


_KEPT: Final = 256  # pictures
_KEPT_BYTES: Final = 256 * 1024  # of a picture; larger ones are rare, and made again
_seen: Final[dict[bytes, Looked]] = {}


def look_at(data: bytes) -> Looked:
    """Return what a picture shows.

    Args:
        data: the bytes of its file, whatever they are. Pictures looked at before are remembered by their SHA-256.

    Returns:
        Its codes and the picture to embed, or why it can't be read.

    Raises:
        MemoryError: there is not enough memory; nothing else, whatever `data` is.
    """
    key = hashlib.sha256(data).digest()
    if known := _seen.get(key):
        return known
    looked = _look_at(data)
    if len(looked.image or b"") <= _KEPT_BYTES:
        if len(_seen) >= _KEPT:
            _seen.pop(next(iter(_seen)), None)
        _seen[key] = looked
    return looked


def pixels_of(data: bytes) -> int:
    """Return how many pixels a picture says that it has, without decoding any; 0 where it does not say it."""
    kind = _format_of(data)
    if kind in {"svg", "emf", "format"}:
        return 0
    _load_decoders()
    try:
        with _guarded(), _opened(data, kind) as image:
            return int(image.width * image.height)
    except MemoryError:
        raise
    except Exception:  # it is broken, or too large: looking at it will tell, and costs little
        return 0


def _look_at(data: bytes) -> Looked:
    picture = _decoded(data, _format_of(data))
    if isinstance(picture, str):
        return Looked((), None, picture)
    payloads = _payloads(picture.convert("L"))
    return Looked(tuple(Code(one, kind_of(one)) for one in payloads), _embedded(picture, set(payloads)), None)


_WORKING: Final = 12_500_000  # pixels; what has more is made smaller as it is flattened
_STRIP: Final = 1_000_000  # pixels that are flattened at a time: a picture of 40 million is in memory once, not thrice


def _decoded(data: bytes, kind: str) -> "Image.Image | Fault":
    """Return the first frame of a picture: upright, on white, `L` where it is grey and `RGB` where not."""
    from PIL import Image

    match kind:
        case "svg" | "emf" | "format":
            return kind
    _load_decoders()
    try:
        with _guarded():
            upright = _upright(data, kind)
    except Image.DecompressionBombError:
        return "pixels"
    except MemoryError:
        raise
    except Exception:  # Pillow raises whatever a broken file leads it to
        return "broken"
    return "pixels" if upright is None else _grey_if_it_is(upright)


def _upright(data: bytes, kind: str) -> "Image.Image | None":
    """Return the first frame of a picture as its EXIF turns it, on white; None where it is too large."""
    with _opened(data, kind) as image:  # an .ico is decoded here already: what is in it has a size of its own
        if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
            return None
        if kind == "PNG":
            image.verify()  # its checksums, which are not looked at as it is decoded
    with _opened(data, kind) as image:
        image.load()
        turn = _orientation(image)
        flat = _flattened(image)
    return flat if turn is None else flat.transpose(turn)


def _load_decoders() -> None:
    """Register the decoders that are used; Pillow would import all that it has on meeting a less common one."""
    from PIL import (  # noqa: F401
        BmpImagePlugin,
        GifImagePlugin,
        IcoImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )


@contextmanager
def _guarded() -> Iterator[None]:
    """Let Pillow refuse more than `MAX_PIXELS` wherever it meets them, and warn of nothing."""
    import warnings

    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # it warns from here on, and raises from twice as many
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _opened(data: bytes, kind: str) -> "Image.Image":
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=(kind,))


_ORIENTATION: Final = 0x0112  # the tag of EXIF


def _orientation(image: "Image.Image") -> "Image.Transpose | None":
    """Return how a picture is to be turned, as its EXIF says; a broken EXIF says nothing."""
    from PIL.Image import Transpose

    try:
        told = image.getexif().get(_ORIENTATION)
    except Exception:  # as above; the picture itself is sound
        return None
    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return turns.get(told) if isinstance(told, int) else None


def _flattened(image: "Image.Image") -> "Image.Image":
    """Return a decoded picture on white, `L` or `RGB`, of at most `_WORKING` pixels."""
    from PIL import Image

    scale = _scale_of(image)
    smaller = 1
    while image.width * image.height > _WORKING * smaller**2:
        smaller += 1
    rows = max(1, _STRIP // image.width // smaller) * smaller
    if rows >= image.height and smaller == 1:
        return _flat_strip(image, scale)
    strips = (
        _flat_strip(image.crop((0, top, image.width, min(top + rows, image.height))), scale).reduce(smaller)
        for top in range(0, image.height, rows)
    )
    size = -(-image.width // smaller), -(-image.height // smaller)
    flat, top = None, 0
    for strip in strips:
        flat = flat or Image.new(strip.mode, size)
        flat.paste(strip, (0, top))
        top += strip.height
    assert flat is not None
    return flat


def _scale_of(image: "Image.Image") -> tuple[float, float] | None:
    """Return what makes more than 8 bits of grey 8 bits, as factor and offset; None where there are 8 at most."""
    if image.mode.startswith("I;16"):
        return 255 / 65535, 0.0
    if image.mode not in {"I", "F"}:
        return None
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    return (255 / (high - low), -255 * low / (high - low)) if high > low else (0.0, 255.0)


def _flat_strip(image: "Image.Image", scale: tuple[float, float] | None) -> "Image.Image":
    from PIL import Image

    if scale is not None:
        factor, offset = scale
        whole = image.convert("I") if image.mode.startswith("I;16") else image
        return whole.point(lambda value: value * factor + offset).convert("L")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _grey_if_it_is(image: "Image.Image") -> "Image.Image":
    """Return a grey picture as `L`, so that the same pixels are the same picture whatever the format."""
    from PIL import ImageChops

    if image.mode == "L":
        return image
    red, green, blue = image.split()
    if ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox():
        return image
    return red


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


_SIDES: Final = (SIDE, 2 * SIDE, 4 * SIDE, 8 * SIDE)


def _embedded(picture: "Image.Image", payloads: set[str]) -> bytes:
    """Return `picture` as a small PNG in which `payloads` can be read: the first side of several at which they can."""
    longest = max(picture.size)
    for side in (*(side for side in _SIDES if side < longest), longest):
        few = _few_colours(_on_square(picture, side))
        if not payloads or set(_payloads(few.convert("L"))) == payloads:
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
_WHITE: Final = 248  # what is no darker is paper, once there are few colours


def _few_colours(picture: "Image.Image") -> "Image.Image":
    """Return a picture in black and white, 16 greys or 128 colours: a third of the bytes, and it looks the same."""
    from PIL import Image

    if picture.mode == "RGB":
        few = picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        colours = bytes(few.getpalette() or ())
        triples = (colours[at : at + 3] for at in range(0, len(colours), 3))
        few.putpalette(b"".join(b"\xff" * 3 if min(one) >= _WHITE else one for one in triples))
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
