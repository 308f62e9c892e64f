"""Rejected returns beside accepted ones: superseded where the accepted one is provably later, else open."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memory
from command_line import codes, run
from counted_sessions import ledger
from county import EAST, GUANDU, GUANDU_VILLAGE, LANGCHENGGANG, ZHONGMU, ZHULUYING, tree_of
from stattable.checking.corrections import with_superseded
from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.register import Register
from stattable.checking.returns import CheckedReturn, check_returns
from stattable.merging.result import MergeResult
from stattable.model.catalogue import finding, render
from stattable.model.findings import Finding, Status
from stattable.model.form import label_of
from stattable.model.identity import UnitFacts
from stattable.model.record import TIME, Record
from stattable.model.units import Scope, Tree, Unit
from stattable.proving.lists import FINDING_HEADS
from stattable.reading.return_file import ReturnFile
from test_duplicates import checked
from writers.county import send

JUNE_1, JUNE_2, JUNE_3 = date(2021, 6, 1), date(2021, 6, 2), date(2021, 6, 3)
OWN, CUMULATIVE = Scope.OWN, Scope.CUMULATIVE
VALUE, EDITION = finding("V002"), finding("T003", params={"edition": 22, "year": 2020, "wanted": 23})
SETTLED, LATER, UNCLEAR, NOTHING = "superseded", "later", "unclear", ""


# -- which of two is the later -----------------------------------------------------------------------------


def merged_on(day: datetime, **changes: Any) -> CheckedReturn:
    """A merged workbook: when it was made stands in its record, whenever the file was copied."""
    one = checked("b", **changes)
    tree = Tree([Unit("410122101", "官渡镇", GUANDU.level)])
    return replace(one, file=replace(one.file, record=Record(tree, "410122101", {}, 23, day.strftime(TIME))))


def told(one: CheckedReturn) -> str:
    """What became of a return that was rejected: superseded, or why it is not, or nothing."""
    if one.status is Status.SUPERSEDED:
        return SETTLED
    return next((str(each.params["reason"]) for each in one.findings if each.code == "U020"), NOTHING)


# A rejected return, those beside it, and what becomes of the rejected one.
CASES: dict[str, tuple[dict[str, Any], list[CheckedReturn], str]] = {
    "the earlier date": (
        {"filled_in": JUNE_1}, [checked("b", filled_in=JUNE_2)], SETTLED),
    "the earlier date, and the later file": (
        {"filled_in": JUNE_1, "mtime": 9}, [checked("b", filled_in=JUNE_2, mtime=1)], SETTLED),
    "the later date": (
        {"filled_in": JUNE_2}, [checked("b", filled_in=JUNE_1)], LATER),
    "the later date, and the earlier file": (
        {"filled_in": JUNE_2, "mtime": 1}, [checked("b", filled_in=JUNE_1, mtime=9)], LATER),
    "the same date, the earlier file": (
        {"filled_in": JUNE_1, "mtime": 1}, [checked("b", filled_in=JUNE_1, mtime=2)], SETTLED),
    "the same date, the later file": (
        {"filled_in": JUNE_1, "mtime": 2}, [checked("b", filled_in=JUNE_1, mtime=1)], LATER),
    "no date, the earlier file": (
        {"mtime": 1}, [checked("b", filled_in=JUNE_1, mtime=2)], SETTLED),
    "no date beside it, the later file": (
        {"filled_in": JUNE_1, "mtime": 2}, [checked("b", mtime=1)], LATER),
    "nothing tells": (
        {"filled_in": JUNE_1, "mtime": 1}, [checked("b", filled_in=JUNE_1, mtime=1)], UNCLEAR),
    "no date at all, nor times that differ": (
        {}, [checked("b")], UNCLEAR),
    "files of the same second": (
        {"mtime": 1.1}, [checked("b", mtime=1.9)], UNCLEAR),
    "a date that is not of the edition, the later file": (
        {"mtime": 2, "filled_in": date(2012, 6, 1)}, [checked("b", filled_in=JUNE_1, mtime=1)], LATER),
    "a date beside it that is not of the edition, the later file": (
        {"mtime": 2, "filled_in": JUNE_1}, [checked("b", filled_in=date(2030, 6, 1), mtime=1)], LATER),
    "a date of the year after": (
        {"mtime": 2, "filled_in": JUNE_1}, [checked("b", filled_in=date(2022, 1, 9), mtime=1)], SETTLED),
    "another scope": (
        {"mtime": 1}, [checked("b", scope=CUMULATIVE, mtime=2)], NOTHING),
    "another scope, and the same": (
        {"mtime": 1, "scope": CUMULATIVE}, [checked("b", mtime=2), checked("c", scope=CUMULATIVE, mtime=3)], SETTLED),
    "a scope that nothing says": (
        {"mtime": 1, "scope": None}, [checked("b", scope=CUMULATIVE, mtime=2)], SETTLED),
    "a scope that nothing says, an own one and a cumulative one beside it": (
        {"mtime": 2, "scope": None}, [checked("b", scope=CUMULATIVE, mtime=3), checked("c", mtime=1)], LATER),
    "a scope that nothing says of the one beside it": (
        {"mtime": 1}, [checked("b", scope=None, mtime=2)], SETTLED),
    "another unit": (
        {"mtime": 1}, [checked("b", key="410122102", mtime=2)], NOTHING),
    "no unit": (
        {"mtime": 1, "key": None}, [checked("b", key=None, mtime=2)], NOTHING),
    "nothing that counts": (
        {"mtime": 1}, [checked("b", mtime=2, findings=[VALUE])], NOTHING),
    "a copy that is the later one": (
        {"mtime": 2}, [checked("b", mtime=1), checked("c", mtime=3)], SETTLED),
    "a copy that is the later one, and the first": (
        {"mtime": 2}, [checked("0", mtime=3), checked("b", mtime=1)], SETTLED),
    "a backup that is the later one": (
        {"mtime": 2}, [checked("b", mtime=1), checked("b.xlk", 2, mtime=3)], LATER),
    "a merged workbook that was made later, and copied before": (
        {"filled_in": JUNE_2, "mtime": 9}, [merged_on(datetime(2021, 6, 3, 8), filled_in=JUNE_1, mtime=1)], SETTLED),
    "a merged workbook that was made before, and copied later": (
        {"filled_in": JUNE_2, "mtime": 1}, [merged_on(datetime(2021, 6, 1, 8), filled_in=JUNE_3, mtime=9)], LATER),
    "last year's": (
        {"edition": 22, "filled_in": date(2020, 6, 1), "mtime": 9, "findings": [EDITION]},
        [checked("b", filled_in=JUNE_1, mtime=1)], SETTLED),
}  # fmt: skip


@pytest.mark.parametrize(("rejected", "beside", "expected"), CASES.values(), ids=CASES)
def test_which_is_the_later(rejected: dict[str, Any], beside: list[CheckedReturn], expected: str) -> None:
    first = checked("a", None, **{"findings": [VALUE], **rejected})
    before = with_duplicate_findings([first, *beside])
    after = with_superseded(before, 23)
    assert (told(after[0]), after[1:]) == (expected, before[1:])
    assert (after[0] == before[0]) is (expected == NOTHING)
    assert with_superseded(before[::-1], 23) == after[::-1]


def test_several_rejected_ones_are_each_held_against_the_one_that_counts() -> None:
    tries = [checked(str(day.day), None, findings=[VALUE], filled_in=day) for day in (JUNE_1, JUNE_2, JUNE_3)]
    *judged, _ = with_superseded([*tries, checked("b", filled_in=JUNE_2, mtime=-1)])
    assert [told(one) for one in judged] == [SETTLED, LATER, LATER]


def test_all_that_is_said_of_a_superseded_return_is_settled() -> None:
    tried = checked("a", None, findings=[VALUE, finding("V012"), finding("V007")], mtime=1)
    superseded, counts = with_superseded([tried, checked("b", findings=[finding("V012")], mtime=2)])
    assert [(one.code, one.is_settled, one.is_work) for one in superseded.findings] == [
        ("V002", True, False), ("V012", True, False), ("V007", True, False), ("U016", True, False),
    ]  # fmt: skip
    assert ([one.is_settled for one in counts.findings], superseded.is_open, counts.is_open) == ([False], False, True)
    again, _ = with_superseded([superseded, counts])
    assert again == superseded


def words(one: Finding) -> str:
    return render(one, label_of)


def test_the_words() -> None:
    (settled, _), (later, _), (unclear, _) = (
        with_superseded([checked("a.xlsx", None, findings=[VALUE], mtime=mtime), checked("b.xlsx", mtime=2)])
        for mtime in (1, 3, 2)
    )
    assert [words(one.findings[-1]) for one in (settled, later, unclear)] == [
        "“官渡镇”后来报了合格的表“b.xlsx”，这一份的问题已经了结。不用处理。",
        *(
            f"“官渡镇”另有一份合格的报表“b.xlsx”，{why}。现在以那一份的数为准，这一份没有计入。"
            "如果这一份才是对的，请改正后重新报送；如果不要了，请移到别处。"
            for why in ("比这一份早", "与这一份分不清先后")
        ),
    ]


# -- what must hold, whatever was sent ---------------------------------------------------------------------

TREE = tree_of()
MEDIA = "media.county.text"
UNITS = (ZHONGMU, GUANDU, LANGCHENGGANG, GUANDU_VILLAGE, ZHULUYING, EAST)
FAULTS = (None, None, None, "value", "unreadable", "edition")


@dataclass(frozen=True)
class Post:
    """The files that came, and when each was filled in, as far as a date says it that is of the edition."""

    files: list[ReturnFile]
    days: Mapping[str, date | None]

    def is_later(self, one: CheckedReturn, other: CheckedReturn) -> bool:
        day, other_day = self.days[one.path], self.days[other.path]
        if day and other_day and day != other_day:
            return day > other_day
        return one.file.facts.mtime > other.file.facts.mtime


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """Up to four returns of each unit: of any scope, some typed, some faulty, each of some day and some time."""
    files, days = list[ReturnFile](), dict[str, date | None]()
    for unit in UNITS:
        for number in range(draw(st.integers(0, 4))):
            key, path = unit.code or "", f"{unit.code}-{number}.xlsx"
            fault, edition = draw(st.sampled_from(FAULTS)), 23
            of_village = unit in {GUANDU_VILLAGE, ZHULUYING, EAST}
            scope = draw(st.sampled_from([OWN, None] if of_village else [OWN, CUMULATIVE, None]))
            day = draw(st.sampled_from([None, JUNE_1, JUNE_1, JUNE_2, JUNE_3, date(2030, 6, 1)]))
            facts = memory.facts_of(path, draw(st.sampled_from([1.0, 2.0, 3.0])))
            if fault == "edition":
                edition = 22
                day = day and day.replace(year=2020)
            days[path] = day if fault != "unreadable" and day and day.year < 2030 else None
            if fault == "unreadable":
                identity = memory.blank_of(TREE, key, scope or OWN)
                files.append(memory.received(path, "", None, identity=identity, facts=facts))
                continue
            figures = {MEDIA: draw(st.sampled_from([1, 2]))}
            findings = (VALUE,) if fault == "value" else ()
            more = {"path": path, "facts": facts, "findings": findings, "filled_in": day, "edition": edition}
            files.append(memory.sent(TREE, key, figures, scope, **more))
    return Post(files or [memory.sent(TREE, "410122", {MEDIA: 1}, OWN, path="1.xlsx")], days or {"1.xlsx": None})


def merge(files: Sequence[ReturnFile]) -> MergeResult:
    return memory.merge(files, edition=23, roster=TREE, code="410122")


def with_status(merged: MergeResult, *statuses: Status) -> list[ReturnFile]:
    return [one.file for one in merged.returns if one.status in statuses]


@settings(max_examples=150, deadline=None)
@given(posts())
def test_superseding_changes_no_total(post: Post) -> None:
    merged = merge(post.files)
    summary = merged.summary
    assert summary.received == summary.accepted + summary.rejected + summary.duplicate + summary.superseded
    if accepted := with_status(merged, Status.ACCEPTED):
        assert merge(accepted).rollup.totals == merged.rollup.totals
        without = merge(with_status(merged, Status.ACCEPTED, Status.DUPLICATE, Status.REJECTED))
        assert without.rollup.totals == merged.rollup.totals
        assert without.open_units == merged.open_units
        assert without.summary == replace(summary, received=summary.received - summary.superseded, superseded=0)
        assert without.unresolved == merged.unresolved


@settings(max_examples=150, deadline=None)
@given(posts())
def test_a_rejected_return_is_superseded_where_one_that_counts_is_later(post: Post) -> None:
    returns = merge(post.files).returns
    copies = [one for one in returns if one.status is Status.ACCEPTED or "U004" in codes_of(one)]
    for one in returns:
        beside = [other for other in copies if other.key == one.key and one.scope in {None, other.scope}]
        if one.scope is None and any(other.scope is OWN for other in beside):
            beside = [other for other in beside if other.scope is OWN]
        if all(other.status is not Status.ACCEPTED for other in beside):  # copies of what is rejected too
            beside = []
        is_replaced = any(post.is_later(other, one) for other in beside)
        if one.status in {Status.REJECTED, Status.SUPERSEDED}:
            assert (one.status is Status.SUPERSEDED, "U016" in codes_of(one), "U020" in codes_of(one)) == (
                is_replaced, is_replaced, bool(beside) and not is_replaced,
            )  # fmt: skip
        else:
            assert not {"U016", "U020"} & codes_of(one)


def codes_of(one: CheckedReturn) -> set[str]:
    return {each.code for each in one.findings}


@settings(max_examples=150, deadline=None)
@given(posts(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_changes_nothing(post: Post, random: Any) -> None:
    register = Register(TREE, is_roster=True)
    marked = with_duplicate_findings(check_returns(memory.by_path(post.files), register, 23).returns)
    shuffled = random.sample(marked, len(marked))
    assert by_path(with_superseded(shuffled, 23)) == by_path(with_superseded(marked, 23))


def by_path(returns: Sequence[CheckedReturn]) -> dict[str, CheckedReturn]:
    return {one.path: one for one in returns}


# -- through the commands ----------------------------------------------------------------------------------

SESSIONS = "activities.village.sessions"
WRONG = {SESSIONS: "若干"}
MERGE = ("merge", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "汇总.xlsx")
pytestmark = pytest.mark.usefixtures("here")


def mend(*, tried: date | int, sent: date | int, unit: UnitFacts = GUANDU_VILLAGE) -> None:
    """Write the faulty return of a village, and the one in order: filled in on a day, or on one, and at some time."""
    for name, figures, when in (("先报的", WRONG, tried), ("后报的", {}, sent)):
        day = when if isinstance(when, date) else JUNE_1
        path = send(unit, figures, name=name, filled_in=day)
        os.utime(path, (1_624_000_000 + (when if isinstance(when, int) else 0),) * 2)


@pytest.fixture
def township(here: Path) -> None:
    """The other returns of the township."""
    send(GUANDU)
    send(ZHULUYING)


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize("when", [{"tried": JUNE_1, "sent": JUNE_2}, {"tried": 1, "sent": 2}], ids=["day", "file"])
def test_a_correction_leaves_nothing_open(when: dict[str, Any]) -> None:
    mend(**when)
    for command in (("check", "收到", "--roster", "名册.csv"), (*MERGE, "--strict")):
        done = run(*command, "--format", "json", "--fail-on", "warning") if command[0] == "check" else run(*command)
        assert done.code == 0
    document = run("check", "收到", "--roster", "名册.csv", "--format", "json").json
    assert document["summary"] == {
        "files": 4, "accepted": 3, "rejected": 0, "duplicate": 0, "superseded": 1, "open": 0,
        "errors": 1, "warnings": 0, "infos": 1,
    }  # fmt: skip
    (tried,) = [one for one in document["files"] if one["status"] == "superseded"]
    assert (Path(tried["path"]).name, codes({"findings": tried["findings"]})) == ("先报的.xlsx", ["U016", "V002"])
    merged = run(*MERGE, "--format", "json").json
    assert {key: merged["summary"][key] for key in ("received", "accepted", "rejected", "superseded", "open")} == {
        "received": 4, "accepted": 3, "rejected": 0, "superseded": 1, "open": 0,
    }  # fmt: skip
    assert {unit["status"] for unit in merged["units"]} == {"accepted"}
    assert ledger(Path("汇总.xlsx"))[1]["先报的.xlsx"][2:] == ("未计入", "已更正，以“收到/后报的.xlsx”为准")
    told = openpyxl.load_workbook("汇总.xlsx")["审核意见"].iter_rows(min_row=4, values_only=True)
    state = FINDING_HEADS.index("状态")
    assert [(row[2], row[state]) for row in told] == [("V002", "已更正"), ("U016", None)]
    shown = run(*MERGE).out
    assert "【已更正】" in shown
    assert "收到 4 份表：合格 3，退回 0，重复 0，已更正 1。\n没有要处理的问题了。" in shown
    assert "（其中已更正 1 条）" in shown
    assert "被退回" not in shown


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize("when", [{"tried": JUNE_2, "sent": JUNE_1}, {"tried": 2, "sent": 1}, {"tried": 1, "sent": 1}])
def test_what_came_after_what_counts_stays_open(when: dict[str, Any]) -> None:
    mend(**when)
    result = run(*MERGE, "--format", "json")
    assert (result.code, codes(result.json)) == (1, ["U020", "V002"])
    assert {key: result.json["summary"][key] for key in ("rejected", "superseded", "open")} == {
        "rejected": 1, "superseded": 0, "open": 1,
    }  # fmt: skip
    assert run("check", "收到", "--roster", "名册.csv").code == 1
    assert run(*MERGE, "--strict").code == 1


@pytest.mark.usefixtures("township")
def test_who_judges_copies_of_the_files_comes_to_the_same() -> None:
    """The ledger says when each file was written, to the second; copies are written whenever they are."""
    mend(tried=1, sent=2)
    mend(tried=1, sent=2, unit=EAST)
    for name, fraction in (("先报的", 0.25), ("后报的", 0.75)):  # of one second
        path = send(ZHULUYING, WRONG if name == "先报的" else {}, name=f"逐鹿营{name}")
        os.utime(path, (1_624_000_000 + fraction,) * 2)
    run(*MERGE)
    shutil.copytree("收到", "别处", copy_function=shutil.copyfile)
    for sources in ("收到", "别处"):
        result = run("verify", "汇总.xlsx", sources, "名册.csv", "--format", "json")
        assert (result.code, result.json["findings"]) == (0, [])


def test_last_years_return_beside_this_years() -> None:
    for unit in (GUANDU, ZHULUYING, GUANDU_VILLAGE):
        send(unit)
    send(GUANDU_VILLAGE, edition=22, name="去年")
    result = run("check", "收到", "--roster", "名册.csv", "--format", "json")
    assert (result.code, codes(result.json)) == (0, ["T003", "T009", "U016"])
    Path("收到/官渡村.xlsx").unlink()
    assert run("check", "收到", "--roster", "名册.csv").code == 1


def test_the_order_of_the_arguments_changes_nothing() -> None:
    mend(tried=1, sent=3)
    shutil.copy2(send(GUANDU_VILLAGE, {SESSIONS: 2.5}, name="再报的", filled_in=JUNE_3), "收到/又一份.xlsx")
    paths = sorted(map(str, Path("收到").iterdir()))
    documents = [run("check", *order, "--format", "json").json for order in permutations(paths)]
    assert documents == [documents[0]] * len(documents)
    assert [one["status"] for one in documents[0]["files"]].count("superseded") == 1


# -- what went back, and came again ------------------------------------------------------------------------

PEOPLE = "activities.village.people"


@pytest.mark.parametrize("fault", [2_500, "约60"], ids=["a warning", "an error"])
@pytest.mark.usefixtures("here")
def test_a_form_that_came_back_corrected_replaces_what_it_went_back_for(fault: object) -> None:
    send(ZHONGMU)
    send(GUANDU_VILLAGE, {PEOPLE: fault})
    roster = ("--roster", "名册.csv")
    run("check", "收到", *roster, "--return", "退回")
    (form,) = Path("退回").rglob("*.退回.xlsx")
    workbook = openpyxl.load_workbook(form)
    workbook.worksheets[0]["I6"] = 61
    workbook.save("收到/官渡村.退回.xlsx")
    os.utime("收到/官渡村.退回.xlsx", (0, 0))  # whatever became of its time on the way
    found = {file["path"]: file["status"] for file in run("check", "收到", *roster, "--format", "json").json["files"]}
    assert found == {
        "收到/中牟县.xlsx": "accepted", "收到/官渡村.xlsx": "superseded", "收到/官渡村.退回.xlsx": "accepted",
    }  # fmt: skip
    done = run("merge", "收到", *roster, "--root", ZHONGMU.code or "", "-o", "汇总表.xlsx", "--format", "json").json
    assert (done["total"][PEOPLE], done["summary"]["superseded"], done["summary"]["open"]) == (61, 1, 0)
    assert run("verify", "汇总表.xlsx", "收到", "名册.csv").code == 0
