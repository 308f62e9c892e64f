"""The web pages of `merge` and `status`, without a browser: every figure is the workbook's, and text is text."""

import base64
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import memory
from stattable.checking.last_year import LastTotals
from stattable.formats.page_mark import PAGE_START, is_page
from stattable.merging.collection import collection_of
from stattable.merging.reminders import reminders_of
from stattable.merging.rollup import CountedReturns, Totals
from stattable.model.catalogue import finding
from stattable.model.form import FIELDS, shown_value
from stattable.model.text import DECEPTIVE, STAND_IN
from stattable.model.units import LEVEL_LABELS, Level, Scope, Tree, Unit
from stattable.output.html import findings as findings_module
from stattable.output.html import merge_page as merge_module
from stattable.output.html.figures import Figure, measures
from stattable.output.html.merge_page import merge_page
from stattable.output.html.status_page import status_page
from stattable.output.html.units import Paths
from stattable.proving.reopen import reopen
from stattable.writing.collection import collection_bytes
from web_pages import RUN, TODAY, WebPage, breakdown_rows, hainan, number_in
from writers.returns import own_values

Row = dict[str, Any]


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 7, 10, 12).astimezone().timestamp())))
        yield


@pytest.fixture(scope="module")
def page() -> Iterator[WebPage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge_module, "_MOST_DIFFERENCES", 1_000)
        yield WebPage(merge_page(hainan()))


@pytest.fixture(scope="module")
def workbook_bytes() -> bytes:
    return memory.report_bytes(hainan(), RUN)


@pytest.fixture(scope="module")
def workbook(workbook_bytes: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes), data_only=True)


@pytest.fixture(scope="module")
def status() -> WebPage:
    return WebPage(status_page(reminders_of(collection_of(hainan(), TODAY))))


@cache
def labels() -> frozenset[str]:
    return frozenset(LEVEL_LABELS.values())


def rows_under(sheet: Any, head: str) -> list[Row]:
    """The rows of the last table of a sheet that has a head, by its heads."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = max(number for number, row in enumerate(rows) if head in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :] if any(cell is not None for cell in row)]


# -- figures ----------------------------------------------------------------------------------------------


def test_the_official_page_is_the_workbooks(page: WebPage, workbook: Any) -> None:
    sheet = workbook.worksheets[0]
    cells = page.all(data_cell=None)
    assert {one.attributes["data-cell"] for one in cells} >= {field.cell for field in FIELDS}
    for one in cells:
        held = sheet[one.attributes["data-cell"]].value
        shown = (
            f"{held.year}年{held.month}月{held.day}日"
            if isinstance(held, datetime)
            else str(held or "" if held != 0 else 0)
        )
        assert one.text == shown
    printed = {"".join(one.text.split()) for one in page.within("official", "th")}
    for field in FIELDS:
        assert printed >= {
            field.column.text,
            field.block.section + (f"({field.block.unit})" if field.block.unit else ""),
        }
    assert sheet["A2"].value in {one.text for one in page.within("official", "td")}


def test_key_figures_are_cells_or_sums_of_cells(page: WebPage, workbook: Any) -> None:
    sheet, added = workbook.worksheets[0], set[str]()
    figures = page.all(data_cells=None)
    for one in figures:
        cells = one.attributes["data-cells"].split()
        held = [sheet[cell].value for cell in cells]
        expected = held[0] if len(held) == 1 else sum(held) if held else "—"
        assert number_in(one.text) == expected
        added.update(cells)
    assert added == {field.cell for field in FIELDS if sheet[field.cell].value is not None}
    assert sum(len(one.attributes["data-cells"].split()) > 1 for one in figures) >= 8


def test_every_units_total_is_what_the_record_of_the_workbook_comes_to(
    page: WebPage, workbook_bytes: bytes, tmp_path: Path
) -> None:
    (tmp_path / "汇总.xlsx").write_bytes(workbook_bytes)
    record = reopen(str(tmp_path / "汇总.xlsx")).record
    totals = Totals(record.tree, record.root, CountedReturns.of_record(record))
    assert page.codes == [*record.tree.below(record.root)]
    for number, code in enumerate(page.codes):
        unit, values = record.tree[code], totals[code].values
        assert page.figures(page.data["totals"][number]) == tuple(
            shown_value(value, unit.level, index) for index, value in enumerate(values)
        )
        assert page.data["units"]["name"][number] == unit.name
        assert page.data["levels"][page.data["units"]["level"][number]] == unit.level.label


def test_the_rows_of_the_breakdown_are_on_the_page(page: WebPage, workbook: Any) -> None:
    listed = Counter(row for row in breakdown_rows(workbook) if not row[0].endswith("村居社区合计"))
    shown, data = Counter[tuple[Any, ...]](), page.data
    for number, name in enumerate(data["units"]["name"]):
        if number == 0:
            name_of_total = f"{name} 合计"
        elif data["units"]["depth"][number] > 1 and data["levels"][data["units"]["level"][number]] == "村居社区级":
            continue
        else:
            name_of_total = name
        shown[name_of_total, page.figures(data["totals"][number])] += 1
        for part, word in (("own", "本级"), ("differences", "差额")):
            if number == 0 or str(number) in data[part]:
                shown[f"{name} {word}", page.figures(data[part].get(str(number)))] += 1
    assert shown == listed
    assert data["differences"]
    assert any(name.endswith(" 本级") for name, _ in shown)


def test_differences_are_the_workbooks(page: WebPage, workbook: Any) -> None:
    rows = dict(breakdown_rows(workbook))
    of_label = {field.label: field.index for field in FIELDS}
    lines = [one for one in page.within("differences", "tr") if one.within[-1].name == "tbody"]
    cells = [[one.text for one in page.elements if one.name in {"th", "td"} and line in one.within] for line in lines]
    assert len(cells) == sum(value is not None for name, row in rows.items() if name.endswith(" 差额") for value in row)
    for name, label, reported, own, children, difference, code in cells:
        index = of_label[label]
        assert number_in(difference) == rows[f"{name} 差额"][index]
        assert number_in(reported) == (rows[name][index] or 0)
        kept = number_in(own) if own != "—" else 0
        if own != "—":
            assert kept == (rows[f"{name} 本级"][index] or 0)
        assert int(number_in(reported) or 0) - int(kept or 0) - int(number_in(children) or 0) == number_in(difference)
        assert code in {"", "H001", "H002"}
    told = [code for *_, code in cells]
    assert "H002" in told
    assert told == sorted(told, key=lambda code: (code == "", code != "H002"))


def test_states_and_counts_are_those_of_the_workbook(page: WebPage, workbook: Any) -> None:
    rows = rows_under(workbook["报送情况"], "状态")
    states = {row["代码"]: row for row in rows if row["级别"] in labels() and row["状态"]}
    data, tree = page.data, hainan().tree
    for number, code in enumerate(page.codes):
        word = data["states"][data["units"]["state"][number]][0]
        assert word == (states[code]["状态"] if code in states else "不要求")
    for number, counts in data["counts"].items():
        below = [states[code]["状态"] for code in tree.below(page.codes[int(number)]) if code in states]
        told = Counter(below)
        reported = told["已报"] + told["已含在上级汇总数里"]
        rate = f"{(reported + told['退回']) / len(below):.1%}" if below else ""
        assert counts == [len(below), reported, told["退回"], told["未报"], rate]
    assert all(sum(int(counts[at]) for counts in data["counts"].values()) for at in range(4))


def test_tables_of_counts_say_what_the_tree_says(page: WebPage) -> None:
    data, heads = page.data, page.data["countHeads"]
    by_caption = {}
    for table in page.within("reporting", "table"):
        rows = [one for one in page.all("tr") if table in one.within and one.within[-1].name == "tbody"]
        cells = [[one.text for one in page.elements if one.name in {"th", "td"} and row in one.within] for row in rows]
        caption = next(one for one in page.all("caption") if table in one.within)
        by_caption[caption.text] = [[number_in(cell) for cell in row[:-1]] for row in cells]
    levels, children = by_caption["按级别"], by_caption["按下级单位（连同它的下级）"]
    assert levels[-1] == [data["units"]["name"][0], *data["counts"]["0"]]
    assert [sum(row[at] for row in levels[:-1]) for at in range(1, 5)] == levels[-1][1:5]  # type: ignore[misc]
    below = [number for number, parent in enumerate(page.parents) if parent == 0]
    assert [row[0] for row in children] == [data["units"]["name"][number] for number in below]
    for number, row in zip(below, children, strict=True):
        if str(number) in data["counts"]:
            assert row[1:] == data["counts"][str(number)]
    assert heads[-1] == "报送率"


def test_findings_are_the_workbooks(page: WebPage, workbook: Any) -> None:
    data = page.data
    rows = rows_under(workbook["审核意见"], "说明")
    codes, shown = [code for code, _ in data["findings"]["codes"]], []
    for severity, code, unit, words, path, cell, index, raw, state, note in data["findings"]["rows"]:
        number = unit if isinstance(unit, int) else None
        name = data["units"]["name"][unit] if number is not None else unit
        shown.append(
            (
                severity, codes[code], name, page.path(*path, number) if path else None, cell,
                FIELDS[index].label if index is not None else None, raw, words, state or None, note,
            )
        )  # fmt: skip
    order = ["强制性", "核实性", "提示"]
    assert [
        (
            order.index(row["程度"]), row["代码"], row["单位"], row["文件"], row["单元格"], row["栏目"], row["原值"],
            row["说明"], row["状态"],
        )
        for row in rows
    ] == [one[:9] for one in shown]  # fmt: skip
    counts = Counter(row["代码"] for row in rows)
    table = [one for one in page.all("tr") if any(part.attributes.get("id") == "codes" for part in one.within)][1:]
    listed = Counter[str]()
    for row in table:
        _, code, _, still, closed = (one.text for one in page.elements if one.name == "td" and row in one.within)
        listed[code] += int(still) + int(closed)
    assert listed == counts
    assert {"R001", "C001", "H002"} <= counts.keys()


def test_what_is_closed_is_apart_from_what_is_open() -> None:
    found = finding("C001", unit=None, params={"reason": "some", "names": ("甲村",), "name": "甲镇"})
    assert [findings_module.severity_number(one) for one in (found, replace(found, is_settled=True))] == [1, 3]
    (counts,) = findings_module.code_counts([found, found, replace(found, is_settled=True)])
    assert (counts.code, counts.kind, counts.open, counts.closed) == ("C001", "warning", 2, 1)


def test_returns_are_those_of_the_ledger(page: WebPage, workbook: Any) -> None:
    rows, data = rows_under(workbook["汇总台账"], "SHA-256"), page.data
    files = {row["文件"]: row for row in rows if isinstance(row["序号"], int)}
    assert len(data["returns"]["rows"]) == len(files) > 100
    for unit, folder, name, scope, reason in data["returns"]["rows"]:
        row = files.pop(page.path(folder, name, unit))
        assert row["单位代码"] == page.codes[unit]
        assert row["口径"] == data["returns"]["scopes"][scope]
        assert (row["是否计入"], row["原因"] or "") == (
            "未计入" if reason else "计入",
            data["returns"]["reasons"][reason],
        )
    pairs = (pairwise(cell.value for cell in row) for row in workbook["汇总台账"].iter_rows())
    (code,) = [text for row in pairs for label, text in row if label == "校验码"]
    assert code == page.one("span", **{"class": "code"}).text  # type: ignore[arg-type]


def test_nobodys_phone_goes_with_a_page_of_whom_nothing_is_wanted(page: WebPage) -> None:
    merged, data = hainan(), page.data
    asked = {int(number) for number in data["people"]}
    states = [data["states"][data["units"]["state"][number]][0] for number in asked]
    assert asked
    assert len(asked) < len(page.codes) / 2
    assert all(
        state in {"未报", "退回"} or page.codes[number] in merged.open_units
        for number, state in zip(asked, states, strict=True)
    )


def test_without_a_roster_there_is_no_rate() -> None:
    tree = Tree(
        [
            Unit("410122", "中牟县", Level.COUNTY, "410122"),
            Unit("410122101", "官渡镇", Level.TOWNSHIP, "410122101", "410122"),
        ]
    )
    files = [memory.sent(tree, key, own_values(tree[key].level), Scope.OWN) for key in tree.units]
    made = WebPage(merge_page(memory.merge(files, code="410122")))
    assert made.data["counts"] == {}
    assert "没有名册" in made.source
    assert "报送率</dt>" not in made.source


def test_a_year_before_stands_beside_a_sum() -> None:
    pairs = ((120, 100), (80, 100), (5, None), (None, 7), (7, 0))
    assert [Figure(now, (), before).change for now, before in pairs] == ["+20.0%", "-20.0%", "", "", ""]


def test_the_sums_of_a_year_before_are_those_of_the_root() -> None:
    merged = hainan()
    before = tuple(None if type(value) is bool else value for value in merged.rollup.totals["4602"].values)
    then = LastTotals("去年.xlsx", "", 22, 5, {merged.root: before})
    made = WebPage(merge_page(replace(merged, last_year=then)))
    sums = [one.text for one in made.all("dd", **{"class": "before"})]
    people = sum(value or 0 for field, value in zip(FIELDS, before, strict=True) if field.column.text == "宣传人数")
    assert len(sums) >= 8
    assert any(text.startswith(f"上年 {people:,}，") for text in sums)


def test_measures_are_sums_over_levels_and_fields() -> None:
    of_county = measures(Level.COUNTY)
    assert of_county[0].label == "宣传活动 · 活动场次（各级合计）"
    assert {len(one.fields) for one in of_county if "各级合计" in one.label} == {3, 4}
    assert all(FIELDS[index].block == FIELDS[one.fields[0]].block for one in of_county for index in one.fields)


# -- status -----------------------------------------------------------------------------------------------


def test_the_state_of_a_collection_is_the_workbooks(status: WebPage) -> None:
    collection = collection_of(hainan(), TODAY)
    book = openpyxl.load_workbook(io.BytesIO(collection_bytes(collection)))
    data = status.data
    of_units = {row["代码"]: row for row in rows_under(book["各单位情况"], "日期依据")}
    filings = data["filings"]
    for number, code in enumerate(status.codes):
        row = of_units.get(code)
        state = data["states"][data["units"]["state"][number]][0]
        assert state == (row["状态"] if row else "不要求")
        day = filings["days"][filings["day"][number]] if filings["day"][number] >= 0 else None
        assert day == (f"{row['报送日期']}（{row['日期依据']}）" if row and row["报送日期"] else None)
        assert filings["late"][number] == bool(row and row["按时"] == "否")
    parents = [number for number in range(len(status.codes)) if number in status.parents]
    for number, row in zip(parents, rows_under(book["分级情况"], "报送率"), strict=True):
        told = dict(zip(data["countHeads"], data["counts"][str(number)], strict=True))
        for head, value in told.items():
            held = row[head]
            assert value == (f"{held:.1%}" if head.endswith("率") else held)
        assert not any(row[head] for head in row if head not in {*told, "单位", "级别"})


def test_whom_to_ask_for_what(status: WebPage) -> None:
    reminders = reminders_of(collection_of(hainan(), TODAY))
    asked = status.data["asked"]
    assert [status.codes[unit] for unit, *_ in asked] == [one.unit for one in reminders.each]
    assert sum(len(opened) for *_, opened in asked) == sum(len(one.open) for one in reminders.each) > 0
    missing = {status.codes[int(number)] for number in status.data["people"]}
    assert missing >= {
        key for key, state in hainan().statuses.items() if state == "missing" and any(reminders.person(key))
    }
    text = status.one("section", id="asked").text
    assert f"要催 {len(reminders.each)} 个单位" in text


def test_what_is_open_is_said_of_so_many_units_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stattable.output.html.status_page._MOST_OPEN", 2)
    data = WebPage(status_page(reminders_of(collection_of(hainan(), TODAY)))).data
    opened = [one for *_, some in data["asked"] for one in some]
    assert [bool(words) for *_, words in opened] == [True, True, *[False] * (len(opened) - 2)]
    assert all(count for _, count, _ in opened)


def test_nothing_to_ask_for() -> None:
    tree = Tree([Unit("410122101201", "官渡村", Level.VILLAGE, "410122101201")])
    files = [memory.sent(tree, "410122101201", own_values(Level.VILLAGE), Scope.OWN, **PERSON)]
    collection = collection_of(memory.merge(files, roster=tree, code="410122101201"), TODAY)
    made = WebPage(status_page(reminders_of(collection)))
    assert "都报齐了" in made.source
    assert "#asked" not in made.source


# -- text is text -----------------------------------------------------------------------------------------

PERSON = {"contact": "张三", "phone": "13800000000", "filled_in": date(2021, 6, 15)}
HOSTILE = [
    "<script>hacked=1</script>村", "</script><img src=x onerror=hacked=1>村", "=cmd|' /C calc'!A0村", "\u202etxt.村",
    "甲\u2028乙\u2029村", "{{ 7*7 }}{% raw %}村", "\"' onfocus=hacked=1 x='村", "<!--<script>村", "&lt;b&gt;村",
    "长" * 299 + "村", "\ue000\ue001村", "\\u003c村", "${7*7}`村", "__proto__村",
]  # fmt: skip


def hostile() -> Any:
    """A merge of units that are called what nobody is, whose files and persons are called so, too."""
    top = Unit("410122101", "<b>官渡镇</b>", Level.TOWNSHIP, "410122101")
    units = [
        Unit(f"410122101{at:03}", name, Level.VILLAGE, f"410122101{at:03}", top.key) for at, name in enumerate(HOSTILE)
    ]
    tree = Tree([top, *units])
    files = []
    for at, unit in enumerate(units):
        values = {**own_values(Level.VILLAGE), **({"activities.village.sessions": 0} if at % 2 else {})}
        path = f"收到/{unit.name.replace('/', '／')}.xlsx"
        files.append(memory.sent(tree, unit.key, values, Scope.OWN, path=path, contact=unit.name, phone="<i>1</i>"))
    return memory.merge(files[:-1], roster=tree, code=top.key)


def hostile_pages() -> list[bytes]:
    merged = hostile()
    return [merge_page(merged), status_page(reminders_of(collection_of(merged, TODAY)))]


@pytest.mark.parametrize("at", [0, 1])
def test_hostile_names_are_text(at: int) -> None:
    page = WebPage(hostile_pages()[at])
    assert [one.attributes.get("type") for one in page.all("script")] == ["application/json", None]
    assert {one.name for one in page.elements}.isdisjoint({"img", "b", "i", "iframe", "link", "object", "base", "form"})
    assert not [name for one in page.elements for name in one.attributes if name.startswith(("on", "style", "src"))]
    assert not DECEPTIVE.search(page.source.replace("\n", ""))
    named = page.data["units"]["name"][1:]
    assert named == [DECEPTIVE.sub(STAND_IN, name) for name in HOSTILE]
    assert "<b>官渡镇</b>" in page.one("h1").text
    assert any(one.text.startswith("<b>官渡镇</b>") for one in page.all("bdi"))
    assert "49" not in page.one("h1").text


def test_paths_come_back_whatever_they_are_called() -> None:
    paths, made = Paths(), []
    names = [
        ("收到/410122101001_甲村.xlsx", "410122101001", "甲村"), ("甲村.xlsx", None, None),
        ("收到\\甲村\\表.xls", "1", "甲村"),
        ("收到/1_1_1.xlsx", "1", "1"), ("收到/二村.xlsx", "1", "二村"), ("收到.zip/二村.xlsx", "", ""),
        ("收到/410122101002_乙村.xlsx", "410122101002", "乙村"),
    ]  # fmt: skip
    made = [paths.pair(*one) for one in names]
    columns = paths.columns
    for (path, code, name), (folder, called) in zip(names, made, strict=True):
        text = columns["folders"][folder] + columns["names"][called]
        assert text.replace("\ue000", code or "").replace("\ue001", name or "") == path
    assert len(columns["names"]) < len(names)


def test_the_file_of_a_unit_that_nobody_knows_keeps_its_name() -> None:
    tree = Tree([Unit("410122101", "官渡镇", Level.TOWNSHIP, "410122101")])
    other = Tree([Unit("110101001", "外地镇", Level.TOWNSHIP, "110101001")])
    files = [
        memory.sent(tree, "410122101", own_values(Level.TOWNSHIP), Scope.OWN, **PERSON),
        memory.sent(other, "110101001", own_values(Level.TOWNSHIP), Scope.OWN, path="收到/110101001_外地镇.xlsx"),
    ]
    made = WebPage(merge_page(memory.merge(files, roster=tree, code="410122101")))
    codes = [code for code, _ in made.data["findings"]["codes"]]
    (row,) = [row for row in made.data["findings"]["rows"] if codes[row[1]] == "U002"]
    assert made.path(*row[4], None) == "收到/110101001_外地镇.xlsx"
    assert [one[0] for one in made.data["returns"]["rows"]] == [0]


# -- nothing from elsewhere -------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["page", "status"])
def test_only_the_script_and_the_style_of_the_page_run(which: str, request: pytest.FixtureRequest) -> None:
    made: WebPage = request.getfixturevalue(which)
    policy = made.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def print_of(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    script = next(one for one in made.all("script") if "type" not in one.attributes)
    assert parts == {
        "default-src": "'none'", "script-src": print_of(script.text), "style-src": print_of(made.one("style").text),
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip
    links = [value for one in made.elements for name, value in one.attributes.items() if name in {"href", "src"}]
    assert links
    assert all(link.startswith("#") for link in links)
    ids = {one.attributes["id"] for one in made.all(id=None)}
    assert {link[1:] for link in links} <= ids
    assert not re.search(
        r"url\(|@import|\bfetch\(|XMLHttpRequest|innerHTML|\beval\(", script.text + made.one("style").text
    )
    assert set(re.findall(r"https?://[^\s\"']+", made.source)) <= {"http://www.w3.org/2000/svg"}  # a name, not a place


@pytest.mark.parametrize("which", ["page", "status"])
def test_a_page_can_be_read_without_seeing_it(which: str, request: pytest.FixtureRequest) -> None:
    made: WebPage = request.getfixturevalue(which)
    assert made.one("html").attributes["lang"] == "zh-CN"
    assert len(made.all("h1")) == len(made.all("main")) == 1
    for table in made.all("table"):
        named = "aria-label" in table.attributes or any(table in one.within for one in made.all("caption"))
        assert named or table.attributes.get("id") == "ranking", "which its script names"
    for section in made.all("section"):
        assert made.one("h2", id=section.attributes["aria-labelledby"]).text
    for control in [*made.all("input"), *made.all("select")]:
        assert made.one("label", **{"for": control.attributes["id"]}).text  # type: ignore[arg-type]
    assert all(one.attributes["type"] == "button" for one in made.all("button"))


def test_a_page_is_known_by_how_it_begins(tmp_path: Path) -> None:
    made = tmp_path / "页.html"
    made.write_bytes(merge_page(hainan()))
    assert is_page(made)
    made.write_bytes(PAGE_START.encode()[:-1])
    assert not is_page(made)
    assert not is_page(tmp_path)
    assert not is_page(tmp_path / "没有.html")
    assert not is_page("长" * 5_000)


# -- size -------------------------------------------------------------------------------------------------


def test_a_unit_takes_little_room() -> None:
    """A province of 55,000 units is to stay under 12 MB: 218 bytes a unit."""

    def size(villages: int) -> int:
        units = [Unit("4101", "甲市", Level.PREFECTURE, "4101"), Unit("410101", "甲县", Level.COUNTY, "410101", "4101")]
        units.append(Unit("410101001", "甲镇", Level.TOWNSHIP, "410101001", "410101"))
        codes = [f"410101001{number:03}" for number in range(1, villages + 1)]
        tree = Tree([*units, *(Unit(one, f"第{one[-3:]}村民委员会", Level.VILLAGE, one, "410101001") for one in codes)])
        values = own_values(Level.VILLAGE, sessions=3, people=185)
        files = [
            memory.sent(tree, code, values, Scope.OWN, path=f"收到/甲县/甲镇/{code}_{tree[code].name}.xlsx")
            for code in codes
        ]
        return len(merge_page(memory.merge(files, roster=tree, code="4101")))

    assert (size(400) - size(200)) / 200 < 218


def test_findings_that_are_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_module, "MOST_FINDINGS", 3)
    monkeypatch.setattr(merge_module, "_MOST_DIFFERENCES", 1)
    made = WebPage(merge_page(hainan()))
    assert len(made.data["findings"]["rows"]) == 3
    rest = len(hainan().findings) - 3
    assert f"另有 {rest} 条，见汇总表的“审核意见”" in made.source
    assert "行，见汇总表的“分单位汇总”" in made.source
    assert made.within("codes", "tr")[1:], "of all"
