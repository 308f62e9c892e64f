"""The directory of a zip file, as `zipfile` reads it."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stattable.formats.package import BROKEN_ZIP
from stattable.formats.zip_directory import Entry, read_directory
from writers.containers import zipped

BLANK = (Path(__file__).parent.parent / "templates" / "attachment.xlsx").read_bytes()
DIRECTORY = BLANK.rindex(b"PK\x05\x06") - BLANK.index(b"PK\x01\x02") + 22  # bytes at the end


def as_zipfile_reads(data: bytes) -> list[Entry] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return [Entry(*(getattr(one, name) for name in Entry._fields)) for one in package.infolist()]
    except BROKEN_ZIP:
        return None


def test_a_plain_directory_is_read() -> None:
    entries = read_directory(io.BytesIO(BLANK))
    assert entries is not None
    assert list(entries) == as_zipfile_reads(BLANK)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x05\x06", b"x" + BLANK, BLANK + b"x", BLANK[:-1],
        zipped({"甲.xml": b""}), zipped({"a\\b.xml": b""}), zipped({str(at): b"" for at in range(1_001)}),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_zipfile(data: bytes) -> None:
    assert read_directory(io.BytesIO(data)) is None


def test_two_parts_of_one_name_are_left_to_zipfile() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("a", b"2")
    assert read_directory(out) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, DIRECTORY), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_damaged_directory_is_read_as_zipfile_reads_it_or_not_at_all(changes: list[tuple[int, int]]) -> None:
    data = bytearray(BLANK)
    for from_end, byte in changes:
        data[-from_end] = byte
    entries = read_directory(io.BytesIO(bytes(data)))
    assert entries is None or list(entries) == as_zipfile_reads(bytes(data))
