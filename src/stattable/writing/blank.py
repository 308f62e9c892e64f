"""Blanks: the official page made out to a unit, with open and locked cells, checks on entry, and its identity.

A blank for each unit of a province is 55,000 workbooks, so a prototype is made once for every kind of blank, with
placeholders where the unit is named, and each blank is the prototype with its own words.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from stattable.model import form
from stattable.model.catalogue import Refusal
from stattable.model.form import FIELDS, Kind, below, own
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.parallel import over_processes
from stattable.model.text import file_name, plain, squeezed
from stattable.model.units import CODE_LENGTHS, Level, Scope, Tree, bare_name, level_of_name, unpadded
from stattable.writing.page import (
    add_identity,
    fill_page,
    open_template,
    put_note,
    run_time,
    storable,
    workbook_bytes,
    write_whole,
)

_OPEN: Final = PatternFill("solid", fgColor="FFF9DB")
_LOCKED: Final = PatternFill("solid", fgColor="E7E7E7")
_SHEETS: Final = "xl/worksheets/"  # openpyxl writes texts into the sheets themselves
_PLACEHOLDER: Final = re.compile(rb"\{\{([a-z0-9.]+)\}\}")

_SCOPE_NOTES: Final = {
    Scope.OWN: "口径：本级数。只填本单位自己的数字，下级的数字由下级自己报，不要加进来。",
    Scope.CUMULATIVE: "口径：汇总数。填本单位和全部下级加在一起的数字。",
}
_NOTES: Final = (
    "只填浅黄色的格子，灰色的格子不用填。",
    "没有开展的填 0，不要留空。",
    "只填整数，不写单位，不写“约”“余”和算式。",
    "不要改表头，不要增删行列。填好后保存，把文件原样发回。",
)


@dataclass(frozen=True, slots=True)
class BlankFor:
    """Whom a blank is for.

    Attributes:
        unit: the unit.
        above: the units above it, from the top down.
        scope: what its figures are to be.
        edition: ordinal of the members' day.
    """

    unit: UnitFacts
    above: tuple[UnitFacts, ...]
    scope: Scope
    edition: int


def association_name(name: str) -> str:
    """Return a unit's name as it stands on the page: ``官渡镇`` gives ``官渡镇计生协``."""
    return name if squeezed(name).endswith("计生协") else f"{name}计生协"


def open_fields(level: Level, scope: Scope) -> frozenset[int]:
    """Return the indices of the fields that a blank leaves open."""
    return own(level) if scope is Scope.OWN else own(level) | below(level)


def blank_bytes(blank: BlankFor) -> bytes:
    """Return a blank as a file."""
    prototype = _prototype(blank.unit.level, blank.scope, blank.edition, tuple(u.level for u in blank.above))
    words = {"page": association_name(blank.unit.name), **_words("unit", blank.unit)}
    for position, facts in enumerate(blank.above):
        words.update(_words(f"above{position}", facts))
    return _with_strings(prototype, words)


def single_blank(name: str, level: Level | None, code: str | None, scope: Scope, edition: int) -> BlankFor:
    """Return the blank for one unit, of which nothing is known but what the user says.

    Raises:
        Refusal: the name is empty, its level cannot be told, or the code is none.
    """
    its_code = None if code is None else unpadded(plain(code))
    if its_code is not None and not (its_code.isdigit() and len(its_code) in CODE_LENGTHS):
        raise Refusal("bad_code", code=code)
    its_level = level or (CODE_LENGTHS[len(its_code)] if its_code else level_of_name(name))
    if not bare_name(name):
        raise Refusal("empty_name")
    if its_level is None:
        raise Refusal("level_unknown", name=name)
    if its_level is Level.NATIONAL:
        raise Refusal("national_blank")
    unit = UnitFacts(its_code, plain(name), its_level)
    return BlankFor(unit, (), Scope.OWN if its_level is Level.VILLAGE else scope, edition)


def blanks_of(tree: Tree, root: str | None, scope: Scope, edition: int, folder: Path) -> list[tuple[Path, BlankFor]]:
    """Return a blank, and where it belongs, for every unit that is to report; villages always own.

    The folders mirror the tree: a unit with others below it has a folder, which holds its own blank and theirs.

    Args:
        tree: of the roster.
        root: code of the unit to begin with, or None for all.
        scope: what the figures are to be.
        edition: ordinal of the members' day.
        folder: under which all are written.

    Raises:
        Refusal: the roster does not have `root`, or nobody there is to report.
    """
    if root is not None and unpadded(root) not in tree:
        raise Refusal("unknown_root", code=root)
    tops = tree.tops if root is None else [unpadded(root)]
    blanks = [blank for top in tops for blank in _blanks_under(tree, top, scope, edition, folder)]
    if not blanks:
        raise Refusal("nothing_expected", name="、".join(tree[top].name for top in tops))
    return blanks


def _blanks_under(tree: Tree, root: str, scope: Scope, edition: int, folder: Path) -> Iterator[tuple[Path, BlankFor]]:
    places: dict[str, Path] = {}
    for key in tree.below(root):
        unit = tree[key]
        name = file_name(f"{unit.code}_{unit.name}" if unit.code else unit.name)
        parent = places.get(unit.parent or "", folder)
        places[key] = parent / name if tree.children[key] else parent
        if unit.expected and unit.level is not Level.NATIONAL:
            facts = UnitFacts(unit.code, unit.name, unit.level)
            above = tuple(UnitFacts(tree[a].code, tree[a].name, tree[a].level) for a in tree.above(key))
            its_scope = Scope.OWN if unit.level is Level.VILLAGE else scope
            yield places[key] / f"{name}.xlsx", BlankFor(facts, above, its_scope, edition)


def write_blanks(
    blanks: list[tuple[Path, BlankFor]],
    *,
    force: bool,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write `blanks`; none of them where one is there already.

    Raises:
        Refusal: a file is there already and `force` is not given.
        OSError: a file could not be written.
    """
    taken = [path for path, _ in blanks if path.exists()]
    if taken and not force:
        raise Refusal("exists", path=taken[0])
    for _ in over_processes(_write, blanks, jobs):
        progress(1)


def _write(blank: tuple[Path, BlankFor]) -> None:
    path, whom = blank
    write_whole(path, blank_bytes(whom), durable=False)


# -- the prototype ----------------------------------------------------------------------------------------


def _words(prefix: str, facts: UnitFacts) -> dict[str, str]:
    return {f"{prefix}.code": facts.code or "", f"{prefix}.name": facts.name}


@cache
def _prototype(level: Level, scope: Scope, edition: int, above: tuple[Level, ...]) -> bytes:
    workbook, sheet = open_template()
    fill_page(sheet, edition=edition, name="{{page}}", level=level)
    _open_and_lock(sheet, open_fields(level, scope))
    _check_entries(sheet, open_fields(level, scope), level)
    notes = "\n".join(f"{number}. {note}" for number, note in enumerate(_NOTES, start=1))
    put_note(
        sheet,
        [
            "填表说明（这一栏不打印）",
            "",
            f"{{{{unit.name}}}}（{level.label}）",
            _SCOPE_NOTES[scope],
            "",
            notes,
        ],
    )
    facts = UnitFacts("{{unit.code}}", "{{unit.name}}", level)
    chain = tuple(UnitFacts(f"{{{{above{n}.code}}}}", f"{{{{above{n}.name}}}}", one) for n, one in enumerate(above))
    add_identity(workbook, Identity(WorkbookKind.BLANK, edition, facts, scope, chain))
    return workbook_bytes(workbook)


def _open_and_lock(sheet: Worksheet, fields: frozenset[int]) -> None:
    for field in FIELDS:
        cell = sheet.cell(*field.at)
        cell.fill = _OPEN if field.index in fields else _LOCKED
        cell.protection = Protection(locked=field.index not in fields)
    for line in form.CONTACT_LINES.values():
        for offset in range(line.value_columns):
            cell = sheet.cell(line.value_at[0], line.value_at[1] + offset)
            cell.fill = _OPEN
            cell.protection = Protection(locked=False)
    sheet.protection.enable()
    first = next(field.cell for field in FIELDS if field.index in fields)
    for selection in sheet.sheet_view.selection:
        selection.activeCell = selection.sqref = first


def _check_entries(sheet: Worksheet, fields: frozenset[int], level: Level) -> None:
    counts = DataValidation(
        type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True,
        promptTitle="填整数", prompt="填 0 或正整数。没有开展的填 0，不要写单位、“约”“余”。",
        errorTitle="请填整数", error="这里只能填 0 或正整数，例如 12。没有开展的填 0。",
        errorStyle="stop", showInputMessage=True, showErrorMessage=True,
    )  # fmt: skip
    flags = DataValidation(
        type="list", formula1='"有,无"', allow_blank=True,
        promptTitle="填有或无", prompt="从下拉列表中选“有”或“无”。",
        errorTitle="请填有或无", error="这里只能填“有”或“无”。",
        errorStyle="stop", showInputMessage=True, showErrorMessage=True,
    )  # fmt: skip
    for index in sorted(fields):
        (flags if FIELDS[index].kind_at(level) is Kind.FLAG else counts).add(FIELDS[index].cell)
    for rule in (counts, flags):
        if rule.sqref:
            sheet.add_data_validation(rule)


def _with_strings(prototype: bytes, words: dict[str, str]) -> bytes:
    """Return the workbook `prototype` with its placeholders replaced."""

    def word(match: re.Match[bytes]) -> bytes:
        return escape(storable(words[match[1].decode()])).encode()

    out = io.BytesIO()
    stamp = run_time().timetuple()[:6]
    with (
        zipfile.ZipFile(io.BytesIO(prototype)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            data = source.read(info)
            if info.filename.startswith(_SHEETS):
                data = _PLACEHOLDER.sub(word, data)
            part = zipfile.ZipInfo(info.filename, stamp)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, data, compresslevel=6)
    return out.getvalue()
