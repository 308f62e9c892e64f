"""The sheet of the annex: empty in a blank, and with all accounts and pictures in a merged workbook."""

import io
from collections.abc import Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import Final

from stattable.merging.annex import MergedAccount
from stattable.model.annex import (
    ANNEX_HEADS,
    ANNEX_SHEET,
    ANNEX_TITLE,
    COLUMNS,
    LEVELS,
    UNREADABLE,
    Annex,
    AnnexRow,
    Picture,
)
from stattable.model.form import event
from stattable.model.units import Scope
from stattable.proving.lists import FINDINGS_SHEET
from stattable.writing.entry_page import EntryPage
from stattable.writing.list_sheet import count_lines
from stattable.writing.workbook import BODY_FONT, Look, Sheet, Workbook

_HOW_TO: Final = (
    "单位：{name}　{event}\n"
    "填表说明：一个账号一行。层级从下拉列表中选；网址以 http:// 或 https:// 开头；"
    "二维码图片插入到所在的格子里（浮动的图片和“嵌入单元格”都可以）；没有的不填。"
)
_MADE_OF: Final = f"{{about}}\n由计入汇总的报表的附件合并而成，序号重新编排。有问题的行见“{FINDINGS_SHEET}”。"
_OPEN_ROWS: Final = {False: 5, True: 30}  # that a blank offers: of one unit on one page; of many
_SPARE_ROWS: Final = 2  # under those that are filled in
_APART: Final = 2  # rows between these and pictures that belong to none
_QR: Final = list(COLUMNS).index("qr")
_TOP: Final = ANNEX_HEADS + 1  # the first row under the headings
_LINE_HEIGHT: Final = 16  # points
_ROW_HEIGHT: Final = 78.0  # points, for a picture
_MOST_LINES: Final = 5  # pictures one under the other: a row is at most 409 points high
_ROOM: Final = 126.0  # pixels, of the column
_PICTURE: Final = 96.0  # pixels, at most, of a picture's side: 72 points
_MARGIN: Final = 4  # pixels between a picture and its cell
_DPI: Final = 96.0

_PLAIN: Final[Look] = {**BODY_FONT, "valign": "vcenter", "text_wrap": True}
_BODY: Final[Look] = {**_PLAIN, "border": 1, "num_format": "@"}
_CENTRED: Final[Look] = {**_PLAIN, "border": 1, "align": "center"}
_HEAD: Final[Look] = {**_CENTRED, "bold": True, "bg_color": "#D9E2EC"}
_TITLE: Final[Look] = {**BODY_FONT, "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"}
_OPEN: Final[Look] = {**_BODY, "bg_color": "#FFF9DB"}


def add_blank_annex(
    workbook: Workbook,
    page: EntryPage,
    annex: Annex | None = None,
    looks: Mapping[tuple[int, int], Look] = MappingProxyType({}),
) -> Sheet:
    """Add an annex to fill in, with drop-downs.

    Args:
        workbook: to whose sheets it is added.
        page: that it belongs to.
        annex: whose rows and pictures stand in it already, or None.
        looks: of cells that look otherwise than those of a blank.
    """
    sheet = _headed(workbook, ANNEX_TITLE, _HOW_TO.format(name=page.name, event=event(page.edition)))
    filled = annex.rows if annex else ()
    is_of_many = page.scope is Scope.CUMULATIVE and page.level is not LEVELS[-1]
    count = max(_OPEN_ROWS[is_of_many], len(filled) + _SPARE_ROWS)
    for number in range(1, count + 1):
        row = _TOP + number - 1
        it = filled[number - 1] if number <= len(filled) else AnnexRow(row)
        for column, cell in enumerate(row_cells(it, number), start=1):
            look = _CENTRED if column == 1 else _OPEN
            sheet.put(row, column, cell, {**look, **looks.get((row, column), {})})
        _put_pictures(sheet, row, it.pictures)
    if annex and annex.stray:  # in no row: far enough from the last one
        _put_pictures(sheet, _TOP + len(filled) + _APART, annex.stray)
    levels = list(COLUMNS).index("level")
    rule = {
        "validate": "list", "source": [level.label for level in LEVELS],
        "input_title": "选层级", "input_message": "省级、地市级或县级。",
        "error_title": "请选层级", "error_message": "这里只能填省级、地市级或县级。",
    }  # fmt: skip
    sheet.raw.data_validation(_TOP - 1, levels, _TOP + count - 2, levels, rule)
    return sheet


def row_cells(row: AnnexRow, number: int) -> list[str | int | None]:
    """Return the cells of a row of an annex, the `number`th, without the pictures."""
    texts: dict[str, str | int | None] = {
        "number": number,
        "unit": row.unit,
        "level": row.level,
        "website": "\n".join(row.websites),
        "wechat": "\n".join(row.wechat),
        "weibo": "\n".join(row.weibo),
        "remark": row.remark,
        "qr": UNREADABLE if row.pictures and not any(picture.image for picture in row.pictures) else None,
    }
    return [texts.get(key) or None for key in COLUMNS]


def add_merged_annex(workbook: Workbook, accounts: Sequence[MergedAccount], name: str, about: str) -> None:
    """Add the annex to a merged workbook: all accounts, numbered anew, each picture in its row.

    Args:
        workbook: to which it is added.
        accounts: in their order.
        name: of the unit of the total.
        about: what the workbook is of, and when it was made.
    """
    sheet = _headed(workbook, f"{name} {ANNEX_TITLE}", _MADE_OF.format(about=about))
    for number, account in enumerate(accounts, start=1):
        row, at = account.listed.row, _TOP + number - 1
        for column, cell in enumerate(account.cells(number), start=1):
            sheet.put(at, column, cell, _CENTRED if column == 1 else _BODY)
        _put_pictures(sheet, at, row.pictures)


def _put_pictures(sheet: Sheet, row: int, pictures: Sequence[Picture]) -> None:
    """Put pictures into a row, which is made as high as they need."""
    images = [picture.image for picture in pictures if picture.image]
    lines = min(max(len(images), 1), _MOST_LINES)
    sheet.set_row(row, _ROW_HEIGHT * lines)
    across = ceil(len(images) / _MOST_LINES) or 1
    side = min(_PICTURE, _ROOM / across - _MARGIN)
    for place, image in enumerate(images):
        left, top = divmod(place, _MOST_LINES)
        _insert(sheet, (row, _QR), (left * _ROOM / across, top * (_PICTURE + _MARGIN)), side, image)


def _headed(workbook: Workbook, title: str, note: str) -> Sheet:
    sheet, widths = workbook.add_sheet(ANNEX_SHEET), [column.width for column in COLUMNS.values()]
    sheet.set_widths(widths)
    sheet.merge(1, 1, 1, len(COLUMNS), title, _TITLE)
    sheet.set_row(1, 34)
    sheet.merge(2, 1, 2, len(COLUMNS), note, _PLAIN)
    sheet.set_row(2, _LINE_HEIGHT * count_lines(note, sum(widths)))
    for number, column in enumerate(COLUMNS.values(), start=1):
        sheet.put(_TOP - 1, number, column.text, _HEAD)
    sheet.set_row(_TOP - 1, 24)
    sheet.set_up_list(heads=(1, _TOP - 1), frozen=(_TOP - 1, 2))
    return sheet


def _insert(sheet: Sheet, cell: tuple[int, int], at: tuple[float, float], side: float, image: bytes) -> None:
    """Put a picture into a cell; equal pictures are stored once.

    Args:
        sheet: of the annex.
        cell: its row, counted from 1, and its column, from 0.
        at: how far from the cell's corner, in pixels.
        side: of the picture, in pixels.
        image: a PNG.
    """
    from PIL import Image

    with Image.open(io.BytesIO(image)) as opened:
        size, dpi = opened.size, opened.info.get("dpi", (_DPI, _DPI))
    scales = [side / max(size) * its_dpi / _DPI for its_dpi in dpi]
    sheet.raw.insert_image(
        cell[0] - 1,
        cell[1],
        "picture.png",
        {
            "image_data": io.BytesIO(image),
            "x_scale": scales[0],
            "y_scale": scales[1],
            "x_offset": _MARGIN + at[0],
            "y_offset": _MARGIN + at[1],
            "object_position": 1,  # it moves with its cell
            "description": "二维码",
        },
    )
