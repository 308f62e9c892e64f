"""The files of a ledger held against those at hand: the same, changed, gone, or come in since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from stattable.checking.reader import file_facts
from stattable.merging.ledger import Entry, Ledger


class FileState(StrEnum):
    """What has become of a file in the ledger."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"  # no sources were given


@dataclass(frozen=True, slots=True)
class Matched:
    """The files of one ledger, and those at hand.

    Attributes:
        states: what has become of each file, by its number in the ledger.
        paths: where it is now, by the same; those that are gone have none.
        new: files at hand that the ledger does not have.
    """

    states: Mapping[int, FileState]
    paths: Mapping[int, str]
    new: Sequence[str]

    def state(self, number: int) -> FileState:
        """Return what has become of the file with a number in the ledger."""
        return self.states.get(number, FileState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sources:
    """Files at hand, by their fingerprints.

    Attributes:
        prints: SHA-256 of each file, by path; ``""`` where it has none, because it cannot be read.
        by_print: the paths with the same fingerprint, sorted.
    """

    prints: Mapping[str, str]
    by_print: Mapping[str, Sequence[str]] = field(repr=False)

    @classmethod
    def of(cls, paths: Iterable[str]) -> "Sources":
        """Take the fingerprints of files."""
        prints = {path: _fingerprint(path) for path in sorted(paths)}
        by_print: dict[str, list[str]] = {}
        for path, print_ in prints.items():
            if print_:
                by_print.setdefault(print_, []).append(path)
        return cls(prints, by_print)

    def match(self, ledger: Ledger) -> Matched:
        """Find the files of a ledger: by their fingerprints, wherever they are now, else by their names."""
        states: dict[int, FileState] = {}
        paths: dict[int, str] = {}
        free = dict.fromkeys(self.prints)
        for entry in ledger.entries:
            same = [path for path in self.by_print.get(entry.sha256, ()) if path in free]
            if same:
                states[entry.number] = FileState.SAME
                paths[entry.number] = _nearest(entry, same)
                free.pop(paths[entry.number])
        by_name: dict[str, list[str]] = {}
        for path in free:
            by_name.setdefault(PurePath(path).name, []).append(path)
        for entry in ledger.entries:
            if entry.number in states:
                continue
            names = [path for path in by_name.get(_parts(entry.path)[-1], ()) if path in free]
            states[entry.number] = FileState.CHANGED if names else FileState.GONE
            if names:
                paths[entry.number] = _nearest(entry, names)
                free.pop(paths[entry.number])
        return Matched(states, paths, tuple(free))


def _fingerprint(path: str) -> str:
    try:
        return file_facts(path).sha256 or ""
    except OSError:
        return ""


def _nearest(entry: Entry, paths: Iterable[str]) -> str:
    """Return the path that ends most like the one in the ledger."""
    wanted = _parts(entry.path)

    def alike(path: str) -> int:
        pairs = zip(reversed(wanted), reversed(_parts(path)), strict=False)
        return next((at for at, (one, other) in enumerate(pairs) if one != other), len(wanted))

    return max(paths, key=alike)


def _parts(path: str) -> tuple[str, ...]:
    """Return the folders and the name of a path, which may be of Windows."""
    return PurePath(path.replace("\\", "/")).parts or ("",)
