"""What a command costs: time by the clock, processor time and memory of all its processes; and tables of that."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import psutil

_LOOK_AGAIN: Final = 0.1  # seconds between two looks at the memory, at least
_LOOKING: Final = 0.05  # of a processor, at most; a look takes longer the more memory there is
_SHOWN: Final = ("python-calamine", "xlsxwriter", "lxml", "pydantic", "openpyxl", "pandas")


class Cost(NamedTuple):
    """What a command took.

    Attributes:
        cpu: seconds of processor time, of all its processes.
        wall: seconds by the clock.
        memory: most bytes at a time that all its processes took; what they share is counted once.
        code: its exit code.
        out: what it printed.
    """

    cpu: float
    wall: float
    memory: int
    code: int
    out: str

    @property
    def failed(self) -> bool:
        """Whether it did not do what it was to; that there are findings is no failure."""
        return self.code not in {0, 1}

    def json(self) -> Any:
        """Return what it printed, as JSON."""
        return json.loads(self.out)


def python(*arguments: str | Path) -> Cost:
    """Run Python, and wait for it and all that it started."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=out)
        with _Peak(process.pid) as peak:
            _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Cost(used.ru_utime + used.ru_stime, wall, peak.bytes, process.returncode, out.read().decode())


def stattable(*arguments: str | Path) -> Cost:
    """Run the program, and wait for it and all that it started."""
    return python("-m", "stattable", *arguments)


class _Peak:
    """The most bytes that a process and its descendants took while this was entered."""

    def __init__(self, process: int) -> None:
        self.bytes = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            start = time.thread_time()
            self.bytes = max(self.bytes, _memory(self._process))
            pause = max(_LOOK_AGAIN, (time.thread_time() - start) / _LOOKING)


def _memory(process: int) -> int:
    """Return the bytes that a process and its descendants take."""
    try:
        top = psutil.Process(process)
        return sum(_share(one) for one in (top, *top.children(recursive=True)))
    except psutil.Error:  # one of them has come to its end
        return 0


def _share(process: psutil.Process) -> int:
    """Return the bytes that a process takes, with its share of what it has in common with others where that is told."""
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", 0) or getattr(memory, "uss", 0) or memory.rss)


def machine() -> str:
    """Return what was measured on: processors, memory, and versions."""
    model = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).exists():
        lines = (line.partition(":") for line in info.read_text().splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), model)
    parts = [
        f"{os.cpu_count()} processors ({model}), {psutil.virtual_memory().total / 2**30:.0f} GB of memory",
        f"{platform.system()}, Python {platform.python_version()}",
        *(f"{name} {version}" for name in _SHOWN if (version := _version(name))),
    ]
    return ", ".join(parts)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are numbers."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_section(path: Path, name: str, text: str) -> None:
    """Write `text` between the marks of the section `name` of a document.

    Raises:
        ValueError: the document has no such section.
    """
    said = path.read_text(encoding="utf-8")
    before, start, rest = said.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not start or not end:
        raise ValueError(f"{path} has no section {name}")
    path.write_text(f"{before}{start}\n{text}\n\n{end}{after}", encoding="utf-8")
