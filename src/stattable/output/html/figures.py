"""The figures of the official page: as it is printed, and added up over the levels, each with its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from stattable.model.cell_names import a1
from stattable.model.form import (
    BLOCKS,
    FIELDS,
    LABELS,
    Block,
    Field,
    Kind,
    Values,
    block_fields,
    by_heading,
    fields_to_fill,
    shown_value,
)
from stattable.model.units import Level
from stattable.proving.breakdown import Shown
from stattable.proving.key_facts import kind_of
from stattable.writing.page import Place, template

_PLACE_NAMES: Final = {"left": "start", "center": "middle", "right": "end"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and where it is from.

    Attributes:
        shown: a number, 有, 无, or None for a blank.
        cells: the cells of the official page that it stands in, or is the sum of.
        before: that of a year before, or None.
        length: of its bar, in per cent of the longest one; None where it has none.
    """

    shown: Shown
    cells: tuple[str, ...]
    before: int | None = None
    length: float | None = None

    @property
    def change(self) -> str:
        """By which share it is more or less than a year before; nothing where that cannot be said."""
        if not self.before or not isinstance(self.shown, int):
            return ""
        return f"{(self.shown - self.before) / self.before:+.1%}"


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A block of the form, its levels one under the other.

    Attributes:
        title: what is counted in it.
        note: the unit of its figures, or nothing.
        heads: its columns.
        totals: for each column the sum over all levels.
        rows: each level with its figures, None where the form has no such cell.
    """

    title: str
    note: str
    heads: tuple[str, ...]
    totals: tuple[Figure, ...]
    rows: tuple[tuple[str, tuple[Figure | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """What units can be compared by: a field, or all fields of a column of a block.

    Attributes:
        label: its name.
        fields: indices of the fields that are added up.
    """

    label: str
    fields: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of the official page.

    Attributes:
        name: such as ``B6``.
        text: what stands there.
        rows, columns: how many it spans.
        looks: names of its looks.
        is_label: whether it is one of the form's labels.
        scope: what it is a label of, as HTML has it.
    """

    name: str
    text: str
    rows: int
    columns: int
    looks: tuple[str, ...]
    is_label: bool
    scope: str


# -- added up over the levels -----------------------------------------------------------------------------


def figure_blocks(values: Values, level: Level, before: Values | None) -> list[FigureBlock]:
    """Return the figures of a unit, block by block.

    Args:
        values: its 40 figures.
        level: its level.
        before: those of a year before, or None.
    """
    filled = fields_to_fill(level, None)
    blocks = []
    for block in BLOCKS:
        fields = [one for one in block_fields(block) if one.index in filled or values[one.index] is not None]
        heads = _heads(block)
        levels = [*by_heading(fields)]
        longest = {head: max(_numbers(values, _of(fields, head)), default=0) for head in heads if len(levels) > 1}
        rows = tuple(
            (heading.text, tuple(_level_figure(values, level, some, head, longest.get(head, 0)) for head in heads))
            for heading, some in levels
        )
        totals = tuple(_sum(values, _counts(_of(fields, head), level), before) for head in heads)
        blocks.append(FigureBlock(kind_of(block), block.unit, heads, totals, rows))
    return blocks


def _heads(block: Block) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field.column.text for field in block_fields(block)))


def _of(fields: Sequence[Field], head: str) -> list[Field]:
    return [field for field in fields if field.column.text == head]


def _counts(fields: Sequence[Field], level: Level) -> list[Field]:
    return [field for field in fields if field.kind_at(level) is Kind.COUNT]


def _numbers(values: Values, fields: Sequence[Field]) -> list[int]:
    return [value for value in (values[field.index] for field in fields) if type(value) is int]


def _level_figure(values: Values, level: Level, fields: Sequence[Field], head: str, longest: int) -> Figure | None:
    field = next(iter(_of(fields, head)), None)
    if field is None:
        return None
    value = values[field.index]
    length = round(100 * value / longest, 1) if type(value) is int and longest else None
    return Figure(shown_value(value, level, field.index), (field.cell,), length=length)


def _sum(values: Values, fields: Sequence[Field], before: Values | None) -> Figure:
    numbers, then = _numbers(values, fields), _numbers(before, fields) if before else []
    cells = tuple(field.cell for field in fields if type(values[field.index]) is int)
    return Figure(sum(numbers) if numbers else None, cells, sum(then) if then else None)


def measures(level: Level) -> list[Measure]:
    """Return what units at and below one of `level` can be compared by: sums over all levels first, then each field."""
    filled = fields_to_fill(level, None)
    fields = [field for field in FIELDS if field.index in filled and field.kind_at(level) is Kind.COUNT]
    sums = []
    for block in BLOCKS:
        for head in _heads(block):
            some = tuple(field.index for field in fields if field.block == block and field.column.text == head)
            if len(some) > 1:
                sums.append(Measure(f"{kind_of(block)} · {head}（各级合计）", some))
    return [*sums, *(Measure(field.label, (field.index,)) for field in fields)]


# -- as it is printed -------------------------------------------------------------------------------------


def page_rows(content: Mapping[Place, object]) -> list[list[PageCell]]:
    """Return the official page, row by row, without the cells that others lie over.

    Args:
        content: what is filled in, by cell.
    """
    ours = template()
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in ours.merges}
    covered = {
        (top + down, left + across)
        for (top, left), (rows, columns) in spans.items()
        for down in range(rows)
        for across in range(columns)
    } - spans.keys()
    labels = {label.at for label in LABELS}
    rows: dict[int, list[PageCell]] = {}
    for at, (printed, look) in ours.cells.items():
        if at in covered:
            continue
        down, across = spans.get(at, (1, 1))
        scope = ("rowgroup" if at[1] == 1 else "colgroup" if across > 1 else "col") if at in labels else ""
        cell = PageCell(
            a1(*at), _text(content.get(at, printed)), down, across, tuple(_looks(look)), at in labels, scope
        )
        rows.setdefault(at[0], []).append(cell)
    return [*rows.values()]


def page_widths() -> list[str]:
    """Return the widths of the official page's columns, in per cent of the page."""
    widths = template().widths
    return [f"{100 * width / sum(widths):.2f}%" for width in widths]


def _looks(look: Mapping[str, object]) -> list[str]:
    names = [_PLACE_NAMES.get(str(look["align"]), "start")]
    names += [f"{side}-{look[side]}" for side in ("left", "right", "top", "bottom") if look[side]]
    names += ["heavy"] if look["bold"] or look["font_name"] == "黑体" else []
    size = look["font_size"]
    return [*names, *(["large"] if isinstance(size, float) and size >= 18 else [])]


def _text(value: object) -> str:
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None else str(value)
