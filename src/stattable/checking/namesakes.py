"""Returns with one name, told apart by the units above theirs, where no roster tells more."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from stattable.model.names import Names, comparable_name, level_of_name
from stattable.model.units import Level, Tree

_ORDERING_PREFIX: Final = re.compile(r"^[\W\d_]+")  # of a folder's name: a code, a number, a date
# Names of kinds and of numbers of units, which are no unit's own: 乡镇, 各村, 其他街道, 三个镇, 已交乡镇.
_KIND: Final = "[省市县区旗乡镇街道办事处村居社城农]"
_GROUP_NAME: Final = re.compile(
    rf"""
    (?: [全各本该几多一二两三四五六七八九十个]+       # 三个镇
      | 所有 | 下属 | 其[他它余] | 部分 | 剩[余下]    # 其他街道
      | [已未待补上][报交收]                         # 已交乡镇
    )? {_KIND}+
    | .* (?: 乡镇|镇街|街镇|县区|区县|县市|村镇|城镇|集镇|重点镇|中心镇 )
    """,
    re.VERBOSE,
)

MOST_RIVALS: Final = 4

Above = Mapping[Level, str]  # comparable names of units, by their levels


@dataclass(frozen=True, slots=True)
class NamedReturn:
    """A return that belongs to a unit, with what is known about the unit.

    Attributes:
        path: the path of the file.
        name: the unit's comparable name, perhaps with names of units above in front.
        level: the unit's level, or None.
        above: what is known about the units above it.
        key: the unit's key in the tree, or None where nothing places it.
        sure: whether the unit is known by more than names.
        edition: the edition of the return, or None.
    """

    path: str
    name: str
    level: Level | None
    above: Above
    key: str | None
    sure: bool
    edition: int | None

    @property
    def folder(self) -> Path:
        """The folder that the file lies in."""
        return Path(self.path).parent.absolute()


def above_by_folders(folders: Sequence[str], level: Level | None, tree: Tree, names: Names, root: str | None) -> Above:
    """Return the units above one of `level` by the folders of its file.

    Args:
        folders: the names of the folders, the outermost first; one that is no unit's name by its ending, and not in
            the tree, is ignored.
        level: the level of the unit, or None where any unit may be above it.
        tree: the units that are known.
        names: the names of these.
        root: the root of the merge, or None; the root and units above it are left out, as they tell nothing apart.
    """
    above = {}
    for folder in folders:
        name = comparable_name(_ORDERING_PREFIX.sub("", folder))
        if own := _own_level(name):
            above[own] = name
    known = names.match_folders(folders)
    for key in (*tree.above(known), known) if known else ():
        above[tree[key].level] = comparable_name(tree[key].name)
    top = tree[root].level if root else None
    return {at: name for at, name in above.items() if _between(at, top, level)}


def _between(level: Level, top: Level | None, bottom: Level | None) -> bool:
    return (top is None or top.above(level)) and (bottom is None or level.above(bottom))


def _own_level(name: str) -> Level | None:
    """Return the level of a unit by its own `name`, or None."""
    return None if _GROUP_NAME.fullmatch(name) else level_of_name(name)


def above_by_tree(key: str, tree: Tree) -> Above:
    """Return the units above the unit `key` of the tree."""
    return {tree[above].level: comparable_name(tree[above].name) for above in tree.above(key)}


def contradict(left: Above, right: Above) -> bool:
    """Whether two units must differ, since different units of one level are above them.

    Two names may be the same where one ends with the other: 中牟县官渡镇 is 官渡镇.
    """
    return any(
        level in right and not name.endswith(right[level]) and not right[level].endswith(name)
        for level, name in left.items()
    )


# -- one name ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Candidate:
    """A unit that several returns of one name may be from, as they tell the same about it.

    Attributes:
        above: what is known about the units above it.
        key: its key in the tree, or None.
        sure: whether it is known by more than names.
        edition: the edition of the returns.
        level: its level.
        members: the returns.
    """

    above: Above
    key: str | None
    sure: bool
    edition: int | None
    level: Level | None
    members: list[NamedReturn] = field(default_factory=list)

    def may_be(self, other: "_Candidate") -> bool:
        """Whether the two may be the same unit."""
        if self.edition and other.edition and self.edition != other.edition:
            return False
        in_tree = self.key or other.key  # where levels are known for sure
        return not (in_tree and self.level is not other.level) and not contradict(self.above, other.above)

    def is_better_known(self, other: "_Candidate") -> bool:
        """Whether more is known above this unit than above `other`, at every level that is known there."""
        if other.sure:
            return False
        mine, others = (sum(map(len, unit.above.values())) for unit in (self, other))
        return mine > others and other.above.keys() <= self.above.keys()

    def shares_folders(self, other: "_Candidate") -> bool:
        """Whether both are one unit of the tree, and all returns of this one are in folders of the other's."""
        folders = {member.folder for member in other.members}
        return self.key is not None and self.key == other.key and all(one.folder in folders for one in self.members)


def distinctive_names(returns: Iterable[NamedReturn]) -> dict[str, str]:
    """Return longer names for units outside the tree that share their name with others.

    Args:
        returns: all returns that belong to a unit.

    Returns:
        Path → the names of the units above and the unit's own, as in ``甲镇/东村``; only for returns with a name that
        other returns have too, which tell something else about the units above, or tell it in other words.
    """
    longer: dict[str, str] = {}
    for name, candidates in _ambiguous_names(returns):
        for candidate in candidates:
            if candidate.above and candidate.key is None:
                above = [candidate.above[level] for level in Level if level in candidate.above]
                for member in candidate.members:
                    longer.setdefault(member.path, "/".join([*above, name]))
    return longer


def find_doubtful(returns: Iterable[NamedReturn], accepted: Container[str]) -> dict[str, list[str]]:
    """Return the returns that may or may not be from the same unit as others with their name.

    Returns are from different units where different units of one level are above theirs: by their folders, by what
    is in front of their names, or by an identity. They are from one unit where the same units are above, or where
    none is known and they are in one folder. Otherwise those with less known above them are doubtful, and where
    neither has less, all are.

    Args:
        returns: all returns that belong to a unit.
        accepted: the paths of the accepted ones; the units of others do not matter.

    Returns:
        Path → the paths of the other returns, at most `MOST_RIVALS`.
    """
    doubtful: dict[str, list[str]] = {}
    for _, candidates in _ambiguous_names(one for one in returns if one.path in accepted):
        for candidate in candidates:
            rivals = (
                rival.path
                for other in candidates
                if other is not candidate
                and candidate.may_be(other)
                and not candidate.is_better_known(other)
                and not candidate.shares_folders(other)
                for rival in other.members
            )
            if not candidate.sure and (some := list(islice(rivals, MOST_RIVALS))):
                doubtful |= {member.path: some for member in candidate.members}
    return doubtful


def _ambiguous_names(returns: Iterable[NamedReturn]) -> Iterator[tuple[str, list[_Candidate]]]:
    """Yield each name with the units that it may mean, where there are several or it is written in several ways."""
    for name, group in _groups(list(returns)):
        candidates = _candidates(group)
        if len(candidates) > 1 or len({one.name for one in group}) > 1:
            yield name, candidates


def _groups(returns: Sequence[NamedReturn]) -> Iterator[tuple[str, list[NamedReturn]]]:
    """Yield each name with its returns, some with names of units above in front of it; the shortest name first.

    Names that no unit is known by alone are left out.
    """
    unsure = {one.name[start:] for one in returns if not one.sure for start in range(len(one.name))}
    by_name: dict[str, list[NamedReturn]] = {}
    for one in returns if unsure else ():
        by_name.setdefault(one.name, []).append(one)
    groups = {name: [*same_name] for name, same_name in by_name.items() if name in unsure}
    for name, same_name in by_name.items():
        for start in range(1, len(name)):
            level = _own_level(name[:start]) if name[start:] in groups else None
            groups.get(name[start:], []).extend(
                replace(one, above={**one.above, level: name[:start]})
                for one in same_name
                if level and _between(level, None, one.level)
            )
    for name in sorted(groups, key=len):
        yield name, groups[name]


def _candidates(group: Iterable[NamedReturn]) -> list[_Candidate]:
    candidates: dict[object, _Candidate] = {}
    for one in group:
        where = one.key if one.sure else (one.key, frozenset(one.above.items()) or one.folder)
        candidate = _Candidate(one.above, one.key, one.sure, one.edition, one.level)
        candidates.setdefault((where, one.edition, one.level), candidate).members.append(one)
    return list(candidates.values())
