"""Folders that mirror the tree of units, and the names of files in them."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from stattable.model.text import file_name
from stattable.model.units import Tree


def folders(tree: Tree, roots: Iterable[str], folder: Path) -> dict[str, tuple[Path, str]]:
    """Return the folder of each unit, and the beginning of its file names, in folders that mirror a tree.

    A unit with others below it has a folder, which holds its own files and theirs.

    Args:
        tree: of the units.
        roots: keys of the units to begin with.
        folder: under which all stand.
    """
    places: dict[str, tuple[Path, str]] = {}
    taken: set[str] = set()
    for key in (key for root in roots for key in tree.below(root)):
        unit = tree[key]
        name = f"{unit.code}_{unit.name}" if unit.code else unit.name
        parent = places[unit.parent][0] if unit.parent in places else folder
        stem, again = file_name(name), 2
        while (place := folded(parent / stem)) in taken:  # names may be the same once they are cleaned and cut
            stem, again = file_name(name, f"_{again}"), again + 1
        taken.add(place)
        places[key] = (parent / stem if tree.children[key] else parent, stem)
    return places


def folded(path: Path) -> str:
    """Return a key that is equal for paths that may be one file where names are not case-sensitive."""
    return unicodedata.normalize("NFC", str(path)).casefold()
