"""Chinese numerals."""

from typing import Final

_DIGITS: Final = {
    **{char: value for value, char in enumerate("〇一二三四五六七八九")},
    **{char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "两": 2, "兩": 2, "俩": 2, "貳": 2, "仨": 3, "叄": 3, "参": 3, "參": 3, "陸": 6, "○": 0,
}  # fmt: skip


_TENS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


_MYRIADS: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}


_SHORT_TENS: Final = {"廿": "二十", "卄": "二十", "卅": "三十", "卌": "四十"}


CHINESE_NUMERAL: Final = "".join({**_DIGITS, **_TENS, **_MYRIADS, **_SHORT_TENS})


def chinese_number(text: str) -> int | None:
    """Return the whole number that a Chinese numeral names, or None where `text` is not one.

    Reads 一百二十, 壹佰贰拾, 廿五, 两千, 一万二 (12,000), 一百二 (120) and, where a zero shows that it is meant
    so, digit by digit (二〇二一). 三四 is no number: it says three or four.
    """
    for short, long in _SHORT_TENS.items():
        text = text.replace(short, long)
    if not text or any(char not in CHINESE_NUMERAL for char in text):
        return None
    if all(char in _DIGITS for char in text):
        digits = [_DIGITS[char] for char in text]
        return int("".join(map(str, digits))) if len(digits) == 1 or 0 in digits else None
    total = section = 0
    digit: int | None = None
    last_place = 0  # the place value last seen
    last_zero = after_zero = False  # whether the character before is 零, and whether 零 stands before `digit`
    biggest_ten = biggest_myriad = 10**12
    for char in text:
        if char in _DIGITS:
            if digit is not None and digit != 0:
                return None
            digit, after_zero = _DIGITS[char], last_zero
            last_zero = digit == 0
        elif char in _TENS:
            place = _TENS[char]
            if place >= biggest_ten or digit == 0:
                return None
            if digit is None and (place != 10 or section % 100):
                return None
            if after_zero and digit and place * 10 == last_place:  # 一千零一百: the 零 stands for nothing
                return None
            section += (1 if digit is None else digit) * place
            digit, last_place, biggest_ten, last_zero = None, place, place, False
        else:
            place = _MYRIADS[char]
            clipped = digit and last_place > 10 and not after_zero  # 一百二万: nobody can tell what it stands for
            section += digit or 0
            if place >= biggest_myriad or not section or clipped or last_zero:
                return None
            total += section * place
            section, digit, last_place, last_zero = 0, None, place, False
            biggest_ten, biggest_myriad = 10**12, place
    if digit:  # a last digit right after a place is in the next lower one: 一百二 is 120, 一百零二 is 102
        section += digit if after_zero or last_place <= 10 else digit * last_place // 10
    elif last_zero:
        return None
    return total + section
