"""A closer look at a sheet: what calamine shows as an empty cell, though it is none.

Error values and formulas that were never calculated come out of calamine as blanks. They are looked for in the
file itself, and only where a cheap test says that there may be some.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from stattable.checking.cells import Unread
from stattable.checking.sniff import FileKind

_SUSPECT_XLSX: Final = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt\s*=\s*[\"']e[\"']")
_SUSPECT_ODS: Final = re.compile(rb"formula\s*=|value-type\s*=\s*[\"']error[\"']")
_REF: Final = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
_MAX_ROWS: Final = 10_000
_MAX_COLUMNS: Final = 200

Unreads = dict[tuple[int, int], Unread]


def unread_cells(data: bytes, kind: FileKind, sheet: str) -> Unreads:
    """Return the cells of `sheet` that hold an error value or a formula without a result.

    Args:
        data: the whole file.
        kind: what it is.
        sheet: name of the sheet.

    Returns:
        By 1-based row and column; empty where the cheap test says that there are none.
    """
    if kind is FileKind.XLS:
        return _xls(data, sheet)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if kind is FileKind.ODS:
            content = archive.read("content.xml")
            return dict(_ods(content, sheet)) if _SUSPECT_ODS.search(content) else {}
        part = _xlsx_part(archive, sheet)
        content = archive.read(part) if part else b""
        return dict(_xlsx(content)) if _SUSPECT_XLSX.search(content) else {}


def _xlsx_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the package part that holds `sheet`, through the workbook's relationships."""
    by_name = {name.lower().replace("\\", "/").lstrip("/"): name for name in archive.namelist()}
    workbook = ElementTree.fromstring(archive.read(by_name["xl/workbook.xml"]))
    wanted = None
    for element in workbook.iter():
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            wanted = next((value for key, value in element.items() if _local(key) == "id"), None)
    relationships = by_name.get("xl/_rels/workbook.xml.rels")
    if wanted is None or relationships is None:
        return None
    for element in ElementTree.fromstring(archive.read(relationships)):
        if element.get("Id") == wanted:
            target = (element.get("Target") or "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return by_name.get(path.lower())
    return None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _xlsx(content: bytes) -> Iterator[tuple[tuple[int, int], Unread]]:
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        tag = _local(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r") or row + 1), 0
        elif tag == "c" and event == "end":
            column += 1
            if match := _REF.match(element.get("r") or ""):
                row, column = int(match[2]), _column_number(match[1])
            parts = {_local(child.tag): child.text for child in element}
            if element.get("t") == "e":
                yield (row, column), Unread(parts.get("v") or "#VALUE!")
            elif "f" in parts and not parts.get("v") and not (element.get("t") == "str" and "v" in parts):
                yield (row, column), Unread(f"={parts['f'] or ''}")
            element.clear()


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _ods(content: bytes, sheet: str) -> Iterator[tuple[tuple[int, int], Unread]]:
    root = ElementTree.fromstring(content)
    for table in root.iter():
        if _local(table.tag) != "table" or _attribute(table, "name") != sheet:
            continue
        row = 1
        for element in table.iter():
            if _local(element.tag) == "table-row" and row <= _MAX_ROWS:
                yield from _ods_row(element, row)
                row += int(_attribute(element, "number-rows-repeated") or 1)


def _ods_row(element: ElementTree.Element, row: int) -> Iterator[tuple[tuple[int, int], Unread]]:
    column = 1
    for cell in element:
        if _local(cell.tag) not in {"table-cell", "covered-table-cell"} or column > _MAX_COLUMNS:
            continue
        repeated = int(_attribute(cell, "number-columns-repeated") or 1)
        formula = _attribute(cell, "formula")
        text = "".join(cell.itertext()).strip()
        kinds = [value for key, value in cell.items() if _local(key) == "value-type"]
        if "error" in kinds or (formula and re.match(r"#|Err:", text)):
            found = Unread(text or "#VALUE!")
        elif formula and not kinds:
            found = Unread(f"={formula.partition('=')[2] or formula}")
        else:
            column += repeated
            continue
        for at in range(column, min(column + repeated, _MAX_COLUMNS + 1)):
            yield (row, at), found
        column += repeated


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.items() if _local(key) == name), None)


def _xls(data: bytes, sheet: str) -> Unreads:
    import xlrd

    with xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True) as book:
        found = book.sheet_by_name(sheet)
        return {
            (row + 1, column + 1): Unread(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
            for row in range(min(found.nrows, _MAX_ROWS))
            for column, cell in enumerate(found.row(row)[:_MAX_COLUMNS])
            if cell.ctype == xlrd.XL_CELL_ERROR
        }
