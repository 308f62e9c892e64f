"""The merged workbook: the official page with the totals, and the four sheets that stand behind it."""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from math import ceil
from typing import Any, Final, NamedTuple

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from stattable import __version__
from stattable.checking.batch import Checked
from stattable.merging.merge import Merged
from stattable.model.catalogue import render
from stattable.model.findings import Severity
from stattable.model.form import FIELD_BY_KEY, FIELDS, Values, shown_value
from stattable.model.identity import Identity, UnitFacts, WorkbookKind
from stattable.model.text import display_width
from stattable.model.units import Level, Scope, Unit
from stattable.writing.blank import association_name
from stattable.writing.page import (
    add_identity,
    fill_page,
    open_template,
    put,
    put_note,
    run_time,
    workbook_bytes,
)

UNITS_SHEET: Final = "分单位汇总"
STATE_SHEET: Final = "报送情况"
FINDINGS_SHEET: Final = "审核意见"
LEDGER_SHEET: Final = "汇总台账"

_STATUS_WORDS: Final = {
    "accepted": "已报",
    "rejected": "退回",
    "covered": "已含在上级汇总数里",
    "missing": "未报",
    None: "不要求",
}
_BASIS_WORDS: Final = {"own": "本级 + 下级", "cumulative": "上报的汇总数", "derived": "下级之和"}
_LINE_HEIGHT: Final = 14.5  # points
_DEEPEST_OUTLINE: Final = 7


class _Look(NamedTuple):
    """How the cells of a row look."""

    bold: bool = False
    fill: str | None = None
    wrap: bool = False
    number: str | None = None
    centred: bool = False


_HEAD: Final = _Look(bold=True, fill="D9E2EC", wrap=True, centred=True)
_BODY: Final = _Look()
_WRAPPED: Final = _Look(wrap=True)
_TITLE: Final = _Look(bold=True)
_SUM: Final = _Look(bold=True, fill="FFF2CC")
_THIN: Final = Side(style="thin", color="A6A6A6")
_SEVERITY_FILLS: Final = {Severity.ERROR: "F8D7DA", Severity.WARNING: "FFF3CD", Severity.INFO: None}


class _Writer:
    """Writes rows to a sheet; the style of each look is made once and shared by its cells.

    Args:
        sheet: an empty one.
        widths: of its columns, in characters.
    """

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._widths = widths
        for column, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        self._styles: dict[_Look, Any] = {}
        self.row = 0

    def write(self, cells: Iterable[object], look: _Look = _BODY, *, bordered: bool = True) -> int:
        """Write a row and return its number."""
        self.row += 1
        lines, style = 1, self._styles.get(look)
        for column, value in enumerate(cells, start=1):
            room = self._widths[column - 1] - 1 if look.wrap else 0
            if look.wrap and isinstance(value, str) and ("\n" in value or 2 * len(value) > room):
                lines = max(lines, sum(ceil(display_width(line) / room) for line in value.split("\n")))
            cell: Any = self._sheet.cell(self.row, column)
            put(cell, value)
            if bordered:
                if style is None:
                    style = self._styles[look] = self._style(cell, look)
                cell._style = style  # shared: whoever changes a cell's look gives it a style of its own
            elif look.bold:
                cell.font = Font(name="宋体", size=12, bold=True)
        if lines > 1:
            self._sheet.row_dimensions[self.row].height = lines * _LINE_HEIGHT
        return self.row

    def _style(self, cell: Any, look: _Look) -> Any:
        cell.font = Font(name="宋体", size=10, bold=look.bold)
        cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
        cell.alignment = Alignment(
            wrap_text=look.wrap, vertical="center", horizontal="center" if look.centred else None
        )
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.number:
            cell.number_format = look.number
        return cell._style


def report_bytes(merged: Merged, options: Sequence[str]) -> bytes:
    """Return the merged workbook as a file.

    Args:
        merged: the result of a merge.
        options: what the run was asked for, as the ledger records it.
    """
    workbook, page = open_template()
    _page(page, merged)
    _units(workbook, merged)
    _state(workbook, merged)
    _findings(workbook, merged)
    _ledger(workbook, merged, options)
    add_identity(workbook, merged_identity(merged))
    workbook.active = 0
    return workbook_bytes(workbook)


def merged_identity(merged: Merged) -> Identity:
    """Return who the merged workbook is of, and what it holds."""
    above = [merged.tree[key] for key in merged.tree.above(merged.root)]
    inputs = dict.fromkeys(one.key for one in merged.accepted.values())
    return Identity(
        kind=WorkbookKind.MERGED,
        edition=merged.edition,
        unit=_facts(merged.root_unit),
        scope=Scope.CUMULATIVE,
        above=tuple(map(_facts, above)),
        unaccounted=tuple(sorted(merged.coverage[merged.root].unaccounted.items())),
        inputs=tuple(_facts(merged.tree[key]) for key in inputs if key is not None),
    )


def _facts(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.code, unit.name, unit.level)


# -- 信息统计表 -------------------------------------------------------------------------------------------


def _page(sheet: Worksheet, merged: Merged) -> None:
    root, own = merged.root_unit, _root_return(merged)
    contact, phone = root.contact, root.phone
    if own is not None:
        contact, phone = own.received.contact or contact, own.received.phone or phone
    fill_page(
        sheet,
        edition=merged.edition,
        name=association_name(root.name),
        level=root.level,
        values=merged.total,
        contact=contact,
        phone=phone,
        filled_in=run_time().date(),
    )
    summary = merged.summary
    lines = ["汇总说明（这一栏不打印）", "", f"{root.name}（{root.level.label}）汇总数"]
    counted = sum(_counted(merged, one)[0] for one in merged.returns)
    lines.append(f"收到 {summary.received} 份，计入 {counted} 份。")
    if counted < summary.accepted:
        lines.append(f"另有 {summary.accepted - counted} 份只用来核对，见“{LEDGER_SHEET}”。")
    if summary.rejected:
        lines.append(f"注意：有 {summary.rejected} 份报表被退回，没有计入，见“{FINDINGS_SHEET}”。")
    if summary.missing:
        lines.append(f"注意：有 {summary.missing} 个单位没有报，见“{STATE_SHEET}”。")
    lines.append(f"每个数字的来源见“{UNITS_SHEET}”和“{LEDGER_SHEET}”。")
    put_note(sheet, lines)


def _root_return(merged: Merged) -> Checked | None:
    for scope in (Scope.OWN, Scope.CUMULATIVE):
        if one := merged.accepted.get((merged.root, scope)):
            return one
    return None


# -- 分单位汇总 -------------------------------------------------------------------------------------------

_UNIT_HEADS: Final = ("单位", "级别", "报送", "合计依据")


def _units(workbook: Workbook, merged: Merged) -> None:
    sheet = workbook.create_sheet(UNITS_SHEET)
    writer = _Writer(sheet, [26, 10, 12, 14, *[9] * len(FIELDS)])
    first = len(_UNIT_HEADS) + 1
    writer.write([*_UNIT_HEADS, *(f"{field.block.section}\n{field.heading.text}" for field in FIELDS)], _HEAD)
    writer.write([*[""] * len(_UNIT_HEADS), *(field.column.text for field in FIELDS)], _HEAD)
    for column in range(1, first):
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    start = 0
    for index, field in enumerate(FIELDS):  # one head over the columns of a level
        following = FIELDS[index + 1] if index + 1 < len(FIELDS) else None
        if following is None or (following.block, following.heading) != (field.block, field.heading):
            sheet.merge_cells(start_row=1, end_row=1, start_column=first + start, end_column=first + index)
            start = index + 1
    depths = {merged.root: 0}
    for key in merged.tree.below(merged.root):
        unit = merged.tree[key]
        if key == merged.root or unit.parent not in depths:
            continue
        depth = depths[unit.parent] + 1
        if depth > 1 and unit.level is Level.VILLAGE:
            continue
        depths[key] = depth
        total = merged.totals[key]
        said = (unit.name, unit.level.label, _STATUS_WORDS[merged.statuses[key]], _BASIS_WORDS[total.basis])
        row = writer.write([*said, *_figures(total.values, unit.level)])
        if depth > 1:
            sheet.row_dimensions[row].outlineLevel = min(depth - 1, _DEEPEST_OUTLINE)
            name: Any = sheet.cell(row, 1)
            name._style = copy(name._style)
            name.alignment = Alignment(indent=depth - 1, vertical="center")
    _sums(writer, merged)
    sheet.sheet_properties.outlinePr.summaryBelow = False
    _finish(sheet, head_rows=2, frozen="B3", pages_wide=3)
    sheet.print_title_cols = "A:A"


def _sums(writer: _Writer, merged: Merged) -> None:
    root = merged.root_unit
    own = merged.counted.own.get(merged.root)
    writer.write(
        [
            f"{root.name} 本级",
            root.level.label,
            "已报" if own else "未单独报",
            "",
            *_figures(own or (), root.level),
        ],
        _SUM,
    )
    basis = _BASIS_WORDS[merged.totals[merged.root].basis]
    writer.write([f"{root.name} 合计", root.level.label, "", basis, *_figures(merged.total, root.level)], _SUM)
    difference = merged.differences.get(merged.root)
    gaps = [difference.of(field.index) or None for field in FIELDS] if difference else [None] * len(FIELDS)
    note = "上报的汇总数 − 本级 − 下级" if difference else "没有差额"
    writer.write([f"{root.name} 差额", "", "", note, *gaps], _SUM)


def _figures(values: Values | tuple[()], level: Level) -> list[object]:
    if not values:
        return [None] * len(FIELDS)
    return [shown_value(value, level, index) for index, value in enumerate(values)]


# -- 报送情况 ---------------------------------------------------------------------------------------------


def _state(workbook: Workbook, merged: Merged) -> None:
    sheet = workbook.create_sheet(STATE_SHEET)
    writer = _Writer(sheet, [30, 12, 16, 24, 20, 14, 18])
    tree, statuses = merged.tree, merged.statuses
    writer.write(["各单位下级的报送情况"], _TITLE, bordered=False)
    writer.write(["上级单位", "级别", "应报", "已报", "退回", "已含在上级汇总数里", "未报"], _HEAD)
    for key in tree.below(merged.root):
        of_children = [statuses[child] for child in tree.children[key] if statuses[child] is not None]
        if of_children:
            counts = [of_children.count(status) for status in ("accepted", "rejected", "covered", "missing")]
            writer.write([tree[key].name, tree[key].level.label, len(of_children), *counts])
    writer.write([], bordered=False)
    writer.write(["每个单位的报送情况"], _TITLE, bordered=False)
    head = writer.write(["单位", "级别", "代码", "上级单位", "状态", "联系人", "电话"], _HEAD)
    for key in tree.below(merged.root):
        if statuses[key] is not None:
            unit = tree[key]
            parent = tree[unit.parent].name if unit.parent else ""
            look = _Look(fill="F8D7DA") if statuses[key] in {"missing", "rejected"} else _BODY
            said = (unit.name, unit.level.label, unit.code, parent, _STATUS_WORDS[statuses[key]])
            writer.write([*said, *_person(merged, key)], look)
    sheet.auto_filter.ref = f"A{head}:G{max(writer.row, head)}"
    _finish(sheet, head_rows=0, frozen=None)


def _person(merged: Merged, key: str) -> tuple[str, str]:
    unit = merged.tree[key]
    for scope in Scope:
        if one := merged.accepted.get((key, scope)):
            return one.received.contact or unit.contact, one.received.phone or unit.phone
    return unit.contact, unit.phone


# -- 审核意见 ---------------------------------------------------------------------------------------------


def _findings(workbook: Workbook, merged: Merged) -> None:
    sheet = workbook.create_sheet(FINDINGS_SHEET)
    writer = _Writer(sheet, [6, 9, 8, 20, 34, 9, 30, 14, 60, 26])
    heads = (
        "序号",
        "程度",
        "代码",
        "单位",
        "文件",
        "单元格",
        "栏目",
        "原值",
        "说明",
        "核实情况（由经办人填写）",
    )
    writer.write(heads, _HEAD)
    order = {severity: rank for rank, severity in enumerate(Severity)}
    for number, finding in enumerate(sorted(merged.findings, key=lambda f: order[f.severity]), start=1):
        label = FIELD_BY_KEY[finding.field].label if finding.field else None
        said = (
            number, finding.severity.label, finding.code, finding.unit.name if finding.unit else None,
            finding.path, finding.cell, label, finding.raw, render(finding, lambda key: FIELD_BY_KEY[key].label), None,
        )  # fmt: skip
        writer.write(said, _Look(wrap=True, fill=_SEVERITY_FILLS[finding.severity]))
    if writer.row == 1:
        writer.write(["", "", "", "", "", "", "", "", "没有发现问题。", ""], _WRAPPED)
    sheet.auto_filter.ref = f"A1:J{writer.row}"
    _finish(sheet, head_rows=1, frozen="A2")


# -- 汇总台账 ---------------------------------------------------------------------------------------------


def _ledger(workbook: Workbook, merged: Merged, options: Sequence[str]) -> None:
    sheet = workbook.create_sheet(LEDGER_SHEET)
    writer = _Writer(sheet, [6, 44, 20, 12, 19, 14, 24, 12, 8, 8, 10, 44])
    writer.write([f"stattable {__version__}，{run_time():%Y-%m-%d %H:%M:%S}"], _TITLE, bordered=False)
    writer.write([f"选项：{' '.join(options) or '无'}"], bordered=False)
    heads = (
        "序号",
        "文件",
        "SHA-256",
        "大小（字节）",
        "修改时间",
        "单位代码",
        "单位",
        "级别",
        "口径",
        "届次",
        "是否计入",
        "原因",
    )
    head = writer.write(heads, _HEAD)
    everything = sorted((*merged.returns, *merged.earlier), key=lambda one: one.path)
    for number, one in enumerate(everything, start=1):
        facts = one.received.facts
        counted, why = _counted(merged, one)
        changed = datetime.fromtimestamp(facts.mtime).strftime("%Y-%m-%d %H:%M:%S") if facts.mtime else None
        said = (
            number, one.path, facts.sha256, facts.size, changed, one.unit.code, one.unit.name,
            one.level.label if one.level else None, one.scope.label if one.scope else None,
            one.received.edition, "计入" if counted else "未计入", why,
        )  # fmt: skip
        writer.write(said)
    sheet.auto_filter.ref = f"A{head}:L{writer.row}"
    _finish(sheet, head_rows=head, frozen=f"C{head + 1}")


def _counted(merged: Merged, one: Checked) -> tuple[bool, str]:
    """Say whether the figures of a return are in the root's total, and why not."""
    if any(finding.code == "U008" for finding in one.findings):
        return False, "以前的汇总结果"
    if one.status != "accepted" or one.key is None:
        codes = dict.fromkeys(f.code for f in one.findings if f.severity is Severity.ERROR)
        return False, "重复" if one.status == "duplicate" else f"退回：{'、'.join(codes)}"
    cumulative = merged.counted.cumulative
    if one.scope is Scope.OWN and one.key in cumulative:
        return False, "以本单位的汇总数为准，本级数只用来核对"
    chain = merged.tree.above(one.key)
    chain = chain[chain.index(merged.root) :] if merged.root in chain else []
    holder = next((key for key in chain if key in cumulative), None)
    if holder is not None:
        return False, f"已含在“{merged.tree[holder].name}”的汇总数里，只用来核对"
    return True, ""


# -- print set-up -----------------------------------------------------------------------------------------


def _finish(sheet: Worksheet, *, head_rows: int, frozen: str | None, pages_wide: int = 1) -> None:
    sheet.freeze_panes = frozen
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = pages_wide
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    footer: Any = sheet.oddFooter
    footer.center.text = "第 &P 页，共 &N 页"
    if head_rows:
        sheet.print_title_rows = f"1:{head_rows}"
