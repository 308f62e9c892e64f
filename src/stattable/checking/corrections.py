"""Returns that were rejected and then corrected: superseded, if the accepted one is provably later."""

from collections import defaultdict
from collections.abc import Iterable

from stattable.checking.answers import is_answer, superseded
from stattable.checking.duplicates import filing_time
from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Status
from stattable.model.units import Scope


def with_superseded(returns: Iterable[CheckedReturn], edition: int | None = None) -> list[CheckedReturn]:
    """Set aside the rejected returns that a later one has replaced (U016), and say which figures stand beside others.

    What came back corrected is later than what was sent back. Otherwise, of two returns the one with the later date of
    filling in is the later one; where a date is missing, not of the edition, or the same, the one whose file was
    written later. An accepted return is as late as the latest of its copies.

    Args:
        returns: with all their findings.
        edition: of the batch, for returns that name none.

    Returns:
        The same returns in the same order. All findings of a superseded one are settled; one that stays rejected beside
        an accepted one has U020.
    """
    checked = list(returns)
    standing: dict[tuple[str, Scope], list[CheckedReturn]] = defaultdict(list)
    for one in checked:
        if one.key is not None and (one.status is Status.ACCEPTED or _is_copy(one)):
            standing[one.key, one.scope or Scope.OWN].append(one)
    return [
        _held_against(one, standing, edition) if one.key is not None and one.status is Status.REJECTED else one
        for one in checked
    ]


def _held_against(
    one: CheckedReturn, standing: dict[tuple[str, Scope], list[CheckedReturn]], edition: int | None
) -> CheckedReturn:
    scopes = (one.scope,) if one.scope else tuple(Scope)
    versions = next((found for scope in scopes if (found := standing.get((one.key or "", scope)))), ())
    counted = next((other for other in versions if other.status is Status.ACCEPTED), None)
    if counted is None:
        return one
    is_later = {_is_later(other, one, edition) for other in versions}
    if True in is_later:
        return superseded(one, counted)
    reason = "unclear" if None in is_later else "later"
    return one.with_findings(
        finding("U020", params={"reason": reason, "name": one.unit.name or "", "other": counted.path})
    )


def _is_copy(one: CheckedReturn) -> bool:
    """Whether a return is a copy of an accepted one."""
    return one.status is Status.DUPLICATE and any(finding.code == "U004" for finding in one.findings)


def _is_later(one: CheckedReturn, other: CheckedReturn, edition: int | None) -> bool | None:
    """Whether a return is later than another; None where nobody can tell."""
    if is_answer(one, other) or is_answer(other, one):
        return is_answer(one, other)
    (day, written), (other_day, other_written) = (filing_time(each.file, edition) for each in (one, other))
    if day and other_day and day != other_day:
        return day > other_day
    return None if written == other_written else written > other_written
