from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given

import memory
from county import tree_of
from stattable.merging.rollup import CountedReturns, RollUp, roll_up
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Values, number
from stattable.model.units import Level, Tree, Unit
from stattable.proving.breakdown import BreakdownRow, RowKind, breakdown, figure_cell, formulas, is_listed, row_label
from test_rollup import World, examples, worlds

TOTAL, OWN, UNLISTED, DIFFERENCE = RowKind
TREE = tree_of()
COUNTY, GUANDU, VILLAGE, LANGCHENGGANG = "410122", "410122101", "410122101201", "410122102"
OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)


def rolled(
    root: str,
    own: dict[str, dict[str, Any]] | None = None,
    cumulative: dict[str, dict[str, Any]] | None = None,
    tree: Tree = TREE,
) -> RollUp:
    """The roll-up for `root` of returns, by unit and field."""
    returns = ({key: memory.values_of(figures) for key, figures in (said or {}).items()} for said in (own, cumulative))
    return roll_up(tree, root, CountedReturns(*returns))


def shown(roll: RollUp) -> list[tuple[RowKind, str, int, dict[str, Any], tuple[int, ...]]]:
    """The rows, with the figures that are filled in."""
    return [
        (row.kind, row.key, row.depth, filled_in(row.values), row.parts)
        for row in breakdown(roll)
    ]  # fmt: skip


def filled_in(values: Values) -> dict[str, Any]:
    return {field.key: value for field, value in zip(FIELDS, values, strict=True) if value is not None}


# -- order, depth, kinds and parts ------------------------------------------------------------------------


def test_own_returns_alone() -> None:
    own = {COUNTY: {OF_COUNTY: 1}, GUANDU: {OF_TOWNSHIP: 2}, VILLAGE: {OF_VILLAGE: 3}, LANGCHENGGANG: {OF_TOWNSHIP: 4}}
    assert shown(rolled(COUNTY, own)) == [
        (TOTAL, GUANDU, 1, {OF_TOWNSHIP: 2, OF_VILLAGE: 3}, (1, 2)),
        (OWN, GUANDU, 2, {OF_TOWNSHIP: 2}, ()),
        (UNLISTED, GUANDU, 2, {OF_VILLAGE: 3}, ()),
        (TOTAL, LANGCHENGGANG, 1, {OF_TOWNSHIP: 4}, (4,)),
        (OWN, LANGCHENGGANG, 2, {OF_TOWNSHIP: 4}, ()),
        (OWN, COUNTY, 0, {OF_COUNTY: 1}, ()),
        (TOTAL, COUNTY, 0, {OF_COUNTY: 1, OF_TOWNSHIP: 6, OF_VILLAGE: 3}, (0, 3, 5, 7)),
        (DIFFERENCE, COUNTY, 0, {}, ()),
    ]


def test_a_cumulative_return_with_nothing_below_it_stands_for_itself() -> None:
    assert shown(rolled(COUNTY, cumulative={GUANDU: {OF_TOWNSHIP: 2, OF_VILLAGE: 3}})) == [
        (TOTAL, GUANDU, 1, {OF_TOWNSHIP: 2, OF_VILLAGE: 3}, ()),
        (TOTAL, LANGCHENGGANG, 1, {}, ()),
        (OWN, COUNTY, 0, {}, ()),
        (TOTAL, COUNTY, 0, {OF_TOWNSHIP: 2, OF_VILLAGE: 3}, (0, 1, 2, 4)),
        (DIFFERENCE, COUNTY, 0, {}, ()),
    ]


def test_a_cumulative_return_is_what_is_known_and_a_gap() -> None:
    own = {GUANDU: {OF_TOWNSHIP: 2}, VILLAGE: {OF_VILLAGE: 7}}
    cumulative = {COUNTY: {OF_COUNTY: 1, OF_TOWNSHIP: 5}, GUANDU: {OF_TOWNSHIP: 2, OF_VILLAGE: 5}}
    assert shown(rolled(COUNTY, own, cumulative)) == [
        (TOTAL, GUANDU, 1, {OF_TOWNSHIP: 2, OF_VILLAGE: 5}, (1, 2, 3)),
        (OWN, GUANDU, 2, {OF_TOWNSHIP: 2}, ()),
        (UNLISTED, GUANDU, 2, {OF_VILLAGE: 7}, ()),
        (DIFFERENCE, GUANDU, 2, {OF_VILLAGE: -2}, ()),
        (TOTAL, LANGCHENGGANG, 1, {}, ()),
        (OWN, COUNTY, 0, {}, ()),
        (TOTAL, COUNTY, 0, {OF_COUNTY: 1, OF_TOWNSHIP: 5}, (0, 4, 5, 7)),
        (DIFFERENCE, COUNTY, 0, {OF_COUNTY: 1, OF_TOWNSHIP: 3, OF_VILLAGE: -5}, ()),
    ]


def test_a_unit_that_is_all_there_is() -> None:
    assert shown(rolled(VILLAGE, {VILLAGE: {OF_VILLAGE: 3}})) == [
        (OWN, VILLAGE, 0, {OF_VILLAGE: 3}, ()),
        (TOTAL, VILLAGE, 0, {OF_VILLAGE: 3}, (0, 2)),
        (DIFFERENCE, VILLAGE, 0, {}, ()),
    ]


def test_villages_are_listed_where_they_are_the_roots() -> None:
    assert shown(rolled(GUANDU, {VILLAGE: {OF_VILLAGE: 3}})) == [
        (TOTAL, VILLAGE, 1, {OF_VILLAGE: 3}, ()),
        (TOTAL, "410122101202", 1, {}, ()),
        (OWN, GUANDU, 0, {}, ()),
        (TOTAL, GUANDU, 0, {OF_VILLAGE: 3}, (0, 1, 2, 4)),
        (DIFFERENCE, GUANDU, 0, {}, ()),
    ]


def test_deeper_units_stand_under_their_own() -> None:
    rows = shown(rolled("41", {GUANDU: {OF_TOWNSHIP: 2}, VILLAGE: {OF_VILLAGE: 3}}))
    assert [(kind, key, depth, parts) for kind, key, depth, _, parts in rows] == [
        (TOTAL, "4101", 1, (1,)),
        (TOTAL, COUNTY, 2, (2, 5)),
        (TOTAL, GUANDU, 3, (3, 4)),
        (OWN, GUANDU, 4, ()),
        (UNLISTED, GUANDU, 4, ()),
        (TOTAL, LANGCHENGGANG, 3, ()),
        (OWN, "41", 0, ()),
        (TOTAL, "41", 0, (0, 6, 8)),
        (DIFFERENCE, "41", 0, ()),
    ]


@pytest.mark.parametrize(
    ("key", "depth", "listed"),
    [
        (VILLAGE, 1, True), (VILLAGE, 2, False), (VILLAGE, 4, False), (GUANDU, 1, True), (GUANDU, 3, True),
        (COUNTY, 2, True),
    ],
)  # fmt: skip
def test_is_listed(key: str, depth: int, listed: bool) -> None:
    assert is_listed(TREE, key, depth) is listed


def test_labels() -> None:
    """A unit's sum says of how many units it is: not of those that have rows of their own."""
    lone = Unit("410122001", "直属村", Level.VILLAGE, code="410122001", parent=COUNTY)
    roll = rolled("4101", {lone.key: {OF_VILLAGE: 1}, COUNTY: {OF_COUNTY: 1}, VILLAGE: {OF_VILLAGE: 3}},
                  {"4101": {OF_VILLAGE: 9}}, Tree([*TREE.units.values(), lone]))  # fmt: skip
    assert [row_label(row, roll) for row in breakdown(roll)] == [
        "中牟县", "中牟县 本级", "官渡镇", "官渡镇 所属 2 个村居社区合计", "狼城岗镇", "中牟县 所属 1 个村居社区合计",
        "郑州市 本级", "郑州市 合计", "郑州市 差额",
    ]  # fmt: skip


# -- what must hold of every tree -------------------------------------------------------------------------


@examples
@given(worlds(merged=True))
def test_parts_add_up_to_their_total(world: World) -> None:
    roll = roll_up(world.tree, world.root, world.counted)
    rows = breakdown(roll)
    for row in rows:
        assert row.kind is TOTAL or not row.parts
        for index, value in enumerate(row.values):
            figures = [rows[at].values[index] for at in row.parts]
            if figures and value is not None and not any(isinstance(figure, bool) for figure in figures):
                assert number(value) == sum(map(number, figures)), (row.key, FIELDS[index].key)


@examples
@given(worlds(merged=True))
def test_every_part_is_of_one_total(world: World) -> None:
    """But for the root's, each total is part of another, and so is every row that stands under one with parts."""
    rows = breakdown(roll_up(world.tree, world.root, world.counted))
    parts = [at for row in rows for at in row.parts]
    assert len(parts) == len(set(parts))
    for row in rows:
        if row.parts:
            beneath = {
                at
                for at, one in enumerate(rows)
                if (one.kind is TOTAL and world.tree[one.key].parent == row.key) or
                (one.kind is not TOTAL and one.key == row.key)
            }  # fmt: skip
            assert set(row.parts) == beneath


@examples
@given(worlds(merged=True))
def test_every_listed_unit_has_one_total_which_is_its_own(world: World) -> None:
    roll = roll_up(world.tree, world.root, world.counted)
    tree = world.tree
    depths = {key: len(tree.above(key)) - len(tree.above(world.root)) for key in tree.below(world.root)}
    totals = [(row.key, row.depth, row.values) for row in breakdown(roll) if row.kind is TOTAL]
    assert sorted(totals, key=lambda row: row[0]) == sorted(
        (
            (key, depth, roll.totals[key].values)
            for key, depth in depths.items()
            if key == world.root or is_listed(tree, key, depth)
        ),
        key=lambda row: row[0],
    )
    assert [key for key, *_ in totals][:-1] == [
        key for key, depth in depths.items() if key != world.root and is_listed(tree, key, depth)
    ]  # in the tree's order, and the root behind


@examples
@given(worlds(merged=True))
def test_own_rows_are_the_own_returns(world: World) -> None:
    roll = roll_up(world.tree, world.root, world.counted)
    rows = breakdown(roll)
    said = {row.key: row.values for row in rows if row.kind is OWN and row.values != BLANK}
    listed = {row.key: row for row in rows if row.kind is TOTAL}
    wanted = {
        key: values
        for key, values in world.counted.own.items()
        if key == world.root or (key in listed and (world.tree.children[key] or key in world.counted.cumulative))
    }
    assert said == wanted


# -- cells and formulas -----------------------------------------------------------------------------------


def sum_formula(parts: Sequence[int], index: int) -> str | None:
    """The formula of a total of rows of figures."""
    rows = [BreakdownRow(TOTAL, COUNTY, 0, (1,) * len(FIELDS), of) for of in ((), tuple(parts))]
    return formulas(rows[1], [rows[0]] * (max(parts, default=0) + 1))[index]


def test_figure_cell() -> None:
    assert [figure_cell(0, 0), figure_cell(5, 3), figure_cell(9, 39)] == ["E5", "H10", "AR14"]


@pytest.mark.parametrize(
    ("parts", "index", "formula"),
    [
        ((), 0, None),
        ((7,), 0, "=SUM(E12)"),
        ((0, 1), 0, "=SUM(E5:E6)"),
        ((0, 2, 3, 4, 6), 39, "=SUM(AR5,AR7:AR9,AR11)"),
        (tuple(range(100_000)), FIELD_BY_KEY["media.national.text"].index, "=SUM(AC5:AC100004)"),
        (tuple(range(0, 10_000, 2)), 0, None),  # Excel takes no formula as long as this
    ],
)
def test_sum_formula(parts: tuple[int, ...], index: int, formula: str | None) -> None:
    assert sum_formula(parts, index) == formula


@pytest.mark.parametrize(("count", "nested"), [(255, 0), (256, 2), (510, 2), (511, 3)])
def test_a_function_takes_255_parts(count: int, nested: int) -> None:
    formula = sum_formula(range(0, 2 * count, 2), 0)
    assert formula
    assert formula.removeprefix("=SUM(").count("SUM(") == nested
    assert formula.count("E") == count
