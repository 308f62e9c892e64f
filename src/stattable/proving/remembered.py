"""What a merged workbook remembers in hidden sheets: its identity, and its record."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from stattable.merging.result import MergeResult
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.record import TIME, CountedReturn, Record
from stattable.model.units import Scope
from stattable.proving.ledger import unit_facts


def identity_of(merged: MergeResult) -> Identity:
    """Return the identity of the merged workbook."""
    above = [merged.tree[key] for key in merged.tree.above(merged.root)]
    return Identity(
        kind=WorkbookKind.MERGED,
        edition=merged.edition,
        unit=unit_facts(merged.root_unit),
        scope=Scope.CUMULATIVE,
        above=tuple(map(unit_facts, above)),
        unaccounted=tuple(sorted(merged.rollup.coverage[merged.root].unaccounted.items())),
        figures=merged.total,
    )


def record_of(merged: MergeResult, made: datetime) -> Record:
    """Return the record of the merged workbook.

    Args:
        merged: the result of a merge.
        made: when, as the ledger says.
    """
    return Record(merged.tree, merged.root, _Sent(merged), merged.edition, made.strftime(TIME))


class _Sent(Mapping[tuple[str, Scope], CountedReturn]):
    """The accepted returns of a merge as a record has them, each made when it is asked for: a nation has many."""

    def __init__(self, merged: MergeResult) -> None:
        self._accepted = merged.accepted
        self._numbers = {one.path: number for number, one in enumerate(merged.files, start=1)}

    def __getitem__(self, at: tuple[str, Scope]) -> CountedReturn:
        key, scope = at
        one = self._accepted[scope][key]
        file = one.file
        return CountedReturn(self._numbers[one.path], one.figures, file.cells, file.facts.sha256 or "", file.record)

    def __iter__(self) -> Iterator[tuple[str, Scope]]:
        return ((key, scope) for scope, sent in self._accepted.items() for key in sent)

    def __len__(self) -> int:
        return sum(map(len, self._accepted.values()))
