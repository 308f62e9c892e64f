"""Makes the workbooks in this folder anew: returns that LibreOffice saved. Run it by hand; the tests only read them."""

import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from county import GUANDU_VILLAGE, TO_GUANDU  # noqa: E402
from stattable.model.units import Level  # noqa: E402
from writers.office import saved_as  # noqa: E402
from writers.returns import filled, own_values, typed  # noqa: E402


def spoil(sheet: Any) -> None:
    """Leave what calamine alone would not show, error values and a hidden value, and a formula with a result."""
    sheet["B6"], sheet["C6"], sheet["D6"] = "=1/0", "=NA()", "=1+1"
    sheet.merged_cells.add("H6:I6")  # keeps what is in I6, other than merge_cells


def main() -> None:
    """Write each workbook as .xls, .ods and .xlsx."""
    with tempfile.TemporaryDirectory() as folder:
        made = [
            filled(Path(folder) / "return.xlsx", GUANDU_VILLAGE, own_values(Level.VILLAGE), above=TO_GUANDU),
            typed(Path(folder) / "faults.xlsx", "官渡村计生协", own_values(Level.VILLAGE), change=spoil),
        ]
        for suffix in ("xls", "ods", "xlsx"):
            saved_as(suffix, HERE, *made)


if __name__ == "__main__":
    main()
