"""Returns that bear one name: told apart by what is said to stand above their units, where no roster says more."""

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

ENOUGH: Final = 4

Above = Mapping[Level, str]  # bare names of units, by their levels


@dataclass(frozen=True, slots=True)
class Named:
    """A return that belongs to a unit, and what is known of the unit.

    Attributes:
        path: of the file.
        name: bare, perhaps with names of units above in front.
        level: of the unit, or None.
        above: what is said of the units above it.
        key: of the unit in the tree, or None where nothing places it.
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


def said_above(folders: Sequence[str], level: Level | None, tree: Tree, names: Names, root: str | None) -> Above:
    """Return the names of units above one of `level` that the folders of its file bear.

    Args:
        folders: their names, the outermost first. One that is no unit's by its ending, nor in the tree, says nothing.
        level: of the unit, or None where any unit may stand above it.
        tree: the units that are known.
        names: of these.
        root: of the merge, or None. It, and what stands above it, tells nothing apart.
    """
    said = {}
    for folder in folders:
        name = comparable_name(_LEAD.sub("", folder))
        if found := _own_level(name):
            said[found] = name
    known = names.match_folders(folders)
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
    """Return what the tree says of the units above one of its units."""
    return {tree[above].level: comparable_name(tree[above].name) for above in tree.above(key)}


def contradict(one: Above, two: Above) -> bool:
    """Whether two units are known to differ, since different units of one level stand above them.

    Names of which one ends with the other may be the same: 中牟县官渡镇 is 官渡镇.
    """
    return any(
        level in two and not name.endswith(two[level]) and not two[level].endswith(name) for level, name in one.items()
    )


# -- one name ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Class:
    """Returns that are known to be of one unit, or at least to say the same of it.

    Attributes:
        above: what is said of the units above it.
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
    members: list[Named] = field(default_factory=list)

    def may_be(self, other: "_Class") -> bool:
        """Whether the two may be one unit, though that is not sure."""
        if self.edition and other.edition and self.edition != other.edition:
            return False
        in_tree = self.key or other.key  # where levels are known for sure
        return not (in_tree and self.level is not other.level) and not contradict(self.above, other.above)

    def says_more(self, other: "_Class") -> bool:
        """Whether more is said of this one than of `other`, and of all levels of which anything is said there.

        Of one that is known by more than names enough is said.
        """
        if other.sure:
            return False
        mine, its = (sum(map(len, one.above.values())) for one in (self, other))
        return mine > its and other.above.keys() <= self.above.keys()

    def lies_beside(self, other: "_Class") -> bool:
        """Whether they are attributed to one unit, and these lie in folders of the other ones."""
        folders = {one.folder for one in other.members}
        return self.key is not None and self.key == other.key and all(one.folder in folders for one in self.members)


def labels(returns: Iterable[Named]) -> dict[str, str]:
    """Return the names by which units that nothing places are told apart from others of the same name.

    Args:
        returns: all that belong to a unit.

    Returns:
        By path: the names of units that are said to stand above, and the unit's own, as in ``甲镇/东村``. Only of
        returns beside which others bear the same name, of which not the same is said, or not in the same words.
    """
    found: dict[str, str] = {}
    for name, classes in _told_apart(returns):
        for one in classes:
            if one.above and one.key is None:
                above = [one.above[level] for level in Level if level in one.above]
                for member in one.members:
                    found.setdefault(member.path, "/".join([*above, name]))
    return found


def doubts(returns: Iterable[Named], accepted: Container[str]) -> dict[str, list[str]]:
    """Return those of which nobody can tell whether they are of the same unit as others of their name.

    They are of different units where different units of one level are said to stand above them: by the folders that
    they lie in, by what stands in front of their names, or by an identity. They are of one unit where the same is said
    of them, or where nothing is and they lie in one folder. Else those of which less is said are in doubt, and where
    neither says more, all are.

    Args:
        returns: all that belong to a unit.
        accepted: the paths of those that are accepted: it does not matter whose the others are.

    Returns:
        By path: the paths of the others, or of `ENOUGH` of them.
    """
    found: dict[str, list[str]] = {}
    for _, classes in _told_apart(one for one in returns if one.path in accepted):
        for one in classes:
            rivals = (
                copy.path
                for other in classes
                if other is not one and one.may_be(other) and not one.says_more(other) and not one.lies_beside(other)
                for copy in other.members
            )
            if not one.sure and (some := list(islice(rivals, ENOUGH))):
                found |= {member.path: some for member in one.members}
    return found


def _told_apart(returns: Iterable[Named]) -> Iterator[tuple[str, list[_Class]]]:
    """Yield each name that returns bear which do not say the same, or not in the same words, with their classes."""
    for name, group in _groups(list(returns)):
        classes = _classes(group)
        if len(classes) > 1 or len({one.name for one in group}) > 1:
            yield name, classes


def _groups(returns: Sequence[Named]) -> Iterator[tuple[str, list[Named]]]:
    """Yield each name with the returns that bear it, some with names of units above in front; the shortest first.

    Only names of units of which one is known by no more.
    """
    unsure = {one.name[start:] for one in returns if not one.sure for start in range(len(one.name))}
    by_name: dict[str, list[Named]] = {}
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


def _classes(group: Iterable[Named]) -> list[_Class]:
    classes: dict[object, _Class] = {}
    for one in group:
        where = one.key if one.sure else (one.key, frozenset(one.above.items()) or one.folder)
        of_class = _Class(one.above, one.key, one.sure, one.edition, one.level)
        classes.setdefault((where, one.edition, one.level), of_class).members.append(one)
    return list(classes.values())
