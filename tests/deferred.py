"""Functions that take their first argument last."""

from collections.abc import Callable
from functools import wraps
from typing import Any


def deferred(function: Callable[..., Any]) -> Callable[..., Callable[[Any], Any]]:
    """Have `function` called with all arguments but the first, which what is returned takes later.

    ``@deferred def put(sheet, cell, value)`` makes ``put("B6", 5)`` a change that may be made to any sheet.
    """

    @wraps(function)
    def take_others(*others: Any, **named: Any) -> Callable[[Any], Any]:
        @wraps(function)
        def take_first(first: Any) -> Any:
            return function(first, *others, **named)

        return take_first

    return take_others
