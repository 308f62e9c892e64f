"""A roster file → its tree: CSV in UTF-8 or GBK, or a workbook."""

import csv
import io
from pathlib import Path

from stattable.documents.markup import decode
from stattable.documents.text import separator_of
from stattable.formats.sheet import Unread, Unreadable
from stattable.formats.sniff import OLE, ZIP
from stattable.model.catalogue import finding
from stattable.model.findings import Finding
from stattable.model.refusals import Refusal
from stattable.model.roster import build_roster
from stattable.model.units import Tree
from stattable.reading.answers import as_shown
from stattable.reading.open import read_rows


def read_roster(path: str) -> tuple[Tree, list[Finding]]:
    """Read the roster at `path`.

    Returns:
        The tree and the faults (U007); with any fault the tree is empty.

    Raises:
        Refusal: the file is no roster at all.
    """
    try:
        data = Path(path).read_bytes()
        rows: list[list[object]]
        if data.startswith((ZIP, OLE)):
            raw_rows = read_rows(path)
            unread = [
                (row, cell) for row, cells in enumerate(raw_rows, 1) for cell in cells if isinstance(cell, Unread)
            ]
            if unread:
                return Tree([]), [_unread(path, row, cell) for row, cell in unread]
            rows = [list(row) for row in raw_rows]
        else:
            rows = [list(row) for row in _csv_rows(data)]
    except (OSError, ValueError, Unreadable, csv.Error) as error:
        raise Refusal("roster_unreadable", path=path) from error
    return build_roster(rows, path)


def _unread(path: str, row: int, cell: Unread) -> Finding:
    raw = as_shown(cell)
    return finding("U007", path=path, raw=raw, params={"reason": "formula", "row": row, "raw": raw})


def _csv_rows(data: bytes) -> list[list[str]]:
    text = decode(data)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text)))
