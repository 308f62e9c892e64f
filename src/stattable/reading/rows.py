"""The rows under the headings of a block: which hold figures, and which totals, columns' numbers or remarks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
_FOOT: Final = re.compile(
    rf"(?:{CONTACT_WORDS.pattern}|{OFFICER_WORDS.pattern}|(?:填报|报送)?单位(?!:?[场人篇个次]))"  # the unit that reports
)
_TOTALS: Final = re.compile(r"^(?:[合总小共]计|累计|备注|说明):?$")
_MEASURE: Final = re.compile(r"^[(\[【]?(?:单位:?)?(?:场次?|人次?|人数|次|篇数?|个数?|填.{0,20})[)\]】]?$")
_NUMBERED: Final = re.compile(r"^[(\[【]?(?:(\d{1,2})|[甲乙丙丁戊己庚辛壬癸A-Z])[)\]】.、栏]?$")
_MOST_NUMBERS: Final = len(FIELDS) + 4  # of a column: some are numbered that stand before the fields


@dataclass(frozen=True, slots=True)
class BlockRows:
    """The rows under the headings of a block.

    Attributes:
        headings: the row of its column headings.
        columns: of its labels, from left to right.
        blank: those with nothing in the columns of its figures.
        figures: those with figures, or else with anything.
        numbers: the one that numbers the columns, above all figures, or None.
        totals: those with totals.
    """

    headings: int
    columns: Sequence[int]
    blank: Sequence[int]
    figures: Sequence[int]
    numbers: int | None
    totals: Sequence[int]


def lines_under(
    headings: int, edges: Sequence[int], columns: Iterable[int], labels: Labels, beside: Iterable[int] = ()
) -> BlockRows:
    """Return the rows under the column headings of a block, down to the next block or the foot of the table.

    Args:
        headings: the row of the column headings.
        edges: all rows with headings, from the top.
        columns: of these headings.
        labels: of the sheet.
        beside: other columns that figures may stand in, where a heading spans several.
    """
    sheet = labels.sheet
    columns = sorted(columns)
    wide = sorted({*columns, *beside})
    end = next((edge for edge in edges if edge > headings), len(sheet.rows) + 1)
    blank: list[int] = []
    totals: list[int] = []
    filled: dict[int, list[RawCell]] = {}
    for row in range(headings + 1, end):
        cells = sheet.rows[row - 1]
        if is_foot(cells[: columns[-1]]) or len(labels.names.get(row, ())) > 2:
            break
        written: list[RawCell] = [value for column in wide if (value := sheet.cell(row, column)) is not None]
        pieces = any((row, column) in labels.pieces for column in columns)
        if pieces or (written and all(isinstance(value, str) and _is(value, _MEASURE) for value in written)):
            continue
        if any(isinstance(value, str) and _is(value, _TOTALS) for value in cells[: columns[0]]):
            totals += [row] if any(map(is_figure, written)) else []
        elif written:
            filled[row] = written
        elif not is_note(cells[: columns[0]]):
            blank.append(row)
    figures = [row for row, written in filled.items() if any(map(is_figure, written))] or list(filled)
    numbers = figures[0] if figures and _is_numbering(sheet, figures[0], columns) else None
    return BlockRows(headings, columns, blank, figures[1:] if numbers else figures, numbers, totals)


def _is(text: str, words: re.Pattern[str]) -> bool:
    return len(text) <= LONGEST_LABEL and words.match(without_spaces(text)) is not None


def is_figure(value: RawCell) -> bool:
    """Whether `value` has something of a figure, unlike a blank and a remark."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return not isinstance(value, str) and value is not None
    count = read_count(value)
    inexact = count.code not in {None, "V002", "V007"} or any(char.isdigit() for char in value)
    return count.value is not None or inexact or read_flag(value).value is not None


def _is_numbering(sheet: RawSheet, row: int, columns: Sequence[int]) -> bool:
    """Whether a row numbers the columns as statistics forms do, 1 2 3 … or 甲 乙 1 2 …, spacers counted or not."""
    seen = {column: _NUMBERED.match(normalised(shortened(sheet.cell(row, column)))) for column in columns}
    numbers = [(column, int(match[1])) for column, match in seen.items() if match and match[1]]
    in_step = all(second - first in {1, right - left} for (left, first), (right, second) in pairwise(numbers))
    return all(seen.values()) and len(numbers) > 2 and in_step and numbers[0][1] > 0 and numbers[-1][1] <= _MOST_NUMBERS


def figure_row(lines: BlockRows, numbered: bool) -> int | None:
    """Return the row of a block's figures: the only one with figures in it, or the first where none has.

    Args:
        lines: the rows of the block.
        numbered: another block has its columns numbered, beside a row of figures.

    Returns:
        The row, or None where it is not sure.
    """
    if len(lines.figures) == 1:
        return lines.figures[0]
    below = [row for row in lines.blank if row > (lines.numbers or 0)]
    only = [row for row in (lines.numbers, *lines.totals) if row]
    if not lines.figures and not below and len(only) == 1 and not (lines.numbers and numbered):
        return only[0]  # there is no other row that the figures could stand in
    return below[0] if not lines.figures and below and (not only or (numbered and not lines.totals)) else None


def figure_cells(cells: Sequence[Cell], sheet: RawSheet) -> list[Cell]:
    """Return those of the `cells` under one heading that hold its figure: one, or several where it is not sure.

    Args:
        cells: that are seen, from left to right; the first is the heading's own.
        sheet: they stand on.
    """
    written = [at for at in cells if sheet.cell(*at) is not None]
    figures = [at for at in written if is_figure(sheet.cell(*at))]
    answers = [at for at in written if not is_remark(sheet.cell(*at))]  # 若干 is no figure, and no blank either
    return figures or answers[:1] or [*cells[:1]]


def is_remark(value: RawCell) -> bool:
    """Whether a cell says what stands beside it, or explains something."""
    return isinstance(value, str) and (_is(value, _TOTALS) or is_note([value]))


def is_foot(cells: Sequence[RawCell]) -> bool:
    """Whether a row is of those under the table, which ask who filled it in and when."""
    return _begins(cells, _FOOT)


def is_note(cells: Sequence[RawCell]) -> bool:
    """Whether a row explains or remarks on something."""
    return _begins(cells, _NOTE)


def _begins(cells: Sequence[RawCell], words: re.Pattern[str]) -> bool:
    return any(
        isinstance(value, str) and value and words.match(without_spaces(value[:LONGEST_LABEL])) for value in cells
    )
