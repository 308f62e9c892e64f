"""Our web pages in a browser. Chromium and its driver must be installed; nothing is skipped.

All of it is one session of one browser.
"""

import io
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

import memory
from browser import PHONE, WIDE, Browser, Keys, opened_browser
from stattable.merging.collection import collection_of
from stattable.merging.reminders import reminders_of
from stattable.model.form import FIELDS
from stattable.output.html.merge_page import merge_page
from stattable.output.html.status_page import status_page
from test_html_page import HOSTILE, hostile_pages
from web_pages import RUN, TODAY, WebPage, breakdown_rows, hainan, number_in

pytestmark = pytest.mark.browser

ROW = "#tree tbody tr"
PEOPLE = [field.index for field in FIELDS if field.key.startswith("activities.") and field.key.endswith("people")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened_browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages, by what they are of."""
    folder = tmp_path_factory.mktemp("网页 一")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 7, 10, 12).astimezone().timestamp())))
        pages = {"merge": merge_page(hainan()), "status": status_page(reminders_of(collection_of(hainan(), TODAY)))}
    pages |= dict(zip(("hostile merge", "hostile status"), hostile_pages(), strict=True))
    for name, page in pages.items():
        (folder / f"{name}.html").write_bytes(page)
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def merge(browser: Browser, places: dict[str, Path]) -> Iterator[Browser]:
    browser.open(places["merge"])
    yield browser
    assert browser.complaints() == []


@pytest.fixture
def status(browser: Browser, places: dict[str, Path]) -> Iterator[Browser]:
    browser.open(places["status"])
    yield browser
    assert browser.complaints() == []


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[Any, ...]]:
    """The figures of the rows of 分单位汇总, by their names, of those that only one has."""
    book = openpyxl.load_workbook(io.BytesIO(memory.report_bytes(hainan(), RUN)), data_only=True)
    listed = breakdown_rows(book)
    names = Counter(name for name, _ in listed)
    return {name: figures for name, figures in listed if names[name] == 1}


@pytest.mark.parametrize("name", ["merge", "status", "hostile merge", "hostile status"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_page_opens_and_asks_for_nothing(
    browser: Browser, places: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    browser.open(places[name], size)
    assert browser.all(ROW)
    assert browser.complaints() == []
    assert browser.requests() == [places[name].as_uri()]
    assert browser.run("return document.documentElement.scrollWidth") <= size[0], "nothing sticks out"


def opened_rows(browser: Browser) -> list[tuple[str, str | None]]:
    """The names of the units whose rows are there, and whether each is open."""
    rows = f"{ROW}[data-at]"
    return list(zip(browser.texts(f"{rows} th bdi"), browser.attributes(rows, "aria-expanded"), strict=True))


def search(browser: Browser, words: str) -> None:
    browser.run("document.getElementById('found').textContent = ''")
    browser.type_into("#search", words)
    browser.wait_for("return document.getElementById('found').textContent")


def close_unit(browser: Browser) -> None:
    browser.press(Keys.ESCAPE)
    browser.wait_for("return !document.getElementById('unit').open")


def test_the_tree_opens_and_closes(merge: Browser) -> None:
    tree, root = hainan().tree, hainan().root
    names = [tree[key].name for key in tree.children[root]]
    before = opened_rows(merge)
    assert [name for name, _ in before] == [tree[root].name, *names]
    at = next(at for at, key in enumerate(tree.children[root]) if tree.children[key])
    first = tree.children[root][at]
    merge.click(f"{ROW}:nth-child({at + 2}) button.twist")
    below = [tree[key].name for key in tree.children[first]]
    after = opened_rows(merge)
    assert [name for name, _ in after] == [tree[root].name, *names[: at + 1], *below, *names[at + 1 :]]
    assert (before[at + 1][1], after[at + 1][1]) == ("false", "true")
    twist = merge.one(f"{ROW}:nth-child({at + 2}) button.twist")
    assert (twist.get_attribute("aria-expanded"), twist.accessible_name) == ("true", f"收起 {tree[first].name}")
    merge.click(f"{ROW}:nth-child({at + 2}) button.twist")
    assert opened_rows(merge) == before


def test_the_tree_by_the_keyboard(merge: Browser) -> None:
    def focused() -> str:
        return str(merge.run("return document.activeElement.querySelector('th bdi').textContent"))

    tree, root = hainan().tree, hainan().root
    parent = next(key for key in tree.children[root] if tree.children[key])
    at = tree.children[root].index(parent)
    merge.run("document.querySelector('#tree tbody tr').focus()")
    merge.press(*[Keys.ARROW_DOWN] * (at + 1))
    assert focused() == tree[parent].name
    merge.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert focused() == tree[tree.children[parent][0]].name
    assert merge.run("return document.activeElement.getAttribute('aria-level')") == "3"
    merge.press(Keys.ARROW_LEFT)
    assert focused() == tree[parent].name
    merge.press(Keys.ARROW_LEFT, Keys.END)
    assert focused() == tree[tree.children[root][-1]].name
    merge.press(Keys.HOME)
    assert focused() == tree[root].name
    merge.press(Keys.ENTER)
    assert merge.texts("#unit h2") == [tree[root].name]
    close_unit(merge)
    assert focused() == tree[root].name, "where one was before"
    assert len(merge.all("#tree [tabindex='0'][aria-level]")) == 1, "one stop for Tab"


def test_a_unit_is_found_by_name_and_code(merge: Browser) -> None:
    tree = hainan().tree
    village = next(key for key in reversed(tree.units) if len(tree.above(key)) > 2)
    above = tree[tree.above(village)[1]].name
    for words in (village, f"{tree[village].name} {above}", f" {above}　{village} "):
        search(merge, words)
        assert merge.texts("#hits bdi")[0] == tree[village].name
    merge.click("#hits button")
    names = [name for name, _ in opened_rows(merge)]
    assert tree[village].name in names
    assert merge.run("return document.activeElement.dataset.at") == str([*tree.below(hainan().root)].index(village))
    search(merge, "没有这样的单位")
    assert merge.one("#found").text.startswith("没有找到")
    assert merge.all("#hits li") == []
    merge.one("#search").clear()
    merge.one("#search").send_keys(village[:4])
    merge.wait_for("return document.querySelectorAll('#hits li').length > 1")


def test_a_units_figures_are_those_of_its_rows(merge: Browser, rows: dict[str, tuple[Any, ...]]) -> None:
    tree, differences = hainan().tree, hainan().rollup.differences
    names = [
        tree[key].name for key, one in differences.items() if one.own and tree[key].name in rows and any(one.nonzero)
    ]
    assert names
    for name in names[:2]:
        search(merge, name)
        merge.click("#hits button")
        merge.press(Keys.ENTER)
        assert merge.texts("#unit .figures thead th") == ["栏目", "合计", "本级", "差额"]
        shown = {label: [*map(number_in, cells)] for label, *cells in merge.cells("#unit .figures tbody tr")}
        for field in FIELDS:
            held = [rows[label][field.index] for label in (name, f"{name} 本级", f"{name} 差额")]
            assert shown.get(field.label, [None] * 3) == held
        assert "报来的表" in merge.texts("#unit h3")
        close_unit(merge)


def test_the_largest_contributions_are_those_of_the_rows(merge: Browser, rows: dict[str, tuple[Any, ...]]) -> None:
    tree, root = hainan().tree, hainan().root
    names = [tree[key].name for key in tree.children[root]]
    assert set(names) <= rows.keys()

    def by(fields: list[int]) -> dict[str, int]:
        totals = {name: sum(rows[name][index] or 0 for index in fields) for name in names}
        return totals | {"本级": sum(rows[f"{tree[root].name} 本级"][index] or 0 for index in fields)}

    def check(fields: list[int]) -> None:
        *lines, whole = merge.cells("#ranking tbody tr")
        values, total = by(fields), sum(rows[f"{tree[root].name} 合计"][index] or 0 for index in fields)
        assert number_in(whole[1]) == total
        most = sorted((value for value in values.values() if value), reverse=True)
        assert [number_in(line[1]) for line in lines[:10]] == most[:10]
        for name, value, share, _ in lines[:10]:
            assert values[name] == number_in(value)
            assert abs(float(share.rstrip("%")) - 100 * values[name] / total) < 0.051
        if len(most) > 10:
            assert number_in(lines[10][1]) == sum(most[10:])

    check(PEOPLE)
    one = FIELDS[PEOPLE[-1]]
    merge.type_into("#measure", str(merge.texts("#measure option").index(one.label)))
    check([one.index])
    assert merge.one("#measure-of-shares").get_attribute("value") == merge.one("#measure").get_attribute("value")
    shown = merge.texts(f"{ROW} td.measure")
    assert [number_in(text) or 0 for text in shown[1:]] == [rows[name][one.index] or 0 for name in names]


def test_findings_are_filtered(merge: Browser, places: dict[str, Path]) -> None:
    data = WebPage(places["merge"].read_bytes()).data["findings"]
    codes = [code for code, _ in data["codes"]]

    def expected(severities: set[int], code: str = "") -> list[str]:
        return [row[3] for row in data["rows"] if row[0] in severities and code in {"", codes[row[1]]}]

    def listed() -> list[str]:
        return merge.texts("#list > li > p:first-of-type > bdi:only-child")

    assert listed() == expected({0, 1})[:30]
    merge.click("[data-severity='1']")
    assert listed() == expected({0})[:30]
    assert merge.one("[data-severity='1']").get_attribute("aria-pressed") == "false"
    merge.click("[data-code='H002']")
    assert listed() == expected({0, 1, 2, 3}, "H002")[:30]
    assert merge.one("#code").get_attribute("value") == "H002"
    assert f"这里有 {len(expected({0, 1, 2, 3}, 'H002'))} 条" in merge.one("#shown").text
    merge.click("#list button.link")
    assert merge.run("return document.getElementById('unit').open")
    merge.press(Keys.ESCAPE)


def test_many_rows_come_in_parts(browser: Browser, places: dict[str, Path], tmp_path: Path) -> None:
    """A unit with very many below it: rows are built for those that somebody asks for."""
    source = places["merge"].read_text(encoding="utf-8")
    few = source.replace("const MOST_ROWS = 200", "const MOST_ROWS = 4").replace(
        "const MOST_ITEMS = 30", "const MOST_ITEMS = 4"
    )
    assert few != source
    few = few.replace("<meta http-equiv", "<meta data-was")  # the script is another one than the policy lets in
    (tmp_path / "parts.html").write_text(few, encoding="utf-8")
    browser.open(tmp_path / "parts.html")
    tree, root = hainan().tree, hainan().root
    assert len(browser.all(ROW)) == 1 + 4 + 1
    browser.click("#tree tbody .plainly")
    names = [tree[key].name for key in tree.children[root]]
    assert [name for name, _ in opened_rows(browser)][:9] == [tree[root].name, *names[:8]]
    last = names[-1]
    browser.one("#search").send_keys(last)
    browser.wait_for("return document.querySelector('#hits button')")
    browser.click("#hits button")
    assert last in [name for name, _ in opened_rows(browser)]
    browser.click("#tree tbody tr .twist")
    assert opened_rows(browser) == [(tree[root].name, "false")]
    assert len(browser.all("#list > li")) == 5
    browser.click("#list .plainly")
    assert len(browser.all("#list > li")) == 9
    assert browser.complaints() == []


def test_status_says_whom_to_ask(status: Browser) -> None:
    reminders = reminders_of(collection_of(hainan(), TODAY))
    tree = hainan().tree
    assert status.texts("#list > li > button.link") == [tree[one.unit].name for one in reminders.each[:30]]
    asked = {one.unit for one in reminders.each}
    at, place, opened = next(
        (at, place, of)
        for at, one in enumerate(reminders.each, start=1)
        for place, of in enumerate(one.open, start=1)
        if of.unit not in asked
    )
    status.click(f"#list > li:nth-child({at}) > ul > li:nth-child({place}) button")
    assert status.texts("#unit h2") == [tree[opened.unit].name]
    assert status.texts("#unit h3") == ["要改的"]
    text = status.one("#unit").text
    assert "报送日期：2021-0" in text
    status.press(Keys.ESCAPE)


@pytest.mark.parametrize("name", ["hostile merge", "hostile status"])
def test_hostile_names_do_nothing(browser: Browser, places: dict[str, Path], name: str) -> None:
    browser.open(places[name])
    page = WebPage(places[name].read_bytes())
    names = page.data["units"]["name"]
    assert browser.texts(f"{ROW} th bdi") == names
    for number in range(len(HOSTILE)):
        browser.run("document.querySelectorAll('#tree tbody button.link')[arguments[0]].click()", number + 1)
        assert browser.texts("#unit h2 bdi") == [names[number + 1]]
        browser.run("document.getElementById('unit').close()")
    browser.one("#search").send_keys("</script>")
    browser.wait_for("return document.querySelector('#hits button')")
    assert browser.run("return [window.hacked === undefined, document.scripts.length, document.images.length]") == [
        True,
        2,
        0,
    ]
    assert browser.run("return getComputedStyle(document.querySelector('bdi')).unicodeBidi").startswith("isolate")
    assert browser.complaints() == []
    assert browser.requests() == [places[name].as_uri()]


def test_a_page_prints(merge: Browser, tmp_path: Path) -> None:
    printed = tmp_path / "page.pdf"
    printed.write_bytes(merge.printed())
    text = subprocess.run(["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True).stdout.decode()
    pages = ["".join(page.split()) for page in text.split("\f")[:-1]]
    official = [page for page in pages if "单位（公章）" in page]
    assert len(official) == 1, "on one page of its own"
    assert official[0].startswith("附件")
    assert "说明：1." in official[0]
    assert "再显示" not in "".join(pages)
    assert "查找单位" not in "".join(pages)
    sizes = subprocess.run(["pdfinfo", "-l", "99", str(printed)], check=True, capture_output=True).stdout.decode()
    assert (
        "841."
        in next(line for line in sizes.splitlines() if f"Page {pages.index(official[0]) + 1:4} size" in line).split(
            "x"
        )[0]
    )


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_something_is_seen(browser: Browser, places: dict[str, Path], size: tuple[int, int]) -> None:
    browser.open(places["merge"], size)
    with Image.open(io.BytesIO(browser.picture())) as picture:
        assert picture.size == size
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 50


def test_focus_is_seen_and_leads_into_the_page(merge: Browser) -> None:
    merge.press(Keys.TAB)
    first = merge.run(
        "const of = document.activeElement;"
        "return [of.textContent, getComputedStyle(of).outlineStyle, of.getBoundingClientRect().left >= 0]"
    )
    assert first == ["跳到正文", "solid", True]
    merge.press(Keys.ENTER)
    assert merge.run("return document.activeElement.id") == "content"
