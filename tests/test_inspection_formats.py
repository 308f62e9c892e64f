"""Which number formats show a whole number as another one, or not at all."""

import pytest
from openpyxl.styles.colors import COLOR_INDEX

from stattable.formats.inspection.colours import PALETTE, alike, from_hex
from stattable.formats.inspection.number_formats import BUILT_IN, is_odd, shows_another_number


@pytest.mark.parametrize(
    "code",
    [
        "", "General", "G/通用格式", "@", "0", "00000", "0.00", "0.", "#,##0", "0,000", "#,##0.00",
        '0"场"', "0场", '0"人次"', '#,##0"人"', "0\\ 人", "0_ ", "0_);(0)", "#,##0;[Red]-#,##0", '"共"0"人"',
        "¥#,##0.00", "￥#,##0", "[$¥-804]#,##0", "[DBNum1]G/通用格式", "[蓝色]0", "# ?/?",
        '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', '0;-0;"—"', '0;-0;"无"', '0;;"0"',
        'yyyy"年"m"月"d"日"', "yyyy/m/d", "h:mm", "[h]:mm:ss",  # no number has these
        '0"a;b"',
    ],
)  # fmt: skip
def test_shown_as_it_is(code: str) -> None:
    assert not is_odd(code)


@pytest.mark.parametrize(
    "code",
    [
        *BUILT_IN.values(),
        ";;;", ";", '""', '"见附件"', "0%", "0.0%", '0"%"', "0‰", "0,", "#,##0,", '0.0,"万"', '0"万"', "0\\万", "0万",
        '0"千"', '0"亿"', '"约"0', '0"余"', '0"0"', '0"00"', "0.00E+00", "##0.0E+0",
        '0" "0', '0"."0', "0 0", "[White]0", "[白色]0", '[>5]0;"少于5"', '"无"', '"—"', "[<1]0.0;0",
        "0-0", "0:00", '0"k"', '0"w"', '0"+"', '">"0', "#", "#,###", "?", "\\a;" * 8000, "[" * 200_000,
        "0;-0;", "0;-0;;@",  # a zero is not shown
        '[>=10000]0.0,"万";0', '0;-0;"若干"',
    ],
)  # fmt: skip
def test_shown_as_another_number_or_not_at_all(code: str) -> None:
    assert is_odd(code)


@pytest.mark.parametrize(
    ("code", "of_zero", "of_others"),
    [
        ('[=0]"";General', True, False),
        ("[>0]0;[<0]-0;0", False, False),
        ("[蓝色][>100]0;0", False, False),
        ('[>5]0;"少于5"', True, False),
        ('[<=5]"少于5";0', True, False),
        ("# ##0", False, False),
        ('_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ', False, False),
        ('#"人"', True, False),
        ("0;-0;;@", True, False),
        ('0"万";-0;0', False, True),
        ('0"万"', True, True),
        ("0;-0", False, False),
    ],
)
def test_a_zero_may_be_shown_in_a_way_of_its_own(code: str, of_zero: bool, of_others: bool) -> None:
    assert (shows_another_number(code, 0), shows_another_number(code, 120)) == (of_zero, of_others)


# -- colours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("FFFFFF", "FFFFFF", True),
        ("FFFFFF", "F3F3F3", True),
        ("FFFFFF", "F2F2F2", False),
        ("C00000", "c0000c", True),
        ("FFFFFF", "FFFF00", False),
    ],
)
def test_alike(one: str, other: str, is_alike: bool) -> None:
    assert alike(from_hex(one), from_hex(other)) == is_alike


def test_the_palette_is_excels() -> None:
    assert [from_hex(colour[2:]) for colour in COLOR_INDEX[:64]] == [*PALETTE]
