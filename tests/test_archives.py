"""Returns that come in zip archives: they are read, named and proved like those in a folder."""

import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from command_line import codes, run
from county import GUANDU_VILLAGE, TO_GUANDU
from stattable.formats.fingerprint import file_facts
from stattable.formats.list_mark import with_mark
from stattable.formats.storage import MAX_ENTRIES, about, files_in_archive, read
from stattable.model.units import Level
from stattable.proving.source_files import SourceFiles
from stattable.reading.files import read_return
from stattable.reading.inputs import find_inputs
from writers.containers import locked_zip
from writers.returns import filled, own_values

EXAMPLES = Path(__file__).parent.parent / "examples"


class Named(zipfile.ZipInfo):
    """An entry whose name is stored in an encoding, without the flag that says UTF-8."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name, (2021, 6, 20, 12, 0, 0))
        self.encoding = encoding

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode(self.encoding), 0


def packed(path: Path, files: dict[str, bytes], encoding: str = "utf-8", method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(Named(name, encoding), content, method)
    return path


def village(folder: Path) -> bytes:
    return filled(folder / "官渡村.xlsx", GUANDU_VILLAGE, own_values(Level.VILLAGE), above=TO_GUANDU).read_bytes()


@pytest.mark.parametrize(
    ("stored", "encoding"),
    [
        ("官渡镇/官渡村.xlsx", "gbk"),
        ("官渡镇/官渡村.xlsx", "utf-8"),
        (unicodedata.normalize("NFD", "官渡镇/官渡村.xlsx"), "utf-8"),
        ("官渡镇\\官渡村.xlsx", "gbk"),
        ("../../官渡镇//官渡村.xlsx", "utf-8"),
    ],
)
def test_names_in_archives(stored: str, encoding: str, tmp_path: Path) -> None:
    data = village(tmp_path)
    archive = packed(tmp_path / "村表.zip", {stored: data}, encoding)
    path = f"{archive}/官渡镇/官渡村.xlsx"
    assert files_in_archive(str(archive)) == [path]
    assert (read(path), about(path).size) == (data, len(data))
    assert file_facts(path).sha256 == file_facts(str(tmp_path / "官渡村.xlsx")).sha256
    assert read_return(path).values == read_return(str(tmp_path / "官渡村.xlsx")).values


def file_facts_of(paths: Iterable[str]) -> list[str | None]:
    return [print_ or None for print_ in SourceFiles.from_paths(paths).fingerprints.values()]


def inputs_of(*arguments: Path) -> list[str]:
    return [Path(path).as_posix().partition("/in/")[2] for path in find_inputs(map(str, arguments)).paths]


def test_what_is_taken_from_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    data = village(tmp_path)
    inner = packed(tmp_path / "inner.zip", {"官渡村.xlsx": data}).read_bytes()
    files = {
        "我们写的名单.xlsx": with_mark(inner),
        "官渡村.xlsx": data, "照片.jpg": b"\xff\xd8\xff", "__MACOSX/._官渡村.xlsx": b"x", "~$官渡村.xlsx": b"x",
        "再压一次.zip": inner, "总结.txt": "总结".encode(),
    }  # fmt: skip
    packed(folder / "村表.zip", files)
    found = find_inputs([str(folder)])
    assert inputs_of(folder) == ["村表.zip/再压一次.zip", "村表.zip/官渡村.xlsx"]
    assert [(one.code, one.path, one.params["count"]) for one in found.findings] == [("F006", f"{folder}/村表.zip", 2)]
    assert inputs_of(folder / "村表.zip") == inputs_of(folder)
    assert found.named == frozenset()
    nested = read_return(f"{folder}/村表.zip/再压一次.zip")
    assert [(one.code, one.params.get("kind")) for one in nested.findings] == [("F005", "archive")]


def test_an_archive_counts_once_whatever_leads_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    packed(folder / "村表.zip", {"官渡镇/官渡村.xlsx": village(tmp_path)})
    try:
        (folder / "又一份.zip").symlink_to(folder / "村表.zip")
    except OSError:
        pytest.skip("this account may not make symlinks")
    assert inputs_of(folder) == ["又一份.zip/官渡镇/官渡村.xlsx"]
    for more in (folder / "村表.zip", folder / "村表.zip/官渡镇/官渡村.xlsx"):
        assert inputs_of(folder, more) == inputs_of(more, folder) == inputs_of(folder)
    assert find_inputs([str(folder)]).named == frozenset()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(locked_zip()),
        lambda path: packed(path, {}),
        lambda path: packed(path, {f"{number}.xlsx": b"" for number in range(MAX_ENTRIES + 1)}),
        lambda path: packed(path, {"a.xlsx": b"", "./a.xlsx": b""}),
        lambda path: path.write_bytes(b"PK\x03\x04"),
        lambda path: path.write_bytes(packed(path, {"a.txt": b"x" * 100}).read_bytes()[:60]),
        lambda path: packed(path, {"xl/workbook.xml": b""}),
    ],
)
def test_what_is_not_opened_like_a_folder(make: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    make(path)
    assert find_inputs([str(path)]).paths == (str(path),)
    assert len(read_return(str(path)).findings) == 1


@pytest.mark.parametrize("name", ["村表.zip", "村表.rar", "村表.7z", "村表.ZIP"])
def test_an_archive_that_came_in_half_is_no_photograph(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"half of it")
    found = find_inputs([str(tmp_path)])
    assert (found.paths, found.findings) == ((str(tmp_path / name),), ())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_entry_that_is_damaged_harms_no_other(method: int, tmp_path: Path) -> None:
    data = village(tmp_path)
    archive = packed(tmp_path / "a.zip", {"a.xlsx": data, "b.xlsx": data, "c": data}, method=method)
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as package:
        starts = [package.getinfo(name).header_offset + 30 + len(name) for name in ("a.xlsx", "c")]
    for start in starts:  # the first bytes of what is deflated say how
        content[start : start + 8] = b"\xff" * 8
    archive.write_bytes(content)
    assert file_facts_of(find_inputs([str(archive)]).paths) == [None, file_facts(str(tmp_path / "官渡村.xlsx")).sha256]
    found = [read_return(path) for path in find_inputs([str(archive)]).paths]
    assert [[one.code for one in each.findings] for each in found] == [["F001"], []]


def test_an_archive_that_was_replaced_is_looked_at_again(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.txt": b"1"})
    assert read(f"{archive}/a.txt") == b"1"
    packed(archive, {"a.txt": b"22"})
    assert read(f"{archive}/a.txt") == b"22"
    with pytest.raises(OSError, match=r"b\.txt"):
        read(f"{archive}/b.txt")


def test_a_county_in_archives_comes_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLES / "名册.csv", tmp_path)
    shutil.copytree(EXAMPLES / "收到", tmp_path / "散")
    Path("压").mkdir()

    def all_files() -> Iterable[Path]:
        return (path for path in sorted(Path("散").rglob("*")) if path.is_file())

    packed(Path("压/全县.zip"), {path.relative_to("散").as_posix(): path.read_bytes() for path in all_files()}, "gbk")
    results = []
    for folder in ("散", "压"):
        done = run("merge", folder, "--roster", "名册.csv", "-o", f"{folder}.xlsx", "--format", "json")
        said = done.json
        results.append((said["total"], said["summary"], codes(said)))
    assert results[0] == results[1]
    for sources in ("散", "压"):
        done = run("verify", "压.xlsx", sources, "名册.csv")
        assert (done.code, "核对通过" in done.out) == (0, True), done.out
    traced = "".join(run("trace", "压.xlsx", "H6", "压").out.split())
    assert "压/全县.zip/410122_中牟县/" in traced
