"""A finding: what was found, how bad, and where. Its words are in the catalogue, and are rendered last."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum
from typing import Final

from stattable.model.explanations import UNEXPLAINABLE, explains


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return _SEVERITY_LABELS[self]

    def at_least(self, other: "Severity") -> bool:
        """Whether this severity is as bad as `other`, or worse."""
        order = tuple(Severity)
        return order.index(self) <= order.index(other)


_SEVERITY_LABELS: Final = {
    Severity.ERROR: "强制性",
    Severity.WARNING: "核实性",
    Severity.INFO: "提示",
}


FINDING_HEADS: Final = (  # of a list of findings as CSV
    "代码", "程度", "说明", "文件", "单位代码", "单位名称", "级别", "工作表", "单元格", "字段", "栏目", "原值",
    "建议值", "情况说明",
)  # fmt: skip


class Status(StrEnum):
    """What became of a return, or what is known of a unit's."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"  # of a return: another file stands for it
    SUPERSEDED = "superseded"  # of a return: it was rejected, and a later one was accepted
    COVERED = "covered"  # of a unit: a cumulative return above stands for it
    MISSING = "missing"  # of a unit: it was to report, and did not


@dataclass(frozen=True, slots=True)
class UnitRef:
    """The unit of a file or a finding, as far as it is known.

    Attributes:
        code: division code (2, 4, 6, 9 or 12 digits) or the roster's own, as `units.bare_code` gives it, or None.
        name: the unit's name, or None.
        level: the value of a `units.Level`, or None.
    """

    code: str | None = None
    name: str | None = None
    level: str | None = None


Param = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, as data.

    Attributes:
        code: its code in the catalogue.
        severity: how bad it is.
        path: of the file or folder, as the user gave it, or None.
        unit: the unit that it concerns, or None.
        sheet: name of the sheet, or None.
        cell: place on the sheet, such as ``C7`` or ``B6:E6``, or None.
        field: key of the field, or None.
        raw: content of the cell, as shown to the user, or None.
        suggestion: what was probably meant, or None.
        params: what else the text in the catalogue needs; `words` alone is the whole text, as a workbook has it.
        note: what somebody wrote beside it, or None.
        is_settled: whether it speaks of a return that a correction has replaced.
    """

    code: str
    severity: Severity
    path: str | None = None
    unit: UnitRef | None = None
    sheet: str | None = None
    cell: str | None = None
    field: str | None = None
    raw: str | None = None
    suggestion: str | None = None
    params: dict[str, Param] = default(default_factory=dict)
    note: str | None = None
    is_settled: bool = False

    @property
    def explanation(self) -> str | None:
        """The reason that closes it: of a warning what was written beside it, if that says anything."""
        if self.note is None or self.severity is not Severity.WARNING or self.code == UNEXPLAINABLE:
            return None
        return self.note if explains(self.note) else None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do about it: it is explained or settled."""
        return self.is_settled or self.explanation is not None

    @property
    def is_work(self) -> bool:
        """Whether somebody has to do something about it: it is an error or a warning, and not closed."""
        return self.severity is not Severity.INFO and not self.is_closed

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of all fields that it speaks of."""
        fields = self.params.get("fields", ())
        return fields if isinstance(fields, tuple) and fields else (self.field,) if self.field else ()

    def raw_of(self, key: str) -> str | None:
        """Return the content of the cell of a field that it speaks of, as shown to the user, or None."""
        raws = self.params.get("raws")
        return raws[self.fields.index(key)] if isinstance(raws, tuple) and key in self.fields else self.raw

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells that it speaks of, where it speaks of several faults of one kind; empty for any other finding."""
        cells = self.params.get("cells", ())
        return cells if isinstance(cells, tuple) and "fields" in self.params else ()

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of a roster that it speaks of, all of them; empty for any other finding."""
        rows = self.params.get("rows", ())
        return tuple(map(int, rows)) if isinstance(rows, tuple) else ()


# A return with an error of one of these families, or of one of these codes, is rejected.
_REJECTING_FAMILIES: Final = frozenset("FTUVR")
_REJECTING_CODES: Final = frozenset({"H003", "H008"})


def rejects(findings: Iterable[Finding]) -> bool:
    """Whether these findings keep a return out of the totals."""
    return any(
        f.severity is Severity.ERROR and (f.code[0] in _REJECTING_FAMILIES or f.code in _REJECTING_CODES)
        for f in findings
    )
