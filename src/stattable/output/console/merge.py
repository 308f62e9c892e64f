"""The result of `merge`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from stattable.checking.duplicates import fold_copies
from stattable.merging.outputs import Keeping
from stattable.merging.result import MergeResult
from stattable.model import form
from stattable.model.catalogue import FAMILIES
from stattable.model.findings import Finding, Severity
from stattable.model.form import FIELDS, shown_value
from stattable.output.console.findings import (
    names_above,
    severity_line,
    show_findings,
    show_open,
    show_rest,
    where_all_are,
)
from stattable.output.console.terminal import make_console
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.ledger import check_code_of
from stattable.proving.lists import FINDINGS_SHEET, gap_words, reported_words

if TYPE_CHECKING:
    from stattable.writing.levels import WrittenLevels

_WHY_KEPT: Final = {  # and what to look for in it
    Keeping.MORE: ("里有这次没有的报表", "少了哪些报表"),
    Keeping.ALTERED: ("写出以后被人改动过", "改了什么"),
    Keeping.REASONS: ("里写的核实情况有的对不上现在的审核意见", "哪些还要写"),
}
_MOST_GROUPS: Final = 30  # files whose findings a merge shows


def show_merge(
    merged: MergeResult,
    output: str | None,
    levels: "WrittenLevels | None" = None,
    kept: Mapping[str, str] | None = None,
    why_kept: Mapping[str, Keeping] | None = None,
    findings_file: str | None = None,
    letter: str | None = None,
    page: str | None = None,
) -> None:
    """Show the result of `merge`: the total, what came in, findings, and where the workbooks are.

    Args:
        merged: the result.
        output: path of the merged workbook, or None if none was written.
        levels: the workbooks of all levels, or None if none were asked for.
        kept: the new paths of earlier results that were kept, by their paths before.
        why_kept: why they were.
        findings_file: where all findings were written, or None.
        letter: where the letter was written, or None.
        page: path of the web page, or None.
    """
    console = make_console()
    root, summary = merged.root_unit, merged.summary
    groups = _groups(merged)
    paths = frozenset(one.path for one in merged.files)
    in_workbook = f"全部意见见汇总表的“{FINDINGS_SHEET}”。"
    where = in_workbook if output and not findings_file else where_all_are(findings_file)
    for name, group in groups[:_MOST_GROUPS]:
        console.show(Text(name, style="bold"), whole=[name])
        show_findings(console, group, paths, others=where)
    if rest := groups[_MOST_GROUPS:]:
        show_rest(console, rest, names_above(merged.returns, merged.tree), where)
    if groups:
        console.print()
    console.show(Text(f"{root.name}（{root.level.label}）  {form.title(merged.edition)}", style="bold"))
    if not merged.refused and any(value is not None for value in merged.total):
        console.print(_total_table(merged))
    console.show(
        f"应报 {summary.expected} 个单位：交了表的 {summary.expected - summary.covered - summary.missing}，"
        f"已含在上级汇总数里的 {summary.covered}，没有报的 {summary.missing}。"
    )
    for words in reported_words(merged):
        console.show(f"  {words}。")
    if gaps := gap_words(merged):
        console.show(f"下级的汇总表里还有没有报的：{gaps}，这些数不在里面。")
    console.show(
        f"收到 {summary.received} 份表：合格 {summary.accepted}，退回 {summary.rejected}，重复 {summary.duplicate}，"
        f"已更正 {summary.superseded}。"
    )
    show_open(console, summary.open, merged.findings)
    console.show(severity_line(merged.findings))
    if findings_file:
        text = f"审核意见共 {len(merged.findings)} 条，已写入 {findings_file}"
        console.show(Text(text, style="green"), whole=[findings_file])
    if output is None:
        console.show(Text("没有写出汇总表。请先处理上面的强制性问题。", style="bold red"))
    else:
        console.show(Text(f"汇总表已写入 {output}", style="green"), whole=[output])
        console.show(f"{CHECK_CODE} {check_code_of(merged)}，印在汇总页的页脚。")
        written = (("汇总说明", letter), ("网页", page))
        for what, path in ((what, path) for what, path in written if path):
            console.show(Text(f"{what}已写入 {path}", style="green"), whole=[path])
        if levels:
            where = f"逐级的汇总表共 {levels.count} 份，已写入文件夹 {levels.folder}"
            text = where if levels.count else f"{root.name}没有下级单位，不用写逐级的汇总表。"
            console.show(Text(text, style="green"), whole=[levels.folder])
            for path in levels.stale:
                text = f"注意：{path} 是以前的，这个单位现在没有可以计入的报表，没有重写。"
                console.show(Text(text, style="bold red"), whole=[path])
        for path, now in (kept or {}).items():
            why, what = _WHY_KEPT[(why_kept or {}).get(path, Keeping.ALTERED)]
            text = f"注意：原来的 {path} {why}，没有覆盖，现在是 {now}，请看看{what}。"
            console.show(Text(text, style="bold red"), whole=[path, now])
        if summary.rejected:
            console.show(Text(f"注意：有 {summary.rejected} 份报表被退回，没有计入。", style="bold red"))
        if merged.unresolved:
            text = f"注意：有 {merged.unresolved} 条强制性意见没有处理，总数可能不对。"
            console.show(Text(text, style="bold red"))


def _groups(merged: MergeResult) -> list[tuple[str, list[Finding]]]:
    """Return the findings by file, those of files with the worst first."""
    groups: dict[str, list[Finding]] = {}
    for finding in fold_copies(merged.findings):
        groups.setdefault(finding.path or FAMILIES["C"], []).append(finding)
    order = tuple(Severity)
    return sorted(groups.items(), key=lambda group: min(order.index(finding.severity) for finding in group[1]))


def _total_table(merged: MergeResult) -> Table:
    table = Table(show_edge=True, pad_edge=False)
    table.add_column("栏目", overflow="fold")
    table.add_column("合计", justify="right", no_wrap=True)
    for field, value in zip(FIELDS, merged.total, strict=True):
        shown = shown_value(value, merged.root_unit.level, field.index)
        if shown is not None:
            table.add_row(field.label, str(shown))
    return table
