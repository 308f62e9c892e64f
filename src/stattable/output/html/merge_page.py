"""The page of a merge: its total, what is behind it, and every unit and return that it was made from."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from stattable.merging.collection import collection_of
from stattable.merging.result import MergeResult
from stattable.merging.rollup import excess_fields
from stattable.model.findings import Severity, Status, UnitRef
from stattable.model.form import FIELDS, number, title
from stattable.model.units import LEVEL_LABELS
from stattable.output.html.counts import (
    MERGE_HEADS,
    MERGE_RATE,
    count_row,
    first_rows,
    merge_cells,
    shown_counts,
    tallies_of_levels,
    tally_of,
)
from stattable.output.html.figures import figure_blocks, measures, page_rows, page_widths
from stattable.output.html.findings import finding_columns
from stattable.output.html.render import render
from stattable.output.html.returns import return_columns
from stattable.output.html.units import FigureRows, Numbered, Paths, Units, field_columns
from stattable.proving.breakdown import STATUS_WORDS, BreakdownRow, RowKind, unit_cells
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.ledger import check_code_of
from stattable.writing.blank import association_name
from stattable.writing.report import merged_page_content, total_notes
from stattable.writing.workbook import run_time

_STATES: Final = tuple(STATUS_WORDS)
_KINDS: Final = {Status.ACCEPTED: "good", Status.REJECTED: "bad", Status.COVERED: "good", Status.MISSING: "bad"}
_LESS, _MORE = "H002", "H001"  # what a unit reported than what is known of it and those below
_MOST_DIFFERENCES: Final = 20
_TEMPLATE: Final = "merge.html.j2"


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A field in which what a unit reported is not what is known of it and those below.

    Attributes:
        number: of the unit.
        name: of the unit.
        label: of the field.
        reported: what it reported, as a number.
        own: its own return, or None where that is not here.
        children: what those below it come to.
        difference: reported − own − children.
        code: of the finding about it, or nothing.
    """

    number: int
    name: str
    label: str
    reported: int
    own: int | None
    children: int
    difference: int
    code: str


def merge_page(merged: MergeResult) -> bytes:
    """Return the page of a merge as the bytes of a file."""
    root, today = merged.root_unit, run_time().date()
    units, paths, figures = Units(merged.tree, merged.root), Paths(), FigureRows()
    collection, bases = collection_of(merged, today), Numbered[str]()
    has_roster = merged.options.root.roster is not None
    returns, counted = return_columns(merged, units, paths)
    findings, codes, left_out = finding_columns(merged, units, paths)
    differences = _differences(merged, units)
    asked = merged.open_units | {key for key, status in merged.statuses.items() if status is Status.MISSING}
    before = merged.last_year.by_unit.get(merged.root) if merged.last_year else None
    children, rest = first_rows(merged.tree.children[merged.root])
    counts = {key: merge_cells(tally_of(collection, key)) for key in [merged.root, *units.parents, *children]}
    return render(
        _TEMPLATE,
        {
            "units": {
                **units.columns(lambda key: _STATES.index(merged.statuses[key])),
                "basis": [bases.number(_basis(merged, key)) for key in units.keys],
            },
            "levels": [*LEVEL_LABELS.values()],
            "states": [[STATUS_WORDS[state], _KINDS.get(state, "none") if state else "none"] for state in _STATES],
            "bases": bases.all,
            "countHeads": MERGE_HEADS if has_roster else [],
            "counts": units.by_number({key: shown_counts(counts[key]) for key in units.parents}) if has_roster else {},
            **_figure_columns(merged, units, figures),
            "fields": field_columns(),
            "measures": [[one.label, one.fields] for one in measures(root.level)],
            "returns": returns,
            "findings": findings,
            "people": units.people(asked, merged.person),
            "paths": paths.columns,
        },
        title=f"{association_name(root.name)} {title(merged.edition)}",
        root=root,
        name=association_name(root.name),
        form_title=title(merged.edition),
        today=today,
        check_code=(CHECK_CODE, check_code_of(merged)),
        received=len(merged.returns),
        notes=total_notes(merged, counted),
        counted=counted,
        count_heads=MERGE_HEADS,
        rate_note=MERGE_RATE,
        has_roster=has_roster,
        of_root=count_row(root.name, counts[merged.root], 0),
        of_levels=[
            count_row(level.label, merge_cells(tally)) for level, tally in tallies_of_levels(collection).items()
        ],
        of_children=[count_row(merged.tree[key].name, counts[key], units.numbers[key]) for key in children],
        children_left_out=rest,
        blocks=figure_blocks(merged.total, root.level, before),
        page=page_rows(merged_page_content(merged)),
        page_widths=page_widths(),
        differences=differences[:_MOST_DIFFERENCES],
        differences_left_out=max(len(differences) - _MOST_DIFFERENCES, 0),
        codes=codes,
        severities=[(one.label, one.value) for one in Severity],
        findings_left_out=left_out,
    )


def _basis(merged: MergeResult, key: str) -> str:
    """Return what a unit's total is made of, in the words of the breakdown."""
    rolled = merged.rollup
    *_, basis = unit_cells(BreakdownRow(RowKind.TOTAL, key, 1, rolled.totals[key].values), rolled, "")
    return basis


def _figure_columns(merged: MergeResult, units: Units, figures: FigureRows) -> dict[str, object]:
    """Return the totals of all units, the own figures of those with others below, and the differences."""
    rolled, tree = merged.rollup, merged.tree
    totals = [figures.row(rolled.totals[key].values, tree[key].level) for key in units.keys]
    own = {
        key: figures.row(values, tree[key].level)
        for key, values in rolled.counted.own.items()
        if key in units.numbers and (tree.children[key] or key in rolled.differences)
    }
    differences = {key: figures.row(one.nonzero, None) for key, one in rolled.differences.items() if any(one.nonzero)}
    return {
        "totals": totals,
        "own": units.by_number(own),
        "differences": units.by_number(differences),
        "fieldSets": figures.sets,
    }


def _differences(merged: MergeResult, units: Units) -> list[DifferenceRow]:
    """Return the differences, those that findings speak of first, and of these the largest."""
    told = {(one.unit, one.code) for one in merged.findings if one.code in {_LESS, _MORE} and not one.is_closed}
    rows = [
        _difference_row(merged, units, key, index, told)
        for key, difference in merged.rollup.differences.items()
        for index, value in enumerate(difference.nonzero)
        if value is not None
    ]
    return sorted(rows, key=lambda one: (one.code == "", one.code != _LESS, -abs(one.difference)))


def _difference_row(
    merged: MergeResult, units: Units, key: str, index: int, told: Container[tuple[UnitRef | None, str]]
) -> DifferenceRow:
    unit, field, one = merged.tree[key], FIELDS[index], merged.rollup.differences[key]
    difference = one.of(index)
    excess = excess_fields(unit.level, one.has_own_return) & one.owned_fields
    code = _LESS if difference < 0 else _MORE if index in excess else ""
    return DifferenceRow(
        units.numbers[key],
        unit.name,
        field.label,
        number(one.reported[index]),
        None if one.own is None else number(one.own[index]),
        number(one.children[index]),
        difference,
        code if (unit.ref, code) in told else "",
    )
