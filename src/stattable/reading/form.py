"""A workbook → the return in it: the sheet that holds the form, its figures, and what stands beside them."""

import sys
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from stattable.formats.fingerprint import FileFacts
from stattable.formats.sheet import Book, Cell, RawCell, RawSheet, Unread
from stattable.model.annex import ANNEX_SHEET, has_annex
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.explanations import REVIEW_SHEET
from stattable.model.findings import Finding, Param
from stattable.model.form import FIELDS, SHEET_NAME, Kind, Value, Values, faulty_fields, in_words, kinds_at
from stattable.model.identity import IDENTITY_SHEET, BeyondLimits, Identity, WorkbookKind, read_identity
from stattable.model.packing import packed
from stattable.model.record import Record, read_record, record_sheets
from stattable.model.units import Level
from stattable.reading.annex import find_annex
from stattable.reading.answers import BLANK_READING, shortened
from stattable.reading.figures import field_cells, plain_figures, read_figure, read_sum, value_text
from stattable.reading.formulas import certain_result
from stattable.reading.layout import TEMPLATE, Layout, find_form, template_cells
from stattable.reading.reasons import find_reasons
from stattable.reading.return_file import ReturnFile
from stattable.reading.rows import is_figure
from stattable.reading.surroundings import read_surroundings
from stattable.reading.visibility import covered_cells, filled_cells, misleading_formats, unseen_cells, unseen_figures


def read_form(book: Book, path: str, facts: FileFacts) -> ReturnFile:
    """Find the form in a workbook and read it.

    Args:
        book: an open workbook.
        path: of its file.
        facts: of its file.

    Returns:
        What the workbook holds, and the findings; no figures where it holds no form, or several that are filled in
        (T001, T006), nor where nobody can tell whose it is (U013).
    """
    try:
        identity = read_identity(book.sheet(IDENTITY_SHEET).rows) if IDENTITY_SHEET in book.names else None
    except BeyondLimits as limits:
        return _with(ReturnFile(path, facts), finding("U013", sheet=IDENTITY_SHEET, params={"reason": limits.reason}))
    file = ReturnFile(path, facts, identity, _record(book, identity))
    sheets = _sheets(book, identity)
    file = _with_form(file, book, sheets)
    if reasons := find_reasons(book, is_merged=file.is_merged):
        file = replace(file, reasons=reasons)
    if book.lost and file.sheet is not None:
        file = _with(file, finding("F008", params={"sheets": book.lost}))
    if identity and identity.figures:
        file = _with(file, *altered(file, identity.figures, identity.unit.level))
    if file.figures is None or (identity and not has_annex(identity.unit.level)):
        return file
    if file.is_merged:
        sheets = [book.sheet(ANNEX_SHEET)] if ANNEX_SHEET in book.names else []
    return replace(file, annex=find_annex(book, sheets))


def _with(file: ReturnFile, *findings: Finding) -> ReturnFile:
    return replace(file, findings=(*file.findings, *findings)) if findings else file


def _record(book: Book, identity: Identity | None) -> Record | None:
    """Return what a merged workbook was made from."""
    is_merged = identity is not None and identity.kind is WorkbookKind.MERGED
    return read_record(rows) if is_merged and (rows := stored_record(book)) else None


def stored_record(book: Book) -> Sequence[Sequence[RawCell]]:
    """Return the rows of the record in a merged workbook, none where there is none."""
    first, *others = [book.sheet(name, whole=True).rows for name in record_sheets(book.names)] or [()]
    return [*first, *chain.from_iterable(others)] if others else first


def altered(page: ReturnFile, written: Sequence[Value], level: Level) -> Iterator[Finding]:
    """Yield P001 for the figures of a merged page that are others than it was written with, or none of ours.

    Args:
        page: as it was read.
        written: the 40 figures that it was written with.
        level: of its unit.
    """
    if page.values is None:
        return
    typed = {one.field: one.raw for one in page.findings if one.field and one.code in _TYPED}
    for field, value, was in zip(FIELDS, page.values, written, strict=True):
        at = page.cells[field.index]
        if at is None or (value == was and field.key not in typed):  # without its label there is T002 to say so
            continue
        seen, expected = (in_words(one, level, field.index) for one in (value, was))
        yield finding(
            "P001",
            sheet=page.sheet,
            cell=a1(*at),
            field=field.key,
            raw=typed.get(field.key) or seen,
            params={"expected": expected},
        )


_TYPED: Final = frozenset(f"V00{number}" for number in range(2, 10))  # said of what is no plain number


def _with_form(file: ReturnFile, book: Book, sheets: Sequence[RawSheet]) -> ReturnFile:
    """Return the file with the form that one of the sheets holds, or with why there is none to read."""
    forms = list(_closely(book, _forms(book, sheets)))
    if len(forms) > 1:  # spare copies that nobody filled in do not count
        forms = [one for one in forms if _filled_in(*one)] or forms[:1]
    if not forms:
        return _with(file, finding("F001" if book.lost else "T001"))
    if len(forms) > 1:
        hidden = {sheet.name: "" if sheet.name in book.visible else "（隐藏）" for sheet, _ in forms}
        names = "、".join(f"“{name}”{how}" for name, how in hidden.items())
        return _with(file, finding("T006", params={"sheets": names}))
    sheet, layout = forms[0]
    if not any(layout.cells):  # a list of units, or a form without one row of figures that is sure
        return _with(replace(file, sheet=sheet.name), *layout.faults)
    level = file.identity.unit.level if file.identity else None
    hidden_cells = covered_cells(sheet, layout)
    values, findings = _read_figures(sheet, layout, level, hidden_cells)
    # A merged page is dated by the day of its merge, which may be years later.
    edition = file.identity.edition if file.identity else None
    surroundings, more = read_surroundings(
        sheet, layout.top, layout.bottom, known_edition=edition, any_year=file.is_merged
    )
    return replace(
        _with(
            file,
            *layout.faults,
            *_figures_under_merges(sheet, layout, hidden_cells),
            *findings,
            *_concealed(sheet, layout, level, hidden_cells, is_hidden=sheet.name not in book.visible),
            *more,
        ),
        sheet=sys.intern(sheet.name),  # one text for all returns that a process reads and sends
        figures=packed(values),
        cells=layout.cells,
        surroundings=surroundings,
    )


def _sheets(book: Book, identity: Identity | None) -> list[RawSheet]:
    """Return the sheets that may hold the form, shown ones before hidden ones.

    In a merged workbook of ours only the official page can hold it: its other sheets are known. In a blank of ours
    somebody may have filled in another sheet; the official page goes first where nobody has.
    """
    ours = {IDENTITY_SHEET, *([REVIEW_SHEET] if identity else [])}
    names = [name for name in book.names if name not in ours]
    if identity and identity.kind is WorkbookKind.MERGED:
        names = [SHEET_NAME] if SHEET_NAME in names else names[:1]
    names.sort(key=lambda name: (name not in book.visible, identity is not None and name != SHEET_NAME))
    return [book.sheet(name) for name in names]


def _forms(book: Book, sheets: Sequence[RawSheet]) -> list[tuple[RawSheet, Layout]]:
    """Return the sheets that hold the form, or else those that may pass for it."""
    forms = [(sheet, layout) for sheet in sheets if (layout := find_form(sheet))]
    certain = [one for one in forms if one[1].certain]
    passable = [one for one in forms if one[0].name in book.visible]
    return certain or passable or forms


def _closely(book: Book, forms: Iterable[tuple[RawSheet, Layout]]) -> Iterator[tuple[RawSheet, Layout]]:
    """Yield the forms after a closer look: a row that holds nothing but formulas is no blank one."""
    for sheet, layout in forms:
        closer = book.closer(sheet)
        again = layout if closer is sheet else find_form(closer)
        if again:  # its labels may turn out to lie under merged cells
            yield closer, again


def _filled_in(sheet: RawSheet, layout: Layout) -> bool:
    """Whether anything is filled in, be it where a damaged label does not place it."""
    table = sheet.rows[layout.top - 1 : layout.bottom] if layout.faults else []
    return any(sheet.cell(*at) is not None for cells in field_cells(layout) for at in cells) or any(
        is_figure(value) for cells in table for value in cells
    )


def _read_figures(
    sheet: RawSheet, layout: Layout, level: Level | None, hidden: Collection[Cell]
) -> tuple[Values, list[Finding]]:
    """Read the 40 figures, and hold them against the schema of the form."""
    plain = plain_figures(template_cells(sheet), kinds_at(level)) if layout is TEMPLATE and not hidden else None
    values, findings = (plain, []) if plain is not None else _read_cells(sheet, layout, level, hidden)
    for index in faulty_fields(values):
        field, at = FIELDS[index], layout.cells[index]
        code = "V009" if field.kind_at(level) is Kind.FLAG else "V002"
        raw_text = shortened(sheet.cell(*at)) if at else None
        findings.append(finding(code, sheet=sheet.name, cell=a1(*at) if at else None, field=field.key, raw=raw_text))
        values[index] = None
    return tuple(values), findings


def _read_cells(
    sheet: RawSheet, layout: Layout, level: Level | None, hidden: Container[Cell]
) -> tuple[list[Value], list[Finding]]:
    """Read each of the 40 figures in whatever way its cell has it."""
    values: list[Value] = []
    findings = []
    for field, at in zip(FIELDS, layout.cells, strict=True):
        if at is None or ((raw := sheet.cell(*at)) is None and at not in layout.more):
            values.append(None)
            continue
        kind = field.kind_at(level)
        if cells := layout.more.get(at):
            reading, said = read_sum(field, cells, [None if one in hidden else sheet.cell(*one) for one in cells])
        else:
            reading = BLANK_READING if at in hidden else read_figure(kind, raw)
            if isinstance(raw, Unread) and raw.text.startswith("=") and kind is Kind.COUNT:
                result = certain_result(raw.text, sheet.cell)
                reading = reading._replace(suggestion=None if result is None else str(result))
            said = [(reading.code, reading, (at,), shortened(raw))] if reading.code else []
        values.append(reading.value)
        findings += [
            finding(
                code,
                sheet=sheet.name,
                cell=a1_range(cells),
                field=field.key,
                raw=text,
                suggestion=one.suggestion,
                params={"value": value_text(one, kind), **_formula_params(code, text, sheet.cell(*cells[0]))},
            )
            for code, one, cells, text in said
        ]
    return values, findings


def _formula_params(code: str, text: str, raw: RawCell) -> dict[str, Param]:
    """Return what V006 says of a cell: that it is an error value, or a formula, stored as such or as text."""
    if code != "V006":
        return {}
    if not isinstance(raw, Unread) and text.startswith("="):
        return {"reason": "text"}
    return {"reason": "formula" if text.startswith("=") and len(text) > 1 else "unknown" if text in "=?" else "error"}


def _figures_under_merges(sheet: RawSheet, layout: Layout, hidden: Mapping[Cell, str]) -> Iterator[Finding]:
    """Yield T004 for what lies under a merged cell."""
    if not hidden:
        return
    keys = {at: field.key for field, cells in zip(FIELDS, field_cells(layout), strict=True) for at in cells}
    for at, raw in hidden.items():
        if raw:
            yield finding("T004", sheet=sheet.name, cell=a1(*at), field=keys.get(at), raw=raw)


def _concealed(
    sheet: RawSheet, layout: Layout, level: Level | None, hidden: Collection[Cell], *, is_hidden: bool
) -> Iterator[Finding]:
    """Yield T007 and V013 for figures that nobody sees, or sees as another number."""
    if not (sheet.displays or is_hidden):
        return
    figures = filled_cells(sheet, layout, hidden)
    if is_hidden and figures:
        yield unseen_cells(sheet, "sheet", figures)
    yield from unseen_figures(sheet, figures)
    yield from misleading_formats(sheet, figures, level)
