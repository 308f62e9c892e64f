"""Folders as they come from chat programs and e-mail: a thousand returns, and everything else that lies there."""

import os
import sys
from pathlib import Path

import pytest

from command_line import run
from county import GUANDU, GUANDU_VILLAGE, TO_COUNTY
from memory import values_of
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.reading.open import open_file
from stattable.writing.blank import Blank, blank_bytes
from test_broken import broken
from writers.containers import GOLDEN, ole, zipped
from writers.county import send, write_roster
from writers.returns import EDITION, own_values, typed, write_values

VILLAGE = own_values(Level.VILLAGE)
UNITS = [UnitFacts(f"410122{n:03}", f"第{n}镇", Level.TOWNSHIP) for n in range(1, 1000)]
UNITS.append(UnitFacts("410123001", "第一千镇", Level.TOWNSHIP))


def test_of_a_thousand_files_one_in_ten_is_broken_and_none_is_lost(tmp_path: Path) -> None:
    spoils = [*broken(), *broken()]
    figures = values_of(own_values(Level.TOWNSHIP))
    bad = set()
    for number, unit in enumerate(UNITS):
        data = write_values(blank_bytes(Blank(unit, TO_COUNTY, Scope.OWN, EDITION)), figures)
        path = tmp_path / f"{unit.code[:6]}" / f"{unit.code}.xlsx"
        path.parent.mkdir(exist_ok=True)
        if number % 10 == 3:
            data = spoils.pop()(data)
            bad.add(str(path))
        path.write_bytes(data)
    result = run("check", tmp_path, "--format", "json", "--jobs", 2)
    summary = result.json["summary"]
    assert (result.code, summary["files"], summary["accepted"], summary["rejected"]) == (1, 1000, 900, 100)
    status = {file["path"]: file["status"] for file in result.json["files"]}
    assert {path for path, said in status.items() if said == "rejected"} == bad
    for file in result.json["files"]:
        errors = [finding for finding in file["findings"] if finding["severity"] == "error"]
        assert bool(errors) == (file["path"] in bad)
        assert all(finding["message"] and finding["path"] == file["path"] for finding in errors)
        if file["path"] not in bad:
            assert {key: value for key, value in file["values"].items() if value is not None} == own_values(
                Level.TOWNSHIP
            )


def test_a_folder_with_everything_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "收到"
    send(GUANDU_VILLAGE, to=folder / "官渡镇")
    send(GUANDU_VILLAGE, to=folder / "官渡镇", name="官渡村 (1)")  # sent twice
    typed(folder / "官渡镇" / "逐鹿营村.xls", "逐鹿营村", VILLAGE)  # it is an .xlsx
    roster = write_roster(folder / "名册.csv")
    lies_there = {
        "官渡镇/IMG_20210529.jpg": b"\xff\xd8\xff\xe0photo",
        "官渡镇/活动视频.mp4": b"\x00\x00\x00\x18ftypmp42",
        "官渡镇/说明.txt": "请查收".encode("gbk"),
        "官渡镇/~$官渡村.xlsx": b"\x05admin",
        "官渡镇/.~lock.官渡村.xlsx#": b",clerk",
        "__MACOSX/官渡镇/._官渡村.xlsx": b"\0\5\x16\7",
        "Thumbs.db": ole("Catalog"),
        "desktop.ini": b"[.ShellClassInfo]",
        "官渡镇/活动总结.doc": ole("WordDocument"),
        "官渡镇/盖章扫描件.pdf": b"%PDF-1.4",
        "官渡镇/全部.zip": zipped({"官渡村.xlsx": b""}),
        "官渡镇/空的.xlsx": b"",
    }
    for name, content in lies_there.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (tmp_path / "空文件夹").mkdir()

    earlier = tmp_path / "old.xlsx"
    assert (
        run("merge", folder / "官渡镇" / "官渡村.xlsx", "-o", earlier, "--roster", roster, "--root", GUANDU.code).code
        == 0
    )
    earlier.rename(folder / "官渡镇汇总.xlsx")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    options = ("--roster", roster, "--root", GUANDU.code, "--format", "json")
    result = run("merge", folder, "-o", folder / "官渡镇.xlsx", *options)
    said = sorted((finding["code"], Path(finding["path"] or "").name) for finding in result.json["findings"])
    assert said == [
        ("C001", ""),  # of the township's own
        ("F003", "官渡村.xlsx"),
        ("F003", "空的.xlsx"),
        ("F005", "活动总结.doc"),
        ("F005", "盖章扫描件.pdf"),
        ("F006", "官渡镇"),
        ("U004", "官渡村.xlsx"),
        ("U008", "官渡镇汇总.xlsx"),
    ]
    summary = result.json["summary"]
    counts = [summary[key] for key in ("received", "accepted", "rejected", "duplicate", "missing")]
    assert counts == [7, 2, 4, 1, 1]
    total = {key: value for key, value in result.json["total"].items() if value is not None}
    assert total == {key: 2 * value for key, value in VILLAGE.items()}
    assert {path: path.read_bytes() for path in before} == before
    again = run("merge", folder, "-o", folder / "官渡镇.xlsx", *options)  # its own output lies there now
    assert again.json["total"] == result.json["total"]


def test_an_empty_folder_is_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    assert run("check", tmp_path / "空").code == 2
    assert run("merge", tmp_path / "空", "-o", tmp_path / "a.xlsx").code == 2


def test_a_return_in_xls_and_ods_lies_beside_its_xlsx(tmp_path: Path) -> None:
    for suffix in ("xls", "ods", "xlsx"):
        (tmp_path / f"官渡村.{suffix}").write_bytes((GOLDEN / f"return.{suffix}").read_bytes())
    result = run("check", tmp_path, "--format", "json")
    assert [(file["status"], [f["code"] for f in file["findings"]]) for file in result.json["files"]] == [
        ("accepted", []),
        ("duplicate", ["U004"]),
        ("duplicate", ["U004"]),
    ]
    assert len({str(file["values"]) for file in result.json["files"]}) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="a process that is spawned does not inherit the patch")
def test_a_file_that_kills_whoever_reads_it_kills_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for unit in UNITS[:100]:
        data = write_values(blank_bytes(Blank(unit, TO_COUNTY, Scope.OWN, EDITION)), values_of({}), "2021.6.15")
        (tmp_path / f"{unit.code}.xlsx").write_bytes(data)
    deadly = {str(tmp_path / f"{UNITS[number].code}.xlsx") for number in (3, 40, 41)}

    def open_or_die(path: str) -> object:
        return os._exit(134) if path in deadly else open_file(path)

    monkeypatch.setattr("stattable.processes._WORTH_IT", {"fork": 1, "spawn": 1})
    for name in ("open_file", "open_unless_heavy"):
        monkeypatch.setattr(f"stattable.reading.files.{name}", open_or_die)
    files = run("check", tmp_path, "--format", "json", "--jobs", 2).json["files"]
    assert {file["path"] for file in files if file["findings"][0]["code"] == "F007"} == deadly
    assert [file["findings"][0]["code"] for file in files].count("V000") == 97
