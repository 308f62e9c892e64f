"""What calamine does not show of an .xls, and a WPS .et: the records of its workbook stream."""

import struct
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from stattable.formats.inspection.colours import BLACK, PALETTE, WHITE, Colour, alike
from stattable.formats.inspection.number_formats import BUILT_IN, is_odd, shows_another_number
from stattable.formats.inspection.xls_formulas import formulas
from stattable.formats.inspection.xls_records import (
    BOF,
    BOOL_OR_ERROR,
    DIMENSIONS,
    EXCEL_97,
    FILLED,
    FORMULA,
    MULTI_RK,
    RICH_TEXT,
    claimed_reach,
    open_xls,
    records,
    two_bytes,
)
from stattable.formats.inspection.xlsx_setup import margin_parts
from stattable.formats.sheet import (
    EPOCH,
    EPOCH_1904,
    MAX_COLUMNS,
    Appearance,
    Cell,
    Inspection,
    Margin,
    Setup,
    SheetEntry,
    Unread,
    Unreadable,
    annotated_run,
)

_BOUND_SHEET, _PALETTE, _FONT, _FORMAT, _XF = 0x85, 0x92, 0x31, 0x041E, 0xE0
_DATE_MODE, _COLUMNS, _ROW = 0x22, 0x7D, 0x0208
_NUMBERS: Final = frozenset({0x0203, 0x027E, FORMULA})
_STYLES: Final = frozenset({BOF, _PALETTE, _FONT, _FORMAT, _XF})
_MOST_COLUMNS: Final = 256  # of a sheet; calamine would lay out as many as a cell asks for, as it opens the file
_MOST: Final = 65_536 * _MOST_COLUMNS  # cells of a sheet

_NO_NUMBER: Final = 0xFFFF  # the last two bytes of a formula's result, where the first one says what it is instead
_ERROR, _NOTHING = 2, 3
_EMPTY_TEXT: Final = b"\x17\x00\x00"  # "" in a formula's tokens: only such a one rightly comes to nothing
ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_SHARED_STRINGS, _CONTINUE, _SHARED_TEXT = 0xFC, 0x3C, 0xFD
_FILTER_MODE, _CONDITIONAL, _OBJECT = 0x9B, 0x01B0, 0x5D
_DROP_DOWN, _NOTE = 0x14, 0x19  # kinds of objects: the arrow of a filter, a comment
_MARGINS: Final = {0x14: "header", 0x15: "footer"}
_EXTENDED, _RICH = 0x04, 0x08  # flags of a text
_HIDDEN_COLUMNS, _HIDDEN_ROW, _STRUCK = 0x01, 0x20, 0x08  # flags
_NO_FILL, _SOLID = 0, 1
_USUAL_PAPER: Final = 65

_PLACE: Final = struct.Struct("<HHH")  # of a cell: its row, column and style


class XlsInspector:
    """Inspects the sheets of an .xls.

    Args:
        data: the whole file.

    Attributes:
        data: the file as calamine is to read it.
        encoding: that its texts are in.
        reaches: how many rows and columns calamine lays out for each sheet as it opens the file.
    """

    is_unusual = False  # `data` is put right already
    sheets: Sequence[SheetEntry] = ()

    def __init__(self, data: bytes) -> None:
        self.data, self._stream, self.encoding = open_xls(data)
        reaches = {start: _reach(sheet) for start, sheet in self._sheets.items()}  # calamine may die of what is broken
        if any(columns > _MOST_COLUMNS for _, columns in reaches.values()):
            raise Unreadable("F001")
        self.reaches = [reaches[start] for start in self._starts]

    def is_unusual_sheet(self, sheet: int) -> bool:  # noqa: ARG002
        """Return that no sheet is."""
        return False

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine lays out."""
        return self.reaches[sheet]

    def inspect(self, sheet: int) -> Inspection | None:
        """Find error values, uncalculated formulas, and cells that are not shown as what they hold."""
        unreads: dict[Cell, Unread] = {}
        displays: dict[Cell, Appearance] = {}
        texts: dict[Cell, str] = {}
        odd = _odd_styles(tuple(one for one in self._globals if one[0] in _STYLES), self.encoding)
        hidden_rows: set[int] = set()
        hidden_columns: set[int] = set()
        for kind, body in records(self._sheets[self._starts[sheet]]):
            if kind == _ROW and body[12] & _HIDDEN_ROW:  # rows and columns come before what is in them
                hidden_rows.add(two_bytes(body) + 1)
            elif kind == _COLUMNS and body[8] & _HIDDEN_COLUMNS:
                hidden_columns.update(range(two_bytes(body) + 1, min(two_bytes(body, 2) + 1, MAX_COLUMNS) + 1))
            elif kind in FILLED:
                for row, column, style, number in _cells(kind, body):
                    if unread := _unread(kind, body):
                        unreads[row, column] = unread
                    hidden_by, code = odd.get(style, (None, None))
                    hidden_by = "row" if row in hidden_rows else "column" if column in hidden_columns else hidden_by
                    if code and not (number and shows_another_number(code, stored_number(number))):
                        code = None
                    if hidden_by or code:
                        displays[row, column] = Appearance(hidden_by, code)
                    if text := self._annotated(kind, body):
                        texts[row, column] = text
        return Inspection(unreads, None, displays, texts) if unreads or displays or texts else None

    def formulas(self, sheet: int) -> Mapping[Cell, str]:
        """Return the formulas of a sheet as Excel writes them, without ``=``, ``$`` and spaces."""
        return formulas(records(self._sheets[self._starts[sheet]]))

    def setup(self, sheet: int) -> Setup:
        """Return how a sheet as a whole is shown and printed; what is printed stands elsewhere."""
        rows, columns, extras, margins = set[int](), set[int](), set[str](), set[Margin]()
        filtered = False
        for kind, body in records(self._sheets[self._starts[sheet]]):
            if kind == _ROW and body[12] & _HIDDEN_ROW:
                rows.add(two_bytes(body) + 1)
            elif kind == _COLUMNS and body[8] & _HIDDEN_COLUMNS:
                columns.update(range(two_bytes(body) + 1, min(two_bytes(body, 2) + 1, MAX_COLUMNS) + 1))
            elif kind == _FILTER_MODE:
                filtered = True
            elif kind == _CONDITIONAL:
                extras.add("conditional")
            elif kind == _OBJECT and (its := two_bytes(body, 4)) != _DROP_DOWN:
                extras.add("comments" if its == _NOTE else "objects")
            elif kind in _MARGINS and body:
                margins.update(margin_parts(_MARGINS[kind], _text(body, EXCEL_97)))
        return Setup(frozenset(rows), frozenset(columns), filtered, frozenset(extras), margins=frozenset(margins))

    @cached_property
    def epoch(self) -> date:
        """Day 0 of the dates that are stored as numbers."""
        since_1904 = any(kind == _DATE_MODE and two_bytes(body) for kind, body in records(self._stream))
        return EPOCH_1904 if since_1904 else EPOCH

    @cached_property
    def _globals(self) -> list[tuple[int, bytes]]:
        """The records of the workbook itself, as far as they matter."""
        return [record for record in records(self._stream) if record[0] in _STYLES or record[0] == _BOUND_SHEET]

    def _annotated(self, kind: int, body: bytes) -> str | None:
        """Return the text of a cell's record as it is seen, or None where it has no annotated run."""
        if kind == _SHARED_TEXT:
            return self._odd_strings.get(int.from_bytes(body[6:10], "little"))
        if kind != RICH_TEXT or not self._annotations:
            return None
        if two_bytes(self._stream, 4) == EXCEL_97:
            return _rich_text(body, self._annotations)
        return _rich_text_of_excel_95(body, self._annotations, self.encoding or "latin-1")

    @cached_property
    def _annotations(self) -> Mapping[int, str]:
        """How each font annotates its text, by its number; those that do not are left out."""
        hows = [_annotation(body) for kind, body in self._globals if kind == _FONT]
        return {number + (number > 3): how for number, how in enumerate(hows) if how}  # there is no font 4

    @cached_property
    def _odd_strings(self) -> Mapping[int, str]:
        """The shared strings that have annotated runs, as they are seen, by their number."""
        return dict(_strings(self._stream, self._annotations)) if self._annotations else {}

    @cached_property
    def _starts(self) -> list[int]:
        """Where in the stream each sheet begins."""
        return [struct.unpack_from("<I", body)[0] for kind, body in self._globals if kind == _BOUND_SHEET]

    @cached_property
    def _sheets(self) -> Mapping[int, bytes]:
        """What lies between the start of each sheet and the next one's."""
        bounds = sorted({*self._starts, len(self._stream)})
        return {start: self._stream[start:end] for start, end in pairwise(bounds)}


# -- cells ------------------------------------------------------------------------------------------------


def _cells(kind: int, body: bytes) -> list[tuple[int, int, int, bytes]]:
    """Return 1-based row and column, style, and number as it is stored, of the cells in a record, one of `FILLED`."""
    row, column, style = _PLACE.unpack_from(body)
    if kind != MULTI_RK:
        return [(row + 1, column + 1, style, body[6:14] if kind in _NUMBERS else b"")]
    several = range((len(body) - 6) // 6)
    return [(row + 1, column + 1 + n, two_bytes(body, 4 + 6 * n), body[6 + 6 * n : 10 + 6 * n]) for n in several]


def stored_number(stored: bytes) -> float:
    """Return a number from its eight bytes, or from the four that it is shortened to."""
    if len(stored) == 8:
        return float(struct.unpack("<d", stored)[0])
    short = int.from_bytes(stored, "little", signed=True)
    number = short >> 2 if short & 2 else struct.unpack("<d", bytes(4) + struct.pack("<i", short & ~3))[0]
    return float(number) / 100 if short & 1 else float(number)


def _reach(sheet: bytes) -> Cell:
    rows = columns = 0
    for kind, body in records(sheet):
        if kind == DIMENSIONS:
            claimed = claimed_reach(body)
            if claimed[0] * claimed[1] > _MOST:
                return claimed
        elif kind in FILLED:
            row, column, *_ = _cells(kind, body)[-1]
            rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _unread(kind: int, body: bytes) -> Unread | None:
    if kind == BOOL_OR_ERROR and body[7]:
        return Unread(ERRORS.get(body[6], "#VALUE!"))
    if kind == FORMULA and two_bytes(body, 12) == _NO_NUMBER:
        if body[6] == _ERROR:
            return Unread(ERRORS.get(body[8], "#VALUE!"))
        if body[6] == _NOTHING and _EMPTY_TEXT not in body[22:]:
            return Unread("=")
    return None


# -- texts in several formats -----------------------------------------------------------------------------


def _annotation(font: bytes) -> str | None:
    """Return how a font annotates its text."""
    if font[2] & _STRUCK:
        return "struck"
    return {1: "superscript", 2: "subscript"}.get(two_bytes(font, 8))


class _Pieces:
    """The bytes of the shared strings, which several records hold one after the other."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = deque(pieces)
        self._at = 0

    def take(self, length: int) -> bytes:
        """Return the next bytes, wherever a record ends."""
        taken = b""
        while len(taken) < length:
            more = self._pieces[0][self._at : self._at + length - len(taken)]
            taken += more
            self._at += len(more)
            if len(taken) < length:
                self._next()
        return taken

    def characters(self, count: int, is_wide: bool) -> str:
        """Return the next characters; where a record ends among them, the next one says anew how wide they are."""
        text = ""
        while True:
            width = 1 + is_wide
            here = min(count, (len(self._pieces[0]) - self._at) // width)
            text += self.take(here * width).decode("utf-16-le" if is_wide else "latin-1", "replace")
            count -= here
            if not count:
                return text
            self._next()
            is_wide = bool(self.take(1)[0] & 1)

    def _next(self) -> None:
        self._pieces.popleft()  # an IndexError where there are no more
        self._at = 0


def _strings(stream: bytes, hows: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the shared strings with runs in a font that annotates them: number, and text as it is seen."""
    bodies: list[bytes] = []
    for kind, body in records(stream):
        if kind == _SHARED_STRINGS or (bodies and kind == _CONTINUE):
            bodies.append(body)
        elif bodies:
            break
    if not bodies:  # before Excel 97 every text stands in its cell
        return
    pieces = _Pieces(bodies)
    _, count = struct.unpack("<II", pieces.take(8))
    for index in range(count):
        length, flags = struct.unpack("<HB", pieces.take(3))
        runs = two_bytes(pieces.take(2)) if flags & _RICH else 0
        extra = struct.unpack("<I", pieces.take(4))[0] if flags & _EXTENDED else 0
        text = pieces.characters(length, bool(flags & 1))
        starts = list(struct.iter_unpack("<HH", pieces.take(4 * runs)))
        pieces.take(extra)
        if seen := _as_seen(text, starts, hows):
            yield index, seen


def _as_seen(text: str, runs: Sequence[tuple[int, int]], hows: Mapping[int, str]) -> str | None:
    """Return a text as it is seen, or None where no run of it is annotated.

    Args:
        text: the text.
        runs: where each begins, and its font.
        hows: how each font annotates its text.
    """
    if not any(font in hows for _, font in runs):
        return None
    ends = [*(at for at, _ in runs[1:]), len(text)]
    seen = (annotated_run(text[at:end], hows.get(font)) for (at, font), end in zip(runs, ends, strict=True))
    return text[: runs[0][0]] + "".join(seen)


def _rich_text(body: bytes, hows: Mapping[int, str]) -> str | None:
    """Return the text of a cell that has its own runs, as it is seen."""
    width = 1 + (body[8] & 1)
    end = 9 + two_bytes(body, 6) * width
    text = body[9:end].decode("utf-16-le" if width > 1 else "latin-1", "replace")
    runs = list(struct.iter_unpack("<HH", body[end + 2 : end + 2 + 4 * two_bytes(body, end)]))
    return _as_seen(text, runs, hows)


def _rich_text_of_excel_95(body: bytes, hows: Mapping[int, str], encoding: str) -> str | None:
    """Do the same for a workbook before Excel 97, whose runs count bytes."""
    end = 8 + two_bytes(body, 6)
    runs = list(struct.iter_unpack("<BB", body[end + 1 : end + 1 + 2 * body[end]]))
    stored = body[8:end]
    starts = [(len(stored[:at].decode(encoding, "replace")), font) for at, font in runs]
    return _as_seen(stored.decode(encoding, "replace"), starts, hows)


# -- styles -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _odd_styles(
    records: tuple[tuple[int, bytes], ...], encoding: str | None
) -> Mapping[int, tuple[str | None, str | None]]:
    """Return the cell styles that do not show what is in a cell: what it is hidden by, and a format, by their number.

    Kept for the styles that were seen last: the returns made from one blank have the same ones.
    """
    palette, codes, fonts, struck, styles = PALETTE, dict(BUILT_IN), list[int](), list[bool](), list[bytes]()
    version = 0
    for kind, body in records:
        if kind == BOF:
            version = two_bytes(body)
        elif kind == _PALETTE:
            own = list(struct.iter_unpack("<3Bx", body[2 : len(body) - (len(body) - 2) % 4]))
            palette = (*PALETTE[:8], *own, *PALETTE[8 + len(own) :])
        elif kind == _FONT:
            fonts.append(two_bytes(body, 4))
            struck.append(bool(body[2] & _STRUCK))
        elif kind == _FORMAT:
            codes[two_bytes(body)] = _text(body[2:], version, encoding)
        elif kind == _XF:
            styles.append(body)
    odd = {}
    for number, style in enumerate(styles):
        font, code = two_bytes(style), codes.get(two_bytes(style, 2), "")
        font -= font > 4  # there is no font 4
        ink = _colour(fonts[font], palette) if font < len(fonts) else BLACK
        paper = _paper(style, version, palette)
        hidden_by = "colour" if paper and alike(ink, paper) else None
        if font < len(struck) and struck[font]:
            hidden_by = "struck"
        if hidden_by or is_odd(code):
            odd[number] = hidden_by, code if is_odd(code) else None
    return odd


def _text(text: bytes, version: int, encoding: str | None = None) -> str:
    """Return a text with its length in front."""
    if version < EXCEL_97:
        return text[1 : 1 + text[0]].decode(encoding or "latin-1", "replace")
    is_wide = text[2:3] == b"\1"
    return text[3 : 3 + two_bytes(text) * (1 + is_wide)].decode("utf-16-le" if is_wide else "latin-1", "replace")


def _paper(style: bytes, version: int, palette: Sequence[Colour]) -> Colour | None:
    """Return the background's colour; None where it is a pattern, on which a text is seen somehow."""
    if version < EXCEL_97:
        colour, fill = style[8] & 0x7F, style[10] & 0x3F
    else:
        colour, fill = style[18] & 0x7F, style[17] >> 2
    if fill == _NO_FILL:
        return WHITE
    return _colour(colour, palette) if fill == _SOLID else None


def _colour(number: int, palette: Sequence[Colour]) -> Colour:
    """Return a colour by its number; those beyond the palette are the usual ones."""
    return palette[number] if number < len(palette) else WHITE if number == _USUAL_PAPER else BLACK
