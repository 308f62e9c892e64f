"""Web pages that we wrote: what each begins with, by which it is known."""

from pathlib import Path
from typing import Final

from stattable.formats.paths import is_there
from stattable.model.refusals import Refusal

PAGE_ENDINGS: Final = (".html", ".htm")
PAGE_START: Final = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="generator" content="stattable">
"""


def is_page(path: str | Path) -> bool:
    """Whether a file is a web page of ours."""
    named, start = Path(path), PAGE_START.encode()
    try:
        if not named.is_file():  # a pipe may wait forever
            return False
        with named.open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def refuse_unless_page(path: str | Path) -> None:
    """Refuse to write a page over anything but a page of ours.

    Raises:
        Refusal: something else stands there.
    """
    if is_there(path) and not is_page(path):
        raise Refusal("not_our_page", path=path)
