"""A forger: what somebody may do to a merged workbook, by its XML, and what `verify` must name of it.

The workbook is that of 中牟县 in `test_forger`. A forgery is a change to a `Book`; `FORGERIES` is the table of all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from deferred import deferred
from writers.package import MAIN, REL, Book, tag

PAGE, UNITS, STATES, TOLD, LEDGER, ANNEX = (
    "信息统计表", "分单位汇总", "报送情况", "审核意见", "汇总台账", "网站和新媒体明细",
)  # fmt: skip
IDENTITY, RECORD = "_stattable", "_stattable_record"


# -- ways to change ---------------------------------------------------------------------------------------

Change = Callable[[Book], None]


def put(sheet: str, ref: str, value: str | int | None) -> Change:
    return lambda book: book.put(sheet, ref, value)


@deferred
def both(book: Book, *changes: Change) -> None:
    for one in changes:
        one(book)


def cached(ref: str, value: int) -> Change:
    return lambda book: book.cached(UNITS, ref, value)


def formula(ref: str, text: str) -> Change:
    return lambda book: book.formula(UNITS, ref, text)


def words(sheet: str, ref: str, old: str, new: str) -> Change:
    return lambda book: book.replace(sheet, ref, old, new)


def entry(path: str, column: str, value: str | int | None) -> Change:
    """Change what the ledger says of a file."""
    return lambda book: book.put(LEDGER, f"{column}{book.find(LEDGER, 'B', path)}", value)


def about(label: str, value: str | None) -> Change:
    """Change what the ledger says above its table."""
    return lambda book: book.put(LEDGER, f"C{book.find(LEDGER, 'B', label)}", value)


@deferred
def identity(book: Book, word: str, *cells: str) -> None:
    row = book.find(IDENTITY, "A", word)
    for column, text in zip("BCDE", cells, strict=False):
        book.put(IDENTITY, f"{column}{row}", text)


def node(code: str, column: str, value: str | None) -> Change:
    """Change what the record says of a unit."""
    return lambda book: book.put(RECORD, f"{column}{book.find(RECORD, 'C', code)}", value)


def sent(code: str, column: str, index: int, value: int | str) -> Change:
    """Change a figure that a unit sent, in the record."""
    return _one_of_a_list(RECORD, column, "C", code, index, value)


def figure(index: int, value: int | str) -> Change:
    """Change a figure that the identity says."""
    return _one_of_a_list(IDENTITY, "B", "A", "figures", index, value)


@deferred
def _one_of_a_list(book: Book, sheet: str, column: str, of: str, text: str, index: int, value: int | str) -> None:
    """Change a part of the list that stands in `column`, in the row whose column `of` says `text`."""
    ref = f"{column}{book.find(sheet, of, text)}"
    parts = book.text(sheet, ref).split(",")
    parts[index] = str(value)
    book.put(sheet, ref, ",".join(parts))


@deferred
def without_row(book: Book, sheet: str, number: int) -> None:
    """Take a row away, and move up those below it."""
    rows = book.sheet(sheet).find(tag("sheetData"))
    rows.remove(book.row(sheet, number))
    for row in rows:
        if int(row.get("r")) > number:
            _renumber(row, int(row.get("r")) - 1)


@deferred
def extra_row(book: Book, sheet: str, number: int, like: int) -> None:
    """Put a copy of the row `like` in at `number`, and move down those below it."""
    rows = book.sheet(sheet).find(tag("sheetData"))
    new = etree.fromstring(etree.tostring(book.row(sheet, like)))
    for row in rows:
        if int(row.get("r")) >= number:
            _renumber(row, int(row.get("r")) + 1)
    _renumber(new, number)
    rows.append(new)
    rows[:] = sorted(rows, key=lambda one: int(one.get("r")))


def _renumber(row: Any, number: int) -> None:
    row.set("r", str(number))
    for cell in row:
        cell.set("r", f"{cell.get('r').rstrip('0123456789')}{number}")


@deferred
def swapped(book: Book, sheet: str, one: int, other: int) -> None:
    first, second = book.row(sheet, one), book.row(sheet, other)
    _renumber(first, other)
    _renumber(second, one)
    rows = book.sheet(sheet).find(tag("sheetData"))
    rows[:] = sorted(rows, key=lambda row: int(row.get("r")))


@deferred
def last_row(book: Book, sheet: str) -> None:
    rows = book.sheet(sheet).find(tag("sheetData"))
    rows.remove(rows[-1])


def row_set(sheet: str, number: int, **attributes: str) -> Change:
    return lambda book: book.row(sheet, number).attrib.update(attributes)


@deferred
def column_set(book: Book, sheet: str, column: int, **attributes: str) -> None:
    """Set a column up by itself: the first range that holds it is cut."""
    root = book.sheet(sheet)
    cols = root.find(tag("cols"))
    for col in [one for one in cols if int(one.get("min")) <= column <= int(one.get("max"))]:
        for at in range(int(col.get("min")), int(col.get("max")) + 1):
            new = etree.SubElement(cols, tag("col"), dict(col.attrib, min=str(at), max=str(at)))
            new.attrib.update(attributes if at == column else {})
        cols.remove(col)
    cols[:] = sorted(cols, key=lambda one: int(one.get("min")))


def number_format(sheet: str, ref: str, code: str) -> Change:
    def restyle(book: Book, style: Any) -> None:
        styles = book.xml("xl/styles.xml")
        formats = styles.find(tag("numFmts"))
        etree.SubElement(formats, tag("numFmt"), numFmtId="901", formatCode=code)
        style.set("numFmtId", "901")
        style.set("applyNumberFormat", "1")

    return lambda book: book.restyle(sheet, ref, restyle)


def font(sheet: str, ref: str, xml: str) -> Change:
    def restyle(book: Book, style: Any) -> None:
        fonts = book.xml("xl/styles.xml").find(tag("fonts"))
        fonts.append(etree.fromstring(f'<font xmlns="{MAIN}">{xml}<sz val="11"/><name val="宋体"/></font>'))
        style.set("fontId", str(len(fonts) - 1))
        style.set("applyFont", "1")

    return lambda book: book.restyle(sheet, ref, restyle)


def element(sheet: str, xml: str, before: str) -> Change:
    return lambda book: book.insert(sheet, etree.fromstring(f'<x xmlns="{MAIN}" xmlns:r="{REL}">{xml}</x>')[0], before)


def conditional(sheet: str, where: str) -> Change:
    rule = '<cfRule type="expression" priority="1"><formula>TRUE</formula></cfRule>'
    xml = f'<conditionalFormatting sqref="{where}">{rule}</conditionalFormatting>'
    return element(sheet, xml, "dataValidations")


@deferred
def drawn(book: Book, sheet: str) -> None:
    """Lay a text box over a sheet."""
    box = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
        "<xdr:twoCellAnchor><xdr:from/><xdr:to/><xdr:sp/></xdr:twoCellAnchor></xdr:wsDr>"
    )
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    book.add_part("xl/drawings/forged.xml", box.encode(), kind)
    number = book.relate(book.part_of(sheet), "../drawings/forged.xml", "drawing")
    book.insert_last(sheet, f'<drawing r:id="{number}"/>')


@deferred
def commented(book: Book, sheet: str, *, shown: bool) -> None:
    state = "visible" if shown else "hidden"
    vml = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<v:shape style="visibility:{state}"><x:ClientData ObjectType="Note"/></v:shape></xml>'
    )
    book.parts["xl/drawings/vmlDrawingForged.vml"] = vml.encode()
    number = book.relate(book.part_of(sheet), "../drawings/vmlDrawingForged.vml", "vmlDrawing")
    book.insert_last(sheet, f'<legacyDrawing r:id="{number}"/>')


@deferred
def merged(book: Book, sheet: str, where: str) -> None:
    cells = book.sheet(sheet).find(tag("mergeCells"))
    if cells is None:
        book.insert(sheet, etree.Element(tag("mergeCells")), "conditionalFormatting")
        cells = book.sheet(sheet).find(tag("mergeCells"))
    etree.SubElement(cells, tag("mergeCell"), ref=where)


@deferred
def margin(book: Book, sheet: str, what: str, text: str) -> None:
    both_ = book.sheet(sheet).find(tag("headerFooter"))
    for old in both_.findall(tag(what)):
        both_.remove(old)
    new = etree.Element(tag(what))
    new.text = text
    both_.insert(0, new)


def sheet_state(sheet: str, state: str) -> Change:
    return lambda book: book.entry(sheet).set("state", state)


@deferred
def renamed(book: Book, sheet: str, name: str) -> None:
    book.entry(sheet).set("name", name)
    for defined in book.workbook.iter(tag("definedName")):
        defined.text = (defined.text or "").replace(sheet, name)


@deferred
def removed(book: Book, sheet: str) -> None:
    sheets = book.workbook.find(tag("sheets"))
    at = list(sheets).index(book.entry(sheet))
    sheets.remove(book.entry(sheet))
    names = book.workbook.find(tag("definedNames"))
    for defined in list(names):
        if (local := defined.get("localSheetId")) is not None:
            names.remove(defined) if int(local) == at else defined.set(
                "localSheetId", str(int(local) - (int(local) > at))
            )


@deferred
def added(book: Book, name: str, **more: Any) -> None:
    """Add a copy of the page, its total made better."""
    copy = Book(book.to_bytes())
    copy.put(PAGE, "F6", 9999)
    book.add_sheet(name, etree.tostring(copy.sheet(PAGE)), **more)


@deferred
def moved_last(book: Book, sheet: str) -> None:
    """Put a sheet behind the others; names that belong to sheets follow them."""
    sheets = book.workbook.find(tag("sheets"))
    before = [one.get("name") for one in sheets]
    moving = book.entry(sheet)
    sheets.remove(moving)
    sheets.append(moving)
    after = [one.get("name") for one in sheets]
    for defined in book.workbook.iter(tag("definedName")):
        if (local := defined.get("localSheetId")) is not None:
            defined.set("localSheetId", str(after.index(before[int(local)])))


@deferred
def defined(book: Book, name: str, sheet: str, text: str) -> None:
    at = [one.get("name") for one in book.workbook.find(tag("sheets"))].index(sheet)
    names = book.workbook.find(tag("definedNames"))
    for old in list(names):
        if old.get("name") == name and old.get("localSheetId") == str(at):
            names.remove(old)
    if text:
        new = etree.SubElement(names, tag("definedName"), name=name, localSheetId=str(at))
        new.text = f"'{sheet}'!{text}"


@deferred
def without_seal(book: Book, *names: str) -> None:
    """Take the marks of sheets from the record."""
    rows = book.sheet(RECORD).find(tag("sheetData"))
    for row in list(rows):
        number = row.get("r")
        if book.text(RECORD, f"A{number}") == "seal" and book.text(RECORD, f"B{number}") in names:
            rows.remove(row)


def view(sheet: str, **attributes: str) -> Change:
    return lambda book: next(book.sheet(sheet).iter(tag("sheetView"))).attrib.update(attributes)


# -- the table --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forgery:
    """A change, and what must be named: codes, each with the sheet and the cell, where it has any."""

    name: str
    change: Change
    expected: tuple[tuple[str, str | None, str | None], ...]
    only: bool = True  # nothing else is named
    misleads: bool = True  # the verdict is that it proves its total no more


def _of(name: str, change: Change, *expected: tuple[str, str | None, str | None], **more: Any) -> Forgery:
    return Forgery(name, change, expected, **more)


SESSIONS = 4  # the index of 宣传活动 · 乡镇计生协 · 活动场次, F6 on the page and I in the breakdown
GUANDU, VILLAGE, ZHULU, LANG = "410122101", "410122101201", "410122101202", "410122102"
GUANDU_FILE, VILLAGE_FILE, BAD_FILE = "收到/官渡镇.xlsx", "收到/官渡村.xlsx", "收到/坏.xlsx"
NEXT_TITLE, NEXT_IDENTITY = put(PAGE, "A2", "第24个“5.29会员活动日”信息统计表"), identity("edition", "24")
NEXT_LEDGER = about("届次", "第 24 个会员活动日")
ALL = (PAGE, UNITS, STATES, TOLD, LEDGER)


def _own_first_footer(book: Book) -> None:
    margin(PAGE, "firstFooter", "&C无")(book)
    book.sheet(PAGE).find(tag("headerFooter")).set("differentFirst", "1")


FORGERIES: Final = (
    # -- the page
    _of("a figure", put(PAGE, "F6", 99), ("P001", PAGE, "F6")),
    _of("a figure made blank", put(PAGE, "F6", None), ("P001", PAGE, "F6")),
    _of("a blank made 0", put(PAGE, "B6", 0), ("P001", PAGE, "B6")),
    _of("a figure as a text", put(PAGE, "F6", "若干"), ("P001", PAGE, "F6")),
    _of("a figure as a formula", lambda b: b.put(PAGE, "F6", 4, formula="2+2+95"), ("P010", PAGE, "F6")),
    _of("two figures", both(put(PAGE, "F6", 5), put(PAGE, "G6", 130)), ("P001", PAGE, "F6"), ("P001", PAGE, "G6")),
    _of("the unit", put(PAGE, "B3", "郑州市计生协"), ("P003", PAGE, "B3")),
    _of("the title's edition", put(PAGE, "A2", "第22个“5.29会员活动日”信息统计表"), ("P003", PAGE, "A2")),
    _of("the title's words", put(PAGE, "A2", "第23个“5.29会员活动日”信息统计表（更正）"), ("P003", PAGE, "A2")),
    _of("a label", put(PAGE, "F5", "场数"), ("T002", PAGE, "F5"), only=False),
    _of("the notes under the page", put(PAGE, "A19", "说明：以上数字经审计。"), ("P011", PAGE, "A19")),
    _of("the note beside the page", words(PAGE, "K5", "退回", "核实"), ("P011", PAGE, "A5")),
    _of("a line under the page", put(PAGE, "A22", "经核实，数字无误。"), ("P011", PAGE, "A22")),
    _of("a figure beside the page", put(PAGE, "M6", 12345), ("P011", PAGE, "A6")),
    _of("the room for the seal", put(PAGE, "F3", "已审核"), ("P011", PAGE, "A3")),
    _of("page and identity", both(put(PAGE, "F6", 9), figure(SESSIONS, 9)), ("P001", PAGE, "F6"),
        ("P009", IDENTITY, None), only=False),
    _of("page, identity and record", both(put(PAGE, "F6", 6), figure(SESSIONS, 6), sent(GUANDU, "K", SESSIONS, 4)),
        ("P009", RECORD, None), ("P002", UNITS, "I6"), ("P013", PAGE, None), only=False),
    _of("page, identity, record and breakdown",
        both(put(PAGE, "F6", 6), figure(SESSIONS, 6), sent(GUANDU, "K", SESSIONS, 4), put(UNITS, "I6", 4),
             cached("I5", 4), cached("I10", 6)),
        ("P009", RECORD, None), ("P009", IDENTITY, None), ("P013", PAGE, None), only=False),
    # -- the breakdown
    _of("a row's figure", put(UNITS, "I6", 7), ("P002", UNITS, "I6")),
    _of("a row's figure and all that follows from it",
        both(put(UNITS, "I6", 7), cached("I5", 7), cached("I10", 9)), ("P002", UNITS, "I6")),
    _of("a total in place of its formula", put(UNITS, "I5", 7), ("P002", UNITS, "I5")),
    _of("the total in place of its formula", put(UNITS, "I10", 7), ("P002", UNITS, "I10")),
    _of("a formula without its result changed", formula("I10", "SUM(I5,I8:I9,I11)+10"), ("P002", UNITS, "I10")),
    _of("a formula that leaves out a unit", formula("I10", "SUM(I5,I9,I11)"), ("P002", UNITS, "I10")),
    _of("a formula that counts one twice", formula("I10", "SUM(I5,I5,I8:I9,I11)"), ("P002", UNITS, "I10")),
    _of("a formula where there is a figure", formula("I8", "1+1"), ("P002", UNITS, "I8")),
    _of("a formula's result", cached("I10", 99), ("P002", UNITS, "I10")),
    _of("a figure as a text in a row", put(UNITS, "K7", "4"), ("P002", UNITS, "K7")),
    _of("a row's figure made blank", put(UNITS, "K8", None), ("P002", UNITS, "K8")),
    _of("a difference", put(UNITS, "I11", 3), ("P002", UNITS, "I11")),
    _of("a whole column", both(*(put(UNITS, f"I{row}", 7) for row in (5, 6, 8, 10))), ("P002", UNITS, "I5")),
    _of("a whole row", both(*(put(UNITS, f"{column}8", 7) for column in "IJKLQRST")), ("P002", UNITS, "I8")),
    _of("two heads swapped", both(put(UNITS, "I4", "宣传人数"), put(UNITS, "J4", "活动场次")), ("P003", UNITS, "I4")),
    _of("a level's head", put(UNITS, "I3", "宣传活动\n村居社区计生协"), ("P003", UNITS, "I3")),
    _of("a unit's name", put(UNITS, "A6", "某镇"), ("P003", UNITS, "A6")),
    _of("two rows swapped", swapped(UNITS, 5, 8), ("P003", UNITS, "A5")),
    _of("a row taken away", without_row(UNITS, 6), ("P003", UNITS, "A6"), only=False),
    _of("a row put in", extra_row(UNITS, 7, 8), ("P003", UNITS, "A7"), only=False),
    _of("a row below", put(UNITS, "A14", "万滩镇"), ("P011", UNITS, "A14")),
    _of("a column beside", put(UNITS, "AT5", 12), ("P011", UNITS, "A5")),
    _of("a state", put(UNITS, "C5", "未报"), ("P003", UNITS, "C5")),
    _of("a level", put(UNITS, "B5", "县级"), ("P003", UNITS, "B5")),
    _of("a basis", put(UNITS, "D8", "本级 + 下级"), ("P003", UNITS, "D8")),
    _of("how many reported below a unit", put(UNITS, "C7", "1 个已报"), ("P003", UNITS, "C7")),
    _of("the breakdown's title", put(UNITS, "A1", "郑州市 分单位汇总"), ("P011", UNITS, "A1")),
    _of("how many reported", put(UNITS, "B1", "都报了"), ("P011", UNITS, "A1")),
    _of("a row put in above the heads", extra_row(UNITS, 2, 2), ("P011", UNITS, "A3"), only=False),
    _of("an own return that there was none of", put(UNITS, "C9", "已报"), ("P003", UNITS, "C9")),
    # -- 报送情况
    _of("a missing unit reported", put(STATES, "E10", "已报"), ("P011", STATES, "A10")),
    _of("a rejected unit missing", put(STATES, "E15", "未报"), ("P011", STATES, "A15")),
    _of("a count", put(STATES, "L5", 1), ("P011", STATES, "A5")),
    _of("the person to call", put(STATES, "F10", "王五"), ("P011", STATES, "A10")),
    _of("a unit taken away", last_row(STATES), ("P011", STATES, "A15")),
    _of("a unit invented", put(STATES, "A16", "万滩镇"), ("P011", STATES, "A16")),
    _of("two rows of states swapped", swapped(STATES, 10, 11), ("P011", STATES, "A10")),
    # -- 审核意见
    _of("a finding's severity", put(TOLD, "B4", "提示"), ("P011", TOLD, "A4")),
    _of("a finding's words", put(TOLD, "K4", "没有问题。"), ("P011", TOLD, "A4")),
    _of("a finding taken away", without_row(TOLD, 4), ("P011", TOLD, "A4")),
    _of("a finding invented", put(TOLD, "C6", "V002"), ("P011", TOLD, "A6")),
    _of("a finding's value", put(TOLD, "J4", "30"), ("P011", TOLD, "A4")),
    _of("whose a finding is", put(TOLD, "F4", "410122103"), ("P011", TOLD, "A4")),
    _of("a note in the findings' head", put(TOLD, "O3", "已全部核实"), ("P011", TOLD, "A3")),
    _of("a note in the head of their states", put(TOLD, "N3", "状态（全部已核实）"), ("P011", TOLD, "A3")),
    _of("a note beside the findings", put(TOLD, "P4", "已全部核实"), ("P011", TOLD, "A4")),
    _of("a note below the findings", put(TOLD, "O40", "以上全部已核实"), ("P011", TOLD, "A40")),
    # -- the ledger
    _of("a fingerprint", entry(GUANDU_FILE, "C", "0" * 64), ("P009", LEDGER, "C6")),
    _of("counted made not counted", entry(GUANDU_FILE, "L", "未计入"), ("P009", LEDGER, "L6")),
    _of("not counted made counted", entry(BAD_FILE, "L", "计入"), ("P009", LEDGER, "L4")),
    _of("why it does not count", entry(BAD_FILE, "M", "与另一份重复"), ("P011", LEDGER, "A4")),
    _of("a file's unit", entry(GUANDU_FILE, "G", "狼城岗镇"), ("P009", LEDGER, "G6")),
    _of("a file's code", entry(GUANDU_FILE, "F", "410122102"), ("P009", LEDGER, "F6")),
    _of("a file's level", entry(GUANDU_FILE, "H", "村居社区级"), ("P009", LEDGER, "H6")),
    _of("a file's scope", entry(GUANDU_FILE, "I", "汇总"), ("P009", LEDGER, "I6")),
    _of("who gave the scope", entry(GUANDU_FILE, "J", "推断"), ("P011", LEDGER, "A6")),
    _of("a file's path", entry(GUANDU_FILE, "B", "收到/另一份.xlsx"), ("P011", LEDGER, "A6")),
    _of("a file's time", entry(GUANDU_FILE, "E", "2021-06-01 08:00:00"), ("P011", LEDGER, "A6")),
    _of("a file's edition", entry(GUANDU_FILE, "K", 22), ("P011", LEDGER, "A6")),
    _of("a file taken away", without_row(LEDGER, 5), ("P009", LEDGER, None), only=False),
    _of("the last file taken away", without_row(LEDGER, 8), ("P009", LEDGER, None)),
    _of("a file twice", extra_row(LEDGER, 6, 5), ("P009", LEDGER, None), only=False),
    _of("a rejected file taken away", without_row(LEDGER, 4), ("P009", LEDGER, None)),
    _of("the ledger's unit", about("汇总单位", "郑州市（地市级）4101"), ("P009", LEDGER, "C15")),
    _of("the ledger's edition", about("届次", "第 24 个会员活动日"), ("P009", LEDGER, "C16")),
    _of("the ledger's end", about("结束", "2021-06-30 12:00:00"), ("P009", LEDGER, "C14")),
    _of("the ledger's beginning", about("开始", "2021-06-30 12:00:00"), ("P011", LEDGER, "A13")),
    _of("the ledger's command", about("命令", "stattable merge 别处"), ("P011", LEDGER, "A12")),
    _of("the ledger's check code", about("校验码", "AAAA-AAAA-AAAA"), ("P013", PAGE, None), only=False),
    _of("no check code in the ledger", about("校验码", None), ("P013", PAGE, None), only=False),
    _of("the roster's fingerprint", about("名册 SHA-256", "1" * 64), ("P011", LEDGER, "A19")),
    _of("an option that is none", about("选项 --root", "4101"), ("P011", LEDGER, "A20")),
    _of("a scope of nonsense", lambda b: (b.put(LEDGER, "B20", "选项 --scope"), b.put(LEDGER, "C20", "410122=都算")),
        ("P009", LEDGER, None), only=False),
    _of("an edition of nonsense", lambda b: (b.put(LEDGER, "B20", "选项 --edition"), b.put(LEDGER, "C20", "廿三")),
        ("P009", LEDGER, None), only=False),
    _of("a time of nonsense", entry(GUANDU_FILE, "E", "昨天"), ("P009", LEDGER, None), only=False),
    _of("a number of nonsense", entry(GUANDU_FILE, "A", "三"), ("P009", LEDGER, None), only=False),
    _of("a number twice", entry(GUANDU_FILE, "A", 2), ("P009", LEDGER, None), only=False),
    _of("a size of nonsense", entry(GUANDU_FILE, "D", "很大"), ("P003", LEDGER, None), only=False),
    _of("words below the ledger", put(LEDGER, "B30", "以上均已核实"), ("P011", LEDGER, "A30"), only=False),
    # -- the record and the identity
    _of("a figure in the record", sent(GUANDU, "K", SESSIONS, 5),
        ("P001", PAGE, "F6"), ("P009", RECORD, None), only=False),
    _of("a unit dropped in the record", node(VILLAGE, "I", None), ("P009", RECORD, None), only=False),
    _of("a unit dropped in record and ledger",
        both(*(node(VILLAGE, column, None) for column in "IJK"), entry(VILLAGE_FILE, "L", "未计入")),
        ("P009", RECORD, None), ("P001", PAGE, "H6"), only=False),
    _of("a unit invented in record and ledger",
        both(node("410122102201", "I", "1"), node("410122102201", "J", "e" * 64), entry(BAD_FILE, "C", "e" * 64),
             node("410122102201", "K", ",,,,,,2,60" + "," * 32), entry(BAD_FILE, "L", "计入"),
             entry(BAD_FILE, "M", None)),
        ("P009", RECORD, None), only=False),
    _of("a fingerprint in record and ledger",
        both(node(GUANDU, "J", "0" * 64), entry(GUANDU_FILE, "C", "0" * 64)),
        ("P009", RECORD, None), ("P013", PAGE, None), only=False),
    _of("a fingerprint in the record", node(GUANDU, "J", "0" * 64), ("P009", LEDGER, "C6"), only=False),
    _of("a number in the record", node(GUANDU, "I", "9"), ("P009", LEDGER, None), only=False),
    _of("a name in the record", node(GUANDU, "D", "万滩镇"),
        ("P003", UNITS, "A5"), ("P009", LEDGER, "G6"), only=False),
    _of("whether a unit is to report", node("410122", "H", "0"), ("P009", RECORD, None)),
    _of("the record's edition", lambda b: b.put(RECORD, "E1", "24"),
        ("P003", PAGE, "A2"), ("P009", IDENTITY, None), only=False),
    _of("the record's time", lambda b: b.put(RECORD, "F1", "2021-06-30 12:00:00"), ("P009", LEDGER, "C14"), only=False),
    _of("the identity's figures", figure(SESSIONS, 5), ("P009", IDENTITY, None), only=False),
    _of("no figures in the identity", last_row(IDENTITY), ("P009", IDENTITY, None), only=False),
    _of("no figures in the identity, and others on the page", both(last_row(IDENTITY), put(PAGE, "F6", 99)),
        ("P001", PAGE, "F6"), ("P009", IDENTITY, None), only=False),
    _of("what the identity says is missing", identity("unaccounted", "county", "0"), ("P009", IDENTITY, None)),
    _of("no marks of the findings", without_seal(TOLD), ("P009", RECORD, None)),
    _of("no marks of the findings, and others", both(without_seal(TOLD), put(TOLD, "B4", "提示")),
        ("P009", RECORD, None)),
    _of("no marks at all", without_seal(*ALL, IDENTITY, RECORD), ("P009", RECORD, None)),
    # -- another badge
    _of("another year: title and identity",
        both(NEXT_TITLE, NEXT_IDENTITY),
        ("P003", PAGE, "A2"), ("P009", IDENTITY, None), only=False),
    _of("another county: name and identity",
        both(put(PAGE, "B3", "新郑市计生协"), identity("unit", "410184", "新郑市", "county")),
        ("P003", PAGE, "B3"), ("P009", IDENTITY, None), only=False),
    _of("another year: title, identity and ledger",
        both(NEXT_TITLE, NEXT_IDENTITY, NEXT_LEDGER),
        ("P003", PAGE, "A2"), ("P009", IDENTITY, None), ("P009", LEDGER, "C16"), only=False),
    _of("another year: all but the check code",
        both(NEXT_TITLE, NEXT_IDENTITY, NEXT_LEDGER, lambda b: b.put(RECORD, "E1", "24")),
        ("P009", RECORD, None), ("P013", PAGE, None), only=False),
    # -- sheets
    _of("a second page", added("信息统计表 (2)"), ("P003", "信息统计表 (2)", None)),
    _of("a second page in front, the true one hidden",
        both(added("信息统计表 ", first=True), sheet_state(PAGE, "hidden")),
        ("P003", "信息统计表 ", None), ("P003", PAGE, None)),
    _of("a second page in front", added("第一页", first=True), ("P003", "第一页", None)),
    _of("a second page, hidden", added("草稿", state="hidden"), ("P003", "草稿", None), misleads=False),
    *(_of(f"{sheet} hidden", sheet_state(sheet, "hidden"), ("P003", sheet, None)) for sheet in ALL),
    _of("the ledger very hidden", sheet_state(LEDGER, "veryHidden"), ("P003", LEDGER, None)),
    _of("the page renamed", renamed(PAGE, "统计表"), ("P003", "统计表", None), only=False),
    _of("the findings renamed", renamed(TOLD, "意见"), ("P003", "意见", None), only=False),
    *(_of(f"{sheet} removed", removed(sheet), ("P003", sheet, None), only=False) for sheet in ALL[1:]),
    _of("the page behind the others", moved_last(PAGE), ("P003", PAGE, None)),
    # -- how it is shown
    _of("a row of the page hidden", row_set(PAGE, 9, hidden="1"), ("P010", PAGE, "A9")),
    _of("a row of the page without height", row_set(PAGE, 9, ht="0", customHeight="1"), ("P010", PAGE, "A9")),
    _of("a row of the page too low", row_set(PAGE, 9, ht="1", customHeight="1"), ("P010", PAGE, "A9")),
    _of("a column of the page hidden", column_set(PAGE, 8, hidden="1"), ("P010", PAGE, "H1")),
    _of("a column of the page too narrow", column_set(PAGE, 8, width="0.1"), ("P010", PAGE, "H1")),
    _of("a row of the breakdown hidden", row_set(UNITS, 8, hidden="1"), ("P010", UNITS, "A8")),
    _of("one row of a group hidden", row_set(UNITS, 6, hidden="1"), ("P010", UNITS, "A6")),
    _of("a column of the breakdown hidden", column_set(UNITS, 9, hidden="1"), ("P010", UNITS, "I1")),
    _of("a column with figures folded away", column_set(UNITS, 9, hidden="1", outlineLevel="1"), ("P010", UNITS, "I1")),
    _of("a unit's state hidden", row_set(STATES, 15, hidden="1"), ("P010", STATES, "A15")),
    _of("a finding hidden", row_set(TOLD, 4, hidden="1"), ("P010", TOLD, "A4")),
    _of("a file hidden", row_set(LEDGER, 4, hidden="1"), ("P010", LEDGER, "A4")),
    _of("the reasons hidden", column_set(LEDGER, 13, hidden="1"), ("P010", LEDGER, "M1")),
    _of("white on white", font(PAGE, "F6", '<color rgb="FFFFFFFF"/>'), ("P010", PAGE, "F6")),
    _of("white words", font(STATES, "E15", '<color rgb="FFF8D7DA"/>'), ("P010", STATES, "E15")),
    _of("struck out", font(PAGE, "F6", "<strike/>"), ("P010", PAGE, "F6")),
    _of("a format that multiplies", number_format(PAGE, "F6", '0"万"'), ("P010", PAGE, "F6")),
    _of("a format that hides", number_format(PAGE, "F6", ";;;"), ("P010", PAGE, "F6")),
    _of("a format that says another figure", number_format(PAGE, "F6", '"88"'), ("P010", PAGE, "F6")),
    _of("a format in the breakdown", number_format(UNITS, "I10", '"88"'), ("P010", UNITS, "I10")),
    _of("a format that says another word", number_format(STATES, "E15", '0;0;0;"已报"'), ("P010", STATES, "E15")),
    _of("a format that hides a word", number_format(TOLD, "B4", ";;;"), ("P010", TOLD, "B4")),
    _of("a conditional format on the page", conditional(PAGE, "A1:I20"), ("P010", PAGE, None)),
    _of("a conditional format in the breakdown", conditional(UNITS, "A1:Z20"), ("P010", UNITS, None)),
    _of("a text box over the page", drawn(PAGE), ("P010", PAGE, None)),
    _of("a text box over the ledger", drawn(LEDGER), ("P010", LEDGER, None)),
    _of("a comment", commented(PAGE, shown=False), ("P010", PAGE, None), misleads=False),
    _of("a comment that is always shown", commented(PAGE, shown=True), ("P010", PAGE, None)),
    _of("cells under a merged one", merged(UNITS, "I8:L8"), ("P010", UNITS, "J8")),
    _of("rows under a merged one", merged(LEDGER, "L4:L8"), ("P010", LEDGER, "L5")),
    _of("zeros that are not shown", view(PAGE, showZeros="0"), ("P010", PAGE, None)),
    # -- how it is printed
    _of("another check code in the footer", margin(PAGE, "oddFooter", "&L校验码 AAAA-AAAA-AAAA"), ("P013", PAGE, None)),
    _of("no check code in the footer", margin(PAGE, "oddFooter", ""), ("P013", PAGE, None)),
    _of("two check codes in the footer", lambda b: margin(PAGE, "oddFooter", _footer(b) + "&R校验码 AAAA-AAAA-AAAA")(b),
        ("P010", PAGE, None)),
    _of("a header on the page", margin(PAGE, "oddHeader", "&C更正后的数：9999"), ("P010", PAGE, None)),
    _of("another footer of the ledger", margin(LEDGER, "oddFooter", "&C已审核"), ("P010", LEDGER, None)),
    _of("a first page with a footer of its own",
        _own_first_footer, ("P010", PAGE, None)),
    _of("a part of the page is printed", defined("_xlnm.Print_Area", PAGE, "$A$1:$I$11"), ("P010", PAGE, None)),
    _of("the whole sheet is printed", defined("_xlnm.Print_Area", PAGE, ""), ("P010", PAGE, None)),
    _of("a part of the ledger is printed", defined("_xlnm.Print_Area", LEDGER, "$A$1:$H$12"), ("P010", LEDGER, None)),
    _of("rows of the page on every page", defined("_xlnm.Print_Titles", PAGE, "$18:$20"), ("P010", PAGE, None)),
    _of("other heads on every page", defined("_xlnm.Print_Titles", UNITS, "$3:$4"), ("P010", UNITS, None)),
)  # fmt: skip


def _footer(book: Book) -> str:
    return next(book.sheet(PAGE).iter(tag("oddFooter"))).text


# -- what a program may do that saves it anew -------------------------------------------------------------


def shared_formulas(book: Book) -> None:
    """Have the totals of a row share one formula, as Excel does."""
    first = None
    for letter in "IJKL":
        cell = book.cell(UNITS, f"{letter}10").find(tag("f"))
        if first is None:
            first = cell
            cell.attrib.update({"t": "shared", "si": "0", "ref": "I10:L10"})
        else:
            cell.attrib.update({"t": "shared", "si": "0"})
            cell.text = None


def strings_reordered(book: Book) -> None:
    strings = book.xml("xl/sharedStrings.xml")
    count = len(strings)
    strings[:] = list(reversed(list(strings)))
    for name in [one.get("name") for one in book.workbook.iter(tag("sheet"))]:
        for cell in book.sheet(name).iter(tag("c")):
            if cell.get("t") == "s":
                cell.find(tag("v")).text = str(count - 1 - int(cell.findtext(tag("v"))))


def styles_renumbered(book: Book) -> None:
    formats = book.xml("xl/styles.xml").find(tag("cellXfs"))
    formats.insert(0, etree.fromstring(etree.tostring(formats[0])))
    for name in [one.get("name") for one in book.workbook.iter(tag("sheet"))]:
        for cell in book.sheet(name).iter(tag("c")):
            if cell.get("s"):
                cell.set("s", str(int(cell.get("s")) + 1))


def parts_reordered(book: Book) -> None:
    book.parts = dict(reversed(book.parts.items()))


def filtered(book: Book) -> None:
    """Set a filter, as a clerk does who looks for what is missing."""
    found = next(book.sheet(STATES).iter(tag("autoFilter")))
    column = etree.SubElement(found, tag("filterColumn"), colId="4")
    etree.SubElement(etree.SubElement(column, tag("filters")), tag("filter"), val="已报")
    book.row(STATES, 10).set("hidden", "1")
    book.row(STATES, 15).set("hidden", "1")


def folded(book: Book) -> None:
    """Fold up a group of the outline."""
    for number in (6, 7):
        book.row(UNITS, number).set("hidden", "1")


def calculation_chain(book: Book) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    book.add_part("xl/calcChain.xml", f'<calcChain xmlns="{MAIN}"><c r="I10" i="2"/></calcChain>'.encode(), kind)
    book.relate("xl/workbook.xml", "calcChain.xml", "calcChain")


def reserved_sheet(book: Book) -> None:
    """WPS keeps pictures in cells on a sheet of its own."""
    content = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()
    book.add_sheet("WpsReserved_CellImgList", content, state="veryHidden")


def fonts_in_footer(book: Book) -> None:
    footer = next(book.sheet(LEDGER).iter(tag("oddFooter")))
    footer.text = '&C&"宋体,常规"&11第 &P 页，共 &N 页'


def empty_drawing(book: Book) -> None:
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    book.add_part("xl/drawings/empty.xml", b'<wsDr xmlns="urn:x"></wsDr>', kind)
    number = book.relate(book.part_of(STATES), "../drawings/empty.xml", "drawing")
    book.insert_last(STATES, f'<drawing r:id="{number}"/>')


HARMLESS: Final[dict[str, Change]] = {
    "nothing": lambda _: None,
    "parts in another order": parts_reordered,
    "strings in another order": strings_reordered,
    "styles numbered anew": styles_renumbered,
    "formulas shared": shared_formulas,
    "a chain of calculation": calculation_chain,
    "a sheet of WPS's": reserved_sheet,
    "columns that were folded away shown": column_set(UNITS, 5, hidden="0"),
    "columns wider": column_set(UNITS, 9, width="20", customWidth="1"),
    "rows higher": row_set(LEDGER, 4, ht="40", customHeight="1"),
    "a filter": filtered,
    "a group folded up": folded,
    "fonts in a footer": fonts_in_footer,
    "a drawing with nothing in it": empty_drawing,
    "the person to call": both(put(PAGE, "B18", "王五"), put(PAGE, "E18", "0371-1234567"), put(PAGE, "H18", "6月30日")),
    "the unit's full name": put(PAGE, "B3", "中牟县计划生育协会"),
    "what was found out": put(TOLD, "O5", "已电话核实，确实没有开展。"),
    "what became of a finding": put(TOLD, "N5", "已核实"),
    "a figure with its decimals": lambda book: book.cell(PAGE, "F6").find(tag("v")).__setattr__("text", "4.0"),
    "another page in view": lambda book: next(book.workbook.iter(tag("workbookView"))).set("activeTab", "4"),
    "another name in the properties": lambda book: book.parts.update({"docProps/custom.xml": b"<Properties/>"}),
}  # fmt: skip
