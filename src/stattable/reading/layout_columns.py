"""The columns of each field of a block, under its level heading and its column heading."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stattable.model.findings import Finding
from stattable.model.form import Block, Label, block_fields, by_heading
from stattable.reading.answers import shortened
from stattable.reading.labels import PLACES, Labels
from stattable.reading.layout_blocks import SECTIONS, BlockPlace, block_columns
from stattable.reading.layout_faults import MisplacedLabel, layout_fault, misplaced_label, template_label


@dataclass(frozen=True, slots=True)
class FieldColumns:
    """The columns of a field.

    Attributes:
        parts: the column of its heading, or the two that the heading was split into.
        spanned: further columns that its heading spans.
    """

    parts: tuple[int, ...]
    spanned: range = range(0)


@dataclass(frozen=True, slots=True)
class _Headings:
    """The headings of a block as a sheet has them.

    Attributes:
        place: the place of the block.
        labels: the labels of the sheet.
        columns: column → column heading.
        starts: the columns where the span of a level heading starts, with its name; None for any other text.
    """

    place: BlockPlace
    labels: Labels
    columns: Mapping[int, str]
    starts: Sequence[tuple[int, str | None]]


def place_columns(
    place: BlockPlace, first: BlockPlace, labels: Labels, faults: list[Finding]
) -> dict[int, FieldColumns]:
    """Return the columns of each field of a block, by index; missing and doubled labels are added to `faults`.

    Args:
        place: the place of the block.
        first: the place of the first block in its section, which has the level headings.
        labels: the labels of the sheet.
        faults: the list that findings are added to.
    """
    block = place.block
    fields_of = {heading.text: fields for heading, fields in by_heading(block_fields(block))}
    columns = block_columns(block, place.column_row, labels)
    headings = _Headings(place, labels, columns, _heading_starts(place, labels, columns, set(fields_of)))
    shift = _shift_of([*headings.starts, *columns.items()], block)
    heading_row = place.heading_row or first.column_row - first.block.column_row + first.block.heading_row
    wanted = [template_label(name, block.heading_row, fields[0].at[1]) for name, fields in fields_of.items()]
    start_of, misplaced = _match(wanted, headings.starts, shift)
    faults += [misplaced_label(label, labels.sheet, heading_row) for label in misplaced]
    if disorder := list(_disorder(headings, {*fields_of, *columns.values()}, heading_row)):
        faults += disorder
        return {}
    placed: dict[int, FieldColumns] = {}
    for heading, start in start_of.items():
        end = min((column for column, _ in headings.starts if column > start), default=max(columns) + 1)
        fields = fields_of[heading.name]
        wanted = [template_label(field.column.text, block.column_row, field.at[1]) for field in fields]
        column_of, misplaced = _match(wanted, [(column, columns.get(column)) for column in range(start, end)], shift)
        faults += [misplaced_label(label, labels.sheet, place.column_row) for label in misplaced]
        if not misplaced and not _is_over(start, column_of.values(), headings):
            faults.append(layout_fault("T002", labels.sheet, heading_row, min(column_of.values()), label=heading.name))
            return {}
        for field, label in zip(fields, wanted, strict=True):
            if column := column_of.get(label):
                parts = labels.splits.get((place.column_row, column))
                spanned = range(0) if parts or misplaced else _spanned(column, start, headings)
                placed[field.index] = FieldColumns(parts or (column,), spanned)
    return placed


def _disorder(headings: _Headings, words: set[str], heading_row: int) -> Iterator[Finding]:
    """Yield T002 for what keeps a block from being read at all.

    That is labels between its two rows of headings, or else a first level heading that is not over its own columns, but
    over the right one of two, or the middle one of three.
    """
    place, labels = headings.place, headings.labels
    between = range((place.heading_row or place.column_row) + 1, place.column_row)
    strays = [(row, at, name) for row in between for at, name in labels.columns_of(row, words).items()]
    strays = [(row, at, name) for row, at, name in strays if at in place.span]
    for row, at, name in strays:
        yield layout_fault("T002", labels.sheet, row, at, label=name, doubled=1)
    first = min(headings.columns)
    if not strays and headings.starts and first < headings.starts[0][0]:
        name = next(name for _, name in headings.starts if name)
        yield layout_fault("T002", labels.sheet, heading_row, first, label=name)


def _is_over(start: int, own: Collection[int], headings: _Headings) -> bool:
    """Whether the level heading in `start` is over the first of its `own` columns, or merged over all of them.

    One further right takes columns of the next level for its own. That shows in merged cells; or else the columns of
    a heading that was lost go to the level before it, and are in another order than there.
    """
    place, labels, columns = headings.place, headings.labels, headings.columns
    assert place.heading_row
    last = labels.last_column(place.heading_row, start)
    first = min(column for column in labels.names[place.column_row] if column >= start)  # perhaps of another block
    if first > last or max(own) > last > start:
        return False
    before = max((column for column, _ in headings.starts if column < start), default=start)
    follows = start - 1 in columns or (place.column_row, start - 1) in labels.pieces
    return follows or columns.get(start) == columns.get(before)


def _spanned(column: int, start: int, headings: _Headings) -> range:
    """Return the further columns that a column heading spans: up to the next heading of any kind.

    Args:
        column: the column of the column heading.
        start: the column of its level heading.
        headings: the headings of the block.
    """
    place, labels = headings.place, headings.labels
    assert place.heading_row
    last = max(labels.last_column(place.column_row, column), labels.last_column(place.heading_row, start))
    known = [*headings.columns, *(at for at, _ in headings.starts)]
    end = min((at for at in known if at > column), default=last + 1)
    names = labels.names[place.heading_row]
    for at in range(column + 1, end):
        is_other_level = labels.visible_text(place.heading_row, at) and names.get(at) != names[start]
        if is_other_level or labels.visible_text(place.column_row, at):
            return range(column + 1, at)
    return range(column + 1, end)


def _shift_of(seen: Iterable[tuple[int, str | None]], block: Block) -> int:
    """Return by how many columns most headings of a block are moved right from the template's places."""
    rows = {block.heading_row, block.column_row}
    votes = Counter(column - at[1] for column, name in seen if name for at in PLACES[name] if at[0] in rows)
    return votes.most_common(1)[0][0]


def _heading_starts(
    place: BlockPlace, labels: Labels, columns: Mapping[int, str], names: set[str]
) -> list[tuple[int, str | None]]:
    """Return the columns where the span of a level heading starts, with its name; None for any other text."""
    if place.heading_row is None:
        return []
    written = labels.names.get(place.heading_row, {})
    known = {column: name for column, name in written.items() if name in names and column in place.span}
    cells = labels.sheet.rows[place.heading_row - 1][: place.span.stop - 1]
    others = [
        column
        for column, value in enumerate(cells, start=1)
        if isinstance(value, str)
        and column >= min(columns)
        and written.get(column) not in SECTIONS
        and shortened(value)
    ]
    starts = {column: known.get(column) for column in sorted({*known, *others})}
    _drop_columns_between(starts, columns)
    _drop_repeats(starts, columns)
    if not names.issubset(known.values()):
        starts |= dict.fromkeys(_blank_starts(sorted(starts), columns))
    return sorted(starts.items())


def _drop_columns_between(starts: dict[int, str | None], columns: Mapping[int, str]) -> None:
    """Remove texts over columns between those of the form, which have headings of their own."""
    before, *order = starts or [0]
    for column, after in zip(order, [*order[1:], max(columns) + 1], strict=False):
        here, there = ({columns.get(at) for at in range(*ends)} for ends in ((before, column), (column, after)))
        if starts[column] is None and column not in columns and not (here & there) - {None}:
            del starts[column]
        else:
            before = column


def _drop_repeats(starts: dict[int, str | None], columns: Mapping[int, str]) -> None:
    """Remove a level heading that is repeated in each of its columns, where merged cells were taken apart."""
    for column in list(starts)[1:]:
        before = max(start for start in starts if start < column)
        is_next_level = columns.get(column) in {columns.get(at) for at in range(before, column)}
        if starts[column] and starts[column] == starts[before] and not is_next_level:
            del starts[column]


def _blank_starts(starts: Sequence[int], columns: Mapping[int, str]) -> Iterator[int]:
    """Yield the columns where a level heading is missing: column headings repeat there that the level before has."""
    seen: set[str] | None = None  # no level heading yet
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
        The columns of those that are there once; and each label that is missing, with the column of what is there
        instead or else its own, and each one too many.
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
