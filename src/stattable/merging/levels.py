"""The results of the levels below the root, from the one roll-up."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from os.path import commonpath
from pathlib import Path

from stattable.checking.returns import CheckedReturn
from stattable.merging.merge import assemble
from stattable.merging.result import MergeResult
from stattable.model.names import Names
from stattable.model.units import Tree


class Levels:
    """The results for all units below the root of a merge that have units below them.

    Each is what merging the returns of that unit and those below it by themselves would give. A workbook that the unit
    itself merged and sent counts here, where it would be an earlier result there. A file that belongs to no unit is
    listed where its folder belongs: nobody else would miss it.

    Args:
        merged: the result for the root.
    """

    def __init__(self, merged: MergeResult) -> None:
        self._merged = merged
        self._returns, self._earlier = _by_unit(merged.returns), _by_unit(merged.earlier)
        nobodys = [one for one in merged.returns if one.key is None]
        if nobodys:
            names, owners = Names(merged.tree), _owners_of_folders(merged.returns, merged.tree)
            for one in nobodys:
                key = names.unit_of_folders(Path(one.path).parent.parts) or _owner_of(one.path, owners)
                if key is not None:
                    self._returns.setdefault(key, []).append(one)

    def at(self, key: str) -> MergeResult:
        """Return the result for the unit `key`."""
        merged = self._merged
        if key == merged.root:
            return merged
        units = list(merged.tree.below(key))
        returns, earlier = (
            sorted((one for unit in units for one in of_units.get(unit, ())), key=attrgetter("path"))
            for of_units in (self._returns, self._earlier)
        )
        part = assemble(
            replace(merged.rollup, root=key),
            merged.options,
            merged.edition,
            returns,
            earlier,
            (),
            overlaps=merged.overlaps,
            refused=False,
            explanations=merged.explanations,
            scans=merged.scans,
        )
        return replace(part, part_of=merged.root_unit.name, last_year=merged.last_year)


def _by_unit(returns: Sequence[CheckedReturn]) -> dict[str, list[CheckedReturn]]:
    of_units: dict[str, list[CheckedReturn]] = {}
    for one in returns:
        if one.key is not None:
            of_units.setdefault(one.key, []).append(one)
    return of_units


def _owners_of_folders(returns: Sequence[CheckedReturn], tree: Tree) -> dict[Path, list[str]]:
    """Return the units that everything in a folder is from, from the top down, by folder.

    Of the folder with all returns nothing is said: whose returns happen to be there does not make it theirs.
    """
    folders = {at: Path(at).absolute() for at in {os.path.split(one.path)[0] for one in returns}}
    top = Path(commonpath(folders.values())) if len({folder.anchor for folder in folders.values()}) == 1 else None
    of_files: dict[str, list[str]] = {}  # what stands right in a folder is from these
    for one in returns:
        if one.key is not None and one.key in tree:
            at, chain = os.path.split(one.path)[0], [*tree.above(one.key), one.key]
            of_files[at] = _common(of_files.get(at, chain), chain)
    owners: dict[Path, list[str]] = {}
    for at, chain in of_files.items():
        folder = folders[at]
        while folder not in {top, folder.parent}:
            owners[folder] = _common(owners.get(folder, chain), chain)
            folder = folder.parent
    return owners


def _common(chain: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the units of two ways from the top down as far as these are one."""
    return [key for key, same in zip(chain, other, strict=False) if key == same]


def _owner_of(path: str, owners: Mapping[Path, Sequence[str]]) -> str | None:
    """Return the lowest unit that the nearest folder with other returns belongs to, or None."""
    chain = next((owners[folder] for folder in Path(path).absolute().parents if folder in owners), ())
    return chain[-1] if chain else None
