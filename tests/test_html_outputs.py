"""Where the web pages of `merge` and `status` go: whole or not at all, over nothing but pages of ours."""

from pathlib import Path

import pytest

from command_line import codes, run, squeezed
from county import GUANDU, GUANDU_VILLAGE, TOWNSHIPS, VILLAGES, ZHULUYING
from stattable.formats.page_mark import is_page
from writers.county import send

ROSTER = ("--roster", "名册.csv", "--root", "410122")
COMMANDS = {"merge": ("merge", "收到", *ROSTER, "-o", "中牟县.xlsx"), "status": ("status", "收到", *ROSTER)}

each = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture(autouse=True)
def county(here: Path) -> None:
    for unit in (*TOWNSHIPS, *VILLAGES):
        send(unit)


def refused(command: str, *more: str, words: str) -> None:
    """Wrong usage, in Chinese, and nothing was written."""
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    result = run(*COMMANDS[command], *more)
    assert (result.code, result.out) == (2, ""), result.err
    assert squeezed(words) in squeezed(result.err)
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


@each
def test_a_page_is_written_and_written_anew(command: str) -> None:
    result = run(*COMMANDS[command], "--html", "页/县.html")
    assert result.code == 0, result.err
    assert "网页已写入 页/县.html" in result.out
    first = Path("页/县.html").read_bytes()
    assert is_page("页/县.html")
    Path("收到/逐鹿营村.xlsx").unlink()
    assert run(*COMMANDS[command], "--html", "页/县.html").code == 0
    assert Path("页/县.html").read_bytes() != first
    assert [path.name for path in Path("页").iterdir()] == ["县.html"]


@each
def test_nothing_else_is_overwritten_but_by_force(command: str) -> None:
    Path("县.html").write_text("<!DOCTYPE html>\n<html><p>别人的网页", encoding="utf-8")
    refused(command, "--html", "县.html", words="已经存在：县.html，不是 --html 写出的网页。不会覆盖")
    assert run(*COMMANDS[command], "--html", "县.html", "--force").code == 0
    assert is_page("县.html")


@each
@pytest.mark.parametrize("name", ["县.xlsx", "县", "县.pdf", "县.html.txt"])
def test_a_page_has_the_name_of_a_page(command: str, name: str) -> None:
    refused(command, "--html", name, words=f"写出的是 .html 文件，“{name}”")


@each
def test_a_folder_is_no_page(command: str) -> None:
    Path("县.html").mkdir()
    refused(command, "--html", "县.html", words="县.html")


@each
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_an_input_is_never_overwritten(command: str, force: tuple[str, ...]) -> None:
    Path("收到/官渡村.xlsx").rename("收到/官渡村.html")
    refused(
        command,
        "收到/官渡村.html",
        "--html",
        "收到/官渡村.html",
        *force,
        words="“收到/官渡村.html”也是要汇总的报表之一",
    )


@pytest.mark.parametrize(
    ("command", "option", "name"), [("merge", "--findings", "县.csv"), ("status", "-o", "县.xlsx")]
)
def test_two_outputs_have_two_places(command: str, option: str, name: str) -> None:
    Path(name).symlink_to("县.html")
    refused(command, "--html", "县.html", option, name, words="“县.html”也是")


def test_a_merge_that_is_refused_writes_no_page() -> None:
    send(GUANDU_VILLAGE, {"activities.village.people": "若干"})
    result = run(*COMMANDS["merge"], "--strict", "--html", "县.html")
    assert result.code == 1
    assert not Path("县.html").exists()
    assert not Path("中牟县.xlsx").exists()


@each
def test_a_page_among_the_returns_is_none_of_them(command: str) -> None:
    result = run(*COMMANDS[command], "--html", "收到/县.html")
    assert result.code == 0
    again = run("merge", "收到", *ROSTER, "-o", "再.xlsx", "--format", "json")
    assert again.json["summary"]["received"] == 5
    assert "F006" not in codes(again.json)


@each
def test_an_empty_collection_has_a_page(command: str) -> None:
    for path in Path("收到").iterdir():
        path.unlink()
    send(ZHULUYING)
    assert run(*COMMANDS[command], "--html", "县.html").code == 0
    assert "没有报" in Path("县.html").read_text(encoding="utf-8")


def test_a_scan_alone_is_no_return() -> None:
    Path("收到/逐鹿营村.xlsx").unlink()
    Path("收到/逐鹿营村.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    assert run(*COMMANDS["status"], "--html", "县.html").code == 0
    assert "缺报（只有扫描件）" in Path("县.html").read_text(encoding="utf-8")


def test_persons_of_last_year_stand_on_the_page() -> None:
    send(GUANDU, to="去年", edition=22, filled_in="2020年6月15日", contact="去年人", phone="13911112222")
    Path("收到/官渡镇.xlsx").unlink()
    assert run(*COMMANDS["status"], "--html", "县.html", "--previous", "去年").code == 0
    assert "去年人 13911112222" in Path("县.html").read_text(encoding="utf-8")
