"""The imports of the code against the table of docs/architecture.md."""

import ast
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "stattable"
ROW = re.compile(r"^\| `([^`]+)` \| [^|]+ \|([^|]*)\|$", re.MULTILINE)


@cache
def allowed() -> dict[str, set[str]]:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## What may import what")[2]
    table = table.partition("\n## ")[0]
    return {name: {word.strip(" `") for word in words.split(",") if word.strip()} for name, words in ROW.findall(table)}


@cache
def imports(path: Path) -> set[str]:
    """Name what a module imports: ours by their place in the package, others by their top-level name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, *rest = name.split(".")
            found.add(_ours(rest) if top == "stattable" else top)
    return found - set(sys.stdlib_module_names)


def _ours(parts: list[str]) -> str:
    for length in range(len(parts), 0, -1):
        if (SOURCE / "/".join(parts[:length])).with_suffix(".py").exists():
            return "/".join(parts[:length])
    return "__init__"


@cache
def modules() -> dict[str, Path]:
    paths = {path.relative_to(SOURCE).with_suffix("").as_posix(): path for path in SOURCE.rglob("*.py")}
    return {name: path for name, path in paths.items() if not name.endswith("/__init__")}


def _packages(name: str) -> list[str]:
    """Name the packages that a module is in: model for model/form."""
    parts = name.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


PACKAGES = (
    "libraries model processes qr media formats documents reading checking merging proving writing output cli".split()
)  # none a later one
ONLY = {  # libraries, and where alone they may be used
    "python_calamine": ("formats",),
    "olefile": ("formats",),
    "msoffcrypto": ("formats",),
    "lxml": ("documents",),
    "PIL": ("qr", "media", "writing/annex"),
    "zxingcpp": ("qr",),
    "openpyxl": ("writing", "formats/openpyxl_reader"),
    "xlsxwriter": ("writing",),
    "docx": ("writing/letter/document",),
    "rich": ("output/console",),
    "distributed": ("reading/cluster",),
    "jinja2": ("output/html",),
    "click": ("cli",),
}
STATEMENTS_OF_FACTS = {"model/catalogue", "model/form"}  # as long as what they state
MOST_LINES = 400


def test_no_package_imports_one_that_comes_later() -> None:
    wrong = [
        f"{name} -> {one}"
        for name, path in modules().items()
        for one in imports(path)
        if (here := name.split("/")[0]) in PACKAGES and (there := one.split("/")[0]) in PACKAGES
        if PACKAGES.index(there) > PACKAGES.index(here)
    ]
    assert wrong == []


def test_libraries_are_used_where_they_belong() -> None:
    wrong = [
        f"{name} -> {library}"
        for name, path in modules().items()
        for library in imports(path) & ONLY.keys()
        if not any(name == place or name.startswith(f"{place}/") for place in ONLY[library])
    ]
    assert wrong == []


def test_no_room_holds_too_much() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert [name for name, count in lines.items() if count > MOST_LINES and name not in STATEMENTS_OF_FACTS] == []
    of_packages = Counter[str]()
    for name, count in lines.items():
        of_packages[name.split("/")[0]] += count
    assert [name for name, count in of_packages.items() if 4 * count > of_packages.total()] == []


def test_every_module_has_a_row_and_every_row_a_module() -> None:
    assert sorted(allowed()) == sorted(modules())


def test_no_module_imports_what_the_table_does_not_allow() -> None:
    table = allowed()
    wrong = {
        name: sorted(one for one in imports(path) if not {one, *_packages(one)} & table[name])
        for name, path in modules().items()
    }
    assert {name: names for name, names in wrong.items() if names} == {}


def test_the_table_allows_nothing_that_is_not_used() -> None:
    table = allowed()
    unused = {
        name: sorted(
            word for word in table[name] if not any(one == word or one.startswith(f"{word}/") for one in imports(path))
        )
        for name, path in modules().items()
    }
    assert {name: words for name, words in unused.items() if words} == {}
