"""The JSON document of `pack`, stated once, and a bundle as such a document."""

from collections.abc import Iterator, Sequence

from pydantic import Field

from stattable.model import findings
from stattable.model.findings import Status
from stattable.model.papers import PaperKind, Soundness
from stattable.output.json_documents import as_findings, severities_of
from stattable.output.json_models import SCHEMA_VERSION, Document, Errors, Finding, Infos, Part, Unit, Warnings
from stattable.output.json_text import dump
from stattable.reading.papers import LeftOutReason
from stattable.writing.delivery import Delivery, PackedPaper


class PackSummary(Part):
    """How much there is, and how many findings."""

    units: int = Field(description="units with papers, the one that hands them in included")
    absent: int = Field(description="units that nothing is here of")
    files: int = Field(description="papers, without the list that is added")
    bytes: int = Field(description="of all of them together")
    left_out: int = Field(description="files and folders that are not handed in")
    errors: Errors
    warnings: Warnings
    infos: Infos


class PackedUnit(Unit):
    """A unit with its papers."""

    folder: str = Field(description='its folder below the one that is packed; "" for that one itself')
    status: Status | None = Field(description="what became of its return; null where there is none that can be read")
    counts: dict[PaperKind, int] = Field(description="how many papers of each kind there are")
    missing: list[PaperKind] = Field(description="what is asked for, and is not here")


class PackedFile(Part):
    """A paper."""

    path: str = Field(description="as the folder was given, and below it")
    name: str = Field(description="in the archive")
    unit: Unit = Field(description="whose it is")
    kind: PaperKind = Field(description="what it is to its unit")
    size: int = Field(description="in bytes")
    sha256: str | None = Field(
        description="its fingerprint; null where no archive was written, or it could not be read"
    )
    soundness: Soundness = Field(description="whether it opens, as far as can be told")
    changed: bool = Field(description="whether it changed while it was packed, or since it was checked")


class LeftOutFile(Part):
    """A file or folder that is not handed in."""

    path: str = Field(description="as the folder was given, and below it")
    reason: LeftOutReason = Field(description="why")


class PackDocument(Document):
    """What `pack --format json` prints."""

    output: str | None = Field(description="path of the archive; null where none was written")
    root: Unit = Field(description="the unit that hands it in")
    edition: int | None = Field(description="ordinal of the members' day; null where nothing was read")
    deadline: str | None = Field(description="the last day that is on time, such as 2021-06-30")
    days_over: int | None = Field(description="how many days ago that was; negative before it")
    summary: PackSummary = Field(description="how much there is, and how many findings")
    units: list[PackedUnit] = Field(description="the root, then those below it by their folders")
    absent: list[Unit] = Field(description="units right below the root, by the roster, that nothing is here of")
    files: list[PackedFile] = Field(description="in the order of their places")
    left_out: list[LeftOutFile] = Field(description="by their paths")
    findings: list[Finding] = Field(description="all of them; with faults of the roster (U007) nothing is read")


def pack_json(delivery: Delivery, output: str | None) -> Iterator[str]:
    """Yield the text of the JSON document of `pack`.

    Args:
        delivery: the bundle.
        output: path of the archive, or None if none was written.
    """
    bundle = delivery.bundle
    files = [_file(one) for one in delivery.papers]
    return dump(
        PackDocument(
            schema_version=SCHEMA_VERSION,
            output=output,
            root=bundle.root.unit,
            edition=delivery.edition,
            deadline=delivery.deadline.isoformat(),
            days_over=delivery.days_over,
            summary=PackSummary(
                units=len(bundle.units),
                absent=len(bundle.absent),
                files=len(files),
                bytes=sum(one.size for one in files),
                left_out=len(bundle.left_out),
                **severities_of(delivery.findings),
            ),
            units=list(bundle.units),
            absent=list(bundle.absent),
            files=files,
            left_out=list(bundle.left_out),
            findings=as_findings(delivery.findings),
        )
    )


def refused_pack_json(faults: Sequence[findings.Finding]) -> Iterator[str]:
    """Yield the text of the JSON document of a `pack` that was refused because of faults in its roster."""
    nothing = dict.fromkeys(("units", "absent", "files", "bytes", "left_out"), 0)
    return dump(
        PackDocument(
            schema_version=SCHEMA_VERSION,
            output=None,
            root=findings.UnitRef(),
            edition=None,
            deadline=None,
            days_over=None,
            summary=PackSummary(**nothing, **severities_of(faults)),
            units=[],
            absent=[],
            files=[],
            left_out=[],
            findings=as_findings(faults),
        )
    )


def _file(one: PackedPaper) -> PackedFile:
    file = one.paper.file
    return PackedFile(
        path=file.path,
        name=one.name,
        unit=one.owner.unit,
        kind=one.paper.kind,
        size=one.size if one.sha256 else file.size,
        sha256=one.sha256,
        soundness=file.soundness,
        changed=one.is_changed,
    )
