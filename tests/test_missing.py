"""Who sent nothing (C001): grouped, complete, in `merge` and in `check`."""

from collections.abc import Iterable

import pytest

from command_line import run
from county import COUNTY, GUANDU, GUANDU_VILLAGE, HENAN, LANGCHENGGANG, VILLAGES, ZHENGZHOU, ZHONGMU, tree_of
from stattable.checking.missing import MissingGroup, missing_groups
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope
from writers.county import send
from writers.returns import own_values

pytestmark = pytest.mark.usefixtures("here")
ALL = tuple(tree_of().units)


@pytest.mark.parametrize(
    ("sent", "groups"),
    [
        (ALL, []),
        ((), [("41", ALL, True)]),
        (("41", "4101", "410122"), [("410122101", ALL[3:6], True), ("410122102", ALL[6:], True)]),
        (("410122101201",), [
            ("41", ("41",), False), ("4101", ("4101",), False), ("410122", ("410122",), False),
            ("410122101", ("410122101", "410122101202"), False), ("410122102", ALL[6:], True),
        ]),
        (ALL[:6], [("410122102", ALL[6:], True)]),
        (ALL[:7], [("410122102", ("410122102201",), False)]),  # the township itself reported
    ],
)  # fmt: skip
def test_groups(sent: tuple[str, ...], groups: list[tuple[str, tuple[str, ...], bool]]) -> None:
    found = missing_groups(tree_of(), "41", set(ALL) - set(sent), set(ALL))
    assert found == [MissingGroup(*group) for group in groups]


def test_who_is_not_expected_is_not_missing() -> None:
    missing = {"410122101201", "410122101202"}  # the township is not to report
    (group,) = missing_groups(tree_of(), "410122101", missing, missing)
    assert group == MissingGroup("410122101", ("410122101201", "410122101202"), is_all=True)
    assert not group.is_own


def told(command: str, *options: str, sent: Iterable[UnitFacts], path: str = "收到") -> list[str]:
    for unit in sent:
        send(unit)
    document = run(command, path, "--roster", "名册.csv", *options, "--format", "json").json
    return [one["message"] for one in document["findings"] if one["code"] == "C001"]


def test_merge_names_all_of_them() -> None:
    assert told("merge", "--root", "410122", "-o", "a.xlsx", sent=[GUANDU_VILLAGE]) == [
        "中牟县：本级没有报。联系人：李四 0371-62100000。请催报。",
        "官渡镇：本级、逐鹿营村没有报（共 2 个）。请催报。",
        "狼城岗镇：本级和 1 个村居都没有报。请催报。",
    ]


def test_check_says_it_of_the_units_that_a_folder_is_from() -> None:
    assert told("check", sent=[GUANDU, GUANDU_VILLAGE]) == ["官渡镇：逐鹿营村没有报。请催报。"]
    assert told("check", sent=[LANGCHENGGANG]) == [
        "中牟县：本级没有报。联系人：李四 0371-62100000。请催报。",
        "官渡镇：逐鹿营村没有报。请催报。",
        "狼城岗镇：东狼城岗村没有报。请催报。",
    ]


def test_check_says_nothing_of_it_where_nobody_can_tell_whose_the_files_are() -> None:
    assert told("check", sent=[ZHONGMU]) == []  # one unit alone
    send(GUANDU)
    assert told("check", "收到/官渡镇.xlsx", sent=[], path="收到/中牟县.xlsx") == []  # no folder
    assert run("check", "收到", "--format", "json").json["findings"] == []  # no roster
    assert told("check", sent=[*COUNTY, HENAN, ZHENGZHOU]) == []


def test_check_takes_no_unit_for_missing_that_a_cumulative_return_may_stand_for() -> None:
    send(GUANDU)
    send(LANGCHENGGANG, own_values(Level.VILLAGE), scope=Scope.CUMULATIVE)
    assert told("check", sent=[ZHONGMU]) == ["官渡镇：官渡村、逐鹿营村没有报（共 2 个）。请催报。"]


def test_the_exit_code_of_check() -> None:
    for unit in (GUANDU, *VILLAGES, ZHONGMU):
        send(unit)
    check = ("check", "收到", "--roster", "名册.csv")
    assert (run(*check).code, run(*check, "--fail-on", "warning").code) == (0, 1)
    assert run(*check, "--fail-on", "warning", "--ignore", "C001").code == 0
    send(LANGCHENGGANG)
    assert run(*check, "--fail-on", "warning").code == 0
