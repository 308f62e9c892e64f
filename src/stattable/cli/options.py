"""The options and arguments that several commands share."""

import re
import sys
from datetime import date
from pathlib import PurePath
from typing import Any, Final

import click

from stattable.cli.chinese import speak_chinese
from stattable.model.text import printable
from stattable.model.units import LEVEL_BY_WORD, SCOPE_BY_WORD

_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")  # of a kind of file, and no number or word in a name

speak_chinese()  # before any type of an option takes its name


class WordChoice(click.ParamType[Any]):
    """An option that is one of several words, Chinese or English."""

    def __init__(self, words: dict[str, Any], name: str, shown: str) -> None:
        self._words = words
        self._shown = shown
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what the words stand for."""
        if not isinstance(value, str):
            return value
        found = self._words.get(value.strip().lower())
        if found is None:
            self.fail(f"“{value}”应为 {self._shown}。", param, ctx)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Return the words that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in self._words if word.startswith(incomplete)]


class WholeNumber(click.ParamType[int]):
    """A whole number with a least one, and perhaps a largest one."""

    name = "整数"

    def __init__(self, least: int, most: int | None = None) -> None:
        self._least = least
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        shown = printable(str(value))
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{shown} 不是整数。", param, ctx)
        if self._most is not None and not self._least <= number <= self._most:
            self.fail(f"{shown} 不对，应在 {self._least} 到 {self._most} 之间。", param, ctx)
        if number < self._least:
            self.fail(f"{shown} 不对，应是 {self._least} 或更大的整数。", param, ctx)
        return number


LEVEL: Final = WordChoice(dict(LEVEL_BY_WORD), "级别", "省级、地市级、县级、乡镇级或村居社区级")


SCOPE: Final = WordChoice(dict(SCOPE_BY_WORD), "口径", "own（本级）或 cumulative（汇总）")


class Day(click.ParamType[Any]):
    """A date, as people write it: ``2021-06-30``, ``2021.6.30``, ``2021年6月30日``."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the date."""
        parts = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", str(value).strip())
        try:
            return value if isinstance(value, date) else date(*map(int, parts.groups() if parts else ()))
        except (TypeError, ValueError):
            self.fail(f"“{printable(str(value))}”不是日期，应写成 2021-06-30 这样。", param, ctx)


class OutputFile(click.Path):
    """A file that is written, of one kind: its name has the kind's ending, or is asked about.

    Args:
        ending: as in ``.xlsx``.
    """

    def __init__(self, ending: str) -> None:
        super().__init__(dir_okay=False)
        self._ending = ending

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        path = super().convert(value, param, ctx)
        if ctx and ctx.resilient_parsing:
            return path
        return super().convert(with_its_ending(str(path), self._ending, param, ctx), param, ctx)


def with_its_ending(
    path: str, ending: str, param: click.Parameter | None = None, ctx: click.Context | None = None
) -> str:
    """Return the path of a file to write, whose name has the ending of its kind; ask for it on a terminal.

    Args:
        path: as it was typed.
        ending: as in ``.xlsx``.
        param: the option, None for -o.
        ctx: of the command, None for the current one.

    Raises:
        BadParameter: it has another ending or none, and nobody wants that to be changed, or can be asked.
    """
    from stattable.cli.unquoted import explain_unquoted

    name = PurePath(path)
    if name.suffix.lower() == ending:
        return path
    other = name.suffix if _ENDING.fullmatch(name.suffix) else ""
    better = f"{path.removesuffix(other).rstrip('.')}{ending}"
    why = f"写出的是 {ending} 文件，“{printable(path)}”" + (f"却是 {other} 的名字" if other else "没有写扩展名")
    ctx, hint = ctx or click.get_current_context(), None if param else "'-o'"
    if explain_unquoted(ctx):  # it is the beginning of a name
        raise click.BadParameter(f"{why}。", ctx, param, hint)
    if sys.stdin.isatty() and sys.stderr.isatty():
        if click.confirm(f"{why}。要写成“{printable(better)}”吗？", default=True, err=True):
            return better
        raise click.BadParameter(f"{why}。", ctx, param, hint)
    raise click.BadParameter(f"{why}。请写成“{printable(better)}”。", ctx, param, hint)


class UnitScope(click.ParamType[Any]):
    """``CODE=own`` or ``CODE=cumulative``."""

    name = "代码=口径"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what the words stand for."""
        if isinstance(value, tuple):
            return value
        unit, equals, scope = str(value).replace("＝", "=").rpartition("=")
        if not equals or not unit.strip():
            self.fail(f"“{value}”应写成 代码=own 或 代码=cumulative。", param, ctx)
        return unit.strip(), SCOPE.convert(scope, param, ctx)


paths_argument = click.argument(
    "paths", nargs=-1, required=True, metavar="文件或文件夹...", type=click.Path(exists=True)
)


roster_option = click.option(
    "--roster", metavar="名册", type=click.Path(exists=True, dir_okay=False),
    help="单位名册（.csv 或 .xlsx）：代码 名称 级别 上级代码 口径 填报 联系人 电话 别名，至少要有代码和名称；"
    "没有代码的至少要有名称和上级。",
)  # fmt: skip


edition_option = click.option("--edition", type=WholeNumber(1, 199), metavar="届次", help="第几个会员活动日，如 23。")


year_option = click.option(
    "--year", type=WholeNumber(1999, 2197), metavar="年份", help="哪一年，如 2021（届次 = 年份 − 1998）。"
)


year_option_of_new = click.option(
    "--year",
    type=WholeNumber(1999, 2197),
    metavar="年份",
    help="哪一年，如 2026（届次 = 年份 − 1998）；不写是今年。",
)


previous_option = click.option(
    "--previous", metavar="以前的表", type=click.Path(exists=True),
    help="与以前的数比较：上一次的汇总表，或放上一次报表的文件夹；相差过大的列为核实性意见（O101–O103）；merge 还写出“同比”一张表。",
)  # fmt: skip


factor_option = click.option(
    "--factor", type=WholeNumber(2), metavar="倍数", default=5, show_default=True,
    help="与 --previous 的数相差几倍以上的要核实。",
)  # fmt: skip


fail_on_option = click.option(
    "--fail-on", type=WordChoice({"error": "error", "强制性": "error", "warning": "warning", "核实性": "warning",
                             "info": "info", "提示": "info"}, "程度", "error（强制性）、warning（核实性）或 info（提示）"),
    default="error", show_default=True, metavar="程度",
    help="有这个程度以上的问题时退出码为 1： error 强制性， warning 核实性， info 提示。",
)  # fmt: skip


assumed_level_option = click.option(
    "--level", type=LEVEL, metavar="级别", help="既没有标识、又不在名册里的单位按这一级检查，不看名称。"
)


layout_option = click.option(
    "--format", "layout", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True,
    help="输出格式。",
)  # fmt: skip


scopes_option = click.option(
    "--scope", "scopes", type=UnitScope(), multiple=True, metavar="代码=口径",
    help="指明某单位的表是 own（本级）还是 cumulative（汇总）；可写多次。",
)  # fmt: skip


duplicates_option = click.option(
    "--duplicates", type=click.Choice(["refuse", "latest"]), default="refuse", show_default=True,
    help="同一单位报了不同的表：refuse 都不计，latest 以较晚的为准。",
)  # fmt: skip


findings_option = click.option(
    "--findings", type=OutputFile(".csv"), metavar="意见.csv",
    help="把审核意见一条不少地另存为这个文件，一条一行。",
)  # fmt: skip


html_option = click.option(
    "--html", type=OutputFile(".html"), metavar="网页.html",
    help="另写一个网页，一个文件，用浏览器打开，不用联网：数、报送情况、意见，可以逐级展开、查找，也可以打印。",
)  # fmt: skip


jobs_option = click.option("--jobs", type=WholeNumber(1), metavar="N", help="同时用几个进程，默认与处理器个数相同。")


dask_option = click.option(
    "--dask", metavar="地址",
    help="在 Dask 集群上读取报表：写调度器的地址，如 tcp://10.0.0.8:8786。每台机器都要装同一版本的本程序，并且能用同一个路径打开这些报表。",
)  # fmt: skip


quiet_option = click.option("--quiet", is_flag=True, help="不显示进度。")


debug_option = click.option("--debug", is_flag=True, help="程序出错时显示详细位置（给维护人员看）。")


report_argument = click.argument("report", metavar="汇总表.xlsx", type=click.Path(exists=True, dir_okay=False))


sources_argument = click.argument("paths", nargs=-1, metavar="[报表或文件夹]...", type=click.Path(exists=True))


table_or_json_option = click.option(
    "--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True, help="输出格式。"
)
