import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builders import GUANDU, filled, own_values, run
from stattable.model import form
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS
from stattable.model.identity import Identity, UnitFacts, WorkbookKind, read_identity
from stattable.model.units import Level, Scope
from stattable.writing.page import (
    NOTE_AT,
    add_identity,
    fill_page,
    open_template,
    put,
    put_note,
    run_time,
    storable,
    workbook_bytes,
    write_whole,
)


def reopened(path: Path, workbook: Any) -> Any:
    """Save a workbook and open it again."""
    path.write_bytes(workbook_bytes(workbook))
    return openpyxl.load_workbook(path)


# -- text is text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "=", "+1", "-1", "@A1", "#REF!", "12", "{=A1}", "TRUE", "2021-06-15", "官渡镇"]
)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    workbook = openpyxl.Workbook()
    put(workbook.worksheets[0]["A1"], text)
    cell = reopened(tmp_path / "a.xlsx", workbook).worksheets[0]["A1"]
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("value", [12, 0, None, 1.5, True])
def test_what_is_no_text_stays_what_it_is(tmp_path: Path, value: object) -> None:
    workbook = openpyxl.Workbook()
    put(workbook.worksheets[0]["A1"], value)
    assert reopened(tmp_path / "a.xlsx", workbook).worksheets[0]["A1"].value == value


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("官渡\x00\x08\x0b\x1f镇", "官渡镇"),
        ("官渡\ufffe\uffff镇", "官渡镇"),
        ("官渡\udcb9\udcd9镇", "官渡\ufffd\ufffd镇"),  # bytes of a file name that is not UTF-8
        ("官渡\n\t镇 𠮷", "官渡\n\t镇 𠮷"),
    ],
)
def test_storable(tmp_path: Path, text: str, stored: str) -> None:
    workbook = openpyxl.Workbook()
    put(workbook.worksheets[0]["A1"], text)
    assert storable(text) == stored
    assert reopened(tmp_path / "a.xlsx", workbook).worksheets[0]["A1"].value == stored


def test_a_file_name_that_is_not_utf8_does_not_spoil_the_merged_workbook(tmp_path: Path) -> None:
    good = filled(tmp_path / "收到" / "1.xlsx", GUANDU, own_values(Level.TOWNSHIP))
    try:
        os.rename(os.fsencode(good), os.fsencode(good.parent) + "/官渡镇.xlsx".encode("gbk"))  # noqa: PTH104
    except OSError:
        pytest.skip("names are UTF-8 here")
    assert run("merge", good.parent, "-o", tmp_path / "汇总表.xlsx").code == 0
    ledger = openpyxl.load_workbook(tmp_path / "汇总表.xlsx")["汇总台账"]
    assert any("\ufffd" in str(cell.value) for row in ledger for cell in row)


# -- the page ---------------------------------------------------------------------------------------------


def test_fill_page(tmp_path: Path) -> None:
    workbook, sheet = open_template()
    figures = {"activities.township.sessions": 3, "media.county.text": 0, "online.province.website": True,
               "online.province.wechat": False}  # fmt: skip
    fill_page(
        sheet,
        edition=28,
        name="官渡镇\n计生协",
        values=tuple(figures.get(field.key) for field in FIELDS),
        contact="张三\r\n",
        phone="013800000000",
        filled_in=date(2026, 6, 15),
    )
    page = reopened(tmp_path / "a.xlsx", workbook).worksheets[0]
    assert {cell: page[cell].value for cell in ("A2", "B3", "B18", "E18", "H18")} == {
        "A2": "第28个“5.29会员活动日”信息统计表", "B3": "官渡镇 计生协", "B18": "张三", "E18": "013800000000",
        "H18": datetime(2026, 6, 15),
    }  # fmt: skip
    assert {field.key: page[field.cell].value for field in FIELDS if page[field.cell].value is not None} == {
        "activities.township.sessions": 3, "media.county.text": 0, "online.province.website": "有",
        "online.province.wechat": "无",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "value", "shown"),
    [
        (Level.PROVINCE, True, "有"),
        (Level.PROVINCE, False, "无"),
        (Level.PROVINCE, None, None),
        (Level.NATIONAL, 31, 31),
        (Level.NATIONAL, 0, 0),
    ],
)
def test_yes_and_no_are_counts_above_the_province(level: Level, value: Any, shown: object) -> None:
    _, sheet = open_template()
    field = FIELD_BY_KEY["online.province.website"]
    values = [*BLANK]
    values[field.index] = value
    fill_page(sheet, edition=23, name="全国", level=level, values=tuple(values))
    assert sheet[field.cell].value == shown


def test_a_note_stands_outside_the_printed_page() -> None:
    _, sheet = open_template()
    put_note(sheet, ["甲", "=1+1"])
    note = sheet.cell(*NOTE_AT)
    assert (note.value, note.data_type) == ("甲\n=1+1", "s")
    assert NOTE_AT[1] > form.LAST_COLUMN
    assert sheet.print_area == f"'{form.SHEET_NAME}'!$A$1:$I$20"


def test_identity_survives() -> None:
    workbook, _ = open_template()
    identity = Identity(
        WorkbookKind.MERGED, 28, UnitFacts(None, "=1+1镇", Level.TOWNSHIP), Scope.CUMULATIVE,
        above=(UnitFacts("410122", "中牟县", Level.COUNTY),), unaccounted=((Level.VILLAGE, 3),),
        inputs=(UnitFacts("410122101201", "官渡村", Level.VILLAGE),),
    )  # fmt: skip
    add_identity(workbook, identity)
    hidden = workbook.worksheets[-1]
    assert hidden.sheet_state == "veryHidden"
    assert {cell.data_type for row in hidden for cell in row if cell.value} == {"s"}
    assert read_identity(list(hidden.iter_rows(values_only=True))) == identity


# -- the time of the run ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epoch", "time"),
    [
        ("1622246400", datetime(2021, 5, 29, tzinfo=UTC)),
        ("0", datetime(1980, 1, 1, tzinfo=UTC)),  # zip archives know no earlier time
    ],
)
def test_run_time(monkeypatch: pytest.MonkeyPatch, epoch: str, time: datetime) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert run_time() == time


def test_run_time_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert abs((run_time() - datetime.now(UTC)).total_seconds()) < 60


# -- whole or not at all ----------------------------------------------------------------------------------


def test_write_whole_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "空白表" / "中牟县" / "a.xlsx"
    for data in (b"one", b"two"):
        write_whole(path, data)
        assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]


def test_what_is_written_may_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_whole(tmp_path / "a.xlsx", b"data")
    assert (tmp_path / "a.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("function", ["os.replace", "os.fsync", "os.fdopen"])
@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("full"), KeyboardInterrupt()])
def test_write_whole_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, old: bytes | None, error: BaseException
) -> None:
    def refuse(*_: object) -> None:
        raise error

    path = tmp_path / "a.xlsx"
    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(function, refuse)
    with pytest.raises(type(error)) as raised:
        write_whole(path, b"new")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == ({} if old is None else {"a.xlsx": old})
    if isinstance(raised.value, OSError):  # it names the file, not the temporary one
        assert raised.value.filename == str(path)
        assert raised.value.strerror in {"No space left on device", "full"}
