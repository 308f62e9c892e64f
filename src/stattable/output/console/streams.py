"""What stands for stdout and stderr while a command runs: pipes may be closed, and encodings lack Chinese."""

import codecs
import errno
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

_SAMPLE: Final = "检查汇总，报表。“退回”"  # what an encoding has for everything that is said, or for nothing of it
_CANNOT_SHOW: Final = (
    "stattable: this console cannot show Chinese (its encoding is {encoding}), so the messages were left out.\n"
    "On Windows use Windows Terminal, or enter: chcp 65001\n"
    "Elsewhere set a UTF-8 locale. If the output is redirected, set PYTHONUTF8=1 and run the command again.\n"
)
_SUBSTITUTES: Final = {"−": "-"}  # what of our own words GBK does not have
_MISSING: Final = ("〓", "?")  # the mark that printers set for a character they lack; where that is lacking, too
_ERRORS: Final = "stattable.substitute"
_CLOSED: Final = (errno.EPIPE, errno.ECONNRESET, *((errno.EINVAL,) if os.name == "nt" else ()))


class ConsoleStream(io.TextIOBase):
    """A text stream that outlives a closed pipe, and shows no row of question marks for Chinese.

    What is written after a failure goes nowhere, so that the work of a command is done, and its verdict given.

    Args:
        stream: stdout or stderr.
        hint: where to say, once for both, that Chinese cannot be shown; None for `stream` itself.
    """

    def __init__(self, stream: TextIO, hint: "ConsoleStream | None" = None) -> None:
        self._stream = stream
        self._hint = hint or self
        self._is_legible = shows_chinese(stream.encoding)
        self._is_lost = False
        self.has_hinted = False
        self.fault: OSError | None = None
        if self._is_legible:
            self.reconfigure(errors=_ERRORS)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of what is written."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What becomes of a character that the encoding does not have."""
        return self._stream.errors

    def reconfigure(self, **options: Any) -> None:
        """Set encoding or errors; a document in UTF-8 is written whatever the console can show."""
        if isinstance(self._stream, io.TextIOWrapper):
            self._stream.reconfigure(**options)
        self._is_legible = self._is_legible or "encoding" in options

    def write(self, text: str) -> int:
        """Write `text`, or what can be written in its place."""
        if self._is_legible or (text.isascii() and not self._hint.has_hinted):
            self._attempt(lambda: self._stream.write(text))
        else:
            self._hint.say_once(self.encoding)
        return len(text)

    def say_once(self, encoding: str) -> None:
        """Say in English that `encoding` has no Chinese, unless that was said."""
        if not self.has_hinted:
            self.has_hinted = True
            self._attempt(lambda: self._stream.write(_CANNOT_SHOW.format(encoding=encoding)))

    def close(self) -> None:
        """Leave the stream open: it is not this one's."""

    def flush(self) -> None:
        """Send what was written on its way."""
        self._attempt(self._stream.flush)

    def fileno(self) -> int:
        """Return the number of the file behind it."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether somebody sits in front of it."""
        return self._stream.isatty()

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def _attempt(self, write: Any) -> None:
        if self._is_lost:
            return
        try:
            write()
        except OSError as error:
            self._is_lost = True
            if error.errno not in _CLOSED:
                self.fault = error
            self._discard()

    def _discard(self) -> None:
        """Let what is still in the stream's buffer go nowhere, when it is written at the end of the process."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


def shows_chinese(encoding: str | None) -> bool:
    """Whether an encoding has the Chinese that is printed."""
    try:
        return bool(_SAMPLE.encode(encoding or "utf-8"))
    except (LookupError, UnicodeEncodeError):
        return False


def use_utf8() -> None:
    """Write UTF-8 to stdout from here on: a document for programs is the same wherever it goes."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="replace")


@contextmanager
def console_streams() -> Iterator[list[ConsoleStream]]:
    """Put such streams in the places of stdout and stderr; yield those that there are, stdout first."""
    codecs.register_error(_ERRORS, _substituted)
    before = sys.stdout, sys.stderr
    stderr = ConsoleStream(sys.stderr) if sys.stderr else None
    stdout = ConsoleStream(sys.stdout, stderr) if sys.stdout else None
    streams = [stream for stream in (stdout, stderr) if stream]
    sys.stdout, sys.stderr = stdout or sys.stdout, stderr or sys.stderr
    try:
        yield streams
    finally:
        for stream in streams:
            stream.flush()
        sys.stdout, sys.stderr = before


def _substituted(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_substitute(char, error.encoding) for char in lacking), error.end


def _substitute(char: str, encoding: str) -> str:
    for other in (_SUBSTITUTES.get(char, ""), unicodedata.normalize("NFKC", char), *_MISSING):
        if other and other != char and _has(encoding, other):
            return other
    return "?"


def _has(encoding: str, text: str) -> bool:
    try:
        return bool(text.encode(encoding))
    except UnicodeEncodeError:
        return False
