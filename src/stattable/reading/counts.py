"""One cell of counts → a whole number, or why it is none."""

import math
import re
import unicodedata
from datetime import date, datetime, time
from fractions import Fraction
from typing import Final

from stattable.formats.sheet import EPOCH, RawCell, Unread
from stattable.model.numerals import CHINESE_NUMERAL, chinese_number
from stattable.model.text import normalised
from stattable.reading.answers import (
    BLANK_READING,
    LOOKED_AT,
    SPOKEN,
    YEAR_FIRST,
    Reading,
    answer_text,
    has_marks,
    no_answer,
)

LARGEST_COUNT: Final = 10**10  # all of China's people several times over; what is above it is no count

# A text is tried from the sure to the doubtful. `_count` reads blanks, none, negative numbers and errors, `_figure` one
# number and nothing else, `_noted` and `_worded` one number with words that do not change it. `_inexact` rejects the
# rest with a reason and perhaps a suggestion, and never gives a value.

_UNITS: Final = "场[ ]?次|人[ ]?次|户次|家次|批次|场|次|人|名|位|篇|条|个|家|户|份|期|件|部|段|则|集|批|项"
_UNIT_BEHIND: Final = re.compile(
    rf"""(?<=.) [ ]?
    (?: {_UNITS}                        # 120人次
      | [(\[【] (?:{_UNITS}) [)\]】]    # 120(人次)
      | (?:人|场) [ ]? \(次\)           # 120人(次)
    )$""",
    re.VERBOSE,
)
_NUMBER: Final = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_PLAIN: Final = re.compile(rf"^=?\+?({_NUMBER})$")
_DOTTED: Final = re.compile(r"^([1-9][0-9]{0,2})\.([0-9]{3})$")
_GROUPED: Final = re.compile(
    r"""^
    [1-9][0-9]{0,2}                         # the first group
    ([,'’]) [0-9]{3} (?: \1 [0-9]{3} )*     # groups of three, with the same mark before each
    (?: \.[0-9]+ )?
    $""",
    re.VERBOSE,
)
_SPACED: Final = re.compile(  # 100 200 may be two numbers, 12 345 is one
    r"^(?: [1-9][0-9]? (?:[ ][0-9]{3})+ | [1-9][0-9]{2} (?:[ ]000)+ )$", re.VERBOSE
)
_BETWEEN_LINES: Final = re.compile(r"(?<=\d)\s*[\t-\r\x85\u2028\u2029]\s*(?=\d)")  # or columns that were pasted
_SCALE: Final = {"万": 10_000, "千": 1000, "百": 100, "亿": 10**8, "w": 10_000, "k": 1000}
_SCALED: Final = re.compile(
    rf"""^({_NUMBER}) [ ]?
    ([百千]?[万亿] | [百千wWkK])            # the magnitude
    ([0-9零〇一二两三四五六七八九十百千]*)$  # 5 of 12万5, 2千 of 1万2千""",
    re.VERBOSE,
)
_SHORT_FORM: Final = re.compile(r"^一$|[百佰千仟万萬亿億][一二两三四五六七八九壹贰叁肆伍陆柒捌玖]$")

_DITTO: Final = re.compile("[\"'″‴〃`‘’“”「」『』]+")
_QUOTES: Final = "'\"`‘’“”「」『』_ "
_MARKS: Final = "。.、,;:! "
_DOING: Final = "开展|举办|组织|进行|举行|安排|参加|参与|发布|刊发|发表|发放|制作|办"
_NIL: Final = re.compile(
    rf"""
    (?: [因受由][^0-9]{{1,20}}? (?=[未没]) )?                            # the reason in front: 因疫情
    (?: 本(?:年度?|月|期|次|级|单位|[地村乡镇县]) | 本社区 )?            # when or where: 本年度
    (?: [均都全还尚] | 暂时? | 目前 | 至今 )?                            # for now: 尚
    (?: 没有?(?:{_DOING})? | 无 | [未没][能曾有]?(?:{_DOING}) ) 过?      # none, or not done: 未开展
    (?: 任何 | 相关 | [此该][类项]? )?                                   # any: 任何
    (?: 活动|宣传|场次|人员?|稿件|内容|工作|项目|会员|日|参[加与] ){{0,4}} # what: 宣传活动
    (?: [,;:。] (?!.*(?:待|补|统计|见|另|附|详))                         # the reason behind, which promises nothing
        [^0-9二三四五六七八九十百千万两几多]* )?                         # and gives no figure
    | nil | none
    """,
    re.VERBOSE,
)
_NEGATIVE: Final = re.compile(r"^(?:[-−–—]|负) ?(.+)$")

_NOTE: Final = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*(?:[)\]】〕}]|$)")
_BETWEEN_NOTES: Final = re.compile(r"(?<=[0-9])[ \0]*\0[ \0]*(?=[0-9])")
_BREAKDOWN: Final = re.compile(
    r"""^([^(\[【]+?) [,;:、。\ ]*              # the number
    ( (?: 其中 | 不?包括 | [不未]?含 | 另 ).* )$  # a note without brackets: 其中线上80""",
    re.VERBOSE,
)
_BRACKETS: Final = "()[]【】〔〕{} "
_NOTED_NUMBER: Final = re.compile(
    rf"""
    (?<![0-9.]) (?:
        [0-9]+(?:\.[0-9]+)?[万千wW]
      | [0-9]+ (?!\.?[0-9] | [年月日号:时点分级届期楼室元%-])  # no date, no price
    )
    | [{CHINESE_NUMERAL}]{{2,}}+ (?![年月日])
    """,
    re.VERBOSE,
)
_SCALE_NOTED: Final = re.compile(r"[(\[【〔{] ?[万千百亿]")
_NO_PART: Final = re.compile(r"另|[不未]含|不包|[之以]外|外加|还有|除")
_UNSURE: Final = re.compile(r"约|估|预计|计划|左右|上下|暂[定报]|待|拟|补|未统计|[0-9][余多]|\?")
_MEASURE: Final = re.compile(
    r"(?<=[0-9十百千万余多一二两三四五六七八九]) ?(?:([场次期])|[人名位])"
)  # sessions or people
_WORDS: Final = (
    "共计?|一共|总[共计数]|合计|累计|计(?!划)|[全本]年"
    "|人次|[人场篇数]数|数量|场次|已|受众|覆盖|惠及|服务|活动"
    "|刊发|发[放布表]|开展|举[办行]|组织|进行|参[加与]"
)
_WORDS_BEFORE: Final = re.compile(rf"^(?:{_WORDS})++(?:了|为|是|有)? ?:? ?")
_WORDS_BEHIND: Final = re.compile(r"(?<=[^0-9]) ?(?:活动|参[加与]|受益|观看|整)$")

_PART: Final = "线上|线下|现场"
_PART_BEFORE: Final = re.compile(f"^(?:{_PART}) ?")
_ABOUT_BEFORE: Final = re.compile(
    rf"""^(?:
        {_WORDS} | {_PART}
      | 大?约 | [将接]?近 | 大[概致]                                           # about
      | 不?超过? | 逾 | [达过] | 不?[多高大]于 | 至少 | 最少 | 不止             # more than
      | 不[到足] | 不?[少低]于 | 至多 | 最多                                   # less than
      | 预[计估] | 估计 | 计划 | 拟 | 目标                                     # not yet
      | [><]=? | [≥≤≈~?:=\ ]
    )++""",
    re.VERBOSE,
)
_ABOUT_BEHIND: Final = re.compile(
    rf"""(?<=.) (?:
        {_UNITS}
      | [多余来许] | 有余 | 左右 | 上下 | 不到 | 不[止等] | 以[上下内]
      | 活动 | 参[加与] | [+?~\ ]
    )++$""",
    re.VERBOSE,
)
_SEVERAL: Final = re.compile(  # numbers, and what stands between several
    rf"""
    (?= .* (?: [0-9{CHINESE_NUMERAL}几] | 数[^量] ) )
    [ 0-9 {CHINESE_NUMERAL} 几数余多来约近上下午左右 到至或和及与共计合其中含 线现场男女每次
      人名位篇条个家户份期件部 wWkK ,.、;/~～–—=+*×xX\- ]+
    """,
    re.VERBOSE,
)
_PART_OF_SEVERAL: Final = re.compile(  # a number with all that makes it larger
    rf"{_NUMBER} [ ]? (?: [百千]?[万亿] | [百千wWkK] )? [0-9{CHINESE_NUMERAL}]* | [{CHINESE_NUMERAL}]+", re.VERBOSE
)
_STRAY: Final = "*#?!/=|\\&@^<>~。.·-() "
_TIMES: Final = re.compile("[*×xX]")
_SCIENTIFIC: Final = re.compile(r"^([0-9]{1,11}(?:\.[0-9]+)?)[eE]\+?([0-9]{1,2})$")
_LOOKALIKES: Final = str.maketrans({"l": "1", "I": "1", "i": "1", "O": "0", "o": "0", "。": "."})


def read_count(raw: RawCell) -> Reading:
    """Read a count: a whole number ≥ 0.

    Args:
        raw: the cell as the file holds it.

    Returns:
        The value, with V007 or V008 where it is not written as a plain number, or no value and V002 to V006.
    """
    if raw is None:
        return BLANK_READING
    if type(raw) is float or type(raw) is int:
        return _number(raw)
    if isinstance(raw, str):
        if len(raw) <= 10 and raw.isascii() and raw.isdigit():  # nearly every text there is
            return Reading(int(raw))
        text = answer_text(_BETWEEN_LINES.sub("、", raw[: LOOKED_AT + 1]))
        if text is None:
            return Reading(code="V002")
        if not text:
            return BLANK_READING
        return _marked(raw) if has_marks(raw) else _count(text)
    if isinstance(raw, Unread):
        return Reading(code="V006")
    return Reading(code="V002", suggestion=_serial(raw))


def _number(raw: float) -> Reading:
    if 0 <= raw <= LARGEST_COUNT and raw == int(raw):  # nearly every cell there is
        return Reading(int(raw))
    if not math.isfinite(raw):
        return Reading(code="V002")
    if math.isclose(raw, round(raw), rel_tol=1e-12, abs_tol=1e-10):  # 119.99999999999999: what a formula's sum left
        raw = round(raw)
    return _whole(Fraction(raw), None)


def _serial(raw: RawCell) -> str | None:
    """Return the number that a spreadsheet shows as the date `raw`; None where a date may have been typed.

    1-2 is made a day of this year, and 1-40 the first of a month of 1940.
    """
    if isinstance(raw, datetime):
        return _serial(raw.date()) if raw.time() == time() else None
    if not isinstance(raw, date) or raw.year >= 2000 or (raw.year >= 1930 and raw.day == 1):
        return None
    if raw >= date(1900, 3, 1):
        return str((raw - EPOCH).days)
    # Excel has a 29 February 1900, so that all before it is a day off, and the 28th may be either.
    return str((raw - date(1899, 12, 31)).days) if date(1900, 1, 1) <= raw < date(1900, 2, 28) else None


def _marked(raw: str) -> Reading:
    marks = [char for char in raw if unicodedata.category(char) == "No"]
    rest = normalised("".join(char for char in raw if char not in marks))
    if any(unicodedata.numeric(mark, 0) % 1 for mark in marks):  # 3½
        return Reading(code="V002")
    if not rest and len(marks) == 1:  # ⑫
        rest = normalised(marks[0]).strip("().")
    value = _count(rest).value if rest else None
    return Reading(code="V002", suggestion=None if value is None else str(value))


def _whole(number: Fraction, code: str | None) -> Reading:
    if number < 0:
        return Reading(code="V004")
    if number.denominator != 1:
        return Reading(code="V005")
    if number > LARGEST_COUNT:
        return Reading(code="V002")
    return Reading(int(number), code)


def _suggested(number: Fraction | None) -> str | None:
    return None if number is None or _whole(number, None).value is None else str(number)


def _count(text: str) -> Reading:
    """Read a count from plain text that is not empty."""
    if match := _DOTTED.match(text):  # 1.200: a fraction, or thousands as they are written elsewhere
        return Reading(int(match[1]), "V008") if match[2] == "000" else Reading(None, "V005", match[1] + match[2])
    if match := _PLAIN.match(text):
        return _whole(Fraction(match[1]), "V007" if text[0] == "=" else None)
    if nothing := no_answer(text):
        return nothing
    if _DITTO.fullmatch(text):
        return Reading(code="V002")
    if _NIL.fullmatch(text.replace(" ", "").lower()):
        return Reading(0, "V008")
    if (match := _NEGATIVE.match(text)) and (figure := _figure(match[1])):
        return Reading(code="V004") if figure[0] else Reading(0, "V008")
    if figure := _figure(text):
        return _whole(*figure)
    for bare, code in ((text.strip(_QUOTES), "V007"), (text.rstrip(_MARKS), "V008")):
        if bare != text:
            inner = _count(bare) if bare else Reading(code=code)
            return inner if inner.value is None or inner.code == "V008" else inner._replace(code=code)
    return _noted(text) or _worded(text) or _inexact(text)


def _figure(text: str) -> tuple[Fraction, str] | None:
    """Return the one number that `text` spells, with V007, or V008 where it could be read as another number too."""
    bare = _UNIT_BEHIND.sub("", text)
    if match := _PLAIN.match(bare):
        return Fraction(match[1]), "V008" if _DOTTED.match(bare) else "V007"
    if _GROUPED.match(bare):
        return Fraction(re.sub("[,'’]", "", bare)), "V007"
    if _SPACED.match(bare):
        return Fraction(bare.replace(" ", "")), "V008"
    if (number := chinese_number(bare)) is not None:
        return Fraction(number), "V008" if _SHORT_FORM.search(bare) and (bare != "一" or bare == text) else "V007"
    scaled = _scaled(bare)
    return None if scaled is None else (scaled, "V008")


def _scaled(text: str) -> Fraction | None:
    """Return the number that digits mixed with 万, 千 and the like spell: 1.2万, 1万2千3百, 2w; None for any other."""
    number = chinese_number(text.translate(SPOKEN)) if re.search("[0-9]", text) else None
    if number is not None:
        return Fraction(number)
    match = _SCALED.match(text)
    if match is None:
        return None
    place = math.prod(_SCALE[char] for char in match[2].lower())
    head, tail = Fraction(match[1]), match[3]
    if not tail:
        return head * place
    if len(tail) == 1 and tail not in "十百千零〇":  # 12万5 is 12.5万, as it is spoken
        rest = chinese_number(tail.translate(SPOKEN) + "千") if place == 10_000 else None
    else:
        rest = int(tail) if tail.isascii() else chinese_number(tail.translate(SPOKEN))
    return head * place + rest if rest is not None and rest < place and "." not in match[1] else None


def _noted(text: str) -> Reading | None:
    """Read a number with a note, in brackets or behind 其中; None where `text` has no note."""
    rest, notes = _BREAKDOWN.sub(r"\1(\2)", text), ""
    while match := _NOTE.search(rest):  # the innermost first
        rest, notes = f"{rest[: match.start()]}\0{rest[match.end() :]}", notes + match[0]
    outside = [part.strip() for part in rest.split("\0") if part.strip()]
    if not notes:
        return None
    if not outside:
        inner = _count(text.strip(_BRACKETS))
        # (120) is how accountants write -120, too
        return Reading(code="V003", suggestion=str(inner.value)) if inner.value else inner
    if len(outside) == 2 and re.fullmatch(_UNITS, outside[1]):  # 120(线上80)人
        outside = ["".join(outside)]
    if len(outside) > 1:
        return _inexact(_BETWEEN_NOTES.sub("、", rest.strip("\0 ")).replace("\0", " "))
    core = outside[0]
    if _SCALE_NOTED.match(notes):  # 1.2(万人)
        figure = _figure(core + notes.strip(_BRACKETS))
        return Reading(code="V003", suggestion=_suggested(figure[0]) if figure else None)
    inner = _count(core)
    if inner.value is None:
        return inner if inner.code in {"V003", "V004", "V005"} else Reading(code="V002")
    parts = [figure[0] for number in _NOTED_NUMBER.findall(notes) if (figure := _figure(number))]
    if max(parts, default=0) > inner.value or _count_measures(text) > 1 or _NO_PART.search(notes):
        return Reading(code="V003")
    if _UNSURE.search(notes):
        return Reading(code="V003", suggestion=str(inner.value))
    return Reading(inner.value, "V008")


def _worded(text: str) -> Reading | None:
    """Read a number between words that say what was counted: 共2场, 举办活动2场, 人数：120, 2场活动."""
    bare = _WORDS_BEHIND.sub("", _WORDS_BEFORE.sub("", text))
    figure = _figure(bare) if bare != text else None
    return _whole(figure[0], "V008") if figure else None


def _count_measures(text: str) -> int:
    """Return how many of the two measures, 场 and 人, stand behind figures in `text`."""
    return len({bool(match[1]) for match in _MEASURE.finditer(text)})


def _inexact(text: str) -> Reading:
    """Reject `text` as several numbers, about one, or none; suggest the number that may have been meant."""
    if (result := _arithmetic(text)) is not None:
        return Reading(code="V003", suggestion=_suggested(result) if result >= 0 else None)
    if YEAR_FIRST.fullmatch(text):
        return Reading(code="V002")
    if match := _SCIENTIFIC.match(text):
        return Reading(code="V002", suggestion=_suggested(Fraction(match[1]) * 10 ** int(match[2])))
    about = _ABOUT_BEHIND.sub("", _ABOUT_BEFORE.sub("", text))
    about = re.sub("[余多来](?=[百千万亿])", "", about)
    figure = _figure(about) or _figure(f"一{about}")  # 百余 is 一百 and some
    if figure and about[:1] and _UNIT_BEHIND.sub("", text) != about:
        return Reading(code="V003", suggestion=_suggested(figure[0]))
    if figure := _figure(text.strip(_STRAY)):  # 120*
        return Reading(code="V002", suggestion=_suggested(figure[0]))
    if _SEVERAL.fullmatch(text):
        return Reading(code="V003", suggestion=_total(text))
    swapped = text.translate(_LOOKALIKES)
    if (len(text) == 1 or re.search("[0-9]", text)) and swapped != text and (figure := _figure(swapped)):
        return Reading(code="V002", suggestion=_suggested(figure[0]))
    return Reading(code="V002")


def _arithmetic(text: str) -> Fraction | None:
    """Return the result of arithmetic typed as text: 5+3, 5场+3场=8场, 50人×2场, =8-3; None for any other text."""
    formula = text.startswith("=")
    text = text.replace("加", "+").replace("乘", "×")
    sides = text.removeprefix("=").split("=")
    terms = re.findall("[+-]?[^+-]+", sides[0])
    if not formula and (len(terms) < 2 or "-" in text) and not _TIMES.search(text):  # 100-200 is a range
        return None
    if "".join(terms) != sides[0] or (len(terms) > 1 and _count_measures(text) > 1):
        return None
    total = Fraction(0)
    for term in terms:
        product = Fraction(-1 if term[0] == "-" else 1)
        for factor in _TIMES.split(term.strip("+- ")):
            figure = _figure(_PART_BEFORE.sub("", factor.strip()))
            if figure is None:
                return None
            product *= figure[0]
        total += product
    stated = [_figure(side.strip()) for side in sides[1:] if side.strip()]
    return total if all(figure and figure[0] == total for figure in stated) else None


def _total(text: str) -> str | None:
    """Return the total of several numbers in `text`, or None where nothing says that they are its parts."""
    if _count_measures(text) > 1:
        return None
    figures = [_figure(part.strip()) for part in _PART_OF_SEVERAL.findall(text)]
    numbers = [figure[0] for figure in figures if figure]
    if len(numbers) < len(figures):
        return None
    if len(numbers) == 2 and len(set(re.findall(_PART, text))) == 2:  # 线上80、线下40
        return _suggested(sum(numbers, Fraction(0)))
    whole = max(numbers, default=Fraction(0))
    if re.search("[共计=]", text) and sum(numbers) == 2 * whole:  # 线上80、线下40，共120
        return _suggested(whole)
    return None
