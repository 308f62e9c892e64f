"""A bar on a terminal for what takes long: how much is done, how many files a second, how long it will take yet."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from stattable.output.console.terminal import make_console

_OFTEN: Final = 0.1  # seconds between two looks of the bar


@contextmanager
def progress_bar(what: str, total: int | None, then: str = "", *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Yield a function that advances a progress bar, which is shown only on a terminal, on stderr.

    It is drawn where it is advanced, not by a thread of its own: beside one, processes are slow to start.

    Args:
        what: is done.
        total: files; None for something that is done at once.
        then: what is done with them when the last one is there.
        quiet: show nothing.
    """
    console = make_console(stderr=True)
    if quiet or not console.is_screen:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        task = progress.add_task(what, total=total, pace="")
        done, drawn = 0, 0.0

        def advance(count: int) -> None:
            nonlocal task, done, drawn
            done += count
            if done != total and time.monotonic() - drawn < _OFTEN:
                return
            drawn = time.monotonic()
            progress.update(task, completed=done)
            (shown,) = progress.tasks
            if shown.total is not None:
                progress.update(task, pace=_pace(done, shown.total, shown.speed, shown.time_remaining))
            if done == total and then:
                progress.remove_task(task)
                task = progress.add_task(then, total=None, pace="")
            progress.refresh()

        advance(0)
        yield advance


def _pace(done: int, total: float, speed: float | None, seconds: float | None) -> str:
    """Return in words how far something has come, and how fast.

    Args:
        done: files.
        total: files.
        speed: files a second, or None while that is unknown.
        seconds: that it will take yet, or None.
    """
    words = f"{done}/{total:.0f} 份"
    if speed:
        words += f"，{speed:.0f} 份/秒" if speed >= 10 else f"，{speed:.1f} 份/秒"
    if seconds is not None and done < total:
        words += f"，还要 {timedelta(seconds=int(seconds))}"
    return words
