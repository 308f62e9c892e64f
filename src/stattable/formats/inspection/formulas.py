"""Formulas in one spelling, whatever file they are from: as Excel writes them, without ``=``, ``$`` and spaces."""

import re
from typing import Final

from stattable.model.cell_names import column_letters, column_number

_TOKEN: Final = re.compile(r'"[^"]*"|(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d*)(?![\w(])')
_OF_OPEN_DOCUMENT: Final = re.compile(r"\[([^\]]*)\]")
_NAMESPACE: Final = re.compile(r"^[a-z]+:=|^=")


def spelled(text: str) -> str:
    """Return a formula of Excel's in its one spelling."""
    return re.sub(r"[$\s]|^=", "", text).upper()


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
    text = _OF_OPEN_DOCUMENT.sub(lambda match: match[1].replace(".", ""), _NAMESPACE.sub("", text))
    return spelled(text.replace(";", ",").replace("~", ","))
