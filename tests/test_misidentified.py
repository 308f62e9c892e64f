"""Files that say too much, too little or something else of whose they are: through the command line."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from builders import GUANDU, TO_COUNTY, TO_GUANDU, ZHONGMU, codes, filled, own_values, run, typed
from stattable.model.identity import IDENTITY_SHEET, UnitFacts
from stattable.model.units import Level, Scope

VILLAGE = own_values(Level.VILLAGE)
PEOPLE = "activities.village.people"


def village(number: int) -> UnitFacts:
    return UnitFacts(f"4101221012{number:02}", f"{number}号村", Level.VILLAGE)


def send(folder: Path, numbers: range, above: tuple[UnitFacts, ...] = TO_GUANDU, **more: Any) -> None:
    """The returns of villages, 60 people each."""
    for number in numbers:
        filled(folder / f"{number:02}.xlsx", village(number), VILLAGE, above=above, **more)


# -- identities beyond all limits -------------------------------------------------------------------------


def parents(count: int, name: str) -> Any:
    """Have the hidden sheet name `count` more units above, of names that begin with `name`."""

    def change(sheet: Any) -> None:
        for number in range(count):
            sheet.parent[IDENTITY_SHEET].append(["above", "", f"{name}{number}", "township"])

    return change


# Runs the command line, and says last what it took: kilobytes, of this process or of the largest that it started.
MEASURED = """
import resource, sys
from stattable.cli import main
try:
    main()
finally:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(max(resource.getrusage(one).ru_maxrss for one in whose), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["check", "merge"])
@pytest.mark.parametrize("count", [10_000, 1_000], ids=["big enough for a process of its own", "small"])
def test_an_identity_with_thousands_of_parents(tmp_path: Path, command: str, count: int) -> None:
    send(tmp_path, range(1, 4))
    send(tmp_path, range(9, 10), change=parents(count, "某某某某某某某某某某某某某某某某镇"))
    options = ["-o", str(tmp_path / "汇总表.xlsx"), "--root", "410122101"] if command == "merge" else []
    arguments = [sys.executable, "-c", MEASURED, command, str(tmp_path), *options, "--format", "json"]
    started = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (time.monotonic() - started < 10, int(done.stderr.split()[-1]) < 400 * 1024) == (True, True)
    document = json.loads(done.stdout)
    assert (done.returncode, codes(document)) == (1, ["U013"])
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
    (fault,) = merged.json["findings"]
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
