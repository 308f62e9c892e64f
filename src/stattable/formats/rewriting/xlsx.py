"""The sheets of an .xlsx → one that calamine and openpyxl read: parts where they look, cells as they take them."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from stattable.formats.inspection.xlsx import counts_from_1904
from stattable.formats.inspection.xlsx_cells import cells, reach
from stattable.formats.package import Package
from stattable.formats.sheet import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, SheetEntry, Unreadable
from stattable.formats.xml import elements, in_utf8, local_name, whole
from stattable.model.cell_names import a1, column_letters

_WORKSHEET: Final = "worksheet"  # the kind of relation that leads to a sheet with cells
_NAMESPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_OVERRIDE: Final = (
    '<Override PartName="/{}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"/>'
)
_CONTENT_TYPES: Final = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{}</Types>'
)
_KINDS_OF_PARTS: Final = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings"}
_STYLES: Final = (  # one of everything else, which a style must have
    f'<styleSheet xmlns="{_NAMESPACE}"><numFmts>{{formats}}</numFmts><fonts><font/></fonts>'
    "<fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{styles}</cellXfs>"
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_BUILT_IN_DATES: Final = (*range(27, 37), *range(50, 59))  # of Chinese Excel; openpyxl takes them for numbers
_DATE: Final = '<numFmt numFmtId="{}" formatCode="yyyy/m/d"/>'
_KNOWN_ERRORS: Final = frozenset("#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A".split())  # to calamine
_NUMBER: Final = re.compile(r"\s*[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*")
_MERGE: Final = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,7}):\$?([A-Za-z]{0,3})\$?(\d{0,7})")


def rewrite_xlsx(package: Package, sheets: Sequence[SheetEntry]) -> bytes:
    """Return an .xlsx with the cells, merges and number formats of a workbook, and nothing else.

    Of a sheet that calamine has no room for, the cells are left out that lie further out than anybody looks.

    Args:
        package: the workbook's.
        sheets: those to write, each with its part.

    Raises:
        Unreadable, ParseError, ValueError, LookupError: a part cannot be read.
    """
    parts = {
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets, since_1904=counts_from_1904(package.packed(package.workbook))),
        "xl/_rels/workbook.xml.rels": _relations(
            [(_WORKSHEET, f"/xl/worksheets/sheet{number}.xml") for number, _ in enumerate(sheets, start=1)]
        ),
    }
    if styles := package.of_workbook("styles", "xl/styles.xml"):
        parts["xl/styles.xml"] = _number_formats(package.content(styles))
    if strings := package.of_workbook("sharedstrings", "xl/sharedStrings.xml"):
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_NAMESPACE}">{"".join(_strings(package.content(strings)))}</sst>'
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(in_utf8(package.content(sheet.part or "")))
    parts["[Content_Types].xml"] = _content_types(parts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return written.getvalue()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    one = '<Relationship Id="rId{}" Type="{}/{}" Target="{}"/>'
    return _RELATIONS.format(
        "".join(one.format(number, _RELATION, *target) for number, target in enumerate(targets, start=1))
    )


def _workbook(sheets: Sequence[SheetEntry], *, since_1904: bool) -> str:
    entries = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" state="{sheet.state}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, start=1)
    )
    return (
        f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATION}">'
        f'<workbookPr date1904="{since_1904:d}"/><sheets>{entries}</sheets></workbook>'
    )


def _content_types(parts: Iterable[str]) -> str:
    """Return what kinds of parts there are, which openpyxl goes by, and calamine does not."""
    of_workbook = {
        name: _KINDS_OF_PARTS.get(PurePosixPath(name).stem, _WORKSHEET) for name in parts if "rels" not in name
    }
    return _CONTENT_TYPES.format("".join(_OVERRIDE.format(*one) for one in of_workbook.items()))


def _number_formats(content: bytes) -> str:
    """Return styles that have their number formats, and nothing else."""
    formats, styles, within = [_DATE.format(number) for number in _BUILT_IN_DATES], list[str](), ""
    for is_end, name, element in elements(content):
        if name in {"numFmts", "cellXfs"}:
            within = "" if is_end else name
        elif is_end and (within, name) == ("numFmts", "numFmt"):
            code = quoteattr(element.get("formatCode", ""))
            formats.append(f'<numFmt numFmtId="{whole(element.get("numFmtId"))}" formatCode={code}/>')
        elif is_end and (within, name) == ("cellXfs", "xf"):
            styles.append(f'<xf numFmtId="{whole(element.get("numFmtId"))}"/>')
    return _STYLES.format(formats="".join(formats), styles="".join(styles) or "<xf/>")


def _strings(content: bytes) -> Iterator[str]:
    for is_end, name, element in elements(content):
        if is_end and name == "si":
            yield f'<si><t xml:space="preserve">{escape(_text(element))}</t></si>'
            element.clear()


def _text(element: ElementTree.Element) -> str:
    """Return the text of a shared string or an inline one, without what is said of how it is pronounced."""
    pieces: list[str] = []
    for part in element:
        name = local_name(part.tag)
        if name == "t":
            pieces.append("".join(part.itertext()))
        elif name == "r":
            pieces.append(_text(part))
    return "".join(pieces)


def _sheet(content: bytes) -> str:
    height, width = reach(content)
    cut = height * width > MAX_CELLS
    rows: dict[int, list[str]] = {}
    last = (0, 0)
    for at, element, _ in cells(content):
        if at <= last:  # programs read either of two cells in one place
            raise Unreadable("F001")
        row, column = last = at
        if not (cut and (row > MAX_ROWS or column > MAX_COLUMNS)) and (written := _cell(at, element)):
            rows.setdefault(row, []).append(written)
    lines = (f'<row r="{row}">{"".join(written)}</row>' for row, written in rows.items())
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in _merges(content))
    return (
        f'<worksheet xmlns="{_NAMESPACE}"><sheetData>{"".join(lines)}</sheetData>'
        f"{f'<mergeCells>{merges}</mergeCells>' if merges else ''}</worksheet>"
    )


def _cell(at: Cell, element: ElementTree.Element) -> str | None:
    """Return a cell as calamine takes it, or None where it holds nothing."""
    parts = {local_name(part.tag): part for part in element}
    kind, style = element.get("t", "n"), element.get("s", "0")
    if "v" in parts and len(parts["v"]):  # no value has elements: it was never one that a program wrote
        raise Unreadable("F001")
    value = (parts["v"].text or "") if "v" in parts else ""
    if not value.strip() and "is" in parts:
        kind, value = "str", _text(parts["is"])
    elif kind == "inlineStr":  # Excel shows the value, not the text beside it
        kind = "n" if _NUMBER.fullmatch(value) else "str"
    elif kind == "e" and value not in _KNOWN_ERRORS:
        value = "#VALUE!"  # any error that calamine knows; which one it is, is looked up in the workbook itself
    if kind != "str":
        value = value.strip()
    if not value:
        return None
    return f'<c r="{a1(*at)}" t={quoteattr(kind)} s={quoteattr(style)}><v>{escape(value)}</v></c>'


def _merges(content: bytes) -> Iterator[str]:
    """Yield the merged ranges, those of whole rows and columns with their ends."""
    for is_end, name, element in elements(content):
        if is_end and name == "mergeCell" and (match := _MERGE.fullmatch(element.get("ref", ""))):
            left, top, right, bottom = match.groups()
            columns = (left, right) if left and right else ("A", column_letters(MAX_COLUMNS))
            rows = (top, bottom) if top and bottom else ("1", str(MAX_ROWS))
            yield f"{columns[0]}{rows[0]}:{columns[1]}{rows[1]}".upper()
