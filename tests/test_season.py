"""A whole season on the examples: sent back, corrected, explained, chased, merged, and passed on upward."""

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import run
from season import CORRECTED, EXAMPLES, ROSTER, fill_in, sent_back, submit
from stattable.proving.lists import FINDINGS_SHEET
from writers.office import saved_as

WHY = "全村直播，按平台的观看人数填报"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples, with one figure that is odd and right."""
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    fill_in(next(Path("收到").rglob("*坡岗李村委会.xlsx")), {"H6": 2, "I6": 2_500})


def counts(document: dict[str, Any]) -> dict[str, int]:
    keys = ("accepted", "rejected", "duplicate", "superseded", "open", "errors")
    return {key: document["summary"][key] for key in keys}


def merge(output: str, *arguments: str) -> dict[str, Any]:
    Path(output).parent.mkdir(exist_ok=True)
    return run("merge", *arguments, "-o", output, "--format", "json").json


def explained(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (f["code"], f["unit"]["name"], f["explanation"]) for f in document["findings"] if f["explanation"] is not None
    ]


@pytest.mark.parametrize("saved_by", ["openpyxl", pytest.param("LibreOffice", marks=pytest.mark.office)])
def test_a_season(saved_by: str, tmp_path: Path) -> None:
    first = run("check", "收到", *ROSTER, "--return", "退回", "--format", "json").json
    assert counts(first) == {
        "accepted": 13, "rejected": 1, "duplicate": 1, "superseded": 0, "open": 3, "errors": 3,
    }  # fmt: skip

    # One corrects, one explains, both in what came back to them; a third one sends a scan, and nothing else.
    corrected, right = sent_back("恒通社区"), sent_back("坡岗李")
    fill_in(corrected, CORRECTED)
    fill_in(right, {}, {"O003": WHY})
    for path in (corrected, right):
        now = saved_as("xlsx", tmp_path / "改好", path.absolute())[0] if saved_by == "LibreOffice" else path
        submit(now)
    scan = Path("收到/410122_中牟县/410122102_官渡镇/冉庄村委会.pdf")
    scan.write_bytes(b"%PDF-1.4\n%%EOF")

    status = run("status", "收到", *ROSTER, "--format", "json").json["units"]
    of = {unit["name"]: unit for unit in status}
    assert {key: status[0][key] for key in ("expected", "received", "accepted", "open", "explained", "superseded")} == {
        "expected": 18, "received": 14, "accepted": 14, "open": 1, "explained": 1, "superseded": 1,
    }  # fmt: skip
    assert (of["冉庄村委会"]["missing"], of["坡岗李村委会"]["explained"], of["恒通社区居民委员会"]["superseded"]) == (
        1,
        1,
        1,
    )

    # What is rejected now is the scan.
    again = run("check", "收到", *ROSTER, "--format", "json").json
    assert counts(again) == {
        "accepted": 14, "rejected": 1, "duplicate": 2, "superseded": 1, "open": 1, "errors": 4,
    }  # fmt: skip
    assert "冉庄村委会" in "".join(str(one["message"]) for one in again["findings"] if one["code"][0] == "C")

    county = merge("县/中牟县.xlsx", "收到", *ROSTER)
    assert {key: county["summary"][key] for key in ("received", "accepted", "rejected", "duplicate", "superseded")} == {
        "received": 18, "accepted": 14, "rejected": 1, "duplicate": 2, "superseded": 1,
    }  # fmt: skip
    assert set(explained(county)) == {("O003", "坡岗李村委会", WHY)}
    assert run("verify", "县/中牟县.xlsx", "收到", "名册.csv").code == 0

    merge("市/郑州市.xlsx", "县", "--unit", "郑州市", "--level", "地市级", "--code", "4101")
    province = merge("省/河南省.xlsx", "市", "--unit", "河南省", "--level", "省级", "--code", "41")
    assert ("O003", "坡岗李村委会", WHY) in explained(province)
    rows = openpyxl.load_workbook("省/河南省.xlsx")[FINDINGS_SHEET].iter_rows(values_only=True)
    assert [row[-2:] for row in rows if row[2] == "O003"] == [("已说明", WHY)]
    its_own = {"prefecture": 1}  # the city sent no return of its own
    assert province["summary"]["gaps"] == {**its_own, **county["summary"]["gaps"]}
    assert {key: value for key, value in province["total"].items() if value is not None} == {
        key: value for key, value in county["total"].items() if value is not None
    }
    assert run("verify", "省/河南省.xlsx", "市").code == 0
