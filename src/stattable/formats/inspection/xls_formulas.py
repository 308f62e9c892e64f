"""Formulas of an .xls: sums of cells and ranges, read from their tokens. Anything else is named by its bytes."""

import struct
from collections.abc import Iterable, Mapping
from typing import Final

from stattable.formats.sheet import Cell
from stattable.model.cell_names import a1

_FORMULA, _SHARED = 0x06, 0x04BC  # kinds of records
_TOKENS_AT, _SHARED_TOKENS_AT = 20, 8
_SHARES: Final = 0x01
_REFERENCES: Final = frozenset({0x24, 0x44, 0x64})
_AREAS: Final = frozenset({0x25, 0x45, 0x65})
_NEAR_REFERENCES: Final = frozenset({0x2C, 0x4C, 0x6C})
_NEAR_AREAS: Final = frozenset({0x2D, 0x4D, 0x6D})
_FUNCTIONS: Final = frozenset({0x22, 0x42, 0x62})
_UNION, _IN_BRACKETS, _ATTRIBUTE, _IS_SUM, _IS_SPACE = 0x10, 0x15, 0x19, 0x10, 0x40
_SUM: Final = 4
_ROW_RELATIVE, _COLUMN_RELATIVE = 0x8000, 0x4000


def formulas(records: Iterable[tuple[int, bytes]]) -> dict[Cell, str]:
    """Return the formulas among a sheet's records: kind and body of each."""
    tokens: dict[Cell, bytes] = {}
    shared: dict[Cell, bytes] = {}
    last: Cell = (0, 0)
    for kind, body in records:
        if kind == _FORMULA:
            row, column = struct.unpack_from("<HH", body)
            last = row + 1, column + 1
            tokens[last] = _tokens(body, _TOKENS_AT)
        elif kind == _SHARED:  # it stands behind the first cell that shares it
            shared[last] = _tokens(body, _SHARED_TOKENS_AT)
    return {at: _spelled(at, its, shared) for at, its in tokens.items()}


def _tokens(body: bytes, at: int) -> bytes:
    (length,) = struct.unpack_from("<H", body, at)
    return body[at + 2 : at + 2 + length]


def _spelled(at: Cell, tokens: bytes, shared: Mapping[Cell, bytes]) -> str:
    if tokens[:1] == bytes([_SHARES]) and len(tokens) >= 5:
        row, column = struct.unpack_from("<HH", tokens, 1)
        tokens = shared.get((row + 1, column + 1), tokens)
    try:
        return _sum(at, tokens)
    except (ValueError, IndexError, struct.error):
        return tokens.hex()


def _sum(cell: Cell, tokens: bytes) -> str:
    """Return a formula of sums.

    Raises:
        ValueError, IndexError, struct.error: it is another one.
    """
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        kind = tokens[at]
        at += 1
        if kind in _REFERENCES | _NEAR_REFERENCES:
            row, column = struct.unpack_from("<HH", tokens, at)
            parts.append(a1(*_place(cell, row, column, near=kind in _NEAR_REFERENCES)))
            at += 4
        elif kind in _AREAS | _NEAR_AREAS:
            rows, columns = struct.unpack_from("<HH", tokens, at), struct.unpack_from("<HH", tokens, at + 4)
            corners = (_place(cell, *one, near=kind in _NEAR_AREAS) for one in zip(rows, columns, strict=True))
            parts.append(":".join(a1(*one) for one in corners))
            at += 8
        elif kind in _FUNCTIONS and struct.unpack_from("<H", tokens, at + 1)[0] == _SUM:
            first = len(parts) - tokens[at]
            parts[first:] = [f"SUM({','.join(parts[first:])})"]
            at += 3
        elif kind == _ATTRIBUTE and tokens[at] == _IS_SUM:
            parts.append(f"SUM({parts.pop()})")
            at += 3
        elif kind == _ATTRIBUTE and tokens[at] == _IS_SPACE:
            at += 3
        elif kind == _UNION:
            parts[-2:] = [",".join(parts[-2:])]
        elif kind != _IN_BRACKETS:
            raise ValueError(kind)
    (formula,) = parts
    return formula


def _place(cell: Cell, row: int, column: int, *, near: bool) -> Cell:
    """Return a place; in a formula that cells share, what is relative says how far away it is."""
    index = column & 0xFF
    if not near:
        return row + 1, index + 1
    down = (cell[0] - 1 + row) % 2**16 if column & _ROW_RELATIVE else row
    across = (cell[1] - 1 + index) % 2**8 if column & _COLUMN_RELATIVE else index
    return down + 1, across + 1
