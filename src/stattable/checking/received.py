"""What one file holds, before anybody knows whose it is: small, frozen and picklable."""

from dataclasses import dataclass, replace
from datetime import date

from stattable.checking.locate import locate
from stattable.checking.reader import FileFacts, read_book
from stattable.checking.sheets import Unreadable
from stattable.model.catalogue import found
from stattable.model.findings import Finding
from stattable.model.form import Values
from stattable.model.identity import Identity


@dataclass(frozen=True, slots=True)
class Received:
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
        edition: that the title says, or else the identity; None where neither does.
        findings: of the families F, T and V.
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
    edition: int | None = None
    findings: tuple[Finding, ...] = ()


def receive(path: str, *, debug: bool = False) -> Received:
    """Read the file at `path`; whatever goes wrong is a finding of this file (F001 to F007).

    Args:
        path: of the file.
        debug: let an unexpected error out instead of making it a finding.
    """
    try:
        return _receive(path)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the readers' own panics derive from BaseException
        if debug and not isinstance(error, OSError):
            raise
        return _failed(path, type(error).__name__)


def _failed(path: str, detail: str) -> Received:
    return Received(path, FileFacts(None, 0, 0.0), findings=(found("F007", path=path, params={"detail": detail}),))


def _receive(path: str) -> Received:
    book, facts, faults = read_book(path)
    if book is None:
        return Received(path, facts, findings=tuple(faults))
    try:
        located = locate(book)
    except Unreadable as fault:
        return Received(path, facts, findings=(found(fault.code, path=path, params=fault.params),))
    filled, identity = located.filled, located.identity
    findings = tuple(replace(finding, path=path) for finding in located.findings)
    if filled is None:
        edition = identity.edition if identity else None
        return Received(path, facts, identity, located.sheet, edition=edition, findings=findings)
    edition = filled.edition if filled.edition is not None else (identity.edition if identity else None)
    return Received(
        path=path,
        facts=facts,
        identity=identity,
        sheet=located.sheet,
        values=filled.values,
        cells=located.cells,
        name=filled.unit_name,
        name_cell=located.name_cell,
        contact=filled.contact,
        phone=filled.phone,
        filled_in=filled.filled_in,
        edition=edition,
        findings=findings,
    )
