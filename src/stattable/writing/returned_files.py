"""The folder of what goes back: a workbook for each unit, in folders as the tree has them, and texts beside them."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stattable.checking.sent_back import SendingBack, SentBack
from stattable.formats.paths import file_key, refuse_unless_file
from stattable.model.refusals import Refusal
from stattable.model.text import file_name
from stattable.model.units import Tree, Unit
from stattable.processes import over_processes
from stattable.writing.folders import folders
from stattable.writing.returned import returned_bytes
from stattable.writing.returned_marks import is_returned, was_altered
from stattable.writing.returned_notes import BEGIN, folder_note, unit_note, whole_note
from stattable.writing.whole_files import Staging, fill
from stattable.writing.workbook import run_time

_ENDING: Final = ".退回.xlsx"
_OF_FOLDER: Final = "退回说明.txt"
_OF_ALL: Final = "全部退回说明.txt"
_MILLISECONDS: Final = 10  # that a workbook takes


@dataclass(frozen=True, slots=True)
class WrittenReturns:
    """What was written.

    Attributes:
        folder: with all of it.
        count: how many workbooks.
        unplaced: for how many returns none could be made.
        kept: earlier workbooks in which somebody had written something, under their new names.
        stale: paths of earlier workbooks that were left alone: nothing of their units goes back any more.
    """

    folder: str
    count: int
    unplaced: int
    kept: tuple[str, ...]
    stale: tuple[str, ...]


def refuse_inside(folder: str, arguments: Sequence[str]) -> None:
    """Refuse a folder within one whose files are read: what goes back would be taken for what was sent.

    Raises:
        Refusal: it is.
    """
    real = os.path.realpath(folder)
    for path in arguments:
        within = os.path.realpath(path)
        if Path(within).is_dir() and (real == within or Path(within) in Path(real).parents):
            raise Refusal("return_inside", folder=folder, path=path)


def write_returned(
    back: SendingBack,
    tree: Tree,
    folder: str,
    inputs: Collection[str],
    *,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> WrittenReturns:
    """Write all that goes back, or nothing.

    Args:
        back: what goes back.
        tree: of the units.
        folder: under which all is written.
        inputs: paths of files that are never overwritten.
        jobs: how many processes may write.
        progress: told of every workbook.

    Raises:
        Refusal: something else than an earlier result stands where a file is to go.
        OSError: a file could not be written.
    """
    places = _places(back.forms, tree, Path(folder))
    earlier = sorted(Path(folder).rglob(f"*{_ENDING}")) if Path(folder).is_dir() else []
    sources = set(map(file_key, inputs)) if earlier else set()
    texts = _texts(back, places, Path(folder))
    _refuse_to_overwrite([*places, *texts], inputs)
    kept = list[str]()
    with Staging() as staging:
        for path in places:
            if path.exists() and was_altered(str(path)):
                kept.append(str(staging.keep(path, run_time())))
        items = [(staging.place(path), sent) for path, sent in zip(places, back.forms, strict=True)]
        with closing(over_processes(_write, items, jobs, milliseconds=_MILLISECONDS)) as written:
            for _ in written:
                progress(1)
        for path, text in texts.items():
            staging.write(path, text, durable=False)
    now = set(places)
    stale = tuple(str(path) for path in earlier if path not in now and file_key(path) not in sources)
    return WrittenReturns(folder, len(places), len(back.unplaced), tuple(kept), stale)


def _write(item: tuple[Path, SentBack]) -> None:
    path, sent = item
    fill(path, returned_bytes(sent))


def _places(forms: Sequence[SentBack], tree: Tree, folder: Path) -> list[Path]:
    """Return the path of each unit's workbook: its name, in the folder that it has in the tree."""
    beyond = {
        sent.key: Unit(sent.key, sent.unit.name, sent.unit.level, code=sent.unit.code)
        for sent in forms
        if sent.key not in tree
    }
    whole = Tree([*tree.units.values(), *beyond.values()])
    of_units = folders(whole, whole.tops, folder)
    counts = Counter(sent.key for sent in forms)
    places = list[Path]()
    taken: set[str] = set()
    for sent in forms:
        place, stem = of_units[sent.key]
        ending = f".{sent.scope.label}{_ENDING}" if counts[sent.key] > 1 else _ENDING
        names = (file_name(name, ending) for name in (sent.unit.name, stem, f"{stem}_{len(places)}"))
        path = next(path for name in names if str(path := place / name).casefold() not in taken)
        taken.add(str(path).casefold())
        places.append(path)
    return places


def _texts(back: SendingBack, places: Sequence[Path], folder: Path) -> dict[Path, bytes]:
    """Return the texts by their paths: one for each folder with workbooks, and one of all."""
    if not (back.forms or back.unplaced):
        return {}
    notes = [(path, sent, unit_note(sent, path)) for sent, path in zip(back.forms, places, strict=True)]
    of_folders: dict[Path, list[str]] = {}
    for path, _, note in notes:
        of_folders.setdefault(path.parent / _OF_FOLDER, []).append(note)
    of_all = whole_note([(sent, note) for _, sent, note in notes], back.unplaced)
    return {**{path: folder_note(some) for path, some in of_folders.items()}, folder / _OF_ALL: of_all}


def _refuse_to_overwrite(paths: Sequence[Path], inputs: Collection[str]) -> None:
    read = {file_key(path) for path in inputs} if any(path.exists() for path in paths) else set()
    for path in paths:
        if not os.path.lexists(path):
            continue
        refuse_unless_file(path)
        if file_key(path) in read:
            raise Refusal("output_is_input", path=path)
        if not (_is_note(path) if path.suffix == ".txt" else is_returned(str(path))):
            raise Refusal("not_returned", path=path)


def _is_note(path: Path) -> bool:
    beginning = b"\xef\xbb\xbf" + BEGIN.encode()
    with path.open("rb") as file:
        return file.read(len(beginning)) == beginning
