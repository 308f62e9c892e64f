"""What the messages say, word for word, of the faults that clerks meet most: as a clerk says it, with what to type."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from command_line import run
from county import GUANDU, GUANDU_VILLAGE
from stattable.model.catalogue import finding, render
from stattable.model.form import FIELD_BY_KEY, label_of
from stattable.model.units import Level
from writers.county import send, sessions
from writers.returns import own_values, typed

VILLAGE = own_values(Level.VILLAGE)
SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"
OTHER = "服务活动 · 村居社区计生协 · "

pytestmark = pytest.mark.usefixtures("here")


def messages(*arguments: str, code: str | None = None) -> list[str]:
    """All messages of a run, by its JSON."""
    document = run(*arguments, "--format", "json").json
    findings = [*document["findings"], *(one for file in document.get("files", ()) for one in file["findings"])]
    return [one["message"] for one in findings if code in {None, one["code"]}]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({SESSIONS: "2场"}, "宣传活动 · 村居社区计生协 · 活动场次（H6）填的是“2场”，按 2 计入，不用处理。"),
        ({"activities.township.people": "/"}, "宣传活动 · 乡镇计生协 · 宣传人数（G6）填的是“/”，当作空白，不用处理。"),
        ({PEOPLE: "1.2万"}, "宣传活动 · 村居社区计生协 · 宣传人数（I6）填的是“1.2万”，按 12000 计入。"
                            "请核实：对的话改填这个数，不对请更正。"),
        ({SESSIONS: None, PEOPLE: None, "activities.township.sessions": 3},
         "宣传活动 · 乡镇计生协 · 活动场次（F6）填了“3”，村居社区不填这一栏。"
         "请把数移到 H6（村居社区计生协 · 活动场次）。"),
        ({"activities.township.sessions": 3},
         "宣传活动 · 乡镇计生协 · 活动场次（F6）填了“3”，村居社区不填这一栏。"
         "请把数移到 H6（村居社区计生协 · 活动场次）；那里已经填了数，请核对以哪一个为准。"),
        ({"online.province.website": True},
         "网站和新媒体建设 · 省级计生协 · 官网（B17）填了“有”，村居社区不填这一栏。请清空这一格。"),
        ({"services.other.village.sessions": 0, "services.other.village.people": 35},
         f"{OTHER}服务人数：人数（I11）是 35，场次（H11）却是 0。请核对：补上场次，或者改正人数。"),
        ({"services.other.village.sessions": None, "services.other.village.people": 35},
         f"{OTHER}服务人数：人数（I11）是 35，场次（H11）却是空白。请核对：补上场次，或者改正人数。"),
        ({"services.other.village.people": 0},
         f"{OTHER}其他服务场次：场次（H11）是 2，人数（I11）却是 0。请核对：补上人数，或者改正场次。"),
        ({"services.other.village.people": 1},
         f"{OTHER}服务人数：场次（H11）是 2，人数（I11）却只有 1。请核对两个数是否填反了。"),
        ({SESSIONS: 30}, "宣传活动 · 村居社区计生协 · 活动场次（H6）是 30 场，村居社区本级通常不超过 20 场。"
                         "请核实是否多填了，或者把下级的也算进去了。"),
        ({PEOPLE: "=20+40"}, "宣传活动 · 村居社区计生协 · 宣传人数（I6）的公式“=20+40”还没有算出结果。"
                             "请在 Excel 或 WPS 里打开后保存一次，或直接填 60。"),
        ({PEOPLE: "=SUM(H6,58)*1"}, "宣传活动 · 村居社区计生协 · 宣传人数（I6）的公式“=SUM(H6,58)*1”还没有算出结果。"
                                    "请在 Excel 或 WPS 里打开后保存一次，或直接填 60。"),
        ({PEOPLE: "=A1/3"}, "宣传活动 · 村居社区计生协 · 宣传人数（I6）的公式“=A1/3”还没有算出结果。"
                            "请在 Excel 或 WPS 里打开后保存一次。"),
    ],
)  # fmt: skip
def test_of_a_village(figures: dict[str, Any], said: str) -> None:
    send(GUANDU_VILLAGE, figures)
    assert said in messages("check", "收到")


def test_a_list_of_units_is_called_one_and_once() -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    for column, field in enumerate(FIELD_BY_KEY.values(), start=2):
        sheet.cell(1, column, field.block.section)
        sheet.cell(2, column, field.heading.text)
        sheet.cell(3, column, field.column.text)
        for row, name in ((4, "官渡村"), (5, "逐鹿营村"), (6, "东村")):
            sheet.cell(row, 1, name)
            sheet.cell(row, column, 2)
    workbook.save("收到/清单.xlsx")
    assert messages("check", "收到", code="T005") == [
        "这像是一行一个单位的清单，不是信息统计表。请每个单位各报一张，或由乡镇报汇总表。"
    ]


def test_the_same_twice_and_a_later_one() -> None:
    send(GUANDU_VILLAGE)
    send(GUANDU_VILLAGE, name="又一份")
    assert messages("check", "收到", code="U004") == [
        "与“收到/又一份.xlsx”是同一单位的同一张表，数字完全相同，只计一次。不用处理。"
    ]
    later = finding("U010", params={"name": "官渡村", "other": "b.xlsx"})
    assert render(later, label_of) == (
        "“官渡村”另有较晚的报表“b.xlsx”，已以较晚的一张为准，这一张没有计入。请确认较晚的一张确实是更正后的报表。"
    )


@pytest.mark.parametrize("count", [3, 30])
def test_many_copies_of_one_return_are_one_finding(count: int) -> None:
    for number in range(count + 1):
        typed(Path(f"收到/{number:03}.xlsx"), "官渡镇", {**own_values(Level.TOWNSHIP), **sessions(village=2)})
    roster = ["--roster", "名册.csv"]
    merge = ["merge", "收到", *roster, "--root", "410122101", "-o", "a.xlsx"]
    for command in (["check", "收到", *roster], merge):
        out = run(*command).out
        assert out.count("H005") == 1
        assert out.count("U004") == (1 if count > 3 else 3)
        if count > 3:
            named = "、".join(f"收到/00{number}.xlsx" for number in range(1, 6))
            assert f"同一单位的同一张表还有 30 份：{named} 等 30 份。" in out
        assert len(messages(*command, *(["--force"] if command is merge else []), code="U004")) == count
        assert len(messages(*command, *(["--force"] if command is merge else []), code="H005")) == 1
    sheet: Any = openpyxl.load_workbook("a.xlsx")["审核意见"]
    assert [row[2] for row in sheet.iter_rows(min_row=4, values_only=True)].count("U004") == (1 if count > 3 else 3)
    assert run("verify", "a.xlsx", "收到", "名册.csv").code == 0


def test_the_option_for_the_scope_is_given_whole_and_is_accepted() -> None:
    send(GUANDU_VILLAGE)
    typed(Path("收到/镇.xlsx"), "官渡镇", {**own_values(Level.TOWNSHIP), **sessions(village=2)})
    merge = ["merge", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "a.xlsx"]
    (said,) = messages(*merge, code="H005")
    assert said.endswith("如果不对，汇总时请加 --scope 410122101=own。")
    run(*merge, "--force", "--scope", "410122101=own")
    assert messages(*merge, "--force", "--scope", "410122101=own", code="H005") == []


@pytest.mark.parametrize("name", ["官渡镇", "官渡 镇"])
def test_a_unit_without_a_code_is_named_in_the_option(name: str) -> None:
    typed(Path("收到/镇.xlsx"), name, own_values(Level.TOWNSHIP))
    merge = ["merge", "收到", "--unit", "中牟县", "--level", "县级", "-o", "a.xlsx"]
    (said,) = messages(*merge, code="H005")
    option = said.partition("--scope ")[2].removesuffix("。")
    assert option == ('"官渡 镇"=cumulative' if " " in name else "官渡镇=cumulative")
    assert run(*merge, "--force", "--scope", option.replace('"', "")).code in {0, 1}


def test_more_than_are_shown_are_said_to_be_where_they_are() -> None:
    villages = "".join(f"410122101{number},第{number}村\n" for number in range(203, 240))
    Path("名册.csv").write_text(
        f"代码,名称\n41,河南省\n4101,郑州市\n410122,中牟县\n410122101,官渡镇\n{villages}", "utf-8"
    )
    send(GUANDU)
    out = run("merge", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "a.xlsx").out
    assert f"C001 官渡镇：{'、'.join(f'第{number}村' for number in range(203, 240))}没有报（共 37 个）。联系人：" in out
    typed(Path("收到/省.xlsx"), "河南省", {key: f"{100 + at}（线上80）" for at, key in enumerate(FIELD_BY_KEY)})
    out = run("merge", "收到", "--roster", "名册.csv", "-o", "b.xlsx").out
    assert "V008 还有 18 条。全部意见见汇总表的“审核意见”。" in out
    assert "V008 还有 18 条。加 --findings 意见.csv，把全部意见存成表格。" in run("check", "收到").out


def test_without_a_roster_verify_says_how_to_give_it() -> None:
    send(GUANDU)
    run("merge", "收到", "--roster", "名册.csv", "--root", "410122101", "-o", "a.xlsx")
    how = "没有给出名册，所以没有核对名册；把名册文件写在命令最后即可。"
    assert how in run("verify", "a.xlsx", "收到").out
    assert how not in run("verify", "a.xlsx", "收到", "名册.csv").out
    assert "没有给出报表所在的文件夹，所以没有与报表核对；把文件夹写在命令最后即可。" in run("verify", "a.xlsx").out


def test_what_a_blank_asks_of_a_village() -> None:
    run("new", "--roster", "名册.csv", "-o", "空白表")
    said = {
        path.stem.partition("_")[2]: [
            str(cell.value) for row in openpyxl.load_workbook(path).worksheets[0] for cell in row
        ]
        for path in Path("空白表").rglob("*.xlsx")
    }
    assert any("只填本村（社区）自己的数字" in text for text in said["官渡村"])
    assert not any("下级的数字由下级自己报" in text for text in said["官渡村"])
    assert any("下级的数字由下级自己报" in text for text in said["官渡镇"])


def test_a_format_is_called_a_format_and_what_is_shown_is_not() -> None:
    where: dict[str, Any] = {"cell": "B6", "field": "activities.province.sessions", "raw": "120"}
    said = [
        render(finding("V013", params=params, **where), label_of) for params in ({"format": '0"万"'}, {"shown": "12万"})
    ]
    assert [text.partition("。")[0].partition("，")[2] for text in said] == [
        '单元格格式却是“0"万"”，显示出来不是这个数', "显示出来却是“12万”",
    ]  # fmt: skip


def test_no_message_is_in_the_words_of_a_program() -> None:
    """What a county clerk never says: operators, English that is not typed, and the document for programs."""
    from stattable.model import catalogue, refusals

    texts = [text for entry in catalogue.CATALOGUE.values() for text in (entry.text, entry.remedy, entry.why)]
    tables: list[Any] = [value for value in vars(catalogue).values() if isinstance(value, dict)]
    texts += [text for table in (*tables, refusals._REFUSALS) for text in table.values() if isinstance(text, str)]
    assert [
        text for text in texts if any(word in text for word in ("--format json", "<=", ">=", "读作", "不需要处理"))
    ] == []
