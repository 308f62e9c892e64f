"""Checks within one return: relations between its figures, fields that it should not fill in, and outliers.

A check yields its problems, each with the fields and parameters; :func:`apply_rules` adds code and severity. All checks
have the same signature and are listed in :data:`RULES`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from stattable.model.catalogue import finding
from stattable.model.cell_names import a1_range
from stattable.model.findings import Finding, Param, Severity
from stattable.model.form import (
    BLANK,
    BLANK_WORD,
    FIELDS,
    Value,
    Values,
    fields_to_fill,
    in_words,
    number,
    only_below,
    own,
)
from stattable.model.units import Level, Scope


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The figures of a return, as the checks get them.

    Attributes:
        values: the 40 figures as they were read.
        level: the unit's level, or None where it is not known and checks that need it are skipped.
        scope: the return's scope, or None where it is not known and the return is checked as an own one.
        unread: the indices of fields that were not found or could not be read. They have findings of their own, and
            are neither blank nor 0.
    """

    values: Values
    level: Level | None
    scope: Scope | None
    unread: frozenset[int]


class Problem(NamedTuple):
    """A problem that a check found: the indices of its fields (one, or all of a range) and the finding's parameters."""

    at: tuple[int, ...]
    params: Mapping[str, Param] = {}
    raw: str | None = None
    severity: Severity | None = None


Check = Callable[[FilledForm], Iterator[Problem]]


def drop_meaningless_zeros(values: Values, level: Level | None, scope: Scope | None) -> Values:
    """Return `values` with blanks for each 0 and 无 in fields that the return does not have to fill in."""
    if level is None:
        return values
    mine = fields_to_fill(level, scope)
    return tuple(value if value or index in mine else None for index, value in enumerate(values))


# -- the checks -------------------------------------------------------------------------------------------


def nothing_filled_in(filled: FilledForm) -> Iterator[Problem]:
    """V000: a blank form is no return."""
    if filled.values == BLANK and not filled.unread:
        yield Problem(())


def own_fields_blank(filled: FilledForm) -> Iterator[Problem]:
    """V001: own fields left blank, one problem for each section."""
    if filled.level is None or any(nothing_filled_in(filled)):
        return
    incomplete = {
        problem.at[0] for check in (people_without_sessions, sessions_without_people) for problem in check(filled)
    }
    partners = {FIELDS[index].partner for index in incomplete}  # R001 and R002 name these
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
    """Return the sections of the form, each with the indices of the own fields of a unit of `level`."""
    mine = [field for field in FIELDS if field.index in own(level)]
    sections = dict.fromkeys(field.block.section for field in mine)
    return tuple((name, tuple(field.index for field in mine if field.block.section == name)) for name in sections)


def foreign_fields_filled(filled: FilledForm) -> Iterator[Problem]:
    """R004: a figure in a field that belongs neither to the unit nor to any unit below it."""
    if filled.level is None:
        return
    mine = fields_to_fill(filled.level, Scope.CUMULATIVE)
    for index, value in enumerate(filled.values):
        if value and index not in mine:
            yield Problem((index,), {"level": filled.level.label}, in_words(value, filled.level, index))


def lower_fields_in_own(filled: FilledForm) -> Iterator[Problem]:
    """R005: a figure of lower units in an own return."""
    if filled.level is None or filled.scope is not Scope.OWN:
        return
    for index in sorted(only_below(filled.level)):
        if value := filled.values[index]:
            yield Problem((index,), {}, in_words(value, filled.level, index))


def _pairs(filled: FilledForm) -> Iterator[tuple[int, Value, Value]]:
    """Yield the index of sessions, the sessions and the people of every pair to fill in that was read."""
    for index, partner in _pairs_to_fill(filled.level, filled.scope):
        if index not in filled.unread and partner not in filled.unread:
            yield index, filled.values[index], filled.values[partner]


@cache
def _pairs_to_fill(level: Level | None, scope: Scope | None) -> tuple[tuple[int, int], ...]:
    """Return the indices of sessions and people in the pairs that a unit fills in; all pairs where `level` is None."""
    pairs = [(field.index, field.partner) for field in FIELDS if field.column.pair == "sessions"]
    mine = range(len(FIELDS)) if level is None else fields_to_fill(level, scope)
    return tuple((sessions, people) for sessions, people in pairs if people is not None and sessions in mine)


def people_without_sessions(filled: FilledForm) -> Iterator[Problem]:
    """R001: people without sessions; in a cumulative return it may be a lower unit's mistake."""
    severity = Severity.WARNING if filled.scope is Scope.CUMULATIVE else Severity.ERROR
    for index, sessions, people in _pairs(filled):
        if people and not sessions:
            yield Problem((index + 1,), {"people": people, "sessions": _blank_or_zero(sessions)}, str(people), severity)


def sessions_without_people(filled: FilledForm) -> Iterator[Problem]:
    """R002: sessions without people."""
    for index, sessions, people in _pairs(filled):
        if sessions and not people:
            yield Problem((index,), {"people": _blank_or_zero(people), "sessions": sessions}, str(sessions))


def fewer_people_than_sessions(filled: FilledForm) -> Iterator[Problem]:
    """R003: fewer people than sessions."""
    for index, sessions, people in _pairs(filled):
        if sessions and people and people < sessions:
            yield Problem((index + 1,), {"people": people, "sessions": sessions}, str(people))


def _blank_or_zero(value: Value) -> str:
    return BLANK_WORD if value is None else " 0"


# The highest plausible numbers of people in a session and, in an own return, of sessions and of people.
PEOPLE_A_SESSION: Final = 5_000
OWN_BOUNDS: Final[Mapping[Level, tuple[int, int]]] = {
    Level.VILLAGE: (20, 2_000),
    Level.TOWNSHIP: (100, 20_000),
    Level.COUNTY: (1_000, 200_000),
    Level.PREFECTURE: (1_000, 200_000),
}


def too_many_people_in_a_session(filled: FilledForm) -> Iterator[Problem]:
    """O001: more people in a session than any place holds."""
    for index, sessions, people in _pairs(filled):
        if sessions and people and people > PEOPLE_A_SESSION * sessions:
            params: dict[str, Param] = {"people": people, "sessions": sessions, "limit": PEOPLE_A_SESSION}
            yield Problem((index + 1,), params, str(people))


def _over_bound(filled: FilledForm, pair: str, bound: int) -> Iterator[Problem]:
    if filled.level is None or filled.level not in OWN_BOUNDS or filled.scope is Scope.CUMULATIVE:
        return
    limit = OWN_BOUNDS[filled.level][bound]
    for index in sorted(own(filled.level)):
        value = filled.values[index]
        if FIELDS[index].column.pair == pair and number(value) > limit:
            yield Problem((index,), {"limit": limit, "level": filled.level.label}, str(value))


def too_many_sessions(filled: FilledForm) -> Iterator[Problem]:
    """O002: more sessions than a unit of the level holds itself."""
    return _over_bound(filled, "sessions", 0)


def too_many_people(filled: FilledForm) -> Iterator[Problem]:
    """O003: more people than a unit of the level reaches itself."""
    return _over_bound(filled, "people", 1)


RULES: Final[tuple[tuple[str, Check], ...]] = (
    ("V000", nothing_filled_in),
    ("V001", own_fields_blank),
    ("R001", people_without_sessions),
    ("R002", sessions_without_people),
    ("R003", fewer_people_than_sessions),
    ("R004", foreign_fields_filled),
    ("R005", lower_fields_in_own),
    ("O001", too_many_people_in_a_session),
    ("O002", too_many_sessions),
    ("O003", too_many_people),
)


def apply_rules(filled: FilledForm, sheet: str | None, cells: Sequence[tuple[int, int] | None]) -> Iterator[Finding]:
    """Yield the findings of all checks.

    Args:
        filled: the figures of the return.
        sheet: the name of its sheet.
        cells: the cells of the 40 fields, as 1-based row and column; None where one was not found.
    """
    for code, check in RULES:
        for problem in check(filled):
            is_single = len(problem.at) == 1
            yield finding(
                code,
                problem.severity,
                sheet=sheet,
                cell=_range([cells[index] for index in problem.at]),
                field=FIELDS[problem.at[0]].key if is_single else None,
                raw=problem.raw,
                params=dict(problem.params),
            )


def _range(cells: list[tuple[int, int] | None]) -> str | None:
    places = [cell for cell in cells if cell]
    return a1_range(places) if places else None
