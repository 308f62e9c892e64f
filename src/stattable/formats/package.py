"""The parts of a zip package: how they are found, what they are related to, and what they hold."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import unquote

from stattable.formats.sheet import Unreadable
from stattable.formats.xml import NOT_XML, elements
from stattable.formats.zip_directory import Entry, read_directory

_LOCAL_HEADER: Final = struct.Struct("<26xHH")  # the lengths of a part's name and extra field
_CONTENT_TYPES: Final = "[Content_Types].xml"
_MAIN_TYPES: Final = (".main+xml", ".main")  # how the type of a part ends that all others hang on
BROKEN_ZIP: Final = (  # whatever a damaged package leads zipfile to
    zipfile.LargeZipFile,
    zipfile.BadZipFile, zlib.error, struct.error,
    EOFError, OSError, ValueError, NotImplementedError, KeyError, RuntimeError,
)  # fmt: skip


class Packed(NamedTuple):
    """A part as it is stored. What is worked out from one is kept for those that are the same, byte for byte."""

    stored: bytes
    size: int
    deflated: bool

    def content(self) -> bytes:
        """Return the part: what `ZipFile.read` does, in a third of the time.

        Raises:
            Unreadable: it is damaged, or longer than the package says, or shorter.
        """
        if not self.deflated:
            return self.stored
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.stored, self.size + 1)
        except zlib.error as error:
            raise Unreadable("F001") from error
        if len(content) > self.size:
            raise Unreadable("F004", reason="expansion")
        if len(content) < self.size:
            raise Unreadable("F001")
        return content


class Relations(NamedTuple):
    """The parts that a part is related to, by the names that they are stored by.

    Attributes:
        by_id: of each Id, None for what is not there, or outside the package.
        kinds: of each Id, the last piece of the relation's type, in lower case; what stands before it has changed with
            the years.
        by_kind: by that kind; of several of one kind the first that is there.
    """

    by_id: Mapping[str, str | None]
    kinds: Mapping[str, str]
    by_kind: Mapping[str, str]


_NO_RELATIONS: Final = Relations({}, {}, {})


def open_package(file: BinaryIO) -> "Package | None":
    """Return the zip package that `file` is, or None where it is none that can be opened.

    Args:
        file: seekable, and open as long as the package is read.
    """
    try:
        return Package(file, read_directory(file) or zipfile.ZipFile(file).infolist())
    except BROKEN_ZIP:
        return None


class Package:
    """The parts of a package, found as programs find them: in whatever case, with or without a slash in front.

    Args:
        file: the package, open as long as it is read.
        entries: what it says of each part.

    Attributes:
        names: of the parts, as they are stored.
        entries: what the package says of each.
    """

    def __init__(self, file: BinaryIO, entries: Sequence[Entry | zipfile.ZipInfo]) -> None:
        self.entries = tuple(entries)
        self.names = tuple([entry.filename for entry in entries])
        self._file = file
        self._held = file.getvalue() if isinstance(file, io.BytesIO) else None  # the very same bytes
        self._by_name = by_lower_name(self.names)
        self._entries = {entry.filename: entry for entry in entries}
        self._packed: dict[str, Packed] = {}

    @cached_property
    def expanded(self) -> int:
        """How many bytes the package says that all parts have."""
        return sum([entry.file_size for entry in self.entries])

    @property
    def has_twins(self) -> bool:
        """Whether two parts have one name, of which programs read either."""
        return len(self._by_name) < len(self.names)

    def find(self, name: str) -> str | None:
        """Return the name by which a part is stored, or None where there is none."""
        return self._by_name[name] if name in self._by_name else _find(self._by_name, name)

    def size(self, name: str) -> int:
        """Return how many bytes the package says that the part has that is stored as `name`."""
        return self._entries[name].file_size

    def packed(self, name: str) -> Packed:
        """Return the part `name` as it is stored.

        Raises:
            Unreadable: there is none, or it is damaged.
        """
        if name not in self._packed:
            stored = self.find(name)
            if stored is None:
                raise Unreadable("F001")
            self._packed[name] = self._packed[stored] if stored in self._packed else self._read(stored)
        return self._packed[name]

    def _read(self, stored: str) -> Packed:
        entry = self._entries[stored]
        try:
            if entry.compress_type != zipfile.ZIP_DEFLATED:
                return Packed(zipfile.ZipFile(self._file).read(stored), entry.file_size, deflated=False)
            at = entry.header_offset
            name, extra = _LOCAL_HEADER.unpack(self._bytes(at, _LOCAL_HEADER.size))
            content = self._bytes(at + _LOCAL_HEADER.size + name + extra, entry.compress_size)
            return Packed(content, entry.file_size, deflated=True)
        except MemoryError:
            raise
        except Exception as error:  # whatever a damaged package leads zipfile to
            raise Unreadable("F001") from error

    def _bytes(self, at: int, count: int) -> bytes:
        if self._held is not None:
            return self._held[at : at + count]
        self._file.seek(at)
        return self._file.read(count)

    def content(self, name: str) -> bytes:
        """Return the content of the part `name`.

        Raises:
            Unreadable: there is none, or it is damaged, or not as long as the package says.
        """
        return self.packed(name).content()

    def content_if_whole(self, name: str | None) -> bytes | None:
        """Return the content of the part `name`, or None where there is none, or none that can be unpacked."""
        try:
            return self.content(name) if name else None
        except Unreadable:
            return None

    def relations(self, part: str) -> Relations:
        """Return what `part` is related to, or the package itself for ``""``; nothing where that cannot be read."""
        folder, _, name = part.replace("\\", "/").rpartition("/")
        relations = self.find(f"{folder}/_rels/{name}.rels")
        try:
            return _relations(self.packed(relations), f"/{folder}", self.names) if relations else _NO_RELATIONS
        except Unreadable:
            return _NO_RELATIONS

    def main_part(self, usual: str) -> str:
        """Return the name of the part that all others hang on: the workbook, or the text.

        Args:
            usual: its name, for packages that do not say.
        """
        said = self.relations("").by_kind.get("officedocument")
        return said or self.find(usual) or self._main_part_by_type() or usual

    def _main_part_by_type(self) -> str | None:
        """Return the part that is said to be of such a type, for packages whose relations are lost."""
        try:
            said = [element for is_end, _, element in elements(self.content(_CONTENT_TYPES)) if is_end]
        except (Unreadable, *NOT_XML):
            return None
        names = (part.get("PartName", "") for part in said if part.get("ContentType", "").endswith(_MAIN_TYPES))
        return next((stored for name in names if (stored := self.find(name))), None)

    def of_workbook(self, kind: str, usual: str) -> str | None:
        """Return the part of some kind that an .xlsx's workbook is related to, or None where there is none.

        Args:
            kind: of the relation.
            usual: the part's name, for workbooks whose relations do not say.
        """
        return self.workbook_relations.by_kind.get(kind) or self.find(usual)

    @cached_property
    def workbook(self) -> str:
        """The part of an .xlsx that names its sheets."""
        return self.main_part("xl/workbook.xml")

    @cached_property
    def workbook_relations(self) -> Relations:
        """What that is related to."""
        return self.relations(self.workbook)


@lru_cache(maxsize=256)
def _relations(relations: Packed, folder: str, names: tuple[str, ...]) -> Relations:
    """Return the relations that a part holds.

    Kept for those that were seen last: the returns made from one blank have the same ones.

    Args:
        relations: the part; one that is no XML holds none.
        folder: of the part that they are of, with a slash in front.
        names: of all parts.
    """
    by_name, by_id = by_lower_name(names), dict[str, str | None]()
    kinds, by_kind = dict[str, str](), dict[str, str]()
    try:
        said = [element for is_end, name, element in elements(relations.content()) if is_end and name == "Relationship"]
    except NOT_XML:
        return _NO_RELATIONS
    for relation in said:
        outside = relation.get("TargetMode", "").lower() == "external"
        part = None if outside else _target(by_name, folder, relation.get("Target", ""))
        key, kind = relation.get("Id", ""), relation.get("Type", "").rpartition("/")[2].lower()
        by_id[key], kinds[key] = part, kind
        if part:
            by_kind.setdefault(kind, part)
    return Relations(by_id, kinds, by_kind)


def _target(by_name: Mapping[str, str], folder: str, target: str) -> str | None:
    """Return the part that a relation's target names, seen from the part's folder; names may be escaped."""
    path = posixpath.normpath(posixpath.join(folder, target.replace("\\", "/")))
    return (_find(by_name, path) or _find(by_name, unquote(path))) if target else None


def _find(by_name: Mapping[str, str], name: str) -> str | None:
    if name in by_name:
        return by_name[name]
    return by_name.get(name.replace("\\", "/").lstrip("/").lower())


@lru_cache(maxsize=64)
def by_lower_name(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the names of a package's parts by these in lower case, with plain slashes, as programs look for them."""
    return {name.lower().replace("\\", "/").lstrip("/"): name for name in names}
