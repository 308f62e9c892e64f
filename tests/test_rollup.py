"""The roll-up against the reference, and what must hold of it (design, section 1), for random trees."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memory
from reference import Reference, Sent, is_below, owns
from stattable.merging.result import MergeResult
from stattable.merging.rollup import CountedReturns, Totals, coverage, excess_fields, roll_up
from stattable.model.catalogue import finding
from stattable.model.findings import Finding
from stattable.model.form import BLANK, FIELDS, Values, add, flags_as_counts
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
ROOT = "R"
# One field of each owner: the roll-up treats all fields alike, and few of them meet more often.
KEYS = [
    *(f"activities.{column}.sessions" for column in ("province", "prefecture_county", "township", "village")),
    *(f"online.{level}.website" for level in ("province", "prefecture", "county")),
    "media.national.text",
]

examples = settings(max_examples=100, deadline=None)


# -- random worlds ----------------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A root and up to eight units below it; levels are skipped, and some units are not expected to report."""
    top = draw(st.sampled_from([Level.COUNTY, Level.PREFECTURE, Level.PROVINCE, Level.NATIONAL, Level.TOWNSHIP]))
    units = [Unit(ROOT, "根单位", top, code=ROOT, expected=top is not Level.NATIONAL and draw(st.booleans()))]
    for number in range(draw(st.integers(1, 8))):
        parent = draw(st.sampled_from([unit for unit in units if unit.level is not Level.VILLAGE]))
        level = draw(st.sampled_from(parent.level.beneath))
        expected = draw(st.sampled_from([True, True, True, False]))
        key = f"U{number}"
        units.append(Unit(key, f"单位{number}", level, code=key, parent=parent.key, expected=expected))
    return Tree(units)


def fields_of(level: Level, scope: Scope) -> list[str]:
    return [key for key in KEYS if owns(level, key) or (scope is CUMULATIVE and is_below(level, key))]


@st.composite
def figures(draw: st.DrawFn, level: Level, scope: Scope) -> dict[str, Any]:
    """Figures in fields that are the return's to fill in; at least one, for a blank form is no return."""
    counts = st.integers(0, 3)
    flags = st.booleans() if level is not Level.NATIONAL else counts
    keys = draw(st.lists(st.sampled_from(fields_of(level, scope)), unique=True, min_size=1, max_size=4))
    return {key: draw(flags if key.startswith("online.province") else counts) for key in keys}


@dataclass
class World:
    """A tree, for which of its units the merge is, and the accepted returns."""

    tree: Tree
    root: str
    sent: list[Sent]

    @property
    def counted(self) -> CountedReturns:
        own = {one.unit: one.values for one in self.sent if one.scope is OWN}
        cumulative = {one.unit: one.values for one in self.sent if one.scope is CUMULATIVE}
        said = {one.unit: one.unaccounted for one in self.sent if one.scope is CUMULATIVE}
        return CountedReturns(own, cumulative, said)

    @property
    def totals(self) -> dict[str, Values]:
        return {key: total.values for key, total in Totals(self.tree, self.root, self.counted).items()}


def scopes_of(unit: Unit) -> list[tuple[Scope, ...]]:
    if unit.level is Level.VILLAGE:
        return [(), (OWN,)]
    if unit.level is Level.NATIONAL:
        return [(), (CUMULATIVE,)]
    return [(), (OWN,), (OWN,), (CUMULATIVE,), (OWN, CUMULATIVE)]


@st.composite
def worlds(draw: st.DrawFn, merged: bool = False) -> World:
    """A world; with `merged`, cumulative returns may be workbooks that `merge` wrote."""
    tree = draw(trees())
    root = draw(st.sampled_from([ROOT, ROOT, ROOT, *tree.units]))
    sent = []
    for key in tree.below(root):
        for scope in draw(st.sampled_from(scopes_of(tree[key]))):
            said: Mapping[Level, int] = {}
            if merged and scope is CUMULATIVE:
                levels = st.sampled_from([tree[key].level, *tree[key].level.beneath])
                said = draw(st.dictionaries(levels, st.integers(0, 2), max_size=2))
            sent.append(Sent(key, scope, memory.values_of(draw(figures(tree[key].level, scope))), said))
    return World(tree, root, sent)


# -- the pure functions against the reference -------------------------------------------------------------


@examples
@given(worlds(merged=True))
def test_totals(world: World) -> None:
    reference = Reference(world.tree, world.root, world.sent)
    totals = Totals(world.tree, world.root, world.counted)
    assert {key: (total.values, total.basis.value) for key, total in totals.items()} == {
        key: (reference.total(key), reference.basis(key)) for key in reference.units
    }


@examples
@given(worlds(merged=True))
def test_coverage(world: World) -> None:
    reference = Reference(world.tree, world.root, world.sent)
    of_units = coverage(world.tree, world.root, world.counted)
    assert {key: some(one.unaccounted) for key, one in of_units.items()} == {
        key: reference.unaccounted(key) for key in reference.units
    }
    assert {key: one.returns for key, one in of_units.items()} == {
        key: any(map(reference.reports, [key, *reference.below(key)])) for key in reference.units
    }


@examples
@given(worlds(merged=True))
def test_differences(world: World) -> None:
    reference = Reference(world.tree, world.root, world.sent)
    assert told(world, world.counted) == reference.differences()


def told(world: World, counted: CountedReturns, root: str | None = None) -> dict[tuple[str, str], tuple[str, str, int]]:
    """H001 and H002 as `merge` says them with a roster, by unit and field."""
    root = root or world.root
    result = {}
    for key, one in roll_up(world.tree, root, counted).differences.items():
        if not one.compared:
            continue
        excess = excess_fields(world.tree[key].level, one.has_own_return) & one.owned_fields
        for field in FIELDS:
            amount = one.of(field.index)
            if amount < 0:
                result[key, field.key] = ("H002", "error", amount)
            elif amount > 0 and field.index in excess:
                result[key, field.key] = ("H001", "error" if field.index in one.complete_fields else "warning", amount)
    return result


# -- what must hold of the pure functions -----------------------------------------------------------------


@examples
@given(worlds(), st.data())
def test_one_go_is_level_by_level(world: World, data: st.DataObject) -> None:
    """Any units may merge on the way up, each sending its workbook on in place of all that it got."""
    tree, root, counted = world.tree, world.root, world.counted
    merging = data.draw(st.sets(st.sampled_from(sorted(tree.below(root)))), "who merges")
    own, cumulative = dict(counted.own), dict(counted.cumulative)
    said: dict[str, Mapping[Level, int]] = {}
    errors: dict[Any, Any] = {}
    for key in reversed(list(tree.below(root))):
        if key != root and key not in merging:
            continue
        here = CountedReturns(own, cumulative, said)
        errors |= told(world, here, key)
        total = Totals(tree, key, here)[key].values
        missing = coverage(tree, key, here)[key]
        if missing.returns and key != root:
            for one in tree.below(key):
                own.pop(one, None)
                cumulative.pop(one, None)
                said.pop(one, None)
            cumulative[key], said[key] = total, missing.unaccounted
    assert total == world.totals[root]
    assert only_errors(errors) == only_errors(told(world, counted))


WAYS: list[list[tuple[Scope, ...]]] = [
    [(CUMULATIVE,), (OWN, CUMULATIVE)],  # the county
    [(), (OWN,), (CUMULATIVE,), (OWN, CUMULATIVE)],  # its township
    [(), (OWN,)],  # the two villages of that
    [(), (OWN,)],
]


@pytest.mark.parametrize("expected", list(product([True, False], repeat=3)))
def test_every_way_that_a_township_may_send_its_part(expected: tuple[bool, ...]) -> None:
    """As above, for all returns of a township and its two villages, under a county that reports more than they do."""
    facts = [("T", Level.TOWNSHIP, ROOT), ("V", Level.VILLAGE, "T"), ("W", Level.VILLAGE, "T")]
    units = [Unit(key, key, level, None, up, None, one) for (key, level, up), one in zip(facts, expected, strict=True)]
    tree = Tree([Unit(ROOT, "县", Level.COUNTY), *units])
    sessions = {"activities.township.sessions": 2, "activities.village.sessions": 1, "media.national.text": 1}
    for ways in product(*WAYS):
        sent = []
        for unit, scopes in zip(tree.units.values(), ways, strict=True):
            for scope in scopes:
                fields = fields_of(unit.level, scope)
                said = {key: 9 if unit.key == ROOT and scope is CUMULATIVE else n for key, n in sessions.items()}
                values = memory.values_of({key: n for key, n in said.items() if key in fields})
                sent.append(Sent(unit.key, scope, values))
        world = World(tree, ROOT, sent)
        reference = Reference(tree, ROOT, sent)
        of_units = coverage(tree, ROOT, world.counted)
        assert {key: some(one.unaccounted) for key, one in of_units.items()} == {
            key: reference.unaccounted(key) for key in reference.units
        }
        whole = told(world, world.counted)
        assert whole == reference.differences()
        if any(ways[1:]):  # the township merges, and sends its workbook on
            county = {one.scope: {ROOT: one.values} for one in sent if one.unit == ROOT}
            page = {**county[CUMULATIVE], "T": world.totals["T"]}
            sent_on = CountedReturns(county.get(OWN, {}), page, {"T": of_units["T"].unaccounted})
            assert whole == {**told(world, sent_on), **told(world, world.counted, "T")}


def some(counts: Mapping[Level, int]) -> dict[Level, int]:
    return {level: count for level, count in counts.items() if count}


def only_errors(findings: dict[Any, Any]) -> dict[Any, Any]:
    return {place: one for place, one in findings.items() if one[1] == "error"}


@examples
@given(worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(world: World, random: Any) -> None:
    units, sent = list(world.tree.units.values()), list(world.sent)
    random.shuffle(units)
    random.shuffle(sent)
    shuffled = World(Tree(units), world.root, sent)
    assert shuffled.totals == world.totals
    assert told(shuffled, shuffled.counted) == told(world, world.counted)


@examples
@given(worlds())
def test_the_total_is_the_sum_of_the_contributions(world: World) -> None:
    contributing = Reference(world.tree, world.root, world.sent).contributing()
    total = BLANK
    for one in contributing:
        total = tuple(map(add, total, flags_as_counts(one.values, world.tree[world.root].level)))
    assert world.totals[world.root] == total
    for one in world.sent:  # each contributes all its figures or nothing
        without = replace(world, sent=[other for other in world.sent if other is not one])
        if one not in contributing:
            assert without.totals[world.root] == world.totals[world.root]


@examples
@given(worlds(), st.data())
def test_one_more_return_changes_only_the_totals_above_it(world: World, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(world.tree.below(world.root))), "unit")
    there = [one.scope for one in world.sent if one.unit == key]
    scopes = {scope for some in scopes_of(world.tree[key]) for scope in some} - set(there)
    for scope in sorted(scopes):
        more = Sent(key, scope, memory.values_of(data.draw(figures(world.tree[key].level, scope))))
        changed = replace(world, sent=[*world.sent, more]).totals
        beside = {one for one in changed if one != key and one not in world.tree.above(key)}
        assert {one: changed[one] for one in beside} == {one: world.totals[one] for one in beside}


# -- the whole way of returns that were read --------------------------------------------------------------


@dataclass(frozen=True)
class Mail:
    """A file that a unit sends: on a blank that states its scope, or typed."""

    unit: str
    scope: Scope | None
    figures: Mapping[str, Any]
    fault: str | None = None
    written: float = 1.0

    def received(self, tree: Tree, path: str) -> ReturnFile:
        facts = memory.facts_of(path, self.written)
        one = memory.sent(tree, self.unit, self.figures, self.scope, path=path, facts=facts)
        if self.fault == "value":
            return replace(one, findings=(finding("V002", path=path, field=FIELDS[0].key, cell="B6"),))
        if self.fault == "unread":
            return memory.received(path, "", None, identity=one.identity, facts=facts)
        return replace(one, surroundings=replace(one.surroundings, name="别处")) if self.fault == "stranger" else one


@st.composite
def mails(draw: st.DrawFn, tree: Tree, key: str) -> Mail:
    level = tree[key].level
    scope = draw(st.sampled_from([some for scopes in scopes_of(tree[key]) for some in scopes]))
    stated = draw(st.booleans()) or level is Level.NATIONAL  # a typed page does not say that it counts 有
    fault = draw(st.sampled_from([None] * 9 + ["value", "unread", "stranger"]))
    said = draw(figures(level, scope))
    if not stated:  # zeros in fields below alone are no return, which shows only where its workbook is sent on
        said.setdefault(draw(st.sampled_from(fields_of(level, OWN))), 0)
    return Mail(key, scope if stated else None, said, fault, draw(st.sampled_from([1.0, 2.0])))


@dataclass
class Mailbag:
    """A tree, and the files of its units, some sent twice, faulty, or without a scope."""

    tree: Tree
    mails: list[Mail]

    def __repr__(self) -> str:
        return f"Mailbag({list(self.tree.units.values())}, {self.mails})"

    @property
    def files(self) -> list[ReturnFile]:
        return [mail.received(self.tree, f"{number:02}.xlsx") for number, mail in enumerate(self.mails)]

    def merged(self, files: Iterable[ReturnFile] | None = None, root: str = ROOT) -> MergeResult:
        return memory.merge(self.files if files is None else files, roster=self.tree, code=root)


@st.composite
def mailbags(draw: st.DrawFn) -> Mailbag:
    tree = draw(trees())
    bag = [draw(mails(tree, key)) for key in tree.units for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3])))]
    return Mailbag(tree, bag or [draw(mails(tree, ROOT))])


def differences_of(one: Finding) -> list[tuple[str, int]]:
    """Return the fields that H001 or H002 is about, and their differences; of many it says the figures in words."""
    if one.field:
        return [(one.field, int(str(one.params["difference"])))]
    figures: Any = one.params["figures"]
    said = (re.search(r"上报 (\d+)，合计 (\d+)，(?:多出|少) (\d+)$", figure) for figure in figures)
    amounts = [tuple(map(int, match.groups())) for match in said if match]
    assert all(abs(reported - known) == amount for reported, known, amount in amounts)
    return [(field, reported - known) for field, (reported, known, _) in zip(one.fields, amounts, strict=True)]


@examples
@given(mailbags())
def test_a_merge_is_the_reference_of_what_it_accepts(bag: Mailbag) -> None:
    tree, merged = bag.tree, bag.merged()
    files: dict[str, list[str]] = {}
    for one in merged.returns:
        files.setdefault(one.key or "", []).append(one.status)
    accepted = [one for one in merged.returns if one.status == "accepted"]
    reference = Reference(tree, ROOT, [Sent(str(one.key), one.scope or OWN, one.values) for one in accepted])
    assert merged.statuses == reference.statuses(files)
    assert {key: total.values for key, total in merged.rollup.totals.items()} == {
        key: reference.total(key) for key in reference.units
    }
    keys = {unit.name: key for key, unit in tree.units.items()}
    told = [(keys.get(str(one.unit and one.unit.name), ""), one) for one in merged.findings]
    assert {
        (key, field, one.code, one.severity.value, difference)
        for key, one in told
        if one.code in {"H001", "H002"}
        for field, difference in differences_of(one)
    } == {(key, field, *one) for (key, field), one in reference.differences().items()}
    groups = merged.missing_groups()
    assert [key for key, one in told if one.code == "C001"] == [group.unit for group in groups]
    missing = [key for key, status in merged.statuses.items() if status == "missing"]
    assert sorted(key for group in groups for key in group.missing) == sorted(missing)
    for group in groups:
        below = {key: status for key, status in merged.statuses.items() if tree.under(key, group.unit) and status}
        assert group.is_all == (len(below) > (group.unit in below) and set(below.values()) == {"missing"})


@examples
@given(mailbags())
def test_what_is_received_and_expected_adds_up(bag: Mailbag) -> None:
    merged = bag.merged()
    summary = merged.summary
    of_statuses = (summary.accepted, summary.rejected, summary.duplicate, summary.superseded)
    assert summary.received == len(bag.mails) == sum(of_statuses)
    with_file = {one.key for one in merged.returns if one.key is not None}
    assert summary.expected == len(with_file) + summary.covered + summary.missing


@examples
@given(mailbags(), st.randoms(use_true_random=False))
def test_names_of_files_do_not_matter(bag: Mailbag, random: Any) -> None:
    shuffled = Mailbag(bag.tree, random.sample(bag.mails, len(bag.mails)))
    left, right = bag.merged(), shuffled.merged()
    assert (left.rollup.totals, left.statuses, left.summary) == (right.rollup.totals, right.statuses, right.summary)
    assert sorted(one.code for one in left.findings) == sorted(one.code for one in right.findings)


@examples
@given(mailbags(), st.data())
def test_one_more_file_changes_only_the_totals_above_it(bag: Mailbag, data: st.DataObject) -> None:
    tree = bag.tree
    key = data.draw(st.sampled_from(sorted(tree.units)), "unit")
    more = data.draw(mails(tree, key)).received(tree, "more.xlsx")
    before, after = bag.merged().rollup.totals, bag.merged([*bag.files, more]).rollup.totals
    beside = {one for one in tree.units if one != key and one not in tree.above(key)}
    assert {one: after[one] for one in beside} == {one: before[one] for one in beside}


@examples
@given(mailbags(), st.data())
def test_files_in_one_go_are_level_by_level(bag: Mailbag, data: st.DataObject) -> None:
    tree = bag.tree
    merging = data.draw(st.sets(st.sampled_from(sorted(tree.units))), "who merges")
    here = [(mail.unit, one) for mail, one in zip(bag.mails, bag.files, strict=True)]
    errors: list[tuple[str, ...]] = []
    total = BLANK  # as it is where nothing is left for the root
    for key in reversed(list(tree.below(ROOT))):
        mine = [one for whose, one in here if tree.under(whose, key)]
        if not mine or (key != ROOT and key not in merging):
            continue
        merged = bag.merged(mine, key)
        errors, total = errors + errors_of(merged), merged.total if key == ROOT else total
        here = [(whose, one) for whose, one in here if one not in mine]
        if not merged.refused:
            here.append((key, memory.written(merged, f"merged.{key}.xlsx")))
    assert total == bag.merged().total
    assert sorted(errors) == errors_of(bag.merged())


def errors_of(merged: MergeResult) -> list[tuple[str, ...]]:
    return sorted((one.code, one.path or "", one.field or "") for one in merged.findings if one.severity == "error")


# -- what is kept of each unit ----------------------------------------------------------------------------


def test_units_alike_share_what_is_kept_of_them() -> None:
    """Of 55,000 villages only the figures are their own: less than a kilobyte each, however many there are."""
    villages = [Unit(f"v{n}", f"村{n}", Level.VILLAGE, parent="t") for n in range(300)]
    tree = Tree([Unit("t", "镇", Level.TOWNSHIP), *villages])
    own = {unit.key: tuple([None] * 39 + [n]) for n, unit in enumerate(villages)}
    rolled = roll_up(tree, "t", CountedReturns(own))
    assert len({id(rolled.coverage[unit.key]) for unit in villages}) == 1
    assert all(rolled.totals[unit.key].values is own[unit.key] for unit in villages)
    assert rolled.totals["t"].values == (*[None] * 39, sum(range(300)))


def test_there_are_totals_of_the_root_and_all_below_it_alone() -> None:
    counties = [Unit(key, key, Level.COUNTY) for key in "ab"]
    tree = Tree([*counties, Unit("aa", "镇", Level.TOWNSHIP, parent="a"), Unit("ba", "镇", Level.TOWNSHIP, parent="b")])
    totals = roll_up(tree, "a", CountedReturns()).totals
    assert (list(totals), len(totals)) == (["a", "aa"], 2)
    assert [key in totals for key in ("a", "aa", "b", "ba", "c")] == [True, True, False, False, False]
    assert totals["aa"].values == BLANK
    for key in ("ba", "c"):
        with pytest.raises(KeyError, match=key):
            totals[key]
