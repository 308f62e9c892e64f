"""The form, stated once: 40 fields with their labels, cells, owners and fold, and the model of a return.

The page is the annex of the association's 2021 notice on its members' day. What a field is called, where it
stands, what it holds and whose it is are stated in the metadata of :class:`Return` and nowhere else; :data:`FIELDS`,
:data:`LABELS` and the sets of own and below fields are read off from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, cast

from annotated_types import Ge
from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, TypeAdapter, ValidationError

from stattable.model.cell_names import a1
from stattable.model.units import Level, Scope

# -- what the metadata says -------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a field holds, and how it folds when returns are added up.

    COUNT: a whole number ≥ 0; folds by adding.
    FLAG: 有 or 无; kept as it is up to the province, and folded by counting above it.
    """

    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Block:
    """Metadata of a block: one row of figures under a row of level headings and a row of column headings."""

    section: str  # the section's label; blocks of one section follow one another
    heading_row: int
    column_row: int
    row: int
    unit: str = ""  # stands under the section's label, in brackets


@dataclass(frozen=True, slots=True)
class Heading:
    """Metadata of a level heading."""

    text: str
    owners: frozenset[Level]  # the levels that report these figures about themselves
    note: str = ""  # stands behind the heading, in brackets


@dataclass(frozen=True, slots=True)
class Column:
    """Metadata of a column heading."""

    text: str
    pair: str = ""  # "sessions" or "people", where the two belong together
    parts: tuple[str, ...] = ()  # what begins the headings of the two columns that some make of it


# -- the form ---------------------------------------------------------------------------------------------

Count = Annotated[StrictInt, Ge(0)] | None
Flag = StrictBool | Annotated[StrictInt, Ge(0)] | None  # a count above the province

_EVERY_LEVEL: Final = frozenset(Level.NATIONAL.beneath)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Activity(_Part):
    """Activities of one level."""

    sessions: Annotated[Count, Column("活动场次", pair="sessions")] = None
    people: Annotated[Count, Column("宣传人数", pair="people")] = None


class Condolence(_Part):
    """Visits of condolence of one level."""

    sessions: Annotated[Count, Column("慰问服务场次", pair="sessions")] = None
    people: Annotated[Count, Column("慰问人数", pair="people")] = None


class OtherService(_Part):
    """Other services of one level."""

    sessions: Annotated[Count, Column("其他服务场次", pair="sessions")] = None
    people: Annotated[Count, Column("服务人数", pair="people")] = None


class Articles(_Part):
    """Articles in the media of one level."""

    text: Annotated[Count, Column("文字稿件")] = None
    audiovisual: Annotated[Count, Column("音频、视频稿件", parts=("音频", "视频"))] = None


class ProvinceAccounts(_Part):
    """Whether the province has accounts."""

    website: Annotated[Flag, Column("官网")] = None
    wechat: Annotated[Flag, Column("微信公众号")] = None


class Accounts(_Part):
    """How many accounts a level has."""

    website: Annotated[Count, Column("官网")] = None
    wechat: Annotated[Count, Column("微信公众号")] = None
    weibo: Annotated[Count, Column("微博")] = None


_Pair = TypeVar("_Pair", Activity, Condolence, OtherService)


class ByLevel(_Part, Generic[_Pair]):
    """Sessions and people, level by level."""

    province: Annotated[_Pair, Heading("省级计生协", frozenset({Level.PROVINCE}))]
    prefecture_county: Annotated[_Pair, Heading("地市县级计生协", frozenset({Level.PREFECTURE, Level.COUNTY}))]
    township: Annotated[_Pair, Heading("乡镇计生协", frozenset({Level.TOWNSHIP}))]
    village: Annotated[_Pair, Heading("村居社区计生协", frozenset({Level.VILLAGE}))]


class Services(_Part):
    """Services: two blocks under one row of level headings."""

    condolence: Annotated[ByLevel[Condolence], Block("服务活动", 7, 8, 9)]
    other: Annotated[ByLevel[OtherService], Block("服务活动", 7, 10, 11)]


class Media(_Part):
    """Media articles, by the level of the medium; every unit reports its own."""

    national: Annotated[Articles, Heading("国家级媒体", _EVERY_LEVEL)]
    province: Annotated[Articles, Heading("省级媒体", _EVERY_LEVEL)]
    prefecture: Annotated[Articles, Heading("地市级媒体", _EVERY_LEVEL)]
    county: Annotated[Articles, Heading("县级媒体", _EVERY_LEVEL)]


class Online(_Part):
    """Websites and accounts. The province has no Weibo column."""

    province: Annotated[ProvinceAccounts, Heading("省级计生协", frozenset({Level.PROVINCE}), "填有/无")]
    prefecture: Annotated[Accounts, Heading("地市级计生协", frozenset({Level.PREFECTURE}), "填总数目 单位：个")]
    county: Annotated[Accounts, Heading("县级计生协", frozenset({Level.COUNTY}), "填总数目 单位：个")]


class Return(_Part):
    """The schema of a return: 40 figures, None where blank."""

    activities: Annotated[ByLevel[Activity], Block("宣传活动", 4, 5, 6)]
    services: Services
    media: Annotated[Media, Block("媒体宣传", 12, 13, 14, "篇数")]
    online: Annotated[Online, Block("网站和新媒体建设", 15, 16, 17)]


Value = int | bool | None
Values = tuple[Value, ...]  # 40, in the order of FIELDS


# -- read off from the metadata ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One of the 40 fields."""

    index: int  # its place in Values
    key: str
    kind: Kind
    owners: frozenset[Level]
    block: Block
    heading: Heading
    column: Column
    at: tuple[int, int]  # 1-based row and column on the template
    partner: int | None  # index of the people that belong to these sessions, and the other way round

    @property
    def label(self) -> str:
        """Section, level and column, as in ``宣传活动 · 乡镇计生协 · 活动场次``."""
        return f"{self.block.section} · {self.heading.text} · {self.column.text}"

    @property
    def cell(self) -> str:
        """Its cell on the template, as in ``B6``."""
        return a1(*self.at)

    def kind_at(self, level: Level | None) -> Kind:
        """What the field holds in a return of `level`: above the province, flags are counts."""
        return Kind.COUNT if level is Level.NATIONAL else self.kind


class Label(NamedTuple):
    """A label by which fields are found on a sheet."""

    text: str  # as it is printed
    name: str  # without its note: how findings call it, and how it is recognised
    at: tuple[int, int]
    rows: int
    columns: int


_PARTNER: Final = {"sessions": 1, "people": -1}  # the people stand right of their sessions


def _metadata(model: type[BaseModel]) -> Iterator[tuple[str, Any, Mapping[type, Any]]]:
    for name, info in model.model_fields.items():
        assert info.annotation is not None
        yield name, info.annotation, {type(data): data for data in info.metadata}


def _fields() -> Iterator[Field]:
    index = 0
    for block_key, model, block in _blocks(Return, ()):
        column_at = FIRST_COLUMN
        for level_name, part, said in _metadata(model):
            heading: Heading = said[Heading]
            for name, annotation, column_said in _metadata(part):
                column: Column = column_said[Column]
                yield Field(
                    index=index,
                    key=".".join((*block_key, level_name, name)),
                    kind=Kind.FLAG if annotation == Flag else Kind.COUNT,
                    owners=heading.owners,
                    block=block,
                    heading=heading,
                    column=column,
                    at=(block.row, column_at),
                    partner=index + _PARTNER[column.pair] if column.pair else None,
                )
                index, column_at = index + 1, column_at + 1


def _annotations() -> Iterator[Any]:
    """Yield what each of the 40 fields may hold."""
    for _, model, _ in _blocks(Return, ()):
        for _, part, _ in _metadata(model):
            yield from (annotation for _, annotation, _ in _metadata(part))


def _blocks(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[BaseModel], Block]]:
    for name, annotation, said in _metadata(model):
        if Block in said:
            yield (*above, name), annotation, said[Block]
        elif isinstance(annotation, type) and issubclass(annotation, _Part):
            yield from _blocks(annotation, (*above, name))


FIRST_COLUMN: Final = 2
FIELDS: Final = tuple(_fields())
# The schema of all figures, side by side: a return is validated at once, and nothing is built for it.
_SCHEMA: Final[TypeAdapter[Values]] = TypeAdapter(cast(Any, GenericAlias(tuple, tuple(_annotations()))))
FIELD_BY_KEY: Final[Mapping[str, Field]] = {field.key: field for field in FIELDS}
BLOCKS: Final = tuple(dict.fromkeys(field.block for field in FIELDS))
BLANK: Final[Values] = (None,) * len(FIELDS)
LAST_COLUMN: Final = max(field.at[1] for field in FIELDS)


def faulty_fields(values: Sequence[Value]) -> list[int]:
    """Return the indices of the fields whose values the schema does not allow.

    Args:
        values: 40, in the order of :data:`FIELDS`.
    """
    try:
        _SCHEMA.validate_python(values)
    except ValidationError as error:
        return sorted({int(entry["loc"][0]) for entry in error.errors(include_url=False)})
    return []


def label_of(key: str) -> str:
    """Return the label of the field `key`."""
    return FIELD_BY_KEY[key].label


@cache
def block_fields(block: Block) -> tuple[Field, ...]:
    """Return the fields of `block`, from left to right."""
    return tuple(field for field in FIELDS if field.block == block)


def _labels() -> Iterator[Label]:
    for section in dict.fromkeys(block.section for block in BLOCKS):
        blocks = [block for block in BLOCKS if block.section == section]
        top, bottom, unit = blocks[0].heading_row, blocks[-1].row, blocks[0].unit
        yield Label(f"{section}\n({unit})" if unit else section, section, (top, 1), bottom - top + 1, 1)
        for heading, fields in by_heading(block_fields(blocks[0])):
            text = f"{heading.text}（{heading.note}）" if heading.note else heading.text
            yield Label(text, heading.text, (top, fields[0].at[1]), 1, len(fields))
        for block in blocks:
            for field in block_fields(block):
                yield Label(field.column.text, field.column.text, (block.column_row, field.at[1]), 1, 1)


def by_heading(fields: Sequence[Field]) -> Iterator[tuple[Heading, list[Field]]]:
    """Yield the level headings over `fields` of one block, from left to right, each with its fields."""
    for heading in dict.fromkeys(field.heading for field in fields):
        yield heading, [field for field in fields if field.heading == heading]


LABELS: Final = tuple(_labels())


# -- beside the figures -----------------------------------------------------------------------------------

FIRST_EDITION_YEAR: Final = 1998  # the members' day of year Y is the (Y − 1998)th (form)
DEFAULT_EDITION: Final = 23
FORM_ID: Final = "members-day"
SHEET_NAME: Final = "信息统计表"
ANNEX_MARK: Final = "附件"
ANNEX_AT: Final = (1, 1)
TITLE_AT: Final = (2, 1)
NOTES: Final = (
    "说明：1. 在本级计生协网站、内刊的发稿不计入媒体宣传一栏发稿量。",
    "2. 网站和新媒体建设一栏请另附已开通单位的名称、网址、微信公众号二维码和微博名。",
)
NOTES_ROW: Final = 19
LAST_ROW: Final = 20


class Line(NamedTuple):
    """A label with room next to it for what is filled in."""

    text: str
    at: tuple[int, int]
    value_at: tuple[int, int]
    value_columns: int


NAME_LINE: Final = Line("单位（公章）：", (3, 1), (3, 2), 4)
SEAL_AT: Final = ((3, 6), (3, LAST_COLUMN))  # kept free for the seal
CONTACT_LINES: Final[Mapping[str, Line]] = {
    "contact": Line("联系人姓名：", (18, 1), (18, 2), 2),
    "phone": Line("电话：", (18, 4), (18, 5), 2),
    "filled_in": Line("填报日期：", (18, 7), (18, 8), 2),
}


def title(edition: int) -> str:
    """Return the page's title for `edition`, the ordinal of the members' day."""
    return f"{event(edition)}{SHEET_NAME}"


def event(edition: int) -> str:
    """Return what the members' day of `edition`, its ordinal, is called."""
    return f"第{edition}个“5.29会员活动日”"


def edition_of(year: int) -> int:
    """Return the ordinal of the members' day of `year`."""
    return year - FIRST_EDITION_YEAR


def year_of(edition: int) -> int:
    """Return the year of the members' day with the ordinal `edition`."""
    return edition + FIRST_EDITION_YEAR


def usual_deadline(edition: int) -> date:
    """Return 30 June of an edition's year: the last day for provinces, as the notice has it."""
    return date(year_of(edition), 6, 30)


def is_date_of_edition(day: date, edition: int) -> bool:
    """Whether a return of `edition` may have been filled in on a day: in the year of its members' day, or the next."""
    return day.year - year_of(edition) in {0, 1}


# -- whose a field is, and how it folds ------------------------------------


@cache
def kinds_at(level: Level | None) -> tuple[Kind, ...]:
    """Return what the 40 fields hold in a return of `level`."""
    return tuple(field.kind_at(level) for field in FIELDS)


@cache
def own_fields(level: Level) -> frozenset[int]:
    """Return the indices of the fields that a unit of `level` reports about itself."""
    return frozenset(field.index for field in FIELDS if level in field.owners)


@cache
def fields_of_level(level: Level) -> frozenset[int]:
    """Return the indices of the fields whose columns are of `level`: those it reports that not every level does."""
    return frozenset(index for index in own_fields(level) if FIELDS[index].owners != _EVERY_LEVEL)


@cache
def fields_below(level: Level) -> frozenset[int]:
    """Return the indices of the fields that levels below `level` own; some are its own fields too."""
    return frozenset(field.index for field in FIELDS if field.owners.intersection(level.beneath))


@cache
def fields_only_below(level: Level) -> frozenset[int]:
    """Return the indices of the fields that only levels below `level` own."""
    return fields_below(level) - own_fields(level)


@cache
def fields_to_fill(level: Level, scope: Scope | None) -> frozenset[int]:
    """Return the indices of the fields that a return of `level` and `scope` is to fill in."""
    return own_fields(level) if scope is Scope.OWN else own_fields(level) | fields_below(level)


def add(left: Value, right: Value) -> Value:
    """Return the sum of two values of one field, where blank + blank is blank and blank is not 0."""
    if left is None or right is None:
        return right if left is None else left
    return left + right


def flags_as_counts(values: Values, level: Level) -> Values:
    """Return `values` as a unit of `level` adds them up: above the province 有 is 1 and 无 is 0."""
    if level is not Level.NATIONAL:
        return values
    return tuple(int(value) if value is not None else None for value in values)


def total(parts: Iterable[Values]) -> Values:
    """Return the sum of `parts`, field by field; all blank for none."""
    rows = [*parts]
    return tuple(map(_sum, zip(*rows, strict=True))) if len(rows) > 1 else rows[0] if rows else BLANK


def _sum(column: Sequence[Value]) -> Value:
    """Return the sum of the values of one field, as :func:`add` adds them up one by one."""
    blanks = column.count(None)
    if len(column) - blanks > 1:
        return sum(filter(None, column))
    return next(filter(_is_given, column), None) if blanks < len(column) else None


def _is_given(value: Value) -> bool:
    return value is not None


def shown_value(value: Value, level: Level | None, index: int) -> str | int | None:
    """Return the value of the field `index` in a return of `level` as people see it: a number, 有, 无, or None."""
    if isinstance(value, bool) or (value is not None and FIELDS[index].kind_at(level) is Kind.FLAG):
        return "有" if value else "无"
    return value


BLANK_WORD: Final = "空白"  # what is said of a cell that holds nothing


def in_words(value: Value, level: Level | None, index: int) -> str:
    """Return the value of the field `index` in a return of `level` as messages name it: a number, 有, 无 or 空白."""
    shown = shown_value(value, level, index)
    return BLANK_WORD if shown is None else str(shown)


def number(value: Value) -> int:
    """Return `value` as a number, only for comparing: blank is 0, 有 is 1, 无 is 0."""
    return int(value or 0)
