from collections.abc import Callable, Iterable
from typing import Any

import pytest

from stattable.formats.sheet import Merge, Pictures, RawPicture
from stattable.model.annex import COLUMNS, Annex, AnnexRow, annex_level, column_key
from stattable.model.form import SHEET_NAME
from stattable.model.units import Level
from stattable.reading.annex import find_annex
from writers.pages import Grid, MemoryBook, page, raw_sheet, read_pages, with_columns
from writers.pictures import qr

NAME = "附件"
HEADS = [column.text for column in COLUMNS.values()]
FIRST = [1, "中牟县计生协", "县级", "http://www.zhongmu.gov.cn", "中牟计生", "", "中牟县计生协", "试运行"]
SECOND = [2, "郑州市计生协", "地市级", "https://zz.example.cn/jsx", "郑州计生", "", "", ""]
OF_FIRST = AnnexRow(
    2, "中牟县计生协", "县级", ("http://www.zhongmu.gov.cn",), ("中牟计生",), ("中牟县计生协",), "试运行"
)
OF_SECOND = AnnexRow(3, "郑州市计生协", "地市级", ("https://zz.example.cn/jsx",), ("郑州计生",))


class PictureBook(MemoryBook):
    """A workbook that was never on disk, with pictures on its sheets; None where they are not read."""

    def __init__(self, *sheets: Any, pictures: Pictures | None) -> None:
        super().__init__(*sheets)
        self._pictures = pictures

    def pictures(self, name: str) -> Pictures | None:
        return self._pictures


def annex() -> Grid:
    """A valid annex, as a grid that may be changed."""
    return [list(HEADS), list(FIRST), list(SECOND)]


def read(grid: Grid, merges: Iterable[Merge] = ()) -> Annex | None:
    sheet = raw_sheet(grid, NAME, merges)
    return find_annex(MemoryBook(sheet), [sheet])


def rows(grid: Grid, merges: Iterable[Merge] = ()) -> tuple[AnnexRow, ...]:
    found = read(grid, merges)
    return found.rows if found else ()


def moved(row: AnnexRow, by: int) -> AnnexRow:
    return AnnexRow(row.row + by, row.unit, row.level, row.websites, row.wechat, row.weibo, row.remark)


def test_a_valid_annex() -> None:
    columns = {key: number for number, key in enumerate(COLUMNS, start=1)}
    assert read(annex()) == Annex(NAME, columns, (OF_FIRST, OF_SECOND))


# -- where it stands ----------------------------------------------------------------------------------------


def beside(left: Grid, right: Grid) -> Grid:
    height = max(len(left), len(right))
    padded = [[*grid, *[[""] * len(grid[0])] * (height - len(grid))] for grid in (left, right)]
    return [[*one, "", *two] for one, two in zip(*padded, strict=True)]


def under(above: Grid, below: Grid) -> Grid:
    width = max(len(above[0]), len(below[0]))
    return [[*row, *[""] * (width - len(row))] for row in [*above, [], *below]]


def in_order(*keys: str) -> Grid:
    places = [list(COLUMNS).index(key) for key in keys]
    return [[row[place] for place in places] for row in annex()]


def with_column(head: str, cell: str) -> Grid:
    return [[*row[:3], said, *row[3:]] for row, said in zip(annex(), (head, cell, cell), strict=True)]


@pytest.mark.parametrize(
    ("grid", "by"),
    [
        pytest.param(under([["已开通网站、微信公众号和微博的单位明细"]], annex()), 2, id="under a title"),
        pytest.param(beside([[""]], annex()), 0, id="further right"),
        pytest.param(in_order(*reversed(COLUMNS)), 0, id="columns in another order"),
        pytest.param(in_order("weibo", "qr", "wechat", "website", "remark", "level", "unit"), 0, id="no numbers"),
        pytest.param(with_columns(annex(), 3, 5), 0, id="columns between them, without a heading"),
        pytest.param(with_column("开通时间", "2020年"), 0, id="a column of another kind"),
        pytest.param(under(page(), annex()), 21, id="under the form"),
        pytest.param(beside(page(), annex()), 0, id="beside the form"),
        pytest.param(beside(page(), [[""] * 8] * 3 + annex()), 3, id="beside the form, lower"),
        pytest.param(beside(page(), [[""] * 8] * 2 + annex()), 2, id="beside the form, from the name's row on"),
        pytest.param(beside(annex(), page()), 0, id="left of the form"),
        pytest.param(under(annex(), page()), 0, id="above the form"),
    ],
)
def test_it_is_found_wherever_it_stands(grid: Grid, by: int) -> None:
    assert rows(grid) == (moved(OF_FIRST, by), moved(OF_SECOND, by))


@pytest.mark.parametrize("arranged", [under, beside])
def test_the_form_reads_the_same_with_it(arranged: Callable[[Grid, Grid], Grid]) -> None:
    alone = read_pages(raw_sheet(page()))
    both = read_pages(raw_sheet(arranged(page(), annex())))
    assert (both.values, both.cells, both.findings) == (alone.values, alone.cells, alone.findings)
    assert (alone.annex, [row.unit for row in both.annex.rows] if both.annex else None) == (
        None,
        [OF_FIRST.unit, OF_SECOND.unit],
    )


def test_it_is_found_on_any_sheet_the_first_that_has_rows() -> None:
    sheets = [
        raw_sheet(page(), SHEET_NAME),
        raw_sheet([HEADS, [1, *[""] * 7]], "空"),
        raw_sheet(annex(), "Sheet3"),
        raw_sheet([HEADS, SECOND], "Sheet4"),
    ]
    found = find_annex(MemoryBook(*sheets), sheets)
    assert found is not None
    assert (found.sheet, found.rows) == ("Sheet3", (OF_FIRST, OF_SECOND))


@pytest.mark.parametrize(
    "grid",
    [
        pytest.param(page(), id="the form"),
        pytest.param([HEADS], id="headings only"),
        pytest.param([HEADS, *([number, *[""] * 7] for number in range(1, 31))], id="nothing filled in"),
        pytest.param([HEADS, [1, "中牟县计生协", *[""] * 6]], id="a unit, and nothing of it"),
        pytest.param([HEADS, [1, "", "", "无", "—", "", "/", ""]], id="nothing is what they say"),
        pytest.param([["单位名称", "层级", "备注"], ["中牟县", "县级", "好"]], id="no column of accounts"),
        pytest.param([["单位名称", "联系人", "官网"], ["中牟县", "张三", "http://a.cn"]], id="one column of accounts"),
        pytest.param([["层级", "官网网址", "微博名"], ["县级", "http://a.cn", "中牟"]], id="no unit"),
    ],
)
def test_what_is_no_annex(grid: Grid) -> None:
    assert read(grid) is None


# -- how its headings may be spelt --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("unit", "单位名称"), ("unit", "单 位"), ("unit", "已开通单位的名称"), ("unit", "单位名称（全称）"),
        ("unit", "单位\n名称"), ("unit", "开通单位名称"),
        ("level", "级别"), ("level", "层 级"), ("level", "层级（省/市/县）"), ("level", "单位级别"),
        ("website", "网址"), ("website", "官网（网址）"), ("website", "官方网站网址"), ("website", "官网 网址"),
        ("website", "网站网址"),
        ("wechat", "微信公众号"), ("wechat", "公众号名称"), ("wechat", "微信公众号 名称"), ("wechat", "微信公众号:"),
        ("qr", "二维码"), ("qr", "微信公众号二维码（图片）"), ("qr", "公众号二维码"), ("qr", "微信公众号\n二维码"),
        ("weibo", "微博"), ("weibo", "微博名称"), ("weibo", "官方微博名称"), ("weibo", "微博名"),
        ("weibo", "微博账号名称"),
        ("remark", "备  注"), ("number", "序号"),
    ],
)  # fmt: skip
def test_headings(key: str, heading: str) -> None:
    grid = annex()
    grid[0][list(COLUMNS).index(key)] = heading
    assert (column_key(heading), rows(grid)) == (key, (OF_FIRST, OF_SECOND))


@pytest.mark.parametrize(
    "heading", ["", "联系人", "微信号", "媒体宣传", "官网 微信公众号 微博", "省级计生协（填有/无）"]
)
def test_what_is_no_heading(heading: str) -> None:
    assert column_key(heading) is None


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("省级", Level.PROVINCE), ("地市级", Level.PREFECTURE), ("市级", Level.PREFECTURE), ("县级", Level.COUNTY),
        ("县", Level.COUNTY), ("区县级", Level.COUNTY), ("县（市、区）级", Level.COUNTY), (" 县 级 ", Level.COUNTY),
        ("省级计生协", Level.PROVINCE), ("乡镇级", None), ("国家级", None), ("", None), ("不知道", None),
    ],
)  # fmt: skip
def test_levels(word: str, level: Level | None) -> None:
    assert annex_level(word) is level


# -- what a cell says ---------------------------------------------------------------------------------------

LONG = "http://www.zhongmu.gov.cn/public/2021/05/29/" + "content/" * 20 + "index.html"


@pytest.mark.parametrize(
    ("key", "cell", "attribute", "expected"),
    [
        ("website", "http://a.cn https://b.cn", "websites", ("http://a.cn", "https://b.cn")),
        ("website", "http://a.cn\nhttps://b.cn", "websites", ("http://a.cn", "https://b.cn")),
        ("website", "http://a.cn；https://b.cn、c.cn", "websites", ("http://a.cn", "https://b.cn", "c.cn")),
        ("website", "ｈｔｔｐ：//ａ.cn", "websites", ("http://a.cn",)),
        ("website", LONG, "websites", (LONG,)),
        ("website", f"{LONG}\n{LONG}2", "websites", (LONG, f"{LONG}2")),
        ("website", "未开通", "websites", ()),
        ("website", "http://a.cn/list?a=1,2", "websites", ("http://a.cn/list?a=1,2",)),
        ("wechat", "中牟计生、幸福中牟", "wechat", ("中牟计生", "幸福中牟")),
        ("wechat", "中牟计生\n幸福中牟", "wechat", ("中牟计生", "幸福中牟")),
        ("wechat", "中牟 计生", "wechat", ("中牟 计生",)),
        ("wechat", "暂无", "wechat", ()),
        ("weibo", "@中牟计生；@幸福中牟", "weibo", ("@中牟计生", "@幸福中牟")),
        ("weibo", "中牟计生\n幸福中牟", "weibo", ("中牟计生", "幸福中牟")),
        ("weibo", 12345678.0, "weibo", ("12345678",)),
        ("weibo", None, "weibo", ()),
        ("unit", "中 牟县\u200b计生协 ", "unit", "中 牟县计生协"),
        ("level", "县级\n", "level", "县级"),
        ("remark", "第一行\n第二行" + "长" * 90, "remark", "第一行\n第二行" + "长" * 90),
    ],
)
def test_cells(key: str, cell: Any, attribute: str, expected: Any) -> None:
    grid = annex()
    grid[1][list(COLUMNS).index(key)] = cell
    assert getattr(rows(grid)[0], attribute) == expected


def test_a_merged_cell_says_whose_all_its_rows_are() -> None:
    grid = annex()
    grid[2][1:3] = ["", ""]
    found = rows(grid, [(2, 2, 3, 2), (2, 3, 3, 3)])
    assert [(row.row, row.unit, row.level) for row in found] == [
        (2, "中牟县计生协", "县级"),
        (3, "中牟县计生协", "县级"),
    ]


def test_a_row_of_totals_is_no_account() -> None:
    grid = [*annex(), ["合计", "", "", 2, 2, "", 1, ""], ["", "合计", "", "2个", "2个", "", "1个", ""]]
    assert rows(grid) == (OF_FIRST, OF_SECOND)


def test_headings_in_two_rows() -> None:
    heads = [[*HEADS[:4], "微信公众号", "", *HEADS[6:]], ["", "", "", "", "名称", "二维码", "", ""]]
    assert rows([*heads, FIRST, SECOND]) == (moved(OF_FIRST, 1), moved(OF_SECOND, 1))


def test_what_stands_below_is_no_account() -> None:
    below = [
        ["填表人：张三", *[""] * 4, "电话：13800000000", "", ""],
        ["", "说明：一个账号一行。", *[""] * 6],
    ]
    assert rows([*annex(), *below]) == (OF_FIRST, OF_SECOND)


def test_headings_again_after_a_page_are_no_account() -> None:
    assert rows([HEADS, FIRST, HEADS, SECOND]) == (OF_FIRST, moved(OF_SECOND, 1))


def test_a_row_without_unit_or_level_is_a_row() -> None:
    found = rows([HEADS, [1, "", "", "http://a.cn", *[""] * 4], [2, "中牟县", "", "", "中牟计生", "", "", ""]])
    assert found == (AnnexRow(2, websites=("http://a.cn",)), AnnexRow(3, "中牟县", wechat=("中牟计生",)))


# -- pictures -----------------------------------------------------------------------------------------------

ONE, TWO = "http://weixin.qq.com/r/one", "http://weixin.qq.com/r/two"


def with_pictures(
    *cells: tuple[int, int, str], grid: Grid | None = None, left_out: int = 0
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, int]]]:
    """What the pictures in the rows say, and where the stray ones stand."""
    placed = tuple(RawPicture((row, column), qr(text), "x.png") for row, column, text in cells)
    sheet = raw_sheet(grid or annex(), NAME)
    found = find_annex(PictureBook(sheet, pictures=Pictures(placed, left_out)), [sheet])
    assert found is not None
    return [(row.row, list(row.payloads)) for row in found.rows], [one.cell for one in found.stray]


LAST = [9, "新密市计生协", "县级", "", "新密计生", "", "", ""]
UNIT_ONLY = [2, "新密市计生协", *[""] * 6]
NUMBER_ONLY = [2, *[""] * 7]


@pytest.mark.parametrize(
    ("cells", "grid", "expected"),
    [
        pytest.param([(2, 6, ONE), (3, 6, TWO)], annex(), ([(2, [ONE]), (3, [TWO])], []), id="in their cells"),
        pytest.param([(3, 6, TWO), (2, 6, ONE)], annex(), ([(2, [ONE]), (3, [TWO])], []), id="in any order"),
        pytest.param([(2, 5, ONE), (2, 8, TWO)], annex(), ([(2, [ONE, TWO]), (3, [])], []), id="several in a row"),
        pytest.param([(4, 6, TWO)], annex(), ([(2, []), (3, [TWO])], []), id="a little low"),
        pytest.param([(9, 6, TWO)], annex(), ([(2, []), (3, [])], [(9, 6)]), id="in no row"),
        pytest.param([(1, 9, ONE)], under([["章"]], under([[""]], annex())), ([(6, []), (7, [])], []), id="above it"),
        pytest.param(
            [(2, 6, ONE), (3, 6, TWO)],
            [HEADS, FIRST, UNIT_ONLY],
            ([(2, [ONE]), (3, [TWO])], []),
            id="all that a row has beside the unit",
        ),
        pytest.param([(3, 6, TWO)], [HEADS, FIRST, NUMBER_ONLY], ([(2, [TWO])], []), id="beside a number only"),
        pytest.param(
            [(4, 6, TWO)], [HEADS, FIRST, NUMBER_ONLY, NUMBER_ONLY], ([(2, [])], [(4, 6)]), id="far from any account"
        ),
        pytest.param(
            [(2, 6, TWO)], [HEADS, [1, "中牟县", *[""] * 6]], ([(2, [TWO])], []), id="all that the annex has"
        ),
    ],
)  # fmt: skip
def test_pictures_stand_in_their_rows(cells: Any, grid: Grid, expected: Any) -> None:
    assert with_pictures(*cells, grid=grid) == expected


@pytest.mark.parametrize(
    ("middle", "corner", "below", "expected"),
    [
        (3, 2, UNIT_ONLY, [(2, [ONE])]),  # it hangs down from the account's row into the next unit's
        (3, 2, NUMBER_ONLY, [(2, [ONE])]),
        (3, None, UNIT_ONLY, [(2, []), (3, [ONE])]),
        (3, 2, LAST, [(2, []), (3, [ONE])]),  # that one has an account
        (4, 2, UNIT_ONLY, [(2, [ONE])]),  # a large one
    ],
)
def test_a_picture_hangs_from_the_account_that_its_corner_stands_beside(
    middle: int, corner: int | None, below: list[Any], expected: list[tuple[int, list[str]]]
) -> None:
    placed = RawPicture((middle, 6), qr(ONE), "x.png", corner=corner)
    sheet = raw_sheet([HEADS, FIRST, below, NUMBER_ONLY], NAME)
    found = find_annex(PictureBook(sheet, pictures=Pictures((placed,), 0)), [sheet])
    assert found is not None
    assert [(row.row, list(row.payloads)) for row in found.rows] == expected


def test_what_a_picture_is_and_why_it_cannot_be_read() -> None:
    placed = (RawPicture((2, 6), b"\x89PNG\r\n\x1a\nbroken", "a.png"), RawPicture((2, 7), None, "", "missing"))
    sheet = raw_sheet(annex(), NAME)
    found = find_annex(PictureBook(sheet, pictures=Pictures(placed, 3)), [sheet])
    assert found is not None
    shown = [(one.cell, one.codes, one.image, one.fault) for one in found.rows[0].pictures]
    assert (shown, found.left_out, found.unread) == (
        [((2, 6), (), None, "broken"), ((2, 7), (), None, "missing")], 3, None,
    )  # fmt: skip


def test_pictures_that_are_not_read_in_such_a_file() -> None:
    sheet = raw_sheet(annex(), NAME)
    found = find_annex(PictureBook(sheet, pictures=None), [sheet])
    assert found is not None
    assert (found.rows, found.unread) == ((OF_FIRST, OF_SECOND), "format")


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        (AnnexRow(2), (0, 0, 0)),
        (OF_FIRST, (1, 1, 1)),
        (AnnexRow(2, websites=("a", "b"), wechat=("x", "y"), weibo=("z",)), (2, 2, 1)),
    ],
)
def test_how_many_accounts_a_row_lists(row: AnnexRow, counted: tuple[int, int, int]) -> None:
    assert tuple(row.count(kind) for kind in ("website", "wechat", "weibo")) == counted
