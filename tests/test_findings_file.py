"""All findings as a file (`--findings` of `check` and `merge`), and the counts of those that are not listed."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from command_line import Result, run, squeezed
from county import GUANDU_VILLAGE, ZHULUYING
from stattable.model.findings import FINDING_HEADS
from stattable.model.units import Level
from stattable.output.console import check as check_console
from stattable.output.console import findings as findings_console
from stattable.output.console import merge as merge_console
from writers.county import send
from writers.returns import own_values

FORCE = "确实要覆盖时加 --force。"
VILLAGE = own_values(Level.VILLAGE)


@pytest.fixture(autouse=True)
def _sent(here: Path) -> None:
    send(GUANDU_VILLAGE, {**VILLAGE, "activities.village.sessions": "若干", "activities.village.people": "=1+"})
    send(ZHULUYING, {**VILLAGE, "activities.village.sessions": 30})


def command(name: str, *more: str) -> Result:
    where = ["-o", "结果/汇总.xlsx", "--root", "410122101"] if name == "merge" else []
    return run(name, "收到", "--roster", "名册.csv", *where, *more)


def rows(path: str | Path = "意见.csv") -> list[dict[str, str]]:
    """The rows of a list that was written, as Excel would read them."""
    data = Path(path).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    found = list(reader)
    assert tuple(reader.fieldnames or ()) == FINDING_HEADS
    return found


def as_rows(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    findings = [*(one for file in document.get("files", ()) for one in file["findings"]), *document["findings"]]
    return sorted((one["code"], one["path"] or "", one["message"]) for one in findings)


@pytest.mark.parametrize("name", ["check", "merge"])
def test_every_finding_is_a_row(name: str) -> None:
    result = command(name, "--findings", "新的/意见.csv", "--format", "json")
    written = rows("新的/意见.csv")
    assert sorted((row["代码"], row["文件"], row["说明"]) for row in written) == as_rows(result.json)
    assert {"V002", "V006"} <= {row["代码"] for row in written}
    assert [row["原值"] for row in written if row["代码"] == "V002"] == ["若干"]
    shown = squeezed(command(name, "--findings", "意见.csv").out)
    assert f"审核意见共{len(written)}条，已写入意见.csv" in shown


def test_it_has_what_csv_has_that_is_shown() -> None:
    shown = command("check", "--format", "csv", "--select", "V", "--findings", "意见.csv").out
    assert Path("意见.csv").read_text(encoding="utf-8") == shown
    assert {row["代码"][0] for row in rows()} == {"V"}


def test_a_merge_that_is_refused_has_it_too() -> None:
    result = command("merge", "--strict", "--findings", "意见.csv")
    assert (result.code, Path("结果").exists()) == (1, False)
    assert "V002" in {row["代码"] for row in rows()}


@pytest.mark.parametrize("name", ["check", "merge"])
def test_an_earlier_list_is_replaced_and_nothing_else(name: str) -> None:
    assert command(name, "--findings", "意见.csv").code == 1
    before = rows()
    send(ZHULUYING)
    assert command(name, "--findings", "意见.csv").code == 1
    assert rows() != before
    Path("意见.csv").write_text("代码,程度\n", encoding="utf-8-sig")
    result = command(name, "--findings", "意见.csv")
    assert (result.code, result.out) == (2, "")
    assert "已经存在：意见.csv，不是--findings写出的意见。" in squeezed(result.err)
    assert FORCE.replace(" ", "") in squeezed(result.err)
    assert Path("意见.csv").read_text(encoding="utf-8-sig") == "代码,程度\n"
    assert command(name, "--findings", "意见.csv", "--force").code == 1
    assert rows()


@pytest.mark.parametrize("name", ["check", "merge"])
@pytest.mark.parametrize("place", ["名册.csv", "收到/2.xlsx", "链接.csv", "收到"])
def test_no_input_is_overwritten(name: str, place: str) -> None:
    first = next(iter(sorted(Path("收到").iterdir())))
    first.rename("收到/2.xlsx")
    Path("链接.csv").symlink_to("收到/2.xlsx")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    result = command(name, "--findings", place, "--force")
    assert (result.code, result.out) == (2, "")
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_no_other_output_is_overwritten() -> None:
    result = command("merge", "--findings", "结果/汇总.xlsx", "--force")
    assert (result.code, Path("结果").exists()) == (2, False)


def test_a_list_that_cannot_be_written_takes_the_others_along(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("锁").write_text("一个文件", encoding="utf-8")
    result = command("merge", "--findings", "锁/意见.csv")
    assert (result.code, result.out) == (3, "")
    assert not Path("结果").exists()


# -- what is not listed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "where"), [([], "加--findings意见.csv，把全部意见存成表格。"),
                                             (["--findings", "甲.csv"], "全部意见见甲.csv。")])  # fmt: skip
def test_what_check_does_not_list_is_counted(monkeypatch: pytest.MonkeyPatch, more: list[str], where: str) -> None:
    everything = command("check").out
    assert "按代码" not in everything
    monkeypatch.setattr(check_console, "MOST_LISTED", 2)
    monkeypatch.setattr(findings_console, "_MOST_COUNTED", 1)
    shown = squeezed(command("check", *more).out)
    document = command("check", "--format", "json").json
    listed = 0
    rest: list[dict[str, Any]] = []
    for file in document["files"]:
        listed += len(file["findings"])
        rest += file["findings"] if listed > 2 else []
    assert rest
    assert f"个文件有意见，共{len(rest)}条。{where}" in shown
    assert f"按上级单位：官渡镇{len(rest)}条。" in shown
    (codes,) = (line for line in shown.split("按") if line.startswith("代码："))
    assert codes.startswith("代码：V") == (len(rest) > 1)
    assert len(as_rows(document)) > len(rest)


def test_what_merge_does_not_list_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_console, "_MOST_GROUPS", 0)
    shown = squeezed(command("merge").out)
    assert "全部意见见汇总表的“审核意见”。" in shown
    assert "按代码：" in shown
    assert "官渡镇" in shown.partition("按上级单位：")[2]
    assert "全部意见见意见.csv。" in squeezed(command("merge", "--findings", "意见.csv").out)
