"""The ledger of a merge: what it was made from and how, as rows that are written, and read back to make it again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from stattable.model.identity import Identity, UnitFacts, WorkbookKind, cell_text
from stattable.model.names import Names
from stattable.model.record import TIME, CountedReturn, Record
from stattable.model.units import Scope, ScopeBy, Tree, Unit, bare_code
from stattable.proving.check_code import CHECK_CODE, check_code

LEDGER_SHEET: Final = "汇总台账"
HEADS: Final = (
    "序号", "文件", "SHA-256", "大小（字节）", "修改时间", "单位代码", "单位", "级别", "口径", "口径依据", "届次",
    "是否计入", "原因",
)  # fmt: skip
COUNTED_AT: Final = HEADS.index("是否计入") + 1  # the column
COUNTED: Final = {True: "计入", False: "未计入"}
ABOUT_AT: Final = 3  # the column of what stands above and below the table; its label stands in front
ADJUSTED: Final = "按选项调整"
_LATEST: Final = "latest"
_EARLIER: Final = decision("earlier")
_PROGRAM: Final = f"stattable {__version__}"


class Label(StrEnum):
    """A label of what is said above the table of files, in their order."""

    PROGRAM = "程序"
    COMMAND = "命令"
    STARTED = "开始"
    ENDED = "结束"
    TOTAL_OF = "汇总单位"
    PART = "逐级"
    THE_EDITION = "届次"
    CHECK_CODE = CHECK_CODE
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
        arguments: as they were typed.
        started: when.
        ended: when the result was there.
        roster: its path and what is known of the file, or None.
    """

    arguments: Sequence[str]
    started: datetime
    ended: datetime
    roster: tuple[str, FileFacts] | None = None


class Entry(NamedTuple):
    """A file that was looked at, as the ledger has it, in the order of `HEADS`."""

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
    """What a total was made from and how.

    Attributes:
        about: what is said above the table: labels, and what they say.
        entries: every file that was looked at, in the order of their paths.
        adjustments: what options decided, said below the table.
    """

    about: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    adjustments: tuple[str, ...] = ()

    def options(self, roster: Tree, root: UnitFacts) -> MergeOptions:
        """Return what to ask of a merge that is to make the total of `root` again.

        The root that the whole merge was asked for does not count: `root` says whose workbook this is.

        Args:
            roster: the units of the merge, which had a roster if its ledger says so.
            root: whose total it is: the workbook of a level below says here what the whole merge was asked for.

        Raises:
            ValueError: the ledger says what no option can be, or `nonsense`.
        """
        texts = self._texts()
        scopes = {
            unit: Scope(scope) for unit, _, scope in (text.rpartition("=") for text in texts.get(Label.SCOPE, ()))
        }
        if Label.ROSTER in texts:
            asked = RootOptions(roster, root.code or roster.tops[0], scopes=scopes)
        else:
            asked = RootOptions(None, root.code, root.name, root.level, scopes)
        edition = texts.get(Label.EDITION)
        return MergeOptions(asked, int(edition[0]) if edition else None, texts.get(Label.DUPLICATES) == [_LATEST])

    def nonsense(self) -> list[str]:
        """Return the options, times and numbers that can be none, so that nobody can make the total again with them."""
        texts = self._texts()
        scopes = [text for text in texts.get(Label.SCOPE, ()) if text.rpartition("=")[2] not in {*Scope}]
        editions = [text for text in texts.get(Label.EDITION, ()) if not text.isdecimal()]
        duplicates = [text for text in texts.get(Label.DUPLICATES, ()) if text != _LATEST]
        times = [entry.changed for entry in self.entries if entry.changed and moment(entry.changed) is None]
        return [*scopes, *editions, *duplicates, *times]

    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for label, text in self.about:
            texts.setdefault(label, []).append(text)
        return texts

    @property
    def head_row(self) -> int:
        """The row of the heads of its table; the files stand right below."""
        return len(self.about) + 1

    @property
    def is_of_this_version(self) -> bool:
        """Whether this version of the program wrote it."""
        return dict(self.about).get(Label.PROGRAM) == _PROGRAM

    @property
    def check_code(self) -> str | None:
        """The check code, or None where it is not said."""
        return dict(self.about).get(Label.CHECK_CODE)

    @property
    def is_part(self) -> bool:
        """Whether it lists the files of a unit only, out of a larger merge."""
        return any(label == Label.PART for label, _ in self.about)

    @property
    def roster(self) -> tuple[str, str] | None:
        """The path and the fingerprint of the roster, or None."""
        texts = dict(self.about)
        return (texts[Label.ROSTER], texts.get(Label.ROSTER_PRINT, "")) if Label.ROSTER in texts else None


# -- made -------------------------------------------------------------------------------------------------


def ledger_of(merged: MergeResult, run: Run) -> Ledger:
    """Return the ledger of a merge."""
    return Ledger(
        tuple(_about(merged, run)),
        tuple(entries_of(merged)),
        tuple(text for one in merged.files for text in _adjustments(one)),
    )


def entries_of(merged: MergeResult) -> Iterator[Entry]:
    """Yield what the ledger of a merge says of each file."""
    return (_entry(merged, number, one) for number, one in enumerate(merged.files, start=1))


def head_of(name: str) -> str:
    """Return the head of the column in which the entries have what is called so."""
    return HEADS[Entry._fields.index(name)]


def entry_cells(entry: Entry) -> list[object]:
    """Return the cells of an entry's row."""
    cells: list[object] = [*entry]
    cells[COUNTED_AT - 1] = COUNTED[entry.counted]
    return cells


def _about(merged: MergeResult, run: Run) -> Iterator[tuple[str, str]]:
    root, options = merged.root_unit, merged.options
    yield Label.PROGRAM, _PROGRAM
    yield Label.COMMAND, " ".join(["stattable", *run.arguments])
    yield Label.STARTED, run.started.strftime(TIME)
    yield Label.ENDED, run.ended.strftime(TIME)
    yield Label.TOTAL_OF, unit_words(_facts(root))
    if merged.part_of:
        yield Label.PART, decision("part", name=merged.part_of)
    yield Label.THE_EDITION, edition_words(merged.edition)
    yield Label.CHECK_CODE, check_code_of(merged)
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
    prints = (one.file.facts.sha256 or "" for one in merged.accepted.values() if _counted(merged, one)[0])
    return check_code(_facts(merged.root_unit), merged.edition, merged.total, prints)


def unit_words(unit: UnitFacts) -> str:
    """Return how the ledger names the unit whose total it is of."""
    return f"{unit.name}（{unit.level.label}）{unit.code or ''}"


def edition_words(edition: int) -> str:
    """Return how the ledger names the edition."""
    return f"第 {edition} 个会员活动日"


def _concerns(merged: MergeResult, name: str) -> bool:
    """Whether an option that names a unit by its code or name speaks of the root or of a unit below it."""
    tree = merged.tree
    keys = [bare_code(name)] if bare_code(name) in tree else Names(tree).match(name)
    return any(tree.under(key, merged.root) for key in keys)


def _adjustments(one: CheckedReturn) -> Iterator[str]:
    """Say what options decided about a return."""
    if one.scope_by is ScopeBy.OPTION and one.scope:
        yield decision("scope", path=one.path, scope=one.scope.label)
    if older := _finding(one, "U010"):
        yield decision("duplicates", path=one.path, **older.params)
    if (edition := _finding(one, "T003")) and "wanted" in edition.params:
        yield decision("edition", path=one.path, wanted=edition.params["wanted"])


def _entry(merged: MergeResult, number: int, one: CheckedReturn) -> Entry:
    facts, (counted, why) = one.file.facts, _counted(merged, one)
    return Entry(
        number=number,
        path=one.path,
        sha256=facts.sha256 or "",
        size=facts.size,
        changed=datetime.fromtimestamp(facts.mtime).strftime(TIME) if facts.mtime else "",
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
    """Say whether the figures of a return are in the root's total, and why not."""
    if _finding(one, "U008"):
        return False, _EARLIER
    if one.status is Status.DUPLICATE:
        same, older = _finding(one, "U004"), _finding(one, "U010")
        if older:
            return False, decision("older", **older.params)
        return False, decision("same", **same.params) if same else decision("duplicate")
    if one.status is not Status.ACCEPTED or one.key is None:
        codes = dict.fromkeys(f.code for f in one.findings if f.severity is Severity.ERROR)
        return False, decision("rejected", codes="、".join(codes))
    chain = merged.tree.covering(one.key, one.scope or Scope.OWN)
    within = (key for key in chain if merged.tree.under(key, merged.root))
    holder = next((key for key in within if key in merged.rollup.counted.cumulative), None)
    if holder is None:
        return True, ""
    return False, _held(merged, merged.accepted[holder, Scope.CUMULATIVE], one)


def _held(merged: MergeResult, holder: CheckedReturn, one: CheckedReturn) -> str:
    """Say where the figures of a return are that does not count itself: in which workbook, or in none."""
    holding = merged.overlaps.find_holding(holder, one)
    words = {"name": holder.unit.name, "path": holder.path}
    if holding is None:
        return decision("own" if holder.key == one.key else "typed", **words)
    held = holding.input
    if held is None:
        return decision("parts" if holding.relation is Relation.HELD else holding.relation, **words)
    return decision(holding.relation, print=held.sent.sha256[:_PRINT_SHOWN], held=held.name, **words)


_PRINT_SHOWN: Final = 16  # characters of a fingerprint, which tell it from all others at hand


def _finding(one: CheckedReturn, code: str) -> Finding | None:
    return next((finding for finding in one.findings if finding.code == code), None)


def moment(text: str) -> float | None:
    """Return the time that the ledger says, in seconds since 1970; None where it says none."""
    try:  # this is how `TIME` writes it, too, and takes a tenth of the time of reading it by that
        return datetime.fromisoformat(text).timestamp() if len(text) == _LENGTH_OF_TIME else None
    except (ValueError, OverflowError, OSError):
        return None


_LENGTH_OF_TIME: Final = 19


# -- read back --------------------------------------------------------------------------------------------


def read_ledger(rows: Iterable[Sequence[object]]) -> Ledger | None:
    """Return the ledger that a sheet's `rows` hold, or None where they hold none."""
    about: list[tuple[str, str]] = []
    entries: list[Entry] = []
    adjustments: list[str] = []
    try:
        for row in ([cell_text(cell) for cell in cells] for cells in rows):
            first, label, text, *_ = [*row, "", "", ""]
            if first.isdigit():
                entries.append(_read_entry(row))
            elif not first and label == ADJUSTED:
                adjustments.append(text)
            elif not first and label:
                about.append((label, text))
    except ValueError:
        return None
    return Ledger(tuple(about), tuple(entries), tuple(adjustments)) if about else None


def _read_entry(row: Sequence[str]) -> Entry:
    number, path, sha256, size, *texts, edition, counted, why = row[: len(HEADS)]
    changed, code, name, level, scope, scope_by = texts
    of_edition, is_counted = int(edition) if edition else None, counted == COUNTED[True]
    return Entry(
        int(number), path, sha256, int(size), changed, code, name, level, scope, scope_by, of_edition, is_counted, why
    )


# -- what else a merged workbook carries ------------------------------------------------------------------


def identity_of(merged: MergeResult) -> Identity:
    """Return who the merged workbook is of, and what it holds."""
    above = [merged.tree[key] for key in merged.tree.above(merged.root)]
    return Identity(
        kind=WorkbookKind.MERGED,
        edition=merged.edition,
        unit=_facts(merged.root_unit),
        scope=Scope.CUMULATIVE,
        above=tuple(map(_facts, above)),
        unaccounted=tuple(sorted(merged.rollup.coverage[merged.root].unaccounted.items())),
        figures=merged.total,
    )


def record_of(merged: MergeResult, made: datetime) -> Record:
    """Return what the merged workbook remembers of its making.

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


def _facts(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.code, unit.name, unit.level)
