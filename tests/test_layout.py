from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stattable.formats.sheet import Merge
from stattable.model.cell_names import a1
from stattable.model.form import BLOCKS, FIELDS, LABELS, Block, Label, block_fields
from stattable.reading.layout import Layout, find_form
from writers.pages import (
    FIGURES,
    Grid,
    at,
    columns_in_order,
    faults,
    figures,
    mapped,
    page,
    placed,
    put,
    raw_sheet,
    shifted,
    unmerged,
    with_columns,
    with_rows,
)

HEADING_ROWS = (4, 7, 12, 15)
LABEL_ROWS = (*HEADING_ROWS, 5, 8, 10, 13, 16)
BLANK_ROW = [""] * 9
DIGITS = dict.fromkeys("BCDEFGHI", "")
DIGITS_6 = {f"{column}6": "" for column in DIGITS}
NUMBERS_6 = {f"{column}6": number for number, column in enumerate(DIGITS, start=1)}


def test_the_templates_own_place() -> None:
    assert placed(page()) == Layout(tuple(field.at for field in FIELDS), top=4, bottom=17)


# -- other arrangements, all of them read -------------------------------------------------------------------


def sections(*rows: range) -> Grid:
    grid = page()
    return [*grid[:3], *(grid[row - 1] for part in rows for row in part), *grid[17:]]


ACTIVITIES, SERVICES, MEDIA, ONLINE = range(4, 7), range(7, 12), range(12, 15), range(15, 18)

ARRANGEMENTS: dict[str, Grid] = {
    "as printed": page(),
    "further down": shifted(page(), 30, 0),
    "further right": shifted(page(), 0, 40),
    "further down and right": shifted(page(), 3, 5),
    "without annex mark, title and name": page()[3:],
    "without contacts and notes": page()[:17],
    "a blank row before each": with_rows(page(), *range(1, 21)),
    "blank rows before the figures": with_rows(page(), *[6] * 5, *[9] * 5, *[11] * 5, *[14] * 5, *[17] * 5),
    "blank rows after the figures": with_rows(page(), *[7] * 3, *[10] * 3, *[12] * 3, *[15] * 3, *[18] * 3),
    "blank rows between headings": with_rows(page(), *[5] * 8, *[8] * 8, *[13] * 8, *[16] * 8),
    "a blank column before each": with_columns(page(), *range(1, 10)),
    "blank columns within headings": with_columns(page(), 3, 3, 5, 8, 9),
    "levels the other way round": columns_in_order(page(), (4, 5, 6), [8, 9, 6, 7, 4, 5, 2, 3]),
    "people before sessions": columns_in_order(page(), (5, 6, 8, 9, 10, 11), [3, 2, 5, 4, 7, 6, 9, 8]),
    "one pair the other way round": columns_in_order(page(), (10, 11), [2, 3, 5, 4, 6, 7, 8, 9]),
    "county accounts first": columns_in_order(page(), (15, 16, 17), [7, 8, 9, 4, 5, 6, 2, 3]),
    "sections in another order": sections(MEDIA, ONLINE, SERVICES, ACTIVITIES),
    "other services first": sections(ACTIVITIES, range(7, 8), range(10, 12), range(8, 10), MEDIA, ONLINE),
    "level headings for other services, too": with_rows(page(), 10, rows=[page()[6]]),
    "headings in each of their columns": shifted(unmerged(page(), HEADING_ROWS), 1, 1),
    "a column of totals beside": [
        [*row, {4: "合计", 5: "活动场次", 6: 412}.get(number, ""), {5: "宣传人数", 6: 416}.get(number, "")]
        for number, row in enumerate(page(), start=1)
    ],
    "an annex of accounts below": [
        *page(),
        ["单位", "官网", "微信公众号", "微博", *[""] * 5],
        ["某县", "a.cn", *[""] * 7],
    ],
    "the seal's line below": [*page()[:2], *page()[3:17], ["填报单位：", "官渡村计生协", *[""] * 7], *page()[17:]],
}


@pytest.mark.parametrize("grid", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_every_figure_is_found_by_its_labels(grid: Grid) -> None:
    assert figures(grid) == FIGURES
    assert faults(grid) == []


SPELLINGS: dict[str, Callable[[str], str]] = {
    "broken over lines": lambda text: "\n".join(text[:40]),
    "spaced": lambda text: "　".join(text[:30]) + " ",
    "in full width": lambda text: text.replace("(", "（").replace(")", "）").replace("/", "／"),
    "in half width": lambda text: text.replace("（", "(").replace("）", ")").replace("、", ","),
    "in other brackets": lambda text: text.replace("（", "【").replace("）", "】").replace("(", "[").replace(")", "]"),
    "without brackets": lambda text: text.partition("（")[0].partition("\n")[0] if "单位（" not in text else text,
    "with zero-width characters": lambda text: "\u200b".join(text[:30]) + "\ufeff",
    "with a colon": lambda text: f"{text}：",
    "in full": lambda text: text.replace("计生协", "计划生育协会"),
    "with a unit": lambda text: text.replace("活动场次", "活动场次（场）").replace("人数", "人数(人)"),
    "numbered": lambda text: f"一、{text}" if text in {"宣传活动", "服务活动"} else f"1.{text}",
    "numbered in brackets": lambda text: f"（十二）{text}",
    "listed": lambda text: text.replace("村居社区计生协", "村（居、社区）计生协").replace("音频、视频", "音频视频"),
}


@pytest.mark.parametrize("by", [(0, 0), (2, 3)], ids=["in place", "shifted"])
@pytest.mark.parametrize("change", SPELLINGS.values(), ids=SPELLINGS)
def test_labels_in_other_spellings(change: Callable[[str], str], by: tuple[int, int]) -> None:
    grid = page()
    for row in LABEL_ROWS:
        grid[row - 1] = mapped([grid[row - 1]], change)[0]
    assert grid != page()
    assert figures(shifted(grid, *by)) == FIGURES
    assert faults(shifted(grid, *by)) == []


def order_of(block: Block) -> st.SearchStrategy[tuple[list[int], ...]]:
    """The columns of a block in another order: its headings, and the columns under each heading."""
    headings = [[f.at[1] for f in block_fields(block) if f.heading is h] for h in dict.fromkeys(
        field.heading for field in block_fields(block))]  # fmt: skip
    return st.permutations(headings).flatmap(lambda parts: st.tuples(*map(st.permutations, parts)))


def reorder(grid: Grid, table: range, order: tuple[list[int], ...]) -> None:
    """Reorder the rows of a table; a heading stands over the first of its columns still."""
    columns_in_order(grid, table[:1], [column for part in order for column in sorted(part)])
    columns_in_order(grid, table[1:], [column for part in order for column in part])


@given(
    st.integers(0, 40),
    st.integers(0, 12),
    st.tuples(*(order_of(block) for block in BLOCKS if block.section != "服务活动")),
    order_of(BLOCKS[1]),
)
def test_wherever_and_in_whatever_order_the_figures_are_the_same(
    rows: int, columns: int, orders: tuple[tuple[list[int], ...], ...], services: tuple[list[int], ...]
) -> None:
    grid = page()
    for table, order in zip((ACTIVITIES, MEDIA, ONLINE, SERVICES), (*orders, services), strict=True):
        reorder(grid, table, order)
    assert figures(shifted(grid, rows, columns)) == FIGURES
    assert faults(shifted(grid, rows, columns)) == []


# -- more of them, cell by cell -----------------------------------------------------------------------------


def table(*rows: list[Any]) -> Grid:
    """Rows of any length, made equally long."""
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


SPLIT = ["", *["文字稿件", "音频稿件", "视频稿件"] * 4]
MEDIA_LEVELS = ["媒体宣传\n(篇数)", "国家级媒体", "", "", "省级媒体", "", "", "地市级媒体", "", "", "县级媒体"]
SPLIT_FIGURES = ["", 124, 25, 100, 126, 27, 100, 128, 29, 100, 130, 31, 100]
PAIRS = ["省级计生协", "", "地市县级计生协", "", "乡镇计生协", "", "村居社区计生协", ""]
ONE_LINE = [
    ["宣传活动", *[""] * 7, "服务活动", *[""] * 15, "媒体宣传(篇数)", *[""] * 7, "网站和新媒体建设"],
    [*PAIRS, *PAIRS, *PAIRS, "国家级媒体", "", "省级媒体", "", "地市级媒体", "", "县级媒体", "",
     "省级计生协", "", "地市级计生协", "", "", "县级计生协"],
    [field.column.text for field in FIELDS],
]  # fmt: skip
UNDER_EACH_LEVEL = [  # 慰问 and 其他 under one heading
    ["服务活动", "省级计生协", "", "", "", "地市县级计生协", "", "", "", "乡镇计生协", "", "", "", "村居社区计生协"],
    ["", *["慰问服务场次", "慰问人数", "其他服务场次", "服务人数"] * 4],
    ["", 108, 109, 116, 117, 110, 111, 118, 119, 112, 113, 120, 121, 114, 115, 122, 123],
]
NUMBERS = ["", *range(1, 9)]

BY_HAND: dict[str, Grid] = {
    "one line": table(*ONE_LINE, list(FIGURES)),
    "one line, numbered": table(*ONE_LINE, list(range(1, 41)), list(FIGURES)),
    "one line, further on": shifted(table(*ONE_LINE, list(FIGURES)), 6, 3),
    "one line with a total under it": table(*(["", *row] for row in (*ONE_LINE, FIGURES)), ["合计", *FIGURES]),
    "services side by side": table(*page()[:6], *UNDER_EACH_LEVEL, *page()[11:]),
    "two sections side by side": table(
        *([*left, "", *right] for left, right in zip(page()[3:6], page()[11:14], strict=True)),
        *page()[6:11], *page()[14:17],
    ),
    "section label over two cells": put(page(), A15="网站和新", A16="媒体建设"),
    "section label over three cells": put(page(), A15="网站", A16="和新媒体", A17="建设"),
    "section's unit in a cell of its own": put(page(), A12="媒体宣传", A13="（篇数）"),
    "a heading over two cells": put(with_rows(page(), 5), D4="地市县级", D5="计生协"),
    "a heading over two cells, the lower one a heading": put(with_rows(page(), 16), D15="地市级计划生育", D16="协会"),
    "地市 over 县级计生协": put(with_rows(page(), 8), D7="地市", D8="县级计生协"),
    "a column heading over two cells": put(
        with_rows(page(), 14), **dict.fromkeys(("C13", "E13", "G13", "I13"), "音频、"),
        **dict.fromkeys(("C14", "E14", "G14", "I14"), "视频稿件"),
    ),
    "column headings in the lower row": put(
        with_rows(page(), 13), **dict.fromkeys(("C13", "E13", "G13", "I13"), "音频、"),
        **dict.fromkeys(("C14", "E14", "G14", "I14"), "视频稿件"),
    ),
    "all column headings over two cells": put(
        with_rows(page(), 5), **{f"{c}{r}": text for cs, r, text in (
            ("BDFH", 5, "活动"), ("BDFH", 6, "场次"), ("CEGI", 5, "宣传"), ("CEGI", 6, "人数")) for c in cs},
    ),
    "columns numbered": with_rows(page(), 6, rows=[NUMBERS]),
    "columns numbered in all sections": with_rows(page(), 6, 9, 11, 14, 17, rows=[["甲", *NUMBERS[1:]]]),
    "columns numbered as text": with_rows(page(), 6, rows=[["甲", "乙", *(f"（{n}）" for n in range(1, 8))]]),
    "columns numbered with circles": with_rows(page(), 14, rows=[["", *"①②③④⑤⑥⑦⑧"]]),
    "columns numbered on": with_rows(page(), 9, rows=[["", *range(9, 17)]]),
    "what is counted, under the headings": with_rows(page(), 6, rows=[["", *["（场）", "（人）"] * 4]]),
    "what is counted, without brackets": with_rows(page(), 14, rows=[["", *["篇"] * 8]]),
    "how to fill in, under the headings": with_rows(page(), 17, rows=[["", "填有/无", "填有/无", *["填总数目"] * 6]]),
    "a row of remarks": with_rows(page(), 6, rows=[["", "含线上活动", "", "", "", "含本级"]]),
    "a note between headings and figures": with_rows(page(), 17, rows=[["说明：只填已开通的"]]),
    "notes and a total under the figures": with_rows(
        page(), 7, rows=[["合计", 999], ["备注：含线上 3 场"], ["", "", "已核"]]
    ),
    "a column of remarks between": put(with_columns(page(), 3), C4="备注", C5="备注", C6="含线上 30 场", C9="注：已核"),
    "a column of sums between": put(with_columns(page(), 6), F4="合计", F5="场次合计", F6=412, F9="合计"),
    "a column of serial numbers in front": [[n, *row] for n, row in enumerate(page(), start=1)],
}  # fmt: skip


@pytest.mark.parametrize("grid", BY_HAND.values(), ids=BY_HAND)
def test_a_form_typed_in_by_hand(grid: Grid) -> None:
    assert figures(grid) == FIGURES
    assert faults(grid) == []


SPLITS: dict[str, Grid] = {
    "two columns": table(*page()[:11], MEDIA_LEVELS, SPLIT, SPLIT_FIGURES, *page()[14:]),
    "in short": table(*page()[:11], MEDIA_LEVELS, ["", *["文字稿件", "音频", "视频"] * 4], SPLIT_FIGURES, *page()[14:]),
    "as it reads": table(
        *page()[:11], MEDIA_LEVELS, ["", *["文字稿件", "音频、", "视频稿件（篇）"] * 4], SPLIT_FIGURES, *page()[14:]
    ),
    "under the label": table(
        *page()[:11], MEDIA_LEVELS, ["", *["文字稿件", "音频、视频稿件", ""] * 4], ["", *["", "音频", "视频"] * 4],
        SPLIT_FIGURES, *page()[14:],
    ),
    "under the label in both columns": table(
        *page()[:11], MEDIA_LEVELS, ["", *["文字稿件", "音频、视频稿件", "音频、视频稿件"] * 4],
        ["", *["", "音频", "视频"] * 4], SPLIT_FIGURES, *page()[14:],
    ),
}  # fmt: skip


@pytest.mark.parametrize("by", [(0, 0), (2, 3)])
@pytest.mark.parametrize("grid", SPLITS.values(), ids=SPLITS)
def test_a_field_in_two_columns(grid: Grid, by: tuple[int, int]) -> None:
    grid = shifted(grid, *by)
    layout = placed(grid)
    sheet = raw_sheet(grid)
    sums = {at: sum(sheet.cell(*cell) for cell in cells) for at, cells in layout.more.items()}  # type: ignore[misc]
    assert [sums.get(at, sheet.cell(*at)) for at in layout.cells if at] == list(FIGURES)
    assert len(sums) == 4
    assert layout.faults == ()


def test_the_parts_of_a_field_are_in_the_order_of_their_names() -> None:
    other_way = [{"音频稿件": "视频稿件", "视频稿件": "音频稿件"}.get(text, text) for text in SPLIT]
    layout = placed(table(*page()[:11], MEDIA_LEVELS, other_way, SPLIT_FIGURES, *page()[14:]))
    assert sorted(layout.more.values()) == [((14, c + 1), (14, c)) for c in (3, 6, 9, 12)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["", "文字稿件", "音频稿件", "", *SPLIT[4:]], [("D13", None)]),
        (["", "文字稿件", "", "视频稿件", *SPLIT[4:]], [("D13", "视频稿件")]),
        (["", "文字稿件", "音频稿件", "音频稿件", *SPLIT[4:]], [("D13", "音频稿件")]),
        (["", "文字稿件", "音频稿件", "照片", *SPLIT[4:]], [("D13", "照片")]),
    ],
)
def test_one_part_is_not_the_label(row: list[str], expected: list[tuple[str, str]]) -> None:
    grid = table(*page()[:11], MEDIA_LEVELS, row, SPLIT_FIGURES, *page()[14:])
    assert [(cell, raw) for _, cell, _, raw in faults(grid)] == expected
    assert figures(grid)[25] is None


def test_a_half_is_not_the_label() -> None:
    assert faults(put(page(), A15="网站和新")) == [("T002", "A15", "网站和新媒体建设", "网站和新")]
    assert faults(put(with_rows(page(), 5), D4="地市县级", D5="协会")) == [("T002", "D4", "地市县级计生协", "地市县级")]


# -- which row holds the figures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        # Nothing but the columns' numbers, and a blank row for the figures: it may be either.
        (with_rows(put(page(), **NUMBERS_6), 7), ("T005", "B6:I6", "宣传活动", None)),
        # The only row there is holds the figures, whatever they are.
        (with_rows(put(page(), **NUMBERS_6), 8), None),
        # A total, and no figures.
        (with_rows(put(page(), **DIGITS_6), 7, rows=[["合计", *NUMBERS[1:]]]), ("T005", "B7:I7", "宣传活动", None)),
        (put(with_rows(page(), 8), A6="合计"), None),
        (put(with_rows(page(), 7), A6="合计"), ("T005", "B6:I6", "宣传活动", None)),
        # Numbers under the figures are no numbers of columns.
        (with_rows(page(), 7, rows=[NUMBERS]), ("T005", "B6:I7", "宣传活动", None)),
        # Two rows of words.
        (put(with_rows(put(page(), **DIGITS_6), 7), B6="若干", C7="若干"), ("T005", "B6:I7", "宣传活动", None)),
    ],
)  # fmt: skip
def test_rows_that_are_not_sure(grid: Grid, expected: tuple[str, str, str, None] | None) -> None:
    assert faults(grid) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("grid", "reason"),
    [
        (with_rows(put(page(), **NUMBERS_6), 7), "numbering"),
        (with_rows(put(page(), **DIGITS_6), 7, rows=[["合计", *NUMBERS[1:]]]), "none"),
        (page()[:5] + page()[6:], "none"),
        (with_rows(page(), 7, rows=[NUMBERS]), "several"),
        (with_rows(page(), 7, rows=[["", *range(30, 38)]]), "several"),
        (with_rows(with_rows(page(), 7, rows=[["", *range(30, 38)]]), 6, rows=[NUMBERS]), "several"),
    ],
)
def test_why_a_row_is_not_sure(grid: Grid, reason: str) -> None:
    assert [(fault.code, fault.params["reason"]) for fault in placed(grid).faults] == [("T005", reason)]


def test_a_block_left_blank_under_its_numbers() -> None:
    grid = with_rows(put(page(), **{f"{c}14": "" for c in DIGITS}), 6, 9, 11, 14, 17, rows=[NUMBERS])
    assert figures(grid) == (*FIGURES[:24], *[None] * 8, *FIGURES[32:])
    assert faults(grid) == []


def test_one_row_of_words_is_what_was_filled_in() -> None:
    assert figures(with_rows(put(put(page(), **DIGITS_6), C6="若干"), 7))[:2] == (None, "若干")


# -- lists, which are no forms ------------------------------------------------------------------------------

UNITS = [["某村计生协", *FIGURES], ["某社区计生协", *FIGURES]]
LISTS: dict[str, Grid] = {
    "three rows of heads": table(*(["单位", *row] for row in ONE_LINE), *UNITS),
    "two rows of heads": table(
        ["单位", *(f"{field.block.section}\n{field.heading.text}" for field in FIELDS)],
        ["", *(field.column.text for field in FIELDS)],
        *UNITS,
    ),
    "serial numbers and a total": table(*(["序号", "单位", *row] for row in ONE_LINE), [1, *UNITS[0]], [2, *UNITS[1]],
                                        ["合计", "", *FIGURES]),
    "two sections of it": table(*([row[0], *row[:24]] for row in ONE_LINE), *(row[:25] for row in UNITS)),
    "columns numbered": table(*(["单位", *row] for row in ONE_LINE), ["甲", *range(1, 41)], *UNITS),
    "units without names": table(*ONE_LINE, list(FIGURES), list(FIGURES)),
}  # fmt: skip


@pytest.mark.parametrize("grid", LISTS.values(), ids=LISTS)
def test_a_list_of_units_is_no_form(grid: Grid) -> None:
    layout = placed(grid)
    assert not layout.certain
    assert not any(layout.cells)
    assert [fault.code for fault in layout.faults] == ["T005"]


@pytest.mark.parametrize("grid", LISTS.values(), ids=LISTS)
def test_a_list_under_or_over_the_form_is_none_of_it(grid: Grid) -> None:
    for both in (table(*page(), *grid), table(*page()[:17], [], *grid), table(*grid, [], *page())):
        assert figures(both) == FIGURES
        assert faults(both) == []


def test_a_list_of_one_unit_may_be_the_form() -> None:
    layout = placed(table(*(["单位", *row] for row in ONE_LINE), UNITS[0]))
    assert layout.cells == tuple((4, column) for column in range(2, 42))
    assert not layout.certain
    assert placed(table(*ONE_LINE, list(FIGURES))).certain


# -- hostile sizes ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_nothing_long_is_normalised")
@pytest.mark.parametrize("cell", ["A1", "A3", "B4", "B5", "B6", "A18", "A20"])
@pytest.mark.parametrize("by", [0, 1])
def test_a_huge_text_is_not_read_whole(cell: str, by: int) -> None:
    grid = shifted(put(page(), **{cell: "活动" * 10_000_000}), by, by)
    placed(grid)


@pytest.mark.parametrize("text", ["村{}", "活动{}"])
def test_a_full_sheet_without_a_form(text: str) -> None:
    grid = [[text.format(row * 200 + column) for column in range(200)] for row in range(10_000)]
    assert find_form(raw_sheet(grid)) is None


# -- labels that are missing, changed or doubled ------------------------------------------------------------


def name_of(label: Label) -> str:
    return a1(*label.at)


def under(label: Label) -> set[int]:
    """The fields that a label places: none for a section's, whose blocks are known by their headings."""
    within = range(label.at[1], label.at[1] + label.columns)
    if label.at[1] == 1:
        return set()
    if label.at[0] in HEADING_ROWS:
        return {f.index for f in FIELDS if f.block.heading_row == label.at[0] and f.at[1] in within}
    return {f.index for f in FIELDS if f.block.column_row == label.at[0] and f.at[1] in within}


@pytest.mark.parametrize("instead", ["", "别的", 7])
@pytest.mark.parametrize("label", LABELS, ids=name_of)
def test_a_label_gone_is_one_finding_and_its_figures_are_not_read(label: Label, instead: str | int) -> None:
    grid = put(page(), **{a1(*label.at): instead})
    assert faults(grid) == [("T002", a1(*label.at), label.name, str(instead) or None)]
    read = figures(grid)
    assert all(read[index] is None for index in under(label))
    assert all(value in {None, FIGURES[index]} for index, value in enumerate(read))


@pytest.mark.parametrize("label", LABELS, ids=name_of)
def test_a_label_gone_from_a_form_further_on_is_named_where_it_should_be(label: Label) -> None:
    row, column = label.at
    grid = shifted(put(page(), **{a1(row, column): ""}), 3, 4)
    assert faults(grid) == [("T002", a1(row + 3, column + 4), label.name, None)]


@pytest.mark.parametrize(
    ("cell", "written", "label"),
    [
        ("D4", "乡镇计生协", "地市县级计生协"),  # its neighbour's
        ("F4", "地市县级计生协", "乡镇计生协"),
        ("H7", "省级计生协", "村居社区计生协"),
        ("B5", "宣传人数", "活动场次"),
        ("C5", "活动场次", "宣传人数"),
        ("H8", "慰问人数", "慰问服务场次"),
        ("E10", "慰问人数", "服务人数"),  # another block's
        ("I13", "文字稿件", "音频、视频稿件"),
        ("D15", "县级计生协", "地市级计生协"),
        ("F16", "微信公众号", "微博"),
        ("A12", "宣传活动", "媒体宣传"),  # another section's
        ("D4", "地市级计生协", "地市县级计生协"),
    ],
)
def test_a_label_in_anothers_place_is_one_finding(cell: str, written: str, label: str) -> None:
    grid = put(page(), **{cell: written})
    assert faults(grid) == [("T002", cell, label, written)]
    assert all(value in {None, FIGURES[index]} for index, value in enumerate(figures(grid)))


@pytest.mark.parametrize(
    ("before", "cells", "fault"),
    [
        (4, {"D5": "活动场次"}, ("T002", "D5", "活动场次", "活动场次")),
        (6, {"F4": "地市县级计生协", "F5": "活动场次"}, ("T002", "F4", "地市县级计生协", "地市县级计生协")),
        (10, {"J13": "文字稿件", "J14": 9}, ("T002", "J13", "文字稿件", "文字稿件")),
    ],
)
def test_a_label_too_many_is_one_finding(
    before: int, cells: dict[str, object], fault: tuple[str, str, str, str]
) -> None:
    wider = [[*row, ""] for row in page()] if before == 10 else with_columns(page(), before)
    assert faults(put(wider, **cells)) == [fault]


def test_a_label_too_many_says_so() -> None:
    one_more = put([[*row, ""] for row in page()], J13="文字稿件")
    assert [fault.params for fault in placed(one_more).faults] == [{"label": "文字稿件", "doubled": 1}]
    assert [fault.params for fault in placed(put(page(), D4="乡镇计生协")).faults] == [{"label": "地市县级计生协"}]


@pytest.mark.parametrize(
    ("cells", "label"),
    [
        ({"E7": "微博"}, "微博"),  # between headings and figures
        ({"E8": "村居社区计生协"}, "村居社区计生协"),  # in their row, where no figure stands
        ({"D7": "宣传人数", "E8": "活动场次"}, "宣传人数"),
    ],
)
def test_a_label_among_the_figures_parts_them_from_their_headings(cells: dict[str, str], label: str) -> None:
    grid = put(with_rows(with_columns(page(), 5), 6, 6), **cells)
    assert faults(grid)[0] == ("T002", next(iter(cells)), label, label)
    assert {fault.params.get("doubled") for fault in placed(grid).faults} == {1}
    assert figures(grid) == (*[None] * 8, *FIGURES[8:])


def test_a_label_in_the_place_of_a_figure_is_read_as_one() -> None:
    grid = shifted(put(page(), C6="活动场次"), 1, 1)
    assert figures(grid) == (100, "活动场次", *FIGURES[2:])
    assert faults(grid) == []


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (put(page(), D4="", F4=""), [("D4", "地市县级计生协"), ("F4", "乡镇计生协")]),
        (put(page(), B4="", D4="", F4="", H4=""),
         [("B4", "省级计生协"), ("D4", "地市县级计生协"), ("F4", "乡镇计生协"), ("H4", "村居社区计生协")]),
        (put(page(), A7="", I17="", I16=""), [("A7", "服务活动"), ("I16", "微博")]),
        (put(columns_in_order(page(), (4, 5, 6), [8, 9, 6, 7, 4, 5, 2, 3]), D4=""), [("D4", "乡镇计生协")]),
        (sections(ACTIVITIES, SERVICES, ONLINE), [("A12", "媒体宣传")]),  # a whole section is one cause
        (put(page(), B8="", C8="", D8="", E8="", F8="", G8="", H8="", I8=""), [("B8", "慰问服务场次")]),
        (sections(range(4, 5), SERVICES, MEDIA, ONLINE), [("B5", "活动场次")]),
        (put(sections(ACTIVITIES, MEDIA, ONLINE, SERVICES), B13="", D13="", F13="", H13=""),
         [("B13", "省级计生协"), ("D13", "地市县级计生协"), ("F13", "乡镇计生协"), ("H13", "村居社区计生协")]),
        (put(with_rows(page(), *[10] * 4), B7="", D7="", F7="", H7=""),
         [("B7", "省级计生协"), ("D7", "地市县级计生协"), ("F7", "乡镇计生协"), ("H7", "村居社区计生协")]),
    ],
)  # fmt: skip
def test_several_labels_gone(grid: Grid, expected: list[tuple[str, str]]) -> None:
    assert sorted((cell, label) for _, cell, label, _ in faults(grid)) == sorted(expected)
    assert {code for code, *_ in faults(grid)} == {"T002"}


# -- level headings that do not stand over the first of their columns ---------------------------------------

TOTAL_PAIR = {4: ["", ""], 5: ["活动场次", "宣传人数"], 6: [412, 416]}
WIDER = [[*row, *TOTAL_PAIR.get(number, ["", ""])] for number, row in enumerate(page(), start=1)]
RIGHT_CELLS = {"B4": "", "C4": "省级计生协", "D4": "", "E4": "地市县级计生协", "F4": "", "G4": "乡镇计生协", "H4": "",
               "I4": "村居社区计生协"}  # fmt: skip
COUNTY_FIRST = columns_in_order(page(), (15, 16, 17), [7, 8, 9, 4, 5, 6, 2, 3])
OVER_THE_MIDDLE = {"B15": "", "C15": "县级计生协", "E15": "", "F15": "地市级计生协", "H15": "省级计生协"}
SECTION_AND_LEVEL = {"A4": "省级计生协", "B4": "宣传活动"}
WEIBO_BESIDE = [*page()[:14],
    ["网站和新媒体建设", "省级计生协", "", "", "地市级计生协", "", "", "县级计生协", "", ""],
    ["", "官网", "微信公众号", "微博", "官网", "微信公众号", "微博", "官网", "微信公众号", "微博"],
    ["", "有", "无", 9, 134, 135, 136, 137, 138, 139],
]  # fmt: skip


@pytest.mark.parametrize(
    ("grid", "merges", "fault", "lost"),
    [
        (put(table(*WIDER), **RIGHT_CELLS), [], ("B4", "省级计生协", None), range(8)),
        (shifted(put(table(*WIDER), **RIGHT_CELLS), 2, 1), [], ("C6", "省级计生协", None), range(8)),
        (put(table(*COUNTY_FIRST), **OVER_THE_MIDDLE), [], ("B15", "县级计生协", None), range(32, 40)),
        # The heading that would be one too many is none any more.
        (put(table(*WIDER), **{**RIGHT_CELLS, "B4": "省级计生协", "C4": "", "D5": "场次"}), [],
         ("E4", "地市县级计生协", "地市县级计生协"), range(8)),
        (put(page(), **SECTION_AND_LEVEL), [], ("B4", "省级计生协", "宣传活动"), range(8)),
        (put(page(), **SECTION_AND_LEVEL), [(4, 1, 6, 1)], ("B4", "省级计生协", "宣传活动"), range(8)),
        (put(table(*WEIBO_BESIDE)), [], ("D16", "微博", "微博"), []),
        (put(page(), C5="宣传人数", D5=""), [(4, 2, 4, 2), (4, 4, 4, 5)], ("D5", "活动场次", None), [2]),
        (put(with_columns(page(), 3), B4="省级计生协"), [(4, 2, 4, 4)], None, []),
        (with_columns(page(), 3, 3), [(4, 2, 4, 3)], ("B4", "省级计生协", "省级计生协"), range(8)),
    ],
)  # fmt: skip
def test_a_level_heading_stands_over_the_first_of_its_columns(
    grid: Grid, merges: list[Merge], fault: tuple[str, str, str | None] | None, lost: Sequence[int]
) -> None:
    assert faults(grid, merges)[:1] == ([("T002", *fault)] if fault else [])
    read = figures(grid, merges)
    assert all(read[index] is None for index in lost)
    assert all(value in {None, FIGURES[index]} for index, value in enumerate(read))


# -- headings over several columns ---------------------------------------------------------------------------

UNTITLED = ("T005", "H6", "宣传人数", None)  # it may be a total as well
BROADER = with_columns(page(), 8)  # a blank column right of G: F4 乡镇计生协, F5 活动场次, G5 宣传人数


@pytest.mark.parametrize(
    ("grid", "merges", "cell", "fault"),
    [
        (put(table(*BROADER), G6=105), [], "G6", None),
        (put(table(*BROADER), G6="", H6=105), [], None, UNTITLED),
        (put(table(*BROADER), G6="", H6=105), [(4, 6, 4, 8), (5, 7, 5, 8)], "H6", None),
        (put(table(*BROADER), G6="已核", H6=105), [], None, UNTITLED),
        (put(table(*BROADER), G6="", H6="约100"), [], None, UNTITLED),
        (put(table(*BROADER), G6="", H6="若干"), [], None, UNTITLED),
        (put(table(*BROADER), G6="", H6="注：已核"), [], "G6", None),
        (put(table(*BROADER), G6="", H6=""), [], "G6", None),
        (put(table(*BROADER), G6=105, H6="含线上"), [], "G6", None),
        (put(table(*BROADER), G6=105, H6=7), [], None, ("T005", "G6:H6", "宣传人数", None)),
        (put(table(*BROADER), G6=105, H6=7), [(6, 7, 6, 8)], "G6", None),  # nobody sees it: T004
        (put(table(*BROADER), G6="", H6=105, H5="备注"), [], "G6", None),
        (put(table(*BROADER), G6="", H6=105, H4="合计"), [], "G6", None),
        (put(table(*BROADER), **{**DIGITS_6, "J6": "", "H6": 105}), [], None, UNTITLED),  # the only figure in its row
        (put(unmerged(table(*BROADER), [4]), G6="", H6=105), [], None, UNTITLED),
    ],
)
def test_the_figure_is_where_its_heading_reaches(
    grid: Grid, merges: list[Merge], cell: str | None, fault: tuple[str, str, str, None] | None
) -> None:
    layout = placed(grid, merges)
    assert (layout.cells[5] and a1(*layout.cells[5])) == cell
    assert faults(grid, merges) == ([fault] if fault else [])
    assert {one.params["reason"] for one in layout.faults} <= {"beside", "untitled"}


def test_the_last_heading_reaches_as_far_as_it_is_merged() -> None:
    grid = put([[*row, ""] for row in page()], I6="", J6=107)
    assert placed(grid, [(5, 9, 5, 10)]).cells[7] == (6, 10)
    assert faults(grid, [(5, 9, 5, 10)]) == []
    assert placed(grid, [(5, 9, 5, 9)]).cells[7] is None


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"I14": "", "J14": 327}, ("T005", "J14", "音频、视频稿件", None)),
        ({"I6": "", "J6": "约60"}, ("T005", "J6", "宣传人数", None)),
        ({"J14": 327}, None),  # its own cell has one
        ({"I14": "", "J14": 327, "J13": "合计"}, None),
        ({"I14": "", "J14": "见附件"}, None),
    ],
)
@pytest.mark.parametrize("by", [(0, 0), (2, 3)], ids=["in place", "shifted"])
def test_a_figure_that_ran_out_of_the_table_is_not_lost(
    cells: dict[str, object], fault: tuple[str, str, str, None] | None, by: tuple[int, int]
) -> None:
    grid = put([[*row, ""] for row in page()], **cells)
    seen = [(code, label) for code, _, label, _ in faults(shifted(grid, *by))]
    assert seen == ([(fault[0], fault[2])] if fault else [])
    if by == (0, 0):
        assert faults(grid) == ([fault] if fault else [])


def test_a_heading_merged_far_out_reaches_to_the_end_of_the_sheet() -> None:
    grid = put([[*row, *[""] * 3] for row in page()] + [[""] * 12 for _ in range(9_000)], I6="", L6=107)
    assert placed(grid, [(4, 8, 4, 16_384), (5, 9, 5, 16_384)]).cells[7] == (6, 12)


# -- rows of figures --------------------------------------------------------------------------------------

TOTALS = ["", 1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (7, ["合计", *TOTALS[1:]]),
        (7, ["", "合 计：", *TOTALS[2:]]),
        (15, ["小计", *TOTALS[1:]]),
        (18, ["总计", *TOTALS[1:]]),
        (7, ["注：含线上活动 3 场", *BLANK_ROW[1:]]),
        (7, ["", "备注：含线上", *BLANK_ROW[2:]]),
        (18, ["以上数字已经核对", *BLANK_ROW[1:]]),
    ],
)
@pytest.mark.parametrize("columns", [0, 6])
def test_a_total_or_a_note_is_no_row_of_figures(before: int, line: list[object], columns: int) -> None:
    grid = shifted(with_rows(page(), before, rows=[line]), 0, columns)
    assert figures(grid) == FIGURES
    assert faults(grid) == []


@pytest.mark.parametrize(
    ("grid", "fault"),
    [
        (with_rows(page(), 7, rows=[TOTALS]), ("T005", "B6:I7", "宣传活动", None)),
        (with_rows(page(), 10, rows=[["", *BLANK_ROW[1:8], 5]]), ("T005", "B9:I10", "服务活动", None)),
        (with_rows(page(), 18, rows=[TOTALS]), ("T005", "B17:I18", "网站和新媒体建设", None)),
        (sections(range(4, 6), SERVICES, MEDIA, ONLINE), ("T005", "B5:I5", "宣传活动", None)),
    ],
)
def test_not_one_row_of_figures(grid: Grid, fault: tuple[str, str, str, None]) -> None:
    assert faults(grid) == [fault]


def test_a_block_that_nobody_filled_in_is_blank() -> None:
    assert figures(with_rows(put(page(), **{f"{c}6": "" for c in DIGITS}), 6, 7))[:8] == (None,) * 8


def test_a_row_under_the_table_is_looked_at_where_the_last_row_of_figures_is_blank() -> None:
    grid = with_rows(page(), 17)  # every label is in its place still, and row 17 is blank
    assert figures(grid) == FIGURES


# -- none, and two ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grid",
    [
        [],
        [[]],
        [["", None]],
        [["宣传活动", "活动场次", "宣传人数"]],
        page()[:6],
        [["单位", "官网", "微信公众号", "微博"]],
    ],
)
def test_no_form(grid: Grid) -> None:
    assert find_form(raw_sheet(grid)) is None


@pytest.mark.parametrize("between", [0, 1, 8])
def test_two_forms_on_one_sheet_are_one_finding(between: int) -> None:
    below = [*page(), *[BLANK_ROW] * between, *page()]
    beside = [[*left, *[""] * between, *right] for left, right in zip(page(), page(), strict=True)]
    for grid, cell in ((below, a1(25 + between, 2)), (beside, a1(5, 11 + between))):
        assert [(f.code, f.cell, f.params) for f in placed(grid).faults] == [
            ("T006", cell, {"sheets": f"“信息统计表”B5、“信息统计表”{cell}"})
        ]


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    assert [at("A1"), at("C7"), at("I20")] == [(0, 0), (6, 2), (19, 8)]


def test_a_label_astray_between_the_headings_parts_them() -> None:
    grid = put(with_rows(page(), 5, 5, 5), D6="村居社区计生协")
    assert faults(grid) == [("T002", "D6", "村居社区计生协", "村居社区计生协")]
    assert figures(grid)[:8] == (None,) * 8
    assert figures(grid)[8:] == FIGURES[8:]


@pytest.mark.parametrize("by", [(0, 0), (2, 3)])
@pytest.mark.parametrize(("cell", "label"), [("B5", "活动场次"), ("I13", "音频、视频稿件"), ("A12", "媒体宣传")])
def test_a_figure_in_a_labels_brackets_is_a_finding(cell: str, label: str, by: tuple[int, int]) -> None:
    row, column = at(cell)
    grid = shifted(put(page(), **{cell: f"{label}（7）"}), *by)
    place = a1(row + 1 + by[0], column + 1 + by[1])
    assert faults(grid) == [("T002", place, label, f"{label}（7）")]


FOOT_WORDS = ["报送人：张三", "手机：", "联系方式", "日期：", "填报时间", "审批人：", "主管领导：", "报送时间"]


@pytest.mark.parametrize("word", FOOT_WORDS)
def test_the_contacts_line_is_no_row_of_figures(word: str) -> None:
    line = dict.fromkeys((f"{column}18" for column in "ABCDEFGHI"), "")
    grid = put(page(), **line)
    put(grid, A18=word, E18=13800000000)
    assert figures(shifted(grid, 1, 0)) == FIGURES
    assert faults(shifted(grid, 1, 0)) == []
