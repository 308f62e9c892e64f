"""The directory of a zip file: what `zipfile` says of a plain one, in a fraction of the time."""

import struct
from collections.abc import Sequence
from typing import BinaryIO, Final, NamedTuple

_END: Final = struct.Struct("<4s4H2LH")  # of the whole file: signature, …, entries, …, size and place of the directory
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_MOST: Final = 1_000  # entries
_LATEST: Final = 45  # version of the format, times 10
_HARMLESS: Final = 0x80E  # flags: how well it was compressed, whether its sizes follow it, whether its name is UTF-8
_IN_ANOTHER_PLACE: Final = 0xFFFFFFFF  # a size or a place that stands elsewhere


class Entry(NamedTuple):
    """What the directory says of a file; the names are those of `zipfile.ZipInfo`."""

    filename: str
    file_size: int
    compress_size: int
    compress_type: int
    flag_bits: int
    header_offset: int


def read_directory(file: BinaryIO) -> Sequence[Entry] | None:
    """Return the entries of a zip file, or None where it is not as plain as those of office programs are.

    Args:
        file: seekable.
    """
    size = file.seek(0, 2)
    if size < _END.size:
        return None
    file.seek(size - _END.size)
    mark, disk, first_disk, on_disk, count, length, place, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\5\6" or disk or first_disk or comment or on_disk != count or count > _MOST:
        return None
    if place + length + _END.size != size:  # something stands in front, or between
        return None
    file.seek(place)
    directory = file.read(length)
    entries: dict[str, Entry] = {}
    at = 0
    try:
        for _ in range(count):
            mark, _, latest, flags, kind, _, _, _, packed, whole, name, extra, remark, disk, _, _, start = (
                _ENTRY.unpack_from(directory, at)
            )
            at += _ENTRY.size
            called = directory[at : at + name].decode("ascii")
            at += name
            is_plain = mark == b"PK\1\2" and latest <= _LATEST and not (flags & ~_HARMLESS or extra or remark or disk)
            if not is_plain or _IN_ANOTHER_PLACE in {packed, whole, start} or "\\" in called or "\0" in called:
                return None
            entries[called] = Entry(called, whole, packed, kind, flags, start)
    except (struct.error, UnicodeDecodeError):
        return None
    return tuple(entries.values()) if len(entries) == count and at == length else None
