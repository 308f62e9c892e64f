"""Where the form stands on a sheet: the place of each field, by its labels alone.

A block is found by the row of its column headings, whose words no other block has. The row of level headings
stands above it, the section's label to the left, and the row of figures below. A form from the template has every
label where the template has it, which is quick to see; any other arrangement is found the long way.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stattable.checking.cells import shown
from stattable.checking.reader import RawSheet
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param
from stattable.model.form import BLOCKS, FIELDS, LABELS, Block, Field, Label, block_fields
from stattable.model.text import a1, a1_range, label_forms, plain

Cell = tuple[int, int]  # 1-based row and column


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a form stands.

    Attributes:
        cells: of the 40 fields, None for one whose labels do not place it.
        top: first row of the table, that of the first level headings.
        bottom: last row of figures.
        faults: what is wrong with the labels (T002, T005, T006), without path.
    """

    cells: tuple[Cell | None, ...]
    top: int
    bottom: int
    faults: tuple[Finding, ...] = ()


_TEMPLATE: Final = Layout(tuple(field.at for field in FIELDS), BLOCKS[0].heading_row, BLOCKS[-1].row)
_LABEL_CELLS: Final = tuple((*label.at, label.text, label_forms(label.text)[0]) for label in LABELS)
_NAME_BY_FORM: Final[Mapping[str, str]] = {label_forms(label.text)[0]: label.name for label in LABELS}
_LONGEST_LABEL: Final = 60
_ROWS_ABOVE: Final = 6  # how far above its column headings a block's level headings may stand
_ROWS_BELOW: Final = 4  # how far below its column headings the last block's figures may stand
_FOOT: Final = re.compile(r"^(?:说明|注|备注|填表说明|联系人|填报人|填表人|联系电话|电话|填报日期|负责人)\s*[::\d]?")
_TOTALS: Final = frozenset(("合计", "总计", "小计", "共计", "累计", "备注", "说明"))


def find_form(sheet: RawSheet) -> Layout | None:
    """Return where the form stands on `sheet`, or None where fewer than two of its five blocks are there."""
    return _TEMPLATE if _is_template(sheet) else _search(sheet)


def _is_template(sheet: RawSheet) -> bool:
    for row, column, text, name in _LABEL_CELLS:
        seen = sheet.cell(row, column)
        if seen != text and not (isinstance(seen, str) and name in label_forms(seen)):
            return False
    return True


class _Labels:
    """The cells of a sheet whose text is a label of the form."""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.names: dict[int, dict[int, str]] = {}  # row → column → the label's name
        for row, cells in enumerate(sheet.rows, start=1):
            for column, value in enumerate(cells, start=1):
                if isinstance(value, str) and value and len(value) <= _LONGEST_LABEL:
                    name = next((n for f in label_forms(value) if (n := _NAME_BY_FORM.get(f))), None)
                    if name:
                        self.names.setdefault(row, {})[column] = name

    def of(self, row: int, names: set[str]) -> dict[int, str]:
        """Return the columns of `row` that hold one of `names`."""
        return {column: name for column, name in self.names.get(row, {}).items() if name in names}

    def shift(self) -> tuple[int, int]:
        """Return how far most labels stand from the template's places, in rows and columns."""
        votes = Counter(
            (row - label.at[0], column - label.at[1])
            for row, names in self.names.items()
            for column, name in names.items()
            for label in LABELS
            if label.name == name
        )
        return votes.most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one block."""

    block: Block
    headings: int | None
    columns: int


def _search(sheet: RawSheet) -> Layout | None:
    labels = _Labels(sheet)
    rows: list[_Rows] = []
    faults: list[Finding] = []
    for block in BLOCKS:
        at = _column_rows(block, labels)
        if at:
            rows.append(_Rows(block, _heading_row(block, at[0], labels), at[0]))
        if len(at) > 1:
            lines = f"“{sheet.name}”第 {at[0]} 行、“{sheet.name}”第 {at[1]} 行"
            faults.append(_fault("T006", sheet, at[1], 1, sheets=lines))
    if len(rows) < 2:
        return None
    shift = labels.shift()
    edges = sorted({row for one in rows for row in (one.headings, one.columns) if row})
    cells: dict[int, Cell] = {}
    for block in BLOCKS:
        mine = next((one for one in rows if one.block == block), None)
        if mine is None:
            faults += _missing_block(block, sheet, shift)
            continue
        columns = _place_columns(mine, labels, shift, faults)
        line = _figure_row(mine, edges, sorted(columns.values()), sheet, faults)
        if line:
            cells.update({index: (line, column) for index, column in columns.items()})
    faults += _missing_sections(labels, rows, shift)
    placed = tuple(cells.get(field.index) for field in FIELDS)
    bottom = max((at[0] for at in placed if at), default=edges[-1] + 1)
    twice = [fault for fault in faults if fault.code == "T006"][:1]
    unique = {(fault.code, fault.cell, fault.params.get("label")): fault for fault in twice or faults}
    return Layout(placed, edges[0], bottom, tuple(unique.values()))


def _column_rows(block: Block, labels: _Labels) -> list[int]:
    """Return the row that holds the column headings of `block`, and another that holds them all again."""
    texts = [field.column.text for field in block_fields(block)]
    score = {row: len(labels.of(row, set(texts))) for row in labels.names}
    best = max(score.values(), default=0)
    if best < 2:
        return []
    first = min(row for row, count in score.items() if count == best)
    return [first] + [row for row, count in score.items() if row != first and count >= len(texts)]


def _heading_row(block: Block, column_row: int, labels: _Labels) -> int | None:
    names = {field.heading.text for field in block_fields(block)}
    above = range(column_row - 1, max(0, column_row - 1 - _ROWS_ABOVE), -1)
    best = max(above, key=lambda row: len(labels.of(row, names)), default=None)
    return best if best and labels.of(best, names) else None


def _place_columns(rows: _Rows, labels: _Labels, shift: tuple[int, int], faults: list[Finding]) -> dict[int, int]:
    """Return the column of each field of a block, by index; what is missing or doubled goes to `faults`."""
    placed: dict[int, int] = {}
    sheet = labels.sheet
    texts = {field.column.text for field in block_fields(rows.block)}
    columns = labels.of(rows.columns, texts)
    starts = _heading_starts(rows, labels, min(columns))
    names = [name for _, name in starts]
    strangers = [start for start, name in starts if name is None]
    for heading, fields in _by_heading(rows.block):
        if names.count(heading) != 1:
            label = _label(heading, rows.block.heading_row, fields[0].at[1])
            wrong = [start for start, name in starts if name == heading][1:] or strangers[:1]
            del strangers[:1]
            at = (rows.headings, wrong[0]) if rows.headings and wrong else None
            faults.append(_missing(label, sheet, shift, at))
            continue
        position = names.index(heading)
        last = starts[position + 1][0] if position + 1 < len(starts) else max(columns) + 1
        span = range(starts[position][0], last)
        free = [column for column in span if column not in columns]
        for field in fields:
            hits = [column for column in span if columns.get(column) == field.column.text]
            if len(hits) == 1:
                placed[field.index] = hits[0]
                continue
            label = _label(field.column.text, rows.block.column_row, field.at[1])
            wrong = hits[1:] or free[:1]
            del free[:1]
            faults.append(_missing(label, sheet, shift, (rows.columns, wrong[0]) if wrong else None))
    return placed


def _heading_starts(rows: _Rows, labels: _Labels, first: int) -> list[tuple[int, str | None]]:
    """Return where in the heading row a text starts, and the heading it is; None for a text that is none."""
    if rows.headings is None:
        return []
    names = {field.heading.text for field in block_fields(rows.block)}
    known = labels.of(rows.headings, names)
    cells = labels.sheet.rows[rows.headings - 1]
    return [
        (column, known.get(column))
        for column, value in enumerate(cells, start=1)
        if column in known or (column >= first and isinstance(value, str) and plain(value))
    ]


def _by_heading(block: Block) -> Iterator[tuple[str, list[Field]]]:
    fields = block_fields(block)
    for heading in dict.fromkeys(field.heading.text for field in fields):
        yield heading, [field for field in fields if field.heading.text == heading]


def _figure_row(
    rows: _Rows, edges: Sequence[int], columns: Sequence[int], sheet: RawSheet, faults: list[Finding]
) -> int | None:
    """Return the row of a block's figures: the only one with something in it, or the first where none has."""
    end = next((edge for edge in edges if edge > rows.columns), rows.columns + _ROWS_BELOW)
    lines = []
    for row in range(rows.columns + 1, end):
        head = [plain(v) for c in range(1, 5) if isinstance(v := sheet.cell(row, c), str)]
        if any(_FOOT.match(text) for text in head):
            break
        lines.append((row, any(text in _TOTALS for text in head)))
    filled = [
        row for row, totals in lines if not totals and any(sheet.cell(row, column) is not None for column in columns)
    ]
    if len(filled) == 1:
        return filled[0]
    plain_lines = [row for row, totals in lines if not totals]
    if not filled and plain_lines:
        return plain_lines[0]
    if columns:
        at = [(row, column) for row in filled or [rows.columns] for column in (columns[0], columns[-1])]
        reason = "several" if filled else "none"
        fault = _fault("T005", sheet, *at[0], label=rows.block.section, reason=reason)
        faults.append(replace(fault, cell=a1_range(at), raw=None))
    return None


def _missing_block(block: Block, sheet: RawSheet, shift: tuple[int, int]) -> Iterator[Finding]:
    for text in dict.fromkeys(field.column.text for field in block_fields(block)):
        first = next(field for field in block_fields(block) if field.column.text == text)
        yield _missing(_label(text, block.column_row, first.at[1]), sheet, shift, None)


def _missing_sections(labels: _Labels, rows: Sequence[_Rows], shift: tuple[int, int]) -> Iterator[Finding]:
    """Yield the sections whose label does not stand beside their blocks."""
    sections = {label.name: label for label in LABELS if label.at[1] == 1}
    for name, label in sections.items():
        mine = [one for one in rows if one.block.section == name]
        if not mine:
            seen = any(name in names.values() for names in labels.names.values())
        else:
            lines = range((mine[0].headings or mine[0].columns) - 1, mine[-1].columns + 2)
            seen = any(labels.of(row, {name}) for row in lines)
        if not seen:
            yield _missing(label, labels.sheet, shift, None)


def _label(name: str, row: int, column: int) -> Label:
    return next(label for label in LABELS if label.at == (row, column) and label.name == name)


def _missing(label: Label, sheet: RawSheet, shift: tuple[int, int], at: Cell | None) -> Finding:
    row, column = at or (max(1, label.at[0] + shift[0]), max(1, label.at[1] + shift[1]))
    return _fault("T002", sheet, row, column, label=label.name)


def _fault(code: str, sheet: RawSheet, row: int, column: int, **params: Param) -> Finding:
    raw = shown(sheet.cell(row, column)) or None
    return found(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)
