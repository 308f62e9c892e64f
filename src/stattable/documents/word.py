"""A Word document (.docx) → one raw sheet.

The main part is read with lxml alone. python-docx would be in the way: its cells loop as often as a gridSpan says
and recurse along vMerge, it knows neither content controls nor tracked changes, and it fails on packages whose
relationships name a part that is not there, which other programs write.
"""

import io
from collections.abc import Mapping
from typing import Final

from stattable.documents.flow import Page
from stattable.documents.markup import Skipper, count, parse_xml
from stattable.formats.package import open_package
from stattable.formats.sheet import MAX_COLUMNS, RawSheet, Unreadable, annotated_run
from stattable.formats.xml import local_name

SHEET_NAME: Final = "Word 文档"
_MAX_BYTES: Final = 20 * 2**20  # of the main part; that of a form is below 1 MB
# A drawing's text again for old programs, how a word is read, tab stops, and what formats were before a tracked change.
_SKIPPED: Final = frozenset("Fallback rt tabs tcPrChange trPrChange tblPrChange pPrChange rPrChange".split())
_TEXTS: Final = {"br": "\n", "cr": "\n", "tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_ANNOTATIONS: Final = {"strike": "struck", "dstrike": "struck", "vanish": "hidden"}
_MOST_ENTRIES: Final = 999  # of a drop-down; Word allows 25


def read_word(data: bytes) -> RawSheet:
    """Read the paragraphs and tables of a .docx.

    Raises:
        Unreadable: it is too long (F004), or has no main part (F001).
    """
    package = open_package(io.BytesIO(data))
    if package is None:
        raise Unreadable("F001")
    part = package.main_part("word/document.xml")
    if package.size(part) > _MAX_BYTES:
        raise Unreadable("F004", reason="expansion")
    page = Page()
    parse_xml(package.content(part), _Document(page))
    return page.sheet(SHEET_NAME)


class _Document:
    """The events of a main part. Its namespace is one of two, and no other's elements bear these names."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._skipped = Skipper(_SKIPPED)
        self._in_text = False
        self._deleted = 0
        self._prompts: list[bool] = []  # for each content control: whether it only shows its prompt
        self._ticked = False
        self._entries: list[str] = []  # of a form's drop-down
        self._chosen: int | None = None  # which of them
        self._choice = ""  # the one that stands for the field, unless text comes before the field's end
        self._annotation: str | None = None  # how the run is annotated

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if self._skipped.start(name):
            return
        values = {local_name(key): value for key, value in attributes.items()}
        self._start_in_run(name, values)
        self._start_in_table(name, values.get("val"))
        self._start_in_control(name, values.get("val"))

    def _start_in_run(self, name: str, values: Mapping[str, str]) -> None:
        """Take the start of a run, or of what stands in one."""
        value = values.get("val")
        match name:
            case "r":
                self._annotation = None
            case "t":
                self._in_text = True
            case "vertAlign" if value in {"superscript", "subscript"}:
                self._annotation = value
            case _ if name in _ANNOTATIONS and _is_on(value):
                self._annotation = _ANNOTATIONS[name]
            case "sym":
                self._write(_symbol(values))
            case "fldChar" if values.get("fldCharType") == "end":
                self._end_field()
            case "del" | "moveFrom":
                self._deleted += 1
            case _ if name in _TEXTS:
                self._write(_TEXTS[name])

    def _start_in_table(self, name: str, value: str | None) -> None:
        """Take the start of a table, or of what it is made of."""
        page = self._page
        match name:
            case "tbl":
                page.start_table()
            case "tr":
                page.start_row()
            case "hidden" if _is_on(value):  # of a row
                page.hide_row()
            case "tc":
                page.start_cell()
            case "gridBefore":
                page.skip_columns(count(value, MAX_COLUMNS, 0))
            case "gridSpan" if page.cell:
                page.cell.across = max(1, count(value, MAX_COLUMNS))
            case "vMerge" if page.cell:
                page.cell.goes_on = value != "restart"

    def _start_in_control(self, name: str, value: str | None) -> None:
        """Take the start of a content control, of a field of a form, or of what these say of themselves."""
        match name:
            case "sdt":
                self._prompts.append(False)
            case "showingPlcHdr" if self._prompts:
                self._prompts[-1] = _is_on(value)
            case "checkBox":  # of a form; those of newer ones are text
                self._ticked = False
            case "ddList":
                self._entries, self._chosen = [], None
            case "default" | "checked" | "result":
                self._ticked = _is_on(value)
                if self._chosen is None:  # a result comes before a default
                    self._chosen = count(value, _MOST_ENTRIES, 0)
            case "listEntry":
                self._entries.append(value or "")

    def end(self, tag: str) -> None:
        if self._skipped.end():
            return
        match local_name(tag):
            case "t":
                self._in_text = False
            case "r":
                self._annotation = None
            case "p":
                self._end_field()
                self._page.end_paragraph()
            case "tbl":
                self._page.end_table()
            case "tr":
                self._page.end_row()
            case "tc":
                self._page.end_cell()
            case "del" | "moveFrom":
                self._deleted -= 1
            case "sdt":
                self._prompts.pop()
            case "checkBox":
                self._write("☑" if self._ticked else "☐")
            case "ddList":
                self._choice = "".join(self._entries[self._chosen or 0 :][:1])

    def data(self, text: str) -> None:
        if self._in_text and not self._skipped:
            if text.strip():
                self._choice = ""
            self._write(annotated_run(text, self._annotation))

    def close(self) -> None:
        pass

    def _end_field(self) -> None:
        self._write(annotated_run(self._choice, self._annotation))
        self._choice = ""

    def _write(self, text: str) -> None:
        if not self._deleted and not any(self._prompts):
            self._page.text(text)


def _is_on(value: str | None) -> bool:
    return value not in {"0", "false", "off"}


def _symbol(values: Mapping[str, str]) -> str:
    """Return the private-use character of a symbol, as in ``w:font="Wingdings" w:char="F0FC"``, a tick."""
    code = int(values.get("char", "0")[:4], 16)
    return chr(code if code > 0xFF else 0xF000 + code)
