"""Sheets → the annex of accounts in a workbook, by its labels, with the pictures that stand in its rows."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from stattable.formats.sheet import Book, RawCell, RawSheet
from stattable.model.annex import UNREADABLE, Annex, AnnexRow, Picture, column_key
from stattable.model.text import normalised, without_spaces
from stattable.reading.answers import LONGEST_TEXT, shortened
from stattable.reading.labels import label_name

_LONGEST_HEADING: Final = 30
_OF_UNIT: Final = re.compile("单 ?位|名 ?称")  # quick to see: no row without them has the unit's heading
_LEAST_ACCOUNTS: Final = 2  # headings of accounts beside the unit's: the form has more of them, but no unit's
_LEAST_HEADINGS: Final = 3  # that make a row one of headings, which stands again on every page
_ACCOUNTS: Final = frozenset({"website", "wechat", "qr", "weibo"})
_SUMS: Final = frozenset("合计 总计 共计 小计".split())
_URLS: Final = re.compile(r"[\s;、]+|,(?=\s*(?:https?:|www\.))")  # between several in one cell
_NAMES: Final = re.compile(r"[\n;、,]+")  # between several names, which may hold spaces
_NOTHING: Final = frozenset(("", "无", "没有", "未开通", "暂无", "/", "-", "—", "——", "\\"))
_NEAR: Final = 1  # rows between a picture's and the one that it belongs to
_MOST_ROWS: Final = 5_000
_MOST_WORK: Final = 150_000_000  # pixels that are looked at in all pictures together: about three seconds
_SMALL: Final = 1_000_000  # pixels; where no code is found in so few, they are looked at again, enlarged
_AGAIN: Final = 40  # times


def find_annex(book: Book, sheets: Iterable[RawSheet]) -> Annex | None:
    """Return the annex on the first of `sheets` that has one with rows, or None.

    Args:
        book: the workbook, asked for a sheet's pictures only where there are rows.
        sheets: those that may hold it.
    """
    for sheet in sheets:
        if (head := _head(sheet)) and (rows := _rows(sheet, *head)):
            annex = _with_pictures(book, Annex(sheet.name, head[1], tuple(rows)), head[0])
            rows = [row for row in annex.rows if row.websites or row.wechat or row.weibo or row.pictures]
            if rows:
                return replace(annex, rows=tuple(rows))
    return None


def _head(sheet: RawSheet) -> tuple[int, dict[str, int]] | None:
    """Return the last row of the headings, and which column is which."""
    for number, cells in enumerate(sheet.rows, start=1):
        if not any(isinstance(cell, str) and cell and _OF_UNIT.search(cell[:_LONGEST_HEADING]) for cell in cells):
            continue
        columns = heading_columns(cells)
        if "unit" not in columns or len(_ACCOUNTS & columns.keys()) < _LEAST_ACCOUNTS:
            continue
        below = sheet.rows[number] if number < len(sheet.rows) else ()
        first, last = min(columns.values()), max(columns.values())
        under = {at: _key(cell) for at, cell in enumerate(below, 1) if first <= at <= last and cell not in ("", None)}
        if not under or not all(under.values()):
            return number, columns
        for at, key in under.items():  # the headings stand in two rows: 名称 and 二维码 under 微信公众号
            if key and at not in columns.values():
                columns.setdefault(key, at)
        return number + 1, columns
    return None


def heading_columns(cells: Sequence[RawCell]) -> dict[str, int]:
    """Return which column of a row is which of the annex's, where they are its headings; the form may stand beside."""
    runs: list[dict[str, int] | None] = [{}]  # of headings side by side; None for what has one twice
    for column, cell in enumerate(cells, start=1):
        if cell in ("", None):
            runs.append({})
        elif (key := _key(cell)) and (run := runs[-1]) is not None:
            runs[-1] = None if key in run else {**run, key: column}
    whole = [run for run in runs if run]
    if not whole:
        return {}
    base = max(range(len(whole)), key=lambda at: len(whole[at]))
    columns = dict(whole[base])
    for side in (reversed(whole[:base]), whole[base + 1 :]):
        for run in side:
            if columns.keys() & run.keys():
                break
            columns |= run
    return columns


def _key(cell: RawCell) -> str | None:
    return column_key(cell) if isinstance(cell, str) and len(cell) <= _LONGEST_HEADING else None


def _rows(sheet: RawSheet, head: int, columns: Mapping[str, int]) -> list[AnnexRow]:
    """Return the rows under the headings in which anything stands: what says nothing may have a picture."""
    rows: list[AnnexRow] = []
    owners = _owners(sheet, head, columns)
    first, last = min(columns.values()) - 1, max(columns.values())
    for number in range(head + 1, min(len(sheet.rows), head + _MOST_ROWS) + 1):
        cells = sheet.rows[number - 1]
        if sum(isinstance(cell, str) and label_name(cell) is not None for cell in cells[first:last]) > 1:
            if sum(isinstance(cell, str) and column_key(cell) is not None for cell in cells[first:last]) > 2:
                continue  # the headings again, on another page
            break  # the form stands below
        said = {key: _text(cells, column) for key, column in columns.items()}
        if not any(said.values()) or any(
            without_spaces(said.get(key, "")) in _SUMS for key in ("number", "unit", "level")
        ):
            continue
        if sum(column_key(text) == key for key, text in said.items()) >= _LEAST_HEADINGS:
            continue
        unit, level = (said.get(key) or owners.get((number, key), "") for key in ("unit", "level"))
        rows.append(
            AnnexRow(
                row=number,
                unit=normalised(unit),
                level=normalised(level),
                websites=_several(said.get("website", ""), _URLS),
                wechat=_several(said.get("wechat", ""), _NAMES),
                weibo=_several(said.get("weibo", ""), _NAMES),
                remark=said.get("remark", ""),
                pictures=_marked(said.get("qr", ""), number, columns.get("qr", 1)),
            )
        )
    return rows


def _owners(sheet: RawSheet, head: int, columns: Mapping[str, int]) -> dict[tuple[int, str], str]:
    """Return what a merged cell says of the rows that it spans, in the columns of the unit and its level."""
    said: dict[tuple[int, str], str] = {}
    for top, left, bottom, _ in sheet.merges:
        key = next((key for key in ("unit", "level") if columns.get(key) == left), None)
        if key and top > head and bottom > top:
            text = _text([sheet.cell(top, left)], 1)
            said |= {(number, key): text for number in range(top + 1, min(bottom, len(sheet.rows)) + 1)}
    return said


def _text(cells: Sequence[RawCell], column: int) -> str:
    """Return what a cell says, line by line."""
    raw = cells[column - 1] if column <= len(cells) else None
    text = raw[:LONGEST_TEXT] if isinstance(raw, str) else shortened(raw)
    return "\n".join(line for part in text.splitlines() if (line := normalised(part)))


def _marked(text: str, row: int, column: int) -> tuple[Picture, ...]:
    """Return the picture that an earlier merge could not read, and wrote a text for."""
    return (Picture((row, column), fault="marked"),) if text == normalised(UNREADABLE) else ()


def _several(text: str, between: re.Pattern[str]) -> tuple[str, ...]:
    parts = (part.strip() for part in between.split(text))
    return tuple(part for part in parts if part.lower() not in _NOTHING)


# -- pictures ---------------------------------------------------------------------------------------------


def _with_pictures(book: Book, annex: Annex, head: int) -> Annex:
    """Return `annex` with the pictures of its sheet: in the row that they stand in, or next to it."""
    from stattable.qr.images import Looked, look_at, pixels_of

    found = book.pictures(annex.sheet)
    if found is None:
        return replace(annex, unread="format")
    numbers = [row.row for row in annex.rows]
    of_rows: dict[int, list[Picture]] = {}
    stray: list[Picture] = []
    work, left_out = 0, found.left_out
    looked_at: dict[int, Looked] = {}  # pictures that share a part share its bytes
    for raw in found.placed:
        if raw.data is None:
            picture = Picture(raw.cell, fault=raw.fault)
        elif work > _MOST_WORK and id(raw.data) not in looked_at:
            left_out += 1
            continue
        else:
            if id(raw.data) not in looked_at:
                looked_at[id(raw.data)] = look_at(raw.data)
                work += _work(pixels_of(raw.data), has_codes=bool(looked_at[id(raw.data)].codes))
            looked = looked_at[id(raw.data)]
            codes = tuple((code.payload, code.kind.value) for code in looked.codes)
            picture = Picture(raw.cell, codes, looked.image, looked.fault)
        number = _nearest(numbers, raw.cell[0])
        if number is not None:
            of_rows.setdefault(number, []).append(picture)
        elif raw.cell[0] > head:
            stray.append(picture)
    rows = tuple(replace(row, pictures=(*row.pictures, *of_rows.get(row.row, ()))) for row in annex.rows)
    return replace(annex, rows=rows, stray=tuple(stray), left_out=left_out)


def _work(pixels: int, *, has_codes: bool) -> int:
    """Return how many pixels were looked at to see what is in a picture."""
    return pixels * (1 if has_codes or pixels > _SMALL else _AGAIN)


def _nearest(numbers: Sequence[int], row: int) -> int | None:
    at = bisect_left(numbers, row)
    near = [number for number in numbers[max(at - 1, 0) : at + 1] if abs(number - row) <= _NEAR]
    return min(near, key=lambda number: abs(number - row), default=None)
