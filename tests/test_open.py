"""Files as they come: what is read from them, and what is said of those that cannot be read."""

import hashlib
import os
import struct
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest

from county import GUANDU_VILLAGE, TO_GUANDU
from memory import values_of
from stattable.formats import calamine, sheet
from stattable.formats.fingerprint import FileFacts
from stattable.formats.inspection import xlsx
from stattable.formats.rewriting import xlsx as rewriting
from stattable.formats.sheet import Book, Unread, Unreadable
from stattable.model.catalogue import finding
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.packing import packed
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope
from stattable.reading import layout
from stattable.reading import open as opening
from stattable.reading.files import read_return
from stattable.reading.open import open_file
from stattable.reading.return_file import ReturnFile
from stattable.reading.roster import read_roster
from stattable.reading.surroundings import Surroundings
from writers.containers import GOLDEN, OLE_MAGIC, number, ole, parts_of, repacked, xls, zipped
from writers.returns import filled, own_values, save, typed

FIGURES = own_values(Level.VILLAGE)
S = "信息统计表"


def village(folder: Path, name: str = "return.xlsx", **more: Any) -> Path:
    return filled(folder / name, GUANDU_VILLAGE, FIGURES, above=TO_GUANDU, **more)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def told(one: ReturnFile) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.cell, finding.raw) for finding in one.findings]


def open_book(path: Path) -> Book:
    file, _, faults = open_file(str(path))
    assert file is not None, faults
    return file.book()


# -- what is read -----------------------------------------------------------------------------------------


def a_village(path: Path, name_cell: str = "B3") -> ReturnFile:
    """What a filled-in blank of a village reads as."""
    data, cells = path.read_bytes(), read_return(str(path)).cells
    return ReturnFile(
        path=str(path),
        facts=FileFacts(hashlib.sha256(data).hexdigest(), len(data), path.stat().st_mtime),
        identity=Identity(WorkbookKind.BLANK, 23, GUANDU_VILLAGE, Scope.OWN, TO_GUANDU),
        sheet=S,
        figures=packed(values_of(FIGURES)),
        cells=cells,
        surroundings=Surroundings("官渡村计生协", name_cell, "张三", "13800000000", date(2021, 6, 15), 23),
    )


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
def test_a_blank_that_libreoffice_saved(suffix: str) -> None:
    path = GOLDEN / f"return.{suffix}"
    assert read_return(str(path)) == a_village(path)


@pytest.mark.parametrize("name", ["return.xlsx", "return.xlsm", "return.et", "return.xls", "return.pdf", "return"])
def test_the_extension_means_nothing(name: str, tmp_path: Path) -> None:
    path = village(tmp_path, "made.xlsx").rename(tmp_path / name)
    assert read_return(str(path)) == a_village(path)


def test_a_merged_workbook_is_told_by_its_list_of_sheets(tmp_path: Path) -> None:
    listed = b'<workbook><sheets><sheet name="%b"/></sheets></workbook>'
    for name, is_one in (("_stattable_record", True), ("_stattable", False)):
        parts = {"xl/styles.xml": b"<styleSheet/>", "xl/workbook.xml": listed % name.encode()}
        path = written(tmp_path / f"{name}.xlsx", zipped(parts))
        assert opening.is_merged(str(path)) is is_one


def test_a_workbook_with_macros(tmp_path: Path) -> None:
    parts = parts_of(village(tmp_path).read_bytes()) | {"xl/vbaProject.bin": ole("VBA")}
    assert read_return(str(written(tmp_path / "a.xlsm", zipped(parts)))).values == values_of(FIGURES)


def test_strict_open_xml(tmp_path: Path) -> None:
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships":
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }  # fmt: skip
    parts = parts_of((GOLDEN / "return.xlsx").read_bytes())
    for transitional, strict in names.items():
        parts = {name: content.replace(transitional, strict) for name, content in parts.items()}
    path = written(tmp_path / "strict.xlsx", zipped(parts))
    assert read_return(str(path)) == a_village(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_however_it_is_packed(method: int, tmp_path: Path) -> None:
    data = repacked(village(tmp_path).read_bytes(), method)
    assert read_return(str(written(tmp_path / "a.xlsx", data))).values == values_of(FIGURES)


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
def test_a_sheet(suffix: str) -> None:
    sheet = open_book(GOLDEN / f"faults.{suffix}").sheet(S)
    assert sheet.cell(2, 1) == "第23个“5.29会员活动日”信息统计表"
    assert [sheet.cell(6, column) for column in range(1, 11)] == [None, None, None, 2, None, None, None, 2, 60, None]
    assert [sheet.cell(*at) for at in ((0, 1), (1, 0), (999, 1))] == [None, None, None]
    assert ((6, 8, 6, 9) in sheet.merges) == (suffix != "ods")


def test_empty_rows_and_columns_before_the_first_cell_count(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["C5"] = 1
    sheet = open_book(save(workbook, tmp_path / "a.xlsx")).sheet("Sheet")
    assert sheet.rows == [["", "", ""], ["", "", ""], ["", "", ""], ["", "", ""], ["", "", 1]]


def test_hidden_sheets_are_told_from_visible_ones(tmp_path: Path) -> None:
    book = open_book(village(tmp_path))
    assert (book.names, book.visible) == ([S, "_stattable"], frozenset({S}))


def test_no_more_than_10000_rows_and_200_columns(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["GR1"], workbook.active["GS1"] = 200, 201
    workbook.active["A10000"], workbook.active["A10001"] = 10_000, 10_001
    path = save(workbook, tmp_path / "long.xlsx")
    sheet = open_book(path).sheet("Sheet")
    assert (len(sheet.rows), {len(row) for row in sheet.rows}) == (10_000, {200})
    assert (sheet.rows[0][-1], sheet.rows[-1][0]) == (200, 10_000)
    assert opening.open_book(str(path)).unbounded("Sheet").rows[-1][0] == 10_001


# -- the closer look --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
def test_error_values_and_hidden_ones_are_not_blank(suffix: str) -> None:
    one = read_return(str(GOLDEN / f"faults.{suffix}"))
    assert told(one) == [("T004", "I6", "60"), ("V006", "B6", "#DIV/0!"), ("V006", "C6", "#N/A")]
    expected = {key: value for key, value in FIGURES.items() if key != "activities.village.people"}
    assert one.values == values_of({**expected, "activities.prefecture_county.sessions": 2})


def test_a_formula_that_was_never_calculated_xlsx(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["H6"] = "=H9"

    assert told(read_return(str(typed(tmp_path / "a.xlsx", "官渡村", FIGURES, change=change)))) == [
        ("V006", "H6", "=H9")
    ]


def test_a_formula_that_was_never_calculated_ods(tmp_path: Path) -> None:
    result = b' office:value-type="float" office:value="2" calcext:value-type="float"><text:p>2</text:p>'
    data = repacked((GOLDEN / "faults.ods").read_bytes(), content=(b'"of:=1+1"' + result, b'"of:=1+1">'))
    assert told(read_return(str(written(tmp_path / "a.ods", data))))[-1] == ("V006", "D6", "=1+1")


def test_a_formula_that_was_never_calculated_xls(tmp_path: Path) -> None:
    data = (GOLDEN / "faults.xls").read_bytes()
    at = data.index(struct.pack("<HH", 5, 3), data.index(b"W\0o\0r\0k\0b\0o\0o\0k") and 512) + 6
    assert data[at : at + 8] == struct.pack("<d", 2.0)
    data = data[:at] + b"\x03\0\0\0\0\0\xff\xff" + data[at + 8 :]
    assert told(read_return(str(written(tmp_path / "a.xls", data))))[-1] == ("V006", "D6", "=")


@pytest.mark.parametrize("path", [GOLDEN / "return.xlsx", GOLDEN / "return.ods", None])
def test_an_ordinary_return_from_a_blank_takes_no_second_reading(path: Path | None, tmp_path: Path) -> None:
    path = path or village(tmp_path)
    with (
        mock.patch.object(xlsx, "inspect_cells", side_effect=AssertionError),
        mock.patch.object(layout, "_search", side_effect=AssertionError),
        mock.patch("stattable.reading.files.in_own_process", side_effect=AssertionError),
    ):
        assert read_return(str(path), debug=True).values == values_of(FIGURES)


def test_what_may_be_more_than_it_looks_is_looked_at() -> None:
    with mock.patch.object(xlsx, "inspect_cells", wraps=xlsx.inspect_cells) as inspect_cells:
        read_return(str(GOLDEN / "faults.xlsx"))
    assert inspect_cells.call_count == 1


def test_the_sheet_grows_where_what_is_found_lies_beyond(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["M30"] = "=A1"

    book = open_book(typed(tmp_path / "a.xlsx", "官渡村", FIGURES, change=change))
    sheet = book.sheet(S)
    closer = book.closer(sheet)
    assert (len(sheet.rows), closer.cell(30, 13), closer.cell(9, 8)) == (20, Unread("=A1"), 2)
    assert {len(row) for row in closer.rows} == {13}


# -- what cannot be read ----------------------------------------------------------------------------------

XLSX, ODS, XLS = ((GOLDEN / f"return.{suffix}").read_bytes() for suffix in ("xlsx", "ods", "xls"))
SIXTY = repacked(XLSX, sheet1=(b"<v>60</v>", b"<v>sixty</v>"))


@pytest.mark.parametrize(
    ("data", "code", "params"),
    [
        (b"", "F003", {}),
        (ole("EncryptedPackage"), "F005", {"kind": "rights"}),
        (xls(number(0, 0, 1.0), protected=True), "F002", {}),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                 "META-INF/manifest.xml": b"<manifest:encryption-data/>"}), "F002", {}),
        (XLSX[: len(XLSX) // 2], "F001", {}),
        (ODS[:-50], "F001", {}),
        (XLS[: len(XLS) // 2], "F001", {}),
        (OLE_MAGIC + bytes(2000), "F001", {}),
        (b"\x01\x02\x03\x04", "F001", {}),
        (zipped({"xl/workbook.xml": b"<workbook>"}), "F001", {}),
        (zipped({"xl/workbook.xml": b""}), "F001", {}),
        (zipped({k: v for k, v in parts_of(XLSX).items() if "workbook.xml.rels" not in k}), "F001", {}),
        (repacked(XLSX, sheet1=(b"</sheetData>", b"</sheetDat>")), "F001", {}),
        (SIXTY, "F001", {}),
        (zipped(parts_of(ODS) | {"content.xml": parts_of(ODS)["content.xml"][:40_000]}), "F001", {}),
        (b"%PDF-1.7", "F005", {"kind": "pdf"}),
        (ole("WordDocument"), "F005", {"kind": "word"}),
        (zipped({"word/document.xml": b""}), "F001", {}),
        (zipped({"a.xlsx": XLSX}), "F005", {"kind": "archive"}),
        (zipped({"xl/workbook.bin": b""}), "F001", {}),
        (b"\xff\xd8\xff\xe0", "F005", {"kind": "picture"}),
        ("单位,人数".encode("gbk"), "F005", {"kind": "text", "searched": 1}),
        (b"<html><table>", "F005", {"kind": "html", "searched": 1}),
        (zipped(parts_of(XLSX) | {"xl/media/big.bmp": bytes(20_000_000)}), "F004", {"reason": "expansion"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_what_cannot_be_read(data: bytes, code: str, params: dict[str, Any], suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"a.{suffix}", data)
    facts = FileFacts(hashlib.sha256(data).hexdigest(), len(data), path.stat().st_mtime)
    assert read_return(str(path)) == ReturnFile(str(path), facts, findings=(finding(code, params=params),))


@pytest.mark.parametrize("code_page", [0, 936, 950, 1252, 10000, 65001])
def test_the_code_page_of_an_excel_97_workbook_says_nothing(code_page: int, tmp_path: Path) -> None:
    """All its texts are UTF-16; other writers leave the code page of their own."""
    data = (GOLDEN / "return.xls").read_bytes()
    stated = b"\x42\x00\x02\x00\xb0\x04"
    assert data.count(stated) == 1
    data = data.replace(stated, stated[:4] + code_page.to_bytes(2, "little"))
    one, whole = read_return(str(written(tmp_path / "a.xls", data))), read_return(str(GOLDEN / "return.xls"))
    assert (one.values, one.surroundings, one.findings) == (whole.values, whole.surroundings, whole.findings)
    assert one.facts.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["return.xlsx", "return.xls", "return.ods"])
def test_wherever_it_is_cut_off_it_is_damaged(name: str, tmp_path: Path) -> None:
    data = (GOLDEN / name).read_bytes()
    for part in range(1, 24):
        one = read_return(str(written(tmp_path / name, data[: len(data) * part // 24])))
        whole = read_return(str(GOLDEN / name)).values  # an .xls may lose what stands behind the workbook
        assert ([f.code for f in one.findings], one.values) in [(["F001"], None), ([], whole)]
        assert one.values is None or name.endswith("xls")


def test_of_a_file_of_more_than_20_mb_only_the_fingerprint_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    path.touch()
    os.truncate(path, 20 * 2**20 + 1)
    facts = FileFacts(hashlib.sha256(path.read_bytes()).hexdigest(), 20 * 2**20 + 1, path.stat().st_mtime)
    fault = finding("F004", params={"reason": "size", "mb": 21})
    with mock.patch.object(opening, "read", side_effect=AssertionError):
        assert read_return(str(path)) == ReturnFile(str(path), facts, findings=(fault,))
    os.truncate(path, 20 * 2**20)
    assert [f.code for f in read_return(str(path)).findings] == ["F001"]


@pytest.mark.parametrize(
    ("limit", "value", "codes"),
    [
        ("MAX_RATIO", 5, ["F004"]),
        ("MAX_RATIO", 6, []),
        ("MAX_EXPANDED", 51_999, ["F004"]),
        ("MAX_EXPANDED", 52_000, []),
    ],
)
def test_how_far_a_file_may_expand(limit: str, value: int, codes: list[str], tmp_path: Path) -> None:
    parts = parts_of(XLSX)
    room = 52_000 - sum(map(len, parts.values()))
    data = zipped(parts | {"filling": os.urandom(100) * (room // 100) + bytes(room % 100)})
    assert 5 < 52_000 / len(data) < 6
    with mock.patch.object(opening, limit, value):
        assert [f.code for f in read_return(str(written(tmp_path / "a.xlsx", data))).findings] == codes


def test_a_sheet_is_not_laid_out_beyond_the_limit(tmp_path: Path) -> None:
    far = repacked(XLSX, sheet1=(b"</sheetData>", b'<row r="20000"><c r="A20000"><v>1</v></c></row></sheetData>'))
    path = written(tmp_path / "a.xlsx", far)
    for limit, is_cut in ((20_000 * 9, True), (20_000 * 11, False)):  # it is 11 columns wide
        with (
            mock.patch.object(calamine, "MAX_CELLS", limit),
            mock.patch.object(calamine, "MAX_WHOLE_CELLS", limit),
            mock.patch.object(rewriting, "MAX_CELLS", limit),
        ):
            assert [f.code for f in read_return(str(path)).findings] == []
            book = open_book(path)
            assert len(book.sheet(S).rows) == (20 if is_cut else 10_000)
            if is_cut:
                with pytest.raises(Unreadable, match="F004"):  # a sheet of ours is read as a whole, or not at all
                    book.sheet(S, whole=True)


def test_a_roster_is_laid_out_less_far_than_a_sheet_of_ours(tmp_path: Path) -> None:
    far = repacked(XLSX, sheet1=(b"</sheetData>", b'<row r="20000"><c r="A20000"><v>1</v></c></row></sheetData>'))
    book = open_book(written(tmp_path / "a.xlsx", far))
    with mock.patch.object(calamine, "MAX_CELLS", 20_000 * 9):
        with pytest.raises(Unreadable, match="F004"):
            book.unbounded(S)
        assert len(book.sheet(S, whole=True).rows) == 20_000


@pytest.mark.parametrize(("name", "is_heavy"), [("xl/more.XML", True), ("xl/media/a.png", False)])
def test_what_is_heavy_by_its_stored_parts_is_not_so_by_its_pictures(name: str, is_heavy: bool, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", zipped(parts_of(XLSX) | {name: os.urandom(70_000)}))
    assert (opening.open_unless_heavy(str(path)) is None) == is_heavy


def test_only_what_a_file_is_to_blame_for_is_a_fault_of_it() -> None:
    panic = type("PanicException", (BaseException,), {})  # as calamine's, which cannot be imported
    for error in (panic, ValueError):
        with pytest.raises(Unreadable, match="F001"), calamine._Reading():
            raise error
    for error in (MemoryError, KeyboardInterrupt):
        with pytest.raises(error), calamine._Reading():
            raise error
    with pytest.raises(Unreadable, match="F004"), calamine._Reading():
        raise Unreadable("F004")


def test_the_limits() -> None:
    limits = (opening.MAX_BYTES, opening.MAX_EXPANDED, opening.MAX_RATIO, sheet.MAX_ROWS, sheet.MAX_COLUMNS)
    assert limits == (20 * 2**20, 200 * 2**20, 100, 10_000, 200)
    assert (opening.MAX_MERGED_BYTES, sheet.MAX_CELLS, sheet.MAX_WHOLE_CELLS) == (200 * 2**20, 3_000_000, 20_000_000)


def test_what_is_no_file_at_all(tmp_path: Path) -> None:
    for debug in (False, True):
        one = read_return(str(tmp_path / "gone.xlsx"), debug=debug)
        assert ([f.code for f in one.findings], one.facts, one.values) == (["F007"], FileFacts(None, 0, 0.0), None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_that_is_named_like_a_workbook_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xlsx")
    one = read_return(str(tmp_path / "a.xlsx"))
    assert [(f.code, f.params) for f in one.findings] == [("F005", {"kind": "device"})]


def test_a_fault_of_ours_is_a_finding_of_that_file(tmp_path: Path) -> None:
    path = str(village(tmp_path))
    with mock.patch("stattable.reading.files.read_form", side_effect=ZeroDivisionError):
        assert [(f.code, f.params) for f in read_return(path).findings] == [("F007", {"detail": "ZeroDivisionError"})]
        with pytest.raises(ZeroDivisionError):
            read_return(path, debug=True)


@pytest.mark.parametrize("data", [b"PK", zipped({"xl/workbook.xml": b""}), SIXTY])
def test_a_roster_that_cannot_be_read(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="读不出来"):
        read_roster(str(written(tmp_path / "名册.xlsx", data)))
