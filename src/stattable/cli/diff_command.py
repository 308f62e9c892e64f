"""The command `diff`."""

from typing import TYPE_CHECKING

import click

from stattable.cli.exit_codes import FINDINGS, OK, command
from stattable.cli.options import (
    assumed_level_option,
    debug_option,
    edition_option,
    jobs_option,
    layout_option,
    quiet_option,
    roster_option,
    year_option,
)
from stattable.cli.shared import inputs_of, print_document, print_layout, roster_of, which_edition
from stattable.model.units import Level

if TYPE_CHECKING:
    from stattable.proving.sides import Side


@click.argument("old", metavar="原来的", type=click.Path(exists=True))
@click.argument("new", metavar="现在的", type=click.Path(exists=True))
@roster_option
@click.option("--unit", metavar="名称或代码", help="只比较这个单位和它的下级。")
@assumed_level_option
@edition_option
@year_option
@layout_option
@jobs_option
@quiet_option
@debug_option
@command
def diff_command(
    *, old: str, new: str, roster: str | None, unit: str | None, level: Level | None, edition: int | None,
    year: int | None, layout: str, jobs: int | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """比较两份报表、两个文件夹或两份汇总表：哪些单位的哪些数变了，哪些审核意见消除了、新出现了。

    两边各是一份报表、一个放报表的文件夹，或者一份汇总表，可以不同。不改动任何文件。
    退出码：0 没有不同，1 有不同。
    """
    from stattable.checking.check import CheckOptions
    from stattable.output.console.diff import show_diff
    from stattable.output.console.findings import show_faults
    from stattable.output.console.progress import progress_bar
    from stattable.output.csv_tables import diff_as_csv
    from stattable.output.json_documents import diff_json, refused_diff_json
    from stattable.proving.differences import compare
    from stattable.proving.side_files import read_side
    from stattable.proving.sides import within_unit

    its_edition = which_edition(edition, year)
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        print_document(layout, lambda: refused_diff_json(old, new, faults), faults, lambda: show_faults(faults))
        return FINDINGS
    options = CheckOptions(tree, level, its_edition, jobs, debug)
    sides: list[Side] = []
    for path in (old, new):
        inputs = inputs_of([path], [roster] if roster else [], notes)
        with progress_bar("读取", len(inputs.paths), "比较", quiet=quiet) as progress:
            sides.append(read_side(path, inputs, options, progress))
    before, now = sides
    compared = compare(*(within_unit(before, now, unit) if unit is not None else (before, now)))
    print_layout(layout, lambda: diff_json(compared), lambda: diff_as_csv(compared), lambda: show_diff(compared))
    return OK if compared.is_same else FINDINGS
