"""Earlier results among the inputs, corrections beside sums, options that decide: what counts, and where it is said."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from counted_sessions import SESSIONS, TOTAL, TOWNSHIP, VILLAGE, figures, ledger, merge, proves, send, sessions, told
from county import ABOVE, EAST, GUANDU, GUANDU_VILLAGE, ROSTER, TO_GUANDU, TOWNSHIPS, VILLAGES
from stattable.model.form import FIELDS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.returns import filled, typed

C001 = ("C001", "warning")

# -- earlier results --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("root", "missing"), [("41", ["河南省", "郑州市"]), ("410122", [])])
def test_the_roots_own_old_report(box: Path, roster: Path, tmp_path: Path, root: str, missing: list[str]) -> None:
    """It is set aside where every return that it was made from is here, or was corrected; else nothing is written."""
    assert sessions(merge(roster, root, box / "旧.xlsx", box).json) == TOTAL
    send(box, GUANDU_VILLAGE, village=5)
    out = tmp_path / "新.xlsx"
    result = merge(roster, root, out, box)
    assert (result.code, sessions(result.json)) == (0, {**TOTAL, VILLAGE: 10})
    assert told(result.json) == [("U008", "info", "旧.xlsx", None), *((*C001, name, None) for name in missing)]
    assert result.json["summary"]["received"] == 6
    assert ledger(out)[1]["旧.xlsx"] == ("汇总", "表内标识", "未计入", "以前的汇总结果")
    assert proves(out, box, roster)
    before = out.read_bytes()
    (box / "东狼城岗村.xlsx").unlink()
    result = merge(roster, root, out, box)
    assert (result.code, result.json["output"], out.read_bytes()) == (1, None, before)
    absent = [(*C001, name, None) for name in (*missing[1:], "狼城岗镇")]  # the root's own result is here
    assert [one for one in told(result.json) if one[0][0] in "HUC"] == [("H008", "error", "旧.xlsx", None), *absent]
    (lost,) = (one["message"] for one in result.json["findings"] if one["code"] == "H008")
    assert "里有 1 份报表不在这里，或者没有被接受：“东狼城岗村”（本级数）。" in lost


SHARE = [("H001", "warning", "县.xlsx", cell) for cell in ("F6", "G6")]  # of townships that are not here
BOTH = [("H001", "warning", "县.xlsx", "F6:I6")]  # of townships and villages that are not here
SHORT = [("H002", "error", "县.xlsx", cell) for cell in ("H6", "I6")]
STALE = [("H006", "error", "县.xlsx", None)]  # it was made from another return of 官渡村


@pytest.mark.parametrize(
    ("beside", "total", "findings"),
    [
        ((), TOTAL, []),  # the page alone
        ((GUANDU_VILLAGE,), TOTAL, [*STALE, *BOTH]),
        (VILLAGES, TOTAL, [*STALE, *SHARE, *SHORT]),
        ((*TOWNSHIPS, *VILLAGES), TOTAL, [*STALE, *SHORT]),  # the county's own return is in the page only
        (tuple(SESSIONS), {**TOTAL, VILLAGE: 10}, [("U008", "info", "县.xlsx", None)]),
    ],
)
def test_a_countys_page_beside_corrected_returns(
    box: Path, roster: Path, tmp_path: Path, beside: tuple[UnitFacts, ...], total: dict[str, int], findings: list[Any]
) -> None:
    """It stands, and says that it is stale, until a return is here for every one that it was made from."""
    merge(roster, "410122", tmp_path / "市" / "县.xlsx", box)
    for unit in beside:
        send(tmp_path / "市", unit, **({VILLAGE: 5} if unit is GUANDU_VILLAGE else {}))
    out = tmp_path / "市.xlsx"
    result = merge(roster, "4101", out, tmp_path / "市")
    assert (sessions(result.json), told(result.json)) == (total, [*findings, (*C001, "郑州市", None)])
    assert result.code == (1 if STALE[0] in findings else 0)
    counted = {name: row[2] for name, row in ledger(out)[1].items()}
    in_page = beside != tuple(SESSIONS)
    names = {f"{unit.name}.xlsx": "未计入" if in_page else "计入" for unit in beside}
    assert counted == {"县.xlsx": "计入" if in_page else "未计入", **names}
    assert proves(out, tmp_path / "市", roster)


def test_the_page_alone_is_not_merged_again_for_the_same_unit(box: Path, roster: Path, tmp_path: Path) -> None:
    merge(roster, "410122", tmp_path / "县.xlsx", box)
    result = merge(roster, "410122", tmp_path / "又.xlsx", tmp_path / "县.xlsx")
    assert (result.code, result.out, "这里只有以前的汇总结果" in result.err) == (2, "", True)
    assert not (tmp_path / "又.xlsx").exists()


# -- a sum, and what it is made of ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corrected", "difference", "code"), [(1, 0, None), (5, -4, "H002"), (0, 1, "H001")]
)  # fmt: skip
@pytest.mark.parametrize("latest", [False, True])
def test_a_townships_sum_beside_a_later_correction(
    box: Path, roster: Path, tmp_path: Path, corrected: int, difference: int, code: str | None, latest: bool
) -> None:
    """The correction in place of the first return, or beside it with --duplicates latest."""
    send(box, GUANDU, scope=Scope.CUMULATIVE, township=2, village=3)
    name = "更正" if latest else ""
    path = send(box, GUANDU_VILLAGE, name, village=corrected)
    older, decided = [], []
    if latest and corrected != 1:
        later = figures(Level.VILLAGE, village=corrected)
        filled(path, GUANDU_VILLAGE, later, above=TO_GUANDU, filled_in=date(2021, 6, 20))
        older = [("U010", "warning", "官渡村.xlsx", None)]
        decided = [f"--duplicates latest：“{box / '官渡村.xlsx'}”没有计入，以“{path}”为准"]
    elif latest:
        older = [("U004", "info", "更正.xlsx", None)]  # the same once more
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, box, *(("--duplicates", "latest") if latest else ()))
    document = result.json
    wrong = [(code, "error", "官渡镇.xlsx", cell) for cell in ("H6", "I6") if code]
    assert (result.code, sessions(document), told(document)) == (int(bool(code)), TOTAL, [*older, *wrong])
    assert ledger(out)[0] == decided
    (township,) = (unit for unit in document["units"] if unit["code"] == "410122101")
    assert township["differences"] == {
        field.key: dict(zip(("reported", "own", "children", "difference"), said, strict=True))
        for field, said in zip(FIELDS, expected_differences(corrected, difference), strict=True)
        if said
    }
    rows = openpyxl.load_workbook(out, data_only=True)["分单位汇总"].iter_rows(values_only=True)
    gaps = {str(row[0]): row[8:12] for row in rows if "差额" in str(row[0])}
    in_villages = (difference, 30 * difference) if difference else (None, None)
    assert gaps == {"官渡镇 差额": (2, 60, *in_villages), "中牟县 差额": (None,) * 4}
    assert proves(out, box, roster)


def expected_differences(corrected: int, difference: int) -> list[tuple[int | None, ...] | None]:
    """Reported, own, children, difference of 官渡镇 in each field; None where nobody says anything."""
    rows: list[tuple[int | None, ...] | None] = []
    for field in FIELDS:
        reported = figures(Level.TOWNSHIP, township=2, village=3).get(field.key)
        children = [figures(Level.VILLAGE, village=one).get(field.key) for one in (corrected, 2)]
        below = None if None in children else sum(children)
        rows.append(None if reported is below is None else (reported, None, below, (reported or 0) - (below or 0)))
    return rows


# -- options that decide ----------------------------------------------------------------------------------


@pytest.fixture
def undecided(tmp_path: Path) -> Path:
    """Two townships' typed pages with figures of their own only; their villages had nothing."""
    folder = tmp_path / "收到"
    for unit in TOWNSHIPS:
        typed(folder / f"{unit.name}.xlsx", unit.name, figures(Level.TOWNSHIP, township=2))
    for unit in VILLAGES:
        send(folder, unit, village=0)
    return folder


def test_without_a_scope_the_pages_are_set_aside(undecided: Path, roster: Path, tmp_path: Path) -> None:
    result = merge(roster, "410122101", tmp_path / "镇.xlsx", undecided / "官渡镇.xlsx", undecided / "官渡村.xlsx")
    assert (result.code, sessions(result.json)) == (1, {VILLAGE: 0})
    assert told(result.json) == [("H003", "error", "官渡镇.xlsx", None), ("C001", "warning", "官渡镇", None)]


@pytest.mark.parametrize("by", ["option", "roster"])
def test_two_scopes_said(undecided: Path, roster: Path, tmp_path: Path, by: str) -> None:
    options: tuple[str, ...] = ()
    if by == "option":
        options = ("--scope", "410122101=own", "--scope", "狼城岗镇=cumulative")
    else:
        said = ROSTER.replace("官渡镇,,,,", "官渡镇,,,本级,").replace("狼城岗镇,,,,", "狼城岗镇,,,汇总,")
        roster.write_text(said, encoding="utf-8")
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, undecided, *options)
    assert (result.code, sessions(result.json)) == (0, {TOWNSHIP: 4, VILLAGE: 0})
    assert [(one["code"], one["basis"]) for one in result.json["units"]] == [
        ("410122", "derived"), ("410122101", "own"), ("410122101201", "own"), ("410122101202", "own"),
        ("410122102", "cumulative"), ("410122102201", "own"),
    ]  # fmt: skip
    decided, files = ledger(out)
    words = [
        f"--scope：“{undecided / name}.xlsx”按{scope}数处理"
        for name, scope in (("官渡镇", "本级"), ("狼城岗镇", "汇总"))
    ]
    assert decided == (words if by == "option" else [])
    who = "--scope" if by == "option" else "名册"
    assert files == {
        "官渡镇.xlsx": ("本级", who, "计入", ""),
        "狼城岗镇.xlsx": ("汇总", who, "计入", ""),
        "官渡村.xlsx": ("本级", "级别", "计入", ""),
        "逐鹿营村.xlsx": ("本级", "级别", "计入", ""),
        "东狼城岗村.xlsx": (
            "本级",
            "级别",
            "未计入",
            f"以“狼城岗镇”上报的汇总数“{undecided / '狼城岗镇.xlsx'}”为准，只用来核对；那是直接填的数，没有记录可查",
        ),
    }
    assert proves(out, undecided, roster)


def test_what_is_inferred_is_said(box: Path, roster: Path, tmp_path: Path) -> None:
    typed(box / "官渡镇.xlsx", "官渡镇", figures(Level.TOWNSHIP, township=2))
    typed(box / "狼城岗镇.xlsx", "狼城岗镇", figures(Level.TOWNSHIP, township=2, village=3))
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, box)
    assert (result.code, sessions(result.json)) == (0, TOTAL)
    assert told(result.json) == [("H005", "info", "官渡镇.xlsx", None), ("H005", "info", "狼城岗镇.xlsx", "H6")]
    decided, files = ledger(out)
    assert (decided, files["官渡镇.xlsx"], files["狼城岗镇.xlsx"]) == (
        [], ("本级", "推断", "计入", ""), ("汇总", "推断", "计入", ""),
    )  # fmt: skip
    assert proves(out, box, roster)


@pytest.mark.parametrize("strict", [False, True])
def test_strict_writes_nothing_and_says_why(box: Path, roster: Path, tmp_path: Path, strict: bool) -> None:
    typed(box / "官渡村.xlsx", "官渡村", {**figures(Level.VILLAGE), "activities.village.people": "若干"})
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, box, *(("--strict",) if strict else ()))
    assert (result.code, sessions(result.json), told(result.json)) == (
        1, {**TOTAL, VILLAGE: 5}, [("V002", "error", "官渡村.xlsx", "I6")],
    )  # fmt: skip
    assert (out.exists(), result.json["output"]) == ((False, None) if strict else (True, str(out)))
    if not strict:
        assert ledger(out)[1]["官渡村.xlsx"] == ("本级", "级别", "未计入", "退回：V002")
        assert proves(out, box, roster)


@pytest.mark.parametrize("asked", [(), ("--edition", "23"), ("--year", "2021")])
def test_another_edition(box: Path, roster: Path, tmp_path: Path, asked: tuple[str, ...]) -> None:
    filled(box / "东狼城岗村.xlsx", EAST, figures(Level.VILLAGE, village=3), above=ABOVE[EAST], edition=22)
    out = tmp_path / "县.xlsx"
    result = merge(roster, "410122", out, box, *asked)
    assert (result.code, sessions(result.json)) == (1, {**TOTAL, VILLAGE: 3})
    of_most = [] if asked else [("T009", "info", None, None)]  # nobody said which one is meant
    assert told(result.json) == [("T003", "error", "东狼城岗村.xlsx", None), *of_most]
    decided, files = ledger(out)
    assert decided == ([f"--edition：“{box / '东狼城岗村.xlsx'}”不是第 23 个，退回"] if asked else [])
    assert files["东狼城岗村.xlsx"] == ("本级", "级别", "未计入", "退回：T003")
    assert proves(out, box, roster)
