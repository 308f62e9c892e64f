"""The text of an .ods's cells, as it is shown."""

from typing import Final
from xml.etree import ElementTree

from stattable.formats.xml import attribute, local_name, whole

CELLS: Final = frozenset({"table-cell", "covered-table-cell"})
_BESIDE: Final = frozenset({"ruby-text", "note", "annotation"})  # what is not part of the text that it stands in
_CONTROLS: Final = {"tab": "\t", "line-break": "\n"}
ODD: Final = frozenset({"ruby-text", "note", *_CONTROLS})  # what calamine does not read as it is shown
_MOST_BLANKS: Final = 100
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
VALUE_TYPE: Final = f"{{{_OFFICE}}}value-type"
_VALUE: Final = f"{{{_OFFICE}}}value"
NUMBERS: Final = frozenset({"float", "percentage", "currency"})


def shown_text(element: ElementTree.Element) -> str:
    """Return the text of a line, or of a piece of one, as it is shown: without what is said of how to pronounce it."""
    pieces = [element.text or ""]
    for part in element:
        name = local_name(part.tag)
        if name == "s":
            pieces.append(" " * max(1, min(whole(attribute(part.attrib, "c"), 1), _MOST_BLANKS)))
        elif name in _CONTROLS:
            pieces.append(_CONTROLS[name])
        elif name not in _BESIDE:
            pieces.append(shown_text(part))
        pieces.append(part.tail or "")
    return "".join(pieces)


def lines(cell: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the lines of a cell."""
    return [part for part in cell if local_name(part.tag) == "p"]


def is_typeless(cell: ElementTree.Element) -> bool:
    """Whether a cell shows a text without saying what it holds, as some programs write it; calamine reads none."""
    kind = cell.get(VALUE_TYPE)
    says = bool(kind) and (kind not in NUMBERS or _VALUE in cell.attrib)
    return not says and any(map(shown_text, lines(cell)))


def is_covered_by_text(cell: ElementTree.Element) -> bool:
    """Whether something lies on a cell, anchored to it, whose text calamine takes for the cell's."""
    beside = (part for part in cell if local_name(part.tag) not in {"p", "annotation"})
    return any(local_name(one.tag) == "p" for part in beside for one in part.iter())
