"""The sheet 同比 of a merged workbook."""

from datetime import date
from typing import Final

from stattable.merging.result import MergeResult
from stattable.proving.titles import LIST_HEAD
from stattable.proving.year_on_year import YEARS_SHEET, year_on_year
from stattable.writing.looks import BODY, HEAD, HEADLINE, PLAIN, SUM
from stattable.writing.workbook import Look, Workbook

_WIDTHS: Final = (22, 13, 28, 16, 14, 14, 11, 10)
_LOOKS: Final[dict[str, Look]] = {
    "title": HEADLINE,
    "source": PLAIN,
    "head": HEAD,
    "root": SUM,
    "child": BODY,
}
_FIRST_FIGURE: Final = 5  # the column from which on numbers stand, and words in their place
_HEAD_HEIGHT, _TITLE_HEIGHT = 29, 24  # points


def add_year_on_year(workbook: Workbook, merged: MergeResult, day: date) -> None:
    """Add the sheet, if a merge was held against a year before.

    Args:
        workbook: to which it is added.
        merged: the result of a merge.
        day: of the merge.
    """
    if merged.last_year is None:
        return
    sheet = workbook.add_sheet(YEARS_SHEET)
    sheet.set_widths(_WIDTHS)
    sheet.set_row(1, _TITLE_HEIGHT)
    sheet.set_row(LIST_HEAD, _HEAD_HEIGHT)
    last = LIST_HEAD
    rows = year_on_year(merged.rollup, merged.edition, merged.last_year, day)
    for row, (kind, cells) in enumerate(rows, start=1):
        look = _LOOKS[kind]
        right: Look = {**look, "align": "right"}
        for column, cell in enumerate(cells, start=1):
            is_figure = row > LIST_HEAD and column >= _FIRST_FIGURE
            sheet.put(row, column, cell, right if is_figure else look)
        last = row
    sheet.raw.autofilter(LIST_HEAD - 1, 0, last - 1, len(_WIDTHS) - 1)
    sheet.set_up_list(heads=(1, LIST_HEAD), frozen=(LIST_HEAD, 1), is_upright=True)
