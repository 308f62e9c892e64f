"""Names of cells, columns and ranges, as spreadsheets write them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_CELL: Final = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")


def column_letters(column: int) -> str:
    """Return the letters of a 1-based column: 1 gives ``A``, 28 gives ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=1024)  # it is asked for every cell
def column_number(letters: str) -> int:
    """Return the 1-based column that `letters` name, in either case: ``A`` gives 1, ``ab`` gives 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=1024)  # it is asked for the same cells of every return
def a1(row: int, column: int) -> str:
    """Return the name of the cell at 1-based `row` and `column`: (7, 3) gives ``C7``."""
    return f"{column_letters(column)}{row}"


def cell_at(name: str) -> tuple[int, int]:
    """Return the 1-based row and column of the cell that `name` names, in either case: ``C7`` gives (7, 3).

    Raises:
        ValueError: it names no cell.
    """
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return int(match[2]), column_number(match[1])


def overlap(one: str, other: str) -> bool:
    """Whether two ranges, such as ``B6:E6`` or ``C7``, have a cell in common; what is no range has none."""
    try:
        (top, left, bottom, right), (first, start, last, end) = map(_corners, (one, other))
    except ValueError:
        return False
    return top <= last and first <= bottom and left <= end and start <= right


def _corners(name: str) -> tuple[int, int, int, int]:
    begin, _, end = name.partition(":")
    (top, left), (bottom, right) = cell_at(begin), cell_at(end or begin)
    return top, left, bottom, right


def a1_range(cells: Iterable[tuple[int, int]]) -> str:
    """Return the smallest range that holds all `cells` (1-based row and column): ``B6:E6``, or ``C7`` for one."""
    rows, columns = zip(*cells, strict=True)
    first, last = a1(min(rows), min(columns)), a1(max(rows), max(columns))
    return first if first == last else f"{first}:{last}"
