"""The papers that go along with a return, stated once: which the notice asks for, and what they are called.

By 30 June the table goes up with its annex of accounts, a summary of what was learnt, photos and videos.
"""

import re
from enum import StrEnum
from typing import Final

from stattable.model.text import normalised


class PaperKind(StrEnum):
    """What a file in a bundle is to the unit that it is of."""

    TABLE = "table"
    BELOW = "table_below"  # of a unit below it
    ANNEX = "annex"  # of accounts, where it is a file of its own
    SUMMARY = "summary"
    PHOTO = "photo"
    VIDEO = "video"
    SCAN = "scan"  # of the stamped table
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return _KIND_LABELS[self]


_KIND_LABELS: Final = {
    PaperKind.TABLE: "信息统计表",
    PaperKind.BELOW: "下级的信息统计表",
    PaperKind.ANNEX: "网站和新媒体明细",
    PaperKind.SUMMARY: "经验总结",
    PaperKind.PHOTO: "照片",
    PaperKind.VIDEO: "视频",
    PaperKind.SCAN: "扫描件",
    PaperKind.OTHER: "其他",
}
ASKED_FOR: Final = (PaperKind.SUMMARY, PaperKind.PHOTO, PaperKind.VIDEO)  # of every unit, beside its table


class Soundness(StrEnum):
    """Whether a file opens."""

    WHOLE = "whole"
    UNCHECKED = "unchecked"  # nothing here can tell
    EMPTY = "empty"
    BROKEN = "broken"
    PASSWORD = "password"  # it opens for those who know it
    NO_ACCESS = "no_access"  # it could not be read

    @property
    def label(self) -> str:
        """The Chinese name."""
        return _SOUNDNESS_LABELS[self]

    @property
    def is_fault(self) -> bool:
        """Whether it does not open for everybody."""
        return self not in {Soundness.WHOLE, Soundness.UNCHECKED}


_SOUNDNESS_LABELS: Final = {
    Soundness.WHOLE: "完整",
    Soundness.UNCHECKED: "没有检查",
    Soundness.EMPTY: "空文件",
    Soundness.BROKEN: "打不开",
    Soundness.PASSWORD: "有密码",
    Soundness.NO_ACCESS: "读不了",
}

# -- what names of files and folders say ------------------------------------------------------------------

_SUMMARY_WORDS: Final = re.compile("总结|小结|经验|做法|汇报|报告|简报")
_ANNEX_WORDS: Final = re.compile("明细|附件|网站|新媒体|公众号|二维码|微博")
_TABLE_WORDS: Final = re.compile("统计表|信息表")
_SCAN_WORDS: Final = re.compile("扫描|盖章|签章|签字(?:件|版|页|稿|$)")
# What a folder may be called by what lies in it, whoever it is of.
_PAPER_WORDS: Final = re.compile(
    "信息|统计|报表|表格|表|明细|附件|经验|总结|小结|汇报|报告|简报|材料|资料|新建|文件夹?|文档|照片|相片|图片|影像|视频|录像|音频"
    "|扫描件?|盖章|宣传|服务|慰问|活动|现场|线上|线下|媒体|新闻|报道|截图|会员|网站|公众号|二维码|微博|微信|其他|其它|本级|下级|各|乡镇"
    "|汇总|上报|报送|工作|电子版|纸质版|原图"
    "|photos?|pictures?|images?|videos?|pics?|docs?|files?"
    r"|\d+ ?月(?: ?\d+ ?日)?|[\d\W_]+|[一二三四五六七八九十]+(?=[\W_]|$)",
    re.IGNORECASE,
)


def is_summary_name(stem: str) -> bool:
    """Whether a file is called a summary."""
    return bool(_SUMMARY_WORDS.search(normalised(stem)))


def is_annex_name(stem: str) -> bool:
    """Whether a file is called an annex of accounts."""
    name = normalised(stem)
    return bool(_ANNEX_WORDS.search(name)) and not _TABLE_WORDS.search(name)


def is_scan_name(stem: str) -> bool:
    """Whether a file is called a scan, or a picture of what was stamped."""
    return bool(_SCAN_WORDS.search(normalised(stem)))


def without_paper_words(folder: str) -> str:
    """Return what a folder is called, without words for what lies in it; nothing where it is called by those alone."""
    return _PAPER_WORDS.sub("", normalised(folder))
