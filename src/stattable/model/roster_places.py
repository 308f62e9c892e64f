"""Where the units of a roster stand: their parents, by code or by name, and the levels that follow from them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stattable.model.catalogue import phrase
from stattable.model.names import comparable_name, level_of_name
from stattable.model.roster_faults import RosterFaults
from stattable.model.text import runs
from stattable.model.units import Level, bare_code, level_of_code, parent_code

NO_PARENT: Final = frozenset({"-", "—", "－", "/", "无"})
_MOST_ABOVE: Final = len(Level)  # units above one
_BETWEEN_NAMES: Final = re.compile(r"[/\\>》→|·,、]+")  # in 淇县/城关镇
_LEVELS: Final = tuple(Level)
_RANKS: Final[Mapping[Level, int]] = {level: rank for rank, level in enumerate(_LEVELS)}
_MUNICIPALITIES: Final = frozenset({"北京市", "上海市", "天津市", "重庆市"})


@dataclass(slots=True, eq=False)
class Draft:
    """A row of a roster on its way to a unit.

    Attributes:
        row: its number, 1-based.
        name: as the roster writes it.
        code: as `units.bare_code` gives it, "" where it has none.
        level: as far as it is known.
        parent_code: what its row says of its parent's code.
        parent_name: and of its parent's name.
        aliases: other names under which it may report.
        parent: the draft of the unit above it.
        is_placed: whether its parent, or that it has none, is known.
        is_faulty: whether its row has a fault because of which its level is not asked for.
        key: of its unit, once all is known.
        names: all its names, for comparing.
    """

    row: int
    name: str
    code: str
    level: Level | None
    parent_code: str
    parent_name: str
    aliases: tuple[str, ...] = ()
    parent: "Draft | None" = None
    is_placed: bool = False
    is_faulty: bool = False
    key: str = ""
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.names = tuple(dict.fromkeys(filter(None, map(comparable_name, (self.name, *self.aliases)))))

    @property
    def said_parent(self) -> str:
        """What its row says of its parent: the code, or else the name."""
        return self.parent_code or self.parent_name

    def place(self, parent: "Draft | None") -> None:
        """Put it under `parent`."""
        self.parent, self.is_placed = parent, True

    def above(self) -> "list[Draft]":
        """Return the drafts above it, as far as they are known, from the top down; of a circle only some."""
        chain: list[Draft] = []
        at = self
        while at.parent is not None and len(chain) < _MOST_ABOVE:
            at = at.parent
            chain.append(at)
        return chain[::-1]


def place_drafts(drafts: Sequence[Draft], faults: RosterFaults) -> None:
    """Find the parent of every draft, and the levels that nothing says; add what cannot be told to `faults`.

    The parent is what the row says, by code or by name; else, of a unit with a code, the one with the longest code that
    begins it. A name may be led by names of units above it, which tell it from others: 淇县/城关镇. One unit, the top
    of all, may name a parent that the roster does not have, or none.

    Args:
        drafts: the rows with a name or a code, each code once.
        faults: of the roster.
    """
    for draft in drafts:
        if not draft.code:
            draft.level = draft.level or _level_by_name(draft.name)
    _Places(drafts, faults).place()
    _infer_levels(drafts)
    _check_prefixes(drafts, faults)


class _Places:
    def __init__(self, drafts: Sequence[Draft], faults: RosterFaults) -> None:
        self._drafts, self._faults = drafts, faults
        self._by_code = {draft.code: draft for draft in drafts if draft.code}
        self._by_name: defaultdict[str, list[Draft]] = defaultdict(list)
        self._found: dict[str, list[Draft]] = {}  # what the names of parents mean, as far as others are placed
        for draft in drafts:
            for name in draft.names:
                self._by_name[name].append(draft)

    def place(self) -> None:
        waiting: list[Draft] = []
        silent: list[Draft] = []  # neither their codes nor their rows say anything
        for draft in self._drafts:
            said = draft.said_parent
            if said in NO_PARENT:
                draft.place(None)
            elif said:
                if not self._placed_by_code(draft, said):
                    waiting.append(draft)
            elif draft.code:
                draft.place(self._by_prefix(draft))
            else:
                silent.append(draft)
        for is_first in (True, *[False] * len(Level)):  # names in front are held against parents that are known by then
            self._found.clear()
            waiting = [draft for draft in waiting if not self._placed_by_name(draft, whole=is_first)]
        self._place_tops(waiting, silent)

    def _placed_by_code(self, draft: Draft, said: str) -> bool:
        """Place a draft by the code of its parent; whether that is settled, if only as a fault."""
        code = bare_code(said)
        if is_scientific(code):
            self._faults.add(draft.row, "parent", "scientific", code, what="上级代码")
        elif code in self._by_code:
            draft.place(self._by_code[code])
        elif code.isascii():  # no name of a unit is
            self._faults.add(draft.row, "parent", "unknown_parent", code, codes=said)
        else:
            return False
        return True

    def _by_prefix(self, draft: Draft) -> Draft | None:
        code = parent_code(draft.code, self._by_code) if draft.code else None
        return self._by_code[code] if code else None

    def _placed_by_name(self, draft: Draft, *, whole: bool) -> bool:
        """Place a draft by the name of its parent, the `whole` of it alone; whether that is settled, if as a fault."""
        found = self._meant(draft, whole=whole)
        if not found:
            return False
        if len(found) > 1:
            self._faults.add(draft.row, _column(draft), "ambiguous_parent", draft.said_parent,
                             clauses=_ambiguity(draft.said_parent, found))  # fmt: skip
        else:
            draft.place(found[0])
        return True

    def _meant(self, draft: Draft, *, whole: bool) -> list[Draft]:
        """Return the drafts that the name of a parent may mean, those that can be its parent if there are any."""
        said = draft.said_parent
        if said not in self._found:  # many units stand under one
            self._found[said] = next(self._named(said, whole=whole), [])
        found = self._found[said]
        if draft in found:
            others = ([one for one in named if one is not draft] for named in self._named(said, whole=whole))
            found = next(filter(None, others), [])
        by_code = self._by_prefix(draft)
        if by_code in found:
            return [by_code]
        able = [one for one in found if not (one.level and draft.level) or one.level.above(draft.level)]
        distinct = {(one.code, one.names[:1], one.said_parent): one for one in reversed(able or found)}
        return list(distinct.values())[::-1]  # of two rows that say the same, which is a fault, the first

    def _named(self, said: str, *, whole: bool) -> Iterator[list[Draft]]:
        """Yield the drafts that a name may mean, first those that bear the most of it."""
        for text in dict.fromkeys((comparable_name(said), _joined_names(said))):
            for start in range(1 if whole else len(text)):
                if led := [one for one in self._by_name.get(text[start:], ()) if _is_led(one, text[:start])]:
                    yield led

    def _place_tops(self, unknown: Sequence[Draft], silent: Sequence[Draft]) -> None:
        """Settle which of the drafts without a known parent are tops, and which are at fault.

        Args:
            unknown: their rows name a parent that the roster does not have.
            silent: without a code, and their rows name none.
        """
        tops = [draft for draft in self._drafts if draft.is_placed and draft.parent is None]
        highest = min((_RANKS[draft.level] for draft in self._drafts if draft.level), default=0)
        for draft in unknown:
            is_highest = draft.level is not None and _RANKS[draft.level] == highest
            if draft.code and is_highest and self._by_prefix(draft) is None:  # the roster begins below the parent
                draft.place(None)
                tops.append(draft)
        others = [draft for draft in unknown if not draft.is_placed]
        if not tops and len(top := silent or others) == 1:
            top[0].place(None)
        for draft in (draft for draft in others if not draft.is_placed):
            said = draft.said_parent
            self._faults.add(draft.row, _column(draft), "unknown_name", said)
        for draft in (draft for draft in silent if not draft.is_placed):
            reason = "no_code" if self._by_code else "no_parent"
            self._faults.add(draft.row, "name", reason, draft.name)


def _check_prefixes(drafts: Sequence[Draft], faults: RosterFaults) -> None:
    """Report units that only their codes place, and perhaps wrongly.

    Beside them stands a unit without a code that may be above them; or nothing is above a township or a village, though
    units of higher levels are there: its code is mistyped, or its county is left out.
    """
    beside: defaultdict[Draft | None, list[Level]] = defaultdict(list)
    for draft in drafts:
        if draft.is_placed and draft.level and not draft.code:
            beside[draft.parent].append(draft.level)
    begins_higher = any(one.level not in _LOWEST for one in drafts if one.is_placed and not one.parent and one.level)
    for draft in drafts:
        above = beside.get(draft.parent, ()) if draft.code and not draft.said_parent else ()
        if draft.level and any(level.above(draft.level) for level in above):
            faults.add(draft.row, "code", "no_prefix", draft.name)
        elif (
            begins_higher
            and draft.code
            and not (draft.said_parent or draft.parent)
            and level_of_code(draft.code) in _LOWEST
        ):
            faults.add(draft.row, "code", "stray", codes=draft.code)


_LOWEST: Final = frozenset({Level.TOWNSHIP, Level.VILLAGE})


def _joined_names(text: str) -> str:
    """Return names with something between them, as 淇县/城关镇, as one name for comparing."""
    return "".join(map(comparable_name, _BETWEEN_NAMES.split(text)))


def _column(draft: Draft) -> str:
    return "parent" if draft.parent_code else "above"


def _is_led(draft: Draft, prefix: str) -> bool:
    """Whether `prefix`, in front of a draft's name, is made of names of the units above it."""
    if not prefix:
        return True
    for parent in draft.above():
        for name in parent.names:
            if prefix.startswith(name):
                prefix = prefix.removeprefix(name)
                break
    return not prefix


def _ambiguity(said: str, found: Sequence[Draft]) -> str:
    rows = runs(draft.row for draft in found)
    whole = [f"{draft.parent.name}/{draft.name}" if draft.parent else draft.name for draft in found]
    return phrase("U007", "several", said=said, count=len(found), rows=rows, whole=tuple(dict.fromkeys(whole)))


def is_scientific(code: str) -> bool:
    """Whether a code is what Excel made of a long number."""
    return _SCIENTIFIC.fullmatch(code) is not None


_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


# -- levels -----------------------------------------------------------------------------------------------


def top_down(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield the drafts that hang together from a top, a parent before those below it, else in their order."""
    below: defaultdict[Draft | None, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.is_placed:
            below[draft.parent].append(draft)
    todo = below[None]
    while todo:
        yield from todo
        todo = [child for draft in todo for child in below.get(draft, ())]


def _infer_levels(drafts: Sequence[Draft]) -> None:
    """Give those without a level the only one that those above and below them leave.

    A unit is of a lower level than its parent, and of a higher one than those below it. 郑州市 with 中牟县 below it can
    only be a prefecture, for a 市 is one or a county; what stands under a township can only be a village.
    """
    order = list(top_down(drafts))
    highest = {draft: _possible(draft)[0] for draft in order}
    lowest = {draft: _possible(draft)[1] for draft in order}
    for draft in order:
        if draft.parent and not draft.level:
            highest[draft] = max(highest[draft], highest[draft.parent] + 1)
    for draft in reversed(order):
        if draft.parent and not draft.parent.level:
            lowest[draft.parent] = min(lowest[draft.parent], lowest[draft] - 1)
    for draft in order:
        if not (draft.level or draft.code) and highest[draft] == lowest[draft]:
            draft.level = _LEVELS[highest[draft]]


def _level_by_name(name: str) -> Level | None:
    return Level.PROVINCE if comparable_name(name) in _MUNICIPALITIES else level_of_name(name)


def _possible(draft: Draft) -> tuple[int, int]:
    """Return the ranks of the highest and the lowest level that a draft may be of, by itself."""
    if draft.level:
        return _RANKS[draft.level], _RANKS[draft.level]
    if comparable_name(draft.name).endswith("市"):
        return _RANKS[Level.PREFECTURE], _RANKS[Level.COUNTY]
    return _RANKS[Level.PROVINCE], _RANKS[Level.VILLAGE]
