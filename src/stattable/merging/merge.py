"""One merge: returns sorted out, rolled up, compared, and counted for completeness."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stattable.checking.batch import Checked, CheckOptions, judge_all, read_all
from stattable.checking.files import Inputs
from stattable.checking.received import receive
from stattable.merging.collect import Collected, collect
from stattable.merging.rollup import (
    Counted,
    Coverage,
    Difference,
    Total,
    coverage,
    differences,
    excess_fields,
    roll_up,
)
from stattable.merging.root import RootOptions, find_register
from stattable.model.catalogue import Refusal, found
from stattable.model.findings import Finding, Param, Severity, UnitRef
from stattable.model.form import DEFAULT_EDITION, FIELDS, Values
from stattable.model.identity import UnitFacts, WorkbookKind
from stattable.model.text import a1
from stattable.model.units import Scope, Tree, Unit, bare_name, unpadded


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """What the user asked for.

    Attributes:
        root: of the root and scopes.
        edition: the only one to be merged, or None for the one that all have.
        latest: of different returns of one unit the latest counts.
        jobs: how many processes may read.
        debug: let unexpected errors out.
    """

    root: RootOptions = field(default_factory=RootOptions)
    edition: int | None = None
    latest: bool = False
    jobs: int | None = None
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of units and returns."""

    expected: int
    received: int
    accepted: int
    rejected: int
    duplicate: int
    covered: int
    missing: int


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    Attributes:
        tree: all units.
        root: key of the unit whose total it is.
        edition: ordinal of the members' day.
        returns: received, in the order of their paths.
        earlier: earlier results, set aside.
        accepted: the accepted returns, by unit and scope.
        counted: the figures that count.
        totals: of the root and all units below it.
        differences: of units with a cumulative return that has something to be held against.
        coverage: of the root and all units below it.
        statuses: of units: accepted, rejected, covered, missing, or None where none is expected.
        findings: all of them, those of files first.
        refused: whether nothing may be written.
    """

    tree: Tree
    root: str
    edition: int
    returns: tuple[Checked, ...]
    earlier: tuple[Checked, ...]
    accepted: Mapping[tuple[str, Scope], Checked]
    counted: Counted
    totals: Mapping[str, Total]
    differences: Mapping[str, Difference]
    coverage: Mapping[str, Coverage]
    statuses: Mapping[str, str | None]
    findings: tuple[Finding, ...]
    refused: bool

    @property
    def root_unit(self) -> Unit:
        """The unit whose total it is."""
        return self.tree[self.root]

    @property
    def total(self) -> Values:
        """The root's total."""
        return self.totals[self.root].values

    @property
    def summary(self) -> Summary:
        """Counts of units and returns."""
        of_returns = [one.status for one in self.returns]
        of_units = list(self.statuses.values())
        return Summary(
            expected=sum(status is not None for status in of_units),
            received=len(of_returns),
            accepted=of_returns.count("accepted"),
            rejected=of_returns.count("rejected"),
            duplicate=of_returns.count("duplicate"),
            covered=of_units.count("covered"),
            missing=of_units.count("missing"),
        )


def merge_files(
    inputs: Inputs,
    options: MergeOptions,
    *,
    output: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Merged:
    """Merge returns.

    Args:
        inputs: the files.
        options: what the user asked for.
        output: where the result is to go. An earlier result that a walk found there is not looked at.
        progress: told of every file that was read.

    Raises:
        Refusal: the output is one of the inputs, there is no root, or there is nothing but earlier results.
    """
    paths, replaced = _without_output(inputs, output)
    read = read_all(paths, CheckOptions(jobs=options.jobs, debug=options.debug), progress)
    register = find_register(read, options.root)
    if replaced is not None and not _is_of(replaced, register.tree[register.root or ""]):
        raise Refusal("output_is_input", path=output)
    batch = judge_all(read, register, options.edition)
    collected = collect(batch.returns, register, one_edition=options.edition is None, latest=options.latest)
    if not collected.returns:
        raise Refusal("only_earlier")
    return _result(collected, register.is_roster, options.edition, inputs.findings)


def _without_output(inputs: Inputs, output: str) -> tuple[list[str], UnitFacts | None]:
    """Return the paths without the output, where a walk came upon an earlier result of that name, and whose it is."""
    target = os.path.realpath(output)
    clash = next((path for path in inputs.paths if os.path.realpath(path) == target), None)
    if clash is None:
        return list(inputs.paths), None
    identity = receive(clash).identity
    if clash in inputs.named or identity is None or identity.kind is not WorkbookKind.MERGED:
        raise Refusal("output_is_input", path=output)
    rest = [path for path in inputs.paths if path != clash]
    if not rest:
        raise Refusal("only_earlier")
    return rest, identity.unit


def _is_of(replaced: UnitFacts, root: Unit) -> bool:
    """Whether the earlier result that the output replaces is the root's, and not what another unit sent in."""
    same_code = not (replaced.code and root.code) or unpadded(replaced.code) == root.code
    return same_code and (bare_name(replaced.name), replaced.level) == (bare_name(root.name), root.level)


def _result(collected: Collected, is_roster: bool, edition: int | None, more: Sequence[Finding]) -> Merged:
    tree, root, counted = collected.tree, collected.root, collected.counted
    totals = roll_up(tree, root, counted)
    compared = differences(tree, root, counted, totals)
    statuses = _statuses(collected, counted, is_roster)
    editions = [one.received.edition for one in collected.returns if one.status == "accepted"]
    result = Merged(
        tree=tree,
        root=root,
        edition=edition or next((e for e in editions if e is not None), DEFAULT_EDITION),
        returns=collected.returns,
        earlier=collected.earlier,
        accepted={
            (one.key, one.scope): one
            for one in collected.returns
            if one.status == "accepted" and one.key is not None and one.scope is not None
        },
        counted=counted,
        totals=totals,
        differences=compared,
        coverage=coverage(tree, root, counted),
        statuses=statuses,
        findings=(),
        refused=collected.refused or not (counted.own or counted.cumulative),
    )
    findings = [
        *(finding for one in sorted((*result.returns, *result.earlier), key=_path) for finding in one.findings),
        *more,
        *_difference_findings(result, is_roster),
        *_missing_findings(result),
    ]
    return replace(result, findings=tuple(findings))


def _path(one: Checked) -> str:
    return one.path


def _statuses(collected: Collected, counted: Counted, is_roster: bool) -> dict[str, str | None]:
    """Return what is known of every unit: its returns, or where it is without one."""
    of_files: dict[str, set[str]] = {}
    for one in collected.returns:
        if one.key is not None:
            of_files.setdefault(one.key, set()).add(one.status)
    statuses: dict[str, str | None] = {}
    tree = collected.tree
    under_cumulative: set[str] = set()
    for key in tree.below(collected.root):
        unit = tree[key]
        if unit.parent in under_cumulative or unit.parent in counted.cumulative:
            under_cumulative.add(key)
        files = of_files.get(key)
        if files:
            statuses[key] = "accepted" if "accepted" in files else "rejected"
        elif not is_roster or not unit.expected:
            statuses[key] = None
        else:
            statuses[key] = "covered" if key in under_cumulative else "missing"
    return statuses


# -- findings between levels ------------------------------------------------------------------------------

_WARNING: Final = Severity.WARNING


def _difference_findings(merged: Merged, is_roster: bool) -> list[Finding]:
    """Say where a cumulative return and what is known below it disagree (H001, H002)."""
    findings = []
    for key, difference in merged.differences.items():
        unit = merged.tree[key]
        one = merged.accepted.get((key, Scope.CUMULATIVE))
        excess = excess_fields(unit.level, difference.own_here) & difference.owned
        for entry in FIELDS:
            amount = difference.of(entry.index)
            if amount == 0 or (amount > 0 and entry.index not in excess):
                continue
            params: dict[str, Param] = {
                "name": unit.name,
                "reported": int(difference.reported[entry.index] or 0),
                "known": int(difference.known[entry.index] or 0),
                "own_here": int(difference.own_here),
                "difference": amount,
                "shortfall": -amount,
            }
            sure = is_roster and entry.index in difference.settled
            cell = one.received.cells[entry.index] if one else None
            findings.append(
                found(
                    "H002" if amount < 0 else "H001",
                    None if amount < 0 or sure else _WARNING,
                    path=one.path if one else None,
                    unit=UnitRef(unit.code, unit.name, unit.level),
                    sheet=one.received.sheet if one else None,
                    cell=a1(*cell) if cell else None,
                    field=entry.key,
                    raw=str(params["reported"]),
                    params=params,
                )
            )
    return findings


def _missing_findings(merged: Merged) -> list[Finding]:
    """Say which units sent nothing (C001)."""
    findings = []
    for key, status in merged.statuses.items():
        if status == "missing":
            unit = merged.tree[key]
            whom = " ".join(filter(None, (unit.contact, unit.phone)))
            params: dict[str, Param] = {
                "name": unit.name, "level": unit.level.label, "contact": f"联系人：{whom}。" if whom else "",
            }  # fmt: skip
            findings.append(found("C001", unit=UnitRef(unit.code, unit.name, unit.level), params=params))
    return findings
