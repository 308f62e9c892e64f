"""Options → calls → exit code. The only module that knows click; no logic lives here."""

import sys
from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from stattable import __version__
from stattable.model.text import display_width, printable
from stattable.model.units import LEVEL_BY_WORD, SCOPE_BY_WORD, Level, Scope

if TYPE_CHECKING:
    from stattable.checking.files import Inputs
    from stattable.model.findings import Finding
    from stattable.model.units import Tree

OK, FINDINGS, USAGE, NO_VERDICT = 0, 1, 2, 3

# click's own words, which its users read too
_CHINESE: Final = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示帮助。",
    "Show the version and exit.": "显示版本。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "输入“{command} {option}”看帮助。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少{param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name}。",
    "No such command {name!r}.": "没有命令 {name}。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中一个：{possibilities}？",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Option {name!r} requires an argument.": "选项 {name} 后面要有值。",
    "Option {name!r} does not take a value.": "选项 {name} 后面不能有值。",
    "Got unexpected extra argument ({args})": "多了参数（{args}）",
    "Got unexpected extra arguments ({args})": "多了参数（{args}）",
    "Missing command.": "缺少命令。",
    "path": "路径",
    "file": "文件",
    "directory": "文件夹",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a directory.": "{name} {filename} 是文件夹。",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件。",
    "{name} {filename!r} is not readable.": "{name} {filename} 读不了。",
    "{name} {filename!r} is not writable.": "{name} {filename} 写不了。",
    "{value!r} is not a valid {number_type}.": "{value} 不是数字。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{value!r} is not {choice}.": "{value} 应为 {choice}。",
    "{value!r} is not one of {choices}.": "{value} 应为 {choices} 之一。",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Aborted!": "已中止。",
}


class _Words(str):
    """What click says, into which it puts what was typed: nothing that could deceive whoever reads it."""

    __slots__ = ()

    def format(self, *args: object, **kwargs: object) -> str:
        """Put the arguments in, as they may be printed."""
        return super().format(*map(_as_printed, args), **{name: _as_printed(one) for name, one in kwargs.items()})


def _as_printed(one: object) -> object:
    return printable(one) if isinstance(one, str) else one


def _speak_chinese() -> None:
    """Give click the Chinese for its own messages, and the width of Chinese in its columns.

    Each of its modules looks the messages up through a ``_`` of its own, and measures with a ``term_len``.
    """

    def translated(message: str) -> str:
        return _Words(_CHINESE.get(message, message))

    def counted(one: str, many: str, count: int) -> str:
        return translated(one if count == 1 else many)

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "click":
            for attribute, function in (("_", translated), ("ngettext", counted), ("term_len", display_width)):
                if hasattr(module, attribute):
                    setattr(module, attribute, function)


_speak_chinese()
_OPTIONS: Final = "[选项]"  # in the usage line, where click says [OPTIONS]


class _Word(click.ParamType[Any]):
    """An option's value that may be said in several words, Chinese and English."""

    def __init__(self, words: dict[str, Any], name: str, shown: str) -> None:
        self._words = words
        self._shown = shown
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        found = self._words.get(value.strip().lower())
        if found is None:
            self.fail(f"“{value}”应为 {self._shown}。", param, ctx)
        return found


_LEVEL: Final = _Word(dict(LEVEL_BY_WORD), "级别", "省级、地市级、县级、乡镇级或村居社区级")
_SCOPE: Final = _Word(dict(SCOPE_BY_WORD), "口径", "own（本级）或 cumulative（汇总）")


class _UnitScope(click.ParamType[Any]):
    """``CODE=own`` or ``CODE=cumulative``."""

    name = "代码=口径"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        unit, equals, scope = str(value).replace("＝", "=").rpartition("=")
        if not equals or not unit.strip():
            self.fail(f"“{value}”应写成 代码=own 或 代码=cumulative。", param, ctx)
        return unit.strip(), _SCOPE.convert(scope, param, ctx)


# -- options that commands share --------------------------------------------------------------------------

_paths = click.argument("paths", nargs=-1, required=True, metavar="文件或文件夹...", type=click.Path(exists=True))
_roster = click.option(
    "--roster", metavar="名册", type=click.Path(exists=True, dir_okay=False),
    help="单位名册（.csv 或 .xlsx）：代码 名称 级别 上级代码 口径 填报 联系人 电话，至少要有代码和名称。",
)  # fmt: skip
_edition = click.option("--edition", type=click.IntRange(1, 199), metavar="届次", help="第几个会员活动日，如 23。")
_year = click.option(
    "--year", type=click.IntRange(1999, 2197), metavar="年份", help="哪一年，如 2021（届次 = 年份 − 1998）。"
)
_fail_on = click.option(
    "--fail-on", type=_Word({"error": "error", "强制性": "error", "warning": "warning", "核实性": "warning",
                             "info": "info", "提示": "info"}, "程度", "error（强制性）、warning（核实性）或 info（提示）"),
    default="error", show_default=True, metavar="程度",
    help="有这个程度以上的问题时退出码为 1： error 强制性， warning 核实性， info 提示。",
)  # fmt: skip
_jobs = click.option("--jobs", type=click.IntRange(1), metavar="N", help="同时用几个进程，默认与处理器个数相同。")
_quiet = click.option("--quiet", is_flag=True, help="不显示进度。")
_debug = click.option("--debug", is_flag=True, help="程序出错时显示详细位置（给维护人员看）。")


def _command(function: Callable[..., int]) -> Callable[..., None]:
    """Turn what a command returns or raises into the exit code."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        from stattable.console.terminal import say, use_utf8
        from stattable.model.catalogue import STOPPED, HalfWritten, Refusal, Stopped, write_fault

        use_utf8()
        debug = kwargs.get("debug", False)
        try:
            code = function(*args, **kwargs)
        except Refusal as refusal:
            say(f"错误：{refusal}", error=True)
            sys.exit(USAGE)
        except click.ClickException:
            raise
        except (HalfWritten, Stopped) as end:
            _no_verdict(str(end), debug)
        except KeyboardInterrupt:
            _no_verdict(STOPPED, debug)
        except OSError as error:
            _no_verdict(write_fault(error), debug)
        except BaseException as error:  # the readers' own panics derive from BaseException
            _no_verdict(
                f"程序出错（{type(error).__name__}），没有得出结果。加 --debug 重试，把显示的内容发给维护人员。",
                debug,
            )
        sys.exit(code)

    return run


def _no_verdict(message: str, debug: bool) -> NoReturn:
    from stattable.console.terminal import say

    if debug:
        raise  # noqa: PLE0704  -- called while an exception is being handled
    say(f"错误：{message}", error=True)
    sys.exit(NO_VERDICT)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar=_OPTIONS,
    subcommand_metavar="命令 [参数]...",
)
@click.version_option(__version__, message="stattable %(version)s")
def main() -> None:
    """会员活动日信息统计表：制作空白表、检查报表、逐级汇总。

    \b
    stattable new --roster 名册.csv -o 空白表      给每个单位做一张空白表
    stattable check 收到                          检查收到的报表
    stattable merge 收到 --roster 名册.csv -o 汇总表.xlsx   汇总

    退出码：0 没有问题，1 有问题，2 用法不对或没有可读的文件，3 没有结论（写不了文件或程序出错）。
    """


@main.command(options_metavar=_OPTIONS)
@click.option("--unit", metavar="名称", help="单位名称，如 官渡镇计生协。")
@click.option(
    "--level",
    type=_LEVEL,
    metavar="级别",
    help="省级、地市级、县级、乡镇级或村居社区级；看名称能确定时可不写。",
)
@click.option("--code", metavar="代码", help="单位的区划代码。")
@_roster
@click.option("--root", metavar="代码", help="只给这个单位和它的下级做。")
@click.option(
    "--scope",
    type=_SCOPE,
    default="own",
    metavar="口径",
    help="own（本级，默认）或 cumulative（汇总）。村居社区总是本级。",
)
@_edition
@_year
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(),
    metavar="文件或文件夹",
    help="写到哪里：一张表写文件名，按名册写文件夹。",
)
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@_jobs
@_quiet
@_debug
@_command
def new(
    *, unit: str | None, level: Level | None, code: str | None, roster: str | None, root: str | None, scope: Scope,
    edition: int | None, year: int | None, output: str, force: bool, jobs: int | None, quiet: bool,
    debug: bool,  # noqa: ARG001  -- looked at where the exit code is made
) -> int:  # fmt: skip
    """做空白表：给一个单位（--unit），或按名册给每个单位各做一张（--roster）。"""
    from stattable.console.findings import show_faults
    from stattable.console.terminal import progress_bar, say
    from stattable.model.form import DEFAULT_EDITION
    from stattable.model.paths import refuse_unless_file
    from stattable.writing.blank import blanks_of, single_blank, write_blanks

    its_edition = _which_edition(edition, year) or DEFAULT_EDITION
    if (unit is None) == (roster is None):
        raise click.UsageError("请写 --unit 名称，或 --roster 名册，二者选一。")
    if roster is None:
        if root is not None:
            raise click.UsageError("--root 只能和 --roster 一起用；单个单位的代码用 --code。")
        refuse_unless_file(output)
        blanks = [(Path(output), single_blank(unit or "", level, code, scope, its_edition))]
    else:
        if level is not None or code is not None:
            raise click.UsageError("--level 和 --code 只能和 --unit 一起用；按名册时用 --root。")
        tree, faults = _read_roster(roster)
        if faults:
            show_faults(faults)
            return FINDINGS
        blanks = list(blanks_of(tree, root, scope, its_edition, Path(output)))
    with progress_bar("制作空白表", len(blanks), quiet=quiet) as progress:
        write_blanks(blanks, roster=roster, force=force, jobs=jobs, progress=progress)
    if not quiet:
        say(f"已写出 {len(blanks)} 张空白表：{output}")
    return OK


@main.command(options_metavar=_OPTIONS)
@_paths
@_roster
@click.option("--level", type=_LEVEL, metavar="级别", help="既没有标识、又不在名册里的单位按这一级检查，不看名称。")
@_edition
@_year
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="输出格式。",
)
@_fail_on
@click.option("--select", multiple=True, metavar="代码", help="只显示这些代码的问题，可写开头（如 V），可用逗号分开。")
@click.option("--ignore", multiple=True, metavar="代码", help="不显示这些代码的问题，写法同上。")
@_jobs
@_quiet
@_debug
@_command
def check(
    *, paths: tuple[str, ...], roster: str | None, level: Level | None, edition: int | None, year: int | None,
    layout: str, fail_on: str, select: tuple[str, ...], ignore: tuple[str, ...], jobs: int | None, quiet: bool,
    debug: bool,
) -> int:  # fmt: skip
    """检查报表：文件或文件夹（连同子文件夹）。不改动任何文件。"""
    from stattable import export
    from stattable.checking import batch as checking
    from stattable.checking.accounts import Owners, mark_accounts
    from stattable.checking.duplicates import mark_duplicates
    from stattable.console.checked import show_check
    from stattable.console.findings import show_faults
    from stattable.console.terminal import progress_bar

    shown = _filter(select, ignore)
    its_edition = _which_edition(edition, year)
    tree, faults = _read_roster(roster) if roster else (None, [])
    if faults:
        _print_document(layout, lambda: export.refused_json("check", faults), faults, lambda: show_faults(faults))
        return FINDINGS
    inputs = _inputs(paths, [roster] if roster else [])
    options = checking.CheckOptions(tree, level, its_edition, jobs, debug)
    with progress_bar("读取", len(inputs.paths), quiet=quiet) as progress:
        batch = checking.check(inputs.paths, options, progress)
    owners = Owners(batch.tree, is_roster=tree is not None)
    batch = checking.Batch(batch.tree, tuple(mark_accounts(mark_duplicates(batch.returns), owners)))
    everything = [*(f for one in batch.returns for f in one.findings), *inputs.findings]
    visible = [finding for finding in everything if shown(finding)]
    _print_document(
        layout,
        lambda: export.check_json(batch, inputs.findings, shown),
        visible,
        lambda: show_check(batch, inputs.findings, shown),
    )
    return _exit_code(visible, fail_on)


@main.command(options_metavar=_OPTIONS)
@_paths
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="汇总表.xlsx",
    help="汇总表写到哪里。",
)
@_roster
@click.option("--root", metavar="代码", help="给这个单位汇总。")
@click.option("--unit", metavar="名称", help="给这个单位汇总（没有名册时）。")
@click.option("--level", type=_LEVEL, metavar="级别", help="--unit 是哪一级。")
@click.option("--code", metavar="代码", help="--unit 的区划代码。")
@_edition
@_year
@click.option(
    "--scope",
    "scopes",
    type=_UnitScope(),
    multiple=True,
    metavar="代码=口径",
    help="指明某单位的表是 own（本级）还是 cumulative（汇总）；可写多次。",
)
@click.option(
    "--duplicates",
    type=click.Choice(["refuse", "latest"]),
    default="refuse",
    show_default=True,
    help="同一单位报了不同的表：refuse 都不计，latest 以较晚的为准。",
)
@click.option("--strict", is_flag=True, help="有报表被退回时不写汇总表。")
@click.option(
    "--force",
    is_flag=True,
    help="覆盖已有的文件，不管它是什么；要汇总的报表和名册除外。本单位这一届以前的汇总表不加也能覆盖。",
)
@click.option(
    "--each-level",
    type=click.Path(file_okay=False),
    metavar="文件夹",
    help="同时给每个有下级的单位各写一份汇总表，放在与上下级相应的文件夹里。",
)
@click.option(
    "--accounts-csv",
    type=click.Path(dir_okay=False),
    metavar="文件.csv",
    help="把网站、公众号和微博的明细另存为这个文件，带二维码的内容。",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="输出格式。",
)
@_fail_on
@_jobs
@_quiet
@_debug
@_command
def merge(
    *, paths: tuple[str, ...], output: str, roster: str | None, root: str | None, unit: str | None,
    level: Level | None, code: str | None, edition: int | None, year: int | None,
    scopes: tuple[tuple[str, Scope], ...], duplicates: str, strict: bool, force: bool, each_level: str | None,
    accounts_csv: str | None, layout: str, fail_on: str, jobs: int | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """汇总报表，写出一个工作簿：信息统计表、分单位汇总、报送情况、审核意见、汇总台账、网站和新媒体明细。"""
    from stattable import export
    from stattable.checking.reader import file_facts
    from stattable.console.findings import show_faults
    from stattable.console.merged import show_merge
    from stattable.console.terminal import progress_bar
    from stattable.merging.ledger import Run
    from stattable.merging.merge import MergeOptions, merge_files
    from stattable.merging.outputs import LevelPlaces, Outputs, altered_results, refuse_to_overwrite
    from stattable.merging.root import RootOptions
    from stattable.writing.files import Staging
    from stattable.writing.levels import level_places, write_levels
    from stattable.writing.report import report_bytes
    from stattable.writing.workbook import run_time

    started = run_time()
    its_edition = _which_edition(edition, year)
    if root is not None and code is not None:
        raise click.UsageError("--root 和 --code 是同一件事，只写一个。")
    tree, faults = _read_roster(roster) if roster else (None, [])
    if faults:
        _print_document(layout, lambda: export.refused_json("merge", faults), faults, lambda: show_faults(faults))
        return FINDINGS
    inputs = _inputs(paths, [roster] if roster else [])
    places = LevelPlaces(each_level, partial(level_places, folder=Path(each_level))) if each_level else None
    outputs = Outputs(output, accounts_csv, places, roster, force)
    refuse_to_overwrite(outputs, inputs)
    options = MergeOptions(
        RootOptions(tree, root or code, unit, level, dict(scopes)),
        its_edition,
        duplicates == "latest",
        jobs,
        debug,
    )
    levels = None
    kept: dict[str, str] = {}
    with Staging() as staging:
        with progress_bar("读取", len(inputs.paths), quiet=quiet) as progress:
            merged = merge_files(inputs, options, output=output, levels=places, progress=progress)
        refused = merged.refused or (strict and merged.summary.rejected > 0)
        if not refused:
            altered = altered_results(outputs, inputs, merged)
            run = Run(sys.argv[1:], started, run_time(), (roster, file_facts(roster)) if roster else None)
            workbook = report_bytes(merged, run)
            kept = {path: str(staging.keep(Path(path), run.ended)) for path in altered}
            staging.write(Path(output), workbook)
            if accounts_csv:
                staging.write(Path(accounts_csv), export.accounts_csv(merged).encode("utf-8"))
            if each_level:
                with progress_bar("逐级写出", len(merged.parents), quiet=quiet) as progress:
                    levels = write_levels(
                        merged, run, Path(each_level), workbook, staging, jobs=jobs, progress=progress
                    )
    written = None if refused else output
    _print_document(
        layout,
        lambda: export.merge_json(merged, written, levels, kept),
        merged.findings,
        lambda: show_merge(merged, written, levels, kept),
    )
    return FINDINGS if refused else _exit_code(merged.findings, fail_on)


_report = click.argument("report", metavar="汇总表.xlsx", type=click.Path(exists=True, dir_okay=False))
_sources = click.argument("paths", nargs=-1, metavar="[报表或文件夹]...", type=click.Path(exists=True))
_table_or_json = click.option(
    "--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True, help="输出格式。"
)


@main.command(options_metavar=_OPTIONS)
@_report
@_sources
@_table_or_json
@_jobs
@_quiet
@_debug
@_command
def verify(
    *, report: str, paths: tuple[str, ...], layout: str, jobs: int | None, quiet: bool, debug: bool
) -> int:  # fmt: skip
    """核对汇总表：页上的数是不是等于本级加下级，有没有被改过。

    给出报表所在的文件夹时，还要核对报表有没有变、有没有少、有没有新来的，并重新汇总一次，逐个数比较。
    退出码：0 核对通过，1 对不上。
    """
    from stattable import export
    from stattable.console.proof import show_verify
    from stattable.console.terminal import progress_bar
    from stattable.merging.verify import verify as held_against

    inputs = _inputs(paths, [report]) if paths else None
    with progress_bar("读取", len(inputs.paths) if inputs else 0, quiet=quiet or inputs is None) as progress:
        verdict = held_against(report, inputs, jobs=jobs, debug=debug, progress=progress)
    _print_document(layout, lambda: export.verify_json(verdict), verdict.findings, lambda: show_verify(verdict))
    return OK if verdict.proved else FINDINGS


@main.command(options_metavar=_OPTIONS)
@_report
@click.argument("figure", metavar="单元格或栏目")
@_sources
@_table_or_json
@_debug
@_command
def trace(
    *, report: str, figure: str, paths: tuple[str, ...], layout: str,
    debug: bool,  # noqa: ARG001  -- looked at where the exit code is made
) -> int:  # fmt: skip
    """查一个数的来历：由哪些单位、哪份报表、哪一格加起来，大的在前。

    单元格写汇总页上的位置（如 F6）；栏目可以写名称（如 “宣传活动 · 乡镇计生协 · 活动场次”）或字段名。
    给出报表所在的文件夹时，能看出哪些报表后来变了，并追到下级自己的汇总表里去。
    """
    from stattable import export
    from stattable.console.proof import show_trace
    from stattable.merging.reopened import reopen
    from stattable.merging.sources import Sources
    from stattable.merging.trace import field_of
    from stattable.merging.trace import trace as traced

    opened = reopen(report)
    field = field_of(opened, figure)
    sources = Sources.of(_inputs(paths, [report]).paths) if paths else None
    step = traced(opened, field, sources)
    _print_document(layout, lambda: export.trace_json(opened, field, step), [], lambda: show_trace(opened, field, step))
    return OK


@main.command(options_metavar=_OPTIONS)
@click.argument("code", metavar="代码")
@_command
def explain(*, code: str) -> int:
    """说明一个代码（如 V003）是什么意思、怎么办。"""
    from stattable.console.entry import show_entry
    from stattable.model.catalogue import CATALOGUE, Refusal
    from stattable.model.catalogue import explain as look_up

    entry = look_up(code)
    if entry is None:
        raise Refusal("unknown_code", code=code, codes=" ".join(CATALOGUE))
    show_entry(entry)
    return OK


# -- what the commands share ------------------------------------------------------------------------------


def _which_edition(edition: int | None, year: int | None) -> int | None:
    from stattable.model.form import edition_of

    if year is None:
        return edition
    if edition not in {None, edition_of(year)}:
        raise click.UsageError(f"--edition {edition} 和 --year {year} 不是同一届，只写一个。")
    return edition_of(year)


def _read_roster(path: str) -> "tuple[Tree, list[Finding]]":
    from stattable.checking.roster import read_roster

    return read_roster(path)


def _inputs(paths: Sequence[str], never: Sequence[str]) -> "Inputs":
    from stattable.checking.files import find_inputs
    from stattable.model.catalogue import Refusal

    inputs = find_inputs(paths, never)
    if not inputs.paths:
        raise Refusal("nothing_to_read", paths="、".join(paths))
    return inputs


def _filter(select: Sequence[str], ignore: Sequence[str]) -> "Callable[[Finding], bool]":
    chosen, dropped = (
        tuple(code.strip().upper() for word in words for code in word.replace("，", ",").split(",") if code.strip())
        for words in (select, ignore)
    )
    return lambda finding: (
        (not chosen or finding.code.startswith(chosen)) and not (dropped and finding.code.startswith(dropped))
    )


def _print_document(
    layout: str, as_json: Callable[[], str], findings: "Sequence[Finding]", as_table: Callable[[], None]
) -> None:
    from stattable.export import findings_csv

    if layout == "json":
        click.echo(as_json())
    elif layout == "csv":
        click.echo(findings_csv(findings), nl=False)
    else:
        as_table()


def _exit_code(findings: "Sequence[Finding]", fail_on: str) -> int:
    from stattable.model.findings import Severity

    return FINDINGS if any(finding.severity.at_least(Severity(fail_on)) for finding in findings) else OK
