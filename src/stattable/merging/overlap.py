"""Merged workbooks among the files of a merge: which of their inputs are here, changed, missing or counted twice.

Decided from the records that the workbooks carry, never from which units have files (design, section 1).
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stattable.checking.returns import CheckedReturn
from stattable.merging.contents import Contents, Holding, Input, PlacedReturn, find_holding, place_of
from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Finding, Param, Status
from stattable.model.form import BLANK_WORD, FIELDS, Value, Values, number, total
from stattable.model.record import CountedReturn
from stattable.model.units import Scope, Tree


class Overlaps:
    """The merged workbooks among the files of a merge, with their inputs.

    Args:
        returns: all files.
        tree: the units.
    """

    def __init__(self, returns: Iterable[CheckedReturn], tree: Tree) -> None:
        self._tree = tree
        self._contents = {
            one.path: Contents(one.file.record, place_of(tree, one.key))
            for one in returns
            if one.file.is_merged and one.file.record and one.key is not None and one.key in tree
        }

    def __bool__(self) -> bool:
        return bool(self._contents)

    def contents(self, one: CheckedReturn) -> Contents | None:
        """Return the inputs of a merged workbook; None for any other file, or one without a whole record."""
        return self._contents.get(one.path)

    def find_holding(self, holder: CheckedReturn, one: CheckedReturn) -> Holding | None:
        """Return how a return relates to the merged workbook `holder`; None if that is none, or has no record."""
        contents = self.contents(holder)
        return find_holding(contents, self._return(one)) if contents else None

    def place(self, one: CheckedReturn) -> str:
        """Return the place of the unit of a file; see :func:`place_of`."""
        return place_of(self._tree, one.key) if one.key is not None and one.key in self._tree else ""

    def _return(self, one: CheckedReturn) -> PlacedReturn:
        above = tuple(place_of(self._tree, key) for key in self._tree.above(one.key or ""))
        sha256, scope = one.file.facts.sha256 or "", one.scope or Scope.OWN
        return PlacedReturn(self.place(one), above, scope, sha256, one.values, self.contents(one))

    def is_complete(self, one: CheckedReturn, accepted: Iterable[CheckedReturn], prints: Container[str]) -> bool:
        """Whether all inputs of a merged workbook are here.

        Args:
            one: the workbook.
            accepted: the returns that are accepted here.
            prints: the fingerprints of the files that are here.
        """
        contents = self.contents(one)
        return contents is not None and contents.is_complete(self._presence(one, accepted, prints))

    def missing_inputs(
        self, one: CheckedReturn, accepted: Iterable[CheckedReturn], prints: Container[str]
    ) -> list[Input]:
        """Return the inputs of a merged workbook that are not here."""
        contents = self.contents(one)
        return [*contents.missing_inputs(self._presence(one, accepted, prints))] if contents else []

    def _presence(
        self, one: CheckedReturn, accepted: Iterable[CheckedReturn], prints: Container[str]
    ) -> Callable[[Input], bool]:
        """Return a test of whether an input of a merged workbook is here: its file, or a return that stands for it.

        A merged workbook stands for another one of its unit only if nothing of that one is lost: it holds the inputs
        that are not here, and is no older. It never stands for inputs of another workbook of its own unit.
        """
        units: dict[tuple[str, Scope | None], list[CheckedReturn]] = {}
        for other in accepted:
            if not (other.file.is_merged and other.key == one.key):
                units.setdefault((self.place(other), other.scope), []).append(other)

        def is_here(given: Input) -> bool:
            others = units.get((given.place, given.scope), ())
            return given.sent.sha256 in prints or any(stands_for(other, given) for other in others)

        def stands_for(other: CheckedReturn, given: Input) -> bool:
            contents = self.contents(other)
            made, made_of_given = other.file.record, given.sent.record
            if contents is None or given.contents is None or made is None or made_of_given is None:
                return True
            if made.made < made_of_given.made:  # both as the ledger writes it
                return False
            return all(
                leaf.sent.sha256 in contents.by_fingerprint
                or (leaf.place, leaf.scope) in contents.by_unit
                or is_here(leaf)
                for leaf in given.contents.leaves()
            )

        return is_here

    def stale_findings(self, received: Sequence[CheckedReturn]) -> dict[str, Finding]:
        """Return H006 on accepted workbooks that late or corrected returns have made stale, by path."""
        accepted: dict[str, list[CheckedReturn]] = {}
        for one in received:
            if one.status is Status.ACCEPTED and one.key is not None:
                accepted.setdefault(one.key, []).append(one)
        findings: dict[str, Finding] = {}
        for holder in (one for ones in accepted.values() for one in ones if self.contents(one)):
            others = [one for key in self._tree.below(holder.key or "") for one in accepted.get(key, ())]
            units = [text for one in others if one.path != holder.path for text in self._stale_words(holder, one)]
            if units:
                params: dict[str, Param] = {
                    "name": holder.unit.name or "", "count": len(units), "units": tuple(units),
                }  # fmt: skip
                findings[holder.path] = finding("H006", params=params)
        return findings

    def _stale_words(self, holder: CheckedReturn, one: CheckedReturn) -> Iterator[str]:
        its = self.find_holding(holder, one)
        if its is None or not its.is_stale:
            return
        if not its.leaves:
            yield _stale(its, one.path, one.unit.name or "", one.scope or Scope.OWN, one.values)
        for leaf, of_leaf in its.leaves:
            yield _stale(of_leaf, one.path, leaf.name, leaf.scope, leaf.sent.values)

    def double_count_findings(
        self, received: Sequence[CheckedReturn], counted: Container[str]
    ) -> dict[str, list[Finding]]:
        """Return H007 on returns that count twice: in two merged workbooks, or in one and by themselves; by first path.

        Args:
            received: all returns.
            counted: the paths of those whose figures are in the total.
        """
        holders = [one for one in received if one.path in counted]
        claims = [claim for one in holders for claim in self._claims(one)]
        pairs: dict[tuple[str, str], dict[str, Input]] = {}
        for claim, other in self._clashes(claims):
            if self.contents(claim.holder) or self.contents(other.holder):
                first, second = sorted((claim, other), key=lambda one: one.holder.path)
                pairs.setdefault((first.holder.path, second.holder.path), {})[claim.input.place] = claim.input
        findings: dict[str, list[Finding]] = {}
        for (path, other_path), inputs in pairs.items():
            leaves = [one for one in inputs.values() if one.contents is None] or [*inputs.values()]
            figures = _figures(total(one.sent.values for one in leaves))
            params: dict[str, Param] = {
                "holder": path, "other": other_path, "count": len(leaves), "figures": figures,
                "units": tuple(one.name for one in leaves),
            }  # fmt: skip
            findings.setdefault(path, []).append(finding("H007", params=params))
        return findings

    def _claims(self, one: CheckedReturn) -> Iterator["_Claim"]:
        """Yield the claims of a return that counts: itself, and all inputs that count in it."""
        its, contents = self._return(one), self.contents(one)
        sent = CountedReturn(0, one.figures, (), its.sha256)
        yield _Claim(one, Input(its.place, one.unit.name or "", its.scope, sent, contents), its.above)
        if contents:
            for given in contents.counted_inputs():
                yield _Claim(one, given, (*its.above, *contents.chains[given.place], *self._now_above(given.place)))

    def _now_above(self, place: str) -> tuple[str, ...]:
        """Return the places above a unit as this merge has them; none where it does not know the unit."""
        return tuple(place_of(self._tree, key) for key in self._tree.above(place)) if place in self._tree else ()

    def _clashes(self, claims: Sequence["_Claim"]) -> Iterator[tuple["_Claim", "_Claim"]]:
        """Yield pairs of claims of two returns to the same file or return, or to a unit and to all units below it."""
        same: dict[object, list[_Claim]] = {}
        sums: dict[str, list[_Claim]] = {}  # typed in, by their units
        over: dict[str, list[_Claim]] = {}  # the same, by the units that their workbooks say are below them
        for claim in claims:
            given = claim.input
            for what in (given.sent.sha256, (given.place, given.scope)):
                yield from ((claim, other) for other in same.get(what, ()) if other.holder.path != claim.holder.path)
                same.setdefault(what, []).append(claim)
            if given.covers:
                sums.setdefault(given.place, []).append(claim)
                contents = self.contents(claim.holder)
                for place, chain in contents.chains.items() if contents else ():
                    if given.place in chain:
                        over.setdefault(place, []).append(claim)
        for claim in claims if sums else ():
            given = claim.input
            places = dict.fromkeys((*claim.above, *([given.place] if given.scope is Scope.OWN else ())))
            above = [other for place in places for other in sums.get(place, ())]
            for other in (*above, *over.get(given.place, ())):
                if other.holder.path != claim.holder.path:
                    yield claim, other


@dataclass(frozen=True, slots=True)
class _Claim:
    """An input that counts in a return that counts, or that return itself."""

    holder: CheckedReturn
    input: Input
    above: tuple[str, ...]


def _stale(its: Holding, path: str, name: str, scope: Scope, values: Values) -> str:
    """Return how a stale workbook differs from the return of a unit here, at `path`, in words."""
    if its.input is None:
        return phrase("H006", "missing", name=name, scope=scope.label, path=path, figures=_figures(values))
    was = its.input.sent.values
    changed = [field for field in FIELDS if was[field.index] != values[field.index]]
    figures = tuple(
        phrase("H006", "figure", label=field.label, was=_in_words(was[field.index]), now=_in_words(values[field.index]))
        for field in changed
    )
    print_ = its.input.sent.sha256[:8]
    return phrase("H006", "changed", name=name, scope=scope.label, path=path, figures=figures, print=print_)


def _figures(values: Values) -> tuple[str, ...]:
    """Return the figures of a return that are not 0, in words."""
    return tuple(
        phrase("H006", "amount", label=field.label, amount=number(values[field.index]))
        for field in FIELDS
        if values[field.index]
    )


def _in_words(value: Value) -> str:
    return BLANK_WORD if value is None else str(number(value))
