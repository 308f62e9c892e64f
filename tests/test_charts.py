"""The sheet 图表 of a merged workbook: its table, its charts, and what `verify` says of both."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from command_line import Result, run
from county import COUNTY, EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHONGMU, ZHULUYING
from deferred import deferred
from stattable.formats.inspection.formulas import from_open_document, spelled
from stattable.model.identity import UnitFacts
from stattable.model.record import RECORD_SHEET
from stattable.model.units import Level
from stattable.proving.chart_table import CHARTS_AREA, CHARTS_SHEET, LABEL_AT, TABLE_TOP
from stattable.proving.year_on_year import YEARS_SHEET
from stattable.writing import report
from writers.county import send, send_two_townships, sessions, write_roster
from writers.office import saved_as
from writers.package import Book
from writers.returns import own_values

REPORT = "中牟县.xlsx"
CHART = "xl/charts/chart{}.xml"
Row = tuple[Any, ...]

pytestmark = pytest.mark.usefixtures("here")


def merge(*more: str, returns: str = "收到", root: str = "410122", to: str = REPORT, code: int | None = None) -> Any:
    options = ("--roster", "名册.csv", "--root", root, "-o", to, "--format", "json", "--quiet", "--force")
    result = run("merge", returns, *options, *more)
    assert result.out, result.err
    assert code is None or result.code == code
    return result.json


def verify(path: str = REPORT, *sources: str) -> Result:
    return run("verify", path, *sources, "--format", "json", "--quiet")


def told(result: Result) -> list[tuple[str, str | None, str | None]]:
    return [(one["code"], one["sheet"], one["cell"]) for one in result.json["findings"]]


def blocks(path: str = REPORT, *, data_only: bool = True) -> dict[str, list[Row]]:
    """The rows of the table under each title, the heads first."""
    sheet = openpyxl.load_workbook(path, data_only=data_only)[CHARTS_SHEET]
    rows = sheet.iter_rows(min_row=TABLE_TOP, min_col=LABEL_AT, max_col=LABEL_AT + 4, values_only=True)
    found, title = dict[str, list[Row]](), None
    for row in rows:
        cells = tuple(cell for cell in row if cell is not None)
        if not cells:
            title = None
        elif title is None:
            title, found[cells[0]] = cells[0], []
        else:
            found[title].append(cells)
    return found


def drawn(path: str = REPORT) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The charts: their titles, and name, categories and values of each series."""
    return [
        (
            chart.title.tx.rich.p[0].r[0].t,
            [(one.tx.strRef.f, one.cat.strRef.f, one.val.numRef.f) for one in chart.ser],
        )
        for chart in openpyxl.load_workbook(path)[CHARTS_SHEET]._charts
    ]


def area(sheet: Any, reference: str) -> list[Any]:
    name, _, cells = reference.replace("$", "").partition("!")
    assert name == CHARTS_SHEET
    found = sheet[cells]
    return [cell.value for row in found for cell in row] if isinstance(found, tuple) else [found.value]


# -- what is drawn ----------------------------------------------------------------------------------------


def test_the_table_is_what_page_and_breakdown_hold() -> None:
    send_two_townships()
    totals = {unit["name"]: unit["total"] for unit in merge()["units"]}
    table = blocks()
    assert [*table] == [
        "各级活动和服务场次", "各级宣传和服务人数", "媒体宣传（篇）", "各乡镇报送率（含下级）",
        "各乡镇场次（宣传、慰问、其他服务合计）", "各乡镇人数（宣传、慰问、其他服务合计）",
    ]  # fmt: skip
    county = totals["中牟县"]
    levels = {"地市县级": "prefecture_county", "乡镇": "township", "村居社区": "village"}
    names = {"活动场次": "activities", "慰问服务场次": "services.condolence", "其他服务场次": "services.other"}
    assert table["各级活动和服务场次"] == [
        ("栏目", "2021 年"),
        *(
            (f"{level} {name}", county[f"{block}.{key}.sessions"])
            for level, key in levels.items()
            for name, block in names.items()
            if county.get(f"{block}.{key}.sessions")
        ),
    ]
    for what, title in (("sessions", "场次"), ("people", "人数")):
        of_township = {
            name: sum(value or 0 for key, value in totals[name].items() if key.endswith(what))
            for name in ("官渡镇", "狼城岗镇")
        }
        ranked = sorted(of_township.items(), key=lambda one: -one[1])
        assert table[f"各乡镇{title}（宣传、慰问、其他服务合计）"] == [("单位", "2021 年"), *ranked]
    assert sum(figure for _, figure in table["媒体宣传（篇）"][1:]) == sum(
        value or 0 for key, value in county.items() if key.startswith("media.")
    )


def test_the_charts_are_drawn_from_the_table() -> None:
    send_two_townships()
    merge()
    sheet = openpyxl.load_workbook(REPORT, data_only=True)[CHARTS_SHEET]
    table = blocks()
    assert [title for title, _ in drawn()] == [*table]
    for title, series in drawn():
        heads, *rows = table[title]
        ((name, categories, values),) = series
        assert area(sheet, name) == [heads[1]]
        assert area(sheet, categories) == [row[0] for row in rows]
        assert area(sheet, values) == [row[1] for row in rows]
    part = Book(Path(REPORT).read_bytes()).xml(CHART.format(1))  # what programs show that read no cells
    points = [one.text for one in part.iter("{*}v")]
    heads, *rows = table[drawn()[0][0]]
    assert points == [heads[1], *(row[0] for row in rows), *(str(row[1]) for row in rows)]
    assert sheet.print_area.replace(f"'{CHARTS_SHEET}'!", "") == CHARTS_AREA
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (None, 9)  # one page, of A4
    assert sheet.page_setup.orientation == "landscape"
    assert sheet["A1"].value == "中牟县 图表"


def test_formulas_lead_to_the_cells() -> None:
    send_two_townships()
    merge()
    table = blocks(data_only=False)
    assert table["各级活动和服务场次"][1] == ("乡镇 活动场次", "=信息统计表!F6")
    (_, _, (name, formula)) = table["各乡镇场次（宣传、慰问、其他服务合计）"]
    row = {cell.value: cell.row for cell in openpyxl.load_workbook(REPORT)["分单位汇总"]["A"]}[name]
    assert re.fullmatch(rf"=SUM\((分单位汇总![A-Z]+{row},?){{6}}\)", formula)
    rates = {row[0]: row[1:] for row in table["各乡镇报送率（含下级）"]}
    share, expected, missing = rates["官渡镇"]
    states = openpyxl.load_workbook(REPORT)["报送情况"]
    found = re.fullmatch(r"=COUNTA\(报送情况!E(\d+):E(\d+)\)", expected)
    assert found
    assert [states[f"A{at}"].value for at in range(int(found[1]), int(found[2]) + 1)] == [
        "官渡镇",
        "官渡村",
        "逐鹿营村",
    ]
    assert missing == f'=COUNTIF(报送情况!E{found[1]}:E{found[2]},"未报")'
    assert re.fullmatch(r"=ROUND\(100-100\*Q\d+/P\d+,1\)", share)


def test_rates_are_those_of_status() -> None:
    for unit in (GUANDU, GUANDU_VILLAGE, EAST):
        send(unit)
    merge()
    document = run("status", "收到", "--roster", "名册.csv", "--root", "410122", "--format", "json", "--quiet").json
    rates = {one["name"]: (one["received"] + one["covered"]) / one["expected"] for one in document["units"]}
    assert blocks()["各乡镇报送率（含下级）"] == [
        ("单位", "报送率（%）", "应报", "没有报"),
        ("狼城岗镇", pytest.approx(100 * rates["狼城岗镇"], abs=0.05), 2, 1),
        ("官渡镇", pytest.approx(100 * rates["官渡镇"], abs=0.05), 3, 1),
    ]


def test_a_unit_that_is_missing_without_a_name_is_missing() -> None:
    for unit in (GUANDU, GUANDU_VILLAGE):
        send(unit, to="一")
    merge(returns="一", root="410122101", to="二/官渡镇.xlsx")
    book = openpyxl.load_workbook("二/官渡镇.xlsx")
    del book[RECORD_SHEET]
    book.save("二/官渡镇.xlsx")
    for unit in (ZHONGMU, LANGCHENGGANG, EAST):
        send(unit, to="二")
    merge(returns="二")
    assert blocks()["各乡镇报送率（含下级）"] == [
        ("单位", "报送率（%）", "应报", "没有报", "其中不知道是谁"),
        ("官渡镇", 66.7, 3, 1, 1),
        ("狼城岗镇", 100, 2, 0),
    ]
    formulas = blocks(data_only=False)["各乡镇报送率（含下级）"][1]
    assert re.fullmatch(r'=COUNTIF\(报送情况!E\d+:E\d+,"未报"\)\+R\d+', formulas[3])
    assert told(verify()) == []


def test_a_year_beside_a_year() -> None:
    for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING, LANGCHENGGANG):
        send(unit, sessions(village=5) if unit is ZHULUYING else {}, to="去年", edition=22)
    send_two_townships()
    merge("--previous", "去年")
    years = {
        (row[0], row[3]): row[4] for row in openpyxl.load_workbook(REPORT)[YEARS_SHEET].iter_rows(4, values_only=True)
    }
    table, sheet = blocks(), openpyxl.load_workbook(REPORT, data_only=True)[CHARTS_SHEET]
    heads, *_ = table["各级活动和服务场次"]
    assert heads == ("栏目", "第 22 个（2020 年）", "第 23 个（2021 年）")
    assert ("中牟县", "活动场次") in years
    for title, series in drawn():
        of_both = 1 if "报送率" in title else 2
        assert [area(sheet, name)[0] for name, _, _ in series] == [*table[title][0][1 : 1 + of_both]], title
    then = {row[0]: row[1] for row in table["各乡镇场次（宣传、慰问、其他服务合计）"]}
    last = openpyxl.load_workbook(REPORT)[YEARS_SHEET]
    for name in ("官渡镇", "狼城岗镇"):
        figures = [
            row[4] for row in last.iter_rows(4, values_only=True)
            if row[0] == name and row[3].endswith("场次") and row[4] is not None
        ]  # fmt: skip
        assert then[name] == sum(figures) > 0
    assert told(verify()) == []


def many(count: int) -> list[UnitFacts]:
    return [UnitFacts(f"410122101{at:03}", f"第{at}村", Level.VILLAGE) for at in range(1, count + 1)]


@pytest.mark.parametrize(("count", "bars", "rest"), [(1, 0, None), (3, 3, None), (24, 24, None), (30, 24, "其余 6 个")])
def test_many_units_and_few(count: int, bars: int, rest: str | None) -> None:
    villages = many(count)
    heads, *_ = ROSTER.splitlines()
    lines = [heads, "410122101,官渡镇,,,,,,", *(f"{unit.code},{unit.name},,,,,," for unit in villages)]
    write_roster(roster="\n".join(lines))
    send(GUANDU)
    for at, unit in enumerate(villages, start=1):
        send(unit, {"activities.village.sessions": at % 7 + 1, "activities.village.people": at % 7 * 50 + 60})
    total = merge(root="410122101")["total"]
    table = {title: rows for title, rows in blocks().items() if "场次（" in title}
    if not bars:
        assert table == {}
        return
    ((title, (_, *rows)),) = table.items()
    ((_, (_, categories, _)),) = [(name, *series) for name, series in drawn() if name == title]
    assert len(area(openpyxl.load_workbook(REPORT)[CHARTS_SHEET], categories)) == bars
    assert (rows[-1][0] if len(rows) > bars else None) == rest
    assert ("最多的 24 个" in title) == (rest is not None)
    assert [row[1] for row in rows[:bars]] == sorted((row[1] for row in rows[:bars]), reverse=True)
    village = sum(value or 0 for key, value in total.items() if key.endswith("village.sessions"))
    assert sum(row[1] for row in rows) == village
    assert told(verify()) == []


def test_nothing_is_drawn_of_what_is_empty() -> None:
    blank = dict.fromkeys(own_values(Level.VILLAGE), None)
    for unit in (GUANDU_VILLAGE, ZHULUYING):
        send(unit, {**blank, **sessions(village=1)})
    merge(root="410122101")
    assert not any("媒体" in title for title in blocks())
    for unit in (GUANDU_VILLAGE, ZHULUYING):
        send(unit, {**dict.fromkeys(blank, 0)})
    merge(root="410122101")
    assert CHARTS_SHEET not in openpyxl.load_workbook(REPORT).sheetnames
    assert told(verify()) == []


def test_names_from_outside_are_text() -> None:
    odd = ['=cmd|"/c calc"!A1村', "<script>alert(1)</script>&村", "长" * 200 + "村"]
    lines = [ROSTER.splitlines()[0], "410122101,官渡镇,,,,,,"]
    for at, name in enumerate(odd, start=1):
        code = f"41012210120{at}"
        lines.append(f'{code},"{name.replace(chr(34), chr(34) * 2)}",,,,,,')
        send(UnitFacts(code, name, Level.VILLAGE), name=code)
    write_roster(roster="\n".join(lines))
    merge(root="410122101")
    rows = next(rows for title, rows in blocks(data_only=False).items() if "场次（" in title)
    assert all(len(label) <= 12 for label, *_ in rows)
    sheet = openpyxl.load_workbook(REPORT)[CHARTS_SHEET]
    labels = [cell for row in sheet.iter_rows(min_col=LABEL_AT, max_col=LABEL_AT) for cell in row]
    assert all(cell.data_type != "f" for cell in labels)
    parts = Book(Path(REPORT).read_bytes()).parts
    for name in parts:
        if name.startswith("xl/charts/"):
            etree.fromstring(parts[name])
    assert told(verify()) == []


# -- what `verify` says ------------------------------------------------------------------------------------

Change = Callable[[Book], None]


@deferred
def in_chart(book: Book, number: int, old: str, new: str) -> None:
    name = CHART.format(number)
    text = book.parts[name].decode()
    assert old in text
    book.parts[name] = text.replace(old, new).encode()


@deferred
def in_drawing(book: Book, change: Callable[[Any], None]) -> None:
    change(book.xml("xl/drawings/drawing1.xml"))


def without_a_chart(drawing: Any) -> None:
    drawing.remove(drawing[-1])


def without_charts(drawing: Any) -> None:
    for anchor in list(drawing):
        drawing.remove(anchor)


def with_a_shape(drawing: Any) -> None:
    frame = next(drawing.iter("{*}graphicFrame"))
    etree.SubElement(drawing[0], frame.tag.replace("graphicFrame", "sp"))


def twice(drawing: Any) -> None:
    drawing.append(etree.fromstring(etree.tostring(drawing[0])))


@deferred
def table(book: Book, label: str, column: str, change: Callable[[Book, str], None]) -> None:
    change(book, f"{column}{book.find(CHARTS_SHEET, 'N', label)}")


def cached(value: int) -> Callable[[Book, str], None]:
    return lambda book, cell: book.cached(CHARTS_SHEET, cell, value)


def formula(text: str) -> Callable[[Book, str], None]:
    return lambda book, cell: book.formula(CHARTS_SHEET, cell, text)


def value(one: str | int) -> Callable[[Book, str], None]:
    return lambda book, cell: book.put(CHARTS_SHEET, cell, one)


@deferred
def recalculated(book: Book, cell: str, figure: int) -> None:
    """Type over a figure of 分单位汇总, and calculate anew what follows from it, as a spreadsheet program would."""
    letters, row = cell[:1], book.find("分单位汇总", "A", "狼城岗镇")
    was = int(book.text("分单位汇总", f"{letters}{row}") or 0)
    book.put("分单位汇总", f"{letters}{row}", figure)
    total = f"{letters}{book.find('分单位汇总', 'A', '中牟县 合计')}"
    book.cached("分单位汇总", total, int(book.text("分单位汇总", total)) + figure - was)
    top = book.find(CHARTS_SHEET, "N", "各乡镇场次（宣传、慰问、其他服务合计）")
    number = next(at for at in (top + 2, top + 3) if book.text(CHARTS_SHEET, f"N{at}") == "狼城岗镇")
    book.cached(CHARTS_SHEET, f"O{number}", int(book.text(CHARTS_SHEET, f"O{number}")) + figure - was)


def of_title(title: str) -> Callable[[Book], None]:
    return lambda book: book.put(CHARTS_SHEET, f"N{book.find(CHARTS_SHEET, 'N', title)}", "各级合计")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook of a county that merged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("charts"))
        write_roster()
        send_two_townships()
        merge()
        return Path(REPORT).read_bytes()


FIRST = "乡镇 活动场次"
FIGURES, CHANGED, SHAPE, GONE = WORDS = "图会画错", "张图的标题或取的数被改动", "图形或文本框", "少了 1 张图"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (table(FIRST, "O", cached(99)), [("P010", FIGURES)]),
        (table(FIRST, "O", formula("信息统计表!H6")), [("P010", FIGURES)]),
        (table(FIRST, "O", formula("信息统计表!F6*10")), [("P010", FIGURES)]),
        (table(FIRST, "O", value(5)), [("P010", FIGURES)]),
        (table(FIRST, "P", value(5)), [("P010", FIGURES)]),
        (table(FIRST, "P", value("翻番")), [("P011", None)]),
        (table(FIRST, "N", value("村居 活动场次")), [("P011", None)]),
        (table("官渡镇", "P", formula("COUNTA(报送情况!A1:A90)")), [("P010", FIGURES)]),
        (table("官渡镇", "O", cached(10)), [("P010", FIGURES)]),
        (of_title("媒体宣传（篇）"), [("P011", None)]),
        (in_chart(1, "$O$5:", "$O$6:"), [("P010", CHANGED)]),
        (in_chart(1, "各级活动和服务场次", "各级活动和服务场次（万）"), [("P010", CHANGED)]),
        (in_chart(2, "<c:numRef><c:f>图表!", "<c:numRef><c:f>信息统计表!"), [("P010", CHANGED)]),
        (in_chart(3, "</c:title>", "<c:tx><c:rich><a:p><a:r><a:t>增长一倍</a:t></a:r></a:p></c:rich></c:tx></c:title>"),
         [("P010", CHANGED)]),
        (in_chart(1, "<c:dLbls>", "<c:dLbls><c:f>图表!$Q$5:$Q$9</c:f>"), [("P010", CHANGED)]),
        (in_chart(4, "</c:chartSpace>", ""), [("P010", CHANGED)]),
        (in_drawing(twice), [("P010", CHANGED)]),
        (in_drawing(with_a_shape), [("P010", SHAPE)]),
        (in_drawing(without_a_chart), [("P010", GONE)]),
        (in_drawing(without_charts), []),  # as programs do that know no charts
        (in_chart(1, "<c:v>2021 年</c:v>", "<c:v>2099 年</c:v>"), []),  # what programs read anew
        (in_chart(1, "图表!$N$5:", "'图表'!$N$5:"), []),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(written: bytes, change: Change, expected: list[tuple[str, str | None]]) -> None:
    book = Book(written)
    change(book)
    Path("改过.xlsx").write_bytes(book.to_bytes())
    findings = verify("改过.xlsx").json["findings"]
    assert {one["sheet"] for one in findings} <= {CHARTS_SHEET}
    assert [
        (one["code"], next((word for word in WORDS if word in one["message"]), None)) for one in findings
    ] == expected


def test_what_follows_from_a_change_elsewhere_is_none_here(written: bytes) -> None:
    book = Book(written)
    recalculated("K", 77)(book)
    Path("改过.xlsx").write_bytes(book.to_bytes())
    assert {(code, sheet) for code, sheet, _ in told(verify("改过.xlsx"))} == {("P002", "分单位汇总")}


def test_a_list_that_was_changed_is_the_only_finding(written: bytes) -> None:
    book = Book(written)
    book.replace("报送情况", f"E{book.find('报送情况', 'A', '官渡村')}", "已报", "未报")
    Path("改过.xlsx").write_bytes(book.to_bytes())
    assert [code for code, _, _ in told(verify("改过.xlsx"))] == ["P011"]


def test_a_workbook_that_is_saved_elsewhere_is_as_it_was(written: bytes) -> None:
    Path(REPORT).write_bytes(written)
    book = openpyxl.load_workbook(REPORT)
    book.save("另存.xlsx")
    assert told(verify("另存.xlsx")) == []


@pytest.fixture
def _sent_by_an_earlier_version(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(report, "add_charts", lambda *_: None)
        for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING):
            send(unit, to="一")
        merge(returns="一", root="410122101", to="二/官渡镇.xlsx")
    assert CHARTS_SHEET not in openpyxl.load_workbook("二/官渡镇.xlsx").sheetnames


@pytest.mark.usefixtures("_sent_by_an_earlier_version")
def test_workbooks_of_earlier_versions_are_whole_and_merged_on() -> None:
    assert told(verify("二/官渡镇.xlsx")) == []
    for unit in COUNTY:
        if unit not in {GUANDU, GUANDU_VILLAGE, ZHULUYING}:
            send(unit, to="二")
    merge(returns="二", code=0)
    assert told(verify(REPORT, "二", "名册.csv")) == []
    assert CHARTS_SHEET in openpyxl.load_workbook(REPORT).sheetnames


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("='图表'!$N$5", "图表!N5"),
        ("= SUM( 分单位汇总!E3 , 图表!$A$1:B2 )", "SUM(分单位汇总!E3,图表!A1:B2)"),
        ("'O''Brien 1'!A1", "O''BRIEN1!A1"),
    ],
)
def test_sheets_in_formulas(text: str, expected: str) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("of:=[$信息统计表.F6]", "信息统计表!F6"),
        ("of:=SUM([$分单位汇总.E3];[$'分单位汇总'.G3])", "SUM(分单位汇总!E3,分单位汇总!G3)"),
        ('of:=COUNTIF([$报送情况.E30:.E52];"未报")', 'COUNTIF(报送情况!E30:E52,"未报")'),
        ("of:=COUNTA([$报送情况.$E$30:$报送情况.$E$52])", "COUNTA(报送情况!E30:E52)"),
        ("of:=SUM([.E3:.E4];[.E6])", "SUM(E3:E4,E6)"),
    ],
)
def test_sheets_in_formulas_of_open_documents(text: str, expected: str) -> None:
    assert from_open_document(text) == expected


# -- in LibreOffice ----------------------------------------------------------------------------------------


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice_it_is_as_it_was(written: bytes, kind: str) -> None:
    Path(REPORT).write_bytes(written)
    (saved,) = saved_as(kind, Path(kind), Path(REPORT))
    assert told(verify(str(saved))) == []
    if kind == "xlsx":  # with its charts, which are looked at
        assert drawn(str(saved)) == drawn()


@pytest.mark.office
def test_it_prints_on_one_page() -> None:
    for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING, LANGCHENGGANG):
        send(unit, to="去年", edition=22)
    send_two_townships()
    merge("--previous", "去年")
    (pdf,) = saved_as("pdf", Path("pdf"), Path(REPORT))
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    titles = [title.partition("（")[0] for title in blocks()]
    (page,) = [page for page in text.split("\f") if titles[0] in page]
    words = "".join(page.split())
    assert all(title in words for title in titles)
    assert "中牟县图表" in words
    assert "第22个（2020年）" in words
    assert "不打印" not in "".join(text.split())
