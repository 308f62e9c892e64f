"""The rows under the headings of a block: which hold figures, totals, the numbers of columns, or remarks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from stattable.formats.sheet import Cell, RawCell, RawSheet
from stattable.model.form import FIELDS
from stattable.model.text import normalised, without_spaces
from stattable.reading.answers import LONGEST_TEXT, shortened
from stattable.reading.counts import read_count
from stattable.reading.labels import CONTACT_WORDS, LONGEST_LABEL, OFFICER_WORDS, Labels
from stattable.reading.yes_no import read_flag

_NOTE: Final = re.compile(r"^(?:说明|注|备注|填表说明)")
_REPORTER: Final = "(?:填报|报送)?单位(?!:?[场人篇个次])"
_FOOT: Final = re.compile(f"(?:{CONTACT_WORDS.pattern}|{OFFICER_WORDS.pattern}|{_REPORTER})")
_TOTALS: Final = re.compile(r"^(?:[合总小共]计|累计|备注|说明):?$")
_MEASURE: Final = re.compile(
    r"""^[(\[【]? (?:单位:?)?                               # 单位:
    (?: 场次? | 人次? | 人数 | 次 | 篇数? | 个数? | 填.{0,20} )  # 人次, 填有或无
    [)\]】]?$""",
    re.VERBOSE,
)
_NUMBERED: Final = re.compile(r"^[(\[【]?(?:(\d{1,2})|[甲乙丙丁戊己庚辛壬癸A-Z])[)\]】.、栏]?$")
_MOST_NUMBERS: Final = len(FIELDS) + 4  # of columns: some before those of the fields may be numbered too


@dataclass(frozen=True, slots=True)
class BlockRows:
    """The rows under the headings of a block.

    Attributes:
        column_row: the row of its column headings.
        columns: the columns of its labels, from left to right.
        blank: the rows with nothing in the columns of figures.
        figures: the rows with figures, or those with anything where none has a figure.
        numbers: the row that numbers the columns, above all figures, or None.
        totals: the rows with totals.
    """

    column_row: int
    columns: Sequence[int]
    blank: Sequence[int]
    figures: Sequence[int]
    numbers: int | None
    totals: Sequence[int]


def rows_under(
    column_row: int, edges: Sequence[int], columns: Iterable[int], labels: Labels, spanned: Iterable[int] = ()
) -> BlockRows:
    """Sort the rows under the column headings of a block, down to the next block or the foot of the table.

    Args:
        column_row: the row of the column headings.
        edges: all rows with headings, from the top.
        columns: the columns of these headings.
        labels: the labels of the sheet.
        spanned: other columns that may hold figures, where a heading spans several.
    """
    sheet = labels.sheet
    columns = sorted(columns)
    wide = sorted({*columns, *spanned})
    end = next((edge for edge in edges if edge > column_row), len(sheet.rows) + 1)
    blank: list[int] = []
    totals: list[int] = []
    filled: dict[int, list[RawCell]] = {}
    for row in range(column_row + 1, end):
        cells = sheet.rows[row - 1]
        if is_foot(cells[: columns[-1]]) or len(labels.names.get(row, ())) > 2:
            break
        written: list[RawCell] = [value for column in wide if (value := sheet.cell(row, column)) is not None]
        has_pieces = any((row, column) in labels.pieces for column in columns)
        if has_pieces or (written and all(_matches(value, _MEASURE) for value in written)):
            continue
        if any(_matches(value, _TOTALS) for value in cells[: columns[0]]):
            totals += [row] if any(map(is_figure, written)) else []
        elif written:
            filled[row] = written
        elif not is_note(cells[: columns[0]]):
            blank.append(row)
    figures = [row for row, written in filled.items() if any(map(is_figure, written))] or list(filled)
    numbers = figures[0] if figures and _is_numbering(sheet, figures[0], columns) else None
    return BlockRows(column_row, columns, blank, figures[1:] if numbers else figures, numbers, totals)


def _matches(value: RawCell, words: re.Pattern[str]) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_LABEL and words.match(without_spaces(value)) is not None


def is_figure(value: RawCell) -> bool:
    """Whether `value` is a figure or was meant as one, unlike a blank and a remark."""
    if value is None or value == "":
        return False
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return not isinstance(value, str)
    count = read_count(value)
    inexact = count.code not in {None, "V002", "V007"} or any(char.isdigit() for char in value)
    return count.value is not None or inexact or read_flag(value).value is not None


def _is_numbering(sheet: RawSheet, row: int, columns: Sequence[int]) -> bool:
    """Whether a row numbers the columns as statistics forms do, 1 2 3 … or 甲 乙 1 2 …, with or without gaps."""
    matches = {column: _NUMBERED.match(normalised(shortened(sheet.cell(row, column)))) for column in columns}
    numbers = [(column, int(match[1])) for column, match in matches.items() if match and match[1]]
    in_step = all(second - first in {1, right - left} for (left, first), (right, second) in pairwise(numbers))
    in_range = len(numbers) > 2 and numbers[0][1] > 0 and numbers[-1][1] <= _MOST_NUMBERS
    return all(matches.values()) and in_step and in_range


def figure_row(rows: BlockRows, numbered: bool) -> int | None:
    """Return the row of a block's figures: the only one with figures in it, or the first where none has.

    Args:
        rows: the rows of the block.
        numbered: whether another block has both a row that numbers its columns and a row of figures.

    Returns:
        The row, or None where it is not sure.
    """
    if rows.figures:
        return rows.figures[0] if len(rows.figures) == 1 else None
    below = [row for row in rows.blank if row > (rows.numbers or 0)]
    others = [row for row in (rows.numbers, *rows.totals) if row]
    if below:
        return below[0] if not others or (numbered and not rows.totals) else None
    # Without a blank row the figures can only be in another one, where there is just one.
    return others[0] if len(others) == 1 and not (rows.numbers and numbered) else None


def figure_cells(cells: Sequence[Cell], sheet: RawSheet) -> list[Cell]:
    """Return those `cells` under one heading that may hold its figure: one, or several where it is not sure.

    Args:
        cells: the visible cells, from left to right; the first is the heading's own.
        sheet: the sheet with these cells.
    """
    written = [at for at in cells if sheet.cell(*at) is not None]
    figures = [at for at in written if is_figure(sheet.cell(*at))]
    answers = [at for at in written if not is_remark(sheet.cell(*at))]  # 若干 is no figure, and no blank either
    return figures or answers[:1] or [*cells[:1]]


def is_remark(value: RawCell) -> bool:
    """Whether a cell names a total or explains something."""
    return _matches(value, _TOTALS) or is_note([value])


def is_foot(cells: Sequence[RawCell]) -> bool:
    """Whether a row asks who filled in the table and when, as those under it do."""
    return _any_begins(cells, _FOOT)


def is_note(cells: Sequence[RawCell]) -> bool:
    """Whether a row explains or remarks on something."""
    return _any_begins(cells, _NOTE)


def _any_begins(cells: Sequence[RawCell], words: re.Pattern[str]) -> bool:
    return any(isinstance(value, str) and value and _begins(value[:LONGEST_LABEL], words) for value in cells)


@lru_cache(maxsize=256)  # the labels under the table are mostly the same in all returns
def _begins(text: str, words: re.Pattern[str]) -> bool:
    return words.match(without_spaces(text)) is not None
