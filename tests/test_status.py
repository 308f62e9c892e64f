"""`status`: the state of a collection, by unit and by subtree."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

import hebi
from command_line import run, squeezed
from county import COUNTY, EAST, GUANDU, GUANDU_VILLAGE, HENAN, LANGCHENGGANG, ZHENGZHOU, ZHONGMU, ZHULUYING
from stattable.merging.collection import Counts, State, collection_of
from stattable.model.form import usual_deadline
from test_rollup import ROOT, Mailbag, mailbags
from writers.county import send, sessions
from writers.returns import own_values

KEYS = ["code", "name", "level", "parent", *Counts._fields, "gaps"]
TODAY = date(2021, 7, 10)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 7, 10, 12).astimezone().timestamp())))


def status(*options: str | Path, root: str = "410122") -> dict[str, Any]:
    result = run("status", "收到", "--roster", "名册.csv", "--root", root, "--format", "json", *options)
    assert result.code == 0
    return result.json


def row(document: dict[str, Any], name: str) -> dict[str, int]:
    """The counts of a unit that are not 0."""
    (one,) = (unit for unit in document["units"] if unit["name"] == name)
    return {key: one[key] for key in Counts._fields if one[key]}


@pytest.mark.usefixtures("here")
def test_the_document() -> None:
    for unit in COUNTY:
        if unit not in {ZHULUYING, EAST}:
            send(unit)
    document = status()
    assert list(document) == [
        "schema_version", "root", "edition", "deadline", "filings", "unattributed", "units",
    ]  # fmt: skip
    assert document["root"] == {"code": "410122", "name": "中牟县", "level": "county"}
    assert (document["edition"], document["deadline"]) == (23, "2021-06-30")
    assert document["filings"] == {"dated": 4, "by_file": 0}
    assert [list(unit) for unit in document["units"]] == [KEYS] * 6
    assert document["units"][0]["code"] == "410122"
    on_time = {"received": 4, "on_time": 4, "accepted": 4}
    assert row(document, "中牟县") == {"expected": 6, **on_time, "missing": 2}
    assert row(document, "官渡镇") == {"expected": 3, "received": 2, "on_time": 2, "accepted": 2, "missing": 1}
    assert row(document, "东狼城岗村") == {"expected": 1, "missing": 1}
    assert document["units"][0]["gaps"] == {"village": 2}


@pytest.mark.usefixtures("here")
def test_days() -> None:
    """By the date on the return, else by its file's time; the first return of a unit says it."""
    send(ZHONGMU, filled_in="2021年7月1日")
    send(GUANDU, filled_in=None)
    os.utime("收到/官渡镇.xlsx", (datetime(2021, 6, 30, 9).timestamp(),) * 2)
    send(GUANDU_VILLAGE, {"activities.village.people": "若干"}, filled_in="2021年6月20日")
    send(GUANDU_VILLAGE, name="更正", filled_in="2021年7月5日")
    send(ZHULUYING, filled_in="2020年6月1日")  # of no use: not of this year
    os.utime("收到/逐鹿营村.xlsx", (datetime(2021, 7, 2).timestamp(),) * 2)
    document = status()
    assert document["filings"] == {"dated": 2, "by_file": 2}
    on_time = {unit["name"]: unit["on_time"] for unit in document["units"]}
    assert on_time == {"中牟县": 2, "官渡镇": 2, "官渡村": 1, "逐鹿营村": 0, "狼城岗镇": 0, "东狼城岗村": 0}
    assert row(document, "官渡村") == {
        "expected": 1, "received": 1, "on_time": 1, "accepted": 1, "superseded": 1,
    }  # fmt: skip
    late = status("--deadline", "2021年7月1日")
    assert status("--deadline", "2021-07-01") == late
    wrong = run("status", "收到", "--deadline", "6月31日")
    assert (wrong.code, "不是日期" in wrong.err) == (2, True)
    assert row(late, "中牟县")["on_time"] == 3
    assert "没有写 --deadline" in run("status", "收到", "--roster", "名册.csv").out
    assert "没有写 --deadline" not in run("status", "收到", "--roster", "名册.csv", "--deadline", "2021-07-01").out


@pytest.mark.usefixtures("here")
def test_a_blank_form_and_one_of_another_year_are_not_on_time() -> None:
    send(GUANDU)
    send(GUANDU_VILLAGE, dict.fromkeys(own_values(GUANDU_VILLAGE.level), None))
    send(ZHULUYING, edition=22)
    document = status("--edition", "23")
    for name in ("官渡村", "逐鹿营村"):
        assert row(document, name) == {"expected": 1, "received": 1, "open": 1}


@pytest.mark.usefixtures("here")
def test_who_is_in_the_return_of_a_unit_above_is_as_late_as_that() -> None:
    send(ZHONGMU)
    send(LANGCHENGGANG, sessions(village=3), scope="cumulative", filled_in="2021年7月3日")
    assert row(status(), "东狼城岗村") == {"expected": 1, "covered": 1}
    assert "16.7%" in run("status", "收到", "--roster", "名册.csv", "--root", "410122").out  # the county, on time, of 6
    send(LANGCHENGGANG, sessions(village=3), scope="cumulative", filled_in="2021年6月3日")
    assert row(status(), "东狼城岗村") == {"expected": 1, "covered": 1}
    assert (
        "50.0%" in run("status", "收到", "--roster", "名册.csv", "--root", "410122").out
    )  # with the township, and the village in it


@pytest.mark.usefixtures("here")
def test_what_merge_would_refuse_is_shown() -> None:
    send(GUANDU, edition=22)
    send(GUANDU_VILLAGE)
    document = status()
    assert row(document, "中牟县") == {"expected": 6, "received": 2, "open": 2, "missing": 4}  # T003 on both
    for path in Path("收到").iterdir():
        path.unlink()
    assert row(status("--edition", "23"), "中牟县") == {"expected": 6, "missing": 6}
    assert run("status", "收到").code == 2  # nothing to read, and nobody to miss


@pytest.mark.usefixtures("here")
def test_files_of_nobody_are_named() -> None:
    send(GUANDU)
    Path("收到/坏的.xlsx").write_bytes(b"")
    assert status()["unattributed"] == ["收到/坏的.xlsx"]
    assert "有 1 份表不知道是哪个单位的" in run("status", "收到", "--roster", "名册.csv").out


@pytest.mark.usefixtures("here")
def test_who_sent_nothing_but_a_scan() -> None:
    """A scan beside the table that was scanned is none of that."""
    send(GUANDU)
    for name in ("官渡镇（盖章）.pdf", "官渡村扫描件.pdf", "逐鹿营村.jpg", "活动现场.jpg"):
        Path("收到", name).write_bytes(b"%PDF-1.4" if name.endswith("pdf") else b"\xff\xd8\xff\xe0")
    document = status(root="410122101")
    assert row(document, "官渡镇")["missing"] == 2
    assert document["unattributed"] == ["收到/官渡村扫描件.pdf"]
    command = ("status", "收到", "--roster", "名册.csv", "--root", "410122101", "--remind", "催", "-o", "报送情况.xlsx")
    assert "有 2 个只收到扫描件或照片：官渡村、逐鹿营村。" in run(*command).out
    text = Path("催/催报总表.txt").read_text("utf-8-sig")
    assert "只收到扫描件或照片的：官渡村、逐鹿营村。" in text
    assert "还有 2 个单位没有报，0 个单位的表要改。" in text
    sheet = openpyxl.load_workbook("报送情况.xlsx")["各单位情况"]
    states = {cells[0]: cells[4] for cells in sheet.iter_rows(min_row=6, values_only=True)}
    assert states == {"官渡镇": "合格", "官渡村": "缺报（只有扫描件）", "逐鹿营村": "缺报（只有扫描件）"}
    checked = run("check", "收到", "--format", "json").json
    assert [one["path"] for one in checked["files"]] == ["收到/官渡村扫描件.pdf", "收到/官渡镇.xlsx"]
    (others,) = (one["message"] for one in checked["findings"] if one["code"] == "F006")
    assert "有 3 个文件不是报表，未读取：官渡镇（盖章）.pdf、活动现场.jpg、逐鹿营村.jpg" in others


@pytest.mark.usefixtures("here")
def test_the_worst_come_first_and_as_deep_as_asked_for() -> None:
    for unit in (HENAN, ZHENGZHOU, ZHONGMU, GUANDU, GUANDU_VILLAGE):
        send(unit)
    out = run("status", "收到", "--roster", "名册.csv", "--root", "410122").out
    assert out.index("狼城岗镇 ") < out.index("官渡镇 ")
    assert "官渡村" not in out.partition("官渡镇：")[0]
    deep = run("status", "收到", "--roster", "名册.csv", "--root", "410122", "--depth", "2").out
    assert "    官渡村" in deep
    assert "  狼城岗镇：本级和 1 个村居都没有报。" in out


# -- the workbook -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_the_workbook() -> None:
    send(GUANDU)
    send(GUANDU_VILLAGE, {"activities.village.people": "若干"})
    assert run("status", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "报送情况.xlsx").code == 0
    book = openpyxl.load_workbook("报送情况.xlsx")
    assert book.sheetnames == ["分级情况", "各单位情况"]
    rows = [list(cells) for cells in book["各单位情况"].iter_rows(min_row=6, values_only=True)]
    assert [cells[:9] for cells in rows] == [
        ["官渡镇", "乡镇级", "410122101", "中牟县", "合格", "2021-06-15", "填报日期", "是", "张三"],
        ["官渡村", "村居社区级", "410122101201", "官渡镇", "待改", "2021-06-15", "填报日期", "是", None],
        ["逐鹿营村", "村居社区级", "410122101202", "官渡镇", "缺报", None, None, None, None],
    ]
    fills = [{cell.fill.fgColor.rgb[2:] for cell in cells} for cells in book["各单位情况"].iter_rows(min_row=6)]
    assert fills == [{"000000"}, {"FFF3CD"}, {"F8D7DA"}]  # yellow is to be corrected, red has to come
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert "&P" in str(sheet.oddFooter.center.text)


@pytest.mark.usefixtures("here")
def test_nothing_is_overwritten_but_what_status_wrote() -> None:
    path = send(GUANDU)
    command = ("status", "收到", "--roster", "名册.csv", "-o")
    assert run(*command, path).code == 2
    assert run(*command, "名册.csv", "--force").code == 2
    Path("别的.xlsx").write_bytes(b"mine")
    assert run(*command, "别的.xlsx").code == 2
    assert Path("别的.xlsx").read_bytes() == b"mine"
    assert [run(*command, "收到/报送情况.xlsx").code for _ in range(2)] == [0, 0]
    assert run("check", "收到", "--format", "json").json["summary"]["files"] == 1  # it is no return
    Path("收到/报送情况.xlsx").rename("报送情况.xlsx")
    openpyxl.load_workbook("报送情况.xlsx").save("报送情况.xlsx")  # somebody may have written into it
    result = run(*command, "报送情况.xlsx")
    assert (result.code, "有人改过" in squeezed(result.err)) == (2, True)
    assert run(*command, "报送情况.xlsx", "--force").code == 0
    assert run(*command, "报送情况.xlsx").code == 0


# -- whatever comes in ------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(mailbags())
def test_the_rows_add_up(bag: Mailbag) -> None:
    merged = bag.merged()
    collection, summary = collection_of(merged, TODAY), merged.summary
    tree, counts = bag.tree, collection.counts
    root = counts[ROOT]
    assert (root.expected, root.covered, root.missing, root.open, root.superseded) == (
        summary.expected, summary.covered, summary.missing, summary.open, summary.superseded,
    )  # fmt: skip
    assert list(collection.units) == list(tree.below(ROOT))
    for key in tree.below(ROOT):
        below = [counts[child] for child in tree.children[key]]
        own = Counts(*(one - sum(parts) for one, *parts in zip(counts[key], *below, strict=True)))
        state = collection.units[key].state
        assert own.expected == own.received + own.covered + own.missing == (state is not None)
        assert own.accepted <= own.received
        assert own.on_time <= own.received + own.covered
        assert (own.missing == 1, own.covered == 1) == (state is State.MISSING, state is State.COVERED)


@settings(deadline=None, max_examples=20)
@given(mailbags())
def test_the_order_of_files_changes_nothing(bag: Mailbag) -> None:
    one, other = collection_of(bag.merged(), TODAY), collection_of(bag.merged(bag.files[::-1]), TODAY)
    assert (one.counts, one.units) == (other.counts, other.units)


def test_the_usual_deadline() -> None:
    assert usual_deadline(23) == date(2021, 6, 30)


def test_a_prefecture(tmp_path: Path) -> None:
    """Of all units of a prefecture, each is in the first row once."""
    places = hebi.write(hebi.make(), tmp_path)
    result = run("status", tmp_path, "--roster", hebi.ROSTER, "--root", hebi.ROOT, "--format", "json", "--quiet")
    first = result.json["units"][0]
    assert (first["received"], first["missing"], first["expected"]) == (len(places), 0, len(result.json["units"]))
    assert first["on_time"] == first["received"]
