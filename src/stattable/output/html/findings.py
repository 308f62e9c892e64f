"""The findings of a merge as rows of a page, and how many there are of each code."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from stattable.checking.duplicates import fold_copies
from stattable.merging.result import MergeResult
from stattable.model.catalogue import CATALOGUE
from stattable.model.findings import Finding, Severity, UnitRef
from stattable.model.form import FIELD_BY_KEY
from stattable.output.html.units import Numbered, Paths, Units
from stattable.proving.lists import FINDING_HEADS, finding_rows

MOST_FINDINGS: Final = 5_000  # that a page holds, the worst ones
CLOSED: Final = len(Severity)  # the number that stands for a severity where nothing is left to do
_CELL_AT, _RAW_AT, _WORDS_AT, _STATE_AT = map(FINDING_HEADS.index, ("单元格", "原值", "说明", "状态"))


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many findings there are of a code.

    Attributes:
        code: the code.
        title: what it is about.
        severity: the Chinese name.
        kind: the severity.
        open: how many something has to be done about; of 提示 all.
        closed: how many are explained or settled.
    """

    code: str
    title: str
    severity: str
    kind: str
    open: int
    closed: int


def severity_number(finding: Finding) -> int:
    """Return the place of a finding's severity, or `CLOSED`."""
    return CLOSED if finding.is_closed else [*Severity].index(finding.severity)


def code_counts(findings: Iterable[Finding]) -> list[CodeCount]:
    """Return how many findings there are of each code and severity, the worst first."""
    counts = Counter((one.severity, one.code, one.is_closed) for one in findings)
    order = [*Severity]
    pairs = sorted({(severity, code) for severity, code, _ in counts}, key=lambda one: (order.index(one[0]), one[1]))
    return [
        CodeCount(
            code, CATALOGUE[code].title, severity.label, severity.value,
            counts[severity, code, False], counts[severity, code, True],
        )
        for severity, code in pairs
    ]  # fmt: skip


def finding_columns(merged: MergeResult, units: Units, paths: Paths) -> tuple[dict[str, object], list[CodeCount], int]:
    """Return the findings of a merge for the page, how many there are of each code, and how many are left out.

    Args:
        merged: the result.
        units: those of the page.
        paths: to which the paths of the findings' files are added.
    """
    codes, keys = Numbered[str](), merged.keys_by_unit
    rows = [
        [*_cells(finding, row, codes, units.numbers.get(keys.get(finding.unit or UnitRef()) or ""), paths)]
        for finding, row in islice(finding_rows(merged), MOST_FINDINGS)
    ]
    everything = fold_copies(merged.findings)
    titles = {code: CATALOGUE[code].title for code in codes.all}
    return {"rows": rows, "codes": list(titles.items())}, code_counts(everything), len(everything) - len(rows)


def _cells(
    finding: Finding, row: tuple[object, ...], codes: Numbered[str], unit: int | None, paths: Paths
) -> Iterator[object]:
    """Yield severity, code, unit, words; place: file, cell, field, what stands there; state and note."""
    of = finding.unit or UnitRef()
    yield severity_number(finding)
    yield codes.number(finding.code)
    yield of.name if unit is None else unit
    yield row[_WORDS_AT]
    code, name = (of.code, of.name) if unit is not None else (None, None)  # which the page can put back
    yield paths.pair(finding.path, code, name) if finding.path else None
    yield row[_CELL_AT]
    yield FIELD_BY_KEY[finding.field].index if finding.field else None
    yield row[_RAW_AT]
    yield row[_STATE_AT]
    yield finding.note
