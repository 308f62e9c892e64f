"""Installs stattable into a virtual environment of whoever is logged in, from the wheels beside this file alone."""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
HOME = Path(os.environ["LOCALAPPDATA"], "stattable", "venv")
PYTHON = HOME / "Scripts" / "python.exe"
IN_USE = "写不了 {place}（{why}）。请关闭正在运行本程序的窗口，再双击“安装.bat”；还是不行的，重新启动电脑再试。"
FAILED = "没有装好。请把上面的内容发给维护人员。"
DONE = """
装好了。把放报表的文件夹拖到“检查.bat”“汇总.bat”“催报.bat”的图标上就可以用。
这三个文件可以复制到桌面。这个文件夹可以删除；要重装或者换电脑时再用它。"""


def install() -> int:
    """Install, say what is done, and return the exit code."""
    print(f"用 Python {sys.version.split()[0]} 安装到 {HOME}，不用联网，大约要一分钟……", flush=True)
    try:
        venv.create(HOME, clear=True, with_pip=True)
    except OSError as error:
        print(IN_USE.format(place=error.filename or HOME, why=error.strerror))
        return 1
    except subprocess.CalledProcessError as error:
        print(error.output.decode(errors="replace") if error.output else error, FAILED, sep="\n")
        return 1
    commands = (
        ["pip", "--isolated", "install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location",
         "--no-index", "--find-links", str(WHEELS), "stattable"],
        ["stattable", "--version"],
    )  # fmt: skip
    for command in commands:
        if subprocess.run([PYTHON, "-m", *command], stderr=subprocess.STDOUT, check=False).returncode:
            print(FAILED)
            return 1
    print(DONE)
    return 0


if __name__ == "__main__":
    sys.exit(install())
