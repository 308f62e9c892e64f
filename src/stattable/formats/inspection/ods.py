"""What calamine does not show of an .ods: the one part that holds all its sheets."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.colours import WHITE, alike, from_hex
from stattable.formats.inspection.formulas import from_open_document
from stattable.formats.inspection.number_formats import NOTHING, SCALES
from stattable.formats.inspection.ods_text import (
    CELLS,
    NUMBERS,
    ODD,
    is_covered_by_text,
    is_typeless,
    lines,
    shown_text,
)
from stattable.formats.sheet import (
    EPOCH,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Appearance,
    Cell,
    Inspection,
    Merge,
    Setup,
    SheetEntry,
    Unread,
    Unreadable,
    annotated_runs,
)
from stattable.formats.xml import elements, local_name
from stattable.model.numerals import chinese_number

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # calamine lays out no more
_MOST_ODD: Final = 100_000  # cells that are not shown as what they hold; a row may be repeated
_USUAL: Final = (b"<table:table ", b"<office:spreadsheet")  # calamine knows elements by their prefixes
_ODD_TEXT: Final = re.compile(rb"<!")  # a section or a comment, which it passes over
_HELD: Final = frozenset(
    {"formula", "value", "string-value", "date-value", "time-value", "boolean-value", "value-type"}
)
_EXTRAS: Final = {  # what lies on a sheet, or changes how its cells look
    "shapes": "objects", "frame": "objects", "custom-shape": "objects", "annotation": "comments",
    "conditional-format": "conditional", "sparkline-group": "conditional",
}  # fmt: skip
_HIDDEN: Final = frozenset({"collapse", "filter"})
_ERROR_TEXT: Final = re.compile(r"#|Err:")
_HEX: Final = re.compile(r"#([0-9A-Fa-f]{6})")
_POSITION: Final = re.compile("super|sub|-?[1-9]")  # as a word, or by how much of the height
_THOUSANDS: Final = re.compile(r"(?<=\d)[,' ](?=\d{3}(?!\d))")
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?")
_HIDES_CELL: Final = frozenset({"colour", "struck"})  # of what a style may do to the text of a whole cell


@dataclass(slots=True)
class _Table:
    """What is known of a sheet so far: how many rows and columns it has, how far what they hold reaches, what is odd.

    Columns are described ahead of the rows, in which a cell has its column's style where it has none of its own.
    """

    rows: int = 0
    columns: int = 0
    reach: Cell = (0, 0)
    hidden_columns: set[int] = field(default_factory=set)
    odd_columns: dict[int, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    texts: dict[Cell, str] = field(default_factory=dict)
    odd: list[tuple[range, int, Unread | None, Appearance]] = field(default_factory=list)  # each in several rows, maybe
    formulas: dict[Cell, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    filtered: bool = False
    extras: set[str] = field(default_factory=set)
    is_unusual: bool = False  # whether there is a text in it that calamine does not read as it is shown


class OdsInspector:
    """Inspects the sheets of an .ods.

    The styles that have a name of their own, in another part, are not looked at.

    Args:
        content: the part ``content.xml``, which holds them all.
    """

    encoding: str | None = None
    epoch = EPOCH  # dates are not stored as numbers
    sheets: Sequence[SheetEntry] = ()

    def __init__(self, content: bytes) -> None:
        self._content = content

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine lays out."""
        return self._tables[sheet].reach

    @property
    def is_unusual(self) -> bool:
        """Whether calamine may read the file otherwise than office programs do, or has no room for all its sheets."""
        return (
            any(mark not in self._content for mark in _USUAL)
            or _ODD_TEXT.search(self._content) is not None
            or any(table.is_unusual for table in self._tables)
            or any(rows * columns > MAX_CELLS for rows, columns in self.reaches)
        )

    @property
    def reaches(self) -> Sequence[Cell]:
        """How many rows and columns calamine lays out for each sheet as it opens the file."""
        return [table.reach for table in self._tables]

    def is_unusual_sheet(self, sheet: int) -> bool:  # noqa: ARG002
        """Return that no sheet is: the file is read as a whole."""
        return False

    def inspect(self, sheet: int) -> Inspection | None:
        """Find error values, uncalculated formulas, merges, and cells that are not shown as what they hold."""
        table = self._tables[sheet]
        if not (table.merges or table.odd or table.texts):
            return None
        if sum(len(rows) for rows, *_ in table.odd) > _MOST_ODD:
            raise Unreadable("F004", reason="cells")
        unreads = {(row, column): unread for rows, column, unread, _ in table.odd if unread for row in rows}
        displays = {(row, column): one for rows, column, _, one in table.odd if one != Appearance() for row in rows}
        return Inspection(unreads, table.merges, displays, table.texts)

    def formulas(self, sheet: int) -> Mapping[Cell, str]:
        """Return the formulas of a sheet as Excel writes them, without ``=``, ``$`` and spaces."""
        return self._tables[sheet].formulas

    def setup(self, sheet: int) -> Setup:
        """Return how a sheet as a whole is shown; what is printed stands in another part."""
        table = self._tables[sheet]
        rows, columns = frozenset(table.hidden_rows), frozenset(table.hidden_columns)
        return Setup(rows, columns, table.filtered, frozenset(table.extras))

    @cached_property
    def _tables(self) -> list[_Table]:
        """All sheets, read in one go."""
        tables: list[_Table] = []
        open_tables: list[_Table] = []
        styles: dict[str | None, str] = {}  # those that annotate a text, or hide it, and how
        for is_end, tag, element in elements(self._content):
            if not is_end:
                if tag == "table":
                    open_tables.append(_Table())
                    tables.append(open_tables[-1])
                elif tag in _EXTRAS and open_tables:
                    open_tables[-1].extras.add(_EXTRAS[tag])
                elif tag in ODD and open_tables:
                    open_tables[-1].is_unusual = True
                continue
            if tag == "style" and (how := _oddness(element)):
                styles[_attribute(element, "name")] = how
            elif tag == "table-column" and open_tables:
                _read_column(open_tables[-1], element, styles)
            elif tag == "table-row" and open_tables:
                _read_row(open_tables[-1], element, styles)
                element.clear()
            elif tag == "table":
                open_tables.pop()
                element.clear()
        return tables


def _read_column(table: _Table, column: ElementTree.Element, styles: Mapping[str | None, str]) -> None:
    said = _attributes(column)
    first = table.columns + 1
    table.columns += _repeated(said, "columns")
    columns = range(first, min(table.columns, MAX_COLUMNS) + 1)
    if said.get("visibility") in _HIDDEN:
        table.hidden_columns.update(columns)
    if how := styles.get(said.get("default-cell-style-name")):
        table.odd_columns.update(dict.fromkeys(columns, how))


def _read_row(table: _Table, row: ElementTree.Element, styles: Mapping[str | None, str]) -> None:
    said = _attributes(row)
    first = table.rows + 1
    table.rows = min(table.rows + _repeated(said, "rows"), _MOST_ROWS)
    rows = range(first, min(table.rows, MAX_ROWS) + 1)
    is_hidden, row_style = said.get("visibility") in _HIDDEN, said.get("default-cell-style-name")
    if is_hidden:
        table.hidden_rows.update(rows)
        table.filtered |= said["visibility"] == "filter"
    last = 0
    for cell in row:
        if local_name(cell.tag) not in CELLS:
            continue
        said = _attributes(cell)
        first, last = last + 1, min(last + _repeated(said, "columns"), _MOST_COLUMNS)
        columns = range(first, min(last, MAX_COLUMNS) + 1)
        typeless = is_typeless(cell)
        table.is_unusual |= typeless or is_covered_by_text(cell)
        if typeless or not _HELD.isdisjoint(said):
            table.reach = max(table.reach[0], table.rows), max(table.reach[1], last)
            style = said.get("style-name") or row_style
            unread, number = _unread(cell, said), _shown_number(cell, said)
            if rows and columns and (formula := said.get("formula")):
                table.formulas[rows[0], columns[0]] = from_open_document(formula)
            if rows and columns and (text := _annotated_text(cell, styles)):
                table.texts[rows[0], columns[0]] = text
            for column in columns if rows else ():
                why = "row" if is_hidden else "column" if column in table.hidden_columns else None
                how = table.odd_columns.get(column) if style is None else styles.get(style)
                why = why or (how if how in _HIDES_CELL else None)
                if unread or why or number is not None:
                    table.odd.append((rows, column, unread, Appearance(why, shown_as=number)))
        down, across = int(said.get("number-rows-spanned") or 1), int(said.get("number-columns-spanned") or 1)
        if (down > 1 or across > 1) and rows and columns:
            table.merges.append((rows[0], columns[0], rows[0] + down - 1, columns[0] + across - 1))


def _unread(cell: ElementTree.Element, said: Mapping[str, str]) -> Unread | None:
    formula, texts = said.get("formula"), _texts(cell)
    text = "".join(texts).strip()
    is_error = any(value == "error" for key, value in cell.items() if local_name(key) == "value-type")
    is_number = said.get("value-type") in NUMBERS
    if is_error or ((formula or is_number) and _ERROR_TEXT.match(text)):
        return Unread(text or "#VALUE!")
    says_none = "value-type" not in said or (is_number and "value" not in said)
    if formula and not texts and says_none:  # a formula that comes to nothing has an empty paragraph
        return Unread(f"={formula.partition('=')[2] or formula}")
    return None


def _shown_number(cell: ElementTree.Element, said: Mapping[str, str]) -> str | None:
    """Return what is shown in a cell with a whole number, where that is another number, or none; else None."""
    texts = _texts(cell)
    if said.get("value-type") not in NUMBERS or "value" not in said or not texts:  # some programs write none
        return None
    text, value = "\n".join(texts), float(said.get("value") or 0)
    if text == said.get("value") or not value.is_integer() or _reads_as(text, value):
        return None
    return text


def _reads_as(text: str, value: float) -> bool:
    """Whether a text shows `value`, maybe with a currency or a unit."""
    text = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text)).strip()
    numbers = _DIGITS.findall(text)
    if not numbers:
        return (value == 0 and text in NOTHING) or chinese_number(text) == value
    return len(numbers) == 1 and abs(value) == float(numbers[0]) and not SCALES.search(text)


# -- XML --------------------------------------------------------------------------------------------------


def _oddness(style: ElementTree.Element) -> str | None:
    """Return how a style annotates its text, or ``colour`` where it names one, which is its background's."""
    said = {key: value for part in style for key, value in _attributes(part).items()}
    if {said.get("text-line-through-style", "none"), said.get("text-line-through-type", "none")} != {"none"}:
        return "struck"
    if position := _POSITION.match(said.get("text-position", "")):
        return "subscript" if position[0].startswith(("sub", "-")) else "superscript"
    ink, paper = _HEX.fullmatch(said.get("color", "")), _HEX.fullmatch(said.get("background-color", ""))
    if ink is None or (paper is None and _attribute(style, "parent-style-name") not in {None, "Default"}):
        return None
    return "colour" if alike(from_hex(ink[1]), from_hex(paper[1]) if paper else WHITE) else None


def _annotated_text(cell: ElementTree.Element, styles: Mapping[str | None, str]) -> str | None:
    """Return a cell's text as it is seen, or None where it has no annotated run."""
    pieces: list[tuple[str, str | None]] = []
    for line in lines(cell):
        pieces.append((line.text or "", None))
        for span in line:
            how = styles.get(_attribute(span, "style-name"))
            pieces += [(shown_text(span), "hidden" if how == "colour" else how), (span.tail or "", None)]
    return annotated_runs(pieces)


def _texts(cell: ElementTree.Element) -> list[str]:
    return [shown_text(line) for line in lines(cell)]


def _repeated(said: Mapping[str, str], way: str) -> int:
    return max(int(said.get(f"number-{way}-repeated") or 1), 0)


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {local_name(key): value for key, value in element.items()}


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    return _attributes(element).get(name)
