"""What goes wrong with returns in the real world, one thing at a time: 2 % of a province have one of these.

A fault that a careful person reads all the same leaves the return in the total; any other keeps it out, or, where the
same return comes twice and says two things, both of them.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import openpyxl

from prototypes import CONTACT, PHONE, Cell, Error, Formula, Program
from stattable.model.form import FIELDS, LABELS, own_fields
from stattable.model.units import Level

Cells = dict[str, Cell]
Change = Callable[[random.Random, Cells, Level], None]  # of what is filled in


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a return.

    Attributes:
        counts: whether the return is in the total all the same.
        in_cells: changes what is filled in, or None.
        in_file: changes the file's bytes, or None.
        again: the return comes once more under another name, as changed by this; None where it does not.
        programs: of whose files it may be.
    """

    counts: bool
    in_cells: Change | None = None
    in_file: Callable[[bytes], bytes] | None = None
    again: Change | None = None
    programs: frozenset[Program] = field(default=frozenset(Program))


def _a_cell(rng: random.Random, level: Level, pair: str = "sessions") -> str:
    """Return a cell of the figures that every return of a level has."""
    fields = (FIELDS[index] for index in sorted(own_fields(level)))
    return rng.choice([one.cell for one in fields if one.column.pair == pair])


def _written(spell: Callable[[Any], Cell], pair: str = "sessions") -> Change:
    """Return what spells a figure in another way."""

    def change(rng: random.Random, cells: Cells, level: Level) -> None:
        cell = _a_cell(rng, level, pair)
        cells[cell] = spell(cells[cell])

    return change


def _without(*names: str) -> Change:
    def change(_: random.Random, cells: Cells, __: Level) -> None:
        for name in names:
            cells.pop(name)

    return change


def _nothing(_: random.Random, cells: Cells, level: Level) -> None:
    for index in own_fields(level):
        cells.pop(FIELDS[index].cell, None)


def _people_alone(rng: random.Random, cells: Cells, level: Level) -> None:
    index = next(index for index in sorted(own_fields(level)) if FIELDS[index].column.pair == "sessions")
    cells[FIELDS[index].cell], cells[FIELDS[index + 1].cell] = 0, rng.randint(10, 90)


def _same(_: random.Random, __: Cells, ___: Level) -> None:
    return


def _one_more(rng: random.Random, cells: Cells, level: Level) -> None:
    cell = _a_cell(rng, level, "")
    value = cells[cell]
    assert isinstance(value, int)
    cells[cell] = value + 1


def _on_page(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    """Return what changes the page of a file, and saves it with openpyxl."""

    def changed(data: bytes) -> bytes:
        workbook = openpyxl.load_workbook(io.BytesIO(data))
        change(workbook.worksheets[0])
        workbook.save(out := io.BytesIO())
        return out.getvalue()

    return changed


def _lose_label(sheet: Any) -> None:
    label = next(label for label in LABELS if label.name == "活动场次")
    for column in range(label.at[1], label.at[1] + 8, 2):
        sheet.cell(label.at[0], column).value = None


def _merge_labels(sheet: Any) -> None:
    row = FIELDS[0].block.column_row
    sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=9)


_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_PACKAGES: Final = frozenset(Program) - {Program.XLS}
FAULTS: Final[dict[str, Fault]] = {
    "unit behind the number": Fault(True, _written(lambda n: f"{n}人", "people")),
    "full-width digits": Fault(True, _written(lambda n: str(n).translate(_WIDE))),
    "no contact": Fault(True, _without(CONTACT)),
    "no phone": Fault(True, _without(PHONE)),
    "sent twice": Fault(True, again=_same),
    "about": Fault(False, _written(lambda n: f"约{n}", "people")),
    "several": Fault(False, _written(lambda _: "若干", "people")),
    "negative": Fault(False, _written(lambda n: -n - 1)),
    "a fraction": Fault(False, _written(lambda n: n + 0.5)),
    "error value": Fault(False, _written(lambda _: Error("#DIV/0!", 7))),
    "有 for a number": Fault(False, _written(lambda _: "有")),
    "formula without a value": Fault(False, _written(lambda _: Formula("SUM(B6:B6)")), programs=_PACKAGES),
    "people without sessions": Fault(False, _people_alone),
    "nothing filled in": Fault(False, _nothing),
    "labels lost": Fault(False, in_file=_on_page(_lose_label), programs=_PACKAGES),
    "labels merged": Fault(False, in_file=_on_page(_merge_labels), programs=_PACKAGES),
    "half a file": Fault(False, in_file=lambda data: data[: len(data) // 2]),
    "sent twice, with two figures": Fault(False, again=_one_more),
}  # fmt: skip


def faults_of(program: Program) -> list[str]:
    """Return the faults that files of a program may have."""
    return [name for name, fault in FAULTS.items() if program in fault.programs]
