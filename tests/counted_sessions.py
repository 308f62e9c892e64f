"""The county where all that is counted is sessions, from what its units send to what is said of the total.

All sessions are of 宣传活动, with 30 people each; all else is 0.
"""

from pathlib import Path
from typing import Any

import openpyxl

from command_line import Result, run
from county import EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ZHONGMU, ZHULUYING
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers import county
from writers.returns import own_values

COUNTY, TOWNSHIP, VILLAGE = "prefecture_county", "township", "village"  # whose sessions, by column
SESSIONS = {ZHONGMU: (COUNTY, 1), GUANDU: (TOWNSHIP, 2), LANGCHENGGANG: (TOWNSHIP, 2), GUANDU_VILLAGE: (VILLAGE, 1),
            ZHULUYING: (VILLAGE, 2), EAST: (VILLAGE, 3)}  # fmt: skip
TOTAL = {COUNTY: 1, TOWNSHIP: 4, VILLAGE: 6}


def figures(level: Level, **sessions: int) -> dict[str, Any]:
    return own_values(level, 0, 0, 0) | county.sessions(**sessions)


def send(folder: Path, unit: UnitFacts, name: str = "", scope: Scope = Scope.OWN, **sessions: int) -> Path:
    column, usual = SESSIONS[unit]
    values = figures(unit.level, **sessions or {column: usual})
    return county.send(unit, values, to=folder, name=name, scope=scope)


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


def told(document: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    """Code, severity, file or unit, cell of all findings."""
    return [(one["code"], one["severity"], _about(one), one["cell"]) for one in document["findings"]]


def _about(one: dict[str, Any]) -> str | None:
    if one["path"]:
        return Path(one["path"]).name
    return one["unit"]["name"] if one["unit"] else None


def ledger(out: Path) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """What options decided, and by file: scope, what said it, whether it counts, why not."""
    rows = [[str(c or "") for c in row] for row in openpyxl.load_workbook(out)["汇总台账"].iter_rows(values_only=True)]
    at = next(number for number, row in enumerate(rows) if row[0] == "序号")
    places = [rows[at].index(head) for head in ("口径", "口径依据", "是否计入", "原因")]
    decided = [row[2] for row in rows if row[1] == "按选项调整"]
    files = [row for row in rows[at + 1 :] if row[0].isdigit()]
    return decided, {Path(row[1]).name: tuple(row[place] for place in places) for row in files}


def proves(out: Path, *sources: Path) -> bool:
    return run("verify", out, "--quiet").code == run("verify", out, *sources, "--quiet").code == 0
