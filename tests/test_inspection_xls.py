"""What calamine does not show of an .xls, by its records."""

import io
import re
import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from python_calamine import CalamineWorkbook

from stattable.formats.calamine import CalamineBook
from stattable.formats.inspection.xls import XlsInspector, stored_number
from stattable.formats.sheet import Appearance, Cell, Inspection, Unread
from stattable.formats.sniff import FileKind
from writers.containers import GOLDEN, formula, number, ole, ole_in_a_circle, record, xls

SUM, NOTHING, EMPTY_TEXT = b"\x1e\x01\x00", b"\x03\0\0\0\0\0\xff\xff", b"\x17\x00\x00"
TWO = struct.pack("<d", 2.0)
BOF, EOF = record(0x809, bytes(16)), record(0x0A)


def inspected(data: bytes, sheet: int = 0) -> Inspection | None:
    return XlsInspector(data).inspect(sheet)


# -- what calamine shows as a blank -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "unreads"),
    [
        (number(5, 1, 3.0), {}),
        (formula(5, 1, struct.pack("<d", 2.0), SUM), {}),
        (formula(5, 1, b"\x00\0\0\0\0\0\xff\xff", SUM), {}),  # to a text, which follows
        (formula(5, 1, NOTHING, EMPTY_TEXT), {}),  # to nothing, rightly
        (formula(5, 1, NOTHING, SUM), {(6, 2): Unread("=")}),
        (formula(5, 1, b"\x02\0\x07\0\0\0\xff\xff", SUM), {(6, 2): Unread("#DIV/0!")}),
        (formula(5, 1, b"\x02\0\x63\0\0\0\xff\xff", SUM), {(6, 2): Unread("#VALUE!")}),
        (record(0x205, struct.pack("<HHHBB", 5, 1, 0, 23, 1)), {(6, 2): Unread("#REF!")}),
        (record(0x205, struct.pack("<HHHBB", 5, 1, 0, 1, 0)), {}),  # TRUE
        (number(0, 0, 1.0) + BOF + EOF + formula(9, 25, NOTHING, SUM), {(10, 26): Unread("=")}),  # behind a chart
        (BOF + formula(5, 1, NOTHING, SUM) + EOF, {}),  # in a chart
    ],
)  # fmt: skip
def test_unread(cells: bytes, unreads: dict[Cell, Unread]) -> None:
    other = formula(0, 0, NOTHING, SUM)
    assert inspected(xls(other, cells, other), 1) == (Inspection(unreads) if unreads else None)


# -- how cells are shown ----------------------------------------------------------------------------------


def font(colour: int) -> bytes:
    return record(0x31, struct.pack("<HHHHHBBBBBB", 220, 0, colour, 400, 0, 0, 0, 134, 0, 1, 0) + b"A")


def format_(number: int, code: str) -> bytes:
    return record(0x41E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))


def style(font: int = 0, code: int = 0, fill: int = 0, colour: int = 64) -> bytes:
    return record(0xE0, struct.pack("<HHH8xIH", font, code, 0, fill << 26, colour | 65 << 7))


def palette(*colours: bytes) -> bytes:
    return record(0x92, struct.pack("<H", len(colours)) + b"".join(colour + b"\0" for colour in colours))


AUTOMATIC, WHITE, RED = font(0x7FFF), font(9), font(10)


@pytest.mark.parametrize(
    ("styles", "display"),
    [
        (AUTOMATIC + style(), None),
        (WHITE + style(), Appearance("colour")),
        (font(1) + style(), Appearance("colour")),
        (font(65) + style(), Appearance("colour")),
        (RED + style(), None),
        (RED + style(fill=1, colour=10), Appearance("colour")),
        (RED + style(fill=1, colour=2), Appearance("colour")),  # the same red
        (RED + style(fill=2, colour=10), None),  # a pattern
        (WHITE + style(fill=1, colour=10), None),
        (WHITE + style(fill=1, colour=65), Appearance("colour")),
        (WHITE + style(fill=1, colour=64), None),
        (AUTOMATIC + style(fill=1, colour=8), Appearance("colour")),  # black on black
        (palette(b"\xff\xff\xff", b"\0\0\xff") + WHITE + style(), None),  # 8 is white, 9 is blue
        (palette(b"\xff\xf8\xff") + font(8) + style(), Appearance("colour")),  # nearly white
        (AUTOMATIC * 4 + WHITE + style(font=5), Appearance("colour")),  # there is no font 4
        (AUTOMATIC * 4 + WHITE + style(font=3), None),
        (AUTOMATIC + style(font=9), None),  # there is no such font at all
        (AUTOMATIC + format_(164, '0"万"') + style(code=164), Appearance(None, '0"万"')),
        (AUTOMATIC + format_(164, '0"场"') + style(code=164), None),
        (AUTOMATIC + style(code=9), Appearance(None, "0%")),
        (AUTOMATIC + record(0x41E, b"\xa4\0\4\0\x000.0%") + style(code=164), Appearance(None, "0.0%")),
        (WHITE + style(code=9), Appearance("colour", "0%")),
        (b"", None),
    ],
)
def test_styles(styles: bytes, display: Appearance | None) -> None:
    expected = Inspection({}, None, {(6, 2): display}) if display else None
    assert inspected(xls(number(5, 1, 3.0), styles=styles)) == expected


@pytest.mark.parametrize(
    ("styles", "display"),
    [
        (AUTOMATIC + record(0xE0, bytes(16)), None),
        (WHITE + record(0xE0, bytes(16)), Appearance("colour")),
        (WHITE + record(0xE0, bytes(8) + b"\x0a\0\1\0" + bytes(4)), None),
        (RED + record(0xE0, bytes(8) + b"\x0a\0\1\0" + bytes(4)), Appearance("colour")),
        (RED + record(0xE0, bytes(8) + b"\x0a\0\2\0" + bytes(4)), None),
        (record(0x42, struct.pack("<H", 936)) + RED + record(0x41E, b"\xa4\0\5" + '0"万"'.encode("gbk"))
         + record(0xE0, b"\0\0\xa4\0" + bytes(12)), Appearance(None, '0"万"')),
        (RED + record(0x41E, b"\xa4\0\0020%") + record(0xE0, b"\0\0\xa4\0" + bytes(12)), Appearance(None, "0%")),
    ],
)  # fmt: skip
def test_styles_of_excel_95(styles: bytes, display: Appearance | None) -> None:
    data = xls(number(5, 1, 3.0), styles=styles, version=0x500)
    assert XlsInspector(data).reaches == [(6, 2)]
    assert inspected(data) == (Inspection({}, None, {(6, 2): display}) if display else None)


def row(at: int, flags: int) -> bytes:
    return record(0x208, struct.pack("<HHHHHHI", at, 0, 9, 300, 0, 0, flags))


def columns(first: int, last: int, flags: int) -> bytes:
    return record(0x7D, struct.pack("<HHHHHH", first, last, 2560, 0, flags, 0))


def multi(first: int, *styles: int) -> bytes:
    """Several numbers side by side in row 5."""
    cells = b"".join(struct.pack("<HI", style, 6) for style in styles)
    return record(0xBD, struct.pack("<HH", 5, first) + cells + struct.pack("<H", first + len(styles) - 1))


@pytest.mark.parametrize(
    ("cells", "displays"),
    [
        (row(5, 0x20) + number(5, 1, 3.0) + number(6, 1, 3.0), {(6, 2): Appearance("row")}),
        (row(5, 0x100) + number(5, 1, 3.0), {}),
        (row(5, 0x20) + row(6, 0x20), {}),  # nothing in them
        (row(5, 0x20) + record(0x201, struct.pack("<HHH", 5, 1, 0)), {}),  # a blank
        (row(5, 0x20) + record(0xBE, struct.pack("<HHHHH", 5, 1, 0, 0, 2)), {}),  # several
        (
            columns(1, 2, 1) + multi(1, 0, 0) + number(6, 3, 3.0),
            {(6, 2): Appearance("column"), (6, 3): Appearance("column")},
        ),
        (columns(2, 0xFFFF, 1) + multi(1, 0, 0), {(6, 3): Appearance("column")}),
        (columns(1, 2, 0x1000) + multi(1, 0, 0), {}),
        (columns(1, 1, 1) + row(5, 0x20) + number(5, 1, 3.0), {(6, 2): Appearance("row")}),
        (row(5, 0x20) + number(5, 1, 3.0, style=1), {(6, 2): Appearance("row", "0%")}),
        (multi(1, 0, 1), {(6, 3): Appearance(None, "0%")}),
        (record(0xFD, struct.pack("<HHHI", 5, 1, 1, 0)), {}),  # a text
        (formula(5, 1, struct.pack("<d", 2.0), SUM), {}),
        (number(5, 1, 3.0, style=7), {}),  # there is no such style
    ],
)
def test_hidden(cells: bytes, displays: dict[Cell, Appearance]) -> None:
    styles = AUTOMATIC + style() + style(code=9)
    assert inspected(xls(cells, styles=styles)) == (Inspection({}, None, displays) if displays else None)


# -- what calamine reads otherwise than Excel -------------------------------------------------------------


def test_a_formula_in_a_record_of_excel_4_has_its_result() -> None:
    cells = record(0x0406, formula(5, 1, TWO, SUM)[4:])
    data = xls(cells)
    alone = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert alone.to_python() == []  # should this ever change, nothing need be put right any more
    book = CalamineBook(data, FileKind.XLS, None)
    assert book.sheet(book.names[0]).cell(6, 2) == 2.0


@pytest.mark.parametrize("font", [{"struck": True}, {"script": 1}, {"script": 2}])
def test_annotating_fonts_of_excel_95_are_no_damage(font: dict[str, int]) -> None:
    """Its texts stand in their cells: there are no shared ones."""
    body = struct.pack("<HHHHHBBBB", 200, 8 * bool(font.get("struck")), 8, 400, font.get("script", 0), 0, 0, 0, 0)
    fonts = record(0x31, body + b"\5Arial")
    assert inspected(xls(number(5, 1, 3.0), styles=fonts, version=0x500)) is None


# -- how much calamine would lay out ----------------------------------------------------------------------


def says(top: int, bottom: int, left: int, right: int) -> bytes:
    return record(0x200, struct.pack("<IIHHH", top, bottom, left, right, 0))


@pytest.mark.parametrize(
    ("cells", "reach"),
    [
        (b"", (0, 0)),
        (number(0, 0, 1.0), (1, 1)),
        (number(65535, 255, 1.0), (0, 0)),  # what is too far is left out where there is no room for all
        (number(65535, 0, 1.0) + number(0, 255, 1.0), (1, 256)),
        (number(65535, 0, 1.0) + number(0, 9, 1.0), (65536, 10)),
        (multi(250, 0, 0, 0), (6, 253)),
        (formula(65535, 255, NOTHING, SUM), (0, 0)),
        (record(0x205, struct.pack("<HHHBB", 99, 9, 0, 1, 0)), (100, 10)),
        (record(0xFD, struct.pack("<HHHI", 99, 9, 0, 0)), (100, 10)),
        (record(0x204, struct.pack("<HHHHB", 99, 9, 0, 0, 0)), (100, 10)),
        (record(0x27E, struct.pack("<HHHI", 99, 9, 0, 6)), (100, 10)),
        (record(0x201, struct.pack("<HHH", 65535, 255, 0)), (0, 0)),  # a blank
        (BOF + number(65535, 255, 1.0) + EOF + number(1, 1, 1.0), (2, 2)),  # in a chart
        (record(0x409, bytes(16)) + number(9, 9, 1.0), (10, 10)),  # no chart
        (says(0, 65536, 0, 256) + number(0, 0, 1.0), (1, 1)),  # what a sheet says of itself costs nothing
        (says(0, 2**32 - 1, 0, 255) + number(0, 0, 1.0), (1, 1)),  # this, which calamine dies of, is left out
        (says(5, 1, 0, 255), (0, 0)),
        (says(5, 0, 0, 0), (0, 0)),
        (record(0x200, struct.pack("<HHHHH", 5, 1, 0, 255, 0)), (0, 0)),  # as Excel 95 says it
    ],
)
def test_reach(cells: bytes, reach: Cell) -> None:
    inspector = XlsInspector(xls(number(0, 0, 1.0), cells))
    assert inspector.reaches == [(1, 1), reach]
    assert (inspector.reach(0), inspector.reach(1)) == ((1, 1), reach)


@pytest.mark.parametrize(
    "cells",
    [number(0, 0, 1.0), number(4, 2, 1.0) + number(1, 3, 2.0), BOF + number(9, 9, 1.0) + EOF + multi(1, 0, 0),
     says(0, 65536, 0, 256) + formula(7, 7, b"\x01\0\1\0\0\0\xff\xff", SUM)],
)  # fmt: skip
def test_calamine_lays_out_as_much(cells: bytes) -> None:
    data = xls(cells)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert XlsInspector(data).reaches == [(len(rows), len(rows[0]))]


# -- what does not hold together --------------------------------------------------------------------------


def test_without_a_workbook_in_it() -> None:
    with pytest.raises(ValueError, match="Workbook"):
        XlsInspector(ole("WordDocument"))


def test_a_stream_that_runs_in_a_circle() -> None:
    """Xlrd would follow it for ever."""
    with pytest.raises(struct.error):
        assert XlsInspector(ole_in_a_circle("Workbook")).reaches


BOUND = b"\x85\0\x09\0"


def sheet_starts(data: bytes) -> list[int]:
    return [match.end() for match in re.finditer(re.escape(BOUND), data)]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (lambda first, length: first, None),  # twice the same: read once
        (lambda first, length: first + 20, struct.error),  # one within another: neither has an end
        (lambda first, length: length + 1, struct.error),
        (lambda first, length: 2**32 - 1, struct.error),
    ],
)
def test_sheets_that_lie_elsewhere(second: Callable[[int, int], int], fault: type[Exception] | None) -> None:
    data = bytearray(xls(number(0, 0, 1.0), number(1, 1, 1.0)))
    first, other = sheet_starts(bytes(data))
    start = struct.unpack_from("<I", data, first)[0]
    struct.pack_into("<I", data, other, second(start, 4096))
    if fault:
        with pytest.raises((fault, KeyError)):
            XlsInspector(bytes(data))
    else:
        assert XlsInspector(bytes(data)).reaches == [(1, 1), (1, 1)]


def test_records_that_never_end() -> None:
    data = xls(number(0, 0, 1.0) * 200)
    cut = data.replace(EOF, record(0x0B), 2)
    with pytest.raises(struct.error):
        assert XlsInspector(cut).reaches


# -- what LibreOffice wrote -------------------------------------------------------------------------------


def test_libreoffice() -> None:
    """A workbook by openpyxl, which LibreOffice turned into .xls: golden/closer/make.py."""
    inspector = XlsInspector((GOLDEN / "closer/displays.xls").read_bytes())
    assert inspector.reach(0) == (7, 4)
    assert inspector.inspect(0) == Inspection(
        {(6, 1): Unread("#DIV/0!"), (6, 3): Unread("#N/A")},
        None,
        {
            **{(row, 4): Appearance("column") for row in range(1, 7)},
            **{(2, column): Appearance("row") for column in range(1, 5)},
            **{(3, column): Appearance("colour") for column in range(1, 3)},
            (4, 1): Appearance(None, "0\\万"),
            (4, 2): Appearance(None, "0%"),
            (4, 3): Appearance(None, ";;;"),
        },
    )


def test_libreoffice_with_a_result_taken_out() -> None:
    """The same, where =1+1 has lost its result, as some programs leave it."""
    data = (GOLDEN / "closer/displays.xls").read_bytes()
    cell = struct.pack("<HH", 5, 1)
    at = next(
        match.end() + 2 for match in re.finditer(re.escape(cell), data) if data[match.end() + 2 :].startswith(TWO)
    )
    inspection = XlsInspector(data[:at] + NOTHING + data[at + 8 :]).inspect(0)
    assert inspection is not None
    assert inspection.unreads == {(6, 1): Unread("#DIV/0!"), (6, 2): Unread("="), (6, 3): Unread("#N/A")}


@pytest.mark.parametrize(("name", "reaches"), [("return", [(20, 11), (10, 4)]), ("faults", [(20, 9)])])
def test_returns_of_libreoffice(name: str, reaches: list[Cell]) -> None:
    inspector = XlsInspector((GOLDEN / f"{name}.xls").read_bytes())
    assert inspector.reaches == reaches
    unreads = {(6, 2): Unread("#DIV/0!"), (6, 3): Unread("#N/A")}
    assert inspector.inspect(0) == (Inspection(unreads) if name == "faults" else None)


# -- texts with annotated runs ----------------------------------------------------------------------------


def font(flags: int = 0, escapement: int = 0) -> bytes:
    return record(0x31, struct.pack("<HHHHH", 200, flags, 0x7FFF, 400, escapement) + bytes(6))


def shared(text: bytes, length: int, *runs: tuple[int, int], wide: bool = False, extra: int = 0) -> bytes:
    """A shared string; each run begins at a character and has a font."""
    flags = wide | (8 if runs else 0) | (4 if extra else 0)
    head = struct.pack("<HB", length, flags) + (struct.pack("<H", len(runs)) if runs else b"")
    head += struct.pack("<I", extra) if extra else b""
    return head + text + b"".join(struct.pack("<HH", *one) for one in runs) + bytes(extra)


def strings(*texts: bytes, cuts: tuple[int, ...] = ()) -> bytes:
    """The record of shared strings, cut into several where `cuts` says."""
    body = struct.pack("<II", len(texts), len(texts)) + b"".join(texts)
    bounds = [0, *cuts, len(body)]
    bodies = [body[start:end] for start, end in pairwise(bounds)]
    return record(0xFC, bodies[0]) + b"".join(record(0x3C, one) for one in bodies[1:])


FONTS = font() * 4 + font(escapement=1) + font(flags=8) + font(escapement=2)  # their numbers: 0 to 3, 5, 6, 7
TEXT = record(0xFD, struct.pack("<HHHI", 5, 1, 0, 1))
OTHER = shared(b"other", 5)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (shared(b"102", 3), None),
        (shared(b"1021", 4, (3, 1)), None),
        (shared(b"1021", 4, (3, 9)), None),  # there is no such font
        (shared(b"1021", 4, (3, 5)), "102（上标：1）"),
        (shared(b"1021", 4, (3, 7)), "102（下标：1）"),
        (shared(b"99102", 5, (0, 6), (2, 1)), "（划掉：99）102"),
        (shared("约99".encode("utf-16-le"), 3, (1, 6), wide=True, extra=7), "约（划掉：99）"),
    ],
)
def test_annotated_runs(text: bytes, seen: str | None) -> None:
    inspection = inspected(xls(TEXT, styles=FONTS + style() + strings(OTHER, text)))
    assert (inspection.texts if inspection else {}) == ({(6, 2): seen} if seen else {})


@pytest.mark.parametrize("cut", range(8, 8 + len(OTHER) + 4 + len("1021") + 1))
def test_shared_strings_go_on_in_another_record(cut: int) -> None:
    text = shared(b"1021", 4, (3, 5))
    start = 8 + len(OTHER)
    within = [(8 + 3, 8 + len(OTHER)), (start + 5, start + 9)]  # where the characters are: flags say anew how wide
    body = struct.pack("<II", 2, 2) + OTHER + text
    anew = b"\0" if any(first <= cut < last for first, last in within) else b""
    records = record(0xFC, body[:cut]) + record(0x3C, anew + body[cut:])
    inspection = inspected(xls(TEXT, styles=FONTS + style() + records))
    assert inspection is not None
    assert inspection.texts == {(6, 2): "102（上标：1）"}


@pytest.mark.parametrize(
    ("stored", "number"),
    [
        (0x02, 0),
        ((120 << 2) | 2, 120),
        ((12000 << 2) | 3, 120),
        (0x405E0000, 120),
        (0x40C77001, 120),
        (-22 & 0xFFFFFFFF, -6),
    ],
)
def test_numbers_in_four_bytes(stored: int, number: float) -> None:
    assert stored_number(struct.pack("<I", stored)) == number
    assert stored_number(struct.pack("<d", number)) == number
