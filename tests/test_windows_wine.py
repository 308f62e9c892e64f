"""The batch files of a clerk's computer, run by Wine's cmd, with a stand-in for Python that notes how it is called.

Wine's cmd does not know its own command line (``cmdcmdline``): paths with an ampersand, a caret or a percent sign and
without spaces, which only that has whole, are tested in test_desktop.py.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from stattable.cli.desktop import dropped_paths
from test_examples import load_tool

pytestmark = pytest.mark.wine
STAND_IN = Path(__file__).parent / "wine" / "stand_in.c"
make_windows = load_tool("make_windows")


class Call(NamedTuple):
    """How the stand-in was called."""

    program: str
    words: list[str]
    environment: dict[str, str]


class Computer:
    """A computer with Windows, as far as Wine is one.

    Args:
        folder: for all that is on it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "calls.txt"
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "WINEDEBUG": "-all",
                             "WINEPREFIX": str(folder / "prefix"), "STAND_IN_LOG": self.place(self._log)}  # fmt: skip
        subprocess.run(["wineboot", "--init"], env=self._environment, check=True, capture_output=True, timeout=120)
        self._stand_in = folder / "python.exe"
        command = ["x86_64-w64-mingw32-gcc", "-municode", "-O1", "-o", self._stand_in, STAND_IN]
        subprocess.run(command, check=True)

    @staticmethod
    def place(path: Path) -> str:
        """Return what Windows calls a path."""
        return "Z:" + str(path).replace("/", "\\")

    def put_python(self, path: str) -> None:
        """Put a Python somewhere on drive C."""
        target = self._folder / "prefix" / "drive_c" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._stand_in, target)

    def remove(self, path: str) -> None:
        """Remove a Python."""
        (self._folder / "prefix" / "drive_c" / path).unlink(missing_ok=True)

    def local(self) -> str:
        """Return where the files of programs of whoever is logged in are, on drive C."""
        (found,) = (self._folder / "prefix" / "drive_c" / "users").glob("*/AppData/Local")
        return str(found.relative_to(self._folder / "prefix" / "drive_c"))

    def run(self, batch: Path, *words: str, fits: str = "nothing") -> tuple[str, list[Call]]:
        """Start a batch file as a desktop does, and return what it shows, and the calls of Python."""
        self._log.unlink(missing_ok=True)
        environment = self._environment | {"STAND_IN_FITS": fits}
        done = subprocess.run(
            ["wine", str(batch), *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=120,
        )  # fmt: skip
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        return done.stdout.decode("utf-8", "replace"), [self._call(line.split("\t")) for line in lines]

    @staticmethod
    def _call(fields: Sequence[str]) -> Call:
        program, *words = filter(None, fields)
        variables = [one for one in words if one.startswith("STATTABLE_")]
        environment = {name: value for name, _, value in (one.partition("=") for one in variables)}
        return Call(program, [one for one in words if one not in variables], environment)


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Computer:
    return Computer(tmp_path_factory.mktemp("wine"))


@pytest.fixture(params=["stattable", "桌 面(1) & !对! ^"])
def unpacked(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder that the archive is unpacked into, without the wheels."""
    for name, content in make_windows.texts().items():
        path = tmp_path / request.param / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / request.param


DROPPED = ["收到", "2026 年 报表", "收到(1)", "对!", "a & b", "收到，已核对！", "!OS! 的"]


def test_what_is_dropped_reaches_python(computer: Computer, unpacked: Path) -> None:
    computer.put_python(f"{computer.local()}/stattable/venv/Scripts/python.exe")
    for names in (*([one] for one in DROPPED), DROPPED, []):
        paths = [computer.place(unpacked / name) for name in names]
        _, (call,) = computer.run(unpacked / "检查.bat", *paths)
        assert call.words == ["-m", "stattable.cli.desktop", "check"]
        assert dropped_paths(call.environment) == paths


@pytest.mark.parametrize("batch", make_windows.TASKS)
def test_each_batch_file_does_its_task(computer: Computer, unpacked: Path, batch: str) -> None:
    computer.put_python(f"{computer.local()}/stattable/venv/Scripts/python.exe")
    _, (call,) = computer.run(unpacked / batch)
    assert call.words[-1] == make_windows.TASKS[batch]


def test_without_an_installation_nothing_is_run(computer: Computer, unpacked: Path) -> None:
    computer.remove(f"{computer.local()}/stattable/venv/Scripts/python.exe")
    shown, calls = computer.run(unpacked / "检查.bat", computer.place(unpacked))
    assert (calls, "is not installed" in shown) == ([], False)


@pytest.mark.parametrize(
    ("program", "fits", "tried"),
    [
        ("windows/py.exe", "-3.13", 1),
        ("windows/py.exe", "-3.11", 3),
        ("windows/py.exe", "nothing", 3),
        ("windows/python.exe", "start.py", 1),
        ("{local}/Programs/Python/Python312/python.exe", "start.py", 1),
        ("Program Files/Python311/python.exe", "start.py", 1),
    ],
)
def test_the_installation_finds_python(computer: Computer, unpacked: Path, program: str, fits: str, tried: int) -> None:
    place = program.format(local=computer.local())
    computer.put_python(place)
    try:
        _, calls = computer.run(unpacked / "安装.bat", fits=fits)
    finally:
        computer.remove(place)
    assert [call.words[-1] for call in calls] == [computer.place(unpacked / "program" / "start.py")] * tried
