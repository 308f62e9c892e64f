"""The units that returns may be from, by a roster or by the identities of all files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param
from stattable.model.identity import Identity, UnitFacts
from stattable.model.names import Names, comparable_name
from stattable.model.units import Level, Scope, Tree, Unit, place_by_code
from stattable.reading.return_file import ReturnFile


@dataclass(frozen=True)
class Register:
    """The units that returns may be from.

    Attributes:
        tree: of the roster, or of the identities.
        is_roster: whether the tree holds all units, so that one outside it is unknown.
        root: only this unit and those below it may report; None for all.
        level: of units of which neither an identity nor the roster says it, or None.
        scopes: the scope of a unit's returns that do not state it, by key: an option's.
        level_needed: whether a unit of unknown level is an error, as where returns are merged.
        conflicts: the findings about the identities of files that contradict others, by path.
        beyond: names of units that are not in the tree, by their codes, to know them in front of other names.
    """

    tree: Tree
    is_roster: bool
    root: str | None = None
    level: Level | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    level_needed: bool = False
    conflicts: Mapping[str, Finding] = field(default_factory=dict)
    beyond: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        """The names under which the register's units may be written."""
        return Names(self.tree, self.root if self.is_roster else None, self.beyond)


_Params = dict[str, Param]


@dataclass(slots=True)
class _Claim:
    """What some files say of a unit, all of them the same.

    Attributes:
        facts: its name and level.
        parent: key of the unit right above it, or None where they name none.
        paths: of the files.
        voters: their fingerprints: a copy of a file has no vote of its own.
    """

    facts: UnitFacts
    parent: str | None
    paths: list[str] = field(default_factory=list)
    voters: set[str] = field(default_factory=set)


def identity_tree(files: Iterable[ReturnFile]) -> tuple[Tree, dict[str, Finding]]:
    """Return the tree that the identities of files describe, and the findings on those that contradict others.

    A file speaks of its own unit and of those above it. What more than half of the files that speak of a unit's name,
    level or parent say of it is true, and those that say otherwise are at fault. Where no majority says the same, all
    that speak of the unit are at fault: nobody can tell where it is, nor where those below it are.

    Args:
        files: all files; those without identity say nothing, nor does an identity without code and parents,
            which is no more than a name.

    Returns:
        The tree, sorted by code, and U009 for every file whose identity is at fault, by path. What no majority
        settles is in the tree as the first file says it.
    """
    spoken: dict[str, dict[tuple[UnitFacts, str | None], _Claim]] = {}
    units: dict[str, Unit] = {}
    faults: dict[str, _Params] = {}
    for one in files:
        if one.identity is None or not has_place(one.identity):
            continue
        chain, keys = (*one.identity.above, one.identity.unit), identity_keys(one.identity)
        if fault := _out_of_order(chain):
            faults[one.path] = fault
            units |= {key: _unit(key, facts, None) for key, facts in zip(keys, chain, strict=True)}
            continue
        for key, parent, facts in zip(keys, (None, *keys), chain, strict=False):
            claims = spoken.setdefault(key, {})
            if (facts, parent) not in claims:
                claims[facts, parent] = _Claim(facts, parent)
            claims[facts, parent].paths.append(one.path)
            claims[facts, parent].voters.add(one.facts.sha256 or one.path)
    for key, claims in spoken.items():
        units[key], of_unit = _resolve_unit(key, list(claims.values()))
        for path, fault in of_unit.items():
            faults.setdefault(path, fault)
    tree = Tree(sorted(place_by_code(units.values()), key=lambda unit: unit.key))
    return tree, {path: finding("U009", path=path, params=fault) for path, fault in faults.items()}


def has_place(identity: Identity) -> bool:
    """Whether an identity says where its unit stands: by a code, or by the units above."""
    return bool(identity.unit.code or identity.above)


def identity_keys(identity: Identity) -> list[str]:
    """Return the keys of the units that an identity names, from the top down, its own unit last.

    A unit's key is its code, or its name after its parent's key.
    """
    keys: list[str] = []
    for facts in (*identity.above, identity.unit):
        keys.append(facts.code or "/".join([*keys[-1:], comparable_name(facts.name)]))
    return keys


def names_beyond(tree: Tree, files: Iterable[ReturnFile]) -> dict[str, str]:
    """Return the names of units above those of a roster, by their codes, as the identities of files have them.

    Args:
        tree: of the roster.
        files: whose identities all say the same of a unit, or else nothing is known of it.
    """
    said: dict[str, dict[str, str]] = {}
    for facts in (facts for one in files if one.identity for facts in one.identity.above):
        if facts.code and facts.code not in tree:
            said.setdefault(facts.code, {})[comparable_name(facts.name)] = facts.name
    return {code: next(iter(names.values())) for code, names in said.items() if len(names) == 1}


def _unit(key: str, facts: UnitFacts, parent: str | None) -> Unit:
    return Unit(key, facts.name, facts.level, code=facts.code, parent=parent)


def _out_of_order(chain: Sequence[UnitFacts]) -> _Params:
    """Return, as parameters of U009, which unit is not of a higher level than the next; empty where all are."""
    for above, below in pairwise(chain):
        if not above.level.above(below.level):
            return {"reason": "order", "one_says": _words(below), "two_says": _words(above)}
    return {}


def _resolve_unit(key: str, claims: Sequence[_Claim]) -> tuple[Unit, dict[str, _Params]]:
    faults: dict[str, _Params] = {}
    named, levelled, placed = (_majority_claim(claims, *aspect, faults) for aspect in _ASPECTS.items())
    facts = UnitFacts(named.facts.code, named.facts.name, levelled.facts.level)
    return _unit(key, facts, placed.parent), faults


_ASPECTS: Final[Mapping[str, Callable[[_Claim], str | None]]] = {
    "name": lambda claim: comparable_name(claim.facts.name),
    "level": lambda claim: claim.facts.level.label,
    "parent": lambda claim: claim.parent,
}


def _majority_claim(
    claims: Sequence[_Claim], aspect: str, say: Callable[[_Claim], str | None], faults: dict[str, _Params]
) -> _Claim:
    """Return the first claim of the majority on one aspect of a unit; add the files that contradict it to `faults`."""
    said: dict[str, list[_Claim]] = {}
    for claim in claims:
        if word := say(claim):
            said.setdefault(word, []).append(claim)
    if len(said) < 2:
        return next(iter(said.values()), claims)[0]
    votes = {word: len(set[str]().union(*(claim.voters for claim in same))) for word, same in said.items()}
    most = max(votes, key=lambda word: votes[word])
    if 2 * votes[most] <= sum(votes.values()):
        (one, *_), (two, *_), *_ = said.values()
        fault: _Params = {
            "reason": "files", "key": one.facts.code or one.facts.name,
            "one": one.paths[0], "one_says": _words(one.facts, one.parent),
            "two": two.paths[0], "two_says": _words(two.facts, two.parent),
        }  # fmt: skip
        faults |= {path: fault for claim in claims for path in claim.paths}
        return one
    true = said.pop(most)[0]
    for word, same in said.items():
        fault = {
            "reason": aspect, "key": true.facts.code or true.facts.name,
            "count": votes[word], "one_says": word, "most": votes[most], "two_says": most,
        }  # fmt: skip
        faults |= {path: fault for claim in same for path in claim.paths}
    return true


def _words(facts: UnitFacts, parent: str | None = None) -> str:
    above = f"，上级 {parent}" if parent else ""
    return f"{facts.name}（{facts.level.label}{above}）"


def unplaced_key(name: str) -> str:
    """Return the key of a unit of which only the name is known."""
    return f"?{comparable_name(name)}"
