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
from stattable.proving.titles import head_row
from stattable.reading.surroundings import NO_SURROUNDINGS

STATE_SHEET: Final = "报送情况"
FINDINGS_SHEET: Final = "审核意见"
_OF_EXPECTED: Final = tuple(Status[name] for name in ("ACCEPTED", "REJECTED", "COVERED", "MISSING"))
_IN_PART: Final = "（其中有缺报，不知道是谁）"
STATE_HEADS: Final = (
    "单位", "级别", "代码", "上级单位", "状态", "联系人", "电话", "下级应报",
    *(STATUS_WORDS[status] for status in _OF_EXPECTED), "其中缺报",
)  # fmt: skip
_COUNTS_TITLE, _STATES_TITLE = "各单位下级的报送情况", "每个单位的报送情况"
_SUM: Final = "合计"
FINDING_HEADS: Final = (
    "序号", "程度", "代码", "上级单位", "单位", "单位代码", "文件", "单元格", "栏目", "原值", "说明", "联系人", "电话",
    "状态", "核实情况（由经办人填写）",
)  # fmt: skip
_SUBJECT_HEADS: Final = ("程度", "代码", "单位", "单位代码", "文件", "单元格", "栏目", "原值")
UNIT_AT: Final = FINDING_HEADS.index("单位")
_WORDS_HEAD: Final = "说明"
CLERKS_HEADS: Final = FINDING_HEADS[-2:]  # what was found out, which the clerk writes there, and what follows from it
_NO_FINDINGS: Final = "没有发现问题。"
_STATES: Final = {Severity.ERROR: "待改", Severity.WARNING: "待核实", Severity.INFO: ""}  # of what is not closed


def _count_rows(merged: MergeResult) -> Iterator[tuple[object, ...]]:
    """Yield a row for each unit with units below it: how many of these reported; then one for all of these rows."""
    tree, statuses = merged.tree, merged.statuses
    whole = Counter[Status]()
    for key in tree.below(merged.root):
        below = [status for child in tree.children[key] if (status := statuses[child]) is not None]
        if below:
            counts = Counter(below)
            whole += counts
            yield *_unit_cells(merged, key), None, *_person(merged, key), *_count_cells(counts), _gaps(merged, key)
    yield _SUM, *[None] * 6, *_count_cells(whole), _gaps(merged, merged.root)


def _unit_cells(merged: MergeResult, key: str) -> tuple[str | None, ...]:
    unit = merged.tree[key]
    return unit.name, unit.level.label, unit.code, merged.tree[unit.parent].name if unit.parent else None


def _count_cells(counts: Counter[Status]) -> tuple[int, ...]:
    return counts.total(), *(counts[status] for status in _OF_EXPECTED)


def _person(merged: MergeResult, key: str | None) -> tuple[str | None, str | None]:
    """Return the name and the phone of the person to call in a unit; None where they are not known."""
    name, phone = merged.person(key) if key is not None else ("", "")
    return name or None, phone or None


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
    """Yield the rows of 报送情况 below its heads, each with its kind.

    They are ``title``, ``counts`` or ``sum``, or the state of the unit.
    """
    *counts, whole = _count_rows(merged)
    if counts:
        yield "title", (_COUNTS_TITLE,)
        yield from (("counts", row) for row in counts)
        yield "sum", whole
    yield "title", (_STATES_TITLE,)
    statuses = merged.statuses
    for key in merged.tree.below(merged.root):
        if (status := statuses[key]) is not None:
            word = STATUS_WORDS[status]
            if status is Status.COVERED and key in merged.partly_covered:
                word += _IN_PART
            gaps = _gaps(merged, key)
            beside = (*_NO_COUNTS, gaps) if gaps else ()
            yield status, (*_unit_cells(merged, key), word, *_person(merged, key), *beside)


_NO_COUNTS: Final = (None,) * (1 + len(_OF_EXPECTED))


def listed_findings(merged: MergeResult) -> list[Finding]:
    """Return the findings as they are listed: the worst first, and those that are closed behind the others."""
    order = {severity: rank for rank, severity in enumerate(Severity)}
    return sorted(fold_copies(merged.findings), key=lambda one: (order[one.severity], one.is_closed))


def finding_rows(merged: MergeResult) -> Iterator[tuple[Finding, tuple[object, ...]]]:
    """Yield the findings that are listed, each with its row."""
    keys, paths = merged.keys_by_unit, {one.path for one in merged.findings}
    sent = {one.path: one.file.surroundings for one in merged.returns if one.path in paths}
    for number, finding in enumerate(listed_findings(merged), start=1):
        key = keys.get(finding.unit) if finding.unit else None
        parent = merged.tree[key].parent if key is not None else None
        beside = sent.get(finding.path or "", NO_SURROUNDINGS)  # of a return that may not count
        contact, phone = _person(merged, key)
        severity, code, *subject_cells = _subject_cells(finding)
        yield finding, (
            number, severity, code, merged.tree[parent].name if parent else None, *subject_cells,
            render(finding, label_of), beside.contact or contact, beside.phone or phone, _state(finding), finding.note,
        )  # fmt: skip


def no_findings_row() -> tuple[object, ...]:
    """Return the row that stands where there are no findings."""
    return tuple(_NO_FINDINGS if head == _WORDS_HEAD else None for head in FINDING_HEADS)


def findings_words(merged: MergeResult) -> str:
    """Return how many findings there are of each severity, and how many of them are open, in words."""
    rows = fold_copies(merged.findings)
    parts = []
    for severity in Severity:
        of_severity = [one for one in rows if one.severity is severity]
        still_open = sum(one.is_work for one in of_severity)
        parts.append(_COUNT.format(severity.label, len(of_severity)) + (_OPEN.format(still_open) if still_open else ""))
    return f"{'，'.join(parts)}。"


_COUNT, _OPEN = "{} {} 条", "（其中没有处理的 {} 条）"


def _state(finding: Finding) -> str:
    return closing_word(finding) or _STATES[finding.severity]


def _subject_cells(finding: Finding) -> tuple[str | None, ...]:
    """Return what a finding is about, in the order of `_SUBJECT_HEADS`."""
    unit = finding.unit or UnitRef()
    return (
        finding.severity.label, finding.code, unit.name, unit.code, finding.path, finding.cell,
        label_of(finding.field) if finding.field else None, finding.raw,
    )  # fmt: skip


def subject(finding: Finding) -> tuple[str, ...]:
    """Return what a row of 审核意见 is about: its cells without number, message and the unit's surroundings."""
    return tuple(_text(cell) for cell in _subject_cells(finding))


def read_findings(rows: Sequence[Sequence[object]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the :func:`subject` and the message of each row of 审核意见 as it was read, by the heads of the columns."""
    head = head_row(rows, FINDING_HEADS[0], FINDING_HEADS[1])
    if head is None:
        return
    columns = {_text(cell): at for at, cell in enumerate(rows[head - 1])}
    places = [columns.get(what) for what in (*_SUBJECT_HEADS, _WORDS_HEAD)]
    for row in rows[head:]:
        *about, words = (_text(row[at]) if at is not None and at < len(row) else "" for at in places)
        yield tuple(about), words


def _text(cell: object) -> str:
    return " ".join(cell_text(cell).split())
