"""Reasons that units write for warnings: where they stand, what they are about, and which say nothing."""

import re
from dataclasses import dataclass
from typing import Final

from stattable.model.text import without_spaces

REVIEW_SHEET: Final = "审核意见"  # of a returned workbook, and of a merged one
REASONS_SHEET: Final = "情况说明"  # of any return, written by hand
CODE_HEAD: Final = "编号"
PLACE_HEAD: Final = "位置"  # a cell or a range of the page, such as C7 or B6:E6; else words
PROBLEM_HEAD: Final = "问题"
REASON_HEAD: Final = "情况说明"
NOT_TO_EXPLAIN: Final = "须改正，不能只作说明"  # stands under it beside errors, and is no reason
RETURNED_HEADS: Final = (CODE_HEAD, "等级", PLACE_HEAD, PROBLEM_HEAD, "建议", REASON_HEAD)
UNEXPLAINABLE: Final = "C004"  # the finding that a reason says nothing
_LEAST: Final = 4  # characters of a reason
# A reason that is put together of these alone says no more than that it is right.
_EMPTY: Final = re.compile(
    "(?:已?经|已|再次?|重新|反复|认真|核实|核对|核查|核|查实|复核|审核|检查|确认|经办人|本单位|本村|本级|我们|单位|"
    "数据|数字|数值|数|情况|填报|填写|上报|内容|报表|此表|表格|表|以上|该项|此项|全部|完全|均|都|是|为|系|"
    "真实|属实|无误|准确|正确|没有|无|没|问题|错误|差错|错|如实|确实|有效|可靠|对|的|了|过|后|并|且|同意|知道|收到|"
    "已阅|同上|见上|好|确|实|有|误)"
)
_NOT_WORDS: Final = re.compile(r"[\W_]+")
_PLACES: Final = re.compile(
    r"[（(][A-Z]{1,3}[1-9]\d*(?:[:：][A-Z]{1,3}[1-9]\d*)?[）)]|(?<![A-Z])[A-Z]{1,3}[1-9]\d*(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Reason:
    """What somebody wrote beside a finding.

    Attributes:
        text: as written.
        sheet: where it is written.
        cell: where it is written.
        code: of the finding, or None where it is not said.
        place: cell or range of the page that the finding is about, or None.
        field: key of the field that it is about, or None.
        problem: the finding's words, of which places do not matter; None where it was written by hand, without them.
        unit_code: of the unit that the finding is about; None like the name where it is that of the file.
        unit_name: of that unit.
        path: of the file that it is about, or None.
        raw: what stood in the cell, or None.
        is_warning: whether the finding was a warning, as far as that is said.
        is_of_merge: whether it stands in a merged workbook, which names the unit of each finding.
    """

    text: str
    sheet: str
    cell: str
    code: str | None = None
    place: str | None = None
    field: str | None = None
    problem: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    path: str | None = None
    raw: str | None = None
    is_warning: bool = True
    is_of_merge: bool = False


def explains(text: str) -> bool:
    """Whether a reason says anything: not 核实无误, 情况属实, 已核 and the like, nor fewer than four characters."""
    words = _NOT_WORDS.sub("", without_spaces(text))
    return len(words) >= _LEAST and _EMPTY.sub("", words) != ""


def claim(problem: str) -> str:
    """Return what a finding's words say, whatever the place of what they are about."""
    return "".join(_PLACES.sub("", problem).split())
