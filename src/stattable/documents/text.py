"""Text with a row on each line, its cells parted by tabs, commas or semicolons → one raw sheet."""

import csv
import io
import re
from itertools import islice
from typing import Final

from stattable.documents.flow import Placed, raw_sheet
from stattable.documents.markup import decode
from stattable.formats.sheet import MAX_COLUMNS, MAX_ROWS, RawSheet

SHEET_NAME: Final = "文本"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def read_text(data: bytes) -> RawSheet:
    """Read the cells of a text."""
    text = decode(data)
    separator = separator_of(text)
    try:
        lines = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), MAX_ROWS))
    except csv.Error:  # a quotation mark that is none, and would swallow what follows
        lines = [line.split(separator, MAX_COLUMNS) for line in _LINE_END.split(text, MAX_ROWS)[:MAX_ROWS]]
    rows = {
        number: [Placed(cell, column) for column, cell in enumerate(line[:MAX_COLUMNS], start=1) if cell.strip()]
        for number, line in enumerate(lines, start=1)
    }
    return raw_sheet(SHEET_NAME, rows)


def separator_of(text: str) -> str:
    """Return what parts the cells: tabs, which hardly stand in a text, else the more frequent of the two others."""
    if 2 * text.count("\t") >= len(_LINE_END.findall(text)) > 0:
        return "\t"
    return max(",;", key=text.count)
