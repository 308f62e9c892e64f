"""A workbook → the return in it: the sheet that holds the form, its figures, and what stands beside them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from stattable.formats.sheet import Book, Cell, RawSheet
from stattable.model.annex import ANNEX_SHEET, Annex, has_annex
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding
from stattable.model.form import FIELDS, SHEET_NAME, Return, Value, in_words
from stattable.model.identity import IDENTITY_SHEET, BeyondLimits, Identity, WorkbookKind, read_identity
from stattable.model.record import RECORD_SHEET, Record, read_record
from stattable.model.units import Level
from stattable.reading.annex import find_annex
from stattable.reading.answers import BLANK_READING, shortened
from stattable.reading.figures import field_cells, read_figure, read_sum, value_text
from stattable.reading.layout import Layout, find_form
from stattable.reading.rows import is_figure
from stattable.reading.surroundings import read_surroundings
from stattable.reading.visibility import covered_cells, filled_cells, misleading_formats, unseen_cells, unseen_figures


@dataclass(frozen=True, slots=True)
class FormReading:
    """What was read from a workbook.

    Attributes:
        identity: of a workbook of ours, else None.
        sheet: name of the sheet that holds the form, or None.
        filled: the return as it reads, or None where there is no form.
        cells: where the 40 fields stand, 1-based row and column, None for one that was not found.
        name_cell: where the unit's name stands or should stand.
        annex: of accounts, or None where none is filled in.
        record: of a merged workbook: what it was made from; None where it is not whole.
        findings: of the families T and V, and U013.
    """

    identity: Identity | None = None
    sheet: str | None = None
    filled: Return | None = None
    cells: tuple[Cell | None, ...] = (None,) * len(FIELDS)
    name_cell: str | None = None
    annex: Annex | None = None
    record: Record | None = None
    findings: tuple[Finding, ...] = ()


def read_form(book: Book) -> FormReading:
    """Find the form in a workbook and read it.

    Args:
        book: an open workbook.

    Returns:
        The return and its findings, without path and unit; no return where the workbook holds no form, or
        several that are filled in (T001, T006), nor where nobody can tell whose it is (U013).
    """
    try:
        identity = read_identity(book.sheet(IDENTITY_SHEET).rows) if IDENTITY_SHEET in book.names else None
    except BeyondLimits as limits:
        return FormReading(findings=(finding("U013", sheet=IDENTITY_SHEET, params={"reason": limits.reason}),))
    sheets = _sheets(book, identity)
    located = replace(_locate_form(book, sheets, identity), record=_record(book, identity))
    if identity and identity.figures and located.filled:
        said = altered(located, located.filled.values, identity.figures, identity.unit.level)
        located = replace(located, findings=(*located.findings, *said))
    if located.filled is None or (identity and not has_annex(identity.unit.level)):
        return located
    if identity and identity.kind is WorkbookKind.MERGED:
        sheets = [book.sheet(ANNEX_SHEET)] if ANNEX_SHEET in book.names else []
    return replace(located, annex=find_annex(book, sheets))


def _record(book: Book, identity: Identity | None) -> Record | None:
    """Return what a merged workbook was made from."""
    if identity is None or identity.kind is not WorkbookKind.MERGED or RECORD_SHEET not in book.names:
        return None
    return read_record(book.sheet(RECORD_SHEET, whole=True).rows)


class Page(Protocol):
    """A page that was read, and where its fields stand."""

    @property
    def sheet(self) -> str | None:
        """The sheet's name."""

    @property
    def cells(self) -> Sequence[Cell | None]:
        """Where the 40 fields stand."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found while it was read."""


def altered(page: Page, now: Sequence[Value], written: Sequence[Value], level: Level) -> Iterator[Finding]:
    """Yield P001 for the figures of a merged page that are others than it was written with, or none of ours.

    Args:
        page: as it was read.
        now: its 40 figures.
        written: those that it was written with.
        level: of its unit.
    """
    typed = {one.field: one.raw for one in page.findings if one.field and one.code in _TYPED}
    for field, value, was in zip(FIELDS, now, written, strict=True):
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


def _locate_form(book: Book, sheets: Sequence[RawSheet], identity: Identity | None) -> FormReading:
    forms = list(_closely(book, _forms(book, sheets)))
    if len(forms) > 1:  # spare copies that nobody filled in do not count
        forms = [one for one in forms if _filled_in(*one)] or forms[:1]
    if not forms:
        return FormReading(identity, findings=(finding("T001"),))
    if len(forms) > 1:
        hidden = {sheet.name: "" if sheet.name in book.visible else "（隐藏）" for sheet, _ in forms}
        names = "、".join(f"“{name}”{how}" for name, how in hidden.items())
        return FormReading(identity, findings=(finding("T006", params={"sheets": names}),))
    sheet, layout = forms[0]
    if not any(layout.cells):  # a list of units, or a form without one row of figures that is sure
        return FormReading(identity, sheet=sheet.name, findings=layout.faults)
    return _read(sheet, layout, identity, concealed=sheet.name not in book.visible)


def _sheets(book: Book, identity: Identity | None) -> list[RawSheet]:
    """Return the sheets that may hold the form, shown ones before hidden ones.

    In a merged workbook of ours only the official page can hold it: its other sheets are known. In a blank of ours
    somebody may have filled in another sheet; the official page goes first where nobody has.
    """
    names = [name for name in book.names if name != IDENTITY_SHEET]
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


def _read(sheet: RawSheet, layout: Layout, identity: Identity | None, *, concealed: bool) -> FormReading:
    hidden = covered_cells(sheet, layout)
    level = identity.unit.level if identity else None
    findings = [*layout.faults]
    keys = (
        {at: field.key for field, cells in zip(FIELDS, field_cells(layout), strict=True) for at in cells}
        if hidden
        else {}
    )
    findings += [
        finding("T004", sheet=sheet.name, cell=a1(*at), field=keys.get(at), raw=raw)
        for at, raw in hidden.items()
        if raw
    ]
    values: list[Value] = []
    for field, at in zip(FIELDS, layout.cells, strict=True):
        if at is None or ((raw := sheet.cell(*at)) is None and at not in layout.more):
            values.append(None)
            continue
        kind = field.kind_at(level)
        if cells := layout.more.get(at):
            reading, said = read_sum(field, cells, [None if one in hidden else sheet.cell(*one) for one in cells])
        else:
            reading = BLANK_READING if at in hidden else read_figure(kind, raw)
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
                params={"value": value_text(one, kind)},
            )
            for code, one, cells, text in said
        ]
    if sheet.displays or concealed:
        figures = filled_cells(sheet, layout, hidden)
        findings += [unseen_cells(sheet, "sheet", figures)] if concealed and figures else []
        findings += [*unseen_figures(sheet, figures), *misleading_formats(sheet, figures, level)]
    beside = read_surroundings(sheet, layout.top, layout.bottom)
    return FormReading(
        identity=identity,
        sheet=sheet.name,
        filled=Return.of(
            values,
            unit_name=beside.name,
            contact=beside.contact,
            phone=beside.phone,
            filled_in=beside.filled_in,
            edition=beside.edition,
        ),
        cells=layout.cells,
        name_cell=beside.name_cell,
        findings=(*findings, *beside.findings),
    )
