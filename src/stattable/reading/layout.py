"""Where the form stands on a sheet: its blocks, the place of each field, and what is wrong with its labels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final

from stattable.formats.sheet import Cell, RawCell, RawSheet
from stattable.model.findings import Finding
from stattable.model.form import (
    BLOCKS,
    FIELDS,
    LABELS,
    LAST_COLUMN,
    LAST_ROW,
    Block,
)
from stattable.reading.labels import Labels, label_name, promising
from stattable.reading.layout_blocks import (
    SECTIONS,
    BlockPlace,
    block_columns,
    find_column_rows,
    find_heading_row,
    find_span,
)
from stattable.reading.layout_columns import FieldColumns, place_columns
from stattable.reading.layout_faults import doubled_blocks, layout_fault, missing_parts, not_one_row, unsure_figure
from stattable.reading.rows import BlockRows, figure_cells, figure_row, is_figure, is_foot, is_note, lines_under


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a form stands.

    Attributes:
        cells: of the 40 fields, None for one whose labels do not place it.
        top: first row of the table: of the first level headings, or of sections above them.
        bottom: last row of figures.
        faults: what is wrong with the labels (T002, T005, T006), without path.
        more: by a field's cell, all its cells, where it stands in several whose sum it is.
        certain: False for a list of units, or a small table with the form's words: it is taken for the form
            only where nothing else can be.
    """

    cells: tuple[Cell | None, ...]
    top: int
    bottom: int
    faults: tuple[Finding, ...] = ()
    more: Mapping[Cell, tuple[Cell, ...]] = attribute(default_factory=dict)
    certain: bool = True


TEMPLATE: Final = Layout(tuple(field.at for field in FIELDS), BLOCKS[0].heading_row, BLOCKS[-1].row)
_TEMPLATE_LABELS: Final = tuple((label.at[0] - 1, label.at[1] - 1, label.text, label.name) for label in LABELS)
_TEMPLATE_MERGES: Final = frozenset(
    (*label.at, label.at[0] + label.rows - 1, label.at[1] + label.columns - 1) for label in LABELS
)
_FIGURE_ROWS: Final = tuple(block.row for block in BLOCKS)
_CERTAIN: Final = 16  # column headings: as many as two blocks have


def find_form(sheet: RawSheet) -> Layout | None:
    """Return where the form stands on `sheet`, or None where fewer than two of its five blocks are there.

    A block is found by the row of its column headings, whose words no other block has. The row of level headings
    stands above it, the section's label to the left or above, and the row of figures below. A form from the template
    has every label where the template has it, which is quick to see; any other arrangement is found the long way.
    """
    return TEMPLATE if _is_template(sheet) else _search(sheet)


def _is_template(sheet: RawSheet) -> bool:
    """Whether every label stands where the template has it, none beyond, and the table ends where it should."""
    rows = sheet.rows
    if len(rows) <= TEMPLATE.bottom or len(rows[0]) < LAST_COLUMN or _unusual_merges(sheet):
        return False
    for row, column, text, name in _TEMPLATE_LABELS:
        seen = rows[row][column]
        if seen != text and not (isinstance(seen, str) and label_name(seen) == name):
            return False
    if any(_runs_over(rows[row - 1]) for row in _FIGURE_ROWS):
        return False
    beyond = [cells[LAST_COLUMN:] for cells in rows[:LAST_ROW]] if len(rows[0]) > LAST_COLUMN else []
    if any(label_name(text) for cells in (*beyond, *rows[LAST_ROW:]) for _, text in promising(cells)):
        return False
    return is_foot(rows[TEMPLATE.bottom]) or is_note(rows[TEMPLATE.bottom])


def _runs_over(cells: Sequence[RawCell]) -> bool:
    """Whether the last cell of a row of figures is blank, and a figure stands right of it."""
    return len(cells) > LAST_COLUMN and cells[LAST_COLUMN - 1] in ("", None) and is_figure(cells[LAST_COLUMN])


def _unusual_merges(sheet: RawSheet) -> bool:
    """Whether cells are merged that are not on the template, where its table stands: something may lie under them."""
    return not _TEMPLATE_MERGES.issuperset(sheet.merges) and any(
        merge not in _TEMPLATE_MERGES
        and merge[2] >= TEMPLATE.top
        and merge[0] <= TEMPLATE.bottom
        and merge[1] <= LAST_COLUMN
        for merge in sheet.merges
    )


def _search(sheet: RawSheet) -> Layout | None:
    labels = Labels(sheet)
    found_at = find_column_rows(labels)
    if len(found_at) < 2:
        return None
    column_rows = {block: at[0] for block, at in found_at.items()}
    rows = [
        BlockPlace(block, find_heading_row(block, column_rows, labels), at, find_span(block, column_rows, labels))
        for block, at in column_rows.items()
    ]
    edges = sorted({row for one in rows for row in (one.headings, one.columns) if row})
    top = edges[0] - bool(labels.of(edges[0] - 1, SECTIONS))
    line = _one_line(rows, edges, labels)
    if line and len(line.figures) > 1:
        return _list_of_units(rows[0].block, line, top, sheet)
    faults = list(doubled_blocks(labels, found_at))
    columns: dict[Block, dict[int, FieldColumns]] = {}
    for one in rows:
        first = next(other for other in rows if other.block.section == one.block.section)
        if placed := place_columns(one, first, labels, faults):
            columns[one.block] = placed
    lines = {one.block: _lines(one, columns[one.block], edges, labels) for one in rows if one.block in columns}
    cells = _place_cells(columns, lines, labels, faults)
    faults += missing_parts(labels, rows, labels.shift(edges))
    twice = [fault for fault in faults if fault.code == "T006"][:1]
    once = {(fault.cell, fault.params.get("label")): fault for fault in twice or faults}  # two blocks share headings
    headings = sum(len(block_columns(block, row, labels)) for block, row in column_rows.items())
    return Layout(
        cells=tuple(cells[field.index][0] if field.index in cells else None for field in FIELDS),
        top=top,
        bottom=max(edges[-1] + 1, *(at[0][0] for at in cells.values())) if cells else edges[-1] + 1,
        faults=tuple(once.values()),
        more={at[0]: at for at in cells.values() if len(at) > 1},
        certain=headings >= _CERTAIN and not (line and _is_named(line, sheet)),
    )


def _one_line(rows: Sequence[BlockPlace], edges: Sequence[int], labels: Labels) -> BlockRows | None:
    """Return the rows under the headings where all blocks stand side by side, as in a list of units, or None."""
    if len({one.columns for one in rows}) > 1:
        return None
    columns = [column for one in rows for column in block_columns(one.block, one.columns, labels)]
    return lines_under(rows[0].columns, edges, columns, labels)


def _list_of_units(block: Block, line: BlockRows, top: int, sheet: RawSheet) -> Layout:
    """Return the layout of a list, which has a row for each unit: none of them is taken."""
    fault = not_one_row(block, line, sheet)
    return Layout((None,) * len(FIELDS), top, line.figures[-1], (fault,), certain=False)


def _is_named(line: BlockRows, sheet: RawSheet) -> bool:
    """Whether something stands left of the figures, in their only row: a list of one unit."""
    return any(sheet.cell(row, column) is not None for row in line.figures for column in range(1, line.columns[0]))


# -- blocks -----------------------------------------------------------------------------------------------


# -- columns ----------------------------------------------------------------------------------------------


# -- cells ------------------------------------------------------------------------------------------------


def _lines(rows: BlockPlace, columns: Mapping[int, FieldColumns], edges: Sequence[int], labels: Labels) -> BlockRows:
    own = [column for one in columns.values() for column in one.parts]
    return lines_under(rows.columns, edges, own, labels, [column for one in columns.values() for column in one.beside])


def _place_cells(
    columns: Mapping[Block, Mapping[int, FieldColumns]],
    lines: Mapping[Block, BlockRows],
    labels: Labels,
    faults: list[Finding],
) -> dict[int, tuple[Cell, ...]]:
    """Return the cells of each field, by index; what keeps them from being sure goes to `faults`."""
    sheet = labels.sheet
    numbered = any(one.numbers and one.figures for one in lines.values())
    rows = {block: figure_row(one, numbered) for block, one in lines.items()}
    covered = sheet.covered(row for row in rows.values() if row)
    cells: dict[int, tuple[Cell, ...]] = {}
    for block, row in rows.items():
        if row is None:
            faults.append(not_one_row(block, lines[block], sheet))
        elif strays := list(_strays(lines[block], row, labels)):
            faults += strays
        else:
            for index, one in columns[block].items():
                under = [(row, column) for column in (*one.parts, *one.beside)]
                if one.beside:
                    under = figure_cells([at for at in under if at not in covered or at == under[0]], sheet)
                if len(under) == 1 and _runs_out(under[0], sheet):
                    under = [(row, under[0][1] + 1)]
                reach = max(one.parts[-1], labels.reach(lines[block].headings, one.parts[0]))
                if len(under) > len(one.parts):
                    faults.append(unsure_figure(FIELDS[index], under, sheet, "beside"))
                elif under[-1][1] > reach:  # under no heading of its own: it may be a total
                    faults.append(unsure_figure(FIELDS[index], under, sheet, "untitled"))
                else:
                    cells[index] = tuple(under)
    return cells


def _runs_out(at: Cell, sheet: RawSheet) -> bool:
    """Whether a cell is blank and a figure stands right of it, in a column that nothing is written over."""
    row, right = at[0], at[1] + 1
    titled = any(isinstance(sheet.cell(above, right), str) for above in range(1, row))
    return sheet.cell(*at) is None and is_figure(sheet.cell(row, right)) and not titled


def _strays(lines: BlockRows, row: int, labels: Labels) -> Iterator[Finding]:
    """Yield T002 for labels between the column headings and the end of their row of figures, which part the two."""
    across = [column for column, name in labels.names[lines.headings].items() if name not in SECTIONS]
    for line in range(lines.headings + 1, row + 1):
        for column, name in labels.names.get(line, {}).items():
            a_figures = line == row and column in lines.columns  # where it is read as one that is none
            if min(across) <= column <= max(across) and not a_figures:
                yield layout_fault("T002", labels.sheet, line, column, label=name, doubled=1)


# -- faults -----------------------------------------------------------------------------------------------
