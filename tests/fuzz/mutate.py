"""Mutators at three levels: bytes, the XML or the records inside the file, and cells. All are driven by one Random."""

import contextlib
import io
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl

from fuzz.corpus import BAD, CUSTOMS, corpus
from stattable.model.form import FIELDS, LABELS
from writers import books, containers
from writers.books import WRITERS, Bad, Book, Cell, Formula, Page, a1, zipped

Rng = random.Random


@dataclass(frozen=True)
class Mutant:
    """A file, and how it was made."""

    number: int
    name: str
    how: str
    data: bytes


def mutant(seed: int, number: int) -> Mutant:
    """Mutant `number` of the run `seed`; the same one every time."""
    rng = random.Random(f"{seed}:{number}")
    start = rng.choice(corpus())
    roll = rng.random()
    if roll < 0.25:
        return Mutant(number, start.name, "bytes", in_bytes(start.data, rng))
    if roll < 0.65 and (start.parts or start.kind == "xls"):
        if start.parts:
            return Mutant(number, start.name, "parts", in_parts(start.parts, rng))
        return Mutant(number, start.name, "records", in_records(start.data, rng))
    start = rng.choice([one for one in corpus() if one.book])
    book = [page.copy() for page in start.book]
    for _ in range(_some(rng)):
        rng.choice(CELL_MUTATORS)(book, rng)
    if roll < 0.665 and start.kind == "xlsx":
        return Mutant(number, start.name, "cells, openpyxl", through_openpyxl(start.data, book))
    kind = rng.choices([*WRITERS], [12, 4, 4, 1, 1, 1, 1])[0]
    name = f"{start.name.rpartition('.')[0]}.{kind}"
    return Mutant(number, name, f"cells, {kind}", WRITERS[kind](book))


def _some(rng: Rng) -> int:
    """How many changes: mostly one, now and then many."""
    count = 1
    while count < 12 and rng.random() < 0.45:
        count += 1
    return count


# -- bytes ------------------------------------------------------------------------------------------------

_MAGICS = (
    b"PK\x03\x04", containers.OLE_MAGIC, b"%PDF-1.4", b"{\\rtf", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b",
    b"<html>", b"<?xml ", b"\xff\xfe", b"\xef\xbb\xbf", b"MZ", b"\x09\x08\x10\x00", b"PK\x05\x06", b"\x00" * 8,
)  # fmt: skip
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def in_bytes(data: bytes, rng: Rng) -> bytes:
    changed = bytearray(data)
    for _ in range(_some(rng)):
        if changed:
            rng.choice(BYTE_MUTATORS)(changed, rng)
    return bytes(changed)


def _span(data: bytearray, rng: Rng, longest: int = 4096) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + 1 + int(longest ** rng.random()))


def _flip(data: bytearray, rng: Rng) -> None:
    for _ in range(1 + int(64 ** rng.random())):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _delete(data: bytearray, rng: Rng) -> None:
    start, end = _span(data, rng)
    del data[start:end]


def _insert(data: bytearray, rng: Rng) -> None:
    at = rng.randrange(len(data))
    data[at:at] = rng.randbytes(1 + int(1024 ** rng.random()))


def _duplicate(data: bytearray, rng: Rng) -> None:
    start, end = _span(data, rng)
    at = rng.randrange(len(data))
    data[at:at] = data[start:end]


def _truncate(data: bytearray, rng: Rng) -> None:
    del data[rng.randrange(len(data)) :]


def _splice(data: bytearray, rng: Rng) -> None:
    other = rng.choice(corpus()).data
    data[rng.randrange(len(data)) :] = other[rng.randrange(len(other)) :]


def _zero(data: bytearray, rng: Rng) -> None:
    start, end = _span(data, rng)
    data[start:end] = bytes(end - start)


def _magic(data: bytearray, rng: Rng) -> None:
    magic = rng.choice(_MAGICS)
    data[: len(magic) * rng.randrange(2)] = magic


def _number(data: bytearray, rng: Rng) -> None:
    """An extreme number, where lengths and offsets stand: also right behind a header of a zip's."""
    packed = struct.pack("<I", rng.choice(_NUMBERS))[: rng.choice((1, 2, 4))]
    at = rng.randrange(len(data))
    if rng.random() < 0.5 and (headers := [one.start() for one in re.finditer(rb"PK[\x01\x03\x05]", data)]):
        at = rng.choice(headers) + rng.randrange(4, 46)
    elif rng.random() < 0.3:
        at = rng.randrange(min(512, len(data)))
    data[at : at + len(packed)] = packed


BYTE_MUTATORS: tuple[Callable[[bytearray, Rng], None], ...] = (
    _flip, _delete, _insert, _duplicate, _truncate, _splice, _zero, _magic, _number, _flip, _number,
)  # fmt: skip

# -- XML in a package -------------------------------------------------------------------------------------

_TEXT = re.compile(rb">([^<>]*[^<>\s][^<>]*)<")
_ATTRIBUTE = re.compile(rb"\s([\w:]+)=\"([^\"]*)\"")
_START = re.compile(rb"<([A-Za-z][\w:]*)(?=[\s/>])[^<>]*?(/?)>")
_WORDS = [label.text for label in LABELS] + [str(v) for v in (*CUSTOMS, *BAD) if isinstance(v, (str, int, float))]
_ATTRIBUTES: dict[bytes, tuple[bytes, ...]] = {
    b"r": (b"XFD1048576", b"A1", b"A0", b"B6", b"I17", b"ZZZZ1", b"a1", b"B06", b"$B$6", b"", b"1048576", b"0", b"-1", b"7"),  # noqa: E501
    b"t": (b"e", b"s", b"b", b"d", b"n", b"str", b"inlineStr", b"x", b""),
    b"s": (b"0", b"1", b"14", b"99999", b"-1", b"4294967296", b"x"),
    b"ref": (b"A1:XFD1048576", b"B6:C6", b"B5:C5", b"A4:A6", b"I6:B6", b"B6", b"A1:I20", b"", b"B6:C6:D6", b"H4:I6"),
    b"hidden": (b"1", b"true", b"0"),
    b"state": (b"hidden", b"veryHidden", b"visible", b"x"),
    b"spans": (b"1:16384", b"9:1", b"x"),
    b"min": (b"1", b"0", b"16384"),
    b"max": (b"1", b"16384", b"99999999"),
    b"numFmtId": (b"14", b"0", b"49", b"165", b"9", b"22", b"45"),
    b"formatCode": (b"0.0,", b"yyyy", b"@", b";;;", b"[h]:mm", b"0%", b"General"),
    b"count": (b"0", b"4294967295", b"-1"),
    b"uniqueCount": (b"0", b"4294967295"),
    b"table:number-columns-repeated": (b"0", b"2", b"1024", b"16384", b"99999999999", b"-1"),
    b"table:number-rows-repeated": (b"0", b"2", b"1048576", b"99999999999", b"-1"),
    b"table:number-columns-spanned": (b"0", b"2", b"9", b"16384", b"99999999999"),
    b"table:number-rows-spanned": (b"0", b"2", b"9", b"1048576"),
    b"office:value-type": (b"float", b"string", b"date", b"percentage", b"currency", b"boolean", b"time", b"void", b"error"),  # noqa: E501
    b"office:value": (b"5", b"-5", b"1e309", b"NaN", b"12.5", b"x", b""),
    b"calcext:value-type": (b"error", b"float", b"string"),
    b"table:display": (b"false",),
    b"table:visibility": (b"collapse", b"filter"),
}  # fmt: skip
_ANY_VALUES = (
    b"",
    b"0",
    b"1",
    b"-1",
    b"99999999999999999999",
    b"x" * 70000,
    b"&#0;",
    "有".encode(),
    b"true",
    b"../../x",
)
_DOCTYPES = (
    b'<!DOCTYPE a [<!ENTITY x "boom">]>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
    b'<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY x "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>',
)
_XML_SOUP = (
    b"<f>1+1</f>", b"<f/>", b"<v/>", b"<v>5</v>", b"<is><t>5</t></is>", b"<!-- 5 -->", b"<![CDATA[7]]>", b"&x;", b"&#53;",  # noqa: E501
    b'<mergeCell ref="B6:C6"/>', b'<c r="B6"><v>9</v></c>', b'<row r="6"><c r="B6"><v>8</v></c></row>', b"<rPh><t>5</t></rPh>",  # noqa: E501
    b"<text:s/>", b"<text:p>5</text:p>", b"<table:covered-table-cell/>", b"<table:table-cell/>", b"</c>", b"<x:y/>", b"\x00",  # noqa: E501
    b'<mc:AlternateContent><mc:Choice Requires="x"><v>5</v></mc:Choice></mc:AlternateContent>', b"<office:annotation/>",
)  # fmt: skip


def in_parts(parts: dict[str, bytes], rng: Rng) -> bytes:
    changed = dict(parts)
    for _ in range(_some(rng)):
        if rng.random() < 0.06 and len(changed) > 1:
            rng.choice(PACKAGE_MUTATORS)(changed, rng)
            continue
        name = rng.choices([*changed], [_weight(name) for name in changed])[0]
        with contextlib.suppress(IndexError):  # nothing there of what it would change
            changed[name] = rng.choice(XML_MUTATORS)(changed[name], rng)
    return zipped(changed, rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))


def _weight(name: str) -> int:
    for mark, weight in (
        ("sheet1", 60),
        ("content.xml", 90),
        ("document.xml", 60),
        ("sharedStrings", 20),
        ("sheet", 8),
    ):
        if mark in name.rpartition("/")[2] and not name.endswith(".rels"):
            return weight
    return 6 if name.startswith("xl/") else 2


def _replaced(xml: bytes, start: int, end: int, by: bytes) -> bytes:
    return xml[:start] + by + xml[end:]


def _text(xml: bytes, rng: Rng) -> bytes:
    at = rng.choice([*_TEXT.finditer(xml)])
    by = rng.choice(_WORDS) if rng.random() < 0.7 else at[1].decode("utf-8", "replace")[: rng.randrange(1, 9)]
    if rng.random() < 0.2 and at[1].isdigit():
        by = str(rng.choice((0, 1, 5, 10**6, 10**9, -1, int(at[1][:9]) + 1)))
    return _replaced(xml, at.start(1), at.end(1), books.xml_text(by).encode("utf-8", "replace"))


def _attribute(xml: bytes, rng: Rng) -> bytes:
    known = [at for at in _ATTRIBUTE.finditer(xml) if at[1] in _ATTRIBUTES]
    at = rng.choice(known if known and rng.random() < 0.8 else [*_ATTRIBUTE.finditer(xml)])
    if rng.random() < 0.3:
        by = rng.choice([one[2] for one in _ATTRIBUTE.finditer(xml) if one[1] == at[1]])
    else:
        by = rng.choice(_ATTRIBUTES.get(at[1], _ANY_VALUES))
    return _replaced(xml, at.start(2), at.end(2), by)


def _attribute_gone(xml: bytes, rng: Rng) -> bytes:
    at = rng.choice([*_ATTRIBUTE.finditer(xml)])
    return _replaced(xml, at.start(), at.end(), b"")


def _attribute_added(xml: bytes, rng: Rng) -> bytes:
    at = rng.choice(
        [one for one in _START.finditer(xml) if one[1] in {b"c", b"row", b"col", b"sheet", b"table:table-cell"}]
    )
    name = rng.choice([b"t", b"s", b"hidden", b"state", b"r", *(key for key in _ATTRIBUTES if b":" in key)])
    added = b' %s="%s"' % (name, rng.choice(_ATTRIBUTES[name]))
    return _replaced(xml, at.end(1), at.end(1), added)


def _element(xml: bytes, rng: Rng) -> tuple[int, int]:
    at = rng.choice([*_START.finditer(xml)][1:])
    if at[2]:
        return at.span()
    close = b"</" + at[1] + b">"
    end = xml.find(close, at.end())
    return at.start(), end + len(close) if end >= 0 else at.end()


def _element_gone(xml: bytes, rng: Rng) -> bytes:
    return _replaced(xml, *_element(xml, rng), b"")


def _element_twice(xml: bytes, rng: Rng) -> bytes:
    start, end = _element(xml, rng)
    return _replaced(xml, end, end, xml[start:end])


def _element_nested(xml: bytes, rng: Rng) -> bytes:
    start, end = _element(xml, rng)
    at = rng.choice([*_START.finditer(xml)])
    return _replaced(xml, at.end(), at.end(), xml[start:end])


def _elements_swapped(xml: bytes, rng: Rng) -> bytes:
    (a, b), (c, d) = sorted((_element(xml, rng), _element(xml, rng)))
    return xml if b > c else xml[:a] + xml[c:d] + xml[b:c] + xml[a:b] + xml[d:]


def _likes_swapped(xml: bytes, rng: Rng) -> bytes:
    """Two texts, or two values of one attribute, change places."""
    pattern = rng.choice((rb"<v>([^<]*)</v>", rb"<si>(.*?)</si>", rb"<t[^>]*>([^<]*)</t>", rb"<c r=\"([^\"]*)\"",
                          rb"<c [^>]*>(.*?)</c>", rb"<row r=\"([^\"]*)\"", rb"sheet name=\"([^\"]*)\"", rb" r:id=\"([^\"]*)\"",  # noqa: E501
                          rb"<text:p>([^<]*)</text:p>", rb"office:value=\"([^\"]*)\"", rb"<row [^>]*>(.*?)</row>",
                          rb"ref=\"([^\"]*)\"", rb"(<table:table-cell[^>]*>)", rb"table:name=\"([^\"]*)\""))  # fmt: skip  # noqa: E501
    one, other = sorted(rng.choices([*re.finditer(pattern, xml, re.DOTALL)], k=2), key=lambda match: match.start(1))
    if one.end(1) > other.start(1):
        return xml
    between = xml[one.end(1) : other.start(1)]
    return xml[: one.start(1)] + other[1] + between + one[1] + xml[other.end(1) :]


def _doctype(xml: bytes, rng: Rng) -> bytes:
    head = xml.find(b"?>") + 2 if xml.startswith(b"<?xml") else 0
    xml = _replaced(xml, head, head, rng.choice(_DOCTYPES))
    at = rng.choice([*_TEXT.finditer(xml)])
    return _replaced(xml, at.start(1), at.end(1), b"&x;")


def _encoding(xml: bytes, rng: Rng) -> bytes:
    to = rng.choice(("utf-16", "utf-16-le", "gb18030", "utf-8-sig", "latin-1", "utf-7"))
    if rng.random() < 0.5:
        return xml.replace(b"UTF-8", to.encode(), 1).replace(b"utf-8", to.encode(), 1)
    return xml.decode("utf-8", "replace").encode(to, "replace")


def _soup(xml: bytes, rng: Rng) -> bytes:
    at = rng.choice([*_START.finditer(xml)])
    place = rng.choice((at.start(), at.end()))
    return _replaced(xml, place, place, rng.choice(_XML_SOUP))


def _deep(xml: bytes, rng: Rng) -> bytes:
    at = rng.choice([*_START.finditer(xml)])
    depth = rng.choice((50, 1000, 100_000))
    return _replaced(xml, at.end(), at.end(), b"<x>" * depth + b"</x>" * depth)


def _raw(xml: bytes, rng: Rng) -> bytes:
    return in_bytes(xml, rng)


XML_MUTATORS: tuple[Callable[[bytes, Rng], bytes], ...] = (
    *[_text, _attribute, _attribute_added, _likes_swapped] * 4, *[_element_gone, _element_twice, _soup] * 2,
    _attribute_gone, _element_nested, _elements_swapped, _doctype, _encoding, _deep, _raw,
)  # fmt: skip


def _part_gone(parts: dict[str, bytes], rng: Rng) -> None:
    del parts[rng.choice([*parts])]


def _part_copied(parts: dict[str, bytes], rng: Rng) -> None:
    parts[rng.choice([*parts])] = parts[rng.choice([*parts])]


def _part_renamed(parts: dict[str, bytes], rng: Rng) -> None:
    name = rng.choice([*parts])
    parts[rng.choice((name.upper(), name.replace("/", "\\"), "/" + name, name + "x", "x/" + name))] = parts.pop(name)


def _part_foreign(parts: dict[str, bytes], rng: Rng) -> None:
    other = rng.choice([one.parts for one in corpus() if one.parts])
    name = rng.choice([*other])
    parts[name] = other[name]


PACKAGE_MUTATORS: tuple[Callable[[dict[str, bytes], Rng], None], ...] = (
    _part_gone, _part_copied, _part_renamed, _part_foreign,
)  # fmt: skip

# -- records of an .xls -----------------------------------------------------------------------------------

Records = list[tuple[int, bytes]]


def in_records(data: bytes, rng: Rng) -> bytes:
    records = read_records(stream_of(data))
    for _ in range(_some(rng)):
        _record(records, rng)
    return containers.ole(rng.choice(("Workbook", "Workbook", "Workbook", "Book")), joined(records, rng.random() < 0.8))


def stream_of(data: bytes) -> bytes:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        return bytes(ole.openstream("Workbook").read())


def read_records(stream: bytes) -> Records:
    records, at = [], 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if not kind and not length:
            break
        records.append((kind, stream[at + 4 : at + 4 + length]))
        at += 4 + length
    return records


def joined(records: Records, mended: bool) -> bytes:
    """The records as a stream; `mended`, with each sheet's offset where it now starts."""
    starts, at = [], 0
    for kind, body in records:
        if kind == 0x809:
            starts.append(at)
        at += 4 + len(body)
    sheets = iter(starts[1:])
    out = b""
    for kind, body in records:
        start = next(sheets, None) if mended and kind == 0x85 else None
        whole = struct.pack("<I", start) + body[4:] if start else body
        out += struct.pack("<HH", kind, len(whole) & 0xFFFF) + whole
    return out[: 60 * 1024]  # as much as `containers.ole` has room for


_CELL_KINDS = (0x06, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xFD, 0x201, 0xBE, 0x207, 0xE5, 0x0C)


def _record(records: Records, rng: Rng) -> None:
    cells = [n for n, (kind, _) in enumerate(records) if kind in _CELL_KINDS]
    at = rng.choice(cells) if cells and rng.random() < 0.7 else rng.randrange(len(records))
    kind, body = records[at]
    roll = rng.randrange(9)
    if roll == 0 and len(records) > 2:
        del records[at]
    elif roll == 1:
        records.insert(rng.randrange(len(records)), records[at])
    elif roll == 2:
        other = rng.choice(cells or [0])
        records[at], records[other] = records[other], records[at]
    elif roll == 3:
        records[at] = (rng.choice((*_CELL_KINDS, 0x2F, 0x85, 0x0A, 0x809, rng.randrange(0x1000))), body)
    elif roll == 4 and len(body) >= 4:
        row, column = rng.choice((rng.randrange(22), 65535)), rng.choice((rng.randrange(11), 255, 65535))
        records[at] = (kind, struct.pack("<HH", row, column) + body[4:])
    elif roll == 5:
        records[at] = (kind, body[: rng.randrange(len(body) + 1)] + rng.randbytes(rng.randrange(3)))
    elif roll == 6 and len(body) >= 8:
        number = struct.pack("<d", rng.choice((5.0, -5.0, 12.5, 1e300, float("nan"), float("inf"), 0.0)))
        records[at] = (kind, body[:6] + number + body[14:])
    elif roll == 7 and len(body) >= 8:
        place = rng.randrange(len(body) - 1)
        records[at] = (kind, body[:place] + struct.pack("<H", rng.choice((0, 1, 255, 65535))) + body[place + 2 :])
    elif body:
        changed = bytearray(body)
        _flip(changed, rng)
        records[at] = (kind, bytes(changed))


# -- cells ------------------------------------------------------------------------------------------------

_LABEL_TEXTS = frozenset(label.text for label in LABELS) | {"网站和新媒体建设", "媒体宣传（篇数）"}
_EDITS: tuple[Callable[[str], str], ...] = (
    lambda t: t[1:], lambda t: t[:-1], lambda t: t + "数", lambda t: f"（{t}）", lambda t: f"{t}（公章）", " ".join,
    "\n".join, lambda t: t.replace("计生协", "计划生育协会"), "\u200b".join, lambda t: t * 2,
    lambda t: t.replace("场次", "次数"), lambda t: t.replace("省", "市"), lambda t: t + ":", lambda t: t.replace("、", ","),  # noqa: E501
    lambda t: f"{t}/{t}", lambda t: "(" + t, lambda t: t.replace("县", "区县"), lambda t: "1." + t,
)  # fmt: skip


def _page(book: Book, rng: Rng) -> Page:
    return book[0] if rng.random() < 0.9 else rng.choice(book)


def _label_cell(page: Page, rng: Rng) -> Cell:
    labels = [at for at, value in page.cells.items() if value in _LABEL_TEXTS]
    return rng.choice(sorted(labels or page.cells) or [(1, 1)])


def _figure_cell(page: Page, rng: Rng) -> Cell:
    """Mostly a cell where figures stand, if nothing was moved; else one anywhere near."""
    if rng.random() < 0.7:
        return rng.choice(FIELDS).at
    return rng.randrange(1, 24), rng.randrange(1, 14)


def _set(page: Page, at: Cell, value: Any) -> None:
    if value is None:
        page.cells.pop(at, None)
    else:
        page.cells[at] = value


def _labels_swapped(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    one, other = _label_cell(page, rng), _label_cell(page, rng)
    a, b = page.cells.get(one), page.cells.get(other)
    _set(page, one, b)
    _set(page, other, a)


def _label_moved(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    row, column = at = _label_cell(page, rng)
    value = page.cells.pop(at, None)
    _set(page, (max(1, row + rng.randrange(-2, 3)), max(1, column + rng.randrange(-2, 3))), value)


def _label_copied(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    to = _label_cell(page, rng) if rng.random() < 0.5 else _figure_cell(page, rng)
    _set(page, to, page.cells.get(_label_cell(page, rng)))


def _label_edited(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    at = _label_cell(page, rng)
    if isinstance(value := page.cells.get(at), str):
        page.cells[at] = rng.choice(_EDITS)(value)


def _label_gone(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    page.cells.pop(_label_cell(page, rng), None)


def _moved(page: Page, rows: Callable[[int], int], columns: Callable[[int], int]) -> None:
    """Give every cell and merged range a new place; what gets a place below 1 goes."""
    page.cells = {
        (rows(row), columns(column)): value
        for (row, column), value in page.cells.items()
        if rows(row) > 0 and columns(column) > 0
    }
    merges = []
    for top, left, bottom, right in page.merges:
        lines = [row for row in map(rows, range(top, bottom + 1)) if row > 0]
        across = [column for column in map(columns, range(left, right + 1)) if column > 0]
        if lines and across and (len(lines) > 1 or len(across) > 1):
            merges.append((min(lines), min(across), max(lines), max(across)))
    page.merges = merges


def _same(number: int) -> int:
    return number


def _lines_inserted(book: Book, rng: Rng) -> None:
    page, at, count = _page(book, rng), rng.randrange(1, 21), rng.choice((1, 1, 2, 5, 300))

    def later(number: int) -> int:
        return number + count if number >= at else number

    if rng.random() < 0.5:
        _moved(page, later, _same)
    else:
        at = rng.randrange(1, 11)
        _moved(page, _same, later)


def _lines_deleted(book: Book, rng: Rng) -> None:
    page, across = _page(book, rng), rng.random() < 0.5
    at = rng.randrange(1, 11 if across else 21)

    def earlier(number: int) -> int:
        return 0 if number == at else number - (number > at)

    _moved(page, _same, earlier) if across else _moved(page, earlier, _same)


def _lines_swapped(book: Book, rng: Rng) -> None:
    page, across = _page(book, rng), rng.random() < 0.5
    one, other = (rng.randrange(1, 10 if across else 19) for _ in "ab")
    places = {one: other, other: one}
    kept = list(page.merges)

    def swap(number: int) -> int:
        return places.get(number, number)

    _moved(page, _same, swap) if across else _moved(page, swap, _same)
    page.merges = kept


def _cells_swapped(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    one, other = _figure_cell(page, rng), _figure_cell(page, rng)
    a, b = page.cells.get(one), page.cells.get(other)
    _set(page, one, b)
    _set(page, other, a)


def _value(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    for _ in range(_some(rng)):
        value = rng.choice(rng.choice((CUSTOMS, BAD, (rng.randrange(10**5), rng.randrange(10)))))
        _set(page, _figure_cell(page, rng), value)


def _good_value(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    for _ in range(_some(rng)):
        _set(page, _figure_cell(page, rng), rng.choice((rng.randrange(10**5), str(rng.randrange(10**5)), "有", None)))


def _beside(book: Book, rng: Rng) -> None:
    words = (
        "合计",
        "小计",
        "说明：",
        "备注",
        "填报人：",
        "注：5",
        "联系人",
        "单位：场、人",
        "电话：13800000000",
        "本级",
        "其中",
    )
    _page(book, rng).cells[rng.randrange(1, 24), rng.randrange(1, 14)] = rng.choice(words)


def _merged(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    row, column = _figure_cell(page, rng) if rng.random() < 0.6 else _label_cell(page, rng)
    page.merges.append((row, column, row + rng.choice((0, 0, 1, 2)), column + rng.choice((0, 1, 1, 2, 8))))


def _merge_gone(book: Book, rng: Rng) -> None:
    page = _page(book, rng)
    if page.merges:
        del page.merges[rng.randrange(len(page.merges))]


def _merge_filled(book: Book, rng: Rng) -> None:
    """A merged cell taken apart, its text in each of its cells."""
    page = _page(book, rng)
    if page.merges:
        top, left, bottom, right = page.merges.pop(rng.randrange(len(page.merges)))
        value = page.cells.get((top, left))
        for row in range(top, min(bottom, top + 40) + 1):
            for column in range(left, min(right, left + 40) + 1):
                _set(page, (row, column), value)


def _sheet_copied(book: Book, rng: Rng) -> None:
    copy = rng.choice(book).copy()
    copy.name = rng.choice(("信息统计表", "Sheet2", "备份", "_stattable", "汇总"))
    if all(page.name != copy.name for page in book) and len(book) < 5:
        copy.state = rng.choice(("visible", "visible", "hidden", "veryHidden"))
        if rng.random() < 0.5:
            _good_value([copy], rng)
        book.insert(rng.randrange(len(book) + 1), copy)


def _sheet_hidden(book: Book, rng: Rng) -> None:
    rng.choice(book).state = rng.choice(("visible", "hidden"))


def _line_typed_again(book: Book, rng: Rng) -> None:
    """A row of labels or figures stands a second time elsewhere."""
    page, row, to = _page(book, rng), rng.randrange(4, 18), rng.randrange(1, 24)
    for column in range(1, 12):
        _set(page, (to, column), page.cells.get((row, column)))


CELL_MUTATORS: tuple[Callable[[Book, Rng], None], ...] = (
    _labels_swapped, _label_moved, _label_copied, _label_edited, _label_gone, _lines_inserted, _lines_inserted,
    _lines_deleted, _lines_swapped, _cells_swapped, _value, _good_value, _good_value, _good_value, _beside, _merged,
    _merge_gone, _merge_filled, _sheet_copied, _sheet_hidden, _line_typed_again,
)  # fmt: skip


def through_openpyxl(data: bytes, book: Book) -> bytes:
    """The workbook `data` with the cells of `book` in the sheets of the same names, and with its other sheets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(io.BytesIO(data))
    for page in book:
        sheet = workbook[page.name] if page.name in workbook.sheetnames else workbook.create_sheet(page.name)
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        for cell in sheet._cells.values():
            cell.value = None
        for (row, column), value in page.cells.items():
            cell = sheet.cell(row, column)
            said = value.text if isinstance(value, (Bad, Formula)) else value
            if isinstance(said, str):
                said = "".join(char for char in said if char in "\t\n\r" or char >= " ")
            cell.value = said
            if isinstance(value, str):
                cell.data_type = "s"
        for top, left, bottom, right in page.merges:
            sheet.merged_cells.add(f"{a1(top, left)}:{a1(bottom, right)}")
        sheet.sheet_state = page.state
    if not any(sheet.sheet_state == "visible" for sheet in workbook.worksheets):
        workbook.worksheets[0].sheet_state = "visible"
    out = io.BytesIO()
    workbook.save(out)
    with zipfile.ZipFile(out) as package:  # without the time at which it was saved
        return zipped({name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"})
