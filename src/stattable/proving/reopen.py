"""A merged workbook, opened again: its page, its ledger, and the record behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from stattable.formats.calamine import CalamineBook
from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import Unreadable
from stattable.merging.rollup import CountedReturns, RollUp, roll_up
from stattable.model.catalogue import finding, render
from stattable.model.cell_names import a1
from stattable.model.findings import Finding
from stattable.model.form import Field, label_of
from stattable.model.identity import Identity
from stattable.model.record import Record
from stattable.model.refusals import Refusal
from stattable.processes import WorkerFailed, in_own_process
from stattable.proving.breakdown import FIRST_ROW, HEAD_ROWS, UNIT_HEADS, UNITS_SHEET
from stattable.proving.ledger import LEDGER_SHEET, Ledger, read_ledger
from stattable.proving.lists import FINDINGS_SHEET, read_findings
from stattable.proving.seal import read_seal
from stattable.proving.titles import head_row
from stattable.reading.files import limits_of
from stattable.reading.form import read_form, stored_record
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
        listed: what each row of 审核意见 is about, and what it says.
        first_row: the row of 分单位汇总 in which its figures begin.
    """

    file: ReturnFile
    identity: Identity
    record: Record
    rolled: RollUp
    ledger: Ledger | None
    seal: Mapping[str, str]
    listed: Sequence[tuple[tuple[str, ...], str]]
    first_row: int = FIRST_ROW

    @property
    def is_of_this_layout(self) -> bool:
        """Whether its lists stand where they are written now: they had no titles once."""
        return self.first_row == FIRST_ROW

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
    return _put_together(found.file, found.lists), found.findings


class _Lists(NamedTuple):
    """What was read of the sheets behind the page."""

    ledger: Ledger | None
    seal: Mapping[str, str]
    listed: Sequence[tuple[tuple[str, ...], str]]
    first_row: int


_NO_LISTS: Final = _Lists(None, {}, (), FIRST_ROW)


@dataclass(frozen=True, slots=True)
class _Examined:
    """The result of examining a workbook, as one process hands it to another."""

    fault: Finding | None = None
    file: ReturnFile | None = None
    lists: _Lists = field(default=_NO_LISTS)
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
        lists = _read_lists(book)
        findings = look(_put_together(file, lists), book)
    except Unreadable as fault:
        return _Examined(finding(fault.code, path=path, params=fault.params))
    return _Examined(None, file, lists, findings)


def _read_lists(book: CalamineBook) -> _Lists:
    sheets = {UNITS_SHEET, FINDINGS_SHEET, LEDGER_SHEET}.intersection(book.names)
    rows = {name: book.sheet(name, whole=True).rows for name in sheets}
    head = head_row(rows.get(UNITS_SHEET, ()), *UNIT_HEADS)
    return _Lists(
        ledger=read_ledger(rows[LEDGER_SHEET]) if LEDGER_SHEET in rows else None,
        seal=read_seal(stored_record(book)),
        listed=[*read_findings(rows.get(FINDINGS_SHEET, ()))],
        first_row=head + HEAD_ROWS if head else FIRST_ROW,
    )


def _put_together(file: ReturnFile, lists: _Lists) -> MergedWorkbook:
    identity, record = file.identity, file.record
    assert identity is not None
    assert record is not None
    rolled = roll_up(record.tree, record.root, CountedReturns.of_record(record))
    return MergedWorkbook(file, identity, record, rolled, *lists)


def _no_findings(_: MergedWorkbook, __: CalamineBook) -> list[Finding]:
    """Examine nothing."""
    return []
