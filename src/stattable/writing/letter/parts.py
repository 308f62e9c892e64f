"""What a letter is made of, apart from how it looks, and how many lines it takes."""

from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from stattable.model.text import display_width

LINES_OF_PAGE: Final = 22  # GB/T 9704—2012, 5.2.3
CHARACTERS_OF_LINE: Final = 28
_CHARACTERS_OF_TITLE: Final = 20  # in a line of it
_LINE_OF_TITLE: Final = 1.25  # lines of the body
_LINE_OF_TABLE: Final = 0.62
_SPARE: Final = 0.5  # characters that a line does without, for punctuation and figures do not stand everywhere


class Detail(NamedTuple):
    """How many a letter names, at most: all are counted.

    Attributes:
        branches: units right below the root of which returns are missing.
        names: units within each, and among those whose returns were rejected.
        reasons: that somebody wrote for a finding.
        differences: between levels.
        extremes: whether the units that changed most are named.
    """

    branches: int
    names: int
    reasons: int
    differences: int
    extremes: bool


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

    @property
    def lines(self) -> float:
        """About how many lines of the body it takes, with the room around title, attachments and signature."""
        texts = [self.addressee, self.opening, self.closing, *self.attachments, self.contact, self.signature]
        for section in self.sections:
            texts += [section.heading, *(one.heading + one.text for one in section.paragraphs)]
        lines = 5.0  # below the title, above attachments and signature, and the day
        lines += sum(_lines(text, CHARACTERS_OF_LINE - _SPARE) for text in texts if text)
        lines += sum(_lines(text, _CHARACTERS_OF_TITLE) for text in self.title) * _LINE_OF_TITLE
        tables = [part for section in self.sections for part in section.parts if isinstance(part, Table)]
        return lines + sum(1 + (len(one.heads) + len(one.rows)) * _LINE_OF_TABLE for one in tables)


def _lines(text: str, characters: float) -> int:
    return ceil((display_width(text) / 2 + 2) / characters)  # two for the indentation
