"""The 40 figures of a return in a third of their memory, for a nation has 700,000 returns; and as a text."""

import sys
from collections.abc import Iterator, Mapping
from typing import Final

from stattable.model.form import Value, Values

Packed = str | Values
"""A character for each figure, of which Python holds a text of small ones in a byte each; as they are where one is
larger than any character. Figures are compared unpacked, where 无 is 0."""

_SPECIAL: Final[tuple[Value, ...]] = (None, False, True)
_SMALL: Final = range(4_096)  # figures whose characters are worked out once


def packed(values: Values) -> Packed:
    """Return figures packed."""
    character_of = _character if bool in map(type, values) else _CHARACTERS.__getitem__
    try:
        return "".join(map(character_of, values))
    except OverflowError:
        return values


def unpacked(figures: Packed) -> Values:
    """Return packed figures as they were."""
    return tuple(map(_VALUES.__getitem__, figures)) if isinstance(figures, str) else figures


def figures_text(figures: Packed) -> str:
    """Return 40 figures as the text of one cell."""
    return ",".join(map(_TEXTS.__getitem__, figures) if isinstance(figures, str) else map(_text, figures))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "有" if value else "无"
    return "" if value is None else str(value)


def _character(value: Value) -> str:
    if value is None or isinstance(value, bool):
        return chr(_SPECIAL.index(value))
    place = value + len(_SPECIAL)
    if value < 0 or place > sys.maxunicode:
        raise OverflowError
    return chr(place)


class _Characters(dict[Value, str]):
    """The character of each value but 有 and 无, which a dictionary takes for 1 and 0."""

    def __missing__(self, value: Value) -> str:
        return _character(value)


class _Values(dict[str, Value]):
    """The value of each character."""

    def __missing__(self, character: str) -> int:
        return ord(character) - len(_SPECIAL)


class _Texts(dict[str, str]):
    """The text of the value of each character."""

    def __missing__(self, character: str) -> str:
        return _text(_VALUES[character])


_CHARACTERS: Final = _Characters({value: _character(value) for value in (None, *_SMALL)})
_VALUES: Final = _Values({_character(value): value for value in (*_SPECIAL, *_SMALL)})
_TEXTS: Final = _Texts({character: _text(value) for character, value in _VALUES.items()})


class PackedFigures(Mapping[str, Values]):
    """The figures of many returns, which are unpacked when they are asked for.

    Args:
        figures: by unit.
    """

    def __init__(self, figures: Mapping[str, Packed]) -> None:
        self._figures = figures

    def __getitem__(self, key: str) -> Values:
        return unpacked(self._figures[key])

    def __contains__(self, key: object) -> bool:
        return key in self._figures

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)
