"""What lies in a folder that is to be handed in: whose each paper is, what it is, and what is missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Final

from stattable.checking.returns import Batch, CheckedReturn
from stattable.formats.sniff import FileKind
from stattable.model.annex import ACCOUNT_FIELDS, has_annex
from stattable.model.findings import Status, UnitRef
from stattable.model.names import Names
from stattable.model.papers import (
    ASKED_FOR,
    PaperKind,
    Soundness,
    is_annex_name,
    is_scan_name,
    is_summary_name,
    without_paper_words,
)
from stattable.model.units import Level, Tree
from stattable.reading.inputs import scan_name
from stattable.reading.papers import FolderFiles, LeftOut, PaperFile

_NO_FORM: Final = frozenset({"T001", "F005"})  # of a file that is sound, and no return


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a bundle, and what it is to its unit."""

    file: PaperFile
    kind: PaperKind


@dataclass(frozen=True, slots=True)
class UnitPapers:
    """What one unit hands in.

    Attributes:
        unit: as far as it is known; at least a name.
        key: its key in the tree, or None where it has none.
        folder: the folder with its papers, below the one that is packed; ``""`` for that one itself.
        papers: in the order of their places.
        table: its return, or None where there is none.
        returns: all returns among the papers, those of units below it, too.
    """

    unit: UnitRef
    key: str | None
    folder: str
    papers: tuple[Paper, ...]
    table: CheckedReturn | None = None
    returns: tuple[CheckedReturn, ...] = ()

    @property
    def code(self) -> str | None:
        """Its code, or None."""
        return self.unit.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.unit.name or ""

    @property
    def level(self) -> str | None:
        """Its level, or None."""
        return self.unit.level

    @property
    def status(self) -> Status | None:
        """What became of its return, or None where there is none."""
        return self.table.status if self.table else None

    @property
    def counts(self) -> Mapping[PaperKind, int]:
        """How many papers of each kind there are."""
        counted = Counter(paper.kind for paper in self.papers)
        return {kind: counted[kind] for kind in PaperKind if counted[kind]}

    @property
    def has_table(self) -> bool:
        """Whether there is a table, whatever is wrong with it."""
        return PaperKind.TABLE in self.counts

    @property
    def needs_annex(self) -> bool:
        """Whether its return counts accounts, of which an annex has to give a list."""
        table = self.table
        return table is not None and has_annex(table.level) and any(table.values[index] for index in ACCOUNT_FIELDS)

    @property
    def has_annex(self) -> bool:
        """Whether there is such a list, in its workbook or by itself."""
        return PaperKind.ANNEX in self.counts or (self.table is not None and self.table.file.annex is not None)

    @property
    def missing(self) -> tuple[PaperKind, ...]:
        """What is asked for, and is not here."""
        lacks = [] if self.has_table else [PaperKind.TABLE]
        if self.needs_annex and not self.has_annex:
            lacks.append(PaperKind.ANNEX)
        return (*lacks, *(kind for kind in ASKED_FOR if kind not in self.counts))


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is to be handed in.

    Attributes:
        root: the unit that hands it in.
        below: the units right below it that have folders of their own, by their folders.
        absent: the units right below it that nothing is here of, in listing order; none without a roster.
        left_out: what of the folder is not handed in.
    """

    root: UnitPapers
    below: tuple[UnitPapers, ...]
    absent: tuple[UnitRef, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def units(self) -> tuple[UnitPapers, ...]:
        """The units with papers, or of which a table is asked for: the root first."""
        return (self.root, *self.below)

    @property
    def returns(self) -> list[CheckedReturn]:
        """All returns, in the order of their paths."""
        return sorted((one for unit in self.units for one in unit.returns), key=lambda one: one.path)

    @property
    def papers(self) -> Iterator[tuple[UnitPapers, Paper]]:
        """All papers, each with its unit, in the order of their places."""
        return ((unit, paper) for unit in self.units for paper in unit.papers)


def arrange(folder: str, files: FolderFiles, batch: Batch, *, root: str | None, is_roster: bool) -> Bundle:
    """Return the bundle that the files of a folder make.

    Args:
        folder: its path.
        files: what lies in it.
        batch: the returns among the files, checked.
        root: key of the unit that hands it in, or None to find out.
        is_roster: whether the tree of the batch has all units.
    """
    return _Arrangement(folder, files, batch, root).bundle(is_roster=is_roster)


class _Arrangement:
    """Finds out whose folders there are, and what each file is to its unit."""

    def __init__(self, folder: str, files: FolderFiles, batch: Batch, root: str | None) -> None:
        self._folder = folder
        self._files = files
        self._tree: Tree = batch.tree
        self._names = Names(batch.tree)
        self._root = root
        self._keys: dict[str, str | None] = {}  # of folders, by their names
        self._returns = {one.path: one for one in batch.returns}
        documents = {one.path for one in files.files if one.kind is FileKind.DOCX}
        self._forms = {
            path: one for path, one in self._returns.items() if not _is_no_return(one, is_document=path in documents)
        }
        self._around = self._folder_around_all()

    def bundle(self, *, is_roster: bool) -> Bundle:
        by_folder = self._by_folder()
        if around := self._around_one(by_folder, is_roster=is_roster):
            self._around = tuple(around.split("/"))
            by_folder = self._by_folder()
        own = by_folder.pop("", [])
        below = tuple(self._unit_papers(name, some) for name, some in sorted(by_folder.items()))
        root = self._root_papers(own, below)
        here = {one.key for one in self._forms.values()} | {one.key for one in below}
        absent = [
            self._tree[key].ref
            for key in (self._tree.children[root.key] if is_roster and below and root.key else ())
            if key not in here and self._tree[key].expected
        ]
        return Bundle(root, below, tuple(absent), self._files.left_out)

    # -- whose folders there are

    def _by_folder(self) -> dict[str, list[PaperFile]]:
        """Return the files of each unit that has a folder of its own, by its folder; those of the root under ``""``."""
        begin = {one.path: self._begin(one.parts) for one in self._files.files}
        tops = defaultdict[str, list[PaperFile]](list)
        for one in self._files.files:
            tops["/".join(one.parts[: begin[one.path] + 1]) if len(one.parts) > begin[one.path] + 1 else ""].append(one)
        own = [one for name, some in tops.items() if not without_paper_words(Path(name).name) for one in some]
        root = self._root or _highest(self._returns_of(own))
        places = {name: "" for name in tops if not without_paper_words(Path(name).name)}
        firsts: dict[str, str] = {}  # of several folders that are called after one unit
        for name in sorted(tops.keys() - places.keys()):
            key = self._key_of_folder(Path(name).name)
            places[name] = name if key is None else "" if key == root else firsts.setdefault(key, name)
        if not any(place and self._is_of_unit(place, tops[place]) for place in places.values()):
            places = dict.fromkeys(places, "")
        by_folder = defaultdict[str, list[PaperFile]](list)
        for name in sorted(tops):
            by_folder[places[name]] += tops[name]
        return by_folder

    def _folder_around_all(self) -> tuple[str, ...]:
        """Return the folders that all files lie in and that are called after no unit: they say nothing."""
        names = zip(*(one.parts[:-1] for one in self._files.files), strict=False)
        shared = takewhile(lambda some: len(set(some)) == 1 and self._key_of_folder(some[0]) is None, names)
        return tuple(some[0] for some in shared)

    def _around_one(self, by_folder: Mapping[str, Sequence[PaperFile]], *, is_roster: bool) -> str | None:
        """Return the folder of the one unit that has one, where there are no others that it could stand beside."""
        folders = [name for name in by_folder if name]
        if len(folders) != 1 or self._returns_of(by_folder.get("", ())):
            return None
        key = self._key_of_folder(Path(folders[0]).name) or _highest(self._returns_of(by_folder[folders[0]]))
        if self._root is not None:
            return folders[0] if key == self._root else None
        parent = self._tree[key].parent if key in self._tree.units and key else None
        return None if is_roster and parent and len(self._tree.children[parent]) > 1 else folders[0]

    def _begin(self, parts: Sequence[str]) -> int:
        """Return how many folders of a file's place say nothing, or are of the root or of units above it."""
        length = len(self._around)
        at = length if tuple(parts[:length]) == self._around else 0
        leading = {self._root, *self._tree.above(self._root)} if self._root in self._tree.units and self._root else ()
        while at < len(parts) - 1 and leading and self._key_of_folder(parts[at]) in leading:
            at += 1
        return at

    def _is_of_unit(self, folder: str, some: Iterable[PaperFile]) -> bool:
        """Whether a folder is a unit's: it is called after one, or a return lies in it."""
        return self._key_of_folder(Path(folder).name) is not None or any(one.path in self._forms for one in some)

    def _key_of_folder(self, name: str) -> str | None:
        if name not in self._keys:
            found = (self._names.unit_of_folders([one]) for one in (name, without_paper_words(name)) if one)
            self._keys[name] = next(filter(None, found), None)
        return self._keys[name]

    # -- whose papers they are

    def _unit_papers(self, folder: str, some: Sequence[PaperFile]) -> UnitPapers:
        returns = self._returns_of(some)
        name = Path(folder).name
        key = self._key_of_folder(name) or _highest(returns)
        return self._papers_of(key, folder, some, UnitRef(None, name))

    def _root_papers(self, some: Sequence[PaperFile], below: Sequence[UnitPapers]) -> UnitPapers:
        name = Path(self._folder).resolve().name
        parents = {self._tree[one.key].parent for one in below if one.key in self._tree.units and one.key}
        shared = parents.pop() if len(parents) == 1 else None
        highest = _highest(self._returns_of(some))
        if shared and not (highest in self._tree.units and highest and self._tree.under(shared, highest)):
            highest = shared  # what lies beside the folders is of one of those units, too
        key = self._root or highest or self._key_of_folder(name)
        return self._papers_of(key, "", some, UnitRef(None, name))

    def _returns_of(self, some: Iterable[PaperFile]) -> list[CheckedReturn]:
        return [self._forms[one.path] for one in some if one.path in self._forms]

    def _papers_of(self, key: str | None, folder: str, some: Sequence[PaperFile], unnamed: UnitRef) -> UnitPapers:
        returns = self._returns_of(some)
        own = [one for one in returns if one.key is None or one.key == key]
        if not own:  # a workbook without the form may be meant to be it
            own = [self._returns[one.path] for one in some if one.path in self._returns and self._looks_like_table(one)]
            returns += own
        table = min((one for one in own if one.key is not None), key=_rank, default=None)
        unit = self._tree[key].ref if key in self._tree.units and key else table.unit if table else unnamed
        tables = {one.path for one in own}
        words = {scan_name(path) for path in tables}
        kinds = [self._kind(one, tables, words) for one in some]
        if PaperKind.SUMMARY not in kinds:
            kinds = [
                PaperKind.SUMMARY if kind is PaperKind.OTHER and _may_be_summary(one) else kind
                for one, kind in zip(some, kinds, strict=True)
            ]
        papers = tuple(Paper(self._as_read(one), kind) for one, kind in zip(some, kinds, strict=True))
        return UnitPapers(unit, key, folder, papers, table, tuple(returns))

    def _as_read(self, one: PaperFile) -> PaperFile:
        """Return a file as it is known after it was read: what was encrypted by a password that everybody has opens."""
        is_read = one.path in self._forms and self._forms[one.path].file.values is not None
        return replace(one, soundness=Soundness.WHOLE) if is_read else one

    def _looks_like_table(self, one: PaperFile) -> bool:
        return one.path not in self._forms and one.kind is not FileKind.DOCX and not is_annex_name(one.stem)

    def _kind(self, one: PaperFile, tables: set[str], names: set[str]) -> PaperKind:
        if one.path in tables:
            return PaperKind.TABLE
        if one.path in self._forms:
            return PaperKind.BELOW
        if one.path in self._returns and one.kind is not FileKind.DOCX:  # a workbook without the form
            return PaperKind.ANNEX if is_annex_name(one.stem) else PaperKind.OTHER
        is_picture = one.kind is FileKind.PICTURE
        if is_picture or one.is_document:
            if is_scan_name(one.stem) or (scan_name(one.path) in names and one.kind is not FileKind.DOCX):
                return PaperKind.SCAN
            if is_picture:
                return PaperKind.PHOTO
            return PaperKind.SUMMARY if is_summary_name(one.stem) else PaperKind.OTHER
        return _BY_NAME.get(Path(one.path).suffix.lower(), PaperKind.OTHER) if one.kind in _UNTOLD else (
            PaperKind.VIDEO if one.kind is FileKind.VIDEO else PaperKind.OTHER
        )  # fmt: skip


_UNTOLD: Final = frozenset({FileKind.EMPTY, FileKind.UNKNOWN, FileKind.OFFICE})
_BY_NAME: Final = {  # what something was that nobody can tell any more by its bytes
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"), PaperKind.PHOTO),
    **dict.fromkeys((".mp4", ".mov", ".avi", ".wmv", ".mkv", ".m4v", ".flv", ".mpg", ".mts"), PaperKind.VIDEO),
}
_SUMMARIES: Final = frozenset({FileKind.DOCX, FileKind.WORD, FileKind.PDF, FileKind.OFD})


def _may_be_summary(one: PaperFile) -> bool:
    """Whether a paper is taken for the summary where none is called so."""
    return one.kind in _SUMMARIES and not one.soundness.is_fault


def _is_no_return(one: CheckedReturn, *, is_document: bool) -> bool:
    """Whether a file that was read as a return is none, and nothing is wrong with it.

    Args:
        one: what was read.
        is_document: whether it is rather a summary, whatever kept it from being read: its pictures make it large.
    """
    codes = {found.code for found in one.findings}
    return one.file.values is None and (not any(code[0] == "T" for code in codes) if is_document else codes <= _NO_FORM)


def _highest(returns: Iterable[CheckedReturn]) -> str | None:
    """Return the key of the one unit of the highest level that returns are of, or None."""
    of = {one.key: one.level for one in returns if one.key is not None}
    levels = [level for level in of.values() if level is not None]
    top = min(levels, key=list(Level).index, default=None)
    keys = [key for key, level in of.items() if level is top]
    return keys[0] if len(keys) == 1 else None


def _rank(one: CheckedReturn) -> tuple[int, bool, str]:
    """Return which of several returns of a unit is its table: one that counts, a merged one before its own figures."""
    statuses = [Status.ACCEPTED, Status.REJECTED]
    return statuses.index(one.status) if one.status in statuses else len(statuses), not one.file.is_merged, one.path
