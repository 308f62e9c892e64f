"""Findings about the labels of a form (T002, T005, T006)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS, Cell, RawSheet
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding, Param
from stattable.model.form import BLOCKS, LABELS, Block, Field, Label, block_fields
from stattable.reading.answers import shortened
from stattable.reading.labels import Labels
from stattable.reading.layout_blocks import BlockPlace, block_columns
from stattable.reading.rows import BlockRows

WHOLE_WIDTH: Final = range(1, MAX_COLUMNS + 1)
_LABELS: Final = {(label.name, label.at): label for label in LABELS}


def doubled_blocks(labels: Labels, rows_of: Mapping[Block, Sequence[int]]) -> Iterator[Finding]:
    """Yield T006 for every block whose column headings appear again, in other rows or further right.

    Args:
        labels: the labels of the sheet.
        rows_of: the rows of each block's column headings.
    """
    for block, (first, *again) in rows_of.items():
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
    """A label that is missing from its column, or one too many in it."""

    name: str
    column: int
    doubled: bool = False


def missing_parts(labels: Labels, places: Sequence[BlockPlace], shift: tuple[int, int]) -> Iterator[Finding]:
    """Yield T002 for every section without its label, and for every block that is missing.

    Args:
        labels: the labels of the sheet.
        places: the blocks on the sheet.
        shift: by how many rows and columns the form is moved from the template's place.
    """
    written = {name: (row, column) for row, names in labels.names.items() for column, name in names.items()}
    for section in (label for label in LABELS if label.at[1] == 1):
        mine = [place for place in places if place.block.section == section.name]
        expected = (section.at[0] + shift[0], section.at[1] + shift[1])
        has_label = section.name in written
        if mine:
            top = (mine[0].heading_row or mine[0].column_row) - 1
            rows = range(top, mine[-1].column_row + 2)
            has_label = any(labels.columns_of(row, {section.name}) for row in rows)
            if mine[0].span != WHOLE_WIDTH:
                expected = (top, min(block_columns(mine[0].block, mine[0].column_row, labels)))
        if not has_label:
            yield _missing(section, labels.sheet, *expected)
        if mine or has_label:  # where a whole section is gone, its missing label stands for its blocks
            row, column = written.get(section.name, expected)
            there = [place.block for place in mine]
            for block in (block for block in BLOCKS if block.section == section.name and block not in there):
                first = block_fields(block)[0]
                label = template_label(first.column.text, block.column_row, first.at[1])
                by = (label.at[0] - section.at[0], label.at[1] - section.at[1])
                yield _missing(label, labels.sheet, row + by[0], column + by[1])


def not_one_row(block: Block, rows: BlockRows, sheet: RawSheet, *, of_units: bool = False) -> Finding:
    """Return T005 for a block whose row of figures is not certain, or for a list `of_units`."""
    candidates = rows.figures or rows.totals or [rows.numbers or rows.column_row]
    at = [(row, column) for row in candidates for column in (rows.columns[0], rows.columns[-1])]
    reason = "several" if rows.figures else "numbering" if rows.numbers else "none"
    if rows.figures and (of_units or _are_named(rows, sheet)):
        reason = "list"
    fault = layout_fault("T005", sheet, *at[0], label=block.section, reason=reason)
    return replace(fault, cell=a1_range(at), raw=None)


def is_list(fault: Finding) -> bool:
    """Whether a fault says that there is a row for each unit."""
    return fault.code == "T005" and fault.params.get("reason") == "list"


def _are_named(rows: BlockRows, sheet: RawSheet) -> bool:
    """Whether a different name stands in front of each row of figures."""
    front = range(1, rows.columns[0])
    names = [
        next((text for at in front if is_worded(text := shortened(sheet.cell(row, at)))), "") for row in rows.figures
    ]
    return len(names) > 1 and all(names) and len(set(names)) == len(names)


def is_worded(text: str) -> bool:
    """Whether a text has a letter, as a name has, and a number has not."""
    return any(map(str.isalpha, text))


def template_label(name: str, row: int, column: int) -> Label:
    """Return the label `name` that the template has at `row` and `column`."""
    return _LABELS[name, (row, column)]


def _missing(label: Label, sheet: RawSheet, row: int, column: int) -> Finding:
    return layout_fault("T002", sheet, max(1, row), max(1, column), label=label.name)


def misplaced_label(label: MisplacedLabel, sheet: RawSheet, row: int) -> Finding:
    """Return T002 for a label that is missing from `row` or one too many in it."""
    doubled: dict[str, Param] = {"doubled": 1} if label.doubled else {}
    return layout_fault("T002", sheet, row, max(1, label.column), label=label.name, **doubled)


def unsure_figure(field: Field, cells: Sequence[Cell], sheet: RawSheet, reason: str) -> Finding:
    """Return T005 for a field whose figure may be any of several side by side, or another field's."""
    fault = layout_fault("T005", sheet, *cells[0], label=field.column.text, reason=reason)
    return replace(fault, cell=a1_range(cells), raw=None)


def layout_fault(code: str, sheet: RawSheet, row: int, column: int, **params: Param) -> Finding:
    """Return a finding about a cell of the layout, with what the cell holds."""
    raw = shortened(sheet.cell(row, column)) or None
    return finding(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)
