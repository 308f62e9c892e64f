"""Arguments → the files to read: those named and those in folders, each once, without what is never an input."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from pathlib import Path, PurePath
from typing import Final

from stattable.formats.list_mark import is_marked
from stattable.formats.page_mark import PAGE_ENDINGS, is_page
from stattable.formats.paths import KEPT_MARK, file_key
from stattable.formats.sniff import RETURN_LIKE, FileKind, is_spreadsheet_name, sniff
from stattable.formats.storage import ARCHIVE_SUFFIX, about, files_in_archive, opened
from stattable.model.catalogue import finding
from stattable.model.findings import Finding
from stattable.model.text import listed, normalised

_NEVER_PREFIXES: Final = ("~$", ".~", "._")
_NEVER_NAMES: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_NEVER_FOLDERS: Final = frozenset({"__macosx"})
_LIST_ENDINGS: Final = (".xlsx", ".docx")  # of lists and letters that we wrote
_ARCHIVES: Final = (ARCHIVE_SUFFIX, ".rar", ".7z")
_NAMES_SHOWN: Final = 3
# What a browser, a cloud or an office program leaves in place of a file: a download that did not end, or a link.
_SCAN_WORDS: Final = re.compile(r"[\s_-]|\([^()]*\)|(?:盖章|签字|扫描|拍照)+(?:件|版|照片)?")
PLACEHOLDER_ENDINGS: Final = (
    ".crdownload", ".download", ".downloading", ".opdownload", ".part", ".partial", ".xltd", ".td", ".aria2",
    ".icloud", ".cloud", ".url", ".lnk", ".webloc", ".desktop", ".gsheet", ".ksheet", ".kdocs", ".otl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read.

    Attributes:
        paths: the files, as the user named them or the folder they are in, sorted, each file once.
        named: the paths that the user named, which were not only found in a folder.
        others: the files in folders that are no returns, sorted.
        findings: F006 for every folder with files that are no returns, F009 for every one with files that only stand
            for others, F007 for one that cannot be opened.
    """

    paths: tuple[str, ...]
    named: frozenset[str]
    findings: tuple[Finding, ...]
    others: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether some of the files were found in a folder, and not only named."""
        return not self.named.issuperset(self.paths)

    def with_others(self, more: Iterable[str]) -> "Inputs":
        """Return the same with `more` files that are no returns; of each folder they are told of at once."""
        others = sorted({*self.others, *more})
        rest = (one for one in self.findings if one.code not in {"F006", "F009"})
        return replace(self, others=tuple(others), findings=(*_not_returns(others), *rest))


NO_INPUTS: Final = Inputs((), frozenset(), ())


def find_inputs(arguments: Iterable[str], excluded: Iterable[str | Path] = ()) -> Inputs:
    """Return the files that `arguments`, files and folders, lead to.

    Args:
        arguments: paths that exist.
        excluded: files that are no inputs, wherever they turn up, such as the roster.
    """
    skipped = set(map(file_key, excluded))
    chosen: dict[str, str] = {}  # real path → the first of its names in sorted order
    named: set[str] = set()
    others: dict[str, str] = {}  # the same for files that are no returns
    unopened: dict[str, OSError] = {}
    for argument in arguments:
        its_real_path = os.path.realpath(argument)
        archived = _files_in_archive(argument, its_real_path)
        is_folder = archived is not None or Path(argument).is_dir()
        for path, real in archived or (_walk(argument, unopened) if is_folder else [(argument, its_real_path)]):
            if is_never_input(path) or (is_folder and is_of_ours(path)) or (skipped and file_key(path) in skipped):
                continue
            group = others if is_folder and not _is_return_like(path) else chosen
            group[real] = min(path, group.get(real, path))
            if not is_folder:
                named.add(real)
    for real in _scans_beside_returns({real: path for real, path in chosen.items() if real not in named}):
        others[real] = chosen.pop(real)
    rest = sorted(path for real, path in others.items() if real not in named)
    return Inputs(
        tuple(sorted(chosen.values())),
        frozenset(path for real, path in chosen.items() if real in named),
        (*_not_returns(rest), *_not_opened(unopened)),
        tuple(rest),
    )


def _scans_beside_returns(found: Mapping[str, str]) -> list[str]:
    """Return the keys of the PDF files among what a walk found that lie beside a spreadsheet of their name."""
    scans = {key: path for key, path in found.items() if path.lower().endswith(".pdf")}
    if not scans:
        return []
    tables = {_place(path) for path in found.values() if is_spreadsheet_name(path)}
    return [key for key, path in scans.items() if _place(path) in tables]


def _place(path: str) -> tuple[Path, str]:
    return Path(path).parent, scan_name(path)


def scan_name(path: str) -> str:
    """Return what a file is called, without the words that tell a scan from the table that was scanned."""
    stem = normalised(Path(path).stem)
    return _SCAN_WORDS.sub("", stem) or stem


def _not_returns(paths: Iterable[str]) -> Iterator[Finding]:
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folders.setdefault(str(Path(path).parent), []).append(Path(path).name)
    for folder, names in sorted(folders.items()):
        stand_ins = tuple(name for name in names if name.lower().endswith(PLACEHOLDER_ENDINGS))
        rest = [name for name in names if name not in stand_ins]
        if stand_ins:
            yield finding("F009", path=folder, params={"count": len(stand_ins), "names": stand_ins})
        if rest:
            shown = listed(rest, most=_NAMES_SHOWN, rest="等")
            yield finding("F006", path=folder, params={"count": len(rest), "names": shown})


def _not_opened(unopened: Mapping[str, OSError]) -> Iterator[Finding]:
    for folder, error in sorted(unopened.items()):
        yield finding("F007", path=folder, params={"detail": type(error).__name__})


def _walk(folder: str, unopened: dict[str, OSError]) -> Iterator[tuple[str, str]]:
    """Yield the files in a folder and those below it, following links, each with its real path.

    Args:
        folder: the path of the folder.
        unopened: takes the folders that cannot be opened.
    """
    first = str(Path(folder))
    waiting = [(first, os.path.realpath(first))]
    seen = {waiting[0][1]}  # a link may lead to a folder elsewhere, or back to one above it
    while waiting:
        here, real_here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=attrgetter("name"))
        except OSError as error:
            unopened[str(error.filename)] = error
            continue
        beginning, real_beginning = ("" if here == os.curdir else os.path.join(here, "")), os.path.join(real_here, "")
        folders = []
        for entry in found:
            path = f"{beginning}{entry.name}"
            if not _is_folder(entry):
                real = os.path.realpath(path) if entry.is_symlink() else f"{real_beginning}{entry.name}"
                yield from _files_in_archive(path, real) or [(path, real)]
            else:
                folders.append((entry.is_symlink(), path))
        new = {}
        for _, path in sorted(folders):  # a folder's own name before a link's
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                new[path] = real
        waiting += reversed(new.items())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _files_in_archive(path: str, real: str) -> list[tuple[str, str]] | None:
    """Return the files in what a path leads to, each with its real path, where that is a zip archive.

    One within another is not opened.
    """
    is_archive = path.lower().endswith(ARCHIVE_SUFFIX) and os.path.isfile(path) and _kind(path) is FileKind.ARCHIVE
    if not is_archive or (files := files_in_archive(path)) is None:
        return None
    return [(file, os.path.normpath(f"{real}{file[len(path) :]}")) for file in files]


def _kind(path: str) -> FileKind:
    """Return what a file is; unknown where it cannot be looked at."""
    try:
        if not about(path).is_regular:  # a pipe may wait forever
            return FileKind.UNKNOWN
        with opened(path) as file:
            return sniff(file)
    except OSError:
        return FileKind.UNKNOWN


def is_never_input(path: str) -> bool:
    """Whether a system or an office program left a file beside what people put there."""
    folder, name = os.path.split(path)
    return _is_copy(folder) or name.startswith(_NEVER_PREFIXES) or name.lower() in _NEVER_NAMES


@lru_cache(maxsize=4096)
def _is_copy(folder: str) -> bool:
    """Whether a folder holds copies: one in an archive made on a Mac."""
    return any(part.lower() in _NEVER_FOLDERS for part in PurePath(folder).parts)


def is_of_ours(path: str) -> bool:
    """Whether a file is a list or a web page that we wrote, which is no return."""
    name = path.lower()
    return (name.endswith(_LIST_ENDINGS) and is_marked(path)) or (name.endswith(PAGE_ENDINGS) and is_page(path))


def _is_return_like(path: str) -> bool:
    if (
        KEPT_MARK in path and KEPT_MARK in os.path.split(path)[1]
    ):  # what `merge` kept of an earlier result is for people to look at
        return False
    if is_spreadsheet_name(path) or path.lower().endswith(_ARCHIVES):  # whatever there is of it
        return True
    return _kind(path) in RETURN_LIKE
