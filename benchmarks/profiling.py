"""Where the time goes: a command under Python's profiler, by package and by module."""

import pstats
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

import stattable
from measuring import python, table

_OURS: Final = Path(stattable.__file__).parent
_STANDARD: Final = Path(pstats.__file__).parent
_MOST: Final = 25  # modules that are shown


class Spent(NamedTuple):
    """Own time of the functions of a module, in seconds, and how often they were called."""

    seconds: float
    calls: int


def profile(returns: int, *arguments: str | Path) -> str:
    """Run a command of the program in one process, under the profiler; return where it spent its time.

    What is written in C is counted to the Python that calls it, but for calamine, which stands by itself.

    Args:
        returns: how many returns it reads; times are for each of them.
        arguments: of the program; ``--jobs 1`` is added.

    Returns:
        Two tables in Markdown.
    """
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "profile"
        python("-m", "cProfile", "-o", saved, "-m", "stattable", *arguments, "--jobs", "1")
        modules = _by_module(pstats.Stats(str(saved)))
    packages: defaultdict[str, Spent] = defaultdict(lambda: Spent(0, 0))
    for module, spent in modules.items():
        package = "/".join(module.split("/")[:2])
        packages[package] = Spent(packages[package].seconds + spent.seconds, packages[package].calls + spent.calls)
    return "\n\n".join((_shown("package", dict(packages), returns), _shown("module", modules, returns)))


def _shown(head: str, spent: dict[str, Spent], returns: int) -> str:
    total = sum(one.seconds for one in spent.values())
    rows = [
        [name, f"{1000 * one.seconds / returns:.3f}", f"{one.seconds / total:.1%}", f"{one.calls / returns:.1f}"]
        for name, one in sorted(spent.items(), key=lambda item: -item[1].seconds)
    ]
    return table([head, "ms a return", "share", "calls a return"], rows[:_MOST])


def _by_module(stats: pstats.Stats) -> dict[str, Spent]:
    modules: defaultdict[str, Spent] = defaultdict(lambda: Spent(0, 0))

    def add(module: str, seconds: float, calls: int) -> None:
        modules[module] = Spent(modules[module].seconds + seconds, modules[module].calls + calls)

    entries: dict[tuple[str, int, str], Any] = stats.stats  # type: ignore[attr-defined]
    for (file, _, function), (_, calls, seconds, _, callers) in entries.items():
        if file != "~":
            add(_module(file), seconds, calls)
        elif "alamine" in function:
            add("python_calamine", seconds, calls)
        else:
            for (caller, _, _), (its_calls, _, its_seconds, _) in callers.items():
                add("Python itself" if caller == "~" else _module(caller), its_seconds, its_calls)
    return dict(modules)


def _module(file: str) -> str:
    """Return the module whose code is in a file: ours by its path, those of libraries by their package."""
    path = Path(file)
    if path.is_relative_to(_OURS):
        return path.relative_to(_OURS.parent).with_suffix("").as_posix()
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if path.is_relative_to(_STANDARD):
        return path.relative_to(_STANDARD).with_suffix("").parts[0]
    return "imports" if file.startswith("<frozen importlib") else "generated code"
