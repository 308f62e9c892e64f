"""The findings of `check`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from stattable.checking.duplicates import fold_copies
from stattable.checking.returns import Batch, CheckedReturn, open_units
from stattable.model.findings import Finding, Status
from stattable.output.console.findings import (
    MOST_LISTED,
    names_above,
    severity_line,
    show_findings,
    show_open,
    show_rest,
    where_all_are,
)
from stattable.output.console.terminal import Terminal, joined, make_console

if TYPE_CHECKING:
    from stattable.output.json_documents import Shown

_STATUS: Final = {
    Status.ACCEPTED: ("可以计入", "green"),
    Status.REJECTED: ("退回", "bold red"),
    Status.DUPLICATE: ("重复", "yellow"),
    Status.SUPERSEDED: ("已更正", "dim"),
}


def show_check(batch: Batch, findings: Sequence[Finding], shown: "Shown", findings_file: str | None = None) -> None:
    """Show the findings of `check`, file by file, and a summary.

    Args:
        batch: what was checked.
        findings: those of no file.
        shown: whether a finding is to be shown.
        findings_file: where all were written, or None.
    """
    console = make_console()
    where = where_all_are(findings_file)
    paths = frozenset(one.path for one in batch.returns)
    of_files = [finding for one in batch.returns for finding in one.findings if shown(finding)]
    visible_of: dict[str, list[Finding]] = {}
    for finding in fold_copies(of_files):
        visible_of.setdefault(finding.path or "", []).append(finding)
    listed = 0
    for one in batch.returns:
        visible = visible_of.get(one.path)
        if visible:
            listed += len(visible)
            if listed > MOST_LISTED:
                break
            _show_head(console, one)
            show_findings(console, visible, paths, others=where)
            console.print()
            del visible_of[one.path]
    if visible_of:
        show_rest(console, visible_of.items(), names_above(batch.returns, batch.tree), where)
        console.print()
    others = [finding for finding in findings if shown(finding)]
    if others:
        show_findings(console, others, paths, with_path=True, others=where)
        console.print()
    statuses = [one.status for one in batch.returns]
    everything = [*of_files, *others]
    clean = sum(not any(map(shown, one.findings)) for one in batch.returns)
    counts = (
        (f"{statuses.count(Status.ACCEPTED)} 个可以计入", "green"),
        (f"{statuses.count(Status.REJECTED)} 个要退回", "bold red" if "rejected" in statuses else "dim"),
        (f"{statuses.count(Status.DUPLICATE)} 个重复", "dim"),
        (f"{statuses.count(Status.SUPERSEDED)} 个已更正", "dim"),
    )
    console.show(Text(f"共检查 {len(statuses)} 个文件：", style="bold").append_text(joined(*counts)))
    console.show(severity_line(everything))
    if any(finding.is_work for finding in everything):
        show_open(console, len(open_units(batch.returns)), everything)
    console.show(_advice(statuses, everything, clean))
    if findings_file:
        console.show(
            Text(f"审核意见共 {len(everything)} 条，已写入 {findings_file}", style="green"), whole=[findings_file]
        )


def _show_head(console: Terminal, one: CheckedReturn) -> None:
    status, colour = _STATUS[one.status]
    unit = "（不知道是哪个单位）"
    if one.unit.name:
        scope = f"，{one.scope.label}数" if one.scope else ""
        level = f"（{one.level.label}{scope}）" if one.level else ""
        unit = f"{one.unit.name}{level}"
    console.show(Text.assemble((one.path, "bold"), "  ", unit, "  ", (f"【{status}】", colour)), whole=[one.path, unit])


def _advice(statuses: Sequence[str], findings: Sequence[Finding], clean: int) -> str:
    if "rejected" in statuses:
        return "强制性问题必须改正后重新报送；核实性问题请核实并写明理由。用“stattable explain 代码”看说明。"
    if any(finding.is_work for finding in findings):
        return "没有要退回的。核实性问题请核实并写明理由。用“stattable explain 代码”看说明。"
    return f"{clean} 个文件没有问题。"
