"""Returns that were never on disk: what the reader would have made of a file, and merges of such."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from unittest import mock

from stattable.checking.register import Register
from stattable.checking.returns import check_returns
from stattable.formats.fingerprint import FileFacts
from stattable.merging import merge as merging
from stattable.merging.result import MergeOptions, MergeResult
from stattable.merging.root import RootOptions, find_register
from stattable.merging.selection import Selection, select_returns
from stattable.model import form
from stattable.model.catalogue import finding
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Values, total
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.packing import packed
from stattable.model.record import TIME, CountedReturn, Record
from stattable.model.units import Scope, Tree, Unit
from stattable.proving.ledger import Ledger, Run, about_of, adjustments_of, counted_returns, entries_of
from stattable.proving.remembered import identity_of, record_of
from stattable.reading.inputs import Inputs
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import Surroundings
from stattable.writing.report import report_of
from writers.returns import EDITION

MADE = datetime(2021, 6, 20, 8)
CELLS = tuple(field.at for field in FIELDS)


def values_of(figures: Mapping[str, Any]) -> Values:
    """The 40 values of a return in which only `figures` are filled in."""
    values = list(BLANK)
    for key, value in figures.items():
        values[FIELD_BY_KEY[key].index] = value
    return tuple(values)


def facts(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.code, unit.name, unit.level)


def print_of(path: str) -> str:
    """The fingerprint of a file that never was: each path its own."""
    return sha256(path.encode()).hexdigest()


def facts_of(path: str, mtime: float = 0.0) -> FileFacts:
    """What is known of a file that never was, written at `mtime`."""
    return FileFacts(print_of(path), 1, mtime)


def received(path: str, name: str, values: Values | None, **more: Any) -> ReturnFile:
    """A file; without `values` it could not be read."""
    more.setdefault("facts", facts_of(path))
    if values is None:
        return ReturnFile(path, findings=(finding("F001"),), **more)
    beside = {key: more.pop(key) for key in ("edition", "contact", "phone", "filled_in") if key in more}
    surroundings = Surroundings(name, "B3", **{"edition": EDITION, **beside})
    return ReturnFile(
        path, sheet=form.SHEET_NAME, figures=packed(values), cells=CELLS, surroundings=surroundings, **more
    )


def blank_of(tree: Tree, key: str, scope: Scope, **more: Any) -> Identity:
    """The identity of a blank made out to a unit of `tree`."""
    above = tuple(facts(tree[one]) for one in tree.above(key))
    return Identity(WorkbookKind.BLANK, EDITION, facts(tree[key]), scope, above, **more)


def sent(
    tree: Tree, key: str, figures: Mapping[str, Any] | Values, scope: Scope | None = None, **more: Any
) -> ReturnFile:
    """The return of a unit of `tree`: on its blank where the scope is stated, else typed from the notice."""
    values = figures if isinstance(figures, tuple) else values_of(figures)
    identity = blank_of(tree, key, scope) if scope else None
    path = more.pop("path", f"{key}.{scope or 'typed'}.xlsx")
    return received(path, tree[key].name, values, **{"identity": identity, **more})


def page_of(
    path: str, unit: UnitFacts, inputs: Iterable[ReturnFile], above: tuple[UnitFacts, ...] = (), **more: Any
) -> ReturnFile:
    """A workbook that an earlier merge wrote for `unit` of own returns of it and of units right below it."""
    root = unit.code or unit.name
    units = {root: Unit(root, unit.name, unit.level, unit.code)}
    sent = {}
    for number, one in enumerate(by_path(inputs), start=1):
        its = one.identity.unit if one.identity else None
        assert its, "on a blank of ours"
        units.setdefault(its.code or its.name, Unit(its.code or its.name, its.name, its.level, its.code, parent=root))
        values, print_ = one.values or BLANK, one.facts.sha256 or ""
        sent[its.code or its.name, Scope.OWN] = CountedReturn(number, packed(values), CELLS, print_, one.record)
    record = Record(Tree(units.values()), root, sent, EDITION, MADE.strftime(TIME))
    figures = total([one.values for one in sent.values()])
    identity = Identity(WorkbookKind.MERGED, EDITION, unit, Scope.CUMULATIVE, above, figures=figures)
    return received(path, unit.name, figures, identity=identity, record=record, **more)


def written(merged: MergeResult, path: str, made: datetime = MADE) -> ReturnFile:
    """The workbook of a merge, as the next merge reads it."""
    identity, record = identity_of(merged), record_of(merged, made)
    print_ = FileFacts(sha256(f"{path} {made} {merged.total}".encode()).hexdigest(), 1, 0.0)
    return received(path, merged.root_unit.name, merged.total, identity=identity, record=record, facts=print_)


def report_bytes(merged: MergeResult, run: Run) -> bytes:
    """The workbook of a merge, as it is on disk."""
    return report_of(merged, run).to_bytes()


def of_edition(one: ReturnFile, edition: int) -> ReturnFile:
    """The same file with another edition in its title."""
    return replace(one, surroundings=replace(one.surroundings, edition=edition))


def by_path(returns: Iterable[ReturnFile]) -> list[ReturnFile]:
    return sorted(returns, key=lambda one: one.path)


def collected(
    returns: Iterable[ReturnFile],
    register: Register | None = None,
    *,
    edition: int | None = None,
    latest: bool = False,
    **root: Any,
) -> Selection:
    """Judge and collect `returns`, for the root that the options (of `RootOptions`) name."""
    files = by_path(returns)
    register = register or find_register(files, RootOptions(**root))
    batch = check_returns(files, register, edition)
    return select_returns(batch.returns, register, is_open=batch.edition.is_open, latest=latest)


def merge(
    returns: Iterable[ReturnFile], *, edition: int | None = None, latest: bool = False, **root: Any
) -> MergeResult:
    """Merge `returns`, for the root that the options (of `RootOptions`) name."""
    files = {one.path: one for one in by_path(returns)}
    inputs = Inputs(tuple(files), frozenset(files), ())
    options = MergeOptions(RootOptions(**root), edition, latest)
    with mock.patch.object(merging, "read_returns", lambda paths, **_: [files[path] for path in paths]):
        return merging.merge_paths(inputs, options, output="/nowhere/output.xlsx")


def ledger_of(merged: MergeResult, run: Run) -> Ledger:
    """The ledger that the workbook of `merged` has."""
    entries = tuple(entries_of(merged))
    assert len(counted_returns(merged)) == sum(entry.counted for entry in entries)
    return Ledger(tuple(about_of(merged, run)), entries, tuple(adjustments_of(merged)))


def told(merged: MergeResult, *wanted: str) -> list[tuple[str, str, str | None]]:
    """The findings of the codes `wanted`, all where none is: code, severity, and path or unit."""
    return [
        (one.code, one.severity.value, one.path or (one.unit.name if one.unit else None))
        for one in merged.findings
        if one.code in wanted or not wanted
    ]
