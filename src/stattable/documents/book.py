"""Documents that hold a table, but are no workbook → raw sheets: Word, web pages, Excel's XML, text."""

from collections.abc import Sequence

from stattable.documents.html import read_web
from stattable.documents.spreadsheetml import read_workbook
from stattable.documents.text import read_text
from stattable.documents.word import read_word
from stattable.formats.sheet import Pictures, RawSheet, Unreadable
from stattable.formats.sniff import FileKind


class TableBook:
    """A document's tables as a book: all that can be known of them is known at once.

    Args:
        sheets: in their order.
        hidden: names of those that are not shown.
    """

    lost: tuple[str, ...] = ()

    def __init__(self, sheets: Sequence[RawSheet], hidden: frozenset[str] = frozenset()) -> None:
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self.names = list(self._sheets)
        self.visible = frozenset(self.names) - hidden

    def sheet(self, name: str, *, whole: bool = False) -> RawSheet:  # noqa: ARG002  -- they are within it anyhow
        """Return the cells of the sheet `name`."""
        return self._sheets[name]

    def pictures(self, name: str) -> Pictures | None:  # noqa: ARG002
        """Return None: pictures beside tables are not read."""
        return None

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet`, which leaves nothing to look for."""
        return sheet


def open_tables(kind: FileKind, data: bytes) -> TableBook:
    """Read the tables of a document.

    Args:
        kind: what it is, one of `sniff.TABLES`.
        data: the whole file; a Word document's package is within the limits.

    Raises:
        Unreadable: the document does not hold together (F001), is too much (F004), or is XML of another make (F005).
    """
    try:
        if kind is FileKind.XML:
            return TableBook(*read_workbook(data))
        return TableBook([{FileKind.DOCX: read_word, FileKind.HTML: read_web, FileKind.TEXT: read_text}[kind](data)])
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # whatever a library meets in what others wrote
        raise Unreadable("F001") from error
