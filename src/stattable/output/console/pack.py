"""What `pack` put into a bundle, and what is missing."""

from typing import Final

from rich.table import Table
from rich.text import Text

from stattable.model import form
from stattable.model.papers import PaperKind
from stattable.output.console.findings import severity_line, show_findings
from stattable.output.console.terminal import Terminal, make_console
from stattable.writing.delivery import Delivery
from stattable.writing.manifest import NOTHING, annex_words, deadline_line, size_line, table_words

_MOST: Final = 60  # units that are listed
_COUNTED: Final = (PaperKind.SUMMARY, PaperKind.PHOTO, PaperKind.VIDEO)
_HEADS: Final = ("单位", "统计表", "附件", *(kind.label for kind in _COUNTED), "缺什么")
_BARE: Final = "\N{MIDDLE DOT}"  # in place of a 0, so that what is there is seen


def show_pack(delivery: Delivery, output: str | None) -> None:
    """Show what each unit hands in, what was found, and where the bundle is.

    Args:
        delivery: the bundle.
        output: path of the archive, or None if none was written.
    """
    console = make_console()
    root, findings = delivery.bundle.root, delivery.findings
    console.show(Text(f"{root.name}  {form.title(delivery.edition)}", style="bold"))
    console.show(deadline_line(delivery))
    console.print(_table(delivery))
    rest = len(delivery.bundle.units) + len(delivery.bundle.absent) - _MOST
    if rest > 0:
        console.show(Text(f"还有 {rest} 个单位没有列出，清单里都有。", style="dim"))
    paths = [one.paper.file.path for one in delivery.papers]
    if findings:
        show_findings(console, findings, paths, with_path=True, others="清单里都有。")
        console.print()
    console.show(severity_line(findings))
    _show_end(console, delivery, output)


def _table(delivery: Delivery) -> Table:
    table = Table(show_edge=True, pad_edge=False)
    for at, head in enumerate(_HEADS):
        is_text = at in {0, len(_HEADS) - 1}
        table.add_column(head, overflow="fold", justify="left" if is_text else "right", no_wrap=not is_text)
    bundle = delivery.bundle
    for unit in bundle.units[:_MOST]:
        counts, lacks = unit.counts, unit.missing
        numbers = [Text(str(counts.get(kind) or _BARE)) for kind in _COUNTED]
        words = Text("、".join(kind.label for kind in lacks))
        style = "red" if PaperKind.TABLE in lacks else "yellow" if lacks else ""
        table.add_row(Text(unit.name), table_words(unit), annex_words(unit), *numbers, words, style=style)
    for absent in bundle.absent[: max(_MOST - len(bundle.units), 0)]:
        blanks = [_BARE] * (len(_HEADS) - 2)
        table.add_row(Text(absent.name or ""), *blanks, NOTHING, style="red")
    return table


def _show_end(console: Terminal, delivery: Delivery, output: str | None) -> None:
    if output is None:
        console.show(Text("有强制性问题，没有打包（--strict）。改好后再打包。", style="bold red"))
        return
    console.show(Text(f"{size_line(delivery)}已打包到 {output}", style="green"), whole=[output])
    console.show("包里的“清单.xlsx”列出了每个文件和缺的材料。")
    if delivery.has_errors:
        console.show(Text("还有强制性问题，改好后请重新打包，再上报。", style="bold red"))
