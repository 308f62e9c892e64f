"""A merged workbook that is made to look otherwise than it reads, in ways that no program would write: all named."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import forger
from command_line import Result, run
from forger import LEDGER, PAGE, TOLD, UNITS, both, element, number_format, put
from test_forger import verify, written  # noqa: F401  -- fixtures
from writers.package import MAIN, Book, tag

SHEETS = {
    name: f"xl/worksheets/sheet{at}.xml" for at, name in enumerate((PAGE, UNITS, "报送情况", "图表", TOLD, LEDGER), 1)
}
THEME, STRINGS, BOOK = "xl/theme/theme1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
FAULT = {"P003", "P010", "P011", "P013"}
Raw = Callable[[dict[str, bytes]], None]


def swap(part: str, old: str, new: str) -> Raw:
    def change(parts: dict[str, bytes]) -> None:
        assert old.encode() in parts[part], part
        parts[part] = parts[part].replace(old.encode(), new.encode(), 1)

    return change


def moved(part: str, to: str, relations: str) -> Raw:
    """Leave a part where it is, and let the relation to it lead to a doctored one."""

    def change(parts: dict[str, bytes]) -> None:
        parts[to] = parts[part].replace("未报".encode(), "已报".encode())
        at = part.removeprefix("xl/")
        parts[relations] = parts[relations].replace(f'"{at}"'.encode(), f'"{to.removeprefix("xl/")}"'.encode())

    return change


def dark_theme(parts: dict[str, bytes]) -> None:
    parts[THEME] = parts[THEME].replace(b'<a:sysClr val="windowText" lastClr="000000"/>', b'<a:srgbClr val="FFFFFF"/>')


RAW: Mapping[str, Raw] = {
    "a section of its own": swap(
        SHEETS[PAGE], "<headerFooter>", "<headerFooter><oddHeader><![CDATA[9999]]></oddHeader>"
    ),
    "a header with a name of its own": swap(
        SHEETS[PAGE], "<headerFooter>", '<headerFooter><oddHeader xmlns:q="http://q/q">9999</oddHeader>'
    ),
    "a reference in an attribute": swap(SHEETS[TOLD], '<row r="2"', '<row r="2" hidden="&#49;"'),
    "a comment": swap(SHEETS[TOLD], "<sheetData>", "<!-- <filterColumn x --><sheetData>"),
    "an odd prefix": swap(
        SHEETS[PAGE], "<printOptions", f'<x-x:conditionalFormatting xmlns:x-x="{MAIN}" sqref="A1"/><printOptions'
    ),
    "all rows low": swap(SHEETS[LEDGER], "<sheetFormatPr ", '<sheetFormatPr zeroHeight="1" '),
    "strings elsewhere": moved(STRINGS, "xl/strings2.xml", "xl/_rels/workbook.xml.rels"),
    "styles elsewhere": moved("xl/styles.xml", "xl/styles2.xml", "xl/_rels/workbook.xml.rels"),
    "a white theme": dark_theme,
    "a white run": swap(STRINGS, "<t>退回</t>", '<r><rPr><color rgb="FFF8D7DA"/></rPr><t>退回</t></r>'),
    "words over words": swap(STRINGS, "<t>未报</t>", '<t>未报</t><rPh sb="0" eb="2"><t>已报</t></rPh>'),
    "a white check code": swap(SHEETS[PAGE], "&amp;L校验码", "&amp;L&amp;KFFFFFF校验码"),
    "a small check code": swap(SHEETS[PAGE], "&amp;L校验码", "&amp;L&amp;1校验码"),
    "a theme colour that is not there": swap(
        "xl/styles.xml", '<sz val="10"/><color theme="1"/>', '<sz val="10"/><color theme="77"/>'
    ),
    "another last colour": swap(THEME, 'val="windowText" lastClr="000000"', 'val="windowText" lastClr="FFFFFF"'),
    "frozen all over": swap(SHEETS[UNITS], 'ySplit="4"', 'ySplit="500"'),
    "columns of no width": swap(SHEETS[LEDGER], "<sheetFormatPr ", '<sheetFormatPr defaultColWidth="0.5" '),
    "a view of its own": swap(
        SHEETS[PAGE], "<pageMargins", "<customSheetViews><customSheetView/></customSheetViews><pageMargins"
    ),
    "an extension": swap(
        SHEETS[PAGE], "</headerFooter>", "</headerFooter><extLst><ext><x14:slicerList/></ext></extLst>"
    ),
    "a tiny print": swap(SHEETS[PAGE], "<pageSetup ", '<pageSetup scale="10" '),
    "a first page of its own": swap(SHEETS[PAGE], "<headerFooter>", '<headerFooter differentFirst="1">'),
    "no tabs": swap(BOOK, "<workbookView ", '<workbookView showSheetTabs="0" '),
    "macros": lambda parts: parts.update({"xl/vbaProject.bin": b"x"}),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_written_as_no_program_does(name: str, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.chdir(written)
    with zipfile.ZipFile("中牟县.xlsx") as package:
        parts = {one: package.read(one) for one in package.namelist()}
    RAW[name](parts)
    with zipfile.ZipFile("改过.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        for one, content in parts.items():
            package.writestr(one, content)
    result = run("verify", "改过.xlsx", "--format", "json", "--quiet")
    assert result.code == 1
    assert {one["code"] for one in result.json["findings"]} & FAULT


def test_two_parts_of_one_name_are_no_workbook(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.chdir(written)
    data = io.BytesIO(Path("中牟县.xlsx").read_bytes())
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("xl/worksheets/SHEET1.xml", b"<worksheet/>")
    Path("改过.xlsx").write_bytes(data.getvalue())
    assert run("verify", "改过.xlsx").code == 2


def styled(**parts: str) -> forger.Change:
    """Give a figure of the page a font, a fill or an alignment of its own."""

    def change(book: Book, style: Any) -> None:
        for kind, xml in parts.items():
            if kind == "alignment":
                for old in list(style):
                    style.remove(old)
                style.append(etree.fromstring(f'<alignment xmlns="{MAIN}" {xml}/>'))
                style.set("applyAlignment", "1")
                continue
            all_of_them = book.xml("xl/styles.xml").find(tag(f"{kind}s"))
            all_of_them.append(etree.fromstring(f'<{kind} xmlns="{MAIN}">{xml}</{kind}>'))
            style.set(f"{kind}Id", str(len(all_of_them) - 1))

    return lambda book: book.restyle(PAGE, "F6", change)


FORMATS = ("[$9]0", "*90", '"九"0', '"l"0', "e", '"9"0日', '[<.5]0;"88"', '0"佰"', '"²"0', "bbbb", "[DBNum1]0", "0;;;")
LOOKS: Mapping[str, forger.Change] = {
    **{f"the format {code}": number_format(PAGE, "F6", code) for code in FORMATS},
    "a tiny font": styled(font='<sz val="1"/>'),
    "a font of pictures": styled(font='<name val="Wingdings"/>'),
    "nearly white": styled(font='<color rgb="FFF2F2F2"/>'),
    "tinted to white": styled(font='<color theme="1" tint="1"/>'),
    "black on black dots": styled(fill='<patternFill patternType="gray0625"><fgColor rgb="FF000000"/></patternFill>'),
    "filled with itself": styled(alignment='horizontal="fill"'),
    "moved out of sight": styled(alignment='horizontal="left" indent="40"'),
    "a row below the last": both(put(UNITS, "E13", "修正后合计"), put(UNITS, "I13", 9999)),
    "figures below the last": put(UNITS, "I13", 9999),
    "far to the right": put(PAGE, "GT6", "更正为 9999"),
    "words beside no finding": put(TOLD, "K60", "以上意见均已撤销"),
    "a prompt": element(PAGE, '<dataValidations count="1"><dataValidation sqref="B6" prompt="9999"/></dataValidations>',
                        "printOptions"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKS)
def test_what_is_made_to_look_otherwise(name: str, verify: Callable[..., Result]) -> None:  # noqa: F811
    result = verify(LOOKS[name])
    assert result.code == 1
    assert {one["code"] for one in result.json["findings"]} & FAULT


@pytest.mark.parametrize(
    "code", ["0", "#,##0", "General", "@", '0"人"', '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "0_ "]
)
def test_what_a_clerk_may_choose(code: str, verify: Callable[..., Result]) -> None:  # noqa: F811
    assert verify(number_format(UNITS, "I6", code)).code == 0


@pytest.mark.parametrize("part", [{"font": '<b/><sz val="11"/><color rgb="FFFF0000"/><name val="宋体"/>'},
                                  {"fill": '<patternFill patternType="solid"><fgColor rgb="FFFFFF00"/></patternFill>'},
                                  {"alignment": 'horizontal="right" vertical="center"'}])  # fmt: skip
def test_how_a_clerk_may_mark_a_figure(part: dict[str, str], verify: Callable[..., Result]) -> None:  # noqa: F811
    assert verify(styled(**part)).code == 0
