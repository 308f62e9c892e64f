"""Whether anything was written into a returned workbook since it was made: a mark of all its cells, hidden in it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from stattable.formats.sheet import Book, Unreadable
from stattable.model.explanations import RETURNED_HEADS, REVIEW_SHEET
from stattable.model.form import SHEET_NAME
from stattable.model.identity import IDENTITY_SHEET, Row, cell_text
from stattable.reading.open import open_book

Rows = Iterable[Sequence[object]]

_MARK: Final = "returned"  # what begins the row with it, among those of the identity


def mark_rows(sheets: Mapping[str, Rows]) -> list[Row]:
    """Return the row of the hidden sheet with the mark of `sheets`, by their names."""
    return [(_MARK, _mark(sheets))]


def is_returned(path: str) -> bool:
    """Whether the file at `path` is a returned workbook of ours."""
    return _book(path) is not None


def was_altered(path: str) -> bool:
    """Whether a returned workbook is not as it was written: somebody corrected or explained something in it."""
    if (book := _book(path)) is None:
        return False
    names = [name for name in book.names if name != IDENTITY_SHEET]
    said = {cell_text(row[0]): cell_text(row[1]) for row in book.sheet(IDENTITY_SHEET).rows if len(row) > 1}
    return said[_MARK] != _mark({name: book.sheet(name).rows for name in names})


def _book(path: str) -> Book | None:
    try:
        book = open_book(path)
        if not {IDENTITY_SHEET, REVIEW_SHEET, SHEET_NAME} <= set(book.names):
            return None
        is_marked = any(row and cell_text(row[0]) == _MARK for row in book.sheet(IDENTITY_SHEET).rows)
        has_heads = any(tuple(row[: len(RETURNED_HEADS)]) == RETURNED_HEADS for row in book.sheet(REVIEW_SHEET).rows)
    except (OSError, Unreadable):
        return None
    return book if is_marked and has_heads else None


def _mark(sheets: Mapping[str, Rows]) -> str:
    lines = (line for name in sorted(sheets) for line in (name, *_lines(sheets[name])))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:32]


def _lines(rows: Rows) -> list[str]:
    lines = ["\t".join(map(_text, row)).rstrip("\t") for row in rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _text(cell: object) -> str:
    """Return the text of a cell, the same however a program writes numbers, dates and spaces."""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return " ".join(cell_text(cell).split())
