"""The rows of a roster → the tree of its units, or every fault that it has."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from stattable.model.catalogue import phrase
from stattable.model.names import comparable_name
from stattable.model.roster_faults import RosterFaults
from stattable.model.roster_places import Draft, is_scientific, place_drafts, top_down
from stattable.model.units import (
    CODE_LENGTHS,
    LEVEL_BY_WORD,
    MAX_CODE,
    MAX_NAME,
    SCOPE_BY_WORD,
    Scope,
    Tree,
    Unit,
    bare_code,
    level_of_code,
)

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("代码", "单位代码", "区划代码", "行政区划代码", "统计用区划代码", "编码", "单位编码", "区划编码",
             "行政区划编码", "code"),
    "name": ("名称", "单位名称", "单位", "单位全称", "全称", "计生协名称", "name"),
    "level": ("级别", "层级", "单位级别", "行政级别", "level"),
    "parent": ("上级代码", "上级单位代码", "上级编码", "parent", "parent_code"),
    "above": ("上级", "上级单位", "上级名称", "上级单位名称", "上级计生协", "所属上级", "所属单位",
              "隶属单位", "parent_name"),
    "scope": ("口径", "scope"),
    "expected": ("填报", "是否填报", "expected"),
    "contact": ("联系人", "联系人姓名", "contact"),
    "phone": ("电话", "联系电话", "电话号码", "手机", "手机号码", "phone"),
    "alias": ("别名", "又名", "曾用名", "简称", "别称", "原名", "原名称", "其他名称", "alias", "aliases"),
}  # fmt: skip
_NO: Final = frozenset({"否", "不", "无", "no", "n", "false", "0", "×"})
_YES: Final = frozenset({"", "是", "有", "yes", "y", "true", "1", "√"})
_PROVINCES: Final = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63"
                             " 64 65 71 81 82".split())  # of GB/T 2260  # fmt: skip
_SAME_AS_ABOVE: Final = frozenset({"同上", "同前", "同左"})
_SAYS_SOMETHING: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row of a roster that stands for a unit.

    Attributes:
        number: 1-based, as the spreadsheet program counts.
        said: what it says, by column; columns that the roster does not have are not in it.
        aliases: other names of the unit.
    """

    number: int
    said: Mapping[str, str]
    aliases: tuple[str, ...] = ()


def build_roster(rows: Sequence[RosterRow], faults: RosterFaults) -> Tree:
    """Return the tree of the rows of a roster.

    A unit's key is its code. One without a code needs a parent, and its key is its name after its parent's key, as
    the identities of blanks have it.

    Args:
        rows: one for each unit, in their order.
        faults: to which those of the rows are added. With any fault the roster is refused as a whole.

    Returns:
        The tree: the units with codes, sorted by them, then the others in the order of their rows. With any fault it is
        empty.
    """
    drafts = _drafts(rows, faults)
    words = {draft: _words(draft, row.said, faults) for draft, row in drafts.items()}
    place_drafts(list(drafts), faults)
    _set_keys(drafts, faults)
    for draft in drafts:
        _check_place(draft, faults)
    _check_aliases(drafts, faults)
    if not drafts and not faults:
        faults.add(1, "", "empty")
    if faults:
        return Tree(())
    units = (_unit(draft, words[draft]) for draft in drafts)
    return Tree(sorted(units, key=lambda unit: (unit.code is None, unit.code or "")))


class _Words(NamedTuple):
    """What a row says of its unit besides its name and place."""

    scope: Scope | None
    expected: bool
    contact: str
    phone: str


def _drafts(rows: Sequence[RosterRow], faults: RosterFaults) -> dict[Draft, RosterRow]:
    """Return the draft of every row that has a code or a name, each code once."""
    drafts: dict[Draft, RosterRow] = {}
    row_of: dict[str, int] = {}
    for row in rows:
        said, code = row.said, bare_code(row.said.get("code", ""))
        parents = said.get("parent", ""), said.get("above", "")
        draft = Draft(row.number, said["name"], code, None, *parents, row.aliases)
        if not (code or draft.name):
            faults.add(row.number, "name", "nothing")
            continue
        if code in row_of:
            faults.add(row.number, "code", "duplicate", code, pairs=_with_row("same_code", code, row_of[code]))
            continue
        if code and not is_scientific(code):
            row_of[code] = row.number
        drafts[draft] = row
    return drafts


def _words(draft: Draft, said: Mapping[str, str], faults: RosterFaults) -> _Words:
    """Return the words of a row, and set its draft's level as far as the row says it."""
    level_word, scope_word = said.get("level", "").lower(), said.get("scope", "").lower()
    expected = said.get("expected", "").lower()
    draft.level = LEVEL_BY_WORD.get(level_word) or level_of_code(draft.code)
    if not draft.name:
        faults.add(draft.row, "name", "no_name", codes=draft.code)
    elif not _SAYS_SOMETHING.search(comparable_name(draft.name)) or draft.name in _SAME_AS_ABOVE:
        faults.add(draft.row, "name", "no_words", draft.name)
        draft.is_faulty = True
    elif max(map(len, (draft.name, *draft.aliases))) > MAX_NAME:
        faults.add(draft.row, "name", "name_long", limit=MAX_NAME)
    elif level_word and level_word not in LEVEL_BY_WORD:
        faults.add(draft.row, "level", "level_word", said["level"])
        draft.is_faulty = True
    elif is_scientific(draft.code):
        faults.add(draft.row, "code", "scientific", draft.code, what="代码")
    elif len(draft.code) > MAX_CODE:
        faults.add(draft.row, "code", "code_long", limit=MAX_CODE)
    elif draft.code and draft.level is None:
        _add_odd_code(draft, faults)
    elif scope_word and scope_word not in SCOPE_BY_WORD:
        faults.add(draft.row, "scope", "scope_word", said["scope"])
    elif expected not in _YES and expected not in _NO:
        faults.add(draft.row, "expected", "expected_word", said["expected"])
    return _Words(SCOPE_BY_WORD.get(scope_word), expected not in _NO, said.get("contact", ""), said.get("phone", ""))


def _add_odd_code(draft: Draft, faults: RosterFaults) -> None:
    """Add the fault of a code that is no division code and has no level beside it."""
    code = draft.code
    if code.isascii() and code.isdigit() and len(code) + 1 in CODE_LENGTHS:
        how = "digit_lost" if code[:2] in _PROVINCES else "zero_lost"
        faults.add(draft.row, "code", "digit_lost", code, pairs=phrase("U007", how, said=code, count=len(code)))
    else:
        faults.add(draft.row, "code", "level_unknown", code, codes=code)


def _set_keys(drafts: Iterable[Draft], faults: RosterFaults) -> None:
    """Set the keys of the units whose places are known; two of one name in one place need codes to tell them apart."""
    known: dict[tuple[Draft | None, str], Draft] = {}
    for draft in top_down(drafts):
        name = comparable_name(draft.name)
        draft.key = draft.code or "/".join([*([draft.parent.key] if draft.parent else []), name])
        first = known.setdefault((draft.parent, name), draft)
        if first is not draft and not (first.code and draft.code):
            faults.add(draft.row, "name", "same_name", draft.name,
                       pairs=_with_row("same_name", draft.name, first.row))  # fmt: skip


def _check_place(draft: Draft, faults: RosterFaults) -> None:
    above, level = draft.parent, draft.level
    if _is_in_circle(draft):
        faults.add(draft.row, "parent", "cycle", codes=draft.code or draft.name)
    elif level is None:
        if not draft.code and draft.is_placed and not draft.is_faulty:
            faults.add(draft.row, "level", "level_needed", draft.name)
    elif above and above.level and not above.level.above(level):
        words = {"level": level.label, "parent": above.name, "above": above.level.label}
        faults.add(draft.row, "level", "level_order", level.label, clauses=phrase("U007", "level_order", **words))


def _is_in_circle(draft: Draft) -> bool:
    seen: set[Draft] = set()
    at = draft.parent
    while at is not None and at not in seen:
        if at is draft:
            return True
        seen.add(at)
        at = at.parent
    return False


def _check_aliases(drafts: Iterable[Draft], faults: RosterFaults) -> None:
    """Report other names that are a name of another unit under the same parent, too."""
    owners: dict[tuple[Draft | None, str], Draft] = {}
    placed = [draft for draft in drafts if draft.is_placed]
    for draft in placed:
        owners.setdefault((draft.parent, comparable_name(draft.name)), draft)
    for draft in placed:
        for alias in draft.aliases:
            owner = owners.setdefault((draft.parent, comparable_name(alias)), draft)
            if owner is not draft:
                faults.add(draft.row, "alias", "same_alias", alias,
                           pairs=_with_row("same_alias", alias, owner.row, owner.name))  # fmt: skip


def _with_row(reason: str, said: str, row: int, name: str = "") -> str:
    return phrase("U007", reason, said=said, row=row, name=name)


def _unit(draft: Draft, words: _Words) -> Unit:
    assert draft.level, "a level that is not known is a fault"
    return Unit(
        key=draft.key,
        name=draft.name,
        level=draft.level,
        code=draft.code or None,
        parent=draft.parent.key if draft.parent else None,
        scope=words.scope,
        expected=words.expected,
        contact=words.contact,
        phone=words.phone,
        aliases=draft.aliases,
    )
