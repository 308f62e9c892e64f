"""This year's figures beside last year's: what is said of them, and the sheet 同比, which `verify` knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import Result, run, squeezed
from county import GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHONGMU, ZHULUYING
from stattable.model.form import FIELD_BY_KEY
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.proving.titles import LIST_HEAD
from stattable.proving.year_on_year import YEARS_SHEET
from writers.county import send, write_roster
from writers.returns import own_values, typed

SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"
TEXT = "media.village.text"
NOW, THEN = "收到", "去年"
LAST = 22
PEOPLE_BESIDE = "services.condolence.village.people"
ARTICLES = "media.county.text"

pytestmark = pytest.mark.usefixtures("here")


def compared(*more: str | Path, previous: str | Path = THEN) -> list[tuple[str, str | None, str | None]]:
    """The findings of `check` on last year: their codes, fields and contents."""
    result = run("check", NOW, "--previous", previous, "--format", "json", "--quiet", "--roster", "名册.csv", *more)
    findings = [one for file in result.json["files"] for one in file["findings"]]
    return [(one["code"], one["field"], one["raw"]) for one in findings if one["code"].startswith("O1")]


def both(then: Mapping[str, Any], now: Mapping[str, Any], unit: UnitFacts = GUANDU_VILLAGE, **more: Any) -> None:
    send(unit, then, to=THEN, edition=LAST, **more)
    send(unit, now, to=NOW, **more)


@pytest.mark.parametrize(
    ("field", "then", "now", "code"),
    [
        (SESSIONS, 2, 10, None),  # five times, and not more
        (SESSIONS, 2, 11, "O101"),
        (SESSIONS, 11, 2, "O102"),
        (SESSIONS, 10, 2, None),
        (SESSIONS, 1, 9, None),  # below the floor
        (SESSIONS, 9, 1, None),
        (ARTICLES, 0, 10, "O101"),
        (ARTICLES, 0, 9, None),
        (ARTICLES, None, 15, None),  # nothing was known
        (PEOPLE, 80, 499, None),
        (PEOPLE, 80, 500, "O101"),
        (PEOPLE, 500, 80, "O102"),
        (PEOPLE, 500, 100, None),
        (PEOPLE_BESIDE, 499, 60, None),
        (ARTICLES, 10, 0, "O103"),
        (ARTICLES, 10, None, "O103"),
        (ARTICLES, 9, 0, None),
        (ARTICLES, 0, 0, None),
        (ARTICLES, None, None, None),
    ],
)
def test_figures(field: str, then: int | None, now: int | None, code: str | None) -> None:
    both({SESSIONS: 5, PEOPLE: 300, field: then}, {SESSIONS: 5, PEOPLE: 300, field: now})
    raw = None if now is None else str(now)
    assert compared() == ([(code, field, raw)] if code else [])


@pytest.mark.parametrize(("factor", "codes"), [("11", []), ("3", ["O101"]), ("10", ["O101"])])
def test_the_factor_is_an_option(factor: str, codes: list[str]) -> None:
    both({SESSIONS: 1, PEOPLE: 60}, {SESSIONS: 11, PEOPLE: 300})
    assert [code for code, _, _ in compared("--factor", factor)] == codes


def test_what_it_says() -> None:
    both({SESSIONS: 1, PEOPLE: 1200, ARTICLES: 10}, {SESSIONS: 12, PEOPLE: 150, ARTICLES: None})
    result = run(
        "check", NOW, "--previous", THEN, "--select", "O1", "--format", "json", "--quiet", "--fail-on", "warning"
    )
    assert result.code == 1
    (file,) = result.json["files"]
    assert (file["status"], file["unit"]["name"]) == ("accepted", "官渡村")
    wrong, left_out = (
        "请核实：填错的请改正；确是这样的，请写明原因。",
        "请核实：漏填的请补上；确实没有开展的，请填 0 并写明原因。",
    )
    village = "宣传活动 · 村居社区计生协"
    assert [(one["code"], one["severity"], one["message"]) for one in file["findings"]] == [
        ("O101", "warning", f"{village} · 活动场次（H6）填的是 12，2020 年是 1，是那时的 12 倍。{wrong}"),
        ("O102", "warning", f"{village} · 宣传人数（I6）填的是 150，2020 年是 1200，那时是现在的 8 倍。{wrong}"),
        ("O103", "warning", f"媒体宣传 · 县级媒体 · 文字稿件（H14）空着，2020 年是 10。{left_out}"),
    ]


def test_many_of_one_kind_are_one_finding() -> None:
    media = [key for key in FIELD_BY_KEY if key.startswith("media")]
    both(dict.fromkeys(media, 10), dict.fromkeys(media, 0))
    ((code, field, raw),) = compared()
    assert (code, field, raw) == ("O103", None, "、".join(["0"] * 8))


@pytest.mark.parametrize(
    "now",
    [
        {SESSIONS: 0, PEOPLE: 600},  # R001
        {SESSIONS: 20, PEOPLE: 0},  # R002
        {SESSIONS: 20, PEOPLE: "若干"},  # V002
        {SESSIONS: 20, PEOPLE: 9000},  # O003
    ],
)
def test_what_is_doubted_already_is_not_doubted_again(now: dict[str, Any]) -> None:
    both({SESSIONS: 20, PEOPLE: 600}, now)
    assert compared() == []


def test_only_the_same_unit_is_compared() -> None:
    much, little = {SESSIONS: 20, PEOPLE: 2000}, {SESSIONS: 2, PEOPLE: 60}
    send(ZHULUYING, much, to=THEN, edition=LAST)
    send(GUANDU, to=THEN, edition=LAST)
    send(GUANDU_VILLAGE, little)  # no return last year
    send(UnitFacts("410122101202", "新营村", Level.VILLAGE), little, name="新营村")  # another name
    write_roster(roster=ROSTER.replace("逐鹿营村", "新营村"))
    assert compared() == []


@pytest.mark.parametrize("then", [Scope.OWN, Scope.CUMULATIVE])
@pytest.mark.parametrize("now", [Scope.OWN, Scope.CUMULATIVE])
def test_only_the_same_scope_is_compared(then: Scope, now: Scope) -> None:
    of = {Scope.OWN: {}, Scope.CUMULATIVE: own_values(Level.VILLAGE)}
    send(GUANDU, {**of[then], ARTICLES: 100}, to=THEN, edition=LAST, scope=then)
    send(GUANDU, {**of[now], ARTICLES: 3}, scope=now)
    assert compared() == ([("O102", ARTICLES, "3")] if then is now else [])


def test_returns_that_were_typed_are_known_by_their_names() -> None:
    typed(Path(THEN, "甲.xlsx"), "官渡镇官渡村", own_values(Level.VILLAGE), edition=LAST)
    typed(Path(NOW, "乙.xlsx"), "官渡村", {**own_values(Level.VILLAGE), ARTICLES: 30})
    assert compared() == [("O101", ARTICLES, "30")]


def without_codes(unit: UnitFacts) -> UnitFacts:
    return UnitFacts(None, unit.name, unit.level)


def test_a_side_without_codes() -> None:
    above = tuple(map(without_codes, (ZHONGMU, GUANDU)))
    send(without_codes(GUANDU_VILLAGE), to=THEN, edition=LAST, above=above)
    send(GUANDU_VILLAGE, {ARTICLES: 30})
    result = run("check", NOW, "--previous", THEN, "--format", "json", "--quiet")
    assert [one["code"] for file in result.json["files"] for one in file["findings"]] == ["O101"]


# -- merged ----------------------------------------------------------------------------------------------


def merge(output: str, *more: str | Path, paths: str = NOW) -> Result:
    return run("merge", paths, "-o", output, "--roster", "名册.csv", "--root", "410122", "--quiet", *more)


def whole_county(to: str, edition: int, **figures: Any) -> None:
    for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING):
        send(unit, to=to, edition=edition)
    send(LANGCHENGGANG, {**own_values(Level.VILLAGE), **figures}, to=to, edition=edition, scope=Scope.CUMULATIVE)


def rows(path: str) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path)[YEARS_SHEET]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("previous", ["去年汇总.xlsx", THEN])
def test_merge_writes_a_sheet_that_verify_knows(previous: str) -> None:
    whole_county(THEN, LAST, **{ARTICLES: 20})
    assert merge("去年汇总.xlsx", paths=THEN).code == 0
    whole_county(NOW, LAST + 1, **{ARTICLES: 2, PEOPLE: 90})
    result = merge("汇总.xlsx", "--previous", previous, "--format", "json")
    assert [(one["code"], one["path"], one["raw"]) for one in result.json["findings"] if one["code"] == "O102"] == [
        ("O102", f"{NOW}/狼城岗镇.xlsx", "2")
    ]
    heads, body = rows("汇总.xlsx")[:LIST_HEAD], rows("汇总.xlsx")[LIST_HEAD:]
    assert heads[0][0] == "中牟县 同比：第 23 个会员活动日（2021 年）与第 22 个（2020 年）"
    assert heads[2] == [
        "单位",
        "级别",
        "栏目",
        "指标",
        "第 22 个\n（2020 年）",
        "第 23 个\n（2021 年）",
        "增减",
        "增减率",
    ]
    assert list(dict.fromkeys(row[0] for row in body)) == ["中牟县", "官渡镇", "狼城岗镇"]
    articles = [row for row in body if row[2:4] == ["媒体宣传 · 县级媒体", "文字稿件"]]
    assert articles == [
        ["中牟县", "县级", "媒体宣传 · 县级媒体", "文字稿件", 23, 5, -18, "-78.3%"],
        ["官渡镇", "乡镇级", "媒体宣传 · 县级媒体", "文字稿件", 3, 3, 0, "0%"],
        ["狼城岗镇", "乡镇级", "媒体宣传 · 县级媒体", "文字稿件", 20, 2, -18, "-90.0%"],
    ]
    alone, remade = run("verify", "汇总.xlsx"), run("verify", "汇总.xlsx", NOW, "名册.csv")
    assert (alone.code, remade.code) == (0, 0), alone.out + remade.out


def test_a_sheet_that_was_typed_over_is_found() -> None:
    whole_county(THEN, LAST)
    whole_county(NOW, LAST + 1)
    merge("汇总.xlsx", "--previous", THEN)
    book = openpyxl.load_workbook("汇总.xlsx")
    book[YEARS_SHEET]["E9"] = 777
    book.save("改.xlsx")
    del book[YEARS_SHEET]
    book.save("删.xlsx")
    changed, gone = (run("verify", name, "--format", "json").json["findings"] for name in ("改.xlsx", "删.xlsx"))
    assert ("P011", YEARS_SHEET, "A9") in [(one["code"], one["sheet"], one["cell"]) for one in changed]
    assert ("P003", YEARS_SHEET) in [(one["code"], one["sheet"]) for one in gone]


def test_each_level_has_its_own() -> None:
    whole_county(THEN, LAST)
    whole_county(NOW, LAST + 1)
    merge("汇总.xlsx", "--previous", THEN, "--each-level", "逐级")
    (path,) = Path("逐级").rglob("*官渡镇_汇总.xlsx")
    assert list(dict.fromkeys(row[0] for row in rows(str(path))[LIST_HEAD:])) == ["官渡镇", "官渡村", "逐鹿营村"]
    assert run("verify", path).code == 0


def test_without_it_there_is_no_sheet() -> None:
    whole_county(NOW, LAST + 1)
    merge("汇总.xlsx")
    assert YEARS_SHEET not in openpyxl.load_workbook("汇总.xlsx").sheetnames


# -- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", [LAST + 1, LAST + 2])
@pytest.mark.parametrize("command", [["check", NOW], ["merge", NOW, "-o", "汇总.xlsx", "--roster", "名册.csv"]])
def test_what_is_not_before_is_refused(command: list[str], edition: int) -> None:
    send(GUANDU_VILLAGE, to=THEN, edition=edition)
    send(GUANDU_VILLAGE)
    result = run(*command, "--previous", THEN, "--quiet")
    assert (result.code, Path("汇总.xlsx").exists()) == (2, False)
    assert f"“去年”是第{edition}个会员活动日" in squeezed(result.err)


def test_nothing_to_compare_with_is_refused() -> None:
    Path(THEN).mkdir()
    send(GUANDU_VILLAGE)
    assert run("check", NOW, "--previous", THEN).code == 2
    Path(THEN, "坏.xlsx").write_bytes(b"")
    result = run("check", NOW, "--previous", THEN)
    assert (result.code, "没有可以比较的数" in squeezed(result.err)) == (2, True)


def test_last_years_files_are_never_this_years_nor_written_over() -> None:
    whole_county(THEN, LAST)
    whole_county(NOW, LAST + 1)
    merge(f"{NOW}/去年汇总.xlsx", paths=THEN)
    result = merge("汇总.xlsx", "--previous", f"{NOW}/去年汇总.xlsx", "--format", "json")
    assert (result.code, result.json["summary"]["received"]) == (0, 4)
    before = Path(NOW, "去年汇总.xlsx").read_bytes()
    refused = merge(f"{NOW}/去年汇总.xlsx", "--previous", f"{NOW}/去年汇总.xlsx", "--force")
    assert (refused.code, Path(NOW, "去年汇总.xlsx").read_bytes()) == (2, before)


def test_last_years_folder_may_lie_among_this_years_files() -> None:
    whole_county(f"{NOW}/{THEN}", LAST)
    whole_county(NOW, LAST + 1)
    assert merge("汇总.xlsx", "--previous", f"{NOW}/{THEN}").code == 0
    assert run("verify", "汇总.xlsx", NOW, "名册.csv").code == 0
