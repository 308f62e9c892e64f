"""Whether a merged workbook holds, and where a figure of it comes from."""

from typing import Final

from rich.text import Text
from rich.tree import Tree

from stattable.console.findings import MOST_SHOWN, show_findings
from stattable.console.terminal import joined, make_console
from stattable.merging.check_code import CHECK_CODE
from stattable.merging.reopened import Reopened
from stattable.merging.sources import FileState
from stattable.merging.trace import End, Step
from stattable.merging.verify import Verdict
from stattable.model.findings import Finding, Severity, UnitRef
from stattable.model.form import Field, Value, number, shown_value
from stattable.model.units import Level, Scope


def show_verify(verdict: Verdict) -> None:
    """Show whether a merged workbook still proves its total, and what speaks against it."""
    console = make_console()
    report, matched = verdict.report, verdict.sources
    unit = report.identity.unit
    console.print(Text(f"{report.path}  {unit.name}（{unit.level.label}）", style="bold"))
    by_path: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        by_path.setdefault(finding.path or report.path, []).append(finding)
    for path, findings in sorted(by_path.items(), key=lambda item: item[0] == report.path):  # what follows, last
        if path != report.path or len(by_path) > 1:
            console.print(Text(path, style="bold"))
        show_findings(console, findings)
    errors = [finding for finding in verdict.findings if finding.severity is Severity.ERROR]
    codes = {finding.code for finding in errors}
    itself = any(finding.code not in _OF_SOURCES and finding.path == report.path for finding in errors)
    console.print(
        Text("表内有改动，对不上。", style="bold red")
        if itself
        else Text("表内一致：页、分单位汇总、台账、标识和记录说的相同，没有被改过。", style="green")
    )
    if verdict.check_code:
        console.print(f"{CHECK_CODE} {verdict.check_code}，应与盖章的那一页页脚上的相同。")
    if matched is None:
        why = "没有给出报表所在的文件夹" if report.ledger else "汇总台账读不出来"
        console.print(Text(f"{why}，没有与报表核对。", style="dim"))
        return
    states = list(matched.states.values())
    counts = (
        (f"{states.count(FileState.SAME)} 份没有变", "green"),
        (f"{states.count(FileState.CHANGED)} 份变了", "bold red" if FileState.CHANGED in states else "dim"),
        (f"{states.count(FileState.GONE)} 份不见了", "bold red" if FileState.GONE in states else "dim"),
        (f"{len(matched.new)} 份是新来的", "bold red" if matched.new else "dim"),
    )
    console.print(Text("汇总时的报表：").append_text(joined(*counts)))
    if verdict.roster is FileState.UNKNOWN:
        console.print(Text("名册没有给出，没有核对。", style="dim"))
    if verdict.proved:
        how = "每一个判断" if verdict.in_words else "每份报表是否计入"
        console.print(Text(f"核对通过：用这些报表重新汇总，每一个数、{how}都相同。", style="bold green"))
        if not verdict.in_words:
            why = "名册不在这里" if verdict.roster is FileState.UNKNOWN else "汇总时用的是另一版程序"
            console.print(Text(f"{why}，判断的理由和各单位的报送情况没有再核对。", style="dim"))
    elif "P007" in codes or FileState.CHANGED in states or matched.new:
        console.print(Text("汇总表已经过时，请重新汇总。", style="bold red"))


_OF_SOURCES: Final = frozenset({"P004", "P005", "P006", "P007", "P008", "P012", "P014"})
_STATE_WORDS: Final = {
    FileState.SAME: "",
    FileState.CHANGED: "，文件变了",
    FileState.GONE: "，文件不在这里",
    FileState.UNKNOWN: "",
}
_END_WORDS: Final = {
    End.ALTERED: "这份汇总表的页在汇总以后被改过，与它下面加起来的数对不上",
    End.NOT_SPLIT: "这张表里没有再往下分",
    End.NOT_AT_HAND: "往下要看它自己的汇总表，请给出这些报表所在的文件夹",
}


def show_trace(report: Reopened, field: Field, step: Step) -> None:
    """Show where a figure comes from, as a tree."""
    console = make_console()
    page = report.received.values
    console.print(Text(f"{field.label}（{report.cell_of(field)}）", style="bold"))
    tree = Tree(_step_label(step, field))
    _grow(tree, step, field)
    console.print(tree)
    if page and page[field.index] != step.value:
        shown = shown_value(page[field.index], report.identity.unit.level, field.index)
        console.print(Text(f"注意：页上现在是“{_blank(shown)}”，与汇总出来的不同，被改过。", style="bold red"))


def _grow(tree: Tree, step: Step, field: Field) -> None:
    told = [one for one in step.steps if one.value or one.now != one.value or one.steps]
    kept = sorted(told, key=lambda one: one.now == one.value)[:MOST_SHOWN]  # what changed is shown whatever its size
    shown = [one for one in told if one in kept]
    for one in shown:
        single = one.steps[0] if len(one.steps) == 1 and one.steps[0].scope and one.scope is None else None
        _grow(tree.add(_step_label(one, field, single)), single or one, field)
    rest = [one for one in step.steps if one not in shown]
    if rest:
        was, now = sum(number(one.value) for one in rest), sum(number(one.now) for one in rest)
        changed = f" → 现在 {now}" if now != was else ""
        tree.add(Text(f"另有 {len(rest)} 个单位，共 {was}{changed}", style="dim"))
    for uncounted in step.uncounted[:MOST_SHOWN]:
        name, figure = uncounted.unit.name or "", _blank(_shown(uncounted.unit, uncounted.value, field))
        said = f"{name} {uncounted.scope.label}数 {figure}，没有另计：{uncounted.why or '台账里没有写明'}"
        tree.add(Text(said, style="dim"))
    if len(step.uncounted) > MOST_SHOWN:
        tree.add(Text(f"另有 {len(step.uncounted) - MOST_SHOWN} 份也没有另计，见汇总台账", style="dim"))
    if step.end:
        tree.add(Text(_END_WORDS[step.end], style="dim"))


def _step_label(step: Step, field: Field, single: Step | None = None) -> Text:
    """Return the line of a unit, or of a return; a unit's `single` return stands on its line."""
    was, now = (_blank(_shown(step.unit, value, field)) for value in (step.value, step.now))
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


def _shown(unit: UnitRef, value: Value, field: Field) -> str | int | None:
    return shown_value(value, Level(unit.level) if unit.level else None, field.index)


def _blank(shown: str | int | None) -> str:
    return "空白" if shown is None else str(shown)
