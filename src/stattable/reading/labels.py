"""The form's labels: which texts are labels or parts of them, and where they are on a sheet."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise
from typing import Final

from stattable.formats.sheet import Cell, RawCell, RawSheet
from stattable.model.form import FIELDS, LABELS
from stattable.model.text import label_forms
from stattable.reading.answers import shortened

_NAME_BY_FORM: Final[Mapping[str, str]] = {label_forms(label.text)[0]: label.name for label in LABELS}
# 音频, 视频稿件: the spellings of a part → its column's label, and the part.
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    form: (column.text, part)
    for column in dict.fromkeys(field.column for field in FIELDS)
    for part in column.parts
    for form in (part, part + label_forms(column.text)[0].removeprefix("".join(column.parts)))
}
PLACES: Final[Mapping[str, Sequence[Cell]]] = {  # of each label on the template, by its name
    name: [label.at for label in LABELS if label.name == name] for name in dict.fromkeys(_NAME_BY_FORM.values())
}
_PART_ORDER: Final = {part: place for place, (_, part) in enumerate(_PARTS.values())}
LONGEST_LABEL: Final = 60
# A number may stand in front of a label: 一、宣传活动, (1)活动场次.
_NUMBER: Final = r"^\W*(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})\W+|[①-⑳]\W*)"
_NUMBER_IN_FRONT: Final = re.compile(_NUMBER)
# No label begins without one of these, a quick test where a sheet holds two million other texts; radicals may stand for
# any of the characters.
_BEGINNINGS: Final = re.compile(
    "|".join(sorted({rf"{form[0]}\W*{form[1]}" for form in (*_NAME_BY_FORM, *_PARTS)})) + "|[\u2e80-\u2fdf]"
)
# Nor has any label other words outside brackets.
_CHARACTERS: Final = "".join(sorted(set("计划生育协会".join(_NAME_BY_FORM))))
_OTHER_WORDS: Final = re.compile(
    rf"""
    (?: {_NUMBER} )?+
    [^(（\[【〔〈《{{]*
    (?! [{_CHARACTERS}] ) [0-9A-Za-z\u4e00-\u9fff]
    [^(（\[【〔〈《{{]*$
    """,
    re.VERBOSE,
)

# The labels around the table that ask who filled it in and when, and who is responsible for it.
_FILLED_IN: Final = "(?:填 ?[报表]|报 ?送)"
_PHONE_WORDS: Final = "联 ?系 ?电 ?话|联 ?系 ?方 ?式|电 ?话|手 ?机(?! ?[报台]) ?号?码?"
_PERSON_WORDS: Final = f"(?:联 ?[系络] ?[人员]|{_FILLED_IN} ?人(?! ?[数次]))(?: ?姓 ?名)?"
_DATE_WORDS: Final = f"(?:{_FILLED_IN} ?)?日 ?期|{_FILLED_IN} ?时 ?间"
CONTACT_WORDS: Final = re.compile(
    f"(?P<phone>{_PHONE_WORDS})|(?P<contact>{_PERSON_WORDS})|(?P<filled_in>{_DATE_WORDS})"
)
OFFICER_WORDS: Final = re.compile(r"(?:单 ?位 ?)?(?:负 ?责 ?人|审 ?[核批] ?人|主 ?管 ?领 ?导)")


def label_name(text: str) -> str | None:
    """Return the name of the label that `text` is, or None where it is none."""
    return _label_name(text) if len(text) <= LONGEST_LABEL else None


@lru_cache(maxsize=4096)
def _label_name(text: str) -> str | None:
    if not _BEGINNINGS.search(text) or _OTHER_WORDS.match(text):
        return None
    return next((name for form in _forms(text) if (name := _NAME_BY_FORM.get(form))), None)


def _forms(text: str) -> tuple[str, ...]:
    return label_forms(_NUMBER_IN_FRONT.sub("", text))


def possible_labels(cells: Sequence[RawCell]) -> list[tuple[int, str]]:
    """Return the columns and texts of a row that may be labels or parts of labels."""
    texts = [(at, text) for at, text in enumerate(cells, 1) if isinstance(text, str) and 0 < len(text) <= LONGEST_LABEL]
    if not texts or not _BEGINNINGS.search("\n".join([text for _, text in texts])):  # a row at once
        return []
    return [(at, text) for at, text in texts if _BEGINNINGS.search(text) and not _OTHER_WORDS.match(text)]


class Labels:
    """The labels of the form on a sheet; one that is spread over several cells counts at one of them.

    Attributes:
        names: row → column → the label's name.
        splits: place of a label that was split into two columns → these columns, in the order of its parts.
        pieces: the cells that hold a piece of a label.
        covered: the cells under merged ranges, whose labels nobody sees, in the rows with labels.
    """

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.names: dict[int, dict[int, str]] = {}
        self.splits: dict[Cell, tuple[int, ...]] = {}
        self.pieces: set[Cell] = set()
        rows = {row: texts for row, cells in enumerate(sheet.rows, start=1) if (texts := possible_labels(cells))}
        self.covered = sheet.covered(rows)
        self._ends = {(top, left): right for top, left, _, right in sheet.merges if top in rows}
        parts: dict[int, dict[int, tuple[str, str]]] = {}
        beginnings: dict[Cell, str] = {}
        for row, texts in rows.items():
            for column, text in texts:
                if (row, column) in self.covered:
                    continue
                if name := _label_name(text):
                    self.names.setdefault(row, {})[column] = name
                else:
                    beginnings[row, column] = text
                    if part := next((_PARTS[form] for form in _forms(text) if form in _PARTS), None):
                        parts.setdefault(row, {})[column] = part
        self._join_stacked(beginnings)
        for row, columns in parts.items():
            self._join_split(row, {at: part for at, part in columns.items() if (row, at) not in self.pieces})

    def columns_of(self, row: int, names: Set[str]) -> dict[int, str]:
        """Return the columns of `row` that hold one of `names`, with the name."""
        return {column: name for column, name in self.names.get(row, {}).items() if name in names}

    def last_column(self, row: int, column: int) -> int:
        """Return the last column that the cell at `row` and `column` is merged over, in a row with labels."""
        return max(column, min(self._ends.get((row, column), column), len(self.sheet.rows[row - 1])))

    def visible_text(self, row: int, column: int) -> str:
        """Return the text that a cell shows, in a row with labels."""
        return "" if (row, column) in self.covered else shortened(self.sheet.cell(row, column))

    def shift(self, rows: Iterable[int]) -> tuple[int, int]:
        """Return by how many rows and columns most labels in `rows` are moved from the template's places."""
        votes = Counter(
            (row - at[0], column - at[1])
            for row in rows
            for column, name in self.names.get(row, {}).items()
            for at in PLACES[name]
        )
        return votes.most_common(1)[0][0]

    def _join_stacked(self, beginnings: Mapping[Cell, str]) -> None:
        """Add the labels that are written over two or three cells, one above the other."""
        stacks: list[tuple[str, int, range]] = []
        for (row, column), upper in beginnings.items():
            text = upper
            for end in (row + 1, row + 2):
                lower = self.sheet.cell(end, column)
                if not isinstance(lower, str):
                    break
                text += lower[:LONGEST_LABEL]
                if name := label_name(text):
                    stacks.append((name, column, range(row, end + 1)))
                    break
        for _, column, rows in stacks:
            for row in rows:
                self.pieces.add((row, column))
                self.names.get(row, {}).pop(column, None)  # 县级计生协 under 地市
        known = {row: len(self.names.get(row, {})) for *_, rows in stacks for row in rows}
        for name, column, rows in stacks:  # next to the labels that are in one cell
            at = max(reversed(rows), key=lambda row: known[row])
            self.names.setdefault(at, {})[column] = name

    def _join_split(self, row: int, parts: Mapping[int, tuple[str, str]]) -> None:
        """Add the labels that are split into two columns, in their own row or under the whole label."""
        last = 0
        for (left, (name, left_part)), (right, (right_name, right_part)) in pairwise(sorted(parts.items())):
            separated = any(left < column < right for column in self.names.get(row, {}))
            if left <= last or name != right_name or left_part == right_part or separated:
                continue
            last = right
            self.pieces |= {(row, left), (row, right)}
            above = self.names.get(row - 1, {})
            at = row - 1 if above.get(left) == name else row
            if at < row and above.get(right) == name:
                del above[right]
            self.names.setdefault(at, {})[left] = name
            in_order = _PART_ORDER[left_part] < _PART_ORDER[right_part]
            self.splits[at, left] = (left, right) if in_order else (right, left)
