"""What a merged workbook remembers in hidden sheets: its identity, and its record."""

from collections.abc import Mapping
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
    numbers: Mapping[str, int] = {one.path: number for number, one in enumerate(merged.files, start=1)}
    sent = {
        at: CountedReturn(numbers[one.path], one.values, one.file.cells, one.file.facts.sha256 or "", one.file.record)
        for at, one in merged.accepted.items()
    }
    return Record(merged.tree, merged.root, sent, merged.edition, made.strftime(TIME))
