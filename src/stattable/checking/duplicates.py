"""The same unit twice: returns of one unit and scope, the same (U004) or different ones (U005, U010)."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from stattable.checking.answers import is_answer, settled_by, with_answered
from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param, Status
from stattable.model.form import Values, is_date_of_edition
from stattable.model.record import TIME, Record
from stattable.model.units import Scope
from stattable.reading.return_file import ReturnFile

_Age = tuple[date, float]  # when a return was filled in, and when its file was written


# Names of backups and of temporary files of office programs.
_BACKUP: Final = re.compile(r"(?i)(?!\d{8}$)[0-9A-F]{8}(?:\.tmp)?|.+\.(?:xlk|bak|old|wbk|asd|tmp)|.+~", re.DOTALL)


def with_duplicate_findings(
    returns: Iterable[CheckedReturn], *, latest: bool = False, edition: int | None = None
) -> list[CheckedReturn]:
    """Report the units with several returns of one scope.

    Only returns without another error are compared, so a rejected first try does not block its correction. A
    return whose scope is not known is compared as an own one.

    Args:
        returns: in the order of their paths.
        latest: of different returns the one filled in last counts, then the one whose file is the newest; with
            neither different, none does. A date that is not of the edition's year or the next is as good as none.
        edition: of the batch, None for that of the returns.

    Returns:
        The same returns in the same order, with U004, U005, U010, and U019: a backup never stands against a return;
        and U016: what came back corrected replaces what was sent back, and of equal ones it is the one that counts.
    """
    marked = _with_backups(list(returns))
    if len(marked) < 2:
        return marked
    marked = with_answered(marked)
    groups: dict[tuple[str, Scope], list[int]] = {}
    for at, one in enumerate(marked):
        if one.key is not None and one.status is Status.ACCEPTED:
            groups.setdefault((one.key, one.scope or Scope.OWN), []).append(at)
    of_returns = (one.file.edition for one in marked if one.status is Status.ACCEPTED and one.file.edition)
    edition = edition or next(of_returns, None)
    for group in groups.values():
        if len(group) > 1:
            _mark_group(marked, group, partial(_age, edition=edition) if latest else None)
    return marked


def _with_backups(returns: list[CheckedReturn]) -> list[CheckedReturn]:
    """Set backups aside beside a return of their unit; a backup that is alone counts, with a finding."""
    if not any(_is_backup(one) for one in returns):
        return returns
    kept = {one.key: one.path for one in reversed(returns) if one.key is not None and not _is_backup(one)}
    return [
        one.with_findings(
            _backup_finding(one, kept.get(one.key)), set_aside=Status.DUPLICATE if one.key in kept else None
        )
        if _is_backup(one) and one.key is not None and one.status is Status.ACCEPTED
        else one
        for one in returns
    ]


def _is_backup(one: CheckedReturn) -> bool:
    return _BACKUP.fullmatch(one.path.replace("\\", "/").rpartition("/")[2]) is not None


def _backup_finding(one: CheckedReturn, other: str | None) -> Finding:
    params: dict[str, Param] = {"reason": "beside" if other else "alone", "name": one.unit.name or ""}
    return finding("U019", params={**params, "other": other} if other else params)


def _mark_group(marked: list[CheckedReturn], group: Sequence[int], age: Callable[[ReturnFile], _Age] | None) -> None:
    answered = {at for at in group if any(is_answer(marked[other], marked[at]) for other in group)}

    def rank(at: int) -> tuple[bool, bool, bool, str]:  # what knows what it was made from, or what it is, stands first
        one = marked[at]
        return one.file.record is None, at in answered, any(f.code == "H005" for f in one.findings), one.path

    same = _alike(marked, sorted(group, key=rank))
    for first, *copies in same:
        for at in copies:
            of_first = finding("U004", params={"other": marked[first].path})
            one = marked[at]
            one = settled_by(one, marked[first]) if is_answer(marked[first], one) else one
            once = tuple(f for f in one.findings if f.code != "H005")  # the first one says it for all
            marked[at] = replace(one, findings=once).with_findings(of_first, set_aside=Status.DUPLICATE)
    if len(same) == 1:
        return
    different = [copies[0] for copies in same]
    winner = _latest(marked, same, age) if age else None
    names = {at: marked[at].path for at in different}
    for at in different:
        name = marked[at].unit.name or ""
        if winner is None:
            others = "、".join(path for other, path in names.items() if other != at)
            alone = sum(marked[other].values == marked[at].values for other in different) == 1
            params: dict[str, Param] = {
                "reason": "figures" if alone else "made_of", "name": name, "count": len(different), "others": others,
            }  # fmt: skip
            marked[at] = marked[at].with_findings(finding("U005", params=params))
        elif at != winner:
            older = finding("U010", params={"name": name, "other": names[winner]})
            marked[at] = marked[at].with_findings(older, set_aside=Status.DUPLICATE)


_MOST_COPIES: Final = 3  # of one return, each with a finding of its own where people read them


def fold_copies(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings as people read them: the many copies of one return (U004) are one finding, on that return.

    Args:
        findings: in any order; those that are not folded keep it.
    """
    copies: dict[str, list[Finding]] = {}
    for one in findings:
        if one.code == "U004":
            copies.setdefault(str(one.params["other"]), []).append(one)
    folded = list[Finding]()
    for one in findings:
        same = copies[str(one.params["other"])] if one.code == "U004" else []
        if len(same) <= _MOST_COPIES:
            folded.append(one)
        elif one is same[0]:
            first = str(one.params["other"])
            paths = tuple(copy.path or "" for copy in same)
            params: dict[str, Param] = {"reason": "copies", "other": first, "count": len(same), "copies": paths}
            folded.append(replace(one, path=first, params=params))
    return folded


def _alike(marked: Sequence[CheckedReturn], group: Sequence[int]) -> list[list[int]]:
    """Return the returns of a group by what is the same in all of them.

    Figures are; but of merged workbooks with equal totals those that were made from different returns are not the same.
    """
    alike: list[list[int]] = []
    of_figures: dict[Values, list[tuple[Record | None, list[int]]]] = {}  # each with the record of one of them
    for at in group:
        record, known = marked[at].file.record, of_figures.setdefault(marked[at].values, [])
        # One that was typed, or has no record, says nothing of what it holds.
        for place, (other, same) in enumerate(known):
            if record is None or other is None or record.is_made_as(other):
                known[place] = (other or record, same)
                same.append(at)
                break
        else:
            alike.append([at])
            known.append((record, alike[-1]))
    return alike


def _latest(
    marked: Sequence[CheckedReturn], same: Sequence[Sequence[int]], age: Callable[[ReturnFile], _Age]
) -> int | None:
    """Return which of several returns is the latest, judged by its own copies too; None for a tie."""
    ages = sorted(((max(age(marked[at].file) for at in copies), copies[0]) for copies in same), reverse=True)
    return None if ages[0][0] == ages[1][0] else ages[0][1]


def _age(one: ReturnFile, edition: int | None) -> _Age:
    filled_in, written = filing_time(one, edition)
    return filled_in or date.min, written


def filing_time(one: ReturnFile, edition: int | None) -> tuple[date | None, float]:
    """Return when a return was filled in, None where no date says it, and when its file was written.

    A merged workbook's ledger says both, whenever the file was copied. A date that is not of the edition is none. Times
    are in whole seconds: no more is kept of them, and whoever judges again must come to the same.

    Args:
        one: the file.
        edition: of the other files, for one that says none.
    """
    try:
        made = datetime.strptime(one.record.made, TIME) if one.record else None
    except ValueError:
        made = None
    if made:
        return made.date(), made.timestamp()
    filled_in, of_file = one.surroundings.filled_in, one.edition or edition
    if filled_in and of_file and not is_date_of_edition(filled_in, of_file):
        filled_in = None
    return filled_in, int(one.facts.mtime)
