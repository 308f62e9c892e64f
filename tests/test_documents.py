import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import openpyxl
import pytest
from docx import Document

from stattable.documents.book import open_tables
from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import MAX_COLUMNS, MAX_ROWS, Appearance, RawSheet, Unread, Unreadable
from stattable.formats.sniff import TABLES, FileKind, sniff
from stattable.model.form import FIELDS
from stattable.reading.form import read_form
from stattable.writing.page import template_bytes
from test_reading_form import BESIDE, VALUES
from writers.containers import GOLDEN, parts_of, zipped
from writers.pages import Grid, page

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SS = "urn:schemas-microsoft-com:office:spreadsheet"
TEMPLATE_CELLS = tuple(field.at for field in FIELDS)
WINGDINGS_TICK = "\uf0fc"


# -- documents --------------------------------------------------------------------------------------------


def html(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def word(body: str) -> bytes:
    """A .docx with nothing but its main part."""
    return zipped({"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()})


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str = "", properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def workbook(*sheets: str) -> bytes:
    """A workbook as Excel saves it as XML."""
    worksheets = "".join(
        f'<Worksheet ss:Name="S{number}">{sheet}</Worksheet>' for number, sheet in enumerate(sheets, start=1)
    )
    return (
        '<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n'
        f'<Workbook xmlns="{SS}" xmlns:ss="{SS}" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<Styles><Style ss:ID="Default"/></Styles>{worksheets}</Workbook>'
    ).encode()


def data(value: str, kind: str = "String", **cell: Any) -> str:
    attributes = "".join(f' ss:{name}="{said}"' for name, said in cell.items())
    return f'<Cell{attributes}><Data ss:Type="{kind}">{value}</Data></Cell>'


def sheet(kind: FileKind, content: bytes) -> RawSheet:
    book = open_tables(kind, content)
    return book.sheet(book.names[0])


def rows(kind: FileKind, content: bytes) -> Grid:
    return [list(row) for row in sheet(kind, content).rows]


# -- the filled-in form, in every kind --------------------------------------------------------------------


@cache
def spans() -> dict[tuple[int, int], tuple[int, int]]:
    """The merged cells of the page: first row and column → how many rows and columns."""
    ranges = openpyxl.load_workbook(io.BytesIO(template_bytes())).worksheets[0].merged_cells.ranges
    return {(r.min_row, r.min_col): (r.max_row - r.min_row + 1, r.max_col - r.min_col + 1) for r in ranges}


def cells(number: int, row: list[Any]) -> Iterator[tuple[int, Any, int, int]]:
    """Column, value, rows and columns of each cell of a row that is not under a merged one."""
    under = {
        (top + down, left + right)
        for (top, left), (height, width) in spans().items()
        for down in range(height)
        for right in range(width)
        if down or right
    }
    for column, value in enumerate(row, start=1):
        if (number, column) not in under:
            yield column, value, *spans().get((number, column), (1, 1))


def form_as_web_page() -> str:
    """As a simple system writes it: what stands above and below is no part of the table."""
    head, table, foot = page()[:3], page()[3:17], page()[17:]
    lines = [
        "<tr>"
        + "".join(
            f'<td rowspan="{height}" colspan={width}> {str(value).replace(chr(10), "<br>")}\n</td>'
            for _, value, height, width in cells(number, row)
        )
        + "</tr>"
        for number, row in enumerate(table, start=4)
    ]
    above, below = (
        "".join(f"<p>{'&nbsp;'.join(map(str, filter(None, row)))}</p>" for row in part) for part in (head, foot)
    )
    return f"<h1>{above}</h1><table border=1>{''.join(lines)}</table><div>{below}</div>"


def form_as_excel_web_page() -> bytes:
    """As Excel writes it: conditional comments, unquoted attributes, numbers as they are stored, in GB2312."""
    lines = [
        "<tr height=19>"
        + "".join(
            f"<td rowspan={height} colspan={width} class=xl65"
            + (f" x:num>{value}" if isinstance(value, int) else f">{value}".replace("\n", "<br>\r\n    "))
            + "</td>\r\n"
            for _, value, height, width in cells(number, row)
        )
        + "</tr>"
        for number, row in enumerate(page(), start=1)
    ]
    text = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        '<meta http-equiv=Content-Type content="text/html; charset=gb2312"><style>\r\n<!--table {mso-x:"\\.";}-->'
        "</style><!--[if gte mso 9]><xml><x:ExcelWorkbook><x:Name>Sheet1</x:Name></x:ExcelWorkbook></xml><![endif]-->"
        f"</head><body link=blue><table border=0 cellpadding=0>{''.join(lines)}<![if supportMisalignedColumns]>"
        "<tr height=0 style='display:none'><td width=72></td></tr><![endif]></table></body></html>"
    )
    return text.encode("gb18030")


def form_as_word() -> bytes:
    """Typed into Word from the notice, by python-docx."""
    document = Document()
    head, table, foot = page()[:3], page()[3:17], page()[17:]
    for row in head:
        document.add_paragraph("".join(map(str, row)))
    grid = document.add_table(len(table), 9)
    for number, row in enumerate(table, start=4):
        for column, value, height, width in cells(number, row):
            first, last = grid.cell(number - 4, column - 1), grid.cell(number + height - 5, column + width - 2)
            first.merge(last).text = str(value)
    for row in foot:
        document.add_paragraph("\t".join(map(str, row)))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def form_as_excel_xml() -> bytes:
    """As Excel writes it: cells that are empty are left out, and the next one says where it stands."""
    lines = []
    for number, row in enumerate(page(), start=1):
        texts = []
        for column, value, height, width in cells(number, row):
            if value != "":
                at: dict[str, Any] = {"Index": column, "MergeDown": height - 1, "MergeAcross": width - 1}
                kind = "Number" if isinstance(value, int) else "String"
                texts.append(data(str(value).replace("\n", "&#10;"), kind, **at))
        lines.append(f'<Row ss:Index="{number}">{"".join(texts)}</Row>')
    return workbook(f'<Table ss:ExpandedColumnCount="9">{"".join(lines)}</Table>')


def form_as_text(separator: str) -> str:
    return "\r\n".join(separator.join(f'"{v}"' if "\n" in str(v) else str(v) for v in row) for row in page())


FORMS = {
    "html, a simple system, utf-8": lambda: html(form_as_web_page(), "<meta charset=utf-8>"),
    "html, a simple system, gbk": lambda: html(form_as_web_page()).decode().encode("gbk"),
    "html, declared wrongly": lambda: html(form_as_web_page(), "<meta charset=gb2312>"),
    "html, utf-16": lambda: html(form_as_web_page()).decode().encode("utf-16"),
    "html, in a layout": lambda: html(f"<table><tr><td>菜单<td>{form_as_web_page()}</table>"),
    "html, Excel": form_as_excel_web_page,
    "html, LibreOffice": (GOLDEN / "tables" / "return.html").read_bytes,
    "docx, python-docx": form_as_word,
    "xml, Excel": form_as_excel_xml,
    "text, tabs, gbk": lambda: form_as_text("\t").encode("gbk"),
    "text, tabs, Excel's Unicode": lambda: form_as_text("\t").encode("utf-16"),
    "text, commas, Excel's UTF-8": lambda: form_as_text(",").encode("utf-8-sig"),
    "text, semicolons": lambda: form_as_text(";").encode("utf-8"),
}


def kind_of(name: str) -> FileKind:
    return FileKind(name.partition(",")[0])


@pytest.mark.parametrize("name", FORMS)
def test_the_filled_in_form(name: str) -> None:
    content = FORMS[name]()
    one = read_form(open_tables(kind_of(name), content), name, FileFacts(None, 0, 0.0))
    assert one.findings == ()
    assert (one.values, replace(one.surroundings, name_cell="B3")) == (VALUES, BESIDE)
    assert "layout" in name or one.cells == TEMPLATE_CELLS


@pytest.mark.parametrize("name", [name for name in FORMS if "utf-16" not in name])
def test_each_is_known_by_its_bytes(name: str) -> None:
    assert sniff(io.BytesIO(FORMS[name]())) is kind_of(name)


@pytest.mark.parametrize("name", ["html, Excel", "html, LibreOffice", "xml, Excel"])
def test_merged_cells_of_the_form(name: str) -> None:
    merges = sheet(kind_of(name), FORMS[name]()).merges
    wanted = {(r, c, r + height - 1, c + width - 1) for (r, c), (height, width) in spans().items()}
    written = {merge for merge in wanted if name != "xml, Excel" or page()[merge[0] - 1][merge[1] - 1] != ""}
    assert set(merges) == written


def test_merged_cells_of_the_form_in_word() -> None:
    wanted = {(r, c, r + height - 1, c + width - 1) for (r, c), (height, width) in spans().items() if 4 <= r <= 17}
    assert set(sheet(FileKind.DOCX, form_as_word()).merges) == wanted


# -- Word -------------------------------------------------------------------------------------------------

SPAN = '<w:gridSpan w:val="2"/>'
START, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
R = "<w:r><w:t>{}</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "wanted", "merges"),
    [
        (p("标题") + "<w:p/>" + p(" ") + tbl(tc("a") + tc("b")) + p("尾"), [["标题", ""], ["a", "b"], ["尾", ""]], ()),
        (tbl(tc("a", SPAN) + tc("b"), tc("c") * 3), [["a", "", "b"], ["c"] * 3], ((1, 1, 1, 2),)),
        (tbl(tc("a", START) + tc("b"), tc("", ON) + tc("c")), [["a", "b"], ["", "c"]], ((1, 1, 2, 1),)),
        (tbl(tc("a", START), tc("x", ON), tc("b")), [["a"], ["x"], ["b"]], ((1, 1, 2, 1),)),
        (
            tbl(tc("a", START), tc("", ON), tc("b", START), tc("", ON)),
            [["a"], [""], ["b"]], ((1, 1, 2, 1), (3, 1, 4, 1)),
        ),
        (tbl(tc("a", ON), tc("b")), [["a"], ["b"]], ()),
        (tbl('<w:trPr><w:gridBefore w:val="2"/></w:trPr>' + tc("a"), tc("b") * 3), [["", "", "a"], ["b"] * 3], ()),
        (tbl(f"<w:tc>{p('a')}{p('b')}</w:tc>"), [["a\nb"]], ()),
        ("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p>", [["a\nb c"]], ()),
        ('<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>' + R.format("a") + "</w:p>", [["a"]], ()),
        (f"<w:p><w:ins>{R.format('12')}</w:ins><w:del>{R.format('99')}</w:del></w:p>", [["12"]], ()),
        (f"<w:p><w:moveFrom>{R.format('99')}</w:moveFrom>{R.format('1')}</w:p>", [["1"]], ()),
        ("<w:p><w:r><w:delText>9</w:delText><w:instrText>PAGE</w:instrText><w:t>1</w:t></w:r></w:p>", [["1"]], ()),
        ('<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r></w:p>', [[WINGDINGS_TICK]], ()),
        ('<w:p><w:r><w:sym w:font="Wingdings" w:char="00FC"/></w:r></w:p>', [[WINGDINGS_TICK]], ()),
        (f"<w:p><w:sdt><w:sdtContent>{R.format('有')}</w:sdtContent></w:sdt></w:p>", [["有"]], ()),
        (
            "<w:p>a<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + R.format("单击此处输入文字。")
            + "</w:sdtContent></w:sdt>" + R.format("b") + "</w:p>",
            [["b"]], (),
        ),
        (tbl(f"<w:sdt><w:sdtContent>{tc('a')}</w:sdtContent></w:sdt>" + tc("b")), [["a", "b"]], ()),
        (
            "<w:p><w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
            "</w:fldChar></w:r>" + R.format("有") + "<w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/>"
            "</w:checkBox></w:ffData></w:fldChar></w:r>" + R.format("无") + "</w:p>",
            [["☑有☐无"]], (),
        ),
        (
            '<w:p xmlns:mc="urn:mc"><mc:AlternateContent><mc:Choice><w:txbxContent>' + p("公章")
            + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>" + p("公章")
            + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:p>",
            [["公章"]], (),
        ),
    ],
)  # fmt: skip
def test_word(body: str, wanted: Grid, merges: tuple[Any, ...]) -> None:
    one = sheet(FileKind.DOCX, word(body))
    # A row at the end in which nothing stands is not there.
    assert ([list(row) for row in one.rows], tuple(one.merges), one.name) == (wanted, merges, "Word 文档")


def field(data: str, result: str = "") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
        f'<w:r><w:instrText>FORM</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def drop_down(chosen: str) -> str:
    return f'<w:ddList>{chosen}<w:listEntry w:val="有"/><w:listEntry w:val="无"/></w:ddList>'


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (field(drop_down('<w:result w:val="1"/>')), "无"),
        (field(drop_down('<w:result w:val="0"/><w:default w:val="1"/>')), "有"),
        (field(drop_down('<w:default w:val="1"/>')), "无"),
        (field(drop_down("")), "有"),
        (field(drop_down('<w:result w:val="2"/>')) + R.format("x"), "x"),
        (field(drop_down('<w:result w:val="1"/>'), R.format("无")), "无"),
        (R.format("a") + field(drop_down("")) + R.format("b") + field(drop_down("")), "a有b有"),
        (f"<w:del>{field(drop_down(''))}</w:del>" + R.format("x"), "x"),
        ('<w:sdt><w:sdtPr><w14:checkbox xmlns:w14="urn:w14"><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
         f"<w:sdtContent>{R.format('☑')}</w:sdtContent></w:sdt>{R.format('有')}"
         f"{field('<w:checkBox><w:sizeAuto/></w:checkBox>')}{R.format('无')}", "☑有☐无"),
    ],
)  # fmt: skip
def test_fields_of_a_form_in_word(runs: str, text: str) -> None:
    assert rows(FileKind.DOCX, word(f"<w:p>{runs}</w:p>")) == [[text]]


def test_what_word_hides_is_read_all_the_same() -> None:
    hidden, shown = "<w:trPr><w:hidden/></w:trPr>", '<w:trPr><w:hidden w:val="0"/></w:trPr>'
    one = sheet(FileKind.DOCX, word(tbl(tc("a"), hidden + tc("b") + tc("c"), shown + tc("d"), tc("e"))))
    assert one.rows == [["a", ""], ["b", "c"], ["d", ""], ["e", ""]]
    assert one.displays == {(2, 1): Appearance(hidden_by="row"), (2, 2): Appearance(hidden_by="row")}


def test_a_table_in_a_cell_stands_beneath_its_row_in_word() -> None:
    inner = f"<w:tc>{p('上')}{tbl(tc('1') + tc('2'))}{p('下')}</w:tc>"
    body = tbl(tc("左") + inner, tc("a") + tc("b"))
    assert rows(FileKind.DOCX, word(body)) == [["左", ""], ["上", ""], ["1", "2"], ["下", ""], ["a", "b"]]


def test_word_as_strict_open_xml() -> None:
    strict = {"word/document.xml": parts_of(word(tbl(tc("a"))))["word/document.xml"].replace(
        W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    )}  # fmt: skip
    assert rows(FileKind.DOCX, zipped(strict)) == [["a"]]


def test_parts_that_are_not_there_or_elsewhere_are_not_looked_for() -> None:
    relationships = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="t" Target="NULL"/>'
        b'<Relationship Id="r2" Type="t" Target="http://127.0.0.1:1/x" TargetMode="External"/></Relationships>'
    )
    content = zipped({**parts_of(word(p("a"))), "word/_rels/document.xml.rels": relationships})
    assert rows(FileKind.DOCX, content) == [["a"]]


# -- web pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "wanted", "merges"),
    [
        ("<h1>标题</h1>字<div>行<p>段</div><table><tr><td>a<td>b</table>尾",
         [["标题", ""], ["字", ""], ["行", ""], ["段", ""], ["a", "b"], ["尾", ""]], ()),
        ("<table><tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e</table>",
         [["a", "", "b"], ["c", "d", "e"]], ((1, 1, 1, 2),)),
        ("<table><tr><td rowspan=2>a<td>b<tr><td>c</table>", [["a", "b"], ["", "c"]], ((1, 1, 2, 1),)),
        ("<table><tr><td rowspan=0>a<td>b<tr><td>c</table>x", [["a", "b"], ["", "c"], ["x", ""]], ((1, 1, 2, 1),)),
        ("<table><tr><td rowspan=9>a</table><table><tr><td>b</table>", [["a"], ["b"]], ()),
        ("<table><tr><td colspan=0>a<td colspan=x>b<td colspan=-3>c</table>", [["a", "b", "c"]], ()),
        ("<table><tr><th> a\n  b<br>c <br> <br>d</th></table>", [["a b\nc\nd"]], ()),
        ("<table><tr><td><p>a</p><p>b&nbsp;c</p></td><td>&nbsp;</td><td>&#12288;</table>", [["a\nb\xa0c"]], ()),
        ("<table><caption>标题</caption><thead><tr><td>a</thead><tbody><tr><td>b</table>",
         [["标题"], ["a"], ["b"]], ()),
        ("<table><td>a<tr><td><div>b<tr><td>c</table></td></tr></table>d", [["a"], ["b"], ["c"], ["d"]], ()),
        ("<td>a</td><tr><td>b</tr>", [["ab"]], ()),
        ("<table><tr><td>a", [["a"]], ()),
        ("a<script>b</script><style>c</style><!-- d --><xml><x:y>e</x:y></xml>f", [["af"]], ()),
        ("<table><tr><td><input value=12><td><input type=hidden value=9><td><select><option>有<option selected>无"
         "</select><td><input type=radio checked>有<input type=radio>无<td><textarea>字</textarea></table>",
         [["12", "", "无", "☑有☐无", "字"]], ()),
        ("<table><tr><td x:num='1234.5'>1,235<td x:num=12>12<td x:num='44362'>2021年6月15日<td sdval=7>7</table>",
         [[1234.5, 12, "2021年6月15日", 7]], ()),
        ("<table><tr><td><table><tr><td>12</table><td>b</table>", [["12", "b"]], ()),
        ("<table><tr><td>a<td>上<table><tr><td>1<td>2<tr><td>3</table>下<tr><td>b</table>",
         [["a", ""], ["上", ""], ["1", "2"], ["3", ""], ["下", ""], ["b", ""]], ()),
        ("<table><tr><td rowspan=2>a<td><table><tr><td>1<td>2</table><tr><td>b</table>",
         [["a", ""], ["", "b"], ["1", "2"]], ((1, 1, 2, 1),)),
    ],
)  # fmt: skip
def test_web_page(body: str, wanted: Grid, merges: tuple[Any, ...]) -> None:
    one = sheet(FileKind.HTML, html(body, "<title>不是</title>"))
    assert ([list(row) for row in one.rows], tuple(one.merges), one.name) == (wanted, merges, "网页")


def test_what_a_web_page_hides_is_read_all_the_same() -> None:
    body = "<table><tr style='x:y; DISPLAY : none'><td>a<td><tr><td>b<td hidden>c</table>"
    one = sheet(FileKind.HTML, html(body))
    assert one.rows == [["a", ""], ["b", "c"]]
    assert one.displays == {(1, 1): Appearance(hidden_by="row"), (2, 2): Appearance(hidden_by="column")}


ROW, COLUMN, STRUCK = Appearance(hidden_by="row"), Appearance(hidden_by="column"), Appearance(hidden_by="struck")
NONE, LINE_THROUGH = "style='display:none'", "style='text-decoration:line-through'"


@pytest.mark.parametrize(
    ("body", "displays"),
    [
        (f"<table><tr><td {LINE_THROUGH}>1<th {LINE_THROUGH}>2<td>3</table>", {(1, 1): STRUCK, (1, 2): STRUCK}),
        ("<table><tr><td style='visibility:hidden'>1<td>2</table>", {(1, 1): COLUMN}),
        ("<table><tr style='visibility:hidden'><td>1<tr><td>2</table>", {(1, 1): ROW}),
        (f"<table><thead {NONE}><tr><td>1</thead><tbody><tr><td>2</tbody><tfoot hidden><tr><td>3</tfoot></table>",
         {(1, 1): ROW, (3, 1): ROW}),
        (f"<table><tbody {NONE}><tr><td>1</tbody><tbody><tr><td>2</table>", {(1, 1): ROW}),
        (f"<table {NONE}><tr><td>1<td>2</table><table><tr><td>3</table>", {(1, 1): ROW, (1, 2): ROW}),
        (f"<div {NONE}><table><tr><td>1<td>2</table></div>", {(1, 1): ROW, (1, 2): ROW}),
        (f"<table><tr {NONE}><td>0<td><table><tr><td>1<td>2</table></table>", {(1, 1): ROW, (2, 1): ROW, (2, 2): ROW}),
        (f"<table><col><col span=2 {NONE}><col><tr><td>1<td>2<td>3<td>4</table>", {(1, 2): COLUMN, (1, 3): COLUMN}),
        (f"<table><col><col {NONE}><tr><td rowspan=2>1<td>2<tr><td>3</table>", {(1, 2): COLUMN, (2, 2): COLUMN}),
        (f"<table><colgroup span=2 {NONE}></colgroup><colgroup span=9><tr><td>1<td>2<td>3</table>",
         {(1, 1): COLUMN, (1, 2): COLUMN}),
        (f"<table><colgroup span=9 {NONE}><col></colgroup><col><tr><td>1<td>2</table>", {(1, 1): COLUMN}),
        (f"<table><col span={10**9} {NONE}><tr><td>1</table>", {(1, 1): COLUMN}),
        (f"<col {NONE}><table><tr><td>1</table>", {}),
    ],
)  # fmt: skip
def test_cells_that_a_web_page_does_not_show(body: str, displays: dict[Any, Appearance]) -> None:
    one = sheet(FileKind.HTML, html(body))
    assert one.displays == displays
    assert "隐藏" not in str(one.rows)


# -- Excel's XML ------------------------------------------------------------------------------------------


def test_values_of_excel_xml() -> None:
    kinds = [
        data("12", "Number"), data("12.5", "Number"), data("x", "Number"), data("1", "Boolean"),
        data("2021-06-15T00:00:00.000", "DateTime"), data("上周", "DateTime"), data("#REF!", "Error"),
        data("3", "Number", Formula="=1+2"), '<Cell ss:Formula="=1+2"/>', data("a&#10;b"), "<Cell/>",
        '<Cell><Comment><Data>注</Data></Comment><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">'
        "<B>粗</B><Font>细</Font></ss:Data><Comment><ss:Data><B>注</B></ss:Data></Comment></Cell>",
    ]  # fmt: skip
    assert rows(FileKind.XML, workbook(f"<Table><Row>{''.join(kinds)}</Row></Table>")) == [
        [12, 12.5, "x", True, datetime(2021, 6, 15), "上周", Unread("#REF!"), 3, Unread("=1+2"), "a\nb", "", "粗细"]
    ]


def test_places_of_excel_xml() -> None:
    one = sheet(
        FileKind.XML,
        workbook(
            f'<Table><Row ss:Index="2" ss:Span="1">{data("a", MergeAcross=1, MergeDown=1)}{data("b")}</Row>'
            f"<Row>{data('c', Index=3)}{data('d')}</Row></Table>"
        ),
    )
    assert one.rows == [["", "", "", ""], ["a", "", "b", ""], ["", "", "", ""], ["", "", "c", "d"]]
    assert one.merges == [(2, 1, 3, 2)]


def test_what_excel_xml_hides_is_read_all_the_same() -> None:
    options = (
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>{}</Visible></WorksheetOptions>'
    )
    columns = '<Column ss:Index="2" ss:Hidden="1" ss:Span="1"/>'
    table = f'<Table>{columns}<Row>{data("a") * 4}</Row><Row ss:Hidden="1">{data("b")}<Cell/></Row></Table>'
    book = open_tables(
        FileKind.XML,
        workbook(table, *(options.format(how) for how in ("SheetHidden", "SheetVeryHidden", "SheetVisible"))),
    )
    assert (book.names, book.visible) == (["S1", "S2", "S3", "S4"], {"S1", "S4"})
    one = book.sheet("S1")
    assert book.closer(one) is one
    column, row = Appearance(hidden_by="column"), Appearance(hidden_by="row")
    assert one.displays == {(1, 2): column, (1, 3): column, (2, 1): row}


# -- text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\tb,c\r\n1\t2\r\n", [["a", "b,c"], ["1", "2"]]),
        ('a,"b\nc","d""e"\n1', [["a", "b\nc", 'd"e'], ["1", "", ""]]),
        ("a;b\n1,5;2", [["a", "b"], ["1,5", "2"]]),
        ('第23个"5.29"日,x\n1,2', [['第23个"5.29"日', "x"], ["1", "2"]]),
        ('"5.29"日,x\n1,2', [['"5.29"日', "x"], ["1", "2"]]),
        ('a,"b\n1,2\n3,4', [["a", '"b'], ["1", "2"], ["3", "4"]]),
        ('a,"' + "x" * 200_000 + '"\n1,2', [["a", '"' + "x" * 200_000 + '"'], ["1", "2"]]),
        ("字", [["字"]]),
    ],
)
def test_text(text: str, wanted: Grid) -> None:
    assert rows(FileKind.TEXT, text.encode()) == wanted


# -- what is none of these, or means harm -----------------------------------------------------------------

LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PASSWD = '<!DOCTYPE a [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'
FAR = f'<Table><Row ss:Index="{MAX_ROWS}">{data("a", Index=MAX_COLUMNS)}</Row></Table>'
DEEP = 100_000
HUGE = 10**9


def with_doctype(content: bytes, doctype: str) -> bytes:
    return doctype.encode() + content.replace(b'<?xml version="1.0"?>', b"")


def word_part(content: bytes) -> bytes:
    return zipped({"word/document.xml": content})


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (FileKind.DOCX, b"PK\x03\x04 and no more", "F001"),
        (FileKind.DOCX, zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "F001"),
        (FileKind.DOCX, word_part(b"<w:document"), "F001"),
        (FileKind.DOCX, word("<w:p>")[:-40], "F001"),
        (FileKind.DOCX, word_part(LAUGHS.encode() + b"<a>&b;</a>"), "F001"),
        (FileKind.DOCX, word_part(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>'), "F001"),
        (FileKind.DOCX, word("<w:tbl><w:tr><w:tc>" * DEEP), "F001"),
        (FileKind.DOCX, word(p("x" * 21 * 2**20)), "F004"),
        (FileKind.XML, with_doctype(workbook(), LAUGHS), "F001"),
        (FileKind.XML, with_doctype(workbook(data("&passwd;")), PASSWD), "F001"),
        (FileKind.XML, workbook("<Table>" * DEEP), "F001"),
        (FileKind.XML, workbook("<Table>")[:-30], "F001"),
        (FileKind.XML, workbook(f"<Table><Row>{data('a', Index=2)}{data('b', Index=2)}</Row></Table>"), "F001"),
        (FileKind.XML, workbook("<Table/>").replace(b"</Workbook>", b'<Worksheet ss:Name="S1"/></Workbook>'), "F001"),
        (FileKind.XML, b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>', "F005"),
        (FileKind.XML, workbook(*[FAR] * 300), "F004"),
        (FileKind.HTML, html("<table><tr><td>" * DEEP), "F001"),
        (FileKind.HTML, b"<html>\xff\xff\xff", "F001"),
        (FileKind.TEXT, b"a,b\xff\xff", "F001"),
        (FileKind.TEXT, b"\xff\xfea", "F001"),
    ],
)  # fmt: skip
def test_unreadable(kind: FileKind, content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        open_tables(kind, content)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "content", "wanted"),
    [
        (FileKind.HTML, html(f"<table><tr><td colspan={HUGE} rowspan={HUGE}{HUGE}>a<tr><td>b</table>"), [["a"]]),
        (FileKind.HTML, html("<div>" * DEEP + "x"), [["x"]]),
        (FileKind.DOCX, word(tbl(tc("a", f'<w:gridSpan w:val="{HUGE}"/>') + tc("b"), tc("c"))), [["a"], ["c"]]),
        (FileKind.DOCX, word(tbl(f'<w:gridBefore w:val="{HUGE}"/>' + tc("a"), tc("c"))), [[""], ["c"]]),
        (
            FileKind.XML,
            workbook(
                f'<Table><Column ss:Hidden="1" ss:Span="{HUGE}"/>'
                f'<Row>{data("a", MergeAcross=HUGE, MergeDown=HUGE)}'
                f'{data("b")}{data("c", Index=HUGE)}</Row><Row ss:Index="{HUGE}">{data("d")}</Row>'
                f"<Row>{data('e')}</Row></Table>"
            ),
            [["a"]],
        ),
    ],
)  # fmt: skip
def test_what_lies_beyond_the_limits_costs_nothing(kind: FileKind, content: bytes, wanted: Grid) -> None:
    one = sheet(kind, content)
    assert [list(row) for row in one.rows] == wanted
    assert all(bottom <= MAX_ROWS and right <= MAX_COLUMNS for _, _, bottom, right in one.merges)


def filled_up(unit: str, size: int = 5 * 2**20) -> str:
    return unit * (size // len(unit))


LARGE: dict[str, Callable[[], bytes]] = {
    "html, cells": lambda: html("<table>" + filled_up("<tr>" + "<td>1" * 200)),
    "html, cells of one row": lambda: html("<table>" + filled_up("<td>")),
    "html, wide cells": lambda: html("<table>" + filled_up("<tr><td colspan=200>a")),
    "html, wide and high cells": lambda: html("<table>" + filled_up(f"<tr><td colspan={HUGE} rowspan={HUGE}>a")),
    "html, high cells": lambda: html("<table>" + filled_up("<tr>" + f"<td rowspan={HUGE}>a" * 200)),
    "html, tables": lambda: html(filled_up("<table><tr><td>1</table>")),
    "html, tables in tables": lambda: html("<table><tr><td>x" * 100 + filled_up("<p>x")),
    "html, spaces": lambda: html("a" + filled_up(" ") + "b"),
    "html, lines": lambda: html(filled_up("a<br>")),
    "html, entities": lambda: html(filled_up("&amp;")),
    "docx, cells": lambda: word(tbl(filled_up("<w:tc><w:p/></w:tc>"))),
    "docx, wide cells": lambda: word(tbl(filled_up(tc("a", f'<w:gridSpan w:val="{HUGE}"/>' + START)))),
    "docx, paragraphs": lambda: word(filled_up(p("a"))),
    "xml, cells": lambda: workbook(f"<Table>{filled_up(f'<Row>{data(1) * 200}</Row>')}</Table>"),
    "xml, columns": lambda: workbook(filled_up(f'<Column ss:Hidden="1" ss:Span="{HUGE}"/>')),
    "xml, sheets": lambda: workbook(*["<Table/>"] * 120_000),
    "text, cells": lambda: filled_up("1,").encode(),
    "text, lines": lambda: filled_up("1\t2\n").encode(),
    "text, quotes": lambda: filled_up('"a\n').encode(),
}


@pytest.mark.parametrize("name", LARGE)
def test_five_megabytes_are_read_or_refused(name: str) -> None:
    content = LARGE[name]()
    rows, code = how_many_rows(kind_of(name), content)
    assert rows <= MAX_ROWS
    assert code in {None, "F004"}


def how_many_rows(kind: FileKind, content: bytes) -> tuple[int, str | None]:
    """The most rows of a sheet, or the code that says why there are none."""
    try:
        book = open_tables(kind, content)
    except Unreadable as fault:
        return 0, fault.code
    return max(len(book.sheet(name).rows) for name in book.names), None


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_nothing_at_all_has_no_form(kind: FileKind) -> None:
    empty = {FileKind.DOCX: word(""), FileKind.XML: workbook("<Table/>")}.get(kind, b" ")
    book = open_tables(kind, empty)
    assert [book.sheet(name).rows for name in book.names] == [[]]


# -- annotated runs ---------------------------------------------------------------------------------------


def line(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def styled(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


RICH = (
    '<Table><Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">{}</ss:Data></Cell></Row>'
    "</Table>"
)


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        (FileKind.HTML, html("<table><td>102<sup>1</sup>"), "102（上标：1）"),
        (FileKind.HTML, html("<table><td>102<sub>1</sub>"), "102（下标：1）"),
        (FileKind.HTML, html("<table><td><s>99</s><b>102</b>"), "（划掉：99）102"),
        (FileKind.HTML, html("<table><td><del><b>99</b></del>102"), "（划掉：99）102"),
        (FileKind.HTML, html('<table><td><span style="display:none">9</span>106'), "（隐藏：9）106"),
        (FileKind.HTML, html("<table><td><b>10</b><i>2</i>"), "102"),
        (FileKind.HTML, html("<table><td><ruby>12<rp>(</rp><rt>3</rt><rp>)</rp></ruby>"), "12"),
        (FileKind.DOCX, word(line("<w:ruby><w:rt>" + styled("3") + "</w:rt><w:rubyBase>" + styled("12")
                                  + "</w:rubyBase></w:ruby>")), "12"),
        (FileKind.DOCX, word(line(styled("102"), styled("1", "<w:vertAlign w:val='superscript'/>"))),
         "102（上标：1）"),
        (FileKind.DOCX, word(line(styled("99", "<w:strike/>"), styled("102"))), "（划掉：99）102"),
        (FileKind.DOCX, word(line(styled("9", "<w:vanish/>"), styled("106", "<w:b/>"))), "（隐藏：9）106"),
        (FileKind.DOCX, word(line(styled("1", "<w:strike w:val='0'/>"), styled("2"))), "12"),
        (FileKind.HTML, html("<table><td>102<span style='Vertical-Align : super'>1</span>"), "102（上标：1）"),
        (FileKind.HTML, html("<table><td>102<font style='vertical-align:sub'>1</font>"), "102（下标：1）"),
        (FileKind.HTML, html("<table><td><code style='text-decoration:red line-through'>99</code>102"),
         "（划掉：99）102"),
        (FileKind.HTML, html("<table><td><i style='text-decoration-line:line-through!important'><b>9</b></i>102"),
         "（划掉：9）102"),
        (FileKind.HTML, html("<table><td><label style='x:y;visibility: hidden'>9</label>106"), "（隐藏：9）106"),
        (FileKind.HTML, html("<table><td><mark hidden>9</mark>106"), "（隐藏：9）106"),
        (FileKind.HTML, html("<table><td><input style='display:none' value=9>106"), "（隐藏：9）106"),
        (FileKind.HTML, html("<table><td><p style='text-decoration:line-through'>99</p>"), "（划掉：99）"),
        (FileKind.HTML, html("<table><td><b style='backface-visibility:hidden;vertical-align:top'>1</b>2"), "12"),
        (FileKind.XML, workbook(RICH.format("102<Sup>1</Sup>")), "102（上标：1）"),
        (FileKind.XML, workbook(RICH.format("102<B><Sub>1</Sub></B>")), "102（下标：1）"),
        (FileKind.XML, workbook(RICH.format("<S>35</S>36")), "（划掉：35）36"),
        (FileKind.XML, workbook(RICH.format("<S><Font>35</Font></S><Font>36</Font>")), "（划掉：35）36"),
    ],
)  # fmt: skip
def test_annotated_runs_are_no_part_of_a_number(kind: FileKind, content: bytes, text: str) -> None:
    assert sheet(kind, content).rows == [[text]]
