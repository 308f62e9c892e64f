"""The result of `trace`, as a tree."""

from dataclasses import dataclass
from dataclasses import field as default
from typing import Final

from rich.text import Text

from stattable.model.findings import UnitRef
from stattable.model.form import Field, Value, in_words, number
from stattable.model.units import Level, Scope
from stattable.output.console.findings import MOST_SHOWN
from stattable.output.console.terminal import Terminal, make_console
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.source_files import FileState
from stattable.proving.trace import TraceStep, TraceStop

_STATE_WORDS: Final = {
    FileState.SAME: "",
    FileState.CHANGED: "，文件变了",
    FileState.GONE: "，文件不在这里",
    FileState.UNKNOWN: "",
}


_END_WORDS: Final = {
    TraceStop.ALTERED: "这份汇总表的页在汇总以后被改过，与它下面加起来的数对不上",
    TraceStop.NOT_SPLIT: "这张表里没有再往下分",
    TraceStop.NOT_AT_HAND: "往下要看它自己的汇总表，请给出这些报表所在的文件夹",
}


@dataclass(frozen=True, slots=True)
class _Node:
    """A line of the tree, the path in it, and what stands below it."""

    line: Text
    path: str = ""
    below: "list[_Node]" = default(default_factory=list)

    def add(self, line: Text, path: str = "") -> "_Node":
        """Put a line below this one, and return it."""
        self.below.append(_Node(line, path))
        return self.below[-1]

    def show(self, console: Terminal, lead: str = "", follow: str = "") -> None:
        """Print the lines from here down, each with the branches before it."""
        console.show(self.line, lead=lead, follow=follow, whole=[self.path])
        for node in self.below:
            is_last = node is self.below[-1]
            node.show(console, follow + ("└── " if is_last else "├── "), follow + ("    " if is_last else "│   "))


def show_trace(report: MergedWorkbook, field: Field, step: TraceStep) -> None:
    """Show where a figure comes from, as a tree."""
    console = make_console()
    page = report.file.values
    console.show(Text(f"{field.label}（{report.cell_of(field)}）", style="bold"))
    tree = _Node(_step_label(step, field), step.path or "")
    _grow(tree, step, field)
    tree.show(console)
    if page and page[field.index] != step.value:
        shown = in_words(page[field.index], report.identity.unit.level, field.index)
        console.show(Text(f"注意：页上现在是“{shown}”，与汇总出来的不同，被改过。", style="bold red"))


def _grow(tree: _Node, step: TraceStep, field: Field) -> None:
    parts = [one for one in step.steps if one.value or one.now != one.value or one.steps]
    kept = sorted(parts, key=lambda one: one.now == one.value)[:MOST_SHOWN]  # what changed is shown whatever its size
    shown = [one for one in parts if one in kept]
    for one in shown:
        single = one.steps[0] if len(one.steps) == 1 and one.steps[0].scope and one.scope is None else None
        _grow(tree.add(_step_label(one, field, single), (single or one).path or ""), single or one, field)
    rest = [one for one in step.steps if one not in shown]
    if rest:
        was, now = sum(number(one.value) for one in rest), sum(number(one.now) for one in rest)
        changed = f" → 现在 {now}" if now != was else ""
        tree.add(Text(f"另有 {len(rest)} 个单位，共 {was}{changed}", style="dim"))
    for uncounted in step.uncounted[:MOST_SHOWN]:
        name, figure = uncounted.unit.name or "", _shown(uncounted.unit, uncounted.value, field)
        words = f"{name} {uncounted.scope.label}数 {figure}，没有另计：{uncounted.why or '台账里没有写明'}"
        tree.add(Text(words, style="dim"))
    if len(step.uncounted) > MOST_SHOWN:
        tree.add(Text(f"另有 {len(step.uncounted) - MOST_SHOWN} 份也没有另计，见汇总台账", style="dim"))
    if step.end:
        tree.add(Text(_END_WORDS[step.end], style="dim"))


def _step_label(step: TraceStep, field: Field, single: TraceStep | None = None) -> Text:
    """Return the line of a unit, or of a return; a unit's `single` return stands on its line."""
    was, now = (_shown(step.unit, value, field) for value in (step.value, step.now))
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


def _shown(unit: UnitRef, value: Value, field: Field) -> str:
    return in_words(value, Level(unit.level) if unit.level else None, field.index)
