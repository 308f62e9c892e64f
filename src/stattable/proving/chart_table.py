"""The table on 图表, which its charts are drawn from: formulas over the cells of the other sheets of a merged workbook.

What stands in the table follows from the roll-up and from the sheets as they are, so that a new workbook and one that
is opened again have it from the same function. One block of rows is one chart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, NamedTuple

from stattable.formats.sheet import Series
from stattable.merging.rollup import RollUp
from stattable.model.cell_names import a1, column_letters
from stattable.model.findings import Status
from stattable.model.form import FIELDS, SHEET_NAME, Field, Values, fields_to_fill, year_of
from stattable.model.identity import cell_text
from stattable.model.names import comparable_name
from stattable.model.units import Scope, Unit
from stattable.proving.breakdown import STATUS_WORDS, UNITS_SHEET, RowKind, breakdown, figure_place
from stattable.proving.lists import STATE_HEADS, STATE_SHEET
from stattable.proving.titles import LIST_HEAD
from stattable.proving.year_on_year import NOW_AT, THEN_AT, YEARS_SHEET, figure_rows

CHARTS_SHEET: Final = "图表"
PAGE_ROWS, PAGE_COLUMNS = 40, 12  # of the sheet, that are printed, on one page; the table stands right of them
CHARTS_AREA: Final = f"$A$1:$L${PAGE_ROWS}"
TABLE_TOP, LABEL_AT = 3, PAGE_COLUMNS + 2  # the table's first row and column
FIGURES_FROM, UNNAMED_AT = LABEL_AT + 1, LABEL_AT + 4  # columns: the first of figures, and one that no formula fills
TABLE_NOTE: Final = "图的数据（不打印）：由公式取自前面各表"
_RATE, _EXPECTED, _MISSING = range(FIGURES_FROM, UNNAMED_AT)

_MOST_BARS: Final = {False: 24, True: 16}  # units in a chart, by whether a year before stands beside this one
_LONGEST_LABEL: Final = 12  # characters
_BY_LEVEL: Final = {
    "sessions": "各级活动和服务场次",
    "people": "各级宣传和服务人数",
    "media": "媒体宣传（篇）",
}
_BY_CHILD: Final = {
    "sessions": "各{noun}场次（宣传、慰问、其他服务合计）",
    "people": "各{noun}人数（宣传、慰问、其他服务合计）",
}
_RATES: Final = "各{noun}报送率（含下级）"
_LARGEST, _LOWEST = "，{all} 个里最多的 {count} 个", "，{all} 个里最低的 {count} 个"
_REST: Final = "其余 {count} 个"
_UNIT: Final = "单位"  # where children are of several levels
_FIGURE: Final = "栏目"
_YEAR: Final = "{year} 年"
_STATE_AT: Final = STATE_HEADS.index("状态") + 1
_SUBJECT_AT: Final = tuple(STATE_HEADS.index(head) for head in ("代码", "单位", "级别", "上级单位"))
_MISSING_WORD: Final = STATUS_WORDS[Status.MISSING]
_RATE_HEADS: Final = ("单位", "报送率（%）", "应报", "没有报", "其中不知道是谁")
_ASSOCIATION: Final = "计生协"

Rows = Sequence[Sequence[object]]
Place = tuple[str, int, int]  # a cell: its sheet, and its row and column, counted from 1


class Computed(NamedTuple):
    """A formula with its result by the cells as they are; None where one of them was never calculated."""

    formula: str
    value: float | None


Entry = str | int | Computed | None


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the table, which is one chart.

    Attributes:
        top: the row of its title.
        title: of the chart.
        heads: of the columns from `LABEL_AT` on.
        rows: those that are drawn, from the same column on: a label, the figures of a year before and of now, and of
            rates the counts behind them.
        is_of_children: whether its rows are the units right below the root, not the columns of the form.
        is_rate: whether its figures are percentages.
        rest: the row of the units that are not drawn, if there is one.
    """

    top: int
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    is_of_children: bool = False
    is_rate: bool = False
    rest: tuple[Entry, ...] | None = None

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that are drawn: the rates, or this year's figures, behind a year before's if there is one."""
        return (_RATE,) if self.is_rate else tuple(range(FIGURES_FROM, LABEL_AT + len(self.heads)))

    @property
    def series(self) -> tuple[Series, ...]:
        """What is drawn, as formulas name it."""
        first, last = self.top + 2, self.top + 1 + len(self.rows)
        categories = _area((first, LABEL_AT), (last, LABEL_AT))
        return tuple(
            Series(_area((self.top + 1, at), (self.top + 1, at)), categories, _area((first, at), (last, at)))
            for at in self.columns
        )

    @property
    def lines(self) -> list[tuple[Entry, ...]]:
        """The rows of the table: title, heads, those that are drawn, the rest."""
        return [(self.title,), self.heads, *self.rows, *([self.rest] if self.rest else [])]


def chart_blocks(rolled: RollUp, sheets: Mapping[str, Rows], edition: int, unnamed: Mapping[str, int]) -> list[Block]:
    """Return the blocks of the table; none of what is empty.

    Args:
        rolled: this year's totals.
        sheets: the rows of the workbook's other sheets.
        edition: of the totals.
        unnamed: how many units at or below each child of the root are missing without anybody saying which.
    """
    table = _Table(rolled, sheets, edition)
    makers: tuple[Callable[[int], Block | None], ...] = (
        *(partial(table.by_level, what) for what in _BY_LEVEL),
        partial(table.rates, unnamed),
        *(partial(table.by_child, what) for what in _BY_CHILD),
    )
    blocks, top = list[Block](), TABLE_TOP
    for make in makers:
        if block := make(top):
            blocks.append(block)
            top += len(block.lines) + 1
    return blocks


def unnamed_in(rolled: RollUp, rows: Rows) -> dict[str, int]:
    """Return what :func:`chart_blocks` takes as `unnamed` from the rows of 图表, by the labels of children."""
    known = {
        str(row[LABEL_AT - 1]): int(count)
        for row in rows
        if len(row) >= UNNAMED_AT and isinstance(count := row[UNNAMED_AT - 1], int | float)
    }
    labels = {key: _label(rolled.tree[key]) for key in rolled.tree.children[rolled.root]}
    return {key: known[label] for key, label in labels.items() if label in known}


class _Table:
    """Makes the blocks.

    Args:
        rolled: this year's totals.
        sheets: the rows of the workbook's other sheets.
        edition: of the totals.
    """

    def __init__(self, rolled: RollUp, sheets: Mapping[str, Rows], edition: int) -> None:
        self._rolled, self._sheets = rolled, sheets
        self._children = rolled.tree.children[rolled.root]
        self._positions = {(row.kind, row.key): at for at, row in enumerate(breakdown(rolled))}
        self._then_rows = figure_rows(rolled) if YEARS_SHEET in sheets else {}
        years = [self._cell((YEARS_SHEET, LIST_HEAD, at)) for at in (THEN_AT, NOW_AT)] if self._then_rows else []
        self._years = [str(one or "").replace("\n", "") for one in years] or [_YEAR.format(year=year_of(edition))]
        levels = {rolled.tree[key].level for key in self._children}
        self._noun = next(iter(levels)).noun if len(levels) == 1 else _UNIT
        self._most = _MOST_BARS[bool(self._then_rows)]

    def by_level(self, what: str, top: int) -> Block | None:
        """Return the figures of some columns of the page, level by level; without those that are 0."""
        root, rows = self._rolled.root, list[tuple[Entry, ...]]()
        total = self._rolled.totals[root].values
        for field in _fields_by_level(what):
            then = self._then(root, [field.index])
            if total[field.index] or any(one and one.value for one in then):
                label = f"{field.heading.text.removesuffix(_ASSOCIATION)} {field.column.text}"
                now = None if total[field.index] is None else self._sum([(SHEET_NAME, *field.at)])
                rows.append((label, *then, now))
        return Block(top, _BY_LEVEL[what], (_FIGURE, *self._years), tuple(rows)) if rows else None

    def by_child(self, what: str, top: int) -> Block | None:
        """Return the figures of the units right below the root, the largest first; None where there is no other."""
        totals = {key: _total(self._rolled.totals[key].values, _fields_of(what)) for key in self._children}
        if len(totals) < 2 or not any(totals.values()):
            return None
        ranked = sorted(totals, key=lambda key: -(totals[key] or 0))
        drawn, others = ranked[: self._most], ranked[self._most :]
        rows = []
        for key in drawn:
            then = self._then(key, sorted(_fields_of(what) & self._to_fill(key)))
            now = None if totals[key] is None else self._sum(self._in_breakdown(RowKind.TOTAL, key, what))
            rows.append((_label(self._rolled.tree[key]), *then, now))
        title, rest = _BY_CHILD[what].format(noun=self._noun), None
        if others:
            title += _LARGEST.format(all=len(ranked), count=len(drawn))
            known = [now for *_, now in rows if isinstance(now, Computed)]
            now = self._rest(what, known, top + 2, len(rows))
            rest = _REST.format(count=len(others)), *[None] * (len(self._years) - 1), now
        return Block(top, title, (_UNIT, *self._years), tuple(rows), is_of_children=True, rest=rest)

    def _rest(self, what: str, known: Sequence[Computed], first: int, count: int) -> Computed:
        """Return what the children come to that are in no row: the root's total without its own part and the rows.

        Args:
            what: which figures.
            known: those of the rows.
            first: the first of the rows.
            count: how many they are.
        """
        kinds = (RowKind.TOTAL, RowKind.OWN, RowKind.DIFFERENCE)
        total, *parts = (self._sum(self._in_breakdown(kind, self._rolled.root, what)) for kind in kinds)
        values = [total.value, *(None if one.value is None else -one.value for one in (*parts, *known))]
        value = None if None in values else sum(filter(None, values))
        minus = "".join(f"-{part.formula[1:]}" for part in parts)
        column = LABEL_AT + len(self._years)
        return Computed(f"{total.formula}{minus}-SUM({a1(first, column)}:{a1(first + count - 1, column)})", value)

    def rates(self, unnamed: Mapping[str, int], top: int) -> Block | None:
        """Return 报送率 of the units right below the root, the lowest first; None where none has units below it."""
        areas, counts = self._states(), dict[str, tuple[int, int]]()
        for key, (first, last) in areas.items():
            words = [self._cell((STATE_SHEET, row, _STATE_AT)) for row in range(first, last + 1)]
            counts[key] = len(words), words.count(_MISSING_WORD) + unnamed.get(key, 0)
        if len(counts) < 2 or max(expected for expected, _ in counts.values()) < 2:
            return None
        ranked = sorted(counts, key=lambda key: 1 - counts[key][1] / counts[key][0])
        drawn = ranked[: _MOST_BARS[False]]
        rows = tuple(
            self._rate(key, areas[key], counts[key], unnamed.get(key), row)
            for row, key in enumerate(drawn, start=top + 2)
        )
        title = _RATES.format(noun=self._noun)
        title += _LOWEST.format(all=len(ranked), count=len(drawn)) if len(drawn) < len(ranked) else ""
        heads = _RATE_HEADS if any(key in unnamed for key in drawn) else _RATE_HEADS[:-1]
        return Block(top, title, heads, rows, is_of_children=True, is_rate=True)

    def _rate(
        self, key: str, rows: tuple[int, int], counts: tuple[int, int], unnamed: int | None, row: int
    ) -> tuple[Entry, ...]:
        expected, missing = counts
        area = f"{STATE_SHEET}!{':'.join(a1(one, _STATE_AT) for one in rows)}"
        more = f"+{a1(row, UNNAMED_AT)}" if unnamed else ""
        return (
            _label(self._rolled.tree[key]),
            Computed(
                f"=ROUND(100-100*{a1(row, _MISSING)}/{a1(row, _EXPECTED)},1)", _percent(expected - missing, expected)
            ),
            Computed(f"=COUNTA({area})", expected),
            Computed(f'=COUNTIF({area},"{_MISSING_WORD}"){more}', missing),
            *([unnamed] if unnamed else []),
        )

    def _states(self) -> dict[str, tuple[int, int]]:
        """Return the first and the last row of each child and all below it in the list of 报送情况."""
        tree, owners = self._rolled.tree, dict[tuple[str, ...], str | None]()
        for child in self._children:
            for key in tree.below(child):
                unit = tree[key]
                above = tree[unit.parent].name if unit.parent else ""
                subject = _subject(unit.code, unit.name, unit.level.label, above)
                owners[subject] = None if owners.get(subject, child) != child else child
        found: dict[str, tuple[int, int]] = {}
        rows = self._sheets.get(STATE_SHEET, ())
        heads = (at for at, row in enumerate(rows, start=1) if tuple(row[: len(STATE_HEADS)]) == STATE_HEADS)
        head = next(heads, len(rows))
        for at, row in enumerate(rows[head:], start=head + 1):
            cells = [*row[:_STATE_AT], *[""] * (_STATE_AT - len(row))]
            is_of_one = cell_text(cells[-1]) != ""  # other rows count the units below one
            code, *names = [cell_text(cells[which]) for which in _SUBJECT_AT]
            if is_of_one and (owner := owners.get(_subject(code, *names))):
                found[owner] = found.get(owner, (at, at))[0], at
        return found

    def _then(self, key: str, indices: Sequence[int]) -> list[Computed | None]:
        """Return the figures of a unit in the year before, added up; None if it has none, nothing without that year."""
        if not self._then_rows:
            return []
        places = [
            (YEARS_SHEET, self._then_rows[key, index], THEN_AT) for index in indices if (key, index) in self._then_rows
        ]
        return [self._sum(places) if any(self._cell(place) not in {None, ""} for place in places) else None]

    def _in_breakdown(self, kind: RowKind, key: str, what: str) -> list[Place]:
        at, fields = self._positions[kind, key], _fields_of(what) & self._to_fill(key)
        return [(UNITS_SHEET, *figure_place(at, index)) for index in sorted(fields)]

    def _to_fill(self, key: str) -> frozenset[int]:
        return fields_to_fill(self._rolled.tree[key].level, Scope.CUMULATIVE)

    def _sum(self, places: Sequence[Place]) -> Computed:
        names = [f"{sheet}!{a1(row, column)}" for sheet, row, column in places]
        cells = [self._cell(place) or 0 for place in places]
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        value = sum(numbers) if len(numbers) == len(cells) else None
        return Computed(f"=SUM({','.join(names)})" if len(names) > 1 else f"={names[0]}", value)

    def _cell(self, place: Place) -> object:
        sheet, row, column = place
        rows = self._sheets.get(sheet, ())
        cells = rows[row - 1] if row <= len(rows) else ()
        return cells[column - 1] if column <= len(cells) else None


@cache
def _fields_of(what: str) -> frozenset[int]:
    """Return the indices of the fields that are ``sessions``, ``people`` or articles of ``media``."""
    return frozenset(field.index for field in FIELDS if what in {field.column.pair, field.key.partition(".")[0]})


@cache
def _fields_by_level(what: str) -> tuple[Field, ...]:
    """Return these fields level by level, each from the top of the page down."""
    headings = list(dict.fromkeys(field.heading for field in FIELDS))
    fields = sorted(_fields_of(what), key=lambda index: (headings.index(FIELDS[index].heading), index))
    return tuple(FIELDS[index] for index in fields)


def _total(values: Values, indices: Iterable[int]) -> int | None:
    given = [value for index in indices if (value := values[index]) is not None]
    return sum(given) if given else None


def _percent(part: int, whole: int) -> float:
    """Return a share as a percentage with one decimal; half of one is rounded up, as spreadsheets do it."""
    return (2000 * part + whole) // (2 * whole) / 10


def _label(unit: Unit) -> str:
    """Return what a unit is called below its bars."""
    name = comparable_name(unit.name) or unit.name
    return name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"


def _subject(code: str | None, *names: str) -> tuple[str, ...]:
    """Return what a unit is known by in 报送情况: its code, else its name, its level and the unit above it."""
    return (code,) if code else names


def _area(first: tuple[int, int], last: tuple[int, int]) -> str:
    corners = [f"${column_letters(column)}${row}" for row, column in dict.fromkeys((first, last))]
    return f"{CHARTS_SHEET}!{':'.join(corners)}"
