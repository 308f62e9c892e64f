"""Findings on a return, as they stand on the form that goes back to its unit: where there, whatever came in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from stattable.checking.returns import CheckedReturn
from stattable.checking.sent_back import SentBack
from stattable.formats.sheet import Cell
from stattable.model.annex import ANNEX_HEADS, ANNEX_SHEET, COLUMNS
from stattable.model.catalogue import problem_and_remedy, problem_of_one, remedy_for_sender
from stattable.model.cell_names import a1, a1_range, overlap
from stattable.model.findings import Finding, Param, Severity
from stattable.model.form import CONTACT_LINES, FIELD_BY_KEY, FIELDS, NAME_LINE, SHEET_NAME, label_of

_BESIDE: Final = {"V010": "filled_in", "V011": "phone", "V012": "contact"}
_NAMES: Final = frozenset({"U001", "U018"})
_RANGES: Final = frozenset({"V001", "T007", "V013"})  # about several cells of the page
_CELL_PARAMS: Final = ("people_at", "sessions_at", "to_cell")
EVERYWHERE: Final = "整张表"
_FIRST: Final = "U020"  # that another return counts is read before what is wrong with this one
_ANNEX: Final = "明细"


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as its unit reads it.

    Attributes:
        finding: with the places of the form that goes back.
        sheet: of the place, or None where it is about no cell.
        cell: the place, a cell or a range; None like the sheet.
        marked: the cells that are faulty, on that sheet.
    """

    finding: Finding
    sheet: str | None = None
    cell: str | None = None
    marked: tuple[Cell, ...] = ()

    @property
    def place(self) -> str:
        """The place in words."""
        if self.cell is None:
            return EVERYWHERE
        return self.cell if self.sheet == SHEET_NAME else f"{_ANNEX} {self.cell}"

    @property
    def problem(self) -> str:
        """Where, and what is wrong."""
        return problem_and_remedy(self.finding, label_of)[0]

    def problem_at(self, place: Cell) -> str:
        """What is wrong with one of the marked cells."""
        if not self.finding.cells:
            return self.problem
        return problem_of_one(self.finding, next(field.key for field in FIELDS if field.at == place))

    @property
    def remedy(self) -> str:
        """What the unit is to do."""
        return remedy_for_sender(self.finding, label_of)


def remarks(sent: SentBack) -> list[Remark]:
    """Return what a unit is told: errors first, then warnings, explained ones included, each once."""
    found: dict[tuple[str, str | None, str], Remark] = {}
    for one in sent.sources:
        for remark in _of_return(one, sent):
            told = remark.problem if remark.finding.code != "U005" else ""  # each names the others
            found.setdefault((remark.finding.code, remark.cell, told), remark)
    return in_order(found.values())


def in_order(listed: Iterable[Remark]) -> list[Remark]:
    """Return remarks in the order in which they are read: errors first, each from the top of the page down."""

    def key(one: Remark) -> tuple[bool, bool, bool, tuple[Cell, ...], str]:
        code = one.finding.code
        return code != _FIRST, one.finding.severity is not Severity.ERROR, one.sheet != SHEET_NAME, one.marked, code

    return sorted(listed, key=key)


def _of_return(one: CheckedReturn, sent: SentBack) -> Iterator[Remark]:
    form, annex = _form_places(one), _annex_places(one)
    for finding in one.findings:
        if finding.code == "U005":
            others = "、".join(sent.called(other.path) for other in sent.sources if other != one)
            yield Remark(replace(finding, params={**finding.params, "others": others}))
        elif finding.code == _FIRST:
            other = sent.called(str(finding.params["other"]))
            yield Remark(replace(finding, params={**finding.params, "other": other}))
        elif finding.severity is not Severity.INFO and not finding.is_settled and finding.unit == one.unit:
            yield _placed(finding, one, form, annex)


def _form_places(one: CheckedReturn) -> dict[Cell, Cell]:
    """Return where what stood in a cell stands on the form, by its cell in the file."""
    return {at: field.at for field, at in zip(FIELDS, one.file.cells or (None,) * len(FIELDS), strict=True) if at}


def _annex_places(one: CheckedReturn) -> dict[Cell, Cell]:
    """Return the same for the cells of the annex."""
    if one.file.annex is None:
        return {}
    order = list(COLUMNS)
    return {
        (row.row, column): (ANNEX_HEADS + number, order.index(key) + 1)
        for number, row in enumerate(one.file.annex.rows, start=1)
        for key, column in one.file.annex.columns.items()
    }


def _placed(finding: Finding, one: CheckedReturn, form: Mapping[Cell, Cell], annex: Mapping[Cell, Cell]) -> Remark:
    if finding.code in _BESIDE:
        line = CONTACT_LINES[_BESIDE[finding.code]]
        return _at(finding, [line.value_at])
    if finding.code in _NAMES:
        return _at(finding, [NAME_LINE.value_at], is_marked=False)
    if finding.code in _RANGES and finding.cell and finding.sheet == one.file.sheet:
        return _at(finding, _in_range(finding, one, form))
    if finding.field:
        return _at_field(finding, form)
    if finding.cells and finding.sheet == one.file.sheet:
        fields = [FIELD_BY_KEY[key] for key in finding.fields]
        moved = replace(finding, params={**finding.params, "cells": tuple(field.cell for field in fields)})
        return _at(moved, [field.at for field in fields])
    if finding.cell and one.file.annex and finding.sheet == one.file.annex.sheet:
        cells = [now for was, now in annex.items() if overlap(finding.cell, a1(*was))]
        if cells:
            name = a1_range(cells)
            return Remark(replace(finding, sheet=ANNEX_SHEET, cell=name), ANNEX_SHEET, name, tuple(cells))
    return Remark(finding)


def _at(finding: Finding, cells: list[Cell], *, is_marked: bool = True) -> Remark:
    if not cells:
        return Remark(finding)
    name = a1_range(cells)
    placed = replace(finding, sheet=SHEET_NAME, cell=name)
    return Remark(placed, SHEET_NAME, name, tuple(cells) if is_marked else ())


def _in_range(finding: Finding, one: CheckedReturn, form: Mapping[Cell, Cell]) -> list[Cell]:
    """Return the cells on the form of those in a finding's range that it is about: the blank ones, or those filled."""
    wants_blank = finding.code == "V001"
    if finding.field:
        return [FIELD_BY_KEY[finding.field].at]
    in_range = {now for was, now in form.items() if overlap(finding.cell or "", a1(*was))}
    return [
        field.at
        for field, value in zip(FIELDS, one.values, strict=True)
        if field.at in in_range and (value is None and one.level in field.owners if wants_blank else value is not None)
    ]


def _at_field(finding: Finding, form: Mapping[Cell, Cell]) -> Remark:
    field = FIELD_BY_KEY[finding.field or ""]
    pair = [FIELDS[field.partner].at] if field.partner is not None and finding.code in _PAIRS else []
    marked = tuple(sorted([field.at, *pair]))
    if finding.code[0] == "T":  # it speaks of the file
        return Remark(finding, SHEET_NAME, field.cell, marked)
    names = {a1(*was): a1(*now) for was, now in form.items()}
    params: dict[str, Param] = {
        key: names.get(str(value), value) if key in _CELL_PARAMS else value for key, value in finding.params.items()
    }
    moved = replace(finding, sheet=SHEET_NAME, cell=field.cell, params=params)
    return Remark(moved, SHEET_NAME, field.cell, marked)


_PAIRS: Final = frozenset({"R001", "R002", "R003", "O001"})
