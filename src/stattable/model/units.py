"""Levels, units and the tree they make, and matching a written name to a unit."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from stattable.model.text import plain, squeezed


class Level(StrEnum):
    """A level of the association, from the top down (form: who reports). `national` is a root only."""

    NATIONAL = "national"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return LEVEL_LABELS[self]

    def above(self, other: "Level") -> bool:
        """Whether this level is strictly above `other`."""
        return _RANK[self] < _RANK[other]

    @property
    def beneath(self) -> tuple["Level", ...]:
        """The levels below this one, from the top down."""
        return tuple(Level)[_RANK[self] + 1 :]


_RANK: Final = {level: rank for rank, level in enumerate(Level)}
LEVEL_LABELS: Final = {
    Level.NATIONAL: "全国",
    Level.PROVINCE: "省级",
    Level.PREFECTURE: "地市级",
    Level.COUNTY: "县级",
    Level.TOWNSHIP: "乡镇级",
    Level.VILLAGE: "村居社区级",
}
_LEVEL_WORDS: Final = {
    Level.NATIONAL: "全国 国家 国家级 中央",
    Level.PROVINCE: "省级 省 自治区 直辖市 1",
    Level.PREFECTURE: "地市级 地级 市级 地市 地级市 设区市 州 市 2",
    Level.COUNTY: "县级 县 区县 县区 县市区 区 旗 区级 县级市 3",
    Level.TOWNSHIP: "乡镇级 乡级 乡镇 乡 镇 镇级 街道 乡镇街道 4",
    Level.VILLAGE: "村居社区级 村级 村 村居 村社区 村居社区 社区 居 居级 社区级 5",
}
LEVEL_BY_WORD: Final[Mapping[str, Level]] = {
    **{word: level for level, words in _LEVEL_WORDS.items() for word in words.split()},
    **{level.value: level for level in Level},
}


class Scope(StrEnum):
    """Whether a return holds a unit's own figures or its whole subtree's."""

    OWN = "own"
    CUMULATIVE = "cumulative"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return "本级" if self is Scope.OWN else "汇总"


class ScopeBy(StrEnum):
    """What says the scope of a return."""

    IDENTITY = "identity"
    ROSTER = "roster"
    OPTION = "option"
    LEVEL = "level"
    INFERRED = "inferred"

    @property
    def label(self) -> str:
        """The Chinese name, as the ledger has it."""
        return _SCOPE_BY_LABELS[self]


_SCOPE_BY_LABELS: Final = {
    ScopeBy.IDENTITY: "表内标识",
    ScopeBy.ROSTER: "名册",
    ScopeBy.OPTION: "--scope",
    ScopeBy.LEVEL: "级别",
    ScopeBy.INFERRED: "推断",
}

SCOPE_BY_WORD: Final[Mapping[str, Scope]] = {
    **dict.fromkeys(("own", "本级", "本级数", "本级口径"), Scope.OWN),
    **dict.fromkeys(("cumulative", "汇总", "汇总数", "累计", "汇总口径"), Scope.CUMULATIVE),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the association.

    Attributes:
        key: what it is known by in a tree: its code, or its name where it has none.
        name: as the roster or its blank writes it.
        level: its level.
        code: its code as :func:`bare_code` gives it, or None.
        parent: key of the unit above it, or None at the top.
        scope: what the roster says its returns hold, or None.
        expected: whether it is to send a return.
        contact: from the roster, may be empty.
        phone: from the roster, may be empty.
    """

    key: str
    name: str
    level: Level
    code: str | None = None
    parent: str | None = None
    scope: Scope | None = None
    expected: bool = True
    contact: str = ""
    phone: str = ""


def placed_by_code(units: Iterable[Unit]) -> list[Unit]:
    """Return units, each under the lowest one that is known to stand above it, by what is said or by codes.

    The parent that a unit names need not be the one right above it: a blank may name only some of the units above.
    Where a code begins the unit's, and stands for a unit below the parent that is named, that unit is the parent. One
    of the same level as the named parent is none: what is said now is truer than a code that an earlier place left.

    Args:
        units: with the parents that are said; each is among them, or None.
    """
    placed: dict[str, Unit] = {}
    for unit in sorted(units, key=lambda unit: _RANK[unit.level]):  # so that all that is above it has its place
        placed[unit.key] = replace(unit, parent=_parent(unit, placed))
    return list(placed.values())


def _parent(unit: Unit, placed: Mapping[str, Unit]) -> str | None:
    said = placed.get(unit.parent or "")
    if said and not said.level.above(unit.level):
        said = None
    code = unit.code or ""
    for length in range(len(code) - 1, 0, -1):
        one = placed.get(code[:length])
        if one is None or one.code is None or not one.level.above(unit.level):
            continue
        if said is None or (said.level.above(one.level) and _stands_under(one, said, placed)):
            return one.key
    return said.key if said else None


def _stands_under(unit: Unit, above: Unit, placed: Mapping[str, Unit]) -> bool:
    parent = unit.parent
    while parent is not None and parent != above.key:
        parent = placed[parent].parent
    return parent is not None


class Tree:
    """Units and who stands under whom.

    Args:
        units: in the order in which they are to be listed; every parent is among them or None.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: dict[str, Unit] = {unit.key: unit for unit in units}
        self.children: dict[str, list[str]] = {key: [] for key in self.units}
        self.tops: list[str] = []
        for key, unit in self.units.items():
            (self.tops if unit.parent is None else self.children[unit.parent]).append(key)

    def __contains__(self, key: str) -> bool:
        return key in self.units

    def __getitem__(self, key: str) -> Unit:
        return self.units[key]

    def above(self, key: str) -> list[str]:
        """Return the keys of the units above `key`, from the top down."""
        chain: list[str] = []
        parent = self.units[key].parent
        while parent is not None:
            chain.append(parent)
            parent = self.units[parent].parent
        return chain[::-1]

    def covering(self, key: str, scope: "Scope") -> list[str]:
        """Return the keys of the units whose cumulative returns stand for a return of `key`, from the top down."""
        return [*self.above(key), *([key] if scope is Scope.OWN else ())]

    def below(self, root: str) -> Iterator[str]:
        """Yield `root` and all keys under it, a parent before its children, in listing order."""
        stack = [root]
        while stack:
            key = stack.pop()
            yield key
            stack.extend(reversed(self.children[key]))

    def under(self, key: str, root: str) -> bool:
        """Whether `key` is `root` or stands below it."""
        at: str | None = key
        while at is not None and at != root:
            at = self.units[at].parent
        return at == root


# -- names ------------------------------------------------------------------------------------------------

MAX_NAME: Final = 255  # characters of a unit's name, wherever a unit is made

# One word each.
_SYNONYMS: Final = (
    (re.compile(r"(?:村)?村民委员会$|(?:村)?村委会$"), "村"),
    (re.compile(r"(?:社区)?居民委员会$|(?:社区)?居委会$"), "社区"),
    (re.compile(r"街道办事处$|街道办$|街办$"), "街道"),
)
_SEAL_END: Final = re.compile(r"\((?:公|盖|签)?章\)$")  # copied from the label beside the name
_ASSOCIATION_END: Final = re.compile(r"计生协$")
_INNER_OFFICE: Final = re.compile(r"街道办事处|街道办(?!事)")
_CODE_PREFIX: Final = re.compile(r"^\d{2,12}[_\-. ]*")

# 牧委会 and 渔委会 are villages of herders and of fishers. Not every 委员会 is a village: 管理委员会 is none.
_ENDINGS: Final = (
    (Level.VILLAGE, ("村", "社区", "嘎查", "生活区", "民委会", "牧委会", "渔委会", "民委员会", "村居")),
    (Level.TOWNSHIP, ("镇", "乡", "街道", "苏木")),
    (Level.COUNTY, ("县", "旗")),
    (Level.PROVINCE, ("省", "自治区")),
)


@lru_cache(maxsize=2**16)  # a province's names, each of which is compared some ten times
def bare_name(name: str) -> str:
    """Return `name` as it is compared: NFKC, no white space, without the association's own word, one spelling.

    ``官渡镇计划生育协会`` gives ``官渡镇``, ``中山路街道办事处计生协`` gives ``中山路街道``, and ``张村村民委员会``
    gives ``张村``.
    """
    bare = _ASSOCIATION_END.sub("", _SEAL_END.sub("", squeezed(name)))
    for pattern, word in _SYNONYMS:
        bare = pattern.sub(word, bare)
    return _INNER_OFFICE.sub("街道", bare)


def level_of_name(name: str) -> Level | None:
    """Return the level that the ending of `name` tells, or None: 市 and 区 may be of two levels."""
    bare = bare_name(name)
    for level, endings in _ENDINGS:
        if bare.endswith(endings):
            return level
    return None


class Names:
    """The names of a tree, to match what people write.

    Args:
        tree: the units that may be meant.
        root: only this unit and those below it are matched; None for the whole tree.
    """

    def __init__(self, tree: Tree, root: str | None = None) -> None:
        self._tree = tree
        self._keys: dict[str, list[str]] = {}
        keys = tree.units if root is None else tree.below(root)
        for key in keys:
            self._keys.setdefault(bare_name(tree[key].name), []).append(key)

    def match(self, name: str, within: str | None = None) -> list[str]:
        """Return the keys of all units that `name` may mean.

        Args:
            name: as written, perhaps with the names of some of its parents in front.
            within: only this unit and those below it; None for all.

        Returns:
            Keys in listing order: none, one, or several, which is no match but a question.
        """
        bare = bare_name(name)
        for start in range(len(bare)):
            found = [
                key
                for key in self._keys.get(bare[start:], ())
                if self._led_by_parents(key, bare[:start]) and (within is None or self._tree.under(key, within))
            ]
            if found:
                return found
        return []

    def _led_by_parents(self, key: str, prefix: str) -> bool:
        for parent in self._tree.above(key):
            if not prefix:
                break
            prefix = prefix.removeprefix(bare_name(self._tree[parent].name))
        return not prefix

    def folder(self, parts: Sequence[str]) -> str | None:
        """Return the unit that the folders of a path lead to, where they mirror the tree.

        Args:
            parts: names of folders, the outermost first; a code in front (``410122_中牟县``) is not looked at.
        """
        at: str | None = None
        for part in parts:
            found = self.match(_CODE_PREFIX.sub("", part), at) if part.strip(". ") else []
            if len(found) == 1:
                at = found[0]
        return at

    def similar(self, name: str, within: str | None = None) -> list[str]:
        """Return up to three keys of units whose names are close to `name`, the closest first."""
        from difflib import SequenceMatcher

        bare, near = bare_name(name), []
        chars = set(bare)
        for known, keys in self._keys.items():
            if abs(len(known) - len(bare)) > 2 or 2 * len(chars.intersection(known)) < len(chars):
                continue
            ratio = SequenceMatcher(None, known, bare).ratio()
            if ratio >= 0.6:
                near += [(-ratio, key) for key in keys if within is None or self._tree.under(key, within)]
        return [key for _, key in sorted(near)[:3]]


# -- codes ------------------------------------------------------------------------------------------------

CODE_LENGTHS: Final[Mapping[int, Level]] = {
    2: Level.PROVINCE,
    4: Level.PREFECTURE,
    6: Level.COUNTY,
    9: Level.TOWNSHIP,
    12: Level.VILLAGE,
}


MAX_CODE: Final = 32  # characters of a code, of a roster's own too
_GROUPED: Final = re.compile("[0-9]+(?:[-\u2010-\u2015\u2212][0-9]+)+")
_LEAST_GROUPED: Final = 6  # digits: 1-1 is somebody's own numbering


def bare_code(text: str) -> str:
    """Return a code as it is compared: NFKC, nothing invisible, no white space, without the zeros that pad it.

    ``４１０１２２``, ``410122000000``, ``410 122`` and ``41-01-22`` give ``410122``: hyphens that group the digits of a
    division code are no part of it. A roster may have codes of its own, such as ``QY-001``; they keep theirs.
    """
    code = plain(text).replace(" ", "")
    if _GROUPED.fullmatch(code):
        digits = "".join(filter(str.isdigit, code))
        code = digits if len(digits) in CODE_LENGTHS and len(digits) >= _LEAST_GROUPED else code
    if code.isascii() and code.isdigit():
        for length in CODE_LENGTHS:
            if len(code) > length and not code[length:].strip("0"):
                return code[:length]
    return code


def level_of_code(code: str) -> Level | None:
    """Return the level that the length of a division code tells; None for any other code."""
    return CODE_LENGTHS.get(len(code)) if code.isascii() and code.isdigit() else None


def parent_code(code: str, known: Mapping[str, object]) -> str | None:
    """Return the longest proper prefix of `code` that is in `known`, or None."""
    return next((code[:n] for n in range(len(code) - 1, 0, -1) if code[:n] in known), None)
