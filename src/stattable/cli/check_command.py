"""The command `check`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stattable.cli.exit_codes import FINDINGS, command, exit_code
from stattable.cli.options import (
    assumed_level_option,
    dask_option,
    debug_option,
    edition_option,
    factor_option,
    fail_on_option,
    findings_option,
    jobs_option,
    layout_option,
    paths_argument,
    previous_option,
    quiet_option,
    roster_option,
    year_option,
)
from stattable.cli.shared import (
    before_writing,
    finding_filter,
    inputs_of,
    last_year_of,
    print_document,
    roster_of,
    which_edition,
)
from stattable.model.units import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stattable.checking.returns import Batch
    from stattable.writing.returned_files import WrittenReturns


@paths_argument
@roster_option
@assumed_level_option
@edition_option
@year_option
@previous_option
@factor_option
@layout_option
@fail_on_option
@click.option("--select", multiple=True, metavar="代码", help="只显示这些代码的问题，可写开头（如 V），可用逗号分开。")
@click.option("--ignore", multiple=True, metavar="代码", help="不显示这些代码的问题，写法同上。")
@click.option(
    "--return",
    "return_folder",
    type=click.Path(file_okay=False),
    metavar="文件夹",
    help="给每个有问题要处理的单位做一份退回表，填好它报来的数、标出问题，连同退回说明写到这个文件夹。",
)
@findings_option
@click.option("--force", is_flag=True, help="覆盖 --findings 已有的文件，不管它是什么；报表和名册除外。")
@jobs_option
@dask_option
@quiet_option
@debug_option
@command
def check_command(
    *, paths: tuple[str, ...], roster: str | None, level: Level | None, edition: int | None, year: int | None,
    previous: str | None, factor: int, layout: str, fail_on: str, select: tuple[str, ...], ignore: tuple[str, ...],
    return_folder: str | None, findings: str | None, force: bool, jobs: int | None, dask: str | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """检查报表：文件或文件夹（连同子文件夹）。不改动报来的文件。"""
    from stattable.checking.check import CheckOptions, check
    from stattable.checking.missing import missing_of_folder
    from stattable.output.console.check import show_check
    from stattable.output.console.findings import show_faults
    from stattable.output.console.progress import progress_bar
    from stattable.reading.cluster import cluster_at

    if return_folder is not None:
        from stattable.writing.returned_files import refuse_inside

        refuse_inside(return_folder, paths)
    shown = finding_filter(select, ignore)
    its_edition = which_edition(edition, year)
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        from stattable.output.json_documents import refused_json

        faults += notes
        print_document(layout, lambda: refused_json("check", faults), faults, lambda: show_faults(faults))
        return FINDINGS
    how: dict[str, Any] = {"level": level, "jobs": jobs, "debug": debug}
    last_year, never = last_year_of(previous, factor, roster, tree, quiet=quiet, **how)
    inputs = inputs_of(paths, never, notes)
    if findings is not None:
        from stattable.merging.outputs import refuse_to_overwrite_with_findings

        refuse_to_overwrite_with_findings(findings, inputs, never, force=force)
    options = CheckOptions(tree, edition=its_edition, last_year=last_year, **how)
    with (
        before_writing(),
        cluster_at(dask, inputs.paths) as executor,
        progress_bar("读取", len(inputs.paths), "检查", quiet=quiet) as progress,
    ):
        batch = check(inputs.paths, options, progress, executor)
    written = None
    if return_folder is not None:
        written = _send_back(batch, return_folder, inputs.paths, is_roster=tree is not None, jobs=jobs, quiet=quiet)
    inputs = inputs.with_others(batch.companions)
    missing = missing_of_folder(batch, inputs.others) if tree is not None and inputs.is_folder else []
    of_all = [*batch.edition.findings, *inputs.findings, *missing]
    everything = [*(f for one in batch.returns for f in one.findings), *of_all]
    visible = [finding for finding in everything if shown(finding)]
    if findings is not None:
        from stattable.output.csv_tables import findings_as_csv
        from stattable.writing.whole_files import write_lines

        write_lines(Path(findings), findings_as_csv(visible))

    def as_json() -> Iterator[str]:  # what it needs takes longer to load than a file to check
        from stattable.output.json_documents import check_json

        return check_json(batch, of_all, shown)

    print_document(layout, as_json, visible, lambda: show_check(batch, of_all, shown, findings))
    if written and not quiet:
        from stattable.output.console.returned import show_returned

        show_returned(written, beside_document=layout != "table")
    return exit_code(visible, fail_on)


def _send_back(
    batch: "Batch", folder: str, inputs: "Sequence[str]", *, is_roster: bool, jobs: int | None, quiet: bool
) -> "WrittenReturns":
    from stattable.checking.sent_back import to_send_back
    from stattable.model.form import edition_of
    from stattable.output.console.progress import progress_bar
    from stattable.writing.returned_files import write_returned
    from stattable.writing.workbook import run_time

    back = to_send_back(batch, is_roster=is_roster, edition=edition_of(run_time().year))
    with progress_bar("退回", len(back.forms), quiet=quiet) as progress:
        return write_returned(back, batch.tree, folder, inputs, jobs=jobs, progress=progress)
