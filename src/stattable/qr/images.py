"""The bytes of a picture → its QR codes, and the picture as it is embedded again. No address in a code is opened.

A picture comes from outside: its format is told by its bytes, its size is known before a pixel is decoded, and only the
decoders of Pillow that are named here ever get it. Pillow and zxing-cpp are imported where they are used.
"""

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from stattable.libraries import has
from stattable.qr.decode import read_payloads
from stattable.qr.kinds import Code, kind_of
from stattable.qr.thumbnail import thumbnail

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE: Final = 10_000  # pixels; a picture beyond either is not decoded
MAX_PIXELS: Final = 40_000_000

Fault = Literal["svg", "emf", "pixels", "broken", "format"]


@dataclass(frozen=True, slots=True)
class PictureContent:
    """The content of a picture.

    Attributes:
        codes: its QR codes, each text once, in reading order.
        image: the picture as it is embedded again: a PNG on a white square without metadata, at most `SIDE` pixels wide
            where its codes can still be read; the same pixels give the same bytes. None where it can't be read.
        fault: why it can't be read: ``svg``, ``emf`` (and WMF), more ``pixels`` than are decoded, ``broken``, or any
            other ``format``; else None.
    """

    codes: tuple[Code, ...]
    image: bytes | None
    fault: Fault | None


_HEAD: Final = 64 * 1024  # bytes within which an SVG says what it is
_BMP_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})  # bytes; they tell a BMP from a text
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"\x00\x00\x01\x00", "ICO"),
)
_SVG: Final = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?svg[\s/>]")
_HTML: Final = re.compile(rb"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)
_GZIP: Final = b"\x1f\x8b"
_WMF: Final = (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00\x00", b"\x02\x00\x09\x00\x00")


def _format_of(data: bytes) -> str:
    """Return the format of a picture by its bytes: Pillow's name in capitals where it is decoded, else the fault."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return _drawing_format(data[:_HEAD])


def _drawing_format(head: bytes) -> Fault:
    """Return the format of a drawing, none of which is decoded, by its first bytes."""
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
_known: Final[dict[bytes, PictureContent]] = {}


def read_picture(data: bytes) -> PictureContent:
    """Return the content of a picture.

    Args:
        data: the bytes of its file, whatever they are. Pictures read before are remembered by their SHA-256.

    Returns:
        Its codes and the picture to embed, or why it can't be read; neither without Pillow, no codes without zxing-cpp.

    Raises:
        MemoryError: there is not enough memory; nothing else, whatever `data` is.
    """
    if not has("PIL"):
        return PictureContent((), None, None)
    key = hashlib.sha256(data).digest()
    if known := _known.get(key):
        return known
    content = _read_picture(data)
    if len(content.image or b"") <= _KEPT_BYTES:
        if len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        _known[key] = content
    return content


def lacking_library() -> str | None:
    """Return the library (`libraries.LIBRARIES`) that is not here to look at pictures or to read codes, or None."""
    return "PIL" if not has("PIL") else "zxingcpp" if not has("zxingcpp") else None


def pixel_count(data: bytes) -> int:
    """Return the number of pixels that a picture declares, without decoding any; 0 where it declares none."""
    kind = _format_of(data)
    if kind in {"svg", "emf", "format"} or not has("PIL"):
        return 0
    _load_decoders()
    try:
        with _guarded(), _opened(data, kind) as image:
            return int(image.width * image.height)
    except MemoryError:
        raise
    except Exception:  # it is broken, or too large: reading it will tell, and costs little
        return 0


def _read_picture(data: bytes) -> PictureContent:
    picture = _decoded(data, _format_of(data))
    if isinstance(picture, str):
        return PictureContent((), None, picture)
    payloads = read_payloads(picture.convert("L"))
    codes = tuple(Code(payload, kind_of(payload)) for payload in payloads)
    return PictureContent(codes, thumbnail(picture, set(payloads)), None)


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
            image.verify()  # its checksums, which are not checked while it is decoded
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


_ORIENTATION: Final = 0x0112  # its tag in EXIF


def _orientation(image: "Image.Image") -> "Image.Transpose | None":
    """Return the turn that a picture's EXIF asks for, or None; a broken EXIF asks for none."""
    from PIL.Image import Transpose

    try:
        orientation = image.getexif().get(_ORIENTATION)
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
    return turns.get(orientation) if isinstance(orientation, int) else None


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
    """Return the factor and offset that reduce more than 8 bits of grey to 8; None where there are 8 at most."""
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
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
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
