"""A merged workbook, opened again: its page, its ledger, and the record behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from stattable.formats.calamine import CalamineBook
from stattable.formats.fingerprint import FileFacts
from stattable.formats.open import OpenFile, open_file, open_unless_heavy
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
from stattable.proving.breakdown import FINDINGS_SHEET
from stattable.proving.ledger import LEDGER_SHEET, Ledger, read_ledger
from stattable.proving.lists import read_told
from stattable.proving.seal import read_seal
from stattable.reading.return_file import MAX_MEGABYTES, MAX_SECONDS, ReturnFile, understood

# Beyond the limits on any file, for each megabyte of a workbook: a province's has 13, and sheets as long as its list of
# units, all of which are looked at.
SECONDS_FOR_EACH: Final = 4.0
MEGABYTES_FOR_EACH: Final = 40


@dataclass(frozen=True, slots=True)
class MergedWorkbook:
    """A merged workbook.

    Attributes:
        received: what its official page says now.
        identity: whose it is.
        record: what it remembers of its making.
        rolled: what that adds up to.
        ledger: the files that it was made from, or None where its sheet is not there or not whole.
        seal: the marks of the rows of each sheet, as its record has them.
        told: what each row of 审核意见 is about.
    """

    received: ReturnFile
    identity: Identity
    record: Record
    rolled: RollUp
    ledger: Ledger | None
    seal: Mapping[str, str]
    told: Sequence[tuple[str, ...]]

    @property
    def path(self) -> str:
        """Where it is."""
        return self.received.path

    def cell_of(self, field: Field) -> str:
        """Return where a figure stands on the page."""
        at = self.received.cells[field.index] if self.received.cells else None
        return a1(*at) if at else field.cell


Look = Callable[[MergedWorkbook, CalamineBook], list[Finding]]  # what looks at a workbook's sheets while they are open


def reopen(path: str) -> MergedWorkbook:
    """Open a merged workbook.

    Raises:
        Refusal: it is none, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    report, _ = examine(path, _unseen)
    return report


def reopen_if_merged(path: str) -> MergedWorkbook | None:
    """Return the merged workbook at `path`; None where there is none that is whole."""
    try:
        return reopen(path)
    except Refusal:
        return None


def examine(path: str, look: Look) -> tuple[MergedWorkbook, list[Finding]]:
    """Open a merged workbook and look at its sheets, within the limits on files and, if it is big, within its own.

    Args:
        path: of the workbook.
        look: picklable.

    Returns:
        The workbook, and what `look` found.

    Raises:
        Refusal: it is none, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    try:
        seen = _seen(path, look)
    except WorkerFailed as lost:
        reason = finding("F007", params={"detail": "crash"}) if lost.reason == "crash" else None
        fault = reason or finding("F004", params={"reason": lost.reason})
        raise Refusal("report_unreadable", path=path, why=render(fault, label_of)) from lost
    if seen.fault:
        raise Refusal("report_unreadable", path=path, why=render(seen.fault, label_of))
    if seen.received is None:
        raise Refusal("not_merged", path=path)
    return _put_together(seen.received, seen.ledger, seen.seal, seen.told), seen.findings


@dataclass(frozen=True, slots=True)
class _Seen:
    """What another process hands over of a workbook: all but what follows from it."""

    fault: Finding | None = None
    received: ReturnFile | None = None
    ledger: Ledger | None = None
    seal: Mapping[str, str] = field(default_factory=dict)
    told: Sequence[tuple[str, ...]] = ()
    findings: list[Finding] = field(default_factory=list)


def _seen(path: str, look: Look) -> _Seen:
    if opened := open_unless_heavy(path):
        return _look_at(path, look, *opened)
    size = Path(path).stat().st_size // 2**20
    seconds, megabytes = MAX_SECONDS + SECONDS_FOR_EACH * size, MAX_MEGABYTES + MEGABYTES_FOR_EACH * size
    return in_own_process(partial(_open_and_look, look=look), path, seconds, megabytes)


def _open_and_look(path: str, look: Look) -> _Seen:
    return _look_at(path, look, *open_file(path))


def _look_at(path: str, look: Look, file: OpenFile | None, facts: FileFacts, faults: list[Finding]) -> _Seen:
    if file is None:
        return _Seen(faults[0])
    try:
        book = file.book()
        received = understood(path, book, facts)
        if not isinstance(book, CalamineBook) or not received.is_merged or received.record is None:
            return _Seen()
        ledger = read_ledger(book.sheet(LEDGER_SHEET, whole=True).rows) if LEDGER_SHEET in book.names else None
        seal = read_seal(book.sheet(RECORD_SHEET, whole=True).rows)
        told = (
            [*map(read_told, book.sheet(FINDINGS_SHEET, whole=True).rows[1:])] if FINDINGS_SHEET in book.names else []
        )
        findings = look(_put_together(received, ledger, seal, told), book)
    except Unreadable as fault:
        return _Seen(finding(fault.code, path=path, params=fault.params))
    return _Seen(None, received, ledger, seal, told, findings)


def _put_together(
    received: ReturnFile, ledger: Ledger | None, seal: Mapping[str, str], told: Sequence[tuple[str, ...]]
) -> MergedWorkbook:
    identity, record = received.identity, received.record
    assert identity is not None
    assert record is not None
    rolled = roll_up(record.tree, record.root, CountedReturns.of_record(record))
    return MergedWorkbook(received, identity, record, rolled, ledger, seal, told)


def _unseen(_: MergedWorkbook, __: CalamineBook) -> list[Finding]:
    """Look at nothing."""
    return []
