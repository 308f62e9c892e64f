"""Chinese numerals → numbers."""

import re
from typing import Final

# Each character in one spelling for all: digits, T for 十, H for 百, K for 千, W for 万, Y for 亿.
_SPELLING: Final = {
    **{char: str(value) for value, char in enumerate("〇一二三四五六七八九")},
    **{char: str(value) for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "两": "2", "兩": "2", "俩": "2", "貳": "2", "仨": "3", "叄": "3", "参": "3", "參": "3", "陸": "6", "○": "0",
    "十": "T", "拾": "T", "百": "H", "佰": "H", "千": "K", "仟": "K", "万": "W", "萬": "W", "亿": "Y", "億": "Y",
    "廿": "2T", "卄": "2T", "卅": "3T", "卌": "4T",
}  # fmt: skip
_TO_SPELLING: Final = str.maketrans(_SPELLING)
CHINESE_NUMERAL: Final = "".join(_SPELLING)

_PLACES: Final = {"": 1, "T": 10, "H": 100, "K": 1000}
_NEXT_LOWER: Final = {"H": "T", "K": "H", "W": "K", "Y": "KW"}
_SPOKEN_END: Final = re.compile("([HKWY])[1-9]$")
_SECTION: Final = "(?: 0*[1-9]K )? (?: 0*[1-9]H )? (?: (?:0*[1-9])?T )? (?: 0*[1-9] )?"
_NUMBER: Final = re.compile(
    rf"""
    (?! .* (?: W0+.K | K0+.H | H0+.T ) )  # 一千零一百: the 零 stands for nothing
    (?! .* [HKY][1-9][WY] )               # 一百二万: nobody can tell what the 二 stands for
    (?: (?!Y) ({_SECTION}) Y )?
    (?: (?!W) ({_SECTION}) W )?
    ({_SECTION})
    """,
    re.VERBOSE,
)


def chinese_number(text: str) -> int | None:
    """Return the whole number that a Chinese numeral names, or None where `text` is not one.

    Reads 一百二十, 壹佰贰拾, 廿五, 两千, 一万二 (12,000), 一百二 (120) and, where a zero shows that it is meant
    so, digit by digit (二〇二一). 三四 is no number: it means three or four.
    """
    if not text or any(char not in _SPELLING for char in text):
        return None
    spelling = text.translate(_TO_SPELLING)
    if spelling.isdecimal():
        return int(spelling) if len(spelling) == 1 or "0" in spelling else None
    if end := _SPOKEN_END.search(spelling):  # a last digit right after a place is in the next lower one
        spelling += _NEXT_LOWER[end[1]]
    match = _NUMBER.fullmatch(spelling)
    if match is None:
        return None
    hundred_millions, ten_thousands, ones = (_section(section or "") for section in match.groups())
    return hundred_millions * 10**8 + ten_thousands * 10**4 + ones


def _section(text: str) -> int:
    """Return the number below 10,000 that a section of a numeral stands for."""
    terms = re.findall("([1-9]?)([KHT]?)", text)
    return sum(int(digit or 1) * _PLACES[place] for digit, place in terms if digit or place)
