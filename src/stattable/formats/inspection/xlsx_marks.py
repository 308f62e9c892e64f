"""Marks in a part of an .xlsx: what it is searched for before anybody reads it, once for all parts alike."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from stattable.formats.inspection.xlsx_cells import reach
from stattable.formats.sheet import Cell

_CLAIMED_STRINGS: Final = re.compile(rb"uniqueCount\s*=\s*[\"'](\d+)")
_SUSPECT: Final = (  # each by itself, for each is quick by its first letters
    re.compile(rb"\"e\""),  # an error value
    re.compile(rb"'e'"),
    re.compile(rb"</f>(?!<v>[^<\s])"),  # a formula without a value
    re.compile(rb":f>(?!<\w+:v>[^<\s])"),
    re.compile(rb"<f(?:\s[^<]*)?/>(?!<v>[^<\s])"),
    re.compile(rb":f(?:\s[^<]*)?/>(?!<\w+:v>[^<\s])"),
    re.compile(rb"rPr"),  # a text in several formats
    re.compile(rb"hidden\s*=\s*[\"'][1t]"),
    re.compile(rb"ht(?<!Height)\s*=\s*[\"']0(?:\.0*)?[\"']"),
    re.compile(rb"width\s*=\s*[\"']0(?:\.0*)?[\"']"),
)
# What surely is as office programs and calamine both read it, but for texts in cells and places: no comments, and each
# value a text and nothing else, at the end of its cell.
_NOT_PLAIN: Final = (re.compile(rb"<!"), re.compile(rb"<\?(?!xml\s)"), re.compile(rb"<v\s"), re.compile(rb":v[\s>]"))
_UNUSUAL_CELLS: Final = (
    re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]{4}"),  # beyond all columns, up to which calamine goes
    re.compile(rb"is>\s*<(?!/|(?:\w+:)?(?:t|r|rPh|phoneticPr)\b)"),
    re.compile(rb"inlineStr[\"'][^>]*>\s*<(?!(?:\w+:)?is\b)"),  # a cell that is said to hold its text, and does not
)
_UNUSUAL: Final = (  # what calamine reads otherwise than office programs do
    re.compile(rb"<!"),  # a comment within a value
    re.compile(rb"<\?(?!xml\s)"),
    re.compile(rb"v>\s*<[^/]"),  # a value that is not the last of its cell
    re.compile(rb"[<:]v(?:\s[^<>]*)?>[^<]*<[^/]"),  # or has elements
    re.compile(rb"[\"']s[\"'][^<>]*><(?:\w+:)?v>\s"),
)
_REFERENCE_IN_VALUE: Final = re.compile(rb"[<:]v(?:\s[^<>]*)?>[^<&]*&#")  # a character by its number
_HAS_FORMULAS: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ANNOTATED: Final = re.compile(rb"vertAlign|strike|[fF]{6}[\"']|theme\s*=\s*[\"']0")  # that a run may be annotated
# Plain values, and texts, which say nothing of marks: of parts with both, with values alone, and with texts alone.
_PLAIN: Final = re.compile(rb">([^<&\s]+(?=</v></c>)|[^<]+(?=</t>))")
_PLAIN_VALUE: Final = re.compile(rb"<v>([^<&\s]+)(?=</v></c>)")  # which is quick, for it begins with a whole tag
_PLAIN_TEXT: Final = re.compile(rb">([^<]+)(?=</t>)")
_SMALL: Final = 64 * 1024  # bytes of a part of a return


class Marks:
    """What the search through a part finds, each when it is asked for.

    Args:
        content: of a sheet's part, or of that with the shared strings, in UTF-8.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def is_unusual(self) -> bool:
        """Whether calamine may read the part otherwise than office programs do."""
        content = self._content
        if any(mark.search(content) for mark in _UNUSUAL_CELLS):
            return True
        if self._has_plain_values:  # which is quicker to see than that there is nothing unusual
            return False
        return _REFERENCE_IN_VALUE.search(content) is not None or any(mark.search(content) for mark in _UNUSUAL)

    @cached_property
    def is_suspect(self) -> bool:
        """Whether some cell may not show what it holds, whatever its style."""
        return any(mark.search(self._content) for mark in _SUSPECT)

    @cached_property
    def is_annotated(self) -> bool:
        """Whether runs of texts may be no part of what is said."""
        return _ANNOTATED.search(self._content) is not None

    @cached_property
    def has_formulas(self) -> bool:
        """Whether there is a formula."""
        return _HAS_FORMULAS.search(self._content) is not None

    @cached_property
    def reach(self) -> Cell:
        """How many rows and columns calamine would lay out; (0, 0) where they are sure to be few."""
        return reach(self._content)

    @cached_property
    def claimed_strings(self) -> int:
        """How many shared strings the part claims to hold, 0 where it does not say."""
        return max(map(int, _CLAIMED_STRINGS.findall(self._content)), default=0)

    @property
    def between_values(self) -> Sequence[bytes]:
        """The part without its plain values and texts: what stands before, between and after these, but for a ``>``."""
        pieces, before = _split(self._content)
        return [*(one + before.removesuffix(b">") for one in pieces[:-1:2]), pieces[-1]]

    @property
    def _has_plain_values(self) -> bool:
        content = self._content
        if any(mark.search(content) for mark in _NOT_PLAIN):
            return False
        for one in content.split(b"<v>")[1:]:
            end = one.find(b"<")
            if not one.startswith(b"</v></c>", end) or one[:1].isspace() or b"&" in one[:end]:
                return False
        return True


class Searched(NamedTuple):
    """A part that was searched.

    Attributes:
        marks: what was found, the same for all parts of one shape.
        values: its plain values and texts as they stand in it, in their order; None of a part that is long.
    """

    marks: Marks
    values: Sequence[bytes] | None


def search(content: bytes) -> Searched:
    """Search a part.

    Returns that one program has made from one blank differ in their plain values and texts alone, in which no mark is:
    their parts are searched once.
    """
    if len(content) > _SMALL:
        return Searched(Marks(content), None)
    pieces, before = _split(content)
    return Searched(_of_shape((before + b"1").join(pieces[::2])), pieces[1::2])


def _split(content: bytes) -> tuple[list[bytes], bytes]:
    """Return a part in pieces, every other one a plain value or text; and what stood before each of these."""
    if b"</t>" not in content:
        return _PLAIN_VALUE.split(content), b"<v>"
    return (_PLAIN if b"</v>" in content else _PLAIN_TEXT).split(content), b">"


@lru_cache(maxsize=256)
def _of_shape(content: bytes) -> Marks:
    return Marks(content)
