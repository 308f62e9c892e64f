"""What calamine does not show of an .ods."""

import io

import pytest
from python_calamine import CalamineWorkbook

from stattable.formats.inspection.ods import OdsInspector
from stattable.formats.sheet import Appearance, Cell, Inspection, Merge, Unread
from writers.containers import GOLDEN, parts_of, zipped

NAMESPACES = (
    b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    b'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    b'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def content(rows: bytes, name: bytes = b"S", styles: bytes = b"", more: bytes = b"") -> bytes:
    table = b'<table:table table:name="%s">%s</table:table>' % (name, rows)
    return b"<office:document-content %s>%s%s%s</office:document-content>" % (NAMESPACES, styles, table, more)


def row(cells: bytes, attributes: bytes = b"") -> bytes:
    return b"<table:table-row%s>%s</table:table-row>" % (attributes, cells)


def times(rows: int) -> bytes:
    return b' table:number-rows-repeated="%d"' % rows


def empty(columns: int = 1) -> bytes:
    return b'<table:table-cell table:number-columns-repeated="%d"/>' % columns


def number(value: bytes = b"1", shown: bytes = b"", columns: int = 1, attributes: bytes = b"") -> bytes:
    return (
        b'<table:table-cell office:value-type="float" office:value="%s" table:number-columns-repeated="%d"%s>'
        b"%s</table:table-cell>" % (value, columns, attributes, shown)
    )


ERROR = (
    b'<table:table-cell table:formula="of:=1/0" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)
CELL, END = b"<table:table-cell", b"</table:table-cell>"
NEVER = b'<table:table-cell table:formula="of:=[.A1]+1"/>'


# -- what calamine shows as a blank -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "unreads"),
    [
        (row(number(b"1", b"<text:p>1</text:p>")), {}),
        (row(b'<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'), {}),
        (row(b'<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'), {}),  # to nothing
        (row(empty() + NEVER), {(1, 2): Unread("=[.A1]+1")}),
        (row(ERROR), {(1, 1): Unread("#DIV/0!")}),
        (row(b'<table:table-cell table:formula="of:=x" office:value-type="string"><text:p>Err:508</text:p>'
             b"</table:table-cell>"), {(1, 1): Unread("Err:508")}),
        (row(b'<table:table-cell calcext:value-type="error"/>'), {(1, 1): Unread("#VALUE!")}),
        (row(b'<table:table-cell calcext:value-type="error" office:value-type="string"/>'),
         {(1, 1): Unread("#VALUE!")}),
        (row(b"", times(3)) + row(empty(2) + ERROR), {(4, 3): Unread("#DIV/0!")}),
        (row(NEVER, times(2)), {(1, 1): Unread("=[.A1]+1"), (2, 1): Unread("=[.A1]+1")}),
        (row(NEVER.replace(b"/>", b' table:number-columns-repeated="2"/>')),
         {(1, 1): Unread("=[.A1]+1"), (1, 2): Unread("=[.A1]+1")}),
        (b"<table:table-header-rows>" + row(b"") + b"</table:table-header-rows>" + row(NEVER),
         {(2, 1): Unread("=[.A1]+1")}),
        (row(b"", times(1048575)) + row(NEVER), {}),  # beyond the limits
        (row(empty(199) + NEVER), {(1, 200): Unread("=[.A1]+1")}),
        (row(empty(200) + NEVER), {}),
        (row(NEVER.replace(b"/>", b' table:number-columns-repeated="16384"/>')),
         {(1, column): Unread("=[.A1]+1") for column in range(1, 201)}),
        (row(b"<text:soft-page-break/>" + NEVER), {(1, 1): Unread("=[.A1]+1")}),
        (row(ERROR.replace(b"<text", b"<office:annotation><text:p>#</text:p></office:annotation><text")),
         {(1, 1): Unread("#DIV/0!")}),
        (row(CELL + b"><table:table>" + row(ERROR * 2) + b"</table:table>" + END + NEVER),
         {(1, 2): Unread("=[.A1]+1")}),
    ],
)  # fmt: skip
def test_unread(rows: bytes, unreads: dict[Cell, Unread]) -> None:
    assert OdsInspector(content(rows)).inspect(0) == (Inspection(unreads, []) if unreads else None)


MERGED = b'<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="3"/>'


@pytest.mark.parametrize(
    ("rows", "merges"),
    [
        (row(b"") + row(empty() + MERGED), [(2, 2, 4, 3)]),
        (row(MERGED + b"<table:covered-table-cell/>" + MERGED), [(1, 1, 3, 2), (1, 3, 3, 4)]),
        (row(MERGED.replace(b'spanned="2"', b'spanned="1"')), [(1, 1, 3, 1)]),
        (row(b"", times(10_000)) + row(MERGED), []),
        (row(empty(200) + MERGED), []),
    ],
)
def test_merges(rows: bytes, merges: list[Merge]) -> None:
    assert OdsInspector(content(rows)).inspect(0) == (Inspection({}, merges) if merges else None)


# -- how cells are shown ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((b"120", shown) for shown in "120 120.00 120场 共120人次 ￥120.00 ¥120 120元 １２０ 一百二十 $120".split()),
        (b"120", " 120 "), (b"1200", "1,200"), (b"1200", "1 200.00"), (b"1234567", "1,234,567.00"), (b"1200", "1'200"),
        (b"0", "0"), (b"0", "-"), (b"0", "—"), (b"0", "无"), (b"0", "0.00"), (b"0", "零"),
        (b"-5", "(5)"), (b"-5", "-5"), (b"1e3", "1000"),
        (b"0.5", "1"), (b"0.12", "12%"), (b"1.5", ""),  # no whole numbers: another rule's
    ],
)  # fmt: skip
def test_a_number_that_is_shown_as_it_is(value: bytes, shown: str) -> None:
    cell = number(value, b"<text:p>%s</text:p>" % shown.encode())
    assert OdsInspector(content(row(cell))).inspect(0) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((b"120", shown) for shown in "12000% 12万 120万 0.012万 121 1.20E+02 约120 120余 120-130".split()),
        (b"120", "见附件"), (b"120", "-"), (b"120", "一百二十一"),
        (b"120", ""), (b"0", ""), (b"0", "若干"), (b"1200", "1,2"), (b"1200", "12,00"), (b"5000", "5千"),
    ],
)  # fmt: skip
def test_a_number_that_is_shown_as_another(value: bytes, shown: str) -> None:
    cell = number(value, b"<text:p>%s</text:p>" % shown.encode())
    assert OdsInspector(content(row(cell))).inspect(0) == Inspection({}, [], {(1, 1): Appearance(shown_as=shown)})


@pytest.mark.parametrize(
    "cell",
    [
        number(b"120"),  # some programs say nothing of how it is shown
        CELL + b' office:value-type="string"><text:p>12%</text:p>' + END,
        CELL + b' office:value-type="date" office:date-value="2021-06-30"><text:p>6.30</text:p>' + END,
        CELL + b' office:value-type="boolean" office:boolean-value="true"><text:p>1</text:p>' + END,
        number(b"120", b"<office:annotation><text:p>12</text:p></office:annotation><text:p>120</text:p>"),
        number(b"120", b"<text:p><text:span>12</text:span>0</text:p>"),
    ],
)
def test_nothing_to_compare(cell: bytes) -> None:
    assert OdsInspector(content(row(cell))).inspect(0) is None


HIDDEN, FILTERED = b' table:visibility="collapse"', b' table:visibility="filter"'
TEXT = b'<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'


def column(attributes: bytes = b"", columns: int = 1) -> bytes:
    return b'<table:table-column table:number-columns-repeated="%d"%s/>' % (columns, attributes)


@pytest.mark.parametrize(
    ("rows", "displays"),
    [
        (row(number(), HIDDEN) + row(number()), {(1, 1): Appearance("row")}),
        (row(number(), FILTERED), {(1, 1): Appearance("row")}),
        (row(number(), b' table:visibility="visible"'), {}),
        (row(TEXT, HIDDEN + times(2)), {(1, 1): Appearance("row"), (2, 1): Appearance("row")}),
        (row(empty(), HIDDEN), {}),
        (row(number(), times(9_999)) + row(number(), HIDDEN + times(9)), {(10_000, 1): Appearance("row")}),
        (
            column() + column(HIDDEN, 2) + row(number(columns=4)),
            {(1, 2): Appearance("column"), (1, 3): Appearance("column")},
        ),
        (column(HIDDEN, 16384) + row(number(columns=300)), {(1, n): Appearance("column") for n in range(1, 201)}),
        (column(HIDDEN) + row(number(), HIDDEN), {(1, 1): Appearance("row")}),
        (row(number(b"1", b"<text:p>1%</text:p>"), HIDDEN), {(1, 1): Appearance("row", shown_as="1%")}),
    ],
)
def test_hidden(rows: bytes, displays: dict[Cell, Appearance]) -> None:
    assert OdsInspector(content(rows)).inspect(0) == (Inspection({}, [], displays) if displays else None)


def style(ink: bytes = b"", paper: bytes = b"", parent: bytes = b"", name: bytes = b"a") -> bytes:
    text = b'<style:text-properties fo:color="%s"/>' % ink if ink else b""
    cell = b'<style:table-cell-properties fo:background-color="%s"/>' % paper if paper else b""
    head = b' style:parent-style-name="%s"' % parent if parent else b""
    return b'<style:style style:name="%s"%s>%s%s</style:style>' % (name, head, text, cell)


@pytest.mark.parametrize(
    ("styles", "is_seen"),
    [
        (style(b"#ffffff"), False),
        (style(b"#FFFEFF"), False),
        (style(b"#ffffff", b"transparent"), False),
        (style(b"#ffffff", parent=b"Default"), False),
        (style(b"#ffffff", parent=b"Head"), True),  # whose background is not known
        (style(b"#ffffff", b"#000080"), True),
        (style(b"#c00000", b"#C00000", b"Head"), False),
        (style(b"", b"#000000"), True),  # white, then
        (style(b"#000000"), True),
        (style(b"#ffffff", name=b"b"), True),
    ],
)
@pytest.mark.parametrize(
    "rows",
    [
        row(number(attributes=b' table:style-name="a"')),
        row(number(), b' table:default-cell-style-name="a"'),
        column(b' table:default-cell-style-name="a"') + row(number()),
    ],
)
def test_colours(rows: bytes, styles: bytes, is_seen: bool) -> None:
    expected = None if is_seen else Inspection({}, [], {(1, 1): Appearance("colour")})
    assert OdsInspector(content(rows, styles=styles)).inspect(0) == expected


def test_a_cells_own_style_comes_before_its_columns() -> None:
    rows = column(b' table:default-cell-style-name="a"') + row(number(attributes=b' table:style-name="b"'))
    assert OdsInspector(content(rows, styles=style(b"#ffffff"))).inspect(0) is None


# -- how much calamine would lay out ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        (b"", (0, 0)),
        (row(empty(16384), times(1048576)), (0, 0)),
        (row(number()), (1, 1)),
        (row(number() + empty(16383)) + row(empty(16384), times(1048575)), (1, 1)),
        (row(number(), times(1048576)), (1048576, 1)),
        (row(number(columns=16384), times(1048576)), (1048576, 16384)),
        (row(number(columns=10**9), times(10**9)), (1048576, 16384)),
        (row(empty(), times(999)) + row(empty(99) + number()), (1000, 100)),
        (row(number(), times(500)) + row(empty(99) + number()), (501, 100)),
        (row(number() + TEXT.replace(b">", b' table:number-columns-repeated="500">', 1)), (1, 501)),
        (row(number() + NEVER), (1, 2)),
        (row(number() + b"<table:covered-table-cell/>" + b'<table:covered-table-cell office:value="1"/>'), (1, 3)),
    ],
)
def test_reach(rows: bytes, reach: Cell) -> None:
    inspector = OdsInspector(content(rows))
    assert (inspector.reaches, inspector.reach(0)) == ([reach], reach)


@pytest.mark.parametrize(
    "rows",
    [
        row(number()),
        row(empty(), times(99)) + row(empty(9) + number(), times(3)) + row(empty(99), times(1000)),
        row(number(columns=30), times(30)) + row(b"") + row(number() + empty(5)),
        row(b"<table:covered-table-cell office:value-type='string'/>" + TEXT * 2),
    ],
)
def test_calamine_lays_out_as_much(rows: bytes) -> None:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<manifest/>"}
    data = zipped({**parts, "content.xml": content(rows)})
    laid = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert OdsInspector(content(rows)).reaches == [(len(laid), len(laid[0]))]


def test_several_sheets() -> None:
    more = b'<table:table table:name="T">%s</table:table><table:table table:name="S">%s</table:table>'
    inspector = OdsInspector(content(row(number(columns=9)), more=more % (row(ERROR), row(number(), times(2)))))
    assert inspector.reaches == [(1, 9), (1, 1), (2, 1)]
    assert [inspector.reach(sheet) for sheet in range(3)] == inspector.reaches
    assert [inspector.inspect(sheet) for sheet in range(3)] == [None, Inspection({(1, 1): Unread("#DIV/0!")}, []), None]


def test_many_sheets_that_say_to_be_large() -> None:
    table = b'<table:table table:name="T">%s</table:table>' % row(number(columns=200), HIDDEN + times(1048576))
    assert len(OdsInspector(content(b"", more=table * 200)).reaches) == 201


# -- what does not hold together --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding: str) -> None:
    text = '<!DOCTYPE x [<!ENTITY e "1">]>' + content(row(number())).decode()
    with pytest.raises(SyntaxError, match="document type"):
        OdsInspector(text.encode(encoding)).reach(0)


@pytest.mark.parametrize(
    "broken",
    [
        content(row(number()))[:-20],
        content(row(number(b"sixty", b"<text:p>60</text:p>"))),
        content(row(number(), b' table:number-rows-repeated="x"')),
        content(row(b"&e;")),
        b"",
    ],
)
def test_broken(broken: bytes) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        assert OdsInspector(broken).reaches


# -- what LibreOffice wrote -------------------------------------------------------------------------------


def test_libreoffice() -> None:
    """A workbook by openpyxl, which LibreOffice turned into .ods: golden/closer/make.py."""
    inspector = OdsInspector(parts_of((GOLDEN / "closer/displays.ods").read_bytes())["content.xml"])
    assert inspector.reaches == [(7, 4)]
    assert inspector.inspect(0) == Inspection(
        {(6, 1): Unread("#DIV/0!"), (6, 3): Unread("#N/A")},
        [(8, 1, 9, 2)],
        {
            **{(row, 4): Appearance("column") for row in range(1, 7)},
            **{(2, column): Appearance("row") for column in range(1, 5)},
            **{(3, column): Appearance("colour") for column in range(1, 3)},
            (4, 1): Appearance(shown_as="401万"),
            (4, 2): Appearance(shown_as="40200%"),
            (4, 3): Appearance(shown_as=""),
        },
    )


def test_libreoffice_with_a_result_taken_out() -> None:
    """The same, where =1+1 has lost its result, as some programs leave it."""
    result = b' office:value-type="float" office:value="2" calcext:value-type="float"><text:p>2</text:p>'
    was, now = b'table:formula="of:=1+1"' + result, b'table:formula="of:=1+1">'
    part = parts_of((GOLDEN / "closer/displays.ods").read_bytes())["content.xml"]
    assert part.count(was) == 1
    inspection = OdsInspector(part.replace(was, now)).inspect(0)
    assert inspection is not None
    assert inspection.unreads == {(6, 1): Unread("#DIV/0!"), (6, 2): Unread("=1+1"), (6, 3): Unread("#N/A")}


@pytest.mark.parametrize(("name", "reaches"), [("return", [(20, 11), (10, 4)]), ("faults", [(20, 9)])])
def test_returns_of_libreoffice(name: str, reaches: list[Cell]) -> None:
    inspector = OdsInspector(parts_of((GOLDEN / f"{name}.ods").read_bytes())["content.xml"])
    assert inspector.reaches == reaches
    inspection = inspector.inspect(0)
    assert inspection is not None
    assert inspection.displays == {}
    assert inspection.merges is not None
    assert ((6, 8, 6, 9) in inspection.merges) == (name == "faults") == bool(inspection.unreads)


# -- texts with annotated runs ----------------------------------------------------------------------------

SPANS = (
    b'<style:style style:name="up" style:family="text"><style:text-properties style:text-position="super 58%"/>'
    b'</style:style><style:style style:name="high" style:family="text"><style:text-properties '
    b'style:text-position="33% 58%" style:text-line-through-type="none"/></style:style>'
    b'<style:style style:name="low" style:family="text"><style:text-properties style:text-position="-33% 58%"/>'
    b'</style:style><style:style style:name="out" style:family="text"><style:text-properties '
    b'style:text-line-through-style="solid"/></style:style><style:style style:name="bold" style:family="text">'
    b'<style:text-properties fo:font-weight="bold" style:text-position="0% 100%"/></style:style>'
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('102<text:span text:style-name="up">1</text:span>', "102（上标：1）"),
        ('102<text:span text:style-name="high">1</text:span>', "102（上标：1）"),
        ('102<text:span text:style-name="low">1</text:span>', "102（下标：1）"),
        ('<text:span text:style-name="out">99</text:span>102', "（划掉：99）102"),
        ('1<text:span text:style-name="bold">02</text:span>', None),
        ("102<text:span>1</text:span>", None),
    ],
)
def test_annotated_runs(text: str, seen: str | None) -> None:
    cell = CELL + b' office:value-type="string"><text:p>' + text.encode() + b"</text:p>" + END
    inspection = OdsInspector(content(row(cell), styles=SPANS)).inspect(0)
    assert (inspection.texts if inspection else {}) == ({(1, 1): seen} if seen else {})


def test_a_struck_cell() -> None:
    cell = CELL + b' table:style-name="out" office:value-type="float" office:value="5"><text:p>5</text:p>' + END
    inspection = OdsInspector(content(row(cell), styles=SPANS)).inspect(0)
    assert inspection is not None
    assert inspection.displays == {(1, 1): Appearance("struck")}
