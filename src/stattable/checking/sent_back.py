"""Which returns go back to their units: one form for each unit of which something is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stattable.checking.answers import answered_by
from stattable.checking.duplicates import filing_time
from stattable.checking.returns import Batch, CheckedReturn
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope


@dataclass(frozen=True, slots=True)
class SentBack:
    """What goes back to a unit.

    Attributes:
        key: of the unit.
        unit: the unit.
        above: the units above it, from the top down.
        scope: of the form.
        edition: of the form, the ordinal of the members' day.
        sources: the returns that it is filled in from: one, or several that differ and are of equal weight (U005).
        others: paths of the unit's other returns with something open, which are older or cannot be read.
        answers: the fingerprints of all these returns, and of those that they were themselves an answer to.
    """

    key: str
    unit: UnitFacts
    above: tuple[UnitFacts, ...]
    scope: Scope
    edition: int
    sources: tuple[CheckedReturn, ...]
    others: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def called(self, path: str) -> str:
        """Return what one of the unit's files is called to it: by its name alone, where no other has it."""
        name = Path(path).name
        others = {*self.others, *(source.path for source in self.sources)} - {path}
        return path if any(Path(one).name == name for one in others) else name


@dataclass(frozen=True, slots=True)
class SendingBack:
    """All that goes back.

    Attributes:
        forms: one for each unit and scope, in the order of the tree.
        unplaced: returns with something open for which no form can be made: their unit or its level is not known.
    """

    forms: tuple[SentBack, ...]
    unplaced: tuple[CheckedReturn, ...]


def to_send_back(batch: Batch, *, is_roster: bool, edition: int) -> SendingBack:
    """Return what goes back of a batch of returns.

    Args:
        batch: with all findings.
        is_roster: whether its tree is a roster's, which says who has nobody below.
        edition: of forms for returns that name none, where the batch has none either.
    """
    groups: dict[tuple[str, Scope], list[CheckedReturn]] = {}
    unplaced = list[CheckedReturn]()
    for one in batch.returns:
        if not one.is_open:
            continue
        if one.key is None or one.level in {None, Level.NATIONAL} or not one.unit.name:
            unplaced.append(one)
        else:
            groups.setdefault((one.key, _scope(one, batch, is_roster=is_roster)), []).append(one)
    place = {key: number for number, key in enumerate(batch.tree.units)}
    forms = [
        _sent_back(key, scope, ones, batch, edition)
        for (key, scope), ones in sorted(groups.items(), key=lambda group: place.get(group[0][0], len(place)))
    ]
    return SendingBack(tuple(forms), tuple(unplaced))


def _scope(one: CheckedReturn, batch: Batch, *, is_roster: bool) -> Scope:
    """Return the scope of the form for a return; where nothing says it, that of the unit's blank."""
    if one.scope or one.level is Level.VILLAGE:
        return one.scope or Scope.OWN
    key = one.key or ""
    is_alone = is_roster and key in batch.tree and not batch.tree.expects_below(key)
    return Scope.CUMULATIVE if is_alone else Scope.OWN


def _sent_back(key: str, scope: Scope, ones: Sequence[CheckedReturn], batch: Batch, edition: int) -> SentBack:
    decided = batch.edition.edition
    sources = [one for one in ones if _has(one, "U005")] or [latest_return(ones, decided)]
    first = sources[0]
    unit, above = _facts(key, first, batch)
    return SentBack(
        key,
        unit,
        above,
        scope,
        decided or first.file.edition or edition,
        tuple(sources),
        tuple(one.path for one in ones if one not in sources),
        answered_by(ones),
    )


def latest_return(ones: Iterable[CheckedReturn], edition: int | None) -> CheckedReturn:
    """Return the latest of several returns, rather one with figures of the edition than one without."""

    def age(one: CheckedReturn) -> tuple[bool, date, float]:
        day, written = filing_time(one.file, edition)
        return is_usable(one), day or date.min, written

    return max(ones, key=age)


def is_usable(one: CheckedReturn) -> bool:
    """Whether what a return holds may be filled in again: it has a form, and none of another year."""
    return one.file.values is not None and not _has(one, "T003")


def _has(one: CheckedReturn, code: str) -> bool:
    return any(finding.code == code for finding in one.findings)


def _facts(key: str, one: CheckedReturn, batch: Batch) -> tuple[UnitFacts, tuple[UnitFacts, ...]]:
    """Return a unit and those above it, as the tree says them, or else the return's identity."""
    tree, identity = batch.tree, one.file.identity
    if key in tree:
        units = [tree[each] for each in (*tree.above(key), key)]
        *above, unit = (UnitFacts(each.code, each.name, each.level) for each in units)
        return unit, tuple(above)
    assert one.level is not None
    return UnitFacts(one.unit.code, one.unit.name or "", one.level), identity.above if identity else ()
