"""A closer look at an .xlsx: its sheets' XML and its styles, searched for what calamine does not show."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple
from xml.etree import ElementTree

from stattable.checking.cells import Unread
from stattable.checking.closer.colours import BLACK, PALETTE, WHITE, Colour, alike, from_hex
from stattable.checking.closer.formats import BUILT_IN, is_odd, shows_another_number
from stattable.checking.sheets import MAX_COLUMNS, Cell, Display, Look, Unreadable

_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_SAYS: Final = re.compile(rb"\s(Id|Target)\s*=\s*[\"']([^\"']*)")
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_SHEET_ID: Final = re.compile(rb"\s\w+:id\s*=\s*[\"']([^\"']*)")
_CLAIMED_STRINGS: Final = re.compile(rb"uniqueCount\s*=\s*[\"'](\d+)")
_LOCAL_HEADER: Final = struct.Struct("<26xHH")  # the lengths of a part's name and extra field
_SUSPECT: Final = tuple(  # an error value, a formula, something hidden; apart, for each is quick by its first letters
    map(re.compile, (rb"t\s*=\s*[\"']e[\"']", rb"<f[\s/>]", rb":f[\s/>]", rb"hidden\s*=\s*[\"'][1t]"))
)
_FAR_REF: Final = re.compile(rb"r\s*=\s*[\"'](?:[A-Z]{3}|[A-Z]{0,2}\d{5})")
_SMALL: Final = 64 * 1024  # bytes of a sheet that can hold no more than a few million cells, all near A1
_FILLED: Final = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Z]*)(\d+)[\"'][^>]*(?<!/)>")
_NAMED: Final = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=")
_NUMBERED: Final = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*[\"'](\d+)")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REF: Final = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


class XlsxInspector:
    """Looks closer at the sheets of an .xlsx.

    Args:
        data: the whole file.
        package: the same, as a zip package.

    Raises:
        Unreadable: its strings claim to be more than there can be.
    """

    at_once: Sequence[Cell] = ()

    def __init__(self, data: bytes, package: zipfile.ZipFile) -> None:
        self._data = data
        self._package = package
        _hold_strings_to_their_claim(self._part("xl/sharedstrings.xml"))
        self._last: tuple[int, bytes] | None = None  # the sheet that was looked at last, and its XML

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out; (0, 0) where they are sure to be few."""
        return reach(self._content(sheet))

    def look(self, sheet: int) -> Look | None:
        """Look for error values, uncalculated formulas, and cells that are not shown as what they hold."""
        content = self._content(sheet)
        odd = odd_styles(self._styles)
        if not odd and not any(mark.search(content) for mark in _SUSPECT):
            return None
        return look(content, odd)

    def _content(self, sheet: int) -> bytes:
        if self._last is None or self._last[0] != sheet:
            part = self._parts[sheet] if sheet < len(self._parts) else None
            if part is None:
                raise Unreadable("F001")
            self._last = sheet, part_bytes(self._package, self._data, part)
        return self._last[1]

    @cached_property
    def _parts(self) -> list[str | None]:
        return sheet_parts(self._package, self._data, self._names)

    @cached_property
    def _styles(self) -> bytes:
        return self._part("xl/styles.xml")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {name.lower().replace("\\", "/").lstrip("/"): name for name in self._package.namelist()}

    def _part(self, lower_name: str) -> bytes:
        name = self._names.get(lower_name)
        return part_bytes(self._package, self._data, name) if name else b""


# -- the package ------------------------------------------------------------------------------------------


def sheet_parts(package: zipfile.ZipFile, data: bytes, by_name: Mapping[str, str]) -> list[str | None]:
    """Return the part that holds each sheet of a workbook, in the sheets' order, through its relationships.

    The two small parts are searched, not parsed: that is a tenth of the time a return takes.

    Args:
        package: the workbook.
        data: its file.
        by_name: the names of its parts, by these in lower case.
    """
    targets = {}
    for relation in _RELATION.findall(part_bytes(package, data, by_name["xl/_rels/workbook.xml.rels"])):
        said = {key: value.decode() for key, value in _SAYS.findall(relation)}
        path = posixpath.normpath(posixpath.join("/xl", said.get(b"Target", "").replace("\\", "/")))
        targets[said.get(b"Id")] = by_name.get(path.lstrip("/").lower())
    sheets = _SHEET.findall(part_bytes(package, data, by_name["xl/workbook.xml"]))
    ids = [_SHEET_ID.search(sheet) for sheet in sheets]
    return [targets.get(found[1].decode()) if found else None for found in ids]


def part_bytes(package: zipfile.ZipFile, data: bytes, name: str) -> bytes:
    """Return the part `name` of `package`, whose file is `data`: what `package.read` does, in a third of the time.

    Raises:
        Unreadable: the part is longer than the package says, or shorter.
    """
    info = package.getinfo(name)
    if info.compress_type != zipfile.ZIP_DEFLATED:
        return package.read(name)
    start = info.header_offset + _LOCAL_HEADER.size + sum(_LOCAL_HEADER.unpack_from(data, info.header_offset))
    packed = data[start : start + info.compress_size]
    content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, info.file_size + 1)
    if len(content) > info.file_size:
        raise Unreadable("F004", reason="expansion")
    if len(content) < info.file_size:
        raise Unreadable("F001")
    return content


def _hold_strings_to_their_claim(content: bytes) -> None:
    """Raise `Unreadable` where shared strings claim to be more than they can be: calamine makes room for the claim.

    The process dies where there is not enough.
    """
    if any(int(claim) > len(content) for claim in _CLAIMED_STRINGS.findall(content)):
        raise Unreadable("F001")


# -- a sheet ----------------------------------------------------------------------------------------------


def reach(content: bytes) -> Cell:
    """Return how many rows and columns calamine would lay out for a sheet's part; (0, 0) for a few.

    Rows and cells need not say where they are: one that does not follows the one before it.
    """
    if len(content) <= _SMALL and not _FAR_REF.search(content):
        return 0, 0
    cells = _FILLED.findall(content)
    rows = max((int(row) for _, row in cells), default=0)
    columns = max((_column_number(letters.decode()) for letters in {letters for letters, _ in cells}), default=0)
    if len(_CELL.findall(content)) > len(_NAMED.findall(content)):
        lines = _ROW.split(content)
        rows = max(rows, len(lines), *map(int, _NUMBERED.findall(content)))
        columns = max(columns, *(len(_CELL.findall(line)) for line in lines))
    return rows, columns


def look(content: bytes, odd: "Mapping[int, OddStyle]") -> Look:
    """Look at a sheet's part.

    Args:
        content: the part.
        odd: the cell styles that do not show what is in the cell, by their number.
    """
    unreads: dict[Cell, Unread] = {}
    displays: dict[Cell, Display] = {}
    row = column = 0
    hidden_row, hidden_columns = False, frozenset[int]()
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        tag = _local(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
            hidden_row = _is_true(element.get("hidden"))
        elif tag == "cols" and event == "end":
            hidden_columns = frozenset(_hidden_columns(element))
        elif tag == "c" and event == "end":
            column += 1
            if match := _REF.match(element.get("r") or ""):
                row, column = int(match[2]), _column_number(match[1])
            parts = {_local(child.tag): child.text for child in element}
            if element.get("t") == "e":
                unreads[row, column] = Unread(parts.get("v") or "#VALUE!")
            elif "f" in parts and not parts.get("v") and not (element.get("t") == "str" and "v" in parts):
                unreads[row, column] = Unread(f"={parts['f'] or ''}")
            unseen, code = odd.get(int(element.get("s") or 0), (None, None))
            if hidden_row or column in hidden_columns:
                unseen = "row" if hidden_row else "column"
            if code and not _is_shown_otherwise(code, element.get("t"), parts.get("v")):
                code = None
            if parts and (unseen or code):
                displays[row, column] = Display(unseen, code)
            element.clear()
    return Look(unreads, None, displays)


def _is_shown_otherwise(code: str, kind: str | None, value: str | None) -> bool:
    return kind in {None, "n"} and value is not None and shows_another_number(code, not value.strip("0."))


def _hidden_columns(cols: ElementTree.Element) -> Iterator[int]:
    for col in cols:
        if _is_true(col.get("hidden")):
            yield from range(int(col.get("min") or 1), min(int(col.get("max") or 1), MAX_COLUMNS) + 1)


def _is_true(text: str | None) -> bool:
    return text in {"1", "true"}


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# -- styles -----------------------------------------------------------------------------------------------

_THEME: Final = {0: WHITE, 1: BLACK}
_TINTED: Final = 0.05  # a tint that is seen
_SYSTEM: Final = {64: BLACK, 65: WHITE}  # the window's text and background, among the numbered colours


class OddStyle(NamedTuple):
    """A cell style that does not show what is in the cell: why it is not seen, or a number format."""

    unseen: str | None
    format: str | None


@lru_cache(maxsize=256)
def odd_styles(styles: bytes) -> Mapping[int, OddStyle]:
    """Return the cell styles that do not show what is in a cell, by their number.

    Kept for the styles that were seen last: the returns made from one blank have the same ones.

    Args:
        styles: the part ``xl/styles.xml``; empty where there is none.
    """
    if not styles:
        return {}
    parts = {_local(part.tag): part for part in ElementTree.fromstring(styles)}
    codes = dict(BUILT_IN)
    codes.update({int(one.get("numFmtId") or 0): one.get("formatCode") or "" for one in parts.get("numFmts", ())})
    fonts = [_colour(_child(font, "color"), BLACK) for font in parts.get("fonts", ())]
    fills = [_background(fill) for fill in parts.get("fills", ())]
    odd = {}
    for number, style in enumerate(parts.get("cellXfs", ())):
        code = codes.get(int(style.get("numFmtId") or 0), "")
        ink, paper = _at(fonts, style.get("fontId"), BLACK), _at(fills, style.get("fillId"), WHITE)
        unseen = "colour" if ink and paper and alike(ink, paper) else None
        if unseen or is_odd(code):
            odd[number] = OddStyle(unseen, code if is_odd(code) else None)
    return odd


def _at(colours: Sequence[Colour | None], number: str | None, otherwise: Colour) -> Colour | None:
    index = int(number or 0)
    return colours[index] if index < len(colours) else otherwise


def _background(fill: ElementTree.Element) -> Colour | None:
    """Return a fill's colour; None where it is a pattern or a gradient, on which a text is seen somehow."""
    pattern = _child(fill, "patternFill")
    if pattern is None:
        return None if len(fill) else WHITE
    kind = pattern.get("patternType") or "none"
    return _colour(_child(pattern, "fgColor"), BLACK) if kind == "solid" else WHITE if kind == "none" else None


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((part for part in element if _local(part.tag) == name), None)


def _colour(colour: ElementTree.Element | None, otherwise: Colour) -> Colour | None:
    """Return a colour, or None where only the theme knows it."""
    if colour is None:
        return otherwise
    if rgb := re.fullmatch("(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})", colour.get("rgb") or ""):
        return from_hex(rgb[1])
    if abs(float(colour.get("tint") or 0)) > _TINTED:
        return None
    if theme := colour.get("theme"):
        return _THEME.get(int(theme))
    number = int(colour.get("indexed") or 64)
    if number in _SYSTEM:
        return _SYSTEM[number]
    return PALETTE[number % 8 if number < 8 else number - 8] if number < len(PALETTE) + 8 else otherwise
