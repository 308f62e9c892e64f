"""Bytes of markup → events, within limits: nothing is fetched, no entity is followed, no tree is built.

A document may nest its elements a hundred thousand deep. Events cost neither memory nor recursion.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from stattable.formats.sheet import Unreadable
from stattable.formats.xml import without_forbidden

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]{1,20})""", re.IGNORECASE)
_HEAD: Final = 4096  # bytes that may declare the encoding
_OTHER_ENCODINGS: Final = frozenset(("big5", "big5-hkscs", "windows-1252", "iso-8859-1"))
_MOST_ELEMENTS: Final = 200_000  # a table of 10,000 rows has half of them, a form 500
_COUNT: Final = re.compile(r"\s*0*(\d{1,9})")


class Events(Protocol):
    """What takes the events of a document."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def data(self, text: str) -> None:
        """Take a piece of text."""

    def close(self) -> Any:
        """Take the end of the document."""


def decode(data: bytes, *, declares: bool = False) -> str:
    """Return the text of `data`: by its byte order mark, else in UTF-8, as declared, or in GB18030.

    UTF-8 comes before the declaration, which is often wrong; no other encoding's text looks like it. What is
    declared as GB2312 or GBK is GB18030, which holds both.

    Args:
        data: the whole file.
        declares: whether it can say its encoding, as HTML and XML can.

    Raises:
        Unreadable: it is in none of these (F001).
    """
    encodings = ["utf-8"]
    if declares and (match := _DECLARED.search(data[:_HEAD])) and match[1].decode().lower() in _OTHER_ENCODINGS:
        encodings.append(match[1].decode())
    encodings.append("gb18030")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            data, encodings = data[len(bom) :], [encoding]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("F001")


def parse_xml(data: bytes, events: Events) -> None:
    """Parse XML. Blanks in front of it, and characters that it has no place for, are passed over.

    Raises:
        Unreadable: it has a document type, which no office program writes and entities need (F001), or too many
            elements (F004).
        lxml.etree.LxmlError: it is no XML, or nested more than 256 deep.
    """
    etree = _etree()
    target: Any = _BoundedXml(events)
    parser = etree.XMLParser(
        target=target, encoding="utf-8",
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    text = decode(data, declares=True).lstrip()
    etree.fromstring(without_forbidden(text.encode()), parser)


def parse_html(data: bytes, events: Events) -> None:
    """Parse HTML, however broken it is.

    Raises:
        Unreadable: it has too many elements (F004).
    """
    etree = _etree()
    target: Any = _Bounded(events)
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=False)
    text = decode(data, declares=True).lstrip()
    etree.fromstring(without_forbidden(text.encode()), parser)


def _etree() -> Any:
    try:
        from lxml import etree
    except ImportError as error:
        raise Unreadable("F010", kind="document", module="lxml") from error
    return etree


class _Bounded:
    """Events of not too many elements."""

    def __init__(self, events: Events) -> None:
        self.end, self.data, self.close = events.end, events.data, events.close
        self._start = events.start
        self._left = _MOST_ELEMENTS

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._left -= 1
        if self._left < 0:
            raise Unreadable("F004", reason="cells")
        self._start(tag, attributes)


class _BoundedXml(_Bounded):
    """Events of XML without a document type."""

    def doctype(self, *_: object) -> None:
        raise Unreadable("F001")


def count(text: str | None, most: int, otherwise: int = 1) -> int:
    """Return the whole number at the beginning of an attribute, at most `most`, or `otherwise` where there is none."""
    match = _COUNT.match(text or "")
    return min(int(match[1]), most) if match else otherwise


class Skipper:
    """Says whether the events are inside an element that is left out with all that is in it.

    Args:
        tags: of such elements.
    """

    def __init__(self, tags: frozenset[str]) -> None:
        self._tags = tags
        self._depth = 0

    def start(self, tag: str) -> bool:
        """Take the start of an element, and return whether it is left out."""
        if self._depth or tag in self._tags:
            self._depth += 1
        return self._depth > 0

    def end(self) -> bool:
        """Take the end of an element, and return whether it is left out."""
        if not self._depth:
            return False
        self._depth -= 1
        return True

    def __bool__(self) -> bool:
        return self._depth > 0
