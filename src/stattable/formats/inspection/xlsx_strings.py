"""The shared strings of an .xlsx, and the runs of its texts that are not part of what is said."""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree

from stattable.formats.sheet import annotated_runs
from stattable.formats.xml import elements, local_name

_WHITE: Final = "FFFFFF"


def shared_strings(content: bytes) -> Iterator[tuple[int, ElementTree.Element]]:
    """Yield the shared strings of a workbook, each with its number."""
    number = 0
    for is_end, name, element in elements(content):
        if is_end and name == "si":
            yield number, element
            number += 1
            element.clear()


def annotated_strings(content: bytes) -> Mapping[int, str]:
    """Return the shared strings that have annotated runs, as they are seen, by their number."""
    return {number: text for number, item in shared_strings(content) if (text := annotated_text(item))}


def annotated_text(item: ElementTree.Element) -> str | None:
    """Return a text of several runs as it is seen, or None where none of them is annotated."""
    runs = [
        ("".join(part.text or "" for part in run if local_name(part.tag) == "t"), _annotation(run))
        for run in item.iter()
        if local_name(run.tag) == "r"
    ]
    return annotated_runs(runs)


def _annotation(run: ElementTree.Element) -> str | None:
    for mark in (mark for part in run if local_name(part.tag) == "rPr" for mark in part):
        value = mark.get("val")
        if local_name(mark.tag) == "vertAlign" and value in {"superscript", "subscript"}:
            return value
        if is_struck(mark):
            return "struck"
        if local_name(mark.tag) == "color" and (mark.get("rgb", "")[-6:].upper() == _WHITE or mark.get("theme") == "0"):
            return "hidden"
    return None


def is_struck(mark: ElementTree.Element) -> bool:
    """Whether an element among a font's or a run's properties strikes the text out."""
    return local_name(mark.tag) == "strike" and mark.get("val") not in {"0", "false"}
