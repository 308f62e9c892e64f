"""How sheets are shown and printed, and what their formulas are, from .xlsx, .xls and .ods."""

from pathlib import Path

import pytest

from stattable.formats.inspection.formulas import from_open_document, moved, spelled
from stattable.formats.inspection.xls_formulas import formulas
from stattable.formats.inspection.xlsx_setup import margin_parts, setup_of
from stattable.formats.sheet import Setup
from stattable.reading.open import open_file

GOLDEN = Path(__file__).parent / "golden" / "closer"
BOOK = (
    '<workbook><definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">\'信息统计表\'!$A$1:$I$20'
    '</definedName><definedName name="_xlnm.Print_Titles" localSheetId="1">单位!$A:$A,单位!$1:$2</definedName>'
    "</definedNames></workbook>"
).encode()


def setup(content: str, place: int = 0, *drawings: bytes) -> Setup:
    return setup_of(f"<worksheet>{content}</worksheet>".encode(), BOOK, place, drawings)


@pytest.mark.parametrize(
    ("content", "rows", "columns"),
    [
        ('<row r="3"/><row r="5" hidden="1"/><row/>', {5}, set()),
        ("<row r='2' ht='0'/><row ht=\"2.5\"/><row ht=\"3.5\"/>", {2, 3}, set()),
        ('<x:row r="7" hidden="true"/>', {7}, set()),
        ('<cols><col min="2" max="4" hidden="1"/><col min="6" max="6" width="0.5"/></cols>', set(), {2, 3, 4, 6}),
        ('<cols><col min="7" max="7" width="9"/></cols>', set(), set()),
        ('<cols><col min="199" max="16384" hidden="1"/></cols>', set(), {199, 200}),
        ('<sheetFormatPr defaultRowHeight="15"/><pageSetup fitToHeight="0"/>', set(), set()),
    ],
)  # fmt: skip
def test_hidden_lines(content: str, rows: set[int], columns: set[int]) -> None:
    found = setup(content)
    assert (found.hidden_rows, found.hidden_columns) == (rows, columns)


@pytest.mark.parametrize(
    ("content", "drawing", "extras"),
    [
        ('<conditionalFormatting sqref="A1"/>', b"", {"conditional"}),
        ("<extLst><ext><x14:conditionalFormatting>", b"", {"conditional"}),
        ("<x14:sparklineGroup>", b"", {"conditional"}),
        ('<sheetView showZeros="0"/>', b"", {"zeros"}),
        ('<sheetView showZeros="1"/>', b"", set()),
        ('<drawing r:id="rId1"/>', b"<wsDr/>", set()),  # LibreOffice writes one for the arrows of a filter
        ('<drawing r:id="rId1"/>', b"<xdr:twoCellAnchor><xdr:pic/>", {"objects"}),
        ('<drawing r:id="rId1"/>', b"<absoluteAnchor>", {"objects"}),
        ('<picture r:id="rId1"/>', b"", {"objects"}),
        ("<controls>", b"", {"objects"}),
        ('<legacyDrawingHF r:id="rId1"/>', b"", {"objects"}),
        ('<legacyDrawing r:id="rId1"/>', b'<x:ClientData ObjectType="Note"/>', {"comments"}),
        ('<legacyDrawing r:id="rId1"/>', b'<x:ClientData ObjectType="Note"><x:Visible/>', {"comments", "objects"}),
        ('<legacyDrawing r:id="rId1"/>', b'<x:ClientData ObjectType="Label"/>', {"comments", "objects"}),
    ],
)
def test_extras(content: str, drawing: bytes, extras: set[str]) -> None:
    assert setup(content, 0, drawing).extras == extras


@pytest.mark.parametrize(
    ("content", "margins"),
    [
        ("<headerFooter><oddFooter>&amp;C第 &amp;P 页</oddFooter></headerFooter>", {("footer", "C", "第 &P 页")}),
        ("<headerFooter><oddHeader>甲&amp;R乙</oddHeader></headerFooter>",
         {("header", "C", "甲"), ("header", "R", "乙")}),
        ('<headerFooter differentFirst="1"><firstFooter>无</firstFooter></headerFooter>', {("footer", "C", "无")}),
        ("<headerFooter><firstFooter>无</firstFooter><oddHeader></oddHeader></headerFooter>", set()),
        ('<headerFooter differentOddEven="true"><evenHeader>偶</evenHeader></headerFooter>', {("header", "C", "偶")}),
    ],
)  # fmt: skip
def test_margins(content: str, margins: set[tuple[str, str, str]]) -> None:
    assert setup(content).margins == margins


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('&L&"宋体,常规"&11校验码 AAAA', [("footer", "L", "校验码 AAAA")]),
        ("&C&K404040&B第 &P 页，共 &N 页", [("footer", "C", "第 &P 页，共 &N 页")]),
        ("", []),
        ("&L &C ", []),
    ],
)
def test_the_fonts_of_a_margin_do_not_matter(text: str, parts: list[tuple[str, str, str]]) -> None:
    assert [*margin_parts("footer", text)] == parts


def test_what_is_printed() -> None:
    page, units, other = (setup("", place) for place in range(3))
    assert (page.print_area, page.repeated) == ("$A$1:$I$20", "")
    assert (units.print_area, units.repeated) == ("", "$1:$2,$A:$A")
    assert (other.print_area, other.repeated) == ("", "")


# -- formulas ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [("=SUM(E3,E6:E7)", "SUM(E3,E6:E7)"), ("sum( $E$3 , E6:E7 )", "SUM(E3,E6:E7)"), ("1+1", "1+1")],
)
def test_spelled(text: str, expected: str) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("SUM(E3,E6:E7)", (0, 1), "SUM(F3,F6:F7)"),
        ("SUM(E3,E6:E7)", (2, 0), "SUM(E5,E8:E9)"),
        ("SUM($E3,E$6)", (1, 1), "SUM($E4,F$6)"),
        ('IF(A1="A1",LOG10(B2),Z9)', (1, 1), 'IF(B2="A1",LOG10(C3),AA10)'),
    ],
)
def test_moved(text: str, by: tuple[int, int], expected: str) -> None:
    assert moved(text, *by) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("of:=SUM([.E3:.E4])", "SUM(E3:E4)"),
        ("of:=SUM([.E3];[.E6:.E7];[.E9])", "SUM(E3,E6:E7,E9)"),
        ("of:=SUM([.$E$3])+10", "SUM(E3)+10"),
        ("=1+1", "1+1"),
    ],
)
def test_from_open_document(text: str, expected: str) -> None:
    assert from_open_document(text) == expected


def formula(row: int, column: int, tokens: str) -> tuple[int, bytes]:
    body = bytes([row, 0, column, 0]) + bytes(16) + len(bytes.fromhex(tokens)).to_bytes(2, "little")
    return 0x06, body + bytes.fromhex(tokens)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("250300040008c008c019100000", "SUM(I4:I5)"),  # as LibreOffice writes them
        ("24020008c0250500060008c008c024080008c042030400", "SUM(I3,I6:I7,I9)"),
        ("24020008c0250500060008c008c01015", "I3,I6:I7"),
        ("194000001e0100", "194000001e0100"),  # 1, which is no sum
        ("420904", "420904"),  # cut off
    ],
)
def test_sums_of_an_xls(tokens: str, expected: str) -> None:
    assert formulas([formula(2, 8, tokens)]) == {(3, 9): expected}


def test_formulas_that_cells_of_an_xls_share() -> None:
    """The shared one says how far away its parts are, as Excel writes it: one row and two rows below."""
    tokens = bytes.fromhex("2d0100020000c000c019100000")
    shared = 0x04BC, bytes(8) + len(tokens).to_bytes(2, "little") + tokens
    shares = "0102000800"
    assert formulas([formula(2, 8, shares), shared, formula(2, 9, shares)]) == {
        (3, 9): "SUM(I4:I5)", (3, 10): "SUM(J4:J5)",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_the_same_workbook_in_every_format(suffix: str) -> None:
    """Saved by LibreOffice: a row and a column hidden, a formula, a conditional format, a comment and a footer."""
    file, _, _ = open_file(str(GOLDEN / f"setup.{suffix}"))
    assert file
    book = file.book()
    found = book.setup("Sheet")
    assert (found.hidden_rows, found.hidden_columns) == ({3}, {4})
    assert found.extras == {"conditional", "comments"}
    assert book.formulas("Sheet") == {(5, 1): "SUM(A1:A2,A4)"}
    if suffix != "ods":
        assert found.margins == {("footer", "C", "第 &P 页")}
