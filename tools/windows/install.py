"""Installs stattable into a virtual environment of whoever is logged in, from the wheels beside this file alone."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
HOME = Path(os.environ["LOCALAPPDATA"], "stattable", "venv")
RUNTIME = "msvcp140.dll"
PYTHON = HOME / "Scripts" / "python.exe"
IN_USE = "写不了 {place}（{why}）。请关闭正在运行本程序的窗口，再双击“安装.bat”；还是不行的，重新启动电脑再试。"
NAMES = """
import sys
from stattable.libraries import LIBRARIES, has
sys.exit("、".join(library.name for key, library in LIBRARIES.items() if not has(key)) or 0)
"""
WITHOUT = "上面列出的程序库在这台电脑上不能用，少一些功能，其余照常（参见使用说明）。"
FAILED = "没有装好。请把上面的内容发给维护人员。"
DONE = """
装好了。把放报表的文件夹拖到“检查.bat”“汇总.bat”“催报.bat”的图标上就可以用。
这三个文件可以复制到桌面。这个文件夹可以删除；要重装或者换电脑时再用它。"""


def add_runtime() -> None:
    """Put the runtime of Visual C++ beside zxing-cpp, which needs it, where no other program has brought it."""
    if Path(os.environ["SYSTEMROOT"], "System32", RUNTIME).exists():
        return
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    for wheel in WHEELS.glob(f"msvc_runtime-*-{python}-*.whl"):
        with zipfile.ZipFile(wheel) as package:
            name = next(one for one in package.namelist() if one.endswith(f".data/data/{RUNTIME}"))
            Path(HOME, "Lib", "site-packages", "zxingcpp", RUNTIME).write_bytes(package.read(name))


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
    add_runtime()
    if subprocess.run([PYTHON, "-c", NAMES], stderr=subprocess.STDOUT, check=False).returncode:
        print(WITHOUT)
    print(DONE)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(install())
    except Exception as error:  # the batch file shows what is printed, and no trace
        print(f"{type(error).__name__}: {error}", FAILED, sep="\n")
        sys.exit(1)
