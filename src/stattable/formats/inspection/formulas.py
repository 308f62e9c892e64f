"""Formulas in one spelling, whatever file they are from: as Excel does, without ``=``, ``$``, spaces, quoted sheets."""

import re
from typing import Final

from stattable.model.cell_names import column_letters, column_number

_TOKEN: Final = re.compile(r'"[^"]*"|(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d*)(?![\w(])')
_OF_OPEN_DOCUMENT: Final = re.compile(r"\[([^\]]*)\]")
_SHEET_NAME: Final = re.compile(r"'((?:[^']|'')*)'!")
_SHEET_OF_CELL: Final = re.compile(r"\$?('(?:[^']|'')*'|[^\s.:$'\[\]]+)\.(?=\$?[A-Z])")
_BYTES: Final = re.compile(r"[0-9a-f]*")
_NAMESPACE: Final = re.compile(r"^[a-z]+:=|^=")


def spelled(text: str) -> str:
    """Return a formula of Excel's in its one spelling."""
    return _SHEET_NAME.sub(r"\1!", re.sub(r"[$\s]|^=", "", text).upper())


def is_unread(formula: str) -> bool:
    """Whether a formula is one that is not read, and named by its bytes."""
    return _BYTES.fullmatch(formula) is not None


def moved(text: str, rows: int, columns: int) -> str:
    """Return a formula as it reads in a cell that shares it, `rows` and `columns` away from the one that holds it."""

    def move(match: re.Match[str]) -> str:
        if match[2] is None:  # a text
            return match[0]
        column = column_number(match[2]) + (0 if match[1] else columns)
        return f"{match[1]}{column_letters(column)}{match[3]}{int(match[4]) + (0 if match[3] else rows)}"

    return _TOKEN.sub(move, text)


def from_open_document(text: str) -> str:
    """Return a formula of an .ods in its one spelling: ``of:=SUM([.E3:.E4];[.E6])`` gives ``SUM(E3:E4,E6)``."""
    text = _OF_OPEN_DOCUMENT.sub(lambda match: _cells(match[1]), _NAMESPACE.sub("", text))
    return spelled(text.replace(";", ",").replace("~", ","))


def _cells(text: str) -> str:
    """Return a cell or an area of an .ods as Excel writes it: ``$报送情况.E3:.E9`` gives ``$报送情况!E3:E9``."""
    first, *last = text.split(":")
    return ":".join([_SHEET_OF_CELL.sub(r"\1!", first), *(one.rpartition(".")[2] for one in last)]).replace(".", "")
