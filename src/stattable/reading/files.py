"""Paths → what each file holds, whatever goes wrong; many, over processes."""

import copyreg
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import fields, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from stattable.formats.fingerprint import FileFacts, file_facts
from stattable.formats.sheet import Unreadable
from stattable.formats.sniff import TABLES
from stattable.formats.storage import about
from stattable.model.catalogue import finding
from stattable.model.findings import Finding, Param
from stattable.model.identity import Identity, UnitFacts
from stattable.processes import WorkerFailed, in_own_process, over_executor, over_processes
from stattable.reading.form import read_form
from stattable.reading.open import OpenFile, is_merged, open_file, open_unless_heavy
from stattable.reading.return_file import ReturnFile, RuleFindings
from stattable.reading.surroundings import Surroundings

MAX_SECONDS: Final = 5.0  # for a file that is read in a process of its own
MAX_MEGABYTES: Final = 300
# More for each megabyte of a merged workbook: a province's has 15, the nation's 105, and sheets as long as its list of
# units.
_SECONDS_FOR_EACH: Final = 8.0
_MOST_SECONDS: Final = 900.0
_MEGABYTES_FOR_EACH: Final = 40


def limits_of(path: str) -> tuple[float, int]:
    """Return how many seconds and megabytes the file at `path` may take to read.

    Raises:
        OSError: it cannot be opened.
    """
    size = about(path).size // 2**20 if is_merged(path) else 0
    seconds = MAX_SECONDS + min(_SECONDS_FOR_EACH * size, _MOST_SECONDS)
    return seconds, MAX_MEGABYTES + _MEGABYTES_FOR_EACH * size


def read_return(path: str, *, debug: bool = False) -> ReturnFile:
    """Read the file at `path`; whatever goes wrong is a finding of this file (F001 to F007).

    Args:
        path: of the file.
        debug: let an unexpected error out instead of making it a finding.
    """
    return _trapped(path, _read, debug)


def read_return_isolated(path: str, *, debug: bool = False) -> ReturnFile:
    """Do the same in a process of its own, which may die, but not take more time and memory than it should."""
    return _trapped(path, _read_isolated, debug)


def read_returns(
    paths: Sequence[str],
    *,
    jobs: int | None = None,
    debug: bool = False,
    examine: Callable[[ReturnFile], ReturnFile] | None = None,
    progress: Callable[[int], None] = lambda _: None,
    executor: Executor | None = None,
) -> list[ReturnFile]:
    """Read files, over several processes where there are many, and return what they hold in the same order.

    Args:
        paths: of the files.
        jobs: how many processes may read; None for as many as there are processors.
        debug: let unexpected errors out.
        examine: adds to a file what can be told of it by itself, in the process that reads it; None for nothing.
        progress: told of every file that was read.
        executor: reads them instead of processes of this machine, by their absolute paths; None for these.
    """
    here = "" if executor is None else str(Path.cwd())
    read = partial(_read_from, here, partial(read_return, debug=debug), examine)
    isolated = partial(_read_from, "", partial(read_return_isolated, debug=debug), examine)
    sent = [*map(os.fsencode, paths)]  # a text would hold its UTF-8 form, too, as long as it lives
    if executor is None:
        results = over_processes(read, sent, jobs, isolated)
    else:
        results = over_executor(executor, read, sent, isolated)
    files: list[ReturnFile] = []
    with closing(results):
        for path, one in zip(paths, results, strict=True):
            one.share_path(path)
            files.append(one)
            progress(1)
    return files


def _send_by_fields(kind: Any) -> None:
    """Have records of a kind sent between processes as their fields, in half of the time that dataclasses take."""
    values_of = attrgetter(*(one.name for one in fields(kind)))
    copyreg.pickle(kind, lambda record: (kind, values_of(record)))


for _kind in (ReturnFile, RuleFindings, FileFacts, Identity, UnitFacts, Surroundings):  # what each return has
    _send_by_fields(_kind)


def _read_from(
    folder: str, read: Callable[[str], ReturnFile], examine: Callable[[ReturnFile], ReturnFile] | None, sent: bytes
) -> ReturnFile:
    """Read a file whose path may start from a folder that is not where this process is."""
    file = read(os.path.join(folder, os.fsdecode(sent)))
    return examine(file) if examine else file


def _trapped(path: str, read: Callable[[str], ReturnFile], debug: bool) -> ReturnFile:
    try:
        return read(path)
    except (KeyboardInterrupt, SystemExit):
        raise
    except WorkerFailed as lost:
        return (
            _failed(path, "F007", detail="crash")
            if lost.reason == "crash"
            else _failed(path, "F004", reason=lost.reason)
        )
    except BaseException as error:  # the readers' own panics derive from BaseException
        if debug and not isinstance(error, OSError):
            raise
        return _failed(path, "F007", detail=type(error).__name__)


def _failed(path: str, code: str, **params: Param) -> ReturnFile:
    try:
        facts = file_facts(path)
    except OSError:
        facts = FileFacts(None, 0, 0.0)
    return ReturnFile(path, facts, findings=(finding(code, params=params),))


def _read(path: str) -> ReturnFile:
    opened = open_unless_heavy(path)
    return _understood(path, *opened) if opened else _read_isolated(path)


def _read_isolated(path: str) -> ReturnFile:
    return in_own_process(_open_and_read, path, *limits_of(path))


def _open_and_read(path: str) -> ReturnFile:
    return _understood(path, *open_file(path))


def _understood(path: str, file: OpenFile | None, facts: FileFacts, faults: list[Finding]) -> ReturnFile:
    if file is None:
        return ReturnFile(path, facts, findings=tuple(faults))
    try:
        read = read_form(file.book(), path, facts)
    except Unreadable as fault:
        return ReturnFile(path, facts, findings=(finding(fault.code, params=fault.params),))
    if file.kind in TABLES and [one.code for one in read.findings] == ["T001"]:
        params: dict[str, Param] = {"kind": file.kind.value, "searched": 1}
        return replace(read, findings=(finding("F005", params=params),))
    return read
