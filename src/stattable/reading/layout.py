"""Where the form is on a sheet: the place of each field, and findings about its labels."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import lru_cache
from operator import itemgetter
from typing import Final

from stattable.formats.sheet import Cell, Merge, RawCell, RawSheet
from stattable.model.findings import Finding
from stattable.model.form import BLOCKS, FIELDS, LABELS, LAST_COLUMN, LAST_ROW, Block
from stattable.reading.labels import Labels, label_name, possible_labels
from stattable.reading.layout_blocks import SECTIONS, BlockPlace, block_columns, find_column_rows, place_block
from stattable.reading.layout_columns import FieldColumns, place_columns
from stattable.reading.layout_faults import (
    doubled_blocks,
    is_list,
    layout_fault,
    missing_parts,
    not_one_row,
    unsure_figure,
)
from stattable.reading.rows import BlockRows, figure_cells, figure_row, is_figure, is_foot, is_note, rows_under


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a form is on a sheet.

    Attributes:
        cells: the cell of each of the 40 fields, None for one whose labels do not place it.
        top: the first row of the table: that of the first level headings, or of sections above them.
        bottom: the last row of figures.
        faults: the findings about labels (T002, T005, T006), without path.
        more: first cell → all cells, for each field that is the sum of several.
        certain: False for a list of units, or a small table with the form's words, which are taken for the form
            only where nothing else can be.
    """

    cells: tuple[Cell | None, ...]
    top: int
    bottom: int
    faults: tuple[Finding, ...] = ()
    more: Mapping[Cell, tuple[Cell, ...]] = attribute(default_factory=dict)
    certain: bool = True


class _FieldCells(tuple[Cell, ...]):
    """The cells of the 40 fields on the official page, which processes send to one another by their name."""

    __slots__ = ()

    def __reduce__(self) -> str:
        return "_FIELD_CELLS"


_FIELD_CELLS: Final = _FieldCells(field.at for field in FIELDS)
TEMPLATE: Final = Layout(_FIELD_CELLS, BLOCKS[0].heading_row, BLOCKS[-1].row)
# To compare a row at once: its index, what takes the cells of its several labels, and the texts of these.
_LABEL_TEXTS: Final = tuple(
    (row - 1, itemgetter(*(label.at[1] - 1 for label in labels)), tuple(label.text for label in labels))
    for row in sorted({label.at[0] for label in LABELS})
    if (labels := [label for label in LABELS if label.at[0] == row])
)
_TEMPLATE_MERGES: Final = frozenset(
    (*label.at, label.at[0] + label.rows - 1, label.at[1] + label.columns - 1) for label in LABELS
)
_FIGURE_ROWS: Final = tuple(block.row for block in BLOCKS)
_CERTAIN: Final = 16  # column headings: as many as two blocks have


def find_form(sheet: RawSheet) -> Layout | None:
    """Return where the form is on `sheet`, or None where fewer than two of its five blocks are there.

    A block is found by the row of its column headings, whose words no other block has. The row of level headings
    is above it, the section's label to the left or above, and the row of figures below. A form with every label
    where the template has it is recognised first, which is quick; only other arrangements are searched for.
    """
    return TEMPLATE if _is_template(sheet) else _search(sheet)


def _is_template(sheet: RawSheet) -> bool:
    """Whether every label is where the template has it, with none outside, and the table ends where it should."""
    rows = sheet.rows
    if len(rows) <= TEMPLATE.bottom or len(rows[0]) < LAST_COLUMN or _unusual_merges(tuple(sheet.merges)):
        return False
    if any(take(rows[row]) != texts for row, take, texts in _LABEL_TEXTS) and not all(
        isinstance(value := rows[label.at[0] - 1][label.at[1] - 1], str) and label_name(value) == label.name
        for label in LABELS
    ):
        return False
    if len(rows[0]) > LAST_COLUMN:
        if any(_runs_over(rows[row - 1]) for row in _FIGURE_ROWS):
            return False
        beyond = [value for cells in rows[:LAST_ROW] for value in cells[LAST_COLUMN:] if value]
        if any(label_name(text) for _, text in possible_labels(beyond)):
            return False
    if any(label_name(text) for cells in rows[LAST_ROW:] for _, text in possible_labels(cells)):
        return False
    return is_foot(rows[TEMPLATE.bottom]) or is_note(rows[TEMPLATE.bottom])


def template_cells(sheet: RawSheet) -> list[RawCell]:
    """Return what a sheet holds where the template has the 40 fields; it has all of its rows and columns."""
    rows = sheet.rows
    return [rows[row - 1][column - 1] for row, column in _FIELD_CELLS]


def _runs_over(cells: Sequence[RawCell]) -> bool:
    """Whether the last cell of a row of figures is blank, and the cell right of it holds a figure."""
    return cells[LAST_COLUMN - 1] in ("", None) and is_figure(cells[LAST_COLUMN])


@lru_cache(maxsize=64)
def _unusual_merges(merges: tuple[Merge, ...]) -> bool:
    """Whether the table has merged cells that the template has not: there may be something under them."""
    return any(
        merge not in _TEMPLATE_MERGES
        and merge[2] >= TEMPLATE.top
        and merge[0] <= TEMPLATE.bottom
        and merge[1] <= LAST_COLUMN
        for merge in merges
    )


def _search(sheet: RawSheet) -> Layout | None:
    labels = Labels(sheet)
    rows_of = find_column_rows(labels)
    if len(rows_of) < 2:
        return None
    column_rows = {block: rows[0] for block, rows in rows_of.items()}
    places = [place_block(block, column_rows, labels) for block in column_rows]
    edges = sorted({row for place in places for row in (place.heading_row, place.column_row) if row})
    top = edges[0] - bool(labels.columns_of(edges[0] - 1, SECTIONS))
    single = _rows_side_by_side(places, edges, labels)
    if single and len(single.figures) > 1:
        return _list_of_units(places[0].block, single, top, sheet)
    faults = list(doubled_blocks(labels, rows_of))
    columns: dict[Block, dict[int, FieldColumns]] = {}
    for place in places:
        first = next(other for other in places if other.block.section == place.block.section)
        if placed := place_columns(place, first, labels, faults):
            columns[place.block] = placed
    rows = {block: _block_rows(column_rows[block], placed, edges, labels) for block, placed in columns.items()}
    cells = _place_cells(columns, rows, labels, faults)
    faults += missing_parts(labels, places, labels.shift(edges))
    heading_count = sum(len(block_columns(block, row, labels)) for block, row in column_rows.items())
    return Layout(
        cells=tuple(cells[field.index][0] if field.index in cells else None for field in FIELDS),
        top=top,
        bottom=max(edges[-1] + 1, *(at[0][0] for at in cells.values())) if cells else edges[-1] + 1,
        faults=_without_repeats(faults),
        more={at[0]: at for at in cells.values() if len(at) > 1},
        certain=heading_count >= _CERTAIN and not (single and _is_named(single, sheet)),
    )


def _without_repeats(faults: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return each fault once, since two blocks share headings; of a form that is there twice, only that."""
    twice = [fault for fault in faults if fault.code == "T006"][:1]
    return tuple({(fault.cell, fault.params.get("label")): fault for fault in twice or faults}.values())


def _rows_side_by_side(places: Sequence[BlockPlace], edges: Sequence[int], labels: Labels) -> BlockRows | None:
    """Return the rows under the headings where all blocks are side by side, as in a list of units, or None."""
    if len({place.column_row for place in places}) > 1:
        return None
    columns = [column for place in places for column in block_columns(place.block, place.column_row, labels)]
    return rows_under(places[0].column_row, edges, columns, labels)


def _list_of_units(block: Block, rows: BlockRows, top: int, sheet: RawSheet) -> Layout:
    """Return the layout of a list with a row for each unit, without cells: no row is taken."""
    fault = not_one_row(block, rows, sheet, of_units=True)
    return Layout((None,) * len(FIELDS), top, rows.figures[-1], (fault,), certain=False)


def _is_named(rows: BlockRows, sheet: RawSheet) -> bool:
    """Whether there is anything left of the figures in their only row: a list of one unit."""
    return any(sheet.cell(row, column) is not None for row in rows.figures for column in range(1, rows.columns[0]))


def _block_rows(row: int, columns: Mapping[int, FieldColumns], edges: Sequence[int], labels: Labels) -> BlockRows:
    parts = [column for field in columns.values() for column in field.parts]
    return rows_under(row, edges, parts, labels, [column for field in columns.values() for column in field.spanned])


def _place_cells(
    columns: Mapping[Block, Mapping[int, FieldColumns]],
    rows: Mapping[Block, BlockRows],
    labels: Labels,
    faults: list[Finding],
) -> dict[int, tuple[Cell, ...]]:
    """Return the cells of each field, by index; fields without certain cells are added to `faults`."""
    sheet = labels.sheet
    numbered = any(one.numbers and one.figures for one in rows.values())
    figure_rows = {block: figure_row(one, numbered) for block, one in rows.items()}
    covered = sheet.covered(row for row in figure_rows.values() if row)
    cells: dict[int, tuple[Cell, ...]] = {}
    for block, row in figure_rows.items():
        if row is None:
            fault = not_one_row(block, rows[block], sheet)
            if not (is_list(fault) and any(map(is_list, faults))):  # which is said once
                faults.append(fault)
        elif strays := list(_strays(rows[block], row, labels)):
            faults += strays
        else:
            for index, field in columns[block].items():
                under = _cells_under(field, row, covered, sheet)
                last = max(field.parts[-1], labels.last_column(rows[block].column_row, field.parts[0]))
                if len(under) > len(field.parts):
                    faults.append(unsure_figure(FIELDS[index], under, sheet, "beside"))
                elif under[-1][1] > last:  # under no heading of its own: it may be a total
                    faults.append(unsure_figure(FIELDS[index], under, sheet, "untitled"))
                else:
                    cells[index] = tuple(under)
    return cells


def _cells_under(columns: FieldColumns, row: int, covered: Set[Cell], sheet: RawSheet) -> list[Cell]:
    """Return the cells in `row` that may hold a field's figure."""
    under = [(row, column) for column in (*columns.parts, *columns.spanned)]
    if columns.spanned:
        under = figure_cells([at for at in under if at not in covered or at == under[0]], sheet)
    return [(row, under[0][1] + 1)] if len(under) == 1 and _runs_out(under[0], sheet) else under


def _runs_out(at: Cell, sheet: RawSheet) -> bool:
    """Whether a cell is blank and the one right of it holds a figure, in a column without any text above."""
    row, right = at[0], at[1] + 1
    titled = any(isinstance(sheet.cell(above, right), str) for above in range(1, row))
    return sheet.cell(*at) is None and is_figure(sheet.cell(row, right)) and not titled


def _strays(rows: BlockRows, figure_row: int, labels: Labels) -> Iterator[Finding]:
    """Yield T002 for labels between a block's column headings and its row of figures."""
    across = [column for column, name in labels.names[rows.column_row].items() if name not in SECTIONS]
    for row in range(rows.column_row + 1, figure_row + 1):
        for column, name in labels.names.get(row, {}).items():
            in_figures = row == figure_row and column in rows.columns  # it will be read, and be no figure
            if min(across) <= column <= max(across) and not in_figures:
                yield layout_fault("T002", labels.sheet, row, column, label=name, doubled=1)
