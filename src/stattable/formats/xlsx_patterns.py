"""Sheets of an .xlsx that differ from one that calamine has read in their values alone: read by these values.

The returns that one program has made from one blank are such. A part of them is read once with the numbers of its
values in place of these: what calamine shows then says where each belongs, and how it is shown. That is a pattern; it
is taken only where every value is a plain number or text. All else is read by calamine.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Final
from xml.etree import ElementTree

from stattable.formats.calamine_calls import merges_of, opened, python_calamine, sheet_of
from stattable.formats.inspection.xlsx import XlsxInspector
from stattable.formats.inspection.xlsx_marks import Marks, Searched
from stattable.formats.package import Package, Packed
from stattable.formats.sheet import EPOCH, Merge, RawCell

_WORKBOOK, _RELATIONS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_MOST_DIGITS: Final = 15  # of a number that is the same wherever it is read
_DAYS: Final = range(61, 2_958_466)  # shown as dates, those of which there is no doubt: from 1900-03-01 on
_FIRST: Final = _DAYS[0]  # the number that stands for a part's first value when a pattern is looked for
_DECIMAL: Final = re.compile(rb"-?\d{1,15}(?:\.\d{1,15})?")
_ODD: Final = (b"_x", b"\r")  # what may stand for other characters in a text
_BETWEEN: Final = b"\0\0"  # texts that are decoded together

# A workbook that shows the numbers of the values of a part.
_MAIN: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(**targets: str) -> bytes:
    said = [f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{part}"/>' for kind, part in targets.items()]
    xmlns = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{xmlns}">{"".join(said)}</Relationships>'.encode()


_NAME: Final = "1"
_SHEETS: Final = f'<sheets><sheet name="{_NAME}" sheetId="1" r:id="worksheet"/></sheets>'
_ONE_SHEET: Final = {
    "_rels/.rels": _relations(officeDocument=_WORKBOOK),
    _WORKBOOK: f'<workbook {_MAIN} xmlns:r="{_OFFICE}">{_SHEETS}</workbook>'.encode(),
    _RELATIONS: _relations(worksheet="worksheets/sheet1.xml", styles="styles.xml", sharedStrings="sharedStrings.xml"),
}
_NUMBERS: Final = [b"%d" % number for number in range(2_000)]  # of shared strings; a part of a return has fewer
_NUMBERED_TEXT: Final = re.compile(r"( )?#(\d+)#(?(1) )")  # as it is shown, with the space around it or without
_SHOWN_VALUE: Final = re.compile(r"(?P<shared>@?)(?: ?#)?(?P<number>[0-9]+)(?:# ?)?@?")

Rows = Sequence[Sequence[RawCell]]


class _Kind(Enum):
    """How a value is shown: as a number, a date, the text that it is, or the shared text of its number."""

    NUMBER = 1
    DATE = 2
    TEXT = 3
    SHARED = 4


Taker = Callable[[Sequence[bytes]], Sequence[bytes]]  # takes some of a part's values, by their numbers


def _taker(numbers: Sequence[int]) -> Taker:
    if len(numbers) > 1:
        return itemgetter(*numbers)
    return lambda values: [values[number] for number in numbers]


@dataclass(frozen=True, slots=True)
class Texts:
    """How the texts of a part are put together from its values.

    Attributes:
        pieces: takes the values that they are made of, in their order.
        stripped: which of these are shown without the space around them.
        parts: which of them each text is made of; None where each is made of one.
    """

    pieces: Taker
    stripped: Sequence[int]
    parts: Sequence[slice] | None

    def of(self, values: Sequence[bytes]) -> list[str] | None:
        """Return the texts, or None where one may be shown otherwise."""
        if (said := _said(self.pieces(values))) is None:
            return None
        has_space = self.stripped and list(map(str.strip, said)) != said
        if has_space and any(said[at] != said[at].strip() for at in self.stripped):
            return None
        return said if self.parts is None else ["".join(said[part]) for part in self.parts]


def _said(values: Sequence[bytes]) -> list[str] | None:
    """Return what texts say, or None where one may say something else to calamine."""
    joined = _BETWEEN.join(values)
    if any(mark in joined for mark in _ODD):
        return None
    try:
        if b"&" in joined:
            texts = [_unescaped(value) if b"&" in value else value.decode() for value in values]
        else:
            texts = joined.decode().split(_BETWEEN.decode()) if values else []
    except ValueError:  # no UTF-8, or a reference to nothing that is sure
        return None
    return texts if len(texts) == len(values) else None


@lru_cache(maxsize=4096)  # most of them are labels
def _unescaped(value: bytes) -> str:
    """Return what a text with references says.

    Raises:
        ValueError: one refers to nothing that is sure.
    """
    try:
        text = ElementTree.fromstring(b"<t>%b</t>" % value).text or ""
    except ElementTree.ParseError as error:
        raise ValueError(value) from error
    if any(mark.decode() in text for mark in _ODD):
        raise ValueError(value)
    return text


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where the values of sheets of one shape are shown.

    Attributes:
        rows: where in all cells, one row after the other, each row is.
        cells: takes all cells from a blank one and the values as they are shown, in the order of their numbers.
        merges: of all these sheets.
        shared: takes the values that are shown as the shared text of their number.
        numbers: takes those that are shown as numbers.
        dates: takes those that are shown as dates.
        texts: those that are texts by themselves.
    """

    rows: Sequence[slice]
    cells: Callable[[Sequence[RawCell]], Sequence[RawCell]]
    merges: Sequence[Merge]
    shared: Taker
    numbers: Taker
    dates: Taker
    texts: Texts

    def fill_in(self, values: Sequence[bytes], strings: Mapping[bytes, str]) -> list[Sequence[RawCell]] | None:
        """Return the cells of a sheet of this shape, or None where one may be shown otherwise.

        Args:
            values: of the sheet, in their order.
            strings: the shared ones of its workbook, by their numbers as a part has them.
        """
        shared = [*map(strings.get, self.shared(values))]
        numbers = _numbers(self.numbers(values))
        dates = _dates(self.dates(values))
        texts = self.texts.of(values)
        if None in shared or numbers is None or dates is None or texts is None:
            return None
        cells = self.cells(("", *shared, *numbers, *dates, *texts))
        return [cells[row] for row in self.rows]


def _numbers(values: Sequence[bytes]) -> list[float] | None:
    """Return what values say that are shown as numbers, or None where one may not be shown as it is."""
    are_whole = b"".join(values).isdigit() and max(map(len, values)) <= _MOST_DIGITS  # as nearly all are
    return [*map(float, values)] if are_whole or all(map(_DECIMAL.fullmatch, values)) else None


def _dates(values: Sequence[bytes]) -> list[date] | None:
    """Return what values say that are shown as dates, or None where one may not be shown as it is."""
    if not all(value.isdigit() and int(value) in _DAYS for value in values):
        return None
    return [EPOCH + timedelta(int(value)) for value in values]


@dataclass(eq=False, slots=True)
class Alike:
    """What is known of workbooks that have the same parts, list the same sheets and show numbers in the same ways.

    Attributes:
        styles: the part that says how numbers are shown.
        listed: what calamine says of the sheets; None until it was asked.
    """

    styles: Packed
    listed: Sequence[python_calamine.SheetMetadata] | None = None


@dataclass(eq=False, slots=True)
class _Shape:
    """What is known of the sheets of one shape in such workbooks.

    Attributes:
        seen: how many calamine has read.
        pattern: of them, where there is one.
    """

    seen: int = 0
    pattern: Pattern | None = None


class BookByPatterns:
    """A workbook whose sheets may be read by patterns.

    Attributes:
        alike: what is known of workbooks like it.

    Args:
        inspector: its.
        strings: its shared ones, by their numbers as a part has them.
        alike: what is known of workbooks like it.
    """

    def __init__(self, inspector: XlsxInspector, strings: Mapping[bytes, str], alike: Alike) -> None:
        self.alike = alike
        self._inspector, self._strings = inspector, strings

    def read(self, sheet: int) -> tuple[Rows, Sequence[Merge]] | None:
        """Return the cells and the merged ranges of a sheet, given by its place; None where calamine is to read it."""
        marks, values = self._inspector.searched(sheet)
        if values is None or self._inspector.is_unusual_sheet(sheet):
            return None
        pattern = _shape_of(marks, self.alike).pattern
        rows = pattern.fill_in(values, self._strings) if pattern else None
        return None if pattern is None or rows is None else (rows, pattern.merges)

    def learn(self, sheet: int, rows: Rows) -> None:
        """Take notice of what calamine has read of a sheet, given by its place."""
        marks, values = self._inspector.searched(sheet)
        if values is None or marks.reach != (0, 0) or self._inspector.is_unusual_sheet(sheet):
            return
        shape = _shape_of(marks, self.alike)
        shape.seen += 1
        if _is_worth_it(shape.seen) and (pattern := _pattern(marks, self.alike.styles)):
            is_right = _with_types(pattern.fill_in(values, self._strings) or ()) == _with_types(rows)
            shape.pattern = pattern if is_right else None


def _is_worth_it(seen: int) -> bool:
    """Whether to look for a pattern, which takes as long as reading several sheets, of a shape that was seen so often.

    One that is met once may be the only one. Of one that has none yet it is looked for less and less often.
    """
    return seen > 1 and seen & (seen - 1) == 0


def by_patterns(package: Package, inspector: XlsxInspector) -> BookByPatterns | None:
    """Return a workbook as patterns read it, or None where a shared string may be shown otherwise than it stands there.

    Args:
        package: the workbook's.
        inspector: the workbook's.
    """
    usual = (_STYLES, _WORKBOOK, _RELATIONS)
    parts = [part for name in usual if (part := package.find(name))]
    strings = _strings(inspector.searched_strings) if inspector.strings else {}
    if inspector.is_unusual or strings is None or len(parts) != len(usual):
        return None
    return BookByPatterns(inspector, strings, _alike(package.names, *[package.packed(part) for part in parts]))


@lru_cache(maxsize=64)
def _alike(names: tuple[str, ...], styles: Packed, workbook: Packed, relations: Packed) -> Alike:  # noqa: ARG001
    return Alike(styles)


@lru_cache(maxsize=512)
def _shape_of(marks: Marks, alike: Alike) -> _Shape:  # noqa: ARG001
    return _Shape()


def _strings(searched: Searched) -> dict[bytes, str] | None:
    texts = _texts_of(searched.marks) if searched.values is not None else None
    said = None if texts is None or searched.values is None else texts.of(searched.values)
    return None if said is None else dict(zip(_NUMBERS, said, strict=False))


# -- how a pattern is found ---------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _texts_of(marks: Marks) -> Texts | None:
    """Return how shared strings are put together; None where that is not sure."""
    part, count = _numbered(marks)
    places = range(part.count(b"</si>"))
    rows = "".join(f'<row r="{at + 1}"><c r="A{at + 1}" t="s"><v>{at}</v></c></row>' for at in places)
    shown = _shown({_SHEET: f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>".encode(), _STRINGS: part})
    return _texts([row[0] for row in shown[0]], range(count)) if shown and len(shown[0]) == len(places) else None


def _pattern(marks: Marks, styles: Packed) -> Pattern | None:
    """Return where the values of a sheet are shown; None where that is not sure."""
    part, count = _numbered(marks)
    strings = "".join(f"<si><t>@{number}@</t></si>" for number in range(_FIRST + count))
    shown = _shown({_SHEET: part, _STRINGS: f"<sst {_MAIN}>{strings}</sst>".encode(), _STYLES: styles.content()})
    if shown is None:
        return None
    rows, merges = shown
    cells = [*chain.from_iterable(rows)]
    at: dict[_Kind, list[int]] = {kind: [] for kind in (_Kind.SHARED, _Kind.NUMBER, _Kind.DATE, _Kind.TEXT)}
    numbers: dict[_Kind, list[int]] = {kind: [] for kind in at}
    texts: list[RawCell] = []
    for place, value in enumerate(cells):
        if value == "":
            continue
        if (said := _understood(value)) is None:
            return None
        kind, number = said
        at[kind].append(place)
        numbers[kind].append(number)
        if kind is _Kind.TEXT:  # the result of a formula has no space around it
            texts.append(value if "#" in str(value) else f" #{number + _FIRST}# ")
    if sorted(chain.from_iterable(numbers.values())) != list(range(count)):
        return None
    by_themselves = _texts(texts, numbers[_Kind.TEXT])
    if by_themselves is None:
        return None
    from_pool = [0] * (len(cells) + 2)  # of one index a getter gives no row
    for index, place in enumerate(chain.from_iterable(at.values()), start=1):
        from_pool[place] = index
    width = len(rows[0]) if rows else 0
    slices = [slice(row * width, (row + 1) * width) for row in range(len(rows))]
    return Pattern(
        rows=slices,
        cells=itemgetter(*from_pool),
        merges=tuple(merges),
        shared=_taker(numbers[_Kind.SHARED]),
        numbers=_taker(numbers[_Kind.NUMBER]),
        dates=_taker(numbers[_Kind.DATE]),
        texts=by_themselves,
    )


def _numbered(marks: Marks) -> tuple[bytes, int]:
    """Return a part with its values numbered, texts as `` #61# ``, the others as ``61``; and how many there are."""
    first, *others = marks.between_values
    numbered = [first]
    for number, after in enumerate(others, _FIRST):
        numbered += [b"> #%d# " % number if after.startswith(b"</t>") else b">%d" % number, after]
    return b"".join(numbered), len(others)


def _understood(value: RawCell) -> tuple[_Kind, int] | None:
    """Return how a value is shown, and its number; None for what is no value, or shown as something else."""
    if type(value) is float:
        return _Kind.NUMBER, int(value) - _FIRST
    if type(value) is date:
        return _Kind.DATE, (value - EPOCH).days - _FIRST
    match = _SHOWN_VALUE.fullmatch(value) if isinstance(value, str) else None
    return (_Kind.SHARED if match["shared"] else _Kind.TEXT, int(match["number"]) - _FIRST) if match else None


def _texts(shown: Sequence[RawCell], expected: Sequence[int]) -> Texts | None:
    """Return how texts are put together.

    Args:
        shown: the texts, with numbers in place of values.
        expected: the numbers that have to be in them, in their order.
    """
    numbers, stripped, parts = list[int](), list[int](), list[slice]()
    for text in shown:
        if not isinstance(text, str):
            return None
        pieces = list(_NUMBERED_TEXT.finditer(text))
        if "".join(piece[0] for piece in pieces) != text:
            return None
        stripped += [at for at, piece in enumerate(pieces, start=len(numbers)) if not piece[1]]
        parts.append(slice(len(numbers), len(numbers) + len(pieces)))
        numbers += [int(piece[2]) - _FIRST for piece in pieces]
    if numbers != list(expected):
        return None
    are_whole = all(part.stop == part.start + 1 for part in parts)
    return Texts(_taker(numbers), stripped, None if are_whole else parts)


def _shown(parts: Mapping[str, bytes]) -> tuple[Rows, list[Merge]] | None:
    """Return what calamine shows of a sheet; None where it refuses to."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in {**_ONE_SHEET, **parts}.items():
            package.writestr(name, content)
    book = opened(file.getvalue())
    sheet = sheet_of(book, _NAME) if book else None
    if sheet is None:
        return None
    return sheet.to_python(skip_empty_area=False), merges_of(sheet)


def _with_types(rows: Rows) -> list[list[tuple[type, RawCell]]]:
    return [[(type(value), value) for value in row] for row in rows]
