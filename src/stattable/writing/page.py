"""The official page from the template, filled in; and how a workbook of ours is put on disk, whole or not at all."""

import io
import os
import re
import tempfile
from collections.abc import Iterable
from copy import copy
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from stattable.model import form
from stattable.model.form import FIELDS, Values, shown_value
from stattable.model.identity import IDENTITY_SHEET, Identity, identity_rows
from stattable.model.text import column_letters
from stattable.model.units import Level

_LINE_BREAKS: Final = re.compile(r"[\r\n]+")
# What XML cannot hold. Surrogates stand in file names that are not UTF-8, as in archives packed with GBK names.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_EARLIEST: Final = 315_532_800  # 1980-01-01: zip archives know no earlier time
# Beside the page, outside its print area, and in no row where labels of the form are looked for.
NOTE_AT: Final = (5, 11)
_NOTE_ROWS: Final = 10
_NOTE_WIDTH: Final = 46
_NOTE_FONT: Final = Font(name="宋体", size=11, color="404040")


def template_bytes() -> bytes:
    """Return the official page's workbook: from the installed package, or from the source tree."""
    packaged = files("stattable").joinpath("attachment.xlsx")
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).parents[3] / "templates" / "attachment.xlsx").read_bytes()


def open_template() -> tuple[Workbook, Worksheet]:
    """Return the official page as a new workbook, and its sheet, which is the first one."""
    workbook = load_workbook(io.BytesIO(template_bytes()))
    now = run_time().replace(tzinfo=None)
    workbook.properties.created = workbook.properties.modified = now
    return workbook, workbook.worksheets[0]


def run_time() -> datetime:
    """Return the time of the run; SOURCE_DATE_EPOCH, seconds since 1970, stands in for it where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch and epoch.isdigit():
        return datetime.fromtimestamp(max(int(epoch), _EARLIEST), UTC)
    return datetime.now().astimezone()


def storable(text: str) -> str:
    """Return `text` as a workbook can hold it."""
    return _SURROGATES.sub("\ufffd", _NOT_XML.sub("", text))


def put(cell: Any, value: object) -> None:
    """Write `value` into `cell`; text is text, never a formula or an error value, whatever it looks like."""
    if isinstance(value, str):
        cell.value = storable(value)
        cell.data_type = "s"
    else:
        cell.value = value


def fill_page(
    sheet: Worksheet,
    *,
    edition: int,
    name: str,
    level: Level | None = None,
    values: Values = form.BLANK,
    contact: str = "",
    phone: str = "",
    filled_in: date | None = None,
) -> None:
    """Fill in the official page.

    Args:
        sheet: the template's.
        edition: ordinal of the members' day, for the title.
        name: of the unit, as it stands beside 单位（公章）.
        level: of the unit.
        values: the 40 figures, None where blank.
        contact: name of the person to call.
        phone: their number.
        filled_in: the date of filling in.
    """
    put(sheet.cell(*form.TITLE_AT), form.title(edition))
    put(sheet.cell(*form.NAME_LINE.value_at), _one_line(name) or None)
    for field, value in zip(FIELDS, values, strict=True):
        put(sheet.cell(*field.at), shown_value(value, level, field.index))
    beside: dict[str, object] = {
        "contact": _one_line(contact),
        "phone": _one_line(phone),
        "filled_in": filled_in,
    }
    for key, line in form.CONTACT_LINES.items():
        put(sheet.cell(*line.value_at), beside[key] or None)


def put_note(sheet: Worksheet, lines: Iterable[str]) -> None:
    """Write `lines` beside the page, outside its print area."""
    row, column = NOTE_AT
    sheet.merge_cells(start_row=row, start_column=column, end_row=row + _NOTE_ROWS, end_column=column)
    cell = sheet.cell(row, column)
    put(cell, "\n".join(lines))
    cell.font = copy(_NOTE_FONT)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[column_letters(column)].width = _NOTE_WIDTH


def add_identity(workbook: Workbook, identity: Identity) -> None:
    """Add the very-hidden sheet that says whose the workbook is, as plain text cells."""
    sheet = workbook.create_sheet(IDENTITY_SHEET)
    for row, words in enumerate(identity_rows(identity), start=1):
        for column, word in enumerate(words, start=1):
            cell: Cell | Any = sheet.cell(row, column)
            put(cell, str(word))
            cell.number_format = "@"
    sheet.sheet_state = "veryHidden"


def workbook_bytes(workbook: Workbook) -> bytes:
    """Return `workbook` as a file."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put `data` at `path` whole or not at all, making folders as needed.

    Args:
        path: where to.
        data: all of it.
        durable: wait until the disk has it; not worth the time for what is quickly made again.

    Raises:
        OSError: it could not be written; what stood there before stands there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _replace(path, data, durable)
    except OSError as error:  # which names the temporary file, and that says nothing to anybody
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _replace(path: Path, data: bytes, durable: bool) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".~", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()
