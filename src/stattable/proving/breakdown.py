"""The breakdown of a total: the rows of 分单位汇总, and which of them add up to which.

The root's children come first, each followed by its parts, down to the townships; villages are listed in the workbook
of their own township, and here only as one sum. The root's own rows come last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stattable.merging.rollup import Basis, RollUp
from stattable.model.cell_names import a1, column_letters
from stattable.model.findings import Status
from stattable.model.form import BLANK, FIELDS, Values, fields_to_fill, shown_value, total
from stattable.model.units import Level, Scope, Tree
from stattable.proving.titles import TITLE_ROWS

UNITS_SHEET: Final = "分单位汇总"
UNIT_HEADS: Final = ("单位", "级别", "报送", "合计依据")  # the columns in front of the figures
STATE_AT: Final = UNIT_HEADS.index("报送") + 1  # the column
HEAD_ROWS: Final = 2
FIRST_ROW: Final = TITLE_ROWS + HEAD_ROWS + 1  # of the breakdown's own
STATUS_WORDS: Final = {
    Status.ACCEPTED: "已报",
    Status.REJECTED: "退回",
    Status.COVERED: "已含在上级汇总数里",
    Status.MISSING: "未报",
    None: "不要求",
}
_BASIS_WORDS: Final = {Basis.OWN: "本级 + 下级", Basis.CUMULATIVE: "上报的汇总数", Basis.DERIVED: "下级之和"}
_OWN_ALONE: Final = "本级"  # of a unit with none below it
_NOTHING: Final = "—"  # of a unit of which nothing counts
_DIFFERENCE_BASIS: Final = {True: "上报的汇总数 − 本级 − 下级", False: "没有差额"}  # by whether it is compared
_UNLISTED_BASIS: Final = "见其汇总表"
_NOT_APART: Final = "未单独报"  # of a unit that sent no own return
_ROOT_LABEL: Final = "{name} 合计"
_UNLISTED_LABEL: Final = "{name} 所属 {count} 个村居社区合计"
_UNLISTED_STATE: Final = "{count} 个已报"


class RowKind(StrEnum):
    """What a row of the breakdown shows of its unit."""

    TOTAL = "total"
    OWN = "own"
    UNLISTED = "unlisted"  # the sum of its children that have no row
    DIFFERENCE = "gap"  # what its cumulative return says beyond what is known below it


_LABELS: Final = {RowKind.OWN: "{name} 本级", RowKind.DIFFERENCE: "{name} 差额"}


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """A row of the breakdown.

    Attributes:
        kind: what it shows of its unit.
        key: key of the unit.
        depth: levels below the root, whose own rows have 0.
        values: the 40 figures.
        parts: of a total: the positions of the rows that it is the sum of; none if it is not split.
    """

    kind: RowKind
    key: str
    depth: int
    values: Values
    parts: tuple[int, ...] = ()


def breakdown(rolled: RollUp) -> list[BreakdownRow]:
    """Return the rows of the breakdown, in their order."""
    rows: list[BreakdownRow] = []
    parts = [*_children(rolled, rolled.root, 1, rows)]
    own = rolled.counted.own.get(rolled.root)
    parts.append(_add(rows, RowKind.OWN, rolled.root, 0, own or BLANK))
    uneven = _uneven_of(rolled, rolled.root)
    at = _add(rows, RowKind.TOTAL, rolled.root, 0, rolled.totals[rolled.root].values)
    parts.append(_add(rows, RowKind.DIFFERENCE, rolled.root, 0, uneven))
    _set_parts(rolled, rows, at, parts)
    return rows


def _children(rolled: RollUp, parent: str, depth: int, rows: list[BreakdownRow]) -> Iterator[int]:
    """Add the rows of the units under `parent`, and yield the positions of those that add up to its total."""
    unlisted: list[Values] = []
    for key in rolled.tree.children[parent]:
        if is_listed(rolled.tree, key, depth):
            yield _unit(rolled, key, depth, rows)
        else:
            unlisted.append(rolled.totals[key].values)
    if (summed := total(unlisted)) != BLANK:
        yield _add(rows, RowKind.UNLISTED, parent, depth, summed)


def _unit(rolled: RollUp, key: str, depth: int, rows: list[BreakdownRow]) -> int:
    at = _add(rows, RowKind.TOTAL, key, depth, rolled.totals[key].values)
    parts: list[int] = []
    own, uneven = rolled.counted.own.get(key), _uneven_of(rolled, key)
    if own is not None and (rolled.tree.children[key] or key in rolled.differences):
        parts.append(_add(rows, RowKind.OWN, key, depth + 1, own))
    parts += _children(rolled, key, depth + 1, rows)
    if uneven != BLANK:
        parts.append(_add(rows, RowKind.DIFFERENCE, key, depth + 1, uneven))
    _set_parts(rolled, rows, at, parts)
    return at


def is_listed(tree: Tree, key: str, depth: int) -> bool:
    """Whether a unit `depth` levels below the root has a row of its own: all but villages that are not its children."""
    return depth == 1 or tree[key].level is not Level.VILLAGE


def _uneven_of(rolled: RollUp, key: str) -> Values:
    difference = rolled.differences.get(key)
    return difference.nonzero if difference else BLANK


def _add(rows: list[BreakdownRow], kind: RowKind, key: str, depth: int, values: Values) -> int:
    rows.append(BreakdownRow(kind, key, depth, values))
    return len(rows) - 1


def _set_parts(rolled: RollUp, rows: list[BreakdownRow], at: int, parts: Sequence[int]) -> None:
    """Set the parts of a total, unless they are not known: a reported total may stand for itself."""
    row = rows[at]
    difference = rolled.differences.get(row.key)
    if rolled.totals[row.key].basis is not Basis.CUMULATIVE or (difference and difference.compared):
        rows[at] = BreakdownRow(row.kind, row.key, row.depth, row.values, tuple(sorted(parts)))


def head_rows() -> tuple[list[str], list[str]]:
    """Return the two rows of headings; one over several columns is in the first of them."""
    first, last = [*UNIT_HEADS], [""] * len(UNIT_HEADS)
    before = None
    for field in FIELDS:
        level = field.block, field.heading
        first.append("" if level == before else f"{field.block.section}\n{field.heading.text}")
        last.append(field.column.text)
        before = level
    return first, last


def idle_columns(rolled: RollUp, rows: Sequence[BreakdownRow]) -> list[int]:
    """Return the columns, counted from 1, that no unit of a tree can fill in, and no row does: they are folded away.

    A unit with none below it may be the only one to report what is below it.
    """
    tree = rolled.tree
    kinds = {(tree[key].level, Scope.OWN if tree.children[key] else None) for key in tree.below(rolled.root)}
    fields = frozenset[int]().union(*(fields_to_fill(level, scope) for level, scope in kinds))
    idle = (field.index for field in FIELDS if field.index not in fields)
    return [index + len(UNIT_HEADS) + 1 for index in idle if all(row.values[index] is None for row in rows)]


def figure_place(position: int, index: int, first: int = FIRST_ROW) -> tuple[int, int]:
    """Return row and column, from 1, of the field `index` in the row at `position` of the breakdown.

    Args:
        position: of the row, from 0.
        index: of the field.
        first: the row of the sheet in which the breakdown begins.
    """
    return position + first, index + len(UNIT_HEADS) + 1


def figure_cell(position: int, index: int, first: int = FIRST_ROW) -> str:
    """Return the name of that cell."""
    return a1(*figure_place(position, index, first))


_MOST_PARTS: Final = 255  # that a function of Excel's takes
_LONGEST_FORMULA: Final = 8_000  # characters; Excel takes 8,192


def _sum_of_parts(row: BreakdownRow, first: int) -> str:
    """Return the formula that adds up the parts of a total in a column ``@``; nothing where it has none."""
    runs: list[list[int]] = []
    for number in (at + first for at in row.parts):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    terms = [f"@{one}" if one == last else f"@{one}:@{last}" for one, last in runs]
    while len(terms) > _MOST_PARTS:
        terms = [f"SUM({','.join(terms[at : at + _MOST_PARTS])})" for at in range(0, len(terms), _MOST_PARTS)]
    return f"=SUM({','.join(terms)})" if terms else ""


def _in_column(formula: str, index: int) -> str | None:
    """Return that formula in the column of a field; None where there is none, or it is too long for Excel."""
    formula = formula.replace("@", _COLUMNS[index])
    return formula if 0 < len(formula) <= _LONGEST_FORMULA else None


_COLUMNS: Final = tuple(column_letters(field.index + len(UNIT_HEADS) + 1) for field in FIELDS)


def row_label(row: BreakdownRow, rolled: RollUp) -> str:
    """Return the label of a row."""
    name = rolled.tree[row.key].name
    match row.kind:
        case RowKind.TOTAL:
            return _ROOT_LABEL.format(name=name) if row.key == rolled.root else name
        case RowKind.UNLISTED:
            return _UNLISTED_LABEL.format(name=name, count=len(_unlisted(row, rolled)))
        case RowKind.OWN | RowKind.DIFFERENCE:
            return _LABELS[row.kind].format(name=name)


def _unlisted(row: BreakdownRow, rolled: RollUp) -> list[str]:
    """Return the keys of the units that a row is the sum of, because they have none of their own."""
    return [key for key in rolled.tree.children[row.key] if not is_listed(rolled.tree, key, row.depth)]


def _basis_words(row: BreakdownRow, rolled: RollUp) -> str:
    """Return what a total is made of, in words."""
    basis = rolled.totals[row.key].basis
    if basis is Basis.OWN and not rolled.tree.children[row.key]:
        return _OWN_ALONE
    return _NOTHING if basis is Basis.DERIVED and row.values == BLANK else _BASIS_WORDS[basis]


Shown = str | int | None


def shown_figures(row: BreakdownRow, rolled: RollUp) -> list[Shown]:
    """Return the figures in the cells of a row: numbers, 有, 无, or None for a blank."""
    if row.kind is RowKind.DIFFERENCE:
        return [*row.values]
    level = rolled.tree[row.key].level
    return [shown_value(value, level, index) for index, value in enumerate(row.values)]


def formulas(row: BreakdownRow, rows: Sequence[BreakdownRow], first: int = FIRST_ROW) -> list[str | None]:
    """Return the formulas in the cells of a row, None where there is none: 有 and 无 are not added up.

    Args:
        row: of the breakdown.
        rows: all of them.
        first: the row of the sheet in which they begin.
    """
    if not row.parts:
        return [None] * len(FIELDS)
    formula, columns = _sum_of_parts(row, first), zip(*(rows[at].values for at in row.parts), strict=True)
    return [
        _in_column(formula, index) if type(value) is int and bool not in map(type, column) else None
        for index, (value, column) in enumerate(zip(row.values, columns, strict=True))
    ]


def unit_cells(row: BreakdownRow, rolled: RollUp, state: str) -> tuple[str, str, str, str]:
    """Return the cells in front of the figures of a row; `state` says whether its unit reported."""
    unit, label = rolled.tree[row.key], row_label(row, rolled)
    match row.kind:
        case RowKind.TOTAL:
            return label, unit.level.label, state if row.depth else "", _basis_words(row, rolled)
        case RowKind.OWN:
            return (
                label,
                unit.level.label,
                STATUS_WORDS[Status.ACCEPTED] if row.key in rolled.counted.own else _NOT_APART,
                "",
            )
        case RowKind.UNLISTED:
            reported = sum(rolled.coverage[key].returns > 0 for key in _unlisted(row, rolled))
            return label, "", _UNLISTED_STATE.format(count=reported), _UNLISTED_BASIS
        case RowKind.DIFFERENCE:
            difference = rolled.differences.get(row.key)
            compared = difference and difference.compared
            return label, "", "", _DIFFERENCE_BASIS[bool(compared)]
