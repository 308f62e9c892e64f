"""What is known of a file without opening it: fingerprint, size, time of change."""

import hashlib
from dataclasses import dataclass
from typing import Final

from stattable.formats.storage import about, read

_MOST_BYTES: Final = 200 * 2**20  # of a file whose fingerprint is taken: the roster of a nation is longer than a return


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file without understanding it: its fingerprint, size in bytes, and time of change."""

    sha256: str | None
    size: int
    mtime: float


def file_facts(path: str) -> FileFacts:
    """Return what is known of the file at `path` without opening it; no fingerprint where it is beyond the limits.

    Raises:
        OSError: the file cannot be read.
    """
    file = about(path)
    fingerprint = sha256(read(path)) if file.is_regular and file.size <= _MOST_BYTES else None
    return FileFacts(fingerprint, file.size, file.mtime)


def sha256(data: bytes) -> str:
    """Return the fingerprint of a file's content."""
    return hashlib.sha256(data).hexdigest()
