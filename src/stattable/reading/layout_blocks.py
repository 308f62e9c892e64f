"""The blocks of the form on a sheet: in which rows and columns each has its headings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS
from stattable.model.form import (
    BLOCKS,
    Block,
    block_fields,
)
from stattable.reading.labels import Labels

SECTIONS: Final = frozenset(block.section for block in BLOCKS)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """The rows of one block, and the columns it may stand in: others' stand beside it where they share its rows."""

    block: Block
    headings: int | None
    columns: int
    span: range


def find_column_rows(labels: Labels) -> dict[Block, list[int]]:
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


def block_columns(block: Block, row: int, labels: Labels) -> dict[int, str]:
    """Return the columns of a block whose column headings stand in `row`, and these headings."""
    return labels.of(row, {field.column.text for field in block_fields(block)})


def find_heading_row(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> int | None:
    """Return the row of a block's level headings: above its column headings, and below any other section's."""
    column_row = column_rows[block]
    names = {field.heading.text for field in block_fields(block)}
    others = [row for one, row in column_rows.items() if one.section != block.section and row < column_row]
    above = range(column_row - 1, max(others, default=0), -1)
    best = max(above, key=lambda row: len(set(labels.of(row, names).values())), default=None)
    return best if best and labels.of(best, names) else None


def find_span(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> range:
    """Return the columns of `block` and those up to the blocks beside it, whose column headings are in the same row."""
    row = column_rows[block]
    mine = block_columns(block, row, labels)
    beside = [block_columns(one, row, labels) for one, at in column_rows.items() if at == row and one != block]
    start = max((max(columns) for columns in beside if max(columns) < min(mine)), default=0) + 1
    return range(start, min((min(columns) for columns in beside if min(columns) > max(mine)), default=MAX_COLUMNS + 1))
