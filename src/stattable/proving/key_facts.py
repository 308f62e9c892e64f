"""What an office says of a total in a letter, as data: its key figures, and what is missing, explained or changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, NamedTuple

from stattable.merging.result import MergeResult
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import (
    BLANK,
    BLOCKS,
    FIELD_BY_KEY,
    FIELDS,
    Block,
    Heading,
    Value,
    Values,
    add,
    block_fields,
    by_heading,
    fields_to_fill,
)
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.proving.lists import Reported, listed_findings, reported_by_level, unnamed_gaps

_ACTIVITIES: Final = tuple(block for block in BLOCKS if any(field.column.pair for field in block_fields(block)))
_MEDIA: Final = next(block for block in BLOCKS if block.unit)  # counted in 篇, as no other block is
_ONLINE: Final = BLOCKS[-1]
_BETWEEN_LEVELS: Final = frozenset({"H001", "H002"})
_OF_LAST_YEAR: Final = frozenset({"O101", "O102", "O103"})


# -- figures ----------------------------------------------------------------------------------------------


class Activity(NamedTuple):
    """One kind of activities, of all levels together.

    Attributes:
        kind: what it is called, as 宣传活动.
        verb: what is done to the people in it, as 宣传.
        sessions: how many there were, None where no level says.
        people: how many people.
    """

    kind: str
    verb: str
    sessions: Value
    people: Value


class LevelFigures(NamedTuple):
    """The figures of one level heading of the form, from left to right."""

    label: str
    values: tuple[Value, ...]


def summed(values: Iterable[Value]) -> Value:
    """Return the sum of figures, where blank + blank is blank."""
    return reduce(add, values, None)


def kind_of(block: Block) -> str:
    """Return what is counted in a block in short, unlike in all others: 宣传活动, 慰问服务, 其他服务, 媒体宣传."""
    first = block_fields(block)[0].column
    sessions = first.text.removesuffix("场次")
    return sessions if first.pair and not block.section.endswith(sessions) else block.section


def activities(values: Values) -> list[Activity]:
    """Return what was done, one kind after the other."""
    found = []
    for block in _ACTIVITIES:
        fields = block_fields(block)
        people = fields[1].column.text.removesuffix("人数")
        amounts = (
            summed(values[field.index] for field in fields if field.column.pair == pair)
            for pair in ("sessions", "people")
        )
        found.append(Activity(kind_of(block), people, *amounts))
    return found


def activities_by_level(values: Values, level: Level) -> list[LevelFigures]:
    """Return sessions and people of all kinds of activities, for each of the levels that a unit's total has."""
    blocks = [_by_heading(block, level) for block in _ACTIVITIES]
    return [
        LevelFigures(_level_words(heading, level), tuple(values[index] for block in blocks for index in block[heading]))
        for heading in blocks[0]
    ]


def articles(values: Values) -> list[LevelFigures]:
    """Return the articles, texts and what is heard or seen apart, by the level of the media."""
    return [
        LevelFigures(heading.text, tuple(values[field.index] for field in fields))
        for heading, fields in by_heading(block_fields(_MEDIA))
    ]


def accounts(values: Values, level: Level) -> list[tuple[str, dict[str, Value]]]:
    """Return the websites and accounts of the levels that a unit's total has, by what they are called."""
    return [
        (_level_words(heading, level), {FIELDS[index].column.text: values[index] for index in indices})
        for heading, indices in _by_heading(_ONLINE, level).items()
    ]


def _by_heading(block: Block, level: Level) -> dict[Heading, list[int]]:
    """Return the fields of a block that a total of `level` has, by their headings."""
    fields = fields_to_fill(level, Scope.CUMULATIVE)
    headings = {heading: [one.index for one in of_it] for heading, of_it in by_heading(block_fields(block))}
    return {heading: indices for heading, indices in headings.items() if fields.issuperset(indices)}


def _level_words(heading: Heading, level: Level) -> str:
    """Return what a heading is called in a total of `level`, which need not have all levels that it is of."""
    levels = [one for one in (level, *level.beneath) if one in heading.owners]
    return levels[0].label if len(levels) == 1 else heading.text.removesuffix("计生协")


# -- what is missing, explained, different, changed -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit right below the root of which units are missing, itself or below it.

    Attributes:
        key: of it.
        missing: keys of those that sent nothing, the highest levels first.
        is_all: whether nobody of it reported.
    """

    key: str
    missing: tuple[str, ...]
    is_all: bool


class UnitFinding(NamedTuple):
    """A finding with the key of its unit, as far as that is known."""

    key: str | None
    finding: Finding


class LevelDifference(NamedTuple):
    """By how much a unit's cumulative return differs in a field from what is known of it and those below it.

    Attributes:
        unit: the first finding that says so.
        field: its index.
        amount: above 0 where it reported more.
    """

    unit: UnitFinding
    field: int
    amount: int


@dataclass(frozen=True, slots=True)
class LastYearFacts:
    """What a year before says beside the total.

    Attributes:
        edition: which one it is of, or None where nothing says it.
        factor: by which a figure was too far from the one of then.
        before: the root's figures of then; all blank where it is not known.
        changes: by how much 宣传人数 of each unit right below the root changed, where both are known, by key.
        doubted: how many findings are about figures too far from those of then.
        explained: how many of these are explained.
    """

    edition: int | None
    factor: int
    before: Values
    changes: Mapping[str, int]
    doubted: int
    explained: int


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What an office says of a total.

    Attributes:
        tree: of all units.
        unit: whose total it is.
        edition: ordinal of the members' day.
        total: its figures.
        person: name and phone of the person to call there.
        is_roster: whether a roster says who was to report.
        own: what became of the unit's own return; None where none is expected.
        reported: how many of the units below reported, by level.
        rejected: how many returns of the unit and those below it were rejected.
        foreign: how many others were: of units elsewhere, or of nobody knows which.
        rejected_units: keys of the units below of which nothing else came.
        branches: where units are missing, where most are first.
        unnamed: how many merged workbooks know to be missing without saying which, by level.
        to_verify: how many warnings there are, those included that are explained.
        unresolved: how many errors are open in spite of which the total stands.
        explained: the warnings for which somebody wrote a reason, the highest levels first.
        is_compared: whether a cumulative return was held against returns below it.
        differences: where the two disagree: of each such unit in which fields, the largest difference first.
        last_year: what a year before says, or None where it was not asked for.
        has_accounts: whether websites and accounts are listed.
    """

    tree: Tree
    unit: Unit
    edition: int
    total: Values
    person: tuple[str, str]
    is_roster: bool
    own: Status | None
    reported: Mapping[Level, Reported]
    rejected: int
    foreign: int
    rejected_units: Sequence[str]
    branches: Sequence[Branch]
    unnamed: Mapping[Level, int]
    to_verify: int
    unresolved: int
    explained: Sequence[UnitFinding]
    is_compared: bool
    differences: Sequence[Sequence[LevelDifference]]
    last_year: LastYearFacts | None
    has_accounts: bool


def key_facts(merged: MergeResult) -> KeyFacts:
    """Return what is to be said of a merge."""
    keys = merged.keys_by_unit
    findings = [
        UnitFinding(keys.get(one.unit) if one.unit else None, one)
        for one in listed_findings(merged)
        if not one.is_settled
    ]
    statuses, root = merged.statuses, merged.root
    rejected = [one.key for one in merged.returns if one.status is Status.REJECTED]
    return KeyFacts(
        tree=merged.tree,
        unit=merged.root_unit,
        edition=merged.edition,
        total=merged.total,
        person=merged.person(root),
        is_roster=merged.options.root.roster is not None,
        own=statuses[root],
        reported=reported_by_level(merged),
        rejected=sum(key in statuses for key in rejected),
        foreign=sum(key not in statuses for key in rejected),
        rejected_units=[key for key, status in statuses.items() if status is Status.REJECTED and key != root],
        branches=sorted(_branches(merged), key=lambda branch: -len(branch.missing)),
        unnamed=unnamed_gaps(merged),
        to_verify=sum(one.severity is Severity.WARNING for _, one in findings),
        unresolved=merged.unresolved,
        explained=_explained(findings),
        is_compared=any(one.compared for key, one in merged.rollup.differences.items() if merged.tree.under(key, root)),
        differences=_differences(merged, findings),
        last_year=_last_year(merged, [one for _, one in findings]),
        has_accounts=bool(merged.accounts),
    )


def _branches(merged: MergeResult) -> Iterator[Branch]:
    tree, statuses = merged.tree, merged.statuses
    for child in tree.children[merged.root]:
        keys = [key for key in tree.below(child) if statuses[key] is not None]
        missing = [key for key in keys if statuses[key] is Status.MISSING]
        if missing:
            yield Branch(child, tuple(_from_the_top(missing, lambda key: tree[key].level)), len(missing) == len(keys))


def _from_the_top(items: Iterable[str], level: Callable[[str], Level]) -> list[str]:
    order = tuple(Level)
    return sorted(items, key=lambda one: order.index(level(one)))


def _explained(findings: Iterable[UnitFinding]) -> list[UnitFinding]:
    order = {level.value: rank for rank, level in enumerate(Level)}
    explained = [one for one in findings if one.finding.explanation is not None]
    return sorted(explained, key=lambda one: order.get((one.finding.unit or UnitRef()).level or "", len(order)))


def _differences(merged: MergeResult, findings: Iterable[UnitFinding]) -> list[list[LevelDifference]]:
    of_units: defaultdict[str, list[LevelDifference]] = defaultdict(list)
    for one in findings:
        found = merged.rollup.differences.get(one.key or "")
        if one.key is None or found is None or one.finding.code not in _BETWEEN_LEVELS:
            continue
        for field in one.finding.fields:  # none where it is no one's of here, but carried up
            index = FIELD_BY_KEY[field].index
            of_units[one.key].append(LevelDifference(one, index, found.of(index)))
    return [sorted(of_unit, key=lambda one: -abs(one.amount)) for of_unit in of_units.values()]


def _last_year(merged: MergeResult, findings: Sequence[Finding]) -> LastYearFacts | None:
    last_year = merged.last_year
    if last_year is None:
        return None
    doubted = [one for one in findings if one.code in _OF_LAST_YEAR]
    changes = dict[str, int]()
    for key in merged.tree.children[merged.root]:
        was, now = (
            activities(values)[0].people
            for values in (last_year.by_unit.get(key, BLANK), merged.rollup.totals[key].values)
        )
        if was is not None and now is not None:
            changes[key] = now - was
    return LastYearFacts(
        last_year.edition,
        last_year.factor,
        last_year.by_unit.get(merged.root, BLANK),
        changes,
        len(doubted),
        sum(one.explanation is not None for one in doubted),
    )
