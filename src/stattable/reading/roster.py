"""A roster file → its tree: a text or a workbook, whatever stands above, between and below the rows of its units."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from stattable.formats.calamine import CalamineBook
from stattable.formats.sheet import Book, Merge, RawCell, Unread, Unreadable
from stattable.formats.sniff import OLE, TABLES, WORKBOOKS, ZIP, FileKind, sniff
from stattable.model.catalogue import finding, phrase, render
from stattable.model.cell_names import column_letters
from stattable.model.findings import Finding
from stattable.model.form import label_of
from stattable.model.names import comparable_name
from stattable.model.refusals import Refusal
from stattable.model.roster import COLUMNS, RosterRow, build_roster
from stattable.model.roster_faults import RosterFaults
from stattable.model.text import normalised, runs
from stattable.model.units import Tree
from stattable.reading.answers import as_shown
from stattable.reading.open import open_book
from stattable.reading.roster_heads import Heads, RowKinds, find_heads, missing_columns, nearest_heads
from stattable.reading.roster_text import Swallowed, read_text_rows

_TEXT_FORMULA: Final = re.compile(r'= ?"([^"]*)"|=(\d+)')  # what keeps a code a text, when it is saved as CSV
_NUMBER: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?")
_QUOTES: Final = "'’‘`"  # in front of what is to be a text
_BETWEEN_ALIASES: Final = re.compile(r"[、；;，,/\r\n]+")
_NO_CODE: Final = frozenset({"-", "--", "—", "——", "/", "无", "暂无", "没有"})
_NO_ALIAS: Final = frozenset({"无", "-", "—", "同上", "没有"})
_MERGED: Final = ("level", "parent", "above", "scope", "expected")  # which one cell may say for several units
_UNIT_ROWS: Final = ("title", "heads", "sum", "note", "more")


class Roster(NamedTuple):
    """What a roster comes to.

    Attributes:
        tree: of its units; empty with any fault.
        faults: all of them (U007); with any it is of no use.
        notes: what of the file was passed over (U015).
    """

    tree: Tree
    faults: list[Finding]
    notes: list[Finding]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet that may be the roster; the name of a text is None."""

    name: str | None
    rows: list[list[str]]  # normalised, all equally long
    raw: Sequence[Sequence[RawCell]]
    heads: Heads | None
    merges: Sequence[Merge] = ()
    is_visible: bool = True


@dataclass(slots=True)
class _Passed:
    """What of a roster is no unit."""

    rows: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in _UNIT_ROWS})
    words: list[str] = field(default_factory=list)

    def finding(self, path: str, sheet: _Sheet) -> list[Finding]:
        """Return U015, where anything is to be said."""
        parts = [
            phrase("U015", kind, rows=runs(rows), texts=tuple(dict.fromkeys(_first_text(sheet, row) for row in rows)))
            for kind, rows in self.rows.items()
            if rows
        ]
        numbers = sorted(row for rows in self.rows.values() for row in rows)
        params = {"parts": (*self.words, *parts), "rows": tuple(map(str, numbers))}
        return [finding("U015", path=path, sheet=sheet.name, params=params)] if params["parts"] else []


def read_roster(path: str) -> Roster:
    """Read the roster at `path`.

    Raises:
        Refusal: the file is no roster at all.
    """
    try:
        data = Path(path).read_bytes()
        if sniff(io.BytesIO(data)) in WORKBOOKS | TABLES - {FileKind.TEXT} or data.startswith((ZIP, OLE)):
            return _read_workbook(open_book(path), path)
        rows, swallowed = read_text_rows(data)
    except (OSError, ValueError, Unreadable) as error:
        if isinstance(error, Unreadable) and error.code == "F010":
            why = render(finding(error.code, params=error.params), label_of)
            raise Refusal("report_unreadable", path=path, why=why) from error
        raise Refusal("roster_unreadable", path=path) from error
    sheet = _sheet(None, rows)
    if swallowed:
        faults = RosterFaults(path, columns=sheet.heads.columns if sheet.heads else None)
        _add_swallowed(swallowed, sheet, faults)
        return Roster(Tree(()), faults.findings(), [])
    return _read_sheet(sheet, path, _Passed())


def read_roster_rows(rows: Iterable[Sequence[RawCell]], path: str) -> Roster:
    """Read the roster in the rows of one sheet."""
    return _read_sheet(_sheet(None, [*rows]), path, _Passed())


def _read_workbook(book: Book, path: str) -> Roster:
    """Read the roster in a workbook: in its first sheet that has the heads of one, of those that are shown if any has.

    Raises:
        Unreadable: a sheet cannot be read, and no other one has the heads of a roster.
    """
    sheets = _sheets_of(book)
    by_visibility = sorted(sheets, key=lambda sheet: not sheet.is_visible)
    chosen = next((sheet for sheet in by_visibility if sheet.heads), next(iter(by_visibility), _sheet(None, [])))
    faults = RosterFaults(path, chosen.name, chosen.heads.columns if chosen.heads else None)
    passed = _Passed()
    others = [sheet for sheet in sheets if sheet is not chosen and any(map(any, sheet.rows))]
    rivals = [sheet for sheet in others if sheet.heads and sheet.is_visible >= chosen.is_visible]
    for rival in rivals:
        if chosen.heads and not _units_in(rival) <= _units_in(chosen):
            for sheet in (chosen, rival):
                faults.add(chosen.heads.first, "", "sheets", sheet.name or "")
    if chosen is not next((sheet for sheet in sheets if sheet.is_visible), None) and chosen.heads:
        passed.words.append(phrase("U015", "sheet" if chosen.is_visible else "hidden_sheet", name=chosen.name))
    if others:
        passed.words.append(phrase("U015", "sheets", names=tuple(sheet.name or "" for sheet in others)))
    hidden = book.setup(chosen.name).hidden_rows if chosen.name and isinstance(book, CalamineBook) else ()
    return _read_sheet(chosen, path, passed, faults, hidden)


def _sheets_of(book: Book) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    faults: list[Unreadable] = []
    for name in book.names:
        try:
            raw = book.unbounded(name)
        except Unreadable as fault:  # another one may be the roster
            faults.append(fault)
            sheets.append(_Sheet(name, [["…"]], (), None))
        else:
            sheets.append(_sheet(name, raw.rows, raw.merges, is_visible=name in book.visible))
    if faults and not any(sheet.heads for sheet in sheets):
        raise faults[0]
    return sheets


def _sheet(
    name: str | None, raw: Sequence[Sequence[RawCell]], merges: Sequence[Merge] = (), *, is_visible: bool = True
) -> _Sheet:
    width = max(map(len, raw), default=0)
    rows = [[*map(_text, row), *[""] * (width - len(row))] for row in raw]
    return _Sheet(name, rows, raw, find_heads(rows), merges, is_visible)


def _units_in(sheet: _Sheet) -> set[tuple[str, str]]:
    """Return the code and the name of each row that stands for a unit."""
    if sheet.heads is None:
        return set()
    kinds, columns = RowKinds(sheet.rows, sheet.heads), sheet.heads.columns
    rows = (row for number, row in _rows_below(sheet, sheet.heads) if kinds.kind_of(number) is None)
    code, name = columns.get("code"), columns["name"]
    return {(_code(row[code]) if code is not None else "", comparable_name(row[name])) for row in rows}


def _rows_below(sheet: _Sheet, heads: Heads) -> Iterator[tuple[int, list[str]]]:
    return ((number, row) for number, row in enumerate(sheet.rows[heads.last :], start=heads.last + 1) if any(row))


def _read_sheet(
    sheet: _Sheet, path: str, passed: _Passed, faults: RosterFaults | None = None, hidden: Iterable[int] = ()
) -> Roster:
    heads = sheet.heads
    if heads is None:
        number, columns = nearest_heads(sheet.rows)
        faults = RosterFaults(path, sheet.name)
        if any(map(any, sheet.rows)):
            for key in missing_columns(columns):
                faults.add(number, "", "heads", names=COLUMNS[key][0])
        else:
            faults.add(1, "", "empty")
        return Roster(Tree(()), faults.findings(), passed.finding(path, sheet))
    if faults is None:
        faults = RosterFaults(path, sheet.name, heads.columns)
    units = _unit_rows(sheet, heads, passed, faults)
    if any(row[at] for _, row in _rows_below(sheet, heads) for at in heads.doubled):
        letters = "、".join(column_letters(at + 1) for at in heads.doubled)
        faults.add(heads.last, "", "doubled", names=letters)
    tree = build_roster(units, faults)
    if unseen := sorted({row.number for row in units}.intersection(hidden)):
        passed.words.append(phrase("U015", "hidden_rows", rows=runs(unseen)))
    return Roster(tree, faults.findings(), passed.finding(path, sheet))


def _unit_rows(sheet: _Sheet, heads: Heads, passed: _Passed, faults: RosterFaults) -> list[RosterRow]:
    """Return the rows that stand for units; note the others."""
    kinds = RowKinds(sheet.rows, heads)
    merged, more = _merged_cells(sheet, heads)
    for number in kinds.titles():
        passed.rows["title"].append(number)
        if kinds.is_like_unit(number):
            faults.add(number, "", "above_heads", sheet.rows[number - 1][heads.columns["name"]])
    units: list[RosterRow] = []
    for number, row in _rows_below(sheet, heads):
        kind = "more" if number in more else kinds.kind_of(number)
        if kind in passed.rows:
            passed.rows[kind].append(number)
        elif kind:
            faults.add(number, "name", kind, row[heads.columns["name"]])
        elif not _add_unread(sheet, heads, number, faults):
            said = {key: merged.get((number, key)) or row[at] for key, at in heads.columns.items()}
            said |= {key: _parent(said[key]) for key in ("parent", "above") if key in said}
            said |= {"code": _code(said["code"])} if "code" in said else {}
            units.append(RosterRow(number, said, _aliases(sheet.raw[number - 1], heads)))
    return units


def _merged_cells(sheet: _Sheet, heads: Heads) -> tuple[dict[tuple[int, str], str], set[int]]:
    """Return what merged cells say for the rows under their first, and the rows that only go on with a unit's."""
    keys = {at + 1: key for key, at in heads.columns.items()}
    merged: dict[tuple[int, str], str] = {}
    more: set[int] = set()
    for top, left, bottom, _ in sheet.merges:
        key, below = keys.get(left), range(top + 1, min(bottom, len(sheet.rows)) + 1)
        if top <= heads.last or key is None:
            continue
        if key in _MERGED:
            merged |= {(row, key): sheet.rows[top - 1][left - 1] for row in below}
        elif key == "name":
            more.update(below)
    own = [heads.columns[key] for key in ("code", "name") if key in heads.columns]
    return merged, {row for row in more if not any(sheet.rows[row - 1][at] for at in own)}


def _add_unread(sheet: _Sheet, heads: Heads, number: int, faults: RosterFaults) -> bool:
    """Add the faults of formulas and error values in the columns of a roster; whether there are any."""
    row = sheet.raw[number - 1]
    if Unread not in map(type, row):
        return False
    unread = {key: row[at] for key, at in heads.columns.items() if at < len(row)}
    faulty = {key: cell for key, cell in unread.items() if isinstance(cell, Unread) and not _constant(cell.text)}
    for key, cell in faulty.items():
        faults.add(number, key, "formula", as_shown(cell))
    return bool(faulty)


def _add_swallowed(swallowed: Iterable[Swallowed], sheet: _Sheet, faults: RosterFaults) -> None:
    for one in swallowed:
        how = "unclosed" if one.column is None else "swallowed" if one.lines else "swallowed_cells"
        at = one.column or 1
        head = sheet.rows[sheet.heads.last - 1][at - 1] if sheet.heads else ""
        column = head or f"{column_letters(at)} 列"
        clause = phrase("U007", how, row=one.row, column=column, count=one.lines)
        faults.add(one.row, "", "quotes", clauses=clause)


def _first_text(sheet: _Sheet, number: int) -> str:
    return as_shown(next(cell for cell in sheet.rows[number - 1] if cell), limit=20)


def _aliases(row: Sequence[RawCell], heads: Heads) -> tuple[str, ...]:
    if not heads.aliases:
        return ()
    cells = (row[at] for at in heads.aliases if at < len(row))
    said = (cell if isinstance(cell, str) else _text(cell) for cell in cells)
    texts = (_text(part) for cell in said for part in _BETWEEN_ALIASES.split(cell))
    return tuple(dict.fromkeys(text for text in texts if text not in _NO_ALIAS and comparable_name(text)))


def _text(value: RawCell) -> str:
    """Return the text of a cell, as it was meant: without what only kept it a text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or value == "":
        return ""
    text = normalised(value.text if isinstance(value, Unread) else str(value)).lstrip(_QUOTES)
    return text if text.isalnum() else _constant(text) or text


def _constant(text: str) -> str:
    """Return the text that a formula consists of, ``""`` for any other."""
    match = _TEXT_FORMULA.fullmatch(text)
    return normalised(match[1] or match[2] or "") if match else ""


def _parent(text: str) -> str:
    """Return the code or the name of a parent; one that there is not stays as it is said."""
    return _code(text) or text


def _code(text: str) -> str:
    """Return a code without what a program made of it as a number: 410122.0, 410,122."""
    if text.isdecimal():
        return text
    text = (_constant(text) or text).replace(" ", "")
    if text in _NO_CODE:
        return ""
    match = _NUMBER.fullmatch(text)
    return match[1].replace(",", "") if match else text
