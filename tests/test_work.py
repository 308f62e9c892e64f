"""How much is done for a return: files opened, parts unpacked, calls made, bytes sent. It is counted, never timed.

The bounds are a tenth above what there is: whoever needs more says why, and moves one.
"""

import gc
import json
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

import openpyxl
import pytest

import memory
from stattable.formats import calamine
from stattable.formats.inspection import xlsx
from stattable.formats.package import Package, Packed
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.processes import _WORTH_IT
from stattable.proving.ledger import Run
from stattable.reading import form, layout, surroundings
from stattable.reading.files import read_return, read_returns
from stattable.writing.blank import blank_bytes, blanks_of
from writers.returns import EDITION, own_values, write_values

VILLAGES = 40
RUN = Run(["merge"], datetime(2026, 6, 20, 12), datetime(2026, 6, 20, 12, 0, 3))
CALLS_TO_READ, CALLS_TO_SEND, CALLS_TO_MERGE, CALLS_TO_WRITE = 930, 15, 320, 470
BYTES_SENT, BYTES_KEPT, MODULES_OF_HELP = 310, 1_900, 26


def tree_of(villages: int) -> Tree:
    units = [Unit("4101", "甲市", Level.PREFECTURE, "4101"), Unit("410101", "甲县", Level.COUNTY, "410101", "4101")]
    units.append(Unit("410101001", "甲镇", Level.TOWNSHIP, "410101001", "410101"))
    codes = [f"410101001{number:03}" for number in range(1, villages + 1)]
    return Tree([*units, *(Unit(one, f"第{one[-3:]}村", Level.VILLAGE, one, "410101001") for one in codes)])


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Returns of villages without faults: as they are written, and every other one as openpyxl saves it again."""
    folder = tmp_path_factory.mktemp("returns")
    values = memory.values_of(own_values(Level.VILLAGE))
    made = [
        (path, blank) for path, blank in blanks_of(tree_of(VILLAGES), None, None, EDITION, folder) if "村" in path.name
    ]
    for number, (path, blank) in enumerate(made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_values(blank_bytes(blank), values, "2021.6.15"))
        if number % 2:
            workbook = openpyxl.load_workbook(path)
            workbook.save(path)
    paths = [str(path) for path, _ in made]
    for one in paths:  # the first of their shape are looked at closely
        assert read_return(one, debug=True).findings == ()
    return paths


def calls(work: Callable[[], object]) -> int:
    """How many functions are called."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_return_without_faults_is_never_read_the_long_way(
    returns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def long_way(*_: object, **__: object) -> None:
        raise AssertionError

    for module, name in [
        (surroundings, "_search_notes"), (form, "_read_cells"), (layout, "_search"), (xlsx, "inspect_cells"),
        (calamine, "opened"),
    ]:  # fmt: skip
        monkeypatch.setattr(module, name, long_way)
    for path in returns[:4]:
        assert read_return(path, debug=True).values is not None


def test_a_part_is_unpacked_once_and_only_where_it_differs(returns: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked, stored = Counter[bytes](), Counter[str]()
    packages = Counter[int]()
    content, opened, taken = Packed.content, Package.__init__, Package._read
    monkeypatch.setattr(Package, "_read", lambda self, name: stored.update([name]) or taken(self, name))
    monkeypatch.setattr(Packed, "content", lambda self: unpacked.update([self.stored]) or content(self))
    monkeypatch.setattr(Package, "__init__", lambda self, *of: packages.update([1]) or opened(self, *of))
    for path in returns[:2]:
        unpacked.clear()
        stored.clear()
        read_return(path, debug=True)
        assert len(unpacked) <= 3, "the page, the identity, and the strings of both"
        assert set(unpacked.values()) == set(stored.values()) == {1}
    assert packages.total() == 2


def test_calls_to_read_a_return(returns: list[str]) -> None:
    assert calls(lambda: [read_return(path) for path in returns]) / len(returns) < CALLS_TO_READ


def test_bytes_that_a_worker_sends_for_a_return(returns: list[str]) -> None:
    sent = pickle.dumps([read_return(path) for path in returns], protocol=pickle.HIGHEST_PROTOCOL)
    paths = sum(len(path.encode()) for path in returns)
    assert (len(sent) - paths) / len(returns) < BYTES_SENT


def test_calls_to_send_a_return(returns: list[str]) -> None:
    """One for each of its records to take its fields, and one to make it again."""
    read = [read_return(path) for path in returns]
    assert pickle.loads(pickle.dumps(read, protocol=pickle.HIGHEST_PROTOCOL)) == read
    sending = calls(lambda: pickle.loads(pickle.dumps(read, protocol=pickle.HIGHEST_PROTOCOL)))
    assert sending / len(returns) < CALLS_TO_SEND


def test_what_many_returns_share_is_held_once(returns: list[str]) -> None:
    """Between processes, too: the page's cells go by their name, and what a worker shares is one in what it sends."""
    first, second = pickle.loads(pickle.dumps([read_return(path) for path in returns[-2:]]))
    assert first.identity.unit != second.identity.unit
    assert first.cells is second.cells is layout.TEMPLATE.cells
    for name in ("sheet", "surroundings.name_cell", "surroundings.filled_in", "identity.above"):
        one, other = map(attrgetter(name), (first, second))
        assert one is other, name
    many = returns * (_WORTH_IT["fork"] // len(returns) + 1)
    sizes = [*map(sys.getsizeof, returns)]
    assert all(one.path is path for one, path in zip(read_returns(many, jobs=2), many, strict=True))
    assert [*map(sys.getsizeof, returns)] == sizes, "a path that is sent would have its UTF-8 form, too"
    tree = tree_of(3)
    sent = [memory.sent(tree, key, own_values(Level.VILLAGE), Scope.OWN) for key in tree.units if len(key) == 12]
    accepted = memory.merge(pickle.loads(pickle.dumps(sent)), roster=tree).accepted[Scope.OWN]
    assert len(accepted) == len(sent)
    assert {*map(id, accepted)} <= {*map(id, tree.units)}, "a key is the tree's"
    for key, one in accepted.items():
        assert one.file.identity
        assert one.file.identity.unit.name is one.file.surroundings.name is tree[key].name
        assert one.file.identity.unit.code is tree[key].code


def test_bytes_that_are_kept_of_a_return(returns: list[str]) -> None:
    """With its unit, its path and all that a merge makes of it, until the report is written."""

    def kept(paths: list[str]) -> int:
        files = pickle.loads(pickle.dumps([read_return(path) for path in paths]))
        tree = tree_of(len(paths))
        return size_of(memory.merge(files, roster=Tree(tree.units.values())))

    kept(returns[:2])  # what all share is made
    half = len(returns) // 2
    assert (kept(returns) - kept(returns[:half])) / (len(returns) - half) < BYTES_KEPT


def size_of(thing: object) -> int:
    """How many bytes an object takes with all that it leads to, but for modules, classes and functions."""
    waiting, seen, size = [thing], set[int](), 0
    while waiting:
        one = waiting.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType | FunctionType):
            seen.add(id(one))
            size += sys.getsizeof(one)
            waiting += gc.get_referents(one)
    return size


def test_calls_to_merge_a_return() -> None:
    def merging(villages: int) -> Callable[[], object]:
        tree = tree_of(villages)
        files = [memory.sent(tree, key, own_values(Level.VILLAGE), Scope.OWN) for key in tree.units if len(key) == 12]
        return lambda: memory.merge(files, roster=tree)

    few, many = merging(VILLAGES), merging(2 * VILLAGES)
    few()
    assert (calls(many) - calls(few)) / VILLAGES < CALLS_TO_MERGE


def test_calls_to_write_a_unit() -> None:
    def writing(villages: int) -> Callable[[], object]:
        tree = tree_of(villages)
        files = [memory.sent(tree, key, own_values(Level.VILLAGE), Scope.OWN) for key in tree.units if len(key) == 12]
        merged = memory.merge(files, roster=tree)
        return lambda: memory.report_bytes(merged, RUN)

    few, many = writing(VILLAGES), writing(2 * VILLAGES)
    few()
    assert (calls(many) - calls(few)) / VILLAGES < CALLS_TO_WRITE


OPENED = """
import collections, json, sys
opened = collections.Counter()
def note(event, of):
    if event == "open" and str(of[0]).endswith("村.xlsx"):
        opened[of[0]] += 1
sys.addaudithook(note)
from stattable.cli.commands import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(set(opened.values()))))
print(json.dumps(len(opened)))
"""


def test_a_file_is_opened_to_see_that_it_is_no_list_and_to_be_read(returns: list[str], tmp_path: Path) -> None:
    folder = str(Path(returns[0]).parent)
    command = [
        sys.executable,
        "-c",
        OPENED,
        "merge",
        folder,
        "-o",
        str(tmp_path / "out.xlsx"),
        "--jobs",
        "1",
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    times, files = map(json.loads, done.stdout.strip().splitlines()[-2:])
    assert (times, files) == ([2], VILLAGES)


HELP = """
import sys
from stattable.cli.commands import main
try:
    main()
except SystemExit:
    pass
print(" ".join(sorted(sys.modules)))
"""


def test_help_imports_no_library_but_click() -> None:
    done = subprocess.run([sys.executable, "-c", HELP, "--help"], capture_output=True, encoding="utf-8", check=True)
    modules = done.stdout.splitlines()[-1].split()
    heavy = {"openpyxl", "xlsxwriter", "python_calamine", "pydantic", "rich", "lxml", "PIL", "zxingcpp", "psutil"}
    assert heavy.isdisjoint(modules)
    assert sum(one.startswith("stattable.") for one in modules) < MODULES_OF_HELP
