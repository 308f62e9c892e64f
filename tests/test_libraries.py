"""Computers that lack libraries: what they do without, what they say, and that nothing else is otherwise."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from command_line import run
from county import GUANDU, ZHONGMU
from lacking import hide
from stattable import libraries
from stattable.formats.sheet import RawCell, RawSheet
from stattable.media.pictures import is_whole_picture
from stattable.qr.images import read_picture
from stattable.reading.files import read_return
from stattable.reading.open import open_file
from test_merged_annex import county, listed, merged, roster, row
from writers.books import Page, xls
from writers.containers import GOLDEN, parts_of, zipped
from writers.returns import filled, own_values

ROOT = Path(__file__).parent.parent


def run_without(folder: Path, modules: Sequence[str], *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command line on a computer that lacks `modules`; so do all its processes."""
    (folder / "sitecustomize.py").write_text(f"import sys\nfor one in {list(modules)!r}: sys.modules[one] = None\n")
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "stattable", *map(str, arguments)]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)


def sheets_of(path: Path) -> list[RawSheet]:
    file, _, _ = open_file(str(path))
    assert file
    book = file.book()
    return [book.closer(book.sheet(name)) for name in book.names]


def filled_in(sheet: RawSheet) -> dict[tuple[int, int], tuple[type, RawCell]]:
    """What stands on a sheet: blank cells at its edges are laid out or not."""
    return {
        (number, column): (type(cell), cell)
        for number, cells in enumerate(sheet.rows, 1)
        for column, cell in enumerate(cells, 1)
        if cell not in ("", None)
    }


def assert_read_alike(path: Path) -> None:
    with_calamine = sheets_of(path)
    with pytest.MonkeyPatch.context() as patch:
        hide(patch, "python_calamine")
        without = sheets_of(path)
    assert [one.name for one in without] == [one.name for one in with_calamine]
    for one, other in zip(without, with_calamine, strict=True):
        assert filled_in(one) == filled_in(other)
        assert sorted(one.merges) == sorted(other.merges)
        assert (one.displays, one.epoch) == (other.displays, other.epoch)


# -- what calamine reads, and openpyxl in its place -------------------------------------------------------


@pytest.mark.parametrize(
    "path", [GOLDEN / "return.xlsx", GOLDEN / "faults.xlsx", *sorted((ROOT / "examples").rglob("*.xlsx"))],
    ids=lambda path: path.name,
)  # fmt: skip
def test_ordinary_workbooks_are_read_alike(path: Path) -> None:
    assert_read_alike(path)


CELLS: list[tuple[Any, str]] = [
    *((one, "General") for one in (0, 1, -3, 1.5, 1e20, 0.1, True, False, "a", " b ", "a\nb", "")),
    *((one, "General") for one in ("007", "_x000D_", "_x4E2D_")),
    *((one, "General") for one in ("#REF!", "#N/A", "=1/0", "=A1+1")),
    *((one, "General") for one in (datetime(2021, 6, 30, 12, 30), date(2021, 6, 30))),
    *((one, "General") for one in (time(3, 4, 5), timedelta(hours=30))),
    *((44377, one) for one in ('yyyy"年"m"月"d"日"', "[$-804]yyyy\\-mm\\-dd;@", "yyyy/m/d h:mm")),
    (44377, '[DBNum1][$-804]yyyy"年"m"月"'),
    *((5, one) for one in ("0.0_ ", '0"日"', "[Red]0;0", "@", "0%", "[<1]0;0", "#,##0")),
    (0.5, "h:mm"), (1.5, "[h]:mm"), (3e6, "yyyy/m/d"), (60, "yyyy/m/d"), (0, "yyyy/m/d"),
]  # fmt: skip


def test_cells_of_every_kind_are_read_alike(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for number, (value, number_format) in enumerate(CELLS, start=1):
        cell = workbook.active.cell(number, 2, value)
        if number_format != "General":
            cell.number_format = number_format
    workbook.active.merge_cells("C3:E9")
    workbook.create_sheet("隐藏的").sheet_state = "hidden"
    workbook.save(tmp_path / "a.xlsx")
    assert_read_alike(tmp_path / "a.xlsx")


@pytest.mark.parametrize("number", [*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
def test_dates_of_built_in_formats_are_read_alike(number: int, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.cell(1, 1, 44377.25).number_format = "0.000"
    workbook.save(tmp_path / "a.xlsx")
    parts = parts_of((tmp_path / "a.xlsx").read_bytes())
    styles = parts["xl/styles.xml"]
    parts["xl/styles.xml"] = styles.replace(b'<xf numFmtId="164"', b'<xf numFmtId="%d"' % number)
    assert parts["xl/styles.xml"] != styles
    (tmp_path / "a.xlsx").write_bytes(zipped(parts))
    assert_read_alike(tmp_path / "a.xlsx")


VALUES = st.one_of(
    st.integers(-(10**6), 10**9), st.booleans(), st.floats(-1e9, 1e9), st.dates(date(1950, 1, 1), date(2090, 1, 1)),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12).filter(
        lambda one: one[:1] != "="
    ),
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 9)), VALUES, max_size=20),
    st.sampled_from(["A1:B2", "C3:C7", "E1:I1"]),
)
def test_any_cells_are_read_alike(tmp_path: Path, cells: dict[tuple[int, int], Any], merge: str) -> None:
    workbook = openpyxl.Workbook()
    for at, value in cells.items():
        workbook.active.cell(*at, value)
    workbook.active.merge_cells(merge)
    workbook.save(tmp_path / "a.xlsx")
    assert_read_alike(tmp_path / "a.xlsx")


def test_a_return_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(filled(tmp_path / "官渡镇.xlsx", GUANDU, own_values(GUANDU.level)))
    before = read_return(path)
    hide(monkeypatch, "python_calamine")
    assert before.values
    assert read_return(path) == before


@pytest.mark.parametrize("damage", [(b"</sheetData>", b"</sheetDate>"), (b"<numFmts", b"<numFmt")])
def test_what_is_damaged_is_damaged(
    damage: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    parts = parts_of((GOLDEN / "return.xlsx").read_bytes())
    path.write_bytes(zipped({name: part.replace(*damage, 1) for name, part in parts.items()}))
    before = [one.code for one in read_return(str(path)).findings]
    hide(monkeypatch, "python_calamine")
    assert [one.code for one in read_return(str(path)).findings] == before == ["F001"]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_only_calamine_reads_is_named(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "python_calamine")
    shutil.copy(GOLDEN / f"return.{kind}", tmp_path)
    result = run("check", tmp_path, "--format", "json")
    assert result.code == 1
    (file,) = result.json["files"]
    (finding,) = file["findings"]
    assert (file["status"], finding["code"], finding["severity"]) == ("rejected", "F010", "error")
    assert f".{kind} " in finding["message"]
    assert "没有能用的 python-calamine" in finding["message"]
    assert "另存为 .xlsx" in finding["message"]


def test_a_roster_that_only_calamine_reads(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("名册.xls").write_bytes(xls([Page("名册", {(1, 1): "代码", (1, 2): "名称", (2, 1): "41", (2, 2): "河南省"})]))
    assert "没有可读取的报表" in run("check", "收到", "--roster", "名册.xls").err
    hide(monkeypatch, "python_calamine")
    result = run("check", "收到", "--roster", "名册.xls")
    assert result.code == 2
    assert "没有能用的 python-calamine" in result.err


@pytest.mark.parametrize(
    ("module", "name", "content", "kind"),
    [
        ("lxml", "a.html", "<html><table><tr><td>活动场次</td></tr></table></html>".encode(), "网页"),
        ("msoffcrypto", "b.xlsx", (GOLDEN / "return.xlsx").read_bytes(), None),
    ],
)
def test_documents(
    module: str, name: str, content: bytes, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, module)
    path = tmp_path / name
    path.write_bytes(content)
    findings = read_return(str(path)).findings
    assert [one.code for one in findings] == (["F010"] if kind else [])


def test_a_protected_workbook_without_what_decrypts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import msoffcrypto

    from stattable.formats.decryption import DEFAULT_PASSWORD

    encrypted = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO((GOLDEN / "return.xlsx").read_bytes())).encrypt(DEFAULT_PASSWORD, encrypted)
    path = tmp_path / "a.xlsx"
    path.write_bytes(encrypted.getvalue())
    assert read_return(str(path)).values
    hide(monkeypatch, "msoffcrypto")
    one = read_return(str(path))
    assert (one.values, [finding.code for finding in one.findings]) == (None, ["F010"])


# -- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "says"), [("PIL", "Pillow"), ("zxingcpp", "zxing-cpp")])
def test_pictures_that_cannot_be_looked_at(
    module: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "收到").mkdir()
    county(tmp_path / "收到" / "县.xlsx", ZHONGMU, row(ZHONGMU, f"没有{module}"))
    with monkeypatch.context() as patch:
        hide(patch, module)
        document = merged(tmp_path / "收到", tmp_path / "县.xlsx", "--roster", roster(tmp_path), "--root", "410122")
    of_annex = [one for one in document["findings"] if one["code"][0] == "A"]
    assert [(one["code"], one["severity"]) for one in of_annex] == [("A010", "info")]
    assert f"没有能用的 {says}，附件里的 1 张图片没有识别" in of_annex[0]["message"]
    (its_row,) = listed(tmp_path / "县.xlsx")  # with its picture, by which the code is read again, or without
    assert its_row[5] == ([] if module == "PIL" else [f"没有{module}"])


def test_without_a_decoder_a_picture_keeps_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    large = io.BytesIO()
    Image.new("L", (1100, 1100), 77).save(large, "PNG")
    hide(monkeypatch, "zxingcpp")
    image = read_picture(large.getvalue()).image
    assert image
    assert Image.open(io.BytesIO(image)).size == (1100, 1100)


# -- what is said ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacking", list(libraries.LIBRARIES))
def test_it_is_said_once_what_cannot_be_done(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = "check", ROOT / "examples" / "收到" / "410122_中牟县" / "410122103_狼城岗镇", "--format", "json"
    expected = run(*command).json
    hide(monkeypatch, lacking)
    without, library = run(*command), libraries.LIBRARIES[lacking]
    assert without.err.splitlines()[0] == f"提示：这台电脑上没有 {library.name}（{library.lack}）。其余照常。"
    assert without.err.count(library.name) == 1
    assert without.json == expected


def test_nothing_is_said_where_all_is_here_or_nobody_wants_to_hear_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(Path("收到/官渡镇.xlsx"), GUANDU, own_values(GUANDU.level))
    assert libraries.notice() is None
    assert "提示：这台电脑" not in run("check", "收到").err
    hide(monkeypatch, "PIL")
    assert "Pillow" in run("check", "收到").err
    assert "Pillow" not in run("check", "收到", "--quiet").err
    assert "Pillow" not in run("explain", "V000").err


def test_without_any_of_them_the_examples_come_to_the_same(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for path in [*(tmp_path / "examples").rglob("*.xls"), *(tmp_path / "examples").rglob("*.ods")]:
        path.unlink()
    command = [
        "merge",
        tmp_path / "examples" / "收到",
        "--roster",
        tmp_path / "examples" / "名册.csv",
        "--format",
        "json",
    ]
    expected = run(*command, "-o", tmp_path / "一.xlsx").json
    result = run_without(tmp_path, list(libraries.LIBRARIES), *command, "-o", tmp_path / "二.xlsx", "--jobs", "2")
    document = json.loads(result.stdout)
    assert all(result.stderr.decode().count(library.name) == 1 for library in libraries.LIBRARIES.values())
    assert document["total"] == expected["total"]
    assert document | {"output": ""} == expected | {"output": ""}


def test_a_letter_that_nothing_here_can_write_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "docx")
    result = run("merge", "收到", "--roster", "名册.csv", "-o", "汇总.xlsx", "--docx", "说明.docx")
    assert result.code == 2
    assert "没有 python-docx" in result.err
    assert not list(Path().glob("*.docx"))


def test_a_picture_that_nothing_here_looks_at_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "照片.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    assert is_whole_picture(path) is False
    hide(monkeypatch, "PIL")
    assert is_whole_picture(path) is None
