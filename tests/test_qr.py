import gzip
import io
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from stattable.qr import images, thumbnail
from stattable.qr.decode import _text
from stattable.qr.images import MAX_SIDE, PictureContent, read_picture
from stattable.qr.kinds import Code, CodeKind, kind_of
from stattable.qr.thumbnail import SIDE

ACCOUNT = "http://weixin.qq.com/r/jHWSigDEQF0-rUTp9yCe"
CARD = "https://u.wechat.com/EPDjgRrQutXUU-K1XzT9X_0"
GROUP = "https://weixin.qq.com/g/AzDjiKCWy9IWUqHM"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Pictures that other tests read, perhaps in another way, are not remembered."""
    images._known.clear()


def code(content: str | bytes = ACCOUNT, scale: int = 8, *, quiet: bool = True) -> Image.Image:
    """A code of `scale` pixels a module, in pure black and white."""
    made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = memoryview(made.to_image(scale=scale, add_quiet_zones=quiet))
    return Image.frombytes("L", (pixels.shape[1], pixels.shape[0]), bytes(pixels))


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def payloads(data: bytes) -> list[str]:
    return [one.payload for one in read_picture(data).codes]


def opened(content: PictureContent) -> Image.Image:
    assert content.image is not None
    return Image.open(io.BytesIO(content.image))


def photo(width: int, height: int) -> Image.Image:
    """What is behind a code in a photo, the same each time."""
    noise = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))
    return ImageOps.autocontrast(noise.filter(ImageFilter.GaussianBlur(3)))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, body: bytes, bits: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (CodeKind.OFFICIAL, "http://weixin.qq.com/r/jHWSigDEQF0-rUTp9yCe"),
        (CodeKind.OFFICIAL, "https://weixin.qq.com/r/jHWSigDEQF0-rUTp9yCe?utm_source=a"),
        (CodeKind.OFFICIAL, "HTTP://WEIXIN.QQ.COM/r/jHWSigDEQF0-rUTp9yCe"),
        (CodeKind.OFFICIAL, "weixin.qq.com/r/jHWSigDEQF0-rUTp9yCe"),
        (CodeKind.OFFICIAL, "  http://weixin.qq.com/r/jHWSigDEQF0-rUTp9yCe\r\n"),
        (CodeKind.OFFICIAL, "http://weixin.qq.com:80/r/jHWSigDEQF0-rUTp9yCe"),
        (CodeKind.OFFICIAL, "http://weixin.qq.com/q/02J552NSZdbR-10000M03r"),
        (CodeKind.OFFICIAL, "weixin://qr/jHWSigDEQF0-rUTp9yCe"),
        (CodeKind.OFFICIAL, "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzI1NA==#wechat_redirect"),
        (CodeKind.PERSONAL, "https://u.wechat.com/EPDjgRrQutXUU-K1XzT9X_0"),
        (CodeKind.PERSONAL, "https://u.wechat.com/MASBAq1qageU9c51LoYg2-Q?s=2"),
        (CodeKind.PERSONAL, "https://weixin.qq.com/u/somebody"),
        (CodeKind.GROUP, "https://weixin.qq.com/g/AzDjiKCWy9IWUqHM"),
        (CodeKind.PAYMENT, "wxp://f2f0AbCdEf"),
        (CodeKind.PAYMENT, "WXP://f2f0AbCdEf"),
        (CodeKind.PAYMENT, "weixin://wxpay/bizpayurl?pr=crf7jti"),
        (CodeKind.PAYMENT, "weixin://pay.weixin.qq.com/bizpayurl/up?pr=NwY5Mz9&groupid=00"),
        (CodeKind.PAYMENT, "https://wx.tenpay.com/f2f?t=AQAA"),
        (CodeKind.PAYMENT, "https://payapp.weixin.qq.com/qr/AQFj"),
        (CodeKind.PAYMENT, "HTTPS://QR.ALIPAY.COM/FKX09613RWE3ROTNTVR362"),
        (CodeKind.PAYMENT, "https://qr.95516.com/00010000/62028489073949969691921655610979"),
        (CodeKind.MINI_PROGRAM, "https://mp.weixin.qq.com/a/~~wu3hXzBSt64~plUyoOB9Iyf8mEHP9BrkLA~~"),
        (CodeKind.MINI_PROGRAM, "https://mp.weixin.qq.com/a/~QCyvHLpi7gWkTTw_D45LNg~~"),
        (CodeKind.MINI_PROGRAM, "https://wxaurl.cn/RLEw5IMZRKl"),
        (CodeKind.MINI_PROGRAM, "https://wxmpurl.cn/Pu9lL4aagIk"),
        (CodeKind.MINI_PROGRAM, "https://m.q.qq.com/a/s/07befc388911b30c2359bfa383f2d693"),
        (CodeKind.MINI_PROGRAM, "weixin://dl/business/?t=TICKET"),
        (CodeKind.ARTICLE, "https://mp.weixin.qq.com/s/AbCdEf"),
        (CodeKind.ARTICLE, "http://mp.weixin.qq.com/s?__biz=MzA4&mid=2651&idx=1&sn=0d"),
        (CodeKind.ARTICLE, "http://mp.weixin.qq.com/mp/appmsg/show?__biz=MzA4&appmsgid=1"),
        (CodeKind.WORK, "https://work.weixin.qq.com/u/vc3df33954d10ed707"),
        (CodeKind.WORK, "https://work.weixin.qq.com/gm/66944e9bd30628e9270c980bc756663d"),
        # Neither is anybody's account: one signs in on a computer, the other belongs to a device.
        (CodeKind.OTHER, "http://weixin.qq.com/x/AbCdEf"),
        (CodeKind.OTHER, "http://we.qq.com/d/AQBLQKG-27gIDCKf03DmiwAXh27qptK_scSJJRAn"),
        (CodeKind.OTHER, "http://weixin.qq.com/r/"),
        (CodeKind.OTHER, "http://weixin.qq.com/"),
        (CodeKind.OTHER, "http://weixin.qq.com.example.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "http://example.com/weixin.qq.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "http://weixin.qq.com@example.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "http://example.com?http://weixin.qq.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "ftp://weixin.qq.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "请关注 http://weixin.qq.com/r/jHWSigDEQF0"),
        (CodeKind.OTHER, "weixin://dl/businessPay"),
        (CodeKind.OTHER, "https://mp.weixin.qq.com/"),
        (CodeKind.OTHER, "官渡村计生协"),
        (CodeKind.OTHER, "http://[::1"),
        (CodeKind.OTHER, "//"),
        (CodeKind.OTHER, " "),
        (CodeKind.OTHER, ""),
    ],
)
def test_what_a_code_is(kind: CodeKind, payload: str) -> None:
    assert kind_of(payload) is kind


def turned(orientation: int, picture: Image.Image) -> bytes:
    """`picture` as a camera stores it that was held otherwise: upright only for who reads the EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}
    return saved(picture.transpose(back[orientation]), "JPEG", exif=exif, quality=90)


def clear() -> Image.Image:
    """A code in black on what is transparent."""
    return Image.merge("LA", (Image.new("L", code().size), ImageOps.invert(code())))


def keyed() -> Image.Image:
    """A palette picture whose paper is transparent, and black beneath."""
    picture = code().point(lambda value: value // 255).convert("L")
    picture.putpalette(bytes(6))
    picture.info["transparency"] = 1
    return picture


def grey16(kind: str) -> Image.Image:
    return code().convert("I").point(lambda value: value * 257).convert(kind)


PICTURES: dict[str, Callable[[], bytes]] = {
    "grey": lambda: saved(code()),
    "colour": lambda: saved(code().convert("RGB")),
    "one bit": lambda: saved(code().convert("1")),
    "palette": lambda: saved(code().convert("RGB").quantize(8)),
    "16 bits": lambda: saved(grey16("I;16")),
    "16 bits, big end first": lambda: saved(grey16("I;16B"), "TIFF"),
    "32 bits": lambda: saved(grey16("I"), "TIFF"),
    "floats": lambda: saved(code().convert("F").point(lambda value: value * 1e6 - 3.0), "TIFF"),
    "grey and alpha": lambda: saved(clear()),
    "alpha": lambda: saved(clear().convert("RGBA")),
    "transparent colour": lambda: saved(keyed(), transparency=1),
    "JPEG": lambda: saved(code(), "JPEG", quality=60),
    "CMYK": lambda: saved(code().convert("RGB").convert("CMYK"), "JPEG", quality=80),
    "GIF": lambda: saved(code(), "GIF"),
    "BMP": lambda: saved(code(), "BMP"),
    "WEBP": lambda: saved(code().convert("RGB"), "WEBP", quality=70),
    "TIFF": lambda: saved(code().convert("1"), "TIFF", compression="group4"),
    "ICO": lambda: saved(code(scale=4).convert("RGBA"), "ICO"),
    "animated GIF": lambda: saved(code(), "GIF", save_all=True, append_images=[code(CARD)]),
    "animated WEBP": lambda: saved(code().convert("RGB"), "WEBP", save_all=True, append_images=[photo(328, 328)]),
    "inverted": lambda: saved(ImageOps.invert(code())),
    "no margin": lambda: saved(code(quiet=False)),
    "pale": lambda: saved(code().point(lambda value: 225 + value // 12)),
    "tiny": lambda: saved(code(scale=2)),
    "tiny and blurred": lambda: saved(code(scale=3).filter(ImageFilter.GaussianBlur(1.2))),
    "upside down": lambda: saved(code().rotate(180)),
    "askew": lambda: saved(code().rotate(31, Image.Resampling.BICUBIC, expand=True, fillcolor=255)),
    "bad EXIF": lambda: saved(code(), "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff\x12\x01"),
    "no EXIF where one is said to be": lambda: saved(code(), exif=b"Exif\x00\x00nothing of the kind"),
    "held sideways": lambda: turned(6, code()),
    "upside down by EXIF": lambda: turned(3, code()),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_of_a_code(name: str) -> None:
    content = read_picture(PICTURES[name]())
    assert content.codes == (Code(ACCOUNT, CodeKind.OFFICIAL),)
    assert content.fault is None
    again = opened(content)
    assert again.format == "PNG"
    assert again.width == again.height <= SIDE
    assert payloads(content.image or b"") == [ACCOUNT]


def test_a_code_in_a_photo() -> None:
    picture = photo(2000, 1500)
    picture.paste(code().resize((700, 700)).rotate(5, expand=True, fillcolor=230), (600, 300))
    content = read_picture(saved(picture, "JPEG", quality=70))
    assert content.codes == (Code(ACCOUNT, CodeKind.OFFICIAL),)
    assert opened(content).size == (SIDE, SIDE)
    assert payloads(content.image or b"") == [ACCOUNT]


def test_a_code_that_is_small_in_a_photo_is_embedded_larger() -> None:
    picture = photo(1500, 1000)
    picture.paste(code().resize((160, 160)), (600, 300))
    content = read_picture(saved(picture))
    assert SIDE < opened(content).width <= 4 * SIDE
    assert payloads(content.image or b"") == [ACCOUNT]


def test_a_code_that_is_read_at_no_other_size_keeps_its_own() -> None:
    picture = photo(3000, 400)
    picture.paste(code(scale=1), (600, 100))
    content = read_picture(saved(picture))
    assert opened(content).size == (3000, 3000)
    assert payloads(content.image or b"") == [ACCOUNT]


def test_a_photo_of_more_pixels_than_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_WORKING", 200_000)
    monkeypatch.setattr(images, "_STRIP", 30_000)
    picture = photo(1103, 871)
    picture.paste(code().resize((600, 600)), (300, 200))
    assert payloads(saved(picture)) == [ACCOUNT]
    assert payloads(saved(picture.convert("P"))) == [ACCOUNT]


def test_several_codes_in_reading_order() -> None:
    picture = Image.new("L", (900, 800), 255)
    picture.paste(code(CARD, 6), (10, 30))
    picture.paste(code(ACCOUNT, 8), (420, 10))
    picture.paste(code(GROUP, 5), (500, 450))
    picture.paste(code(CARD, 6), (10, 450))
    content = read_picture(saved(picture))
    assert [one.kind for one in content.codes] == [CodeKind.PERSONAL, CodeKind.OFFICIAL, CodeKind.GROUP]
    assert sorted(payloads(content.image or b"")) == sorted([CARD, ACCOUNT, GROUP])


def test_a_picture_without_a_code() -> None:
    content = read_picture(saved(photo(800, 400)))
    assert (content.codes, content.fault) == ((), None)
    assert opened(content).size == (SIDE, SIDE)
    assert opened(content).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("官渡村计生协", "官渡村计生协"),
        ("官渡村计生协", "官渡村计生协".encode()),
        ("官渡村计生协", "官渡村计生协".encode("gbk")),
        ("http://example.com/官", "http://example.com/官".encode("gbk")),
    ],
)
def test_text_in_a_code(text: str, content: str | bytes) -> None:
    assert payloads(saved(code(content))) == [text]


class Found:
    """A code as zxing-cpp gives it, where another program wrote it without saying in which encoding."""

    def __init__(self, text: str, data: bytes) -> None:
        self.text, self.bytes = text, data


@pytest.mark.parametrize(
    ("text", "guess", "data"),
    [
        ("官渡", "ｹﾙｶﾉ", "官渡".encode("gbk")),  # taken for Japanese
        ("官渡村计生协", "¹Ù¶É´å¼ÆÉúÐ\xad", "官渡村计生协".encode("gbk")),  # taken for a Western text
        ("日本語", "日本語", "日本語".encode("shift_jis")),  # the code has a mode of its own for these
        ("é", "é", b"\xe9"),
    ],
)
def test_text_of_which_a_code_does_not_say_the_encoding(text: str, guess: str, data: bytes) -> None:
    assert _text(Found(guess, data)) == text  # type: ignore[arg-type]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
EMF = b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(60)
SOUND = saved(code())
BODY = SOUND.index(b"IDAT") + 4


def swapped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("fault", "data"),
    [
        ("svg", SVG),
        ("svg", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC '-' 'x'>\n" + SVG),
        ("svg", "\ufeff<?xml version='1.0' encoding='utf-16'?><svg:svg/>".encode("utf-16-le")),
        ("svg", gzip.compress(SVG, mtime=0)),
        ("emf", EMF),
        ("emf", gzip.compress(EMF, mtime=0)),
        ("emf", b"\xd7\xcd\xc6\x9a" + bytes(40)),
        ("emf", b"\x01\x00\x09\x00\x00\x03" + bytes(40)),
        ("broken", SOUND[: len(SOUND) // 2]),
        ("broken", SOUND[:-20]),
        ("broken", swapped(SOUND, BODY + 40)),
        ("broken", swapped(SOUND, len(SOUND) - 16)),  # the checksum of the pixels
        ("broken", swapped(SOUND, 30)),  # that of the header
        ("broken", SOUND[:8]),
        ("broken", saved(photo(200, 200), "JPEG")[:2000]),
        ("broken", saved(code(), "GIF")[:60]),
        ("broken", saved(code(), "BMP")[:2000]),
        ("broken", saved(photo(90, 90), "WEBP")[:400]),
        ("broken", saved(code(), "TIFF")[:100]),
        ("broken", b"\x00\x00\x01\x00\x00\x00"),
        ("broken", png_of(0, 7, b"")),
        ("pixels", png_of(20_000, 20_000, zlib.compress(bytes(2501 * 20_000), 1))),
        ("pixels", png_of(20_000, 20_000, b"")),
        ("pixels", png_of(MAX_SIDE + 1, 1, b"")),
        ("pixels", png_of(9_000, 9_000, b"")),
        ("pixels", b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xfe\x3f\x00" * 2 + bytes(8)),
        ("format", b""),
        ("format", b"\x89PNG"),
        ("format", "官渡村计生协".encode()),
        ("format", b"BMW is no picture, however it begins"),
        ("format", b"%PDF-1.7\n"),
        ("format", b"<!DOCTYPE html><html><body><svg/></body></html>"),
        ("format", b"<a>svg</a>"),
        ("format", gzip.compress(b"text", mtime=0)),
        ("format", b"\x1f\x8b\x08broken"),
        ("format", b"\x00\x00\x00\x1cftypheic"),
        ("format", b"P6 1 1 255 abc"),
    ],
)
def test_what_cannot_be_read(fault: str, data: bytes) -> None:
    assert read_picture(data) == PictureContent((), None, fault)  # type: ignore[arg-type]


LONG_BMP = struct.pack("<IiiHHIIiiII", 40, MAX_SIDE + 1, 8, 1, 32, 0, 0, 0, 0, 0, 0) + bytes(5 * 4 * (MAX_SIDE + 8))


@pytest.mark.parametrize("inner", [png_of(9_000, 9_000, zlib.compress(bytes(1126 * 9_000))), LONG_BMP])
def test_a_picture_in_an_icon_that_is_larger_than_the_icon_says(inner: bytes) -> None:
    entry = struct.pack("<BBBBHHII", 64, 64, 0, 0, 1, 32, len(inner), 22)
    assert read_picture(b"\x00\x00\x01\x00\x01\x00" + entry + inner).fault == "pixels"


def test_a_picture_of_too_many_pixels_costs_nothing() -> None:
    data = png_of(20_000, 20_000, zlib.compress(bytes(2501 * 20_000), 1))
    images._load_decoders()
    start = time.process_time()
    assert images._read_picture(data).fault == "pixels"
    assert time.process_time() - start < 0.05


def test_too_little_memory_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(images, "_flattened", no_memory)
    with pytest.raises(MemoryError):
        images._read_picture(SOUND)


def test_a_code_that_few_colours_would_lose_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail, "_few_colours", lambda picture: Image.new("1", picture.size))
    content = images._read_picture(saved(code().convert("RGB")))
    assert payloads(content.image or b"") == [ACCOUNT]


def test_pillow_is_left_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    read_picture(SOUND)
    read_picture(SOUND[:-20])
    assert before == Image.MAX_IMAGE_PIXELS


def test_the_same_pixels_are_the_same_picture() -> None:
    lossless = [
        saved(code()),
        saved(code().convert("RGB"), compress_level=1),
        saved(code().convert("1")),
        saved(code().convert("P")),
        saved(code(), "BMP"),
        saved(code().convert("RGB"), "WEBP", lossless=True),
        saved(code(), dpi=(300, 300)),
    ]
    assert len({read_picture(data).image for data in lossless}) == 1
    assert images._read_picture(SOUND) == images._read_picture(SOUND)


def test_what_is_embedded_is_small_and_says_nothing_but_its_pixels() -> None:
    info = Image.Exif()
    info[0x010E] = "a name"
    for picture in (code(scale=7), code(scale=10), code(scale=10).convert("RGB")):
        image = read_picture(saved(picture, exif=info, dpi=(96, 96), icc_profile=b"profile")).image or b""
        assert len(image) <= 5 * 1024
        again = Image.open(io.BytesIO(image))
        again.load()
        assert again.info == {}


def test_small_pictures_are_not_blown_up_and_oblong_ones_stand_on_a_square() -> None:
    picture = Image.new("L", (200, 120), 0)
    image = opened(read_picture(saved(picture))).convert("L")
    assert image.size == (200, 200)
    assert image.crop((0, 40, 200, 160)).getextrema() == (0, 0)
    assert image.crop((0, 0, 200, 40)).getextrema() == image.crop((0, 160, 200, 200)).getextrema() == (255, 255)


def test_paper_is_white_in_a_coloured_picture() -> None:
    picture = code(scale=10).convert("RGB").point(lambda value: min(value, 252))
    picture.paste((20, 160, 60), (160, 160, 200, 200))
    image = opened(read_picture(saved(picture, "JPEG", quality=85))).convert("RGB")
    assert image.getpixel((3, 3)) == (255, 255, 255)


def test_a_picture_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_KEPT", 2)
    monkeypatch.setattr(images, "_known", {})
    first = read_picture(b"one")
    assert read_picture(b"one") is first
    read_picture(b"two")
    read_picture(b"three")
    assert len(images._known) == 2
    assert read_picture(b"one") is not first


def test_importing_loads_neither_library() -> None:
    done = "import sys, stattable.qr.images; sys.exit('PIL' in sys.modules or 'zxingcpp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", done], check=False).returncode == 0


STARTS = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF89a",
    b"BM" + bytes(12) + b"(\0\0\0",
    b"II*\x00",
    b"\x1f\x8b",
]
STARTS += [b"RIFF\0\0\0\0WEBP", b"\x00\x00\x01\x00\x01\x00", b"MM\x00*", b"<svg", b"\xff\xfe<\x00"]


@given(st.sampled_from(STARTS), st.binary(max_size=400))
@settings(deadline=None, derandomize=True)
def test_nothing_is_ever_raised(start: bytes, rest: bytes) -> None:
    content = read_picture(start + rest)
    assert (content.image is None) == (content.fault is not None)


SAMPLES = [saved(code(scale=3).convert("RGB"), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "ICO")]
SAMPLES += [turned(6, code(scale=3)), saved(keyed(), transparency=1), saved(code(scale=2).convert("1"), "TIFF")]


@given(st.sampled_from(SAMPLES), st.data())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_nothing_is_raised_for_a_damaged_picture(sample: bytes, data: st.DataObject) -> None:
    damaged = bytearray(sample[: data.draw(st.integers(0, len(sample)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    content = read_picture(bytes(damaged))
    assert (content.image is None) == (content.fault is not None)


@given(st.text(max_size=60))
@settings(deadline=None, derandomize=True)
def test_every_text_is_of_some_kind(payload: str) -> None:
    assert kind_of(payload) is kind_of(f" {payload}\n")
