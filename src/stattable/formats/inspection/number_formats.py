"""Number formats, as far as it matters here: whether a whole number, or a text, is shown as another one."""

import operator
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

# The formats that Excel knows by number and that do not show a whole number as it is; the dates among them
# (14 to 22, 27 to 36, 45 to 47, 50 to 58) calamine turns into dates, which no count is.
BUILT_IN: Final[Mapping[int, str]] = {9: "0%", 10: "0.00%", 11: "0.00E+00", 48: "##0.0E+0"}

_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]', re.DOTALL)
_DATE: Final = re.compile(r"[ymdhsgeb年月日时分秒]|AM/PM|上午/下午", re.IGNORECASE)
_EXPONENT: Final = re.compile(r"E[+-]", re.IGNORECASE)
_FAITHFUL: Final = re.compile(r"[0#?,]*[0#?](?:\.[0#?]*)?|General|G/通用格式|@", re.IGNORECASE)
_LONGEST: Final = 255  # characters; Excel allows no more
_PARTS: Final = re.compile(rf"(?:{_LITERAL.pattern})|(;)", re.DOTALL)
_CONDITION: Final = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")  # only numbers like that
_SIGNS: Final = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_UNSEEN: Final = re.compile(r"\[(?:white|白色)\]", re.IGNORECASE)
_UNITS: Final = re.compile("[人场次篇个件条]*")  # what may stand behind any number
_TORN: Final = re.compile(r"0[-: ]+[0#](?![0#?]*/)")  # digits with something between them
SCALES: Final = re.compile(r"[万千百十亿余多约%‰kKwW+<>]")  # what makes another number, or a vague one, of one
_DIGITS: Final = re.compile("[0-9０-９]")
NOTHING: Final = frozenset({"-", "—", "——", "/", "无"})  # a zero may be shown so


@lru_cache(maxsize=4096)
def shows_another_number(code: str, number: float) -> bool:
    """Whether a cell with this number format shows a number ≥ 0 as another one, or not at all.

    Args:
        code: as in ``#,##0;[Red]-#,##0``. Units in quotation marks are harmless, but for 万, 约, % and the like;
            so is a format for dates, for what has one is no number to begin with.
        number: the one that is stored, a whole one.
    """
    if not code:
        return False
    if len(code) > _LONGEST:
        return True
    return _misleads(_section_for(_sections(code), number), is_zero=number == 0)


@lru_cache(maxsize=4096)
def shows_another_text(code: str) -> bool:
    """Whether a cell with this number format shows a text as another one, or not at all: ``0;0;0;"已报"``."""
    if len(code) > _LONGEST:
        return True
    sections = _sections(code)
    shown = next((section for section in sections if "@" in _LITERAL.sub("", section)), None)
    if shown is None:
        return len(sections) > 3
    words = "".join(match[1] or match[2] or "" for match in _LITERAL.finditer(shown))
    return _LITERAL.sub("", shown).strip() != "@" or bool(_UNSEEN.search(shown)) or not _UNITS.fullmatch(words.strip())


def is_odd(code: str) -> bool:
    """Whether a number format may show a whole number ≥ 0, or a text, as another one."""
    return (
        any(shows_another_number(code, number) for number in (0, 1, 10**9))
        or bool(_CONDITION.search(code))
        or shows_another_text(code)
    )


def _section_for(sections: list[str], number: float) -> str:
    """Return the part of a format that a number ≥ 0 is shown by: that of its condition, else that of zero."""
    if any(map(_CONDITION.search, sections)):
        fitting = (one for one in sections if not (cond := _CONDITION.search(one)) or _holds(cond[1], cond[2], number))
        return next(fitting, sections[-1])
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _holds(sign: str, bound: str, number: float) -> bool:
    return bool(_SIGNS[sign](number, float(bound)))


def _sections(code: str) -> list[str]:
    """Return the parts of a format, for positive numbers, negative ones, zero and text; a literal may hold a ;."""
    cuts = [match.start() for match in _PARTS.finditer(code) if match[0] == ";"]
    return [code[start + 1 : end] for start, end in pairwise([-1, *cuts, len(code)])]


def _misleads(section: str, is_zero: bool) -> bool:
    if _UNSEEN.search(section) or _TORN.search(_LITERAL.sub(" ", section)):
        return True
    words = "".join(match[1] or match[2] or "" for match in _LITERAL.finditer(section))
    digits = _LITERAL.sub("", section)
    if _EXPONENT.search(digits):
        return True
    if _DATE.search(digits.replace("General", "").replace("G/通用格式", "")):
        return False
    bare = re.sub(r"[\s()+\-$¥￥:!/]|[^\x00-\x7f]", "", digits.replace("G/通用格式", "General"))
    words += "".join(re.findall(r"[^\x00-\x7f]", digits.replace("G/通用格式", "")))
    if is_zero and not bare and words.strip(" ¥￥$") in {"0", *NOTHING}:
        return False  # a zero that is shown as a dash
    if is_zero and bare and set(bare) <= set("#?,.") and "/" not in digits:
        return True  # nothing at all
    return not _FAITHFUL.fullmatch(bare) or bool(SCALES.search(words) or _DIGITS.search(words))
