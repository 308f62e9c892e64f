"""`merge` through workbooks on disk, from the command line to its JSON."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from command_line import Result, codes, run
from county import ABOVE, EAST, GUANDU, GUANDU_VILLAGE, HENAN, LANGCHENGGANG, ROSTER, TOWNSHIPS, VILLAGES, ZHONGMU
from stattable.model.form import FIELDS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.county import send, sessions, write_roster
from writers.returns import filled, own_values, typed

OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)


def merge(*arguments: str | Path) -> Result:
    return run("merge", *arguments, "--format", "json", "--quiet")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """The returns of a county: its own, and those of two townships and three villages."""
    folder = tmp_path / "收到"
    send(ZHONGMU, to=folder)
    for unit in TOWNSHIPS:
        send(unit, to=folder / unit.name)
    for number, unit in enumerate(VILLAGES, start=1):
        send(unit, sessions(village=number), to=folder / ABOVE[unit][-1].name)
    return folder


def summary(gaps: dict[str, int] | None = None, **counts: int) -> dict[str, Any]:
    every = "expected received accepted rejected duplicate superseded covered missing open errors warnings infos"
    return {**dict.fromkeys(every.split(), 0), **counts, "gaps": gaps or {}}


def filled_in(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: document["total"][key] for key in keys}


# -- one level, and several -------------------------------------------------------------------------------


def test_for_one_unit_without_anything_but_typed_pages(tmp_path: Path) -> None:
    for name, figure in (("官渡镇", 2), ("狼城岗镇", 3)):
        figures = {**own_values(Level.TOWNSHIP), OF_TOWNSHIP: figure}
        typed(tmp_path / "收到" / f"{name}.xlsx", f"{name}计生协", figures)
    out = tmp_path / "汇总.xlsx"
    result = merge(tmp_path / "收到", "-o", out, "--unit", "中牟县", "--level", "县级", "--code", "410122")
    assert result.code == 0
    document = result.json
    names = [(unit["code"], unit["name"], unit["parent"], unit["status"], unit["basis"]) for unit in document["units"]]
    assert names == [
        ("410122", "中牟县", None, None, "derived"),
        (None, "官渡镇计生协", "410122", "accepted", "own"),
        (None, "狼城岗镇计生协", "410122", "accepted", "own"),
    ]
    assert document["output"] == str(out)
    assert document["root"] == {"code": "410122", "name": "中牟县", "level": "county"}
    assert document["summary"] == summary(expected=2, received=2, accepted=2, open=1, warnings=1, infos=4)
    assert codes(document) == ["C002", "H005", "H005", "U011", "U011"]  # nobody reported for county and villages
    assert [(key, document["total"][key]) for key in (OF_TOWNSHIP, "media.national.text", OF_VILLAGE)] == [
        (OF_TOWNSHIP, 5), ("media.national.text", 2), (OF_VILLAGE, None),
    ]  # fmt: skip
    assert out.exists()


def test_without_a_roster(box: Path, tmp_path: Path) -> None:
    result = merge(box, "-o", tmp_path / "汇总.xlsx")
    document = result.json
    assert (result.code, codes(document)) == (0, ["U012"])
    assert document["root"]["code"] == "410122"
    assert document["summary"] == summary(expected=6, received=6, accepted=6, infos=1)
    assert filled_in(document, OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE) == {OF_COUNTY: 2, OF_TOWNSHIP: 4, OF_VILLAGE: 6}


def test_with_a_roster(box: Path, roster: Path, tmp_path: Path) -> None:
    (box / "狼城岗镇" / "东狼城岗村.xlsx").unlink()
    result = merge(box, "--roster", roster, "--root", "4101", "-o", tmp_path / "汇总.xlsx")
    document = result.json
    assert result.code == 0
    assert document["summary"] == summary({"village": 1}, expected=7, received=5, accepted=5, missing=2, warnings=2)
    units = document["units"]
    assert [(unit["code"], unit["status"], unit["basis"], unit["total"].get(OF_VILLAGE)) for unit in units] == [
        ("4101", "missing", "derived", 3),
        ("410122", "accepted", "own", 3),
        ("410122101", "accepted", "own", 3),
        ("410122101201", "accepted", "own", 1),
        ("410122101202", "accepted", "own", 2),
        ("410122102", "accepted", "own", None),
        ("410122102201", "missing", "derived", None),
    ]  # fmt: skip
    assert [(one["code"], one["unit"]["name"], one["path"]) for one in document["findings"]] == [
        ("C001", "郑州市", None), ("C001", "狼城岗镇", None),
    ]  # fmt: skip


@pytest.mark.parametrize("with_roster", [True, False])
def test_level_by_level_is_one_go(box: Path, roster: Path, tmp_path: Path, with_roster: bool) -> None:
    known = ("--roster", roster) if with_roster else ()
    whole = merge(box, *known, "--root", "410122", "-o", tmp_path / "一次.xlsx").json
    for unit in (GUANDU, LANGCHENGGANG):
        out = tmp_path / "逐级" / f"{unit.name}.xlsx"
        assert merge(box / unit.name, *known, "--root", str(unit.code), "-o", out).code == 0
    shutil.copy(box / "中牟县.xlsx", tmp_path / "逐级")
    steps = merge(tmp_path / "逐级", *known, "--root", "410122", "-o", tmp_path / "县.xlsx").json
    assert steps["total"] == whole["total"]
    assert steps["summary"] == summary(
        expected=6 if with_roster else 3, received=3, accepted=3, covered=3 if with_roster else 0
    )
    assert codes(steps) == codes(whole) == []
    again = merge(tmp_path / "县.xlsx", *known, "--root", "4101", "-o", tmp_path / "市.xlsx").json
    assert again["total"] == whole["total"]


def test_what_is_missing_is_passed_on(box: Path, roster: Path, tmp_path: Path) -> None:
    """The township's page does not hold one of its villages: that the county says more is no error yet."""
    (box / "官渡镇" / "逐鹿营村.xlsx").unlink()
    send(ZHONGMU, sessions(township=4, village=9), to=box, scope=Scope.CUMULATIVE)
    page = tmp_path / "逐级" / "官渡镇.xlsx"
    merge(box / "官渡镇", "--roster", roster, "--root", "410122101", "-o", page)
    for path in ("中牟县.xlsx", "狼城岗镇/狼城岗镇.xlsx", "狼城岗镇/东狼城岗村.xlsx"):
        shutil.copy(box / path, tmp_path / "逐级")
    severities = []
    for folder in (box, tmp_path / "逐级"):
        document = merge(folder, "--roster", roster, "--root", "410122", "-o", tmp_path / "县.xlsx").json
        h001 = [one for one in document["findings"] if one["code"] == "H001" and one["field"] == OF_VILLAGE]
        severities += [(one["severity"], one["path"], one["cell"], one["raw"]) for one in h001]
    assert severities == [
        ("warning", str(box / "中牟县.xlsx"), "H6", "9"),
        ("warning", str(tmp_path / "逐级" / "中牟县.xlsx"), "H6", "9"),
    ]


def test_a_merged_workbook_is_a_return(box: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    total = merge(box, "-o", out).json["total"]
    (one,) = run("check", out, "--format", "json", "--quiet").json["files"]
    assert one["values"] == total
    assert len(total) == len(FIELDS) == 40
    assert (one["scope"], one["status"], one["unit"]) == (
        "cumulative", "accepted", {"code": "410122", "name": "中牟县", "level": "county"},
    )  # fmt: skip


def test_own_and_cumulative_of_one_unit(box: Path, roster: Path, tmp_path: Path) -> None:
    reported = sessions(township=4, village=7, prefecture_county=1)
    send(ZHONGMU, reported, to=box, name="中牟县汇总", scope=Scope.CUMULATIVE)
    document = merge(box, "--roster", roster, "--root", "410122", "-o", tmp_path / "县.xlsx").json
    assert document["summary"] | {"errors": 0} == summary(expected=6, received=7, accepted=7)
    county = document["units"][0]
    assert (county["status"], county["basis"]) == ("accepted", "cumulative")
    assert filled_in(document, OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE) == {OF_COUNTY: 1, OF_TOWNSHIP: 4, OF_VILLAGE: 7}
    said = [
        (one["code"], one["severity"], field)
        for one in document["findings"]
        for field in one.get("fields", [one["field"]])
        if "activities" in field
    ]
    assert said == [
        ("H002", "error", OF_COUNTY), ("H002", "error", "activities.prefecture_county.people"),
        ("H001", "error", OF_VILLAGE), ("H001", "error", "activities.village.people"),
    ]  # fmt: skip


def test_the_nation_counts_what_provinces_have(tmp_path: Path) -> None:
    henan, hubei = HENAN, UnitFacts("42", "湖北省", Level.PROVINCE)
    keys = ("online.province.website", "online.province.wechat")
    has = {**own_values(Level.PROVINCE), keys[0]: True}
    filled(tmp_path / "收到" / "河南.xlsx", henan, {**has, keys[1]: True})
    filled(tmp_path / "收到" / "湖北.xlsx", hubei, has)
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,名称,级别,上级代码,填报\n0,全国,全国,,否\n41,河南省,,0,\n42,湖北省,,0,\n", encoding="utf-8")
    for known in (("--roster", roster), ("--unit", "全国", "--level", "全国")):
        out = tmp_path / "全国.xlsx"
        document = merge(tmp_path / "收到", *known, "-o", out).json
        assert filled_in(document, *keys) == {keys[0]: 2, keys[1]: 1}
        # of what no annex lists, each province is told, and the nation only where it sends in its total
        assert [(one["code"], one["unit"]["name"]) for one in document["findings"]] == [
            ("A001", "河南省"), ("A001", "湖北省"), ("C002", "全国"),
        ]  # fmt: skip
        assert document["summary"] == summary(expected=2, received=2, accepted=2, open=3, warnings=3)
        assert [unit["total"][keys[1]] for unit in document["units"]] == [1, True, False]
        (one,) = run("check", out, "--format", "json", "--quiet").json["files"]
        assert [found["code"] for found in one["findings"]] == ["V012", "V011", "A001"]
        assert (one["status"], one["values"]) == ("accepted", document["total"])


# -- what does not count ----------------------------------------------------------------------------------


def test_rejected_and_missing(box: Path, roster: Path, tmp_path: Path) -> None:
    (box / "官渡镇" / "逐鹿营村.xlsx").unlink()
    send(GUANDU_VILLAGE, {OF_VILLAGE: "若干"}, to=box / "官渡镇")
    out = tmp_path / "县.xlsx"
    result = merge(box, "--roster", roster, "--root", "410122", "-o", out)
    document = result.json
    assert (result.code, codes(document), document["output"]) == (1, ["C001", "V002"], str(out))
    assert document["summary"] == summary(
        {"village": 2}, expected=6, received=5, accepted=4, rejected=1, missing=1, open=1, errors=1, warnings=1
    )
    statuses = {unit["name"]: unit["status"] for unit in document["units"]}
    assert (statuses["官渡村"], statuses["逐鹿营村"]) == ("rejected", "missing")
    assert document["total"][OF_VILLAGE] == 3
    out.unlink()
    strict = merge(box, "--roster", roster, "--root", "410122", "-o", out, "--strict")
    assert (strict.code, out.exists()) == (1, False)
    assert strict.json == {**document, "output": None, "check_code": None}


def test_covered(box: Path, roster: Path, tmp_path: Path) -> None:
    shutil.rmtree(box / "官渡镇")
    send(GUANDU, sessions(township=2, village=5), to=box, scope=Scope.CUMULATIVE)
    document = merge(box, "--roster", roster, "--root", "410122", "-o", tmp_path / "县.xlsx").json
    assert document["summary"] == summary(expected=6, received=4, accepted=4, covered=2)
    assert document["total"][OF_VILLAGE] == 8


def test_nothing_accepted(tmp_path: Path) -> None:
    send(GUANDU, {OF_TOWNSHIP: "若干"}, to=tmp_path / "收到")
    result = merge(tmp_path / "收到", "-o", tmp_path / "镇.xlsx")
    assert (result.code, codes(result.json), result.json["output"]) == (1, ["U012", "V002"], None)
    assert not (tmp_path / "镇.xlsx").exists()


def test_editions_that_differ(box: Path, tmp_path: Path) -> None:
    out = tmp_path / "县.xlsx"
    west = UnitFacts("410122102202", "西狼城岗村", Level.VILLAGE)  # which sent nothing this year
    send(west, to=box, above=ABOVE[EAST], edition=22)
    result = merge(box, "-o", out)
    assert (result.code, codes(result.json), out.exists()) == (1, ["T003", "T009", "U012"], True)
    texts = {one["code"]: one["message"] for one in result.json["findings"]}
    assert texts["T003"].startswith(
        "表题是第 22 个会员活动日（2020 年），而这批文件里多数（6 个）是第 23 个。请确认是否放错了年份的文件；"
    )
    assert texts["T009"] == (
        "没有指明届次，6 个文件是第 23 个会员活动日（2021 年）的，按这一届；另有 1 个是别的届次，没有计入（T003）。"
        "如果不对，请用 --edition 或 --year 指明。"
    )
    assert run("verify", out, box).code == 0
    chosen = merge(box, "-o", out, "--year", "2021")
    assert (chosen.code, codes(chosen.json), out.exists()) == (1, ["T003", "U012"], True)
    checked = run("check", box, "--format", "json").json
    assert [code for code in codes(checked) if code[0] == "T"] == ["T003", "T009"]


def test_no_edition_that_most_files_have(tmp_path: Path) -> None:
    """None has more than half: each is named, with how many files are of which, and nothing is written."""
    box, out = tmp_path / "收到", tmp_path / "县.xlsx"
    for unit, edition in zip(VILLAGES, (22, 23, 24), strict=True):
        send(unit, to=box, edition=edition)
    send(GUANDU, to=box, edition=23)
    for options in ((), ("--year", "2021")):
        result = merge(box, "--root", "410122", "-o", out, *options)
        assert (result.code, codes(result.json).count("T003"), out.exists()) == (1, 2 if options else 4, bool(options))
        out.unlink(missing_ok=True)
    for document in (merge(box, "--root", "410122", "-o", out).json, run("check", box, "--format", "json").json):
        everything = document["findings"] + [one for file in document.get("files", ()) for one in file["findings"]]
        texts = [one["message"] for one in everything if one["code"] == "T003"]
        assert len(texts) == 4
        groups = "第 23 个（2021 年）2 个文件、第 22 个（2020 年）1 个文件、第 24 个（2022 年）1 个文件"
        assert all(f"而这批文件里没有哪一届过半数：{groups}。" in text for text in texts)
        assert "T009" not in codes(document)


def test_a_file_of_another_edition_says_nothing_of_units(box: Path, tmp_path: Path) -> None:
    """Neither of the root, nor of what a unit is called now."""
    send(UnitFacts("420101", "某县", Level.COUNTY), to=box, name="外省", edition=22)
    old = UnitFacts(EAST.code, "东村", Level.VILLAGE)
    filled(box / "旧.xlsx", old, own_values(Level.VILLAGE), above=ABOVE[EAST], edition=22)
    result = merge(box, "-o", tmp_path / "县.xlsx")
    assert (result.json["root"]["code"], result.json["summary"]["accepted"]) == ("410122", 6)
    # 东狼城岗村 sent this year's too, so nothing is to be done about last year's.
    assert [code for code in codes(result.json) if code != "U012"] == ["T003", "T003", "T009", "U016"]


def test_nothing_points_to_a_workbook_that_was_not_written(tmp_path: Path) -> None:
    for number in range(40):
        send(
            UnitFacts(f"4101221012{number:02}", f"村{number}村", Level.VILLAGE),
            to=tmp_path / "收到",
            edition=22 + number % 2,
        )
    out = tmp_path / "县.xlsx"
    result = run("merge", tmp_path / "收到", "-o", out, "--unit", "官渡镇", "--level", "乡镇级", "--code", "410122101")
    assert (result.code, out.exists(), "没有写出汇总表" in result.out) == (1, False, True)
    assert "见汇总表" not in result.out


def test_a_place_that_is_not_known_may_be_counted_twice(box: Path, tmp_path: Path) -> None:
    send(ZHONGMU, sessions(township=9), to=box, scope=Scope.CUMULATIVE)
    typed(box / "城关镇.xlsx", "城关镇", own_values(Level.TOWNSHIP))
    result = merge(box, "--root", "4101", "-o", tmp_path / "市.xlsx")
    assert (result.code, result.json["output"], (tmp_path / "市.xlsx").exists()) == (1, None, False)
    assert "H004" in codes(result.json)


# -- levels that nobody reported for ----------------------------------------------------------------------


def blank_levels(result: Result) -> list[str]:
    return [one["message"].partition("请核对")[0] for one in result.json["findings"] if one["code"] == "C002"]


def test_levels_without_a_figure(tmp_path: Path) -> None:
    """A roster that ends at the counties, whose blanks asked for their own figures only."""
    roster = write_roster(tmp_path / "名册.csv", "代码,名称\n4101,郑州市\n410122,中牟县\n410181,巩义市\n")
    box, out = tmp_path / "收到", tmp_path / "市.xlsx"
    above = ABOVE[ZHONGMU]
    gongyi = UnitFacts("410181", "巩义市", Level.COUNTY)
    filled(box / "市.xlsx", above[-1], own_values(Level.PREFECTURE), above=above[:1])
    for unit in (ZHONGMU, gongyi):
        filled(box / f"{unit.name}.xlsx", unit, own_values(Level.COUNTY), above=above)
    result = merge(box, "--roster", roster, "-o", out)
    assert (result.code, codes(result.json)) == (0, ["C002"])
    assert blank_levels(result) == ["“郑州市”的汇总里，乡镇级、村居社区级的栏目一个数也没有。"]
    assert merge(box, "--roster", roster, "-o", out, "--fail-on", "warning").code == 1
    assert run("verify", out, box, roster).code == 0
    below = {**own_values(Level.COUNTY), OF_VILLAGE: 3, "activities.village.people": 90}
    filled(box / "巩义市.xlsx", gongyi, below, above=above, scope=Scope.CUMULATIVE)
    assert blank_levels(merge(box, "--roster", roster, "-o", out)) == ["“郑州市”的汇总里，乡镇级的栏目一个数也没有。"]
    filled(box / "巩义市.xlsx", gongyi, {**below, OF_TOWNSHIP: 0}, above=above, scope=Scope.CUMULATIVE)
    assert blank_levels(merge(box, "--roster", roster, "-o", out)) == []  # 0 is a figure


def test_a_level_whose_units_are_missing_is_not_said_again(box: Path, roster: Path, tmp_path: Path) -> None:
    for unit in VILLAGES:
        (box / ABOVE[unit][-1].name / f"{unit.name}.xlsx").unlink()
    result = merge(box, "--roster", roster, "--root", "410122", "-o", tmp_path / "县.xlsx")
    assert codes(result.json) == ["C001", "C001"]


# -- files, and where the result goes ---------------------------------------------------------------------


def test_order_and_repetition_of_arguments_change_nothing(box: Path, tmp_path: Path) -> None:
    paths = [path.relative_to(box) for path in box.rglob("*.xlsx")]
    arguments = [box / path for path in sorted(paths)]
    out = tmp_path / "县.xlsx"
    expected = merge(box, "-o", out).json
    for given in (arguments, arguments[::-1], [*arguments, arguments[0]], [arguments[2], box, box / "官渡镇"]):
        assert merge(*given, "-o", out).json == expected
    assert merge(box / "官渡镇" / "..", "-o", out).json["total"] == expected["total"]


def test_the_output_among_the_inputs_is_not_read_again(box: Path) -> None:
    first = merge(box, "-o", box / "汇总.xlsx")
    second = merge(box, "-o", box / "汇总.xlsx")
    assert (first.code, second.code, second.json) == (0, 0, first.json)
    elsewhere = merge(box, "-o", box.parent / "汇总.xlsx")
    assert codes(elsewhere.json) == ["U008", "U012"]
    assert elsewhere.json["total"] == first.json["total"]
    assert elsewhere.json["summary"] == first.json["summary"] | {"infos": 2}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("汇总.xlsx", "-o", "汇总.xlsx"), "输出文件“汇总.xlsx”也是要汇总的报表之一"),
        (("中牟县.xlsx", "汇总.xlsx", "-o", "汇总.xlsx"), "输出文件“汇总.xlsx”也是要汇总的报表之一"),
        ((".", "-o", "中牟县.xlsx"), "输出文件“中牟县.xlsx”也是要汇总的报表之一"),
        ((".", "-o", "../收到/中牟县.xlsx"), "输出文件“../收到/中牟县.xlsx”也是要汇总的报表之一"),
        ((".", "-o", "镇.xlsx"), "输出文件“镇.xlsx”也是要汇总的报表之一"),  # what a township sent in
        (("汇总.xlsx", "-o", "别处.xlsx"), "这里只有以前的汇总结果"),
        (("汇总", "-o", "汇总/汇总.xlsx"), "这里只有以前的汇总结果"),
        (("空", "-o", "别处.xlsx"), "没有可读取的报表：空"),
    ],
)
def test_nothing_is_overwritten_or_made_of_nothing(
    box: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], text: str
) -> None:
    monkeypatch.chdir(box)
    assert merge("官渡镇", "-o", "镇.xlsx", "--root", "410122101").code == 0
    assert merge("中牟县.xlsx", "官渡镇", "狼城岗镇", "-o", "汇总.xlsx").code == 0
    Path("汇总").mkdir()
    shutil.copy("汇总.xlsx", "汇总")
    Path("空").mkdir()
    before = {path: path.read_bytes() for path in Path().rglob("*.xlsx")}
    result = merge(*arguments)
    assert (result.code, result.out) == (2, "")
    assert text in result.err.replace("\n", "")
    assert {path: path.read_bytes() for path in Path().rglob("*.xlsx")} == before


def test_a_faulty_roster(box: Path, roster: Path, tmp_path: Path) -> None:
    write_roster(roster, f"{ROSTER}41,河北省,,,,,,\n")
    result = merge(box, "--roster", roster, "-o", tmp_path / "省.xlsx")
    assert (result.code, codes(result.json), (tmp_path / "省.xlsx").exists()) == (1, ["U007"], False)


def test_which_of_two_different_returns_counts(box: Path, tmp_path: Path) -> None:
    send(ZHONGMU, {OF_COUNTY: 5}, to=box, name="更正", filled_in="2021年6月20日")
    refused, latest = (merge(box, "-o", tmp_path / "县.xlsx", *more) for more in ((), ("--duplicates", "latest")))
    assert (refused.code, codes(refused.json), refused.json["total"][OF_COUNTY]) == (1, ["U005", "U005", "U012"], None)
    assert (latest.code, codes(latest.json), latest.json["total"][OF_COUNTY]) == (0, ["U010", "U012"], 5)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("-o", "收到/中牟县.xlsx"), "收到/中牟县.xlsx"),
        (("-o", "县.xlsx", "--accounts-csv", "名册.csv"), "名册.csv"),
        (("-o", "县.xlsx", "--findings", "名册.csv"), "名册.csv"),
        (("-o", "县.xlsx", "--accounts-csv", "县.csv", "--findings", "./县.csv"), "./县.csv"),
    ],
)
def test_no_output_overwrites_the_roster_a_return_or_another_output(
    box: Path, roster: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], path: str
) -> None:
    monkeypatch.chdir(box.parent)
    before = {one: one.read_bytes() for one in Path().rglob("*") if one.is_file()}
    result = merge("收到", "--roster", "名册.csv", "--root", "410122", *arguments)
    assert (result.code, result.out) == (2, "")
    assert f"输出文件“{path}”" in result.err.replace("\n", "")
    assert {one: one.read_bytes() for one in Path().rglob("*") if one.is_file()} == before
