"""Where files of ours stand, and how they are put there: whole or not at all."""

import os
import tempfile
from pathlib import Path

from stattable.model.text import file_name
from stattable.model.units import Tree


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put `data` at `path` whole or not at all, making folders as needed.

    Args:
        path: where to.
        data: all of it.
        durable: wait until the disk has it; not worth the time for what is quickly made again.

    Raises:
        OSError: it could not be written; what stood there before stands there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _replace(path, data, durable)
    except OSError as error:  # which names the temporary file, and that says nothing to anybody
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _replace(path: Path, data: bytes, durable: bool) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".~", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def folders(tree: Tree, root: str, folder: Path) -> dict[str, tuple[Path, str]]:
    """Return where the files of each unit belong, and how their names begin, in folders that mirror a tree.

    A unit with others below it has a folder, which holds its own files and theirs.

    Args:
        tree: of the units.
        root: key of the unit to begin with.
        folder: under which all stand.
    """
    places: dict[str, tuple[Path, str]] = {}
    taken: set[str] = set()
    for key in tree.below(root):
        unit = tree[key]
        name = file_name(f"{unit.code}_{unit.name}" if unit.code else unit.name)
        parent = places[unit.parent][0] if unit.parent in places else folder
        stem, again = name, 2
        while str(parent / stem).lower() in taken:  # names without codes may be the same once they are cleaned
            stem, again = f"{name}_{again}", again + 1
        taken.add(str(parent / stem).lower())
        places[key] = (parent / stem if tree.children[key] else parent, stem)
    return places
