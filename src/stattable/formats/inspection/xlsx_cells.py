"""The cells of an .xlsx's sheet, one after the other: where each stands, what it holds, and how far they reach."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from xml.etree import ElementTree

from stattable.formats.inspection.formulas import moved, spelled
from stattable.formats.sheet import MAX_COLUMNS, Cell
from stattable.formats.xml import elements, local_name
from stattable.model.cell_names import cell_at, column_number

_FAR_REF: Final = re.compile(rb"r\s*=\s*[\"'](?:[A-Za-z]{3}\d|[A-Za-z]{0,2}\d{5})")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_SAID_PLACE: Final = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_MOST_CELLS: Final = 1_000_000  # that are laid out without a second thought
_SMALL: Final = 64 * 1024  # bytes of a sheet that can hold no more than a few million cells, all near A1


class CellElement(NamedTuple):
    """A cell as a sheet's part has it.

    Attributes:
        at: where it stands.
        element: the cell.
        hidden_by: the ``row`` or ``column`` that hides it, or None.
    """

    at: Cell
    element: ElementTree.Element
    hidden_by: str | None


def cells(content: bytes) -> Iterator[CellElement]:
    """Yield the cells of a sheet's part.

    Rows and cells need not say where they are: one that does not follows the one before it.
    """
    row = column = 0
    is_hidden, hidden_columns = False, bytearray(MAX_COLUMNS + 1)
    for is_end, name, element in elements(content):
        if name == "row" and not is_end:
            row, column = int(element.get("r") or 0) or row + 1, 0
            is_hidden = _is_hidden(element, "ht")
        elif name == "cols" and is_end:
            hidden_columns = _hidden_columns(element)
        elif name == "c" and is_end:
            row, column = _place(element, row, column + 1)
            in_hidden_column = column <= MAX_COLUMNS and hidden_columns[column]
            yield CellElement((row, column), element, "row" if is_hidden else "column" if in_hidden_column else None)
        if is_end and name in {"row", "c"}:
            element.clear()


def _place(cell: ElementTree.Element, row: int, column: int) -> Cell:
    """Return where a cell says that it stands, or the place given where it does not say."""
    try:
        return cell_at(cell.get("r") or "")
    except ValueError:
        return row, column


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


def reach(content: bytes) -> Cell:
    """Return how many rows and columns calamine would lay out for a sheet's part; (0, 0) for a few."""
    if len(content) <= _SMALL and not _FAR_REF.search(content):
        return 0, 0
    said = _said_reach(content) if len(content) > _SMALL else None
    if said and said[0] * said[1] <= _MOST_CELLS:  # with the cells that hold nothing
        return said
    rows = columns = 0
    for (row, column), element, _ in cells(content):
        if len(element):  # what holds nothing is not laid out
            rows, columns = max(rows, row), max(columns, column)
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


def formulas(content: bytes) -> dict[Cell, str]:
    """Return the formulas of a sheet's part; of one that several cells share, each as it reads there."""
    found: dict[Cell, str] = {}
    shared: dict[str, tuple[Cell, str]] = {}
    for at, element, _ in cells(content):
        for part in element:
            if local_name(part.tag) == "f":
                found[at] = _formula(part, at, shared)
    return found


def _formula(part: ElementTree.Element, at: Cell, shared: dict[str, tuple[Cell, str]]) -> str:
    text, kind, number = part.text or "", part.get("t", "normal"), part.get("si", "")
    if kind == "shared" and text:
        shared[number] = at, text
    elif kind == "shared" and number in shared:
        holder, text = shared[number]
        text = moved(text, at[0] - holder[0], at[1] - holder[1])
    return spelled(text) if kind in {"normal", "shared"} else f"{{{spelled(text)}}}"  # as Excel shows an array's
