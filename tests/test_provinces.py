"""Three provinces where levels are skipped: however the returns are sent, each unit's total is the reference's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import provinces
from command_line import Result, run
from provinces import TRACED, Province, keyed
from reference import Reference, Sent, summed
from stattable.model.form import FIELD_BY_KEY
from stattable.model.units import Level, Scope

AT = FIELD_BY_KEY[TRACED].index


@dataclass(frozen=True)
class Sending:
    """What a province sends, where it lies, and what must come of it."""

    province: Province
    sent: list[Sent]
    paths: dict[tuple[str, Scope], Path]
    folder: Path
    levels: Path

    @property
    def reference(self) -> Reference:
        return self.province.reference(self.sent)

    def total(self, code: str) -> dict[str, Any]:
        """What must come out for a unit."""
        return keyed(self.reference.total(code))

    def merge(self, *inputs: Path, root: str, out: Path, more: tuple[str | Path, ...] = ()) -> Result:
        known = ("--roster", self.province.roster, "--root", root, "-o", out)
        result = run("merge", *inputs, *known, *more, "--format", "json", "--quiet", "--jobs", "1")
        assert result.code == 0, result.out[-2000:]
        return result

    def of(self, code: str) -> list[Path]:
        return [path for (one, _), path in self.paths.items() if one == code]


@pytest.fixture(scope="module", params=provinces.NAMES)
def province(request: pytest.FixtureRequest) -> Province:
    return provinces.make(request.param)


@pytest.fixture(scope="module", params=["all_own", "some_cumulative"])
def sending(province: Province, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sending:
    sent = getattr(provinces, request.param)(province)
    top = tmp_path_factory.mktemp(province.name)
    paths = provinces.write(province, sent, top / "收到")
    return Sending(province, sent, paths, top / "收到", top / "逐级")


@pytest.fixture(scope="module")
def merged(sending: Sending) -> tuple[Path, dict[str, Any]]:
    """The province's workbook, made in one go together with those of all levels, and what the merge said."""
    out = sending.levels.parent / "全省.xlsx"
    more = ("--each-level", sending.levels)
    return out, sending.merge(sending.folder, root=sending.province.root, out=out, more=more).json


def filled_in(total: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in total.items() if value is not None}


def proves(report: Path, *sources: Path) -> bool:
    assert run("verify", report, "--quiet").code == 0
    result = run("verify", report, *sources, "--format", "json", "--quiet", "--jobs", "1")
    said = result.json["sources"]
    return (result.code, said["changed"], said["gone"], said["new"]) == (0, [], [], [])


def returns(step: dict[str, Any]) -> Iterator[tuple[str, str, int, str, str, str]]:
    """The returns at the ends of a trace."""
    if step["scope"] and not step["steps"]:
        yield step["unit"]["code"], step["scope"], step["value"], step["path"], step["cell"], step["state"]
    for one in step["steps"]:
        yield from returns(one)


def traced(report: Path, *sources: Path) -> tuple[int, list[tuple[str, str, int, str, str, str]]]:
    document = run("trace", report, TRACED, *sources, "--format", "json").json
    assert document["page"] == document["value"] == document["now"]
    return document["value"], sorted(returns(document["trace"]))


def sources_of_the_figure(sending: Sending) -> tuple[int, list[tuple[str, str, int, str, str, str]]]:
    counting = [one for one in sending.reference.contributing() if one.values[AT] is not None]
    cell = FIELD_BY_KEY[TRACED].cell
    ends = [
        (one.unit, one.scope.value, one.values[AT] or 0, str(sending.paths[one.unit, one.scope]), cell, "same")
        for one in counting
    ]
    return sum(end[2] for end in ends), sorted(ends)


# -- in one go --------------------------------------------------------------------------------------------


def told_of(document: dict[str, Any]) -> set[str]:
    """The units of which a warning speaks."""
    return {one["unit"]["code"] for one in document["findings"] if one["severity"] == "warning"}


def test_in_one_go(sending: Sending, merged: tuple[Path, dict[str, Any]]) -> None:
    document, province = merged[1], sending.province
    assert {unit["code"]: unit["total"] for unit in document["units"]} == {
        code: sending.total(code) for code in province.tree.units
    }
    reported = {one.unit for one in sending.sent}
    assert document["summary"] | {"warnings": 0, "infos": 0} == {
        "expected": len(province.did), "received": len(sending.sent), "accepted": len(sending.sent), "rejected": 0,
        "duplicate": 0, "superseded": 0, "covered": len(province.did.keys() - reported), "missing": 0, "gaps": {},
        "open": len(told_of(merged[1])), "errors": 0, "warnings": 0, "infos": 0,
    }  # fmt: skip


def test_what_the_county_says_is_what_is_below_it(sending: Sending, merged: tuple[Path, dict[str, Any]]) -> None:
    """All send what they did: so both ways of sending come to the same for the province."""
    everything = summed(sending.province.did.values(), Level.PROVINCE)
    assert filled_in(merged[1]["total"]) == keyed(everything)


def test_it_proves_itself(sending: Sending, merged: tuple[Path, dict[str, Any]]) -> None:
    assert proves(merged[0], sending.folder)


def test_down_to_the_village(sending: Sending, merged: tuple[Path, dict[str, Any]]) -> None:
    expected = sources_of_the_figure(sending)
    assert traced(merged[0], sending.folder) == expected
    assert expected[0] == merged[1]["total"][TRACED]


# -- level by level ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("merged")
def test_the_workbooks_of_all_levels(sending: Sending) -> None:
    """Every unit with a return among those below it, or from itself, has one."""
    province = sending.province
    some = {above for one in sending.sent for above in sending.reference.up(one.unit)}
    files = run("check", sending.levels, "--format", "json", "--quiet", "--jobs", "1").json["files"]
    pages = {one["unit"]["code"]: filled_in(one["values"]) for one in files}
    assert pages == {code: sending.total(code) for code in province.heads() if code in some}
    assert [one["status"] for one in files] == ["accepted"] * len(pages)
    for code in {"4419", "469001", "110115"} & pages.keys():
        below = [path for (one, _), path in sending.paths.items() if one in province.under(code)]
        (page,) = _pages(sending, code)
        assert proves(page, *below)


@pytest.mark.usefixtures("merged")
def test_the_workbooks_of_all_levels_sent_on(sending: Sending, tmp_path: Path) -> None:
    """Each unit above the townships merges what those of the next level got."""
    province = sending.province
    for code in province.heads():
        below = [path for child in province.children(code) for path in _pages(sending, child) or sending.of(child)]
        inputs = [*sending.of(code), *below]
        if province.tree[code].level is not Level.TOWNSHIP and inputs:
            document = sending.merge(*inputs, root=code, out=tmp_path / f"{code}.xlsx").json
            assert filled_in(document["total"]) == sending.total(code)
    assert proves(tmp_path / f"{province.root}.xlsx", *inputs)
    found = traced(tmp_path / f"{province.root}.xlsx", sending.folder, sending.levels)
    assert found == sources_of_the_figure(sending)


def _pages(sending: Sending, code: str) -> list[Path]:
    return list(sending.levels.rglob(f"{code}_*_汇总.xlsx"))


@pytest.mark.parametrize("province", ["hainan"], indirect=True)
def test_each_by_itself(sending: Sending, tmp_path: Path) -> None:
    """Each unit merges what it got, from the townships up; the province's trace leads to the villages."""
    pages: dict[str, list[Path]] = {}
    for code in sending.province.heads():
        below = [path for child in sending.province.children(code) for path in pages.get(child, sending.of(child))]
        if inputs := [*sending.of(code), *below]:
            pages[code] = [tmp_path / f"{code}.xlsx"]
            document = sending.merge(*inputs, root=code, out=pages[code][0]).json
            assert filled_in(document["total"]) == sending.total(code)
    assert proves(*pages[code], *inputs)
    assert traced(*pages[code], sending.folder, tmp_path) == sources_of_the_figure(sending)
