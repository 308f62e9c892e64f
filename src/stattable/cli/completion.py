"""Completion of commands, options and paths in shells: what is done when a shell asks, and the scripts that make it ask.

It is click's own, but for the script of PowerShell: click's takes Chinese for letters of the console's code page, and puts
paths with spaces without quotation marks.
"""

from typing import Final

import click
from click.shell_completion import PowerShellComplete, add_completion_class, get_completion_class

from stattable.cli.exit_codes import COMPLETION

_PROGRAM: Final = "stattable"


class ChinesePowerShellComplete(PowerShellComplete):
    """Completion for PowerShell 5.1 and later, in UTF-8 whatever the console has, and paths as PowerShell completes them."""

    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = $commandAst.CommandElements.Count
    $encoding = [Console]::OutputEncoding
    $env:%(complete_var)s = 'powershell_complete'
    $env:COMP_WORDS = $commandAst.ToString()
    $env:COMP_CWORD = if ($wordToComplete) { $words - 1 } else { $words }
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $lines = @(& %(prog_name)s 2>$null)
    } finally {
        [Console]::OutputEncoding = $encoding
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD
    }

    for ($i = 0; $i + 2 -lt $lines.Count; $i += 3) {
        $type, $value, $help = $lines[$i..($i + 2)]
        if ($type -eq 'plain') {
            if ($help -eq '_') { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        } else {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete) |
                Where-Object { $type -eq 'file' -or $_.ResultType -eq 'ProviderContainer' }
        }
    }
}
"""


add_completion_class(ChinesePowerShellComplete)


def completion_script(program: click.Command, shell: str) -> str:
    """Return the script that makes a shell complete the words of a program: bash, zsh, fish or powershell; it is ASCII."""
    found = get_completion_class(shell)
    assert found is not None
    complete = found(program, {}, _PROGRAM, COMPLETION)
    return complete.source_template % complete.source_vars()
