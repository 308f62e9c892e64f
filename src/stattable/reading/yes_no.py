"""One cell that should hold 有 or 无 → yes or no, however it is worded or marked."""

import re
from typing import Final

from stattable.formats.sheet import RawCell, Unread
from stattable.reading.answers import BLANK_READING, LOOKED_AT, Reading, answer_text, has_marks, no_answer

_TICKS: Final = "☑☒√✓✔✅■●∨🗸🗹⬛◼◉"
_CROSSES: Final = "×✗✘✕✖❌❎╳乄ㄨ🗙"
_BOXES: Final = "□☐口囗◻▢⬜"
_CIRCLES: Final = "○◯"  # an empty one beside another mark; alone it may be a yes, or a zero
# Wingdings ticks, crosses and boxes: as private characters, and as the letters that show where the font is lost.
_WINGDINGS: Final = str.maketrans(
    dict.fromkeys("\uf0fc\uf0fe\xfc\xfe\uf050\uf052", "☑")
    | dict.fromkeys("\uf0fb\xfb\uf04f", "×")
    | dict.fromkeys("\uf0fd\xfd\uf051", "☒")
    | dict.fromkeys("\uf0a8\uf06f\uf0a3\xa8\xa3", "□")
)
_LETTER_TICK: Final = re.compile("[RP](?=[有无是否])|(?<=[有无是否])[RP]")  # Wingdings 2
_LETTER_BOX: Final = re.compile("o(?=[有无是否])|(?<=[有无是否])o")
_BRACKET_MARK: Final = re.compile(rf"([(\[【]) ?([xXvV{_TICKS}{_CROSSES}{_BOXES}]?) ?[)\]】]")

_SET_UP: Final = "开通|开设|建立|建成|建好|注册|上线|设立|建"
_YES: Final = re.compile(
    rf"""
    [均都全]? (?:已经?)?                                     # all, already
    (?: 有 | 是 | 具[备有] | 拥有 | [建设]有 | {_SET_UP} ) [的了]?
    | 对 | v | y | yes | true | 1 | 1\.0 | [1一]个
    """,
    re.VERBOSE,
)
_NO: Final = re.compile(
    rf"""
    [均都全]?                                                # all
    (?: 没有? | [暂尚]?无 | 否 | 不是 | 未有
      | (?: [尚暂还]?未 | 还?没有? ) (?: {_SET_UP} )         # not set up yet
    ) [的了]?
    | 还没有? | x | n | no | false | 0 | 0\.0 | 0个
    """,
    re.VERBOSE,
)
_QUESTION: Final = frozenset("是否 有无 有或无 是或否".split())  # the label's words, with no answer
_YES_WITH_COUNT: Final = re.compile("有(?:[1-9一两二三四五六七八九][0-9]?)[个家]")
_MARK: Final = f"([{_TICKS}{_BOXES}{_CIRCLES}{_CROSSES}]?)"
# Both answers with marks, all before their word or all behind it: where one of each could be, nobody can tell.
_CHOICE: Final = re.compile(f"^(?:{_MARK}[有是]{_MARK}[无否]|[有是]{_MARK}[无否]{_MARK})$")
_SPACED_CHOICE: Final = re.compile(f"^{_MARK}[有是]{_MARK}[ /、,;]+{_MARK}[无否]{_MARK}$")
_NOTE_BEHIND: Final = re.compile(r"^(.+?)[(\[【][^()\[\]【】]*[)\]】]$")
_NOT_ANY_MORE: Final = re.compile("停|注销|关闭|筹|在建|建设中|未|没|无|拟|计划|准备|待|\\?")


def read_flag(raw: RawCell) -> Reading:
    """Read a yes or no (有/无), with V007 or V008 where it is worded otherwise; V009 where it is neither."""
    if raw is None:
        return BLANK_READING
    if isinstance(raw, Unread):
        return Reading(code="V006")
    if isinstance(raw, bool) or (isinstance(raw, (int, float)) and raw in {0, 1}):
        return Reading(bool(raw), "V007")
    if not isinstance(raw, str):
        return Reading(code="V009")
    if raw in ("有", "无"):  # a tuple: a set would hash a text of any length
        return Reading(raw == "有")
    text = answer_text(raw.translate(_WINGDINGS)) if len(raw) <= LOOKED_AT else None
    if text is None or has_marks(raw):
        return Reading(code="V009")
    return _flag(text)


def _flag(text: str) -> Reading:
    """Read a yes or no from plain text."""
    text = _BRACKET_MARK.sub(_mark_of, _LETTER_BOX.sub("□", _LETTER_TICK.sub("☑", text)))
    if match := _SPACED_CHOICE.match(text):  # 有√ 无: the space says whose mark it is
        text = f"{match[1] or match[2] or '□'}有{match[3] or match[4] or '□'}无"
    text = text.replace(" ", "")
    if text in {"", "有", "无"}:
        return BLANK_READING if not text else Reading(text == "有")
    if nothing := no_answer(text):
        return nothing
    word = re.sub(r"[/、,;\\()\[\]【】'\"‘’“”`。!_]", "", text).rstrip(".").lower()
    if word in _QUESTION or not word.strip(_BOXES):
        return Reading(code="V007")
    if choice := _CHOICE.match(word):
        return _chosen(choice)
    answer = word.strip(_TICKS)
    if not answer:
        return Reading(code="V009") if "☒" in word else Reading(True, "V007")
    if not word.strip(_CROSSES):
        return Reading(False, "V007")
    if _YES.fullmatch(answer) or _NO.fullmatch(answer):
        return Reading(_YES.fullmatch(answer) is not None, "V007")
    if _YES_WITH_COUNT.fullmatch(answer):
        return Reading(True, "V008")
    if match := _NOTE_BEHIND.match(text):
        inner = _flag(match[1])
        if inner.value is None or (inner.value and _NOT_ANY_MORE.search(text, match.end(1))):
            return Reading(code="V009")
        return Reading(inner.value, "V008")
    return Reading(code="V009")


def _mark_of(match: re.Match[str]) -> str:
    """Return the mark that a pair of brackets and its content stand for: a [x] is ticked, a (×) is not."""
    bracket, mark = match.groups()
    if mark in _BOXES:
        return "□"
    if mark in _CROSSES or mark in "xX":
        return "×" if bracket == "(" else "☒"
    return "☑"


def _chosen(choice: re.Match[str]) -> Reading:
    marks = choice.groups()[:2] if choice[1] is not None else choice.groups()[2:]
    yes, no = (bool(mark) and mark in _TICKS for mark in marks)
    if yes == no:
        return Reading(code="V009" if yes or not set("".join(marks)).issubset(_BOXES + _CIRCLES) else "V007")
    single = choice[0][0] in _TICKS or choice[0][-1] in _TICKS  # at an end, where it belongs to one word only
    return Reading(yes, "V007") if all(marks) or single else Reading(code="V009")
