from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

import memory
from county import GUANDU, TO_COUNTY, ZHONGMU, tree_of
from stattable import __version__
from stattable.formats.fingerprint import FileFacts
from stattable.merging.result import MergeOptions, MergeResult
from stattable.merging.root import RootOptions
from stattable.model.catalogue import finding
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope, Tree
from stattable.proving.ledger import (
    ADJUSTED,
    HEADS,
    Ledger,
    LedgerEntry,
    Run,
    check_code_of,
    entry_cells,
    read_ledger,
)

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
TREE = tree_of()
COUNTY, TOWN, VILLAGE = "410122", "410122101", "410122101201"
OF_COUNTY, OF_TOWNSHIP, OF_VILLAGE = (
    f"activities.{column}.sessions" for column in ("prefecture_county", "township", "village")
)
RUN = Run(["merge", "收到", "-o", "汇总.xlsx"], datetime(2026, 6, 20, 12), datetime(2026, 6, 20, 12, 0, 3))
FAULT = finding("V002", cell="H6", field=OF_VILLAGE, raw="若干", params={"value": ""})
MORE = finding("V004", cell="I6", field="activities.village.people", raw="-5")


def town(figure: int = 2, scope: Scope | None = OWN, **more: Any) -> Any:
    return memory.sent(TREE, TOWN, {OF_TOWNSHIP: figure}, scope, **more)


def of_all(**more: Any) -> Any:
    """The township's return for all of it."""
    return memory.sent(TREE, TOWN, {OF_TOWNSHIP: 2, OF_VILLAGE: 3}, CUMULATIVE, **more)


def village(**more: Any) -> Any:
    return memory.sent(TREE, VILLAGE, {OF_VILLAGE: 3}, OWN, **more)


def merged(*returns: Any, code: str = COUNTY, **options: Any) -> MergeResult:
    return memory.merge(returns, roster=TREE, code=code, **options)


def sheet_of(ledger: Ledger) -> list[list[Any]]:
    """The rows of the ledger's sheet."""
    return [
        *(["", *line] for line in ledger.about),
        list(HEADS),
        *map(entry_cells, ledger.entries),
        *(["", ADJUSTED, text] for text in ledger.adjustments),
    ]


def read_back(ledger: Ledger) -> Ledger | None:
    """The ledger as its sheet gives it: rows of equal width, with nothing but blanks beside the table."""
    return read_ledger([[*row, *[None] * (15 - len(row))] for row in sheet_of(ledger)])


# -- what each file's entry says --------------------------------------------------------------------------


def test_entries() -> None:
    facts = FileFacts("ab" * 32, 7, datetime(2026, 6, 19, 8, 30).timestamp())
    one = merged(town(path="b.xlsx", facts=facts), village(path="a.xlsx"), memory.received("c.xlsx", "", None))
    assert memory.ledger_of(one, RUN).entries == (
        LedgerEntry(
            1, "a.xlsx", memory.print_of("a.xlsx"), 1, "", VILLAGE, "官渡村", "村居社区级", "本级", "级别", 23,
            True, "",
        ),
        LedgerEntry(
            2, "b.xlsx", "ab" * 32, 7, "2026-06-19 08:30:00", TOWN, "官渡镇", "乡镇级", "本级", "表内标识", 23,
            True, "",
        ),
        LedgerEntry(3, "c.xlsx", memory.print_of("c.xlsx"), 1, "", "", "", "", "", "", None, False, "退回：F001"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("roster_says", "scopes", "returns", "scope_by"),
    [
        ("", {}, [town(scope=OWN, path="1.xlsx")], ("本级", "表内标识")),
        ("本级", {}, [town(scope=None, path="1.xlsx")], ("本级", "名册")),
        ("本级", {TOWN: CUMULATIVE}, [town(scope=None, path="1.xlsx")], ("汇总", "--scope")),
        ("", {}, [town(scope=None, path="1.xlsx")], ("本级", "推断")),
        ("", {}, [memory.sent(TREE, TOWN, {OF_VILLAGE: 2}, path="1.xlsx")], ("汇总", "推断")),
        ("", {}, [memory.sent(TREE, VILLAGE, {OF_VILLAGE: 2}, path="1.xlsx")], ("本级", "级别")),
    ],
)
def test_what_says_the_scope(
    roster_says: str, scopes: dict[str, Scope], returns: list[Any], scope_by: tuple[str, str]
) -> None:
    tree = tree_of(f"代码,名称,口径\n{COUNTY},中牟县,\n{TOWN},官渡镇,{roster_says}\n{VILLAGE},官渡村,\n")
    (entry,) = memory.ledger_of(memory.merge(returns, roster=tree, scopes=scopes), RUN).entries
    assert (entry.scope, entry.scope_by) == scope_by


@pytest.mark.parametrize(
    ("returns", "options", "why"),
    [
        ([town(path="1.xlsx")], {}, [(True, "")]),
        ([town(path="1.xlsx"), town(path="2.xlsx")], {}, [(True, ""), (False, "与“1.xlsx”重复")]),
        ([town(1, path="1.xlsx"), town(2, path="2.xlsx"), village(path="3.xlsx")], {},
         [(False, "退回：U005"), (False, "退回：U005"), (True, "")]),
        ([town(1, path="1.xlsx", filled_in=date(2021, 6, 2)), town(2, path="2.xlsx", filled_in=date(2021, 6, 1)),
          town(1, path="3.xlsx", filled_in=date(2021, 6, 1))], {"latest": True},
         [(True, ""), (False, "有较晚的报表“1.xlsx”"), (False, "与“1.xlsx”重复")]),
        ([town(path="1.xlsx"), village(path="2.xlsx", findings=(FAULT, MORE, FAULT))], {},
         [(True, ""), (False, "退回：V002、V004")]),
        ([town(path="1.xlsx"), of_all(path="2.xlsx"), village(path="3.xlsx")], {},
         [(False, "以本单位的汇总数“2.xlsx”为准，本级数只用来核对"), (True, ""),
          (False, "以“官渡镇”上报的汇总数“2.xlsx”为准，只用来核对；那是直接填的数，没有记录可查")]),
        # It is the highest cumulative return that holds a village.
        ([of_all(path="1.xlsx"), village(path="2.xlsx"),
          memory.sent(TREE, COUNTY, {OF_VILLAGE: 9}, CUMULATIVE, path="3.xlsx")], {},
         [*[(False, "以“中牟县”上报的汇总数“3.xlsx”为准，只用来核对；那是直接填的数，没有记录可查")] * 2, (True, "")]),
        ([town(path="1.xlsx"), memory.page_of("2.xlsx", ZHONGMU, [town(path="1.xlsx")], TO_COUNTY[:2])], {},
         [(True, ""), (False, "以前的汇总结果")]),
        ([village(path="1.xlsx"), memory.page_of("2.xlsx", GUANDU, [village(path="1.xlsx")], TO_COUNTY)], {},
         [(True, ""), (False, "以前的汇总结果")]),
    ],
    ids=str.split("counts copy different latest rejected own-beside held-twice result-of-root result-below"),
)  # fmt: skip
def test_why_a_file_counts_or_not(returns: list[Any], options: Any, why: list[tuple[bool, str]]) -> None:
    entries = memory.ledger_of(merged(*returns, **options), RUN).entries
    assert [(entry.counted, entry.why) for entry in entries] == why


def test_what_stands_above_the_root_holds_nothing() -> None:
    """The merge is the county's; that the prefecture sent a cumulative return is not its affair."""
    prefecture = memory.sent(TREE, "4101", {OF_COUNTY: 9, OF_VILLAGE: 9}, CUMULATIVE, path="1.xlsx")
    entries = memory.ledger_of(merged(prefecture, town(path="2.xlsx")), RUN).entries
    assert [(entry.counted, entry.why) for entry in entries] == [(False, "退回：U002"), (True, "")]


def test_what_counts_adds_up_to_the_total() -> None:
    returns = [
        town(1, path="1.xlsx"), village(path="2.xlsx"), village(path="3.xlsx"),
        memory.sent(TREE, "410122102", {OF_TOWNSHIP: 5, OF_VILLAGE: 7}, CUMULATIVE, path="4.xlsx"),
        memory.sent(TREE, "410122102201", {OF_VILLAGE: 7}, OWN, path="5.xlsx"),
        memory.sent(TREE, COUNTY, {OF_COUNTY: 4}, OWN, path="6.xlsx"),
    ]  # fmt: skip
    one = merged(*returns)
    counted = {entry.path for entry in memory.ledger_of(one, RUN).entries if entry.counted}
    values = [sent.values for sent in returns if sent.path in counted]
    total = [sum(int(value or 0) for value in column) for column in zip(*values, strict=True)]
    assert total == [int(value or 0) for value in one.total]


# -- what is said above the table -------------------------------------------------------------------------

HEAD = (
    ("程序", f"stattable {__version__}"),
    ("命令", "stattable merge 收到 -o 汇总.xlsx"),
    ("开始", "2026-06-20 12:00:00"),
    ("结束", "2026-06-20 12:00:03"),
    ("汇总单位", "中牟县（县级）410122"),
    ("届次", "第 23 个会员活动日"),
)
LATER = {"filled_in": date(2021, 6, 2)}


@pytest.mark.parametrize(
    ("returns", "run", "options", "said"),
    [
        ([town()], RUN, {}, [("选项 --root", COUNTY)]),
        (
            [town()],
            replace(RUN, roster=("名册.csv", FileFacts("cd" * 32, 9, 0.0))),
            {"edition": 23},
            [
                ("选项 --roster", "名册.csv"), ("名册 SHA-256", "cd" * 32), ("选项 --root", COUNTY),
                ("选项 --edition", "23"),
            ],
        ),
        (
            [town(scope=None, path="1.xlsx"), village()],
            RUN,
            {"scopes": {TOWN: OWN, "狼城岗镇": CUMULATIVE}},
            [
                ("选项 --root", COUNTY), ("选项 --scope", f"{TOWN}=own"), ("选项 --scope", "狼城岗镇=cumulative"),
                (ADJUSTED, "--scope：“1.xlsx”按本级数处理"),
            ],
        ),
        (
            [town(1, path="1.xlsx"), town(2, path="2.xlsx", **LATER)],
            RUN,
            {"latest": True},
            [
                ("选项 --root", COUNTY), ("选项 --duplicates", "latest"),
                (ADJUSTED, "--duplicates latest：“1.xlsx”没有计入，以“2.xlsx”为准"),
            ],
        ),
        (
            [town(path="1.xlsx"), village(path="2.xlsx", edition=22)],
            RUN,
            {"edition": 23},
            [
                ("选项 --root", COUNTY), ("选项 --edition", "23"),
                (ADJUSTED, "--edition：“2.xlsx”不是第 23 个，退回"),
            ],
        ),
        # Where the blank says the scope the option decides nothing.
        ([town()], RUN, {"scopes": {TOWN: CUMULATIVE}},
         [("选项 --root", COUNTY), ("选项 --scope", f"{TOWN}=cumulative")]),
    ],
    ids=str.split("nothing roster scope latest edition idle"),
)  # fmt: skip
def test_about(returns: list[Any], run: Run, options: Any, said: list[tuple[str, str]]) -> None:
    ledger = memory.ledger_of(merged(*returns, **options), run)
    code = ("校验码", check_code_of(merged(*returns, **options)))
    assert [*ledger.about, *((ADJUSTED, text) for text in ledger.adjustments)] == [*HEAD, code, *said]


def test_about_a_unit_without_code() -> None:
    nameless = UnitFacts(None, "某企业计生协", Level.TOWNSHIP)
    one = memory.merge(
        [memory.received("1.xlsx", "甲村", memory.values_of({OF_VILLAGE: 1}))], name=nameless.name, level=nameless.level
    )
    about = dict(memory.ledger_of(one, RUN).about)
    assert (about["汇总单位"], about["选项 --unit"], about["选项 --level"]) == (
        "某企业计生协（乡镇级）", "某企业计生协", "township",
    )  # fmt: skip


# -- read back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ledger",
    [
        memory.ledger_of(merged(town(path="=1.xlsx"), village(path="收到/a b.xlsx")), RUN),
        memory.ledger_of(merged(town(), memory.received("c.xlsx", "", None), edition=23, latest=True), RUN),
        memory.ledger_of(merged(town(), scopes={TOWN: OWN, "官渡村": OWN}), RUN),
        memory.ledger_of(merged(town()), replace(RUN, roster=("名册.csv", FileFacts("cd" * 32, 9, 0.0)))),
    ],
    ids=str.split("paths options scopes roster"),
)
def test_what_is_written_is_read(ledger: Ledger) -> None:
    assert read_back(ledger) == ledger


def test_numbers_that_a_spreadsheet_program_made_of_text_do_no_harm() -> None:
    ledger = memory.ledger_of(merged(town(), village()), RUN)
    saved = [
        [float(cell) if str(cell).isdigit() and len(str(cell)) < 16 else cell or None for cell in row]
        for row in sheet_of(ledger)
    ]
    assert read_ledger([*saved, [None] * 13]) == ledger


WHOLE = memory.ledger_of(merged(town(), village()), RUN)
TABLE = [entry_cells(entry) for entry in WHOLE.entries]


def sheet(*rows: list[Any]) -> list[list[Any]]:
    return [*sheet_of(replace(WHOLE, entries=())), *rows]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[], [None], ["", "", ""]],
        [list(HEADS), *TABLE],  # nothing says how it was made
        sheet(TABLE[0][:12]),
        sheet([*TABLE[0][:3], "big", *TABLE[0][4:]]),
        sheet([*TABLE[0][:10], "第 23", *TABLE[0][11:]]),
    ],
    ids=["nothing", "blanks", "no head", "short", "size", "edition"],
)
def test_damaged_rows_are_no_ledger(rows: list[list[Any]]) -> None:
    assert read_ledger(rows) is None


@pytest.mark.parametrize(
    ("roster", "said"),
    [(None, None), (("名册.csv", FileFacts("cd" * 32, 9, 0.0)), ("名册.csv", "cd" * 32)),
     (("名册.csv", FileFacts(None, 9, 0.0)), ("名册.csv", ""))],
)  # fmt: skip
def test_the_roster_is_named_with_its_fingerprint(
    roster: tuple[str, FileFacts] | None, said: tuple[str, str] | None
) -> None:
    ledger = read_back(memory.ledger_of(merged(town()), replace(RUN, roster=roster)))
    assert ledger
    assert ledger.roster == said


# -- what to ask for, to make it again ---------------------------------------------------------------------

WITH_ROSTER = replace(RUN, roster=("名册.csv", FileFacts("cd" * 32, 9, 0.0)))
ASKED: list[dict[str, Any]] = [
    {},
    {"code": TOWN},
    {"name": "官渡镇", "level": Level.TOWNSHIP},
    {"code": TOWN, "edition": 23, "latest": True},
    {"code": TOWN, "scopes": {TOWN: OWN, "官渡村": OWN}},
]


def remembered(tree: Tree, root: str) -> Tree:
    """The part of a tree that a workbook remembers."""
    return Tree(replace(tree[key], parent=None if key == root else tree[key].parent) for key in tree.below(root))


@pytest.mark.parametrize("asked", ASKED)
def test_without_a_roster_the_root_is_said_in_full(asked: dict[str, Any]) -> None:
    ledger = read_back(memory.ledger_of(memory.merge([town(), village()], **asked), RUN))
    assert ledger
    assert ledger.options(TREE, GUANDU, TOWN) == MergeOptions(
        RootOptions(None, TOWN, "官渡镇", Level.TOWNSHIP, asked.get("scopes", {})),
        asked.get("edition"),
        asked.get("latest", False),
    )


@pytest.mark.parametrize("asked", ASKED)
def test_with_a_roster_the_units_are_those_that_the_workbook_remembers(asked: dict[str, Any]) -> None:
    asked = {"code": TOWN, **asked} if "name" not in asked else {"name": "官渡镇", **asked}
    ledger = read_back(memory.ledger_of(memory.merge([town(), village()], roster=TREE, **asked), WITH_ROSTER))
    known = remembered(TREE, TOWN)
    assert ledger
    assert ledger.options(known, GUANDU, TOWN) == MergeOptions(
        RootOptions(known, TOWN, scopes=asked.get("scopes", {})), asked.get("edition"), asked.get("latest", False)
    )


@pytest.mark.parametrize("run", [RUN, WITH_ROSTER])
@pytest.mark.parametrize("asked", [{}, {"edition": 23}, {"scopes": {TOWN: OWN}}])
def test_so_asked_it_comes_out_the_same(asked: dict[str, Any], run: Run) -> None:
    returns = [town(scope=None), village(), memory.sent(TREE, "410122101202", {OF_VILLAGE: 4}, OWN)]
    roster = TREE if run.roster else None
    first = memory.merge(returns, roster=roster, code=TOWN, **asked)
    options = memory.ledger_of(first, run).options(remembered(TREE, TOWN), GUANDU, TOWN)
    root = {key: getattr(options.root, key) for key in ("roster", "code", "name", "level", "scopes")}
    again = memory.merge(returns, edition=options.edition, latest=options.latest, **root)
    assert (again.root, again.total, again.statuses) == (first.root, first.total, first.statuses)


def test_a_name_may_hold_what_parts_it_from_its_scope() -> None:
    ledger = Ledger((*HEAD, ("选项 --scope", "官=渡镇=own"), ("选项 --scope", "410122=cumulative")), ())
    assert ledger.options(TREE, ZHONGMU, COUNTY).root.scopes == {"官=渡镇": OWN, COUNTY: CUMULATIVE}
