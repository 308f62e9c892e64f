"""Reasons that were written for findings, matched with the findings of today by code, unit, field and value."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import CATALOGUE, finding, phrase, problem_and_remedy
from stattable.model.cell_names import overlap
from stattable.model.explanations import UNEXPLAINABLE, Reason, claim, explains
from stattable.model.findings import Finding, Severity, Status, UnitRef
from stattable.model.form import label_of
from stattable.model.names import comparable_name
from stattable.model.packing import unpacked
from stattable.model.text import CELL_LENGTH, UNPRINTABLE
from stattable.model.units import Tree, bare_code
from stattable.reading.return_file import ReturnFile

_OTHER_EDITION: Final = "T003"
_JOINT: Final = "；"  # between the reasons that were written for one finding


class _Written(NamedTuple):
    """A reason, and the file that it stands in; of a merged workbook among the returns also its unit."""

    path: str
    reason: Reason
    owner: str | None = None

    @property
    def at(self) -> tuple[str, str, str]:
        """Where it stands."""
        return self.path, self.reason.sheet, self.reason.cell


class Explanations:
    """All reasons, by what they are about.

    A reason in a return is about that unit's findings, whichever of its files they are on; one in a merged workbook
    about those of the unit that its row names. It has to be for the same code, and for the same words but for places,
    so that another value opens the finding again; one that was written by hand is for its own file's values. Where a
    row names no code, its file tells units of one name apart, and that they are below the workbook's own unit.

    Args:
        returns: with all their findings; what one of another edition says is about another year.
        tree: their units.
        others: further files: earlier results, set aside.
        standing: the results that are about to be replaced.
    """

    def __init__(
        self,
        returns: Sequence[CheckedReturn],
        tree: Tree,
        others: Iterable[ReturnFile] = (),
        standing: Iterable[ReturnFile] = (),
    ) -> None:
        self._tree = tree
        names = Counter((unit.name, unit.level) for unit in tree.units.values() if unit.code is None)
        self._alike = {name for name, count in names.items() if count > 1}  # only those above tell them apart
        self._of_unit: dict[str, list[_Written]] = defaultdict(list)  # by key: reasons in a unit's own files
        self._of_code: dict[str, list[_Written]] = defaultdict(list)  # by the unit's code: in merged workbooks
        self._of_name: dict[tuple[str, str | None], list[_Written]] = defaultdict(list)  # by its name, and the file
        self._used: dict[tuple[str, str, str], Severity] = {}  # reasons that were put to findings, by where they stand
        self._changed: set[tuple[str, str, str]] = set()  # reasons for findings that have other words now
        self._claims = {one.path: _claims(one) for one in returns if any(not r.problem for r in one.file.reasons)}
        self._standing = tuple(standing)
        for one in returns:
            if not any(finding.code == _OTHER_EDITION for finding in one.findings):
                self._add(one.file, _key(one), one.key)
        for file in (*others, *self._standing):
            self._add(file, file.path)
        self._figures = {} if self.is_empty else {one.path: one.figures for one in returns}

    def _add(self, file: ReturnFile, key: str, owner: str | None = None) -> None:
        for reason in file.reasons:
            written = _Written(file.path, reason, owner)
            if not reason.is_of_merge:
                self._of_unit[key].append(written)
            elif reason.unit_code:
                self._of_code[bare_code(reason.unit_code)].append(written)
            else:
                self._of_name[comparable_name(reason.unit_name or ""), reason.path].append(written)

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything."""
        return not (self._of_unit or self._of_code or self._of_name)

    @property
    def unused(self) -> frozenset[str]:
        """Paths of the results about to be replaced in which something is written beside a finding that is gone."""
        return frozenset(
            file.path
            for file in self._standing
            if any(_Written(file.path, reason).at not in self._used for reason in file.reasons)
        )

    def noted(self, one: Finding, key: str | None) -> Finding:
        """Return a finding with all that was written for it, each text once.

        Args:
            one: the finding.
            key: of its unit, or the path of its file where that belongs to none.
        """
        unit = one.unit or UnitRef()
        is_known = one.path is not None or (unit.name, unit.level) not in self._alike
        of_name = self._of_name.get((comparable_name(unit.name or ""), one.path), ()) if is_known else ()
        written = [
            *(self._of_unit.get(key, ()) if key else ()),
            *(self._of_code.get(bare_code(unit.code), ()) if unit.code else ()),
            *(each for each in of_name if self._is_below(key, each.owner)),
        ]
        texts = dict[str, str]()  # by what is kept of them
        words = claim(problem_and_remedy(one, label_of)[0]) if written else ""
        for each in written:
            reason = each.reason
            if reason.code not in {None, one.code} or not self._holds_for(each, one, words):
                continue
            if _is_for(reason, one, words):
                more = _with_text(texts, reason.text)
                if not texts or len(_JOINT.join(more.values())) <= CELL_LENGTH:  # else it stays where it stands
                    self._used[each.at] = Severity.INFO if one.is_settled else one.severity
                    texts = more
            elif reason.code and reason.field in {None, one.field}:
                self._changed.add(each.at)
        return replace(one, note=_JOINT.join(texts.values())) if texts else one

    def _is_below(self, key: str | None, owner: str | None) -> bool:
        """Whether a unit may be one that a merged workbook of another unit names."""
        return owner in {None, key} or (key is not None and key in self._tree and owner in self._tree.above(key))

    def _holds_for(self, written: _Written, one: Finding, words: str) -> bool:
        """Whether a finding is about the values for which a reason was written by hand: those of its own file."""
        source, path = written.path, one.path
        if written.reason.problem or path == source or path not in self._figures or source not in self._figures:
            return True
        same = unpacked(self._figures[path]) == unpacked(self._figures[source])
        return same or (one.code, words) in self._claims[source]

    def explained(self, returns: Sequence[CheckedReturn]) -> list[CheckedReturn]:
        """Return `returns` with what was written beside their findings.

        Those of merged workbooks that count also have the explained warnings in these, which go up with their reasons;
        not those that are found here once more.
        """
        if self.is_empty:
            return [*returns]
        noted = [replace(one, findings=tuple(self.noted(f, _key(one)) for f in one.findings)) for one in returns]
        known = set[tuple[object, ...]]()
        return [
            replace(one, findings=(*one.findings, *self._carried(one, known))) if one.status is Status.ACCEPTED else one
            for one in noted
        ]

    def _carried(self, one: CheckedReturn, known: set[tuple[object, ...]]) -> Iterator[Finding]:
        for reason in one.file.reasons:
            if not (reason.is_of_merge and reason.is_warning and reason.problem and explains(reason.text)):
                continue
            code = reason.code or ""
            if _Written(one.path, reason).at in self._used or code not in CATALOGUE or code == UNEXPLAINABLE:
                continue
            unit = UnitRef(reason.unit_code, reason.unit_name)
            about = (code, unit, unit.code is None and (one.path, reason.path), claim(reason.problem))
            if about not in known:
                known.add(about)
                bare = finding(
                    code, Severity.WARNING, path=one.path, unit=unit, cell=reason.place, field=reason.field,
                    raw=reason.raw, params={"words": reason.problem},
                )  # fmt: skip
                noted = self.noted(bare, None)
                yield noted if noted.note else replace(noted, note=reason.text)

    def with_remarks(self, returns: Sequence[CheckedReturn]) -> list[CheckedReturn]:
        """Return `returns` with what is to be said of the reasons in them, after all findings were noted.

        That is C004 for those that say nothing, and C005 for those that explain nothing.
        """
        return [one.with_findings(*self._remarks(one.file)) if one.file.reasons else one for one in returns]

    def remarks_on_standing(self) -> Iterator[Finding]:
        """Yield the same for the results that are about to be replaced."""
        for file in self._standing:
            yield from (replace(remark, path=file.path) for remark in self._remarks(file))

    def _remarks(self, file: ReturnFile) -> Iterator[Finding]:
        empty, vain = list[Reason](), dict[str, list[str]]()
        for reason in file.reasons:
            severity = self._used.get(_Written(file.path, reason).at)
            is_open = severity is Severity.WARNING or (severity is None and reason.problem is None)
            if is_open and reason.is_warning and not explains(reason.text):
                empty.append(reason)
            elif why := self._why_in_vain(_Written(file.path, reason), severity):
                vain.setdefault(why, []).append(phrase("C005", "one", text=reason.text, cell=reason.cell))
        if empty:
            first, cells = empty[0], tuple(one.cell for one in empty)
            params = {"count": len(empty), "cells": cells, "text": first.text}
            yield finding(UNEXPLAINABLE, sheet=first.sheet, cell=cells[0], params=params)
        for why, texts in vain.items():
            yield finding("C005", params={"reason": why, "texts": tuple(texts)})

    def _why_in_vain(self, written: _Written, severity: Severity | None) -> str | None:
        reason = written.reason
        if severity is not None:  # beside an error of a merge a clerk may note what was done about it
            return "error" if severity is Severity.ERROR and not reason.is_of_merge else None
        if written.at in self._changed:
            return "changed"
        return "nowhere" if reason.problem is None else None


def _key(one: CheckedReturn) -> str:
    return one.key or one.path


def _claims(one: CheckedReturn) -> frozenset[tuple[str, str]]:
    """Return what the findings of a return claim."""
    return frozenset((each.code, claim(problem_and_remedy(each, label_of)[0])) for each in one.findings)


def _with_text(texts: dict[str, str], text: str) -> dict[str, str]:
    """Return texts and another one, none of which stands within another, by what workbooks keep of them."""
    kept = "".join(UNPRINTABLE.sub("", text).split())
    if kept in _JOINT.join(texts):
        return texts
    return {**{known: other for known, other in texts.items() if known not in kept}, kept: text}


def _is_for(reason: Reason, one: Finding, words: str) -> bool:
    """Whether a reason was written for a finding; `words` is what the finding claims."""
    if reason.problem is not None:
        return reason.code == one.code and claim(reason.problem).startswith(words)
    if reason.field or reason.place:
        at_field = reason.field is not None and reason.field == one.field
        cells = one.cells or ((one.cell,) if one.cell else ())  # of many cells it has to be for all
        return at_field or (reason.place is not None and bool(cells) and all(overlap(reason.place, at) for at in cells))
    return reason.code == one.code
