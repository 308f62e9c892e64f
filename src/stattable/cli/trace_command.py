"""The command `trace`."""

import click

from stattable.cli.exit_codes import OK, command
from stattable.cli.options import debug_option, report_argument, sources_argument, table_or_json_option
from stattable.cli.shared import inputs_of, print_document


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
