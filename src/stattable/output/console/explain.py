"""The explanation of a code."""

from rich.text import Text

from stattable.model.catalogue import FAMILIES, Entry, general_remedy
from stattable.output.console.terminal import COLOURS, make_console


def show_entry(entry: Entry) -> None:
    """Explain a code."""
    console = make_console()
    console.show(Text.assemble((entry.code, "bold cyan"), "  ", (entry.title, "bold")))
    console.show(Text(f"{FAMILIES[entry.code[0]]}类，{entry.severity.label}", style=COLOURS[entry.severity]))
    console.print()
    console.show(Text(f"为什么：{entry.why}"))
    console.show(Text(f"怎么办：{general_remedy(entry)}"))
