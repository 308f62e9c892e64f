"""Lists that we wrote and nobody has saved since: a mark that every program drops when it writes a workbook anew."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

_MARK: Final = b"stattable list "  # the comment of the zip archive, followed by the print of the text beside it


def with_mark(workbook: bytes, text: bytes = b"") -> bytes:
    """Return a workbook with the mark, which holds for the text file beside it, too."""
    held = io.BytesIO(workbook)
    with zipfile.ZipFile(held, "a") as package:
        package.comment = _MARK + sha256(text).hexdigest().encode()
    return held.getvalue()


def is_marked(path: str | Path, text: str | Path | None = None) -> bool:
    """Whether a file is a workbook with the mark.

    Args:
        path: of the file.
        text: of the text file beside it, which must be as it was written, too; None where it is of no concern.
    """
    if not Path(path).is_file():  # a pipe may wait forever
        return False
    try:
        with zipfile.ZipFile(path) as package:
            mark = package.comment
        print_ = b"" if text is None else sha256(Path(text).read_bytes()).hexdigest().encode()
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        return False
    return mark.startswith(_MARK) and mark.endswith(print_)
