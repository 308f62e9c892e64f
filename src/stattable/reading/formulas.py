"""A formula that was never calculated → the whole number that it comes to, where that is certain."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from stattable.formats.sheet import RawCell
from stattable.model.cell_names import cell_at

_LONGEST: Final = 200  # characters
_LARGEST: Final = 10**10
_MOST_CELLS: Final = 1000  # of a range
_DEEPEST: Final = 20  # brackets within brackets
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<number> (?:\d+(?:\.\d+)?|\.\d+)(?![\w.%:]) )
      | (?P<sum> SUM(?=\s*\() )
      | \[?\.? (?P<first> \$?[A-Z]{1,3}\$?\d+ ) (?: :\.? (?P<last> \$?[A-Z]{1,3}\$?\d+ ) )? \]?
      | (?P<sign> [-+*(),;] )
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_Token = tuple[str, str, str]  # what it is; its text, or the first cell; the last cell, if any


class _Uncertain(Exception):  # noqa: N818  -- it is no error
    """A formula is none of those whose result is certain."""


def certain_result(formula: str, cell: Callable[[int, int], RawCell]) -> int | None:
    """Return what a formula comes to: numbers with + - * and brackets, and SUM over numbers and typed cells.

    Args:
        formula: with its ``=``.
        cell: gives what the sheet holds at 1-based row and column.

    Returns:
        A whole number ≥ 0; None where the result is none, or is not certain.
    """
    try:
        parser = _Parser(_tokens(formula.removeprefix("=")), cell)
        result = parser.sum_of_terms()
        parser.expect_end()
    except _Uncertain:
        return None
    return int(result) if result.denominator == 1 and 0 <= result <= _LARGEST else None


def _tokens(text: str) -> list[_Token]:
    tokens, at = list[_Token](), 0
    while at < len(text) <= _LONGEST:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Uncertain
        kind = match.lastgroup or ""
        if match["first"]:
            tokens.append(("cells", match["first"], match["last"] or match["first"]))
        else:
            tokens.append((match[kind] if kind == "sign" else kind, match[kind], ""))
        at = match.end()
    if at < len(text):
        raise _Uncertain
    return tokens


class _Parser:
    """Reads the tokens of a formula from the left, one after the other."""

    def __init__(self, tokens: Sequence[_Token], cell: Callable[[int, int], RawCell]) -> None:
        self._tokens = tokens
        self._cell = cell
        self._at = 0
        self._depth = 0

    def sum_of_terms(self) -> Fraction:
        total = self._product()
        while self._next in {"+", "-"}:
            sign = self._take()[0]
            term = self._product()
            total = total + term if sign == "+" else total - term
        return total

    def expect_end(self) -> None:
        if self._next:
            raise _Uncertain

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, kind: str = "") -> _Token:
        if not self._next or (kind and self._next != kind):
            raise _Uncertain
        self._at += 1
        return self._tokens[self._at - 1]

    def _product(self) -> Fraction:
        product = self._factor()
        while self._next == "*":
            self._take()
            product *= self._factor()
        return product

    def _factor(self) -> Fraction:
        sign = 1
        while self._next in {"+", "-"}:
            sign = -sign if self._take()[0] == "-" else sign
        kind, text, _ = self._take()
        if kind == "number":
            return sign * Fraction(text)
        if kind not in {"(", "sum"} or self._depth == _DEEPEST:
            raise _Uncertain
        self._depth += 1
        inner = self._arguments() if kind == "sum" else self.sum_of_terms()
        self._depth -= 1
        self._take(")")
        return sign * inner

    def _arguments(self) -> Fraction:
        """Return the sum of what stands in the brackets of a SUM."""
        self._take("(")
        total = self._argument()
        while self._next in {",", ";"}:
            self._take()
            total += self._argument()
        return total

    def _argument(self) -> Fraction:
        if self._next != "cells":
            return self.sum_of_terms()
        _, first, last = self._take()
        (top, left), (bottom, right) = sorted(cell_at(one.replace("$", "")) for one in (first, last))
        left, right = sorted((left, right))
        if (bottom - top + 1) * (right - left + 1) > _MOST_CELLS:
            raise _Uncertain
        total, written = Fraction(0), False
        for row in range(top, bottom + 1):
            for value in (self._cell(row, column) for column in range(left, right + 1)):
                if isinstance(value, bool) or not isinstance(value, int | float | None):
                    raise _Uncertain  # a text may be a number to somebody, and is none to SUM
                if value is not None:
                    total, written = total + Fraction(value), True
        if not written:
            raise _Uncertain
        return total
