"""The check code (校验码): a few letters that bind a printed page to the workbook that it was printed from."""

import hashlib
from collections.abc import Iterable
from typing import Final

from stattable.model.form import Values
from stattable.model.identity import UnitFacts
from stattable.model.packing import figures_text
from stattable.model.record import Record
from stattable.model.text import normalised

CHECK_CODE: Final = "校验码"
# Without what is mistaken for one another on paper: 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET: Final = "34679ACDEFGHJKMNPRTWXY"
LENGTH: Final = 12  # 22¹² is more than 50 bits: nobody hits upon the code of another page by trying
GROUP: Final = 4


def check_code(unit: UnitFacts, edition: int, figures: Values, prints: Iterable[str]) -> str:
    """Return the check code of a page, as in ``7KMA-3XPD-W9CF``.

    Args:
        unit: whose page it is.
        edition: ordinal of the members' day.
        figures: the 40 figures that stand on the page.
        prints: SHA-256 of the files whose figures are in the total, in any order.
    """
    parts = [unit.code or "", normalised(unit.name), unit.level, str(edition), figures_text(figures), *sorted(prints)]
    number = int.from_bytes(hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).digest(), "big")
    letters = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def code_of(record: Record, figures: Values) -> str:
    """Return the check code of a page with `figures` whose workbook remembers `record`."""
    root = record.tree[record.root]
    prints = (one.sha256 for (key, scope), one in record.sent.items() if record.counts(key, scope))
    return check_code(UnitFacts(root.code, root.name, root.level), record.edition, figures, prints)
