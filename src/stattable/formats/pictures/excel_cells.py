"""Pictures that Excel puts into cells: they are values, which the cells' metadata leads to.

From a cell's ``vm`` through ``xl/metadata.xml`` to a value of ``xl/richData/rdrichvalue.xml``, whose structure says
which of its fields is a picture's place in ``richValueRel.xml``: [MS-XLSX] 2.4.77 and after.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from stattable.formats.package import Package
from stattable.formats.xml import Events, attribute, local_name, parse, whole

_RICH: Final = "XLRICHVALUE"
_LOCAL: Final = "_rvRel:LocalImageIdentifier"
_FROM_THE_WEB: Final = "_webimage"

_E = TypeVar("_E", bound=Events)


def valued_pictures(package: Package) -> Mapping[int, str | None]:
    """Return the values of a workbook's cells that are pictures, by the number that cells give as ``vm``.

    The part of each, None where it is missing or stands in the web.
    """
    metadata = _parsed(package, _Metadata(), "sheetmetadata", "xl/metadata.xml")
    values = _parsed(package, _Values(), "rdrichvalue", "xl/richData/rdrichvalue.xml")
    structures = _parsed(package, _Structures(), "rdrichvaluestructure", "xl/richData/rdrichvaluestructure.xml")
    if metadata is None or values is None or structures is None:
        return {}
    pictures = _local_pictures(package)
    found: dict[int, str | None] = {}
    for number, value in metadata.rich_values().items():
        structure, fields = values.found[value] if 0 <= value < len(values.found) else (-1, [])
        kind, place = structures.found[structure] if 0 <= structure < len(structures.found) else ("", None)
        if place is not None:
            found[number] = pictures.get(whole(fields[place], -1)) if place < len(fields) else None
        elif kind == _FROM_THE_WEB:
            found[number] = None
    return found


def _parsed(package: Package, events: _E, kind: str, usual: str) -> _E | None:
    return events if parse(package.content_if_whole(package.of_workbook(kind, usual)), events) else None


def _local_pictures(package: Package) -> Mapping[int, str | None]:
    """Return the parts of the pictures by their place in the list of these, from 0."""
    name = package.of_workbook("richvaluerel", "xl/richData/richValueRel.xml")
    listed = _Listed()
    if name is None or not parse(package.content_if_whole(name), listed):
        return {}
    parts = package.relations(name).by_id
    return {place: parts.get(key) for place, key in enumerate(listed.found)}


class _Metadata(Events):
    """The events of the metadata of a workbook's cells."""

    def __init__(self) -> None:
        self._types: list[str] = []
        self._values: list[list[tuple[int, int]]] = []  # of each value: the type, from 1, and the place there, from 0
        self._rich: list[int] = []  # for each rich value, its place among these
        self._within = ""

    def rich_values(self) -> Mapping[int, int]:
        """Return the place of a rich value, by the number that cells give, from 1."""
        return {
            number: self._rich[place]
            for number, records in enumerate(self._values, 1)
            for kind, place in records
            if 0 < kind <= len(self._types) and self._types[kind - 1] == _RICH and 0 <= place < len(self._rich)
        }

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if name == "metadataType":
            self._types.append(attributes.get("name", ""))
        elif name == "futureMetadata":
            self._within = _RICH if attributes.get("name") == _RICH else ""
        elif name in {"valueMetadata", "cellMetadata"}:
            self._within = name
        elif name == "bk" and self._within == "valueMetadata":
            self._values.append([])
        elif name == "bk" and self._within == _RICH:
            self._rich.append(-1)
        elif name == "rc" and self._within == "valueMetadata" and self._values:
            self._values[-1].append((whole(attributes.get("t")), whole(attributes.get("v"), -1)))
        elif name == "rvb" and self._within == _RICH and self._rich:
            self._rich[-1] = whole(attributes.get("i"), -1)


class _Values(Events):
    """The events of the rich values: for each its structure, and its fields."""

    def __init__(self) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self._in_field = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        self._in_field = name == "v" and bool(self.found)
        if name == "rv":
            self.found.append((whole(attributes.get("s"), -1), []))
        elif self._in_field:
            self.found[-1][1].append("")

    def data(self, text: str) -> None:
        if self._in_field and len(self.found[-1][1][-1]) < 40:
            self.found[-1][1][-1] += text

    def end(self, _: str) -> None:
        self._in_field = False


class _Structures(Events):
    """The events of their structures: for each its name, and which field is a picture, None where none is."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int | None]] = []
        self._fields = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if name == "s":
            self.found.append((attributes.get("t", ""), None))
            self._fields = 0
        elif name == "k" and self.found:
            if attributes.get("n") == _LOCAL:
                self.found[-1] = self.found[-1][0], self._fields
            self._fields += 1


class _Listed(Events):
    """The events of the list of pictures: the Id of each."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if local_name(tag) == "rel":
            self.found.append(attribute(attributes, "id"))
