"""A page in the making: paragraphs and tables, as they come one under the other, become one raw sheet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS, MAX_ROWS, Appearance, Cell, Merge, RawCell, RawSheet, Unreadable

_DEEPEST: Final = 100  # tables in tables
_FIGURE: Final = re.compile(r"[-+\d., %eE]*|#+")  # a text that may show a number; ### where it was too wide


@dataclass(slots=True)
class Placed:
    """A cell on its way to a sheet.

    Attributes:
        value: its text, at last.
        column: 1-based.
        across: how many columns it spans.
        down: how many rows it spans.
        goes_on: whether it is no cell of its own, but goes on the one above (Word).
        stored: the number that its text shows, rounded maybe (Excel's HTML).
        hidden_by: as in `Appearance`.
    """

    value: RawCell = ""
    column: int = 1
    across: int = 1
    down: int = 1
    goes_on: bool = False
    stored: float | None = None
    hidden_by: str | None = None


Row = list[Placed]


def raw_sheet(name: str, rows: Mapping[int, Row]) -> RawSheet:
    """Lay out a sheet.

    Args:
        name: the sheet's.
        rows: the cells of each row, by its 1-based number; none beyond the limits.
    """
    filled = [(number, cell.column) for number, row in rows.items() for cell in row if cell.value != ""]
    height = max((number for number, _ in filled), default=0)
    width = max((column for _, column in filled), default=0)
    blank: list[RawCell] = [""] * width
    grid = [blank] * height  # a row that nobody wrote in costs nothing
    merges: list[Merge] = []
    displays: dict[Cell, Appearance] = {}
    for number, row in rows.items():
        if number <= height:
            grid[number - 1] = line = blank.copy()
        for cell in row:
            if cell.value != "":
                line[cell.column - 1] = cell.value
                if cell.hidden_by:
                    displays[number, cell.column] = Appearance(hidden_by=cell.hidden_by)
            if cell.across > 1 or cell.down > 1:
                last = (min(number + cell.down - 1, MAX_ROWS), min(cell.column + cell.across - 1, MAX_COLUMNS))
                merges.append((number, cell.column, *last))
    return RawSheet(name, grid, merges, displays)


class _Flow:
    """What stands one under the other on the page or in a cell: each paragraph a row, and the rows of tables."""

    def __init__(self) -> None:
        self.text: list[str] = []  # of the paragraph that has not ended yet
        self.rows: list[Row] = []
        self.holds_table = False

    def end_paragraph(self) -> None:
        lines = (line.strip() for line in "".join(self.text).split("\n"))
        text = "\n".join(line for line in lines if line)
        self.text.clear()
        if text:
            self.add([[Placed(text)]])

    def add(self, rows: list[Row]) -> None:
        self.rows += rows[: MAX_ROWS - len(self.rows)]


@dataclass(slots=True)
class _Table:
    """A table whose end is yet to come."""

    rows: list[Row] = field(default_factory=list)
    beneath: list[list[Row]] = field(default_factory=list)  # for each row, what its cells hold beside text
    column: int = 1  # where the next cell would stand
    hidden_by: str | None = None  # of the row
    next_column: int = 1  # that is described
    hidden_columns: set[int] = field(default_factory=set)
    in_row: bool = False
    cell: Placed | None = None  # that has not ended yet
    _taken: dict[int, int] = field(default_factory=dict)  # column → number of rows down to which a cell spans it
    _tops: dict[int, tuple[int, Placed]] = field(default_factory=dict)  # column → last cell, and its row's number

    def start_row(self) -> None:
        self.rows.append([])
        self.beneath.append([])
        self.column, self.hidden_by, self.in_row = 1, None, True

    def place(self, cell: Placed) -> None:
        """Put a cell that ended where the next free column is."""
        number = len(self.rows)
        while self._taken.get(self.column, 0) >= number:
            self.column += 1
        if self.column > MAX_COLUMNS or number > MAX_ROWS:
            return
        cell.column = self.column
        if self.column in self.hidden_columns:
            cell.hidden_by = cell.hidden_by or "column"
        self.column = min(self.column + cell.across, MAX_COLUMNS + 1)
        cell.across = self.column - cell.column
        for column in range(cell.column, self.column):
            self._taken[column] = number + cell.down - 1
        start, top = self._tops.get(cell.column, (-1, cell))
        if cell.goes_on and top.across == cell.across and start + top.down == number:
            top.down += 1
            cell.across = 1
            if cell.value == "":  # else it hides something
                return
        else:
            self._tops[cell.column] = number, cell
        self.rows[-1].append(cell)

    def all_rows(self) -> list[Row]:
        """Return the rows, and beneath each what its cells hold; only further down where merged cells reach on."""
        rows: list[Row] = []
        waiting: list[Row] = []
        reach = 0
        for number, (row, beneath) in enumerate(zip(self.rows, self.beneath, strict=True), start=1):
            for cell in row:
                cell.down = min(cell.down, len(self.rows) - number + 1)
                reach = max(reach, number + cell.down - 1)
            rows.append(row)
            waiting += beneath
            if reach <= number:
                rows += waiting
                waiting = []
        return rows + waiting


class Page:
    """Takes what stands on a page, in its order, and makes a sheet of it.

    A paragraph becomes a row with its text in the first column, a table its rows. A cell that holds a table gives
    what it holds, paragraphs and all, as rows of its own beneath its row; a table of one cell is but a frame.
    Starts end what should have ended before, and ends of what never started are nothing.
    """

    def __init__(self) -> None:
        self._flows = [_Flow()]  # the page's, and those of the cells that have not ended
        self._tables: list[_Table] = []  # that have not ended

    @property
    def cell(self) -> Placed | None:
        """The innermost cell that has not ended."""
        return self._tables[-1].cell if self._tables else None

    def text(self, text: str) -> None:
        """Add a piece of text."""
        self._flows[-1].text.append(text)

    def end_paragraph(self) -> None:
        """End a line of text."""
        self._flows[-1].end_paragraph()

    def start_table(self) -> None:
        """Start a table, on the page or in a cell."""
        if len(self._tables) == _DEEPEST:
            raise Unreadable("F001")
        self.end_paragraph()
        self._tables.append(_Table())

    def describe_columns(self, columns: int, hidden: bool) -> None:
        """Take what is said of the next columns of the innermost table."""
        if self._tables:
            table = self._tables[-1]
            first, table.next_column = table.next_column, min(table.next_column + columns, MAX_COLUMNS + 1)
            table.hidden_columns.update(range(first, table.next_column) if hidden else ())

    def start_row(self) -> None:
        """Start a row of the innermost table."""
        self.end_row()
        if self._tables:
            self._tables[-1].start_row()

    def hide_row(self) -> None:
        """Say that the row is not shown, before its cells start."""
        if self._tables:
            self._tables[-1].hidden_by = "row"

    def skip_columns(self, columns: int) -> None:
        """Leave columns out at the beginning of the row."""
        if self._tables:
            self._tables[-1].column += columns

    def start_cell(
        self, across: int = 1, down: int = 1, stored: float | None = None, hidden_by: str | None = None
    ) -> None:
        """Start a cell of the row, to be placed where it ends; outside a table its text is the page's."""
        self.end_cell()
        if not self._tables:
            return
        table = self._tables[-1]
        if not table.in_row:
            table.start_row()
        self.end_paragraph()  # what stands in a table, but in no cell
        table.cell = Placed(across=across, down=down, stored=stored, hidden_by=hidden_by or table.hidden_by)
        self._flows.append(_Flow())

    def end_cell(self) -> None:
        """End the cell."""
        cell = self.cell
        if cell is None:
            return
        self.end_paragraph()
        flow, table = self._flows.pop(), self._tables[-1]
        table.cell = None
        if flow.holds_table:
            table.beneath[-1] += flow.rows
        else:
            text = "\n".join(str(row[0].value) for row in flow.rows if row)
            cell.value = cell.stored if cell.stored is not None and _FIGURE.fullmatch(text) else text
        table.place(cell)

    def end_row(self) -> None:
        """End the row."""
        self.end_cell()
        if self._tables:
            self._tables[-1].in_row = False

    def end_table(self) -> None:
        """End the innermost table."""
        self.end_row()
        if not self._tables:
            return
        rows = self._tables.pop().all_rows()
        self.end_paragraph()
        self._flows[-1].holds_table |= sum(map(len, rows)) > 1
        self._flows[-1].add(rows)

    def sheet(self, name: str) -> RawSheet:
        """End what has not ended, and return all of it as a sheet."""
        while self._tables:
            self.end_table()
        self.end_paragraph()
        return raw_sheet(name, dict(enumerate(self._flows[0].rows, start=1)))
