"""`status --remind`: whom to ask for what."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from command_line import Result, run, squeezed
from county import COUNTY, EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHONGMU, ZHULUYING
from writers.county import send, write_roster

BROKEN = dict.fromkeys(
    ("activities.village.people", "services.condolence.village.sessions", "services.condolence.village.people"), "若干"
)


@pytest.fixture(autouse=True)
def _today(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 7, 10, 12).astimezone().timestamp())))


def remind(*options: str) -> Result:
    return run("status", "收到", "--roster", "名册.csv", "--root", "410122", "--remind", "催", *options)


def text(path: str) -> str:
    data = Path("催", path).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    words = data.decode("utf-8-sig")
    assert words.count("\n") == words.count("\r\n")
    return words.replace("\r\n", "\n")


def test_all_of_it() -> None:
    send(ZHONGMU)
    send(GUANDU)
    send(GUANDU_VILLAGE, BROKEN)
    result = remind("--format", "json")
    assert (result.code, result.json["units"][0]["missing"]) == (0, 3)
    assert (
        text("催报总表.txt")
        == """中牟县 第23个“5.29会员活动日”信息统计表催报
2021 年 6 月 30 日截止，已过 10 天。还有 3 个单位没有报，1 个单位的表要改。

【狼城岗镇】
您好！第23个“5.29会员活动日”信息统计表，2021 年 6 月 30 日截止，已过 10 天。
狼城岗镇：本级和 1 个村居都没有报，麻烦尽快报送。
如果已经报了，请告诉我们一声。谢谢！

【官渡镇】张三 13800000000
您好！第23个“5.29会员活动日”信息统计表，2021 年 6 月 30 日截止，已过 10 天。
官渡镇：逐鹿营村没有报，麻烦尽快报送。
有 1 个单位的表要改：
1. 官渡村
   宣传活动 · 村居社区计生协 · 宣传人数（I6）填的是“若干”，不是一个数字。
   服务活动 · 村居社区计生协 · 慰问服务场次（H9）填的是“若干”，不是一个数字。
   服务活动 · 村居社区计生协 · 慰问人数（I9）填的是“若干”，不是一个数字。
改好后麻烦再报一次；数字没有错的，请写明情况。
如果已经报了，请告诉我们一声。谢谢！
"""
    )
    files = sorted(str(path.relative_to("催")) for path in Path("催").rglob("*") if path.is_file())
    county = "410122_中牟县"
    assert files == [
        *(f"{county}/410122101_官渡镇/410122101_官渡镇_催报.{kind}" for kind in ("txt", "xlsx")),
        *(f"{county}/410122102_狼城岗镇/410122102_狼城岗镇_催报.{kind}" for kind in ("txt", "xlsx")),
        "催报总表.txt", "催报总表.xlsx",
    ]  # fmt: skip
    assert "逐鹿营村没有报" in text(files[0])
    book = openpyxl.load_workbook("催/催报总表.xlsx")
    assert book.sheetnames == ["催报", "没有报的单位", "待改的单位"]
    asked = [cells[:4] for cells in book["催报"].iter_rows(min_row=6, values_only=True)]
    assert asked == [("狼城岗镇", None, None, 2), ("官渡镇", "张三", "13800000000", 1)]


def test_paths_of_ours_mean_nothing_to_others() -> None:
    send(GUANDU_VILLAGE)
    send(GUANDU_VILLAGE, {"activities.village.people": 7}, name="又一张")
    remind()
    words = text("催报总表.txt")
    assert "另有 官渡村.xlsx。" in words
    assert "收到/" not in words
    assert words.count("报了 2 张") == 1


def test_last_years_contacts() -> None:
    """Where neither a return nor the roster says whom to call."""
    send(ZHONGMU)
    send(LANGCHENGGANG, to="去年", edition=22, contact="王五", phone="13700000000")
    send(ZHONGMU, to="去年", edition=22, contact="老李")
    remind("--previous", "去年")
    words = text("催报总表.txt")
    assert "【狼城岗镇】王五 13700000000" in words
    assert "【官渡镇】\n" in words
    assert "老李" not in words


def test_when_all_is_in_there_is_nothing_to_remind_anybody_of() -> None:
    write_roster(roster=ROSTER.replace("李四", ""))
    for unit in (*COUNTY,):
        if unit is not EAST:
            send(unit)
    assert "要催 1 个单位" in remind().out
    send(EAST)
    out = remind().out
    assert "要催 0 个单位" in out
    assert "410122102_狼城岗镇_催报.xlsx 是以前的" in out
    assert "都报齐了" in text("催报总表.txt")


def test_nothing_of_others_is_overwritten_and_all_is_written_or_nothing() -> None:
    send(ZHULUYING)
    assert remind().code == 0
    assert remind().code == 0
    place = Path("催/410122_中牟县/410122102_狼城岗镇/410122102_狼城岗镇_催报.txt")
    place.write_text("我改过的话", "utf-8")
    before = {path: path.read_bytes() for path in Path("催").rglob("*") if path.is_file()}
    send(EAST)
    result = remind()
    assert (result.code, str(place) in squeezed(result.err)) == (2, True)
    assert {path: path.read_bytes() for path in Path("催").rglob("*") if path.is_file()} == before
    assert remind("--force").code == 0
    assert "我改过的话" not in place.read_text("utf-8")
    assert run("check", "催", "收到").code in {0, 1}  # reminders are no returns


def test_before_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 6, 20, 12).astimezone().timestamp())))
    send(GUANDU)
    remind()
    assert "2021 年 6 月 30 日截止，还有 10 天。" in text("催报总表.txt")
