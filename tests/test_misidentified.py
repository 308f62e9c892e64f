"""Files that say too much, too little or something else of whose they are: through the command line."""

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from command_line import Result, codes, run
from county import GUANDU, LANGCHENGGANG, TO_COUNTY, TO_GUANDU, ZHONGMU
from deferred import deferred
from stattable.model.identity import IDENTITY_SHEET, UnitFacts
from stattable.model.units import Level, Scope
from writers.returns import filled, own_values, typed

VILLAGE = own_values(Level.VILLAGE)
PEOPLE = "activities.village.people"


def village(number: int) -> UnitFacts:
    return UnitFacts(f"4101221012{number:02}", f"{number}号村", Level.VILLAGE)


def send(folder: Path, numbers: range, above: tuple[UnitFacts, ...] = TO_GUANDU, **more: Any) -> None:
    """The returns of villages, 60 people each."""
    for number in numbers:
        filled(folder / f"{number:02}.xlsx", village(number), VILLAGE, above=above, **more)


# -- identities beyond all limits -------------------------------------------------------------------------


@deferred
def parents(sheet: Any, count: int, name: str) -> None:
    """Have the hidden sheet name `count` more units above, of names that begin with `name`."""
    for number in range(count):
        sheet.parent[IDENTITY_SHEET].append(["above", "", f"{name}{number}", "township"])


# The command line, in a process that may not take more than a gigabyte, nor may any that it starts.
LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from stattable.cli.commands import main
main()
"""


@pytest.mark.parametrize("command", ["check", "merge"])
@pytest.mark.parametrize("count", [10_000, 1_000], ids=["big enough for a process of its own", "small"])
def test_an_identity_with_thousands_of_parents(tmp_path: Path, command: str, count: int) -> None:
    send(tmp_path, range(1, 4))
    send(tmp_path, range(9, 10), change=parents(count, "某某某某某某某某某某某某某某某某镇"))
    options = ["-o", str(tmp_path / "汇总表.xlsx"), "--root", "410122101"] if command == "merge" else []
    arguments = [sys.executable, "-c", LIMITED, command, str(tmp_path), *options, "--format", "json"]
    started = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False)
    assert time.monotonic() - started < 10
    document = json.loads(done.stdout)
    of_township = ["C002"] if command == "merge" else []  # nobody reported for it
    assert (done.returncode, codes(document)) == (1, [*of_township, "U013"])
    assert (document["summary"]["accepted"], document["summary"]["rejected"]) == (3, 1)


# -- one against many -------------------------------------------------------------------------------------

RENAMED = (*TO_COUNTY[:2], UnitFacts("410122", "中牟新区", Level.COUNTY), GUANDU)


def test_one_blank_that_names_the_county_otherwise(tmp_path: Path) -> None:
    """It is the first file, so that the others would contradict it."""
    send(tmp_path / "收到", range(2, 22))
    send(tmp_path / "收到", range(1, 2), RENAMED)
    checked = run("check", tmp_path / "收到", "--format", "json")
    assert (checked.code, codes(checked.json)) == (1, ["U009"])
    out = tmp_path / "汇总表.xlsx"
    merged = run("merge", tmp_path / "收到", "--root", "410122101", "-o", out, "--format", "json")
    fault, of_township = merged.json["findings"]
    assert of_township["code"] == "C002"  # nobody reported for it
    assert (merged.code, Path(fault["path"]).name, fault["code"]) == (1, "01.xlsx", "U009")
    assert fault["message"].startswith(
        "单位标识矛盾：单位 410122 的名称，20 个文件说是“中牟县”，1 个（包括这个）说是“中牟新区”。"
    )
    assert (merged.json["summary"]["accepted"], merged.json["total"][PEOPLE]) == (20, 20 * 60)
    assert out.exists()


# -- counted twice, or not --------------------------------------------------------------------------------

COUNTY = ("--unit", "中牟县", "--level", "县级")


def with_two_villages(level: Level) -> dict[str, int]:
    own = own_values(level)
    return {key: own.get(key, 0) + 2 * VILLAGE.get(key, 0) for key in own | VILLAGE}


def township(folder: Path, unit: UnitFacts) -> None:
    """A township's cumulative return, 60 people of each of its two villages in it."""
    filled(folder / "镇.xlsx", unit, with_two_villages(Level.TOWNSHIP), scope=Scope.CUMULATIVE)


@pytest.mark.parametrize("above", [(), (ZHONGMU,)])
def test_villages_that_a_township_without_code_may_hold(tmp_path: Path, above: tuple[UnitFacts, ...]) -> None:
    township(tmp_path / "收到", UnitFacts(None, "官渡镇", Level.TOWNSHIP))
    send(tmp_path / "收到", range(1, 3), above)
    out = tmp_path / "汇总表.xlsx"
    merged = run("merge", tmp_path / "收到", *COUNTY, "-o", out, "--format", "json")
    (doubt,) = (one for one in merged.json["findings"] if one["code"] == "H004")
    assert (merged.code, Path(doubt["path"]).name, out.exists()) == (1, "镇.xlsx", False)
    assert doubt["message"].startswith("“官渡镇计生协”报了汇总数，不知道其中是不是已经包含“1号村”、“2号村”。")


def test_a_county_of_which_only_the_name_is_known_and_its_village(tmp_path: Path) -> None:
    typed(tmp_path / "收到" / "县.xlsx", "中牟县", with_two_villages(Level.COUNTY))
    send(tmp_path / "收到", range(1, 2), ())
    options = ("--unit", "郑州市", "--level", "地市级", "-o", tmp_path / "汇总表.xlsx", "--format", "json")
    assert "H004" in codes(run("merge", tmp_path / "收到", *options).json)
    send(tmp_path / "收到", range(1, 2), TO_COUNTY)  # whose blank says that it is in this county
    merged = run("merge", tmp_path / "收到", *options)
    assert ("H004" in codes(merged.json), merged.json["total"][PEOPLE]) == (False, 120)


BY_CODE = ("--unit", "中牟县", "--code", "４１０１２２")


@pytest.mark.parametrize(
    ("root", "above"),
    [
        (("--root", "410122"), (ZHONGMU,)),
        (("--root", "410122"), TO_COUNTY),
        (BY_CODE, (ZHONGMU,)),
        (BY_CODE, TO_COUNTY[:2]),  # nobody speaks of the county
        (BY_CODE, ()),
    ],
)
def test_villages_whose_codes_say_which_township_holds_them(
    tmp_path: Path, root: tuple[str, ...], above: tuple[UnitFacts, ...]
) -> None:
    township(tmp_path / "收到", GUANDU)
    send(tmp_path / "收到", range(1, 3), above)
    merged = run("merge", tmp_path / "收到", *root, "-o", tmp_path / "汇总表.xlsx", "--format", "json")
    assert (merged.code, merged.json["total"][PEOPLE]) == (0, 120)


# -- one name ---------------------------------------------------------------------------------------------


def by_hand(folder: Path, place: str, name: str = "东村", people: int = 60, **more: Any) -> Path:
    return typed(folder / "收到" / place / f"{name}.xlsx", name, VILLAGE | {PEOPLE: people}, **more)


def checked(folder: Path) -> dict[str, tuple[str, ...]]:
    """What became of the files in a check: the status, and the codes that speak of the unit."""
    return {
        Path(one["path"]).relative_to(folder / "收到").as_posix().removesuffix(".xlsx"): (
            one["status"], *(finding["code"] for finding in one["findings"] if finding["code"][0] == "U"),
        )
        for one in run("check", folder / "收到", "--format", "json").json["files"]
    }  # fmt: skip


def merged(folder: Path, *options: str) -> Result:
    return run("merge", folder / "收到", *COUNTY, *options, "-o", folder / "汇总表.xlsx", "--format", "json")


def test_two_villages_of_one_name_in_the_folders_of_two_townships(tmp_path: Path) -> None:
    by_hand(tmp_path, "甲镇")
    by_hand(tmp_path, "乙镇")
    by_hand(tmp_path, "丙镇", "西村")
    assert set(checked(tmp_path).values()) == {("accepted",)}
    result = merged(tmp_path)
    assert (result.code, result.json["summary"]["accepted"], result.json["total"][PEOPLE]) == (0, 3, 180)
    assert {unit["name"] for unit in result.json["units"]} == {"中牟县", "甲镇东村", "乙镇东村", "西村"}
    texts = [one["message"] for one in result.json["findings"] if one["code"] == "U011"]
    assert [text.partition("；级别")[2].partition("。")[0] for text in texts] == [
        "按名称定为村居社区级",
        "按名称定为村居社区级，与同名的单位按上级“乙镇”区分",
        "按名称定为村居社区级，与同名的单位按上级“甲镇”区分",
    ]
    assert run("verify", tmp_path / "汇总表.xlsx", tmp_path / "收到").code == 0


@pytest.mark.parametrize("people", [60, 61])
def test_two_folders_that_say_nothing(tmp_path: Path, people: int) -> None:
    one, two = by_hand(tmp_path, "第一批"), by_hand(tmp_path, "邮件", people=people)
    if people == 60:
        two.write_bytes(one.read_bytes())  # not even then
    by_hand(tmp_path, "邮件", "西村")
    doubt = ("rejected", "U014")
    assert checked(tmp_path) == {"第一批/东村": doubt, "邮件/东村": doubt, "邮件/西村": ("accepted",)}
    result = merged(tmp_path, "--duplicates", "latest")
    assert (result.code, result.json["summary"]["accepted"], result.json["total"][PEOPLE]) == (1, 1, 60)
    assert [one["message"].partition("是同一张的")[0] for one in result.json["findings"] if one["code"] == "U014"] == [
        f"“东村”另有同名的表：{other}。看不出是一个单位报了两次，还是两个单位，这一张没有计入。" for other in (two, one)
    ]


def test_one_folder_is_as_it_was(tmp_path: Path) -> None:
    by_hand(tmp_path, "")
    typed(tmp_path / "收到" / "副本.xlsx", "东村", VILLAGE)
    assert checked(tmp_path) == {"东村": ("accepted",), "副本": ("duplicate", "U004")}
    typed(tmp_path / "收到" / "副本.xlsx", "东村", VILLAGE | {PEOPLE: 61})
    assert checked(tmp_path) == {"东村": ("rejected", "U005"), "副本": ("rejected", "U005")}


def test_a_rejected_first_try_does_not_stand_in_the_way(tmp_path: Path) -> None:
    for first, told in ((date(2021, 6, 14), ("superseded", "U016")), (date(2021, 6, 16), ("rejected", "U020"))):
        first_try = VILLAGE | {PEOPLE: "若干"}
        typed(tmp_path / "收到" / "第一批" / "东村.xlsx", "东村", first_try, filled_in=first)
        by_hand(tmp_path, "第二批")
        assert checked(tmp_path) == {"第一批/东村": told, "第二批/东村": ("accepted",)}


def test_names_with_townships_in_front(tmp_path: Path) -> None:
    by_hand(tmp_path, "", "甲镇东村")
    by_hand(tmp_path, "", "乙镇东村")
    assert (merged(tmp_path).json["total"][PEOPLE], set(checked(tmp_path).values())) == (120, {("accepted",)})
    by_hand(tmp_path, "")
    assert checked(tmp_path)["东村"] == ("rejected", "U014")
    assert merged(tmp_path).json["total"][PEOPLE] == 120


def test_a_blank_and_a_typed_return(tmp_path: Path) -> None:
    """The typed one is its copy where the folder says so, and another village's where it says that."""
    name = "1号村"
    send(tmp_path / "收到" / "官渡镇", range(1, 2))
    by_hand(tmp_path, "官渡镇", name)
    assert checked(tmp_path)[f"官渡镇/{name}"] == ("duplicate", "U004")
    by_hand(tmp_path, "邮件", name)
    assert checked(tmp_path)[f"邮件/{name}"] == ("rejected", "U014")
    by_hand(tmp_path, "甲镇", name)
    assert checked(tmp_path) == {
        "官渡镇/01": ("accepted",), f"官渡镇/{name}": ("duplicate", "U004"), f"甲镇/{name}": ("accepted",),
        f"邮件/{name}": ("rejected", "U014"),
    }  # fmt: skip
    assert merged(tmp_path, "--code", "410122").json["total"][PEOPLE] == 120


def test_identities_without_code_below_different_townships(tmp_path: Path) -> None:
    village = UnitFacts(None, "东村", Level.VILLAGE)
    for number, above in enumerate(((GUANDU,), (LANGCHENGGANG,), (UnitFacts(None, "官渡镇", Level.TOWNSHIP),))):
        filled(tmp_path / "收到" / f"{number}.xlsx", village, VILLAGE, above=above)
    assert checked(tmp_path) == {"0": ("rejected", "U014"), "1": ("accepted",), "2": ("rejected", "U014")}


def test_the_scope_of_one_of_two_townships_of_one_name(tmp_path: Path) -> None:
    for county in ("甲县", "乙县"):
        typed(tmp_path / "收到" / county / "城关镇.xlsx", "城关镇", own_values(Level.TOWNSHIP))
    options = ("--unit", "某市", "--level", "地市级", "-o", tmp_path / "汇总表.xlsx", "--format", "json")
    asked = run("merge", tmp_path / "收到", *options, "--scope", "甲县城关镇=own")
    decided = [one["unit"]["name"] for one in asked.json["findings"] if one["code"] == "H005"]
    assert (asked.code, decided) == (0, ["乙县城关镇"])
    assert run("merge", tmp_path / "收到", *options, "--scope", "丙县城关镇=own").code == 2
