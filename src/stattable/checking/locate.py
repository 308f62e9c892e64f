"""A workbook → the return in it: the sheet that holds the form, its figures, and what stands beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from stattable.checking.cells import RawCell, Reading, read_count, read_date, read_flag, read_phone, shown
from stattable.checking.layout import Layout, find_form
from stattable.checking.sheets import Book, Cell, RawSheet
from stattable.model import form
from stattable.model.catalogue import found
from stattable.model.findings import Finding
from stattable.model.form import FIELDS, Kind, Return
from stattable.model.identity import IDENTITY_SHEET, Identity, read_identity
from stattable.model.text import a1, chinese_number, plain

_BLANK: Final = Reading()


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
    forms = list(_forms(book, identity is not None))
    if len(forms) > 1:  # spare copies that nobody filled in do not count
        forms = [one for one in forms if _filled_in(*one)] or forms[:1]
    if not forms:
        return Located(identity, findings=(found("T001"),))
    if len(forms) > 1:
        names = "、".join(f"“{sheet.name}”" for sheet, _ in forms)
        return Located(identity, findings=(found("T006", params={"sheets": names}),))
    return _read(*forms[0], identity)


def _forms(book: Book, ours: bool) -> Iterator[tuple[RawSheet, Layout]]:
    """Yield the sheets that hold the form; in a workbook of ours only the official page can."""
    names = [name for name in book.names if name != IDENTITY_SHEET]
    if ours:
        names = [form.SHEET_NAME] if form.SHEET_NAME in names else names[:1]
    hidden = [name for name in names if name not in book.visible]
    for group in ([name for name in names if name in book.visible], hidden):
        sheets = [found for name in group if (found := _form(book, book.sheet(name)))]
        yield from sheets
        if sheets:
            return


def _form(book: Book, sheet: RawSheet) -> tuple[RawSheet, Layout] | None:
    layout = find_form(sheet)
    if layout is None:
        return None
    closer = book.closer(sheet)
    if closer is not sheet:  # a row that holds nothing but formulas is no blank one
        layout = find_form(closer) or layout
    return closer, layout


def _filled_in(sheet: RawSheet, layout: Layout) -> bool:
    return any(at and sheet.cell(*at) is not None for at in layout.cells)


def _read(sheet: RawSheet, layout: Layout, identity: Identity | None) -> Located:
    hidden = _hidden(sheet, layout)
    level = identity.unit.level if identity else None
    findings = [*layout.faults]
    keys = {at: field.key for field, at in zip(FIELDS, layout.cells, strict=True)}
    findings += [
        found("T004", sheet=sheet.name, cell=a1(*at), field=keys.get(at), raw=raw) for at, raw in hidden.items() if raw
    ]
    raws = [sheet.cell(*at) if at and at not in hidden else None for at in layout.cells]
    readings = [
        _BLANK if raw is None else read_flag(raw) if field.kind_at(level) is Kind.FLAG else read_count(raw)
        for field, raw in zip(FIELDS, raws, strict=True)
    ]
    for field, reading, raw, at in zip(FIELDS, readings, raws, layout.cells, strict=True):
        if reading.code and at:
            findings.append(
                found(
                    reading.code,
                    sheet=sheet.name,
                    cell=a1(*at),
                    field=field.key,
                    raw=shown(raw),
                    suggestion=reading.suggestion,
                    params={"value": value_text(reading, field.kind_at(level))},
                )
            )
    beside = _beside(sheet, layout)
    filled, more = _return(readings, beside)
    return Located(
        identity=identity,
        sheet=sheet.name,
        filled=filled,
        cells=layout.cells,
        name_cell=beside.name_cell or a1(*form.NAME_LINE.value_at),
        findings=(*findings, *(replace(finding, sheet=sheet.name) for finding in more)),
    )


def value_text(reading: Reading, kind: Kind) -> str:
    """Return a value in words, as findings say what a cell was read as."""
    if reading.value is None:
        return "空白"
    if kind is Kind.FLAG:
        return "有" if reading.value else "无"
    return str(int(reading.value))


def _hidden(sheet: RawSheet, layout: Layout) -> dict[Cell, str]:
    """Return the cells in the rows of figures that lie under a merged cell, and what is hidden there."""
    lines = {at[0] for at in layout.cells if at}
    return {
        (row, column): shown(sheet.cell(row, column))
        for top, left, bottom, right in sheet.merges
        for row in range(top, min(bottom, layout.bottom) + 1)
        if row in lines
        for column in range(left, min(right, left + 200) + 1)
        if (row, column) != (top, left)
    }


# -- what stands beside the figures -----------------------------------------------------------------------


@dataclass(slots=True)
class _Beside:
    name: str = ""
    name_cell: str | None = None
    edition: int | None = None
    contact: tuple[RawCell, str | None] = (None, None)
    phone: tuple[RawCell, str | None] = (None, None)
    filled_in: tuple[RawCell, str | None] = (None, None)


_SEAL: Final = r"[(\[【] ?(?:公|盖|签)? ?章 ?[)\]】]|[公盖签]章"
_TITLE: Final = re.compile(r"第 ?([0-9〇零一二三四五六七八九十廿卅百]{1,6}) ?[个届次]?.{0,8}会员活动日")
_NAME: Final = re.compile(
    r"^(?:填 ?报|报 ?送|填 ?表)? ?单 ?位(?! ?(?:负 ?责|领 ?导|地 ?址|电 ?话|代 ?码|联 ?系))"
    rf" ?(?:名 ?称)? ?(?:{_SEAL})? ?:? ?(.*)$"
)
_SEAL_BEHIND: Final = re.compile(rf" ?(?:{_SEAL})$")
_MEASURES: Final = re.compile(r"^(?:[个人场次篇条件万元]|人次|场次|[、,/ ])+$")  # 单位：场、人 says how it is counted
_LINES: Final = re.compile(
    r"(?P<phone>联 ?系 ?电 ?话|联 ?系 ?方 ?式|电 ?话|手 ?机 ?号?码?)"
    r"|(?P<contact>联 ?系 ?人(?: ?姓 ?名)?|填 ?[报表] ?人(?: ?姓 ?名)?)"
    r"|(?P<filled_in>(?:填 ?[报表] ?)?日 ?期|填 ?[报表] ?时 ?间)"
)
_BEHIND_LABEL: Final = re.compile(r" ?(?:\([^()]*\))? ?[:\d]")
_LINE_CHARS: Final = frozenset("系话机人期间")  # no label of these lines is without one
_FURTHER_DOWN: Final = 12  # rows under the table in which they are looked for

_Text = tuple[int, RawCell, str]  # column, the cell as it stands, and its plain text, "" for a number or a date


def _beside(sheet: RawSheet, layout: Layout) -> _Beside:
    beside = _Beside()
    above = list(_texts(sheet, 1, layout.top))
    below = list(_texts(sheet, layout.bottom + 1, layout.bottom + 1 + _FURTHER_DOWN))
    for row, texts in (*above, *below):
        if beside.edition is None:
            beside.edition = next((e for *_, text in texts if (e := _edition(text)) is not None), None)
        if not beside.name_cell:
            _read_name(row, texts, beside)
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
                (column, value, plain(value) if isinstance(value, str) else "")
                for column, value in enumerate(cells, start=1)
                if value not in ("", None)
            ],
        )


def _edition(text: str) -> int | None:
    match = _TITLE.search(text)
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else chinese_number(match[1])


def _read_name(row: int, texts: list[_Text], beside: _Beside) -> None:
    for position, (column, _, text) in enumerate(texts):
        match = _NAME.match(text)
        if match is None or _MEASURES.match(match[1]):
            continue
        name, beside.name_cell = match[1], a1(row, column)
        if not name.strip("_ ") and position + 1 < len(texts):
            right, value, text_right = texts[position + 1]
            if not _LINES.match(text_right) and not _NAME.match(text_right):
                name, beside.name_cell = shown(value), a1(row, right)
        beside.name = _SEAL_BEHIND.sub("", name.strip("_ ")).strip("_ ")
        return


def _read_lines(row: int, texts: list[_Text], beside: _Beside) -> None:
    """Read contact, phone and date from a row, their labels and values in one cell or in several."""
    waiting: str | None = None  # a label whose value is yet to come
    for column, value, text in texts:
        matches = list(_LINES.finditer(text))
        # A word with text before it, and neither colon nor number behind it, is part of a sentence, or of a value.
        matches = [
            m for m in matches if not text[: m.start()].strip(" 0123456789、.") or _BEHIND_LABEL.match(text, m.end())
        ]
        if matches and matches[0].lastgroup == waiting and not _BEHIND_LABEL.match(text, matches[0].end()):
            matches = []  # the label's word again, in what was written beside it: 联系人甲
        head: RawCell = text[: matches[0].start()].strip(" :_、") if matches else value
        if waiting and head:
            _note(beside, waiting, head, a1(row, column))
            waiting = None
        for match, end in zip(matches, [*(m.start() for m in matches[1:]), len(text)], strict=False):
            waiting = str(match.lastgroup)
            rest = text[match.end() : end]
            rest = re.sub(r"^ ?\([^()]*\)", "", rest).strip(" :_")
            _note(beside, waiting, rest or None, a1(row, column))
            if rest:
                waiting = None


def _note(beside: _Beside, what: str, value: RawCell, cell: str) -> None:
    """Keep a value and its cell, or the label's cell for want of a value; the first of each counts."""
    if getattr(beside, what)[0] is None:
        setattr(beside, what, (value, cell))


def _return(readings: list[Reading], beside: _Beside) -> tuple[Return, list[Finding]]:
    filled_in, date_problem = read_date(beside.filled_in[0], beside.edition)
    phone, phone_problem = read_phone(beside.phone[0])
    contact = shown(beside.contact[0])
    findings = []
    if not contact:
        findings.append(found("V012", cell=beside.contact[1]))
    for code, (raw, cell), problem in (
        ("V011", beside.phone, phone_problem),
        ("V010", beside.filled_in, date_problem),
    ):
        if problem:
            findings.append(found(code, cell=cell, raw=shown(raw) or None, params=problem))
    filled = Return.of(
        [reading.value for reading in readings],
        unit_name=beside.name,
        contact=contact,
        phone=phone,
        filled_in=filled_in,
        edition=beside.edition,
    )
    return filled, findings
