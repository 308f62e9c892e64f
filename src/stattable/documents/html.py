"""A web page (.html, or named .xls by the system that wrote it) → one raw sheet."""

import math
import re
from collections.abc import Mapping
from typing import Final

from stattable.documents.flow import Page
from stattable.documents.markup import Skipper, count, parse_html
from stattable.formats.sheet import MAX_COLUMNS, MAX_ROWS, RawSheet, annotated_run

SHEET_NAME: Final = "网页"
_SKIPPED: Final = frozenset("script style title xml template noscript object iframe rt rp".split())
_BLOCKS: Final = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd form fieldset legend center pre address blockquote section article "
    "header footer main nav aside figure body hr caption".split()
)
_SPACE: Final = re.compile("[ \t\r\n\f]+")
_ANNOTATIONS: Final = {"sup": "superscript", "sub": "subscript", "s": "struck", "strike": "struck", "del": "struck"}
_ALIGNED: Final = {"super": "superscript", "sub": "subscript"}
# Elements that, where they are hidden, hide whole cells, and what is said of those.
_HIDE_CELLS: Final = {
    **dict.fromkeys("table thead tbody tfoot tr".split(), "row"),
    **dict.fromkeys("colgroup col td th".split(), "column"),
}
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
        # For each element that has not ended: how its text is annotated, and what its cells are hidden by.
        self._styles: list[tuple[str | None, str | None]] = [(None, None)]
        self._columns = 0  # that a group of columns says it has, and does not describe

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipped.start(tag):
            return
        page = self._page
        how, hidden_by = self._styles[-1]
        how = how or _annotation(tag, attributes)
        if tag in _HIDE_CELLS:
            how, hidden_by = None, hidden_by or {"hidden": _HIDE_CELLS[tag], "struck": "struck"}.get(how or "")
        self._styles.append((how, hidden_by))
        match tag:
            case "table":
                page.start_table()
            case "tr":
                page.start_row()
            case "colgroup":
                self._columns = _span(attributes, "span")
            case "col":
                self._columns = 0
                page.describe_columns(_span(attributes, "span"), hidden_by == "column")
            case "td" | "th":
                down = count(attributes.get("rowspan"), MAX_ROWS)
                page.start_cell(
                    across=_span(attributes, "colspan"),
                    down=down or MAX_ROWS,  # 0: down to the end
                    stored=_number(attributes.get("x:num") or attributes.get("sdval")),
                    hidden_by=hidden_by,
                )
            case "br":
                page.text("\n")
            case "option":
                self._unchosen = "selected" not in attributes
            case "input":
                page.text(_input_text(attributes, how))
            case _ if tag in _BLOCKS:
                page.end_paragraph()

    def end(self, tag: str) -> None:
        if self._skipped.end():
            return
        _, hidden_by = self._styles.pop()
        match tag:
            case "table":
                self._page.end_table()
            case "colgroup":
                self._page.describe_columns(self._columns, hidden_by == "column")
                self._columns = 0
            case "tr":
                self._page.end_row()
            case "td" | "th":
                self._page.end_cell()
            case "option":
                self._unchosen = False
            case _ if tag in _BLOCKS:
                self._page.end_paragraph()

    def data(self, text: str) -> None:
        if not self._skipped and not self._unchosen:
            how, _ = self._styles[-1]
            self._page.text(annotated_run(_SPACE.sub(" ", text), how))

    def close(self) -> None:
        pass


def _annotation(tag: str, attributes: Mapping[str, str]) -> str | None:
    """Return how an element annotates what is in it, by its kind and its style, as in `annotated_run`."""
    said = (part.partition(":") for part in attributes.get("style", "").lower().split(";"))
    style = {name.strip(): value.replace("!", " ").split() for name, _, value in said}
    if "hidden" in attributes or "none" in style.get("display", ()):
        return "hidden"
    if not {"hidden", "collapse"}.isdisjoint(style.get("visibility", ())):
        return "hidden"
    if "line-through" in (*style.get("text-decoration", ()), *style.get("text-decoration-line", ())):
        return "struck"
    return _ALIGNED.get("".join(style.get("vertical-align", ())[:1])) or _ANNOTATIONS.get(tag)


def _span(attributes: Mapping[str, str], name: str) -> int:
    return count(attributes.get(name), MAX_COLUMNS) or 1


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


def _input_text(attributes: Mapping[str, str], how: str | None) -> str:
    kind = attributes.get("type", "text").lower()
    if kind in _TICKED:
        return "☑" if "checked" in attributes else "☐"
    return "" if kind in _NO_TEXT else annotated_run(attributes.get("value", ""), how)
