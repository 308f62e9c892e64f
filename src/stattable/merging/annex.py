"""The annexes of the returns that count, as one list: in the order of the roster, and nothing in it twice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from stattable.checking.accounts import AnnexEntry, AnnexOwners, accounts_in, differing_counts
from stattable.checking.returns import CheckedReturn
from stattable.merging.rollup import RollUp
from stattable.model.annex import COLUMNS, LEVELS, UNREADABLE, has_annex
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Status
from stattable.model.names import comparable_name
from stattable.model.units import Scope

ACCOUNT_HEADS: Final = (
    "序号", "单位代码", "单位名称", "层级", "官网网址", "微信公众号名称", "二维码内容", "微博名", "备注", "文件", "行",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MergedAccount:
    """A row of the merged annex, and where it is from.

    Attributes:
        listed: the row, with its unit.
        source: the return in whose annex it stands.
    """

    listed: AnnexEntry
    source: CheckedReturn

    def cells(self, number: int) -> list[str | int | None]:
        """Return the cells of its row, the pictures aside; it is the `number`th."""
        row = self.listed.row
        texts: dict[str, str | int | None] = {
            "number": number,
            "unit": row.unit or self.source.unit.name or "",
            "level": self.listed.level.label if self.listed.level in LEVELS else row.level,
            "website": "\n".join(row.websites),
            "wechat": "\n".join(row.wechat),
            "weibo": "\n".join(row.weibo),
            "remark": row.remark,
            "qr": UNREADABLE if row.pictures and not any(picture.image for picture in row.pictures) else None,
        }
        return [texts.get(key) for key in COLUMNS]


@dataclass(frozen=True, slots=True)
class MergedAnnex:
    """The merged annex.

    Attributes:
        accounts: its rows, in the order of the tree.
        findings: of it as a whole: A001 and A009.
    """

    accounts: tuple[MergedAccount, ...]
    findings: tuple[Finding, ...]


def merged_annex(rolled: RollUp, returns: Iterable[CheckedReturn], owners: AnnexOwners) -> MergedAnnex:
    """Return the annexes of the returns that count for the total of `rolled`.

    As with figures, a cumulative return's annex stands for its whole subtree, whatever it lacks.

    Args:
        rolled: the figures, their root, and the tree.
        returns: those of the root and of the units below it.
        owners: tells whose a row is.
    """
    root = rolled.tree[rolled.root]
    sent = {(one.key, one.scope): one for one in returns if one.status is Status.ACCEPTED and has_annex(one.level)}
    if not has_annex(root.level) or not any(one.file.annex for one in sent.values()):
        return MergedAnnex((), ())
    listed = {key: owners.of(one) for key, one in sent.items()}
    order = {key: place for place, key in enumerate(rolled.tree.below(rolled.root))}
    accounts = [
        MergedAccount(row, sent[at])
        for at in _standing(rolled, rolled.root, sent)
        for row in listed[at]
    ]  # fmt: skip
    accounts.sort(key=lambda one: order.get(one.listed.key or one.source.key or "", len(order)))
    findings = [*_missing_above(rolled, sent, listed)]
    ref = root.ref
    known = {f.field for one in sent.values() for f in one.findings if f.code == "A001"}
    rows = [one.listed for one in accounts]
    for count in differing_counts(rolled.totals[rolled.root].values, root.level, rows, has_rows=bool(rows), sheet=None):
        if known.isdisjoint({count.field, None}):  # what the returns themselves do not say
            findings.append(replace(count, unit=ref))
    return MergedAnnex(tuple(accounts), tuple(findings))


_At = tuple[str | None, Scope | None]


def _standing(rolled: RollUp, key: str, sent: Mapping[_At, CheckedReturn]) -> Iterator[_At]:
    """Yield which returns' annexes count: a unit's cumulative one, or else its own and those below it."""
    if key in rolled.counted.cumulative:
        if (key, Scope.CUMULATIVE) in sent:
            yield key, Scope.CUMULATIVE
        return
    if (key, Scope.OWN) in sent:
        yield key, Scope.OWN
    for child in rolled.tree.children[key]:
        if has_annex(rolled.tree[child].level):
            yield from _standing(rolled, child, sent)


def _missing_above(
    rolled: RollUp, sent: Mapping[_At, CheckedReturn], listed: Mapping[_At, list[AnnexEntry]]
) -> Iterator[Finding]:
    """Yield A009 where units list accounts that the cumulative annex above them does not."""
    for at, one in sent.items():
        key, scope = at
        if scope is not Scope.CUMULATIVE or key is None:
            continue
        there = {value for row in listed[at] for value in _values(row)}
        below = [other for other in sent if other[0] and other != at and rolled.tree.under(other[0], key)]
        lacking = [row for other in below for row in listed[other] if not there.issuperset(_values(row))]
        names = dict.fromkeys(row.row.unit or one.unit.name or "" for row in lacking)
        if names:
            unit = rolled.tree[key]
            yield finding(
                "A009",
                path=one.path,
                unit=unit.ref,
                params={"names": tuple(names), "name": unit.name, "count": len(lacking)},
            )


def _values(one: AnnexEntry) -> set[tuple[str, str]]:
    values = {account.key for account in accounts_in(one.row)}
    return values or {("name", comparable_name(name)) for name in one.row.wechat}
