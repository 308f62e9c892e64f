"""Reasons that units write for warnings: on which sheets they stand, and under which heads."""

from typing import Final

REVIEW_SHEET: Final = "审核意见"  # of a returned workbook, and of a merged one
REASONS_SHEET: Final = "情况说明"  # of any return, written by hand
CODE_HEAD: Final = "编号"
PLACE_HEAD: Final = "位置"  # a cell or a range of the page, such as C7 or B6:E6; else words
PROBLEM_HEAD: Final = "问题"
REASON_HEAD: Final = "情况说明"
RETURNED_HEADS: Final = (CODE_HEAD, "等级", PLACE_HEAD, PROBLEM_HEAD, "建议", REASON_HEAD)
