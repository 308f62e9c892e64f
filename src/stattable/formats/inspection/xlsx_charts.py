"""What is drawn on a sheet of an .xlsx: its charts, by the cells that they show, and whatever else lies there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from stattable.formats.inspection.formulas import spelled
from stattable.formats.package import Package
from stattable.formats.sheet import Chart, Drawn, Series
from stattable.formats.xml import Events, attribute, local_name, parse

_DRAWING, _SHAPES_ON_CHART = "drawing", "chartusershapes"  # kinds of relations
_OTHERS: Final = frozenset({"sp", "pic", "cxnSp", "grpSp", "contentPart"})
_ROLES: Final = ("tx", "cat", "val")  # of formulas, by the elements that hold them
_STRAY: Final = ""
_EXTENSIONS: Final = "extLst"  # which hold series that are not shown


def drawn_on(package: Package, sheet_part: str) -> Drawn:
    """Return what is drawn on a sheet; of a chart that cannot be read, one without a series.

    Args:
        package: the workbook's.
        sheet_part: the part of the sheet.
    """
    relations = package.relations(sheet_part)
    drawings = [part for key, part in relations.by_id.items() if part and relations.kinds.get(key) == _DRAWING]
    charts, others = list[Chart](), 0
    for part in drawings:
        drawing = _Drawing()
        parse(package.content_if_whole(part), drawing)
        related = package.relations(part)
        others += drawing.others
        for key in drawing.charts:
            charts.append(_chart(package, related.by_id.get(key)))
            others += _SHAPES_ON_CHART in package.relations(related.by_id.get(key) or part).by_kind
    return Drawn(tuple(charts), others)


def _chart(package: Package, part: str | None) -> Chart:
    events = _ChartPart()
    is_whole = parse(package.content_if_whole(part), events)
    return Chart("".join(events.texts).strip(), tuple(events.all_series()) if is_whole else ())


@dataclass(slots=True)
class _Drawing(Events):
    """The charts on a drawing, by their Ids, and how many other things lie there."""

    charts: list[str] = field(default_factory=list)
    others: int = 0
    _is_frame_of_chart: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if name == "graphicFrame":
            self._is_frame_of_chart = False
        elif name == "chart":
            self._is_frame_of_chart = True
            self.charts.append(attribute(attributes, "id"))
        elif name in _OTHERS:
            self.others += 1

    def end(self, tag: str) -> None:
        if local_name(tag) == "graphicFrame" and not self._is_frame_of_chart:
            self.others += 1


@dataclass(slots=True)
class _ChartPart(Events):
    """The texts of a chart, and the formulas of its series."""

    texts: list[str] = field(default_factory=list)
    _series: list[dict[str, str]] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002  -- they say nothing of it
        self._path.append(local_name(tag))
        if self._path[-1] == "ser" and _EXTENSIONS not in self._path:
            self._series.append({})

    def end(self, tag: str) -> None:  # noqa: ARG002  -- it is the last that began
        self._path.pop()

    def data(self, text: str) -> None:
        name = self._path[-1] if self._path else ""
        if name == "t":
            self.texts.append(text)
        elif name == "f" and self._series:
            role = next((one for one in reversed(self._path) if one in _ROLES), _STRAY)
            self._series[-1][role] = self._series[-1].get(role, "") + text

    def all_series(self) -> Iterator[Series]:
        """Yield the series; a formula for anything but what they draw, as for other labels, stands with the values."""
        for one in self._series:
            name, categories, values = (spelled(one.get(role, "")) for role in _ROLES)
            yield Series(name, categories, values + spelled(one.get(_STRAY, "")))
