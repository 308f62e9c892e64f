"""Paths with spaces that were typed without quotation marks, so that the shell made several arguments of each."""

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import IO, Any, Final

import click

from stattable.cli.exit_codes import ARGUMENTS
from stattable.model.text import printable

_MOST: Final = 60  # arguments of one command line; whoever gives more has a program that writes it
_PLAIN: Final = re.compile(r"[\w.:/\\+=,@~-]+")  # what no shell reads otherwise than it stands
_SPACES: Final = re.compile(" +")
_EXPLANATION: Final = "{paths}的名称里有空格，命令里要用引号括起来：\n\n    {command}"


class UnquotedPath(click.UsageError):
    """A command line is refused, and it is known why: a path in it is in pieces.

    Args:
        message: of the refusal.
        explanation: how it is to be typed.
    """

    def __init__(self, message: str, explanation: str) -> None:
        super().__init__(message)
        self._explanation = explanation

    def show(self, file: IO[Any] | None = None) -> None:
        """Say both."""
        super().show(file)
        click.echo(self._explanation, file, err=True)


def explain_unquoted(ctx: click.Context) -> str | None:
    """Return how a command line that is refused is to be typed, if some of its arguments are the parts of one path.

    Args:
        ctx: of any of the commands.

    Returns:
        The explanation, None where there is no such path.
    """
    program, joined = ctx.find_root().command_path, list(ctx.meta.get(ARGUMENTS, ()))
    paths = list[str]()
    while len(joined) <= _MOST and (found := _path_of_several(joined)):
        start, end, path = found
        joined[start:end] = [path]
        paths.append(f"“{path}”")
    if not paths:
        return None
    command = " ".join([program, *map(_quoted, joined)])
    return _EXPLANATION.format(paths=printable("、".join(paths)), command=printable(command))


def _path_of_several(arguments: Sequence[str]) -> tuple[int, int, str] | None:
    """Return the longest run of arguments that is one path: where it begins and ends, and the path; or None."""
    for start, end in sorted(combinations(range(len(arguments) + 1), 2), key=lambda run: run[0] - run[1]):
        parts = arguments[start:end]
        if len(parts) < 2 or parts[0].startswith("-") or all(map(_exists, parts)):
            continue
        may_be_new = start > 0 and arguments[start - 1].startswith("-") and not any(one[0:1] == "-" for one in parts)
        if path := _as_named(" ".join(parts), may_be_new=may_be_new):
            return start, end, path
    return None


def _as_named(path: str, *, may_be_new: bool) -> str | None:
    """Return the path that is there and reads like `path`, however many spaces are between its words; or None.

    Args:
        path: as it was typed, with one space between its parts.
        may_be_new: whether it may also be a file that is to be written, in a folder that is there.
    """
    whole = Path(path)
    there = Path(whole.anchor)
    *folders, last = whole.parts[1:] if whole.anchor else whole.parts
    for folder in folders:
        there /= _alike(there, folder) or folder
    if name := _alike(there, last):
        return str(there / name)
    return str(there / last) if may_be_new and whole.suffix and there.is_dir() else None


def _alike(folder: Path, name: str) -> str | None:
    """Return what is in a folder under `name`, or under one that differs in the number of spaces only; or None."""
    if _exists(str(folder / name)):
        return name
    try:
        names = sorted(one.name for one in folder.iterdir())
    except OSError:
        return None
    return next((one for one in names if _SPACES.sub(" ", one) == _SPACES.sub(" ", name)), None)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a name that is too long, or has characters that no name has
        return False


def _quoted(argument: str) -> str:
    return argument if _PLAIN.fullmatch(argument) else f'"{argument}"'
