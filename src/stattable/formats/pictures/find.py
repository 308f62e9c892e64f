"""The pictures of a sheet: which there are, and the cell that each stands in."""

from collections.abc import Iterator
from typing import Final

from stattable.formats.package import Package
from stattable.formats.pictures.drawings import Floating, floating_pictures
from stattable.formats.pictures.excel_cells import valued_pictures
from stattable.formats.pictures.worksheet import Worksheet, read_worksheet
from stattable.formats.pictures.wps_cells import named_pictures
from stattable.formats.sheet import Pictures, RawPicture

MOST_PICTURES: Final = 2_000  # of one sheet that are taken
MAX_PICTURE: Final = 10 * 2**20  # bytes of one picture

_NO_PICTURE: Final = (".xml", ".rels", ".vml")


def pictures_of(package: Package, sheet_part: str) -> Pictures:
    """Return the pictures of a sheet of an .xlsx: those that float above it, and those in its cells.

    A picture whose way from cell to part breaks off is ``missing`` where the sheet says that there is one, and no
    picture otherwise. Pictures that are linked, or come from the web, are not followed.

    Args:
        package: the workbook's, within the limits of `reading.open`.
        sheet_part: the part of the sheet.

    Raises:
        Unreadable: the part of the sheet cannot be read (F001).
    """
    sheet = read_worksheet(package, sheet_part)
    found = sorted(_pictures(package, sheet, sheet_part), key=lambda one: one[0])  # which keeps their order in a cell
    read: dict[str, tuple[bytes | None, str | None]] = {}
    placed = []
    for cell, corner, part in found[:MOST_PICTURES]:
        if part is not None and part not in read:
            read[part] = _read(package, part)
        content, fault = read[part] if part is not None else (None, "missing")
        placed.append(RawPicture(cell, content, part or "", fault, None if corner == cell[0] else corner))
    return Pictures(tuple(placed), len(found) - len(placed))


def _pictures(package: Package, sheet: Worksheet, name: str) -> Iterator[Floating]:
    """Yield each picture; those in cells stand where they do."""
    if sheet.drawing and (drawing := package.relations(name).by_id.get(sheet.drawing)):
        yield from floating_pictures(package, drawing, sheet.grid())
    if sheet.named:
        named = named_pictures(package)
        yield from (Floating(cell, cell[0], named.get(key)) for cell, key in sheet.named)
    if sheet.valued:
        valued = valued_pictures(package)
        yield from (Floating(cell, cell[0], valued[number]) for cell, number in sheet.valued if number in valued)


def _read(package: Package, name: str) -> tuple[bytes | None, str | None]:
    """Return the bytes of a picture, or None and what is wrong with it."""
    if name.lower().endswith(_NO_PICTURE):  # a relation may lead anywhere, even back to where it stands
        return None, "missing"
    if package.size(name) > MAX_PICTURE:
        return None, "size"
    content = package.content_if_whole(name)
    return content, "missing" if content is None else None
