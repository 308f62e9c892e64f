"""The rows of 报送情况 and 审核意见, for writing, and for comparing with those of a repeated merge."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stattable.checking.duplicates import fold_copies
from stattable.merging.result import MergeResult
from stattable.model.catalogue import closing_word, render
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import label_of
from stattable.model.identity import cell_text
from stattable.model.units import Level
from stattable.proving.breakdown import STATUS_WORDS

STATE_SHEET: Final = "报送情况"
FINDINGS_SHEET: Final = "审核意见"
_COUNTS_TITLE, _STATES_TITLE = "各单位下级的报送情况", "每个单位的报送情况"
_OF_EXPECTED: Final = tuple(Status[name] for name in ("ACCEPTED", "REJECTED", "COVERED", "MISSING"))
_GAPS: Final = "其中缺报"  # in merged workbooks, of what is below
_IN_PART: Final = "（其中有缺报，不知道是谁）"
COUNT_HEADS: Final = ("上级单位", "级别", "应报", *(STATUS_WORDS[status] for status in _OF_EXPECTED), _GAPS)
STATE_HEADS: Final = ("单位", "级别", "代码", "上级单位", "状态", _GAPS, "联系人", "电话")
FINDING_HEADS: Final = (
    "序号", "程度", "代码", "单位", "单位代码", "文件", "单元格", "栏目", "原值", "说明", "状态",
    "核实情况（由经办人填写）",
)  # fmt: skip
UNIT_AT: Final = FINDING_HEADS.index("单位")
WORDS_AT: Final = FINDING_HEADS.index("说明")
CLERKS_FROM: Final = WORDS_AT + 1  # what was found out, which the clerk writes there, and what follows from it
NO_FINDINGS: Final = ("",) * WORDS_AT + ("没有发现问题。", "", "")  # the row that stands where there are none
_STATES: Final = {Severity.ERROR: "待改", Severity.WARNING: "待核实", Severity.INFO: ""}  # of what is not closed


def _count_rows(merged: MergeResult) -> Iterator[tuple[object, ...]]:
    """Yield a row for each unit with units below it: how many of these reported."""
    tree, statuses = merged.tree, merged.statuses
    for key in tree.below(merged.root):
        of_children = [statuses[child] for child in tree.children[key] if statuses[child] is not None]
        if of_children:
            counts = (of_children.count(status) for status in _OF_EXPECTED)
            yield tree[key].name, tree[key].level.label, len(of_children), *counts, _gaps(merged, key)


def _gaps(merged: MergeResult, key: str) -> int | None:
    """Return how many units are missing in the merged workbooks at or below a unit; None for 0."""
    return sum(merged.gaps_within.get(key, {}).values()) or None


def gap_words(merged: MergeResult) -> str:
    """Return how many units merged workbooks know to be missing, by level, in words; nothing where none are."""
    return "，".join(f"{level.label} {count}" for level, count in merged.gaps_within.get(merged.root, {}).items())


class Reported(NamedTuple):
    """How many units of a level were to report, and of how many of them nothing counts.

    Attributes:
        expected: those that were to report, or did.
        rejected: those whose returns were rejected.
        missing: those that sent nothing, and are in no total of a unit above.
        covered: those that sent nothing, and are in such a total.
    """

    expected: int
    rejected: int
    missing: int
    covered: int

    @property
    def accepted(self) -> int:
        """How many are in the total."""
        return self.expected - self.rejected - self.missing

    @property
    def received(self) -> int:
        """How many reported, whether or not it counts, or are in what a unit above did: those of 报送率."""
        return self.expected - self.missing


def reported_by_level(merged: MergeResult) -> dict[Level, Reported]:
    """Return how many units of each level below the root reported, from the top down."""
    tree, statuses = merged.tree, merged.statuses
    of_level: dict[Level, Counter[Status]] = {}
    for key in tree.below(merged.root):
        if key != merged.root and (status := statuses[key]) is not None:
            of_level.setdefault(tree[key].level, Counter())[status] += 1
    unnamed = unnamed_gaps(merged)
    reported: dict[Level, Reported] = {}
    for level in (level for level in Level if level in of_level):
        counts = of_level[level]
        unsure = min(unnamed.get(level, 0), counts[Status.COVERED])
        missing, covered = counts[Status.MISSING] + unsure, counts[Status.COVERED] - unsure
        reported[level] = Reported(counts.total(), counts[Status.REJECTED], missing, covered)
    return reported


def unnamed_gaps(merged: MergeResult) -> dict[Level, int]:
    """Return how many units merged workbooks know to be missing without saying which, by level."""
    known = Counter(merged.tree[key].level for key in merged.known_missing)
    gaps = merged.gaps_within.get(merged.root, {})
    return {level: count - known[level] for level, count in gaps.items() if count > known[level]}


def reported_words(merged: MergeResult) -> Iterator[str]:
    """Yield for each level below the root how many units were to report and how many did, in words."""
    for level, one in reported_by_level(merged).items():
        others = {"退回": one.rejected, "没有报": one.missing}
        rest = "".join(f"，{word} {count}" for word, count in others.items() if count)
        yield f"{one.expected} 个{level.label}单位：已报 {one.accepted}{rest}"


def state_sheet(merged: MergeResult) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the rows of 报送情况, each with its kind: ``title``, ``head``, ``counts``, or the state of its unit."""
    yield "title", (_COUNTS_TITLE,)
    yield "head", COUNT_HEADS
    yield from (("counts", row) for row in _count_rows(merged))
    yield "counts", ()
    yield "title", (_STATES_TITLE,)
    yield "head", STATE_HEADS
    tree, statuses = merged.tree, merged.statuses
    for key in tree.below(merged.root):
        if (status := statuses[key]) is not None:
            unit = tree[key]
            parent = tree[unit.parent].name if unit.parent else ""
            word = STATUS_WORDS[status]
            if status is Status.COVERED and key in merged.partly_covered:
                word += _IN_PART
            yield status, (
                unit.name, unit.level.label, unit.code, parent, word, _gaps(merged, key),
                *merged.person(key),
            )  # fmt: skip


def listed_findings(merged: MergeResult) -> list[Finding]:
    """Return the findings as they are listed: the worst first, and those that are closed behind the others."""
    order = {severity: rank for rank, severity in enumerate(Severity)}
    return sorted(fold_copies(merged.findings), key=lambda one: (order[one.severity], one.is_closed))


def finding_rows(merged: MergeResult) -> Iterator[tuple[Finding, tuple[object, ...]]]:
    """Yield the findings that are listed, each with its row."""
    for number, finding in enumerate(listed_findings(merged), start=1):
        yield finding, (number, *_subject_cells(finding), render(finding, label_of), _state(finding), finding.note)


def _state(finding: Finding) -> str:
    return closing_word(finding) or _STATES[finding.severity]


def _subject_cells(finding: Finding) -> tuple[str | None, ...]:
    unit = finding.unit or UnitRef()
    return (
        finding.severity.label, finding.code, unit.name, unit.code, finding.path, finding.cell,
        label_of(finding.field) if finding.field else None, finding.raw,
    )  # fmt: skip


def subject(finding: Finding) -> tuple[str, ...]:
    """Return what a row of 审核意见 is about: its cells without number and message."""
    return tuple(_text(cell) for cell in _subject_cells(finding))


def read_subject(cells: Sequence[object]) -> tuple[str, ...]:
    """Return the :func:`subject` of a row that was read from the sheet."""
    return tuple(_text(cell) for cell in cells[1:WORDS_AT])


def read_message(cells: Sequence[object]) -> str:
    """Return what a row of 审核意见 that was read from the sheet says."""
    return _text(cells[WORDS_AT]) if len(cells) > WORDS_AT else ""


def _text(cell: object) -> str:
    return " ".join(cell_text(cell).split())
