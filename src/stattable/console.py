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
from rich.tree import Tree as RichTree

from stattable.checking.batch import Batch, Checked
from stattable.export import Shown, label_of
from stattable.merging.merge import Merged
from stattable.merging.reopened import Reopened
from stattable.merging.sources import FileState
from stattable.merging.trace import End, Step
from stattable.merging.verify import Verdict
from stattable.model import form
from stattable.model.catalogue import FAMILIES, Entry, render
from stattable.model.findings import Finding, Severity
from stattable.model.form import FIELDS, Field, number, shown_value
from stattable.model.units import Level, Scope

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


def show_merge(merged: Merged, output: str | None, levels: tuple[str, int] | None = None) -> None:
    """Show the result of `merge`: the total, what came in, findings, and where the workbooks are."""
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
        if levels:
            console.print(Text(f"逐级的汇总表共 {levels[1]} 份，已写入文件夹 {levels[0]}", style="green"))
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


# -- verify and trace -------------------------------------------------------------------------------------


def show_verify(verdict: Verdict) -> None:
    """Show whether a merged workbook still proves its total, and what speaks against it."""
    console = make_console()
    report, matched = verdict.report, verdict.sources
    unit = report.identity.unit
    console.print(Text(f"{report.path}  {unit.name}（{unit.level.label}）", style="bold"))
    by_path: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        by_path.setdefault(finding.path or report.path, []).append(finding)
    for path, findings in sorted(by_path.items(), key=lambda item: item[0] != report.path):
        if path != report.path:
            console.print(Text(path, style="bold"))
        _show_findings(console, findings)
    itself = any(finding.code in {"P001", "P002", "P003"} for finding in verdict.findings)
    console.print(
        Text("表内有改动，数字对不上。", style="bold red")
        if itself
        else Text("表内一致：页上的数等于本级加下级，没有被改过。", style="green")
    )
    if matched is None:
        console.print(Text("没有给出报表所在的文件夹，没有与报表核对。", style="dim"))
        return
    states = list(matched.states.values())
    counts = (
        (f"{states.count(FileState.SAME)} 份没有变", "green"),
        (f"{states.count(FileState.CHANGED)} 份变了", "bold red" if FileState.CHANGED in states else "dim"),
        (f"{states.count(FileState.GONE)} 份不见了", "bold red" if FileState.GONE in states else "dim"),
        (f"{len(matched.new)} 份是新来的", "bold red" if matched.new else "dim"),
    )
    console.print(Text("汇总时的报表：").append_text(_joined(*counts)))
    if verdict.proved:
        console.print(Text("核对通过：用这些报表重新汇总，每一个数都相同。", style="bold green"))
    elif not itself:
        console.print(Text("汇总表已经过时，请重新汇总。", style="bold red"))


_STATE_WORDS: Final = {
    FileState.SAME: "",
    FileState.CHANGED: "，文件变了",
    FileState.GONE: "，文件不在这里",
    FileState.UNKNOWN: "",
}
_END_WORDS: Final = {
    End.NOT_SPLIT: "这张表里没有再往下分",
    End.NOT_AT_HAND: "往下要看它自己的汇总表，请给出这些报表所在的文件夹",
}


def show_trace(report: Reopened, field: Field, step: Step) -> None:
    """Show where a figure comes from, as a tree."""
    console = make_console()
    page = report.received.values
    console.print(Text(f"{field.label}（{field.cell}）", style="bold"))
    tree = RichTree(_step_label(step, field))
    _grow(tree, step, field)
    console.print(tree)
    if page and page[field.index] != step.value:
        shown = shown_value(page[field.index], report.identity.unit.level, field.index)
        console.print(Text(f"注意：页上现在是“{_blank(shown)}”，与汇总出来的不同，被改过。", style="bold red"))


def _grow(tree: RichTree, step: Step, field: Field) -> None:
    shown = [one for one in step.steps if one.value or one.now != one.value or one.steps][:_MOST_SHOWN]
    for one in shown:
        single = one.steps[0] if len(one.steps) == 1 and one.steps[0].scope and one.scope is None else None
        _grow(tree.add(_step_label(one, field, single)), single or one, field)
    rest = [one for one in step.steps if one not in shown]
    if rest:
        amount = sum(number(one.value) for one in rest)
        tree.add(Text(f"另有 {len(rest)} 个单位，共 {amount}", style="dim"))
    if step.end:
        tree.add(Text(_END_WORDS[step.end], style="dim"))


def _step_label(step: Step, field: Field, single: Step | None = None) -> Text:
    """Return the line of a unit, or of a return; a unit's `single` return stands on its line."""
    level = Level(step.unit.level) if step.unit.level else None
    was, now = (_blank(shown_value(value, level, field.index)) for value in (step.value, step.now))
    name = step.unit.name or "" if step.scope is None else f"{step.scope.label}数"
    text = Text.assemble((name, "bold" if step.scope is None else ""), "  ", (was, "cyan"))
    if was != now:
        text.append(f" → 现在 {now}", style="bold red")
    sent = single or step
    if sent.scope is Scope.CUMULATIVE and single:
        text.append("（上报的汇总数）", style="dim")
    if sent.difference:
        how = "多" if sent.difference > 0 else "少"
        text.append(f"（比本级与下级{how} {abs(sent.difference)}）", style="yellow")
    if sent.path:
        cell = f" {sent.cell}" if sent.cell else ""
        text.append(f"  {sent.path}{cell}{_STATE_WORDS[sent.state or FileState.UNKNOWN]}", style="dim")
    return text


def _blank(shown: str | int | None) -> str:
    return "空白" if shown is None else str(shown)


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
