"""Merged workbooks of all kinds among other files: random worlds against the reference, and against the promise.

Every return says one figure that no other says: a power of eight, so that the total tells how often each was counted.

`STATTABLE_WORLDS=10000 pytest tests/test_overlap_worlds.py --hypothesis-seed=1` looks at so many for each test.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import memory
from overlap_reference import File, Made, Overlap, placed
from reference import Reference, Sent
from stattable.checking.returns import CheckedReturn
from stattable.formats.fingerprint import FileFacts
from stattable.merging.result import MergeResult
from stattable.model.catalogue import finding, render
from stattable.model.findings import rejects
from stattable.model.form import FIELD_BY_KEY, Values, label_of
from stattable.model.identity import WorkbookKind
from stattable.model.packing import packed
from stattable.model.refusals import Refusal
from stattable.model.units import CODE_LENGTHS, Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile
from writers.returns import EDITION

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
ENDINGS = dict(zip(Level, ("协会", "省", "市", "县", "镇", "村"), strict=True))
FIGURE, BELOW = "media.national.text", "activities.village.sessions"  # everybody's, and the villages'
BASE = 8
SETTLED = {"U004", "U005", "U008", "H006", "H007", "H008"}  # what the other files decide
OF_TOTALS = {"H001", "H002"}  # errors that say something of two figures, and of no return

WORLDS = int(os.environ.get("STATTABLE_WORLDS", "0"))
worlds_of = settings(
    max_examples=WORLDS or 150,
    derandomize=not WORLDS,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


# -- random worlds ----------------------------------------------------------------------------------------


class World:
    """Units, what they were sent and merged before, and what of it lies before the root now.

    Args:
        tree: the units as they are.
        before: the units at the time of some of the earlier merges.
        roster: whether there is one; else all is known from identities.
    """

    def __init__(self, tree: Tree, before: Tree, roster: bool) -> None:
        self.tree, self.before, self.roster = tree, before, roster
        self.returns: list[ReturnFile] = []
        self.workbooks: list[ReturnFile] = []
        self.here: list[ReturnFile] = []
        self.told: list[str] = []

    def __repr__(self) -> str:
        units = [f"{key} ({unit.level}) under {unit.parent}" for key, unit in self.tree.units.items()]
        moved = [f"{key} was under {parent}" for key, parent in self.moved.items()]
        return "\n".join(["", *units, *moved, *self.told, f"here: {', '.join(one.path for one in self.here)}"])

    @property
    def moved(self) -> dict[str, str]:
        """The units that stood elsewhere, and under whom."""
        parents = {key: str(unit.parent) for key, unit in self.before.units.items()}
        return {key: parent for key, parent in parents.items() if str(self.tree[key].parent) != parent}

    def options(self, key: str, tree: Tree) -> dict[str, Any]:
        """What to ask of a merge for the unit `key`."""
        unit = tree[key]
        asked = {"name": unit.name, "level": unit.level} if not (self.roster and unit.code) else {}
        return {**asked, "code": unit.code, "roster": tree if self.roster else None}

    def merged(self, edition: int = EDITION) -> MergeResult:
        return memory.merge(self.here, edition=edition, **self.options(self.tree.tops[0], self.tree))


@st.composite
def trees(draw: st.DrawFn, coded: bool) -> Tree:
    """A root and some units below it; levels are skipped. A unit without code is known by the names above it."""
    top = draw(st.sampled_from([Level.COUNTY, Level.PREFECTURE, Level.PROVINCE, Level.NATIONAL]))
    units = [_unit(0, top, None, coded)]
    for number in range(1, draw(st.integers(4, 10))):
        parent = draw(st.sampled_from([unit for unit in reversed(units) if unit.level is not Level.VILLAGE]))
        level = draw(st.sampled_from(parent.level.beneath[:2]))
        units.append(_unit(number, level, parent, coded))
    return Tree(units)


def _unit(number: int, level: Level, parent: Unit | None, coded: bool) -> Unit:
    name = f"{number}号{ENDINGS[level]}"
    code = _code(number, level, parent.code if parent else None) if coded and level is not Level.NATIONAL else None
    above = parent.key if parent else None
    key = code or "/".join(filter(None, (above, name)))
    return Unit(key, name, level, code, above, expected=level is not Level.NATIONAL)


def _code(number: int, level: Level, above: str | None) -> str:
    """A division code: that of the unit above, and digits of its own."""
    length = next(length for length, of_level in CODE_LENGTHS.items() if of_level is level)
    start = above or ("4" if number else "41012"[: length - 1])
    return f"{start}{number + 1:0{length - len(start)}}"


@st.composite
def elsewhere(draw: st.DrawFn, tree: Tree) -> Tree:
    """The same units, of which some stood under others."""
    units = dict(tree.units)
    for _ in range(draw(st.sampled_from([1, 0, 2]))):
        key = draw(st.sampled_from([one.key for one in units.values() if one.parent]))
        above = [one.key for one in units.values() if one.level.above(units[key].level)]
        units[key] = replace(units[key], parent=draw(st.sampled_from(above)))
    return Tree(units.values())


@st.composite
def worlds(draw: st.DrawFn, roster: bool) -> World:
    coded = roster or draw(st.booleans())
    tree = draw(trees(coded))
    world = World(tree, draw(elsewhere(tree)) if roster else tree, roster)
    for key in tree.units:
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            draw(returned(world, key))
    for key, parent in world.moved.items():  # both have it
        draw(merged_before(world, parent, world.before))
        draw(merged_before(world, str(tree[key].parent), tree))
    for _ in range(draw(st.sampled_from([3, 2, 1, 4, 5]))):
        when = draw(st.sampled_from([tree, world.before]))
        parents = [key for key, below in when.children.items() if below and key not in when.tops]
        draw(merged_before(world, draw(st.sampled_from([*parents, *parents, *when.tops])), when))
    world.here += draw(some_of(world, world.returns, tree.tops[0], tree))
    world.here += draw(workbooks_here(world))
    assume(world.here)
    return world


@st.composite
def returned(draw: st.DrawFn, world: World, key: str) -> None:
    """A return of a unit: on a blank, or typed; sometimes rejected, or of another year."""
    level = world.tree[key].level
    scope = draw(st.sampled_from(_scopes(level)))
    number = len(world.returns)
    figures = {FIGURE: BASE**number} | ({BELOW: 1} if scope is CUMULATIVE or level is Level.VILLAGE else {})
    typed = level is not Level.NATIONAL and draw(st.sampled_from([world.roster, world.roster, False, True]))
    one = memory.sent(world.tree, key, figures, None if typed else scope, path=f"{number:02}.xlsx")
    kind = draw(st.sampled_from([*[""] * 12, " rejected", " of another year"]))
    if kind == " rejected":
        one = replace(one, findings=(finding("V002", path=one.path, field="media.county.text", cell="H14"),))
    elif kind:
        one = memory.of_edition(one, EDITION - 1)
    world.returns.append(one)
    world.told.append(f"{one.path}: {'typed ' if typed else ''}{scope} of {key}{kind}")


def _scopes(level: Level) -> list[Scope]:
    if level is Level.VILLAGE:
        return [OWN]
    return [CUMULATIVE] if level is Level.NATIONAL else [OWN, OWN, OWN, OWN, CUMULATIVE]


@st.composite
def some_of(draw: st.DrawFn, world: World, files: list[ReturnFile], key: str, tree: Tree) -> list[ReturnFile]:
    """One return, or none or all, of each unit and scope; how often there is none is drawn first."""
    absent = [None] * draw(st.sampled_from([2, 5, 1, 0]))
    groups: dict[Any, list[ReturnFile]] = {}
    for one in files:
        unit = unit_of(world, one)
        if tree.under(unit, key):
            groups.setdefault((unit, one.identity and one.identity.scope, one.record is None), []).append(one)
    chosen: list[ReturnFile] = []
    for group in groups.values():
        one = draw(st.sampled_from([*group, *group, "all", *absent]))
        chosen += group if one == "all" else [one] if isinstance(one, ReturnFile) else []
    return chosen


def unit_of(world: World, one: ReturnFile) -> str:
    return next(key for key, unit in world.tree.units.items() if unit.name == one.name)


@st.composite
def merged_before(draw: st.DrawFn, world: World, key: str, tree: Tree) -> None:
    """Merge some of what is there for a unit, with the units as they were or as they are."""
    others = [one for one in world.workbooks if unit_of(world, one) != key]
    files = [*draw(some_of(world, world.returns, key, tree)), *draw(some_of(world, others, key, tree))]
    edition = draw(st.sampled_from([EDITION] * 7 + [EDITION - 1]))
    if not files:
        return
    try:
        merged = memory.merge(files, edition=edition, **world.options(key, tree))
    except Refusal:
        return
    if merged.refused:
        return
    number = len(world.workbooks)
    made = memory.MADE + timedelta(hours=number)
    one = memory.of_edition(memory.written(merged, f"M{number}.xlsx", made), edition)
    world.workbooks.append(one)
    what = ", ".join(file.path for file in files)
    which = "" if tree is world.tree else " as the units were"
    world.told.append(f"{one.path}: {key} of {what}{which}{'' if edition == EDITION else ' of another year'}")


@st.composite
def workbooks_here(draw: st.DrawFn, world: World) -> list[ReturnFile]:
    """Mostly the last workbook of each unit."""
    here: list[ReturnFile] = []
    last = {unit_of(world, one): one for one in world.workbooks}
    of_last, of_older = ["here"] * 4 + ["twice", "altered", "without record", "gone"], ["gone", "gone", "here"]
    for one in world.workbooks:
        match draw(st.sampled_from(of_last if last[unit_of(world, one)] is one else of_older)):
            case "here":
                here.append(one)
            case "twice":
                here += [one, replace(one, path=f"copy of {one.path}")]
            case "altered":
                here.append(altered(one))
            case "without record":
                here.append(renamed(one, f"bare {one.path}", record=None))
    return here


def altered(one: ReturnFile) -> ReturnFile:
    """The workbook with another figure typed over the one that it was written with."""
    assert one.values
    at = FIELD_BY_KEY["media.county.text"]
    values = tuple(5 if entry == at.index else value for entry, value in enumerate(one.values))
    path = f"altered {one.path}"
    told = finding("P001", path=path, cell=at.cell, field=at.key, raw="5", params={"expected": "空白"})
    return renamed(one, path, figures=packed(values), findings=(told,))


def renamed(one: ReturnFile, path: str, **changed: Any) -> ReturnFile:
    """Another file, made of this one."""
    return replace(one, path=path, facts=FileFacts(sha256(path.encode()).hexdigest(), 1, 0.0), **changed)


# -- what the reference makes of them ---------------------------------------------------------------------


class Expected(Overlap):
    """The reference of a merge, with the places of its units by their keys."""

    def __init__(self, tree: Tree, root: str, files: Iterable[CheckedReturn]) -> None:
        files = [*files]
        aside = {  # units of earlier results that nothing places
            one.key: Unit(one.key, str(one.unit.name), one.level, parent=root)
            for one in files
            if one.key and one.level and one.key not in tree
        }
        place = tree[root].code or f"/{tree[root].name}"
        tree, self.places = placed(Tree([*tree.units.values(), *aside.values()]), root, place)
        super().__init__(tree, place, map(self._file, files))

    def _file(self, one: CheckedReturn) -> File:
        identity, received = one.file.identity, one.file
        place = self.places.get(one.key or "", "")
        return File(
            unit=place,
            scope=one.scope or OWN,
            values=one.values,
            sha256=received.facts.sha256 or "",
            made_of=Made(received.record, place) if received.record else None,
            path=one.path,
            is_merged=identity is not None and identity.kind is WorkbookKind.MERGED,
            is_rejected=rejects(finding for finding in one.findings if finding.code not in SETTLED),
            is_altered=any(finding.code == "P001" for finding in received.findings),
        )


def paths(files: Iterable[Any]) -> list[str]:
    return sorted(one.path for one in files)


def of_code(merged: MergeResult, code: str) -> list[str]:
    return sorted(str(one.path) for one in merged.findings if one.code == code)


def accepted_of(merged: MergeResult) -> dict[tuple[str, Scope], CheckedReturn]:
    """The accepted returns, by unit and scope."""
    return {(key, scope): one for scope, sent in merged.accepted.items() for key, one in sent.items()}


def agree(merged: MergeResult) -> None:
    """Hold the result of a merge against the reference."""
    expected = Expected(merged.tree, merged.root, merged.files)
    assert paths(merged.earlier) == paths(expected.set_aside)
    lost = [one for one in merged.returns if one.path in expected.lost]
    assert of_code(merged, "H008") == sorted(expected.lost) == paths(lost)
    assert paths(accepted_of(merged).values()) == paths(expected.accepted)
    assert merged.total == expected.total
    assert of_code(merged, "H006") == sorted(expected.stale)
    assert of_code(merged, "U008") == paths(expected.set_aside)
    if not of_code(merged, "H004"):  # which says that of units that nothing places
        pairs = {frozenset({one.path, one.params["other"]}) for one in merged.findings if one.code == "H007"}
        assert pairs == expected.twice


# -- the promise ------------------------------------------------------------------------------------------


def keep_the_promise(merged: MergeResult) -> None:
    """Every return that is here, or in a workbook that is here, is counted once, or an error names it."""
    errors = [one for one in merged.findings if one.severity == "error" and one.code not in OF_TOTALS]
    said = [f"{one.path} {one.unit.name if one.unit else ''} {render(one, label_of)}" for one in errors]
    expected = Expected(merged.tree, merged.root, merged.files)
    files, tree = expected.files, expected.tree
    accepted = [file for file in files if file.path in paths(accepted_of(merged).values())]
    said_here = {one.said for file in accepted for one in (file, *file.leaves)}
    sent = [Sent(unit, scope, one.values) for (unit, scope), one in accepted_of(merged).items()]
    contributing = {(one.unit, one.scope) for one in Reference(merged.tree, merged.root, sent).contributing()}
    counted = [file for file in accepted if file.path in paths(map(accepted_of(merged).__getitem__, contributing))]
    in_total = {one.sha256 for file in counted for one in file.leaves}
    sums = [
        (one, then)
        for file in counted
        for one, then in expected.standing(file, tree)
        if one.scope is CUMULATIVE and one.made_of is None
    ]
    told = figure(merged.total) - sum(figure(file.values) for file in counted if is_bare(file))
    for file in files:
        if file.is_rejected or is_bare(file):  # an error says so; it counts as it stands
            continue
        for one, then in expected.standing(file, tree):
            if one.made_of or (one is not file and one.sha256 in {other.sha256 for other in files}):
                continue  # another one's to ask for
            if one is not file and one.sha256 not in in_total and one.said in said_here:
                continue  # corrected
            over = {*above(tree, file.unit), *above(tree, one.unit), *above(then, one.unit)}
            over |= {file.unit, one.unit} if file.is_merged or one.scope is OWN else set()
            if any(sum_.unit in over.union(above(of_sum, one.unit)) for sum_, of_sum in sums if sum_ is not one):
                continue  # nobody knows what a sum that was typed by hand holds
            holders = [other for other in files if one.sha256 in {it.sha256 for it in other.leaves}]
            names = [*paths(holders), *(tree[key].name for key in [one.unit] if key in tree)]
            once = told // figure(one.values) % BASE == 1
            assert once or any(name in text for name in names for text in said), (file.path, one.unit, one.scope)


def above(tree: Tree, key: str) -> list[str]:
    return tree.above(key) if key in tree else []


def figure(values: Values) -> int:
    """What a return says, or how often each was counted: a digit each."""
    return int(values[FIELD_BY_KEY[FIGURE].index] or 0)


def is_bare(file: File) -> bool:
    """Whether it is a merged workbook of which nobody knows what it was made from."""
    return file.is_merged and file.made_of is None


# -- the properties ---------------------------------------------------------------------------------------


def hold(world: World) -> None:
    try:
        merged = world.merged()
    except Refusal:  # there is nothing but earlier results, all of which are whole
        options = world.options(world.tree.tops[0], world.tree)
        collected = memory.collected(world.here, edition=EDITION, **options)
        expected = Expected(collected.tree, collected.root, [*collected.returns, *collected.earlier])
        assert paths(collected.returns) == sorted(expected.lost)
        assert paths(collected.earlier) == paths(expected.set_aside)
        return
    for code in sorted({one.code for one in merged.findings} & SETTLED):
        event(code)
    agree(merged)
    keep_the_promise(merged)


@worlds_of
@given(worlds(roster=True))
def test_with_a_roster(world: World) -> None:
    hold(world)


@worlds_of
@given(worlds(roster=False))
def test_without_a_roster(world: World) -> None:
    hold(world)


@worlds_of
@given(worlds(roster=True), st.randoms(use_true_random=False))
def test_names_of_files_do_not_matter(world: World, random: Any) -> None:
    names = [one.path for one in world.here]
    renamed = dict(zip(names, random.sample(names, len(names)), strict=True))
    try:
        merged = world.merged()
    except Refusal:
        return
    world.here = [replace(one, path=renamed[one.path]) for one in world.here]
    again = world.merged()
    assert (again.total, again.statuses, again.summary) == (merged.total, merged.statuses, merged.summary)
    assert {renamed[one.path] for one in merged.earlier} == {one.path for one in again.earlier}
    for code in SETTLED - {"U004"}:  # of two that are the same the first counts
        assert len(of_code(again, code)) == len(of_code(merged, code))
