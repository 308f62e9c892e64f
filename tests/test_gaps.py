"""What one level knows to be missing is known at every level above it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import codes, run
from county import COUNTY, GUANDU, HENAN, ZHENGZHOU, ZHONGMU
from stattable.model.identity import UnitFacts
from stattable.model.record import RECORD_SHEET
from writers.county import send, write_roster

SENT = [unit for unit in COUNTY if unit.name not in {"逐鹿营村", "狼城岗镇"}]
GAPS = {"township": 1, "village": 1}  # 狼城岗镇, whose village reported to the county, and 逐鹿营村


@pytest.fixture(autouse=True)
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_roster()
    for unit in (HENAN, ZHENGZHOU, *SENT):
        send(unit, to="全部")


def merge(paths: Sequence[str], unit: UnitFacts, output: str) -> dict[str, Any]:
    Path(output).parent.mkdir(exist_ok=True)
    return run(
        "merge", *paths, "--roster", "名册.csv", "--root", unit.code or "", "-o", output, "--format", "json"
    ).json


def of(units: Sequence[UnitFacts], folder: str = "全部") -> list[str]:
    return [f"{folder}/{unit.name}.xlsx" for unit in units]


def level_by_level() -> dict[str, Any]:
    """Township, county, prefecture and province, each from what the one below sent, and its own return."""
    township = [unit for unit in SENT if (unit.code or "").startswith("410122101")]
    merge(of(township), GUANDU, "一/官渡镇.xlsx")
    merge([*of([unit for unit in SENT if unit not in township]), "一/官渡镇.xlsx"], ZHONGMU, "二/中牟县.xlsx")
    merge([*of([ZHENGZHOU]), "二/中牟县.xlsx"], ZHENGZHOU, "三/郑州市.xlsx")
    return merge([*of([HENAN]), "三/郑州市.xlsx"], HENAN, "四/河南省.xlsx")


def test_gaps_are_the_same_level_by_level_and_in_one_go() -> None:
    above, at_once = level_by_level(), merge(["全部"], HENAN, "省/河南省.xlsx")
    assert above["total"] == at_once["total"]
    assert (above["summary"]["gaps"], at_once["summary"]["gaps"]) == (GAPS, GAPS)
    for document in (above, at_once):
        gaps = {unit["name"]: unit["gaps"] for unit in document["units"] if unit["gaps"]}
        assert gaps == {**dict.fromkeys(("河南省", "郑州市", "中牟县"), GAPS), "官渡镇": {"village": 1}}
        missing = [unit["name"] for unit in document["units"] if unit["status"] == "missing"]
        assert missing == ["逐鹿营村", "狼城岗镇"]
    assert codes(above).count("C003") == 1
    assert "C001" not in codes(above)
    assert codes(at_once).count("C001") == 2


def test_whoever_gets_the_workbook_says_what_is_missing_in_it() -> None:
    level_by_level()
    said = run("check", "三/郑州市.xlsx", "--roster", "名册.csv")
    assert "C003 “郑州市”的汇总表里还有 2 个单位没有报（乡镇级 1、村居社区级 1），它们的数不在里面。" in said.out
    said = run("merge", "三", "全部/河南省.xlsx", "--roster", "名册.csv", "-o", "省.xlsx")
    assert "下级的汇总表里还有没有报的：乡镇级 1，村居社区级 1，这些数不在里面。" in said.out
    book = openpyxl.load_workbook("省.xlsx")
    notes = [str(cell.value) for row in book["信息统计表"].iter_rows() for cell in row if cell.value]
    assert any("下级的汇总表里还有没有报的（乡镇级 1，村居社区级 1）" in note for note in notes)
    states = {row[0]: row for row in book["报送情况"].iter_rows(values_only=True) if row[0] and len(row) > 5 and row[2]}
    assert ((states["中牟县"][4], states["中牟县"][12]), states["逐鹿营村"][4], states["东狼城岗村"][4]) == (
        ("已含在上级汇总数里", 2), "未报", "已含在上级汇总数里",
    )  # fmt: skip
    assert run("verify", "省.xlsx", "三", "全部/河南省.xlsx", "名册.csv").code == 0


def test_where_nothing_is_missing_nothing_is_said() -> None:
    for unit in COUNTY:
        send(unit, to="全部")
    above = level_by_level_of(COUNTY)
    assert (above["summary"]["gaps"], [code for code in codes(above) if code[0] == "C"]) == ({}, [])
    assert all(unit["gaps"] == {} for unit in above["units"])


def level_by_level_of(units: Sequence[UnitFacts]) -> dict[str, Any]:
    merge(of(units), ZHONGMU, "二/中牟县.xlsx")
    merge([*of([ZHENGZHOU]), "二/中牟县.xlsx"], ZHENGZHOU, "三/郑州市.xlsx")
    return merge([*of([HENAN]), "三/郑州市.xlsx"], HENAN, "四/河南省.xlsx")


def test_without_its_record_the_numbers_are_known_all_the_same() -> None:
    level_by_level()
    book = openpyxl.load_workbook("三/郑州市.xlsx")
    del book[RECORD_SHEET]
    book.save("三/郑州市.xlsx")
    above = merge([*of([HENAN]), "三/郑州市.xlsx"], HENAN, "四/河南省.xlsx")
    assert above["summary"]["gaps"] == GAPS
    assert "C003" in codes(above)


def test_the_page_says_how_many_of_how_many_reported() -> None:
    level_by_level()
    said = run("merge", "三", "全部/河南省.xlsx", "--roster", "名册.csv", "-o", "省.xlsx").out
    words = [
        "1 个地市级单位：已报 1", "1 个县级单位：已报 1", "2 个乡镇级单位：已报 1，没有报 1",
        "3 个村居社区级单位：已报 2，没有报 1",
    ]  # fmt: skip
    assert all(f"  {one}。" in said for one in words)
    notes = [str(cell.value) for row in openpyxl.load_workbook("省.xlsx")["信息统计表"].iter_rows() for cell in row]
    assert any(f"{'；'.join(words)}。" in note for note in notes)


def test_where_nobody_knows_which_units_are_missing_none_is_said_to_be_covered_without_a_mark() -> None:
    level_by_level()
    workbook = openpyxl.load_workbook("二/中牟县.xlsx")
    del workbook[RECORD_SHEET]
    workbook.save("二/中牟县.xlsx")
    run("merge", "二", "全部/郑州市.xlsx", "--roster", "名册.csv", "--root", ZHENGZHOU.code or "", "-o", "市.xlsx")
    rows = openpyxl.load_workbook("市.xlsx")["报送情况"].iter_rows(values_only=True)
    states = {row[0]: row[4] for row in rows if row[0] and len(row) > 5 and row[2]}
    unsure = "已含在上级汇总数里（其中有缺报，不知道是谁）"
    assert states["东狼城岗村"] == states["逐鹿营村"] == states["狼城岗镇"] == unsure


def test_a_form_that_came_back_beside_its_merged_workbook_does_not_hide_what_is_missing() -> None:
    level_by_level()
    run("check", "三/郑州市.xlsx", "--roster", "名册.csv", "--return", "退回")
    (form,) = Path("退回").rglob("*.退回.xlsx")
    for name in ("0.xlsx", "郑州市（2）.xlsx"):  # whatever it is called
        Path("三", name).write_bytes(form.read_bytes())
    done = merge(["三", "全部/河南省.xlsx"], HENAN, "后/河南省.xlsx")
    before = merge(["三/郑州市.xlsx", "全部/河南省.xlsx"], HENAN, "前/河南省.xlsx")
    assert (done["units"], done["summary"]["gaps"], done["summary"]["duplicate"]) == (before["units"], GAPS, 2)
    assert {"C003", "U004"} <= set(codes(done))


def test_what_goes_back_for_a_workbook_keeps_what_it_lacks() -> None:
    level_by_level()
    Path("收到").mkdir()
    county = Path("二/中牟县.xlsx").rename("收到/中牟县.xlsx")
    run("check", "收到", "--roster", "名册.csv", "--return", "退回")
    (form,) = Path("退回").rglob("*.退回.xlsx")
    county.unlink()
    form.rename("收到/中牟县.退回.xlsx")
    assert codes(run("check", "收到", "--roster", "名册.csv", "--format", "json").json).count("C003") == 1
    city = merge(["收到", *of([ZHENGZHOU])], ZHENGZHOU, "三/郑州市.xlsx")
    assert city["summary"]["gaps"] == GAPS
