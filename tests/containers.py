"""Files of all kinds, made by hand: zip packages and OLE2 documents with just what it takes to be one."""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def parts_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        return {name: source.read(name) for name in source.namelist()}


def repacked(package: bytes, method: int = zipfile.ZIP_DEFLATED, **changes: tuple[bytes, bytes]) -> bytes:
    """Replace a piece in the parts whose names end as the keyword says (`sheet1`, `content`), once in each."""
    parts = parts_of(package)
    for stem, (old, new) in changes.items():
        name = next(name for name in parts if Path(name).stem == stem)
        assert parts[name].count(old), f"{old!r} is not in {name}"
        parts[name] = parts[name].replace(old, new, 1)
    return zipped(parts, method)


def ole(stream: str, content: bytes = b"") -> bytes:
    """An OLE2 document with one stream."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")  # shorter ones go elsewhere
    sectors = len(content) // 512
    header = OLE_MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    fat = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    root = _entry("Root Entry", 5, child=1, start=_END, size=0)
    return header + fat + (root + _entry(stream, 2, _NONE, 2, len(content))).ljust(512, b"\0") + content


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<HBBIII", len(text), kind, 1, _NONE, _NONE, child)
    return text.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<II4x", start, size)


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xls workbook."""
    return struct.pack("<HH", kind, len(body)) + body


def xls(*sheets: bytes, protected: bool = False) -> bytes:
    """An .xls workbook; each sheet is its records."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    start += record(0x2F, bytes(6)) if protected else b""
    bound = len(record(0x85, bytes(9)))
    at = len(start) + bound * len(sheets) + 4
    heads = bodies = b""
    for number, cells in enumerate(sheets):
        heads += record(0x85, struct.pack("<IBBBB", at + len(bodies), 0, 0, 1, 0) + b"%d" % number)
        bodies += record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + cells + record(0x0A)
    return ole("Workbook", start + heads + record(0x0A) + bodies)


def number(row: int, column: int, value: float) -> bytes:
    """A cell of an .xls; row and column from 0."""
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def formula(row: int, column: int, result: bytes, tokens: bytes) -> bytes:
    """A formula of an .xls: `result` is 8 bytes, a number or what it came to instead."""
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, len(tokens)) + tokens)
