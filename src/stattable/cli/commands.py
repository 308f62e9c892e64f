"""The commands, in one group."""

from typing import Final

import click

from stattable import __version__
from stattable.cli.check_command import check_command
from stattable.cli.diff_command import diff_command
from stattable.cli.exit_codes import Commands
from stattable.cli.explain_command import explain_command
from stattable.cli.merge_command import merge_command
from stattable.cli.new_command import new_command
from stattable.cli.pack_command import pack_command
from stattable.cli.status_command import status_command
from stattable.cli.trace_command import trace_command
from stattable.cli.verify_command import verify_command

_OPTIONS: Final = "[选项]"  # in the usage line, where click says [OPTIONS]


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar=_OPTIONS,
    subcommand_metavar="命令 [参数]...",
)
@click.version_option(__version__, message="stattable %(version)s")
def main() -> None:
    """会员活动日信息统计表：制作空白表、检查报表、逐级汇总。

    \b
    stattable new --roster 名册.csv --year 2026 -o 空白表   给每个单位做一张空白表
    stattable check 收到                          检查收到的报表
    stattable merge 收到 --roster 名册.csv -o 汇总表.xlsx   汇总
    stattable status 收到 --roster 名册.csv               看谁报了、谁没有报

    退出码：0 没有问题，1 有问题，2 用法不对或没有可读的文件，3 没有结论（写不了文件或程序出错），130 被中断。
    """


for _name, _command in (
    ("new", new_command),
    ("check", check_command),
    ("merge", merge_command),
    ("status", status_command),
    ("verify", verify_command),
    ("trace", trace_command),
    ("diff", diff_command),
    ("pack", pack_command),
    ("explain", explain_command),
):
    main.command(_name, options_metavar=_OPTIONS)(_command)
