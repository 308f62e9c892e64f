"""What LibreOffice makes of our workbooks. It must be installed; nothing is skipped."""

import subprocess
from pathlib import Path

import pytest

from builders import GUANDU, GUANDU_VILLAGE, TO_COUNTY, TO_GUANDU, ZHONGMU, filled, own_values, run
from stattable.model import form
from stattable.model.units import Level

pytestmark = pytest.mark.office


def convert(path: Path, to: str, folder: Path) -> Path:
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{to}"


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
    printed = pages(convert(tmp_path / "blank.xlsx", "pdf", tmp_path))
    assert len(printed) == 1
    assert shows_whole_form(printed[0])
    assert "填表说明" not in printed[0]


def test_the_merged_page_prints_on_one_page_with_nothing_cut_off(tmp_path: Path) -> None:
    big = own_values(Level.COUNTY, sessions=123_456, people=1_234_567, other=98_765)
    filled(tmp_path / "in" / "county.xlsx", ZHONGMU, big, above=TO_COUNTY[:2])
    run("merge", tmp_path / "in", "-o", tmp_path / "merged.xlsx")
    printed = pages(convert(tmp_path / "merged.xlsx", "pdf", tmp_path))
    assert shows_whole_form(printed[0])
    assert "1234567" in printed[0]
    assert "#" not in printed[0]
    assert not any("说明：1." in page for page in printed[1:])


@pytest.mark.parametrize("way", [("xls",), ("ods",), ("xls", "xlsx"), ("ods", "xlsx")], ids="-".join)
def test_saved_elsewhere_a_return_reads_the_same(way: tuple[str, ...], tmp_path: Path) -> None:
    values = own_values(Level.VILLAGE) | {"activities.village.people": "若干"}
    path = filled(tmp_path / "return.xlsx", GUANDU_VILLAGE, values, above=TO_GUANDU)
    before = run("check", path, "--format", "json").json["files"][0]
    for number, suffix in enumerate(way):
        (tmp_path / str(number)).mkdir()
        path = convert(path, suffix, tmp_path / str(number))
    after = run("check", path, "--format", "json").json["files"][0]
    for document in (before, after):
        del document["path"], document["sha256"]
        for finding in document["findings"]:
            del finding["path"]
    assert after == before


def test_a_merged_workbook_saved_elsewhere_is_still_a_return(tmp_path: Path) -> None:
    filled(tmp_path / "in" / "town.xlsx", GUANDU, own_values(Level.TOWNSHIP), above=TO_COUNTY)
    filled(tmp_path / "in" / "village.xlsx", GUANDU_VILLAGE, own_values(Level.VILLAGE), above=TO_GUANDU)
    total = run("merge", tmp_path / "in", "-o", tmp_path / "merged.xlsx", "--format", "json").json["total"]
    read = run("check", convert(tmp_path / "merged.xlsx", "ods", tmp_path), "--format", "json").json["files"][0]
    assert (read["values"], read["scope"], read["unit"]["code"]) == (total, "cumulative", GUANDU.code)
