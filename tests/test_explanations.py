"""Reasons: written beside findings, matched again by code, unit, field and value, and carried upward."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import Result, codes, run
from county import GUANDU, GUANDU_VILLAGE, HENAN, ZHENGZHOU, ZHONGMU, ZHULUYING
from stattable.model.explanations import RETURNED_HEADS, claim, explains
from stattable.model.identity import UnitFacts
from stattable.model.units import Level
from stattable.proving.lists import FINDING_HEADS
from writers.county import send, send_two_townships, write_roster

SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"
MANY = {SESSIONS: 1, PEOPLE: 1_900}  # fine
ONLINE = {SESSIONS: 2, PEOPLE: 2_500}  # O003: more than a village's people
COUNTY_TEXTS = "media.county.text"
WHY = "当天网络直播，观看人数较多"
REVIEW, REASONS = "审核意见", "情况说明"
ROSTER = ("--roster", "名册.csv", "--root", ZHONGMU.code or "")


@pytest.fixture(autouse=True)
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_roster()
    send_two_townships()
    send(ZHONGMU)
    send(GUANDU_VILLAGE, ONLINE)


def add_sheet(path: str | Path, name: str, rows: Sequence[Sequence[object]]) -> None:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.create_sheet(name)
    for row in rows:
        sheet.append(row)
    workbook.save(path)


def write_beside(path: str, texts: Mapping[str, str], name: str | None = None) -> int:
    """Write into 核实情况 of a merged workbook, by the finding's code; return beside how many."""
    workbook = openpyxl.load_workbook(path)
    count = 0
    for row in workbook[REVIEW].iter_rows(min_row=4):
        if row[2].value in texts and name in {None, row[4].value}:
            row[len(FINDING_HEADS) - 1].value = texts[row[2].value]
            count += 1
    workbook.save(path)
    return count


def said_beside(path: str | Path, code: str) -> list[tuple[object, ...]]:
    """State and 核实情况 of the findings of a code in a merged workbook."""
    rows = openpyxl.load_workbook(path)[REVIEW].iter_rows(min_row=4, values_only=True)
    return [row[-2:] for row in rows if row[2] == code]


def merge(output: str = "汇总表.xlsx", *paths: str, root: UnitFacts = ZHONGMU) -> dict[str, Any]:
    return run(
        "merge", *(paths or ("收到",)), "--roster", "名册.csv", "--root", root.code or "", "-o", output,
        "--format", "json",
    ).json  # fmt: skip


def check(*more: str) -> Result:
    return run("check", "收到", "--roster", "名册.csv", "--format", "json", *more)


def reasons(document: dict[str, Any]) -> list[tuple[str, str]]:
    found = [*document["findings"], *(f for one in document.get("files", ()) for f in one["findings"])]
    return [(one["code"], one["explanation"]) for one in found if one["explanation"] is not None]


def by_hand(*rows: Sequence[object]) -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("编号", "位置", "情况说明"), *rows])


def returned(problem: str, reason: str, code: str = "O003") -> None:
    heads = [("官渡村", None), (), RETURNED_HEADS]
    add_sheet("收到/官渡村.xlsx", REVIEW, [*heads, (code, "核实性", "I6", problem, "请核实。", reason)])


def problem() -> str:
    (one,) = [f for file in check().json["files"] for f in file["findings"] if f["code"] == "O003"]
    return str(one["message"]).partition("请核实")[0]


# -- what is a reason --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("无误", False), ("核实无误", False), ("情况属实", False), ("已核", False), ("已核实，数据准确无误。", False),
        ("经核实，情况属实", False), ("直播", False), ("数字是对的", False), ("——", False), ("", False),
        ("网络直播", True), (WHY, True), ("已核实，是网络直播", True), ("疫情期间没有开展", True), ("与邻村合办", True),
    ],
)  # fmt: skip
def test_what_says_something(text: str, says: bool) -> None:
    assert explains(text) is says


def test_long_text_takes_no_time() -> None:
    assert explains("核实" * 16_000 + "直播")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("宣传人数（I6）是 2500 人", "宣传人数（K9）是 2500 人", True),
        ("H9:I9有数“2”", "H11:I11有数“2”", True),
        ("有 2 格空着（H11:I11）", "有 3 格空着（H11:I11）", False),
        ("宣传人数（I6）是 2500 人", "宣传人数（I6）是 2600 人", False),
    ],
)
def test_what_a_finding_claims_does_not_depend_on_places(one: str, other: str, same: bool) -> None:
    assert (claim(one) == claim(other)) is same


# -- in returns --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", [("O003", "I6", WHY), ("o003", None, WHY), (None, "i6", WHY), (None, "宣传活动·村居社区·宣传人数", WHY)]
)
def test_a_reason_written_by_hand_closes_the_warning(row: Sequence[object]) -> None:
    assert check("--fail-on", "warning").code == 1
    by_hand(row)
    done = check("--fail-on", "warning")
    assert (done.code, reasons(done.json), done.json["summary"]["open"]) == (0, [("O003", WHY)], 0)
    assert "【已说明】" in run("check", "收到", "--roster", "名册.csv").out


def test_a_reason_in_a_returned_workbook_is_for_the_value_that_it_names() -> None:
    returned(problem(), WHY)
    done = check("--fail-on", "warning")
    assert (done.code, reasons(done.json)) == (0, [("O003", WHY)])
    before = Path("收到/官渡村.xlsx").read_bytes()
    send(GUANDU_VILLAGE, {**ONLINE, PEOPLE: 2_600})
    told = "宣传活动 · 村居社区计生协 · 宣传人数（I6）是 2500 人，村居社区本级通常不超过 2000 人。"
    returned(told, WHY)
    done = check("--fail-on", "warning")
    assert (done.code, reasons(done.json), codes(done.json)) == (1, [], ["C005", "O003"])
    (remark,) = [f for file in done.json["files"] for f in file["findings"] if f["code"] == "C005"]
    assert WHY in remark["message"]
    Path("收到/官渡村.xlsx").write_bytes(before)
    assert reasons(check().json) == [("O003", WHY)]


def test_a_reason_in_a_copy_is_for_the_return_that_counts() -> None:
    shutil.copy("收到/官渡村.xlsx", "收到/官渡村.退回.xlsx")
    add_sheet("收到/官渡村.退回.xlsx", REASONS, [("编号", "情况说明"), ("O003", WHY)])
    done = check()
    assert done.json["summary"]["duplicate"] == 1
    (one,) = [file for file in done.json["files"] if file["status"] == "accepted" and file["unit"]["name"] == "官渡村"]
    assert [(f["code"], f["explanation"]) for f in one["findings"]] == [("O003", WHY)]


@pytest.mark.parametrize("text", ["无误", "核实无误", "情况属实", "已核", "是的"])
def test_an_empty_phrase_explains_nothing(text: str) -> None:
    by_hand(("O003", "I6", text))
    done = check("--fail-on", "warning")
    assert (done.code, reasons(done.json), codes(done.json)) == (1, [], ["C004", "O003"])
    assert done.json["summary"]["open"] == 1


def test_the_finding_that_a_reason_is_empty_cannot_be_explained() -> None:
    by_hand(("O003", "I6", "无误"), ("C004", None, "确实已经当面问过村里了"))
    assert "C004" not in {code for code, _ in reasons(check().json)}


def test_an_error_never_closes() -> None:
    send(GUANDU_VILLAGE, {**ONLINE, SESSIONS: "约5"})
    by_hand(("V003", "H6", "确实记不清有几场了"))
    done = check()
    assert (done.code, reasons(done.json)) == (1, [])
    assert {"V003", "C005"} <= set(codes(done.json))


def test_what_cannot_be_matched_is_said() -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("项目", "说明"), ("其他", "今年没有经费")])
    (one,) = [f for file in check().json["files"] for f in file["findings"] if f["code"] == "C005"]
    assert "今年没有经费" in one["message"]


def test_words_that_say_nothing_do_no_harm_where_the_figure_was_corrected() -> None:
    returned("宣传活动 · 村居社区计生协 · 宣传人数（I6）是 9000 人，村居社区本级通常不超过 2000 人。", "核实无误")
    assert "C004" not in codes(check().json)


def test_words_that_say_nothing_are_said_where_the_figure_is_the_same() -> None:
    returned(problem(), "核实无误")
    assert "C004" in codes(check().json)


def test_a_reason_of_another_edition_explains_nothing() -> None:
    send(GUANDU_VILLAGE, ONLINE, edition=22, name="去年")
    add_sheet("收到/去年.xlsx", REASONS, [("编号", "情况说明"), ("O003", WHY)])
    found = [(one["status"], f["explanation"]) for one in check().json["files"] for f in one["findings"]]
    assert ("accepted", None) in found
    assert {explanation for _, explanation in found} == {None}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("情况说明", [("编号", "情况说明"), ("Ｏ００３", WHY)]),
        ("情况说明", [("位置", "情况说明"), ("Ｉ６", WHY)]),
        ("情况说明 (2)", [("编号", "情况说明"), ("O003", WHY)]),
    ],
)
def test_a_reason_is_found_however_its_sheet_and_its_place_are_typed(
    name: str, rows: Sequence[Sequence[object]]
) -> None:
    add_sheet("收到/官渡村.xlsx", name, rows)
    assert reasons(check().json) == [("O003", WHY)]


def test_a_text_without_heads_is_a_reason_or_is_said_to_be_none() -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("官渡村情况说明",), (), ("O003", WHY), ("今年没有经费",)])
    done = check().json
    assert reasons(done) == [("O003", f"O003 {WHY}")]
    (one,) = [f for file in done["files"] for f in file["findings"] if f["code"] == "C005"]
    assert "“今年没有经费”（A4）" in one["message"]


def test_reasons_on_two_sheets_are_told_apart() -> None:
    for name, row in {REASONS: ("O003", WHY), REVIEW: ("V012", "无误")}.items():
        add_sheet("收到/官渡村.xlsx", name, [("编号", "情况说明"), row])
    assert codes(check().json) == ["C004", "O003"]


@pytest.mark.parametrize(
    ("now", "closed"),
    [({}, [("O003", WHY)] * 2), ({PEOPLE: 9_000}, [("O003", WHY)]), ({COUNTY_TEXTS: "无"}, [("O003", WHY)] * 2)],
    ids=["the same", "others", "无 for 0"],
)
def test_a_reason_written_by_hand_is_for_the_values_of_its_file(
    now: dict[str, Any], closed: list[tuple[str, str]]
) -> None:
    then = {**ONLINE, COUNTY_TEXTS: 0}
    send(GUANDU_VILLAGE, {**then, "media.national.text": "约5"}, name="旧", filled_in=date(2021, 6, 1))
    add_sheet("收到/旧.xlsx", REASONS, [("编号", "位置", "情况说明"), ("O003", "I6", WHY)])
    send(GUANDU_VILLAGE, {**then, **now}, filled_in=date(2021, 6, 20))
    assert reasons(check().json) == closed


# -- in merged workbooks -----------------------------------------------------------------------------------


def test_nothing_is_lost_by_merging_ten_times_into_the_same_workbook() -> None:
    merge()
    assert write_beside("汇总表.xlsx", {"O003": WHY}) == 1
    for _ in range(10):
        done = merge()
        assert (reasons(done), done["summary"]["open"], done.get("kept")) == ([("O003", WHY)], 0, None)
    assert said_beside("汇总表.xlsx", "O003") == [("已说明", WHY)]
    assert run("verify", "汇总表.xlsx", "收到", "名册.csv").code == 0


def test_what_several_wrote_for_one_finding_stands_there_once_however_often_it_is_merged() -> None:
    by_hand(("O003", "I6", WHY), ("O003", None, "截图已存；另有签到表"))
    merge()
    write_beside("汇总表.xlsx", {"O003": "电话问过会长"})
    for _ in range(4):
        assert reasons(merge()) == [("O003", f"{WHY}；截图已存；另有签到表；电话问过会长")]


@pytest.mark.parametrize("why", [WHY, "第一行\r\n第二行  很宽", "直播_x000D_人多", "直播\u202e人多"], ids=ascii)
def test_reasons_of_two_places_do_not_grow(why: str) -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("编号", "情况说明"), ("O003", why)])
    merge()
    write_beside("汇总表.xlsx", {"O003": "已电话问过村里"})
    merge()
    ((_, first),) = reasons(merge())
    assert first.endswith("；已电话问过村里")
    for _ in range(3):
        done = merge()
        assert (reasons(done), done.get("kept")) == ([("O003", first)], None)


def test_what_does_not_fit_beside_a_finding_stays_in_the_old_workbook() -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("编号", "情况说明"), ("O003", "甲" * 30_000)])
    merge()
    write_beside("汇总表.xlsx", {"O003": "乙" * 20_000})
    done = merge()
    assert reasons(done) == [("O003", "甲" * 30_000)]
    (kept,) = done["kept"]
    assert said_beside(kept["now"], "O003") == [("已说明", "乙" * 20_000)]
    assert "kept" not in merge()


NAMESAKES = """名称,级别,上级
郑州市,地市级,
甲县,县级,郑州市
乙县,县级,郑州市
城关镇,乡镇级,甲县
城关镇,乡镇级,乙县
李村,村居社区级,甲县/城关镇
李村,村居社区级,乙县/城关镇
"""
CITY = UnitFacts(None, "郑州市", Level.PREFECTURE)
COUNTIES = {name: UnitFacts(None, name, Level.COUNTY) for name in ("甲县", "乙县")}
TOWN, VILLAGE = UnitFacts(None, "城关镇", Level.TOWNSHIP), UnitFacts(None, "李村", Level.VILLAGE)


def merge_for(unit: UnitFacts, output: str, folder: str) -> dict[str, Any]:
    """Merge for a unit without a code."""
    of = ("--unit", unit.name, "--level", unit.level.label)
    return run("merge", folder, "--roster", "名册.csv", *of, "-o", output, "--format", "json").json


def send_namesakes() -> None:
    """Two townships of one name, each with a village of the same, of which the same is to be explained."""
    write_roster(roster=NAMESAKES)
    send(CITY, to="市", above=())
    for name, county in COUNTIES.items():
        send(county, to=name, above=(CITY,))
        send(TOWN, to=name, above=(CITY, county))


def test_a_reason_is_for_none_of_two_findings_that_nothing_tells_apart() -> None:
    send_namesakes()
    for name in COUNTIES:
        shutil.copytree(name, f"市/{name}")
    merge_for(CITY, "汇总表.xlsx", "市")
    workbook = openpyxl.load_workbook("汇总表.xlsx")
    first = next(row for row in workbook[REVIEW].iter_rows() if row[2].value == "C001")
    first[len(FINDING_HEADS) - 1].value = "甲县城关镇的村已经撤并"
    workbook.save("汇总表.xlsx")
    done = merge_for(CITY, "汇总表.xlsx", "市")
    assert (codes(done), reasons(done), len(done["kept"])) == (["C001", "C001"], [], 1)


def test_reasons_for_two_units_of_one_name_both_go_up_and_explain_no_other() -> None:
    send_namesakes()
    for name, county in COUNTIES.items():
        send(VILLAGE, ONLINE, to=name, above=(CITY, county, TOWN))
        merge_for(county, f"市/{name}汇总.xlsx", name)
        write_beside(f"市/{name}汇总.xlsx", {"O003": f"{name}的李村网络直播"})
    expected = [("O003", "乙县的李村网络直播"), ("O003", "甲县的李村网络直播")]
    for _ in range(3):
        done = merge_for(CITY, "汇总表.xlsx", "市")
        assert (sorted(reasons(done)), done.get("kept")) == (expected, None)


def test_a_changed_value_opens_the_warning_again_and_the_old_workbook_stays() -> None:
    merge()
    write_beside("汇总表.xlsx", {"O003": WHY})
    send(GUANDU_VILLAGE, {**ONLINE, PEOPLE: 2_600})
    done = merge()
    assert (reasons(done), done["summary"]["open"]) == ([], 1)
    (kept,) = done["kept"]
    assert write_beside(kept["now"], {}) == 0
    assert WHY in {row[-1] for row in openpyxl.load_workbook(kept["now"])[REVIEW].iter_rows(values_only=True)}
    assert "kept" not in merge()


def test_what_a_clerk_notes_beside_an_error_stays_and_closes_nothing() -> None:
    send(GUANDU_VILLAGE, {**ONLINE, SESSIONS: "约5"})
    merge()
    assert write_beside("汇总表.xlsx", {"V003": "已打电话，周五前重报"}) == 1
    for _ in range(3):
        done = merge()
        assert (reasons(done), "kept" in done) == ([], False)
    assert said_beside("汇总表.xlsx", "V003") == [("待改", "已打电话，周五前重报")]


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [("分单位汇总", "A40"), ("报送情况", "Q3"), ("汇总台账", "Q3"), ("信息统计表", "B30"), ("备忘", "A1")],
)
def test_text_that_a_clerk_wrote_elsewhere_keeps_the_old_workbook(sheet: str, cell: str) -> None:
    merge()
    workbook = openpyxl.load_workbook("汇总表.xlsx")
    (workbook[sheet] if sheet in workbook.sheetnames else workbook.create_sheet(sheet))[cell] = "等王主任回话"
    workbook.save("汇总表.xlsx")
    done = run("merge", "收到", *ROSTER, "-o", "汇总表.xlsx")
    assert "写出以后被人改动过，没有覆盖" in done.out.replace("\n", "")
    (kept,) = [path for path in Path().glob("*.xlsx") if path.name != "汇总表.xlsx"]
    assert openpyxl.load_workbook(kept)[sheet][cell].value == "等王主任回话"


def test_a_phone_that_a_clerk_typed_onto_the_page_keeps_the_old_workbook() -> None:
    merge()
    workbook = openpyxl.load_workbook("汇总表.xlsx")
    page = workbook.worksheets[0]
    (at,) = [cell.coordinate for row in page.iter_rows() for cell in row if cell.value == "13800000000"]
    page[at] = "13900000000"
    workbook.save("汇总表.xlsx")
    assert len(merge()["kept"]) == 1


def test_reasons_go_up_two_levels() -> None:
    send(ZHENGZHOU, to="市")
    send(HENAN, to="省")
    by_hand(("O003", "I6", WHY))
    assert reasons(merge("县/中牟县.xlsx")) == [("O003", WHY)]
    write_beside("县/中牟县.xlsx", {"C001": "村里正在换届，无人填报"})
    merge("市/郑州市汇总.xlsx", "县", "市/郑州市.xlsx", root=ZHENGZHOU)
    top = merge("省/河南省汇总.xlsx", "市/郑州市汇总.xlsx", "省/河南省.xlsx", root=HENAN)
    assert ("O003", WHY) in reasons(top)
    (one,) = [f for f in top["findings"] if f["code"] == "O003"]
    assert (one["unit"]["name"], one["unit"]["code"], one["severity"]) == ("官渡村", GUANDU_VILLAGE.code, "warning")
    assert top["summary"]["open"] == sum(f["code"] == "C003" for f in top["findings"])
    assert said_beside("省/河南省汇总.xlsx", "O003") == [("已说明", WHY)]
    assert run("verify", "省/河南省汇总.xlsx", "市/郑州市汇总.xlsx", "省/河南省.xlsx", "名册.csv").code == 0


def test_a_reason_of_the_level_below_is_said_once_where_its_return_is_here_too() -> None:
    merge("县/官渡镇.xlsx", *(f"收到/{unit.name}.xlsx" for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING)), root=GUANDU)
    assert write_beside("县/官渡镇.xlsx", {"O003": WHY}) == 1
    done = merge("中牟县.xlsx", "收到", "县")
    assert reasons(done) == [("O003", WHY)]
    assert codes(done).count("O003") == 1


def test_each_level_has_the_reasons_of_its_units() -> None:
    by_hand(("O003", "I6", WHY))
    run("merge", "收到", *ROSTER, "-o", "汇总表.xlsx", "--each-level", "各级")
    (township,) = Path("各级").rglob("*官渡镇_汇总.xlsx")
    assert said_beside(township, "O003") == [("已说明", WHY)]
    again = run("merge", "收到", *ROSTER, "-o", "汇总表.xlsx", "--each-level", "各级", "--format", "json")
    assert "kept" not in again.json


def test_strange_sheets_of_that_name_stop_nothing() -> None:
    add_sheet("收到/官渡村.xlsx", REASONS, [("随便写的",), (), ("编号",), (None, None, "没有表头")])
    add_sheet("收到/官渡镇.xlsx", REVIEW, [RETURNED_HEADS, ("X999", "?", "A0", "?", "?", "理由在这里写了")])
    done = check()
    assert done.json["summary"]["accepted"] == done.json["summary"]["files"]


def test_what_was_written_into_a_workbook_of_another_year_is_kept_even_where_it_is_overwritten() -> None:
    merge()
    write_beside("汇总表.xlsx", {"O003": WHY})
    for path in Path("收到").iterdir():
        path.unlink()
    send(ZHONGMU, edition=24)
    done = run("merge", "收到", *ROSTER, "-o", "汇总表.xlsx", "--force", "--format", "json").json
    (kept,) = done["kept"]
    assert said_beside(kept["now"], "O003") == [("待核实", WHY)]


def test_what_is_explained_stands_on_white_paper() -> None:
    def papers() -> list[object]:
        rows = openpyxl.load_workbook("汇总表.xlsx")[REVIEW].iter_rows(min_row=4)
        return [row[0].fill.fgColor.rgb if row[0].fill.fill_type else None for row in rows if row[2].value == "O003"]

    merge()
    assert papers() == ["FFFFF3CD"]
    write_beside("汇总表.xlsx", {"O003": WHY})
    merge()
    assert papers() == [None]


def test_that_nothing_is_left_to_do_is_said_only_where_it_is_so() -> None:
    def said() -> str:
        return run("merge", "收到", *ROSTER, "-o", "汇总表.xlsx").out

    nothing = "没有要处理的问题了。"
    assert ("还有 1 个单位有问题没有处理完。" in said(), nothing in said()) == (True, False)
    by_hand(("O003", "I6", WHY))
    assert nothing in said()
    Path("收到/逐鹿营村.xlsx").unlink()
    assert ("C001" in said(), nothing in said()) == (True, False)
