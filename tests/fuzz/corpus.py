"""The corpus: valid and broken returns in every format, made from the project's own blanks and pages."""

import io
import random
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from county import GUANDU, GUANDU_VILLAGE, HENAN, TO_COUNTY, TO_GUANDU, ZHENGZHOU, ZHONGMU
from stattable.model.form import FIELDS, fields_below, own_fields
from stattable.model.units import Level, Scope
from writers.books import WRITERS, Bad, Book, Formula, Page, as_csv, zipped
from writers.containers import GOLDEN
from writers.returns import filled, own_values, typed


@dataclass(frozen=True)
class Seed:
    """A file to start from: its bytes, the parts of its package, and its sheets as data where it has any."""

    name: str
    data: bytes
    parts: dict[str, bytes] | None = None
    book: tuple[Page, ...] = ()

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2]


# Every custom of section 3 of the design, and what it must not read.
CUSTOMS: tuple[Any, ...] = (
    120, 120.0, "１２０", " 120 ", "1,200", "3 000", "12场", "500人次", "一百二十", "1.2万", "7千", "120（线上80）",
    "无", "没有", "未开展", "/", "—", "-", "——", 0, 1, 10**10, "0", "007", "+5", "一", "廿五", "两千", "1万2",
    "有", "是", "否", "√", "×", "Y", "N", "是/否", "□", "√有 □无", "已开通", "１", "120.0", "\u200b5\ufeff", "5\n",
)  # fmt: skip
BAD: tuple[Any, ...] = (
    "若干", "见附件", "同上", "l20", "1e3", True, False, date(2021, 5, 29), "约500", "500余", "100-200", "5+3", "3、4",
    -5, 12.5, "12.5人", "-5", Bad("#REF!"), Bad("#N/A"), Formula("=1+1", None), Formula("=1+1", 2), "=1+1", "1①", "½",
    Formula("=A1", "5"), Formula("=A1", ""), 1e300, -0.0, 1e-9, 10**11, "９" * 300, "甲" * 1000, "\t", "'5", "1.5万",
    "1,20", "12,00", "1.000", "1,200.0", "٣", "二〇二一", "2021", "5.0.0", "#REF!", "Err:502", "TRUE", 0.1 + 0.2,
)  # fmt: skip


@cache
def corpus() -> tuple[Seed, ...]:
    """All seeds, the same ones whenever they are made from the same tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tuple(_seeds())


def _seeds() -> Iterator[Seed]:
    with tempfile.TemporaryDirectory() as folder:
        books: dict[str, Book] = {}
        for name, path in _workbooks(Path(folder)):
            data = path.read_bytes()
            parts = _parts(data)
            if "docProps/core.xml" in parts:
                stamp = rb"20\d\d-\d\d-\d\dT[\d:.]+Z?"
                parts["docProps/core.xml"] = re.sub(stamp, b"2021-05-29T00:00:00Z", parts["docProps/core.xml"])
            books[name] = read_book(data)
            yield Seed(f"{name}.xlsx", zipped(parts), parts, tuple(books[name]))
    for path in sorted((*GOLDEN.glob("*.*"), *GOLDEN.glob("hebi/*"))):
        if path.suffix in {".xls", ".ods", ".xlsx"}:
            data = path.read_bytes()
            yield Seed(f"golden-{path.stem}{path.suffix}", data, _parts(data) if data.startswith(b"PK") else None)
    for name, book in [*books.items()][:3] + [(name, books[name]) for name in ("shifted", "customs", "merged-away")]:
        for kind, write in WRITERS.items():
            data = write(book)
            parts = _parts(data) if data.startswith(b"PK") else None
            yield Seed(f"{name}-by-hand.{kind}", data, parts, tuple(book) if kind != "docx" else ())
    yield Seed("village-gbk.csv", as_csv(books["village"], "gb18030"))
    yield Seed("village-tabs.csv", as_csv(books["village"]).replace(b",", b"\t"))


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def read_book(data: bytes) -> Book:
    """The sheets of an .xlsx as data."""
    book = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        cells: dict[tuple[int, int], Any] = {}
        for at, cell in sheet._cells.items():
            if cell.value is not None:
                value = cell.value
                if cell.data_type == "f":
                    value = Formula(str(value))
                elif cell.data_type == "e":
                    value = Bad(str(value))
                cells[at] = value
        merges = [(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges]
        book.append(Page(sheet.title, cells, sorted(merges), sheet.sheet_state))
    return book


def _workbooks(folder: Path) -> Iterator[tuple[str, Path]]:
    village, township = own_values(Level.VILLAGE), own_values(Level.TOWNSHIP)
    yield "village", filled(folder / "1.xlsx", GUANDU_VILLAGE, village, above=TO_GUANDU)
    yield "typed-village", typed(folder / "2.xlsx", "官渡村计生协", village)
    every = {field.key: 100 + field.index for field in FIELDS}
    every |= {"online.province.website": True, "online.province.wechat": False}
    yield "typed-every-field", typed(folder / "3.xlsx", "河南省计划生育协会", every)
    yield "township", filled(folder / "4.xlsx", GUANDU, township, above=TO_COUNTY)
    down = {FIELDS[i].key: 7 + i for i in sorted(own_fields(Level.COUNTY) | fields_below(Level.COUNTY))}
    yield "county-cumulative", filled(folder / "5.xlsx", ZHONGMU, down, above=TO_COUNTY[:2], scope=Scope.CUMULATIVE)
    yield "prefecture", filled(folder / "6.xlsx", ZHENGZHOU, own_values(Level.PREFECTURE), above=(HENAN,))
    yield "province", filled(folder / "7.xlsx", HENAN, own_values(Level.PROVINCE))
    yield "typed-township", typed(folder / "8.xlsx", "官渡镇计生协", township)
    rng = random.Random(529)
    yield "customs", typed(folder / "9.xlsx", "河南省计生协", every, change=_scatter(rng, CUSTOMS))
    for number in range(3):
        yield f"bad-{number}", typed(folder / f"b{number}.xlsx", "河南省计生协", every, change=_scatter(rng, BAD, 6))
    for name, change in _CHANGES.items():
        yield name, typed(folder / f"{name}.xlsx", "官渡村计生协", village, change=change)


def _scatter(rng: random.Random, values: tuple[Any, ...], count: int = len(FIELDS)) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for field in rng.sample(FIELDS, count):
            value = rng.choice(values)
            sheet[field.cell] = value.text if isinstance(value, (Bad, Formula)) else value

    return change


def _shift(sheet: Any) -> None:
    sheet.move_range("A1:I20", rows=3, cols=2)
    for one in list(sheet.merged_cells.ranges):
        one.shift(2, 3)


def _insert(sheet: Any) -> None:
    for one in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(one))
    sheet.insert_rows(9)
    sheet.insert_cols(4)
    sheet.insert_rows(3, 2)


def _merge_away(sheet: Any) -> None:
    sheet.merged_cells.add("H6:I6")  # keeps what is in I6, other than merge_cells
    sheet.merged_cells.add("B14:C14")


def _formulas(sheet: Any) -> None:
    sheet["H6"], sheet["I6"], sheet["B14"] = "=1+1", "=SUM(I9,I11)", "=1/0"


def _errors(sheet: Any) -> None:
    sheet["H6"], sheet["I9"] = "#REF!", "#N/A"


def _no_label(sheet: Any) -> None:
    sheet["H5"] = None


def _no_section(sheet: Any) -> None:
    sheet["A12"] = None


def _changed_heading(sheet: Any) -> None:
    sheet["F4"] = "乡镇街道"


def _two_forms(sheet: Any) -> None:
    sheet.parent.copy_worksheet(sheet).title = "第二张"


def _hidden_copy(sheet: Any) -> None:
    copy = sheet.parent.copy_worksheet(sheet)
    copy.title, copy.sheet_state = "备份", "hidden"


def _total_row(sheet: Any) -> None:
    _insert(sheet)
    sheet.insert_rows(9)
    sheet["A9"], sheet["B9"] = "合计", 5


_CHANGES: dict[str, Callable[[Any], None]] = {
    "shifted": _shift,
    "inserted": _insert,
    "merged-away": _merge_away,
    "formulas": _formulas,
    "errors": _errors,
    "no-label": _no_label,
    "no-section": _no_section,
    "changed-heading": _changed_heading,
    "two-forms": _two_forms,
    "hidden-copy": _hidden_copy,
    "total-row": _total_row,
}
