"""The workbook of a collection's state: the counts of every unit with others below it, and the state of every unit."""

from collections.abc import Iterator
from typing import Final

from stattable.formats.list_mark import with_mark
from stattable.merging.collection import Collection, State
from stattable.model.form import title
from stattable.model.text import chinese_date, due_words
from stattable.writing.tables import Rate, Row, add_table
from stattable.writing.workbook import Workbook

COUNT_HEADS: Final = (
    "单位", "级别", "应报", "已报", "其中按时", "合格", "待改", "已说明", "已更正", "含在上级表中", "缺报",
    "下级表中缺报", "报送率", "及时率",
)  # fmt: skip
STATE_HEADS: Final = ("单位", "级别", "代码", "上级单位", "状态", "报送日期", "日期依据", "按时", "联系人", "电话")
RATES: Final = (  # what the rates are made of
    "报送率 =（已报 + 含在上级表中）÷ 应报；及时率 =（按时 + 含在按时的上级表中）÷ 应报。"
    "上级表中写明没有报的不算。已更正是份数，其余是单位数。"
)
FILING_BASIS: Final = {True: "填报日期", False: "文件时间"}  # by whether the return says when it was filed
_ONLY_SCANS: Final = "（只有扫描件）"
_LOOKS: Final = {State.MISSING: "bad", State.OPEN: "open"}


def collection_bytes(collection: Collection) -> bytes:
    """Return the workbook of a collection's state as the bytes of a file."""
    workbook = Workbook()
    root = collection.merged.root_unit
    edition = title(collection.merged.edition)
    heads = [*deadline_lines(collection), RATES]
    add_table(
        workbook, "分级情况", f"{root.name} 报送情况", [edition, *heads], COUNT_HEADS, list(_count_rows(collection))
    )
    add_table(
        workbook, "各单位情况", f"{root.name} 各单位报送情况", [edition, *deadline_lines(collection)], STATE_HEADS,
        list(_state_rows(collection)),
    )  # fmt: skip
    return with_mark(workbook.to_bytes())


def deadline_lines(collection: Collection) -> list[str]:
    """Return what is to be known of the days: the deadline, the day of the run, and what the days are taken from."""
    usual = "截止日期没有写 --deadline，按当年 6 月 30 日。" if collection.is_usual else ""
    dated, by_file = collection.filings
    return [
        f"今天 {chinese_date(collection.today)}，{deadline_words(collection)}。{usual}",
        f"按时与否：{dated} 个单位看填报日期，{by_file} 个单位没有写清日期，看文件的修改时间；报过几次的看第一次。",
    ]


def deadline_words(collection: Collection) -> str:
    """Return when the deadline is, and how far off, in words without a full stop."""
    return due_words(collection.deadline, collection.days_over)


def count_cells(collection: Collection, key: str) -> list[object]:
    """Return the cells of a unit below `COUNT_HEADS`, the name without its indentation first."""
    unit, counts = collection.merged.tree[key], collection.counts[key]
    rates = (
        None if rate is None else Rate(rate) for rate in (collection.reported_rate(key), collection.on_time_rate(key))
    )
    return [unit.name, unit.level.label, *counts, collection.gaps_beyond(key), *rates]


def _count_rows(collection: Collection) -> Iterator[Row]:
    tree, root = collection.merged.tree, collection.merged.root
    depths = {root: 0}
    for key in tree.below(root):
        parent = tree[key].parent
        depths[key] = depths.get(parent or "", -1) + 1
        if key == root or tree.children[key]:
            yield Row(count_cells(collection, key), "sum" if key == root else "", depths[key])


def state_words(collection: Collection, key: str) -> str:
    """Return what there is to do about a unit, in words; nothing where nothing is expected of it and nothing came."""
    state = collection.units[key].state
    return state.label + (_ONLY_SCANS if key in collection.scans else "") if state else ""


def _state_rows(collection: Collection) -> Iterator[Row]:
    tree = collection.merged.tree
    for key, one in collection.units.items():
        if one.state is None:
            continue
        unit, filing = tree[key], one.filing
        yield Row(
            (
                unit.name, unit.level.label, unit.code, tree[unit.parent].name if unit.parent else "",
                state_words(collection, key),
                filing.day.isoformat() if filing else None,
                FILING_BASIS[filing.is_dated] if filing else None,
                ("是" if one.is_on_time else "否") if filing else None,
                *collection.merged.person(key),
            ),
            _LOOKS.get(one.state, ""),
        )  # fmt: skip
