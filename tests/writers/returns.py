"""Returns: start from a valid one, and break one thing."""

import io
import random
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

from stattable.model import form
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Values, own_fields
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from stattable.writing.blank import Blank, blank_bytes
from stattable.writing.page import page_content, template_bytes
from writers.containers import parts_of, zipped

EDITION = 23


def contact(edition: int) -> dict[str, Any]:
    """Who filled a return in, how to call them, and when."""
    return {"contact": "张三", "phone": "13800000000", "filled_in": date(form.year_of(edition), 6, 15)}


def own_values(level: Level, sessions: int = 2, people: int = 60, other: int = 1) -> dict[str, Any]:
    """Give every own field of `level` a plausible figure, so that nothing is found: no account, which had an annex."""
    of = {"sessions": sessions, "people": people, "": other}
    keys = [FIELDS[index].key for index in sorted(own_fields(level))]
    accounts: dict[str, Any] = {key: False if "province" in key else 0 for key in keys if key.startswith("online")}
    return {key: of[FIELD_BY_KEY[key].column.pair] for key in keys} | accounts


def raw(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write 有 and 无 for yes and no."""
    return {key: {True: "有", False: "无"}[v] if isinstance(v, bool) else v for key, v in values.items()}


def save(workbook: openpyxl.Workbook, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


def typed(
    path: Path,
    name: str,
    values: Mapping[str, Any],
    *,
    edition: int = EDITION,
    change: Callable[[Any], None] | None = None,
    **beside: Any,
) -> Path:
    """A return on the official page without identity, as typed from the notice; `change` gets the sheet."""
    cells = page_content(edition=edition, name=name, **{**contact(edition), **beside})
    cells |= {FIELD_BY_KEY[key].at: value for key, value in raw(values).items()}
    return _write(path, template_bytes(), cells, change)


def write_cells(page: bytes, cells: Mapping[str, Any]) -> bytes:
    """Write into the official page of a workbook, by its XML: much quicker than to open and save it."""
    left = raw({cell: value for cell, value in cells.items() if value is not None})

    def written(match: re.Match[str]) -> str:
        name, style = match.groups()
        if name not in left:
            return match[0]
        value = left.pop(name)
        if isinstance(value, int):
            return f'<c r="{name}" s="{style}"><v>{value}</v></c>'
        return f'<c r="{name}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    parts, sheet = parts_of(page), "xl/worksheets/sheet1.xml"
    pattern = r'<c r="([A-Z]+\d+)" s="(\d+)"[^>]*?(?:/>|>.*?</c>)'
    parts[sheet] = re.sub(pattern, written, parts[sheet].decode()).encode()
    assert not left
    return zipped(parts, level=1)


def write_values(page: bytes, values: Values, filled_in: str = "2026.6.15") -> bytes:
    """Write the 40 values of a return, and a person to call, into its page."""
    cells = {field.cell: value for field, value in zip(FIELDS, values, strict=True)}
    return write_cells(page, {**cells, "B18": "张三", "E18": "13800000000", "H18": filled_in})


def random_values(rng: random.Random, level: Level) -> Values:
    """Give plausible own figures of a unit: now and then a 0, now and then a field left blank."""
    values = list(BLANK)
    for index in sorted(own_fields(level)):
        field = FIELDS[index]
        if field.key.startswith("online.province"):
            values[index] = rng.choice((True, False))
        elif field.column.pair == "people":
            sessions = values[index - 1]
            values[index] = sessions * rng.randint(10, 60) if sessions else sessions
        elif rng.random() < 0.9:
            values[index] = rng.choice((0, 1, 1, 2, 3, 5))
    return tuple(values)


@cache
def _blank(unit: UnitFacts, above: tuple[UnitFacts, ...], scope: Scope, edition: int) -> bytes:
    return blank_bytes(Blank(unit, above, scope, edition))


def filled(
    path: Path,
    unit: UnitFacts,
    values: Mapping[str, Any],
    *,
    above: tuple[UnitFacts, ...] = (),
    scope: Scope = Scope.OWN,
    edition: int = EDITION,
    change: Callable[[Any], None] | None = None,
    **beside: Any,
) -> Path:
    """A blank of ours, filled in; `change` gets the sheet."""
    cells = {FIELD_BY_KEY[key].at: value for key, value in raw(values).items()}
    cells |= {form.CONTACT_LINES[key].value_at: value for key, value in {**contact(edition), **beside}.items()}
    return _write(path, _blank(unit, above, scope, edition), cells, change)


_WRITTEN: dict[tuple[bytes, str], bytes] = {}  # most tests send the same: to open and save it takes longer than a merge


def _write(path: Path, page: bytes, cells: Mapping[Any, Any], change: Callable[[Any], None] | None) -> Path:
    if change:
        data = _with_cells(page, cells, change)
    else:
        known = page, repr(cells)
        if known not in _WRITTEN:
            _WRITTEN[known] = _with_cells(page, cells)
        data = _WRITTEN[known]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _with_cells(page: bytes, cells: Mapping[Any, Any], change: Callable[[Any], None] | None = None) -> bytes:
    workbook, out = openpyxl.load_workbook(io.BytesIO(page)), io.BytesIO()
    sheet = workbook.worksheets[0]
    for at, value in cells.items():
        sheet.cell(*at).value = value
    if change:
        change(sheet)
    workbook.save(out)
    return out.getvalue()
