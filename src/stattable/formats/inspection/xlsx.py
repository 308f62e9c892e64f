"""A closer look at an .xlsx: its sheets' XML and its styles, searched for what calamine does not show."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.formulas import moved, spelled
from stattable.formats.inspection.legibility import illegible_cells, illegible_strings, illegible_styles
from stattable.formats.inspection.number_formats import shows_another_number, shows_another_text
from stattable.formats.inspection.xlsx_setup import setup_of
from stattable.formats.inspection.xlsx_styles import OddStyle, is_struck, odd_styles
from stattable.formats.package import Packed, packed_part, part_bytes, related, sheet_parts
from stattable.formats.sheet import MAX_COLUMNS, Appearance, Cell, Inspection, Setup, Unread, Unreadable, annotated_run
from stattable.formats.sniff import by_lower_name
from stattable.formats.xml import local_name
from stattable.model.cell_names import cell_at, column_number

_NEW_ERROR: Final = re.compile(
    rb"(<(?:\w+:)?v>)(?:#(?!(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)<)[A-Z_]+[!?]?|Err:\d+)(</(?:\w+:)?v>)"
)
_CLAIMED_STRINGS: Final = re.compile(rb"uniqueCount\s*=\s*[\"'](\d+)")
_SUSPECT: Final = (  # each by itself, for each is quick by its first letters
    re.compile(rb"t\s*=\s*[\"']e[\"']"),  # an error value
    re.compile(rb"</f>(?!<v>[^<])"),  # a formula without a value
    re.compile(rb":f>(?!<\w+:v>[^<])"),
    re.compile(rb"<(?:\w+:)?f(?:\s[^<]*)?/>(?!<(?:\w+:)?v>[^<])"),
    re.compile(rb"rPr"),  # a text in several formats
    re.compile(rb"hidden\s*=\s*[\"'][1t]"),
    re.compile(rb"ht(?<!Height)\s*=\s*[\"']0(?:\.0*)?[\"']"),
    re.compile(rb"width\s*=\s*[\"']0(?:\.0*)?[\"']"),
)
_LOOKS: Final = ("xl/theme/theme1.xml", "xl/styles.xml")
_HAS_FORMULAS: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_FAR_REF: Final = re.compile(rb"r\s*=\s*[\"'](?:[A-Za-z]{3}\d|[A-Za-z]{0,2}\d{5})")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_SAID_PLACE: Final = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_MOST_CELLS: Final = 1_000_000  # that are laid out without a second thought
_SMALL: Final = 64 * 1024  # bytes of a sheet that can hold no more than a few million cells, all near A1


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
        strings = "xl/sharedstrings.xml"
        self._strings = self._packed(strings).content() if strings in self._names else b""
        _hold_strings_to_their_claim(self._strings)
        self._last: tuple[int, bytes] | None = None  # the sheet that was looked at last, and its XML

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out; (0, 0) where they are sure to be few."""
        return reach(self._content(sheet))

    def without_new_errors(self) -> bytes | None:
        """Return the workbook with the error values replaced that calamine does not know: #SPILL! and later ones."""
        out, replaced = io.BytesIO(), 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in self._package.namelist():
                content = part_bytes(self._package, self._data, name)
                if name in self._parts:
                    content, count = _NEW_ERROR.subn(rb"\1#VALUE!\2", content)
                    replaced += count
                target.writestr(name, content)
        return out.getvalue() if replaced else None

    def look(self, sheet: int) -> Inspection | None:
        """Look for error values, uncalculated formulas, and cells that are not shown as what they hold."""
        content = self._content(sheet)
        theme, styles = (self._packed(name) if name in self._names else None for name in _LOOKS)
        odd = odd_styles(styles, theme) if styles else {}
        strings = _odd_strings(self._strings)
        if not odd and not strings and not any(mark.search(content) for mark in _SUSPECT):
            return None
        return look(content, odd, strings)

    def formulas(self, sheet: int) -> Mapping[Cell, str]:
        """Return the formulas of a sheet as Excel writes them, without ``=``, ``$`` and spaces."""
        content = self._content(sheet)
        return formulas(content) if _HAS_FORMULAS.search(content) else {}

    def illegible(self, sheet: int) -> Mapping[Cell, str]:
        """Return the cells of a sheet of ours that cannot be read as what they hold, and why."""
        theme, odd, strings = self._illegible
        content = self._content(sheet)
        if not odd and not strings and b"<is>" not in content:
            return {}
        return illegible_cells(content, odd, strings, theme)

    @cached_property
    def _illegible(self) -> tuple[bytes, Mapping[int, str], frozenset[int]]:
        """The theme, and the styles and the shared strings that cannot be read as what they hold."""
        theme, styles = (self._packed(name).content() if name in self._names else b"" for name in _LOOKS)
        return theme, illegible_styles(styles, theme) if styles else {}, illegible_strings(self._strings, theme)

    def setup(self, sheet: int) -> Setup:
        """Return how a sheet as a whole is shown and printed."""
        book = self._packed("xl/workbook.xml").content()
        return setup_of(self._content(sheet), book, sheet, [*self._drawings(sheet)])

    def _drawings(self, sheet: int) -> Iterator[bytes]:
        """Yield the parts of what is drawn on a sheet: pictures and shapes, and comments."""
        folder, name = posixpath.split(self.part(sheet) or "")
        relations = posixpath.join(folder, "_rels", f"{name}.rels").lower()
        if relations in self._names:
            for part in related(self._packed(relations).content(), f"/{folder}", self._names).values():
                if part and part.lower().endswith((".xml", ".vml")):  # whatever its name
                    yield self._packed(part.lower()).content()

    def _content(self, sheet: int) -> bytes:
        if self._last is None or self._last[0] != sheet:
            part = self.part(sheet)
            if part is None:
                raise Unreadable("F001")
            self._last = sheet, part_bytes(self._package, self._data, part)
        return self._last[1]

    def part(self, sheet: int) -> str | None:
        """Return the name of a sheet's part, or None where there is none."""
        return self._parts[sheet] if sheet < len(self._parts) else None

    @cached_property
    def _parts(self) -> list[str | None]:
        book, relations = (self._packed(f"xl/{name}") for name in ("workbook.xml", "_rels/workbook.xml.rels"))
        return sheet_parts(book, relations, tuple(self._package.namelist()))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return by_lower_name(self._package.namelist())

    def _packed(self, lower_name: str) -> Packed:
        return packed_part(self._package, self._data, self._names[lower_name])


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
    said = _said_reach(content) if len(content) > _SMALL else None
    if said and said[0] * said[1] <= _MOST_CELLS:  # with the cells that hold nothing
        return said
    rows = columns = row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        tag = local_name(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
        elif tag == "c" and event == "end":
            row, column = _place(element, row, column + 1)
            if len(element):  # what holds nothing is not laid out
                rows, columns = max(rows, row), max(columns, column)
        if event == "end" and tag in {"row", "c"}:
            element.clear()
    return rows, columns


def _said_reach(content: bytes) -> Cell | None:
    """Return how far the cells of a sheet's part reach, be there anything in them or not; None where one does not say.

    This is a search through the text, which takes a tenth of the time of reading it.
    """
    places = _SAID_PLACE.findall(content)
    if len(places) != len(_CELL.findall(content)):
        return None
    columns = max((column_number(letters.decode()) for letters in {letters for letters, _ in places}), default=0)
    return max((int(row) for row in {row for _, row in places}), default=0), columns


def _place(cell: ElementTree.Element, row: int, column: int) -> Cell:
    """Return where a cell says that it stands, or the place given where it does not say."""
    try:
        return cell_at(cell.get("r") or "")
    except ValueError:
        return row, column


def look(content: bytes, odd: Mapping[int, OddStyle], strings: Mapping[int, str]) -> Inspection:
    """Look at a sheet's part.

    Args:
        content: the part.
        odd: the cell styles that do not show what is in the cell, by their number.
        strings: the shared strings that have characters set apart in them, by their number.
    """
    unreads: dict[Cell, Unread] = {}
    displays: dict[Cell, Appearance] = {}
    texts: dict[Cell, str] = {}
    row = column = 0
    hidden_row, hidden_columns = False, bytearray(MAX_COLUMNS + 1)
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        tag = local_name(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
            hidden_row = _is_hidden(element, "ht")
        elif tag == "cols" and event == "end":
            hidden_columns = _hidden_columns(element)
        elif tag == "c" and event == "end":
            row, column = _place(element, row, column + 1)
            parts = {local_name(child.tag): child.text for child in element}
            if element.get("t") == "e":
                unreads[row, column] = Unread(parts.get("v") or "#VALUE!")
            elif "f" in parts and not parts.get("v") and not (element.get("t") == "str" and "v" in parts):
                unreads[row, column] = Unread(f"={parts['f'] or ''}")
            kind = element.get("t")
            text = strings.get(int(parts.get("v") or -1)) if kind == "s" else _with_asides(element)
            if text:
                texts[row, column] = text
            unseen, code = odd.get(int(element.get("s") or 0), (None, None))
            if hidden_row or (column <= MAX_COLUMNS and hidden_columns[column]):
                unseen = "row" if hidden_row else "column"
            if code and not _is_shown_otherwise(code, kind, parts.get("v")):
                code = None
            if parts and (unseen or code):
                displays[row, column] = Appearance(unseen, code)
            element.clear()
    return Inspection(unreads, None, displays, texts)


def formulas(content: bytes) -> dict[Cell, str]:
    """Return the formulas of a sheet's part; of one that several cells share, each as it reads there."""
    found: dict[Cell, str] = {}
    shared: dict[str, tuple[Cell, str]] = {}
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        tag = local_name(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
        elif tag == "c" and event == "end":
            row, column = _place(element, row, column + 1)
            for part in element:
                if local_name(part.tag) == "f":
                    found[row, column] = _formula(part, (row, column), shared)
            element.clear()
    return found


def _formula(part: ElementTree.Element, at: Cell, shared: dict[str, tuple[Cell, str]]) -> str:
    text, kind, number = part.text or "", part.get("t", "normal"), part.get("si", "")
    if kind == "shared" and text:
        shared[number] = at, text
    elif kind == "shared" and number in shared:
        holder, text = shared[number]
        text = moved(text, at[0] - holder[0], at[1] - holder[1])
    return spelled(text) if kind in {"normal", "shared"} else f"{{{spelled(text)}}}"  # as Excel shows an array's


def _is_shown_otherwise(code: str, kind: str | None, value: str | None) -> bool:
    if value is None:
        return False
    return shows_another_number(code, float(value)) if kind in {None, "n"} else shows_another_text(code)


def _hidden_columns(cols: ElementTree.Element) -> bytearray:
    """Return for each column, by its number, whether it is hidden; a sheet may say so of each a thousand times."""
    hidden = bytearray(MAX_COLUMNS + 1)
    for col in cols:
        if _is_hidden(col, "width"):
            first, last = max(int(col.get("min") or 1), 1), min(int(col.get("max") or 1), MAX_COLUMNS)
            hidden[first : last + 1] = b"\1" * max(last + 1 - first, 0)
    return hidden


def _is_hidden(line: ElementTree.Element, measure: str) -> bool:
    """Whether a row or column is hidden, or 0 high or wide, which comes to the same."""
    size = line.get(measure)
    return line.get("hidden") in {"1", "true"} or (size is not None and not size.strip("0."))


# -- texts in several formats -----------------------------------------------------------------------------


def _odd_strings(content: bytes) -> Mapping[int, str]:
    """Return the shared strings that have characters set apart in them, and as they are seen, by their number."""
    if b"vertAlign" not in content and b"strike" not in content:
        return {}
    items = [item for item in ElementTree.fromstring(content) if local_name(item.tag) == "si"]
    return {number: text for number, item in enumerate(items) if (text := _with_asides(item))}


def _with_asides(item: ElementTree.Element) -> str | None:
    """Return a text of several runs as it is seen, or None where none of them is set apart."""
    runs = [
        ("".join(part.text or "" for part in run if local_name(part.tag) == "t"), _set_apart(run))
        for run in item.iter()
        if local_name(run.tag) == "r"
    ]
    return "".join(annotated_run(text, how) for text, how in runs) if any(how for _, how in runs) else None


def _set_apart(run: ElementTree.Element) -> str | None:
    for mark in (mark for part in run if local_name(part.tag) == "rPr" for mark in part):
        value = mark.get("val")
        if local_name(mark.tag) == "vertAlign" and value in {"superscript", "subscript"}:
            return value
        if is_struck(mark):
            return "struck"
    return None
