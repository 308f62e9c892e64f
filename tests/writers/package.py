"""An .xlsx as its parts, to be changed by its XML where no library would."""

from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from writers.containers import parts_of, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def tag(name: str, space: str = MAIN) -> str:
    return f"{{{space}}}{name}"


class Book:
    """An .xlsx as its parts; those that are looked at as XML are written anew."""

    def __init__(self, data: bytes) -> None:
        self.parts = parts_of(data)
        self._trees: dict[str, Any] = {}

    def xml(self, part: str) -> Any:
        if part not in self._trees:
            self._trees[part] = etree.fromstring(self.parts[part])
        return self._trees[part]

    @property
    def workbook(self) -> Any:
        return self.xml("xl/workbook.xml")

    def entry(self, name: str) -> Any:
        """The element of a sheet in the workbook's part."""
        return next(one for one in self.workbook.iter(tag("sheet")) if one.get("name") == name)

    def part_of(self, name: str) -> str:
        target = {one.get("Id"): one.get("Target") for one in self.xml("xl/_rels/workbook.xml.rels")}
        return f"xl/{target[self.entry(name).get(tag('id', REL))]}"

    def sheet(self, name: str) -> Any:
        return self.xml(self.part_of(name))

    def row(self, sheet: str, number: int) -> Any:
        rows = self.sheet(sheet).find(tag("sheetData"))
        for row in rows:
            if int(row.get("r")) == number:
                return row
        new = etree.SubElement(rows, tag("row"), r=str(number))
        rows[:] = sorted(rows, key=lambda one: int(one.get("r")))
        return new

    def cell(self, sheet: str, ref: str) -> Any:
        letters, number = ref.rstrip("0123456789"), int(ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        row = self.row(sheet, number)
        for cell in row:
            if cell.get("r") == ref:
                return cell
        new = etree.SubElement(row, tag("c"), r=f"{letters}{number}")
        row[:] = sorted(row, key=lambda one: (len(one.get("r")), one.get("r")))
        return new

    def text(self, sheet: str, ref: str) -> str:
        cell = self.cell(sheet, ref)
        value = cell.findtext(tag("v")) or ""
        if cell.get("t") == "s":
            return "".join(self.xml("xl/sharedStrings.xml")[int(value)].itertext())
        return value or "".join(cell.itertext())

    def put(self, sheet: str, ref: str, value: str | int | None, *, formula: str | None = None) -> None:
        """Write a cell; its look stays. A formula keeps the `value` as its result."""
        cell = self.cell(sheet, ref)
        for part in list(cell):
            cell.remove(part)
        cell.attrib.pop("t", None)
        if formula is not None:
            etree.SubElement(cell, tag("f")).text = formula
        if isinstance(value, str):
            cell.set("t", "str" if formula else "inlineStr")
            parent = cell if formula else etree.SubElement(cell, tag("is"))
            etree.SubElement(parent, tag("v" if formula else "t")).text = value
        elif value is not None:
            etree.SubElement(cell, tag("v")).text = str(value)

    def cached(self, sheet: str, ref: str, value: int) -> None:
        """Give a formula another result."""
        self.cell(sheet, ref).find(tag("v")).text = str(value)

    def formula(self, sheet: str, ref: str, text: str) -> None:
        """Give a cell another formula, and leave the result that it has."""
        cell = self.cell(sheet, ref)
        formula = cell.find(tag("f"))
        if formula is None:
            formula = etree.Element(tag("f"))
            cell.insert(0, formula)
        formula.text = text

    def replace(self, sheet: str, ref: str, old: str, new: str) -> None:
        text = self.text(sheet, ref)
        assert old in text, (sheet, ref, text)
        self.put(sheet, ref, text.replace(old, new))

    def find(self, sheet: str, column: str, text: str) -> int:
        """The row in which a column says `text`."""
        rows = [int(row.get("r")) for row in self.sheet(sheet).find(tag("sheetData"))]
        return next(number for number in rows if self.text(sheet, f"{column}{number}") == text)

    def restyle(self, sheet: str, ref: str, change: Callable[["Book", Any], None]) -> None:
        """Give a cell a style of its own, which `change` gets as it is."""
        styles = self.xml("xl/styles.xml")
        formats = styles.find(tag("cellXfs"))
        cell = self.cell(sheet, ref)
        new = etree.fromstring(etree.tostring(formats[int(cell.get("s") or 0)]))
        formats.append(new)
        change(self, new)
        cell.set("s", str(len(formats) - 1))

    def insert(self, sheet: str, element: Any, before: str) -> None:
        """Put an element into a sheet, before the first one of a kind, or of a later one."""
        root = self.sheet(sheet)
        order = [child for child in root if etree.QName(child).localname in _LATER[before]]
        order[0].addprevious(element)

    def insert_last(self, sheet: str, xml: str) -> None:
        self.sheet(sheet).append(etree.fromstring(f'<x xmlns="{MAIN}" xmlns:r="{REL}">{xml}</x>')[0])

    def add_part(self, name: str, content: bytes, kind: str) -> None:
        self.parts[name] = content
        types = self.xml("[Content_Types].xml")
        etree.SubElement(types, tag("Override", TYPES), PartName=f"/{name}", ContentType=kind)

    def relate(self, part: str, target: str, kind: str) -> str:
        """Add a relation of a part, and return its Id."""
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels"
        if path not in self.parts:
            self.parts[path] = f'<Relationships xmlns="{PACKAGE}"/>'.encode()
        relations = self.xml(path)
        number = f"rIdForged{len(relations)}"
        etree.SubElement(relations, tag("Relationship", PACKAGE), Id=number, Type=f"{REL}/{kind}", Target=target)
        return number

    def add_sheet(self, name: str, content: bytes, *, first: bool = False, state: str = "visible") -> None:
        count = len(self.workbook.find(tag("sheets")))
        part = f"xl/worksheets/forged{count}.xml"
        self.add_part(part, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        number = self.relate("xl/workbook.xml", f"worksheets/forged{count}.xml", "worksheet")
        sheets = self.workbook.find(tag("sheets"))
        new = etree.Element(tag("sheet"), name=name, sheetId=str(900 + count), state=state)
        new.set(tag("id", REL), number)
        if first:
            sheets.insert(0, new)
            for defined in self.workbook.iter(tag("definedName")):
                if local := defined.get("localSheetId"):
                    defined.set("localSheetId", str(int(local) + 1))
        else:
            sheets.append(new)

    def to_bytes(self) -> bytes:
        trees = self._trees.items()
        return zipped(self.parts | {
            name: etree.tostring(tree, xml_declaration=True, encoding="UTF-8") for name, tree in trees
        })  # fmt: skip


_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetProtection autoFilter mergeCells "
    "conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter drawing "
    "legacyDrawing picture"
).split()
_LATER: Final = {name: set(_ORDER[at:]) for at, name in enumerate(_ORDER)}
