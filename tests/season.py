"""What clerks do by hand in a season on the examples, between the commands of the guide."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl

from stattable.model.explanations import RETURNED_HEADS, REVIEW_SHEET

EXAMPLES = Path(__file__).parent.parent / "examples"
ROSTER = ("--roster", "名册.csv")
WHY = "账号今年没有变化，明细随纸质材料另报"
CORRECTED: Mapping[str, object] = {"I6": 80, "I9": 60, "H11": 1}  # of 恒通社区


def sent_back(name: str, folder: Path = Path()) -> Path:
    """The workbook in 退回 that is for a unit."""
    (path,) = (path for path in (folder / "退回").rglob("*.退回.xlsx") if path.name.startswith(name))
    return path


def fill_in(path: Path, cells: Mapping[str, object], reasons: Mapping[str, str] | None = None) -> None:
    """Write into the page, and beside the findings of some codes."""
    workbook = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        workbook.worksheets[0][cell] = value
    for row in workbook[REVIEW_SHEET].iter_rows() if reasons else ():
        if row[0].value in (reasons or {}):
            row[len(RETURNED_HEADS) - 1].value = (reasons or {})[str(row[0].value)]
    workbook.save(path)


def submit(path: Path, folder: Path = Path()) -> None:
    """Put a workbook that came back into 收到, as it comes: written just now."""
    place = folder / "收到" / path.name
    shutil.copy(path, place)
    os.utime(place)


def act_by_hand(folder: Path) -> None:
    """One unit corrects what came back to it, one explains it; a third one sends a photo, and nothing else."""
    shutil.copytree(folder / "收到", folder / "上次收到")
    corrected, explained = sent_back("恒通社区", folder), sent_back("中牟县", folder)
    fill_in(corrected, CORRECTED)
    fill_in(explained, {}, {"A001": WHY})
    for path in (corrected, explained):
        submit(path, folder)
    shutil.copy(
        folder / "收到" / "活动现场.jpg", folder / "收到" / "410122_中牟县" / "410122102_官渡镇" / "冉庄村委会.jpg"
    )
