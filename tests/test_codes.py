"""For every code one case that raises it, through the command line, and one that is nearly the same and does not.

A case writes files into an empty folder, runs `check` or `merge` there, and returns the codes of all findings.
"""

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.drawing.image import Image

from command_line import codes, run
from county import (
    ABOVE,
    EAST,
    GUANDU,
    GUANDU_VILLAGE,
    HENAN,
    ROSTER,
    TO_COUNTY,
    TO_GUANDU,
    TOWNSHIPS,
    ZHENGZHOU,
    ZHONGMU,
    ZHULUYING,
)
from deferred import deferred
from lacking import hide
from stattable.checking.returns import Batch, CheckedReturn, check_returns
from stattable.merging import merge as merging
from stattable.model.annex import ANNEX_SHEET
from stattable.model.catalogue import CATALOGUE, finding
from stattable.model.cell_names import a1
from stattable.model.explanations import REASONS_SHEET
from stattable.model.form import FIELD_BY_KEY, FIELDS, LABELS
from stattable.model.identity import IDENTITY_SHEET, UnitFacts
from stattable.model.units import Level, Scope
from stattable.proving.lists import FINDING_HEADS
from stattable.reading import files
from stattable.writing import bundle
from writers.containers import GOLDEN, repacked, zipped
from writers.papers import ALL, mp4, photo, word
from writers.papers import put as put_papers
from writers.pictures import qr
from writers.returns import filled, own_values, save, typed

Case = Callable[[Path], set[str]]

RETURNS, ROSTER_FILE, OUTPUT = "收到", "名册.csv", "汇总表.xlsx"
VILLAGE, TOWNSHIP, COUNTY = (own_values(level) for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY))
SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"
TOWN_SESSIONS, TOWN_PEOPLE = "activities.township.sessions", "activities.township.people"
NOTHING = {key: 0 for key in VILLAGE if "village" in key}  # in the fields that only a village owns
FIRST_CELL = FIELD_BY_KEY[SESSIONS].cell  # and the people stand right of it
SECOND_CELL = FIELD_BY_KEY[PEOPLE].cell
JUNE_1, JUNE_2 = date(2021, 6, 1), date(2021, 6, 2)
WORDS, NOTED = (
    a1(4, FINDING_HEADS.index("说明") + 1),
    a1(4, len(FINDING_HEADS)),
)  # of the first finding in a merged workbook


# -- what is checked, and what is merged ------------------------------------------------------------------


def check(folder: Path, *options: str) -> set[str]:
    return set(codes(run("check", folder / RETURNS, "--format", "json", *options).json))


def merge(folder: Path, *options: str) -> set[str]:
    return set(codes(run("merge", folder / RETURNS, "-o", folder / OUTPUT, "--format", "json", *options).json))


def without(module: str, case: Callable[[Path], set[str]]) -> Callable[[Path], set[str]]:
    """The same case on a computer that lacks a library."""

    def case_without(folder: Path) -> set[str]:
        with pytest.MonkeyPatch.context() as patch:
            hide(patch, module)
            return case(folder)

    return case_without


def roster(folder: Path, text: str = ROSTER) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROSTER_FILE).write_text(text, encoding="utf-8")
    return "--roster", str(folder / ROSTER_FILE)


def village(
    folder: Path,
    name: str = "官渡村.xlsx",
    unit: UnitFacts = GUANDU_VILLAGE,
    *,
    figures: dict[str, Any] | None = None,
    above: tuple[UnitFacts, ...] = TO_GUANDU,
    **changes: Any,
) -> Path:
    """A valid return of a village but for some `figures`; `changes` are those of :func:`filled`."""
    return filled(folder / RETURNS / name, unit, {**VILLAGE, **(figures or {})}, above=above, **changes)


@deferred
def of_village(folder: Path, **changes: Any) -> set[str]:
    """Check the return of a village in which one thing is changed."""
    village(folder, **changes)
    return check(folder)


def figure(key: str, value: object) -> Case:
    """Check the return of a village with `value` in a field."""
    return of_village(figures={key: value})


@deferred
def of_unit(folder: Path, unit: UnitFacts, key: str, value: object, scope: Scope = Scope.OWN) -> set[str]:
    """Check the return of a unit above the village, with `value` in a field."""
    filled(folder / RETURNS / "1.xlsx", unit, {**own_values(unit.level), key: value}, scope=scope)
    return check(folder)


@deferred
def by_hand(
    folder: Path, name: str, figures: dict[str, Any] = VILLAGE, options: tuple[str, ...] = (), **changes: Any
) -> set[str]:
    """Check a return that has no identity, a village's; `changes` are those of :func:`typed`."""
    typed(folder / RETURNS / "1.xlsx", name, figures, **changes)
    return check(folder, *options)


# -- files ------------------------------------------------------------------------------------------------


@deferred
def content(folder: Path, change: Callable[[bytes], bytes]) -> set[str]:
    """Check the return of a village whose bytes are changed."""
    path = village(folder)
    path.write_bytes(change(path.read_bytes()))
    return check(folder)


def unchanged(data: bytes) -> bytes:
    return data


def protected(data: bytes) -> bytes:
    """Set the flag of the first part that says that it needs a password."""
    at = data.index(b"PK\x01\x02") + 8
    return data[:at] + bytes([data[at] | 1]) + data[at + 1 :]


def listing(sheet: bytes) -> Callable[[bytes], bytes]:
    """Let the workbook list one more sheet."""
    return lambda data: repacked(data, workbook=(b"</sheets>", sheet + b"</sheets>"))


def padded(megabytes: int) -> Callable[[bytes], bytes]:
    """Make a workbook larger by a part that nobody reads."""

    def pad(data: bytes) -> bytes:
        file = io.BytesIO(data)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_STORED) as archive:
            archive.writestr("xl/media/photo.bmp", bytes(megabytes * 2**20))
        return file.getvalue()

    return pad


@deferred
def beside(folder: Path, name: str) -> set[str]:
    """Check a folder with a photo called `name` in it."""
    village(folder)
    (folder / RETURNS / name).write_bytes(b"\xff\xd8\xff\xe0 a photo")
    return check(folder)


def reader_fails(fails: bool) -> Case:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    def case(folder: Path) -> set[str]:
        village(folder)
        with pytest.MonkeyPatch.context() as patch:
            if fails:
                patch.setattr(files, "read_form", broken)
            return check(folder)

    return case


# -- the form ---------------------------------------------------------------------------------------------


@deferred
def put(sheet: Any, cell: str, value: object) -> None:
    sheet[cell] = value


def without_labels(sheet: Any) -> None:
    for label in LABELS:
        sheet.cell(*label.at).value = None


@deferred
def covered(sheet: Any, value: object) -> None:
    """Put `value` under a merged cell."""
    sheet[SECOND_CELL] = value
    sheet.merged_cells.add(f"{FIRST_CELL}:{SECOND_CELL}")  # merge_cells would clear it


@deferred
def second_sheet(sheet: Any, filled_in: bool) -> None:
    copy = sheet.parent.copy_worksheet(sheet)
    for field in FIELDS:
        if not filled_in:
            copy[field.cell] = None


@deferred
def second_row(folder: Path, head: str | None) -> set[str]:
    """Check a form with two rows of figures under 宣传活动, the second beginning with `head`."""
    page = typed(folder / "page.xlsx", "官渡村", VILLAGE)
    rows = [list(row) for row in openpyxl.load_workbook(page).worksheets[0].iter_rows(values_only=True)]
    rows.insert(6, [head, None, None, None, None, None, None, 2, 60])
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.worksheets[0].append(row)
    save(workbook, folder / RETURNS / "1.xlsx")
    return check(folder)


@deferred
def more_above(sheet: Any, count: int) -> None:
    """Have the hidden sheet name `count` more units above."""
    for _ in range(count):
        sheet.parent[IDENTITY_SHEET].append(["above", "", "某镇", "township"])


# -- several files ----------------------------------------------------------------------------------------


@deferred
def two_returns(folder: Path, *, unit: UnitFacts = GUANDU_VILLAGE, **changes: Any) -> set[str]:
    """Check two returns of 官渡村, the second with one thing changed."""
    village(folder, "1.xlsx")
    village(folder, "2.xlsx", unit, **changes)
    return check(folder)


@deferred
def in_two_folders(folder: Path, *folders: str) -> set[str]:
    """Check a village's typed return twice, in two folders."""
    for name in folders:
        typed(folder / RETURNS / name / "1.xlsx", "东村", VILLAGE)
    return check(folder)


@deferred
def in_roster(folder: Path, name: str) -> set[str]:
    typed(folder / RETURNS / "1.xlsx", name, VILLAGE)
    return check(folder, *roster(folder))


@deferred
def with_roster(folder: Path, text: str) -> set[str]:
    village(folder)
    return check(folder, *roster(folder, text))


@deferred
def merged_before(folder: Path, before: bool) -> set[str]:
    """Merge a folder in which the result of a merge lies already, or does not."""
    village(folder, "1.xlsx")
    village(folder, "2.xlsx", ZHULUYING)
    if before:
        merge(folder)
        (folder / OUTPUT).rename(folder / RETURNS / "上次的汇总表.xlsx")
    return merge(folder)


@deferred
def beside_its_workbook(folder: Path, sessions: int) -> set[str]:
    """Merge a township's merged workbook with a village's return that it was made from, or one that says otherwise."""
    by_roster = roster(folder)
    first, second = village(folder, "1.xlsx"), village(folder, "2.xlsx", ZHULUYING)
    merge(folder, *by_roster, "--root", "410122101")
    (folder / OUTPUT).rename(folder / RETURNS / "镇.xlsx")
    second.unlink()
    if sessions != VILLAGE[SESSIONS]:
        first.unlink()
        village(folder, "1.xlsx", figures={SESSIONS: sessions})
    return merge(folder, *by_roster, "--root", "410122")


@deferred
def in_a_workbook(folder: Path, moved_to: str) -> set[str]:
    """Merge a township's merged workbook with a return that it was made from, whose village stands elsewhere now."""
    first, _ = village(folder, "1.xlsx"), village(folder, "2.xlsx", ZHULUYING)
    merge(folder, *roster(folder), "--root", "410122101")
    (folder / OUTPUT).rename(folder / RETURNS / "镇.xlsx")
    first.unlink()
    now = ROSTER.replace("逐鹿营村,,,", f"逐鹿营村,,{moved_to},")
    return merge(folder, *roster(folder, now), "--root", "410122")


@deferred
def roots_own_result(folder: Path, gone: bool) -> set[str]:
    """Merge a folder in which the root's own earlier result lies, one of whose returns is gone, or is not."""
    first, _ = village(folder, "1.xlsx"), village(folder, "2.xlsx", ZHULUYING)
    merge(folder, "--root", "410122101")
    (folder / OUTPUT).rename(folder / RETURNS / "上次的汇总表.xlsx")
    if gone:
        first.unlink()
    return merge(folder, "--root", "410122101")


@deferred
def corrected(folder: Path, duplicates: str) -> set[str]:
    village(folder, "1.xlsx", figures={SESSIONS: 2}, filled_in=JUNE_1)
    village(folder, "2.xlsx", figures={SESSIONS: 3}, filled_in=JUNE_2)
    return merge(folder, "--duplicates", duplicates)


@deferred
def year_after_year(folder: Path, then: int, now: int) -> set[str]:
    """Check the return of a village beside that of the year before, by their articles."""
    key = "media.county.text"
    filled(folder / "去年" / "1.xlsx", GUANDU_VILLAGE, {**VILLAGE, key: then}, above=TO_GUANDU, edition=22)
    village(folder, figures={key: now})
    return check(folder, "--previous", str(folder / "去年"))


@deferred
def mended(folder: Path, first: date, second: date) -> set[str]:
    """Check a return that no total can take, of the `first` day, and one that is in order, of the `second`."""
    village(folder, "1.xlsx", figures={SESSIONS: "若干"}, filled_in=first)
    village(folder, "2.xlsx", filled_in=second)
    return check(folder)


@deferred
def explained(folder: Path, code: str, reason: str) -> set[str]:
    """Check a return of which one figure is odd, with a reason for a code."""

    def explain(form: Any) -> None:
        sheet = form.parent.create_sheet(REASONS_SHEET)
        sheet.append(["编号", "情况说明"])
        sheet.append([code, reason])

    village(folder, figures={PEOPLE: 2001}, change=explain)
    return check(folder)


@deferred
def township_says(folder: Path, sessions: int) -> set[str]:
    """Merge 官渡镇's cumulative return, which says `sessions` for its villages, with those of its two villages."""
    below = {key: 2 * VILLAGE[key] for key in NOTHING}
    says = {**below, **dict.fromkeys(TOWNSHIP, 9), TOWN_PEOPLE: 90, SESSIONS: sessions}
    filled(folder / RETURNS / "镇.xlsx", GUANDU, says, above=TO_COUNTY, scope=Scope.CUMULATIVE)
    village(folder, "1.xlsx")
    village(folder, "2.xlsx", ZHULUYING)
    return merge(folder, *roster(folder), "--root", "410122101")


@deferred
def village_below(folder: Path, figures: dict[str, Any]) -> set[str]:
    """Merge a township's return that does not say its scope, and nothing of its villages, with a village's."""
    typed(folder / RETURNS / "镇.xlsx", "官渡镇", TOWNSHIP)
    village(folder, "1.xlsx", figures=figures)
    village(folder, "2.xlsx", ZHULUYING, figures=figures)
    return merge(folder, *roster(folder), "--root", "410122101")


@deferred
def beside_a_county(folder: Path, name: str, level: Level) -> set[str]:
    """Merge a county's cumulative return with that of a unit that nothing places."""
    values = {**COUNTY, TOWN_SESSIONS: 9, TOWN_PEOPLE: 90}
    above = (HENAN, ZHENGZHOU)
    filled(folder / RETURNS / "县.xlsx", ZHONGMU, values, above=above, scope=Scope.CUMULATIVE)
    typed(folder / RETURNS / "1.xlsx", name, own_values(level))
    return merge(folder, "--root", "4101")


def township_by_hand(folder: Path) -> set[str]:
    typed(folder / RETURNS / "1.xlsx", "官渡镇", {**TOWNSHIP, SESSIONS: 2, PEOPLE: 60})
    return check(folder)


def township_by_blank(folder: Path) -> set[str]:
    values = {**TOWNSHIP, SESSIONS: 2, PEOPLE: 60}
    filled(folder / RETURNS / "1.xlsx", GUANDU, values, above=TO_COUNTY, scope=Scope.CUMULATIVE)
    return check(folder)


@deferred
def villages_here(folder: Path, *units: UnitFacts) -> set[str]:
    filled(folder / RETURNS / "镇.xlsx", GUANDU, TOWNSHIP, above=TO_COUNTY)
    for unit in units:
        village(folder, f"{unit.name}.xlsx", unit)
    return merge(folder, *roster(folder), "--root", "410122101")


@deferred
def scan_of(folder: Path, name: str) -> set[str]:
    (folder / RETURNS).mkdir(parents=True, exist_ok=True)
    (folder / RETURNS / name).write_bytes(b"\xff\xd8\xff\xe0" + bytes(64))
    return villages_here(GUANDU_VILLAGE)(folder)


@deferred
def workbook_of(folder: Path, *units: UnitFacts) -> set[str]:
    """Check the township's merged workbook."""
    villages_here(*units)(folder)
    for path in (folder / RETURNS).iterdir():
        path.unlink()
    (folder / OUTPUT).rename(folder / RETURNS / "镇汇总.xlsx")
    return check(folder, *roster(folder))


@deferred
def for_a_county(folder: Path, figures: dict[str, Any]) -> set[str]:
    """Merge a county's returns, of which one township's is cumulative, or own, and no village's is there."""
    filled(folder / RETURNS / "县.xlsx", ZHONGMU, COUNTY, above=TO_COUNTY[:2])
    said = {**TOWNSHIP, **figures}
    filled(folder / RETURNS / "镇.xlsx", GUANDU, said, above=TO_COUNTY, scope=Scope.CUMULATIVE)
    return merge(folder, "--root", "410122")


@deferred
def unplaced(folder: Path, name: str) -> set[str]:
    """Merge the county's return with the typed one of a township that the county's blanks know of, or do not."""
    filled(folder / RETURNS / "镇.xlsx", GUANDU, TOWNSHIP, above=TO_COUNTY)
    typed(folder / RETURNS / "1.xlsx", name, VILLAGE)
    village(folder, "2.xlsx", ZHULUYING)
    return merge(folder, "--root", "410122101")


@deferred
def for_whom(folder: Path, *options: str) -> set[str]:
    village(folder)
    village(folder, "2.xlsx", ZHULUYING)
    return merge(folder, *options)


# -- the annex of accounts --------------------------------------------------------------------------------

HEADINGS = ("序号", "单位名称", "层级", "官网网址", "微信公众号名称", "微信公众号二维码", "微博名", "备注")
TOP = 4  # the first row under them, in a blank
OFFICIAL = "http://weixin.qq.com/r/zhongmu"
# What a county lists, by the columns; under F what the QR code says.
ACCOUNT = {
    "B": "中牟县计生协", "C": "县级", "D": "http://zhongmu.example.cn", "E": "中牟计生", "F": OFFICIAL,
    "G": "中牟计生协",
}  # fmt: skip
SECOND = {**ACCOUNT, "D": "http://news.example.cn", "E": "中牟家庭", "F": f"{OFFICIAL}-family", "G": "中牟家庭健康"}


def counted(number: int) -> dict[str, Any]:
    """What the form says where as many accounts of each kind of counties are listed."""
    return {f"online.county.{kind}": number for kind in ("website", "wechat", "weibo")}


@deferred
def listed(form: Any, *rows: dict[str, str]) -> None:
    """List accounts in the annex of a blank; the change gets the sheet of the form."""
    sheet = form.parent[ANNEX_SHEET]
    for number, row in enumerate(rows, start=TOP):
        for column, said in row.items():
            if column == "F":
                sheet.add_image(Image(io.BytesIO(qr(said, 4))), f"F{number}")
            else:
                sheet[f"{column}{number}"] = said


@deferred
def accounts(folder: Path, *rows: dict[str, str], **figures: int) -> set[str]:
    """Check the return of a county that counts the accounts of `rows`, but for some `figures`, by kind."""
    said = {**COUNTY, **counted(len(rows)), **{f"online.county.{kind}": n for kind, n in figures.items()}}
    filled(folder / RETURNS / "县.xlsx", ZHONGMU, said, above=TO_COUNTY[:2], change=listed(*rows))
    return check(folder)


def account(**changes: str | None) -> Case:
    """Check the return of a county with one account, of which something is changed or, with None, left out."""
    return accounts({column: said for column, said in {**ACCOUNT, **changes}.items() if said is not None})


@deferred
def golden(folder: Path, name: str) -> set[str]:
    (folder / RETURNS).mkdir(parents=True)
    shutil.copy(GOLDEN / name, folder / RETURNS)
    return check(folder)


@deferred
def saved_as(folder: Path, name: str) -> set[str]:
    """Check a county's form with the annex below it: a workbook, or as systems write .xls files, text with tabs."""
    page = typed(folder / "page.xlsx", "中牟县", {**COUNTY, **counted(1)})
    workbook = openpyxl.load_workbook(page)
    sheet = workbook.worksheets[0]
    sheet.append([])
    sheet.append(HEADINGS)
    sheet.append([1, *(None if column == "F" else ACCOUNT.get(column) for column in "BCDEFGH")])
    sheet.add_image(Image(io.BytesIO(qr(OFFICIAL, 4))), f"F{sheet.max_row}")
    sheet.row_dimensions[sheet.max_row].height = 90  # points, about the picture's
    path = save(workbook, folder / RETURNS / name)
    if name.endswith(".xls"):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t").writerows(sheet.iter_rows(values_only=True))
    return check(folder)


@deferred
def prefecture_lists(folder: Path, row: dict[str, str]) -> set[str]:
    """Merge a prefecture's cumulative return, whose annex is `row`, with that of its county."""
    own, below = own_values(Level.PREFECTURE), {**COUNTY, **counted(1)}
    both = {key: own.get(key, 0) + below.get(key, 0) for key in own | below}
    above, scope = (HENAN, ZHENGZHOU), Scope.CUMULATIVE
    filled(folder / RETURNS / "市.xlsx", ZHENGZHOU, both, above=above[:1], scope=scope, change=listed(row))
    filled(folder / RETURNS / "县.xlsx", ZHONGMU, below, above=above, change=listed(ACCOUNT))
    return merge(folder, "--root", "4101")


# -- what is verified -------------------------------------------------------------------------------------


@deferred
def in_report(folder: Path, sheet: str, change: Callable[[Any], None]) -> set[str]:
    """Verify a merged workbook of which one sheet is changed."""
    village(folder)
    village(folder, "2.xlsx", ZHULUYING)
    merge(folder)
    workbook = openpyxl.load_workbook(folder / OUTPUT)
    change(workbook[sheet])
    workbook.save(folder / OUTPUT)
    return set(codes(run("verify", folder / OUTPUT, "--format", "json").json))


@deferred
def sources(folder: Path, change: Callable[[Path], object]) -> set[str]:
    """Verify a merged workbook against the folder of its returns, in which something has changed."""
    village(folder)
    village(folder, "2.xlsx", ZHULUYING)
    merge(folder)
    change(folder)
    return set(codes(run("verify", folder / OUTPUT, folder / RETURNS, "--format", "json").json))


@deferred
def counted_otherwise(sheet: Any, word: str) -> None:
    """Say of the first file in the ledger whether it counts."""
    row = next(row for row in sheet.iter_rows() if row[0].value == 1)
    row[11].value = word


@deferred
def sent_on(folder: Path, change: Callable[[Any], None]) -> set[str]:
    """Verify what was merged from a merged workbook of which the page was changed before it was sent on."""
    village(folder)
    merge(folder, "--root", "410122101")
    workbook = openpyxl.load_workbook(folder / OUTPUT)
    change(workbook["信息统计表"])
    (folder / "送来").mkdir()
    workbook.save(folder / "送来" / OUTPUT)
    run("merge", folder / "送来", "--root", "410122", "-o", folder / OUTPUT, "--force")
    return set(codes(run("verify", folder / OUTPUT, "--format", "json").json))


@deferred
def footer(sheet: Any, text: str) -> None:
    sheet.oddFooter.left.text = text


@deferred
def decided_by(folder: Path, decide: Callable[[CheckedReturn], CheckedReturn]) -> set[str]:
    """Verify what a merge wrote that decided otherwise, against its returns."""

    def judged(*arguments: Any) -> Batch:
        batch = check_returns(*arguments)
        return replace(batch, returns=tuple(map(decide, batch.returns)))

    village(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "check_returns", judged)
        merge(folder)
    return set(codes(run("verify", folder / OUTPUT, folder / RETURNS, "--format", "json").json))


def corrects(folder: Path) -> None:
    village(folder, figures={SESSIONS: 3})


def calls_another(folder: Path) -> None:
    village(folder, phone="13900000000")


def withdraws(folder: Path) -> None:
    (folder / RETURNS / "2.xlsx").unlink()


def comes_late(folder: Path) -> None:
    filled(folder / RETURNS / "镇.xlsx", GUANDU, TOWNSHIP, above=TO_COUNTY)


def all_gone(folder: Path) -> None:
    for path in (folder / RETURNS).iterdir():
        path.unlink()
    shutil.copy(folder / OUTPUT, folder / RETURNS)


def all_others(folder: Path) -> None:
    for path in (folder / RETURNS).iterdir():
        path.unlink()
    comes_late(folder)


@deferred
def hidden_row(sheet: Any, row: int) -> None:
    sheet.row_dimensions[row].hidden = True


@deferred
def shown_as(sheet: Any, number_format: str) -> None:
    sheet[FIRST_CELL].number_format = number_format


@deferred
def two_files(folder: Path, *names: str) -> set[str]:
    """Check returns of two villages in files of these names."""
    for name, unit in zip(names, (GUANDU_VILLAGE, ZHULUYING), strict=True):
        village(folder, name, unit)
    return check(folder)


@deferred
def one_of_another_edition(folder: Path, *options: str) -> set[str]:
    """Check three returns, of which one is of the year before."""
    village(folder, "1.xlsx")
    village(folder, "2.xlsx", ZHULUYING)
    filled(folder / RETURNS / "镇.xlsx", GUANDU, TOWNSHIP, above=TO_COUNTY, edition=22)
    return check(folder, *options)


# -- papers -----------------------------------------------------------------------------------------------


@deferred
def papers(folder: Path, changes: dict[str, bytes | None], *options: str, table: bool = True) -> set[str]:
    """Pack what a village hands in, with all that is asked for but for some `changes`: None takes a paper away."""
    if table:
        village(folder)
    named = {**ALL, **changes}
    put_papers(folder / RETURNS, {name: data for name, data in named.items() if data is not None})
    return pack(folder, "--deadline", "2200-06-30", *options)


@deferred
def townships(folder: Path, *below: UnitFacts, folders: tuple[UnitFacts, ...] = TOWNSHIPS) -> set[str]:
    """Pack what a county and its townships hand in; the first one has returns of units `below` in its folder, too."""
    filled(folder / RETURNS / "中牟县.xlsx", ZHONGMU, COUNTY, above=TO_COUNTY[:2])
    for unit in folders:
        filled(folder / RETURNS / unit.name / "表.xlsx", unit, TOWNSHIP, above=TO_COUNTY)
    for unit in below:
        values, above = own_values(unit.level), ABOVE[unit]
        filled(folder / RETURNS / folders[0].name / f"{unit.name}.xlsx", unit, values, above=above)
    for place in ("", *(f"{unit.name}/" for unit in folders)):
        put_papers(folder / RETURNS, {f"{place}{name}": data for name, data in ALL.items()})
    return pack(folder, *roster(folder), "--deadline", "2200-06-30")


def pack(folder: Path, *options: str) -> set[str]:
    document = run("pack", folder / RETURNS, "-o", folder / "材料.zip", "--format", "json", *options).json
    return {one["code"] for one in document["findings"]}


@deferred
def of_neighbour(folder: Path, name: str) -> set[str]:
    """Pack what a county's only township hands in, and its return once more in a folder that is called otherwise."""
    put_papers(folder / RETURNS / name, ALL)
    values, above = own_values(GUANDU.level), ABOVE[GUANDU]
    filled(folder / RETURNS / name / "1.xlsx", GUANDU, values, above=above)
    return townships(folders=(GUANDU,))(folder) - {"B006"}


@deferred
def while_packed(folder: Path, *, changes: bool) -> set[str]:
    """Pack what a village hands in, of which a file may become longer after it was looked at."""
    with pytest.MonkeyPatch.context() as patch:
        if changes:
            patch.setattr("stattable.writing.bundle._entry", longer(folder / RETURNS / "经验总结.docx"))
        return papers({})(folder)


def longer(path: Path) -> Callable[..., zipfile.ZipInfo]:
    def entry(name: str, mtime: float) -> zipfile.ZipInfo:
        with path.open("ab") as file:
            file.write(b"more")
        return made(name, mtime)

    made = bundle._entry
    return entry


@deferred
def linked(folder: Path, target: str) -> set[str]:
    """Pack what a village hands in, and a link beside it."""
    (folder / RETURNS).mkdir(parents=True)
    (folder / RETURNS / "链接.jpg").symlink_to(folder / target)
    (folder / "外面.jpg").write_bytes(photo())
    return papers({})(folder)


# -- the cases: code → one that raises it, one that does not ----------------------------------------------

CASES: dict[str, tuple[Case, Case]] = {
    "F001": (content(lambda data: data[: len(data) // 2]), content(unchanged)),
    "F002": (content(protected), content(unchanged)),
    "F003": (content(lambda data: b""), content(unchanged)),
    "F004": (content(padded(20)), content(padded(19))),
    "F005": (content(lambda data: b"%PDF-1.7\n" + data), content(unchanged)),
    "F006": (beside("照片.jpg"), beside("Thumbs.db")),
    "F007": (reader_fails(True), reader_fails(False)),
    "F008": (content(listing(b'<sheet name="a" sheetId="99" r:id="rId99"/>')),
             content(listing(b'<sheet name="Module1" sheetId="99" r:id=""/>'))),
    "F009": (beside("官渡镇.xlsx.crdownload"), beside("官渡镇.xlsx.docx")),
    "F010": (without("python_calamine", golden("return.xls")), golden("return.xls")),
    "T001": (by_hand("官渡村", change=without_labels), by_hand("官渡村")),
    "T002": (of_village(change=put("B5", "场数")), of_village(change=put("B5", "活 动\n场 次"))),
    "T003": (by_hand("官渡村", edition=22, options=("--year", "2021")),
             by_hand("官渡村", edition=23, options=("--year", "2021"))),
    "T004": (of_village(change=covered(60)), of_village(change=covered(None))),
    "T005": (second_row(None), second_row("合计")),
    "T006": (by_hand("官渡村", change=second_sheet(True)), by_hand("官渡村", change=second_sheet(False))),
    "T007": (of_village(change=hidden_row(6)), of_village(change=hidden_row(19))),
    "T009": (one_of_another_edition(), one_of_another_edition("--year", "2021")),
    "U001": (by_hand(""), by_hand("官渡村")),
    "U002": (in_roster("冠渡村"), in_roster("官渡村")),
    "U003": (of_village(change=put("B3", "逐鹿营村计生协")), of_village(change=put("B3", "官渡村村委会计生协"))),
    "U004": (two_returns(), two_returns(unit=ZHULUYING)),
    "U005": (two_returns(figures={SESSIONS: 3}), two_returns(figures={SESSIONS: 3}, unit=ZHULUYING)),
    "U006": (by_hand("郑州市", figures={"media.county.text": 1}),
             by_hand("郑州市", figures={"media.county.text": 1, "online.prefecture.website": 1})),
    "U007": (with_roster(ROSTER + "41,湖南省,,,,,,\n"), with_roster(ROSTER + "43,湖南省,,,,,,\n")),
    "U008": (merged_before(True), merged_before(False)),
    "U009": (two_returns(unit=ZHULUYING, above=(*TO_COUNTY, UnitFacts("410122101", "狼城岗镇", Level.TOWNSHIP))),
             two_returns(unit=ZHULUYING)),
    "U010": (corrected("latest"), corrected("refuse")),
    "U011": (unplaced("外来人口社区"), unplaced("逐鹿营村")),
    "U012": (for_whom(), for_whom("--root", "410122101")),
    "U013": (of_village(change=more_above(5)), of_village(change=more_above(0))),
    "U014": (in_two_folders("第一批", "第二批"), in_two_folders("官渡镇", "狼城岗镇")),
    "U015": (with_roster(ROSTER + "合计,8,,,,,,\n"), with_roster(ROSTER + "43,湖南省,,,,,,\n")),
    "U016": (mended(JUNE_1, JUNE_2), mended(JUNE_2, JUNE_1)),
    "U017": (in_roster("官渡鎮官渡村委會"), in_roster("官渡镇官渡村委会")),
    "U018": (by_hand("#REF!"), by_hand("官渡村")),
    "U019": (two_files("官渡村.xlsx", "7F3E1000"), two_files("官渡村.xlsx", "官渡村2.xlsx")),
    "U020": (mended(JUNE_2, JUNE_1), mended(JUNE_1, JUNE_2)),
    "V000": (of_village(figures=dict.fromkeys(VILLAGE)), of_village(figures=dict.fromkeys(VILLAGE, 0))),
    "V001": (figure("media.county.text", None), figure("media.county.text", 0)),
    "V002": (figure(SESSIONS, "若干"), figure(SESSIONS, "2")),
    "V003": (figure(PEOPLE, "约60"), figure(PEOPLE, "60")),
    "V004": (figure(SESSIONS, -2), figure(SESSIONS, 2)),
    "V005": (figure(PEOPLE, 60.5), figure(PEOPLE, 60.0)),
    "V006": (figure(PEOPLE, "=30+30"), figure(PEOPLE, 60)),  # openpyxl writes no result beside a formula
    "V007": (figure(PEOPLE, "60人"), figure(PEOPLE, "６０")),
    "V008": (figure(PEOPLE, "60（线上20）"), figure(PEOPLE, " 60 ")),
    "V009": (of_unit(HENAN, "online.province.website", "在建"), of_unit(HENAN, "online.province.website", "无")),
    "V010": (of_village(filled_in="2021年6月31日"), of_village(filled_in="2021年6月30日")),
    "V011": (of_village(phone="1380000000"), of_village(phone="张三 13800000000")),
    "V012": (of_village(contact=None), of_village(contact="张三")),
    "V013": (of_village(change=shown_as('0"万"')), of_village(change=shown_as('0"场"'))),
    "R001": (figure(SESSIONS, 0), figure(SESSIONS, 1)),
    "R002": (figure(PEOPLE, 0), figure(PEOPLE, 2)),
    "R003": (figure(PEOPLE, 1), figure(PEOPLE, 2)),
    "R004": (figure(TOWN_SESSIONS, 1), figure(TOWN_SESSIONS, 0)),
    "R005": (of_unit(GUANDU, SESSIONS, 1), of_unit(GUANDU, SESSIONS, 0)),
    "O001": (of_unit(GUANDU, TOWN_PEOPLE, 10_001), of_unit(GUANDU, TOWN_PEOPLE, 10_000)),
    "O002": (figure(SESSIONS, 21), figure(SESSIONS, 20)),
    "O003": (figure(PEOPLE, 2001), figure(PEOPLE, 2000)),
    "O101": (year_after_year(2, 11), year_after_year(2, 10)),
    "O102": (year_after_year(11, 2), year_after_year(10, 2)),
    "O103": (year_after_year(10, 0), year_after_year(9, 0)),
    "H001": (township_says(5), township_says(4)),
    "H002": (township_says(3), township_says(4)),
    "H003": (village_below(NOTHING), village_below({})),
    "H004": (beside_a_county("富士康镇", Level.TOWNSHIP), beside_a_county("荥阳县", Level.COUNTY)),
    "H005": (township_by_hand, township_by_blank),
    "H006": (beside_its_workbook(3), beside_its_workbook(VILLAGE[SESSIONS])),
    "H007": (in_a_workbook("410122102"), in_a_workbook("410122101")),
    "H008": (roots_own_result(True), roots_own_result(False)),
    "C001": (villages_here(GUANDU_VILLAGE), villages_here(GUANDU_VILLAGE, ZHULUYING)),
    "C002": (for_a_county({}), for_a_county(NOTHING)),
    "C003": (workbook_of(GUANDU_VILLAGE), workbook_of(GUANDU_VILLAGE, ZHULUYING)),
    "C004": (explained("O003", "核实无误"), explained("O003", "当天网络直播，观看人数较多")),
    "C005": (explained("O002", "当天网络直播，观看人数较多"), explained("O003", "当天网络直播，观看人数较多")),
    "C006": (scan_of("逐鹿营村.jpg"), scan_of("官渡村.jpg")),
    "A001": (accounts(ACCOUNT, website=2), accounts(ACCOUNT, website=1)),
    "A002": (account(D="zhongmu.example.cn"), account(D="https://zhongmu.example.cn")),
    "A003": (account(F=None), account()),
    "A004": (account(F="https://u.wechat.com/zhongmu"), account(F="https://weixin.qq.com/r/zhongmu")),
    "A005": (accounts(ACCOUNT, {**SECOND, "D": f"{ACCOUNT['D']}/"}), accounts(ACCOUNT, SECOND)),
    "A006": (account(G="@中牟计生协"), account(G="中牟县计生协")),
    "A007": (account(C=None), account(C="县")),
    "A008": (saved_as("县.xls"), saved_as("县.xlsx")),
    "A009": (prefecture_lists({**ACCOUNT, "D": "http://old.example.cn"}), prefecture_lists(ACCOUNT)),
    "A010": (without("zxingcpp", saved_as("县.xlsx")), saved_as("县.xlsx")),
    "P001": (in_report("信息统计表", put(FIRST_CELL, 9)), in_report("信息统计表", put(FIRST_CELL, 4))),
    "P002": (in_report("分单位汇总", put("K5", 9)), in_report("分单位汇总", put("K5", 2))),
    "P003": (in_report("信息统计表", put("B3", "万滩镇计生协")),
             in_report("信息统计表", put("B3", "官渡镇计划生育协会"))),
    "P004": (sources(corrects), sources(withdraws)),
    "P005": (sources(withdraws), sources(corrects)),
    "P006": (sources(comes_late), sources(corrects)),
    "P007": (sources(corrects), sources(calls_another)),
    "P008": (sources(all_gone), sources(all_others)),
    "P009": (in_report("汇总台账", counted_otherwise("未计入")), in_report("汇总台账", counted_otherwise("计入"))),
    "P010": (in_report("信息统计表", hidden_row(9)), in_report("信息统计表", hidden_row(40))),
    "P011": (in_report("审核意见", put(WORDS, "没有问题。")), in_report("审核意见", put(NOTED, "已核实。"))),
    "P012": (decided_by(lambda one: one.with_findings(finding("V012"))), decided_by(lambda one: one)),
    "P013": (in_report("信息统计表", footer("校验码 AAAA-AAAA-AAAA")), in_report("信息统计表", put("B18", "王五"))),
    "P014": (sent_on(put("H6", 99)), sent_on(put("B18", "王五"))),
    "B001": (papers({}, table=False), papers({})),
    "B002": (papers({"视频/活动.mp4": None}), papers({"视频/活动.mp4": None, "活动.MP4": mp4()})),
    "B003": (papers({"照片/2.jpg": photo()[:-20]}), papers({"照片/2.jpg": photo()})),
    "B004": (papers({"Thumbs.db": b"x"}), papers({"Thumbs.txt": b"x"})),
    "B005": (linked("外面.jpg"), papers({"外面.jpg": photo()})),
    "B006": (townships(folders=(GUANDU,)), townships()),
    "B007": (papers({}, "--deadline", "2021-06-30"), papers({}, "--deadline", "2200-06-30")),
    "B008": (papers({"照片/con.jpg": photo()}), papers({"照片/cons.jpg": photo()})),
    "B009": (while_packed(changes=True), while_packed(changes=False)),
    "B010": (papers({"照片.zip": zipped({"1.jpg": b"x"})}), papers({"照片.docx": word()})),
    "B011": (townships(EAST), townships(GUANDU_VILLAGE)),
    "B012": (of_neighbour("东郊"), of_neighbour("照片")),
}  # fmt: skip


def test_every_code_has_its_cases() -> None:
    assert list(CASES) == list(CATALOGUE)


@pytest.mark.parametrize("code", CASES)
def test_a_case_raises_its_code_and_the_other_does_not(code: str, tmp_path: Path) -> None:
    raising, resting = CASES[code]
    assert raising(tmp_path / "raising") - resting(tmp_path / "resting") == {code}
