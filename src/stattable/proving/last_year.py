"""Paths → what was reported a year before, to hold this year's figures against."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from stattable.checking.check import CheckOptions
from stattable.checking.last_year import Figures, LastYear, UnitLastYear, told_scope
from stattable.formats.fingerprint import file_facts
from stattable.model.form import BLANK
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Tree
from stattable.proving.matching import matching_units
from stattable.proving.side_files import read_side
from stattable.proving.sides import Side, SideKind, SideUnit
from stattable.reading.inputs import Inputs


def read_last_year(
    path: str, inputs: Inputs, options: CheckOptions, factor: int, progress: Callable[[int], None]
) -> LastYear:
    """Read what was reported a year before; what was wrong with it then is not said again.

    Args:
        path: as the user gave it: of a folder of returns, of a merged workbook, or of one return.
        inputs: the files that it leads to.
        options: of the check of the returns; the edition is the one of the returns themselves.
        factor: by which a figure is too far from the one of then.
        progress: told of every file that was read.

    Raises:
        Refusal: there are no figures that count.
    """
    side = read_side(path, inputs, replace(options, edition=None, last_year=None), progress)
    units = {key: replace(unit, figures=_by_told_scope(unit)) for key, unit in side.units.items()}
    if not any(values != BLANK for unit in units.values() for values in unit.figures.values()):
        raise Refusal("previous_empty", path=path)
    of = partial(_units_last_year, replace(side, units=units))
    is_folder = Path(path).is_dir()
    print_ = f"{len(inputs.paths)} 个文件" if is_folder else file_facts(path).sha256 or ""
    return LastYear(path, print_, max(side.editions, default=None), of, factor)


def _by_told_scope(unit: SideUnit) -> Figures:
    level = Level(unit.ref.level) if unit.ref.level else None
    return {told_scope(scope, values, level): values for scope, values in unit.figures.items()}


def _units_last_year(side: Side, tree: Tree) -> dict[str, UnitLastYear]:
    """Return what the units of a tree reported, as a side has it; of units that are surely the same only."""
    now = Side("", SideKind.RETURNS, 0, {key: SideUnit(unit.ref, unit.parent) for key, unit in tree.units.items()})
    return {
        key: UnitLastYear(side.units[then].figures, side.total_of(then))
        for then, key in matching_units(side, now).items()
    }
