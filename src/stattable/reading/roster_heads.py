"""Where a roster has its heads, and which of its rows are no units: titles, repeated heads, sums and notes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from stattable.model.names import comparable_name, level_of_name
from stattable.model.roster import COLUMNS
from stattable.model.text import label_forms
from stattable.model.units import CODE_LENGTHS, LEVEL_BY_WORD

LOOKED_THROUGH: Final = 200  # rows, in which heads are looked for
_KEYS: Final = {form: key for key, words in COLUMNS.items() for word in words for form in label_forms(word.lower())}
_LEAST_CODE: Final = 6  # digits of a code that is no year or number

_COUNT: Final = r":?\(?共?(?:\d+[个家户人名条行]?(?:单位|村|镇|乡|社区)?)?\)?"
_SUM: Final = re.compile(
    rf"(?:.*(?:合计数?|总计|小计|共计|总数)|汇总|累计|计|total|sum){_COUNT}|.*共有?\d+[个家户人名条行].*", re.IGNORECASE
)
_COUNT_ONLY: Final = re.compile(rf"{_COUNT}|[\d.,%/—-]*|=.*")  # or a formula
_PEOPLE: Final = "制表|填表|填报|编制|审核|复核|校对|联系|经办|负责|统计|录入|打印|分管|主管"
_LABEL: Final = re.compile(
    rf"(?:{_PEOPLE})(?:单位|人|人员|日期|时间|部门|领导|电话|人电话|人签字)?|单位负责人|日期|时间|电话|联系电话|手机"
    r"|(?:单位)?\(?(?:公章|盖章)\)?|年月日"
)
_REMARK: Final = re.compile(r"备注|说明|注|附注|附|填表说明|注意|注意事项|提示")
_LABELLED: Final = re.compile(
    rf"""
    (?:{_LABEL.pattern}|{_REMARK.pattern}) \d* [:.、] .*
    | (?:{_PEOPLE})? (?:单位|人|日期|时间|部门|电话) (?:[ ]|\d{{4}}) .*
    | .{{0,12}} (?:人|单位|日期|时间|电话|部门|地址|邮箱|说明|备注|注|签字|章|长|员|主任|\)) [ ]? :.*
    | 第?[ ]?\d+[ ]?页.* | 共[ ]?\d+[ ]?页.* | [-—–]+[ ]?\d+[ ]?[-—–]+
    | \(?以下[ ]?(?:空白|无正文)\)?
    | \d{{4}}[ ]?年(?:[ ]?\d{{1,2}}[ ]?月)?(?:[ ]?\d{{1,2}}[ ]?日)?
    """,
    re.VERBOSE,
)
_PROSE: Final = re.compile(r".*。.*|\(?[\d一二三四五六七八九十]{1,2}[、.)].{6,}")  # a sentence, or one of several notes
_MARKS: Final = re.compile(r"[\W_]+")
_OPEN_ENDINGS: Final = ("市", "区", "州", "盟")  # of units of more than one level
_LONGEST_NAME: Final = 12  # characters; what is longer and ends as the name of a unit does may be a sentence
_SERIES: Final = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸")


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a roster.

    Attributes:
        first: the 1-based number of their first row.
        last: and of their last.
        columns: the 0-based place of each column, by its key in `COLUMNS`.
        aliases: the places of all columns with other names.
        doubled: the places of the heads of a second list beside the first.
    """

    first: int
    last: int
    columns: Mapping[str, int]
    aliases: tuple[int, ...]
    doubled: tuple[int, ...]


def missing_columns(columns: Mapping[str, int]) -> list[str]:
    """Return the keys of the columns that a roster needs beside these."""
    missing = [] if {"code", "parent", "above"} & columns.keys() else ["code"]
    return missing + ([] if "name" in columns else ["name"])


def find_heads(rows: Sequence[Sequence[str]]) -> Heads | None:
    """Return the heads in the first row that has all that are needed, with what the rows above and below it add.

    Args:
        rows: all cells, normalised.
    """
    for at, row in enumerate(rows[:LOOKED_THROUGH]):
        first, last, keys = at + 1, at + 1, [_key(cell) for cell in row]
        if missing_columns(_columns(keys)[0]):
            continue
        above, below = rows[at - 1] if at else (), rows[at + 1] if at + 1 < len(rows) else ()
        joined = _joined_keys(above, row)
        if joined != keys and not missing_columns(_columns(joined)[0]):
            first, keys = at, joined
        if any(below) and all(map(_key, filter(None, below))):
            lower = [*_joined_keys(row, below), *[None] * len(keys)]
            joined = [key or upper for key, upper in zip(lower, keys, strict=False)]
            if not missing_columns(_columns(joined)[0]):
                last, keys = at + 2, joined
        columns, aliases = _columns(keys)
        return Heads(first, last, columns, aliases, _doubled(keys, columns))
    return None


def nearest_heads(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the 1-based number and the columns of the row that is most like heads, where none has all of them."""
    best = next((at for at, row in enumerate(rows) if any(row)), 0)
    columns: dict[str, int] = {}
    for at, row in enumerate(rows[:LOOKED_THROUGH]):
        found, _ = _columns([_key(cell) for cell in row])
        if len(found) > max(1, len(columns)):
            best, columns = at, found
    if not columns and rows:
        columns, _ = _columns([_key(cell) for cell in rows[best]])
    return best + 1, columns


def _key(text: str) -> str | None:
    return next((_KEYS[form] for form in label_forms(text.lower()) if form in _KEYS), None) if text else None


def _joined_keys(above: Sequence[str], row: Sequence[str]) -> list[str | None]:
    """Return the keys of heads, those that a head above is part of among them: 代码 under 上级 is 上级代码."""
    keys: list[str | None] = []
    upper = ""
    for at, cell in enumerate(row):
        upper = (above[at] if at < len(above) else "") or upper
        keys.append((cell and upper and _key(upper + cell)) or _key(cell))
    return keys


def _columns(keys: Iterable[str | None]) -> tuple[dict[str, int], tuple[int, ...]]:
    columns: dict[str, int] = {}
    aliases = []
    for at, key in enumerate(keys):
        if key:
            columns.setdefault(key, at)
        if key == "alias":
            aliases.append(at)
    return columns, tuple(aliases)


def _doubled(keys: Sequence[str | None], columns: Mapping[str, int]) -> tuple[int, ...]:
    """Return the places of a second column of names, and of codes or parents, if there are both."""
    again = [(at, key) for at, key in enumerate(keys) if key in {"code", "name", "above"} and columns[key] != at]
    found = {key for _, key in again}
    return tuple(at for at, _ in again) if "name" in found and len(found) > 1 else ()


# -- rows that are no units -------------------------------------------------------------------------------


class RowKinds:
    """Tells the rows of units from others. In doubt a row is a unit, whose faults are named.

    Args:
        rows: all cells of the sheet, normalised.
        heads: where its heads are.
    """

    def __init__(self, rows: Sequence[Sequence[str]], heads: Heads) -> None:
        self._rows, self._heads = rows, heads
        self._titles = {_said_cells(row) for row in rows[: heads.first - 1]}
        self._repeated = self._repeated_heads()

    def titles(self) -> list[int]:
        """Return the numbers of the rows above the heads that say something."""
        return [at for at, row in enumerate(self._rows[: self._heads.first - 1], start=1) if any(row)]

    def is_like_unit(self, number: int) -> bool:
        """Whether a row above the heads looks like one of a unit."""
        row = self._rows[number - 1]
        name, parents = self._said(row, "name"), [self._said(row, key) for key in ("parent", "above")]
        if not name or _is_note(name):
            return False
        is_code = _is_long_code(self._said(row, "code"))
        return is_code or (
            level_of_name(name) is not None and any(one and not self._is_no_parent(one) for one in parents)
        )

    def kind_of(self, number: int) -> str | None:
        """Return what a row below the heads is, where it is no unit.

        Returns:
            ``heads``, ``sum`` or ``note``; ``like_note`` where it looks like one of the last two and says a code, a
            level or a parent nevertheless; None for a unit.
        """
        row = self._rows[number - 1]
        if number in self._repeated:
            return "heads"
        said = _said_cells(row)
        if self._is_numbering(number, said):
            return "heads"
        if all(map(_MARKS.fullmatch, said)):
            return "note"
        code, name = self._said(row, "code"), self._said(row, "name")
        is_code = _is_long_code(code)
        for kind, is_such in (("sum", _is_sum), ("note", _is_note)):
            if not is_code and self._is_other(row, said, code, name, is_such):
                return kind
        if name and (_is_sum(name) or _LABEL.fullmatch(name) or _REMARK.fullmatch(name)):
            return "like_note"
        return None

    def _is_other(
        self, row: Sequence[str], said: Sequence[str], code: str, name: str, is_such: Callable[[str], bool]
    ) -> bool:
        """Whether a row is surely no unit: it says so first, or in place of a code or a name, and has none of these."""
        in_code, in_name = is_such(code), is_such(name)
        if not (in_code or in_name or is_such(said[0])):
            return False
        if code and not in_code and ((name and not in_name) or not (_is_count(code) or not code.isascii())):
            return False
        if name and not in_name and not _is_count(name) and not _is_field(code, name):
            return False
        if self._said(row, "level").lower() in LEVEL_BY_WORD:
            return False
        parents = [self._said(row, key) for key in ("parent", "above")]
        return all(self._is_no_parent(one) for one in parents if one)

    @cached_property
    def _names(self) -> set[str]:
        """The names below the heads."""
        return {comparable_name(self._said(row, "name")) for row in self._rows[self._heads.last :]}

    def _is_no_parent(self, text: str) -> bool:
        if _is_note(text) or _is_sum(text):
            return True
        return not (_is_long_code(text) or comparable_name(text) in self._names or level_of_name(text))

    def _repeated_heads(self) -> set[int]:
        """Return the numbers of the rows that repeat the heads, as on each page, with titles right above them."""
        heads = {_flat(row) for row in self._rows[self._heads.first - 1 : self._heads.last]}
        names = {self._said(row, "name") for row in self._rows[self._heads.first - 1 : self._heads.last]}
        repeated = {
            number
            for number, row in enumerate(self._rows[self._heads.last :], start=self._heads.last + 1)
            if self._said(row, "name") in names and any(row) and _flat(row) in heads
        }
        for number in sorted(repeated):
            above = number - 1
            while above > self._heads.last and (
                _said_cells(self._rows[above - 1]) in self._titles or not any(self._rows[above - 1])
            ):
                repeated.add(above)
                above -= 1
        return repeated

    def _is_numbering(self, number: int, said: Sequence[str]) -> bool:
        """Whether a row right below the heads numbers the columns."""
        if number != self._heads.last + 1 or len(said) < 2:
            return False
        figures = [one.strip("()") for one in said if one not in _SERIES]
        return figures == [str(at) for at in range(1, len(figures) + 1)]

    def _said(self, row: Sequence[str], key: str) -> str:
        at = self._heads.columns.get(key)
        return row[at] if at is not None and at < len(row) else ""


def _flat(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.replace(" ", "") for cell in row)


def _said_cells(row: Sequence[str]) -> tuple[str, ...]:
    return tuple([cell for cell in row if cell])


def _is_sum(text: str) -> bool:
    return _SUM.fullmatch(text.replace(" ", "")) is not None


def _is_field(label: str, text: str) -> bool:
    """Whether two cells side by side are a label and what it asks for, as 填表人 and a name, and surely no unit."""
    flat = label.replace(" ", "")
    if _REMARK.fullmatch(flat):
        return len(text) > _LONGEST_NAME
    is_unit_like = level_of_name(text) is not None or comparable_name(text).endswith(_OPEN_ENDINGS)
    return _LABEL.fullmatch(flat) is not None and (flat.endswith("单位") or not is_unit_like)


def _is_count(text: str) -> bool:
    return _COUNT_ONLY.fullmatch(text.replace(" ", "")) is not None


def _is_note(text: str) -> bool:
    flat = text.replace(" ", "")
    if not flat or any(map(_LABELLED.fullmatch, (text, flat))) or _LABEL.fullmatch(flat) or _REMARK.fullmatch(flat):
        return bool(flat)
    may_be_name = len(flat) <= _LONGEST_NAME and level_of_name(flat.strip("。")) is not None
    return _PROSE.fullmatch(flat) is not None and not may_be_name


def _is_long_code(text: str) -> bool:
    """Whether a text is a division code, with the zeros that pad it, and no year or number."""
    digits = text.replace(" ", "").replace("-", "")
    return len(digits) in CODE_LENGTHS and len(digits) >= _LEAST_CODE and digits.isascii() and digits.isdigit()
