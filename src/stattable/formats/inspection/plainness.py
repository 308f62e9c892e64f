"""Whether a workbook is written as spreadsheet programs write theirs.

Much of a sheet is searched, not parsed. That holds as long as its XML is plain and its parts are where they always
are; a workbook that claims to be ours and is written otherwise was made to be read in two ways.
"""

import re
from collections.abc import Mapping
from typing import Final

from stattable.formats.package import Package

_HEAD: Final = 256  # bytes in which a part says its encoding
_MARK: Final = b"\xef\xbb\xbf"  # of UTF-8, in front
_OTHER_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
# A plain letter or digit written as its number; programs write other characters so, and line breaks.
_REFERENCE_IN_TAG: Final = re.compile(
    rb"<[^<>]*&#(?:0*(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-7])|x0*[2-7][0-9a-f]);[^<>]*>", re.IGNORECASE
)
_BRACKET_IN_VALUE: Final = re.compile(rb"=\s*(?:\"[^\"<>]*>|'[^'<>]*>)")
_ODD_PREFIX: Final = re.compile(rb"xmlns:[^\s=]*[^\w\s=]")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_TYPE: Final = re.compile(rb"\sType\s*=\s*[\"'][^\"']*/(\w+)[\"']")
_TARGET: Final = re.compile(rb"\sTarget\s*=\s*[\"']/?(?:xl/)?([^\"']*)[\"']")
_ID: Final = re.compile(rb"\s\w+:id\s*=")
# What one program reads otherwise than another: cells of a foreign namespace, a second table of cells, a value with
# elements in it, or beside another one.
_TWO_WAYS: Final = (
    re.compile(rb"<(?:\w+:)?(?:row|c|v|f|is|t|si)\s[^<>]*\bxmlns"),
    re.compile(rb"<(?:\w+:)?sheetData\b.*<(?:\w+:)?sheetData\b", re.DOTALL),
    re.compile(rb"[<:][vt](?:\s[^<>]*)?>[^<]*<[^/]"),
    re.compile(rb"</(?:\w+:)?v>\s*<[^/]"),
    re.compile(rb"inlineStr[\"'][^<>]*>\s*<(?:\w+:)?v\b"),
    re.compile(rb"</(?:\w+:)?is>\s*<(?:\w+:)?v\b"),
)
_PREFIXED, _PLAIN_CELL = re.compile(rb"<\w+:(?:row|c|v)[\s/>]"), re.compile(rb"<(?:row|c|v)[\s/>]")
_NOT_SHOWN: Final = ("docprops/", "customxml/", "meta-inf/")
_RELATIONS: Final = frozenset({"_rels/.rels", "xl/_rels/workbook.xml.rels"})
_USUAL: Final[Mapping[bytes, bytes]] = {  # where the parts stand that programs look for by their type
    b"officeDocument": b"workbook.xml",
    b"styles": b"styles.xml",
    b"sharedStrings": b"sharedstrings.xml",
    b"theme": b"theme/theme1.xml",
}


def is_plain_xml(content: bytes) -> bool:
    """Whether a part is UTF-8 without comments, sections of its own, and what could lead a search astray."""
    head = content[:_HEAD].removeprefix(_MARK).lstrip()
    if not head.startswith(b"<") or _OTHER_ENCODING.search(head.partition(b"?>")[0]):
        return False
    if b"<!" in content or (b"&#" in content and _REFERENCE_IN_TAG.search(content)):
        return False
    if content.count(b"<") != content.count(b">") and _BRACKET_IN_VALUE.search(content):
        return False
    if any(mark.search(content) for mark in _TWO_WAYS) or (_PREFIXED.search(content) and _PLAIN_CELL.search(content)):
        return False
    return not _ODD_PREFIX.search(content)


def is_plain_package(package: Package) -> bool:
    """Whether a package has plain XML, parts where they always stand, and no macros."""
    for name in package.names:
        lower = name.lower()
        if lower.endswith("vbaproject.bin"):
            return False
        if not lower.endswith((".xml", ".rels")) or lower.startswith(_NOT_SHOWN):
            continue
        content = package.content(name)
        if not is_plain_xml(content) or (lower in _RELATIONS and not _leads_where_usual(content)):
            return False
        if lower == "xl/workbook.xml" and any(len(_ID.findall(one)) != 1 for one in _SHEET.findall(content)):
            return False
    return True


def _leads_where_usual(relations: bytes) -> bool:
    for relation in _RELATION.findall(relations):
        kind, target = _TYPE.search(relation), _TARGET.search(relation)
        if kind and kind[1] in _USUAL and (target is None or target[1].lower() != _USUAL[kind[1]]):
            return False
    return True
