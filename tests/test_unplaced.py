"""Who could be counted twice: what is known of places without a roster, and what is said where it is too little."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import memory
from county import GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, TO_COUNTY, ZHENGZHOU, ZHONGMU, ZHULUYING
from stattable.model.catalogue import render
from stattable.model.findings import Severity
from stattable.model.form import FIELDS, label_of
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.refusals import Refusal
from stattable.model.units import Level, Scope, Tree, Unit
from stattable.reading.return_file import ReturnFile

OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
COLUMN = {
    Level.PREFECTURE: "prefecture_county", Level.COUNTY: "prefecture_county", Level.TOWNSHIP: "township",
    Level.VILLAGE: "village",
}  # fmt: skip
OF_VILLAGE = "activities.village.sessions"


def sessions(level: Level) -> str:
    return f"activities.{COLUMN[level]}.sessions"


def sent(unit: UnitFacts, scope: Scope, above: tuple[UnitFacts, ...] = (), *, typed: bool = False) -> ReturnFile:
    """The return of a unit, 1 session of its own, and 5 of its villages where it is cumulative."""
    figures = {sessions(unit.level): 1} | ({OF_VILLAGE: 5} if scope is CUMULATIVE else {})
    identity = None if typed else Identity(WorkbookKind.BLANK, 23, unit, scope, above)
    return memory.received(f"{unit.name}.{scope}.xlsx", unit.name, memory.values_of(figures), identity=identity)


def nameless(unit: UnitFacts) -> UnitFacts:
    """The same without its code."""
    return UnitFacts(None, unit.name, unit.level)


def said(returns: list[ReturnFile], **options: Any) -> list[str]:
    """The findings H004 of a merge for 郑州市, up to what to do."""
    merged = memory.merge(returns, **(options or {"name": "郑州市", "code": "4101", "level": Level.PREFECTURE}))
    texts = [render(one, label_of).partition("请用")[0] for one in merged.findings if one.code == "H004"]
    assert merged.refused == bool(texts)
    return texts


# -- two returns ------------------------------------------------------------------------------------------

XINZHENG = UnitFacts("410184", "新郑市", Level.COUNTY)
COUNTY, TOWNSHIP = sent(ZHONGMU, CUMULATIVE, TO_COUNTY[:2]), sent(GUANDU, CUMULATIVE, TO_COUNTY)
TYPED_TOWNSHIP = sent(GUANDU, CUMULATIVE, typed=True)


NO_CODE, OTHER_NO_CODE = nameless(GUANDU), nameless(LANGCHENGGANG)
XINCUN = UnitFacts("410184100", "新村镇", Level.TOWNSHIP)
OF_XINZHENG = UnitFacts("410184100201", "裴村", Level.VILLAGE)
IN_XINZHENG = (*TO_COUNTY[:2], XINZHENG)


@pytest.mark.parametrize(
    ("holder", "other"),
    {
        "only the lower one's name is known": (COUNTY, sent(LANGCHENGGANG, OWN, typed=True)),
        "only its name, by a blank": (COUNTY, sent(OTHER_NO_CODE, OWN)),
        "only its name and what is above the county": (COUNTY, sent(OTHER_NO_CODE, OWN, TO_COUNTY[:2])),
        "only the higher one's name is known": (TYPED_TOWNSHIP, sent(ZHULUYING, OWN, TO_COUNTY)),
        "only its name, and the lower one's code": (TYPED_TOWNSHIP, sent(ZHULUYING, OWN)),
        "only its name by a blank, and the lower one's county": (
            sent(NO_CODE, CUMULATIVE), sent(ZHULUYING, OWN, (ZHONGMU,)),
        ),
        "of one county, the higher one without code": (
            sent(NO_CODE, CUMULATIVE, TO_COUNTY), sent(ZHULUYING, OWN, TO_COUNTY),
        ),
        "of one county, the lower one without code": (TOWNSHIP, sent(nameless(ZHULUYING), OWN, TO_COUNTY)),
        "only the names of both are known": (TYPED_TOWNSHIP, sent(ZHULUYING, OWN, typed=True)),
        "the lower one came from elsewhere, with its code": (
            sent(GUANDU, CUMULATIVE, TO_COUNTY), sent(OF_XINZHENG, OWN, TO_COUNTY),
        ),
        "the higher one came from elsewhere, with its code": (
            sent(XINCUN, CUMULATIVE, TO_COUNTY), sent(ZHULUYING, OWN, TO_COUNTY),
        ),
        "under one of the same name, and only that one has a code": (
            sent(NO_CODE, CUMULATIVE, (ZHENGZHOU,)), sent(ZHULUYING, OWN, (ZHENGZHOU, ZHONGMU, GUANDU)),
        ),
    }.values(),
)  # fmt: skip
def test_one_could_hold_the_other(holder: ReturnFile, other: ReturnFile) -> None:
    assert len(said([holder, other])) == 1
    assert said([holder]) == said([other]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    {
        "of the same level": (COUNTY, sent(XINZHENG, OWN, typed=True)),
        "the one stands under the other": (COUNTY, sent(LANGCHENGGANG, OWN, TO_COUNTY)),
        "under another county": (COUNTY, sent(OTHER_NO_CODE, OWN, IN_XINZHENG)),
        "by their codes": (sent(XINZHENG, CUMULATIVE), sent(GUANDU, OWN)),
        "by codes, of one county": (sent(LANGCHENGGANG, CUMULATIVE, TO_COUNTY), sent(ZHULUYING, OWN, TO_COUNTY)),
        "of two counties": (sent(OTHER_NO_CODE, CUMULATIVE, TO_COUNTY), sent(GUANDU_VILLAGE, OWN, IN_XINZHENG)),
        "by the code of the county": (sent(OTHER_NO_CODE, CUMULATIVE, (XINZHENG,)), sent(ZHULUYING, OWN)),
        "moved to another township": (TOWNSHIP, sent(GUANDU_VILLAGE, OWN, (*TO_COUNTY, LANGCHENGGANG))),
        "of another name": (TYPED_TOWNSHIP, sent(GUANDU_VILLAGE, OWN, (*TO_COUNTY, LANGCHENGGANG))),
        "the root's own": (sent(ZHENGZHOU, CUMULATIVE), sent(LANGCHENGGANG, OWN, typed=True)),
        "no cumulative one": (sent(ZHONGMU, OWN), sent(LANGCHENGGANG, OWN, typed=True)),
    }.values(),
)
def test_they_are_known_apart(one: ReturnFile, other: ReturnFile) -> None:
    assert said([one, other]) == []


def test_what_does_not_count_is_not_counted_twice() -> None:
    """The county holds the township for sure, whichever of the two the village is in."""
    assert said([COUNTY, TOWNSHIP, sent(nameless(ZHULUYING), OWN, TO_COUNTY)]) == []
    assert said([COUNTY, TOWNSHIP, sent(ZHENGZHOU, CUMULATIVE), sent(ZHULUYING, OWN, typed=True)]) == []


def test_with_a_roster_everybody_has_a_place() -> None:
    units = [Unit("4101", "郑州市", Level.PREFECTURE, "4101"), Unit("官渡", "官渡镇", Level.TOWNSHIP, None, "4101"),
             Unit("逐鹿营", "逐鹿营村", Level.VILLAGE, None, "4101")]  # fmt: skip
    returns = [TYPED_TOWNSHIP, sent(ZHULUYING, OWN, typed=True)]
    assert len(said(returns)) == 1
    assert said(returns, roster=Tree(units)) == []


# -- one finding for one cause ----------------------------------------------------------------------------


def test_one_that_many_could_hold() -> None:
    counties = [sent(UnitFacts(f"41018{n}", f"县{n}县", Level.COUNTY), CUMULATIVE) for n in range(5)]
    assert said([*counties, sent(GUANDU, OWN, typed=True)]) == [
        "不知道“官渡镇”归谁管，而“县0县”、“县1县”、“县2县”等报了汇总数，可能已经包含它。"
    ]


def test_one_that_could_hold_many() -> None:
    villages = [sent(UnitFacts(f"41012210120{n}", f"村{n}村", Level.VILLAGE), OWN) for n in range(5)]
    assert said([TYPED_TOWNSHIP, *villages]) == [
        "“官渡镇”报了汇总数，不知道其中是不是已经包含“村0村”、“村1村”、“村2村”等 5 个单位。"
    ]
    assert said([TYPED_TOWNSHIP, *villages[:2]]) == ["“官渡镇”报了汇总数，不知道其中是不是已经包含“村0村”、“村1村”。"]


def test_many_that_could_hold_many() -> None:
    """Thousands of both are a few findings, and no long wait."""
    townships = [sent(UnitFacts(None, f"{n}号镇", Level.TOWNSHIP), CUMULATIVE) for n in range(300)]
    villages = [sent(UnitFacts(None, f"{n}号村", Level.VILLAGE), OWN) for n in range(300)]
    assert len(said([*townships, *villages])) == 20


# -- a hidden tree ----------------------------------------------------------------------------------------

TOWNS = [UnitFacts(f"41012210{t}", f"镇{t}镇", Level.TOWNSHIP) for t in range(3)]
# One village of each township bears the same name.
VILLAGES = {
    UnitFacts(f"{town.code}20{v}", f"村{town.name[1]}{v}村" if v else "东村", Level.VILLAGE): town
    for town in TOWNS
    for v in range(3)
}
# Sessions of their own, by which a total tells who is in it.
OWN_SESSIONS = {unit: 2**at for at, unit in enumerate((*TOWNS, *VILLAGES))}
COUNTED = {Level.TOWNSHIP: "activities.township.sessions", Level.VILLAGE: OF_VILLAGE}


def below(town: UnitFacts) -> list[UnitFacts]:
    return [village for village, its in VILLAGES.items() if its == town]


def summed(units: Iterable[UnitFacts]) -> dict[str, int]:
    figures = dict.fromkeys(COUNTED.values(), 0)
    for unit in units:
        figures[COUNTED[unit.level]] += OWN_SESSIONS[unit]
    return figures


@st.composite
def known(draw: st.DrawFn, unit: UnitFacts) -> UnitFacts:
    """A unit, with or without its code."""
    return unit if draw(st.booleans()) else nameless(unit)


@st.composite
def files(draw: st.DrawFn, unit: UnitFacts, scope: Scope, place: str = "收到") -> ReturnFile:
    """A true return of a unit, that reveals more or less of its place.

    It lies in a folder that says nothing and holds no other one, or in one of its township's name.
    """
    figures = summed([unit, *(below(unit) if scope is CUMULATIVE else ())])
    mine = {key: value for key, value in figures.items() if scope is CUMULATIVE or key == COUNTED[unit.level]}
    chain = (ZHENGZHOU, ZHONGMU, *([VILLAGES[unit]] if unit in VILLAGES else []))
    by = draw(st.sampled_from(["roster", "roster", "roster", "code", "name", "some", "hand"]))
    if by == "some":
        chain = tuple(draw(known(one)) for one in chain if draw(st.booleans()))
    its = {"code": unit, "name": nameless(unit), "some": draw(known(unit))}.get(by, unit)
    above = () if by in {"code", "name"} else chain
    identity = None if by == "hand" else Identity(WorkbookKind.BLANK, 23, its, scope, above)
    folder, name = f"第{unit.code}批", unit.name
    if unit in VILLAGES and draw(st.booleans()):
        folder = VILLAGES[unit].name
    if unit in VILLAGES and by == "hand" and draw(st.booleans()):
        name = VILLAGES[unit].name + name
    return memory.received(
        f"{place}/{folder}/{unit.name}.{scope}.xlsx", name, memory.values_of(mine), identity=identity
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[ReturnFile], dict[str, int]]:
    """Returns of some units of the hidden tree, and their true total."""
    returns: list[ReturnFile] = []
    counted: list[UnitFacts] = []
    for town in TOWNS:
        scopes = draw(st.sampled_from([(), (OWN,), (CUMULATIVE,), (CUMULATIVE,), (OWN, CUMULATIVE)]))
        senders = [village for village in below(town) if draw(st.booleans())]
        returns += [draw(files(town, scope)) for scope in scopes]
        returns += [draw(files(village, OWN)) for village in senders]
        returns += [draw(files(village, OWN, "又")) for village in senders if draw(st.integers(0, 5)) == 0]
        counted += [town, *below(town)] if CUMULATIVE in scopes else [*([town] if scopes else []), *senders]
    return returns, summed(counted)


@settings(max_examples=300, deadline=None)
@given(world=worlds(), code=st.sampled_from(["410122", None]))
def test_the_total_is_true_or_an_error_says_why_not(
    world: tuple[list[ReturnFile], dict[str, int]], code: str | None
) -> None:
    returns, true = world
    assume(returns)
    try:
        merged = memory.merge(returns, name="中牟县", level=Level.COUNTY, code=code)
    except Refusal:  # some call it by its code, and some do not
        return
    if not any(one.severity is Severity.ERROR for one in merged.findings):
        total = dict(zip((field.key for field in FIELDS), merged.total, strict=True))
        assert {key: total[key] or 0 for key in true} == true
