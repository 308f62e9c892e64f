"""How fast faulty returns go back, and how fast the state of a collection is told, beside checking the same files.

``python benchmarks/sending_back.py``: about 1,100 returns, of which 200 are faulty. Times are those by the clock.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import openpyxl

import hebi
from measuring import Cost, stattable

FAULTY = 200
FAULTS = ("约5", "若干", "=1/0", 99_999)  # what stands in a cell of those


def break_some(paths: list[Path]) -> None:
    """Write something that is no count, or an odd one, into every so many returns."""
    for number, path in enumerate(paths[:: len(paths) // FAULTY][:FAULTY]):
        workbook = openpyxl.load_workbook(path)
        workbook.worksheets[0]["H6"] = FAULTS[number % len(FAULTS)]
        workbook.save(path)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, returned = Path(scratch) / "收到", Path(scratch) / "退回"
        folder.mkdir()
        paths = sorted(hebi.write(hebi.make(), folder).values())
        break_some([path for path in paths if path.suffix == ".xlsx"])
        roster, quiet = ("--roster", str(hebi.ROSTER)), ("--quiet", "--format", "json")
        costs: dict[str, Cost] = {
            "check": stattable("check", folder, *roster, *quiet),
            "check --return": stattable("check", folder, *roster, *quiet, "--return", returned),
            "status": stattable("status", folder, *roster, "--root", hebi.ROOT, *quiet),
        }
        back = len([*returned.rglob("*.退回.xlsx")])
        print(f"{len(paths)} returns, {back} sent back, {os.cpu_count()} processors:")
        for name, cost in costs.items():
            print(f"  {name:16} {cost.wall:6.1f} s   {cost.wall / costs['check'].wall:4.1f} × check")


if __name__ == "__main__":
    main()
