"""Files of ours: whole or not at all, and where they stand."""

import os
from pathlib import Path

import openpyxl
import pytest

from builders import GUANDU, ROSTER, filled, own_values, run, tree_of
from stattable.model.units import Level, Tree, Unit
from stattable.writing.files import folders, write_whole

# -- whole or not at all ----------------------------------------------------------------------------------


def test_write_whole_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "空白表" / "中牟县" / "a.xlsx"
    for data in (b"one", b"two"):
        write_whole(path, data)
        assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]


def test_what_is_written_may_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_whole(tmp_path / "a.xlsx", b"data")
    assert (tmp_path / "a.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("function", ["os.replace", "os.fsync", "os.fdopen"])
@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("full"), KeyboardInterrupt()])
def test_write_whole_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, old: bytes | None, error: BaseException
) -> None:
    def refuse(*_: object) -> None:
        raise error

    path = tmp_path / "a.xlsx"
    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(function, refuse)
    with pytest.raises(type(error)) as raised:
        write_whole(path, b"new")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == ({} if old is None else {"a.xlsx": old})
    if isinstance(raised.value, OSError):  # it names the file, not the temporary one
        assert raised.value.filename == str(path)
        assert raised.value.strerror in {"No space left on device", "full"}


@pytest.mark.parametrize(("durable", "waits"), [(True, 1), (False, 0)])
def test_only_what_is_not_quickly_made_again_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, waits: int
) -> None:
    waited: list[int] = []
    monkeypatch.setattr("os.fsync", waited.append)
    write_whole(tmp_path / "a.xlsx", b"data", durable=durable)
    assert ((tmp_path / "a.xlsx").read_bytes(), len(waited)) == (b"data", waits)


def test_a_file_name_that_is_not_utf8_does_not_spoil_the_merged_workbook(tmp_path: Path) -> None:
    good = filled(tmp_path / "收到" / "1.xlsx", GUANDU, own_values(Level.TOWNSHIP))
    try:
        os.rename(os.fsencode(good), os.fsencode(good.parent) + "/官渡镇.xlsx".encode("gbk"))  # noqa: PTH104
    except OSError:
        pytest.skip("names are UTF-8 here")
    assert run("merge", good.parent, "-o", tmp_path / "汇总表.xlsx").code == 0
    ledger = openpyxl.load_workbook(tmp_path / "汇总表.xlsx")["汇总台账"]
    assert any("\ufffd" in str(cell.value) for row in ledger for cell in row)


# -- folders that mirror the tree -------------------------------------------------------------------------

COUNTY, TOWN, OTHER_TOWN = "410122_中牟县", "410122101_官渡镇", "410122102_狼城岗镇"


def test_who_has_others_below_has_a_folder() -> None:
    top = Path("空白表")
    assert folders(tree_of(), "410122", top) == {
        "410122": (top / COUNTY, COUNTY),
        "410122101": (top / COUNTY / TOWN, TOWN),
        "410122101201": (top / COUNTY / TOWN, "410122101201_官渡村"),
        "410122101202": (top / COUNTY / TOWN, "410122101202_逐鹿营村"),
        "410122102": (top / COUNTY / OTHER_TOWN, OTHER_TOWN),
        "410122102201": (top / COUNTY / OTHER_TOWN, "410122102201_东狼城岗村"),
    }
    assert folders(tree_of(), "410122101202", top) == {"410122101202": (top, "410122101202_逐鹿营村")}


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        (("李庄", "王庄"), ("李庄", "王庄")),
        (("李/庄", "李?庄"), ("李_庄", "李_庄_2")),
        (("Li", "LI", "li"), ("Li", "LI_2", "li_3")),  # one file for Windows
        (("a", "a", "a_2"), ("a", "a_2", "a_2_2")),
    ],
)
def test_no_two_units_share_a_file(names: tuple[str, ...], stems: tuple[str, ...]) -> None:
    villages = [Unit(f"T/{at}", name, Level.VILLAGE, parent="T") for at, name in enumerate(names)]
    places = folders(Tree([Unit("T", "官渡镇", Level.TOWNSHIP), *villages]), "T", Path())
    assert [places[one.key] for one in villages] == [(Path("官渡镇"), stem) for stem in stems]


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    tree = tree_of(ROSTER.replace("官渡镇", "../../官渡镇"))
    (place, name) = folders(tree, "410122", Path("空白表"))["410122101"]
    assert (".." in place.parts, "/" in name, place.parts[0]) == (False, False, "空白表")
