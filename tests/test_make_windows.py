"""The archive for a clerk's computer: its files as Windows takes them, and wheels that are complete for each Python."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from stattable.cli.desktop import TASKS
from test_examples import ROOT, load_tool

make_windows = load_tool("make_windows")
TEXTS: Mapping[str, bytes] = make_windows.texts()
BATCHES = [name for name in TEXTS if name.endswith(".bat")]
SHOWN = [name for name in TEXTS if name.endswith(".txt")]


# -- texts ------------------------------------------------------------------------------------------------


def test_what_the_archive_holds_beside_wheels() -> None:
    assert list(TEXTS) == [
        "安装.bat", "检查.bat", "汇总.bat", "催报.bat", "program/no-python.txt", "program/not-installed.txt",
        "program/start.py", "program/install.py", "使用说明.txt",
    ]  # fmt: skip


@pytest.mark.parametrize("name", BATCHES)
def test_batch_files_are_ascii_with_the_line_ends_of_windows(name: str) -> None:
    text = TEXTS[name].decode("ascii")
    assert text.replace("\r\n", "").isprintable()
    assert text.endswith("pause\r\nexit\r\n")  # the window stays open, and what cmd took for another command is not run
    assert "@" not in text.removeprefix("@echo off")
    assert max(map(len, text.splitlines())) < 200


@pytest.mark.parametrize("name", BATCHES)
def test_files_that_a_batch_file_names_are_there(name: str) -> None:
    text = TEXTS[name].decode()
    named = {one for one in ("start.py", "no-python.txt", "not-installed.txt") if one in text}
    assert named
    assert {f"program/{one}" for one in named} <= TEXTS.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_texts_are_read_right_whatever_the_code_page(name: str) -> None:
    encoding = "utf-16" if name.startswith("program") else "utf-8-sig"
    assert TEXTS[name].startswith((b"\xff\xfe", b"\xef\xbb\xbf"))
    text = TEXTS[name].decode(encoding)
    assert text.count("\n") == text.count("\r\n")
    assert "安装.bat" in text


def test_each_batch_file_has_a_task_that_there_is() -> None:
    assert list(make_windows.TASKS.values()) == list(TASKS)
    assert list(make_windows.TASKS) == [f"{task.title}.bat" for task in TASKS.values()]
    for name, task in make_windows.TASKS.items():
        assert f"-m stattable.cli.desktop {task}\r\n" in TEXTS[name].decode()


def test_the_instructions_name_what_there_is() -> None:
    text = TEXTS["使用说明.txt"].decode("utf-8-sig")
    assert all(name in text for name in BATCHES)
    assert all(version in text for version in make_windows.VERSIONS)
    for task in TASKS.values():
        assert f"收到_{next(iter(task.outputs.values()))}" in text


def test_an_archive_unpacks_to_chinese_names(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "a-1-py3-none-any.whl").write_bytes(b"wheel")
    for path in (tmp_path / "dist" / "a.zip", tmp_path / "dist" / "b.zip"):
        make_windows.write_bundle(path, tmp_path / "wheels")
    assert (tmp_path / "dist" / "a.zip").read_bytes() == (tmp_path / "dist" / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "dist" / "a.zip") as bundle:
        entries = {entry.filename: entry for entry in bundle.infolist()}
        assert bundle.read("stattable-windows/program/wheels/a-1-py3-none-any.whl") == b"wheel"
    assert entries["stattable-windows/检查.bat"].flag_bits & 0x800  # its name is UTF-8
    assert not any(name.startswith(("/", "..")) or "\\" in name for name in entries)


# -- wheels -----------------------------------------------------------------------------------------------


def put_wheel(folder: Path, name: str, *requirements: str) -> None:
    metadata = "Metadata-Version: 2.1\n" + "".join(f"Requires-Dist: {one}\n" for one in requirements)
    with zipfile.ZipFile(folder / f"{name}.whl", "w") as wheel:
        wheel.writestr(f"{name.split('-', maxsplit=1)[0]}-1.dist-info/METADATA", f"{metadata}\nlong words\n")


@pytest.mark.parametrize(
    ("wheels", "missing"),
    [
        ({}, ["stattable", "msvc-runtime"]),
        ({"stattable-1-py3-none-any": ["click>=8"]}, ["click>=8"]),
        ({"stattable-1-py3-none-any": ["click>=8"], "click-7-py3-none-any": []}, ["click>=8"]),
        ({"stattable-1-py3-none-any": ["click>=8"], "click-8.5-py3-none-any": []}, []),
        ({"stattable-1-py3-none-any": ["click"], "click-8-py3-none-any": ['colorama; platform_system == "Windows"']},
         ["colorama"]),
        ({"stattable-1-py3-none-any": ['uvloop; sys_platform == "linux"']}, []),
        ({"stattable-1-py3-none-any": ['tomli>=2; python_version < "3.12"']}, []),
        ({"stattable-1-py3-none-any": ['distributed; extra == "dask"']}, []),
        ({"stattable-1-py3-none-any": ["a[b]"], "a-1-py3-none-any": ['c; extra == "b"']}, ["c"]),
        ({"stattable-1-py3-none-any": ["lxml"], "lxml-6-cp312-cp312-win_amd64": []}, []),
        ({"stattable-1-py3-none-any": ["lxml"], "lxml-6-cp311-cp311-win_amd64": []}, ["lxml"]),
        ({"stattable-1-py3-none-any": ["lxml"], "lxml-6-cp312-cp312-win_arm64": []}, ["lxml"]),
        ({"stattable-1-py3-none-any": ["lxml"], "lxml-6-cp312-cp312-manylinux_2_28_x86_64": []}, ["lxml"]),
        ({"stattable-1-py3-none-any": ["psutil"], "psutil-7-cp37-abi3-win_amd64": []}, []),
        ({"stattable-1-py3-none-any": ["zxing-cpp"], "zxing_cpp-3.1-cp313-abi3-win_amd64": []}, ["zxing-cpp"]),
        ({"stattable-1-py3-none-any": ["a", "b"], "a-1-py3-none-any": ["b"], "b-1-py3-none-any": ["a"]}, []),
    ],
)  # fmt: skip
def test_what_is_missing_on_windows(wheels: Mapping[str, Sequence[str]], missing: list[str], tmp_path: Path) -> None:
    if wheels:
        put_wheel(tmp_path, "msvc_runtime-14-cp312-cp312-win_amd64")
    for name, requirements in wheels.items():
        put_wheel(tmp_path, name, *requirements)
    assert sorted(make_windows.lacking(make_windows.wheels_in(tmp_path), "3.12")) == sorted(missing)


def test_requirements_of_one_library_are_met_together() -> None:
    assert list(make_windows._without_others(["A-b>=1", "c", "a_b<3", "c==2"])) == ["a-b>=1,<3", "c==2"]


def test_what_this_program_needs_is_known(tmp_path: Path) -> None:
    """The conditions in pyproject.toml leave nothing out on Windows, and what has no wheels out on LoongArch."""
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(one) for one in project["dependencies"]]
    windows = make_windows.environment("3.12")
    assert all(one.marker is None or one.marker.evaluate(windows) for one in requirements)
    loong = windows | {"platform_machine": "loongarch64", "sys_platform": "linux", "platform_system": "Linux"}
    left_out = {one.name for one in requirements if one.marker and not one.marker.evaluate(loong)}
    assert left_out == {"lxml", "msoffcrypto-tool", "pillow", "python-calamine", "python-docx", "zxing-cpp"}


# -- the installation -------------------------------------------------------------------------------------


def start(**replaced: object) -> subprocess.CompletedProcess[str]:
    """Run start.py with a `sys` and `sysconfig` that say something else."""
    script = ROOT / "tools" / "windows" / "start.py"
    code = (
        "import runpy, sys, sysconfig\n"
        f"sys.version_info = {replaced.get('version', (3, 12))}\n"
        f"sysconfig.get_platform = lambda: {replaced.get('platform', 'win-amd64')!r}\n"
        f"sysconfig.get_config_var = lambda name: {replaced.get('without_gil', 0)}\n"
        "runpy.run_path = lambda path, run_name: print(path)\n"
        f"sys.argv = [{str(script)!r}]\n"
        f"exec(compile(open({str(script)!r}).read(), {str(script)!r}, 'exec'),"
        f" {{'__name__': '__main__', '__file__': {str(script)!r}}})\n"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_python_that_fits_installs() -> None:
    done = start()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(ROOT / "tools" / "windows" / "install.py")


@pytest.mark.parametrize(
    "replaced",
    [{"version": (3, 10)}, {"version": (3, 14)}, {"version": (2, 7)}, {"platform": "win32"}, {"platform": "win-arm64"},
     {"without_gil": 1}],
)  # fmt: skip
def test_a_python_that_does_not_fit_says_so(replaced: Mapping[str, object]) -> None:
    assert (start(**replaced).returncode, start(**replaced).stdout) == (9, "")


class Installer:
    """install.py on a computer that is not one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOCALAPPDATA", str(folder))
        monkeypatch.setenv("SYSTEMROOT", str(folder / "windows"))
        self.module = load_tool("windows/install")
        self.commands: list[list[str]] = []
        self.fails: set[str] = set()
        self.error: Exception | None = None
        monkeypatch.setattr(self.module.venv, "create", self._create)
        monkeypatch.setattr(self.module.subprocess, "run", self._run)
        monkeypatch.setattr(self.module, "WHEELS", folder)
        self.libraries = folder / "stattable" / "venv" / "Lib" / "site-packages" / "zxingcpp"

    def _create(self, place: Path, **options: bool) -> None:
        assert options == {"clear": True, "with_pip": True}
        if self.error:
            raise self.error
        self.libraries.mkdir(parents=True)

    def _run(self, command: Sequence[object], **_: object) -> SimpleNamespace:
        self.commands.append([str(one) for one in command])
        return SimpleNamespace(returncode=int(any(word in self.fails for word in self.commands[-1])))


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    return Installer(tmp_path, monkeypatch)


def test_installation_without_the_network(
    installer: Installer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert installer.module.install() == 0
    pip, version, _ = installer.commands
    assert pip[0] == str(tmp_path / "stattable" / "venv" / "Scripts" / "python.exe")
    assert pip[1:5] == ["-m", "pip", "--isolated", "install"]
    assert "--no-index" in pip
    assert pip[pip.index("--find-links") + 1] == str(tmp_path)
    assert version[1:] == ["-m", "stattable", "--version"]
    assert "装好了" in capsys.readouterr().out


def test_the_runtime_is_put_where_windows_has_none(installer: Installer, tmp_path: Path) -> None:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    with zipfile.ZipFile(tmp_path / f"msvc_runtime-14-{python}-{python}-win_amd64.whl", "w") as wheel:
        wheel.writestr("msvc_runtime-14.data/data/msvcp140.dll", b"runtime")
        wheel.writestr("msvc_runtime-14.data/data/Scripts/msvcp140.dll", b"runtime")
    assert installer.module.install() == 0
    assert (installer.libraries / "msvcp140.dll").read_bytes() == b"runtime"


def test_the_runtime_of_windows_is_left_alone(installer: Installer, tmp_path: Path) -> None:
    (tmp_path / "windows" / "System32").mkdir(parents=True)
    (tmp_path / "windows" / "System32" / "msvcp140.dll").write_bytes(b"")
    assert installer.module.install() == 0
    assert list(installer.libraries.iterdir()) == []


@pytest.mark.parametrize("failing", ["pip", "stattable"])
def test_an_installation_that_fails(failing: str, installer: Installer, capsys: pytest.CaptureFixture[str]) -> None:
    installer.fails = {failing}
    assert installer.module.install() == 1
    assert "没有装好" in capsys.readouterr().out


def test_libraries_that_do_not_load_are_no_failure(installer: Installer, capsys: pytest.CaptureFixture[str]) -> None:
    installer.fails = {"-c"}
    assert installer.module.install() == 0
    assert "少一些功能" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "拒绝访问", "python.exe"), "请关闭正在运行本程序的窗口"),
        (subprocess.CalledProcessError(1, "ensurepip", output="坏了".encode()), "坏了"),
    ],
)
def test_a_place_that_cannot_be_written(
    error: Exception, says: str, installer: Installer, capsys: pytest.CaptureFixture[str]
) -> None:
    installer.error = error
    assert installer.module.install() == 1
    assert says in capsys.readouterr().out


def test_the_names_of_libraries_that_do_not_load_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    names = load_tool("windows/install").NAMES
    assert subprocess.run([sys.executable, "-c", names], capture_output=True, check=False).returncode == 0
    hidden = f"import sys; sys.modules['zxingcpp'] = None\n{names}"
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", hidden], capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode().strip()) == (1, "zxing-cpp")
