"""What a letter says of returns: who reported and who did not, what was explained, and where levels disagree."""

from collections import Counter
from collections.abc import Mapping
from math import floor
from typing import Final

from stattable.model.catalogue import CATALOGUE
from stattable.model.findings import Status
from stattable.model.form import FIELDS
from stattable.model.units import Level
from stattable.proving.key_facts import Branch, KeyFacts, UnitFinding
from stattable.writing.letter.names import shortened, unit_name, unit_of
from stattable.writing.letter.parts import Detail, Paragraph, Section

_LONGEST_REASON: Final = 48  # characters
_MANY, _MOST_KINDS = 10, 2  # explained findings, from which on their kinds are counted, and how many of these are named
_INNER_QUOTES: Final = str.maketrans("“”", "‘’")  # of what stands within quotation marks
_OWN: Final = {Status.MISSING: "没有报表", Status.REJECTED: "报表有误"}


# -- who reported -----------------------------------------------------------------------------------------


def reporting_section(facts: KeyFacts, detail: Detail) -> Section | None:
    """Return the section that says who reported, and who did not; None for a unit that has nobody below it."""
    if facts.unit.level is Level.VILLAGE:
        return None
    own = f"我会本级{_OWN[facts.own]}，未计入汇总数。" if facts.own in _OWN else ""
    parts = [Paragraph(_rate_words(facts) + own, "报送率。")]
    if facts.rejected or facts.foreign:
        parts.append(Paragraph(_rejected_words(facts, detail), "退回情况。"))
    if facts.branches or facts.unnamed:
        parts.append(Paragraph(_missing_words(facts, detail), "未报情况。"))
    return Section("报送情况", tuple(parts))


def _rate_words(facts: KeyFacts) -> str:
    """Return how many of how many reported, level by level."""
    levels = facts.reported
    expected = {level: one.expected for level, one in levels.items()}
    every, received = sum(expected.values()), sum(one.received for one in levels.values())
    if not levels:
        return "没有所属单位的报表，汇总数是我会本级的数据。"
    if not facts.is_roster:
        words = f"收到所属{_units(expected)}的报表。本次汇总没有使用单位名册，是否报齐须另行核对。"
    elif every == received:
        words = f"所属{_units(expected)}全部报送，报送率为100%。"
    else:
        words = f"所属单位应报{every}个，收到{received}个，报送率为{_rate(received, every)}。"
        if len(levels) > 1:
            by_level = (_level_words(level, one.expected, one.received) for level, one in levels.items())
            words += f"其中，{'，'.join(by_level)}。"
    covered = {level: one.covered for level, one in levels.items() if one.covered}
    return words + (f"有{_units(covered)}的数据含在上级的汇总数中。" if covered else "")


def _level_words(level: Level, expected: int, received: int) -> str:
    if expected == received:
        return f"{level.noun}{expected}个全部报送"
    if not received:
        return f"{level.noun}{expected}个均未报送"
    return f"{level.noun}{expected}个、收到{received}个（{_rate(received, expected)}）"


def _units(counts: Mapping[Level, int]) -> str:
    """Return how many units there are, and of which levels: 3个村居, or 17个单位（乡镇4个、村居13个）."""
    if len(counts) == 1:
        return "".join(f"{count}个{level.noun}" for level, count in counts.items())
    by_level = "、".join(f"{level.noun}{count}个" for level, count in counts.items())
    return f"{sum(counts.values())}个单位（{by_level}）"


def _rate(part: int, whole: int) -> str:
    """Return a share in per cent, rounded down: 100% is all, and nothing less."""
    return f"{floor(1000 * part / whole) / 10:.1f}".removesuffix(".0") + "%"


def _rejected_words(facts: KeyFacts, detail: Detail) -> str:
    """Return how many returns do not count, and of which units there are none that do."""
    units = facts.rejected_units
    most = 1 if len(units) == 1 else detail.names
    names = [unit_name(facts, key) for key in units[:most]]
    others = f"{'等' if names else ''}{len(units)}个单位" if len(units) > len(names) else ""
    without = f"，缺少{'、'.join(names)}{others}的数据" if units else ""
    faulty = f"{facts.rejected}份报表填报有误" if facts.rejected else ""
    foreign = f"{facts.foreign}份报表无法确认属于我会汇总范围" if facts.foreign else ""
    return f"{faulty}{'，另有' if faulty and foreign else ''}{foreign}，未计入汇总数{without}。"


def _missing_words(facts: KeyFacts, detail: Detail) -> str:
    """Return from whom nothing came, counted by the units right below the root that they belong to."""
    words, branches = "", facts.branches
    if branches:
        shown = [_branch_words(facts, branch, detail) for branch in branches[: detail.branches]]
        if rest := branches[len(shown) :]:
            nouns = {facts.tree[branch.key].level.noun for branch in rest}
            noun, count = nouns.pop() if len(nouns) == 1 else "单位", sum(len(branch.missing) for branch in rest)
            shown.append(f"其余{len(rest)}个{noun}" + (f"共{count}个" if count > len(rest) else ""))
        count = sum(len(branch.missing) for branch in branches)
        words = f"未报的单位{count}个，数据未计入汇总数：{'；'.join(shown)}。"
    if facts.unnamed:
        words += f"据下级的汇总表，{'另' if branches else ''}有{_units(facts.unnamed)}未报，数据未计入，名单没有列出。"
    return words


def _branch_words(facts: KeyFacts, branch: Branch, detail: Detail) -> str:
    name, count = unit_name(facts, branch.key), len(branch.missing)
    below = [key for key in branch.missing if key != branch.key]
    is_own_missing = len(below) < count
    if not below:
        return f"{name}本级" if facts.tree.children[branch.key] and not branch.is_all else name
    if branch.is_all:
        return f"{name}{'及其' if is_own_missing else ''}所属{len(below)}个单位"
    names = ["本级"] if is_own_missing else []
    names = [*names, *(unit_name(facts, key, branch.key) for key in below[: detail.names])][: detail.names]
    rest = "等" if len(names) < count else ""
    return f"{name}{count}个" + (f"（{'、'.join(names)}{rest}）" if names else "")


# -- what was looked into ---------------------------------------------------------------------------------


def findings_section(facts: KeyFacts, detail: Detail) -> Section:
    """Return the section on findings, the reasons written for them, and differences between levels."""
    findings = _findings_words(facts, detail)
    differences = _differences_words(facts, detail) if facts.is_compared else ""
    if not (differences and detail.differences):
        return Section("审核情况", (Paragraph(findings + differences),))
    return Section("审核情况", (Paragraph(findings, "审核意见。"), Paragraph(differences, "上下级核对。")))


def _findings_words(facts: KeyFacts, detail: Detail) -> str:
    count, explained, kinds = facts.to_verify, len(facts.explained), _kinds_words(facts)
    if not count:
        words = f"{'除退回的报表外，' if facts.rejected else ''}没有发现需要核实的问题。"
    elif not explained:
        words = f"需要核实的意见{count}条，尚待核实。"
    elif explained == count:
        words = f"需要核实的意见{count}条，均已说明原因{kinds}。"
    else:
        words = f"需要核实的意见{count}条，已说明原因{explained}条{kinds}，尚待核实{count - explained}条。"
    if facts.unresolved:
        words += f"必须改正的意见还有{facts.unresolved}条没有处理，汇总数可能变动。"
    reasons = dict[str, None]()
    for one in facts.explained:
        reasons[_reason_words(facts, one)] = None
        if len(reasons) > detail.reasons:
            break
    if shown := [*reasons][: detail.reasons]:
        words += f"已说明的{'主要' if len(shown) < len(reasons) else ''}有：{'；'.join(shown)}。"
    return words


def _kinds_words(facts: KeyFacts) -> str:
    """Return of which kinds most of many explained findings are."""
    kinds = Counter(CATALOGUE[one.finding.code].title for one in facts.explained)
    if kinds.total() < _MANY:
        return ""
    rest = "等" if len(kinds) > _MOST_KINDS else ""
    return f"（{'、'.join(f'{kind}{count}条' for kind, count in kinds.most_common(_MOST_KINDS))}{rest}）"


def _reason_words(facts: KeyFacts, one: UnitFinding) -> str:
    reason = shortened(one.finding.explanation or "", _LONGEST_REASON).rstrip("。；;.").translate(_INNER_QUOTES)
    return f"{unit_of(facts, one)}（{CATALOGUE[one.finding.code].title}），原因是“{reason}”"


def _differences_words(facts: KeyFacts, detail: Detail) -> str:
    if not facts.differences:
        return "报送的汇总数与其本级、下级数据核对，没有发现不符。"
    shown = []
    for of_unit in facts.differences[: detail.differences]:
        unit, index, amount = of_unit[0]
        field = FIELDS[index]
        what = field.heading.text.removesuffix("计生协") + field.column.text
        others = f"等{len(of_unit)}项" if len(of_unit) > 1 else ""
        shown.append(f"{unit_of(facts, unit)}{what}{'多' if amount > 0 else '少'}{abs(amount)}{others}")
    rest = "等" if len(shown) < len(facts.differences) else ""
    listed = f"：{'；'.join(shown)}{rest}" if shown else ""
    return f"{len(facts.differences)}个单位报送的汇总数与其本级、下级数据之和不符{listed}。"
