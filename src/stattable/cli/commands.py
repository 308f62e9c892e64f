"""The commands, in one group."""

import gc
from typing import Final

import click

from stattable import __version__
from stattable.cli.check_command import check_command
from stattable.cli.completion_command import completion_command
from stattable.cli.diff_command import diff_command
from stattable.cli.exit_codes import USAGE, Commands
from stattable.cli.explain_command import explain_command
from stattable.cli.merge_command import merge_command
from stattable.cli.new_command import new_command
from stattable.cli.pack_command import pack_command
from stattable.cli.status_command import status_command
from stattable.cli.trace_command import trace_command
from stattable.cli.verify_command import verify_command

# So many objects are made before it is looked for cycles among them, of which there are hardly any: what a command
# makes of a province's returns lives to its end, and looking through it time and again took a second more. Of workbooks
# there are: with five times as many the other levels' would take half as much memory again.
_NEW_OBJECTS: Final = 50_000
_OPTIONS: Final = "[选项]"  # in the usage line, where click says [OPTIONS]

_EVERYDAY: Final = """\
会员活动日信息统计表。常用的三个命令：

  做空白表    {program} new --roster 名册.csv -o 空白表
  检查报表    {program} check 收到 --roster 名册.csv
  汇总        {program} merge 收到 --roster 名册.csv -o 汇总表.xlsx

“收到”是放报来的表的文件夹，“名册.csv”是单位名册，都换成自己的。名称里有空格的要用引号括起来，如 "2026 年 收到"。

全部命令：{program} --help
一个命令怎么用：{program} check --help"""


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar=_OPTIONS,
    subcommand_metavar="命令 [参数]...",
    invoke_without_command=True,
)
@click.version_option(__version__, message="stattable %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """会员活动日信息统计表：制作空白表、检查报表、逐级汇总。

    \b
    stattable new --roster 名册.csv --year 2026 -o 空白表   给每个单位做一张空白表
    stattable check 收到                          检查收到的报表
    stattable merge 收到 --roster 名册.csv -o 汇总表.xlsx   汇总
    stattable status 收到 --roster 名册.csv               看谁报了、谁没有报

    退出码：0 没有问题，1 有问题，2 用法不对或没有可读的文件，3 没有结论（写不了文件或程序出错），130 被中断。
    """
    gc.set_threshold(_NEW_OBJECTS)
    if ctx.invoked_subcommand is None:
        click.echo(_EVERYDAY.format(program=ctx.command_path))
        ctx.exit(USAGE)


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
    ("completion", completion_command),
):
    main.command(_name, options_metavar=_OPTIONS)(_command)
