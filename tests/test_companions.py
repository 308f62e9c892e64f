"""Summaries and scans: no returns where the return is here, and said of the unit where it is not."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import codes, run
from county import GUANDU, GUANDU_VILLAGE, ZHONGMU, ZHULUYING
from stattable.checking.companions import Companions
from stattable.proving.lists import FINDINGS_SHEET, UNIT_AT
from stattable.reading.roster import read_roster
from writers.containers import zipped
from writers.county import send, write_roster

PDF = b"%PDF-1.4\n%%EOF"
DOCX = zipped(
    {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
        b'.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>今年的活动总结</w:t></w:r></w:p></w:body></w:document>".encode(),
    }
)
ROSTER = ("--roster", "名册.csv")


@pytest.fixture(autouse=True)
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_roster()
    for unit in (ZHONGMU, GUANDU, GUANDU_VILLAGE):
        send(unit, to="收到/官渡镇" if unit is not ZHONGMU else "收到")


def put(path: str, content: bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


def said_of(document: dict[str, Any], code: str) -> list[tuple[str | None, str]]:
    found = [*document["findings"], *(f for one in document.get("files", ()) for f in one["findings"])]
    return [(one["path"] or one["unit"]["name"], one["message"]) for one in found if one["code"] == code]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("收到/中牟县工作总结.docx", DOCX),
        ("收到/官渡镇/活动总结.docx", DOCX),
        ("收到/官渡镇/官渡村盖章扫描.pdf", PDF),
        ("收到/官渡镇官渡村信息统计表.pdf", PDF),
        ("收到/官渡镇/官渡镇新闻稿.ofd", PDF),
    ],
)
def test_what_comes_along_with_a_return_is_none(path: str, content: bytes) -> None:
    put(path, content)
    done = run("check", "收到", *ROSTER, "--format", "json").json
    assert (done["summary"]["files"], done["summary"]["rejected"], codes(done).count("F005")) == (3, 0, 0)
    ((folder, message),) = said_of(done, "F006")
    assert (folder, Path(path).name in message) == (str(Path(path).parent), True)
    merged = run("merge", "收到", *ROSTER, "--root", "410122", "-o", "表.xlsx", "--format", "json").json
    assert (merged["summary"]["received"], merged["summary"]["rejected"]) == (3, 0)
    assert run("verify", "表.xlsx", "收到", "名册.csv").code == 0


@pytest.mark.parametrize("name", ["逐鹿营村.pdf", "逐鹿营村信息统计表（盖章）.pdf", "官渡镇逐鹿营村.jpg"])
def test_a_scan_alone_is_said_of_its_unit(name: str) -> None:
    put(f"收到/官渡镇/{name}", PDF if name.endswith("pdf") else b"\xff\xd8\xff\xe0" + bytes(64))
    for document in (
        run("check", "收到", *ROSTER, "--format", "json").json,
        run("merge", "收到", *ROSTER, "--root", "410122", "-o", "表.xlsx", "--format", "json").json,
    ):
        assert document["summary"]["rejected"] == name.endswith("pdf")
        ((unit, message),) = said_of(document, "C006")
        assert (unit, name in message) == ("逐鹿营村", True)
    assert run("verify", "表.xlsx", "收到", "名册.csv").code == 0
    send(ZHULUYING, to="收到/官渡镇")
    done = run("check", "收到", *ROSTER, "--format", "json").json
    assert (said_of(done, "C006"), done["summary"]["rejected"]) == ([], 0)


@pytest.mark.parametrize("name", ["总结.docx", "扫描.pdf", "报表.rar"])
def test_what_belongs_to_nobody_who_is_here_is_told_of_by_itself(name: str) -> None:
    put(f"收到/{name}", {"docx": DOCX, "pdf": PDF, "rar": b"Rar!\x1a\x07\x00" + bytes(64)}[name[-4:].strip(".")])
    done = run("check", "收到", *ROSTER, "--format", "json").json
    assert (done["summary"]["rejected"], codes(done).count("F005")) == (1, 1)


def test_a_photo_of_no_name_is_no_scan_of_the_unit_in_whose_folder_everything_lies() -> None:
    Path("收到/官渡镇/官渡镇.xlsx").unlink()
    for folder in ("官渡镇", "官渡镇/逐鹿营村"):
        put(f"收到/{folder}/IMG_1030.jpg", b"\xff\xd8\xff\xe0")
    document = run("check", "收到", *ROSTER, "--format", "json").json
    assert [name for name, _ in said_of(document, "C006")] == ["逐鹿营村"]


def test_an_archive_may_hold_returns_and_is_never_passed_over() -> None:
    put("收到/官渡镇/官渡村.rar", b"Rar!\x1a\x07\x00" + bytes(64))
    assert run("check", "收到", *ROSTER, "--format", "json").json["summary"]["rejected"] == 1


def test_each_level_says_which_of_its_units_sent_only_a_scan() -> None:
    put("收到/官渡镇/逐鹿营村.pdf", PDF)
    run("merge", "收到", *ROSTER, "--root", "410122", "-o", "表.xlsx", "--each-level", "各级")
    (township,) = Path("各级").rglob("*官渡镇_汇总.xlsx")
    rows = openpyxl.load_workbook(township)[FINDINGS_SHEET].iter_rows(values_only=True)
    assert [row[UNIT_AT] for row in rows if row[2] == "C006"] == ["逐鹿营村"]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("官渡村.pdf", ["官渡村"]), ("官渡镇官渡村的扫描件.pdf", ["官渡村"]), ("官渡镇.pdf", ["官渡镇"]),
        ("官渡镇/通知.pdf", ["官渡镇"]), ("官渡镇/逐鹿营村.pdf", ["逐鹿营村"]), ("通知.pdf", []),
        ("官渡村和逐鹿营村.pdf", ["官渡村", "逐鹿营村"]), ("a" * 500 + ".pdf", []),
    ],
)  # fmt: skip
def test_whose_a_file_is(path: str, names: list[str]) -> None:
    tree = read_roster("名册.csv").tree
    assert [tree[key].name for key in Companions(tree).units_of(path)] == names
