"""The units of a page, column by column, so that a province's take little room; and the paths of their files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from stattable.model.form import FIELDS, Value, Values, shown_value
from stattable.model.units import Level, Tree

Cell = str | int | None
_Key = TypeVar("_Key")
_CODE, _NAME = "\ue000", "\ue001"  # stand in the name of a file for the code and the name of its unit
_WHOLE: Final = "="  # in front of a code that does not begin with that of the unit above


class Numbered(Generic[_Key]):
    """Values, each known by the number under which it first came up."""

    def __init__(self) -> None:
        self.numbers: dict[_Key, int] = {}

    def number(self, value: _Key) -> int:
        """Return the number of a value."""
        return self.numbers.setdefault(value, len(self.numbers))

    @property
    def all(self) -> list[_Key]:
        """The values in the order of their numbers."""
        return [*self.numbers]


class Units:
    """The units at and below a root, in listing order: a unit's number is its place there.

    Args:
        tree: of all units.
        root: key of the first one.
    """

    def __init__(self, tree: Tree, root: str) -> None:
        self.tree = tree
        self.keys = [*tree.below(root)]
        self.numbers = {key: number for number, key in enumerate(self.keys)}
        self.parents = [key for key in self.keys if tree.children[key]]

    def columns(self, state_of: Callable[[str], int]) -> dict[str, object]:
        """Return names, codes, depths, levels and states of all units.

        Args:
            state_of: returns the number of a unit's state, by its key.
        """
        tree, levels, depths = self.tree, [*Level], dict[str, int]()
        for key in self.keys:
            depths[key] = depths.get(tree[key].parent or "", -1) + 1
        return {
            "name": [tree[key].name for key in self.keys],
            "code": [self._short_code(key) for key in self.keys],
            "depth": [*depths.values()],
            "level": [levels.index(tree[key].level) for key in self.keys],
            "state": [state_of(key) for key in self.keys],
        }

    def _short_code(self, key: str) -> str:
        """Return a unit's code, without what the code of the unit above says already."""
        unit = self.tree[key]
        parent = self.tree[unit.parent].code if unit.parent and key != self.keys[0] else None
        rest = (unit.code or "").removeprefix(parent or "")
        if not unit.code or (parent and rest and rest != unit.code and not rest.startswith(_WHOLE)):
            return rest
        return _WHOLE + unit.code

    def by_number(self, rows: Mapping[str, object]) -> dict[str, object]:
        """Return what is known of some units, by their numbers instead of their keys."""
        return {str(self.numbers[key]): value for key, value in rows.items() if key in self.numbers}

    def people(self, keys: Iterable[str], person: Callable[[str], tuple[str, str]]) -> dict[str, object]:
        """Return the names and phones of the persons to call in some units, by the units' numbers.

        Args:
            keys: of the units of which somebody wants something; nobody else's number goes with a page.
            person: returns the name and the phone of the person to call in a unit, by its key.
        """
        words = {key: " ".join(filter(None, person(key))) for key in keys}
        return self.by_number({key: text for key, text in words.items() if text})


class FigureRows:
    """Rows of 40 figures, each as the number of the set of its fields that are not blank, and what these hold."""

    def __init__(self) -> None:
        self._sets = Numbered[tuple[int, ...]]()

    def row(self, values: Values, level: Level | None) -> list[Cell]:
        """Return a row.

        Args:
            values: the 40 figures, None where blank.
            level: of the unit; None where 有 and 无 are numbers, as in a difference.
        """
        filled = tuple(index for index, value in enumerate(values) if value is not None)
        return [self._sets.number(filled), *(_shown(values[index], level, index) for index in filled)]

    @property
    def sets(self) -> list[tuple[int, ...]]:
        """The sets of fields, by their numbers."""
        return self._sets.all


def _shown(value: Value, level: Level | None, index: int) -> Cell:
    return shown_value(value, level, index) if level else value


class Paths:
    """Paths, each as the numbers of its folder and of what its file is called after: mostly its unit."""

    def __init__(self) -> None:
        self._folders, self._names = Numbered[str](), Numbered[str]()

    def pair(self, path: str, code: str | None, name: str | None) -> tuple[int, int]:
        """Return the two numbers of the path of a file of a unit."""
        cut = max(path.rfind("/"), path.rfind("\\")) + 1
        called = path[cut:].replace(_CODE, "").replace(_NAME, "")
        for word, stand_in in ((code, _CODE), (name, _NAME)):
            called = called.replace(word, stand_in) if word else called
        return self._folders.number(path[:cut]), self._names.number(called)

    @property
    def columns(self) -> dict[str, Sequence[str]]:
        """The folders and the names, by their numbers."""
        return {"folders": self._folders.all, "names": self._names.all}


def field_columns() -> list[tuple[str, str]]:
    """Return section and level, and column, of each of the 40 fields."""
    return [(f"{field.block.section} · {field.heading.text}", field.column.text) for field in FIELDS]
