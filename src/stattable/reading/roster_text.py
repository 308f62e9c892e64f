"""A roster that is text, its cells parted by tabs, commas or the like → rows, and quotation marks that swallow rows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from stattable.documents.markup import decode
from stattable.documents.text import separator_of
from stattable.reading.roster_heads import LOOKED_THROUGH, find_heads

_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = "\t,;，；|"
_DECLARED: Final = re.compile(r'"?sep=(.)"?[\t,; ]*(?:\r\n|\r|\n)', re.IGNORECASE)  # Excel's, in the first line
_PROSE: Final = frozenset({"alias", "contact", "phone"})  # columns of a roster that may hold lists
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_CODE: Final = re.compile(r"[1-9]\d{5}(?:\d{3}){0,2}")  # of a county, a township or a village
_LEAST_ZEROS: Final = 20  # one byte of so many is 0 in a text in UTF-16 with figures and separators


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A cell that took in what follows it, because of a quotation mark that is none.

    Attributes:
        row: 1-based.
        column: 1-based, None where the mark is never closed.
        lines: how many further lines of the text it took in.
    """

    row: int
    column: int | None
    lines: int


def read_text_rows(data: bytes) -> tuple[list[list[str]], list[Swallowed]]:
    """Return the rows of a text, and its cells that took in others.

    Raises:
        ValueError, Unreadable: it is in no encoding that is known.
    """
    text = _text_of(data)
    if declared := _DECLARED.match(text):
        text = text[declared.end() :]
    lines = list(io.StringIO(text, newline=""))
    separator = declared[1] if declared else _separator(text, lines)
    rows: list[list[str]] = []
    doubtful: list[tuple[int, int, int]] = []  # a row, and the lines that it takes up
    for cells, first, after in _records(lines, separator):
        rows.append(cells)
        if after - first > 1 or any(separator in cell for cell in cells):
            doubtful.append((len(rows), first, after))
    if not doubtful:
        return rows, []
    doubts = _Doubts(rows, separator)
    return rows, [one for row, first, after in doubtful for one in doubts.swallowed(row, lines[first:after])]


def _text_of(data: bytes) -> str:
    """Return the text of a file: as any document's, but for UTF-16 without a byte order mark."""
    if data.startswith(_BOMS) or _LEAST_ZEROS * data.count(0) < len(data) or not data:
        return decode(data)
    return data.decode("utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be")


def _separator(text: str, lines: Sequence[str]) -> str:
    """Return what parts the cells: that with which there are heads, else that of any text."""
    for separator in _SEPARATORS:
        rows = [cells for cells, *_ in islice(_records(lines, separator), LOOKED_THROUGH)]
        if find_heads(rows):
            return separator
    return separator_of(text)


def _records(lines: Sequence[str], separator: str) -> Iterator[tuple[list[str], int, int]]:
    """Yield the cells of each row, with the numbers of its first line and the one after its last."""
    reader = csv.reader(lines, delimiter=separator)
    first = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell that took in more than any cell holds
            yield [], first, len(lines)
            return
        yield cells, first, reader.line_num
        first = reader.line_num


class _Doubts:
    """Tells cells that took in others from those that hold line breaks and separators of their own.

    Args:
        rows: all of them.
        separator: what parts their cells.
    """

    def __init__(self, rows: Sequence[Sequence[str]], separator: str) -> None:
        self._rows, self._separator = rows, separator
        heads = find_heads(rows)
        self._width = len(rows[heads.last - 1]) if heads else None
        places = [heads.columns[key] for key in ("name", "parent", "above") if key in heads.columns] if heads else []
        self._named = {row[at].strip() for row in rows for at in places if at < len(row)} - {""}
        self._terse = {at + 1 for key, at in heads.columns.items() if key not in _PROSE} if heads else None

    def swallowed(self, row: int, lines: Sequence[str]) -> Iterator[Swallowed]:
        """Yield the cells of a row that took in others.

        A cell may well hold line breaks, or separators in its middle, and some cells both. What stands between two
        ditto marks has either at an end, or is in a cell that is no prose, or holds a code or a name that the roster
        has elsewhere, or the row has more cells than there are heads.

        Args:
            row: 1-based.
            lines: of the text that it takes up.
        """
        cells = self._rows[row - 1]
        if len(lines) > 1:
            try:
                list(csv.reader(lines, delimiter=self._separator, strict=True))
            except csv.Error:
                yield Swallowed(row, None, len(lines) - 1)
                return
        is_wide = self._width is not None and any(cells[self._width :])
        for column, cell in enumerate(cells, start=1):
            breaks = len(_LINE_END.findall(cell))
            if (breaks and is_wide) or (self._separator in cell and self._is_of_others(cell, column, breaks)):
                yield Swallowed(row, column, breaks)

    def _is_of_others(self, cell: str, column: int, breaks: int) -> bool:
        ends = (self._separator, "\r", "\n")
        if cell.startswith(ends) or cell.endswith(ends):
            return True
        is_terse = self._terse is None or column in self._terse
        parts = (part.strip() for line in _LINE_END.split(cell) for part in line.split(self._separator))
        return breaks > 0 and (is_terse or any(_CODE.fullmatch(part) or part in self._named for part in parts))
