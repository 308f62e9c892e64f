"""The sheets of an .ods → an .ods that calamine reads: nothing between the cells, and each text by itself."""

import io
import zipfile
from typing import Final
from xml.etree import ElementTree

from stattable.formats.inspection.ods_text import CELLS, VALUE_TYPE, is_typeless, lines, shown_text
from stattable.formats.sheet import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from stattable.formats.xml import elements, local_name, whole

_MIME_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST: Final = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_NAMESPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES: Final = {  # calamine knows elements by these
    "office": f"{_NAMESPACE}office:1.0",
    "table": f"{_NAMESPACE}table:1.0",
    "text": f"{_NAMESPACE}text:1.0",
    "style": f"{_NAMESPACE}style:1.0",
}
_CELL: Final = f"{{{_PREFIXES['table']}}}table-cell"
_ROWS_REPEATED, _COLUMNS_REPEATED = (f"{{{_PREFIXES['table']}}}number-{one}-repeated" for one in ("rows", "columns"))
_AROUND_CELLS: Final = frozenset(
    {"body", "spreadsheet", "table", "table-row-group", "table-header-rows", "table-rows", "table-row", *CELLS}
)


def rewrite_ods(content: bytes) -> bytes:
    """Return an .ods with the cells of another.

    Args:
        content: the other's part ``content.xml``.

    Raises:
        ParseError, ValueError, LookupError: it is no XML.
    """
    for prefix, namespace in _PREFIXES.items():
        ElementTree.register_namespace(prefix, namespace)
    root = None
    for is_end, name, element in elements(content):
        root = element if root is None else root
        if is_end and name in _AROUND_CELLS:
            _close_up(element)
        if is_end and name in CELLS:
            _make_readable(element)
        elif is_end and name == "table-row":
            _give_a_cell(element)
        elif is_end and name == "table":
            _cut(element)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as target:
        target.writestr("mimetype", _MIME_TYPE)
        target.writestr("META-INF/manifest.xml", _MANIFEST)
        target.writestr("content.xml", ElementTree.tostring(root, "utf-8") if root is not None else b"")
    return written.getvalue()


def _close_up(element: ElementTree.Element) -> None:
    element.text = None
    for part in element:
        part.tail = None


def _make_readable(cell: ElementTree.Element) -> None:
    """Make the lines of a cell plain text, and say that it is one where nothing says what the cell holds."""
    if is_typeless(cell):
        cell.set(VALUE_TYPE, "string")
    for part in [part for part in cell if local_name(part.tag) != "p"]:
        cell.remove(part)
    for line in lines(cell):
        text = shown_text(line)
        for part in [*line]:
            line.remove(part)
        line.text = text


def _cut(table: ElementTree.Element) -> None:
    """Leave out what lies further out than anybody looks, where calamine would lay out more than it has room for."""
    rows = height = width = 0
    far: list[tuple[ElementTree.Element, ElementTree.Element]] = []
    for row in [part for part in table.iter() if local_name(part.tag) == "table-row"]:
        rows += whole(row.get(_ROWS_REPEATED), 1)
        columns = 0
        for cell in [part for part in row if local_name(part.tag) in CELLS]:
            columns += whole(cell.get(_COLUMNS_REPEATED), 1)
            if len(cell) or VALUE_TYPE in cell.attrib:
                height, width = max(height, rows), max(width, columns)
            if rows > MAX_ROWS or columns > MAX_COLUMNS:
                far.append((row, cell))
    for row, cell in far if height * width > MAX_CELLS else ():
        row.remove(cell)
        _give_a_cell(row)


def _give_a_cell(row: ElementTree.Element) -> None:
    """Give a row without cells an empty one: calamine knows none without."""
    if not any(local_name(part.tag) in CELLS for part in row):
        ElementTree.SubElement(row, _CELL)
