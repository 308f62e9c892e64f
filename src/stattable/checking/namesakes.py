"""Returns of units with the same name, distinguished by the units above them where there is no roster."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from stattable.model.names import Names, comparable_name, level_of_name
from stattable.model.units import Level, Tree

_LEAD: Final = re.compile(r"^[\W\d_]+")  # what puts folders in order: a code, a number, a date
# Names of kinds and of numbers of units, which are no unit's own: 乡镇, 各村, 其他街道, 三个镇, 已交乡镇.
_KIND: Final = "[省市县区旗乡镇街道办事处村居社城农]"
_NOBODYS: Final = re.compile(
    f"(?:[全各本该几多一二两三四五六七八九十个]+|所有|下属|其[他它余]|部分|剩[余下]|[已未待补上][报交收]){_KIND}+|{_KIND}+"
    "|.*(?:乡镇|镇街|街镇|县区|区县|县市|村镇|城镇|集镇|重点镇|中心镇)"
)

MAX_RIVALS: Final = 4

Above = Mapping[Level, str]  # comparable names of the units above a unit, by their levels


@dataclass(frozen=True, slots=True)
class NamedReturn:
    """A return that belongs to a unit, and what is known of the unit.

    Attributes:
        path: of the file.
        name: comparable name of the unit, perhaps with names of units above in front.
        level: of the unit, or None.
        above: the units above it, as far as they are known.
        key: of the unit in the tree, or None where its place is not known.
        sure: whether the unit is known by more than names.
        edition: of the return, or None.
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


def names_in_folders(folders: Sequence[str], level: Level | None, tree: Tree, names: Names, root: str | None) -> Above:
    """Return the units above a unit of `level` that the folders of its file are named after.

    Args:
        folders: names of folders, the outermost first; those that name no unit are passed over.
        level: of the unit, or None where any unit may stand above it.
        tree: the units that are known.
        names: the names in `tree`.
        root: key of the root of the merge, or None. It and the units above it distinguish nothing.
    """
    said = {}
    for folder in folders:
        name = comparable_name(_LEAD.sub("", folder))
        if found := _own_level(name):
            said[found] = name
    known = names.unit_of_folders(folders)
    for key in (*tree.above(known), known) if known else ():
        said[tree[key].level] = comparable_name(tree[key].name)
    top = tree[root].level if root else None
    return {at: name for at, name in said.items() if _between(at, top, level)}


def _between(level: Level, top: Level | None, bottom: Level | None) -> bool:
    return (top is None or top.above(level)) and (bottom is None or level.above(bottom))


def _own_level(name: str) -> Level | None:
    """Return the level of the unit that alone bears `name`, or None."""
    return None if _NOBODYS.fullmatch(name) else level_of_name(name)


def names_above(key: str, tree: Tree) -> Above:
    """Return the units above a unit, as the tree has them."""
    return {tree[above].level: comparable_name(tree[above].name) for above in tree.above(key)}


def contradict(one: Above, two: Above) -> bool:
    """Whether two units are known to differ, because different units of one level stand above them.

    Two names may mean the same unit if one ends with the other: 中牟县官渡镇 is 官渡镇.
    """
    return any(
        level in two and not name.endswith(two[level]) and not two[level].endswith(name) for level, name in one.items()
    )


@dataclass(slots=True)
class _Group:
    """Returns that are of one unit, or that at least say the same of their units.

    Attributes:
        above: the units above it, as far as they are known.
        key: of the unit in the tree, or None.
        sure: whether the unit is known by more than names.
        edition: of the returns.
        level: of the unit.
        members: the returns.
    """

    above: Above
    key: str | None
    sure: bool
    edition: int | None
    level: Level | None
    members: list[NamedReturn] = field(default_factory=list)

    def may_be(self, other: "_Group") -> bool:
        """Whether the two may be one unit, though that is not sure."""
        if self.edition and other.edition and self.edition != other.edition:
            return False
        in_tree = self.key or other.key  # where levels are known for sure
        return not (in_tree and self.level is not other.level) and not contradict(self.above, other.above)

    def is_more_specific(self, other: "_Group") -> bool:
        """Whether more is known of the units above this one than above `other`, and no less of any level.

        Never where `other` is known by more than names.
        """
        if other.sure:
            return False
        length, other_length = (sum(map(len, one.above.values())) for one in (self, other))
        return length > other_length and other.above.keys() <= self.above.keys()

    def shares_folders(self, other: "_Group") -> bool:
        """Whether both are attributed to one unit, and all these returns lie in folders of the others."""
        folders = {one.folder for one in other.members}
        return self.key is not None and self.key == other.key and all(one.folder in folders for one in self.members)


def distinct_names(returns: Iterable[NamedReturn]) -> dict[str, str]:
    """Return names that distinguish units outside the tree from others of the same name.

    Args:
        returns: all that belong to a unit.

    Returns:
        By path: the names of the units above, and the unit's own, as in ``甲镇/东村``. Only of returns with a name that
        others have too, where not the same is known of their units, or not in the same words.
    """
    found: dict[str, str] = {}
    for name, groups in _ambiguous_names(returns):
        for one in groups:
            if one.above and one.key is None:
                above = [one.above[level] for level in Level if level in one.above]
                for member in one.members:
                    found.setdefault(member.path, "/".join([*above, name]))
    return found


def ambiguous_returns(returns: Iterable[NamedReturn], accepted: Container[str]) -> dict[str, list[str]]:
    """Return the returns that may or may not be of the same unit as others of their name.

    Two returns are of different units if different units of one level stand above them: by their folders, by what
    stands in front of their names, or by an identity. They are of one unit if the same units stand above them, or if
    none are known and both lie in one folder. Otherwise the one of whose unit less is known is ambiguous; both are
    where neither knows more.

    Args:
        returns: all that belong to a unit.
        accepted: the paths of the accepted ones; the others do not matter.

    Returns:
        By path: the paths of up to `MAX_RIVALS` of the others.
    """
    found: dict[str, list[str]] = {}
    for _, groups in _ambiguous_names(one for one in returns if one.path in accepted):
        for one in groups:
            rivals = (
                copy.path
                for other in groups
                if other is not one
                and one.may_be(other)
                and not one.is_more_specific(other)
                and not one.shares_folders(other)
                for copy in other.members
            )
            if not one.sure and (some := list(islice(rivals, MAX_RIVALS))):
                found |= {member.path: some for member in one.members}
    return found


def _ambiguous_names(returns: Iterable[NamedReturn]) -> Iterator[tuple[str, list[_Group]]]:
    """Yield each name under which not all returns say the same of their units in the same words, with their groups."""
    for name, bearers in _returns_by_name(list(returns)):
        groups = _split(bearers)
        if len(groups) > 1 or len({one.name for one in bearers}) > 1:
            yield name, groups


def _returns_by_name(returns: Sequence[NamedReturn]) -> Iterator[tuple[str, list[NamedReturn]]]:
    """Yield each name with the returns that have it, some with names of units above in front; the shortest first.

    Only names that at least one unit is known by alone.
    """
    unsure = {one.name[start:] for one in returns if not one.sure for start in range(len(one.name))}
    by_name: dict[str, list[NamedReturn]] = {}
    for one in returns if unsure else ():
        by_name.setdefault(one.name, []).append(one)
    groups = {name: [*of_name] for name, of_name in by_name.items() if name in unsure}
    for name, of_name in by_name.items():
        for start in range(1, len(name)):
            level = _own_level(name[:start]) if name[start:] in groups else None
            groups.get(name[start:], []).extend(
                replace(one, above={**one.above, level: name[:start]})
                for one in of_name
                if level and _between(level, None, one.level)
            )
    for name in sorted(groups, key=len):
        yield name, groups[name]


def _split(bearers: Iterable[NamedReturn]) -> list[_Group]:
    groups: dict[object, _Group] = {}
    for one in bearers:
        where = one.key if one.sure else (one.key, frozenset(one.above.items()) or one.folder)
        new = _Group(one.above, one.key, one.sure, one.edition, one.level)
        groups.setdefault((where, one.edition, one.level), new).members.append(one)
    return list(groups.values())
