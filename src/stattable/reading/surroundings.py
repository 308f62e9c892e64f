"""What stands beside a table: the unit's name, the edition, and who filled it in and when."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from stattable.formats.sheet import RawCell, RawSheet
from stattable.model.annex import column_key
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding
from stattable.model.form import (
    ANNEX_MARK,
    BLOCKS,
    CONTACT_LINES,
    DEFAULT_EDITION,
    LAST_COLUMN,
    LAST_ROW,
    NAME_LINE,
    NOTES,
    TITLE_AT,
    edition_of,
    title,
    year_of,
)
from stattable.model.numerals import chinese_number
from stattable.model.text import normalised
from stattable.reading.answers import LONGEST_ANSWER, LONGEST_TEXT, as_shown, shortened
from stattable.reading.dates_phones import read_date, read_phone
from stattable.reading.labels import CONTACT_WORDS, OFFICER_WORDS, label_name

_BRACKETED_SEAL: Final = r"[(\[【] ?(?:加 ?)?(?:盖 ?)?[公盖签]? ?章 ?处? ?(?:[)\]】]|$)"  # perhaps over two cells
_SEAL: Final = rf"(?:{_BRACKETED_SEAL}|(?:加盖)?[公盖签]章)"
_ORDINAL: Final = re.compile(r"第 ?([0-9〇零一二三四五六七八九十廿卅百]{1,6}) ?[个届次]?.{0,8}会员活动日")
_YEAR: Final = re.compile(r"(20[0-9]{2}|二[〇零○][〇零○一二三四五六七八九]{2}) ?年.{0,8}会员活动日")
_ASSOCIATION: Final = re.compile(r"[\u4e00-\u9fff]{2,30}(?:计 ?生 ?协 ?会?|计划生育协会)")
_NAME: Final = re.compile(
    r"(?:^|(?<= ))(?:填 ?报|报 ?送|上 ?报|填 ?表)? ?单 ?位(?! ?(?:负 ?责|领 ?导|地 ?址|电 ?话|代 ?码|联 ?系))"
    rf"(?P<apart>(?: ?名 ?称)?[ _]*{_SEAL}?[ _]*)(?P<colon>:?)"
)
_SEAL_BEHIND: Final = re.compile(rf" ?{_SEAL}$")
_SEAL_BEFORE: Final = re.compile(rf"^(?:{_BRACKETED_SEAL}|[公盖签]章 ?:|[)\]】]) ?:?")
_DATE_BEHIND: Final = re.compile(r"(?:^|[ _]|\d{2,4}) ?年[ _\d]{0,8}月[ _\d]{0,8}日.*$")
_MEASURES: Final = re.compile(r"^(?:[个人场次篇条件万元]|人次|场次|[、,/ ])+$")
_COUNTED_IN: Final = re.compile(r"^[(\[【]?(?:计 ?量 ?)?单 ?位 ?:?")  # 单位：场、人 says how it is counted
_BEHIND_LABEL: Final = re.compile(r" ?(?:\([^()]*\))? ?[:\d]")
# A unit's name where no other label is: what may stand beside it besides is not without one of these characters.
_PLAIN_NAME: Final = re.compile("[\u4e00-\u9fff]{2,50}(?:计生协|计划生育协会)")
_BESIDE_NAMES: Final = frozenset("责审管年")
_LINE_CHARS: Final = frozenset("系话机人员期间")  # no label of these lines is without one
_LONGEST_NAME: Final = 60
_FURTHER_UP: Final = 40  # rows above the table in which they are looked for
_FURTHER_DOWN: Final = 12  # and under it

_Text = tuple[int, RawCell, str]  # column, the cell as it stands, and its plain text, "" for a number or a date


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands beside the figures.

    Attributes:
        name: of the unit as written, ``""`` where there is none, like contact and phone.
        name_cell: where it stands or should stand; None where there is no form.
        contact: who filled the form in.
        phone: as written.
        filled_in: date of filling in, or None.
        edition: ordinal of the members' day in the title, or None.
    """

    name: str = ""
    name_cell: str | None = None
    contact: str = ""
    phone: str = ""
    filled_in: date | None = None
    edition: int | None = None


NO_SURROUNDINGS: Final = Surroundings()
_Notes = dict[str, tuple[RawCell, str]]  # "name", "contact", "phone", "filled_in" → what stands there, and its cell
_NOT_THERE: Final = (None, None)
_PRINTED_TABLE: Final = (BLOCKS[0].heading_row, BLOCKS[-1].row)
_VALUES_AT: Final = (NAME_LINE.value_at, *(line.value_at for line in CONTACT_LINES.values()))
_NAME_CELL: Final = a1(*NAME_LINE.value_at)
_VALUE_CELLS: Final = {key: a1(*line.value_at) for key, line in CONTACT_LINES.items()}


def read_surroundings(
    sheet: RawSheet, top: int, bottom: int, *, known_edition: int | None = None, any_year: bool = False
) -> tuple[Surroundings, list[Finding]]:
    """Read what stands above and below the rows of a table: name, edition, contact, phone and date.

    Args:
        sheet: the table stands on.
        top: its first row.
        bottom: its last row.
        known_edition: that the file is of where its title says none, or None.
        any_year: whether it may have been filled in in any year.

    Returns:
        What was read, and the findings V010, V011 and V012.
    """
    notes, edition = _find_notes(sheet, top, bottom)
    name, name_cell = notes.get("name", ("", _NAME_CELL))
    raw_contact, contact_cell = notes.get("contact", _NOT_THERE)
    raw_phone, phone_cell = notes.get("phone", _NOT_THERE)
    raw_date, date_cell = notes.get("filled_in", _NOT_THERE)
    contact = as_shown(raw_contact, LONGEST_ANSWER)
    phone, phone_problem = read_phone(raw_phone)
    of_file = known_edition if edition is None else edition
    filled_in, date_problem = read_date(raw_date, of_file, any_year=any_year, epoch=sheet.epoch)
    year = year_of(DEFAULT_EDITION if of_file is None else of_file)
    findings = [] if contact else [finding("V012", sheet=sheet.name, cell=contact_cell)]
    for code, raw, cell, problem in (
        ("V011", raw_phone, phone_cell, phone_problem),
        ("V010", raw_date, date_cell, date_problem and {**date_problem, "year": year}),
    ):
        if problem:
            findings.append(finding(code, sheet=sheet.name, cell=cell, raw=shortened(raw) or None, params=problem))
    return Surroundings(str(name), name_cell, contact, phone, filled_in, edition), findings


def written_beside(sheet: RawSheet, top: int, bottom: int) -> dict[str, RawCell]:
    """Return what stands behind the labels of contact, phone and date, as it stands; see :func:`read_surroundings`."""
    notes, _ = _find_notes(sheet, top, bottom)
    return {key: notes.get(key, _NOT_THERE)[0] for key in CONTACT_LINES}


def _find_notes(sheet: RawSheet, top: int, bottom: int) -> tuple[_Notes, int | None]:
    """Return what stands around a table, and the edition that it says."""
    rows = sheet.rows
    is_where_printed = (top, bottom) == _PRINTED_TABLE and len(rows) >= LAST_ROW and len(rows[0]) >= LAST_COLUMN
    return (_printed_notes(rows) if is_where_printed else None) or _search_notes(sheet, top, bottom)


def _printed_notes(rows: Sequence[Sequence[RawCell]]) -> tuple[_Notes, int | None] | None:
    """Return the same where the official lines are all there is, each with a plain value behind it; None elsewhere.

    That is quick to see, for the lines can be compared at once and the values stand where the form has them.
    """
    name, *values = (rows[row - 1][column - 1] for row, column in _VALUES_AT)
    plain = normalised("|".join(value for value in (name, *values) if isinstance(value, str)))
    has_words = "单" in plain or (not _LINE_CHARS.isdisjoint(plain) and CONTACT_WORDS.search(plain))
    if not isinstance(name, str) or has_words:
        return None
    heading, edition = rows[TITLE_AT[0] - 1][TITLE_AT[1] - 1], _edition_of_title(rows[TITLE_AT[0] - 1][TITLE_AT[1] - 1])
    lines = [one for line, value in zip(CONTACT_LINES.values(), values, strict=True) for one in (line.text, value)]
    expected = [ANNEX_MARK, heading, NAME_LINE.text, name, *lines, *NOTES]
    beside = (*rows[: _PRINTED_TABLE[0] - 1], *rows[_PRINTED_TABLE[1] : _PRINTED_TABLE[1] + _FURTHER_DOWN])
    written = [value for cells in beside for value in cells if value not in ("", None)]
    notes: _Notes = {"name": (name, _NAME_CELL)}
    if not _is_plain_name(name):
        notes.clear()
        _read_name(NAME_LINE.at[0], [(1, None, _plain(NAME_LINE.text)), (2, name, normalised(name))], notes)
    if edition is None or written != expected or not (_is_named(notes) and all(values)):
        return None
    notes.update(zip(CONTACT_LINES, zip(values, _VALUE_CELLS.values(), strict=True), strict=True))
    return notes, edition


def _is_plain_name(text: str) -> bool:
    """Whether a text without the words of other lines is a unit's name, as nearly all behind the name's label are."""
    return _PLAIN_NAME.fullmatch(text) is not None and _BESIDE_NAMES.isdisjoint(text) and label_name(text) is None


@lru_cache(maxsize=64)
def _edition_of_title(text: RawCell) -> int | None:
    """Return the edition whose official title a text is, or None."""
    edition = _ordinal(_plain(text)) if isinstance(text, str) else None
    return edition if edition is not None and text == title(edition) else None


def _search_notes(sheet: RawSheet, top: int, bottom: int) -> tuple[_Notes, int | None]:
    notes: _Notes = {}
    above = list(_texts(sheet, max(1, top - _FURTHER_UP), top))
    below = list(_texts(sheet, bottom + 1, bottom + 1 + _FURTHER_DOWN))
    edition = _first(_ordinal, (*above, *below))
    if edition is None:
        edition = _first(_edition_of_year, above)
    for row, texts in (*above, *below):
        if not _is_named(notes):
            _read_name(row, texts, notes)
    if "name" not in notes:  # nothing asks for the name: it may stand in the title
        _read_title(above, notes)
    for row, texts in (*below, *above):
        if any(text and not _LINE_CHARS.isdisjoint(text) for *_, text in texts):
            _read_lines(row, texts, notes)
    return notes, edition


def _texts(sheet: RawSheet, start: int, end: int) -> Iterator[tuple[int, list[_Text]]]:
    """Yield the rows from `start` up to `end`, and what stands in each."""
    for row, cells in enumerate(sheet.rows[start - 1 : end - 1], start):
        yield (
            row,
            [
                (column, value, _plain(value[:LONGEST_TEXT]) if isinstance(value, str) else "")
                for column, value in enumerate(cells, start=1)
                if value not in ("", None)
            ],
        )


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    """Return plain text; what stands around the table is mostly the same in all returns."""
    return normalised(text)


def _first(read: Callable[[str], int | None], lines: Iterable[tuple[int, list[_Text]]]) -> int | None:
    return next((number for _, texts in lines for *_, text in texts if (number := read(text)) is not None), None)


def _ordinal(text: str) -> int | None:
    """Return the number of the members' day in a title."""
    match = _ORDINAL.search(text)
    return _number(match[1]) if match else None


def _edition_of_year(text: str) -> int | None:
    match = _YEAR.search(text)
    year = _number(match[1]) if match else None
    return edition_of(year) if year else None


def _number(numeral: str) -> int | None:
    return int(numeral) if numeral.isdigit() else chinese_number(numeral)


def _is_named(notes: _Notes) -> bool:
    return bool(notes.get("name", _NOT_THERE)[0])


def _read_name(row: int, texts: list[_Text], notes: _Notes) -> None:
    """Read the unit's name from a row: behind its label, or in the first cell right of it that has one."""
    for position, (column, _, text) in enumerate(texts):
        match = _name_label(text)
        if match is None:
            continue
        notes.setdefault("name", ("", a1(row, column)))
        name, at = _clean_name(text[match.end() :]), column
        for right, value, text_right in texts[position + 1 :]:
            if name or isinstance(value, date) or label_name(text_right) or _name_label(text_right):
                break
            if CONTACT_WORDS.match(text_right) or OFFICER_WORDS.match(text_right) or column_key(text_right):
                break  # a heading of the annex beside it is no name either
            name, at = _clean_name(text_right or shortened(value)), right
        if name:
            notes["name"] = name[:_LONGEST_NAME], a1(row, at)
            return


def _name_label(text: str) -> re.Match[str] | None:
    """Return where `text` asks for the unit's name: at its beginning, or with a colon further on."""
    for match in _NAME.finditer(text):
        behind = text[match.end() :]
        apart = match["apart"] or match["colon"] or not behind or _ASSOCIATION.match(behind)
        if (match["colon"] or (apart and match.start() == 0)) and not _MEASURES.match(behind.strip()):
            return match
    return None


def _clean_name(text: str) -> str:
    """Return a name without what was written beside it: other labels, a date, the seal's place."""
    for words in (CONTACT_WORDS, OFFICER_WORDS):
        for match in words.finditer(text):
            if text[: match.start()].strip() == "" or text[match.start() - 1] in " _)" or _behind(text, match):
                text = text[: match.start()]
                break
    name = _SEAL_BEHIND.sub("", _DATE_BEHIND.sub("", text).strip("_:;,。 "))
    return "" if _counts(name) else _SEAL_BEFORE.sub("", name).strip("_:—- ")


def _counts(text: str) -> bool:
    """Whether `text` says in what something is counted, as 单位：场、人 does."""
    match = _COUNTED_IN.match(text)
    return match is not None and _MEASURES.match(text[match.end() :].strip(" )]】")) is not None


def _behind(text: str, match: re.Match[str]) -> bool:
    return _BEHIND_LABEL.match(text, match.end()) is not None


def _read_title(above: Sequence[tuple[int, list[_Text]]], notes: _Notes) -> None:
    """Read the unit's name from the title, in front of it or in brackets behind it."""
    for row, texts in above:
        for column, _, text in texts:
            if match := _ORDINAL.search(text) or _YEAR.search(text):
                around = (text[: match.start()].rpartition(":")[2], text[match.end() :].rpartition("(")[2].rstrip(")"))
                name = next((one.strip() for one in around if _ASSOCIATION.fullmatch(one.strip())), "")
                if name:
                    notes["name"] = name, a1(row, column)
                return


def _read_lines(row: int, texts: list[_Text], notes: _Notes) -> None:
    """Read contact, phone and date from a row, their labels and values in one cell or in several."""
    waiting: str | None = None  # a label whose value is yet to come
    for column, value, text in texts:
        matches = list(CONTACT_WORDS.finditer(text))
        # A word with text before it, and neither colon nor number behind it, is part of a sentence, or of a value.
        matches = [m for m in matches if not text[: m.start()].strip(" 0123456789、.") or _behind(text, m)]
        if matches and matches[0].lastgroup == waiting and not _behind(text, matches[0]):
            matches = []  # the label's word again, in what was written beside it: 联系人甲
        head: RawCell = text[: matches[0].start()].strip(" :_;,、") if matches else value
        if waiting and head and not _name_label(text):
            _note(notes, waiting, head, a1(row, column))
            waiting = None
        for match, end in zip(matches, [*(m.start() for m in matches[1:]), len(text)], strict=False):
            waiting = str(match.lastgroup)
            rest = text[match.end() : end]
            rest = re.sub(r"^ ?\([^()]*\)", "", rest).strip(" :_;,、及和与/")
            _note(notes, waiting, rest or None, a1(row, column))
            if rest:
                waiting = None


def _note(notes: _Notes, what: str, value: RawCell, cell: str) -> None:
    """Keep a value and its cell, or the label's cell for want of a value; the first of each counts."""
    if notes.get(what, _NOT_THERE)[0] is None:
        notes[what] = value, cell
