"""The state of a collection."""

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from stattable.checking.missing import missing_findings
from stattable.merging.collection import Collection
from stattable.model import form
from stattable.model.catalogue import problem_and_remedy
from stattable.model.form import label_of
from stattable.model.text import listed
from stattable.output.console.terminal import Terminal, make_console
from stattable.writing.collection import COUNT_HEADS, RATES, count_cells, deadline_lines
from stattable.writing.tables import Rate

if TYPE_CHECKING:
    from stattable.writing.reminders import WrittenReminders

_MOST_GROUPS: Final = 12  # of missing units that are named
_MOST_FILES: Final = 5
_ALWAYS: Final = frozenset({"单位", "应报", "已报", "其中按时", "合格", "待改", "缺报", "报送率", "及时率"})
_BARE: Final = "\N{MIDDLE DOT}"  # in place of a 0, so that what is there is seen


def show_status(
    collection: Collection,
    depth: int,
    output: str | None = None,
    reminded: "WrittenReminders | None" = None,
    page: str | None = None,
) -> None:
    """Show the state of a collection: the root and the units below it, the worst first, and who is missing.

    Args:
        collection: its state.
        depth: how many levels below the root are shown.
        output: path of the workbook, or None if none was written.
        reminded: the reminders, or None if none were asked for.
        page: path of the web page, or None.
    """
    console = make_console()
    merged = collection.merged
    root = merged.root_unit
    console.show(Text(f"{root.name}（{root.level.label}）  {form.title(merged.edition)}", style="bold"))
    for line in (*deadline_lines(collection), RATES):
        console.show(line)
    console.print(_table(collection, depth))
    _show_missing(console, collection)
    _show_scans(console, collection)
    _show_unattributed(console, collection)
    if output:
        console.show(Text(f"报送情况已写入 {output}", style="green"), whole=[output])
    if page:
        console.show(Text(f"网页已写入 {page}", style="green"), whole=[page])
    if reminded:
        text = f"要催 {reminded.count} 个单位，催报已写入文件夹 {reminded.folder}，全部的在 {reminded.all}"
        console.show(Text(text, style="green"), whole=[reminded.folder, reminded.all])
        for path in reminded.stale:
            text = f"注意：{path} 是以前的，这个单位现在没有要催的了，没有重写。"
            console.show(Text(text, style="bold red"), whole=[path])


def _table(collection: Collection, depth: int) -> Table:
    keys = list(_rows(collection, collection.merged.root, depth))
    cells = [count_cells(collection, key) for key, _ in keys]
    told = (at for at, head in enumerate(COUNT_HEADS) if head in _ALWAYS or any(row[at] for row in cells))
    kept = [at for at in told if COUNT_HEADS[at] != "级别"]
    table = Table(show_edge=True, pad_edge=False)
    for at in kept:
        head = COUNT_HEADS[at]
        table.add_column(head, overflow="fold", justify="left" if at == 0 else "right", no_wrap=at > 0)
    for (key, below), row in zip(keys, cells, strict=True):
        style = "bold" if not below else "red" if collection.counts[key].missing else ""
        first = f"{'  ' * below}{row[0]}"
        table.add_row(first, *(_shown(row[at]) for at in kept[1:]), style=style)
    return table


def _rows(collection: Collection, key: str, depth: int, below: int = 0) -> list[tuple[str, int]]:
    rows = [(key, below)]
    if below < depth:
        for child in collection.worst_first(key):
            rows += _rows(collection, child, depth, below + 1)
    return rows


def _shown(value: object) -> str:
    if isinstance(value, Rate):
        return f"{value:.1%}"
    return "" if value is None else str(value or _BARE)


def _show_missing(console: Terminal, collection: Collection) -> None:
    merged = collection.merged
    findings = list(missing_findings(merged.tree, merged.missing_groups(), merged.person))
    for one in findings[:_MOST_GROUPS]:
        console.show(problem_and_remedy(one, label_of)[0], lead="  ", follow="    ")
    if len(findings) > _MOST_GROUPS:
        rest = len(findings) - _MOST_GROUPS
        more = f"  另有 {rest} 处没有报的。加 -o 报送情况.xlsx 看全部，加 --remind 文件夹 写出催报。"
        console.show(Text(more, style="dim"))


def _show_scans(console: Terminal, collection: Collection) -> None:
    tree, scans = collection.merged.tree, collection.scans
    if scans:
        names = listed([tree[key].name for key in scans], rest=" 等")
        text = f"没有报的里，有 {len(scans)} 个只收到扫描件或照片：{names}。请它们发来填好的表。"
        console.show(Text(text, style="yellow"))


def _show_unattributed(console: Terminal, collection: Collection) -> None:
    paths = [one.path for one in collection.unattributed]
    if paths:
        names = listed(paths, most=_MOST_FILES, rest=" 等")
        text = f"有 {len(paths)} 份表不知道是哪个单位的，没有算在上面：{names}。请用 check 看看为什么。"
        console.show(Text(text, style="yellow"), whole=paths)
