"""What a letter is made of, and how high it is."""

import re
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from stattable.model.text import display_width

LINE: Final = 28.95  # points that a line of the body is high: 22 are on a page (GB/T 9704—2012, 5.2.3)
TITLE_LINE: Final = 35.0
TABLE_LINE: Final = 17.0
PAGE: Final = 637.8  # points: 225 mm
_CHARACTERS, _CHARACTERS_OF_TITLE = 28, 20  # in a line
_SPARE: Final = 0.5  # characters that a line does without, for punctuation and figures do not stand everywhere
_SPARE_LINES: Final = 2.0  # on two pages: office programs break lines and pages here and there otherwise
_BETWEEN_SCRIPTS: Final = re.compile("(?<=[0-9A-Za-z%])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])")
_ROOM_BETWEEN: Final = 0.25  # characters that office programs leave there
_DIGIT: Final = re.compile("[0-9]")
_WIDER: Final = 0.05  # characters, by which digits of a font that stands in may be wider


class Detail(NamedTuple):
    """How many a letter names, at most: all are counted.

    Attributes:
        branches: units right below the root of which returns are missing.
        names: units within each, and among those whose returns were rejected.
        reasons: that somebody wrote for a finding.
        differences: between levels.
        extremes: units that changed most, on either side.
    """

    branches: int
    names: int
    reasons: int
    differences: int
    extremes: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, with the heading that it begins with, if any."""

    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        caption: over it.
        heads: over the columns, in two rows; one over two columns is in the first of them, one over two rows above.
        rows: below them; the first cell is what a row is about.
    """

    caption: str
    heads: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section, under its heading."""

    heading: str
    parts: tuple[Paragraph | Table, ...]

    @property
    def paragraphs(self) -> list[Paragraph]:
        """Its paragraphs, without its tables."""
        return [part for part in self.parts if isinstance(part, Paragraph)]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, from the top down.

    Attributes:
        title: its lines.
        addressee: whom it is to, or "" where nobody is above.
        opening: the first paragraph.
        sections: what it says.
        closing: the last paragraph.
        attachments: what goes with it.
        signature: whose letter it is.
        day: of which day, in words.
        contact: whom to call, or "" where that is not known.
        line: points that a line of its body is high.
    """

    title: tuple[str, ...]
    addressee: str
    opening: str
    sections: tuple[Section, ...]
    closing: str
    attachments: tuple[str, ...]
    signature: str
    day: str
    contact: str
    line: float = LINE

    @property
    def height(self) -> float:
        """About how many points high it is, with the room around title, attachments and signature."""
        texts = [self.addressee, self.opening, self.closing, *self.attachments, self.contact, self.signature]
        for section in self.sections:
            texts += [section.heading, *(one.heading + one.text for one in section.paragraphs)]
        tables = [part for section in self.sections for part in section.parts if isinstance(part, Table)]
        lines = sum(_lines(text, _CHARACTERS - _SPARE) for text in texts if text)
        lines += len(tables) + 4  # captions; below the title, above attachments and signature, and the day
        of_title = sum(_lines(text, _CHARACTERS_OF_TITLE) for text in self.title)
        of_tables = sum(len(one.heads) + len(one.rows) for one in tables)
        return lines * self.line + of_title * TITLE_LINE + of_tables * TABLE_LINE

    @property
    def fits(self) -> bool:
        """Whether two pages hold it."""
        return self.height + _SPARE_LINES * self.line <= 2 * PAGE


def width(text: str) -> float:
    """Return how wide a text is, in characters."""
    return display_width(text) / 2 + _ROOM_BETWEEN * len(_BETWEEN_SCRIPTS.findall(text))


def _lines(text: str, characters: float) -> int:
    return ceil((width(text) + _WIDER * len(_DIGIT.findall(text)) + 2) / characters)  # two for the indentation
