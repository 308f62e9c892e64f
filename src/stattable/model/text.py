"""Normalised text: what people type, brought to one spelling before anything is compared."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

# Characters that show nothing: control characters, soft hyphen, zero-width and direction marks, word joiners, BOM,
# variation selectors, tags, the Hangul and Braille blanks. They come along when text is pasted from chat programs.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What could deceive whoever reads it: what steers a terminal, turns the direction of writing, breaks a line where
# nobody expects it or hides in between; half of a character, which no encoding has.
DECEPTIVE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# The same as Excel spells it in a workbook, and decodes it again.
ESCAPED: Final = re.compile(
    "_x(?:00[01][0-9A-Fa-f]|007[Ff]|00[89][0-9A-Fa-f]|061[Cc]|180[Ee]|200[B-Fb-f]|202[89A-Ea-e]|206[0-9A-Fa-f]"
    "|[Ff][Ee][Ff][Ff]|[Ff][Ff][Ff][9ABab]|[Dd][89A-Fa-f][0-9A-Fa-f]{2})_"
)
UNPRINTABLE: Final = re.compile(rf"{DECEPTIVE.pattern}|[\t\n]|{ESCAPED.pattern}")  # on one line
STAND_IN: Final = "\ufffd"
CELL_LENGTH: Final = 32_767  # characters, as many as a cell of Excel's holds; of a longer text only these are looked at
_CELL: Final = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")
_WIDE: Final = ("W", "F")  # of the widths that Unicode knows, those of two columns
_SPACE: Final = re.compile(r"\s+")
_BRACKETED: Final = re.compile(r"[(\[【〔〈《{][^()\[\]【】〔〕〈〉《》{}]*[)\]】〕〉》}]")
_FIGURE_BEHIND: Final = re.compile(r"(?<=.)[(\[【〔〈《{]\d[\d,.]*[)\]】〕〉》}]")
_PUNCTUATION: Final = re.compile(r"[\s、,，.。·・•:;：；_\-—–/\\|()\[\]【】〔〕〈〉《》{}“”\"'‘’*]+")
_ASSOCIATION: Final = re.compile(r"计划生育协会|计生协会")


def plain(text: str) -> str:
    """Return `text` in NFKC, without invisible characters, white space trimmed and runs of it made one space."""
    return _SPACE.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:CELL_LENGTH]))).strip()


def visible(text: str) -> str:
    """Return `text` as it is seen on one line: without invisible characters, runs of white space made one space."""
    return _SPACE.sub(" ", INVISIBLE.sub("", text)).strip()


def printable(text: str) -> str:
    """Return `text` on one line, with a � for each character that could deceive whoever reads it."""
    return UNPRINTABLE.sub(STAND_IN, text)


def squeezed(text: str) -> str:
    """Return :func:`plain` text without any white space, and with one spelling of the association's name."""
    return _ASSOCIATION.sub("计生协", plain(text).replace(" ", ""))


def label_forms(text: str) -> tuple[str, ...]:
    """Return the spellings under which `text` may be known as a label: without its brackets' content, and with.

    ``省级计生协（填有/无）`` gives ``省级计生协`` first; ``村（居、社区）计生协`` gives ``村居社区计生协`` second.
    ``活动场次（7）`` gives none: it is no label any more, but a figure that somebody wrote into one.
    """
    flat = squeezed(text)
    if _FIGURE_BEHIND.search(flat):
        return ()
    forms = (_PUNCTUATION.sub("", _BRACKETED.sub("", flat)), _PUNCTUATION.sub("", flat))
    return tuple(dict.fromkeys(form for form in forms if form))


# -- numerals ---------------------------------------------------------------------------------------------

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


# -- file names -------------------------------------------------------------------------------------------

_UNSAFE: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]')
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)")
MAX_FILE_NAME: Final = 80
_NAME_BYTES: Final = 255  # of a whole name, on most systems
MAX_FILE_NAME_BYTES: Final = 240  # in UTF-8: as many as 80 Chinese characters, which leaves room for ``_汇总.xlsx``


def file_name(text: str, ending: str = "") -> str:
    """Return `text` as a part of a path that is safe on Windows too: at most 80 characters and 240 bytes, never empty.

    Separators and control characters become ``_``, names that Windows reserves get one in front, and leading
    and trailing dots and spaces go (so ``..`` does too).

    Args:
        text: any.
        ending: what stands behind it and tells it from others, which no cut takes away.
    """
    clean = _UNSAFE.sub("_", INVISIBLE.sub("", text)).strip(". ")
    length, size = MAX_FILE_NAME - len(ending), MAX_FILE_NAME_BYTES - len(ending.encode())
    name = _cut(clean, length, size).rstrip(". ")
    if _RESERVED.match(name + ending):
        name = _cut(f"_{name}", length, size).rstrip(". ")
    return (name or "_") + ending


def with_ending(name: str, ending: str) -> str:
    """Return a file's `name` with `ending` behind it, cut before it where the whole is longer than a name may be."""
    return _cut(name, len(name), _NAME_BYTES - len(ending.encode())) + ending


def _cut(text: str, length: int, size: int) -> str:
    """Return the beginning of `text`, of at most `length` characters and `size` bytes, with whole letters only."""
    end = min(len(text), length)
    while len(text[:end].encode(errors="surrogatepass")) > size:
        end -= 1
    while 0 < end < len(text) and unicodedata.combining(text[end]):  # a mark stays with what it stands on
        end -= 1
    return text[:end]


def display_width(text: str) -> int:
    """Return how many columns `text` takes where a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(map(_WIDE.count, map(unicodedata.east_asian_width, text)))


# -- places on a sheet ------------------------------------------------------------------------------------


def column_letters(column: int) -> str:
    """Return the letters of a 1-based column: 1 gives ``A``, 28 gives ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=1024)  # it is asked for every cell
def column_number(letters: str) -> int:
    """Return the 1-based column that `letters` name, in either case: ``A`` gives 1, ``ab`` gives 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def a1(row: int, column: int) -> str:
    """Return the name of the cell at 1-based `row` and `column`: (7, 3) gives ``C7``."""
    return f"{column_letters(column)}{row}"


def cell_at(name: str) -> tuple[int, int]:
    """Return the 1-based row and column of the cell that `name` names, in either case: ``C7`` gives (7, 3).

    Raises:
        ValueError: it names no cell.
    """
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return int(match[2]), column_number(match[1])


def a1_range(cells: Iterable[tuple[int, int]]) -> str:
    """Return the smallest range that holds all `cells` (1-based row and column): ``B6:E6``, or ``C7`` for one."""
    rows, columns = zip(*cells, strict=True)
    first, last = a1(min(rows), min(columns)), a1(max(rows), max(columns))
    return first if first == last else f"{first}:{last}"


_MOST_RUNS: Final = 20


def runs(numbers: Iterable[int]) -> str:
    """Return rising numbers, those that follow one another as a range: ``3、5–9``; of many only the first."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in found]
    return "、".join(texts[:_MOST_RUNS]) + (" 等" if len(texts) > _MOST_RUNS else "")
