"""Where the form stands on a sheet: the place of each field, by its labels alone.

A block is found by the row of its column headings, whose words no other block has. The row of level headings
stands above it, the section's label to the left, and the row of figures below. A form from the template has every
label where the template has it, which is quick to see; any other arrangement is found the long way.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from stattable.checking.cells import shown
from stattable.checking.sheets import Cell, RawSheet
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param
from stattable.model.form import BLOCKS, FIELDS, LABELS, LAST_COLUMN, LAST_ROW, Block, Field, Label, block_fields
from stattable.model.text import a1, a1_range, label_forms, plain, squeezed


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
_TEMPLATE_LABELS: Final = tuple((label.at[0] - 1, label.at[1] - 1, label.text, label.name) for label in LABELS)
_NAME_BY_FORM: Final[Mapping[str, str]] = {label_forms(label.text)[0]: label.name for label in LABELS}
_LONGEST_LABEL: Final = 60
# A text without these begins no label: quick to see, where a sheet holds two million other texts.
_BEGINNINGS: Final = re.compile("|".join(sorted({rf"{form[0]}\W*{form[1]}" for form in _NAME_BY_FORM})))
_FOOT: Final = re.compile(
    r"^(?:说明|注|备注|填表说明|联系人|填报人|填表人|联系电话|电话|填报日期|(?:单位)?负责人|审核人|(?:填报|报送)?单位)"
)
_TOTALS: Final = frozenset(("合计", "总计", "小计", "共计", "累计", "备注", "说明"))


def find_form(sheet: RawSheet) -> Layout | None:
    """Return where the form stands on `sheet`, or None where fewer than two of its five blocks are there."""
    return _TEMPLATE if _is_template(sheet) else _search(sheet)


@lru_cache(maxsize=4096)
def _label_name(text: str) -> str | None:
    """Return the name of the label that `text` is, or None where it is none."""
    if len(text) > _LONGEST_LABEL or not _BEGINNINGS.search(text):
        return None
    return next((name for form in label_forms(text) if (name := _NAME_BY_FORM.get(form))), None)


def _is_template(sheet: RawSheet) -> bool:
    """Whether every label stands where the template has it, none beyond, and the table ends where it should."""
    rows = sheet.rows
    if len(rows) <= _TEMPLATE.bottom or len(rows[0]) < LAST_COLUMN:
        return False
    for row, column, text, name in _TEMPLATE_LABELS:
        seen = rows[row][column]
        if seen != text and not (isinstance(seen, str) and _label_name(seen) == name):
            return False
    beyond = [*(cells[LAST_COLUMN:] for cells in rows[:LAST_ROW]), *rows[LAST_ROW:]]
    if any(isinstance(value, str) and value and _label_name(value) for cells in beyond for value in cells):
        return False
    return _is_foot(rows[_TEMPLATE.bottom])


def _is_foot(cells: Sequence[object]) -> bool:
    return any(isinstance(value, str) and value and _FOOT.match(plain(value)) for value in cells)


class _Labels:
    """The cells of a sheet whose text is a label of the form."""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.names: dict[int, dict[int, str]] = {}  # row → column → the label's name
        for row, cells in enumerate(sheet.rows, start=1):
            for column, value in enumerate(cells, start=1):
                if isinstance(value, str) and value and (name := _label_name(value)):
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
    found_at = {block: at for block in BLOCKS if (at := _column_rows(block, labels))}
    if len(found_at) < 2:
        return None
    rows = [
        _Rows(block, _heading_row(block, at[0], {b: a[0] for b, a in found_at.items()}, labels), at[0])
        for block, at in found_at.items()
    ]
    shift = labels.shift()
    edges = sorted({row for one in rows for row in (one.headings, one.columns) if row})
    faults = list(_twice(labels, found_at))
    cells: dict[int, Cell] = {}
    for one in rows:
        first = next(other for other in rows if other.block.section == one.block.section)
        columns = _place_columns(one, first, labels, faults)
        line = _figure_row(one, edges, sorted(columns.values()), sheet, faults)
        if line:
            cells.update({index: (line, column) for index, column in columns.items()})
    faults += _missing_parts(labels, rows, shift)
    placed = tuple(cells.get(field.index) for field in FIELDS)
    bottom = max((at[0] for at in placed if at), default=edges[-1] + 1)
    twice = [fault for fault in faults if fault.code == "T006"][:1]
    once = {(fault.cell, fault.params.get("label")): fault for fault in twice or faults}  # two blocks share headings
    return Layout(placed, edges[0], bottom, tuple(once.values()))


# -- rows -------------------------------------------------------------------------------------------------


def _column_rows(block: Block, labels: _Labels) -> list[int]:
    """Return the row that holds the column headings of `block`, and others that hold most of them again."""
    texts = [field.column.text for field in block_fields(block)]
    score = {row: len(labels.of(row, set(texts))) for row in labels.names}
    best = max(score.values(), default=0)
    if best < 2:
        return []
    first = min(row for row, count in score.items() if count == best)
    return [first] + [row for row, count in score.items() if row != first and 2 * count > len(texts)]


def _heading_row(block: Block, column_row: int, column_rows: Mapping[Block, int], labels: _Labels) -> int | None:
    """Return the row of a block's level headings: above its column headings, and below any other section's."""
    names = {field.heading.text for field in block_fields(block)}
    others = [row for one, row in column_rows.items() if one.section != block.section and row < column_row]
    above = range(column_row - 1, max(others, default=0), -1)
    best = max(above, key=lambda row: len(labels.of(row, names)), default=None)
    return best if best and labels.of(best, names) else None


def _twice(labels: _Labels, found_at: Mapping[Block, Sequence[int]]) -> Iterator[Finding]:
    """Yield T006 for a block whose column headings are there again, below or beside."""
    for block, (first, *again) in found_at.items():
        fields = block_fields(block)
        texts = {field.column.text for field in fields}
        columns = sorted(labels.of(first, texts))
        if again:
            second = (again[0], min(labels.of(again[0], texts)))
        elif 2 * len(columns) > 3 * len(fields):
            second = (first, columns[len(fields)])
        else:
            continue
        places = "、".join(f"“{labels.sheet.name}”{a1(*at)}" for at in ((first, columns[0]), second))
        yield replace(_fault("T006", labels.sheet, *second, sheets=places), raw=None)


def _figure_row(
    rows: _Rows, edges: Sequence[int], columns: Sequence[int], sheet: RawSheet, faults: list[Finding]
) -> int | None:
    """Return the row of a block's figures: the only one with something in it, or the first where none has."""
    if not columns:
        return None
    end = next((edge for edge in edges if edge > rows.columns), len(sheet.rows) + 1)
    lines = []
    for row in range(rows.columns + 1, end):
        cells = sheet.rows[row - 1][: columns[-1]]
        if _is_foot(cells):
            break
        if not any(isinstance(v, str) and squeezed(v).rstrip(":") in _TOTALS for v in cells):
            lines.append(row)
    filled = [row for row in lines if any(sheet.cell(row, column) is not None for column in columns)]
    if len(filled) <= 1 and lines:
        return (filled or lines)[0]
    at = [(row, column) for row in filled or [rows.columns] for column in (columns[0], columns[-1])]
    fault = _fault("T005", sheet, *at[0], label=rows.block.section, reason="several" if filled else "none")
    faults.append(replace(fault, cell=a1_range(at), raw=None))
    return None


# -- columns ----------------------------------------------------------------------------------------------


def _place_columns(rows: _Rows, first: _Rows, labels: _Labels, faults: list[Finding]) -> dict[int, int]:
    """Return the column of each field of a block, by index; what is missing or doubled goes to `faults`.

    Args:
        rows: of the block.
        first: of the first block in its section, which has the level headings above it.
        labels: of the sheet.
        faults: to be added to.
    """
    sheet, block = labels.sheet, rows.block
    columns = labels.of(rows.columns, {field.column.text for field in block_fields(block)})
    fields_by_heading = dict(_by_heading(block))
    headings = [_label(name, block.heading_row, fields[0].at[1]) for name, fields in fields_by_heading.items()]
    starts = _heading_starts(rows, labels, columns, set(fields_by_heading))
    heading_row = rows.headings or first.columns - first.block.column_row + first.block.heading_row
    shift = _shift_of([*starts, *columns.items()], block)
    placed_headings, wrong = _match(headings, starts, shift)
    faults += [_missing(label, sheet, heading_row, column or label.at[1] + shift) for label, column in wrong]
    placed: dict[int, int] = {}
    for heading, start in placed_headings.items():
        end = min((column for column, _ in starts if column > start), default=max(columns) + 1)
        fields = fields_by_heading[heading.name]
        wanted = [_label(field.column.text, block.column_row, field.at[1]) for field in fields]
        found_columns, wrong = _match(wanted, [(column, columns.get(column)) for column in range(start, end)], shift)
        faults += [_missing(label, sheet, rows.columns, column or label.at[1] + shift) for label, column in wrong]
        placed.update(
            {f.index: found_columns[label] for f, label in zip(fields, wanted, strict=True) if label in found_columns}
        )
    return placed


def _shift_of(seen: Iterable[tuple[int, str | None]], block: Block) -> int:
    """Return how many columns right of the template's places most headings of a block stand."""
    places = [(label.name, label.at[1]) for label in LABELS if label.at[0] in {block.heading_row, block.column_row}]
    votes = Counter(column - place for column, name in seen for known, place in places if known == name)
    return votes.most_common(1)[0][0]


def _heading_starts(
    rows: _Rows, labels: _Labels, columns: Mapping[int, str], names: set[str]
) -> list[tuple[int, str | None]]:
    """Return the columns where the span of a heading starts, and the heading; None for a text that is none."""
    if rows.headings is None:
        return []
    known = labels.of(rows.headings, names)
    cells = labels.sheet.rows[rows.headings - 1]
    starts = {
        column: known.get(column)
        for column, value in enumerate(cells, start=1)
        if column in known or (column >= min(columns) and isinstance(value, str) and plain(value))
    }
    for column in sorted(starts)[1:]:  # in each of its columns, where merged cells were taken apart
        before = max(start for start in starts if start < column)
        again = columns.get(column) in {columns.get(c) for c in range(before, column)}
        if starts[column] and starts[column] == starts[before] and not again:
            del starts[column]
    if not names.issubset(known.values()):
        starts |= dict.fromkeys(_blank_starts(sorted(starts), columns))
    return sorted(starts.items())


def _blank_starts(starts: Sequence[int], columns: Mapping[int, str]) -> Iterator[int]:
    """Yield the columns where a heading was taken away: column headings begin there that the one before has already."""
    seen: set[str] | None = None  # no heading yet
    for column in range(min(columns), max(columns) + 1):
        if column in starts:
            seen = set()
        name = columns.get(column)
        if name and (seen is None or name in seen):
            yield column
            seen = set()
        if name and seen is not None:
            seen.add(name)


def _match(
    wanted: Sequence[Label], seen: Sequence[tuple[int, str | None]], shift: int
) -> tuple[dict[Label, int], list[tuple[Label, int | None]]]:
    """Find each of the labels `wanted` once among the columns `seen`.

    Returns:
        The columns of those that are there once; and the faults: each label that is missing, with the column of
        what stands in its stead, or None, and each one too many, with its column.
    """
    places: dict[Label, list[int]] = {}
    for label in wanted:
        columns = [column for column, name in seen if name == label.name]
        places[label] = sorted(columns, key=lambda column: abs(column - label.at[1] - shift))
    spare = [column for column, name in seen if name is None] + [c for at in places.values() for c in at[1:]]
    faults: list[tuple[Label, int | None]] = []
    for label, at in places.items():
        if not at:
            instead = min(spare, key=lambda column: abs(column - label.at[1] - shift), default=None)
            faults.append((label, instead))
            spare = [column for column in spare if column != instead]
    faults += [(label, column) for label, at in places.items() for column in at[1:] if column in spare]
    return {label: at[0] for label, at in places.items() if len(at) == 1}, faults


def _by_heading(block: Block) -> Iterator[tuple[str, list[Field]]]:
    fields = block_fields(block)
    for heading in dict.fromkeys(field.heading.text for field in fields):
        yield heading, [field for field in fields if field.heading.text == heading]


# -- faults -----------------------------------------------------------------------------------------------


def _missing_parts(labels: _Labels, rows: Sequence[_Rows], shift: tuple[int, int]) -> Iterator[Finding]:
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
        if not beside:
            yield _missing(section, labels.sheet, *place)
        for block in BLOCKS:
            gone = block.section == section.name and all(one.block != block for one in mine)
            if gone and (mine or beside):  # where all of a section is gone, its name says it
                first = block_fields(block)[0]
                row, column = written.get(section.name, place)
                label = _label(first.column.text, block.column_row, first.at[1])
                by = (label.at[0] - section.at[0], label.at[1] - section.at[1])
                yield _missing(label, labels.sheet, row + by[0], column + by[1])


def _label(name: str, row: int, column: int) -> Label:
    return next(label for label in LABELS if label.at == (row, column) and label.name == name)


def _missing(label: Label, sheet: RawSheet, row: int, column: int) -> Finding:
    return _fault("T002", sheet, max(1, row), max(1, column), label=label.name)


def _fault(code: str, sheet: RawSheet, row: int, column: int, **params: Param) -> Finding:
    raw = shown(sheet.cell(row, column)) or None
    return found(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)
