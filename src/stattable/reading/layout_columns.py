"""The columns of each field of a block, under its level heading and its column heading."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stattable.model.findings import Finding
from stattable.model.form import (
    LABELS,
    Block,
    Label,
    block_fields,
    by_heading,
)
from stattable.reading.answers import shortened
from stattable.reading.labels import Labels
from stattable.reading.layout_blocks import (
    SECTIONS,
    BlockPlace,
    block_columns,
)
from stattable.reading.layout_faults import (
    MisplacedLabel,
    layout_fault,
    misplaced_label,
    template_label,
)


@dataclass(frozen=True, slots=True)
class FieldColumns:
    """The columns of a field.

    Attributes:
        parts: its heading's own, or those of the two that it was made of.
        beside: those that its heading spans beside.
    """

    parts: tuple[int, ...]
    beside: range = range(0)


def place_columns(
    rows: BlockPlace, first: BlockPlace, labels: Labels, faults: list[Finding]
) -> dict[int, FieldColumns]:
    """Return the columns of each field of a block, by index; what is missing or doubled goes to `faults`.

    Args:
        rows: of the block.
        first: of the first block in its section, which has the level headings above it.
        labels: of the sheet.
        faults: to be added to.
    """
    sheet, block = labels.sheet, rows.block
    columns = block_columns(block, rows.columns, labels)
    fields_by_heading = {heading.text: fields for heading, fields in by_heading(block_fields(block))}
    headings = [template_label(name, block.heading_row, fields[0].at[1]) for name, fields in fields_by_heading.items()]
    starts = _heading_starts(rows, labels, columns, set(fields_by_heading))
    heading_row = rows.headings or first.columns - first.block.column_row + first.block.heading_row
    shift = _shift_of([*starts, *columns.items()], block)
    placed_headings, wrong = _match(headings, starts, shift)
    faults += [misplaced_label(one, sheet, heading_row) for one in wrong]
    words = {*fields_by_heading, *columns.values()}
    between = range((rows.headings or rows.columns) + 1, rows.columns)
    if strays := [(row, at, name) for row in between for at, name in labels.of(row, words).items() if at in rows.span]:
        faults += [layout_fault("T002", sheet, row, at, label=name, doubled=1) for row, at, name in strays]
        return {}
    if starts and min(columns) < starts[0][0]:  # over the right one of two columns, or the middle one of three
        name = next(name for _, name in starts if name)
        faults.append(layout_fault("T002", sheet, heading_row, min(columns), label=name))
        return {}
    placed: dict[int, FieldColumns] = {}
    for heading, start in placed_headings.items():
        end = min((column for column, _ in starts if column > start), default=max(columns) + 1)
        fields = fields_by_heading[heading.name]
        wanted = [template_label(field.column.text, block.column_row, field.at[1]) for field in fields]
        found_columns, wrong = _match(wanted, [(column, columns.get(column)) for column in range(start, end)], shift)
        faults += [misplaced_label(one, sheet, rows.columns) for one in wrong]
        before = max((column for column, _ in starts if column < start), default=start)
        if not wrong and not _stands_over(start, found_columns.values(), before, rows, columns, labels):
            faults.append(layout_fault("T002", sheet, heading_row, min(found_columns.values()), label=heading.name))
            return {}
        for field, label in zip(fields, wanted, strict=True):
            if column := found_columns.get(label):
                parts = labels.splits.get((rows.columns, column))
                known = [*columns, *(at for at, _ in starts)]
                beside = range(0) if parts or wrong else _beside(column, start, known, rows, labels)
                placed[field.index] = FieldColumns(parts or (column,), beside)
    return placed


def _stands_over(
    start: int,
    found_columns: Collection[int],
    before: int,
    rows: BlockPlace,
    columns: Mapping[int, str],
    labels: Labels,
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


def _beside(column: int, start: int, known: Sequence[int], rows: BlockPlace, labels: Labels) -> range:
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
    rows: BlockPlace, labels: Labels, columns: Mapping[int, str], names: set[str]
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
        or (
            isinstance(value, str)
            and column >= min(columns)
            and written.get(column) not in SECTIONS
            and shortened(value)
        )
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
) -> tuple[dict[Label, int], list[MisplacedLabel]]:
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
    faults: list[MisplacedLabel] = []
    for label in wanted:
        if not places[label.name]:
            own = label.at[1] + shift
            instead = min(sorted(spare), key=lambda column: abs(column - own), default=own)
            spare.discard(instead)
            faults.append(MisplacedLabel(label.name, instead))
    faults += [MisplacedLabel(name, column, doubled=True) for column, name in too_many.items() if column in spare]
    return {label: at[0] for label in wanted if len(at := places[label.name]) == 1}, faults
