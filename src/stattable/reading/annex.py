"""Sheets → the annex of accounts in a workbook, found by its labels, with the pictures in its rows."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from stattable.formats.sheet import Book, RawCell, RawPicture, RawSheet
from stattable.model.annex import UNREADABLE, Annex, AnnexRow, Picture, column_key
from stattable.model.text import normalised, without_spaces
from stattable.reading.answers import LONGEST_TEXT, shortened
from stattable.reading.labels import label_name

_LONGEST_HEADING: Final = 30
_UNIT_WORDS: Final = re.compile("单 ?位|名 ?称")  # a quick test: no row without them has the unit's heading
_LEAST_ACCOUNTS: Final = 2  # headings of accounts, with the unit's heading, which the form has not
_LEAST_HEADINGS: Final = 3  # in a row of headings that is repeated on every page
_ACCOUNTS: Final = frozenset({"website", "wechat", "qr", "weibo"})
_SUMS: Final = frozenset("合计 总计 共计 小计".split())
_URLS: Final = re.compile(r"[\s;、]+|,(?=\s*(?:https?:|www\.))")  # between several in one cell
_NAMES: Final = re.compile(r"[\n;、,]+")  # between several names, which may hold spaces
_NOTHING: Final = frozenset(("", "无", "没有", "未开通", "暂无", "/", "-", "—", "——", "\\"))
_NEAR: Final = 1  # rows between a picture and the row that it belongs to
_MOST_ROWS: Final = 5_000
_MOST_WORK: Final = 150_000_000  # pixels that are searched for codes in all pictures: about three seconds
_SMALL: Final = 1_000_000  # pixels; a smaller picture without codes is enlarged and searched again
_SEARCHES_OF_SMALL: Final = 40


def find_annex(book: Book, sheets: Iterable[RawSheet]) -> Annex | None:
    """Return the annex on the first of `sheets` that has one with rows, or None.

    Args:
        book: the workbook, asked for a sheet's pictures only where there are rows.
        sheets: the sheets that may hold it.
    """
    for sheet in sheets:
        if (headings := _find_headings(sheet)) and (rows := _read_rows(sheet, *headings)):
            annex = _with_pictures(book, Annex(sheet.name, headings[1], tuple(rows)), headings[0])
            rows = [row for row in annex.rows if _has_account(row) or (row.pictures and _is_somebody_s(row))]
            if rows:
                return replace(annex, rows=tuple(rows))
    return None


def _find_headings(sheet: RawSheet) -> tuple[int, dict[str, int]] | None:
    """Return the last row of the headings, and the column of each."""
    for number, cells in enumerate(sheet.rows, start=1):
        if not any(isinstance(cell, str) and cell and _UNIT_WORDS.search(cell[:_LONGEST_HEADING]) for cell in cells):
            continue
        columns = heading_columns(cells)
        if "unit" not in columns or len(_ACCOUNTS & columns.keys()) < _LEAST_ACCOUNTS:
            continue
        below = sheet.rows[number] if number < len(sheet.rows) else ()
        first, last = min(columns.values()), max(columns.values())
        under = {at: _key(cell) for at, cell in enumerate(below, 1) if first <= at <= last and cell not in ("", None)}
        if not under or not all(under.values()):
            return number, columns
        for at, key in under.items():  # headings in two rows: 名称 and 二维码 under 微信公众号
            if key and at not in columns.values():
                columns.setdefault(key, at)
        return number + 1, columns
    return None


def heading_columns(cells: Sequence[RawCell]) -> dict[str, int]:
    """Return the column of each of the annex's headings in a row; the form's headings may be in the same row."""
    runs: list[dict[str, int] | None] = [{}]  # of headings side by side; None for one with a heading twice
    for column, cell in enumerate(cells, start=1):
        if cell in ("", None):
            runs.append({})
        elif (key := _key(cell)) and (run := runs[-1]) is not None:
            runs[-1] = None if key in run else {**run, key: column}
    complete = [run for run in runs if run]
    if not complete:
        return {}
    longest = max(range(len(complete)), key=lambda at: len(complete[at]))
    columns = dict(complete[longest])
    for side in (reversed(complete[:longest]), complete[longest + 1 :]):
        for run in side:
            if columns.keys() & run.keys():
                break
            columns |= run
    return columns


def _key(cell: RawCell) -> str | None:
    return column_key(cell) if isinstance(cell, str) and len(cell) <= _LONGEST_HEADING else None


def _read_rows(sheet: RawSheet, heading_row: int, columns: Mapping[str, int]) -> list[AnnexRow]:
    """Return the rows under the headings that have any text: one without accounts may have a picture."""
    rows: list[AnnexRow] = []
    merged_texts = _merged_texts(sheet, heading_row, columns)
    first, last = min(columns.values()) - 1, max(columns.values())
    for number in range(heading_row + 1, min(len(sheet.rows), heading_row + _MOST_ROWS) + 1):
        cells = sheet.rows[number - 1]
        if sum(isinstance(cell, str) and label_name(cell) is not None for cell in cells[first:last]) > 1:
            if sum(isinstance(cell, str) and column_key(cell) is not None for cell in cells[first:last]) > 2:
                continue  # the headings again, on another page
            break  # the form begins
        texts = {key: _text(cells, column) for key, column in columns.items()}
        if any(texts.values()) and not _is_sum(texts) and not _is_headings(texts):
            owner = {key: texts.get(key) or merged_texts.get((number, key), "") for key in ("unit", "level")}
            rows.append(_row(number, texts | owner, columns.get("qr", 1)))
    return rows


def _is_sum(texts: Mapping[str, str]) -> bool:
    return any(without_spaces(texts.get(key, "")) in _SUMS for key in ("number", "unit", "level"))


def _is_headings(texts: Mapping[str, str]) -> bool:
    return sum(column_key(text) == key for key, text in texts.items()) >= _LEAST_HEADINGS


def _row(number: int, texts: Mapping[str, str], picture_column: int) -> AnnexRow:
    return AnnexRow(
        row=number,
        unit=normalised(texts["unit"]),
        level=normalised(texts["level"]),
        websites=_split(texts.get("website", ""), _URLS),
        wechat=_split(texts.get("wechat", ""), _NAMES),
        weibo=_split(texts.get("weibo", ""), _NAMES),
        remark=texts.get("remark", ""),
        pictures=_unreadable_picture(texts.get("qr", ""), number, picture_column),
    )


def _merged_texts(sheet: RawSheet, heading_row: int, columns: Mapping[str, int]) -> dict[tuple[int, str], str]:
    """Return the texts that merged cells in the columns of unit and level give to the further rows they span."""
    texts: dict[tuple[int, str], str] = {}
    for top, left, bottom, _ in sheet.merges:
        key = next((key for key in ("unit", "level") if columns.get(key) == left), None)
        if key and top > heading_row and bottom > top:
            text = _text([sheet.cell(top, left)], 1)
            texts |= {(number, key): text for number in range(top + 1, min(bottom, len(sheet.rows)) + 1)}
    return texts


def _text(cells: Sequence[RawCell], column: int) -> str:
    """Return the text of a cell, line by line."""
    raw = cells[column - 1] if column <= len(cells) else None
    text = raw[:LONGEST_TEXT] if isinstance(raw, str) else shortened(raw)
    return "\n".join(line for part in text.splitlines() if (line := normalised(part)))


def _unreadable_picture(text: str, row: int, column: int) -> tuple[Picture, ...]:
    """Return the picture that an earlier merge could not read and replaced by a text."""
    return (Picture((row, column), fault="marked"),) if text == normalised(UNREADABLE) else ()


def _split(text: str, between: re.Pattern[str]) -> tuple[str, ...]:
    parts = (part.strip() for part in between.split(text))
    return tuple(part for part in parts if part.lower() not in _NOTHING)


# -- pictures ---------------------------------------------------------------------------------------------


def _with_pictures(book: Book, annex: Annex, heading_row: int) -> Annex:
    """Return `annex` with the pictures of its sheet: each in its row, or the nearest one next to it.

    The row of a picture is the one that its middle lies in, or that its corner stands in where that has an account and
    the other has none.
    """
    from stattable.qr.images import lacking_library

    pictures = book.pictures(annex.sheet)
    if pictures is None:
        return replace(annex, unread="format")
    numbers = [row.row for row in annex.rows if _has_account(row) or _is_somebody_s(row)]
    with_account = {row.row for row in annex.rows if _has_account(row)}
    of_rows: dict[int, list[Picture]] = {}
    stray: list[Picture] = []
    read = _read_pictures(pictures.placed)
    for picture, corner in read:
        row = picture.cell[0]
        number = corner if corner in with_account and row not in with_account else _nearest(numbers, row)
        if number is not None:
            of_rows.setdefault(number, []).append(picture)
        elif picture.cell[0] > heading_row:
            stray.append(picture)
    rows = tuple(replace(row, pictures=(*row.pictures, *of_rows.get(row.row, ()))) for row in annex.rows)
    left_out = pictures.left_out + len(pictures.placed) - len(read)
    unread = lacking_library() if pictures.placed else None
    return replace(annex, rows=rows, stray=tuple(stray), unread=unread, left_out=left_out)


def _has_account(row: AnnexRow) -> bool:
    return bool(row.websites or row.wechat or row.weibo)


def _is_somebody_s(row: AnnexRow) -> bool:
    """Whether a row says more than its number: what is blank apart from a picture is no account of anybody's."""
    return bool(row.unit or row.level or row.remark)


def _read_pictures(placed: Sequence[RawPicture]) -> list[tuple[Picture, int | None]]:
    """Return pictures with their codes and the rows of their corners, without those that would take too much work."""
    from stattable.qr.images import PictureContent, pixel_count, read_picture

    pictures: list[tuple[Picture, int | None]] = []
    work = 0
    contents: dict[int, PictureContent] = {}  # pictures that share a part share its bytes
    for raw in placed:
        if raw.data is None:
            pictures.append((Picture(raw.cell, fault=raw.fault), raw.corner))
            continue
        key = id(raw.data)
        if key not in contents:
            if work > _MOST_WORK:
                continue
            contents[key] = read_picture(raw.data)
            work += _work(pixel_count(raw.data), has_codes=bool(contents[key].codes))
        content = contents[key]
        codes = tuple((code.payload, code.kind.value) for code in content.codes)
        pictures.append((Picture(raw.cell, codes, content.image, content.fault), raw.corner))
    return pictures


def _work(pixels: int, *, has_codes: bool) -> int:
    """Return how many pixels were searched for codes in a picture of `pixels`."""
    return pixels * (1 if has_codes or pixels > _SMALL else _SEARCHES_OF_SMALL)


def _nearest(numbers: Sequence[int], row: int) -> int | None:
    at = bisect_left(numbers, row)
    near = [number for number in numbers[max(at - 1, 0) : at + 1] if abs(number - row) <= _NEAR]
    return min(near, key=lambda number: abs(number - row), default=None)
