"""Files where they are stored: on disk, or in a zip archive there, as in 村表.zip/官渡村.xlsx."""

import io
import os
import stat
import time
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from stattable.formats.package import BROKEN_ZIP

_UTF_8_NAME: Final = 0x800  # the flag of an entry whose name is UTF-8
_ENCRYPTED: Final = 0x1
_ENCODINGS: Final = ("utf-8", "gb18030")  # of names without it: as a Mac writes them, and as Windows does
MAX_ENTRIES: Final = 10_000  # of an archive
ARCHIVE_SUFFIX: Final = ".zip"
_LEADS_ON: Final = f"{ARCHIVE_SUFFIX}/"  # in a path into an archive
_BINARY: Final = getattr(os, "O_BINARY", 0)  # or Windows takes a file for text
_MOST: Final = 2**25  # bytes of an entry that are unpacked: more than are read of any file


class DamagedEntry(OSError):  # noqa: N818  -- it says what is wrong with a file, not with the program
    """What an archive has of a file cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file without reading it.

    Attributes:
        size: in bytes, 0 for what is no regular file.
        mtime: time of its last change, in seconds since 1970.
        is_regular: whether it is a file, and no device, pipe or folder.
    """

    size: int
    mtime: float
    is_regular: bool = True


def about(path: str) -> About:
    """Return what is known of the file at `path` without reading it.

    Raises:
        OSError: there is none, or it cannot be looked at.
    """
    if (inside := _inside(path)) is None:
        found = os.stat(path)
        return About(found.st_size, found.st_mtime, stat.S_ISREG(found.st_mode))
    entry = inside[1]
    return About(entry.file_size, time.mktime((*entry.date_time, 0, 0, -1)))


def opened(path: str) -> BinaryIO:
    """Return the file at `path`, open for reading.

    Raises:
        OSError: it cannot be opened.
        DamagedEntry: what the archive has of it is damaged.
    """
    if (inside := _inside(path)) is None:
        return open(path, "rb")
    archive, entry = inside
    try:
        package = _archive(archive, *_state(archive), os.getpid())
        with package.open(entry) as part:
            return io.BytesIO(part.read(min(entry.file_size, _MOST)))
    except BROKEN_ZIP as error:
        raise DamagedEntry(path) from error


def read(path: str) -> bytes:
    """Return the content of the file at `path`; see :func:`opened`."""
    with opened(path) as file:
        return file.read()


def read_end(path: str, length: int) -> bytes:
    """Return the last `length` bytes of the file at `path`; see :func:`opened`.

    Raises:
        OSError: it has fewer, too.
    """
    if _inside(path):
        with opened(path) as file:
            file.seek(-length, io.SEEK_END)
            return file.read()
    handle = os.open(path, os.O_RDONLY | _BINARY)  # in half of the time that a file object takes
    try:
        os.lseek(handle, -length, os.SEEK_END)
        return os.read(handle, length)
    finally:
        os.close(handle)


def files_in_archive(path: str) -> list[str] | None:
    """Return the paths of the files in a zip archive, or None where it is none that is opened like a folder.

    Such have a password, no file or more than 10,000 of them, or two of one name, of which readers find either.

    Args:
        path: of the archive, on disk.
    """
    entries = _entries(path, *_state(path))
    return [f"{path}/{name}" for name in sorted(entries)] if entries else None


def _inside(path: str) -> tuple[str, zipfile.ZipInfo] | None:
    """Return the archive that a path leads into, and the entry in it, or None where it leads to a file on disk."""
    at = path.lower().find(_LEADS_ON)
    while at >= 0:
        archive, name = path[: at + len(ARCHIVE_SUFFIX)], path[at + len(_LEADS_ON) :]
        if Path(archive).is_file() and (entries := _entries(archive, *_state(archive))) and name in entries:
            return archive, entries[name]
        at = path.lower().find(_LEADS_ON, at + 1)
    return None


def _state(path: str) -> tuple[float, int]:
    found = os.stat(path)
    return found.st_mtime, found.st_size


@lru_cache(maxsize=4)
def _archive(path: str, mtime: float, size: int, process: int) -> zipfile.ZipFile:  # noqa: ARG001
    """Return an archive, kept open by each process for itself: what reads many of its files opens it once."""
    return zipfile.ZipFile(path)


@lru_cache(maxsize=8)
def _entries(path: str, mtime: float, size: int) -> Mapping[str, zipfile.ZipInfo] | None:
    """Return the files in an archive by their names; kept as long as it is the same."""
    try:
        package = _archive(path, mtime, size, os.getpid())
        entries = [entry for entry in package.infolist() if not entry.filename.endswith(("/", "\\"))]
    except BROKEN_ZIP:
        return None
    if len(entries) > MAX_ENTRIES or any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return None
    named = {_name(entry): entry for entry in entries}
    return named if len(named) == len(entries) else None


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry as people see it, whichever program wrote it; it leads nowhere else."""
    name = entry.filename
    if not entry.flag_bits & _UTF_8_NAME:
        stored = name.encode("cp437", "replace")
        for encoding in _ENCODINGS:
            try:
                name = stored.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in {"", ".", ".."})
