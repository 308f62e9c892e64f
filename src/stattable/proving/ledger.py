"""The ledger of a merge: its files and options, as rows that are written, and read back to repeat the merge."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from stattable import __version__
from stattable.checking.returns import CheckedReturn
from stattable.formats.fingerprint import FileFacts
from stattable.merging.contents import Relation
from stattable.merging.result import MergeOptions, MergeResult
from stattable.merging.root import RootOptions
from stattable.model.catalogue import decision
from stattable.model.findings import Finding, Severity, Status
from stattable.model.identity import UnitFacts, cell_text
from stattable.model.names import Names
from stattable.model.record import TIME
from stattable.model.units import Scope, ScopeBy, Tree, Unit, bare_code
from stattable.proving.check_code import CHECK_CODE, check_code
from stattable.proving.titles import LIST_HEAD

LEDGER_SHEET: Final = "汇总台账"
HEADS: Final = (
    "序号", "文件", "SHA-256", "大小（字节）", "修改时间", "单位代码", "单位", "级别", "口径", "口径依据", "届次",
    "是否计入", "原因",
)  # fmt: skip
COUNTED_AT: Final = HEADS.index("是否计入") + 1  # the column
COUNTED: Final = {True: "计入", False: "未计入"}
ABOUT_AT: Final = 3  # the column of what stands below the table; its label stands in front
ADJUSTED: Final = "按选项调整"
_LATEST: Final = "latest"
_ACCOUNTS: Final = "{} 行"
_EARLIER: Final = decision("earlier")
_PROGRAM: Final = f"stattable {__version__}"


class Label(StrEnum):
    """The labels of what the merge was made with, in their order."""

    PROGRAM = "程序"
    COMMAND = "命令"
    STARTED = "开始"
    ENDED = "结束"
    TOTAL_OF = "汇总单位"
    PART = "逐级"
    THE_EDITION = "届次"
    ACCOUNTS = "附件的账号"
    CHECK_CODE = CHECK_CODE
    PREVIOUS = "选项 --previous"
    PREVIOUS_PRINT = "以前的表 SHA-256"
    FACTOR = "选项 --factor"
    ROSTER = "选项 --roster"
    ROSTER_PRINT = "名册 SHA-256"
    ROOT = "选项 --root"
    UNIT = "选项 --unit"
    LEVEL = "选项 --level"
    EDITION = "选项 --edition"
    SCOPE = "选项 --scope"
    DUPLICATES = "选项 --duplicates"


@dataclass(frozen=True, slots=True)
class Run:
    """How a merge was started.

    Attributes:
        arguments: of the command line, as typed.
        started: time of the start.
        ended: time when the result was there.
        roster: its path and what is known of the file, or None.
    """

    arguments: Sequence[str]
    started: datetime
    ended: datetime
    roster: tuple[str, FileFacts] | None = None


class LedgerEntry(NamedTuple):
    """A row of the ledger: a file that was looked at, with its cells in the order of `HEADS`."""

    number: int
    path: str
    sha256: str
    size: int
    changed: str
    code: str
    name: str
    level: str
    scope: str
    scope_by: str
    edition: int | None
    counted: bool
    why: str

    @property
    def is_earlier(self) -> bool:
        """Whether it was an earlier result, which is no return."""
        return self.why == _EARLIER


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger: the files of a merge, and its options.

    Attributes:
        about: labels and texts of what the merge was made with.
        entries: every file that was looked at, in the order of their paths.
        adjustments: what options decided.
        head_row: the row with the heads of the table, where the ledger was read; the files follow right below.
        about_row: the first of the rows of `about` there, which follow one another.
    """

    about: tuple[tuple[str, str], ...]
    entries: tuple[LedgerEntry, ...]
    adjustments: tuple[str, ...] = ()
    head_row: int = field(default=LIST_HEAD, compare=False)
    about_row: int = field(default=0, compare=False)

    def options(self, roster: Tree, root: UnitFacts, key: str) -> MergeOptions:
        """Return the options of a merge that makes the total of `root` again.

        Args:
            roster: the units of the roster, if the ledger names one.
            root: whose total it is. The ledger of a level below has the root of the whole merge instead.
            key: its key in the roster, by which a unit without a code is known there.

        Raises:
            ValueError: the ledger has :meth:`invalid_options`.
        """
        texts = self._texts()
        scopes = {
            unit: Scope(scope) for unit, _, scope in (text.rpartition("=") for text in texts.get(Label.SCOPE, ()))
        }
        if Label.ROSTER in texts:
            asked = RootOptions(roster, root.code or key, scopes=scopes)
        else:
            asked = RootOptions(None, root.code, root.name, root.level, scopes)
        edition = texts.get(Label.EDITION)
        return MergeOptions(asked, int(edition[0]) if edition else None, texts.get(Label.DUPLICATES) == [_LATEST])

    def invalid_options(self) -> list[str]:
        """Return the options and times that are invalid, with which the merge cannot be repeated."""
        texts = self._texts()
        scopes = [text for text in texts.get(Label.SCOPE, ()) if text.rpartition("=")[2] not in {*Scope}]
        editions = [text for text in texts.get(Label.EDITION, ()) if not text.isdecimal()]
        duplicates = [text for text in texts.get(Label.DUPLICATES, ()) if text != _LATEST]
        times = [entry.changed for entry in self.entries if entry.changed and parse_time(entry.changed) is None]
        return [*scopes, *editions, *duplicates, *times]

    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for label, text in self.about:
            texts.setdefault(label, []).append(text)
        return texts

    @property
    def is_of_this_version(self) -> bool:
        """Whether this version of the program wrote it."""
        return dict(self.about).get(Label.PROGRAM) == _PROGRAM

    @property
    def check_code(self) -> str | None:
        """The check code, or None if there is none."""
        return dict(self.about).get(Label.CHECK_CODE)

    @property
    def is_part(self) -> bool:
        """Whether it lists only the files of one unit out of a larger merge."""
        return any(label == Label.PART for label, _ in self.about)

    @property
    def has_accounts(self) -> bool:
        """Whether there is an annex with accounts."""
        return Label.ACCOUNTS in dict(self.about)

    @property
    def previous(self) -> str | None:
        """The path of what was reported a year before, or None where nothing was held against that."""
        return dict(self.about).get(Label.PREVIOUS)

    @property
    def roster(self) -> tuple[str, str] | None:
        """The path and the fingerprint of the roster, or None."""
        texts = dict(self.about)
        return (texts[Label.ROSTER], texts.get(Label.ROSTER_PRINT, "")) if Label.ROSTER in texts else None


# -- making -----------------------------------------------------------------------------------------------


def entries_of(merged: MergeResult) -> Iterator[LedgerEntry]:
    """Yield the entry of each file of a merge, made when it is asked for: a province has fifty thousand."""
    return (_entry(merged, number, one) for number, one in enumerate(merged.files, start=1))


def adjustments_of(merged: MergeResult) -> Iterator[str]:
    """Yield what options decided about the returns of a merge, in words."""
    for one in merged.files:
        if one.scope_by is ScopeBy.OPTION and one.scope:
            yield decision("scope", path=one.path, scope=one.scope.label)
        if older := _finding(one, "U010"):
            yield decision("duplicates", path=one.path, **older.params)
        if (edition := _finding(one, "T003")) and "wanted" in edition.params:
            yield decision("edition", path=one.path, wanted=edition.params["wanted"])


def head_of(name: str) -> str:
    """Return the heading of the column for the attribute `name` of an entry."""
    return HEADS[LedgerEntry._fields.index(name)]


def entry_cells(entry: LedgerEntry) -> list[object]:
    """Return the cells of an entry's row."""
    cells: list[object] = [*entry]
    cells[COUNTED_AT - 1] = COUNTED[entry.counted]
    return cells


def about_of(merged: MergeResult, run: Run) -> Iterator[tuple[str, str]]:
    """Yield the labels and texts of what a merge was made with.

    Args:
        merged: its result.
        run: how it was started.
    """
    root, options = merged.root_unit, merged.options
    yield Label.PROGRAM, _PROGRAM
    yield Label.COMMAND, " ".join(["stattable", *run.arguments])
    yield Label.STARTED, run.started.strftime(TIME)
    yield Label.ENDED, run.ended.strftime(TIME)
    yield Label.TOTAL_OF, unit_words(unit_facts(root))
    if merged.part_of:
        yield Label.PART, decision("part", name=merged.part_of)
    yield Label.THE_EDITION, edition_words(merged.edition)
    if merged.accounts:
        yield Label.ACCOUNTS, _ACCOUNTS.format(len(merged.accounts))
    yield Label.CHECK_CODE, check_code_of(merged)
    if then := merged.last_year:
        yield Label.PREVIOUS, then.path
        yield Label.PREVIOUS_PRINT, then.print
        yield Label.FACTOR, str(then.factor)
    if run.roster:
        path, facts = run.roster
        yield Label.ROSTER, path
        yield Label.ROSTER_PRINT, facts.sha256 or ""
    asked = options.root
    given = {
        Label.ROOT: asked.code, Label.UNIT: asked.name, Label.LEVEL: asked.level, Label.EDITION: options.edition,
    }  # fmt: skip
    yield from ((label, str(value)) for label, value in given.items() if value is not None)
    yield from ((Label.SCOPE, f"{unit}={scope}") for unit, scope in asked.scopes.items() if _concerns(merged, unit))
    if options.latest:
        yield Label.DUPLICATES, _LATEST


def check_code_of(merged: MergeResult) -> str:
    """Return the check code of the page of a merge."""
    prints = (one.file.facts.sha256 or "" for one in counted_returns(merged))
    return check_code(unit_facts(merged.root_unit), merged.edition, merged.total, prints)


def counted_returns(merged: MergeResult) -> list[CheckedReturn]:
    """Return the returns whose figures are in the root's total."""
    return [one for sent in merged.accepted.values() for one in sent.values() if _counted(merged, one)[0]]


def unit_facts(unit: Unit) -> UnitFacts:
    """Return what a workbook says of a unit."""
    return UnitFacts(unit.code, unit.name, unit.level)


def unit_words(unit: UnitFacts) -> str:
    """Return the text for the unit of the total."""
    return f"{unit.name}（{unit.level.label}）{unit.code or ''}"


def edition_words(edition: int) -> str:
    """Return the text for an edition."""
    return f"第 {edition} 个会员活动日"


def _concerns(merged: MergeResult, name: str) -> bool:
    """Whether an option names the root or a unit below it, by code or name."""
    tree = merged.tree
    keys = [bare_code(name)] if bare_code(name) in tree else Names(tree).match(name)
    return any(tree.under(key, merged.root) for key in keys)


def _entry(merged: MergeResult, number: int, one: CheckedReturn) -> LedgerEntry:
    facts, (counted, why) = one.file.facts, _counted(merged, one)
    return LedgerEntry(
        number=number,
        path=one.path,
        sha256=facts.sha256 or "",
        size=facts.size,
        changed=datetime.fromtimestamp(int(facts.mtime)).isoformat(" ") if facts.mtime else "",  # as `TIME` has it
        code=one.unit.code or "",
        name=one.unit.name or "",
        level=one.level.label if one.level else "",
        scope=one.scope.label if one.scope else "",
        scope_by=one.scope_by.label if one.scope_by else "",
        edition=one.file.edition,
        counted=counted,
        why=why,
    )


def _counted(merged: MergeResult, one: CheckedReturn) -> tuple[bool, str]:
    """Return whether the figures of a return are in the root's total, and if not, why."""
    findings = {finding.code: finding for finding in reversed(one.findings)} if one.findings else {}
    status = one.status
    if "U008" in findings:
        return False, _EARLIER
    if status is Status.DUPLICATE:
        same, older = findings.get("U004"), findings.get("U010")
        if older:
            return False, decision("older", **older.params)
        return False, decision("same", **same.params) if same else decision("duplicate")
    if superseded := findings.get("U016"):
        return False, decision("superseded", **superseded.params)
    if status is not Status.ACCEPTED or one.key is None:
        codes = dict.fromkeys(f.code for f in one.findings if f.severity is Severity.ERROR)
        return False, decision("rejected", codes="、".join(codes))
    tree, cumulative = merged.tree, merged.rollup.counted.cumulative
    chain = tree.covering(one.key, one.scope or Scope.OWN)
    if cumulative.keys().isdisjoint(chain):
        return True, ""
    holder = next((key for key in chain if key in cumulative and tree.under(key, merged.root)), None)
    if holder is None:
        return True, ""
    return False, _held(merged, merged.accepted[Scope.CUMULATIVE][holder], one)


def _held(merged: MergeResult, holder: CheckedReturn, one: CheckedReturn) -> str:
    """Return in which workbook, if any, the figures of a return are that does not count itself, in words."""
    holding = merged.overlaps.find_holding(holder, one)
    words = {"name": holder.unit.name, "path": holder.path}
    if holding is None:
        return decision("own" if holder.key == one.key else "typed", **words)
    held = holding.input
    if held is None:
        return decision("parts" if holding.relation is Relation.HELD else holding.relation, **words)
    return decision(holding.relation, print=held.sent.sha256[:_PRINT_SHOWN], held=held.name, **words)


_PRINT_SHOWN: Final = 16  # characters of a fingerprint: enough to be unique


def _finding(one: CheckedReturn, code: str) -> Finding | None:
    return next((finding for finding in one.findings if finding.code == code), None)


def parse_time(text: str) -> float | None:
    """Return a time in the ledger in seconds since 1970; None for any other text."""
    try:  # reads what `TIME` writes, in a tenth of the time of strptime
        return datetime.fromisoformat(text).timestamp() if len(text) == _LENGTH_OF_TIME else None
    except (ValueError, OverflowError, OSError):
        return None


_LENGTH_OF_TIME: Final = 19


# -- read back --------------------------------------------------------------------------------------------


def read_ledger(rows: Iterable[Sequence[object]]) -> Ledger | None:
    """Return the ledger in the `rows` of a sheet, or None."""
    about: list[tuple[str, str]] = []
    entries: list[LedgerEntry] = []
    adjustments: list[str] = []
    head_row, about_row = LIST_HEAD, 0
    try:
        for number, row in enumerate(([cell_text(cell) for cell in cells] for cells in rows), start=1):
            first, label, text, *_ = [*row, "", "", ""]
            if first.isdigit():
                entries.append(_read_entry(row))
            elif (first, label) == HEADS[:2]:
                head_row = number
            elif not first and label == ADJUSTED:
                adjustments.append(text)
            elif not first and label:
                about.append((label, text))
                about_row = about_row or number
    except ValueError:
        return None
    return Ledger(tuple(about), tuple(entries), tuple(adjustments), head_row, about_row) if about else None


def _read_entry(row: Sequence[str]) -> LedgerEntry:
    number, path, sha256, size, *texts, edition, counted, why = row[: len(HEADS)]
    changed, code, name, level, scope, scope_by = texts
    of_edition, is_counted = int(edition) if edition else None, counted == COUNTED[True]
    return LedgerEntry(
        int(number), path, sha256, int(size), changed, code, name, level, scope, scope_by, of_edition, is_counted, why
    )
