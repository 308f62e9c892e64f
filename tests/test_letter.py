"""The letter that goes with a merged page: its facts against the workbook's, its words, and its Word document."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

import memory
from command_line import Result, run, squeezed
from county import COUNTY, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, ZHONGMU, ZHULUYING, tree_of
from stattable.checking.last_year import LastTotals
from stattable.formats.list_mark import is_marked
from stattable.merging.collection import collection_of
from stattable.merging.result import MergeResult
from stattable.model.catalogue import finding
from stattable.model.findings import Severity, Status
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Values, total
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.proving.key_facts import KeyFacts, UnitFinding, activities, articles, key_facts, summed
from stattable.proving.lists import FINDINGS_SHEET, reported_by_level
from stattable.writing.letter.document import letter_bytes
from stattable.writing.letter.figures import done_section
from stattable.writing.letter.names import addressee, area, own_name
from stattable.writing.letter.parts import PAGE, Letter, Section, Table
from stattable.writing.letter.text import letter_of
from writers.county import send, sessions
from writers.returns import own_values

CODE = "ABCD-EFGH-JKLM"
DAY = date(2021, 6, 30)
LAST = 22


def letter(merged: MergeResult | KeyFacts) -> Letter:
    return letter_of(merged if isinstance(merged, KeyFacts) else key_facts(merged), CODE, DAY)


def words(one: Letter) -> list[str]:
    """What the sections say, their headings too, without their tables."""
    return [
        text
        for section in one.sections
        for text in (section.heading, *(part.heading + part.text for part in section.paragraphs))
    ]


def said(one: Letter, what: str) -> str:
    """The paragraph that begins with a heading."""
    return next(text.partition("。")[2] for text in words(one) if what in text.partition("。")[0])


def tables(one: Letter | Section) -> list[Table]:
    sections = one.sections if isinstance(one, Letter) else [one]
    return [part for section in sections for part in section.parts if isinstance(part, Table)]


def merged_of(*units: str, tree: Tree | None = None, roster: bool = True, **figures: Mapping[str, Any]) -> MergeResult:
    """A merge of the own returns of units, by name: with a roster, or without."""
    tree = tree or tree_of()
    keys = {unit.name: key for key, unit in tree.units.items()}
    sent = [
        memory.sent(tree, keys[name], {**own_values(tree[keys[name]].level), **figures.get(name, {})}, Scope.OWN)
        for name in units
    ]
    return memory.merge(sent, roster=tree, code="410122") if roster else memory.merge(sent, code="410122")


EVERYBODY = tuple(unit.name for unit in COUNTY)


# -- what it says -----------------------------------------------------------------------------------------


def test_a_whole_county() -> None:
    one = letter(merged_of(*EVERYBODY))
    assert one.title == ("中牟县计划生育协会", "关于第23个“5.29会员活动日”", "信息统计情况的汇总说明")
    assert (one.addressee, one.signature, one.day) == ("郑州市计划生育协会：", "中牟县计划生育协会", "2021年6月30日")
    assert one.opening == (
        "按照活动通知要求，我会审核汇总了所属单位报送的第23个“5.29会员活动日”信息统计表，现将有关情况说明如下。"
    )
    assert words(one) == [
        "一、活动开展情况",
        "（一）宣传服务活动。全县共开展宣传活动12场、宣传360人，慰问服务12场、慰问360人，其他服务12场、服务360人。"
        "分级数据见下表。",
        "（二）媒体和网络。在各级媒体刊播稿件48篇（文字24篇，音频、视频24篇），其中国家级媒体12篇、省级12篇、地市级12篇、"
        "县级12篇。县级没有开通网站和新媒体。",
        "二、报送情况",
        "所属5个单位（乡镇2个、村居3个）全部报送，报送率为100%。",
        "三、审核情况",
        "没有发现需要核实的问题。",
    ]
    assert one.closing == f"数据取自附件（校验码{CODE}），特此说明。"
    assert one.attachments == ("第23个“5.29会员活动日”信息统计表",)
    assert one.contact == "（联系人：李四，电话：0371-62100000）"


def test_what_is_missing_is_counted_and_named() -> None:
    one = letter(merged_of("中牟县", "官渡镇", "官渡村"))
    assert said(one, "报送率") == (
        "所属单位应报5个，收到2个，报送率为40%。其中，乡镇2个、收到1个（50%），村居3个、收到1个（33.3%）。"
    )
    assert said(one, "未报情况") == (
        "未报的单位3个，数据未计入汇总数：狼城岗镇及其所属1个单位；官渡镇1个（逐鹿营村）。"
    )


def test_a_township_of_which_only_its_own_return_is_missing_and_the_roots_own() -> None:
    one = letter(merged_of("官渡村", "逐鹿营村", "东狼城岗村", "狼城岗镇"))
    assert said(one, "报送率").endswith("村居3个全部报送。我会本级没有报表，未计入汇总数。")
    assert said(one, "未报情况") == "未报的单位1个，数据未计入汇总数：官渡镇本级。"


def test_a_township_and_its_villages() -> None:
    tree = tree_of()
    sent = [memory.sent(tree, key, own_values(tree[key].level), Scope.OWN) for key in ("410122101", "410122101201")]
    one = letter(memory.merge(sent, roster=tree, code="410122101"))
    assert (one.title[0], one.addressee) == ("官渡镇计划生育协会", "中牟县计划生育协会：")
    assert words(one)[1].startswith("（一）宣传服务活动。全镇共开展宣传活动4场、宣传120人，")
    assert [row[0] for row in tables(one)[0].rows] == ["乡镇级", "村居社区级", "合计"]
    assert "媒体宣传" in words(one)[2]
    assert said(one, "报送率") == "所属单位应报2个，收到1个，报送率为50%。"
    assert said(one, "未报情况") == "未报的单位1个，数据未计入汇总数：逐鹿营村。"


def test_a_village_has_nobody_below_it() -> None:
    tree = tree_of()
    sent = [memory.sent(tree, "410122101201", own_values(Level.VILLAGE), Scope.OWN)]
    one = letter(memory.merge(sent, roster=tree, code="410122101201"))
    assert one.title == ("官渡村计划生育协会", "关于第23个“5.29会员活动日”", "信息统计情况的说明")
    assert "我会填报了第23个“5.29会员活动日”信息统计表" in one.opening
    assert [section.heading for section in one.sections] == ["一、活动开展情况", "二、审核情况"]
    assert (tables(one), words(one)[1].startswith("（一）宣传服务活动。全村共开展宣传活动2场、宣传60人，")) == (
        [],
        True,
    )


def test_a_province_and_the_nation() -> None:
    tree = Tree([Unit("41", "河南省", Level.PROVINCE, "41"), Unit("42", "湖北省计生协", Level.PROVINCE, "42")])
    flags = {"online.province.website": True, "online.province.wechat": False}
    sent = [memory.sent(tree, key, {**own_values(Level.PROVINCE), **flags}, Scope.OWN) for key in tree.units]
    one = letter(memory.merge(sent[:1], roster=tree, code="41"))
    assert (one.title[0], one.addressee) == ("河南省计划生育协会", "中国计划生育协会：")
    assert said(one, "媒体和网络").endswith("省级开通官网；地市级、县级的网站和新媒体没有填报。")
    assert words(one)[-3] == "没有所属单位的报表，汇总数是我会本级的数据。"
    nation = Tree([Unit("0", "全国", Level.NATIONAL), *(replace(unit, parent="0") for unit in tree.units.values())])
    one = letter(memory.merge(sent, roster=nation, code="0"))
    assert (one.title[0], one.addressee) == ("中国计划生育协会", "")
    assert words(one)[1].startswith("（一）宣传服务活动。全国共开展")
    assert said(one, "媒体和网络").partition("。")[2].startswith("省级开通官网2个；")


def test_without_a_roster_nobody_knows_who_is_missing() -> None:
    one = letter(merged_of("中牟县", "官渡镇", "官渡村", roster=False))
    assert words(one)[4] == (
        "收到所属2个单位（乡镇1个、村居1个）的报表。本次汇总没有使用单位名册，是否报齐须另行核对。"
    )


def test_what_a_unit_above_stands_for() -> None:
    tree = tree_of()
    whole = own_values(Level.TOWNSHIP) | own_values(Level.VILLAGE)
    sent = [
        memory.sent(tree, "410122101", whole, Scope.CUMULATIVE),
        memory.sent(tree, "410122", {**own_values(Level.COUNTY)}, Scope.OWN),
    ]
    facts = key_facts(memory.merge(sent, roster=tree, code="410122"))
    assert said(letter(facts), "报送率").endswith("有2个村居的数据含在上级的汇总数中。")
    unnamed = replace(facts, unnamed={Level.TOWNSHIP: 1, Level.VILLAGE: 3})
    assert said(letter(unnamed), "未报情况").endswith(
        "据下级的汇总表，另有4个单位（乡镇1个、村居3个）未报，数据未计入，名单没有列出。"
    )
    only = letter(replace(unnamed, branches=()))
    assert said(only, "未报情况") == "据下级的汇总表，有4个单位（乡镇1个、村居3个）未报，数据未计入，名单没有列出。"


@pytest.mark.parametrize("names", [EVERYBODY, ("中牟县", "官渡村"), ("狼城岗镇", "东狼城岗村")])
def test_the_rate_is_that_of_status(names: tuple[str, ...]) -> None:
    merged = merged_of(*names)
    collection = collection_of(merged, DAY)
    counts, own = collection.counts[merged.root], merged.statuses[merged.root]
    reported = reported_by_level(merged).values()
    assert sum(one.expected for one in reported) == counts.expected - 1
    assert sum(one.received for one in reported) == counts.received + counts.covered - (own is Status.ACCEPTED)


def test_a_level_of_which_nobody_reported() -> None:
    one = letter(merged_of("中牟县", "官渡村"))
    assert "乡镇2个均未报送，" in said(one, "报送率")


def test_what_was_rejected() -> None:
    tree = tree_of()
    sent = [memory.sent(tree, key, own_values(tree[key].level), Scope.OWN) for key in ("410122", "410122101")]
    wrong = {**own_values(Level.VILLAGE), "activities.village.sessions": 0}  # people without sessions
    sent += [memory.sent(tree, key, wrong, Scope.OWN) for key in ("410122101201", "410122101202")]
    sent.append(memory.received("别的.xlsx", "无此村", memory.values_of(own_values(Level.VILLAGE))))
    merged = memory.merge(sent, roster=tree, code="410122")
    facts = key_facts(merged)
    assert facts.rejected + facts.foreign == merged.summary.rejected == 3
    assert said(letter(facts), "退回情况") == (
        "2份报表填报有误，另有1份报表无法确认属于我会汇总范围，未计入汇总数，缺少官渡镇官渡村、官渡镇逐鹿营村的数据。"
    )


def test_where_nothing_counts_it_says_so() -> None:
    one = letter(replace(key_facts(merged_of(*EVERYBODY)), total=BLANK))
    assert words(one)[:2] == ["一、活动开展情况", "目前没有可以计入的数据，各项数据均为空白。"]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"activities.village.sessions": 3, "activities.village.people": 90},
         "全县共开展宣传活动3场、宣传90人；慰问服务、其他服务没有填报。"),
        ({"activities.village.sessions": 0, "activities.village.people": 0, "services.other.village.sessions": 1},
         "全县共开展其他服务1场、服务人数没有填报；没有开展宣传活动；慰问服务没有填报。"),
        ({"services.condolence.village.people": 8},
         "全县共开展慰问服务（场次没有填报）、慰问8人；宣传活动、其他服务没有填报。"),
        ({"media.county.text": 0}, "宣传活动、慰问服务、其他服务没有填报。"),
    ],
)  # fmt: skip
def test_blank_is_not_nought(figures: dict[str, int], expected: str) -> None:
    facts = replace(key_facts(merged_of(*EVERYBODY)), total=memory.values_of(figures))
    first, media = done_section(facts).paragraphs
    assert first.text == f"{expected}分级数据见下表。"
    assert media.text.startswith("没有在媒体刊播稿件。" if "media.county.text" in figures else "媒体稿件没有填报。")


@pytest.mark.parametrize(
    ("name", "level", "full", "of_it"),
    [
        ("官渡镇计生协", Level.TOWNSHIP, "官渡镇计划生育协会", "全镇"),
        ("中山路街道办事处", Level.TOWNSHIP, "中山路街道计划生育协会", "全街道"),
        ("永顺社区居民委员会", Level.VILLAGE, "永顺社区计划生育协会", "全社区"),
        ("邵岗村委会", Level.VILLAGE, "邵岗村计划生育协会", "全村"),
        ("大兴安岭地区", Level.PREFECTURE, "大兴安岭地区计划生育协会", "全地区"),
        ("延边朝鲜族自治州", Level.PREFECTURE, "延边朝鲜族自治州计划生育协会", "全州"),
        ("金水区", Level.COUNTY, "金水区计划生育协会", "全区"),
        ("某某集团公司", Level.COUNTY, "某某集团公司计划生育协会", "我会"),
        ("河南省计划生育协会", Level.PROVINCE, "河南省计划生育协会", "全省"),
        ("全国", Level.NATIONAL, "中国计划生育协会", "全国"),
    ],
)
def test_what_units_are_called(name: str, level: Level, full: str, of_it: str) -> None:
    unit = Unit("1", name, level)
    assert (own_name(unit), area(unit)) == (full, of_it)


@pytest.mark.parametrize(
    ("code", "level", "expected"),
    [
        ("41", Level.PROVINCE, "中国计划生育协会"),
        ("4101", Level.PREFECTURE, "河南省计划生育协会"),
        ("410122", Level.COUNTY, "郑州市计划生育协会"),
        ("110101", Level.COUNTY, "北京市计划生育协会"),
        ("410122101", Level.TOWNSHIP, "上级计划生育协会"),
        (None, Level.COUNTY, "上级计划生育协会"),
    ],
)
def test_whom_it_is_to_where_only_the_code_says_it(code: str | None, level: Level, expected: str) -> None:
    unit = Unit("1", "某地", level, code)
    assert addressee(Tree([unit]), unit) == expected


# -- reasons, differences, last year ----------------------------------------------------------------------


def explained(merged: MergeResult, *texts: str) -> MergeResult:
    """The merge with reasons written beside the first warnings."""
    notes = iter(texts)
    findings = [replace(one, note=next(notes, None)) if one.severity == "warning" else one for one in merged.findings]
    return replace(merged, findings=tuple(findings))


def test_reasons_are_told_and_those_of_many_counted_by_kind() -> None:
    many = {"activities.village.sessions": 1, "activities.village.people": 2_500}
    merged = merged_of(*EVERYBODY, 官渡村=many, 逐鹿营村=many)
    assert said_of(letter(merged)) == "需要核实的意见2条，尚待核实。"
    one = explained(merged, "当天“网络直播”，\n观看人数较多。")
    assert said_of(letter(one)) == (
        "需要核实的意见2条，已说明原因1条，尚待核实1条。已说明的有：官渡镇官渡村（人数过多），"
        "原因是“当天‘网络直播’， 观看人数较多”。"
    )
    both = explained(merged, "当天网络直播，观看人数较多", "与邻村合办，人数各报一半")
    assert said_of(letter(both)).startswith(
        "需要核实的意见2条，均已说明原因。已说明的有：官渡镇官渡村（人数过多），原因是"
    )
    facts = key_facts(both)
    crowd = replace(facts, to_verify=60, explained=facts.explained * 30)
    assert "均已说明原因（人数过多60条）。" in said_of(letter(crowd))


def said_of(one: Letter) -> str:
    return next(section for section in one.sections if "审核" in section.heading).paragraphs[0].text


def test_reasons_of_units_that_are_not_here() -> None:
    """Merged workbooks carry them up, and name units that are in no roster of the level above."""
    many = {"activities.village.sessions": 1, "activities.village.people": 2_500}
    facts = key_facts(explained(merged_of(*EVERYBODY, 官渡村=many), "当天网络直播，观看人数较多"))
    ((_, found),) = facts.explained
    named = replace(facts, explained=[UnitFinding(None, found)])
    assert "已说明的有：官渡村（人数过多），" in said_of(letter(named))
    nobody = replace(facts, explained=[UnitFinding(None, replace(found, unit=None))])
    assert "已说明的有：名称不详的单位（人数过多），" in said_of(letter(nobody))
    own = replace(facts, explained=[UnitFinding("410122", found)])
    assert "已说明的有：我会（人数过多），" in said_of(letter(own))


def test_open_errors_are_told() -> None:
    facts = replace(key_facts(merged_of(*EVERYBODY)), unresolved=2)
    assert "必须改正的意见还有2条没有处理，汇总数可能变动。" in said_of(letter(facts))


def with_cumulative(**figures: int) -> MergeResult:
    """A county whose township 官渡镇 sent what all of it comes to, beside the returns of its villages."""
    tree = tree_of()
    sent = [
        memory.sent(tree, key, {**own_values(tree[key].level), **sessions(village=2)}, Scope.OWN)
        for key in ("410122", "410122102", "410122102201", "410122101201", "410122101202")
    ]
    whole = own_values(Level.TOWNSHIP) | own_values(Level.VILLAGE) | sessions(**figures)
    sent.append(memory.sent(tree, "410122101", whole, Scope.CUMULATIVE))
    return memory.merge(sent, roster=tree, code="410122")


def test_where_levels_disagree() -> None:
    merged = with_cumulative(village=1)
    said_of = [one for one in merged.findings if one.code in {"H001", "H002"}]
    fields = [FIELD_BY_KEY[key].index for one in said_of for key in one.fields]
    assert len(fields) > len(said_of)
    text = said(letter(merged), "上下级核对")
    assert re.fullmatch(r"1个单位报送的汇总数与其本级、下级数据之和不符：官渡镇村居社区\w+少\d+等\d+项。", text)
    [difference] = [one for one in merged.rollup.differences.values() if any(map(one.of, fields))]
    assert f"少{max(abs(difference.of(index)) for index in fields)}等{len(fields)}项" in text
    agreed = replace(key_facts(merged), differences=())
    assert said(letter(agreed), "上下级核对") == "报送的汇总数与其本级、下级数据核对，没有发现不符。"
    assert "上下级核对" not in "".join(words(letter(merged_of(*EVERYBODY))))


def test_a_difference_that_a_merged_workbook_explained_is_not_one_of_here() -> None:
    facts = key_facts(merged_of(*EVERYBODY))
    carried = replace(merged_of(*EVERYBODY), findings=(
        finding("H001", Severity.WARNING, params={"words": "某镇上报 3，下级合计 1，多出 2。"}),
    ))  # fmt: skip
    assert key_facts(carried).differences == facts.differences == []


def with_last_year(merged: MergeResult, edition: int | None = LAST, share: float = 0.5, **others: float) -> MergeResult:
    """The merge beside a year in which every figure was another share of today's, of some units by name."""

    def then(key: str) -> Values:
        its = others.get(merged.tree[key].name, share)
        return tuple(None if one is None else int(one * its) for one in merged.rollup.totals[key].values)

    before = {key: then(key) for key in merged.tree.below(merged.root)}
    return replace(merged, last_year=LastTotals("去年.xlsx", "", edition, 5, before))


def test_last_year() -> None:
    one = letter(with_last_year(merged_of(*EVERYBODY), 官渡镇=0.5, 狼城岗镇=2.0))
    assert words(one)[-2:] == [
        "四、与上年比较",
        "与2020年相比，宣传活动场次增长100%，人数增长100%；慰问服务场次增长100%，人数增长100%；"
        "其他服务场次增长100%，人数增长100%；媒体稿件增长100%。"
        "所属单位宣传人数增加最多的是官渡镇（90人），减少最多的是狼城岗镇（120人）。",
    ]
    assert [(row[0], row[2]) for row in tables(one)[0].rows[-3:]] == [
        ("合计", "360"),
        ("2020年", "180"),
        ("增减", "+180"),
    ]
    assert "宣传活动场次由0增至12" in words(letter(with_last_year(merged_of(*EVERYBODY), share=0)))[-1]
    same = letter(with_last_year(merged_of(*EVERYBODY), share=1))
    assert "宣传活动场次持平，人数持平" in words(same)[-1]
    assert tables(same)[0].rows[-1][1:] == ("0",) * 6
    less = letter(with_last_year(merged_of(*EVERYBODY), share=3))
    assert "宣传活动场次下降66.7%" in words(less)[-1]
    assert tables(less)[0].rows[-1][2] == "−720"


def test_another_year_than_the_last_one_and_none() -> None:
    merged = merged_of(*EVERYBODY)
    assert words(letter(with_last_year(merged, 20)))[-2] == "四、与2018年比较"
    one = letter(with_last_year(merged, None))
    assert (words(one)[-2], words(one)[-1][:4]) == ("四、与上次比较", "与上次相")
    nothing = replace(merged, last_year=LastTotals("去年.xlsx", "", LAST, 5, {}))
    assert words(letter(nothing))[-1] == "以前的数据中没有我会可以比较的汇总数。"
    assert tables(letter(nothing)) == tables(letter(merged))
    facts = key_facts(with_last_year(merged))
    assert facts.last_year is not None
    doubted = replace(facts, last_year=replace(facts.last_year, doubted=3, explained=1))
    assert words(letter(doubted))[-1].endswith("相差5倍以上或者降为零、需要核实的意见3条，已说明1条。")
    assert letter(replace(facts, total=BLANK)).sections[-1].heading == "三、审核情况"


# -- how long it is ---------------------------------------------------------------------------------------

LONG = "很长的名称" * 60


def big_province(name: str = "河南省") -> Tree:
    units = [Unit("41", name, Level.PROVINCE, "41", contact="王五", phone="0371-65900000")]
    for prefecture in range(1, 18):
        city = f"41{prefecture:02}"
        units.append(Unit(city, f"第{prefecture}市", Level.PREFECTURE, city, "41"))
        for county in range(1, 6):
            units.append(Unit(f"{city}{county:02}", f"某{county}县", Level.COUNTY, f"{city}{county:02}", city))
    return Tree(units)


@pytest.fixture(scope="module")
def gaps() -> KeyFacts:
    """A province with many gaps, reasons and changes."""
    tree = big_province()
    sent = [
        memory.sent(tree, key, own_values(tree[key].level, 900, 400_000), Scope.OWN)
        for number, key in enumerate(tree.units) if number % 3 or len(key) == 2
    ]  # fmt: skip
    merged = with_last_year(memory.merge(sent, roster=tree, code="41"))
    return key_facts(
        explained(merged, *(f"因第{number}场活动由全市合办，人数各报各的，已经核对" for number in range(40)))
    )


def test_two_pages_hold_it_however_much_is_missing(gaps: KeyFacts) -> None:
    few = letter(gaps)
    branches = [replace(one, missing=one.missing * 200) for one in gaps.branches]
    many = letter(replace(gaps, branches=branches))
    everything = sum(len(branch.missing) for branch in branches)
    assert few.fits
    assert many.fits
    assert everything > 4_000
    assert said(many, "未报情况").startswith(f"未报的单位{everything}个，数据未计入汇总数：第")
    assert re.search(r"；其余\d+个地市共\d+个。$", said(many, "未报情况"))
    counts = [
        int(count) for count in re.findall(r"市(\d+)个|共(\d+)个", said(many, "未报情况")) for count in count if count
    ]
    assert sum(counts) == everything


def test_it_names_more_where_there_is_room(gaps: KeyFacts) -> None:
    roomy = letter(replace(gaps, branches=(), last_year=None))
    assert said_of(roomy).count("原因是") > said_of(letter(gaps)).count("原因是")
    assert roomy.line > letter(gaps).line


def test_names_of_300_characters() -> None:
    tree = big_province(f"{LONG}省")
    tree = Tree([replace(unit, contact=LONG, phone=LONG) for unit in tree.units.values()])
    sent = [memory.sent(tree, "41", own_values(Level.PROVINCE), Scope.OWN)]
    one = letter(memory.merge(sent, roster=tree, code="41"))
    assert one.fits
    assert len(one.signature) < 80
    assert one.signature.endswith("……计划生育协会")


# -- the figures are the workbook's -----------------------------------------------------------------------


def merge(*more: str | Path, code: int = 0) -> Result:
    result = run(
        "merge", "收到", "--roster", "名册.csv", "--root", "410122", "-o", "汇总.xlsx", "--docx", "说明.docx", *more
    )
    assert result.code == code, result.err
    return result


def texts(path: str = "说明.docx") -> list[str]:
    return [paragraph.text for paragraph in docx.Document(path).paragraphs]


@pytest.mark.usefixtures("here")
def test_every_figure_is_the_workbooks() -> None:
    for unit in (ZHONGMU, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG):
        send(unit, {**own_values(unit.level, 3, 77, 5), "media.county.text": 9})
        send(unit, own_values(unit.level, 2, 50, 4), to="去年", edition=LAST)
    send(GUANDU_VILLAGE, {"activities.village.sessions": 2, "activities.village.people": 2_500})
    result = merge("--previous", "去年", "--format", "json")
    book = openpyxl.load_workbook("汇总.xlsx")
    page = book.worksheets[0]
    values = tuple(page[field.cell].value for field in FIELDS)
    whole = "".join(texts())
    for kind in activities(values):
        assert f"{kind.kind}{kind.sessions}场、{kind.verb}{kind.people}人" in whole
    assert f"稿件{summed(value for row in articles(values) for value in row.values)}篇" in whole
    for row in articles(values):
        assert f"{row.label.removesuffix('媒体')}" in whole
        assert f"{summed(row.values)}篇" in whole
    grid = [[cell.text for cell in row.cells] for row in docx.Document("说明.docx").tables[0].rows]
    for row, columns in zip(grid[2:5], ("prefecture_county", "township", "village"), strict=True):
        keys = [f"{of}.{columns}.{pair}" for of in ("activities", "services.condolence", "services.other")
                for pair in ("sessions", "people")]  # fmt: skip
        assert row[1:] == [str(page[FIELD_BY_KEY[key].cell].value) for key in keys]
    assert grid[5][1:] == [str(value) for kind in activities(values) for value in (kind.sessions, kind.people)]
    then = {(row[2], row[3]): row[4] for row in book["同比"].iter_rows(values_only=True) if row[0] == "中牟县"}
    for at, kind in enumerate(("宣传活动", "服务活动", "服务活动")):
        heads = [("活动场次", "宣传人数"), ("慰问服务场次", "慰问人数"), ("其他服务场次", "服务人数")][at]
        for place, head in enumerate(heads):
            was = sum(value or 0 for (section, column), value in then.items() if (section[:4], column) == (kind, head))
            assert grid[6][1 + 2 * at + place] == str(was)
    note = "".join(str(cell) for row in page.iter_rows(values_only=True) for cell in row)
    assert "2 个乡镇级单位：已报 2；3 个村居社区级单位：已报 1，没有报 2。" in note
    assert "乡镇2个全部报送，村居3个、收到1个（33.3%）" in whole
    severities = [row[1] for row in book[FINDINGS_SHEET].iter_rows(min_row=2, values_only=True)]
    assert f"需要核实的意见{severities.count('核实性')}条，尚待核实。" in whole
    assert f"校验码{result.json['check_code']}" in whole


# -- the Word document ------------------------------------------------------------------------------------


def opened(one: Letter) -> Any:
    return docx.Document(io.BytesIO(letter_bytes(one)))


def test_the_page_is_the_standards() -> None:
    document = opened(letter(merged_of(*EVERYBODY)))
    (section,) = document.sections
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin,
             section.page_width - section.left_margin - section.right_margin,
             section.page_height - section.top_margin - section.bottom_margin)  # fmt: skip
    assert [round(size.mm if hasattr(size, "mm") else size / Mm(1)) for size in sizes] == [210, 297, 37, 28, 156, 225]
    body = document.styles["公文正文"]
    assert (body.font.size, body.paragraph_format.first_line_indent) == (Pt(16), Pt(32))
    assert 22 * body.paragraph_format.line_spacing.pt <= PAGE < 23 * body.paragraph_format.line_spacing.pt
    narrower = int(body.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * (16 + narrower) <= 156 / 25.4 * 72 < 29 * (16 + narrower)
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        (paragraph,) = footer.paragraphs
        assert (paragraph.text, paragraph.alignment, "PAGE" in paragraph._element.xml) == ("—  —", side, True)


def test_it_has_styles_and_no_formats_of_its_own() -> None:
    document = opened(letter(with_last_year(merged_of(*EVERYBODY))))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles[:4] == ["公文标题", "公文主送机关", "公文正文", "公文一级标题"]
    assert styles[-3:] == ["公文署名", "公文成文日期", "公文附注"]
    assert {cell.paragraphs[0].style.name for row in document.tables[0].rows for cell in row.cells} == {
        "公文表头", "公文表内文字",
    }  # fmt: skip
    assert 'w:outlineLvl w:val="0"' in document.styles["公文一级标题"].element.xml
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    assert {run.style.name for run in runs if run.style.name != "Default Paragraph Font"} == {"公文二级标题"}
    assert {run.font.name for run in runs} == {None}
    assert "txbx" not in document.element.xml
    fonts = {name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in set(styles)}
    assert fonts["公文标题"] == "方正小标宋简体"
    assert fonts["公文正文"] == "仿宋_GB2312"
    assert fonts["公文一级标题"] == "黑体"
    assert document.styles["公文二级标题"].element.rPr.rFonts.get(qn("w:eastAsia")) == "楷体_GB2312"


def test_a_computer_without_its_fonts_is_told_of_others() -> None:
    with zipfile.ZipFile(io.BytesIO(letter_bytes(letter(merged_of(*EVERYBODY))))) as package:
        table = ElementTree.fromstring(package.read("word/fontTable.xml"))
        assert b"fontTable.xml" in package.read("[Content_Types].xml")
        names = package.namelist()
    instead = {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")) for font in table}  # type: ignore[union-attr]
    assert instead.items() >= {("方正小标宋简体", "宋体"), ("仿宋_GB2312", "仿宋"), ("楷体_GB2312", "楷体")}
    assert not [name for name in names if "thumbnail" in name or "WithEffects" in name]


def test_equal_letters_are_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one = letter(merged_of(*EVERYBODY))
    first = letter_bytes(one)
    assert first == letter_bytes(one)
    about = docx.Document(io.BytesIO(first)).core_properties
    assert (about.author, about.created.year, about.title) == ("stattable", 2023, "".join(one.title))


def test_several_attachments_are_numbered() -> None:
    document = opened(letter(replace(key_facts(merged_of(*EVERYBODY)), has_accounts=True)))
    found = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "公文附件说明"]
    assert [paragraph.text for paragraph in found] == [
        "附件：1.第23个“5.29会员活动日”信息统计表", "2.网站和新媒体明细",
    ]  # fmt: skip
    assert {one.paragraph_format.left_indent for one in found} == {Pt(6 * 16)}


HOSTILE = "<w:br/>&amp;\u202e=cmd|' /C calc'!A0_x001B_\x07\ufffe村"


def test_text_from_outside_stays_text() -> None:
    roster = ROSTER.replace("官渡村", HOSTILE.replace("\x07", "").replace("\ufffe", ""))
    tree = tree_of(roster)
    tree = Tree([replace(unit, name=HOSTILE) if unit.code == "410122101201" else unit for unit in tree.units.values()])
    tree = Tree([replace(unit, contact=HOSTILE) if unit.code == "410122" else unit for unit in tree.units.values()])
    sent = [memory.sent(tree, "410122101202", own_values(Level.VILLAGE), Scope.OWN)]
    many = {"activities.village.sessions": 1, "activities.village.people": 2_500}
    sent.append(memory.sent(tree, "410122102201", {**own_values(Level.VILLAGE), **many}, Scope.OWN))
    merged = explained(memory.merge(sent, roster=tree, code="410122"), *[f"{HOSTILE} 网络直播观看人数较多"] * 9)
    document = opened(letter(merged))
    whole = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "<w:br/>&amp;=cmd|' /C calc'!A0村" in whole
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ufffe\ufffd]|_x001B_", whole)
    assert document.element.xml.count("<w:br/>") == 2  # of the title


# -- as an output of merge --------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_it_is_written_over_what_nobody_touched_and_is_no_return() -> None:
    send(GUANDU_VILLAGE)
    send(ZHULUYING)
    shown = squeezed(merge().out)
    assert "汇总说明已写入说明.docx" in shown
    assert is_marked("说明.docx")
    before = Path("说明.docx").read_bytes()
    Path("说明.docx").rename("收到/说明.docx")
    assert merge("--docx", "收到/说明.docx", "--format", "json").json["summary"]["received"] == 2
    assert len(Path("收到/说明.docx").read_bytes()) == pytest.approx(len(before), rel=0.02)


@pytest.mark.usefixtures("here")
def test_what_the_office_edited_is_not_overwritten() -> None:
    send(GUANDU_VILLAGE)
    merge()
    document = docx.Document("说明.docx")
    document.paragraphs[2].add_run("另行补充。")
    document.save("说明.docx")
    edited = Path("说明.docx").read_bytes()
    result = merge(code=2)
    assert "已经存在：说明.docx，不是--docx写出的说明，或者写出以后有人改过、另存过。" in squeezed(result.err)
    assert Path("说明.docx").read_bytes() == edited
    merge("--force")
    assert "另行补充" not in "".join(texts())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("说明.doc", "写出的是.docx文件，“说明.doc”却是.doc的名字。请写成“说明.docx”。"),
        ("汇总", "写出的是.docx文件，“汇总”没有写扩展名。请写成“汇总.docx”。"),
        ("名册.docx", "输出文件“名册.docx”也是要汇总的报表之一"),
        ("收到/报表.docx", "输出文件“收到/报表.docx”也是要汇总的报表之一"),
        ("夹.docx", "夹.docx是文件夹"),
    ],
)
def test_other_places_are_refused(place: str, words: str) -> None:
    send(GUANDU_VILLAGE)
    Path("夹.docx").mkdir()
    Path("名册.csv").rename("名册.docx")
    document = docx.Document()
    document.save("收到/报表.docx")
    before = sorted(path for path in Path().rglob("*"))
    result = run("merge", "收到", "--roster", "名册.docx", "-o", "汇总.xlsx", "--docx", place, "--force")
    assert (result.code, result.out) == (2, "")
    assert words in squeezed(result.err)
    assert sorted(path for path in Path().rglob("*")) == before


@pytest.mark.usefixtures("here")
def test_all_outputs_or_none() -> None:
    send(GUANDU_VILLAGE)
    Path("锁").write_text("一个文件", encoding="utf-8")
    merge("--docx", "锁/说明.docx", code=3)
    assert not Path("汇总.xlsx").exists()
    send(GUANDU_VILLAGE, {"activities.village.sessions": "若干"})
    merge("--strict", code=1)
    assert not Path("说明.docx").exists()


def test_the_sum_of_nothing_is_blank() -> None:
    assert (summed([]), summed([None, None]), summed([None, 0, 3])) == (None, None, 3)
    assert activities(total([])) == activities(BLANK)
