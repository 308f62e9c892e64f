"""What a command returns or raises → the exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from stattable.model.findings import Finding


OK, FINDINGS, USAGE, NO_VERDICT = 0, 1, 2, 3
INTERRUPTED = 130  # as shells have it for what Ctrl-C ended
COMPLETION = "_STATTABLE_COMPLETE"  # in the environment, with which shells ask for completions, as click names it
ARGUMENTS = "stattable.arguments"  # in `click.Context.meta`: as they were typed


def command(function: Callable[..., int]) -> Callable[..., None]:
    """Return a command that exits with the code for what `function` returns or raises."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        from stattable.libraries import notice
        from stattable.model.refusals import HalfWritten, Refusal, write_fault
        from stattable.output.console.terminal import say

        debug = kwargs.get("debug", False)
        if not kwargs.get("quiet", True) and (lacks := notice()):
            say(lacks, error=True)
        try:
            code = function(*args, **kwargs)
        except Refusal as refusal:
            say(f"错误：{refusal}", error=True, whole=refusal.params)
            sys.exit(USAGE)
        except (click.ClickException, KeyboardInterrupt):
            raise
        except HalfWritten as end:
            _no_verdict(str(end), debug, end.places)
        except OSError as error:
            _no_verdict(write_fault(error), debug, [str(error.filename or "")])
        except BaseException as error:  # the readers' own panics derive from BaseException
            _no_verdict(
                f"程序出错（{type(error).__name__}），没有得出结果。加 --debug 重试，把显示的内容发给维护人员。",
                debug,
            )
        sys.exit(code)

    return run


def _no_verdict(message: str, debug: bool, whole: Sequence[str] = ()) -> NoReturn:
    from stattable.output.console.terminal import say

    if debug:
        raise  # noqa: PLE0704  -- called while an exception is being handled
    say(f"错误：{message}", error=True, whole=whole)
    sys.exit(NO_VERDICT)


class Commands(click.Group):
    """The commands, whose words a closed pipe or a narrow encoding takes away, and neither their work nor their verdict."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments apart, and keep them as they were typed."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; say of one that Ctrl-C ended what is true of its results, and of a path in pieces what it is."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            from stattable.cli.unquoted import UnquotedPath, explain_unquoted

            if explanation := explain_unquoted(ctx):
                raise UnquotedPath(error.format_message(), explanation) from error
            raise
        except KeyboardInterrupt as end:
            from stattable.model.refusals import STOPPED, Stopped
            from stattable.output.console.terminal import say

            say(str(end) if isinstance(end, Stopped) else STOPPED, error=True)
            sys.exit(INTERRUPTED)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; without a verdict where the output, other than a closed pipe, could not be written."""
        if os.environ.get(COMPLETION):  # a shell asks: what it is told is for no reader
            from stattable.cli import completion  # noqa: F401  -- it registers how shells are answered

            return super().main(*args, **kwargs)
        from stattable.model.refusals import print_fault
        from stattable.output.console.streams import console_streams

        with console_streams() as streams:
            try:
                return super().main(*args, **kwargs)
            finally:
                for stream in streams:
                    stream.flush()
                    if stream.fault:
                        click.echo(f"错误：{print_fault(stream.fault)}", err=True)
                        sys.exit(NO_VERDICT)


def exit_code(findings: "Sequence[Finding]", fail_on: str) -> int:
    """Return the exit code for findings: 1 if any is at least as bad as `fail_on`, and not closed."""
    from stattable.model.findings import Severity

    return FINDINGS if any(one.severity.at_least(Severity(fail_on)) and not one.is_closed for one in findings) else OK
