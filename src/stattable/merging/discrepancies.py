"""Differences of cumulative returns from the returns below them (H001, H002); what is missing (C001, C002)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from stattable.checking.equal_faults import MOST_APART
from stattable.checking.missing import missing_findings
from stattable.merging.result import MergeResult
from stattable.merging.rollup import Difference, excess_fields
from stattable.model.catalogue import finding, phrase
from stattable.model.cell_names import a1, a1_range, cell_at
from stattable.model.findings import Finding, Param, Severity, Status
from stattable.model.form import FIELDS, fields_of_level, label_of, number
from stattable.model.units import Scope

_NAMED: Final = frozenset({Status.MISSING, Status.REJECTED})  # of units that have findings of their own


def difference_findings(merged: MergeResult, is_roster: bool) -> list[Finding]:
    """Return H001 and H002 where a cumulative return is more or less than the sum of its parts."""
    findings = list[Finding]()
    for key in merged.tree.below(merged.root):
        difference = merged.rollup.differences.get(key)
        if difference is None or not difference.compared:
            continue
        unit = merged.tree[key]
        one = merged.accepted[Scope.CUMULATIVE][key]
        contact = _joined(*merged.person(key, (Scope.CUMULATIVE,)))
        excess = excess_fields(unit.level, difference.has_own_return) & difference.owned_fields
        of_unit = list[Finding]()
        for entry in FIELDS:
            amount = difference.of(entry.index)
            if amount == 0 or (amount > 0 and entry.index not in excess):
                continue
            params: dict[str, Param] = {
                "name": unit.name,
                "reported": number(difference.reported[entry.index]),
                "known": difference.known(entry.index),
                "made_of": _made_of(merged, key, difference, entry.index),
                "own_here": int(difference.has_own_return),
                "difference": amount,
                "shortfall": -amount,
                "contact": contact,
            }
            sure = is_roster and entry.index in difference.complete_fields
            cell = one.file.cells[entry.index]
            of_unit.append(
                finding(
                    "H002" if amount < 0 else "H001",
                    None if amount < 0 or sure else Severity.WARNING,
                    path=one.path,
                    unit=unit.ref,
                    sheet=one.file.sheet,
                    cell=a1(*cell) if cell else None,
                    field=entry.key,
                    raw=str(params["reported"]),
                    params=params,
                )
            )
        findings += _together(of_unit)
    return findings


def _together(of_unit: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings of one unit, those of a kind as one where there are many: one return has them."""
    kinds: dict[tuple[str, Severity], list[Finding]] = {}
    for one in of_unit:
        kinds.setdefault((one.code, one.severity), []).append(one)
    for (code, _), some in kinds.items():
        if len(some) <= MOST_APART:
            yield from some
            continue
        figures = [
            phrase(code, "figure", label=label_of(one.field or ""), cell=one.cell or "", **one.params) for one in some
        ]
        params: dict[str, Param] = {
            "reason": "several",
            "count": len(some),
            "fields": tuple(one.field or "" for one in some),
            "cells": tuple(one.cell for one in some if one.cell),
            "figures": tuple(figures),
            **{key: some[0].params[key] for key in ("name", "own_here", "contact")},
        }
        places = [cell_at(one.cell) for one in some if one.cell]
        raw = "、".join(one.raw or "" for one in some)
        yield replace(some[0], cell=a1_range(places) if places else None, field=None, raw=raw, params=params)


def _made_of(merged: MergeResult, key: str, difference: Difference, index: int) -> tuple[str, ...]:
    """Return the parts of the known figure of a unit, in words, the largest first."""
    parts = [
        (number(merged.rollup.totals[child].values[index]), merged.tree[child].name)
        for child in merged.tree.children[key]
    ]
    if difference.own:
        parts.append((number(difference.own[index]), Scope.OWN.label))
    parts = sorted((part for part in parts if part[0]), key=lambda part: -part[0])
    return tuple(phrase("H001", "part", name=name, amount=amount) for amount, name in parts)


def unreported_findings(merged: MergeResult) -> list[Finding]:
    """Return C001 on the units that sent nothing, but for those of which merged workbooks say it (C003)."""
    return list(missing_findings(merged.tree, merged.missing_groups(merged.known_missing), merged.person))


def blank_level_findings(merged: MergeResult) -> list[Finding]:
    """Return C002 if levels at or below the root's have no figure at all, though none of their units is missing."""
    if not any(value is not None for value in merged.total):
        return []
    root = merged.root_unit
    named = {merged.tree[key].level for key, status in merged.statuses.items() if status in _NAMED}
    blank = [
        level.label
        for level in (root.level, *root.level.beneath)
        if level not in named
        and fields_of_level(level)
        and all(merged.total[i] is None for i in fields_of_level(level))
    ]
    params: dict[str, Param] = {"name": root.name, "levels": tuple(blank)}
    return [finding("C002", unit=root.ref, params=params)] if blank else []


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))
