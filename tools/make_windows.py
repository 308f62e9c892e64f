"""Makes dist/stattable-windows.zip: what a clerk's computer needs that has Windows and Python, and no network.

It holds the wheels of this program and of all that it needs, for Windows x64 and each Python of `VERSIONS`; batch files
to install it and to drop folders onto; and a page on how to use them. Everything is from the package registry that pip
knows, and nothing is written unless each Python would find all that it needs.

pip evaluates the conditions of requirements for the computer that it runs on, whatever --platform says, and so leaves
out what is needed on Windows only. Here they are evaluated for Windows.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.parser import HeaderParser
from pathlib import Path
from typing import Final, NamedTuple

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "tools" / "windows"
DIST: Final = ROOT / "dist"
NAME: Final = "stattable-windows"
VERSIONS: Final = ("3.11", "3.12", "3.13")
PLATFORM: Final = "win_amd64"
TASKS: Final[Mapping[str, str]] = {"检查.bat": "check", "汇总.bat": "merge", "催报.bat": "remind"}
# The second has the runtime of Visual C++, without which zxing-cpp does not load.
WANTED: Final = ("stattable", "msvc-runtime")
PROGRAM: Final = "program"  # the folder with what nobody is to look at
WHEELS: Final = f"{PROGRAM}/wheels"
_EPOCH: Final = (2026, 1, 1, 0, 0, 0)  # of the files in the archive, so that the same files make the same one


class Wheel(NamedTuple):
    """A wheel.

    Attributes:
        path: of its file.
        version: of what it holds.
        tags: of the Pythons and platforms that it is for.
    """

    path: Path
    version: Version
    tags: frozenset[Tag]

    @property
    def requirements(self) -> list[Requirement]:
        """What it needs, some of it under conditions."""
        with zipfile.ZipFile(self.path) as package:
            part = next(name for name in package.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            metadata = HeaderParser().parsestr(package.read(part).decode())
        return [Requirement(one) for one in metadata.get_all("Requires-Dist", [])]


def environment(version: str) -> dict[str, str]:
    """Return the environment of a Python on Windows x64, by which conditions of requirements are evaluated."""
    return {
        "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64",
        "platform_python_implementation": "CPython", "implementation_name": "cpython",
        "python_version": version, "python_full_version": f"{version}.0", "implementation_version": f"{version}.0",
        "platform_release": "10", "platform_version": "10.0.19045", "extra": "",
    }  # fmt: skip


def tags(version: str) -> frozenset[Tag]:
    """Return the tags of wheels that a Python on Windows x64 takes."""
    python = tuple(map(int, version.split(".")))
    of_python = cpython_tags(python, platforms=[PLATFORM])
    return frozenset((*of_python, *compatible_tags(python, f"cp{version.replace('.', '')}", [PLATFORM])))


def wheels_in(folder: Path) -> dict[str, list[Wheel]]:
    """Return the wheels in a folder, by the names of what they hold."""
    found: dict[str, list[Wheel]] = {}
    for path in sorted(folder.glob("*.whl")):
        name, version, _, its_tags = parse_wheel_filename(path.name)
        found.setdefault(name, []).append(Wheel(path, version, its_tags))
    return found


def lacking(wheels: Mapping[str, Sequence[Wheel]], version: str) -> list[str]:
    """Return the requirements that no wheel meets, of all that is needed on Windows with a Python of `version`."""
    accepted, conditions = tags(version), environment(version)
    missing: dict[str, None] = {}
    open_, seen = [Requirement(one) for one in WANTED], set[str]()
    while open_:
        requirement = open_.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        name = canonicalize_name(requirement.name)
        fitting = [
            wheel
            for wheel in wheels.get(name, ())
            if wheel.tags & accepted and requirement.specifier.contains(wheel.version, prereleases=True)
        ]
        if not fitting:
            missing[str(requirement)] = None
            continue
        best = max(fitting, key=lambda wheel: wheel.version)
        for extra in ("", *requirement.extras):
            here = conditions | {"extra": extra}
            open_ += [one for one in best.requirements if one.marker is None or one.marker.evaluate(here)]
    return [one.partition(";")[0].strip() for one in missing]


def collect_wheels(folder: Path) -> None:
    """Put the wheels of this program and of all that it needs into a folder.

    Raises:
        CalledProcessError: pip does not find one.
    """
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    for version in VERSIONS:
        while missing := lacking(wheels_in(folder), version):
            _pip("download", *_for_windows(version), "--no-deps", "--dest", str(folder), *_without_others(missing))


def _without_others(requirements: Sequence[str]) -> Iterator[str]:
    """Yield the requirements, those of one library as one, so that pip finds what meets them all."""
    specifiers: dict[str, list[str]] = {}
    for one in map(Requirement, requirements):
        specifiers.setdefault(canonicalize_name(one.name), []).append(str(one.specifier))
    for name, its in specifiers.items():
        yield f"{name}{','.join(filter(None, its))}"


def _for_windows(version: str) -> list[str]:
    return ["--platform", PLATFORM, "--python-version", version, "--implementation", "cp", "--only-binary", ":all:"]


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def check_with_pip(folder: Path) -> None:
    """Have pip resolve an installation from the wheels of a folder alone, for each Python.

    Raises:
        CalledProcessError: it cannot.
    """
    for version in VERSIONS:
        with tempfile.TemporaryDirectory() as target:
            _pip("--isolated", "install", "--dry-run", *_for_windows(version), "--no-index",
                 "--find-links", str(folder), "--target", target, *WANTED)  # fmt: skip


def texts() -> dict[str, bytes]:
    """Return the files beside the wheels, by their places, as Windows takes them.

    Batch files are ASCII, which every code page has. What they show is UTF-16 with its mark, which ``type`` knows
    whatever the code page; what Notepad shows is UTF-8 with its mark.
    """
    drop = _source("drop.bat")
    batches = {"安装.bat": _source("install.bat")} | {
        name: drop.replace("@TASK@", task) for name, task in TASKS.items()
    }
    shown = {f"{PROGRAM}/{name}": _source(name) for name in ("no-python.txt", "not-installed.txt")}
    scripts = {f"{PROGRAM}/{name}": _source(name) for name in ("start.py", "install.py")}
    return (
        {name: _lines(text).encode("ascii") for name, text in batches.items()}
        | {name: b"\xff\xfe" + _lines(text).encode("utf-16-le") for name, text in shown.items()}
        | {name: text.encode() for name, text in scripts.items()}
        | {"使用说明.txt": _lines(_source("使用说明.txt")).encode("utf-8-sig")}
    )


def _source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _lines(text: str) -> str:
    return text.replace("\n", "\r\n")


def write_bundle(path: Path, wheels: Path) -> None:
    """Write the archive: the texts, and the wheels of a folder, which are not compressed a second time."""
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in texts().items():
            bundle.writestr(_entry(name, zipfile.ZIP_DEFLATED), content)
        for wheel in sorted(wheels.glob("*.whl")):
            bundle.writestr(_entry(f"{WHEELS}/{wheel.name}", zipfile.ZIP_STORED), wheel.read_bytes())


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{NAME}/{name}", _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    return entry


def make_bundle(path: Path) -> None:
    """Write the archive to `path`, with all that each Python needs.

    Raises:
        CalledProcessError: pip does not find something.
    """
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder)
        collect_wheels(wheels)
        check_with_pip(wheels)
        write_bundle(path, wheels)
        count, size = len(list(wheels.glob("*.whl"))), path.stat().st_size / 2**20
    print(f"{path.relative_to(ROOT)}: {count} wheels for Python {', '.join(VERSIONS)}, {size:.0f} MB")


if __name__ == "__main__":
    make_bundle(DIST / f"{NAME}.zip")
