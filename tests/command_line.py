"""The command line, run within this process."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from stattable.cli.commands import main


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


def run(*arguments: str | Path) -> Result:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def read_terminal(end: int) -> bytes:
    """Read what is printed on a pseudo-terminal until nobody has its other end any more, and close this one."""
    said = b""
    try:
        while chunk := os.read(end, 1 << 16):
            said += chunk
    except OSError:  # as Linux says that the other end is closed
        pass
    os.close(end)
    return said


def codes(document: dict[str, Any]) -> list[str]:
    """All codes of a JSON document of `check` or `merge`, sorted."""
    findings = [*document["findings"], *(f for one in document.get("files", ()) for f in one["findings"])]
    return sorted(finding["code"] for finding in findings)


def squeezed(text: str) -> str:
    """Text without white space, so that it does not matter where its lines are broken."""
    return "".join(text.split())
