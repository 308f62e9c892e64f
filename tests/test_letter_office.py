"""How long the letter is in an office program: two pages at most. LibreOffice must be installed; nothing is skipped."""

from datetime import date
from pathlib import Path

import pytest

import memory
from command_line import run
from stattable.model.units import Level, Scope
from stattable.proving.key_facts import key_facts
from stattable.writing.letter.document import letter_bytes
from stattable.writing.letter.text import letter_of
from test_letter import big_province, explained, with_last_year
from test_office import pages
from writers.office import saved_as
from writers.returns import own_values

EXAMPLES = Path(__file__).parent.parent / "examples"

pytestmark = pytest.mark.office


def test_two_pages_hold_a_county_and_a_province_with_gaps_and_a_year_before(tmp_path: Path) -> None:
    county, province = tmp_path / "county.docx", tmp_path / "province.docx"
    roster = EXAMPLES / "名册.csv"
    assert run("merge", EXAMPLES / "收到", "--roster", roster, "-o", tmp_path / "o.xlsx", "--docx", county).code == 1
    tree = big_province()
    sent = [
        memory.sent(tree, key, own_values(Level(tree[key].level), 900, 400_000), Scope.OWN)
        for number, key in enumerate(tree.units) if number % 3 or key == "41"
    ]  # fmt: skip
    merged = with_last_year(memory.merge(sent, roster=tree, code="41"), share=0.9)
    texts = (f"因第{number}场活动由全市合办，人数各报各的，已经核对" for number in range(40))
    letter = letter_of(key_facts(explained(merged, *texts)), "ABCD-EFGH-JKLM", date(2021, 6, 30))
    province.write_bytes(letter_bytes(letter))
    for printed, name in zip(
        map(pages, saved_as("pdf", tmp_path, county, province)), ("中牟县", "河南省"), strict=True
    ):
        assert len(printed) == 2
        assert f"{name}计划生育协会" in "".join(printed[0].split())
        assert "特此说明。" in "".join(printed[1].split())
