"""Small workbooks as data, and slow and simple writers for every format in which a return may come."""

import csv
import html
import io
import struct
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from writers import containers

Cell = tuple[int, int]  # 1-based row and column


@dataclass(frozen=True)
class Bad:
    """An error value."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A formula, and what it came to; None where it was never calculated."""

    text: str
    result: Any = None


@dataclass
class Page:
    """One sheet."""

    name: str
    cells: dict[Cell, Any]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    state: str = "visible"

    def copy(self) -> "Page":
        return replace(self, cells=dict(self.cells), merges=list(self.merges))


Book = list[Page]


zipped = partial(containers.zipped, level=1)  # quickly


def letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def a1(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def by_rows(page: Page) -> dict[int, list[tuple[int, Any]]]:
    rows: dict[int, list[tuple[int, Any]]] = {}
    for (row, column), value in sorted(page.cells.items()):
        if value not in (None, ""):
            rows.setdefault(row, []).append((column, value))
    return rows


def text_of(value: Any) -> str:
    """What a format without types shows of a value."""
    if isinstance(value, Formula):
        value = value.result
    if isinstance(value, Bad):
        return value.text
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else str(value)


def xml_text(value: Any) -> str:
    """Escape; what XML cannot hold goes."""
    kept = "".join(char for char in text_of(value) if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff"))
    return escape(kept)


# -- xlsx -------------------------------------------------------------------------------------------------

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'  # noqa: E501
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def _c(ref: str, value: Any) -> str:
    formula, start = "", f'<c r="{ref}"'
    if isinstance(value, Formula):
        formula, value = f"<f>{xml_text(value.text.lstrip('='))}</f>", value.result
        if isinstance(value, str):
            return f'{start} t="str">{formula}<v>{xml_text(value)}</v></c>'
    if isinstance(value, Bad):
        return f'{start} t="e">{formula}<v>{xml_text(value)}</v></c>'
    if isinstance(value, bool):
        return f'{start} t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, date):
        plain = value.date() if isinstance(value, datetime) else value
        return f'{start} s="1">{formula}<v>{(plain - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, (int, float)):
        return f"{start}>{formula}<v>{value!r}</v></c>"
    if value is None:
        return f"{start}>{formula}</c>"
    return f'{start} t="inlineStr">{formula}<is><t xml:space="preserve">{xml_text(value)}</t></is></c>'


def xlsx_parts(book: Book) -> dict[str, bytes]:
    sheets = "".join(
        f'<sheet name={quoteattr(page.name)} sheetId="{n}" state="{page.state}" r:id="rId{n}"/>'
        for n, page in enumerate(book, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(book) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in range(1, len(book) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rId0" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for number, page in enumerate(book, 1):
        rows = "".join(
            f'<row r="{row}">{"".join(_c(a1(row, column), value) for column, value in cells)}</row>'
            for row, cells in by_rows(page).items()
        )
        refs = "".join(f'<mergeCell ref="{a1(t, x)}:{a1(b, y)}"/>' for t, x, b, y in page.merges)
        merges = f'<mergeCells count="{len(page.merges)}">{refs}</mergeCells>' if refs else ""
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merges}</worksheet>'
        )
    return {name: (_HEAD + content).encode("utf-8", "replace") for name, content in parts.items()}


def xlsx(book: Book) -> bytes:
    return zipped(xlsx_parts(book))


# -- ods --------------------------------------------------------------------------------------------------

_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def _ods_cell(value: Any, spans: str, covered: bool) -> str:
    if covered:
        return _ods_cell(value, spans, False).replace("table:table-cell", "table:covered-table-cell")
    said = ""
    if isinstance(value, Formula):
        said, value = f" table:formula={quoteattr('of:' + value.text)}", value.result
        if value is None:
            return f"<table:table-cell{said}{spans}/>"
    if isinstance(value, Bad):
        kind = ' office:value-type="string" office:string-value="" table:formula="of:=#REF!"'
        return f"<table:table-cell{kind}{spans}><text:p>{xml_text(value)}</text:p></table:table-cell>"
    if isinstance(value, bool):
        kind = f'boolean" office:boolean-value="{str(value).lower()}'
    elif isinstance(value, date):
        kind = f'date" office:date-value="{value.isoformat()}'
    elif isinstance(value, (int, float)):
        kind = f'float" office:value="{value!r}'
    else:
        kind = "string"
    lines = "".join(f"<text:p>{xml_text(line)}</text:p>" for line in text_of(value).split("\n"))
    return f'<table:table-cell{said} office:value-type="{kind}"{spans}>{lines}</table:table-cell>'


def ods(book: Book) -> bytes:
    tables = ""
    for page in book:
        spans = {
            (t, x): f' table:number-rows-spanned="{b - t + 1}" table:number-columns-spanned="{y - x + 1}"'
            for t, x, b, y in page.merges
        }
        under = {
            (row, column)
            for t, x, b, y in page.merges
            for row in range(t, min(b, t + 40) + 1)
            for column in range(x, min(y, x + 40) + 1)
            if (row, column) != (t, x)
        }
        rows, at = "", 1
        for row, cells in by_rows(page).items():
            if row > at:
                rows += (
                    f'<table:table-row table:number-rows-repeated="{row - at}"><table:table-cell/></table:table-row>'
                )
            line, column = "", 1
            for place, value in cells:
                if place > column:
                    line += f'<table:table-cell table:number-columns-repeated="{place - column}"/>'
                line += _ods_cell(value, spans.get((row, place), ""), (row, place) in under)
                column = place + 1
            rows, at = rows + f"<table:table-row>{line}</table:table-row>", row + 1
        tables += f"<table:table table:name={quoteattr(page.name)}><table:table-column/>{rows}</table:table>"
    names = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'{_HEAD}<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    names = f'xmlns:manifest="{_ODF}:manifest:1.0"'
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
    return zipped(
        {
            "mimetype": mime.encode(),
            "META-INF/manifest.xml": f"{_HEAD}<manifest:manifest {names}>{entry}</manifest:manifest>".encode(),
            "content.xml": content.encode("utf-8", "replace"),
        }
    )


# -- xls --------------------------------------------------------------------------------------------------


def _unicode(text: str) -> bytes:
    wide = text.encode("utf-16-le", "replace")[:8000]
    return struct.pack("<HB", len(wide) // 2, 1) + wide


_ERROR_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def _xls_cell(row: int, column: int, value: Any) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if isinstance(value, Formula):
        if isinstance(value.result, (int, float)):
            return containers.formula(row, column, struct.pack("<d", value.result), b"\x1e\x01\x00")
        return containers.formula(row, column, b"\x03\0\0\0\0\0\xff\xff", b"\x1e\x01\x00")
    if isinstance(value, Bad):
        return containers.record(0x205, head + struct.pack("<BB", _ERROR_CODES.get(value.text, 15), 1))
    if isinstance(value, bool):
        return containers.record(0x205, head + struct.pack("<BB", value, 0))
    if isinstance(value, (int, float)):
        return containers.number(row, column, float(value))
    return containers.record(0x204, head + _unicode(text_of(value)))


def xls_stream(book: Book) -> bytes:
    """The records of an .xls workbook: like `containers.xls`, with the sheets' names."""
    start = containers.record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    bound = []
    for page in book:
        name = page.name.encode("utf-16-le", "replace")[:62]
        hidden = {"visible": 0, "hidden": 1}.get(page.state, 2)
        bound.append(struct.pack("<BBBB", hidden, 0, len(name) // 2, 1) + name)
    at = len(start) + sum(8 + len(one) for one in bound) + 4
    heads = bodies = b""
    for page, name in zip(book, bound, strict=True):
        heads += containers.record(0x85, struct.pack("<I", at + len(bodies)) + name)
        cells = b"".join(
            _xls_cell(row - 1, column - 1, value) for row, line in by_rows(page).items() for column, value in line
        )
        refs = [struct.pack("<HHHH", t - 1, b - 1, x - 1, y - 1) for t, x, b, y in page.merges if y <= 256]
        if refs:
            cells += containers.record(0xE5, struct.pack("<H", len(refs)) + b"".join(refs))
        bodies += containers.record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + cells
        bodies += containers.record(0x0A)
    return start + heads + containers.record(0x0A) + bodies


def xls(book: Book) -> bytes:
    return containers.ole("Workbook", xls_stream(book))


# -- formats without a workbook ---------------------------------------------------------------------------


def _table(page: Page) -> list[list[tuple[str, int, int]]]:
    """Rows of text with how many rows and columns each cell spans; what lies under a merged cell is left out."""
    spans = {(t, x): (b - t + 1, y - x + 1) for t, x, b, y in page.merges}
    under = {
        (row, column)
        for t, x, b, y in page.merges
        for row in range(t, min(b, 60) + 1)
        for column in range(x, min(y, 60) + 1)
        if (row, column) != (t, x)
    }
    bottom = min(60, max((row for row, _ in page.cells), default=1))
    right = min(30, max((column for _, column in page.cells), default=1))
    return [
        [
            (text_of(page.cells.get((row, column))), *spans.get((row, column), (1, 1)))
            for column in range(1, right + 1)
            if (row, column) not in under
        ]
        for row in range(1, bottom + 1)
    ]


def as_csv(book: Book, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    bottom = min(60, max((row for row, _ in book[0].cells), default=1))
    right = min(30, max((column for _, column in book[0].cells), default=1))
    for row in range(1, bottom + 1):
        csv.writer(out).writerow([text_of(book[0].cells.get((row, column))) for column in range(1, right + 1)])
    return out.getvalue().encode(encoding, "replace")


def as_html(book: Book) -> bytes:
    rows = "".join(
        "<tr>"
        + "".join(f'<td rowspan="{d}" colspan="{w}">{html.escape(t)}</td>' for t, d, w in row).replace("\n", "<br>")
        + "</tr>\n"
        for row in _table(book[0])
    )
    return f'<html><head><meta charset="utf-8"></head><body><table border="1">\n{rows}</table></body></html>'.encode(
        "utf-8", "replace"
    )


def as_spreadsheet_xml(book: Book) -> bytes:
    names = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    sheets = ""
    for page in book:
        spans = {(t, x): (b - t, y - x) for t, x, b, y in page.merges}
        rows = ""
        for row, cells in by_rows(page).items():
            line = ""
            for column, value in cells:
                down, across = spans.get((row, column), (0, 0))
                merge = f' ss:MergeAcross="{across}" ss:MergeDown="{down}"' if down or across else ""
                kind = "Number" if isinstance(value, (int, float)) and not isinstance(value, bool) else "String"
                line += f'<Cell ss:Index="{column}"{merge}><Data ss:Type="{kind}">{xml_text(value)}</Data></Cell>'
            rows += f'<Row ss:Index="{row}">{line}</Row>'
        sheets += f"<Worksheet ss:Name={quoteattr(page.name)}><Table>{rows}</Table></Worksheet>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    return f"{head}<Workbook {names}>{sheets}</Workbook>".encode("utf-8", "replace")


def as_docx(book: Book) -> bytes:
    rows = ""
    for row in _table(book[0]):
        rows += "<w:tr>" + "".join(
            f'<w:tc><w:tcPr><w:gridSpan w:val="{wide}"/></w:tcPr><w:p><w:r><w:t>{xml_text(text)}</w:t></w:r></w:p></w:tc>'  # noqa: E501
            for text, _, wide in row
        )
        rows += "</w:tr>"
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{name}"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>',
    }
    return zipped({part: (_HEAD + content).encode("utf-8", "replace") for part, content in parts.items()})


WRITERS = {
    "xlsx": xlsx,
    "ods": ods,
    "xls": xls,
    "csv": as_csv,
    "html": as_html,
    "xml": as_spreadsheet_xml,
    "docx": as_docx,
}
