"""A merged workbook, opened again: its page, its breakdown, its ledger, and the record behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stattable.checking.cells import RawCell
from stattable.checking.reader import open_file
from stattable.checking.received import Received, receive
from stattable.checking.sheets import Unreadable
from stattable.merging.breakdown import FINDINGS_SHEET, STATE_SHEET, UNITS_SHEET
from stattable.merging.ledger import LEDGER_SHEET, Ledger, read_ledger
from stattable.merging.rollup import Counted, RollUp, roll_up
from stattable.model.annex import ANNEX_SHEET
from stattable.model.catalogue import Refusal, render
from stattable.model.form import SHEET_NAME, Field, label_of
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.record import RECORD_SHEET, Record, read_record
from stattable.model.text import a1

_OURS: Final = frozenset({SHEET_NAME, UNITS_SHEET, STATE_SHEET, FINDINGS_SHEET, LEDGER_SHEET, ANNEX_SHEET})


@dataclass(frozen=True, slots=True)
class Reopened:
    """A merged workbook.

    Attributes:
        received: what its official page says now.
        identity: whose it is.
        record: what it remembers of its making.
        rolled: what that adds up to.
        ledger: the files that it was made from, or None where its sheet is not there or not whole.
        breakdown: the rows of 分单位汇总 as they are now, or None where the sheet is not there.
        added: names of sheets that are shown, and that `merge` did not write.
    """

    received: Received
    identity: Identity
    record: Record
    rolled: RollUp
    ledger: Ledger | None
    breakdown: Sequence[Sequence[RawCell]] | None
    added: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it is."""
        return self.received.path

    def cell_of(self, field: Field) -> str:
        """Return where a figure stands on the page."""
        at = self.received.cells[field.index] if self.received.cells else None
        return a1(*at) if at else field.cell


def reopen(path: str) -> Reopened:
    """Open a merged workbook.

    Raises:
        Refusal: it is none, or does not hold what it was made with.
        OSError: it cannot be read.
    """
    received = receive(path)
    if faults := [finding for finding in received.findings if finding.code[0] == "F"]:
        raise Refusal("report_unreadable", path=path, why=render(faults[0], label_of))
    report = reopen_if_merged(path, received)
    if report is None:
        raise Refusal("not_merged", path=path)
    return report


def reopen_if_merged(path: str, received: Received) -> Reopened | None:
    """Return the merged workbook at `path`, which was read as `received`; None where it is no whole one."""
    identity = received.identity
    if identity is None or identity.kind is not WorkbookKind.MERGED:
        return None
    file, _, _ = open_file(path)
    if file is None:
        return None
    try:
        book = file.book()
        record, ledger, breakdown = (
            book.sheet(name, whole=True) if name in book.names else None
            for name in (RECORD_SHEET, LEDGER_SHEET, UNITS_SHEET)
        )
        breakdown = breakdown and book.closer(breakdown)  # a formula that was never calculated is no blank
    except Unreadable:
        return None
    remembered = read_record(record.rows if record else ())
    if remembered is None:
        return None
    return Reopened(
        received,
        identity,
        remembered,
        roll_up(remembered.tree, remembered.root, Counted.of_record(remembered)),
        read_ledger(ledger.rows) if ledger else None,
        breakdown.rows if breakdown else None,
        tuple(name for name in book.names if name in book.visible and name not in _OURS),
    )
