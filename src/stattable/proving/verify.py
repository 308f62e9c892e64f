"""Whether a merged workbook still proves its total: by itself, and against the files that it was made from."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from stattable.formats.calamine import CalamineBook
from stattable.formats.paths import file_key
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Severity
from stattable.proving.appearance import oddities
from stattable.proving.check_code import code_of
from stattable.proving.ledger import LEDGER_SHEET
from stattable.proving.remake import remake
from stattable.proving.reopen import MergedWorkbook, examine
from stattable.proving.sheets import WorkbookSheets
from stattable.proving.source_files import FileMatch, FileState
from stattable.proving.witnesses import disagreements
from stattable.reading.files import read_returns
from stattable.reading.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a merged workbook came to.

    Attributes:
        report: the workbook.
        findings: all that speaks against it.
        sources: the files of its ledger held against those at hand, or None where no sources were given.
        roster: what has become of its roster, or None where it had none.
        in_words: whether the reasons of decisions were held against it, too.
    """

    report: MergedWorkbook
    findings: tuple[Finding, ...]
    sources: FileMatch | None
    roster: FileState | None = None
    in_words: bool = False

    @property
    def proved(self) -> bool:
        """Whether nothing speaks against it."""
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
        inputs: the files at hand that it was made from, or None: then it is held against itself only.
        jobs: how many processes may read.
        debug: let unexpected errors out.
        progress: told of every file that was read.

    Raises:
        Refusal: it is no merged workbook, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    report, findings = examine(path, _held_against_itself)
    sources, roster, in_words = None, None, False
    if inputs is not None and report.ledger is not None:
        itself = file_key(path)
        paths = [one for one in inputs.paths if file_key(one) != itself]
        remade = remake(report, report.ledger, read_returns(paths, jobs=jobs, debug=debug, progress=progress))
        sources, roster, in_words = remade.matched, remade.roster, remade.in_words
        findings = [*findings, *remade.findings]
    placed = (replace(finding, path=finding.path or path) for finding in findings)
    return Verdict(report, tuple(placed), sources, roster, in_words)


def _held_against_itself(report: MergedWorkbook, book: CalamineBook) -> list[Finding]:
    opened = WorkbookSheets.of(book, report.record.tree[report.record.root].level)
    findings = [*oddities(report, opened), *disagreements(report, opened)]
    if report.ledger is None and LEDGER_SHEET in book.names:
        findings.append(finding("P003", sheet=LEDGER_SHEET, params={"reason": "sheet"}))
    return findings
