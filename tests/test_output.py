"""The documents that other programs read: their keys are a promise."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import BaseModel, ValidationError

from command_line import Result, codes, run
from county import GUANDU, GUANDU_VILLAGE, ROSTER, TO_COUNTY, ZHULUYING
from stattable.checking.returns import Batch
from stattable.model.catalogue import finding
from stattable.model.form import FIELDS
from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Scope, Tree
from stattable.output.csv_tables import harmless
from stattable.output.json_documents import check_json
from stattable.output.json_models import (
    CheckDocument,
    DiffDocument,
    Document,
    MergeDocument,
    TraceDocument,
    VerifyDocument,
)
from stattable.output.json_text import dump
from writers.county import send, write_roster
from writers.returns import filled, own_values, typed

VILLAGE = own_values(Level.VILLAGE)
SESSIONS, PEOPLE = "activities.village.sessions", "activities.village.people"

pytestmark = pytest.mark.usefixtures("here")


def village(name: str = "官渡村", unit: UnitFacts = GUANDU_VILLAGE, **figures: Any) -> None:
    send(unit, figures, name=name)


def merge(*options: str) -> Result:
    return run("merge", "收到", "-o", "汇总表.xlsx", "--roster", "名册.csv", "--root", "410122101", *options)


# -- the JSON documents -----------------------------------------------------------------------------------

FINDING = "code severity message path unit sheet cell field label raw suggestion explanation"
UNIT = "code name level"
COUNTS = "errors warnings infos"
SHAPES = {
    "check": {
        "": "schema_version summary files findings",
        "summary": f"files accepted rejected duplicate superseded open {COUNTS}",
        "files[]": "path sha256 unit scope edition status values findings",
        "files[].unit": UNIT,
        "files[].values": " ".join(field.key for field in FIELDS),
        "files[].findings[]": FINDING,
        "files[].findings[].unit": UNIT,
        "findings[]": FINDING,
    },
    "merge": {
        "": "schema_version output root total check_code summary units findings",
        "root": UNIT,
        "total": " ".join(field.key for field in FIELDS),
        "summary": f"expected received accepted rejected duplicate superseded covered missing open gaps {COUNTS}",
        "summary.gaps": "",
        "units[]": "code name level parent status basis total gaps",
        "units[].gaps": "",
        "units[].total": " ".join(VILLAGE),
        "findings[]": FINDING,
        "findings[].unit": UNIT,
    },
}


MODELS: dict[str, type[Document]] = {
    "check": CheckDocument,
    "merge": MergeDocument,
    "verify": VerifyDocument,
    "trace": TraceDocument,
    "diff": DiffDocument,
}


def document_of(command: str, result: Result) -> Any:
    """The document that a command put on stdout; its model takes it, and would print the same."""
    document = MODELS[command].model_validate_json(result.out, strict=True)
    assert json.dumps(document.model_dump(exclude_defaults=True)) == json.dumps(result.json)
    return result.json


def shapes(part: Any, at: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of every object in a document, by its place."""
    if isinstance(part, dict):
        yield at, tuple(part)
        for key, value in part.items():
            yield from shapes(value, f"{at}.{key}".lstrip("."))
    elif isinstance(part, list):
        for value in part:
            yield from shapes(value, f"{at}[]")


@pytest.mark.parametrize("command", SHAPES)
def test_exactly_these_keys(command: str) -> None:
    village(**{SESSIONS: "2场"})
    village("2", ZHULUYING)
    Path("收到/照片.jpg").write_bytes(b"\xff\xd8\xff")
    result = run("check", "收到", "--format", "json") if command == "check" else merge("--format", "json")
    expected = {(at, tuple(keys.split())) for at, keys in SHAPES[command].items()}
    assert set(shapes(document_of(command, result))) == expected


def test_the_document_of_check() -> None:
    village(**{SESSIONS: "约2"})
    document = run("check", "收到", "--format", "json").json
    (file,) = document["files"]
    (finding,) = file["findings"]
    unit = {"code": "410122101201", "name": "官渡村", "level": "village"}
    assert document["summary"] == {
        "files": 1, "accepted": 0, "rejected": 1, "duplicate": 0, "superseded": 0, "open": 1,
        "errors": 1, "warnings": 0, "infos": 0,
    }  # fmt: skip
    assert {key: file[key] for key in ("path", "unit", "scope", "edition", "status")} == {
        "path": str(Path("收到/官渡村.xlsx")), "unit": unit, "scope": "own", "edition": 23, "status": "rejected",
    }  # fmt: skip
    assert (len(file["sha256"]), file["values"]["media.county.text"], file["values"][SESSIONS]) == (64, 1, None)
    assert finding == {
        "code": "V003",
        "severity": "error",
        "message": "宣传活动 · 村居社区计生协 · 活动场次（H6）填的是“约2”，不是一个确切的数（可能是“2”）。"
        "请改填一个确切的整数。",
        "path": str(Path("收到/官渡村.xlsx")),
        "unit": unit,
        "sheet": "信息统计表",
        "cell": "H6",
        "field": SESSIONS,
        "label": "宣传活动 · 村居社区计生协 · 活动场次",
        "raw": "约2",
        "suggestion": "2",
        "explanation": None,
    }


def test_what_is_unknown_is_null() -> None:
    Path("收到/1.xlsx").write_bytes(b"")
    (file,) = run("check", "收到", "--format", "json").json["files"]
    assert (file["unit"], file["scope"], file["edition"]) == ({"code": None, "name": None, "level": None}, None, None)
    assert set(file["values"].values()) == {None}
    (finding,) = file["findings"]
    assert (finding["code"], finding["unit"], finding["cell"], finding["raw"]) == ("F003", None, None, None)


def test_the_document_of_merge() -> None:
    village()
    send(GUANDU, name="镇")
    result = merge("--format", "json")
    document = result.json
    assert (result.code, codes(document)) == (0, ["C001"])
    assert document["output"] == "汇总表.xlsx"
    assert document["root"] == {"code": "410122101", "name": "官渡镇", "level": "township"}
    assert document["summary"] == {
        "expected": 3, "received": 2, "accepted": 2, "rejected": 0, "duplicate": 0, "superseded": 0, "covered": 0,
        "missing": 1, "open": 0, "gaps": {"village": 1}, "errors": 0, "warnings": 1, "infos": 0,
    }  # fmt: skip
    assert [(unit["code"], unit["parent"], unit["status"], unit["basis"]) for unit in document["units"]] == [
        ("410122101", "410122", "accepted", "own"),
        ("410122101201", "410122101", "accepted", "own"),
        ("410122101202", "410122101", "missing", "derived"),
    ]
    assert (document["total"]["media.county.text"], document["total"]["online.county.weibo"]) == (2, None)
    assert document["units"][2]["total"] == {}


STEP = "unit scope value now difference path sha256 cell state end steps uncounted"
AFTERWARDS = {
    "verify": {
        "": "schema_version report root edition proved check_code sources summary findings",
        "root": UNIT,
        "sources": "unchanged changed gone new",
        "summary": COUNTS,
        "findings[]": FINDING,
        "findings[].unit": UNIT,
    },
    "trace": {
        "": "schema_version report root field label cell page value now trace",
        "root": UNIT,
        "trace": STEP,
        "trace.unit": UNIT,
        "trace.steps[]": STEP,
        "trace.steps[].unit": UNIT,
        "trace.steps[].steps[]": STEP,
        "trace.steps[].steps[].unit": UNIT,
    },
}


@pytest.mark.parametrize("command", AFTERWARDS)
def test_exactly_these_keys_of_what_is_said_of_a_merged_workbook(command: str) -> None:
    village()
    merge()
    village(**{SESSIONS: 3})
    figure = ["H6"] if command == "trace" else []
    result = run(command, "汇总表.xlsx", *figure, "收到", "--format", "json")
    expected = {(at, tuple(keys.split())) for at, keys in AFTERWARDS[command].items()}
    assert set(shapes(document_of(command, result))) == expected


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
    objects = [*SHAPES.values(), *AFTERWARDS.values()]
    keys = {key for shape in objects for keys in shape.values() for key in keys.split() if "." not in key}
    rows = set(re.findall(r"^\| `(\w+)` \| \S.* \| \S.* \|$", page, re.MULTILINE))
    assert keys - rows == set()


@pytest.mark.parametrize(
    ("at", "change"),
    [
        ((), {"more": 1}),
        ((), {"findings": None}),
        ((), {"schema_version": 1}),
        (("summary",), {"files": None}),
        (("files", 0), {"status": "missing"}),
        (("files", 0), {"values": {}}),
        (("files", 0, "values"), {"activities.village": 1}),
        (("files", 0, "values"), {SESSIONS: "2"}),
        (("files", 0, "unit"), {"level": "street"}),
        (("files", 0, "findings", 0), {"field": "H6"}),
        (("files", 0, "findings", 0), {"severity": "fatal"}),
    ],
)
def test_a_model_takes_no_other_document(at: tuple[str | int, ...], change: dict[str, Any]) -> None:
    village(**{SESSIONS: "约2"})
    document = part = document_of("check", run("check", "收到", "--format", "json"))
    for step in at:
        part = part[step]
    part |= change
    with pytest.raises(ValidationError):
        CheckDocument.model_validate_json(json.dumps(document), strict=True)


@pytest.mark.parametrize("key", ["findings", "summary", "schema_version"])
def test_a_model_misses_what_is_not_there(key: str) -> None:
    document = document_of("check", run("check", "名册.csv", "--format", "json"))
    del document[key]
    with pytest.raises(ValidationError):
        CheckDocument.model_validate_json(json.dumps(document), strict=True)


def test_keys_that_are_only_sometimes_there() -> None:
    village()
    cumulative = {"activities.township.sessions": 1, SESSIONS: 5}
    filled(Path("收到/镇.xlsx"), GUANDU, cumulative, above=TO_COUNTY, scope=Scope.CUMULATIVE)
    merge()
    workbook = openpyxl.load_workbook("汇总表.xlsx")
    workbook.worksheets[0]["H6"] = 6
    workbook.save("汇总表.xlsx")
    document = document_of("merge", merge("--each-level", "各级", "--format", "json"))
    assert tuple(document) == (
        "schema_version", "output", "each_level", "kept", "root", "total", "check_code", "summary", "units", "findings",
    )  # fmt: skip
    assert tuple(document["each_level"]) == ("folder", "written", "stale")
    assert [tuple(one) for one in document["kept"]] == [("path", "now")]
    assert {tuple(one) for one in document["units"][0]["differences"].values()} == {
        ("reported", "own", "children", "difference")
    }


def test_half_of_a_character_is_escaped_and_changes_nothing_else() -> None:
    def document(name: str) -> str:
        of_no_file = [finding("F003", path=f"收到\u202e/{name}")]
        return "".join(check_json(Batch(Tree(()), ()), of_no_file, lambda _: True))

    half, whole = document("\udcb9.xlsx"), document("x.xlsx")
    assert json.loads(half)["findings"][0]["path"] == "收到\u202e/\udcb9.xlsx"
    assert half.replace("\\udcb9", "x") == whole
    assert "\u202e" not in whole


@pytest.mark.parametrize("counts", [(0, 0), (1, 3), (1201, 0), (500, 501)])
def test_long_lists_are_written_as_if_they_were_whole(counts: tuple[int, int]) -> None:
    class Row(BaseModel):
        name: str
        values: dict[str, int] = {}

    class Rows(Document):
        head: str
        units: list[Row]
        findings: list[Row]
        tail: int

    units, others = (
        [Row(name=f"第{n}村\n“\u202e”", values={"一": n} if n % 2 else {}) for n in range(of)] for of in counts
    )
    texts = dump(
        Rows(schema_version=2, head='"units": []', units=[], findings=[], tail=3),
        units=iter(units),
        findings=iter(others),
    )
    whole = Rows(schema_version=2, head='"units": []', units=units, findings=others, tail=3)
    assert "".join(texts) == whole.model_dump_json(exclude_defaults=True, indent=1).replace("\u202e", "\\u202e")


def test_units_with_a_cumulative_return_have_their_differences() -> None:
    village()
    figures = {"activities.township.sessions": 1, SESSIONS: 5}
    filled(Path("收到/镇.xlsx"), GUANDU, figures, above=TO_COUNTY, scope=Scope.CUMULATIVE)
    filled(Path("收到/镇本级.xlsx"), GUANDU, {"activities.township.sessions": 2}, above=TO_COUNTY)
    township, *villages = merge("--format", "json").json["units"]
    assert {key: one for key, one in township["differences"].items() if key.startswith("activities")} == {
        "activities.township.sessions": {"reported": 1, "own": 2, "children": None, "difference": -1},
        SESSIONS: {"reported": 5, "own": None, "children": 2, "difference": 3},
        PEOPLE: {"reported": None, "own": None, "children": 60, "difference": -60},
    }
    assert not any("differences" in one for one in villages)


@pytest.mark.parametrize("command", ["check", "merge"])
def test_a_faulty_roster_has_a_document_of_the_same_keys(command: str) -> None:
    write_roster(roster=ROSTER + "41,湖南省,,,,,,\n")
    village()
    options = ["-o", "汇总表.xlsx"] if command == "merge" else []
    result = run(command, "收到", "--roster", "名册.csv", "--format", "json", *options)
    found = dict(shapes(document_of(command, result)))
    whole = {at: tuple(keys.split()) for at, keys in SHAPES[command].items()}
    whole["findings[]"] += ("rows",)  # which only findings on rosters have
    assert found == {at: keys for at, keys in whole.items() if at in found}
    assert {"", "summary", "findings[]"} <= found.keys()
    assert (result.code, codes(result.json), Path("汇总表.xlsx").exists()) == (1, ["U007"], False)


@pytest.mark.parametrize("command", ["check", "merge"])
def test_stdout_holds_the_document_and_nothing_else(command: str) -> None:
    village(**{SESSIONS: "若干"})
    options = ["-o", "汇总表.xlsx", "--root", "41"] if command == "merge" else []
    result = run(command, "收到", "--format", "json", *options)
    assert json.loads(result.out)["schema_version"] == 2
    assert result.err == ""


def test_the_same_path_twice_changes_nothing() -> None:
    village()
    once = run("check", "收到", "--format", "json")
    assert run("check", "收到", "收到/官渡村.xlsx", "收到", "--format", "json").out == once.out
    assert once.json["summary"]["files"] == 1


# -- CSV --------------------------------------------------------------------------------------------------


def test_csv_opens_in_excel_and_holds_no_formula() -> None:
    village(**{SESSIONS: "-2", PEOPLE: "@SUM(A1)"})
    typed(Path("收到/=1+1.xlsx"), "=1+1村", VILLAGE)
    result = run("check", "收到", "--roster", "名册.csv", "--format", "csv")
    assert result.out.startswith("\ufeff代码,程度,说明,文件,单位代码,")
    rows = list(csv.DictReader(io.StringIO(result.out.removeprefix("\ufeff"))))
    assert [(row["代码"], row["程度"], row["原值"]) for row in rows] == [
        ("U002", "强制性", "'=1+1村"), ("V004", "强制性", "'-2"), ("V002", "强制性", "'@SUM(A1)"),
    ]  # fmt: skip
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_csv_holds_no_formula_of_wide_characters() -> None:
    village(**{SESSIONS: "＝SUM(A1)", PEOPLE: "\u200b ＠1"})
    Path("收到/官渡村.xlsx").rename(Path("收到/ ＠a.xlsx"))
    out = run("check", "收到/ ＠a.xlsx", "--format", "csv").out
    cells = [cell for row in csv.reader(io.StringIO(out.removeprefix("\ufeff"))) for cell in row]
    assert [cell for cell in cells if re.match(r"\s*[=+\-@＝＋－＠]", cell)] == []
    assert {"'＝SUM(A1)", "'＠1"} <= set(cells)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("\ra", "'\ra"),
        ("a=1", "a=1"),
        ("", ""),
        ("\n=1", "'\n=1"),
        (" 官渡", " 官渡"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠a", "'＠a"),
        ("  =1", "'  =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("\u200b=1", "'\u200b=1"),
        ("\ufeff \x1b@a", "'\ufeff \x1b@a"),
    ],
)
def test_harmless(text: str, safe: str) -> None:
    assert harmless(text) == safe
