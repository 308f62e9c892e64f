"""Files that come along with returns, and are none: summaries, and scans of returns that are here or are missing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Finding
from stattable.model.names import Names
from stattable.model.text import normalised
from stattable.model.units import Tree

_COMPANION_KINDS: Final = frozenset({"word", "docx", "pdf", "ofd", "slides", "picture", "video"})
_SCAN_ENDINGS: Final = (".pdf", ".ofd", ".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".heic", ".webp", ".gif")
_LONGEST: Final = 20  # characters of a unit's name within that of a file
_LONGEST_FILE: Final = 60


class Companions:
    """Tells of files that are no returns whose they are, by the names of units in theirs, else by their folders.

    Args:
        tree: of all units.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    @cached_property
    def _names(self) -> Names:
        return Names(self._tree)

    def units_of(self, path: str) -> list[str]:
        """Return the keys of the lowest units that a file is called after, or else of the one of its folders."""
        return self._named(path) or self._of_folder(path)

    def _of_folder(self, path: str) -> list[str]:
        folder = self._names.unit_of_folders(Path(path).parent.parts)
        return [folder] if folder is not None else []

    def _named(self, path: str) -> list[str]:
        folder = self._names.unit_of_folders(Path(path).parent.parts)
        stem = normalised(Path(path).stem)[:_LONGEST_FILE].replace(" ", "")
        named = set[str]()
        for start in range(len(stem)):
            for end in range(start + 2, min(start + _LONGEST, len(stem)) + 1):
                found = self._names.match(stem[start:end], folder) or self._names.match(stem[start:end])
                if len(found) == 1:
                    named.add(found[0])
        above = {key for one in named for key in self._tree.above(one)}
        return sorted(named - above)

    def split(self, returns: Sequence[CheckedReturn]) -> tuple[tuple[CheckedReturn, ...], tuple[str, ...]]:
        """Return the returns, and apart from them the paths of files that come along with one that is here."""
        unread = [one for one in returns if one.key is None and _is_companion(one)]
        if not unread:
            return tuple(returns), ()
        here = {one.key for one in returns if one.key is not None}
        beside = {one.path for one in unread if (units := self.units_of(one.path)) and here.issuperset(units)}
        return tuple(one for one in returns if one.path not in beside), tuple(sorted(beside))

    def scans(self, returns: Iterable[CheckedReturn], others: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the scans and photos that are called after one unit each, by the unit's key.

        What lies in the folder of a unit that has nobody below it is that unit's; in others all kinds of things lie.

        Args:
            returns: of which those that could not be read may be scans.
            others: paths of the files that are no returns by their kind.
        """
        unread = (one.path for one in returns if one.key is None and _is_companion(one))
        scans: defaultdict[str, list[str]] = defaultdict(list)
        for path in (*unread, *others):
            if not path.lower().endswith(_SCAN_ENDINGS):
                continue
            units = self._named(path) or [key for key in self._of_folder(path) if not self._tree.children[key]]
            if len(units) == 1:
                scans[units[0]].append(path)
        return {key: tuple(sorted(paths)) for key, paths in scans.items()}


def scan_findings(tree: Tree, scans: Mapping[str, Sequence[str]], missing: Collection[str]) -> Iterator[Finding]:
    """Yield C006 for each of the units of which nothing but scans is here.

    Args:
        tree: of all units.
        scans: their paths, by the unit's key.
        missing: keys of the units that sent no return.
    """
    for key, paths in scans.items():
        if key in missing:
            params = {"name": tree[key].name, "files": tuple(Path(path).name for path in paths)}
            yield finding("C006", unit=tree[key].ref, params=params)


def _is_companion(one: CheckedReturn) -> bool:
    return any(f.code == "F005" and f.params.get("kind") in _COMPANION_KINDS for f in one.findings)
