import io
from pathlib import Path

import pytest

from county import GUANDU_VILLAGE
from stattable.formats.package import open_package
from stattable.formats.sniff import (
    RETURN_LIKE,
    TABLES,
    WORKBOOKS,
    FileKind,
    is_spreadsheet_name,
    package_kind,
    sniff,
)
from writers.containers import GOLDEN, OLE_MAGIC, locked_zip, ole, xls, zipped
from writers.returns import filled

ODS = b"application/vnd.oasis.opendocument.spreadsheet"
ODT = b"application/vnd.oasis.opendocument.text"
ODP = b"application/vnd.oasis.opendocument.presentation"
MANIFEST = "META-INF/manifest.xml"


def kind_of(data: bytes) -> str:
    return sniff(io.BytesIO(data)).value


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
@pytest.mark.parametrize("name", ["return", "faults"])
def test_what_libreoffice_wrote(name: str, suffix: str) -> None:
    assert kind_of((GOLDEN / f"{name}.{suffix}").read_bytes()) == suffix


@pytest.mark.parametrize("name", ["blank.xlsx", "blank.xls", "blank.pdf", "blank.jpg", "blank"])
def test_the_extension_means_nothing(name: str, tmp_path: Path) -> None:
    with filled(tmp_path / name, GUANDU_VILLAGE, {}).open("rb") as file:
        assert sniff(file) is FileKind.XLSX


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("xlsx", zipped({"xl/workbook.xml": b""})),
        ("xlsx", zipped({"xl/workbook.xml": b"", "xl/vbaProject.bin": b"macros"})),
        ("xlsx", zipped({"/XL\\Workbook.xml": b""})),
        ("xlsb", zipped({"xl/workbook.bin": b""})),
        ("docx", zipped({"word/document.xml": b""})),
        ("slides", zipped({"ppt/presentation.xml": b""})),
        ("archive", zipped({"收到/官渡村.xlsx": b""})),
        ("archive", zipped({})),
        ("ofd", zipped({"OFD.xml": b"", "Doc_0/Document.xml": b""})),
        ("numbers", zipped({"Index/Document.iwa": b"", "Metadata/Properties.plist": b""})),
        ("archive", locked_zip()),
        ("ods", zipped({"mimetype": ODS})),
        ("ods", zipped({"mimetype": ODS + b"-template", MANIFEST: b"<manifest/>"})),
        ("encrypted", zipped({"mimetype": ODS, MANIFEST: b"<manifest:encryption-data/>"})),
        ("word", zipped({"mimetype": ODT})),
        ("slides", zipped({"mimetype": ODP})),
        ("archive", zipped({"mimetype": b"application/epub+zip"})),
        ("ods", zipped({"mimetype": b" " * 200 + ODS})),
        ("ods", zipped({MANIFEST: ODS, "content.xml": b""})),
        ("unknown", zipped({"mimetype": b" " * 2**20 + ODS})),
        ("xls", xls(b"")),
        ("xls", ole("Book")),
        ("encrypted", xls(b"", protected=True)),
        ("rights", ole("EncryptedPackage")),  # without what says how
        ("rights", ole("\x09DRMContent")),
        ("word", ole("WordDocument")),
        ("slides", ole("PowerPoint Document")),
        ("unknown", ole("Something else")),
    ],
)
def test_packages_and_documents(kind: str, data: bytes) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("empty", b""),
        ("pdf", b"%PDF-1.7\n"),
        ("pdf", b"\r\n\r\n%PDF-1.4\n"),
        ("html", "<html><table><tr><td>宣传活动".encode("utf-16")),
        ("word", b"{\\rtf1\\ansi"),
        ("archive", b"Rar!\x1a\x07\x01\x00"),
        ("archive", b"7z\xbc\xaf\x27\x1c\x00\x04"),
        ("archive", b"\x1f\x8b\x08\x00"),
        ("archive", b"BZh91AY"),
        ("archive", b"\xfd7zXZ\x00"),
        ("archive", b"a.txt".ljust(257, b"\0") + b"ustar\x0000"),
        ("picture", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("picture", b"\x89PNG\r\n\x1a\n\x00"),
        ("picture", b"GIF89a"),
        ("picture", b"II*\x00"),
        ("picture", b"\x00\x00\x00\x18ftypheic"),
        ("picture", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("video", b"\x00\x00\x00\x18ftypmp42"),
        ("video", b"RIFF\x00\x00\x00\x00AVI LIST"),
        ("video", b"ID3\x03\x00"),
        ("video", b"\x1aE\xdf\xa3"),
        ("program", b"MZ\x90\x00"),
        ("html", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("html", b"\xef\xbb\xbf \r\n<!DOCTYPE HTML><body>"),
        ("html", b"<table border=1><tr>"),
        ("html", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'),
        ("xml", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
        ("xml", b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">'),
        ("mhtml", b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n"),
        ("text", "单位,人数\n官渡村,60\n".encode()),
        ("text", "\ufeff单位,人数\n".encode()),
        ("text", "单位,人数\n官渡村,60\n".encode("gbk")),
        ("text", "单位,人数\n".encode("utf-16")),
        ("text", "村".encode() * 3000),
        ("text", b"x" + "村".encode("gbk") * 5000),
        ("unknown", b"\x01\x02\x03\x04"),
        ("unknown", b"a\x00b\x00c"),
        ("unknown", b"\xff\xff\xff\xff"),
    ],
)
def test_other_files(kind: str, data: bytes) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"PK",
        b"PK\x03\x04",
        zipped({"xl/workbook.xml": b"<workbook/>"})[:-10],
        (GOLDEN / "return.xlsx").read_bytes()[:5000],
        (GOLDEN / "return.ods").read_bytes()[:-1],
        OLE_MAGIC,
        OLE_MAGIC + b"\xff" * 600,
        (GOLDEN / "return.xls").read_bytes()[:1000],
    ],
)
def test_truncated_files(data: bytes) -> None:
    assert kind_of(data) == "unknown"


def test_a_mimetype_that_cannot_be_inflated() -> None:
    data = zipped({"mimetype": ODS * 4}).replace(ODS[:20], b"\xff" * 20)
    broken = bytearray(zipped({"mimetype": ODS}))
    broken[40:44] = b"\xff" * 4  # in the compressed part
    assert kind_of(data) == "ods"
    assert kind_of(bytes(broken)) == "unknown"


def test_a_manifest_is_read_no_further_than_need_be() -> None:
    huge = zipped({"mimetype": ODS, MANIFEST: b" " * 5_000_000 + b"encryption-data"})
    assert kind_of(huge) == "ods"


def test_a_package_opened_once_is_enough() -> None:
    package = open_package(io.BytesIO(zipped({"xl/workbook.xml": b""})))
    assert package is not None
    assert package_kind(package) is FileKind.XLSX
    assert open_package(io.BytesIO(b"PK\x03\x04")) is None


def test_where_the_file_stands_before_does_not_matter() -> None:
    file = io.BytesIO(b"%PDF-1.7\n")
    file.seek(5)
    assert sniff(file) is FileKind.PDF


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.xlsx", True),
        ("A.XLS", True),
        ("a.et", True),
        ("a.ods", True),
        ("a.csv", False),
        ("a.jpg", False),
        ("xlsx", False),
    ],
)
def test_named_like_a_spreadsheet(name: str, expected: bool) -> None:
    assert is_spreadsheet_name(name) is expected


def test_what_is_read_and_what_is_taken_for_a_return() -> None:
    assert {kind.value for kind in WORKBOOKS} == {"xlsx", "xls", "ods", "xlsb"}
    assert {kind.value for kind in TABLES} == {"docx", "xml", "html", "text"}
    assert {kind.value for kind in RETURN_LIKE - WORKBOOKS} == {
        "encrypted", "rights", "office", "old_excel", "docx", "xml", "word", "pdf", "ofd", "numbers", "archive",
    }  # fmt: skip
