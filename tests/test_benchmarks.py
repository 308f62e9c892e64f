"""What is measured on is what it says to be: returns are made and merged, and each benchmark runs on a few of them."""

import importlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from command_line import Result, run
from stattable.model.findings import Status
from stattable.model.form import FIELDS
from stattable.model.units import Scope
from stattable.reading.roster import read_roster_rows

FOLDER = Path(__file__).parent.parent / "benchmarks"
UNITS = 200
COMMANDS = (
    "new", "check", "check --format json", "merge", "merge --format json", "merge --each-level", "merge again",
    "verify", "verify with the returns",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _benchmarks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


def benchmark(name: str) -> Any:
    return importlib.import_module(name)


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The generator, with more faults and more typed pages than in the real world, and without LibreOffice."""
    province = benchmark("province")
    monkeypatch.setattr(province, "FAULTY", 0.7)
    monkeypatch.setattr(province, "TYPED", 0.1)
    monkeypatch.setattr(benchmark("prototypes").shutil, "which", lambda _: None)
    return province


@pytest.fixture
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found that is not Python, for these processes and those that they start."""
    monkeypatch.setenv("PATH", "")


def check(folder: Path) -> Result:
    return run("check", folder / "returns", "--roster", folder / "roster.csv", "--format", "json", "--jobs", "1")


def merge(folder: Path) -> Result:
    to = folder / "merged.xlsx"
    return run(
        "merge", folder / "returns", "--roster", folder / "roster.csv", "--format", "json", "-o", to, "--jobs", "1"
    )


def holds(folder: Path, expected: dict[str, Any]) -> None:
    """All are accepted but those that are to be rejected, and the total is what the generator adds up by itself."""
    files = check(folder).json["files"]
    assert len(files) == expected["files"]
    assert sorted(one["path"] for one in files if one["status"] == Status.REJECTED) == expected["rejected"]
    assert merge(folder).json["total"] == expected["total"]


# -- returns ----------------------------------------------------------------------------------------------


def test_what_is_rejected_and_the_total_are_as_expected(faulty: Any, tmp_path: Path) -> None:
    expected = faulty.make(faulty.made_up_divisions()[:UNITS], tmp_path / "province").expected()
    assert set(expected["faults"]) == set(benchmark("faults").FAULTS)
    assert set(expected["programs"]) == {"excel", "openpyxl", "typed"}
    holds(tmp_path / "province", expected)


def test_returns_without_faults_are_without_findings(
    faulty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(faulty, "FAULTY", 0)
    faulty.make(faulty.made_up_divisions()[:60], tmp_path / "province")
    assert [one["findings"] for one in check(tmp_path / "province").json["files"]] == [[]] * 60


@pytest.mark.office
def test_returns_that_libreoffice_saved_are_as_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    province = benchmark("province")
    monkeypatch.setattr(province, "FAULTY", 0.5)
    monkeypatch.setattr(province, "SAVED_BY", dict.fromkeys(benchmark("prototypes").Program, 1))
    expected = province.make(province.made_up_divisions()[:UNITS], tmp_path / "province").expected()
    assert set(expected["programs"]) == {"excel", "openpyxl", "libreoffice", "xls", "typed"}
    holds(tmp_path / "province", expected)


def planned(units: int, seed: int) -> Any:
    province = benchmark("province")
    rows = [("代码", "名称"), *((row.code, row.name) for row in province.made_up_divisions()[:units])]
    return province.plan(read_roster_rows(rows, "名册").tree, Path("returns"), seed, province.SAVED_BY)


def test_a_seed_makes_the_same_returns() -> None:
    assert planned(40, 1).letters == planned(40, 1).letters
    assert planned(40, 1).letters != planned(40, 2).letters


def test_upper_units_send_cumulative_returns_too_or_instead() -> None:
    province = planned(1200, 1)
    scopes: dict[str, set[Scope]] = {}
    for one in province.letters:
        scopes.setdefault(one.blank.unit.code, set()).add(one.blank.scope)
    assert {frozenset(of_unit) for of_unit in scopes.values()} == {
        frozenset({Scope.OWN}), frozenset({Scope.CUMULATIVE}), frozenset(Scope),
    }  # fmt: skip
    assert scopes.keys() == province.tree.units.keys()


def test_units_are_made_up_in_the_shape_of_a_province() -> None:
    province = benchmark("province")
    rows = province.made_up_divisions()
    assert tuple(Counter(row.level for row in rows)[str(level)] for level in range(1, 6)) == province.SHAPE
    codes = [row.code for row in rows]
    assert codes == sorted(set(codes))
    assert all(row.code.startswith(row.parent) for row in rows)


def test_the_first_counties_bring_those_above_and_below_them() -> None:
    province = benchmark("province")
    rows = [province.Row(code, code, str(level), code[:-1]) for code, level in
            (("4", 1), ("41", 2), ("411", 3), ("4111", 4), ("412", 3), ("42", 2), ("421", 3))]  # fmt: skip
    assert [row.code for row in province.first_counties(rows, 1)] == ["4", "41", "411", "4111"]
    assert [row.code for row in province.first_counties(rows, 2)] == ["4", "41", "411", "4111", "412"]


# -- measurements -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_office")
def test_a_province_is_measured_and_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "performance.md"
    sections = "".join(f"<!-- {name} -->\nold\n<!-- end of {name} -->\n" for name in ("scale", "profile"))
    document.write_text(f"before\n{sections}after\n", encoding="utf-8")
    options = ["--returns", "20", "--rounds", "1", "--sample", "2", "--profile", "--write", str(document)]
    monkeypatch.setattr("sys.argv", ["scale.py", *options])
    benchmark("scale").main()
    said = document.read_text(encoding="utf-8")
    assert "old" not in said
    assert said.startswith("before\n")
    assert said.endswith("after\n")
    readers = benchmark("readers")
    for name in readers.READERS:
        assert f"| {name}" in said if readers.is_there(name) else f"{name}: not measured" in said
    for name in COMMANDS:
        assert said.count(f"| {name} |") == 2  # all returns, and how time grows
    assert "| stattable/reading |" in said
    assert said.count("| excel |") == 1  # what reading one takes, by program


@pytest.mark.usefixtures("without_office")
def test_the_nation_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["nation.py", "--returns", "30", "--provinces", "2", "--at-once"])
    benchmark("nation").main()
    said = capsys.readouterr().out
    assert "60 units in 2 provinces" in said
    assert "| merge of all returns at once |" in said


def test_a_wrong_total_is_no_measurement(faulty: Any, tmp_path: Path) -> None:
    scale = benchmark("scale")
    files = scale.files_of(faulty.made_up_divisions()[:30], tmp_path / "province", 1)
    wrong = files._replace(expected={**files.expected, "total": {**files.expected["total"], FIELDS[0].key: -1}})
    for merge in ("merge", "merge --format json"):
        with pytest.raises(RuntimeError, match="the total is wrong"):
            scale.commands(wrong)[merge]()
        assert scale.commands(files)[merge]() != scale.FAILED


def test_other_returns_rejected_are_no_measurement(faulty: Any, tmp_path: Path) -> None:
    scale = benchmark("scale")
    files = scale.files_of(faulty.made_up_divisions()[:30], tmp_path / "province", 1)
    wrong = files._replace(expected={**files.expected, "rejected": [*files.expected["rejected"], "another"]})
    for check in ("check", "check --format json"):
        with pytest.raises(RuntimeError, match="other returns are rejected"):
            scale.commands(wrong)[check]()
        assert scale.commands(files)[check]() != scale.FAILED


def test_what_fails_is_said_and_the_rest_is_shown(faulty: Any, tmp_path: Path) -> None:
    scale, name = benchmark("scale"), "verify"
    files = scale.files_of(faulty.made_up_divisions()[:30], tmp_path / "province", 1)
    (tmp_path / "province" / "merged.xlsx").write_bytes(b"no workbook")
    verify = {name: scale.commands(files)[name], scale.BARE: lambda: scale.Measured(1, 1, 2**20)}
    lines = scale.costs_table(scale.measure(verify, 2), 30).splitlines()
    assert [line.count("failed") for line in lines[2:]] == [6, 0]


def test_a_command_is_held_against_what_bare_calamine_took_just_before_it() -> None:
    scale, floors = benchmark("scale"), iter([10, 20, 40])
    works = {
        scale.BARE: lambda: scale.Measured(next(floors), 1, 2**20),
        scale.USUAL: lambda: scale.Measured(100, 1, 2**20, True),
        "check": lambda: scale.Measured(40, 1, 2**20),
        "merge": lambda: scale.Measured(60, 1, 2**20),
    }
    lines = scale.costs_table(scale.measure(works, 1), 30).splitlines()
    assert [line.split(" | ")[5] for line in lines[2:]] == ["1.00", "10.00", "2.00", "1.50"]


def test_a_document_without_the_section_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no section scale"):
        benchmark("measuring").write_section(document, "scale", "text")
    assert document.read_text(encoding="utf-8") == "nothing\n"


def test_what_is_sent_back_can_be_measured() -> None:
    assert callable(benchmark("sending_back").main)


def test_memory_of_all_processes_is_measured_and_what_they_share_once() -> None:
    held = "import os, time; x = bytearray(b'a') * 200_000_000; os.fork() or (time.sleep(2), os._exit(0)); os.wait()"
    cost = benchmark("measuring").python("-c", held)
    assert 190e6 < cost.memory < 300e6
    assert cost.code == 0
