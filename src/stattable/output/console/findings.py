"""Findings, as lines of text."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.text import Text

from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import closing_word, render
from stattable.model.findings import Finding, Severity
from stattable.model.form import label_of
from stattable.model.units import Tree
from stattable.output.console.terminal import COLOURS, Terminal, joined, make_console, paths_in

MOST_SHOWN: Final = 20  # of one kind in one group; the rest is counted
_ALWAYS_SHOWN: Final = frozenset({"C001"})  # which is in groups already, and must be complete
MOST_LISTED: Final = 20_000  # in all
_MOST_COUNTED: Final = 20  # units whose findings are counted; the rest is one number
_NOWHERE: Final = "其他"
NEXT_TIME: Final = "先处理上面这些，再做一次就会显示其余的。"
_SEVERITY_WIDTH: Final = 6
_CODE_WIDTH: Final = 5


def show_findings(
    console: Terminal,
    findings: Sequence[Finding],
    paths: Collection[str] = (),
    *,
    with_path: bool = False,
    others: str = NEXT_TIME,
) -> None:
    """Show findings, the worst first; of many with one code only some, and the number of the others.

    Args:
        console: where.
        findings: of one file, or of none.
        paths: of the files of the run, which are not broken over lines.
        with_path: whether each begins with its path.
        others: where the others are to be seen.
    """
    order = {severity: rank for rank, severity in enumerate(Severity)}
    counts: dict[str, int] = {}
    for finding in sorted(findings, key=lambda f: (order[f.severity], f.code)):
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] > MOST_SHOWN and finding.code not in _ALWAYS_SHOWN:
            continue
        place = f"{finding.path}：" if with_path and finding.path else ""
        head = Text.assemble(
            "  ",
            (set_cell_size(finding.severity.label, _SEVERITY_WIDTH), COLOURS[finding.severity]),
            (set_cell_size(f" {finding.code}", _CODE_WIDTH), "cyan"),
            " ",
        )
        closed = closing_word(finding)
        text = place + (f"【{closed}】" if closed else "") + render(finding, label_of)
        if finding.explanation is not None:
            text += f"情况说明：{finding.explanation}"
        whole = [finding.path or "", *paths_in(text, paths)] if console.is_screen else []
        console.show(text, lead=head, follow=" " * head.cell_len, whole=whole)
    for code, count in counts.items():
        if count > MOST_SHOWN and code not in _ALWAYS_SHOWN:
            console.show(Text(f"  {code} 还有 {count - MOST_SHOWN} 条。{others}", style="dim"))


def where_all_are(findings_file: str | None) -> str:
    """Return where all findings are to be seen, or what to type for that."""
    if findings_file:
        return f"全部意见见 {findings_file}。"
    return "加 --findings 意见.csv，把全部意见存成表格。"


def names_above(returns: Iterable[CheckedReturn], tree: Tree) -> dict[str, str]:
    """Return the names of the units right above those that returns are of, by path."""
    above = {one.path: tree[one.key].parent for one in returns if one.key is not None and one.key in tree}
    return {path: tree[parent].name for path, parent in above.items() if parent is not None}


def show_rest(
    console: Terminal, groups: Collection[tuple[str, Sequence[Finding]]], parents: Mapping[str, str], others: str
) -> None:
    """Show how many findings are not listed, by code and by the unit above.

    Args:
        console: where.
        groups: the paths of the files, each with its findings.
        parents: the names of the units above those that the files are of, by path.
        others: where they are to be seen.
    """
    codes = Counter(finding.code for _, findings in groups for finding in findings)
    above = Counter[str]()
    for path, findings in groups:
        above[parents.get(path, _NOWHERE)] += len(findings)
    console.show(Text(f"还有 {len(groups)} 个文件有意见，共 {codes.total()} 条。{others}", style="dim"))
    for what, counts in (("代码", codes), ("上级单位", above)):
        most = counts.most_common(_MOST_COUNTED)
        parts = [f"{name} {count} 条" for name, count in most]
        if rest := counts.total() - sum(count for _, count in most):
            parts.append(f"其余 {len(counts) - len(most)} 个 {rest} 条")
        console.show(Text(f"  按{what}：{'，'.join(parts)}。", style="dim"), follow="  ")


def severity_line(findings: Sequence[Finding]) -> Text:
    """Return how many findings there are of each severity, and how many of them are closed."""
    parts = [
        (f"{severity.label} {sum(f.severity is severity for f in findings)} 条", COLOURS[severity])
        for severity in Severity
    ]
    closed = {
        "已说明": sum(one.explanation is not None for one in findings),
        "已更正": sum(one.is_settled and one.severity is not Severity.INFO for one in findings),
    }
    of_these = "，".join(f"{word} {count} 条" for word, count in closed.items() if count)
    line = Text("审核意见：").append_text(joined(*parts))
    return line.append(f"（其中{of_these}）" if of_these else "", style="dim")


def show_open(console: Terminal, units: int, findings: Iterable[Finding]) -> None:
    """Show how many units still have something to do; nothing where what is open is of no unit's return."""
    if units:
        console.show(f"还有 {units} 个单位有问题没有处理完。")
    elif not any(finding.is_work for finding in findings):
        console.show("没有要处理的问题了。")


def show_faults(findings: Sequence[Finding]) -> None:
    """Show the faults of a roster."""
    show_findings(make_console(), findings)
