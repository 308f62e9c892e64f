"""All that a merge writes: its workbook and those of all levels, lists, a letter, and earlier results that are kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stattable.merging.outputs import Outputs
from stattable.merging.result import MergeResult
from stattable.proving.key_facts import key_facts
from stattable.proving.ledger import Run, check_code_of
from stattable.writing.letter.text import letter_of
from stattable.writing.levels import WrittenLevels, write_levels
from stattable.writing.report import write_report
from stattable.writing.whole_files import Staging
from stattable.writing.workbook import run_time


@dataclass(frozen=True, slots=True)
class WrittenResults:
    """What was written.

    Attributes:
        levels: the workbooks of all levels, or None if none were asked for.
        kept: the new paths of earlier results that were kept, by their paths before.
    """

    levels: WrittenLevels | None = None
    kept: Mapping[str, str] = field(default_factory=dict)


def write_results(
    merged: MergeResult,
    run: Run,
    outputs: Outputs,
    to_keep: Iterable[str],
    accounts: str | None,
    findings: Iterable[str],
    html: bytes | None = None,
    *,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> WrittenResults:
    """Write all results of a merge, or none.

    Args:
        merged: the result.
        run: how the merge was started.
        outputs: where all is to go.
        to_keep: paths of earlier results that are kept under other names.
        accounts: the accounts as CSV, or None where they are not asked for.
        findings: the lines of all findings as CSV.
        html: the web page, or None where it is not asked for.
        jobs: how many processes may write.
        progress: told of every workbook of a level.

    Raises:
        OSError: one could not be written.
    """
    with Staging() as staging:
        kept = {path: str(staging.keep(Path(path), run.ended)) for path in to_keep}
        workbook, levels = staging.place(Path(outputs.report)), None
        if outputs.accounts and accounts is not None:
            staging.write(Path(outputs.accounts), accounts.encode("utf-8"))
        if outputs.findings:
            staging.write_lines(Path(outputs.findings), findings)
        if outputs.letter:
            staging.write(Path(outputs.letter), _letter(merged))
        if outputs.html and html is not None:
            staging.write(Path(outputs.html), html)
        if outputs.levels:
            folder = Path(outputs.levels.folder)
            levels = write_levels(merged, run, folder, workbook, staging, jobs=jobs, progress=progress)
        else:
            write_report(merged, run, workbook, durable=True)
    return WrittenResults(levels, kept)


def _letter(merged: MergeResult) -> bytes:
    """Return the letter that goes with the page."""
    from stattable.writing.letter.document import letter_bytes

    return letter_bytes(letter_of(key_facts(merged), check_code_of(merged), run_time().date()))
