"""What stands in 报送情况 and 审核意见, as rows: written by a merge, and held against one that is made again."""

from collections.abc import Iterator, Sequence
from typing import Final

from stattable.merging.result import MergeResult
from stattable.model.catalogue import render
from stattable.model.findings import Finding, Severity, Status
from stattable.model.form import label_of
from stattable.model.identity import cell_text

STATUS_WORDS: Final = {
    Status.ACCEPTED: "已报",
    Status.REJECTED: "退回",
    Status.COVERED: "已含在上级汇总数里",
    Status.MISSING: "未报",
    None: "不要求",
}
COUNT_HEADS: Final = ("上级单位", "级别", "应报", "已报", "退回", "已含在上级汇总数里", "未报")
STATE_HEADS: Final = ("单位", "级别", "代码", "上级单位", "状态", "联系人", "电话")
FINDING_HEADS: Final = (
    "序号", "程度", "代码", "单位", "文件", "单元格", "栏目", "原值", "说明", "核实情况（由经办人填写）",
)  # fmt: skip
UNIT_AT: Final = FINDING_HEADS.index("单位")


def _count_rows(merged: MergeResult) -> Iterator[tuple[object, ...]]:
    """Yield, for each unit with units below it, how many of these reported."""
    tree, statuses = merged.tree, merged.statuses
    for key in tree.below(merged.root):
        of_children = [statuses[child] for child in tree.children[key] if statuses[child] is not None]
        if of_children:
            counts = (
                of_children.count(status)
                for status in (Status.ACCEPTED, Status.REJECTED, Status.COVERED, Status.MISSING)
            )
            yield tree[key].name, tree[key].level.label, len(of_children), *counts


def state_sheet(merged: MergeResult) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the rows of 报送情况, each with what it is: ``title``, ``head``, ``counts``, or the state of its unit."""
    yield "title", ("各单位下级的报送情况",)
    yield "head", COUNT_HEADS
    yield from (("counts", row) for row in _count_rows(merged))
    yield "counts", ()
    yield "title", ("每个单位的报送情况",)
    yield "head", STATE_HEADS
    tree, statuses = merged.tree, merged.statuses
    for key in tree.below(merged.root):
        if (status := statuses[key]) is not None:
            unit = tree[key]
            parent = tree[unit.parent].name if unit.parent else ""
            said = (unit.name, unit.level.label, unit.code, parent, STATUS_WORDS[status])
            yield status, (*said, *merged.person(key))


def finding_rows(merged: MergeResult) -> Iterator[tuple[Finding, tuple[object, ...]]]:
    """Yield the findings, the worst first, each with its row."""
    order = {severity: rank for rank, severity in enumerate(Severity)}
    for number, finding in enumerate(sorted(merged.findings, key=lambda one: order[one.severity]), start=1):
        yield finding, (number, *_about(finding), render(finding, label_of), None)


def _about(finding: Finding) -> tuple[str | None, ...]:
    """Return the cells from 程度 to 原值."""
    return (
        finding.severity.label, finding.code, finding.unit.name if finding.unit else None, finding.path, finding.cell,
        label_of(finding.field) if finding.field else None, finding.raw,
    )  # fmt: skip


def told(finding: Finding) -> tuple[str, ...]:
    """Return what a row of 审核意见 is about, without its number and its words."""
    return tuple(_text(cell) for cell in _about(finding))


def read_told(cells: Sequence[object]) -> tuple[str, ...]:
    """Return the same of a row as it stands on the sheet."""
    return tuple(_text(cell) for cell in cells[1:_WORDS_AT])


_WORDS_AT: Final = FINDING_HEADS.index("说明")


def _text(cell: object) -> str:
    return " ".join(cell_text(cell).split())
