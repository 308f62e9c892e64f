"""Faults of one kind in many cells of a return are one finding; a few, and different warnings, are one each."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import memory
from command_line import run
from county import GUANDU, GUANDU_VILLAGE, ROSTER, ZHONGMU, tree_of
from stattable.checking.equal_faults import fold_equal_faults
from stattable.model.catalogue import TOGETHER, finding, items_cut, render
from stattable.model.findings import Finding, Severity
from stattable.model.form import FIELD_BY_KEY, label_of
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.county import send, send_two_townships, write_roster
from writers.returns import own_values

KEYS = [*own_values(Level.VILLAGE)][:6]


def faults(code: str, raws: list[str], severity: Severity | None = None, **more: Any) -> list[Finding]:
    return [
        finding(code, severity, sheet="信息统计表", cell=FIELD_BY_KEY[key].cell, field=key, raw=raw, **more)
        for key, raw in zip(KEYS, raws, strict=False)
    ]


@pytest.mark.parametrize(
    ("findings", "count"),
    [
        (faults("V002", ["若干"] * 3), 3),
        (faults("V002", ["若干"] * 4), 1),
        (faults("V002", ["若干", "见附件", "同上", "l20"]), 1),
        (faults("V008", ["无"] * 4, params={"value": "0"}), 1),
        (faults("V008", ["1.1万", "1.2万", "1.3万", "1.4万"], params={"value": "1"}), 4),  # each to be explained
        ([*faults("V002", ["若干"] * 2), *faults("V003", ["约5"] * 2)], 4),
        (faults("R001", ["5"] * 4, Severity.ERROR, params={"sessions": "空白", "people": 5}), 1),
        (faults("O002", ["900"] * 5, params={"limit": 20, "level": "村居社区级"}), 5),
    ],
)
def test_how_many_findings(findings: list[Finding], count: int) -> None:
    assert len(fold_equal_faults(findings)) == count


def test_the_others_keep_their_places() -> None:
    first, last = finding("V011", params={"problem": "blank"}), finding("V012")
    folded = fold_equal_faults([first, *faults("V004", ["-1"] * 4), last])
    assert [one.code for one in folded] == ["V011", "V004", "V012"]
    assert (folded[0], folded[2]) == (first, last)


def test_words() -> None:
    (equal,) = fold_equal_faults(faults("V002", ["若干"] * 4))
    (different,) = fold_equal_faults(faults("V003", ["约5", "约6", "约7", "约8"], suggestion="5"))
    (read,) = fold_equal_faults(faults("V008", ["无"] * 4, params={"value": "0"}))
    places = [f"{label_of(key)}（{FIELD_BY_KEY[key].cell}）" for key in KEYS[:4]]
    assert render(equal, label_of) == (
        f"不是数字，共 4 格，都是“若干”：{'；'.join(places)}。请改填一个整数；没有就填 0。"
    )
    assert f"不是一个确切的数，共 4 格：{places[0]}“约5”（可能是“5”）；{places[1]}“约6”" in render(different, label_of)
    assert "读取结果请核实，共 4 格，都是“无”，按 0 计入：" in render(read, label_of)
    assert (equal.field, equal.fields, equal.raw, equal.params["reason"]) == (None, tuple(KEYS[:4]), "若干", TOGETHER)
    assert [different.raw_of(key) for key in KEYS[:4]] == ["约5", "约6", "约7", "约8"]


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_roster()
    return tmp_path


def test_a_column_of_equal_faults_is_one_finding_with_all_its_cells(box: Path) -> None:
    send(GUANDU_VILLAGE, dict.fromkeys(KEYS, "若干"))
    (one,) = (f for f in run("check", "收到", "--format", "json").json["files"][0]["findings"] if f["code"] == "V002")
    assert (one["fields"], one["cells"]) == (KEYS, [FIELD_BY_KEY[key].cell for key in KEYS])
    assert (one["field"], one["raw"], one["message"].count("（")) == (None, "若干", len(KEYS))
    assert "items" not in one


def test_all_cells_are_marked_on_what_goes_back(box: Path) -> None:
    send(GUANDU_VILLAGE, dict.fromkeys(KEYS, "若干"))
    assert run("check", "收到", "--roster", "名册.csv", "--return", "退回").code == 1
    (path,) = Path("退回").rglob("*.xlsx")
    workbook = openpyxl.load_workbook(path)
    red = [key for key in KEYS if workbook["信息统计表"][FIELD_BY_KEY[key].cell].fill.fgColor.rgb == "FFF4B6B6"]
    assert red == KEYS
    comment = workbook["信息统计表"][FIELD_BY_KEY[KEYS[0]].cell].comment
    assert comment
    assert "V002：不是数字：“若干”。这样的共 6 格。\n建议：请改填一个整数；没有就填 0。" in comment.text
    assert [row[0].value for row in workbook["审核意见"].iter_rows(min_row=5)].count("V002") == 1


def test_a_reason_by_hand_explains_many_cells_only_if_it_is_for_all_of_them(box: Path) -> None:
    path = send(GUANDU_VILLAGE, dict.fromkeys(KEYS, "无"))
    cells = [FIELD_BY_KEY[key].cell for key in KEYS]
    for place, is_open in ((cells[0], True), ("H6:I11", False)):
        workbook = openpyxl.load_workbook(path)
        sheet = workbook["情况说明"] if "情况说明" in workbook.sheetnames else workbook.create_sheet("情况说明")
        for column, texts in enumerate((("编号", "V008"), ("位置", place), ("情况说明", "当月道路施工没有办成")), 1):
            for row, text in enumerate(texts, 1):
                sheet.cell(row, column, text)
        workbook.save(path)
        (one,) = (
            f for f in run("check", "收到", "--format", "json").json["files"][0]["findings"] if f["code"] == "V008"
        )
        assert (one["explanation"] is None) is is_open, place


def test_what_a_return_is_short_of_below_it_is_one_finding(box: Path) -> None:
    send_two_townships()
    send(ZHONGMU, name="本级")
    figures = {**own_values(Level.COUNTY), **own_values(Level.TOWNSHIP), **own_values(Level.VILLAGE)}
    keys = [key for key, value in figures.items() if value]
    send(ZHONGMU, {key: min(value, 1) for key, value in figures.items()}, scope=Scope.CUMULATIVE)
    options = ("--roster", "名册.csv", "--root", "410122", "-o", "a.xlsx", "--format", "json")
    found = run("merge", "收到", *options).json["findings"]
    (short,) = (one for one in found if one["code"] == "H002")
    assert sorted(short["fields"]) == sorted(keys)
    assert short["message"].startswith(f"中牟县的汇总有 {len(keys)} 栏小于本级与下级合计：")
    assert short["message"].count("少 ") == len(keys)
    assert [FIELD_BY_KEY[key].cell for key in short["fields"]] == short["cells"]
    assert "items" not in short  # the message says all of them
    assert run("verify", "a.xlsx", "收到", "名册.csv").code == 0


@pytest.mark.parametrize(("count", "findings"), [(3, 3), (4, 1)])
def test_a_few_differences_are_a_finding_each(count: int, findings: int) -> None:
    tree, media = tree_of(), [key for key in own_values(Level.TOWNSHIP) if key.startswith("media")][:count]
    told, sessions = dict.fromkeys(media, 5), {"activities.township.sessions": 1}
    returns = [
        memory.sent(tree, GUANDU.code or "", {**told, **sessions}, Scope.OWN),
        memory.sent(tree, ZHONGMU.code or "", {**dict.fromkeys(media, 4), **sessions}, Scope.CUMULATIVE),
    ]
    merged = memory.merge(returns, roster=tree, code=ZHONGMU.code)
    assert len([one for one in merged.findings if one.code == "H002"]) == findings


def test_what_a_message_cuts_is_whole_in_json(box: Path) -> None:
    villages = [UnitFacts(f"410122101{n}", f"第{n}村", Level.VILLAGE) for n in range(301, 331)]
    write_roster(roster=ROSTER + "".join(f"{unit.code},{unit.name},,,,,,\n" for unit in villages))
    send_two_townships()
    assert run("merge", "收到", "--roster", "名册.csv", "--root", "410122", "-o", "a.xlsx").code == 0
    for unit in villages:
        send(unit)
    found = run("verify", "a.xlsx", "收到", "名册.csv", "--format", "json").json["findings"]
    late, figures = (next(one for one in found if one["code"] == code) for code in ("P006", "P007"))
    assert "等 30 个" in late["message"]
    assert late["items"] == [f"收到/{unit.name}.xlsx" for unit in villages]
    assert len([item for item in figures["items"] if item.endswith("村")]) == 30


def test_nothing_is_said_twice_where_nothing_is_cut() -> None:
    (many,) = fold_equal_faults(
        [finding("V002", cell=field.cell, field=field.key, raw="若干") for field in FIELD_BY_KEY.values()]
    )
    assert items_cut(many) == ()
    assert items_cut(finding("P006", params={"count": 2, "names": ("a", "b")})) == ()
    assert items_cut(finding("U007", params={"reason": "nothing", "rows": tuple(map(str, range(50)))})) == ()
