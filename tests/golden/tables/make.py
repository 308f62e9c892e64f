"""Makes the web page in this folder anew: a return that LibreOffice saved. Run it by hand; the tests only read it."""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from stattable.model.form import FIELDS  # noqa: E402
from writers.office import saved_as  # noqa: E402
from writers.pages import FIGURES  # noqa: E402
from writers.returns import typed  # noqa: E402


def main() -> None:
    """Write the filled-in page as .html."""
    values = {field.key: figure for field, figure in zip(FIELDS, FIGURES, strict=True)}
    with tempfile.TemporaryDirectory() as folder:
        page = typed(Path(folder) / "return.xlsx", "官渡村计生协", values)
        saved_as("html:HTML (StarCalc)", HERE, page)


if __name__ == "__main__":
    main()
