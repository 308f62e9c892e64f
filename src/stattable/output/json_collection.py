"""The JSON document of `status`, stated once, as `json_models` states the others."""

from pydantic import Field

from stattable.model.units import Level
from stattable.output.json_models import Absent, Document, Finding, Part, Unit


class Filings(Part):
    """What the days of units are taken from."""

    dated: int = Field(description="units whose return says when it was filled in")
    by_file: int = Field(description="those whose day is that on which their file was last changed")


class UnitCounts(Unit):
    """The state of a unit and of all below it: counts of units, but for `superseded`."""

    parent: str | None = Field(description="code of the unit above it, or its name where it has no code")
    expected: int = Field(description="units that should report, or did")
    received: int = Field(description="those from which at least one file came in")
    on_time: int = Field(description="those whose first return was filed by the deadline")
    accepted: int = Field(description="those of which a return counts")
    open: int = Field(description="units that still have to do something about an error or a warning")
    explained: int = Field(description="units with a warning that is explained")
    superseded: int = Field(description="returns that were rejected, and that a later one replaced")
    covered: int = Field(description="units without a return that a cumulative one above stands for")
    missing: int = Field(description="units that should have reported, and did not")
    gaps: dict[Level, int] = Field(
        description="units below it that are known to be missing, also inside merged workbooks, by level"
    )


class StatusDocument(Document):
    """What `status --format json` prints."""

    root: Unit = Field(description="the unit whose collection it is")
    edition: int | None = Field(description="ordinal of the members' day; null where nothing was read")
    deadline: str | None = Field(description="the last day that is on time, such as 2021-06-30")
    filings: Filings = Field(description="what the days of units are taken from")
    unattributed: list[str] = Field(description="paths of files that belong to no unit")
    units: list[UnitCounts] = Field(description="the root and all units below it, each with its whole subtree")
    findings: list[Finding] | Absent = Field(
        default=None, description="the faults of the roster (U007), with which nothing is read"
    )
