"""Blanks: the official page for a unit, with open and locked cells, checks on entry, and its identity.

The blanks of a province are 55,000 workbooks, so a prototype is made once for every kind of blank, with placeholders
where the unit is named; each blank is a prototype with these replaced.
"""

import html
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Final

from stattable.formats.paths import are_one, refuse_unless_file
from stattable.model.annex import LEVELS as ANNEX_LEVELS
from stattable.model.identity import IDENTITY_SHEET, Identity, UnitFacts, WorkbookKind, identity_rows
from stattable.model.names import comparable_name, level_of_name, unit_named
from stattable.model.refusals import Refusal
from stattable.model.text import normalised, without_spaces
from stattable.model.units import MAX_NAME, Level, Scope, ScopeBy, Tree, bare_code, level_of_code
from stattable.processes import over_processes
from stattable.writing.annex import add_blank_annex
from stattable.writing.entry_page import EntryPage, add_entry_page
from stattable.writing.folders import folders
from stattable.writing.page import add_hidden
from stattable.writing.whole_files import Staging, fill, new_files, write_atomically
from stattable.writing.whole_rows import storable
from stattable.writing.workbook import Workbook, run_time

_TEXTS: Final = "xl/sharedStrings.xml"  # the part of a package that holds the texts of all cells
_ESCAPED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what looks like a character that XML cannot hold
_PLACEHOLDER: Final = re.compile(rb"\{\{([a-z0-9.]+)\}\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank: the unit that it is for, and what it asks for.

    Attributes:
        unit: the unit.
        above: the units above it, from the top down.
        scope: of its figures.
        edition: ordinal of the members' day.
        scope_by: what says the scope; inferred where the roster has nobody below the unit.
    """

    unit: UnitFacts
    above: tuple[UnitFacts, ...]
    scope: Scope
    edition: int
    scope_by: ScopeBy = field(default=ScopeBy.OPTION, compare=False)


def association_name(name: str) -> str:
    """Return a unit's name for the page: ``官渡镇`` gives ``官渡镇计生协``."""
    return name if without_spaces(name).endswith("计生协") else f"{name}计生协"


def blank_bytes(blank: Blank) -> bytes:
    """Return a blank as a file."""
    prototype = _prototype(blank.unit.level, blank.scope, blank.edition, tuple(u.level for u in blank.above))
    words = {"page": association_name(blank.unit.name), **_words("unit", blank.unit)}
    for position, facts in enumerate(blank.above):
        words.update(_words(f"above{position}", facts))
    return _with_strings(prototype, words)


def single_blank(name: str, level: Level | None, code: str | None, scope: Scope, edition: int) -> Blank:
    """Return the blank for one unit that is described by options.

    Raises:
        Refusal: the name is empty or too long, its level cannot be told, or the code is none.
    """
    its_code = None if code is None else bare_code(code)
    of_code = level_of_code(its_code or "")
    if its_code is not None and of_code is None:
        raise Refusal("bad_code", code=code)
    its_level = level or of_code or level_of_name(name)
    if not comparable_name(name):
        raise Refusal("empty_name")
    if len(normalised(name)) > MAX_NAME:
        raise Refusal("long_name", limit=MAX_NAME)
    if its_level is None:
        raise Refusal("level_unknown", name=name)
    if its_level is Level.NATIONAL:
        raise Refusal("national_blank")
    unit = UnitFacts(its_code, normalised(name), its_level)
    return Blank(unit, (), Scope.OWN if its_level is Level.VILLAGE else scope, edition)


def blanks_of(
    tree: Tree, root: str | None, scope: Scope | None, edition: int, folder: Path
) -> list[tuple[Path, Blank]]:
    """Return the path and the blank of every unit that is to report; those of villages are always own.

    The folders mirror the tree: a unit with others below it has a folder, which holds its own blank and theirs. What
    the roster says of a unit's scope goes before `scope`.

    Args:
        tree: of the roster.
        root: code or name of the unit to begin with, or None for all.
        scope: what the figures are to be; None for own ones, but for units below which nobody is to report, who are
            the only ones to report what is below them.
        edition: ordinal of the members' day.
        folder: under which all are written.

    Raises:
        Refusal: the roster does not have `root`, or nobody there is to report.
    """
    top = unit_named(tree, root) if root is not None else None
    if root is not None and top is None:
        raise Refusal("unknown_root", code=root)
    tops = tree.tops if top is None else [top]
    blanks = [blank for top in tops for blank in _blanks_under(tree, top, scope, edition, folder)]
    if not blanks:
        raise Refusal("nothing_expected", name="、".join(tree[top].name for top in tops))
    return blanks


def _blanks_under(
    tree: Tree, root: str, scope: Scope | None, edition: int, folder: Path
) -> Iterator[tuple[Path, Blank]]:
    for key, (place, name) in folders(tree, [root], folder).items():
        unit = tree[key]
        if unit.expected and unit.level is not Level.NATIONAL:
            facts = UnitFacts(unit.code, unit.name, unit.level)
            above = tuple(UnitFacts(tree[a].code, tree[a].name, tree[a].level) for a in tree.above(key))
            its_scope, scope_by = _scope(tree, key, scope)
            yield place / f"{name}.xlsx", Blank(facts, above, its_scope, edition, scope_by)


def _scope(tree: Tree, key: str, asked: Scope | None) -> tuple[Scope, ScopeBy]:
    """Return the scope of a unit's blank, and what says it."""
    unit = tree[key]
    if unit.level is Level.VILLAGE:
        return Scope.OWN, ScopeBy.LEVEL
    if unit.scope:
        return unit.scope, ScopeBy.ROSTER
    if asked:
        return asked, ScopeBy.OPTION
    return Scope.OWN if tree.expects_below(key) else Scope.CUMULATIVE, ScopeBy.INFERRED


def write_blanks(
    blanks: list[tuple[Path, Blank]],
    *,
    roster: str | None = None,
    force: bool,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write all `blanks`, or none if a file is there already.

    Args:
        blanks: each with its path.
        roster: path of the roster, which is never overwritten, or None.
        force: overwrite existing files; all of them or, if anything goes wrong, none.
        jobs: how many processes may write.
        progress: told of every blank.

    Raises:
        Refusal: a file is there already and `force` is not given, or something is there that is no file, or the roster.
        OSError: a file could not be written.
    """
    overwrites = False
    for path, _ in blanks:
        if os.path.lexists(path):
            refuse_unless_file(path)
            if roster and are_one(str(path), roster):
                raise Refusal("output_is_input", path=path)
            if not force:
                raise Refusal("exists", path=path)
            overwrites = True
    if not overwrites:  # it takes less time
        with (
            new_files([path for path, _ in blanks]) as mark,
            closing(over_processes(partial(_write, mark), blanks, jobs)) as written,
        ):
            for _ in written:
                progress(1)
        return
    with Staging() as staging:
        staged = [(staging.place(path), blank) for path, blank in blanks]
        with closing(over_processes(_fill, staged, jobs)) as written:
            for _ in written:
                progress(1)


def _fill(blank: tuple[Path, Blank]) -> None:
    path, whom = blank
    fill(path, blank_bytes(whom))


def _write(mark: str, blank: tuple[Path, Blank]) -> None:
    path, whom = blank
    write_atomically(path, blank_bytes(whom), durable=False, mark=mark)


def _words(prefix: str, facts: UnitFacts) -> dict[str, str]:
    return {f"{prefix}.code": facts.code or "", f"{prefix}.name": facts.name}


@cache
def _prototype(level: Level, scope: Scope, edition: int, above: tuple[Level, ...]) -> bytes:
    workbook = Workbook()
    page = EntryPage(level, scope, edition, name="{{page}}", called="{{unit.name}}")
    add_entry_page(workbook, page)
    if level in ANNEX_LEVELS:
        add_blank_annex(workbook, page)
    facts = UnitFacts("{{unit.code}}", "{{unit.name}}", level)
    chain = tuple(UnitFacts(f"{{{{above{n}.code}}}}", f"{{{{above{n}.name}}}}", one) for n, one in enumerate(above))
    identity = Identity(WorkbookKind.BLANK, edition, facts, scope, chain)
    add_hidden(workbook, IDENTITY_SHEET, identity_rows(identity))
    return workbook.to_bytes()


def _with_strings(prototype: bytes, words: dict[str, str]) -> bytes:
    """Return the workbook `prototype` with its placeholders replaced."""

    def word(match: re.Match[bytes]) -> bytes:
        text = _ESCAPED.sub("_x005F_", storable(words[match[1].decode()]))
        return html.escape(text, quote=False).encode()

    out = io.BytesIO()
    stamp = run_time().timetuple()[:6]
    with (
        zipfile.ZipFile(io.BytesIO(prototype)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            data = source.read(info)
            if info.filename == _TEXTS:
                data = _PLACEHOLDER.sub(word, data)
            part = zipfile.ZipInfo(info.filename, stamp)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, data, compresslevel=6)
    return out.getvalue()
