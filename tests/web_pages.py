"""Our web pages as tests read them: their elements and what their scripts get; and pages of whole provinces."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from html.parser import HTMLParser
from typing import Any

import memory
import provinces
from stattable.merging.result import MergeResult
from stattable.model.form import FIELDS
from stattable.model.units import Scope
from stattable.proving.ledger import Run

TODAY = date(2021, 7, 10)
RUN = Run(["merge"], datetime(2021, 7, 10, 8), datetime(2021, 7, 10, 8, 1))
VOID = {"meta", "col", "input", "rect"}  # elements without an end, as our pages have them


@dataclass
class Element:
    """An element of a page, with the text of all that is in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    within: list["Element"] = field(default_factory=list)  # those around it, from the outside in


class WebPage(HTMLParser):
    """A page, read as browsers read it: what is within scripts is no markup."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.source = page.decode()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert self._open == [], "every element ends"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, within=[*self._open])
        self.elements.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data

    def all(self, name: str = "", **attributes: str | None) -> list[Element]:
        """The elements of a name with some attributes: of any value where that is None."""
        wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.elements
            if (not name or one.name == name)
            and all(key in one.attributes and value in {None, one.attributes[key]} for key, value in wanted.items())
        ]

    def one(self, name: str = "", **attributes: str | None) -> Element:
        (found,) = self.all(name, **attributes)
        return found

    def within(self, section: str, name: str) -> list[Element]:
        """The elements of a name in the section with an id."""
        return [one for one in self.all(name) if any(part.attributes.get("id") == section for part in one.within)]

    @cached_property
    def data(self) -> dict[str, Any]:
        """What the script shows."""
        data: dict[str, Any] = json.loads(self.one("script", id="data").text)
        return data

    # -- the units, as the script has them

    @cached_property
    def parents(self) -> list[int | None]:
        chain: list[int] = []
        parents: list[int | None] = []
        for number, depth in enumerate(self.data["units"]["depth"]):
            del chain[depth:]
            parents.append(chain[-1] if chain else None)
            chain.append(number)
        return parents

    @cached_property
    def codes(self) -> list[str]:
        codes: list[str] = []
        for short, parent in zip(self.data["units"]["code"], self.parents, strict=True):
            codes.append(
                short[1:] if short.startswith("=") else short and (codes[parent] if parent is not None else "") + short
            )
        return codes

    def figures(self, row: list[Any] | None) -> tuple[Any, ...]:
        """The 40 figures of a row, None where blank."""
        shown: list[Any] = [None] * len(FIELDS)
        if row:
            for index, value in zip(self.data["fieldSets"][row[0]], row[1:], strict=True):
                shown[index] = value
        return tuple(shown)

    def path(self, folder: int, name: int, unit: int | None) -> str:
        paths = self.data["paths"]
        called = paths["folders"][folder] + paths["names"][name]
        if unit is None:
            return str(called)
        return str(called.replace("\ue000", self.codes[unit]).replace("\ue001", self.data["units"]["name"][unit]))


def breakdown_rows(workbook: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """The rows of 分单位汇总: what each is called, and its 40 figures, found by the heads; None where there is none."""
    rows = [[cell.value for cell in row] for row in workbook["分单位汇总"].iter_rows()]
    at = next(number for number, row in enumerate(rows) if row[0] == "单位")
    columns: dict[tuple[str, str], int] = {}
    level = ""
    for number, (over, under) in enumerate(zip(rows[at], rows[at + 1], strict=True)):
        level = over or level
        columns[level, str(under)] = number
    places = [columns.get((f"{one.block.section}\n{one.heading.text}", one.column.text)) for one in FIELDS]
    return [
        (str(row[0]), tuple(None if place is None else row[place] for place in places))
        for row in rows[at + 2 :]
        if row[0] is not None
    ]


def number_in(text: str) -> int | str | None:
    """A figure as it stands on a page, as a cell holds it."""
    plain = text.replace(",", "")
    return int(plain) if plain.lstrip("-").isdigit() else plain or None


@cache
def hainan() -> MergeResult:
    """A province in which some sent cumulative returns, some faulty ones, some nothing, and two sums do not agree."""
    province = provinces.make("hainan")
    tree, files = province.tree, []
    for number, one in enumerate(provinces.some_cumulative(province)):
        values, kind = list(one.values), tree[one.unit].level
        if number % 23 == 7:
            continue
        if number % 19 == 5:  # people without sessions
            index = next(field.index for field in FIELDS if field.column.pair == "sessions" and kind in field.owners)
            values[index], values[index + 1] = 0, 35
        if one.scope is Scope.CUMULATIVE and one.unit in {"4604", "460321"}:
            values = [value // 2 if type(value) is int else value for value in values]
        folders = "/".join(tree[key].name for key in tree.above(one.unit))
        path = f"收到/{folders}/{one.unit}_{tree[one.unit].name}_{one.scope}.xlsx"
        beside = {
            "contact": "张三",
            "phone": "13800000000",
            "filled_in": date(2021, 6, 15 + number % 30 // 2) if number % 30 else date(2021, 7, 2),
        }
        files.append(memory.sent(tree, one.unit, tuple(values), one.scope, path=path, **beside))
    return memory.merge(files, roster=tree, code=province.root)
