"""The official page for a unit to fill in: open and locked cells, checks on entry, and a note that says how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stattable.model import form
from stattable.model.form import FIELDS, Kind, fields_to_fill
from stattable.model.units import Level, Scope
from stattable.writing.page import Place, add_page, page_content, put_note, select
from stattable.writing.workbook import Look, Sheet, Workbook

OPEN: Final[Look] = {"bg_color": "#FFF9DB", "locked": False}
_LOCKED: Final[Look] = {"bg_color": "#E7E7E7"}
_OPEN_BESIDE: Final = frozenset(
    (line.value_at[0], line.value_at[1] + offset)
    for line in form.CONTACT_LINES.values()
    for offset in range(line.value_columns)
)
_NOTE_TITLE: Final = "填表说明（这一栏不打印）"
_SCOPE_NOTES: Final = {
    Scope.OWN: "口径：本级数。只填本单位自己的数字，下级的数字由下级自己报，不要加进来。",
    Scope.CUMULATIVE: "口径：汇总数。填本单位和全部下级加在一起的数字。",
}
_VILLAGE_NOTE: Final = "口径：本级数。只填本村（社区）自己的数字。"  # nobody reports to it
_NOTES: Final = (
    "只填浅黄色的格子，灰色的格子不用填。",
    "没有开展的填 0，不要留空。",
    "只填整数，不写单位，不写“约”“余”和算式。",
    "不要改表头，不要增删行列。填好后保存，把文件原样发回。",
)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page to fill in.

    Attributes:
        level: of the unit.
        scope: of its figures.
        edition: ordinal of the members' day.
        name: the unit's, as it stands on the page.
        called: the unit's name in the note.
        content: what is filled in already, by cell.
        looks: of cells that look otherwise than those of a blank.
        notes: further lines of the note.
    """

    level: Level
    scope: Scope
    edition: int
    name: str
    called: str
    content: Mapping[Place, object] = field(default_factory=dict)
    looks: Mapping[Place, Look] = field(default_factory=dict)
    notes: Sequence[str] = ()


def add_entry_page(workbook: Workbook, page: EntryPage) -> Sheet:
    """Add the official page, protected but for the cells that the unit fills in.

    Args:
        workbook: a new one.
        page: what stands on it.
    """
    fields = fields_to_fill(page.level, page.scope)
    shades: dict[Place, Look] = {field.at: OPEN if field.index in fields else _LOCKED for field in FIELDS}
    shades |= dict.fromkeys(_OPEN_BESIDE, OPEN)
    shades |= page.looks
    sheet = add_page(
        workbook,
        {**page_content(edition=page.edition, name=page.name, level=page.level), **page.content},
        lambda at, look: {**look, **shades.get(at, {})},
    )
    sheet.raw.protect("", {"objects": True, "scenarios": True})
    select(sheet, next(field.at for field in FIELDS if field.index in fields))
    _check_entries(sheet, fields, page.level)
    notes = "\n".join(f"{number}. {note}" for number, note in enumerate(_NOTES, start=1))
    put_note(
        sheet,
        [
            _NOTE_TITLE,
            "",
            f"{page.called}（{page.level.label}）",
            _VILLAGE_NOTE if page.level is Level.VILLAGE else _SCOPE_NOTES[page.scope],
            "",
            notes,
            *page.notes,
        ],
    )
    return sheet


_COUNTS: Final = {
    "validate": "integer", "criteria": ">=", "value": 0,
    "input_title": "填整数", "input_message": "填 0 或正整数。没有开展的填 0，不要写单位、“约”“余”。",
    "error_title": "请填整数", "error_message": "这里只能填 0 或正整数，例如 12。没有开展的填 0。",
}  # fmt: skip
_FLAGS: Final = {
    "validate": "list", "source": ["有", "无"],
    "input_title": "填有或无", "input_message": "从下拉列表中选“有”或“无”。",
    "error_title": "请填有或无", "error_message": "这里只能填“有”或“无”。",
}  # fmt: skip


def _check_entries(sheet: Sheet, fields: frozenset[int], level: Level) -> None:
    for kind, rule in ((Kind.COUNT, _COUNTS), (Kind.FLAG, _FLAGS)):
        places = [FIELDS[index].at for index in sorted(fields) if FIELDS[index].kind_at(level) is kind]
        ranges = [[row - 1, column - 1] * 2 for row, column in places]
        if ranges:
            sheet.raw.data_validation(*ranges[0], {**rule, "other_cells": ranges[1:]})
