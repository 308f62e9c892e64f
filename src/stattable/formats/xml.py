"""XML parts of a package → events, or elements one after the other; names of elements and attributes."""

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree

NOT_XML: Final = (ElementTree.ParseError, ValueError, LookupError)  # the last two: encodings that the parser lacks
_DOCTYPE: Final = b"<!DOCTYPE"
_HAS_DOCTYPE: Final = "a document type, which no office program writes and entities need"
_AT_ONCE: Final = 64 * 1024  # bytes that are parsed before the parser is heard again
_WHOLE: Final = re.compile(r"\s*([-+]?\d{1,15})\s*")


@lru_cache(maxsize=1024)  # it is asked for every element and attribute, of which there are few kinds
def local_name(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """Return an attribute by its name without its namespace, ``""`` where there is none."""
    return next((value for key, value in attributes.items() if local_name(key) == name), "")


def whole(text: str | None, otherwise: int = 0) -> int:
    """Return the whole number that `text` is, or `otherwise`."""
    match = _WHOLE.fullmatch(text or "")
    return int(match[1]) if match else otherwise


class Events:
    """What takes the events of a part; by itself it takes no notice of them."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def data(self, text: str) -> None:
        """Take a piece of text."""


class _Target:
    """Events of XML without a document type."""

    def __init__(self, events: Events) -> None:
        self.start, self.end, self.data = events.start, events.end, events.data

    def doctype(self, *_: object) -> None:
        raise ElementTree.ParseError(_HAS_DOCTYPE)


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
    except NOT_XML:
        return False
    return True


def elements(content: bytes) -> Iterator[tuple[bool, str, ElementTree.Element]]:
    """Yield the elements of a part at their start and at their end: whether it is the end, the name, the element.

    Raises:
        ParseError, ValueError, LookupError: it is no XML, in an encoding that is not known, or has a document type.
    """
    if _DOCTYPE in content.replace(b"\0", b""):  # in UTF-16 too
        raise ElementTree.ParseError(_HAS_DOCTYPE)
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        yield event == "end", local_name(element.tag), element
