"""Which units of two sides are the same, and which may be, under another code or name."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Final

from stattable.checking.namesakes import Above, contradict
from stattable.model.findings import UnitRef
from stattable.model.names import comparable_name
from stattable.model.units import Level
from stattable.proving.sides import Side

# What a unit loses or gains when it becomes one of another kind: a township a sub-district, a village a community.
_KIND: Final = re.compile("(?:街道|社区|嘎查|苏木|自治[县州旗区]|[省市县区旗镇乡村])$")

Pairs = dict[str, str]  # keys of the old side → keys of the new one


class _Names:
    """The names of a side's units, each brought to the spelling for comparing once.

    Attributes:
        side: whose units they are.
    """

    def __init__(self, side: Side) -> None:
        self.side = side
        self._own: dict[str, str] = {}
        self._above: dict[str | None, Above] = {}  # by parent: many units stand under one

    def ref(self, key: str) -> UnitRef:
        """Return the unit of a key."""
        return self.side.units[key].ref

    def own(self, key: str) -> str:
        """Return the name of a unit without those of the units above it in front; ``""`` if it has none."""
        if key not in self._own:
            name = comparable_name(self.ref(key).name or "")
            rest = name
            for above in reversed([*self.side.above(key)]):
                rest = rest.removeprefix(comparable_name(self.ref(above).name or ""))
            self._own[key] = rest or name
        return self._own[key]

    def stem(self, key: str) -> str:
        """Return the same without what says of which kind the unit is."""
        return _KIND.sub("", self.own(key))

    def above(self, key: str) -> Above:
        """Return the names of the units above a unit."""
        parent = self.side.units[key].parent
        if parent not in self._above:
            refs = map(self.ref, self.side.above(key))
            self._above[parent] = {
                Level(ref.level): comparable_name(ref.name) for ref in refs if ref.level and ref.name
            }
        return self._above[parent]

    def parent(self, key: str) -> str | None:
        """Return the key of the unit above a unit, or None where none is known."""
        parent = self.side.units[key].parent
        return parent if parent in self.side.units else None


def matching_units(old: Side, new: Side) -> Pairs:
    """Return the units that are the same on both sides.

    They have the same code and name; or, where not both have a code, the same key, or a name that only one unit of
    each side has below the same units.
    """
    before, now = _Names(old), _Names(new)
    pairs: Pairs = {}
    codes = {one.ref.code: key for key, one in new.units.items() if one.ref.code}
    for key, unit in old.units.items():
        same = codes.get(unit.ref.code) if unit.ref.code else None
        if same is None and not unit.ref.code and key in new.units and not new.units[key].ref.code:
            same = key
        if same is not None and _share_name(before, key, now, same):
            pairs[key] = same
    pairs |= _by_name(before, now, pairs)
    if old.is_single and new.is_single and _is_anonymous(old, new):
        pairs |= zip(_senders(old), _senders(new), strict=True)
    return pairs


def _senders(side: Side) -> list[str]:
    return [key for key, unit in side.units.items() if unit.standing is not None]


def _is_anonymous(*sides: Side) -> bool:
    """Whether one of the sides is a return of which nothing says whose it is."""
    return any(side.units[key].ref.name is None for side in sides for key in _senders(side))


def _share_name(old: _Names, key: str, new: _Names, other: str) -> bool:
    """Whether two units have one name, or nothing says the name of one of them."""
    names = old.own(key), new.own(other)
    if "" in names or names[0] == names[1]:
        return True
    return comparable_name(old.ref(key).name or "") == comparable_name(new.ref(other).name or "")


def _by_name(old: _Names, new: _Names, known: Pairs) -> Pairs:
    """Return the units that have one name, of which not both have a code, and that no units above tell apart."""
    taken = set(known.values())
    left = [key for key in old.side.units if key not in known and old.own(key)]
    right = [key for key in new.side.units if key not in taken and new.own(key)]

    def place(names: _Names, key: str) -> Hashable:
        return names.own(key), names.ref(key).level, frozenset(names.above(key).items())

    found = {
        key: other
        for key, other in _only_ones(left, lambda key: place(old, key), right, lambda key: place(new, key))
        if not (old.ref(key).code and new.ref(other).code)
    }
    taken = set(found.values())
    by_name: dict[tuple[str, bool], list[str]] = {}  # with whether they have no code, with which alone a code agrees
    for key in right:
        if key not in taken:
            for has_none in {False, new.ref(key).code is None}:
                by_name.setdefault((new.own(key), has_none), []).append(key)
    candidates = {
        key: [
            other
            for other in by_name.get((old.own(key), old.ref(key).code is not None), ())
            if _may_be_one(old, key, new, other)
        ]
        for key in left
        if key not in found
    }
    rivals: dict[str, int] = {}
    for others in candidates.values():
        for other in others:
            rivals[other] = rivals.get(other, 0) + 1
    return found | {key: one for key, (one, *more) in _filled(candidates) if not more and rivals[one] == 1}


def _filled(candidates: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    return ((key, others) for key, others in candidates.items() if others)


def _may_be_one(old: _Names, key: str, new: _Names, other: str) -> bool:
    """Whether nothing says that two units of one name differ: neither their levels nor the units above them."""
    level, other_level = old.ref(key).level, new.ref(other).level
    if level and other_level and level != other_level:
        return False
    return not contradict(old.above(key), new.above(other))


def _only_ones(
    left: Iterable[str], of_left: Callable[[str], Hashable], right: Iterable[str], of_right: Callable[[str], Hashable]
) -> Iterator[tuple[str, str]]:
    """Yield the pairs that alone, on their sides, have some trait; None is no trait."""
    by_trait: dict[Hashable, tuple[list[str], list[str]]] = {}
    for at, (keys, trait_of) in enumerate(((left, of_left), (right, of_right))):
        for key in keys:
            if (trait := trait_of(key)) is not None:
                by_trait.setdefault(trait, ([], []))[at].append(key)
    return ((ones[0], others[0]) for ones, others in by_trait.values() if len(ones) == len(others) == 1)


# -- renamed and re-coded ---------------------------------------------------------------------------------


def likely_pairs(old: Side, gone: Iterable[str], new: Side, come: Iterable[str], pairs: Pairs) -> Pairs:
    """Return the units that are gone, each with the one that it may be now; never one of several.

    They have one code; or one name and level; or a name but for the kind of unit that it says, below the same unit. Of
    several with one name that one is taken which stands below the same unit, or below what that unit became.

    Args:
        old: the side before.
        gone: keys of its units that are on the other side no more.
        new: the side now.
        come: keys of its units that were not on the other side.
        pairs: the units that are the same.
    """
    before, now = _Names(old), _Names(new)
    gone_by_level, come_by_level = _by_level(old, gone), _by_level(new, come)
    found: Pairs = {}
    for level in (*Level, None):  # from the top down, so that it is known what the units above became
        left, right = dict.fromkeys(gone_by_level.get(level, ())), dict.fromkeys(come_by_level.get(level, ()))
        for of_old, of_new in _traits(before, now, pairs, found):
            for one, other in [*_only_ones(left, of_old, right, of_new)]:
                found[one] = other
                del left[one], right[other]
    return found


_TraitOf = Callable[[str], Hashable]


def _traits(old: _Names, new: _Names, pairs: Pairs, found: Pairs) -> Iterator[tuple[_TraitOf, _TraitOf]]:
    """Yield what units that are one may share, the surest first: how it is told of an old one, and of a new one."""

    def became(key: str) -> str | None:
        parent = old.parent(key)
        return None if parent is None else found.get(parent, pairs.get(parent))

    def parent_stem(names: _Names, key: str) -> str | None:
        parent = names.parent(key)
        return None if parent is None else names.stem(parent)

    yield lambda key: old.ref(key).code, lambda key: new.ref(key).code
    yield lambda key: _both(old.own(key), became(key)), lambda key: _both(new.own(key), new.parent(key))
    yield lambda key: _both(old.own(key), parent_stem(old, key)), lambda key: _both(new.own(key), parent_stem(new, key))
    yield lambda key: old.own(key) or None, lambda key: new.own(key) or None
    yield lambda key: _both(old.stem(key), became(key)), lambda key: _both(new.stem(key), new.parent(key))
    yield (
        lambda key: _both(old.stem(key), parent_stem(old, key)),
        lambda key: _both(new.stem(key), parent_stem(new, key)),
    )


def _both(one: str | None, other: str | None) -> Hashable:
    return (one, other) if one and other else None


def _by_level(side: Side, keys: Iterable[str]) -> dict[str | None, list[str]]:
    by_level: dict[str | None, list[str]] = {}
    for key in keys:
        by_level.setdefault(side.units[key].ref.level, []).append(key)
    return by_level
