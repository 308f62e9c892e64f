"""What a path leads to: which file, whatever it is called, and whether one may be written there."""

import os
import stat
from pathlib import Path

from stattable.model.refusals import Refusal

KEPT_MARK = "（改动过的旧表"  # in the names of earlier results that were kept because somebody had altered them
FileKey = tuple[int, int] | str


def file_key(path: str | Path) -> FileKey:
    """Return what tells a file from all others, whatever name leads to it; its real path where there is none."""
    try:
        about = os.stat(path)
    except OSError:  # ``..`` leads back, even where the folder before it is not there
        path = os.path.realpath(path)
        try:
            about = os.stat(path)
        except OSError:
            return path
    return (about.st_dev, about.st_ino) if about.st_ino else os.path.realpath(path)


def is_there(path: str | Path) -> bool:
    """Whether there is something that writing to `path` would overwrite."""
    return Path(os.path.realpath(path)).exists()


def are_one(path: str, other: str) -> bool:
    """Whether two paths lead to one file, or would if it were there: by links, or where the system folds their case."""
    if file_key(path) == file_key(other):
        return True
    one, two = os.path.realpath(path), os.path.realpath(other)
    return one.casefold() == two.casefold() and _folds_case(Path(one).parent)


def own_path(path: str) -> Path:
    """Return the path of what `path` names, which may be a link, in its real folder."""
    return Path(os.path.realpath(Path(path).parent), Path(path).name)


def _folds_case(folder: Path) -> bool:
    """Whether names that differ in case only are one in `folder`, as the first name there shows that has a case."""
    for within in (folder, *folder.parents):
        for path in within.iterdir() if within.is_dir() else ():
            other = path.with_name(path.name.swapcase())
            if other != path:
                return other.exists() and path.samefile(other)
    return False


def refuse_unless_file(path: str | Path) -> None:
    """Refuse an output that is a folder, a pipe or a device, or is called as only a folder is.

    Raises:
        Refusal: it is.
    """
    try:
        is_file = stat.S_ISREG(Path(os.path.realpath(path)).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        is_file = True
    if not is_file or not os.path.split(path)[1]:
        raise Refusal("not_a_file", path=path)
