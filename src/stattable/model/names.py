"""Names of units: comparing them, and finding the units of a tree that a name may mean."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from stattable.model.text import without_spaces
from stattable.model.units import Level, Tree, bare_code

# One word each.
_SYNONYMS: Final = (
    (re.compile(r"(?:村)?村民委员会$|(?:村)?村委会$"), "村"),
    (re.compile(r"(?:社区)?居民委员会$|(?:社区)?居委会$"), "社区"),
    (re.compile(r"街道办事处$|街道办$|街办$"), "街道"),
)


_SEAL_END: Final = re.compile(r"\((?:公|盖|签)?章\)$")  # copied from the label beside the name


_ASSOCIATION_END: Final = re.compile(r"计生协$")


_INNER_OFFICE: Final = re.compile(r"街道办事处|街道办(?!事)")


_CODE_PREFIX: Final = re.compile(r"^\d{2,12}[_\-. ]*")


# 牧委会 and 渔委会 are villages of herders and of fishers. Not every 委员会 is a village: 管理委员会 is none.
_ENDINGS: Final = (
    (Level.VILLAGE, ("村", "社区", "嘎查", "生活区", "民委会", "牧委会", "渔委会", "民委员会", "村居")),
    (Level.TOWNSHIP, ("镇", "乡", "街道", "苏木")),
    (Level.COUNTY, ("县", "旗")),
    (Level.PROVINCE, ("省", "自治区")),
)


@lru_cache(maxsize=2**16)  # a province's names, each of which is compared some ten times
def comparable_name(name: str) -> str:
    """Return `name` for comparing: NFKC, no white space, without the words for the association, in one spelling.

    ``官渡镇计划生育协会`` gives ``官渡镇``, ``中山路街道办事处计生协`` gives ``中山路街道``, and ``张村村民委员会``
    gives ``张村``.
    """
    bare = _ASSOCIATION_END.sub("", _SEAL_END.sub("", without_spaces(name)))
    for pattern, word in _SYNONYMS:
        bare = pattern.sub(word, bare)
    return _INNER_OFFICE.sub("街道", bare)


def level_of_name(name: str) -> Level | None:
    """Return the level that the ending of `name` tells, or None: 市 and 区 may be of two levels."""
    bare = comparable_name(name)
    for level, endings in _ENDINGS:
        if bare.endswith(endings):
            return level
    return None


def unit_named(tree: Tree, text: str) -> str | None:
    """Return the key of the one unit that `text` names: by its code, its key, or its name, led by its parents'."""
    key = bare_code(text)
    if key in tree:
        return key
    keys = Names(tree).match(text)
    return keys[0] if len(keys) == 1 else None


class Names:
    """The names of a tree, to match what people write.

    Args:
        tree: the units that may be meant.
        root: only this unit and those below it are matched; None for the whole tree.
    """

    def __init__(self, tree: Tree, root: str | None = None) -> None:
        self._tree = tree
        self._keys: dict[str, list[str]] = {}
        keys = tree.units if root is None else tree.below(root)
        for key in keys:
            for name in dict.fromkeys(map(comparable_name, tree[key].names)):
                self._keys.setdefault(name, []).append(key)

    def match(self, name: str, within: str | None = None) -> list[str]:
        """Return the keys of all units that `name` may mean.

        Args:
            name: as written, perhaps with the names of some of its parents in front.
            within: only this unit and those below it; None for all.

        Returns:
            Keys in listing order; several if the name is ambiguous.
        """
        bare = comparable_name(name)
        for start in range(len(bare)):
            found = [
                key
                for key in self._keys.get(bare[start:], ())
                if self._led_by_parents(key, bare[:start]) and (within is None or self._tree.under(key, within))
            ]
            if found:
                return found
        return []

    def _led_by_parents(self, key: str, prefix: str) -> bool:
        for parent in self._tree.above(key):
            if not prefix:
                break
            names = map(comparable_name, self._tree[parent].names)
            prefix = prefix.removeprefix(next(filter(prefix.startswith, names), ""))
        return not prefix

    def unit_of_folders(self, parts: Sequence[str]) -> str | None:
        """Return the key of the unit that the folders of a path lead to, if they mirror the tree, or None.

        Args:
            parts: names of folders, the outermost first; a code in front (``410122_中牟县``) is ignored.
        """
        at: str | None = None
        for part in parts:
            found = self.match(_CODE_PREFIX.sub("", part), at) if part.strip(". ") else []
            if len(found) == 1:
                at = found[0]
        return at

    def similar(self, name: str, within: str | None = None) -> list[str]:
        """Return up to three keys of units whose names are close to `name`, the closest first."""
        from difflib import SequenceMatcher

        bare, near = comparable_name(name), []
        chars = set(bare)
        for known, keys in self._keys.items():
            if abs(len(known) - len(bare)) > 2 or 2 * len(chars.intersection(known)) < len(chars):
                continue
            ratio = SequenceMatcher(None, known, bare).ratio()
            if ratio >= 0.6:
                near += [(-ratio, key) for key in keys if within is None or self._tree.under(key, within)]
        return [key for _, key in sorted(near)[:3]]
