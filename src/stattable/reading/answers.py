"""What the readers of single cells share: the result of a reading, how findings show a cell, and common patterns."""

import re
import unicodedata
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from stattable.formats.sheet import RawCell, Unread
from stattable.model.form import Value
from stattable.model.text import normalised, visible


class Reading(NamedTuple):
    """The result of reading a cell.

    Attributes:
        value: None where it is blank or could not be read.
        code: of the finding to raise, or None.
        suggestion: the value that may have been meant, or None.
    """

    value: Value = None
    code: str | None = None
    suggestion: str | None = None


BLANK_READING: Final = Reading()
LONGEST_ANSWER: Final = 200  # characters; a longer text is prose, and no number or 有/无 with a note
LONGEST_TEXT: Final = 1000  # characters of a cell that are looked at
LOOKED_AT: Final = 2000  # characters before white space is trimmed; what is longer is not even normalised

_DASHES: Final = re.compile(r"^[-‐-―−─━ー⸺⸻➖_/╱\\～~.。,、…*·・•=|丨 ]+$")
_NOT_APPLICABLE: Final = frozenset("不涉及 不适用 空 空白 n/a na nan null".split())
_ERROR_NAMES: Final = "REF|DIV/0|N/A|NAME|NULL|NUM|VALUE|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN|GETTING_DATA"
_ERROR_VALUE: Final = re.compile(
    rf"""
    ^\#(?:{_ERROR_NAMES})[!?]?$     # as Excel shows it
    | ^(?:Err|错误):[0-9]+$         # as LibreOffice does
    | ^=[-+(]*[A-Z$]                # a formula as text
    """,
    re.IGNORECASE | re.VERBOSE,
)

# As calamine gives the spans of time in an .ods.
_ISO_DURATION: Final = re.compile(r"(-)?P(?:(\d{1,6})D)?T(\d{1,9})H(\d{1,9})M(\d{1,9}(?:\.\d+)?)S")

# What counts and dates have in common.
SPOKEN: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
YEAR_FIRST: Final = re.compile(
    r"""
    (?<![0-9]) ([0-9]{4})
    [ ]? [-./年,、。 ] [ ]? ([0-9]{1,2})
    [ ]? [-./月,、。 ] [ ]? ([0-9]{1,2}) (?![0-9])
    [ ]? [日号]?
    """,
    re.VERBOSE,
)


def as_shown(raw: RawCell, limit: int = 60) -> str:
    """Return `raw` as a finding shows it: on one line, of at most `limit` characters."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d %H:%M" if raw.time() != time() else "%Y-%m-%d")
    if isinstance(raw, timedelta):
        return _duration(raw)
    if isinstance(raw, str) and (match := _ISO_DURATION.fullmatch(raw)):
        span = timedelta(days=int(match[2] or 0), hours=int(match[3]), minutes=int(match[4]), seconds=float(match[5]))
        return _duration(-span if match[1] else span)
    text = raw.text if isinstance(raw, Unread) else str(raw)
    line = visible(text[:LOOKED_AT])
    return line if len(line) <= limit and len(text) <= LOOKED_AT else f"{line[: limit - 1]}…"


def _duration(span: timedelta) -> str:
    """Return a span of time as spreadsheets show it: ``26:00:00``."""
    minutes, seconds = divmod(abs(round(span.total_seconds())), 60)
    return f"{'-' * (span < timedelta())}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def shortened(raw: RawCell) -> str:
    """Return a cell as findings show it, with a very long text cut first."""
    return as_shown(raw[:LONGEST_TEXT] if isinstance(raw, str) else raw)


def answer_text(raw: str) -> str | None:
    """Return `raw` normalised, or None where it is too long to be an answer."""
    text = normalised(raw) if len(raw) <= LOOKED_AT else None
    return None if text is None or len(text) > LONGEST_ANSWER else text


def has_marks(raw: str) -> bool:
    """Whether `raw` holds a ①, ² or ½, which NFKC would make digits of: 1201 of 120①."""
    return not raw.isascii() and any(unicodedata.category(char) == "No" for char in raw)


def no_answer(text: str) -> Reading | None:
    """Read an error value (V006), or a dash or its like (V007), from normalised text; None for any other text."""
    if _ERROR_VALUE.match(text):
        return Reading(code="V006")
    return Reading(code="V007") if _DASHES.match(text) or text.lower() in _NOT_APPLICABLE else None
