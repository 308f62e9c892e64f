"""Returns and rosters for the tests: start from a valid one, and break one thing."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner

from stattable.cli.commands import main
from stattable.model import form
from stattable.model.form import FIELD_BY_KEY, FIELDS, own
from stattable.model.identity import UnitFacts
from stattable.model.roster import build_roster
from stattable.model.units import Level, Scope, Tree
from stattable.writing.blank import BlankFor, blank_bytes
from stattable.writing.page import page_content, template_bytes

EDITION = 23
CONTACT = {"contact": "张三", "phone": "13800000000", "filled_in": date(2021, 6, 15)}

ROSTER = """代码,名称,级别,上级代码,口径,填报,联系人,电话
41,河南省,,,,,,
4101,郑州市,,,,,,
410122,中牟县,,,,,李四,0371-62100000
410122101,官渡镇,,,,,,
410122101201,官渡村,,,,,,
410122101202,逐鹿营村,,,,,,
410122102,狼城岗镇,,,,,,
410122102201,东狼城岗村,,,,,,
"""


def tree_of(roster: str = ROSTER) -> Tree:
    """The units of a roster without faults."""
    tree, faults = build_roster(csv.reader(roster.splitlines()), "名册.csv")
    assert not faults
    return tree


def own_values(level: Level, sessions: int = 2, people: int = 60, other: int = 1) -> dict[str, Any]:
    """Give every own field of `level` a plausible figure, so that nothing is found: no account, which had an annex."""
    of = {"sessions": sessions, "people": people, "": other}
    keys = [FIELDS[index].key for index in sorted(own(level))]
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
    workbook = openpyxl.load_workbook(io.BytesIO(template_bytes()))
    sheet = workbook.worksheets[0]
    for at, value in page_content(edition=edition, name=name, **{**CONTACT, **beside}).items():
        sheet.cell(*at).value = value
    for key, value in raw(values).items():
        sheet[FIELD_BY_KEY[key].cell] = value
    if change:
        change(sheet)
    return save(workbook, path)


@cache
def _blank(unit: UnitFacts, above: tuple[UnitFacts, ...], scope: Scope, edition: int) -> bytes:
    return blank_bytes(BlankFor(unit, above, scope, edition))


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
    workbook = openpyxl.load_workbook(io.BytesIO(_blank(unit, above, scope, edition)))
    sheet = workbook.worksheets[0]
    for key, value in raw(values).items():
        sheet[FIELD_BY_KEY[key].cell] = value
    for key, value in {**CONTACT, **beside}.items():
        sheet.cell(*form.CONTACT_LINES[key].value_at).value = value
    if change:
        change(sheet)
    return save(workbook, path)


HENAN = UnitFacts("41", "河南省", Level.PROVINCE)
ZHENGZHOU = UnitFacts("4101", "郑州市", Level.PREFECTURE)
ZHONGMU = UnitFacts("410122", "中牟县", Level.COUNTY)
GUANDU = UnitFacts("410122101", "官渡镇", Level.TOWNSHIP)
LANGCHENGGANG = UnitFacts("410122102", "狼城岗镇", Level.TOWNSHIP)
GUANDU_VILLAGE = UnitFacts("410122101201", "官渡村", Level.VILLAGE)
ZHULUYING = UnitFacts("410122101202", "逐鹿营村", Level.VILLAGE)
EAST = UnitFacts("410122102201", "东狼城岗村", Level.VILLAGE)
TO_COUNTY = (HENAN, ZHENGZHOU, ZHONGMU)
TO_GUANDU = (*TO_COUNTY, GUANDU)


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


def run(*arguments: str | Path) -> Result:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def codes(document: dict[str, Any]) -> list[str]:
    """All codes of a JSON document of `check` or `merge`, sorted."""
    findings = [*document["findings"], *(f for one in document.get("files", ()) for f in one["findings"])]
    return sorted(finding["code"] for finding in findings)
