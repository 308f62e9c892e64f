"""The rows of a roster → the tree of its units, or all of its faults."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Param
from stattable.model.text import normalised
from stattable.model.units import (
    LEVEL_BY_WORD,
    MAX_CODE,
    MAX_NAME,
    SCOPE_BY_WORD,
    Tree,
    Unit,
    bare_code,
    level_of_code,
    parent_code,
)

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("代码", "单位代码", "区划代码", "行政区划代码", "编码", "code"),
    "name": ("名称", "单位名称", "单位", "name"),
    "level": ("级别", "层级", "level"),
    "parent": ("上级代码", "上级单位代码", "parent", "parent_code"),
    "scope": ("口径", "scope"),
    "expected": ("填报", "是否填报", "expected"),
    "contact": ("联系人", "contact"),
    "phone": ("电话", "联系电话", "phone"),
}
_NEEDED: Final = ("code", "name")
_NO: Final = frozenset({"否", "不", "无", "no", "n", "false", "0", "×"})
_YES: Final = frozenset({"", "是", "有", "yes", "y", "true", "1", "√"})
_NO_PARENT: Final = frozenset({"-", "—", "－"})
_SCIENTIFIC: Final = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # 1-based, as the spreadsheet program counts
    texts: Mapping[str, str]  # column → text
    code: str  # as `bare_code` gives it


@dataclass(slots=True)
class _Faults:
    """Collects the faults of a roster."""

    path: str
    columns: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, row: int, column: str, reason: str, raw: str | None = None, **params: Param) -> None:
        cell = a1(row, self.columns.get(column, 0) + 1)
        params = {"row": row, "reason": reason, **params}
        self.findings.append(finding("U007", path=self.path, cell=cell, raw=raw or None, params=params))


def build_roster(rows: Iterable[Sequence[object]], path: str) -> tuple[Tree, list[Finding]]:
    """Build the tree of units from a roster's rows.

    Args:
        rows: all rows of the sheet or CSV file; the first that is not empty holds the headings
            (代码 名称 级别 上级代码 口径 填报 联系人 电话, or in English; code and name suffice).
        path: the path of the roster, for the findings.

    Returns:
        The tree, sorted by code, and the faults (U007), one for every faulty row. With any fault the whole roster is
        refused, and the tree is empty.
    """
    faults = _Faults(path)
    parsed = _parse(rows, faults)
    row_of: dict[str, int] = {}
    units: dict[str, Unit] = {}
    for row in parsed:
        if row.code in row_of:
            faults.add(row.number, "code", "duplicate", row.code, other=row_of[row.code])
            continue
        row_of[row.code] = row.number
        if unit := _unit(row, faults):
            units[unit.key] = unit
    for row in parsed:
        if row.code in units and row_of[row.code] == row.number:
            units[row.code] = _placed(units[row.code], row, row_of, faults)
    for unit in units.values():
        _check_place(unit, units, row_of[unit.key], faults)
    if not parsed and not faults.findings:
        faults.add(1, "", "empty")
    if faults.findings:
        return Tree(()), sorted(faults.findings, key=lambda fault: fault.params["row"])
    return Tree(sorted(units.values(), key=lambda unit: unit.key)), []


def _parse(rows: Iterable[Sequence[object]], faults: _Faults) -> list[_Row]:
    parsed: list[_Row] = []
    for number, row in enumerate(rows, start=1):
        cells = [_text(value) for value in row]
        if not any(cells):
            continue
        if not faults.columns:
            faults.columns = _heading_columns(cells)
            missing = [COLUMNS[key][0] for key in _NEEDED if key not in faults.columns]
            if missing:
                faults.add(number, "", "heads", names="、".join(missing))
                break
            continue
        texts = {key: cells[at] if at < len(cells) else "" for key, at in faults.columns.items()}
        code = bare_code(texts["code"])
        if not code:
            faults.add(number, "code", "no_code", texts["name"])
        elif _SCIENTIFIC.match(code):
            faults.add(number, "code", "scientific", code)
        elif len(code) > MAX_CODE:
            faults.add(number, "code", "code_long", limit=MAX_CODE)
        else:
            parsed.append(_Row(number, texts, code))
    return parsed


def _unit(row: _Row, faults: _Faults) -> Unit | None:
    """Return the unit of a row, without its parent, or None where something in the row is wrong."""
    texts = row.texts
    level_word, scope_word = texts.get("level", "").lower(), texts.get("scope", "").lower()
    expected = texts.get("expected", "").lower()
    level = LEVEL_BY_WORD.get(level_word) or level_of_code(row.code)
    if not texts["name"]:
        faults.add(row.number, "name", "no_name", row.code)
    elif len(texts["name"]) > MAX_NAME:
        faults.add(row.number, "name", "name_long", limit=MAX_NAME)
    elif level_word and level_word not in LEVEL_BY_WORD:
        faults.add(row.number, "level", "level_word", texts["level"])
    elif level is None:
        faults.add(row.number, "code", "level_unknown", row.code)
    elif scope_word and scope_word not in SCOPE_BY_WORD:
        faults.add(row.number, "scope", "scope_word", texts["scope"])
    elif expected not in _YES | _NO:
        faults.add(row.number, "expected", "expected_word", texts["expected"])
    else:
        return Unit(
            key=row.code,
            name=texts["name"],
            level=level,
            code=row.code,
            scope=SCOPE_BY_WORD.get(scope_word),
            expected=expected not in _NO,
            contact=texts.get("contact", ""),
            phone=texts.get("phone", ""),
        )
    return None


def _placed(unit: Unit, row: _Row, row_of: Mapping[str, int], faults: _Faults) -> Unit:
    """Return `unit` with its parent: the one that its row names, or the longest prefix of its code."""
    parent = row.texts.get("parent", "")
    if parent in _NO_PARENT:
        return unit
    if not parent:
        return replace(unit, parent=parent_code(unit.key, row_of))
    if bare_code(parent) not in row_of:
        faults.add(row.number, "parent", "unknown_parent", parent)
        return unit
    return replace(unit, parent=bare_code(parent))


def _check_place(unit: Unit, units: Mapping[str, Unit], row: int, faults: _Faults) -> None:
    if _in_cycle(unit, units):
        faults.add(row, "parent", "cycle", unit.key)
        return
    above = units.get(unit.parent) if unit.parent else None
    if above and not above.level.above(unit.level):
        level = unit.level.label
        faults.add(row, "level", "level_order", level, parent=above.name, above=above.level.label)


def _in_cycle(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen: set[str] = set()
    at = unit.parent
    while at is not None and at in units and at not in seen:
        if at == unit.key:
            return True
        seen.add(at)
        at = units[at].parent
    return False


def _heading_columns(cells: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        word = cell.replace(" ", "").lower()
        for key, words in COLUMNS.items():
            if word in words:
                columns.setdefault(key, at)
    return columns


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return normalised(str(value)).lstrip("'") if value is not None else ""
