"""Where the rows and columns of a sheet lie, in EMU (914,400 an inch) from its upper left corner."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Rows or columns that follow each other and are of one size.

    Attributes:
        first: of them, from 0.
        last: of them.
        size: of each.
        hidden: whether they are.
    """

    first: int
    last: int
    size: int
    hidden: bool = False


class Positions:
    """The rows, or the columns, of a sheet.

    Args:
        spans: those that are not as usual, in any order; of two that say something of the same line, one counts.
        usual: the size of all others.
        count: how many lines a sheet has.
    """

    def __init__(self, spans: Iterable[Span], usual: int, count: int) -> None:
        self._firsts: list[int] = []
        self._starts: list[int] = []
        self._sizes: list[int] = []
        self._last = count - 1
        line = at = 0
        for span in sorted(spans):
            first, last, size = max(span.first, line), min(span.last, self._last), span.size
            if first > last:
                continue
            if first > line:
                self._add(line, at, usual)
                at += (first - line) * usual
            self._add(first, at, size)
            at += (last + 1 - first) * size
            line = last + 1
        self._add(line, at, usual)

    def _add(self, first: int, start: int, size: int) -> None:
        self._firsts.append(first)
        self._starts.append(start)
        self._sizes.append(size)

    def size(self, line: int) -> int:
        """Return the size of a line."""
        return self._sizes[bisect_right(self._firsts, line) - 1]

    def position(self, line: int, offset: int) -> int:
        """Return where a place within a line lies; what is said to lie beyond the line's end lies there."""
        place = bisect_right(self._firsts, line) - 1
        size = self._sizes[place]
        return self._starts[place] + (line - self._firsts[place]) * size + min(max(offset, 0), size)

    def line_at(self, position: float) -> int:
        """Return the line that a position lies in."""
        place = max(bisect_right(self._starts, position) - 1, 0)
        size = self._sizes[place]
        within = int((position - self._starts[place]) // size) if size else 0
        return min(max(self._firsts[place] + within, 0), self._last)


@dataclass(frozen=True, slots=True)
class Mark:
    """One end of what is anchored: a line, from 0, and how far into it."""

    line: int = 0
    offset: int = 0


class Axis:
    """The rows, or the columns, of a sheet, some of which may be hidden.

    Args:
        spans: those that are not as usual.
        usual: the size of all others.
        count: how many lines a sheet has.
    """

    def __init__(self, spans: Iterable[Span], usual: int, count: int) -> None:
        spans = list(spans)
        self._last = count - 1
        self._all = Positions(spans, usual, count)
        self._shown = Positions([span._replace(size=0) if span.hidden else span for span in spans], usual, count)

    def line_between(self, start: Mark, end: Mark | int, part: float) -> int:
        """Return the line that a place within something lies in.

        Args:
            start: where that begins.
            end: where it ends, or how long it is.
            part: of the way from start to end, from 0 to 1.
        """
        first = min(max(start.line, 0), self._last)
        # What stands in a row that a filter hides belongs to that row, though nothing of it is shown.
        lines = self._shown if self._shown.size(first) else self._all
        begin = lines.position(first, start.offset)
        if isinstance(end, int):
            length = end
        elif end.line == start.line:
            return first
        else:
            length = lines.position(min(max(end.line, 0), self._last), end.offset) - begin
        return lines.line_at(begin + length * part) if length > 0 else first

    def line_at(self, position: float) -> int:
        """Return the line that a position of the sheet, as it is shown, lies in."""
        return self._shown.line_at(position)


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the rows and columns of a sheet lie."""

    rows: Axis
    columns: Axis
