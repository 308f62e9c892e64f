"""What calamine does not show of an .xlsx: its sheets' XML, its strings and its styles are searched for that."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

from stattable.formats.inspection.legibility import illegible_cells, illegible_strings, illegible_styles
from stattable.formats.inspection.number_formats import shows_another_number, shows_another_text
from stattable.formats.inspection.xlsx_cells import cells, formulas
from stattable.formats.inspection.xlsx_marks import Searched, search
from stattable.formats.inspection.xlsx_setup import setup_of
from stattable.formats.inspection.xlsx_strings import annotated_strings, annotated_text
from stattable.formats.inspection.xlsx_styles import AS_IT_IS, OddStyle, odd_styles
from stattable.formats.package import Package, Packed
from stattable.formats.sheet import (
    EPOCH,
    EPOCH_1904,
    KNOWN_WITHOUT_CELLS,
    WITHOUT_CELLS,
    Appearance,
    Cell,
    Inspection,
    Setup,
    SheetEntry,
    Unread,
    Unreadable,
)
from stattable.formats.xml import elements, in_utf8, local_name

_USUAL_STRINGS, _USUAL_WORKBOOK = "xl/sharedStrings.xml", "xl/workbook.xml"
_STATES: Final = frozenset({"visible", "hidden", "veryHidden"})


class XlsxInspector:
    """Inspects the sheets of an .xlsx.

    Args:
        package: the workbook's.

    Raises:
        Unreadable: its strings claim to be more than they can be.
    """

    encoding: str | None = None

    def __init__(self, package: Package) -> None:
        self._package = package
        part = package.of_workbook("sharedstrings", _USUAL_STRINGS)
        stored = package.content(part) if part else b""
        self.strings = in_utf8(stored)
        self.searched_strings = search(self.strings)
        marks = self.searched_strings.marks
        if marks.claimed_strings > len(self.strings):
            # Calamine makes room for the claim, and the process dies where there is not enough.
            raise Unreadable("F001")
        self._has_unusual_strings = (
            package.find(_USUAL_STRINGS) != part or self.strings is not stored or marks.is_unusual
        )
        self._last: tuple[int, bytes, Searched] | None = None  # the sheet that was inspected last, its XML
        self._unusual_sheets: set[int] = set()

    @property
    def is_unusual(self) -> bool:
        """Whether calamine may read the workbook otherwise than office programs do, without saying so."""
        return (
            self._has_unusual_strings
            or self._package.find(_USUAL_WORKBOOK) != self._package.workbook
            or any(one.part is None and kind not in KNOWN_WITHOUT_CELLS for one, kind in self._listed)
        )

    def is_unusual_sheet(self, sheet: int) -> bool:
        """Whether it may do so with a sheet."""
        searched = self.searched(sheet)
        return sheet in self._unusual_sheets or searched.marks.is_unusual

    def reach(self, sheet: int) -> Cell:
        """Return how many rows and columns calamine would lay out; (0, 0) where they are sure to be few."""
        return self.searched(sheet).marks.reach

    def inspect(self, sheet: int) -> Inspection | None:
        """Find error values, uncalculated formulas, and cells that are not shown as what they hold."""
        odd = odd_styles(self._styles, self._theme) if self._styles else {}
        strings = annotated_strings(self.strings) if self.searched_strings.marks.is_annotated else {}
        if not odd and not strings and not self.searched(sheet).marks.is_suspect:
            return None
        return inspect_cells(self._content(sheet), odd, strings)

    def formulas(self, sheet: int) -> Mapping[Cell, str]:
        """Return the formulas of a sheet as Excel writes them, without ``=``, ``$`` and spaces."""
        return formulas(self._content(sheet)) if self.searched(sheet).marks.has_formulas else {}

    def illegible(self, sheet: int) -> Mapping[Cell, str]:
        """Return the cells of a sheet of ours that cannot be read as what they hold, and why."""
        theme, odd, strings = self._illegible
        content = self._content(sheet)
        if not odd and not strings and b"<is>" not in content:
            return {}
        return illegible_cells(content, odd, strings, theme)

    @cached_property
    def _illegible(self) -> tuple[bytes, Mapping[int, str], frozenset[int]]:
        """The theme, and the styles and the shared strings that cannot be read as what they hold."""
        theme, styles = (part.content() if part else b"" for part in (self._theme, self._styles))
        return theme, illegible_styles(styles, theme) if styles else {}, illegible_strings(self.strings, theme)

    def setup(self, sheet: int) -> Setup:
        """Return how a sheet as a whole is shown and printed."""
        book = self._package.content(self._package.workbook)
        return setup_of(self._content(sheet), book, sheet, [*self._drawings(sheet)])

    def _drawings(self, sheet: int) -> Iterator[bytes]:
        """Yield the parts of what is drawn on a sheet: pictures and shapes, and comments."""
        for part in self._package.relations(self.part(sheet) or "").by_id.values():
            if part and part.lower().endswith((".xml", ".vml")):  # whatever its name
                yield self._package.content(part)

    def _content(self, sheet: int) -> bytes:
        return self._sheet(sheet)[1]

    def searched(self, sheet: int) -> Searched:
        """Return what a search through a sheet's part has found."""
        return self._sheet(sheet)[2]

    def _sheet(self, sheet: int) -> tuple[int, bytes, Searched]:
        if self._last is None or self._last[0] != sheet:
            part = self.part(sheet)
            if part is None:
                raise Unreadable("F001")
            stored = self._package.content(part)
            content = in_utf8(stored)
            if content is not stored:
                self._unusual_sheets.add(sheet)
            self._last = sheet, content, search(content)
        return self._last

    def part(self, sheet: int) -> str | None:
        """Return the name of a sheet's part, or None where there is none."""
        return self._listed[sheet][0].part if sheet < len(self._listed) else None

    @property
    def epoch(self) -> date:
        """Day 0 of the dates that are stored as numbers."""
        return EPOCH_1904 if counts_from_1904(self._package.packed(self._package.workbook)) else EPOCH

    @property
    def sheets(self) -> Sequence[SheetEntry]:
        """All sheets as the workbook lists them."""
        return [sheet for sheet, _ in self._listed]

    @cached_property
    def _listed(self) -> list[tuple[SheetEntry, str]]:
        """All sheets as the workbook lists them, and the kinds of the relations that lead to them."""
        by_id, kinds, _ = self._package.workbook_relations
        listed = []
        for place, (name, state, key) in enumerate(_sheets(self._package.packed(self._package.workbook))):
            kind = kinds.get(key, "")
            part = None if kind in WITHOUT_CELLS else by_id.get(key)
            is_lost = part is None and bool(key) and kind not in WITHOUT_CELLS  # modules of old have no key
            listed.append((SheetEntry(place, name, state, part, is_lost), kind))
        return listed

    @cached_property
    def _styles(self) -> Packed | None:
        return self._packed_of_workbook("styles", "xl/styles.xml")

    @cached_property
    def _theme(self) -> Packed | None:
        return self._packed_of_workbook("theme", "xl/theme/theme1.xml")

    def _packed_of_workbook(self, kind: str, usual: str) -> Packed | None:
        part = self._package.of_workbook(kind, usual)
        return self._package.packed(part) if part else None


@lru_cache(maxsize=256)
def _sheets(workbook: Packed) -> Sequence[tuple[str, str, str]]:
    """Return the sheets that a workbook lists: name, state, and the Id of the relation, ``""`` where one has none.

    Kept for the workbooks that were seen last: the returns made from one blank have the same one.

    Raises:
        ParseError, ValueError, LookupError: it is no XML.
    """
    listed = [element for is_end, name, element in elements(workbook.content()) if is_end and name == "sheet"]
    return [
        (
            sheet.get("name", ""),
            state if (state := sheet.get("state")) in _STATES else "visible",
            next((value for key, value in sheet.items() if key.endswith("}id")), ""),
        )
        for sheet in listed
    ]


@lru_cache(maxsize=256)
def counts_from_1904(workbook: Packed) -> bool:
    """Whether a workbook counts its days from 1904."""
    said = (element for is_end, name, element in elements(workbook.content()) if is_end and name == "workbookPr")
    return any(one.get("date1904") in {"1", "true"} for one in said)


# -- a sheet ----------------------------------------------------------------------------------------------


def inspect_cells(content: bytes, odd: Mapping[int, OddStyle], strings: Mapping[int, str]) -> Inspection:
    """Inspect the cells of a sheet's part.

    Args:
        content: the part.
        odd: the cell styles that do not show what is in the cell, by their number.
        strings: the shared strings that have annotated runs, by their number.
    """
    unreads: dict[Cell, Unread] = {}
    displays: dict[Cell, Appearance] = {}
    texts: dict[Cell, str] = {}
    for at, cell, hidden_by in cells(content):
        parts = {local_name(part.tag): part.text for part in cell}
        kind, value = cell.get("t"), parts.get("v")
        if unread := _unread(kind, parts):
            unreads[at] = unread
        if text := strings.get(int(value or -1)) if kind == "s" else annotated_text(cell):
            texts[at] = text
        style = odd.get(int(cell.get("s") or 0), AS_IT_IS)
        is_misleading = style.format is not None and _is_misleading(style.format, kind, value)
        appearance = Appearance(hidden_by or style.hidden_by, style.format if is_misleading else None)
        if parts and appearance != Appearance():
            displays[at] = appearance
    return Inspection(unreads, None, displays, texts)


def _unread(kind: str | None, parts: Mapping[str, str | None]) -> Unread | None:
    """Return the error value of a cell, or its formula without a result."""
    if kind == "e":
        return Unread(parts.get("v") or "#VALUE!")
    came_to_nothing = kind == "str" and "v" in parts
    is_blank = not (parts.get("v") or "").strip()
    return Unread(f"={parts['f'] or ''}") if "f" in parts and is_blank and not came_to_nothing else None


def _is_misleading(code: str, kind: str | None, value: str | None) -> bool:
    """Whether a cell of some kind with a number format shows another value than the stored one."""
    if value is None:
        return False
    return shows_another_number(code, float(value)) if kind in {None, "n"} else shows_another_text(code)
