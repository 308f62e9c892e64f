"""The CSV tables of `check`, `merge` and `diff`."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from stattable.merging.annex import ACCOUNT_HEADS
from stattable.merging.result import MergeResult
from stattable.model.catalogue import render
from stattable.model.findings import FINDING_HEADS, Finding, UnitRef
from stattable.model.form import FIELD_BY_KEY, in_words, label_of, number
from stattable.model.text import INVISIBLE, printable
from stattable.model.units import Level
from stattable.output.json_documents import missing_label
from stattable.proving.comparable import Fields
from stattable.proving.differences import Change, Comparison, UnitDifference
from stattable.proving.sides import SideFinding


class _Line:
    """What a CSV writer writes to, which has it return the line."""

    def write(self, line: str) -> str:
        return line


def findings_as_csv(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the lines of findings as CSV with Chinese heads and a byte order mark, as Excel and WPS open it."""
    writer = csv.writer(_Line(), lineterminator="\n")  # which Windows makes \r\n when it is printed
    yield "\ufeff" + writer.writerow(FINDING_HEADS)
    for finding in findings:
        unit = finding.unit or UnitRef()
        row = (
            finding.code, finding.severity.label, render(finding, label_of), finding.path, unit.code, unit.name,
            unit.level, finding.sheet, finding.cell, finding.field,
            missing_label(finding), finding.raw, finding.suggestion, finding.explanation,
        )  # fmt: skip
        yield writer.writerow([_csv_cell([cell or ""]) for cell in row])


def accounts_as_csv(merged: MergeResult) -> str:
    """Return the merged annex as CSV, with what the QR codes hold."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ACCOUNT_HEADS)
    for position, account in enumerate(merged.accounts, start=1):
        row, key, level = account.listed.row, account.listed.key, account.listed.level
        unit = merged.tree[key] if key in merged.tree.units else None
        cells = (
            [str(position)], [(unit.code if unit else None) or ""], [row.unit or (unit.name if unit else "")],
            [level.label if level else row.level], row.websites, row.wechat, row.payloads, row.weibo, [row.remark],
            [account.source.path], [str(row.row)],
        )  # fmt: skip
        writer.writerow(map(_csv_cell, cells))
    return "\ufeff" + out.getvalue()


CHANGE_WORDS: Final = {Change.CHANGED: "有变化", Change.APPEARED: "新出现", Change.DISAPPEARED: "不再出现"}
DIFF_HEADS: Final = (
    "变化", "单位代码", "单位名称", "级别", "可能是", "内容", "字段", "栏目", "原来", "现在", "增减", "代码", "程度",
    "说明", "文件",
)  # fmt: skip
_CONTENTS: Final = {"fields": "计入的数", "own": "本级数", "as_read": "表上写的，没有计入或口径不同"}
_GONE, _NEW = "审核意见已消除", "审核意见新出现"


def diff_as_csv(compared: Comparison) -> str:
    """Return a comparison as CSV: a row for each figure that differs, and for each finding on one side only."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(DIFF_HEADS)
    for row in _diff_rows(compared):
        writer.writerow([cell if isinstance(cell, int) else _csv_cell([cell or ""]) for cell in row])
    return "\ufeff" + out.getvalue()


_DiffCell = str | int | None


def _diff_rows(compared: Comparison) -> Iterator[tuple[_DiffCell, ...]]:
    """Yield the rows below the heads; a unit without figures or findings that differ has one that names it."""
    for one in compared.units:
        other = one.suggested
        suggested = f"{other.name or ''}（{other.code or ''}）" if other else None
        level = Level(one.unit.level).label if one.unit.level else None
        head = (CHANGE_WORDS[one.change], one.unit.code, one.unit.name, level, suggested)
        rows = [*_figure_rows(one), *_finding_rows(one.findings.gone, _GONE), *_finding_rows(one.findings.new, _NEW)]
        yield from ((*head, *row) for row in rows or [("",) * (len(DIFF_HEADS) - len(head))])
    for findings, what in ((compared.findings.gone, _GONE), (compared.findings.new, _NEW)):
        yield from ((None,) * 5 + row for row in _finding_rows(findings, what))


def _figure_rows(one: UnitDifference) -> Iterator[tuple[_DiffCell, ...]]:
    parts: dict[str, Fields] = {"fields": one.fields, "own": one.own, "as_read": one.as_read}
    level = Level(one.unit.level) if one.unit.level else None
    for part, fields in parts.items():
        for key, (was, now) in fields.items():
            index = FIELD_BY_KEY[key].index
            raws = one.unread(key) if part == "as_read" else (None, None)
            words = (
                raw or ("" if value is None else in_words(value, level, index))
                for raw, value in zip(raws, (was, now), strict=True)
            )
            by = None if any(raws) else number(now) - number(was)
            yield _CONTENTS[part], key, label_of(key), *words, by, None, None, None, None


def _finding_rows(findings: Iterable[SideFinding], what: str) -> Iterator[tuple[_DiffCell, ...]]:
    for one in findings:
        finding = one.finding
        place = finding.field, missing_label(finding), None, None, None
        yield what, *place, finding.code, finding.severity.label, one.words, finding.path


def _csv_cell(lines: Iterable[str]) -> str:
    """Return a cell of a CSV with `lines`: no formula, and no characters that could deceive a reader."""
    first, *rest = lines or [""]
    return "\n".join(map(printable, (harmless(first), *rest)))


_FORMULA: Final = re.compile(
    rf"(?:\s|{INVISIBLE.pattern})*[=+\-@＝＋－＠]|[\t\r]"
)  # Excel in Chinese takes the wide ones


def harmless(text: str) -> str:
    """Return `text` so that a spreadsheet program never takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
