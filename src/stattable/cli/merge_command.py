"""The command `merge`."""

import sys
from functools import partial
from pathlib import Path

import click

from stattable.cli.exit_codes import FINDINGS, command, exit_code
from stattable.cli.options import (
    LEVEL,
    OutputFile,
    dask_option,
    debug_option,
    duplicates_option,
    edition_option,
    factor_option,
    fail_on_option,
    findings_option,
    html_option,
    jobs_option,
    paths_argument,
    previous_option,
    quiet_option,
    roster_option,
    scopes_option,
    year_option,
)
from stattable.cli.shared import before_writing, inputs_of, last_year_of, print_document, roster_of, which_edition
from stattable.model.units import Level, Scope


@paths_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputFile(".xlsx"),
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
@scopes_option
@duplicates_option
@previous_option
@factor_option
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
    type=OutputFile(".csv"),
    metavar="文件.csv",
    help="把网站、公众号和微博的明细另存为这个文件，带二维码的内容。",
)
@click.option(
    "--docx",
    type=OutputFile(".docx"),
    metavar="文件.docx",
    help="另写一份两页以内的汇总说明，按公文格式排好，可以修改，随盖章的汇总页报送。",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="输出格式。",
)
@findings_option
@html_option
@fail_on_option
@jobs_option
@dask_option
@quiet_option
@debug_option
@command
def merge_command(
    *, paths: tuple[str, ...], output: str, roster: str | None, root: str | None, unit: str | None,
    level: Level | None, code: str | None, edition: int | None, year: int | None,
    scopes: tuple[tuple[str, Scope], ...], duplicates: str, previous: str | None, factor: int,
    strict: bool, force: bool, each_level: str | None, accounts_csv: str | None, docx: str | None, layout: str, findings: str | None,
    html: str | None, fail_on: str, jobs: int | None, dask: str | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """汇总报表，写出一个工作簿：信息统计表、分单位汇总、报送情况、图表、审核意见、汇总台账、网站和新媒体明细。"""
    from stattable.formats.fingerprint import file_facts
    from stattable.merging.merge import merge_paths
    from stattable.merging.outputs import Keeping, LevelPlaces, Outputs, refuse_to_overwrite, results_to_keep
    from stattable.merging.result import MergeOptions
    from stattable.merging.root import RootOptions
    from stattable.output import json_documents
    from stattable.output.console.findings import show_faults
    from stattable.output.console.merge import show_merge
    from stattable.output.console.progress import progress_bar
    from stattable.output.csv_tables import accounts_as_csv, findings_as_csv
    from stattable.output.html.merge_page import merge_page
    from stattable.proving.ledger import Run
    from stattable.proving.verify import are_as_written
    from stattable.reading.cluster import cluster_at
    from stattable.writing.levels import level_places
    from stattable.writing.results import WrittenResults, write_results
    from stattable.writing.whole_files import write_lines
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
    last_year, never = last_year_of(previous, factor, roster, tree, quiet=quiet, jobs=jobs, debug=debug)
    inputs = inputs_of(paths, never, notes)
    places = LevelPlaces(each_level, partial(level_places, folder=Path(each_level))) if each_level else None
    outputs = Outputs(output, accounts_csv, places, never, findings, force, docx, html)
    refuse_to_overwrite(outputs, inputs)
    options = MergeOptions(
        RootOptions(tree, root or code, unit, level, dict(scopes)),
        its_edition,
        duplicates == "latest",
        jobs,
        debug,
    )
    with (
        before_writing(),
        cluster_at(dask, inputs.paths) as executor,
        progress_bar("读取", len(inputs.paths), "汇总", quiet=quiet) as progress,
    ):
        merged = merge_paths(
            inputs, options, output=output, levels=places, last_year=last_year, progress=progress, executor=executor
        )
    refused = merged.refused or (strict and merged.summary.rejected > 0)
    written, to_keep = WrittenResults(), dict[str, Keeping]()
    if not refused:
        to_keep = results_to_keep(outputs, inputs, merged, partial(are_as_written, jobs=jobs))
        run = Run(sys.argv[1:], started, run_time(), (roster, file_facts(roster)) if roster else None)
        accounts = accounts_as_csv(merged) if accounts_csv else None
        with progress_bar("写出", len(merged.parents) if each_level else None, quiet=quiet) as progress:
            page = merge_page(merged) if html else None
            written = write_results(
                merged, run, outputs, to_keep, accounts, findings_as_csv(merged.findings), page,
                jobs=jobs, progress=progress,
            )  # fmt: skip
    elif findings is not None:
        write_lines(Path(findings), findings_as_csv(merged.findings))
    place = None if refused else output
    print_document(
        layout,
        lambda: json_documents.merge_json(merged, place, written.levels, written.kept),
        merged.findings,
        lambda: show_merge(merged, place, written.levels, written.kept, to_keep, findings, docx, html),
    )
    return FINDINGS if refused else exit_code(merged.findings, fail_on)
