"""A workbook that Excel saved as XML (SpreadsheetML 2003) → its raw sheets."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from stattable.documents.flow import Placed, Row, raw_sheet
from stattable.documents.markup import Skipper, count, parse_xml
from stattable.formats.sheet import MAX_COLUMNS, MAX_ROWS, RawCell, RawSheet, Unread, Unreadable, annotated_run

_SS: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"
_VISIBLE: Final = "{urn:schemas-microsoft-com:office:excel}Visible"
_HIDDEN: Final = frozenset(("SheetHidden", "SheetVeryHidden"))
_SKIPPED: Final = frozenset((f"{_SS}Comment", f"{_SS}Styles", f"{_SS}PhoneticText"))
_ANNOTATIONS: Final = {"Sup": "superscript", "Sub": "subscript", "S": "struck"}
_MAX_CELLS: Final = MAX_ROWS * MAX_COLUMNS  # of all sheets together


def read_workbook(data: bytes) -> tuple[list[RawSheet], frozenset[str]]:
    """Read the worksheets of a workbook, and the names of those that are hidden.

    Raises:
        Unreadable: it is another kind of XML (F005), two sheets have one name, or cells stand in no order (F001),
            or its cells are too many (F004).
    """
    events = _Workbook()
    parse_xml(data, events)
    return list(events.sheets.values()), frozenset(events.hidden)


@dataclass(slots=True)
class _Sheet:
    """A worksheet whose end is yet to come. Rows and columns count from 1; what is beyond the limits is at the next."""

    name: str
    rows: dict[int, Row] = field(default_factory=dict)
    hidden_columns: set[int] = field(default_factory=set)
    next_column: int = 1  # that is described
    row: int = 1
    next_row: int = 1
    row_hidden: bool = False
    next_cell: int = 1
    cell: Placed = field(default_factory=Placed)

    def start_columns(self, said: Mapping[str, str]) -> None:
        first = _at(said, self.next_column, MAX_COLUMNS)
        self.next_column = _beyond(first, said.get("Span"), MAX_COLUMNS)
        if said.get("Hidden") == "1":
            self.hidden_columns.update(range(first, self.next_column))

    def start_row(self, said: Mapping[str, str]) -> None:
        self.row = _at(said, self.next_row, MAX_ROWS)
        self.next_row = _beyond(self.row, said.get("Span"), MAX_ROWS)
        self.row_hidden, self.next_cell = said.get("Hidden") == "1", 1

    def start_cell(self, said: Mapping[str, str]) -> None:
        column = _at(said, self.next_cell, MAX_COLUMNS)
        self.next_cell = _beyond(column, said.get("MergeAcross"), MAX_COLUMNS)
        self.cell = Placed(
            value=Unread(said["Formula"]) if "Formula" in said else "",  # until its data comes
            column=column,
            across=self.next_cell - column,
            down=count(said.get("MergeDown"), MAX_ROWS, 0) + 1,
            hidden_by="row" if self.row_hidden else "column" if column in self.hidden_columns else None,
        )

    def end_cell(self) -> None:
        if self.row <= MAX_ROWS and self.cell.column <= MAX_COLUMNS:
            self.rows.setdefault(self.row, []).append(self.cell)


class _Workbook:
    """The events of a workbook."""

    def __init__(self) -> None:
        self.sheets: dict[str, RawSheet] = {}
        self.hidden: set[str] = set()
        self._skipped = Skipper(_SKIPPED)
        self._begun = False
        self._cells = 0  # of all sheets, as they are laid out
        self._sheet = _Sheet("")
        self._type = "String"
        self._text: list[str] | None = None  # of the data, or the visibility, that has not ended
        self._annotations: list[str | None] = []  # for each element in the data: how its text is annotated

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._begun and tag != f"{_SS}Workbook":
            raise Unreadable("F005", kind="xml")
        self._begun = True
        if self._skipped.start(tag):
            return
        said = {key.removeprefix(_SS): value for key, value in attributes.items()}
        match tag.removeprefix(_SS):
            case "Worksheet":
                self._sheet = _Sheet(said.get("Name", ""))
            case "Column":
                self._sheet.start_columns(said)
            case "Row":
                self._sheet.start_row(said)
            case "Cell":
                self._sheet.start_cell(said)
            case "Data":
                self._type, self._text = said.get("Type", "String"), []
            case _ if tag == _VISIBLE:
                self._text = []
            case _ if self._text is not None:
                outer = self._annotations[-1] if self._annotations else None
                self._annotations.append(outer or _ANNOTATIONS.get(tag.rpartition("}")[2]))

    def end(self, tag: str) -> None:
        if self._skipped.end():
            return
        match tag.removeprefix(_SS):
            case "Worksheet":
                self._end_sheet()
            case "Cell":
                self._sheet.end_cell()
            case "Data":
                self._sheet.cell.value = _value(self._type, self._take_text())
            case _ if tag == _VISIBLE and self._take_text().strip() in _HIDDEN:
                self.hidden.add(self._sheet.name)
            case _ if self._annotations:
                self._annotations.pop()

    def data(self, text: str) -> None:
        if self._text is not None and not self._skipped:
            self._text.append(annotated_run(text, self._annotations[-1] if self._annotations else None))

    def close(self) -> None:
        pass

    def _take_text(self) -> str:
        text, self._text = "".join(self._text or ()), None
        return text

    def _end_sheet(self) -> None:
        sheet = raw_sheet(self._sheet.name, self._sheet.rows)
        self._cells += sum(map(len, sheet.rows))
        if sheet.name in self.sheets:
            raise Unreadable("F001")
        if self._cells > _MAX_CELLS:
            raise Unreadable("F004", reason="cells")
        self.sheets[sheet.name] = sheet


def _at(said: Mapping[str, str], following: int, most: int) -> int:
    """Return where a row, column or cell stands: where it says, else at `following`; it cannot stand before that."""
    index = count(said.get("Index"), most + 1, following)
    if index < following:
        raise Unreadable("F001")
    return index


def _beyond(first: int, further: str | None, most: int) -> int:
    """Return the number behind `first` and as many `further` ones as are said, none where nothing is."""
    return min(first + count(further, most, 0), most) + 1


def _value(kind: str, text: str) -> RawCell:
    """Return the value of `text`, or the text where it is not of its kind."""
    try:
        match kind:
            case "Number":
                number = float(text)
                return int(number) if math.isfinite(number) and number.is_integer() else number
            case "Boolean":
                return text.strip() == "1"
            case "DateTime":
                return datetime.fromisoformat(text).replace(tzinfo=None)
            case "Error":
                return Unread(text)
    except ValueError:
        pass
    return text
