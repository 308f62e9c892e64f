"""The records of an .xlsb's parts."""

from collections.abc import Iterator
from typing import Final

TABLES: Final = {"sharedstrings": "xl/sharedStrings.bin", "styles": "xl/styles.bin"}  # by the kinds of relations
WORKBOOK_PROPERTIES: Final = 153
ROW: Final = 0
RICH_TEXT: Final = 62
SHORT: Final = range(12, 19)  # cells that do not say their column: it is the one after the last
CELLS: Final = frozenset({*range(1, 19), RICH_TEXT})


def records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of a part.

    Raises:
        ValueError: the last one is cut off.
    """
    at = 0
    while at < len(part):
        kind, at = _varying(part, at, 2)
        length, at = _varying(part, at, 4)
        if at + length > len(part):
            raise ValueError("truncated")
        yield kind, part[at : at + length]
        at += length


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    """Return the number at `at`, of at most so many bytes with seven bits each, and where it ends."""
    number = 0
    for index in range(most):
        byte = part[at + index]
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, at + index + 1
    return number, at + most


def number_at(body: bytes, at: int = 0) -> int:
    """Return the four bytes at `at` as a number."""
    return int.from_bytes(body[at : at + 4], "little")


def text_at(body: bytes, at: int) -> str:
    """Return the text at `at`, with its length in front."""
    return body[at + 4 : at + 4 + 2 * number_at(body, at)].decode("utf-16-le", "replace")
