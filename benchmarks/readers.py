"""Others that read the same returns, and ours: what reading costs at least, and what is commonly used.

``python benchmarks/readers.py NAME LIST`` reads the files whose paths are the lines of LIST, by itself in one process,
and prints the seconds that it took, without what starting it takes.
"""

import argparse
import json
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from stattable.model.form import FIELDS
from stattable.model.identity import IDENTITY_SHEET

Reader = Callable[[str], object]


def bare_calamine() -> Reader:
    """Return what reads all that has to be read with calamine, and nothing else: the form, and whose it is."""
    import python_calamine

    def read(path: str) -> object:
        try:
            book = python_calamine.load_workbook(path)
        except python_calamine.CalamineError:  # half a file
            return None
        names = [book.sheet_names[0], *(name for name in book.sheet_names[1:] if name == IDENTITY_SHEET)]
        return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names]

    return read


def pandas_over(engine: str) -> Callable[[], Reader]:
    """Return what reads the form with pandas, over another library."""

    def reader() -> Reader:
        import pandas

        return lambda path: pandas.read_excel(path, engine=engine, header=None)

    return reader


def openpyxl_loop() -> Reader:
    """Return what reads the 40 figures one by one with openpyxl."""
    import openpyxl

    def read(path: str) -> object:
        sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
        return [sheet[field.cell].value for field in FIELDS]

    return read


def ours() -> Reader:
    """Return what reads a return with ours: from the file to its figures, and what was found in it."""
    from stattable.reading.files import read_return

    return read_return


BARE: Final = "bare calamine"
OURS: Final = "reading alone, in one process"
USUAL: Final = "pandas over openpyxl"
READERS: Final[dict[str, Callable[[], Reader]]] = {
    BARE: bare_calamine,
    "pandas over calamine": pandas_over("calamine"),
    USUAL: pandas_over("openpyxl"),
    "a loop over openpyxl": openpyxl_loop,
    OURS: ours,
}


def is_there(name: str) -> bool:
    """Whether what a reader needs is installed."""
    return not name.startswith("pandas") or find_spec("pandas") is not None


def main() -> None:
    """Read, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", choices=READERS)
    parser.add_argument("list", type=Path)
    options = parser.parse_args()
    paths, read = options.list.read_text(encoding="utf-8").splitlines(), READERS[options.name]()
    read(paths[0])  # what is imported at first use
    start, used = time.perf_counter(), time.process_time()
    for path in paths:
        read(path)
    print(json.dumps({"wall": time.perf_counter() - start, "cpu": time.process_time() - used}))


if __name__ == "__main__":
    main()
