"""Cells of the form → its 40 figures."""

from collections.abc import Sequence
from typing import Final

from stattable.formats.sheet import Cell, RawCell
from stattable.model.form import BLANK_WORD, Field, Kind, Value
from stattable.reading.answers import BLANK_READING, LONGEST_TEXT, Reading, shortened
from stattable.reading.counts import LARGEST_COUNT, read_count
from stattable.reading.layout import Layout
from stattable.reading.yes_no import read_flag


def field_cells(layout: Layout) -> list[tuple[Cell, ...]]:
    """Return the cells of each of the 40 fields."""
    return [layout.more.get(at, (at,)) if at else () for at in layout.cells]


MOST_LISTED: Final = 5  # figures that one finding shows


_Said = list[tuple[str, Reading, Sequence[Cell], str]]  # a code, for which reading of which cells, and what they show


def read_sum(field: Field, cells: Sequence[Cell], raws: Sequence[RawCell]) -> tuple[Reading, _Said]:
    """Read a field that two columns were made of, as the sum of its parts."""
    readings = [read_figure(Kind.COUNT, raw) for raw in raws]
    said: _Said = [
        (reading.code, reading, (at,), shortened(raw))
        for reading, at, raw in zip(readings, cells, raws, strict=True)
        if reading.code and reading.value is None
    ]
    parts = [reading.value for reading in readings if reading.value is not None]
    if not parts or any(code != "V007" for code, *_ in said):
        return BLANK_READING, said
    shown_parts = [
        f"{part} {shortened(raw)}" for part, raw in zip(field.column.parts, raws, strict=True) if raw is not None
    ]
    total = Reading(sum(parts))
    return total, [("V008", total, cells, "，".join(shown_parts))]


def plain_figures(raws: Sequence[RawCell], kinds: Sequence[Kind]) -> list[Value] | None:
    """Return the figures of cells that hold nothing but plain numbers, 有, 无 or nothing, which nearly all do.

    Args:
        raws: one cell for each field.
        kinds: of the fields.

    Returns:
        The same as :func:`read_figure` reads; None where a cell holds anything else, of which there may be more to say.
    """
    values: list[Value] = []
    for raw, kind in zip(raws, kinds, strict=True):
        if raw is None or raw == "":
            values.append(None)
        elif kind is Kind.FLAG:
            if raw not in ("有", "无"):
                return None
            values.append(raw == "有")
        elif type(raw) is float and 0 <= raw <= LARGEST_COUNT and raw.is_integer():
            values.append(int(raw))
        else:
            return None
    return values


def read_figure(kind: Kind, raw: RawCell) -> Reading:
    """Read a cell as its field asks for it: a count, or 有 or 无."""
    if isinstance(raw, str) and len(raw) > LONGEST_TEXT:
        return Reading(code="V009" if kind is Kind.FLAG else "V002")
    return read_flag(raw) if kind is Kind.FLAG else read_count(raw)


def value_text(reading: Reading, kind: Kind) -> str:
    """Return a value in words, as findings say what a cell was read as."""
    if reading.value is None:
        return BLANK_WORD
    if kind is Kind.FLAG:
        return "有" if reading.value else "无"
    return str(int(reading.value))
