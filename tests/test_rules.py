from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memory
from memory import values_of
from stattable.checking import returns
from stattable.checking.register import Register
from stattable.checking.returns import check_returns, examine
from stattable.checking.rules import OWN_BOUNDS, RULES, FilledForm, apply_rules, drop_meaningless_zeros
from stattable.model.catalogue import CATALOGUE, finding
from stattable.model.findings import Severity
from stattable.model.form import BLANK, FIELD_BY_KEY, FIELDS, Values, fields_below, fields_to_fill, own_fields
from stattable.model.units import Level, Scope, Tree, Unit
from writers.returns import own_values

N, P, F, C, T, V = Level
OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
ACTIVITY = "activities.village"
ONLINE_SECTION = "网站和新媒体建设"

Found = tuple[str, list[str], dict[str, Any], str | None, Severity | None]


def filled(
    level: Level | None, scope: Scope | None, figures: Mapping[str, Any], unread: tuple[str, ...] = ()
) -> FilledForm:
    return FilledForm(values_of(figures), level, scope, frozenset(FIELD_BY_KEY[key].index for key in unread))


def problems(what: FilledForm) -> list[Found]:
    """Everything that any check finds: its code, the fields, the parameters, what stands there, how bad it is."""
    return [
        (code, [FIELDS[index].key for index in one.at], dict(one.params), one.raw, one.severity)
        for code, check in RULES
        for one in check(what)
    ]


def cumulative(level: Level) -> dict[str, Any]:
    """A plausible figure in every field that a cumulative return of `level` fills in."""
    flags: dict[str, Any] = {"online.province.website": True, "online.province.wechat": False}
    figures = {"sessions": 10, "people": 300, "": 4}
    fields = [FIELDS[index] for index in sorted(own_fields(level) | fields_below(level))]
    return {f.key: (flags if level is not N else {}).get(f.key, figures[f.column.pair]) for f in fields}


# -- a valid return ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [OWN, None])
@pytest.mark.parametrize("level", [P, F, C, T, V])
def test_nothing_is_found_in_an_own_return(level: Level, scope: Scope | None) -> None:
    assert problems(filled(level, scope, own_values(level))) == []


@pytest.mark.parametrize("level", [N, P, F, C, T])
def test_nothing_is_found_in_a_cumulative_return(level: Level) -> None:
    assert problems(filled(level, CUMULATIVE, cumulative(level))) == []


def test_nothing_is_found_where_all_is_0() -> None:
    assert problems(filled(V, OWN, dict.fromkeys(own_values(V), 0))) == []


# -- one thing broken -------------------------------------------------------------------------------------

BROKEN: list[tuple[Level, Scope | None, dict[str, Any], list[Found]]] = [
    # V001: own fields left blank, one problem a section
    (V, OWN, {"media.county.text": None},
     [("V001", ["media.county.text"], {"section": "媒体宣传", "count": 1}, None, None)]),
    (V, OWN, {f"{ACTIVITY}.sessions": None, f"{ACTIVITY}.people": None},
     [("V001", [f"{ACTIVITY}.sessions", f"{ACTIVITY}.people"], {"section": "宣传活动", "count": 2}, None, None)]),
    (C, OWN, {"online.county.weibo": None, "media.national.text": None}, [
        ("V001", ["media.national.text"], {"section": "媒体宣传", "count": 1}, None, None),
        ("V001", ["online.county.weibo"], {"section": ONLINE_SECTION, "count": 1}, None, None)]),
    (P, OWN, {"online.province.wechat": None},
     [("V001", ["online.province.wechat"], {"section": ONLINE_SECTION, "count": 1}, None, None)]),
    (C, CUMULATIVE, {"activities.township.sessions": None, "activities.township.people": None}, []),  # below, not own
    # R001: people without sessions, which stands in V001's place
    (V, OWN, {f"{ACTIVITY}.sessions": 0},
     [("R001", [f"{ACTIVITY}.people"], {"people": 60, "sessions": " 0"}, "60", Severity.ERROR)]),
    (V, OWN, {f"{ACTIVITY}.sessions": None},
     [("R001", [f"{ACTIVITY}.people"], {"people": 60, "sessions": "空白"}, "60", Severity.ERROR)]),
    (T, None, {"services.other.township.sessions": 0},
     [("R001", ["services.other.township.people"], {"people": 60, "sessions": " 0"}, "60", Severity.ERROR)]),
    (T, CUMULATIVE, {f"{ACTIVITY}.sessions": 0},
     [("R001", [f"{ACTIVITY}.people"], {"people": 300, "sessions": " 0"}, "300", Severity.WARNING)]),
    # R002: sessions without people, which stands in V001's place
    (V, OWN, {f"{ACTIVITY}.people": 0},
     [("R002", [f"{ACTIVITY}.sessions"], {"people": " 0", "sessions": 2}, "2", None)]),
    (V, OWN, {f"{ACTIVITY}.people": None},
     [("R002", [f"{ACTIVITY}.sessions"], {"people": "空白", "sessions": 2}, "2", None)]),
    (T, CUMULATIVE, {f"{ACTIVITY}.people": None},
     [("R002", [f"{ACTIVITY}.sessions"], {"people": "空白", "sessions": 10}, "10", None)]),
    # R003: fewer people than sessions
    (V, OWN, {f"{ACTIVITY}.people": 1}, [("R003", [f"{ACTIVITY}.people"], {"people": 1, "sessions": 2}, "1", None)]),
    (V, OWN, {f"{ACTIVITY}.people": 2}, []),
    # R004: a figure in a field that is neither own nor below
    (V, OWN, {"activities.township.people": 5},
     [("R004", ["activities.township.people"], {"level": "村居社区级", "move": "filled"}, "5", None)]),
    (V, OWN, {"activities.township.people": 5, f"{ACTIVITY}.people": None, f"{ACTIVITY}.sessions": None}, [
        ("V001", [f"{ACTIVITY}.sessions", f"{ACTIVITY}.people"], {"section": "宣传活动", "count": 2}, None, None),
        ("R004", ["activities.township.people"], {"level": "村居社区级", "move": "free"}, "5", None)]),
    (T, CUMULATIVE, {"activities.prefecture_county.sessions": 1, "online.province.website": True}, [
        ("R004", ["activities.prefecture_county.sessions"], {"level": "乡镇级", "move": "filled"}, "1", None),
        ("R004", ["online.province.website"], {"level": "乡镇级", "move": "none"}, "有", None)]),
    (F, OWN, {"online.province.wechat": False}, []),  # 无 there means nothing
    (V, OWN, {"activities.township.people": 0}, []),
    # R005: an own return has a figure in a field below
    (C, OWN, {f"{ACTIVITY}.people": 5}, [("R005", [f"{ACTIVITY}.people"], {}, "5", None)]),
    (F, OWN, {"online.county.website": 3, "activities.township.sessions": 1}, [
        ("R005", ["activities.township.sessions"], {}, "1", None),
        ("R005", ["online.county.website"], {}, "3", None)]),
    (C, OWN, {f"{ACTIVITY}.people": 0}, []),
    # O001: over 5,000 people a session
    (C, CUMULATIVE, {f"{ACTIVITY}.people": 50_001},
     [("O001", [f"{ACTIVITY}.people"], {"people": 50_001, "sessions": 10, "limit": 5000}, "50001", None)]),
    (C, CUMULATIVE, {f"{ACTIVITY}.people": 50_000}, []),
    (C, OWN, {"services.condolence.prefecture_county.people": 10_001},
     [("O001", ["services.condolence.prefecture_county.people"],
       {"people": 10_001, "sessions": 2, "limit": 5000}, "10001", None)]),
    # O002 and O003: more than a unit of the level holds by itself
    (V, OWN, {f"{ACTIVITY}.sessions": 21},
     [("O002", [f"{ACTIVITY}.sessions"], {"limit": 20, "level": "村居社区级"}, "21", None)]),
    (V, OWN, {f"{ACTIVITY}.sessions": 20}, []),
    (V, None, {f"{ACTIVITY}.people": 2_001},
     [("O003", [f"{ACTIVITY}.people"], {"limit": 2_000, "level": "村居社区级"}, "2001", None)]),
    (V, OWN, {f"{ACTIVITY}.people": 2_000}, []),
    (T, CUMULATIVE, {"activities.township.sessions": 299}, []),
]  # fmt: skip


@pytest.mark.parametrize(("level", "scope", "change", "expected"), BROKEN)
def test_one_thing_broken(level: Level, scope: Scope | None, change: dict[str, Any], expected: list[Found]) -> None:
    valid = cumulative(level) if scope is CUMULATIVE else own_values(level)
    assert problems(filled(level, scope, {**valid, **change})) == expected


@pytest.mark.parametrize(
    ("level", "stem", "sessions", "people"),
    [
        (V, "activities.village", 20, 2_000),
        (T, "services.other.township", 100, 20_000),
        (C, "services.condolence.prefecture_county", 1_000, 200_000),
        (F, "activities.prefecture_county", 1_000, 200_000),
        (P, "activities.province", None, None),
    ],
)
def test_bounds(level: Level, stem: str, sessions: int | None, people: int | None) -> None:
    def codes(figures: dict[str, Any], scope: Scope) -> list[str]:
        return [code for code, *_ in problems(filled(level, scope, {**own_values(level), **figures})) if code != "V001"]

    most = {f"{stem}.sessions": sessions or 10**6, f"{stem}.people": people or 10**9}
    more = {key: value + 1 for key, value in most.items()}
    assert codes(most, OWN) == []
    assert codes(more, OWN) == (["O002", "O003"] if sessions else [])
    assert [code for code in codes(more, CUMULATIVE) if code in {"O002", "O003"}] == []
    assert OWN_BOUNDS.get(level) == ((sessions, people) if sessions else None)


# -- what was not read, and what is not known --------------------------------------------------------------


@pytest.mark.parametrize("figures", [{}, {f"{ACTIVITY}.sessions": None}])
def test_what_could_not_be_read_is_neither_blank_nor_0(figures: dict[str, Any]) -> None:
    without = {key: value for key, value in own_values(V).items() if key != f"{ACTIVITY}.people"}
    assert problems(filled(V, OWN, {**without, **figures}, unread=(f"{ACTIVITY}.people",))) == (
        [("V001", [f"{ACTIVITY}.sessions"], {"section": "宣传活动", "count": 1}, None, None)] if figures else []
    )


def test_a_blank_form() -> None:
    assert problems(filled(V, OWN, {})) == [("V000", [], {}, None, None)]
    assert problems(filled(None, None, {})) == [("V000", [], {}, None, None)]


def test_a_form_with_nothing_but_what_could_not_be_read_is_not_blank() -> None:
    told = problems(filled(V, OWN, {}, unread=("media.county.text",)))
    assert [(code, params.get("section"), params.get("count")) for code, _, params, *_ in told] == [
        ("V001", "宣传活动", 2), ("V001", "服务活动", 4), ("V001", "媒体宣传", 7),
    ]  # fmt: skip


def test_without_a_level_only_what_holds_for_every_level_is_checked() -> None:
    figures = {f"{ACTIVITY}.people": 5, "activities.township.sessions": 10**6, "activities.township.people": 10**6}
    assert [code for code, *_ in problems(filled(None, None, figures))] == ["R001"]


# -- findings ---------------------------------------------------------------------------------------------


def test_a_problem_becomes_a_finding() -> None:
    figures = {
        **own_values(V),
        f"{ACTIVITY}.sessions": 0,
        "media.national.text": None,
        "media.county.audiovisual": None,
    }
    cells = [(field.at[0] + 1, field.at[1] + 2) for field in FIELDS]
    findings = list(apply_rules(filled(V, OWN, figures), "表", cells))
    assert [(f.code, f.severity, f.sheet, f.cell, f.field, f.raw, f.params) for f in findings] == [
        ("V001", Severity.WARNING, "表", "D15:K15", None, None, {"section": "媒体宣传", "count": 2}),
        (
            "R001",
            Severity.ERROR,
            "表",
            "K7",
            f"{ACTIVITY}.people",
            "60",
            {"people": 60, "sessions": " 0", "people_at": "K7", "sessions_at": "J7"},
        ),
    ]


def test_a_field_without_a_place_has_no_cell() -> None:
    figures = {**own_values(V), "media.national.text": None}
    assert [f.cell for f in apply_rules(filled(V, OWN, figures), None, [None] * 40)] == [None]
    assert [f.cell for f in apply_rules(filled(V, OWN, {}), None, [None] * 40)] == [None]


def test_every_rule_is_in_the_catalogue_once() -> None:
    codes = [code for code, _ in RULES]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(CATALOGUE)
    of_the_year_before = {code for code in CATALOGUE if code.startswith("O1")}  # see test_last_year
    assert {code for code in CATALOGUE if code[0] in "RO"} - of_the_year_before <= set(codes)


# -- zeros that mean nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "scope", "figures", "settled"),
    [
        (V, OWN, {"activities.township.people": 0, "online.province.website": False, f"{ACTIVITY}.people": 0},
         {f"{ACTIVITY}.people": 0}),
        (V, OWN, {"activities.township.people": 5, "online.province.website": True},
         {"activities.township.people": 5, "online.province.website": True}),
        (C, OWN, {f"{ACTIVITY}.people": 0, "media.county.text": 0, "online.county.weibo": 0},
         {"media.county.text": 0, "online.county.weibo": 0}),
        (C, CUMULATIVE, {f"{ACTIVITY}.people": 0, "activities.province.people": 0}, {f"{ACTIVITY}.people": 0}),
        (C, None, {f"{ACTIVITY}.people": 0, "online.prefecture.weibo": 0}, {f"{ACTIVITY}.people": 0}),
        (P, OWN, {"online.province.website": False}, {"online.province.website": False}),
        (N, CUMULATIVE, {"online.province.website": 0}, {"online.province.website": 0}),
        (None, None, {"activities.province.people": 0}, {"activities.province.people": 0}),
    ],
)  # fmt: skip
def test_settle(level: Level | None, scope: Scope | None, figures: dict[str, Any], settled: dict[str, Any]) -> None:
    assert drop_meaningless_zeros(values_of(figures), level, scope) == values_of(settled)
    assert drop_meaningless_zeros(BLANK, level, scope) == BLANK


def test_whose_fields_are_to_be_filled_in() -> None:
    assert fields_to_fill(C, OWN) == own_fields(C)
    assert fields_to_fill(C, CUMULATIVE) == fields_to_fill(C, None) == own_fields(C) | fields_below(C)


# -- while reading ----------------------------------------------------------------------------------------

TREE = Tree([
    Unit("410122", "中牟县", C, "410122"),
    Unit("410122101", "官渡镇", T, "410122101", "410122", scope=CUMULATIVE),
    Unit("410122101201", "官渡村", V, "410122101201", "410122101"),
])  # fmt: skip
some_figures = st.lists(st.sampled_from([None, 0, 1, 7, 300, 90_000, False]), min_size=40, max_size=40).map(tuple)


@given(some_figures, st.sampled_from([*TREE.units]), st.sampled_from([None, *Scope]), st.sampled_from([C, T, V]))
def test_rules_that_are_applied_while_reading_find_what_they_would_later(
    values: Values, key: str, scope: Scope | None, level: Level
) -> None:
    """Whatever the roster says of the unit that an identity names; of what has none nobody knows the level yet."""
    lost, told = FIELDS[7], finding("V003", field=FIELDS[4].key)
    cells = tuple(None if field is lost else field.at for field in FIELDS)
    one = replace(memory.sent(TREE, key, values, scope, findings=(told,)), cells=cells)
    if one.identity:
        one = replace(one, identity=replace(one.identity, unit=replace(one.identity.unit, level=level)))
    examined = examine(one)
    assert (examined.by_rules is None) == (scope is None)
    now, later = (check_returns([file], Register(TREE, is_roster=True), None).returns[0] for file in (examined, one))
    assert replace(now, file=one) == later


def test_a_scope_that_an_identity_states_in_vain_decides_nothing() -> None:
    """A village's return is its own: people without sessions are an error in it, which a subordinate's may not be."""
    one = examine(memory.sent(TREE, "410122101201", {f"{ACTIVITY}.people": 80}, CUMULATIVE))
    (checked,) = check_returns([one], Register(TREE, is_roster=True), None).returns
    assert [found.severity for found in checked.findings if found.code == "R001"] == [Severity.ERROR]


def test_rules_are_not_applied_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    examined = [examine(memory.sent(TREE, key, own_values(TREE[key].level), OWN)) for key in TREE.units]
    first, second = (examine(memory.sent(TREE, "410122101201", {}, OWN, path=path)) for path in "12")
    assert [one.code for one in first.by_rules.findings if first.by_rules] == ["V000"]
    monkeypatch.setattr(returns, "apply_rules", None)
    batch = check_returns([*examined, first, second], Register(TREE, is_roster=True), None)
    assert [[found.code for found in one.findings] for one in batch.returns] == [[], [], [], ["V000"], ["V000"]]
