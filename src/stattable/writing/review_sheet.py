"""The sheet 审核意见 of a returned workbook, which opens first: what is wrong, where, and room for reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from stattable.checking.remarks import Remark
from stattable.checking.sent_back import SentBack
from stattable.model.explanations import NOT_TO_EXPLAIN, RETURNED_HEADS, REVIEW_SHEET
from stattable.model.findings import Severity
from stattable.model.form import event
from stattable.model.text import chinese_date, display_width
from stattable.writing.blank import association_name
from stattable.writing.entry_page import OPEN
from stattable.writing.whole_rows import Link
from stattable.writing.workbook import BODY_FONT, Look, Sheet, Workbook, run_time

_WIDTHS: Final = (8, 9, 13, 56, 40, 34)
_LINE: Final = 15.5  # points
_LEAST_LINES: Final = 2  # room to write in
_MARGIN: Final = 3  # characters of a column that hold no text

_PLAIN: Final[Look] = {**BODY_FONT, "valign": "vcenter", "text_wrap": True}
_TITLE: Final[Look] = {**_PLAIN, "font_size": 16, "bold": True, "align": "center"}
_TO_DO: Final[Look] = {**_PLAIN, "bold": True, "font_color": "#A61C1C"}
_BODY: Final[Look] = {**_PLAIN, "border": 1, "border_color": "#A6A6A6"}
_TEXT: Final[Look] = {**_BODY, "indent": 1}
_HEAD: Final[Look] = {**_BODY, "bold": True, "align": "center", "bg_color": "#D9E2EC"}
_GREY: Final[Look] = {**_TEXT, "bg_color": "#E7E7E7", "font_color": "#7F7F7F"}
_REASON: Final[Look] = {**_TEXT, **OPEN, "num_format": "@"}
_LINK: Final[Look] = {**_BODY, "font_color": "#0563C1", "underline": 1, "align": "center"}
_TINTED: Final[dict[Severity, Look]] = {
    Severity.ERROR: {**_BODY, "align": "center", "bg_color": "#F4B6B6"},
    Severity.WARNING: {**_BODY, "align": "center", "bg_color": "#FFD58A"},
}

_HEADLINE: Final = "{name}报表审核意见"
_ABOUT: Final = "{event}    单位：{name}（{level}，{scope}数）    日期：{day}    发来的文件：{paths}"
_FAULTS: Final = "请在“信息统计表”里改正红色的格子"
_DOUBTS: Final = "请核实橙色的格子，数字不对的改正，属实的在“审核意见”的“情况说明”一栏写明原因"
_NO_CELL: Final = "请在“信息统计表”里填写正确的数"  # beside errors of the whole return
_NO_CELLS: Final = "请逐条核实，数字不对的改正，属实的在“审核意见”的“情况说明”一栏写明原因"
_SEND: Final = "改好后保存，把这个文件原样发回。"
_LOST: Final = "“{path}”里的数没有填进这张表（读不出来，或者是另一届的），请按原表重新填写。"
_SEVERAL: Final = "几份表里不同的数没有填进来，见下面。"
_OTHERS: Final = "另外还有没有处理完的文件：{paths}。这里按较晚的一份；其余的请不要再用。"
_MERGED: Final = "发来的是汇总表：数字有错在下级的，请下级改正后重新汇总再报；这张表用来更正汇总数本身。"


@dataclass(frozen=True, slots=True)
class Review:
    """What the sheet says.

    Attributes:
        sent: to whom, and about which returns.
        listed: the remarks, in their order.
        lost: paths of returns of which nothing could be filled in.
    """

    sent: SentBack
    listed: Sequence[Remark]
    lost: Sequence[str]


def add_review(workbook: Workbook, review: Review) -> Sheet:
    """Add the sheet, which is shown first when the workbook is opened."""
    sheet, sent = workbook.add_sheet(REVIEW_SHEET), review.sent
    name = association_name(sent.unit.name)
    sheet.set_widths(_WIDTHS)
    about = _ABOUT.format(
        event=event(sent.edition),
        name=name,
        level=sent.unit.level.label,
        scope=sent.scope.label,
        day=chinese_date(run_time()),
        paths="、".join(sent.called(one.path) for one in sent.sources),
    )
    lines: list[tuple[str, Look]] = [
        (_HEADLINE.format(name=name), _TITLE),
        (about, _PLAIN),
        (what_to_do(review.listed), _TO_DO),
        *((words, _PLAIN) for words in _circumstances(review)),
    ]
    for row, (text, look) in enumerate(lines, start=1):
        sheet.merge(row, 1, row, len(_WIDTHS), text, look)
        sheet.set_row(row, 30 if look is _TITLE else _height([(text, sum(_WIDTHS))]))
    head = len(lines) + 1
    for column, text in enumerate(RETURNED_HEADS, start=1):
        sheet.put(head, column, text, _HEAD)
    sheet.set_row(head, 24)
    for row, remark in enumerate(review.listed, start=head + 1):
        _put(sheet, row, remark)
    sheet.set_up_list(heads=(1, head), frozen=(head, 0))
    sheet.raw.protect("", {"objects": True, "scenarios": True, "format_columns": True, "format_rows": True})
    sheet.raw.activate()
    return sheet


def what_to_do(listed: Sequence[Remark]) -> str:
    """Return in one sentence what a unit is to do about remarks."""
    work = [remark for remark in listed if not remark.finding.is_closed]
    parts = list[str]()
    for severity, tinted, plain in ((Severity.ERROR, _FAULTS, _NO_CELL), (Severity.WARNING, _DOUBTS, _NO_CELLS)):
        of_severity = [remark for remark in work if remark.finding.severity is severity]
        if of_severity:
            parts.append(tinted if any(remark.marked for remark in of_severity) else plain)
    return f"{'；'.join(parts)}。{_SEND}"


def _circumstances(review: Review) -> list[str]:
    """Return what is to be said of what was sent, beside its faults."""
    sent = review.sent
    said = [_LOST.format(path=sent.called(path)) for path in review.lost]
    if len(sent.sources) > 1:
        said.append(_SEVERAL)
    if sent.others:
        said.append(_OTHERS.format(paths="、".join(map(sent.called, sent.others))))
    if any(one.file.is_merged for one in sent.sources):
        said.append(_MERGED)
    return said


def _put(sheet: Sheet, row: int, remark: Remark) -> None:
    finding = remark.finding
    is_error = finding.severity is Severity.ERROR
    place = Link(remark.place, remark.sheet, remark.cell) if remark.sheet and remark.cell else remark.place
    reason = NOT_TO_EXPLAIN if is_error else finding.note
    sheet.put(row, 1, finding.code, _TINTED[finding.severity])
    sheet.put(row, 2, finding.severity.label, _TINTED[finding.severity])
    sheet.put(row, 3, place, _LINK if isinstance(place, Link) else {**_BODY, "align": "center"})
    sheet.put(row, 4, remark.problem, _TEXT)
    sheet.put(row, 5, remark.remedy, _TEXT)
    sheet.put(row, 6, reason, _GREY if is_error else _REASON)
    texts = (remark.place, remark.problem, remark.remedy, reason or "")
    sheet.set_row(row, _height(zip(texts, _WIDTHS[2:], strict=True), 1 if is_error else _LEAST_LINES))


def _height(texts: Iterable[tuple[str, float]], least: int = 1) -> float:
    """Return the height of a row in points that shows texts whole, each in a column of a width in characters."""
    lines = [ceil(display_width(line) / (width - _MARGIN)) for text, width in texts for line in text.split("\n")]
    return _LINE * max([*lines, least]) + _LINE / 3
