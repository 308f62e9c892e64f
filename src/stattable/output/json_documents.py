"""Results as JSON and CSV. The keys are a promise to other programs."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from stattable.checking.returns import Batch, CheckedReturn
from stattable.merging.result import MergeResult
from stattable.merging.rollup import Difference
from stattable.model.catalogue import render
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import BLANK, FIELDS, Field, Values, label_of
from stattable.model.text import DECEPTIVE
from stattable.proving.ledger import check_code_of
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.source_files import FileState
from stattable.proving.trace import Step
from stattable.proving.verify import Verdict

if TYPE_CHECKING:
    from stattable.writing.levels import WrittenLevels

SCHEMA_VERSION: Final = 1
FINDING_KEYS: Final = (
    "code", "severity", "message", "path", "unit", "sheet", "cell", "field", "label", "raw", "suggestion",
)  # fmt: skip

Shown = Callable[[Finding], bool]


def check_json(batch: Batch, findings: Sequence[Finding], shown: Shown) -> str:
    """Return the JSON document of `check`.

    Args:
        batch: the checked returns.
        findings: of no single file.
        shown: whether a finding is to be shown.
    """
    statuses = [one.status for one in batch.returns]
    everything = [*(f for one in batch.returns for f in one.findings), *findings]
    return _dump(
        {
            "schema_version": SCHEMA_VERSION,
            "summary": {
                "files": len(statuses),
                "accepted": statuses.count(Status.ACCEPTED),
                "rejected": statuses.count(Status.REJECTED),
                "duplicate": statuses.count(Status.DUPLICATE),
                **_severities(filter(shown, everything)),
            },
            "files": [_file(one, shown) for one in batch.returns],
            "findings": [_finding(finding) for finding in filter(shown, findings)],
        }
    )


def merge_json(
    merged: MergeResult,
    output: str | None,
    levels: "WrittenLevels | None" = None,
    kept: Mapping[str, str] | None = None,
) -> str:
    """Return the JSON document of `merge`.

    Args:
        merged: the result.
        output: where it was written, or None where it was not.
        levels: what became of the levels' workbooks, or None where none were asked for.
        kept: where earlier results are now that somebody altered, by the places where they stood.
    """
    summary, root = merged.summary, merged.root_unit
    return _dump(
        {
            "schema_version": SCHEMA_VERSION,
            "output": output,
            **({"each_level": _written(levels)} if levels else {}),
            **({"kept": [{"path": path, "now": now} for path, now in kept.items()]} if kept else {}),
            "root": {"code": root.code, "name": root.name, "level": root.level},
            "total": _values(merged.total),
            "check_code": check_code_of(merged) if output else None,
            "summary": {
                "expected": summary.expected,
                "received": summary.received,
                "accepted": summary.accepted,
                "rejected": summary.rejected,
                "duplicate": summary.duplicate,
                "covered": summary.covered,
                "missing": summary.missing,
                **_severities(merged.findings),
            },
            "units": [_unit(merged, key) for key in merged.tree.below(merged.root)],
            "findings": [_finding(finding) for finding in merged.findings],
        }
    )


def _written(levels: "WrittenLevels") -> dict[str, Any]:
    return {"folder": levels.folder, "written": levels.count, "stale": [*levels.stale]}


def verify_json(verdict: Verdict) -> str:
    """Return the JSON document of `verify`."""
    report, matched = verdict.report, verdict.sources
    paths = {
        state: sorted(path for number, path in _places(verdict) if matched and matched.state(number) is state)
        for state in (FileState.SAME, FileState.CHANGED, FileState.GONE)
    }
    return _dump(
        {
            "schema_version": SCHEMA_VERSION,
            "report": report.path,
            "root": _facts(report),
            "edition": report.identity.edition,
            "proved": verdict.proved,
            "check_code": verdict.check_code,
            "sources": {
                "unchanged": len(paths[FileState.SAME]),
                "changed": paths[FileState.CHANGED],
                "gone": paths[FileState.GONE],
                "new": sorted(matched.new),
            }
            if matched
            else None,
            "summary": _severities(verdict.findings),
            "findings": [_finding(finding) for finding in verdict.findings],
        }
    )


def _places(verdict: Verdict) -> Iterator[tuple[int, str]]:
    """Yield the number of each file in the ledger, and where it is now, or was."""
    matched, ledger = verdict.sources, verdict.report.ledger
    for entry in ledger.entries if matched and ledger else ():
        yield entry.number, matched.paths.get(entry.number, entry.path) if matched else entry.path


def trace_json(report: MergedWorkbook, field: Field, step: Step) -> str:
    """Return the JSON document of `trace`."""
    page = report.received
    return _dump(
        {
            "schema_version": SCHEMA_VERSION,
            "report": report.path,
            "root": _facts(report),
            "field": field.key,
            "label": field.label,
            "cell": report.cell_of(field),
            "page": page.values[field.index] if page.values else None,
            "value": step.value,
            "now": step.now,
            "trace": _step(step),
        }
    )


def _step(step: Step) -> dict[str, Any]:
    return {
        "unit": _ref(step.unit),
        "scope": step.scope,
        "value": step.value,
        "now": step.now,
        "difference": step.difference,
        "path": step.path,
        "sha256": step.sha256,
        "cell": step.cell,
        "state": step.state,
        "end": step.end,
        "steps": [_step(one) for one in step.steps],
        "uncounted": [
            {
                "unit": _ref(one.unit),
                "scope": one.scope,
                "value": one.value,
                "path": one.path,
                "sha256": one.sha256,
                "why": one.why,
            }
            for one in step.uncounted
        ],
    }


def _facts(report: MergedWorkbook) -> dict[str, str | None]:
    unit = report.identity.unit
    return {"code": unit.code, "name": unit.name, "level": unit.level}


def refused_json(command: str, findings: Sequence[Finding]) -> str:
    """Return the document of a `command` that could not begin, because of a faulty roster."""
    empty: dict[str, Any] = {"files": 0, "accepted": 0, "rejected": 0, "duplicate": 0}
    document: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    if command == "merge":
        counts = ("expected", "received", "accepted", "rejected", "duplicate", "covered", "missing")
        empty = dict.fromkeys(counts, 0)
        document |= {"output": None, "root": dict.fromkeys(("code", "name", "level"))}
        document["total"] = _values((None,) * len(FIELDS))
        document["check_code"] = None
    document["summary"] = {**empty, **_severities(findings)}
    document["units" if command == "merge" else "files"] = []
    document["findings"] = [_finding(finding) for finding in findings]
    return _dump(document)


def _dump(document: Mapping[str, Any]) -> str:
    """Return a document as JSON: exact, with escapes for what could deceive whoever sees it on a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return DECEPTIVE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _severities(findings: Iterable[Finding]) -> dict[str, int]:
    severities = [finding.severity for finding in findings]
    return {f"{severity}s": severities.count(severity) for severity in Severity}


def _values(values: Values) -> dict[str, int | bool | None]:
    return {field.key: value for field, value in zip(FIELDS, values, strict=True)}


def _ref(unit: UnitRef) -> dict[str, str | None]:
    return {"code": unit.code, "name": unit.name, "level": unit.level}


def _file(one: CheckedReturn, shown: Shown) -> dict[str, Any]:
    return {
        "path": one.path,
        "sha256": one.received.facts.sha256,
        "unit": _ref(one.unit),
        "scope": one.scope,
        "edition": one.received.edition,
        "status": one.status,
        "values": _values(one.values),
        "findings": [_finding(finding) for finding in one.findings if shown(finding)],
    }


def _unit(merged: MergeResult, key: str) -> dict[str, Any]:
    unit, total = merged.tree[key], merged.rollup.totals[key]
    parent = merged.tree[unit.parent] if unit.parent else None
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "parent": (parent.code or parent.name) if parent else None,
        "status": merged.statuses[key],
        "basis": total.basis,
        "total": {name: value for name, value in _values(total.values).items() if value is not None},
        **({"differences": _differences(difference)} if (difference := merged.rollup.differences.get(key)) else {}),
    }


def _differences(difference: Difference) -> dict[str, dict[str, int | bool | None]]:
    """Return what a cumulative return says and what is known of it, by field."""
    own = difference.own or BLANK
    return {
        field.key: {
            "reported": difference.reported[field.index],
            "own": own[field.index],
            "children": difference.children[field.index],
            "difference": difference.of(field.index),
        }
        for field in FIELDS
        if {difference.reported[field.index], own[field.index], difference.children[field.index]} != {None}
    }


def missing_label(finding: Finding) -> str | None:
    """Return the label of the finding's field, or the label that it speaks of."""
    said = finding.params.get("label")
    return label_of(finding.field) if finding.field else None if said is None else str(said)


def _finding(finding: Finding) -> dict[str, Any]:
    said = (
        finding.code,
        finding.severity,
        render(finding, label_of),
        finding.path,
        _ref(finding.unit) if finding.unit and finding.unit != UnitRef() else None,
        finding.sheet,
        finding.cell,
        finding.field,
        missing_label(finding),
        finding.raw,
        finding.suggestion,
    )
    return dict(zip(FINDING_KEYS, said, strict=True))
