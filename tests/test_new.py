"""The command `new`: which files it writes, and which it leaves alone."""

import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import codes, run
from stattable.model.identity import IDENTITY_SHEET

pytestmark = pytest.mark.usefixtures("here")


def names() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())


def page(path: str) -> Any:
    return openpyxl.load_workbook(path).worksheets[0]


@pytest.mark.parametrize(
    ("options", "title"),
    [
        ([], "第26个“5.29会员活动日”信息统计表"),  # of the year of the run
        (["--year", "2021"], "第23个“5.29会员活动日”信息统计表"),
        (["--year", "2026"], "第28个“5.29会员活动日”信息统计表"),
        (["--edition", "28"], "第28个“5.29会员活动日”信息统计表"),
        (["--edition", "28", "--year", "2026"], "第28个“5.29会员活动日”信息统计表"),
    ],
)
def test_new_for_one_unit(options: list[str], title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1717000000")  # in May 2024
    result = run("new", "--unit", "官渡镇", "-o", "空白表/官渡镇.xlsx", *options)
    assert (result.code, names()) == (0, ["名册.csv", "空白表/官渡镇.xlsx"])
    sheet = page("空白表/官渡镇.xlsx")
    assert (sheet["A2"].value, sheet["B3"].value) == (title, "官渡镇计生协")
    assert run("new", "--unit", "官渡镇", "-o", "空白表/官渡镇.xlsx").code == 2


def test_new_by_roster() -> None:
    result = run("new", "--roster", "名册.csv", "--root", "410122", "--scope", "汇总", "-o", "空白表")
    county, guandu, langchenggang = "410122_中牟县", "410122101_官渡镇", "410122102_狼城岗镇"
    expected = [
        f"空白表/{county}/{county}.xlsx",
        f"空白表/{county}/{guandu}/410122101201_官渡村.xlsx",
        f"空白表/{county}/{guandu}/410122101202_逐鹿营村.xlsx",
        f"空白表/{county}/{guandu}/{guandu}.xlsx",
        f"空白表/{county}/{langchenggang}/410122102201_东狼城岗村.xlsx",
        f"空白表/{county}/{langchenggang}/{langchenggang}.xlsx",
    ]
    assert (result.code, names()) == (0, ["名册.csv", *sorted(expected)])
    document = run("check", "空白表", "--format", "json").json
    assert {(file["unit"]["level"], file["scope"]) for file in document["files"]} == {
        ("county", "cumulative"), ("township", "cumulative"), ("village", "own"),
    }  # fmt: skip
    assert {code for code in codes(document) if code not in {"V010", "V011", "V012"}} == {"V000"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--year", "2026"], "已写出 1 张空白表（第28个会员活动日，2026 年）：官渡镇.xlsx\n"),
        (["--edition", "23"], "已写出 1 张空白表（第23个会员活动日，2021 年）：官渡镇.xlsx\n"),
        ([], "已写出 1 张空白表（第26个会员活动日，2024 年）：官渡镇.xlsx\n"
             "没有写 --year，做的是今年（2024 年）的；要别的年份，请加 --year 年份。\n"),
        (["--quiet"], ""),
    ],
)  # fmt: skip
def test_the_year_is_said(options: list[str], text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1717000000")
    assert run("new", "--unit", "官渡镇", "-o", "官渡镇.xlsx", *options).out == text


SCOPES = """代码,名称,口径,填报
4106,鹤壁市,,
410602,鹤山区,,
410602001,某街道,汇总,
410602001001,某社区,,
410622,淇县,,
410622100,大石岩乡,,否
410623,浚县,本级,
410624,山城区,汇总,
410624001,某镇,,
"""


@pytest.mark.parametrize(
    ("options", "cumulative", "said"),
    [
        (
            [],
            ["山城区", "某街道", "某镇", "淇县"],
            [
                "其中 2 张按名册的“口径”是汇总数的空白表：某街道、山城区。",
                "其中 2 张是汇总数的空白表，因为名册里没有它们的下级，下级的数由它们一起填：淇县、某镇。",
            ],
        ),
        (["--scope", "own"], ["山城区", "某街道"], ["其中 2 张按名册的“口径”是汇总数的空白表：某街道、山城区。"]),
        (["--scope", "cumulative"], ["山城区", "某街道", "某镇", "淇县", "鹤壁市", "鹤山区"], []),
    ],
)
def test_scopes(options: list[str], cumulative: list[str], said: list[str]) -> None:
    """As the roster says, as the option says, and cumulative where nobody below is to report."""
    Path("名册.csv").write_text(SCOPES, encoding="utf-8")
    out = run("new", "--roster", "名册.csv", "--year", "2026", "-o", "空白表", *options).out.replace("\n", "")
    assert all(text in out for text in said)
    files = run("check", "空白表", "--format", "json").json["files"]
    assert sorted(file["unit"]["name"] for file in files if file["scope"] == "cumulative") == cumulative


def test_new_never_overwrites() -> None:
    first = "空白表/410122102_狼城岗镇/410122102201_东狼城岗村.xlsx"
    Path(first).parent.mkdir(parents=True)
    Path(first).write_bytes(b"filled in")
    arguments = ("new", "--roster", "名册.csv", "--root", "410122102", "-o", "空白表")
    before = names()
    refused = run(*arguments)
    assert (refused.code, names(), Path(first).read_bytes()) == (2, before, b"filled in")
    assert "已经存在" in refused.err
    assert (run(*arguments, "--force").code, Path(first).read_bytes()[:2]) == (0, b"PK")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../官渡镇", "410122101_.._.._官渡镇.xlsx"),
        ("官渡/镇:*?", "410122101_官渡_镇___.xlsx"),
        ("官" * 200, f"410122101_{'官' * 70}.xlsx"),
    ],
)
def test_file_names_are_cleaned(name: str, file: str) -> None:
    Path("名册.csv").write_text(f"代码,名称\n410122101,{name}\n", encoding="utf-8")
    assert run("new", "--roster", "名册.csv", "-o", "空白表").code == 0
    assert names() == ["名册.csv", f"空白表/{file}"]


def test_who_is_not_expected_gets_no_blank() -> None:
    Path("名册.csv").write_text("代码,名称,填报\n410122101,官渡镇,否\n410122101201,官渡村,是\n", encoding="utf-8")
    assert run("new", "--roster", "名册.csv", "-o", "空白表").code == 0
    assert names() == ["名册.csv", "空白表/410122101_官渡镇/410122101201_官渡村.xlsx"]


def test_no_verdict_when_a_blank_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    result = run("new", "--unit", "官渡镇", "-o", "官渡镇.xlsx")
    assert (result.code, names()) == (3, ["名册.csv"])


def test_the_identity_is_very_hidden() -> None:
    run("new", "--unit", "官渡镇", "-o", "a.xlsx")
    states = {sheet.title: sheet.sheet_state for sheet in openpyxl.load_workbook("a.xlsx").worksheets}
    assert states == {"信息统计表": "visible", IDENTITY_SHEET: "veryHidden"}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            ["--unit", "郑州市"],
            "看不出“郑州市”是哪一级。请用 --level 级别 指明，级别是省级、地市级、县级、乡镇级或村居社区级。",
        ),
        (["--unit", "全国", "--level", "全国"], "全国一级只汇总，不填报，没有空白表。"),
        (["--unit", "计生协"], "单位名称是空的。"),
        (["--unit", "镇" * 256], "单位名称太长：最多 255 个字。"),
        (["--unit", "官渡镇", "--code", "41012"], "代码“41012”不对：应为 2、4、6、9 或 12 位数字。"),
        (["--unit", "官渡镇", "--code", ""], "代码“”不对：应为 2、4、6、9 或 12 位数字。"),
        (["--unit", "官渡镇", "--code", "41012A"], "代码“41012A”不对：应为 2、4、6、9 或 12 位数字。"),
    ],
)
def test_a_unit_that_gets_no_blank(options: list[str], error: str) -> None:
    result = run("new", *options, "-o", "a.xlsx")
    assert (result.code, names()) == (2, ["名册.csv"])
    assert "".join(result.err.split()) == "错误：" + "".join(error.split())


def test_a_code_in_full_width_digits_is_the_same_unit_in_new_and_merge() -> None:
    wide = ("--unit", "官渡镇", "--code", "４１０１２２１０１")
    assert run("new", *wide, "-o", "收到/空白表.xlsx").code == 0
    merged = run("merge", "收到", *wide, "--level", "乡镇级", "-o", "汇总表.xlsx", "--format", "json").json
    assert [unit["code"] for unit in merged["units"]] == ["410122101"]


@pytest.mark.parametrize("code", ["410122101", "410122101000", "４１０１２２１０１", "410122 101", "410122-101"])
def test_a_code_in_any_spelling(code: str) -> None:
    assert run("new", "--unit", "官渡镇", "--code", code, "-o", "a.xlsx").code == 0
    (file,) = run("check", "a.xlsx", "--format", "json").json["files"]
    assert file["unit"] == {"code": "410122101", "name": "官渡镇", "level": "township"}
