"""What changed between two sets of returns, or two merged workbooks: figures, findings, and units that came or went."""

import csv
import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import memory
from command_line import Result, run, squeezed
from county import (
    EAST,
    GUANDU,
    GUANDU_VILLAGE,
    LANGCHENGGANG,
    ROSTER,
    TO_COUNTY,
    TO_GUANDU,
    TOWNSHIPS,
    ZHENGZHOU,
    ZHONGMU,
    ZHULUYING,
    tree_of,
)
from stattable.checking.corrections import with_superseded
from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.register import Register
from stattable.checking.returns import check_returns
from stattable.merging.result import MergeResult
from stattable.model.catalogue import finding
from stattable.model.form import FIELD_BY_KEY
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.output.json_models import DiffDocument
from stattable.proving.comparable import Fields, FindingChanges
from stattable.proving.differences import Change, Comparison, UnitDifference, compare
from stattable.proving.ledger import Run
from stattable.proving.lists import FINDING_HEADS, finding_rows, subject
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.side_files import side_of_returns, side_of_workbook
from stattable.proving.sides import Side
from stattable.reading.return_file import ReturnFile
from writers.county import send, write_roster
from writers.returns import filled, own_values, typed

SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"
MEDIA = "media.county.text"
OLD, NEW = "原来", "现在"
VILLAGES = (GUANDU_VILLAGE, ZHULUYING, EAST)

TREE = tree_of()
REGISTERS = (Register(TREE, is_roster=True), Register(tree_of(ROSTER.replace("东狼", "西狼")), is_roster=True))

pytestmark = pytest.mark.usefixtures("here")


def both(*units: UnitFacts, **figures: Any) -> None:
    """Write the same returns of units to both sides."""
    for side in (OLD, NEW):
        for unit in units:
            send(unit, figures, to=side)


def diff(*more: str | Path, old: str = OLD, new: str = NEW) -> Any:
    """The document of `diff`, which is as its model says, and its exit code that of whether anything differs."""
    result = run("diff", old, new, "--format", "json", "--quiet", *more)
    document = DiffDocument.model_validate_json(result.out, strict=True)
    differs = document.units or document.findings.gone or document.findings.new or document.total
    assert result.code == int(bool(differs)), result.err
    return result.json


def units(document: Any) -> dict[str, Any]:
    """Of each unit, by name, what became of it and which figures differ."""
    return {unit["name"]: (unit["change"], unit["fields"]) for unit in document["units"]}


def findings(unit: Any) -> tuple[list[str], list[str]]:
    return tuple([one["code"] for one in unit["findings"][when]] for when in ("gone", "new"))  # type: ignore[return-value]


def omitted(document: Any) -> dict[str, int]:
    return {one["reason"]: one["count"] for one in document["not_compared"]}


def merge(folder: str, report: str, *more: str, roster: str = "名册.csv", root: str = "410122") -> str:
    result = run("merge", folder, "--roster", roster, "--root", root, "-o", report, "--quiet", *more)
    assert Path(report).exists(), result.err
    return report


# -- folders ----------------------------------------------------------------------------------------------


def test_nothing_differs() -> None:
    both(*VILLAGES, GUANDU)
    document = diff()
    assert (document["units"], document["total"], document["not_compared"]) == ([], {}, [])
    assert document["summary"] == {"changed": 0, "appeared": 0, "disappeared": 0, "suggested": 0}


@pytest.mark.parametrize("roster", [(), ("--roster", "名册.csv")])
def test_a_figure_changes(roster: tuple[str, ...]) -> None:
    both(*VILLAGES)
    send(EAST, {SESSIONS: 3, PEOPLE: 66, MEDIA: 0}, to=NEW)
    document = diff(*roster)
    differing = {SESSIONS: [2, 3], PEOPLE: [60, 66], MEDIA: [1, 0]}
    assert document["units"] == [
        {
            "code": "410122102201", "name": "东狼城岗村", "level": "village", "change": "changed", "fields": differing,
            "status": ["accepted", "accepted"], "findings": {"gone": [], "new": []}, "suggested": None,
        }
    ]  # fmt: skip
    assert document["total"] == {SESSIONS: [6, 7], PEOPLE: [180, 186], MEDIA: [3, 2]}
    assert document["summary"] == {"changed": 1, "appeared": 0, "disappeared": 0, "suggested": 0}


def test_a_blank_that_becomes_0_is_a_difference() -> None:
    send(EAST, {MEDIA: None}, to=OLD)
    send(EAST, {MEDIA: 0}, to=NEW)
    assert units(diff()) == {"东狼城岗村": ("changed", {MEDIA: [None, 0]})}


def test_units_that_appear_and_disappear() -> None:
    both(GUANDU_VILLAGE)
    send(ZHULUYING, {SESSIONS: 4, PEOPLE: 100}, to=OLD)
    send(EAST, {SESSIONS: 5, PEOPLE: 200}, to=NEW)
    document = diff()
    assert {name: (change, fields[PEOPLE]) for name, (change, fields) in units(document).items()} == {
        "逐鹿营村": ("disappeared", [100, None]),
        "东狼城岗村": ("appeared", [None, 200]),
    }
    assert [unit["status"] for unit in document["units"]] == [[None, "accepted"], ["accepted", None]]
    assert [unit["suggested"] for unit in document["units"]] == [None, None]


def test_the_biggest_change_comes_first() -> None:
    both(*VILLAGES)
    for unit, people in ((GUANDU_VILLAGE, 61), (ZHULUYING, 20), (EAST, 65)):
        send(unit, {PEOPLE: people}, to=NEW)
    assert [*units(diff())] == ["逐鹿营村", "东狼城岗村", "官渡村"]


def test_where_the_files_lie_and_what_they_are_called_says_nothing() -> None:
    send(EAST, to=OLD)
    send(EAST, to=f"{NEW}/狼城岗镇", name="再报")
    assert diff()["units"] == []


# -- findings ---------------------------------------------------------------------------------------------


def test_findings_come_and_go() -> None:
    both(GUANDU_VILLAGE)
    send(GUANDU_VILLAGE, {PEOPLE: "60人", MEDIA: "1.2万"}, to=OLD)
    send(GUANDU_VILLAGE, {PEOPLE: "60人", MEDIA: 12000, SESSIONS: "2（线上1）"}, to=NEW)
    (unit,) = diff()["units"]
    assert findings(unit) == (["V008"], ["V008"])
    gone, new = unit["findings"]["gone"][0], unit["findings"]["new"][0]
    assert (gone["field"], gone["raw"], gone["path"]) == (MEDIA, "1.2万", str(Path(OLD, "官渡村.xlsx")))
    assert (new["field"], new["raw"], new["severity"]) == (SESSIONS, "2（线上1）", "warning")
    assert "活动场次（H6）" in new["message"]


def test_a_finding_that_stays_in_another_cell_is_the_same() -> None:
    files = [
        memory.sent(TREE, EAST.code or "", {MEDIA: 1}, Scope.OWN, path=f"{side}.xlsx", findings=(said,))
        for side, said in (
            (OLD, finding("V007", field=MEDIA, cell="H14", raw="1篇", params={"value": 1})),
            (NEW, finding("V007", field=MEDIA, cell="I15", raw="1篇", params={"value": 1})),
        )
    ]
    old, new = (side_of_returns("side", check_returns([one], REGISTERS[0], None)) for one in files)
    assert compare(old, new).is_same


def test_a_field_that_reads_otherwise_wrong_is_another_finding() -> None:
    send(EAST, {PEOPLE: "约50"}, to=OLD)
    send(EAST, {PEOPLE: "约60"}, to=NEW)
    (unit,) = diff()["units"]
    assert findings(unit) == (["V003"], ["V003"])


def test_files_of_no_known_unit() -> None:
    both(EAST)
    for side in (OLD, NEW):
        Path(side, "坏的.xlsx").write_bytes(b"PK\x03\x04 half")
        Path(side, "照片.jpg").write_bytes(b"\xff\xd8\xff")
    assert diff()["findings"] == {"gone": [], "new": []}
    Path(NEW, "空的.xlsx").touch()
    Path(OLD, "坏的.xlsx").rename(Path(OLD, "也坏.xlsx"))
    told = diff()["findings"]
    assert [(one["code"], Path(one["path"]).name) for one in told["gone"]] == [("F001", "也坏.xlsx")]
    assert [(one["code"], Path(one["path"]).name) for one in told["new"]] == [
        ("F001", "坏的.xlsx"),
        ("F003", "空的.xlsx"),
    ]


# -- what does not count ----------------------------------------------------------------------------------


def test_figures_of_a_rejected_return_do_not_count_but_what_it_says_is_told() -> None:
    send(EAST, {PEOPLE: "若干", MEDIA: 1}, to=OLD)
    send(EAST, {PEOPLE: 66, MEDIA: 9}, to=NEW)
    document = diff()
    (unit,) = document["units"]
    assert (unit["change"], unit["fields"], unit["status"]) == ("changed", {}, ["rejected", "accepted"])
    assert unit["as_read"] == {PEOPLE: [None, 66], MEDIA: [1, 9]}
    assert findings(unit) == (["V002"], [])
    assert document["total"][PEOPLE] == [None, 66]
    assert omitted(document) == {"rejected": 1}
    shown = squeezed(run("diff", OLD, NEW).out)
    assert "原来退回，现在可以计入" in shown
    assert "若干│66│" in shown


def test_a_change_between_two_rejected_returns_is_no_secret() -> None:
    for side, figure in ((OLD, 1), (NEW, 9)):
        send(EAST, {PEOPLE: "若干", MEDIA: figure}, to=side)
    (unit,) = diff()["units"]
    assert (unit["fields"], unit["as_read"], unit["status"]) == ({}, {MEDIA: [1, 9]}, ["rejected", "rejected"])
    assert findings(unit) == ([], [])


def test_several_open_returns_none_of_which_is_picked() -> None:
    both(EAST)
    send(EAST, {MEDIA: 9}, to=NEW, name="再报")
    document = diff()
    (unit,) = document["units"]
    assert (unit["fields"], unit["status"], "as_read" in unit) == ({}, ["accepted", "several"], False)
    assert findings(unit) == ([], ["U005", "U005"])
    assert omitted(document) == {"several": 1}
    assert "现在有几份不同的表，都没有采用" in squeezed(run("diff", OLD, NEW).out)


def test_several_open_returns_that_are_the_same_ones_or_not() -> None:
    both(EAST)
    for side in (OLD, NEW):
        send(EAST, {MEDIA: 9}, to=side, name="再报")
    document = diff()
    assert (document["units"], omitted(document)) == ([], {"several": 1})
    send(EAST, {MEDIA: 10}, to=NEW, name="再报")
    (unit,) = diff()["units"]
    assert (unit["change"], unit["fields"], unit["status"]) == ("changed", {}, ["several", "several"])


def test_a_copy_changes_no_figure_and_brings_no_finding_but_its_own() -> None:
    both(EAST, **{PEOPLE: "60人"})
    send(EAST, {PEOPLE: "60人"}, to=NEW, name="再报")
    (unit,) = diff()["units"]
    assert (unit["fields"], findings(unit)) == ({}, ([], ["U004"]))


@pytest.mark.parametrize(("days", "gone"), [((1, 2), ["U016"]), ((2, 1), ["V002", "U020"])])
def test_a_rejected_try_beside_an_accepted_return_leaves_its_figures_known(
    days: tuple[int, int], gone: list[str]
) -> None:
    """Be it the earlier one, and superseded, or the later one."""
    tried, reported = (date(2021, 6, day) for day in days)
    send(EAST, to=OLD, filled_in=reported)
    send(EAST, {PEOPLE: "若干"}, to=OLD, name="另一份", filled_in=tried)
    send(EAST, {MEDIA: 5}, to=NEW, filled_in=reported)
    (unit,) = diff()["units"]
    assert (unit["fields"], findings(unit)) == ({MEDIA: [1, 5]}, (gone, []))


def test_own_and_cumulative_figures_are_not_held_against_one_another() -> None:
    send(GUANDU, {MEDIA: 3}, to=OLD)
    send(GUANDU, {**own_values(Level.VILLAGE), MEDIA: 9}, to=NEW, scope=Scope.CUMULATIVE)
    document = diff()
    (unit,) = document["units"]
    assert (unit["fields"], unit["scopes"]) == ({}, [["own"], ["cumulative"]])
    assert unit["as_read"][MEDIA] == [3, 9]
    assert omitted(document) == {"scopes": 1}
    assert "口径不同：原来报本级数，现在报汇总数" in squeezed(run("diff", OLD, NEW).out)


def test_a_cumulative_return_beside_an_own_one() -> None:
    both(GUANDU)
    for side, figure in ((OLD, 8), (NEW, 9)):
        send(GUANDU, {**own_values(Level.VILLAGE), MEDIA: figure}, to=side, name="汇总", scope=Scope.CUMULATIVE)
    send(GUANDU, {MEDIA: 2}, to=NEW)
    (unit,) = diff()["units"]
    assert (unit["fields"], unit["own"]) == ({MEDIA: [8, 9]}, {MEDIA: [1, 2]})
    assert diff()["total"] == {MEDIA: [8, 9]}


def test_a_scope_that_nothing_said_and_that_figures_say_now() -> None:
    township = own_values(Level.TOWNSHIP)
    typed(Path(OLD, "官渡镇.xlsx"), "官渡镇", township)
    typed(Path(NEW, "官渡镇.xlsx"), "官渡镇", {**township, SESSIONS: 5, PEOPLE: 200})
    document = diff("--roster", "名册.csv")
    assert units(document) == {"官渡镇": ("changed", {SESSIONS: [None, 5], PEOPLE: [None, 200]})}


# -- the same unit ----------------------------------------------------------------------------------------


def test_a_unit_is_the_same_by_name_where_only_one_side_has_its_code() -> None:
    both(GUANDU_VILLAGE)
    send(EAST, to=OLD)
    typed(Path(NEW, "东.xlsx"), "东狼城岗村计生协", {**own_values(Level.VILLAGE), MEDIA: 4})
    assert units(diff()) == {"东狼城岗村计生协": ("changed", {MEDIA: [1, 4]})}


def test_names_of_units_above_in_front() -> None:
    send(EAST, to=OLD)
    long = replace(EAST, name="狼城岗镇东狼城岗村")
    filled(Path(NEW, "东.xlsx"), long, own_values(Level.VILLAGE), above=(*TO_COUNTY, LANGCHENGGANG))
    assert diff()["units"] == []


def test_units_of_one_name_are_told_apart_by_those_above() -> None:
    village = own_values(Level.VILLAGE)
    for side, (east, west) in ((OLD, (1, 2)), (NEW, (1, 3))):
        for town, figure in (("官渡镇", east), ("狼城岗镇", west)):
            typed(Path(side, town, "东村.xlsx"), f"{town}东村", {**village, MEDIA: figure})
    (unit,) = diff()["units"]
    assert (unit["change"], unit["fields"]) == ("changed", {MEDIA: [2, 3]})


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (replace(EAST, code="410122102999"), EAST),
        (EAST, replace(EAST, name="东岗社区")),
        (replace(EAST, name="东狼城岗村", code="410122102999"), replace(EAST, name="东狼城岗社区")),
    ],
    ids=["another code", "another name", "another kind and code"],
)
def test_renamed_and_re_coded_units_are_suggested(before: UnitFacts, now: UnitFacts) -> None:
    both(GUANDU_VILLAGE)
    send(before, to=OLD, name="东", above=(*TO_COUNTY, LANGCHENGGANG))
    send(now, {MEDIA: 4}, to=NEW, name="东", above=(*TO_COUNTY, LANGCHENGGANG))
    document = diff()
    told = {unit["change"]: (unit["code"], unit["name"], unit["suggested"]) for unit in document["units"]}
    assert told == {
        "disappeared": (before.code, before.name, {"code": now.code, "name": now.name}),
        "appeared": (now.code, now.name, {"code": before.code, "name": before.name}),
    }
    assert document["summary"] == {"changed": 0, "appeared": 1, "disappeared": 1, "suggested": 1}
    shown = squeezed(run("diff", OLD, NEW).out)
    assert "可能是改名/改码" in shown
    assert shown.count(f"{now.name}（{now.code}") == 1  # one suggestion, not two units


def test_a_suggestion_shows_what_differs_if_it_is_right() -> None:
    send(replace(EAST, code="410122102999"), to=OLD, above=(*TO_COUNTY, LANGCHENGGANG))
    send(EAST, {MEDIA: "若干", PEOPLE: 61}, to=NEW)
    text = squeezed(run("diff", OLD, NEW).out)
    assert "宣传人数│60│61│+1│" in text
    assert "新出现：强制性V002" in text
    send(EAST, to=NEW)
    assert "如果是同一个单位，数没有变。" in squeezed(run("diff", OLD, NEW).out)


def test_a_unit_that_appears_with_a_return_that_does_not_count() -> None:
    both(GUANDU_VILLAGE)
    send(EAST, {PEOPLE: "若干", MEDIA: 7}, to=NEW)
    document = diff()
    (unit,) = document["units"]
    assert (unit["change"], unit["fields"], unit["status"]) == ("appeared", {}, [None, "rejected"])
    assert (unit["as_read"][MEDIA], findings(unit), document["total"]) == ([None, 7], ([], ["V002"]), {})
    assert "现在退回。" in run("diff", OLD, NEW).out
    turned_round = diff(old=NEW, new=OLD)["units"][0]
    assert (turned_round["change"], turned_round["status"]) == ("disappeared", ["rejected", None])
    assert "原来退回。" in run("diff", NEW, OLD).out


def test_a_unit_that_moved_to_another_parent_is_suggested() -> None:
    both(GUANDU_VILLAGE)
    send(EAST, to=OLD, above=(*TO_COUNTY, LANGCHENGGANG))
    send(replace(EAST, code="410122101299"), to=NEW, above=TO_GUANDU)
    assert [unit["suggested"]["name"] for unit in diff()["units"]] == ["东狼城岗村"] * 2


def test_units_of_one_name_are_suggested_by_what_their_parents_became() -> None:
    for town, code in ((GUANDU, "1"), (LANGCHENGGANG, "2")):
        was = UnitFacts(f"{town.code}301", "东村", Level.VILLAGE)
        send(was, {MEDIA: int(code)}, to=OLD, name=code, above=(*TO_COUNTY, town))
        became = replace(town, code=f"41012200{code}", name=town.name.replace("镇", "街道"))
        now = UnitFacts(f"{became.code}301", "东村", Level.VILLAGE)
        send(now, {MEDIA: int(code)}, to=NEW, name=code, above=(*TO_COUNTY, became))
    pairs = {unit["code"]: unit["suggested"]["code"] for unit in diff()["units"] if unit["change"] == "disappeared"}
    assert pairs == {"410122101301": "410122001301", "410122102301": "410122002301"}


def test_one_of_several_is_never_suggested() -> None:
    both(GUANDU_VILLAGE)
    send(UnitFacts("410122101301", "东村", Level.VILLAGE), to=OLD)
    for code in ("410122103301", "410122104301"):
        town = UnitFacts(code[:9], f"{code[8]}号镇", Level.TOWNSHIP)
        send(UnitFacts(code, "东村", Level.VILLAGE), to=NEW, name=code, above=(*TO_COUNTY, town))
    assert [unit["suggested"] for unit in diff()["units"]] == [None] * 3


def test_a_unit_of_another_level_is_not_suggested() -> None:
    both(GUANDU_VILLAGE)
    send(UnitFacts("410122101301", "白沙", Level.VILLAGE), to=OLD)
    send(UnitFacts("410122105", "白沙", Level.TOWNSHIP), to=NEW, above=TO_COUNTY)
    assert [unit["suggested"] for unit in diff()["units"]] == [None] * 2


# -- two files --------------------------------------------------------------------------------------------


def test_two_returns() -> None:
    old, new = send(EAST, to=OLD), send(EAST, {MEDIA: 3}, to=NEW)
    document = diff(old=str(old), new=str(new))
    assert units(document) == {"东狼城岗村": ("changed", {MEDIA: [1, 3]})}
    assert document["old"] == {"path": str(old), "kind": "returns", "files": 1}


def test_two_returns_of_which_nothing_says_whose_they_are() -> None:
    village = own_values(Level.VILLAGE)
    old = typed(Path(OLD, "a.xlsx"), "", village)
    new = typed(Path(NEW, "b.xlsx"), "东狼城岗村", {**village, MEDIA: 3})
    (unit,) = diff(old=str(old), new=str(new))["units"]
    assert (unit["name"], unit["change"], unit["as_read"]) == ("东狼城岗村", "changed", {MEDIA: [1, 3]})
    assert findings(unit)[0] == ["U001"]
    also = typed(Path(NEW, "c.xlsx"), "", {**village, MEDIA: 3})
    (unit,) = diff(old=str(old), new=str(also))["units"]
    assert (unit["name"], unit["as_read"], findings(unit)) == (None, {MEDIA: [1, 3]}, ([], []))


def test_returns_of_two_units() -> None:
    document = diff(old=str(send(EAST, to=OLD)), new=str(send(ZHULUYING, to=NEW)))
    assert {name: change for name, (change, _) in units(document).items()} == {
        "东狼城岗村": "disappeared",
        "逐鹿营村": "appeared",
    }


def test_a_file_that_cannot_be_read() -> None:
    good, bad = send(EAST, to=OLD), Path(NEW, "坏.xlsx")
    bad.parent.mkdir()
    bad.write_bytes(b"PK\x03\x04 half")
    (unit,) = diff(old=str(good), new=str(bad))["units"]
    assert (unit["fields"], unit["status"], findings(unit)) == ({}, ["accepted", "rejected"], ([], ["F001"]))


# -- merged workbooks -------------------------------------------------------------------------------------


def test_two_merged_workbooks() -> None:
    both(*VILLAGES, GUANDU)
    send(GUANDU, {MEDIA: 4}, to=NEW)
    send(ZHULUYING, {SESSIONS: 4}, to=NEW)
    document = diff(old=merge(OLD, "甲.xlsx"), new=merge(NEW, "乙.xlsx"))
    figures = {SESSIONS: [6, 8], MEDIA: [4, 7]}
    assert document["total"] == figures
    assert units(document) == {
        "中牟县": ("changed", figures),
        "官渡镇": ("changed", {SESSIONS: [4, 6], MEDIA: [3, 6]}),
        "逐鹿营村": ("changed", {SESSIONS: [2, 4]}),
    }
    assert [unit.get("own") for unit in document["units"]] == [None, {MEDIA: [1, 4]}, None]
    assert document["old"] == {"path": "甲.xlsx", "kind": "merged", "files": 4}


def test_merged_workbooks_with_units_that_came_and_findings_that_went() -> None:
    both(GUANDU_VILLAGE, GUANDU)
    send(ZHULUYING, {PEOPLE: "若干"}, to=OLD)
    send(ZHULUYING, to=NEW)
    send(EAST, to=NEW)
    document = diff(old=merge(OLD, "甲.xlsx"), new=merge(NEW, "乙.xlsx"))
    told = {unit["name"]: unit for unit in document["units"]}
    assert {name: (unit["change"], unit["status"]) for name, unit in told.items()} == {
        "中牟县": ("changed", [None, None]),
        "官渡镇": ("changed", ["accepted", "accepted"]),
        "狼城岗镇": ("changed", [None, None]),
        "逐鹿营村": ("changed", ["rejected", "accepted"]),
        "东狼城岗村": ("appeared", [None, "accepted"]),
    }
    assert findings(told["逐鹿营村"]) == (["V002"], [])
    assert told["逐鹿营村"]["findings"]["gone"][0]["message"].startswith(
        "宣传活动 · 村居社区计生协 · 宣传人数（I6）填的是“若干”"
    )
    assert findings(told["东狼城岗村"]) == ([], [])  # its township's own return is missing as before
    assert told["狼城岗镇"]["fields"][PEOPLE] == [None, 60]


def test_a_page_that_was_typed_over() -> None:
    both(*VILLAGES)
    merge(OLD, "甲.xlsx")
    workbook = openpyxl.load_workbook("甲.xlsx")
    workbook.worksheets[0][FIELD_BY_KEY[SESSIONS].cell] = 99
    workbook.save("乙.xlsx")
    document = diff(old="甲.xlsx", new="乙.xlsx")
    assert units(document) == {"中牟县": ("changed", {SESSIONS: [6, 99]})}
    assert findings(document["units"][0]) == ([], ["P001"])
    document = diff(old=OLD, new="乙.xlsx")  # where only the total shows it
    assert (document["units"], document["total"]) == ([], {SESSIONS: [6, 99]})
    assert "合计有1个栏目变化" in squeezed(run("diff", OLD, "乙.xlsx").out)


def test_a_workbook_that_was_merged_from_merged_ones() -> None:
    both(*VILLAGES)
    send(ZHULUYING, {MEDIA: 5}, to=NEW)
    for side in (OLD, NEW):
        merge(side, f"县级/{side}/中牟县.xlsx")
        merge(f"县级/{side}", f"市级{side}.xlsx", root="4101")
    document = diff(old=f"市级{OLD}.xlsx", new=f"市级{NEW}.xlsx")
    assert {name: fields for name, (_, fields) in units(document).items()} == {
        "郑州市": {MEDIA: [3, 7]}, "中牟县": {MEDIA: [3, 7]}, "官渡镇": {MEDIA: [2, 6]}, "逐鹿营村": {MEDIA: [1, 5]},
    }  # fmt: skip
    assert units(diff(old=NEW, new=f"市级{OLD}.xlsx")) == {"逐鹿营村": ("changed", {MEDIA: [5, 1]})}


def test_a_page_that_was_typed_over_before_it_was_merged_on() -> None:
    both(*VILLAGES)
    merge(OLD, "县级/中牟县.xlsx")
    merge("县级", "甲.xlsx", root="4101")
    workbook = openpyxl.load_workbook("县级/中牟县.xlsx")
    workbook.worksheets[0][FIELD_BY_KEY[SESSIONS].cell] = 99
    workbook.save("县级/中牟县.xlsx")
    merge("县级", "乙.xlsx", root="4101")
    document = diff(old="甲.xlsx", new="乙.xlsx")
    assert units(document) == {name: ("changed", {SESSIONS: [6, 99]}) for name in ("郑州市", "中牟县")}
    assert findings(document["units"][1])[1] == ["P001"]


def test_a_workbook_whose_records_are_gone_is_its_page() -> None:
    both(*VILLAGES)
    workbook = openpyxl.load_workbook(merge(OLD, "甲.xlsx"))
    del workbook["_stattable_record"]
    workbook.save("乙.xlsx")
    document = diff(old="甲.xlsx", new="乙.xlsx")
    assert "page_only" in omitted(document)
    assert document["total"] == {}
    assert "中牟县" not in {name for name, (change, _) in units(document).items() if change != "changed"}


# -- a folder against a merged workbook -------------------------------------------------------------------


@pytest.mark.parametrize("roster", [(), ("--roster", "名册.csv")])
def test_a_folder_and_what_it_was_merged_to(roster: tuple[str, ...]) -> None:
    both(*VILLAGES, GUANDU, ZHONGMU, **{MEDIA: "3篇"})
    send(LANGCHENGGANG, own_values(Level.VILLAGE), to=OLD, scope=Scope.CUMULATIVE)
    send(EAST, {PEOPLE: "若干"}, to=OLD)
    send(EAST, to=OLD, name="再报")
    send(EAST, to=OLD, name="又报")
    merge(OLD, "甲.xlsx")
    for sides in ((OLD, "甲.xlsx"), ("甲.xlsx", OLD)):
        document = diff(*roster, old=sides[0], new=sides[1])
        assert (document["units"], document["total"]) == ([], {})
        assert "findings" in omitted(document)


def test_what_a_workbook_knows_of_units_in_workbooks_that_are_here() -> None:
    both(*VILLAGES)
    send(ZHULUYING, {MEDIA: 5}, to=NEW)
    for side in (OLD, NEW):
        merge(side, f"县级/{side}/中牟县.xlsx")
    merge(f"县级/{OLD}", "市级.xlsx", root="4101")
    document = diff(old="市级.xlsx", new=f"县级/{NEW}")
    assert units(document) == {"中牟县": ("changed", {MEDIA: [3, 7]})}
    assert omitted(document) == {"sums": 3, "covered": 3, "findings": 1}


def test_what_only_a_merge_says_of_units_of_one_name() -> None:
    write_roster("名册.csv", ROSTER + "410122101299,东村,,,,,,\n410122102299,东村,,,,,,\n")
    both(*TOWNSHIPS, *VILLAGES)
    send(UnitFacts("410122101299", "东村", Level.VILLAGE), to=NEW)
    merge(OLD, "甲.xlsx")
    merge(NEW, "乙.xlsx")
    assert diff(old=OLD, new="甲.xlsx")["units"] == []
    assert diff(old="甲.xlsx", new=OLD)["findings"] == {"gone": [], "new": []}
    document = diff(old="甲.xlsx", new="乙.xlsx")
    gone = [*document["findings"]["gone"], *(one for unit in document["units"] for one in unit["findings"]["gone"])]
    assert [(one["code"], one["message"]) for one in gone] == [
        ("C001", "官渡镇：东村没有报。请催报。"),
    ]


def test_files_that_belong_to_no_unit_do_so_on_both_sides() -> None:
    both(*VILLAGES)
    send(UnitFacts("410122109", "别镇", Level.TOWNSHIP), to=OLD, above=TO_COUNTY)
    send(ZHULUYING, to=OLD, name="别人的", change=lambda sheet: sheet.__setitem__("B3", "官渡村"))
    typed(Path(OLD, "没有的村.xlsx"), "没有的村", own_values(Level.VILLAGE))
    typed(Path(OLD, "无名.xlsx"), "", own_values(Level.VILLAGE))
    merge(OLD, "甲.xlsx")
    for sides in ((OLD, "甲.xlsx"), ("甲.xlsx", OLD)):
        document = diff("--roster", "名册.csv", old=sides[0], new=sides[1])
        assert (document["units"], document["findings"]) == ([], {"gone": [], "new": []})
    merge(NEW, "乙.xlsx")
    gone = diff(old="甲.xlsx", new="乙.xlsx")["findings"]["gone"]
    assert sorted(one["code"] for one in gone) == ["U001", "U002", "U002", "U003"]


def test_units_without_codes() -> None:
    for side in (OLD, NEW):
        for town, name in (("甲镇", "东村"), ("乙镇", "东村"), ("甲镇", "西村"), ("甲镇", "南村")):
            typed(Path(side, town, f"{name}.xlsx"), f"{town}{name}", own_values(Level.VILLAGE))
        typed(Path(side, "乙镇", "坏村.xlsx"), "乙镇坏村", {**own_values(Level.VILLAGE), PEOPLE: "若干"})
    typed(Path(NEW, "乙镇", "东村.xlsx"), "乙镇东村", {**own_values(Level.VILLAGE), MEDIA: 7})
    typed(Path(NEW, "甲镇", "南村.xlsx"), "甲镇南村", {**own_values(Level.VILLAGE), PEOPLE: "若干"})
    for side, report in ((OLD, "甲.xlsx"), (NEW, "乙.xlsx")):
        run("merge", side, "--unit", "中牟县", "--level", "县级", "-o", report, "--quiet")
        for sides in ((side, report), (report, side)):
            assert diff(old=sides[0], new=sides[1])["units"] == []
    for old, new in ((OLD, NEW), ("甲.xlsx", "乙.xlsx"), (OLD, "乙.xlsx"), ("甲.xlsx", NEW)):
        told = {unit["name"]: unit for unit in diff(old=old, new=new)["units"] if unit["level"] == "village"}
        assert {name[-2:]: (unit["change"], unit["fields"]) for name, unit in told.items()} == {
            "东村": ("changed", {MEDIA: [1, 7]}), "南村": ("changed", {}),
        }  # fmt: skip
        assert [findings(unit)[1] for name, unit in told.items() if "南村" in name] == [["V002"]]


def test_a_workbook_without_its_ledger() -> None:
    both(*VILLAGES)
    send(EAST, {MEDIA: "3篇"}, to=NEW)
    for side, report in ((OLD, "甲.xlsx"), (NEW, "乙.xlsx")):
        workbook = openpyxl.load_workbook(merge(side, report))
        del workbook["汇总台账"]
        workbook.save(report)
    document = diff(old="甲.xlsx", new="乙.xlsx")
    assert findings({unit["name"]: unit for unit in document["units"]}["东狼城岗村"]) == ([], ["V007"])
    assert document["old"]["files"] == 3


def test_the_workbooks_of_all_levels_and_the_one_on_top() -> None:
    both(*VILLAGES, GUANDU)
    send(LANGCHENGGANG, own_values(Level.VILLAGE), to=OLD, scope=Scope.CUMULATIVE)
    merge(OLD, "甲.xlsx", "--each-level", "各级")
    for sides in (("各级", "甲.xlsx"), ("甲.xlsx", "各级")):
        document = diff(old=sides[0], new=sides[1])
        assert (document["units"], document["total"]) == ([], {})
        assert omitted(document) == {"covered": 3, "findings": 1}


def test_what_changed_since_a_merge() -> None:
    both(*VILLAGES, GUANDU)
    merge(OLD, "甲.xlsx")
    send(EAST, {MEDIA: 9, PEOPLE: "60人"}, to=NEW)
    Path(NEW, "官渡村.xlsx").unlink()
    document = diff(old="甲.xlsx")
    assert [(unit["name"], unit["change"]) for unit in document["units"]] == [
        ("官渡村", "disappeared"),
        ("东狼城岗村", "changed"),
    ]
    assert document["units"][1]["fields"] == {MEDIA: [1, 9]}
    assert findings(document["units"][1]) == ([], ["V007"])
    assert omitted(document) == {"sums": 2, "findings": 1}
    assert "只比较每份表自己的审核意见" in document["not_compared"][1]["message"]


def test_returns_below_a_cumulative_one_have_not_appeared() -> None:
    send(LANGCHENGGANG, own_values(Level.VILLAGE), to=OLD, scope=Scope.CUMULATIVE)
    send(GUANDU_VILLAGE, to=OLD)
    merge(OLD, "甲.xlsx")
    shutil.copytree(OLD, NEW)
    send(EAST, to=NEW)
    roster = ("--roster", "名册.csv")
    document = diff(*roster, old="甲.xlsx")
    assert {name: change for name, (change, _) in units(document).items()} == {"东狼城岗村": "appeared"}  # beside it
    Path(NEW, "狼城岗镇.xlsx").unlink()
    document = diff(*roster, old="甲.xlsx")
    assert {name: change for name, (change, _) in units(document).items()} == {"狼城岗镇": "disappeared"}
    assert omitted(document)["covered"] == 1
    assert {name: change for name, (change, _) in units(diff(*roster)).items()} == {
        "狼城岗镇": "disappeared", "东狼城岗村": "appeared",
    }  # fmt: skip


def test_a_cumulative_return_against_the_sum_of_those_below() -> None:
    both(*VILLAGES)
    merge(OLD, "甲.xlsx")
    send(ZHONGMU, {**own_values(Level.VILLAGE, 6, 180), MEDIA: 50}, to="县", scope=Scope.CUMULATIVE)
    document = diff(old="甲.xlsx", new="县/中牟县.xlsx")
    assert units(document)["中牟县"][1][MEDIA] == [3, 50]


# -- options ----------------------------------------------------------------------------------------------


def test_one_unit_and_those_below_it() -> None:
    both(*VILLAGES)
    for unit in VILLAGES:
        send(unit, {MEDIA: 7}, to=NEW)
    for unit in ("官渡镇", "410122101"):
        document = diff("--unit", unit)
        assert [*units(document)] == ["官渡村", "逐鹿营村"]
        assert document["total"] == {MEDIA: [2, 14]}
    refused = run("diff", OLD, NEW, "--unit", "别处")
    assert (refused.code, "别处" in refused.err) == (2, True)


def test_another_edition() -> None:
    both(EAST)
    send(EAST, to=NEW, edition=24)
    document = diff()
    assert omitted(document) == {"editions": 1}
    assert document["units"] == []
    asked = diff("--edition", "23")
    (unit,) = asked["units"]
    assert (unit["status"], unit["change"]) == (["accepted", None], "disappeared")  # what came in is of another edition
    assert findings(asked) == ([], ["T003"])
    merge(OLD, "甲.xlsx")
    refused = run("diff", "甲.xlsx", NEW, "--year", "2022")
    assert (refused.code, "第 23 个" in refused.err) == (2, True)


def test_a_faulty_roster() -> None:
    both(EAST)
    write_roster("坏.csv", ROSTER + "410122,中牟县,,,,,,\n")
    document = run("diff", OLD, NEW, "--roster", "坏.csv", "--format", "json")
    assert document.code == 1
    DiffDocument.model_validate_json(document.out, strict=True)
    assert [one["code"] for one in document.json["faults"]] == ["U007"]
    assert "U007" in run("diff", OLD, NEW, "--roster", "坏.csv").out
    assert "U007" in run("diff", OLD, NEW, "--roster", "坏.csv", "--format", "csv").out


def test_nothing_to_read() -> None:
    both(EAST)
    Path("空").mkdir()
    assert run("diff", OLD, "空").code == 2
    assert run("diff", OLD, "不在").code == 2
    assert run("diff", OLD).code == 2


# -- what is shown ----------------------------------------------------------------------------------------


def shown(result: Result) -> str:
    return squeezed(result.out)


def test_the_table() -> None:
    both(*VILLAGES)
    send(EAST, {PEOPLE: "66人", MEDIA: None}, to=NEW)
    lines = run("diff", OLD, NEW).out.splitlines()
    assert lines[0] == "1 个单位有变化，新出现 0 个，不再出现 0 个；合计有 2 个栏目变化。"
    text = squeezed("".join(lines))
    assert "东狼城岗村（410122102201，村居社区级）【有变化】" in text
    assert "│宣传活动·村居社区计生协·宣传人数│60│66│+6│" in text
    assert "│媒体宣传·县级媒体·文字稿件│1│空白│-1│" in text
    assert "新出现：提示V007" in text
    assert run("diff", OLD, OLD).out.splitlines()[0] == "没有不同。"


def test_no_more_than_some_units_are_shown() -> None:
    for number in range(25):
        village = UnitFacts(f"4101221015{number:02}", f"{number}号村", Level.VILLAGE)
        for side, people in ((OLD, 30), (NEW, 40 + number)):
            send(village, {PEOPLE: people}, to=side)
    text = run("diff", OLD, NEW).out
    assert text.count("【有变化】") == 20
    assert "24号村" in text
    assert "其余5个单位没有列出，全部见--formatjson或--formatcsv。" in squeezed(text)


def test_the_csv() -> None:
    both(GUANDU_VILLAGE, EAST)
    send(EAST, {MEDIA: 0, PEOPLE: "66人"}, to=NEW)
    send(GUANDU_VILLAGE, {PEOPLE: "若干"}, to=NEW)
    Path(NEW, "=坏.xlsx").touch()
    out = run("diff", OLD, NEW, "--format", "csv").out
    assert out.startswith("\ufeff变化,单位代码,")
    rows = [*csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))]
    assert [(row["单位名称"], row["内容"], row["字段"], row["原来"], row["现在"], row["增减"]) for row in rows] == [
        ("官渡村", "表上写的，没有计入或口径不同", PEOPLE, "60", "若干", ""),
        ("官渡村", "审核意见新出现", PEOPLE, "", "", ""),
        ("东狼城岗村", "计入的数", PEOPLE, "60", "66", "6"),
        ("东狼城岗村", "计入的数", MEDIA, "1", "0", "-1"),
        ("东狼城岗村", "审核意见新出现", PEOPLE, "", "", ""),
        ("", "审核意见新出现", "", "", "", ""),
    ]
    assert rows[1]["代码"] == "V002"
    assert (rows[1]["程度"], rows[1]["变化"], rows[1]["单位代码"], rows[1]["级别"]) == (
        "强制性", "有变化", "410122101201", "村居社区级",
    )  # fmt: skip


def test_the_reader_of_a_terminal_is_not_deceived() -> None:
    both(EAST)
    Path(NEW, "a\x1b[31m\u202e.xlsx").touch()
    for layout in ("table", "json", "csv"):
        out = run("diff", OLD, NEW, "--format", layout).out
        assert not {"\x1b", "\u202e"} & set(out)


# -- properties -------------------------------------------------------------------------------------------


@st.composite
def mails(draw: st.DrawFn, register: Register) -> list[ReturnFile]:
    """What units sent: none, one or two returns each, of any scope, some faulty, some typed."""
    files = []
    for unit in (ZHENGZHOU, ZHONGMU, GUANDU, LANGCHENGGANG, *VILLAGES):
        for number in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            scopes = [Scope.OWN, None] if unit in VILLAGES else [Scope.OWN, Scope.CUMULATIVE, None]
            key, scope = unit.code or "", draw(st.sampled_from(scopes))
            fields = (MEDIA, SESSIONS) if unit in VILLAGES or scope is not Scope.OWN else (MEDIA,)
            figures = {field: draw(st.sampled_from([None, 0, 1, 2])) for field in fields}
            path = f"{key}-{number}.xlsx"
            facts = memory.facts_of(path, draw(st.sampled_from([0.0, 1.0, 2.0])))
            if draw(st.sampled_from([False, False, False, True])):
                identity = memory.blank_of(register.tree, key, Scope.OWN)
                files.append(memory.received(path, "", None, identity=identity, facts=facts))
            else:
                files.append(memory.sent(register.tree, key, figures, scope, path=path, facts=facts))
    return files


def side_of(files: Iterable[ReturnFile], register: Register) -> Side:
    batch = check_returns(memory.by_path(files), register, None)
    judged = with_superseded(with_duplicate_findings(batch.returns), batch.edition.edition)
    return side_of_returns("side", replace(batch, returns=tuple(judged)))


@st.composite
def sides(draw: st.DrawFn) -> Side:
    register = draw(st.sampled_from(REGISTERS))
    return side_of(draw(mails(register)), register)


def turned(fields: Fields) -> Fields:
    return {key: (now, was) for key, (was, now) in fields.items()}


_TURNED = {Change.CHANGED: Change.CHANGED, Change.APPEARED: Change.DISAPPEARED, Change.DISAPPEARED: Change.APPEARED}


def reversed_(one: UnitDifference) -> UnitDifference:
    return replace(
        one,
        change=_TURNED[one.change],
        fields=turned(one.fields),
        own=turned(one.own),
        as_read=turned(one.as_read),
        standings=one.standings[::-1],
        scopes=one.scopes and one.scopes[::-1],
        findings=FindingChanges(one.findings.new, one.findings.gone),
    )


def by_unit(differences: Iterable[UnitDifference]) -> Mapping[tuple[str | None, str | None, str], UnitDifference]:
    return {(one.unit.code, one.unit.name, one.change): one for one in differences}


@settings(max_examples=150, deadline=None)
@given(sides())
def test_a_side_does_not_differ_from_itself(side: Side) -> None:
    compared = compare(side, side)
    assert (compared.is_same, compared.total, compared.suggestions) == (True, {}, ())


@settings(max_examples=150, deadline=None)
@given(sides(), sides())
def test_the_other_way_round_is_the_reverse(old: Side, new: Side) -> None:
    there, back = compare(old, new), compare(new, old)
    assert by_unit(map(reversed_, there.units)) == by_unit(back.units)
    assert turned(there.total) == back.total
    assert {(one.old, one.new) for one in there.suggestions} == {(one.new, one.old) for one in back.suggestions}
    assert there.omissions == back.omissions


def total_of_changes(compared: Comparison, key: str) -> int:
    return sum((one.fields.get(key, (0, 0))[1] or 0) - (one.fields.get(key, (0, 0))[0] or 0) for one in compared.units)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_own_figures_that_differ_come_to_what_the_total_differs_by(data: st.DataObject) -> None:
    """Of own returns that all count, no change is left out, and none is told twice."""
    both_sides = []
    for _ in range(2):
        figures = {unit: data.draw(st.sampled_from([None, 0, 1, 2, 5])) for unit in (GUANDU, *VILLAGES)}
        files = [
            memory.sent(
                TREE, unit.code or "", {MEDIA: figure, "media.national.text": 0}, Scope.OWN, path=f"{unit.code}"
            )
            for unit, figure in figures.items()
            if data.draw(st.booleans())
        ]
        both_sides.append(side_of_returns("side", check_returns(files, REGISTERS[0], None)))
    compared = compare(*both_sides)
    was, now = compared.total.get(MEDIA, (0, 0))
    assert total_of_changes(compared, MEDIA) == (now or 0) - (was or 0)


def workbook_of(merged: MergeResult) -> MergedWorkbook:
    """The workbook of a merge, as it is opened again."""
    file, run_of_it = memory.written(merged, "汇总表.xlsx"), Run([], memory.MADE, memory.MADE)
    assert file.identity
    assert file.record
    rows = [*finding_rows(merged)]
    listed = [(subject(one), str(row[FINDING_HEADS.index("说明")])) for one, row in rows]
    ledger = memory.ledger_of(merged, run_of_it)
    return MergedWorkbook(file, file.identity, file.record, merged.rollup, ledger, {}, listed)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_returns_do_not_differ_from_what_they_were_merged_to(data: st.DataObject) -> None:
    files = data.draw(mails(REGISTERS[0]).filter(bool))
    merged = memory.merge(files, roster=TREE, code="4101")
    before, now = side_of(files, REGISTERS[0]), side_of_workbook(workbook_of(merged))
    # Of a typed return only a merge, with all returns in view, knows whether a 0 of units below it counts.
    open_by_check = {one.finding.path for unit in before.units.values() for one in unit.findings if "U005" in one.cause}
    assume(open_by_check == {one.path for one in merged.findings if one.code == "U005"})
    assume(all(one.code != "H003" for one in merged.findings))
    for compared in (compare(before, now), compare(now, before)):
        assert (compared.units, compared.findings, compared.total) == ((), FindingChanges(), {})
