"""Writing files: all of them whole, or none."""

import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from stattable.formats.paths import KEPT_MARK
from stattable.model.refusals import HalfWritten, Stopped
from stattable.model.text import with_ending

_BINARY: Final = getattr(os, "O_BINARY", 0)  # or Windows takes a file for text


class Staging:
    """A context in which files are written under temporary names, and at whose end they are all put in place.

    If it ends with an error, or is stopped, everything is as it was before.

    Args:
        mark: what temporary names begin with; None for one that nobody else has.

    Raises:
        OSError: a file could not be written or put in its place. It names the file where it belongs.
        Stopped: somebody stopped it.
        HalfWritten: some are in their places, and the files there before cannot be put back.
    """

    def __init__(self, mark: str | None = None) -> None:
        self._places: dict[Path, Path] = {}  # by temporary file
        self._mark = mark or _new_mark()
        self._used: set[Path] = set()  # folders with temporary files
        self._made: list[Path] = []  # folders that were not there
        self._before: dict[Path, Path] = {}  # the file at a place before, under a temporary name

    def place(self, path: Path) -> Path:
        """Return a temporary file, empty, that will be put at `path`; a link is followed."""
        handle, temporary = self._beside(path)
        os.close(handle)
        return temporary

    def write(self, path: Path, data: bytes, *, durable: bool = True) -> None:
        """Write a file that will be put at `path`.

        Args:
            path: its place.
            data: its content.
            durable: wait until the disk has it; too slow for many files that are quickly made again.
        """
        handle, temporary = self._beside(path)
        with _filling(handle, temporary, durable=durable) as file:
            file.write(data)

    @contextmanager
    def stream(self, path: Path) -> Iterator[BinaryIO]:
        """Yield a new file, open for writing anywhere in it, that will be put at `path`: one too large for memory."""
        handle, temporary = self._beside(path)
        with _filling(handle, temporary, durable=True) as file:
            yield file

    def write_lines(self, path: Path, lines: Iterable[str]) -> None:
        """Write a text file that will be put at `path`, a line at a time, as UTF-8."""
        handle, temporary = self._beside(path)
        with _filling(handle, temporary, durable=True) as file:
            file.writelines(line.encode("utf-8", "replace") for line in lines)

    def keep(self, path: Path, when: datetime) -> Path:
        """Copy the file at `path` to a name next to it that says so, overwriting nothing, and return that name.

        To be called before what replaces it is written, so that it is in its place before, too.
        """
        note = f"{KEPT_MARK} {when:%Y-%m-%d %H%M%S}"
        for again in count(1):
            ending = f"{note}）" if again == 1 else f"{note} {again}）"
            kept = path.with_name(with_ending(path.stem, f"{ending}{path.suffix}"))
            if not os.path.lexists(kept):
                break
        temporary = self.place(kept)
        fill(temporary, path.read_bytes())
        shutil.copystat(path, temporary)
        return kept

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _uninterrupted():
            if error is None:
                self._put_in_place()
            else:
                self._clean_up(failed=True)
        if isinstance(error, KeyboardInterrupt):
            raise Stopped from error
        if isinstance(error, OSError) and error.filename and (place := self._places.get(Path(error.filename))):
            raise _of(error, place) from error

    def _put_in_place(self) -> None:
        try:
            for temporary, place in self._places.items():
                self._move(temporary, place)
        except BaseException as error:
            stuck = self._put_back()
            self._clean_up(failed=True)
            if stuck:
                raise HalfWritten(stuck) from error
            if isinstance(error, KeyboardInterrupt):
                raise Stopped from error
            raise
        self._clean_up(failed=False)

    def _move(self, temporary: Path, place: Path) -> None:
        try:
            if place.exists():
                self._before[place] = temporary.with_suffix(".old")
                _link(place, self._before[place])
            temporary.replace(place)
        except OSError as error:
            raise _of(error, place) from error

    def _put_back(self) -> dict[str, str]:
        """Put back the files that were there before; return the places where that fails, with their files."""
        stuck = {}
        for temporary, place in self._places.items():
            if temporary.exists():
                continue
            try:
                if place in self._before:
                    self._before[place].replace(place)
                else:
                    place.unlink(missing_ok=True)
            except OSError:
                stuck[str(place)] = str(self._before.pop(place, ""))
        return stuck

    def _clean_up(self, *, failed: bool) -> None:
        """Remove temporary files, and folders that were made in vain."""
        temporary = [path for folder in self._used for path in folder.glob(f"{self._mark}*.tmp")] if failed else []
        for path in (*self._before.values(), *temporary):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        for folder in reversed(self._made if failed else ()):
            with suppress(OSError):  # somebody else may use it by now
                folder.rmdir()

    def _beside(self, path: Path) -> tuple[int, Path]:
        target = Path(os.path.realpath(path)) if path.is_symlink() or ".." in path.parts else path
        try:
            self._make(target.parent)
            self._used.add(target.parent)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=self._mark, suffix=".tmp")
        except OSError as error:  # with the temporary name, which means nothing to the user
            raise _of(error, path) from error
        temporary = Path(name)
        self._places[temporary] = target
        return handle, temporary

    def _make(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            self._made.append(one)
            one.mkdir(exist_ok=True)


def fill(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write `data` into the file at `path`, which :meth:`Staging.place` made; see :meth:`Staging.write`.

    Raises:
        OSError: it could not be written, or is not there any more.
    """
    with filling(path, durable=durable) as file:
        file.write(data)


@contextmanager
def filling(path: Path, *, durable: bool = False) -> Iterator[BinaryIO]:
    """Yield the file at `path`, which :meth:`Staging.place` made, open for writing; see :func:`fill`."""
    with _filling(os.open(path, os.O_RDWR | _BINARY), path, durable=durable) as file:
        yield file


@contextmanager
def _filling(handle: int, path: Path, *, durable: bool) -> Iterator[BinaryIO]:
    """Yield the new file at `path`, open as `handle`, and then let others read it as usual."""
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(handle)
        path.chmod(0o666 & ~_umask())
    except OSError as error:
        if error.filename:  # of another file than this one
            raise
        raise _of(error, path) from error


def write_atomically(path: Path, data: bytes, *, durable: bool = True, mark: str | None = None) -> None:
    """Put `data` at `path` whole or not at all, making folders as needed; see :class:`Staging`."""
    with Staging(mark) as staging:
        staging.write(path, data, durable=durable)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Put a text file at `path` whole or not at all; see :class:`Staging`."""
    with Staging() as staging:
        staging.write_lines(path, lines)


@contextmanager
def new_files(paths: Collection[Path]) -> Iterator[str]:
    """A context in which files are written where nothing stands, by processes that may be killed while they do.

    If it ends with an error, or is stopped, none of them is there.

    Args:
        paths: of the files.

    Yields:
        The mark with which :func:`write_atomically` is to write each.

    Raises:
        Stopped: somebody stopped it.
    """
    mark = _new_mark()
    folders = {path.parent for path in paths}
    missing = {one for folder in folders for one in (folder, *folder.parents) if not one.exists()}
    try:
        yield mark
    except BaseException as error:
        with _uninterrupted():
            for path in (*paths, *(one for folder in folders for one in folder.glob(f"{mark}*.tmp"))):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            for folder in sorted(missing, key=lambda one: len(one.parts), reverse=True):
                with suppress(OSError):  # somebody else may use it by now
                    folder.rmdir()
        if isinstance(error, KeyboardInterrupt):
            raise Stopped from error
        raise


@contextmanager
def through_temporary_files() -> Iterator[None]:
    """A context for what holds its data in temporary files of the system's, until it is done.

    Raises:
        OSError: one of them could not be written. It names their folder.
    """
    try:
        yield
    except OSError as error:
        raise _of(error, Path(tempfile.gettempdir())) from error


def _new_mark() -> str:
    """Return what temporary names begin with, which are never taken for inputs."""
    return f".~{secrets.token_hex(4)}-"


def _of(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, error.strerror or str(error), str(path))


def _link(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:
        shutil.copy2(path, other)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C for a moment."""
    if threading.current_thread() is not threading.main_thread():  # Ctrl-C goes to the main thread only
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler or signal.SIG_DFL)
