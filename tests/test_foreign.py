"""Workbooks that other projects test with: what each comes to."""

import csv
from pathlib import Path

import pytest

from stattable.formats.sheet import Unreadable
from stattable.model.cell_names import a1
from stattable.processes import in_own_process
from stattable.reading.files import read_return
from stattable.reading.open import open_file

FOREIGN = Path(__file__).parent / "data" / "foreign"


def expected() -> list[dict[str, str]]:
    with (FOREIGN / "expected.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def cells(path: str) -> dict[str, str] | str:
    """What a file holds, by sheet and cell, or the code of the finding that says why it is not read."""
    file, _, faults = open_file(path)
    if file is None:
        fault = faults[0]
        return ":".join([fault.code, *(str(fault.params[key]) for key in ("kind",) if key in fault.params)])
    try:
        book = file.book()
        return {
            f"{sheet.name}!{a1(row, column)}": repr(value)
            for sheet in (book.closer(book.sheet(name)) for name in book.names)
            for row, line in enumerate(sheet.rows, 1)
            for column, value in enumerate(line, 1)
            if value not in ("", None)
        }
    except Unreadable as fault:
        return fault.code


@pytest.mark.parametrize("one", expected(), ids=lambda one: one["file"])
def test_what_a_foreign_workbook_comes_to(one: dict[str, str]) -> None:
    held = in_own_process(cells, str(FOREIGN / one["file"]), 20.0, 300)  # calamine's panics say where they are
    if isinstance(held, str):
        assert held == one["code"]
        return
    assert (one["code"], str(len(held))) == ("", one["cells"])
    assert held.get(one["place"], "") == one["holds"]


@pytest.mark.parametrize("one", expected(), ids=lambda one: one["file"])
def test_what_is_said_of_it(one: dict[str, str]) -> None:
    said = {finding.code for finding in read_return(str(FOREIGN / one["file"])).findings}
    assert said == {one["code"].partition(":")[0] or "T001"}


def test_all_of_them_are_listed() -> None:
    assert {one["file"] for one in expected()} == {path.name for path in FOREIGN.iterdir()} - {
        "README.md",
        "expected.tsv",
    }
