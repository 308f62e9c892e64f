"""An independent judge, slow and obvious: does an accepted return say what the labels on its page say?

Written from the form's description and the design, not from the product's layout module, and reading each file with
another library: openpyxl for .xlsx, xlrd for .xls, ElementTree for .ods; calamine's raw grid where they give up.

Where it is lenient, on purpose:

- A file of which calamine's grid agrees with the product while the other library's does not is *disputed*, no
  violation: libraries differ over XML that no program writes. Disputes are counted and can be saved.
- A value read by a custom (neither digits nor 有/无) is believed where the product itself says V007 or V008.
- A column heading is that of the blank ones right of it, too, however far.
- The section's label may stand in any column, from one row above the level headings to the last row of the
  section's figures.
- A number is held to be whole where it is so to within a millionth: spreadsheets' sums are that inexact.
- A label left or right of a table's columns, where no figure stands, is of no account.
- A figure is held to be dropped only where it is a plain whole number, not hidden by a merged cell, in a row without
  合计 and the like and above the foot of the page, and under exactly one column heading and one level heading.
- Hidden rows, columns and sheets, number formats, contact, phone, date, edition and the unit's name are not judged;
  nor are formats that no other reader here knows (CSV, HTML, SpreadsheetML, Word): they are *unjudged*.
"""

import io
import re
import signal
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache, partial
from typing import Any
from xml.etree import ElementTree

from stattable.model.findings import Finding, rejects
from stattable.processes import WorkerFailed, in_own_process
from stattable.reading.return_file import ReturnFile

Cell = tuple[int, int]
Grid = dict[Cell, Any]  # 1-based; what is empty or hidden by a merged cell is not in it

# -- the form, as its description has it ------------------------------------------------------------------

_FOUR = ("省级计生协", "地市县级计生协", "乡镇计生协", "村居社区计生协")
_FOUR_KEYS = ("province", "prefecture_county", "township", "village")
_PAIR = ("sessions", "people")
_BLOCKS = (
    ("activities", "宣传活动", _FOUR, _FOUR_KEYS, ("活动场次", "宣传人数"), _PAIR),
    ("services.condolence", "服务活动", _FOUR, _FOUR_KEYS, ("慰问服务场次", "慰问人数"), _PAIR),
    ("services.other", "服务活动", _FOUR, _FOUR_KEYS, ("其他服务场次", "服务人数"), _PAIR),
    (
        "media", "媒体宣传", ("国家级媒体", "省级媒体", "地市级媒体", "县级媒体"),
        ("national", "province", "prefecture", "county"), ("文字稿件", "音频视频稿件"), ("text", "audiovisual"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """A field, and the three labels that place it."""

    key: str
    section: str
    heading: str
    column: str


def _expected() -> Iterator[Expected]:
    for key, section, headings, levels, columns, names in _BLOCKS:
        for heading, level in zip(headings, levels, strict=True):
            for column, name in zip(columns, names, strict=True):
                yield Expected(f"{key}.{level}.{name}", section, heading, column)
    for level, heading in (("province", "省级计生协"), ("prefecture", "地市级计生协"), ("county", "县级计生协")):
        accounts = (("website", "官网"), ("wechat", "微信公众号"), ("weibo", "微博"))
        for name, column in accounts[: 2 if level == "province" else 3]:
            yield Expected(f"online.{level}.{name}", "网站和新媒体建设", heading, column)


EXPECTED = tuple(_expected())
FLAGS = frozenset({"online.province.website", "online.province.wechat"})
_SECTIONS = frozenset(one.section for one in EXPECTED)
_HEADINGS = frozenset(one.heading for one in EXPECTED)
_COLUMNS = frozenset(one.column for one in EXPECTED)
_BY_LABELS = {(one.column, one.heading): one for one in EXPECTED}

# -- texts ------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """NFKC, without characters that show nothing, white space at the ends, and line breaks."""
    kept = (
        c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) not in {"Cf", "Cc", "Mn"} or c in "\n\t"
    )
    return re.sub(r"[\u115f\u1160\u2800\u3164\uffa0]", "", "".join(kept)).strip()


def label_names(value: Any) -> frozenset[str]:
    """The labels that a cell may be taken for: with what stands in brackets, and without."""
    return _label_names(value) if isinstance(value, str) and len(value) <= 200 else frozenset()


@lru_cache(maxsize=10_000)
def _label_names(value: str) -> frozenset[str]:
    unnumbered = re.sub(r"^\W*([①-⑳]\W*|(\d{1,2}|[一二三四五六七八九十]{1,3})\W+)", "", value)
    text = re.sub(r"\s", "", clean(unnumbered)).replace("计划生育协会", "计生协").replace("计生协会", "计生协")
    brackets = "()[]{}【】〔〕〈〉《》"
    without = re.sub(f"[{re.escape(brackets[::2])}][^{re.escape(brackets)}]*[{re.escape(brackets[1::2])}]", "", text)
    forms = {"".join(c for c in one if unicodedata.category(c)[0] not in "PSZ") for one in (text, without)}
    return frozenset(forms) & (_SECTIONS | _HEADINGS | _COLUMNS)


_TOTAL = re.compile("合计|总计|小计|共计|累计|备注|说明")
_FOOT = re.compile("说明|注|备注|联系|填报|填表|电话|负责人|审核|单位|日期")


def plain_number(raw: Any) -> int | None:
    """A whole number ≥ 0 as a number or in digits, or None for anything else."""
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return round(raw) if -1e-6 < raw <= 10**10 and abs(raw - round(raw)) < 1e-6 else None
    if isinstance(raw, str) and re.fullmatch(r"\+?\d{1,10}(\.0+)?", clean(raw)):
        marks = any(unicodedata.category(char) == "No" for char in raw)  # 12① is not 121
        return None if marks else int(float(clean(raw)))
    return None


# -- the judgment -----------------------------------------------------------------------------------------


def violations(
    grid: Grid,
    values: Sequence[Any],
    cells: Sequence[Cell | None],
    findings: Sequence[Finding],
    *,
    counts_only: bool = False,
) -> list[str]:
    """What is wrong with a return that was accepted, in words; nothing where it reads as its labels say.

    Args:
        grid: its sheet as another reader sees it.
        values: the 40 figures as the product read them.
        cells: where it says that they stand.
        findings: its findings.
        counts_only: flags are counts too, as above the province.
    """
    said: list[str] = []
    labels = _labels(grid)
    if len(values) != len(EXPECTED) or len(cells) != len(EXPECTED):
        return [f"{len(values)} values in {len(cells)} cells"]
    placed = [at for at in cells if at]
    if len(set(placed)) != len(placed):
        said.append("two fields in one cell")
    for expected, value, at in zip(EXPECTED, values, cells, strict=True):
        if at is None:
            said.append(f"{expected.key}: accepted, and placed nowhere")
            continue
        said += [f"{expected.key} at {at}: {text}" for text in _misplaced(expected, at, grid, labels)]
        flag = expected.key in FLAGS and not counts_only
        wrong = _misread(grid.get(at), value, flag, [one for one in findings if _speaks_of(one, expected, at)])
        said += [f"{expected.key} at {at}: {wrong}"] if wrong else []
    said += _dropped(grid, labels, values, cells, findings)
    return said


def _labels(grid: Grid) -> dict[Cell, frozenset[str]]:
    return {at: names for at, value in grid.items() if (names := label_names(value))}


def _row_with(labels: Mapping[Cell, frozenset[str]], names: frozenset[str], above: int) -> int | None:
    """The nearest row above `above` that holds one of `names` in any column."""
    return max((row for (row, _), known in labels.items() if row < above and known & names), default=None)


def _heading_of(row: int, column: int, labels: Mapping[Cell, frozenset[str]]) -> frozenset[str]:
    """The nearest level heading at or left of `column` in `row`."""
    at = max((c for (r, c), known in labels.items() if r == row and c <= column and known & _HEADINGS), default=None)
    return labels[row, at] & _HEADINGS if at else frozenset()


def _within_table(row: int, labels: Mapping[Cell, frozenset[str]]) -> dict[Cell, frozenset[str]]:
    """The labels from the leftmost to the rightmost column heading in `row`."""
    across = [c for (r, c), known in labels.items() if r == row and known & _COLUMNS]
    return {at: known for at, known in labels.items() if min(across) <= at[1] <= max(across)}


def _misplaced(expected: Expected, at: Cell, grid: Grid, labels: Mapping[Cell, frozenset[str]]) -> Iterator[str]:
    row, column = at
    met = max((r for (r, c), known in labels.items() if c == column and r < row and known & _COLUMNS), default=None)
    if met is None or expected.column not in labels[met, column]:  # it may span this column, too
        met = _row_with(labels, _COLUMNS, row)
        beside = max((c for r, c in grid if r == met and c <= column), default=0)
        column = beside if expected.column in labels.get((met or 0, beside), ()) else column
    if met is None or expected.column not in labels.get((met, column), ()):
        yield f"the column heading above is {grid.get((met or 0, column))!r}, not {expected.column}"
        return
    within = _within_table(met, labels)
    left_of_it = {at: known for at, known in within.items() if at[1] <= column}
    heading_row = _row_with(left_of_it, _HEADINGS, met)
    if heading_row is None or expected.heading not in _heading_of(heading_row, column, left_of_it):
        yield f"the level heading is {_heading_of(heading_row or 0, column, labels)}, not {expected.heading}"
        return
    between = {r for (r, _), known in within.items() if met < r <= row and known & (_HEADINGS | _COLUMNS)}
    if between:
        yield f"labels stand between the figure and its heading, in rows {sorted(between)}"
    later = {r for (r, _), known in within.items() if r > row and known & _HEADINGS}
    end = min(later, default=row + 3)
    beside = {name for (r, _), known in labels.items() if heading_row - 1 <= r < end for name in known & _SECTIONS}
    if expected.section not in beside:
        yield f"the section beside is {sorted(beside)}, not {expected.section}"


def _misread(raw: Any, value: Any, flag: bool, findings: Sequence[Finding]) -> str | None:
    """What is wrong with reading `raw` as `value`."""
    customary = any(one.code in {"V007", "V008"} for one in findings)
    if raw is None or (isinstance(raw, str) and not clean(raw)):
        return None if value is None else f"blank, read as {value!r}"
    if value is None:
        return None if findings else f"{raw!r} read as blank, and nothing said"
    if isinstance(value, bool) != flag:
        return f"{raw!r} read as {value!r}, of the wrong kind"
    if isinstance(raw, (date, time, timedelta)):
        return f"{raw!r} read as {value!r}"
    if flag:
        text = clean(raw) if isinstance(raw, str) else None
        if text in {"有", "无"}:
            return None if value == (text == "有") else f"{raw!r} read as {value!r}"
        if text is None:
            return None if customary and bool(raw) == value and raw in {0, 1} else f"{raw!r} read as {value!r}"
        return None if customary else f"{raw!r} read as {value!r}, and nothing said"
    if isinstance(raw, bool):
        return f"{raw!r} read as {value!r}"
    if (number := plain_number(raw)) is not None:
        return None if number == value else f"{raw!r} read as {value!r}"
    if isinstance(raw, (int, float)):
        return f"{raw!r} read as {value!r}"
    return None if customary else f"{raw!r} read as {value!r}, and nothing said"


def _speaks_of(finding: Finding, expected: Expected, at: Cell) -> bool:
    labels = {expected.section, expected.heading, expected.column.replace("音频视频", "音频、视频"), expected.column}
    return (
        finding.field == expected.key
        or finding.params.get("label") in labels
        or (finding.code[0] in "TV" and finding.code not in {"V010", "V011", "V012"} and _holds(finding.cell, at))
    )


def _holds(ref: str | None, at: Cell) -> bool:
    if not ref or not (match := re.fullmatch(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?", ref)):
        return False
    left, top, right, bottom = match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])
    return top <= at[0] <= bottom and _column(left) <= at[1] <= _column(right)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _dropped(
    grid: Grid,
    labels: Mapping[Cell, frozenset[str]],
    values: Sequence[Any],
    cells: Sequence[Cell | None],
    findings: Sequence[Finding],
) -> Iterator[str]:
    """Figures that the labels place in a field, and that are not among the values."""
    index = {one.key: number for number, one in enumerate(EXPECTED)}
    for (row, column), raw in grid.items():
        if plain_number(raw) is None or row > 10_000 or column > 200:
            continue
        expected = placed_in(row, column, grid, labels)
        if expected is None or cells[index[expected.key]] == (row, column):
            continue
        if not any(_speaks_of(one, expected, (row, column)) for one in findings):
            yield f"{expected.key}: {raw!r} at {(row, column)} was dropped (read: {values[index[expected.key]]!r})"


def placed_in(row: int, column: int, grid: Grid, labels: Mapping[Cell, frozenset[str]]) -> Expected | None:
    """The field in which the labels place a figure, without any doubt, or None."""
    met = _row_with(labels, _COLUMNS, row)
    names = labels.get((met or 0, column), frozenset()) & _COLUMNS
    if met is None or len(names) != 1:
        return None
    within = _within_table(met, labels)
    heading_row = _row_with(within, _HEADINGS, met)
    if heading_row is None:
        return None
    known = _heading_of(heading_row, column, within)
    expected = _BY_LABELS.get((next(iter(names)), next(iter(known)))) if len(known) == 1 else None
    if expected is None:
        return None
    for (r, c), value in grid.items():
        if not met < r <= row:
            continue
        if labels.get((r, c), frozenset()) & (_HEADINGS | _SECTIONS):
            return None
        if isinstance(value, str) and (_FOOT.search(clean(value)) or (r == row and _TOTAL.search(clean(value)))):
            return None
    return expected


# -- reading the file again -------------------------------------------------------------------------------


@dataclass
class Judgment:
    """What comes of judging a file.

    Attributes:
        violations: of an accepted return, by every reader that could read it.
        hidden_label: the violations are gone where labels under merged cells count, which nobody sees.
        disputed: what is wrong by the other library only.
        unjudged: accepted, and no other reader knows the format.
    """

    violations: list[str] = field(default_factory=list)
    hidden_label: bool = False
    disputed: list[str] = field(default_factory=list)
    unjudged: bool = False


class GaveUp(Exception):  # noqa: N818
    """A library cannot read the file, or not in reasonable time."""


def judge(data: bytes, received: ReturnFile) -> Judgment:
    """Judge what the product made of `data`."""
    if received.values is None or rejects(received.findings):
        return Judgment()
    grids: list[Grid] = []
    hidden: Grid = {}
    for read in (_other_library, _calamine):
        try:
            sheets = _within(3.0, lambda read=read: read(data, received))
        except GaveUp:
            continue
        if sheet := sheets.get(received.sheet or ""):
            grids.append({at: value for at, value in sheet.grid.items() if at not in hidden})
            hidden |= sheet.hidden
            if not _violations_of(grids[-1], received):
                break
    if not grids:
        return Judgment(unjudged=True)
    found = [_violations_of(grid, received) for grid in grids]
    if not all(found):
        return Judgment(disputed=next((one for one in found if one), []))
    labels = {at: value for at, value in hidden.items() if label_names(value)}
    return Judgment(found[0], hidden_label=any(not _violations_of(labels | grid, received) for grid in grids))


def _violations_of(grid: Grid, received: ReturnFile) -> list[str]:
    national = received.identity is not None and received.identity.unit.level == "national"
    assert received.values is not None
    return violations(grid, received.values, received.cells, received.findings, counts_only=national)


@dataclass
class Sheet:
    """A sheet as a library reads it: what is seen, and what merged cells hide."""

    grid: Grid
    hidden: Grid


def _within(seconds: float, call: Any) -> Any:
    """Call a library that may raise anything on a broken file, or take for ever."""

    def stop(*_: object) -> None:
        raise GaveUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a library's own panics derive from BaseException
        raise GaveUp from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _sheet(cells: Grid, merges: Sequence[tuple[int, int, int, int]]) -> Sheet:
    kept = {at: value for at, value in cells.items() if value is not None and value != ""}
    hidden = {
        (row, column): value
        for (row, column), value in kept.items()
        if any(t <= row <= b and x <= column <= y and (row, column) != (t, x) for t, x, b, y in merges)
    }
    return Sheet({at: value for at, value in kept.items() if at not in hidden}, hidden)


def _other_library(data: bytes, received: ReturnFile) -> dict[str, Sheet]:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _xlrd(data)
    if not data.startswith(b"PK"):
        raise GaveUp
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if "mimetype" in package.namelist():
            return _element_tree(package.read("content.xml"))
    return _openpyxl(data, received.sheet)


def _openpyxl(data: bytes, name: str | None) -> dict[str, Sheet]:
    import openpyxl
    from openpyxl.worksheet._reader import WorkSheetParser

    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=True)
    sheet = book[name or ""]
    grid: Grid = {}
    merges = []
    with sheet._get_source() as source:  # its parser: a sheet would be padded with empty cells out to a far one
        dates = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
        parser = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=book.epoch, **dates)
        for _, row in parser.parse():
            grid |= {(cell["row"], cell["column"]): cell["value"] for cell in row}
    for one in parser.merged_cells.mergeCell if parser.merged_cells else ():
        merges.append((one.min_row, one.min_col, one.max_row, one.max_col))
    return {sheet.title: _sheet(grid, merges)}


def _xlrd(data: bytes) -> dict[str, Sheet]:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)
    sheets = {}
    for sheet in book.sheets():
        grid: Grid = {}
        for row in range(min(sheet.nrows, 10_000)):
            for column, cell in enumerate(sheet.row(row)[:200]):
                if cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    grid[row + 1, column + 1] = bool(cell.value)
                elif cell.ctype == xlrd.XL_CELL_DATE:
                    grid[row + 1, column + 1] = date(2000, 1, 1)
                elif cell.ctype in {xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER}:
                    grid[row + 1, column + 1] = cell.value
        merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
        sheets[sheet.name] = _sheet(grid, merges)
    return sheets


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _element_tree(content: bytes) -> dict[str, Sheet]:
    sheets = {}
    for table in ElementTree.fromstring(content).iter(f"{_TABLE}table"):
        grid: Grid = {}
        merges = []
        row = 1
        for line in table.iter(f"{_TABLE}table-row"):
            column = 1
            for cell in line:
                if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                    continue
                across = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
                value = _ods_value(cell)
                for offset in range(min(across, 200) if value is not None else 0):
                    for down in range(min(int(line.get(f"{_TABLE}number-rows-repeated", 1)), 100)):
                        grid[row + down, column + offset] = value
                tall, wide = (int(cell.get(f"{_TABLE}number-{one}-spanned", 1)) for one in ("rows", "columns"))
                merges.append((row, column, row + tall - 1, column + wide - 1))
                column += across
            row += int(line.get(f"{_TABLE}number-rows-repeated", 1))
        sheets[table.get(f"{_TABLE}name", "")] = _sheet(grid, [one for one in merges if one[:2] != one[2:]])
    return sheets


def _ods_value(cell: ElementTree.Element) -> Any:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in {"float", "percentage", "currency"} and cell.get(f"{_OFFICE}value"):
        return float(cell.get(f"{_OFFICE}value", ""))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind in {"date", "time"}:
        return date(2000, 1, 1)
    return "\n".join("".join(line.itertext()) for line in cell.findall(f"{_TEXT}p")) or None


def _calamine(data: bytes, received: ReturnFile) -> dict[str, Sheet]:
    """Read the sheet with bare calamine, which may take the whole process down."""
    try:
        return in_own_process(partial(_by_calamine, data), received.sheet or "", 3.0, 1000)
    except WorkerFailed as error:
        raise GaveUp from error


def _by_calamine(data: bytes, name: str) -> dict[str, Sheet]:
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False, nrows=10_000)
    grid = {(r, c): value for r, row in enumerate(rows, 1) for c, value in enumerate(row, 1)}
    ranges = [(t + 1, x + 1, b + 1, y + 1) for (t, x), (b, y) in sheet.merged_cell_ranges or ()]
    return {name: _sheet(grid, ranges)}
