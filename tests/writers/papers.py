"""The papers that go along with a return: photos, recordings and documents, whole or cut off."""

import io
import struct
from pathlib import Path

from PIL import Image

from writers.containers import ole, zipped

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PROGRAM = b"MZ" + b"\0" * 100


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture of a format of Pillow's."""
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def box(kind: bytes, content: bytes = b"", length: int | None = None) -> bytes:
    """A box of an MP4; `length` is what it says of itself, if not the truth."""
    return struct.pack(">I", 8 + len(content) if length is None else length) + kind + content


def mp4(pixels: int = 2000) -> bytes:
    """A recording, as far as its boxes go."""
    return box(b"ftyp", b"isom\0\0\2\0") + box(b"mdat", b"\x5a" * pixels) + box(b"moov", b"\0" * 100)


def word(text: str = "总结") -> bytes:
    """A .docx."""
    body = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return zipped({"[Content_Types].xml": types, "word/document.xml": body.encode()})


def old_word(flags: int = 0) -> bytes:
    """A .doc, or a .wps, with the flags of its head."""
    return ole("WordDocument", b"\xec\xa5" + b"\0" * 9 + bytes([flags]) + b"\0" * 5000)


def put(folder: Path, papers: dict[str, bytes]) -> None:
    """Write papers into a folder, by their places below it."""
    for name, data in papers.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


ALL = {"经验总结.docx": word(), "照片/现场.jpg": photo(), "视频/活动.mp4": mp4()}  # of one unit, beside its table
