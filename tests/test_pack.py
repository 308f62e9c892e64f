"""`pack`: what is to be handed in, checked, in one .zip with a list."""

import errno
import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import codes, run, squeezed
from county import GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ZHONGMU, ZHULUYING
from stattable.formats.list_mark import is_marked
from stattable.formats.sniff import FileKind
from stattable.model.papers import PaperKind, Soundness
from stattable.processes import WorkerFailed
from stattable.reading import papers as reading
from stattable.reading.papers import read_folder
from stattable.writing import bundle
from writers.containers import zipped
from writers.county import send
from writers.papers import ALL, PDF, PROGRAM, mp4, photo, put, word

pytestmark = pytest.mark.usefixtures("here")
OUT, MANIFEST = "材料.zip", "清单.xlsx"
FOLDER = Path("收到")
FAULTY: dict[str, Any] = {"activities.township.sessions": "若干"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2021, 6, 28, 12).astimezone().timestamp())))


def one_unit(changes: dict[str, bytes] | None = None, **figures: Any) -> None:
    """What a township hands in: all that is asked for, and `changes`."""
    send(GUANDU, figures)
    put(FOLDER, {**ALL, **(changes or {})})


def pack(*options: str | Path, code: int | None = None, out: str | Path = OUT) -> dict[str, Any]:
    result = run("pack", "收到", "-o", out, "--format", "json", *options)
    assert code is None or result.code == code, result.out + result.err
    return result.json


def said(document: dict[str, Any], code: str) -> list[str]:
    return [one["message"] for one in document["findings"] if one["code"] == code]


def kinds(document: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["kind"] for one in document["files"]}


def units(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["folder"]: one for one in document["units"]}


def names(path: str | Path = OUT) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def sheet(name: str, path: str | Path = OUT) -> list[list[Any]]:
    """The rows of a sheet of the list, from its heads on."""
    with zipfile.ZipFile(path) as archive:
        workbook = openpyxl.load_workbook(io.BytesIO(archive.read(MANIFEST)))
    rows = [list(row) for row in workbook[name].iter_rows(values_only=True)]
    return rows[next(at for at, row in enumerate(rows) if row[1] is not None) :]


def everything_in(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime) for path in sorted(folder.rglob("*")) if path.is_file()
    }


# -- one unit ---------------------------------------------------------------------------------------------


def test_what_one_unit_hands_in() -> None:
    one_unit({"照片/现场.jpg": photo(size=(400, 300))})
    os.utime(FOLDER / "照片" / "现场.jpg", (0, 0))  # before any time that an archive knows
    before = everything_in(FOLDER)
    document = pack(code=0)
    assert everything_in(FOLDER) == before
    papers = ["官渡镇.xlsx", "照片/现场.jpg", "经验总结.docx", "视频/活动.mp4"]
    assert names() == [*sorted(papers, key=lambda name: name.split("/")), MANIFEST]
    with zipfile.ZipFile(OUT) as archive:
        for one in document["files"]:
            data = Path(one["path"]).read_bytes()
            assert archive.read(one["name"]) == data
            assert one["sha256"] == hashlib.sha256(data).hexdigest()
            assert one["size"] == len(data)
        assert all(info.flag_bits & 0x800 for info in archive.infolist())  # UTF-8, as Windows has to be told
        assert archive.getinfo("照片/现场.jpg").date_time == (1980, 1, 1, 0, 0, 0)
        assert archive.getinfo("照片/现场.jpg").compress_type == zipfile.ZIP_STORED
        assert archive.getinfo("视频/活动.mp4").compress_type == zipfile.ZIP_DEFLATED  # this one is all alike
    assert kinds(document) == {
        "官渡镇.xlsx": "table", "照片/现场.jpg": "photo", "经验总结.docx": "summary", "视频/活动.mp4": "video",
    }  # fmt: skip
    assert document["root"] == {"code": GUANDU.code, "name": "官渡镇", "level": "township"}
    assert (document["edition"], document["deadline"], document["days_over"]) == (23, "2021-06-30", -2)
    assert document["findings"] == []
    (unit,) = document["units"]
    assert (unit["folder"], unit["status"], unit["missing"]) == ("", "accepted", [])
    heads, row = sheet("各单位情况")
    assert dict(zip(heads, row, strict=True))["信息统计表"] == "合格"
    assert [row[6] for row in sheet("文件清单")[1:]] == [one["sha256"] for one in document["files"]]


def test_other_programs_unpack_it() -> None:
    one_unit({"照片/con.jpg": photo(), "照片/A.jpg": photo(), "照片/a.JPG": photo()})
    pack()
    for number, command in enumerate(
        (["unzip", "-q", OUT, "-d", "0"], ["7z", "x", "-o1", OUT], ["7zz", "x", "-o2", OUT])
    ):
        if shutil.which(command[0]):
            env = {**os.environ, "LC_ALL": "C.UTF-8"}
            subprocess.run(command, check=True, capture_output=True, env=env)
            found = {
                path.relative_to(str(number)).as_posix() for path in Path(str(number)).rglob("*") if path.is_file()
            }
            assert found == set(names())


def test_equal_papers_make_an_equal_archive() -> None:
    one_unit()
    pack()
    first = Path(OUT).read_bytes()
    pack()
    assert Path(OUT).read_bytes() == first


def test_a_faulty_return_is_named_and_packed_all_the_same() -> None:
    one_unit(**FAULTY)
    document = pack(code=1)
    assert codes({"findings": document["findings"]}) == ["V002"]
    assert "官渡镇.xlsx" in names()
    assert units(document)[""]["status"] == "rejected"
    severity, code, unit, file, words = sheet("问题")[1]
    assert (severity, code, unit, file) == ("强制性", "V002", "官渡镇", "官渡镇.xlsx")
    assert words.startswith("宣传活动 · 乡镇计生协 · 活动场次")
    shown = run("pack", "收到", "-o", OUT).out
    assert "已打包到 材料.zip" in shown
    assert "还有强制性问题，改好后请重新打包，再上报。" in shown


def test_strict_writes_nothing_then() -> None:
    one_unit(**FAULTY)
    Path(OUT).write_bytes(b"what was there")
    document = pack("--strict", code=1)
    assert document["output"] is None
    assert [one["sha256"] for one in document["files"]] == [None] * 4
    assert Path(OUT).read_bytes() == b"what was there"
    assert "没有打包（--strict）" in run("pack", "收到", "-o", OUT, "--strict").out


def test_what_is_missing() -> None:
    send(GUANDU)
    document = pack(code=0)  # a warning
    assert units(document)[""]["missing"] == ["summary", "photo", "video"]
    assert said(document, "B002") == [
        "“官渡镇”的材料里没有经验总结、照片、视频。请补齐后重新打包；确实没有的，请向上级说明。"
    ]
    assert pack("--fail-on", "warning", code=1)


def test_an_annex_is_asked_for_where_accounts_are_counted() -> None:
    send(ZHONGMU, {"online.county.wechat": 1})
    put(FOLDER, ALL)
    document = pack()
    assert units(document)[""]["missing"] == ["annex"]
    assert codes({"findings": document["findings"]}) == ["A001"]
    book = openpyxl.Workbook()
    book.save(FOLDER / "附件：网站和新媒体明细.xlsx")
    document = pack()
    assert (units(document)[""]["missing"], kinds(document)["附件：网站和新媒体明细.xlsx"]) == ([], "annex")
    assert codes({"findings": document["findings"]}) == ["A001"]  # whether it lists them nobody can tell


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("总结.doc", word(), "summary"), ("汇报材料.pdf", PDF, "summary"),
        ("总结.txt", "总结".encode("gbk"), "summary"),
        ("说明.txt", b"1", "other"), ("官渡镇（盖章）.jpg", photo(), "scan"), ("扫描.pdf", PDF, "scan"),
        ("官渡镇.pdf", PDF, "scan"), ("签字仪式.jpg", photo(), "photo"),
        ("活动.png", photo("PNG"), "photo"), ("坏了.jpg", b"\1\2\3", "photo"),
        ("空.mp4", b"", "video"), ("录音.mp3", b"ID3" + bytes(99), "other"), ("照片.zip", zipped({"a": b"b"}), "other"),
    ],
)  # fmt: skip
def test_what_a_file_is(name: str, data: bytes, kind: str) -> None:
    one_unit({name: data})
    assert kinds(pack())[name] == kind


def test_a_document_of_any_name_is_the_summary_where_none_is_called_so() -> None:
    send(GUANDU)
    put(FOLDER, {"官渡镇5.29.docx": word(), "附注.txt": b"1"})
    assert kinds(pack())["官渡镇5.29.docx"] == "summary"
    put(FOLDER, {"工作总结.pdf": PDF})
    assert [one for one, kind in kinds(pack()).items() if kind == "summary"] == ["工作总结.pdf"]


def test_what_does_not_open_is_named_by_cause() -> None:
    locked = zipped({"word/document.xml": b"x"})
    at = locked.index(b"PK\x01\x02") + 8
    locked = locked[:at] + b"\1" + locked[at + 1 :]
    one_unit({"照片/2.jpg": photo()[:-30], "照片/3.png": b"", "视频/2.mp4": mp4()[:-30], "有密码的总结.docx": locked})
    document = pack(code=1)
    messages = said(document, "B003")
    assert len(messages) == 3
    assert "“官渡镇”的材料里有 2 个文件不完整或者已经损坏，打不开：照片/2.jpg、视频/2.mp4。" in "".join(messages)
    assert "有 1 个文件是空的（0 字节）：照片/3.png。" in "".join(messages)
    assert "有 1 个文件设了打开密码：有密码的总结.docx。" in "".join(messages)
    assert {"照片/2.jpg", "照片/3.png", "视频/2.mp4", "有密码的总结.docx"} < set(names())


def test_without_a_table() -> None:
    put(FOLDER, {**ALL, "盖章扫描件.pdf": PDF})
    document = pack(code=1)
    assert document["root"] == {"code": None, "name": "收到", "level": None}
    assert said(document, "B001")[0].startswith("“收到”的材料里没有信息统计表，只有扫描件 盖章扫描件.pdf。")
    assert document["edition"] == 23  # of the day
    openpyxl.Workbook().save(FOLDER / "统计表.xlsx")  # which holds none
    document = pack(code=1)
    assert codes({"findings": document["findings"]}) == ["T001"]
    (FOLDER / "统计表.xlsx").rename(FOLDER / "附件：信息统计表.xlsx")
    assert codes({"findings": pack(code=1)["findings"]}) == ["T001"]


def test_a_table_in_a_damaged_workbook_is_one_finding() -> None:
    put(FOLDER, {**ALL, "统计表.xlsx": b"PK\3\4damaged"})
    assert codes({"findings": pack(code=1)["findings"]}) == ["F001"]


@pytest.mark.parametrize(
    ("options", "due", "late"),
    [
        ((), "2021-06-30", False), (("--deadline", "2021-06-20"), "2021-06-20", True),
        (("--year", "2020"), "2020-06-30", True),
    ],
)  # fmt: skip
def test_the_deadline(options: tuple[str, ...], due: str, late: bool) -> None:
    one_unit()
    document = pack(*options)
    assert (document["deadline"], bool(said(document, "B007"))) == (due, late)
    shown = run("pack", "收到", "-o", OUT, *options).out
    assert ("没有写 --deadline" in shown) is ("--deadline" not in options)
    assert ("还有 2 天" if not late else "已过") in shown


# -- a whole level ----------------------------------------------------------------------------------------


def a_level() -> None:
    send(ZHONGMU)
    put(FOLDER, {"总结.docx": word(), "现场照片/全县.jpg": photo(), "活动.mp4": mp4()})
    send(GUANDU, to=FOLDER / "官渡镇材料" / "报表")
    send(GUANDU_VILLAGE, to=FOLDER / "官渡镇材料" / "报表")
    put(FOLDER / "官渡镇材料", ALL)


def test_a_level_and_who_is_absent() -> None:
    a_level()
    document = pack("--roster", "名册.csv", code=1)
    assert [one["name"] for one in document["units"]] == ["中牟县", "官渡镇"]
    assert [one["name"] for one in document["absent"]] == ["狼城岗镇"]
    assert said(document, "B006") == [
        "有 1 个单位什么材料都没有：狼城岗镇。请催报；不用报的，在名册的“填报”一列写“否”。"
    ]
    assert kinds(document)["官渡镇材料/报表/官渡村.xlsx"] == "table_below"
    assert kinds(document)["现场照片/全县.jpg"] == "photo"
    assert units(document)["官渡镇材料"]["counts"] == {
        "table": 1,
        "table_below": 1,
        "summary": 1,
        "photo": 1,
        "video": 1,
    }
    rows = sheet("各单位情况")
    assert [row[0] for row in rows[1:]] == ["中牟县", "官渡镇", "狼城岗镇"]
    assert rows[3][-1] == "什么材料都没有"
    shown = squeezed(run("pack", "收到", "-o", OUT, "--roster", "名册.csv").out)
    assert "什么材料都没有" in shown
    send(LANGCHENGGANG)  # beside the others
    assert pack("--roster", "名册.csv", code=0)["absent"] == []


def test_without_a_roster_every_folder_is_a_units() -> None:
    a_level()
    put(FOLDER / "狼城岗镇", {"现场.jpg": photo()})
    document = pack(code=1)
    assert [one["name"] for one in document["units"]] == ["中牟县", "官渡镇", "狼城岗镇"]
    assert units(document)["狼城岗镇"]["missing"] == ["table", "summary", "video"]
    assert said(document, "B001")[0].startswith("“狼城岗镇”的材料里没有信息统计表。")


def test_the_same_is_missing_of_many_once() -> None:
    send(ZHONGMU)
    put(FOLDER, ALL)
    for unit in (GUANDU, LANGCHENGGANG):
        send(unit, to=FOLDER / unit.name)
    messages = said(pack("--roster", "名册.csv", code=0), "B002")
    assert messages == [
        "“官渡镇”、“狼城岗镇”的材料里没有经验总结、照片、视频。请补齐后重新打包；确实没有的，请向上级说明。"
    ]


def test_what_lies_beside_the_folders_may_be_of_another_unit() -> None:
    send(LANGCHENGGANG)
    send(GUANDU, to=FOLDER / "官渡镇")
    document = pack("--roster", "名册.csv", code=1)
    assert (document["root"]["name"], document["absent"]) == ("中牟县", [])
    assert kinds(document)["狼城岗镇.xlsx"] == "table_below"


def test_in_a_units_folder_only_those_below_it_have_their_tables() -> None:
    a_level()
    send(LANGCHENGGANG, to=FOLDER / "官渡镇材料")
    assert said(pack(code=1), "B011") == ["“狼城岗镇”的表放在“官渡镇”的文件夹里。请移到它自己的文件夹里，再重新打包。"]


def test_of_a_folder_with_villages_alone_nobody_knows_whose_it_is() -> None:
    for unit in (GUANDU_VILLAGE, ZHULUYING):
        send(unit)
    document = pack(code=1)
    assert document["root"]["name"] == "收到"
    assert said(document, "B001")[0].startswith("“收到”的材料里没有信息统计表（只有下级“官渡村”、“逐鹿营村”的）。")
    Path(OUT).unlink()
    assert pack("--root", GUANDU.code, code=1)["root"]["name"] == "官渡镇"


@pytest.mark.parametrize("options", [(), ("--roster", "名册.csv"), ("--root", "410122", "--roster", "名册.csv")])
@pytest.mark.parametrize(
    ("folder", "beside"), [("410122_中牟县", {}), ("李四发来的", {}), ("李四发来的", {"现场.jpg": photo()})]
)
def test_a_folder_around_the_units_own_changes_nothing(
    options: tuple[str, ...], folder: str, beside: dict[str, bytes]
) -> None:
    a_level()
    FOLDER.rename(folder)
    FOLDER.mkdir()
    Path(folder).rename(FOLDER / folder)
    put(FOLDER, beside)
    document = pack(*options)
    assert [(one["name"], one["folder"]) for one in document["units"]] == [
        ("中牟县", ""),
        ("官渡镇", f"{folder}/官渡镇材料"),
    ]


def test_folders_that_are_called_after_one_unit_are_its_own() -> None:
    send(ZHONGMU)
    put(FOLDER, {"中牟县照片/全县.jpg": photo(), "送戏下乡/1.jpg": photo(), "总结.docx": word(), "活动.mp4": mp4()})
    document = pack(code=0)
    assert [(one["name"], one["counts"]["photo"]) for one in document["units"]] == [("中牟县", 2)]
    send(GUANDU, to=FOLDER / "官渡镇")
    put(FOLDER, {"官渡镇视频/1.mp4": mp4(), "官渡镇照片/1.jpg": photo(), "官渡镇/总结.docx": word()})
    shutil.rmtree(FOLDER / "送戏下乡")
    document = pack(code=0)
    assert [(one["name"], one["folder"], one["missing"]) for one in document["units"]] == [
        ("中牟县", "", []), ("官渡镇", "官渡镇", []),
    ]  # fmt: skip


def test_of_a_level_of_which_one_folder_came_the_others_are_absent() -> None:
    send(GUANDU, to=FOLDER / "官渡镇")
    document = pack("--roster", "名册.csv", code=1)
    assert document["root"]["name"] == "中牟县"
    assert [one["name"] for one in document["absent"]] == ["狼城岗镇"]
    assert pack("--force", code=0)["root"]["name"] == "官渡镇"  # nobody knows of others


def test_a_summary_is_none_the_worse_for_being_large(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit(
        {"大总结.docx": zipped({"word/document.xml": b"<a/>", "word/media/1.jpg": b"x" * 50_000}, zipfile.ZIP_STORED)}
    )
    for limit in ("stattable.reading.papers.MAX_BYTES", "stattable.reading.open.MAX_BYTES"):  # not read, and refused
        with monkeypatch.context() as patch:
            patch.setattr(limit, 40_000)
            document = pack(code=0)
        assert (document["findings"], kinds(document)["大总结.docx"]) == ([], "summary")


def test_what_looks_like_chance_is_no_fault_where_nothing_says_that_it_should_open() -> None:
    noise = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(200))
    one_unit({"海报.cdr": noise, "照片/2.jpg": noise, "说明.doc": noise})
    document = pack(code=1)
    assert {one["name"]: one["soundness"] for one in document["files"] if one["soundness"] != "whole"} == {
        "海报.cdr": "unchecked", "照片/2.jpg": "broken", "说明.doc": "password",
    }  # fmt: skip


def test_a_workbook_that_opens_by_itself_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()
    looked_at = reading._kind_and_soundness

    def as_encrypted(path: str, file: Any) -> Any:  # by the password that Excel has for protected structures
        is_return = path.endswith("官渡镇.xlsx")
        return (FileKind.ENCRYPTED, Soundness.PASSWORD) if is_return else looked_at(path, file)

    monkeypatch.setattr(reading, "_kind_and_soundness", as_encrypted)
    document = pack(code=0)
    assert {one["soundness"] for one in document["files"]} == {"whole"}


def test_two_returns_of_a_unit_the_one_that_counts_is_its_table() -> None:
    one_unit()
    send(GUANDU, {"activities.township.sessions": "若干"}, name="0")
    document = pack()
    assert units(document)[""]["status"] == "accepted"


# -- what is left out -------------------------------------------------------------------------------------


def test_what_is_no_paper_is_left_out_and_said_so() -> None:
    one_unit({
        "~$官渡镇.xlsx": b"x", "照片/Thumbs.db": b"x", ".DS_Store": b"x", "__MACOSX/._a.jpg": b"x", "desktop.ini": b"x",
        "视频/大.mp4.crdownload": b"x", "打开.exe": PROGRAM, "看图.jpg": PROGRAM,
    })  # fmt: skip
    document = pack(code=0)
    reasons = {Path(one["path"]).name: one["reason"] for one in document["left_out"]}
    assert reasons == {
        "~$官渡镇.xlsx": "system", "Thumbs.db": "system", ".DS_Store": "system", "__MACOSX": "system",
        "desktop.ini": "system", "大.mp4.crdownload": "stand_in", "打开.exe": "program", "看图.jpg": "program",
    }  # fmt: skip
    assert len(names()) == 5
    assert [(one["severity"], one["code"]) for one in document["findings"]] == [
        ("info", "B004"), ("warning", "B004"), ("warning", "B004"),
    ]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_no_link_is_followed() -> None:
    one_unit()
    Path("别处").mkdir()
    put(Path("别处"), {"秘密.docx": word("秘密")})
    (FOLDER / "外面").symlink_to("../别处")
    (FOLDER / "外面.docx").symlink_to("../别处/秘密.docx")
    (FOLDER / "断了.docx").symlink_to("没有.docx")
    (FOLDER / "绕圈").symlink_to(".")
    (FOLDER / "又一个.docx").symlink_to("经验总结.docx")
    document = pack(code=1)
    assert {one["path"]: one["reason"] for one in document["left_out"]} == {
        "收到/外面": "link", "收到/外面.docx": "link", "收到/断了.docx": "link", "收到/绕圈": "link_inside",
        "收到/又一个.docx": "link_inside",
    }  # fmt: skip
    assert len(names()) == 5
    (message,) = said(document, "B005")
    assert message.startswith(
        "有 3 个文件或文件夹没有放进包里，是指向这个文件夹外面的链接：外面、外面.docx、断了.docx。"
    )


@pytest.mark.skipif(os.name == "nt", reason="no pipes there")
def test_a_pipe_is_not_waited_for() -> None:
    one_unit()
    os.mkfifo(FOLDER / "管道.jpg")
    assert [one["reason"] for one in pack(code=1)["left_out"]] == ["special"]


def test_what_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()
    opening = Path.open

    def opened(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == "现场.jpg":
            raise PermissionError(errno.EACCES, "no", str(path))
        return opening(path, *arguments, **named)

    def scan(path: Any) -> Any:
        if str(path).endswith("视频"):
            raise PermissionError(errno.EACCES, "no", str(path))
        return scanning(path)

    scanning = os.scandir
    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(os, "scandir", scan)
    document = pack(code=1)
    assert document["left_out"] == [
        {"path": "收到/照片/现场.jpg", "reason": "no_access"}, {"path": "收到/视频", "reason": "no_access"},
    ]  # fmt: skip


def test_a_file_that_kills_whoever_looks_at_it_is_packed_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()

    def fail(*_: object) -> None:
        raise WorkerFailed("crash")

    monkeypatch.setattr(reading, "in_own_process", fail)
    kind, soundness, size, _ = reading._look_alone(str(FOLDER / "经验总结.docx"))
    assert (kind, soundness, size) == ("unknown", "unchecked", (FOLDER / "经验总结.docx").stat().st_size)


def test_many_files_are_looked_at_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    put(FOLDER, {f"{number}.txt": b"text" for number in range(40)})
    monkeypatch.setattr("stattable.processes._WORTH_IT", {"fork": 1, "spawn": 1})
    alone = read_folder("收到", jobs=1)
    assert read_folder("收到", jobs=2) == alone
    assert len(alone.files) == 40


# -- where it goes ----------------------------------------------------------------------------------------


def test_it_is_never_inside_itself_and_may_be_made_again() -> None:
    one_unit()
    inside = FOLDER / OUT
    pack(code=0, out=inside)
    assert inside.name not in names(inside)
    put(FOLDER, {"照片/2.jpg": photo()})
    document = pack(code=0, out=inside)
    assert "照片/2.jpg" in names(inside)
    assert document["left_out"] == []


def test_unpacked_and_packed_again_the_old_list_makes_room() -> None:
    one_unit()
    pack()
    with zipfile.ZipFile(OUT) as archive:
        archive.extractall(FOLDER)
    document = pack(code=0)
    assert [(one["path"], one["reason"]) for one in document["left_out"]] == [("收到/清单.xlsx", "earlier")]
    assert names().count(MANIFEST) == 1
    openpyxl.Workbook().save(FOLDER / MANIFEST)  # somebody's own
    assert {MANIFEST, "清单_2.xlsx"} < set(names(pack()["output"]))


@pytest.mark.parametrize(
    ("spoil", "is_ours"),
    [
        (lambda path: None, True),
        (lambda path: path.write_bytes(b"PK something else"), False),
        (lambda path: zipfile.ZipFile(path, "a").writestr("又加的.txt", "x"), False),
    ],
)  # fmt: skip
def test_nothing_foreign_is_overwritten(spoil: Callable[[Path], Any], is_ours: bool) -> None:
    one_unit()
    pack()
    spoil(Path(OUT))
    before = Path(OUT).read_bytes()
    result = run("pack", "收到", "-o", OUT)
    assert result.code == (0 if is_ours else 2)
    if not is_ours:
        assert "不是 pack 给“官渡镇”打的包" in result.err
        assert Path(OUT).read_bytes() == before
        assert run("pack", "收到", "-o", OUT, "--force").code == 0


def test_a_bundle_of_another_unit_is_not_overwritten() -> None:
    one_unit()
    pack()
    (FOLDER / "官渡镇.xlsx").unlink()
    send(LANGCHENGGANG)
    assert "不是 pack 给“狼城岗镇”打的包" in run("pack", "收到", "-o", OUT).err


def test_no_paper_is_ever_overwritten() -> None:
    one_unit({"照片.zip": zipped({"a.jpg": b"x"})})
    before = everything_in(FOLDER)
    result = run("pack", "收到", "-o", FOLDER / "照片.zip", "--force")
    assert (result.code, everything_in(FOLDER)) == (2, before)
    assert "收到/照片.zip”在要打包的文件夹里" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("收到", "-o", "材料.rar"), "写出的是 .zip 文件，“材料.rar”却是 .rar 的名字"),
        (("收到", "-o", "名册.zip", "--roster", "名册.zip"), "也是要汇总的报表之一，或者是名册"),
        (("收到", "-o", "文件夹.zip"), "文件夹"),
        (("空", "-o", OUT), "“空”里没有可以打包的文件"),
        (("没有", "-o", OUT), "没有"),
        (("名册.csv", "-o", OUT), "名册.csv"),
        (("收到", "-o", OUT, "--root", "999999"), "没有代码是“999999”的单位"),
    ],
)  # fmt: skip
def test_what_cannot_be_packed(arguments: tuple[str, ...], words: str) -> None:
    one_unit()
    Path("空").mkdir()
    Path("文件夹.zip").mkdir()
    shutil.copy("名册.csv", "名册.zip")
    result = run("pack", *arguments)
    assert result.code == 2
    assert words in result.err
    assert not Path(OUT).exists()


def test_with_a_faulty_roster_nothing_is_read() -> None:
    one_unit()
    Path("名册.csv").write_text("代码,名称\n410122,甲县\n410122,乙县\n", encoding="utf-8")
    document = pack("--roster", "名册.csv", code=1)
    assert codes({"findings": document["findings"]}) == ["U007"]
    assert (document["output"], document["files"]) == (None, [])
    assert not Path(OUT).exists()


def test_a_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(bundle, "_copy", full)
    result = run("pack", "收到", "-o", OUT)
    assert result.code == 3
    assert "磁盘空间不够" in result.err
    assert OUT in result.err
    assert sorted(path.name for path in Path().iterdir()) == ["名册.csv", "收到"]


# -- what changes on the way ------------------------------------------------------------------------------


def just_before_packing(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    adding = bundle._add

    def add(*arguments: Any) -> Any:
        if not done:
            done.append(change())
        return adding(*arguments)

    done: list[object] = []
    monkeypatch.setattr(bundle, "_add", add)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("经验总结.docx", lambda path: path.write_bytes(word() + b"more")),
        ("经验总结.docx", lambda path: path.write_bytes(word()[:100])),
        ("经验总结.docx", lambda path: path.unlink()),
        ("经验总结.docx", lambda path: os.utime(path, (1, 1))),
    ],
)  # fmt: skip
def test_a_file_that_changes_is_noticed(
    name: str, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_unit()
    just_before_packing(monkeypatch, lambda: change(FOLDER / name))
    document = pack(code=1)
    assert said(document, "B009") == [
        "打包的时候，有 1 个文件变了：经验总结.docx。请关闭正在写它们的程序，等复制、下载完了再重新打包。"
    ]
    assert [one["name"] for one in document["files"] if one["changed"]] == [name]
    names()  # which are whole, whatever came of the file
    assert [row[5] for row in sheet("文件清单") if row[0] == name] == ["打包时变了"]


def test_a_return_is_packed_as_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()
    path = FOLDER / "官渡镇.xlsx"
    about = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1

    def change() -> None:
        path.write_bytes(data)
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))

    just_before_packing(monkeypatch, change)
    assert said(pack(code=1), "B009")


def test_strict_writes_nothing_where_something_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    one_unit()
    just_before_packing(monkeypatch, lambda: os.utime(FOLDER / "经验总结.docx", (1, 1)))
    assert pack("--strict", code=1)["output"] is None
    assert not Path(OUT).exists()


def test_a_disk_that_fails_in_the_middle() -> None:
    class Failing(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "no")

    assert bundle._copy(Failing(b"abc"), io.BytesIO(), 3) == (hashlib.sha256().hexdigest(), 0)


def test_a_time_that_no_system_knows() -> None:
    assert bundle._entry("a", 1e30).date_time == (1980, 1, 1, 0, 0, 0)
    assert bundle._entry("a", 1e10).date_time == (2107, 12, 31, 23, 59, 58)


# -- others -----------------------------------------------------------------------------------------------


def test_hostile_names_are_text_wherever_they_stand() -> None:
    name = "=cmd|' _C calc'!A0 \u202egpj.exe<script>"
    one_unit({f"照片/{name}.jpg": photo(), f"{'长' * 80}/{'x' * 200}.jpg": photo()})
    document = pack(code=0)
    assert all(len(one) <= 180 for one in names())
    for sheet_name in ("文件清单", "问题"):
        for row in sheet(sheet_name):
            assert all("\u202e" not in str(cell) and "\u200e" not in str(cell) for cell in row)
    assert sheet("文件清单")[0][-1] == "原来的名称"
    with zipfile.ZipFile(OUT) as archive, zipfile.ZipFile(io.BytesIO(archive.read(MANIFEST))) as book:
        assert not any(b"<f>" in book.read(part) for part in book.namelist())
    assert len(said(document, "B008")) == 1
    assert "\u202e" not in run("pack", "收到", "-o", OUT).out


def test_whoever_gets_it_can_read_the_returns_in_it() -> None:
    one_unit()
    pack()
    Path("县").mkdir()
    shutil.move(OUT, Path("县") / "官渡镇.zip")
    result = run("check", "县", "--format", "json")
    assert [one["unit"]["name"] for one in result.json["files"]] == ["官渡镇"]
    assert set(codes(result.json)) == {"F006"}  # of what is no return; the list is ours


def test_the_list_is_a_list_of_ours() -> None:
    one_unit()
    pack()
    with zipfile.ZipFile(OUT) as archive:
        archive.extract(MANIFEST)
    assert is_marked(MANIFEST)


def test_many_units_are_not_all_shown() -> None:
    send(ZHONGMU)
    for number in range(70):
        put(FOLDER / f"第{number}镇", {"a.jpg": photo(size=(2, 2))})
    (FOLDER / "官渡镇").mkdir()
    send(GUANDU, to=FOLDER / "官渡镇")
    assert "还有 12 个单位没有列出，清单里都有。" in run("pack", "收到", "-o", OUT).out


def test_every_kind_has_its_name() -> None:
    assert len({kind.label for kind in PaperKind}) == len(PaperKind)
