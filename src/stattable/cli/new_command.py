"""The command `new`."""

from pathlib import Path

import click

from stattable.cli.exit_codes import FINDINGS, OK, command
from stattable.cli.options import (
    LEVEL,
    SCOPE,
    debug_option,
    edition_option,
    jobs_option,
    quiet_option,
    roster_option,
    with_its_ending,
    year_option_of_new,
)
from stattable.cli.shared import roster_of, which_edition
from stattable.model.units import Level, Scope


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
    from stattable.output.console.progress import progress_bar
    from stattable.writing.blank import blanks_of, single_blank, write_blanks
    from stattable.writing.workbook import run_time

    asked = which_edition(edition, year)
    its_edition = asked or edition_of(run_time().year)
    if (unit is None) == (roster is None):
        raise click.UsageError("请写 --unit 名称，或 --roster 名册，二者选一。")
    if roster is None:
        if root is not None:
            raise click.UsageError("--root 只能和 --roster 一起用；单个单位的代码用 --code。")
        output = with_its_ending(output, ".xlsx")
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
