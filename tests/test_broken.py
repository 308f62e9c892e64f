"""Fifty broken files beside fifty good ones: the good ones are in the total, each broken one has a finding."""

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from command_line import run
from county import TO_COUNTY
from stattable.model.identity import UnitFacts
from stattable.model.units import Level
from writers.returns import filled, own_values

GOOD = 50
SHEET = "xl/worksheets/sheet1.xml"
UNITS = [UnitFacts(f"410122{n:03}", f"第{n}镇", Level.TOWNSHIP) for n in range(100, 100 + 2 * GOOD)]


def rezipped(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            changed = change(info.filename, source.read(info))
            if changed is not None:
                target.writestr(info.filename, changed)
    return out.getvalue()


def without(part: str) -> Callable[[bytes], bytes]:
    return lambda data: rezipped(data, lambda name, content: None if name == part else content)


def changed(change: Callable[[bytes], bytes], *parts: str) -> Callable[[bytes], bytes]:
    """Change some parts of the package; in none of them to no effect."""

    def spoil(data: bytes) -> bytes:
        spoilt = rezipped(data, lambda name, content: change(content) if name in parts else content)
        assert spoilt != rezipped(data, lambda _, content: content)
        return spoilt

    return spoil


def sheet(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return changed(change, SHEET)


def texts(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the page's texts, which stand in its sheet, or in the part that all sheets share."""
    return changed(change, SHEET, "xl/sharedStrings.xml")


def figures(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Put something else where a figure stands in a cell that is no text."""
    cell = re.compile(rb'(<c r="\w+" s="\d+"(?: t="n")?>)<v>%s</v>' % old)
    return sheet(lambda xml: cell.sub(rb"\g<1>" + new, xml))


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def flipped(seed: int) -> Callable[[bytes], bytes]:
    """Turn over bytes of the package's directory, so that it cannot be read."""

    def flip(data: bytes) -> bytes:
        rng, broken = random.Random(seed), bytearray(data)
        start = data.rindex(b"PK\x05\x06")
        for at in rng.sample(range(start, len(data)), 12):
            broken[at] ^= 0xFF
        return bytes(broken)

    return flip


def broken() -> Iterator[Callable[[bytes], bytes]]:
    yield from ((lambda data, part=part: data[: len(data) * part // 20]) for part in range(20))  # truncated, or empty
    yield from (flipped(seed) for seed in range(6))
    yield from ((lambda data, seed=seed: random.Random(seed).randbytes(len(data))) for seed in range(4))
    yield lambda data: b"%PDF-1.7\n" + data
    yield lambda data: b"\xff\xd8\xff\xe0" + data
    yield lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data
    yield lambda data: b"<html><table><tr><td>1</td></tr></table></html>"
    yield lambda data: "单位,人数\n甲,1\n".encode("gbk")
    yield lambda data: zipped("收到/return.xlsx", data)
    yield lambda data: zipped("word/document.xml", b"<w:document/>")
    yield lambda data: zipped("big.bin", bytes(30_000_000))
    yield without("xl/workbook.xml")
    yield without(SHEET)
    yield sheet(lambda xml: xml[: len(xml) // 2])
    yield sheet(lambda xml: b"")
    yield texts(lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml.replace("宣传活动".encode(), b"&a;"))
    yield texts(lambda xml: xml.replace("活动场次".encode(), "场数".encode()))
    yield texts(lambda xml: xml.replace("村居社区计生协".encode(), b""))
    yield figures(b"60", b"<v>-60</v>")
    yield figures(b"60", b"<v>1e400</v>")
    yield figures(b"60", b"<f>1/0</f>")
    yield figures(b"2", b"<v></v>")
    yield texts(lambda xml: xml.replace("计生协</t>".encode(), "计生协会馆</t>".encode(), 1))


def test_there_are_fifty_ways_to_be_broken() -> None:
    assert len(list(broken())) == GOOD


@pytest.mark.parametrize("jobs", [1, 2])
def test_good_files_count_and_every_broken_one_has_a_finding(
    jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stattable.processes._WORTH_IT", {"fork": 1, "spawn": 1})
    good, bad = tmp_path / "in" / "good", tmp_path / "in" / "bad"
    for unit in UNITS[:GOOD]:
        filled(good / f"{unit.code}.xlsx", unit, own_values(Level.TOWNSHIP), above=TO_COUNTY)
    bad.mkdir()
    for unit, spoil in zip(UNITS[GOOD:], broken(), strict=True):
        data = filled(tmp_path / "return.xlsx", unit, own_values(Level.TOWNSHIP), above=TO_COUNTY).read_bytes()
        (bad / f"{unit.code}.xlsx").write_bytes(spoil(data))
    inputs = {path: path.read_bytes() for path in (tmp_path / "in").rglob("*.xlsx")}
    result = run("merge", tmp_path / "in", "-o", tmp_path / "out.xlsx", "--format", "json", "--jobs", jobs)
    document = result.json
    assert result.code == 1
    counts = {key: document["summary"][key] for key in ("received", "accepted", "rejected", "duplicate")}
    assert counts == {"received": 2 * GOOD, "accepted": GOOD, "rejected": GOOD, "duplicate": 0}
    errors = {f["path"] for f in document["findings"] if f["severity"] == "error"}
    assert errors == {str(path) for path in bad.iterdir()}
    expected = {key: value * GOOD for key, value in own_values(Level.TOWNSHIP).items()}
    assert {key: value for key, value in document["total"].items() if value is not None} == expected
    assert "Traceback" not in result.out + result.err
    assert {path: path.read_bytes() for path in inputs} == inputs
