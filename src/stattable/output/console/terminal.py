"""The terminal: printing text, showing progress, and breaking lines."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from stattable.model.findings import Severity
from stattable.model.text import STAND_IN, UNPRINTABLE, printable

COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_NOT_FIRST: Final = "，。、；：？！）”》】…"  # what no line begins with
_NOT_LAST: Final = "（“《【"  # and what none ends with
_HANGING: Final = 2  # columns
_UNBROKEN: Final = 100_000  # columns: as wide as any line of a pipe or a file
# What looks like a path or the name of a file: in quotation marks, or as far as a sentence's punctuation.
_PATHLIKE: Final = re.compile(r"“[^“”]*(?:[/\\][^“”]*|\.\w{2,5})”|[^\s“”，。；：、？！]*[/\\.][^\s“”，。；：、？！]*")
_ENDING: Final = re.compile(r"\.\w{2,5}")


class Terminal(Console):
    """A console that prints no characters that could deceive a reader, and breaks no path.

    Args:
        is_screen: whether somebody sits in front of it, for whom lines are broken; None to find out.
        **options: of :class:`Console`.
    """

    def __init__(self, *, is_screen: bool | None = None, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=False, emoji=False, markup=False, **options)
        self.is_screen = self.file.isatty() if is_screen is None else is_screen
        if not self.is_screen:
            self.width = _UNBROKEN

    def show(self, text: Text | str, *, lead: str | Text = "", follow: str = "", whole: Collection[str] = ()) -> None:
        """Print a line, on a screen in as many as it needs.

        Args:
            text: the line.
            lead: what stands before it.
            follow: what stands before the lines after the first.
            whole: what is not to be broken, as far as the line has it; what looks like a path is not broken anyway.
        """
        words = _printable(Text(text) if isinstance(text, str) else text)
        head = Text(lead) if isinstance(lead, str) else lead
        breaks = [(0, len(words))]
        if self.is_screen:
            breaks = line_breaks(words.plain, self.width - head.cell_len - _HANGING, list(map(printable, whole)))
        for start, end in breaks:
            one = Text.assemble(head, words[start:end])
            one.rstrip()
            self.print(one, soft_wrap=True)
            head = Text(follow)

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


def make_console(*, stderr: bool = False) -> Terminal:
    """Return a console for text for people."""
    return Terminal(stderr=stderr)


def say(text: str, *, error: bool = False, whole: Collection[str] = ()) -> None:
    """Print a line for the user, on stderr if it is an `error`, with what is `whole` unbroken."""
    make_console(stderr=error).show(text, whole=whole)


def paths_in(text: str, paths: Collection[str]) -> list[str]:
    """Return those of a run's paths that stand in a text, whatever characters they are made of."""
    ends = [match.end() for match in _ENDING.finditer(text)]
    return [text[start:end] for end in ends for start in range(end) if text[start:end] in paths]


def line_breaks(text: str, width: int, whole: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Return where each line of `text` begins and ends, broken where Chinese may be broken: almost anywhere.

    One closing mark may hang over the end of a line. A path that is wider than that has a line for itself.

    Args:
        text: one line without control characters.
        width: columns.
        whole: what else is not broken.
    """
    lines: list[tuple[int, int]] = []
    begin = end = used = 0
    for start, stop in _pieces(text, _kept_whole(text, whole), width):
        size = cell_len(text[start:stop])
        if used and used + size > width + (_HANGING if text[stop - 1] in _NOT_FIRST else 0):
            lines.append((begin, end))
            begin, used = start, 0
        if not text[start:stop].isspace():
            end, used = stop, used + size
        elif used:
            used += size
        else:
            begin = end = stop
    return [*lines, (begin, end)]


def wrapped(text: str, width: int, whole: Iterable[str] = ()) -> list[str]:
    """Return `text` as it is printed, in lines as :func:`line_breaks` breaks it."""
    clean = printable(text)
    return [clean[start:end] for start, end in line_breaks(clean, width, whole)]


def _kept_whole(text: str, whole: Iterable[str]) -> set[int]:
    """Return the positions before which a text is not broken, as they are within a path."""
    spans = [match.span() for match in _PATHLIKE.finditer(text)]
    for one in whole:
        at = text.find(one) if one else -1
        while at >= 0:
            spans.append((at, at + len(one)))
            at = text.find(one, at + 1)
    return {at for start, stop in spans for at in range(start + 1, stop)}


def _pieces(text: str, kept: set[int], width: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a text between which it may be broken; what is too wide and no path, by characters."""
    start = 0
    for at in range(1, len(text) + 1):
        if at < len(text) and (at in kept or _belong_together(text[at - 1], text[at])):
            continue
        if cell_len(text[start:at]) > width and kept.isdisjoint(range(start, at)):
            yield from ((one, one + 1) for one in range(start, at))
        else:
            yield start, at
        start = at


def _belong_together(one: str, other: str) -> bool:
    """Whether no line ends between two characters: numbers and codes stay whole where they fit."""
    return other in _NOT_FIRST or one in _NOT_LAST or all(char.isascii() and char.isalnum() for char in (one, other))


def joined(*parts: tuple[str, str]) -> Text:
    """Return words, each with its style, as one sentence."""
    text = Text()
    for position, (words, style) in enumerate(parts):
        text.append("，" if position else "").append(words, style=style)
    return text.append("。")
