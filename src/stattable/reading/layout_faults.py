"""What is wrong with the labels of a form, as findings (T002, T005, T006)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS, Cell, RawSheet
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding, Param
from stattable.model.form import (
    BLOCKS,
    LABELS,
    Block,
    Field,
    Label,
    block_fields,
)
from stattable.reading.answers import shortened
from stattable.reading.labels import Labels
from stattable.reading.layout_blocks import BlockPlace, block_columns
from stattable.reading.rows import BlockRows

WHOLE_WIDTH: Final = range(1, MAX_COLUMNS + 1)


def doubled_blocks(labels: Labels, found_at: Mapping[Block, Sequence[int]]) -> Iterator[Finding]:
    """Yield T006 for a block whose column headings are there again, below or beside."""
    for block, (first, *again) in found_at.items():
        columns = sorted(block_columns(block, first, labels))
        if again:
            second = (again[0], min(block_columns(block, again[0], labels)))
        elif 2 * len(columns) > 3 * len(block_fields(block)):
            second = (first, columns[len(block_fields(block))])
        else:
            continue
        places = "、".join(f"“{labels.sheet.name}”{a1(*at)}" for at in ((first, columns[0]), second))
        yield replace(layout_fault("T006", labels.sheet, *second, sheets=places), raw=None)


@dataclass(frozen=True, slots=True)
class MisplacedLabel:
    """A label that is missing where it should be, or one too many where it is."""

    name: str
    column: int
    doubled: bool = False


def missing_parts(labels: Labels, rows: Sequence[BlockPlace], shift: tuple[int, int]) -> Iterator[Finding]:
    """Yield T002 for every section whose label does not stand beside it, and for every block that is not there."""
    written = {name: (row, column) for row, names in labels.names.items() for column, name in names.items()}
    for section in (label for label in LABELS if label.at[1] == 1):
        mine = [one for one in rows if one.block.section == section.name]
        if mine:
            lines = range((mine[0].headings or mine[0].columns) - 1, mine[-1].columns + 2)
            beside = any(labels.of(row, {section.name}) for row in lines)
        else:
            beside = section.name in written
        place = (section.at[0] + shift[0], section.at[1] + shift[1])
        if mine and mine[0].span != WHOLE_WIDTH:
            first_column = min(block_columns(mine[0].block, mine[0].columns, labels))
            place = ((mine[0].headings or mine[0].columns) - 1, first_column)
        if not beside:
            yield _missing(section, labels.sheet, *place)
        for block in BLOCKS:
            gone = block.section == section.name and all(one.block != block for one in mine)
            if gone and (mine or beside):  # where all of a section is gone, its name says it
                first = block_fields(block)[0]
                row, column = written.get(section.name, place)
                label = template_label(first.column.text, block.column_row, first.at[1])
                by = (label.at[0] - section.at[0], label.at[1] - section.at[1])
                yield _missing(label, labels.sheet, row + by[0], column + by[1])


def not_one_row(block: Block, lines: BlockRows, sheet: RawSheet) -> Finding:
    """Return T005 for a block of which no row of figures is sure."""
    rows = lines.figures or lines.totals or [lines.numbers or lines.headings]
    at = [(row, column) for row in rows for column in (lines.columns[0], lines.columns[-1])]
    reason = "several" if lines.figures else "numbering" if lines.numbers else "none"
    fault = layout_fault("T005", sheet, *at[0], label=block.section, reason=reason)
    return replace(fault, cell=a1_range(at), raw=None)


def template_label(name: str, row: int, column: int) -> Label:
    """Return the label of the template at a place."""
    return next(label for label in LABELS if label.at == (row, column) and label.name == name)


def _missing(label: Label, sheet: RawSheet, row: int, column: int) -> Finding:
    return layout_fault("T002", sheet, max(1, row), max(1, column), label=label.name)


def misplaced_label(one: MisplacedLabel, sheet: RawSheet, row: int) -> Finding:
    """Return T002 for a label that is missing or one too many."""
    doubled: dict[str, Param] = {"doubled": 1} if one.doubled else {}
    return layout_fault("T002", sheet, row, max(1, one.column), label=one.name, **doubled)


def unsure_figure(field: Field, cells: Sequence[Cell], sheet: RawSheet, reason: str) -> Finding:
    """Return T005 for a field whose figure may be one of several side by side, or another's."""
    fault = layout_fault("T005", sheet, *cells[0], label=field.column.text, reason=reason)
    return replace(fault, cell=a1_range(cells), raw=None)


def layout_fault(code: str, sheet: RawSheet, row: int, column: int, **params: Param) -> Finding:
    """Return a finding about a place of the layout, with what stands there."""
    raw = shortened(sheet.cell(row, column)) or None
    return finding(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)
