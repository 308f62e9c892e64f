"""The command `pack`."""

from datetime import date

import click

from stattable.cli.exit_codes import FINDINGS, command, exit_code
from stattable.cli.options import (
    Day,
    OutputFile,
    debug_option,
    edition_option,
    fail_on_option,
    jobs_option,
    quiet_option,
    roster_option,
    table_or_json_option,
    year_option,
)
from stattable.cli.shared import before_writing, print_layout, roster_of, which_edition


@click.argument("folder", metavar="文件夹", type=click.Path(exists=True, file_okay=False))
@click.option("-o", "--output", required=True, type=OutputFile(".zip"), metavar="材料.zip", help="打好的包写到哪里。")
@roster_option
@click.option("--root", metavar="代码", help="上报的是这个单位；有名册时也可以写名称。不写时看统计表和文件夹。")
@click.option("--deadline", type=Day(), metavar="日期", help="截止日期，如 2021-06-30；不写是当年 6 月 30 日。")
@edition_option
@year_option
@click.option("--strict", is_flag=True, help="有强制性问题时不打包。")
@click.option("--force", is_flag=True, help="覆盖已有的文件，不管它是什么；要打包的材料和名册除外。")
@table_or_json_option
@fail_on_option
@jobs_option
@quiet_option
@debug_option
@command
def pack_command(
    *, folder: str, output: str, roster: str | None, root: str | None, deadline: date | None, edition: int | None,
    year: int | None, strict: bool, force: bool, layout: str, fail_on: str, jobs: int | None, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """把要上报的材料打成一个压缩包，写好清单：统计表、明细附件、经验总结、照片、视频。

    文件夹里是一个单位的材料；或者是一级的：每个下级单位一个子文件夹，本级的放在外面。
    检查齐不齐、打不打得开、表对不对；有问题照样打包，清单里写明。不改动文件夹里的任何文件。
    """
    from stattable.checking.bundle import arrange
    from stattable.checking.bundle_findings import bundle_findings
    from stattable.checking.check import CheckOptions, check
    from stattable.model.form import edition_of
    from stattable.model.names import unit_named
    from stattable.model.refusals import Refusal
    from stattable.output.console.findings import show_faults
    from stattable.output.console.pack import show_pack
    from stattable.output.console.progress import progress_bar
    from stattable.output.json_bundle import pack_json, refused_pack_json
    from stattable.reading.papers import read_folder
    from stattable.writing.bundle import refuse_output, refuse_to_overwrite, write_bundle
    from stattable.writing.delivery import delivery_of
    from stattable.writing.workbook import run_time

    its_edition = which_edition(edition, year)
    never = [roster] if roster else []
    refuse_output(output, never)
    tree, faults, notes = roster_of(roster) if roster else (None, [], [])
    if faults:
        faults += notes
        print_layout(layout, lambda: refused_pack_json(faults), str, lambda: show_faults(faults))
        return FINDINGS
    with before_writing():
        with progress_bar("查看文件", None, quiet=quiet) as progress:
            files = read_folder(folder, [output, *never], jobs=jobs, progress=progress)
        if not files.files:
            raise Refusal("nothing_to_pack", path=folder)
        tables = sorted(one.path for one in files.files if one.may_be_table)
        with progress_bar("读取", len(tables), "检查", quiet=quiet) as progress:
            batch = check(tables, CheckOptions(tree, edition=its_edition, jobs=jobs, debug=debug), progress)
        key = unit_named(batch.tree, root) if root else None
        if root and key is None:
            raise Refusal("unknown_root", code=root)
        bundle = arrange(folder, files, batch, root=key, is_roster=tree is not None)
    today = run_time().date()
    found = [
        *(one for each in bundle.returns for one in each.findings),
        *batch.edition.findings,
        *bundle_findings(folder, bundle, batch.tree),
        *notes,
    ]
    of_edition = its_edition or batch.edition.edition or edition_of(today.year)
    delivery = delivery_of(bundle, found, of_edition, today, deadline, folder)
    is_written = False
    if not (strict and delivery.has_errors):
        refuse_to_overwrite(output, folder, delivery, force=force)
        with progress_bar("打包", len(delivery.papers), quiet=quiet) as progress:
            delivery, is_written = write_bundle(delivery, output, strict=strict, progress=progress)
    place = output if is_written else None
    print_layout(layout, lambda: pack_json(delivery, place), str, lambda: show_pack(delivery, place))
    return exit_code(delivery.findings, fail_on) if is_written else FINDINGS
