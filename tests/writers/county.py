"""What the units of the county send, and its roster as a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from county import ABOVE, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ROSTER, TO_GUANDU, ZHULUYING
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.returns import filled, own_values


def write_roster(path: str | Path = "名册.csv", roster: str = ROSTER) -> Path:
    """Write a roster, the county's unless another one is given."""
    Path(path).write_text(roster, encoding="utf-8")
    return Path(path)


def send(
    unit: UnitFacts, figures: Mapping[str, Any] | None = None, *, to: str | Path = "收到", name: str = "", **more: Any
) -> Path:
    """Write the return of one of the county's units, or of another village of 官渡镇: its blank, filled in.

    Args:
        unit: whose return it is.
        figures: that are not the plausible ones of :func:`own_values`, by field.
        to: the folder.
        name: of the file, without ending; the unit's unless given.
        more: what :func:`filled` takes.
    """
    values = {**own_values(unit.level), **(figures or {})}
    return filled(Path(to, f"{name or unit.name}.xlsx"), unit, values, **{"above": ABOVE.get(unit, TO_GUANDU), **more})


def send_two_townships() -> None:
    """Write the returns of a township and its two villages, and the cumulative one of the other township."""
    for unit in (GUANDU, GUANDU_VILLAGE, ZHULUYING):
        send(unit)
    send(LANGCHENGGANG, own_values(Level.VILLAGE), scope=Scope.CUMULATIVE)


def sessions(**columns: int) -> dict[str, int]:
    """Figures of 宣传活动: the sessions in some columns, and 30 people in each session."""
    each = {"sessions": 1, "people": 30}
    return {f"activities.{column}.{pair}": n * size for column, n in columns.items() for pair, size in each.items()}
