"""The identity of a workbook of ours: a very-hidden sheet of plain text cells, written and read.

Plain rows of text survive Excel, WPS and LibreOffice, and saving as .xls and .ods too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from stattable.model.form import FIELDS, FORM_ID, Values
from stattable.model.packing import figures_text
from stattable.model.units import MAX_CODE, MAX_NAME, Level, Scope, bare_code

IDENTITY_SHEET: Final = "_stattable"
TEMPLATE_VERSION: Final = 1
_FLAGS: Final = {"有": True, "无": False}


class WorkbookKind(StrEnum):
    """The kinds of workbooks that the program writes."""

    BLANK = "blank"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit in an identity; its code, as `units.bare_code` gives it, may be missing."""

    code: str | None
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a workbook was made for, and what it holds.

    Attributes:
        kind: a blank, or a merged report.
        edition: ordinal of the members' day.
        unit: the unit that it is for.
        scope: of its figures.
        above: the units above it, from the top down.
        unaccounted: merged only: how many units below it that should report are not accounted for, by level.
        figures: merged only: the 40 figures that its page was written with.
        answers: of a form that was sent back: the fingerprints of the returns because of which it was.
    """

    kind: WorkbookKind
    edition: int
    unit: UnitFacts
    scope: Scope
    above: tuple[UnitFacts, ...] = ()
    unaccounted: tuple[tuple[Level, int], ...] = ()
    figures: Values | None = None
    answers: tuple[str, ...] = ()


Row = tuple[str, ...]
_WIDTH: Final = 4  # cells of the longest row


def identity_rows(identity: Identity) -> list[Row]:
    """Return the rows of the hidden sheet: a word, and its values."""
    return [
        ("form", FORM_ID),
        ("edition", str(identity.edition)),
        ("template", str(TEMPLATE_VERSION)),
        ("kind", identity.kind),
        ("scope", identity.scope),
        ("unit", *_facts_row(identity.unit)),
        *(("above", *_facts_row(facts)) for facts in identity.above),
        *(("unaccounted", level, str(count)) for level, count in identity.unaccounted),
        *([("figures", figures_text(identity.figures))] if identity.figures else []),
        *(("answers", fingerprint) for fingerprint in identity.answers),
    ]


# What no identity of ours goes beyond.
MAX_ABOVE: Final = 8  # units above one; there are five levels
MAX_ANSWERED: Final = 64  # returns because of which a form was sent back
_MOST: Final = {  # rows that begin with a word
    **dict.fromkeys(("form", "edition", "kind", "scope", "unit", "figures"), 1),
    "above": MAX_ABOVE,
    "unaccounted": len(Level),
    "answers": MAX_ANSWERED,
}
_EDITIONS: Final = range(1, 200)
_LARGEST: Final = 10**15  # of what is counted
_LONGEST: Final = {"figures": len(FIELDS) * len(f"{_LARGEST},")}  # characters of a cell; of any other MAX_NAME


class BeyondLimits(Exception):  # noqa: N818  -- it says what is wrong with a file, not with the program
    """A hidden sheet claims to be an identity, but is larger than any: nobody can tell whose the file is.

    Args:
        reason: ``rows``, ``text`` or ``number``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_identity(rows: Iterable[Sequence[object]]) -> Identity | None:
    """Return the identity in the `rows` of the hidden sheet, or None if there is none of this form.

    Raises:
        BeyondLimits: it is larger than any that the program writes; the rest was not looked at.
    """
    try:
        said = _said(rows)
        if said["form"][0][0] != FORM_ID:
            return None
        identity = Identity(
            kind=WorkbookKind(said["kind"][0][0]),
            edition=int(said["edition"][0][0]),
            unit=_facts(said["unit"][0]),
            scope=Scope(said["scope"][0][0]),
            above=_above_of(tuple(map(tuple, said.get("above", ())))),
            unaccounted=tuple((Level(row[0]), int(row[1])) for row in said.get("unaccounted", ())),
            figures=read_figures(said["figures"][0][0]) if "figures" in said else None,
            answers=tuple(row[0] for row in said.get("answers", ())),
        )
    except (KeyError, ValueError):
        return None
    counts = [*(count for _, count in identity.unaccounted), *(int(value or 0) for value in identity.figures or ())]
    if identity.edition not in _EDITIONS or not all(0 <= count <= _LARGEST for count in counts):
        raise BeyondLimits("number")
    return identity


def _said(rows: Iterable[Sequence[object]]) -> dict[str, list[list[str]]]:
    """Return the values of the rows, by the word that each begins with."""
    said: dict[str, list[list[str]]] = {}
    for row in rows:
        word, *rest = [cell.strip() if isinstance(cell, str) else cell_text(cell) for cell in row[:_WIDTH]] or [""]
        if word not in _MOST:  # what a later version says
            continue
        of_word = said.setdefault(word, [])
        of_word.append([*rest, "", "", ""])
        if len(of_word) > _MOST[word]:
            raise BeyondLimits("rows")
        if rest and max(map(len, rest)) > _LONGEST.get(word, MAX_NAME):
            raise BeyondLimits("text")
    return said


def read_figures(text: str) -> Values:
    """Return the 40 figures in the text of a cell.

    Raises:
        ValueError: it is no text of 40 figures.
    """
    values = tuple(None if not part else _FLAGS[part] if part in _FLAGS else int(part) for part in text.split(","))
    if len(values) != len(FIELDS):
        raise ValueError("not one for each field")
    return values


def _facts_row(facts: UnitFacts) -> Row:
    return (facts.code or "", facts.name, facts.level)


def _facts(row: Sequence[str]) -> UnitFacts:
    return _facts_of(*row[:3])


@lru_cache(maxsize=4096)  # the units above one are above many
def _above_of(rows: tuple[tuple[str, ...], ...]) -> tuple[UnitFacts, ...]:
    return tuple(map(_facts, rows))


@lru_cache(maxsize=4096)
def _facts_of(code: str, name: str, level: str) -> UnitFacts:
    if not name:
        raise ValueError("a unit without a name")
    code = bare_code(code)
    if len(code) > MAX_CODE:
        raise BeyondLimits("text")
    return UnitFacts(code or None, name, Level(level))


def cell_text(cell: object) -> str:
    """Return the text of a cell of the hidden sheet, which a spreadsheet program may have turned into a number."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if cell is not None else ""
