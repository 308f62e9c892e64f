"""Options → calls → exit code. The only module that knows click; no logic lives here."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

import click

from stattable import __version__
from stattable.cli.diff_command import diff_command
from stattable.cli.exit_codes import FINDINGS, OK, Commands, command, exit_code
from stattable.cli.options import (
    LEVEL,
    SCOPE,
    UnitScope,
    assumed_level_option,
    debug_option,
    edition_option,
    fail_on_option,
    jobs_option,
    layout_option,
    paths_argument,
    quiet_option,
    report_argument,
    roster_option,
    sources_argument,
    table_or_json_option,
    year_option,
    year_option_of_new,
)
from stattable.cli.shared import finding_filter, inputs_of, print_document, roster_of, which_edition
from stattable.model.units import Level, Scope

_OPTIONS: Final = "[选项]"  # in the usage line, where click says [OPTIONS]


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar=_OPTIONS,
    subcommand_metavar="命令 [参数]...",
)
@click.version_option(__version__, message="stattable %(version)s")
def main() -> None:
    """会员活动日信息统计表：制作空白表、检查报表、逐级汇总。

    \b
    stattable new --roster 名册.csv --year 2026 -o 空白表   给每个单位做一张空白表
    stattable check 收到                          检查收到的报表
    stattable merge 收到 --roster 名册.csv -o 汇总表.xlsx   汇总

    退出码：0 没有问题，1 有问题，2 用法不对或没有可读的文件，3 没有结论（写不了文件或程序出错）。
    """


@main.command("new", options_metavar=_OPTIONS)
@click.option("--unit", metavar="名称", help="单位名称，如 官渡镇计生协。")
@click.option(
    "--level",
    type=LEVEL,
    metavar="级别",
    help="省级、地市级、县级、乡镇级或村居社区级；看名称能确定时可不写。",
)
@click.option("--code", metavar="代码", help="单位的区划代码。")
@roster_option
@click.option("--root", metavar="代码", help="只给这个单位和它的下级做；也可以写名称。")
@click.option(
    "--scope",
    type=SCOPE,
    metavar="口径",
    help="own（本级）或 cumulative（汇总）。不写时是本级；按名册时，没有下级的单位是汇总。名册写了口径的按名册，村居社区总是本级。",
)
@edition_option
@year_option_of_new
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(),
    metavar="文件或文件夹",
    help="写到哪里：一张表写文件名，按名册写文件夹。",
)
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@jobs_option
@quiet_option
@debug_option
@command
def new_command(
    *, unit: str | None, level: Level | None, code: str | None, roster: str | None, root: str | None,
    scope: Scope | None,    edition: int | None, year: int | None, output: str, force: bool, jobs: int | None, quiet: bool,
    debug: bool,  # noqa: ARG001  -- looked at where the exit code is made
) -> int:  # fmt: skip
    """做空白表：给一个单位（--unit），或按名册给每个单位各做一张（--roster）。

    没有写 --year 或 --edition 时，做今年的。
    """
    from stattable.formats.paths import refuse_unless_file
    from stattable.model.form import edition_of
    from stattable.output.console.findings import show_faults
    from stattable.output.console.new import show_new
    from stattable.output.console.terminal import progress_bar
    from stattable.writing.blank import blanks_of, single_blank, write_blanks
    from stattable.writing.workbook import run_time

    asked = which_edition(edition, year)
    its_edition = asked or edition_of(run_time().year)
    if (unit is None) == (roster is None):
        raise click.UsageError("请写 --unit 名称，或 --roster 名册，二者选一。")
    if roster is None:
        if root is not None:
            raise click.UsageError("--root 只能和 --roster 一起用；单个单位的代码用 --code。")
        refuse_unless_file(output)
        blanks = [(Path(output), single_blank(unit or "", level, code, scope or Scope.OWN, its_edition))]
    else:
        if level is not None or code is not None:
            raise click.UsageError("--level 和 --code 只能和 --unit 一起用；按名册时用 --root。")
        units = roster_of(roster)
        show_faults([*units.faults, *units.notes])
        if units.faults:
            return FINDINGS
        blanks = list(blanks_of(units.tree, root, scope, its_edition, Path(output)))
    with progress_bar("制作空白表", len(blanks), quiet=quiet) as progress:
        write_blanks(blanks, roster=roster, force=force, jobs=jobs, progress=progress)
    if not quiet:
        show_new([blank for _, blank in blanks], output, is_assumed=asked is None)
    return OK


@main.command("check", options_metavar=_OPTIONS)
@paths_argument
@roster_option
@assumed_level_option
@edition_option
@year_option
@layout_option
@fail_on_option
@click.option("--select", multiple=True, metavar="代码", help="只显示这些代码的问题，可写开头（如 V），可用逗号分开。")
@click.option("--ignore", multiple=True, metavar="代码", help="不显示这些代码的问题，写法同上。")
@jobs_option
@quiet_option
@debug_option
@command
def check_command(
    *, paths: tuple[str, ...], roster: str | None, level: Level | None, edition: int | None, year: int | None,
    layout: str, fail_on: str, select: tuple[str, ...], ignore: tuple[str, ...], jobs: int | None, quiet: bool,
    debug: bool,
) -> int:  # fmt: skip
    """检查报表：文件或文件夹（连同子文件夹）。不改动任何文件。"""
    from stattable.checking.check import CheckOptions, check
    from stattable.output import json_documents
    from stattable.output.console.check import show_check
    from stattable.output.console.findings import show_faults
    from stattable.output.console.terminal import progress_bar

    shown = finding_filter(select, ignore)
    its_edition = which_edition(edition, year)
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        faults += notes
        print_document(
            layout, lambda: json_documents.refused_json("check", faults), faults, lambda: show_faults(faults)
        )
        return FINDINGS
    inputs = inputs_of(paths, [roster] if roster else [], notes)
    options = CheckOptions(tree, level, its_edition, jobs, debug)
    with progress_bar("读取", len(inputs.paths), quiet=quiet) as progress:
        batch = check(inputs.paths, options, progress)
    of_all = [*batch.edition.findings, *inputs.findings]
    everything = [*(f for one in batch.returns for f in one.findings), *of_all]
    visible = [finding for finding in everything if shown(finding)]
    print_document(
        layout,
        lambda: json_documents.check_json(batch, of_all, shown),
        visible,
        lambda: show_check(batch, of_all, shown),
    )
    return exit_code(visible, fail_on)


@main.command("merge", options_metavar=_OPTIONS)
@paths_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="汇总表.xlsx",
    help="汇总表写到哪里。",
)
@roster_option
@click.option("--root", metavar="代码", help="给这个单位汇总；有名册时也可以写名称。")
@click.option("--unit", metavar="名称", help="给这个单位汇总（没有名册时）。")
@click.option("--level", type=LEVEL, metavar="级别", help="--unit 是哪一级。")
@click.option("--code", metavar="代码", help="--unit 的区划代码。")
@edition_option
@year_option
@click.option(
    "--scope",
    "scopes",
    type=UnitScope(),
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
@fail_on_option
@jobs_option
@quiet_option
@debug_option
@command
def merge_command(
    *, paths: tuple[str, ...], output: str, roster: str | None, root: str | None, unit: str | None,
    level: Level | None, code: str | None, edition: int | None, year: int | None,
    scopes: tuple[tuple[str, Scope], ...], duplicates: str, strict: bool, force: bool, each_level: str | None,
    accounts_csv: str | None, layout: str, fail_on: str, jobs: int | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """汇总报表，写出一个工作簿：信息统计表、分单位汇总、报送情况、审核意见、汇总台账、网站和新媒体明细。"""
    from stattable.formats.fingerprint import file_facts
    from stattable.merging.merge import merge_paths
    from stattable.merging.outputs import LevelPlaces, Outputs, refuse_to_overwrite, results_to_keep
    from stattable.merging.result import MergeOptions
    from stattable.merging.root import RootOptions
    from stattable.output import json_documents
    from stattable.output.console.findings import show_faults
    from stattable.output.console.merge import show_merge
    from stattable.output.console.terminal import progress_bar
    from stattable.output.csv_tables import accounts_as_csv
    from stattable.proving.ledger import Run
    from stattable.writing.levels import level_places, write_levels
    from stattable.writing.report import report_bytes
    from stattable.writing.whole_files import Staging
    from stattable.writing.workbook import run_time

    started = run_time()
    its_edition = which_edition(edition, year)
    if root is not None and code is not None:
        raise click.UsageError("--root 和 --code 是同一件事，只写一个。")
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        faults += notes
        print_document(
            layout, lambda: json_documents.refused_json("merge", faults), faults, lambda: show_faults(faults)
        )
        return FINDINGS
    inputs = inputs_of(paths, [roster] if roster else [], notes)
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
    to_keep: dict[str, bool] = {}
    with Staging() as staging:
        with progress_bar("读取", len(inputs.paths), quiet=quiet) as progress:
            merged = merge_paths(inputs, options, output=output, levels=places, progress=progress)
        refused = merged.refused or (strict and merged.summary.rejected > 0)
        if not refused:
            to_keep = results_to_keep(outputs, inputs, merged)
            run = Run(sys.argv[1:], started, run_time(), (roster, file_facts(roster)) if roster else None)
            workbook = report_bytes(merged, run)
            kept = {path: str(staging.keep(Path(path), run.ended)) for path in to_keep}
            staging.write(Path(output), workbook)
            if accounts_csv:
                staging.write(Path(accounts_csv), accounts_as_csv(merged).encode("utf-8"))
            if each_level:
                with progress_bar("逐级写出", len(merged.parents), quiet=quiet) as progress:
                    levels = write_levels(
                        merged, run, Path(each_level), workbook, staging, jobs=jobs, progress=progress
                    )
    written = None if refused else output
    print_document(
        layout,
        lambda: json_documents.merge_json(merged, written, levels, kept),
        merged.findings,
        lambda: show_merge(merged, written, levels, kept, to_keep),
    )
    return FINDINGS if refused else exit_code(merged.findings, fail_on)


@main.command("verify", options_metavar=_OPTIONS)
@report_argument
@sources_argument
@table_or_json_option
@jobs_option
@quiet_option
@debug_option
@command
def verify_command(
    *, report: str, paths: tuple[str, ...], layout: str, jobs: int | None, quiet: bool, debug: bool
) -> int:  # fmt: skip
    """核对汇总表：页上的数是不是等于本级加下级，有没有被改过。

    给出报表所在的文件夹时，还要核对报表有没有变、有没有少、有没有新来的，并重新汇总一次，逐个数比较。
    退出码：0 核对通过，1 对不上。
    """
    from stattable.output import json_documents
    from stattable.output.console.terminal import progress_bar
    from stattable.output.console.verify import show_verify
    from stattable.proving.verify import verify

    inputs = inputs_of(paths, [report]) if paths else None
    with progress_bar("读取", len(inputs.paths) if inputs else 0, quiet=quiet or inputs is None) as progress:
        verdict = verify(report, inputs, jobs=jobs, debug=debug, progress=progress)
    print_document(layout, lambda: json_documents.verify_json(verdict), verdict.findings, lambda: show_verify(verdict))
    return OK if verdict.proved else FINDINGS


@main.command("trace", options_metavar=_OPTIONS)
@report_argument
@click.argument("figure", metavar="单元格或栏目")
@sources_argument
@table_or_json_option
@debug_option
@command
def trace_command(
    *, report: str, figure: str, paths: tuple[str, ...], layout: str,
    debug: bool,  # noqa: ARG001  -- looked at where the exit code is made
) -> int:  # fmt: skip
    """查一个数的来历：由哪些单位、哪份报表、哪一格加起来，大的在前。

    单元格写汇总页上的位置（如 F6）；栏目可以写名称（如 “宣传活动 · 乡镇计生协 · 活动场次”）或字段名。
    给出报表所在的文件夹时，能看出哪些报表后来变了，并追到下级自己的汇总表里去。
    """
    from stattable.output import json_documents
    from stattable.output.console.trace import show_trace
    from stattable.proving.reopen import reopen
    from stattable.proving.source_files import SourceFiles
    from stattable.proving.trace import find_field, trace

    opened = reopen(report)
    field = find_field(opened, figure)
    sources = SourceFiles.from_paths(inputs_of(paths, [report]).paths) if paths else None
    step = trace(opened, field, sources)
    print_document(
        layout, lambda: json_documents.trace_json(opened, field, step), [], lambda: show_trace(opened, field, step)
    )
    return OK


@main.command("explain", options_metavar=_OPTIONS)
@click.argument("code", metavar="代码")
@command
def explain_command(*, code: str) -> int:
    """说明一个代码（如 V003）是什么意思、怎么办。"""
    from stattable.model.catalogue import CATALOGUE, explain
    from stattable.model.refusals import Refusal
    from stattable.output.console.explain import show_entry

    entry = explain(code)
    if entry is None:
        raise Refusal("unknown_code", code=code, codes=" ".join(CATALOGUE))
    show_entry(entry)
    return OK


main.command("diff", options_metavar=_OPTIONS)(diff_command)
