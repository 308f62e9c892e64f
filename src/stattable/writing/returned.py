"""A returned workbook: the unit's form made fresh, with what it sent, its faults marked, and a list of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from stattable.checking.remarks import Remark, in_order, remarks
from stattable.checking.sent_back import SentBack, is_usable, latest_return
from stattable.formats.sheet import Cell
from stattable.model.annex import ANNEX_SHEET
from stattable.model.annex import LEVELS as ANNEX_LEVELS
from stattable.model.catalogue import finding, phrase
from stattable.model.findings import Severity
from stattable.model.form import BLANK_WORD, CONTACT_LINES, FIELDS, SHEET_NAME, label_of
from stattable.model.identity import IDENTITY_SHEET, Identity, WorkbookKind, identity_rows
from stattable.model.text import display_width
from stattable.reading.written import Content, Written, read_written
from stattable.writing.annex import add_blank_annex
from stattable.writing.blank import association_name
from stattable.writing.entry_page import EntryPage, add_entry_page
from stattable.writing.page import add_hidden, template
from stattable.writing.returned_marks import mark_rows
from stattable.writing.review_sheet import Review, add_review
from stattable.writing.workbook import Look, Sheet, Workbook

_TINTS: Final[Mapping[Severity, str]] = {Severity.ERROR: "#F4B6B6", Severity.WARNING: "#FFD58A"}
_NOTES: Final = (
    "",
    "这是退回的表：红色的格子必须改正，橙色的请核实。鼠标放在格子上看问题，也见“审核意见”。",
    "改好后保存，把这个文件原样发回。",
)
_COMMENT_WIDTH: Final = 260  # pixels
_COMMENT_ROOM: Final = 34  # columns of text on a line
_COMMENT_LINE: Final = 18  # pixels
_GAP: Final = 8  # pixels between comments, and between the page and them
_PIXELS: Final = 4 / 3  # of a point
_CHARACTER: Final = 7  # pixels, and a cell's margin:
_MARGIN: Final = 5
_COMMENT: Final = "{severity} {code}：{problem}\n建议：{remedy}"


@dataclass(frozen=True, slots=True)
class Filling:
    """What is filled in on a form that goes back.

    Attributes:
        figures: of the 40 fields; None where nothing was written, or several returns differ.
        beside: contact, phone and date, by their keys; those of the latest of several returns.
        differing: one remark for each field in which several returns differ.
    """

    figures: tuple[Content, ...]
    beside: Mapping[str, Content]
    differing: tuple[Remark, ...] = ()


def returned_bytes(sent: SentBack) -> bytes:
    """Return the workbook that goes back to a unit as a file."""
    written = [read_written(one.file) if is_usable(one) else None for one in sent.sources]
    filling = _filling(sent, written)
    listed = in_order([*remarks(sent), *filling.differing])
    workbook = Workbook()
    entry = _entry_page(sent, filling, listed)
    page = add_entry_page(workbook, entry)
    add_review(workbook, Review(sent, listed, lost=_lost(sent, written)))
    sheets = {SHEET_NAME: page}
    if sent.unit.level in ANNEX_LEVELS:
        annex = next((one.file.annex for one in sent.sources if one.file.annex), None)
        sheets[ANNEX_SHEET] = add_blank_annex(workbook, entry, annex, _looks(listed, ANNEX_SHEET))
    for name, sheet in sheets.items():
        _comment(sheet, name, listed)
    of_source = sent.sources[0].file.identity if len(sent.sources) == 1 else None
    identity = Identity(
        WorkbookKind.BLANK, sent.edition, sent.unit, sent.scope, sent.above,
        unaccounted=of_source.unaccounted if of_source else (),  # what is missing stays known
        answers=sent.answers,
    )  # fmt: skip
    marks = mark_rows({name: sheet.rows for name, sheet in workbook.sheets.items()})
    add_hidden(workbook, IDENTITY_SHEET, [*identity_rows(identity), *marks])
    return workbook.to_bytes()


def _lost(sent: SentBack, written: Sequence[Written | None]) -> tuple[str, ...]:
    """Return the paths of the returns of which nothing could be filled in."""
    return tuple(one.path for one, content in zip(sent.sources, written, strict=True) if content is None)


# -- what is filled in ------------------------------------------------------------------------------------


def _filling(sent: SentBack, written: Sequence[Written | None]) -> Filling:
    """Return what is filled in from one return, or from several as far as they agree."""
    known = [(one, content) for one, content in zip(sent.sources, written, strict=True) if content]
    if not known:
        return Filling((None,) * len(FIELDS), {})
    figures = list(known[0][1].figures)
    differing = list[Remark]()
    for field in FIELDS:
        values = [
            content.figures[field.index] if one.values[field.index] is None else one.values[field.index]
            for one, content in known
        ]
        if any(value != values[0] for value in values):
            figures[field.index] = None
            versions = [
                phrase("U005", "version", path=sent.called(one.path), value=BLANK_WORD if shown is None else shown)
                for one, shown in ((one, content.figures[field.index]) for one, content in known)
            ]
            words = phrase("U005", "differs", label=label_of(field.key), cell=field.cell, versions="，".join(versions))
            said = finding("U005", sheet=SHEET_NAME, cell=field.cell, field=field.key, params={"words": words})
            differing.append(Remark(said, SHEET_NAME, field.cell, (field.at,)))
    latest = latest_return((one for one, _ in known), sent.edition)
    beside = next(content.beside for one, content in known if one is latest)
    return Filling(tuple(figures), beside, tuple(differing))


def _entry_page(sent: SentBack, filling: Filling, listed: Sequence[Remark]) -> EntryPage:
    content: dict[Cell, object] = {
        field.at: value for field, value in zip(FIELDS, filling.figures, strict=True) if value is not None
    }
    content |= {CONTACT_LINES[key].value_at: value for key, value in filling.beside.items() if value is not None}
    looks = _looks(listed, SHEET_NAME)
    for line in CONTACT_LINES.values():  # the label's value has several cells
        for offset in range(line.value_columns):
            if line.value_at in looks:
                looks[line.value_at[0], line.value_at[1] + offset] = looks[line.value_at]
    return EntryPage(
        sent.unit.level,
        sent.scope,
        sent.edition,
        name=association_name(sent.unit.name),
        called=sent.unit.name,
        content=content,
        looks=looks,
        notes=_NOTES,
    )


# -- marks ------------------------------------------------------------------------------------------------


def _looks(listed: Iterable[Remark], sheet: str) -> dict[Cell, Look]:
    """Return the looks of the faulty cells: open, so that whoever is to clear one can, and tinted by the gravest."""
    looks: dict[Cell, Look] = {}
    for remark in listed:
        if remark.sheet == sheet and not remark.finding.is_closed:
            for at in remark.marked:
                looks.setdefault(at, {"bg_color": _TINTS[remark.finding.severity], "locked": False})
    return looks


def _comment(sheet: Sheet, name: str, listed: Sequence[Remark]) -> None:
    """Give each faulty cell a comment, right of the page and one under the other, so that none covers a figure."""
    told: dict[Cell, list[str]] = {}
    for remark in listed:
        if remark.sheet == name and not remark.finding.is_closed:
            for at in remark.marked:
                words = _COMMENT.format(
                    severity=remark.finding.severity.label,
                    code=remark.finding.code,
                    problem=remark.problem_at(at),
                    remedy=remark.remedy,
                )
                told.setdefault(at, []).append(words)
    left, tops = _beside(name)
    down = 0
    for at in sorted(told):
        text = "\n".join(told[at])
        height = sum(max(ceil(display_width(line) / _COMMENT_ROOM), 1) for line in text.split("\n")) * _COMMENT_LINE
        down = max(down, tops.get(at[0], 0))
        sheet.comment(*at, text, (left, down), (_COMMENT_WIDTH, height + _GAP))
        down += height + 2 * _GAP


def _beside(name: str) -> tuple[int, Mapping[int, int]]:
    """Return how far right comments begin on a sheet, and how far down each row does, in pixels."""
    if name != SHEET_NAME:
        return _ANNEX_WIDTH, {}
    ours = template()
    right = sum(round(width * _CHARACTER) + _MARGIN for width in ours.widths)
    tops, down = dict[int, int](), 0
    for row, height in sorted(ours.heights.items()):
        tops[row] = down
        down += round(height * _PIXELS)
    return right + _GAP, tops


_ANNEX_WIDTH: Final = 1_200  # pixels, of the annex's columns
