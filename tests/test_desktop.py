"""What the batch files on a clerk's desktop do with what is dropped onto them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import squeezed
from county import GUANDU, GUANDU_VILLAGE, TO_GUANDU
from stattable.cli.desktop import TASKS, dropped_paths, place_of, rosters_beside, run_task
from writers.returns import filled, own_values

BATCH = r"D:\工 具\检查.bat"
CMD = r"C:\WINDOWS\system32\cmd.exe"


@pytest.mark.parametrize(
    ("line", "arguments", "paths"),
    [
        (rf'{CMD} /c ""{BATCH}" D:\收到"', r"D:\收到", [r"D:\收到"]),
        (rf'{CMD} /c ""{BATCH}" "D:\2026 年 报表""', r'"D:\2026 年 报表"', [r"D:\2026 年 报表"]),
        (rf'{CMD} /c ""{BATCH}" D:\甲&乙 "D:\a & b" D:\c^d D:\100% D:\%OS% D:\对! D:\e(1)"', r"D:\甲",
         [r"D:\甲&乙", r"D:\a & b", r"D:\c^d", r"D:\100%", r"D:\%OS%", r"D:\对!", r"D:\e(1)"]),
        (rf'{CMD} /c ""{BATCH.lower()}" D:\a"', r"D:\a", [r"D:\a"]),
        (rf'{CMD} /c ""{BATCH}" "', "", []),
        (rf'{CMD} /c ""{BATCH}""', "", []),
        (f'"{CMD}" ', r'D:\a "D:\b c"', [r"D:\a", r"D:\b c"]),  # typed in a window
        ("", r'"\\机器\共享 的\收到"', [r"\\机器\共享 的\收到"]),
        ("", "", []),
    ],
)  # fmt: skip
def test_what_was_dropped(line: str, arguments: str, paths: list[str]) -> None:
    environment = {"STATTABLE_BATCH": BATCH, "STATTABLE_COMMAND_LINE": line, "STATTABLE_ARGUMENTS": arguments}
    assert dropped_paths(environment) == paths


def test_a_batch_file_whose_path_is_not_known() -> None:
    assert dropped_paths({"STATTABLE_COMMAND_LINE": "cmd", "STATTABLE_ARGUMENTS": "a"}) == ["a"]
    assert dropped_paths({}) == []


class Desktop:
    """A desktop: what is dropped, typed and opened on it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.opened: list[Path] = []

    def drop(self, task: str, *paths: Path, typed: str = "") -> tuple[int, str]:
        """Drop paths onto a batch file, and return the exit code and what is shown."""
        self.opened.clear()
        code = run_task(TASKS[task], list(map(str, paths)), lambda: typed, lambda one: self.opened.append(Path(one)))
        return code, "".join(self._capsys.readouterr())


@pytest.fixture
def desktop(capsys: pytest.CaptureFixture[str]) -> Desktop:
    return Desktop(capsys)


@pytest.fixture
def folder(here: Path) -> Path:
    """What was sent, in a folder with a name that shells and cmd would take apart, beside the roster."""
    folder = Path("收 到(1) & 100%! ^").resolve()
    Path("收到").rename(folder)
    filled(folder / "官渡镇.xlsx", GUANDU, own_values(GUANDU.level))
    filled(folder / "官渡村.xlsx", GUANDU_VILLAGE, own_values(GUANDU_VILLAGE.level), above=TO_GUANDU)
    return folder


@pytest.mark.parametrize(
    ("task", "results"),
    [("check", ["审核意见.csv"]), ("merge", ["汇总表.xlsx"]), ("remind", ["催报", "报送情况.xlsx"])],
)
def test_results_stand_beside_the_folder_and_open(
    task: str, results: list[str], folder: Path, desktop: Desktop
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, shown = desktop.drop(task, folder)
    assert code in {0, 1}
    assert f"单位名册：{folder.parent / '名册.csv'}" in shown
    places = [folder.with_name(f"{folder.name}_{name}") for name in results]
    assert desktop.opened == places[:1]
    assert squeezed(f"结果在：{places[0]}") in squeezed(shown)
    assert all(place.exists() for place in places)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert desktop.drop(task, folder)[0] == code  # a second time: the new result in place of the old one
    assert desktop.opened == places[:1]


def test_several_folders_and_files(folder: Path, desktop: Desktop) -> None:
    other = folder.with_name("另一个")
    other.mkdir()
    shutil.move(folder / "官渡村.xlsx", other)
    code, shown = desktop.drop("check", folder, other / "官渡村.xlsx")
    assert code in {0, 1}
    assert "共检查 2 个文件" in shown
    assert desktop.opened == [folder.with_name(f"{folder.name}等_审核意见.csv")]


def test_nothing_is_dropped(folder: Path, desktop: Desktop) -> None:
    code, shown = desktop.drop("check", typed=f' "{folder}" ')
    assert code in {0, 1}
    assert "拖到“检查.bat”的图标上" in shown
    assert desktop.opened
    code, shown = desktop.drop("merge", typed="")
    assert (code, desktop.opened) == (2, [])
    assert "什么也没有做" in shown


def test_a_foreign_file_in_the_place_of_the_result_stays(folder: Path, desktop: Desktop) -> None:
    place = folder.with_name(f"{folder.name}_汇总表.xlsx")
    place.write_bytes(b"mine")
    code, shown = desktop.drop("merge", folder)
    assert (code, desktop.opened, place.read_bytes()) == (2, [], b"mine")
    assert "已经存在" in shown


def test_an_old_result_is_not_opened_as_a_new_one(folder: Path, desktop: Desktop) -> None:
    assert desktop.drop("merge", folder)[0] == 0
    for path in folder.iterdir():
        path.write_bytes(b"")
    assert desktop.drop("merge", folder)[0] == 1
    assert desktop.opened == []


def test_what_cannot_be_opened_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(path: str) -> None:
        raise OSError("no program")

    assert run_task(TASKS["check"], [str(folder)], str, refuse) in {0, 1}
    assert "请双击打开它" in capsys.readouterr().out


# -- rosters ----------------------------------------------------------------------------------------------


def test_where_rosters_are_looked_for(tmp_path: Path) -> None:
    folder, beside = tmp_path / "收到", tmp_path / "名册.csv"
    folder.mkdir()
    names = ["名册.csv", "收到/2026 年名册（新）.XLSX", "收到/~$名册.xlsx", "名册.txt", "收到/名册/x", "别的.csv"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    within = folder / "2026 年名册（新）.XLSX"
    assert rosters_beside([folder]) == [within]
    within.unlink()
    assert rosters_beside([folder]) == [beside]
    assert rosters_beside([folder / "名册", beside]) == [beside]
    beside.unlink()
    assert rosters_beside([folder]) == []
    assert rosters_beside([tmp_path / "没有" / "这个"]) == []


def test_a_roster_is_dropped_with_the_folder(folder: Path, desktop: Desktop) -> None:
    shutil.copy("名册.csv", "另一份名册.csv")
    code, shown = desktop.drop("check", folder)
    assert (code, desktop.opened) == (2, [])
    assert "不知道用哪一份" in shown
    code, shown = desktop.drop("check", folder, folder.parent / "另一份名册.csv")
    assert code in {0, 1}
    assert "另一份名册.csv" in shown
    assert desktop.opened == [folder.with_name(f"{folder.name}_审核意见.csv")]


def test_a_roster_alone(folder: Path, desktop: Desktop) -> None:
    code, shown = desktop.drop("check", folder.parent / "名册.csv")
    assert (code, desktop.opened) == (2, [])
    assert "没有要处理的文件夹" in shown


def test_without_a_roster(folder: Path, desktop: Desktop) -> None:
    Path("名册.csv").unlink()
    code, shown = desktop.drop("check", folder)
    assert code in {0, 1}
    assert "没有单位名册" in shown


def test_places_of_results(tmp_path: Path) -> None:
    assert place_of([Path("/")], "汇总表.xlsx") == Path("/汇总表.xlsx").resolve()  # a drive as a whole
    assert place_of([tmp_path / "官渡镇.xlsx"], "审核意见.csv") == tmp_path / "官渡镇_审核意见.csv"


def test_as_a_batch_file_calls_it(folder: Path) -> None:
    line = f'{CMD} /c ""{BATCH}" "{folder}""'
    environment = os.environ | {"STATTABLE_BATCH": BATCH, "STATTABLE_COMMAND_LINE": line, "STATTABLE_ARGUMENTS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "stattable.cli.desktop", "check"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}
    assert folder.with_name(f"{folder.name}_审核意见.csv").exists()
    asked = subprocess.run(
        [sys.executable, "-m", "stattable.cli.desktop", "merge"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert asked.returncode == 2
