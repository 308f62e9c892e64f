from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import memory
from command_line import run
from county import COUNTY, ZHENGZHOU, ZHONGMU, tree_of
from stattable.model import record
from stattable.model.form import FIELDS
from stattable.model.identity import Identity, Row, WorkbookKind, identity_rows
from stattable.model.packing import packed
from stattable.model.record import RECORD_SHEET, CountedReturn, Record, read_record
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading import open as opening
from stattable.reading.files import read_return
from writers.county import send, write_roster

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
TOWN, VILLAGE, NAMELESS = "410122101", "410122101201", "410122/某企业"

TREE = Tree(
    [
        Unit("410122", "中牟县", Level.COUNTY, code="410122", scope=CUMULATIVE),
        Unit(TOWN, "官渡镇", Level.TOWNSHIP, code=TOWN, parent="410122", scope=OWN),
        Unit(VILLAGE, "官渡村", Level.VILLAGE, code=VILLAGE, parent=TOWN, expected=False),
        Unit(NAMELESS, "=某企业计生协", Level.TOWNSHIP, parent="410122"),
    ]
)
FIGURES = memory.values_of({"activities.township.sessions": 2, "media.county.text": 0})
BELOW = memory.values_of({"activities.village.people": 1_234_567})
FLAGS = memory.values_of({"online.province.website": True, "online.province.wechat": False})
ELSEWHERE = tuple((row + 2, column + 1) for row, column in memory.CELLS)
PRINTS = [letter * 64 for letter in "abcd"]
MADE = "2021-06-20 08:00:00"
RECORD = Record(
    TREE,
    "410122",
    {
        ("410122", OWN): CountedReturn(1, packed(FLAGS), memory.CELLS, PRINTS[0]),
        ("410122", CUMULATIVE): CountedReturn(7, packed(BELOW), (*ELSEWHERE[:-1], None), PRINTS[1]),
        (TOWN, CUMULATIVE): CountedReturn(12, packed(FIGURES), ELSEWHERE, PRINTS[2]),
        (NAMELESS, OWN): CountedReturn(3, packed(FIGURES), memory.CELLS, PRINTS[3]),
    },
    23,
    MADE,
)


def record_rows(one: Record) -> list[Row]:
    return [*record.record_rows(one)]


def joined(**at: Any) -> str:
    """The figures of a return as a row has them; `at` gives those of the fields by their numbers, as in ``f2="1"``."""
    return ",".join(at.get(f"f{index}", "") for index in range(len(FIELDS)))


def same(one: Record | None, other: Record) -> bool:
    """Whether two records say the same; trees have no equality of their own."""
    return one is not None and (
        one.root, one.sent, one.edition, one.made, one.tree.units, one.tree.children, one.tree.tops
    ) == (
        other.root, other.sent, other.edition, other.made, other.tree.units, other.tree.children, other.tree.tops,
    )  # fmt: skip


# -- written ----------------------------------------------------------------------------------------------

MOVED = (
    "C8,D8,E8,F8,G8,H8,I8,J8,C11,D11,E11,F11,G11,H11,I11,J11,C13,D13,E13,F13,G13,H13,I13,J13,"
    "C16,D16,E16,F16,G16,H16,I16,J16,C19,D19,E19,F19,G19,H19,I19,J19"
)
NO_RETURN = ("", "", "", "")


def test_rows() -> None:
    town = joined(f4="2", f30="0")
    assert record_rows(RECORD) == [
        ("record", "0", "", "", "23", MADE),
        (
            "node", "410122", "410122", "中牟县", "county", "", "cumulative", "1",
            1, PRINTS[0], joined(f32="有", f33="无"), "",
            7, PRINTS[1], joined(f7="1234567"), MOVED.removesuffix("J19"),
        ),
        ("node", TOWN, TOWN, "官渡镇", "township", "410122", "own", "1", *NO_RETURN, 12, PRINTS[2], town, MOVED),
        ("node", VILLAGE, VILLAGE, "官渡村", "village", TOWN, "", "0", *NO_RETURN, *NO_RETURN),
        ("node", NAMELESS, "", "=某企业计生协", "township", "410122", "", "1", 3, PRINTS[3], town, "", *NO_RETURN),
    ]  # fmt: skip


def test_a_record_begins_at_its_root() -> None:
    """What stands above the root, and beside it, is not its affair."""
    tree = tree_of()
    rows = record_rows(Record(tree, TOWN, {}, 23, MADE))
    assert [(row[1], row[5]) for row in rows[1:]] == [(TOWN, ""), (VILLAGE, TOWN), ("410122101202", TOWN)]
    units = {key: replace(tree[key], parent=None if key == TOWN else TOWN) for key in tree.below(TOWN)}
    assert same(read_record(rows), Record(Tree(units.values()), TOWN, {}, 23, MADE))


# -- read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        Record(TREE, "410122", {}, 23, MADE),
        Record(Tree([Unit("?富士康", "富士康", Level.TOWNSHIP)]), "?富士康", {}, 28, ""),
    ],
)
def test_what_is_written_is_read(record: Record) -> None:
    assert same(read_record(record_rows(record)), record)


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(
    "values",
    [
        FIGURES,
        FLAGS,
        memory.values_of({"online.province.website": 31, "online.province.wechat": 0}),  # counts, above the province
        memory.values_of({"online.province.website": True, "online.prefecture.website": 1}),  # 有 is no 1
        memory.values_of({}),
        tuple(range(len(FIELDS))),
    ],
)
def test_figures_are_read_as_they_were(values: Any, scope: Scope) -> None:
    record = Record(TREE, "410122", {(TOWN, scope): CountedReturn(1, packed(values), memory.CELLS, "")}, 23, MADE)
    read = read_record(record_rows(record))
    assert read
    figures = read.sent[TOWN, scope].values
    assert [(value, type(value)) for value in figures] == [(value, type(value)) for value in values]


@pytest.mark.parametrize(
    "cells", [memory.CELLS, ELSEWHERE, (None,) * len(FIELDS), (None, *memory.CELLS[1:]), ((1_048_576, 16_384),) * 40]
)
def test_cells_are_read_as_they_were(cells: Any) -> None:
    record = Record(TREE, "410122", {(TOWN, OWN): CountedReturn(1, packed(FIGURES), cells, "")}, 23, MADE)
    assert same(read_record(record_rows(record)), record)


def as_saved_elsewhere(rows: list[Row]) -> list[list[Any]]:
    """Numbers where a spreadsheet program took the text for one, and all rows equally wide."""
    return [
        [float(cell) if str(cell).isdigit() else cell or None for cell in (*row, *[""] * (24 - len(row)))]
        for row in rows
    ]


def test_numbers_empty_cells_and_empty_rows_do_no_harm() -> None:
    rows = record_rows(RECORD)
    assert same(read_record(as_saved_elsewhere(rows)), RECORD)
    assert same(read_record([[], ["", ""], *as_saved_elsewhere(rows), [None]]), RECORD)
    assert same(read_record([[cell or None for cell in row] for row in rows]), RECORD)
    assert same(read_record([[*row, "", "what a later version says"] for row in rows]), RECORD)
    shortened = [list(row[:8]) if not any(row[8:]) else list(row) for row in rows]  # blanks at the end are gone
    assert same(read_record(shortened), RECORD)


def test_records_within_records() -> None:
    """A merged workbook that was sent brings its own along, without units that say nothing."""
    tree = Tree([replace(unit, parent=None if unit.key == TOWN else unit.parent) for unit in TREE.units.values()
                 if unit.key in {TOWN, VILLAGE}])  # fmt: skip
    inner = Record(tree, TOWN, {(VILLAGE, OWN): CountedReturn(1, packed(FIGURES), memory.CELLS, PRINTS[2])}, 23, MADE)
    silent = Record(tree, TOWN, {(TOWN, OWN): CountedReturn(1, packed(FIGURES), memory.CELLS, PRINTS[2])}, 23, MADE)
    for one, kept in ((inner, inner), (silent, replace(silent, tree=Tree([tree[TOWN]])))):
        sent = {(TOWN, CUMULATIVE): CountedReturn(1, packed(FIGURES), memory.CELLS, PRINTS[1], one)}
        rows = record_rows(Record(TREE, "410122", sent, 23, "later"))
        read = read_record(rows)
        assert [row[:4] for row in rows if row[0] == "record"] == [("record", "0", "", ""), ("record", "1", "0", TOWN)]
        assert read
        assert same(read.sent[TOWN, CUMULATIVE].record, kept)
        outer = record_rows(Record(TREE, "410122", {(TOWN, CUMULATIVE): replace(sent[TOWN, CUMULATIVE], record=read)},
                                   23, "last"))  # fmt: skip
        assert [row[:4] for row in outer if row[0] == "record"][-1] == ("record", "2", "1", TOWN)
        deep = read_record(outer)
        assert deep
        assert same(deep.sent[TOWN, CUMULATIVE].record.sent[TOWN, CUMULATIVE].record, kept)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "heads",
    [
        ("record", "1", "", "", "23", MADE),
        ("record", "1", "1", TOWN, "23", MADE),
        ("record", "1", "0", VILLAGE, "23", MADE),
        ("record", "2", "0", TOWN, "23", MADE),
        ("record", "1", "-1", TOWN, "23", MADE),
        ("record", "1", "0", TOWN, "", MADE),
    ],
    ids=["not held", "holds itself", "sent nothing", "left out", "before the first", "no edition"],
)
def test_records_that_nobody_holds_are_none(heads: tuple[str, ...]) -> None:
    node = ("node", TOWN, TOWN, "官渡镇", "township", "", "", "1")
    assert read_record([*record_rows(RECORD), ("record", "1", "0", TOWN, "23", MADE), node])
    assert read_record([*record_rows(RECORD), heads, node]) is None


def test_records_are_no_deeper_than_levels_are() -> None:
    node = ("node", TOWN, TOWN, "官渡镇", "township", "", "", "1", *NO_RETURN, "1", PRINTS[0], joined(), "")
    rows = [row for n in range(9) for row in (("record", str(n), str(n - 1) if n else "", TOWN, "23", MADE), node)]
    assert read_record(rows)
    assert read_record([*rows, ("record", "9", "8", TOWN, "23", MADE), node]) is None


def test_it_stands_behind_the_identity() -> None:
    unit = memory.facts(TREE[TOWN])
    identity = identity_rows(Identity(WorkbookKind.MERGED, 23, unit, CUMULATIVE))
    assert same(read_record([*identity, *record_rows(RECORD), ("later", "words")]), RECORD)


# -- damaged ----------------------------------------------------------------------------------------------


def changed(at: int, cell: int, text: str) -> list[tuple[str, ...]]:
    """The rows with one cell changed."""
    rows = record_rows(RECORD)
    rows[at] = (*rows[at][:cell], text, *rows[at][cell + 1 :])
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("form", "members-day")],
        [("node",)],
        [("node", "410122", "410122", "中牟县")],
        record_rows(RECORD)[:1] + record_rows(RECORD)[2:],  # its root is not there
        [row for row in record_rows(RECORD) if row[1] != TOWN],
        changed(1, 4, "hamlet"),
        changed(1, 5, "41"),
        changed(2, 5, "410199"),
        changed(2, 6, "both"),
        changed(2, 12, "twelve"),
        changed(2, 14, ""),
        changed(2, 14, joined(f4="2") + ","),
        changed(2, 14, joined(f4="2")[:-1]),
        changed(2, 14, joined(f4="两")),
        changed(2, 14, joined(f4="2.5")),
        changed(2, 15, MOVED[4:]),
        changed(2, 15, MOVED.replace("C8", "8")),
        changed(2, 15, MOVED.replace("C8", "C0")),
    ],
)
def test_damaged_rows_are_no_record(rows: list[tuple[str, ...]]) -> None:
    assert read_record(rows) is None


@pytest.mark.parametrize(
    "rows",
    [
        changed(3, 1, TOWN),
        [*record_rows(RECORD), record_rows(RECORD)[3]],
        changed(2, 5, VILLAGE),
        changed(2, 5, ""),
        [record_rows(RECORD)[0], *record_rows(RECORD)[:0:-1]],
        changed(2, 1, ""),
    ],
    ids=["one key twice", "one unit twice", "a circle", "two roots", "a root with a parent", "no key"],
)
def test_rows_that_are_no_tree_are_no_record(rows: list[tuple[str, ...]]) -> None:
    assert read_record(rows) is None


# -- in a workbook ----------------------------------------------------------------------------------------


@pytest.fixture
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A county's workbook whose record is over several sheets, and the province's that it was merged into."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(record, "_MOST_ROWS", 4)
    write_roster()
    for unit in COUNTY:
        send(unit, to="县")
    send(ZHENGZHOU, to="市")
    for paths, unit, output in (("县", ZHONGMU, "市/中牟县.xlsx"), ("市", ZHENGZHOU, "郑州市.xlsx")):
        run("merge", paths, "--roster", "名册.csv", "--root", unit.code or "", "-o", output)
    return [name for name in openpyxl.load_workbook("郑州市.xlsx").sheetnames if name.startswith(RECORD_SHEET)]


def test_a_record_of_many_rows_is_over_several_sheets(sheets: list[str]) -> None:
    assert sheets[:3] == ["_stattable_record", "_stattable_record_2", "_stattable_record_3"]
    workbook = openpyxl.load_workbook("郑州市.xlsx")
    assert [workbook[name].max_row for name in sheets[:-1]] == [4] * (len(sheets) - 1)
    assert {workbook[name].sheet_state for name in sheets} == {"veryHidden"}
    assert run("verify", "郑州市.xlsx", "市", "名册.csv", "--format", "json").json["proved"]
    assert run("verify", "郑州市.xlsx", "--format", "json").json["findings"] == []


@pytest.mark.parametrize("which", [1, -1])
def test_a_record_is_not_whole_without_one_of_its_sheets(sheets: list[str], which: int) -> None:
    workbook = openpyxl.load_workbook("郑州市.xlsx")
    del workbook[sheets[which]]
    workbook.save("郑州市.xlsx")
    assert run("verify", "郑州市.xlsx").code != 0


def test_a_row_of_any_of_its_sheets_that_was_changed_is_noticed(sheets: list[str]) -> None:
    workbook = openpyxl.load_workbook("郑州市.xlsx")
    cell = next(cell for row in workbook[sheets[1]].iter_rows() for cell in row if str(cell.value).endswith("村"))
    cell.value = f"{cell.value}村"
    workbook.save("郑州市.xlsx")
    assert not run("verify", "郑州市.xlsx", "--format", "json").json["proved"]


def test_a_merged_workbook_may_be_longer_than_a_return(sheets: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_BYTES", 1_000)
    monkeypatch.setattr(opening, "MAX_EXPANDED", 10_000)
    assert read_return("郑州市.xlsx").record is not None
    village = f"县/{COUNTY[-1].name}.xlsx"
    assert [one.code for one in read_return(village).findings] == ["F004"]
    monkeypatch.setattr(opening, "MAX_MERGED_BYTES", 1_000)
    assert [one.code for one in read_return("郑州市.xlsx").findings] == ["F004"]
