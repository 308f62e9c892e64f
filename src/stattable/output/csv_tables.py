"""The CSV tables of `check` and `merge`."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

from stattable.merging.annex import ACCOUNT_HEADS
from stattable.merging.result import MergeResult
from stattable.model.catalogue import render
from stattable.model.findings import Finding, UnitRef
from stattable.model.form import label_of
from stattable.model.text import INVISIBLE, printable
from stattable.output.json_documents import missing_label

CSV_HEADS: Final = (
    "代码", "程度", "说明", "文件", "单位代码", "单位名称", "级别", "工作表", "单元格", "字段", "栏目", "原值",
    "建议值",
)  # fmt: skip


def findings_as_csv(findings: Iterable[Finding]) -> str:
    """Return findings as CSV with Chinese heads and a byte order mark, as Excel and WPS open it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")  # which Windows makes \r\n when it is printed
    writer.writerow(CSV_HEADS)
    for finding in findings:
        unit = finding.unit or UnitRef()
        row = (
            finding.code, finding.severity.label, render(finding, label_of), finding.path, unit.code, unit.name,
            unit.level, finding.sheet, finding.cell, finding.field,
            missing_label(finding), finding.raw, finding.suggestion,
        )  # fmt: skip
        writer.writerow([_csv_cell([cell or ""]) for cell in row])
    return "\ufeff" + out.getvalue()


def accounts_as_csv(merged: MergeResult) -> str:
    """Return the merged annex as CSV, with what the QR codes hold."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ACCOUNT_HEADS)
    for number, account in enumerate(merged.accounts, start=1):
        row, key, level = account.listed.row, account.listed.key, account.listed.level
        unit = merged.tree[key] if key in merged.tree.units else None
        cells = (
            [str(number)], [(unit.code if unit else None) or ""], [row.unit or (unit.name if unit else "")],
            [level.label if level else row.level], row.websites, row.wechat, row.payloads, row.weibo, [row.remark],
            [account.source.path], [str(row.row)],
        )  # fmt: skip
        writer.writerow(map(_csv_cell, cells))
    return "\ufeff" + out.getvalue()


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
