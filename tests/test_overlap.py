"""Merged workbooks beside files that they were not made from, or not any more, through the command line.

The county of `counted_sessions`: one session of its own, two of each township, and one, two and three of the villages.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import Result, run
from counted_sessions import (
    COUNTY,
    SESSIONS,
    TOTAL,
    TOWNSHIP,
    VILLAGE,
    figures,
    ledger,
    merge,
    proves,
    send,
    sessions,
    told,
)
from county import ABOVE, EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHENGZHOU, ZHONGMU, ZHULUYING
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.county import write_roster
from writers.returns import filled, typed

MOVED = ROSTER.replace("410122101202,逐鹿营村,,,", "410122101202,逐鹿营村,,410122102,")  # to the other township
NOT_SENT = ("C001", "warning", "郑州市", None)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Where workbooks and returns come together."""
    folder = tmp_path / "一起"
    folder.mkdir()
    return folder


def workbook(roster: Path, root: UnitFacts, out: Path, *files: Path) -> Path:
    """Merge `files` for `root`."""
    merge(roster, str(root.code), out, *files)
    assert out.exists()
    return out


def total(roster: Path, root: UnitFacts, out: Path, *sources: str | Path) -> Result:
    """Merge `sources`; what is written proves its total, by itself and with them."""
    result = merge(roster, str(root.code), out, *sources)
    assert not out.exists() or proves(out, *(source for source in sources if isinstance(source, Path)), roster)
    return result


def of(box: Path, *units: UnitFacts) -> list[Path]:
    return [box / f"{unit.name}.xlsx" for unit in units]


def with_cell(path: Path, cells: dict[str, int]) -> Path:
    """Type over cells of the official page."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book.worksheets[0][cell].value = value
    book.save(path)
    return path


def errors(document: dict[str, Any]) -> dict[str, str]:
    """The messages of what is an error, by code."""
    return {one["code"]: one["message"] for one in document["findings"] if one["severity"] == "error"}


def named(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Codes of errors, and the files that they are of."""
    return {(one["code"], Path(one["path"]).name) for one in document["findings"] if one["severity"] == "error"}


def why(out: Path, unit: UnitFacts) -> str:
    """Why a unit's return does not count, as the ledger says."""
    *_, counts, reason = ledger(out)[1][f"{unit.name}.xlsx"]
    assert counts == "未计入"
    return reason


def held_in(holder: Path, name: str, held: Path) -> str:
    """What the ledger says of a return that is the same as one that a workbook was made from."""
    return f"已含在“{name}”的汇总表“{holder}”里（SHA-256 {fingerprint(held)[:16]}…），只用来核对"


def fingerprint(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def traced(out: Path, cell: str, *paths: Path) -> dict[str, Any]:
    result = run("trace", out, cell, *paths, "--format", "json")
    assert result.code == 0
    return result.json


# -- set aside what is not here ---------------------------------------------------------------------------


@pytest.mark.parametrize("own_held", [True, False])
def test_a_workbook_of_workbooks_beside_the_townships_own_returns(
    box: Path, roster: Path, beside: Path, tmp_path: Path, own_held: bool
) -> None:
    """The villages' figures are in the workbooks that it was made from, and nowhere else."""
    townships = [
        workbook(
            roster, GUANDU, tmp_path / "镇" / "官.xlsx", *of(box, GUANDU_VILLAGE, ZHULUYING, *[GUANDU][:own_held])
        ),
        workbook(roster, LANGCHENGGANG, tmp_path / "镇" / "狼.xlsx", *of(box, EAST, *[LANGCHENGGANG][:own_held])),
    ]
    county = workbook(roster, ZHONGMU, beside / "县.xlsx", *townships, *of(box, ZHONGMU))
    send(beside, GUANDU)
    send(beside, LANGCHENGGANG)
    out = tmp_path / "市.xlsx"
    result = total(roster, ZHENGZHOU, out, beside)
    document = result.json
    if own_held:
        assert (result.code, sessions(document), named(document)) == (0, TOTAL, set())
        for unit in (GUANDU, LANGCHENGGANG):
            assert why(out, unit) == held_in(county, "中牟县", box / f"{unit.name}.xlsx")
    else:
        assert (result.code, sessions(document)) == (1, {COUNTY: 1, VILLAGE: 6})
        assert ("H006", "县.xlsx") in named(document)
        assert "官渡镇" in errors(document)["H006"]
        assert "狼城岗镇" in errors(document)["H006"]
        note = "注意：有 3 条强制性意见没有处理，总数可能不对"  # H006, and by how much the total is short
        assert f"{note}，见“审核意见”。" in str(openpyxl.load_workbook(out).worksheets[0]["K5"].value).split("\n")
        assert f"{note}。" in run("merge", beside, "--roster", roster, "-o", tmp_path / "再.xlsx").out
    assert traced(out, "H6", beside)["value"] == 6


@pytest.mark.parametrize("sum_here", [True, False])
def test_a_workbook_made_from_a_sum_beside_the_own_return_of_the_same_unit(
    box: Path, roster: Path, beside: Path, tmp_path: Path, sum_here: bool
) -> None:
    sum_ = send(tmp_path / "汇总数", GUANDU, scope=Scope.CUMULATIVE, township=2, village=3)
    returns = of(box, ZHONGMU, GUANDU, LANGCHENGGANG, EAST)
    workbook(roster, ZHONGMU, beside / "县.xlsx", sum_, *returns)
    out = tmp_path / "市.xlsx"
    result = total(roster, ZHENGZHOU, out, beside, *returns, *[sum_][:sum_here])
    assert (result.code, sessions(result.json)) == (0, TOTAL)
    assert [one[2] for one in told(result.json) if one[0] == "U008"] == ["县.xlsx"][:sum_here]


# -- years and first tries --------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [("--edition", "23"), ("--year", "2021")])
def test_this_years_workbook_beside_last_years_returns(
    box: Path, roster: Path, beside: Path, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    workbook(roster, ZHONGMU, beside / "县.xlsx", box)
    for unit, (column, usual) in SESSIONS.items():
        last = figures(unit.level, **{column: usual + 1})
        filled(beside / f"{unit.name}.xlsx", unit, last, above=ABOVE[unit], edition=22)
    out = tmp_path / "市.xlsx"
    result = total(roster, ZHENGZHOU, out, beside, *asked)
    assert (result.code, sessions(result.json)) == (1, TOTAL)
    assert told(result.json) == [*(("T003", "error", f"{unit.name}.xlsx", None) for unit in by_name()), NOT_SENT]


def by_name() -> list[UnitFacts]:
    return sorted(SESSIONS, key=lambda unit: f"{unit.name}.xlsx")


def test_a_workbook_beside_a_rejected_first_try(box: Path, roster: Path, beside: Path, tmp_path: Path) -> None:
    workbook(roster, ZHONGMU, beside / "县.xlsx", box)
    typed(beside / "东狼城岗村.xlsx", "东狼城岗村", {**figures(Level.VILLAGE), "activities.village.people": "若干"})
    out = tmp_path / "市.xlsx"
    result = total(roster, ZHENGZHOU, out, beside, *of(box, ZHONGMU, GUANDU, LANGCHENGGANG, GUANDU_VILLAGE, ZHULUYING))
    assert (result.code, sessions(result.json)) == (1, TOTAL)
    assert named(result.json) == {("V002", "东狼城岗村.xlsx")}
    assert [one for one in told(result.json) if one[0] == "U008"] == []


# -- the root's own earlier workbook ----------------------------------------------------------------------


def test_the_roots_own_earlier_workbook_beside_a_late_return(
    box: Path, roster: Path, beside: Path, tmp_path: Path
) -> None:
    """What it was made from must lie beside it: else the late return alone would be the total."""
    units = (ZHONGMU, GUANDU, GUANDU_VILLAGE, ZHULUYING, LANGCHENGGANG)
    workbook(roster, ZHONGMU, beside / "旧.xlsx", *of(box, *units))
    send(beside, EAST)
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside)
    assert (result.code, out.exists(), result.json["output"]) == (1, False, None)
    assert named(result.json) == {("H008", "旧.xlsx")}
    for unit in units:
        assert unit.name in errors(result.json)["H008"]

    again = total(roster, ZHONGMU, out, beside, *of(box, *units))
    assert (again.code, sessions(again.json), told(again.json)) == (0, TOTAL, [("U008", "info", "旧.xlsx", None)])


def test_the_roots_own_earlier_workbook_beside_what_is_rejected_now(
    box: Path, roster: Path, beside: Path, tmp_path: Path
) -> None:
    """The very file is here, and its own error says that it does not count."""
    workbook(roster, ZHONGMU, beside / "旧.xlsx", box)
    write_roster(roster, ROSTER.replace("410122102201,东狼城岗村,,,,,,\n", ""))
    result = total(roster, ZHONGMU, tmp_path / "县.xlsx", beside, box)
    assert (result.code, sessions(result.json)) == (1, {**TOTAL, VILLAGE: 3})
    assert named(result.json) == {("U002", "东狼城岗村.xlsx")}
    assert ("U008", "info", "旧.xlsx", None) in told(result.json)


# -- late and corrected -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "says"),
    [(ZHULUYING, {VILLAGE: 2}), (GUANDU_VILLAGE, {VILLAGE: 5}), (GUANDU, {TOWNSHIP: 7})],
    ids=["late", "corrected", "own corrected"],
)
def test_a_townships_workbook_beside_what_it_does_not_hold(
    box: Path, roster: Path, beside: Path, tmp_path: Path, unit: UnitFacts, says: dict[str, int]
) -> None:
    township = workbook(roster, GUANDU, beside / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE))
    send(beside, unit, **says)
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside, *of(box, ZHONGMU, LANGCHENGGANG, EAST))
    document = result.json
    assert (result.code, sessions(document)) == (1, {**TOTAL, VILLAGE: 4})
    assert ("H006", township.name) in named(document)
    assert unit.name in errors(document)["H006"]
    start, no_more = f"没有算进去：“官渡镇”的汇总表“{township}”", "里没有它，哪一份汇总表里都没有"
    other = f"用的是另一份（SHA-256 {fingerprint(box / f'{unit.name}.xlsx')[:16]}…）"
    assert why(out, unit) == f"{start}{no_more if unit is ZHULUYING else other}，见 H006"


def test_a_townships_workbook_beside_what_it_holds(box: Path, roster: Path, beside: Path, tmp_path: Path) -> None:
    """The ledger says which workbook a return is contained in, and with which fingerprint."""
    township = workbook(roster, GUANDU, beside / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE, ZHULUYING))
    village = send(beside, GUANDU_VILLAGE)
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside, *of(box, ZHONGMU, LANGCHENGGANG, EAST))
    assert (result.code, sessions(result.json), named(result.json)) == (0, TOTAL, set())
    assert why(out, GUANDU_VILLAGE) == held_in(township, "官渡镇", box / village.name)


def test_ways_out_of_a_stale_workbook(box: Path, roster: Path, beside: Path, tmp_path: Path) -> None:
    """The township merges anew, or what its workbook was made from is put beside it."""
    old = workbook(roster, GUANDU, tmp_path / "旧" / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE))
    others = of(box, ZHONGMU, LANGCHENGGANG, EAST)
    late = of(box, ZHULUYING)
    assert total(roster, ZHONGMU, tmp_path / "1.xlsx", old, *late, *others).code == 1
    whole = total(roster, ZHONGMU, tmp_path / "2.xlsx", old, *late, *others, *of(box, GUANDU, GUANDU_VILLAGE))
    assert (whole.code, sessions(whole.json), told(whole.json)) == (0, TOTAL, [("U008", "info", "官.xlsx", None)])
    new = workbook(roster, GUANDU, beside / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE, ZHULUYING))
    anew = total(roster, ZHONGMU, tmp_path / "3.xlsx", new, *late, *others)
    assert (anew.code, sessions(anew.json), named(anew.json)) == (0, TOTAL, set())


# -- counted twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_typed", [False, True])
def test_a_village_that_moved_is_in_two_workbooks(
    box: Path, roster: Path, beside: Path, tmp_path: Path, is_typed: bool
) -> None:
    if is_typed:
        typed(box / "逐鹿营村.xlsx", "逐鹿营村", figures(Level.VILLAGE, village=2))
    workbook(roster, GUANDU, beside / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE, ZHULUYING))
    write_roster(roster, MOVED)
    workbook(roster, LANGCHENGGANG, beside / "狼.xlsx", *of(box, LANGCHENGGANG, EAST, ZHULUYING))
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside, *of(box, ZHONGMU))
    document = result.json
    assert (result.code, sessions(document)) == (1, {**TOTAL, VILLAGE: 8})
    assert [code for code, _ in named(document)] == ["H007"]
    for word in ("官.xlsx", "狼.xlsx", "逐鹿营村"):
        assert word in errors(document)["H007"]


def test_a_village_that_moved_counts_by_itself_and_in_a_workbook(
    box: Path, roster: Path, beside: Path, tmp_path: Path
) -> None:
    workbook(roster, GUANDU, beside / "官.xlsx", *of(box, GUANDU, GUANDU_VILLAGE, ZHULUYING))
    write_roster(roster, MOVED)
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside, *of(box, ZHONGMU, LANGCHENGGANG, EAST, ZHULUYING))
    document = result.json
    assert (result.code, sessions(document)) == (1, {**TOTAL, VILLAGE: 8})
    assert [code for code, _ in named(document)] == ["H007"]
    for word in ("官.xlsx", "逐鹿营村"):
        assert word in errors(document)["H007"]
    # With all that the workbook was made from, the village counts where it stands now.
    whole = total(roster, ZHONGMU, out, beside, box)
    assert (whole.code, sessions(whole.json), told(whole.json)) == (0, TOTAL, [("U008", "info", "官.xlsx", None)])


def test_two_workbooks_hold_the_same_typed_file(beside: Path, tmp_path: Path) -> None:
    """Without a roster, nothing says whose village it is; the file is the same."""
    one = typed(tmp_path / "张庄村.xlsx", "张庄村", figures(Level.VILLAGE, village=2))
    for unit in (GUANDU, LANGCHENGGANG):
        mine = send(tmp_path / "镇", unit)
        run("merge", mine, one, "--root", str(unit.code), "-o", beside / f"{unit.name}.xlsx", "--quiet")
    out = tmp_path / "县.xlsx"
    result = run("merge", beside, "--root", "410122", "-o", out, "--format", "json", "--quiet")
    assert (result.code, sessions(result.json)) == (1, {TOWNSHIP: 4, VILLAGE: 4})
    assert [code for code, _ in named(result.json)] == ["H007"]
    for word in ("官渡镇.xlsx", "狼城岗镇.xlsx", "张庄村"):
        assert word in errors(result.json)["H007"]


# -- what is no source, and no return ---------------------------------------------------------------------


def test_a_page_that_was_typed_over_is_never_set_aside(box: Path, roster: Path, beside: Path, tmp_path: Path) -> None:
    """Its figures are the township's word: they count, and P001 says that nothing proves them."""
    with_cell(workbook(roster, GUANDU, beside / "官.xlsx", box / "官渡镇.xlsx", *of(box, GUANDU_VILLAGE, ZHULUYING)),
              {"H6": 9, "I6": 270})  # fmt: skip
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, beside, box)
    assert (result.code, sessions(result.json)) == (1, {**TOTAL, VILLAGE: 12})
    assert [one[3] for one in told(result.json) if one[0] == "P001"] == ["H6", "I6"]
    assert [one for one in told(result.json) if one[0] == "U008"] == []


def test_blanks_are_no_sources(box: Path, roster: Path, beside: Path, tmp_path: Path) -> None:
    units = (GUANDU, GUANDU_VILLAGE, ZHULUYING)
    workbook(roster, GUANDU, beside / "官.xlsx", *of(box, *units))
    for unit in units:
        filled(beside / f"{unit.name}.xlsx", unit, {}, above=ABOVE[unit])
    out = tmp_path / "县.xlsx"
    result = total(roster, ZHONGMU, out, beside, *of(box, ZHONGMU, LANGCHENGGANG, EAST))
    assert (result.code, sessions(result.json)) == (1, TOTAL)
    assert named(result.json) == {("V000", f"{unit.name}.xlsx") for unit in units}


def test_the_later_of_two_workbooks_is_known_by_their_ledgers(
    box: Path, roster: Path, beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copying a workbook makes its file newer, and the workbook no later."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1623200000")
    older = workbook(roster, GUANDU, beside / "一稿.xlsx", *of(box, GUANDU, GUANDU_VILLAGE))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1623300000")
    workbook(roster, GUANDU, beside / "二稿.xlsx", *of(box, GUANDU, GUANDU_VILLAGE, ZHULUYING))
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    os.utime(beside / "二稿.xlsx", (1, 1_623_300_000))
    os.utime(older, (1, 1_623_400_000))
    others = of(box, ZHONGMU, LANGCHENGGANG, EAST)
    result = total(roster, ZHONGMU, tmp_path / "县.xlsx", beside, *others, "--duplicates", "latest")
    assert (result.code, sessions(result.json)) == (0, TOTAL)
    assert [one[2] for one in told(result.json) if one[0] == "U010"] == ["一稿.xlsx"]


def test_workbooks_of_one_unit_with_equal_totals_from_different_returns(roster: Path, tmp_path: Path) -> None:
    """Neither is a copy of the other: that their figures are equal says nothing of what they hold."""
    beside = tmp_path / "两份"
    beside.mkdir()
    for name, village in (("一", GUANDU_VILLAGE), ("二", ZHULUYING)):
        workbook(roster, GUANDU, beside / f"{name}.xlsx", send(tmp_path / name, village, village=3))
    result = total(roster, ZHONGMU, tmp_path / "县.xlsx", beside)
    assert result.code == 1
    assert {one[0] for one in named(result.json)} >= {"U005"}
    copied = tmp_path / "副本"
    copied.mkdir()
    for name in ("甲.xlsx", "乙.xlsx"):
        (copied / name).write_bytes((beside / "一.xlsx").read_bytes())
    assert total(roster, ZHONGMU, tmp_path / "县二.xlsx", copied).code == 0


def test_an_earlier_result_that_holds_what_is_not_here_is_kept(box: Path, roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果" / "县.xlsx"
    for _ in range(2):
        assert total(roster, ZHONGMU, out, box).code == 0
        assert [one.name for one in out.parent.iterdir()] == [out.name]
    (box / "官渡村.xlsx").unlink()
    said = run("merge", box, "--roster", roster, "--root", "410122", "-o", out).out
    assert "里有这次没有的报表" in said.replace("\n", "").replace(" ", "")
    (kept,) = (one for one in out.parent.iterdir() if one != out)
    then, now = (openpyxl.load_workbook(one).worksheets[0]["H6"].value for one in (kept, out))
    assert then > now


def test_two_villages_of_one_name_in_the_folders_of_two_townships(tmp_path: Path) -> None:
    """Both count, or an error says that it is not known whether they are one."""
    for township in (GUANDU, LANGCHENGGANG):
        send(tmp_path / "收到" / township.name, township)
        typed(tmp_path / "收到" / township.name / "张庄村.xlsx", "张庄村", figures(Level.VILLAGE, village=2))
    out = tmp_path / "县.xlsx"
    result = run("merge", tmp_path / "收到", "--root", "410122", "-o", out, "--format", "json", "--quiet")
    if result.code == 0:
        assert sessions(result.json) == {TOWNSHIP: 4, VILLAGE: 4}
    else:
        assert any("张庄村" in message for message in errors(result.json).values())


# -- what the output may replace --------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["a return", "a workbook"])
def test_a_link_among_the_inputs_that_leads_to_the_output(box: Path, roster: Path, tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "别处" / "东.xlsx"
    if what == "a return":
        send(elsewhere.parent, EAST, "东")
    else:
        workbook(roster, LANGCHENGGANG, elsewhere, *of(box, LANGCHENGGANG, EAST))
    (box / "东狼城岗村.xlsx").unlink()
    try:
        (box / "东狼城岗村.xlsx").symlink_to(elsewhere)
    except OSError:
        pytest.skip("this account may not make symlinks")
    before = elsewhere.read_bytes()
    result = merge(roster, "410122", elsewhere, box)
    assert (result.code, elsewhere.read_bytes() == before) == (2, True)
