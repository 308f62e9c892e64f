"""Results → the JSON documents of `json_models`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

from stattable.checking.returns import Batch, CheckedReturn, open_units
from stattable.merging.collection import Collection
from stattable.merging.result import MergeResult, Summary
from stattable.merging.rollup import Difference
from stattable.model.catalogue import items_cut, omission, render
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import BLANK, FIELDS, Field, Value, Values, label_of
from stattable.model.units import Unit
from stattable.output import json_models as models
from stattable.output.json_collection import Filings, StatusDocument, UnitCounts
from stattable.output.json_text import dump
from stattable.proving.comparable import Fields, FindingChanges
from stattable.proving.differences import Change, Comparison, UnitDifference
from stattable.proving.ledger import Ledger, check_code_of
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.sides import Side, SideFinding
from stattable.proving.source_files import FileMatch, FileState
from stattable.proving.trace import TraceStep
from stattable.proving.verify import Verdict

if TYPE_CHECKING:
    from stattable.writing.levels import WrittenLevels

Shown = Callable[[Finding], bool]


def check_json(batch: Batch, findings: Sequence[Finding], shown: Shown) -> Iterator[str]:
    """Yield the text of the JSON document of `check`.

    Args:
        batch: the checked returns.
        findings: those that concern no single file.
        shown: a test of whether a finding is to be shown.
    """
    return _check_json(batch.returns, findings, shown)


def _check_json(returns: Sequence[CheckedReturn], findings: Sequence[Finding], shown: Shown) -> Iterator[str]:
    statuses = [one.status for one in returns]
    everything = [*(f for one in returns for f in one.findings), *findings]
    document = models.CheckDocument(
        schema_version=models.SCHEMA_VERSION,
        summary=models.CheckSummary(
            files=len(statuses),
            accepted=statuses.count(Status.ACCEPTED),
            rejected=statuses.count(Status.REJECTED),
            duplicate=statuses.count(Status.DUPLICATE),
            superseded=statuses.count(Status.SUPERSEDED),
            open=len(open_units(returns)),
            **severities_of(filter(shown, everything)),
        ),
        files=[],
        findings=[],
    )
    files = (_file(one, shown) for one in returns)
    return dump(document, files=files, findings=_each_finding(filter(shown, findings)))


def merge_json(
    merged: MergeResult,
    output: str | None,
    levels: "WrittenLevels | None" = None,
    kept: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Yield the text of the JSON document of `merge`.

    Args:
        merged: the result.
        output: path of the merged workbook, or None if none was written.
        levels: the workbooks of all levels, or None if none were asked for.
        kept: the new paths of earlier results that were kept, by their paths before.
    """
    return dump(
        models.MergeDocument(
            schema_version=models.SCHEMA_VERSION,
            output=output,
            each_level=models.Levels(folder=levels.folder, written=levels.count, stale=levels.stale)
            if levels
            else None,
            kept=[models.Kept(path=path, now=now) for path, now in kept.items()] if kept else None,
            root=merged.root_unit,
            total=_figures(merged.total),
            check_code=check_code_of(merged) if output else None,
            summary=models.MergeSummary(
                **asdict(merged.summary), gaps=dict(merged.gaps(merged.root)), **severities_of(merged.findings)
            ),
            units=[],
            findings=[],
        ),
        units=(_unit(merged, key) for key in merged.tree.below(merged.root)),
        findings=_each_finding(merged.findings),
    )


def status_json(collection: Collection) -> Iterator[str]:
    """Yield the text of the JSON document of `status`."""
    merged, (dated, by_file) = collection.merged, collection.filings
    return dump(
        StatusDocument(
            schema_version=models.SCHEMA_VERSION,
            root=merged.root_unit,
            edition=merged.edition,
            deadline=collection.deadline.isoformat(),
            filings=Filings(dated=dated, by_file=by_file),
            unattributed=[one.path for one in collection.unattributed],
            units=[],
        ),
        units=(_unit_counts(collection, key) for key in collection.units),
    )


def refused_status_json(faults: Sequence[Finding]) -> Iterator[str]:
    """Yield the text of the JSON document of a `status` that was refused because of faults in its roster."""
    return dump(
        StatusDocument(
            schema_version=models.SCHEMA_VERSION,
            root=UnitRef(),
            edition=None,
            deadline=None,
            filings=Filings(dated=0, by_file=0),
            unattributed=[],
            units=[],
            findings=as_findings(faults),
        )
    )


def verify_json(verdict: Verdict) -> Iterator[str]:
    """Yield the text of the JSON document of `verify`."""
    report, matched = verdict.report, verdict.sources
    return dump(
        models.VerifyDocument(
            schema_version=models.SCHEMA_VERSION,
            report=report.path,
            root=report.identity.unit,
            edition=report.identity.edition,
            proved=verdict.proved,
            check_code=verdict.check_code,
            sources=_sources(matched, report.ledger) if matched and report.ledger else None,
            summary=models.VerifySummary(**severities_of(verdict.findings)),
            findings=as_findings(verdict.findings),
        )
    )


def _sources(matched: FileMatch, ledger: Ledger) -> models.Sources:
    paths: dict[FileState, list[str]] = {state: [] for state in FileState}
    for entry in ledger.entries:
        paths[matched.state(entry.number)].append(matched.paths.get(entry.number, entry.path))
    return models.Sources(
        unchanged=len(paths[FileState.SAME]),
        changed=sorted(paths[FileState.CHANGED]),
        gone=sorted(paths[FileState.GONE]),
        new=sorted(matched.new),
    )


def trace_json(report: MergedWorkbook, field: Field, step: TraceStep) -> Iterator[str]:
    """Yield the text of the JSON document of `trace`."""
    page = report.file
    return dump(
        models.TraceDocument(
            schema_version=models.SCHEMA_VERSION,
            report=report.path,
            root=report.identity.unit,
            field=field.key,
            label=field.label,
            cell=report.cell_of(field),
            page=page.values[field.index] if page.values else None,
            value=step.value,
            now=step.now,
            trace=step,
        )
    )


def diff_json(compared: Comparison) -> Iterator[str]:
    """Yield the text of the JSON document of `diff`."""
    return dump(
        models.DiffDocument(
            schema_version=models.SCHEMA_VERSION,
            old=_side(compared.old),
            new=_side(compared.new),
            summary=models.DiffSummary(
                **{change.value: compared.count(change) for change in Change}, suggested=len(compared.suggestions)
            ),
            total=dict(compared.total),
            units=[_unit_difference(one) for one in compared.units],
            findings=_finding_changes(compared.findings),
            not_compared=[
                models.NotCompared(reason=reason, count=count, message=omission(reason, count))
                for reason, count in compared.omissions.items()
            ],
        )
    )


def refused_diff_json(old: str, new: str, faults: Sequence[Finding]) -> Iterator[str]:
    """Yield the text of the JSON document of a `diff` of two paths that was refused because of faults in its roster."""
    return dump(
        models.DiffDocument(
            schema_version=models.SCHEMA_VERSION,
            old=models.ComparedSide(path=old, kind=None, files=0),
            new=models.ComparedSide(path=new, kind=None, files=0),
            summary=models.DiffSummary(changed=0, appeared=0, disappeared=0, suggested=0),
            total={},
            units=[],
            findings=models.FindingChanges(gone=[], new=[]),
            not_compared=[],
            faults=as_findings(faults),
        )
    )


def _side(side: Side) -> models.ComparedSide:
    return models.ComparedSide(path=side.path, kind=side.kind, files=side.files)


def _unit_difference(one: UnitDifference) -> models.UnitDifference:
    suggested = one.suggested
    return models.UnitDifference(
        **asdict(one.unit),
        change=one.change,
        fields=dict(one.fields),
        own=_pairs(one.own),
        as_read=_pairs(one.as_read),
        status=one.standings,
        scopes=([*one.scopes[0]], [*one.scopes[1]]) if one.scopes else None,
        findings=_finding_changes(one.findings),
        suggested=models.OtherUnit(code=suggested.code, name=suggested.name) if suggested else None,
    )


def _pairs(fields: Fields) -> models.Pairs | None:
    return dict(fields) or None


def _finding_changes(changes: FindingChanges) -> models.FindingChanges:
    return models.FindingChanges(gone=[*map(_side_finding, changes.gone)], new=[*map(_side_finding, changes.new)])


def _side_finding(one: SideFinding) -> models.Finding:
    return _finding(one.finding, one.words)


def refused_json(command: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the text of the JSON document of a `command` that was refused because of faults in its roster."""
    if command == "check":
        return _check_json([], findings, lambda _: True)
    return dump(
        models.MergeDocument(
            schema_version=models.SCHEMA_VERSION,
            output=None,
            root=UnitRef(),
            total=_figures(BLANK),
            check_code=None,
            summary=models.MergeSummary(
                **dict.fromkeys((field.name for field in fields(Summary)), 0), gaps={}, **severities_of(findings)
            ),
            units=[],
            findings=as_findings(findings),
        )
    )


def severities_of(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, by the keys of a summary."""
    severities = [finding.severity for finding in findings]
    return {f"{severity}s": severities.count(severity) for severity in Severity}


def _figures(values: Values) -> dict[str, Value]:
    return dict(zip(_KEYS, values, strict=True))


_KEYS: Final = tuple(field.key for field in FIELDS)


def _file(one: CheckedReturn, shown: Shown) -> models.File:
    return models.File(
        path=one.path,
        sha256=one.file.facts.sha256,
        unit=one.unit,
        scope=one.scope,
        edition=one.file.edition,
        status=one.status,
        values=_figures(one.values),
        findings=as_findings(filter(shown, one.findings)),
    )


def _unit(merged: MergeResult, key: str) -> models.MergedUnit:
    unit, total = merged.tree[key], merged.rollup.totals[key]
    difference = merged.rollup.differences.get(key)
    return models.MergedUnit(
        code=unit.code,
        name=unit.name,
        level=unit.level,
        parent=_parent(merged, unit),
        status=merged.statuses[key],
        basis=total.basis,
        total={key: value for key, value in zip(_KEYS, total.values, strict=True) if value is not None},
        gaps=dict(merged.gaps(key)),
        differences=_differences(difference) if difference else None,
    )


def _unit_counts(collection: Collection, key: str) -> UnitCounts:
    merged, unit = collection.merged, collection.merged.tree[key]
    return UnitCounts(
        code=unit.code,
        name=unit.name,
        level=unit.level,
        parent=_parent(merged, unit),
        **collection.counts[key]._asdict(),
        gaps=dict(merged.gaps(key)),
    )


def _parent(merged: MergeResult, unit: Unit) -> str | None:
    parent = merged.tree[unit.parent] if unit.parent else None
    return (parent.code or parent.name) if parent else None


def _differences(difference: Difference) -> dict[str, models.Difference]:
    values = zip(FIELDS, difference.reported, difference.own or BLANK, difference.children, strict=True)
    return {
        field.key: models.Difference(
            reported=reported, own=own, children=children, difference=difference.of(field.index)
        )
        for field, reported, own, children in values
        if {reported, own, children} != {None}
    }


def missing_label(finding: Finding) -> str | None:
    """Return the label of a finding's field, or the label that is missing."""
    label = finding.params.get("label")
    return label_of(finding.field) if finding.field else None if label is None else str(label)


def as_findings(findings: Iterable[Finding]) -> list[models.Finding]:
    """Return findings as the documents have them."""
    return [*_each_finding(findings)]


def _each_finding(findings: Iterable[Finding]) -> Iterator[models.Finding]:
    return (_finding(finding, render(finding, label_of)) for finding in findings)


def _finding(finding: Finding, message: str) -> models.Finding:
    return models.Finding(
        code=finding.code,
        severity=finding.severity,
        message=message,
        path=finding.path,
        unit=None if finding.unit == UnitRef() else finding.unit,
        sheet=finding.sheet,
        cell=finding.cell,
        field=finding.field,
        label=missing_label(finding),
        raw=finding.raw,
        suggestion=finding.suggestion,
        explanation=finding.explanation,
        rows=[*finding.rows] or None,
        fields=[*finding.fields] if len(finding.fields) > 1 else None,
        cells=[*finding.cells] or None,
        items=[*items_cut(finding)] or None,
    )
