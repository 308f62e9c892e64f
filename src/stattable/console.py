"""Tables and progress for a terminal. The only module that knows rich."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from stattable.checking.batch import Batch, Checked
from stattable.export import Shown, label_of
from stattable.merging.merge import Merged
from stattable.model import form
from stattable.model.catalogue import FAMILIES, Entry, render
from stattable.model.findings import Finding, Severity
from stattable.model.form import FIELDS, shown_value

_COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_STATUS: Final = {
    "accepted": ("可以计入", "green"),
    "rejected": ("退回", "bold red"),
    "duplicate": ("重复", "yellow"),
}
_SEVERITY_WIDTH: Final = 6
_CODE_WIDTH: Final = 5
_NOT_FIRST: Final = "，。、；：？！）”》】…"  # what no line begins with
_HANGING: Final = 2  # columns
_MOST_GROUPS: Final = 30  # files whose findings a merge shows
_MOST_SHOWN: Final = 20  # findings of one code in one group; the rest is counted


def make_console(*, stderr: bool = False) -> Console:
    """Return a console for people's text."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False)


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give a function to tell of progress; the bar is on a terminal only, and on stderr."""
    console = make_console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def show_check(batch: Batch, findings: Sequence[Finding], shown: Shown) -> None:
    """Show the findings of `check`, file by file, and a summary."""
    console = make_console()
    for one in batch.returns:
        visible = [finding for finding in one.findings if shown(finding)]
        if visible:
            console.print(_head(one))
            _show_findings(console, visible)
            console.print()
    others = [finding for finding in findings if shown(finding)]
    if others:
        _show_findings(console, others, with_path=True)
        console.print()
    statuses = [one.status for one in batch.returns]
    everything = [f for one in batch.returns for f in one.findings if shown(f)] + others
    clean = sum(not any(map(shown, one.findings)) for one in batch.returns)
    console.print(Text(f"共检查 {len(statuses)} 个文件：", style="bold"), end="")
    console.print(
        _joined(
            (f"{statuses.count('accepted')} 个可以计入", "green"),
            (f"{statuses.count('rejected')} 个要退回", "bold red" if "rejected" in statuses else "dim"),
            (f"{statuses.count('duplicate')} 个重复", "dim"),
        )
    )
    console.print(_severity_line(everything))
    for line in wrapped(_advice(statuses, everything, clean), console.width - 2):
        console.print(Text(line))


def _head(one: Checked) -> Text:
    status, colour = _STATUS[one.status]
    unit = "（不知道是哪个单位）"
    if one.unit.name:
        scope = f"，{one.scope.label}数" if one.scope else ""
        level = f"（{one.level.label}{scope}）" if one.level else ""
        unit = f"{one.unit.name}{level}"
    return Text.assemble((one.path, "bold"), "  ", unit, "  ", (f"【{status}】", colour))


def _show_findings(console: Console, findings: Sequence[Finding], *, with_path: bool = False) -> None:
    order = {severity: rank for rank, severity in enumerate(Severity)}
    counts: dict[str, int] = {}
    for finding in sorted(findings, key=lambda f: (order[f.severity], f.code)):
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] > _MOST_SHOWN:
            continue
        place = f"{finding.path}：" if with_path and finding.path else ""
        head = Text.assemble(
            "  ",
            (set_cell_size(finding.severity.label, _SEVERITY_WIDTH), _COLOURS[finding.severity]),
            (set_cell_size(f" {finding.code}", _CODE_WIDTH), "cyan"),
        )
        indent = head.cell_len + 1
        first, *rest = wrapped(place + render(finding, label_of), console.width - indent - 2)
        console.print(head.append(f" {first}"))
        for line in rest:
            console.print(Text(" " * indent + line))
    for code, count in counts.items():
        if count > _MOST_SHOWN:
            console.print(Text(f"  {code} 还有 {count - _MOST_SHOWN} 条，见 JSON 或汇总表的“审核意见”。", style="dim"))


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns, broken where Chinese may be broken: almost anywhere.

    One closing mark may hang over the end of a line.
    """
    lines, line, used = [], "", 0
    for char in text:
        size = cell_len(char)
        if used + size > width + (_HANGING if char in _NOT_FIRST else 0):
            cut = len(line)
            while cut > 0 and _belong_together(line[cut - 1], line[cut] if cut < len(line) else char):
                cut -= 1
            cut = cut or len(line)
            lines.append(line[:cut].rstrip())
            line = line[cut:].lstrip() if char != " " else line[cut:]
            used = cell_len(line)
            if char == " " and not line:
                continue
        line, used = line + char, used + size
    return [*lines, line]


def _belong_together(one: str, other: str) -> bool:
    """Whether no line ends between two characters: numbers, codes and paths stay whole where they fit."""
    return other in _NOT_FIRST or all(char.isascii() and char.isalnum() for char in (one, other))


def _joined(*parts: tuple[str, str]) -> Text:
    text = Text()
    for position, (words, style) in enumerate(parts):
        text.append("，" if position else "").append(words, style=style)
    return text.append("。")


def _severity_line(findings: Sequence[Finding]) -> Text:
    parts = [
        (f"{severity.label} {sum(f.severity is severity for f in findings)} 条", _COLOURS[severity])
        for severity in Severity
    ]
    return Text("审核意见：").append_text(_joined(*parts))


def _advice(statuses: Sequence[str], findings: Sequence[Finding], clean: int) -> str:
    if "rejected" in statuses:
        return "强制性问题必须改正后重新报送；核实性问题请核实并写明理由。用“stattable explain 代码”看说明。"
    if any(finding.severity is Severity.WARNING for finding in findings):
        return "没有要退回的。核实性问题请核实并写明理由。用“stattable explain 代码”看说明。"
    return f"{clean} 个文件没有问题。"


def show_merge(merged: Merged, output: str | None) -> None:
    """Show the result of `merge`: the total, what came in, findings, and where the workbook is."""
    console = make_console()
    root, summary = merged.root_unit, merged.summary
    groups = _groups(merged)
    for name, group in groups[:_MOST_GROUPS]:
        console.print(Text(name, style="bold"))
        _show_findings(console, group)
    if len(groups) > _MOST_GROUPS:
        rest = f"还有 {len(groups) - _MOST_GROUPS} 个文件有意见，全部意见见汇总表的“审核意见”或 --format json。"
        console.print(Text(rest, style="dim"))
    if groups:
        console.print()
    console.print(Text(f"{root.name}（{root.level.label}）  {form.title(merged.edition)}", style="bold"))
    if any(value is not None for value in merged.total):
        console.print(_total_table(merged))
    console.print(
        f"应报 {summary.expected} 个单位：交了表的 {summary.expected - summary.covered - summary.missing}，"
        f"已含在上级汇总数里的 {summary.covered}，没有报的 {summary.missing}。"
    )
    console.print(
        f"收到 {summary.received} 份表：合格 {summary.accepted}，退回 {summary.rejected}，重复 {summary.duplicate}。"
    )
    console.print(_severity_line(merged.findings))
    if output is None:
        console.print(Text("没有写出汇总表。请先处理上面的强制性问题。", style="bold red"))
    else:
        console.print(Text(f"汇总表已写入 {output}", style="green"))
        if summary.rejected:
            console.print(Text(f"注意：有 {summary.rejected} 份报表被退回，没有计入。", style="bold red"))


def _groups(merged: Merged) -> list[tuple[str, list[Finding]]]:
    """Return the findings by file, those of files with the worst first."""
    groups: dict[str, list[Finding]] = {}
    for finding in merged.findings:
        groups.setdefault(finding.path or "完整性", []).append(finding)
    order = tuple(Severity)
    return sorted(groups.items(), key=lambda group: min(order.index(finding.severity) for finding in group[1]))


def _total_table(merged: Merged) -> Table:
    table = Table(show_edge=True, pad_edge=False)
    table.add_column("栏目", overflow="fold")
    table.add_column("合计", justify="right", no_wrap=True)
    for field, value in zip(FIELDS, merged.total, strict=True):
        shown = shown_value(value, merged.root_unit.level, field.index)
        if shown is not None:
            table.add_row(field.label, str(shown))
    return table


def show_faults(findings: Sequence[Finding]) -> None:
    """Show the faults of a roster."""
    _show_findings(make_console(), findings)


def show_entry(entry: Entry) -> None:
    """Explain a code."""
    console = make_console()
    console.print(Text.assemble((entry.code, "bold cyan"), "  ", (entry.title, "bold")))
    console.print(Text(f"{FAMILIES[entry.code[0]]}类，{entry.severity.label}", style=_COLOURS[entry.severity]))
    console.print(Text(f"\n为什么：{entry.why}"))
    console.print(Text(f"怎么办：{entry.remedy}" if "{" not in entry.remedy else "怎么办：按提示中的建议处理。"))


def say(text: str, *, error: bool = False) -> None:
    """Say a line to the user, on stderr where it is an `error`."""
    make_console(stderr=error).print(Text(text))


def use_utf8() -> None:
    """Make what is printed UTF-8, on Windows consoles and in pipes too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
