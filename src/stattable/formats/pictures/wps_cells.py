"""Pictures that WPS puts into cells (嵌入单元格): a formula names one of the part ``xl/cellimages.xml``."""

from collections.abc import Mapping

from stattable.formats.package import Package
from stattable.formats.xml import Events, attribute, local_name, parse


def named_pictures(package: Package) -> Mapping[str, str | None]:
    """Return the pictures of a workbook that formulas name: the part of each, None where that is missing."""
    name = package.of_workbook("cellimage", "xl/cellimages.xml")
    images = _CellImages()
    if name is None or not parse(package.content_if_whole(name), images):
        return {}
    parts = package.relations(name).by_id
    return {key: parts.get(embedded) for key, embedded in images.found.items()}


class _CellImages(Events):
    """The events of the part: for each name the Id of its picture."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name = self._embedded = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if name == "pic":
            self._name = self._embedded = ""
        elif name == "cNvPr":
            self._name = attributes.get("name", "")
        elif name in {"blip", "svgBlip"}:  # an SVG stands beside the picture that is shown, or alone
            self._embedded = self._embedded or attribute(attributes, "embed")

    def end(self, tag: str) -> None:
        if local_name(tag) == "pic" and self._name:
            self.found.setdefault(self._name, self._embedded)
