"""Returns that came back corrected: they stand for those because of which a form was sent back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Status
from stattable.model.identity import MAX_ANSWERED
from stattable.model.units import Scope


def is_answer(one: CheckedReturn, other: CheckedReturn) -> bool:
    """Whether a return was filled in on the form that went back to its unit because of another."""
    identity = one.file.identity
    return identity is not None and other.file.facts.sha256 in identity.answers


def answered_by(returns: Iterable[CheckedReturn]) -> tuple[str, ...]:
    """Return the fingerprints that a form answers which goes back because of `returns`, with those that they answer."""
    sent = list(returns)
    prints = [one.file.facts.sha256 for one in sent]
    before = (print_ for one in sent if one.file.identity for print_ in one.file.identity.answers)
    return tuple(one for one in dict.fromkeys([*prints, *before]) if one)[:MAX_ANSWERED]


def superseded(one: CheckedReturn, by: CheckedReturn) -> CheckedReturn:
    """Return a return that a later one has replaced (U016), with all its findings settled."""
    params = {"name": one.unit.name or "", "other": by.path}
    marked = one.with_findings(finding("U016", params=params), set_aside=Status.SUPERSEDED)
    return replace(marked, findings=tuple(replace(each, is_settled=True) for each in marked.findings))


def settled_by(one: CheckedReturn, answer: CheckedReturn) -> CheckedReturn:
    """Return a return with those of its findings settled that its answer has no longer."""
    left = {(each.code, field) for each in answer.findings for field in each.fields or (None,)}
    findings = (
        replace(each, is_settled=all((each.code, field) not in left for field in each.fields or (None,)))
        for each in one.findings
    )
    return replace(one, findings=tuple(findings))


def with_answered(returns: Sequence[CheckedReturn]) -> list[CheckedReturn]:
    """Set aside the accepted returns that an accepted answer with other figures has replaced (U016).

    Merged workbooks are left alone: what replaces one is made by merging again.

    Args:
        returns: with the findings of each by itself.

    Returns:
        The same returns in the same order.
    """
    groups: dict[tuple[str, Scope], list[CheckedReturn]] = {}
    for one in returns:
        if one.key is not None and one.status is Status.ACCEPTED:
            groups.setdefault((one.key, one.scope or Scope.OWN), []).append(one)
    replaced = dict[str, CheckedReturn]()  # by path
    for group in groups.values():
        if any(one.file.identity and one.file.identity.answers for one in group):
            replaced |= {one.path: answer for one in group if (answer := _last_answer(one, group))}
    return [superseded(one, replaced[one.path]) if one.path in replaced else one for one in returns]


def _last_answer(one: CheckedReturn, group: Sequence[CheckedReturn]) -> CheckedReturn | None:
    """Return the return that has replaced one of its group, or None."""
    if one.file.is_merged:
        return None
    later = [each for each in group if each.values != one.values and _replaces(each, one, group)]
    return next((each for each in later if not any(is_answer(other, each) for other in later)), None)


def _replaces(answer: CheckedReturn, one: CheckedReturn, group: Sequence[CheckedReturn]) -> bool:
    """Whether a return is an answer to another, or to what that one only repeats: a form that came back as it went."""
    if is_answer(answer, one):
        return True
    answered = [each for each in group if is_answer(answer, each)]
    is_changed = all(each.values != answer.values for each in answered)
    return is_changed and any(is_answer(one, each) and each.values == one.values for each in answered)
