"""A merged workbook, opened again: its page, its ledger, and the record behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from stattable.formats.calamine import CalamineBook
from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import Unreadable
from stattable.merging.rollup import CountedReturns, RollUp, roll_up
from stattable.model.catalogue import finding, render
from stattable.model.cell_names import a1
from stattable.model.findings import Finding
from stattable.model.form import Field, label_of
from stattable.model.identity import Identity
from stattable.model.record import RECORD_SHEET, Record
from stattable.model.refusals import Refusal
from stattable.processes import WorkerFailed, in_own_process
from stattable.proving.ledger import LEDGER_SHEET, Ledger, read_ledger
from stattable.proving.lists import FINDINGS_SHEET, read_message, read_subject
from stattable.proving.seal import read_seal
from stattable.reading.files import limits_of
from stattable.reading.form import read_form
from stattable.reading.open import OpenFile, open_file, open_unless_heavy
from stattable.reading.return_file import ReturnFile


@dataclass(frozen=True, slots=True)
class MergedWorkbook:
    """A merged workbook.

    Attributes:
        file: its official page as it is now.
        identity: its identity.
        record: its record.
        rolled: the roll-up of the record.
        ledger: its ledger, or None if the sheet is missing or not whole.
        seal: the marks of the rows of each sheet, as its record has them.
        subjects: what each row of 审核意见 is about.
        messages: what each of them says.
    """

    file: ReturnFile
    identity: Identity
    record: Record
    rolled: RollUp
    ledger: Ledger | None
    seal: Mapping[str, str]
    subjects: Sequence[tuple[str, ...]]
    messages: Sequence[str] = ()

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.file.path

    def cell_of(self, field: Field) -> str:
        """Return the cell of a figure on the page."""
        at = self.file.cells[field.index] if self.file.cells else None
        return a1(*at) if at else field.cell


Examiner = Callable[
    [MergedWorkbook, CalamineBook], list[Finding]
]  # what looks at a workbook's sheets while they are open


def reopen(path: str) -> MergedWorkbook:
    """Open a merged workbook.

    Raises:
        Refusal: it is none, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    report, _ = examine(path, _no_findings)
    return report


def reopen_if_merged(path: str) -> MergedWorkbook | None:
    """Return the merged workbook at `path`, or None if it is none, or not whole."""
    try:
        return reopen(path)
    except Refusal:
        return None


def examine(path: str, look: Examiner) -> tuple[MergedWorkbook, list[Finding]]:
    """Open and examine a merged workbook, in a process with limits if it is big.

    Args:
        path: of the workbook.
        look: picklable; returns findings on the open workbook.

    Returns:
        The workbook, and the findings of `look`.

    Raises:
        Refusal: it is none, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    try:
        found = _examined(path, look)
    except WorkerFailed as lost:
        reason = finding("F007", params={"detail": "crash"}) if lost.reason == "crash" else None
        fault = reason or finding("F004", params={"reason": lost.reason})
        raise Refusal("report_unreadable", path=path, why=render(fault, label_of)) from lost
    if found.fault:
        raise Refusal("report_unreadable", path=path, why=render(found.fault, label_of))
    if found.file is None:
        raise Refusal("not_merged", path=path)
    return _put_together(found.file, found.ledger, found.seal, found.subjects, found.messages), found.findings


@dataclass(frozen=True, slots=True)
class _Examined:
    """The result of examining a workbook, as one process hands it to another."""

    fault: Finding | None = None
    file: ReturnFile | None = None
    ledger: Ledger | None = None
    seal: Mapping[str, str] = field(default_factory=dict)
    subjects: Sequence[tuple[str, ...]] = ()
    messages: Sequence[str] = ()
    findings: list[Finding] = field(default_factory=list)


def _examined(path: str, look: Examiner) -> _Examined:
    if opened := open_unless_heavy(path):
        return _examine_file(path, look, *opened)
    return in_own_process(partial(_open_and_examine, look=look), path, *limits_of(path))


def _open_and_examine(path: str, look: Examiner) -> _Examined:
    return _examine_file(path, look, *open_file(path))


def _examine_file(
    path: str, look: Examiner, opened: OpenFile | None, facts: FileFacts, faults: list[Finding]
) -> _Examined:
    if opened is None:
        return _Examined(faults[0])
    try:
        book = opened.book()
        file = read_form(book, path, facts)
        if not isinstance(book, CalamineBook) or not file.is_merged or file.record is None:
            return _Examined()
        ledger = read_ledger(book.sheet(LEDGER_SHEET, whole=True).rows) if LEDGER_SHEET in book.names else None
        seal = read_seal(book.sheet(RECORD_SHEET, whole=True).rows)
        listed = book.sheet(FINDINGS_SHEET, whole=True).rows[1:] if FINDINGS_SHEET in book.names else []
        subjects, messages = [*map(read_subject, listed)], [*map(read_message, listed)]
        findings = look(_put_together(file, ledger, seal, subjects, messages), book)
    except Unreadable as fault:
        return _Examined(finding(fault.code, path=path, params=fault.params))
    return _Examined(None, file, ledger, seal, subjects, messages, findings)


def _put_together(
    file: ReturnFile,
    ledger: Ledger | None,
    seal: Mapping[str, str],
    subjects: Sequence[tuple[str, ...]],
    messages: Sequence[str],
) -> MergedWorkbook:
    identity, record = file.identity, file.record
    assert identity is not None
    assert record is not None
    rolled = roll_up(record.tree, record.root, CountedReturns.of_record(record))
    return MergedWorkbook(file, identity, record, rolled, ledger, seal, subjects, messages)


def _no_findings(_: MergedWorkbook, __: CalamineBook) -> list[Finding]:
    """Examine nothing."""
    return []
