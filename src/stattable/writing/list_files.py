"""Where lists of ours may go: over nothing but lists of ours that nobody has touched since."""

from collections.abc import Container
from pathlib import Path

from stattable.formats.list_mark import is_marked
from stattable.formats.page_mark import refuse_unless_page
from stattable.formats.paths import FileKey, are_one, file_key, is_there, refuse_unless_file
from stattable.model.refusals import Refusal


def refuse_foreign_page(
    page: Path, inputs: Container[FileKey], workbook: str | None = None, *, force: bool = False
) -> None:
    """Refuse to write a web page where something else stands, or is to go.

    Args:
        page: its place.
        inputs: what was read, which it may never be.
        workbook: place of the workbook that is written, too, or None.
        force: overwrite whatever stands there, inputs aside.

    Raises:
        Refusal: something stands there that is no page of ours; or it is an input, or the workbook.
    """
    refuse_unless_file(page)
    is_taken = is_there(page) and file_key(page) in inputs
    if is_taken or (workbook and are_one(str(page), workbook)):
        raise Refusal("output_is_input", path=str(page))
    if not force:
        refuse_unless_page(page)


def refuse_foreign(
    workbook: Path, inputs: Container[FileKey], text: Path | None = None, *, force: bool = False
) -> None:
    """Refuse to write a list where something else stands.

    Args:
        workbook: its place.
        inputs: what was read, which it may never be.
        text: place of the text file beside it, or None if it has none.
        force: overwrite whatever stands there, inputs aside.

    Raises:
        Refusal: something stands there that is no list of ours, or that somebody changed; or it is an input.
    """
    for path in (workbook, *([text] if text else [])):
        refuse_unless_file(path)
        if is_there(path):
            if file_key(path) in inputs:
                raise Refusal("output_is_input", path=str(path))
            if not force and not is_marked(workbook, text if path == text else None):
                raise Refusal("not_our_list", path=str(path))
