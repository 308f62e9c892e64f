"""The rows of 同比: the figures of the root and its children, field by field, beside those of a year before."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from stattable.checking.last_year import LastTotals
from stattable.merging.rollup import RollUp
from stattable.model.form import (
    BLANK,
    FIELDS,
    Value,
    fields_to_fill,
    shown_value,
    year_of,
)
from stattable.model.text import chinese_date
from stattable.model.units import Scope
from stattable.proving.titles import LIST_HEAD

YEARS_SHEET: Final = "同比"
THEN_AT, NOW_AT = 5, 6  # the columns of the two years
_TITLE: Final = "{name} 同比：第 {edition} 个会员活动日（{year} 年）与{then}"
_SOURCE: Final = "汇总日期：{day}　以前的数取自“{path}”。空着的是没有数，或者那时没有同一个单位（代码和名称都相同）。"
_HEADS: Final = ("单位", "级别", "栏目", "指标", "{then}", "{now}", "增减", "增减率")


def year_on_year(
    rolled: RollUp, edition: int, last_year: LastTotals, day: date
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the rows of 同比, each with its kind: ``title``, ``source``, ``head``, ``root`` or ``child``.

    Args:
        rolled: this year's totals.
        edition: of them.
        last_year: those of a year before.
        day: of the merge.
    """
    tree, root = rolled.tree, rolled.root
    then, now = _edition_words(last_year.edition), _edition_words(edition)
    yield "title", (_TITLE.format(name=tree[root].name, edition=edition, year=year_of(edition), then=then),)
    yield "source", (_SOURCE.format(day=chinese_date(day), path=last_year.path),)
    yield "head", tuple(head.format(then=then.replace("（", "\n（"), now=now.replace("（", "\n（")) for head in _HEADS)
    for key, index in figure_rows(rolled):
        unit, field = tree[key], FIELDS[index]
        was, is_now = last_year.by_unit.get(key, BLANK)[index], rolled.totals[key].values[index]
        yield (
            "root" if key == root else "child",
            (
                unit.name,
                unit.level.label,
                f"{field.block.section} · {field.heading.text}",
                field.column.text,
                shown_value(was, unit.level, index),
                shown_value(is_now, unit.level, index),
                *_change(was, is_now),
            ),
        )


def figure_rows(rolled: RollUp) -> dict[tuple[str, int], int]:
    """Return the row of each figure, counted from 1, by the key of its unit and the index of its field."""
    keys = (rolled.root, *rolled.tree.children[rolled.root])
    figures = [
        (key, index) for key in keys for index in sorted(fields_to_fill(rolled.tree[key].level, Scope.CUMULATIVE))
    ]
    return {figure: row for row, figure in enumerate(figures, start=LIST_HEAD + 1)}


def _edition_words(edition: int | None) -> str:
    return "以前" if edition is None else f"第 {edition} 个（{year_of(edition)} 年）"


def _change(was: Value, now: Value) -> tuple[int | None, str | None]:
    """Return by how much a figure changed, and by which share in words; None where nothing can be said."""
    if was is None or now is None or isinstance(was, bool) or isinstance(now, bool):
        return None, None
    share = "0%" if now == was else f"{(now - was) / was:+.1%}" if was else None
    return now - was, share
