"""The lines above the lists of a merged workbook, and where the heads below them stand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final

from stattable.model.form import event
from stattable.model.text import chinese_date, without_spaces

TITLE_ROWS: Final = 2  # above the heads of each list: its title, and what it is of
LIST_HEAD: Final = TITLE_ROWS + 1  # the row of the heads
_MOST_ROWS: Final = 60  # in which heads are looked for: a ledger had its options above them once
_TITLE: Final = "{name} {sheet}"
_ABOUT: Final = "{event}　汇总日期：{day}"


def title_lines(name: str, sheet: str, edition: int, day: date, said: Iterable[str] = ()) -> tuple[str, str]:
    """Return the two lines above a list.

    Args:
        name: of the unit whose workbook it is.
        sheet: what the list is called.
        edition: ordinal of the members' day.
        day: of the merge.
        said: what else is to be known of the list, in words.
    """
    about = _ABOUT.format(event=event(edition), day=chinese_date(day))
    return _TITLE.format(name=name, sheet=sheet), "　".join([about, *said])


def head_row(rows: Iterable[Sequence[object]], *heads: str) -> int | None:
    """Return the row, counted from 1, in which a list has these heads, from the first column on; None where in none."""
    wanted = [without_spaces(head) for head in heads]
    first = islice(rows, _MOST_ROWS)
    return next((number for number, row in enumerate(first, start=1) if [*_words(row, len(heads))] == wanted), None)


def _words(row: Sequence[object], count: int) -> Iterator[str]:
    return (without_spaces(str(cell)) if isinstance(cell, str) else "" for cell in row[:count])
