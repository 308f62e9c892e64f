"""The JSON documents, stated once: which keys each has, and what they say. They are a promise to other programs.

The order of the fields is that of the keys. A field with a default is a key that is only there where it is something
else. `docs/json.md` and its JSON Schemas are made from the models, their docstrings and descriptions.
"""

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from stattable.merging.rollup import Basis
from stattable.model.findings import Severity, Status
from stattable.model.form import FIELD_BY_KEY, FIELDS, Value
from stattable.model.units import Level, Scope
from stattable.proving.differences import Change, Omission
from stattable.proving.sides import SideKind, Standing
from stattable.proving.source_files import FileState
from stattable.proving.trace import TraceStop

SCHEMA_VERSION: Final = 2

if TYPE_CHECKING:
    FieldKey = str
else:
    FieldKey = Literal[tuple(FIELD_BY_KEY)]  # which a type checker cannot follow
SomeFigures = dict[FieldKey, Value]
Figures = Annotated[SomeFigures, Field(min_length=len(FIELDS))]
Absent = SkipJsonSchema[None]  # never said: the key is not there
Open = Annotated[int, Field(description="units with an open error or warning, also between them and those below them")]
Errors = Annotated[int, Field(description="findings that are errors")]
Warnings = Annotated[int, Field(description="findings that are warnings")]
Infos = Annotated[int, Field(description="findings that are for information")]


class Part(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, defer_build=True)


class Document(Part):
    """What a command prints."""

    schema_version: Literal[2] = Field(description="goes up when a key is renamed or removed, or says something else")


# -- units and findings -----------------------------------------------------------------------------------


class Unit(Part):
    """A unit, as far as it is known."""

    code: str | None = Field(description="its division code, or the roster's own")
    name: str | None = Field(description="its name")
    level: Level | None = Field(description="its level")


class Finding(Part):
    """What was found, and where. A key that says nothing of it is null."""

    code: str = Field(description="the code of docs/rules.md, such as V003")
    severity: Severity = Field(description="how bad it is")
    message: str = Field(description="where, what is wrong and what to do, in Chinese")
    path: str | None = Field(description="the file or folder, as it was given")
    unit: Unit | None = Field(description="the unit that it speaks of")
    sheet: str | None = Field(description="name of the sheet")
    cell: str | None = Field(description="place on the sheet, such as C7 or B6:E6")
    field: FieldKey | None = Field(description="key of the field")
    label: str | None = Field(description="label of the field, or the label that it speaks of")
    raw: str | None = Field(description="what stands in the cell")
    suggestion: str | None = Field(description="what may have been meant")
    explanation: str | None = Field(description="the reason that its unit wrote for it, which closes it")
    rows: list[int] | Absent = Field(default=None, description="of a roster: all rows that it speaks of")
    fields: list[FieldKey] | Absent = Field(default=None, description="keys of the fields, where it speaks of several")
    cells: list[str] | Absent = Field(default=None, description="the cells, where it speaks of several faults at once")
    items: list[str] | Absent = Field(default=None, description="all that it lists, where its message names a part")


# -- check ------------------------------------------------------------------------------------------------


class CheckSummary(Part):
    """How many files there are, and how many findings are shown."""

    files: int = Field(description="files that were checked")
    accepted: int = Field(description="those that may count")
    rejected: int = Field(description="those with errors that keep them out of a total")
    duplicate: int = Field(description="those that another file stands for")
    superseded: int = Field(description="those that were rejected, and that a later one replaced")
    open: Open
    errors: Errors
    warnings: Warnings
    infos: Infos


class File(Part):
    """A file that was checked."""

    path: str = Field(description="its path, as it was given")
    sha256: str | None = Field(description="its fingerprint; null where it cannot be read")
    unit: Unit = Field(description="whose return it is")
    scope: Scope | None = Field(description="whether it holds the unit's own figures or its whole subtree's")
    edition: int | None = Field(description="ordinal of the members' day")
    status: Literal[Status.ACCEPTED, Status.REJECTED, Status.DUPLICATE, Status.SUPERSEDED] = Field(
        description="what became of it"
    )
    values: Figures = Field(description="all 40 figures, as they count")
    findings: list[Finding] = Field(description="those of this file")


class CheckDocument(Document):
    """What `check --format json` prints."""

    summary: CheckSummary = Field(description="how many files and findings there are")
    files: list[File] = Field(description="in the order of their paths")
    findings: list[Finding] = Field(description="those of no single file")


# -- merge ------------------------------------------------------------------------------------------------


class Levels(Part):
    """The workbooks that `--each-level` wrote."""

    folder: str = Field(description="under which they stand")
    written: int = Field(description="how many they are")
    stale: list[str] = Field(
        description="earlier ones of units that have no accepted return any more; they were left as they were"
    )


class Kept(Part):
    """An earlier result that somebody had altered since it was written."""

    path: str = Field(description="where it stood, and the new one stands")
    now: str = Field(description="the file beside it that holds it now")


class MergeSummary(Part):
    """How many units and returns there are, and how many findings."""

    expected: int = Field(description="units that should report")
    received: int = Field(description="returns that came in")
    accepted: int = Field(description="returns that count")
    rejected: int = Field(description="returns with errors that keep them out")
    duplicate: int = Field(description="returns that another file stands for")
    superseded: int = Field(description="returns that were rejected, and that a later one replaced")
    covered: int = Field(description="units without a return that a cumulative one above stands for")
    missing: int = Field(description="units that should have reported, and did not")
    open: Open
    gaps: dict[Level, int] = Field(
        description="units below the root that are known to be missing, also inside merged workbooks, by level"
    )
    errors: Errors
    warnings: Warnings
    infos: Infos


class Difference(Part):
    """What a cumulative return says in one field, and what is known of it."""

    reported: Value = Field(description="what the cumulative return says")
    own: Value = Field(description="what the unit's own return says")
    children: Value = Field(description="what the units right below it add up to")
    difference: int = Field(description="reported − own − children, with blanks taken for 0")


class MergedUnit(Unit):
    """A unit of the merge, with all below it."""

    parent: str | None = Field(description="code of the unit above it, or its name where it has no code")
    status: Literal[Status.ACCEPTED, Status.REJECTED, Status.COVERED, Status.MISSING] | None = Field(
        description="what is known of its return; null where none is expected and none came in"
    )
    basis: Basis = Field(
        description="what its total rests on: its own return, a cumulative one, or neither (`derived`)"
    )
    total: SomeFigures = Field(description="its figures that are not blank")
    gaps: dict[Level, int] = Field(
        description="units below it that are known to be missing, also inside merged workbooks, by level"
    )
    differences: dict[FieldKey, Difference] | Absent = Field(
        default=None,
        description="at units with a cumulative return: every field in which any of the figures is not blank",
    )


class MergeDocument(Document):
    """What `merge --format json` prints."""

    output: str | None = Field(description="where the merged workbook was written; null where it was not")
    each_level: Levels | Absent = Field(default=None, description="where `--each-level` wrote any")
    kept: list[Kept] | Absent = Field(
        default=None, description="where an earlier result was altered, or holds returns that are not here"
    )
    root: Unit = Field(description="the unit whose total it is")
    total: Figures = Field(description="all 40 figures of the root")
    check_code: str | None = Field(
        description="the 校验码 in the footer of the page; null where nothing was written",
    )
    summary: MergeSummary = Field(description="how many units, returns and findings there are")
    units: list[MergedUnit] = Field(description="the root and all units below it")
    findings: list[Finding] = Field(description="all of them, those of files first")


# -- verify -----------------------------------------------------------------------------------------------


class Sources(Part):
    """The files that the workbook was made from, held against those at hand."""

    unchanged: int = Field(description="how many are the same as then")
    changed: list[str] = Field(description="paths of those that are at hand and no longer the same")
    gone: list[str] = Field(description="paths, as the ledger has them, of those that are not at hand")
    new: list[str] = Field(description="paths of files at hand that it was not made from")


class VerifySummary(Part):
    """How many findings there are."""

    errors: Errors
    warnings: Warnings
    infos: Infos


class VerifyDocument(Document):
    """What `verify --format json` prints."""

    report: str = Field(description="path of the merged workbook")
    root: Unit = Field(description="the unit whose total it is")
    edition: int = Field(description="ordinal of the members' day")
    proved: bool = Field(description="whether nothing speaks against it")
    check_code: str | None = Field(description="the 校验码 of the page as it is now; null where it cannot be read")
    sources: Sources | None = Field(
        description="what has become of all its files; null where none were given, or the ledger cannot be read"
    )
    summary: VerifySummary = Field(description="how many findings there are")
    findings: list[Finding] = Field(
        description="all of them; one about several files, cells or units names the first twenty in its message, and "
        "says how many there are; P004, P005 and P006 have a path where they are about one file"
    )


# -- trace ------------------------------------------------------------------------------------------------


class Uncounted(Part):
    """An accepted return below a cumulative one that does not count itself."""

    unit: Unit = Field(description="whose it is")
    scope: Scope = Field(description="of the return")
    value: Value = Field(description="its figure")
    path: str | None = Field(description="of its file, as the ledger has it")
    sha256: str = Field(description="fingerprint of its file")
    why: str = Field(description="which workbook holds it, and with which fingerprint, or that none does; in Chinese")


class Step(Part):
    """A unit, or a return of one, and what of the figure is from there.

    Without `scope` it is a unit, and its value the sum of its steps; with `scope` it is a return.
    """

    unit: Unit = Field(description="the unit")
    scope: Scope | None = Field(description="of the return")
    value: Value = Field(description="what the workbook was made with")
    now: Value = Field(description="what it comes to with the files at hand")
    difference: int | None = Field(
        description="of a cumulative return: what it says beyond what is known below it; null where that is not known"
    )
    path: str | None = Field(
        description="of the return's file: where it is now, else as the ledger has it; null below a merged workbook "
        "that was merged on, where no files were given"
    )
    sha256: str | None = Field(description="fingerprint of the return's file when it was merged")
    cell: str | None = Field(description="where the figure stands in it")
    state: FileState | None = Field(
        description="what has become of the file; `unknown` where no files were given",
    )
    end: TraceStop | None = Field(
        description="why nothing stands below a cumulative return (`not_split`, `not_at_hand`), or that its page was "
        "typed over (`altered`)"
    )
    steps: list["Step"] = Field(description="what it is made of, the biggest first")
    uncounted: list[Uncounted] = Field(
        description="of a cumulative return: those below it that do not count themselves"
    )


class TraceDocument(Document):
    """What `trace --format json` prints.

    `now` is of the files at hand, each judged by itself; `verify` merges them again. A merged workbook that was merged
    on is followed through what the record has of it where no files were given.
    """

    report: str = Field(description="path of the merged workbook")
    root: Unit = Field(description="the unit whose total it is")
    field: FieldKey = Field(description="key of the field")
    label: str = Field(description="label of the field")
    cell: str = Field(description="where the figure stands on the page")
    page: Value = Field(description="what the page says")
    value: Value = Field(description="what the workbook was made with")
    now: Value = Field(description="what it comes to with the files at hand")
    trace: Step = Field(description="where it comes from, from the root down")


# -- diff -------------------------------------------------------------------------------------------------

Pair = tuple[Value, Value]
Pairs = dict[FieldKey, Pair]


class ComparedSide(Part):
    """One side of a comparison."""

    path: str = Field(description="as it was given")
    kind: SideKind | None = Field(
        description="a return or a folder of them, or a merged workbook; null where nothing was read"
    )
    files: int = Field(description="files that were read; of a merged workbook those in its ledger")


class DiffSummary(Part):
    """How many units differ."""

    changed: int = Field(description="units that both sides have, and that differ")
    appeared: int = Field(description="units that only the new side has")
    disappeared: int = Field(description="units that only the old side has")
    suggested: int = Field(description="pairs of such units that may be one, renamed or re-coded")


class OtherUnit(Part):
    """A unit of the other side."""

    code: str | None = Field(description="its code")
    name: str | None = Field(description="its name")


class FindingChanges(Part):
    """The findings that are on one side only."""

    gone: list[Finding] = Field(description="those that only the old side has")
    new: list[Finding] = Field(description="those that only the new side has")


class UnitDifference(Unit):
    """A unit that differs."""

    change: Change = Field(description="what became of it")
    fields: Pairs = Field(
        description="what counts and differs, before and now: the figures with all below it where both sides have "
        "them, else its own; of a unit that appeared or disappeared all that are not blank"
    )
    own: Pairs | Absent = Field(
        default=None, description="its own figures that differ, where `fields` are with all below it, and not the same"
    )
    as_read: Pairs | Absent = Field(
        default=None,
        description="what was read and differs where no figures compare: of returns that were rejected, or that hold "
        "own figures on one side and cumulative ones on the other; null also for what could not be read",
    )
    status: tuple[Standing | None, Standing | None] = Field(
        description="what became of its returns; `several`: different ones, none of which counts; null: it has none, "
        "or its figures are the sum of those below it"
    )
    scopes: tuple[list[Scope | None], list[Scope | None]] | Absent = Field(
        default=None, description="which returns it has, where the two sides have different ones"
    )
    findings: FindingChanges = Field(description="those of its returns; in merged workbooks all about the unit")
    suggested: OtherUnit | None = Field(
        description="of a unit that appeared or disappeared: the unit of the other side that it may be"
    )


class NotCompared(Part):
    """What was not compared."""

    reason: Omission = Field(description="why")
    count: int = Field(description="in how many units; 1 where it concerns all")
    message: str = Field(description="what is not compared and why, in Chinese")


class DiffDocument(Document):
    """What `diff --format json` prints."""

    old: ComparedSide = Field(description="the side before")
    new: ComparedSide = Field(description="the side now")
    summary: DiffSummary = Field(description="how many units differ")
    total: Pairs = Field(description="what differs of the figures of all units together, each counted once")
    units: list[UnitDifference] = Field(description="those that differ, the biggest changes first")
    findings: FindingChanges = Field(description="those of no known unit")
    not_compared: list[NotCompared] = Field(description="what is left out, and why")
    faults: list[Finding] | Absent = Field(
        default=None, description="the faults of the roster (U007), with which nothing is compared"
    )
