"""A bundle on its way into an archive: under which names its papers go, what became of each, and whether it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stattable.checking.bundle import Bundle, Paper, UnitPapers
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Severity
from stattable.model.form import usual_deadline
from stattable.model.text import due_words
from stattable.reading.papers import MANIFEST_NAME
from stattable.writing.archive_names import archive_names


@dataclass(frozen=True, slots=True)
class PackedPaper:
    """A paper in the archive, or before it gets there.

    Attributes:
        owner: whose it is.
        paper: the paper.
        name: in the archive.
        sha256: its fingerprint, or None while it is not there.
        size: in bytes, of what is there.
        is_changed: whether it changed while it was packed, or since it was checked.
    """

    owner: UnitPapers
    paper: Paper
    name: str
    sha256: str | None = None
    size: int = 0
    is_changed: bool = False

    @property
    def place(self) -> str:
        """Where it is in the folder that is packed."""
        return "/".join(self.paper.file.parts)

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name in the archive."""
        return self.name != self.place


@dataclass(frozen=True, slots=True)
class Delivery:
    """A bundle on its way.

    Attributes:
        bundle: what is handed in.
        edition: ordinal of the members' day.
        deadline: the last day that is on time.
        is_usual: whether that is the usual one, for nobody gave another.
        today: the day of the run.
        papers: all of them, by their places.
        findings: all that was found.
    """

    bundle: Bundle
    edition: int
    deadline: date
    is_usual: bool
    today: date
    papers: tuple[PackedPaper, ...]
    findings: tuple[Finding, ...]

    @property
    def days_over(self) -> int:
        """How many days ago the deadline was; negative before it."""
        return (self.today - self.deadline).days

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that has to be mended."""
        return any(one.severity is Severity.ERROR and not one.is_closed for one in self.findings)


def delivery_of(
    bundle: Bundle, findings: Sequence[Finding], edition: int, today: date, deadline: date | None, folder: str
) -> Delivery:
    """Return a bundle with what is to be known before it is written.

    Args:
        bundle: what is handed in.
        findings: on it, as far as they are known.
        edition: ordinal of the members' day.
        today: the day of the run.
        deadline: the last day that is on time, or None for the usual one.
        folder: that is packed.
    """
    ordered = sorted(bundle.papers, key=lambda pair: pair[1].file.parts)
    names = archive_names([paper.file.parts for _, paper in ordered], [MANIFEST_NAME])
    papers = tuple(PackedPaper(*pair, name) for pair, name in zip(ordered, names, strict=True))
    last_day = deadline or usual_deadline(edition)
    more = []
    if (over := (today - last_day).days) > 0:
        more.append(finding("B007", params={"due": due_words(last_day, over)}))
    if renamed := tuple(f"{one.place} → {one.name}" for one in papers if one.is_renamed):
        more.append(finding("B008", path=folder, params={"count": len(renamed), "names": renamed}))
    return Delivery(bundle, edition, last_day, deadline is None, today, papers, (*findings, *more))
