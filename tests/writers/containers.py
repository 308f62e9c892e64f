"""Files of all kinds, made by hand: zip packages and OLE2 documents with just what it takes to be one."""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from stattable.formats.package import Package, open_package

GOLDEN = Path(__file__).parents[1] / "golden"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int | None = None) -> bytes:
    """A zip package that is the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2021, 5, 29, 0, 0, 0)), content, method, level)
    return out.getvalue()


def locked_zip() -> bytes:
    """A zip with a password: the flag that says so is all of it that matters."""
    data = bytearray(zipped({"a.txt": b"secret"}, zipfile.ZIP_STORED))
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    return bytes(data)


def opened(data: bytes) -> Package:
    """The package whose file is `data`."""
    package = open_package(io.BytesIO(data))
    assert package
    return package


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


def ole_in_a_circle(stream: str) -> bytes:
    """An OLE2 document with one short stream, whose second piece leads back to the first."""
    header = OLE_MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 2, 1, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    fat = struct.pack("<128I", _FAT, _END, _END, _END, *[_FREE] * 124)
    pieces = struct.pack("<128I", 1, 0, *[_FREE] * 126)
    directory = _entry("Root Entry", 5, child=1, start=3, size=512) + _entry(stream, 2, _NONE, 0, 100)
    return header + fat + directory.ljust(512, b"\0") + pieces + bytes(512)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<HBBIII", len(text), kind, 1, _NONE, _NONE, child)
    return text.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<II4x", start, size)


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xls workbook."""
    return struct.pack("<HH", kind, len(body)) + body


def xls(*sheets: bytes, protected: bool = False, styles: bytes = b"", version: int = 0x600) -> bytes:
    """An .xls workbook; each sheet is its records, and so are the styles."""
    start = record(0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0))
    start += (record(0x2F, bytes(6)) if protected else b"") + styles
    bound = len(record(0x85, bytes(9)))
    at = len(start) + bound * len(sheets) + 4
    heads = bodies = b""
    for number, cells in enumerate(sheets):
        name = b"\1\0%d" % number if version == 0x600 else b"\1%d " % number
        heads += record(0x85, struct.pack("<IBB", at + len(bodies), 0, 0) + name)
        bodies += record(0x809, struct.pack("<HHHHII", version, 16, 0, 0, 0, 0)) + cells + record(0x0A)
    return ole("Workbook" if version == 0x600 else "Book", start + heads + record(0x0A) + bodies)


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A cell of an .xls; row and column from 0."""
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def formula(row: int, column: int, result: bytes, tokens: bytes) -> bytes:
    """A formula of an .xls: `result` is 8 bytes, a number or what it came to instead."""
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, len(tokens)) + tokens)


# -- .xlsb ------------------------------------------------------------------------------------------------

_PACKAGE_RELS = b"http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(*targets: tuple[bytes, bytes]) -> bytes:
    ones = b"".join(
        b'<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>' % (number, _OFFICE_RELS, kind, target)
        for number, (kind, target) in enumerate(targets, 1)
    )
    return b'<Relationships xmlns="%s">%s</Relationships>' % (_PACKAGE_RELS, ones)


def _content_types(sheets: int) -> bytes:
    kind = b"application/vnd.ms-excel."
    ones = b'<Override PartName="/xl/workbook.bin" ContentType="%ssheet.binary.macroEnabled.main"/>' % kind
    ones += b'<Override PartName="/xl/styles.bin" ContentType="%sstyles"/>' % kind
    ones += b'<Override PartName="/xl/sharedStrings.bin" ContentType="%ssharedStrings"/>' % kind
    for number in range(sheets):
        ones += b'<Override PartName="/xl/worksheets/sheet%d.bin" ContentType="%sworksheet"/>' % (number, kind)
    rels = b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s%s</Types>' % (rels, ones)


def wide(text: str) -> bytes:
    """A text of an .xlsb, with its length in front."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def record12(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xlsb: its kind, and its length in pieces of seven bits."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + body


def row12(row: int, flags: int = 0) -> bytes:
    """The head of a row of an .xlsb, from 0; its cells follow."""
    return record12(0, struct.pack("<IIHBBBI", row, 0, 300, 0, flags, 0, 0))


def cell12(kind: int, column: int, body: bytes, style: int = 0) -> bytes:
    """A cell of an .xlsb, in the row whose head is before; its column from 0."""
    return record12(kind, struct.pack("<II", column, style) + body)


def formula12(kind: int, column: int, result: bytes) -> bytes:
    """A formula of an .xlsb, =1+1; `kind` says what its `result` is."""
    tokens = b"\x1e\1\0\x1e\1\0\3"
    return cell12(kind, column, result + struct.pack("<HI", 0, len(tokens)) + tokens + bytes(4))


def sheet12(rows: bytes, columns: bytes = b"", after: bytes = b"") -> bytes:
    """A sheet of an .xlsb: its columns, its rows with their cells, and what comes after them."""
    head = record12(129) + record12(147, bytes(19) + b"\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(4))
    head += record12(148, struct.pack("<4I", 0, 9, 0, 9))
    if columns:
        head += record12(390) + columns + record12(391)
    return head + record12(145) + rows + record12(146) + after + record12(130)


def xlsb(*sheets: bytes, formats: tuple[str, ...] = (), strings: tuple[str, ...] = ()) -> bytes:
    """An .xlsb workbook; cell styles from 1 on have `formats`, one each."""
    names = range(len(sheets))
    heads = b"".join(record12(156, struct.pack("<II", 0, n + 1) + wide(f"rId{n + 1}") + wide(str(n))) for n in names)
    workbook = record12(131) + record12(153, bytes(8) + wide("")) + record12(143) + heads + record12(144)
    workbook += record12(157, bytes(26)) + record12(132)
    fonts = struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 2, 134, 0) + b"\7\1" + bytes(2) + b"\0\0\0\xff\2"
    border = bytes(1) + 5 * bytes(10)
    style = struct.pack("<5H", 0xFFFF, 0, 0, 0, 0) + bytes(6)
    styles = record12(278) + record12(615, struct.pack("<I", len(formats)))
    styles += b"".join(record12(44, struct.pack("<H", 164 + n) + wide(code)) for n, code in enumerate(formats))
    styles += record12(616) + record12(611, b"\1\0\0\0") + record12(43, fonts + wide("Arial")) + record12(612)
    styles += record12(603, b"\1\0\0\0") + record12(45, bytes(68)) + record12(604)
    styles += record12(613, b"\1\0\0\0") + record12(46, border) + record12(614)
    styles += record12(626, b"\1\0\0\0") + record12(47, style) + record12(627)
    styles += record12(617, struct.pack("<I", len(formats) + 1))
    for code in (0, *range(164, 164 + len(formats))):
        styles += record12(47, struct.pack("<5H", 0, code, 0, 0, 0) + b"\0\0\x10\x10\1\0")
    styles += record12(618) + record12(279)
    shared = record12(159, struct.pack("<II", len(strings), len(strings)))
    shared += b"".join(record12(19, b"\0" + wide(text)) for text in strings) + record12(160)
    targets = [(b"worksheet", b"worksheets/sheet%d.bin" % n) for n in names]
    return zipped({
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations((b"officeDocument", b"xl/workbook.bin")),
        "xl/workbook.bin": workbook,
        "xl/_rels/workbook.bin.rels": _relations(
            *targets, (b"styles", b"styles.bin"), (b"sharedStrings", b"sharedStrings.bin")
        ),
        "xl/styles.bin": styles,
        "xl/sharedStrings.bin": shared,
        **{f"xl/worksheets/sheet{n}.bin": sheet for n, sheet in enumerate(sheets)},
    })  # fmt: skip
