"""Text that people typed, brought to one spelling for comparing; names of files; lists."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

# Characters that show nothing: control characters, soft hyphen, zero-width and direction marks, word joiners, BOM,
# variation selectors, tags, the Hangul and Braille blanks. They come along when text is pasted from chat programs.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Characters that could deceive a reader: what steers a terminal, turns the direction of writing, breaks a line where
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
_WIDE: Final = ("W", "F")  # of the widths that Unicode knows, those of two columns
_SPACE: Final = re.compile(r"\s+")
_USUAL: Final = re.compile("[!-~\u4e00-\u9fff]+")  # characters that are as they should be, and no space
# Radicals that look like the characters, and come with text copied from a PDF: those that NFKC leaves as they are.
# As in EquivalentUnifiedIdeograph of the Unicode Character Database.
_RADICALS: Final = str.maketrans(
    "⺁⺄⺌⺒⺓⺝⺠⺩⺬⺮⺯⺻⺼⺽⻁⻃⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻞⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻱",
    "厂乙小巳幺月民王示竹糸聿肉臼虎西西见角贝足车長长门雨青韦页风飞食食马骨鬼鱼鸟卤麦黄黾齐齿龙龜",
)
_RADICAL: Final = re.compile("[\u2e80-\u2eff]")
_BRACKETED: Final = re.compile(r"[(\[【〔〈《{][^()\[\]【】〔〕〈〉《》{}]*[)\]】〕〉》}]")
_FIGURE_BEHIND: Final = re.compile(r"(?<=.)[(\[【〔〈《{]\d[\d,.]*[)\]】〕〉》}]")
_PUNCTUATION: Final = re.compile(r"[\s、,，.。·・•:;：；_\-—–/\\|()\[\]【】〔〕〈〉《》{}“”\"'‘’*]+")
_ASSOCIATION: Final = re.compile(r"计划生育协会|计生协会")


def normalised(text: str) -> str:
    """Return `text` in NFKC, without invisible characters, white space trimmed and runs of it made one space."""
    if len(text) <= CELL_LENGTH and _USUAL.fullmatch(text):
        return text
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:CELL_LENGTH]))
    if _RADICAL.search(plain):
        plain = plain.translate(_RADICALS)
    return _SPACE.sub(" ", plain).strip()


def visible(text: str) -> str:
    """Return `text` as it is seen on one line: without invisible characters, runs of white space made one space."""
    return text if _USUAL.fullmatch(text) else _SPACE.sub(" ", INVISIBLE.sub("", text)).strip()


def printable(text: str) -> str:
    """Return `text` on one line, with a � for each character that could deceive a reader."""
    return UNPRINTABLE.sub(STAND_IN, text)


def without_spaces(text: str) -> str:
    """Return :func:`normalised` text without any white space, and with one spelling of the association's name."""
    return _ASSOCIATION.sub("计生协", normalised(text).replace(" ", ""))


def label_forms(text: str) -> tuple[str, ...]:
    """Return the spellings under which `text` may be known as a label: without its brackets' content, and with.

    ``省级计生协（填有/无）`` gives ``省级计生协`` first; ``村（居、社区）计生协`` gives ``村居社区计生协`` second.
    ``活动场次（7）`` gives none: it is no label any more, but a figure that somebody wrote into one.
    """
    flat = without_spaces(text)
    if _FIGURE_BEHIND.search(flat):
        return ()
    forms = (_PUNCTUATION.sub("", _BRACKETED.sub("", flat)), _PUNCTUATION.sub("", flat))
    return tuple(dict.fromkeys(form for form in forms if form))


def chinese_date(day: date) -> str:
    """Return a day in Chinese: ``2026 年 6 月 30 日``; `strftime` takes no Chinese on Windows."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def due_words(deadline: date, over: int) -> str:
    """Return when a deadline is, and how far off, in words without a full stop.

    Args:
        deadline: the last day that is on time.
        over: how many days ago that was; negative before it.
    """
    when = f"已过 {over} 天" if over > 0 else f"还有 {-over} 天"
    return f"{chinese_date(deadline)}截止，{when}"


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
        ending: what follows it and is never cut off.
    """
    clean = _UNSAFE.sub("_", INVISIBLE.sub("", text)).strip(". ")
    length, size = MAX_FILE_NAME - len(ending), MAX_FILE_NAME_BYTES - len(ending.encode())
    name = _cut(clean, length, size).rstrip(". ")
    if _RESERVED.match(name + ending):
        name = _cut(f"_{name}", length, size).rstrip(". ")
    return (name or "_") + ending


def with_ending(name: str, ending: str) -> str:
    """Return a file's `name` followed by `ending`, shortened to the length that names may have."""
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
    return sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, int]):
    """The columns that characters take, each looked up once."""

    def __missing__(self, character: str) -> int:
        self[character] = width = 2 if unicodedata.east_asian_width(character) in _WIDE else 1
        return width


_WIDTHS: Final = _Widths()


# -- lists ------------------------------------------------------------------------------------------------

_MOST: Final = 20


def listed(texts: Sequence[str], separator: str = "、", most: int = _MOST, rest: str = " 等 {count} 个") -> str:
    """Return the first `most` of `texts`, joined; if there are more, followed by `rest` with the count of all."""
    return separator.join(texts[:most]) + (rest.format(count=len(texts)) if len(texts) > most else "")


def runs(numbers: Iterable[int]) -> str:
    """Return rising numbers as text, runs of them as ranges: ``3、5–9``; of many only the first."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return listed([str(first) if first == last else f"{first}–{last}" for first, last in found], rest=" 等")
