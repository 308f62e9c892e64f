"""What a unit has on both sides of a comparison that can be held against one another: figures, and findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from stattable.model.form import BLANK, FIELDS, Value, Values
from stattable.model.units import Scope
from stattable.proving.sides import SideFinding, SideUnit

Fields = Mapping[str, tuple[Value, Value]]  # what differs, by key of the field: the figures before and now


def differing_fields(old: Values, new: Values) -> Fields:
    """Return the figures that differ."""
    return {field.key: (was, now) for field, was, now in zip(FIELDS, old, new, strict=True) if was != now}


# -- figures ----------------------------------------------------------------------------------------------


def comparable_figures(was: SideUnit, now: SideUnit) -> tuple[Values, Values] | None:
    """Return the figures of a unit that hold the same on both sides: all below it, or nothing but its own."""
    if Scope.CUMULATIVE in was.figures and Scope.CUMULATIVE in now.figures:
        return was.figures[Scope.CUMULATIVE], now.figures[Scope.CUMULATIVE]
    if was.own is not None and now.own is not None:
        return was.own, now.own
    if _may_be_cumulative(was, now) or _may_be_cumulative(now, was):
        return next(iter(was.figures.values())), next(iter(now.figures.values()))
    return None


def _may_be_cumulative(one: SideUnit, other: SideUnit) -> bool:
    """Whether nothing says what the return of one side holds, and that of the other is cumulative."""
    return one.returned == (None,) and other.returned == (Scope.CUMULATIVE,) and not one.is_sum


def have_same_scopes(was: SideUnit, now: SideUnit) -> bool:
    """Whether both sides have the same kinds of returns of a unit, as far as something says what these hold."""
    if not (was.returned and now.returned) or _may_be_cumulative(was, now) or _may_be_cumulative(now, was):
        return True
    before, after = ({scope or Scope.OWN for scope in unit.returned} for unit in (was, now))
    return before == after


def figures_as_read(was: SideUnit, now: SideUnit) -> tuple[Values, Values] | None:
    """Return what was read of the one return that each side has of a unit, whether it counts or not."""
    before, after = (unit.figures[unit.returned[0]] if len(unit.returned) == 1 else unit.as_read for unit in (was, now))
    return (before, after) if before is not None and after is not None else None


def fullest_figures(unit: SideUnit) -> Values:
    """Return the figures that count and hold the most of a unit; all blank where none count."""
    return next((unit.figures[scope] for scope in (Scope.CUMULATIVE, *unit.returned) if scope in unit.figures), BLANK)


# -- findings ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """The findings that are on one side only."""

    gone: tuple[SideFinding, ...] = ()
    new: tuple[SideFinding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


def finding_changes(
    old: Iterable[SideFinding], new: Iterable[SideFinding], sameness: Callable[[SideFinding], object]
) -> FindingChanges:
    """Return the findings that are on one side only, or there oftener.

    Args:
        old: the findings before.
        new: those now.
        sameness: what is equal for two findings that are the same.
    """
    before, now = Counter(map(sameness, old)), Counter(map(sameness, new))
    return FindingChanges(tuple(_beyond(old, now, sameness)), tuple(_beyond(new, before, sameness)))


def _beyond(
    findings: Iterable[SideFinding], others: Counter[object], sameness: Callable[[SideFinding], object]
) -> Iterator[SideFinding]:
    """Yield the findings of which the other side has none, or fewer."""
    seen = Counter[object]()
    for one in findings:
        seen[sameness(one)] += 1
        if seen[sameness(one)] > others[sameness(one)]:
            yield one
