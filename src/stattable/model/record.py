"""The record of a merged workbook: its units and the returns that they sent, as plain rows.

The rows stand in very-hidden sheets of their own, a million in each. With them a workbook can be added up again by
itself, and whoever gets it knows exactly which files stand behind its figures: a merged workbook among them brings its
own record along.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice, takewhile
from typing import Final

from stattable.model.cell_names import a1, cell_at
from stattable.model.form import FIELDS, Values
from stattable.model.identity import cell_text, read_figures
from stattable.model.packing import Packed, figures_text, packed, unpacked
from stattable.model.units import Level, Scope, Tree, Unit

RECORD_SHEET: Final = "_stattable_record"  # and what follows in others, as _stattable_record_2
_MOST_ROWS: Final = 1_000_000  # of a sheet: spreadsheet programs know 1,048,576
TIME: Final = "%Y-%m-%d %H:%M:%S"  # of a run, as its ledger and its record say it
_RECORD, _UNIT = "record", "node"  # what begins a row
_CELLS: Final = tuple(field.at for field in FIELDS)
_FACTS: Final = 7  # cells of a unit's row before those of the returns
_OF_RETURN: Final = 4  # cells of one return
_BETWEEN_ALIASES: Final = "、"
Row = tuple[str | int, ...]  # of a hidden sheet: the number of a return is one, all else is text
_DEEPEST: Final = 8  # records within one another; there are six levels


def over_sheets(rows: Iterator[Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the names of the sheets that hold the rows of a record, each with its rows, to be taken before the next."""
    for number, first in enumerate(rows):
        yield _sheet(number), chain((first,), islice(rows, _MOST_ROWS - 1))


def record_sheets(names: Collection[str]) -> list[str]:
    """Return which of the sheets of a workbook hold its record, in their order."""
    return [*takewhile(names.__contains__, map(_sheet, count()))]


def _sheet(number: int) -> str:
    return f"{RECORD_SHEET}_{number + 1}" if number else RECORD_SHEET


@dataclass(frozen=True, slots=True)
class CountedReturn:
    """An accepted return in a record.

    Attributes:
        number: its number in the ledger.
        figures: the 40 of them as they count, packed.
        cells: their cells, 1-based row and column; None for one that was not found.
        sha256: of its file.
        record: the record of the file, if it was a merged workbook itself, or None.
    """

    number: int
    figures: Packed
    cells: tuple[tuple[int, int] | None, ...]
    sha256: str
    record: "Record | None" = None

    @property
    def values(self) -> Values:
        """The 40 figures as they count."""
        return unpacked(self.figures)


@dataclass(frozen=True, slots=True)
class Record:
    """The units of a merge, and the returns that they sent.

    Attributes:
        tree: the root, and all units below it.
        root: key of the unit whose total it is.
        sent: the accepted returns, by unit and scope.
        edition: ordinal of the members' day.
        made: time of the merge, as the ledger has it.
    """

    tree: Tree
    root: str
    sent: Mapping[tuple[str, Scope], CountedReturn]
    edition: int
    made: str

    def leaves(self) -> Iterator[tuple[str, tuple[str, Scope, Values]]]:
        """Yield the returns that add up to the total, instead of merged workbooks the returns in these.

        Each with its fingerprint, and with its unit, scope and figures.
        """
        for (key, scope), sent in self.sent.items():
            if self.counts(key, scope) and sent.record:
                yield from sent.record.leaves()
            elif self.counts(key, scope):
                unit = self.tree[key]
                yield sent.sha256, (unit.code or f"{unit.parent or ''}/{unit.name}", scope, sent.values)

    def is_made_as(self, other: "Record") -> bool:
        """Whether both totals are the sums of the same returns: of the same files, or with the same figures."""
        ours, others = list(self.leaves()), list(other.leaves())
        return _are_among(ours, others) and _are_among(others, ours)

    def missing(self) -> Iterator[str]:
        """Yield the keys of the units that should have sent something and did not, nor did one above for all of its."""
        covering: dict[str, bool] = {}  # whether a cumulative return stands for what is below
        for key in self.tree.below(self.root):
            unit = self.tree[key]
            is_covered = key != self.root and covering[unit.parent or ""]
            covering[key] = is_covered or (key, Scope.CUMULATIVE) in self.sent
            if unit.expected and not covering[key] and (key, Scope.OWN) not in self.sent:
                yield key

    def counts(self, key: str, scope: Scope) -> bool:
        """Whether the figures of a return are in the total: no cumulative one at its unit or above stands for it."""
        return not any((above, Scope.CUMULATIVE) in self.sent for above in self.tree.covering(key, scope))


def _are_among(
    leaves: Sequence[tuple[str, tuple[str, Scope, Values]]], others: Sequence[tuple[str, tuple[str, Scope, Values]]]
) -> bool:
    prints, figures = ({leaf[at] for leaf in others} for at in (0, 1))
    return all(print_ in prints or said in figures for print_, said in leaves)


def record_rows(record: Record) -> Iterator[Row]:
    """Yield the cells of the hidden sheet: a row for the record and one for each unit, parents before their children.

    The records of merged workbooks among what was sent follow, each with the number of the one that holds it, and the
    unit that sent it. Of these only what was sent and what is missing is told, and what stands above it.
    """
    waiting: list[tuple[Record, tuple[str, str]]] = [(record, ("", ""))]
    for number, (one, holder) in enumerate(waiting):  # it grows on the way
        yield _RECORD, str(number), *holder, str(one.edition), one.made
        for key in one.tree.below(one.root):
            its = [one.sent.get((key, scope)) for scope in Scope]
            yield _row(one, one.tree[key], its)
            waiting += [
                (_without_covered_units(sent.record), (str(number), key)) for sent in its if sent and sent.record
            ]


def _without_covered_units(record: Record) -> Record:
    """Return the record without units that sent nothing, are not missing, and have none below that did or are."""
    tree, kept = record.tree, {record.root}
    for key in (*(key for key, _ in record.sent), *record.missing()):
        kept.update((*tree.above(key), key))
    units = [replace(tree[key], parent=None) if key == record.root else tree[key] for key in tree.below(record.root)]
    return replace(record, tree=Tree(unit for unit in units if unit.key in kept))


def read_record(rows: Iterable[Sequence[object]]) -> Record | None:
    """Return the record in the `rows` of the hidden sheet, or None if there is none, or not a whole one."""
    try:
        parts = [_Part(heads, units) for heads, units in _parts(rows)]
        return _linked(parts)
    except (KeyError, ValueError, IndexError, TypeError):
        return None


def _parts(rows: Iterable[Sequence[object]]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the cells of each record's row, and those of the rows of its units."""
    part: tuple[list[str], list[list[str]]] | None = None
    for row in rows:
        word, *cells = map(cell_text, row or [None])
        if word == _RECORD:
            if part:
                yield part
            part = cells, []
        elif word == _UNIT and part:
            part[1].append(cells)
    if part:
        yield part


class _Part:
    """One record from its rows, without the records of merged workbooks among its returns.

    Raises:
        KeyError, ValueError, IndexError, TypeError: it is not whole.
    """

    def __init__(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        number, self.holder, self.sender, edition, self.made, *_ = heads
        self.number, self.edition = int(number), int(edition)
        self.sent: dict[tuple[str, Scope], CountedReturn] = {}
        units: dict[str, Unit] = {}
        for cells in rows:
            unit = _unit(cells)
            above = units.get(unit.parent or "")
            is_root = not units
            # Units of one level under another, or in a circle, would never come to an end.
            if unit.key in units or is_root != (unit.parent is None) or not (is_root or above):
                raise ValueError(unit.key)
            if above and not above.level.above(unit.level):
                raise ValueError(unit.key)
            units[unit.key] = unit
            for at, scope in enumerate(Scope):
                said = [*cells[_FACTS + at * _OF_RETURN :], *[""] * _OF_RETURN][:_OF_RETURN]
                if said[0]:
                    self.sent[unit.key, scope] = _sent(*said)
        if not units:
            raise ValueError("no unit")
        self.root = next(iter(units))
        self.tree = Tree(units.values())


def _linked(parts: Sequence[_Part]) -> Record | None:
    """Return the first record with the others put into their places; None if one has no place."""
    depths: list[int] = []
    for number, part in enumerate(parts):
        if part.number != number or bool(part.holder) != (number > 0) or int(part.holder or -1) >= number:
            return None
        depths.append(depths[int(part.holder)] + 1 if part.holder else 0)
        if depths[-1] > _DEEPEST:
            return None
    record: Record | None = None
    for part in reversed(parts):  # those that are held stand behind their holders
        record = Record(part.tree, part.root, part.sent, part.edition, part.made)
        if part.holder:
            sent = parts[int(part.holder)].sent
            at = (part.sender, Scope.CUMULATIVE)
            if sent[at].record:
                return None
            sent[at] = replace(sent[at], record=record)
    return record


def _row(record: Record, unit: Unit, sent: Iterable[CountedReturn | None]) -> Row:
    parent = "" if unit.key == record.root else unit.parent
    about = unit.key, unit.code or "", unit.name, unit.level, parent or "", unit.scope or "", str(+unit.expected)
    row: list[str | int] = [_UNIT, *about]
    for one in sent:
        row += [one.number, one.sha256, figures_text(one.figures), _places(one.cells)] if one else [""] * _OF_RETURN
    return (*row, _BETWEEN_ALIASES.join(unit.aliases)) if unit.aliases else tuple(row)


def _unit(cells: Sequence[str]) -> Unit:
    key, code, name, level, parent, scope, expected, *_ = cells
    its_scope = Scope(scope) if scope else None
    aliases = filter(None, "".join(cells[_FACTS + len(Scope) * _OF_RETURN :][:1]).split(_BETWEEN_ALIASES))
    return Unit(
        key, name, Level(level), code or None, parent or None, its_scope, expected == "1", aliases=tuple(aliases)
    )


def _places(cells: Sequence[tuple[int, int] | None]) -> str:
    """Return the names of the cells, empty if all are the template's, as is usual."""
    return "" if cells == _CELLS else ",".join(a1(*at) if at else "" for at in cells)


def _sent(number: str, sha256: str, figures: str, places: str) -> CountedReturn:
    read = packed(read_figures(figures))
    cells = tuple(cell_at(place) if place else None for place in places.split(",")) if places else _CELLS
    if len(cells) != len(FIELDS):
        raise ValueError("not one for each field")
    return CountedReturn(int(number), read, cells, sha256)
