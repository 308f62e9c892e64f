"""One cell beside the table → the date of filling in, or a phone number."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from stattable.formats.sheet import EPOCH, RawCell
from stattable.model.findings import Param
from stattable.model.form import is_date_of_edition, year_of
from stattable.model.numerals import CHINESE_NUMERAL, chinese_number
from stattable.model.text import normalised
from stattable.reading.answers import LONGEST_ANSWER, SPOKEN, YEAR_FIRST, as_shown

_COMPACT: Final = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
_MONTH_DAY: Final = r"([0-9]{1,2}) ?[-./月] ?([0-9]{1,2}) ?[日号]?"
_NO_YEAR: Final = re.compile(rf"^{_MONTH_DAY}$")
_SHORT_YEAR: Final = re.compile(rf"^([0-9]{{2}}) ?[-./年] ?{_MONTH_DAY}$")
_NUMERAL: Final = f"[0-9{CHINESE_NUMERAL}]"
_CHINESE_DATE: Final = re.compile(rf"^({_NUMERAL}{{4}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,4}})[日号]?$")
_ZEROS: Final = str.maketrans("oO", "〇〇")
_SERIALS: Final = range(36526, 73051)  # 2000-01-01 to 2099-12-31: a date without its format
_YEARS: Final = range(2000, 2100)


def read_date(
    raw: RawCell, edition: int | None, *, any_year: bool = False, epoch: date = EPOCH
) -> tuple[date | None, dict[str, Param] | None]:
    """Read the date of filling in.

    Args:
        raw: a real date, an Excel serial, or text in one of the common forms.
        edition: the edition of the form, whose year completes a date without one; None where it is not known.
        any_year: whether the date may be of any year.
        epoch: day 0 of the serials.

    Returns:
        The date, or None where it cannot be read or is neither of that year nor of the next, since it decides which
        of two returns is the later one; and the parameters of V010 or None.
    """
    filled_in, problem = _read_date(raw, edition, epoch)
    if filled_in and edition is not None and not any_year and not is_date_of_edition(filled_in, edition):
        return None, {"problem": "other_year"}
    return filled_in, problem


@lru_cache(maxsize=256)  # most returns are filled in on a few days
def _read_date(raw: RawCell, edition: int | None, epoch: date) -> tuple[date | None, dict[str, Param] | None]:
    if isinstance(raw, date):
        return _real_date(raw.year, raw.month, raw.day)
    skipped = (epoch - EPOCH).days
    if isinstance(raw, (int, float)) and _SERIALS[0] <= raw + skipped <= _SERIALS[-1]:  # perhaps with the time of day
        return epoch + timedelta(days=int(raw)), None
    text = normalised(as_shown(raw))
    if not text or re.fullmatch(r"[年月日 ./\\—_-]+", text):
        return None, {"problem": "blank"}
    if text.isdecimal() and int(text) in _SERIALS:
        return EPOCH + timedelta(days=int(text)), None
    if match := YEAR_FIRST.search(text) or _COMPACT.match(text):
        return _real_date(*(int(part) for part in match.groups()))
    if match := _SHORT_YEAR.match(text):
        return _real_date(2000 + int(match[1]), int(match[2]), int(match[3]))
    if match := _CHINESE_DATE.match(text.replace(" ", "").translate(_ZEROS)):
        return _real_date(*(chinese_number(part.translate(SPOKEN)) or 0 for part in match.groups()))
    if (match := _NO_YEAR.match(text)) and edition is not None and isinstance(raw, str):  # 6.3 may have been 6.30
        day, problem = _real_date(year_of(edition), int(match[1]), int(match[2]))
        return day, problem or {"problem": "no_year"}
    return None, {"problem": "unreadable"}


def _real_date(year: int, month: int, day: int) -> tuple[date | None, dict[str, Param] | None]:
    try:
        filled_in = date(year, month, day)
    except ValueError:
        return None, {"problem": "impossible"}
    return (filled_in, None) if year in _YEARS else (None, {"problem": "unreadable"})


_JOINT: Final = r"[\ .·\-–—‐()]{0,2}"
_PHONE: Final = re.compile(
    rf"""
    (?<![0-9])
    (?: (?: (?:00)?86 {_JOINT} )? 1[3-9] (?: {_JOINT} [0-9] ){{9}}                       # a mobile phone
      | 0 (?: 1[0-9] | 2[0-9] | [3-9][0-9]{{2}} ) {_JOINT} [0-9]{{3,4}} {_JOINT} [0-9]{{4}}  # an area code and a line
      | [48]00 {_JOINT} [0-9]{{3,4}} {_JOINT} [0-9]{{3,4}}                               # a service number
      | [2-9][0-9]{{6,7}}                                                                # a line without an area code
    )
    (?![0-9])
    """,
    re.VERBOSE,
)


def read_phone(raw: RawCell) -> tuple[str, dict[str, Param] | None]:
    """Read a phone cell, which may hold names and several numbers.

    Returns:
        The text as written, up to 200 characters, and the parameters of V011 where no plausible number is in it.
    """
    text = as_shown(raw, LONGEST_ANSWER)
    if not text:
        return "", {"problem": "blank"}
    return text, None if _PHONE.search(normalised(text)) else {"problem": "no_number"}
