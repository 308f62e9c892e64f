"""What LibreOffice makes of the annex of accounts. It must be installed; nothing is skipped."""

from pathlib import Path

import pytest

from command_line import run
from county import ZHONGMU
from stattable.model.annex import COLUMNS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level
from test_merged_annex import annex_findings, code, codes_of, county, listed, merged, of_three_kinds, roster, row, said
from test_office import pages
from writers.office import saved_as

pytestmark = pytest.mark.office

ON_A_PAGE = 5  # rows with a picture, at least


def annex_pages(pdf: Path) -> list[str]:
    """The pages of the annex without white space: all have the headings."""
    heads = [column.text for column in COLUMNS.values()]
    flat = ["".join(page.split()) for page in pages(pdf)]
    return [page for page in flat if all(head in page for head in heads)]


def test_a_blanks_annex_prints_with_nothing_cut_off(tmp_path: Path) -> None:
    run("new", "--unit", "中牟县计生协", "--code", "410122", "-o", tmp_path / "blank.xlsx")
    printed = pages(*saved_as("pdf", tmp_path, tmp_path / "blank.xlsx"))
    of_annex = annex_pages(tmp_path / "blank.pdf")
    assert (len(printed), "填表说明" in of_annex[0]) == (1 + len(of_annex), True)
    assert len(of_annex) <= 30 / ON_A_PAGE


def test_a_merged_annex_prints_with_all_its_rows(tmp_path: Path) -> None:
    units = [UnitFacts(f"4101{number}", f"第{number}区", Level.COUNTY) for number in range(30, 70)]
    for unit in units:
        county(tmp_path / "in" / f"{unit.code}.xlsx", unit, row(unit, f"n{unit.code}"))
    document = merged(tmp_path / "in", tmp_path / "merged.xlsx", "--root", "4101")
    assert codes_of(document) == []
    saved_as("pdf", tmp_path, tmp_path / "merged.xlsx")
    printed = annex_pages(tmp_path / "merged.pdf")
    assert len(printed) <= len(units) / ON_A_PAGE
    together = "".join(printed)
    names = [text for unit in units for text in (f"{unit.name}计生协", f"http://n{unit.code}.example.cn")]
    assert [name for name in names if together.count(name) != 1] == []
    assert "#" not in together


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_saved_as_another_format_its_texts_are_read_and_a_finding_asks_for_xlsx(suffix: str, tmp_path: Path) -> None:
    path = county(tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "zm"))
    (other,) = saved_as(suffix, tmp_path, path)
    assert annex_findings(other) == [("A008", None, "中牟县")]
    merged(other, tmp_path / "out.xlsx")
    assert listed(tmp_path / "out.xlsx") == [said(ZHONGMU, "zm", 1, [])]


def test_saved_again_as_xlsx_the_pictures_stay_in_their_rows(tmp_path: Path) -> None:
    path = county(
        tmp_path / "in" / "1.xlsx", ZHONGMU, row(ZHONGMU, "a"), row(ZHONGMU, "b", qr=[code("b"), code("c")]), counted=2
    )
    (again,) = saved_as("xlsx", tmp_path / "again", path)
    merged(again, tmp_path / "out.xlsx")
    assert [one[5] for one in listed(tmp_path / "out.xlsx")] == [["a"], ["b", "c"]]


def test_a_merged_annex_saved_again_is_still_an_annex(tmp_path: Path) -> None:
    of_three_kinds(tmp_path / "in")
    merged(tmp_path / "in", tmp_path / "city.xlsx", "--roster", roster(tmp_path), "--root", "4101")
    before = listed(tmp_path / "city.xlsx")
    (again,) = saved_as("xlsx", tmp_path / "again", tmp_path / "city.xlsx")
    assert annex_findings(again) == []
    merged(again, tmp_path / "out.xlsx", "--roster", roster(tmp_path), "--root", "41")
    assert listed(tmp_path / "out.xlsx") == before
