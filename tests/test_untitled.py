"""A merged workbook from before its lists had titles is read where its heads stand: proved, traced, and merged on."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import run

OLD = Path(__file__).parent / "golden" / "without_titles.xlsx"


@pytest.fixture(autouse=True)
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(OLD, "中牟县.xlsx"))


def found(change: Callable[[Any], None]) -> list[tuple[str, str, str]]:
    """What `verify` says after a change, as a program saves it."""
    book = openpyxl.load_workbook("中牟县.xlsx")
    change(book)
    book.save("中牟县.xlsx")
    findings = run("verify", "中牟县.xlsx", "--format", "json").json["findings"]
    return [(one["code"], one["sheet"], one["cell"]) for one in findings]


def put(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    return lambda book: book[sheet].__setitem__(cell, value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda _: None, []),
        (put("审核意见", "L2", "已打电话核实"), []),  # what a clerk writes
        (put("审核意见", "J2", "没有问题。"), [("P011", "审核意见", "A2")]),
        (put("分单位汇总", "I4", 7), [("P002", "分单位汇总", "I4")]),
        (put("分单位汇总", "C3", "未报"), [("P011", "分单位汇总", "A3")]),
        (put("报送情况", "E14", "未报"), [("P011", "报送情况", "A14")]),
        (put("汇总台账", "L12", "计入"), [("P009", "汇总台账", "L12")]),
        (put("汇总台账", "C5", "郑州市（地市级）4101"), [("P009", "汇总台账", "C5")]),
        (lambda book: book.remove(book["网站和新媒体明细"]), [("P003", "网站和新媒体明细", None)]),
    ],
)
def test_it_is_verified(change: Callable[[Any], None], expected: list[tuple[str, str, str]]) -> None:
    assert found(change) == expected


def test_it_is_traced_compared_and_merged_on() -> None:
    assert run("trace", "中牟县.xlsx", "F6", "--format", "json").json["value"] == 4
    same = run("diff", "中牟县.xlsx", OLD, "--format", "json")
    assert (same.code, same.json["units"]) == (0, [])
    up = run("merge", "中牟县.xlsx", "--unit", "郑州市", "--level", "地市级", "-o", "市.xlsx", "--format", "json").json
    assert up["total"]["activities.township.sessions"] == 4
