"""What the batch files on a clerk's desktop do: folders that were dropped onto one → a command → its result, opened.

They are made by tools/make_windows.py. What was dropped comes in the environment: as the batch file has it, which is
what cmd left of it, and in the command line of cmd, where it stands as the desktop wrote it.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import click

from stattable.cli.commands import main
from stattable.cli.exit_codes import NO_VERDICT, OK, USAGE


class Task(NamedTuple):
    """What a batch file is for.

    Attributes:
        title: its name.
        command: the command.
        outputs: the options that name its outputs, each with the output's name behind that of the folder; the first
            is opened.
    """

    title: str
    command: str
    outputs: Mapping[str, str]


TASKS: Final[Mapping[str, Task]] = {
    "check": Task("检查", "check", {"--findings": "审核意见.csv"}),
    "merge": Task("汇总", "merge", {"-o": "汇总表.xlsx"}),
    "remind": Task("催报", "status", {"--remind": "催报", "-o": "报送情况.xlsx"}),
}
_ARGUMENT: Final = re.compile(r'"([^"]*)"|([^\s"]+)')
_ROSTER: Final = "名册"  # in the names of rosters
_ROSTER_KINDS: Final = frozenset((".csv", ".xlsx", ".xls", ".et", ".ods"))
_ASK: Final = (
    "请把放报表的文件夹拖到“{title}.bat”的图标上。\n也可以现在把文件夹拖进这个窗口（或者写它的位置），然后按回车键：\n"
)
_WITH_ROSTER: Final = "单位名册：{roster}\n"
_WITHOUT_ROSTER: Final = (
    "没有单位名册：旁边和里面都没有文件名里有“名册”的 .csv 或 .xlsx 文件，所以不知道还有谁没有报。\n"
)
_SEVERAL_ROSTERS: Final = "单位名册有几份，不知道用哪一份：{rosters}。请把要用的一份和文件夹一起拖上来。"
_NOTHING: Final = "没有要处理的文件夹，什么也没有做。"
_RESULT: Final = "\n结果在：{place}"
_NOT_OPENED: Final = "没有能自动打开，请双击打开它。"


def dropped_paths(environment: Mapping[str, str]) -> list[str]:
    """Return the paths that were dropped onto a batch file.

    Args:
        environment: with STATTABLE_BATCH, the path of the batch file; STATTABLE_COMMAND_LINE, that of cmd, as in
            ``cmd.exe /c ""D:\\检查.bat" D:\\a&b "D:\\c d""``, where the batch file was started by the desktop; and
            STATTABLE_ARGUMENTS, what the batch file got.
    """
    batch, line, arguments = (environment.get(f"STATTABLE_{one}", "") for one in ("BATCH", "COMMAND_LINE", "ARGUMENTS"))
    at = line.lower().find(batch.lower()) if batch else -1
    if at >= 0:
        arguments = line[at + len(batch) :].strip().removeprefix('"')
        if arguments.count('"') % 2:  # the one that ends what stands behind /c
            arguments = arguments.rstrip().removesuffix('"')
    return [quoted or plain for quoted, plain in _ARGUMENT.findall(arguments)]


def rosters_beside(paths: Sequence[Path]) -> list[Path]:
    """Return the rosters among the paths; where there are none, those in the folders, or beside the paths."""
    folders = list(dict.fromkeys([*(path for path in paths if path.is_dir()), *(path.parent for path in paths)]))
    for places in (paths, *(_files_in(folder) for folder in folders)):
        if found := [path for path in places if _is_roster(path)]:
            return found
    return []


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # the command says so of those that were dropped
        return []


def _is_roster(path: Path) -> bool:
    is_named_so = _ROSTER in path.stem and path.suffix.lower() in _ROSTER_KINDS
    return is_named_so and not path.name.startswith(("~$", ".~")) and path.is_file()


def place_of(paths: Sequence[Path], name: str) -> Path:
    """Return where an output goes: beside the first path, under its name and the output's."""
    first = paths[0].resolve()
    stem = first.name if first.is_dir() else first.stem
    more = "等" if len(paths) > 1 else ""
    return first.parent / "_".join(filter(None, [stem + more, name]))


def run_task(task: Task, dropped: Sequence[str], ask: Callable[[], str], show: Callable[[str], None]) -> int:
    """Do what a batch file is for, and return the exit code, that of the command.

    Args:
        task: what it is for.
        dropped: paths that were dropped onto it; where there are none, one is asked for.
        ask: returns what somebody types.
        show: opens a result.
    """
    if not dropped:
        click.echo(_ASK.format(title=task.title), nl=False)
        dropped = [one for one in [ask().strip().strip('"')] if one]
    rosters = rosters_beside([Path(one) for one in dropped])
    paths = [path for path in map(Path, dropped) if path not in rosters]
    if len(rosters) > 1 and paths:
        click.echo(_SEVERAL_ROSTERS.format(rosters="、".join(map(str, rosters))))
        return USAGE
    if not paths:
        click.echo(_NOTHING)
        return USAGE
    click.echo(_WITH_ROSTER.format(roster=rosters[0]) if rosters else _WITHOUT_ROSTER)
    outputs = {option: str(place_of(paths, name)) for option, name in task.outputs.items()}
    result = Path(next(iter(outputs.values())))
    before = _state(result)
    options = [*(("--roster", str(rosters[0])) if rosters else ()), *chain(*outputs.items())]
    code = _run([task.command, *options, "--", *map(str, paths)])
    if _state(result) != before:
        click.echo(_RESULT.format(place=result))
        try:
            show(str(result))
        except OSError:
            click.echo(_NOT_OPENED)
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        main(arguments, prog_name="stattable")
    except SystemExit as end:
        return min(end.code, NO_VERDICT) if isinstance(end.code, int) else NO_VERDICT
    return OK


def _state(path: Path) -> list[tuple[str, int]]:
    """Return what changes when a file is written anew, or those in a folder."""
    files = [path, *_files_in(path)] if path.is_dir() else [path]
    return [(one.name, one.stat().st_mtime_ns) for one in files if one.exists()]


def _open(path: str) -> None:
    if sys.platform == "win32":
        os.startfile(path)


def _ask() -> str:
    try:
        return input()
    except EOFError:
        return ""


if __name__ == "__main__":  # reading processes import this module again
    sys.exit(run_task(TASKS[sys.argv[1]], dropped_paths(os.environ), _ask, _open))
