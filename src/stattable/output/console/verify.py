"""The result of `verify`."""

from typing import Final

from rich.text import Text

from stattable.model.findings import Finding, Severity
from stattable.output.console.findings import show_findings
from stattable.output.console.terminal import joined, make_console
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.source_files import FileState
from stattable.proving.verify import Verdict


def show_verify(verdict: Verdict) -> None:
    """Show whether a merged workbook still proves its total, and what speaks against it."""
    console = make_console()
    report, matched = verdict.report, verdict.sources
    unit = report.identity.unit
    head = f"{unit.name}（{unit.level.label}）"
    console.show(Text(f"{report.path}  {head}", style="bold"), whole=[report.path, head])
    paths = {entry.path for entry in report.ledger.entries} if report.ledger else set()
    paths |= {*matched.paths.values(), *matched.new} if matched else set()
    by_path: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        by_path.setdefault(finding.path or report.path, []).append(finding)
    for path, findings in sorted(by_path.items(), key=lambda item: item[0] == report.path):  # what follows, last
        if path != report.path or len(by_path) > 1:
            console.show(Text(path, style="bold"), whole=[path])
        show_findings(console, findings, paths)
    errors = [finding for finding in verdict.findings if finding.severity is Severity.ERROR]
    codes = {finding.code for finding in errors}
    itself = any(finding.code not in _OF_SOURCES and finding.path == report.path for finding in errors)
    console.show(
        Text("表内有改动，对不上。", style="bold red")
        if itself
        else Text("表内一致：页、分单位汇总、台账、标识和记录说的相同，没有被改过。", style="green")
    )
    if verdict.check_code:
        console.show(f"{CHECK_CODE} {verdict.check_code}，应与盖章的那一页页脚上的相同。")
    if matched is None:
        why = (
            "没有给出报表所在的文件夹，所以没有与报表核对；把文件夹写在命令最后即可。" if report.ledger else _NO_LEDGER
        )
        console.show(Text(why, style="dim"))
        return
    states = list(matched.states.values())
    counts = (
        (f"{states.count(FileState.SAME)} 份没有变", "green"),
        (f"{states.count(FileState.CHANGED)} 份变了", "bold red" if FileState.CHANGED in states else "dim"),
        (f"{states.count(FileState.GONE)} 份不见了", "bold red" if FileState.GONE in states else "dim"),
        (f"{len(matched.new)} 份是新来的", "bold red" if matched.new else "dim"),
    )
    console.show(Text("汇总时的报表：").append_text(joined(*counts)))
    if verdict.roster is FileState.UNKNOWN:
        console.show(Text("没有给出名册，所以没有核对名册；把名册文件写在命令最后即可。", style="dim"))
    if verdict.proved:
        how = "每一个判断" if verdict.reasons_compared else "每份报表是否计入"
        console.show(Text(f"核对通过：用这些报表重新汇总，每一个数、{how}都相同。", style="bold green"))
        if not verdict.reasons_compared:
            why = "没有名册" if verdict.roster is FileState.UNKNOWN else "汇总时用的是另一版程序"
            console.show(Text(f"{why}，判断的理由和各单位的报送情况没有再核对。", style="dim"))
    elif "P007" in codes or FileState.CHANGED in states or matched.new:
        console.show(Text("汇总表已经过时，请重新汇总。", style="bold red"))


_NO_LEDGER: Final = "汇总台账读不出来，没有与报表核对。"
_OF_SOURCES: Final = frozenset({"P004", "P005", "P006", "P007", "P008", "P012", "P014"})
