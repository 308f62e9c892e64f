"""What stands in front of a name and contradicts the root is never taken off; dates and editions that nobody said."""

from pathlib import Path

import pytest

from command_line import run
from county import ROSTER
from stattable.model.units import Level
from stattable.reading.roster import read_roster
from writers.county import write_roster
from writers.returns import own_values, typed

COUNTY = "410122"


@pytest.fixture(autouse=True)
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("收到").mkdir()


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("官渡镇计生协", True),
        ("河南省郑州市中牟县官渡镇计生协", True),
        ("郑州市中牟县官渡镇计生协", True),
        ("浙江省官渡镇计生协", False),
        ("安阳市中牟县官渡镇计生协", False),
        ("浙江省杭州市西湖区转塘街道计生协", False),
        ("浚县城关镇计生协", False),
        ("郑州市浚县城关镇计生协", False),
        ("中牟新区街道计生协", True),
        ("旧县镇计生协", True),
    ],
)
def test_without_a_roster_a_parent_that_contradicts_the_root(name: str, is_ours: bool) -> None:
    typed(Path("收到/1.xlsx"), name, own_values(Level.TOWNSHIP))
    done = run(
        "merge", "收到", "--unit", "中牟县", "--level", "县级", "--code", COUNTY, "-o", "o.xlsx", "--format", "json"
    )
    outside = [one for one in done.json["findings"] if one["code"] == "U002"]
    assert (done.json["summary"]["accepted"], len(outside)) == ((1, 0) if is_ours else (0, 1))
    assert all("不属于“中牟县”" in one["message"] for one in outside)


def test_a_code_that_is_mistyped_takes_no_township_out_of_its_county() -> None:
    write_roster("名册.csv", ROSTER + "410132103,白沙镇,,,,,,\n")
    assert read_roster("名册.csv").faults == []  # 4101 is there: it hangs under the prefecture
    beginning = "代码,名称\n410122,中牟县\n410122101,官渡镇\n410132103,白沙镇\n"
    write_roster("名册.csv", beginning)
    (fault,) = read_roster("名册.csv").faults
    assert (fault.code, fault.params["reason"]) == ("U007", "stray")
    write_roster("名册.csv", beginning.replace("代码,名称", "代码,名称,上级代码").replace("白沙镇", "白沙镇,-"))
    assert read_roster("名册.csv").faults == []


def test_an_alias_may_be_a_number(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["代码", "名称", "别名"], ["410122", "中牟县", ""], ["410122101", "二〇三镇", 203]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save("名册.xlsx")
    assert read_roster("名册.xlsx").tree["410122101"].aliases == ("203",)


def test_where_no_title_says_an_edition_the_dates_do() -> None:
    typed(Path("收到/1.xlsx"), "官渡镇计生协", own_values(Level.TOWNSHIP), change=_without_edition)
    done = run("merge", "收到", "--unit", "中牟县", "--level", "县级", "-o", "o.xlsx")
    assert "第24个“5.29会员活动日”信息统计表" in done.out


def _without_edition(sheet: object) -> None:
    sheet["A2"], sheet["H18"] = "“5.29会员活动日”信息统计表", "2022年6月15日"  # type: ignore[index]


def test_the_edition_that_is_asked_for_says_which_dates_are_plausible() -> None:
    for name, day, sessions in (("1", "2021年6月20日", 3), ("2", "2027年6月1日", 4)):

        def change(sheet: object, day: str = day) -> None:
            sheet["A2"], sheet["H18"] = "“5.29会员活动日”信息统计表", day  # type: ignore[index]

        typed(Path(f"收到/{name}.xlsx"), "官渡镇计生协", own_values(Level.TOWNSHIP, sessions), change=change)
    options = ("--unit", "中牟县", "--level", "县级", "--year", "2021", "--duplicates", "latest", "-o", "o.xlsx")
    done = run("merge", "收到", *options, "--format", "json")
    assert done.json["total"]["activities.township.sessions"] == 3


def test_copies_of_one_file_are_one_voice_for_an_edition() -> None:
    for name, unit, edition in (("1", "官渡镇", 23), ("2", "狼城岗镇", 23), ("3", "白沙镇", 22)):
        typed(Path(f"收到/{name}.xlsx"), unit, own_values(Level.TOWNSHIP), edition=edition)
    for copy in ("4", "5", "6"):
        Path(f"收到/{copy}.xlsx").write_bytes(Path("收到/3.xlsx").read_bytes())
    done = run("check", "收到", "--format", "json")
    of_files = {Path(one["path"]).stem: [f["code"] for f in one["findings"]] for one in done.json["files"]}
    assert ("T003" in of_files["1"], "T003" in of_files["3"]) == (False, True)


def test_years_beyond_the_range_are_refused_in_chinese() -> None:
    refused = run("new", "--unit", "官渡镇计生协", "--year", "1998", "-o", "x.xlsx")
    assert (refused.code, "应在 1999 到 2197 之间" in refused.err) == (2, True)
