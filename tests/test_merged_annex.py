"""The annex of accounts through real workbooks and the command line."""

import csv
import hashlib
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import zxingcpp
from openpyxl.drawing.image import Image
from PIL import Image as Pillow

import forger
from command_line import run
from county import GUANDU, HENAN, TO_COUNTY, ZHENGZHOU, ZHONGMU
from deferred import deferred
from stattable.model.annex import ANNEX_SHEET, COLUMNS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.containers import parts_of, zipped
from writers.package import Book
from writers.pictures import (
    OFFICE,
    blip,
    drawn_parts,
    frame,
    group,
    in_cells,
    in_cells_of_wps,
    one_cell,
    pic,
    qr,
    two_cells,
)
from writers.returns import filled, own_values, typed

TOP = 4  # the first row under the headings
QR = "F"
XINMI = UnitFacts("410183", "新密市", Level.COUNTY)
XINGYANG = UnitFacts("410182", "荥阳市", Level.COUNTY)
ROSTER = """代码,名称
41,河南省
4101,郑州市
410183,新密市
410122,中牟县
410182,荥阳市
410122101,官渡镇
"""
ABOVE = (HENAN, ZHENGZHOU)

Row = Mapping[str, Any]  # texts by the keys of the columns; under "qr" pictures


def code(name: str) -> bytes:
    """The picture of an official account's QR code."""
    return qr(f"http://weixin.qq.com/r/{name}", 4)


def row(unit: UnitFacts, name: str, **more: Any) -> Row:
    """A website, a WeChat account with its QR code, and a Weibo of a unit."""
    return {
        "unit": f"{unit.name}计生协", "level": unit.level.label, "website": f"http://{name}.example.cn",
        "wechat": f"{name}计生", "weibo": f"{name}微博", "qr": [code(name)], **more,
    }  # fmt: skip


def write_texts(sheet: Any, rows: Iterable[Row]) -> None:
    for number, one in enumerate(rows, start=TOP):
        for column, key in enumerate(COLUMNS, start=1):
            if key in one and key != "qr":
                sheet.cell(number, column).value = one[key]


def write_floating(sheet: Any, rows: Iterable[Row]) -> None:
    for number, one in enumerate(rows, start=TOP):
        for picture in one.get("qr", ()):
            image = Image(io.BytesIO(picture))
            image.width = image.height = 90
            sheet.add_image(image, f"{QR}{number}")


@deferred
def listing(form: Any, *rows: Row, pictures: bool = True) -> None:
    """What `filled` does to list accounts, with pictures that float."""
    sheet = form.parent[ANNEX_SHEET]
    write_texts(sheet, rows)
    if pictures:
        write_floating(sheet, rows)


def figures(level: Level, *counted: Level) -> dict[str, Any]:
    """Figures of which those that count accounts are 1, or 有, for the levels `counted`, and else 0 or 无."""
    of = {f"online.{one}.{kind}" for one in counted for kind in ("website", "wechat", "weibo")}
    values = own_values(level)
    for one in (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY):
        if not one.above(level):
            for kind in ("website", "wechat", "weibo")[: 2 if one is Level.PROVINCE else 3]:
                key = f"online.{one}.{kind}"
                values[key] = key in of if one is Level.PROVINCE else int(key in of)
    own = f"online.{level}."
    return {key: value for key, value in values.items() if not key.startswith("online") or key.startswith(own)}


def county(path: Path, unit: UnitFacts, *rows: Row, counted: int = 1, pictures: bool = True) -> Path:
    values = {**figures(Level.COUNTY), **{f"online.county.{kind}": counted for kind in ("website", "wechat", "weibo")}}
    return filled(path, unit, values, above=ABOVE, change=listing(*rows, pictures=pictures))


def roster(folder: Path) -> Path:
    path = folder / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def annex_findings(*arguments: str | Path) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and name of the unit, of all findings of annexes that `check` has."""
    document = run("check", *arguments, "--format", "json").json
    return [
        (one["code"], one["cell"], one["unit"]["name"])
        for file in document["files"]
        for one in file["findings"]
        if one["code"][0] == "A"
    ]


def merged(folder: Path, output: Path, *more: str | Path) -> dict[str, Any]:
    result = run("merge", folder, "-o", output, *more, "--format", "json")
    assert result.out, result.err
    document = result.json
    assert output.is_file(), document
    return document


def listed(path: Path) -> list[tuple[Any, ...]]:
    """The annex of a workbook: its texts, and what the codes of the pictures in each row say."""
    sheet = openpyxl.load_workbook(path)[ANNEX_SHEET]
    codes: dict[int, list[str]] = {}
    for image in sheet._images:
        with Pillow.open(io.BytesIO(image._data())) as picture:
            said = [one.text.rpartition("/")[2] for one in zxingcpp.read_barcodes(picture.convert("L"))]
        codes.setdefault(middle_row(sheet, image.anchor), []).extend(said)
    rows = []
    for number in range(TOP, sheet.max_row + 1):
        cells = [sheet.cell(number, column).value for column in range(1, len(COLUMNS) + 1)]
        rows.append((*cells[:5], codes.pop(number, []), *cells[6:]))
    assert codes == {}
    return rows


def middle_row(sheet: Any, anchor: Any) -> int:
    """The row in which the middle of a picture lies, whose anchor names its upper and its lower end."""
    tops = [0.0]
    for number in range(1, sheet.max_row + 20):
        tops.append(tops[-1] + (sheet.row_dimensions[number].height or 15) * 12_700)
    ends = [tops[end.row] + end.rowOff for end in (anchor._from, anchor.to)]
    return next(number for number, top in enumerate(tops) if top > sum(ends) / 2)


def said(unit: UnitFacts, name: str, number: int, codes: Sequence[str] | None = None) -> tuple[Any, ...]:
    """What a merged annex says of a `row`."""
    return (
        number, f"{unit.name}计生协", unit.level.label, f"http://{name}.example.cn", f"{name}计生",
        [name] if codes is None else list(codes), f"{name}微博", None,
    )  # fmt: skip


# -- pictures that libraries do not put into a workbook that is there -------------------------------------


EMPTY = r'<c r="{}"( s="\d+")(?: t="n")?(?:\s*/>|></c>)'  # a cell, as openpyxl writes it


def with_parts(path: Path, change: Callable[[str, dict[str, bytes]], None]) -> Path:
    """Change the parts of a workbook; `change` is told which of them is the annex."""
    parts = parts_of(path.read_bytes())
    names = re.findall(r'<sheet [^>]*?name="([^"]+)"', parts["xl/workbook.xml"].decode())
    change(f"xl/worksheets/sheet{names.index(ANNEX_SHEET) + 1}.xml", parts)
    path.write_bytes(zipped(parts))
    return path


def put_in_cells(path: Path, pictures: Mapping[str, bytes]) -> Path:
    """Place pictures in cells as Excel does."""
    of_excel = parts_of(in_cells(pictures))

    def change(annex: str, parts: dict[str, bytes]) -> None:
        sheet = parts[annex].decode()
        values = re.findall(r'<c r="(\w+)"[^>]* vm="(\d+)"', of_excel["xl/worksheets/sheet1.xml"].decode())
        assert len(values) == len(pictures)
        for cell, number in values:
            sheet, times = re.subn(
                EMPTY.format(cell), rf'<c r="{cell}"\1 t="e" vm="{number}"><v>#VALUE!</v></c>', sheet
            )
            assert times == 1
        parts[annex] = sheet.encode()
        parts |= {
            name: data
            for name, data in of_excel.items()
            if name.startswith(("xl/richData", "xl/media")) or name == "xl/metadata.xml"
        }

    return with_parts(path, change)


def put_in_cells_by_wps(path: Path, pictures: Mapping[str, bytes]) -> Path:
    """Embed pictures in cells (嵌入单元格) as WPS does."""
    of_wps = parts_of(in_cells_of_wps(pictures))

    def change(annex: str, parts: dict[str, bytes]) -> None:
        sheet = parts[annex].decode()
        formulas = re.findall(r'<c r="(\w+)"[^>]*>(<f>.*?</f><v>.*?</v>)', of_wps["xl/worksheets/sheet1.xml"].decode())
        assert len(formulas) == len(pictures)
        for cell, formula in formulas:
            whole = f't="str">{formula}</c>'
            sheet, times = re.subn(EMPTY.format(cell), lambda m, c=cell, w=whole: f'<c r="{c}"{m[1] or ""} {w}', sheet)
            assert times == 1
        parts[annex] = sheet.encode()
        rels = "xl/_rels/workbook.xml.rels"
        relation = re.search(rb"<Relationship [^>]*cellimages.xml[^>]*>", of_wps[rels])
        assert relation
        parts[rels] = parts[rels].replace(b"</Relationships>", relation[0] + b"</Relationships>")
        parts |= {name: data for name, data in of_wps.items() if "cellimages" in name or name.startswith("xl/media")}

    return with_parts(path, change)


def put_drawing(path: Path, anchors: str, media: Mapping[str, bytes]) -> Path:
    """Draw something above the annex. Its pictures are the relations rId1, rId2 … in the order of `media`."""
    drawing = drawn_parts(anchors, media)

    def change(annex: str, parts: dict[str, bytes]) -> None:
        end = f'<drawing xmlns:r="{OFFICE}" r:id="rId1"/></worksheet>'.encode()
        parts[annex] = parts[annex].replace(b"</worksheet>", end)
        folder, _, name = annex.rpartition("/")
        parts[f"{folder}/_rels/{name}.rels"] = drawing["xl/worksheets/_rels/sheet1.xml.rels"]
        parts |= {name: data for name, data in drawing.items() if not name.startswith(("xl/worksheets", "xl/workbook"))}

    return with_parts(path, change)


# -- the annex of a blank -----------------------------------------------------------------------------------


def blank(unit: UnitFacts, path: Path) -> Any:
    name = f"{unit.name}计生协"
    assert run("new", "--unit", name, "--code", unit.code or "", "--level", unit.level.value, "-o", path).code == 0
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("unit", [HENAN, ZHENGZHOU, ZHONGMU], ids=lambda unit: unit.level.value)
def test_a_blank_has_an_annex_to_be_filled_in(unit: UnitFacts, tmp_path: Path) -> None:
    sheet = blank(unit, tmp_path / "blank.xlsx")[ANNEX_SHEET]
    heads = [column.text for column in COLUMNS.values()]
    assert [cell.value for cell in sheet[TOP - 1]] == heads
    assert str(sheet["A2"].value).split("\n")[1].startswith("填表说明")
    numbers = [sheet.cell(number, 1).value for number in range(TOP, sheet.max_row + 1)]
    assert numbers == list(range(1, 6))
    rules = [(str(rule.sqref), rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation]
    assert rules == [(f"C{TOP}:C{TOP + 4}", "list", '"省级,地市级,县级"')]
    assert {sheet.row_dimensions[number].height for number in range(TOP, TOP + 5)} == {78}
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToWidth or 1, setup.fitToHeight) == ("landscape", 9, 1, 0)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, "$1:$3")
    assert not sheet.protection.sheet
    assert sheet.sheet_state == "visible"


def test_townships_and_villages_have_none(tmp_path: Path) -> None:
    assert ANNEX_SHEET not in blank(GUANDU, tmp_path / "1.xlsx").sheetnames
    village = UnitFacts("410122101201", "官渡村", Level.VILLAGE)
    assert ANNEX_SHEET not in blank(village, tmp_path / "2.xlsx").sheetnames


@pytest.mark.parametrize(
    ("counted", "expected"), [(0, []), (1, [("A001", None, "中牟县")])], ids=["none counted", "counted"]
)
def test_a_blank_whose_annex_nobody_filled_in(counted: int, expected: list[Any], tmp_path: Path) -> None:
    assert annex_findings(county(tmp_path / "1.xlsx", ZHONGMU, counted=counted)) == expected


# -- three kinds of pictures, through check and merge -------------------------------------------------------


def of_three_kinds(folder: Path) -> None:
    """Three counties, each with another kind of pictures; their files are not in the roster's order."""
    county(folder / "1.xlsx", XINGYANG, row(XINGYANG, "xy"))
    put_in_cells(county(folder / "2.xlsx", XINMI, row(XINMI, "xm"), pictures=False), {f"{QR}4": code("xm")})
    put_in_cells_by_wps(county(folder / "3.xlsx", ZHONGMU, row(ZHONGMU, "zm"), pictures=False), {f"{QR}4": code("zm")})


MERGED = [said(ZHONGMU, "zm", 1), said(XINGYANG, "xy", 2), said(XINMI, "xm", 3)]


def total(document: Mapping[str, Any], level: str) -> list[Any]:
    return [document["total"][f"online.{level}.{kind}"] for kind in ("website", "wechat", "weibo")]


def codes_of(document: Mapping[str, Any]) -> list[str]:
    return sorted(one["code"] for one in document["findings"] if one["code"][0] == "A")


def test_each_picture_stays_in_its_row_through_merges(tmp_path: Path) -> None:
    of_three_kinds(tmp_path / "in")
    assert annex_findings(tmp_path / "in") == []
    units = roster(tmp_path)
    document = merged(tmp_path / "in", tmp_path / "on" / "city.xlsx", "--roster", units, "--root", "4101")
    assert (codes_of(document), total(document, "county")) == ([], [3, 3, 3])
    assert listed(tmp_path / "on" / "city.xlsx") == MERGED

    assert annex_findings(tmp_path / "on") == []
    own = {**figures(Level.PROVINCE), "online.province.website": True, "online.province.wechat": True}
    accounts = row(HENAN, "ha", weibo=None)
    filled(tmp_path / "on" / "province.xlsx", HENAN, own, change=listing(accounts))
    document = merged(tmp_path / "on", tmp_path / "province.xlsx", "--roster", units, "--root", "41")
    assert (codes_of(document), total(document, "county")) == ([], [3, 3, 3])
    first = (*said(HENAN, "ha", 1)[:6], None, None)
    assert listed(tmp_path / "province.xlsx") == [first, *((one[0] + 1, *one[1:]) for one in MERGED)]


def test_a_merged_annex_without_accounts_is_left_out(tmp_path: Path) -> None:
    county(tmp_path / "in" / "1.xlsx", ZHONGMU, counted=0)
    document = merged(tmp_path / "in", tmp_path / "out.xlsx")
    assert codes_of(document) == []
    assert ANNEX_SHEET not in openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert run("verify", tmp_path / "out.xlsx", tmp_path / "in").code == 0


def test_the_titles_of_annexes(tmp_path: Path) -> None:
    path = county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm"))
    merged(tmp_path / "in", tmp_path / "out.xlsx")
    sheets = [openpyxl.load_workbook(one)[ANNEX_SHEET] for one in (path, tmp_path / "out.xlsx")]
    assert [sheet["A1"].value for sheet in sheets] == [
        "已开通网站、微信公众号和微博的单位明细",
        "中牟县 已开通网站、微信公众号和微博的单位明细",
    ]
    assert [str(sheet["A2"].value).partition("　")[0] for sheet in sheets] == [
        "单位：中牟县计生协",
        "第23个“5.29会员活动日”",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (forger.drawn(ANNEX_SHEET), None),  # pictures are no shapes there
        (forger.sheet_state(ANNEX_SHEET, "hidden"), "P003"),
        (forger.removed(ANNEX_SHEET), "P003"),
        (forger.both(forger.removed(ANNEX_SHEET), forger.without_seal(ANNEX_SHEET)), "P003"),
        (forger.put(ANNEX_SHEET, f"D{TOP}", "http://other.example.cn"), "P011"),
    ],
)
def test_what_somebody_does_to_a_merged_annex_is_named(change: forger.Change, code: str | None, tmp_path: Path) -> None:
    county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm"))
    merged(tmp_path / "in", tmp_path / "out.xlsx")
    book = Book((tmp_path / "out.xlsx").read_bytes())
    change(book)
    (tmp_path / "out.xlsx").write_bytes(book.to_bytes())
    found = run("verify", tmp_path / "out.xlsx", "--format", "json").json["findings"]
    assert {(one["code"], one["sheet"]) for one in found if one["severity"] == "error"} == (
        {(code, ANNEX_SHEET)} if code else set()
    )


def test_a_townships_merge_has_no_annex(tmp_path: Path) -> None:
    filled(tmp_path / "in" / "1.xlsx", GUANDU, own_values(Level.TOWNSHIP), above=TO_COUNTY)
    merged(tmp_path / "in", tmp_path / "out.xlsx")
    assert ANNEX_SHEET not in openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames


def test_identical_pictures_are_stored_once_and_all_at_one_size(tmp_path: Path) -> None:
    big = qr("http://weixin.qq.com/r/same", 20)
    for number, unit in enumerate((ZHONGMU, XINMI, XINGYANG)):
        pictures = [big] if number else [code("other")]
        county(tmp_path / "in" / f"{number}.xlsx", unit, row(unit, f"u{number}", qr=pictures))
    merged(tmp_path / "in", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as package:
        assert len([name for name in package.namelist() if name.startswith("xl/media/")]) == 2
        drawings = [package.read(name) for name in package.namelist() if name.startswith("xl/drawings/drawing")]
        (drawing,) = [one.decode() for one in drawings if b"<xdr:pic>" in one]
        sizes = re.findall(r'<a:ext cx="(\d+)" cy="(\d+)"', drawing)
    assert (len(sizes), len(set(sizes))) == (3, 1)


@pytest.mark.parametrize("number", [2, 5, 7])
def test_several_pictures_in_a_cell_stay_in_their_row(number: int, tmp_path: Path) -> None:
    names = [f"n{one}" for one in range(number)]
    many = row(ZHONGMU, "zm", wechat="、".join(names), qr=[code(name) for name in names])
    county(tmp_path / "in" / "1.xlsx", ZHONGMU, many, counted=1)
    county(tmp_path / "in" / "2.xlsx", XINMI, row(XINMI, "xm"))
    county(tmp_path / "in" / "3.xlsx", XINGYANG, row(XINGYANG, "xy"))
    merged(tmp_path / "in", tmp_path / "on" / "city.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    assert [one[5] for one in listed(tmp_path / "on" / "city.xlsx")] == [names, ["xy"], ["xm"]]
    document = merged(tmp_path / "on", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "41")
    assert total(document, "county") == [3, 3, 3]
    assert [one[5] for one in listed(tmp_path / "out.xlsx")] == [names, ["xy"], ["xm"]]


def test_several_accounts_in_a_cell_are_as_many_after_the_merge(tmp_path: Path) -> None:
    two = {
        "website": "http://a.example.cn\nhttp://b.example.cn", "wechat": "甲计生\n乙计生", "weibo": "甲微博\n乙微博",
        "qr": [code("a"), code("b")],
    }  # fmt: skip
    county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm", **two), counted=2)
    assert annex_findings(tmp_path / "in") == []
    document = merged(tmp_path / "in", tmp_path / "on" / "1.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    assert (codes_of(document), annex_findings(tmp_path / "on")) == ([], [])
    assert listed(tmp_path / "on" / "1.xlsx") == [
        (1, "中牟县计生协", "县级", two["website"], two["wechat"], ["a", "b"], two["weibo"], None)
    ]


def test_pictures_in_a_group_and_between_rows_stand_in_the_row_of_their_middle(tmp_path: Path) -> None:
    path = county(
        tmp_path / "1.xlsx", ZHONGMU, row(ZHONGMU, "a"), row(ZHONGMU, "b"), row(ZHONGMU, "c"),
        counted=3, pictures=False,
    )  # fmt: skip
    size = 90 * 9525
    inside = [pic(blip(f"rId{number + 1}"), frame(0, number * size, size, size)) for number in range(2)]
    both = group(frame(0, 0, size, 2 * size, 0, 0, size, 2 * size), *inside)
    anchors = two_cells((5, 3, 9525, 9525), (5, 4, 9525 * 90, 9525 * 90), both)
    anchors += one_cell((5, 5, 0, 9525 * 20), size, size, pic(blip("rId3")))
    put_drawing(path, anchors, {f"{name}.png": code(name) for name in "abc"})
    assert annex_findings(path) == []
    merged(path, tmp_path / "out.xlsx")
    assert [one[5] for one in listed(tmp_path / "out.xlsx")] == [["a"], ["b"], ["c"]]


def test_text_from_outside_is_text(tmp_path: Path) -> None:
    odd = row(ZHONGMU, "zm", remark="=1+1", weibo="@中牟计生协", wechat="+健康")

    def change(form: Any) -> None:
        listing(odd)(form)
        for cell in ("E4", "G4", "H4"):
            form.parent[ANNEX_SHEET][cell].data_type = "s"

    values = {**figures(Level.COUNTY, Level.COUNTY)}
    filled(tmp_path / "in" / "1.xlsx", ZHONGMU, values, above=ABOVE, change=change)
    merged(tmp_path / "in", tmp_path / "out.xlsx", "--accounts-csv", tmp_path / "out.csv")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")[ANNEX_SHEET]
    shown = [(sheet[cell].value, sheet[cell].data_type) for cell in ("E4", "G4", "H4")]
    assert shown == [("+健康", "s"), ("@中牟计生协", "s"), ("=1+1", "s")]
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(one[5], one[7], one[8]) for one in csv.reader(file)][1] == ("'+健康", "'@中牟计生协", "'=1+1")


def test_an_annex_typed_by_hand_under_the_form(tmp_path: Path) -> None:
    def change(form: Any) -> None:
        heads = ["单位", "级别", "网址", "公众号二维码", "微博"]
        for column, (head, cell) in enumerate(
            zip(heads, ["中牟县计生协", "县级", "http://zm.example.cn", None, "中牟微博"], strict=True), start=1
        ):
            form.cell(25, column).value, form.cell(26, column).value = head, cell
        form.row_dimensions[26].height = 90
        form.add_image(Image(io.BytesIO(code("zm"))), "D26")

    typed(tmp_path / "in" / "1.xlsx", "中牟县计生协", figures(Level.COUNTY, Level.COUNTY), change=change)
    arguments = ["--level", "county"]
    assert [one for one in annex_findings(tmp_path / "in", *arguments) if one[0] != "A003"] == []
    merged(tmp_path / "in", tmp_path / "out.xlsx", "--unit", "中牟县", "--code", "410122", *arguments)
    assert listed(tmp_path / "out.xlsx") == [
        (1, "中牟县计生协", "县级", "http://zm.example.cn", None, ["zm"], "中牟微博", None)
    ]


# -- levels, and what is reported twice ---------------------------------------------------------------------


def city(path: Path, *rows: Row, counties: int = 1) -> Path:
    """A prefecture's cumulative return: it has one of each account itself, and so have `counties` of its counties."""
    values = {**own_values(Level.PREFECTURE), **own_values(Level.COUNTY)}
    values |= {f"online.prefecture.{kind}": 1 for kind in ("website", "wechat", "weibo")}
    values |= {f"online.county.{kind}": counties for kind in ("website", "wechat", "weibo")}
    return filled(path, ZHENGZHOU, values, above=(HENAN,), scope=Scope.CUMULATIVE, change=listing(*rows))


@pytest.mark.parametrize(
    ("of_county", "findings"),
    [
        pytest.param(row(ZHONGMU, "zm"), [], id="the same"),
        pytest.param(row(ZHONGMU, "zm", website="http://new.example.cn"), ["A009"], id="another website"),
        pytest.param(row(ZHONGMU, "zm", qr=[code("new")]), ["A009"], id="another QR code"),
    ],
)
def test_a_unit_by_itself_and_through_its_parents_annex_is_listed_once(
    of_county: Row, findings: list[str], tmp_path: Path
) -> None:
    city(tmp_path / "in" / "1.xlsx", row(ZHENGZHOU, "zz"), row(ZHONGMU, "zm"))
    county(tmp_path / "in" / "2.xlsx", ZHONGMU, of_county)
    document = merged(tmp_path / "in", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    assert (codes_of(document), total(document, "county")) == (findings, [1, 1, 1])
    assert listed(tmp_path / "out.xlsx") == [said(ZHENGZHOU, "zz", 1), said(ZHONGMU, "zm", 2)]


def test_a009_names_the_units_that_the_cumulative_annex_lacks(tmp_path: Path) -> None:
    city(tmp_path / "in" / "1.xlsx", row(ZHENGZHOU, "zz"), row(XINMI, "xm"))
    county(tmp_path / "in" / "2.xlsx", ZHONGMU, row(ZHONGMU, "zm"))
    document = merged(tmp_path / "in", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    found = [
        (one["code"], one["severity"], one["unit"]["name"], one["message"])
        for one in document["findings"]
        if one["code"][0] == "A"
    ]
    assert [one[:3] for one in found] == [("A009", "warning", "郑州市")]
    assert "“中牟县计生协”" in found[0][3]


def test_the_annex_of_each_level(tmp_path: Path) -> None:
    of_three_kinds(tmp_path / "in")
    own = {**figures(Level.PREFECTURE, Level.PREFECTURE)}
    filled(tmp_path / "in" / "0.xlsx", ZHENGZHOU, own, above=(HENAN,), change=listing(row(ZHENGZHOU, "zz")))
    town = own_values(Level.TOWNSHIP)
    filled(tmp_path / "in" / "4.xlsx", GUANDU, town, above=(*ABOVE, ZHONGMU))
    levels = tmp_path / "levels"
    arguments = ["--roster", roster(tmp_path), "--root", "41", "--each-level", levels]
    document = merged(tmp_path / "in", tmp_path / "out.xlsx", *arguments)
    assert codes_of(document) == []
    expected = [said(ZHENGZHOU, "zz", 1), *((one[0] + 1, *one[1:]) for one in MERGED)]
    written = {}
    for path in sorted(levels.rglob("*.xlsx")):
        book = openpyxl.load_workbook(path, read_only=True)
        name = next(iter(book["信息统计表"].iter_rows(3, 3, 2, 2, values_only=True)))[0]
        written[name] = listed(path)
    assert written == {"河南省计生协": expected, "郑州市计生协": expected, "中牟县计生协": MERGED[:1]}


def test_accounts_csv(tmp_path: Path) -> None:
    of_three_kinds(tmp_path / "in")
    out = tmp_path / "accounts.csv"
    merged(
        tmp_path / "in", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "4101", "--accounts-csv", out
    )
    text = out.read_bytes().decode("utf-8-sig")
    prefix = f"{tmp_path / 'in'}/"
    assert text.replace(prefix, "") == (
        "序号,单位代码,单位名称,层级,官网网址,微信公众号名称,二维码内容,微博名,备注,文件,行\n"
        "1,410122,中牟县计生协,县级,http://zm.example.cn,zm计生,http://weixin.qq.com/r/zm,zm微博,,3.xlsx,4\n"
        "2,410182,荥阳市计生协,县级,http://xy.example.cn,xy计生,http://weixin.qq.com/r/xy,xy微博,,1.xlsx,4\n"
        "3,410183,新密市计生协,县级,http://xm.example.cn,xm计生,http://weixin.qq.com/r/xm,xm微博,,2.xlsx,4\n"
    )


# -- hostile pictures ---------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
EMF = b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(100)


def huge() -> bytes:
    out = io.BytesIO()
    Pillow.new("1", (20_000, 20_000), 1).save(out, "PNG")
    return out.getvalue()


def drawn_over(path: Path, media: Mapping[str, bytes], number: int = 1) -> Path:
    """A county's return with one account, and `number` pictures above it, all the first of `media`."""
    county(path, ZHONGMU, row(ZHONGMU, "zm"), pictures=False)
    names = [hashlib.sha256(bytes(place)).hexdigest() for place in range(number)]  # what repeats looks like a bomb
    anchors = "".join(one_cell((5, TOP - 1, 0, 0), 800_000, 800_000, pic(blip(), name=name)) for name in names)
    return put_drawing(path, anchors, media)


@pytest.mark.parametrize(
    ("media", "words"),
    [
        pytest.param({"x.svg": SVG}, "SVG", id="SVG"),
        pytest.param({"x.emf": EMF}, "EMF", id="EMF"),
        pytest.param({"x.png": code("zm")[:200]}, "损坏", id="broken PNG"),
        pytest.param({"x.png": huge()}, "尺寸过大", id="20,000 by 20,000"),
        pytest.param({"x.png": b""}, "", id="empty"),
        pytest.param({"x.png": qr("https://u.wechat.com/abc", 4)}, "个人微信名片", id="personal card"),
        pytest.param({"x.png": qr("https://weixin.qq.com/g/abc", 4)}, "微信群", id="group"),
    ],
)
def test_a_finding_for_a_picture_and_nothing_else_stops(media: dict[str, bytes], words: str, tmp_path: Path) -> None:
    drawn_over(tmp_path / "in" / "1.xlsx", media)
    county(tmp_path / "in" / "2.xlsx", XINMI, row(XINMI, "xm"))
    document = merged(tmp_path / "in", tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    found = [one for one in document["findings"] if one["code"][0] == "A"]
    assert [(one["code"], one["severity"], one["cell"]) for one in found] == [("A004", "warning", "F4")]
    assert words in found[0]["message"]
    assert total(document, "county") == [2, 2, 2]
    readable = words in {"个人微信名片", "微信群"}
    shown = [one[5] for one in listed(tmp_path / "out.xlsx")]
    assert shown == [["abc"] if readable else [], ["xm"]]


def test_10_000_pictures_in_a_sheet(tmp_path: Path) -> None:
    path = drawn_over(tmp_path / "1.xlsx", {"x.png": code("zm")}, 10_000)
    document = run("check", path, "--format", "json").json
    found = [one for one in document["files"][0]["findings"] if one["code"] == "A004"]
    assert document["files"][0]["status"] == "accepted"
    assert [one["cell"] for one in found if "8000" in one["message"]] == [None]
    assert len(found) < 10


def noise(seed: int) -> bytes:
    """A picture of 400 by 400 pixels without any code, in which it takes long to look for one."""
    out = io.BytesIO()
    blocks = Pillow.frombytes("L", (50, 50), random.Random(seed).randbytes(2_500))
    blocks.resize((400, 400)).save(out, "JPEG")
    return out.getvalue()


def test_many_pictures_without_a_code_do_not_keep_the_return_out(tmp_path: Path) -> None:
    path = county(tmp_path / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm"), pictures=False)
    media = {f"{number}.jpg": noise(number) for number in range(200)}
    at = (5, TOP - 1, 0, 0)
    anchors = [
        one_cell(at, 800_000, 800_000, pic(blip(f"rId{number}"), name=name)) for number, name in enumerate(media, 1)
    ]
    put_drawing(path, "".join(anchors), media)
    assert run("check", path, "--format", "json").json["files"][0]["status"] == "accepted"


def test_a_picture_that_cannot_be_read_counts_as_an_account_after_the_merge_too(tmp_path: Path) -> None:
    path = county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm", wechat=None), pictures=False)
    put_drawing(path, one_cell((5, TOP - 1, 0, 0), 800_000, 800_000, pic(blip())), {"x.svg": SVG})
    document = merged(tmp_path / "in", tmp_path / "on" / "1.xlsx")
    assert codes_of(document) == ["A004"]
    assert [one[0] for one in annex_findings(tmp_path / "on")] == ["A004"]


def test_no_url_is_ever_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm"))
    assert annex_findings(tmp_path / "in", "--jobs", "1") == []
    merged(tmp_path / "in", tmp_path / "out.xlsx", "--jobs", "1")
