"""Number formats, as far as it matters here: whether a whole number is shown as another one."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

# The formats that Excel knows by number and that do not show a whole number as it is; the dates among them
# (14 to 22, 27 to 36, 45 to 47, 50 to 58) calamine turns into dates, which no count is.
BUILT_IN: Final[Mapping[int, str]] = {9: "0%", 10: "0.00%", 11: "0.00E+00", 48: "##0.0E+0"}

_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]', re.DOTALL)
_DATE: Final = re.compile(r"[ymdhsgeb年月日时分秒]|AM/PM|上午/下午", re.IGNORECASE)
_EXPONENT: Final = re.compile(r"E[+-]", re.IGNORECASE)
_FAITHFUL: Final = re.compile(r"[0#?,]*[0#?](?:\.[0#?]*)?|General|G/通用格式|@", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\[[<>=]")  # one format for some numbers, another one for others
_UNSEEN: Final = re.compile(r"\[(?:white|白色)\]", re.IGNORECASE)
_TORN: Final = re.compile(r"[0#] +[0#](?![0#?]*/)")  # digits with something between them
_DIGIT_WORDS: Final = re.compile(r"[0-9０-９万千百十亿余多约%‰]")


@lru_cache(maxsize=4096)
def shows_another_number(code: str, is_zero: bool) -> bool:
    """Whether a cell with this number format shows a whole number ≥ 0 as another one, or not at all.

    Args:
        code: as in ``#,##0;[Red]-#,##0``. Units in quotation marks are harmless, but for 万, 约, % and the like;
            so is a format for dates, for what has one is no number to begin with.
        is_zero: whether the number is 0, for which a format may have a part of its own.
    """
    if not code:
        return False
    sections = _sections(code)
    if any(_CONDITION.search(section) for section in sections):
        return True
    return _misleads(sections[2] if is_zero and len(sections) > 2 else sections[0], is_zero)


def is_odd(code: str) -> bool:
    """Whether a number format shows any whole number ≥ 0 as another one."""
    return shows_another_number(code, is_zero=False) or shows_another_number(code, is_zero=True)


def _sections(code: str) -> list[str]:
    """Return the parts of a format, for positive numbers, negative ones, zero and text; a literal may hold a ;."""
    sections, start = [], 0
    literals = [match.span() for match in _LITERAL.finditer(code)]
    for at, char in enumerate(code):
        if char == ";" and not any(begin <= at < end for begin, end in literals):
            sections.append(code[start:at])
            start = at + 1
    return [*sections, code[start:]]


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
    if is_zero and not bare and words.strip() in {"0", "-", "—", "——", "/", "无"}:
        return False  # a zero that is shown as a dash
    return not _FAITHFUL.fullmatch(bare) or bool(_DIGIT_WORDS.search(words))
