"""A folder → the files in it that go into a bundle, each with what it is and whether it opens; and what is left out."""

import os
import stat
from collections.abc import Callable, Container, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from stattable.formats.package import open_package
from stattable.formats.paths import KEPT_MARK, FileKey, file_key
from stattable.formats.sniff import (
    MAX_BYTES,
    SPREADSHEET_SUFFIXES,
    WORKBOOKS,
    ZIP,
    FileKind,
    is_spreadsheet_name,
    package_kind,
    sniff,
)
from stattable.formats.soundness import document_soundness
from stattable.media.pictures import is_whole_picture
from stattable.media.recordings import HEAD, container_of, is_whole_recording
from stattable.model.papers import Soundness
from stattable.processes import WorkerFailed, in_own_process, over_processes
from stattable.reading.inputs import PLACEHOLDER_ENDINGS, is_never_input, is_of_ours

MANIFEST_NAME: Final = "清单.xlsx"
_DOCUMENT_ENDINGS: Final = (".doc", ".docx", ".wps", ".wpt", ".rtf", ".pdf", ".ofd", ".txt", ".ppt", ".pptx", ".dps")
_DOCUMENTS: Final = frozenset({FileKind.DOCX, FileKind.WORD, FileKind.PDF, FileKind.OFD, FileKind.TEXT, FileKind.HTML,
                               FileKind.MHTML, FileKind.SLIDES})  # fmt: skip
_LOCKED: Final = frozenset({FileKind.ENCRYPTED, FileKind.RIGHTS, FileKind.OFFICE})
_MAY_HOLD_A_FORM: Final = WORKBOOKS | {FileKind.DOCX, FileKind.XML, FileKind.OLD_EXCEL, FileKind.NUMBERS}
_MILLISECONDS: Final = 20  # that it takes to look at a file: most are photos
_SECONDS, _MEGABYTES = 60.0, 600  # that one may take, where a process died over it


class LeftOutReason(StrEnum):
    """Why a file is not in a bundle; the values are what findings call the reasons."""

    SYSTEM = "system"
    EARLIER = "earlier"
    STAND_IN = "stand_in"
    PROGRAM = "program"
    LINK_INSIDE = "link_inside"
    LINK = "link"
    SPECIAL = "special"
    NO_ACCESS = "no_access"

    @property
    def is_loss(self) -> bool:
        """Whether something is missing without the file."""
        return self in {LeftOutReason.LINK, LeftOutReason.SPECIAL, LeftOutReason.NO_ACCESS}


class LeftOut(NamedTuple):
    """A file or folder that is not in a bundle."""

    path: str
    reason: LeftOutReason


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file for a bundle.

    Attributes:
        path: as the user named the folder, and below it.
        parts: the names of the folders below that one, and its own.
        size: in bytes.
        mtime: time of its last change, in seconds since 1970.
        kind: what it is by its bytes.
        soundness: whether it opens.
    """

    path: str
    parts: tuple[str, ...]
    size: int
    mtime: float
    kind: FileKind
    soundness: Soundness

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return Path(self.parts[-1]).stem

    @property
    def is_document(self) -> bool:
        """Whether it is something to read, as a summary is."""
        return self.kind in _DOCUMENTS or (
            self.kind in {*_LOCKED, FileKind.EMPTY, FileKind.UNKNOWN}
            and self.parts[-1].lower().endswith(_DOCUMENT_ENDINGS)
        )

    @property
    def may_be_table(self) -> bool:
        """Whether it is to be read as a return, or says that it is one."""
        if KEPT_MARK in self.parts[-1] or is_of_ours(self.path):
            return False
        if is_spreadsheet_name(self.parts[-1]):
            return True
        return self.kind in _MAY_HOLD_A_FORM and not self.soundness.is_fault and self.size <= MAX_BYTES


class FolderFiles(NamedTuple):
    """What lies in a folder.

    Attributes:
        files: that go into a bundle, sorted by their parts.
        left_out: the others, sorted.
    """

    files: tuple[PaperFile, ...]
    left_out: tuple[LeftOut, ...]


def read_folder(
    folder: str,
    excluded: Sequence[str] = (),
    *,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> FolderFiles:
    """Return the files in a folder and below it; no link is followed.

    Args:
        folder: its path.
        excluded: files that are nobody's papers, wherever they turn up: the bundle itself, and the roster.
        jobs: how many processes may look at files; None for as many as there are processors.
        progress: told of every file that was looked at.
    """
    found, left_out = _walk(folder, frozenset(map(file_key, excluded)))
    paths = [path for path, _ in found]
    files: list[PaperFile] = []
    results = over_processes(_look_at, paths, jobs, _look_alone, milliseconds=_MILLISECONDS)
    with closing(results):
        for (path, parts), (kind, soundness, size, mtime) in zip(found, results, strict=True):
            progress(1)
            if kind is FileKind.PROGRAM:
                left_out.append(LeftOut(path, LeftOutReason.PROGRAM))
            elif soundness is Soundness.NO_ACCESS:
                left_out.append(LeftOut(path, LeftOutReason.NO_ACCESS))
            else:
                files.append(PaperFile(path, parts, size, mtime, kind, soundness))
    return FolderFiles(tuple(sorted(files, key=lambda one: one.parts)), tuple(sorted(left_out)))


# -- which files there are --------------------------------------------------------------------------------

_Found = tuple[str, tuple[str, ...]]


def _walk(folder: str, excluded: Container[FileKey]) -> tuple[list[_Found], list[LeftOut]]:
    found: list[_Found] = []
    left_out: list[LeftOut] = []
    root = os.path.realpath(folder)

    def cannot_open(error: OSError) -> None:
        left_out.append(LeftOut(str(error.filename), LeftOutReason.NO_ACCESS))

    for parent, folders, names in os.walk(folder, onerror=cannot_open):
        here = Path(parent)
        below = here.relative_to(folder).parts
        links = [name for name in folders if _is_link(here / name)]
        copies = [name for name in folders if is_never_input(str(here / name / "_"))]
        folders[:] = sorted(set(folders).difference(links, copies))
        left_out += [LeftOut(str(here / name), LeftOutReason.SYSTEM) for name in copies]
        for name in sorted([*names, *links]):
            path = str(here / name)
            if reason := _why_left_out(path, root, is_top=not below):
                left_out.append(LeftOut(path, reason))
            elif file_key(path) not in excluded:
                found.append((path, (*below, name)))
    return found, left_out


def _is_link(path: Path) -> bool:
    """Whether a folder is a link, or what Windows calls a junction."""
    return os.path.realpath(path) != str(Path(os.path.realpath(path.parent), path.name))


def _why_left_out(path: str, root: str, *, is_top: bool) -> LeftOutReason | None:
    name = Path(path).name
    if is_never_input(path):
        return LeftOutReason.SYSTEM
    if _is_link(Path(path)):
        real = os.path.realpath(path)
        is_inside = Path(real).exists() and Path(real).is_relative_to(root)
        return LeftOutReason.LINK_INSIDE if is_inside else LeftOutReason.LINK
    if name.lower().endswith(PLACEHOLDER_ENDINGS):
        return LeftOutReason.STAND_IN
    try:
        if not stat.S_ISREG(Path(path).lstat().st_mode):  # a pipe may wait forever
            return LeftOutReason.SPECIAL
    except OSError:
        return LeftOutReason.NO_ACCESS
    return LeftOutReason.EARLIER if is_top and name == MANIFEST_NAME and is_of_ours(path) else None


# -- what each is -----------------------------------------------------------------------------------------

_Look = tuple[FileKind, Soundness, int, float]


def _look_at(path: str) -> _Look:
    """Return what a file is, whether it opens, its size and the time of its last change."""
    try:
        about = Path(path).stat()
        with Path(path).open("rb") as file:
            return (*_kind_and_soundness(path, file), about.st_size, about.st_mtime)
    except OSError:
        return FileKind.UNKNOWN, Soundness.NO_ACCESS, 0, 0.0


def _look_alone(path: str) -> _Look:
    """Do the same in a process of its own; what it dies over cannot be told to open."""
    try:
        return in_own_process(_look_at, path, _SECONDS, _MEGABYTES)
    except WorkerFailed:
        about = Path(path).stat()
        return FileKind.UNKNOWN, Soundness.UNCHECKED, about.st_size, about.st_mtime


def _kind_and_soundness(path: str, file: BinaryIO) -> tuple[FileKind, Soundness]:
    head = file.read(HEAD)
    if container := container_of(head):
        kind = FileKind.PICTURE if container == "heif" else FileKind.VIDEO
        return kind, _soundness(is_whole_recording(file, container))
    package = open_package(file) if head.startswith(ZIP) else None  # whatever its size
    kind = package_kind(package) if package else sniff(file)
    if kind is FileKind.EMPTY:
        return kind, Soundness.EMPTY
    if kind is FileKind.PICTURE:
        return kind, _soundness(is_whole_picture(path))
    if kind is FileKind.VIDEO:  # a sound, which is none
        return FileKind.UNKNOWN, Soundness.UNCHECKED
    if kind is FileKind.OFFICE and not path.lower().endswith((*_DOCUMENT_ENDINGS, *SPREADSHEET_SUFFIXES)):
        kind = FileKind.UNKNOWN  # of which any bytes may be that look like chance
    soundness = document_soundness(file, kind)
    if kind is FileKind.UNKNOWN and soundness is Soundness.UNCHECKED and path.lower().endswith(_MUST_OPEN):
        soundness = Soundness.BROKEN
    return kind, soundness


# What is called so and is nothing that can be told by its bytes is damaged.
_MUST_OPEN: Final = (*_DOCUMENT_ENDINGS, ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic",
                     ".mp4", ".mov", ".avi", ".wmv", ".mkv", ".m4v", ".zip")  # fmt: skip


def _soundness(is_whole: bool | None) -> Soundness:
    return Soundness.UNCHECKED if is_whole is None else Soundness.WHOLE if is_whole else Soundness.BROKEN
