"""Reasons that were written for findings, matched with the findings of today by code, unit, field and value."""

from collections import defaultdict
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
from stattable.model.units import bare_code
from stattable.reading.return_file import ReturnFile

_OTHER_EDITION: Final = "T003"
_BETWEEN: Final = "；"  # several texts for one finding


class _Written(NamedTuple):
    """A reason, and the file that it stands in."""

    path: str
    reason: Reason


class Explanations:
    """All reasons, by what they are about.

    A reason in a return is about that unit's findings, whichever of its files they are on; one in a merged workbook
    about those of the unit that its row names. It has to be for the same code, and for the same words but for places,
    so that another value opens the finding again; one that was written by hand is for its own file's values.

    Args:
        returns: with all their findings; what one of another edition says is about another year.
        others: further files: earlier results, set aside.
        standing: the results that are about to be replaced.
    """

    def __init__(
        self,
        returns: Sequence[CheckedReturn],
        others: Iterable[ReturnFile] = (),
        standing: Iterable[ReturnFile] = (),
    ) -> None:
        self._of_unit: dict[str, list[_Written]] = defaultdict(list)  # by key: reasons in a unit's own files
        self._of_code: dict[str, list[_Written]] = defaultdict(list)  # by the unit's code: in merged workbooks
        self._of_name: dict[tuple[str, str | None], list[_Written]] = defaultdict(list)  # by its name, and the file
        self._used: dict[tuple[str, str], Severity] = {}  # reasons that were put to findings, by file and cell
        self._changed: set[tuple[str, str]] = set()  # reasons for findings that have other words now
        self._standing = tuple(standing)
        for one in returns:
            if not any(finding.code == _OTHER_EDITION for finding in one.findings):
                self._add(one.file, _key(one))
        for file in (*others, *self._standing):
            self._add(file, file.path)

    def _add(self, file: ReturnFile, key: str) -> None:
        for reason in file.reasons:
            written = _Written(file.path, reason)
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
            if any((file.path, reason.cell) not in self._used for reason in file.reasons)
        )

    def noted(self, one: Finding, key: str | None) -> Finding:
        """Return a finding with all that was written for it, each text once.

        Args:
            one: the finding.
            key: of its unit, or the path of its file where that belongs to none.
        """
        unit = one.unit or UnitRef()
        written = [
            *(self._of_unit.get(key, ()) if key else ()),
            *(self._of_code.get(bare_code(unit.code), ()) if unit.code else ()),
            *self._of_name.get((comparable_name(unit.name or ""), one.path), ()),
        ]
        texts = dict[str, None]()  # what was put together before comes back in one
        words = claim(problem_and_remedy(one, label_of)[0]) if written else ""
        for path, reason in written:
            if reason.code not in {None, one.code}:
                continue
            if _is_for(reason, one, words):
                self._used[path, reason.cell] = Severity.INFO if one.is_settled else one.severity
                texts.update(dict.fromkeys(reason.text.split(_BETWEEN)))
            elif reason.code and reason.field in {None, one.field}:
                self._changed.add((path, reason.cell))
        return replace(one, note=_BETWEEN.join(texts)) if texts else one

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
            if (one.path, reason.cell) in self._used or code not in CATALOGUE or code == UNEXPLAINABLE:
                continue
            unit = UnitRef(reason.unit_code, reason.unit_name)
            about = (code, unit, claim(reason.problem))
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
            severity = self._used.get((file.path, reason.cell))
            is_open = severity is Severity.WARNING or (severity is None and reason.problem is None)
            if is_open and reason.is_warning and not explains(reason.text):
                empty.append(reason)
            elif why := self._why_in_vain(file.path, reason, severity):
                vain.setdefault(why, []).append(phrase("C005", "one", text=reason.text, cell=reason.cell))
        if empty:
            first, cells = empty[0], tuple(one.cell for one in empty)
            params = {"count": len(empty), "cells": cells, "text": first.text}
            yield finding(UNEXPLAINABLE, sheet=first.sheet, cell=cells[0], params=params)
        for why, texts in vain.items():
            yield finding("C005", params={"reason": why, "texts": tuple(texts)})

    def _why_in_vain(self, path: str, reason: Reason, severity: Severity | None) -> str | None:
        if severity is not None:  # beside an error of a merge a clerk may note what was done about it
            return "error" if severity is Severity.ERROR and not reason.is_of_merge else None
        if (path, reason.cell) in self._changed:
            return "changed"
        return "nowhere" if reason.problem is None else None


def _key(one: CheckedReturn) -> str:
    return one.key or one.path


def _is_for(reason: Reason, one: Finding, words: str) -> bool:
    """Whether a reason was written for a finding; `words` is what the finding claims."""
    if reason.problem is not None:
        return reason.code == one.code and claim(reason.problem).startswith(words)
    if reason.field or reason.place:
        at_field = reason.field is not None and reason.field == one.field
        return at_field or (reason.place is not None and one.cell is not None and overlap(reason.place, one.cell))
    return reason.code == one.code
