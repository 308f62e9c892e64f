import re
from datetime import date
from pathlib import Path

import pytest

from stattable.model.cell_names import a1, a1_range, column_letters
from stattable.model.numerals import chinese_number
from stattable.model.text import (
    MAX_FILE_NAME,
    chinese_date,
    file_name,
    label_forms,
    normalised,
    printable,
    with_ending,
    without_spaces,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("官渡  镇 ", "官渡 镇"),
        ("官渡镇", "官渡镇"),
        ("a b", "a b"),
        ("", ""),
        ("  官渡镇\t", "官渡镇"),
        ("官渡\r\n\n镇", "官渡 镇"),
        ("\u3000官渡\u3000\u3000镇\u3000", "官渡 镇"),
        ("官渡\xa0镇", "官渡 镇"),
        ("１２０", "120"),
        ("（公章）：", "(公章):"),
        ("ＡＢｃ", "ABc"),
        ("\ufeff官\u200b渡\u200d镇\u2060", "官渡镇"),
        ("1\u20682\u2069", "12"),
        ("官渡\xad镇", "官渡镇"),
        ("\x00官渡\x1f镇", "官渡镇"),
        ("\u3164", ""),
        ("\u200b \u200b", ""),
        ("官\u202e渡\u2066镇\ufe0f\U000e0100\U000e0041", "官渡镇"),
        ("官\x80渡\x9f镇\x85计生协", "官渡镇 计生协"),
        ("官\u180f渡\u2800镇", "官渡镇"),
        ("⻓⻘镇⻄⻔村", "长青镇西门村"),
        ("⽂字稿件", "文字稿件"),
        ("字" * 40_000, "字" * 32_767),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert normalised(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("官渡镇 计生协", "官渡镇计生协"),
        ("官渡镇计划生育协会", "官渡镇计生协"),
        ("官渡镇计生协会", "官渡镇计生协"),
        ("官渡镇计划 生育\n协会", "官渡镇计生协"),
        ("计划生育协会会员", "计生协会员"),
    ],
)
def test_squeezed(text: str, expected: str) -> None:
    assert without_spaces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("活动场次", ("活动场次",)),
        ("活动\n场次", ("活动场次",)),
        ("活 动 场 次：", ("活动场次",)),
        ("活动场次（场）", ("活动场次", "活动场次场")),
        ("活动场次(场)", ("活动场次", "活动场次场")),
        ("活动场次【场】", ("活动场次", "活动场次场")),
        ("省级计划生育协会（填有/无）", ("省级计生协", "省级计生协填有无")),
        ("村（居、社区）计生协", ("村计生协", "村居社区计生协")),
        ("音频、视频稿件", ("音频视频稿件",)),
        ("媒体宣传\n(篇数)", ("媒体宣传", "媒体宣传篇数")),
        ("（篇数）", ("篇数",)),
        ("活动场次（7）", ()),
        ("媒体宣传（篇数）【１，２００】", ()),
        ("⑴活动场次", ("活动场次", "1活动场次")),
        ("——", ()),
        ("", ()),
    ],
)
def test_label_forms(text: str, expected: tuple[str, ...]) -> None:
    assert label_forms(text) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0), ("〇", 0), ("一", 1), ("两", 2), ("九", 9), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23),
        ("廿", 20), ("廿五", 25), ("卅一", 31), ("卌", 40), ("一百", 100), ("一百零二", 102), ("一百二", 120),
        ("一百二十", 120), ("一百二十三", 123), ("一百十二", 112), ("两千", 2000), ("两千五", 2500), ("两千零五",
        2005),
        ("三千零五十", 3050), ("一千二百三十四", 1234), ("一万", 10_000), ("一万二", 12_000), ("一万二千", 12_000),
        ("一万零二", 10_002), ("十二万", 120_000), ("一千万", 10_000_000), ("一亿零一", 100_000_001),
        ("二亿三千万", 230_000_000), ("壹佰贰拾", 120), ("叁仟", 3000), ("伍萬", 50_000), ("二〇二一", 2021),
        ("二零二一", 2021), ("〇七", 7), ("仨", 3), ("兩百", 200), ("參拾", 30), ("卄一", 21), ("三百零五万",
        3_050_000),
        ("一万零一百", 10_100), ("十二万五", 125_000),
    ],
)  # fmt: skip
def test_chinese_number(text: str, number: int) -> None:
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三四",
        "三四百",
        "百",
        "万",
        "十十",
        "十百",
        "一百百",
        "二百三百",
        "一万一万",
        "零百",
        "一百零",
        "一百零万",
        "一百二万",
        "一千零一百",
        "一万零一千",
        "几百",
        "1百",
        "一 百",
        "多",
    ],
)
def test_no_chinese_number(text: str) -> None:
    assert chinese_number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("官渡镇计生协", "官渡镇计生协"),
        ("410122_中牟县", "410122_中牟县"),
        ("a/b\\c", "a_b_c"),
        ('<a>:"b"|c?*', "_a___b__c__"),
        ("a\tb\nc\x7fd", "a_b_cd"),  # a control character that shows nothing goes
        ("..", "_"),
        (".", "_"),
        ("", "_"),
        ("   ", "_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden", "hidden"),
        ("name. . ", "name"),
        ("官渡\u200b镇", "官渡镇"),
        ("CON", "_CON"),
        ("nul.xlsx", "_nul.xlsx"),
        ("Com1", "_Com1"),
        ("COM¹", "_COM¹"),
        ("lpt9.txt", "_lpt9.txt"),
        ("conin$", "_conin$"),
        ("con .txt", "_con .txt"),
        ("console", "console"),
        ("COM10", "COM10"),
        ("a" * 81, "a" * 80),
        ("a" * 79 + ". b", "a" * 79),
        ("CON" + " " * 78 + "x", "_CON"),  # it is reserved once it is cut
        ("官" * 80, "官" * 80),
        ("𠮷" * 80, "𠮷" * 60),  # 240 bytes
        ("a" + "𠮷" * 80, "a" + "𠮷" * 59),
        ("a" * 78 + "e\u0301\u0302x", "a" * 78),  # no mark is parted from its letter
        ("a" * 77 + "e\u0301\u0302x", "a" * 77 + "e\u0301\u0302"),
        ("官渡\u2028镇\x85村\ud800", "官渡_镇_村_"),
        ("官渡\x1b\u202e镇", "官渡镇"),
    ],
)
def test_file_name(text: str, expected: str) -> None:
    assert file_name(text) == expected


@pytest.mark.parametrize("text", ["x" * 500, "NUL." + "x" * 500, "." * 500, "/" * 500, " x" * 300])
def test_a_file_name_has_at_most_80_characters(text: str) -> None:
    assert 0 < len(file_name(text)) <= MAX_FILE_NAME == 80


@pytest.mark.parametrize("char", ["x", "官", "𠮷"])
@pytest.mark.parametrize("ending", ["", "_2", "_100"])
def test_a_file_name_leaves_room_for_what_stands_behind_it(char: str, ending: str) -> None:
    name = file_name(char * 500, ending)
    assert name.endswith(char + ending)
    assert (len(name) <= MAX_FILE_NAME, len(f"{name}_汇总.xlsx".encode()) <= 255) == (True, True)


@pytest.mark.parametrize(
    ("name", "whole"),
    [("汇总", "汇总（旧）.xlsx"), ("官" * 81, "官" * 80 + "（旧）.xlsx"), ("a" * 250, "a" * 241 + "（旧）.xlsx")],
)
def test_with_ending(name: str, whole: str) -> None:
    assert with_ending(name, "（旧）.xlsx") == whole
    assert len(whole.encode()) <= 255


# -- what could deceive whoever reads it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("官渡镇 𠮷 ﹏ é 👍🏽", "官渡镇 𠮷 ﹏ é 👍🏽"),
        ("葛\U000e0100", "葛\U000e0100"),  # which of a character's shapes is meant
        ("\x1b[2J", "�[2J"),
        ("a\x07\x08\x7f\x9b\x85b", "a�����b"),
        ("a\r\n\tb", "a���b"),
        ("\u202axslx.\u202e\u2066\u2069", "�xslx.���"),
        ("\u200e\u200f\u061c\u200b\u200d\u2060\ufeff", "�" * 7),
        ("a\u2028b\u2029", "a�b�"),
        ("\udcb9\ud800", "��"),
        ("\U000e0041", "�"),
        ("_x001B_[2J_x0007__x202e__x009F__xFEFF__xD83D_", "�[2J�����"),
        ("_x005F_x001B_", "_x005F�"),
        ("_x0041__x001__X001B_", "_x0041__x001__X001B_"),  # which nobody decodes to what deceives
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert printable(expected) == expected


@pytest.mark.parametrize(
    ("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA"), (16384, "XFD")]
)
def test_column_letters(column: int, letters: str) -> None:
    assert column_letters(column) == letters


def test_a1() -> None:
    assert a1(7, 3) == "C7"
    assert a1(1048576, 16384) == "XFD1048576"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([(7, 3)], "C7"),
        ([(6, 2), (6, 5)], "B6:E6"),
        ([(6, 5), (6, 2), (6, 3)], "B6:E6"),
        ([(11, 2), (9, 9)], "B9:I11"),
        ([(7, 3), (7, 3)], "C7"),
    ],
)
def test_a1_range(cells: list[tuple[int, int]], expected: str) -> None:
    assert a1_range(cells) == expected


def test_no_format_of_a_date_holds_chinese() -> None:
    """strftime takes none on Windows."""
    source = Path(__file__).parent.parent / "src"
    found = re.compile(r"%[A-Za-z][\u4e00-\u9fff]|[\u4e00-\u9fff]%[YmdHMS]")
    assert [path.name for path in source.rglob("*.py") if found.search(path.read_text(encoding="utf-8"))] == []
    assert chinese_date(date(2026, 6, 3)) == "2026 年 6 月 3 日"
