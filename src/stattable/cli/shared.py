"""What several commands do before and after their work."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from stattable.checking.last_year import LastYear
    from stattable.model.findings import Finding
    from stattable.model.units import Tree
    from stattable.reading.inputs import Inputs
    from stattable.reading.roster import Roster


def which_edition(edition: int | None, year: int | None) -> int | None:
    """Return the edition that --edition or --year names, or None."""
    from stattable.model.form import edition_of

    if year is None:
        return edition
    if edition not in {None, edition_of(year)}:
        raise click.UsageError(f"--edition {edition} 和 --year {year} 不是同一届，只写一个。")
    return edition_of(year)


def roster_of(path: str) -> "Roster":
    """Return what a roster comes to; with faults its tree is of no use."""
    from stattable.reading.roster import read_roster

    return read_roster(path)


def inputs_of(
    paths: Sequence[str], never: Sequence[str], notes: "Sequence[Finding]" = (), *, may_be_empty: bool = False
) -> "Inputs":
    """Return the files to read, without those in `never`, and with `notes` to them; refuse if there are none, unless there may be none."""
    from stattable.model.refusals import Refusal
    from stattable.reading.inputs import find_inputs

    inputs = find_inputs(paths, never)
    if not inputs.paths and not may_be_empty:
        raise Refusal("nothing_to_read", paths="、".join(paths))
    return replace(inputs, findings=(*inputs.findings, *notes))


def last_year_of(
    path: str | None, factor: int, roster: str | None, tree: "Tree | None", *, quiet: bool, **how: Any
) -> "tuple[LastYear | None, list[str]]":
    """Return what was reported a year before, if anything is to be compared, and all files that are no returns now.

    Args:
        path: that --previous names, or None.
        factor: that --factor names.
        roster: that --roster names, or None.
        tree: what it comes to, or None.
        quiet: show no progress.
        **how: other options of the check of these returns.
    """
    never = [roster] if roster else []
    if path is None:
        return None, never
    from stattable.checking.check import CheckOptions
    from stattable.output.console.progress import progress_bar
    from stattable.proving.last_year import read_last_year

    inputs = inputs_of([path], never)
    with progress_bar("读取以前的表", len(inputs.paths), quiet=quiet) as progress:
        last_year = read_last_year(path, inputs, CheckOptions(tree, **how), factor, progress)
    return last_year, [*never, *inputs.paths]


@contextmanager
def before_writing() -> Iterator[None]:
    """A context in which nothing is written yet, as Ctrl-C has it said.

    Raises:
        Stopped: somebody stopped it.
    """
    try:
        yield
    except KeyboardInterrupt as end:
        from stattable.model.refusals import Stopped

        raise Stopped from end


def finding_filter(select: Sequence[str], ignore: Sequence[str]) -> "Callable[[Finding], bool]":
    """Return a test of whether --select and --ignore let a finding be shown."""
    chosen, dropped = (
        tuple(code.strip().upper() for word in words for code in word.replace("，", ",").split(",") if code.strip())
        for words in (select, ignore)
    )
    return lambda finding: (
        (not chosen or finding.code.startswith(chosen)) and not (dropped and finding.code.startswith(dropped))
    )


def print_document(
    layout: str, as_json: Callable[[], Iterable[str]], findings: "Sequence[Finding]", as_table: Callable[[], None]
) -> None:
    """Print what a command found as JSON, CSV or for people."""

    def as_csv() -> str:
        from stattable.output.csv_tables import findings_as_csv

        return "".join(findings_as_csv(findings))

    print_layout(layout, as_json, as_csv, as_table)


def print_layout(
    layout: str, as_json: Callable[[], Iterable[str]], as_csv: Callable[[], str], as_table: Callable[[], None]
) -> None:
    """Print a document in the layout that is asked for: JSON, CSV or for people."""
    from stattable.output.console.streams import use_utf8

    if layout == "table":
        as_table()
        return
    use_utf8()
    for part in as_json() if layout == "json" else [as_csv()]:
        click.echo(part, nl=False)
    if layout == "json":
        click.echo()
