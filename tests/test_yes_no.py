from datetime import date
from typing import Any

import pytest

from stattable.formats.sheet import Unread
from stattable.reading.answers import Reading
from stattable.reading.yes_no import read_flag

YES = [
    "是", "√", "✓", "✔", "☑", "Y", "y", "yes", "V", "1", 1, 1.0, True, "TRUE", "1.0", "有。", "（有）", "(√)",
    "已开通", "1个", "有√", "√有", "☑有□无", "有☑无□", "☒有□无", "■是 □否", "√有 无", "√有×无", "●有○无",
    "[√]有 [ ]无", "[x]有 [ ]无", "(√)有", "有（√）无（ ）", "√ 有  □ 无", "有√ 无", "是√ 否", "有√/无", "有(√) 无",
    "\"有\"", "'有", "有；", "有 (√)", "√（有）", "是√", "√是", "√√", "☑️", "✅", "🗹", "🗸", "∨", "Ⅴ", "[√]", "均有",
    "都有",
    "全有", "已有", "已注册", "均已开通", "已建", "具备", "拥有", "是的", "有的", "对",
    # Wingdings
    "\uf0fc", "\uf0fe", "\uf050", "\uf052", "ü", "þ", "þ有 ¨无", "þ有 o无", "\uf0fe有 \uf0a8无", "R有 £无",
    "R是 £否", "有R",
    "有√无口",
]  # fmt: skip
NO = [
    "否", "×", "✗", "❌", "N", "n", "x", "no", "0", 0, 0.0, False, "FALSE", "无。", "无,", "没有", "暂无",
    "[ ]有 [x]无", "有（ ）无（√）", "(×)", "××", "❎", "û", "\uf0fb", "□有 þ无", "£有 R无", "口有 √无", "×有 无√",
    "“无”", "无 (√)", "均无", "尚无", "还没有", "未注册", "尚未建立", "没有建", "不是", "乄", "无/√",
    "未开通", "0个", "无√", "√无", "□有☑无", "有□无☑", "有 无√", "□有■无", "有×无√", "×有√无",
]  # fmt: skip
NEITHER = [
    "/", "-", "——", "□", "☐", "有/无", "是/否", "有、无", "有（无）", "□有□无", "有□无□", "□ 是 □ 否",
    "有口无口", "有（ ）无（ ）", "[ ]", "( )", "\uf0a8", "¨", "£有 £无", "不涉及", "N/A", "空",
]  # fmt: skip
UNCLEAR = [
    "2", 2, "3个", "约", "OK", "建设中", "有官网", "http://www.hn.cn", "有√无", "有 √ 无", "√有√无", "×有无",
    "☑有☒无", "√/×", "有有", "[x]", "[×]", "ý", "R", "P", "o", "①", "⭕", "T", "F", "错", "已", "未", "无数据",
    "在建",
    "有（建设中）", "有（已停用）", "有（无更新）", "有（待开通）", "有：微信", " " * 2001,
    "☒", "○", date(2021, 5, 29), float("nan"), float("inf"), "有" + "(a)" * 5000, "(a)" * 5000,
]  # fmt: skip

FLAGS = [
    ("有", Reading(True)),
    ("无", Reading(False)),
    (" 有\n", Reading(True)),
    ("\u200b无", Reading(False)),
    *((raw, Reading(True, "V007")) for raw in YES),
    *((raw, Reading(False, "V007")) for raw in NO),
    *((raw, Reading(None, "V007")) for raw in NEITHER),
    ("有（1个）", Reading(True, "V008")),
    ("有(www.hn.cn)", Reading(True, "V008")),
    ("有1个", Reading(True, "V008")),
    ("有两家", Reading(True, "V008")),
    ("无（筹建中）", Reading(False, "V008")),
    *((raw, Reading(None, "V009")) for raw in UNCLEAR),
    ("#REF!", Reading(None, "V006")),
    ("=A1", Reading(None, "V006")),
    (Unread("=A1"), Reading(None, "V006")),
]


@pytest.mark.parametrize(("raw", "reading"), FLAGS, ids=lambda one: repr(one)[:40])
def test_read_flag(raw: Any, reading: Reading) -> None:
    result = read_flag(raw)
    assert result == reading
    assert result.value is None or type(result.value) is bool
