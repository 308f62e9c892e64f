"""A bundle as one .zip: every paper as it is, its fingerprint taken on the way, and a list of them all."""

import hashlib
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from stattable.formats.package import BROKEN_ZIP
from stattable.formats.paths import file_key, is_there, refuse_unless_file
from stattable.model.catalogue import finding
from stattable.model.refusals import Refusal
from stattable.reading.papers import MANIFEST_NAME
from stattable.writing.delivery import Delivery, PackedPaper
from stattable.writing.manifest import manifest_bytes
from stattable.writing.whole_files import Staging

_CHUNK: Final = 2**20
_SAMPLE: Final = 64 * 1024  # bytes of a file that tell whether compressing it is worth while
_WORTH_IT: Final = 0.9  # of its length, at most
_MARK: Final = "stattable bundle "  # begins the comment of the archive
_FIRST_DAY, _LAST_DAY = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)  # that an archive knows
_RIGHTS: Final = 0o100644 << 16  # of a regular file that its owner may write, as archives have them
_UNIX: Final = 3  # whose kind these are


# -- where it goes ----------------------------------------------------------------------------------------


def refuse_output(output: str, others: Sequence[str]) -> None:
    """Refuse an output that cannot be a bundle's, as far as that shows before anything is read.

    Args:
        output: where the bundle is to go.
        others: files that are read, beside those of the folder.

    Raises:
        Refusal: it is no regular file, or one of `others`.
    """
    refuse_unless_file(output)
    if any(file_key(output) == file_key(one) for one in others):
        raise Refusal("output_is_input", path=output)


def refuse_to_overwrite(output: str, folder: str, delivery: Delivery, *, force: bool) -> None:
    """Refuse to write over anything but an earlier bundle of the same unit and edition that nobody has touched.

    Args:
        output: where the bundle is to go.
        folder: that is packed.
        delivery: the bundle.
        force: overwrite whatever stands there, unless it may be one of the papers.

    Raises:
        Refusal: something else stands there.
    """
    if not is_there(output) or _is_earlier(output, delivery):
        return
    name = delivery.bundle.root.name
    if Path(os.path.realpath(output)).is_relative_to(os.path.realpath(folder)):
        raise Refusal("bundle_is_paper", path=output, name=name)
    if not force:
        raise Refusal("not_our_bundle", path=output, name=name)


def _is_earlier(path: str, delivery: Delivery) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _mark(archive, delivery)
    except BROKEN_ZIP:
        return False


def _mark(archive: zipfile.ZipFile, delivery: Delivery) -> bytes:
    """Return the comment of an archive, which says of whom it is, and holds for all that is in it."""
    root = delivery.bundle.root
    said = [(root.key or root.name, delivery.edition), *((one.filename, one.CRC) for one in archive.infolist())]
    return (_MARK + hashlib.sha256(repr(said).encode()).hexdigest()).encode()


# -- writing ----------------------------------------------------------------------------------------------


class _Unwanted(Exception):  # noqa: N818  -- nothing is wrong with the program
    """Papers changed on the way, and nothing is to be written then."""


def write_bundle(
    delivery: Delivery,
    output: str,
    *,
    strict: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Delivery, bool]:
    """Write a bundle, whole or not at all.

    Args:
        delivery: the bundle.
        output: where it goes.
        strict: write nothing if papers change on the way.
        progress: told of every paper that is in it.

    Returns:
        The bundle with the fingerprints of its papers, and whether it was written.

    Raises:
        OSError: it could not be written.
        Stopped: somebody stopped it.
    """
    packed: list[PackedPaper] = []
    checked = {one.path: one.file.facts.sha256 for one in delivery.bundle.returns}
    done = delivery
    try:
        with (
            Staging() as staging,
            staging.stream(Path(output)) as file,
            zipfile.ZipFile(file, "w", allowZip64=True) as archive,
        ):
            for one in delivery.papers:
                packed.append(_add(archive, one, checked.get(one.paper.file.path)))
                progress(1)
            done = _with_changes(delivery, packed)
            if strict and done.has_errors:
                raise _Unwanted
            latest = max((one.paper.file.mtime for one in packed), default=0.0)
            info = _entry(MANIFEST_NAME, latest)
            archive.writestr(info, manifest_bytes(done))
            archive.comment = _mark(archive, delivery)
    except _Unwanted:
        return done, False
    return done, True


def _with_changes(delivery: Delivery, packed: Sequence[PackedPaper]) -> Delivery:
    findings = delivery.findings
    if names := tuple(one.place for one in packed if one.is_changed):
        findings = (*findings, finding("B009", params={"count": len(names), "names": names}))
    return replace(delivery, papers=tuple(packed), findings=findings)


def _add(archive: zipfile.ZipFile, one: PackedPaper, checked: str | None) -> PackedPaper:
    """Put a paper into an archive; what cannot be read any more is there as far as it could be.

    Args:
        archive: open for writing.
        one: the paper.
        checked: its fingerprint when it was read as a return, or None.
    """
    about = one.paper.file
    try:
        source = Path(about.path).open("rb")  # noqa: SIM115  -- closed below, with an error of its own
    except OSError:
        return replace(one, is_changed=True)
    with source:
        info = _entry(one.name, about.mtime)
        sample = source.read(_SAMPLE)
        source.seek(0)
        is_small = len(zlib.compress(sample, 1)) <= _WORTH_IT * len(sample)
        info.compress_type = zipfile.ZIP_DEFLATED if is_small else zipfile.ZIP_STORED
        info.file_size = about.size
        with archive.open(info, "w") as target:
            digest, size = _copy(source, target, about.size)
        now = os.fstat(source.fileno())
    is_changed = (size, now.st_size, now.st_mtime) != (about.size, about.size, about.mtime) or checked not in {
        None, digest,
    }  # fmt: skip
    return replace(one, sha256=digest, size=size, is_changed=is_changed)


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> tuple[str, int]:
    """Copy at most `size` bytes; return the fingerprint of what was copied, and how much that was."""
    digest, rest = hashlib.sha256(), size
    while rest and (chunk := _read(source, min(rest, _CHUNK))):
        digest.update(chunk)
        target.write(chunk)
        rest -= len(chunk)
    return digest.hexdigest(), size - rest


def _read(source: IO[bytes], size: int) -> bytes:
    """Return what can be read: nothing where a disk fails, as at the end of a file that has become shorter."""
    try:
        return source.read(size)
    except OSError:
        return b""


def _entry(name: str, mtime: float) -> zipfile.ZipInfo:
    try:
        when = time.localtime(mtime)[:6]
    except (OverflowError, OSError, ValueError):  # a time that the system does not know
        when = _FIRST_DAY
    info = zipfile.ZipInfo(name, min(max(when, _FIRST_DAY), _LAST_DAY))
    info.create_system = _UNIX
    info.external_attr = _RIGHTS
    return info
