"""What LibreOffice makes of our workbooks. It must be installed; nothing is skipped."""

import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import Font, PatternFill

from command_line import run
from county import GUANDU, GUANDU_VILLAGE, TO_COUNTY, TO_GUANDU, ZHONGMU
from stattable.model import form
from stattable.model.units import Level, Scope
from writers.office import saved_as
from writers.returns import filled, own_values, typed

pytestmark = pytest.mark.office


def pages(pdf: Path) -> list[str]:
    out = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    return out.split("\f")[:-1]


def shows_whole_form(page: str) -> bool:
    words = "".join(page.split())
    labels = [label.name for label in form.LABELS]
    notes = [note.replace(" ", "") for note in form.NOTES]
    return all(word.replace(" ", "") in words for word in (*labels, *notes, "填报日期", "信息统计表"))


def test_a_blank_prints_on_one_page_with_nothing_cut_off(tmp_path: Path) -> None:
    run("new", "--unit", "官渡镇计生协", "--code", "410122101", "-o", tmp_path / "blank.xlsx")
    printed = pages(*saved_as("pdf", tmp_path, tmp_path / "blank.xlsx"))
    assert len(printed) == 1
    assert shows_whole_form(printed[0])
    assert "填表说明" not in printed[0]


def test_the_merged_page_prints_on_one_page_with_nothing_cut_off(tmp_path: Path) -> None:
    big = own_values(Level.COUNTY, sessions=123_456, people=1_234_567, other=98_765)
    filled(tmp_path / "in" / "county.xlsx", ZHONGMU, big, above=TO_COUNTY[:2])
    run("merge", tmp_path / "in", "-o", tmp_path / "merged.xlsx")
    printed = pages(*saved_as("pdf", tmp_path, tmp_path / "merged.xlsx"))
    assert shows_whole_form(printed[0])
    assert "1234567" in printed[0]
    assert "#" not in printed[0]
    assert not any("说明：1." in page for page in printed[1:])


def unlike_what_it_holds(sheet: Any) -> None:
    """Make what may lose its way through another format: errors, hidden rows, white text, formats, notes."""
    sheet["B9"], sheet["C9"] = "=1/0", "#N/A"
    sheet["H6"].number_format = '0"万"'
    sheet["I6"].font = Font(color="FFFFFF")
    sheet["I6"].fill = PatternFill("solid", fgColor="FFFFFF")
    sheet.row_dimensions[11].hidden = True
    sheet.column_dimensions["I"].hidden = False
    sheet["H14"], sheet["I14"] = "１，２００", "3 000"
    sheet["H18"] = date(2021, 6, 15)


def returns(folder: Path) -> list[Path]:
    village = own_values(Level.VILLAGE)
    county = own_values(Level.COUNTY) | own_values(Level.TOWNSHIP) | village
    return [
        filled(folder / "1.xlsx", GUANDU_VILLAGE, village | {"activities.village.people": "若干"}, above=TO_GUANDU),
        filled(folder / "2.xlsx", GUANDU_VILLAGE, village, above=TO_GUANDU, change=unlike_what_it_holds),
        filled(folder / "3.xlsx", ZHONGMU, county, above=TO_COUNTY[:2], scope=Scope.CUMULATIVE),
        typed(folder / "4.xlsx", "官渡村", village | {"media.county.text": "约5", "media.county.audiovisual": "1.2万"}),
        typed(folder / "5.xlsx", "河南省", own_values(Level.PROVINCE) | {"online.province.wechat": "√"}),
    ]


@pytest.mark.parametrize("way", [("xlsx",), ("xls",), ("ods",), ("xls", "xlsx"), ("ods", "xlsx")], ids="-".join)
def test_saved_elsewhere_a_return_reads_the_same(way: tuple[str, ...], tmp_path: Path) -> None:
    paths = returns(tmp_path / "start")
    # A formula has no result until a spreadsheet program has calculated it: what is compared starts from there.
    saved_as("xlsx", tmp_path / "first", *paths)
    before = told(tmp_path / "first")
    assert {code for one in before for code, *_ in one["findings"]} >= {"V002", "V003", "V006", "V007", "V008", "T007"}
    folder = tmp_path / "first"
    for number, suffix in enumerate(way):
        paths, folder = sorted(folder.iterdir()), tmp_path / str(number)
        saved_as(suffix, folder, *paths)
    assert told(folder) == before


def told(folder: Path) -> list[dict[str, Any]]:
    """What `check` says of the files in a folder, but for what is another file's: its path and fingerprint."""
    files = run("check", folder, "--format", "json").json["files"]
    parts = ("code", "severity", "sheet", "cell", "field", "raw", "suggestion")
    for file in files:
        del file["path"], file["sha256"]
        file["findings"] = [tuple(finding[part] for part in parts) for finding in file["findings"]]
    return list(files)


def test_a_merged_workbook_saved_elsewhere_is_still_a_return(tmp_path: Path) -> None:
    filled(tmp_path / "in" / "town.xlsx", GUANDU, own_values(Level.TOWNSHIP), above=TO_COUNTY)
    filled(tmp_path / "in" / "village.xlsx", GUANDU_VILLAGE, own_values(Level.VILLAGE), above=TO_GUANDU)
    total = run("merge", tmp_path / "in", "-o", tmp_path / "merged.xlsx", "--format", "json").json["total"]
    read = run("check", *saved_as("ods", tmp_path, tmp_path / "merged.xlsx"), "--format", "json").json["files"][0]
    assert (read["values"], read["scope"], read["unit"]["code"]) == (total, "cumulative", GUANDU.code)
