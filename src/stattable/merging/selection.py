"""Which returns count: by edition, scope and duplicates, without earlier results, with units outside the tree."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter

from stattable.checking.accounts import AnnexOwners, with_annex_findings
from stattable.checking.corrections import with_superseded
from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn
from stattable.merging.contents import Input
from stattable.merging.overlap import Overlaps
from stattable.merging.rollup import CountedReturns, total_of_record
from stattable.merging.scope import infer_scopes
from stattable.merging.unplaced import with_unplaced, with_unplaced_findings
from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Finding, Param, Severity, Status
from stattable.model.form import SHEET_NAME
from stattable.model.identity import Identity
from stattable.model.names import comparable_name
from stattable.model.packing import Packed, PackedFigures
from stattable.model.units import Level, Scope, Tree, bare_code
from stattable.reading.form import altered


@dataclass(frozen=True, slots=True)
class Selection:
    """The returns of a merge, with those that count accepted.

    Attributes:
        tree: all units, those whose place is not known as children of the root.
        root: of the merge.
        returns: accepted, rejected, duplicate and superseded ones, in the order of their paths.
        earlier: earlier results of merges, which are no returns (U008).
        refused: whether nothing may be written, whatever else was found (T003, H004, H008).
        overlaps: the merged workbooks among the files, with their inputs.
    """

    tree: Tree
    root: str
    returns: tuple[CheckedReturn, ...]
    earlier: tuple[CheckedReturn, ...]
    refused: bool
    overlaps: Overlaps

    @property
    def counted(self) -> CountedReturns:
        """The figures of the accepted returns."""
        own, cumulative, unaccounted = dict[str, Packed](), dict[str, Packed](), {}
        for one in self.returns:
            if one.status is not Status.ACCEPTED or one.key is None:
                continue
            if one.scope is Scope.CUMULATIVE:
                cumulative[one.key] = one.figures
                unaccounted[one.key] = _unaccounted(one.file.identity)
            else:
                own[one.key] = one.figures
        return CountedReturns(PackedFigures(own), PackedFigures(cumulative), unaccounted)


def select_returns(
    checked: Sequence[CheckedReturn],
    register: Register,
    *,
    is_open: bool,
    latest: bool,
    edition: int | None = None,
    replaced: Container[str] = frozenset(),
) -> Selection:
    """Decide which returns count.

    Args:
        checked: all returns, in the order of their paths.
        register: the units, and the root.
        is_open: whether nobody can tell which edition is meant, so that nothing may be written.
        latest: of different returns of one unit the latest counts.
        edition: of the batch, None where nothing says it.
        replaced: the paths of earlier results that the outputs of this merge are going to replace.
    """
    root = register.root or ""
    returns, refused = [*checked], is_open
    tree = with_unplaced(register.tree, root, returns)
    returns = [_compare_with_record(one) for one in returns]
    sort = partial(infer_scopes, tree=tree, root=root, settled=register.scopes, latest=latest, edition=edition)
    overlaps = Overlaps(returns, tree)
    received, earlier = _set_aside_earlier(returns, root, sort, overlaps, replaced)
    refused = refused or any(finding.code == "H008" for one in received for finding in one.findings)
    tree = with_unplaced(register.tree, root, received)
    received, ambiguous = with_unplaced_findings(received, tree, register)
    received = _with_overlaps(received, tree, root, overlaps)
    marked = with_annex_findings(received, AnnexOwners(tree, is_roster=register.is_roster))
    marked = with_superseded(marked, edition)
    return Selection(tree, root, tuple(marked), tuple(earlier), refused or ambiguous, overlaps)


def _compare_with_record(one: CheckedReturn) -> CheckedReturn:
    """Compare the page of a merged workbook with its record: its figures (P001), and whose it is (P003)."""
    received, identity = one.file, one.file.identity
    record = received.record
    if not received.is_merged or identity is None or one.status is not Status.ACCEPTED:
        return one
    if record is None:
        return one.with_findings(_of_structure("record", Severity.WARNING))
    unit, findings = record.tree[record.root], list[Finding]()
    was = phrase("P003", "merge", name=unit.name, level=unit.level.label, edition=record.edition)
    if (bare_code(unit.code or ""), comparable_name(unit.name), unit.level, record.edition) != (
        bare_code(identity.unit.code or ""), comparable_name(identity.unit.name), identity.unit.level, received.edition,
    ):  # fmt: skip
        findings.append(_of_structure("rebadged", None, raw=was))
    known = {fault.field for fault in one.findings if fault.code == "P001"}
    page = altered(received, total_of_record(record), unit.level)
    findings += [fault for fault in page if fault.field not in known]
    return one.with_findings(*findings)


def _of_structure(reason: str, severity: Severity | None, raw: str | None = None) -> Finding:
    return finding("P003", severity, sheet=SHEET_NAME, raw=raw, params={"reason": reason, "sheet": SHEET_NAME})


def _set_aside_earlier(
    returns: Sequence[CheckedReturn],
    root: str,
    sort: Callable[[Sequence[CheckedReturn]], list[CheckedReturn]],
    overlaps: Overlaps,
    replaced: Container[str],
) -> tuple[list[CheckedReturn], list[CheckedReturn]]:
    """Split the files into returns, with their scopes, and earlier results of merges.

    A merged workbook of a unit below the root is an earlier result if all its inputs are here and accepted; otherwise
    it counts as a return. Which inputs are accepted depends in turn on which workbooks count, for a scope is inferred
    from what counts below. So all are set aside at first, and those with missing inputs are taken back, the lowest
    first, for they may be inputs of others; until nothing changes.

    The root's own results, and those that are about to be replaced, never count: if an input of one is not here,
    nothing may be written (H008).
    """
    merged = [one for one in returns if one.file.is_merged and one.status is Status.ACCEPTED and one.key is not None]
    ours = {one.path for one in merged if one.key == root or one.path in replaced}
    aside = {one.path: one for one in merged if one.path not in ours and not _has_altered_page(one)}
    returns = [one for one in returns if one.path not in replaced or one.path in ours]
    while True:
        received = sort([one for one in returns if one.path not in aside and one.path not in ours])
        accepted = [one for one in received if one.status is Status.ACCEPTED and one.key is not None]
        prints = _prints(*accepted, *aside.values())
        failing = [one for one in aside.values() if not overlaps.is_complete(one, accepted, prints)]
        if not failing:
            break
        lowest = max(map(_rank, failing))
        for one in failing:
            if _rank(one) == lowest:
                del aside[one.path]
    # What is rejected now has an error that names it.
    prints = _prints(*(one for one in returns if one.path not in ours))
    earlier = [_kept_out(one, _earlier(one)) for one in aside.values()]
    lost = []
    for one in (one for one in merged if one.path in ours):
        absent = overlaps.missing_inputs(one, accepted, prints)
        if overlaps.contents(one) is None or absent:
            lost.append(_kept_out(one, _not_here(one, absent)))
        elif one.path not in replaced:
            earlier.append(_kept_out(one, _earlier(one)))
    by_path = attrgetter("path")
    return sorted((*received, *lost), key=by_path), sorted(earlier, key=by_path)


def _rank(one: CheckedReturn) -> int:
    """Return how low the level of a unit is. Its depth in the tree is less reliable: units move."""
    return tuple(Level).index(one.level) if one.level else 0


def _prints(*files: CheckedReturn) -> set[str]:
    return {one.file.facts.sha256 or "" for one in files}


def _has_altered_page(one: CheckedReturn) -> bool:
    return any(finding.code == "P001" for finding in one.findings)


def _kept_out(one: CheckedReturn, why: Finding) -> CheckedReturn:
    """Return an earlier result with `why` it does not count, and what was found about changes to its page."""
    return replace(one, findings=tuple(f for f in one.findings if f.code[0] == "P")).with_findings(why)


def _earlier(one: CheckedReturn) -> Finding:
    return finding("U008", params={"name": one.unit.name or ""})


def _not_here(one: CheckedReturn, absent: Sequence[Input]) -> Finding:
    units = tuple(phrase("H008", "return", name=one.name, scope=one.scope.label) for one in absent)
    reason = "absent" if absent else "unreadable"
    params: dict[str, Param] = {
        "reason": reason, "name": one.unit.name or "", "count": len(absent), "units": units,
    }  # fmt: skip
    return finding("H008", params=params)


def _with_overlaps(received: Sequence[CheckedReturn], tree: Tree, root: str, overlaps: Overlaps) -> list[CheckedReturn]:
    """Add H006 to merged workbooks that other returns have made stale, and H007 to returns that count twice."""
    if not overlaps:
        return [*received]
    cumulative = {one.key for one in received if one.status is Status.ACCEPTED and one.scope is Scope.CUMULATIVE}
    counted = {
        one.path
        for one in received
        if one.status is Status.ACCEPTED
        and one.key is not None
        and tree.under(one.key, root)
        and cumulative.isdisjoint(tree.covering(one.key, one.scope or Scope.OWN))
    }
    stale, twice = overlaps.stale_findings(received), overlaps.double_count_findings(received, counted)
    return [
        one.with_findings(*([stale[one.path]] if one.path in stale else ()), *twice.get(one.path, ()))
        for one in received
    ]


def _unaccounted(identity: Identity | None) -> Mapping[Level, int]:
    return dict(identity.unaccounted) if identity else {}
