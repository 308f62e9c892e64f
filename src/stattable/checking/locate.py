"""A workbook → the return in it: the sheet that holds the form, its figures, and what stands beside them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from stattable.checking.cells import BLANK_READING, LONGEST_ANSWER, LONGEST_TEXT, RawCell, Reading, brief, shown
from stattable.checking.contacts import read_date, read_phone
from stattable.checking.counts import read_count
from stattable.checking.flags import read_flag
from stattable.checking.labels import label_name
from stattable.checking.layout import TEMPLATE, Layout, find_form
from stattable.checking.rows import is_figure
from stattable.checking.sheets import Book, Cell, RawSheet
from stattable.model import form
from stattable.model.catalogue import found
from stattable.model.findings import Finding
from stattable.model.form import FIELDS, Field, Kind, Return, Value
from stattable.model.identity import IDENTITY_SHEET, Identity, read_identity
from stattable.model.text import a1, a1_range, chinese_number, plain
from stattable.model.units import Level


@dataclass(frozen=True, slots=True)
class Located:
    """What was read from a workbook.

    Attributes:
        identity: of a workbook of ours, else None.
        sheet: name of the sheet that holds the form, or None.
        filled: the return as it reads, or None where there is no form.
        cells: where the 40 fields stand, 1-based row and column, None for one that was not found.
        name_cell: where the unit's name stands or should stand.
        findings: of the families T and V.
    """

    identity: Identity | None = None
    sheet: str | None = None
    filled: Return | None = None
    cells: tuple[Cell | None, ...] = (None,) * len(FIELDS)
    name_cell: str | None = None
    findings: tuple[Finding, ...] = ()


def locate(book: Book) -> Located:
    """Find the form in a workbook and read it.

    Args:
        book: an open workbook.

    Returns:
        The return and its findings, without path and unit; no return where the workbook holds no form, or
        several that are filled in (T001, T006).
    """
    identity = read_identity(book.sheet(IDENTITY_SHEET).rows) if IDENTITY_SHEET in book.names else None
    forms = list(_closely(book, _forms(book, identity is not None)))
    if len(forms) > 1:  # spare copies that nobody filled in do not count
        forms = [one for one in forms if _filled_in(*one)] or forms[:1]
    if not forms:
        return Located(identity, findings=(found("T001"),))
    if len(forms) > 1:
        names = "、".join(f"“{sheet.name}”" for sheet, _ in forms)
        return Located(identity, findings=(found("T006", params={"sheets": names}),))
    sheet, layout = forms[0]
    if not any(layout.cells):  # a list of units, or a form without one row of figures that is sure
        return Located(identity, sheet.name, findings=layout.faults)
    return _read(sheet, layout, identity, concealed=sheet.name not in book.visible)


def _forms(book: Book, ours: bool) -> list[tuple[RawSheet, Layout]]:
    """Return the sheets that hold the form, shown ones before hidden ones, or else those that may pass for it.

    In a workbook of ours only the official page can hold the form.
    """
    names = [name for name in book.names if name != IDENTITY_SHEET]
    if ours:
        names = [form.SHEET_NAME] if form.SHEET_NAME in names else names[:1]
    names = sorted(names, key=lambda name: name not in book.visible)
    forms = [(sheet, layout) for sheet in map(book.sheet, names) if (layout := find_form(sheet))]
    certain = [one for one in forms if one[1].certain]
    passable = [one for one in forms if one[0].name in book.visible]
    return certain or passable or forms


def _closely(book: Book, forms: Iterable[tuple[RawSheet, Layout]]) -> Iterator[tuple[RawSheet, Layout]]:
    """Yield the forms after a closer look: a row that holds nothing but formulas is no blank one."""
    for sheet, layout in forms:
        closer = book.closer(sheet)
        again = layout if closer is sheet else find_form(closer)
        if again:  # its labels may turn out to lie under merged cells
            yield closer, again


def _filled_in(sheet: RawSheet, layout: Layout) -> bool:
    """Whether anything is filled in, be it where a damaged label does not place it."""
    table = sheet.rows[layout.top - 1 : layout.bottom] if layout.faults else []
    return any(sheet.cell(*at) is not None for cells in _places(layout) for at in cells) or any(
        is_figure(value) for cells in table for value in cells
    )


def _places(layout: Layout) -> list[tuple[Cell, ...]]:
    """Return the cells of each of the 40 fields."""
    return [layout.more.get(at, (at,)) if at else () for at in layout.cells]


def _read(sheet: RawSheet, layout: Layout, identity: Identity | None, *, concealed: bool) -> Located:
    hidden = _hidden(sheet, layout)
    level = identity.unit.level if identity else None
    findings = [*layout.faults]
    keys = (
        {at: field.key for field, cells in zip(FIELDS, _places(layout), strict=True) for at in cells} if hidden else {}
    )
    findings += [
        found("T004", sheet=sheet.name, cell=a1(*at), field=keys.get(at), raw=raw) for at, raw in hidden.items() if raw
    ]
    values: list[Value] = []
    for field, at in zip(FIELDS, layout.cells, strict=True):
        if at is None or ((raw := sheet.cell(*at)) is None and at not in layout.more):
            values.append(None)
            continue
        kind = field.kind_at(level)
        if cells := layout.more.get(at):
            reading, said = _sum(field, cells, [None if one in hidden else sheet.cell(*one) for one in cells])
        else:
            reading = BLANK_READING if at in hidden else _reading(kind, raw)
            said = [(reading, (at,), brief(raw))] if reading.code else []
        values.append(reading.value)
        findings += [
            found(
                one.code or "",
                sheet=sheet.name,
                cell=a1_range(cells),
                field=field.key,
                raw=text,
                suggestion=one.suggestion,
                params={"value": value_text(one, kind)},
            )
            for one, cells, text in said
        ]
    if sheet.displays or concealed:
        figures = _figures(sheet, layout, hidden)
        findings += [_unseen(sheet, "sheet", figures)] if concealed and figures else []
        findings += [*_all_unseen(sheet, figures), *_otherwise(sheet, figures, level)]
    beside = _beside(sheet, layout)
    filled, more = _return(values, beside)
    return Located(
        identity=identity,
        sheet=sheet.name,
        filled=filled,
        cells=layout.cells,
        name_cell=beside.name_cell or a1(*form.NAME_LINE.value_at),
        findings=(*findings, *(replace(finding, sheet=sheet.name) for finding in more)),
    )


_LISTED: Final = 5  # figures that one finding shows
_Said = list[tuple[Reading, Sequence[Cell], str]]  # what there is to say of which cells, and what they show


def _sum(field: Field, cells: Sequence[Cell], raws: Sequence[RawCell]) -> tuple[Reading, _Said]:
    """Read a field that two columns were made of, as the sum of its parts."""
    readings = [_reading(Kind.COUNT, raw) for raw in raws]
    said: _Said = [
        (reading, (at,), brief(raw))
        for reading, at, raw in zip(readings, cells, raws, strict=True)
        if reading.code and reading.value is None
    ]
    parts = [reading.value for reading in readings if reading.value is not None]
    if not parts or any(reading.code != "V007" for reading, *_ in said):
        return BLANK_READING, said
    shown_parts = [
        f"{part} {brief(raw)}" for part, raw in zip(field.column.parts, raws, strict=True) if raw is not None
    ]
    total = Reading(sum(parts), "V008")
    return total, [(total, cells, "，".join(shown_parts))]


def _reading(kind: Kind, raw: RawCell) -> Reading:
    if isinstance(raw, str) and len(raw) > LONGEST_TEXT:
        return Reading(code="V009" if kind is Kind.FLAG else "V002")
    return read_flag(raw) if kind is Kind.FLAG else read_count(raw)


def value_text(reading: Reading, kind: Kind) -> str:
    """Return a value in words, as findings say what a cell was read as."""
    if reading.value is None:
        return "空白"
    if kind is Kind.FLAG:
        return "有" if reading.value else "无"
    return str(int(reading.value))


def _hidden(sheet: RawSheet, layout: Layout) -> dict[Cell, str]:
    """Return the cells in the rows of figures that lie under a merged cell, and what is hidden there."""
    lines = () if layout is TEMPLATE else {at[0] for at in layout.cells if at}
    return {at: brief(sheet.cell(*at)) for at in sorted(sheet.covered(lines))}


def _figures(sheet: RawSheet, layout: Layout, hidden: Collection[Cell]) -> dict[Cell, Field]:
    """Return the cells in which something is filled in, each with its field."""
    return {
        at: field
        for field, cells in zip(FIELDS, _places(layout), strict=True)
        for at in cells
        if at not in hidden and brief(sheet.cell(*at))
    }


def _all_unseen(sheet: RawSheet, figures: Mapping[Cell, Field]) -> Iterator[Finding]:
    """Yield T007 for the figures that nobody sees, one for each reason."""
    reasons: dict[str, list[Cell]] = {}
    for at in figures:
        display = sheet.displays.get(at)
        if display and display.unseen:
            reasons.setdefault(display.unseen, []).append(at)
    for reason, cells in reasons.items():
        yield _unseen(sheet, reason, cells, figures[cells[0]].key if len(cells) == 1 else None)


def _unseen(sheet: RawSheet, reason: str, at: Collection[Cell], field: str | None = None) -> Finding:
    cells = list(at)
    raw = "、".join(brief(sheet.cell(*at)) for at in cells[:_LISTED]) + "…" * (len(cells) > _LISTED)
    return found("T007", sheet=sheet.name, cell=a1_range(cells), field=field, raw=raw, params={"reason": reason})


def _otherwise(sheet: RawSheet, figures: Mapping[Cell, Field], level: Level | None) -> Iterator[Finding]:
    """Yield V013 for the figures that are shown as another number."""
    for at, field in figures.items():
        display, raw = sheet.displays.get(at), sheet.cell(*at)
        if display and display.format is not None and _reading(field.kind_at(level), raw).value is not None:
            params = {"format": display.format}
            yield found("V013", sheet=sheet.name, cell=a1(*at), field=field.key, raw=brief(raw), params=params)


# -- what stands beside the figures -----------------------------------------------------------------------


@dataclass(slots=True)
class _Beside:
    name: str = ""
    name_cell: str | None = None
    edition: int | None = None
    contact: tuple[RawCell, str | None] = (None, None)
    phone: tuple[RawCell, str | None] = (None, None)
    filled_in: tuple[RawCell, str | None] = (None, None)


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
_LINES: Final = re.compile(
    r"(?P<phone>联 ?系 ?电 ?话|联 ?系 ?方 ?式|电 ?话|手 ?机 ?号?码?)"
    r"|(?P<contact>联 ?[系络] ?[人员](?: ?姓 ?名)?|填 ?[报表] ?人(?: ?姓 ?名)?)"
    r"|(?P<filled_in>(?:填 ?[报表] ?)?日 ?期|填 ?[报表] ?时 ?间)"
)
_OFFICER: Final = re.compile(r"(?:单 ?位 ?)?(?:负 ?责 ?人|审 ?[核批] ?人|主管领导)")
_BEHIND_LABEL: Final = re.compile(r" ?(?:\([^()]*\))? ?[:\d]")
_LINE_CHARS: Final = frozenset("系话机人员期间")  # no label of these lines is without one
_LONGEST_NAME: Final = 60
_FURTHER_UP: Final = 40  # rows above the table in which they are looked for
_FURTHER_DOWN: Final = 12  # and under it

_Text = tuple[int, RawCell, str]  # column, the cell as it stands, and its plain text, "" for a number or a date


def _beside(sheet: RawSheet, layout: Layout) -> _Beside:
    beside = _Beside()
    above = list(_texts(sheet, max(1, layout.top - _FURTHER_UP), layout.top))
    below = list(_texts(sheet, layout.bottom + 1, layout.bottom + 1 + _FURTHER_DOWN))
    beside.edition = _first(_ordinal, (*above, *below))
    if beside.edition is None:
        beside.edition = _first(_edition_of_year, above)
    for row, texts in (*above, *below):
        if not beside.name:
            _read_name(row, texts, beside)
    if not beside.name_cell:  # nothing asks for the name: it may stand in the title
        _read_title(above, beside)
    for row, texts in (*below, *above):
        if any(text and not _LINE_CHARS.isdisjoint(text) for *_, text in texts):
            _read_lines(row, texts, beside)
    return beside


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
    return plain(text)


def _first(read: Callable[[str], int | None], lines: Iterable[tuple[int, list[_Text]]]) -> int | None:
    return next((found for _, texts in lines for *_, text in texts if (found := read(text)) is not None), None)


def _ordinal(text: str) -> int | None:
    """Return the number of the members' day in a title."""
    match = _ORDINAL.search(text)
    return _number(match[1]) if match else None


def _edition_of_year(text: str) -> int | None:
    match = _YEAR.search(text)
    year = _number(match[1]) if match else None
    return form.edition_of(year) if year else None


def _number(numeral: str) -> int | None:
    return int(numeral) if numeral.isdigit() else chinese_number(numeral)


def _read_name(row: int, texts: list[_Text], beside: _Beside) -> None:
    """Read the unit's name from a row: behind its label, or in the first cell right of it that has one."""
    for position, (column, _, text) in enumerate(texts):
        match = _name_label(text)
        if match is None:
            continue
        beside.name_cell = beside.name_cell or a1(row, column)
        name, at = _clean_name(text[match.end() :]), column
        for right, value, text_right in texts[position + 1 :]:
            if name or isinstance(value, date) or label_name(text_right) or _name_label(text_right):
                break
            if _LINES.match(text_right) or _OFFICER.match(text_right):
                break
            name, at = _clean_name(text_right or brief(value)), right
        if name:
            beside.name, beside.name_cell = name[:_LONGEST_NAME], a1(row, at)
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
    for words in (_LINES, _OFFICER):
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


def _read_title(above: Sequence[tuple[int, list[_Text]]], beside: _Beside) -> None:
    """Read the unit's name from the title, in front of it or in brackets behind it."""
    for row, texts in above:
        for column, _, text in texts:
            if match := _ORDINAL.search(text) or _YEAR.search(text):
                around = (text[: match.start()].rpartition(":")[2], text[match.end() :].rpartition("(")[2].rstrip(")"))
                name = next((one.strip() for one in around if _ASSOCIATION.fullmatch(one.strip())), "")
                if name:
                    beside.name, beside.name_cell = name, a1(row, column)
                return


def _read_lines(row: int, texts: list[_Text], beside: _Beside) -> None:
    """Read contact, phone and date from a row, their labels and values in one cell or in several."""
    waiting: str | None = None  # a label whose value is yet to come
    for column, value, text in texts:
        matches = list(_LINES.finditer(text))
        # A word with text before it, and neither colon nor number behind it, is part of a sentence, or of a value.
        matches = [m for m in matches if not text[: m.start()].strip(" 0123456789、.") or _behind(text, m)]
        if matches and matches[0].lastgroup == waiting and not _behind(text, matches[0]):
            matches = []  # the label's word again, in what was written beside it: 联系人甲
        head: RawCell = text[: matches[0].start()].strip(" :_;,、") if matches else value
        if waiting and head and not _name_label(text):
            _note(beside, waiting, head, a1(row, column))
            waiting = None
        for match, end in zip(matches, [*(m.start() for m in matches[1:]), len(text)], strict=False):
            waiting = str(match.lastgroup)
            rest = text[match.end() : end]
            rest = re.sub(r"^ ?\([^()]*\)", "", rest).strip(" :_;,、及和与/")
            _note(beside, waiting, rest or None, a1(row, column))
            if rest:
                waiting = None


def _note(beside: _Beside, what: str, value: RawCell, cell: str) -> None:
    """Keep a value and its cell, or the label's cell for want of a value; the first of each counts."""
    if getattr(beside, what)[0] is None:
        setattr(beside, what, (value, cell))


def _return(values: list[Value], beside: _Beside) -> tuple[Return, list[Finding]]:
    filled_in, date_problem = read_date(beside.filled_in[0], beside.edition)
    phone, phone_problem = read_phone(beside.phone[0])
    contact = shown(beside.contact[0], LONGEST_ANSWER)
    findings = []
    if not contact:
        findings.append(found("V012", cell=beside.contact[1]))
    for code, (raw, cell), problem in (
        ("V011", beside.phone, phone_problem),
        ("V010", beside.filled_in, date_problem),
    ):
        if problem:
            findings.append(found(code, cell=cell, raw=brief(raw) or None, params=problem))
    filled = Return.of(
        values,
        unit_name=beside.name,
        contact=contact,
        phone=phone,
        filled_in=filled_in,
        edition=beside.edition,
    )
    return filled, findings
