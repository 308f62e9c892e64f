"""click's own messages in Chinese."""

import sys
from typing import TYPE_CHECKING, Final

from stattable.model.text import display_width, printable

if TYPE_CHECKING:
    pass


# click's own words, which its users read too
_CHINESE: Final = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示帮助。",
    "Show the version and exit.": "显示版本。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "输入“{command} {option}”看帮助。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少{param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name}。",
    "No such command {name!r}.": "没有命令 {name}。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中一个：{possibilities}？",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Option {name!r} requires an argument.": "选项 {name} 后面要有值。",
    "Option {name!r} does not take a value.": "选项 {name} 后面不能有值。",
    "Got unexpected extra argument ({args})": "多了参数（{args}）",
    "Got unexpected extra arguments ({args})": "多了参数（{args}）",
    "Missing command.": "缺少命令。",
    "path": "路径",
    "file": "文件",
    "directory": "文件夹",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a directory.": "{name} {filename} 是文件夹。",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件。",
    "{name} {filename!r} is not readable.": "{name} {filename} 读不了。",
    "{name} {filename!r} is not writable.": "{name} {filename} 写不了。",
    "{value!r} is not {choice}.": "{value} 应为 {choice}。",
    "{value!r} is not one of {choices}.": "{value} 应为 {choices} 之一。",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Error: invalid input": "请输入 y（是）或 n（否）。",
    "Aborted!": "已中断。",
}


class _Words(str):
    """What click says, into which it puts what was typed: nothing that could deceive whoever reads it."""

    __slots__ = ()

    def format(self, *args: object, **kwargs: object) -> str:
        """Put the arguments in, as they may be printed."""
        return super().format(*map(_as_printed, args), **{name: _as_printed(one) for name, one in kwargs.items()})


def _as_printed(one: object) -> object:
    return printable(one) if isinstance(one, str) else one


def speak_chinese() -> None:
    """Give click the Chinese for its own messages, and the width of Chinese in its columns.

    Each of its modules looks the messages up through a ``_`` of its own, and measures with a ``term_len``.
    """

    def translated(message: str) -> str:
        return _Words(_CHINESE.get(message, message))

    def counted(one: str, many: str, count: int) -> str:
        return translated(one if count == 1 else many)

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "click":
            for attribute, function in (("_", translated), ("ngettext", counted), ("term_len", display_width)):
                if hasattr(module, attribute):
                    setattr(module, attribute, function)
