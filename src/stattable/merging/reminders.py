"""Whom to remind of what: the units that sent nothing, and those with something to mend, by the unit to ask."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from stattable.checking.missing import MissingGroup
from stattable.checking.register import Register
from stattable.checking.returns import check_returns
from stattable.merging.collection import Collection
from stattable.merging.result import MergeResult
from stattable.model.findings import Finding, Severity
from stattable.model.units import Tree
from stattable.reading.files import read_returns
from stattable.reading.inputs import find_inputs

Person = tuple[str, str]  # name and phone, either of which may be empty

_OF_MISSING: Final = frozenset({"C001", "C006"})  # of units that sent nothing, or nothing but scans


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit with something to mend.

    Attributes:
        unit: its key.
        findings: what is still to be done about, the gravest first; what two of its files share is said once.
        paths: of its files.
    """

    unit: str
    findings: tuple[Finding, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reminder:
    """What to remind one unit of.

    Attributes:
        unit: key of the unit to ask.
        missing: who sent nothing, or None where everybody did.
        open: who has something to mend.
    """

    unit: str
    missing: MissingGroup | None
    open: tuple[OpenUnit, ...]

    @property
    def missing_count(self) -> int:
        """How many units sent nothing."""
        return len(self.missing.missing) if self.missing else 0


@dataclass(frozen=True, slots=True)
class Reminders:
    """All reminders of a collection.

    Attributes:
        collection: its state.
        each: one for each unit to ask, those with the most missing first: all are overdue since the same day.
        last_year: the persons of last year's returns, by key of the unit.
    """

    collection: Collection
    each: tuple[Reminder, ...]
    last_year: Mapping[str, Person]

    def person(self, key: str) -> Person:
        """Return whom to call in a unit: by its return, else by the roster, else by last year's return."""
        contact, phone = self.collection.merged.person(key)
        return (contact, phone) if contact or phone else self.last_year.get(key, ("", ""))


def reminders_of(collection: Collection, last_year: Mapping[str, Person] | None = None) -> Reminders:
    """Return whom to remind of what."""
    merged = collection.merged
    tree = merged.tree
    groups = {group.unit: group for group in merged.missing_groups()}
    opened: defaultdict[str, list[OpenUnit]] = defaultdict(list)
    findings = _work(merged)
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for one in merged.returns:
        if one.key is not None:
            paths[one.key].append(one.path)
    for key in collection.units:
        if collection.units[key].state is not None and key in findings:
            parent = tree[key].parent
            asked = key if tree.children[key] or key == merged.root or parent is None else parent
            opened[asked].append(OpenUnit(key, findings[key], tuple(paths[key])))
    asked_units = [key for key in collection.units if key in groups or key in opened]
    each = [Reminder(key, groups.get(key), tuple(opened.get(key, ()))) for key in asked_units]
    each.sort(key=lambda reminder: (-reminder.missing_count, -len(reminder.open)))
    return Reminders(collection, tuple(each), last_year or {})


def _work(merged: MergeResult) -> dict[str, tuple[Finding, ...]]:
    """Return what is still to be done, by key of the unit: of its returns, and of it and those below it."""
    work: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in merged.returns:
        if one.key is not None and one.is_open:
            work[one.key] += filter(lambda finding: finding.is_work, one.findings)
    keys = {merged.tree[key].ref: key for key in merged.tree.below(merged.root)}
    for finding in merged.findings:
        if finding.path is None and finding.unit in keys and finding.is_work and finding.code not in _OF_MISSING:
            work[keys[finding.unit]].append(finding)
    order = tuple(Severity)

    def rank(one: Finding) -> tuple[bool, int]:  # that another return counts comes first
        return one.code != "U020", order.index(one.severity)

    return {key: tuple(sorted(_distinct(some), key=rank)) for key, some in work.items()}


def _distinct(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Return findings without those that say of another file what one before says of its own."""
    first: dict[tuple[str, str | None, str | None], Finding] = {}
    for one in findings:
        first.setdefault((one.code, one.field, one.cell), one)
    return first.values()


def persons_in(path: str, tree: Tree, *, is_roster: bool, jobs: int | None = None) -> dict[str, Person]:
    """Return the persons on the returns of another year, by key of the unit.

    Args:
        path: of a folder with the returns, or of one file.
        tree: of this year's units.
        is_roster: whether it is that of a roster.
        jobs: how many processes may read.
    """
    files = read_returns(find_inputs([path]).paths, jobs=jobs)
    batch = check_returns(files, Register(tree, is_roster=is_roster), None)
    persons: dict[str, Person] = {}
    for one in batch.returns:
        written = one.file.surroundings
        if one.key is not None and (written.contact or written.phone):
            persons.setdefault(one.key, (written.contact, written.phone))
    return persons
