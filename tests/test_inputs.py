import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from stattable.model.catalogue import render
from stattable.model.form import label_of
from stattable.reading.inputs import Inputs, find_inputs

WORKBOOK = b"not really a workbook, but named like one"
WORD = b"{\\rtf1 a document of Word}"
PHOTO = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder 收到 in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "收到").mkdir()
    return tmp_path / "收到"


def put(folder: Path, names: Iterable[str], content: bytes = WORKBOOK) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def paths(inputs: Inputs) -> list[str]:
    return [Path(path).as_posix() for path in inputs.paths]


def said(inputs: Inputs) -> list[tuple[str, str, str]]:
    return [
        (finding.code, Path(finding.path or "").as_posix(), render(finding, label_of)) for finding in inputs.findings
    ]


def test_a_folder_with_its_subfolders_in_sorted_order(folder: Path) -> None:
    put(folder, ["b.xlsx", "a.xls", "乡镇/c.ods", "乡镇/村/d.et", "B.XLSX"])
    inputs = find_inputs(["收到"])
    assert paths(inputs) == ["收到/B.XLSX", "收到/a.xls", "收到/b.xlsx", "收到/乡镇/c.ods", "收到/乡镇/村/d.et"]
    assert (inputs.named, inputs.findings) == (frozenset(), ())


def test_the_order_of_arguments_changes_nothing(folder: Path) -> None:
    put(folder, ["b.xlsx", "a.xlsx", "乡镇/c.xlsx"])
    expected = ["收到/a.xlsx", "收到/b.xlsx", "收到/乡镇/c.xlsx"]
    assert paths(find_inputs(["收到/b.xlsx", "收到/乡镇", "收到/a.xlsx"])) == expected
    assert paths(find_inputs(["收到/a.xlsx", "收到/b.xlsx", "收到/乡镇"])) == expected


@pytest.mark.parametrize(
    "name",
    [
        "~$a.xlsx", ".~a.xlsx", ".~lock.a.xlsx#", "._a.xlsx", "Thumbs.db", "THUMBS.DB", "desktop.ini", "Desktop.ini",
        ".DS_Store", "__MACOSX/a.xlsx", "乡镇/__macosx/b/a.xlsx",
    ],
)  # fmt: skip
def test_what_is_never_an_input(folder: Path, name: str) -> None:
    put(folder, ["a.xlsx", name])
    inputs = find_inputs(["收到"])
    assert (paths(inputs), inputs.findings) == (["收到/a.xlsx"], ())


def test_a_lock_file_is_not_even_an_input_when_it_is_named(folder: Path) -> None:
    put(folder, ["~$a.xlsx", "a.xlsx"])
    assert paths(find_inputs(["收到/~$a.xlsx", "收到/a.xlsx"])) == ["收到/a.xlsx"]


@pytest.mark.parametrize("argument", ["收到", "收到/名册.xlsx"])
def test_the_roster_is_no_input(folder: Path, argument: str) -> None:
    put(folder, ["a.xlsx", "名册.xlsx"])
    inputs = find_inputs([argument, "收到/a.xlsx"], excluded=["收到/乡镇/../名册.xlsx"])
    assert (paths(inputs), inputs.findings) == (["收到/a.xlsx"], ())


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("a.xlsx", PHOTO, True),  # named like one
        ("a.xlsx", b"", True),
        ("没有扩展名", WORD, True),  # by content
        ("总结.pdf", b"%PDF-1.7", True),
        ("总结.rar", b"Rar!\x1a\x07", True),
        ("照片.jpg", PHOTO, False),
        ("名单.csv", "代码,名称\n".encode(), False),
        ("总结.txt", "总结".encode("gbk"), False),
        ("空", b"", False),
    ],
)
def test_what_a_walk_takes_for_a_return(folder: Path, name: str, content: bytes, read: bool) -> None:
    put(folder, [name], content)
    inputs = find_inputs(["收到"])
    assert paths(inputs) == ([f"收到/{name}"] if read else [])
    assert [finding.code for finding in inputs.findings] == ([] if read else ["F006"])
    assert paths(find_inputs([f"收到/{name}"])) == [f"收到/{name}"]  # what the user names is always read


def test_one_f006_for_every_folder(folder: Path) -> None:
    put(folder, ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "乡镇/1.jpg", "a.xlsx"], PHOTO)
    fix = "如果其中有应当报送的报表，请转成 .xlsx 后重新放入。"
    inputs = find_inputs(["收到"])
    assert paths(inputs) == ["收到/a.xlsx"]
    assert said(inputs) == [
        ("F006", "收到", f"文件夹里有 4 个文件不是报表，未读取：1.jpg、2.jpg、3.jpg等。{fix}"),
        ("F006", "收到/乡镇", f"文件夹里有 1 个文件不是报表，未读取：1.jpg。{fix}"),
    ]


def test_each_file_that_stands_for_a_return_is_named(folder: Path) -> None:
    names = [".甲镇.xlsx.icloud", "乙镇.xlsx.crdownload", "丙镇.xlsx.url", "丁镇.ksheet", "戊镇.XLSX.PART"]
    put(folder, names, b"no return")
    put(folder, ["1.jpg"], PHOTO)
    inputs = find_inputs(["收到"])
    assert inputs.paths == ()
    (f009, f006) = inputs.findings
    assert (f009.code, sorted(f009.params["names"]), f009.params["count"]) == ("F009", sorted(names), 5)
    assert (f006.code, f006.params["names"]) == ("F006", "1.jpg")


def test_f006_leaves_out_what_is_read_after_all(folder: Path) -> None:
    put(folder, ["1.jpg"], PHOTO)
    inputs = find_inputs(["收到", "收到/1.jpg"])
    assert (paths(inputs), inputs.findings) == (["收到/1.jpg"], ())


@pytest.mark.parametrize(
    "arguments",
    [
        ["收到", "收到"],
        ["收到", "收到/a.xlsx"],
        ["收到/a.xlsx", "收到"],
        ["收到", "收到/"],
        ["收到", "./收到"],
    ],
)
def test_a_path_named_twice(folder: Path, arguments: list[str]) -> None:
    put(folder, ["a.xlsx", "乡镇/b.xlsx"])
    put(folder, ["照片.jpg"], PHOTO)
    inputs = find_inputs(arguments)
    assert paths(inputs) == ["收到/a.xlsx", "收到/乡镇/b.xlsx"]
    assert inputs.named == ({str(Path("收到/a.xlsx"))} if "收到/a.xlsx" in arguments else set())
    assert [(code, path) for code, path, _ in said(inputs)] == [("F006", "收到")]


def test_a_folder_named_twice_in_different_words(folder: Path) -> None:
    put(folder, ["a.xlsx"])
    put(folder, ["照片.jpg"], PHOTO)
    first = min("收到", str(folder))
    for arguments in (["收到", str(folder)], [str(folder), "收到"]):
        inputs = find_inputs(arguments)
        assert inputs.paths == (str(Path(first) / "a.xlsx"),)
        assert [(finding.code, finding.path) for finding in inputs.findings] == [("F006", first)]


def test_the_folder_where_one_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, ["a.xlsx", "乡镇/b.xlsx"])
    monkeypatch.chdir(folder)
    for arguments in (["."], ["./"], [".", "乡镇"], ["./乡镇", "a.xlsx", "."]):
        assert paths(find_inputs(arguments)) == ["a.xlsx", "乡镇/b.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="there is no share")
def test_a_path_keeps_the_two_separators_that_it_begins_with(folder: Path) -> None:
    """As that of a folder on a server's share does on Windows, which is no path with one of them."""
    put(folder, ["乡镇/a.xlsx"])
    assert find_inputs([f"/{folder}"]).paths == (f"/{folder}/乡镇/a.xlsx",)


def test_symlinks(folder: Path) -> None:
    put(folder, ["b.xlsx"])
    try:
        (folder / "a.xlsx").symlink_to(folder / "b.xlsx")
        (folder / "gone.xlsx").symlink_to(folder / "nowhere.xlsx")
        (folder.parent / "也收到").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("this account may not make symlinks")
    # A file counts once, by the first of its names; one that leads nowhere is not passed over in silence.
    assert paths(find_inputs(["收到"])) == ["收到/a.xlsx", "收到/gone.xlsx"]
    assert paths(find_inputs(["收到", "也收到"])) == ["也收到/a.xlsx", "也收到/gone.xlsx"]


def test_a_link_to_a_folder_is_followed_once(folder: Path) -> None:
    put(folder, ["甲镇/a.xlsx"])
    elsewhere = folder.parent / "微信文件"
    put(elsewhere, ["b.xlsx"])
    try:
        (folder / "乙镇").symlink_to(elsewhere, target_is_directory=True)
        (folder / "一份").symlink_to(folder / "甲镇", target_is_directory=True)
        (folder / "甲镇" / "上级").symlink_to(folder, target_is_directory=True)
        (folder / "甲镇" / "微信").symlink_to(folder.parent / "又一处", target_is_directory=True)
        (folder / "乙镇" / "微信").symlink_to(folder.parent / "又一处", target_is_directory=True)
        put(folder.parent / "又一处", ["c.xlsx"])
    except OSError:
        pytest.skip("this account may not make symlinks")
    assert paths(find_inputs(["收到"])) == ["收到/乙镇/b.xlsx", "收到/甲镇/a.xlsx", "收到/甲镇/微信/c.xlsx"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_not_waited_for(folder: Path) -> None:
    put(folder, ["a.xlsx"])
    os.mkfifo(folder / "管道")
    inputs = find_inputs(["收到"])
    assert (paths(inputs), [f.code for f in inputs.findings]) == (["收到/a.xlsx"], ["F006"])


def test_a_folder_that_cannot_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, ["a.xlsx", "乡镇/b.xlsx"])
    scandir = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "乡镇":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    inputs = find_inputs(["收到"])
    assert paths(inputs) == ["收到/a.xlsx"]
    assert [(code, path) for code, path, _ in said(inputs)] == [("F007", "收到/乡镇")]


def test_an_empty_folder(folder: Path) -> None:
    assert find_inputs(["收到"]) == Inputs((), frozenset(), ())
