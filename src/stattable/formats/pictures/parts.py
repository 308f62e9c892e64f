"""The parts of an .xlsx that its pictures hang together by: names, relations, XML as events."""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

from stattable.formats.package import part_bytes
from stattable.formats.sniff import by_lower_name
from stattable.formats.xml import local_name

Relations = Mapping[str, str | None]  # what each Id leads to: a part's name, None where it leads nowhere or outside

_NOT_XML: Final = (ElementTree.ParseError, ValueError, LookupError)  # the last two: encodings that the parser lacks
_AT_ONCE: Final = 64 * 1024  # bytes that are parsed before the parser is heard again
_WHOLE: Final = re.compile(r"\s*([-+]?\d{1,15})\s*")


class Events:
    """What takes the events of a part; by itself it takes no notice of them."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def data(self, text: str) -> None:
        """Take a piece of text."""


class Parts:
    """The parts of a package, found as programs find them: in whatever case, with or without a slash in front.

    Args:
        package: the package.
        data: the whole file.
    """

    def __init__(self, package: zipfile.ZipFile, data: bytes) -> None:
        self._package = package
        self._data = data
        self._names = by_lower_name(package.namelist())

    def find(self, name: str) -> str | None:
        """Return the name by which a part is stored, or None where there is none."""
        return self._names.get(name.replace("\\", "/").lstrip("/").lower())

    def content(self, name: str | None) -> bytes | None:
        """Return the part `name`, or None where there is none, or none that can be unpacked."""
        stored = self.find(name) if name else None
        if stored is None:
            return None
        try:
            return part_bytes(self._package, self._data, stored)
        except MemoryError:
            raise
        except Exception:  # whatever a damaged part leads zlib and zipfile to
            return None

    def size(self, name: str) -> int:
        """Return how many bytes the package says that the part has that is stored as `name`."""
        return self._package.getinfo(name).file_size

    def relations(self, part: str) -> Relations:
        """Return what the relations of `part` lead to; none where it has none that can be read."""
        folder, name = posixpath.split(part.replace("\\", "/"))
        events = _Relationships()
        if not parse(self.content(posixpath.join(folder, "_rels", f"{name}.rels")), events):
            return {}
        return {key: self._target(folder, target) for key, (_, target) in events.found.items()}

    def of_workbook(self, kind: str, otherwise: str) -> str | None:
        """Return the part of the workbook of some kind.

        Args:
            kind: the last piece of the relation's type, in lower case. What stands before it has changed with the
                years.
            otherwise: the part's usual name, for workbooks whose relations do not say.
        """
        return self._kinds.get(kind) or self.find(otherwise)

    @cached_property
    def _kinds(self) -> Mapping[str, str | None]:
        events = _Relationships()
        if not parse(self.content("xl/_rels/workbook.xml.rels"), events):
            return {}
        return {kind: self._target("xl", target) for kind, target in events.found.values()}

    def _target(self, folder: str, target: str | None) -> str | None:
        """Return the part that a relation's target names, seen from the part's folder; names may be escaped."""
        if not target:
            return None
        path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
        return self.find(path) or self.find(unquote(path))


class _Relationships(Events):
    """The events of relations: for each Id the last piece of its type, and its target unless that is outside."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str | None]] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if local_name(tag) == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2].lower()
            outside = attributes.get("TargetMode", "").lower() == "external"
            self.found[attributes.get("Id", "")] = kind, None if outside else attributes.get("Target")


# -- XML --------------------------------------------------------------------------------------------------


class _DoctypeError(ElementTree.ParseError):
    """A part has a document type, which no office program writes and entities need."""


class _Target:
    """Events of XML without a document type."""

    def __init__(self, events: Events) -> None:
        self.start, self.end, self.data = events.start, events.end, events.data

    def doctype(self, *_: object) -> None:
        raise _DoctypeError


def parse(content: bytes | None, events: Events) -> bool:
    """Parse a part. No tree is built, so that its elements may be nested as deep as somebody likes.

    Args:
        content: the part, None where it is not there.
        events: what takes its events.

    Returns:
        Whether it is XML up to its end. Where it is not, what was taken from it does not count.
    """
    if content is None:
        return False
    parser = ElementTree.XMLParser(target=_Target(events))
    try:
        for start in range(0, len(content), _AT_ONCE):
            parser.feed(content[start : start + _AT_ONCE])
        parser.close()
    except _NOT_XML:
        return False
    return True


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """Return an attribute by its name without its namespace, ``""`` where there is none."""
    return next((value for key, value in attributes.items() if local_name(key) == name), "")


def whole(text: str | None, otherwise: int = 0) -> int:
    """Return the whole number that `text` is, or `otherwise`."""
    match = _WHOLE.fullmatch(text or "")
    return int(match[1]) if match else otherwise
