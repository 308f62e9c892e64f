"""Sheets → the reasons that somebody wrote: on 审核意见 of a workbook of ours, on 情况说明 of any return."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from stattable.formats.sheet import Book, RawCell, RawSheet
from stattable.model.cell_names import a1
from stattable.model.explanations import NOT_TO_EXPLAIN, REASONS_SHEET, REVIEW_SHEET, Reason
from stattable.model.findings import Severity
from stattable.model.form import FIELDS
from stattable.model.text import label_forms, normalised, without_spaces
from stattable.reading.answers import as_shown

# What a column holds, and what its head may be called: in a returned workbook, in a merged one, or by hand.
_HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "reason": ("情况说明", "核实情况", "说明情况", "情况", "原因", "理由", "说明"),
    "code": ("编号", "问题编号", "意见编号", "代码", "问题代码"),
    "severity": ("等级", "程度"),
    "unit": ("单位", "单位名称"),
    "unit_code": ("单位代码",),
    "path": ("文件",),
    "place": ("位置", "单元格"),
    "field": ("栏目", "项目", "指标", "内容"),
    "raw": ("原值",),
    "problem": ("问题", "说明"),
}
_CODE: Final = re.compile(r"[A-Z]\d{3}")
_PLACE: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?(?![0-9])")
_MOST_HEAD_ROWS: Final = 30  # in which the heads are looked for
_MOST: Final = 50_000  # rows


def find_reasons(book: Book, *, is_merged: bool) -> tuple[Reason, ...]:
    """Return the reasons in a workbook, in the order in which they stand; none where it has none of their sheets.

    Args:
        book: an open workbook.
        is_merged: whether `merge` wrote it, so that its lists may be longer than any sheet that is typed.
    """
    names = [name for name in book.names if _is_for_reasons(name)]
    return tuple(reason for name in names for reason in _reasons(book.sheet(name, whole=is_merged)))


@lru_cache(maxsize=256)
def _is_for_reasons(name: str) -> bool:
    return without_spaces(name).startswith((REVIEW_SHEET, REASONS_SHEET))


def _reasons(sheet: RawSheet) -> Iterator[Reason]:
    heads = ((number, _columns(cells)) for number, cells in enumerate(sheet.rows[:_MOST_HEAD_ROWS], start=1))
    head, columns = next((one for one in heads if _are_heads(one[1])), (0, {}))
    if not head:
        yield from _free_text(sheet)
        return
    for row, cells in enumerate(sheet.rows[head : head + _MOST], start=head + 1):
        words = {what: _text(cells, column) for what, column in columns.items()}
        if words["reason"] not in {"", NOT_TO_EXPLAIN}:
            yield _reason(sheet.name, a1(row, columns["reason"]), words)


def _free_text(sheet: RawSheet) -> Iterator[Reason]:
    """Yield what somebody wrote on 情况说明 without heads, a reason a row, for the code or the cell that it names."""
    if not without_spaces(sheet.name).startswith(REASONS_SHEET):
        return
    for row, cells in enumerate(sheet.rows[:_MOST], start=1):
        texts = {column: text for column in range(1, len(cells) + 1) if (text := _text(cells, column))}
        words = " ".join(texts.values())
        if texts and REASONS_SHEET not in without_spaces(words):  # a title
            yield _reason(sheet.name, a1(row, min(texts)), {"reason": words, "code": words, "place": words})


def _are_heads(columns: Mapping[str, int]) -> bool:
    return "reason" in columns and not columns.keys().isdisjoint({"code", "place", "field"})


def _columns(cells: Sequence[RawCell]) -> dict[str, int]:
    """Return the 1-based column of each thing that a row of heads names; 说明 is the problem beside another reason."""
    found: dict[str, int] = {}
    texts = ((at, cell) for at, cell in reversed([*enumerate(cells, 1)]) if isinstance(cell, str))
    heads = {form: at for at, text in texts for form in label_forms(text)}
    for what, names in _HEADS.items():
        at = next((heads[name] for name in names if name in heads and heads[name] not in found.values()), None)
        if at is not None:
            found[what] = at
    return found


def _text(cells: Sequence[RawCell], column: int) -> str:
    cell = cells[column - 1] if column <= len(cells) else None
    return cell.strip() if isinstance(cell, str) else as_shown(cell)


def _reason(sheet: str, cell: str, words: Mapping[str, str]) -> Reason:
    place = words.get("place", "")
    where = _PLACE.search(normalised(place).upper().replace("$", ""))
    code = _CODE.search(normalised(words.get("code", "")).upper())
    return Reason(
        text=words["reason"],
        sheet=sheet,
        cell=cell,
        code=code[0] if code else None,
        place=where[0] if where else None,
        field=_field(words.get("field", "")) or _field(place),
        problem=words.get("problem") or None,
        unit_code=words.get("unit_code") or None,
        unit_name=words.get("unit") or None,
        path=words.get("path") or None,
        raw=words.get("raw") or None,
        is_of_merge="unit" in words,
        is_warning="severity" not in words or words["severity"] in {"", Severity.WARNING.label},
    )


def _field(label: str) -> str | None:
    """Return the key of the field with a label, however its parts are put together."""
    return _FIELD_BY_LABEL.get(_bare(_PLACE.sub("", label)))


def _bare(label: str) -> str:
    return "".join(word for form in label_forms(label)[-1:] for word in form.split("计生协"))


_FIELD_BY_LABEL: Final = {_bare(field.label): field.key for field in FIELDS}
