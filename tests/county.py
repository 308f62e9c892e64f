"""A county with two townships and three villages, through the command line.

All sessions are of 宣传活动, with 30 people each; all else is 0.
"""

from pathlib import Path
from typing import Any

import openpyxl

from builders import (
    EAST,
    GUANDU,
    GUANDU_VILLAGE,
    LANGCHENGGANG,
    ROSTER,
    TO_COUNTY,
    TO_GUANDU,
    ZHONGMU,
    ZHULUYING,
    Result,
    filled,
    own_values,
    run,
)
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope

COUNTY, TOWNSHIP, VILLAGE = "prefecture_county", "township", "village"  # whose sessions, by column
ABOVE = {
    ZHONGMU: TO_COUNTY[:2], GUANDU: TO_COUNTY, LANGCHENGGANG: TO_COUNTY, GUANDU_VILLAGE: TO_GUANDU,
    ZHULUYING: TO_GUANDU, EAST: (*TO_COUNTY, LANGCHENGGANG),
}  # fmt: skip
SESSIONS = {ZHONGMU: (COUNTY, 1), GUANDU: (TOWNSHIP, 2), LANGCHENGGANG: (TOWNSHIP, 2), GUANDU_VILLAGE: (VILLAGE, 1),
            ZHULUYING: (VILLAGE, 2), EAST: (VILLAGE, 3)}  # fmt: skip
VILLAGES, TOWNSHIPS = (GUANDU_VILLAGE, ZHULUYING, EAST), (GUANDU, LANGCHENGGANG)
TOTAL = {COUNTY: 1, TOWNSHIP: 4, VILLAGE: 6}


def figures(level: Level, **sessions: int) -> dict[str, Any]:
    said = {f"activities.{key}.sessions": value for key, value in sessions.items()}
    people = {f"activities.{key}.people": 30 * value for key, value in sessions.items()}
    return {**own_values(level, 0, 0, 0), **said, **people}


def send(folder: Path, unit: UnitFacts, name: str = "", scope: Scope = Scope.OWN, **sessions: int) -> Path:
    column, usual = SESSIONS[unit]
    values = figures(unit.level, **sessions or {column: usual})
    return filled(folder / f"{name or unit.name}.xlsx", unit, values, above=ABOVE[unit], scope=scope)


def write_roster(path: Path, roster: str = ROSTER) -> Path:
    path.write_text(roster, encoding="utf-8")
    return path


def send_all(folder: Path) -> Path:
    for unit in SESSIONS:
        send(folder, unit)
    return folder


def merge(roster: Path, root: str, out: Path, *more: str | Path) -> Result:
    return run("merge", *more, "--roster", roster, "--root", root, "-o", out, "--format", "json", "--quiet")


def sessions(document: dict[str, Any]) -> dict[str, int]:
    figures = {key: document["total"][f"activities.{key}.sessions"] for key in TOTAL}
    assert {key: document["total"][f"activities.{key}.people"] for key in TOTAL} == {
        key: None if value is None else 30 * value for key, value in figures.items()
    }
    return {key: value for key, value in figures.items() if value is not None}


def told(document: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    """Code, severity, file or unit, cell of all findings."""
    return [
        (one["code"], one["severity"], Path(one["path"]).name if one["path"] else one["unit"]["name"], one["cell"])
        for one in document["findings"]
    ]


def ledger(out: Path) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """What options decided, and by file: scope, what said it, whether it counts, why not."""
    rows = [[str(c or "") for c in row] for row in openpyxl.load_workbook(out)["汇总台账"].iter_rows(values_only=True)]
    at = next(number for number, row in enumerate(rows) if row[0] == "序号")
    places = [rows[at].index(head) for head in ("口径", "口径依据", "是否计入", "原因")]
    decided = [row[2] for row in rows if row[1] == "按选项调整"]
    files = [row for row in rows[at + 1 :] if row[0]]
    return decided, {Path(row[1]).name: tuple(row[place] for place in places) for row in files}


def proves(out: Path, *sources: Path) -> bool:
    return run("verify", out, "--quiet").code == run("verify", out, *sources, "--quiet").code == 0
