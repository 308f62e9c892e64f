"""What is said to units whose returns go back: a few polite lines each, to be pasted into a chat."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from stattable.checking.remarks import remarks
from stattable.checking.returns import CheckedReturn
from stattable.checking.sent_back import SentBack
from stattable.model.catalogue import problem_and_remedy
from stattable.model.findings import Severity
from stattable.model.form import label_of
from stattable.model.text import chinese_date, printable
from stattable.writing.review_sheet import what_to_do
from stattable.writing.workbook import run_time

BEGIN: Final = "【退回说明】"  # how each of these texts begins
_MOST: Final = 8  # remarks on one unit; the rest is in its workbook
_HEAD: Final = BEGIN + "{day}，共 {count} 个单位。"
_GREETING: Final = "【{name}】您好！贵单位报来的信息统计表，{what}："
_COUNTS: Final = {Severity.ERROR: "有 {} 处需要改正", Severity.WARNING: "有 {} 处请核实"}
_WORDS: Final = {Severity.ERROR: "改正", Severity.WARNING: "核实"}
_REST: Final = "另有 {count} 处，见表里的“审核意见”。"
_BY: Final = "退回的表是“{file}”。{what}谢谢！"
_PARENT: Final = "== {names} =="
_NO_PARENT: Final = "没有上级的单位"
_UNKNOWN: Final = "== 不能退回的文件：不知道是哪个单位的，或者是哪一级的 =="
_UNKNOWN_FILE: Final = "{path}：{what}"


def unit_note(sent: SentBack, path: Path) -> str:
    """Return the lines for one unit.

    Args:
        sent: what goes back to it.
        path: of the workbook that goes back.
    """
    listed = [remark for remark in remarks(sent) if remark.finding.is_work]
    severities = [remark.finding.severity for remark in listed]
    what = "，".join(words.format(severities.count(of)) for of, words in _COUNTS.items() if of in severities)
    lines = [_GREETING.format(name=sent.unit.name, what=what)]
    for number, remark in enumerate(listed[:_MOST], start=1):
        lines.append(f"{number}. （{_WORDS[remark.finding.severity]}）{remark.problem}{remark.remedy}")
    if len(listed) > _MOST:
        lines.append(_REST.format(count=len(listed) - _MOST))
    lines.append(_BY.format(file=path.name, what=what_to_do(listed)))
    return "\n".join(map(printable, lines))


def folder_note(notes: Sequence[str]) -> bytes:
    """Return the text for the units whose workbooks are in one folder, as a file."""
    return _file([_head(len(notes)), *notes])


def whole_note(notes: Sequence[tuple[SentBack, str]], unplaced: Iterable[CheckedReturn]) -> bytes:
    """Return the text for all units, by their parents, and what cannot go back, as a file.

    Args:
        notes: what goes back to each unit, and its lines.
        unplaced: returns for which no form can be made.
    """
    parents: dict[str, list[str]] = {}
    for sent, note in notes:
        names = " ".join(facts.name for facts in sent.above[-2:]) or _NO_PARENT
        parents.setdefault(printable(names), []).append(note)
    parts = [_head(len(notes))]
    for names, of_parent in parents.items():
        parts += [_PARENT.format(names=names), *of_parent]
    unknown = [_UNKNOWN_FILE.format(path=one.path, what=_faults(one)) for one in unplaced]
    if unknown:
        parts += [_UNKNOWN, "\n".join(map(printable, unknown))]
    return _file(parts)


def _head(count: int) -> str:
    return _HEAD.format(day=chinese_date(run_time()), count=count)


def _faults(one: CheckedReturn) -> str:
    work = [finding for finding in one.findings if finding.is_work]
    return "".join("".join(problem_and_remedy(finding, label_of)) for finding in work[:_MOST])


def _file(parts: Sequence[str]) -> bytes:
    """Return a text as Notepad on Windows shows it right."""
    text = "\n\n".join(parts) + "\n"
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8", "replace")
