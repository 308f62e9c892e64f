"""XlsxWriter's workbook, whose sheets take whole rows, too: a province has two millions of cells."""

import html
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import Any, BinaryIO, Final, NamedTuple, TextIO

import xlsxwriter
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable
from xlsxwriter.worksheet import Worksheet

from stattable.model.cell_names import column_letters
from stattable.model.text import DECEPTIVE, ESCAPED, STAND_IN
from stattable.writing.whole_files import through_temporary_files

# What XML cannot hold, and what nobody would see. Surrogates stand in file names that are not UTF-8, as in archives
# packed with GBK names.
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_DROPPED: Final = re.compile(rf"[\ufffe\uffff]|{DECEPTIVE.pattern}|{ESCAPED.pattern}")
_LONGEST: Final = 32_767  # characters that a cell can hold, of which those beyond U+FFFF count two
_LOOKS_ESCAPED: Final = re.compile("_x[0-9A-Fa-f]{4}_")  # which a spreadsheet program would decode
_AT_ONCE: Final = 5_000  # texts
_LEVEL: Final = 5  # of compression: two thirds of the time that the usual one takes, for 1 % more bytes
_REPEATED: Final = 64  # characters: names, words and fingerprints are, but hardly a path
_SELDOM: Final = re.compile("[0-9]*(?:,[0-9]*){20,}|1[0-9]{10}")  # nor the figures of a return, nor a mobile number
_SPACED: Final = re.compile(r"<t>(?=\s|[^<]*\s</t>)")  # of a text with white space at an end
_LETTERS: Final = tuple(map(column_letters, range(1, 201)))


class Formula(NamedTuple):
    """A formula with its result, for programs that do not calculate."""

    text: str
    value: float


class Link(NamedTuple):
    """A text with a link to a cell of another sheet."""

    text: str
    sheet: str
    cell: str


def storable(text: str) -> str:
    """Return `text` as a cell can hold it, without characters that could deceive a reader."""
    if _is_storable(text):
        return text
    text = _DROPPED.sub("", _SURROGATES.sub(STAND_IN, text))
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * _LONGEST else units[: 2 * _LONGEST - 2].decode("utf-16-le", "ignore") + "…"


def _is_storable(text: str) -> bool:
    """Whether a cell surely holds `text`, and each part of it, as it is; nearly all it does."""
    return text.isprintable() and 2 * len(text) <= _LONGEST and "_x" not in text


class RowWorksheet(Worksheet):  # type: ignore[misc]
    """XlsxWriter's worksheet, which takes whole rows, too, below those that are written cell by cell.

    It looks a dozen times at each cell. Only rows are put together here; their heights, the targets of links and all
    else stay XlsxWriter's.
    """

    dim_rowmax: Any
    fh: Any

    def __init__(self) -> None:
        super().__init__()
        self._lines = _Spool()  # whole rows, as they stand in the file
        self._last: tuple[int, str] | None = None  # the row from 0, and its cells, of which the height may be set yet
        self._columns: tuple[int, int] | None = None  # from which, counted from 0, to which its cells reach

    def add_row(
        self, row: int, start: int, cells: Sequence[object], styles: Sequence[str], *, with_blanks: bool
    ) -> list[object]:
        """Add a row, below those that were added before; its height may be set until the next one is.

        Args:
            row: counted from 1.
            start: the column of the first of the cells, counted from 1.
            cells: their values: texts, whole numbers, formulas, links to sheets, or None.
            styles: of the cells, as attributes in XML.
            with_blanks: whether empty cells have their style.

        Returns:
            What the cells hold, from the first column on.
        """
        held: list[object] = [None if cell == "" else cell for cell in cells] if "" in cells else [*cells]
        pattern = _row_pattern(start, tuple(map(type, held)), styles, with_blanks)
        if pattern.has_links:
            held = [self._linked(row - 1, column, cell) for column, cell in enumerate(held, start - 1)]
        texts: list[Any] = [held[place] for place in pattern.texts]
        if not _is_storable("".join(texts)):
            texts = [*map(storable, texts)]
            for place, text in zip(pattern.texts, texts, strict=True):
                held[place] = text
        values = numbers = self.str_table.numbers_of(texts)
        if pattern.texts != pattern.filled:
            values = [*held]
            for place, number in zip(pattern.texts, numbers, strict=True):
                values[place] = number
            for place in pattern.formulas:
                formula: Any = held[place]
                values[place], held[place] = _formula(formula), formula.value
            values = [values[place] for place in pattern.filled]
        line = pattern.line % tuple(values)
        self._end_row()
        self._last = row - 1, line.replace(_ROW, str(row))
        if line and self._columns != (columns := (start - 1, start - 2 + len(cells))):
            self._columns = columns
            for column in columns:
                self._check_dimensions(row - 1, column)
        elif line:
            self.dim_rowmax = row - 1
        return [*[None] * (start - 1), *held]

    def _linked(self, row: int, column: int, cell: object) -> object:
        """Return a cell, for one that links the text after the link is added."""
        if not isinstance(cell, Link):
            return cell
        self.ignore_write_string = True
        self.write_url(row, column, f"internal:'{cell.sheet}'!{cell.cell}", None, storable(cell.text))
        self.ignore_write_string = False
        return cell.text

    def _end_row(self) -> None:
        """Put the row that was added last behind those before it."""
        if self._last is None:
            return
        (row, cells), self._last = self._last, None
        shape = self.row_info.pop(row, None)
        if cells or shape:
            if shape:
                del self.row_sizes[row]  # for which only what is drawn further down would ask
                part, self.fh = self.fh, self._lines
                self._write_row(row, None, shape)
                self.fh = part
            else:
                self._lines.write(f'<row r="{row + 1}">')
            self._lines.write(f"{cells}</row>")
            self._lines.spill()

    def _write_rows(self) -> None:
        is_whole = self._last is not None
        self._end_row()
        last = self.dim_rowmax
        self.dim_rowmax = max(self.table, default=-1) if is_whole else last
        super()._write_rows()
        self.dim_rowmax = last
        self._lines.move_to(self.fh)

    def _xml_close(self) -> None:
        super()._xml_close()
        self.fh = None  # the part goes into the package, and need not live as long as the sheet


class _Spool(io.StringIO):
    """A text that is put together from parts. A long one goes to a temporary file on the way."""

    def __init__(self) -> None:
        super().__init__()
        self._file: TextIO | None = None

    def spill(self) -> None:
        """Put what is there into the file, if that is much."""
        if self.tell() > _IN_MEMORY:
            if self._file is None:
                self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115  -- until it is moved
            self._file.write(self.getvalue())
            self.seek(0)
            self.truncate()

    def move_to(self, out: TextIO) -> None:
        """Write all of the text to `out`, and forget it."""
        if self._file is not None:
            self._file.seek(0)
            shutil.copyfileobj(self._file, out, _IN_MEMORY)
        out.write(self.getvalue())
        self.close()

    def close(self) -> None:
        """Remove the file, as happens where the text is not needed after all, too."""
        if self._file is not None:
            self._file.close()
        super().close()


_IN_MEMORY: Final = 2**20  # characters
_ROW: Final = "\0"  # in a pattern, where the number of the row goes


class _RowPattern(NamedTuple):
    """What rows look like whose cells are of the same kinds.

    Attributes:
        line: their cells as they stand in the file, for the values of those that are not blank.
        filled: the places of these, counted from 0.
        texts: of those of them that are texts, or links.
        formulas: of those that are formulas.
        has_links: whether there are links.
    """

    line: str
    filled: Sequence[int]
    texts: Sequence[int]
    formulas: Sequence[int]
    has_links: bool


@lru_cache(maxsize=1024)
def _row_pattern(start: int, kinds: Sequence[type], styles: Sequence[str], with_blanks: bool) -> _RowPattern:
    """Return what rows look like whose cells, from the column `start` on, are of these kinds."""
    cells = []
    for letters, kind, style in zip(_LETTERS[start - 1 : start - 1 + len(kinds)], kinds, styles, strict=True):
        cell = f'<c r="{letters}{_ROW}"{style}'
        if issubclass(kind, str | Link):
            cells.append(f'{cell} t="s"><v>%s</v></c>')
        elif kind is int:
            cells.append(f"{cell}><v>%.16G</v></c>")
        elif kind is Formula:
            cells.append(f"{cell}>%s</c>")
        elif kind is not NoneType:
            raise TypeError(kind)
        elif with_blanks:
            cells.append(f"{cell}/>")
    at = [*enumerate(kinds)]
    return _RowPattern(
        line="".join(cells),
        filled=[place for place, kind in at if kind is not NoneType],
        texts=[place for place, kind in at if issubclass(kind, str | Link)],
        formulas=[place for place, kind in at if kind is Formula],
        has_links=Link in kinds,
    )


def _formula(formula: Formula) -> str:
    return f"<f>{html.escape(formula.text[1:], quote=False)}</f><v>{formula.value}</v>"


class _TextTable(SharedStringTable):  # type: ignore[misc]
    """XlsxWriter's table of texts, each :func:`storable`: it numbers those of a row at once, and holds few of them."""

    def __init__(self) -> None:
        super().__init__()
        self.string_table = _Numbers()
        self.written = _Spool()  # the texts in their order, as they stand in the file

    def numbers_of(self, texts: Sequence[str]) -> list[int]:
        """Return the numbers of texts; those that it does not know are added."""
        numbers = [*map(self.string_table.__getitem__, texts)]
        self.count += len(numbers)
        if len(self.string_table.added) >= _AT_ONCE:
            self._write_added()
        return numbers

    def _get_shared_string_index(self, string: str, _: object = None) -> int:
        return self.numbers_of([string])[0]

    def _sort_string_data(self) -> None:
        self._write_added()
        self.unique_count = self.string_table.count

    def _write_added(self) -> None:
        """Write the texts that were added, which are escaped many at once."""
        if not self.string_table.added:
            return
        text = html.escape("\0".join(self.string_table.added), quote=False)
        escaped = _LOOKS_ESCAPED.sub(r"_x005F\g<0>", text).replace("\0", "</t></si><si><t>")
        self.written.write(_SPACED.sub('<t xml:space="preserve">', f"<si><t>{escaped}</t></si>"))
        self.written.spill()
        self.string_table.added.clear()


class _Numbers(dict[str, int]):
    """The numbers of texts; a long one is seldom there twice, and is numbered anew without being looked for.

    Attributes:
        count: of all texts.
        added: those that were not written yet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.added: list[str] = []

    def __missing__(self, text: str) -> int:
        number = self.count
        if len(text) <= _REPEATED and not _SELDOM.fullmatch(text):
            self[text] = number
        self.added.append(text)
        self.count += 1
        return number


class _Texts(SharedStrings):  # type: ignore[misc]
    """The part with all texts of a workbook."""

    def _write_sst_strings(self) -> None:
        self.string_table.written.move_to(self.fh)


class _Packager(Packager):  # type: ignore[misc]
    """XlsxWriter's packager, with that part; all are made, and packed, when XlsxWriter is done with all else."""

    def _create_package(self) -> list[object]:
        return []

    def parts(self) -> list[tuple[Any, str, bool]]:
        """Make the parts; return the file or buffer of each, its name, and whether it is binary."""
        parts: list[tuple[Any, str, bool]] = super()._create_package()
        return parts

    def _write_shared_strings_file(self) -> None:
        texts = _Texts()
        texts.string_table = self.workbook.str_table
        if texts.string_table.count:
            texts._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            texts._assemble_xml_file()


class RowWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """XlsxWriter's workbook, with that table and that packager. It packs its parts itself, to say how hard."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(), options)
        self.str_table = _TextTable()
        self.packager = _Packager()

    def pack(self, out: BinaryIO) -> None:
        """Write the workbook to a file; nothing can be added after that.

        Raises:
            OSError: a temporary file could not be written, as it says, or else the file.
        """
        folder = nullcontext() if self.in_memory else tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with folder as self.tmpdir:
            with through_temporary_files():
                self.close()
                parts = self.packager.parts()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as package:
                for part, name, _ in parts:
                    with _content(part) as content, package.open(name, "w") as packed:
                        shutil.copyfileobj(content, packed, _IN_MEMORY)

    def _get_packager(self) -> Packager:
        return self.packager


def _content(part: str | io.StringIO | io.BytesIO) -> BinaryIO:
    """Return what a part holds, in a file or in memory."""
    if isinstance(part, str):
        return Path(part).open("rb")
    held = part.getvalue()
    return io.BytesIO(held if isinstance(held, bytes) else held.encode())
