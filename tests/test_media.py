"""Whether pictures, recordings and documents open."""

import io
from pathlib import Path

import pytest

from stattable.formats.sniff import FileKind
from stattable.formats.soundness import document_soundness
from stattable.media import pictures
from stattable.media.pictures import is_whole_picture
from stattable.media.recordings import HEAD, container_of, is_whole_recording
from stattable.model.papers import Soundness
from writers.containers import locked_zip, zipped
from writers.papers import PDF, box, mp4, old_word, photo, word

WHOLE, UNCHECKED, BROKEN, PASSWORD = Soundness.WHOLE, Soundness.UNCHECKED, Soundness.BROKEN, Soundness.PASSWORD


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {}),
     ("WEBP", {"lossless": True})],
)  # fmt: skip
def test_a_picture_is_whole_or_cut_off(kind: str, options: dict[str, bool], tmp_path: Path) -> None:
    path, data = tmp_path / "a", photo(kind, (120, 90), **options)
    for length, is_whole in ((len(data), True), (len(data) // 2, False), (20, False), (0, False)):
        path.write_bytes(data[:length])
        assert is_whole_picture(path) is is_whole, length


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (8, 800)])
def test_a_small_picture_opens(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(photo("JPEG", size))
    assert is_whole_picture(tmp_path / "a") is True


def test_a_picture_that_is_too_large_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    for kind, said in (("BMP", None), ("PNG", True), ("JPEG", True)):  # these two need not be in memory whole
        (tmp_path / "a").write_bytes(photo(kind))
        assert is_whole_picture(tmp_path / "a") is said
    (tmp_path / "a").write_bytes(photo("JPEG", progressive=True))
    assert is_whole_picture(tmp_path / "a") is None


def test_a_picture_for_which_memory_is_short_is_not_called_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pictures, "_decodes", decode)
    (tmp_path / "a").write_bytes(photo())
    assert is_whole_picture(tmp_path / "a") is None


def test_no_other_decoder_of_pillow_gets_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert is_whole_picture(tmp_path / "a.jpg") is False


# -- recordings -------------------------------------------------------------------------------------------

ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def asf(*lengths: int) -> bytes:
    """Objects of an ASF, each with the length that it says and has, or 0."""
    return b"".join(ASF + one.to_bytes(8, "little") + b"\0" * (one - 24) for one in lengths)


def avi(length: int = 100) -> bytes:
    return b"RIFF" + (length + 4).to_bytes(4, "little") + b"AVI " + b"\0" * length


def matroska(size: bytes, content: int) -> bytes:
    return b"\x1aE\xdf\xa3\x84" + b"\0" * 4 + b"\x18\x53\x80\x67" + size + b"\0" * content


def large(content: int) -> bytes:
    """A box whose length takes 64 bits."""
    return b"\0\0\0\1mdat" + (16 + content).to_bytes(8) + b"\0" * content


@pytest.mark.parametrize(
    ("data", "container", "is_whole"),
    [
        (mp4(), "mp4", True),
        (mp4()[:-1], "mp4", False),
        (mp4()[:1000], "mp4", False),
        (mp4() + b"\0\0\1\0\xff\xff\xff\xff behind it", "mp4", True),
        (mp4() + b"\0\0\0\3abcd", "mp4", True),
        (box(b"ftyp", b"qt  ") + box(b"mdat", b"x" * 50), "mp4", False),  # without what says where its frames are
        (box(b"moov") + large(60), "mp4", True),
        (box(b"moov") + large(60)[:-1], "mp4", False),
        (box(b"moov") + box(b"mdat", b"x" * 50, 0), "mp4", True),
        (box(b"wide") + box(b"mdat", b"x" * 50) + box(b"moov"), "mp4", True),
        (box(b"ftyp", b"heic") + box(b"meta", b"x" * 9) + box(b"mdat", b"x"), "heif", True),
        (box(b"ftyp", b"heic") + box(b"meta", b"x" * 9) + box(b"mdat", b"x" * 99)[:50], "heif", False),
        (box(b"ftyp", b"M4A "), None, None),
        (avi(), "avi", True),
        (avi()[:-1], "avi", True),  # the byte that fills up the last chunk
        (avi()[:-2], "avi", False),
        (b"RIFF\0\0\0\0WAVE", None, None),
        (asf(100, 200), "asf", True),
        (asf(100, 200)[:-1], "asf", False),
        (asf(100) + ASF + b"\0" * 90, "asf", True),  # how long it would get nobody knew
        (ASF + b"\0" * 90, "asf", False),
        (matroska(b"\x80", 0), "matroska", True),
        (matroska(b"\x8a", 10), "matroska", True),
        (matroska(b"\x8a", 9), "matroska", False),
        (matroska(b"\xff", 9), "matroska", True),
        (matroska(b"\x01" + b"\xff" * 7, 9), "matroska", True),
        (matroska(b"\x40\x0a", 10), "matroska", True),
        (matroska(b"\x00", 9), "matroska", False),
        (matroska(b"\x40", 0), "matroska", False),
        (b"\x1aE\xdf\xa3", "matroska", False),
        (b"FLV\x01\x05" + b"\0" * 9, "other", None),
        ((b"G" + b"\0" * 187) * 9, "other", None),
        ((b"\0" * 4 + b"G" + b"\0" * 187) * 9, "other", None),
        (b"G" + b"\0" * 2000, None, None),
        (b"", None, None),
    ],
)  # fmt: skip
def test_a_recording(data: bytes, container: str | None, is_whole: bool | None) -> None:
    assert container_of(data[:HEAD]) == container
    if container:
        assert is_whole_recording(io.BytesIO(data), container) is is_whole


# -- documents --------------------------------------------------------------------------------------------


def corrupted(data: bytes) -> bytes:
    at = data.index(b"word/document.xml") + 40
    return data[:at] + b"\xff\xff" + data[at + 2 :]


@pytest.mark.parametrize(
    ("data", "kind", "soundness"),
    [
        (word("总结" * 200), FileKind.DOCX, WHOLE),
        (word()[:-30], FileKind.UNKNOWN, BROKEN),
        (corrupted(word("总结" * 200)), FileKind.DOCX, BROKEN),
        (locked_zip(), FileKind.ARCHIVE, PASSWORD),
        (word(), FileKind.ENCRYPTED, PASSWORD),
        (old_word(), FileKind.WORD, WHOLE),
        (old_word(0x01), FileKind.WORD, PASSWORD),
        (old_word()[:3000], FileKind.WORD, BROKEN),
        (PDF, FileKind.PDF, WHOLE),
        (PDF + b"\0" * 500, FileKind.PDF, WHOLE),
        (PDF[:-8], FileKind.PDF, BROKEN),
        (rb"{\rtf1 a}" + b"\r\n", FileKind.WORD, WHOLE),
        (rb"{\rtf1 a", FileKind.WORD, BROKEN),
        ("总结".encode("gbk"), FileKind.TEXT, WHOLE),
        (b"\1\2\3", FileKind.UNKNOWN, UNCHECKED),
    ],
)
def test_a_document(data: bytes, kind: FileKind, soundness: Soundness) -> None:
    assert document_soundness(io.BytesIO(data), kind) is soundness


def test_what_takes_too_long_to_unpack_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stattable.formats.soundness._MOST", 1000)
    assert document_soundness(io.BytesIO(zipped({"a": b"x" * 1001})), FileKind.ARCHIVE) is UNCHECKED
    monkeypatch.setattr("stattable.formats.soundness._LONGEST_STREAM", 1000)
    assert document_soundness(io.BytesIO(old_word()), FileKind.WORD) is UNCHECKED


def test_a_method_of_compression_that_is_not_known_here_is_no_fault() -> None:
    data = zipped({"a": b"x" * 1000})
    deflate64 = data.replace(b"PK\x03\x04\x14\0\0\0\x08\0", b"PK\x03\x04\x14\0\0\0\x09\0")
    at = deflate64.index(b"PK\x01\x02") + 10
    deflate64 = deflate64[:at] + b"\x09" + deflate64[at + 1 :]
    assert document_soundness(io.BytesIO(deflate64), FileKind.ARCHIVE) is UNCHECKED
