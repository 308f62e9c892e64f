"""A workbook → the return in it: the sheet that holds the form, its figures, and what stands beside them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from stattable.checking.annex import find_annex
from stattable.checking.beside import read_beside
from stattable.checking.cells import BLANK_READING, LONGEST_TEXT, RawCell, Reading, brief
from stattable.checking.counts import read_count
from stattable.checking.flags import read_flag
from stattable.checking.layout import TEMPLATE, Layout, find_form
from stattable.checking.rows import is_figure
from stattable.checking.sheets import Book, Cell, RawSheet
from stattable.model.annex import ANNEX_SHEET, Annex, has_annex
from stattable.model.catalogue import found
from stattable.model.findings import Finding
from stattable.model.form import FIELDS, SHEET_NAME, Field, Kind, Return, Value, shown_value
from stattable.model.identity import IDENTITY_SHEET, BeyondLimits, Identity, WorkbookKind, read_identity
from stattable.model.record import RECORD_SHEET, Record, read_record
from stattable.model.text import a1, a1_range
from stattable.model.units import Level


@dataclass(frozen=True, slots=True)
class Located:
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


def locate(book: Book) -> Located:
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
        return Located(findings=(found("U013", sheet=IDENTITY_SHEET, params={"reason": limits.reason}),))
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
        seen, expected = (_seen(one, level, field.index) for one in (value, was))
        yield found(
            "P001",
            sheet=page.sheet,
            cell=a1(*at),
            field=field.key,
            raw=typed.get(field.key) or seen,
            params={"expected": expected},
        )


_TYPED: Final = frozenset(f"V00{number}" for number in range(2, 10))  # said of what is no plain number


def _seen(value: Value, level: Level, index: int) -> str:
    shown = shown_value(value, level, index)
    return "空白" if shown is None else str(shown)


def _locate_form(book: Book, sheets: Sequence[RawSheet], identity: Identity | None) -> Located:
    forms = list(_closely(book, _forms(book, sheets)))
    if len(forms) > 1:  # spare copies that nobody filled in do not count
        forms = [one for one in forms if _filled_in(*one)] or forms[:1]
    if not forms:
        return Located(identity, findings=(found("T001"),))
    if len(forms) > 1:
        hidden = {sheet.name: "" if sheet.name in book.visible else "（隐藏）" for sheet, _ in forms}
        names = "、".join(f"“{name}”{how}" for name, how in hidden.items())
        return Located(identity, findings=(found("T006", params={"sheets": names}),))
    sheet, layout = forms[0]
    if not any(layout.cells):  # a list of units, or a form without one row of figures that is sure
        return Located(identity, sheet=sheet.name, findings=layout.faults)
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
    return any(sheet.cell(*at) is not None for cells in _places(layout) for at in cells) or any(
        is_figure(value) for cells in table for value in cells
    )


def _places(layout: Layout) -> list[tuple[Cell, ...]]:
    """Return the cells of each of the 40 fields."""
    return [layout.more.get(at, (at,)) if at else () for at in layout.cells]


def _read(sheet: RawSheet, layout: Layout, identity: Identity | None, *, concealed: bool) -> Located:
    hidden = _hidden(sheet, layout)
    level = identity.unit.level if identity else None
    findings = [*layout.faults]
    keys = (
        {at: field.key for field, cells in zip(FIELDS, _places(layout), strict=True) for at in cells} if hidden else {}
    )
    findings += [
        found("T004", sheet=sheet.name, cell=a1(*at), field=keys.get(at), raw=raw) for at, raw in hidden.items() if raw
    ]
    values: list[Value] = []
    for field, at in zip(FIELDS, layout.cells, strict=True):
        if at is None or ((raw := sheet.cell(*at)) is None and at not in layout.more):
            values.append(None)
            continue
        kind = field.kind_at(level)
        if cells := layout.more.get(at):
            reading, said = _sum(field, cells, [None if one in hidden else sheet.cell(*one) for one in cells])
        else:
            reading = BLANK_READING if at in hidden else _reading(kind, raw)
            said = [(reading.code, reading, (at,), brief(raw))] if reading.code else []
        values.append(reading.value)
        findings += [
            found(
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
        figures = _figures(sheet, layout, hidden)
        findings += [_unseen(sheet, "sheet", figures)] if concealed and figures else []
        findings += [*_all_unseen(sheet, figures), *_otherwise(sheet, figures, level)]
    beside = read_beside(sheet, layout.top, layout.bottom)
    return Located(
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


_LISTED: Final = 5  # figures that one finding shows
_Said = list[tuple[str, Reading, Sequence[Cell], str]]  # a code, for which reading of which cells, and what they show


def _sum(field: Field, cells: Sequence[Cell], raws: Sequence[RawCell]) -> tuple[Reading, _Said]:
    """Read a field that two columns were made of, as the sum of its parts."""
    readings = [_reading(Kind.COUNT, raw) for raw in raws]
    said: _Said = [
        (reading.code, reading, (at,), brief(raw))
        for reading, at, raw in zip(readings, cells, raws, strict=True)
        if reading.code and reading.value is None
    ]
    parts = [reading.value for reading in readings if reading.value is not None]
    if not parts or any(code != "V007" for code, *_ in said):
        return BLANK_READING, said
    shown_parts = [
        f"{part} {brief(raw)}" for part, raw in zip(field.column.parts, raws, strict=True) if raw is not None
    ]
    total = Reading(sum(parts))
    return total, [("V008", total, cells, "，".join(shown_parts))]


def _reading(kind: Kind, raw: RawCell) -> Reading:
    if isinstance(raw, str) and len(raw) > LONGEST_TEXT:
        return Reading(code="V009" if kind is Kind.FLAG else "V002")
    return read_flag(raw) if kind is Kind.FLAG else read_count(raw)


def value_text(reading: Reading, kind: Kind) -> str:
    """Return a value in words, as findings say what a cell was read as."""
    if reading.value is None:
        return "空白"
    if kind is Kind.FLAG:
        return "有" if reading.value else "无"
    return str(int(reading.value))


def _hidden(sheet: RawSheet, layout: Layout) -> dict[Cell, str]:
    """Return the cells in the rows of figures that lie under a merged cell, and what is hidden there."""
    lines = () if layout is TEMPLATE else {at[0] for at in layout.cells if at}
    return {at: brief(sheet.cell(*at)) for at in sorted(sheet.covered(lines))}


def _figures(sheet: RawSheet, layout: Layout, hidden: Collection[Cell]) -> dict[Cell, Field]:
    """Return the cells in which something is filled in, each with its field."""
    return {
        at: field
        for field, cells in zip(FIELDS, _places(layout), strict=True)
        for at in cells
        if at not in hidden and brief(sheet.cell(*at))
    }


def _all_unseen(sheet: RawSheet, figures: Mapping[Cell, Field]) -> Iterator[Finding]:
    """Yield T007 for the figures that nobody sees, one for each reason."""
    reasons: dict[str, list[Cell]] = {}
    for at in figures:
        display = sheet.displays.get(at)
        if display and display.unseen:
            reasons.setdefault(display.unseen, []).append(at)
    for reason, cells in reasons.items():
        yield _unseen(sheet, reason, cells, figures[cells[0]].key if len(cells) == 1 else None)


def _unseen(sheet: RawSheet, reason: str, at: Collection[Cell], field: str | None = None) -> Finding:
    cells = list(at)
    raw = "、".join(brief(sheet.cell(*at)) for at in cells[:_LISTED]) + "…" * (len(cells) > _LISTED)
    return found("T007", sheet=sheet.name, cell=a1_range(cells), field=field, raw=raw, params={"reason": reason})


def _otherwise(sheet: RawSheet, figures: Mapping[Cell, Field], level: Level | None) -> Iterator[Finding]:
    """Yield V013 for the figures that are shown as another number."""
    for at, field in figures.items():
        display, raw = sheet.displays.get(at), sheet.cell(*at)
        if display and display.format is not None and _reading(field.kind_at(level), raw).value is not None:
            params = {"format": display.format}
            yield found("V013", sheet=sheet.name, cell=a1(*at), field=field.key, raw=brief(raw), params=params)
