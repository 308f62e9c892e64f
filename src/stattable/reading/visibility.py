"""Figures that nobody sees, or sees as another number (T004, T007, V013)."""

from collections.abc import Collection, Iterator, Mapping

from stattable.formats.sheet import Appearance, Cell, RawSheet
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding
from stattable.model.form import BLANK_WORD, FIELDS, Field
from stattable.model.units import Level
from stattable.reading.answers import shortened
from stattable.reading.figures import MOST_LISTED, field_cells, read_figure
from stattable.reading.layout import TEMPLATE, Layout


def covered_cells(sheet: RawSheet, layout: Layout) -> dict[Cell, str]:
    """Return the cells in the rows of figures that lie under a merged cell, and what is hidden there."""
    if layout is TEMPLATE:  # whose merged cells are its labels
        return {}
    lines = {at[0] for at in layout.cells if at}
    return {at: shortened(sheet.cell(*at)) for at in sorted(sheet.covered(lines))}


def filled_cells(sheet: RawSheet, layout: Layout, hidden: Collection[Cell]) -> dict[Cell, Field]:
    """Return the cells in which something is filled in, each with its field."""
    return {
        at: field
        for field, cells in zip(FIELDS, field_cells(layout), strict=True)
        for at in cells
        if at not in hidden and shortened(sheet.cell(*at))
    }


def unseen_figures(sheet: RawSheet, figures: Mapping[Cell, Field]) -> Iterator[Finding]:
    """Yield T007 for the figures that nobody sees, one for each reason."""
    reasons: dict[str, list[Cell]] = {}
    for at in figures:
        display = sheet.displays.get(at)
        if display and display.hidden_by:
            reasons.setdefault(display.hidden_by, []).append(at)
    for reason, cells in reasons.items():
        yield unseen_cells(sheet, reason, cells, figures[cells[0]].key if len(cells) == 1 else None)


def unseen_cells(sheet: RawSheet, reason: str, at: Collection[Cell], field: str | None = None) -> Finding:
    """Return T007 for cells that nobody sees."""
    cells = list(at)
    raw = "、".join(shortened(sheet.cell(*at)) for at in cells[:MOST_LISTED]) + "…" * (len(cells) > MOST_LISTED)
    return finding("T007", sheet=sheet.name, cell=a1_range(cells), field=field, raw=raw, params={"reason": reason})


def misleading_formats(sheet: RawSheet, figures: Mapping[Cell, Field], level: Level | None) -> Iterator[Finding]:
    """Yield V013 for the figures that are shown as another number."""
    for at, field in figures.items():
        display, raw = sheet.displays.get(at, Appearance()), sheet.cell(*at)
        if display.is_misleading and read_figure(field.kind_at(level), raw).value is not None:
            code = display.misleading_format
            params = {"format": code} if code is not None else {"shown": display.shown_as or BLANK_WORD}
            yield finding("V013", sheet=sheet.name, cell=a1(*at), field=field.key, raw=shortened(raw), params=params)
