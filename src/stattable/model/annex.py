"""The annex of websites, WeChat and Weibo accounts, stated once: its columns, and the model of its rows.

The form's second note binds: for every account counted under 网站和新媒体建设 the annex gives the unit's name, the
website's URL, the WeChat account's QR code and the Weibo name. Only provinces, prefectures and counties have such
columns, and such an annex.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from stattable.model.form import FIELD_BY_KEY, Field
from stattable.model.text import label_forms
from stattable.model.units import LEVEL_BY_WORD, Level

ANNEX_SHEET: Final = "网站和新媒体明细"
ANNEX_TITLE: Final = "已开通网站、微信公众号和微博的单位明细"
ANNEX_HEADS: Final = 3  # the row of the heads


class AnnexColumn(NamedTuple):
    """A column of the annex.

    Attributes:
        text: its heading as printed.
        names: other headings that mean the same.
        width: in characters.
    """

    text: str
    names: tuple[str, ...]
    width: float


COLUMNS: Final[Mapping[str, AnnexColumn]] = {
    "number": AnnexColumn("序号", ("编号",), 6),
    "unit": AnnexColumn("单位名称", ("单位", "名称"), 24),
    "level": AnnexColumn("层级", ("级别", "单位层级", "单位级别"), 10),
    "website": AnnexColumn("官网网址", ("网址", "官网", "网站", "网站网址", "官网地址", "网站地址"), 34),
    "wechat": AnnexColumn("微信公众号名称", ("微信公众号", "公众号名称", "公众号", "微信公众号名"), 22),
    "qr": AnnexColumn("微信公众号二维码", ("公众号二维码", "二维码", "微信二维码", "二维码图片"), 18),
    "weibo": AnnexColumn("微博名", ("微博", "微博名称"), 20),
    "remark": AnnexColumn("备注", ("说明",), 16),
}
# Words that a heading may or may not have.
_LOOSE: Final = re.compile("已?开通|官方|的|[账帐]号|:")
UNREADABLE: Final = "（图片不能识别）"  # stands in a merged annex for a picture
LEVELS: Final = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
KINDS: Final[Mapping[str, str]] = {"website": "官网", "wechat": "微信公众号", "weibo": "微博"}

_KEY_BY_NAME: Final[Mapping[str, str]] = {
    name: key for key, column in COLUMNS.items() for name in (column.text, *column.names)
}


@lru_cache(maxsize=1024)
def column_key(text: str) -> str | None:
    """Return the key of the column with a heading, or None if the annex has no such column."""
    return next((key for form in label_forms(text) if (key := _KEY_BY_NAME.get(_LOOSE.sub("", form)))), None)


@lru_cache(maxsize=256)
def annex_level(word: str) -> Level | None:
    """Return the level that a word in the column 层级 means, or None."""
    for form in label_forms(word):
        bare = form.removesuffix("计生协")
        level = LEVEL_BY_WORD.get(bare) or LEVEL_BY_WORD.get(bare.removesuffix("级"))
        if level in LEVELS:
            return level
    return None


def has_annex(level: Level | None) -> bool:
    """Whether units of a level have an annex: those that have accounts, and those above them."""
    return level in LEVELS or level is Level.NATIONAL


def account_field(level: Level, kind: str) -> Field | None:
    """Return the field that counts the accounts of a `kind` of units of `level`, or None: the province has no Weibo."""
    return FIELD_BY_KEY.get(f"online.{level}.{kind}")


ACCOUNT_FIELDS: Final[Mapping[int, tuple[Level, str]]] = {
    field.index: (level, kind) for level in LEVELS for kind in KINDS if (field := account_field(level, kind))
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the annex.

    Attributes:
        cell: where it stands, 1-based row and column.
        codes: content and kind (`qr.kinds.CodeKind`) of each of its QR codes.
        image: a PNG to be embedded again, or None where the picture cannot be read.
        fault: why it cannot be read, or None.
    """

    cell: tuple[int, int]
    codes: tuple[tuple[str, str], ...] = ()
    image: bytes | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A row of the annex.

    Attributes:
        row: its number on the sheet.
        unit: the unit's name as written; like the other texts ``""`` where there is none.
        level: the text under 层级.
        websites: the URLs, one each.
        wechat: names of WeChat accounts, one each.
        weibo: Weibo names, one each.
        remark: as written.
        pictures: those in the row.
    """

    row: int
    unit: str = ""
    level: str = ""
    websites: tuple[str, ...] = ()
    wechat: tuple[str, ...] = ()
    weibo: tuple[str, ...] = ()
    remark: str = ""
    pictures: tuple[Picture, ...] = ()

    def count(self, kind: str) -> int:
        """Return how many accounts of a kind the row lists; a WeChat account by its name or its picture."""
        if kind == "website":
            return len(self.websites)
        return len(self.weibo) if kind == "weibo" else max(len(self.wechat), len(self.pictures))

    @property
    def payloads(self) -> tuple[str, ...]:
        """The contents of the QR codes in the row."""
        return tuple(payload for picture in self.pictures for payload, _ in picture.codes)


@dataclass(frozen=True, slots=True)
class Annex:
    """The annex of a return.

    Attributes:
        sheet: name of its sheet.
        columns: the 1-based columns that were found, by key.
        rows: in their order.
        stray: pictures below the headings, but in no row.
        unread: ``format`` where the sheet's pictures were not looked for, or the library that is not here to look at
            them (`libraries.LIBRARIES`); else None.
        left_out: how many pictures were left out because there are too many.
    """

    sheet: str
    columns: Mapping[str, int]
    rows: tuple[AnnexRow, ...]
    stray: tuple[Picture, ...] = ()
    unread: str | None = None
    left_out: int = 0


def counts(rows: Sequence[tuple[Level | None, AnnexRow]]) -> dict[int, int]:
    """Return how many accounts `rows`, each with its level, list, by the index of the field that counts them."""
    return {
        index: sum(row.count(kind) for its_level, row in rows if its_level is level)
        for index, (level, kind) in ACCOUNT_FIELDS.items()
    }
