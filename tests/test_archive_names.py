"""Names of files in an archive: they unpack right on Windows, keep apart, and lead nowhere else."""

import os
import re
import sys
from pathlib import PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stattable.writing.archive_names import MAX_PATH, archive_names, folded_name

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10))}


def one(*place: str) -> str:
    (name,) = archive_names([place])
    return name


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("官渡镇", "照片", "IMG_1.JPG"), "官渡镇/照片/IMG_1.JPG"),
        (("con.txt",), "_con.txt"),
        (("LPT1", "a"), "_LPT1/a"),
        (("总结. ", "a.txt"), "总结/a.txt"),
        (("a. .txt",), "a.txt"),
        ((".hidden",), "hidden"),
        (('a<b>:"|?*.jpg',), "a_b______.jpg"),
        (("..", "..", "a"), "_/_/a"),
        (("a\\b.txt",), "a_b.txt"),
        (("a\u202egpj.exe.txt",), "agpj.exe.txt"),
        (("e\u0301.txt",), "\u00e9.txt"),
        (("长" * 100 + ".jpeg",), "长" * 75 + ".jpeg"),
        (("一份.非常长的结尾根本不是结尾",), "一份.非常长的结尾根本不是结尾"),
        (("=cmd|' /C calc'!A0.txt",), "=cmd_' _C calc'!A0.txt"),
    ],
)
def test_a_name(place: tuple[str, ...], name: str) -> None:
    assert one(*place) == name


@pytest.mark.skipif(sys.platform == "win32", reason="names there are text")
def test_a_name_in_another_encoding_is_read_as_it_was_meant() -> None:
    assert one(os.fsdecode("官渡村.jpg".encode("gbk"))) == "官渡村.jpg"


def test_names_that_are_one_on_windows_are_kept_apart() -> None:
    places = [("a",), ("A", "x.jpg"), ("a", "X.jpg"), ("B.txt",), ("b.TXT",), ("b_2.txt",), ("清单.xlsx",)]
    assert archive_names(places, ["清单.xlsx"]) == [
        "a_2", "A/x.jpg", "a/X_2.jpg", "B.txt", "b_2.TXT", "b_2_2.txt", "清单_2.xlsx",
    ]  # fmt: skip


def test_a_long_way_is_made_shorter_and_never_ambiguous() -> None:
    deep = [("很深的文件夹" * 5,) * 6 + (f"{n}.jpg",) for n in (1, 2)]
    names = archive_names(deep)
    assert all(len(name) <= MAX_PATH for name in names)
    assert [name.count("/") for name in names] == [6, 6]
    deeper = archive_names([("文件夹",) * 60 + ("a.jpg",), ("文件夹",) * 61 + ("a.jpg",)])
    assert deeper == ["文件夹/a.jpg", "文件夹/a_2.jpg"]


TEXT = st.text(st.characters(blacklist_characters="/\0"), min_size=1, max_size=120)
NASTY = st.sampled_from(
    [
        "..",
        ".",
        "con",
        "NUL.txt",
        "a:b",
        " a ",
        "a. ",
        "b.c .",
        "a.\u200b ",
        "A",
        "a",
        "a.",
        "长" * 300,
        "\u202e",
        "\ud800",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXT | NASTY, min_size=1, max_size=5).map(tuple), max_size=6, unique=True))
def test_any_names_unpack_on_windows_each_by_itself(places: list[tuple[str, ...]]) -> None:
    names = archive_names(places, ["清单.xlsx"])
    files = [folded_name(name) for name in names]
    folders = {folded_name(name.rsplit("/", 1)[0]) for name in names if "/" in name}
    assert len({*files, folded_name("清单.xlsx")}) == len(names) + 1
    assert folders.isdisjoint(files)
    for name in names:
        name.encode()
        assert not PureWindowsPath(name).is_absolute()
        for part in name.split("/"):
            assert part
            assert part not in {".", ".."}
            assert part == part.rstrip(". ")
            assert not re.search(r'[<>:"\\|?*\x00-\x1f]', part)
            assert part.split(".")[0].strip().upper() not in RESERVED
            assert len(part.encode()) <= 255
