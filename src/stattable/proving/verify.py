"""The whole of `verify`: whether a merged workbook agrees with itself, and with the files it was made from."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stattable.formats.calamine import CalamineBook
from stattable.formats.paths import file_key
from stattable.model.annex import ANNEX_SHEET
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Severity
from stattable.model.refusals import Refusal
from stattable.processes import over_processes
from stattable.proving.appearance import appearance_findings
from stattable.proving.chart_check import chart_findings
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.check_code import code_of
from stattable.proving.ledger import LEDGER_SHEET
from stattable.proving.remake import remake
from stattable.proving.reopen import MergedWorkbook, examine
from stattable.proving.sheets import WorkbookSheets
from stattable.proving.source_files import FileMatch, FileState
from stattable.proving.witnesses import witness_findings
from stattable.proving.year_on_year import YEARS_SHEET
from stattable.reading.files import read_returns
from stattable.reading.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying a merged workbook.

    Attributes:
        report: the workbook.
        findings: all that is wrong with it.
        sources: the files of its ledger, matched with those at hand, or None if no sources were given.
        roster: the state of its roster, or None if it had none.
        reasons_compared: whether decisions were compared with their reasons.
    """

    report: MergedWorkbook
    findings: tuple[Finding, ...]
    sources: FileMatch | None
    roster: FileState | None = None
    reasons_compared: bool = False

    @property
    def proved(self) -> bool:
        """Whether no error was found."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def check_code(self) -> str | None:
        """The check code of the page as it is now, or None where it cannot be read."""
        values = self.report.file.values
        return code_of(self.report.record, values) if values else None


def verify(
    path: str,
    inputs: Inputs | None = None,
    *,
    jobs: int | None = None,
    debug: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Verify a merged workbook.

    Args:
        path: of the workbook.
        inputs: the files that it was made from, or None to check the workbook by itself only.
        jobs: how many processes may read.
        debug: let unexpected errors out.
        progress: told of every file that was read.

    Raises:
        Refusal: it is no merged workbook, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    report, findings = examine(path, _check_consistency)
    sources, roster, reasons_compared = None, None, False
    if inputs is not None and report.ledger is not None:
        itself = file_key(path)
        then = report.ledger.previous
        paths = [one for one in inputs.paths if file_key(one) != itself and not (then and _is_within(one, then))]
        remade = remake(report, report.ledger, read_returns(paths, jobs=jobs, debug=debug, progress=progress))
        sources, roster, reasons_compared = remade.matched, remade.roster, remade.reasons_compared
        findings = [*findings, *remade.findings]
    placed = (replace(finding, path=finding.path or path) for finding in findings)
    return Verdict(report, tuple(placed), sources, roster, reasons_compared)


def are_as_written(paths: Sequence[str], jobs: int | None = None) -> Iterator[bool]:
    """Yield of merged workbooks whether nobody changed them since they were written, but what is a clerk's to fill in.

    Args:
        paths: of the workbooks.
        jobs: how many processes may look at them.
    """
    return over_processes(_is_as_written, paths, jobs, milliseconds=_MILLISECONDS)


def _is_within(path: str, other: str) -> bool:
    """Whether a file is another one, or lies in that folder."""
    one, within = os.path.realpath(path), os.path.realpath(other)
    return one == within or one.startswith(within + os.sep)


_MILLISECONDS: Final = 50  # for one of them


def _is_as_written(path: str) -> bool:
    try:
        return not any(one.severity is not Severity.INFO for one in verify(path).findings)
    except (Refusal, OSError):
        return False


def _check_consistency(report: MergedWorkbook, book: CalamineBook) -> list[Finding]:
    seal, ledger = report.seal, report.ledger
    opened = WorkbookSheets.of(
        book,
        with_years=YEARS_SHEET in seal or (ledger is not None and ledger.previous is not None),
        with_charts=CHARTS_SHEET in seal,  # earlier versions drew none
        with_annex=ANNEX_SHEET in seal or (ledger is not None and ledger.has_accounts),
    )
    findings = [*appearance_findings(report, opened), *witness_findings(report, opened)]
    findings += chart_findings(report, opened, findings)
    if ledger is None and LEDGER_SHEET in book.names:
        findings.append(finding("P003", sheet=LEDGER_SHEET, params={"reason": "sheet"}))
    return findings
