"""The sheet 图表 of a merged workbook: native charts on one page, and beside it the table that they are drawn from."""

import html
import io
import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from math import ceil
from typing import Any, Final

from xlsxwriter.chart_bar import ChartBar

from stattable.merging.collection import unnamed_at
from stattable.merging.result import MergeResult
from stattable.model.text import display_width
from stattable.proving.chart_table import (
    CHARTS_SHEET,
    LABEL_AT,
    PAGE_COLUMNS,
    PAGE_ROWS,
    TABLE_NOTE,
    TABLE_TOP,
    Block,
    Computed,
    Entry,
    chart_blocks,
)
from stattable.writing.looks import BODY, HEAD, HEADLINE, PLAIN
from stattable.writing.whole_rows import Formula, storable
from stattable.writing.workbook import Look, Sheet, Workbook

_ROW, _COLUMN = 20, 87  # pixels of a row and a column of the page
_COLUMN_WIDTH: Final = (_COLUMN - 5) / 7  # characters
_GAP_WIDTH, _TABLE_WIDTHS = 3, (28, 19, 19, 9, 16)
_TITLE_HEIGHT: Final = 24  # points
_LEVELS_ROWS, _LEAST_ROWS = 17, 12  # of the sheet, that the upper charts take, and the lower ones at least
_BAR, _AROUND_BARS, _BETWEEN = 24, 70, 4  # pixels

_FONT: Final = "宋体"
_BLOCK_LOOK: Final[Look] = {**PLAIN, "bold": True}
_THEN_FILL, _NOW_FILL, _LINE = "#D9D9D9", "#1F4E79", "#404040"  # told apart on paper without colours
_WITH_FONT: Final = re.compile(f'<a:latin typeface="{_FONT}"[^>]*/>')


def add_charts(workbook: Workbook, merged: MergeResult, lines: tuple[str, str]) -> None:
    """Add the sheet, if there is something to draw.

    Args:
        workbook: which has the sheets that it is drawn from.
        merged: the result of a merge.
        lines: the title, and what the sheet is of.
    """
    sheets = {name: sheet.rows for name, sheet in workbook.sheets.items()}
    blocks = chart_blocks(merged.rollup, sheets, merged.edition, _unnamed(merged))
    if not blocks:
        return
    sheet = workbook.add_sheet(CHARTS_SHEET)
    sheet.set_widths([*[_COLUMN_WIDTH] * PAGE_COLUMNS, _GAP_WIDTH, *_TABLE_WIDTHS])
    _write_table(sheet, lines, blocks)
    top = TABLE_TOP
    for is_of_children in (False, True):
        row = [block for block in blocks if block.is_of_children is is_of_children]
        top += _draw_row(sheet, row, top) if row else 0
    sheet.set_up_list(heads=None, frozen=None)
    sheet.raw.fit_to_pages(1, 1)
    sheet.raw.print_area(0, 0, PAGE_ROWS - 1, PAGE_COLUMNS - 1)
    sheet.raw.center_horizontally()
    sheet.raw.hide_gridlines(2)


def _unnamed(merged: MergeResult) -> dict[str, int]:
    """Return how many units at or below each child of the root are missing without anybody saying which."""
    tree, unnamed = merged.tree, dict[str, int]()
    for key in merged.rollup.counted.unaccounted:
        if key in tree and key != merged.root and tree.under(key, merged.root) and (count := unnamed_at(merged, key)):
            child = [*tree.above(key), key][len(tree.above(merged.root)) + 1]
            unnamed[child] = unnamed.get(child, 0) + count
    return unnamed


def _write_table(sheet: Sheet, lines: tuple[str, str], blocks: Sequence[Block]) -> None:
    """Write the title of the page, and the table right of it."""
    sheet.set_row(1, _TITLE_HEIGHT)
    for row, (line, look) in enumerate(zip(lines, (HEADLINE, PLAIN), strict=True), start=1):
        sheet.put(row, 1, line, look)
    sheet.put(2, LABEL_AT, TABLE_NOTE, PLAIN)
    for block in blocks:
        for number, entries in enumerate(block.lines):
            look = (_BLOCK_LOOK, HEAD)[number] if number < 2 else BODY
            sheet.put_row(block.top + number, [*map(_cell, entries)], look, start=LABEL_AT, with_blanks=False)


def _cell(entry: Entry) -> object:
    return Formula(entry.formula, entry.value or 0) if isinstance(entry, Computed) else entry


def _draw_row(sheet: Sheet, blocks: Sequence[Block], top: int) -> int:
    """Draw blocks side by side, and return how many rows of the sheet they take."""
    columns, rows = PAGE_COLUMNS // len(blocks), _LEVELS_ROWS
    if blocks[0].is_of_children:
        bars = max(len(block.rows) * len(block.columns) for block in blocks)
        rows = min(max(ceil((bars * _BAR + _AROUND_BARS) / _ROW), _LEAST_ROWS), PAGE_ROWS - top + 1)
    size = columns * _COLUMN - _BETWEEN, rows * _ROW - _BETWEEN  # up to the edges of cells, however wide they are shown
    for place, block in enumerate(blocks):
        sheet.draw(_chart(block, *size), top, 1 + place * columns, _BETWEEN, block.title)
    return rows


# -- charts -----------------------------------------------------------------------------------------------

# What differs: the title, where the bars lie, and for each series its name, its categories and its values.
_VARIABLE: Final = re.compile(
    r"(?<=<a:t>)[^<]*(?=</a:t>)"
    r"|(?:<c:[xywh] val=\"[^\"]*\"/>){4}"
    r"|<c:f>[^<]*</c:f><c:(?:str|num)Cache>.*?</c:(?:str|num)Cache>",
    re.DOTALL,
)
_SOME_CELL: Final = f"={CHARTS_SHEET}!$A$1"
_SOMEWHERE: Final = {"x": 0.3, "y": 0.1, "width": 0.6, "height": 0.8}
_HALF_LETTER, _ROOM_FOR_FIGURE = 5.6, 62  # pixels: a column of a label, and what stands behind the longest bar
_ABOVE_BARS, _BELOW_BARS, _LEGEND = 34, 10, 24  # pixels


class _Chart(ChartBar):  # type: ignore[misc]
    """A chart of XlsxWriter's with its part, which takes XlsxWriter two milliseconds to write.

    Args:
        prototype: one of its kind.
        part: the XML.
    """

    def __init__(self, prototype: ChartBar, part: str) -> None:
        self.__dict__.update(prototype.__dict__)
        self._part = part

    def _assemble_xml_file(self) -> None:
        self.fh.write(self._part)
        self._xml_close()


def _chart(block: Block, width: int, height: int) -> _Chart:
    """Return the chart of a block: the prototype with its own words.

    Args:
        block: with what is drawn.
        width: of the chart, in pixels.
        height: of the chart, in pixels.
    """
    prototype, pieces = _prototype(len(block.columns), is_rate=block.is_rate)
    labels = [str(entries[0]) for entries in block.rows]
    words = [html.escape(block.title, quote=False), _layout(labels, len(block.columns), width, height)]
    for column, series in zip(block.columns, block.series, strict=True):
        at = column - LABEL_AT
        words += [
            _cached("str", series.name, [block.heads[at]]),
            _cached("str", series.categories, labels),
            _cached("num", series.values, [_shown(entries[at]) for entries in block.rows]),
        ]
    chart = _Chart(prototype, "".join(piece + word for piece, word in zip_longest(pieces, words, fillvalue="")))
    chart.set_size({"width": width, "height": height})
    return chart


def _layout(labels: Sequence[str], series: int, width: int, height: int) -> str:
    """Return where the bars lie, as shares of the chart: right of the labels, with room for figures behind them."""
    left = max(map(display_width, labels)) * _HALF_LETTER + 2 * _BETWEEN
    below = _BELOW_BARS + (_LEGEND if series > 1 else 0)
    shares = {
        "x": left / width, "y": _ABOVE_BARS / height,
        "w": (width - left - _ROOM_FOR_FIGURE) / width, "h": (height - _ABOVE_BARS - below) / height,
    }  # fmt: skip
    return "".join(f'<c:{side} val="{share:.4f}"/>' for side, share in shares.items())


def _shown(entry: Entry) -> object:
    return entry.value if isinstance(entry, Computed) else entry


def _cached(kind: str, reference: str, values: Sequence[object]) -> str:
    """Return a reference with what its cells hold, for programs that show charts without reading cells."""
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{html.escape(storable(str(value)), quote=False)}</c:v></c:pt>'
        for at, value in enumerate(values)
        if value is not None
    )
    number_format = "<c:formatCode>General</c:formatCode>" if kind == "num" else ""
    count = f'<c:ptCount val="{len(values)}"/>'
    return f"<c:f>{reference}</c:f><c:{kind}Cache>{number_format}{count}{points}</c:{kind}Cache>"


@cache
def _prototype(series: int, *, is_rate: bool) -> tuple[ChartBar, list[str]]:
    """Return a chart with so many series, and its part in pieces, between which the words of each stand."""
    chart: Any = ChartBar()
    font, bold = {"name": _FONT, "size": 8}, {"name": _FONT, "size": 10, "bold": True}
    figures = {**font, "size": 8 if series == 1 else 7}
    for fill in (_THEN_FILL, _NOW_FILL)[-series:]:
        chart.add_series({
            "name": _SOME_CELL, "categories": _SOME_CELL, "values": _SOME_CELL,
            "categories_data": [_FONT], "values_data": [1],
            "fill": {"color": fill}, "border": {"color": _LINE, "width": 0.5},
            "gap": 40 if series == 1 else 25, "overlap": 0,
            "data_labels": {"value": True, "position": "outside_end", "font": figures,
                            "num_format": 'General"%"' if is_rate else "#,##0"},
        })  # fmt: skip
    chart.set_title({"name": _FONT, "name_font": bold, "overlay": False})
    chart.set_y_axis({"num_font": font, "reverse": True, "line": {"color": _LINE}, "major_tick_mark": "none"})
    limits = {"min": 0, "max": 100} if is_rate else {"min": 0}
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, **limits})
    chart.set_legend({"position": "bottom", "font": font} if series > 1 else {"none": True})
    chart.set_plotarea({"layout": _SOMEWHERE})
    chart.set_chartarea({"border": {"color": "#A6A6A6"}})
    chart.embedded, chart.id, chart.fh = True, 0, io.StringIO()
    chart.formula_data = [data or [_FONT] for data in chart.formula_data]
    chart._assemble_xml_file()
    part = _WITH_FONT.sub(rf'\g<0><a:ea typeface="{_FONT}"/>', chart.fh.getvalue())
    chart.formula_ids = {}
    return chart, _VARIABLE.split(part)
