"""The merge of a merged workbook, repeated with the files at hand, and compared with the workbook."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from stattable.checking.duplicates import fold_copies
from stattable.checking.editions import decide_edition
from stattable.checking.register import Register, identity_keys
from stattable.checking.returns import check_returns
from stattable.merging.merge import merge_returns
from stattable.merging.result import MergeResult
from stattable.merging.rollup import RollUp, Total, overtyped_fields
from stattable.merging.root import find_register
from stattable.model.annex import ANNEX_SHEET
from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Finding, Param, UnitRef
from stattable.model.form import BLANK, FIELDS, Values, in_words
from stattable.model.identity import Identity, WorkbookKind
from stattable.model.names import comparable_name
from stattable.model.refusals import Refusal
from stattable.model.text import runs
from stattable.model.units import Tree, Unit
from stattable.proving.breakdown import UNITS_SHEET, RowKind, breakdown, figure_cell
from stattable.proving.ledger import LEDGER_SHEET, Ledger, LedgerEntry, entries_of, parse_time
from stattable.proving.lists import FINDINGS_SHEET, STATE_SHEET, state_sheet, subject
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.seal import broken_rows
from stattable.proving.source_files import FileMatch, FileState, SourceFiles, same_name
from stattable.proving.titles import LIST_HEAD
from stattable.reading.return_file import ReturnFile
from stattable.reading.roster import read_roster


@dataclass(frozen=True, slots=True)
class RemakeResult:
    """The outcome of repeating a merge.

    Attributes:
        findings: all differences from the workbook.
        matched: the files of its ledger, matched with those at hand.
        roster: the state of its roster, or None if it had none.
        reasons_compared: whether decisions were compared with their reasons, and all that is written of them: not
            if its roster is not here, or another version of the program wrote the workbook.
    """

    findings: tuple[Finding, ...]
    matched: FileMatch
    roster: FileState | None
    reasons_compared: bool


def remake(report: MergedWorkbook, ledger: Ledger, read: Sequence[ReturnFile]) -> RemakeResult:
    """Repeat the merge of a merged workbook, with the options of its ledger.

    The files get the paths and times in the ledger, so that moving or copying them changes nothing.

    Args:
        report: the workbook.
        ledger: its ledger.
        read: the files at hand, without the workbook itself.
    """
    return _Remake(report, ledger, read).remade()


class _Remake:
    def __init__(self, report: MergedWorkbook, ledger: Ledger, read: Sequence[ReturnFile]) -> None:
        self._report, self._ledger = report, ledger
        self._read = {one.path: one for one in read}
        self._entries: Mapping[int, LedgerEntry] = {entry.number: entry for entry in ledger.entries}
        sources = SourceFiles.from_fingerprints({one.path: one.facts.sha256 or "" for one in read})
        self._roster, roster_path = _roster(ledger, sources)
        self._roster_path = roster_path
        if roster_path:
            self._read.pop(roster_path)
            sources = SourceFiles.from_fingerprints(
                {path: print_ for path, print_ in sources.fingerprints.items() if path in self._read}
            )
        record = report.record
        self._of_root = {sent.number for (key, _), sent in record.sent.items() if key == record.root}
        tree = _with_units_above(record.tree, record.root, report.identity)
        self._register = Register(tree, is_roster=True, root=record.root)
        self._matched = self._of_the_same_units(sources.match(ledger))

    def remade(self) -> RemakeResult:
        matched, findings = self._matched, list[Finding]()
        if self._ledger.invalid_options():  # reported already as P009
            return self._remade(matched, ())
        try:
            options = self._ledger.options(self._tree(), self._report.identity.unit, self._report.record.root)
            files = self._as_then()
            if options.edition is None:  # which edition most files have may be otherwise in a part of a merge
                options = replace(options, edition=self._report.record.edition)
            of_edition = decide_edition(files, options.edition).of_edition(files)
            remade = merge_returns(files, find_register(of_edition, options.root), options)
        except Refusal as refusal:
            findings.append(finding("P008", params={"detail": str(refusal)}))
        else:
            aside = {*(one.path for one in remade.earlier), *remade.companions}
            matched = replace(matched, new=tuple(path for path in matched.new if path not in aside))
            entries = {entry.path: entry for entry in entries_of(remade)}
            findings += self._altered(remade, entries)
            findings += _figures(self._report, remade.rollup)
            if not self._changed_roster() and not _is_outdated(self._ledger, matched):
                findings += self._decisions(remade, entries)
        return self._remade(matched, findings)

    def _remade(self, matched: FileMatch, findings: Iterable[Finding]) -> RemakeResult:
        files = _files(self._ledger, matched, self._changed_roster())
        return RemakeResult((*files, *findings), matched, self._roster, self._knows_all and self._is_of_this_version)

    def _changed_roster(self) -> str | None:
        return self._roster_path if self._roster is FileState.CHANGED else None

    def _tree(self) -> Tree:
        """Return the units of the roster if it is here unchanged, else those of the record."""
        if self._roster is FileState.SAME and self._roster_path:
            roster = read_roster(self._roster_path)
            if not roster.faults:
                return roster.tree
        return self._report.record.tree

    def _of_the_same_units(self, matched: FileMatch) -> FileMatch:
        """Drop matches with files of other units, and, for a part of a merge, new files of other units."""
        states, paths, new = dict(matched.states), dict(matched.paths), list(matched.new)
        for number, state in matched.states.items():
            if state is FileState.CHANGED and not self._may_be_of(paths[number], self._entries[number]):
                states[number] = FileState.GONE
                new.append(paths.pop(number))
        if self._ledger.is_part:
            new = [path for path in new if self._key(path) is not None]
        return FileMatch(states, paths, tuple(sorted(new)))

    def _key(self, path: str) -> str | None:
        (one,) = check_returns([self._read[path]], self._register, None).returns
        return one.key

    def _may_be_of(self, path: str, entry: LedgerEntry) -> bool:
        """Whether a changed file may still be of the same unit; a damaged one may."""
        read = self._read[path]
        if not read.name or not entry.name:
            return True
        key = self._key(path)
        unit = self._report.record.tree[key] if key is not None else None
        return comparable_name(unit.name if unit else read.name) == comparable_name(entry.name)

    def _as_then(self) -> list[ReturnFile]:
        """Return the files at hand, those in the ledger with the paths and times that it gives."""
        files = [self._read[path] for path in self._matched.new]
        for number, path in self._matched.paths.items():
            one, entry = self._read[path], self._entries[number]
            facts, identity = one.facts, one.identity
            then = parse_time(entry.changed)
            if self._matched.state(number) is FileState.SAME and then is not None and int(facts.mtime) != then:
                facts = replace(facts, mtime=then)  # else it is known better than to the second
            if identity and number in self._of_root:  # it counted, and is no earlier result of this merge
                identity = replace(identity, kind=WorkbookKind.BLANK)
            findings = tuple(replace(finding, path=entry.path) for finding in one.findings)
            files.append(replace(one, path=entry.path, facts=facts, identity=identity, findings=findings))
        return sorted(files, key=lambda one: one.path)

    def _altered(self, remade: MergeResult, entries: Mapping[str, LedgerEntry]) -> Iterator[Finding]:
        """Yield findings on changed pages of merged workbooks whose figures are in the total."""
        now = {self._entries[number].path: path for number, path in self._matched.paths.items()}
        known = {
            self._entries[sent.number].path for sent in self._report.record.sent.values() if overtyped_fields(sent)
        }
        for one in remade.findings:
            entry = entries.get(one.path or "")
            is_reported = one.code == "P001" and one.path in known  # as P014, by the workbook itself
            if one.code[0] == "P" and one.path and entry and entry.counted and not is_reported:
                yield replace(one, path=now.get(one.path, one.path))

    def _decisions(self, remade: MergeResult, entries: Mapping[str, LedgerEntry]) -> Iterator[Finding]:
        """Yield P012 on decisions and texts that come out differently though no file changed.

        Texts are compared only if this version wrote them; those that depend on the roster only if it is here.
        """
        differing = {LEDGER_SHEET: self._decided_otherwise(entries)}
        if self._is_of_this_version:
            differing |= self._written_otherwise(remade) if self._knows_all else {}
            differing[FINDINGS_SHEET] = self._findings_otherwise(remade) if not self._ledger.is_part else []
        parts = {
            sheet: phrase("P012", "sheet", sheet=sheet, count=len(names), names=tuple(names))
            for sheet, names in differing.items()
            if names
        }
        if parts:
            yield finding("P012", sheet=next(iter(parts)), params={"sheets": tuple(parts.values())})

    def _decided_otherwise(self, now: Mapping[str, LedgerEntry]) -> list[str]:
        """Return the paths of files with another decision now."""
        with_reasons = self._knows_all and self._is_of_this_version
        return [
            was.path
            for was in self._ledger.entries
            if was.path in now
            and _decided(was, with_reasons=with_reasons) != _decided(now[was.path], with_reasons=with_reasons)
        ]

    def _written_otherwise(self, remade: MergeResult) -> dict[str, list[str]]:
        """Return the rows of 报送情况 and of the annex that come out differently now, in words, by sheet."""
        accounts = [one.cells(number) for number, one in enumerate(remade.accounts, start=1)]
        sheets: dict[str, tuple[int, list[Sequence[object]]]] = {
            STATE_SHEET: (LIST_HEAD, [*[()] * LIST_HEAD, *(cells for _, cells in state_sheet(remade))]),
            ANNEX_SHEET: (LIST_HEAD, [*[()] * LIST_HEAD, *accounts]),
        }
        differing = {}
        for sheet, (heads, rows) in sheets.items():
            broken = [row for row in broken_rows(sheet, rows, self._report.seal.get(sheet, "")) if row > heads]
            differing[sheet] = [phrase("P012", "rows", rows=runs(broken))] if broken else []
        return differing

    def _findings_otherwise(self, remade: MergeResult) -> list[str]:
        """Return the findings that are only in 审核意见, or only found now."""
        known = {entry.path for entry in self._ledger.entries}
        again = (subject(one) for one in fold_copies(remade.findings) if one.path is None or one.path in known)
        was, now = (
            Counter(filter(_is_again, (about for about, _ in self._report.listed))),
            Counter(filter(_is_again, again)),
        )
        others = sorted(one for one in {*was, *now} if was[one] != now[one])
        return [" ".join(filter(None, one)) for one in others]

    @property
    def _knows_all(self) -> bool:
        """Whether the roster is here unchanged, if there was one."""
        return self._roster in {None, FileState.SAME}

    @property
    def _is_of_this_version(self) -> bool:
        return self._ledger.is_of_this_version and self._report.is_of_this_layout


def _with_units_above(tree: Tree, root: str, identity: Identity) -> Tree:
    """Return the tree of a record with the units above its root, which tell it from others of its name."""
    keys = identity_keys(identity)[:-1]
    if len({*keys, *tree.units}) < len(keys) + len(tree.units):  # no identity of ours, and perhaps a circle
        return tree
    above = [
        Unit(key, facts.name, facts.level, facts.code, parent)
        for key, facts, parent in zip(keys, identity.above, (None, *keys), strict=False)
    ]
    below = [replace(unit, parent=keys[-1]) if keys and key == root else unit for key, unit in tree.units.items()]
    return Tree([*above, *below])


# Of folders and rosters, of what was not said, of what clerks wrote into earlier results, and of the year before, which
# need not be here: no file tells.
_OF_THE_RUN: Final = frozenset({"C004", "C005", "C006", "F006", "F009", "T009", "U012", "U015", "O101", "O102", "O103"})


def _is_again(row: tuple[str, ...]) -> bool:
    """Whether a row is on a finding that follows from the files alone."""
    return bool(row[1]) and row[1] not in _OF_THE_RUN


def _decided(entry: LedgerEntry, *, with_reasons: bool) -> tuple[object, ...]:
    """Return what was decided about a file; `with_reasons`, and why."""
    decided = (entry.counted, entry.scope, entry.edition)
    return (*decided, entry.code, entry.name, entry.level, entry.scope_by, entry.why) if with_reasons else decided


def _roster(ledger: Ledger, sources: SourceFiles) -> tuple[FileState | None, str | None]:
    """Return the state of the roster, and its path among the sources."""
    if ledger.roster is None:
        return None, None
    path, print_ = ledger.roster
    if at_hand := sources.by_fingerprint.get(print_, ()):
        return FileState.SAME, at_hand[0]
    known = {entry.sha256 for entry in ledger.entries}
    named = [one for one, print_ in sources.fingerprints.items() if same_name(one, path) and print_ not in known]
    return (FileState.CHANGED, named[0]) if named else (FileState.UNKNOWN, None)


def _is_outdated(ledger: Ledger, matched: FileMatch) -> bool:
    return bool(matched.new) or any(matched.state(entry.number) is not FileState.SAME for entry in _needed(ledger))


def _needed(ledger: Ledger) -> Iterator[LedgerEntry]:
    """Yield the files that must be here: all but earlier results, one of which this one may have replaced."""
    return (entry for entry in ledger.entries if not entry.is_earlier)


def _files(ledger: Ledger, matched: FileMatch, roster: str | None) -> Iterator[Finding]:
    """Yield P004, P005 and P006 on files that changed, are gone, or are new."""
    changed = [_MovedFile(roster, phrase("P004", "roster", path=roster), None)] if roster else []
    gone = []
    for entry in _needed(ledger):
        if matched.state(entry.number) is FileState.CHANGED:
            changed.append(_file_of("P004", matched.paths[entry.number], entry))
        elif matched.state(entry.number) is FileState.GONE:
            gone.append(_file_of("P005", entry.path, entry))
    new = [_MovedFile(path, path, None) for path in matched.new]
    for code, files in {"P004": changed, "P005": gone, "P006": new}.items():
        if files:
            only = files[0] if len(files) == 1 else _MovedFile(None, "", None)  # of several it is the workbook's
            names = tuple(one.words for one in files)
            yield finding(code, path=only.path, unit=only.unit, params={"count": len(files), "names": names})


class _MovedFile(NamedTuple):
    """A file that changed, is gone or new: its path, the words for it, and its unit."""

    path: str | None
    words: str
    unit: UnitRef | None


def _file_of(code: str, path: str, entry: LedgerEntry) -> _MovedFile:
    words = phrase(code, "file", path=path, name=entry.name) if entry.name else path
    return _MovedFile(path, words, UnitRef(entry.code or None, entry.name or None))


def _figures(report: MergedWorkbook, after: RollUp) -> Iterator[Finding]:
    """Yield P007 on figures that come out differently now: those of the root, and of how many units below."""
    before = report.rolled
    trees: Mapping[str, Tree] = {key: tree for tree in (after.tree, before.tree) for key in tree.units}
    keys = dict.fromkeys([*before.tree.below(before.root), *after.tree.below(after.root)])
    differing = {key: pairs for key in keys if (pairs := _differing(before.totals.get(key), after.totals.get(key)))}
    if not differing:
        return
    key, pairs = next(iter(differing.items()))
    rows = {row.key: at for at, row in enumerate(breakdown(before)) if row.kind is RowKind.TOTAL}
    unit = trees[key][key]
    is_root, row = key == before.root, rows.get(key)
    sheet = report.file.sheet if is_root else UNITS_SHEET if row is not None else None
    figures, cells = [], []
    for index, was, now in pairs:
        field = FIELDS[index]
        cell = (
            report.cell_of(field) if is_root else figure_cell(row, index, report.first_row) if row is not None else None
        )
        cells.append(cell)
        one, other = (in_words(value, unit.level, index) for value in (was, now))
        how = "figure_at" if cell else "figure"
        figures.append(phrase("P007", how, label=field.label, cell=cell, was=one, now=other))
    names = [trees[other][other].name for other in differing if other != key]
    index, was, _ = pairs[0]
    params: dict[str, Param] = {
        "name": unit.name,
        "place": sheet or "",
        "count": len(pairs),
        "figures": tuple(figures),
        "units": len(names),
        "others": tuple(names),
    }
    yield finding(
        "P007",
        unit=unit.ref,
        sheet=sheet,
        cell=cells[0],
        field=FIELDS[index].key,
        raw=in_words(was, unit.level, index),
        params=params,
    )


_Pair = tuple[int, int | bool | None, int | bool | None]


def _differing(was: Total | None, now: Total | None) -> list[_Pair]:
    """Return the fields in which two totals differ, each with the figures then and now."""
    return [
        (index, one, other)
        for index, (one, other) in enumerate(zip(_values(was), _values(now), strict=True))
        if one != other
    ]


def _values(total: Total | None) -> Values:
    return total.values if total else BLANK
