"""The files of a ledger, matched with those at hand: the same, changed, gone, or new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from stattable.formats.fingerprint import file_facts
from stattable.proving.ledger import Ledger, LedgerEntry


class FileState(StrEnum):
    """What has become of a file in the ledger."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"  # no sources were given


@dataclass(frozen=True, slots=True)
class FileMatch:
    """The files of a ledger, matched with those at hand.

    Attributes:
        states: the state of each file, by its number in the ledger.
        paths: the path of each file now, by its number; none of those that are gone.
        new: files at hand that the ledger does not have.
    """

    states: Mapping[int, FileState]
    paths: Mapping[int, str]
    new: Sequence[str]

    def state(self, number: int) -> FileState:
        """Return the state of the file with a number in the ledger."""
        return self.states.get(number, FileState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """Files at hand, by their fingerprints.

    Attributes:
        fingerprints: SHA-256 of each file, by path; ``""`` if it cannot be read.
        by_fingerprint: the paths with the same fingerprint, sorted.
    """

    fingerprints: Mapping[str, str]
    by_fingerprint: Mapping[str, Sequence[str]] = field(repr=False)

    @classmethod
    def from_paths(cls, paths: Iterable[str]) -> "SourceFiles":
        """Return the files at `paths`, with their fingerprints."""
        return cls.from_fingerprints({path: _fingerprint(path) for path in paths})

    @classmethod
    def from_fingerprints(cls, by_path: Mapping[str, str]) -> "SourceFiles":
        """Return files with known fingerprints, by path; ``""`` for one without."""
        prints = dict(sorted(by_path.items()))
        by_fingerprint: dict[str, list[str]] = {}
        for path, print_ in prints.items():
            if print_:
                by_fingerprint.setdefault(print_, []).append(path)
        return cls(prints, by_fingerprint)

    def match(self, ledger: Ledger) -> FileMatch:
        """Find the files of a ledger: by fingerprint, wherever they are now, else by name."""
        paths: dict[int, str] = {}
        free = dict.fromkeys(self.fingerprints)
        by_fingerprint: dict[str, list[LedgerEntry]] = {}
        for entry in ledger.entries:
            by_fingerprint.setdefault(entry.sha256, []).append(entry)
        for print_, entries in by_fingerprint.items():
            at_hand = self.by_fingerprint.get(print_, ())
            if len(entries) == len(at_hand) == 1:  # as they nearly all are
                paths[entries[0].number] = at_hand[0]
            elif at_hand:
                paths |= _paired(entries, at_hand, least=0)
        states = dict.fromkeys(paths, FileState.SAME)
        for path in paths.values():
            free.pop(path)
        rest = [entry for entry in ledger.entries if entry.number not in states]
        changed = _paired(rest, [*free], least=1)
        for path in changed.values():
            free.pop(path)
        for entry in rest:
            now = changed.get(entry.number)
            same = now is not None and self.fingerprints[now] == entry.sha256  # neither has one: too big to be read
            states[entry.number] = FileState.GONE if now is None else FileState.SAME if same else FileState.CHANGED
        return FileMatch(states, {**paths, **changed}, tuple(free))


def _paired(entries: Iterable[LedgerEntry], paths: Iterable[str], *, least: int) -> dict[int, str]:
    """Return the files at hand that match those of a ledger, by number; the most similar paths are matched first.

    Args:
        entries: of the ledger.
        paths: at hand.
        least: how many parts of the paths, from the end, must be the same: 1 for the name.
    """
    left, free = {entry.number: _parts(entry.path) for entry in entries}, {path: _parts(path) for path in paths}
    pairs: dict[int, str] = {}
    for length in range(max(map(len, left.values()), default=0), least - 1, -1):
        by_end: dict[tuple[str, ...], list[str]] = {}
        for path, parts in reversed(free.items()):
            if len(parts) >= length:
                by_end.setdefault(parts[len(parts) - length :], []).append(path)
        for number, parts in [*left.items()]:
            ends = by_end.get(parts[len(parts) - length :]) if len(parts) >= length else None
            if ends:
                pairs[number] = ends.pop()
                del left[number], free[pairs[number]]
    return pairs


def _fingerprint(path: str) -> str:
    try:
        return file_facts(path).sha256 or ""
    except OSError:
        return ""


def same_name(one: str, other: str) -> bool:
    """Whether two paths end in the same name."""
    return _parts(one)[-1] == _parts(other)[-1]


def _parts(path: str) -> tuple[str, ...]:
    return PurePath(path.replace("\\", "/")).parts or ("",)
