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
    r"""
    (?: (?P<scheme>https?) :// )?
    (?P<host> [^\s/:?\#@]{1,253} )
    (?: : (?P<port>\d{1,5}) )?
    (?: [/?\#]\S* )?               # path, query and fragment
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DOMAIN: Final = re.compile(
    r"""
    (?: [\w-]{1,63} \. )+
    (?: [a-z]{2,63} | xn--[a-z0-9-]{1,59} | [\u4e00-\u9fff]{2,10} )  # the top level
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MOST_PORTS: Final = 65_535
# Weibo allows 4 to 30 letters, digits, _ and -; a Chinese character counts as two.
_WEIBO: Final = re.compile(r"[\w\u4e00-\u9fff·-]{2,30}")


@dataclass(frozen=True, slots=True)
class AnnexEntry:
    """A row of an annex with the unit that it belongs to.

    Attributes:
        row: the row.
        key: the unit's key in the tree, or None where it is not known.
        level: the unit's level, or None.
        problem: the reason of A007 where unit or level are wrong, or None.
    """

    row: AnnexRow
    key: str | None
    level: Level | None
    problem: str | None


class AnnexOwners:
    """Finds the units that the rows of annexes belong to.

    Args:
        tree: all units.
        is_roster: whether the tree is a roster, so that a unit outside it is wrong.
    """

    def __init__(self, tree: Tree, *, is_roster: bool) -> None:
        self._tree, self._is_roster = tree, is_roster
        self._names: Names | None = None  # takes time to build, and most returns have no annex

    def of(self, sender: CheckedReturn) -> list[AnnexEntry]:
        """Return the rows of a return's annex, each with its unit."""
        annex = sender.file.annex
        return [self._entry(row, sender) for row in annex.rows] if annex else []

    def _entry(self, row: AnnexRow, sender: CheckedReturn) -> AnnexEntry:
        level = annex_level(row.level)
        problem = None if level else "no_level"
        if not row.unit:
            return AnnexEntry(row, sender.key, level or sender.level, "no_unit")
        if comparable_name(row.unit) == comparable_name(sender.unit.name or "") and level in {None, sender.level}:
            return AnnexEntry(row, sender.key, sender.level, problem)
        self._names = self._names or Names(self._tree)
        keys = [key for key in self._names.match(row.unit) if level is None or self._tree[key].level is level]
        top = sender.key if sender.key and sender.key in self._tree else None
        within = [key for key in keys if top and self._tree.under(key, top)]
        if len(within) == 1:
            return AnnexEntry(row, within[0], self._tree[within[0]].level, problem)
        if within:
            return AnnexEntry(row, None, level, "ambiguous")
        if level is None:
            return AnnexEntry(row, None, None, problem)
        is_outside = bool(keys) or self._is_roster or not (sender.level and sender.level.above(level))
        return AnnexEntry(row, None, level, "outside" if is_outside else None)


def annex_findings(sender: CheckedReturn, entries: Sequence[AnnexEntry]) -> list[Finding]:
    """Return the findings about a return's annex.

    Args:
        sender: the return, whose figures its annex is compared with.
        entries: the rows of its annex.
    """
    annex = sender.file.annex
    if sender.level is None or not has_annex(sender.level) or sender.file.values is None:
        return []
    sheet = annex.sheet if annex else None
    findings = [*differing_counts(sender.values, sender.level, entries, has_rows=annex is not None, sheet=sheet)]
    if annex is None:
        return findings
    for entry in entries:
        findings += _entry_findings(annex, entry)
    findings += _picture_findings(annex)
    if annex.unread:
        findings.append(finding("A008", sheet=annex.sheet))
    return [*findings, *_repeated_accounts(annex, entries, sender.unit.name or "")]


def differing_counts(
    values: Values, level: Level, entries: Sequence[AnnexEntry], *, has_rows: bool, sheet: str | None
) -> Iterator[Finding]:
    """Yield A001 for each level and kind with other counts in the form than in the annex; one for all without an annex.

    Args:
        values: the 40 figures.
        level: the level of their unit: up to the province, 有 means one account or more.
        entries: the rows of its annex.
        has_rows: whether there is an annex.
        sheet: the sheet of the annex.
    """
    amounts = {
        index: min(amount, 1) if FIELDS[index].kind_at(level) is Kind.FLAG else amount
        for index, amount in counts([(entry.level, entry.row) for entry in entries]).items()
    }
    differing = [index for index in ACCOUNT_FIELDS if number(values[index]) != amounts[index]]
    if differing and not has_rows:
        total = sum(number(values[index]) for index in differing)
        yield finding("A001", params={"reason": "none", "form": total, "listed": 0, "what": ""})
        return
    for index in differing:
        account_level, kind = ACCOUNT_FIELDS[index]
        params: dict[str, Param] = {
            "reason": "differs", "form": number(values[index]), "listed": amounts[index],
            "what": f"{account_level.label}{KINDS[kind]}",
        }  # fmt: skip
        yield finding("A001", sheet=sheet, field=FIELDS[index].key, params=params)


# -- row by row -------------------------------------------------------------------------------------------


def _entry_findings(annex: Annex, entry: AnnexEntry) -> Iterator[Finding]:
    row = entry.row
    for url in row.websites:
        suggestion = url_problem(url)
        if suggestion is not None:
            yield _at(annex, row, "website", "A002", raw=url, suggestion=suggestion or None)
    if len(row.wechat) > max(len(row.pictures), len(row.payloads)) and not annex.unread:
        yield _at(annex, row, "qr", "A003", params={"name": row.wechat[-1]})
    for picture in row.pictures:
        reason = picture_problem(picture.fault, [kind for _, kind in picture.codes])
        if reason:
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
            yield _at(annex, row, "weibo", "A006", raw=name, suggestion=suggestion or None)
    if entry.problem:
        key = "level" if entry.problem == "no_level" else "unit"
        yield _at(annex, row, key, "A007", raw=row.unit or None, params={"reason": entry.problem})


def url_problem(url: str) -> str | None:
    """Return None for a website's URL, else a suggestion, or ``""`` where there is none."""
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
    """Return None for a possible Weibo name, else a suggestion, or ``""`` where there is none."""
    bare = name.lstrip("@＠")
    width = sum(2 if ord(char) > 0x7F else 1 for char in bare)
    if not _WEIBO.fullmatch(bare) or not 4 <= width <= 30 or bare.isdigit():
        return ""
    return None if bare == name else bare


def picture_problem(fault: str | None, kinds: Sequence[str]) -> str | None:
    """Return why a picture is no official account's QR code, or None where it is one."""
    if fault:
        return fault
    if not kinds:
        return "no_code"
    return None if CodeKind.OFFICIAL.value in kinds else kinds[0]


def _picture_findings(annex: Annex) -> Iterator[Finding]:
    """Yield A004 for pictures that belong to no row, and for those that were not read."""
    label = COLUMNS["qr"].text
    if annex.stray:
        params: dict[str, Param] = {"reason": "stray", "count": len(annex.stray), "label": label}
        yield finding("A004", sheet=annex.sheet, cell=a1_range(picture.cell for picture in annex.stray), params=params)
    if annex.left_out:
        params = {"reason": "many", "count": annex.left_out, "label": label}
        yield finding("A004", sheet=annex.sheet, params=params)


def _at(annex: Annex, row: AnnexRow, key: str, code: str, **parts: object) -> Finding:
    column = annex.columns.get(key) or annex.columns["unit"]
    params = {"label": COLUMNS[key].text, "unit": row.unit, **(parts.pop("params", None) or {})}  # type: ignore[dict-item]
    return finding(code, sheet=annex.sheet, cell=a1(row.row, column), params=params, **parts)  # type: ignore[arg-type]


# -- what is listed twice ---------------------------------------------------------------------------------


class Account(NamedTuple):
    """An account in a row of an annex; two are the same where `kind` and `value` are.

    Attributes:
        kind: ``website``, ``qr`` or ``weibo``.
        value: its name or address as it is compared.
        shown: the same as it is written, or as the QR code holds it.
    """

    kind: str
    value: str
    shown: str

    @property
    def key(self) -> tuple[str, str]:
        """The kind and value, by which accounts are compared."""
        return self.kind, self.value


def accounts_in(row: AnnexRow) -> Iterator[Account]:
    """Yield the accounts in a row that are told by URL, QR code or Weibo name."""
    for url in row.websites:
        host, slash, rest = url.partition("://")[2].rstrip("/").partition("/") if "://" in url else url.partition("/")
        yield Account("website", host.lower().removeprefix("www.") + slash + rest, url)
    for payload in row.payloads:
        yield Account("qr", payload, shortened(payload))
    for name in row.weibo:
        yield Account("weibo", without_spaces(name.lstrip("@＠")).lower(), name)


def _repeated_accounts(annex: Annex, entries: Sequence[AnnexEntry], reporter: str) -> Iterator[Finding]:
    """Yield A005 for each account that a return lists in two rows, or twice in one."""
    firsts: dict[tuple[str, str], AnnexEntry] = {}
    for entry in entries:
        seen: set[tuple[str, str]] = set()
        for account in accounts_in(entry.row):
            first = firsts.setdefault(account.key, entry)
            if first is not entry or account.key in seen:
                where = a1(first.row.row, annex.columns["unit"])
                yield _listed_elsewhere(annex, entry.row, account, first.row.unit or reporter, where)
            seen.add(account.key)


def _listed_elsewhere(annex: Annex, row: AnnexRow, account: Account, other: str, where: str) -> Finding:
    return _at(annex, row, account.kind, "A005", raw=account.shown, params={"other": other, "where": where})


def with_annex_findings(returns: Sequence[CheckedReturn], owners: AnnexOwners) -> list[CheckedReturn]:
    """Return `returns` with the findings about their annexes, including accounts that two units list (A005).

    Args:
        returns: the returns in the order of their paths.
        owners: the units that rows belong to.
    """
    checked = []
    firsts: dict[tuple[str, str], tuple[CheckedReturn, AnnexEntry]] = {}
    for sender in returns:
        if sender.status is not Status.ACCEPTED:
            checked.append(sender)
            continue
        annex, entries = sender.file.annex, owners.of(sender)
        findings = annex_findings(sender, entries)
        for entry in entries:
            for account in accounts_in(entry.row):
                first, before = firsts.setdefault(account.key, (sender, entry))
                if first is not sender and annex and _unit_of(before) != _unit_of(entry):
                    other = before.row.unit or first.unit.name or ""
                    findings.append(_listed_elsewhere(annex, entry.row, account, other, first.path))
        checked.append(sender.with_findings(*findings) if findings else sender)
    return checked


def _unit_of(entry: AnnexEntry) -> str:
    return entry.key or comparable_name(entry.row.unit)
