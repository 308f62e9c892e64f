import re
import string
from typing import Any, get_args

import pytest

from stattable.libraries import LIBRARIES
from stattable.model import catalogue
from stattable.model.catalogue import CATALOGUE, FAMILIES, Entry, explain, finding, render
from stattable.model.findings import Severity
from stattable.model.form import label_of
from stattable.model.papers import Soundness
from stattable.model.refusals import _REFUSALS, Refusal
from stattable.qr.images import Fault
from stattable.qr.kinds import CodeKind
from stattable.reading.papers import LeftOutReason

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741

# Of the design's table of findings, and what was added to it since.
SEVERITIES = {
    E: "F001 F002 F003 F004 F005 F007 F010 T001 T002 T003 T005 T006 U001 U002 U003 U005 U007 U009 U013 U014 U018"
       " V000 V002 V003 V004 V005 V006 V009 R001 R004 R005 H001 H002 H003 H004 H006 H007 H008"
       " P001 P002 P003 P004 P005 P006 P007 P008 P009 P010 P011 P012 P013 P014"
       " B001 B003 B005 B006 B009 B011",
    W: "F008 F009 T004 T007 U006 U010 U019 U020 V001 V008 V010 V011 V012 V013 R002 R003 O001 O002 O003 C001 C002 C003"
       " C004 C006 O101 O102 O103 A001 A002 A003 A004 A005 A006 A007 A008 A009"
       " B002 B007 B010 B012",
    I: "F006 U004 U008 U011 U012 U015 U016 T009 U017 V007 H005 C005 A010 B004 B008",
}  # fmt: skip


def each(code: str, **params: Any) -> list[dict[str, Any]]:
    """Give each reason of a code, with the same parameters."""
    return [{"reason": reason, **params} for reason in catalogue._REASONS[code]]


PAIR_AT: list[dict[str, Any]] = [{}, {"people_at": "I6", "sessions_at": "H6"}]
SEVERAL: dict[str, Any] = {
    "reason": "several", "count": 5, "then": "2020 年", "factor": 5, "figures": ("活动场次 2020 年 2，现在 24",)
}  # fmt: skip
# What the findings of each code carry; where a code is found for several reasons, one of each.
PARAMS: dict[str, list[dict[str, Any]]] = {
    "F004": [{"reason": reason, "mb": 25} for reason in catalogue._LIMITS],
    "F005": [{"kind": kind} for kind in catalogue._KINDS] + [{"kind": "docx", "searched": 1}],
    "F006": [{"count": 2, "names": "照片.jpg、总结.txt"}],
    "F009": [{"count": 2, "names": ("甲.xlsx.crdownload", "乙.url")}],
    "F007": [{"detail": "ValueError"}],
    "F010": [{"kind": kind, "module": module} for kind in catalogue._UNREAD_KINDS for module in LIBRARIES],
    "A010": [{"module": module, "count": 2} for module in ("PIL", "zxingcpp")],
    "F008": [{"sheets": ("附件",)}],
    "T002": [{"label": "活动场次"}, {"label": "活动场次", "doubled": 1}],
    "T003": [{"edition": 22, "year": 2020, "groups": ("第 22 个（2020 年）1 个文件",)},
             {"edition": 22, "year": 2020, "wanted": 23},
             {"edition": 22, "year": 2020, "most": 23, "count": 4}],
    "T009": [{"edition": 23, "year": 2021, "count": 4, "others": 1}],
    "T005": [{"label": "宣传活动", "reason": reason} for reason in catalogue._REASONS["T005"]],
    "T006": [{"sheets": "“甲”、“乙”"}],
    "T007": each("T007"),
    "U002": each("U002", name="官渡镇", count=2, candidates="甲、乙", root="中牟县", root_level="县级",
                 level="乡镇级", folder="郑州市"),
    "U003": [{"made_for": "官渡镇", "name": "狼城岗镇"}],
    "U004": [{"other": "a.xlsx"}, {"reason": "copies", "other": "a.xlsx", "count": 2, "copies": ("b.xlsx", "c.xlsx")}],
    "U005": [{"reason": reason, "name": "官渡镇", "count": 2, "others": "a.xlsx"}
             for reason in catalogue._REASONS["U005"]],
    "U006": [{"name": "郑州市"}],
    "U007": [
        {"reason": reason, "rows": rows, "names": ("一",), "raws": ("一", "二"), "codes": ("一", "二"), "what": "代码",
         "pairs": ("一与第 2 行",), "clauses": ("一", "二"), "limit": 100}
        for reason in catalogue._ROSTER_FAULTS for rows in (("3",), ("3", "4", "6"))
    ],
    "U008": [{"name": "中牟县"}],
    "U009": each("U009", key="41", one="a.xlsx", two="b.xlsx", one_says="河南省", two_says="河北省", count=1, most=20),
    "U010": [{"name": "官渡镇", "other": "b.xlsx"}],
    "U011": [
        {"name": "某企业", "root": "中牟县", "level": "乡镇级", "reason": reason, "apart": apart}
        for reason in catalogue._REASONS["U011"] for apart in ("", "郑州市")
    ],
    "U012": [{"name": "中牟县", "level": "县级"}],
    "U013": each("U013"),
    "U014": [{"name": "东村", "others": "甲/东村.xlsx、乙/东村.xlsx"}],
    "U015": [{"parts": ("第 1 行在表头上面（“名册”），没有当作单位",), "rows": ("1",)}],
    "U016": [{"name": "官渡镇", "other": "b.xlsx"}],
    "U017": each("U017", name="官渡鎮計生協", known="官渡镇"),
    "U019": each("U019", name="官渡镇", other="官渡镇.xlsx"),
    "U020": each("U020", name="官渡镇", other="b.xlsx"),
    "V001": [{"section": "宣传活动", "count": 2}],
    "V007": [{"value": "1200"}],
    "V008": [{"value": "12000"}],
    "V010": [
        {"problem": problem, "year": 2021} for problem in ("blank", "unreadable", "impossible", "no_year", "other_year")
    ],
    "V011": [{"problem": problem} for problem in ("blank", "no_number")],
    "V006": [{"reason": reason} for reason in ("formula", "error", "text", "unknown")],
    "V013": [{"format": '0"万"'}, {"shown": "12万"}],
    "R001": [{"people": 60, "sessions": " 0", **at} for at in PAIR_AT],
    "R002": [{"people": "空白", "sessions": 2, **at} for at in PAIR_AT],
    "R003": [{"people": 2, "sessions": 60, **at} for at in PAIR_AT],
    "R004": [{"level": "乡镇级", "move": move, **to} for move in catalogue._MOVES
             for to in ({"to_cell": "F6", "to_label": "乡镇计生协 · 活动场次"},
                        {"to_cell": "", "to_label": "乡镇计生协 · 活动场次"})],
    "O001": [{"people": 60000, "sessions": 2, "limit": 5000}],
    "O002": [{"level": "乡镇级", "limit": 100}],
    "O003": [{"level": "乡镇级", "limit": 20000}],
    "O101": [{"then": "2020 年", "was": 2, "times": "12"}, {"then": "2020 年", "was": 0, "times": ""}, SEVERAL],
    "O102": [{"then": "2020 年", "was": 24, "times": "12"}, SEVERAL],
    "O103": [{"then": "2020 年", "was": 24}, {"then": "2020 年", "was": 24, "reason": "blank"}, SEVERAL],
    "H001": [
        {"name": "中牟县", "reported": 9, "known": 5, "difference": 4, "shortfall": -4, "own_here": here,
         "made_of": made_of, "contact": contact}
        for here in (0, 1) for made_of in ((), ("官渡镇 5",)) for contact in ("", "李四 110")
    ],
    "H002": [
        {"name": "中牟县", "reported": 5, "known": 9, "difference": -4, "shortfall": 4, "own_here": 1,
         "made_of": made_of, "contact": contact}
        for made_of in ((), ("官渡镇 9",)) for contact in ("", "李四 110")
    ],
    "H003": each("H003", name="中牟县", key="410122"),
    "H004": each("H004", name="官渡镇", holders=("中牟县",), units=("中牟县", *"甲乙丙")),
    "H006": [{"name": "中牟县", "count": 2, "units": ("“官渡村”（本级数）汇总时没有，现在有“a.xlsx”（各栏都是 0）",)}],
    "H007": [{"holder": "a.xlsx", "other": "b.xlsx", "count": 1, "units": ("官渡村",), "figures": ()}],
    "H008": each("H008", name="中牟县", count=1, units=("“官渡村”（本级数）",)),
    "H005": each("H005", scope="本级", other_scope="cumulative", key="410122", other="a.xlsx", other_cell="H6"),
    "C003": [{"name": "淇县", "count": 5, "levels": ("乡镇级 1", "村居社区级 4")}],
    "C002": [{"name": "鹤壁市", "levels": ("乡镇级", "村居社区级")}],
    "C004": [{"count": 2, "cells": ("F3", "F5"), "text": "核实无误"}],
    "C005": each("C005", texts=("“与邻村合办”（F3）",)),
    "C006": [{"name": "官渡村", "files": ("官渡村.pdf",)}],
    "C001": [
        {"name": "官渡镇", "contact": contact} | more
        for contact in ("", "李四")
        for more in (
            {"reason": "some", "names": ("本级",), "how_many": ""},
            {"reason": "some", "names": ("本级", "官渡村"), "how_many": 2},
            {"reason": "all", "own": "本级", "counts": ("1 个乡镇", "28 个村居")},
            {"reason": "all", "own": "", "counts": ("28 个村居",)},
        )
    ],
    "A001": [{"reason": "none", "form": 3, "listed": 0, "what": ""},
             {"reason": "differs", "form": 3, "listed": 2, "what": "县级微信公众号"}],
    "A002": [{"label": "官网网址", "unit": "中牟县计生协"}],
    "A003": [{"label": "微信公众号二维码", "unit": "中牟县计生协", "name": "中牟计生"}],
    "A004": [{"reason": reason, "label": "微信公众号二维码"} | ({"count": 3} if reason in {"many", "stray"} else {})
             for reason in catalogue._REASONS["A004"]],
    "A005": [{"label": "微博名", "unit": "中牟县计生协", "other": other, "where": where}
             for other, where in (("新郑市计生协", "B5"), ("新郑市计生协", "收到/新郑.xlsx"))],
    "A006": [{"label": "微博名", "unit": "中牟县计生协"}],
    "A007": [{"reason": reason, "label": "单位名称", "unit": "" if reason == "no_unit" else "中牟县计生协"}
             for reason in catalogue._REASONS["A007"]],
    "A009": [{"names": names, "name": "郑州市", "count": 1} for names in (("中牟县计生协",), tuple("甲乙丙丁"))],
    "P001": [{"expected": "空白"}],
    "P002": [{"name": "官渡镇 本级", "expected": "12", "count": count, "cells": ("F6",)} for count in (1, 7)],
    "P003": each("P003", expected="23", count=3),
    "P004": [{"count": 2, "names": ("a.xlsx（官渡镇）", "b.xlsx")}],
    "P005": [{"count": 1, "names": ("a.xlsx（官渡镇）",)}],
    "P006": [{"count": 1, "names": ("a.xlsx",)}],
    "P007": [{"name": "官渡镇", "place": place, "count": 1, "figures": ("甲 汇总表里是“1”，现在是“2”",), "units": units,
              "others": ("甲", "乙")} for place, units in (("", 0), ("分单位汇总", 2))],
    "P008": [{"detail": str(Refusal("only_earlier"))}],
    "P009": each("P009", expected="23", label="届次", name="中牟县", path="a.xlsx", count=2, names=("甲", "乙")),
    "P010": [{**one, "expected": "" if one["reason"] in catalogue._NOT_SET else "空白"}
             for one in each("P010", count=2, names=("F6", "G6"))],
    "P011": [{"count": 2, "rows": "3、5"}],
    "P012": [{"sheets": ("“汇总台账”有 1 处（a.xlsx）",)}],
    "P013": [{"where": ("页脚",), "expected": "AAAA-CCCC-DDDD"}],
    "P014": [{"name": "官渡镇", "path": "a.xlsx", "count": 2, "labels": ("甲", "乙")}],
    "B001": [{"name": "官渡镇", "below": below, "scans": scans}
             for below in ((), ("官渡村", "逐鹿营村")) for scans in ((), ("统计表.pdf",))],
    "B002": [{"names": names, "kinds": ("经验总结", "视频")} for names in (("官渡镇",), ("官渡镇", "狼城岗镇"))],
    "B003": each("B003", name="官渡镇", count=1, names=("现场.jpg",)),
    "B004": each("B004", count=1, names=("Thumbs.db",)),
    "B005": each("B005", count=1, names=("资料",)),
    "B006": [{"count": 2, "names": ("官渡镇", "狼城岗镇")}],
    "B007": [{"due": "2021 年 6 月 30 日截止，已过 2 天"}],
    "B008": [{"count": 1, "names": ("con.txt → _con.txt",)}],
    "B009": [{"count": 1, "names": ("现场.jpg",)}],
    "B010": [{"name": "官渡镇", "count": 1, "names": ("照片.zip",)}],
    "B011": [{"name": "官渡镇", "other": "狼城岗镇"}],
    "B012": [{"name": "官渡镇", "count": 2, "names": ("官渡镇", "狼城岗镇")}],
}  # fmt: skip
PLACED = {"sheet": "分单位汇总", "cell": "F6", "field": "activities.township.sessions", "raw": "若干"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_code_with_its_severity() -> None:
    expected = {code: severity for severity, codes in SEVERITIES.items() for code in codes.split()}
    assert {code: entry.severity for code, entry in CATALOGUE.items()} == expected


def test_families() -> None:
    assert set(FAMILIES) == {code[0] for code in CATALOGUE}
    assert all(re.fullmatch(r"[A-Z]\d{3}", code) and CATALOGUE[code].code == code for code in CATALOGUE)


def test_no_two_entries_have_one_code() -> None:
    assert len(catalogue._ENTRIES) == len(CATALOGUE)


@pytest.mark.parametrize(("code", "params"), [(code, one) for code in CATALOGUE for one in PARAMS.get(code, [{}])])
@pytest.mark.parametrize("suggestion", [None, "12"])
def test_every_message_is_whole(code: str, params: dict[str, Any], suggestion: str | None) -> None:
    text = render(finding(code, params=params, suggestion=suggestion, **PLACED), label_of)
    assert re.search(r"[一-鿿]", text)
    assert text.endswith("。")
    assert not re.search(r"[{}]|None|。。|：。|，。|，，|“”|（）", text)
    assert not re.search(r"[,;:?!] ?[一-鿿]|[一-鿿][,;:?!]", text)  # punctuation is Chinese


def test_a_message_says_where_what_is_wrong_and_what_to_do() -> None:
    said = finding("V003", cell="F6", field="activities.township.sessions", raw="约500", suggestion="500")
    assert render(said, label_of) == (
        "宣传活动 · 乡镇计生协 · 活动场次（F6）填的是“约500”，不是一个确切的数（可能是“500”）。请改填一个确切的整数。"
    )


@pytest.mark.parametrize(
    ("code", "severity", "own_here", "text"),
    [
        ("H001", E, 1, "：中牟县上报 9，本级与下级合计 5（官渡镇 3，本级 2），多出 4。应当报送的单位都已收到。"
                       "请与中牟县联系（李四 110），问清这一栏多出的部分由谁报。"),
        ("H001", W, 0, "：中牟县上报 9，下级合计 5（官渡镇 3，本级 2），多出 4。可能是还没有收到的报表。"
                       "请与中牟县联系（李四 110），问清这一栏多出的部分由谁报。"),
        ("H002", E, 1, "：中牟县上报 9，本级与下级合计 5（官渡镇 3，本级 2），反而少 4。"
                       "请与中牟县联系（李四 110）：这一栏的汇总漏了下级，或者下级后来更正过。"),
    ],
)  # fmt: skip
def test_a_difference_says_what_it_is_between_and_whom_to_ask(
    code: str, severity: Severity, own_here: int, text: str
) -> None:
    params = {
        "name": "中牟县", "reported": 9, "known": 5, "difference": 4, "shortfall": 4,
        "own_here": own_here, "made_of": ("官渡镇 3", "本级 2"), "contact": "李四 110",
    }  # fmt: skip
    said = finding(code, severity, params=params, **PLACED)
    assert render(said, label_of) == f"宣传活动 · 乡镇计生协 · 活动场次（F6）{text}"


def test_a_finding_without_a_cell() -> None:
    said = finding("V004", field="activities.township.sessions", raw="-5")
    assert render(said, label_of).startswith("宣传活动 · 乡镇计生协 · 活动场次填的是“-5”，")


def test_what_a_file_says_is_never_taken_for_a_placeholder() -> None:
    said = finding("U003", params={"made_for": "{name}", "name": "{0} {cell}"}, raw="{raw}")
    assert "“{name}”的，表上的单位却是“{0} {cell}”" in render(said, label_of)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)
def test_entry(entry: Entry) -> None:
    assert entry.title
    assert not re.search(r"[{}。]", entry.title)
    assert entry.why.endswith("。")
    assert placeholders(entry.why) == set()
    assert entry.remedy.endswith("。") or placeholders(entry.remedy) in ({"advice"}, {"move"})


def test_the_words_for_every_reason_are_used() -> None:
    """The tables above give the words for every reason; this holds them against those that the code can raise."""
    assert set(catalogue._REASONS) == {
        "T005", "T007", "U002", "U005", "U009", "U011", "U013", "U017", "U019", "U020",
        "H003", "H004", "H005", "H008", "C005", "A001", "A004", "A007", "P003", "P009", "P010",
        "B003", "B004", "B005",
    }  # fmt: skip
    assert {one["reason"] for one in PARAMS["A001"]} == set(catalogue._REASONS["A001"])
    of_files, of_pictures, of_codes = {"missing", "size"}, set(get_args(Fault)), set(CodeKind) - {CodeKind.OFFICIAL}
    assert set(catalogue._REASONS["A004"]) == of_files | of_pictures | of_codes | {"no_code", "stray", "many", "marked"}
    assert set(catalogue._REASONS["B003"]) == {one for one in Soundness if one.is_fault} - {Soundness.NO_ACCESS}
    assert {*catalogue._REASONS["B004"], *catalogue._REASONS["B005"]} == set(LeftOutReason)
    assert set(catalogue._REASONS["B005"]) == {one for one in LeftOutReason if one.is_loss}
    problems = {one["problem"] for code in ("V010", "V011") for one in PARAMS[code]}
    assert problems == set(catalogue._PROBLEMS)


def test_found_takes_the_catalogues_severity() -> None:
    assert (finding("U006").severity, finding("U006", E).severity) == (W, E)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)
def test_general_remedy(entry: Entry) -> None:
    said = catalogue.general_remedy(entry)
    assert re.fullmatch(r"[^{}]+。", said)
    assert (said == "按提示中的建议处理。") is (entry.remedy == "{advice}")


@pytest.mark.parametrize(("written", "code"), [("V003", "V003"), (" v003 ", "V003"), ("V999", None), ("", None)])
def test_explain(written: str, code: str | None) -> None:
    entry = explain(written)
    assert (entry.code if entry else None) == code


@pytest.mark.parametrize("reason", _REFUSALS)
def test_refusals(reason: str) -> None:
    params = dict.fromkeys(placeholders(_REFUSALS[reason]), "“{x}”")
    if "why" in params:
        params["why"] += "。"  # a finding's text, which is a sentence
    text = str(Refusal(reason, **params))
    assert text.endswith("。")
    assert text.count("{x}") == len(params)
