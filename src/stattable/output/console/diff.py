"""The differences that `diff` found."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stattable.model.catalogue import omission
from stattable.model.findings import UnitRef
from stattable.model.form import BLANK_WORD, FIELD_BY_KEY, in_words, label_of, number
from stattable.model.text import listed
from stattable.model.units import Level
from stattable.output.console.findings import MOST_SHOWN
from stattable.output.console.terminal import COLOURS, make_console, wrapped
from stattable.output.csv_tables import CHANGE_WORDS
from stattable.proving.comparable import Fields, FindingChanges
from stattable.proving.differences import Change, Comparison, Suggestion, UnitDifference
from stattable.proving.sides import Side, SideKind, Standing

_MOST_UNITS: Final = 20  # whose differences are shown; the others are counted
_MOST_RAW: Final = 12  # characters of what could not be read
_ALL: Final = "全部见 --format json 或 --format csv"
_STANDING_WORDS: Final = {
    Standing.ACCEPTED: "可以计入",
    Standing.REJECTED: "退回",
    Standing.SEVERAL: "有几份不同的表，都没有采用",
    None: "没有自己的表",
}
_CHANGE_COLOURS: Final = {Change.CHANGED: "yellow", Change.APPEARED: "green", Change.DISAPPEARED: "bold red"}
_UNKNOWN_SCOPE: Final = "口径不明的数"


def show_diff(compared: Comparison) -> None:
    """Show what is different: in all, unit by unit, and what was not compared."""
    console = make_console()
    _print_wrapped(console, _summary(compared), "bold")
    _print_wrapped(console, f"原来：{_side_words(compared.old)}；现在：{_side_words(compared.new)}。", "dim")
    _show_fields(console, compared.total, None, "合计")
    for pair in compared.suggestions[:_MOST_UNITS]:
        _show_suggestion(console, pair)
    _show_rest(console, len(compared.suggestions), "对可能改名或改码的单位")
    units = [one for one in compared.units if not one.suggested]  # the others are shown in pairs
    for one in units[:_MOST_UNITS]:
        _show_unit(console, one, is_mixed=compared.is_mixed)
    _show_rest(console, len(units), "个单位")
    if compared.findings:
        console.print()
        console.print(Text("不属于哪一个单位，或者不知道是哪个单位的", style="bold"))
        _show_findings(console, compared.findings, with_path=True)
    if compared.omissions:
        console.print()
        console.print(Text("没有比较的", style="bold"))
        for reason, count in compared.omissions.items():
            _print_wrapped(console, omission(reason, count), "", indent=2)


def _summary(compared: Comparison) -> str:
    if compared.is_same:
        return "没有不同。"
    changed, appeared, disappeared = (compared.count(change) for change in Change)
    pairs = len(compared.suggestions)
    renamed = f"（其中 {pairs} 对可能是改名或改码）" if pairs else ""
    total = f"合计有 {len(compared.total)} 个栏目变化" if compared.total else "合计没有变化"
    return f"{changed} 个单位有变化，新出现 {appeared} 个，不再出现 {disappeared} 个{renamed}；{total}。"


def _side_words(side: Side) -> str:
    what = f"汇总表，由 {side.files} 份报表汇总" if side.kind is SideKind.MERGED else f"{side.files} 份报表"
    return f"{side.path}（{what}）"


def _show_unit(console: Console, one: UnitDifference, *, is_mixed: bool) -> None:
    console.print()
    change = (f"【{CHANGE_WORDS[one.change]}】", _CHANGE_COLOURS[one.change])
    console.print(Text.assemble((_unit_words(one.unit), "bold"), "  ", change))
    if not (is_mixed and one.change is Change.CHANGED and None in one.standings):
        _print_wrapped(console, _standing_words(one), "", indent=2)
    if one.scopes:
        was, become = (
            listed([scope.label + "数" if scope else _UNKNOWN_SCOPE for scope in scopes]) for scopes in one.scopes
        )
        _print_wrapped(console, f"口径不同：原来报{was}，现在报{become}。", "", indent=2)
    _show_fields(console, one.fields, one.unit.level)
    _show_fields(console, one.own, one.unit.level, "其中本级")
    raw = {key: one.unread(key) for key in one.as_read}
    _show_fields(console, one.as_read, one.unit.level, "表上写的，没有计入或口径不同", raw)
    _show_findings(console, one.findings)


def _standing_words(one: UnitDifference) -> str:
    """Return what became of a unit's returns, where it is no plain figures that count; else nothing."""
    before, now = one.standings
    if one.change is Change.CHANGED:
        is_plain = before is now and before is not Standing.SEVERAL
        return "" if is_plain else f"原来{_STANDING_WORDS[before]}，现在{_STANDING_WORDS[now]}。"
    when, standing = ("现在", now) if one.change is Change.APPEARED else ("原来", before)
    return f"{when}{_STANDING_WORDS[standing]}。" if standing in {Standing.REJECTED, Standing.SEVERAL} else ""


def _show_suggestion(console: Console, pair: Suggestion) -> None:
    console.print()
    what = f"{_unit_words(pair.old)} → {_unit_words(pair.new)}"
    console.print(Text.assemble((what, "bold"), "  ", ("【可能是改名/改码】", "yellow")))
    if not pair.fields:
        same = "如果是同一个单位，数没有变。" if pair.is_comparable else "两边的数不能比较。"
        _print_wrapped(console, same, "", indent=2)
    _show_fields(console, pair.fields, pair.new.level, "如果是同一个单位")
    _show_findings(console, pair.findings)


def _unit_words(unit: UnitRef) -> str:
    about = [unit.code or "", Level(unit.level).label if unit.level else ""]
    rest = "，".join(filter(None, about))
    return f"{unit.name or '（不知道是哪个单位）'}{f'（{rest}）' if rest else ''}"


_READ: Final = None, None


def _show_fields(
    console: Console,
    fields: Fields,
    level: str | None,
    title: str = "",
    unread: Mapping[str, tuple[str | None, str | None]] = MappingProxyType({}),
) -> None:
    """Show figures that differ; of what could not be read, by field, what was written."""
    if not fields:
        return
    table = Table(show_edge=True, pad_edge=False)
    table.add_column(f"栏目（{title}）" if title else "栏目", overflow="fold")
    for head in ("原来", "现在", "增减"):
        table.add_column(head, justify="right", no_wrap=True)
    of = Level(level) if level else None
    for key, (was, now) in fields.items():
        index = FIELD_BY_KEY[key].index
        by = number(now) - number(was)
        is_count = not isinstance(was, bool) and not isinstance(now, bool)
        raws = unread.get(key, _READ)
        shown = [
            raw[:_MOST_RAW] if raw else in_words(value, of, index) for raw, value in zip(raws, (was, now), strict=True)
        ]
        table.add_row(label_of(key), *map(_dimmed, shown), f"{by:+}" if by and is_count and raws == _READ else "")
    console.print(table)


def _dimmed(text: str) -> Text:
    return Text(text, style="dim" if text == BLANK_WORD else "")


def _show_findings(console: Console, changes: FindingChanges, *, with_path: bool = False) -> None:
    for word, findings in (("已消除", changes.gone), ("新出现", changes.new)):
        for one in findings[:MOST_SHOWN]:
            finding = one.finding
            place = f"{finding.path}：" if with_path and finding.path else ""
            words = f"{word}：{finding.severity.label} {finding.code} {place}{one.words}"
            style = COLOURS[finding.severity] if findings is changes.new else "dim"
            _print_wrapped(console, words, style, indent=2)
        _show_rest(console, len(findings), f"条{word}的审核意见", MOST_SHOWN)


def _show_rest(console: Console, count: int, of_what: str, most: int = _MOST_UNITS) -> None:
    if count > most:
        console.print(Text(f"其余 {count - most} {of_what}没有列出，{_ALL}。", style="dim"))


def _print_wrapped(console: Console, text: str, style: str, indent: int = 0) -> None:
    for line in wrapped(text, console.width - indent - 2) if text else ():
        console.print(Text(" " * indent + line, style=style))
