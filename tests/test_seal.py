"""The seal: each row that says something else is known; how a program writes numbers and spaces changes nothing."""

from typing import Any

import pytest

from stattable.model.form import SHEET_NAME
from stattable.proving.breakdown import UNIT_HEADS, UNITS_SHEET
from stattable.proving.lists import CLERKS_HEADS, FINDING_HEADS, FINDINGS_SHEET, STATE_SHEET
from stattable.proving.seal import SEAL, Seal, broken_rows, read_seal, without_seal

ROWS: list[list[Any]] = [["甲", 1, None], [], ["乙\n丙", "", "2"], [None, "丁", 3]]


def marks(name: str, rows: Any) -> str:
    seal = Seal()
    seal.take(name, rows)
    return read_seal(seal.rows()).get(name, "")


def test_marks_are_taken_on_the_way() -> None:
    rows, seal = [("甲", "1"), ("乙\n丙", "", "2"), ("  丁 ",)], Seal()
    assert [*seal.passing(STATE_SHEET, rows)] == rows
    assert read_seal(seal.rows()) == {STATE_SHEET: marks(STATE_SHEET, rows)}


@pytest.mark.parametrize(
    ("now", "broken"),
    [
        (ROWS, []),
        ([["甲", 1.0, ""], [None] * 9, ["乙 丙", None, 2], ["", " 丁 ", "3"], [], [None]], []),
        ([["甲", 2, None], *ROWS[1:]], [1]),
        ([*ROWS[:3], [None, "丁"]], [4]),
        (ROWS[:3], [4]),
        (ROWS[:1], [3, 4]),
        ([], [1, 3, 4]),
        ([*ROWS, ["戊"]], [5]),
        ([*ROWS, [], ["戊"]], [6]),
        ([*ROWS[:2], ["插"], *ROWS[2:]], [3, 4, 5]),
        ([["1", "甲"], *ROWS[1:]], [1]),
        ([["甲\u202e", 1], *ROWS[1:]], [1]),  # what turns the direction of a text is seen
    ],
)
def test_broken_rows(now: list[list[Any]], broken: list[int]) -> None:
    assert broken_rows(STATE_SHEET, now, marks(STATE_SHEET, ROWS)) == broken


OLD_HEADS = [head for head in FINDING_HEADS if head not in {"上级单位", "联系人", "电话"}]


@pytest.mark.parametrize(
    "above",
    [[["甲 审核意见"], ["汇总日期"], [*FINDING_HEADS]], [OLD_HEADS]],
    ids=["as now", "without titles, as once"],
)
def test_what_is_a_clerks_is_not_sealed(above: list[list[str]]) -> None:
    before = ["说明"] * (len(above[-1]) - len(CLERKS_HEADS))
    findings = [*above, [*before, "待核实", None, "备注"]]
    sealed, last = marks(FINDINGS_SHEET, findings), len(findings)

    def broken(*row: str | None) -> list[int]:
        return broken_rows(FINDINGS_SHEET, [*above, [*row]], sealed)

    assert broken(*before, "已说明", "当天网络直播", "备注") == []
    assert broken(*before, None, None, "备注") == []
    assert broken(*before, "待核实", None, "改") == [last]
    assert broken(*before[:-1], "改", "待核实", None, "备注") == [last]
    head = [*above[-1][:-1], "已核实"]
    assert broken_rows(FINDINGS_SHEET, [*above[:-1], head, findings[-1]], sealed) == [last - 1]


@pytest.mark.parametrize("titles", [[["甲 分单位汇总"], ["汇总日期"]], []], ids=["as now", "without titles, as once"])
def test_figures_are_held_elsewhere(titles: list[list[str]]) -> None:
    row = ["官渡镇", "乡镇级", "已报", "本级", *range(40)]
    above = [*titles, [*UNIT_HEADS, *["宣传活动"] * 40], [None] * 4 + ["活动场次"] * 40]
    sealed, at = marks(UNITS_SHEET, [*above, row]), len(above) + 1
    assert broken_rows(UNITS_SHEET, [*above, [*row[:4], *[7] * 40]], sealed) == []
    assert broken_rows(UNITS_SHEET, [*above, [*row, "又"]], sealed) == [at]
    assert broken_rows(UNITS_SHEET, [*above, [*row[:2], "未报", *row[3:]]], sealed) == [at]
    page = [[""] * 9 for _ in range(6)]
    page[5] = ["", *range(8)]
    assert broken_rows(SHEET_NAME, [*page[:5], [7] * 9], marks(SHEET_NAME, page)) == [6]  # A6 is no figure's
    assert broken_rows(SHEET_NAME, [*page[:5], ["", *[7] * 8]], marks(SHEET_NAME, page)) == []


def test_a_long_sheet_takes_several_rows_of_the_record() -> None:
    rows = [[number] for number in range(5_000)]
    seal = Seal()
    seal.take(STATE_SHEET, rows)
    seal.take(SHEET_NAME, [["页"]])
    sealed = [*seal.rows()]
    assert {len(row) for row in sealed} == {3}
    assert {row[0] for row in sealed} == {SEAL}
    assert max(len(row[2]) for row in sealed) <= 8_000
    assert broken_rows(STATE_SHEET, [*rows[:3_000], [0], *rows[3_001:]], read_seal(sealed)[STATE_SHEET]) == [3_001]


def test_the_seal_is_no_part_of_what_is_sealed() -> None:
    record, seal = [("record", "0"), ("node", "1")], Seal()
    sealed = [*seal.passing("_", record)]
    assert [*without_seal([*sealed, *seal.rows(), []])] == [*record, []]
