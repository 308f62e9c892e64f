"""Where the form stands on a sheet: the place of each field, by its labels alone.

A block is found by the row of its column headings, whose words no other block has. The row of level headings
stands above it, the section's label to the left or above, and the row of figures below. A form from the template has
every label where the template has it, which is quick to see; any other arrangement is found the long way.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import lru_cache
from itertools import pairwise
from typing import Final

from stattable.checking.cells import RawCell, read_count, read_flag, shown
from stattable.checking.sheets import MAX_COLUMNS, Cell, RawSheet
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param
from stattable.model.form import BLOCKS, FIELDS, LABELS, LAST_COLUMN, LAST_ROW, Block, Field, Label, block_fields
from stattable.model.text import a1, a1_range, label_forms, squeezed


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


_TEMPLATE: Final = Layout(tuple(field.at for field in FIELDS), BLOCKS[0].heading_row, BLOCKS[-1].row)
_TEMPLATE_LABELS: Final = tuple((label.at[0] - 1, label.at[1] - 1, label.text, label.name) for label in LABELS)
_TEMPLATE_MERGES: Final = frozenset(
    (*label.at, label.at[0] + label.rows - 1, label.at[1] + label.columns - 1) for label in LABELS
)
_NAME_BY_FORM: Final[Mapping[str, str]] = {label_forms(label.text)[0]: label.name for label in LABELS}
_SECTIONS: Final = frozenset(block.section for block in BLOCKS)
# 音频, 视频稿件: the spellings of a part → the column it is a part of, and which.
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    form: (column.text, part)
    for column in dict.fromkeys(field.column for field in FIELDS)
    for part in column.parts
    for form in (part, part + label_forms(column.text)[0].removeprefix("".join(column.parts)))
}
_PART_ORDER: Final = {part: place for place, (_, part) in enumerate(_PARTS.values())}
_LONGEST_LABEL: Final = 60
LONGEST_TEXT: Final = 1000  # characters of a cell that are looked at
# A text without these begins no label: quick to see, where a sheet holds two million other texts.
_BEGINNINGS: Final = re.compile("|".join(sorted({rf"{form[0]}\W*{form[1]}" for form in (*_NAME_BY_FORM, *_PARTS)})))
# Nor is one a label that has other words than they have, unless these stand in brackets.
_WORDS: Final = "".join(sorted(set("计划生育协会".join(_NAME_BY_FORM))))
_OTHER_WORDS: Final = re.compile(rf"^[^(（\[【〔〈《{{]*(?![{_WORDS}])[0-9A-Za-z\u4e00-\u9fff][^(（\[【〔〈《{{]*$")
_NOTE: Final = re.compile(r"^(?:说明|注|备注|填表说明)")
_FOOT: Final = re.compile(
    r"^(?:联系人|填[报表]人|联系电话|电话|填[报表]日期|(?:单位)?负责人|审核人|(?:填报|报送)?单位(?!:?[场人篇个次]))"
)
_TOTALS: Final = re.compile(r"^(?:[合总小共]计|累计|备注|说明):?$")
_MEASURE: Final = re.compile(r"^[(\[【]?(?:单位:?)?(?:场次?|人次?|人数|次|篇数?|个数?|填.{0,20})[)\]】]?$")
_NUMBERED: Final = re.compile(r"^[(\[【]?(?:(\d{1,2})|[甲乙丙丁戊己庚辛壬癸A-Z])[)\]】.、栏]?$")
_MOST_NUMBERS: Final = len(FIELDS) + 4  # of a column: some are numbered that stand before the fields
_WHOLE_WIDTH: Final = range(1, MAX_COLUMNS + 1)
_CERTAIN: Final = 16  # column headings: as many as two blocks have


def find_form(sheet: RawSheet) -> Layout | None:
    """Return where the form stands on `sheet`, or None where fewer than two of its five blocks are there."""
    return _TEMPLATE if _is_template(sheet) else _search(sheet)


def label_name(text: str) -> str | None:
    """Return the name of the label that `text` is, or None where it is none."""
    return _label_name(text) if len(text) <= _LONGEST_LABEL else None


@lru_cache(maxsize=4096)
def _label_name(text: str) -> str | None:
    if not _BEGINNINGS.search(text) or _OTHER_WORDS.match(text):
        return None
    return next((name for form in label_forms(text) if (name := _NAME_BY_FORM.get(form))), None)


def _is_template(sheet: RawSheet) -> bool:
    """Whether every label stands where the template has it, none beyond, and the table ends where it should."""
    rows = sheet.rows
    if len(rows) <= _TEMPLATE.bottom or len(rows[0]) < LAST_COLUMN or unusual_merges(sheet):
        return False
    for row, column, text, name in _TEMPLATE_LABELS:
        seen = rows[row][column]
        if seen != text and not (isinstance(seen, str) and label_name(seen) == name):
            return False
    beyond = [cells[LAST_COLUMN:] for cells in rows[:LAST_ROW]] if len(rows[0]) > LAST_COLUMN else []
    if any(label_name(text) for cells in (*beyond, *rows[LAST_ROW:]) for _, text in _promising(cells)):
        return False
    return _begins(rows[_TEMPLATE.bottom], _FOOT) or _begins(rows[_TEMPLATE.bottom], _NOTE)


def unusual_merges(sheet: RawSheet) -> bool:
    """Whether cells are merged that are not on the template, where its table stands: something may lie under them."""
    return not _TEMPLATE_MERGES.issuperset(sheet.merges) and any(
        merge not in _TEMPLATE_MERGES and merge[2] >= _TEMPLATE.top and merge[0] <= _TEMPLATE.bottom
        for merge in sheet.merges
    )


def _promising(cells: Sequence[RawCell]) -> list[tuple[int, str]]:
    """Return the columns and texts of a row that may be labels or parts of labels."""
    texts = [
        (at, text) for at, text in enumerate(cells, 1) if isinstance(text, str) and 0 < len(text) <= _LONGEST_LABEL
    ]
    if not texts or not _BEGINNINGS.search("\n".join([text for _, text in texts])):  # a row at once
        return []
    return [(at, text) for at, text in texts if _BEGINNINGS.search(text) and not _OTHER_WORDS.match(text)]


def _begins(cells: Sequence[RawCell], words: re.Pattern[str]) -> bool:
    return any(isinstance(value, str) and value and words.match(squeezed(value[:_LONGEST_LABEL])) for value in cells)


class _Labels:
    """The labels of the form on a sheet, one that stands in several cells at one of them.

    Attributes:
        names: row → column → the label's name.
        splits: where a label was made two columns of, these columns in the order of its parts.
        pieces: the cells that hold a piece of a label.
        covered: the cells under merged ranges, whose labels nobody sees, in the rows with labels.
    """

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.names: dict[int, dict[int, str]] = {}
        self.splits: dict[Cell, tuple[int, ...]] = {}
        self.pieces: set[Cell] = set()
        promising = {row: texts for row, cells in enumerate(sheet.rows, start=1) if (texts := _promising(cells))}
        self.covered = sheet.covered(promising)
        parts: dict[int, dict[int, tuple[str, str]]] = {}
        begun: dict[Cell, str] = {}
        for row, texts in promising.items():
            for column, text in texts:
                if (row, column) in self.covered:
                    continue
                if name := _label_name(text):
                    self.names.setdefault(row, {})[column] = name
                else:
                    begun[row, column] = text
                    if part := next((_PARTS[form] for form in label_forms(text) if form in _PARTS), None):
                        parts.setdefault(row, {})[column] = part
        self._join_stacked(begun)
        for row, columns in parts.items():
            self._join_split(row, {at: part for at, part in columns.items() if (row, at) not in self.pieces})

    def of(self, row: int, names: Set[str]) -> dict[int, str]:
        """Return the columns of `row` that hold one of `names`."""
        return {column: name for column, name in self.names.get(row, {}).items() if name in names}

    def shift(self, rows: Iterable[int]) -> tuple[int, int]:
        """Return how far most labels in `rows` stand from the template's places, in rows and columns."""
        votes = Counter(
            (row - label.at[0], column - label.at[1])
            for row in rows
            for column, name in self.names.get(row, {}).items()
            for label in LABELS
            if label.name == name
        )
        return votes.most_common(1)[0][0]

    def _join_stacked(self, begun: Mapping[Cell, str]) -> None:
        """Find the labels that were written over two or three cells, one above the other."""
        stacks: list[tuple[str, int, range]] = []
        for (row, column), upper in begun.items():
            text = upper
            for end in (row + 1, row + 2):
                lower = self.sheet.cell(end, column)
                if not isinstance(lower, str):
                    break
                text += lower[:_LONGEST_LABEL]
                if name := label_name(text):
                    stacks.append((name, column, range(row, end + 1)))
                    break
        for _, column, rows in stacks:
            for row in rows:
                self.pieces.add((row, column))
                self.names.get(row, {}).pop(column, None)  # 县级计生协 under 地市
        known = {row: len(self.names.get(row, {})) for *_, rows in stacks for row in rows}
        for name, column, rows in stacks:  # beside those that stand in one cell
            at = max(reversed(rows), key=lambda row: known[row])
            self.names.setdefault(at, {})[column] = name

    def _join_split(self, row: int, parts: Mapping[int, tuple[str, str]]) -> None:
        """Find the labels that two columns were made of, side by side, or under the label itself."""
        last = 0
        for (left, (name, one)), (right, (again, other)) in pairwise(sorted(parts.items())):
            apart = any(left < column < right for column in self.names.get(row, {}))
            if left <= last or name != again or one == other or apart:
                continue
            last = right
            self.pieces |= {(row, left), (row, right)}
            above = self.names.get(row - 1, {})
            at = row - 1 if above.get(left) == name else row
            if at < row and above.get(right) == name:
                del above[right]
            self.names.setdefault(at, {})[left] = name
            self.splits[at, left] = (left, right) if _PART_ORDER[one] < _PART_ORDER[other] else (right, left)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one block, and the columns it may stand in: others' stand beside it where they share its rows."""

    block: Block
    headings: int | None
    columns: int
    span: range


def _search(sheet: RawSheet) -> Layout | None:
    labels = _Labels(sheet)
    found_at = _column_rows(labels)
    if len(found_at) < 2:
        return None
    column_rows = {block: at[0] for block, at in found_at.items()}
    rows = [
        _Rows(block, _heading_row(block, column_rows, labels), at, _span(block, column_rows, labels))
        for block, at in column_rows.items()
    ]
    edges = sorted({row for one in rows for row in (one.headings, one.columns) if row})
    top = edges[0] - bool(labels.of(edges[0] - 1, _SECTIONS))
    line = _one_line(rows, edges, labels)
    if line and len(line.figures) > 1:
        return _list_of_units(rows[0].block, line, top, sheet)
    faults = list(_twice(labels, found_at))
    parts: dict[Block, dict[int, tuple[int, ...]]] = {}
    for one in rows:
        first = next(other for other in rows if other.block.section == one.block.section)
        if columns := _place_columns(one, first, labels, faults):
            parts[one.block] = {
                index: labels.splits.get((one.columns, column), (column,)) for index, column in columns.items()
            }
    lines = {
        one.block: _lines(one, edges, [column for at in parts[one.block].values() for column in at], labels)
        for one in rows
        if one.block in parts
    }
    numbered = any(one.numbers and one.figures for one in lines.values())
    cells: dict[int, tuple[Cell, ...]] = {}
    for block, one_lines in lines.items():
        if row := _figure_row(block, one_lines, numbered, sheet, faults):
            cells.update({index: tuple((row, column) for column in at) for index, at in parts[block].items()})
    faults += _missing_parts(labels, rows, labels.shift(edges))
    twice = [fault for fault in faults if fault.code == "T006"][:1]
    once = {(fault.cell, fault.params.get("label")): fault for fault in twice or faults}  # two blocks share headings
    headings = sum(len(_block_columns(block, row, labels)) for block, row in column_rows.items())
    return Layout(
        cells=tuple(cells[field.index][0] if field.index in cells else None for field in FIELDS),
        top=top,
        bottom=max(edges[-1] + 1, *(at[0][0] for at in cells.values())) if cells else edges[-1] + 1,
        faults=tuple(once.values()),
        more={at[0]: at for at in cells.values() if len(at) > 1},
        certain=headings >= _CERTAIN and not (line and _is_named(line, sheet)),
    )


def _one_line(rows: Sequence[_Rows], edges: Sequence[int], labels: _Labels) -> "_Lines | None":
    """Return the rows under the headings where all blocks stand side by side, as in a list of units, or None."""
    if len({one.columns for one in rows}) > 1:
        return None
    columns = [column for one in rows for column in _block_columns(one.block, one.columns, labels)]
    return _lines(rows[0], edges, columns, labels)


def _list_of_units(block: Block, line: "_Lines", top: int, sheet: RawSheet) -> Layout:
    """Return the layout of a list, which has a row for each unit: none of them is taken."""
    at = [(row, column) for row in line.figures for column in (line.columns[0], line.columns[-1])]
    fault = _fault("T005", sheet, *at[0], label=block.section, reason="several")
    fault = replace(fault, cell=a1_range(at), raw=None)
    return Layout((None,) * len(FIELDS), top, line.figures[-1], (fault,), certain=False)


def _is_named(line: "_Lines", sheet: RawSheet) -> bool:
    """Whether something stands left of the figures, in their only row: a list of one unit."""
    return any(sheet.cell(row, column) is not None for row in line.figures for column in range(1, line.columns[0]))


# -- rows -------------------------------------------------------------------------------------------------


def _column_rows(labels: _Labels) -> dict[Block, list[int]]:
    """Return for each block the row that holds its column headings, and others that hold most of them again."""
    counts = {row: Counter(names.values()) for row, names in labels.names.items()}
    found_at: dict[Block, list[int]] = {}
    for block in BLOCKS:
        texts = [field.column.text for field in block_fields(block)]
        score = {row: sum(count[text] for text in set(texts)) for row, count in counts.items()}
        best = max(score.values(), default=0)
        if best >= 2:
            first = min(row for row, count in score.items() if count == best)
            again = [row for row, count in score.items() if row != first and 2 * count > len(texts)]
            found_at[block] = [first, *again]
    shared = Counter(row for at in found_at.values() for row in at)
    # The head of a list beside the form has the headings of all blocks in one row.
    return {block: [row for row in at if shared[row] <= 2] or at for block, at in found_at.items()}


def _block_columns(block: Block, row: int, labels: _Labels) -> dict[int, str]:
    return labels.of(row, {field.column.text for field in block_fields(block)})


def _heading_row(block: Block, column_rows: Mapping[Block, int], labels: _Labels) -> int | None:
    """Return the row of a block's level headings: above its column headings, and below any other section's."""
    column_row = column_rows[block]
    names = {field.heading.text for field in block_fields(block)}
    others = [row for one, row in column_rows.items() if one.section != block.section and row < column_row]
    above = range(column_row - 1, max(others, default=0), -1)
    best = max(above, key=lambda row: len(set(labels.of(row, names).values())), default=None)
    return best if best and labels.of(best, names) else None


def _span(block: Block, column_rows: Mapping[Block, int], labels: _Labels) -> range:
    """Return the columns of `block` and those up to the blocks beside it, whose column headings are in the same row."""
    row = column_rows[block]
    mine = _block_columns(block, row, labels)
    beside = [_block_columns(one, row, labels) for one, at in column_rows.items() if at == row and one != block]
    start = max((max(columns) for columns in beside if max(columns) < min(mine)), default=0) + 1
    return range(start, min((min(columns) for columns in beside if min(columns) > max(mine)), default=MAX_COLUMNS + 1))


def _twice(labels: _Labels, found_at: Mapping[Block, Sequence[int]]) -> Iterator[Finding]:
    """Yield T006 for a block whose column headings are there again, below or beside."""
    for block, (first, *again) in found_at.items():
        columns = sorted(_block_columns(block, first, labels))
        if again:
            second = (again[0], min(_block_columns(block, again[0], labels)))
        elif 2 * len(columns) > 3 * len(block_fields(block)):
            second = (first, columns[len(block_fields(block))])
        else:
            continue
        places = "、".join(f"“{labels.sheet.name}”{a1(*at)}" for at in ((first, columns[0]), second))
        yield replace(_fault("T006", labels.sheet, *second, sheets=places), raw=None)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows under the headings of a block.

    Attributes:
        headings: the row of its column headings.
        columns: of its figures, from left to right.
        blank: those with nothing in these columns.
        figures: those with figures, or else with anything.
        numbers: the one that numbers the columns, above all figures, or None.
        totals: those with totals.
    """

    headings: int
    columns: Sequence[int]
    blank: Sequence[int]
    figures: Sequence[int]
    numbers: int | None
    totals: Sequence[int]


def _lines(rows: _Rows, edges: Sequence[int], columns: Iterable[int], labels: _Labels) -> _Lines:
    sheet = labels.sheet
    columns = sorted(columns)
    end = next((edge for edge in edges if edge > rows.columns), len(sheet.rows) + 1)
    blank: list[int] = []
    totals: list[int] = []
    filled: dict[int, list[RawCell]] = {}
    for row in range(rows.columns + 1, end):
        cells = sheet.rows[row - 1]
        if _begins(cells[: columns[-1]], _FOOT) or len(labels.names.get(row, ())) > 2:
            break
        written: list[RawCell] = [value for column in columns if (value := sheet.cell(row, column)) is not None]
        pieces = any((row, column) in labels.pieces for column in columns)
        if pieces or (written and all(isinstance(value, str) and _is(value, _MEASURE) for value in written)):
            continue
        if any(isinstance(value, str) and _is(value, _TOTALS) for value in cells[: columns[0]]):
            totals += [row] if any(map(is_figure, written)) else []
        elif written:
            filled[row] = written
        elif not _begins(cells[: columns[0]], _NOTE):
            blank.append(row)
    figures = [row for row, written in filled.items() if any(map(is_figure, written))] or list(filled)
    numbers = figures[0] if figures and _is_numbering(sheet, figures[0], columns) else None
    return _Lines(rows.columns, columns, blank, figures[1:] if numbers else figures, numbers, totals)


def _is(text: str, words: re.Pattern[str]) -> bool:
    return len(text) <= _LONGEST_LABEL and words.match(squeezed(text)) is not None


def is_figure(value: RawCell) -> bool:
    """Whether `value` has something of a figure, unlike a blank and a remark."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return not isinstance(value, str) and value is not None
    count = read_count(value)
    inexact = count.code not in {None, "V002", "V007"} or any(char.isdigit() for char in value)
    return count.value is not None or inexact or read_flag(value).value is not None


def _is_numbering(sheet: RawSheet, row: int, columns: Sequence[int]) -> bool:
    """Whether a row numbers the columns as statistics forms do, 1 2 3 … or 甲 乙 1 2 …, spacers counted or not."""
    seen = {column: _NUMBERED.match(brief(sheet.cell(row, column))) for column in columns}
    numbers = [(column, int(match[1])) for column, match in seen.items() if match and match[1]]
    in_step = all(second - first in {1, right - left} for (left, first), (right, second) in pairwise(numbers))
    return all(seen.values()) and len(numbers) > 2 and in_step and numbers[0][1] > 0 and numbers[-1][1] <= _MOST_NUMBERS


def _figure_row(block: Block, lines: _Lines, numbered: bool, sheet: RawSheet, faults: list[Finding]) -> int | None:
    """Return the row of a block's figures: the only one with figures in it, or the first where none has.

    Args:
        block: the block.
        lines: its rows.
        numbered: another block has its columns numbered, beside a row of figures.
        sheet: that they stand on.
        faults: to be added to.
    """
    if len(lines.figures) == 1:
        return lines.figures[0]
    below = [row for row in lines.blank if row > (lines.numbers or 0)]
    only = [row for row in (lines.numbers, *lines.totals) if row]
    if not lines.figures and not below and len(only) == 1 and not (lines.numbers and numbered):
        return only[0]  # there is no other row that the figures could stand in
    if not lines.figures and below and (not only or (numbered and not lines.totals)):
        return below[0]
    rows = lines.figures or lines.totals or [lines.numbers or lines.headings]
    at = [(row, column) for row in rows for column in (lines.columns[0], lines.columns[-1])]
    fault = _fault("T005", sheet, *at[0], label=block.section, reason="several" if lines.figures else "none")
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
    columns = _block_columns(block, rows.columns, labels)
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
    written = labels.names.get(rows.headings, {})
    known = {column: name for column, name in written.items() if name in names and column in rows.span}
    cells = labels.sheet.rows[rows.headings - 1][: rows.span.stop - 1]
    starts = {
        column: known.get(column)
        for column, value in enumerate(cells, start=1)
        if column in known
        or (isinstance(value, str) and column >= min(columns) and written.get(column) not in _SECTIONS and brief(value))
    }
    before, *order = sorted(starts) or [0]
    for column, after in zip(order, [*order[1:], max(columns) + 1], strict=False):
        here, there = ({columns.get(c) for c in range(*ends)} for ends in ((before, column), (column, after)))
        if starts[column] is None and column not in columns and not (here & there) - {None}:
            del starts[column]  # a column between, with a heading of its own
        else:
            before = column
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
        if mine and mine[0].span != _WHOLE_WIDTH:
            first_column = min(_block_columns(mine[0].block, mine[0].columns, labels))
            place = ((mine[0].headings or mine[0].columns) - 1, first_column)
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
    raw = brief(sheet.cell(row, column)) or None
    return found(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)


def brief(value: RawCell) -> str:
    """Return a cell as findings show it, looking at no more of a long text than people would."""
    return shown(value[:LONGEST_TEXT] if isinstance(value, str) else value)
