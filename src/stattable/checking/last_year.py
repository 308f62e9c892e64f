"""Figures held against the same unit's of a year before (O101, O102, O103)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding, phrase
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding, Param, Severity
from stattable.model.form import (
    BLANK_WORD,
    FIELD_BY_KEY,
    FIELDS,
    Field,
    Value,
    Values,
    fields_only_below,
    number,
    year_of,
)
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope, Tree

FACTOR: Final = 5  # by which a figure is too far from last year's, unless an option says another
# Where both years' figures are below these, nothing is said: so little may well change.
FLOOR_OF_PEOPLE: Final = 500
FLOOR: Final = 10  # sessions, articles, accounts
_APART: Final = 3  # more fields of one kind in a return are one finding

Figures = Mapping[Scope | None, Values]  # of a unit, by scope; None where nothing says it


@dataclass(frozen=True, slots=True)
class UnitLastYear:
    """What a unit reported a year before.

    Attributes:
        figures: those that counted.
        total: of the unit and all below it; all blank where nothing is known.
    """

    figures: Figures
    total: Values


@dataclass(frozen=True, slots=True)
class LastTotals:
    """The totals of a year before, beside which this year's are shown.

    Attributes:
        path: where they were read from, as the user gave it.
        print: fingerprint of that file; of a folder how many files it has, in words.
        edition: which one they are of, or None where nothing says it.
        factor: by which a figure was too far from the one of then.
        by_unit: what each unit and all below it came to, by this year's key.
    """

    path: str
    print: str
    edition: int | None
    factor: int
    by_unit: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class LastYear:
    """What was reported a year before.

    Attributes:
        path: where it was read from, as the user gave it.
        print: fingerprint of that file; of a folder how many files it has, in words.
        edition: which one it is of, or None where nothing says it.
        of: returns what the units of a tree reported then, by their keys there; none that is not surely the same.
        factor: by which a figure is too far from the one of then.
    """

    path: str
    print: str
    edition: int | None
    of: Callable[[Tree], Mapping[str, UnitLastYear]]
    factor: int = FACTOR

    def totals(self, units: Mapping[str, UnitLastYear]) -> LastTotals:
        """Return the totals of units as :attr:`of` gives them."""
        by_unit = {key: unit.total for key, unit in units.items()}
        return LastTotals(self.path, self.print, self.edition, self.factor, by_unit)

    def refuse_unless_before(self, edition: int | None) -> None:
        """Refuse to be compared with an edition that does not come after this one.

        Raises:
            Refusal: `edition` is the same one, or an earlier one.
        """
        if self.edition is not None and edition is not None and edition <= self.edition:
            raise Refusal(
                "previous_not_before", path=self.path, edition=self.edition, year=year_of(self.edition), now=edition
            )


def told_scope(scope: Scope | None, values: Values, level: Level | None) -> Scope | None:
    """Return the scope of a return; one with a figure of units below is cumulative, where nothing else says it."""
    if scope is None and level and any(values[index] for index in fields_only_below(level)):
        return Scope.CUMULATIVE
    return scope


def comparable_figures(figures: Figures, scope: Scope | None) -> Values | None:
    """Return the figures that hold what a return of `scope` holds, or None."""
    if scope is Scope.CUMULATIVE:
        return figures.get(Scope.CUMULATIVE)
    return figures.get(Scope.OWN, figures.get(None))


def with_last_year(
    returns: Iterable[CheckedReturn], units: Mapping[str, UnitLastYear], last_year: LastYear
) -> list[CheckedReturn]:
    """Return the returns, each with findings where its figures are far from those of the year before.

    Args:
        returns: all of them; those that another file stands for get none.
        units: what `last_year` says of the units of the tree.
        last_year: what was reported then.
    """
    return [one.with_findings(*_findings(one, units, last_year)) if one.set_aside is None else one for one in returns]


@dataclass(frozen=True, slots=True)
class _Change:
    """A figure that is far from that of the year before."""

    code: str
    field: Field
    was: int
    now: Value


def _findings(one: CheckedReturn, units: Mapping[str, UnitLastYear], last_year: LastYear) -> Iterator[Finding]:
    unit = units.get(one.key) if one.key is not None else None
    was = comparable_figures(unit.figures, told_scope(one.scope, one.values, one.level)) if unit else None
    if was is None:
        return
    by_code: dict[str, list[_Change]] = {}
    for change in _changes(one, was, last_year.factor):
        by_code.setdefault(change.code, []).append(change)
    then = f"{year_of(last_year.edition)} 年" if last_year.edition is not None else "去年"
    for _, changes in sorted(by_code.items()):
        if len(changes) > _APART:
            yield _about_many(one, changes, then, last_year.factor)
        else:
            yield from (_about_one(one, change, then) for change in changes)


def _changes(one: CheckedReturn, before: Values, factor: int) -> Iterator[_Change]:
    """Yield the figures that are far from those of the year before, and that no other finding doubts."""
    doubted = _doubted(one.findings)
    cells = one.file.cells or ()
    for field, was, now, cell in zip(FIELDS, before, one.values, cells, strict=True):
        if was is None or cell is None or field.key in doubted:
            continue
        code = _code(number(was), now, factor, FLOOR_OF_PEOPLE if field.column.pair == "people" else FLOOR)
        if code:
            yield _Change(code, field, number(was), now)


def _code(was: int, now: Value, factor: int, floor: int) -> str | None:
    """Return the code for a figure that was `was` and is `now`, or None where nothing is to be said."""
    if max(was, number(now)) < floor:
        return None
    if not now:
        return "O103"
    if now > factor * was:
        return "O101"
    return "O102" if was > factor * now else None


def _doubted(findings: Iterable[Finding]) -> set[str]:
    """Return the keys of the fields of which a finding says that they are wrong: no other need say so again."""
    doubted: set[str] = set()
    for one in findings:
        if one.severity is not Severity.ERROR and one.code[0] not in "RO":
            continue
        for key in one.fields:
            doubted.add(key)
            partner = FIELD_BY_KEY[key].partner
            if one.code in {"R001", "R002"} and partner is not None:
                doubted.add(FIELDS[partner].key)
    return doubted


def _about_one(one: CheckedReturn, change: _Change, then: str) -> Finding:
    params: dict[str, Param] = {"then": then, "was": change.was}
    if change.code != "O103":
        params |= {"times": _times(change.was, number(change.now))}
    elif change.now is None:
        params |= {"reason": "blank"}
    return finding(
        change.code,
        sheet=one.file.sheet,
        cell=_cell(one, change),
        field=change.field.key,
        raw=None if change.now is None else str(number(change.now)),
        params=params,
    )


def _about_many(one: CheckedReturn, changes: Sequence[_Change], then: str, factor: int) -> Finding:
    code, shown = changes[0].code, [BLANK_WORD if one.now is None else str(number(one.now)) for one in changes]
    figures = tuple(
        phrase(code, "figure", label=change.field.label, then=then, was=change.was, now=now)
        for change, now in zip(changes, shown, strict=True)
    )
    places = [cell for change in changes if (cell := (one.file.cells or ())[change.field.index])]
    return finding(
        code,
        sheet=one.file.sheet,
        cell=a1_range(places),
        raw="、".join(shown),
        params={"reason": "several", "count": len(changes), "then": then, "factor": factor, "figures": figures},
    )


def _cell(one: CheckedReturn, change: _Change) -> str | None:
    at = (one.file.cells or ())[change.field.index]
    return a1(*at) if at else None


def _times(was: int, now: int) -> str:
    """Return how many times the smaller figure the larger one is; nothing where the smaller one is 0."""
    small, large = sorted((was, now))
    return f"{large / small:.1f}".removesuffix(".0") if small else ""
