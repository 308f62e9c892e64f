"""Which returns count: earlier results set aside, editions, scopes, duplicates, and units that nothing places."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from stattable.checking.accounts import Owners, mark_accounts
from stattable.checking.attribute import Register
from stattable.checking.batch import Checked, wrong_edition
from stattable.checking.duplicates import mark_duplicates
from stattable.merging.rollup import Counted
from stattable.merging.scope import infer_scopes
from stattable.merging.unplaced import say_of_unplaced, with_unplaced
from stattable.model.catalogue import found
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.units import Level, Scope, Tree, bare_code, bare_name

MERGED: Final = WorkbookKind.MERGED


@dataclass(frozen=True, slots=True)
class Collected:
    """The returns of a merge, sorted out.

    Attributes:
        tree: all units, those that nothing places as children of the root.
        root: of the merge.
        returns: received: accepted, rejected and duplicate ones, in the order of their paths.
        earlier: earlier results, which were not received (U008).
        refused: whether nothing may be written, whatever else was found (T003, H004).
    """

    tree: Tree
    root: str
    returns: tuple[Checked, ...]
    earlier: tuple[Checked, ...]
    refused: bool

    @property
    def counted(self) -> Counted:
        """The figures of the accepted returns."""
        own, cumulative, unaccounted = {}, {}, {}
        for one in self.returns:
            if one.status != "accepted" or one.key is None:
                continue
            if one.scope is Scope.CUMULATIVE:
                cumulative[one.key] = one.values
                unaccounted[one.key] = _unaccounted(one.received.identity)
            else:
                own[one.key] = one.values
        return Counted(own, cumulative, unaccounted)


def collect(checked: Sequence[Checked], register: Register, *, one_edition: bool, latest: bool) -> Collected:
    """Sort out which returns count.

    Args:
        checked: all returns, in the order of their paths.
        register: the units, and the root.
        one_edition: whether all must be of one edition, because no option says which.
        latest: of different returns of one unit the latest counts.
    """
    root = register.root or ""
    received, earlier = _set_aside_earlier(checked, register.tree, root)
    refused = False
    if one_edition and len({one.received.edition for one in received} - {None}) > 1:
        received = [_of_mixed_editions(one) for one in received]
        refused = True
    tree = with_unplaced(register.tree, root, received)
    received = infer_scopes(received, tree, root, register.scopes, partial(mark_duplicates, latest=latest))
    received, ambiguous = say_of_unplaced(received, tree, register)
    marked = mark_accounts(received, Owners(tree, is_roster=register.is_roster))
    return Collected(tree, root, tuple(marked), tuple(earlier), refused or ambiguous)


def _set_aside_earlier(checked: Sequence[Checked], tree: Tree, root: str) -> tuple[list[Checked], list[Checked]]:
    """Part the returns into those received and the earlier results of merges."""
    here = _Presence(checked, tree)
    received, earlier = [], []
    for one in checked:
        identity = one.received.identity
        reason = None
        if identity and identity.kind is MERGED and one.key is not None:
            if one.key == root:
                reason = "root"
            elif identity.inputs and here.all_of(one.key, identity.inputs):
                reason = "superseded"
        if reason is None:
            received.append(one)
            continue
        aside = found("U008", params={"reason": reason, "name": one.unit.name or ""})
        earlier.append(replace(one, findings=()).with_findings(aside))
    return received, earlier


class _Presence:
    """Which units have files here, and which of these are not merged workbooks."""

    def __init__(self, checked: Sequence[Checked], tree: Tree) -> None:
        self._tree = tree
        self._files: set[str] = set()
        self._sent: set[str] = set()
        self._named: dict[tuple[str, Level | None], set[str]] = {}
        for one in checked:
            if one.key is None:
                continue
            identity = one.received.identity
            self._files.add(one.key)
            if identity is None or identity.kind is not MERGED:
                self._sent.add(one.key)
            self._named.setdefault((bare_name(one.unit.name or ""), one.level), set()).add(one.key)

    def all_of(self, key: str, ledger: Sequence[UnitFacts]) -> bool:
        """Whether every unit in the ledger of a merged workbook of `key` has a return of its own here.

        A unit without code is known by its name and level, which others bear too: it may be one below `key` or
        one that nothing places, and there must be as many as the ledger has.
        """
        names = Counter((bare_name(facts.name), facts.level) for facts in ledger if not facts.code)
        return all(self._has_own(bare_code(facts.code), key) for facts in ledger if facts.code) and all(
            sum(self._may_be_in(one, key) and self._has_own(one, key) for one in self._named.get(name, ())) >= count
            for name, count in names.items()
        )

    def _may_be_in(self, unit: str, key: str) -> bool:
        return unit not in self._tree or self._tree.under(unit, key)

    def _has_own(self, unit: str, key: str) -> bool:
        """Whether `unit` has a return here, which for `key` itself no merged workbook is."""
        return unit in (self._sent if unit == key else self._files)


def _of_mixed_editions(one: Checked) -> Checked:
    if one.received.edition is None:
        return one
    return one.with_findings(wrong_edition(one.received, wanted=None))


def _unaccounted(identity: Identity | None) -> Mapping[Level, int]:
    return dict(identity.unaccounted) if identity else {}
