"""Files that were read → checked returns: attributed to their units and checked by the rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from stattable.checking.attribution import Attribution, Attributor, ambiguous_attribution
from stattable.checking.editions import ANY_EDITION, EditionDecision, decide_edition
from stattable.checking.equal_faults import fold_equal_faults
from stattable.checking.namesakes import ambiguous_returns
from stattable.checking.register import Register
from stattable.checking.rules import FilledForm, apply_rules, drop_meaningless_zeros
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Param, Status, UnitRef, rejects
from stattable.model.form import BLANK, BLANK_WORD, FIELD_BY_KEY, FIELDS, Values, fields_below, own_fields
from stattable.model.packing import Packed, packed, unpacked
from stattable.model.units import Level, Scope, ScopeBy, Tree
from stattable.reading.return_file import ReturnFile, RuleFindings

_BLANK: Final = packed(BLANK)
_UNREAD: Final = frozenset({"V002", "V003", "V004", "V005", "V006", "V009"})


@dataclass(frozen=True, slots=True)
class CheckedReturn:
    """A return that was checked.

    Attributes:
        file: what was read.
        unit: whose return it is, as far as that is known.
        key: the unit's key in the tree, or None where the file belongs to no unit.
        level: of the unit, or None.
        scope: of the return, or None while it is not known.
        scope_by: what says the scope, or None while nothing does.
        figures: the 40 of them as they count, packed.
        findings: all of them.
        set_aside: duplicate or superseded where another file stands for this one, or None.
        status: whether it is accepted, rejected, a duplicate or superseded.
    """

    file: ReturnFile
    unit: UnitRef
    key: str | None
    level: Level | None
    scope: Scope | None
    scope_by: ScopeBy | None
    figures: Packed
    findings: tuple[Finding, ...]
    set_aside: Status | None = None
    status: Status = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        judged = Status.REJECTED if rejects(self.findings) else Status.ACCEPTED
        object.__setattr__(self, "status", self.set_aside or judged)

    @property
    def values(self) -> Values:
        """The 40 figures as they count."""
        return unpacked(self.figures)

    @property
    def path(self) -> str:
        """The file's path as the user knows it."""
        return self.file.path

    @property
    def is_open(self) -> bool:
        """Whether something has to be done about it."""
        return self.set_aside is None and any(finding.is_work for finding in self.findings)

    def with_findings(self, *findings: Finding, set_aside: Status | None = None) -> "CheckedReturn":
        """Return this return with `findings` added, as findings of its file and unit; perhaps set aside for them."""
        added = tuple(replace(finding, path=self.path, unit=self.unit) for finding in findings)
        return replace(self, findings=(*self.findings, *added), set_aside=set_aside or self.set_aside)

    def with_scope(self, scope: Scope, scope_by: ScopeBy) -> "CheckedReturn":
        """Return this return with `scope`, without the zeros that mean nothing in a return of that scope."""
        values = drop_meaningless_zeros(self.values, self.level, scope)
        return replace(self, scope=scope, scope_by=scope_by, figures=packed(values))


def open_units(returns: Iterable[CheckedReturn]) -> frozenset[str]:
    """Return the keys of the units of which a return is open."""
    return frozenset(one.key for one in returns if one.key is not None and one.is_open)


@dataclass(frozen=True, slots=True)
class Batch:
    """The returns that were checked together.

    Attributes:
        tree: of the roster, or of the identities.
        returns: in the order of their paths.
        edition: which edition the returns are of.
        companions: paths of files that came along with returns, and are none.
    """

    tree: Tree
    returns: tuple[CheckedReturn, ...]
    edition: EditionDecision = ANY_EDITION
    companions: tuple[str, ...] = ()


def check_returns(files: Sequence[ReturnFile], register: Register, edition: int | None) -> Batch:
    """Attribute files to units and check each of them by itself.

    Args:
        files: in the order of their paths.
        register: the units that returns may be from.
        edition: the only one to be accepted, or None for that of most files.
    """
    decided = decide_edition(files, edition)
    attributor = Attributor(register)
    whose, named = attributor.attribute_all(files)
    returns = [_check_return(one, attribution, decided) for one, attribution in zip(files, whose, strict=True)]
    others = ambiguous_returns(named, {one.path for one in returns if one.status is Status.ACCEPTED})
    return Batch(
        register.tree,
        tuple(
            _check_return(one.file, ambiguous_attribution(one.file, others[one.path]), decided)
            if one.path in others
            else one
            for one in returns
        ),
        decided,
    )


def examine(one: ReturnFile) -> ReturnFile:
    """Return a file with what the rules find in it as the return that its identity says, which it nearly always is."""
    values, identity = one.values, one.identity
    if values is None or identity is None or not one.cells:
        return one
    level, scope = identity.unit.level, identity.scope
    found = tuple(_by_rules(one, values, level, scope))
    return replace(one, by_rules=RuleFindings(level, scope, found) if found else _nothing_found(level, scope))


@cache
def _nothing_found(level: Level, scope: Scope) -> RuleFindings:
    return RuleFindings(level, scope)


def _by_rules(one: ReturnFile, values: Values, level: Level | None, scope: Scope | None) -> Iterator[Finding]:
    unread = {index for index, cell in enumerate(one.cells) if cell is None} if None in one.cells else set()
    unread |= {FIELD_BY_KEY[found.field].index for found in one.findings if found.field and found.code in _UNREAD}
    return apply_rules(FilledForm(values, level, scope, frozenset(unread)), one.sheet, one.cells)


def _check_return(one: ReturnFile, whose: Attribution, edition: EditionDecision) -> CheckedReturn:
    values, figures = one.values, one.figures
    findings = [*one.findings, *whose.findings]
    if of_edition := edition.finding_on(one):
        if not edition.is_open:  # the units are those of the edition: of another one's nothing is said
            findings = [found for found in findings if found.code[0] != "U"]
        findings.append(of_edition)
    if values is not None and one.cells:
        cleaned, findings = _drop_zeros(one, values, whose, findings)
        known = one.by_rules
        is_known = known is not None and (known.level, known.scope) == (whose.level, whose.scope)
        findings += known.findings if known and is_known else _by_rules(one, values, whose.level, whose.scope)
        figures = figures if cleaned is values else packed(cleaned)
    findings += _gap_findings(one, whose.unit)
    placed = tuple(replace(finding, path=one.path, unit=whose.unit) for finding in fold_equal_faults(findings))
    return CheckedReturn(
        one, whose.unit, whose.key, whose.level, whose.scope, whose.scope_by, figures or _BLANK, placed
    )


def _gap_findings(one: ReturnFile, unit: UnitRef) -> Iterator[Finding]:
    """Yield C003 where a merged workbook, or what went back for one, was made without returns that are missing."""
    gaps = one.identity.unaccounted if one.identity else ()
    if count := sum(number for _, number in gaps):
        levels = tuple(f"{level.label} {number}" for level, number in gaps if number)
        yield finding("C003", params={"name": unit.name or one.name or "", "count": count, "levels": levels})


def _drop_zeros(
    one: ReturnFile, values: Values, whose: Attribution, findings: list[Finding]
) -> tuple[Values, list[Finding]]:
    """Drop meaningless zeros, with V007 for each 0 or 无 in a field that is never the unit's to fill in."""
    cleaned = drop_meaningless_zeros(values, whose.level, whose.scope)
    if cleaned is values or whose.level is None:
        return values, findings
    dropped = {FIELDS[i].key: i for i, value in enumerate(values) if value is not None and cleaned[i] is None}
    customary = {one.field: one for one in findings if one.code in {"V007", "V008"}}
    kept = [f for f in findings if not (f.field in dropped and f.code in {"V007", "V008"})]
    nobodys = frozenset(dropped.values()) - own_fields(whose.level) - fields_below(whose.level)
    for key, index in dropped.items():
        before = customary.get(key)
        cell = one.cells[index]
        if (index in nobodys or before) and cell:
            raw = before.raw if before else ("无" if values[index] is False else "0")
            params: dict[str, Param] = {"value": BLANK_WORD}
            kept.append(finding("V007", sheet=one.sheet, cell=a1(*cell), field=key, raw=raw, params=params))
    return cleaned, kept
