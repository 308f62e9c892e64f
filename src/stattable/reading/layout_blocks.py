"""The blocks of the form on a sheet: in which rows and columns each has its headings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stattable.formats.sheet import MAX_COLUMNS
from stattable.model.form import BLOCKS, Block, block_fields
from stattable.reading.labels import Labels

SECTIONS: Final = frozenset(block.section for block in BLOCKS)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """The place of a block on a sheet.

    Attributes:
        block: the block of the form.
        heading_row: the row of its level headings, or None.
        column_row: the row of its column headings.
        span: the columns it may take: all, or those up to other blocks in the same rows.
    """

    block: Block
    heading_row: int | None
    column_row: int
    span: range


def find_column_rows(labels: Labels) -> dict[Block, list[int]]:
    """Return for each block the row that holds its column headings, and others that hold most of them again."""
    counts = {row: Counter(names.values()) for row, names in labels.names.items()}
    rows_of: dict[Block, list[int]] = {}
    for block in BLOCKS:
        texts = [field.column.text for field in block_fields(block)]
        score = {row: sum(count[text] for text in set(texts)) for row, count in counts.items()}
        best = max(score.values(), default=0)
        if best >= 2:
            first = min(row for row, count in score.items() if count == best)
            again = [row for row, count in score.items() if row != first and 2 * count > len(texts)]
            rows_of[block] = [first, *again]
    shared = Counter(row for rows in rows_of.values() for row in rows)
    # The head of a list beside the form has the headings of all blocks in one row.
    return {block: [row for row in rows if shared[row] <= 2] or rows for block, rows in rows_of.items()}


def place_block(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> BlockPlace:
    """Return the place of a block.

    Args:
        block: the block.
        column_rows: the row of column headings of each block on the sheet.
        labels: the labels of the sheet.
    """
    heading_row, span = _heading_row(block, column_rows, labels), _span(block, column_rows, labels)
    return BlockPlace(block, heading_row, column_rows[block], span)


def block_columns(block: Block, row: int, labels: Labels) -> dict[int, str]:
    """Return the columns of a block whose column headings are in `row`, with these headings."""
    return labels.columns_of(row, {field.column.text for field in block_fields(block)})


def _heading_row(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> int | None:
    """Return the row of a block's level headings: above its column headings, and below any other section's."""
    column_row = column_rows[block]
    names = {field.heading.text for field in block_fields(block)}
    others = [row for other, row in column_rows.items() if other.section != block.section and row < column_row]
    above = range(column_row - 1, max(others, default=0), -1)
    best = max(above, key=lambda row: len(set(labels.columns_of(row, names).values())), default=None)
    return best if best and labels.columns_of(best, names) else None


def _span(block: Block, column_rows: Mapping[Block, int], labels: Labels) -> range:
    """Return the columns of `block`, and those up to other blocks with column headings in the same row."""
    row = column_rows[block]
    mine = block_columns(block, row, labels)
    others = [block_columns(other, row, labels) for other, at in column_rows.items() if at == row and other != block]
    start = max((max(columns) for columns in others if max(columns) < min(mine)), default=0) + 1
    return range(start, min((min(columns) for columns in others if min(columns) > max(mine)), default=MAX_COLUMNS + 1))
