"""A recording → which container it is in, by its first bytes, and whether its file is whole as far as that says.

No frame is decoded: a container says how long its parts are, and a file that was cut off is shorter.
"""

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

HEAD: Final = 1024  # bytes that tell a container

_PICTURE_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_AUDIO_BRANDS: Final = (b"M4A ", b"M4B ")
_FIRST_BOXES: Final = (b"moov", b"mdat", b"wide", b"skip", b"free", b"pnot")  # of QuickTime before it had a brand
_ASF_HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_TRANSPORT: Final = ((0, 188), (4, 192))  # where the packets of a transport stream begin, and how long they are
_SYNC: Final = 0x47
_MOST_PARTS: Final = 1_000_000  # of a file that are looked at
_FOUR_CHARACTERS: Final = frozenset(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-\xa9"))


def container_of(head: bytes) -> str | None:
    """Return what a video is stored in, or None for what is no video.

    Args:
        head: the first `HEAD` bytes of the file.

    Returns:
        ``mp4``, ``avi``, ``asf``, ``matroska``, or ``other`` for one that does not say how long it is; ``heif`` for a
        picture in boxes like those of an MP4.
    """
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return None if brand in _AUDIO_BRANDS else "heif" if brand in _PICTURE_BRANDS else "mp4"
    if head[4:8] in _FIRST_BOXES and head[:4] != b"\0\0\0\0":
        return "mp4"
    if head.startswith(b"RIFF"):
        return "avi" if head[8:12] == b"AVI " else None
    for magic, name in (
        (_ASF_HEADER, "asf"), (b"\x1aE\xdf\xa3", "matroska"), (b"FLV\x01", "other"), (b".RMF", "other"),
        (b"\0\0\1\xba", "other"), (b"\0\0\1\xb3", "other"),
    ):  # fmt: skip
        if head.startswith(magic):
            return name
    for start, length in _TRANSPORT:
        packets = head[start:HEAD:length]
        if len(head) >= HEAD and set(packets) == {_SYNC}:
            return "other"
    return None


def is_whole_recording(file: BinaryIO, container: str) -> bool | None:
    """Return whether a recording's file is as long as its container says; None where it does not say.

    Args:
        file: seekable; its position is not kept.
        container: as :func:`container_of` gives it.
    """
    size = file.seek(0, io.SEEK_END)
    check = _CHECKS.get(container)
    return check(file, size) if check else None


def _is_whole_mp4(file: BinaryIO, size: int) -> bool:
    return b"moov" in _boxes(file, size)


def _is_whole_heif(file: BinaryIO, size: int) -> bool:
    return b"meta" in _boxes(file, size)


def _boxes(file: BinaryIO, size: int) -> set[bytes]:
    """Return the kinds of a file's boxes; none where one of them ends beyond the file."""
    at, kinds = 0, set[bytes]()
    for _ in range(_MOST_PARTS):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind = int.from_bytes(head[:4]), head[4:8]
        if not _FOUR_CHARACTERS.issuperset(kind):
            break  # whatever a program appended
        if length == 1:
            length = int.from_bytes(head[8:16])
        elif length == 0:  # to the end of the file
            length = size - at
        if length < 8:
            break
        at += length
        if at > size:
            return set()
        kinds.add(kind)
    return kinds


def _is_whole_avi(file: BinaryIO, size: int) -> bool:
    file.seek(4)
    return int.from_bytes(file.read(4), "little") + 8 <= size + 1  # the last chunk may lack the byte that fills it up


def _is_whole_asf(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 24 <= size:
        file.seek(at)
        length = int.from_bytes(file.read(24)[16:], "little")
        if length < 24:
            return at > 0
        at += length
    return at <= size


def _is_whole_matroska(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(2):  # its head, and the segment with all the rest
        file.seek(at)
        head = file.read(12)
        id_length = _vint_length(head[:1])
        length = _vint_length(head[id_length : id_length + 1])
        number = head[id_length : id_length + length]
        if not id_length or not length or len(number) < length:
            return False
        value = int.from_bytes(number) & ((1 << 7 * length) - 1)
        if value == (1 << 7 * length) - 1:  # it was not known yet
            return True
        at += id_length + length + value
    return at <= size


def _vint_length(first: bytes) -> int:
    """Return how many bytes a number has that begins with the byte `first`; 0 for none."""
    return 9 - first[0].bit_length() if first and first[0] else 0


_CHECKS: Final[Mapping[str, Callable[[BinaryIO, int], bool]]] = {
    "mp4": _is_whole_mp4,
    "heif": _is_whole_heif,
    "avi": _is_whole_avi,
    "asf": _is_whole_asf,
    "matroska": _is_whole_matroska,
}
