"""Reminders as workbooks, and as texts to paste into a chat: one of all, and one for each unit to ask."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stattable.checking.missing import missing_findings
from stattable.formats.list_mark import is_marked, with_mark
from stattable.formats.paths import FileKey
from stattable.merging.reminders import OpenUnit, Reminder, Reminders
from stattable.model.catalogue import problem_and_remedy
from stattable.model.findings import Finding
from stattable.model.form import label_of, title
from stattable.model.text import chinese_date, listed, printable
from stattable.writing.collection import deadline_words
from stattable.writing.folders import folders
from stattable.writing.list_files import refuse_foreign
from stattable.writing.tables import Row, add_table
from stattable.writing.whole_files import Staging
from stattable.writing.workbook import Workbook

_ALL_NAME, _NAME = "催报总表", "_催报"
_MOST_FINDINGS: Final = 3  # of an open unit, the gravest ones
_ASKED_HEADS: Final = ("单位", "联系人", "电话", "缺报数", "没有报的", "待改数", "待改的单位")
_MISSING_HEADS: Final = ("没有报的单位", "级别", "代码", "上级单位", "联系人", "电话")
_OPEN_HEADS: Final = ("待改的单位", "级别", "上级单位", "联系人", "电话", "问题数", "最要紧的问题")


@dataclass(frozen=True, slots=True)
class WrittenReminders:
    """The reminders after writing.

    Attributes:
        folder: with all of them.
        all: path of the text with all of them.
        count: how many units are asked.
        stale: paths of earlier ones that were left alone: there is nothing to remind their units of any more.
    """

    folder: str
    all: str
    count: int
    stale: tuple[str, ...]


def write_reminders(
    reminders: Reminders, folder: Path, inputs: Container[FileKey], staging: Staging, *, force: bool = False
) -> WrittenReminders:
    """Write all reminders, those of each unit in folders that mirror the tree.

    Args:
        reminders: whom to remind of what.
        folder: under which all are written.
        inputs: what was read, which is never overwritten.
        staging: what they are written to, which will put them in their places.
        force: overwrite what is no reminder of ours, too.

    Raises:
        Refusal: something else stands where one is to go.
        OSError: one could not be written.
    """
    merged = reminders.collection.merged
    places = folders(merged.tree, [merged.root], folder)
    files = {folder / _ALL_NAME: reminders.each}
    files |= {places[one.unit][0] / f"{places[one.unit][1]}{_NAME}": (one,) for one in reminders.each}
    for place, some in files.items():
        workbook, text = _beside(place, ".xlsx"), _beside(place, ".txt")
        refuse_foreign(workbook, inputs, text, force=force)
        words = reminder_text(reminders, some).encode("utf-8-sig")
        staging.write(workbook, with_mark(_workbook(reminders, some), words), durable=False)
        staging.write(text, words, durable=False)
    written = {_beside(place, ".xlsx") for place in files}
    earlier = sorted(folder.rglob(f"*{_NAME}.xlsx")) if folder.is_dir() else []
    stale = tuple(str(path) for path in earlier if path not in written and is_marked(path))
    return WrittenReminders(str(folder), str(_beside(folder / _ALL_NAME, ".txt")), len(reminders.each), stale)


def _beside(place: Path, suffix: str) -> Path:
    return place.with_name(place.name + suffix)


# -- words ------------------------------------------------------------------------------------------------


def reminder_text(reminders: Reminders, some: Sequence[Reminder]) -> str:
    """Return reminders as text to paste, with line ends as Windows has them."""
    paragraphs = ["\n".join(_summary(reminders, some))]
    paragraphs += ["\n".join(_paragraph(reminders, one)) for one in some]
    return "\r\n".join("\n\n".join(paragraphs).split("\n")) + "\r\n"


def _summary(reminders: Reminders, some: Sequence[Reminder]) -> Iterator[str]:
    collection = reminders.collection
    root = collection.merged.root_unit
    missing, opened = sum(one.missing_count for one in some), sum(len(one.open) for one in some)
    yield f"{root.name} {title(collection.merged.edition)}催报"
    yield f"{deadline_words(collection)}。还有 {missing} 个单位没有报，{opened} 个单位的表要改。"
    if not some:
        yield "都报齐了，没有要催的。"


def _paragraph(reminders: Reminders, one: Reminder) -> Iterator[str]:
    tree = reminders.collection.merged.tree
    person = printable(" ".join(filter(None, reminders.person(one.unit))))
    yield f"【{printable(tree[one.unit].name)}】{person}"
    collection = reminders.collection
    yield f"您好！{title(collection.merged.edition)}，{deadline_words(collection)}。"
    if one.missing:
        yield f"{missing_words(reminders, one)}，麻烦尽快报送。"
        scans = [key for key in one.missing.missing if key in collection.scans]
        if scans:
            names = listed([printable(tree[key].name) for key in scans], most=len(scans))
            yield f"只收到扫描件或照片的：{names}。扫描件读不出数来，请发来填好的表。"
    if one.open:
        yield f"有 {len(one.open)} 个单位的表要改："
        for number, opened in enumerate(one.open, start=1):
            yield f"{number}. {printable(tree[opened.unit].name)}"
            yield from (f"   {words}" for words in gravest_problems(opened))
        yield "改好后麻烦再报一次；数字没有错的，请写明情况。"
    yield "如果已经报了，请告诉我们一声。谢谢！" if one.missing else "谢谢！"


def missing_words(reminders: Reminders, one: Reminder) -> str:
    """Return who sent nothing, in words without a full stop; nothing where everybody did."""
    groups = [one.missing] if one.missing else []
    found = missing_findings(reminders.collection.merged.tree, groups, lambda _: ("", ""))
    return "".join(problem_and_remedy(finding, label_of)[0].removesuffix("。") for finding in found)


def gravest_problems(opened: OpenUnit) -> list[str]:
    """Return what is most wrong with a unit's returns, in words; of many problems the last says how many there are."""
    words = [printable(_problem(one, opened.paths)) for one in opened.findings[:_MOST_FINDINGS]]
    if len(opened.findings) > _MOST_FINDINGS:
        words.append(f"……一共 {len(opened.findings)} 条。")
    return words


def _problem(finding: Finding, paths: Iterable[str]) -> str:
    """Return what is wrong, with the names of files only: the folders here mean nothing to others."""
    problem = problem_and_remedy(finding, label_of)[0]
    for path in paths:
        problem = problem.replace(path, Path(path).name)
    return problem


# -- workbooks --------------------------------------------------------------------------------------------


def _workbook(reminders: Reminders, some: Sequence[Reminder]) -> bytes:
    merged = reminders.collection.merged
    whose = merged.tree[some[0].unit].name if len(some) == 1 else merged.root_unit.name
    notes = [f"今天 {chinese_date(reminders.collection.today)}。", *_summary(reminders, some)]
    workbook = Workbook()
    for name, heads, rows in (
        ("催报", _ASKED_HEADS, [_asked_row(reminders, one) for one in some]),
        ("没有报的单位", _MISSING_HEADS, [row for one in some for row in _missing_rows(reminders, one)]),
        ("待改的单位", _OPEN_HEADS, [row for one in some for row in _open_rows(reminders, one)]),
    ):
        if rows or name == "催报":
            add_table(workbook, name, f"{whose} {name}", notes, heads, rows)
    return workbook.to_bytes()


def _asked_row(reminders: Reminders, one: Reminder) -> Row:
    tree = reminders.collection.merged.tree
    names = "、".join(tree[opened.unit].name for opened in one.open)
    cells = (
        tree[one.unit].name, *reminders.person(one.unit), one.missing_count, missing_words(reminders, one),
        len(one.open), names,
    )  # fmt: skip
    return Row(cells, "bad" if one.missing else "open")


def _missing_rows(reminders: Reminders, one: Reminder) -> Iterator[Row]:
    tree = reminders.collection.merged.tree
    for key in one.missing.missing if one.missing else ():
        unit = tree[key]
        parent = tree[unit.parent].name if unit.parent else ""
        yield Row((unit.name, unit.level.label, unit.code, parent, *reminders.person(key)))


def _open_rows(reminders: Reminders, one: Reminder) -> Iterator[Row]:
    tree = reminders.collection.merged.tree
    for opened in one.open:
        unit = tree[opened.unit]
        parent = tree[unit.parent].name if unit.parent else ""
        words = "\n".join(gravest_problems(opened))
        yield Row((unit.name, unit.level.label, parent, *reminders.person(opened.unit), len(opened.findings), words))
