"""Levels, units and their tree, and the codes of units."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from stattable.model.findings import UnitRef
from stattable.model.text import normalised


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

    @property
    def noun(self) -> str:
        """What units of this level are called where they are counted: 28 个村居."""
        return _LEVEL_NOUNS[self]

    def above(self, other: "Level") -> bool:
        """Whether this level is strictly above `other`."""
        return _RANK[self] < _RANK[other]

    @property
    def beneath(self) -> tuple["Level", ...]:
        """The levels below this one, from the top down."""
        return _BENEATH[self]


_RANK: Final = {level: rank for rank, level in enumerate(Level)}
_BENEATH: Final = {level: tuple(Level)[rank + 1 :] for level, rank in _RANK.items()}
LEVEL_LABELS: Final = {
    Level.NATIONAL: "全国",
    Level.PROVINCE: "省级",
    Level.PREFECTURE: "地市级",
    Level.COUNTY: "县级",
    Level.TOWNSHIP: "乡镇级",
    Level.VILLAGE: "村居社区级",
}
_LEVEL_NOUNS: Final = {
    Level.NATIONAL: "全国单位",
    Level.PROVINCE: "省",
    Level.PREFECTURE: "地市",
    Level.COUNTY: "县区",
    Level.TOWNSHIP: "乡镇",
    Level.VILLAGE: "村居",
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
    """Whether a return holds the figures of a unit alone, or of its whole subtree."""

    OWN = "own"
    CUMULATIVE = "cumulative"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return "本级" if self is Scope.OWN else "汇总"


class ScopeBy(StrEnum):
    """Where the scope of a return was taken from."""

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
        key: its key in a tree: its code, or where it has none its name behind the key of its parent.
        name: as the roster or its blank writes it.
        level: its level.
        code: its code as :func:`bare_code` gives it, or None.
        parent: key of the unit above it, or None at the top.
        scope: what the roster says its returns hold, or None.
        expected: whether it is to send a return.
        contact: from the roster, may be empty.
        phone: from the roster, may be empty.
        aliases: other names under which it may report.
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
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, the one that it is called by first."""
        return (self.name, *self.aliases)

    @property
    def ref(self) -> UnitRef:
        """The unit as findings name it."""
        return UnitRef(self.code, self.name, self.level)


def place_by_code(units: Iterable[Unit]) -> list[Unit]:
    """Return units, each under the lowest unit that is known to be above it, by the parent it names or by codes.

    The parent that a unit names need not be right above it: a blank may name only some of the units above. If the code
    of a unit below that parent begins the unit's code, that unit is the parent. One of the same level as the named
    parent is not: the named parent is newer than a code from an earlier place.

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


class _Children(dict[str, Sequence[str]]):
    """The keys of the units right under each unit: most have none, and are not in it."""

    def __missing__(self, key: str) -> Sequence[str]:
        return ()


class Tree:
    """A tree of units.

    Args:
        units: in the order in which they are to be listed; every parent is among them or None.

    Raises:
        KeyError: a parent is not among them.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: dict[str, Unit] = {unit.key: unit for unit in units}
        self.tops: list[str] = []
        under: dict[str, list[str]] = {}
        for key, unit in self.units.items():
            (self.tops if unit.parent is None else under.setdefault(unit.parent, [])).append(key)
        self.children: Mapping[str, Sequence[str]] = _Children(under)
        if not_there := under.keys() - self.units.keys():
            raise KeyError(*not_there)

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
        order, places = self._order
        return iter(order[slice(*places[root])] if root in places else (self.units[root].key,))

    @cached_property
    def _order(self) -> tuple[list[str], dict[str, tuple[int, int]]]:
        """All keys in listing order, and where in it each that has others under it stands, and where these end."""
        order, places, stack = list[str](), dict[str, tuple[int, int]](), [(key, False) for key in reversed(self.tops)]
        while stack:
            key, is_done = stack.pop()
            if is_done:
                places[key] = places[key][0], len(order)
                continue
            if below := self.children[key]:
                places[key] = len(order), 0
                stack.append((key, True))
                stack.extend((child, False) for child in reversed(below))
            order.append(key)
        return order, places

    def keys_of(self, refs: Collection[UnitRef], root: str) -> dict[UnitRef, str | None]:
        """Return the keys of units as findings name them, at and under `root`; None where two look the same."""
        names = {ref.name for ref in refs}
        keys: dict[UnitRef, str | None] = {}
        for key in self.below(root):
            unit = self.units[key]
            if unit.name in names and (ref := unit.ref) in refs:
                keys[ref] = None if ref in keys else key
        return keys

    def expects_below(self, key: str) -> bool:
        """Whether anybody below `key` is to send a return."""
        return any(self.units[below].expected for below in self.below(key) if below != key)

    def under(self, key: str, root: str) -> bool:
        """Whether `key` is `root` or stands below it."""
        at: str | None = key
        while at is not None and at != root:
            at = self.units[at].parent
        return at == root


# -- names ------------------------------------------------------------------------------------------------

MAX_NAME: Final = 255  # characters of a unit's name, wherever a unit is made


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
    """Return a code for comparing: NFKC, nothing invisible, no white space, without the zeros that pad it.

    ``４１０１２２``, ``410122000000``, ``410 122`` and ``41-01-22`` give ``410122``: hyphens that group the digits of a
    division code are no part of it. A roster may have codes of its own, such as ``QY-001``; they keep theirs.
    """
    code = text if text.isascii() and text.isdigit() else normalised(text).replace(" ", "")
    if not code.isalnum() and _GROUPED.fullmatch(code):
        digits = "".join(filter(str.isdigit, code))
        code = digits if len(digits) in CODE_LENGTHS and len(digits) >= _LEAST_GROUPED else code
    if code.endswith("0") and code.isascii() and code.isdigit():
        for length in CODE_LENGTHS:
            if len(code) > length and not code[length:].strip("0"):
                return code[:length]
    return code


def level_of_code(code: str) -> Level | None:
    """Return the level of a division code, by its length; None for any other code."""
    return CODE_LENGTHS.get(len(code)) if code.isascii() and code.isdigit() else None


def parent_code(code: str, known: Mapping[str, object]) -> str | None:
    """Return the longest proper prefix of `code` that is in `known`, or None."""
    return next((code[:n] for n in range(len(code) - 1, 0, -1) if code[:n] in known), None)
