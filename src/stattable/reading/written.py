"""What somebody wrote into a form, field by field, as it stands: for the form that is sent back to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from stattable.formats.sheet import Book, Cell, RawCell, RawSheet, Unread, Unreadable
from stattable.processes import WorkerFailed, in_own_process
from stattable.reading.answers import as_shown, shortened
from stattable.reading.files import limits_of
from stattable.reading.layout import find_form
from stattable.reading.open import Opened, open_file, open_unless_heavy
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import written_beside
from stattable.reading.visibility import covered_cells

Content = str | int | float | bool | date | None  # of a cell that is written again


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a form. A count is a number, whatever else is text as it stands.

    Attributes:
        figures: of the 40 fields; None where a cell is blank, or was not found.
        beside: under ``contact``, ``phone`` and ``filled_in``.
    """

    figures: tuple[Content, ...]
    beside: Mapping[str, Content]


def read_written(one: ReturnFile) -> Written | None:
    """Read once more what stands in a form that was read.

    Args:
        one: as it was read.

    Returns:
        What stands in it; None where it holds no form, or cannot be read any more, or not in time.
    """
    if one.values is None or one.sheet is None:
        return None
    try:
        opened = open_unless_heavy(one.path)
        return _of(opened, one) if opened else in_own_process(_read_heavy, one, *limits_of(one.path))
    except (OSError, Unreadable, WorkerFailed):
        return None


def _read_heavy(one: ReturnFile) -> Written | None:
    return _of(open_file(one.path), one)


def _of(opened: Opened, one: ReturnFile) -> Written | None:
    file, facts, _ = opened
    if file is None or facts.sha256 != one.facts.sha256:  # it is another one by now
        return None
    return _in_book(file.book(), one)


def _in_book(book: Book, one: ReturnFile) -> Written | None:
    assert one.sheet is not None
    sheet = book.closer(book.sheet(one.sheet))
    layout = find_form(sheet)
    if layout is None:
        return None
    hidden = covered_cells(sheet, layout)
    figures = [
        None if at is None else _figure(sheet, [cell for cell in layout.more.get(at, (at,)) if cell not in hidden])
        for at in layout.cells
    ]
    for index, value in enumerate(one.values or ()):
        is_sum = layout.cells[index] in layout.more  # of two columns, which are one on the form
        if value is not None and (is_sum or figures[index] == str(value)):  # a document has its numbers as text
            figures[index] = value
    beside = written_beside(sheet, layout.top, layout.bottom)
    texts = {key: as_shown(raw, len(raw) if isinstance(raw, str) else 60) or None for key, raw in beside.items()}
    filled_in = _date(beside["filled_in"], one.surroundings.filled_in)
    return Written(tuple(figures), {**texts, "filled_in": filled_in})


def _figure(sheet: RawSheet, cells: Sequence[Cell]) -> Content:
    raws = [raw for cell in cells if (raw := sheet.cell(*cell)) is not None]
    if len(raws) > 1:
        return "，".join(map(shortened, raws))
    return _content(raws[0]) if raws else None


def _content(raw: RawCell) -> Content:
    """Return a cell as it is written again: a text or a number as it stands, of anything else what is seen."""
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if isinstance(raw, (str, bool, int, float)):
        return raw
    return raw.text if isinstance(raw, Unread) else as_shown(raw)


def _date(raw: RawCell, read: date | None) -> Content:
    """Return a date as it is written again: one that was stored as a date or its number is a date."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, (int, float, date)) and read is not None:
        return read
    return _content(raw)
