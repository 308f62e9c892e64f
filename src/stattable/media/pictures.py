"""A picture → whether it opens: decoded to its end, as small as its format allows. Pillow is imported where it is used.

A picture comes from outside: only the decoders that are named here ever get it, and its size is known before a pixel is
decoded.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stattable.libraries import has

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MAX_PIXELS: Final = 60_000_000  # a picture beyond is not decoded
_SMALLER: Final = 8  # a JPEG is decoded to this fraction of its sides
_OFFSETS, _LENGTHS = (273, 324), (279, 325)  # tags of a TIFF: where its strips and tiles begin, how long they are
_FORMATS: Final = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")


def is_whole_picture(path: str | Path) -> bool | None:
    """Return whether a picture opens; None where nothing here can tell.

    Args:
        path: of a JPEG, PNG, GIF, BMP, TIFF or WebP; any other file does not open.

    Raises:
        OSError: the file cannot be opened.
    """
    if not has("PIL"):
        return None
    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None  # what is too large is found below, and is no fault
    with Path(path).open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(file, formats=_FORMATS) as image:
                return _decodes(image)
        except MemoryError:
            return None
        except Exception:  # Pillow raises whatever a broken file leads it to
            return False
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _decodes(image: "ImageFile") -> bool | None:
    """Return True if a picture can be decoded to its end, None if it is too large for that; or raise anything."""
    if image.format == "PNG":
        image.verify()  # the checksums of all its parts, without a pixel in memory
        return True
    if image.format == "TIFF":
        return _is_all_there(image)
    if image.format in {"JPEG", "MPO"} and not image.info.get("progressive"):
        image.draft("L", (-(-image.width // _SMALLER), -(-image.height // _SMALLER)))
    if image.width * image.height > MAX_PIXELS:
        return None
    image.load()
    return True


def _is_all_there(image: "ImageFile") -> bool:
    """Whether a TIFF's file has all its pixels; libtiff, which decodes them, would print what it thinks of them."""
    tags: Mapping[int, tuple[int, ...]] = image.tag_v2  # type: ignore[attr-defined]
    offsets, lengths = (tuple(one for tag in which for one in tags.get(tag, ())) for which in (_OFFSETS, _LENGTHS))
    size = image.fp.seek(0, 2) if image.fp else 0
    ends = [at + length for at, length in zip(offsets, lengths, strict=True)]
    return bool(ends) and max(ends) <= size
