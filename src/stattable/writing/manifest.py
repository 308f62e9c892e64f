"""The list of a bundle, which is its first thing to open: the units and what is missing, all files, all findings."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from stattable.checking.bundle import UnitPapers
from stattable.formats.list_mark import with_mark
from stattable.model.catalogue import closing_word, render
from stattable.model.findings import Severity, Status
from stattable.model.form import label_of, title
from stattable.model.papers import PaperKind
from stattable.model.text import chinese_date, due_words
from stattable.model.units import LEVEL_LABELS, Level
from stattable.writing.delivery import Delivery, PackedPaper
from stattable.writing.tables import Row, add_table
from stattable.writing.workbook import Workbook

UNIT_HEADS: Final = (
    "单位", "级别", "代码", "文件夹", "信息统计表", "明细附件", "经验总结", "照片", "视频", "其他文件", "缺什么",
)  # fmt: skip
FILE_HEADS: Final = ("文件", "单位", "材料", "大小（字节）", "修改时间", "打开检查", "SHA-256")
_ORIGINAL: Final = "原来的名称"  # a column more where any file has one
FINDING_HEADS: Final = ("程度", "代码", "单位", "文件", "说明")
_COUNTED: Final = (PaperKind.SUMMARY, PaperKind.PHOTO, PaperKind.VIDEO)
_STATUSES: Final = {
    Status.ACCEPTED: "合格",
    Status.REJECTED: "要改",
    Status.DUPLICATE: "重复",
    Status.SUPERSEDED: "已更正",
}
_LOOKS: Final = {Severity.ERROR: "bad", Severity.WARNING: "open"}
NOTHING: Final = "什么材料都没有"


def manifest_bytes(delivery: Delivery) -> bytes:
    """Return the list of a bundle as the bytes of a workbook, marked as a list of ours."""
    bundle = delivery.bundle
    workbook = Workbook()
    notes = [title(delivery.edition), deadline_line(delivery), size_line(delivery)]
    name = bundle.root.name
    add_table(workbook, "各单位情况", f"{name} 上报材料清单", notes, UNIT_HEADS, list(_unit_rows(delivery)))
    files = ["SHA-256 是文件内容的指纹，收到后再算一次，相同就是没有变过。", *notes[:1]]
    renamed = any(one.is_renamed for one in delivery.papers)
    heads = (*FILE_HEADS, _ORIGINAL) if renamed else FILE_HEADS
    rows = [_file_row(one, with_original=renamed) for one in delivery.papers]
    add_table(workbook, "文件清单", f"{name} 文件清单", files, heads, rows)
    if delivery.findings:
        add_table(workbook, "问题", f"{name} 打包时发现的问题", notes[:1], FINDING_HEADS, list(_finding_rows(delivery)))
    return with_mark(workbook.to_bytes())


def deadline_line(delivery: Delivery) -> str:
    """Return when the bundle was made, and when it is due."""
    usual = "截止日期没有写 --deadline，按当年 6 月 30 日。" if delivery.is_usual else ""
    due = due_words(delivery.deadline, delivery.days_over)
    return f"{chinese_date(delivery.today)}打包，{due}。{usual}"


def size_line(delivery: Delivery) -> str:
    """Return how much is in the bundle."""
    papers, units = delivery.papers, delivery.bundle.units
    size = sum(one.size or one.paper.file.size for one in papers)
    return f"{len(units)} 个单位，{len(papers)} 个文件，共 {size_words(size)}。"


def size_words(size: int) -> str:
    """Return a size in bytes as people read it."""
    for unit, step in (("GB", 2**30), ("MB", 2**20), ("KB", 2**10)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} 字节"


def table_words(unit: UnitPapers) -> str:
    """Return what became of a unit's table."""
    if unit.status is not None:
        return _STATUSES[unit.status]
    return "要改" if unit.has_table else "没有"


def annex_words(unit: UnitPapers) -> str:
    """Return whether a unit's list of accounts is here, and has to be."""
    if unit.has_annex:
        return "有"
    return "没有" if unit.needs_annex else "不用"


def _unit_rows(delivery: Delivery) -> Iterator[Row]:
    bundle = delivery.bundle
    for unit in bundle.units:
        counts = unit.counts
        others = sum(counts.values()) - sum(counts.get(kind, 0) for kind in (*_COUNTED, PaperKind.TABLE))
        lacks = "、".join(kind.label for kind in unit.missing)
        look = "bad" if PaperKind.TABLE in unit.missing or unit.status is Status.REJECTED else "open" if lacks else ""
        yield Row(
            (
                unit.name, _level_label(unit.level), unit.code, unit.folder, table_words(unit), annex_words(unit),
                *(counts.get(kind, 0) for kind in _COUNTED), others, lacks,
            ),
            look,
        )  # fmt: skip
    for absent in bundle.absent:
        blanks = [None] * (len(UNIT_HEADS) - 4)
        yield Row((absent.name, _level_label(absent.level), absent.code, *blanks, NOTHING), "bad")


def _level_label(level: str | None) -> str:
    return LEVEL_LABELS[Level(level)] if level else ""


def _file_row(one: PackedPaper, *, with_original: bool) -> Row:
    file = one.paper.file
    changed = datetime.fromtimestamp(file.mtime).astimezone().strftime("%Y-%m-%d %H:%M")
    state = "打包时变了" if one.is_changed else file.soundness.label
    look = "bad" if one.is_changed or file.soundness.is_fault else ""
    cells = (one.name, one.owner.name, one.paper.kind.label, one.size, changed, state, one.sha256)
    original = (one.place if one.is_renamed else "",) if with_original else ()
    return Row((*cells, *original), look)


def _finding_rows(delivery: Delivery) -> Iterator[Row]:
    order = {severity: rank for rank, severity in enumerate(Severity)}
    for one in sorted(delivery.findings, key=lambda one: (order[one.severity], one.code)):
        closed = closing_word(one)
        words = (f"【{closed}】" if closed else "") + render(one, label_of)
        where = Path(one.path).name if one.path else ""
        name = one.unit.name if one.unit else ""
        yield Row((one.severity.label, one.code, name, where, words), _LOOKS.get(one.severity, ""))
