"""The explanation of a code."""

from rich.text import Text

from stattable.model.catalogue import FAMILIES, Entry
from stattable.output.console.terminal import COLOURS, make_console


def show_entry(entry: Entry) -> None:
    """Explain a code."""
    console = make_console()
    console.print(Text.assemble((entry.code, "bold cyan"), "  ", (entry.title, "bold")))
    console.print(Text(f"{FAMILIES[entry.code[0]]}类，{entry.severity.label}", style=COLOURS[entry.severity]))
    console.print()
    console.print(Text(f"为什么：{entry.why}"))
    console.print(Text(f"怎么办：{entry.remedy}" if "{" not in entry.remedy else "怎么办：按提示中的建议处理。"))
