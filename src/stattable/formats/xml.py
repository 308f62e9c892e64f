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
_UTF_16: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}  # by how it starts
_DECLARED: Final = re.compile(r"""(<\?xml[^>]{0,200}?encoding\s*=\s*["'])([\w.-]{1,40})""")
_HEAD: Final = 256  # bytes that may declare the encoding
_USUAL_HEADS: Final = (b'<?xml version="1.0" encoding="UTF-8"', b"<worksheet", b"<sst")  # the last two declare none
_USUAL_ENCODINGS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# What XML has no place for, and some programs write; each of one byte in UTF-8.
_FORBIDDEN: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_FORBIDDEN_REFERENCE: Final = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]));", re.IGNORECASE
)
_NO_CHARACTER: Final = b"\xef\xbf"  # how U+FFFE and U+FFFF begin
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


def in_utf8(content: bytes) -> bytes:
    """Return a part in UTF-8, whatever encoding it has or declares; the very same where it is already.

    Raises:
        ValueError, LookupError: the encoding is not known, or not the one that it has.
    """
    if content.startswith(_USUAL_HEADS):  # as nearly all do
        return content
    encoding = _UTF_16.get(content[:2])
    if encoding is None:
        declared = _DECLARED.match(content[:_HEAD].removeprefix(b"\xef\xbb\xbf").decode("latin-1"))
        if declared is None or declared[2].lower() in _USUAL_ENCODINGS:
            return content
        encoding = declared[2]
    return _DECLARED.sub(r"\1UTF-8", content.decode(encoding).removeprefix("\ufeff"), count=1).encode()


def without_forbidden(content: bytes) -> bytes:
    """Return XML in UTF-8 without the characters that XML has no place for, as programs read it that forgive them."""
    content = content.translate(None, _FORBIDDEN)
    if _NO_CHARACTER in content:
        content = content.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return _FORBIDDEN_REFERENCE.sub(b"", content) if b"&#" in content else content


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
        content = without_forbidden(in_utf8(content))
        for start in range(0, len(content), _AT_ONCE):
            parser.feed(content[start : start + _AT_ONCE])
        parser.close()
    except NOT_XML:
        return False
    return True


def elements(content: bytes) -> Iterator[tuple[bool, str, ElementTree.Element]]:
    """Yield the elements of a part at their start and at their end: whether it is the end, the name, the element.

    Characters that XML forbids are passed over.

    Raises:
        ParseError, ValueError, LookupError: it is no XML, in an encoding that is not known, or has a document type.
    """
    content = without_forbidden(in_utf8(content))
    if _DOCTYPE in content:
        raise ElementTree.ParseError(_HAS_DOCTYPE)
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        yield event == "end", local_name(element.tag), element
