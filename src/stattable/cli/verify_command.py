"""The command `verify`."""

from stattable.cli.exit_codes import FINDINGS, OK, command
from stattable.cli.options import (
    debug_option,
    jobs_option,
    quiet_option,
    report_argument,
    sources_argument,
    table_or_json_option,
)
from stattable.cli.shared import inputs_of, print_document


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
    from stattable.output.console.progress import progress_bar
    from stattable.output.console.verify import show_verify
    from stattable.proving.verify import verify

    inputs = inputs_of(paths, [report]) if paths else None
    with progress_bar("读取", len(inputs.paths) if inputs else 0, "核对", quiet=quiet) as progress:
        verdict = verify(report, inputs, jobs=jobs, debug=debug, progress=progress)
    print_document(layout, lambda: json_documents.verify_json(verdict), verdict.findings, lambda: show_verify(verdict))
    return OK if verdict.proved else FINDINGS
