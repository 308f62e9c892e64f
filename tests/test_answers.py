"""What comes back corrected stands for what was sent back, whatever the dates and the times of the files say."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from command_line import run
from county import GUANDU
from season import ROSTER, fill_in, sent_back
from stattable.checking.answers import answered_by
from stattable.checking.corrections import with_superseded
from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.returns import CheckedReturn
from stattable.model.catalogue import finding
from stattable.model.findings import Finding
from stattable.model.identity import MAX_ANSWERED, Identity, WorkbookKind
from stattable.model.units import Scope
from test_duplicates import checked
from writers.county import send

VALUE, DOUBT = finding("V002"), finding("O001")


def filed(path: str, figure: int, *findings: Finding, answers: str = "", mtime: float = 0) -> CheckedReturn:
    """A return whose fingerprint is its path, on a form that was sent back because of others, or on any."""
    one = checked(path, figure, findings=findings, mtime=mtime)
    identity = Identity(WorkbookKind.BLANK, 23, GUANDU, Scope.OWN, answers=tuple(answers)) if answers else None
    facts = replace(one.file.facts, sha256=path)
    return replace(one, file=replace(one.file, facts=facts, identity=identity))


ACCEPTED, REJECTED, DUPLICATE, SUPERSEDED = "accepted", "rejected", "duplicate", "superseded"
CASES: dict[str, tuple[list[CheckedReturn], dict[str, str]]] = {
    "an odd figure, mended": (
        [filed("a", 1, DOUBT), filed("b", 2, answers="a")], {"a": SUPERSEDED, "b": ACCEPTED}),
    "an older file": (
        [filed("a", 1, DOUBT, mtime=9), filed("b", 2, answers="a")], {"a": SUPERSEDED, "b": ACCEPTED}),
    "an error, mended in an older file": (
        [filed("a", 1, VALUE, mtime=9), filed("b", 2, answers="a")], {"a": SUPERSEDED, "b": ACCEPTED}),
    "one of two that differ": (
        [filed("a", 1), filed("b", 2), filed("c", 2, answers="ab")],
        {"a": SUPERSEDED, "b": DUPLICATE, "c": ACCEPTED}),
    "nothing changed but what stands beside": (
        [filed("a", 1, DOUBT), filed("b", 1, answers="a")], {"a": DUPLICATE, "b": ACCEPTED}),
    "sent back twice": (
        [filed("a", 1, DOUBT), filed("b", 2, DOUBT, answers="a"), filed("c", 3, answers="ab")],
        {"a": SUPERSEDED, "b": SUPERSEDED, "c": ACCEPTED}),
    "as it went, and then corrected": (
        [filed("a", 1, DOUBT), filed("b", 1, DOUBT, answers="a"), filed("c", 2, answers="a")],
        {"a": SUPERSEDED, "b": SUPERSEDED, "c": ACCEPTED}),
    "two that differ, and each of them corrected to the other": (
        [filed("a", 1), filed("b", 2), filed("c", 1, answers="ab"), filed("d", 2, answers="ab")],
        {"a": SUPERSEDED, "b": SUPERSEDED, "c": REJECTED, "d": REJECTED}),
    "no better than before": (
        [filed("a", 1), filed("b", 2, VALUE, answers="a")], {"a": ACCEPTED, "b": REJECTED}),
    "another one beside it": (
        [filed("a", 1), filed("b", 2, answers="a"), filed("c", 3)],
        {"a": SUPERSEDED, "b": REJECTED, "c": REJECTED}),
}  # fmt: skip


@pytest.mark.parametrize(("returns", "expected"), CASES.values(), ids=CASES)
def test_what_becomes_of_what_was_sent_back(returns: list[CheckedReturn], expected: dict[str, str]) -> None:
    for order in permutations(returns):
        judged = with_superseded(with_duplicate_findings(order, edition=23), 23)
        assert {one.path: str(one.status) for one in judged} == expected
        for one in judged:
            assert all(each.is_settled for each in one.findings) is (str(one.status) == SUPERSEDED) or not one.findings


def test_what_an_answer_with_the_same_figures_mended_is_settled() -> None:
    before = filed("a", 1, finding("V010"), finding("V011"))
    copy, _ = with_duplicate_findings([before, filed("b", 1, finding("V011"), answers="a")])
    assert [(each.code, each.is_settled) for each in copy.findings] == [
        ("V010", True),
        ("V011", False),
        ("U004", False),
    ]


def test_a_form_answers_what_its_returns_answered() -> None:
    returns = [filed("a", 1), filed("b", 2, answers="ca"), filed("d", 3)]
    assert answered_by(returns) == ("a", "b", "d", "c")
    assert len(answered_by(filed(f"{number:064}", number) for number in range(99))) == MAX_ANSWERED


@pytest.mark.usefixtures("here")
def test_a_figure_that_counted_is_corrected_in_the_form_that_came_back() -> None:
    """The date of filling in stays what it was: nobody is asked to change it."""
    key = "activities.township.people"
    send(GUANDU, {key: 60_000})
    run("check", "收到", *ROSTER, "--return", "退回")
    before = run("merge", "收到", *ROSTER, "--root", GUANDU.code or "", "-o", "汇总.xlsx", "--format", "json").json
    came_back = sent_back("官渡镇")
    fill_in(came_back, {"G6": 600})
    came_back.rename(Path("收到", "0.xlsx"))
    checked_now = run("check", "收到", *ROSTER, "--format", "json").json
    assert [(one["path"], one["status"]) for one in checked_now["files"]] == [
        ("收到/0.xlsx", ACCEPTED),
        ("收到/官渡镇.xlsx", SUPERSEDED),
    ]
    merged = run("merge", "收到", *ROSTER, "--root", GUANDU.code or "", "-o", "汇总.xlsx", "--format", "json").json
    assert (before["total"][key], merged["total"][key]) == (60_000, 600)
    assert run("verify", "汇总.xlsx", "收到", "名册.csv").code == 0
