"""Checks of the annex: against the form, row by row, and for what is listed twice (family A, all warnings)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, NamedTuple

from stattable.checking.returns import CheckedReturn
from stattable.model.annex import ACCOUNT_FIELDS, COLUMNS, KINDS, Annex, AnnexRow, annex_level, counts, has_annex
from stattable.model.catalogue import finding
from stattable.model.cell_names import a1, a1_range
from stattable.model.findings import Finding, Param, Status
from stattable.model.form import FIELDS, Kind, Values, number
from stattable.model.names import Names, comparable_name
from stattable.model.text import without_spaces
from stattable.model.units import Level, Tree
from stattable.qr.kinds import CodeKind
from stattable.reading.answers import shortened

_URL: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[^\s/:?#@]{1,253})(?::(?P<port>\d{1,5}))?(?:[/?#]\S*)?", re.IGNORECASE
)
_DOMAIN: Final = re.compile(
    r"(?:[\w-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59}|[\u4e00-\u9fff]{2,10})", re.IGNORECASE
)
_MOST_PORTS: Final = 65_535
# Weibo takes 4 to 30 characters, a Chinese one for two: letters, digits, _ and -.
_WEIBO: Final = re.compile(r"[\w\u4e00-\u9fff·-]{2,30}")


@dataclass(frozen=True, slots=True)
class AnnexEntry:
    """A row of an annex, and the unit that it belongs to.

    Attributes:
        row: of the annex.
        key: the unit's key in the tree, or None where nobody can tell.
        level: the unit's level, or None.
        problem: what is wrong with the unit or its level, or None.
    """

    row: AnnexRow
    key: str | None
    level: Level | None
    problem: str | None


class AnnexOwners:
    """Finds the units that the rows of annexes belong to.

    Args:
        tree: all units.
        is_roster: whether the tree holds all units, so that one outside it is unknown.
    """

    def __init__(self, tree: Tree, *, is_roster: bool) -> None:
        self._tree, self._is_roster = tree, is_roster
        self._names: Names | None = None  # made when needed: it takes time, and most returns have no annex

    def entries_of(self, one: CheckedReturn) -> list[AnnexEntry]:
        """Return the rows of a return's annex, each with its unit."""
        annex = one.file.annex
        return [self._listed(row, one) for row in annex.rows] if annex else []

    def _listed(self, row: AnnexRow, one: CheckedReturn) -> AnnexEntry:
        said = annex_level(row.level)
        if not row.unit:
            return AnnexEntry(row, one.key, said or one.level, "no_unit")
        if comparable_name(row.unit) == comparable_name(one.unit.name or "") and said in {None, one.level}:
            return AnnexEntry(row, one.key, one.level, None if said else "no_level")
        self._names = self._names or Names(self._tree)
        keys = [key for key in self._names.match(row.unit) if said is None or self._tree[key].level is said]
        within = [key for key in keys if one.key and one.key in self._tree and self._tree.under(key, one.key)]
        if len(within) == 1:
            level = self._tree[within[0]].level
            return AnnexEntry(row, within[0], level, None if said else "no_level")
        if within:
            return AnnexEntry(row, None, said, "ambiguous")
        if said is None:
            return AnnexEntry(row, None, None, "no_level")
        outside = bool(keys) or self._is_roster or not (one.level and one.level.above(said))
        return AnnexEntry(row, None, said, "outside" if outside else None)


def annex_findings(one: CheckedReturn, listed: Sequence[AnnexEntry]) -> list[Finding]:
    """Return the findings on a return's annex.

    Args:
        one: a return, with whose figures the annex is compared.
        listed: the rows of its annex.
    """
    annex = one.file.annex
    if one.level is None or not has_annex(one.level) or one.file.values is None:
        return []
    sheet = annex.sheet if annex else None
    findings = [*differing_counts(one.values, one.level, listed, has_rows=annex is not None, sheet=sheet)]
    if annex is None:
        return findings
    for row in listed:
        findings += _row_findings(annex, row)
    findings += _stray_pictures(annex)
    if annex.unread == "format":
        findings.append(finding("A008", sheet=annex.sheet))
    elif annex.unread:
        count = sum(len(row.pictures) for row in annex.rows) + len(annex.stray)
        findings.append(finding("A010", sheet=annex.sheet, params={"module": annex.unread, "count": count}))
    return [*findings, *_repeated_accounts(annex, listed, one.unit.name or "")]


def differing_counts(
    values: Values, level: Level, listed: Sequence[AnnexEntry], *, has_rows: bool, sheet: str | None
) -> Iterator[Finding]:
    """Yield A001 for each count in the form that differs from the annex; a single one where there is no annex.

    Args:
        values: the 40 figures.
        level: of the unit; up to the province, 有 stands for one account or more.
        listed: the rows of the annex.
        has_rows: whether there is an annex.
        sheet: name of the sheet that the annex is on, or None.
    """
    amounts = {
        index: min(amount, 1) if FIELDS[index].kind_at(level) is Kind.FLAG else amount
        for index, amount in counts([(one.level, one.row) for one in listed]).items()
    }
    differing = [index for index in ACCOUNT_FIELDS if number(values[index]) != amounts[index]]
    if differing and not has_rows:
        total = sum(number(values[index]) for index in differing)
        yield finding("A001", params={"reason": "none", "form": total, "listed": 0, "what": ""})
        return
    for index in differing:
        its_level, kind = ACCOUNT_FIELDS[index]
        params: dict[str, Param] = {
            "reason": "differs", "form": number(values[index]), "listed": amounts[index],
            "what": f"{its_level.label}{KINDS[kind]}",
        }  # fmt: skip
        yield finding("A001", sheet=sheet, field=FIELDS[index].key, params=params)


def _row_findings(annex: Annex, one: AnnexEntry) -> Iterator[Finding]:
    row = one.row
    for url in row.websites:
        suggestion = url_problem(url)
        if suggestion is not None:
            yield _annex_finding(annex, row, "website", "A002", raw=url, suggestion=suggestion or None)
    if len(row.wechat) > max(len(row.pictures), len(row.payloads)) and not annex.unread:
        yield _annex_finding(annex, row, "qr", "A003", params={"name": row.wechat[-1]})
    for picture in row.pictures:
        reason = picture_problem(picture.fault, [kind for _, kind in picture.codes])
        if reason and not (annex.unread and reason == "no_code"):
            yield finding(
                "A004",
                sheet=annex.sheet,
                cell=a1(*picture.cell),
                raw=shortened(picture.codes[0][0]) if picture.codes else None,
                params={"reason": reason, "label": COLUMNS["qr"].text},
            )
    for name in row.weibo:
        suggestion = weibo_problem(name)
        if suggestion is not None:
            yield _annex_finding(annex, row, "weibo", "A006", raw=name, suggestion=suggestion or None)
    if one.problem:
        key = "level" if one.problem == "no_level" else "unit"
        yield _annex_finding(annex, row, key, "A007", raw=row.unit or None, params={"reason": one.problem})


def url_problem(url: str) -> str | None:
    """Return None if `url` is a website's, else the likely URL, ``""`` if there is none."""
    match = _URL.fullmatch(url)
    if match is None or int(match["port"] or 0) > _MOST_PORTS:
        return ""
    if _DOMAIN.fullmatch(match["host"]):
        return None if match["scheme"] else f"http://{url}"
    try:
        IPv4Address(match["host"])
    except ValueError:
        return ""
    return None if match["scheme"] else ""


def weibo_problem(name: str) -> str | None:
    """Return None if `name` can be a Weibo name, else the likely name, ``""`` if there is none."""
    bare = name.lstrip("@＠")
    width = sum(2 if ord(char) > 0x7F else 1 for char in bare)
    if not _WEIBO.fullmatch(bare) or not 4 <= width <= 30 or bare.isdigit():
        return ""
    return None if bare == name else bare


def picture_problem(fault: str | None, kinds: Sequence[str]) -> str | None:
    """Return what is wrong with a picture that should be an official account's QR code, or None."""
    if fault:
        return fault
    if not kinds:
        return "no_code"
    return None if CodeKind.OFFICIAL.value in kinds else kinds[0]


def _stray_pictures(annex: Annex) -> Iterator[Finding]:
    label = COLUMNS["qr"].text
    if annex.stray:
        params: dict[str, Param] = {"reason": "stray", "count": len(annex.stray), "label": label}
        yield finding("A004", sheet=annex.sheet, cell=a1_range(one.cell for one in annex.stray), params=params)
    if annex.left_out:
        params = {"reason": "many", "count": annex.left_out, "label": label}
        yield finding("A004", sheet=annex.sheet, params=params)


def _annex_finding(annex: Annex, row: AnnexRow, key: str, code: str, **parts: object) -> Finding:
    column = annex.columns.get(key) or annex.columns["unit"]
    params = {"label": COLUMNS[key].text, "unit": row.unit, **(parts.pop("params", None) or {})}  # type: ignore[dict-item]
    return finding(code, sheet=annex.sheet, cell=a1(row.row, column), params=params, **parts)  # type: ignore[arg-type]


class Account(NamedTuple):
    """An account in a row; two are the same if `kind` and `value` are.

    Attributes:
        kind: ``website``, ``qr`` or ``weibo``.
        value: the spelling for comparing.
        shown: the spelling in the row or the QR code.
    """

    kind: str
    value: str
    shown: str

    @property
    def key(self) -> tuple[str, str]:
        """Kind and value, for comparing."""
        return self.kind, self.value


def accounts_in(row: AnnexRow) -> Iterator[Account]:
    """Yield the accounts in a row: URLs, QR codes and Weibo names."""
    for url in row.websites:
        host, slash, rest = url.partition("://")[2].rstrip("/").partition("/") if "://" in url else url.partition("/")
        yield Account("website", host.lower().removeprefix("www.") + slash + rest, url)
    for payload in row.payloads:
        yield Account("qr", payload, shortened(payload))
    for name in row.weibo:
        yield Account("weibo", without_spaces(name.lstrip("@＠")).lower(), name)


def _repeated_accounts(annex: Annex, listed: Sequence[AnnexEntry], reporter: str) -> Iterator[Finding]:
    """Yield A005 for each account that a return lists twice."""
    firsts: dict[tuple[str, str], AnnexEntry] = {}
    for one in listed:
        seen: set[tuple[str, str]] = set()
        for account in accounts_in(one.row):
            first = firsts.setdefault(account.key, one)
            if first is not one or account.key in seen:
                where = a1(first.row.row, annex.columns["unit"])
                yield shared_account_finding(annex, one.row, account, first.row.unit or reporter, where)
            seen.add(account.key)


def shared_account_finding(annex: Annex, row: AnnexRow, account: Account, other: str, where: str) -> Finding:
    """Return A005 on an account that another row lists too."""
    return _annex_finding(annex, row, account.kind, "A005", raw=account.shown, params={"other": other, "where": where})


def with_annex_findings(returns: Sequence[CheckedReturn], owners: AnnexOwners) -> list[CheckedReturn]:
    """Check the annexes of all returns, each by itself and for accounts that two units share (A005).

    Args:
        returns: in the order of their paths.
        owners: finds the units that the rows belong to.

    Returns:
        The same returns in the same order, with the findings of the family A.
    """
    marked = []
    firsts: dict[tuple[str, str], tuple[CheckedReturn, AnnexEntry]] = {}
    for one in returns:
        listed = owners.entries_of(one) if one.file.annex else []
        findings = annex_findings(one, listed) if one.status is Status.ACCEPTED else []
        annex = one.file.annex
        for row in listed if annex and one.status is Status.ACCEPTED else []:
            for account in accounts_in(row.row):
                first, before = firsts.setdefault(account.key, (one, row))
                if first is not one and annex and _unit(before) != _unit(row):
                    other = before.row.unit or first.unit.name or ""
                    findings.append(shared_account_finding(annex, row.row, account, other, first.path))
        marked.append(one.with_findings(*findings) if findings else one)
    return marked


def _unit(one: AnnexEntry) -> str:
    return one.key or comparable_name(one.row.unit)
