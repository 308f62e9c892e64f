"""The sheets of a merged workbook as they are now: cells, formulas, and how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stattable.formats.calamine import CalamineBook
from stattable.formats.sheet import Cell, Drawn, RawSheet, Setup
from stattable.model.identity import IDENTITY_SHEET
from stattable.model.record import RECORD_SHEET
from stattable.proving.chart_table import CHARTS_SHEET
from stattable.proving.sheet_facts import shown_sheets
from stattable.reading.form import stored_record


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet as it is now.

    Attributes:
        cells: its cells, after inspection.
        formulas: as Excel writes them, without ``=``, ``$`` and spaces, by cell.
        setup: how it is shown and printed.
        illegible: cells that people cannot read as what they hold, and why.
        drawn: the charts and whatever else lies on 图表; None where that is not known.
    """

    cells: RawSheet
    formulas: Mapping[Cell, str] = field(default_factory=dict)
    setup: Setup = field(default_factory=Setup)
    illegible: Mapping[Cell, str] = field(default_factory=dict)
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True)
class WorkbookSheets:
    """The sheets of a merged workbook.

    Attributes:
        names: of all of them, in their order; those without cells last.
        visible: of those that are shown.
        written: of those that people see, and that `merge` writes.
        sheets: those that `merge` writes and that are there, the hidden ones, too; those of the record as one.
        is_plain: whether the file is written as programs write theirs.
    """

    names: tuple[str, ...]
    visible: frozenset[str]
    written: tuple[str, ...]
    sheets: Mapping[str, OpenSheet]
    is_plain: bool

    @classmethod
    def of(cls, book: CalamineBook, *, with_years: bool, with_charts: bool, with_annex: bool) -> "WorkbookSheets":
        """Look at the sheets of a workbook.

        Args:
            book: the workbook.
            with_years: whether its figures stand beside those of a year before.
            with_charts: whether they are drawn.
            with_annex: whether there are accounts, which an annex lists.

        Raises:
            Unreadable: they do not hold together.
        """
        written = tuple(shown_sheets(with_years=with_years, with_charts=with_charts, with_annex=with_annex))
        sheets = {
            name: OpenSheet(
                book.closer(book.sheet(name, whole=True)),
                book.formulas(name),
                book.setup(name),
                book.illegible(name),
                book.drawn(name) if name == CHARTS_SHEET else None,
            )
            for name in written
            if name in book.names
        }
        if IDENTITY_SHEET in book.names:
            sheets[IDENTITY_SHEET] = OpenSheet(book.sheet(IDENTITY_SHEET, whole=True))
        if rows := stored_record(book):
            sheets[RECORD_SHEET] = OpenSheet(RawSheet(RECORD_SHEET, rows))
        return cls((*book.names, *book.others), book.visible, written, sheets, book.is_plain())
