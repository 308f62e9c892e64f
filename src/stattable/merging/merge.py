"""One merge: returns sorted out, rolled up, compared, and counted for completeness."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

from stattable.checking.accounts import Owners
from stattable.checking.batch import Checked, CheckOptions, judge_all, read_all
from stattable.checking.files import Inputs
from stattable.checking.received import Received
from stattable.merging.annexes import Account, merged_annex
from stattable.merging.collect import Collected, collect
from stattable.merging.outputs import LevelPlaces, replaced_inputs
from stattable.merging.overlap import Overlaps
from stattable.merging.rollup import Difference, RollUp, excess_fields, roll_up
from stattable.merging.root import RootOptions, find_register
from stattable.model.catalogue import Refusal, found
from stattable.model.findings import Finding, Param, Severity, UnitRef
from stattable.model.form import DEFAULT_EDITION, FIELDS, Values, number
from stattable.model.text import a1
from stattable.model.units import Scope, Unit


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
class Merged(RollUp):
    """The result of a merge.

    Attributes:
        options: what the user asked for.
        edition: ordinal of the members' day.
        returns: received, in the order of their paths.
        earlier: earlier results, set aside.
        accepted: the accepted returns, by unit and scope.
        statuses: of units: accepted, rejected, covered, missing, or None where none is expected.
        accounts: the rows of the merged annex.
        findings: all of them, those of files first.
        refused: whether nothing may be written.
        overlaps: the merged workbooks among the files, and what they were made from.
        part_of: name of the unit whose merge this is a part of, or None for the whole.
    """

    options: MergeOptions
    edition: int
    returns: tuple[Checked, ...]
    earlier: tuple[Checked, ...]
    accepted: Mapping[tuple[str, Scope], Checked]
    statuses: Mapping[str, str | None]
    accounts: tuple[Account, ...]
    findings: tuple[Finding, ...]
    refused: bool
    overlaps: Overlaps
    part_of: str | None = None

    @property
    def root_unit(self) -> Unit:
        """The unit whose total it is."""
        return self.tree[self.root]

    @property
    def total(self) -> Values:
        """The root's total."""
        return self.totals[self.root].values

    @property
    def parents(self) -> list[str]:
        """The root, and the units below it with units below themselves, where there is an accepted return."""
        return [key for key in self.tree.below(self.root) if self.tree.children[key] and self.coverage[key].returns]

    def person(self, key: str) -> tuple[str, str]:
        """Return the name and the phone of the person to call in a unit: from its return, else from the roster."""
        unit = self.tree[key]
        for scope in Scope:
            if one := self.accepted.get((key, scope)):
                return one.received.contact or unit.contact, one.received.phone or unit.phone
        return unit.contact, unit.phone

    @property
    def files(self) -> list[Checked]:
        """All files that were looked at, earlier results too, in the order of their paths."""
        return sorted((*self.returns, *self.earlier), key=attrgetter("path"))

    @property
    def unresolved(self) -> int:
        """How many errors the total stands with: those of files that were not rejected, and of no file."""
        rejected = {one.path for one in self.returns if one.status == "rejected"}
        return sum(one.severity is Severity.ERROR and one.path not in rejected for one in self.findings)

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
    levels: LevelPlaces | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Merged:
    """Merge returns.

    Args:
        inputs: the files.
        options: what the user asked for.
        output: where the result is to go. An earlier result that a walk found there will be replaced.
        levels: where the results of the levels below are to go, or None. The same holds for these places.
        progress: told of every file that was read.

    Raises:
        Refusal: something else among the inputs stands where a result is to go, there is no root, or there is nothing
            but earlier results.
    """
    read = read_all(inputs.paths, CheckOptions(jobs=options.jobs, debug=options.debug), progress)
    replaced = replaced_inputs(read, inputs.named, output, levels, options.root)
    return merge_read(read, options, inputs.findings, replaced)


def merge_read(
    read: Sequence[Received],
    options: MergeOptions,
    findings: Sequence[Finding] = (),
    replaced: Container[str] = frozenset(),
) -> Merged:
    """Merge files that were read.

    Args:
        read: in the order of their paths.
        options: what the user asked for.
        findings: of no single file.
        replaced: paths of earlier results that will be overwritten; they never count, but nothing that they hold may
            be lost (H008).

    Raises:
        Refusal: there is no root, or there is nothing but earlier results.
    """
    editions = {one.edition for one in read if one.path not in replaced}
    read = [one for one in read if one.path not in replaced or one.edition in editions]
    register = find_register(read, options.root)
    batch = judge_all(read, register, options.edition)
    collected = collect(
        batch.returns, register, one_edition=options.edition is None, latest=options.latest, replaced=replaced
    )
    if all(any(finding.code == "H008" for finding in one.findings) for one in collected.returns):
        raise Refusal("only_earlier")
    return _result(collected, options, findings)


def _result(collected: Collected, options: MergeOptions, more: Sequence[Finding]) -> Merged:
    counted = collected.counted
    rolled = roll_up(collected.tree, collected.root, counted)
    editions = [one.received.edition for one in collected.returns if one.status == "accepted"]
    return _merged(
        rolled,
        options,
        options.edition or next((e for e in editions if e is not None), DEFAULT_EDITION),
        collected.returns,
        collected.earlier,
        [*_root_finding(collected, options.root), *more],
        overlaps=collected.overlaps,
        refused=collected.refused or not (counted.own or counted.cumulative),
    )


def _root_finding(collected: Collected, asked: RootOptions) -> Iterator[Finding]:
    """Say for whom a merge is where nobody said it, and units above could be meant, too (U012)."""
    if asked.roster is None and asked.code is None and asked.name is None and collected.tree.above(collected.root):
        root = collected.tree[collected.root]
        ref = UnitRef(root.code, root.name, root.level)
        yield found("U012", unit=ref, params={"name": root.name, "level": root.level.label})


def _merged(
    rolled: RollUp,
    options: MergeOptions,
    edition: int,
    returns: Sequence[Checked],
    earlier: Sequence[Checked],
    more: Sequence[Finding],
    *,
    overlaps: Overlaps,
    refused: bool,
) -> Merged:
    is_roster = options.root.roster is not None
    accepted = {
        (one.key, one.scope): one
        for one in returns
        if one.status == "accepted" and one.key is not None and one.scope is not None
    }
    annex = merged_annex(rolled, returns, Owners(rolled.tree, is_roster=is_roster))
    result = Merged(
        tree=rolled.tree,
        root=rolled.root,
        counted=rolled.counted,
        totals=rolled.totals,
        differences=rolled.differences,
        coverage=rolled.coverage,
        options=options,
        edition=edition,
        returns=tuple(returns),
        earlier=tuple(earlier),
        accepted=accepted,
        statuses=_statuses(rolled, returns, is_roster),
        accounts=annex.accounts,
        findings=(),
        refused=refused,
        overlaps=overlaps,
    )
    findings = [
        *(finding for one in result.files for finding in one.findings),
        *more,
        *_difference_findings(result, is_roster),
        *_missing_findings(result),
        *annex.findings,
    ]
    return replace(result, findings=tuple(findings))


def _statuses(rolled: RollUp, returns: Sequence[Checked], is_roster: bool) -> dict[str, str | None]:
    """Return what is known of every unit: its returns, or where it is without one."""
    of_files: dict[str, set[str]] = {}
    for one in returns:
        if one.key is not None:
            of_files.setdefault(one.key, set()).add(one.status)
    statuses: dict[str, str | None] = {}
    under_cumulative: set[str] = set()
    cumulative = rolled.counted.cumulative
    for key in rolled.tree.below(rolled.root):
        unit = rolled.tree[key]
        if key != rolled.root and (unit.parent in under_cumulative or unit.parent in cumulative):
            under_cumulative.add(key)
        files = of_files.get(key)
        if files:
            statuses[key] = "accepted" if "accepted" in files else "rejected"
        elif not is_roster or not unit.expected:
            statuses[key] = None
        else:
            statuses[key] = "covered" if key in under_cumulative else "missing"
    return statuses


# -- level by level ---------------------------------------------------------------------------------------


class Levels:
    """The results for all units below a merge's root that have units below themselves.

    Each is what merging the returns of that unit and those below it by themselves would give. A workbook that the unit
    itself merged and sent counts here, where it would be an earlier result there.

    Args:
        merged: the result for the root.
    """

    def __init__(self, merged: Merged) -> None:
        self._merged = merged
        self._returns, self._earlier = _by_unit(merged.returns), _by_unit(merged.earlier)

    def at(self, key: str) -> Merged:
        """Return the result for the unit `key`."""
        merged = self._merged
        if key == merged.root:
            return merged
        units = list(merged.tree.below(key))
        returns, earlier = (
            sorted((one for unit in units for one in of_units.get(unit, ())), key=attrgetter("path"))
            for of_units in (self._returns, self._earlier)
        )
        rolled = RollUp(merged.tree, key, merged.counted, merged.totals, merged.differences, merged.coverage)
        part = _merged(
            rolled, merged.options, merged.edition, returns, earlier, (), overlaps=merged.overlaps, refused=False
        )
        return replace(part, part_of=merged.root_unit.name)


def _by_unit(returns: Sequence[Checked]) -> dict[str, list[Checked]]:
    of_units: dict[str, list[Checked]] = {}
    for one in returns:
        if one.key is not None:
            of_units.setdefault(one.key, []).append(one)
    return of_units


# -- findings between levels ------------------------------------------------------------------------------

_WARNING: Final = Severity.WARNING


def _difference_findings(merged: Merged, is_roster: bool) -> list[Finding]:
    """Say where a cumulative return and what is known below it disagree (H001, H002)."""
    findings = []
    for key in merged.tree.below(merged.root):
        difference = merged.differences.get(key)
        if difference is None or not difference.compared:
            continue
        unit = merged.tree[key]
        one = merged.accepted[key, Scope.CUMULATIVE]
        whom = " ".join(filter(None, (one.received.contact or unit.contact, one.received.phone or unit.phone)))
        excess = excess_fields(unit.level, difference.own_here) & difference.owned
        for entry in FIELDS:
            amount = difference.of(entry.index)
            if amount == 0 or (amount > 0 and entry.index not in excess):
                continue
            params: dict[str, Param] = {
                "name": unit.name,
                "reported": number(difference.reported[entry.index]),
                "known": difference.known(entry.index),
                "made_of": _made_of(merged, key, difference, entry.index),
                "own_here": int(difference.own_here),
                "difference": amount,
                "shortfall": -amount,
                "contact": f"（{whom}）" if whom else "",
            }
            sure = is_roster and entry.index in difference.settled
            cell = one.received.cells[entry.index]
            findings.append(
                found(
                    "H002" if amount < 0 else "H001",
                    None if amount < 0 or sure else _WARNING,
                    path=one.path,
                    unit=UnitRef(unit.code, unit.name, unit.level),
                    sheet=one.received.sheet,
                    cell=a1(*cell) if cell else None,
                    field=entry.key,
                    raw=str(params["reported"]),
                    params=params,
                )
            )
    return findings


_NAMED: Final = 3  # units whose figures a finding names


def _made_of(merged: Merged, key: str, difference: Difference, index: int) -> str:
    """Name what the known figure of a unit is made of, the largest of it first."""
    parts = [
        (number(merged.totals[child].values[index]), merged.tree[child].name) for child in merged.tree.children[key]
    ]
    if difference.own:
        parts.append((number(difference.own[index]), "本级"))
    parts = sorted((part for part in parts if part[0]), key=lambda part: -part[0])
    shown = "，".join(f"{name} {amount}" for amount, name in parts[:_NAMED])
    return f"（{shown}{'等' if len(parts) > _NAMED else ''}）" if parts else ""


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
