"""What a letter says of figures: what was done, and how that differs from a year before."""

from collections.abc import Sequence
from typing import Final

from stattable.model.form import BLANK, Value, Values, year_of
from stattable.model.units import Level
from stattable.proving.key_facts import (
    Activity,
    KeyFacts,
    LastYearFacts,
    accounts,
    activities,
    activities_by_level,
    articles,
    summed,
)
from stattable.writing.letter.names import area, unit_name
from stattable.writing.letter.parts import Detail, Paragraph, Section, Table

_NOTHING: Final = "—"  # in a cell of the table


# -- what was done ----------------------------------------------------------------------------------------


def done_section(facts: KeyFacts) -> Section:
    """Return the section with the key figures."""
    heading = "活动开展情况"
    if facts.total == BLANK:
        return Section(heading, (Paragraph("目前没有可以计入的数据，各项数据均为空白。"),))
    table = _table(facts)
    see = "分级数据见下表。" if table else ""
    parts: list[Paragraph | Table] = [Paragraph(f"{_activities_words(facts)}{see}", "宣传服务活动。")]
    parts += [table] if table else []
    of_accounts = _accounts_words(facts.total, facts.unit.level)
    parts.append(Paragraph(_articles_words(facts.total) + of_accounts, "媒体和网络。" if of_accounts else "媒体宣传。"))
    return Section(heading, tuple(parts))


def _activities_words(facts: KeyFacts) -> str:
    """Return what was held for how many people, what was not, and of what nothing is said."""
    kinds = activities(facts.total)
    blank = [one for one in kinds if one.sessions is None and one.people is None]
    none = [one for one in kinds if one not in blank and not one.sessions and not one.people]
    held = [_activity_words(one) for one in kinds if one not in blank and one not in none]
    parts = [f"{area(facts.unit)}共开展{'，'.join(held)}"] if held else []
    parts += [f"没有开展{'、'.join(one.kind for one in none)}"] if none else []
    parts += [f"{'、'.join(one.kind for one in blank)}没有填报"] if blank else []
    return f"{'；'.join(parts)}。"


def _activity_words(one: Activity) -> str:
    sessions = "（场次没有填报）" if one.sessions is None else f"{one.sessions}场"
    people = "人数没有填报" if one.people is None else f"{one.people}人"
    return f"{one.kind}{sessions}、{one.verb}{people}"


def _table(facts: KeyFacts) -> Table | None:
    """Return the table of activities by level, and beside a year before; None where it would have one row only."""
    level, last_year = facts.unit.level, facts.last_year
    rows = activities_by_level(facts.total, level)
    if last_year is not None and last_year.before == BLANK:
        last_year = None
    if len(rows) == 1 and last_year is None:
        return None
    now = _sums(facts.total, level)
    cells = [(row.label, *map(_cell, row.values)) for row in rows]
    if len(rows) > 1:
        cells.append(("合计", *map(_cell, now)))
    if last_year is not None:
        before = _sums(last_year.before, level)
        cells.append((_then(last_year), *map(_cell, before)))
        cells.append(("增减", *map(_change_cell, before, now)))
    kinds = activities(facts.total)
    heads = (
        ("层级", *(text for one in kinds for text in (one.kind, ""))),
        ("", *(text for _ in kinds for text in ("场次", "人数"))),
    )
    return Table("各级活动开展情况（单位：场、人）", heads, tuple(cells))


def _sums(values: Values, level: Level) -> list[Value]:
    return [*map(summed, zip(*(row.values for row in activities_by_level(values, level)), strict=True))]


def _cell(value: Value) -> str:
    return _NOTHING if value is None else str(int(value))


def _change_cell(was: Value, now: Value) -> str:
    if was is None or now is None:
        return _NOTHING
    return f"{now - was:+d}".replace("-", "−") if now != was else "0"


def _articles_words(values: Values) -> str:
    rows = articles(values)
    every = summed(value for row in rows for value in row.values)
    if not every:
        return "媒体稿件没有填报。" if every is None else "没有在媒体刊播稿件。"
    counts = zip(("文字", "音频、视频"), zip(*(row.values for row in rows), strict=True), strict=True)
    by_kind = "，".join(f"{kind}{count}篇" for kind, parts in counts if (count := summed(parts)))
    by_level = [f"{row.label}{count}篇" for row in rows if (count := summed(row.values))]
    rest = [words.replace("媒体", "") for words in by_level[1:]]
    return f"在各级媒体刊播稿件{every}篇（{by_kind}），其中{'、'.join([*by_level[:1], *rest])}。"


def _accounts_words(values: Values, level: Level) -> str:
    """Return which websites and accounts there are, level by level; nothing in a total that has none of them."""
    there, none, blank = list[str](), list[str](), list[str]()
    for label, counts in accounts(values, level):
        given = {kind: value for kind, value in counts.items() if value is not None}
        words = [kind if value is True else f"{kind}{value}个" for kind, value in given.items() if value]
        if words:
            there.append(f"{label}开通{'、'.join(words)}")
        else:
            (none if given else blank).append(label)
    there += [f"{'、'.join(none)}没有开通网站和新媒体"] if none else []
    there += [f"{'、'.join(blank)}的网站和新媒体没有填报"] if blank else []
    return f"{'；'.join(there)}。" if there else ""


# -- what changed -----------------------------------------------------------------------------------------


def changes_section(facts: KeyFacts, detail: Detail) -> Section | None:
    """Return the section on a year before, or None where nothing is compared with one."""
    last_year = facts.last_year
    if last_year is None or facts.total == BLANK:
        return None
    is_usual = last_year.edition == facts.edition - 1
    heading = f"与{'上年' if is_usual else _then(last_year)}比较"
    changes = _changes(facts.total, last_year.before)
    if not changes:
        return Section(heading, (Paragraph("以前的数据中没有我会可以比较的汇总数。"),))
    words = f"与{_then(last_year)}相比，{'；'.join(changes)}。"
    if detail.extremes:
        words += _extremes(facts, last_year)
    if last_year.doubted:
        explained = f"，已说明{last_year.explained}条" if last_year.explained else ""
        words += f"相差{last_year.factor}倍以上或者降为零、需要核实的意见{last_year.doubted}条{explained}。"
    return Section(heading, (Paragraph(words),))


def _changes(now: Values, then: Values) -> list[str]:
    """Return what became of each kind of activities and of the articles, as far as both years are known."""
    words = []
    for one, before in zip(activities(now), activities(then), strict=True):
        pairs = (("场次", before.sessions, one.sessions), ("人数", before.people, one.people))
        changes = [
            _change_words(what, was, count) for what, was, count in pairs if was is not None and count is not None
        ]
        words += [f"{one.kind}{'，'.join(changes)}"] if changes else []
    was, count = (summed(value for row in articles(values) for value in row.values) for values in (then, now))
    return [*words, _change_words("媒体稿件", was, count)] if was is not None and count is not None else words


def _change_words(what: str, was: int, now: int) -> str:
    if was == now:
        return f"{what}持平"
    if not was:
        return f"{what}由0增至{now}"
    share = f"{abs(now - was) / was:.1%}".replace(".0%", "%")
    return f"{what}{'增长' if now > was else '下降'}{share}"


def _extremes(facts: KeyFacts, last_year: LastYearFacts) -> str:
    """Return which of the units right below reached more people by most, and fewer by most."""
    by_change: Sequence[tuple[str, int]] = sorted(last_year.changes.items(), key=lambda one: -one[1])
    if len(by_change) < 2:
        return ""
    (most, more), (least, fewer) = by_change[0], by_change[-1]
    words = [f"增加最多的是{unit_name(facts, most)}（{more}人）"] if more > 0 else []
    words += [f"减少最多的是{unit_name(facts, least)}（{-fewer}人）"] if fewer < 0 else []
    return f"所属单位宣传人数{'，'.join(words)}。" if words else ""


def _then(last_year: LastYearFacts) -> str:
    return "上次" if last_year.edition is None else f"{year_of(last_year.edition)}年"
