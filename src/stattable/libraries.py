"""Libraries without which the program does less: which of them this computer lacks, and what it cannot do then.

Some machines, such as LoongArch, have no wheels of what is written in Rust or C++. What nothing goes without (pydantic,
psutil) is not here: without these the program does not start.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple


class Library(NamedTuple):
    """A library that may be lacking.

    Attributes:
        name: as it is installed.
        module: that must load, which takes what it was built with.
        lack: what cannot be done without it, a clause.
    """

    name: str
    module: str
    lack: str


LIBRARIES: Final[Mapping[str, Library]] = {  # by what is imported
    "python_calamine": Library(
        "python-calamine", "python_calamine", "读不了 .xls、.et、.ods 和 .xlsb，.xlsx 照常读，只是慢一些"
    ),
    "lxml": Library("lxml", "lxml.etree", "读不了存成 Word、网页和 XML 的表"),
    "msoffcrypto": Library("msoffcrypto-tool", "msoffcrypto", "打不开保护了工作簿结构的 .xls 和加密的 .xlsx"),
    "docx": Library("python-docx", "docx", "写不了 --docx 的汇总说明"),
    "PIL": Library("Pillow", "PIL.Image", "图片不查看，附件里的不识别，汇总表的附件里也没有"),
    "zxingcpp": Library("zxing-cpp", "zxingcpp", "附件里的二维码不识别"),
}
_NOTICE: Final = "提示：这台电脑上没有 {lacks}。其余照常。"
_LACK: Final = "{library.name}（{library.lack}）"


def has(name: str) -> bool:
    """Whether one of `LIBRARIES` is here and loads."""
    try:
        import_module(LIBRARIES[name].module)
    except ImportError:
        return False
    return True


def notice() -> str | None:
    """Return what is to be said of the libraries that are not here, None where all are. None is loaded for it."""
    lacking = [library for name, library in LIBRARIES.items() if find_spec(name) is None]
    return _NOTICE.format(lacks="、".join(_LACK.format(library=one) for one in lacking)) if lacking else None
