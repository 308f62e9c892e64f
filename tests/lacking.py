"""A computer that lacks libraries, within this process."""

import sys

import pytest

from stattable.formats import calamine, calamine_calls, openpyxl_reader


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Take libraries away."""
    for module in modules:
        for name in (module, *(one for one in sys.modules if one.startswith(f"{module}."))):
            monkeypatch.setitem(sys.modules, name, None)
    if "python_calamine" in modules:  # it is asked for once, at the start
        for one in (calamine, calamine_calls):
            monkeypatch.setattr(one, "python_calamine", openpyxl_reader)
            monkeypatch.setattr(one, "HAS_CALAMINE", False)
