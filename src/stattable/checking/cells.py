"""One raw cell → a value, and what there is to say about it (design: reading what people send)."""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from stattable.model.findings import Param
from stattable.model.form import Value, year_of
from stattable.model.text import CHINESE_NUMERAL, chinese_number, plain


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that shows nothing usable: an error value, or a formula that was never calculated.

    Attributes:
        text: the error value, or the formula with its ``=``.
    """

    text: str


RawCell = str | int | float | bool | date | datetime | time | timedelta | Unread | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell was read as.

    Attributes:
        value: None where it is blank or could not be read.
        code: of the finding to raise, or None.
        suggestion: the value that may have been meant, or None.
    """

    value: Value = None
    code: str | None = None
    suggestion: str | None = None


_BLANK: Final = Reading()
LARGEST_COUNT: Final = 10**10  # all of China's people several times over; what is above it is no count
_LONGEST: Final = 200  # characters; a longer text is prose, and no number or 有/无 with a note


def shown(raw: RawCell) -> str:
    """Return `raw` as a finding shows it: short, on one line."""
    if isinstance(raw, Unread):
        return raw.text[:60]
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d %H:%M" if raw.time() != time() else "%Y-%m-%d")
    text = "" if raw is None else plain(str(raw))
    return text if len(text) <= 60 else f"{text[:59]}…"


# -- counts -----------------------------------------------------------------------------------------------

_UNITS: Final = "场次|人次|场|次|人|名|位|篇|条|个|家|户|份|期|件"
_NIL: Final = frozenset(
    "无 没 没有 暂无 未开展 没开展 未开展活动 没有开展 未组织 未举办 未进行 不涉及 空 nil none".split()
)
_DASHES: Final = re.compile(r"^[-‐-―−─━_/\\~～.。*]+$")
_NUMBER: Final = r"\d+(?:\.\d+)?"
_PLAIN: Final = re.compile(rf"^\+?({_NUMBER})$")
_GROUPED: Final = re.compile(r"^\d{1,3}(?:([, '])\d{3})(?:\1\d{3})*(?:\.\d+)?$")
_WITH_UNIT: Final = re.compile(rf"^(.+?) ?(?:{_UNITS})$")
_SCALED: Final = re.compile(rf"^({_NUMBER}) ?(万|千|百|亿|[wWkK])(?: ?(\d+) ?(千|百|十)?)?(?:余|多)?$")
_NOTE: Final = re.compile(r"^(.+?) ?[(\[【][^()\[\]【】]*[)\]】]$")
_NEGATIVE: Final = re.compile(r"^(?:[-−–]|负) ?(.+)$")
_ERROR_VALUE: Final = re.compile(r"^#(?:REF|DIV/0|N/A|NAME|NULL|NUM|VALUE|SPILL|CALC)[!?]?$|^Err:\d+$")
_ABOUT: Final = re.compile(
    r"^(?:约|大约|近|大概|左右|将近|不到|超过|超|>|<|≥|≤|≈|~|至少|最多|共|共计|计)? ?(.+?) ?"
    r"(?:余|多|来|左右|上下|以上|以下|不到|\+)?$"
)
_SUM: Final = re.compile(r"^\d+(?: ?[+＋] ?\d+)+$")
_PRODUCT: Final = re.compile(r"^(\d+) ?[*×xX] ?(\d+)$")
_SEVERAL: Final = re.compile(r"^\d+(?: ?(?:[-—~～至到、,，;；/ 或和及与]|\.\.) ?\d+)+$")
_SCALE: Final = {"万": 10_000, "千": 1000, "百": 100, "亿": 10**8, "w": 10_000, "k": 1000}
_LOOKALIKES: Final = str.maketrans({"l": "1", "I": "1", "i": "1", "|": "1", "O": "0", "o": "0", "。": "."})


def read_count(raw: RawCell) -> Reading:
    """Read a count: a whole number ≥ 0.

    Args:
        raw: the cell as the file holds it.

    Returns:
        The value with V007 or V008 where it was read by a custom, or no value and V002 to V006.
    """
    if raw is None:
        return _BLANK
    if isinstance(raw, Unread):
        return Reading(code="V006")
    if isinstance(raw, (bool, date, time, timedelta)):
        return Reading(code="V002")
    if isinstance(raw, (int, float)):
        return _number(raw)
    text = plain(raw)
    if not text:
        return _BLANK
    if len(text) > _LONGEST:
        return Reading(code="V002")
    if not raw.isascii() and any(unicodedata.category(char) == "No" for char in raw):
        return _marked(raw)
    if match := _PLAIN.match(text):
        return _whole(Fraction(match[1]), None)
    if _ERROR_VALUE.match(text):
        return Reading(code="V006")
    if _DASHES.match(text):
        return Reading(code="V007")
    if _is_nil(text):
        return Reading(0, "V008")
    if (match := _NEGATIVE.match(text)) and _exact(match[1]) is not None:
        return Reading(code="V004")
    return _read_number_text(text)


def _number(raw: float) -> Reading:
    if 0 <= raw <= LARGEST_COUNT and raw == int(raw):  # nearly every cell there is
        return Reading(int(raw))
    return _whole(Fraction(raw), None) if math.isfinite(raw) else Reading(code="V002")


def _marked(raw: str) -> Reading:
    """Read a text with a ①, ² or ½ in it: a footnote's mark would become a digit in NFKC, and 120① a 1201."""
    rest = plain("".join(char for char in raw if unicodedata.category(char) != "No"))
    return Reading(code="V002", suggestion=rest if _PLAIN.match(rest) else None)


def _is_nil(text: str) -> bool:
    return text.replace(" ", "").rstrip("。.").lower() in _NIL


def _whole(number: Fraction, code: str | None) -> Reading:
    if number < 0:
        return Reading(code="V004")
    if number.denominator != 1:
        return Reading(code="V005")
    if number > LARGEST_COUNT:
        return Reading(code="V002")
    return Reading(int(number), code)


def _read_number_text(text: str) -> Reading:
    exact = _exact(text)
    if exact is not None:
        return _whole(exact, "V007")
    if (match := _SCALED.match(text.removesuffix("人次").removesuffix("人"))) and not text.rstrip("人次").endswith(
        ("余", "多")
    ):
        return _whole(_scaled(match), "V008")
    if match := _NOTE.match(text):
        inner = read_count(match[1])
        if inner.value is not None:
            return Reading(inner.value, "V008")
        if inner.code in {"V003", "V004", "V005"}:
            return inner
    return _inexact(text)


def _exact(text: str) -> Fraction | None:
    """Return the number in one of the customary spellings of an exact one, or None."""
    for spelling in (text, match[1] if (match := _WITH_UNIT.match(text)) else text):
        if found := _PLAIN.match(spelling):
            return Fraction(found[1])
        if _GROUPED.match(spelling):
            return Fraction(re.sub("[, ']", "", spelling))
        number = chinese_number(spelling)
        if number is not None:
            return Fraction(number)
    return None


def _scaled(match: re.Match[str]) -> Fraction:
    number, scale, rest, rest_scale = match.groups()
    place = _SCALE[scale.lower()]
    value = Fraction(number) * place
    if rest:  # 1万2千, and 1万2, where the last digit stands one place lower
        lower = {"千": 1000, "百": 100, "十": 10}.get(rest_scale or "", place // 10 if len(rest) == 1 else 1)
        value += int(rest) * lower
    return value


def _inexact(text: str) -> Reading:
    """Say of `text` that it is several numbers, about one, or none; suggest the number it comes to."""
    if _SUM.match(text):
        return Reading(code="V003", suggestion=str(sum(map(int, re.findall(r"\d+", text)))))
    if match := _PRODUCT.match(text):
        return Reading(code="V003", suggestion=str(int(match[1]) * int(match[2])))
    if _YEAR_FIRST.fullmatch(text):
        return Reading(code="V002")
    if _SEVERAL.match(text):
        return Reading(code="V003")
    bare = match[1] if (match := _WITH_UNIT.match(text)) else text
    core = _ABOUT.match(bare)
    if core and core[1] != text:
        inner = _exact(core[1])
        if inner is None and (scaled := _SCALED.match(core[1])):
            inner = _scaled(scaled)
        if inner is not None and inner.denominator == 1:
            return Reading(code="V003", suggestion=str(inner))
        if _SEVERAL.match(core[1]):
            return Reading(code="V003")
    if any(char in CHINESE_NUMERAL for char in text) and re.fullmatch(f"[{CHINESE_NUMERAL}多余几约近上数]+", bare):
        return Reading(code="V003")
    swapped = text.translate(_LOOKALIKES)
    if swapped != text and (found := _PLAIN.match(swapped)) and Fraction(found[1]).denominator == 1:
        return Reading(code="V002", suggestion=found[1])
    return Reading(code="V002")


# -- yes or no --------------------------------------------------------------------------------------------

_YES: Final = frozenset(
    "有 是 √ ✓ ✔ ☑ ✅ ■ ● v y yes true 1 1.0 已有 已开通 开通 已建 有的 已开设 1个 一个 √有 ☑有 ✓有 有√ 有☑ 有✓".split()
)
_NO: Final = frozenset(
    "无 否 × ✗ ✘ ✕ ✖ ❌ x n no false 0 0.0 没有 没 未开通 未建 暂无 尚未开通 未开设 0个 √无 ☑无 ✓无 无√ 无☑ 无✓".split()
)
_NEITHER: Final = frozenset("□ ☐ 是否 有无 有或无 是或否".split())
_TICKS: Final = "☑☒√✓✔✅■●"
_BOXES: Final = "□☐○"
_MARK: Final = f"([{_TICKS}{_BOXES}×✗✘]?)"
# Both answers with marks, all before their word or all behind it: where one of each could be, nobody can tell.
_CHOICE: Final = re.compile(f"^(?:{_MARK}[有是]{_MARK}[无否]|[有是]{_MARK}[无否]{_MARK})$")


def read_flag(raw: RawCell) -> Reading:
    """Read a yes or no (有/无); V007 for other ways to say so, V009 where it says neither."""
    if raw is None:
        return _BLANK
    if isinstance(raw, Unread):
        return Reading(code="V006")
    if isinstance(raw, bool) or (isinstance(raw, (int, float)) and raw in {0, 1}):
        return Reading(bool(raw), "V007")
    if not isinstance(raw, str):
        return Reading(code="V009")
    text = plain(raw).replace(" ", "")
    if text in {"", "有", "无"}:
        return _BLANK if not text else Reading(text == "有")
    if len(text) > _LONGEST:
        return Reading(code="V009")
    if _ERROR_VALUE.match(text):
        return Reading(code="V006")
    word = re.sub(r"[/、,\\()\[\]【】]", "", text).rstrip("。.").lower()
    if not word or word in _NEITHER or _DASHES.match(text):
        return Reading(code="V007")
    if word in _YES or word in _NO:
        return Reading(word in _YES, "V007")
    if choice := _CHOICE.match(word):
        return _chosen(choice)
    if match := _NOTE.match(text):
        inner = read_flag(match[1])
        return Reading(inner.value, "V008") if inner.value is not None else inner
    return Reading(code="V009")


def _chosen(choice: re.Match[str]) -> Reading:
    marks = choice.groups()[:2] if choice[1] is not None else choice.groups()[2:]
    yes, no = (bool(mark) and mark in _TICKS for mark in marks)
    if yes == no:
        return Reading(code="V009" if yes or not set("".join(marks)).issubset(_BOXES) else "V007")
    single = choice[0][0] in _TICKS or choice[0][-1] in _TICKS  # at an end, where it belongs to one word only
    return Reading(yes, "V007") if all(marks) or single else Reading(code="V009")


# -- contact, phone, date ---------------------------------------------------------------------------------

_YEAR_FIRST: Final = re.compile(r"(\d{4}) ?[-./年,、 ] ?(\d{1,2}) ?[-./月,、 ] ?(\d{1,2}) ?日?")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SHORT_YEAR: Final = re.compile(r"^(\d{2}) ?[-./年] ?(\d{1,2}) ?[-./月] ?(\d{1,2}) ?日?$")
_NO_YEAR: Final = re.compile(r"^(\d{1,2}) ?[-./月] ?(\d{1,2}) ?[日号]?$")
_CHINESE_DATE: Final = re.compile(
    r"^([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十廿卅]+)日?$"
)
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(36526, 73051)  # 2000-01-01 to 2099-12-31: what a date may look like that lost its format


def read_date(raw: RawCell, edition: int | None) -> tuple[date | None, dict[str, Param] | None]:
    """Read the date of filling in.

    Args:
        raw: a real date, an Excel serial, or text in one of the common forms.
        edition: whose year a date without one takes; None where it is not known.

    Returns:
        The date or None, and the parameters of V010 where there is something to say.
    """
    if isinstance(raw, datetime):
        return raw.date(), None
    if isinstance(raw, date):
        return raw, None
    if isinstance(raw, (int, float)) and _SERIALS[0] <= raw <= _SERIALS[-1]:  # with its time, perhaps
        return _EXCEL_EPOCH + timedelta(days=int(raw)), None
    text = shown(raw)
    if not text or re.fullmatch(r"[年月日 ./\\—-]+", text):
        return None, {"problem": "blank"}
    if text.isdigit() and int(text) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(text)), None
    if match := _CHINESE_DATE.match(text.replace(" ", "")):
        parts = [chinese_number(part) or 0 for part in match.groups()]
    elif match := _YEAR_FIRST.search(text) or _COMPACT.match(text):
        parts = [int(part) for part in match.groups()]
    elif match := _SHORT_YEAR.match(text):
        parts = [2000 + int(match[1]), int(match[2]), int(match[3])]
    elif (match := _NO_YEAR.match(text)) and edition is not None:
        found, problem = _real_date(year_of(edition), int(match[1]), int(match[2]))
        return found, problem or {"problem": "no_year", "year": year_of(edition)}
    else:
        return None, {"problem": "unreadable"}
    return _real_date(*parts)


def _real_date(year: int, month: int, day: int) -> tuple[date | None, dict[str, Param] | None]:
    try:
        return date(year, month, day), None
    except ValueError:
        return None, {"problem": "impossible"}


_PHONE: Final = re.compile(r"(?<!\d)(?:(?:86)?1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|[2-9]\d{6,7})(?!\d)")
_PHONE_JOINTS: Final = re.compile(r"(?<=\d)[ \-–—‐()]+(?=\d)|(?<=\d)[)] ?(?=\d)")


def read_phone(raw: RawCell) -> tuple[str, dict[str, Param] | None]:
    """Read a phone cell, which may hold names and several numbers.

    Returns:
        The text as written, and the parameters of V011 where no plausible number is in it.
    """
    text = shown(raw)
    if not text:
        return "", {"problem": "blank"}
    joined = _PHONE_JOINTS.sub("", text.replace("+86", ""))
    if _PHONE.search(joined) or _PHONE.search(text):
        return text, None
    return text, {"problem": "no_number"}
