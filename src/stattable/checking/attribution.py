"""Whose return it is, of which level, and of which scope.

With a roster the roster decides. Without one the units are those that the identities of all files speak of.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from stattable.checking.filled_level import level_of_figures
from stattable.checking.namesakes import (
    MAX_RIVALS,
    Above,
    NamedReturn,
    contradict,
    distinct_names,
    names_above,
    names_in_folders,
)
from stattable.checking.register import Register, has_place, identity_keys, unplaced_key
from stattable.checking.scope_options import scope_params
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Param, Severity, UnitRef
from stattable.model.form import FIELDS, Value, fields_only_below
from stattable.model.identity import Identity, UnitFacts
from stattable.model.names import (
    Names,
    behind_name,
    comparable_name,
    divisions_above,
    is_as_printed,
    is_led_by,
    is_of_other_county,
    is_written_alike,
    level_of_name,
    without_divisions,
)
from stattable.model.text import listed
from stattable.model.units import Level, Scope, ScopeBy, Unit, level_of_code
from stattable.reading.return_file import ReturnFile

# What a formula shows that gave no name: an error value, itself, or the 0 of a cell that is empty.
_NO_RESULT: Final = re.compile(r"#(?:N/A|[A-Z/0_]{3,}[!?])|Err:\d{3}|^=.*(?:[A-Z]\$?\d|[!(#])|^0$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose return a file holds.

    Attributes:
        unit: as far as it is known.
        key: the unit's key; None where the file belongs to no unit. A key that the tree does not have is that of
            a unit which nothing places.
        level: of the unit, or None.
        scope: of the return, or None where nothing says it yet.
        scope_by: what says the scope, or None while nothing does.
        findings: of the family U, and H005 where a figure decided the scope.
    """

    unit: UnitRef
    key: str | None
    level: Level | None
    scope: Scope | None
    scope_by: ScopeBy | None
    findings: tuple[Finding, ...]


class Attributor:
    """Attributes files to the units of a register.

    Args:
        register: the units, and what options say of them.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._tree = register.tree
        self._names = register.names
        self._above: dict[tuple[Path, Level | None], Above] = {}  # by folder: many files lie in one
        self._known: dict[str | None, Above] = {}  # by parent: many units stand under one

    def attribute_all(self, files: Sequence[ReturnFile]) -> tuple[list[Attribution], list[NamedReturn]]:
        """Return the attribution of each file, and the returns whose units may be confused with others of their name.

        Without a roster, units of one name are distinguished by the units above them. The second list is empty where
        a roster or codes leave no doubt.
        """
        whose = [self.attribute(one) for one in files]
        owned = [(one, its, its.key) for one, its in zip(files, whose, strict=True) if its.key and one.figures]
        if self._register.is_roster or all(one.identity and one.identity.unit.code for one, *_ in owned):
            return whose, []
        named = [self._named(one, its.level, key) for one, its, key in owned]
        distinct = distinct_names(named)
        for at, one in enumerate(files):
            if one.path in distinct:
                whose[at] = self._labelled(one, whose[at], distinct[one.path])
        return whose, named

    def attribute(self, one: ReturnFile) -> Attribution:
        """Return the attribution of one file, without regard to the others."""
        findings: list[Finding] = []
        if one.figures is None:
            return self._of_key(one, self._key_of(one.identity), findings)
        if conflict := self._register.conflicts.get(one.path):
            return Attribution(UnitRef(), None, None, None, None, (conflict,))
        if not one.name or _NO_RESULT.search(one.name):
            hint = one.identity.unit.name if one.identity else self._hint_of_path(one.path)
            findings.append(_u("U018" if one.name else "U001", one, suggestion=hint))
            key = self._key_of(one.identity)
            return self._of_key(one, key, findings) if key else _nobody(findings)
        if one.identity and has_place(one.identity):
            return self._by_identity(one, one.identity, findings)
        if one.identity and not self._is_of(one, one.identity):
            return _nobody([_misused(one, one.identity)])
        return self._by_name(one, findings)

    def _by_identity(self, one: ReturnFile, identity: Identity, findings: list[Finding]) -> Attribution:
        key = self._key_of(identity)
        if not self._is_of(one, identity):
            return _nobody([_misused(one, identity)])
        if key is None or key not in self._tree:
            return self._stranger(one, findings)
        unit = self._tree[key]
        said = identity.unit
        is_known = _is_called(unit, said) or (unit.level is said.level and key in self._everyone.match(said.name))
        if self._register.is_roster and not is_known:
            params: dict[str, Param] = {
                "reason": "roster", "key": key,
                "one_says": f"{said.name}（{said.level.label}）", "two_says": f"{unit.name}（{unit.level.label}）",
            }  # fmt: skip
            return _nobody([_u("U009", one, params=params)])
        return self._of_key(one, key, findings)

    def _by_name(self, one: ReturnFile, findings: list[Finding]) -> Attribution:
        folder = self._names.unit_of_folders(Path(one.path).parent.parts)
        keys = self._names.match(one.name, folder)
        if not self._register.is_roster and keys:
            said = self._names_in_folders(one, None)
            keys = [key for key in keys if not contradict(said, self._known_above(key))]
        if one.identity:
            keys = [key for key in keys if self._tree[key].level is one.identity.unit.level]
        if len(keys) == 1:
            return self._of_key(one, keys[0], findings)
        if len(keys) > 1:
            shown = listed([self._full_name(key) for key in keys[:4]], most=3, rest="等")
            params: dict[str, Param] = {"reason": "ambiguous", "count": len(keys), "candidates": shown}
            return _nobody([_u("U002", one, params={"name": one.name, **params})], one.name)
        if self._register.is_roster:
            return self._stranger(one, findings, self._elsewhere(one.name, folder))
        level = one.identity.unit.level if one.identity else None
        level = level or self._register.level or level_of_name(one.name) or level_of_figures(one)
        if level is None:
            severity = Severity.ERROR if self._register.level_needed else None
            findings.append(_u("U006", one, severity=severity, params={"name": one.name}))
        root = self._tree[self._register.root] if self._register.root else None
        is_low = not (root and level) or root.level.above(level)
        if root and not (is_low and self._may_be_within(root, one.name)):
            of_root: dict[str, Param] = {"root": root.name, "root_level": root.level.label, "name": one.name}
            why: dict[str, Param] = {"reason": "level", "level": level.label} if not is_low and level else {}
            return _nobody([_u("U002", one, params={"reason": "outside", **of_root, **why})], one.name)
        in_front, rest = self._in_front(one)
        key = unplaced_key(one.name if in_front else rest)
        return self._scoped(one, UnitRef(None, one.name, level), key, level, None, findings)

    def _named(self, one: ReturnFile, level: Level | None, key: str) -> NamedReturn:
        if key not in self._tree:
            in_front, name = self._in_front(one)
            where = {**self._names_in_folders(one, level), **in_front}
            return NamedReturn(one.path, name, level, where, None, sure=False, edition=one.edition)
        unit, above = self._tree[key], self._known_above(key)
        is_root = key == self._register.root
        sure = is_root or unit.code is not None
        if not (is_root or (one.identity and has_place(one.identity))):
            said = self._names_in_folders(one, level)
            confirmed = bool(said) and said.items() <= above.items()
            above, sure = above if confirmed else said, sure and confirmed
        return NamedReturn(one.path, comparable_name(unit.name), level, above, key, sure, one.edition)

    def _in_front(self, one: ReturnFile) -> tuple[Above, str]:
        """Return the province and the prefecture in front of a name, as far as they distinguish it, and the rest."""
        in_front, rest = without_divisions(one.name)
        root = self._tree[self._register.root].level if self._register.root else None
        return {level: name for level, name in in_front.items() if root is None or root.above(level)}, rest

    def _may_be_within(self, root: Unit, name: str) -> bool:
        """Whether no province, prefecture or county in front of a name is another one than the root's."""
        above = {**divisions_above(root.code, self._register.beyond), **self._known_above(root.key)}
        in_front, rest = without_divisions(name)
        county = root.name if root.level is Level.COUNTY else above.get(Level.COUNTY)
        return not (contradict(in_front, above) or (county and is_of_other_county(rest, county)))

    def _labelled(self, one: ReturnFile, whose: Attribution, label: str) -> Attribution:
        ref = UnitRef(None, label.replace("/", ""), whose.level)
        findings = [finding for finding in whose.findings if finding.code != "H005"]  # said again with the scope
        return self._scoped(one, ref, unplaced_key(label), whose.level, None, findings)

    def _names_in_folders(self, one: ReturnFile, level: Level | None) -> Above:
        at = Path(one.path).parent, level
        if at not in self._above:
            self._above[at] = names_in_folders(at[0].parts, level, self._tree, self._names, self._register.root)
        return self._above[at]

    def _known_above(self, key: str) -> Above:
        parent = self._tree[key].parent
        if parent not in self._known:
            self._known[parent] = names_above(key, self._tree)
        return self._known[parent]

    def _is_of(self, one: ReturnFile, identity: Identity) -> bool:
        """Whether the name in the form is that of the unit the blank was made for.

        The identity may not say which parents stand above the unit; the tree may know those in front of the name. A
        name with an office or the like behind the unit's is that of the unit too, if no other unit is called so.
        """
        name = identity.unit.name
        if is_as_printed(one.name, name) or comparable_name(one.name) == comparable_name(name):
            return True
        above = self._names_above(identity)
        if _same_name(one.name, identity, above):
            return True
        if keys := self._names.match(one.name):
            return any(
                _is_called(self._tree[key], identity.unit) and (not identity.unit.code or self._key_of(identity) == key)
                for key in keys
            )
        rest = behind_name(one.name, identity.unit.name, above)
        return rest is not None and not self._everyone.calls_a_unit(rest)

    def _names_above(self, identity: Identity) -> list[str]:
        """Return the names of the units above that of an identity, as it says them, or else as its code does."""
        said = {facts.level: facts.name for facts in identity.above}
        known = {**divisions_above(identity.unit.code, self._register.beyond), **said}
        return [known[level] for level in Level if level in known]

    def _key_of(self, identity: Identity | None) -> str | None:
        """Return the key of the unit that an identity is of, by the names in it where roster or blank has no codes."""
        if identity is None:
            return None
        key = identity_keys(identity)[-1]
        if key in self._tree or not self._register.is_roster:
            return key
        named = [
            other for other in self._names.match(identity.unit.name)
            if _is_called(self._tree[other], identity.unit) and self._stands_as(other, identity)
        ]  # fmt: skip
        return named[0] if len(named) == 1 else key

    def _stands_as(self, key: str, identity: Identity) -> bool:
        """Whether nothing that an identity says of codes and of the units above speaks against a unit of the roster."""
        said = {facts.level: facts for facts in (*identity.above, identity.unit)}
        chain = [self._tree[one] for one in (*self._tree.above(key), key)]
        if any(unit.level in said and not _is_called(unit, said[unit.level]) for unit in chain):
            return False
        code, known = identity.unit.code or "", [unit.code for unit in chain if unit.code]
        if not (code and known and level_of_code(code) and level_of_code(known[-1])):
            return not (code and self._tree[key].code)
        return self._tree[key].code is None and code.startswith(known[-1])

    def _elsewhere(self, name: str, folder: str | None) -> dict[str, Param]:
        """Return parameters of U002: where in the roster a name stands that is not within root and folder."""
        root = self._register.root
        if folder and not self._names.match(name, folder) and self._names.match(name):
            return {"reason": "folder", "folder": self._tree[folder].name}
        if root and not self._names.match(name) and self._everyone.match(name):
            return {"reason": "outside", "root": self._tree[root].name}
        return {}

    @cached_property
    def _everyone(self) -> Names:
        return Names(self._tree)

    def _stranger(
        self, one: ReturnFile, findings: list[Finding], why: Mapping[str, Param] | None = None
    ) -> Attribution:
        near = self._names.match(one.name) or self._names.held_by(one.name) or self._names.similar(one.name)
        hint = self._full_name(near[0]) if near else self._hint_of_path(one.path)
        if hint and comparable_name(hint) == comparable_name(one.name):  # that is what is there already
            hint = None
        unit = one.identity.unit if one.identity else None
        params: dict[str, Param] = {"reason": "unknown", "name": one.name, **(why or {})}
        findings.append(_u("U002", one, suggestion=hint, params=params))
        ref = UnitRef(unit.code if unit else None, unit.name if unit else one.name, unit.level if unit else None)
        return Attribution(ref, None, unit.level if unit else None, None, None, tuple(findings))

    def _of_key(self, one: ReturnFile, key: str | None, findings: list[Finding]) -> Attribution:
        if key is None or key not in self._tree:
            return Attribution(UnitRef(name=one.name or None), None, None, None, None, tuple(findings))
        unit = self._tree[key]
        one.share_name(unit)
        root = self._register.root
        ref = unit.ref
        if root is not None and not self._tree.under(key, root):
            params: dict[str, Param] = {"reason": "outside", "name": unit.name, "root": self._tree[root].name}
            findings.append(_u("U002", one, params=params))
            return Attribution(ref, None, unit.level, None, None, tuple(findings))
        findings += _read_otherwise(one, unit)
        return self._scoped(one, ref, unit.key, unit.level, unit.scope, findings)

    def _scoped(
        self,
        one: ReturnFile,
        ref: UnitRef,
        key: str,
        level: Level | None,
        roster_says: Scope | None,
        findings: list[Finding],
    ) -> Attribution:
        stated = one.identity.scope if one.identity else None
        option = self._register.scopes.get(key)
        at = None if level in _ONLY_SCOPE else _first_figure_below(one.values or (), level)
        scope: Scope | None
        scope_by: ScopeBy | None
        if level in _ONLY_SCOPE:
            scope, scope_by = _ONLY_SCOPE[level], ScopeBy.LEVEL
        elif stated and not (option and stated is Scope.CUMULATIVE and at is None):
            scope, scope_by = stated, ScopeBy.IDENTITY
        elif option:  # it settles, too, what says cumulative and holds nothing below
            scope, scope_by = option, ScopeBy.OPTION
        elif roster_says:
            scope, scope_by = roster_says, ScopeBy.ROSTER
        elif at is not None:
            scope, scope_by = Scope.CUMULATIVE, ScopeBy.INFERRED
            cell = one.cells[at]
            params: dict[str, Param] = {"reason": "figure_below", **scope_params(scope, ref)}
            findings.append(_u("H005", one, cell=a1(*cell) if cell else None, field=FIELDS[at].key, params=params))
        else:
            scope, scope_by = None, None
        return Attribution(ref, key, level, scope, scope_by, tuple(findings))

    def _full_name(self, key: str) -> str:
        above = self._tree.above(key)
        return "".join(comparable_name(self._tree[one].name) for one in (*above[-1:], key))

    def _hint_of_path(self, path: str) -> str | None:
        stem = Path(path).stem
        keys = self._names.match(stem.strip("0123456789_- .()（）")) or self._names.held_by(stem)
        return self._full_name(keys[0]) if len(keys) == 1 else None


def _is_called(unit: Unit, facts: UnitFacts) -> bool:
    """Whether a unit bears the name and the level that an identity says."""
    if unit.level is not facts.level:
        return False
    return facts.name in unit.names or comparable_name(facts.name) in map(comparable_name, unit.names)


def _same_name(name: str, identity: Identity, above: Sequence[str]) -> bool:
    """Whether `name` is that of the unit the blank was made for, perhaps with names of its parents in front."""
    rest, wanted = comparable_name(name), comparable_name(identity.unit.name)
    return rest.endswith(wanted) and is_led_by(rest.removesuffix(wanted), above)


def _read_otherwise(one: ReturnFile, unit: Unit) -> list[Finding]:
    """Return U017 if the name in the form is not written as the unit's is, or as another name of it."""
    has_name = one.figures is not None and one.name and not _NO_RESULT.search(one.name)
    if not has_name or any(is_written_alike(one.name, known) for known in unit.names):
        return []
    ends = tuple(map(comparable_name, unit.names))
    reason = "characters" if comparable_name(one.name).endswith(ends) else "more"
    return [_u("U017", one, params={"reason": reason, "name": one.name, "known": unit.name})]


def _misused(one: ReturnFile, identity: Identity) -> Finding:
    return _u("U003", one, params={"made_for": identity.unit.name, "name": one.name})


def _nobody(findings: Sequence[Finding], name: str | None = None) -> Attribution:
    return Attribution(UnitRef(name=name), None, None, None, None, tuple(findings))


def ambiguous_attribution(one: ReturnFile, others: Sequence[str]) -> Attribution:
    """Return the attribution to no unit (U014) of a return that may be of the same unit as `others` of its name."""
    shown = listed(others, most=MAX_RIVALS - 1, rest="等")
    return _nobody([_u("U014", one, params={"name": one.name, "others": shown})], one.name)


def _u(code: str, one: ReturnFile, **parts: Any) -> Finding:
    place = {"sheet": one.sheet, "cell": one.surroundings.name_cell, "raw": one.name or None}
    if code == "H005":
        place["raw"] = None
    return finding(code, **{**place, **parts})


def _first_figure_below(values: Sequence[Value], level: Level | None) -> int | None:
    if level is None or not values:
        return None
    return next((index for index in sorted(fields_only_below(level)) if values[index]), None)


_ONLY_SCOPE: Final = {Level.VILLAGE: Scope.OWN, Level.NATIONAL: Scope.CUMULATIVE}
