"""The seal of a merged workbook: a short mark of each row of its sheets, among the rows of its record.

It shows which rows were changed, even where nothing else in the workbook repeats them: the words of a finding, why a
return does not count, a note beside the page. Saving the workbook with another program breaks no mark.
"""

import binascii
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from stattable.model.form import CONTACT_LINES, FIELDS, NAME_LINE, SHEET_NAME
from stattable.model.identity import cell_text
from stattable.model.record import Row
from stattable.proving.breakdown import FIRST_ROW, HEAD_ROWS, UNIT_HEADS, UNITS_SHEET
from stattable.proving.chart_table import CHARTS_SHEET, FIGURES_FROM, UNNAMED_AT
from stattable.proving.lists import CLERKS_HEADS, FINDING_HEADS, FINDINGS_SHEET
from stattable.proving.titles import LIST_HEAD, head_row

Rows = Iterable[Sequence[object]]

SEAL: Final = "seal"  # what begins a row of it
_MARK: Final = 4  # letters for each row
_IN_A_CELL: Final = 8_000  # letters
# What is held against the record, cell by cell, or is a clerk's to change.
_FREE_ON_PAGE: Final = frozenset(
    (NAME_LINE.value_at, *(line.value_at for line in CONTACT_LINES.values()), *(field.at for field in FIELDS))
)
_DRAWN: Final = range(FIGURES_FROM, UNNAMED_AT)
_FIGURES: Final = range(len(UNIT_HEADS), len(UNIT_HEADS) + len(FIELDS))


class Seal:
    """Takes the marks of sheets as they are written, so that nobody need hold their rows to the end."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def take(self, name: str, rows: Rows) -> None:
        """Take the marks of a sheet, whose rows may be written on the way."""
        marks = io.StringIO()
        marks.writelines(_marks(name, rows))
        self._marks[name] = marks.getvalue()

    def passing(self, name: str, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows of a sheet, none of them empty, and take their marks on the way."""
        marks = io.StringIO()
        for row in rows:
            marks.write(_mark(_row_text(row)))
            yield row
        self._marks[name] = marks.getvalue()

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the record that hold the seal of the sheets so far."""
        for name, marks in self._marks.items():
            for at in range(0, len(marks), _IN_A_CELL):
                yield SEAL, name, marks[at : at + _IN_A_CELL]


def read_seal(record: Rows) -> dict[str, str]:
    """Return the marks of each sheet, joined, from the rows of the record."""
    seal: dict[str, str] = {}
    for word, name, marks, *_ in ([*map(cell_text, row), "", "", ""] for row in record):
        if word == SEAL:
            seal[name] = seal.get(name, "") + marks
    return seal


def broken_rows(name: str, rows: Rows, marks: str) -> list[int]:
    """Return the rows of a sheet, counted from 1, that do not fit its marks."""
    then = (marks[at : at + _MARK] for at in range(0, len(marks), _MARK))
    pairs = zip_longest(_marks(name, rows), then, fillvalue=_mark(""))
    return [number for number, (now, was) in enumerate(pairs, start=1) if now != was]


def without_seal(record: Rows) -> Iterator[Sequence[object]]:
    """Yield the rows of the record without those of the seal."""
    return (row for row in record if not (row and cell_text(row[0]) == SEAL))


def _marks(name: str, rows: Rows) -> Iterator[str]:
    """Yield the mark of each row down to the last that is not empty."""
    if name in {UNITS_SHEET, FINDINGS_SHEET}:
        rows = [*rows]
        first, free = _free_columns(name, rows)
    else:
        first, free = 1, range(0)
    blank = 0
    for number, row in enumerate(rows, start=1):
        if name == SHEET_NAME:
            text = _row_text(
                "" if (number, column) in _FREE_ON_PAGE else cell for column, cell in enumerate(row, start=1)
            )
        elif name == CHARTS_SHEET:
            text = _row_text(
                "" if column in _DRAWN and not isinstance(cell, str) else cell
                for column, cell in enumerate(row, start=1)
            )
        elif free and number >= first and _is_filled(row[: free.start]):  # it stands behind its unit, or its finding
            text = _row_text([*row[: free.start], *[None] * len(free), *row[free.stop :]])
        else:
            text = _row_text(row)
        if not text:
            blank += 1
            continue
        for line in (*[""] * blank, text):
            yield _mark(line)
        blank = 0


def _free_columns(name: str, rows: Sequence[Sequence[object]]) -> tuple[int, range]:
    """Return from which row on which columns of a list, counted from 0, are in no mark."""
    if name == UNITS_SHEET:
        head = head_row(rows, *UNIT_HEADS)
        return (head + HEAD_ROWS if head else FIRST_ROW), _FIGURES
    head = head_row(rows, *FINDING_HEADS[:2])
    words = [cell_text(cell) for cell in rows[head - 1]] if head else [*FINDING_HEADS]
    start = words.index(CLERKS_HEADS[0]) if CLERKS_HEADS[0] in words else FINDING_HEADS.index(CLERKS_HEADS[0])
    return (head or LIST_HEAD) + 1, range(start, start + len(CLERKS_HEADS))


def _mark(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return binascii.b2a_base64(digest[: _MARK * 3 // 4], newline=False).decode()


def _row_text(row: Iterable[object]) -> str:
    """Return the text of a row, the same however a program writes numbers and spaces."""
    texts = [cell if type(cell) is str else "" if cell is None else cell_text(cell) for cell in row]
    line = "\n".join(texts)
    ended = f"\n{line}\n"
    if not "".join(texts).isprintable() or "  " in ended or " \n" in ended or "\n " in ended:  # as in few rows
        line = "\n".join([" ".join(text.split()) for text in texts])
    return line.rstrip("\n")


def _is_filled(cells: Sequence[object]) -> bool:
    return any(cell not in ("", None) for cell in cells)
