"""Where a figure comes from, from the command line: the tree of its contributions, down to files and cells."""

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import run
from county import EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHULUYING
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.county import send, write_roster
from writers.returns import own_values, typed

OF_VILLAGE, MEDIA = "activities.village.sessions", "media.county.text"
VILLAGE = own_values(Level.VILLAGE)
REPORT, RETURNS = "汇总/中牟县.xlsx", "收到"


def village(unit: UnitFacts, sessions: int) -> None:
    send(unit, {OF_VILLAGE: sessions, "activities.village.people": 100 if sessions else 0})


def merge(source: str, report: str, root: str, *more: str) -> None:
    run("merge", source, "--roster", "名册.csv", "--root", root, "-o", report, "--quiet", *more)
    assert Path(report).exists()


@pytest.fixture(autouse=True)
def county(here: Path) -> None:
    """A county that merged: two townships, one of them with a cumulative return that says more than its village."""
    village(GUANDU_VILLAGE, 1)
    village(ZHULUYING, 4)
    village(EAST, 2)
    send(GUANDU, {MEDIA: 7})
    send(LANGCHENGGANG, {**VILLAGE, OF_VILLAGE: 9}, scope=Scope.CUMULATIVE)
    merge(RETURNS, REPORT, "410122")


def traced(figure: str, *sources: str, report: str = REPORT) -> dict[str, Any]:
    result = run("trace", report, figure, *sources, "--format", "json")
    assert result.code == 0, result.err
    return result.json


Tree = dict[str, Any]


def tree(step: dict[str, Any]) -> Tree:
    """The steps of a trace: by unit, or scope of a return, its figure; and now, file, cell, what became of it."""
    name = step["scope"] or step["unit"]["name"]
    figures = step["value"] if step["value"] == step["now"] else (step["value"], step["now"])
    place = f"{Path(step['path']).name} {step['cell']}" if step["path"] else None
    said = [one for one in (figures, place, step["state"], step["end"], step["difference"]) if one is not None]
    below = [tree(one) for one in step["steps"]]
    return {name: [*said, *below]}


# -- from the workbook alone ------------------------------------------------------------------------------


def test_from_the_workbook_alone() -> None:
    assert tree(traced("H6")["trace"]) == {"中牟县": [
        14,
        {"狼城岗镇": [9, {"cumulative": [9, "狼城岗镇.xlsx H6", "unknown", "not_at_hand", 7]}]},
        {"官渡镇": [
            5,
            {"逐鹿营村": [4, {"own": [4, "逐鹿营村.xlsx H6", "unknown"]}]},
            {"官渡村": [1, {"own": [1, "官渡村.xlsx H6", "unknown"]}]},
        ]},
    ]}  # fmt: skip


def test_own_figures_stand_among_those_of_the_units_below() -> None:
    town, _ = traced("H14")["trace"]["steps"]
    assert tree(town) == {
        "官渡镇": [
            9,
            {"own": [7, "官渡镇.xlsx H14", "unknown"]},
            {"官渡村": [1, {"own": [1, "官渡村.xlsx H14", "unknown"]}]},
            {"逐鹿营村": [1, {"own": [1, "逐鹿营村.xlsx H14", "unknown"]}]},
        ]
    }


def test_what_the_document_says() -> None:
    document = traced("H6")
    assert {key: value for key, value in document.items() if key != "trace"} == {
        "schema_version": 2,
        "report": REPORT,
        "root": {"code": "410122", "name": "中牟县", "level": "county"},
        "field": OF_VILLAGE,
        "label": LABEL,
        "cell": "H6",
        "page": 14,
        "value": 14,
        "now": 14,
    }


LABEL = "宣传活动 · 村居社区计生协 · 活动场次"


@pytest.mark.parametrize(
    "figure", ["H6", "h6", "$H$6", "Ｈ６", OF_VILLAGE, LABEL, "村居社区 活动场次", "村居社区/活动场次"]
)
def test_a_figure_is_named_by_its_cell_its_key_or_its_label(figure: str) -> None:
    assert traced(figure)["field"] == OF_VILLAGE


@pytest.mark.parametrize("figure", ["H5", "J6", "A1", "活动场次", "人数很多", "", "·", "activities"])
def test_no_figure(figure: str) -> None:
    result = run("trace", REPORT, figure)
    assert (result.code, result.out) == (2, "")
    assert f"看不出“{figure}”是哪一格" in result.err.replace("\n", "")


def test_a_blank_comes_from_nowhere() -> None:
    assert tree(traced("B6")["trace"]) == {"中牟县": []}


def test_a_figure_typed_in_another_layout_is_found_where_it_stands() -> None:
    def move(sheet: Any) -> None:
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1, 2)

    Path(RETURNS, "官渡村.xlsx").unlink()
    typed(Path(RETURNS, "手填.xlsx"), "中牟县官渡镇官渡村", {**VILLAGE, OF_VILLAGE: 3}, change=unmerged(move))
    merge(RETURNS, REPORT, "410122")
    (_, town) = traced("H6")["trace"]["steps"]
    assert tree(town)["官渡镇"][2] == {"官渡村": [3, {"own": [3, "手填.xlsx J9", "unknown"]}]}


def unmerged(change: Any) -> Any:
    """Apply `change` to a sheet after parting its merged cells, which openpyxl would leave where they were."""

    def after(sheet: Any) -> None:
        for cells in [str(cells) for cells in sheet.merged_cells.ranges]:
            sheet.unmerge_cells(cells)
        change(sheet)

    return after


def test_a_page_that_was_typed_over_is_said_to_be() -> None:
    workbook = openpyxl.load_workbook(REPORT)
    workbook.worksheets[0]["H6"] = 15
    workbook.save(REPORT)
    document = traced("H6")
    assert (document["page"], document["value"]) == (15, 14)
    assert "注意：页上现在是“15”，与汇总出来的不同，被改过。" in run("trace", REPORT, "H6").out


# -- with the returns -------------------------------------------------------------------------------------


def test_the_path_of_a_change() -> None:
    village(GUANDU_VILLAGE, 6)
    assert tree(traced("H6", RETURNS)["trace"]) == {"中牟县": [
        (14, 19),
        {"狼城岗镇": [9, {"cumulative": [9, "狼城岗镇.xlsx H6", "same", "not_split", 7]}]},
        {"官渡镇": [
            (5, 10),
            {"逐鹿营村": [4, {"own": [4, "逐鹿营村.xlsx H6", "same"]}]},
            {"官渡村": [(1, 6), {"own": [(1, 6), "官渡村.xlsx H6", "changed"]}]},
        ]},
    ]}  # fmt: skip


def test_returns_that_are_gone_or_cannot_be_read_any_more() -> None:
    Path(RETURNS, "官渡村.xlsx").unlink()
    Path(RETURNS, "逐鹿营村.xlsx").write_bytes(b"%PDF-1.7")
    (_, town) = traced("H6", RETURNS)["trace"]["steps"]
    assert tree(town) == {
        "官渡镇": [
            (5, None),
            {"逐鹿营村": [(4, None), {"own": [(4, None), "逐鹿营村.xlsx H6", "changed"]}]},
            {"官渡村": [(1, None), {"own": [(1, None), "官渡村.xlsx H6", "gone"]}]},
        ]
    }


# -- through merged workbooks -----------------------------------------------------------------------------


def merged_on() -> str:
    """The townships merge first, and the county merges what they send on."""
    merge(RETURNS, "一次.xlsx", "410122", "--each-level", "逐级")
    Path("送来").mkdir()
    for path in Path("逐级").rglob("4101221*_汇总.xlsx"):
        shutil.copy(path, "送来")
    merge("送来", "县.xlsx", "410122")
    return "县.xlsx"


def test_through_workbooks_that_were_merged_on() -> None:
    report = merged_on()
    page = "410122101_官渡镇_汇总.xlsx H6"
    (_, town) = traced("H6", report=report)["trace"]["steps"]
    by_record = [{"逐鹿营村": [4, {"own": [4, "unknown"]}]}, {"官渡村": [1, {"own": [1, "unknown"]}]}]
    assert tree(town) == {"官渡镇": [5, {"cumulative": [5, page, "unknown", *by_record]}]}
    (sent,) = town["steps"]
    assert sent["sha256"] == sha256(next(Path("送来").glob("410122101*")).read_bytes()).hexdigest()
    (_, town) = traced("H6", "送来", report=report)["trace"]["steps"]
    assert tree(town)["官渡镇"][1]["cumulative"][:3] == [5, page, "same"]
    assert tree(town)["官渡镇"][1]["cumulative"][3] == {
        "逐鹿营村": [(4, None), {"own": [(4, None), "逐鹿营村.xlsx H6", "gone"]}]
    }
    (_, town) = traced("H6", "送来", RETURNS, report=report)["trace"]["steps"]
    villages = [
        {"逐鹿营村": [4, {"own": [4, "逐鹿营村.xlsx H6", "same"]}]},
        {"官渡村": [1, {"own": [1, "官渡村.xlsx H6", "same"]}]},
    ]
    assert tree(town) == {"官渡镇": [5, {"cumulative": [5, page, "same", *villages]}]}


def test_a_workbook_whose_page_was_typed_over_before_it_was_sent_on() -> None:
    merged_on()
    (sent,) = Path("送来").glob("410122101*")
    workbook = openpyxl.load_workbook(sent)
    workbook.worksheets[0]["H6"] = 700
    workbook.save(sent)
    merge("送来", "县.xlsx", "410122")
    (town, _) = traced("H6", "送来", report="县.xlsx")["trace"]["steps"]
    (page,) = town["steps"]
    assert (page["value"], page["end"], [one["value"] for one in page["steps"]]) == (700, "altered", [4, 1])
    assert "这份汇总表的页在汇总以后被改过" in run("trace", "县.xlsx", "H6", "送来").out
    for at_hand in ((), (RETURNS,)):  # the record tells it, too, where the file is not at hand
        (by_record,) = traced("H6", *at_hand, report="县.xlsx")["trace"]["steps"][0]["steps"]
        assert (by_record["end"], [one["value"] for one in by_record["steps"]]) == ("altered", [4, 1])


def test_a_strangers_file_of_the_same_name_is_none_that_changed() -> None:
    Path(RETURNS, "官渡村.xlsx").unlink()
    village(EAST, 6)
    Path(RETURNS, "东狼城岗村.xlsx").rename(Path(RETURNS, "官渡村.xlsx"))
    (_, town) = traced("H6", RETURNS)["trace"]["steps"]
    assert tree(town)["官渡镇"][2] == {"官渡村": [(1, None), {"own": [(1, None), "官渡村.xlsx H6", "gone"]}]}


def test_of_many_parts_those_that_changed_are_shown() -> None:
    write_roster(roster=ROSTER + "".join(f"4101221013{n:02},第{n}村,,,,,,\n" for n in range(1, 31)))
    for n in range(1, 31):
        village(UnitFacts(f"4101221013{n:02}", f"第{n}村", Level.VILLAGE), 2)
    merge(RETURNS, REPORT, "410122")
    village(UnitFacts("410122101330", "第30村", Level.VILLAGE), 1)
    assert "第30村  2 → 现在 1" in run("trace", REPORT, "H6", RETURNS).out


def test_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    village(GUANDU_VILLAGE, 6)
    assert run("trace", REPORT, "H6", RETURNS).out.splitlines() == [
        "宣传活动 · 村居社区计生协 · 活动场次（H6）",
        "中牟县  14 → 现在 19",
        "├── 狼城岗镇  9（上报的汇总数）（比本级与下级多 7）  收到/狼城岗镇.xlsx H6",
        "│   ├── 东狼城岗村 本级数 2，没有另计：以“狼城岗镇”上报的汇总数“收到/狼城岗镇.xlsx”为准，只用来核对；"
        "那是直接填的数，没有记录可查",
        "│   └── 这张表里没有再往下分",
        "└── 官渡镇  5 → 现在 10",
        "    ├── 逐鹿营村  4  收到/逐鹿营村.xlsx H6",
        "    └── 官渡村  1 → 现在 6  收到/官渡村.xlsx H6，文件变了",
    ]


def test_many_small_parts_are_counted_together() -> None:
    write_roster(roster=ROSTER + "".join(f"4101221013{n:02},第{n}村,,,,,,\n" for n in range(1, 31)))
    for n in range(1, 31):
        village(UnitFacts(f"4101221013{n:02}", f"第{n}村", Level.VILLAGE), 1 if n > 3 else 0)
    merge(RETURNS, REPORT, "410122")
    out = run("trace", REPORT, "H6").out
    assert "另有 12 个单位，共 9" in out
    steps = traced("H6")["trace"]["steps"][0]["steps"]
    assert len(steps) == 32
    assert [one["value"] for one in steps] == sorted((one["value"] for one in steps), reverse=True)
