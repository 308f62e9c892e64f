from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from stattable.model import form
from stattable.model.form import (
    BLANK,
    BLOCKS,
    FIELD_BY_KEY,
    FIELDS,
    Field,
    Kind,
    Return,
    Value,
    add,
    block_fields,
    edition_of,
    faulty_fields,
    fields_below,
    fields_only_below,
    flags_as_counts,
    number,
    own_fields,
    shown_value,
    title,
    total,
    year_of,
)
from stattable.model.units import Level

N, P, F, C, T, V = Level

# Key, cell, kind, label and the levels that own the field: typed once more from the printed form.
TABLE = [
    ("activities.province.sessions", "B6", "count", "宣传活动 · 省级计生协 · 活动场次", [P]),
    ("activities.province.people", "C6", "count", "宣传活动 · 省级计生协 · 宣传人数", [P]),
    ("activities.prefecture_county.sessions", "D6", "count", "宣传活动 · 地市县级计生协 · 活动场次", [F, C]),
    ("activities.prefecture_county.people", "E6", "count", "宣传活动 · 地市县级计生协 · 宣传人数", [F, C]),
    ("activities.township.sessions", "F6", "count", "宣传活动 · 乡镇计生协 · 活动场次", [T]),
    ("activities.township.people", "G6", "count", "宣传活动 · 乡镇计生协 · 宣传人数", [T]),
    ("activities.village.sessions", "H6", "count", "宣传活动 · 村居社区计生协 · 活动场次", [V]),
    ("activities.village.people", "I6", "count", "宣传活动 · 村居社区计生协 · 宣传人数", [V]),
    ("services.condolence.province.sessions", "B9", "count", "服务活动 · 省级计生协 · 慰问服务场次", [P]),
    ("services.condolence.province.people", "C9", "count", "服务活动 · 省级计生协 · 慰问人数", [P]),
    (
        "services.condolence.prefecture_county.sessions",
        "D9",
        "count",
        "服务活动 · 地市县级计生协 · 慰问服务场次",
        [F, C],
    ),
    ("services.condolence.prefecture_county.people", "E9", "count", "服务活动 · 地市县级计生协 · 慰问人数", [F, C]),
    ("services.condolence.township.sessions", "F9", "count", "服务活动 · 乡镇计生协 · 慰问服务场次", [T]),
    ("services.condolence.township.people", "G9", "count", "服务活动 · 乡镇计生协 · 慰问人数", [T]),
    ("services.condolence.village.sessions", "H9", "count", "服务活动 · 村居社区计生协 · 慰问服务场次", [V]),
    ("services.condolence.village.people", "I9", "count", "服务活动 · 村居社区计生协 · 慰问人数", [V]),
    ("services.other.province.sessions", "B11", "count", "服务活动 · 省级计生协 · 其他服务场次", [P]),
    ("services.other.province.people", "C11", "count", "服务活动 · 省级计生协 · 服务人数", [P]),
    ("services.other.prefecture_county.sessions", "D11", "count", "服务活动 · 地市县级计生协 · 其他服务场次", [F, C]),
    ("services.other.prefecture_county.people", "E11", "count", "服务活动 · 地市县级计生协 · 服务人数", [F, C]),
    ("services.other.township.sessions", "F11", "count", "服务活动 · 乡镇计生协 · 其他服务场次", [T]),
    ("services.other.township.people", "G11", "count", "服务活动 · 乡镇计生协 · 服务人数", [T]),
    ("services.other.village.sessions", "H11", "count", "服务活动 · 村居社区计生协 · 其他服务场次", [V]),
    ("services.other.village.people", "I11", "count", "服务活动 · 村居社区计生协 · 服务人数", [V]),
    ("media.national.text", "B14", "count", "媒体宣传 · 国家级媒体 · 文字稿件", [P, F, C, T, V]),
    ("media.national.audiovisual", "C14", "count", "媒体宣传 · 国家级媒体 · 音频、视频稿件", [P, F, C, T, V]),
    ("media.province.text", "D14", "count", "媒体宣传 · 省级媒体 · 文字稿件", [P, F, C, T, V]),
    ("media.province.audiovisual", "E14", "count", "媒体宣传 · 省级媒体 · 音频、视频稿件", [P, F, C, T, V]),
    ("media.prefecture.text", "F14", "count", "媒体宣传 · 地市级媒体 · 文字稿件", [P, F, C, T, V]),
    ("media.prefecture.audiovisual", "G14", "count", "媒体宣传 · 地市级媒体 · 音频、视频稿件", [P, F, C, T, V]),
    ("media.county.text", "H14", "count", "媒体宣传 · 县级媒体 · 文字稿件", [P, F, C, T, V]),
    ("media.county.audiovisual", "I14", "count", "媒体宣传 · 县级媒体 · 音频、视频稿件", [P, F, C, T, V]),
    ("online.province.website", "B17", "flag", "网站和新媒体建设 · 省级计生协 · 官网", [P]),
    ("online.province.wechat", "C17", "flag", "网站和新媒体建设 · 省级计生协 · 微信公众号", [P]),
    ("online.prefecture.website", "D17", "count", "网站和新媒体建设 · 地市级计生协 · 官网", [F]),
    ("online.prefecture.wechat", "E17", "count", "网站和新媒体建设 · 地市级计生协 · 微信公众号", [F]),
    ("online.prefecture.weibo", "F17", "count", "网站和新媒体建设 · 地市级计生协 · 微博", [F]),
    ("online.county.website", "G17", "count", "网站和新媒体建设 · 县级计生协 · 官网", [C]),
    ("online.county.wechat", "H17", "count", "网站和新媒体建设 · 县级计生协 · 微信公众号", [C]),
    ("online.county.weibo", "I17", "count", "网站和新媒体建设 · 县级计生协 · 微博", [C]),
]


def test_the_forty_fields() -> None:
    assert [(f.key, f.cell, f.kind.value, f.label, sorted(f.owners, key=list(Level).index)) for f in FIELDS] == TABLE
    assert [field.index for field in FIELDS] == list(range(40))
    assert {key: field.index for key, field in FIELD_BY_KEY.items()} == {row[0]: at for at, row in enumerate(TABLE)}


def test_partners() -> None:
    pairs = {FIELDS[f.partner].key: f.key for f in FIELDS if f.partner is not None}
    expected = {key.removesuffix(".people"): key for key, *_ in TABLE if key.endswith(".people")}
    assert pairs == {
        **{f"{stem}.sessions": key for stem, key in expected.items()},
        **{key: f"{stem}.sessions" for stem, key in expected.items()},
    }


def test_the_column_that_some_make_two_of() -> None:
    assert {field.column.text: field.column.parts for field in FIELDS if field.column.parts} == {
        "音频、视频稿件": ("音频", "视频")
    }


def test_blocks() -> None:
    assert [(b.section, b.heading_row, b.column_row, b.row, len(block_fields(b))) for b in BLOCKS] == [
        ("宣传活动", 4, 5, 6, 8),
        ("服务活动", 7, 8, 9, 8),
        ("服务活动", 7, 10, 11, 8),
        ("媒体宣传", 12, 13, 14, 8),
        ("网站和新媒体建设", 15, 16, 17, 8),
    ]


# -- whose a field is -------------------------------------------------------------------------------------


def keys(*patterns: str) -> set[str]:
    """The fields whose key has one of `patterns` in it."""
    return {key for key, *_ in TABLE if any(pattern in key for pattern in patterns)}


PAIRS = {level: keys(f"activities.{level}", f"condolence.{level}", f"other.{level}") for level in
         ("province", "prefecture_county", "township", "village")}  # fmt: skip


@pytest.mark.parametrize(
    ("level", "own_keys", "below_keys"),
    [
        (N, set(), {key for key, *_ in TABLE}),
        (P, PAIRS["province"] | keys("media.", "online.province"),
         PAIRS["prefecture_county"] | PAIRS["township"] | PAIRS["village"]
         | keys("media.", "online.prefecture", "online.county")),
        (F, PAIRS["prefecture_county"] | keys("media.", "online.prefecture"),
         PAIRS["prefecture_county"] | PAIRS["township"] | PAIRS["village"] | keys("media.", "online.county")),
        (C, PAIRS["prefecture_county"] | keys("media.", "online.county"),
         PAIRS["township"] | PAIRS["village"] | keys("media.")),
        (T, PAIRS["township"] | keys("media."), PAIRS["village"] | keys("media.")),
        (V, PAIRS["village"] | keys("media."), set()),
    ],
)  # fmt: skip
def test_own_and_below(level: Level, own_keys: set[str], below_keys: set[str]) -> None:
    assert {FIELDS[index].key for index in own_fields(level)} == own_keys
    assert {FIELDS[index].key for index in fields_below(level)} == below_keys
    assert {FIELDS[index].key for index in fields_only_below(level)} == below_keys - own_keys


def test_flags_are_counts_above_the_province() -> None:
    flags = [field for field in FIELDS if field.kind is Kind.FLAG]
    assert {field.kind_at(level) for field in flags for level in (P, F, C, T, V, None)} == {Kind.FLAG}
    assert {field.kind_at(N) for field in FIELDS} == {Kind.COUNT}


# -- a return ---------------------------------------------------------------------------------------------

FULL: tuple[Value, ...] = tuple(index % 2 == 0 if row[2] == "flag" else index for index, row in enumerate(TABLE))


@pytest.mark.parametrize("values", [FULL, BLANK, (0,) * 32 + (False, True) + (0,) * 6])
def test_figures_that_the_form_may_hold(values: tuple[Value, ...]) -> None:
    assert faulty_fields(values) == []


@pytest.mark.parametrize("value", [None, 0, 3, True, -1, "3"])
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_the_model_says_what_a_field_holds(field: Field, value: Any) -> None:
    """Its key leads through the model to what is validated in its place."""
    held: Any = Return
    for name in field.key.split("."):
        held = held.model_fields[name].annotation
    try:
        TypeAdapter(held).validate_python(value)
    except ValidationError:
        assert faulty_fields(changed(field.key, value)) == [field.index]
    else:
        assert faulty_fields(changed(field.key, value)) == []


def changed(key: str, value: Any) -> list[Any]:
    return [value if field.key == key else old for field, old in zip(FIELDS, FULL, strict=True)]


@pytest.mark.parametrize("value", [-1, 1.0, 1.5, "1", True, [1]])
def test_a_count_is_a_whole_number_from_0_on(value: Any) -> None:
    key = "activities.village.people"
    assert faulty_fields(changed(key, value)) == [FIELD_BY_KEY[key].index]


@pytest.mark.parametrize("value", [-1, 1.0, "有", "true"])
def test_a_flag_is_yes_or_no_or_a_count(value: Any) -> None:
    key = "online.province.website"
    assert faulty_fields(changed(key, value)) == [FIELD_BY_KEY[key].index]
    assert faulty_fields(changed(key, 3)) == []


def test_a_field_that_is_not_there_is_faulty() -> None:
    assert faulty_fields(FULL[:38]) == [38, 39]


# -- arithmetic -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(None, None, None), (None, 0, 0), (0, None, 0), (2, 3, 5), (0, 0, 0), (None, True, True), (2, None, 2)],
)
def test_add(left: Value, right: Value, expected: Value) -> None:
    assert add(left, right) is expected


def test_total() -> None:
    one, two = (1, None, *BLANK[2:]), (2, 0, *BLANK[2:])
    assert total([one, two, BLANK]) == (3, 0, *BLANK[2:])
    assert total([]) == BLANK


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.booleans(), st.integers(0, 9))] * 3)))
def test_a_total_is_what_adding_up_one_by_one_gives(parts: list[tuple[int | bool | None, ...]]) -> None:
    expected = reduce(lambda left, right: tuple(map(add, left, right)), parts) if parts else BLANK
    assert [(value, type(value)) for value in total(parts)] == [(value, type(value)) for value in expected]


@pytest.mark.parametrize(
    ("level", "expected"), [(N, (1, 0, None, 7)), (P, (True, False, None, 7)), (V, (True, False, None, 7))]
)
def test_lifted(level: Level, expected: tuple[Value, ...]) -> None:
    result = flags_as_counts((True, False, None, 7), level)
    assert [(type(value), value) for value in result] == [(type(value), value) for value in expected]


@pytest.mark.parametrize(("value", "expected"), [(None, 0), (True, 1), (False, 0), (0, 0), (12, 12)])
def test_number(value: Value, expected: int) -> None:
    assert number(value) is expected


@pytest.mark.parametrize(
    ("value", "level", "key", "shown"),
    [
        (True, P, "online.province.website", "有"),
        (False, P, "online.province.website", "无"),
        (1, P, "online.province.website", "有"),
        (0, P, "online.province.website", "无"),
        (3, N, "online.province.website", 3),
        (0, N, "online.province.website", 0),
        (None, P, "online.province.website", None),
        (0, V, "activities.village.people", 0),
        (12, None, "activities.village.people", 12),
    ],
)
def test_shown_value(value: Value, level: Level | None, key: str, shown: str | int | None) -> None:
    assert shown_value(value, level, FIELD_BY_KEY[key].index) == shown


@pytest.mark.parametrize(("year", "edition"), [(2021, 23), (2026, 28), (1999, 1)])
def test_edition_and_year(year: int, edition: int) -> None:
    assert edition_of(year) == edition
    assert year_of(edition) == year


def test_title() -> None:
    assert title(28) == "第28个“5.29会员活动日”信息统计表"
    assert edition_of(2021) == form.DEFAULT_EDITION
