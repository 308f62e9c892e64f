"""What `new` made."""

from collections.abc import Sequence
from typing import Final

from stattable.model.form import year_of
from stattable.model.text import listed
from stattable.model.units import Scope, ScopeBy
from stattable.output.console.terminal import make_console
from stattable.writing.blank import Blank

_MOST_NAMED: Final = 10
_WHY_CUMULATIVE: Final = {
    ScopeBy.ROSTER: "其中 {count} 张按名册的“口径”是汇总数的空白表：{names}。",
    ScopeBy.INFERRED: "其中 {count} 张是汇总数的空白表，因为名册里没有它们的下级，下级的数由它们一起填：{names}。"
    "要改成本级数的，请加 --scope own，或写进名册的“口径”列。",
}


def show_new(blanks: Sequence[Blank], output: str, *, is_assumed: bool) -> None:
    """Say how many blanks were written, of which year, and why some are cumulative.

    Args:
        blanks: all of one edition.
        output: where they are.
        is_assumed: whether nobody said the year.
    """
    console = make_console()
    edition = blanks[0].edition
    console.show(
        f"已写出 {len(blanks)} 张空白表（第{edition}个会员活动日，{year_of(edition)} 年）：{output}", whole=[output]
    )
    if is_assumed:
        console.show(f"没有写 --year，做的是今年（{year_of(edition)} 年）的；要别的年份，请加 --year 年份。")
    for scope_by, words in _WHY_CUMULATIVE.items():
        names = [one.unit.name for one in blanks if one.scope is Scope.CUMULATIVE and one.scope_by is scope_by]
        if names:
            console.show(words.format(count=len(names), names=listed(names, most=_MOST_NAMED, rest=" 等")))
