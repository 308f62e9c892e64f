"""The faults of a roster, as they are found: those of one cause are one finding, with all its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stattable.model.catalogue import finding
from stattable.model.cell_names import a1
from stattable.model.findings import Finding, Param


@dataclass(slots=True)
class _Cause:
    """What rows with one fault have in common."""

    column: str
    rows: dict[int, None] = field(default_factory=dict)
    raws: dict[str, None] = field(default_factory=dict)
    words: dict[str, dict[str, None]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


class RosterFaults:
    """The faults of one roster.

    Args:
        path: of the roster.
        sheet: the name of its sheet, None for text.
        columns: the 0-based places of its columns, by key.
    """

    def __init__(self, path: str, sheet: str | None = None, columns: Mapping[str, int] | None = None) -> None:
        self._path, self._sheet, self._columns = path, sheet, columns or {}
        self._causes: dict[tuple[str, str], _Cause] = {}

    def __bool__(self) -> bool:
        return bool(self._causes)

    def add(self, row: int, column: str, reason: str, raw: str = "", **params: str | int) -> None:
        """Add the fault of one row.

        Args:
            row: 1-based, as spreadsheet programs count.
            column: key of the column that is at fault, ``""`` for the whole row.
            reason: which fault of the catalogue's.
            raw: what stands there.
            **params: what the words need: texts, of which the distinct ones are listed, and numbers.
        """
        cause = self._causes.setdefault((reason, column), _Cause(column))
        cause.rows[row] = None
        if raw:
            cause.raws[raw] = None
        for name, value in params.items():
            if isinstance(value, int):
                cause.numbers[name] = value
            else:
                cause.words.setdefault(name, {})[value] = None

    def findings(self) -> list[Finding]:
        """Return the faults (U007), in the order of their first rows."""
        causes = sorted(self._causes.items(), key=lambda one: min(one[1].rows))
        return [self._finding(reason, cause) for (reason, _), cause in causes]

    def _finding(self, reason: str, cause: _Cause) -> Finding:
        rows = sorted(cause.rows)
        params: dict[str, Param] = {
            "reason": reason,
            "rows": tuple(map(str, rows)),
            "raws": tuple(cause.raws),
            **{name: tuple(words) for name, words in cause.words.items()},
            **cause.numbers,
        }
        raw = next(iter(cause.raws)) if len(cause.raws) == 1 else None
        cell = self._cell(rows, cause.column)
        return finding("U007", path=self._path, sheet=self._sheet, cell=cell, raw=raw, params=params)

    def _cell(self, rows: list[int], column: str) -> str | None:
        """Return the name of the cell or of the range, or None where the rows are not one behind the other."""
        at = self._columns.get(column, 0) + 1
        first, last = rows[0], rows[-1]
        if last - first >= len(rows):
            return None
        return a1(first, at) if first == last else f"{a1(first, at)}:{a1(last, at)}"
