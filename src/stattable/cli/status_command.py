"""The command `status`."""

from datetime import date
from pathlib import Path

import click

from stattable.cli.exit_codes import FINDINGS, OK, command
from stattable.cli.options import (
    Day,
    OutputFile,
    WholeNumber,
    dask_option,
    debug_option,
    duplicates_option,
    edition_option,
    html_option,
    jobs_option,
    paths_argument,
    quiet_option,
    roster_option,
    scopes_option,
    table_or_json_option,
    year_option,
)
from stattable.cli.shared import before_writing, inputs_of, print_layout, roster_of, which_edition
from stattable.model.units import Scope


@paths_argument
@roster_option
@click.option("--root", metavar="代码", help="看这个单位的；有名册时也可以写名称。")
@click.option(
    "--deadline",
    type=Day(),
    metavar="日期",
    help="截止日期，如 2021-06-30；不写是当年 6 月 30 日。",
)
@click.option("--depth", type=WholeNumber(0), default=1, show_default=True, metavar="N", help="显示到下面几级。")
@click.option("-o", "--output", type=OutputFile(".xlsx"), metavar="报送情况.xlsx", help="另写一个可以打印的表。")
@click.option(
    "--remind",
    type=click.Path(file_okay=False),
    metavar="文件夹",
    help="写出催报：一份总的，每个有下级的单位各一份，有表格，也有可以直接粘贴发送的文本。",
)
@click.option(
    "--previous",
    type=click.Path(exists=True),
    metavar="去年的文件夹",
    help="今年的表和名册里都没有联系人的，用去年报表上的：放去年报表的文件夹，或者一份表。",
)
@html_option
@click.option("--force", is_flag=True, help="覆盖已有的文件，不管它是什么；报表和名册除外。")
@edition_option
@year_option
@scopes_option
@duplicates_option
@table_or_json_option
@jobs_option
@dask_option
@quiet_option
@debug_option
@command
def status_command(
    *, paths: tuple[str, ...], roster: str | None, root: str | None, deadline: date | None, depth: int,
    output: str | None, html: str | None, remind: str | None, previous: str | None, force: bool, edition: int | None, year: int | None,
    scopes: tuple[tuple[str, Scope], ...], duplicates: str, layout: str, jobs: int | None, dask: str | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """看报送到了什么程度：谁报了，谁按时，谁要改，谁没有报。不写汇总表，不改动任何报表。

    同一单位报过几次的，按第一次看是否按时。有填报日期的看填报日期，没有的看文件的修改时间。
    """
    from stattable.formats.paths import file_key
    from stattable.merging.collection import read_collection
    from stattable.merging.reminders import persons_in, reminders_of
    from stattable.merging.result import MergeOptions
    from stattable.merging.root import RootOptions
    from stattable.output.console.findings import show_faults
    from stattable.output.console.progress import progress_bar
    from stattable.output.console.status import show_status
    from stattable.output.html.status_page import status_page
    from stattable.output.json_documents import refused_status_json, status_json
    from stattable.reading.cluster import cluster_at
    from stattable.writing.collection import collection_bytes
    from stattable.writing.list_files import refuse_foreign, refuse_foreign_page
    from stattable.writing.reminders import write_reminders
    from stattable.writing.whole_files import Staging
    from stattable.writing.workbook import run_time

    its_edition = which_edition(edition, year)
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        faults += notes
        print_layout(layout, lambda: refused_status_json(faults), str, lambda: show_faults(faults))
        return FINDINGS
    inputs = inputs_of(paths, [roster] if roster else [], notes, may_be_empty=tree is not None)
    kept = frozenset(map(file_key, [*inputs.paths, *([roster] if roster else [])]))
    if html:
        refuse_foreign_page(Path(html), kept, output, force=force)
    options = MergeOptions(
        RootOptions(tree, root, scopes=dict(scopes)), its_edition, duplicates == "latest", jobs, debug
    )
    with (
        before_writing(),
        cluster_at(dask, inputs.paths) as executor,
        progress_bar("读取", len(inputs.paths), "汇总", quiet=quiet) as progress,
    ):
        collection = read_collection(inputs, options, run_time().date(), deadline, progress, executor)
    reminded = None
    with Staging() as staging:
        if remind or html:
            persons = (
                persons_in(previous, collection.merged.tree, is_roster=tree is not None, jobs=jobs) if previous else {}
            )
            reminders = reminders_of(collection, persons)
        if remind:
            reminded = write_reminders(reminders, Path(remind), kept, staging, force=force)
        if html:
            staging.write(Path(html), status_page(reminders))
        if output:
            refuse_foreign(Path(output), kept, force=force)
            staging.write(Path(output), collection_bytes(collection))
    print_layout(
        layout, lambda: status_json(collection), str, lambda: show_status(collection, depth, output, reminded, html)
    )
    return OK
