"""The command `explain`."""

import click

from stattable.cli.exit_codes import OK, command


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
