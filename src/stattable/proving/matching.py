"""Which units of two sides are the same, and which may be, under another code or name."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from stattable.checking.namesakes import contradict
from stattable.model.names import comparable_name
from stattable.model.units import Level
from stattable.proving.sides import Side

# What a unit loses or gains when it becomes one of another kind: a township a sub-district, a village a community.
_KIND: Final = re.compile("(?:街道|社区|嘎查|苏木|自治[县州旗区]|[省市县区旗镇乡村])$")

Pairs = dict[str, str]  # keys of the old side → keys of the new one


def matching_units(old: Side, new: Side) -> Pairs:
    """Return the units that are the same on both sides.

    They have the same code and name; or, where not both have a code, the same key, or a name that only one unit of
    each side has below the same units.
    """
    pairs: Pairs = {}
    codes = {one.ref.code: key for key, one in new.units.items() if one.ref.code}
    for key, unit in old.units.items():
        same = codes.get(unit.ref.code) if unit.ref.code else None
        if same is None and not unit.ref.code and key in new.units and not new.units[key].ref.code:
            same = key
        if same is not None and _share_name(old, key, new, same):
            pairs[key] = same
    pairs |= _by_name(old, new, pairs)
    if old.is_single and new.is_single and _is_anonymous(old, new):
        pairs |= zip(_senders(old), _senders(new), strict=True)
    return pairs


def _senders(side: Side) -> list[str]:
    return [key for key, unit in side.units.items() if unit.standing is not None]


def _is_anonymous(*sides: Side) -> bool:
    """Whether one of the sides is a return of which nothing says whose it is."""
    return any(side.units[key].ref.name is None for side in sides for key in _senders(side))


def _by_name(old: Side, new: Side, known: Pairs) -> Pairs:
    """Return the units that have one name, of which not both have a code, and that no units above tell apart."""
    taken = set(known.values())
    by_name: dict[str, list[str]] = {}
    for key in new.units:
        if key not in taken and (name := _own_name(new, key)):
            by_name.setdefault(name, []).append(key)
    candidates: dict[str, list[str]] = {}
    for key, unit in old.units.items():
        if key not in known:
            candidates[key] = [
                other
                for other in by_name.get(_own_name(old, key), ())
                if not (unit.ref.code and new.units[other].ref.code)
                and _may_be_one_level(unit.ref.level, new.units[other].ref.level)
                and not contradict(_names_above(old, key), _names_above(new, other))
            ]
    return dict(_mutual(candidates))


def _mutual(candidates: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of which neither has another candidate."""
    rivals: dict[str, int] = {}
    for others in candidates.values():
        for other in others:
            rivals[other] = rivals.get(other, 0) + 1
    for key, others in candidates.items():
        if len(others) == 1 and rivals[next(iter(others))] == 1:
            yield key, next(iter(others))


def _may_be_one_level(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _names_above(side: Side, key: str) -> dict[Level, str]:
    above = (side.units[one].ref for one in side.above(key))
    return {Level(ref.level): comparable_name(ref.name) for ref in above if ref.level and ref.name}


def _own_name(side: Side, key: str) -> str:
    """Return the comparable name of a unit without those of the units above it in front; ``""`` if it has none."""
    name = comparable_name(side.units[key].ref.name or "")
    rest = name
    for above in reversed([*side.above(key)]):
        rest = rest.removeprefix(comparable_name(side.units[above].ref.name or ""))
    return rest or name


def _share_name(old: Side, key: str, new: Side, other: str) -> bool:
    """Whether two units have one name, or nothing says the name of one of them."""
    names = _own_name(old, key), _own_name(new, other)
    if "" in names or names[0] == names[1]:
        return True
    wholes = [comparable_name(side.units[one].ref.name or "") for side, one in ((old, key), (new, other))]
    return wholes[0] == wholes[1]


# -- renamed and re-coded ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trait:
    """What a unit that is gone may share with one that is there now.

    Attributes:
        of: the trait of a unit of a side, or None where it has none.
        parent_needed: whether both must stand under one unit, even where no other unit has the trait.
    """

    of: Callable[[Side, str], Hashable]
    parent_needed: bool = False


def _code(side: Side, key: str) -> Hashable:
    return side.units[key].ref.code


def _name(side: Side, key: str) -> Hashable:
    name = _own_name(side, key)
    return (name, side.units[key].ref.level) if name else None


def _stem(side: Side, key: str) -> Hashable:
    stem = _stem_of(_own_name(side, key))
    return (stem, side.units[key].ref.level) if stem else None


_TRAITS: Final = (_Trait(_code), _Trait(_name), _Trait(_stem, parent_needed=True))


def likely_pairs(old: Side, gone: Iterable[str], new: Side, come: Iterable[str], pairs: Pairs) -> Pairs:
    """Return the units that are gone, each with the one that it may be now; never one of several.

    Args:
        old: the side before.
        gone: keys of its units that are on the other side no more.
        new: the side now.
        come: keys of its units that were not on the other side.
        pairs: the units that are the same.
    """
    found: Pairs = {}
    gone_by_level, come_by_level = _by_level(old, gone), _by_level(new, come)
    for level in (*Level, None):  # from the top down, so that it is known what the units above became
        left, right = dict.fromkeys(gone_by_level.get(level, ())), dict.fromkeys(come_by_level.get(level, ()))
        for trait in _TRAITS:
            for one, other in _sharing(old, left, new, right, trait, pairs | found):
                found[one] = other
                del left[one], right[other]
    return found


def _by_level(side: Side, keys: Iterable[str]) -> dict[str | None, list[str]]:
    by_level: dict[str | None, list[str]] = {}
    for key in keys:
        by_level.setdefault(side.units[key].ref.level, []).append(key)
    return by_level


def _sharing(
    old: Side, gone: Collection[str], new: Side, come: Collection[str], trait: _Trait, pairs: Pairs
) -> list[tuple[str, str]]:
    """Return the pairs that alone share a trait under one parent, then those that alone share it at all."""
    with_trait: dict[Hashable, list[str]] = {}
    for key in come:
        with_trait.setdefault(trait.of(new, key), []).append(key)
    candidates = {key: with_trait.get(said, []) for key in gone if (said := trait.of(old, key)) is not None}
    near = {
        key: [other for other in others if _one_parent(old, key, new, other, pairs)]
        for key, others in candidates.items()
        if others
    }
    found = dict(_mutual(near))
    if not trait.parent_needed:
        taken = set(found.values())
        rest = {
            key: [other for other in others if other not in taken]
            for key, others in candidates.items()
            if key not in found
        }
        found |= dict(_mutual(rest))
    return [*found.items()]


def _one_parent(old: Side, key: str, new: Side, other: str, pairs: Pairs) -> bool:
    above, below = old.units[key].parent, new.units[other].parent
    if above not in old.units or below not in new.units or above is None or below is None:
        return False
    return pairs.get(above) == below or _stem_of(_own_name(old, above)) == _stem_of(_own_name(new, below))


def _stem_of(name: str) -> str:
    return _KIND.sub("", name)
