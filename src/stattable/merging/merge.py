"""The whole of `merge`: paths → returns that count → their roll-up, with all findings."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from stattable.checking.accounts import AnnexOwners
from stattable.checking.companions import Companions, scan_findings
from stattable.checking.editions import EditionDecision, decide_edition
from stattable.checking.explanations import Explanations
from stattable.checking.last_year import LastYear, with_last_year
from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn, check_returns, examine
from stattable.merging.annex import merged_annex
from stattable.merging.discrepancies import blank_level_findings, difference_findings, unreported_findings
from stattable.merging.gaps import gaps_within, known_missing, partly_covered
from stattable.merging.outputs import LevelPlaces, earlier_at_output, replaced_inputs, standing_results
from stattable.merging.overlap import Overlaps
from stattable.merging.result import MergeOptions, MergeResult
from stattable.merging.rollup import RollUp, roll_up
from stattable.merging.root import RootOptions, find_register
from stattable.merging.selection import Selection, select_returns
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Status
from stattable.model.form import DEFAULT_EDITION, edition_of
from stattable.model.refusals import Refusal
from stattable.model.units import Scope
from stattable.reading.files import read_returns
from stattable.reading.inputs import NO_INPUTS, Inputs
from stattable.reading.return_file import ReturnFile


def merge_paths(
    inputs: Inputs,
    options: MergeOptions,
    *,
    output: str,
    levels: LevelPlaces | None = None,
    last_year: LastYear | None = None,
    progress: Callable[[int], None] = lambda _: None,
    executor: Executor | None = None,
) -> MergeResult:
    """Read and merge returns.

    Args:
        inputs: the files.
        options: what the user asked for.
        output: path of the result. An earlier result that a walk found there will be replaced.
        levels: paths of the results of the levels below, or None; earlier results there will be replaced, too.
        last_year: what was reported a year before, to hold the figures against, or None.
        progress: told of every file that was read.
        executor: reads the files; None for processes of this machine.

    Raises:
        Refusal: something else among the inputs stands where a result is to go, there is no root, there is nothing
            but earlier results, or what was reported a year before is of no earlier edition.
    """
    read = read_returns(
        inputs.paths, jobs=options.jobs, debug=options.debug, examine=examine, progress=progress, executor=executor
    )
    at_output = earlier_at_output(read, inputs.named, output)
    others = [one for one in read if one.path not in at_output]
    register = find_register(decide_edition(others, options.edition).of_edition(others), options.root)
    replaced = replaced_inputs(read, inputs.named, at_output, levels, register)
    standing = standing_results(read, replaced, output, levels, register, options.jobs)
    return merge_returns(read, register, options, inputs, replaced, standing, last_year)


def merge_returns(
    read: Sequence[ReturnFile],
    register: Register,
    options: MergeOptions,
    inputs: Inputs = NO_INPUTS,
    replaced: Container[str] = frozenset(),
    standing: Mapping[str, ReturnFile] = MappingProxyType({}),
    last_year: LastYear | None = None,
) -> MergeResult:
    """Merge files that were read.

    Args:
        read: in the order of their paths.
        register: the units that they may be from, and the root.
        options: what the user asked for.
        inputs: where they were found, and what else was found there.
        replaced: paths of earlier results that will be overwritten; they never count, but nothing that they hold may
            be lost (H008).
        standing: the results that will be overwritten, by path; what clerks wrote into them stays.
        last_year: what was reported a year before, or None.

    Raises:
        Refusal: there is nothing but earlier results, or what was reported a year before is of no earlier edition.
    """
    merged = judge_returns(read, register, options, inputs, replaced, standing, last_year)
    if all(any(finding.code == "H008" for finding in one.findings) for one in merged.returns):
        raise Refusal("only_earlier")
    return merged


def judge_returns(
    read: Sequence[ReturnFile],
    register: Register,
    options: MergeOptions,
    inputs: Inputs = NO_INPUTS,
    replaced: Container[str] = frozenset(),
    standing: Mapping[str, ReturnFile] = MappingProxyType({}),
    last_year: LastYear | None = None,
) -> MergeResult:
    """Return what files come to, whatever may be written of it; see :func:`merge_returns`."""
    editions = {one.edition for one in read if one.path not in replaced}
    read = [one for one in read if one.path not in replaced or one.edition in editions]
    batch = check_returns(read, register, options.edition)
    decided = batch.edition
    collected = select_returns(
        batch.returns, register,
        is_open=decided.is_open, latest=options.latest, edition=decided.edition, replaced=replaced,
    )  # fmt: skip
    beside = Companions(collected.tree)
    returns, companions = beside.split(collected.returns)
    collected = replace(collected, returns=returns)
    inputs = inputs.with_others(companions)
    totals = None
    if last_year is not None:
        last_year.refuse_unless_before(decided.edition)
        units = last_year.of(collected.tree)
        collected = replace(collected, returns=tuple(with_last_year(returns, units, last_year)))
        totals = last_year.totals(units)
    more = [*batch.edition.findings, *inputs.findings]
    result = _result(collected, options, decided, more, standing, beside.scans(returns, inputs.others))
    return replace(result, companions=frozenset(companions), last_year=totals)


def _result(
    collected: Selection,
    options: MergeOptions,
    of: EditionDecision,
    more: Sequence[Finding],
    standing: Mapping[str, ReturnFile],
    scans: Mapping[str, Sequence[str]],
) -> MergeResult:
    counted = collected.counted
    edition = of.edition or next(iter(of.counts), None) or _edition_by_dates(collected.returns)
    explanations = Explanations(
        collected.returns,
        collected.tree,
        [one.file for one in collected.earlier],
        [one for one in standing.values() if one.is_merged and one.edition == edition],
    )
    result = assemble(
        roll_up(collected.tree, collected.root, counted),
        options,
        edition,
        explanations.explained(collected.returns),
        collected.earlier,
        [*_root_finding(collected, options.root), *more],
        overlaps=collected.overlaps,
        refused=collected.refused or not (counted.own or counted.cumulative),
        explanations=explanations,
        scans=scans,
    )
    of_no_file = result.findings[sum(len(one.findings) for one in result.files) :]
    result = replace(result, returns=tuple(explanations.with_remarks(result.returns)), standing=standing)
    of_files = (finding for one in result.files for finding in one.findings)
    return replace(result, findings=(*of_files, *of_no_file, *explanations.remarks_on_standing()))


def _edition_by_dates(returns: Sequence[CheckedReturn]) -> int:
    """Return the edition of the year in which most returns were filled in, where no title says one."""
    dates = (one.file.surroundings.filled_in for one in returns if one.status is Status.ACCEPTED)
    years = Counter(day.year for day in dates if day)
    return edition_of(years.most_common(1)[0][0]) if years else DEFAULT_EDITION


def _root_finding(collected: Selection, asked: RootOptions) -> Iterator[Finding]:
    """Yield U012 if the root was inferred, and a unit above it could be meant."""
    if asked.roster is None and asked.code is None and asked.name is None and collected.tree.above(collected.root):
        root = collected.tree[collected.root]
        ref = root.ref
        yield finding("U012", unit=ref, params={"name": root.name, "level": root.level.label})


def assemble(
    rolled: RollUp,
    options: MergeOptions,
    edition: int,
    returns: Sequence[CheckedReturn],
    earlier: Sequence[CheckedReturn],
    more: Sequence[Finding],
    *,
    overlaps: Overlaps,
    refused: bool,
    explanations: Explanations,
    scans: Mapping[str, Sequence[str]],
) -> MergeResult:
    """Return the result of a merge from its roll-up, with the findings that follow from it.

    Those of the returns have been explained already.
    """
    is_roster = options.root.roster is not None
    accepted: dict[Scope, dict[str, CheckedReturn]] = {scope: {} for scope in Scope}
    for one in returns:
        if one.status is Status.ACCEPTED and one.key is not None and one.scope is not None:
            accepted[one.scope][one.key] = one
    annex = merged_annex(rolled, returns, AnnexOwners(rolled.tree, is_roster=is_roster))
    missing = known_missing(rolled, chain.from_iterable(sent.values() for sent in accepted.values()), overlaps)
    result = MergeResult(
        rollup=rolled,
        options=options,
        edition=edition,
        returns=tuple(returns),
        earlier=tuple(earlier),
        accepted=accepted,
        statuses=_statuses(rolled, returns, is_roster, missing),
        accounts=annex.accounts,
        findings=(),
        refused=refused,
        overlaps=overlaps,
        known_missing=missing,
        partly_covered=partly_covered(rolled, missing),
        gaps_within=gaps_within(rolled, missing),
        explanations=explanations,
        scans=scans,
    )
    findings = [
        *more,
        *difference_findings(result, is_roster),
        *unreported_findings(result),
        *scan_findings(result.tree, result.scans_alone, result.scans_alone),
        *blank_level_findings(result),
        *annex.findings,
    ]
    if not explanations.is_empty:
        keys = result.tree.keys_of({one.unit for one in findings if one.unit}, result.root)
        findings = [explanations.noted(one, keys.get(one.unit) if one.unit else None) for one in findings]
    return replace(result, findings=(*(one for file in result.files for one in file.findings), *findings))


def _statuses(
    rolled: RollUp, returns: Sequence[CheckedReturn], is_roster: bool, missing: Container[str]
) -> dict[str, Status | None]:
    """Return the status of every unit: of its returns, or covered, missing, or None where none is expected."""
    of_files: dict[str, set[Status]] = {}
    for one in returns:
        if one.key is not None:
            of_files.setdefault(one.key, set()).add(one.status)
    statuses: dict[str, Status | None] = {}
    under_cumulative: set[str] = set()
    cumulative = rolled.counted.cumulative
    for key in rolled.tree.below(rolled.root):
        unit = rolled.tree[key]
        if key != rolled.root and (unit.parent in under_cumulative or unit.parent in cumulative):
            under_cumulative.add(key)
        files = of_files.get(key)
        if files:
            statuses[key] = Status.ACCEPTED if Status.ACCEPTED in files else Status.REJECTED
        elif not is_roster or not unit.expected:
            statuses[key] = None
        else:
            is_covered = key in under_cumulative and key not in missing
            statuses[key] = Status.COVERED if is_covered else Status.MISSING
    return statuses
