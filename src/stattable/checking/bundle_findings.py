"""What is to be said of a bundle: what is missing, does not open, or lies in the wrong place (family B)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from stattable.checking.bundle import Bundle, UnitPapers
from stattable.formats.sniff import FileKind
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param, Severity
from stattable.model.papers import ASKED_FOR, PaperKind, Soundness
from stattable.model.units import Tree
from stattable.reading.papers import LeftOut, LeftOutReason

_SEVERITIES: Final[Mapping[LeftOutReason, Severity]] = {
    LeftOutReason.STAND_IN: Severity.WARNING,
    LeftOutReason.PROGRAM: Severity.WARNING,
}


def bundle_findings(folder: str, bundle: Bundle, tree: Tree) -> list[Finding]:
    """Return what is to be said of a bundle, beside the findings of its returns.

    Args:
        folder: that is packed.
        bundle: what lies in it.
        tree: of all units.
    """
    found = [one for unit in bundle.units for one in _of_unit(folder, unit, tree)]
    found += _of_missing(folder, bundle.units)
    found += _of_divided(folder, bundle.units)
    if bundle.absent:
        names = tuple(unit.name or "" for unit in bundle.absent)
        found.append(finding("B006", path=folder, params={"count": len(names), "names": names}))
    return [*found, *_of_left_out(folder, bundle.left_out)]


def _of_unit(folder: str, unit: UnitPapers, tree: Tree) -> Iterator[Finding]:
    place: dict[str, Any] = {"path": str(Path(folder, unit.folder)), "unit": unit.unit}
    if not unit.has_table:
        below = tuple(dict.fromkeys(one.unit.name or "" for one in unit.returns))
        scans = tuple(paper.file.parts[-1] for paper in unit.papers if paper.kind is PaperKind.SCAN)
        yield finding("B001", **place, params={"name": unit.name, "below": below, "scans": scans})
    yield from _of_faulty(unit, place)
    archives = [paper.file for paper in unit.papers if paper.file.kind is FileKind.ARCHIVE]
    if names := tuple("/".join(one.parts) for one in archives if not one.soundness.is_fault):
        yield finding("B010", **place, params={"name": unit.name, "count": len(names), "names": names})
    for one in unit.returns:
        if (
            one.key in tree.units
            and unit.key in tree.units
            and one.key
            and unit.key
            and not tree.under(one.key, unit.key)
        ):
            params: dict[str, Param] = {"other": one.unit.name or "", "name": unit.name}
            yield finding("B011", path=one.path, unit=one.unit, params=params)


def _of_missing(folder: str, units: Iterable[UnitPapers]) -> Iterator[Finding]:
    """Yield B002 for the units that lack the same."""
    lacking = defaultdict[tuple[str, ...], list[UnitPapers]](list)
    for unit in units:
        if kinds := tuple(kind.label for kind in unit.missing if kind in ASKED_FOR):
            lacking[kinds].append(unit)
    for kinds, some in lacking.items():
        params: dict[str, Param] = {"names": tuple(unit.name for unit in some), "kinds": kinds}
        if len(some) == 1:
            yield finding("B002", path=str(Path(folder, some[0].folder)), unit=some[0].unit, params=params)
        else:
            yield finding("B002", path=folder, params=params)


def _of_divided(folder: str, units: Iterable[UnitPapers]) -> Iterator[Finding]:
    """Yield B012 for each unit whose return lies in several folders, of which the others may be other units'."""
    folders = defaultdict[str, list[UnitPapers]](list)
    for unit in units:
        if unit.key is not None:
            folders[unit.key].append(unit)
    for some in folders.values():
        if len(some) > 1:
            names = tuple(unit.folder or Path(folder).name for unit in some)
            params: dict[str, Param] = {"name": some[0].name, "count": len(some), "names": names}
            yield finding("B012", path=folder, unit=some[0].unit, params=params)


def _of_faulty(unit: UnitPapers, place: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield B003 for each way in which papers do not open; what is wrong with a return its own findings say."""
    faulty = defaultdict[Soundness, list[str]](list)
    said = {one.path for one in unit.returns}
    for paper in unit.papers:
        if paper.file.soundness.is_fault and paper.file.path not in said:
            faulty[paper.file.soundness].append("/".join(paper.file.parts))
    for soundness, names in faulty.items():
        params: dict[str, Param] = {
            "name": unit.name, "reason": soundness.value, "count": len(names), "names": tuple(names),
        }  # fmt: skip
        yield finding("B003", **place, params=params)


def _of_left_out(folder: str, left_out: tuple[LeftOut, ...]) -> Iterator[Finding]:
    by_reason = defaultdict[LeftOutReason, list[str]](list)
    for one in left_out:
        by_reason[one.reason].append(_below(one.path, folder))
    for reason in LeftOutReason:
        if names := tuple(by_reason[reason]):
            params: dict[str, Param] = {"reason": reason.value, "count": len(names), "names": names}
            yield finding("B005" if reason.is_loss else "B004", _SEVERITIES.get(reason), path=folder, params=params)


def _below(path: str, folder: str) -> str:
    """Return a path as it is below a folder."""
    below = Path(path).relative_to(folder) if Path(path).is_relative_to(folder) else Path(path)
    return below.as_posix() if below.parts else path
