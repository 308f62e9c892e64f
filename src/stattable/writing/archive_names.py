"""Names of files in an archive that unpack right everywhere, on Windows too, and lead nowhere else."""

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from stattable.model.text import MAX_FILE_NAME, file_name
from stattable.writing.folders import folded

MAX_PATH: Final = 180  # characters of a whole name: Windows knows 260, those of the folder it is unpacked to included
_WITH_ENDING: Final = re.compile(r"(.+)(\.[0-9A-Za-z\u4e00-\u9fff]{1,9})", re.DOTALL)  # what is longer is no ending
_SHORTEST: Final = 8  # characters that are left of a name


def archive_names(places: Sequence[Sequence[str]], taken: Iterable[str] = ()) -> list[str]:
    """Return the name of each file in an archive, which is its place wherever that unpacks right.

    Args:
        places: the names of the folders that a file lies in, and its own, as the system gives them.
        taken: names that are somebody else's.
    """
    clean = [_within_limits(tuple(map(_text, place))) for place in places]
    folders = {"/".join(place[:end]) for place in clean for end in range(1, len(place))}
    used = {*map(folded_name, taken), *map(folded_name, folders)}
    names = []
    for place in clean:
        name, again = "/".join(place), 2
        while folded_name(name) in used:  # names may be the same once they are cleaned, cut, or in one case
            name, again = "/".join((*place[:-1], _clean(place[-1], mark=f"_{again}"))), again + 1
        used.add(folded_name(name))
        names.append(name)
    return names


def folded_name(name: str) -> str:
    """Return a key that is equal for names that are one file where names are not case-sensitive."""
    return folded(Path(name))


def _text(name: str) -> str:
    """Return a file's name as text, also one that was written in a Chinese encoding by whoever unpacked it."""
    try:
        stored = os.fsencode(name)
    except UnicodeEncodeError:  # no system gives such a one
        return name
    return unicodedata.normalize("NFC", stored.decode("utf-8" if _is_utf_8(stored) else "gb18030", "replace"))


def _is_utf_8(stored: bytes) -> bool:
    try:
        stored.decode()
    except UnicodeDecodeError:
        return False
    return True


def _within_limits(place: tuple[str, ...]) -> tuple[str, ...]:
    limit = MAX_FILE_NAME
    clean = tuple(_clean(part) for part in place)
    while len("/".join(clean)) > MAX_PATH and limit > _SHORTEST:
        limit -= _SHORTEST
        clean = tuple(_clean(part, limit) for part in place)
    return clean if len("/".join(clean)) <= MAX_PATH else (clean[0], clean[-1])


def _clean(name: str, limit: int = MAX_FILE_NAME, mark: str = "") -> str:
    """Return a part of a place, of at most `limit` characters before its ending, with a `mark` before that."""
    parts = _WITH_ENDING.fullmatch(name)
    stem, ending = parts.groups() if parts else (name, "")
    return file_name(stem[:limit], f"{mark}{ending}")
