import os
import unicodedata
from types import SimpleNamespace

import pytest

from stattable.model import text

os.environ["OPENPYXL_LXML"] = "False"  # as stattable.writing has it: tests import openpyxl by themselves, and sooner


@pytest.fixture
def _nothing_long_is_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a text is normalised that is longer than any cell of a spreadsheet can be: that takes seconds."""

    def normalize(form: str, one: str) -> str:
        assert len(one) <= 32_767
        return unicodedata.normalize(form, one)  # type: ignore[arg-type]

    monkeypatch.setattr(text, "unicodedata", SimpleNamespace(normalize=normalize))
