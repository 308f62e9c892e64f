"""A workbook as calamine reads it, and as an inspector adds to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stattable.formats.calamine_calls import HAS_CALAMINE, merges_of, opened, python_calamine, sheet_of
from stattable.formats.inspection.plainness import is_plain_package
from stattable.formats.inspection.xlsx import XlsxInspector
from stattable.formats.inspection.xlsx_charts import drawn_on
from stattable.formats.package import Package
from stattable.formats.sheet import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_WHOLE_CELLS,
    Cell,
    Drawn,
    Inspector,
    Merge,
    Pictures,
    RawCell,
    RawSheet,
    Setup,
    Unreadable,
)
from stattable.formats.sniff import FileKind
from stattable.formats.xlsx_patterns import by_patterns


class CalamineBook:
    """An open workbook. Its methods raise `Unreadable` where the file does not hold together.

    Attributes:
        names: of the sheets with cells, in their order.
        others: of those without, such as charts and macros of old.
        visible: of all that are shown.
        lost: of those that the workbook lists and does not hold.

    Args:
        data: the whole file.
        kind: what it is, one of `sniff.WORKBOOKS`.
        package: its parts, None for .xls.
    """

    def __init__(self, data: bytes, kind: FileKind, package: Package | None) -> None:
        if kind is not FileKind.XLSX and not HAS_CALAMINE:
            raise Unreadable("F010", kind=kind.value, module="python_calamine")
        self._kind, self._package = kind, package
        self._whole: dict[str, RawSheet] = {}  # those of ours are looked at twice
        self._is_rewritten = False
        self._opened: python_calamine.CalamineWorkbook | None = None  # when it is first needed
        self._called: dict[str, str] = {}  # what calamine calls a sheet, where that is not its name
        with _Reading():
            self._inspector, self._data = _inspector(data, kind, package)
            self._patterns = None
            if HAS_CALAMINE and package and isinstance(self._inspector, XlsxInspector):
                self._patterns = by_patterns(package, self._inspector)
            metadata = self._metadata()
        work, shown = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible
        sheets = [(self._in_encoding(one.name), one.typ == work, one.visible == shown) for one in metadata]
        if self._is_rewritten and self._inspector.sheets:
            sheets = [(one.name, one.part is not None, one.state == "visible") for one in self._inspector.sheets]
        if not self._is_rewritten:
            self._called = {self._in_encoding(one.name): one.name for one in metadata}
        self._places = {name: place for place, (name, *_) in enumerate(sheets)}
        self.lost: tuple[str, ...] = tuple(one.name for one in self._inspector.sheets if one.is_lost)
        if len(self._places) < len(sheets) or (self._is_rewritten and not any(has_cells for _, has_cells, _ in sheets)):
            raise Unreadable("F001")
        self.names: list[str] = [name for name, has_cells, _ in sheets if has_cells]
        self.others: tuple[str, ...] = tuple(name for name, has_cells, _ in sheets if not has_cells)
        self.visible: frozenset[str] = frozenset(name for name, _, is_visible in sheets if is_visible)

    def sheet(self, name: str, *, whole: bool = False) -> RawSheet:
        """Return the cells of the sheet `name` as calamine gives them, the `whole` beyond all limits."""
        if name in self._whole:
            return self._whole[name]
        with _Reading():
            place = self._places[name]
            patterns = None if self._is_rewritten else self._patterns
            rows: Sequence[Sequence[RawCell]]
            merges: Sequence[Merge]
            if patterns and (read := patterns.read(place)):
                rows, merges = read
            else:
                sheet = self._open(name, MAX_WHOLE_CELLS if whole else None)
                rows = sheet.to_python(skip_empty_area=False, nrows=None if whole else MAX_ROWS)
                if self._inspector.encoding:
                    rows = [[self._in_encoding(one) if isinstance(one, str) else one for one in row] for row in rows]
                merges = merges_of(sheet)
                if patterns and not self._is_rewritten:
                    patterns.learn(place, rows)
        if rows and len(rows[0]) > MAX_COLUMNS and not whole:
            rows = [row[:MAX_COLUMNS] for row in rows]
        found = RawSheet(name, rows, merges, epoch=self._inspector.epoch)
        if whole:
            self._whole[name] = found
        return found

    def unbounded(self, name: str) -> RawSheet:
        """Return the sheet `name` without a limit of rows, as of a roster, with what looks like a blank and is none."""
        with _Reading():
            sheet = self._open(name, MAX_CELLS)
            rows: list[list[RawCell]] = [
                [self._in_encoding(one) if isinstance(one, str) else one for one in row]
                for row in sheet.to_python(skip_empty_area=False)
            ]
            merges = merges_of(sheet)
            inspection = self._inspector.inspect(self._places[name])
        for (row, column), unread in inspection.unreads.items() if inspection else ():
            if row <= len(rows) and column <= len(rows[row - 1]):
                rows[row - 1][column - 1] = unread
        if inspection and inspection.merges is not None:
            merges = list(inspection.merges)
        return RawSheet(name, rows, merges)

    def closer(self, sheet: RawSheet) -> RawSheet:
        """Return `sheet` with all that an inspection shows: what looks like a blank, merges, displays and texts."""
        with _Reading():
            inspection = self._inspector.inspect(self._places[sheet.name])
        if inspection is None:
            return sheet
        merges = sheet.merges if inspection.merges is None else inspection.merges
        sheet = replace(sheet, merges=merges, displays=inspection.displays)
        seen = {at: one for at, one in inspection.unreads.items() if at[0] <= MAX_ROWS and at[1] <= MAX_COLUMNS}
        if not seen and not inspection.texts:
            return sheet
        height = max((row for row, _ in seen), default=0)
        width = max((column for _, column in seen), default=0)
        height, width = max(len(sheet.rows), height), max(len(sheet.rows[0]) if sheet.rows else 0, width)
        grid: list[list[RawCell]] = [
            [*row, *[None] * (width - len(row))] for row in [*sheet.rows, *[()] * (height - len(sheet.rows))]
        ]
        for (row, column), unread in seen.items():
            grid[row - 1][column - 1] = unread
        for (row, column), text in inspection.texts.items():
            if row <= height and column <= width:
                grid[row - 1][column - 1] = text
        return replace(sheet, rows=grid)

    def pictures(self, name: str) -> Pictures | None:
        """Return the pictures of the sheet `name`; only those of an .xlsx are read."""
        from stattable.formats.pictures.find import pictures_of

        if not isinstance(self._inspector, XlsxInspector) or self._package is None:
            return None
        with _Reading():
            part = self._inspector.part(self._places[name])
            return pictures_of(self._package, part) if part else None

    def formulas(self, name: str) -> Mapping[Cell, str]:
        """Return the formulas of the sheet `name` as Excel writes them, without ``=``, ``$`` and spaces."""
        with _Reading():
            return self._inspector.formulas(self._places[name])

    def setup(self, name: str) -> Setup:
        """Return how the sheet `name` as a whole is shown and printed, as far as a file of this kind says so."""
        with _Reading():
            return self._inspector.setup(self._places[name])

    def illegible(self, name: str) -> Mapping[Cell, str]:
        """Return the cells of a sheet of ours that cannot be read as what they hold, and why; of an .xlsx only."""
        if not isinstance(self._inspector, XlsxInspector):
            return {}
        with _Reading():
            return self._inspector.illegible(self._places[name])

    def drawn(self, name: str) -> Drawn | None:
        """Return what is drawn on the sheet `name`; None where it is not known, as of all but an .xlsx."""
        if not isinstance(self._inspector, XlsxInspector) or self._package is None:
            return None
        with _Reading():
            part = self._inspector.part(self._places[name])
            return drawn_on(self._package, part) if part else None

    def is_plain(self) -> bool:
        """Whether the file is written as programs write theirs; one that is no .xlsx is not looked at."""
        if self._package is None or not isinstance(self._inspector, XlsxInspector):
            return True
        with _Reading():
            return is_plain_package(self._package)

    def _open(self, name: str, most: int | None) -> python_calamine.CalamineSheet:
        """Open a sheet, of which no more than so many cells are laid out; None where it may be cut off."""
        place = self._places[name]
        rows, columns = self._inspector.reach(place)
        is_far = rows * columns > (most or MAX_CELLS)
        if is_far and most:
            raise Unreadable("F004", reason="cells")
        is_unusual = is_far or self._inspector.is_unusual_sheet(place)
        sheet = None if is_unusual and not self._is_rewritten else sheet_of(self._book(), self._called.get(name, name))
        if sheet is None and not self._is_rewritten:
            self._opened = self._rewritten()
            sheet = sheet_of(self._opened, self._called.get(name, name))
        if sheet is None:
            raise Unreadable("F001")
        return sheet

    def _metadata(self) -> Sequence[python_calamine.SheetMetadata]:
        """Return what calamine says of the sheets; it is not asked again about workbooks that list the same ones."""
        if self._patterns and self._patterns.alike.listed is not None:
            return self._patterns.alike.listed
        listed = self._book().sheets_metadata
        if self._patterns and not self._is_rewritten:
            self._patterns.alike.listed = listed
        return listed

    def _book(self) -> python_calamine.CalamineWorkbook:
        """Return the workbook as calamine opens it, or as it is read when it is written anew."""
        if self._opened is None:
            self._opened = None if self._inspector.is_unusual or not HAS_CALAMINE else opened(self._data)
            self._opened = self._opened or self._rewritten()
        return self._opened

    def _in_encoding(self, text: str) -> str:
        """Return a text of calamine's in the encoding that it is in."""
        if self._inspector.encoding is None:
            return text
        from stattable.formats.inspection.xls_records import in_encoding

        return in_encoding(text, self._inspector.encoding)

    def _rewritten(self) -> python_calamine.CalamineWorkbook:
        """Return the workbook as it is read when it is written anew."""
        self._is_rewritten = True
        self._called = {}  # names are as they are listed
        data = _rewritten(self._inspector, self._kind, self._package)
        book = opened(data) if data else None
        if book is None:
            raise Unreadable("F001")
        return book


def _rewritten(inspector: Inspector, kind: FileKind, package: Package | None) -> bytes | None:
    """Return a workbook in the way that calamine reads; None for an .xls, whose records were put right already."""
    if package is None:
        return None
    if kind is FileKind.ODS:
        from stattable.formats.rewriting.ods import rewrite_ods

        return rewrite_ods(package.content("content.xml"))
    sheets = [sheet for sheet in inspector.sheets if sheet.part]
    if kind is FileKind.XLSB:
        from stattable.formats.rewriting.xlsb import rewrite_xlsb

        return rewrite_xlsb(package, sheets, [inspector.reach(sheet.place) for sheet in sheets])
    from stattable.formats.rewriting.xlsx import rewrite_xlsx

    return rewrite_xlsx(package, sheets)


def _inspector(data: bytes, kind: FileKind, package: Package | None) -> tuple[Inspector, bytes]:
    """Return what inspects a workbook of this kind, and the file as calamine is to read it."""
    if package is None:
        from stattable.formats.inspection.xls import XlsInspector

        inspector = XlsInspector(data)
        return inspector, inspector.data
    if kind is FileKind.ODS:
        from stattable.formats.inspection.ods import OdsInspector

        return OdsInspector(package.content("content.xml")), data
    if kind is FileKind.XLSB:
        from stattable.formats.inspection.xlsb import XlsbInspector

        return XlsbInspector(package), data
    return XlsxInspector(package), data


class _Reading:
    """Makes whatever goes wrong in what others wrote, or in a library that reads it, a fault of the file."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, python_calamine.PasswordError):
            raise Unreadable("F002") from error
        # A panic of calamine's is none that can be named, and no Exception.
        is_fault = isinstance(error, Exception) or (kind is not None and kind.__name__ == "PanicException")
        if is_fault and not isinstance(error, Unreadable | MemoryError):
            raise Unreadable("F001") from error
