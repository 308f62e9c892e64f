"""The command `completion`."""

import click

from stattable.cli.exit_codes import OK, command
from stattable.cli.options import WordChoice

_SHELLS = {shell: shell for shell in ("bash", "zsh", "fish", "powershell")} | {"pwsh": "powershell"}


@click.argument("shell", metavar="终端", type=WordChoice(_SHELLS, "终端", "bash、zsh、fish 或 powershell"))
@click.pass_context
@command
def completion_command(ctx: click.Context, *, shell: str) -> int:
    """让终端在按 Tab 键时补全命令、选项和路径：写出一段脚本，终端启动时执行它。

    \b
    PowerShell：在 $PROFILE 这个文件里加一行
        stattable completion powershell | Out-String | Invoke-Expression
    bash：在 ~/.bashrc 里加一行
        eval "$(stattable completion bash)"
    zsh：在 ~/.zshrc 里加一行（在 compinit 的后面）
        eval "$(stattable completion zsh)"
    fish：执行一次
        stattable completion fish > ~/.config/fish/completions/stattable.fish

    然后重新打开终端。cmd 没有这个功能。
    """
    from stattable.cli.completion import completion_script

    click.echo(completion_script(ctx.find_root().command, shell), nl=False)
    return OK
