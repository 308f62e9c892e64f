"""The algebra of design, section 1, through real workbooks: small random trees, from files to proof by the commands."""

import csv
import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import memory
from command_line import run
from reference import Reference, Sent, is_below, number, owns, plus
from stattable.model.cell_names import a1
from stattable.model.form import FIELD_BY_KEY, FIELDS, SHEET_NAME, Values
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.proving.breakdown import FIRST_ROW, UNITS_SHEET
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.lists import STATE_SHEET
from stattable.writing.blank import Blank, blank_bytes
from stattable.writing.page import template_bytes
from test_rollup import CUMULATIVE, KEYS, OWN, ROOT, fields_of, figures, scopes_of, trees
from writers.returns import EDITION, write_cells

FAULTS = {"value": {"V002"}, "empty": {"V000"}, "damaged": {"F001"}, "stranger": set[str]()}
NOBODYS = {"damaged", "stranger"}  # such a file is attributed to no unit
DECISIVE = {"F001", "U002", "U003", "U004", "U005", "U010", "V000", "V002", "H003"}
WHEN = 1_700_000_000  # all files are of the same time
Json = dict[str, Any]
Folders = Callable[[], Path]

# A world takes a good part of a second, and is small: it is not made smaller where it fails.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
examples = settings(max_examples=16, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
few = settings(examples, max_examples=8)


@pytest.fixture(scope="module", autouse=True)
def _one_time() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(WHEN))
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Gives a new folder for each example."""
    base = tmp_path_factory.mktemp("worlds")
    return lambda: Path(tempfile.mkdtemp(dir=base))


# -- random worlds ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mail:
    """A file that a unit sends: on a blank that states its scope, or typed on the notice's page."""

    unit: str
    scope: Scope | None
    figures: Mapping[str, Any]
    day: int = 1
    fault: str | None = None


@dataclass(frozen=True)
class World:
    """The units of a tree, for which of them the merge is, and what was sent."""

    units: tuple[Unit, ...]
    root: str
    mails: list[Mail]
    latest: bool

    @cached_property
    def tree(self) -> Tree:
        return Tree(self.units)

    @property
    def files(self) -> dict[str, Mail]:
        return {f"{at:02}_{mail.unit}.xlsx": mail for at, mail in enumerate(self.mails)}

    def scope(self, mail: Mail) -> Scope:
        """The scope that the design says: stated, or cumulative for a figure below, else own."""
        level = self.tree[mail.unit].level
        below = any(n and is_below(level, key) and not owns(level, key) for key, n in mail.figures.items())
        return mail.scope or (CUMULATIVE if below else OWN)

    def values(self, mail: Mail) -> Values:
        """The figures as they count: a 0 in a field below of an own return does not."""
        level, scope = self.tree[mail.unit].level, self.scope(mail)
        mine = {key for key in mail.figures if owns(level, key) or (scope is CUMULATIVE and is_below(level, key))}
        return memory.values_of({key: n for key, n in mail.figures.items() if key in mine})

    def under(self, mail: Mail, key: str) -> bool:
        """Whether a file is attributed to `key` or a unit below it."""
        return mail.fault not in NOBODYS and self.tree.under(mail.unit, key)

    def reference(self, accepted: list[Mail]) -> Reference:
        return Reference(self.tree, self.root, [Sent(one.unit, self.scope(one), self.values(one)) for one in accepted])


@st.composite
def filled_in(draw: st.DrawFn, level: Level, scope: Scope) -> dict[str, Any]:
    """Figures in any of a return's fields, some with people beside the sessions."""
    said = draw(figures(level, scope))
    others = [
        field.key
        for field in FIELDS
        if field.column.pair != "people" and not field.key.startswith("online.province")
        if owns(level, field.key) or (scope is CUMULATIVE and is_below(level, field.key))
    ]
    said |= draw(st.dictionaries(st.sampled_from(others), st.integers(0, 9), max_size=3))
    return said | {
        key.replace("sessions", "people"): 30 * said[key]
        for key in sorted(said)
        if key.endswith("sessions") and draw(st.booleans())
    }


@st.composite
def mails_of(draw: st.DrawFn, tree: Tree, key: str) -> list[Mail]:
    level = tree[key].level
    result = []
    for scope in draw(st.sampled_from(scopes_of(tree[key]))):
        said, other = (draw(filled_in(level, scope)) for _ in range(2))
        stated = level is Level.NATIONAL or draw(st.booleans())
        for one in (said, other):
            if not stated:  # zeros in fields below alone are no return
                one.setdefault(fields_of(level, OWN)[0], 0)
            if scope is OWN and draw(st.booleans()):  # a 0 in a field that is not the return's
                one.setdefault(draw(st.sampled_from(KEYS[:4])), 0)
        mail = Mail(key, scope if stated else None, said)
        match draw(st.sampled_from([*["once"] * 6, "twice", "two", "late", "corrected", *FAULTS])):
            case "once":
                result += [mail]
            case "twice":
                result += [mail, mail]
            case "two":
                result += [mail, replace(mail, figures=other)]
            case "late":
                result += [replace(mail, figures=other, day=2), mail]
            case "corrected":
                result += [replace(mail, fault="value", day=draw(st.integers(1, 3))), replace(mail, day=2)]
            case fault:
                result += [replace(mail, fault=fault)]
    return result


@st.composite
def worlds(draw: st.DrawFn, anywhere: bool = False) -> World:
    """A world; with `anywhere` the merge may be for a unit below the top, which is not sent what others are."""
    tree = draw(trees())
    mails = [mail for key in tree.units for mail in draw(mails_of(tree, key))]
    mails = mails or [Mail(ROOT, CUMULATIVE, {"media.national.text": 1})]
    root = draw(st.sampled_from([ROOT, ROOT, *tree.units])) if anywhere else ROOT
    return World(tuple(tree.units.values()), root, mails, draw(st.booleans()))


# -- files ------------------------------------------------------------------------------------------------


def put(folder: Path, world: World) -> Path:
    """Write the roster, and the files into a folder of their own, which is returned."""
    with (folder / "名册.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["代码", "名称", "级别", "上级代码", "填报"])
        for unit in world.tree.units.values():
            expected = "是" if unit.expected else "否"
            writer.writerow([unit.code, unit.name, unit.level, unit.parent or "-", expected])
    for name, mail in world.files.items():
        write(folder / "收到" / name, world.tree, mail)
    return folder / "收到"


def write(path: Path, tree: Tree, mail: Mail) -> Path:
    unit, said = tree[mail.unit], dict(mail.figures)
    if mail.fault == "value":
        said["media.national.text"] = "若干"
    cells = {FIELD_BY_KEY[key].cell: n for key, n in said.items() if mail.fault != "empty"}
    cells |= {"B18": "张三", "E18": "13800000000", "H18": f"2021.6.{mail.day}"}
    if mail.scope is None or mail.fault == "stranger":
        cells["B3"] = "别处" if mail.fault == "stranger" else unit.name
    above = tuple(memory.facts(tree[key]) for key in tree.above(mail.unit))
    blank = mail.scope and blank_bytes(Blank(memory.facts(unit), above, mail.scope, EDITION))
    data = write_cells(blank or template_bytes(), cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data[:1000] if mail.fault == "damaged" else data)
    os.utime(path, (WHEN, WHEN))
    return path


def merge(
    folder: Path, world: World, *more: str | Path, paths: Any = (), root: str = "", out: str = "汇总.xlsx"
) -> Json:
    """Merge `paths`, else all that `put` wrote, and give the JSON."""
    result = run(
        "merge", *(paths or [folder / "收到"]), "--roster", folder / "名册.csv", "--root", root or world.root,
        "-o", folder / out, "--format", "json", *(["--duplicates", "latest"] if world.latest else []), *more,
    )  # fmt: skip
    document = result.json
    settled = {one["path"] for one in document["findings"] if one["code"] == "U016"}
    errors = [one for one in document["findings"] if one["severity"] == "error" and one["path"] not in settled]
    assert result.code == int(document["output"] is None or bool(errors))
    counts = document["summary"]
    assert counts["superseded"] == len(settled)
    assert counts["received"] == sum(counts[each] for each in ("accepted", "rejected", "duplicate", "superseded"))
    return document


def merged(folders: Folders, world: World, *more: str) -> tuple[Path, Json]:
    """Write a world and merge it; where nothing is accepted, there is nothing to prove."""
    folder = folders()
    put(folder, world)
    document = merge(folder, world, *more)
    assume(document["output"])
    return folder, document


def verified(report: Path, *paths: Path) -> list[tuple[str, str]]:
    """What `verify` says: codes and cells, or the names of files where there are none."""
    result = run("verify", report, *paths, "--format", "json")
    findings = result.json["findings"]
    assert (result.code, result.json["proved"]) == (int(bool(findings)), not findings)
    return [(one["code"], one["cell"] or Path(one["path"]).name) for one in findings]


def accepted(world: World, document: Json) -> list[Mail]:
    at_fault = decisive(document)
    return [mail for name, mail in world.files.items() if name not in at_fault]


def decisive(document: Json) -> dict[str, set[str]]:
    """The codes that keep a file out, by its name."""
    codes: dict[str, set[str]] = {}
    for one in document["findings"]:
        if one["code"] in DECISIVE:
            codes.setdefault(Path(one["path"]).name, set()).add(one["code"])
    return codes


# -- the reference ----------------------------------------------------------------------------------------


@examples
@given(world=worlds(anywhere=True))
def test_a_merge_is_the_reference_of_what_was_sent(folders: Folders, world: World) -> None:
    folder = folders()
    put(folder, world)
    document = merge(folder, world)
    counted = accepted(world, document)
    assert document["output"] == (str(folder / "汇总.xlsx") if counted else None)
    reference = world.reference(counted)
    out = kept_out(world, reference)
    assert decisive(document) == out
    assert told_of(document, "U016", "U020") == replaced(world, counted, out)

    states: dict[str, list[str]] = {}
    for mail in world.mails:
        if world.under(mail, world.root):
            states.setdefault(mail.unit, []).append("accepted" if mail in counted else "rejected")
    statuses = reference.statuses(states)
    assert {one["code"]: (one["status"], one["basis"], one["total"]) for one in document["units"]} == {
        key: (statuses[key], reference.basis(key), in_json(reference.total(key))) for key in reference.units
    }
    amounts = {one["code"]: one["differences"] for one in document["units"] if "differences" in one}
    assert {
        (key, field): (one["code"], one["severity"], amounts[key][field]["difference"])
        for one in document["findings"]
        if one["code"] in {"H001", "H002"} and (key := one["unit"]["code"])
        for field in one.get("fields", [one["field"]])
    } == reference.differences()
    told = [one["unit"]["code"] for one in document["findings"] if one["code"] == "C001"]
    missing = [one["code"] for one in document["units"] if one["status"] == "missing"]
    assert all(any(code == one or one in world.tree.above(code) for one in told) for code in missing)
    assert all(any(code == one or one in world.tree.above(code) for code in missing) for one in told)


def in_json(values: Values) -> dict[str, Any]:
    return {field.key: value for field, value in zip(FIELDS, values, strict=True) if value is not None}


def kept_out(world: World, reference: Reference) -> dict[str, set[str]]:
    """The codes that must keep a file out, by its name, where `reference` is of the accepted ones."""
    codes: dict[str, set[str]] = {}
    groups: dict[tuple[str, Scope], dict[Values, list[str]]] = {}
    for name, mail in world.files.items():
        said = set(FAULTS.get(mail.fault or "", ()))
        if mail.fault == "stranger":
            said.add("U003" if mail.scope else "U002")
        elif mail.fault != "damaged" and not world.under(mail, world.root):
            said.add("U002")
        elif not mail.fault and undecided(world, mail, reference):
            said.add("H003")
        if said:
            codes[name] = said
        else:
            groups.setdefault((mail.unit, world.scope(mail)), {}).setdefault(world.values(mail), []).append(name)
    for different in groups.values():
        days = [max(world.files[name].day for name in names) for names in different.values()]
        settled = world.latest and days.count(max(days)) == 1
        for names, day in zip(different.values(), days, strict=True):
            codes |= {name: {"U004"} for name in names[1:]}
            if len(days) > 1 and not (settled and day == max(days)):
                codes[names[0]] = {"U010" if settled else "U005"}
    return codes


def told_of(document: Json, *codes: str) -> dict[str, str]:
    """Which of some codes is told of a file, by its name."""
    return {Path(one["path"]).name: one["code"] for one in document["findings"] if one["code"] in codes}


def replaced(world: World, counted: list[Mail], out: Mapping[str, set[str]]) -> dict[str, str]:
    """What is told of the files that are kept out beside one of their unit and scope that counts; `out`: and why.

    Duplicates are none of them. What is kept out for another one of its scope alone has had that inferred.
    """
    codes = {}
    for name, mail in world.files.items():
        is_duplicate = out.get(name, set()) <= {"U004", "U010"}
        if mail in counted or is_duplicate or mail.fault in NOBODYS or not world.under(mail, world.root):
            continue
        scopes = [world.scope(mail)] if out[name] == {"U005"} or is_scope_known(world, mail) else [OWN, CUMULATIVE]
        of_unit = {world.scope(one): one for one in counted if one.unit == mail.unit}
        if other := next((of_unit[scope] for scope in scopes if scope in of_unit), None):
            codes[name] = "U016" if other.day > mail.day else "U020"
    return codes


def is_scope_known(world: World, mail: Mail) -> bool:
    """Whether a file says its scope by itself: stated, of a village, or with figures below that are filled in."""
    is_cumulative = mail.fault != "empty" and world.scope(mail) is CUMULATIVE
    return mail.scope is not None or is_cumulative or world.tree[mail.unit].level is Level.VILLAGE


def undecided(world: World, mail: Mail, reference: Reference) -> bool:
    """H003: nothing tells own from cumulative, or what says cumulative has nothing of what is reported below."""
    level = world.tree[mail.unit].level
    below = [field for field in FIELDS if is_below(level, field.key) and not owns(level, field.key)]
    if any(world.values(mail)[field.index] for field in below) or not below:
        return False
    totals = [reference.total(child) for child in reference.children(mail.unit)]
    reported = any(values[field.index] for values in totals for field in below)
    some = any(map(reference.reports, reference.below(mail.unit)))
    return reported if mail.scope is CUMULATIVE else not mail.scope and some and not reported


# -- the proof --------------------------------------------------------------------------------------------


@examples
@given(world=worlds(anywhere=True))
def test_a_merged_workbook_is_the_total_and_proves_it(folders: Folders, world: World) -> None:
    folder, document = merged(folders, world, "--each-level", str(folder_of_levels(folders)))
    report = folder / "汇总.xlsx"
    result = run("check", report, "--format", "json")
    (page,) = result.json["files"]
    unit = world.tree[world.root]
    assert (page["values"], page["scope"], page["status"], page["unit"]["code"]) == (
        document["total"], OWN if unit.level is Level.VILLAGE else CUMULATIVE, "accepted", unit.code,
    )  # fmt: skip
    assert [verified(report), verified(report, folder / "收到"), verified(report, folder)] == [[], [], []]


def folder_of_levels(folders: Folders) -> Path:
    return folders() / "各级"


@examples
@given(world=worlds(anywhere=True))
def test_what_a_figure_is_traced_to_adds_up(folders: Folders, world: World) -> None:
    folder, document = merged(folders, world)
    contributing = world.reference(accepted(world, document)).contributing()
    sheets: dict[str, Any] = {}
    for key, total in document["total"].items():
        if total is not None:
            index = FIELD_BY_KEY[key].index
            said = traced(folder / "汇总.xlsx", key, folder / "收到")
            assert (said["page"], said["value"], said["now"]) == (total, total, total)
            assert sorted(leaves(said["trace"], world.tree, sheets)) == sorted(
                (one.unit, one.scope) for one in contributing if one.values[index] is not None
            )


def traced(report: Path, key: str, *paths: Path) -> Json:
    result = run("trace", report, key, *paths, "--format", "json")
    assert result.code == 0
    return result.json


def walk(step: Json) -> Iterator[Json]:
    yield step
    for one in step["steps"]:
        yield from walk(one)


def leaves(step: Json, tree: Tree, sheets: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the returns at the end of a trace, whose cells hold what it says, and whose sums are right."""
    steps = step["steps"]
    if steps or step["scope"] is None:
        for which in ("value", "now"):
            assert step[which] == lifted_sum([one[which] for one in steps], tree[step["unit"]["code"]].level)
        sizes = [number(one["value"]) for one in steps]
        assert sizes == sorted(sizes, reverse=True)
        for one in steps:
            yield from leaves(one, tree, sheets)
        return
    path = step["path"]
    if path not in sheets:
        sheets[path] = openpyxl.load_workbook(path)[SHEET_NAME]
    shown = sheets[path][step["cell"]].value
    assert {"有": True, "无": False}.get(shown, shown) == step["value"] == step["now"]
    assert (step["state"], step["end"]) == ("same", "not_split" if step["scope"] == CUMULATIVE else None)
    yield step["unit"]["code"], step["scope"]


def lifted_sum(values: list[Any], level: Level) -> Any:
    lifted = level is Level.NATIONAL
    return reduce(plus, (number(one) if lifted and one is not None else one for one in values), None)


# -- every level ------------------------------------------------------------------------------------------


@few
@given(world=worlds())
def test_every_level_has_what_merging_its_own_returns_gives(folders: Folders, world: World) -> None:
    folder, document = merged(folders, world)
    for name in ("各级", "再来"):
        assert merge(folder, world, "--each-level", folder / name)["total"] == document["total"]
    levels, again = (contents(folder / name) for name in ("各级", "再来"))
    assert levels == again
    reference = world.reference(accepted(world, document))
    places = {key: place(world.tree, key) for key in reference.units if reference.children(key)}
    with_returns = {key for key in places if any(map(reference.reports, [key, *reference.below(key)]))}
    assert set(levels) == {places[key] for key in with_returns}
    assert levels.get(places.pop(ROOT, "")) in {None, (folder / "汇总.xlsx").read_bytes()}
    for key, where in places.items():
        mine = [name for name, mail in world.files.items() if world.under(mail, key)]
        if not mine:
            continue
        (folder / key).mkdir()
        for name in mine:
            shutil.copy2(folder / "收到" / name, folder / key)
        alone = merge(folder, world, paths=[folder / key], root=key, out=f"{key}.xlsx")
        assert bool(alone["output"]) == (key in with_returns)
        if alone["output"]:
            whole = {one["code"]: one for one in document["units"]}
            covered = {"status": None, "gaps": None}  # a unit above may cover it
            assert [{**one, **covered} for one in alone["units"]] == [
                {**whole[one["code"]], **covered} for one in alone["units"]
            ]
            assert sheets_of(levels[where]) == sheets_of((folder / f"{key}.xlsx").read_bytes())
            assert verified(folder / "各级" / where) == verified(folder / "各级" / where, folder / key) == []


def place(tree: Tree, key: str) -> str:
    names = [f"{tree[one].code}_{tree[one].name}" for one in (*tree.above(key), key)]
    return "/".join([*names, f"{names[-1]}_汇总.xlsx"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sheets_of(workbook: bytes) -> list[str]:
    """The XML, shared strings resolved, of the sheets that name no files."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        strings = re.findall(r"<si>(.*?)</si>", package.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        return [
            re.sub(
                r't="s"><v>(\d+)</v>',
                lambda match: strings[int(match[1])],
                package.read(f"xl/worksheets/sheet{at}.xml").decode(),
            )
            for at, name in enumerate(re.findall('<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode()), 1)
            if name in {SHEET_NAME, UNITS_SHEET, STATE_SHEET, CHARTS_SHEET, IDENTITY_SHEET}
        ]


@few
@given(world=worlds(), data=st.data())
def test_level_by_level_is_one_go(folders: Folders, world: World, data: st.DataObject) -> None:
    """Units send their workbook of --each-level on, in place of all that they got."""
    folder, document = merged(folders, world)
    merge(folder, world, "--each-level", folder / "各级")
    written = [key for key in world.tree.units if key != ROOT and (folder / "各级" / place(world.tree, key)).is_file()]
    assume(written)
    senders: list[str] = []
    for key in data.draw(st.lists(st.sampled_from(written), min_size=1, unique=True), "who merges"):
        if not any(world.tree.under(key, other) or world.tree.under(other, key) for other in senders):
            senders.append(key)
    sent_on = folder / "转报"
    sent_on.mkdir()
    workbooks = [Path(shutil.copy2(folder / "各级" / place(world.tree, key), sent_on)) for key in senders]
    for name, mail in world.files.items():
        if not any(world.under(mail, key) for key in senders):
            shutil.copy2(folder / "收到" / name, sent_on)

    again = merge(folder, world, paths=[sent_on], out="逐级.xlsx")
    assert again["total"] == document["total"]
    assert again["summary"]["gaps"] == document["summary"]["gaps"]
    cumulative = {one["code"] for one in document["units"] if one["basis"] == "cumulative"}  # may hold what is missing
    apart = [key for key in world.tree.below(ROOT) if cumulative.isdisjoint(world.tree.above(key))]
    first, second = ({one["code"]: one["gaps"] for one in each["units"]} for each in (document, again))
    assert {key: second[key] for key in apart} == {key: first[key] for key in apart}
    assert sorted(error for one in (*workbooks, folder / "逐级.xlsx") for error in errors_in(one)) == sorted(
        errors_in(folder / "汇总.xlsx")
    )
    assert verified(folder / "逐级.xlsx", sent_on) == []
    contributing, sheets = world.reference(accepted(world, document)).contributing(), {}
    for key, total in document["total"].items():
        if total is not None:  # the trace goes on through what was sent on
            said = traced(folder / "逐级.xlsx", key, sent_on, folder / "收到")
            assert said["value"] == total
            assert sorted(leaves(said["trace"], world.tree, sheets)) == sorted(
                (one.unit, one.scope) for one in contributing if one.values[FIELD_BY_KEY[key].index] is not None
            )


def errors_in(report: Path) -> list[tuple[str, ...]]:
    rows = openpyxl.load_workbook(report)["审核意见"].iter_rows(min_row=4, values_only=True)
    return [(str(row[2]), str(row[4]), Path(str(row[6])).name, str(row[8])) for row in rows if row[1] == "强制性"]


# -- what changed since -----------------------------------------------------------------------------------


@few
@given(world=worlds(), data=st.data())
def test_a_changed_figure_shows_all_along_its_path(folders: Folders, world: World, data: st.DataObject) -> None:
    folder, before = merged(folders, world)
    groups = [(mail.unit, world.scope(mail)) for mail in world.mails]
    counted = accepted(world, before)
    figures_sent = [
        (name, key)
        for name, mail in world.files.items()
        if mail in counted and groups.count((mail.unit, world.scope(mail))) == 1
        for key, n in mail.figures.items()
        if type(n) is int and n > 0
    ]
    assume(figures_sent)
    name, key = data.draw(st.sampled_from(figures_sent), "which figure")
    mail = world.files[name]
    changed = replace(mail, figures={**mail.figures, key: mail.figures[key] + 7})
    write(folder / "收到" / name, world.tree, changed)
    was = world.reference(counted)
    now = world.reference([changed if one is mail else one for one in counted])
    differ = [
        (one, field.cell)
        for one in was.units
        for field in FIELDS
        if was.total(one)[field.index] != now.total(one)[field.index]
    ]
    path = {mail.unit, *world.tree.above(mail.unit)}
    assert {one for one, _ in differ} <= path

    report = folder / "汇总.xlsx"
    result = run("verify", report, folder / "收到", "--format", "json")
    assert result.code == 1
    assert [Path(one["path"]).name for one in result.json["findings"] if one["code"] == "P004"] == [name]
    units = list(dict.fromkeys(one for one, _ in differ))
    cells = [cell for one, cell in differ if one == units[0]] if units else []
    told = [one for one in result.json["findings"] if one["code"] == "P007"]
    assert [(one["unit"]["code"], FIELD_BY_KEY[one["field"]].cell) for one in told] == differ[:1]
    for one in told:  # the highest unit with its figures, and the others by name
        assert f"有 {len(cells)} 个数不同" in one["message"]
        assert (f"另有 {len(units) - 1} 个单位的数也不同" in one["message"]) == (len(units) > 1)
    after = merge(folder, world, out="再来.xlsx")
    old, new = ({one["code"]: one for one in document["units"]} for document in (before, after))
    assert {one for one in old if old[one] != new[one]} <= path
    assert after["total"] == {field.key: now.total(ROOT)[field.index] for field in FIELDS}

    for field in FIELDS:
        if field.key in mail.figures or before["total"][field.key] is not None:
            for step in walk(traced(report, field.key, folder / "收到")["trace"]):
                at, unit = field.index, step["unit"]["code"]
                if step["scope"] is None:
                    assert (step["value"], step["now"]) == (was.total(unit)[at], now.total(unit)[at])
                elif Path(step["path"]).name == name:
                    it = (world.values(mail)[at], world.values(changed)[at], "changed")
                    assert (step["value"], step["now"], step["state"]) == it
                else:
                    assert (step["value"], step["state"]) == (step["now"], "same")


@few
@given(world=worlds(), data=st.data())
def test_an_own_return_that_counts_no_more_is_traced_as_none(
    folders: Folders, world: World, data: st.DataObject
) -> None:
    """Its figures are all gone with it: a return that is rejected now does not count in part."""
    folder, before = merged(folders, world)
    kept = decisive(before)
    own = [name for name, mail in world.files.items() if name not in kept and world.scope(mail) is OWN]
    assume(own)
    name, why = (
        data.draw(st.sampled_from(own), "which"),
        data.draw(st.sampled_from(["value", "damaged", "gone"]), "why"),
    )
    mail, path = world.files[name], folder / "收到" / name
    if why == "gone":
        path.unlink()
        assume(len(world.mails) > 1)
    else:
        write(path, world.tree, replace(mail, fault=why))
    after = merge(folder, world, out="再来.xlsx")
    assume(decisive(after) == (kept if why == "gone" else kept | {name: FAULTS[why]}))  # nobody else counts or does not
    for key, total in before["total"].items():
        if total is not None:
            said = traced(folder / "汇总.xlsx", key, folder / "收到")
            assert (said["value"], said["now"]) == (total, after["total"][key])


@examples
@given(world=worlds(), data=st.data())
def test_what_is_gone_or_new_is_named(folders: Folders, world: World, data: st.DataObject) -> None:
    folder, document = merged(folders, world)
    report, returns = folder / "汇总.xlsx", folder / "收到"
    missing = [one["code"] for one in document["units"] if one["status"] == "missing"]
    if missing:
        key = data.draw(st.sampled_from(missing), "who sends late")
        scope = OWN if OWN in scopes_of(world.tree[key])[1] else CUMULATIVE
        mail = Mail(key, scope, data.draw(filled_in(world.tree[key].level, scope)))
        late = write(returns / "99_late.xlsx", world.tree, mail)
        assert [one for one in verified(report, returns) if one[0] != "P007"] == [("P006", late.name)]
        late.unlink()
    assume(len(world.mails) > 1)
    gone = data.draw(st.sampled_from(sorted(world.files)), "what is gone")
    (returns / gone).unlink()
    assert [one for one in verified(report, returns) if one[0] not in {"P007", "P008"}] == [("P005", gone)]


@examples
@given(world=worlds(), data=st.data())
def test_a_cell_typed_over_is_named(folders: Folders, world: World, data: st.DataObject) -> None:
    folder, _ = merged(folders, world)
    report, edited = folder / "汇总.xlsx", folder / "改过.xlsx"
    calculated = data.draw(st.booleans(), "keeps the results of formulas, and not the formulas")
    workbook, shown = (
        openpyxl.load_workbook(report, data_only=calculated),
        openpyxl.load_workbook(report, data_only=True),
    )
    where = data.draw(st.sampled_from([SHEET_NAME, UNITS_SHEET]), "sheet")
    if where == SHEET_NAME:
        cell = data.draw(st.sampled_from([field.cell for field in FIELDS]), "cell")
    else:
        row, column = (
            data.draw(st.integers(FIRST_ROW, shown[where].max_row), "row"),
            data.draw(st.integers(5, 44), "column"),
        )
        cell = a1(row, column)
    new = data.draw(st.sampled_from([4, 1_000, "若干", None]), "typed")
    assume(new != shown[where][cell].value)
    workbook[where][cell].value = new
    workbook.save(edited)
    assert verified(edited) == [("P001" if where == SHEET_NAME else "P002", cell)]


# -- order ------------------------------------------------------------------------------------------------


@examples
@given(world=worlds(anywhere=True), random=st.randoms(use_true_random=False))
def test_order_and_names_change_nothing(folders: Folders, world: World, random: Any) -> None:
    folder, document = merged(folders, world)
    whole = (folder / "汇总.xlsx").read_bytes()
    paths = [folder / "收到" / name for name in world.files]
    paths += random.choices(paths, k=2)
    random.shuffle(paths)
    (folder / "链接").symlink_to(folder / "收到")
    for some in (paths, [*paths[:2], folder / "链接", folder / "收到"]):
        assert merge(folder, world, paths=some) == document
        assert (folder / "汇总.xlsx").read_bytes() == whole
    renamed = folders()
    put(renamed, replace(world, mails=random.sample(world.mails, len(world.mails))))
    other = merge(renamed, world)
    assert (other["total"], other["units"], other["summary"]) == (
        document["total"], document["units"], document["summary"],
    )  # fmt: skip
