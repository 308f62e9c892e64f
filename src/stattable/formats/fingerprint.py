"""What is known of a file without opening it: fingerprint, size, time of change."""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from stattable.formats.sniff import MAX_BYTES


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
    about = Path(path).stat()
    regular = stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES
    return FileFacts(sha256(Path(path).read_bytes()) if regular else None, about.st_size, about.st_mtime)


def sha256(data: bytes) -> str:
    """Return the fingerprint of a file's content."""
    return hashlib.sha256(data).hexdigest()
