"""What a merged workbook remembers of its making: its units, and the figures that they sent, as plain rows.

The rows stand in a very-hidden sheet of their own, which only those read who want to know: with them a workbook can be
added up again by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stattable.model.form import FIELDS, Values
from stattable.model.identity import Row, cell_text, figures_text, read_figures
from stattable.model.text import a1, cell_at
from stattable.model.units import Level, Scope, Tree, Unit

RECORD_SHEET: Final = "_stattable_record"
_WORD: Final = "node"  # what begins a row
_CELLS: Final = tuple(field.at for field in FIELDS)
_FACTS: Final = 7  # cells of a row before those of the returns
_OF_RETURN: Final = 3  # cells of one return


@dataclass(frozen=True, slots=True)
class Sent:
    """An accepted return.

    Attributes:
        number: its number in the ledger.
        values: the 40 figures as they count.
        cells: where they stood, 1-based row and column, None for one that was not found.
    """

    number: int
    values: Values
    cells: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The units of a merge, and what they sent.

    Attributes:
        tree: the root, and all units below it.
        root: key of the unit whose total it is.
        sent: the accepted returns, by unit and scope.
    """

    tree: Tree
    root: str
    sent: Mapping[tuple[str, Scope], Sent]


def record_rows(record: Record) -> list[Row]:
    """Return the cells of the hidden sheet, a row for each unit, parents before their children."""
    return [_row(record, record.tree[key]) for key in record.tree.below(record.root)]


def read_record(rows: Iterable[Sequence[object]]) -> Record | None:
    """Return the record that the hidden sheet's `rows` hold, or None where they hold none that is whole."""
    units: list[Unit] = []
    known: dict[str, Level] = {}
    sent: dict[tuple[str, Scope], Sent] = {}
    try:
        for row in rows:
            word, *cells = map(cell_text, row or [None])
            if word != _WORD:
                continue
            unit = _unit(cells)
            above = known.get(unit.parent or "")
            if unit.key in known or (unit.parent is None) != (not units) or not (above or not units):
                return None
            if above and not above.above(unit.level):  # units that stand in a circle would never come to an end
                return None
            units.append(unit)
            known[unit.key] = unit.level
            for at, scope in enumerate(Scope):
                number, figures, places, *_ = [*cells[_FACTS + at * _OF_RETURN :], *[""] * _OF_RETURN]
                if number:
                    sent[unit.key, scope] = _sent(number, figures, places)
        return Record(Tree(units), units[0].key, sent)
    except (KeyError, ValueError, IndexError, TypeError):
        return None


# -- one row ----------------------------------------------------------------------------------------------


def _row(record: Record, unit: Unit) -> Row:
    parent = "" if unit.key == record.root else unit.parent
    row = [_WORD, unit.key, unit.code or "", unit.name, unit.level, parent or "", unit.scope or "", str(+unit.expected)]
    for scope in Scope:
        one = record.sent.get((unit.key, scope))
        row += [str(one.number), figures_text(one.values), _places(one.cells)] if one else [""] * _OF_RETURN
    return tuple(row)


def _unit(cells: Sequence[str]) -> Unit:
    key, code, name, level, parent, scope, expected, *_ = cells
    return Unit(key, name, Level(level), code or None, parent or None, Scope(scope) if scope else None, expected == "1")


def _places(cells: Sequence[tuple[int, int] | None]) -> str:
    """Name the cells; nothing where all are the template's, as they mostly are."""
    return "" if tuple(cells) == _CELLS else ",".join(a1(*at) if at else "" for at in cells)


def _sent(number: str, figures: str, places: str) -> Sent:
    values = read_figures(figures)
    cells = tuple(cell_at(place) if place else None for place in places.split(",")) if places else _CELLS
    if len(cells) != len(FIELDS):
        raise ValueError("not one for each field")
    return Sent(int(number), values, cells)
