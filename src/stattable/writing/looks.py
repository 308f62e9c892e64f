"""How cells look in the lists and tables of our workbooks, the same in all of them."""

from typing import Final

from stattable.writing.workbook import Look

PLAIN: Final[Look] = {"font_name": "宋体", "font_size": 10, "font_charset": 134, "valign": "vcenter"}
BODY: Final[Look] = {**PLAIN, "border": 1, "border_color": "#A6A6A6"}
WRAPPED: Final[Look] = {**BODY, "text_wrap": True}
HEAD: Final[Look] = {**WRAPPED, "bold": True, "bg_color": "#D9E2EC", "align": "center"}
SUM: Final[Look] = {**WRAPPED, "bold": True, "bg_color": "#FFF2CC"}
BAD: Final[Look] = {**WRAPPED, "bg_color": "#F8D7DA"}
DOUBTFUL: Final[Look] = {**WRAPPED, "bg_color": "#FFF3CD"}
SECTION: Final[Look] = {**BODY, "bold": True, "bg_color": "#F2F2F2"}
HEADLINE: Final[Look] = {**PLAIN, "font_size": 15, "bold": True}
TITLE: Final[Look] = {**HEADLINE, "align": "center", "text_wrap": True}
ABOUT: Final[Look] = {**PLAIN, "text_wrap": True}
