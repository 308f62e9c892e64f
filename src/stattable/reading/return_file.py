"""What one file holds, before anybody knows whose it is."""

from dataclasses import dataclass

from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import Cell
from stattable.model.annex import Annex
from stattable.model.explanations import Reason
from stattable.model.findings import Finding
from stattable.model.form import Values
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.packing import Packed, unpacked
from stattable.model.record import Record
from stattable.model.units import Level, Scope, Unit
from stattable.reading.surroundings import NO_SURROUNDINGS, Surroundings


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """What the rules find in a return of a level and a scope: findings of the families V, R and O."""

    level: Level
    scope: Scope
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A file that was read: small, frozen and picklable.

    Attributes:
        path: as the user named it, or the folder it was found in.
        facts: fingerprint, size and time.
        identity: of a workbook of ours, or None.
        record: of a merged workbook: what it was made from; None where it is not whole.
        sheet: name of the sheet that holds the form, or None.
        figures: the 40 of them as they read, packed, or None where there is no form to read.
        cells: where the 40 fields stand, 1-based row and column, None for one that was not found; none without a form.
        surroundings: name, contact, phone, date and edition, as they stand on the form.
        annex: of accounts, or None where none is filled in.
        reasons: what was written beside findings, its own or those of a merge.
        findings: of the families F, T and V, U013 and P001, without path and unit.
        by_rules: what the rules find in it if it is what its identity says, or None if nobody has applied them yet.
    """

    path: str
    facts: FileFacts
    identity: Identity | None = None
    record: Record | None = None
    sheet: str | None = None
    figures: Packed | None = None
    cells: tuple[Cell | None, ...] = ()
    surroundings: Surroundings = NO_SURROUNDINGS
    annex: Annex | None = None
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()
    by_rules: RuleFindings | None = None

    def share_path(self, path: str) -> None:
        """Hold the very text that others hold as the path, not a copy that a process has sent: there are many."""
        object.__setattr__(self, "path", path)

    def share_name(self, unit: Unit) -> None:
        """Do the same with the name and the code of its unit, where they stand in the file as in the tree."""
        if self.surroundings.name == unit.name:
            object.__setattr__(self.surroundings, "name", unit.name)
        said = self.identity and self.identity.unit
        if said and (said.name, said.code) == (unit.name, unit.code):
            object.__setattr__(said, "name", unit.name)
            object.__setattr__(said, "code", unit.code)

    @property
    def values(self) -> Values | None:
        """The 40 figures as they read, or None where there is no form to read."""
        return None if self.figures is None else unpacked(self.figures)

    @property
    def is_merged(self) -> bool:
        """Whether `merge` wrote the file."""
        return self.identity is not None and self.identity.kind is WorkbookKind.MERGED

    @property
    def name(self) -> str:
        """The unit's name as written, ``""`` where there is none."""
        return self.surroundings.name

    @property
    def edition(self) -> int | None:
        """The edition that the title says, or else the identity; None where neither does."""
        of_title = self.surroundings.edition
        return of_title if of_title is not None or self.identity is None else self.identity.edition
