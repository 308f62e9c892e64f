"""Which edition the files of a batch are of: the one that is asked for, or that more than half of them have."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Finding, Param
from stattable.model.form import year_of
from stattable.reading.return_file import ReturnFile


@dataclass(frozen=True, slots=True)
class EditionDecision:
    """The edition of a batch.

    Attributes:
        edition: the only one to be accepted; None for any, or where no edition has more than half of the files.
        counts: how many files are of each edition, the most first; files that say none are not counted.
        is_asked: whether an option says the edition.
    """

    edition: int | None
    counts: Mapping[int, int]
    is_asked: bool

    @property
    def is_open(self) -> bool:
        """Whether the files are of several editions, and none of these can be told to be the one that is meant."""
        return self.edition is None and len(self.counts) > 1

    def admits(self, one: ReturnFile) -> bool:
        """Whether a file is of the edition; one that says none may be of any."""
        return not self.is_open and (self.edition is None or one.edition in {None, self.edition})

    def of_edition(self, files: Iterable[ReturnFile]) -> list[ReturnFile]:
        """Return the files that are of the edition, or all of them where it is open."""
        return [one for one in files if self.is_open or self.admits(one)]

    def finding_on(self, one: ReturnFile) -> Finding | None:
        """Return T003 on a file that is of another edition, or of any where the edition is open."""
        if one.edition is None or self.admits(one):
            return None
        params: dict[str, Param] = {"edition": one.edition, "year": year_of(one.edition)}
        if self.is_asked and self.edition is not None:
            params["wanted"] = self.edition
        elif self.edition is not None:
            params |= {"most": self.edition, "count": self.counts[self.edition]}
        else:
            params["groups"] = tuple(
                phrase("T003", "group", edition=edition, year=year_of(edition), count=count)
                for edition, count in self.counts.items()
            )
        return finding("T003", sheet=one.sheet, params=params)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """T009 where the edition follows from the files, and not all of them have it."""
        if self.is_asked or self.edition is None or len(self.counts) < 2:
            return ()
        count = self.counts[self.edition]
        params: dict[str, Param] = {
            "edition": self.edition, "year": year_of(self.edition), "count": count,
            "others": sum(self.counts.values()) - count,
        }  # fmt: skip
        return (finding("T009", params=params),)


ANY_EDITION: Final = EditionDecision(None, {}, is_asked=False)


def decide_edition(files: Sequence[ReturnFile], asked: int | None) -> EditionDecision:
    """Return the edition of a batch.

    Args:
        files: all of them.
        asked: the only edition to be accepted, or None for that of more than half of the files that carry one.
    """
    distinct = {one.facts.sha256 or one.path: one.edition for one in files}  # a copy is no second voice
    found = Counter(edition for edition in distinct.values() if edition is not None)
    counts = dict(sorted(found.items(), key=lambda of_edition: (-of_edition[1], of_edition[0])))
    if asked is not None:
        return EditionDecision(asked, counts, is_asked=True)
    most = next(iter(counts), None)
    agreed = most if most is not None and 2 * counts[most] > sum(counts.values()) else None
    return EditionDecision(agreed, counts, is_asked=False)
