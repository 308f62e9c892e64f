"""The main job on a real piece of a province: field by field, the total that the reference gives."""

import json
from pathlib import Path

import pytest

import hebi
from command_line import run
from stattable.model.form import FIELDS
from stattable.model.units import Level


@pytest.fixture(scope="module")
def city() -> hebi.Hebi:
    return hebi.make()


@pytest.fixture(scope="module")
def returns(city: hebi.Hebi, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return hebi.write(city, tmp_path_factory.mktemp("returns"))


def top(returns: dict[str, Path]) -> Path:
    return returns[hebi.ROOT].parent


def expected(city: hebi.Hebi, code: str) -> dict[str, int | None]:
    return {field.key: value for field, value in zip(FIELDS, city.totals[code], strict=True)}


def test_all_in_one_go(city: hebi.Hebi, returns: dict[str, Path], tmp_path: Path) -> None:
    result = run(
        "merge",
        top(returns),
        "--roster",
        hebi.ROSTER,
        "--root",
        hebi.ROOT,
        "-o",
        tmp_path / "city.xlsx",
        "--format",
        "json",
    )
    document = result.json
    assert document["total"] == expected(city, hebi.ROOT)
    units = len(list(city.tree.below(hebi.ROOT)))
    told_of = {one["unit"]["code"] for one in document["findings"] if one["severity"] == "warning"}
    assert document["summary"] | {"warnings": 0, "infos": 0} == {
        "expected": units, "received": len(city.sent), "accepted": len(city.sent), "rejected": 0, "duplicate": 0,
        "superseded": 0, "covered": units - len(city.sent), "missing": 0, "gaps": {}, "open": len(told_of),
        "errors": 0, "warnings": 0, "infos": 0,
    }  # fmt: skip
    assert result.code == 0
    for unit in document["units"]:
        total = {key: value for key, value in expected(city, unit["code"]).items() if value is not None}
        assert unit["total"] == total, unit


def test_level_by_level(city: hebi.Hebi, returns: dict[str, Path], tmp_path: Path) -> None:
    merged: dict[str, Path] = {}
    for level in (Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE):
        for code in [code for code in city.tree.below(hebi.ROOT) if city.tree[code].level is level]:
            inputs = [path for c in (code, *city.tree.children[code]) if (path := _sent(c, code, merged, returns))]
            merged[code] = tmp_path / f"{code}.xlsx"
            result = run(
                "merge", *inputs, "--roster", hebi.ROSTER, "--root", code, "-o", merged[code], "--format", "json"
            )
            assert result.code == 0, result.out[-2000:]
            assert result.json["total"] == expected(city, code)
    result = run("merge", merged[hebi.ROOT], "--roster", hebi.ROSTER, "-o", tmp_path / "p.xlsx", "--format", "json")
    assert json.loads(result.out)["total"] == expected(city, hebi.ROOT)


def _sent(code: str, root: str, merged: dict[str, Path], returns: dict[str, Path]) -> Path | None:
    return returns.get(code) if code == root else merged.get(code, returns.get(code))
