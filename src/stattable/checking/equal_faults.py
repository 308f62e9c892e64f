"""Faults of one kind in many cells of a return, which have one cause: one finding for all of these cells."""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Final

from stattable.model.catalogue import TOGETHER, extra_words
from stattable.model.cell_names import a1_range, cell_at
from stattable.model.findings import Finding, Param, Severity

MOST_APART: Final = 3  # cells, up to which each has a finding of its own
_OF_CELLS: Final = frozenset(
    {"V002", "V003", "V004", "V005", "V006", "V007", "V008", "V009", "R001", "R004", "R005"}
)  # each about what stands in one cell


def fold_equal_faults(findings: list[Finding]) -> list[Finding]:
    """Return the findings of a return, those of one kind as one finding where there are many.

    A warning is explained by a reason for what stands in its cell, so that only equal ones go together.

    Args:
        findings: in any order, which those that are left keep; a fold stands where its first one stood.
    """
    if len(findings) <= MOST_APART:
        return findings
    groups: dict[Hashable, list[Finding]] = {}
    for one in findings:
        if one.code in _OF_CELLS and one.field and one.cell and ":" not in one.cell:
            groups.setdefault(_kind(one), []).append(one)
    folded = {id(group[0]): _fold(group) for group in groups.values() if len(group) > MOST_APART}
    gone = {id(one) for group in groups.values() if len(group) > MOST_APART for one in group[1:]}
    return [folded.get(id(one), one) for one in findings if id(one) not in gone]


def _kind(one: Finding) -> Hashable:
    """Return what is equal for the faults that go together."""
    content = one.raw if one.severity is Severity.WARNING else None
    return one.code, one.severity, one.path, one.sheet, one.params.get("reason"), content


def _fold(group: Iterable[Finding]) -> Finding:
    group = [*group]
    cells = tuple(one.cell or "" for one in group)
    params: dict[str, Param] = {
        "reason": TOGETHER,
        "count": len(group),
        "fields": tuple(one.field or "" for one in group),
        "cells": cells,
        "raws": tuple(one.raw or "" for one in group),
        "extras": tuple(map(extra_words, group)),
    }
    raw = "、".join(dict.fromkeys(one.raw for one in group if one.raw)) or None
    return replace(group[0], cell=a1_range(map(cell_at, cells)), field=None, raw=raw, suggestion=None, params=params)
