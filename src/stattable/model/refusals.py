"""Reasons why a command does nothing, in Chinese."""

import errno
from collections.abc import Mapping
from typing import Final


class Refusal(Exception):  # noqa: N818  -- it is no error of the program's
    """A command cannot be carried out: wrong usage, or nothing to work on. No finding, exit code 2.

    Args:
        reason: a key of the catalogue's refusals.
        **params: what the text needs.
    """

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(_REFUSALS[reason].format(**params))
        self.params = [str(value) for value in params.values()]


_REFUSALS: Final[Mapping[str, str]] = {
    "nothing_to_read": "没有可读取的报表：{paths}。请检查文件夹里是否有 .xlsx、.xls 或 .ods 文件。",
    "only_earlier": "这里只有以前的汇总结果，没有新的报表可以汇总。",
    "output_is_input": "输出文件“{path}”也是要汇总的报表之一，或者是名册、另一个输出文件，写出会把它覆盖。请换一个文件名。",
    "output_linked": "要汇总的“{path}”和输出文件“{output}”是同一个文件（是链接，或者文件名只有大小写不同），写出会把它覆盖。"
    "请换一个文件名。",
    "not_a_file": "“{path}”不是普通文件的位置：它是文件夹、管道或设备，或者是指向它们的链接。请换一个文件名。",
    "not_ours": "已经存在：{path}，不是 merge 写出的汇总表。不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "of_other_unit": "已经存在：{path}，是“{name}”的汇总表，这里要写的是“{unit}”的。不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "of_other_edition": "已经存在：{path}，是第 {edition} 个会员活动日（{year} 年）的汇总表，这次汇总的是第 {wanted} 个。"
    "不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "not_our_list": "已经存在：{path}，不是 status 写出的，或者写出以后有人改过、另存过。不会覆盖，请换一个位置；"
    "确实要覆盖时加 --force。",
    "nothing_to_pack": "“{path}”里没有可以打包的文件。请检查文件夹写得对不对。",
    "bundle_is_paper": "“{path}”在要打包的文件夹里，又不是 pack 给“{name}”打的包（或者打包以后有人改过），写出会把它覆盖。请换一个文件名。",
    "not_our_bundle": "已经存在：{path}，不是 pack 给“{name}”打的包，或者打包以后有人改过。不会覆盖，请换一个文件名；"
    "确实要覆盖时加 --force。",
    "not_accounts": "已经存在：{path}，不是 --accounts-csv 写出的明细。不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "not_findings": "已经存在：{path}，不是 --findings 写出的意见。不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "not_our_page": "已经存在：{path}，不是 --html 写出的网页。不会覆盖，请换一个文件名；确实要覆盖时加 --force。",
    "not_our_letter": "已经存在：{path}，不是 --docx 写出的说明，或者写出以后有人改过、另存过。不会覆盖，请换一个文件名；"
    "确实要覆盖时加 --force。",
    "no_docx": "这台电脑上没有 python-docx，写不了“{path}”。请去掉 --docx；别的照样写出。",
    "levels_hold_inputs": "--each-level 的文件夹“{folder}”里有这次不会重写的文件：{path}。它是要汇总的报表，或者是已经改名、撤销的单位"
    "以前的汇总表。请换一个文件夹，或者先把它移走。",
    "levels_hold_output": "要写的“{path}”正好也是逐级汇总表里的一份。请换一个文件名。",
    "return_inside": "--return 的文件夹“{folder}”在要检查的“{path}”里面，下次检查会把退回的表当成报来的。请换一个文件夹。",
    "not_returned": "已经存在：{path}，不是 --return 写出的。不会覆盖，请换一个文件夹，或者先把它移走。",
    "report_unreadable": "“{path}”读不出来：{why}",
    "several_tops": "这些报表没有共同的上级：{names}。请用 --root 代码，或 --unit 名称 --level 级别 指明给谁汇总。",
    "no_top": "看不出给哪个单位汇总。请用 --unit 名称 --level 级别 指明，或用 --roster 名册.csv 提供名册。",
    "unknown_root": "没有代码是“{code}”的单位。请核对 --root 或 --code 后面的代码，或加上 --unit 名称 --level 级别。",
    "unknown_unit": "找不到唯一名为“{name}”的单位。请用 --root 代码 指明，或加上 --level 级别。",
    "unknown_scope_unit": "--scope 里的“{code}”不是已知的单位代码或名称。",
    "nothing_expected": "名册里“{name}”及其下级没有需要填报的单位。",
    "exists": "已经存在：{path}。不会覆盖，请换一个位置；确实要覆盖时加 --force。",
    "level_unknown": "看不出“{name}”是哪一级。请用 --level 级别 指明，级别是省级、地市级、县级、乡镇级或村居社区级。",
    "national_blank": "全国一级只汇总，不填报，没有空白表。",
    "bad_code": "代码“{code}”不对：应为 2、4、6、9 或 12 位数字。",
    "not_merged": "“{path}”不是 stattable 写出的汇总表，或者里面的记录不完整，不能核对。请给出 merge 写出的文件。",
    "edition_not_compared": "“{path}”是第 {edition} 个会员活动日的汇总表，不是要求的第 {wanted} 个，没有比较。",
    "previous_not_before": "“{path}”是第 {edition} 个会员活动日（{year} 年）的，这批报表是第 {now} 个，不能当作以前的数来比较。"
    "请核对 --previous 后面的文件夹或汇总表。",
    "previous_empty": "“{path}”里没有可以比较的数：没有合格的报表，或者几届的混在一起。请核对 --previous 后面的文件夹或汇总表。",
    "unit_not_compared": "两边都没有唯一的“{unit}”。请写它的代码，或者核对名称。",
    "unknown_field": "看不出“{field}”是哪一格。请写汇总页上的单元格（如 F6），或者栏目（如 宣传活动 · 乡镇计生协 · 活动场次）。",
    "unknown_code": "没有“{code}”这个代码。可用的有：{codes}。",
    "roster_unreadable": "名册“{path}”读不出来：应为 .csv（UTF-8 或 GBK）或 .xlsx（.xls、.ods 也行），没有打开密码，也没有损坏。",
    "no_dask": '--dask 要用的程序库没有安装。请先安装：pip install "stattable[dask]"；或者不加 --dask，在本机读取。',
    "no_scheduler": "连不上“{address}”的 Dask 集群。请核对调度器的地址（如 tcp://10.0.0.8:8786），看它是否已经启动；或者不加 --dask，在本机读取。",
    "no_workers": "“{address}”的 Dask 集群里没有能干活的机器（worker）。请先启动它们；或者不加 --dask，在本机读取。",
    "not_installed": "Dask 集群里的“{worker}”没有装 stattable {version}。请在每台机器上安装同一个版本；或者不加 --dask，在本机读取。",
    "not_seen": "Dask 集群里的“{worker}”打不开“{path}”。报表要放在每台机器都能用同一个路径打开的地方，如共享文件夹；或者不加 --dask，在本机读取。",
    "empty_name": "单位名称是空的。",
    "long_name": "单位名称太长：最多 {limit} 个字。",
}


_WRITE_FAULTS: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, errno.EDQUOT), "磁盘空间不够，或者超过了文件大小的限额"),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EBUSY),
        "没有权限，或者它正被 Excel、WPS 等程序打开，请关闭后重试",
    ),
    errno.EROFS: "磁盘是只读的",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EEXIST: "路径里有一段不是文件夹",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ELOOP: "链接绕了一圈又回到它自己",
}


_OTHER_FAULT: Final = "系统说：{}"


STOPPED: Final = "已中断。"


_NO_RESULT: Final = "已中断，没有写出任何结果。"


_NOTHING_CHANGED: Final = "原来的文件没有改动，也没有留下写了一半的文件。"


class Stopped(KeyboardInterrupt):
    """The user stopped the program before any output was in its place."""

    def __init__(self) -> None:
        super().__init__(f"{_NO_RESULT}{_NOTHING_CHANGED}")


class HalfWritten(Exception):  # noqa: N818  -- it is what is left of an error
    """Some outputs are in their places already, the others are not, and what stood there cannot be put back.

    Args:
        stuck: the places, each with the name under which what stood there before is kept, ``""`` where nothing did.
    """

    def __init__(self, stuck: Mapping[str, str]) -> None:
        self.places = [one for pair in stuck.items() for one in pair if one]
        named = "；".join(f"{place}（原来的内容在 {kept}）" if kept else place for place, kept in stuck.items())
        super().__init__(f"没有全部写完，有 {len(stuck)} 个文件已经换成新的，没能换回去：{named}。其余的文件没有改动。")


def write_fault(error: OSError) -> str:
    """Return the message for a file that could not be written."""
    why = _WRITE_FAULTS.get(error.errno or 0, _OTHER_FAULT.format(error.strerror or error))
    return f"写不了文件：{error.filename or ''}（{why}）。{_NOTHING_CHANGED}"


def print_fault(error: OSError) -> str:
    """Return the message for a result that could not be shown, or not all of it."""
    why = _WRITE_FAULTS.get(error.errno or 0, _OTHER_FAULT.format(error.strerror or error))
    return f"结果没有全部显示出来（{why}）。要写的文件不受影响。"
