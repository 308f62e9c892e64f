"""Raw sheets: what a file of any kind is turned into before anybody knows what it means."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from stattable.model.findings import Param


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that shows nothing usable: an error value, or a formula that was never calculated.

    Attributes:
        text: the error value, or the formula with its ``=``.
    """

    text: str


RawCell = str | int | float | bool | date | datetime | time | timedelta | Unread | None


# How much of a sheet is looked at.
MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 200
# Of a sheet as calamine lays it out, which takes 32 bytes a cell, twice; with a stray cell at XFD1048576 it aborts.
MAX_CELLS: Final = 3_000_000
MAX_WHOLE_CELLS: Final = 20_000_000  # of a sheet of ours: a record has a million rows

EPOCH: Final = date(1899, 12, 30)  # day 0 of the dates that are stored as numbers
EPOCH_1904: Final = date(1904, 1, 1)  # in workbooks that count from there, as those made on a Mac did

Cell = tuple[int, int]  # 1-based row and column
Margin = tuple[str, str, str]  # ``header`` or ``footer``; its part ``L``, ``C`` or ``R``; and what it says
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 1-based


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a cell is shown, where that is not as what it holds.

    Attributes:
        hidden_by: why it is not to be taken for what is reported: it stands in a hidden ``row`` or ``column``, in its
            background's ``colour``, or is ``struck`` out; else None.
        misleading_format: the number format that shows another number than the stored one, or None.
        shown_as: what is shown in place of the stored number, where that is known and not its format; else None.
    """

    hidden_by: str | None = None
    misleading_format: str | None = None
    shown_as: str | None = None

    @property
    def is_misleading(self) -> bool:
        """Whether another number is shown than the stored one."""
        return self.misleading_format is not None or self.shown_as is not None


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it stands.

    Attributes:
        name: its name.
        rows: its cells from A1 on, at most 10,000 × 200, all rows equally long; ``""`` or None where empty.
        merges: its merged ranges; those of an .ods or .xlsb are known after an inspection only.
        displays: cells that are not shown as what they hold; known after an inspection only.
        epoch: day 0 of the dates that are stored as numbers.
    """

    name: str
    rows: Sequence[Sequence[RawCell]]
    merges: Sequence[Merge] = ()
    displays: Mapping[Cell, Appearance] = field(default_factory=dict)
    epoch: date = EPOCH

    def cell(self, row: int, column: int) -> RawCell:
        """Return the cell at 1-based `row` and `column`; None outside the sheet."""
        if 0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1]):
            value = self.rows[row - 1][column - 1]
            return None if value == "" else value
        return None

    def covered(self, rows: Iterable[int]) -> set[Cell]:
        """Return the cells in `rows` that lie under a merged range, which shows its top left cell only."""
        # A sheet may have a million merged ranges: each is only noted where it begins and ends.
        turns: defaultdict[int, list[int]] = defaultdict(lambda: [0] * (MAX_COLUMNS + 2))
        lines = sorted(set(rows))
        for top, left, bottom, right in self.merges:
            for line in lines[bisect_left(lines, top) : bisect_right(lines, bottom)]:
                first, end = left + 1 if line == top else left, min(right, MAX_COLUMNS)
                if first <= end:
                    turns[line][first] += 1
                    turns[line][end + 1] -= 1
        return {(line, column) for line, at in turns.items() for column, depth in enumerate(accumulate(at)) if depth}


ANNOTATIONS: Final = {"superscript": "上标", "subscript": "下标", "struck": "划掉", "hidden": "隐藏"}


def annotated_run(text: str, how: str | None) -> str:
    """Return an annotated run of a text, as a reader sees it: 102¹ is no 1021.

    Args:
        text: the characters.
        how: ``superscript``, ``subscript``, ``struck`` or ``hidden``; anything else for those that belong to it.
    """
    return f"（{ANNOTATIONS[how]}：{text}）" if how in ANNOTATIONS and text.strip() else text


def annotated_runs(runs: Sequence[tuple[str, str | None]]) -> str | None:
    """Return a text of several runs as it is seen, or None where no run of it is annotated.

    Runs in the background's colour are hidden beside others; a text that is all of them is a cell's that is coloured.

    Args:
        runs: the characters of each, and how it is annotated.
    """
    is_seen = any(how != "hidden" and text.strip() for text, how in runs)
    if not any(how in ANNOTATIONS and (how != "hidden" or is_seen) for _, how in runs):
        return None
    return "".join(annotated_run(text, how) for text, how in runs)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What calamine does not show of a sheet.

    Attributes:
        unreads: the cells that hold an error value or a formula without a result; calamine shows them empty.
        merges: the sheet's merged ranges, or None where calamine knows them or they do not matter.
        displays: cells that are not shown as what they hold.
        texts: of cells that have annotated runs, which are not part of what is said.
    """

    unreads: Mapping[Cell, Unread] = field(default_factory=dict)
    merges: Sequence[Merge] | None = None
    displays: Mapping[Cell, Appearance] = field(default_factory=dict)
    texts: Mapping[Cell, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """How a sheet as a whole is shown and printed, as far as its file says so.

    Attributes:
        hidden_rows: that are hidden, or too low to be read.
        hidden_columns: that are hidden, or too narrow.
        filtered: whether a filter is set, which hides rows and says so.
        extras: what may be shown in place of what the cells hold: ``conditional`` formats, ``objects`` that lie on the
            sheet, ``shapes`` among them, ``comments``, ``prompts``, ``links``, ``zeros`` that are shown as blanks, and
            a ``view`` in which not everything can be reached, or not as it is.
        print_area: as in ``$A$1:$I$20``, ``""`` for the whole sheet, None where it is not known.
        repeated: the rows and columns that are printed on every page, as in ``$A:$A,$1:$2``, or None.
        margins: what header and footer say; None where it is not known.
        outlined: the rows that belong to a group of the outline, which can show them; None where it is not known.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    extras: frozenset[str] = frozenset()
    print_area: str | None = None
    repeated: str | None = None
    margins: frozenset[Margin] | None = None
    outlined: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class RawPicture:
    """A picture as it stands on a sheet.

    Attributes:
        cell: 1-based row and column of the cell that it stands in; of one that floats, the one that its middle lies in.
        data: its bytes as they are stored, None where there are none, or too many.
        part: the name of its part, ``""`` where there is none.
        fault: ``missing`` where it is linked, damaged or not there, ``size`` where it is beyond 10 MB, or None.
        corner: the row that the top left corner of one that floats stands in, None where its middle lies there, too.
    """

    cell: Cell
    data: bytes | None
    part: str
    fault: str | None = None
    corner: int | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a sheet.

    Attributes:
        placed: at most 2,000, by row, then column, then their order in the sheet.
        left_out: how many more there are.
    """

    placed: tuple[RawPicture, ...]
    left_out: int


class Series(NamedTuple):
    """A row of bars of a chart, by formulas for the cells that it is drawn from, ``""`` where it has none."""

    name: str
    categories: str
    values: str


class Chart(NamedTuple):
    """A chart: the texts that stand in it, which no cell holds, and its series."""

    text: str
    series: tuple[Series, ...]


class Drawn(NamedTuple):
    """What is drawn on a sheet.

    Attributes:
        charts: in their order.
        others: how many pictures and shapes lie on the sheet or on a chart.
    """

    charts: tuple[Chart, ...]
    others: int


# The kinds of relations of a workbook that lead to sheets without cells of a form, in lower case: calamine knows the
# first two.
KNOWN_WITHOUT_CELLS: Final = frozenset({"chartsheet", "dialogsheet"})
WITHOUT_CELLS: Final = KNOWN_WITHOUT_CELLS | {"xlmacrosheet", "xlintlmacrosheet"}


class SheetEntry(NamedTuple):
    """A sheet as its workbook lists it.

    Attributes:
        place: which of all it is, from 0.
        name: its name.
        state: ``visible``, ``hidden`` or ``veryHidden``.
        part: the name of the part with its cells, None where it has none: charts, macros of old, sheets that are lost.
        is_lost: whether there should be one.
    """

    place: int
    name: str
    state: str
    part: str | None
    is_lost: bool = False


class Inspector(Protocol):
    """Finds what calamine does not show of a workbook, in the ways of its format. A sheet is given by its place."""

    @property
    def encoding(self) -> str | None:
        """The encoding of the texts that calamine takes to be in Windows' western code page; None where it is right."""

    @property
    def is_unusual(self) -> bool:
        """Whether calamine may read the workbook otherwise than office programs do, without saying so."""

    def is_unusual_sheet(self, sheet: int) -> bool:
        """Whether it may do so with a sheet."""

    @property
    def epoch(self) -> date:
        """Day 0 of the workbook's dates that are stored as numbers."""

    @property
    def sheets(self) -> Sequence[SheetEntry]:
        """All sheets as the workbook lists them; none in a format whose sheets have no parts of their own."""

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out; (0, 0) where they are sure to be few."""

    def inspect(self, sheet: int) -> Inspection | None:
        """Inspect a sheet, or return None where there is nothing that calamine does not show."""

    def formulas(self, sheet: int) -> Mapping[Cell, str]:
        """Return the formulas of a sheet as Excel writes them, without ``=``, ``$`` and spaces."""

    def setup(self, sheet: int) -> Setup:
        """Return how a sheet as a whole is shown and printed."""


class Book(Protocol):
    """An open file. Its methods raise `Unreadable` where the file does not hold together.

    Attributes:
        names: of the sheets, in their order.
        visible: names of those that are shown.
        lost: names of those that the file lists and does not hold.
    """

    names: list[str]
    visible: frozenset[str]
    lost: tuple[str, ...]

    def sheet(self, name: str, *, whole: bool = False) -> RawSheet:
        """Return the cells of the sheet `name`; of a sheet of ours the `whole`, beyond the limits."""

    def unbounded(self, name: str) -> RawSheet:
        """Return the sheet `name` without a limit of rows, as of a roster, with what looks like a blank and is none."""

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet`, with what looks like a blank and is none, and with how its cells are shown."""

    def pictures(self, name: str) -> Pictures | None:
        """Return the pictures of the sheet `name`, or None where they are not read in a file of this kind."""


class Unreadable(Exception):  # noqa: N818  -- it says what is wrong with a file, not with the program
    """A file turns out to be unreadable while its sheets are looked at.

    Args:
        code: of the finding, of the family F.
        **params: the finding's.
    """

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
