"""The terminal: printing text, showing progress, and breaking lines."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from stattable.model.findings import Severity
from stattable.model.text import STAND_IN, UNPRINTABLE, printable

COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_NOT_FIRST: Final = "，。、；：？！）”》】…"  # what no line begins with
_HANGING: Final = 2  # columns


class _Terminal(Console):
    """A console that prints no characters that could deceive a reader."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render what is to be printed, and each text within it."""
        return super().render(_printable(renderable) if isinstance(renderable, Text) else renderable, options)


def _printable(text: Text) -> Text:
    clean, at = text.blank_copy(), 0
    for match in UNPRINTABLE.finditer(text.plain):
        stand_in = text[match.start() : match.start() + 1]  # in its style
        stand_in.plain = STAND_IN
        clean.append_text(text[at : match.start()]).append_text(stand_in)
        at = match.end()
    return clean.append_text(text[at:]) if at else text


def make_console(*, stderr: bool = False) -> Console:
    """Return a console for text for people."""
    return _Terminal(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False)


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Yield a function that advances a progress bar, which is shown only on a terminal, on stderr."""
    console = make_console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def say(text: str, *, error: bool = False) -> None:
    """Print a line for the user, on stderr if it is an `error`."""
    make_console(stderr=error).print(Text(text))


def use_utf8() -> None:
    """Set the encoding of stdout and stderr to UTF-8, on Windows consoles and in pipes too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns, broken where Chinese may be broken: almost anywhere.

    One closing mark may hang over the end of a line.
    """
    lines, line, used = [], "", 0
    for char in printable(text):
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


def joined(*parts: tuple[str, str]) -> Text:
    """Return words, each with its style, as one sentence."""
    text = Text()
    for position, (words, style) in enumerate(parts):
        text.append("，" if position else "").append(words, style=style)
    return text.append("。")
