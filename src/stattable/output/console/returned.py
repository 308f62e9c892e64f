"""What went back to units."""

from typing import Final

from rich.text import Text

from stattable.model.text import listed
from stattable.output.console.terminal import make_console
from stattable.writing.returned_files import WrittenReturns

_WRITTEN: Final = "已写出 {count} 份退回表：{folder}"
_UNPLACED: Final = "，另有 {unplaced} 个文件不知道是哪个单位的，见“全部退回说明.txt”"
_NOTHING: Final = "没有要退回的，没有写出退回表。"
_MOST: Final = 3


def show_returned(written: WrittenReturns, *, beside_document: bool) -> None:
    """Say how many workbooks were written where, and which earlier ones were kept or left alone.

    Args:
        written: what was written.
        beside_document: whether stdout is for a document.
    """
    console = make_console(stderr=beside_document)
    if not (written.count or written.unplaced):
        console.show(_NOTHING)
    else:
        line = _WRITTEN.format(count=written.count, folder=written.folder)
        line += _UNPLACED.format(unplaced=written.unplaced) if written.unplaced else ""
        console.show(Text(f"{line}。", style="green"), whole=[written.folder])
    for paths, words in (
        (written.kept, "以前的退回表里有人填过，另存为：{}。"),
        (written.stale, "这些以前的退回表没有动，它们的单位已经没有要退回的：{}。"),
    ):
        if paths:
            console.show(words.format(listed(paths, most=_MOST, rest=" 等 {count} 个")), whole=paths)
