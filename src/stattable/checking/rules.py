"""Checks within one return: relations between its figures, whose fields they are, and outliers.

A check yields where and with which parameters; :func:`apply_rules` adds code and severity. Every check has the same
signature and stands in :data:`RULES`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from typing import Final, NamedTuple

from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding, Param, Severity
from stattable.model.form import (
    BLANK,
    BLANK_WORD,
    FIELDS,
    Field,
    Value,
    Values,
    fields_only_below,
    fields_to_fill,
    number,
    own_fields,
)
from stattable.model.units import Level, Scope


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A return as the checks see it.

    Attributes:
        values: the 40 figures as they were read.
        level: of the unit, or None where it is not known; checks that need it find nothing then.
        scope: of the return, or None where it is not known; it is then checked as an own one.
        unread: indices of fields that could not be read or were not found. They have findings of their own, and
            are neither blank nor 0.
    """

    values: Values
    level: Level | None
    scope: Scope | None
    unread: frozenset[int]


class Problem(NamedTuple):
    """What a check found: indices of fields (one, or all of a range), and what the message needs."""

    at: tuple[int, ...]
    params: Mapping[str, Param] = {}
    raw: str | None = None
    severity: Severity | None = None
    to: int | None = None  # index of the field where the figure belongs


Check = Callable[[FilledForm], Iterator[Problem]]


def drop_meaningless_zeros(values: Values, level: Level | None, scope: Scope | None) -> Values:
    """Return `values` without the zeros that mean nothing: those in fields that are not the return's to fill in.

    A 0 or 无 is read as blank in a field that is neither own nor below, and in a field below of an own return.
    """
    others = _others(level, scope)
    if 0 not in compress(values, others):
        return values  # the very same, as of nearly all
    return tuple(None if is_other and value == 0 else value for value, is_other in zip(values, others, strict=True))


@cache
def _others(level: Level | None, scope: Scope | None) -> Sequence[bool]:
    """Return of each field whether it is not to be filled in; of a level that is not known none is said to be so."""
    mine = range(len(FIELDS)) if level is None else fields_to_fill(level, scope)
    return tuple(field.index not in mine for field in FIELDS)


def _shown(value: Value) -> str:
    return ("有" if value else "无") if isinstance(value, bool) else str(value)


def nothing_filled_in(filled: FilledForm) -> Iterator[Problem]:
    """V000: a blank form is no return."""
    if filled.values == BLANK and not filled.unread:
        yield Problem(())


def own_fields_blank(filled: FilledForm) -> Iterator[Problem]:
    """V001: own fields left blank, one problem for each section."""
    if filled.level is None or any(nothing_filled_in(filled)):
        return
    if all(filled.values[index] is not None for index in own_fields(filled.level)):  # as in nearly all
        return
    named = {problem.at[0] for check in (people_without_sessions, sessions_without_people) for problem in check(filled)}
    partners = {FIELDS[index].partner for index in named}
    for section, indices in _own_sections(filled.level):
        blank = tuple(
            index
            for index in indices
            if filled.values[index] is None and index not in filled.unread and index not in partners
        )
        if blank:
            yield Problem(blank, {"section": section, "count": len(blank)})


@cache
def _own_sections(level: Level) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the sections of the form, each with the indices of its own fields of a unit of `level`."""
    mine = [field for field in FIELDS if field.index in own_fields(level)]
    sections = dict.fromkeys(field.block.section for field in mine)
    return tuple((one, tuple(field.index for field in mine if field.block.section == one)) for one in sections)


def foreign_figures(filled: FilledForm) -> Iterator[Problem]:
    """R004: a figure in a field that neither the unit nor any below it fills in."""
    if filled.level is None:
        return
    for index in _foreign_fields(filled.level):
        if value := filled.values[index]:
            to = _counterpart(index, filled.level)
            is_free = to is not None and filled.values[to] is None and to not in filled.unread
            move = "none" if to is None else "free" if is_free else "filled"
            yield Problem((index,), {"level": filled.level.label, "move": move}, _shown(value), to=to)


@cache
def _foreign_fields(level: Level) -> tuple[int, ...]:
    mine = fields_to_fill(level, Scope.CUMULATIVE)
    return tuple(field.index for field in FIELDS if field.index not in mine)


@cache
def _counterpart(index: int, level: Level) -> int | None:
    """Return the index of the field of `level` that asks for the same as another level's field, or None."""
    theirs = FIELDS[index]
    of_block = (FIELDS[one] for one in sorted(own_fields(level)) if FIELDS[one].block == theirs.block)
    return next(
        (one.index for one in of_block if (one.column.text, one.kind) == (theirs.column.text, theirs.kind)), None
    )


def lower_figures_in_own_return(filled: FilledForm) -> Iterator[Problem]:
    """R005: an own return has a figure in a field of the units below."""
    if filled.level is None or filled.scope is not Scope.OWN:
        return
    for index in sorted(fields_only_below(filled.level)):
        if filled.values[index]:
            yield Problem((index,), {}, _shown(filled.values[index]))


def _pairs(filled: FilledForm) -> list[tuple[int, Value, Value]]:
    """Return index, sessions and people of every pair that was read, in the fields that are the unit's to fill in."""
    pairs = _pairs_to_fill_in(filled.level, filled.scope)
    if filled.unread:
        pairs = tuple(pair for pair in pairs if filled.unread.isdisjoint(pair))
    return [(index, filled.values[index], filled.values[partner]) for index, partner in pairs]


@cache
def _pairs_to_fill_in(level: Level | None, scope: Scope | None) -> tuple[tuple[int, int], ...]:
    """Return the indices of sessions and of people in the fields that are a unit's to fill in; of all where unknown."""
    pairs = [(field.index, field.partner) for field in FIELDS if field.column.pair == "sessions"]
    mine = range(len(FIELDS)) if level is None else fields_to_fill(level, scope)
    return tuple((sessions, people) for sessions, people in pairs if people is not None and sessions in mine)


def people_without_sessions(filled: FilledForm) -> Iterator[Problem]:
    """R001: people without sessions; in a cumulative return the fault may be a subordinate's."""
    severity = Severity.WARNING if filled.scope is Scope.CUMULATIVE else Severity.ERROR
    for index, sessions, people in _pairs(filled):
        if people and not sessions:
            yield Problem((index + 1,), {"people": people, "sessions": _nothing(sessions)}, str(people), severity)


def sessions_without_people(filled: FilledForm) -> Iterator[Problem]:
    """R002: sessions without people."""
    for index, sessions, people in _pairs(filled):
        if sessions and not people:
            yield Problem((index,), {"people": _nothing(people), "sessions": sessions}, str(sessions))


def fewer_people_than_sessions(filled: FilledForm) -> Iterator[Problem]:
    """R003: fewer people than sessions."""
    for index, sessions, people in _pairs(filled):
        if sessions and people and people < sessions:
            yield Problem((index + 1,), {"people": people, "sessions": sessions}, str(people))


def _nothing(value: Value) -> str:
    return BLANK_WORD if value is None else " 0"


# Bounds of what is plausible: people per session, and, for an own return, sessions and people.
PEOPLE_PER_SESSION: Final = 5_000
OWN_BOUNDS: Final[Mapping[Level, tuple[int, int]]] = {
    Level.VILLAGE: (20, 2_000),
    Level.TOWNSHIP: (100, 20_000),
    Level.COUNTY: (1_000, 200_000),
    Level.PREFECTURE: (1_000, 200_000),
}


def too_many_per_session(filled: FilledForm) -> Iterator[Problem]:
    """O001: more people per session than any place holds."""
    for index, sessions, people in _pairs(filled):
        if sessions and people and people > PEOPLE_PER_SESSION * sessions:
            params: dict[str, Param] = {"people": people, "sessions": sessions, "limit": PEOPLE_PER_SESSION}
            yield Problem((index + 1,), params, str(people))


def _over_bound(filled: FilledForm, pair: str, which: int) -> Iterator[Problem]:
    if filled.level is None or filled.level not in OWN_BOUNDS or filled.scope is Scope.CUMULATIVE:
        return
    limit = OWN_BOUNDS[filled.level][which]
    for index in _own_fields_of(filled.level, pair):
        value = filled.values[index]
        if number(value) > limit:
            yield Problem((index,), {"limit": limit, "level": filled.level.label}, str(value))


@cache
def _own_fields_of(level: Level, pair: str) -> tuple[int, ...]:
    return tuple(index for index in sorted(own_fields(level)) if FIELDS[index].column.pair == pair)


def too_many_sessions(filled: FilledForm) -> Iterator[Problem]:
    """O002: more sessions than a unit of the level holds by itself."""
    return _over_bound(filled, "sessions", 0)


def too_many_people(filled: FilledForm) -> Iterator[Problem]:
    """O003: more people than a unit of the level reaches by itself."""
    return _over_bound(filled, "people", 1)


RULES: Final[tuple[tuple[str, Check], ...]] = (
    ("V000", nothing_filled_in),
    ("V001", own_fields_blank),
    ("R001", people_without_sessions),
    ("R002", sessions_without_people),
    ("R003", fewer_people_than_sessions),
    ("R004", foreign_figures),
    ("R005", lower_figures_in_own_return),
    ("O001", too_many_per_session),
    ("O002", too_many_sessions),
    ("O003", too_many_people),
)


def apply_rules(filled: FilledForm, sheet: str | None, cells: Sequence[tuple[int, int] | None]) -> Iterator[Finding]:
    """Yield the findings of all checks.

    Args:
        filled: the return.
        sheet: name of the sheet, or None.
        cells: where the 40 fields stand, 1-based row and column; None for one that was not found.
    """
    for code, check in RULES:
        for problem in check(filled):
            one = len(problem.at) == 1
            field = FIELDS[problem.at[0]] if one else None
            params = {**problem.params, **_places(field, cells)}
            if problem.to is not None:
                params |= {"to_cell": _cell(cells[problem.to]), "to_label": _short_label(FIELDS[problem.to])}
            yield finding(
                code,
                problem.severity,
                sheet=sheet,
                cell=_range([cells[index] for index in problem.at]),
                field=field.key if field else None,
                raw=problem.raw,
                params=params,
            )


def _places(field: Field | None, cells: Sequence[tuple[int, int] | None]) -> dict[str, Param]:
    """Return where sessions and people of a pair stand, one of which is `field`."""
    if field is None or field.partner is None:
        return {}
    other = FIELDS[field.partner]
    return {f"{one.column.pair}_at": _cell(cells[one.index]) for one in (field, other)}


def _short_label(field: Field) -> str:
    return f"{field.heading.text} · {field.column.text}"


def _cell(cell: tuple[int, int] | None) -> str:
    return a1(*cell) if cell else ""


def _range(cells: list[tuple[int, int] | None]) -> str | None:
    places = [cell for cell in cells if cell]
    return a1_range(places) if places else None
