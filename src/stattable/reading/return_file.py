"""What one file holds, before anybody knows whose it is: small, frozen and picklable."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from stattable.formats.fingerprint import FileFacts, file_facts
from stattable.formats.open import OpenFile, open_file, open_unless_heavy
from stattable.formats.sheet import Book, Unreadable
from stattable.formats.sniff import TABLES
from stattable.model.annex import Annex
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param
from stattable.model.form import Values
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.record import Record
from stattable.processes import WorkerFailed, in_own_process, over_processes
from stattable.reading.form import read_form


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A file that was looked at.

    Attributes:
        path: as the user named it, or the folder it was found in.
        facts: fingerprint, size and time.
        identity: of a workbook of ours, or None.
        sheet: name of the sheet that holds the form, or None.
        values: the 40 figures as they read, or None where there is no form to read.
        cells: where the 40 fields stand, 1-based row and column.
        name: the unit's name as written, ``""`` where there is none.
        name_cell: where it stands.
        contact: as written.
        phone: as written.
        filled_in: the date of filling in, or None.
        annex: of accounts, or None where none is filled in.
        record: of a merged workbook: what it was made from; None where it is not whole.
        edition: that the title says, or else the identity; None where neither does.
        findings: of the families F, T and V, and U013.
    """

    path: str
    facts: FileFacts
    identity: Identity | None = None
    sheet: str | None = None
    values: Values | None = None
    cells: tuple[tuple[int, int] | None, ...] = ()
    name: str = ""
    name_cell: str | None = None
    contact: str = ""
    phone: str = ""
    filled_in: date | None = None
    annex: Annex | None = None
    record: Record | None = None
    edition: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_merged(self) -> bool:
        """Whether `merge` wrote the file."""
        return self.identity is not None and self.identity.kind is WorkbookKind.MERGED


MAX_SECONDS: Final = 5.0  # for a file that is read in a process of its own
MAX_MEGABYTES: Final = 300


def read_return(path: str, *, debug: bool = False) -> ReturnFile:
    """Read the file at `path`; whatever goes wrong is a finding of this file (F001 to F007).

    Args:
        path: of the file.
        debug: let an unexpected error out instead of making it a finding.
    """
    return _trapped(path, _receive, debug)


def read_return_isolated(path: str, *, debug: bool = False) -> ReturnFile:
    """Do the same in a process of its own, which may die, but not take more time and memory than it should."""
    return _trapped(path, _receive_alone, debug)


_MANY: Final = 5_000  # files


def read_returns(
    paths: Sequence[str],
    *,
    jobs: int | None = None,
    debug: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> list[ReturnFile]:
    """Read files, over several processes where there are many, and return what they hold in the same order.

    Args:
        paths: of the files.
        jobs: how many processes may read; None for as many as there are processors.
        debug: let unexpected errors out.
        progress: told of every file that was read.
    """
    read, isolated = (partial(how, debug=debug) for how in (read_return, read_return_isolated))
    files: list[ReturnFile] = []
    for one in over_processes(read, paths, jobs, isolated):
        files.append(one)
        progress(1)
        if len(files) % _MANY == 0:  # they stay to the end: no collection of garbage need look through them again
            gc.freeze()
    return files


def _trapped(path: str, read: Callable[[str], ReturnFile], debug: bool) -> ReturnFile:
    try:
        return read(path)
    except (KeyboardInterrupt, SystemExit):
        raise
    except WorkerFailed as lost:
        return (
            _failed(path, "F007", detail="crash")
            if lost.reason == "crash"
            else _failed(path, "F004", reason=lost.reason)
        )
    except BaseException as error:  # the readers' own panics derive from BaseException
        if debug and not isinstance(error, OSError):
            raise
        return _failed(path, "F007", detail=type(error).__name__)


def _failed(path: str, code: str, **params: Param) -> ReturnFile:
    try:
        facts = file_facts(path)
    except OSError:
        facts = FileFacts(None, 0, 0.0)
    return ReturnFile(path, facts, findings=(finding(code, path=path, params=params),))


def _receive(path: str) -> ReturnFile:
    opened = open_unless_heavy(path)
    return _read(path, *opened) if opened else _receive_alone(path)


def _receive_alone(path: str) -> ReturnFile:
    return in_own_process(_open_and_understand, path, MAX_SECONDS, MAX_MEGABYTES)


def _open_and_understand(path: str) -> ReturnFile:
    return _read(path, *open_file(path))


def _read(path: str, file: OpenFile | None, facts: FileFacts, faults: list[Finding]) -> ReturnFile:
    if file is None:
        return ReturnFile(path, facts, findings=tuple(faults))
    try:
        received = understood(path, file.book(), facts)
    except Unreadable as fault:
        return ReturnFile(path, facts, findings=(finding(fault.code, path=path, params=fault.params),))
    if file.kind in TABLES and [one.code for one in received.findings] == ["T001"]:
        params: dict[str, Param] = {"kind": file.kind.value, "searched": 1}
        return replace(received, findings=(finding("F005", path=path, params=params),))
    return received


def understood(path: str, book: Book, facts: FileFacts) -> ReturnFile:
    """Return what an open file holds.

    Raises:
        Unreadable: it does not hold together.
    """
    located = read_form(book)
    filled, identity = located.filled, located.identity
    findings = tuple(replace(finding, path=path) for finding in located.findings)
    if filled is None:
        edition = identity.edition if identity else None
        return ReturnFile(
            path, facts, identity, located.sheet, record=located.record, edition=edition, findings=findings
        )
    edition = filled.edition if filled.edition is not None else (identity.edition if identity else None)
    return ReturnFile(
        path=path,
        facts=facts,
        identity=identity,
        record=located.record,
        sheet=located.sheet,
        values=filled.values,
        cells=located.cells,
        name=filled.unit_name,
        name_cell=located.name_cell,
        contact=filled.contact,
        phone=filled.phone,
        filled_in=filled.filled_in,
        annex=located.annex,
        edition=edition,
        findings=findings,
    )
