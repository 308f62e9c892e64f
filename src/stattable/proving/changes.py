"""Changed cells → findings, one for those in one row or column, which have one cause."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from stattable.formats.sheet import Cell
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, UnitRef
from stattable.proving.breakdown import UNITS_SHEET


@dataclass(frozen=True, slots=True)
class Change:
    """A cell of 分单位汇总 that differs from the record.

    Attributes:
        at: 1-based row and column.
        unit: of its row.
        name: what the row is called.
        field: of its column.
        raw: what is there.
        expected: what should be there.
    """

    at: Cell
    unit: UnitRef
    name: str
    field: str
    raw: str
    expected: str


def change_findings(changes: Iterable[Change]) -> Iterator[Finding]:
    """Yield P002 for all changes, those of one line together, the longest line first."""
    left = {change.at: change for change in changes}
    while left:
        line = [at for at in left if _is_in(at, *_longest(left))]
        first = left[line[0]]
        yield finding(
            "P002",
            unit=first.unit,
            sheet=UNITS_SHEET,
            cell=a1(*first.at),
            field=first.field,
            raw=first.raw,
            params={
                "name": first.name,
                "expected": first.expected,
                "count": len(line),
                "cells": tuple(a1(*at) for at in line),
            },
        )
        for at in line:
            del left[at]


def _longest(cells: Mapping[Cell, Change]) -> tuple[int, int]:
    """Return the line with the most of the cells: 0 and its row, or 1 and its column."""
    lines = Counter((axis, at[axis]) for at in cells for axis in (0, 1))
    return max(lines, key=lambda line: lines[line])


def _is_in(at: Cell, axis: int, number: int) -> bool:
    return at[axis] == number
