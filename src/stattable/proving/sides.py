"""What one side of a comparison holds: its units, each with its figures and its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from stattable.model.catalogue import render
from stattable.model.findings import Finding, UnitRef
from stattable.model.form import BLANK, Values, add, label_of, total
from stattable.model.names import comparable_name
from stattable.model.refusals import Refusal
from stattable.model.units import Scope, bare_code


class SideKind(StrEnum):
    """What a side was read from."""

    RETURNS = "returns"  # one return, or those in a folder
    MERGED = "merged"  # a merged workbook and what it was made from


class Standing(StrEnum):
    """What became of the returns of a unit."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SEVERAL = "several"  # different ones, none of which counts


@dataclass(frozen=True, slots=True)
class SideFinding:
    """A finding of a side.

    Attributes:
        finding: as data; of a merged workbook only what its 审核意见 says.
        message: as 审核意见 has it, or None where it is still to be put into words.
    """

    finding: Finding
    message: str | None = None

    @property
    def words(self) -> str:
        """What it says, in Chinese."""
        return render(self.finding, label_of) if self.message is None else self.message

    @property
    def cause(self) -> tuple[str, str | None, str | None, str | None]:
        """What makes it the same finding on both sides, wherever the file is and the cell stands."""
        one = self.finding
        label = one.params.get("label")
        raw = " ".join(one.raw.split()) if one.raw else None  # as 审核意见 has it
        return one.code, one.field, raw, None if label is None else str(label)

    @property
    def file_name(self) -> str:
        """Name of its file, which tells apart those of no known unit."""
        return Path(self.finding.path or "").name


@dataclass(frozen=True, slots=True)
class SideUnit:
    """What a side knows of a unit.

    Attributes:
        ref: code, name and level.
        parent: key of the unit above it, or None where none is known.
        standing: what became of its returns; None where it sent none.
        figures: the figures that count, by scope: those of its returns; in a merged workbook the cumulative ones may
            be a sum instead. None stands for a scope that nothing says.
        is_sum: whether its cumulative figures are the sum of what is below it, and no return of its own; a workbook
            that was merged on is that sum, too.
        is_unsplit: whether it has a cumulative return, in which units below are not told apart.
        as_read: of a return that was rejected: the figures that could be read, or None.
        versions: of different returns, none of which counts: the figures of each.
        findings: those of its returns and, in a merged workbook, of the unit.
    """

    ref: UnitRef
    parent: str | None = None
    standing: Standing | None = None
    figures: Mapping[Scope | None, Values] = field(default_factory=dict)
    is_sum: bool = False
    is_unsplit: bool = False
    as_read: Values | None = None
    versions: frozenset[Values] = frozenset()
    findings: tuple[SideFinding, ...] = ()

    @property
    def returned(self) -> tuple[Scope | None, ...]:
        """The scopes of the returns that count."""
        return tuple(scope for scope in self.figures if not (self.is_sum and scope is Scope.CUMULATIVE))

    @property
    def has_sum(self) -> bool:
        """Whether it has figures that are the sum of what is below it, and no return of its own."""
        return self.is_sum and self.figures.get(Scope.CUMULATIVE, BLANK) != BLANK

    @property
    def own(self) -> Values | None:
        """Its own figures; a return whose scope nothing says is taken for one of them."""
        return self.figures.get(Scope.OWN, self.figures.get(None))


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        path: as the user gave it.
        kind: what it was read from.
        files: how many files were read, or stand in the ledger of the merged workbook.
        units: by key; those that sent nothing, too, as far as they are known.
        editions: of what counts.
        findings: those of no known unit.
        is_single: whether it is one return.
        is_page_only: whether it is a merged workbook of which no more than the page can be read.
    """

    path: str
    kind: SideKind
    files: int
    units: Mapping[str, SideUnit]
    editions: frozenset[int] = frozenset()
    findings: tuple[SideFinding, ...] = ()
    is_single: bool = False
    is_page_only: bool = False

    @cached_property
    def children(self) -> Mapping[str, list[str]]:
        """The keys of the units right below each unit."""
        below: dict[str, list[str]] = {}
        for key, unit in self.units.items():
            if unit.parent in self.units:
                below.setdefault(unit.parent or "", []).append(key)
        return below

    @cached_property
    def total(self) -> Values:
        """The figures of all units together, each counted once: a cumulative return stands for all below it."""
        tops = [key for key, unit in self.units.items() if unit.parent not in self.units]
        return total(map(self.total_of, tops))

    def total_of(self, key: str) -> Values:
        """Return the figures of a unit and all below it."""
        unit = self.units[key]
        if (cumulative := unit.figures.get(Scope.CUMULATIVE)) is not None:
            return cumulative
        below = total(map(self.total_of, self.children.get(key, ())))
        return tuple(map(add, unit.own or BLANK, below))

    def above(self, key: str) -> Iterator[str]:
        """Yield the keys of the units above a unit, from the bottom up."""
        parent = self.units[key].parent
        while parent is not None and parent in self.units:
            yield parent
            parent = self.units[parent].parent

    def find(self, unit: str) -> list[str]:
        """Return the keys of the units with a code, or else with a name."""
        code, name = bare_code(unit), comparable_name(unit)
        return [key for key, one in self.units.items() if one.ref.code == code] or [
            key for key, one in self.units.items() if one.ref.name and comparable_name(one.ref.name) == name
        ]

    def within(self, key: str | None) -> "Side":
        """Return this side with no more than a unit and those below it; nothing where it does not know the unit."""
        kept: dict[str, SideUnit] = {}
        waiting = [] if key is None else [key]
        for one in waiting:  # it grows on the way
            kept[one] = self.units[one]
            waiting += self.children.get(one, ())
        return replace(self, units=kept, findings=())


def within_unit(old: Side, new: Side, unit: str) -> tuple[Side, Side]:
    """Return two sides with no more than one unit and those below it.

    Args:
        old: the side before.
        new: the side now.
        unit: its code or name; one of the sides may not know it.

    Raises:
        Refusal: neither side knows it, or one of them knows several.
    """
    before, now = old.find(unit), new.find(unit)
    if not (before or now) or len(before) > 1 or len(now) > 1:
        raise Refusal("unit_not_compared", unit=unit)
    return old.within(next(iter(before), None)), new.within(next(iter(now), None))
