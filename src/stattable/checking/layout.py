"""Where the form stands on a sheet: its blocks, the place of each field, and what is wrong with its labels."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Final

from stattable.checking.cells import RawCell, brief
from stattable.checking.labels import Labels, label_name, promising
from stattable.checking.rows import Lines, figure_cells, figure_row, is_figure, is_foot, is_note, lines_under
from stattable.checking.sheets import MAX_COLUMNS, Cell, RawSheet
from stattable.model.catalogue import found
from stattable.model.findings import Finding, Param
from stattable.model.form import (
    BLOCKS,
    FIELDS,
    LABELS,
    LAST_COLUMN,
    LAST_ROW,
    Block,
    Field,
    Label,
    block_fields,
    by_heading,
)
from stattable.model.text import a1, a1_range


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
_SECTIONS: Final = frozenset(block.section for block in BLOCKS)
_WHOLE_WIDTH: Final = range(1, MAX_COLUMNS + 1)
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


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a field.

    Attributes:
        parts: its heading's own, or those of the two that it was made of.
        beside: those that its heading spans beside.
    """

    parts: tuple[int, ...]
    beside: range = range(0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one block, and the columns it may stand in: others' stand beside it where they share its rows."""

    block: Block
    headings: int | None
    columns: int
    span: range


def _search(sheet: RawSheet) -> Layout | None:
    labels = Labels(sheet)
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
    columns: dict[Block, dict[int, _Columns]] = {}
    for one in rows:
        first = next(other for other in rows if other.block.section == one.block.section)
        if placed := _place_columns(one, first, labels, faults):
            columns[one.block] = placed
    lines = {one.block: _lines(one, columns[one.block], edges, labels) for one in rows if one.block in columns}
    cells = _place_cells(columns, lines, labels, faults)
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


def _one_line(rows: Sequence[_Rows], edges: Sequence[int], labels: Labels) -> Lines | None:
    """Return the rows under the headings where all blocks stand side by side, as in a list of units, or None."""
    if len({one.columns for one in rows}) > 1:
        return None
    columns = [column for one in rows for column in _block_columns(one.block, one.columns, labels)]
    return lines_under(rows[0].columns, edges, columns, labels)


def _list_of_units(block: Block, line: Lines, top: int, sheet: RawSheet) -> Layout:
    """Return the layout of a list, which has a row for each unit: none of them is taken."""
    fault = _not_one_row(block, line, sheet)
    return Layout((None,) * len(FIELDS), top, line.figures[-1], (fault,), certain=False)


def _is_named(line: Lines, sheet: RawSheet) -> bool:
    """Whether something stands left of the figures, in their only row: a list of one unit."""
    return any(sheet.cell(row, column) is not None for row in line.figures for column in range(1, line.columns[0]))


# -- blocks -----------------------------------------------------------------------------------------------


def _column_rows(labels: Labels) -> dict[Block, list[int]]:
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


def _block_columns(block: Block, row: int, labels: Labels) -> dict[int, str]:
    return labels.of(row, {field.column.text for field in block_fields(block)})


def _heading_row(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> int | None:
    """Return the row of a block's level headings: above its column headings, and below any other section's."""
    column_row = column_rows[block]
    names = {field.heading.text for field in block_fields(block)}
    others = [row for one, row in column_rows.items() if one.section != block.section and row < column_row]
    above = range(column_row - 1, max(others, default=0), -1)
    best = max(above, key=lambda row: len(set(labels.of(row, names).values())), default=None)
    return best if best and labels.of(best, names) else None


def _span(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> range:
    """Return the columns of `block` and those up to the blocks beside it, whose column headings are in the same row."""
    row = column_rows[block]
    mine = _block_columns(block, row, labels)
    beside = [_block_columns(one, row, labels) for one, at in column_rows.items() if at == row and one != block]
    start = max((max(columns) for columns in beside if max(columns) < min(mine)), default=0) + 1
    return range(start, min((min(columns) for columns in beside if min(columns) > max(mine)), default=MAX_COLUMNS + 1))


def _twice(labels: Labels, found_at: Mapping[Block, Sequence[int]]) -> Iterator[Finding]:
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


# -- columns ----------------------------------------------------------------------------------------------


def _place_columns(rows: _Rows, first: _Rows, labels: Labels, faults: list[Finding]) -> dict[int, _Columns]:
    """Return the columns of each field of a block, by index; what is missing or doubled goes to `faults`.

    Args:
        rows: of the block.
        first: of the first block in its section, which has the level headings above it.
        labels: of the sheet.
        faults: to be added to.
    """
    sheet, block = labels.sheet, rows.block
    columns = _block_columns(block, rows.columns, labels)
    fields_by_heading = {heading.text: fields for heading, fields in by_heading(block_fields(block))}
    headings = [_label(name, block.heading_row, fields[0].at[1]) for name, fields in fields_by_heading.items()]
    starts = _heading_starts(rows, labels, columns, set(fields_by_heading))
    heading_row = rows.headings or first.columns - first.block.column_row + first.block.heading_row
    shift = _shift_of([*starts, *columns.items()], block)
    placed_headings, wrong = _match(headings, starts, shift)
    faults += [_amiss(one, sheet, heading_row) for one in wrong]
    words = {*fields_by_heading, *columns.values()}
    between = range((rows.headings or rows.columns) + 1, rows.columns)
    if strays := [(row, at, name) for row in between for at, name in labels.of(row, words).items() if at in rows.span]:
        faults += [_fault("T002", sheet, row, at, label=name, doubled=1) for row, at, name in strays]
        return {}
    if starts and min(columns) < starts[0][0]:  # over the right one of two columns, or the middle one of three
        name = next(name for _, name in starts if name)
        faults.append(_fault("T002", sheet, heading_row, min(columns), label=name))
        return {}
    placed: dict[int, _Columns] = {}
    for heading, start in placed_headings.items():
        end = min((column for column, _ in starts if column > start), default=max(columns) + 1)
        fields = fields_by_heading[heading.name]
        wanted = [_label(field.column.text, block.column_row, field.at[1]) for field in fields]
        found_columns, wrong = _match(wanted, [(column, columns.get(column)) for column in range(start, end)], shift)
        faults += [_amiss(one, sheet, rows.columns) for one in wrong]
        before = max((column for column, _ in starts if column < start), default=start)
        if not wrong and not _stands_over(start, found_columns.values(), before, rows, columns, labels):
            faults.append(_fault("T002", sheet, heading_row, min(found_columns.values()), label=heading.name))
            return {}
        for field, label in zip(fields, wanted, strict=True):
            if column := found_columns.get(label):
                parts = labels.splits.get((rows.columns, column))
                known = [*columns, *(at for at, _ in starts)]
                beside = range(0) if parts or wrong else _beside(column, start, known, rows, labels)
                placed[field.index] = _Columns(parts or (column,), beside)
    return placed


def _stands_over(
    start: int, found_columns: Collection[int], before: int, rows: _Rows, columns: Mapping[int, str], labels: Labels
) -> bool:
    """Whether a level heading stands over the first of its columns, or is merged over all of them.

    One that stands further right takes columns of the next one for its own. That shows in the merged cells; or one
    that is no longer a heading is left to the level `before` it, and the columns are in another order than there.
    """
    assert rows.headings
    reach = labels.reach(rows.headings, start)
    first = min(column for column in labels.names[rows.columns] if column >= start)  # be it of another block
    if first > reach or max(found_columns) > reach > start:
        return False
    left = start - 1 in columns or (rows.columns, start - 1) in labels.pieces
    return left or columns.get(start) == columns.get(before)


def _beside(column: int, start: int, known: Sequence[int], rows: _Rows, labels: Labels) -> range:
    """Return the columns that the heading in `column` spans beside its own: up to the next heading of any kind.

    Args:
        column: of the column heading.
        start: of its level heading.
        known: columns of the block's headings.
        rows: of the block.
        labels: of the sheet.
    """
    assert rows.headings
    reach = max(labels.reach(rows.columns, column), labels.reach(rows.headings, start))
    end = min((at for at in known if at > column), default=reach + 1)
    names = labels.names[rows.headings]
    for at in range(column + 1, end):
        over = labels.seen(rows.headings, at) and names.get(at) != names[start]
        if over or labels.seen(rows.columns, at):
            return range(column + 1, at)
    return range(column + 1, end)


def _shift_of(seen: Iterable[tuple[int, str | None]], block: Block) -> int:
    """Return how many columns right of the template's places most headings of a block stand."""
    places = [(label.name, label.at[1]) for label in LABELS if label.at[0] in {block.heading_row, block.column_row}]
    votes = Counter(column - place for column, name in seen for known, place in places if known == name)
    return votes.most_common(1)[0][0]


def _heading_starts(
    rows: _Rows, labels: Labels, columns: Mapping[int, str], names: set[str]
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


@dataclass(frozen=True, slots=True)
class _Amiss:
    """A label that is missing where it should be, or one too many where it is."""

    name: str
    column: int
    doubled: bool = False


def _match(
    wanted: Sequence[Label], seen: Sequence[tuple[int, str | None]], shift: int
) -> tuple[dict[Label, int], list[_Amiss]]:
    """Find each of the labels `wanted` once among the columns `seen`, and no other.

    Returns:
        The columns of those that are there once; and the faults: each label that is missing, with the column of
        what stands in its stead or else its own, and each one too many.
    """
    places: dict[str, list[int]] = {}
    for label in wanted:
        columns = [column for column, name in seen if name == label.name]
        places[label.name] = sorted(columns, key=lambda column: abs(column - label.at[1] - shift))
    too_many = {column: name for name, at in places.items() for column in at[1:]}
    too_many |= {column: name for column, name in seen if name and name not in places}
    spare = {column for column, name in seen if name is None} | too_many.keys()
    faults: list[_Amiss] = []
    for label in wanted:
        if not places[label.name]:
            own = label.at[1] + shift
            instead = min(sorted(spare), key=lambda column: abs(column - own), default=own)
            spare.discard(instead)
            faults.append(_Amiss(label.name, instead))
    faults += [_Amiss(name, column, doubled=True) for column, name in too_many.items() if column in spare]
    return {label: at[0] for label in wanted if len(at := places[label.name]) == 1}, faults


# -- cells ------------------------------------------------------------------------------------------------


def _lines(rows: _Rows, columns: Mapping[int, _Columns], edges: Sequence[int], labels: Labels) -> Lines:
    own = [column for one in columns.values() for column in one.parts]
    return lines_under(rows.columns, edges, own, labels, [column for one in columns.values() for column in one.beside])


def _place_cells(
    columns: Mapping[Block, Mapping[int, _Columns]],
    lines: Mapping[Block, Lines],
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
            faults.append(_not_one_row(block, lines[block], sheet))
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
                    faults.append(_unsure(FIELDS[index], under, sheet, "beside"))
                elif under[-1][1] > reach:  # under no heading of its own: it may be a total
                    faults.append(_unsure(FIELDS[index], under, sheet, "untitled"))
                else:
                    cells[index] = tuple(under)
    return cells


def _runs_out(at: Cell, sheet: RawSheet) -> bool:
    """Whether a cell is blank and a figure stands right of it, in a column that nothing is written over."""
    row, right = at[0], at[1] + 1
    titled = any(isinstance(sheet.cell(above, right), str) for above in range(1, row))
    return sheet.cell(*at) is None and is_figure(sheet.cell(row, right)) and not titled


def _strays(lines: Lines, row: int, labels: Labels) -> Iterator[Finding]:
    """Yield T002 for labels between the column headings and the end of their row of figures, which part the two."""
    across = [column for column, name in labels.names[lines.headings].items() if name not in _SECTIONS]
    for line in range(lines.headings + 1, row + 1):
        for column, name in labels.names.get(line, {}).items():
            a_figures = line == row and column in lines.columns  # where it is read as one that is none
            if min(across) <= column <= max(across) and not a_figures:
                yield _fault("T002", labels.sheet, line, column, label=name, doubled=1)


# -- faults -----------------------------------------------------------------------------------------------


def _missing_parts(labels: Labels, rows: Sequence[_Rows], shift: tuple[int, int]) -> Iterator[Finding]:
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


def _not_one_row(block: Block, lines: Lines, sheet: RawSheet) -> Finding:
    """Return T005 for a block of which no row of figures is sure."""
    rows = lines.figures or lines.totals or [lines.numbers or lines.headings]
    at = [(row, column) for row in rows for column in (lines.columns[0], lines.columns[-1])]
    reason = "several" if lines.figures else "numbering" if lines.numbers else "none"
    fault = _fault("T005", sheet, *at[0], label=block.section, reason=reason)
    return replace(fault, cell=a1_range(at), raw=None)


def _label(name: str, row: int, column: int) -> Label:
    return next(label for label in LABELS if label.at == (row, column) and label.name == name)


def _missing(label: Label, sheet: RawSheet, row: int, column: int) -> Finding:
    return _fault("T002", sheet, max(1, row), max(1, column), label=label.name)


def _amiss(one: _Amiss, sheet: RawSheet, row: int) -> Finding:
    doubled: dict[str, Param] = {"doubled": 1} if one.doubled else {}
    return _fault("T002", sheet, row, max(1, one.column), label=one.name, **doubled)


def _unsure(field: Field, cells: Sequence[Cell], sheet: RawSheet, reason: str) -> Finding:
    """Return T005 for a field whose figure may be one of several side by side, or another's."""
    fault = _fault("T005", sheet, *cells[0], label=field.column.text, reason=reason)
    return replace(fault, cell=a1_range(cells), raw=None)


def _fault(code: str, sheet: RawSheet, row: int, column: int, **params: Param) -> Finding:
    raw = brief(sheet.cell(row, column)) or None
    return found(code, sheet=sheet.name, cell=a1(row, column), raw=raw, params=params)
