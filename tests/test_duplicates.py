from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.returns import CheckedReturn
from stattable.formats.fingerprint import FileFacts
from stattable.model.catalogue import finding, render
from stattable.model.findings import Finding, UnitRef
from stattable.model.form import BLANK, label_of
from stattable.model.packing import packed
from stattable.model.units import Level, Scope, ScopeBy
from stattable.reading.return_file import ReturnFile
from stattable.reading.surroundings import Surroundings

JUNE_1, JUNE_2 = date(2021, 6, 1), date(2021, 6, 2)


def checked(
    path: str,
    figure: int | None = 1,
    *,
    key: str | None = "410122101",
    scope: Scope | None = Scope.OWN,
    filled_in: date | None = None,
    mtime: float = 0.0,
    edition: int | None = None,
    findings: Sequence[Finding] = (),
) -> CheckedReturn:
    """A return of 官渡镇 whose first field holds `figure`."""
    one = CheckedReturn(
        file=ReturnFile(
            path, FileFacts("0" * 64, 1, mtime), surroundings=Surroundings(filled_in=filled_in, edition=edition)
        ),
        unit=UnitRef("410122101", "官渡镇", "township"),
        key=key,
        level=Level.TOWNSHIP,
        scope=scope,
        scope_by=ScopeBy.IDENTITY,
        figures=packed((figure, *BLANK[1:])),
        findings=(),
    )
    return one.with_findings(*findings)


def outcome(*returns: CheckedReturn, latest: bool = False) -> list[tuple[str, str, str]]:
    """What became of each return: its path, its status, and its new finding."""
    marked = with_duplicate_findings(returns, latest=latest)
    assert [one.path for one in marked] == [one.path for one in returns]
    for one in marked:
        assert all((finding.path, finding.unit) == (one.path, one.unit) for finding in one.findings)
    return [(one.path, one.status, " ".join(finding.code for finding in one.findings)) for one in marked]


def text(*returns: CheckedReturn, latest: bool = False) -> list[str]:
    marked = with_duplicate_findings(returns, latest=latest)
    return [render(finding, label_of) for one in marked for finding in one.findings]


# -- the same, and different ones -------------------------------------------------------------------------


def test_the_same_twice() -> None:
    assert outcome(checked("a"), checked("b"), checked("c")) == [
        ("a", "accepted", ""), ("b", "duplicate", "U004"), ("c", "duplicate", "U004"),
    ]  # fmt: skip
    assert text(checked("a"), checked("b")) == ["与“a”是同一单位的同一张表，数字完全相同，只计一次。不用处理。"]


def test_the_first_path_in_sorted_order_counts() -> None:
    assert outcome(checked("b"), checked("a")) == [("b", "duplicate", "U004"), ("a", "accepted", "")]


def test_one_that_states_its_scope_stands_for_one_whose_scope_was_inferred() -> None:
    """Whichever path comes first: what is told of the pair is the same."""
    inferred = finding("H005", params={"reason": "own", "key": "410122101", "scope": "本级", "other_scope": "汇总"})
    for stated, typed in [("a", "b"), ("b", "a")]:
        sent = sorted([checked(stated), checked(typed, findings=[inferred])], key=lambda one: one.path)
        assert sorted(outcome(*sent), key=lambda one: one[1]) == [
            (stated, "accepted", ""),
            (typed, "duplicate", "U004"),
        ]


def test_different_ones() -> None:
    assert outcome(checked("a", 1), checked("b", 2)) == [("a", "rejected", "U005"), ("b", "rejected", "U005")]
    assert text(checked("a", 1), checked("b", 2), checked("c", 3))[0] == (
        "“官渡镇”报了 3 张数字不同的表，这是其中一张，另有 b、c。哪一张都没有计入。"
        "请与报送单位核实，只留下正确的一张；或者汇总时加 --duplicates latest，以填报日期较晚的为准。"
    )


def test_different_ones_and_a_copy() -> None:
    assert outcome(checked("a", 1), checked("b", 2), checked("c", 1)) == [
        ("a", "rejected", "U005"), ("b", "rejected", "U005"), ("c", "duplicate", "U004"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        checked("b", 2, key="410122102"),
        checked("b", 2, key=None),
        checked("b", 2, scope=Scope.CUMULATIVE),
        checked("b", 2, findings=[finding("V002")]),  # a rejected first try does not block its correction
        checked("b", 1, findings=[finding("V002")]),
        checked("b", 2, findings=[finding("H003")]),
    ],
    ids=["another unit", "no unit", "another scope", "rejected", "rejected, the same", "rejected for its scope"],
)
def test_what_is_not_compared(other: CheckedReturn) -> None:
    before = [(one.path, one.status, [finding.code for finding in one.findings]) for one in (checked("a"), other)]
    marked = with_duplicate_findings([checked("a"), other])
    assert [(one.path, one.status, [finding.code for finding in one.findings]) for one in marked] == before


@pytest.mark.parametrize(
    "finding", [finding("V001"), finding("O001"), finding("H005")], ids=lambda finding: finding.code
)
def test_a_return_with_a_lesser_finding_is_compared(finding: Finding) -> None:
    (_, status, codes), _ = outcome(checked("a", 1, findings=[finding]), checked("b", 2))
    assert (status, codes) == ("rejected", f"{finding.code} U005")


def test_blank_is_not_0() -> None:
    assert outcome(checked("a", None), checked("b", 0)) == [("a", "rejected", "U005"), ("b", "rejected", "U005")]


def test_no_is_0() -> None:
    assert outcome(checked("a", 0), checked("b", False))[1] == ("b", "duplicate", "U004")


def test_an_unknown_scope_is_compared_as_own() -> None:
    assert outcome(checked("a", scope=None), checked("b", scope=Scope.OWN))[1] == ("b", "duplicate", "U004")
    assert outcome(checked("a", scope=None), checked("b", 2, scope=Scope.OWN))[0] == ("a", "rejected", "U005")


# -- the latest -------------------------------------------------------------------------------------------

OLDER = ("duplicate", "U010")
COUNTS = ("accepted", "")
TIE = ("rejected", "U005")
COPY = ("duplicate", "U004")


# Each return: its figure, its date, the time of its file, and the codes of its errors.
LATEST: dict[str, tuple[list[tuple[Any, ...]], list[tuple[str, str]]]] = {
    "the later date, whatever the file's time": ([(1, JUNE_1, 9), (2, JUNE_2, 1)], [OLDER, COUNTS]),
    "the later file, where the dates are the same": ([(1, JUNE_1, 2), (2, JUNE_1, 1)], [COUNTS, OLDER]),
    "a date before none": ([(1, None, 9), (2, JUNE_1, 1)], [OLDER, COUNTS]),
    "a tie": ([(1, JUNE_1, 1), (2, JUNE_1, 1)], [TIE, TIE]),
    "a tie of the two latest": ([(1, None, 2), (2, None, 2), (3, None, 1)], [TIE, TIE, TIE]),
    "three": ([(1, None, 1), (2, None, 3), (3, None, 2)], [OLDER, COUNTS, OLDER]),
    "a copy's time counts for the first of its name":
        (
        [(1, None, 1), (2, None, 2), (1, None, 3)],
        [COUNTS, OLDER, COPY],
    ),
    "the same twice": ([(1, None, 1), (1, None, 2)], [COUNTS, COPY]),
    "a rejected one is not the latest": ([(1, None, 1), (2, None, 2, "V002")], [COUNTS, ("rejected", "V002")]),
}  # fmt: skip


@pytest.mark.parametrize(("returns", "expected"), LATEST.values(), ids=LATEST)
def test_latest(returns: list[tuple[Any, ...]], expected: list[tuple[str, str]]) -> None:
    files = [
        checked(path, figure, filled_in=day, mtime=mtime, findings=[finding(code) for code in codes])
        for path, (figure, day, mtime, *codes) in zip("abc", returns, strict=False)
    ]
    assert [(status, codes) for _, status, codes in outcome(*files, latest=True)] == expected


def test_the_words_for_the_older_one() -> None:
    assert text(checked("a", 1, mtime=1), checked("b", 2, mtime=2), latest=True) == [
        "“官渡镇”另有较晚的报表“b”，已以较晚的一张为准，这一张没有计入。请确认较晚的一张确实是更正后的报表。"
    ]


@pytest.mark.parametrize(
    ("dates", "editions", "latest"),
    [
        ((date(2021, 6, 1), date(2022, 1, 9)), (23, 23), "b"),  # the year after is late, and plausible
        ((date(2021, 6, 1), date(2023, 6, 1)), (23, 23), "a"),
        ((date(2021, 6, 1), date(2030, 6, 1)), (23, None), "a"),  # of the edition of the others
        ((date(2030, 6, 1), date(2020, 6, 1)), (None, 23), "b"),  # neither: the file's time decides
        ((date(2021, 6, 1), date(2030, 6, 1)), (None, None), "b"),  # nobody says the edition
    ],
)
def test_a_date_of_another_year_does_not_decide(
    dates: tuple[date, date], editions: tuple[int | None, int | None], latest: str
) -> None:
    files = [
        checked(path, figure, filled_in=day, edition=edition, mtime=figure)
        for path, figure, day, edition in zip("ab", (1, 2), dates, editions, strict=True)
    ]
    assert [path for path, status, _ in outcome(*files, latest=True) if status == "accepted"] == [latest]


# -- backups ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["7F3E1000", "7f3e1000.tmp", "备份 官渡镇.xlk", "官渡镇.xlsx.bak", "官渡镇.xlsx~"])
def test_a_backup_never_stands_against_a_return(name: str) -> None:
    assert outcome(checked(name, 1), checked("官渡镇.xlsx", 2)) == [
        (name, "duplicate", "U019"), ("官渡镇.xlsx", "accepted", ""),
    ]  # fmt: skip
    assert text(checked(name, 1), checked("官渡镇.xlsx", 2))[0].startswith(
        "这是备份或临时文件，“官渡镇”的表“官渡镇.xlsx”在这里，这一份没有计入。"
    )
    rejected = checked("官渡镇.xlsx", 2, findings=[finding("V002")])  # what was there before does not count either
    assert outcome(checked(name, 1), rejected)[0] == (name, "duplicate", "U019")


def test_a_backup_that_is_alone_counts() -> None:
    assert outcome(checked("备份 官渡镇.xlk")) == [("备份 官渡镇.xlk", "accepted", "U019")]
    assert text(checked("备份 官渡镇.xlk"))[0].startswith("这是备份或临时文件，“官渡镇”的表不在这里，先按这一份计入。")
    assert [code for _, _, code in outcome(checked("1.xlk", 1), checked("2.xlk", 2))] == ["U019 U005"] * 2


@pytest.mark.parametrize("name", ["官渡镇.xlsx", "20210529", "备份.xlsx", "deadbeef.xlsx"])
def test_what_is_no_backup(name: str) -> None:
    assert outcome(checked(name, 1), checked("甲.xlsx", 2))[0] == (name, "rejected", "U005")
