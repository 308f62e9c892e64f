"""Findings, as lines of text."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.text import Text

from stattable.model.catalogue import closing_word, render
from stattable.model.findings import Finding, Severity
from stattable.model.form import label_of
from stattable.output.console.terminal import COLOURS, Terminal, joined, make_console, paths_in

MOST_SHOWN: Final = 20  # of one kind in one group; the rest is counted
_ALWAYS_SHOWN: Final = frozenset({"C001"})  # which is in groups already, and must be complete
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
