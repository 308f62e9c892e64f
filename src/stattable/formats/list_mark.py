"""Lists and letters that we wrote and nobody has saved since: a mark that every program drops that writes them anew."""

import io
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from stattable.formats.storage import about, read_end

_MARK: Final = b"stattable list "  # the comment of the zip archive, followed by the print of the text beside it
_END: Final = re.compile(rb"PK\x05\x06.{16}\x4f\x00(stattable list [0-9a-f]{64})", re.DOTALL)  # of such an archive
_LENGTH: Final = 22 + 0x4F  # bytes of that


def with_mark(document: bytes, text: bytes = b"") -> bytes:
    """Return a workbook or a Word document with the mark, which holds for the text file beside it, too."""
    held = io.BytesIO(document)
    with zipfile.ZipFile(held, "a") as package:
        package.comment = _MARK + sha256(text).hexdigest().encode()
    return held.getvalue()


def is_marked(path: str | Path, text: str | Path | None = None) -> bool:
    """Whether a file is one with the mark.

    Args:
        path: of the file, which may be in an archive.
        text: of the text file beside it, which must be as it was written, too; None where it is of no concern.
    """
    try:
        if not about(str(path)).is_regular:  # a pipe may wait forever
            return False
        mark = _END.fullmatch(read_end(str(path), _LENGTH))
        print_ = b"" if text is None else sha256(Path(text).read_bytes()).hexdigest().encode()
    except OSError:
        return False
    return mark is not None and mark[1].endswith(print_)
