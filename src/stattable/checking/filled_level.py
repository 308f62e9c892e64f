"""The level of a unit by the columns that it filled in, where its name leaves that open."""

from typing import Final

from stattable.model.form import own_fields
from stattable.model.names import comparable_name
from stattable.model.units import Level
from stattable.reading.return_file import ReturnFile

_BY_FIGURES: Final = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


def level_of_figures(one: ReturnFile) -> Level | None:
    """Return the level whose own columns are filled in: what 市 and 区 leave open."""
    if not comparable_name(one.name).endswith(("市", "区", "州", "盟")) or one.values is None:
        return None
    alone = {
        level: own_fields(level) - frozenset().union(*(own_fields(other) for other in _BY_FIGURES if other != level))
        for level in _BY_FIGURES
    }
    for level in _BY_FIGURES:
        if any(one.values[index] for index in alone[level]):
            return level
    touched = [level for level in _BY_FIGURES if any(one.values[index] is not None for index in alone[level])]
    return touched[0] if len(touched) == 1 else None
