"""A web page (.html, or named .xls by the system that wrote it) → one raw sheet."""

import math
import re
from collections.abc import Mapping
from typing import Final

from stattable.checking.sheets import MAX_COLUMNS, MAX_ROWS, RawSheet, aside
from stattable.checking.tables.markup import Skipper, count, parse_html
from stattable.checking.tables.page import Page

SHEET_NAME: Final = "网页"
_SKIPPED: Final = frozenset("script style title xml template noscript object iframe".split())
_BLOCKS: Final = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd form fieldset legend center pre address blockquote section article "
    "header footer main nav aside figure body hr caption".split()
)
_SPACE: Final = re.compile("[ \t\r\n\f]+")
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ASIDES: Final = {"sup": "superscript", "sub": "subscript", "s": "struck", "strike": "struck", "del": "struck"}
_INLINE: Final = frozenset("span font b i u em strong a label small big".split())
_TICKED: Final = frozenset(("checkbox", "radio"))
_NO_TEXT: Final = frozenset("hidden button submit reset image file password".split())


def read_web(data: bytes) -> RawSheet:
    """Read the text and tables of a web page."""
    page = Page()
    parse_html(data, _Document(page))
    return page.sheet(SHEET_NAME)


class _Document:
    """The events of a web page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._skipped = Skipper(_SKIPPED)
        self._unchosen = False  # in an option that is not the one
        self._asides: list[str] = []  # the elements that set their text apart from the rest, and have not ended

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipped.start(tag):
            return
        page = self._page
        match tag:
            case "table":
                page.start_table()
            case "tr":
                page.start_row("row" if _is_hidden(attributes) else None)
            case "td" | "th":
                down = count(attributes.get("rowspan"), MAX_ROWS)
                page.start_cell(
                    across=count(attributes.get("colspan"), MAX_COLUMNS) or 1,
                    down=down or MAX_ROWS,  # 0: down to the end
                    stored=_number(attributes.get("x:num") or attributes.get("sdval")),
                    unseen="column" if _is_hidden(attributes) else None,
                )
            case "br":
                page.text("\n")
            case "option":
                self._unchosen = "selected" not in attributes
            case _ if tag in _ASIDES:
                self._asides.append(_ASIDES[tag])
            case _ if tag in _INLINE:
                self._asides.append("hidden" if _is_hidden(attributes) else "")
            case "input":
                page.text(_input_text(attributes))
            case _ if tag in _BLOCKS:
                page.end_paragraph()

    def end(self, tag: str) -> None:
        if self._skipped.end():
            return
        match tag:
            case "table":
                self._page.end_table()
            case "tr":
                self._page.end_row()
            case "td" | "th":
                self._page.end_cell()
            case "option":
                self._unchosen = False
            case _ if (tag in _ASIDES or tag in _INLINE) and self._asides:
                self._asides.pop()
            case _ if tag in _BLOCKS:
                self._page.end_paragraph()

    def data(self, text: str) -> None:
        if not self._skipped and not self._unchosen:
            how = next(filter(None, self._asides), None)
            text = _SPACE.sub(" ", text)
            self._page.text(aside(text, how))

    def close(self) -> None:
        pass


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))


def _number(text: str | None) -> float | None:
    """Return the number that a cell holds, as Excel (x:num) and LibreOffice (sdval) say beside what it shows."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _input_text(attributes: Mapping[str, str]) -> str:
    kind = attributes.get("type", "text").lower()
    if kind in _TICKED:
        return "☑" if "checked" in attributes else "☐"
    return "" if kind in _NO_TEXT else attributes.get("value", "")
